//! One conversation a line, as JSON: `{"id", "lang", "source", "messages": [{"speaker", "time", "text"}]}`.
//!
//! An entry that is no message says so in `kind`, and `line` is its place in the source.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::{Writer, kind_name};
use crate::transcript::{Kind, Message, Transcript};

/// Writes lines.
pub struct Jsonl<W: Write>(BufWriter<W>);

#[derive(Serialize)]
struct Record<'t> {
    id: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'t str>,
    source: &'t str,
    messages: Vec<Entry<'t>>,
}

#[derive(Serialize)]
struct Entry<'t> {
    speaker: Option<&'t str>,
    time: Option<String>,
    text: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "is_nowhere")]
    line: u64,
}

/// Whether a file that begins with `line` was written here: keys in our order, and no labels. Read as text, since the line may be cut off.
pub fn begins(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let behind = line.strip_prefix("{\"id\":\"").and_then(|rest| past(rest));
    let behind = behind.map(|rest| rest.strip_prefix(",\"lang\":\"").and_then(past).unwrap_or(rest));
    behind.is_some_and(|rest| rest.starts_with(",\"source\":\"") && rest.contains("\",\"messages\":["))
}

/// What stands behind the end of a string of JSON.
fn past(inside: &str) -> Option<&str> {
    let mut escaped = false;
    let end = inside.find(|c| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end
    })?;
    Some(&inside[end + 1..])
}

fn is_nowhere(line: &u64) -> bool {
    *line == 0
}

impl<W: Write> Jsonl<W> {
    /// Write to `out`.
    pub fn new(out: W) -> Self {
        Self(BufWriter::new(out))
    }
}

fn entry<'t>(transcript: &'t Transcript, message: &'t Message) -> Entry<'t> {
    let text = message.text.reveal();
    // Words like `<photo>` would be taken for a picture when they are read without a kind.
    let plain = message.kind == Kind::Message && !text.trim_start().starts_with('<');
    Entry {
        speaker: message.speaker.map(|s| transcript.speakers[s].name.as_str()),
        time: message.time.map(|t| t.to_string()),
        text,
        kind: (!plain).then(|| kind_name(message.kind)),
        line: message.origin.line,
    }
}

impl<W: Write> Writer for Jsonl<W> {
    fn write(&mut self, transcript: &Transcript, format: &str) -> io::Result<()> {
        let messages = transcript.messages.iter().map(|m| entry(transcript, m)).collect();
        let (id, lang) = (transcript.id.as_str(), transcript.language.as_deref());
        serde_json::to_writer(&mut self.0, &Record { id, lang, source: format, messages })?;
        // Whoever reads along sees whole conversations.
        self.0.write_all(b"\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}
