//! Telegram's JSON: `result.json` of one chat, or of an account with all of its chats.
//!
//! A message's `text` is a string or an array of strings and marked-up pieces; `from` is null once an account is
//! deleted; older exports have no `date_unixtime` and numbers as ids. One chat is held at a time.

mod message;
mod service;

use std::collections::HashSet;

use serde_json::Value;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{Ids, say_all};
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// What the app calls its chats, as far as their type is all there is to know them by.
const TYPES: [&str; 12] = [
    "bot_chat",
    "personal_chat",
    "private_channel",
    "private_group",
    "private_supergroup",
    "public_channel",
    "public_group",
    "public_supergroup",
    "replies",
    "saved_messages",
    "secret_chat",
    "verification_codes",
];
/// Where an account export keeps chats.
const LISTS: [&str; 2] = ["chats", "left_chats"];

/// The format.
pub struct Telegram;

impl Format for Telegram {
    fn name(&self) -> &'static str {
        "telegram"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let in_list = |list: &&str| top.pointer(&format!("/{list}/list/0")).is_some_and(is_chat);
        // Pictures and contacts may fill the whole sample, so that no chat is seen yet.
        let account = json::whole_number(top.pointer("/personal_information/user_id")).is_some()
            && ["about", "contacts", "profile_pictures", "chats"].iter().any(|key| top.get(key).is_some());
        if is_chat(top) || account || LISTS.iter().any(in_list) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let mut reading = Reading::new(&name, sink);
        let result = json::walk(&name, source.into_text()?, limit, &mut reading);
        if let Err(error) = &result {
            reading.break_off(error);
        }
        result
    }
}

/// Whether the object is a chat with its messages.
fn is_chat(value: &Value) -> bool {
    let kind = json::str_at(value, &["type"]).is_some_and(|t| TYPES.contains(&t));
    let Some(messages) = value.get("messages").and_then(Value::as_array) else {
        return kind && value.get("id").is_some();
    };
    let Some(first) = messages.first() else { return kind };
    let typed = json::str_at(first, &["type"]).is_some_and(|t| ["message", "service"].contains(&t));
    kind && (first.as_object().is_none_or(|o| o.is_empty() || typed || o.contains_key("id")))
        || typed && first.get("date").is_some() && first.get("id").is_some()
}

/// What stands in a chat before its messages.
#[derive(Default)]
struct Head {
    name: Option<String>,
    kind: Option<String>,
    id: Option<String>,
    seen: bool,
}

/// The chat being read.
struct Open {
    chat: Chat,
    nameless: HashSet<String>,
    /// In a chat of two: whether the other one has spoken, and who else has.
    other: bool,
    own: Option<String>,
}

/// The reading of one file.
struct Reading<'s, 'a> {
    name: String,
    sink: &'s mut Sink<'a>,
    ids: Ids,
    owner: Option<String>,
    head: Head,
    open: Option<Open>,
    count: u64,
}

impl Walker for Reading<'_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        let Some(inner) = self.inside(path) else {
            let outer = LISTS.iter().any(|list| path.is(&[list]) || path.is(&[list, "list"]));
            return if outer { Want::Enter } else { Want::Skip };
        };
        match (path.depth() - inner, path.key(inner)) {
            (0, _) | (1, Some("messages")) => Want::Enter,
            (1, Some("name" | "type" | "id")) | (2, _) => Want::Take,
            (1, Some("personal_information")) if inner == 0 => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        let Some(inner) = self.inside(path) else { return Ok(Flow::Continue(())) };
        match (path.depth() - inner, path.key(inner)) {
            (1, Some("name")) => {
                self.head.name = json::text_of(Some(&value)).filter(|n| !n.trim().is_empty())
            }
            (1, Some("type")) => (self.head.kind, self.head.seen) = (json::text_of(Some(&value)), true),
            (1, Some("id")) => (self.head.id, self.head.seen) = (json::text_of(Some(&value)), true),
            (1, Some("personal_information")) => self.owner = json::text_of(value.get("user_id")),
            (2, Some("messages")) => return self.message(&value, inner > 0),
            _ => {}
        }
        Ok(Flow::Continue(()))
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        let chat = self.inside(path) == Some(path.depth());
        Ok(if chat { self.close() } else { Flow::Continue(()) })
    }
}

