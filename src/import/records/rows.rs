//! JSON lines with one message each: `{"conversation_id": …, "sender": …, "ts": …, "body": …}`. The keys are columns, found
//! by name or given, as in a CSV.

use std::io::BufRead;

use ::csv::StringRecord;
use serde_json::{Map, Value};

use super::csv::layout::Layout;
use super::csv::roster::Roster;
use super::csv::transcripts::Transcripts;
use super::csv::{Rows, read_table};
use crate::import::error::ImportError;
use crate::import::intake::lines::Lines;
use crate::import::intake::source::{Sample, Source};
use crate::import::{Format, Sink};

/// Lines that are looked at for keys.
const LOOK_AT: usize = 50;

/// The format.
pub struct JsonRows;

impl Format for JsonRows {
    fn name(&self) -> &'static str {
        "jsonl-rows"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some(names) = names(sample) else { return 0.0 };
        // Files of ConvoKit say what answers what.
        if names.iter().any(|n| matches!(n, "messages" | "reply-to" | "reply_to" | "root")) {
            return 0.0;
        }
        if Transcripts::of_records(&names, &first_rows(sample, &names), None).is_some() {
            return 0.71;
        }
        match Layout::by_names(b',', &names) {
            // Words that lie deeper are no row's.
            Some(layout) if is_deep(sample, &names, &layout) => 0.06,
            Some(_) => 0.7,
            // Only the user can say which key is what.
            None if sample.lines().count() > 1 => 0.05,
            None => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        read_with(source, &Roster::default(), sink)
    }
}

/// Read records in which people go by the numbers of `roster`.
pub(in crate::import) fn read_with(
    source: Source<'_>,
    roster: &Roster,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let name = source.name().to_owned();
    let names = names(source.sample()).unwrap_or_default();
    let columns = sink.options().columns.clone();
    let limit = sink.options().limits.record;
    let first = first_rows(source.sample(), &names);
    if let Some(talks) = Transcripts::of_records(&names, &first, columns.as_ref()) {
        let lines = Lines::new(source.into_text()?, &name, limit);
        let rows = Records { lines, names: &names, record: StringRecord::new(), number: 0 };
        return talks.read(&name, Box::new(rows), sink);
    }
    let mut layout = Layout::named(&name, &names, b',', &columns.unwrap_or_default())?;
    (layout.headings, layout.own) = (0, false);
    let replay = source.replay()?;
    read_table(&name, &layout, sink, &|counts| {
        let lines = Lines::new(replay.text(counts)?, &name, limit);
        let rows = Box::new(Records { lines, names: &names, record: StringRecord::new(), number: 0 });
        Ok(roster.named(rows, layout.people.columns()))
    })
}

/// The keys of the first lines, in order of appearance; `None` when these are no flat objects.
fn names(sample: &Sample) -> Option<StringRecord> {
    // The first column is nobody's: a line that is broken has it and nothing else.
    let mut names = StringRecord::from(vec![""]);
    let lines = sample.lines().filter(|l| !l.trim().is_empty()).take(LOOK_AT);
    for (at, line) in lines.enumerate() {
        let Ok(object) = serde_json::from_str::<Map<String, Value>>(line) else {
            if at == 0 {
                return None;
            }
            continue;
        };
        let words = |v: &Value| v.as_array().is_some_and(|l| l.len() > 1 && l.iter().all(Value::is_string));
        let told = object.values().filter(|v| v.is_string() || v.is_number() || words(v)).count();
        if at == 0 && told < 2 {
            return None;
        }
        for key in
            object.keys().filter(|key| !names.iter().any(|n| n == key.as_str())).cloned().collect::<Vec<_>>()
        {
            names.push_field(&key);
        }
    }
    (names.len() > 1).then_some(names)
}

/// The first lines as rows.
fn first_rows(sample: &Sample, names: &StringRecord) -> Vec<StringRecord> {
    let lines = sample.lines().filter(|l| !l.trim().is_empty()).take(LOOK_AT);
    let objects = lines.filter_map(|line| serde_json::from_str::<Map<String, Value>>(line).ok());
    objects.map(|object| names.iter().map(|name| field(object.get(name))).collect()).collect()
}

/// Whether most rows have something other than words in the column for these.
fn is_deep(sample: &Sample, names: &StringRecord, layout: &Layout) -> bool {
    let name = names.get(layout.text).unwrap_or_default();
    let lines = sample.lines().filter(|l| !l.trim().is_empty()).take(LOOK_AT);
    let objects: Vec<_> = lines.filter_map(|l| serde_json::from_str::<Map<String, Value>>(l).ok()).collect();
    let deep = objects.iter().filter(|o| o.get(name).is_some_and(|v| v.is_object() || v.is_array())).count();
    deep * 2 > objects.len()
}

/// Lines as rows of a table.
struct Records<'n, R> {
    lines: Lines<R>,
    names: &'n StringRecord,
    record: StringRecord,
    number: u64,
}

