//! Hangouts in Takeout: `Hangouts.json`, all conversations of an account in one file that may be gigabytes large. One
//! event of it is held at a time.
//!
//! Events are in no order. Older exports have other words at the top, and the same inside.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{Ids, Part, file_name, say_all};
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The way to a conversation in newer and in older exports.
const NEWER: [&str; 2] = ["conversations", "*"];
const OLDER: [&str; 3] = ["conversation_state", "*", "conversation_state"];

/// The format.
pub struct Hangouts;

impl Format for Hangouts {
    fn name(&self) -> &'static str {
        "hangouts"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let newer = top.pointer("/conversations/0/conversation").filter(|c| c.is_object());
        let older = top.pointer("/conversation_state/0").filter(|c| c.is_object());
        let keys = ["conversation", "conversation_id", "participant_data", "self_conversation_state", "type"];
        let ours = |c: &Value| keys.iter().any(|key| c.get(key).is_some());
        let old = older
            .is_some_and(|c| c.get("conversation_state").is_some() || c.get("conversation_id").is_some());
        if newer.is_some_and(ours) || old { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let ids = Ids::new(&name);
        let mut reading = Reading { name: &name, sink, ids, head: Head::default(), open: None, count: 0 };
        let result = json::walk(&name, source.into_text()?, limit, &mut reading);
        if let (Err(error), Some(open)) = (&result, &mut reading.open) {
            open.chat.doubt(WarningKind::CutOff, error.line_or(reading.count));
            let _ = reading.close();
        }
        result
    }
}

/// What stands in a conversation before its events.
#[derive(Default)]
struct Head {
    seen: bool,
    title: Option<String>,
    names: HashMap<String, String>,
    owner: Option<String>,
}

impl Head {
    fn new(value: &Value) -> Self {
        // Newer exports have the conversation inside of one.
        let inner = value.get("conversation").unwrap_or(value);
        let id = [inner.get("id"), value.get("conversation_id")];
        let id = id.into_iter().flatten().find_map(|id| json::text_of(id.get("id").or(Some(id))));
        let name = json::str_at(inner, &["name"]).filter(|n| !n.trim().is_empty());
        let people = inner.get("participant_data").and_then(Value::as_array).into_iter().flatten();
        let named = |p: &Value| {
            let name = json::str_at(p, &["fallback_name"]).filter(|n| !n.trim().is_empty())?;
            Some((person_id(p.get("id")?)?, name.to_owned()))
        };
        let own = inner.pointer("/self_conversation_state/self_read_state/participant_id");
        Self {
            seen: true,
            title: name.map(str::to_owned).or(id),
            names: people.filter_map(named).collect(),
            owner: own.and_then(person_id),
        }
    }
}

fn person_id(id: &Value) -> Option<String> {
    json::text_of(id.get("gaia_id")).or_else(|| json::text_of(id.get("chat_id")))
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
    head: Head,
    open: Option<Open>,
    count: u64,
}

/// How deep the conversation lies that `path` leads to or into.
fn inside(path: &Path) -> Option<usize> {
    let newer = path.starts_with(&NEWER).then_some(NEWER.len());
    newer.or_else(|| path.starts_with(&OLDER).then_some(OLDER.len()))
}

impl Walker for Reading<'_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        let Some(outer) = inside(path) else {
            let above = path.is(&NEWER[..1]) || path.is(&OLDER[..1]) || path.is(&OLDER[..2]);
            return if above { Want::Enter } else { Want::Skip };
        };
        match (path.depth() - outer, path.key(outer)) {
            (0, _) | (1, Some("events" | "event")) => Want::Enter,
            (1, Some("conversation")) | (2, _) => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        match inside(path).map(|outer| (path.depth() - outer, path.key(outer))) {
            Some((1, Some("conversation"))) => self.head = Head::new(&value),
            Some((2, Some(_))) => self.event(&value)?,
            _ => {}
        }
        Ok(Flow::Continue(()))
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        let conversation = inside(path) == Some(path.depth());
        Ok(if conversation { self.close() } else { Flow::Continue(()) })
    }
}

