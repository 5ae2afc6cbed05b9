//! How far two annotators agree: Krippendorff's alpha for what is a yes or no, shares for the rest.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::Deserialize;

use super::cases::{Case, labelled};
use super::result::{Measure, Row, Table};
use crate::head::{PATTERNS, Pattern, SIGNALS, Signal};
use crate::metrics::{Resamples, krippendorff_alpha, median, ratio};

/// Resamples for the intervals, and their seed.
const RESAMPLES: (usize, u64) = (2_000, 1);
/// Messages by which two onsets may differ and still count as near.
const NEAR: usize = 3;

/// Labels without text, one conversation a line.
#[derive(Deserialize)]
struct Second {
    id: String,
    risk: u8,
    patterns: Vec<Pattern>,
    person_of_concern: BTreeSet<String>,
    onset: Option<usize>,
    signals: Vec<Vec<Signal>>,
}

/// Compare the labels of conversations with a second annotator's labels of some of them.
///
/// # Errors
/// When a line is not one of labels, names no conversation, or has labels for another number of messages.
pub fn agreement(labels: &Path, second: &Path) -> Result<Table> {
    let (cases, _) = labelled(labels)?;
    let mut by_id: HashMap<&str, &Case> = cases.iter().map(|c| (c.gold.id.as_str(), c)).collect();
    let text =
        std::fs::read_to_string(second).with_context(|| format!("cannot read {}", second.display()))?;
    let mut pairs = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let place = format!("{}:{}", second.display(), at + 1);
        let other: Second = serde_json::from_str(line)
            .map_err(|e| anyhow!("{place}: not a line of labels (column {})", e.column()))?;
        let case = by_id
            .remove(other.id.as_str())
            .with_context(|| format!("{place}: {} is no conversation here, or stands twice", other.id))?;
        let wrong = |what: &str| anyhow!("{place}: {}: {what}", other.id);
        ensure!(other.risk <= 1, wrong("risk must be 0 or 1"));
        ensure!(
            (other.risk == 1) == other.onset.is_some(),
            wrong("a risky conversation has an onset, and no other has")
        );
        let speakers = &case.transcript.speakers;
        let writes = |name: &String| speakers.iter().any(|s| s.name == *name);
        ensure!(
            other.person_of_concern.iter().all(writes),
            wrong("person_of_concern is nobody who writes in it")
        );
        let (n, found) = (case.transcript.messages.len(), other.signals.len());
        ensure!(other.onset.is_none_or(|onset| onset < n), wrong("onset must be the index of a message"));
        ensure!(n == found, "{place}: {}: signals of {found} messages where it has {n}", other.id);
        pairs.push((case, other));
    }
    ensure!(!pairs.is_empty(), "{}: no labels in it", second.display());
    Ok(Agreement::new(pairs).table())
}

struct Agreement<'a> {
    pairs: Vec<(&'a Case, Second)>,
    draws: Resamples,
}

