//! When the warning comes: against the labelled onset, and as latency, speed and early-risk error.

use super::judge::{Part, System};
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
        // What was said by the end decides whether there is a warning; rounding must not part the two.
        let up: Vec<bool> = rows.iter().map(|(_, s)| *s >= value).collect();
        alarm.then(|| latency(&up).map(|k| rows[k - 1].0)).flatten()
    };
    Some(messages.iter().zip(alarms).map(start).collect())
}

/// A row for each threshold of each system that scores by message.
pub fn timing(part: &Part, thresholds: &[Threshold]) -> Table {
    let mut rows = Vec::new();
    for system in &part.systems {
        for t in thresholds.iter().filter(|t| t.system == system.name) {
            if let Some(warned) = first(system, t) {
                rows.push(row(part, &format!("{}, {}", system.name, t.name), &warned));
            }
        }
    }
    rendered(part, rows)
}

fn rendered(part: &Part, rows: Vec<Row>) -> Table {
    let columns = [
        "premature",
        "timely",
        "late",
        "missed",
        "median offset",
        "median latency",
        "speed",
        "F-latency",
        "F-latency, fast harm",
        "ERDE 5",
        "ERDE 50",
    ];
    let note = "Timely: from the labelled onset to three messages after it. Latency counts messages from 1, true positives only. \
                Fast harm: the penalty is one half at message 20 instead of 90.";
    table(part, "warnings", "When the warning comes", note, &columns, rows)
}

fn row(part: &Part, name: &str, warned: &[Option<usize>]) -> Row {
    let onset = |i: &usize| part.cases[*i].gold.onset.filter(|_| part.labels[*i]);
    let n = (0..part.labels.len()).filter(|i| onset(i).is_some()).count();
    let timings = |items: &[usize]| {
        Timings::of(&items.iter().filter_map(|i| Some((onset(i)?, warned[*i]))).collect::<Vec<_>>(), WINDOW)
    };
    let latencies = |items: &[usize]| -> Vec<usize> {
        items.iter().filter(|i| part.labels[**i]).filter_map(|i| warned[*i].map(|w| w + 1)).collect()
    };
    let f1 =
        |items: &[usize]| Confusion::of(items.iter().map(|i| (part.labels[*i], warned[*i].is_some()))).f(1.0);
    let outcomes = |items: &[usize]| -> Vec<Outcome> {
        items.iter().map(|i| Outcome::of(part.labels[*i], warned[*i].map(|w| w + 1))).collect()
    };
    let (all, hits) = (part.labels.len(), latencies(&(0..part.labels.len()).collect::<Vec<_>>()).len());
    let cells: [(&str, Measure); 11] = [
        ("premature", part.measure(n, |i| timings(i).premature)),
        ("timely", part.measure(n, |i| timings(i).timely)),
        ("late", part.measure(n, |i| timings(i).late)),
        ("missed", part.measure(n, |i| timings(i).missed)),
        ("median offset", part.measure(hits, |i| timings(i).median_offset)),
        (
            "median latency",
            part.measure(hits, |i| median(&latencies(i).iter().map(|k| *k as f64).collect::<Vec<_>>())),
        ),
        ("speed", part.measure(hits, |i| speed(&latencies(i), PENALTY_ESPD))),
        ("F-latency", part.measure(all, |i| f_latency(f1(i), speed(&latencies(i), PENALTY_ESPD)))),
        ("F-latency, fast harm", part.measure(all, |i| f_latency(f1(i), speed(&latencies(i), PENALTY_FAST)))),
        ("ERDE 5", part.measure(all, |i| erde(&outcomes(i), 5.0))),
        ("ERDE 50", part.measure(all, |i| erde(&outcomes(i), 50.0))),
    ];
    Row::new(name, cells)
}
