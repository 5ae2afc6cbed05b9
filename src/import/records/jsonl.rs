//! Our own format: one conversation a line, `{"id", "lang", "messages": [{"speaker", "time", "text"}]}`. Labels and
//! other keys are passed over, but for `"kind": "media|deleted|system"` and `"line"`, which `import --to jsonl` writes. One object over many lines, and an array of objects, are read as well.
//!
//! One record is held at a time, so a file may be of any size. A record that cannot be read is counted and the next
//! one is read; only a broken array ends the reading.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, Read};

use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Value};

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::placeholders::told_kind;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::lines::Lines;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, text_of};
use crate::import::syntax::quota::{Meter, Quota};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct Jsonl;

impl Format for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text().trim_start();
        let json =
            text.starts_with('{') || text.strip_prefix('[').is_some_and(|t| t.trim_start().starts_with('{'));
        match (json && text.contains("\"messages\""), text.contains("\"speaker\"")) {
            (true, true) => 0.9,
            (true, false) if text.replace(' ', "").contains("\"messages\":[]") => 0.2,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, layout) = (source.name().to_owned(), Layout::of(source.sample()));
        let text = source.into_text()?;
        let mut records = Records::new(&name, sink);
        match layout {
            Layout::Lines => records.read_lines(text),
            Layout::Values => records.read_values(text),
            Layout::Array => records.read_array(text),
        }
    }
}

/// How the records stand in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    Lines,
    Values,
    Array,
}

impl Layout {
    fn of(sample: &Sample) -> Self {
        let text = sample.text().trim_start();
        if text.starts_with('[') {
            return Self::Array;
        }
        let is_record =
            |line: &str| serde_json::from_str::<Value>(line).is_ok_and(|v| v.get("messages").is_some());
        // The first line may be longer than the sample, or broken off; a tall object never begins like this.
        let first = text.lines().next().unwrap_or("");
        let begins =
            !text.contains('\n') || (first.contains("\"messages\"") && first.contains("\"speaker\""));
        if begins || sample.lines().any(is_record) { Self::Lines } else { Self::Values }
    }
}

/// The reading of one file.
pub(in crate::import) struct Records<'s, 'a> {
    name: String,
    seen: HashSet<u64>,
    hasher: RandomState,
    count: u64,
    sink: &'s mut Sink<'a>,
}

impl<'s, 'a> Records<'s, 'a> {
    /// For the file called `name`.
    pub(in crate::import) fn new(name: &str, sink: &'s mut Sink<'a>) -> Self {
        let (seen, hasher) = (HashSet::new(), RandomState::new());
        Self { name: name.to_owned(), seen, hasher, count: 0, sink }
    }

    fn read_lines(&mut self, text: impl BufRead) -> Result<(), ImportError> {
        let mut lines = Lines::new(text, &self.name, self.sink.options().limits.record);
        // A record that breaks off is cut off only when nothing follows.
        let mut broken_off = None;
        while let Some(line) = lines.next_line()? {
            if line.is_blank() {
                self.sink.count_lines(1);
                self.sink.count_blank();
                continue;
            }
            if let Some(number) = broken_off.take() {
                self.reject(WarningKind::BadRecord, number);
            }
            match json::record(line.text) {
                Ok(value) => self.take(value, line.number),
                Err(e) if e.is_eof() && !line.cut => broken_off = Some(line.number),
                Err(_) => self.reject(WarningKind::BadRecord, line.number),
            }
            if self.sink.is_stopped() {
                return Ok(());
            }
        }
        if let Some(number) = broken_off {
            self.reject(WarningKind::CutOff, number);
        }
        Ok(())
    }

    fn read_values(&mut self, text: impl Read) -> Result<(), ImportError> {
        let (quota, meter) = Quota::new(text, self.sink.options().limits.record);
        for value in Deserializer::from_reader(std::io::BufReader::new(quota)).into_iter() {
            let value = value.map_err(|e| json::broken(&self.name, e))?;
            meter.reset();
            if !self.take_next(value) {
                break;
            }
        }
        Ok(())
    }

    fn read_array(&mut self, text: impl Read) -> Result<(), ImportError> {
        let (quota, meter) = Quota::new(text, self.sink.options().limits.record);
        let mut input = Deserializer::from_reader(std::io::BufReader::new(quota));
        let result = Elements { records: self, meter }.deserialize(&mut input).and_then(|()| input.end());
        match result {
            Err(e) if !self.sink.is_stopped() => Err(json::broken(&self.name, e)),
            _ => Ok(()),
        }
    }

    fn reject(&mut self, kind: WarningKind, line: u64) {
        self.sink.count_lines(1);
        self.sink.reject(kind, line);
    }

    /// Where records do not stand on lines of their own, they go by their number.
    /// Whether more is wanted.
    pub(in crate::import) fn take_next(&mut self, value: Value) -> bool {
        self.count += 1;
        self.take(value, self.count);
        !self.sink.is_stopped()
    }

    fn take(&mut self, mut value: Value, line: u64) {
        let messages = value.get_mut("messages").map(Value::take);
        let (Value::Object(record), Some(Value::Array(messages))) = (value, messages) else {
            return self.reject(WarningKind::BadRecord, line);
        };
        if messages.is_empty() {
            return self.reject(WarningKind::EmptyConversation, line);
        }
        let id = text_of(record.get("id")).unwrap_or_else(|| format!("{}#{line}", self.name));
        let mut chat = self.sink.chat(id.as_str());
        if !self.seen.insert(self.hasher.hash_one(&id)) {
            chat.doubt(WarningKind::DuplicateId, line);
        }
        if let Some(Value::String(language)) = record.get("lang") {
            chat.set_language(language);
        }
        self.sink.count_lines(messages.len() as u64);
        for message in &messages {
            match message {
                Value::Object(fields) => say(&mut chat, fields, line),
                _ => chat.reject(WarningKind::BadRecord, line),
            }
        }
        let _ = self.sink.emit(chat);
    }
}

/// Put one entry of `messages` into the conversation.
fn say(chat: &mut Chat, fields: &Map<String, Value>, line: u64) {
    let text = match fields.get("text") {
        None | Some(Value::Null) => String::new(),
        Some(value) => match text_of(Some(value)) {
            Some(text) => text,
            None => return chat.reject(WarningKind::BadRecord, line),
        },
    };
    let (kind, text) = told_kind(fields.get("kind").and_then(Value::as_str), &text);
    let when = time_of(fields.get("time")).unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    });
    let place = fields.get("line").and_then(Value::as_u64).unwrap_or(line);
    if kind == Kind::System {
        return chat.note(when, text, place);
    }
    let speaker = text_of(fields.get("speaker")).unwrap_or_else(|| {
        chat.doubt(WarningKind::UnknownSpeaker, line);
        crate::import::UNKNOWN.to_owned()
    });
    chat.say(&speaker, when, kind, text, place);
}

fn time_of(value: Option<&Value>) -> Option<When> {
    match value {
        None | Some(Value::Null) => Some(When::Unknown),
        Some(Value::String(text)) => times::read(text),
        Some(Value::Number(number)) => number.as_f64().and_then(times::epoch).map(When::Known),
        Some(_) => None,
    }
}

/// The elements of a top-level array, taken one by one.
struct Elements<'r, 's, 'a> {
    records: &'r mut Records<'s, 'a>,
    meter: Meter,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of conversations")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        while let Some(value) = elements.next_element::<Value>()? {
            self.meter.reset();
            if !self.records.take_next(value) {
                break;
            }
        }
        Ok(())
    }
}