impl Reading<'_, '_> {
    fn event(&mut self, event: &Value) -> Result<(), ImportError> {
        self.count += 1;
        self.sink.count_lines(1);
        if self.open.is_none() {
            let id = self.ids.of(self.head.title.as_deref().unwrap_or(UNKNOWN));
            self.open = Some(Open { chat: self.sink.chat(id), nameless: HashSet::new() });
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        open.chat.room(self.name, self.count)?;
        open.event(event, &self.head, self.count);
        Ok(())
    }

    fn close(&mut self) -> Flow {
        let head = std::mem::take(&mut self.head);
        let Some(Open { mut chat, .. }) = self.open.take() else {
            if head.seen {
                self.sink.doubt(WarningKind::EmptyConversation, 0);
            }
            return Flow::Continue(());
        };
        chat.sort_by_time();
        self.sink.emit(chat)
    }
}

impl Open {
    fn event(&mut self, event: &Value, head: &Head, line: u64) {
        if !event.is_object() {
            return self.chat.reject(WarningKind::BadRecord, line);
        }
        let Some(content) = event.pointer("/chat_message/message_content") else {
            return self.note(event, head, line);
        };
        let parts = parts(content);
        if parts.is_empty() {
            return self.chat.reject(WarningKind::UnknownRecord, line);
        }
        let when = self.when(event, line);
        let speaker = self.speaker(event, head, line);
        say_all(&mut self.chat, &speaker, when, &parts, line);
    }

    fn note(&mut self, event: &Value, head: &Head, line: u64) {
        let mut name = |id: Option<String>| {
            let id = id?;
            Some(self.chat.person(&id, head.names.get(&id)?))
        };
        let changed = event.pointer("/membership_change/participant_id").and_then(Value::as_array);
        let changed: Vec<String> =
            changed.into_iter().flatten().filter_map(|id| name(person_id(id))).collect();
        let sender = name(event.get("sender_id").and_then(person_id));
        let Some(text) = happened(event, sender, &changed) else {
            return self.chat.reject(WarningKind::UnknownRecord, line);
        };
        let when = self.when(event, line);
        self.chat.note(when, &text, line);
    }

    fn when(&mut self, event: &Value, line: u64) -> When {
        let stamp = json::whole_number(event.get("timestamp"));
        let time = stamp.and_then(|number| times::epoch(number as f64));
        if time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        time.into()
    }

    fn speaker(&mut self, event: &Value, head: &Head, line: u64) -> String {
        let Some(id) = event.get("sender_id").and_then(person_id) else {
            self.chat.doubt(WarningKind::UnknownSpeaker, line);
            return UNKNOWN.to_owned();
        };
        if !head.names.contains_key(&id) && self.nameless.insert(id.clone()) {
            self.chat.doubt(WarningKind::NamelessPerson, line);
        }
        let name = self.chat.person(&id, head.names.get(&id).unwrap_or(&id));
        if head.owner.as_ref() == Some(&id) {
            self.chat.set_owner(&name);
        }
        name
    }
}

/// What an event without words tells, in words: what `sender` did, and who came or went.
fn happened(event: &Value, sender: Option<String>, changed: &[String]) -> Option<String> {
    let sender = sender.as_deref().unwrap_or("somebody");
    if let Some(change) = event.get("membership_change") {
        let who = if changed.is_empty() { sender.to_owned() } else { changed.join(", ") };
        return Some(match json::str_at(change, &["type"]) {
            Some("JOIN") => format!("{who} joined"),
            Some("LEAVE") => format!("{who} left"),
            _ => format!("the membership of {who} changed"),
        });
    }
    if let Some(call) = event.get("hangout_event") {
        return Some(match json::str_at(call, &["event_type"]) {
            Some("START_HANGOUT") => format!("{sender} started a call"),
            Some("END_HANGOUT") => "a call ended".to_owned(),
            _ => format!("a call with {sender}"),
        });
    }
    let name = json::str_at(event.get("conversation_rename")?, &["new_name"]).unwrap_or_default();
    Some(format!("{sender} named the conversation {name}"))
}

/// Files, then words.
fn parts(content: &Value) -> Vec<Part> {
    let list = |key: &str| content.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut parts: Vec<Part> = list("attachment").map(|a| (Kind::Media, attached(a))).collect();
    let text: String = list("segment").map(segment).collect();
    if !text.trim().is_empty() {
        parts.push((Kind::Message, text.trim_end_matches('\n').to_owned()));
    }
    parts
}

fn segment(segment: &Value) -> &str {
    match json::str_at(segment, &["type"]) {
        Some("LINE_BREAK") => "\n",
        _ => json::str_at(segment, &["text"]).unwrap_or_default(),
    }
}

/// The name of a file, which only its address tells, or what kind of thing it is.
fn attached(attachment: &Value) -> String {
    let item = attachment.get("embed_item").unwrap_or(attachment);
    let photo = item.get("plus_photo").or_else(|| item.get("embeds.PlusPhoto.plus_photo"));
    let url = photo.and_then(|p| json::str_at(p, &["url"])).map(|u| u.split(['?', '#']).next().unwrap_or(u));
    let kind = item.pointer("/type/0").and_then(Value::as_str).unwrap_or("attachment");
    url.map(file_name)
        .filter(|n| !n.is_empty())
        .map_or_else(|| kind.to_lowercase().replace('_', " "), str::to_owned)
}
