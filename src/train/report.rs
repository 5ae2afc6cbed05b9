//! Before and after, on conversations that neither the fit nor the choice of bands has seen.

use anyhow::Result;

use crate::eval::{self, Case, Measure, Row, Side, Table, Verdict};
use crate::head::SIGNALS;
use crate::metrics::{self, Resamples};
use crate::models::Model;

/// Resamples for the intervals.
pub const RESAMPLES: usize = 2_000;

/// What a run did and what it changed.
pub struct Report {
    /// A row for each metric: before, after, and after less before on the same resamples.
    pub table: Table,
    /// Conversations with labels, and the risky among them.
    pub labels: (usize, usize),
    /// What was left out of the labels, in words.
    pub set_aside: String,
    /// What the bands cannot keep to, a sentence each.
    pub doubts: Vec<String>,
    /// Conversations to learn from, to choose by, and held out.
    pub parts: [usize; 3],
    /// Groups that near-duplicates made one with another.
    pub joined: usize,
    /// Passes made.
    pub passes: usize,
    /// The pass whose weights were kept; 0 for those it began with.
    pub best: usize,
    /// Loss on dev before the first pass and after each.
    pub losses: Vec<f64>,
    /// SHA-256 over all labels and the texts they belong to.
    pub labels_sha256: String,
}

/// The metrics of a comparison, and their names in the table.
const METRICS: [(&str, &str); 5] = [
    ("AUROC", "auroc"),
    ("AUPRC", "auprc"),
    ("recall at look", "recall"),
    ("false alarms at look", "fpr"),
    ("Brier score", "brier"),
];

/// Both models on conversations, each with the group by which it is drawn.
pub fn compare(before: &Model, after: &Model, cases: &[(&Case, &str)], seed: u64) -> Result<Table> {
    let groups: Vec<&str> = cases.iter().map(|c| c.1).collect();
    let cases: Vec<&Case> = cases.iter().map(|c| c.0).collect();
    let draws = Resamples::new(&groups, RESAMPLES, seed);
    let labels: Vec<bool> = cases.iter().map(|c| c.gold.risk).collect();
    let [old, new] = [eval::score(before, &cases)?.0, eval::score(after, &cases)?.0];
    let row = |name: &str, [before, after, difference]: [Measure; 3]| {
        Row::new(name, [("before", before), ("after", after), ("difference", difference)])
    };
    let sides = [&old, &new].map(|verdicts| Side::new(&labels, verdicts.iter().collect()));
    let all = labels.len();
    let mut rows = Vec::new();
    for (name, metric) in METRICS {
        rows.push(row(name, eval::compared(&draws, &groups, [&sides[0], &sides[1]], metric)));
    }
    let [old, new] = [&old, &new].map(|verdicts| Signals::of(&cases, verdicts));
    let messages = old.0.iter().map(Vec::len).sum();
    let measure = |of: &Metric| Measure::over(&draws, all, messages, of);
    let less = |d: &[usize]| Some(new.macro_auprc(d)? - old.macro_auprc(d)?);
    let signals = [measure(&|d| old.macro_auprc(d)), measure(&|d| new.macro_auprc(d)), measure(&less)];
    rows.push(row("signals macro AUPRC", signals));
    let note = format!(
        "{all} conversations of {} groups that neither the fit nor the choice of bands has seen; 95 % intervals from {RESAMPLES} resamples by group; where a share is none or all, to 3 over the groups of its class.",
        draws.groups()
    );
    let title = "Before and after, on what was held out";
    Ok(Table::new("before_and_after", title, &note, &["before", "after", "difference"], rows))
}

type Metric<'a> = dyn Fn(&[usize]) -> Option<f64> + Sync + 'a;

/// By conversation and message: what was said of each signal, and the labels where there are any.
struct Signals(Vec<Vec<([f32; SIGNALS.len()], [bool; SIGNALS.len()])>>);

impl Signals {
    fn of(cases: &[&Case], verdicts: &[Verdict]) -> Self {
        let rows = |(case, verdict): (&&Case, &Verdict)| {
            let Some(gold) = &case.gold.signals else { return Vec::new() };
            let labels = |message: usize| SIGNALS.map(|s| gold[message].contains(&s));
            verdict.messages.iter().map(|(index, _, said)| (*said, labels(*index))).collect()
        };
        Self(cases.iter().zip(verdicts).map(rows).collect())
    }

    fn macro_auprc(&self, items: &[usize]) -> Option<f64> {
        let one = |s: usize| {
            let rows = items.iter().flat_map(|i| &self.0[*i]);
            let (scores, labels): (Vec<f64>, Vec<bool>) = rows.map(|(x, y)| (f64::from(x[s]), y[s])).unzip();
            metrics::average_precision(&labels, &scores)
        };
        metrics::mean(&(0..SIGNALS.len()).filter_map(one).collect::<Vec<_>>())
    }
}
