//! SMS, MMS and messages outside of chats: put together by who takes part besides the phone's owner.

use super::model::{Content, Party, models, value, values};
use crate::import::chats::chat::Chat;
use crate::import::chats::phones::Phones;
use crate::import::chats::threads::Threads;
use crate::import::error::ImportError;
use crate::import::syntax::xml::Element;
use crate::import::warning::WarningKind;
use crate::import::{Limits, UNKNOWN};

/// The key of the phone's owner; no number is like it.
const OWNER: &str = "\0";

/// Conversations so far.
#[derive(Default)]
pub struct Loose {
    /// Open ones.
    pub threads: Threads,
    /// How many messages.
    pub count: u64,
    phones: Phones,
}

impl Loose {
    /// Put one message into its conversation. `me` is what the user calls the phone's owner.
    pub fn take(
        &mut self,
        message: &Element,
        name: &str,
        me: Option<&str>,
        limits: &Limits,
    ) -> Result<(), ImportError> {
        self.count += 1;
        let (outgoing, others) = sides(message);
        let app = value(message, "SourceApplication").or_else(|| value(message, "Source"));
        let app = app.filter(|_| message.tag.get("type") == Some("InstantMessage")).unwrap_or("");
        let mut keys: Vec<String> = others.iter().map(|p| self.phones.key(&p.id)).collect();
        let first = keys.first().cloned();
        keys.sort();
        keys.dedup();
        let written: Vec<&str> = others.iter().map(|p| p.id.as_str()).collect();
        let sign = if app.is_empty() { "" } else { " " };
        let chat = self.threads.get(&format!("{app}\n{}", keys.join("~")), || {
            let mut chat = Chat::new(format!("{name}#{app}{sign}{}", written.join("~")), limits);
            let owner = chat.person(OWNER, me.unwrap_or("Me"));
            chat.set_owner(&owner);
            chat.sort_by_time();
            chat
        });
        let line = message.tag.line;
        if others.first().is_some_and(|sender| !outgoing && sender.is_system()) {
            Content::of(message, chat).note(chat);
            return chat.room(name, line);
        }
        let speaker = match (outgoing, others.first(), first) {
            (true, ..) => chat.person(OWNER, ""),
            (false, Some(sender), Some(key)) => speaker(sender, &key, chat, line),
            _ => {
                chat.doubt(WarningKind::UnknownSpeaker, line);
                UNKNOWN.to_owned()
            }
        };
        Content::of(message, chat).say(&speaker, chat);
        chat.room(name, line)
    }
}

/// The name under which `sender`, whose number has this key, speaks.
fn speaker(sender: &Party, key: &str, chat: &mut Chat, line: u64) -> String {
    if sender.name.is_none() && !chat.knows(key) {
        chat.doubt(WarningKind::NamelessPerson, line);
    }
    chat.person(key, sender.name.as_deref().unwrap_or(&sender.id))
}

/// Whether the owner sent the message, and who else takes part: the sender first when it was somebody else.
fn sides(message: &Element) -> (bool, Vec<Party>) {
    let mut parties = parties(message);
    let sender = parties.iter().find(|p| p.sender).cloned();
    parties.retain(|p| !p.sender && !p.owner);
    match sender.filter(|s| !s.owner && !says_sent(message)) {
        None => (true, parties),
        // The only one it went to is the phone itself.
        Some(sender) if parties.len() < 2 => (false, vec![sender]),
        Some(sender) => {
            parties.insert(0, sender);
            (false, parties)
        }
    }
}

/// Whether the message lies where the phone keeps what it sends.
fn says_sent(message: &Element) -> bool {
    let is = |field: &str, wanted: &[&str]| {
        value(message, field).is_some_and(|v| wanted.iter().any(|w| v.eq_ignore_ascii_case(w)))
    };
    is("Folder", &["Sent", "Outbox", "Drafts", "Draft"]) || is("Direction", &["Outgoing", "Sent"])
}

/// Everybody that the message names: as parties with roles, or in fields for each side, as people or as numbers.
fn parties(message: &Element) -> Vec<Party> {
    let mut all: Vec<Party> = models(message, "Parties").filter_map(Party::of).collect();
    let from = models(message, "From").filter_map(Party::of).map(|p| Party { sender: true, ..p });
    all.extend(from.chain(values(message, "From").map(|n| Party::number(n, true))));
    for side in ["To", "Cc", "Bcc"] {
        all.extend(models(message, side).filter_map(Party::of).map(|p| Party { sender: false, ..p }));
        all.extend(values(message, side).map(|n| Party::number(n, false)));
    }
    // Older reports name the other person beside the message.
    let others = all.iter().filter(|p| !p.owner).count();
    if let (Some(name), 1) = (value(message, "Name"), others) {
        all.iter_mut().filter(|p| !p.owner && p.name.is_none()).for_each(|p| p.name = Some(name.to_owned()));
    }
    all
}
