//! JSON of any size, walked step by step: a format says of each value whether to go into it, to take it whole or to pass
//! over it, so that only single messages are ever held.

use std::fmt;
use std::io::{BufRead, BufReader};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Value};

use super::quota::{Meter, Quota};
use super::surrogates::{self, Mended};
use crate::import::Flow;
use crate::import::error::ImportError;

/// One step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Of an object, the value under this key.
    Key(String),
    /// Of an array, the element at this place, from 0.
    Item(u64),
}

/// The way from the top of the document to a value.
#[derive(Clone, Debug, Default)]
pub struct Path(Vec<Step>);

impl Path {
    /// Whether the way is this one; `*` stands for any single step.
    pub fn is(&self, pattern: &[&str]) -> bool {
        self.0.len() == pattern.len() && self.starts_with(pattern)
    }

    /// Whether the way begins so; `*` stands for any single step.
    pub fn starts_with(&self, pattern: &[&str]) -> bool {
        self.0.len() >= pattern.len()
            && self.0.iter().zip(pattern).all(|(step, wanted)| match step {
                _ if *wanted == "*" => true,
                Step::Key(key) => key == wanted,
                Step::Item(_) => false,
            })
    }

    /// How many steps.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// The key at this depth, from 0; `None` where the step is into an array.
    pub fn key(&self, depth: usize) -> Option<&str> {
        match self.0.get(depth)? {
            Step::Key(key) => Some(key),
            Step::Item(_) => None,
        }
    }

    /// The last key, if the last step is one.
    pub fn last_key(&self) -> Option<&str> {
        self.key(self.0.len().checked_sub(1)?)
    }
}

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Go into it; a value that has no inside is taken.
    Enter,
    /// Have it whole. It must be smaller than a record may be.
    Take,
    /// Pass over it without holding it.
    Skip,
}

/// A format on its walk through a document.
pub trait Walker {
    /// What to do with the value at `path`.
    fn want(&mut self, path: &Path) -> Want;

    /// The value at `path`, whole.
    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError>;

    /// The object or array at `path`, which was gone into, is at its end.
    fn leave(&mut self, _path: &Path) -> Result<Flow, ImportError> {
        Ok(Flow::Continue(()))
    }
}

/// Walk through the first JSON value in `text`; what `limit` holds for is a single taken value, in bytes.
///
/// # Errors
/// Those of the walker, [`ImportError::TooLarge`], and [`ImportError::Broken`] where the JSON breaks off or is none. All
/// that came before was handed to the walker, which can still close what it has open.
pub fn walk(
    name: &str,
    text: impl BufRead,
    limit: usize,
    walker: &mut dyn Walker,
) -> Result<(), ImportError> {
    let (quota, meter) = Quota::new(Mended::new(text), limit);
    let mut json = Deserializer::from_reader(BufReader::with_capacity(1 << 16, quota));
    let mut walk = Walk { walker, meter, path: Path::default(), ended: None };
    let result = Node(&mut walk).deserialize(&mut json);
    match (walk.ended, result) {
        (Some(End::Stopped), _) | (None, Ok(())) => Ok(()),
        (Some(End::Failed(error)), _) => Err(error),
        (None, Err(e)) => Err(broken(name, e)),
    }
}

/// Hand every element of the array at `list` to `take` and pass over everything else; otherwise like [`walk`].
pub fn each(
    name: &str,
    text: impl BufRead,
    limit: usize,
    list: &[&str],
    take: &mut dyn FnMut(Value) -> Result<Flow, ImportError>,
) -> Result<(), ImportError> {
    walk(name, text, limit, &mut Elements { list, take })
}

struct Elements<'e> {
    list: &'e [&'e str],
    take: &'e mut dyn FnMut(Value) -> Result<Flow, ImportError>,
}

impl Walker for Elements<'_> {
    fn want(&mut self, path: &Path) -> Want {
        let (depth, end) = (path.depth(), self.list.len());
        match path.starts_with(&self.list[..depth.min(end)]) {
            true if depth > end => Want::Take,
            true => Want::Enter,
            false => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.depth() > self.list.len() { (self.take)(value) } else { Ok(Flow::Continue(())) }
    }
}

/// The error for a parser's. Its own words may quote the file, so only the place is kept.
pub fn broken(name: &str, error: serde_json::Error) -> ImportError {
    let line = error.line() as u64;
    if error.is_io() {
        return ImportError::io(name, error.into());
    }
    ImportError::Broken { name: name.to_owned(), line }
}

/// The record on one line, halves of characters mended.
pub fn record(line: &str) -> serde_json::Result<Value> {
    serde_json::from_str(line).or_else(|error| match surrogates::mended(line) {
        Some(mended) => serde_json::from_str(&mended),
        None => Err(error),
    })
}

/// A string, or a number as one: ids are written both ways.
pub fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The string at the end of the way `path` into `value`; `None` when it is missing or no string.
pub fn str_at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(value, |v, key| v.get(key))?.as_str()
}

/// A whole number, written as one or as a string of digits.
pub fn whole_number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|f| f as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

enum End {
    Stopped,
    Failed(ImportError),
}

struct Walk<'w> {
    walker: &'w mut dyn Walker,
    meter: Meter,
    path: Path,
    ended: Option<End>,
}

impl Walk<'_> {
    /// Go on, or leave the parser by an error that `walk` knows how to read.
    fn heed<E: serde::de::Error>(&mut self, result: Result<Flow, ImportError>) -> Result<(), E> {
        self.meter.reset();
        self.ended = match result {
            Ok(Flow::Continue(())) => return Ok(()),
            Ok(Flow::Break(())) => Some(End::Stopped),
            Err(error) => Some(End::Failed(error)),
        };
        Err(E::custom("the walker has ended the walk"))
    }

    fn take<E: serde::de::Error>(&mut self, value: Value) -> Result<(), E> {
        let result = self.walker.take(&self.path, value);
        self.heed(result)
    }

    fn leave<E: serde::de::Error>(&mut self) -> Result<(), E> {
        let result = self.walker.leave(&self.path);
        self.heed(result)
    }
}

