//! `chat.db` of the Mac and `sms.db` of the iPhone: iMessage and SMS in a SQLite database, which is only ever read.
//!
//! Columns differ between versions of the system, so those that exist are asked for. Times count from 2001.

mod attributed_body;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::Row;

use super::databases;
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{me, say_all};
use crate::import::error::ImportError;
use crate::import::intake::database::{Database, bytes, field, number, text};
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Limits, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// From 1970 to 2001, in seconds.
const EPOCH: i64 = 978_307_200;
/// What the app puts into a text in the place of an attachment.
const ATTACHMENT: char = '\u{fffc}';
/// The key of the owner; no handle is like it.
const OWNER: &str = "\0";
/// The columns of a message that are used, in this order.
const COLUMNS: [&str; 14] = [
    "text",
    "attributedBody",
    "date",
    "is_from_me",
    "handle_id",
    "associated_message_type",
    "item_type",
    "group_title",
    "group_action_type",
    "date_edited",
    "date_retracted",
    "message_summary_info",
    "address",
    "flags",
];

/// The format.
pub struct IMessage;

impl Format for IMessage {
    fn name(&self) -> &'static str {
        "imessage"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let joined = databases::names_all(sample, &[b"chat_message_join"]);
        joined.max(databases::names_all(sample, &[b"is_from_me", b"handle_id"]))
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        databases::Sqlite.read(source, sink)
    }
}

/// Whether the database has the system's table of messages.
pub fn is_ours(database: &Database) -> Result<bool, ImportError> {
    let columns = database.columns("message")?;
    let ours = columns.contains("text") && columns.contains("date");
    Ok(ours && (columns.contains("handle_id") || columns.contains("address")))
}

/// Read the database called `name`.
pub fn read(name: &str, database: &Database, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (limits, owner) = (sink.options().limits, me(sink.options()));
    let columns = database.columns("message")?;
    Archive::new(name.to_owned(), limits, owner, database, &columns)?.read(sink)
}

/// The reading of one database.
struct Archive<'d> {
    name: String,
    limits: Limits,
    owner: String,
    database: &'d Database,
    /// What to ask of each message.
    fields: String,
    handles: HashMap<i64, String>,
    /// How to ask for the files of a message, where there are tables of them.
    attachments: Option<String>,
    /// The pairs of chats and messages; empty when there are none.
    joins: String,
}

impl<'d> Archive<'d> {
    fn new(
        name: String,
        limits: Limits,
        owner: String,
        database: &'d Database,
        columns: &HashSet<String>,
    ) -> Result<Self, ImportError> {
        let fields = COLUMNS.iter().map(|column| field(columns, "m", column)).collect::<Vec<_>>().join(", ");
        let mut handles = HashMap::new();
        if database.columns("handle")?.contains("id") {
            database.each("SELECT ROWID, id FROM handle", &[], |row| {
                handles.extend(text(row, 1).map(|id| (number(row, 0), id)));
                Ok(true)
            })?;
        }
        let mut joins = Vec::new();
        // Messages that were deleted lately wait in a table of their own.
        for table in ["chat_message_join", "chat_recoverable_message_join"] {
            if database.columns(table)?.contains("message_id") {
                joins.push(format!("SELECT chat_id, message_id FROM {table}"));
            }
        }
        let joins = joins.join(" UNION ");
        let files = database.columns("attachment")?;
        let joined = database.columns("message_attachment_join")?.contains("attachment_id");
        let name_of = if files.contains("transfer_name") { "a.transfer_name" } else { "NULL" };
        let attachments = (joined && files.contains("filename")).then(|| {
            format!(
                "SELECT {name_of}, a.filename FROM message_attachment_join j \
                 JOIN attachment a ON a.ROWID = j.attachment_id WHERE j.message_id = ?1 ORDER BY a.ROWID"
            )
        });
        Ok(Self { name, limits, owner, database, fields, handles, attachments, joins })
    }

    fn read(&self, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let query = |rest: &str| format!("SELECT m.ROWID, {} FROM {rest}", self.fields);
        let order = "ORDER BY m.date, m.ROWID";
        let mut place = "message m".to_owned();
        if !self.joins.is_empty() {
            let of_chat = query(&format!(
                "({}) j JOIN message m ON m.ROWID = j.message_id WHERE j.chat_id = ?1 {order}",
                self.joins
            ));
            for (id, name, person) in self.chats()? {
                self.conversation(&name, person.as_deref(), &of_chat, &[id], sink)?;
                if sink.is_stopped() {
                    return Ok(());
                }
            }
            place = format!(
                "message m WHERE m.ROWID NOT IN (SELECT message_id FROM ({}) WHERE message_id IS NOT NULL)",
                self.joins
            );
        }
        self.by_handle(&place, &query, order, sink)
    }

