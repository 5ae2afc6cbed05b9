//! What a value of a record is for, by the keys that lead to it.

use super::super::csv::headings::folded;
use super::words::{self, Part, is, rank, rank_of_two};
use crate::import::Columns;

/// What it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The words.
    Text,
    /// The name of who wrote them.
    Name,
    /// Who wrote them, by a name or an id.
    Sender,
    /// A nickname, beside which a name may stand.
    Nick,
    /// The id of who wrote them.
    SenderId,
    /// A name that stands in the record itself.
    OwnName,
    /// The id of the record.
    OwnId,
    /// Another id that the record has.
    OtherId,
    /// To whom it was written.
    Recipient,
    /// When.
    Time,
    /// The conversation.
    Conversation,
    /// Who takes part in it.
    Members,
    /// What kind of record it is.
    Kind,
    /// A file that was sent.
    File,
    /// Whether the owner wrote it.
    Mine,
    /// Which way it went, as seen by the owner.
    Direction,
    /// Whether it was deleted.
    Deleted,
    /// Whether something was sent with it that is no words.
    Media,
    /// What part somebody plays in a talk, where nothing else tells who it is: `user`, `assistant`, `coach`.
    Played,
}

/// What a value is for, and how far behind the likeliest for it.
pub type Known = Option<(Role, u32)>;

/// How much each step into a record counts.
const STEP: u32 = 1_000;
/// What lies in something that is not known.
const STRANGE: u32 = 100_000;
/// Further than all: what stands in only where nothing else does.
const LAST: u32 = 1_000_000;

/// What the value at the end of `path` is for; `asked` goes before.
pub fn of(path: &[&str], asked: Option<&Columns>) -> Known {
    if let Some(role) = asked.and_then(|columns| wished(path, columns)) {
        return Some((role, 0));
    }
    let keys: Vec<String> = bare(path).iter().map(|key| folded(key)).collect();
    let (last, parents) = keys.split_last()?;
    if parents.iter().any(|key| is(Part::Other, key)) {
        // What is told of others may be a person all the same: `entities.sender.entity.name`.
        let person = parents.iter().rposition(|key| is_sender(key)).filter(|at| {
            parents[..*at].iter().all(|key| !is(Part::Other, key) || key == "entities" || key == "metadata")
        });
        return person.and_then(|_| of_person(last, parents.len()));
    }
    let depth = parents.len() as u32 * STEP;
    if parents.iter().any(|key| is_sender(key)) {
        return of_person(last, parents.len());
    }
    if parents.iter().any(|key| is(Part::Recipient, key)) {
        return of_person(last, parents.len()).map(|(_, rank)| (Role::Recipient, rank));
    }
    if parents.last().is_some_and(|key| is(Part::File, key))
        && matches!(last.as_str(), "name" | "filename" | "url")
    {
        return Some((Role::File, depth));
    }
    if parents.last().is_some_and(|key| is(Part::Conversation, key)) {
        return of_room(last, depth);
    }
    if parents.last().is_some_and(|key| is(Part::Text, key))
        && let Some(form) = rank(Part::Form, last)
    {
        return Some((Role::Text, depth + form));
    }
    let strange = parents.iter().any(|key| !is(Part::Envelope, key) && !is(Part::Text, key));
    let (role, rank) = of_key(last, parents.last().is_none_or(|key| key.starts_with("profile")))?;
    match (strange, role) {
        (false, _) => Some((role, depth + rank)),
        (true, Role::Text | Role::Time | Role::Sender | Role::Name | Role::SenderId | Role::Recipient) => {
            Some((role, STRANGE + depth + rank))
        }
        (true, _) => None,
    }
}

/// The keys without those that only tell a type or wrap all that is told.
fn bare<'k>(path: &[&'k str]) -> Vec<&'k str> {
    let end = path.len().saturating_sub(1);
    let told = |(at, key): &(usize, &&str)| {
        let (tells_type, wraps) = (*at > 0 && words::is_type(key), *at < end && words::is_wrapper(key));
        !tells_type && !wraps
    };
    let split = path.iter().enumerate().filter(told);
    split.flat_map(|(_, key)| key.split('.')).filter(|key| !key.is_empty()).collect()
}

fn is_sender(key: &str) -> bool {
    key == "u" || is(Part::Sender, key)
}

/// Of somebody who is told as an object.
fn of_person(last: &str, depth: usize) -> Known {
    let depth = depth as u32;
    if last == "role" {
        return Some((Role::Played, depth));
    }
    let name = rank(Part::Name, last).filter(|_| last != "title" && last != "label");
    let id = || rank(Part::Id, last).map(|rank| (Role::SenderId, depth * STEP + rank));
    name.map(|rank| (Role::Name, rank * 10 + depth)).or_else(id)
}

/// Of a conversation that is told as an object.
fn of_room(last: &str, depth: u32) -> Known {
    let id = rank(Part::Id, last).or_else(|| rank_of_two(Part::Conversation, Part::Id, last));
    let name = || rank(Part::Name, last).map(|rank| (Role::Conversation, depth + 500 + rank));
    let words =
        || rank(Part::Text, last).filter(|_| last != "name").map(|rank| (Role::Text, STRANGE + depth + rank));
    id.map(|rank| (Role::Conversation, depth + rank)).or_else(name).or_else(words)
}

