//! The compact notation of `eval/corpus/GUIDE.md`, read without going through Python. `scripts/corpus/compile.py` checks more of it; both
//! give the same conversations, to the second.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context as _, Result, bail};
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use regex::Regex;

use super::labelled::{Line, Record};
use crate::head::Signal;

static HEAD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^=== ([a-z0-9-]+) (risky|benign)(?: twin=([a-z0-9-]+))?\s*$"));
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| regex(r"^([A-Z])(?: ([ptixlhm$cr]+))?\s?\| ?(.*\S)\s*$"));
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^@ (?:(\d{4}-\d\d-\d\d) (\d\d?:\d\d)|\+(\d+)d(?: (\d\d?:\d\d))?|\+(\d+)h|\+(\d+)m)\s*$")
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// Every conversation of one file, in order.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut records, mut clock, mut body) = (Vec::<Record>::new(), None, false);
    for (at, line) in text.lines().enumerate() {
        let place = format!("{}:{}", path.display(), at + 1);
        let line = line.trim_start_matches('\u{feff}');
        if let Some(head) = HEAD.captures(line) {
            records.push(begin(&head, place)?);
            (clock, body) = (None, false);
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let Some(record) = records.last_mut() else { bail!("{place}: text before the first === header") };
        if line.trim() == "---" {
            body = true;
        } else if !body {
            keys(record, line).with_context(|| place.clone())?;
        } else if line.starts_with('@') {
            clock = Some(moved(clock, line).with_context(|| place.clone())?);
        } else {
            clock = message(record, clock, line).with_context(|| place.clone())?;
        }
    }
    Ok(records)
}

fn begin(head: &regex::Captures, place: String) -> Result<Record> {
    let (id, risky) = (head[1].to_owned(), &head[2] == "risky");
    let twin = head.get(3).map(|t| t.as_str().to_owned());
    let group = twin.clone().filter(|t| *t < id).unwrap_or_else(|| id.clone());
    let Some(writer) = id.rsplit('-').nth(1).map(str::to_owned) else {
        bail!("{place}: ids are family-writer-NNN")
    };
    Ok(Record {
        rest: BTreeMap::new(),
        id,
        lang: Some("en".to_owned()),
        source: Some("rushlight-corpus".to_owned()),
        group: Some(group),
        seq: None,
        writer: Some(writer),
        messages: Vec::new(),
        risk: Some(u8::from(risky)),
        patterns: (!risky).then(Vec::new),
        person_of_concern: (!risky).then(Vec::new),
        onset: None,
        notes: BTreeMap::new(),
        place,
    })
}

fn keys(record: &mut Record, line: &str) -> Result<()> {
    for part in line.split(" | ") {
        let Some((key, value)) = part.split_once(':') else {
            bail!("expected `key: value`, or `---` before the messages")
        };
        let value = value.trim();
        match key.trim() {
            "lang" => record.lang = Some(value.to_owned()),
            "onset" => record.onset = Some(value.parse().context("onset must be the index of a message")?),
            "concern" => {
                let names = value.chars().filter(char::is_ascii_uppercase).map(String::from);
                record.person_of_concern = Some(names.collect());
            }
            "patterns" => {
                let parse = |w: &str| {
                    serde_json::from_value(w.into()).with_context(|| format!("unknown pattern {w}"))
                };
                record.patterns = Some(value.split_whitespace().map(parse).collect::<Result<_>>()?);
            }
            other => drop(record.notes.insert(other.to_owned(), value.to_owned())),
        }
    }
    Ok(())
}

fn moved(clock: Option<DateTime>, line: &str) -> Result<DateTime> {
    let Some(found) = CLOCK.captures(line) else {
        bail!("clock lines are `@ 2024-03-02 18:40`, `@ +1d 21:15`, `@ +3h` or `@ +20m`")
    };
    let number = |i: usize| found.get(i).and_then(|n| n.as_str().parse::<i64>().ok()).unwrap_or(0);
    if let (Some(date), Some(time)) = (found.get(1), found.get(2)) {
        return Ok(format!("{}T{:0>5}:00", date.as_str(), time.as_str()).parse()?);
    }
    let clock = clock.context("a relative clock line before an absolute one")?;
    let clock = clock + number(3).days().hours(number(5)).minutes(number(6));
    match found.get(4) {
        Some(time) => Ok(format!("{}T{:0>5}:00", clock.date(), time.as_str()).parse()?),
        None => Ok(clock),
    }
}

fn message(record: &mut Record, clock: Option<DateTime>, line: &str) -> Result<Option<DateTime>> {
    let Some(found) = MESSAGE.captures(line) else { bail!("expected `SPEAKER CODES| text`") };
    let text = &found[3];
    let clock = clock.map(|clock| {
        // A typing pace, fixed by the text itself.
        let mut crc = flate2::Crc::new();
        crc.update(format!("{}{}", record.id, record.messages.len()).as_bytes());
        let pace = i64::from(crc.sum() % 50);
        clock + (4 + pace + text.chars().count().min(120) as i64 / 3).seconds()
    });
    let mut signals: Vec<Signal> = Vec::new();
    for code in found.get(2).map_or("", |c| c.as_str()).chars().map(signal) {
        if !signals.contains(&code) {
            signals.push(code);
        }
    }
    let time = clock.map(|c| c.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    record.messages.push(Line {
        speaker: found[1].to_owned(),
        time,
        text: text.to_owned(),
        signals: Some(signals),
    });
    Ok(clock)
}

fn signal(code: char) -> Signal {
    match code {
        'p' => Signal::Probing,
        't' => Signal::Trust,
        'i' => Signal::Isolation,
        'x' => Signal::Sexualisation,
        'l' => Signal::Lure,
        'h' => Signal::Handoff,
        'm' => Signal::Meeting,
        '$' => Signal::Money,
        'c' => Signal::Coercion,
        _ => Signal::Protective,
    }
}
