//! A talk that lost its line ends: `Him: in? Her: yes Him: ok`, all on one line.

use std::collections::HashMap;

use super::plan::{Grammar, Plan};
use super::{names, said};
use crate::import::warning::WarningKind;

/// Most words of a name.
const MOST: usize = 6;

impl Plan {
    /// The messages that stand on `line`, and what is doubtful of it if they are several.
    pub fn pieces<'l>(&self, line: &'l str) -> (Vec<&'l str>, Option<WarningKind>) {
        if !self.inline.is_empty() {
            (pieces(line, &self.inline), None)
        } else if self.grammar == Grammar::Named {
            (side_by_side(line, |name| self.knows(name)), Some(WarningKind::DoubtfulName))
        } else {
            (self.packed.pieces(line), Some(WarningKind::DamagedHead))
        }
    }
}

/// The names that come back before colons within `lines`, where all is one line that begins with one of them; each
/// with its colon.
pub fn names_within(lines: &[&str]) -> Vec<String> {
    let [line] = lines else { return Vec::new() };
    let dictated = [dictated(line), in_one_breath(line)].into_iter().find(|heads| !heads.is_empty());
    if let Some(dictated) = dictated {
        return dictated;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, word) in words.iter().enumerate() {
        if word.strip_suffix(':').is_some_and(|name| names::plausible(name).is_some()) {
            places.entry(word).or_default().push(at);
        }
    }
    places.retain(|_, at| at.len() > 1);
    let heads: usize = places.values().map(Vec::len).sum();
    let leads = places.values().any(|at| at[0] + 1 == length(&words, at));
    if places.len() < 2 || heads < 4 || !leads {
        return Vec::new();
    }
    places.values().map(|at| words[at[0] + 1 - length(&words, at)..=at[0]].join(" ")).collect()
}

/// The same where a talk is told in sentences, each from a name on: `This is it. Tom says: in? Then Ria: yes.`
fn dictated(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (mut heads, mut tally): (Vec<String>, HashMap<&str, usize>) = Default::default();
    let sentences = words.iter().filter(|w| ends_sentence(w)).count();
    let bare = !line.contains(['"', '“', '„', '«', ':']);
    for (at, word) in words.iter().enumerate() {
        let verb = said::is_verb(&word.trim_end_matches(':').to_lowercase());
        // Without colons and quotation marks the verb alone tells, where nearly each sentence has one.
        if !(word.ends_with(':') || (verb && bare)) {
            continue;
        }
        let Some(start) = at.checked_sub(usize::from(verb)) else { continue };
        let name = words[start].trim_end_matches(':');
        let above = words[..start].iter().rev().find(|w| !is_opener(w));
        let begins = above.is_none_or(|w| ends_sentence(w));
        if begins && name.starts_with(char::is_uppercase) && names::plausible(name).is_some() {
            *tally.entry(name).or_default() += 1;
            heads.push(words[start..=at].join(" "));
        }
    }
    let (all, told) = (heads.len(), heads.iter().any(|head| head.contains(' ')));
    heads.sort_unstable();
    heads.dedup();
    let back = tally.values().all(|n| *n > 1) && (2..=4).contains(&tally.len());
    if told && back && all > 3 && (!bare || all * 3 >= sentences * 2) { heads } else { Vec::new() }
}

/// The same where it is told in one breath, without a stop between: `she says are you in he says yeah she says ok`. Two people
/// take turns there, each by a word such as `she`.
fn in_one_breath(line: &str) -> Vec<String> {
    const WHO: &str = "he she they i er sie ich il elle je él ella yo ele ela eu lui lei io hij zij ik";
    const LEAST: usize = 6;
    let lower = line.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let told = |pair: &&[&str]| WHO.split(' ').any(|who| who == pair[0]) && said::is_verb(pair[1]);
    let heads: Vec<&[&str]> = words.windows(2).filter(told).collect();
    let turns = heads.windows(2).filter(|pair| pair[0][0] != pair[1][0]).count();
    let stops = line.split_whitespace().filter(|w| ends_sentence(w)).count();
    let quoted = line.contains(['"', '“', '„', '«', ':']);
    let mut found: Vec<String> = heads.iter().map(|pair| pair.join(" ")).collect();
    let few = words.len() <= heads.len() * 20;
    found.sort_unstable();
    found.dedup();
    let two = (2..=4).contains(&found.len()) && turns * 4 >= (heads.len().max(1) - 1) * 3;
    if heads.len() >= LEAST && two && few && !quoted && stops * 2 <= heads.len() { found } else { Vec::new() }
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '?', '!', '…'])
}

