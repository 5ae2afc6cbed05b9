//! WhatsApp's own databases, as they lie on the phone and not in a locked backup: `msgstore.db` of Android, of today and of
//! before 2021, and `ChatStorage.sqlite` of the iPhone.

mod android;
mod iphone;

use std::collections::HashMap;

use super::databases;
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{Ids, Part, file_name, me, say_all};
use crate::import::error::ImportError;
use crate::import::intake::database::Database;
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Limits, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The key of the owner; no address is like it.
const OWNER: &str = "\0";

/// The format.
pub struct WhatsAppDb;

impl Format for WhatsAppDb {
    fn name(&self) -> &'static str {
        "whatsapp-db"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let android = databases::names_all(sample, &[b"jid_row_id", b"chat_row_id"]);
        let older = databases::names_all(sample, &[b"key_remote_jid", b"key_from_me"]);
        let iphone = databases::names_all(sample, &[b"ZWAMESSAGE", b"ZWACHATSESSION"]);
        android.max(older).max(iphone)
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        databases::Sqlite.read(source, sink)
    }
}

/// Which of them a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// Android's of today.
    Android,
    /// Android's of before.
    Older,
    /// The iPhone's.
    IPhone,
}

impl App {
    /// By its tables.
    pub fn of(database: &Database) -> Result<Option<Self>, ImportError> {
        let has = |table: &str, columns: &[&str]| {
            let found = database.columns(table)?;
            Ok::<_, ImportError>(columns.iter().all(|column| found.contains(*column)))
        };
        Ok(if has("message", &["chat_row_id", "from_me", "text_data", "timestamp"])? {
            Some(Self::Android)
        } else if has("messages", &["key_remote_jid", "key_from_me", "data", "timestamp"])? {
            Some(Self::Older)
        } else if has("ZWAMESSAGE", &["ZCHATSESSION", "ZISFROMME", "ZTEXT", "ZMESSAGEDATE"])? {
            Some(Self::IPhone)
        } else {
            None
        })
    }
}

/// Read the database called `name`.
pub fn read(name: &str, database: &Database, app: App, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let reading = Reading::new(name, sink);
    match app {
        App::Android => android::read(reading, database, sink),
        App::Older => android::read_older(reading, database, sink),
        App::IPhone => iphone::read(reading, database, sink),
    }
}

/// What a message is, beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// Words, or a file with or without them.
    Said,
    Deleted,
    /// The app's own.
    Event(&'static str),
}

/// One message as its table tells it.
struct Found {
    line: u64,
    /// The key of its conversation.
    chat: String,
    from_me: bool,
    /// The address of who wrote it.
    sender: Option<String>,
    when: When,
    sort: Sort,
    words: Option<String>,
    file: Option<String>,
}

/// The conversations being read, which stand mixed.
struct Reading {
    name: String,
    limits: Limits,
    owner: String,
    ids: Ids,
    /// By their keys: what they are called.
    titles: HashMap<String, String>,
    /// By their addresses: what people are called.
    names: HashMap<String, String>,
    places: HashMap<String, usize>,
    chats: Vec<Chat>,
    count: u64,
}

impl Reading {
    fn new(name: &str, sink: &Sink<'_>) -> Self {
        let (titles, names, places, chats, count) = Default::default();
        let (limits, owner, ids) = (sink.options().limits, me(sink.options()), Ids::new(name));
        Self { name: name.to_owned(), limits, owner, ids, titles, names, places, chats, count }
    }

    /// The conversation with this key, opened at its first message.
    fn chat(&mut self, key: &str) -> &mut Chat {
        if !self.places.contains_key(key) {
            let title = self.titles.get(key).cloned().unwrap_or_else(|| number_of(key));
            let mut chat = Chat::new(self.ids.of(&title), &self.limits);
            let owner = chat.person(OWNER, &self.owner);
            chat.set_owner(&owner);
            chat.sort_by_time();
            self.places.insert(key.to_owned(), self.chats.len());
            self.chats.push(chat);
        }
        &mut self.chats[self.places[key]]
    }

    fn take(&mut self, found: &Found) -> Result<(), ImportError> {
        self.count += 1;
        let (name, line) = (self.name.clone(), found.line);
        let told = found.sender.as_ref().map(|sender| self.names.get(sender).cloned());
        let chat = self.chat(&found.chat);
        if let Sort::Event(words) = found.sort {
            let words = found.words.as_deref().unwrap_or(words);
            chat.note(found.when, words, line);
            return chat.room(&name, line);
        }
        let speaker = match (&found.sender, told) {
            _ if found.from_me => chat.person(OWNER, ""),
            (Some(sender), Some(name)) => {
                if name.is_none() && !chat.knows(sender) {
                    chat.doubt(WarningKind::NamelessPerson, line);
                }
                let name = name.unwrap_or_else(|| number_of(sender));
                chat.person(sender, &name)
            }
            _ => {
                chat.doubt(WarningKind::UnknownSpeaker, line);
                UNKNOWN.to_owned()
            }
        };
        say_all(chat, &speaker, found.when, &parts(found), line);
        chat.room(&name, line)
    }

    fn close(self, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        sink.count_lines(self.count);
        for mut chat in self.chats {
            chat.close(&result, self.count);
            if sink.is_stopped() || sink.emit(chat).is_break() {
                break;
            }
        }
        result
    }
}

fn parts(found: &Found) -> Vec<Part> {
    if found.sort == Sort::Deleted {
        return vec![(Kind::Deleted, String::new())];
    }
    let file = found.file.as_deref().map(|file| (Kind::Media, file_name(file).to_owned()));
    let words = found.words.clone().map(|words| (Kind::Message, words));
    let parts: Vec<Part> = file.into_iter().chain(words).collect();
    if parts.is_empty() { vec![(Kind::Media, String::new())] } else { parts }
}

/// The number in an address such as `15550100@s.whatsapp.net`, as people write it; the address of a group as it is.
fn number_of(address: &str) -> String {
    let Some((user, server)) = address.split_once('@') else { return address.to_owned() };
    let user = user.split([':', '.']).next().unwrap_or(user);
    let number = matches!(server, "s.whatsapp.net" | "c.us") && user.bytes().all(|b| b.is_ascii_digit());
    if number { format!("+{user}") } else { address.to_owned() }
}
