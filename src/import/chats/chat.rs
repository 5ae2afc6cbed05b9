//! A conversation while it is being read: what the formats say goes in, a [`Transcript`] with warnings comes out.

mod named;

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::tz::Offset;

use super::chronology;
use super::times::{self, of_offset};
use crate::import::intake::lines::Line;
use crate::import::intake::twice;
use crate::import::time::dates::{DateOrder, Stamp};
use crate::import::time::order::{Evidence, Verdict};
use crate::import::warning::{WarningKind, Warnings};
use crate::import::{Counts, ImportError, Limits};
use crate::transcript::{Kind, Message, Origin, Role, Text, Time, Transcript, UNKNOWN};

/// When a message was sent, as far as a format can tell by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Not at all.
    Unknown,
    /// For certain.
    Known(Time),
    /// As written; the order of the date is decided when the conversation is complete.
    Written(Stamp),
}

impl From<Option<Time>> for When {
    fn from(time: Option<Time>) -> Self {
        time.map_or(Self::Unknown, Self::Known)
    }
}

/// A conversation being read. Whatever happens to a line is said here and counted.
pub struct Chat {
    transcript: Transcript,
    speakers: HashMap<String, usize>,
    stamps: Vec<(usize, Stamp)>,
    evidence: Evidence,
    verdict: Option<Verdict>,
    warnings: Warnings,
    counts: Counts,
    limits: Limits,
    held: usize,
    gap: usize,
    cut: bool,
    people: HashMap<String, String>,
    owner: Option<String>,
    by_time: bool,
    turned_after: Option<u64>,
    copied: When,
    zone: Option<Offset>,
    /// Whether letters that look as if they had been encoded twice stay as they are.
    as_written: bool,
    /// The last line with letters that were encoded twice.
    mended_at: u64,
}

impl Chat {
    /// An empty conversation called `id`.
    pub fn new(id: impl Into<String>, limits: &Limits) -> Self {
        Self {
            transcript: Transcript::new(id),
            speakers: HashMap::new(),
            stamps: Vec::new(),
            evidence: Evidence::default(),
            verdict: None,
            warnings: Warnings::default(),
            counts: Counts::default(),
            limits: *limits,
            held: 0,
            gap: 0,
            cut: false,
            people: HashMap::new(),
            owner: None,
            by_time: false,
            turned_after: None,
            copied: When::Unknown,
            zone: None,
            as_written: false,
            mended_at: 0,
        }
    }

