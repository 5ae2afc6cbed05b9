//! The conversation itself beside a report, for renderings that show where the evidence stands.

use serde::Serialize;

use crate::assessment::Assessment;
use crate::report::sanitize::clean;
use crate::report::view::{called, ends, people, plural, readable, words};
use crate::transcript::{Kind, Transcript};

/// Entries of a conversation that are shown whole; of a longer one, those around the evidence.
const MOST: usize = 5_000;
/// How many entries before and after each piece of evidence, then.
const AROUND: usize = 30;
/// Longest stretch of one message that is shown.
const MESSAGE_CHARS: usize = 4_000;

/// The entries of a conversation that are shown, in order. Where numbers are missing, entries were left out.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// The entries.
    pub lines: Vec<Line>,
    /// How many the conversation has.
    pub entries: usize,
}

/// One entry of a conversation, made safe to show.
#[derive(Clone, Serialize)]
pub struct Line {
    /// Number for people, from 1.
    pub number: usize,
    /// Who wrote it; nobody for the app's own lines.
    pub speaker: Option<String>,
    /// When.
    pub time: Option<String>,
    /// The words; line breaks are kept.
    pub text: String,
    /// The risk so far, 0 to 1, where it is known.
    pub risk: Option<f32>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({}, {} chars)", self.number, self.text.chars().count())
    }
}

impl Line {
    /// The entry at `index`, its words no longer than `most` characters.
    pub fn of(transcript: &Transcript, index: usize, most: usize) -> Self {
        let message = &transcript.messages[index];
        let speaker = message.speaker.filter(|_| message.kind != Kind::System);
        Self {
            number: index + 1,
            speaker: speaker.map(|s| called(&transcript.speakers[s].name, transcript)),
            time: message.time.map(|t| readable(&t.to_string(), None)),
            text: clean(&words(message, most)),
            risk: None,
        }
    }
}

impl Conversation {
    /// The conversation that `assessment` was made from.
    pub fn new(assessment: &Assessment, transcript: &Transcript) -> Self {
        let entries = transcript.messages.len();
        let mut lines: Vec<Line> = shown(assessment, entries)
            .into_iter()
            .map(|at| Line::of(transcript, at, MESSAGE_CHARS))
            .collect();
        let mut scores = assessment.messages.iter().peekable();
        for line in &mut lines {
            while scores.next_if(|score| score.index + 1 < line.number).is_some() {}
            line.risk = scores.next_if(|score| score.index + 1 == line.number).map(|score| score.risk);
        }
        Self { lines, entries }
    }
}

/// The entries to show: all, or those around the evidence and at both ends.
fn shown(assessment: &Assessment, entries: usize) -> Vec<usize> {
    if entries <= MOST {
        return (0..entries).collect();
    }
    let places = assessment.evidence.iter().map(|e| e.index).chain([0, entries - 1]);
    let mut near: Vec<usize> =
        places.flat_map(|at| at.saturating_sub(AROUND)..(at + AROUND + 1).min(entries)).collect();
    near.sort_unstable();
    near.dedup();
    near
}

/// How much a conversation holds, in words: messages, people and dates.
pub fn extent(transcript: &Transcript) -> String {
    let messages = plural(transcript.spoken().count(), "message");
    let when = ends(transcript, None).map(|(a, b)| format!(", {a} to {b}")).unwrap_or_default();
    format!("{messages} by {}{when}", people(transcript))
}
