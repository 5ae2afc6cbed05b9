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

use std::io::{self, Write};

use crate::transcript::{Kind, Transcript};

pub use case::Case;
pub use pseudonyms::Pseudonyms;

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
