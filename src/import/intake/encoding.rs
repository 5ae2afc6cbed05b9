//! From bytes to UTF-8, whatever they were: with or without a byte order mark, UTF-16, or an old code page.
//!
//! Decoding streams. A file that begins in plain ASCII is decided at its first other byte, from the block around
//! it, so nothing is read twice.

mod seen;

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::twice;
use seen::Seen;

const BLOCK: usize = 64 * 1024;
/// How far ahead to look at most for what tells the encoding, in bytes.
const FARTHEST: usize = 16 * BLOCK;

/// What the first bytes of an input say about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nature {
    /// Text in this encoding, after a mark of so many bytes; `None` when it can only be told further on.
    Text(Option<&'static Encoding>, usize),
    /// No text; what it looks like.
    Binary(&'static str),
    /// Text, but in an encoding that is not read.
    Unsupported(&'static str),
}

/// Look at the first bytes of an input.
pub fn nature(head: &[u8]) -> Nature {
    if head.starts_with(&[0xff, 0xfe, 0, 0]) || head.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Nature::Unsupported("UTF-32");
    }
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return Nature::Text(Some(encoding), length);
    }
    if let Some(what) = magic(head) {
        return Nature::Binary(what);
    }
    if !head.contains(&0) {
        let text = head.iter().filter(|b| is_control(**b)).count() * 10 <= head.len();
        return if text { Nature::Text(None, 0) } else { Nature::Binary("a binary file") };
    }
    match utf16_without_mark(head) {
        Some(encoding) => Nature::Text(Some(encoding), 0),
        None => Nature::Binary("a binary file"),
    }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
}

/// File kinds that people give by mistake, by their first bytes.
fn magic(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 14] = [
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"%PDF", "a PDF file"),
        (b"OggS", "a voice or sound file"),
        (b"ID3", "a sound file"),
        (b"RIFF", "a sound, video or WebP file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z file (unpack it first)"),
        (b"Rar!", "a RAR file (unpack it first)"),
        (b"SQLite format 3\0", "a database of a kind not read here"),
        (b"\xd0\xcf\x11\xe0", "an old Office file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file (unpack it first)"),
        (b"\x7fELF", "a program"),
        (b"MZ\x90", "a program"),
    ];
    if head.get(4..8) == Some(b"ftyp") {
        return Some("a video or sound file");
    }
    KINDS.iter().find(|(start, _)| head.starts_with(start)).map(|(_, what)| *what)
}

/// UTF-16 shows as zero bytes on one side of each pair only: every script has its spaces, digits and line ends there.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |offset| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = (head.len() / 50).max(1);
    let encoding = match (even > enough && odd * 20 < even, odd > enough && even * 20 < odd) {
        (true, _) => UTF_16BE,
        (_, true) => UTF_16LE,
        _ => return None,
    };
    let (text, _) = encoding.decode_without_bom_handling(&head[..head.len() & !1]);
    let strange = text.chars().filter(|c| *c == '\u{fffd}' || (c.is_control() && !c.is_whitespace())).count();
    (strange * 50 <= text.len()).then_some(encoding)
}

/// How many places of a kind an input has, and the line of the first.
#[derive(Debug, Default)]
pub struct Places(Cell<(u64, u64)>);

impl Places {
    fn add(&self, count: u64, line: u64) {
        let (before, first) = self.0.get();
        self.0.set((before + count, if before == 0 { line } else { first }));
    }

    /// What was counted since this was asked last.
    pub fn take(&self) -> (u64, u64) {
        self.0.take()
    }
}

/// What decoding met that a reader has to be told.
#[derive(Debug, Default)]
pub struct Met {
    /// Characters that had to be replaced.
    pub replaced: Places,
    /// Lines with letters that were encoded twice.
    pub twice: Places,
}

/// The same, shared with whoever reports it.
pub type Meeting = Rc<Met>;

/// A reader of UTF-8 over a reader of anything. Undecodable bytes become U+FFFD and are counted.
pub struct Utf8<R> {
    raw: R,
    block: Vec<u8>,
    used: usize,
    ended: bool,
    /// Why reading failed, to be told when what came before has been given.
    failed: Option<io::Error>,
    decoder: Option<Decoder>,
    ready: String,
    given: usize,
    lines: u64,
    /// Whether all of it was encoded twice, when that is known.
    twice: Option<bool>,
    /// What may go on in the next block, where it was.
    waiting: String,
    met: Meeting,
}

