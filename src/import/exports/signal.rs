//! Signal's plaintext export: `main.jsonl`, a backup with one frame a line. People and chats are told of before the
//! messages that refer to them by number; messages of all chats stand mixed.
//!
//! Numbers of 64 bits are written as strings by some of the apps. What was set to disappear is not exported, and that
//! is said of every chat.

mod item;
mod people;
mod updates;

use std::collections::HashMap;

use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{self, Ids};
use crate::import::chats::threads::Threads;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::lines::Lines;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, str_at, text_of, whole_number};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;
use item::Item;
use people::{People, Person};

/// The file with the messages, and the one that Signal puts beside it.
const MAIN: &str = "main.jsonl";
const META: &str = "metadata.json";

/// The format.
pub struct Signal;

impl Format for Signal {
    fn name(&self) -> &'static str {
        "signal"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let first = sample.outline();
        let has = |keys: [&str; 2]| keys.iter().all(|key| first.pointer(key).is_some());
        let info = has(["/version", "/backupTimeMs"]);
        // Without its first line it is still known by what its frames hold.
        let frame = has(["/account/givenName", "/account/accountSettings"])
            || has(["/recipient/id", "/recipient"])
            || has(["/chat/id", "/chat/recipientId"])
            || has(["/chatItem/chatId", "/chatItem/authorId"]);
        match (info, frame) {
            (true, _) => 0.95,
            (_, true) => 0.9,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let limit = sink.options().limits.record;
        let mut lines = Lines::new(source.into_text()?, &name, limit);
        let mut reading = Reading::new(&name, sink);
        let result = reading.fill(&mut lines);
        reading.close(&result);
        result
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let mut bundles = Bundle::around(MAIN, entries);
        for bundle in &mut bundles {
            // Attachments lie in `files`, named by their contents.
            let (main, meta, files) = (bundle.path(MAIN), bundle.path(META), bundle.path("files/"));
            bundle.entries.retain(|e| *e == main || *e == meta || e.starts_with(&files));
        }
        bundles.retain(|bundle| bundle.has(META));
        bundles
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let source = files.open(&bundle.path(MAIN), sink)?;
        if self.detect(source.sample()) > 0.0 {
            return self.read(source, sink);
        }
        Err(ImportError::UnknownFormat { name: source.name().to_owned(), looks: "this looks like JSON" })
    }
}

/// The reading of one file.
struct Reading<'s, 'a> {
    name: String,
    me: String,
    sink: &'s mut Sink<'a>,
    people: People,
    /// Of each chat: with whom, and whether it has any messages.
    chats: HashMap<String, (String, bool)>,
    threads: Threads,
    ids: Ids,
}

impl<'s, 'a> Reading<'s, 'a> {
    fn new(name: &str, sink: &'s mut Sink<'a>) -> Self {
        let me = parts::me(sink.options());
        let (people, chats, threads) = (People::default(), HashMap::new(), Threads::default());
        Self { name: name.to_owned(), me, sink, people, chats, threads, ids: Ids::new(name) }
    }

    fn fill(&mut self, lines: &mut Lines<impl std::io::BufRead>) -> Result<(), ImportError> {
        // A frame that breaks off is cut off only when nothing follows.
        let mut broken_off = None;
        while let Some(line) = lines.next_line()? {
            self.sink.count_lines(1);
            if line.is_blank() {
                self.sink.count_blank();
                continue;
            }
            if let Some(number) = broken_off.take() {
                self.sink.reject(WarningKind::BadRecord, number);
            }
            match json::record(line.text) {
                Ok(frame) => self.frame(&frame, line.number)?,
                Err(e) if e.is_eof() && !line.cut => broken_off = Some(line.number),
                Err(_) => self.sink.reject(WarningKind::BadRecord, line.number),
            }
        }
        if let Some(number) = broken_off {
            self.sink.reject(WarningKind::CutOff, number);
        }
        Ok(())
    }

