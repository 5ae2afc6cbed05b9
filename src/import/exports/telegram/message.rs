//! What a Telegram message holds: words, files, and the other things that people send each other.

use serde_json::Value;

use crate::import::chats::parts::{Part, file_name, listed};
use crate::import::syntax::json::{str_at, text_of};
use crate::transcript::Kind;

/// Things that are sent and have no words of their own.
const WORDLESS: [&str; 6] = [
    "giveaway_information",
    "giveaway_results",
    "paid_media",
    "paid_stars_amount",
    "story_expired",
    "media_spoiler",
];

/// All parts of a message, its caption last; none when there is nothing known in it.
pub fn parts(message: &Value) -> Vec<Part> {
    let mut parts: Vec<Part> = file(message).map(|name| (Kind::Media, name)).into_iter().collect();
    parts.extend(things(message).map(|words| (Kind::Message, words)));
    let text = message.get("text").filter(|t| !t.is_null()).or_else(|| message.get("text_entities"));
    let text = text.map_or(String::new(), words);
    if !text.trim().is_empty() {
        parts.push((Kind::Message, text));
    }
    if parts.is_empty() && WORDLESS.iter().any(|key| message.get(key).is_some()) {
        parts.push((Kind::Media, String::new()));
    }
    parts
}

/// The words of a text: a string, or an array of strings and of pieces with a look, which is passed over.
pub fn words(text: &Value) -> String {
    match text {
        Value::String(text) => text.clone(),
        Value::Array(pieces) => pieces.iter().map(words).collect(),
        Value::Object(piece) => text_of(piece.get("text")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The name of what was sent; empty when the export has none, as with files that were not included.
fn file(message: &Value) -> Option<String> {
    let path = ["file", "photo"].iter().find_map(|key| message.get(key));
    if path.is_none() && message.get("media_type").is_none() {
        return None;
    }
    let path = path.and_then(Value::as_str).unwrap_or("");
    // `(File not included. Change data exporting settings to download.)` and the like.
    let path = path.split_once(" (File ").map_or(path, |(name, _)| name);
    let path = if path.starts_with('(') { "" } else { path };
    let name = str_at(message, &["file_name"]).unwrap_or(path);
    Some(file_name(name).to_owned())
}

/// Contacts, places, polls, games and bills, in words.
fn things(message: &Value) -> Option<String> {
    if let Some(contact) = message.get("contact_information") {
        let part = |key| str_at(contact, &[key]).unwrap_or("");
        let name = format!("{} {}", part("first_name"), part("last_name"));
        return Some(format!("contact: {}", listed([name.as_str(), part("phone_number")])));
    }
    if message.get("location_information").is_some() || message.get("place_name").is_some() {
        return Some(place(message));
    }
    if let Some(poll) = message.get("poll") {
        return Some(choices(poll.get("question"), poll.get("answers")));
    }
    if let Some(list) = message.get("todo_list") {
        return Some(choices(list.get("title"), list.get("answers")));
    }
    if let Some(bill) = message.get("invoice_information") {
        return Some(listed(["title", "description"].map(|key| str_at(bill, &[key]).unwrap_or(""))));
    }
    let game = str_at(message, &["game_title"])?;
    Some(listed([game, str_at(message, &["game_link"]).unwrap_or("")]))
}

fn place(message: &Value) -> String {
    let part = |key| text_of(message.pointer(&format!("/location_information/{key}"))).unwrap_or_default();
    let names = ["place_name", "address"].map(|key| str_at(message, &[key]).unwrap_or(""));
    let (latitude, longitude) = (part("latitude"), part("longitude"));
    let place = listed(names.into_iter().chain([latitude.as_str(), longitude.as_str()]));
    if place.is_empty() { "location".to_owned() } else { format!("location: {place}") }
}

/// A question with its answers, one a line.
fn choices(question: Option<&Value>, answers: Option<&Value>) -> String {
    let mut text = question.map_or(String::new(), words);
    for answer in answers.and_then(Value::as_array).into_iter().flatten() {
        text += "\n- ";
        text += &words(answer.get("text").unwrap_or(answer));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(message: &Value) -> Vec<(Kind, String)> {
        parts(message)
    }

    #[test]
    fn words_in_every_form() {
        let pieces = json!({"text": ["see ", {"type": "link", "text": "https://example.org"}, " ok", 3]});
        assert_eq!(shown(&pieces), [(Kind::Message, "see https://example.org ok".into())]);
        let entities = json!({"text_entities": [{"type": "plain", "text": "hi"}]});
        assert_eq!(shown(&entities), [(Kind::Message, "hi".into())]);
        assert!(shown(&json!({"text": ""})).is_empty());
    }

    #[test]
    fn files_with_and_without_names() {
        let file =
            |path: &str| shown(&json!({"file": path, "media_type": "sticker", "text": ""}))[0].1.clone();
        assert_eq!(file("chats/chat_01/stickers/sticker (62).webp"), "sticker (62).webp");
        assert_eq!(file("(File not included. Change data exporting settings to download.)"), "");
        assert_eq!(
            file("a.pdf (File exceeds maximum size. Change data exporting settings to download.)"),
            "a.pdf"
        );
        let photo = json!({"photo": "photos/p.jpg", "text": "my cat"});
        assert_eq!(shown(&photo), [(Kind::Media, "p.jpg".into()), (Kind::Message, "my cat".into())]);
    }

    #[test]
    fn other_things_in_words() {
        let contact =
            json!({"contact_information": {"first_name": "Ida", "last_name": "", "phone_number": "+44 1"}});
        assert_eq!(shown(&contact)[0].1, "contact: Ida, +44 1");
        let place = json!({"location_information": {"latitude": 41.5, "longitude": -2}});
        assert_eq!(shown(&place)[0].1, "location: 41.5, -2");
        let poll = json!({"poll": {"question": "Cake?", "answers": [{"text": "yes"}, {"text": "no"}]}});
        assert_eq!(shown(&poll)[0].1, "Cake?\n- yes\n- no");
    }
}
