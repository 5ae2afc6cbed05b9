//! Names on lines of their own, with a time or without one, above lines of text.

use std::collections::{HashMap, HashSet};

use super::grammars::{self, Who};
use super::{furniture, moments, names, places};

/// The names that stand beside times above lines of text, by the reading that explains most lines.
pub fn beside_times(lines: &[&str]) -> (HashSet<String>, f32) {
    let (close, placed) = (close_titles(lines), places::headings(lines));
    let bracketed = bracketed_titles(lines);
    let close = if bracketed.1 > close.1 { bracketed } else { close };
    if placed.1 >= close.1 { placed } else { close }
}

/// The names of `Me 21:14` above lines of text, and the share of lines that they explain: names come back, or are few and lead. A
/// title and a day may stand above many of them.
fn close_titles(lines: &[&str]) -> (HashSet<String>, f32) {
    const PREAMBLE: usize = 2;
    const MANY: usize = 4;
    let first = lines.iter().position(|l| grammars::titled_closely(l).is_some()).unwrap_or(0);
    let lines = &lines[first..];
    let mut tally: HashMap<String, usize> = HashMap::new();
    for head in lines.iter().filter_map(|l| grammars::titled_closely(l)) {
        if let Who::Speaker(name) = head.who {
            *tally.entry(name).or_default() += 1;
        }
    }
    let heads: usize = tally.values().sum();
    let share = (heads * 2) as f32 / lines.len().max(1) as f32;
    let leads = first == 0 || (first <= PREAMBLE && heads >= MANY);
    let back = tally.values().any(|n| *n > 1) && tally.len() <= 12;
    // Short words with times beside them stand close together; names have words under them.
    let is_title = |line: &str| grammars::titled_closely(line).is_some();
    let together = lines.windows(2).filter(|pair| is_title(pair[0]) && is_title(pair[1])).count();
    let others = lines.iter().filter(|l| moments::bracketed(l).is_some() && !is_title(l)).count();
    let together = together + others;
    if leads && back && share >= 0.4 && together * 2 < heads {
        (tally.into_keys().collect(), share.min(1.0))
    } else {
        (HashSet::new(), 0.0)
    }
}

/// The names of `[time] X` above lines of text, whatever `X` is: a head of that form above each message is proof enough.
fn bracketed_titles(lines: &[&str]) -> (HashSet<String>, f32) {
    const PREAMBLE: usize = 3;
    let name = |line: &&str| match grammars::bracketed_title(line)?.who {
        Who::Speaker(name) => Some(name),
        Who::App => None,
    };
    let heads: Vec<(usize, String)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, name(line)?))).collect();
    let names: HashSet<String> = heads.iter().map(|(_, name)| name.clone()).collect();
    let (Some((first, _)), Some((last, _))) = (heads.first(), heads.last()) else {
        return Default::default();
    };
    let together = heads.windows(2).filter(|pair| pair[0].0 + 1 == pair[1].0).count();
    let back = names.len() * 3 <= heads.len() * 2;
    let plain = |name: &String| names::plausible(name).is_some() && names::looks_like_name(name);
    let who = back || names.iter().all(plain);
    let share = (heads.len() * 2) as f32 / (lines.len() - first) as f32;
    // Words with a time in brackets before them are no names.
    let others = lines.iter().filter(|l| moments::bracketed(l).is_some()).count() - heads.len();
    let together = together + others;
    let fits = heads.len() > 1 && *first <= PREAMBLE && last + 1 < lines.len() && together * 5 <= heads.len();
    if fits && who && share >= 0.3 { (names, share.min(1.0)) } else { Default::default() }
}

/// Lines that say one of a few names and nothing else, again and again, with text between them; in small letters only where they stand above nearly every message.
pub fn name_lines(lines: &[&str]) -> (HashSet<String>, f32) {
    // Snapchat sets days above and between.
    let first = lines.iter().position(|l| !furniture::is_day_in_any_case(l)).unwrap_or(0);
    let lines: Vec<&str> = lines[first..].iter().map(|l| l.trim()).collect();
    let mut tally: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().filter(|l| names::any(l).is_some() && !furniture::is_day(l)) {
        *tally.entry(line).or_default() += 1;
    }
    tally.retain(|_, n| *n > 1);
    let alone = tally.keys().copied().filter(|l| names::is_alone(l)).collect();
    let above = above_words(&lines, &tally);
    titles_share(&lines, marked_names(&lines), 12, 0.3)
        .or_else(|| titles_share(&lines, above, 8, 0.6))
        .or_else(|| titles_share(&lines, alone, 12, 0.4))
        .or_else(|| below_a_profile(&lines, &tally))
        .unwrap_or_default()
}