impl<R: Read> Utf8<R> {
    /// Decode `raw`, which starts with what `nature` looked at; a byte order mark is left out.
    pub fn new(mut raw: R, nature: Nature, met: Meeting) -> io::Result<Self> {
        let (encoding, mark) = match nature {
            Nature::Text(encoding, mark) => (encoding, mark),
            // Forced by the user or by a format that knows better.
            _ => (Some(UTF_8), 0),
        };
        raw.read_exact(&mut [0; 3][..mark])?;
        let decoder = encoding.map(|e| e.new_decoder_without_bom_handling());
        let (block, ready) = (Vec::with_capacity(BLOCK), String::with_capacity(2 * BLOCK));
        let (used, given, lines, ended, failed, twice, waiting) = (0, 0, 0, false, None, None, String::new());
        Ok(Self { raw, block, used, ended, failed, decoder, ready, given, lines, twice, waiting, met })
    }

    fn refill(&mut self) -> io::Result<()> {
        self.lines += self.ready.bytes().filter(|b| *b == b'\n').count() as u64;
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.is_over() {
            if self.used == self.block.len() && !self.ended {
                self.read_block();
            }
            self.decode_block();
            self.mend();
        }
        match self.failed.take_if(|_| self.ready.is_empty()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn read_block(&mut self) {
        self.block.clear();
        self.used = 0;
        self.read_more();
    }

    /// Read another block behind what is left of the one before.
    fn read_more(&mut self) {
        self.block.drain(..std::mem::take(&mut self.used));
        let before = self.block.len();
        let read = self.raw.by_ref().take(BLOCK as u64).read_to_end(&mut self.block);
        self.ended = self.block.len() < before + BLOCK || read.is_err();
        self.failed = read.err();
    }

    /// Decide by what follows, as far as that shows enough; the block begins at the first byte that is not ASCII.
    fn decide(&mut self) -> &'static Encoding {
        loop {
            let seen = Seen::of(&self.block[self.used..], self.ended);
            if self.ended || seen.is_enough() || self.block.len() - self.used > FARTHEST {
                return seen.encoding(&self.block[self.used..], self.ended);
            }
            self.read_more();
        }
    }

    /// Put letters right that were encoded twice, where all of the input was. The end of a block may be within one.
    fn mend(&mut self) {
        if self.twice.is_none() && !self.ready.is_ascii() {
            self.twice = twice::is_throughout(&self.ready, self.is_over());
        }
        if self.twice != Some(true) {
            return;
        }
        let mut text = std::mem::take(&mut self.waiting) + &self.ready;
        if !self.is_over() {
            self.waiting = text.split_off(twice::unfinished(&text));
        }
        if let Some((right, count, before)) = twice::mended_throughout(&text) {
            self.met.twice.add(count, 1 + self.lines + before);
            text = right;
        }
        self.ready.clear();
        self.ready.push_str(&text);
    }

    /// Whether all has been decoded.
    fn is_over(&self) -> bool {
        self.ended && self.used == self.block.len() && self.decoder.is_none()
    }

    fn decode_block(&mut self) {
        let rest = &self.block[self.used..];
        if self.decoder.is_none() {
            let plain = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
            self.ready.push_str(std::str::from_utf8(&rest[..plain]).expect("ASCII is UTF-8"));
            self.used += plain;
            if self.used < self.block.len() {
                self.decoder = Some(self.decide().new_decoder_without_bom_handling());
            }
            return;
        }
        self.decode();
    }

    fn decode(&mut self) {
        let Some(decoder) = &mut self.decoder else { return };
        loop {
            let rest = &self.block[self.used..];
            let (result, read) =
                decoder.decode_to_string_without_replacement(rest, &mut self.ready, self.ended);
            self.used += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => return,
                DecoderResult::Malformed(..) => self.ready.push('\u{fffd}'),
            }
            let here = self.ready.bytes().filter(|b| *b == b'\n').count() as u64;
            self.met.replaced.add(1, 1 + self.lines + here);
            // A decoder stops at each bad byte; leave room so that the block is never grown.
            if self.ready.len() + 16 > self.ready.capacity() {
                return;
            }
        }
        if self.ended {
            // encoding_rs decoders are spent after the last block.
            self.decoder = None;
        }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Utf8<R> {
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
mod tests;
