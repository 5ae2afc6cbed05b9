//! `mmssms.db`, in which Android itself keeps text and picture messages.

use std::collections::HashMap;

use super::super::databases;
use super::backup::{self, Backup, Entry, FROM, NOT_FETCHED, Person};
use crate::import::chats::parts::me;
use crate::import::error::ImportError;
use crate::import::intake::database::{Database, field, number, text};
use crate::import::intake::source::{Sample, Source};
use crate::import::{Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct SmsDb;

impl Format for SmsDb {
    fn name(&self) -> &'static str {
        "sms-db"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        databases::names_all(sample, &[b"canonical_addresses", b"TABLE sms"])
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        databases::Sqlite.read(source, sink)
    }
}

/// Whether the database has the phone's table of messages.
pub fn is_ours(database: &Database) -> Result<bool, ImportError> {
    let columns = database.columns("sms")?;
    Ok(["address", "date", "type", "body"].iter().all(|column| columns.contains(*column)))
}

/// Read the database called `name`.
pub fn read(name: &str, database: &Database, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut backup = Backup::new(name, sink.options().limits, me(sink.options()));
    let result = words(database, &mut backup).and_then(|()| pictures(database, &mut backup));
    let line = backup.count;
    backup.close(&result, line, sink);
    result
}

fn words(database: &Database, backup: &mut Backup) -> Result<(), ImportError> {
    let columns = database.columns("sms")?;
    let fields =
        ["address", "date", "date_sent", "type", "body", "thread_id"].map(|c| field(&columns, "m", c));
    database.each(
        &format!("SELECT m._id, {} FROM sms m ORDER BY m.date, m._id", fields.join(", ")),
        &[],
        |row| {
            backup.count += 1;
            backup.take(Entry {
                line: number(row, 0).unsigned_abs(),
                folder: text(row, 4).unwrap_or_default(),
                people: text(row, 1).map(|address| (address, None)).into_iter().collect(),
                thread: text(row, 6),
                when: backup::moment([text(row, 2).as_deref(), text(row, 3).as_deref()]),
                parts: vec![(Kind::Message, text(row, 5).unwrap_or_default())],
                ..Entry::default()
            })?;
            Ok(true)
        },
    )
}

fn pictures(database: &Database, backup: &mut Backup) -> Result<(), ImportError> {
    let columns = database.columns("pdu")?;
    if !columns.contains("msg_box") {
        return Ok(());
    }
    let (people, addresses) = (threads(database)?, database.columns("addr")?.contains("msg_id"));
    let parts = database.columns("part")?;
    let part = ["ct", "text", "cl", "fn", "name"].map(|c| field(&parts, "m", c)).join(", ");
    let fields =
        ["date", "date_sent", "msg_box", "m_type", "sub", "thread_id"].map(|c| field(&columns, "m", c));
    database.each(
        &format!("SELECT m._id, {} FROM pdu m ORDER BY m.date, m._id", fields.join(", ")),
        &[],
        |row| {
            let id = number(row, 0);
            let mut entry = Entry {
                line: id.unsigned_abs(),
                folder: text(row, 3).unwrap_or_default(),
                thread: text(row, 6),
                when: backup::moment([text(row, 1).as_deref(), text(row, 2).as_deref()]),
                not_fetched: text(row, 4).as_deref() == Some(NOT_FETCHED),
                subject: text(row, 5),
                ..Entry::default()
            };
            entry.people =
                entry.thread.as_ref().and_then(|thread| people.get(thread).cloned()).unwrap_or_default();
            if addresses {
                database.each("SELECT address, type FROM addr WHERE msg_id = ?1", &[id], |row| {
                    if text(row, 1).as_deref() == Some(FROM) {
                        entry.from = text(row, 0);
                    }
                    Ok(true)
                })?;
            }
            if parts.contains("mid") {
                database.each(
                    &format!("SELECT {part} FROM part m WHERE m.mid = ?1 ORDER BY m._id"),
                    &[id],
                    |row| {
                        let name = (2..5).find_map(|at| text(row, at));
                        let content = text(row, 0).unwrap_or_default();
                        entry.part(&content, text(row, 1).as_deref(), name.as_deref(), false);
                        Ok(true)
                    },
                )?;
            }
            backup.count += 1;
            backup.take(entry)?;
            Ok(true)
        },
    )
}

/// Those who take part in each conversation, which the phone lists by numbers with spaces between.
fn threads(database: &Database) -> Result<HashMap<String, Vec<Person>>, ImportError> {
    let (mut addresses, mut threads) = (HashMap::new(), HashMap::new());
    let has = |table: &str, column: &str| Ok::<_, ImportError>(database.columns(table)?.contains(column));
    if has("canonical_addresses", "address")? && has("threads", "recipient_ids")? {
        database.each("SELECT _id, address FROM canonical_addresses", &[], |row| {
            addresses.extend(text(row, 1).map(|address| (number(row, 0).to_string(), address)));
            Ok(true)
        })?;
        database.each("SELECT _id, recipient_ids FROM threads", &[], |row| {
            let ids = text(row, 1).unwrap_or_default();
            let people =
                ids.split_ascii_whitespace().filter_map(|id| Some((addresses.get(id)?.clone(), None)));
            threads.insert(number(row, 0).to_string(), people.collect());
            Ok(true)
        })?;
    }
    Ok(threads)
}
