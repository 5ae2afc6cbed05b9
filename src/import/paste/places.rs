//! Names known by where they stand: before each time, above each message. In a talk that keeps its form up, a few words
//! that come back at such a place are names, in small letters, in digits or in signs as well.

use std::collections::{HashMap, HashSet};

use super::grammars::{Head, Who};
use super::{calendar, doings, furniture, moments, names};
use crate::import::chats::chat::When;
use crate::import::time::months;

/// Most people that a talk is believed to have.
const MOST: usize = 12;
/// Whether these are few for how often they stand there, as people are.
pub fn come_back<'n>(found: impl Iterator<Item = &'n str>) -> bool {
    let mut tally: HashMap<&str, usize> = HashMap::new();
    found.for_each(|name| *tally.entry(name).or_default() += 1);
    let count: usize = tally.values().sum();
    tally.len() <= MOST && tally.len() * 3 <= count * 2
}

/// `X 4:02 PM`, `X | Jan 13, 2024, 9:00 PM`, `X (13.01.2024 21:07)`, `X • 2h ago`, whatever X is. Whether it is a name is
/// for [`headings`] to say.
pub fn heading(line: &str) -> Option<Head<'_>> {
    let line = without_edit(line);
    let line = line.strip_suffix(':').filter(|l| l.ends_with([']', ')'])).unwrap_or(line);
    if doings::told(line).is_some() {
        return None;
    }
    let (before, when) = aged(line).or_else(|| moments::ending(line.trim_end_matches([']', ')'])))?;
    let name = without_signs(undated(before));
    let name = name.strip_suffix(" at").map_or(name, without_signs);
    let dated = line[name.len()..].trim_matches([' ', ',', '|', '·', '•', '(', ')', '[', ']']);
    let when = moments::whole(dated).unwrap_or(when);
    Some(Head { who: Who::Speaker(names::placed(name)?), when, text: "" })
}

/// Whether a day stands beside the time of such a line.
fn is_dated(line: &str) -> bool {
    let before = moments::ending(without_edit(line).trim_end_matches([']', ')', ':']))
        .map(|(before, _)| before.trim_end());
    before.is_some_and(|before| undated(before) != before)
}

/// `line` without the word that says it was changed.
fn without_edit(line: &str) -> &str {
    let line = line.trim();
    [", Edited", ", edited", " (edited)"].iter().find_map(|sign| line.strip_suffix(sign)).unwrap_or(line)
}

/// What stands before how long ago a message came.
fn aged(line: &str) -> Option<(&str, When)> {
    let (name, age) = [" • ", " · "].iter().find_map(|sign| line.rsplit_once(sign))?;
    let age = age.trim().strip_suffix(" ago").unwrap_or(age.trim());
    let unit =
        |unit: &str| matches!(unit.trim_end_matches('s'), "second" | "minute" | "hour" | "day" | "week");
    let spelled = age.split_once(' ').is_some_and(|(n, u)| n.parse::<u8>().is_ok() && unit(u));
    (spelled || furniture::is_age(age)).then_some((name, When::Unknown))
}

fn without_signs(name: &str) -> &str {
    name.trim_end_matches([' ', ',', '|', '·', '•', '(', '[', '-', '–', '—'])
}

/// `before` without the day at its end: `Ana Lee, Jan 13, 2024,`.
fn undated(before: &str) -> &str {
    const BETWEEN: [&str; 8] = ["", "в", "г", "at", "um", "à", "de", "a"];
    let whole = before.trim_end();
    let (mut rest, mut number, mut day) = (whole, false, false);
    while let Some((name, word)) = rest.rsplit_once(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let apart = name.trim_end().ends_with([',', '|', '·', '•', '[', '(']) || word.starts_with(['[', '(']);
        let is_day = || {
            let cut = |day: &str| bare == day || bare == day[..3];
            calendar::is_near_day(&bare) || ((apart || number) && months::WEEKDAYS.iter().any(|d| cut(d)))
        };
        let is_date = || {
            let parts = bare.split(['.', '/', '-']);
            parts.clone().count() > 1 && parts.clone().all(|p| p.parse::<u16>().is_ok())
        };
        if bare.parse::<u16>().is_ok() {
            number = true;
        } else if is_day()
            || is_date()
            || (calendar::month(&bare).is_some() && (number || before_number(name)))
        {
            day = true;
        } else if !BETWEEN.contains(&bare.as_str()) {
            break;
        }
        rest = name.trim_end();
    }
    if day { rest } else { whole }
}

