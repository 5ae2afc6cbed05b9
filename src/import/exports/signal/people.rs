//! Who is behind the numbers that a Signal export refers to people and groups by.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::full_name;
use crate::import::syntax::json::{str_at, text_of};

/// The key under which the owner speaks in every chat.
pub const OWNER: &str = "owner";

/// Somebody or something that a chat can be with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// Whose export it is.
    Owner,
    /// Somebody, or a group, of this name.
    Named(String),
    /// Somebody of whom only a number or handle is known.
    Handle(String),
}

impl Person {
    fn of(recipient: &Value) -> Option<Self> {
        let has = |key: &str| recipient.get(key).is_some_and(|v| !v.is_null());
        if has("self") {
            return Some(Self::Owner);
        }
        if has("releaseNotes") {
            return Some(Self::Named("Signal".to_owned()));
        }
        if let Some(contact) = recipient.get("contact") {
            return Self::contact(contact);
        }
        let title = ["/group/snapshot/title/title", "/group/snapshot/title", "/group/name", "/callLink/name"];
        let title = title.iter().find_map(|path| recipient.pointer(path)?.as_str());
        title.map(str::trim).filter(|t| !t.is_empty()).map(|t| Self::Named(t.to_owned()))
    }

    /// What the owner calls them, else what they call themselves.
    fn contact(contact: &Value) -> Option<Self> {
        let nickname = contact.get("nickname").map_or(String::new(), |n| full_name(n, "given", "family"));
        let names = [
            nickname,
            str_at(contact, &["systemNickname"]).unwrap_or("").trim().to_owned(),
            full_name(contact, "systemGivenName", "systemFamilyName"),
            full_name(contact, "profileGivenName", "profileFamilyName"),
        ];
        if let Some(name) = names.into_iter().find(|name| !name.is_empty()) {
            return Some(Self::Named(name));
        }
        let phone = text_of(contact.get("e164")).map(|n| format!("+{}", n.trim_start_matches('+')));
        let handle = phone.filter(|p| p.len() > 1).or_else(|| text_of(contact.get("username")));
        handle.or_else(|| text_of(contact.get("aci"))).filter(|h| !h.is_empty()).map(Self::Handle)
    }

    /// What to call them, or a chat with them; `id` is their number in the file.
    pub fn title(&self, id: &str) -> String {
        match self {
            Self::Owner => "Note to Self".to_owned(),
            Self::Named(name) | Self::Handle(name) if !name.is_empty() => name.clone(),
            _ => format!("person {id}"),
        }
    }

    /// Whether there is a name to them.
    pub fn has_name(&self) -> bool {
        !matches!(self, Self::Handle(_))
    }
}

/// All of them, by number.
#[derive(Default)]
pub struct People {
    known: HashMap<String, Person>,
    doubted: HashSet<(String, String)>,
}

impl People {
    /// Take up a `recipient` frame.
    pub fn add(&mut self, recipient: &Value) {
        if let (Some(id), Some(person)) = (text_of(recipient.get("id")), Person::of(recipient)) {
            self.known.insert(id, person);
        }
    }

    /// The one of this number.
    pub fn get(&self, id: &str) -> Option<&Person> {
        self.known.get(id)
    }

    /// Whether this is the first time that the one numbered `id` is asked about for the chat numbered `chat`.
    pub fn is_new_in(&mut self, chat: &str, id: &str) -> bool {
        self.doubted.insert((chat.to_owned(), id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_in_the_order_the_app_prefers_them() {
        let of = |contact: Value| Person::of(&json!({"id": "1", "contact": contact}));
        let named = |name: &str| Some(Person::Named(name.to_owned()));
        let profile = json!({"profileGivenName": "Ida", "profileFamilyName": "Holm", "systemGivenName": ""});
        assert_eq!(of(profile), named("Ida Holm"));
        assert_eq!(of(json!({"profileGivenName": "Ida", "nickname": {"given": "Idi"}})), named("Idi"));
        assert_eq!(of(json!({"e164": "447700900123"})), Some(Person::Handle("+447700900123".into())));
        assert_eq!(of(json!({"e164": 447700900123u64})), Some(Person::Handle("+447700900123".into())));
        assert_eq!(of(json!({})), None);
        let group = json!({"id": 3, "group": {"snapshot": {"title": {"title": "Tea"}}}});
        assert_eq!(Person::of(&group), named("Tea"));
        assert_eq!(Person::of(&json!({"id": 1, "self": {}})), Some(Person::Owner));
    }
}
