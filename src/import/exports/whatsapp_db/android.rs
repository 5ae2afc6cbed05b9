//! `msgstore.db` of Android.

use rusqlite::Row;

use super::{Found, Reading, Sort};
use crate::import::Sink;
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::database::{Database, field, number, text};

/// Conversations that are nobody's: what is shown for a day to all.
const STATUS: &str = "status@broadcast";

/// Read the tables of today: a message names its chat and its sender by rows of other tables.
pub fn read(mut reading: Reading, database: &Database, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let result = names(&mut reading, database).and_then(|()| messages(&mut reading, database));
    reading.close(result, sink)
}

/// What chats and people are called, where a table of contacts lies with the messages.
fn names(reading: &mut Reading, database: &Database) -> Result<(), ImportError> {
    let columns = database.columns("wa_contacts")?;
    if columns.contains("jid") {
        let fields = ["display_name", "wa_name"].map(|c| field(&columns, "c", c)).join(", ");
        database.each(&format!("SELECT c.jid, {fields} FROM wa_contacts c"), &[], |row| {
            let name = text(row, 1).or_else(|| text(row, 2));
            reading.names.extend(text(row, 0).zip(name));
            Ok(true)
        })?;
    }
    let chat = database.columns("chat")?;
    if chat.contains("subject") && chat.contains("jid_row_id") {
        let query = "SELECT j.raw_string, c.subject FROM chat c JOIN jid j ON j._id = c.jid_row_id";
        database.each(query, &[], |row| {
            reading.titles.extend(text(row, 0).zip(text(row, 1)));
            Ok(true)
        })?;
    }
    Ok(())
}

fn messages(reading: &mut Reading, database: &Database) -> Result<(), ImportError> {
    let (message, media) = (database.columns("message")?, database.columns("message_media")?);
    let joined = if media.contains("message_row_id") {
        "LEFT JOIN message_media f ON f.message_row_id = m._id"
    } else {
        ""
    };
    let file = |column: &str| if joined.is_empty() { "NULL".to_owned() } else { field(&media, "f", column) };
    let query = format!(
        "SELECT m._id, c.raw_string, m.from_me, s.raw_string, m.timestamp, {}, m.text_data, {}, {}, {} \
         FROM message m LEFT JOIN chat k ON k._id = m.chat_row_id LEFT JOIN jid c ON c._id = k.jid_row_id \
         LEFT JOIN jid s ON s._id = {} {joined} ORDER BY m.timestamp, m._id",
        field(&message, "m", "message_type"),
        file("media_name"),
        file("file_path"),
        file("media_caption"),
        field(&message, "m", "sender_jid_row_id"),
    );
    database.each(&query, &[], |row| {
        let sent = [text(row, 7), text(row, 8)].into_iter().flatten().next();
        let words = text(row, 6).or_else(|| text(row, 9));
        found(row, number(row, 5), words, sent).map_or(Ok(()), |found| reading.take(&found))?;
        Ok(true)
    })
}

/// Read the one table of before 2021.
pub fn read_older(mut reading: Reading, database: &Database, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let result = older(&mut reading, database);
    reading.close(result, sink)
}

fn older(reading: &mut Reading, database: &Database) -> Result<(), ImportError> {
    for table in ["chat_list", "chat"] {
        let columns = database.columns(table)?;
        if columns.contains("key_remote_jid") && columns.contains("subject") {
            database.each(&format!("SELECT key_remote_jid, subject FROM {table}"), &[], |row| {
                reading.titles.extend(text(row, 0).zip(text(row, 1)));
                Ok(true)
            })?;
        }
    }
    let columns = database.columns("messages")?;
    let fields =
        ["remote_resource", "timestamp", "media_wa_type", "data", "media_name", "media_caption", "status"];
    let fields = fields.map(|c| field(&columns, "m", c)).join(", ");
    let query = format!(
        "SELECT m._id, m.key_remote_jid, m.key_from_me, {fields} FROM messages m ORDER BY m.timestamp, m._id"
    );
    database.each(&query, &[], |row| {
        // The table begins with a row that is no message; events of groups have a state of their own.
        let kind = if number(row, 9) == 6 { 7 } else { number(row, 5) };
        let (words, caption) = (text(row, 6), text(row, 8));
        if text(row, 1).as_deref() == Some("-1") {
            return Ok(true);
        }
        found(row, kind, words.or(caption), text(row, 7)).map_or(Ok(()), |found| reading.take(&found))?;
        Ok(true)
    })
}

/// A row with its number, its chat, whether it is the owner's, its sender and its time first; `None` for what is shown to all.
fn found(row: &Row<'_>, kind: i64, words: Option<String>, file: Option<String>) -> Option<Found> {
    let chat = text(row, 1).unwrap_or_default();
    if chat == STATUS {
        return None;
    }
    let sender =
        text(row, 3).or_else(|| Some(chat.clone()).filter(|c| !c.is_empty() && !c.ends_with("@g.us")));
    Some(Found {
        line: number(row, 0).unsigned_abs(),
        from_me: number(row, 2) == 1,
        sender,
        when: times::epoch(number(row, 4) as f64).map_or(When::Unknown, When::Known),
        sort: sort(kind, words.is_some() || file.is_some()),
        words,
        file,
        chat,
    })
}

/// What a message is by the app's number of its kind; `filled` tells whether it has words or a file.
fn sort(kind: i64, filled: bool) -> Sort {
    match kind {
        7 => Sort::Event("something that the app noted"),
        10 | 90 if !filled => Sort::Event("a call"),
        15 | 64 => Sort::Deleted,
        _ => Sort::Said,
    }
}
