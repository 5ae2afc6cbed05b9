//! Parquet, one message a row with the columns of a CSV, or one conversation a row with a list `messages` of
//! `{speaker, time, text}`. A file is read group by group; what comes from a pipe is held.

use std::fs::File;
use std::io::Read;

use ::csv::StringRecord;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row};
use ::parquet::schema::types::Type;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::csv::layout::Layout;
use super::csv::{Rows, read_table};
use super::error::{ArchiveProblem, ImportError};
use super::jsonl;
use super::source::{Sample, Source};
use super::{Format, Sink};

/// The format.
pub struct Parquet;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if sample.bytes().starts_with(b"PAR1") { 1.0 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let file = open(source, &name, sink)?;
        let schema = file.metadata().file_metadata().schema().clone();
        if schema.get_fields().iter().any(|f| f.name() == "messages" && !f.is_primitive()) {
            return read_conversations(file.as_ref(), &name, sink);
        }
        let names: StringRecord = schema.get_fields().iter().map(|f| f.name()).collect();
        let mut layout = match &sink.options().columns {
            Some(columns) => Layout::named(&name, &names, b',', columns)?,
            None => Layout::by_names(b',', &names).ok_or_else(|| ImportError::NoSuchColumn {
                name: name.clone(),
                column: "text".to_owned(),
                columns: names.len(),
            })?,
        };
        layout.header = false;
        let walls: Vec<bool> = schema.get_fields().iter().map(|f| is_wall(f)).collect();
        read_table(&name, &layout, sink, &|_| {
            let rows = rows(file.as_ref(), &name)?;
            Ok(Box::new(Records { rows, walls: &walls, record: StringRecord::new(), number: 0, name: &name }))
        })
    }
}

/// The file, opened where it lies or held as a whole.
fn open(source: Source<'_>, name: &str, sink: &Sink<'_>) -> Result<Box<dyn FileReader>, ImportError> {
    if let Some(path) = source.path() {
        let file = File::open(path).map_err(|e| ImportError::io(name, e))?;
        return Ok(Box::new(SerializedFileReader::new(file).map_err(|e| broken(name, &e))?));
    }
    let limit = sink.options().limits.held;
    let bytes = super::source::hold(name, source.into_bytes().by_ref(), limit)?;
    Ok(Box::new(SerializedFileReader::new(axum::body::Bytes::from(bytes)).map_err(|e| broken(name, &e))?))
}

/// The parser's own words may quote the file.
fn broken(name: &str, error: &ParquetError) -> ImportError {
    match error {
        ParquetError::EOF(_) => ImportError::archive(name, ArchiveProblem::CutOff),
        _ => ImportError::archive(name, ArchiveProblem::Damaged),
    }
}

fn rows<'f>(file: &'f dyn FileReader, name: &str) -> Result<RowIter<'f>, ImportError> {
    RowIter::from_file(None, file).map_err(|e| broken(name, &e))
}

/// Whether a column holds times without a zone.
fn is_wall(column: &Type) -> bool {
    use ::parquet::basic::LogicalType;
    match column.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(kind)) => !kind.is_adjusted_to_u_t_c,
        _ => false,
    }
}

/// Rows as a table has them.
struct Records<'f> {
    rows: RowIter<'f>,
    walls: &'f [bool],
    record: StringRecord,
    number: u64,
    name: &'f str,
}

impl Rows for Records<'_> {
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        let row = row.map_err(|e| broken(self.name, &e))?;
        self.number += 1;
        self.record.clear();
        for ((_, field), wall) in row.get_column_iter().zip(self.walls) {
            self.record.push_field(&text_of(field, *wall));
        }
        Ok(Some((self.number, self.number, false, &self.record)))
    }
}

/// A field as it would stand in a CSV.
fn text_of(field: &Field, wall: bool) -> String {
    let moment = |time: Result<Timestamp, jiff::Error>| match time {
        Ok(time) if wall => TimeZone::UTC.to_datetime(time).to_string(),
        Ok(time) => time.to_string(),
        Err(_) => String::new(),
    };
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::TimestampMillis(n) => moment(Timestamp::from_millisecond(*n)),
        Field::TimestampMicros(n) => moment(Timestamp::from_microsecond(*n)),
        Field::Long(n) if wall => moment(Timestamp::from_nanosecond(i128::from(*n))),
        Field::Long(n) => n.to_string(),
        Field::Int(n) => n.to_string(),
        Field::Double(n) => n.to_string(),
        Field::Float(n) => n.to_string(),
        other => other.to_string(),
    }
}

fn read_conversations(file: &dyn FileReader, name: &str, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut records = jsonl::Records::new(name, sink);
    for row in rows(file, name)? {
        let row = row.map_err(|e| broken(name, &e))?;
        if !records.take_next(Value::Object(object(&row))) {
            break;
        }
    }
    Ok(())
}

fn object(row: &Row) -> Map<String, Value> {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Group(row) => Value::Object(object(row)),
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(value).collect()),
        Field::Long(n) => Value::from(*n),
        other => Value::String(text_of(other, false)),
    }
}
