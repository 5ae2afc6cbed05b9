//! Which encoding the bytes beyond ASCII are in: UTF-8, however hurt, or an old code page.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// What bytes beyond ASCII say about how they are encoded.
#[derive(Default)]
pub struct Seen {
    /// Characters of UTF-8, each counted by its bytes behind the first: the longer, the less it comes by chance.
    good: usize,
    /// Bytes that cannot be UTF-8.
    bad: usize,
    /// Beginnings of signs and pictures that only UTF-8 writes so, cut off.
    cut: usize,
    /// Unbroken rows of such bytes that are UTF-8 throughout, and those that are not.
    rows: (usize, usize),
}

impl Seen {
    /// Look at `block`, which is cut off at its end unless it is the `last`.
    pub fn of(block: &[u8], last: bool) -> Self {
        let mut seen = Self::default();
        let mut rows = block.split(u8::is_ascii).peekable();
        while let Some(row) = rows.next() {
            let open = rows.peek().is_none() && !last;
            if !row.is_empty() {
                seen.row(row, open);
            }
        }
        seen
    }

    fn row(&mut self, row: &[u8], open: bool) {
        let before = self.bad;
        let mut chunks = row.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.good += chunk.valid().chars().map(|c| c.len_utf8() - 1).sum::<usize>();
            match chunk.invalid() {
                [] => {}
                _ if open && chunks.peek().is_none() => {}
                [0xf0, 0x9f, ..] | [0xe2, 0x80] => self.cut += 1,
                _ => self.bad += 1,
            }
        }
        let right = self.bad == before;
        self.rows.0 += usize::from(right);
        self.rows.1 += usize::from(!right);
    }

    /// Whether more would hardly change the picture.
    pub fn is_enough(&self) -> bool {
        self.good + self.bad >= 16
    }

    /// UTF-8, however hurt, or the code page that fits best.
    pub fn encoding(&self, block: &[u8], last: bool) -> &'static Encoding {
        // Text of a code page hardly ever forms a whole UTF-8 character, let alone many.
        let mostly = self.good > 0 && (self.good >= self.bad || self.rows.0 >= self.rows.1);
        let only_cut = self.bad == 0 || (self.good == 0 && self.bad == 1 && last && is_cut(block));
        if mostly || only_cut {
            return UTF_8;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(block, last);
        detector.guess(None, Utf8Detection::Deny)
    }
}

/// Whether an input ends within a character: the first bytes of a longer one, which no word of a code page ends in.
fn is_cut(block: &[u8]) -> bool {
    match block {
        [0xc3] => true,
        [0xe1..=0xef, more] | [0xf0..=0xf4, more] | [0xf0..=0xf4, more, _] => (0x80..0xc0).contains(more),
        _ => false,
    }
}
