//! Telegram's service messages in plain words.

use serde_json::Value;

use super::message::words;
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::listed;
use crate::import::syntax::json::{str_at, text_of, whole_number};
use crate::import::warning::WarningKind;

/// What somebody did, by the export's name for it.
const ACTIONS: [(&str, &str); 25] = [
    ("clear_history", "cleared the history"),
    ("create_channel", "created the channel"),
    ("create_group", "created the group"),
    ("delete_group_photo", "removed the group's picture"),
    ("edit_chat_theme", "changed the look of the chat"),
    ("edit_group_photo", "changed the group's picture"),
    ("edit_group_title", "named the group"),
    ("group_call", "started a group call"),
    ("invite_members", "invited"),
    ("invite_to_group_call", "invited to the group call"),
    ("join_group_by_link", "joined by a link"),
    ("join_group_by_request", "joined by request"),
    ("joined_telegram", "joined Telegram"),
    ("migrate_from_group", "made this supergroup of the group"),
    ("migrate_to_supergroup", "made this group a supergroup"),
    ("phone_call", "called"),
    ("pin_message", "pinned a message"),
    ("remove_members", "removed"),
    ("requested_phone_number", "asked for the phone number"),
    ("score_in_game", "scored in a game"),
    ("send_premium_gift", "sent a gift"),
    ("send_star_gift", "sent a gift"),
    ("set_chat_wallpaper", "changed the look of the chat"),
    ("suggest_profile_photo", "suggested a profile picture"),
    ("take_screenshot", "took a screenshot"),
];

/// Write down what happened.
pub fn note(chat: &mut Chat, message: &Value, when: When, line: u64) {
    if whole_number(message.get("period")).is_some_and(|seconds| seconds > 0) {
        chat.doubt(WarningKind::DisappearingMessages, line);
    }
    chat.note(when, &told(message), line);
}

fn told(message: &Value) -> String {
    let actor = str_at(message, &["actor"]).filter(|a| !a.trim().is_empty()).unwrap_or("somebody");
    let mut told = format!("{actor} {}", action(message));
    if let Some(title) = str_at(message, &["title"]).or_else(|| str_at(message, &["new_title"])) {
        told += &format!(" \"{title}\"");
    }
    let members = message.get("members").and_then(Value::as_array);
    let members =
        members.map_or(String::new(), |m| listed(m.iter().map(|m| m.as_str().unwrap_or("somebody"))));
    if !members.is_empty() {
        told += if str_at(message, &["action"]) == Some("create_group") { " with " } else { " " };
        told += &members;
    }
    let seconds = text_of(message.get("duration_seconds").or_else(|| message.get("duration")));
    let length = seconds.map(|s| format!("{s} seconds"));
    let reason = str_at(message, &["discard_reason"]).filter(|r| ["missed", "busy"].contains(r));
    if let Some(how) = reason.map(str::to_owned).or(length) {
        told += &format!(" ({how})");
    }
    let text = words(message.get("text").unwrap_or(&Value::Null));
    if !text.trim().is_empty() {
        told += &format!(": {text}");
    }
    told
}

fn action(message: &Value) -> String {
    let name = str_at(message, &["action"]).unwrap_or("");
    if name == "set_messages_ttl" {
        let on = whole_number(message.get("period")).is_some_and(|seconds| seconds > 0);
        let what = if on { "set messages to delete themselves" } else { "set messages to stay" };
        return what.to_owned();
    }
    if let Some((_, words)) = ACTIONS.iter().find(|(action, _)| *action == name) {
        return (*words).to_owned();
    }
    match str_at(message, &["information_text"]) {
        Some(text) => text.to_owned(),
        None if name.is_empty() => "did something".to_owned(),
        None => name.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happened_in_plain_words() {
        for (expected, message) in [
            (
                "Ida invited Max, somebody",
                json!({"actor": "Ida", "action": "invite_members", "members": ["Max", null]}),
            ),
            (
                "Ida created the group \"Tea\" with Max",
                json!({"actor": "Ida", "action": "create_group", "title": "Tea", "members": ["Max"]}),
            ),
            (
                "Ida called (missed)",
                json!({"actor": "Ida", "action": "phone_call", "discard_reason": "missed"}),
            ),
            (
                "Ida called (77 seconds)",
                json!({"actor": "Ida", "action": "phone_call", "duration_seconds": 77, "discard_reason": "hangup"}),
            ),
            ("somebody boost apply", json!({"actor": null, "action": "boost_apply", "text": ""})),
            ("Ida set messages to stay", json!({"actor": "Ida", "action": "set_messages_ttl", "period": 0})),
        ] {
            assert_eq!(told(&message), expected);
        }
    }
}
