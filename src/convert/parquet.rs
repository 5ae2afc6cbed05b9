//! One message a row, in columns. Rows are held until there are enough for a group.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use super::Writer;
use super::tables::{COLUMNS, Ids, Row};
use crate::transcript::Transcript;

/// What the whole is called within the file.
const NAME: &str = "chats";
/// Times are text, since a time without a zone, or without a date, is no moment.
const SCHEMA: &str = "message chats {
    required binary conversation (utf8);
    optional binary speaker (utf8);
    optional binary time (utf8);
    required binary text (utf8);
    required binary kind (utf8);
    required int64 line;
}";
/// Rows, and bytes of text, after which a group is written.
const GROUP: (usize, usize) = (100_000, 16 << 20);

/// Writes groups of rows.
pub struct Parquet<W: Write + Send> {
    file: SerializedFileWriter<W>,
    ids: Ids,
    rows: Rows,
}

/// The columns of the group that is being filled.
#[derive(Default)]
struct Rows {
    conversation: Vec<ByteArray>,
    speaker: Optional,
    time: Optional,
    text: Vec<ByteArray>,
    kind: Vec<ByteArray>,
    line: Vec<i64>,
    bytes: usize,
}

/// A column with gaps: what is there, and for each row whether it is.
#[derive(Default)]
struct Optional {
    values: Vec<ByteArray>,
    present: Vec<i16>,
}

impl Optional {
    fn push(&mut self, value: Option<&str>) {
        self.present.push(i16::from(value.is_some()));
        self.values.extend(value.map(ByteArray::from));
    }
}

/// Whether a file holds such columns.
pub fn is_ours(path: &Path) -> bool {
    let reader = File::open(path).ok().and_then(|file| SerializedFileReader::new(file).ok());
    reader.is_some_and(|reader| {
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        schema.root_schema().name() == NAME && schema.columns().iter().map(|column| column.name()).eq(COLUMNS)
    })
}

impl<W: Write + Send> Parquet<W> {
    /// Write to `out`.
    pub fn new(out: W) -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(failed)?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let file = SerializedFileWriter::new(out, schema, properties).map_err(failed)?;
        Ok(Self { file, ids: Ids::default(), rows: Rows::default() })
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.line.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        let texts: [(&[ByteArray], Option<&[i16]>); 5] = [
            (&rows.conversation, None),
            (&rows.speaker.values, Some(&rows.speaker.present)),
            (&rows.time.values, Some(&rows.time.present)),
            (&rows.text, None),
            (&rows.kind, None),
        ];
        for (values, present) in texts {
            if let Some(mut column) = group.next_column()? {
                column.typed::<ByteArrayType>().write_batch(values, present, None)?;
                column.close()?;
            }
        }
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&rows.line, None, None)?;
            column.close()?;
        }
        group.close().map(|_| ())
    }
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        error => io::Error::other(error),
    }
}

impl<W: Write + Send> Writer for Parquet<W> {
    fn write(&mut self, transcript: &Transcript, _format: &str) -> io::Result<()> {
        let id = ByteArray::from(self.ids.unique(&transcript.id).as_str());
        for message in &transcript.messages {
            let row = Row::of(transcript, message);
            let rows = &mut self.rows;
            rows.conversation.push(id.clone());
            rows.speaker.push(row.speaker);
            rows.time.push(row.time.as_deref());
            rows.text.push(ByteArray::from(row.text));
            rows.kind.push(ByteArray::from(row.kind));
            rows.line.push(i64::try_from(row.line).unwrap_or(i64::MAX));
            rows.bytes += row.text.len() + 100;
            if rows.line.len() >= GROUP.0 || rows.bytes >= GROUP.1 {
                self.flush().map_err(failed)?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush().map_err(failed)?;
        self.file.close().map_err(failed).map(|_| ())
    }
}
