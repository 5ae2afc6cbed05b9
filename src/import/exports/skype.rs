//! Skype's JSON: `messages.json`, alone or in the `.tar` that the download is.
//!
//! All conversations of an account stand in it, each with its newest message first and its words in HTML.

use std::collections::HashSet;

use serde_json::Value;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{Ids, Part, say_all};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::syntax::markup::{self, Markup};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The way to a conversation.
const CONVERSATION: [&str; 2] = ["conversations", "*"];

/// The format.
pub struct Skype;

impl Format for Skype {
    fn name(&self) -> &'static str {
        "skype"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let headed = ["userId", "exportDate", "conversations"].iter().all(|key| top.get(key).is_some());
        let listed = top.pointer("/conversations/0/MessageList").is_some();
        if headed || listed { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let (ids, head) = (Ids::new(&name), Head::default());
        let mut reading = Reading { name: &name, sink, ids, owner: None, head, open: None, count: 0 };
        let result = json::walk(&name, source.into_text()?, limit, &mut reading);
        if let (Err(error), Some(open)) = (&result, &mut reading.open) {
            open.chat.doubt(WarningKind::CutOff, error.line_or(reading.count));
            let _ = reading.close();
        }
        result
    }
}

/// What stands in a conversation before its messages.
#[derive(Default)]
struct Head {
    id: Option<String>,
    name: Option<String>,
    topic: Option<String>,
}

impl Head {
    fn title(&self) -> &str {
        let known = self.name.as_deref().or(self.topic.as_deref()).or(self.id.as_deref().map(bare));
        known.unwrap_or(UNKNOWN)
    }
}

/// A name in the network without the number of the network: `8:live:ida`.
fn bare(id: &str) -> &str {
    id.split_once(':').filter(|(net, _)| net.parse::<u8>().is_ok()).map_or(id, |(_, name)| name)
}

/// The conversation being read.
struct Open {
    chat: Chat,
    nameless: HashSet<String>,
}

/// The reading of one file.
struct Reading<'r, 'a> {
    name: &'r str,
    sink: &'r mut Sink<'a>,
    ids: Ids,
    owner: Option<String>,
    head: Head,
    open: Option<Open>,
    count: u64,
}

impl Walker for Reading<'_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        match (path.depth(), path.key(0), path.key(2)) {
            (1, Some("userId"), _) => Want::Take,
            (1 | 2, Some("conversations"), _) | (3, Some("conversations"), Some("MessageList")) => {
                Want::Enter
            }
            (3, Some("conversations"), Some("id" | "displayName" | "threadProperties"))
            | (4, Some("conversations"), Some("MessageList")) => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        let text = |value| json::text_of(value).filter(|t| !t.trim().is_empty());
        match (path.depth(), path.key(2)) {
            (1, _) if path.is(&["userId"]) => self.owner = text(Some(&value)),
            (3, Some("id")) => self.head.id = text(Some(&value)),
            (3, Some("displayName")) => self.head.name = text(Some(&value)),
            (3, Some("threadProperties")) => self.head.topic = text(value.get("topic")),
            (4, Some("MessageList")) => self.message(&value)?,
            _ => {}
        }
        Ok(Flow::Continue(()))
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        Ok(if path.is(&CONVERSATION) { self.close() } else { Flow::Continue(()) })
    }
}

impl Reading<'_, '_> {
    fn message(&mut self, message: &Value) -> Result<(), ImportError> {
        self.count += 1;
        self.sink.count_lines(1);
        if self.open.is_none() {
            let id = self.ids.of(self.head.title());
            self.open = Some(Open { chat: self.sink.chat(id), nameless: HashSet::new() });
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        open.chat.room(self.name, self.count)?;
        open.message(message, &self.head, self.owner.as_deref(), self.count);
        Ok(())
    }

    fn close(&mut self) -> Flow {
        let head = std::mem::take(&mut self.head);
        let Some(Open { mut chat, .. }) = self.open.take() else {
            if head.id.is_some() {
                self.sink.doubt(WarningKind::EmptyConversation, 0);
            }
            return Flow::Continue(());
        };
        chat.reverse();
        chat.sort_by_time();
        self.sink.emit(chat)
    }
}

/// What a record turns out to be.
enum Content {
    Said(Vec<Part>),
    Noted(String),
    Unknown,
}

impl Open {
    fn message(&mut self, message: &Value, head: &Head, owner: Option<&str>, line: u64) {
        if !message.is_object() {
            return self.chat.reject(WarningKind::BadRecord, line);
        }
        match content(message) {
            Content::Unknown => self.chat.reject(WarningKind::UnknownRecord, line),
            Content::Noted(text) => {
                let when = self.when(message, line);
                self.chat.note(when, &text, line);
            }
            Content::Said(parts) => {
                let when = self.when(message, line);
                let speaker = self.speaker(message, head, owner, line);
                say_all(&mut self.chat, &speaker, when, &parts, line);
            }
        }
    }

