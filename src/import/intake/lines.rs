//! Lines of a text of any size, each kept up to a limit, so that one endless line costs no more than a long one.

use std::io::{BufRead, Read};

use crate::import::error::ImportError;

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// 1-based.
    pub number: u64,
    /// What it says, up to the limit.
    pub text: &'a str,
    /// Whether the limit left something out.
    pub cut: bool,
}

impl Line<'_> {
    /// Whether there is nothing to see: white space and marks of direction only.
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(|c| c.is_whitespace() || crate::import::syntax::cursor::is_mark(c))
    }
}

/// A line kept for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// 1-based.
    pub number: u64,
    /// What it says.
    pub text: String,
    /// Whether the limit left something out.
    pub cut: bool,
}

impl Kept {
    /// The same as it is read.
    pub fn line(&self) -> Line<'_> {
        Line { number: self.number, text: &self.text, cut: self.cut }
    }
}

impl From<&Line<'_>> for Kept {
    fn from(line: &Line<'_>) -> Self {
        Self { number: line.number, text: line.text.to_owned(), cut: line.cut }
    }
}

/// Hands out the lines of a UTF-8 reader.
pub struct Lines<R> {
    input: R,
    name: String,
    limit: usize,
    number: u64,
    buffer: Vec<u8>,
    end: u8,
}

impl<R: BufRead> Lines<R> {
    /// Lines of `input`, called `name` in errors, each kept up to `limit` bytes.
    pub fn new(input: R, name: &str, limit: usize) -> Self {
        Self { input, name: name.to_owned(), limit, number: 0, buffer: Vec::new(), end: b'\n' }
    }

    /// The same with lines that end in `end`.
    pub fn ending_in(self, end: u8) -> Self {
        Self { end, ..self }
    }

    /// The number of the line given last; 0 before the first.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Hand every line to `take`, up to the first error.
    pub fn each(
        &mut self,
        mut take: impl FnMut(&Line<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        while let Some(line) = self.next_line()? {
            take(&line)?;
        }
        Ok(())
    }

    /// The next line, `None` at the end.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, ImportError> {
        self.buffer.clear();
        let read = self.input.by_ref().take(self.limit as u64 + 1).read_until(self.end, &mut self.buffer);
        if read.map_err(|e| ImportError::io(&self.name, e))? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = self.buffer.last() == Some(&self.end);
        let mut cut = false;
        if ended {
            self.buffer.pop();
            self.buffer.pop_if(|b| *b == b'\r');
        } else if self.buffer.len() > self.limit {
            self.buffer.truncate(self.limit);
            cut = true;
            self.input.skip_until(self.end).map_err(|e| ImportError::io(&self.name, e))?;
        }
        Ok(Some(Line { number: self.number, text: whole_characters(&self.buffer), cut }))
    }
}

/// The text without a character that the limit cut in two.
fn whole_characters(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, limit: usize) -> Vec<(u64, String, bool)> {
        let mut lines = Lines::new(text.as_bytes(), "t", limit);
        let mut out = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            out.push((line.number, line.text.to_owned(), line.cut));
        }
        out
    }

    #[test]
    fn line_ends_of_both_kinds_and_none() {
        let expected: Vec<_> = [(1, "a"), (2, ""), (3, "b")].map(|(n, t)| (n, t.to_owned(), false)).into();
        assert_eq!(all("a\r\n\nb", 10), expected);
        assert_eq!(all("a\n\r\nb\n", 10), expected);
        assert!(all("", 10).is_empty());
        let mut old = Lines::new("a\rb".as_bytes(), "t", 10).ending_in(b'\r');
        assert_eq!(old.next_line().unwrap().map(|l| l.text.to_owned()).as_deref(), Some("a"));
        assert_eq!(old.next_line().unwrap().map(|l| l.text.to_owned()).as_deref(), Some("b"));
    }

    #[test]
    fn a_long_line_is_cut_between_characters_and_the_next_is_whole() {
        assert_eq!(all("aéé\nok", 4), [(1, "aé".to_owned(), true), (2, "ok".to_owned(), false)]);
    }
}
