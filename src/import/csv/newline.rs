//! One kind of line end. With `\r\n` the csv crate counts a line too few, and fields over several lines keep the `\r`.

use std::io::{self, BufRead, Read};

/// Leaves out each carriage return that stands before a line feed.
pub struct Newlines<R> {
    inner: R,
    /// Whether a carriage return has been read and not given.
    held: bool,
}

impl<R> Newlines<R> {
    /// Clean what `inner` gives.
    pub fn new(inner: R) -> Self {
        Self { inner, held: false }
    }
}

impl<R: BufRead> Read for Newlines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let block = self.inner.fill_buf()?;
            if block.is_empty() && self.held && !out.is_empty() {
                self.held = false;
                out[0] = b'\r';
                return Ok(1);
            }
            let (used, given) = copy(block, out, &mut self.held);
            self.inner.consume(used);
            if given > 0 || used == 0 {
                return Ok(given);
            }
        }
    }
}

/// Copy from `from` to `to`; how many bytes were used and how many given.
fn copy(from: &[u8], to: &mut [u8], held: &mut bool) -> (usize, usize) {
    let (mut used, mut given) = (0, 0);
    while used < from.len() && given < to.len() {
        let byte = from[used];
        if std::mem::take(held) && byte != b'\n' {
            // It stood alone; `byte` has its turn next.
            to[given] = b'\r';
            given += 1;
        } else if byte == b'\r' {
            *held = true;
            used += 1;
        } else {
            to[given] = byte;
            (used, given) = (used + 1, given + 1);
        }
    }
    (used, given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_returns_before_feeds_go() {
        for (from, to) in
            [("a\r\nb\r\n", "a\nb\n"), ("a\rb", "a\rb"), ("\r\r\n", "\r\n"), ("a\r", "a\r"), ("", "")]
        {
            for size in 1..4 {
                let mut out = String::new();
                let small = io::BufReader::with_capacity(size, from.as_bytes());
                Newlines::new(small).read_to_string(&mut out).unwrap();
                assert_eq!(out, to, "{from:?} in blocks of {size}");
            }
        }
    }
}
