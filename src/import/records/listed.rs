//! One JSON array of messages, alone or under a key: objects such as `{"user": …, "text": …}` whose keys are columns, found by
//! name as in a CSV, pairs of a name and words, or lines of a talk as strings.

use std::cell::RefCell;
use std::io::Cursor;

use ::csv::StringRecord;
use serde_json::{Map, Value};

use super::csv::layout::Layout;
use super::csv::transcripts::Transcripts;
use super::csv::{Rows, read_table};
use super::nested;
use super::rows::field;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::paste::Paste;
use crate::import::syntax::json;
use crate::import::{Flow, Format, Sink};

/// Elements that are looked at for keys.
const LOOK_AT: usize = 50;
/// Any format that knows its app is surer, and in an archive this is not sure enough.
const SURE: f32 = 0.25;

/// The format.
pub struct JsonList;

impl Format for JsonList {
    fn name(&self) -> &'static str {
        "json-list"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        // Of several documents, one a line, this would see the first alone.
        if List::of(sample.outline()).is_some() && !nested::is_lines(sample) { SURE } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let list = List::of(source.sample().outline());
        let Some(List { way, names }) = list else {
            return Err(ImportError::UnknownFormat { name, looks: "this looks like JSON" });
        };
        let (limits, way) = (sink.options().limits, way.as_deref().map_or(vec![], |key| vec![key]));
        let (mut values, mut held) = (Vec::new(), 0);
        let read = json::each(&name, source.into_text()?, limits.record, &way, &mut |value| {
            held += size_of::<Value>() + value.to_string().len();
            values.push(value);
            if held <= limits.held {
                return Ok(Flow::Continue(()));
            }
            Err(ImportError::too_much_held(&name, 0, limits.held))
        });
        match names {
            Some(names) => read_objects(&name, &values, &names, read, sink),
            None => read_strings(&name, &values, sink).and(read),
        }
    }
}

/// Where the messages are, and what is told of each.
struct List {
    /// The key they stand under, if they stand under one.
    way: Option<String>,
    /// The keys of objects, or what the parts of pairs are; none of strings.
    names: Option<StringRecord>,
}

impl List {
    /// The list of messages in what `outline` shows of a document, if it is one.
    fn of(outline: &Value) -> Option<Self> {
        let (way, values) = match outline {
            Value::Array(values) => (None, values),
            Value::Object(object) => {
                let mut lists = object.iter().filter_map(|(key, value)| Some((key, value.as_array()?)));
                let (key, values) = lists.next()?;
                if lists.next().is_some() || !values.first()?.is_object() {
                    return None;
                }
                (Some(key.clone()), values)
            }
            _ => return None,
        };
        let first: Vec<&Value> = values.iter().take(LOOK_AT).collect();
        if first.len() < 2 {
            return None;
        }
        if first.iter().all(|v| v.is_string()) {
            let words = first.iter().filter(|v| v.as_str().is_some_and(|s| s.trim().contains(' '))).count();
            return (words * 2 >= first.len()).then_some(Self { way, names: None });
        }
        let names = match first.iter().all(|v| pair(v).is_some()) {
            true => StringRecord::from(vec!["sender", "text"]),
            false => keys(&first)?,
        };
        let rows = rows_of(&first.into_iter().cloned().collect::<Vec<_>>(), &names);
        if Transcripts::of_records(&names, &rows, None).is_some() {
            return Some(Self { way, names: Some(names) });
        }
        let named = names.iter().any(|name| name == SENDER) || Layout::by_names(b',', &names)?.names_people();
        named.then_some(Self { way, names: Some(names) })
    }
}

/// What stands for the `role` of whoever writes, as in talks with a program, where nothing else says who it is.
const SENDER: &str = "sender";

fn keys(values: &[&Value]) -> Option<StringRecord> {
    let mut names: Vec<&str> = Vec::new();
    for value in values {
        let object: &Map<String, Value> = value.as_object()?;
        for key in object.keys() {
            if !names.contains(&key.as_str()) {
                names.push(key);
            }
        }
    }
    let record = StringRecord::from(names.clone());
    let role = Layout::by_names(b',', &record).is_none_or(|layout| !layout.names_people());
    Some(match role {
        true => names.into_iter().map(|name| if name == "role" { SENDER } else { name }).collect(),
        false => record,
    })
}

/// A name and words.
fn pair(value: &Value) -> Option<(&str, &str)> {
    match value.as_array()?.as_slice() {
        [name, words] => Some((name.as_str()?, words.as_str()?)),
        _ => None,
    }
}

