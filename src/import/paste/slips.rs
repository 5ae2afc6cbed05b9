//! Names that people type without the colon behind them, or nearly right: `Max ok`, `Max; ok`, `Mxa: ok`. Only names that
//! stand before a colon elsewhere are looked for, and a sentence about somebody is none: `Max is late`.

use super::{names, said};

/// Most words of a name that is looked for.
const MOST_WORDS: usize = 4;
/// Shortest name of which another spelling is known.
const SHORTEST: usize = 3;

/// What stands in place of the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A colon without a space, or another sign that hardly anybody sets behind a name that opens a sentence.
    Colon,
    /// A comma or a full stop, as where somebody is called or a sentence ends.
    Stop,
    /// Nothing.
    Nothing,
}

/// A line that begins with a known name and no colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip<'l> {
    /// The name as it stands there.
    pub name: &'l str,
    /// What follows.
    pub text: &'l str,
    /// What stands between.
    pub sign: Sign,
}

impl Slip<'_> {
    /// Whether the line may as well be a sentence that the name opens.
    pub fn is_sentence(&self) -> bool {
        let mut words = self.text.split_whitespace().map(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            word.to_lowercase().replace(['\'', '’'], "")
        });
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // `Max can you come` asks.
        let asks = ASKING.contains(&&*first) && ASKED.contains(&&*second);
        let about = || (AFTER.contains(&&*first) && !asks) || said::is_verb(&first);
        self.sign == Sign::Nothing && (self.is_opened() || about())
    }

    /// Whether the name is a word that opens sentences about anybody.
    pub fn is_opened(&self) -> bool {
        opens_sentences(self.name)
    }
}

/// Words that are names, too, and open sentences without being one.
const OPENERS: &str = "a i you u he she it we they her his my your our their this that the will may ich du er sie es wir ihr yo tú tu él \
     ella usted je il elle on nous vous io lui lei noi voi eu você ele ela nós ik jij je hij zij wij ja ty ona my wy jag han hon \
     ni ben sen o biz siz я ты вы он она мы ти ви він вона ми";
/// Words that stand behind who a sentence is about.
const AFTER: [&str; 72] = [
    "is", "isnt", "was", "wasnt", "has", "hasnt", "had", "will", "wont", "would", "wouldnt", "can", "cant",
    "could", "couldnt", "should", "must", "might", "may", "does", "doesnt", "did", "didnt", "and", "or", "n",
    "wants", "wanted", "went", "came", "comes", "likes", "liked", "thinks", "thought", "knows", "knew",
    "told", "tells", "got", "gets", "gave", "needs", "lives", "looks", "looked", "too", "also", "from",
    "ist", "war", "hat", "hatte", "wird", "kann", "muss", "soll", "kommt", "und", "oder", "est", "était",
    "a", "va", "et", "es", "está", "era", "y", "è", "ha", "e",
];
/// Those that ask where one of the others stands behind them.
const ASKING: [&str; 12] =
    ["is", "was", "can", "will", "would", "could", "should", "must", "may", "might", "does", "did"];
const ASKED: [&str; 10] = ["you", "u", "ya", "i", "we", "he", "she", "they", "it", "there"];

/// How `line` begins with a name that is `known`, by its key, and no colon.
pub fn slip<'l>(line: &'l str, known: impl Fn(&str) -> bool) -> Option<Slip<'l>> {
    let line = line.trim();
    let ends = line.char_indices().filter(|(_, c)| !is_of_name(*c)).map(|(at, _)| at);
    let mut words = 0;
    for end in ends {
        let name = &line[..end];
        if !name.ends_with(char::is_alphanumeric) {
            continue;
        }
        words += 1;
        if words > MOST_WORDS || end > names::LONGEST {
            return None;
        }
        if known(&names::key(name)) {
            return behind(name, &line[end..]);
        }
    }
    None
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\'' | '’')
}