/// A word that leads to the next who speaks.
fn is_opener(word: &str) -> bool {
    let lower = word.to_lowercase();
    said::is_verb(&lower)
        || matches!(&*lower, "then" | "and" | "dann" | "und" | "next" | "so" | "puis" | "luego" | "poi")
}

/// `text` without such words behind its last sentence.
fn without_opener(text: &str) -> &str {
    let mut rest = text;
    while let Some((before, _)) = rest.rsplit_once(' ').filter(|(_, word)| is_opener(word)) {
        rest = before.trim_end();
    }
    if ends_sentence(rest) { rest } else { text }
}

/// How many words stand alike before each of these places, with the word there.
fn length(words: &[&str], places: &[usize]) -> usize {
    let alike = |count: &usize| {
        let word = places[0].checked_sub(*count).map(|at| words[at]);
        let same = |at: &usize| at.checked_sub(*count).map(|at| words[at]) == word;
        word.is_some_and(|w| w.trim_start_matches('(').starts_with(char::is_uppercase) && !w.ends_with(':'))
            && places.iter().all(same)
    };
    1 + (1..MOST).take_while(alike).count()
}

/// The messages within `line`, each from one of `names` on.
pub fn pieces<'l>(line: &'l str, names: &[String]) -> Vec<&'l str> {
    let mut starts: Vec<usize> = vec![0];
    for name in names {
        let begins = |at: &usize| {
            let before = line[..*at].trim_end();
            let apart = before.len() < *at && line[at + name.len()..].starts_with(' ');
            // Told in one breath.
            let breath = name.starts_with(char::is_lowercase) && !name.ends_with(':');
            apart && (breath || name.ends_with(':') || ends_sentence(without_opener(before)))
        };
        starts.extend(line.match_indices(name.as_str()).map(|(at, _)| at).filter(begins));
    }
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([line.len()]);
    let pieces =
        starts.iter().zip(ends).map(|(start, end)| line[*start..end].trim()).filter(|p| !p.is_empty());
    let pieces: Vec<&str> = pieces.collect();
    let sign = sign_between(&pieces);
    let pieces = pieces
        .into_iter()
        .map(|piece| sign.and_then(|sign| piece.strip_suffix(sign)).map_or(piece, str::trim_end));
    // Only what is told has verbs behind names.
    let told = names
        .iter()
        .any(|name| name.rsplit_once(' ').is_some_and(|(_, verb)| said::is_verb(verb.trim_end_matches(':'))));
    pieces.map(|piece| if told { without_opener(piece) } else { piece }).collect()
}

/// The messages that stand side by side on `line`, one of several of a talk: it begins with a name that `knows` knows, and so does
/// each of the others, behind the end of a sentence. Where no sentence ends, three of them by turns are no accident.
pub fn side_by_side(line: &str, knows: impl Fn(&str) -> bool) -> Vec<&str> {
    const MOST_WORDS: usize = 3;
    let whole = || vec![line];
    if line.matches(": ").nth(1).is_none() {
        return whole();
    }
    let mut starts: Vec<(usize, &str)> = Vec::new();
    for (colon, _) in line.match_indices(": ") {
        let ends = line[..colon].rmatch_indices(' ').map(|(at, _)| at + 1).chain([0]).take(MOST_WORDS);
        let known = ends.filter(|at| knows(&line[*at..colon]));
        starts.extend(known.last().map(|at| (at, &line[at..colon])));
    }
    let leads = starts.first().is_some_and(|(at, _)| *at == 0);
    let turns = starts.len() > 2 && starts.windows(2).all(|pair| pair[0].1 != pair[1].1);
    let ended = |at: usize| {
        let last = line[..at].trim_end().chars().next_back();
        last.is_some_and(|c| {
            matches!(c, '.' | '?' | '!' | '…' | ')') || !(c.is_ascii() || c.is_alphanumeric())
        })
    };
    let empty = starts.windows(2).any(|pair| line[pair[0].0..pair[1].0].trim_end().ends_with(':'));
    let told = starts.iter().skip(1).all(|(at, _)| ended(*at)) || turns;
    if !leads || starts.len() < 2 || empty || !told {
        return whole();
    }
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([line.len()]);
    starts.iter().zip(ends).map(|((from, _), to)| line[*from..to].trim_end()).collect()
}

