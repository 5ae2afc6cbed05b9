//! When the warning comes: against the labelled onset, and as latency, speed and early-risk error.

use std::collections::BTreeSet;

use super::judge::{OURS, Part, System};
use super::result::{Measure, Row, Table, Threshold};
use super::tables::table;
use crate::metrics::{
    Confusion, Outcome, PENALTY_ESPD, PENALTY_FAST, Timings, erde, f_latency, latency, median, speed,
};

/// Messages after the onset in which a warning is timely.
const WINDOW: usize = 3;

/// For each conversation, the 0-based message of the first warning that stays up to the end.
pub fn first(system: &System, t: &Threshold) -> Option<Vec<Option<usize>>> {
    let (messages, value) = (system.messages.as_ref()?, t.value?);
    let alarms = system.alarms(t);
    let start = |(rows, alarm): (&Vec<(usize, f64)>, bool)| {
        let since = |least: f64| {
            let up: Vec<bool> = rows.iter().map(|(_, s)| *s >= least).collect();
            latency(&up).map(|k| rows[k - 1].0)
        };
        // What was said by the end decides whether there is a warning; rounding must not part the two.
        alarm.then(|| t.warn.and_then(since).or_else(|| since(value))).flatten()
    };
    Some(messages.iter().zip(alarms).map(start).collect())
}

/// For each conversation, the first message at or above a threshold: a warning that is never taken back.
pub fn sticky(system: &System, t: &Threshold) -> Option<Vec<Option<usize>>> {
    let (messages, value) = (system.messages.as_ref()?, t.value?);
    let first = |rows: &Vec<(usize, f64)>| rows.iter().find(|row| row.1 >= value).map(|row| row.0);
    Some(messages.iter().map(first).collect())
}

const TURNS: [&str; 5] = ["premature", "timely", "late", "missed", "median offset"];
const EARLY: [&str; 6] =
    ["median latency", "speed", "F-latency", "F-latency, fast harm", "ERDE 5", "ERDE 50"];
const TIMELY: &str = "Timely: from the labelled onset to three messages after it; offset: messages from onset to warning, of the warnings that came.";
pub const LATENCY: &str = "Latency counts messages from 1, true positives only. Fast harm: the penalty is one half at message 20 instead of 90.";

/// Each threshold of each system that scores by message, with the warnings it gives.
fn each(part: &Part, thresholds: &[Threshold]) -> Vec<(String, Vec<Option<usize>>)> {
    let mut found = Vec::new();
    for system in &part.systems {
        for t in thresholds.iter().filter(|t| t.system == system.name) {
            found.extend(first(system, t).map(|warned| (format!("{}, {}", system.name, t.name), warned)));
        }
    }
    found
}

/// A row for each threshold of each system that scores by message.
pub fn timing(part: &Part, thresholds: &[Threshold]) -> Table {
    let all = |_: usize| true;
    let rows = each(part, thresholds).into_iter().map(|(name, warned)| {
        let cells = [onsets(part, &warned, &all), early(part, &warned)].concat();
        Row::new(&name, cells)
    });
    let rows = rows.collect();
    let columns = [&TURNS[..], &EARLY[..]].concat();
    table(part, "warnings", "When the warning comes", &format!("{TIMELY} {LATENCY}"), &columns, rows)
}

/// Where the buckets of length begin.
const LENGTHS: [usize; 5] = [1, 10, 20, 40, 80];

