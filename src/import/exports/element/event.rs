//! One Matrix event: what it says, hides or tells.

use serde_json::Value;

use crate::import::chats::parts::Part;
use crate::import::chats::times;
use crate::import::syntax::json;
use crate::transcript::{Kind, Time};

/// One event, as far as it is needed.
pub struct Event {
    /// Its id, by which edits know it.
    pub id: Option<String>,
    /// The id of who sent it.
    pub sender: Option<String>,
    /// When, as written, in milliseconds.
    pub stamp: Option<i64>,
    /// When.
    pub time: Option<Time>,
    /// What.
    pub what: What,
    /// Its number in the source.
    pub line: u64,
}

/// What an event turns out to be.
pub enum What {
    /// Words or files.
    Said(Vec<Part>),
    /// The new words of the event with this id.
    Edit(String, Vec<Part>),
    /// Its words were removed.
    Deleted,
    /// Its words could not be decrypted.
    Undecrypted,
    /// Something that happened.
    Noted(String),
    /// No message: a reaction, the order to remove another event, the machinery of a call.
    Nothing,
    /// A kind that is not known.
    Unknown,
}

impl Event {
    /// Read one; `None` when it is no object.
    pub fn read(value: &Value, line: u64) -> Option<Self> {
        value.as_object()?;
        let stamp = json::whole_number(value.get("origin_server_ts"));
        let time = stamp.and_then(|s| times::epoch(s as f64));
        let sender = json::text_of(value.get("sender")).filter(|s| !s.is_empty());
        Some(Self { id: json::text_of(value.get("event_id")), sender, stamp, time, what: what(value), line })
    }

    /// About how many bytes it holds.
    pub fn size(&self) -> usize {
        let words = match &self.what {
            What::Said(parts) | What::Edit(_, parts) => parts.iter().map(|(_, text)| text.len()).sum(),
            What::Noted(text) => text.len(),
            _ => 0,
        };
        let ids = [&self.id, &self.sender].map(|id| id.as_ref().map_or(0, String::len));
        size_of::<Self>() + words + ids[0] + ids[1]
    }
}

/// The id and the name of a member, from the event that tells of them.
pub fn member_name(event: &Value) -> Option<(String, String)> {
    if json::str_at(event, &["type"]) != Some("m.room.member") {
        return None;
    }
    let name = json::str_at(event, &["content", "displayname"]).filter(|n| !n.trim().is_empty())?;
    let id = json::str_at(event, &["state_key"]).or_else(|| json::str_at(event, &["sender"]))?;
    Some((id.to_owned(), name.to_owned()))
}

fn what(event: &Value) -> What {
    let kind = json::str_at(event, &["type"]).unwrap_or("m.room.message");
    match kind {
        "m.reaction" | "m.room.redaction" => return What::Nothing,
        "m.call.invite" => return What::Noted("call started".to_owned()),
        "m.call.hangup" => return What::Noted("call ended".to_owned()),
        "m.call.reject" => return What::Noted("call declined".to_owned()),
        _ if kind.starts_with("m.call.") => return What::Nothing,
        "m.room.message" | "m.room.encrypted" | "m.sticker" => {}
        "m.room.member" => return What::Noted(membership(event)),
        _ if kind.starts_with("m.room.") => return What::Noted(state(kind, event)),
        _ if kind.ends_with("poll.start") => return poll(event, kind),
        _ => return What::Unknown,
    }
    let Some(content) = event.get("content").and_then(Value::as_object).filter(|c| !c.is_empty()) else {
        return What::Deleted;
    };
    if is_redacted(event) {
        return What::Deleted;
    }
    let hidden = content.get("msgtype").and_then(Value::as_str) == Some("m.bad.encrypted");
    if kind == "m.room.encrypted" || hidden {
        return What::Undecrypted;
    }
    said(event, kind)
}

fn is_redacted(event: &Value) -> bool {
    let keys = ["redacted_because", "redacted_by"];
    let told = |value: Option<&Value>| value.is_some_and(|v| !v.is_null());
    keys.iter().any(|key| told(event.get(key)) || told(event.get("unsigned").and_then(|u| u.get(key))))
}