    /// The name under which the person whom the source calls `id` speaks here: `name`, with a number behind it where
    /// somebody else bears it too, as all do of whom no name is known. A person keeps the first name.
    pub fn person(&mut self, id: &str, name: &str) -> String {
        if let Some(known) = self.people.get(id) {
            return known.clone();
        }
        let taken = |name: &str| name == UNKNOWN || self.people.values().any(|n| n == name);
        let numbered = (2..).map(|n| format!("{name} ({n})"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|n| !taken(n)).unwrap_or_default();
        self.people.insert(id.to_owned(), free.clone());
        free
    }

    /// The same where the source knows people by their names alone.
    pub fn called(&mut self, name: String) -> String {
        if name == UNKNOWN { self.person(UNKNOWN, UNKNOWN) } else { name }
    }

    /// Whether [`Chat::person`] has met the person whom the source calls `id`.
    pub fn knows(&self, id: &str) -> bool {
        self.people.contains_key(id)
    }

    /// Whether letters were encoded twice is for the format to tell: here all stay as they are.
    pub fn keep_letters(&mut self) {
        self.as_written = true;
    }

    /// The speaker called `name` made the export. What the user says of it goes before.
    pub fn set_owner(&mut self, name: &str) {
        let right = if self.as_written { None } else { twice::mended(name) };
        self.owner = Some(right.unwrap_or_else(|| name.to_owned()));
    }

    /// Messages are put in order of their times when the conversation is complete, as the source does not keep one.
    /// Those of one moment stay as they were said; so do all when some have no time.
    pub fn sort_by_time(&mut self) {
        self.by_time = true;
    }

    /// The source should have the oldest message first: where its times fall throughout, in so many `steps` or more, it is
    /// turned round, and where they go back by days that is told.
    pub fn watch_times(&mut self, steps: u64) {
        self.turned_after = Some(steps);
    }

    /// The other way round: the source has the newest message first. Parts of one record (a picture and the words beside
    /// it) keep their order. Call it before anything else is put in order.
    pub fn reverse(&mut self) {
        let messages = std::mem::take(&mut self.transcript.messages);
        let records: Vec<&[Message]> = messages.chunk_by(|a, b| a.origin == b.origin).collect();
        let mut places = vec![0; messages.len()];
        let (mut at, mut end) = (0, messages.len());
        for record in &records {
            end -= record.len();
            for part in 0..record.len() {
                places[at + part] = end + part;
            }
            at += record.len();
        }
        self.transcript.messages = records.into_iter().rev().flatten().cloned().collect();
        self.stamps.iter_mut().for_each(|(at, _)| *at = places[*at]);
        self.stamps.sort_by_key(|(at, _)| *at);
    }

    /// The language the source states, as ISO 639-1.
    pub fn set_language(&mut self, language: &str) {
        self.transcript.language = Some(language.to_owned());
    }

    /// The order of dates, when it was decided for the whole file already.
    pub fn set_verdict(&mut self, verdict: Verdict) {
        self.verdict = Some(verdict);
    }

    /// `speaker` says `text`, at `line`.
    pub fn say(&mut self, speaker: &str, when: When, kind: Kind, text: &str, line: u64) {
        self.counts.messages += 1;
        self.say_more(speaker, when, kind, text, line);
    }

    /// `speaker` says another thing on the same line: words beside a picture.
    pub fn say_more(&mut self, speaker: &str, when: When, kind: Kind, text: &str, line: u64) {
        let speaker = &*self.mended(speaker, line);
        let index = match self.speakers.get(speaker) {
            Some(index) => *index,
            None => {
                let index = self.transcript.add_speaker(speaker);
                self.speakers.insert(speaker.to_owned(), index);
                self.held += speaker.len() + size_of::<Message>();
                index
            }
        };
        self.push(Some(index), when, kind, text, line);
    }

    /// What was said last has this number in its file, by which others refer to it; 0 for none.
    pub fn number(&mut self, number: u64) {
        if let Some(message) = self.transcript.messages.last_mut() {
            message.origin.line = number;
        }
    }

    /// The app says `text`, at `line`.
    pub fn note(&mut self, when: When, text: &str, line: u64) {
        self.counts.system += 1;
        self.push(None, when, Kind::System, text, line);
    }

    /// The app says something of the line that is said next: that it was never sent.
    pub fn note_more(&mut self, when: When, text: &str, line: u64) {
        self.push(None, when, Kind::System, text, line);
    }

    /// `text` of `line` with letters that were encoded twice put right, which is told.
    fn mended<'t>(&mut self, text: &'t str, line: u64) -> Cow<'t, str> {
        let right = if self.as_written { None } else { twice::mended(text) };
        let Some(right) = right else { return Cow::Borrowed(text) };
        if std::mem::replace(&mut self.mended_at, line) != line {
            self.warnings.add(WarningKind::EncodedTwice, line);
        }
        Cow::Owned(right)
    }

    fn push(&mut self, speaker: Option<usize>, when: When, kind: Kind, text: &str, line: u64) {
        let text = &*self.mended(text, line);
        (self.gap, self.cut) = (0, false);
        let time = match when {
            When::Unknown => None,
            When::Known(time) => Some(time),
            When::Written(stamp) => {
                self.evidence.add(&stamp, line);
                self.stamps.push((self.transcript.messages.len(), stamp));
                None
            }
        };
        let text = self.fit(text, 0, line);
        self.held += size_of::<Message>() + size_of::<Stamp>();
        let text = Text::new(text);
        self.transcript.messages.push(Message { speaker, time, text, kind, origin: Origin { line } });
    }

    /// As much of `text` as still fits into a message that holds `taken` bytes.
    fn fit<'t>(&mut self, text: &'t str, taken: usize, line: u64) -> &'t str {
        let room = self.limits.message.saturating_sub(taken);
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        if end < text.len() {
            self.too_long(line);
        }
        self.held += end;
        &text[..end]
    }

    fn too_long(&mut self, line: u64) {
        if !std::mem::replace(&mut self.cut, true) {
            self.warnings.add(WarningKind::MessageTooLong, line);
        }
    }

    /// Note that the reader itself had to cut the line just said.
    pub fn note_cut(&mut self, line: &Line<'_>) {
        if line.cut {
            self.too_long(line.number);
        }
    }

    /// Let what was said last say `words`, which another line has for it; what it said before. Nothing where it is no message.
    pub fn reword(&mut self, words: &str) -> Option<String> {
        let last =
            self.transcript.messages.last().filter(|m| m.kind == Kind::Message && m.speaker.is_some())?;
        let (before, line) = (last.text.reveal().to_owned(), last.origin.line);
        let words = Text::new(self.fit(words, 0, line));
        self.transcript.messages.last_mut()?.text = words;
        self.counts.continuations += 1;
        Some(before)
    }

    /// The last message goes on with `line`; `false`, and nothing happens, when there is none.
    pub fn append(&mut self, line: &Line<'_>) -> bool {
        let Some(last) = self.transcript.messages.last() else { return false };
        self.counts.continuations += 1;
        if matches!(last.kind, Kind::Media | Kind::Deleted) {
            // Words under a picture are words: they must not hide behind a placeholder.
            self.caption(line);
        } else {
            self.extend(line);
        }
        self.note_cut(line);
        true
    }

    fn caption(&mut self, line: &Line<'_>) {
        let Some(Message { speaker, .. }) = self.transcript.messages.last() else { return };
        let speaker = *speaker;
        let at = self.transcript.messages.len() - 1;
        let when = self.stamps.last().filter(|(index, _)| *index == at).map(|(_, s)| When::Written(*s));
        let known = self.transcript.messages[at].time;
        self.push(speaker, when.unwrap_or(known.into()), Kind::Message, line.text, line.number);
    }

    fn extend(&mut self, line: &Line<'_>) {
        let Some(last) = self.transcript.messages.last() else { return };
        let taken = last.text.reveal().len();
        let gap = std::mem::take(&mut self.gap);
        let text = &*self.mended(line.text, line.number);
        let text = self.fit(text, taken + gap + 1, line.number).to_owned();
        let last = self.transcript.messages.last_mut().expect("seen above");
        for _ in 0..gap.min(self.limits.message.saturating_sub(taken)) {
            last.text.push_line("");
        }
        if taken < self.limits.message {
            last.text.push_line(&text);
        }
    }

    /// Whoever spoke last also sent the file `name`, told of on a line of its own.
    pub fn add_media(&mut self, name: &str, line: u64) {
        self.counts.continuations += 1;
        let Some(last) = self.transcript.messages.last() else { return };
        let (speaker, known, at) = (last.speaker, last.time, self.transcript.messages.len() - 1);
        let stamp = self.stamps.last().filter(|(index, _)| *index == at).map(|(_, s)| When::Written(*s));
        let kind = if speaker.is_some() { Kind::Media } else { Kind::System };
        self.push(speaker, stamp.unwrap_or(known.into()), kind, name, line);
    }

    /// A blank line. It counts as a paragraph break when the message goes on after it.
    pub fn blank(&mut self) {
        self.counts.blank += 1;
        self.gap += 1;
    }

    /// A line that carries no message: a heading, a date, a row of signs.
    pub fn heading(&mut self) {
        self.counts.headings += 1;
    }

    /// A line that belongs nowhere, which is counted as a warning of `kind`.
    pub fn reject(&mut self, kind: WarningKind, line: u64) {
        self.counts.warned += 1;
        self.warnings.add(kind, line);
    }

    /// A doubt about a line that was read all the same.
    pub fn doubt(&mut self, kind: WarningKind, line: u64) {
        self.warnings.add(kind, line);
    }

    /// `count` such doubts at once; none when it is 0.
    pub fn doubt_many(&mut self, kind: WarningKind, count: u64, line: u64) {
        self.warnings.add_many(kind, count, line);
    }

    /// Whether there are no messages or system lines yet.
    pub fn is_empty(&self) -> bool {
        self.transcript.messages.is_empty()
    }

    /// What was read so far, and the times of day that were written and are in it only at the end.
    pub fn so_far(&self) -> (&Transcript, impl Iterator<Item = jiff::civil::Time>) {
        (&self.transcript, self.stamps.iter().map(|(_, stamp)| stamp.clock))
    }

    /// So many bytes of it are kept elsewhere until they are said.
    pub fn hold(&mut self, bytes: usize) {
        self.held += bytes;
    }

    /// Whether there is room for more after `line`; an error when it has grown past the limit of a conversation.
    pub fn room(&self, name: &str, line: u64) -> Result<(), ImportError> {
        if self.held <= self.limits.conversation {
            return Ok(());
        }
        let (limit, what) = (self.limits.conversation as u64, "the conversation up to here");
        Err(ImportError::TooLarge { name: name.to_owned(), line, what, limit })
    }

    /// The reading is over, at `line` or where the error says; when it ended in one the end of the conversation is missing.
    pub fn close(&mut self, result: &Result<(), ImportError>, line: u64) {
        if let Err(error) = result {
            self.doubt(WarningKind::CutOff, error.line_or(line));
        }
    }

    /// Complete the conversation: decide its dates, with `wish` heard where they leave it open.
    pub(in crate::import) fn finish(mut self, wish: Option<DateOrder>) -> Finished {
        let own = self.evidence.verdict(wish);
        // A verdict on the whole file knows more; what it leaves open is told where it matters.
        let verdict = self.verdict.unwrap_or(own);
        if let (Some(_), Some((count, line))) = (verdict.assumed, own.assumed) {
            self.warnings.add_many(WarningKind::AmbiguousDateOrder(verdict.order), count, line);
        }
        if wish.is_some_and(|wish| wish != verdict.order) && self.evidence.is_needed() {
            let (count, line) = own.overruled.or(verdict.overruled).unwrap_or((1, 0));
            self.warnings.add_many(WarningKind::OverruledDateOrder(verdict.order), count, line);
        }
        let named = self.named_days(verdict.order);
        for (index, stamp) in std::mem::take(&mut self.stamps) {
            let message = &mut self.transcript.messages[index];
            if let Some(found) = named.get(&index) {
                if found.is_none() {
                    self.warnings.add(WarningKind::UnknownDay, message.origin.line);
                }
                message.time =
                    found.map(|wall| of_offset(wall, stamp.offset)).or(Some(Time::Clock(stamp.clock)));
                continue;
            }
            message.time = match stamp.date {
                None => Some(Time::Clock(stamp.clock)),
                Some(date) if date.is_yearless() => stamp.local(verdict.order).map(Time::Yearless),
                Some(_) => stamp.local(verdict.order).map(|wall| of_offset(wall, stamp.offset)),
            };
            if message.time.is_none() {
                self.warnings.add(WarningKind::InvalidTime, message.origin.line);
            }
        }
        if let Some(zone) = self.zone {
            times::in_zone(&mut self.transcript, &zone.to_time_zone());
        }
        for message in self.transcript.messages.iter().filter(|m| matches!(m.time, Some(Time::Yearless(_)))) {
            self.warnings.add(WarningKind::UnknownYear, message.origin.line);
        }
        if self.turned_after.is_some_and(|steps| chronology::falls(&self.transcript.messages, steps)) {
            let (count, line) = chronology::timed(&self.transcript.messages);
            self.warnings.add_many(WarningKind::NewestFirst, count, line);
            self.reverse();
        } else if self.turned_after.is_some() && verdict.assumed.is_none() {
            let back = chronology::back_in_time(&self.transcript.messages);
            back.into_iter().for_each(|line| self.warnings.add(WarningKind::BackInTime, line));
        }
        if self.by_time {
            let (late, line) = chronology::in_order(&mut self.transcript.messages);
            self.warnings.add_many(
                WarningKind::NewestFirst,
                if self.turned_after.is_some() { late } else { 0 },
                line,
            );
        }
        for speaker in self.transcript.speakers.iter_mut().filter(|s| Some(&s.name) == self.owner.as_ref()) {
            speaker.role = Role::Me;
        }
        let dates = self.evidence.is_needed().then_some(verdict);
        Finished { transcript: self.transcript, dates, warnings: self.warnings, counts: self.counts }
    }
}

/// A complete conversation.
pub(in crate::import) struct Finished {
    pub transcript: Transcript,
    pub dates: Option<Verdict>,
    pub warnings: Warnings,
    pub counts: Counts,
}

#[cfg(test)]
mod tests;
