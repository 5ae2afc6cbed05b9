//! One message of a page while its parts are gathered, and what it comes to.

use crate::import::UNKNOWN;
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{Part, file_name, listed, say_all};
use crate::import::warning::WarningKind;
use crate::transcript::{Kind, Time};

/// How pages name those who have deleted their account.
const GONE: &str = "Deleted Account";

/// What a block of a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A message or service message as a whole.
    Entry,
    /// A message passed on from elsewhere.
    Forwarded,
    /// Who wrote it.
    Name,
    /// Its words, or those of the app.
    Text,
    /// The lines of a file, call or place.
    Title,
    /// See [`Role::Title`].
    Status,
    /// See [`Role::Title`].
    Description,
    /// Question or answer of a poll.
    Poll,
    /// Anything else.
    Other,
}

/// Something sent that is not words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A picture, recording or file.
    File,
    /// A call.
    Call,
    /// A person's name and number.
    Contact,
    /// A place.
    Place,
    /// A game or a bill.
    Offer,
}

/// A message being gathered.
#[derive(Default)]
pub struct Entry {
    /// Written by the app.
    pub service: bool,
    /// A date between messages.
    heading: bool,
    /// Goes on from the one before, by the same person.
    joined: bool,
    /// When, as far as told.
    pub time: Option<Time>,
    /// What was sent with it.
    pub thing: Option<Thing>,
    /// Where what was sent lies in the export.
    pub file: String,
    name: String,
    text: String,
    title: String,
    status: String,
    description: String,
    poll: String,
}

impl Entry {
    /// One of which nothing but its kind is known yet.
    pub fn new(service: bool, heading: bool, joined: bool) -> Self {
        Self { service, heading, joined, ..Self::default() }
    }

    /// The text that gathers what stands in blocks of this role.
    pub fn field(&mut self, role: Role) -> Option<&mut String> {
        match role {
            Role::Name => Some(&mut self.name),
            Role::Text => Some(&mut self.text),
            Role::Title => Some(&mut self.title),
            Role::Status => Some(&mut self.status),
            Role::Description => Some(&mut self.description),
            Role::Poll => Some(&mut self.poll),
            Role::Entry | Role::Forwarded | Role::Other => None,
        }
    }

    /// Put it into the chat. `last` is who spoke before, and then who spoke now.
    pub fn put(self, chat: &mut Chat, last: &mut Option<String>, line: u64) {
        let when = When::from(self.time);
        if self.heading {
            return chat.heading();
        }
        if self.service {
            return chat.note(when, self.text.trim(), line);
        }
        if let Some(Thing::Call) = self.thing {
            let told = listed([self.title.as_str(), &self.status]);
            return chat.note(when, &format!("call: {told}"), line);
        }
        let speaker = self.speaker(last.take());
        *last = speaker.clone();
        let parts = self.parts();
        if parts.is_empty() {
            return chat.reject(WarningKind::UnknownRecord, line);
        }
        if self.title.trim().starts_with("Self-destructing") {
            chat.doubt(WarningKind::DisappearingMessages, line);
        }
        // All who have left are called alike.
        if speaker.as_deref().is_none_or(|name| name == GONE) {
            chat.doubt(WarningKind::UnknownSpeaker, line);
        }
        if self.time.is_none() {
            chat.doubt(WarningKind::InvalidTime, line);
        }
        say_all(chat, speaker.as_deref().unwrap_or(UNKNOWN), when, &parts, line);
    }

    fn speaker(&self, last: Option<String>) -> Option<String> {
        let name = self.name.trim();
        // Words made by a bot for somebody are still theirs.
        let name = name.rsplit_once(" via @").map_or(name, |(name, _)| name.trim());
        if name.is_empty() { last.filter(|_| self.joined) } else { Some(name.to_owned()) }
    }

    fn parts(&self) -> Vec<Part> {
        let lines = [self.title.as_str(), &self.description, &self.status];
        let mut parts = Vec::new();
        match self.thing {
            Some(Thing::File | Thing::Call) => parts.push((Kind::Media, self.file_name())),
            Some(Thing::Contact) => parts.push((Kind::Message, format!("contact: {}", listed(lines)))),
            Some(Thing::Place) => {
                let told =
                    listed(lines.into_iter().filter(|l| !["Location", "Live location"].contains(&l.trim())));
                parts.push((Kind::Message, format!("location: {told}")));
            }
            Some(Thing::Offer) => parts.push((Kind::Message, listed(lines))),
            None => {}
        }
        parts.extend([&self.poll, &self.text].map(|words| (Kind::Message, words.trim().to_owned())));
        parts.retain(|(kind, words)| *kind == Kind::Media || !words.is_empty());
        parts
    }

    /// What lies in the export has a name of its own; of what does not, only files have one, as their title.
    fn file_name(&self) -> String {
        let title = self.title.trim();
        let stem =
            title.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && (1..=5).contains(&end.len()));
        match (self.file.is_empty(), stem) {
            (true, None) => String::new(),
            (true, Some(_)) => title.to_owned(),
            (false, _) => file_name(&self.file).to_owned(),
        }
    }
}