impl<R: BufRead> Rows for Records<'_, R> {
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError> {
        let Some(line) = self.lines.next_line()? else { return Ok(None) };
        self.number += 1;
        self.record.clear();
        match serde_json::from_str::<Map<String, Value>>(line.text) {
            Ok(object) => self.names.iter().for_each(|name| self.record.push_field(&field(object.get(name)))),
            // A row without fields is blank; one of a broken line has no text, and is counted for it.
            Err(_) if line.is_blank() => {}
            Err(_) => self.record.push_field("\u{fffd}"),
        }
        Ok(Some((self.number, line.number, false, &self.record)))
    }
}

/// A value of a key as a field of a table.
pub(in crate::import) fn field(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(object)) => {
            let known = named(object).or_else(|| words(object));
            known.unwrap_or_else(|| Value::from(object.clone()).to_string())
        }
        Some(Value::Array(items)) if !items.is_empty() && items.iter().all(Value::is_object) => {
            let pieces = items.iter().filter_map(Value::as_object).map(words);
            let words: Option<Vec<String>> = pieces.collect();
            words.map_or_else(|| Value::from(items.clone()).to_string(), |words| words.join("\n"))
        }
        Some(other) => other.to_string(),
    }
}

/// The words in an object that holds them as one of its forms: `{"type": "text", "text": …}`, `{"raw": …, "html": …}`.
fn words(object: &Map<String, Value>) -> Option<String> {
    const FORMS: [&str; 6] = ["raw", "text", "plain", "body", "content", "value"];
    let speaks =
        ["sender", "from", "author", "user", "speaker", "role"].iter().any(|key| object.contains_key(*key));
    FORMS.iter().filter(|_| !speaks).find_map(|key| object.get(*key)?.as_str()).map(str::to_owned)
}

/// The name in `{"id": …, "name": …}`, as people are told of, or their number where there is no name, as in Telegram's
/// `{"_": "PeerUser", "user_id": …}`; none where the object holds words.
fn named(object: &Map<String, Value>) -> Option<String> {
    const NAMES: [&str; 5] = ["name", "display_name", "displayName", "username", "screen_name"];
    const WORDS: [&str; 4] = ["text", "body", "content", "message"];
    if WORDS.iter().any(|key| object.contains_key(*key)) {
        return None;
    }
    let name = NAMES.iter().find_map(|key| object.get(*key)?.as_str().filter(|name| !name.trim().is_empty()));
    name.map(str::to_owned)
        .or_else(|| object.get("user_id").filter(|id| id.is_number()).map(Value::to_string))
}

#[cfg(test)]
mod tests {
    use crate::import::{Columns, Flow, Imported, Options, read_text};

    fn import(text: &str, columns: Option<Columns>) -> (Vec<Imported>, u64) {
        let mut found = Vec::new();
        let counts =
            read_text("t", text.as_bytes(), &Options { columns, ..Options::default() }, &mut |imported| {
                found.push(imported);
                Flow::Continue(())
            });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        (found, counts.warned)
    }

    #[test]
    fn a_message_a_line_with_guessed_and_given_keys() {
        let (found, warned) = import(
            "{\"conversation_id\":7,\"sender\":\"Ida\",\"ts\":1714586520,\"body\":\"hi\"}\n\n{\"conversation_id\":8,\n\
             {\"conversation_id\":7,\"sender\":\"Max\",\"ts\":1714586580,\"body\":\"hey\"}\n",
            None,
        );
        let chat = found.iter().find(|f| f.transcript.id == "t#7").unwrap();
        assert_eq!((chat.format, chat.transcript.messages.len(), warned), ("jsonl-rows", 2, 1));
        assert_eq!(chat.transcript.messages[1].time.unwrap().to_string(), "2024-05-01T18:03:00Z");
        let some = |s: &str| Some(s.to_owned());
        let columns = Columns { speaker: some("wer"), text: some("was"), ..Columns::default() };
        let (found, _) =
            import("{\"wer\":\"Ida\",\"was\":\"hi\"}\n{\"wer\":\"Max\",\"was\":\"hey\"}\n", Some(columns));
        assert_eq!(found[0].transcript.speakers.len(), 2);
        let (found, _) = import(
            "{\"author\":{\"id\":\"u1\",\"name\":\"Ida\"},\"message\":\"hi\",\"timestamp\":1714586520}\n\
             {\"author\":{\"id\":\"u2\"},\"message\":{\"name\":\"x\",\"text\":\"hey\"},\"timestamp\":1714586580}\n",
            None,
        );
        let transcript = &found[0].transcript;
        assert_eq!(
            (transcript.speakers[0].name.as_str(), transcript.speakers[1].name.as_str()),
            ("Ida", "u2")
        );
        assert_eq!(transcript.messages[1].text.reveal(), "hey");
    }
}