/// Against the onset only: for each threshold, and for the bands of the model by the target's age and by length.
pub fn turns(part: &Part, thresholds: &[Threshold]) -> Vec<Table> {
    let all = |_: usize| true;
    let found = each(part, thresholds);
    let rows = found.iter().map(|(name, warned)| Row::new(name, onsets(part, warned, &all))).collect();
    let bands = ["look", "look now"].map(|band| {
        let name = format!("{OURS}, {band}");
        found.iter().find(|(known, _)| *known == name).map(|(_, warned)| (band, &warned[..]))
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
    let note = format!("In messages. {TIMELY}");
    vec![
        table(part, "turns", "When the warning comes", TIMELY, &TURNS, rows),
        table(part, "turns by target", "By age of the target", TIMELY, &TURNS, targets),
        table(part, "turns by length", "By length of the conversation", &note, &TURNS, lengths),
    ]
}

/// A band and its warnings.
type Band<'a> = (&'a str, &'a [Option<usize>]);

/// A row for each kind of conversation that has an onset, and each band; kinds come in order of their number, then of their name.
fn by_kind(part: &Part, bands: &[Band], of: &dyn Fn(usize) -> Option<(usize, String)>) -> Vec<Row> {
    let has_onset = |i: &usize| part.golds[*i].onset.is_some() && part.labels[*i];
    let kinds: BTreeSet<(usize, String)> = (0..part.labels.len()).filter(has_onset).filter_map(of).collect();
    let mut rows = Vec::new();
    for kind in &kinds {
        let within: Vec<bool> = (0..part.labels.len()).map(|i| of(i).as_ref() == Some(kind)).collect();
        for (band, warned) in bands {
            rows.push(Row::new(&format!("{}, {band}", kind.1), onsets(part, warned, &|i| within[i])));
        }
    }
    rows
}

/// How warnings lie to the onsets of some conversations.
fn onsets(
    part: &Part,
    warned: &[Option<usize>],
    within: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<(&'static str, Measure)> {
    let onset = |i: &usize| part.golds[*i].onset.filter(|_| part.labels[*i] && within(*i));
    let pairs = |items: &[usize]| -> Vec<(usize, Option<usize>)> {
        items.iter().filter_map(|i| Some((onset(i)?, warned[*i]))).collect()
    };
    let all = pairs(&(0..part.labels.len()).collect::<Vec<_>>());
    let (n, hits) = (all.len(), all.iter().filter(|(_, warned)| warned.is_some()).count());
    let timings = |items: &[usize]| Timings::of(&pairs(items), WINDOW);
    let measures = [
        part.measure(n, |i| timings(i).premature),
        part.measure(n, |i| timings(i).timely),
        part.measure(n, |i| timings(i).late),
        part.measure(n, |i| timings(i).missed),
        part.measure(hits, |i| timings(i).median_offset),
    ];
    TURNS.into_iter().zip(measures).collect()
}

/// What warnings are worth by how early they are.
pub fn early(part: &Part, warned: &[Option<usize>]) -> Vec<(&'static str, Measure)> {
    let latencies = |items: &[usize]| -> Vec<usize> {
        items.iter().filter(|i| part.labels[**i]).filter_map(|i| warned[*i].map(|w| w + 1)).collect()
    };
    let f1 = |items: &[usize]| counts(part, warned, items).f(1.0);
    let outcomes = |items: &[usize]| -> Vec<Outcome> {
        items.iter().map(|i| Outcome::of(part.labels[*i], warned[*i].map(|w| w + 1))).collect()
    };
    let middle = |items: &[usize]| median(&latencies(items).iter().map(|k| *k as f64).collect::<Vec<_>>());
    let (all, hits) = (part.labels.len(), latencies(&(0..part.labels.len()).collect::<Vec<_>>()).len());
    let measures = [
        part.measure(hits, middle),
        part.measure(hits, |i| speed(&latencies(i), PENALTY_ESPD)),
        part.measure(all, |i| f_latency(f1(i), speed(&latencies(i), PENALTY_ESPD))),
        part.measure(all, |i| f_latency(f1(i), speed(&latencies(i), PENALTY_FAST))),
        part.measure(all, |i| erde(&outcomes(i), 5.0)),
        part.measure(all, |i| erde(&outcomes(i), 50.0)),
    ];
    EARLY.into_iter().zip(measures).collect()
}

/// Conversations with and without a warning.
pub fn counts(part: &Part, warned: &[Option<usize>], items: &[usize]) -> Confusion {
    Confusion::of(items.iter().map(|i| (part.labels[*i], warned[*i].is_some())))
}