/// A value that is gone into.
struct Node<'n, 'w>(&'n mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

/// A value inside one that is gone into: the walker is asked about it first.
struct Inner<'n, 'w>(&'n mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for Inner<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        match self.0.walker.want(&self.0.path) {
            Want::Enter => input.deserialize_any(Node(self.0)),
            Want::Take => {
                let value = <Value as serde::Deserialize>::deserialize(input)?;
                self.0.take(value)
            }
            Want::Skip => {
                input.deserialize_ignored_any(IgnoredAny)?;
                self.0.meter.reset();
                Ok(())
            }
        }
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<(), M::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            self.0.path.0.push(Step::Key(key));
            entries.next_value_seed(Inner(self.0))?;
            self.0.path.0.pop();
        }
        self.0.leave()
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        for at in 0.. {
            self.0.path.0.push(Step::Item(at));
            let more = elements.next_element_seed(Inner(self.0))?;
            self.0.path.0.pop();
            if more.is_none() {
                break;
            }
        }
        self.0.leave()
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.take(text.into())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.0.take(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.0.take(number.into())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.0.take(number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.0.take(number.into())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.0.take(Value::Null)
    }
}

/// What the beginning of a JSON document shows of it: all that is complete in `text`, with what is open closed behind
/// the last whole entry. `Null` when it is no JSON. A file of several documents shows the first.
pub fn outline(text: &str) -> Value {
    let text = text.trim_start();
    // X writes its archive as a program that assigns.
    let text = match text.strip_prefix("window.YTD") {
        Some(rest) => rest.split_once('=').map_or("", |(_, json)| json.trim_start()),
        None => text,
    };
    let (mut open, mut cut, mut quoted, mut escaped) = (Vec::new(), (0, 0), false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => {
                open.push(if byte == b'{' { '}' } else { ']' });
                cut = (at + 1, open.len());
            }
            b'}' | b']' => {
                open.pop();
                cut = (at + 1, open.len());
                if open.is_empty() {
                    break;
                }
            }
            b',' => cut = (at, open.len()),
            _ => {}
        }
    }
    let closed: String = text[..cut.0].chars().chain(open[..cut.1].iter().rev().copied()).collect();
    let closed = surrogates::mended(&closed).unwrap_or(closed);
    serde_json::from_str(&closed).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Takes the items of `rows`, goes into everything else but `skip`.
    #[derive(Default)]
    struct Rows {
        seen: Vec<Value>,
        left: usize,
        stop_at: Option<usize>,
    }

    impl Walker for Rows {
        fn want(&mut self, path: &Path) -> Want {
            match path.last_key() {
                Some("skip") => Want::Skip,
                _ if path.is(&["rows", "*"]) => Want::Take,
                _ => Want::Enter,
            }
        }

        fn take(&mut self, _: &Path, value: Value) -> Result<Flow, ImportError> {
            self.seen.push(value);
            let stop = self.stop_at == Some(self.seen.len());
            Ok(if stop { Flow::Break(()) } else { Flow::Continue(()) })
        }

        fn leave(&mut self, _: &Path) -> Result<Flow, ImportError> {
            self.left += 1;
            Ok(Flow::Continue(()))
        }
    }

    const TEXT: &str = r#"{"name":"x","skip":{"a":[1]},"rows":[{"n":1},{"n":2},"\ud83d"],"on":true}"#;

    #[test]
    fn values_are_entered_taken_and_passed_over() {
        let mut rows = Rows::default();
        walk("f", TEXT.as_bytes(), 100, &mut rows).unwrap();
        assert_eq!(rows.seen, [json!("x"), json!({"n":1}), json!({"n":2}), json!("\u{fffd}"), json!(true)]);
        assert_eq!(rows.left, 2);
    }

    #[test]
    fn a_walk_can_be_stopped_and_breaks_off_after_what_was_whole() {
        let mut rows = Rows { stop_at: Some(2), ..Rows::default() };
        walk("f", TEXT.as_bytes(), 100, &mut rows).unwrap();
        assert_eq!(rows.seen.len(), 2);
        let mut rows = Rows::default();
        let error = walk("f", &TEXT.as_bytes()[..50], 100, &mut rows).unwrap_err();
        assert!(matches!(error, ImportError::Broken { line: 1, .. }), "{error}");
        assert_eq!(rows.seen.len(), 2);
    }

    #[test]
    fn one_value_may_not_be_larger_than_a_record() {
        let text = format!(r#"{{"rows":["{}"]}}"#, "x".repeat(200_000));
        let error = walk("f", text.as_bytes(), 1000, &mut Rows::default()).unwrap_err();
        assert!(matches!(error, ImportError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn outlines_of_whole_cut_and_foreign_text() {
        assert_eq!(outline(r#"{"a":1} {"b":2}"#), json!({"a":1}));
        assert_eq!(outline(r#"{"a":[{"b":"x, {","c":2},{"b":"#), json!({"a":[{"b":"x, {","c":2},{}]}));
        assert_eq!(outline(r#"{"a":1,"b":"cut of"#), json!({"a":1}));
        assert_eq!(outline(r#"window.YTD.direct_messages.part0 = [ {"dm":1}, {"#), json!([{"dm":1}, {}]));
        assert_eq!(
            (outline("hello, you"), outline(""), outline("]")),
            (Value::Null, Value::Null, Value::Null)
        );
    }
}
