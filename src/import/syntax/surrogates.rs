//! Halves of characters. Programs that cut texts by UTF-16 units leave half an emoji behind, which JSON can write
//! (`\ud83d`) and strict readers refuse, and a whole conversation with it.

use std::io::{self, BufRead, Read};

/// Longest run of bytes whose meaning hangs together: the escapes of two halves.
const PAIR: usize = 12;

/// The line with each escape of half a character replaced by that of U+FFFD; `None` when there is none.
pub fn mended(line: &str) -> Option<String> {
    let mut out = String::with_capacity(line.len());
    mend(line, true, &mut out);
    (out != line).then_some(out)
}

/// Append `text` to `out` with halves replaced, up to where it cannot be told yet whether a half follows, unless this
/// is the `last` of it. The number of bytes of `text` that were used.
fn mend(text: &str, last: bool, out: &mut String) -> usize {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.len() < PAIR && !last {
            return text.len() - rest.len();
        }
        let length = match unit(rest) {
            Some(0xd800..=0xdbff) if matches!(rest.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) => PAIR,
            Some(0xd800..=0xdfff) => {
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
    text.len()
}

/// The UTF-16 unit of the escape that `text` begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

/// A reader of JSON text with its halves of characters replaced.
pub struct Mended<R> {
    inner: R,
    /// What was read and not yet mended.
    waiting: Vec<u8>,
    ready: String,
    given: usize,
    ended: bool,
}

impl<R: BufRead> Mended<R> {
    /// Mend what `inner` gives, which must be UTF-8.
    pub fn new(inner: R) -> Self {
        Self { inner, waiting: Vec::new(), ready: String::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.ended {
            let block = self.inner.fill_buf()?;
            self.ended = block.is_empty();
            self.waiting.extend_from_slice(block);
            let length = block.len();
            self.inner.consume(length);
            let text = match std::str::from_utf8(&self.waiting) {
                Ok(text) => text,
                // A character whose end is in the next block.
                Err(e) if e.error_len().is_none() && !self.ended => {
                    std::str::from_utf8(&self.waiting[..e.valid_up_to()]).unwrap_or_default()
                }
                Err(e) => return Err(io::Error::new(io::ErrorKind::InvalidData, e)),
            };
            let used = mend(text, self.ended, &mut self.ready);
            self.waiting.drain(..used);
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Mended<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Mended<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        Ok(&self.ready.as_bytes()[self.given..])
    }

    fn consume(&mut self, amount: usize) {
        self.given = (self.given + amount).min(self.ready.len());
    }
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

    /// Gives a text in blocks of a few bytes, which may end inside a character.
    struct Blocks<'t>(&'t [u8], usize);

    impl Read for Blocks<'_> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            unreachable!("only blocks are asked for")
        }
    }

    impl BufRead for Blocks<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Ok(&self.0[..self.1.min(self.0.len())])
        }

        fn consume(&mut self, amount: usize) {
            self.0 = &self.0[amount..];
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_line_is_survived_and_read_alike_in_blocks(line in "(\\\\|u|d8|dc|3d|00|[0-9a-f]|é){0,24}", size in 1..7usize) {
            let whole = mended(&line).unwrap_or_else(|| line.clone());
            let mut blocks = String::new();
            Mended::new(Blocks(line.as_bytes(), size)).read_to_string(&mut blocks).unwrap();
            prop_assert_eq!(blocks, whole);
        }
    }
}
