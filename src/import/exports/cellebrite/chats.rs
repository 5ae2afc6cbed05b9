//! Chats of apps: a model with its people and its messages, of which one is held at a time.

use std::collections::HashMap;
use std::io::BufRead;

use super::model::{Content, Party, models};
use crate::import::chats::chat::Chat;
use crate::import::chats::ids::Ids;
use crate::import::error::ImportError;
use crate::import::syntax::xml::{Element, Tag, Xml};
use crate::import::warning::WarningKind;
use crate::import::{Sink, UNKNOWN};

/// The reading of the chats of one report.
pub struct Chats<'r> {
    /// The report.
    pub name: &'r str,
    /// The name that the user gave the phone's owner.
    pub owner: Option<&'r str>,
    /// The names of the chats so far.
    pub ids: &'r mut Ids,
}

impl Chats<'_> {
    /// Read the chat that `tag` has opened and hand it on, also when it breaks off.
    pub fn read(
        mut self,
        tag: &Tag,
        xml: &mut Xml<impl BufRead>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let number = format!("line {}", tag.line);
        // A name may come behind the messages; the id of the model is always there.
        let mut title = tag.get("id").unwrap_or(&number).to_owned();
        let mut open = Open::new(self.owner);
        let result = self.fill(xml, &mut title, &mut open, sink);
        let line = tag.line;
        let mut chat = self.chat(&mut open, &title, sink);
        match (&result, open.count) {
            (Err(_), _) => chat.doubt(WarningKind::CutOff, xml.line()),
            (Ok(()), 0) => chat.doubt(WarningKind::EmptyConversation, line),
            _ => {}
        }
        open.people.values().filter(|p| p.owner).for_each(|p| open.speak_for(p, &mut chat));
        sink.count_lines(open.count);
        let _ = sink.emit(chat);
        result
    }

    fn fill(
        &mut self,
        xml: &mut Xml<impl BufRead>,
        title: &mut String,
        open: &mut Open<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        while let Some(tag) = xml.child()? {
            match tag.get("name").unwrap_or("") {
                "Name" | "Id" => {
                    let field = xml.element(tag)?;
                    let value = field.child("value").map_or("", |v| v.text.trim());
                    // A name is better than an id, whichever comes first.
                    let better = field.tag.get("name") == Some("Name") || !open.titled;
                    if !value.is_empty() && better && open.chat.is_none() {
                        (*title, open.titled) = (value.to_owned(), true);
                    }
                }
                "Participants" => open.meet(&xml.element(tag)?),
                "Messages" => {
                    let chat = self.chat(open, title, sink);
                    open.chat = Some(chat);
                    self.messages(xml, open)?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    /// The conversation, made when it is first needed.
    fn chat(&mut self, open: &mut Open<'_>, title: &str, sink: &Sink<'_>) -> Chat {
        open.chat.take().unwrap_or_else(|| {
            // Apps name their chats after the other person, so there are often several of one name.
            let (id, _) = self.ids.give(title);
            let mut chat = sink.chat(format!("{}#{id}", self.name));
            chat.sort_by_time();
            chat
        })
    }

    fn messages(&self, xml: &mut Xml<impl BufRead>, open: &mut Open<'_>) -> Result<(), ImportError> {
        while let Some(tag) = xml.child()? {
            if tag.name != "model" {
                xml.skip()?;
                continue;
            }
            let line = tag.line;
            let message = xml.element(tag)?;
            open.take(&message);
            if let Some(chat) = &open.chat {
                chat.room(self.name, line)?;
            }
        }
        Ok(())
    }
}

/// A chat being read.
struct Open<'o> {
    owner: Option<&'o str>,
    titled: bool,
    chat: Option<Chat>,
    people: HashMap<String, Party>,
    count: u64,
}

impl<'o> Open<'o> {
    fn new(owner: Option<&'o str>) -> Self {
        Self { owner, titled: false, chat: None, people: HashMap::new(), count: 0 }
    }

    /// Learn who takes part.
    fn meet(&mut self, participants: &Element) {
        for party in participants.all("model").filter_map(Party::of) {
            self.people.insert(party.id.clone(), party);
        }
    }

    fn take(&mut self, message: &Element) {
        let Some(mut chat) = self.chat.take() else { return };
        self.count += 1;
        let from = models(message, "From").find_map(Party::of);
        let content = Content::of(message, &mut chat);
        let line = message.tag.line;
        match from {
            Some(from) if from.is_system() => content.note(&mut chat),
            Some(from) => {
                let speaker = self.speaker(from, &mut chat, line);
                content.say(&speaker, &mut chat);
            }
            None if content.is_empty() => chat.reject(WarningKind::BadRecord, line),
            None => {
                chat.doubt(WarningKind::UnknownSpeaker, line);
                content.say(UNKNOWN, &mut chat);
            }
        }
        self.chat = Some(chat);
    }

    /// The name under which somebody speaks.
    fn speaker(&self, mut from: Party, chat: &mut Chat, line: u64) -> String {
        if let Some(known) = self.people.get(&from.id) {
            from.owner |= known.owner;
            from.name = from.name.or_else(|| known.name.clone());
        }
        name(&from, self.owner, chat, line)
    }

    /// Mark the owner, who may be known only since the messages were read.
    fn speak_for(&self, owner: &Party, chat: &mut Chat) {
        if chat.knows(&owner.id) {
            let name = chat.person(&owner.id, "");
            chat.set_owner(&name);
        }
    }
}

/// The name of a person in `chat`: as in the contacts, else as the user calls the owner, else the number or account.
pub fn name(person: &Party, owner: Option<&str>, chat: &mut Chat, line: u64) -> String {
    let called = person.name.as_deref().or(owner.filter(|_| person.owner));
    if called.is_none() && !chat.knows(&person.id) {
        chat.doubt(WarningKind::NamelessPerson, line);
    }
    let name = chat.person(&person.id, called.unwrap_or(&person.id));
    if person.owner {
        chat.set_owner(&name);
    }
    name
}
