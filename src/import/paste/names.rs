//! What can be a name, and how one is written: with bullets, stars, quotes around it, in capitals or not.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::lead;
use crate::import::syntax::cursor;

/// Longest name and most words in one that a line may begin with.
pub const LONGEST: usize = 40;
const MOST_WORDS: usize = 4;
/// The same for names that are believed only because they come back.
const LONGEST_ODD: usize = 60;
const MOST_WORDS_ODD: usize = 8;

/// Words before a colon that are no names.
const LABELS: [&str; 67] = [
    "a reminder",
    "address",
    "age",
    "attachment",
    "bcc",
    "breaking",
    "btw",
    "caution",
    "cc",
    "chat",
    "city",
    "conclusion",
    "contact",
    "conversation",
    "date",
    "ditto",
    "edit",
    "email",
    "example",
    "fact",
    "from",
    "fyi",
    "ftp",
    "fwd",
    "hint",
    "http",
    "https",
    "idea",
    "important",
    "info",
    "ingredients",
    "link",
    "list",
    "location",
    "mailto",
    "method",
    "name",
    "nb",
    "news",
    "note",
    "notes",
    "online",
    "phone",
    "place",
    "price",
    "ps",
    "p.s.",
    "p.s",
    "question",
    "re",
    "reason",
    "reminder",
    "screenshot",
    "see",
    "sent",
    "source",
    "subject",
    "summary",
    "tel",
    "time",
    "title",
    "tldr",
    "to",
    "todo",
    "transcript",
    "update",
    "warning",
];

/// Words that open a sentence before a colon; once, they are no name.
const OPENERS: [&str; 44] = [
    "another",
    "another thing",
    "finally",
    "last thing",
    "one more thing",
    "one thing",
    "promise",
    "reason",
    "remember",
    "step",
    "also",
    "and",
    "anyway",
    "basically",
    "because",
    "but",
    "deal",
    "first",
    "fr",
    "guess",
    "honestly",
    "listen",
    "lol",
    "look",
    "ok",
    "okay",
    "omg",
    "plan",
    "plot",
    "plus",
    "pov",
    "rule",
    "second",
    "so",
    "third",
    "then",
    "today",
    "tomorrow",
    "tonight",
    "verdict",
    "wait",
    "well",
    "yes",
    "no",
];

/// Words by which people call themselves.
const OWN: [&str; 26] = [
    "me", "you", "i", "myself", "mine", "self", "ich", "du", "sie", "moi", "vous", "yo", "tú", "usted", "ik",
    "u", "io", "tu", "eu", "você", "jag", "ja", "ty", "siz", "sen", "я",
];

/// Signs that make a face with a colon behind them, and are nobody's name alone.
const SMILES: [char; 9] = ['>', '<', '(', ')', '-', '=', '\'', '|', ';'];

/// What a line begins with before its colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix<'l> {
    /// The name, if it is one.
    pub name: String,
    /// What follows.
    pub text: &'l str,
    /// What speaks for it and against it.
    pub shape: Shape,
}

/// How much like a name a prefix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A few words in plain letters.
    Plain,
    /// Long, or with signs that names seldom have: a name only if it comes back.
    Odd,
    /// A number or a word that mostly labels what follows: a name only if much of the talk is under it.
    Label,
}

/// `Name: text`, with whatever could be a name. Whether it is one is for [`super::cast`] to say.
pub fn prefix(line: &str) -> Option<Prefix<'_>> {
    let (before, text) = line.split_once([':', '：'])?;
    let wide = line[before.len()..].starts_with('：');
    let text = unclosed(before, text).trim_start_matches(cursor::is_mark);
    // `10:30` and `https://` have no space behind the colon; `Name:text` does not either, so letters must meet.
    let spaced = wide || text.chars().next().is_none_or(char::is_whitespace);
    let meets = || !text.starts_with(|c: char| matches!(c, '/' | ':' | ')') || c.is_ascii_digit());
    let name = tidy(before);
    let shape = shape(&name)?;
    let tight = shape != Shape::Odd && !before.contains(' ') && meets();
    (spaced || tight).then(|| Prefix { name, text: text.trim_start(), shape })
}

/// The same where names that have a colon in them are known.
pub fn prefix_among<'l>(line: &'l str, long: &HashSet<String>) -> Option<Prefix<'l>> {
    if long.is_empty() {
        return prefix(line);
    }
    let found = with_colon(line).filter(|(name, _)| long.contains(&key(name)));
    found.map(|(name, text)| Prefix { name, text, shape: Shape::Plain }).or_else(|| prefix(line))
}