    /// Messages in no chat: a conversation for each handle.
    fn by_handle(
        &self,
        place: &str,
        query: &dyn Fn(&str) -> String,
        order: &str,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let handle = if self.fields.contains("\"handle_id\"") { "m.handle_id" } else { "m.address" };
        let mut found = Vec::new();
        self.database.each(&format!("SELECT DISTINCT {handle} FROM {place}"), &[], |row| {
            found.push(text(row, 0));
            Ok(true)
        })?;
        let joint = if place.contains("WHERE") { "AND" } else { "WHERE" };
        for key in found {
            // Addresses are quoted for SQL, as texts.
            let quoted = key.as_deref().map(|k| format!("'{}'", k.replace('\'', "''")));
            let wanted =
                quoted.map_or(format!("{handle} IS NULL"), |q| format!("CAST({handle} AS TEXT) = {q}"));
            let query = query(&format!("{place} {joint} {wanted} {order}"));
            let known = key.as_ref().and_then(|k| k.parse().ok()).and_then(|k: i64| self.handles.get(&k));
            let name = known.cloned().or(key).unwrap_or_else(|| UNKNOWN.to_owned());
            self.conversation(&format!("no chat, {name}"), Some(&name), &query, &[], sink)?;
            if sink.is_stopped() {
                break;
            }
        }
        Ok(())
    }

    /// The chats: their numbers, their names, and the other person where there is only one.
    fn chats(&self) -> Result<Vec<(i64, String, Option<String>)>, ImportError> {
        let mut people: HashMap<i64, HashSet<String>> = HashMap::new();
        if self.database.columns("chat_handle_join")?.contains("handle_id") {
            self.database.each("SELECT chat_id, handle_id FROM chat_handle_join", &[], |row| {
                let handle = self.handles.get(&number(row, 1)).cloned();
                people.entry(number(row, 0)).or_default().extend(handle);
                Ok(true)
            })?;
        }
        let mut names = HashMap::new();
        if self.database.columns("chat")?.contains("guid") {
            self.database.each("SELECT ROWID, guid FROM chat", &[], |row| {
                names.extend(text(row, 1).map(|guid| (number(row, 0), guid)));
                Ok(true)
            })?;
        }
        let mut chats = Vec::new();
        let query = format!("SELECT DISTINCT chat_id FROM ({}) ORDER BY chat_id", self.joins);
        self.database.each(&query, &[], |row| {
            let id = number(row, 0);
            let one = people.get(&id).filter(|p| p.len() == 1).and_then(|p| p.iter().next().cloned());
            chats.push((id, names.get(&id).cloned().unwrap_or_else(|| id.to_string()), one));
            Ok(true)
        })?;
        Ok(chats)
    }

    /// Read the conversation whose messages `query` gives, and hand it on, also when it breaks off.
    fn conversation(
        &self,
        name: &str,
        person: Option<&str>,
        query: &str,
        given: &[i64],
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let mut chat = Chat::new(format!("{}#{name}", self.name), &self.limits);
        let owner = chat.person(OWNER, &self.owner);
        chat.set_owner(&owner);
        chat.sort_by_time();
        let mut count = 0;
        let result = self.database.each(query, given, |row| {
            count += 1;
            let found = Found::of(row);
            let files = self.files(&found)?;
            self.take(&found, &files, person, &mut chat);
            chat.room(&self.name, found.line)?;
            Ok(true)
        });
        chat.close(&result, count);
        sink.count_lines(count);
        let _ = sink.emit(chat);
        result
    }

    /// The names of what is attached to a message.
    fn files(&self, found: &Found) -> Result<Vec<String>, ImportError> {
        let places = found.text.as_deref().map_or(0, |t| t.chars().filter(|c| *c == ATTACHMENT).count());
        let mut files = Vec::new();
        if let Some(query) = &self.attachments {
            self.database.each(query, &[found.row], |row| {
                let file = text(row, 0).or_else(|| text(row, 1)).unwrap_or_default();
                files.push(file.rsplit('/').next().unwrap_or_default().to_owned());
                Ok(true)
            })?;
        }
        files.resize(files.len().max(places), String::new());
        Ok(files)
    }

