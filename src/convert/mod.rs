//! Conversations out again: as JSONL, CSV or Parquet that our own importers read back, with names or with aliases.
//!
//! A conversation is written as soon as it comes and not held.

mod case;
mod csv;
mod jsonl;
mod matcher;
mod parquet;
mod patterns;
mod pseudonyms;
mod tables;

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write};
use std::path::Path;

use crate::transcript::{Kind, Transcript};

pub use case::Case;
pub use pseudonyms::Pseudonyms;
pub use tables::Ids;

/// Something conversations can be written to.
pub trait Writer {
    /// Write one conversation, which was read as `format`.
    fn write(&mut self, transcript: &Transcript, format: &str) -> io::Result<()>;

    /// Write what comes at the end. Without it the file is not complete.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// The ways to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One conversation a line, as JSON.
    Jsonl,
    /// One message a row, as text.
    Csv,
    /// One message a row, in columns.
    Parquet,
}

impl Target {
    /// A writer into `out`.
    pub fn writer<W: Write + Send + 'static>(self, out: W) -> io::Result<Box<dyn Writer>> {
        Ok(match self {
            Self::Jsonl => Box::new(jsonl::Jsonl::new(out)),
            Self::Csv => Box::new(csv::Csv::new(out)?),
            Self::Parquet => Box::new(parquet::Parquet::new(out)?),
        })
    }
}

/// Whether a file is one that is written here: by its head, and a file in columns by its schema.
pub fn is_ours(path: &Path) -> bool {
    let first_line = || {
        let mut line = Vec::new();
        let file = BufReader::new(File::open(path).ok()?);
        file.take(HEAD).read_until(b'\n', &mut line).ok()?;
        Some(line)
    };
    first_line().is_some_and(|line| jsonl::begins(&line) || csv::begins(&line)) || parquet::is_ours(path)
}

/// Bytes of a file that tell whose it is.
const HEAD: u64 = 1 << 12;

/// The name of a kind in every file written here.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::System => "system",
        Kind::Media => "media",
        Kind::Deleted => "deleted",
    }
}

#[cfg(test)]
mod tests;
