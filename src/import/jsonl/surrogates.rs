//! Halves of characters. Programs that cut texts by UTF-16 units leave half an emoji behind, which JSON can write
//! (`\ud83d`) and strict readers refuse, and a whole conversation with it.

/// The line with each escape of half a character replaced by that of U+FFFD; `None` when there is none.
pub fn mended(line: &str) -> Option<String> {
    let mut out = String::with_capacity(line.len());
    let (mut rest, mut found) = (line, false);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match unit(rest) {
            Some(0xd800..=0xdbff) if matches!(rest.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                found = true;
                out.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            Some(_) => 6,
            // An escaped backslash is no start of another escape.
            None => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(rest);
    found.then_some(out)
}

/// The UTF-16 unit of the escape that `text` begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_are_replaced_and_wholes_kept() {
        assert_eq!(mended(r#""a\ud83d b\ude00""#).as_deref(), Some(r#""a\ufffd b\ufffd""#));
        assert_eq!(mended(r#""\ud83d\ude00 \\ud83d \n \u00e9""#), None);
        assert_eq!(mended(r#""\ud83d\ud83d\ude00""#).as_deref(), Some(r#""\ufffd\ud83d\ude00""#));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_line_is_survived(line in "(\\\\|u|d8|dc|[0-9a-f]|é){0,24}") {
            mended(&line);
        }
    }
}