/// Names such as `Team: Blue`: what stands before the first colon never stands before words without the second.
pub fn with_colons(lines: &[&str]) -> HashSet<String> {
    let mut under: HashMap<String, Vec<Option<String>>> = HashMap::new();
    if lines.iter().filter(|l| l.matches(':').count() > 1).count() < 3 {
        return HashSet::new();
    }
    for line in lines {
        let Some((first, _)) = line.split_once(':').filter(|_| line.contains(": ")) else { continue };
        under.entry(key(&tidy(first))).or_default().push(with_colon(line).map(|(name, _)| key(&name)));
    }
    let back = |names: &&Vec<Option<String>>| names.len() > 2 && all_come_back(names);
    under.values().filter(back).flatten().flatten().cloned().collect()
}

/// Whether all of `names` are there and each stands there twice at least.
pub fn all_come_back<N: Eq + Hash>(names: &[Option<N>]) -> bool {
    let mut tally: HashMap<&N, usize> = HashMap::new();
    names.iter().flatten().for_each(|name| *tally.entry(name).or_default() += 1);
    names.iter().all(Option::is_some) && tally.values().all(|count| *count > 1)
}

/// The name up to the second colon of `line`, and what follows it.
fn with_colon(line: &str) -> Option<(String, &str)> {
    let first = line.find(':')?;
    let at = first + 1 + line[first + 1..].find(": ")?;
    let name = tidy(&line[..at]);
    let fits = name.chars().count() <= LONGEST && name.split_whitespace().count() <= MOST_WORDS;
    let signs = name.contains(['?', '!', ',', '"']) || name.matches(':').count() != 1;
    (fits && !signs).then(|| (name, line[at + 1..].trim_start()))
}

/// `text` without the stars that close those before the name, as in `**Name:** text`.
fn unclosed<'l>(before: &str, text: &'l str) -> &'l str {
    let start = lead::unbulleted(before).trim_start();
    let stars = &start[..start.len() - start.trim_start_matches('*').len()];
    if before.trim_end().ends_with('*') { text } else { text.strip_prefix(stars).unwrap_or(text) }
}

/// A name without what is only set around it: bullets, the stars of bold letters, quotes.
pub fn tidy(text: &str) -> String {
    const QUOTES: [(char, char); 6] =
        [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('«', '»'), ('‘', '’')];
    let name = cursor::plain(text);
    let name = lead::unbulleted(&name);
    let bare = name.trim_matches('*').trim();
    let bare = QUOTES
        .iter()
        .find_map(|(open, close)| bare.strip_prefix(*open)?.strip_suffix(*close))
        .map_or(bare, str::trim);
    // A name that is nothing but stars hides somebody.
    if bare.is_empty() { name.to_owned() } else { bare.to_owned() }
}

/// What one person's name is known by: the same word in other capitals is the same person.
pub fn key(name: &str) -> String {
    name.to_lowercase()
}

fn shape(name: &str) -> Option<Shape> {
    let (words, letters) = (name.split_whitespace().count(), name.chars().count());
    let signs = ['[', ']', '<', '>', '{', '}', '"', '=', '?', '!', ',', ';', '|', '\\', '/'];
    let told = name.chars().any(char::is_alphanumeric);
    if words == 0
        || words > MOST_WORDS_ODD
        || letters > LONGEST_ODD
        || (!told && letters < 2 && name.contains(SMILES))
    {
        None
    } else if LABELS.contains(&key(name).as_str()) || is_opener(name) || (is_number(name) && told) {
        Some(Shape::Label)
    } else if words > MOST_WORDS || letters > LONGEST || !told || name.contains(signs) {
        Some(Shape::Odd)
    } else {
        Some(Shape::Plain)
    }
}

/// Whether it is a short number, which mostly counts what follows.
pub fn is_number(name: &str) -> bool {
    name.len() < 6 && name.chars().all(|c| c.is_numeric() || c == '.')
}

/// `text` as a name, if it could be one.
pub fn plausible(text: &str) -> Option<String> {
    let name = tidy(text);
    (shape(&name) == Some(Shape::Plain)).then_some(name)
}

/// `text` as a name, whatever its signs.
pub fn any(text: &str) -> Option<String> {
    let name = tidy(text);
    shape(&name).is_some_and(|s| s != Shape::Label).then_some(name)
}

/// `text` as a name because of the place where it stands: a sign or a number may be one there.
pub fn placed(text: &str) -> Option<String> {
    let name = tidy(text);
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_ODD && !name.contains("://");
    (fits && name.split_whitespace().count() <= MOST_WORDS_ODD && !name.ends_with(':')).then_some(name)
}

/// Names that were seen once only must at least look like names.
pub fn looks_like_name(name: &str) -> bool {
    name.split_whitespace().count() <= 3 && !name.starts_with(char::is_lowercase)
}

