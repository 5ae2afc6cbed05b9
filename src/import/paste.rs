//! Pasted text: whatever way people copy or retype a chat. The grammars are ranked by the share of lines that each
//! explains; with none, lines are taken as turns of two people or as one text of an unknown person, and said so.

mod cast;
mod furniture;
mod grammars;
mod lead;
mod moments;
mod names;
mod plan;
mod screen;

use std::collections::HashMap;
use std::io::BufRead;

use super::chat::{Chat, When};
use super::cursor;
use super::detect;
use super::error::ImportError;
use super::jsonl::placeholder;
use super::lines::{Line, Lines};
use super::source::{Sample, Source};
use super::warning::WarningKind;
use super::{Format, Sink, UNKNOWN};
use crate::transcript::Kind;
use grammars::{Head, Who};
use plan::{Grammar, Plan};

/// What the other person is called where only one's own lines are marked.
const OTHER: &str = "the other";

/// The format.
pub struct Paste;

impl Format for Paste {
    fn name(&self) -> &'static str {
        "paste"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if detect::is_structured(sample.text()) || sample.text().trim().is_empty() {
            return 0.0;
        }
        match Plan::of(sample).grammar {
            Grammar::Irc | Grammar::Stamped | Grammar::Trailing | Grammar::Timed | Grammar::Titled => 0.5,
            Grammar::Named | Grammar::Own | Grammar::TitledClosely => 0.45,
            Grammar::NameLines | Grammar::Dashed => 0.35,
            Grammar::Alternating | Grammar::Nobody => 0.1,
            Grammar::Prose => 0.05,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let mut plan = Plan::of(source.sample());
        if let Some(unnamed) = sink.options().unnamed {
            plan.told(unnamed);
        }
        let mut chat = sink.chat(name.as_str());
        let mut lines = source.into_lines()?;
        let mut reading =
            Reading { plan, chat: &mut chat, title: None, turn: 0, said: false, names: HashMap::new() };
        let result = reading.fill(&mut lines, &name);
        reading.close_title();
        sink.count_lines(lines.number());
        chat.close(&result, lines.number());
        let _ = sink.emit(chat);
        result
    }
}

/// The reading of one text.
struct Reading<'c> {
    plan: Plan,
    chat: &'c mut Chat,
    /// Who wrote what follows, where names stand on lines of their own.
    title: Option<Title>,
    turn: u64,
    /// Whether anybody has said anything yet.
    said: bool,
    /// Names as first seen, by the key that they have in any capitals.
    names: HashMap<String, String>,
}

/// A name on a line of its own.
#[derive(Clone)]
struct Title {
    name: String,
    when: When,
    line: u64,
    /// Whether nothing has followed it yet.
    fresh: bool,
}

