//! Two results on the same data, compared conversation by conversation on the same resamples.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::result::{Measure, Outcome};
use super::verdict::{Verdict, read_all};
use crate::metrics::{Confusion, Ranking, Resamples, brier};

/// The metrics that can be compared; of `brier` less is better.
pub const METRICS: [&str; 5] = ["auroc", "auprc", "recall", "fpr", "brier"];

/// What B is less A is.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Split and metric, as `test/auroc`.
    pub name: String,
    /// In A.
    pub a: Option<f64>,
    /// In B.
    pub b: Option<f64>,
    /// B − A, with its interval.
    pub difference: Measure,
    /// How much worse B is; negative when better.
    pub worse: Option<f64>,
}

/// The file of scores that lies beside a result.
pub fn side_of(result: &Path) -> PathBuf {
    result.with_extension("scores.jsonl")
}

/// Read a result.
pub fn read(path: &Path) -> Result<Outcome> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not a result of `rushlight eval`", path.display()))
}

/// Compare B with A: the models of both, and what B is less A.
pub fn compare(a: &Path, b: &Path) -> Result<([String; 2], Vec<Comparison>)> {
    let (first, second) = (read(a)?, read(b)?);
    for (split, data) in &first.data {
        let same = second.data.get(split).is_some_and(|d| d.sha256 == data.sha256);
        ensure!(same, "{} and {} were not measured on the same {split} data", a.display(), b.display());
    }
    let ours = scores(a, &first)?;
    let mut theirs: HashMap<String, Verdict> =
        scores(b, &second)?.into_iter().map(|v| (v.id.clone(), v)).collect();
    let mut pairs = Vec::new();
    for v in ours {
        let other =
            theirs.remove(&v.id).with_context(|| format!("{} has no score for {}", b.display(), v.id))?;
        ensure!(
            other.sha256 == v.sha256 && other.label == v.label,
            "{}: its text or label differs between the two results",
            v.id
        );
        pairs.push((v, other));
    }
    let mut found = Vec::new();
    for split in first.data.keys() {
        let part: Vec<&(Verdict, Verdict)> = pairs.iter().filter(|p| p.0.split == *split).collect();
        found.extend(split_of(split, &part, first.resamples, first.seed));
    }
    let name = |o: &Outcome| format!("{} ({})", o.model, o.model_sha256.get(..12).unwrap_or(&o.model_sha256));
    Ok(([name(&first), name(&second)], found))
}

/// The scores that lie beside a result, which must be its own and whole.
fn scores(result: &Path, outcome: &Outcome) -> Result<Vec<Verdict>> {
    let (path, mut ids) = (side_of(result), HashSet::new());
    let verdicts = read_all(&path)?;
    for v in &verdicts {
        let place = || format!("{}: {}", path.display(), v.id);
        ensure!(v.model == outcome.model_sha256, "{}: of another model than the result", place());
        ensure!((0.0..=1.0).contains(&v.score), "{}: its score is no probability", place());
        ensure!(ids.insert(&v.id), "{} stands there twice", place());
    }
    for (split, data) in &outcome.data {
        let n = verdicts.iter().filter(|v| v.split == *split).count();
        let wanted = data.conversations;
        ensure!(n == wanted, "{}: {n} scores of {split} where the result has {wanted}", path.display());
    }
    Ok(verdicts)
}

fn split_of(split: &str, pairs: &[&(Verdict, Verdict)], resamples: usize, seed: u64) -> Vec<Comparison> {
    let groups: Vec<&str> = pairs.iter().map(|p| p.0.group.as_str()).collect();
    let labels: Vec<bool> = pairs.iter().map(|p| p.0.label).collect();
    let draws = Resamples::new(&groups, resamples, seed);
    let all: Vec<usize> = (0..labels.len()).collect();
    let a = Side::new(&labels, pairs.iter().map(|p| &p.0).collect());
    let b = Side::new(&labels, pairs.iter().map(|p| &p.1).collect());
    let one = |metric: &&str| {
        let (x, y) = (a.metric(metric, &all), b.metric(metric, &all));
        let less = |i: &[usize]| Some(b.metric(metric, i)? - a.metric(metric, i)?);
        let difference = Measure::over(&draws, labels.len(), labels.len(), less);
        let worse = difference.value.map(|v| if ["fpr", "brier"].contains(metric) { v } else { -v });
        Comparison { name: format!("{split}/{metric}"), a: x, b: y, difference, worse }
    };
    METRICS.iter().map(one).collect()
}

/// What one model says of labelled conversations.
pub struct Side<'a> {
    labels: &'a [bool],
    scores: Vec<f64>,
    alarms: Vec<bool>,
    ranking: Ranking<'a>,
}

impl<'a> Side<'a> {
    /// A verdict for each label.
    pub fn new(labels: &'a [bool], verdicts: Vec<&Verdict>) -> Self {
        Self::of(labels, verdicts.into_iter().map(|v| (v.score, v.alarm())))
    }

    /// A score and whether it is an alarm, for each label.
    pub fn of(labels: &'a [bool], said: impl Iterator<Item = (f64, bool)>) -> Self {
        let (scores, alarms): (Vec<f64>, Vec<bool>) = said.unzip();
        let ranking = Ranking::new(labels, &scores).expect("our own scores are numbers");
        Self { labels, alarms, scores, ranking }
    }

    /// One of [`METRICS`] of some items, at the band `look` where a threshold is needed.
    pub fn metric(&self, name: &str, items: &[usize]) -> Option<f64> {
        let c = || Confusion::of_items(self.labels, &self.alarms, items);
        match name {
            "auroc" => self.ranking.auroc(items),
            "auprc" => self.ranking.average_precision(items),
            "recall" => c().recall(),
            "fpr" => c().fpr(),
            _ => {
                let pick = |i: &usize| (self.labels[*i], self.scores[*i]);
                let (labels, scores): (Vec<bool>, Vec<f64>) = items.iter().map(pick).unzip();
                brier(&labels, &scores)
            }
        }
    }
}
