//! Parquet, one message a row with the columns of a CSV, or records of any shape: one conversation a row with a list of
//! messages, words or people as structures. A file is read group by group; what comes from a pipe is held.

mod documents;

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::csv::StringRecord;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use ::parquet::record::reader::RowIter;
use ::parquet::schema::types::Type;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::csv::layout::Layout;
use super::csv::transcripts::Transcripts;
use super::csv::{Rows, read_table};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::{Format, Sink};

/// Rows that are looked at to see whether each is a conversation.
const LOOK_AT: usize = 50;

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
        if documents::are_own(&schema) {
            return documents::read_own(file.as_ref(), &schema, &name, sink);
        }
        let names: StringRecord = schema.get_fields().iter().map(|f| f.name()).collect();
        let layout = match &sink.options().columns {
            Some(columns) => Layout::named(&name, &names, b',', columns),
            None => Layout::by_names(b',', &names).ok_or_else(|| ImportError::NoSuchColumn {
                name: name.clone(),
                column: "text".to_owned(),
                columns: names.len(),
            }),
        };
        let walls: Vec<bool> = schema.get_fields().iter().map(|f| is_wall(f)).collect();
        let table = || -> Result<Box<dyn Rows + '_>, ImportError> {
            let rows = rows(file.as_ref(), &name)?;
            Ok(Box::new(Records { rows, walls: &walls, record: StringRecord::new(), number: 0, name: &name }))
        };
        let (mut first, mut sample) = (Vec::new(), table()?);
        while first.len() < LOOK_AT
            && let Ok(Some((_, _, _, row))) = sample.next_row()
        {
            first.push(row.clone());
        }
        if let Some(talks) = Transcripts::of_records(&names, &first, sink.options().columns.as_ref()) {
            return talks.read(&name, table()?, sink);
        }
        let is_flat = |layout: &Layout| layout.used().iter().all(|c| schema.get_fields()[*c].is_primitive());
        if !layout.as_ref().is_ok_and(is_flat) && schema.get_fields().iter().any(|f| !f.is_primitive()) {
            return documents::read(file.as_ref(), &schema, &name, sink);
        }
        let mut layout = layout?;
        layout.headings = 0;
        read_table(&name, &layout, sink, &|_| table())
    }
}

/// The file, opened where it lies or held as a whole.
fn open(source: Source<'_>, name: &str, sink: &Sink<'_>) -> Result<Box<dyn FileReader>, ImportError> {
    if let Some(path) = source.path() {
        let file = File::open(path).map_err(|e| ImportError::io(name, e))?;
        return Ok(Box::new(guarded(name, 1, || SerializedFileReader::new(file))?));
    }
    let limit = sink.options().limits.held;
    let bytes = crate::import::intake::source::hold(name, source.into_bytes().by_ref(), limit)?;
    let bytes = ::bytes::Bytes::from(bytes);
    Ok(Box::new(guarded(name, 1, || SerializedFileReader::new(bytes))?))
}

/// Do something with the parser, which panics on some damaged files.
fn guarded<T>(
    name: &str,
    row: u64,
    work: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ImportError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|_| broken(name, row)),
        Err(_) => Err(broken(name, row)),
    }
}

/// The parser's own words may quote the file, so only the row is kept.
fn broken(name: &str, row: u64) -> ImportError {
    ImportError::Broken { name: name.to_owned(), line: row }
}