impl Reading<'_> {
    fn fill(&mut self, lines: &mut Lines<impl BufRead>, name: &str) -> Result<(), ImportError> {
        while let Some(line) = lines.next_line()? {
            if line.is_blank() {
                self.chat.blank();
            } else {
                self.take(&line);
            }
            self.chat.room(name, line.number)?;
        }
        Ok(())
    }

    fn take(&mut self, line: &Line<'_>) {
        let line = &Line { text: self.plan.words(line.text), ..*line };
        match self.plan.grammar {
            Grammar::Prose => self.prose(line),
            Grammar::Titled | Grammar::TitledClosely | Grammar::NameLines => self.titled(line),
            _ if self.plan.is_between(line.text) => self.chat.heading(),
            Grammar::Alternating => self.alternate(line),
            Grammar::Nobody => self.nobody(line),
            _ => match self.plan.head(line.text) {
                Some(head) => self.begin(&head, line),
                None if self.plan.grammar == Grammar::Own => self.other(line),
                None => self.go_on(line),
            },
        }
    }

    /// `name` as it was first seen: the same word in other capitals is the same person.
    fn first_seen(&mut self, name: &str) -> String {
        if !self.plan.is_retyped() {
            return name.to_owned();
        }
        self.names.entry(names::key(name)).or_insert_with(|| name.to_owned()).clone()
    }

    fn begin(&mut self, head: &Head<'_>, line: &Line<'_>) {
        match &head.who {
            Who::Speaker(name) => {
                if self.plan.doubts(line.text) {
                    self.chat.doubt(WarningKind::DoubtfulName, line.number);
                }
                let name = self.first_seen(name);
                self.say(&name, head.when, head.text, line);
            }
            Who::App => {
                self.chat.note(head.when, head.text.trim(), line.number);
                self.chat.note_cut(line);
            }
        }
    }

    fn say(&mut self, name: &str, when: When, text: &str, line: &Line<'_>) {
        self.said = true;
        let (kind, text) = placeholder(text);
        self.chat.say(name, when, kind, text, line.number);
        self.chat.note_cut(line);
    }

    fn go_on(&mut self, line: &Line<'_>) {
        if !self.chat.append(line) {
            self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        } else if self.plan.doubts(line.text) {
            self.chat.doubt(WarningKind::DoubtfulName, line.number);
        }
    }

    /// A line that is not marked as one's own is the other person's, as far as can be told.
    fn other(&mut self, line: &Line<'_>) {
        let (name, doubt) = match self.plan.has_other() {
            true => (OTHER, WarningKind::OtherSpeaker),
            false => (UNKNOWN, WarningKind::UnknownSpeaker),
        };
        self.chat.doubt(doubt, line.number);
        self.say(name, When::Unknown, line.text.trim(), line);
    }

    /// A name on a line of its own is a heading; the next line begins the message.
    fn titled(&mut self, line: &Line<'_>) {
        if let Some(Head { who: Who::Speaker(name), when, .. }) = self.plan.head(line.text) {
            self.close_title();
            self.chat.heading();
            self.title = Some(Title { name, when, line: line.number, fresh: true });
            return;
        }
        let fresh = self.title.as_ref().is_some_and(|t| t.fresh);
        let head = furniture::is_presence(line.text) || (!self.said && self.plan.is_profile(line.text));
        if head && (fresh || self.title.is_none()) {
            // A name above a presence or a profile is the head of the page.
            self.title = None;
            return self.chat.heading();
        }
        if self.named_time(line) || self.plan.is_between(line.text) || self.plan.is_status(line.text, fresh) {
            return self.chat.heading();
        }
        let Some(title) = self.title.clone() else { return self.go_on(line) };
        if let Some((when, text)) = moments::bracketed(line.text) {
            // Discord leaves the name out where somebody goes on after a while.
            self.say(&title.name, when, text, line);
        } else if title.fresh {
            self.say(&title.name, title.when, line.text.trim(), line);
        } else {
            self.go_on(line);
        }
        self.title = Some(Title { fresh: false, ..title });
    }

    /// Whether `line` is the time under a name, which Slack and Teams set on a line of its own.
    fn named_time(&mut self, line: &Line<'_>) -> bool {
        let Some(title) = self.title.as_mut().filter(|t| t.fresh && t.when == When::Unknown) else {
            return false;
        };
        let Some(when) = moments::under_name(line.text) else { return false };
        title.when = when;
        true
    }

    /// A name with nothing under it: a picture, which does not survive copying. The message is kept, empty.
    fn close_title(&mut self) {
        if let Some(title) = self.title.take().filter(|t| t.fresh) {
            self.chat.say_more(&title.name, title.when, Kind::Message, "", title.line);
        }
    }

    fn alternate(&mut self, line: &Line<'_>) {
        let name = if self.turn.is_multiple_of(2) { "A" } else { "B" };
        self.turn += 1;
        self.chat.doubt(WarningKind::AlternatingSpeakers, line.number);
        let (words, when) = self.plan.turn(line.text.trim());
        self.say(name, when, words, line);
    }

    fn nobody(&mut self, line: &Line<'_>) {
        self.chat.doubt(WarningKind::UnknownSpeaker, line.number);
        let (words, when) = self.plan.turn(line.text.trim());
        self.say(UNKNOWN, when, words, line);
    }

    fn prose(&mut self, line: &Line<'_>) {
        if !self.chat.append(line) {
            self.chat.doubt(WarningKind::UnknownSpeaker, line.number);
            self.say(UNKNOWN, When::Unknown, line.text.trim_end(), line);
        }
    }
}

#[cfg(test)]
mod tests;
