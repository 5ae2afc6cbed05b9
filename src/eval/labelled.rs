//! Labelled conversations as JSONL, one a line, in the vocabulary of the corpus; `.xz` is read through the `xz` program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::head::{Pattern, Signal};

/// One conversation with what is known of it. What is absent is unknown.
#[derive(Deserialize, Serialize)]
pub struct Record {
    /// Which conversation.
    pub id: String,
    /// ISO 639-1.
    pub lang: Option<String>,
    /// Which corpus.
    pub source: Option<String>,
    /// What must not be split: an author, a case, a pair of twins.
    pub group: Option<String>,
    /// Its place within its group, where the group is one long conversation.
    #[serde(default)]
    pub seq: Option<u64>,
    /// Who wrote it down.
    pub writer: Option<String>,
    /// In order.
    pub messages: Vec<Line>,
    /// 1 risky, 0 harmless.
    pub risk: Option<u8>,
    /// By the end.
    pub patterns: Option<Vec<Pattern>>,
    /// Names of speakers.
    pub person_of_concern: Option<Vec<String>>,
    /// 0-based index of the first message at which a colleague should look.
    pub onset: Option<usize>,
    /// What else is known of it, as the register; only subgroups are made of it.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
    /// What is not read.
    #[serde(flatten, skip_serializing)]
    pub rest: BTreeMap<String, IgnoredAny>,
    /// File and line.
    #[serde(skip)]
    pub place: String,
}

/// One message. No `Debug`: it holds words.
#[derive(Deserialize, Serialize)]
pub struct Line {
    /// Name.
    pub speaker: String,
    /// As written.
    pub time: Option<String>,
    /// The words.
    pub text: String,
    /// What it does; absent where nobody labelled messages.
    pub signals: Option<Vec<Signal>>,
}

/// Hand every record of a file to `each`, one at a time.
pub fn read(path: &Path, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
    if path.extension().is_some_and(|e| e == "xz") {
        let mut xz =
            Command::new("xz").arg("-dc").arg(path).stdout(Stdio::piped()).spawn().with_context(|| {
                format!("{}: needs the program xz; install it or unpack the file first", path.display())
            })?;
        let out = xz.stdout.take().context("xz gave no output")?;
        lines(path, BufReader::new(out), each)?;
        ensure!(xz.wait()?.success(), "{}: xz could not unpack it", path.display());
        return Ok(());
    }
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    lines(path, BufReader::new(file), each)
}

fn lines(path: &Path, input: impl BufRead, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
    for (at, line) in input.lines().enumerate() {
        let place = format!("{}:{}", path.display(), at + 1);
        let line = line.with_context(|| format!("cannot read {place}"))?;
        if line.trim().is_empty() {
            continue;
        }
        // The parser's own words may quote the line, so only the place is kept.
        let record = serde_json::from_str::<Record>(&line).map_err(|e| {
            let what = unknown_label(&e).or_else(|| wrong_key(&line));
            let what = what.unwrap_or_else(|| "not a labelled conversation".to_owned());
            // What is read together with unknown keys has no column.
            let column = if e.column() > 0 { format!(" (column {})", e.column()) } else { String::new() };
            anyhow::anyhow!("{place}: {}{what}{column}; eval/suites/README.md shows one", id_of(&line))
        })?;
        ensure!(!record.id.trim().is_empty(), "{place}: a conversation without an id");
        each(Record { place, ..record })?;
    }
    Ok(())
}

/// The key without which a line would be a labelled conversation.
fn wrong_key(line: &str) -> Option<String> {
    let all: serde_json::Map<String, Value> = serde_json::from_str(line).ok()?;
    if let Some(missing) = ["id", "messages"].iter().find(|key| !all.contains_key(**key)) {
        return Some(format!("it has no \"{missing}\""));
    }
    let reads_without = |key: &&String| {
        let mut rest = all.clone();
        match key.as_str() {
            "id" => drop(rest.insert("id".to_owned(), "some".into())),
            "messages" => drop(rest.insert("messages".to_owned(), Value::Array(Vec::new()))),
            other => drop(rest.remove(other)),
        }
        serde_json::from_value::<Record>(Value::Object(rest)).is_ok()
    };
    let wrong = all.keys().find(reads_without)?;
    let of = if wrong == "risk" { " (0 or 1)" } else { "" };
    Some(format!("\"{wrong}\" does not hold what it should{of}"))
}

/// The id of a line that is JSON, and no labelled conversation.
fn id_of(line: &str) -> String {
    let line = serde_json::from_str::<serde_json::Value>(line).ok();
    line.as_ref().and_then(|line| line["id"].as_str()).map_or_else(String::new, |id| format!("{id}: "))
}

/// The name of a signal or a pattern that there is none of, if that is what is wrong: one word, so that it is none of a message's.
fn unknown_label(error: &serde_json::Error) -> Option<String> {
    let said = error.to_string();
    let (word, _) = said.strip_prefix("unknown variant `")?.split_once('`')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (word.len() <= 40 && word.chars().all(plain)).then(|| format!("there is no label called \"{word}\""))
}
