//! What tables have in common: their columns, and ids that keep two conversations apart.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::kind_name;
use crate::transcript::{Message, Transcript};

/// The columns, in order.
pub const COLUMNS: [&str; 6] = ["conversation", "speaker", "time", "text", "kind", "line"];

/// One message as a row.
pub struct Row<'t> {
    pub speaker: Option<&'t str>,
    pub time: Option<String>,
    pub text: &'t str,
    pub kind: &'static str,
    pub line: u64,
}

impl<'t> Row<'t> {
    /// `message` of `transcript`.
    pub fn of(transcript: &'t Transcript, message: &'t Message) -> Self {
        Self {
            speaker: message.speaker.map(|s| transcript.speakers[s].name.as_str()),
            time: message.time.map(|t| t.to_string()),
            text: message.text.reveal(),
            kind: kind_name(message.kind),
            line: message.origin.line,
        }
    }
}

/// Rows of a table belong together by id alone, so an id that comes again gets a number.
#[derive(Default)]
pub struct Ids {
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Ids {
    /// `id`, or `id (2)` and so on when an earlier conversation has it.
    pub fn unique(&mut self, id: &str) -> String {
        let mut name = id.to_owned();
        let mut count = 1;
        while !self.seen.insert(self.hasher.hash_one(&name)) {
            count += 1;
            name = format!("{id} ({count})");
        }
        name
    }
}