impl<'s, 'a> Reading<'s, 'a> {
    fn new(name: &str, sink: &'s mut Sink<'a>) -> Self {
        let (ids, head) = (Ids::new(name), Head::default());
        Self { name: name.to_owned(), sink, ids, owner: None, head, open: None, count: 0 }
    }

    /// How deep the chat lies that `path` leads to or into; `None` when it leads to none.
    fn inside(&self, path: &Path) -> Option<usize> {
        if LISTS.iter().any(|list| path.starts_with(&[list, "list", "*"])) {
            return Some(3);
        }
        let listed = LISTS.iter().any(|list| path.starts_with(&[list]));
        (!listed).then_some(0)
    }

    /// Read one message; whether the chat is `listed` among others.
    fn message(&mut self, message: &Value, listed: bool) -> Result<Flow, ImportError> {
        self.count += 1;
        self.sink.count_lines(1);
        let line = self.count;
        if self.open.is_none() {
            let id = if listed { self.ids.of(&self.head.title()) } else { self.name.clone() };
            self.open = Some(Open::new(self.sink.chat(id)));
        }
        let Some(open) = &mut self.open else { return Ok(Flow::Continue(())) };
        open.chat.room(&self.name, line)?;
        match json::str_at(message, &["type"]) {
            _ if !message.is_object() => open.chat.reject(WarningKind::BadRecord, line),
            Some("service") => {
                let when = open.when(message, line);
                service::note(&mut open.chat, message, when, line);
                open.beside_gift(message, &self.head, self.owner.as_deref(), when, line);
            }
            Some("message") | None => open.say(message, &self.head, self.owner.as_deref(), line),
            Some(_) => open.chat.reject(WarningKind::UnknownRecord, line),
        }
        Ok(Flow::Continue(()))
    }

    fn close(&mut self) -> Flow {
        let head = std::mem::take(&mut self.head);
        match self.open.take() {
            Some(open) => self.sink.emit(open.finish()),
            None => {
                if head.seen {
                    self.sink.doubt(WarningKind::EmptyConversation, 0);
                }
                Flow::Continue(())
            }
        }
    }

    /// The file ends here, in the middle of something.
    fn break_off(&mut self, error: &ImportError) {
        if let Some(open) = &mut self.open {
            open.chat.doubt(WarningKind::CutOff, error.line_or(self.count));
            let _ = self.close();
        }
    }
}

impl Head {
    /// What to call the chat by.
    fn title(&self) -> String {
        let own = self.kind.as_ref().filter(|kind| ["saved_messages", "replies"].contains(&kind.as_str()));
        let known = self.name.as_ref().or(own).or(self.id.as_ref());
        known.cloned().unwrap_or_else(|| UNKNOWN.to_owned())
    }

    /// Whether it is a chat with one other person, whose id it then has.
    fn is_of_two(&self) -> bool {
        matches!(self.kind.as_deref(), Some("personal_chat" | "bot_chat"))
    }
}

impl Open {
    fn new(chat: Chat) -> Self {
        Self { chat, nameless: HashSet::new(), other: false, own: None }
    }

    fn say(&mut self, message: &Value, head: &Head, owner: Option<&str>, line: u64) {
        let parts = message::parts(message);
        if parts.is_empty() {
            return self.chat.reject(WarningKind::UnknownRecord, line);
        }
        if message.get("self_destruct_period_seconds").is_some() {
            self.chat.doubt(WarningKind::DisappearingMessages, line);
        }
        let when = self.when(message, line);
        let speaker = self.speaker(message, head, owner, line);
        say_all(&mut self.chat, &speaker, when, &parts, line);
    }

