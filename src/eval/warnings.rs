//! When the warning comes: against the labelled onset, and as latency, speed and early-risk error.

use std::collections::BTreeSet;

use super::measures::{Column, titles};
use super::part::{OURS, Part, System};
use super::result::{Row, Table, Threshold};
use super::sides::Side;
use super::tables::table;
use crate::metrics::latency;

/// For each conversation, the 0-based message of the first warning that stays up to the end.
pub fn first(system: &System, t: &Threshold) -> Option<Vec<Option<usize>>> {
    let (messages, value) = (system.messages.as_ref()?, t.value?);
    let one = |(rows, alarm): (&Vec<(usize, f64)>, bool)| stays_up(rows, alarm, value, t.warn);
    Some(messages.iter().zip(system.alarms(t)).map(one).collect())
}

/// The 0-based message from which the risk stays at a threshold, or at `warn` where that is higher and reached. What was said by the end decides whether there is a
/// warning; rounding must not part the two.
pub fn stays_up(rows: &[(usize, f64)], alarm: bool, value: f64, warn: Option<f64>) -> Option<usize> {
    let since = |least: f64| {
        let up: Vec<bool> = rows.iter().map(|(_, s)| *s >= least).collect();
        latency(&up).map(|k| rows[k - 1].0)
    };
    alarm.then(|| warn.and_then(since).or_else(|| since(value))).flatten()
}

/// For each conversation, the first message at or above a threshold: a warning that is never taken back.
pub fn sticky(system: &System, t: &Threshold) -> Option<Vec<Option<usize>>> {
    let (messages, value) = (system.messages.as_ref()?, t.value?);
    let first = |rows: &Vec<(usize, f64)>| rows.iter().find(|row| row.1 >= value).map(|row| row.0);
    Some(messages.iter().map(first).collect())
}

const TURNS: [Column; 5] = [
    ("premature", "premature"),
    ("timely", "timely"),
    ("late", "late"),
    ("missed", "missed"),
    ("median offset", "median_offset"),
];
/// What warnings are worth by how early they are.
pub const EARLY: [Column; 6] = [
    ("median latency", "median_latency"),
    ("speed", "speed"),
    ("F-latency", "f_latency"),
    ("F-latency, fast harm", "f_latency_fast"),
    ("ERDE 5", "erde_5"),
    ("ERDE 50", "erde_50"),
];
pub const LATENCY: &str = "Latency counts messages from 1, true positives only. Fast harm: the penalty is one half at message 20 instead of 90.";

fn timely(part: &Part) -> String {
    format!(
        "Timely: from the labelled onset to {} messages after it; offset: messages from onset to warning, of the warnings that came. A warning comes when the risk \
         reaches the threshold, or the higher one named beside it, and stays up.",
        part.window
    )
}

/// Each threshold of each system that scores by message, with the warnings it gives.
fn each<'p>(part: &'p Part, thresholds: &[Threshold]) -> Vec<(String, Side<'p>)> {
    let mut found = Vec::new();
    for system in part.systems.iter().filter(|s| s.messages.is_some()) {
        for t in thresholds.iter().filter(|t| t.system == system.name && t.value.is_some()) {
            found.push((format!("{}, {}", system.name, t.name), part.side(system, Some(t))));
        }
    }
    found
}

/// Rows of our model at `look` less each other system at the one threshold it is judged by, on the same resamples.
fn differences(part: &Part, thresholds: &[Threshold], columns: &[Column]) -> Vec<Row> {
    let sides = part.at_one(thresholds).into_iter().filter(|(system, _)| system.messages.is_some());
    let sides: Vec<_> = sides.map(|(system, t)| (system, t, part.side(system, Some(t)))).collect();
    let Some((ours, rest)) = sides.split_first() else { return Vec::new() };
    let row = |(system, t, side): &(&System, &Threshold, Side)| {
        let name = format!("{OURS}, {} − {}, {}", ours.1.name, system.name, t.name);
        Row::new(&name, part.less([side, &ours.2], columns, &None))
    };
    rest.iter().map(row).collect()
}

/// A row for each threshold of each system that scores by message.
pub fn timing(part: &Part, thresholds: &[Threshold]) -> Table {
    let columns = [&TURNS[..], &EARLY[..]].concat();
    let row = |(name, side): &(String, Side)| Row::new(name, part.cells(side, &columns, &None));
    let mut rows: Vec<Row> = each(part, thresholds).iter().map(row).collect();
    rows.extend(differences(part, thresholds, &columns));
    let note = format!("{} {LATENCY}", timely(part));
    table(part, "warnings", "When the warning comes", &note, &titles(&columns), rows)
}

/// Where the buckets of length begin.
const LENGTHS: [usize; 5] = [1, 10, 20, 40, 80];

/// Against the onset only: for each threshold, and for the bands of the model by the target's age and by length.
pub fn turns(part: &Part, thresholds: &[Threshold]) -> Vec<Table> {
    let found = each(part, thresholds);
    let mut rows: Vec<Row> =
        found.iter().map(|(name, side)| Row::new(name, part.cells(side, &TURNS, &None))).collect();
    rows.extend(differences(part, thresholds, &TURNS));
    let bands = ["look", "look now"].map(|band| {
        let name = format!("{OURS}, {band}");
        found.iter().find(|(known, _)| *known == name).map(|(_, side)| (band, side))
    });
    let bands: Vec<Band> = bands.into_iter().flatten().collect();
    let target = |i: usize| part.golds[i].notes.get("target").map(|target| (0, target.clone()));
    let length = |i: usize| {
        let at = LENGTHS.iter().rposition(|least| part.golds[i].messages >= *least)?;
        let to = LENGTHS.get(at + 1).map(|next| format!(" to {}", next - 1));
        Some((at, format!("{}{}", LENGTHS[at], to.as_deref().unwrap_or(" or more"))))
    };
    let targets = by_kind(part, &bands, &target);
    let lengths = by_kind(part, &bands, &length);
    let (timely, columns) = (timely(part), titles(&TURNS));
    let note = format!("In messages. {timely}");
    vec![
        table(part, "turns", "When the warning comes", &timely, &columns, rows),
        table(part, "turns by target", "By age of the target", &timely, &columns, targets),
        table(part, "turns by length", "By length of the conversation", &note, &columns, lengths),
    ]
}

/// A band and its warnings.
type Band<'a> = (&'a str, &'a Side<'a>);

/// A row for each kind of conversation that has an onset, and each band; kinds come in order of their number, then of their name.
fn by_kind(part: &Part, bands: &[Band], of: &dyn Fn(usize) -> Option<(usize, String)>) -> Vec<Row> {
    let has_onset = |i: &usize| part.golds[*i].onset.is_some() && part.labels[*i];
    let kinds: BTreeSet<(usize, String)> = (0..part.labels.len()).filter(has_onset).filter_map(of).collect();
    let mut rows = Vec::new();
    for kind in &kinds {
        let within: Vec<bool> = (0..part.labels.len()).map(|i| of(i).as_ref() == Some(kind)).collect();
        for (band, side) in bands {
            let cells = part.cells(side, &TURNS, &Some(&within));
            rows.push(Row::new(&format!("{}, {band}", kind.1), cells));
        }
    }
    rows
}
