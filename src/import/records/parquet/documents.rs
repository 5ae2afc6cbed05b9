//! Rows of Parquet that are more than a table: lists and structures, read as JSON with one document a row is.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use ::parquet::basic::ConvertedType;
use ::parquet::file::reader::FileReader;
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row};
use ::parquet::schema::types::Type;
use serde_json::{Map, Value};

use super::super::csv::roster::Roster;
use super::super::{jsonl, nested};
use super::{guarded, is_wall, rows, text_of};
use crate::import::Sink;
use crate::import::error::ImportError;

/// What the messages of a conversation tell in files of this program.
const OWN: [&str; 5] = ["speaker", "time", "text", "kind", "line"];
/// Rows that are looked at to see whether people talk in them.
const LOOK_AT: usize = 20;

/// Whether the rows are conversations as this program writes them.
pub fn are_own(schema: &Type) -> bool {
    let messages = schema.get_fields().iter().find(|f| f.name() == "messages" && !f.is_primitive());
    let Some(messages) = messages else { return false };
    let element = element(messages).filter(|element| !element.is_primitive());
    let names =
        element.map(|e| e.get_fields().iter().map(|f| f.name()).collect::<Vec<_>>()).unwrap_or_default();
    names.contains(&"text") && names.iter().all(|name| OWN.contains(name))
}

/// Read such rows.
pub fn read_own(
    file: &dyn FileReader,
    schema: &Type,
    name: &str,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut records = jsonl::Records::new(name, sink);
    let mut rows = rows(file, name)?;
    while let Some(row) = guarded(name, 1, || rows.next().transpose())? {
        if !records.take_next(Value::Object(object(&row, schema))) {
            break;
        }
    }
    Ok(())
}

/// Read rows of any shape in which people talk.
pub fn read(
    file: &dyn FileReader,
    schema: &Type,
    name: &str,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut sample = String::new();
    for row in rows(file, name)?.take(LOOK_AT).map_while(Result::ok) {
        sample += &Value::Object(object(&row, schema)).to_string();
        sample.push('\n');
    }
    if sink.options().columns.is_none() && !nested::is_talk(&sample) {
        let columns = schema.get_fields().len();
        return Err(ImportError::NoSuchColumn { name: name.to_owned(), column: "text".to_owned(), columns });
    }
    let failed = RefCell::new(None);
    let open = |_| -> Result<Box<dyn BufRead + '_>, ImportError> {
        let (rows, failed) = (rows(file, name)?, &failed);
        Ok(Box::new(BufReader::new(Lines { rows, schema, name, number: 0, line: Cursor::default(), failed })))
    };
    let result = nested::read_documents(name, true, &open, &Roster::default(), sink);
    failed.take().map_or(result, Err)
}

/// The rows as lines of JSON.
struct Lines<'f> {
    rows: RowIter<'f>,
    schema: &'f Type,
    name: &'f str,
    number: u64,
    line: Cursor<Vec<u8>>,
    /// Why they end before the end of the file.
    failed: &'f RefCell<Option<ImportError>>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.line.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.number += 1;
            match guarded(self.name, self.number, || self.rows.next().transpose()) {
                Ok(Some(row)) => {
                    let line = Value::Object(object(&row, self.schema)).to_string() + "\n";
                    self.line = Cursor::new(line.into_bytes());
                }
                Ok(None) => return Ok(0),
                Err(error) => {
                    self.failed.replace(Some(error));
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
    }
}

fn object(row: &Row, schema: &Type) -> Map<String, Value> {
    let kinds = schema.get_fields().iter();
    let columns = row.get_column_iter().zip(kinds);
    columns.map(|((name, field), kind)| (name.clone(), value(field, Some(kind)))).collect()
}

/// A field whose column is of this `kind`, as far as that is known.
fn value(field: &Field, kind: Option<&Type>) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Group(row) => match kind.filter(|kind| !kind.is_primitive()) {
            Some(kind) => Value::Object(object(row, kind)),
            None => row.get_column_iter().map(|(name, field)| (name.clone(), value(field, None))).collect(),
        },
        Field::ListInternal(list) => {
            let inner = kind.and_then(element);
            list.elements().iter().map(|field| value(field, inner)).collect()
        }
        Field::MapInternal(map) => {
            let entries = map.entries().iter();
            entries.map(|(key, field)| (text_of(key, false), value(field, None))).collect()
        }
        Field::Bool(yes) => Value::from(*yes),
        Field::Int(n) => Value::from(*n),
        Field::Long(n) if !kind.is_some_and(is_wall) => Value::from(*n),
        other => Value::String(text_of(other, kind.is_some_and(is_wall))),
    }
}

/// What a list holds: what its middle level wraps, where it has one, as old programs do not write it.
fn element(list: &Type) -> Option<&Type> {
    if list.is_primitive() || list.get_basic_info().converted_type() == ConvertedType::MAP {
        return None;
    }
    let repeated = list.get_fields().first()?;
    let wraps = !repeated.is_primitive()
        && repeated.get_fields().len() == 1
        && repeated.name() != "array"
        && repeated.name() != format!("{}_tuple", list.name());
    if wraps { repeated.get_fields().first().map(AsRef::as_ref) } else { Some(repeated.as_ref()) }
}