/// What stands behind a name where that is in place of a colon, and words behind it.
fn behind<'l>(name: &'l str, rest: &'l str) -> Option<Slip<'l>> {
    const SIGNS: [char; 9] = [';', '-', '–', '—', '>', '=', '|', '~', '·'];
    let start = rest.trim_start();
    let (sign, text) = match start.chars().next()? {
        ',' | '.' => (Sign::Stop, &start[1..]),
        c if SIGNS.contains(&c) => (Sign::Colon, &start[c.len_utf8()..]),
        ':' if start.len() == rest.len() && start[1..].starts_with(is_of_words) => {
            return Some(Slip { name, text: &start[1..], sign: Sign::Colon });
        }
        c if is_of_words(c) && start.len() < rest.len() => (Sign::Nothing, start),
        _ => return None,
    };
    // `Max… come`, `Max.ok` and `10-12` are none.
    let spaced = sign == Sign::Nothing || text.starts_with(char::is_whitespace);
    let text = text.trim_start();
    (spaced && !text.is_empty()).then_some(Slip { name, text, sign })
}

/// Letters, digits and faces, with which words begin.
fn is_of_words(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace())
}

/// Whether `name` opens sentences that are not about anybody of that name.
fn opens_sentences(name: &str) -> bool {
    let key = names::key(name);
    key.chars().count() < 2 || OPENERS.split_ascii_whitespace().any(|word| word == key)
}

/// Whether two names differ in one letter, or in the order of two.
pub fn is_near(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if short.len() < SHORTEST || long.len() > short.len() + 1 || short == long {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let (rest, more) = (&short[same..], &long[same..]);
    let turned = rest.len() > 1
        && more.len() > 1
        && rest[0] == more[1]
        && rest[1] == more[0]
        && rest[2..] == more[2..];
    match short.len() == long.len() {
        true => turned || rest[1..] == more[1..],
        false => *rest == more[1..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(&str, &str, Sign)> {
        slip(line, |key| ["max", "uncle ray", "me", "i"].contains(&key)).map(|s| (s.name, s.text, s.sign))
    }

    #[test]
    fn names_without_a_colon() {
        use Sign::{Nothing, Stop};
        for (line, sign) in [
            ("Max ok then", Nothing),
            ("Max  ok then", Nothing),
            ("Max; ok then", Sign::Colon),
            ("Max . ok then", Stop),
            ("Max- ok then", Sign::Colon),
            ("Max. ok then", Stop),
            ("Max:ok then", Sign::Colon),
            ("Max, ok then", Stop),
            ("Max. ok then", Stop),
        ] {
            assert_eq!(read(line), Some(("Max", "ok then", sign)), "{line}");
        }
        assert_eq!(read("uncle Ray in?"), Some(("uncle Ray", "in?", Nothing)));
        for line in [
            "Max",
            "Max's bike",
            "Max?",
            "Max... come",
            "Max! come",
            "Maxim ok",
            "so Max ok",
            "Max: ok",
            "Max.ok",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn sentences_about_somebody() {
        let about = |line: &str| slip(line, |key| ["max", "me", "i"].contains(&key)).unwrap().is_sentence();
        for line in ["Max is late", "Max and I go", "Max doesn't know", "I think so", "me too", "Max said no"]
        {
            assert!(about(line), "{line}");
        }
        for line in ["Max ok", "Max can you come", "Max; is it", "me ok", "Max why is that", "I - think so"] {
            assert!(!about(line), "{line}");
        }
    }

    #[test]
    fn names_nearly_right() {
        for (a, b) in
            [("max", "mxa"), ("max", "maxx"), ("kestrl", "kestrel"), ("petra", "pedra"), ("lena", "lna")]
        {
            assert!(is_near(a, b) && is_near(b, a), "{a} {b}");
        }
        for (a, b) in [("max", "max"), ("bo", "bot"), ("max", "mike"), ("ana", "nia"), ("petra", "peter s")] {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
