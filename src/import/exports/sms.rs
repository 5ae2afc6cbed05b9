//! Backups of the app SMS Backup & Restore (and Super Backup): `sms` and `mms` elements of all conversations, mixed.
//!
//! Pictures stand in the file as text. They are passed over part by part, so that no message is held with them.

use std::collections::HashMap;
use std::io::BufRead;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::me;
use crate::import::chats::phones::Phones;
use crate::import::chats::threads::Threads;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::xml::{self, Tag, Xml};
use crate::import::warning::WarningKind;
use crate::import::{Format, Limits, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The key of the phone's owner; no address is like it.
const OWNER: &str = "\0";
/// The type of the address that a message came from.
const FROM: &str = "137";
/// The type of a message that only tells of another which was never fetched.
const NOT_FETCHED: &str = "130";

/// The format.
pub struct Sms;

impl Format for Sms {
    fn name(&self) -> &'static str {
        "sms"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        match xml::root(sample.text()) {
            Some(("smses" | "allsms", _)) => 0.95,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let mut xml = Xml::new(&name, source.into_text()?, xml::longest(&limits), limits.record);
        let Some(root) = xml.first()?.filter(|r| matches!(r.name.as_str(), "smses" | "allsms")) else {
            return Err(ImportError::UnknownFormat { name, looks: "this is no backup of SMS" });
        };
        let owner = me(sink.options());
        let (phones, contacts, threads, count) = Default::default();
        let mut backup = Backup { name, limits, owner, phones, contacts, threads, count };
        let result = backup.read(&mut xml);
        backup.close(&result, &root, xml.line(), sink);
        result
    }
}

/// The value of an attribute, unless it is missing in one of the ways in which the app says so.
fn value<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.get(name).filter(|v| !v.trim().is_empty() && *v != "null")
}

/// The reading of one backup.
struct Backup {
    name: String,
    limits: Limits,
    owner: String,
    phones: Phones,
    /// Names by the keys of their addresses.
    contacts: HashMap<String, String>,
    threads: Threads,
    count: u64,
}

impl Backup {
    fn read(&mut self, xml: &mut Xml<impl BufRead>) -> Result<(), ImportError> {
        while let Some(tag) = xml.child()? {
            self.count += 1;
            let line = tag.line;
            let key = match tag.name.as_str() {
                "sms" => {
                    xml.skip()?;
                    self.sms(&tag)
                }
                "mms" => self.mms(&tag, xml)?,
                _ => {
                    xml.skip()?;
                    self.thread(&[]).1.reject(WarningKind::UnknownRecord, line);
                    continue;
                }
            };
            self.threads.get(&key, || Chat::new(self.name.as_str(), &self.limits)).room(&self.name, line)?;
        }
        xml.finish()
    }

    /// Hand everything on, and say what is missing.
    fn close(mut self, result: &Result<(), ImportError>, root: &Tag, line: u64, sink: &mut Sink<'_>) {
        sink.count_lines(self.count);
        let declared = root.get("count").and_then(|c| c.trim().parse::<u64>().ok());
        // Messages of every conversation may stand behind the place.
        self.threads.iter_mut().for_each(|chat| chat.close(result, line));
        if result.is_ok() && declared.is_some_and(|declared| declared > self.count) {
            sink.doubt(WarningKind::CutOff, 0);
        }
        self.threads.close(sink);
    }

    /// The addresses of a message as written, with their keys; their names are learned.
    fn people(&mut self, tag: &Tag) -> Vec<(String, String)> {
        let written = value(tag, "address").unwrap_or("");
        let addresses: Vec<&str> = written.split('~').map(str::trim).filter(|a| !a.is_empty()).collect();
        let people: Vec<(String, String)> =
            addresses.iter().map(|a| (self.phones.key(a), (*a).to_owned())).collect();
        let names = value(tag, "contact_name").or_else(|| value(tag, "name")).unwrap_or("");
        let names: Vec<&str> = match people.len() {
            1 => vec![names],
            _ => names.split(", ").collect(),
        };
        if names.len() == people.len() {
            let known = people.iter().zip(names).filter(|(_, n)| !n.trim().is_empty() && *n != "(Unknown)");
            for ((key, _), name) in known {
                self.contacts.entry(key.clone()).or_insert_with(|| name.trim().to_owned());
            }
        }
        people
    }

    /// The conversation among `people` and its key.
    fn thread(&mut self, people: &[(String, String)]) -> (String, &mut Chat) {
        let mut keys: Vec<&str> = people.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let key = keys.join("~");
        let written: Vec<&str> = people.iter().map(|(_, written)| written.as_str()).collect();
        let id = format!("{}#{}", self.name, written.join("~"));
        let (limits, owner) = (&self.limits, &self.owner);
        let chat = self.threads.get(&key, || {
            let mut chat = Chat::new(id, limits);
            let owner = chat.person(OWNER, owner);
            chat.set_owner(&owner);
            // Text messages and picture messages stand in blocks of their own.
            chat.sort_by_time();
            chat
        });
        (key, chat)
    }

