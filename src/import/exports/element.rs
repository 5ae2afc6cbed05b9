//! Element and other Matrix clients: the JSON of a room, or a list of events as servers give them.
//!
//! A room is held until its end: an edit may stand before or behind what it edits, and a name behind the words of
//! who bears it.

mod event;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::import::chats::chat::Chat;
use crate::import::chats::parts::{Part, say_all};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;
use event::{Event, What};

/// Where events stand.
const LISTS: [&str; 2] = ["messages", "chunk"];

/// The format.
pub struct Element;

impl Format for Element {
    fn name(&self) -> &'static str {
        "element"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let headed = ["room_name", "export_date", "exported_by"].iter().all(|key| top.get(key).is_some());
        let is_event = |e: &Value| {
            let ours = ["origin_server_ts", "event_id", "room_id", "sender"];
            let typed = json::str_at(e, &["type"]).is_some_and(|t| t.contains('.'));
            typed && ours.iter().any(|key| e.get(key).is_some())
                || e.get("origin_server_ts").is_some() && e.get("sender").is_some()
        };
        let list = |key: &&str| top.get(key).and_then(Value::as_array);
        let events = LISTS.iter().filter_map(list).flatten().take(20).any(is_event);
        if headed || events { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let mut reading = Reading::new(&name, sink.chat(source.name()), limits.conversation);
        let result = json::walk(&name, source.into_text()?, limits.record, &mut reading);
        sink.count_lines(reading.count);
        let (count, mut chat) = (reading.count, reading.finish());
        chat.close(&result, count);
        if count == 0 {
            chat.doubt(WarningKind::EmptyConversation, 0);
        }
        let _ = sink.emit(chat);
        result
    }
}

/// The last version of a message.
struct Edit {
    when: i64,
    parts: Vec<Part>,
}

/// The reading of one room.
struct Reading<'r> {
    name: &'r str,
    chat: Chat,
    events: Vec<Event>,
    names: HashMap<String, String>,
    exported_by: Option<String>,
    count: u64,
    held: usize,
    limit: usize,
    /// How often the next event is older, and how often younger.
    steps: (u64, u64),
    before: Option<i64>,
}

impl Walker for Reading<'_> {
    fn want(&mut self, path: &Path) -> Want {
        let listed = LISTS.iter().any(|list| path.starts_with(&[list]));
        match path.depth() {
            1 if listed => Want::Enter,
            2 if listed => Want::Take,
            1 if path.is(&["exported_by"]) => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.is(&["exported_by"]) {
            self.exported_by = json::text_of(Some(&value));
        } else if path.depth() == 2 {
            self.event(&value)?;
        }
        Ok(Flow::Continue(()))
    }
}

impl<'r> Reading<'r> {
    fn new(name: &'r str, chat: Chat, limit: usize) -> Self {
        let (events, names, exported_by, count, held, steps, before) = Default::default();
        Self { name, chat, events, names, exported_by, count, held, limit, steps, before }
    }

    fn event(&mut self, value: &Value) -> Result<(), ImportError> {
        self.count += 1;
        let line = self.count;
        if let Some((id, name)) = event::member_name(value) {
            self.names.insert(id, name);
        }
        let Some(event) = Event::read(value, line) else {
            self.chat.reject(WarningKind::BadRecord, line);
            return Ok(());
        };
        if let (Some(before), Some(now)) = (self.before, event.stamp) {
            self.steps.0 += u64::from(now < before);
            self.steps.1 += u64::from(now > before);
        }
        self.before = event.stamp.or(self.before);
        self.held += event.size();
        if self.held > self.limit {
            let (name, limit, what) =
                (self.name.to_owned(), self.limit as u64, "the conversation up to here");
            return Err(ImportError::TooLarge { name, line, what, limit });
        }
        self.events.push(event);
        Ok(())
    }

    /// The room, complete, in order of time.
    fn finish(mut self) -> Chat {
        let mut events = std::mem::take(&mut self.events);
        if self.steps.0 > self.steps.1 {
            events.reverse();
        }
        let mut edits = self.edits(&mut events);
        let mut nameless = HashSet::new();
        for mut event in events {
            let edit = event.id.as_ref().and_then(|id| edits.remove(id));
            if let (What::Said(_) | What::Undecrypted, Some(edit)) = (&event.what, edit) {
                event.what = What::Said(edit.parts);
            }
            self.tell(event, &mut nameless);
        }
        self.mark_owner();
        self.chat.sort_by_time();
        self.chat
    }

    /// The last edit of each message that is there. An edit of what is not there stays a message.
    fn edits(&self, events: &mut [Event]) -> HashMap<String, Edit> {
        let open = |e: &&Event| matches!(e.what, What::Said(_) | What::Undecrypted);
        let key = |e: &Event| Some((e.id.clone()?, e.sender.clone()?));
        let targets: HashMap<String, String> = events.iter().filter(open).filter_map(key).collect();
        let mut edits: HashMap<String, Edit> = HashMap::new();
        for event in events {
            let What::Edit(target, parts) = &mut event.what else { continue };
            let (target, parts) = (std::mem::take(target), std::mem::take(parts));
            // Only who wrote a message may edit it.
            if targets.get(&target).is_none_or(|sender| event.sender.as_ref() != Some(sender)) {
                event.what = What::Said(parts);
                continue;
            }
            event.what = What::Nothing;
            let when = event.stamp.unwrap_or(i64::MIN);
            if edits.get(&target).is_none_or(|last| last.when <= when) {
                edits.insert(target, Edit { when, parts });
            }
        }
        edits
    }

    fn tell(&mut self, event: Event, nameless: &mut HashSet<String>) {
        let line = event.line;
        let parts = match event.what {
            What::Nothing | What::Edit(..) => return self.chat.heading(),
            What::Unknown => return self.chat.reject(WarningKind::UnknownRecord, line),
            What::Noted(text) => return self.chat.note(event.time.into(), &text, line),
            What::Said(parts) => parts,
            What::Deleted => vec![(Kind::Deleted, String::new())],
            What::Undecrypted => {
                self.chat.doubt(WarningKind::Undecrypted, line);
                vec![(Kind::Deleted, String::new())]
            }
        };
        if event.time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        let speaker = self.speaker(event.sender, line, nameless);
        say_all(&mut self.chat, &speaker, event.time.into(), &parts, line);
    }

    fn speaker(&mut self, sender: Option<String>, line: u64, nameless: &mut HashSet<String>) -> String {
        let Some(id) = sender else {
            self.chat.doubt(WarningKind::UnknownSpeaker, line);
            return crate::import::UNKNOWN.to_owned();
        };
        let name = self.names.get(&id);
        if name.is_none() && nameless.insert(id.clone()) {
            self.chat.doubt(WarningKind::NamelessPerson, line);
        }
        self.chat.person(&id, name.unwrap_or(&id))
    }

    /// Who made the export is told by name or id; a name that two people bear tells nobody.
    fn mark_owner(&mut self) {
        let Some(own) = self.exported_by.take() else { return };
        let mut ids = self.names.iter().filter(|(_, name)| **name == own).map(|(id, _)| id);
        let id = match (ids.next(), ids.next()) {
            (Some(id), None) => id.clone(),
            (None, _) => own,
            _ => return,
        };
        let name = self.names.get(&id).unwrap_or(&id);
        let name = self.chat.person(&id, name);
        self.chat.set_owner(&name);
    }
}
