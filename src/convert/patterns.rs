//! Things in a text that lead to a person: links, e-mail addresses, handles and numbers, found by how they are written.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An address on the web, or of a program.
    Link,
    /// An e-mail address.
    Email,
    /// A name on a platform.
    Handle,
    /// A telephone number, or anything as long.
    Phone,
    /// A longer number: of a card, an account, a document.
    Number,
}

impl Class {
    /// As it stands in aliases.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Email => "email",
            Self::Handle => "handle",
            Self::Phone => "phone",
            Self::Number => "number",
        }
    }
}

static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)
        (?P<email> [\p{L}\p{N}._%+'\-]* [\p{L}\p{N}_%+\-] @ [\p{L}\p{N}\-]+ (?: \. [\p{L}\p{N}\-]+ )+ )
        | (?P<link> \b (?: [a-z][a-z0-9+.\-]* :// | www\. | mailto: | tel: ) [^\s<>\u{22}]+
            | \b (?: [\p{L}\p{N}\-]+ \. )+ [a-z]{2,} / [^\s<>\u{22}]*
            | \b (?: [\p{L}\p{N}\-]+ \. )+ (?: com | net | org | info | biz | edu | gov | app | dev | me | gg | io | ly
                | co | tv | xyz | site | online | club | uk | de | fr | es | it | nl | pl | ru | br | in | au | ca | eu | us | ch | at | be | se | jp ) \b )
        | (?P<handle> @ \u{2068} [^\u{2069}\n]+ \u{2069}
            | < @ [!&]? [a-z0-9]+ >
            | @ [\p{L}\p{N}_] [\p{L}\p{N}\p{M}_.\-]* (?: : [\p{L}\p{N}.\-]+ )?
            | \b [\p{L}\p{N}_.]{2,32} \# [0-9]{4} \b )
        | (?P<phone> [+(]? \p{Nd} (?: [\s().\-/\u{2010}-\u{2015}\u{2066}-\u{2069}\u{200e}\u{200f}]{0,3} \p{Nd} ){6,} )
        ",
    )
    .expect("a constant pattern")
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.] ?\d{1,2}[-/.] ?\d{2,4})";
    Regex::new(&format!(r"^{day}(?:[\s-]+(?:{day}|\d{{1,2}}))?$")).expect("a constant pattern")
});
/// A day written without signs, as cameras and phones do in file names.
static FILE_DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$").expect("a constant pattern")
});

/// Every thing in `text`, in order. In the name of a file, a day is none.
pub fn find(text: &str, is_file: bool) -> Vec<(Range<usize>, Class)> {
    let classes =
        [("email", Class::Email), ("link", Class::Link), ("handle", Class::Handle), ("phone", Class::Phone)];
    let mut found = Vec::new();
    for groups in FOUND.captures_iter(text) {
        let Some((range, class)) =
            classes.iter().find_map(|(name, class)| Some((groups.name(name)?.range(), *class)))
        else {
            continue;
        };
        let range = range.start..range.start + trimmed(&text[range.clone()]).len();
        match judged(&text[range.clone()], class, is_file) {
            Some(class) => found.push((range, class)),
            None => continue,
        }
    }
    found
}

/// Without the signs of the sentence around it.
fn trimmed(found: &str) -> &str {
    found.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '"', '»', '”', '’', '-', '*'])
}

fn judged(found: &str, class: Class, is_file: bool) -> Option<Class> {
    if found.is_empty() || class != Class::Phone {
        return (!found.is_empty()).then_some(class);
    }
    let dated = DATE.is_match(found) || (is_file && FILE_DATE.is_match(found));
    match digits(found).len() {
        _ if dated => None,
        16.. => Some(Class::Number),
        _ => Some(Class::Phone),
    }
}

/// One spelling for all spellings of a thing.
pub fn normal(found: &str, class: Class) -> String {
    match class {
        Class::Phone | Class::Number => digits(found).trim_start_matches("00").to_owned(),
        Class::Handle => {
            let inner = |c: char| matches!(c, '@' | '<' | '>' | '!' | '&' | '\u{2068}' | '\u{2069}');
            found.trim_matches(inner).to_lowercase()
        }
        Class::Link => found.trim_end_matches('/').to_owned(),
        Class::Email => found.to_lowercase(),
    }
}

/// The digits of any script, as ASCII.
pub fn digits(text: &str) -> String {
    text.chars().filter(|c| c.is_numeric()).map(ascii).collect()
}

fn ascii(c: char) -> char {
    const ZEROS: [char; 6] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{ff10}'];
    let value = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|d| *d < 10));
    value.and_then(|d| char::from_digit(d, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Class)> {
        find(text, false).into_iter().map(|(range, class)| (&text[range], class)).collect()
    }

    #[test]
    fn each_kind_is_found_without_the_sentence_around_it() {
        for (text, thing, class) in [
            ("write to ida.k+x@mail.example.org, ok?", "ida.k+x@mail.example.org", Class::Email),
            ("see https://example.org/a?b=c.", "https://example.org/a?b=c", Class::Link),
            ("(t.me/idak)", "t.me/idak", Class::Link),
            ("my site example.com!", "example.com", Class::Link),
            ("I am @ida_k on there", "@ida_k", Class::Handle),
            ("hi <@12345> there", "<@12345>", Class::Handle),
            ("add idak#1234", "idak#1234", Class::Handle),
            ("call +44 7700 900123 now", "+44 7700 900123", Class::Phone),
            ("(030) 123-4567", "(030) 123-4567", Class::Phone),
            ("٠٧٧٠٠٩٠٠١٢٣", "٠٧٧٠٠٩٠٠١٢٣", Class::Phone),
            ("4000 0000 0000 0002", "4000 0000 0000 0002", Class::Number),
        ] {
            assert_eq!(found(text), [(thing, class)], "{text}");
        }
    }

    #[test]
    fn dates_times_and_prices_stay() {
        for text in
            ["on 2024-05-01 at 18:02", "01.05.2024", "it costs 1,200.50", "at 10:30", "me @ 5", "e.g. this"]
        {
            assert_eq!(found(text), [], "{text}");
        }
        assert!(find("IMG-20220318-WA0001.jpg", true).is_empty());
    }

    #[test]
    fn spellings_are_one() {
        assert_eq!(normal("+44 7700-900123", Class::Phone), normal("00447700900123", Class::Phone));
        assert_eq!(normal("@\u{2068}Ida K\u{2069}", Class::Handle), "ida k");
    }
}
