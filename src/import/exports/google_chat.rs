//! Google Chat in Takeout: `messages.json` in a folder of each group, with the names of its members beside it in
//! `group_info.json`.
//!
//! Dates are written in words of the account's language, and always of UTC. People are told apart by their addresses.

mod moment;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields;
use crate::import::chats::parts::{Part, say_all};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json;
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The file with the messages, and the one beside it.
const MESSAGES: &str = "messages.json";
const GROUP: &str = "group_info.json";

/// The format.
pub struct GoogleChat;

impl Format for GoogleChat {
    fn name(&self) -> &'static str {
        "google-chat"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some(messages) = sample.outline().get("messages").and_then(Value::as_array) else { return 0.0 };
        let is_one = |m: &Value| {
            let dated = ["created_date", "topic_id", "message_id"].iter().any(|key| m.get(key).is_some());
            let human = m.pointer("/creator/user_type").is_some();
            human
                || m.get("created_date").is_some() && m.get("message_id").is_some()
                || dated && m.get("creator").is_some_and(Value::is_object)
        };
        if messages.iter().take(20).any(is_one) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let chat = sink.chat(source.name());
        read(source, chat, HashMap::new(), sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let with_both = |entry: &String| {
            let root = entry.strip_suffix(MESSAGES).filter(|r| r.is_empty() || r.ends_with('/'))?;
            let group = format!("{root}{GROUP}");
            entries.binary_search(&group).ok()?;
            let root = root.trim_end_matches('/').to_owned();
            Some(Bundle { root, entries: vec![group, entry.clone()] })
        };
        entries.iter().filter_map(with_both).collect()
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let group = group(files.open(&bundle.path(GROUP), sink)?, sink)?;
        let path = [files.name(), &bundle.root].join("/");
        let path = path.trim_end_matches('/');
        let source = files.open(&bundle.path(MESSAGES), sink)?;
        let empty =
            source.sample().outline().get("messages").and_then(Value::as_array).is_some_and(Vec::is_empty);
        if self.detect(source.sample()) == 0.0 && !(empty && group.is_ok()) {
            let looks = "this looks like JSON";
            return Err(ImportError::UnknownFormat { name: source.name().to_owned(), looks });
        }
        let title =
            group.as_ref().ok().and_then(|g| json::str_at(g, &["name"])).filter(|n| !n.trim().is_empty());
        let id = title.map_or(path.to_owned(), |title| format!("{path}#{title}"));
        let mut chat = sink.chat(id);
        if group.is_err() {
            chat.doubt(WarningKind::MissingPart, 0);
        }
        read(source, chat, group.map(|g| members(&g)).unwrap_or_default(), sink)
    }
}

/// What stands beside the messages; the inner error is for a file that is no JSON.
fn group(source: Source<'_>, sink: &Sink<'_>) -> Result<Result<Value, ()>, ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    let mut text = String::new();
    let mut stream = source.into_text()?.take(limit as u64);
    stream.read_to_string(&mut text).map_err(|e| ImportError::io(&name, e))?;
    Ok(serde_json::from_str(&text).map_err(|_| ()))
}

/// The names of the members, by address.
fn members(group: &Value) -> HashMap<String, String> {
    let all = group.get("members").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|m| {
        Some((json::str_at(m, &["email"])?.to_owned(), json::str_at(m, &["name"])?.to_owned()))
    })
    .collect()
}

fn read(
    source: Source<'_>,
    chat: Chat,
    members: HashMap<String, String>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    let mut reading = Reading { name: &name, chat, members, nameless: HashSet::new(), count: 0 };
    let take = &mut |message| reading.take(&message);
    let result = json::each(&name, source.into_text()?, limit, &["messages"], take);
    let Reading { chat, count, .. } = reading;
    fields::close_only(chat, count, &result, sink);
    result
}

/// The reading of one group.
struct Reading<'r> {
    name: &'r str,
    chat: Chat,
    members: HashMap<String, String>,
    nameless: HashSet<String>,
    count: u64,
}

impl Reading<'_> {
    fn take(&mut self, message: &Value) -> Result<Flow, ImportError> {
        self.count += 1;
        self.chat.room(self.name, self.count)?;
        self.message(message, self.count);
        Ok(Flow::Continue(()))
    }

    fn message(&mut self, message: &Value, line: u64) {
        if !message.is_object() {
            return self.chat.reject(WarningKind::BadRecord, line);
        }
        let gone = json::str_at(message, &["message_state"]) == Some("DELETED");
        let parts = if gone { vec![(Kind::Deleted, String::new())] } else { parts(message) };
        if parts.is_empty() {
            return self.chat.reject(WarningKind::UnknownRecord, line);
        }
        let when = self.when(message, line);
        let speaker = self.speaker(message, line);
        say_all(&mut self.chat, &speaker, when, &parts, line);
    }

    fn when(&mut self, message: &Value, line: u64) -> When {
        let time = json::str_at(message, &["created_date"]).and_then(moment::read);
        if time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        time.into()
    }

    fn speaker(&mut self, message: &Value, line: u64) -> String {
        let field = |key| json::str_at(message, &["creator", key]).filter(|f| !f.trim().is_empty());
        let (email, name) = (field("email"), field("name"));
        let known = email.and_then(|e| self.members.get(e)).cloned();
        match (name.map(str::to_owned).or(known), email) {
            (Some(name), email) => self.chat.person(email.unwrap_or(&name), &name),
            (None, Some(email)) => {
                if self.nameless.insert(email.to_owned()) {
                    self.chat.doubt(WarningKind::NamelessPerson, line);
                }
                self.chat.person(email, email)
            }
            (None, None) => {
                self.chat.doubt(WarningKind::UnknownSpeaker, line);
                UNKNOWN.to_owned()
            }
        }
    }
}

/// Files, then words.
fn parts(message: &Value) -> Vec<Part> {
    let list = |key: &str| message.get(key).and_then(Value::as_array).into_iter().flatten();
    let file = |f: &Value| {
        let name = json::str_at(f, &["original_name"]).or_else(|| json::str_at(f, &["export_name"]));
        (Kind::Media, name.unwrap_or_default().to_owned())
    };
    let shared = |a: &Value| Some((Kind::Media, json::str_at(a, &["drive_metadata", "title"])?.to_owned()));
    let mut parts: Vec<Part> = list("attached_files").map(file).collect();
    parts.extend(list("annotations").filter_map(shared));
    let text = json::str_at(message, &["text"]).filter(|t| !t.trim().is_empty());
    parts.extend(text.map(|t| (Kind::Message, t.to_owned())));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_two_files_of_one_folder() {
        let names = ["a/group_info.json", "a/messages.json", "b/group_info.json", "c/messages.json"];
        let bundles = GoogleChat.bundles(&names.map(str::to_owned));
        assert_eq!(bundles.len(), 1);
        assert_eq!((bundles[0].root.as_str(), bundles[0].has(MESSAGES)), ("a", true));
    }
}
