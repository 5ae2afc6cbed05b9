//! The second walk: every message into its conversation.

use std::collections::HashMap;
use std::io::BufRead;

use super::feed;
use super::message::{self, Said};
use super::roles::Role;
use super::survey::Survey;
use super::units::{Takes, Unit, Units};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::chronology::SURE;
use crate::import::chats::fields;
use crate::import::chats::parts::{self, Ids};
use crate::import::time::order::Verdict;
use crate::import::warning::WarningKind;
use crate::import::{Columns, Flow, ImportError, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The second walk through one input.
pub struct Reading<'r, 's, 'a> {
    name: &'r str,
    survey: Survey,
    verdict: Verdict,
    /// The last unit of each conversation.
    ends: HashMap<String, u64>,
    ids: Ids,
    /// By conversation: its first unit, and what was read of it.
    open: HashMap<String, (u64, Chat)>,
    /// The line that is read, where each is a document; else how many records there were.
    line: u64,
    lines: bool,
    /// Whether the line gave a record.
    told: bool,
    sink: &'s mut Sink<'a>,
}

impl<'r, 's, 'a> Reading<'r, 's, 'a> {
    /// Of the input called `name`, of which `survey` knows.
    pub fn new(name: &'r str, mut survey: Survey, lines: bool, sink: &'s mut Sink<'a>) -> Self {
        survey.rewind();
        let (verdict, ends) = (survey.verdict(sink.options()), survey.ends());
        let (ids, open) = (Ids::new(name), HashMap::new());
        Self { name, survey, verdict, ends, ids, open, line: 0, lines, told: false, sink }
    }

    /// Read all of `text`.
    pub fn read(
        &mut self,
        text: impl BufRead,
        limit: usize,
        asked: Option<&Columns>,
    ) -> Result<(), ImportError> {
        let (name, lines) = (self.name, self.lines);
        feed(name, text, lines, limit, &mut Units::new(self, asked))
    }

    /// The input breaks off, and the conversation that came last with it.
    pub fn leave_last_open(&mut self) {
        let last = self.ends.iter().max_by_key(|(_, order)| **order).map(|(key, _)| key.clone());
        last.and_then(|key| self.ends.remove(&key));
    }

    /// What a broken end left open was understood up to there.
    pub fn close(self, result: &Result<(), ImportError>) {
        self.sink.close_all(self.open.into_values().collect(), result);
    }

    fn take(&mut self, unit: &Unit, said: &Said) -> Result<Flow, ImportError> {
        let (key, called) = self.survey.conversation(unit, said);
        if !self.open.contains_key(&key) {
            let id = if called.is_empty() { self.name.to_owned() } else { self.ids.of(&called) };
            let mut chat = self.sink.chat(id);
            chat.set_verdict(self.verdict);
            chat.watch_times(SURE);
            self.open.insert(key.clone(), (unit.order, chat));
        }
        let Some((_, chat)) = self.open.get_mut(&key) else { return Ok(Flow::Continue(())) };
        let me = parts::me(self.sink.options());
        if unit.holds_messages {
            // It is complete only behind what stands in it.
            chat.sort_by_time();
        }
        say(chat, &self.survey, unit, said, self.line, &me);
        chat.room(self.name, self.line)?;
        if self.ends.get(&key) != Some(&unit.order) {
            return Ok(Flow::Continue(()));
        }
        let done = self.open.remove(&key);
        Ok(done.map_or(Flow::Continue(()), |(_, chat)| self.sink.emit(chat)))
    }

    /// The line before is over: one without a record in it is structure.
    fn end_line(&mut self) {
        if self.lines && self.line > 0 && !self.told {
            self.sink.count_lines(1);
            self.sink.count_heading();
        }
    }
}

impl Takes for Reading<'_, '_, '_> {
    fn unit(&mut self, unit: &Unit) -> Result<(Flow, bool), ImportError> {
        if self.sink.is_stopped() {
            return Ok((Flow::Break(()), false));
        }
        let Some(said) = self.survey.said(unit) else { return Ok((Flow::Continue(()), false)) };
        self.sink.count_lines(1);
        self.told = true;
        if !self.lines {
            self.line += 1;
        }
        Ok((self.take(unit, &said)?, true))
    }

    fn line(&mut self, number: u64) {
        self.end_line();
        (self.line, self.told) = (number, false);
    }

    fn broken(&mut self, cut: bool) {
        self.told = true;
        self.sink.count_lines(1);
        self.sink.reject(if cut { WarningKind::CutOff } else { WarningKind::BadRecord }, self.line);
    }

    fn blank(&mut self) {
        self.told = true;
        self.sink.count_lines(1);
        self.sink.count_blank();
    }

    fn end(&mut self) {
        self.end_line();
    }
}

/// Put what `unit` says into its conversation; `me` is the name of the owner.
fn say(chat: &mut Chat, survey: &Survey, unit: &Unit, said: &Said, line: u64, me: &str) {
    let when = unit.get(Role::Time).map_or(When::Unknown, |time| fields::when(chat, time, line));
    let text = message::words(unit);
    match said {
        Said::Event => return chat.reject(WarningKind::UnknownRecord, line),
        // A mark for something that the app did, without words for it.
        Said::Notice if text.is_empty() => return chat.reject(WarningKind::UnknownRecord, line),
        Said::Notice => return chat.note(when, &text, line),
        Said::Message => {}
    }
    let own = unit.get(Role::Mine).is_some();
    let speaker = match (survey.names.speaker(unit), own) {
        (Some(name), _) => name.to_owned(),
        (None, true) => me.to_owned(),
        (None, false) => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            UNKNOWN.to_owned()
        }
    };
    if own {
        chat.set_owner(&speaker);
    }
    let deleted = unit.get(Role::Deleted).is_some() && text.is_empty();
    let mut sent: Vec<(Kind, String)> = unit.files.iter().map(|file| (Kind::Media, file_of(file))).collect();
    if !text.is_empty() {
        sent.push((Kind::Message, text));
    } else if sent.is_empty() {
        // Words that are nothing but a mark for a picture, a file that has no name.
        sent.push((if deleted { Kind::Deleted } else { Kind::Media }, String::new()));
    }
    parts::say_all(chat, &speaker, when, &sent, line);
}

/// The name of a file in an address or a path.
fn file_of(file: &str) -> String {
    fields::linked_file(parts::file_name(file)).to_owned()
}
