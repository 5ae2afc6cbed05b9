//! A table that a program for data wrote as JSON, column by column: `{"columns": […], "data": [[…]]}`, `{"sender": {"0": …},
//! "text": {"0": …}}` or `{"sender": […], "text": […]}`. It is held whole, since its rows are complete only at its end.

use ::csv::StringRecord;
use serde_json::{Map, Value};

use super::csv::layout::Layout;
use super::listed::read_objects;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::{Flow, Format, Sink};

/// Surer than of a list, less sure than any format that knows its app.
const SURE: f32 = 0.73;

/// The format.
pub struct Frame;

impl Format for Frame {
    fn name(&self) -> &'static str {
        "json-frame"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some(top) = sample.outline().as_object() else { return 0.0 };
        let names = if is_split(top) { split_names(top) } else { column_names(top) };
        let known = names.and_then(|names| Layout::by_names(b',', &names));
        if known.is_some_and(|layout| layout.names_people()) { SURE } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let split = source.sample().outline().as_object().is_some_and(is_split);
        let mut cells = Cells { name: &name, split, held: 0, limit: limits.held, ..Cells::default() };
        let read = json::walk(&name, source.into_text()?, limits.record, &mut cells);
        let (names, rows) = (StringRecord::from(cells.names), cells.rows);
        read_objects(&name, &rows, &names, read, sink)
    }
}

/// `{"columns": […], "data": [[…]]}`
fn is_split(top: &Map<String, Value>) -> bool {
    let list = |key: &str| top.get(key).and_then(Value::as_array).and_then(|list| list.first());
    list("columns").is_some_and(Value::is_string) && list("data").is_some_and(Value::is_array)
}

fn split_names(top: &Map<String, Value>) -> Option<StringRecord> {
    top.get("columns")?
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect::<Option<Vec<&str>>>()
        .map(StringRecord::from)
}

/// The names of columns, where every value is one: several plain values, as many in each that is whole.
fn column_names(top: &Map<String, Value>) -> Option<StringRecord> {
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    let size = |value: &Value| match value {
        Value::Object(cells) => {
            let counted = cells.keys().all(|key| key.parse::<u64>().is_ok());
            (counted && cells.len() > 1 && cells.values().all(plain)).then_some(cells.len())
        }
        Value::Array(cells) => (cells.len() > 1 && cells.iter().all(plain)).then_some(cells.len()),
        _ => None,
    };
    let sizes = top.values().map(size).collect::<Option<Vec<usize>>>()?;
    let most = sizes.iter().max()?;
    // The end of a sample cuts one of them.
    let even = sizes.iter().filter(|size| *size != most).count() < 2;
    (sizes.len() > 1 && even).then(|| top.keys().map(String::as_str).collect())
}

/// What is taken of a frame.
#[derive(Default)]
struct Cells<'n> {
    name: &'n str,
    split: bool,
    names: Vec<String>,
    rows: Vec<Value>,
    /// The column that is read, and how far.
    at: usize,
    held: usize,
    limit: usize,
}

impl Cells<'_> {
    fn put(&mut self, row: usize, column: &str, value: Value) {
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, || Value::Object(Map::new()));
        }
        if let Some(Value::Object(cells)) = self.rows.get_mut(row) {
            cells.insert(column.to_owned(), value);
        }
    }

    fn split(&mut self, key: &str, value: Value) {
        match (key, value) {
            ("columns", Value::String(name)) => self.names.push(name),
            ("data", Value::Array(cells)) => {
                let named = self.names.iter().cloned().zip(cells);
                let row = Value::Object(named.collect());
                self.rows.push(row);
            }
            _ => {}
        }
    }
}

impl Walker for Cells<'_> {
    fn want(&mut self, path: &Path) -> Want {
        if path.depth() > 1 { Want::Take } else { Want::Enter }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        let Some(key) = path.key(0).filter(|_| path.depth() > 1) else { return Ok(Flow::Continue(())) };
        self.held += size_of::<Value>() + key.len() + value.to_string().len();
        if self.held > self.limit {
            return Err(ImportError::too_much_held(self.name, 0, self.limit));
        }
        if self.split {
            self.split(key, value);
            return Ok(Flow::Continue(()));
        }
        if self.names.last().is_none_or(|name| name != key) {
            self.names.push(key.to_owned());
            self.at = 0;
        }
        self.put(self.at, key, value);
        self.at += 1;
        Ok(Flow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Flow, Options, read_text};

    fn import(text: &str) -> Option<(usize, Vec<String>)> {
        let mut found = None;
        let counts = read_text("t", text.as_bytes(), &Options::default(), &mut |imported| {
            assert_eq!(imported.format, "json-frame");
            let chat = imported.transcript;
            found = Some((chat.messages.len(), chat.speakers.into_iter().map(|s| s.name).collect()));
            Flow::Continue(())
        });
        assert!(counts.is_err() || counts.is_ok_and(|counts| counts.lines == counts.accounted()));
        found
    }

    #[test]
    fn columns_become_rows() {
        for text in [
            r#"{"columns": ["sender", "text"], "index": [0, 1], "data": [["Tom", "in?"], ["Ria", "yes"]]}"#,
            r#"{"sender": {"0": "Tom", "1": "Ria"}, "text": {"0": "in?", "1": "yes"}}"#,
            r#"{"sender": ["Tom", "Ria"], "text": ["in?", "yes"]}"#,
        ] {
            assert_eq!(import(text), Some((2, vec!["Tom".to_owned(), "Ria".to_owned()])), "{text}");
        }
        for text in [r#"{"a": ["x", "y"], "b": ["x", "y"]}"#, r#"{"sender": ["Tom"], "text": "x"}"#] {
            assert_eq!(import(text), None, "{text}");
        }
    }
}