/// Of a key that stands in the record, or in what wraps it.
fn of_key(key: &str, top: bool) -> Known {
    if matches!(key, "deleted" | "isdeleted" | "removed" | "isremoved" | "unsent" | "isunsent" | "redacted") {
        return Some((Role::Deleted, 0));
    }
    if words::tells_deletion(key) {
        return Some((Role::Deleted, 1));
    }
    if words::tells_media(key) {
        return Some((Role::Media, 0));
    }
    if key == "nick" {
        return Some((Role::Nick, 0));
    }
    if key == "role" {
        return Some((Role::Played, 0));
    }
    if matches!(key, "direction" | "messagedirection" | "inout") {
        return Some((Role::Direction, 0));
    }
    let two = |first, second, role: Role| rank_of_two(first, second, key).map(|rank| (role, 100 + rank));
    let one = |part, role: Role| rank(part, key).map(|rank| (role, rank));
    one(Part::Text, Role::Text)
        .or_else(|| one(Part::Time, Role::Time))
        .or_else(|| two(Part::Happened, Part::Moment, Role::Time))
        .or_else(|| two(Part::Moment, Part::Happened, Role::Time))
        .or_else(|| one(Part::Mine, Role::Mine))
        .or_else(|| one(Part::Conversation, Role::Conversation))
        .or_else(|| one(Part::SenderId, Role::SenderId))
        .or_else(|| of_compound_sender(key))
        .or_else(|| one(Part::Sender, Role::Sender))
        .or_else(|| one(Part::Recipient, Role::Recipient))
        .or_else(|| two(Part::Recipient, Part::Name, Role::Recipient))
        .or_else(|| two(Part::Recipient, Part::Id, Role::Recipient))
        .or_else(|| two(Part::Conversation, Part::Id, Role::Conversation))
        .or_else(|| two(Part::Conversation, Part::Name, Role::Conversation))
        .or_else(|| one(Part::Kind, Role::Kind))
        .or_else(|| one(Part::File, Role::File))
        .or_else(|| one(Part::Name, Role::OwnName).filter(|_| top))
        .or_else(|| one(Part::Id, Role::OwnId).filter(|_| top))
        .or_else(|| (top && key.ends_with("id")).then_some((Role::OtherId, 0)))
}

/// `sender_name`, `fromUser`, `author_uid`.
fn of_compound_sender(key: &str) -> Known {
    if is(Part::Sender, key) {
        // "sendername" is a name for certain, "username" the bare one.
        let name = ["name", "nick"].iter().any(|end| key.ends_with(end))
            && key != "username"
            && key != "nickname"
            && key != "nick";
        return name.then(|| (Role::Name, rank(Part::Sender, key).unwrap_or(0)));
    }
    let two = |second, role: Role| rank_of_two(Part::Sender, second, key).map(|rank| (role, 200 + rank));
    if key == "uid" {
        return Some((Role::SenderId, 300));
    }
    two(Part::Name, Role::Name)
        .filter(|_| !key.ends_with("title") && !key.ends_with("label"))
        .or_else(|| two(Part::Id, Role::SenderId))
        .or_else(|| two(Part::Sender, Role::Sender))
}

/// What the user says of it.
fn wished(path: &[&str], columns: &Columns) -> Option<Role> {
    let (plain, whole) = (bare(path).join("."), path.join("."));
    let given = [
        (&columns.text, Role::Text),
        (&columns.speaker, Role::Name),
        (&columns.time, Role::Time),
        (&columns.conversation, Role::Conversation),
    ];
    let is = |column: &Option<String>| column.as_deref().is_some_and(|c| c == plain || c == whole);
    given.into_iter().find(|(column, _)| is(column)).map(|(_, role)| role)
}

/// Who takes part, where a list of names tells it: less sure than anything else that tells a conversation.
pub fn of_list(key: &str) -> Known {
    let key = folded(key);
    let members = is(Part::People, &key) || key.ends_with("members") || key.ends_with("participants");
    members.then_some((Role::Members, LAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_what_values_are_for() {
        let role = |path: &str| {
            let path: Vec<&str> = path.split('/').collect();
            of(&path, None).map(|(role, _)| role)
        };
        for (path, expected) in [
            ("payload/text", Some(Role::Text)),
            ("fields/text/stringValue", Some(Role::Text)),
            ("_source/message", Some(Role::Text)),
            ("chat.text", Some(Role::Text)),
            ("user/username", Some(Role::Name)),
            ("author/nick", Some(Role::Name)),
            ("data/entities/sender/entity/name", Some(Role::Name)),
            ("fromName", Some(Role::Name)),
            ("from/$numberLong", Some(Role::Sender)),
            ("from_user", Some(Role::Sender)),
            ("author_id", Some(Role::SenderId)),
            ("user/_id/$oid", Some(Role::SenderId)),
            ("user/created_at", None),
            ("createdAt/$date/$numberLong", Some(Role::Time)),
            ("date_created", Some(Role::Time)),
            ("date_updated", None),
            ("conversation_sid", Some(Role::Conversation)),
            ("room/$oid", Some(Role::Conversation)),
            ("channel/id", Some(Role::Conversation)),
            ("channel/created_at", None),
            ("quoted/text", None),
            ("host/name", None),
            ("to/name", Some(Role::Recipient)),
            ("createdDateTime", Some(Role::Time)),
            ("sentUtc", Some(Role::Time)),
            ("event", Some(Role::Kind)),
            ("data/message/content/raw", Some(Role::Text)),
            ("content/filtered", Some(Role::Text)),
            ("content/length", None),
            ("deletedDateTime", Some(Role::Deleted)),
            ("deletedBy", None),
            ("has_media", Some(Role::Media)),
            ("hasAttachments", Some(Role::Media)),
            ("is_hashtag", None),
            ("author/role", Some(Role::Played)),
        ] {
            assert_eq!(role(path), expected, "{path}");
        }
    }
}