    fn frame(&mut self, frame: &Value, line: u64) -> Result<(), ImportError> {
        if let Some(item) = frame.get("chatItem").filter(|item| item.is_object()) {
            return self.item(item, line);
        }
        if !frame.is_object() {
            self.sink.reject(WarningKind::BadRecord, line);
            return Ok(());
        }
        // What the owner calls themselves, unless the user says it.
        let owner = frame.get("account").map(|a| full_name(a, "givenName", "familyName"));
        if let Some(name) = owner.filter(|name| !name.is_empty() && self.sink.options().me.is_none()) {
            self.me = name;
        }
        if let Some(recipient) = frame.get("recipient") {
            self.people.add(recipient);
        }
        if let Some(chat) = frame.get("chat") {
            let ids = (text_of(chat.get("id")), text_of(chat.get("recipientId")));
            if let (Some(id), Some(with)) = ids {
                self.chats.insert(id, (with, false));
            }
        }
        self.sink.count_heading();
        Ok(())
    }

    fn item(&mut self, item: &Value, line: u64) -> Result<(), ImportError> {
        let Some(chat_id) = text_of(item.get("chatId")) else {
            self.sink.reject(WarningKind::BadRecord, line);
            return Ok(());
        };
        let known = self.chats.entry(chat_id.clone()).or_insert_with(|| (String::new(), false));
        known.1 = true;
        let title = self.people.get(&known.0).map_or(format!("chat {chat_id}"), |p| p.title(&known.0));
        let (sink, ids, me) = (&*self.sink, &mut self.ids, &self.me);
        let chat = self.threads.get(&chat_id, || {
            let mut chat = sink.chat(ids.of(&title));
            // The owner's name is the owner's, whoever else bears it and speaks first.
            chat.person(people::OWNER, me);
            chat.set_owner(me);
            chat
        });
        chat.room(&self.name, line)?;
        let name = author(chat, &mut self.people, (item, &chat_id), &self.me, line);
        let when = sent(chat, item, line);
        match item::read(item) {
            Item::Said(parts) => parts::say_all(chat, &name, when, &parts, line),
            Item::Deleted => chat.say(&name, when, Kind::Deleted, "", line),
            Item::Noted(told) => chat.note(when, &format!("{name}: {told}"), line),
            Item::Unknown => chat.reject(WarningKind::UnknownRecord, line),
        }
        if item.pointer("/standardMessage/longText").is_some_and(|t| !t.is_null()) {
            chat.doubt(WarningKind::MessageTooLong, line);
        }
        Ok(())
    }

    fn close(mut self, result: &Result<(), ImportError>) {
        let line = 0;
        for chat in self.threads.iter_mut() {
            chat.doubt(WarningKind::DisappearingMessages, line);
            chat.close(result, line);
        }
        for _ in self.chats.values().filter(|(_, any)| !any) {
            self.sink.doubt(WarningKind::EmptyConversation, line);
        }
        self.threads.close(self.sink);
    }
}

/// The name of who wrote `item`.
fn author(
    chat: &mut Chat,
    people: &mut People,
    (item, chat_id): (&Value, &str),
    me: &str,
    line: u64,
) -> String {
    let id = text_of(item.get("authorId")).unwrap_or_default();
    let person = people.get(&id);
    let own = matches!(person, Some(Person::Owner)) || (person.is_none() && item.get("outgoing").is_some());
    if own {
        return chat.person(people::OWNER, me);
    }
    let name = person.map_or(format!("person {id}"), |p| p.title(&id));
    if person.is_none_or(|p| !p.has_name()) && people.is_new_in(chat_id, &id) {
        chat.doubt(WarningKind::NamelessPerson, line);
    }
    chat.person(&id, &name)
}

/// When it was sent. A message that was changed later was sent when its first version was.
fn sent(chat: &mut Chat, item: &Value, line: u64) -> When {
    let first = item.pointer("/revisions/0").filter(|r| r.is_object()).unwrap_or(item);
    let time = whole_number(first.get("dateSent").or_else(|| item.get("dateSent")));
    let time = time.and_then(|ms| times::epoch(ms as f64));
    if time.is_none() {
        chat.doubt(WarningKind::InvalidTime, line);
    }
    time.into()
}

/// A given and a family name, as one.
fn full_name(value: &Value, given: &str, family: &str) -> String {
    let part = |key| str_at(value, &[key]).unwrap_or("").trim();
    format!("{} {}", part(given), part(family)).trim().to_owned()
}