    fn when(&mut self, message: &Value, line: u64) -> When {
        let time = json::str_at(message, &["originalarrivaltime"]).and_then(Time::parse);
        if time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        time.into()
    }

    fn speaker(&mut self, message: &Value, head: &Head, owner: Option<&str>, line: u64) -> String {
        let named = json::str_at(message, &["displayName"]).filter(|n| !n.trim().is_empty());
        let Some(id) = json::str_at(message, &["from"]).filter(|id| !id.trim().is_empty()) else {
            if named.is_none() {
                self.chat.doubt(WarningKind::UnknownSpeaker, line);
            }
            return named.unwrap_or(UNKNOWN).to_owned();
        };
        // A conversation of two is called by the other one's name and id.
        let other = head.name.as_deref().filter(|_| head.id.as_deref() == Some(id));
        let name = named.or(other);
        if name.is_none() && self.nameless.insert(id.to_owned()) {
            self.chat.doubt(WarningKind::NamelessPerson, line);
        }
        let name = self.chat.person(bare(id), name.unwrap_or(bare(id)));
        if owner.is_some_and(|owner| bare(owner) == bare(id)) {
            self.chat.set_owner(&name);
        }
        name
    }
}

fn content(message: &Value) -> Content {
    if message.get("properties").and_then(|p| p.get("deletetime")).is_some_and(|t| !t.is_null()) {
        return Content::Said(vec![(Kind::Deleted, String::new())]);
    }
    let text = json::str_at(message, &["content"]).unwrap_or_default();
    let (kind, detail) = {
        let all = json::str_at(message, &["messagetype"]).unwrap_or("RichText");
        all.split_once('/').unwrap_or((all, ""))
    };
    match (kind, detail) {
        ("Text", _) => said(Kind::Message, text),
        ("RichText", "") => {
            let Markup { text, file, .. } = markup::read(text);
            let mut parts: Vec<Part> = file.map(|f| (Kind::Media, f)).into_iter().collect();
            // The file is turned round at its end, and the parts of a message with it.
            parts.splice(0..0, Some((Kind::Message, text)).filter(|(_, t)| !t.is_empty()));
            if parts.is_empty() {
                Content::Said(vec![(Kind::Deleted, String::new())])
            } else {
                Content::Said(parts)
            }
        }
        ("RichText", "Sms" | "Html") => said(Kind::Message, &markup::read(text).text),
        ("RichText", _) | ("Event", "SkypeVideoMessage") => {
            let Markup { text, file, .. } = markup::read(text);
            let thing = plain(detail.trim_start_matches("Media_"));
            let known = file.filter(|f| !f.is_empty()).or(Some(text).filter(|t| !t.is_empty()));
            Content::Said(vec![(Kind::Media, known.unwrap_or(thing))])
        }
        ("Event", "Call") => Content::Noted(call(text)),
        ("Event" | "ThreadActivity" | "PopCard" | "Notice" | "Control", _) => {
            Content::Noted(plain(if detail.is_empty() { kind } else { detail }))
        }
        _ if kind.starts_with("InviteFreeRelationshipChanged") => {
            Content::Noted("contact request".to_owned())
        }
        _ => Content::Unknown,
    }
}

fn said(kind: Kind, text: &str) -> Content {
    match text.trim().is_empty() {
        true => Content::Unknown,
        false => Content::Said(vec![(kind, text.to_owned())]),
    }
}

fn call(content: &str) -> String {
    match markup::read(content).call.as_deref() {
        Some(how @ ("started" | "ended" | "missed" | "declined")) => format!("call {how}"),
        _ => "call".to_owned(),
    }
}

/// `AddMember` as `add member`, and underscores as spaces.
fn plain(word: &str) -> String {
    let mut out = String::new();
    let mut before = false;
    for c in word.chars() {
        if c.is_uppercase() && before {
            out.push(' ');
        }
        before = c.is_lowercase();
        out.extend(if c == '_' || c == '/' { ' ' } else { c }.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_words_made_plain() {
        assert_eq!((bare("8:live:ida"), bare("live:ida"), bare("28:bot")), ("live:ida", "live:ida", "bot"));
        assert_eq!((plain("AddMember").as_str(), plain("E2EEState").as_str()), ("add member", "e2eestate"));
        assert_eq!(call("<partlist type=\"missed\" alt=\"\"></partlist>"), "call missed");
    }
}