/// The sign that stands behind all of `pieces` but the last: `Tom: in? / Ria: yes / Tom: ok`.
fn sign_between(pieces: &[&str]) -> Option<char> {
    const SIGNS: [char; 12] = ['/', '|', '¦', ';', '•', '·', '-', '–', '—', '>', '→', '\\'];
    let (_, others) = pieces.split_last().filter(|(_, others)| others.len() > 1)?;
    let sign = others[0].chars().next_back().filter(|sign| SIGNS.contains(sign))?;
    others.iter().all(|piece| piece.ends_with(sign)).then_some(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_people_side_by_side() {
        let pieces = |line| side_by_side(line, |name| ["Ana", "Ben Oak"].contains(&name));
        assert_eq!(pieces("Ana: in? Ben Oak: yes"), ["Ana: in?", "Ben Oak: yes"]);
        assert_eq!(pieces("Ana: in 😀 Ben Oak: at 10:30: ok"), ["Ana: in 😀", "Ben Oak: at 10:30: ok"]);
        assert_eq!(pieces("Ana: in Ben Oak: yes Ana: ok"), ["Ana: in", "Ben Oak: yes", "Ana: ok"]);
        for line in [
            "Ana: I told Ben Oak: no",
            "Ana: in? Cy: yes",
            "so. Ana: in? Ben Oak: yes",
            "Ana: Ben Oak: hello",
            "Ana: she wrote, Ben Oak: no",
            "Ana: \"Ben Oak: no\"",
            "Ana: in?",
        ] {
            assert_eq!(pieces(line), [line]);
        }
    }

    #[test]
    fn a_talk_that_is_dictated() {
        let line = "It goes like this. Tom says: are you in. Then Ria says: yes: I am. Tom: good. And then Ria: bye.";
        assert_eq!(
            pieces(line, &names_within(&[line])),
            [
                "It goes like this.",
                "Tom says: are you in.",
                "Ria says: yes: I am.",
                "Tom: good.",
                "Ria: bye."
            ]
        );
    }

    #[test]
    fn a_talk_that_is_told_without_colons() {
        let line = "Tom says are you in. Ria says yes. And then Tom says good, see you. Ria says bye.";
        let told = ["Tom says are you in.", "Ria says yes.", "Tom says good, see you.", "Ria says bye."];
        assert_eq!(pieces(line, &names_within(&[line])), told);
        for line in [
            "Tom says so. We went home. Ria says no. It rained. Tom says yes. All was well. Ria says bye. The end.",
            "Tom says “in?”. Ria says “yes”. Tom says “good”. Ria says “bye”.",
        ] {
            assert!(names_within(&[line]).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_talk_in_one_breath() {
        let line = "so he says are you in she says yeah when he says at eight she says cool who drives he says Tom she says ok";
        let told = [
            "so",
            "he says are you in",
            "she says yeah when",
            "he says at eight",
            "she says cool who drives",
            "he says Tom",
            "she says ok",
        ];
        assert_eq!(pieces(line, &names_within(&[line])), told);
        for line in [
            "I think he says that she says too much and they say so",
            "he says no and then we all went home since she says it is late and the bus was gone",
        ] {
            assert!(names_within(&[line]).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_talk_on_one_line() {
        let line = "Tom Hill: in? Ria: yes, at 10:30: ok Tom Hill: good Ria: bye Ria: bye";
        let names = names_within(&[line]);
        assert_eq!(
            pieces(line, &names),
            ["Tom Hill: in?", "Ria: yes, at 10:30: ok", "Tom Hill: good", "Ria: bye", "Ria: bye"]
        );
        for sign in ["/", "|", "–", "•"] {
            let line = format!("Tom: in? {sign} Ria: at 4/5 {sign} Tom: good {sign} Ria: so -");
            let found = names_within(&[&line]);
            assert_eq!(
                pieces(&line, &found),
                ["Tom: in?", "Ria: at 4/5", "Tom: good", "Ria: so -"],
                "{sign}"
            );
        }
        for line in [
            "Note: the gate: closed. Place: here",
            "Tom: in? Ria: yes",
            "so Tom: in? Ria: yes Tom: ok Ria: no",
        ] {
            assert!(names_within(&[line]).is_empty(), "{line}");
        }
    }
}