/// The strings are lines of a talk, with names or without.
fn read_strings(name: &str, values: &[Value], sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let text = values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
    let lines = Source::open(name, Box::new(Cursor::new(text.into_bytes())), sink.terms())?;
    Paste.read(lines, sink)
}

/// Read the objects `values`, whose keys are among `names`; `read` is how the reading of them ended.
pub(in crate::import) fn read_objects(
    name: &str,
    values: &[Value],
    names: &StringRecord,
    read: Result<(), ImportError>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let columns = sink.options().columns.clone();
    let first = rows_of(&values[..values.len().min(LOOK_AT)], names);
    if let Some(talks) = Transcripts::of_records(names, &first, columns.as_ref()) {
        let end = RefCell::new(read.err());
        let rows = Elements { values, names, end: Some(&end), record: StringRecord::new(), at: 0 };
        return talks.read(name, Box::new(rows), sink);
    }
    let columns = columns.unwrap_or_default();
    let mut layout = Layout::named(name, names, b',', &columns)?;
    (layout.headings, layout.own) = (0, false);
    let end = RefCell::new(read.err());
    read_table(name, &layout, sink, &|counts| {
        let end = counts.then_some(&end);
        Ok(Box::new(Elements { values, names, end, record: StringRecord::new(), at: 0 }))
    })
}

/// Objects as rows.
fn rows_of(values: &[Value], names: &StringRecord) -> Vec<StringRecord> {
    let row = |value: &Value| names.iter().map(|name| field(value.get(name))).collect();
    values.iter().filter(|value| value.is_object()).map(row).collect()
}

/// Elements as rows of a table.
struct Elements<'e> {
    values: &'e [Value],
    names: &'e StringRecord,
    /// What ended them, told behind the last.
    end: Option<&'e RefCell<Option<ImportError>>>,
    record: StringRecord,
    at: usize,
}

impl Rows for Elements<'_> {
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError> {
        let Some(value) = self.values.get(self.at) else {
            return self.end.and_then(RefCell::take).map_or(Ok(None), Err);
        };
        self.at += 1;
        self.record.clear();
        match (value, pair(value)) {
            (_, Some((name, words))) => [name, words].iter().for_each(|part| self.record.push_field(part)),
            (Value::Object(object), _) => self.names.iter().for_each(|name| {
                let value = object.get(name).or_else(|| object.get("role").filter(|_| name == SENDER));
                self.record.push_field(&field(value));
            }),
            // An element of another kind has no text, and is counted for it.
            _ => self.record.push_field("\u{fffd}"),
        }
        Ok(Some((self.at as u64, self.at as u64, false, &self.record)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Imported, Options, read_text};

    fn import(text: &str) -> Vec<Imported> {
        let mut found = Vec::new();
        let counts = read_text("t", text.as_bytes(), &Options::default(), &mut |imported| {
            found.push(imported);
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        found
    }

    #[test]
    fn lists_of_objects_pairs_and_lines() {
        for text in [
            r#"[{"user": "Tom", "text": "in?"}, {"user": "Ria", "text": "yes"}]"#,
            r#"{"chat": [{"name": "Tom", "message": "in?"}, {"name": "Ria", "message": "yes"}]}"#,
            r#"[["Tom", "in?"], ["Ria", "yes"]]"#,
            r#"[{"role": "Tom", "content": "in?"}, {"role": "Ria", "content": "yes"}]"#,
            r#"["Tom: in?", "Ria: yes"]"#,
        ] {
            let found = import(text);
            let chat = &found[0].transcript;
            let names: Vec<&str> = chat.speakers.iter().map(|s| s.name.as_str()).collect();
            assert_eq!((names, chat.messages.len()), (vec!["Tom", "Ria"], 2), "{text}");
        }
    }

    #[test]
    fn who_is_an_object_is_a_name_or_a_number() {
        let found = import(
            r#"[{"from_id": {"_": "PeerUser", "user_id": 6}, "message": "in?"}, {"from_id": {"id": 5, "name": "Ria"}, "message": "yes"}]"#,
        );
        let names: Vec<&str> = found[0].transcript.speakers.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["6", "Ria"]);
    }

    #[test]
    fn other_lists_are_none() {
        for text in [
            r#"["a", "b", "c"]"#,
            r#"[{"id": 1, "text": "x"}, {"id": 2, "text": "y"}]"#,
            r#"{"files": ["a b", "c d"]}"#,
            "[1, 2]",
            r#"{"a": [{"user": "Tom", "text": "in?"}], "b": [{"user": "Ria", "text": "yes"}]}"#,
        ] {
            assert!(List::of(&json::outline(text)).is_none(), "{text}");
        }
    }
}