/// `> Tom Hill:`: names as Telegram's page sets them; their marks are proof enough where one comes once.
fn marked_names<'l>(lines: &[&'l str]) -> HashSet<&'l str> {
    let name = |line: &str| line.strip_prefix('>')?.strip_suffix(':').map(|n| n.split_whitespace().count());
    let found: Vec<&str> =
        lines.iter().copied().filter(|l| name(l).is_some_and(|n| (1..=4).contains(&n))).collect();
    let names: HashSet<&str> = found.iter().copied().collect();
    if found.len() > names.len() { names } else { HashSet::new() }
}

/// The same where a few lines stand above the first name: the name begins one of them, or it all fits more closely.
fn below_a_profile(lines: &[&str], tally: &HashMap<&str, usize>) -> Option<(HashSet<String>, f32)> {
    const PREAMBLE: usize = 4;
    let first = (1..lines.len().min(PREAMBLE + 1)).find(|at| tally.contains_key(lines[*at]))?;
    let below = &lines[first..];
    let found: HashSet<&str> = above_words(below, tally);
    let heads = below.iter().filter(|l| found.contains(**l)).count();
    let named = lines[..first].iter().any(|l| l.starts_with(below[0]));
    let regular = heads > 5 && heads * 20 >= below.len() * 9;
    let alone = regular || found.iter().all(|l| names::is_alone(l) || names::is_handle(l));
    (heads >= if named { 3 } else { 4 } && alone).then_some(())?;
    titles_share(below, found, 8, 0.7)
}

/// Names that stand twice in a row wherever they stand, as the one of a picture does beside that of a person.
pub fn doubled(lines: &[&str]) -> HashSet<String> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().map(|l| l.trim()).enumerate().filter(|(_, l)| names::any(l).is_some()) {
        places.entry(line).or_default().push(at);
    }
    let pairs = |at: &[usize]| {
        at.len() > 3 && at.len().is_multiple_of(2) && at.chunks(2).all(|pair| pair[0] + 1 == pair[1])
    };
    places.into_iter().filter(|(_, at)| pairs(at)).map(|(line, _)| line.to_owned()).collect()
}

/// `lines` without the second of each of these names.
pub fn undoubled<'l>(lines: &[&'l str], doubled: &HashSet<String>) -> Vec<&'l str> {
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        out.push(lines[at]);
        let pair = lines.get(at + 1).is_some_and(|next| next.trim() == lines[at].trim());
        at += if pair && doubled.contains(lines[at].trim()) { 2 } else { 1 };
    }
    out
}

/// The one name that stands alone above some of the words, where one's own have none: it leads and comes back.
pub fn only_name(lines: &[&str]) -> Option<String> {
    let name = lines.first()?.trim();
    let places: Vec<usize> =
        lines.iter().enumerate().filter(|(_, l)| l.trim() == name).map(|(at, _)| at).collect();
    let far = places.windows(2).all(|pair| (2..=8).contains(&(pair[1] - pair[0])));
    let last = lines.len() - 1 - places.last()?;
    let two = name.split_whitespace().count() == 2
        && name.split_whitespace().all(|w| w.starts_with(char::is_uppercase));
    let often = places.len() >= if two { 2 } else { 3 } && places.len() * 5 >= lines.len();
    (names::is_alone(name) && far && (1..=8).contains(&last) && often).then(|| name.to_owned())
}

