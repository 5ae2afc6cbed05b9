//! SQLite databases, told apart by their tables: those of programs that are known, and others that have a table of messages,
//! which are read as dumps of databases are. They are only ever read.

use super::{imessage, sms, whatsapp_db};
use crate::import::error::ImportError;
use crate::import::intake::database::{Database, text};
use crate::import::intake::source::{Sample, Source};
use crate::import::records::csv::held::Held;
use crate::import::records::csv::layout::Layout;
use crate::import::records::csv::roster;
use crate::import::records::sql;
use crate::import::{Format, Sink};

/// How every SQLite database begins.
pub const MAGIC: &[u8] = b"SQLite format 3\0";
/// Rows of a table that are looked at to see what it holds.
const LOOK_AT: usize = 100;

/// The format of a database that no other format knows by its beginning.
pub struct Sqlite;

impl Format for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if sample.bytes().starts_with(MAGIC) { 0.4 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let database = Database::open(source, sink.options().limits.held)?;
        read(&name, &database, sink)
    }
}

/// How sure it is that a database that begins with `sample` is one in whose list of tables all of `words` stand.
pub fn names_all(sample: &Sample, words: &[&[u8]]) -> f32 {
    let has = |word: &&[u8]| sample.bytes().windows(word.len()).any(|w| w == *word);
    if sample.bytes().starts_with(MAGIC) && words.iter().all(has) { 0.95 } else { 0.0 }
}

/// Read the database called `name` by the tables that it has.
pub fn read(name: &str, database: &Database, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    if imessage::is_ours(database)? {
        sink.start("imessage");
        return imessage::read(name, database, sink);
    }
    if let Some(app) = whatsapp_db::App::of(database)? {
        sink.start("whatsapp-db");
        return whatsapp_db::read(name, database, app, sink);
    }
    if sms::database::is_ours(database)? {
        sink.start("sms-db");
        return sms::database::read(name, database, sink);
    }
    sink.start("sqlite");
    let what = "a database of a kind not read here";
    let tables = tables(name, database, sink.options().limits.held)?;
    match sql::read_tables(name, tables, sink)? {
        true => Ok(()),
        false => Err(ImportError::Binary { name: name.to_owned(), what }),
    }
}

/// The tables that hold messages or people.
fn tables(name: &str, database: &Database, limit: usize) -> Result<Vec<sql::Table>, ImportError> {
    let mut names = Vec::new();
    database.each("SELECT name FROM sqlite_master WHERE type = 'table'", &[], |row| {
        names.extend(text(row, 0).filter(|name| !name.starts_with("sqlite_")));
        Ok(true)
    })?;
    let (mut tables, mut held) = (Vec::new(), 0);
    for table in names {
        let mut first = rows(name, database, &table, LOOK_AT, limit)?;
        if first.layout().filter(Layout::names_people).is_none() && !roster::is_of_people(&table) {
            continue;
        }
        let whole = match first.rows.len() < LOOK_AT {
            true => first,
            false => rows(name, database, &table, usize::MAX, limit - held)?,
        };
        held = limit.min(held + whole.size());
        tables.push(sql::Table { name: table, held: whole });
    }
    Ok(tables)
}

/// The first `most` rows of `table`.
fn rows(
    name: &str,
    database: &Database,
    table: &str,
    most: usize,
    limit: usize,
) -> Result<Held, ImportError> {
    let quoted = table.replace('"', "\"\"");
    let (mut held, mut line) = (Held::default(), 0);
    database.each(
        &format!("SELECT * FROM \"{quoted}\" LIMIT {}", most.min(i64::MAX as usize)),
        &[],
        |row| {
            let names: Vec<String> = row.as_ref().column_names().map(str::to_owned).collect();
            let fields: Vec<String> = (0..names.len()).map(|at| text(row, at).unwrap_or_default()).collect();
            line += 1;
            held.push(line, names.iter().map(String::as_str).zip(fields.iter().map(String::as_str)));
            held.fits(name, line, limit)?;
            Ok(true)
        },
    )?;
    Ok(held)
}
