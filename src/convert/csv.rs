//! One message a row, with commas. Fields hold what the chat holds, to the letter: nothing is done to keep a
//! spreadsheet from taking a text that begins with `=` for a formula.

use std::io::{self, Write};

use super::Writer;
use super::tables::{COLUMNS, Ids, Row};
use crate::transcript::Transcript;

/// Writes rows.
pub struct Csv<W: Write> {
    table: ::csv::Writer<W>,
    ids: Ids,
}

/// Whether the first line of a file is that of such a table.
pub fn begins(line: &[u8]) -> bool {
    line.trim_ascii_end() == COLUMNS.join(",").as_bytes()
}

impl<W: Write> Csv<W> {
    /// Write to `out`, the names of the columns first.
    pub fn new(out: W) -> io::Result<Self> {
        let mut table = ::csv::WriterBuilder::new().from_writer(out);
        table.write_record(COLUMNS)?;
        Ok(Self { table, ids: Ids::default() })
    }
}

impl<W: Write> Writer for Csv<W> {
    fn write(&mut self, transcript: &Transcript, _format: &str) -> io::Result<()> {
        let id = self.ids.unique(&transcript.id);
        for message in &transcript.messages {
            let row = Row::of(transcript, message);
            let (speaker, time) = (row.speaker.unwrap_or_default(), row.time.unwrap_or_default());
            let line = row.line.to_string();
            self.table.write_record([&id, speaker, &time, row.text, row.kind, &line])?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.table.flush()
    }
}