/// Of lines that come back the first of the text, and, from the most frequent on, those that never stand right under one of these.
fn above_words<'l>(lines: &[&'l str], tally: &HashMap<&'l str, usize>) -> HashSet<&'l str> {
    let mut found: HashSet<&str> =
        lines.first().copied().filter(|l| tally.contains_key(l)).into_iter().collect();
    let mut above: HashMap<&str, HashSet<&str>> = HashMap::new();
    for pair in lines.windows(2) {
        above.entry(pair[1]).or_default().insert(pair[0]);
    }
    let mut others: Vec<_> = tally.iter().map(|(line, n)| (std::cmp::Reverse(*n), *line)).collect();
    others.sort_unstable();
    for (_, line) in others {
        if above.get(line).is_none_or(|above| above.is_disjoint(&found)) {
            found.insert(line);
        }
    }
    found
}

/// These names, and the share of lines that they explain as headings with one line of words each; nothing if they do not stand as headings do.
fn titles_share(
    lines: &[&str],
    names: HashSet<&str>,
    most: usize,
    least: f32,
) -> Option<(HashSet<String>, f32)> {
    let is_title = |line: &str| names.contains(line);
    let apart = lines.windows(2).all(|pair| !(is_title(pair[0]) && is_title(pair[1])));
    let leads = lines.first().is_some_and(|l| is_title(l));
    let heads = lines.iter().filter(|l| is_title(l)).count();
    let share = (heads * 2) as f32 / lines.len().max(1) as f32;
    let fits = (2..=most).contains(&names.len()) && apart && leads && share >= least;
    fits.then(|| (names.into_iter().map(str::to_owned).collect(), share.min(0.9)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(found: HashSet<String>) -> Vec<String> {
        let mut names: Vec<String> = found.into_iter().collect();
        names.sort();
        names
    }

    fn lines(text: &str) -> Vec<&str> {
        text.split('|').collect()
    }

    #[test]
    fn heads_in_brackets_whatever_the_name() {
        for name in ["Hill, Tom (Guest)", "tom.hill", "toffee_fox", "tom hill"] {
            let text =
                format!("[Tuesday 15:22] {name}|in?|[Tuesday 15:23] Ria|yes|[Tuesday 15:24] {name}|ok");
            assert_eq!(bracketed_titles(&lines(&text)).0.len(), 2, "{name}");
        }
        assert_eq!(
            sorted(bracketed_titles(&lines("[15:22] Tom Hill|in?|[15:23] Ria|yes")).0),
            ["Ria", "Tom Hill"]
        );
        assert!(bracketed_titles(&lines("[15:22] in?|[15:23] yes|[15:24] ok|[15:25] in?")).0.is_empty());
        assert!(bracketed_titles(&lines("[15:22] are you in|now|[15:23] yes I am|ok")).0.is_empty());
    }

    #[test]
    fn names_below_a_profile_and_doubled() {
        let text = "Tom, 34|Matched 2 days ago|Tom|in?|Ria|yes|Tom|well, come|Ria|no";
        assert_eq!(sorted(name_lines(&lines(text)).0), ["Ria", "Tom"]);
        let marked = "> Tom:|in?|> Ria:|yes|> Tom:|good|> Lea K:|me too";
        assert_eq!(name_lines(&lines(marked)).0.len(), 3);
        let text = lines("Tom|Tom|in?|Ria|Ria|yes|Tom|Tom|ok|Ria|Ria|no");
        let twice = doubled(&text);
        assert_eq!(
            (undoubled(&text, &twice).len(), sorted(twice)),
            (8, vec!["Ria".to_owned(), "Tom".to_owned()])
        );
    }

    #[test]
    fn a_title_and_a_day_above_names() {
        let talk = "Tom Hill 18:02|in?|Ria 18:03|yes|Tom Hill 18:05|good|Ria 18:09|so";
        assert_eq!(sorted(close_titles(&lines(&format!("Class 8|14. März|{talk}"))).0), ["Ria", "Tom Hill"]);
        assert!(close_titles(&lines("Class 8|14. März|Tom Hill 18:02|in?|Tom Hill 18:03|yes")).0.is_empty());
        assert!(close_titles(&lines(&format!("so|I said|to you|{talk}"))).0.is_empty());
    }

    #[test]
    fn one_name_alone() {
        assert_eq!(only_name(&lines("Uncle Tom|in?|yes|Uncle Tom|good|ok")).as_deref(), Some("Uncle Tom"));
        assert_eq!(only_name(&lines("hello|in?|yes|hello|good|ok")), None);
    }
}
