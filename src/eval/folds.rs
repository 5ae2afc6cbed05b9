//! The result of a cross-validation in the form of every other: a row for each share of the labels that was learnt from, the learning curve they make, and, beside it, what was
//! said of each conversation by a head that had not seen it, so that two of them compare.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use anyhow::Result;

use super::again::Brief;
use super::cases::{Gold, Skipped};
use super::judge::now;
use super::measures::{Column, titles};
use super::part::Part;
use super::plots::plot;
use super::result::{Outcome, Plot, Row, Run, SCHEMA, Series, hashed};
use super::side::{self, SideFile};
use super::sides::Side;
use super::suite::Suite;
use super::tables::table;
use super::verdict::Verdict;
use crate::models::{Model, sha256};

/// The one split: every conversation is measured once.
pub const SPLIT: &str = "folds";

/// What was learnt from a share of the labels.
pub struct Share {
    /// As its row is called.
    pub title: &'static str,
    /// Conversations it learnt from, the mean over all folds.
    pub learnt: f64,
    /// What it says of each conversation.
    pub said: Vec<Brief>,
}

/// A cross-validation.
pub struct CrossValidation<'a> {
    /// The model whose backbone is kept.
    pub model: &'a Model,
    /// Where the labels are.
    pub labels: &'a Path,
    /// In a line.
    pub title: String,
    /// How it was done.
    pub note: String,
    /// What it depends on beside labels and model.
    pub settings: BTreeMap<String, String>,
    /// The conversations, with the groups by which they were dealt and the split [`SPLIT`].
    pub golds: Vec<Gold>,
    /// What was set aside.
    pub skipped: Skipped,
    /// The model as it is, then each share, the whole last.
    pub shares: Vec<Share>,
    /// Number of resamples.
    pub resamples: usize,
    /// Of all that chance decides.
    pub seed: u64,
    /// What it cost.
    pub run: Run,
}

const COLUMNS: [Column; 4] =
    [("AUROC", "auroc"), ("AUPRC", "auprc"), ("recall at look", "recall"), ("false alarms at look", "fpr")];

impl CrossValidation<'_> {
    /// The result. What the heads say that learnt from all goes to `scores`, as what the model of any suite says.
    ///
    /// # Errors
    /// When the labels can no longer be read, or scores cannot be written.
    pub fn outcome(self, scores: Option<&SideFile>) -> Result<Outcome> {
        let suite = Suite { resamples: self.resamples, seed: self.seed, ..Suite::of_labels() };
        let verdicts: Vec<Verdict> = match self.shares.last() {
            Some(whole) => {
                self.golds.iter().zip(&whole.said).map(|(gold, said)| self.verdict(gold, said)).collect()
            }
            None => Vec::new(),
        };
        write(scores, &self.model.hash, &verdicts)?;
        let part = Part::new(&suite, SPLIT, self.golds.iter().collect(), verdicts);
        let sides: Vec<Side> = self.shares.iter().map(|share| Brief::side(&part, &share.said)).collect();
        let mut rows: Vec<Row> = self
            .shares
            .iter()
            .zip(&sides)
            .map(|(share, side)| Row::new(share.title, part.cells(side, &COLUMNS, &None)))
            .collect();
        let curve = self.curve(&part, &rows);
        if let [first, .., half, whole] = &sides[..] {
            let less = |a| part.less([a, whole], &COLUMNS, &None);
            rows.push(Row::new("all of it − half", less(half)));
            rows.push(Row::new("all of it − the model as it is", less(first)));
        }
        let learnt: Vec<String> = self.shares.iter().skip(1).map(|s| format!("{:.0}", s.learnt)).collect();
        let note = format!(
            "{} Conversations learnt from, on average: {}. Differences meet the same resamples.",
            self.note,
            learnt.join(", ")
        );
        let tables = vec![table(&part, "cross-validation", &self.title, &note, &titles(&COLUMNS), rows)];
        let card = &self.model.card;
        let brought = self.labels.file_name().map(|name| name.to_string_lossy().into_owned());
        let files = if self.labels.is_file() { [hashed(self.labels)?].into() } else { BTreeMap::new() };
        Ok(Outcome {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            suite: "cross-validation 1".to_owned(),
            title: self.title.clone(),
            suite_sha256: sha256(format!("{:?}", self.settings).as_bytes()),
            at: now()?,
            brought,
            limit: None,
            files,
            settings: self.settings.clone(),
            remarks: Vec::new(),
            model: format!("{} {}", card.name, card.version),
            model_sha256: self.model.hash.clone(),
            device: self.model.device.to_string(),
            precision: self.model.precision.name().to_owned(),
            scores_sha256: None,
            data: part.named(),
            skipped: self
                .skipped
                .iter()
                .map(|(why, n)| ((*why).to_owned(), *n))
                .filter(|(_, n)| *n > 0)
                .collect(),
            prevalence: f64::from(card.calibration.prevalence),
            seed: self.seed,
            resamples: self.resamples,
            thresholds: Vec::new(),
            readings: Vec::new(),
            names: BTreeMap::new(),
            window: suite.window,
            tables,
            plots: vec![curve],
            run: self.run.clone(),
        })
    }

    fn verdict(&self, gold: &Gold, said: &Brief) -> Verdict {
        Verdict { model: self.model.hash.clone(), ..Verdict::brief(gold, said.score, said.band) }
    }

    /// Each number by how many conversations were learnt from; the model as it is has learnt from none of them.
    fn curve(&self, part: &Part, rows: &[Row]) -> Plot {
        let of = |(column, _): &Column| {
            let cells = || {
                let cells = self.shares.iter().zip(rows).skip(1);
                cells.filter_map(|(share, row)| Some((share.learnt, *row.cells.get(*column)?)))
            };
            Series {
                name: (*column).to_owned(),
                points: cells().filter_map(|(x, m)| Some([x, m.value?])).collect(),
                band: cells().filter_map(|(x, m)| Some([x, m.low?, m.high?])).collect(),
            }
        };
        let most = self.shares.iter().map(|share| share.learnt).fold(1.0, f64::max);
        let axes = ["conversations learnt from", ""];
        let mut series: Vec<Series> = COLUMNS.iter().map(of).collect();
        // A level line says where it began.
        let began = rows.first().and_then(|row| row.cells.get(COLUMNS[0].0)?.value);
        let points = began.map(|y| vec![[0.0, y], [most, y]]).unwrap_or_default();
        series.push(Series { name: "AUROC, the model as it is".to_owned(), points, band: Vec::new() });
        Plot { x: [0.0, most], ..plot(part, "learning curve", "Learning curve", axes, series) }
    }
}

/// Add the scores that do not stand there yet.
fn write(scores: Option<&SideFile>, model: &str, verdicts: &[Verdict]) -> Result<()> {
    let known: HashSet<String> = side::known(scores, model, |v: Verdict| v)?.into_keys().collect();
    let missing: Vec<Verdict> = verdicts.iter().filter(|v| !known.contains(&v.id)).cloned().collect();
    side::append(scores, &missing)
}
