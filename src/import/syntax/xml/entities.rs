//! Entities of XML text, read the way people's exports write them.

use std::borrow::Cow;

/// Longest name of an entity between `&` and `;`.
const LONGEST: usize = 10;

/// `text` with its entities resolved. Two halves of a character (`&#55357;&#56832;`, which phones write for emoji) make
/// one; a lone half and a number that is no character become U+FFFD; names that are not known stay as they are.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((body, after)) = entity(rest) else {
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        rest = match (number(body), named(body)) {
            (Some(unit), _) => character(unit, after, &mut out),
            (None, Some(c)) => {
                out.push(c);
                after
            }
            (None, None) => {
                out.push('&');
                &rest[1..]
            }
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What stands between the `&` that `text` begins with and its `;`, and what follows.
fn entity(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take(LONGEST + 2).position(|b| b == b';')?;
    Some((&text[1..end], &text[end + 1..]))
}

fn number(body: &str) -> Option<u32> {
    let digits = body.strip_prefix('#')?;
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// Append the character with this number, together with the other half in `after` when it is the first of two.
fn character<'t>(unit: u32, after: &'t str, out: &mut String) -> &'t str {
    if (0xd800..0xdc00).contains(&unit) {
        let second =
            entity(after).filter(|_| after.starts_with('&')).and_then(|(b, rest)| Some((number(b)?, rest)));
        if let Some((low @ 0xdc00..0xe000, rest)) = second {
            let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            return rest;
        }
    }
    out.push(char::from_u32(unit).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
    after
}

fn named(body: &str) -> Option<char> {
    Some(match body {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entities() {
        assert_eq!(unescape("a &amp;amp; b"), "a &amp; b");
        assert_eq!(unescape("&#x1F600;&#128512;"), "😀😀");
        assert_eq!(unescape("&#55357;x &#56832;"), "\u{fffd}x \u{fffd}");
        assert_eq!(unescape("a & b; &; &#; &#99999999999;"), "a & b; &; &#; &#99999999999;");
        assert!(matches!(unescape("plain"), Cow::Borrowed(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_survived(text in "(&|#|x|;|5|d|é|amp){0,24}") {
            unescape(&text);
        }
    }
}
