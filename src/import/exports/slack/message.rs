//! One message of Slack: who, when, and what kind of thing it is.

use serde_json::Value;

use super::{Names, blocks, markup, name_of};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{first_of, items, seconds};
use crate::import::chats::parts::say_all;
use crate::import::syntax::json::text_of;
use crate::import::warning::WarningKind;
use crate::transcript::Kind;

/// Subtypes under which people and bots speak; the others are told by the app.
const SPOKEN: [&str; 12] = [
    "",
    "bot_message",
    "me_message",
    "thread_broadcast",
    "reply_broadcast",
    "file_share",
    "file_comment",
    "file_mention",
    "slackbot_response",
    "document_mention",
    "assistant_app_thread",
    "channel_canvas_updated",
];

/// Put the message `value`, the `line`th, into the conversation.
pub fn take(chat: &mut Chat, value: &Value, names: &Names, line: u64) {
    let stamp = text_of(value.get("ts"));
    let subtype = first_of(value, &["subtype"]).unwrap_or_default();
    if !value.is_object() || (stamp.is_none() && value.get("text").is_none()) {
        return chat.reject(WarningKind::BadRecord, line);
    }
    let when = stamp.as_deref().and_then(seconds).unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    });
    // An edit holds the message as it reads now.
    let inner = value.get("message").filter(|m| subtype == "message_changed" && m.is_object());
    let said = inner.unwrap_or(value);
    match subtype {
        "tombstone" | "message_deleted" => deleted(chat, value, names, when, line),
        "message_changed" if inner.is_none() => deleted(chat, value, names, when, line),
        "message_changed" => say(chat, said, names, when, line),
        word if SPOKEN.contains(&word) => say(chat, said, names, when, line),
        _ => {
            let text = markup::plain(first_of(value, &["text"]).unwrap_or(subtype), names);
            chat.note(when, &text, line);
        }
    }
}

fn deleted(chat: &mut Chat, value: &Value, names: &Names, when: When, line: u64) {
    let before = value.get("previous_message").unwrap_or(value);
    let speaker = speaker(chat, before, names, line);
    chat.say(&speaker, when, Kind::Deleted, "", line);
}

fn say(chat: &mut Chat, value: &Value, names: &Names, when: When, line: u64) {
    let speaker = speaker(chat, value, names, line);
    let mut parts: Vec<(Kind, String)> = Vec::new();
    let text = first_of(value, &["text"]).map(|t| markup::plain(t, names));
    let text = text.or_else(|| Some(blocks::words(value, names)).filter(|t| !t.trim().is_empty()));
    parts.extend(text.map(|t| (Kind::Message, t)));
    let single = value.get("file").filter(|f| f.is_object());
    for file in items(value, "files").iter().chain(single) {
        let gone = file.get("mode").and_then(Value::as_str) == Some("tombstone");
        let name = first_of(file, &["name", "title"]).unwrap_or_default();
        parts.push(if gone { (Kind::Deleted, String::new()) } else { (Kind::Media, name.to_owned()) });
    }
    // What bots say often stands in attachments alone.
    if parts.is_empty() {
        let cards = items(value, "attachments").iter();
        let words = cards.filter_map(|card| first_of(card, &["text", "fallback", "pretext", "title"]));
        let words: Vec<String> = words.map(|w| markup::plain(w, names)).collect();
        let kind = if words.is_empty() { Kind::Media } else { Kind::Message };
        parts.push((kind, words.join("\n")));
    }
    say_all(chat, &speaker, when, &parts, line);
}

/// The name of whoever speaks: from the list, else from the message itself, else the id.
fn speaker(chat: &mut Chat, value: &Value, names: &Names, line: u64) -> String {
    let nested = |key: &str| value.get(key).unwrap_or(&Value::Null);
    let id = first_of(value, &["user"]).or_else(|| first_of(nested("comment"), &["user"]));
    let known = id.and_then(|id| names.users.get(id).cloned());
    let own = || first_of(value, &["username"]).or_else(|| first_of(nested("bot_profile"), &["name"]));
    let bot = value.get("bot_id").is_some() || id.is_none();
    let called = if bot { own().map(str::to_owned).or(known) } else { known };
    let name = called.or_else(|| name_of(nested("user_profile"))).or_else(|| own().map(str::to_owned));
    let key = match (id, first_of(value, &["bot_id"])) {
        (Some(id), None) => id.to_owned(),
        // One bot may speak under several names.
        (id, bot) => format!("{}/{}", bot.or(id).unwrap_or_default(), name.as_deref().unwrap_or_default()),
    };
    if let Some(name) = name {
        return chat.person(&key, &name);
    }
    let Some(id) = id.or(first_of(value, &["bot_id"])) else {
        chat.doubt(WarningKind::UnknownSpeaker, line);
        return crate::import::UNKNOWN.to_owned();
    };
    if !chat.knows(&key) {
        chat.doubt(WarningKind::NamelessPerson, line);
    }
    chat.person(&key, id)
}
