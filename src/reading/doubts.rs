//! Doubts of a reading that what the reader said settles: they are not told any more, or of fewer lines and people.

use std::collections::HashSet;

use super::Correction;
use super::marks::{Mark, Says};
use crate::import::{Imported, UNKNOWN, Warning, WarningKind};
use crate::transcript::Transcript;

/// What a conversation as read leaves open, and what the reader said of it.
pub struct Open {
    /// Lines with a mark on the entry that they are.
    marked: HashSet<u64>,
    /// Lines of people of whom something is said.
    named: HashSet<u64>,
    /// How many messages nobody is known to have written, and how many people go by an id.
    nobodys: u64,
    nameless: u64,
}

impl Open {
    /// By what is said of a conversation as read.
    pub fn of(transcript: &Transcript, marks: &[Mark], people: &[Correction]) -> Self {
        let line = |at: usize| transcript.messages.get(at).map(|m| m.origin.line);
        let marked = marks.iter().filter(|m| m.says != Says::Swapped).filter_map(|m| line(m.at));
        let said = |name: &str| people.iter().any(|c| c.is == name && (c.name.is_some() || c.role.is_some()));
        let known: Vec<bool> = transcript.speakers.iter().map(|s| said(&s.name)).collect();
        let named = transcript.messages.iter().filter(|m| m.speaker.is_some_and(|s| known[s]));
        Self {
            marked: marked.collect(),
            named: named.map(|m| m.origin.line).collect(),
            nobodys: nobodys(transcript).count() as u64,
            nameless: nameless(transcript),
        }
    }

    /// Drop the doubts of `imported` that corrections, made already, have settled; others lose the lines that are settled.
    pub fn settle(&self, imported: &mut Imported) {
        let now = &imported.transcript;
        let left = imported.warnings.iter().filter_map(|doubt| match doubt.kind {
            WarningKind::UnknownSpeaker => {
                less(doubt, self.nobodys.saturating_sub(nobodys(now).count() as u64), nobodys(now).next())
            }
            WarningKind::NamelessPerson => less(doubt, self.nameless.saturating_sub(nameless(now)), None),
            kind => doubt.without(|line| self.settles(kind, line)),
        });
        imported.warnings = left.collect();
    }

    fn settles(&self, kind: WarningKind, line: u64) -> bool {
        match kind {
            WarningKind::DoubtfulName => self.marked.contains(&line) || self.named.contains(&line),
            WarningKind::DoubtfulNotice | WarningKind::PerhapsNote | WarningKind::LineAfterLastMessage => {
                self.marked.contains(&line)
            }
            _ => false,
        }
    }
}

/// The doubt of `settled` fewer, the first of which is at `first`.
fn less(doubt: &Warning, settled: u64, first: Option<u64>) -> Option<Warning> {
    match doubt.count.checked_sub(settled)? {
        0 => None,
        count if settled == 0 => Some(Warning { count, ..*doubt }),
        count => Some(Warning::new(doubt.kind, count, first.unwrap_or(doubt.first_line))),
    }
}

/// The lines of messages that nobody is known to have written.
fn nobodys(transcript: &Transcript) -> impl Iterator<Item = u64> {
    let nobody = |speaker: usize| is_nobody(&transcript.speakers[speaker].name);
    transcript.messages.iter().filter(move |m| m.speaker.is_some_and(nobody)).map(|m| m.origin.line)
}

/// How many people go by an id.
fn nameless(transcript: &Transcript) -> u64 {
    transcript.speakers.iter().filter(|s| is_id(&s.name)).count() as u64
}

/// `unknown`, `unknown (2)`
fn is_nobody(name: &str) -> bool {
    let number = |rest: &str| {
        let number = rest.strip_prefix(" (")?.strip_suffix(')')?;
        number.bytes().all(|b| b.is_ascii_digit()).then_some(())
    };
    name.strip_prefix(UNKNOWN).is_some_and(|rest| rest.is_empty() || number(rest).is_some())
}

/// A number, an address or the like, which only programs call people by.
fn is_id(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let alone = !name.contains(char::is_whitespace) || !name.contains(char::is_alphabetic);
    is_nobody(name) || (alone && (digits >= 4 || name.contains('@')))
}
