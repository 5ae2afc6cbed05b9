//! Undo what hides words from a reader that knows only plain ones: odd code points, look-alike letters, spaced or
//! dotted or bracketed words, digits for letters; and replace what identifies people by what kind of thing it is.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:https?://|www\.)\S+|\b[a-z0-9][a-z0-9-]*\.(?:com|net|org|me|gg|io|ly|app|link|xyz|ru|cc|tk)/\S*",
    )
});
static EMAIL: LazyLock<Regex> = LazyLock::new(|| regex(r"[\w.+-]+@[\w-]+\.[\w.-]+"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"\+?\d[\d \-().]{5,}\d"));
static SPACED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:^|\s)(?:[\p{L}'’][ .\-_*|]){3,}\p{L}(?:$|[\s,.!?])"));
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:[(\[{]\P{White_Space}[)\]}]){3,}"));
static MIXED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[\p{L}\d$]*(?:\p{L}[0-9@$]|[0-9@$]\p{L})[\p{L}\d@$]*"));
static LEET: LazyLock<Regex> = LazyLock::new(|| regex(r"\p{L}[013457@$]{1,2}\p{L}"));

/// Shortest word with digits that is looked up; shorter ones are times, sizes and the like.
const LOOKED_UP: usize = 4;

/// The text a model reads in place of `text`; `known` says whether the model has a word, in lower case, for its own. Idempotent on text without disguises; never
/// longer than a small multiple of it.
pub fn normalise(text: &str, known: impl Fn(&str) -> bool) -> String {
    let plain: String = text.nfkc().filter(|c| !invisible(*c)).collect();
    let plain =
        BRACKETED.replace_all(&plain, |m: &Captures| m[0].chars().skip(1).step_by(3).collect::<String>());
    let plain = LINK.replace_all(&plain, "<url>");
    let plain = EMAIL.replace_all(&plain, "<email>");
    let plain = NUMBER.replace_all(&plain, |m: &Captures| number(&m[0]));
    let plain = latin(&plain);
    let plain = SPACED.replace_all(&plain, |m: &Captures| joined(&m[0]));
    let plain = MIXED.replace_all(&plain, |m: &Captures| spelt(&m[0], &known));
    let plain = LEET.replace_all(&plain, |m: &Captures| m[0].chars().map(unleet).collect::<String>());
    shorten_runs(&plain)
}

/// Zero-width, bidirectional, variation and control characters; line breaks stay.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        || (c.is_control() && !c.is_whitespace())
}

/// Seven digits or more are an address of some kind; fewer are a price, a year or an age and stay.
fn number(found: &str) -> String {
    let digits = found.chars().filter(char::is_ascii_digit).count();
    if digits >= 7 { "<phone>".to_owned() } else { found.to_owned() }
}

/// `s e c r e t` and `s.e.c.r.e.t` as one word, the white space around it kept.
fn joined(found: &str) -> String {
    let body = found.trim();
    let lead = if found.starts_with(char::is_whitespace) { " " } else { "" };
    let tail = found.chars().last().filter(|c| !c.is_alphabetic()).map(String::from).unwrap_or_default();
    let letters: String = body.chars().filter(|c| c.is_alphabetic() || matches!(c, '\'' | '’')).collect();
    format!("{lead}{letters}{tail}")
}

/// A word with digits in it, in letters when that makes it a known one (`pr0m153`, `5ecre7`). A number with a unit (`$33k`), a known word with a number
/// at an end (`year7`, `50th`) and a handle (`@lex`) stay.
fn spelt(word: &str, known: impl Fn(&str) -> bool) -> String {
    let core = word.trim_matches(|c: char| c.is_ascii_digit() || c == '$').to_lowercase();
    let unit = core.chars().count() == 1 && word.ends_with(char::is_alphabetic);
    let numbered = core.chars().count() > 1 && core.chars().all(char::is_alphabetic) && known(&core);
    let letters: String = word.chars().map(unleet).collect();
    let plain = letters.chars().all(char::is_alphabetic) && known(&letters.to_lowercase());
    let looked_up = word.chars().count() >= LOOKED_UP && !word.starts_with('@');
    if looked_up && plain && !unit && !numbered { letters } else { word.to_owned() }
}

fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Cyrillic and Greek letters that look Latin, in words that would else be Latin.
fn latin(text: &str) -> Cow<'_, str> {
    let has_latin = text.chars().any(|c| c.is_ascii_alphabetic());
    if !has_latin || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let word = |word: &str| -> String {
        let fits = word.chars().filter(|c| c.is_alphabetic()).all(|c| c.is_ascii() || look_alike(c) != c);
        if fits { word.chars().map(look_alike).collect() } else { word.to_owned() }
    };
    Cow::Owned(text.split_inclusive(char::is_whitespace).map(word).collect())
}

/// From the confusables of Unicode Technical Standard 39, the lower and upper case letters seen in use.
fn look_alike(c: char) -> char {
    const FOREIGN: &str = "аеорсухіјѕһԁԛԝьАВЕКМНОРСТУХІЈЅαορνικτυωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
    const LATIN: &str = "aeopcyxijshdqwbABEKMHOPCTYXIJSaopvиктuwABEZHIKMNOPTYX";
    match FOREIGN.chars().position(|f| f == c) {
        Some(at) => LATIN.chars().nth(at).filter(char::is_ascii).unwrap_or(c),
        None => c,
    }
}

/// `sooooooo` as `sooo`: three of a kind say as much as thirty.
fn shorten_runs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut last, mut run) = ('\0', 0);
    for c in text.chars() {
        run = if c == last { run + 1 } else { 1 };
        last = c;
        if run <= 3 || c.is_ascii_digit() {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::normalise;

    const KNOWN: [&str; 15] = [
        "promise", "secret", "this", "photos", "year", "th", "am", "years", "rust", "trust", "seek", "seem",
        "26th", "alex", "alive",
    ];

    fn normalised(text: &str) -> String {
        normalise(text, |word| KNOWN.contains(&word))
    }

    #[test]
    fn hidden_words_become_plain() {
        assert_eq!(normalised("keep it s e c r e t ok"), "keep it secret ok");
        assert_eq!(normalised("our s.e.c.r.e.t, yes"), "our secret, yes");
        assert_eq!(normalised("our (s)(e)(c)(r)(e)(t)(,) [o][k][a][y]"), "our secret, okay");
        assert_eq!(normalised("⒮⒠⒞⒭⒠⒯"), "secret");
        assert_eq!(normalised("d o n ' t tell"), "don't tell");
        assert_eq!(normalised("s3cr3t m4te"), "secret mate");
        assert_eq!(normalised("se\u{200b}cr\u{202e}et"), "secret");
        assert_eq!(normalised("ѕесrеt plan"), "secret plan");
        assert_eq!(normalised("ｓｅｃｒｅｔ"), "secret");
        assert_eq!(normalised("soooooooo"), "sooo");
    }

    #[test]
    fn digits_are_letters_where_they_make_a_known_word() {
        assert_eq!(normalised("Pr0m153, 7h15 is our 5ecre7"), "Promise, this is our secret");
        assert_eq!(
            normalised("ph0t05 pr0m153s"),
            "photos prom153s",
            "what is not known is undone between letters only"
        );
        for text in [
            "in year7",
            "at 10am",
            "the 50th",
            "7rust",
            "u r 13yo",
            "a 1337 h4",
            "top5 2024",
            "5days",
            "1v1 me",
            "$33k or 533m",
            "267h",
            "@lex and @live",
        ] {
            assert_eq!(normalised(text), text);
        }
    }

    #[test]
    fn what_people_type_stays() {
        for text in [
            "gr8 c u l8r",
            "i'm 13 u?",
            "b4 2nite",
            "at 18:30 on 12/05",
            "привет, как дела",
            "a b c",
            "(a) rope (b) tent",
            "(x)(y)",
        ] {
            assert_eq!(normalised(text), text);
        }
    }

    #[test]
    fn addresses_become_kinds() {
        assert_eq!(normalised("see https://example.org/x?y=1 ok"), "see <url> ok");
        assert_eq!(normalised("write me@example.org"), "write <email>");
        assert_eq!(normalised("call +44 20 7946 0123 now"), "call <phone> now");
        assert_eq!(normalised("t.me/someone"), "<url>");
    }
}
