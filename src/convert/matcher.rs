//! Names in a text: on the borders of words, whatever their letter case, the longest first.

use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that names are made of and that say nothing about a person.
const COMMON: [&str; 64] = [
    "the", "and", "for", "from", "with", "not", "you", "your", "yours", "him", "her", "his", "she", "they",
    "them", "who", "all", "one", "two", "new", "old", "big", "bad", "good", "cool", "cute", "happy", "hot",
    "little", "lil", "just", "only", "real", "its", "this", "that", "work", "school", "home", "mobile",
    "cell", "phone", "office", "mum", "mom", "dad", "sis", "bro", "boy", "girl", "man", "guy", "love",
    "life", "day", "night", "group", "team", "club", "user", "person", "admin", "bot", "unknown",
];
/// Names that stand for whoever speaks; in a text they are words.
const PRONOUNS: [&str; 20] = [
    "i", "me", "you", "myself", "owner", "unknown", "ich", "du", "yo", "tú", "tu", "moi", "toi", "vous",
    "io", "eu", "você", "ja", "jag", "ik",
];
/// Fewest letters of a part of a name that is looked for.
const SHORTEST_PART: usize = 3;

/// Finds the names of one conversation.
#[derive(Default)]
pub struct Matcher {
    /// By first word: whole names as words, longest first, and whose they are.
    names: HashMap<String, Vec<Name>>,
}

/// A name as words, and whose it is.
type Name = (Vec<String>, Option<usize>);

impl Matcher {
    /// For the people called `names`, by index.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut matcher = Self::default();
        let names: Vec<(usize, &str)> = names.enumerate().collect();
        for (who, name) in &names {
            let words: Vec<String> = words(name).into_iter().map(|(_, w)| w).collect();
            let whole = words.concat();
            if PRONOUNS.contains(&whole.as_str()) || whole.chars().count() < 2 {
                continue;
            }
            if words.len() > 1 {
                matcher.add(vec![whole], *who, true);
            }
            matcher.add(words, *who, true);
        }
        for (who, name) in &names {
            for part in parts(name) {
                matcher.add(vec![part], *who, false);
            }
        }
        matcher
            .names
            .values_mut()
            .for_each(|list| list.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
        matcher
    }

    /// A whole name belongs to the first who bears it; a part that several share belongs to nobody.
    fn add(&mut self, words: Vec<String>, who: usize, whole: bool) {
        let Some(first) = words.first().cloned() else { return };
        let list = self.names.entry(first).or_default();
        match list.iter_mut().find(|(known, _)| *known == words) {
            Some((_, owner)) if !whole && *owner != Some(who) => *owner = None,
            Some(_) => {}
            None => list.push((words, Some(who))),
        }
    }

    /// Every name in `text`, in order: where, and whose; `None` where several people could be meant.
    pub fn find(&self, text: &str) -> Vec<(Range<usize>, Option<usize>)> {
        let words = words(text);
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some((range, word)) = words.get(at) {
            let fits = |(name, _): &&Name| {
                let there = words[at..].iter().take(name.len()).map(|(_, w)| w);
                words.len() - at >= name.len() && there.eq(name.iter())
            };
            match self.names.get(word).and_then(|list| list.iter().find(fits)) {
                Some((name, who)) => {
                    found.push((range.start..words[at + name.len() - 1].0.end, *who));
                    at += name.len();
                }
                None => at += 1,
            }
        }
        found
    }
}

/// The words of a name that may stand for its bearer: not every word of `the cool one` does.
fn parts(name: &str) -> Vec<String> {
    let capitals = name.split_whitespace().any(|w| w.starts_with(char::is_uppercase));
    let letters = |word: &str| word.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let words = name.split(|c: char| c.is_whitespace() || "_.-'’".contains(c)).map(letters);
    let told = words.filter(|w| !capitals || w.starts_with(|c: char| !c.is_lowercase()));
    let folded = told.map(|w| folded(&w)).filter(|w| w.chars().count() >= SHORTEST_PART);
    folded.filter(|w| !COMMON.contains(&w.as_str()) && !PRONOUNS.contains(&w.as_str())).collect()
}

/// The words of a text, each with its place, in one letter case. Where a script has no spaces, each letter is one.
pub fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let mut words: Vec<(Range<usize>, String)> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let joins = is_combining_mark(c) || is_invisible(c);
        if !c.is_alphanumeric() && !joins {
            open = false;
            continue;
        }
        let alone = is_unspaced(c);
        match words.last_mut().filter(|_| open && (joins || !alone)) {
            Some((range, _)) => range.end = end,
            None if joins => continue,
            None => words.push((at..end, String::new())),
        }
        open = !alone;
    }
    for (range, word) in &mut words {
        *word = folded(&text[range.clone()]);
    }
    words
}

fn folded(word: &str) -> String {
    word.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).flat_map(char::to_lowercase).collect()
}

/// Marks that split a word for programs and not for people.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Scripts that write words without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], text: &str) -> Vec<(String, Option<usize>)> {
        let matcher = Matcher::new(names.iter().copied());
        matcher.find(text).into_iter().map(|(range, who)| (text[range].to_owned(), who)).collect()
    }

    #[test]
    fn whole_names_before_parts_on_borders_of_words() {
        let some = |text: &str, who| (text.to_owned(), Some(who));
        let names = ["Anna Berg", "Ben", "Max Müller 🌸", "田中"];
        assert_eq!(found(&names, "ANNA-BERG, anna and annabelle"), [some("ANNA-BERG", 0), some("anna", 0)]);
        assert_eq!(found(&names, "Ben's bench, annaberg"), [some("Ben", 1), some("annaberg", 0)]);
        assert_eq!(found(&names, "mu\u{308}ller? 田中さん"), [some("mu\u{308}ller", 2), some("田中", 3)]);
    }

    #[test]
    fn common_words_stay_and_shared_parts_are_nobodys() {
        assert_eq!(found(&["Me", "Anna from work", "A"], "tell me a tale from work"), []);
        assert_eq!(found(&["Anna Berg", "Anna Ohm"], "Anna?"), [("Anna".to_owned(), None)]);
    }
}