fn said(event: &Value, kind: &str) -> What {
    let content = &event["content"];
    let relation = &content["m.relates_to"];
    let target = json::str_at(relation, &["event_id"]).filter(|_| relation["rel_type"] == "m.replace");
    // Servers add the last version to a message; clients write it as one of its own.
    let last = event.pointer("/unsigned/m.relations/m.replace/content/m.new_content");
    let newest = match target {
        Some(_) => content.get("m.new_content").unwrap_or(content),
        None => last.unwrap_or(content),
    };
    let reply = relation.get("m.in_reply_to").is_some();
    let parts = parts(newest, kind == "m.sticker", reply);
    match target {
        _ if parts.is_empty() => What::Unknown,
        Some(target) => What::Edit(target.to_owned(), parts),
        None => What::Said(parts),
    }
}

/// A file and the words under it, or words.
fn parts(content: &Value, sticker: bool, reply: bool) -> Vec<Part> {
    let body = json::str_at(content, &["body"]).unwrap_or_default();
    let body = if reply { without_fallback(body) } else { body };
    let kind = json::str_at(content, &["msgtype"]).unwrap_or_default();
    if sticker || ["m.image", "m.file", "m.audio", "m.video", "m.location"].contains(&kind) {
        let file = json::str_at(content, &["filename"]).filter(|f| !f.is_empty());
        let caption = Some(body).filter(|b| file.is_some_and(|f| f != *b) && !b.trim().is_empty());
        let caption = caption.map(|words| (Kind::Message, words.to_owned()));
        return [(Kind::Media, file.unwrap_or(body).to_owned())].into_iter().chain(caption).collect();
    }
    if body.trim().is_empty() { Vec::new() } else { vec![(Kind::Message, body.to_owned())] }
}

/// A reply's own words: clients put what is replied to above them, as lines that begin with `>`, and a blank line.
fn without_fallback(body: &str) -> &str {
    if !(body.starts_with("> <") || body.starts_with("> * <")) {
        return body;
    }
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest.strip_prefix('\n').unwrap_or(rest)
}

fn membership(event: &Value) -> String {
    let id = json::str_at(event, &["state_key"]).or_else(|| json::str_at(event, &["sender"]));
    let name = json::str_at(event, &["content", "displayname"]).or(id).unwrap_or(crate::import::UNKNOWN);
    let before = json::str_at(event, &["prev_content", "membership"])
        .or_else(|| json::str_at(event, &["unsigned", "prev_content", "membership"]));
    match json::str_at(event, &["content", "membership"]) {
        Some("join") if before == Some("join") => format!("{name} changed name or picture"),
        Some("join") => format!("{name} joined"),
        Some("leave") => format!("{name} left"),
        Some("invite") => format!("{name} was invited"),
        Some("ban") => format!("{name} was banned"),
        Some("knock") => format!("{name} asked to join"),
        _ => format!("the membership of {name} changed"),
    }
}

fn state(kind: &str, event: &Value) -> String {
    let text = |key| json::str_at(event, &["content", key]).unwrap_or_default();
    match kind {
        "m.room.name" => format!("the room was named {}", text("name")),
        "m.room.topic" => format!("the topic was set to {}", text("topic")),
        "m.room.create" => "the room was created".to_owned(),
        "m.room.encryption" => "encryption was turned on".to_owned(),
        _ => format!("room setting changed: {}", kind.trim_start_matches("m.room.").replace('_', " ")),
    }
}

/// The question of a poll, which is its sender's words.
fn poll(event: &Value, kind: &str) -> What {
    let question = event.get("content").and_then(|c| c.get(kind)).and_then(|p| p.get("question"));
    let body = |q: &Value| {
        let keys = ["body", "m.text", "org.matrix.msc1767.text"];
        keys.iter().find_map(|key| q.get(key)?.as_str().map(str::to_owned))
    };
    match question.and_then(body) {
        Some(words) => What::Said(vec![(Kind::Message, words)]),
        None if is_redacted(event) => What::Deleted,
        None => What::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_lose_what_they_reply_to() {
        for (body, words) in [
            ("> <@a:b> hi\n> there\n\nhello", "hello"),
            ("> * <@a:b> waves\n\nhello\n> kept", "hello\n> kept"),
            ("> my own quote", "> my own quote"),
            ("> <@a:b> hi", ""),
        ] {
            assert_eq!(without_fallback(body), words);
        }
    }
}
