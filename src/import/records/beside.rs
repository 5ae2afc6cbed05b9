//! Tables and records of messages in one folder with a table of their people: who wrote what stands there by numbers, for which
//! the other gives the names.

use ::csv::StringRecord;
use serde_json::Value;

use super::csv::layout::Layout;
use super::csv::records::Records;
use super::csv::roster::{self, Roster};
use super::rows::field;
use super::{csv, nested, rows};
use crate::import::archive::{Bundle, Entries};
use crate::import::error::ImportError;
use crate::import::intake::files::extension;
use crate::import::intake::source::{self, Source};
use crate::import::syntax::json;
use crate::import::warning::WarningKind;
use crate::import::{Sink, detect};

/// What the names of files with records end in.
const RECORDS: [&str; 3] = ["json", "jsonl", "ndjson"];

/// The tables of each folder that has one of people and one of messages.
pub fn bundles(entries: &[String]) -> Vec<Bundle> {
    roster::bundles(entries, &|name| {
        let extension = extension(name);
        ["csv", "tsv"].contains(&extension.as_str()) || is_of_records(name)
    })
}

fn is_of_records(name: &str) -> bool {
    RECORDS.contains(&extension(name).as_str())
}

/// Read one of them.
pub fn read(bundle: &Bundle, files: &mut dyn Entries, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (mut roster, mut chats, mut failed) = (Roster::default(), Vec::new(), None);
    for entry in &bundle.entries {
        let source = files.open(entry, sink)?;
        let talks =
            if is_of_records(entry) { is_talk(&source, sink) } else { Layout::is_named(source.sample()) };
        if talks || !roster::is_of_people(entry) {
            chats.push(entry);
            continue;
        }
        let rows = if is_of_records(entry) { objects(source, sink)? } else { all_rows(source, sink)? };
        sink.count_lines(rows.len() as u64);
        rows.iter().for_each(|_| sink.count_heading());
        roster.add(&rows);
    }
    for entry in chats {
        let source = files.open(entry, sink)?;
        let result = match is_of_records(entry) {
            true => read_records(source, &roster, sink),
            false if roster::is_of_chats(entry) && !Layout::is_named(source.sample()) => {
                sink.doubt(WarningKind::SkippedEntry, 0);
                continue;
            }
            false => {
                sink.start("csv");
                csv::read_source(source, sink, &roster)
            }
        };
        match result {
            Err(error) if error.is_no_chat() && bundle.entries.len() > 1 => {
                sink.doubt(WarningKind::SkippedEntry, 0);
            }
            result => failed = failed.or(result.err()),
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Whether a file of records is one of a known kind.
fn is_talk(source: &Source<'_>, sink: &Sink<'_>) -> bool {
    detect::choose(source.sample(), 1, sink.options()).is_ok_and(|format| format.name() != "paste")
}

/// Read records as the format that they are of, with names where it knows people by numbers alone.
fn read_records(source: Source<'_>, roster: &Roster, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let format = detect::choose(source.sample(), 1, sink.options())?;
    sink.start(format.name());
    match format.name() {
        "json-nested" => nested::read_with(source, roster, sink),
        "jsonl-rows" => rows::read_with(source, roster, sink),
        _ => format.read(source, sink),
    }
}

/// All rows of a table of people, which is small.
fn all_rows(source: Source<'_>, sink: &Sink<'_>) -> Result<Vec<StringRecord>, ImportError> {
    let (name, limits) = (source.name().to_owned(), sink.options().limits);
    let delimiter = Layout::delimiter_of(source.sample());
    let text = source::hold(&name, source.into_text()?, limits.held)?;
    let mut records = Records::new(&text[..], delimiter, b'\n', false, limits.record);
    let (mut rows, mut row) = (Vec::new(), StringRecord::new());
    while records.read(&mut row).map_err(|e| ImportError::io(&name, e))?.is_some() {
        rows.push(row.clone());
    }
    Ok(rows)
}

/// The same of records: one a line, or a list, alone or under a key.
fn objects(source: Source<'_>, sink: &Sink<'_>) -> Result<Vec<StringRecord>, ImportError> {
    let name = source.name().to_owned();
    let text = source::hold(&name, source.into_text()?, sink.options().limits.held)?;
    let text = String::from_utf8_lossy(&text);
    let values: Vec<Value> = match serde_json::from_str(&text) {
        Ok(Value::Array(values)) => values,
        Ok(Value::Object(object)) => object.into_iter().find_map(|(_, v)| list(v)).unwrap_or_default(),
        _ => text.lines().filter_map(|line| json::record(line).ok()).collect(),
    };
    let mut names: Vec<&str> = Vec::new();
    for key in values.iter().filter_map(Value::as_object).flat_map(|object| object.keys()) {
        if !names.contains(&key.as_str()) {
            names.push(key);
        }
    }
    let row = |value: &Value| names.iter().map(|name| field(value.get(name))).collect();
    Ok(std::iter::once(StringRecord::from(names.clone())).chain(values.iter().map(row)).collect())
}

fn list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(values) if values.iter().all(Value::is_object) => Some(values),
        _ => None,
    }
}
