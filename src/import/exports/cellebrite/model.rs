//! What a report says of a message and of a person: fields by name, each with a value, several, or none.

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::say_all;
use crate::import::chats::times;
use crate::import::syntax::xml::Element;
use crate::import::warning::WarningKind;
use crate::transcript::{Kind, Time};

/// The name under which reports have lines of the app itself.
const SYSTEM: &str = "System Message";

/// The field of a model called `name`, whatever it holds.
pub fn field<'e>(model: &'e Element, name: &str) -> Option<&'e Element> {
    model.children.iter().find(|c| c.tag.get("name") == Some(name))
}

/// The values of a field, without blank ones.
pub fn values<'e>(model: &'e Element, name: &str) -> impl Iterator<Item = &'e str> {
    let values = field(model, name).into_iter().flat_map(|f| f.all("value"));
    values.map(|v| v.text.trim()).filter(|v| !v.is_empty())
}

/// The value of a field; `None` when it is blank.
pub fn value<'e>(model: &'e Element, name: &str) -> Option<&'e str> {
    values(model, name).next()
}

/// The models in a field.
pub fn models<'e>(model: &'e Element, name: &str) -> impl Iterator<Item = &'e Element> {
    field(model, name).into_iter().flat_map(|f| f.all("model"))
}

/// Somebody on one side of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// A number or an account; the name where there is none.
    pub id: String,
    /// The name in the phone's contacts, or in the app.
    pub name: Option<String>,
    /// Whether the phone is theirs.
    pub owner: bool,
    /// Whether they are said to be the sender.
    pub sender: bool,
}

impl Party {
    /// Read a model of type Party; `None` when it tells nothing.
    pub fn of(model: &Element) -> Option<Self> {
        let (id, name) = (value(model, "Identifier"), value(model, "Name"));
        let is =
            |field: &str, wanted: &str| value(model, field).is_some_and(|v| v.eq_ignore_ascii_case(wanted));
        let (owner, sender) = (is("IsPhoneOwner", "true"), is("Role", "From"));
        let id = id.or(name).or(owner.then_some("phone owner"))?.to_owned();
        Some(Self { id, name: name.map(str::to_owned), owner, sender })
    }

    /// Somebody of whom only a number is known.
    pub fn number(id: &str, sender: bool) -> Self {
        Self { id: id.to_owned(), sender, ..Self::default() }
    }

    /// Whether it is the app that speaks.
    pub fn is_system(&self) -> bool {
        self.id.eq_ignore_ascii_case(SYSTEM)
    }
}

/// What a message says, apart from who sent it.
pub struct Content<'e> {
    when: When,
    line: u64,
    subject: Option<&'e str>,
    body: Option<&'e str>,
    files: Vec<&'e str>,
    deleted: bool,
    unsent: bool,
}

impl<'e> Content<'e> {
    /// Read a message model. A time that is none is doubted in `chat`.
    pub fn of(message: &'e Element, chat: &mut Chat) -> Self {
        let line = message.tag.line;
        let when = time(message).unwrap_or_else(|| {
            chat.doubt(WarningKind::InvalidTime, line);
            When::Unknown
        });
        let is = |field: &str, wanted: &[&str]| {
            value(message, field).is_some_and(|v| wanted.iter().any(|w| v.eq_ignore_ascii_case(w)))
        };
        let deleted = message.tag.get("deleted_state").is_some_and(|s| s.eq_ignore_ascii_case("Deleted"));
        let unsent = is("Folder", &["Drafts", "Draft", "Outbox"]) || is("Status", &["Unsent", "Draft"]);
        let (subject, body) = (value(message, "Subject"), value(message, "Body"));
        Self { when, line, subject, body, files: files(message), deleted, unsent }
    }

    /// Put it into the conversation, said by `speaker`.
    pub fn say(&self, speaker: &str, chat: &mut Chat) {
        if self.unsent {
            chat.note_more(self.when, "never sent:", self.line);
        }
        let words = [self.subject, self.body].into_iter().flatten().map(|w| (Kind::Message, w));
        let parts: Vec<(Kind, &str)> = self.files.iter().map(|f| (Kind::Media, *f)).chain(words).collect();
        say_all(chat, speaker, self.when, &parts, self.line);
        if parts.is_empty() {
            let kind = if self.deleted { Kind::Deleted } else { Kind::Message };
            chat.say(speaker, self.when, kind, "", self.line);
        }
    }

    /// Put it into the conversation, said by the app.
    pub fn note(&self, chat: &mut Chat) {
        chat.note(self.when, self.body.or(self.subject).unwrap_or(""), self.line);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.subject.is_none() && self.body.is_none() && self.files.is_empty() && !self.deleted
    }
}

/// Names of what is attached; cards of contacts and places have none, and are called what they are.
fn files(message: &Element) -> Vec<&str> {
    let attached = models(message, "Attachments").chain(models(message, "Attachment"));
    let name = |file| ["Filename", "Title", "URL"].iter().find_map(|f| value(file, f)).unwrap_or("");
    let mut files: Vec<&str> = attached.map(name).collect();
    files.extend(models(message, "SharedContacts").map(|_| "contact card"));
    files.extend(models(message, "Position").chain(models(message, "Coordinate")).map(|_| "location"));
    files
}

/// When a message was sent: newer reports write ISO 8601, older ones the clock of the report with its zone behind it.
fn time(message: &Element) -> Option<When> {
    let Some(stamp) = field(message, "TimeStamp").and_then(|f| f.child("value")) else {
        return Some(When::Unknown);
    };
    let written = stamp.text.trim();
    let formatted = stamp.tag.get("formattedTimestamp").unwrap_or("");
    if let Some(time) = Time::parse(written).or_else(|| Time::parse(formatted)) {
        return Some(When::Known(time));
    }
    times::read(written.split("(UTC").next().unwrap_or(written))
}
