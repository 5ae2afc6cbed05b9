//! What a unit says: words of somebody, a file, or that something happened.

use std::collections::HashMap;

use super::super::csv::headings::folded;
use super::super::csv::roster::Roster;
use super::kinds::{self, Sort};
use super::roles::Role;
use super::units::Unit;
use super::words::{self, Part};
use crate::import::syntax::markup;

/// People whose names are kept.
const MOST: usize = 1_000_000;

/// The names of people by their ids.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// That they are called so by a table beside the messages.
    pub fn know(&mut self, roster: &Roster) {
        self.0.extend(roster.names().map(|(id, name)| (id.to_owned(), name.to_owned())));
    }

    /// Learn what `unit` tells of somebody: an entry of a list of people, or a message with name and id.
    pub fn learn(&mut self, unit: &Unit) {
        let list = folded(unit.list.rsplit('.').next().unwrap_or_default());
        let called = || [Role::OwnName, Role::Nick, Role::Sender].into_iter().find_map(|role| unit.get(role));
        let listed = words::is(Part::People, &list);
        let name = unit.get(Role::Name).or_else(|| called().filter(|_| listed));
        let Some(name) = name else { return };
        let id = unit.get(Role::SenderId).or_else(|| unit.get(Role::Sender).filter(|_| !listed));
        let own = |role| unit.get(role).filter(|_| listed);
        let ids = [id, own(Role::OwnId), own(Role::OtherId), unit.key.as_deref().filter(|_| listed)];
        for id in ids.into_iter().flatten().filter(|id| *id != name) {
            if self.0.len() < MOST && !self.0.contains_key(id) {
                self.0.insert(id.to_owned(), name.to_owned());
            }
        }
    }

    /// The name of whoever wrote `unit`.
    pub fn speaker<'n>(&'n self, unit: &'n Unit) -> Option<&'n str> {
        let called = |role| unit.get(role).and_then(|id| self.0.get(id)).map(String::as_str);
        let nick = || unit.get(Role::Nick);
        unit.get(Role::Name)
            .or_else(|| called(Role::SenderId))
            .or_else(|| called(Role::Sender))
            .or_else(|| unit.get(Role::Sender))
            .or_else(|| nick().and_then(|_| unit.get(Role::OwnName)).or_else(nick))
            .or_else(|| unit.get(Role::OwnName).filter(|_| unit.get(Role::Text).is_some()))
            .or_else(|| unit.get(Role::SenderId))
            .or_else(|| unit.get(Role::Played))
    }
}

/// What is said.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// Words of somebody, or a file, or both.
    Message,
    /// Words of the app.
    Notice,
    /// Something happened, and there are no words for it.
    Event,
}

/// Whether somebody is told who could have written it.
pub fn names_somebody(unit: &Unit) -> bool {
    [Role::Name, Role::Sender, Role::SenderId, Role::Nick, Role::OwnName, Role::Mine, Role::Played]
        .into_iter()
        .any(|role| unit.get(role).is_some())
}

/// What `unit` may be, if it is one that tells of a conversation: it has words and somebody who said them or a moment, or
/// somebody and a moment and no words. `among` tells whether its list is one of messages.
pub fn of(unit: &Unit, among: bool) -> Option<Said> {
    let (text, who) = (unit.get(Role::Text).is_some(), names_somebody(unit));
    let when = unit.get(Role::Time).is_some();
    let sort = kinds::of(&unit.kinds);
    match (text, who, when) {
        (true, true, _) if sort == Sort::Event => Some(Said::Notice),
        (true, true, _) => Some(Said::Message),
        (true, false, true) if among && sort == Sort::Event => Some(Said::Notice),
        (true, false, true) if among => Some(Said::Message),
        (false, _, true) if among && (who || sort == Sort::Event) => {
            let told = unit.get(Role::Deleted).or(unit.get(Role::Media)).is_some();
            let sent = sort == Sort::Media || !unit.files.is_empty() || told;
            Some(if sent && sort != Sort::Event { Said::Message } else { Said::Event })
        }
        _ => None,
    }
}

/// The words of `unit`, out of what marks them up; it may be told that they are a piece of a page.
pub fn words(unit: &Unit) -> String {
    const TAGS: [&str; 21] = [
        "<p",
        "<div",
        "<span",
        "<b>",
        "<i>",
        "<u>",
        "<a ",
        "<em",
        "<strong",
        "<br",
        "<ul",
        "<ol",
        "<h1",
        "<h2",
        "<h3",
        "<img",
        "<emoji",
        "<at ",
        "<attachment",
        "<blockquote",
        "<systemEventMessage",
    ];
    let text = unit.get(Role::Text).unwrap_or_default();
    let trimmed = text.trim();
    let marked = TAGS.iter().any(|tag| trimmed.starts_with(tag)) && trimmed.ends_with('>');
    let told =
        || unit.kinds.iter().any(|kind| matches!(kind.as_str(), "html" | "text/html" | "RichText/Html"));
    if marked || told() { markup::read(trimmed).text.trim().to_owned() } else { text.to_owned() }
}