impl<'a> Agreement<'a> {
    fn new(pairs: Vec<(&'a Case, Second)>) -> Self {
        let groups: Vec<&str> = pairs.iter().map(|(c, _)| c.gold.group.as_str()).collect();
        let draws = Resamples::new(&groups, RESAMPLES.0, RESAMPLES.1);
        Self { pairs, draws }
    }

    fn table(&self) -> Table {
        let mut rows = vec![self.alpha("risk", |c, s| vec![vec![c.gold.risk, s.risk == 1]])];
        for pattern in PATTERNS {
            let name = format!("pattern {}", pattern.id());
            rows.push(self.alpha(&name, |c, s| {
                let first = c.gold.patterns.as_ref().map(|p| p.contains(&pattern));
                first.map(|first| vec![first, s.patterns.contains(&pattern)]).into_iter().collect()
            }));
        }
        for signal in SIGNALS {
            let name = format!("signal {}", signal.id());
            rows.push(self.alpha(&name, |c, s| {
                let first = c.gold.signals.iter().flatten();
                first.zip(&s.signals).map(|(a, b)| vec![a.contains(&signal), b.contains(&signal)]).collect()
            }));
        }
        rows.extend(self.where_both_are_alarmed());
        let note = format!(
            "{} conversations, {} messages. Alpha: Krippendorff's, nominal; 1 is full agreement, 0 that of chance. Yes: how often the first and the second said so. \
             Concern and onset: where both saw a risk. 95 % intervals by group; where a share is none or all, to 3 over the groups.",
            self.pairs.len(),
            self.pairs.iter().map(|(c, _)| c.transcript.messages.len()).sum::<usize>()
        );
        let columns = ["alpha", "first yes", "second yes", "agreed"];
        Table::new("agreement", "Agreement with a second annotator", &note, &columns, rows)
    }

    /// A label of conversations or of messages: each unit holds the first annotator's answer and the second's.
    fn alpha(&self, name: &str, units: impl Fn(&Case, &Second) -> Vec<Vec<bool>>) -> Row {
        let units: Vec<Vec<Vec<bool>>> = self.pairs.iter().map(|(c, s)| units(c, s)).collect();
        let n = units.iter().map(Vec::len).sum();
        let yes = |at: usize| units.iter().flatten().filter(|u| u[at]).count() as f64;
        let said = |at: usize| Measure { value: Some(yes(at)), n, ..Measure::default() };
        let of = |items: &[usize]| {
            let all: Vec<Vec<bool>> = items.iter().flat_map(|i| units[*i].clone()).collect();
            krippendorff_alpha(&all)
        };
        Row::new(name, vec![("alpha", self.measure(n, of)), ("first yes", said(0)), ("second yes", said(1))])
    }

    fn where_both_are_alarmed(&self) -> Vec<Row> {
        let both: Vec<usize> = (0..self.pairs.len())
            .filter(|i| self.pairs[*i].0.gold.risk && self.pairs[*i].1.risk == 1)
            .collect();
        let groups: Vec<&str> = self.pairs.iter().map(|(c, _)| c.gold.group.as_str()).collect();
        let share = |items: &[usize], hit: &dyn Fn(&Case, &Second) -> bool| {
            let of = items.iter().filter(|i| both.contains(i));
            let hits = of.clone().filter(|i| hit(self.pairs[**i].0, &self.pairs[**i].1)).count();
            ratio(hits as f64, of.count() as f64)
        };
        let apart = |c: &Case, s: &Second| Some(c.gold.onset?.abs_diff(s.onset?));
        let concern = |c: &Case, s: &Second| c.gold.concern.as_ref() == Some(&s.person_of_concern);
        let mut apart_by: Vec<f64> = both
            .iter()
            .filter_map(|i| apart(self.pairs[*i].0, &self.pairs[*i].1))
            .map(|d| d as f64)
            .collect();
        apart_by.sort_by(f64::total_cmp);
        let middle = Measure { value: median(&apart_by), n: apart_by.len(), ..Measure::default() };
        let agreed = |name: &str, hit: &(dyn Fn(&Case, &Second) -> bool + Sync)| {
            let of = |items: &[usize]| share(items, &hit);
            Row::new(name, vec![("agreed", Measure::share(&self.draws, &groups, &both, of))])
        };
        vec![
            agreed("person of concern, the same", &concern),
            agreed("onset, the same", &|c, s| apart(c, s) == Some(0)),
            agreed(&format!("onset, within {NEAR}"), &|c, s| apart(c, s).is_some_and(|d| d <= NEAR)),
            Row::new("onset, messages apart (median)", vec![("agreed", middle)]),
        ]
    }

    fn measure(&self, n: usize, of: impl Fn(&[usize]) -> Option<f64> + Sync) -> Measure {
        Measure::over(&self.draws, self.pairs.len(), n, of)
    }
}