    /// Begin a message in the conversation among `people`, sent by `from`, or by the owner when `outbox`.
    fn begin(
        &mut self,
        tag: &Tag,
        people: &[(String, String)],
        from: Option<(String, String)>,
    ) -> (String, Saying<'_>) {
        let folder = value(tag, "type").or_else(|| value(tag, "msg_box")).unwrap_or("1").to_owned();
        let incoming = !matches!(folder.as_str(), "2" | "3" | "4" | "5" | "6");
        let sender = from.filter(|_| incoming);
        let name = sender.as_ref().and_then(|(key, _)| self.contacts.get(key).cloned());
        let (key, chat) = self.thread(people);
        let line = tag.line;
        let when = time(tag, chat);
        let speaker = match (incoming, sender) {
            (false, _) => chat.person(OWNER, ""),
            (true, Some((key, written))) => named(chat, &key, &written, name, line),
            (true, None) => {
                chat.doubt(WarningKind::UnknownSpeaker, line);
                UNKNOWN.to_owned()
            }
        };
        if let Some(words) = unsent(&folder) {
            chat.note_more(when, words, line);
        }
        (key, Saying { chat, speaker, when, line, said: false })
    }

    fn sms(&mut self, tag: &Tag) -> String {
        let people = self.people(tag);
        let (key, mut saying) = self.begin(tag, &people, people.first().cloned());
        saying.say(Kind::Message, value(tag, "body").unwrap_or(""));
        key
    }

    /// Read the parts of the message that `tag` has opened, and say them.
    fn mms(&mut self, tag: &Tag, xml: &mut Xml<impl BufRead>) -> Result<String, ImportError> {
        let people = self.people(tag);
        let mut content = Content::default();
        let ended = content.read(xml);
        // Who wrote it stands at the end.
        let sender = match content.from.as_deref().filter(|f| *f != "insert-address-token") {
            Some(from) if people.len() != 1 => Some((self.phones.key(from), from.to_owned())),
            _ => people.first().filter(|_| people.len() == 1).cloned(),
        };
        let (key, mut saying) = self.begin(tag, &people, sender);
        if let Some(subject) = value(tag, "sub").filter(|s| !s.eq_ignore_ascii_case("(no subject)")) {
            saying.say(Kind::Message, subject);
        }
        content.parts.iter().for_each(|(kind, text)| saying.say(*kind, text));
        if !saying.said {
            let fetched = value(tag, "m_type") != Some(NOT_FETCHED);
            saying.nothing(fetched);
        }
        ended.map(|()| key)
    }
}

/// What an `mms` holds.
#[derive(Default)]
struct Content {
    parts: Vec<(Kind, String)>,
    from: Option<String>,
}

impl Content {
    fn read(&mut self, xml: &mut Xml<impl BufRead>) -> Result<(), ImportError> {
        while let Some(group) = xml.child()? {
            match group.name.as_str() {
                "parts" | "addrs" => {
                    while let Some(tag) = xml.child()? {
                        self.take(&tag);
                        xml.skip()?;
                    }
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn take(&mut self, tag: &Tag) {
        let content = value(tag, "ct").unwrap_or("").to_ascii_lowercase();
        match (tag.name.as_str(), content.as_str()) {
            ("addr", _) if tag.get("type") == Some(FROM) => {
                self.from = value(tag, "address").map(str::to_owned);
            }
            // How the parts are laid out on the screen.
            ("part", "application/smil") => {}
            ("part", "text/plain") if value(tag, "text").is_some() => {
                self.parts.push((Kind::Message, value(tag, "text").unwrap_or("").to_owned()));
            }
            // Words that were left empty beside a picture.
            ("part", "text/plain") if value(tag, "data").is_none() => {}
            ("part", _) => {
                let name = ["cl", "fn", "name"].iter().find_map(|key| value(tag, key)).unwrap_or(&content);
                self.parts.push((Kind::Media, name.to_owned()));
            }
            _ => {}
        }
    }
}

/// A message that may have several parts.
struct Saying<'c> {
    chat: &'c mut Chat,
    speaker: String,
    when: When,
    line: u64,
    said: bool,
}

impl Saying<'_> {
    fn say(&mut self, kind: Kind, text: &str) {
        if std::mem::replace(&mut self.said, true) {
            self.chat.say_more(&self.speaker, self.when, kind, text, self.line);
        } else {
            self.chat.say(&self.speaker, self.when, kind, text, self.line);
        }
    }

    /// The message has no parts.
    fn nothing(&mut self, fetched: bool) {
        if fetched {
            return self.say(Kind::Media, "");
        }
        self.said = true;
        self.chat.note(self.when, "a picture message that was never fetched from the network", self.line);
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

fn time(tag: &Tag, chat: &mut Chat) -> When {
    let date = value(tag, "date").filter(|d| *d != "0");
    date.map_or(Some(When::Unknown), times::read).unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, tag.line);
        When::Unknown
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Flow, Options, read_text};

    #[test]
    fn only_a_count_that_is_not_reached_tells_of_a_cut() {
        let cut = |count: u64| {
            let text = format!(
                "<smses count=\"{count}\"><sms address=\"+15550100\" date=\"1709568065000\" type=\"1\" body=\"one\" />\
                 <sms address=\"+15550100\" date=\"1709568066000\" type=\"2\" body=\"two\" /></smses>"
            );
            let counts =
                read_text("t.xml", text.as_bytes(), &Options::default(), &mut |_| Flow::Continue(()));
            counts.unwrap().warnings.iter().any(|w| w.kind == WarningKind::CutOff)
        };
        assert_eq!([1, 2, 3].map(cut), [false, false, true]);
    }
}