fn rows<'f>(file: &'f dyn FileReader, name: &str) -> Result<RowIter<'f>, ImportError> {
    guarded(name, 1, || RowIter::from_file(None, file))
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
        let Some(row) = guarded(self.name, self.number + 1, || self.rows.next().transpose())? else {
            return Ok(None);
        };
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;

    use super::*;
    use crate::import::{Flow, Imported, Options, read_text};

    fn import(bytes: &[u8]) -> Result<Vec<Imported>, ImportError> {
        let mut found = Vec::new();
        let counts = read_text("t.parquet", bytes, &Options::default(), &mut |imported| {
            found.push(imported);
            Flow::Continue(())
        })?;
        assert_eq!(counts.lines, counts.accounted());
        Ok(found)
    }

    /// Two messages with a time in this unit.
    fn table(time: &str, values: [i64; 2]) -> Vec<u8> {
        let schema = format!(
            "message m {{ required binary sender (utf8); required int64 sent_at {time}; required binary body (utf8); }}"
        );
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let mut bytes = Vec::new();
        let mut file =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default())).unwrap();
        let mut group = file.next_row_group().unwrap();
        for words in [Some(["Ida", "Max"]), None, Some(["hi", "hey"])] {
            let mut column = group.next_column().unwrap().unwrap();
            match words {
                Some(words) => {
                    let words = words.map(ByteArray::from);
                    column.typed::<ByteArrayType>().write_batch(&words, None, None).unwrap();
                }
                None => _ = column.typed::<Int64Type>().write_batch(&values, None, None).unwrap(),
            }
            column.close().unwrap();
        }
        group.close().unwrap();
        file.close().unwrap();
        bytes
    }

    #[test]
    fn times_of_every_unit_with_and_without_zone() {
        let second = 1_714_586_520;
        for (unit, factor, told) in [
            ("(timestamp(millis,true))", 1_000, "2024-05-01T18:02:00Z"),
            ("(timestamp(micros,true))", 1_000_000, "2024-05-01T18:02:00Z"),
            ("(timestamp(nanos,true))", 1_000_000_000, "2024-05-01T18:02:00Z"),
            ("(timestamp(millis,false))", 1_000, "2024-05-01T18:02:00"),
            ("(timestamp(nanos,false))", 1_000_000_000, "2024-05-01T18:02:00"),
            ("", 1, "2024-05-01T18:02:00Z"),
        ] {
            let found = import(&table(unit, [second * factor, second * factor])).unwrap();
            let first = &found[0].transcript.messages[0];
            assert_eq!(
                (first.time.unwrap().to_string().as_str(), first.text.reveal()),
                (told, "hi"),
                "{unit}"
            );
        }
    }

    /// A file of two conversations, each a row with a list of messages that have these three fields.
    fn nested(fields: [&str; 3]) -> Vec<u8> {
        let [who, when, what] = fields;
        let schema = format!(
            "message m {{ required binary thread_id (utf8); required group messages (list) {{ repeated group list {{ \
             required group element {{ required binary {who} (utf8); required int64 {when} (timestamp(millis,false)); \
             required binary {what} (utf8); }} }} }} }}"
        );
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let mut bytes = Vec::new();
        let mut file =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default())).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut texts = |words: &[&str], levels: Option<(&[i16], &[i16])>| {
            let words: Vec<ByteArray> = words.iter().map(|w| ByteArray::from(*w)).collect();
            let mut column = group.next_column().unwrap().unwrap();
            let (definition, repetition) = levels.unzip();
            column.typed::<ByteArrayType>().write_batch(&words, definition, repetition).unwrap();
            column.close().unwrap();
        };
        let levels: (&[i16], &[i16]) = (&[1, 1, 1], &[0, 1, 0]);
        texts(&["d-1", "d-2"], None);
        texts(&["ida", "max", "ida"], Some(levels));
        let mut column = group.next_column().unwrap().unwrap();
        let times = [1_714_586_520_000, 1_714_586_580_000, 1_714_586_640_000];
        column.typed::<Int64Type>().write_batch(&times, Some(levels.0), Some(levels.1)).unwrap();
        column.close().unwrap();
        let words = ["hi", "hey", "yo"].map(ByteArray::from);
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&words, Some(levels.0), Some(levels.1)).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        file.close().unwrap();
        bytes
    }

    #[test]
    fn conversations_a_row_whatever_their_fields_are_called() {
        for fields in
            [["speaker", "time", "text"], ["sender_uid", "sent_at", "body"], ["author", "created", "content"]]
        {
            let found = import(&nested(fields)).unwrap();
            let told: Vec<Vec<String>> = found.iter().map(crate::import::tried::lines).collect();
            let first = ["2024-05-01T18:02:00 ida: hi", "2024-05-01T18:03:00 max: hey"];
            assert_eq!(told, [&first[..], &["2024-05-01T18:04:00 ida: yo"]], "{fields:?}");
        }
        assert!(matches!(import(&nested(["a", "b", "c"])), Err(ImportError::NoSuchColumn { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn damaged_files_are_survived(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
            let mut bytes = table("(timestamp(millis,true))", [1, 2]);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if !whole {
                bytes.truncate(cut.index(bytes.len()) + 1);
            }
            let _ = import(&bytes);
        }
    }
}