    fn take(&self, found: &Found, files: &[String], person: Option<&str>, chat: &mut Chat) {
        let speaker = self.speaker(found, person, chat);
        // A heart or a thumb under another message.
        if (2000..4000).contains(&found.associated) {
            let what = if found.associated < 3000 { "reacted to a message" } else { "took a reaction back" };
            return chat.note(found.when, &format!("{speaker} {what}"), found.line);
        }
        if let Some(words) = found.event(&speaker) {
            return chat.note(found.when, &words, found.line);
        }
        if found.retracted {
            return chat.say(&speaker, found.when, Kind::Deleted, "", found.line);
        }
        if found.unreadable && files.is_empty() {
            return chat.reject(WarningKind::BadRecord, found.line);
        }
        let words = found.text.as_deref().unwrap_or("").replace(ATTACHMENT, "");
        let words = Some((Kind::Message, words.trim())).filter(|(_, w)| !w.is_empty() || files.is_empty());
        let parts: Vec<_> = files.iter().map(|f| (Kind::Media, f.as_str())).chain(words).collect();
        say_all(chat, &speaker, found.when, &parts, found.line);
    }

    fn speaker(&self, found: &Found, person: Option<&str>, chat: &mut Chat) -> String {
        if found.from_me {
            return chat.person(OWNER, "");
        }
        let handle = self.handles.get(&found.handle).map(String::as_str).or(found.address.as_deref());
        match handle.or(person.filter(|name| *name != UNKNOWN)) {
            Some(handle) => {
                if !chat.knows(handle) {
                    chat.doubt(WarningKind::NamelessPerson, found.line);
                }
                chat.person(handle, handle)
            }
            None => {
                chat.doubt(WarningKind::UnknownSpeaker, found.line);
                UNKNOWN.to_owned()
            }
        }
    }
}

/// A message as it stands in its table.
struct Found {
    row: i64,
    line: u64,
    text: Option<String>,
    /// There were words, in a form that could not be read.
    unreadable: bool,
    when: When,
    from_me: bool,
    handle: i64,
    address: Option<String>,
    associated: i64,
    item: i64,
    title: Option<String>,
    action: i64,
    retracted: bool,
}

impl Found {
    /// The columns are the number of the row and [`COLUMNS`].
    fn of(row: &Row<'_>) -> Self {
        let (plain, archived) = (text(row, 1), bytes(row, 2));
        let decoded = plain.or_else(|| attributed_body::decode(archived));
        let unsent = number(row, 10) != 0 && decoded.is_none() && has_retracted_parts(bytes(row, 12));
        Self {
            row: number(row, 0),
            line: number(row, 0).unsigned_abs(),
            unreadable: decoded.is_none() && !archived.is_empty(),
            text: decoded,
            when: time(number(row, 3)).into(),
            // Phones before iOS 6 had flags, of which the lowest says so.
            from_me: number(row, 4) != 0 || number(row, 14) & 1 != 0,
            handle: number(row, 5),
            address: text(row, 13),
            associated: number(row, 6),
            item: number(row, 7),
            title: text(row, 8),
            action: number(row, 9),
            retracted: number(row, 11) != 0 || unsent,
        }
    }

    /// What happened, if the row is no message but an event of the chat, done by `who`.
    fn event(&self, who: &str) -> Option<String> {
        Some(match (self.item, self.action) {
            (0, _) => match &self.title {
                Some(title) => format!("{who} named the group {title}"),
                None => return None,
            },
            (1, 1) => format!("{who} removed somebody from the group"),
            (1, _) => format!("{who} added somebody to the group"),
            (2, _) => match &self.title {
                Some(title) => format!("{who} named the group {title}"),
                None => format!("{who} took the group's name away"),
            },
            (3, 1) => format!("{who} changed the group's picture"),
            (3, 2) => format!("{who} removed the group's picture"),
            (3, _) => format!("{who} left the group"),
            (4, _) => format!("{who} started or stopped sharing a location"),
            (5, _) => format!("{who} kept a voice message"),
            (6, _) => format!("{who} called with FaceTime"),
            _ => "something that the app noted".to_owned(),
        })
    }
}

/// Whether the summary of a message, a binary property list, has a key for parts that were taken back.
fn has_retracted_parts(summary: &[u8]) -> bool {
    summary.windows(3).any(|w| w == b"\x52rp")
}

/// A number of nanoseconds since 2001, or of seconds: since 2001, or in very old files since 1970. Told by size.
fn time(number: i64) -> Option<Time> {
    let (seconds, rest) = match number {
        0 => return None,
        // Chats are from before 2032.
        1_000_000_000..100_000_000_000 => (number - EPOCH, 0),
        ..100_000_000_000 => (number, 0),
        _ => (number / 1_000_000_000, number % 1_000_000_000),
    };
    let seconds = seconds.checked_add(EPOCH)?;
    Timestamp::new(seconds, i32::try_from(rest).ok()?).ok().map(Time::Instant)
}
