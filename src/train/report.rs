//! Before and after, on conversations that neither the fit nor the choice of bands has seen.

use anyhow::Result;
use rayon::prelude::*;

use crate::assessment::{Assessment, Band};
use crate::eval::{Case, Measure, Row, Table};
use crate::head::SIGNALS;
use crate::metrics::{self, Ranking, Resamples};
use crate::models::Model;

/// Resamples for the intervals.
const RESAMPLES: usize = 2_000;

/// What a run did and what it changed.
pub struct Report {
    /// A row for each metric: before, after, and after less before on the same resamples.
    pub table: Table,
    /// Conversations with labels, and the risky among them.
    pub labels: (usize, usize),
    /// What was left out of the labels, in words.
    pub set_aside: String,
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

/// Both models on conversations, each with the group by which it is drawn.
pub fn compare(before: &Model, after: &Model, cases: &[(&Case, &str)], seed: u64) -> Result<Table> {
    let groups: Vec<&str> = cases.iter().map(|c| c.1).collect();
    let cases: Vec<&Case> = cases.iter().map(|c| c.0).collect();
    let draws = Resamples::new(&groups, RESAMPLES, seed);
    let labels: Vec<bool> = cases.iter().map(|c| c.gold.risk).collect();
    let [old, new] = [Side::of(before, &cases)?, Side::of(after, &cases)?];
    let row = |(name, n, metric): (&str, usize, &Metric)| {
        let measure =
            |of: &(dyn Fn(&[usize]) -> Option<f64> + Sync)| Measure::over(&draws, labels.len(), n, of);
        let cells = [
            ("before", measure(&|d| metric(&old, &labels, d))),
            ("after", measure(&|d| metric(&new, &labels, d))),
            ("difference", measure(&|d| Some(metric(&new, &labels, d)? - metric(&old, &labels, d)?))),
        ];
        Row { name: name.to_owned(), cells: cells.map(|(k, m)| (k.to_owned(), m)).into_iter().collect() }
    };
    let (n, risky) = (labels.len(), labels.iter().filter(|l| **l).count());
    let messages = old.signals.iter().map(Vec::len).sum();
    let metrics: [(&str, usize, &Metric); 6] = [
        ("AUROC", n, &|s, l, d| s.ranking(l)?.auroc(d)),
        ("AUPRC", n, &|s, l, d| s.ranking(l)?.average_precision(d)),
        ("recall at look", risky, &|s, l, d| share(d, |i| l[i], |i| s.loud[i])),
        ("false alarms at look", n - risky, &|s, l, d| share(d, |i| !l[i], |i| s.loud[i])),
        ("Brier score", n, &|s, l, d| {
            let at = |i: &usize| (s.risks[*i] - f64::from(u8::from(l[*i]))).powi(2);
            metrics::mean(&d.iter().map(at).collect::<Vec<_>>())
        }),
        ("signals macro AUPRC", messages, &|s, _, d| s.signals(d)),
    ];
    Ok(Table {
        id: "before_and_after".to_owned(),
        title: "Before and after, on what was held out".to_owned(),
        note: format!(
            "{} conversations of {} groups that neither the fit nor the choice of bands has seen; 95 % intervals from {RESAMPLES} resamples by group.",
            labels.len(),
            draws.groups()
        ),
        columns: ["before", "after", "difference"].map(String::from).to_vec(),
        rows: metrics.into_iter().map(row).collect(),
    })
}

type Metric = dyn Fn(&Side, &[bool], &[usize]) -> Option<f64> + Sync;

/// What one model says.
struct Side {
    risks: Vec<f64>,
    loud: Vec<bool>,
    /// By conversation and message: what was said of each signal, and the labels where there are any.
    signals: Vec<Vec<([f32; SIGNALS.len()], [bool; SIGNALS.len()])>>,
}

impl Side {
    fn of(model: &Model, cases: &[&Case]) -> Result<Self> {
        let assess = |case: &&Case| crate::score::assess(model, &case.transcript, "jsonl", &[]);
        let all: Vec<Assessment> = cases.par_iter().map(assess).collect::<Result<_>>()?;
        let rows = |(case, a): (&&Case, &Assessment)| {
            let Some(gold) = &case.gold.signals else { return Vec::new() };
            let row = |m: &crate::assessment::MessageScore| {
                (SIGNALS.map(|s| m.signals[&s]), SIGNALS.map(|s| gold[m.index].contains(&s)))
            };
            a.messages.iter().map(row).collect()
        };
        Ok(Self {
            risks: all.iter().map(|a| f64::from(a.risk)).collect(),
            loud: all.iter().map(|a| a.band >= Band::Look).collect(),
            signals: cases.iter().zip(&all).map(rows).collect(),
        })
    }

    fn ranking<'l>(&self, labels: &'l [bool]) -> Option<Ranking<'l>> {
        Ranking::new(labels, &self.risks)
    }

    fn signals(&self, items: &[usize]) -> Option<f64> {
        let one = |s: usize| {
            let rows = items.iter().flat_map(|i| &self.signals[*i]);
            let (scores, labels): (Vec<f64>, Vec<bool>) = rows.map(|(x, y)| (f64::from(x[s]), y[s])).unzip();
            metrics::average_precision(&labels, &scores)
        };
        metrics::mean(&(0..SIGNALS.len()).filter_map(one).collect::<Vec<_>>())
    }
}

fn share(items: &[usize], of: impl Fn(usize) -> bool, hit: impl Fn(usize) -> bool) -> Option<f64> {
    let of: Vec<usize> = items.iter().copied().filter(|i| of(*i)).collect();
    metrics::ratio(of.iter().filter(|i| hit(**i)).count() as f64, of.len() as f64)
}
