//! The records of a table, read so that one stray quote cannot swallow the rest: a quoted field that does not end is
//! no quoted field, and its line is read to the letter.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use ::csv::StringRecord;

/// Lines that one quoted field may run over.
const LONGEST: usize = 1_000;

/// Splits a text into records.
pub struct Records<R> {
    input: R,
    delimiter: u8,
    /// What a line ends in.
    eol: u8,
    /// Whether returns before line feeds belong to the fields.
    keep_returns: bool,
    /// Whether a backslash stands before quotes in fields.
    escaped: bool,
    /// Bytes that a record may have.
    limit: usize,
    /// Lines that were read ahead.
    ahead: VecDeque<Vec<u8>>,
    ended: bool,
    line: u64,
}

/// Where a record begins and whether a quote in it had to be read to the letter.
pub struct Place {
    /// 1-based line.
    pub line: u64,
    /// Whether a quote was not closed.
    pub unclosed: bool,
}

/// How a record ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// As it should.
    Whole,
    /// With a quote that opens no field.
    Unclosed,
    /// In the middle of its last field, with which the input ends.
    CutOff,
}

/// Where the reading of a record stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or half of a doubled one.
    Closing,
    /// After a backslash in a quoted field.
    Slash,
    /// After one outside of quotes in a row of Markdown, where a bar behind it is a word's.
    Bar,
}

impl<R: BufRead> Records<R> {
    /// Records of `input`, each of at most `limit` bytes.
    pub fn new(input: R, delimiter: u8, eol: u8, keep_returns: bool, limit: usize) -> Self {
        let (escaped, ahead, ended, line) = (false, VecDeque::new(), false, 0);
        Self { input, delimiter, eol, keep_returns, escaped, limit, ahead, ended, line }
    }

    /// The same of fields in which a backslash stands before quotes, or does not.
    pub fn escaped(self, escaped: bool) -> Self {
        Self { escaped, ..self }
    }

    /// Read the next record that is not an empty line; `None` at the end.
    pub fn read(&mut self, record: &mut StringRecord) -> io::Result<Option<Place>> {
        loop {
            let Some(first) = self.line_at(0)? else { return Ok(None) };
            if first.iter().all(|b| matches!(b, b'\r')) {
                self.drop_lines(1);
                continue;
            }
            let line = self.line + 1;
            let (count, end) = self.extent()?;
            self.split(count, end == End::Unclosed, record);
            self.drop_lines(count);
            return Ok(Some(Place { line, unclosed: end != End::Whole }));
        }
    }

    /// How many lines the next record has, and how it ends.
    fn extent(&mut self) -> io::Result<(usize, End)> {
        let (mut state, mut count, mut bytes, mut quotes) = (State::Start, 0, 0, 0);
        let (delimiter, limit, escaped) = (self.delimiter, self.limit, self.escaped);
        while let Some(line) = self.line_at(count)? {
            let marked = is_marked(line, delimiter);
            let mut strange = false;
            for byte in line {
                strange |= state == State::Closing && !(matches!(byte, b'"' | b'\r') || *byte == delimiter);
                quotes += usize::from(state == State::Start && *byte == b'"');
                state = step(state, *byte, delimiter, escaped, marked);
            }
            state = if state == State::Slash { State::Quoted } else { state };
            if strange && count > 0 {
                // What seemed to close the field opens another one.
                return Ok((1, End::Unclosed));
            }
            bytes += line.len();
            count += 1;
            if state != State::Quoted {
                return Ok((count, End::Whole));
            }
            if count >= LONGEST || bytes > limit {
                return Ok((1, End::Unclosed));
            }
        }
        // Where every field is quoted, the last one is cut off; else its quote may be one of its words.
        Ok(if quotes > 1 { (count, End::CutOff) } else { (1, End::Unclosed) })
    }

    /// The line `n` after those that were used.
    fn line_at(&mut self, n: usize) -> io::Result<Option<&[u8]>> {
        while self.ahead.len() <= n && !self.ended {
            let mut line = Vec::new();
            let most = self.limit as u64 + 1;
            self.input.by_ref().take(most).read_until(self.eol, &mut line)?;
            self.ended = line.is_empty();
            if line.len() as u64 == most && line.last() != Some(&self.eol) {
                return Err(io::Error::other(crate::import::error::TooBig(self.limit as u64)));
            }
            if !self.ended {
                line.pop_if(|b| *b == self.eol);
                self.ahead.push_back(line);
            }
        }
        Ok(self.ahead.get(n).map(Vec::as_slice))
    }

    fn drop_lines(&mut self, count: usize) {
        self.ahead.drain(..count);
        self.line += count as u64;
    }

