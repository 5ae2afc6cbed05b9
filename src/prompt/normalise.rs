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
/// As `SPACED`, with what another disguise under it or over it leaves: digits for letters, signs that stand twice, emoji between.
static STACKED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:^|\s)(?:[\p{L}\d@$'’](?:[.\-_*|~•\p{So}]{1,3} ?| )){3,}[\p{L}\d@$](?:[.\-_*|~•\p{So}]{1,3})?(?:$|[\s,.!?])",
    )
});
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:[(\[{]\P{White_Space}[)\]}]){3,}"));
static MIXED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[\p{L}\d$]*(?:\p{L}[0-9@$]|[0-9@$]\p{L})[\p{L}\d@$]*"));
static LEET: LazyLock<Regex> = LazyLock::new(|| regex(r"\p{L}[013457@$]{1,2}\p{L}"));

/// Shortest word with digits that is looked up; shorter ones are times, sizes and the like.
const LOOKED_UP: usize = 4;

/// The text a model reads in place of `text`; `known` says whether the model has a word, in lower case, for its own. Idempotent on text without disguises; never
/// longer than a small multiple of it.
pub fn normalise(text: &str, known: impl Fn(&str) -> bool) -> String {
    let plain: String = text.nfkc().filter(|c| !invisible(*c)).map(unadorned).collect();
    let plain =
        BRACKETED.replace_all(&plain, |m: &Captures| m[0].chars().skip(1).step_by(3).collect::<String>());
    let plain = LINK.replace_all(&plain, "<url>");
    let plain = EMAIL.replace_all(&plain, "<email>");
    let plain = NUMBER.replace_all(&plain, |m: &Captures| number(&m[0]));
    let plain = latin(&plain);
    let plain = STACKED.replace_all(&plain, |m: &Captures| spelt_out(&m[0], &known));
    let plain = SPACED.replace_all(&plain, |m: &Captures| joined(&m[0]));
    let plain = MIXED.replace_all(&plain, |m: &Captures| spelt(&m[0], &known));
    let plain = LEET.replace_all(&plain, |m: &Captures| m[0].chars().map(unleet).collect::<String>());
    shorten_runs(&plain)
}

/// Zero-width, bidirectional, variation and control characters, and accents that no letter has; line breaks stay.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        || (c.is_control() && !c.is_whitespace())
}

/// A letter for a small capital and for a white one in a black circle or square, which compatibility (NFKC) does not know as letters.
fn unadorned(c: char) -> char {
    const SMALL: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡ\u{0}ʏᴢ";
    let letter = |at: u32| char::from_u32('a' as u32 + at).unwrap_or(c);
    match c {
        '\u{1f150}'..='\u{1f169}' => letter(c as u32 - 0x1f150),
        '\u{1f170}'..='\u{1f189}' => letter(c as u32 - 0x1f170),
        '\u{250}'..='\u{2af}' | '\u{1d00}'..='\u{1d2b}' | '\u{a730}'..='\u{a7af}' => {
            SMALL.chars().position(|small| small == c).map_or(c, |at| letter(at as u32))
        }
        other => other,
    }
}

/// Seven digits or more are an address of some kind; fewer are a price, a year or an age and stay.
fn number(found: &str) -> String {
    let digits = found.chars().filter(char::is_ascii_digit).count();
    if digits >= 7 { "<phone>".to_owned() } else { found.to_owned() }
}

/// `s e c r e t` and `s.e.c.r.e.t` as one word.
fn joined(found: &str) -> String {
    in_place(
        found,
        &found.chars().filter(|c| c.is_alphabetic() || matches!(c, '\'' | '’')).collect::<String>(),
    )
}

/// `s.3.c.r.e.7` and `s..e..c..r..e..t` as one word, when that is a known one, or when hardly anything but letters stands between signs.
fn spelt_out(found: &str, known: impl Fn(&str) -> bool) -> String {
    let signs: Vec<char> = found.chars().filter(|c| of_word(*c)).collect();
    let letters = signs.iter().filter(|c| c.is_alphabetic()).count();
    let word = in_letters(&signs.iter().collect::<String>(), &known);
    let closed = !found.trim().contains(' ') && 4 * letters >= 3 * signs.len();
    match word.or_else(|| closed.then(|| signs.into_iter().map(unleet).collect())) {
        Some(word) if letters >= 2 => in_place(found, &word),
        _ => found.to_owned(),
    }
}

/// `word` in place of what was found, with the white space before it and the sign or white space that ends it.
fn in_place(found: &str, word: &str) -> String {
    let lead = if found.starts_with(char::is_whitespace) { " " } else { "" };
    let tail = found.chars().last().filter(|c| !of_word(*c)).map(String::from).unwrap_or_default();
    format!("{lead}{word}{tail}")
}

/// Whether `c` may stand for a letter of a word, or belongs to one.
fn of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '@' | '$' | '\'' | '’')
}

/// A word with letters for its digits, when that is a known one; a `1` may be an i or an l.
fn in_letters(word: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    ['i', 'l'].into_iter().find_map(|one| {
        let letters: String = word.chars().map(|c| if c == '1' { one } else { unleet(c) }).collect();
        (letters.chars().all(char::is_alphabetic) && known(&letters.to_lowercase())).then_some(letters)
    })
}

/// A word with digits in it, in letters when that makes it a known one (`pr0m153`, `5ecre7`). A number with a unit (`$33k`), a known word with a number
/// at an end (`year7`, `50th`) and a handle (`@lex`) stay.
fn spelt(word: &str, known: impl Fn(&str) -> bool) -> String {
    let core = word.trim_matches(|c: char| c.is_ascii_digit() || c == '$').to_lowercase();
    let unit = core.chars().count() == 1 && word.ends_with(char::is_alphabetic);
    let numbered = core.chars().count() > 1 && core.chars().all(char::is_alphabetic) && known(&core);
    let looked_up = word.chars().count() >= LOOKED_UP && !word.starts_with('@') && !unit && !numbered;
    in_letters(word, known).filter(|_| looked_up).unwrap_or_else(|| word.to_owned())
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

    const KNOWN: [&str; 17] = [
        "will", "call", "promise", "secret", "this", "photos", "year", "th", "am", "years", "rust", "trust",
        "seek", "seem", "26th", "alex", "alive",
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
    fn one_disguise_upon_another_is_undone() {
        for text in [
            "our s.3.c.r.3.7, ok",
            "our s..3..c..r..3..t, ok",
            "our s.\u{200b}.е.\u{200b}.c.\u{200b}.r.\u{200b}.3.\u{200b}.t, ok",
            "our s e c r 3 t, ok",
            "our s. e. c. r. e. t, ok",
            "our s🙂e🙂c🙂r🙂e🙂t, ok",
            "our ꜱᴇᴄʀᴇᴛ, ok",
            "our 🅢🅔🅒🅡🅔🅣, ok",
            "our s\u{336}e\u{336}c\u{336}r\u{336}e\u{336}t\u{336}, ok",
        ] {
            assert_eq!(normalised(text), "our secret, ok", "{text:?}");
        }
        assert_eq!(normalised("s.n.@.p.c.h.@.t me"), "snapchat me", "an unknown word between signs");
        assert_eq!(normalised("wi11 you ca1l"), "will you call", "a one is an i or an l");
    }

    #[test]
    fn what_people_type_stays() {
        for text in [
            "a. b. c. d",
            "1 2 3 4 5 6",
            "1. a 2. b",
            "v 1 . 3 . 5",
            "b 4 u g o",
            "4 🙂 5 🙂 7 🙂 0",
            "9.a.3.b.5",
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