/// Whether `text` ends in the number of a day.
fn before_number(text: &str) -> bool {
    let word = text.trim_end().rsplit(' ').next().unwrap_or_default();
    word.trim_matches(|c: char| !c.is_alphanumeric()).parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

/// The names of such headings above lines of text, and the share of lines that they explain.
pub fn headings(lines: &[&str]) -> (HashSet<String>, f32) {
    let name = |line: &str| match heading(line)?.who {
        Who::Speaker(name) => Some(name),
        Who::App => None,
    };
    let heads: Vec<(usize, String)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, name(line)?))).collect();
    let heads = without_words(lines, heads);
    let together = heads.windows(2).filter(|pair| pair[0].0 + 1 == pair[1].0).count();
    let leads = heads.first().is_some_and(|(at, _)| *at == 0);
    let last = heads.last().is_some_and(|(at, _)| at + 1 < lines.len());
    let share = (heads.len() * 2) as f32 / lines.len().max(1) as f32;
    let back = come_back(heads.iter().map(|(_, name)| name.as_str()));
    // A day beside the time is hardly ever part of what people say, where all heads have one.
    let looks = |(at, name): &(usize, String)| is_dated(lines[*at]) && names::looks_like_name(name);
    let back = back || (heads.len() <= MOST && share >= 0.8 && together == 0 && heads.iter().all(looks));
    let fits = heads.len() > 1 && leads && last && back && together * 5 <= heads.len() && share >= 0.4;
    match fits {
        true => (heads.into_iter().map(|(_, name)| name).collect(), share.min(1.0)),
        false => Default::default(),
    }
}

/// `heads` without words that end in a time as heads do: these have no day where nearly all heads have one, or stand once and
/// right below a head that comes back.
fn without_words(lines: &[&str], heads: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let dated = heads.iter().filter(|(at, _)| is_dated(lines[*at])).count();
    let all_dated = dated > 2 && dated * 4 >= heads.len() * 3;
    let mut tally: HashMap<String, usize> = HashMap::new();
    heads.iter().for_each(|(_, name)| *tally.entry(name.clone()).or_default() += 1);
    let back: HashSet<usize> = heads.iter().filter(|(_, name)| tally[name] > 1).map(|(at, _)| *at).collect();
    let word = |(at, name): &(usize, String)| {
        let below = at.checked_sub(1).is_some_and(|above| back.contains(&above));
        (all_dated && !is_dated(lines[*at])) || (below && tally[name] == 1 && names::is_long(name))
    };
    heads.into_iter().filter(|head| !word(head)).collect()
}

/// The names right above the times of a talk that is name, time and words all through.
pub fn above_times(lines: &[&str]) -> Option<HashSet<String>> {
    let times: Vec<usize> = (0..lines.len()).filter(|at| moments::under_name(lines[*at]).is_some()).collect();
    let far = times.windows(2).filter(|pair| pair[1] - pair[0] >= 3).count();
    let regular = times.first() == Some(&1) && times.len() > 1 && far * 10 >= (times.len() - 1) * 9;
    let ends = times.last().is_some_and(|at| at + 1 < lines.len());
    (regular && ends).then_some(())?;
    let above: Vec<&str> = times.iter().map(|at| lines[at - 1].trim()).collect();
    let fits = |name: &&str| names::placed(name).is_some() && !furniture::is_furniture(name);
    let strict = times.windows(2).all(|pair| pair[0] + 3 == pair[1]) && lines.len() == times.len() * 3;
    let short = || above.iter().all(|name| name.split_whitespace().count() < 4);
    let few = strict && short() && above.iter().any(|name| names::is_alone(name)) && above.len() <= MOST;
    let found: Vec<&str> = above.iter().copied().filter(fits).collect();
    let most = found.len() * 10 >= above.len() * 9;
    (most && (few || come_back(found.iter().copied())))
        .then(|| found.into_iter().map(str::to_owned).collect())
}