/// Whether a prefix of a single line would be believed where all other lines begin with names.
pub fn may_be_new(prefix: &Prefix<'_>) -> bool {
    let small = prefix.name.starts_with(char::is_lowercase);
    match prefix.shape {
        Shape::Plain if small => !prefix.name.contains(' '),
        Shape::Plain => true,
        Shape::Odd => !small && prefix.name.split_whitespace().count() <= 6,
        Shape::Label => false,
    }
}

/// Whether a prefix that is not taken for a name leaves a doubt.
pub fn may_be_name(prefix: &Prefix<'_>) -> bool {
    let most = if prefix.name.starts_with(char::is_lowercase) { MOST_WORDS } else { MOST_WORDS_ODD };
    // In capitals `First` begins a message or goes on with one.
    let opens = is_opener(&prefix.name) && prefix.name.starts_with(char::is_uppercase);
    opens || (prefix.shape != Shape::Label && prefix.name.split_whitespace().count() <= most)
}

/// Whether it could as well be the beginning of a sentence.
pub fn is_long(name: &str) -> bool {
    name.split_whitespace().count() > 3
}

/// Whether most of its words are in capitals, as in the name of a firm.
pub fn is_title(name: &str) -> bool {
    let words = || name.split_whitespace().map(|w| w.trim_start_matches('('));
    words().filter(|w| w.starts_with(char::is_lowercase)).count() * 2 < words().count()
}

/// Whether `name` is a word that sentences begin with and no name.
pub fn is_opener(name: &str) -> bool {
    OPENERS.contains(&key(name).as_str())
}

/// Whether it is how people call themselves.
pub fn is_own(name: &str) -> bool {
    OWN.contains(&key(name).as_str())
}

/// A name that people give themselves on a platform: one word with a dot or a line in it.
pub fn is_handle(line: &str) -> bool {
    line.contains(['.', '_']) && !line.contains(' ')
}

/// Whether a line that says nothing else may be the name of somebody.
pub fn is_alone(line: &str) -> bool {
    let capital =
        line.chars().next().is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()));
    capital && is_alone_in_any_case(line)
}

/// The same for people who write their names in small letters.
pub fn is_alone_in_any_case(line: &str) -> bool {
    const ANSWERS: [&str; 20] = [
        "ok", "okay", "yes", "no", "yeah", "yep", "nope", "lol", "haha", "hi", "hey", "hello", "thanks",
        "sure", "what", "why", "idk", "really", "maybe", "same",
    ];
    let words = line.split_whitespace().count();
    let plain = line.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '\'' | '_'));
    (1..=3).contains(&words) && line.len() <= 40 && plain && !ANSWERS.contains(&key(line).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, Shape)> {
        prefix(line).map(|p| (p.name, p.shape))
    }

    #[test]
    fn names_before_colons() {
        let plain = |line| prefix(line).filter(|p| p.shape == Shape::Plain).map(|p| (p.name, p.text));
        for (line, name, text) in [
            ("Ana: hi: you", "Ana", "hi: you"),
            ("Ana Maria del Mar: hi", "Ana Maria del Mar", "hi"),
            ("ana:hi", "ana", "hi"),
            ("+44 7700 900123: hi", "+44 7700 900123", "hi"),
            ("**Ana Lee:** hi", "Ana Lee", "hi"),
            ("**Ana**: **hi**", "Ana", "**hi**"),
            ("- *Ana:* hi", "Ana", "hi"),
            ("\"Ana\": \"hi\"", "Ana", "\"hi\""),
            ("Ana：hi", "Ana", "hi"),
        ] {
            assert_eq!(plain(line), Some((name.to_owned(), text)), "{line}");
        }
        for line in [
            "https://example.org",
            "10:30 at the station",
            "at 10:30 then",
            "note: bring water",
            "PS: hi",
            "see: x",
            "so she said this to me: go home",
            "he asked \"why\": so",
            "",
            ":)",
            ">:(",
            "x :)",
            "12: twelve",
        ] {
            assert_eq!(plain(line), None, "{line}");
        }
    }

    #[test]
    fn odd_names_and_labels() {
        for line in [
            "Hill, Tom: hi",
            "The boy from my class: hi",
            "Tom?: hi",
            "[removed]: hi",
            "<name removed>: hi",
            "???: hi",
            "Tom | art: hi",
            "x_T=)_x: hi",
        ] {
            assert_eq!(read(line).map(|(_, shape)| shape), Some(Shape::Odd), "{line}");
        }
        assert_eq!(read("Contact: hi"), Some(("Contact".to_owned(), Shape::Label)));
        assert_eq!(read("***: hi"), Some(("***".to_owned(), Shape::Odd)));
        assert_eq!((read("what? see:http"), read("go, now:/")), (None, None));
    }
}
