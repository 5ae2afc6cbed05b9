//! Messages of a phone, whatever program wrote them down: all conversations stand mixed, told apart by the addresses of
//! those who take part, and by number where the phone has one for each.

use std::collections::HashMap;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{Ids, Part};
use crate::import::chats::phones::Phones;
use crate::import::chats::threads::Threads;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::warning::WarningKind;
use crate::import::{Limits, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The key of the phone's owner; no address is like it.
const OWNER: &str = "\0";
/// What Android writes in the place of the owner's number.
pub const OWN_ADDRESS: &str = "insert-address-token";
/// The type of the address that a message came from.
pub const FROM: &str = "137";
/// The type of a message that only tells of another which was never fetched.
pub const NOT_FETCHED: &str = "130";

/// Somebody by an address as written, and the name beside it; either may be missing.
pub type Person = (String, Option<String>);

/// One message as it was written down.
#[derive(Default)]
pub struct Entry {
    /// Where it stands.
    pub line: u64,
    /// Android's number of the folder: 1 for what came in.
    pub folder: String,
    /// Those it was exchanged with.
    pub people: Vec<Person>,
    /// Who wrote it, where that is told apart from them.
    pub from: Option<String>,
    /// The phone's number of the conversation.
    pub thread: Option<String>,
    /// When; `None` for a time that cannot be read.
    pub when: Option<When>,
    /// What is written above a picture message.
    pub subject: Option<String>,
    /// Words and pictures.
    pub parts: Vec<Part>,
    /// Whether its parts were never fetched from the network.
    pub not_fetched: bool,
}

impl Entry {
    /// A part of a picture message, of the type `content` with the words `text` and a file called `name`. How the parts are
    /// laid out on the screen, and words that were left empty beside a picture, are none.
    pub fn part(&mut self, content: &str, text: Option<&str>, name: Option<&str>, filled: bool) {
        let content = content.to_ascii_lowercase();
        match (content.as_str(), text) {
            ("application/smil", _) => {}
            ("text/plain", Some(text)) => self.parts.push((Kind::Message, text.to_owned())),
            ("text/plain", None) if !filled => {}
            _ => self.parts.push((Kind::Media, name.unwrap_or(&content).to_owned())),
        }
    }
}

/// The reading of one backup.
pub struct Backup {
    name: String,
    limits: Limits,
    owner: String,
    phones: Phones,
    /// Names by the keys of their addresses.
    contacts: HashMap<String, String>,
    threads: Threads,
    ids: Ids,
    /// Messages so far.
    pub count: u64,
}

impl Backup {
    /// Of the input called `name`, by a phone of `owner`.
    pub fn new(name: &str, limits: Limits, owner: String) -> Self {
        let (phones, contacts, threads, count) = Default::default();
        let (ids, name) = (Ids::new(name), name.to_owned());
        Self { name, limits, owner, phones, contacts, threads, ids, count }
    }

    /// Put one message into its conversation.
    pub fn take(&mut self, entry: Entry) -> Result<(), ImportError> {
        let people: Vec<(String, String)> = self.people(&entry.people);
        let incoming = !matches!(entry.folder.as_str(), "2" | "3" | "4" | "5" | "6");
        let told = entry.from.as_deref().filter(|from| *from != OWN_ADDRESS);
        let sender = match (told, people.as_slice()) {
            (_, [one]) => Some(one.clone()),
            (Some(from), _) => Some((self.phones.key(from), from.to_owned())),
            (None, _) => None,
        };
        let sender = sender.filter(|_| incoming);
        let name = sender.as_ref().and_then(|(key, _)| self.contacts.get(key).cloned());
        let line = entry.line;
        let chat = self.thread(&people, entry.thread.as_deref());
        let when = entry.when.unwrap_or_else(|| {
            chat.doubt(WarningKind::InvalidTime, line);
            When::Unknown
        });
        let speaker = match (incoming, sender) {
            (false, _) => chat.person(OWNER, ""),
            (true, Some((key, written))) => named(chat, &key, &written, name, line),
            (true, None) => {
                chat.doubt(WarningKind::UnknownSpeaker, line);
                UNKNOWN.to_owned()
            }
        };
        if let Some(words) = unsent(&entry.folder) {
            chat.note_more(when, words, line);
        }
        say(chat, &entry, &speaker, when);
        let name = self.name.clone();
        self.thread(&people, entry.thread.as_deref()).room(&name, line)
    }

    /// A record that is no message.
    pub fn reject(&mut self, kind: WarningKind, line: u64) {
        self.thread(&[], None).reject(kind, line);
    }

    /// Hand everything on, read up to `line`.
    pub fn close(mut self, result: &Result<(), ImportError>, line: u64, sink: &mut Sink<'_>) {
        sink.count_lines(self.count);
        // Messages of every conversation may stand behind the place.
        self.threads.iter_mut().for_each(|chat| chat.close(result, line));
        self.threads.close(sink);
    }

    /// The addresses of a message as written, with their keys; their names are learned.
    fn people(&mut self, written: &[Person]) -> Vec<(String, String)> {
        let mut people = Vec::new();
        for (address, name) in written {
            let key = self.phones.key(address);
            if let Some(name) = name.as_deref().map(str::trim).filter(|n| !n.is_empty() && *n != "(Unknown)")
            {
                self.contacts.entry(key.clone()).or_insert_with(|| name.to_owned());
            }
            people.push((key, address.clone()));
        }
        people
    }

    /// The conversation with this number, or among `people`.
    fn thread(&mut self, people: &[(String, String)], number: Option<&str>) -> &mut Chat {
        let key = match number {
            Some(number) => format!("\0{number}"),
            None => {
                let mut keys: Vec<&str> = people.iter().map(|(key, _)| key.as_str()).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.join("~")
            }
        };
        let (limits, owner, ids) = (&self.limits, &self.owner, &mut self.ids);
        self.threads.get(&key, || {
            let written: Vec<&str> = people.iter().map(|(_, written)| written.as_str()).collect();
            let mut chat = Chat::new(ids.of(&written.join("~")), limits);
            let owner = chat.person(OWNER, owner);
            chat.set_owner(&owner);
            // Text messages and picture messages stand in blocks of their own.
            chat.sort_by_time();
            chat
        })
    }
}

/// The time in the first of two fields that has one: when it came, or when it was sent, which is 0 for what the owner
/// wrote. `None` where it cannot be read.
pub fn moment(fields: [Option<&str>; 2]) -> Option<When> {
    let told = fields.into_iter().flatten().find(|field| field.trim() != "0" && !field.trim().is_empty());
    told.map_or(Some(When::Unknown), times::read)
}

/// `speaker` says all of `entry`.
fn say(chat: &mut Chat, entry: &Entry, speaker: &str, when: When) {
    let subject = entry.subject.as_deref().filter(|s| !s.eq_ignore_ascii_case("(no subject)"));
    let subject = subject.map(|words| (Kind::Message, words));
    let parts = subject.into_iter().chain(entry.parts.iter().map(|(kind, text)| (*kind, text.as_str())));
    let parts: Vec<(Kind, &str)> = parts.collect();
    match (parts.is_empty(), entry.not_fetched) {
        (false, _) => crate::import::chats::parts::say_all(chat, speaker, when, &parts, entry.line),
        (true, false) => chat.say(speaker, when, Kind::Media, "", entry.line),
        (true, true) => {
            chat.note(when, "a picture message that was never fetched from the network", entry.line);
        }
    }
}

/// The name under which somebody with this address speaks.
fn named(chat: &mut Chat, key: &str, written: &str, name: Option<String>, line: u64) -> String {
    let new = !chat.knows(key);
    if new && name.is_none() {
        chat.doubt(WarningKind::NamelessPerson, line);
    }
    chat.person(key, name.as_deref().unwrap_or(written))
}

/// What there is to say of a message in a folder for what was not sent.
fn unsent(folder: &str) -> Option<&'static str> {
    match folder {
        "3" => Some("a draft, never sent:"),
        "4" | "6" => Some("waiting to be sent:"),
        "5" => Some("could not be sent:"),
        _ => None,
    }
}