/// The first lines of the messages between times, where each message has a name above its words.
pub fn above_all(groups: &[Vec<&str>]) -> HashSet<String> {
    let above: Vec<&str> = groups.iter().filter(|g| g.len() > 1).map(|g| g[0]).collect();
    let mut tally: HashMap<&str, usize> = HashMap::new();
    above.iter().for_each(|line| *tally.entry(line).or_default() += 1);
    let again: usize = tally.values().filter(|n| **n > 1).sum();
    let fits = |line: &&str| names::placed(line).is_some();
    // Some say two things in a row, with one name above.
    let most = above.len() * 2 >= groups.len() && again * 5 >= above.len() * 4;
    let all = above.len() == groups.len();
    if !(most || all) || !come_back(above.iter().copied()) || !above.iter().all(fits) {
        return HashSet::new();
    }
    // Whoever speaks once and looks like it is taken as well, with a doubt.
    let odd = |line: &str| all && !names::is_alone(line);
    tally.into_iter().filter(|(line, n)| *n > 1 || odd(line)).map(|(line, _)| line.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<&str> {
        text.split('|').collect()
    }

    fn name(line: &str) -> Option<String> {
        heading(line).map(|head| match head.who {
            Who::Speaker(name) => name,
            Who::App => "*".to_owned(),
        })
    }

    #[test]
    fn names_beside_dates_and_times() {
        for line in [
            "tom 4:02 PM",
            "tom | Jan 13, 2024, 9:00 PM",
            "tom, Jan 13, 2024, 9:00 PM",
            "tom 13 янв 2024 в 21:00",
            "tom (13.01.2024 в 21:07)",
            "tom, [13 янв. 2024 г., 21:07:11]:",
            "tom, Fri 3:22 PM",
            "tom, Nov 14, 3:22 PM",
            "tom, Yesterday 3:22 PM",
            "tom • 2h ago",
            "tom · 5m",
            "tom • 9 hours ago",
            "tom, Fri 3:25 PM, Edited",
        ] {
            assert_eq!(name(line).as_deref(), Some("tom"), "{line}");
        }
        assert_eq!(name("Tom May 16:02").as_deref(), Some("Tom May"));
        assert_eq!(name("mossy 13 16:02").as_deref(), Some("mossy 13"));
        assert_eq!(name("🦊 4:02 PM").as_deref(), Some("🦊"));
        assert_eq!(name("we meet later"), None);
    }

    #[test]
    fn headings_with_names_that_come_back() {
        let found = headings(&lines("Tom 4:02 PM|in?|lea 4:03 PM|yes|Tom 4:04 PM|ok|lea 4:05 PM|no"));
        assert_eq!((found.0.len(), found.1), (2, 1.0));
        assert_eq!(headings(&lines("Tom, Fri 4:02 PM|in?|Ria, Sat 4:03 PM|yes")).0.len(), 2);
        for text in [
            "dinner 4:02 PM|in?|lunch 4:03 PM|yes",
            "in? 4:02 PM|yes 4:03 PM|in? 4:02 PM|yes 4:03 PM",
            "are you in 4:02 PM|or not|yes 4:03 PM|I am|come 4:04 PM|now",
        ] {
            assert!(headings(&lines(text)).0.is_empty(), "{text}");
        }
    }

    #[test]
    fn names_above_times() {
        let of = |text: &str| above_times(&lines(text)).map(|names| names.len());
        assert_eq!(of("Tom|16:02|in?|lea_k|16:03|yes|well|Tom|16:04|ok"), Some(2));
        assert_eq!(of("tom|16:02|in?|+49 170 1|16:03|yes|tom|16:04|ok|+49 170 1|16:05|no"), Some(2));
        assert_eq!(of("Ana|16:02|in?|ben k|16:03|yes|Lu 🌸|16:04|ok"), Some(3));
        assert_eq!(of("are you in|16:02|yes|16:03|come|16:04|ok"), None);
        assert_eq!(of("are you in|16:02|yes|I am|16:03|come|now|16:04|ok|fine"), None);
    }

    #[test]
    fn names_above_words_and_times() {
        let of = |groups: &[&str]| above_all(&groups.iter().map(|g| lines(g)).collect::<Vec<_>>()).len();
        assert_eq!(of(&["Tom|in?", "lea|yes", "Tom|ok"]), 2);
        assert_eq!(of(&["tom|in?", "lea|yes", "ok", "tom|good", "lea|no"]), 2);
        assert_eq!(of(&["are you in|now", "yes|I am", "come|down"]), 0);
    }
}
