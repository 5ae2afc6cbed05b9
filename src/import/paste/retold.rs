//! A talk told in sentences with the words of each in quotation marks: `She wrote "in?" and he answered "yes".`

use std::collections::HashMap;

use super::{names, said};

/// Marks that words are told in.
const MARKS: [(char, char); 8] =
    [('"', '"'), ('“', '”'), ('„', '“'), ('„', '”'), ('«', '»'), ('»', '«'), ('‘', '’'), ('\'', '\'')];
/// Who speaks without a name, in small letters.
const PERSONS: [&str; 12] = ["i", "he", "she", "they", "ich", "er", "sie", "il", "elle", "je", "él", "ella"];

/// Words behind which the verb stands before whoever speaks, in small letters.
const LEADS: [&str; 31] = [
    "first",
    "next",
    "zuerst",
    "heute",
    "gestern",
    "schließlich",
    "anschließend",
    "nun",
    "ensuite",
    "enfin",
    "entonces",
    "then",
    "later",
    "after",
    "afterwards",
    "finally",
    "today",
    "yesterday",
    "when",
    "dann",
    "danach",
    "darauf",
    "daraufhin",
    "später",
    "als",
    "puis",
    "après",
    "luego",
    "después",
    "poi",
    "dopo",
];

/// Who says what in `line`, where a verb of saying or a colon stands between a person and the words.
pub fn quotes(line: &str) -> Vec<(String, &str)> {
    marked(line).into_iter().filter_map(|(name, words)| Some((name?, words))).collect()
}

/// All that stands in marks in `line`, with whoever says it.
fn marked(line: &str) -> Vec<(Option<String>, &str)> {
    let (mut found, mut from): (Vec<(Option<String>, &str)>, usize) = (Vec::new(), 0);
    while let Some((start, end, after)) = next_quote(line, from) {
        let words = line[start..end].trim_start_matches(is_mark).trim();
        let told = &line[from..start];
        let last = found.last().and_then(|(name, _)| name.clone()).filter(|_| goes_on(told));
        found.push((speaker(told).or(last), words));
        from = after;
    }
    found
}

/// Whether `told`, between words of one and the next, names nobody: `and later`.
fn goes_on(told: &str) -> bool {
    const ANDS: [&str; 10] = ["and", "und", "et", "y", "e", "also", "again", "auch", "noch", "nochmal"];
    let told = told.to_lowercase();
    let mut words =
        told.split_whitespace().map(|w| w.trim_matches([',', ':', '.'])).filter(|w| !w.is_empty());
    !told.contains('.') && words.clone().count() < 4 && words.all(|w| ANDS.contains(&w) || LEADS.contains(&w))
}

/// Whether `lines` tell a talk so, with two people at least on one of them and nothing in marks that is nobody's words.
pub fn is_retold(lines: &[&str]) -> bool {
    let told: Vec<Vec<(String, &str)>> = lines.iter().map(|l| quotes(l)).collect();
    let telling = told.iter().filter(|quotes| !quotes.is_empty()).count();
    let mut tally: HashMap<String, usize> = HashMap::new();
    told.iter().flatten().for_each(|(name, _)| *tally.entry(names::key(name)).or_default() += 1);
    let all: usize = tally.values().sum();
    let both = told.iter().any(|quotes| quotes.windows(2).any(|pair| pair[0].0 != pair[1].0));
    let lost = |line: &&str| marked(line).iter().any(|(name, words)| name.is_none() && words.contains(' '));
    both && !lines.iter().any(lost)
        && all > 2
        && telling * 5 >= lines.len() * 3
        && (2..=4).contains(&tally.len())
        && all > tally.len()
}

/// Where the next words in marks begin, with their mark, where they end, and what is behind the mark that closes them.
fn next_quote(line: &str, from: usize) -> Option<(usize, usize, usize)> {
    let opens = line[from..].char_indices().map(|(at, c)| (from + at, c)).filter(|(at, c)| {
        let apart = line[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        apart && MARKS.iter().any(|(open, _)| open == c)
    });
    for (at, open) in opens {
        let inner = at + open.len_utf8();
        let closes = line[inner..].char_indices().map(|(end, c)| (inner + end, c)).find(|(end, c)| {
            let apart = line[*end + c.len_utf8()..].chars().next().is_none_or(|next| !next.is_alphanumeric());
            apart && *end > inner && MARKS.contains(&(open, *c))
        });
        if let Some((end, close)) = closes {
            return Some((at, end, end + close.len_utf8()));
        }
    }
    None
}

fn is_mark(c: char) -> bool {
    MARKS.iter().any(|(open, _)| *open == c)
}

/// The person that stands before a verb of saying, or before a colon, at the end of `told`.
fn speaker(told: &str) -> Option<String> {
    const FAR: usize = 4;
    let colon = told.trim_end().ends_with(':');
    let words: Vec<&str> = told.split_whitespace().map(|w| w.trim_end_matches([':', ','])).collect();
    let person = |word: &str| {
        let name =
            word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphanumeric() || c == '-');
        PERSONS.contains(&names::key(word).as_str()) || name
    };
    let last = words.len().checked_sub(1)?;
    let verb = (last.saturating_sub(FAR)..=last).rev().find(|at| said::is_verb(&words[*at].to_lowercase()));
    // After `then` the verb stands first: `dann fragte er`.
    let led = |at: usize| at == 0 || LEADS.contains(&names::key(words[at - 1]).as_str());
    let at = match verb {
        Some(verb) if led(verb) && words.get(verb + 1).is_some_and(|word| person(word)) => verb + 1,
        // `Tom then asked`.
        Some(verb) => (0..verb).rev().find(|at| !LEADS.contains(&names::key(words[*at]).as_str()))?,
        None => colon.then_some(last)?,
    };
    words.get(at).filter(|word| person(word))?;
    let more = words[..at].iter().rev().take_while(|word| goes_before(word)).count();
    // The name of whom one tells about may be of several words: `Mr Hill wrote`.
    let named = !PERSONS.contains(&names::key(words[at]).as_str());
    Some(words[at - if named { more.min(2) } else { 0 }..=at].join(" "))
}

/// Whether `word` may be of the name that goes on behind it.
fn goes_before(word: &str) -> bool {
    let lower = word.to_lowercase();
    let begins = LEADS.contains(&&*lower) || names::is_opener(word) || said::is_verb(&lower);
    word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric) && !begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_what_in_marks() {
        let of = |line| {
            quotes(line).into_iter().map(|(name, words)| format!("{name}: {words}")).collect::<Vec<_>>()
        };
        assert_eq!(
            of("She wrote \"are you in?\" and he answered “yes, it's me”."),
            ["She: are you in?", "he: yes, it's me"]
        );
        assert_eq!(
            of("Then she asked „which one?“ – he: »the blue one«."),
            ["she: which one?", "he: the blue one"]
        );
        assert_eq!(of("Zuerst schrieb Tom „hi“ und später „wann?“"), ["Tom: hi", "Tom: wann?"]);
        assert_eq!(of("Dann fragte er „kommst du?“"), ["er: kommst du?"]);
        assert_eq!(of("Tom then asked 'in?'"), ["Tom: in?"]);
        assert_eq!(of("Tom said to me 'come at four'"), ["Tom: come at four"]);
        assert!(of("the book \"Whales\" is good, it's mine").is_empty());
        assert!(is_retold(&["She wrote \"in?\" and he said \"yes\".", "She said \"good\"."]));
        assert!(!is_retold(&["He said \"in?\"", "I said \"yes\"", "He said \"ok\""]));
    }
}
