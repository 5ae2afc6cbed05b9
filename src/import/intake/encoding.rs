//! From bytes to UTF-8, whatever they were: with or without a byte order mark, UTF-16, or an old code page.
//!
//! Decoding streams. A file that begins in plain ASCII is decided at its first other byte, from the block around
//! it, so nothing is read twice.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

const BLOCK: usize = 64 * 1024;

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

/// How many characters had to be replaced and the line of the first, shared with whoever reports it.
pub type Replaced = Rc<Cell<(u64, u64)>>;

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
    replaced: Replaced,
}

impl<R: Read> Utf8<R> {
    /// Decode `raw`, which starts with what `nature` looked at; a byte order mark is left out.
    pub fn new(mut raw: R, nature: Nature, replaced: Replaced) -> io::Result<Self> {
        let (encoding, mark) = match nature {
            Nature::Text(encoding, mark) => (encoding, mark),
            // Forced by the user or by a format that knows better.
            _ => (Some(UTF_8), 0),
        };
        raw.read_exact(&mut [0; 3][..mark])?;
        let decoder = encoding.map(|e| e.new_decoder_without_bom_handling());
        let (block, ready) = (Vec::with_capacity(BLOCK), String::with_capacity(2 * BLOCK));
        let (used, given, lines, ended, failed) = (0, 0, 0, false, None);
        Ok(Self { raw, block, used, ended, failed, decoder, ready, given, lines, replaced })
    }

    fn refill(&mut self) -> io::Result<()> {
        self.lines += self.ready.bytes().filter(|b| *b == b'\n').count() as u64;
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty()
            && !(self.ended && self.used == self.block.len() && self.decoder.is_none())
        {
            if self.used == self.block.len() && !self.ended {
                self.read_block();
            }
            self.decode_block();
        }
        match self.failed.take_if(|_| self.ready.is_empty()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn read_block(&mut self) {
        self.block.clear();
        self.used = 0;
        let read = self.raw.by_ref().take(BLOCK as u64).read_to_end(&mut self.block);
        self.ended = self.block.len() < BLOCK || read.is_err();
        self.failed = read.err();
    }

    fn decode_block(&mut self) {
        let rest = &self.block[self.used..];
        if self.decoder.is_none() {
            let plain = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
            self.ready.push_str(std::str::from_utf8(&rest[..plain]).expect("ASCII is UTF-8"));
            self.used += plain;
            if plain < rest.len() {
                self.decoder = Some(guess(&rest[plain..], self.ended).new_decoder_without_bom_handling());
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
            let (count, first) = self.replaced.get();
            let here = || 1 + self.lines + self.ready.bytes().filter(|b| *b == b'\n').count() as u64;
            self.replaced.set((count + 1, if count == 0 { here() } else { first }));
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

/// Decide by the first block that is not all ASCII. It starts at the first other byte.
fn guess(block: &[u8], last: bool) -> &'static Encoding {
    let (mut good, mut bad) = (0usize, 0usize);
    let mut chunks = block.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        let cut_by_block = chunks.peek().is_none() && !last;
        bad += usize::from(!chunk.invalid().is_empty() && !cut_by_block);
    }
    // Text of a code page hardly ever forms a whole UTF-8 character.
    if bad == 0 || (good > 0 && good >= bad) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(block, last);
    detector.guess(None, Utf8Detection::Deny)
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> (String, (u64, u64)) {
        let replaced = Replaced::default();
        let mut text = String::new();
        Utf8::new(bytes, nature(bytes), replaced.clone()).unwrap().read_to_string(&mut text).unwrap();
        (text, replaced.get())
    }

    #[test]
    fn marks_utf16_and_code_pages() {
        let text = "ça va? Größe 10 — да\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), le, be] {
            assert_eq!(decode(&bytes), (text.to_owned(), (0, 0)));
        }
        let (german, _, _) = encoding_rs::WINDOWS_1252.encode("Anna: schöne Grüße aus Köln, bis später");
        assert_eq!(decode(&german).0, "Anna: schöne Grüße aus Köln, bis später");
        let (russian, _, _) = encoding_rs::WINDOWS_1251.encode("Анна: привет, как дела сегодня?");
        assert_eq!(decode(&russian).0, "Анна: привет, как дела сегодня?");
    }

    #[test]
    fn the_decision_waits_for_the_first_other_byte() {
        let mut long = "plain line\n".repeat(20_000).into_bytes();
        long.extend("Grüße, schöne Grüße aus Köln".chars().map(|c| c as u32 as u8));
        assert!(decode(&long).0.ends_with("Grüße, schöne Grüße aus Köln"));
    }

    #[test]
    fn broken_bytes_in_utf8_are_counted_with_their_line() {
        let bytes = [&b"one\n\xc3\xa9\xc3\xa9 two\nth\xffree \xff\n"[..]].concat();
        assert_eq!(decode(&bytes), ("one\néé two\nth\u{fffd}ree \u{fffd}\n".to_owned(), (2, 3)));
        assert_eq!(decode("é é".as_bytes().split_last().unwrap().1).1, (1, 1));
    }

    #[test]
    fn pictures_and_programs_are_no_text() {
        assert_eq!(nature(b"\x89PNG\r\n\x1a\n"), Nature::Binary("a PNG picture"));
        assert_eq!(nature(b"\0\0\0\x18ftypmp42"), Nature::Binary("a video or sound file"));
        assert_eq!(nature(b"ab\0\0\x01\x02cd"), Nature::Binary("a binary file"));
        assert!(matches!(nature(&[0xff, 0xfe, 0, 0, b'a', 0, 0, 0]), Nature::Unsupported(_)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            decode(&bytes);
        }

        #[test]
        fn utf8_is_kept_whole(text in "\\PC{1,200}") {
            prop_assert_eq!(decode(format!("é{text}").as_bytes()).0, format!("é{text}"));
        }
    }
}
