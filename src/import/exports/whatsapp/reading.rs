//! An export being read. Its lines are held back until enough of the file is known to tell its names, and each message
//! until its last line is known: a notice of the app has one line, and notes on a message stand at its end.

use std::collections::HashSet;

use super::Look;
use super::after::{self, After};
use super::asides;
use super::bodies::{self, Body, End, Place};
use super::held::Held;
use super::mend::Mend;
use super::names;
use super::survey::Survey;
use crate::import::chats::chat::{Chat, When};
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::paste::asides::{self as between, Aside};
use crate::import::syntax::cursor;
use crate::import::time::dates::Stamp;
use crate::import::warning::WarningKind;
use crate::transcript::Kind;

/// How much of a file is surveyed, in bytes. Phones write exports of a quarter of this.
const SURVEYED: usize = 16 << 20;

/// The state between two lines.
pub struct Reading<'c> {
    chat: &'c mut Chat,
    name: String,
    look: Look,
    survey: Option<Survey>,
    held: Vec<Held>,
    bytes: usize,
    /// Who speaks, and when; nobody while the app does.
    speaks: Option<(String, When)>,
    taken: u64,
    /// What the messages put down so far tell of the end.
    after: After,
    /// The time of the last of them.
    above: Option<Stamp>,
    /// Who has spoken.
    seen: HashSet<String>,
    /// The line of a heading, if nobody has spoken since.
    heading: Option<u64>,
}

impl<'c> Reading<'c> {
    /// Messages whose headers have this `look` go to `chat`, of the file called `name`.
    pub fn new(chat: &'c mut Chat, name: &str, look: Look) -> Self {
        let (name, held) = (name.to_owned(), Vec::new());
        let after = After::of(look);
        Self {
            chat,
            name,
            look,
            survey: None,
            held,
            bytes: 0,
            speaks: None,
            taken: 0,
            after,
            above: None,
            seen: HashSet::new(),
            heading: None,
        }
    }

    /// The next line. An error when the conversation has grown past its limit.
    pub fn line(&mut self, line: &Line<'_>) -> Result<(), ImportError> {
        let next = Held::new(line, self.look);
        let begins = next.header.is_some() && (self.survey.is_some() || self.bytes > SURVEYED);
        if begins || self.bytes > 2 * SURVEYED {
            self.flush()?;
        }
        self.bytes += next.text.len() + size_of::<Held>();
        self.held.push(next);
        Ok(())
    }

    /// Put down all that is held back, as nothing comes any more.
    pub fn end(&mut self) -> Result<(), ImportError> {
        let (mut held, survey) = self.release();
        let last = held.iter().rposition(|line| line.header.is_some()).unwrap_or(0);
        let before = self.after.clone().with(&held[..last]);
        let begins = before.begins(&held[last..]);
        if let Some(line) = before.doubtful(&held[last..]) {
            self.chat.doubt(WarningKind::DoubtfulName, line);
        }
        let notes = held.split_off(begins.map_or(held.len(), |at| last + at));
        let ends = last.min(held.len());
        self.put(&held[..ends], survey)?;
        let survey = self.survey.take().unwrap_or_default();
        self.record(&held[ends..], &survey)?;
        self.notes(&notes);
        Ok(())
    }

    /// Put down all that is held back, which ends where a message does.
    fn flush(&mut self) -> Result<(), ImportError> {
        let (held, survey) = self.release();
        self.put(&held, survey)
    }

    /// What is held back, mended, and what is known of names.
    fn release(&mut self) -> (Vec<Held>, Survey) {
        let held = std::mem::take(&mut self.held);
        self.bytes = 0;
        let named = self.look.bracketed;
        let survey = self.survey.take();
        let survey = survey.unwrap_or_else(|| Survey::of(held.iter().filter_map(Held::rest), named));
        let by_hand = survey.is_log() || survey.is_dashed();
        (if by_hand { held } else { self.mended(held, &survey) }, survey)
    }

    fn put(&mut self, held: &[Held], survey: Survey) -> Result<(), ImportError> {
        self.after = self.after.clone().with(held);
        self.above = held.iter().rev().find_map(Held::stamp).or(self.above);
        let trust = self.after.trust();
        let mut records = held.chunk_by(|_, next| next.header.is_none());
        let result = records.try_for_each(|record| {
            let end = asides::begins(record, trust).unwrap_or(record.len());
            self.record(&record[..end], &survey).map(|()| self.asides(&record[end..]))
        });
        self.survey = Some(survey);
        result
    }

    fn mended(&mut self, held: Vec<Held>, survey: &Survey) -> Vec<Held> {
        let (held, found) = Mend::new(self.look, survey, self.above).all(held);
        let told = [
            (WarningKind::DamagedHead, found.damaged),
            (WarningKind::QuotedChat, found.quoted),
            (WarningKind::AnotherChat, found.other),
        ];
        for (kind, lines) in told {
            let first = lines.iter().min().copied().unwrap_or(0);
            self.chat.doubt_many(kind, lines.len() as u64, first);
        }
        held
    }