    fn split(&self, count: usize, literal: bool, record: &mut StringRecord) {
        record.clear();
        let (mut field, mut state) = (Vec::new(), State::Start);
        for (n, line) in self.ahead.iter().take(count).enumerate() {
            let (last, marked) = (n + 1 == count, is_marked(line, self.delimiter));
            let strip = line.last() == Some(&b'\r') && (last || !self.keep_returns);
            for byte in &line[..line.len() - usize::from(strip)] {
                let next = if literal && *byte != self.delimiter {
                    State::Plain
                } else {
                    step(state, *byte, self.delimiter, self.escaped, marked)
                };
                if state == State::Closing && next == State::Plain {
                    // What stands before words that go on is no end: both quotes are part of them.
                    field.insert(0, b'"');
                    field.push(b'"');
                }
                if state == State::Slash && !matches!(byte, b'"' | b'\\') {
                    field.push(b'\\');
                }
                if state == State::Bar && *byte != self.delimiter {
                    field.push(b'\\');
                }
                if next == State::Start && state != State::Quoted {
                    record.push_field(&String::from_utf8_lossy(&field));
                    field.clear();
                } else if !(matches!(next, State::Closing | State::Slash | State::Bar)
                    || (state == State::Start && next == State::Quoted))
                {
                    field.push(*byte);
                }
                state = next;
            }
            if state == State::Bar {
                field.push(b'\\');
            }
            state = if state == State::Slash { State::Quoted } else { state };
            if !last {
                field.push(self.eol);
            }
        }
        record.push_field(&String::from_utf8_lossy(&field));
    }
}

/// Whether `line` is a row as Markdown has them: a bar leads it.
fn is_marked(line: &[u8], delimiter: u8) -> bool {
    delimiter == b'|' && line.first() == Some(&b'|')
}

fn step(state: State, byte: u8, delimiter: u8, escaped: bool, marked: bool) -> State {
    match (state, byte) {
        (State::Bar, byte) if byte == delimiter => State::Plain,
        (State::Start | State::Plain | State::Bar, b'\\') if marked => State::Bar,
        (State::Quoted, b'\\') if escaped => State::Slash,
        (State::Slash, _) => State::Quoted,
        (State::Start, b'"') => State::Quoted,
        (State::Quoted, b'"') => State::Closing,
        (State::Quoted, _) | (State::Closing, b'"') => State::Quoted,
        (_, byte) if byte == delimiter => State::Start,
        _ => State::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<(u64, bool, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), b',', b'\n', false, 1 << 20);
        let (mut record, mut out) = (StringRecord::new(), Vec::new());
        while let Some(place) = records.read(&mut record).unwrap() {
            out.push((place.line, place.unclosed, record.iter().map(str::to_owned).collect()));
        }
        out
    }

    fn row(line: u64, unclosed: bool, fields: &[&str]) -> (u64, bool, Vec<String>) {
        (line, unclosed, fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn quotes_lines_and_returns() {
        assert_eq!(
            all("a,\"b\r\nc\"\"\",\r\n\r\nd,e \"f\",\"\"\n"),
            [row(1, false, &["a", "b\nc\"", ""]), row(4, false, &["d", "e \"f\"", ""])]
        );
    }

    #[test]
    fn a_quote_that_does_not_end_costs_its_own_row_only() {
        assert_eq!(
            all("a,\"hi\nb,hey\nc,ok\n"),
            [row(1, true, &["a", "\"hi"]), row(2, false, &["b", "hey"]), row(3, false, &["c", "ok"])]
        );
        let long = format!("a,\"hi\n{}", "b,hey\n".repeat(5_000) + "c,\"x\"\n");
        assert_eq!(all(&long).len(), 5_002);
    }

    #[test]
    fn a_quoted_word_at_the_beginning_keeps_its_quotes() {
        assert_eq!(all("a,\"yes\", she says\nb,\"ok\" then\n")[1].2, ["b", "\"ok\" then"]);
    }

    #[test]
    fn a_row_that_is_cut_off_keeps_its_fields() {
        let expected = [row(1, false, &["a", "b", "hey"]), row(2, true, &["a", "b", "bye, you\nand"])];
        assert_eq!(all("\"a\",\"b\",\"hey\"\n\"a\",\"b\",\"bye, you\nand"), expected);
    }

    #[test]
    fn quotes_behind_a_backslash() {
        let text = "\"a\",\"\\\"one\\\", two\\\\\"\n\"c:\\d\",e\n";
        let mut records = Records::new(text.as_bytes(), b',', b'\n', false, 1 << 20).escaped(true);
        let mut record = StringRecord::new();
        assert!(records.read(&mut record).unwrap().is_some_and(|place| !place.unclosed));
        assert_eq!(record, vec!["a", "\"one\", two\\"]);
        records.read(&mut record).unwrap();
        assert_eq!(record, vec!["c:\\d", "e"]);
    }

    #[test]
    fn a_bar_behind_a_backslash_is_no_end_in_markdown() {
        let text = "|a|b \\| c\\d \\\\|\nx|y\\|z\n";
        let mut records = Records::new(text.as_bytes(), b'|', b'\n', false, 1 << 20);
        let mut record = StringRecord::new();
        records.read(&mut record).unwrap();
        assert_eq!(record, vec!["", "a", "b | c\\d \\|"]);
        records.read(&mut record).unwrap();
        assert_eq!(record, vec!["x", "y\\", "z"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_the_csv_crate_writes_is_read(rows in proptest::collection::vec(proptest::collection::vec("[ab\",\n é]{0,6}", 2..4), 1..6)) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            rows.iter().for_each(|r| writer.write_record(r).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Vec<Vec<String>> = all(&text).into_iter().map(|(_, _, fields)| fields).collect();
            prop_assert_eq!(read, rows);
        }
    }
}
