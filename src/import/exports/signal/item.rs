//! What one item of a Signal chat comes to.

use serde_json::Value;

use super::{full_name, updates};
use crate::import::chats::parts::{Part, file_name, listed};
use crate::import::syntax::json::{str_at, text_of};
use crate::transcript::Kind;

/// An item, read.
#[derive(Debug, PartialEq)]
pub enum Item {
    /// Somebody said or sent all of this.
    Said(Vec<Part>),
    /// Somebody took it back.
    Deleted,
    /// The app noted it.
    Noted(String),
    /// Of no known kind.
    Unknown,
}

/// Read an item. Older versions of a changed message are passed over: the item itself is the last.
pub fn read(item: &Value) -> Item {
    let has = |key: &str| item.get(key).filter(|v| !v.is_null());
    if let Some(message) = has("standardMessage") {
        return Item::Said(standard(message));
    }
    if has("remoteDeletedMessage").or_else(|| has("adminDeletedMessage")).is_some() {
        return Item::Deleted;
    }
    if let Some(update) = has("updateMessage") {
        return Item::Noted(updates::told(update));
    }
    if has("giftBadge").is_some() {
        return Item::Noted("gave a badge".to_owned());
    }
    let said = has("contactMessage")
        .map(|m| words(contact(m)))
        .or_else(|| has("stickerMessage").map(|m| media(m.pointer("/sticker/data"))))
        .or_else(|| has("viewOnceMessage").map(|m| media(m.pointer("/attachment/pointer"))))
        .or_else(|| has("directStoryReplyMessage").map(|m| words(story_reply(m))))
        .or_else(|| has("paymentNotification").map(|m| words(payment(m))))
        .or_else(|| has("poll").map(|m| words(poll(m))));
    said.map_or(Item::Unknown, |part| Item::Said(vec![part]))
}

fn words(text: String) -> Part {
    (Kind::Message, text)
}

/// A file by its name, which most have none of.
fn media(pointer: Option<&Value>) -> Part {
    let name = pointer.and_then(|p| str_at(p, &["fileName"])).unwrap_or("");
    (Kind::Media, file_name(name).to_owned())
}

fn standard(message: &Value) -> Vec<Part> {
    let mut parts = Vec::new();
    for attachment in message.get("attachments").and_then(Value::as_array).into_iter().flatten() {
        parts.push(media(attachment.get("pointer")));
        if let Some(caption) = str_at(attachment, &["pointer", "caption"]).filter(|c| !c.trim().is_empty()) {
            parts.push(words(caption.to_owned()));
        }
    }
    let body = str_at(message, &["text", "body"]).unwrap_or("");
    if parts.is_empty() || !body.trim().is_empty() {
        parts.push(words(body.to_owned()));
    }
    parts
}

fn contact(message: &Value) -> String {
    // It was a list of one once.
    let contact = message.get("contact").map(|c| c.get(0).unwrap_or(c));
    let Some(contact) = contact else { return "contact".to_owned() };
    let name = contact.get("name").map_or(String::new(), |n| full_name(n, "givenName", "familyName"));
    let lists = ["number", "email"].map(|key| contact.get(key).and_then(Value::as_array));
    let values = lists.into_iter().flatten().flatten().filter_map(|v| str_at(v, &["value"]));
    format!("contact: {}", listed(std::iter::once(name.as_str()).chain(values)))
}

fn story_reply(message: &Value) -> String {
    let text = str_at(message, &["textReply", "text", "body"]).or_else(|| str_at(message, &["emoji"]));
    text.unwrap_or("").to_owned()
}

fn payment(message: &Value) -> String {
    let amount = text_of(message.get("amountMob")).map_or(String::new(), |a| format!("{a} MOB"));
    format!("payment: {}", listed([amount.as_str(), str_at(message, &["note"]).unwrap_or("")]))
}

fn poll(message: &Value) -> String {
    let mut text = str_at(message, &["question"]).unwrap_or("").to_owned();
    for option in message.get("options").and_then(Value::as_array).into_iter().flatten() {
        text += "\n- ";
        text += str_at(option, &["option"]).unwrap_or("");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_of_every_kind() {
        let said = |kind, text: &str| Item::Said(vec![(kind, text.to_owned())]);
        for (expected, item) in [
            (
                said(Kind::Message, "hi"),
                json!({"standardMessage": {"text": {"body": "hi"}, "quote": {"text": {"body": "x"}}}}),
            ),
            (
                said(Kind::Media, "a.ogg"),
                json!({"standardMessage": {"attachments": [{"pointer": {"fileName": "a.ogg"}}]}}),
            ),
            (said(Kind::Media, ""), json!({"stickerMessage": {"sticker": {"emoji": "👍"}}})),
            (said(Kind::Media, ""), json!({"viewOnceMessage": {}})),
            (
                said(Kind::Message, "contact: Ida, +44 1"),
                json!({"contactMessage": {"contact": {"name": {"givenName": "Ida"}, "number": [{"value": "+44 1"}]}}}),
            ),
            (
                said(Kind::Message, "payment: 1.5 MOB, cake"),
                json!({"paymentNotification": {"amountMob": "1.5", "note": "cake"}}),
            ),
            (
                said(Kind::Message, "Tea?\n- yes"),
                json!({"poll": {"question": "Tea?", "options": [{"option": "yes"}]}}),
            ),
            (Item::Deleted, json!({"remoteDeletedMessage": {}})),
            (Item::Unknown, json!({"somethingNew": {}})),
        ] {
            assert_eq!(read(&item), expected);
        }
    }
}
