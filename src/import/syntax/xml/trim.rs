//! A reader in front of the XML parser that cuts what is too long to be text, such as pictures written into attributes,
//! and counts lines. The parser would hold all of it.

use std::io::{self, BufRead, Read};

/// Where in a document the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Text,
    Tag,
    Quote(u8),
    Comment,
    Data,
}

/// Hands out UTF-8 XML without comments, in which no attribute or run of characters is longer than a limit.
pub struct Trimmed<R> {
    inner: R,
    longest: usize,
    place: Place,
    /// The last bytes seen, to know `<!--`, `]]>` and the like by.
    seen: [u8; 9],
    run: usize,
    ready: Vec<u8>,
    given: usize,
    lines: u64,
}

impl<R: BufRead> Trimmed<R> {
    /// Cut what `inner` gives at `longest` bytes.
    pub fn new(inner: R, longest: usize) -> Self {
        let (seen, run, ready, given, lines) = ([0; 9], 0, Vec::new(), 0, 1);
        Self { inner, longest, place: Place::Text, seen, run, ready, given, lines }
    }

    /// The line that has been consumed up to, as far as line ends were not cut; from 1.
    pub fn line(&self) -> u64 {
        self.lines
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        loop {
            let block = self.inner.fill_buf()?;
            let length = block.len();
            if length == 0 {
                return Ok(());
            }
            let mut state = (self.place, self.seen, self.run);
            let mut rest = block;
            while let Some((byte, _)) = rest.split_first() {
                // Most of a document is words and names: what changes nothing is taken at once, as far as it fits.
                let room = self.longest.saturating_sub(state.2);
                let most =
                    if matches!(state.0, Place::Text | Place::Quote(_) | Place::Tag) { room } else { 0 };
                let plain = rest.iter().take(most).take_while(|b| !is_sign(**b)).count();
                if plain > 0 {
                    self.ready.extend_from_slice(&rest[..plain]);
                    remember(&mut state.1, &rest[..plain]);
                    state.2 += plain;
                    rest = &rest[plain..];
                    continue;
                }
                self.ready.extend_from_slice(step(&mut state, byte, self.longest));
                rest = &rest[1..];
            }
            (self.place, self.seen, self.run) = state;
            self.inner.consume(length);
            if !self.ready.is_empty() {
                return Ok(());
            }
        }
    }
}

/// Whether the byte can be part of what ends or begins a tag, a quote, a comment or data.
fn is_sign(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'"' | b'\'' | b'-' | b'[' | b']')
}

/// Take bytes that change nothing into account.
fn remember(seen: &mut [u8; 9], bytes: &[u8]) {
    let last = &bytes[bytes.len().saturating_sub(seen.len())..];
    seen.rotate_left(last.len());
    let from = seen.len() - last.len();
    seen[from..].copy_from_slice(last);
}

/// Take one byte into account; what is kept in its place.
fn step<'b>(state: &mut (Place, [u8; 9], usize), byte: &'b u8, longest: usize) -> &'b [u8] {
    let (place, seen, run) = state;
    seen.rotate_left(1);
    seen[8] = *byte;
    let was = *place;
    *place = match (was, *byte) {
        (Place::Text, b'<') => Place::Tag,
        (Place::Tag, b'>') => Place::Text,
        (Place::Tag, b'"' | b'\'') => Place::Quote(*byte),
        (Place::Tag, b'-') if seen.ends_with(b"<!--") => Place::Comment,
        (Place::Tag, b'[') if seen.ends_with(b"<![CDATA[") => Place::Data,
        (Place::Quote(quote), byte) if byte == quote => Place::Tag,
        (Place::Comment, b'>') if seen.ends_with(b"-->") => Place::Text,
        (Place::Data, b'>') if seen.ends_with(b"]]>") => Place::Text,
        (place, _) => place,
    };
    let same = std::slice::from_ref(byte);
    let cut = *run > longest;
    *run = if *place == was { *run + 1 } else { 0 };
    match (was, *place == was) {
        // Nobody needs what a comment says.
        (Place::Comment, true) => &[],
        (Place::Comment, false) => b"-->",
        (Place::Data, false) if cut => b"]]>",
        (Place::Tag, _) | (_, false) => same,
        _ => {
            // A character is kept whole or not at all: what counts is where it began.
            let behind = seen.iter().rev().take_while(|b| **b & 0xc0 == 0x80).count();
            if run.saturating_sub(behind) <= longest { same } else { &[] }
        }
    }
}

impl<R: BufRead> Read for Trimmed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Trimmed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        Ok(&self.ready[self.given..])
    }

    fn consume(&mut self, amount: usize) {
        let end = (self.given + amount).min(self.ready.len());
        self.lines += self.ready[self.given..end].iter().filter(|b| **b == b'\n').count() as u64;
        self.given = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn many_bytes_at_once_are_read_as_one_by_one(text in "(<|>|a|é|\"|'|-|!--|\\[CDATA\\[|\\]|\n| ){0,40}", longest in 0..9usize) {
            let mut at_once = String::new();
            Trimmed::new(text.as_bytes(), longest).read_to_string(&mut at_once).unwrap();
            let (mut state, mut alone) = ((Place::Text, [0; 9], 0), Vec::new());
            text.as_bytes().iter().for_each(|byte| alone.extend_from_slice(step(&mut state, byte, longest)));
            prop_assert_eq!(at_once.as_bytes(), &alone[..]);
        }
    }
}
