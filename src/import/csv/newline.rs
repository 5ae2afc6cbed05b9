//! One kind of line end. With `\r\n` the csv crate counts a line too few, and fields over several lines keep the `\r`.

use std::io::{self, BufRead, Read};

/// Leaves out each carriage return that stands before a line feed.
pub struct Newlines<R> {
    inner: R,
    /// A carriage return that has been read and not given.
    held: bool,
}

impl<R> Newlines<R> {
    /// Clean what `inner` gives.
    pub fn new(inner: R) -> Self {
        Self { inner, held: false }
    }

    /// Copy from `from` to `to`; how many bytes were used and how many given.
    fn copy(&mut self, from: &[u8], to: &mut [u8]) -> (usize, usize) {
        let (mut used, mut given) = (0, 0);
        while used < from.len() && given < to.len() {
            let byte = from[used];
            if std::mem::take(&mut self.held) && byte != b'\n' {
                to[given] = b'\r';
                given += 1;
            } else if byte == b'\r' {
                self.held = true;
                used += 1;
            } else {
                to[given] = byte;
                (used, given) = (used + 1, given + 1);
            }
        }
        (used, given)
    }
}

impl<R: BufRead> Read for Newlines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let block = std::mem::take(&mut self.held);
            let from = self.inner.fill_buf()?;
            if from.is_empty() && block && !out.is_empty() {
                out[0] = b'\r';
                return Ok(1);
            }
            let from = from.to_vec();
            self.held = block;
            let (used, given) = self.copy(&from, out);
            self.inner.consume(used);
            if given > 0 || used == 0 {
                return Ok(given);
            }
        }
    }
}