    /// The number of the last line that was put down.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// A header with the lines that go on after it, or lines before the first header.
    fn record(&mut self, lines: &[Held], survey: &Survey) -> Result<(), ImportError> {
        let last = lines.iter().rposition(|held| !held.line().is_blank()).unwrap_or(0);
        for (at, held) in lines.iter().enumerate() {
            match held.header {
                Some((when, _)) => self.begin(held, when, survey, last == 0),
                None => self.go_on(&held.line(), at == last),
            }
            self.taken = held.number;
            self.chat.room(&self.name, held.number)?;
        }
        Ok(())
    }

    fn begin(&mut self, held: &Held, when: When, survey: &Survey, alone: bool) {
        let (number, named) = (held.number, self.look.bracketed);
        let rest = held.rest().unwrap_or_default();
        self.speaks = match names::split(rest, survey, named) {
            None => {
                if names::is_doubtful_notice(rest, survey, named) {
                    self.chat.doubt(WarningKind::DoubtfulName, number);
                }
                self.chat.note(when, &cursor::plain(rest), number);
                None
            }
            Some((name, body)) => {
                if !named && (survey.is_log() || survey.may_be_notice(&name)) {
                    self.chat.doubt(WarningKind::DoubtfulName, number);
                }
                let read = bodies::read(
                    body,
                    &Place { name: &name, survey, alone, led: bodies::is_marked(&held.text) },
                );
                if matches!(read, Body::Words(_)) && bodies::is_doubtful(body, alone) {
                    self.chat.doubt(WarningKind::DoubtfulNotice, number);
                }
                let name = self.chat.called(name);
                self.see(&name);
                say(self.chat, &name, when, read, held);
                Some((name, when))
            }
        };
        self.chat.note_cut(&held.line());
        (0..held.joined).for_each(|_| self.chat.heading());
    }

    /// Lines between two messages, which are nobody's words.
    fn asides(&mut self, lines: &[Held]) {
        for line in lines {
            match between::of(&line.text) {
                None => self.chat.blank(),
                Some(Aside::Rule) => self.chat.heading(),
                Some(aside) => {
                    self.heading = self.heading.or((aside == Aside::Heading).then_some(line.number));
                    self.chat.note(When::Unknown, line.text.trim(), line.number);
                }
            }
            self.taken = line.number;
        }
    }

    /// `name` begins to speak: somebody new below a heading is of another chat.
    fn see(&mut self, name: &str) {
        let heading = self.heading.take();
        if !self.seen.contains(name) {
            self.seen.insert(name.to_owned());
            self.chat.doubt_many(
                WarningKind::AnotherChat,
                u64::from(heading.is_some()),
                heading.unwrap_or(0),
            );
        }
    }

    /// Lines behind the last message, which are about the chat.
    fn notes(&mut self, lines: &[Held]) {
        let mut first = true;
        for line in lines {
            if line.line().is_blank() {
                self.chat.blank();
            } else if after::is_rule(&line.text) {
                self.chat.heading();
            } else {
                self.chat.doubt(WarningKind::LineAfterLastMessage, line.number);
                match std::mem::take(&mut first) {
                    true => self.chat.note(When::Unknown, line.text.trim(), line.number),
                    false => _ = self.chat.append(&line.line()),
                }
            }
            self.taken = line.number;
        }
    }

    fn go_on(&mut self, line: &Line<'_>, last: bool) {
        if line.is_blank() {
            self.chat.blank();
        } else if self.chat.is_empty() {
            self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        } else {
            match &self.speaks {
                Some((name, when)) if last => append_end(self.chat, name, *when, line),
                _ => _ = self.chat.append(line),
            }
        }
    }
}

/// The last line of what `name` said.
fn append_end(chat: &mut Chat, name: &str, when: When, line: &Line<'_>) {
    match bodies::end(line.text) {
        End::Words(text) => _ = chat.append(&Line { text, ..*line }),
        End::Note => chat.heading(),
        End::Media(file) => chat.add_media(file, line.number),
        End::Captioned { words, file } => {
            chat.append(&Line { text: words, ..*line });
            chat.say_more(name, when, Kind::Media, file, line.number);
        }
    }
}

/// `name` says `body`, at `held`, whose line counts once, however many messages stand on it.
fn say(chat: &mut Chat, name: &str, when: When, body: Body<'_>, held: &Held) {
    type Note = fn(&mut Chat, When, &str, u64);
    type Say = fn(&mut Chat, &str, When, Kind, &str, u64);
    let (note, say): (Note, Say) =
        if held.within { (Chat::note_more, Chat::say_more) } else { (Chat::note, Chat::say) };
    let line = held.number;
    match body {
        Body::App(text) => note(chat, when, &text, line),
        Body::Told(text) => note(chat, when, &format!("{name}: {text}"), line),
        Body::Words(text) => say(chat, name, when, Kind::Message, text, line),
        Body::Deleted => say(chat, name, when, Kind::Deleted, "", line),
        Body::Unread(text) => {
            chat.doubt(WarningKind::Undecrypted, line);
            note(chat, when, &format!("{name}: {text}"), line);
        }
        Body::Media(file) => say(chat, name, when, Kind::Media, file, line),
        Body::Captioned { words, file } => {
            say(chat, name, when, Kind::Message, words, line);
            chat.say_more(name, when, Kind::Media, file, line);
        }
    }
}