    /// What somebody wrote to go with a gift, told of at `line`.
    fn beside_gift(&mut self, event: &Value, head: &Head, owner: Option<&str>, when: When, line: u64) {
        let words = message::words(event.get("gift_text").unwrap_or(&Value::Null));
        if words.trim().is_empty() {
            return;
        }
        let giver = serde_json::json!({"from": event.get("actor"), "from_id": event.get("actor_id")});
        let speaker = self.speaker(&giver, head, owner, line);
        self.chat.say_more(&speaker, when, Kind::Message, &words, line);
    }

    fn speaker(&mut self, message: &Value, head: &Head, owner: Option<&str>, line: u64) -> String {
        let named = |key| json::str_at(message, &[key]).filter(|name| !name.trim().is_empty());
        let id = json::text_of(message.get("from_id"));
        // Posts of a channel may have nobody's name; the channel speaks.
        let channel = || head.name.as_deref().filter(|_| id.is_none() && !head.is_of_two());
        let Some(name) = named("from").or_else(|| named("author")).or_else(channel) else {
            return self.nameless(id, line);
        };
        let Some(id) = id else { return self.chat.person(&format!("name {name}"), name) };
        let bare = bare(&id).to_owned();
        let name = self.chat.person(&bare, name);
        if owner == Some(bare.as_str()) {
            self.chat.set_owner(&name);
        } else if head.is_of_two() && head.id.as_deref() == Some(bare.as_str()) {
            self.other = true;
        } else {
            self.own = Some(name.clone());
        }
        name
    }

    /// Somebody whose account is gone; only the id tells them from others.
    fn nameless(&mut self, id: Option<String>, line: u64) -> String {
        let Some(id) = id else {
            self.chat.doubt(WarningKind::UnknownSpeaker, line);
            return UNKNOWN.to_owned();
        };
        if self.nameless.insert(id.clone()) {
            self.chat.doubt(WarningKind::NamelessPerson, line);
        }
        self.chat.person(bare(&id), &id)
    }

    /// The moment, if the export has it, else the time on the wall of the exporting computer.
    fn when(&mut self, message: &Value, line: u64) -> When {
        let moment = json::whole_number(message.get("date_unixtime")).and_then(|s| times::epoch(s as f64));
        let wall = || json::str_at(message, &["date"]).and_then(Time::parse);
        let time = moment.or_else(wall);
        if time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        time.into()
    }

    /// The chat, complete. Where the other of two has spoken under the chat's id, whoever else spoke made the export.
    fn finish(mut self) -> Chat {
        if let Some(own) = self.own.filter(|_| self.other) {
            self.chat.set_owner(&own);
        }
        self.chat
    }
}

/// An id the way older exports write it, without the word for what it is of.
fn bare(id: &str) -> &str {
    id.strip_prefix("user").unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_beside_a_gift_are_the_givers() {
        let chat = json!({"name": "Max", "type": "personal_chat", "id": 9, "messages": [
            {"id": 1, "type": "message", "date_unixtime": "1709568065", "from": "Ida", "from_id": "user1", "text": "hi"},
            {"id": 2, "type": "service", "date_unixtime": "1709568125", "actor": "Max", "actor_id": "user9",
             "action": "send_star_gift", "gift_text": [{"type": "plain", "text": "for the cake"}], "text": ""}]});
        let mut found = Vec::new();
        let options = crate::import::Options::default();
        let counts =
            crate::import::read_text("t.json", chat.to_string().as_bytes(), &options, &mut |imported| {
                found.push(imported.transcript);
                Flow::Continue(())
            });
        assert_eq!(counts.unwrap().lines, 2);
        let said: Vec<_> = found[0].messages.iter().map(|m| (m.speaker, m.text.reveal())).collect();
        assert_eq!(said, [(Some(0), "hi"), (None, "Max sent a gift"), (Some(1), "for the cake")]);
        assert_eq!(found[0].speakers[1].name, "Max");
    }
}
