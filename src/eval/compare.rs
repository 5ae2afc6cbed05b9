//! Two results on the same data, or a result and another system's scores, compared conversation by conversation on the same resamples.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::foreign::Scores;
use super::result::{Measure, Outcome};
use super::verdict::{Verdict, read_all};
use crate::metrics::{Confusion, Ranking, Resamples, brier, ece};

/// The metrics that can be compared; of those in [`LESS_IS_BETTER`] less is better.
pub const METRICS: [&str; 8] =
    ["auroc", "auprc", "recall_at_fpr_1", "recall_at_fpr_5", "recall", "fpr", "brier", "ece"];
const LESS_IS_BETTER: [&str; 3] = ["fpr", "brier", "ece"];

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
    serde_json::from_str(&text).with_context(|| {
        format!("{} is not a result of `rushlight eval`, and is left as it is", path.display())
    })
}

/// Compare B with A: what both are, and what B is less A. One of them may be a file of scores of another system (`.jsonl`) on the data of the other's result.
///
/// # Errors
/// When they are not of the same data, or one holds no score of a conversation.
pub fn compare(a: &Path, b: &Path) -> Result<([String; 2], Vec<Comparison>)> {
    let elsewhere = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl"));
    let (first, second) = match (elsewhere(a), elsewhere(b)) {
        (false, false) => results(a, b)?,
        (false, true) => {
            let ours = Judged::of(a)?;
            let theirs = ours.beside(b)?;
            (ours, theirs)
        }
        (true, false) => {
            let ours = Judged::of(b)?;
            let theirs = ours.beside(a)?;
            (theirs, ours)
        }
        (true, true) => bail!("one of the two must be a result (.json), which knows the labels"),
    };
    let mut found = Vec::new();
    for split in first.outcome.data.keys() {
        let part: Vec<usize> = (0..first.known.len()).filter(|i| first.known[*i].split == *split).collect();
        found.extend(split_of(split, &first, &second, &part));
    }
    Ok(([first.name, second.name], found))
}

/// What was said of the conversations of a result.
struct Judged {
    name: String,
    outcome: Outcome,
    /// Labels, groups and splits.
    known: Vec<Verdict>,
    /// Score and alarm of each.
    said: Vec<(f64, Option<bool>)>,
    /// Whether the scores are probabilities.
    probability: bool,
}

impl Judged {
    /// Of the model of a result.
    fn of(result: &Path) -> Result<Self> {
        let outcome = read(result)?;
        let known = scores(result, &outcome)?;
        let hash = outcome.model_sha256.get(..12).unwrap_or(&outcome.model_sha256);
        let name = format!("{} ({hash})", outcome.model);
        let said = said_of(&known);
        Ok(Self { name, outcome, known, said, probability: true })
    }

    /// Of another system on the same conversations.
    fn beside(&self, path: &Path) -> Result<Self> {
        let mut scores = Scores::read(path)?;
        let said = scores.of(self.known.iter().map(|v| v.id.as_str()))?;
        scores.all_known(|_| false, "the result")?;
        let (outcome, known, probability) = (self.outcome.clone(), self.known.clone(), said.probability);
        let said = said.all.iter().map(|said| (said.score, said.alarm)).collect();
        Ok(Self { name: path.display().to_string(), outcome, known, said, probability })
    }
}

fn said_of(known: &[Verdict]) -> Vec<(f64, Option<bool>)> {
    known.iter().map(|v| (v.score, Some(v.alarm()))).collect()
}

/// Two results, the second in the order of the first.
fn results(a: &Path, b: &Path) -> Result<(Judged, Judged)> {
    let (first, mut second) = (Judged::of(a)?, Judged::of(b)?);
    for (split, data) in &first.outcome.data {
        let same = second.outcome.data.get(split).is_some_and(|d| d.sha256 == data.sha256);
        ensure!(same, "{} and {} were not measured on the same {split} data", a.display(), b.display());
    }
    let mut theirs: HashMap<String, Verdict> = second.known.drain(..).map(|v| (v.id.clone(), v)).collect();
    for v in &first.known {
        let other =
            theirs.remove(&v.id).with_context(|| format!("{} has no score for {}", b.display(), v.id))?;
        ensure!(
            other.sha256 == v.sha256 && other.label == v.label,
            "{}: its text or label differs between the two results",
            v.id
        );
        second.known.push(other);
    }
    second.said = said_of(&second.known);
    Ok((first, second))
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

fn split_of(split: &str, a: &Judged, b: &Judged, part: &[usize]) -> Vec<Comparison> {
    let groups: Vec<&str> = part.iter().map(|i| a.known[*i].group.as_str()).collect();
    let labels: Vec<bool> = part.iter().map(|i| a.known[*i].label).collect();
    let draws = Resamples::new(&groups, a.outcome.resamples, a.outcome.seed);
    let [a, b] =
        [a, b].map(|judged| Side::of(&labels, part.iter().map(|i| judged.said[*i]), judged.probability));
    let one = |metric: &&str| {
        let [x, y, difference] = compared(&draws, &groups, [&a, &b], metric);
        let (x, y) = (x.value, y.value);
        let worse = difference.value.map(|v| if LESS_IS_BETTER.contains(metric) { v } else { -v });
        Comparison { name: format!("{split}/{metric}"), a: x, b: y, difference, worse }
    };
    METRICS.iter().map(one).collect()
}

/// A metric of A, of B, and of B less A.
pub fn compared<G: Ord>(draws: &Resamples, groups: &[G], [a, b]: [&Side; 2], metric: &str) -> [Measure; 3] {
    let less = |i: &[usize]| Some(b.metric(metric, i)? - a.metric(metric, i)?);
    let of = |side: &Side, i: &[usize]| side.metric(metric, i);
    let n = groups.len();
    match class_of(metric) {
        Some(class) => {
            let items: Vec<usize> = (0..n).filter(|i| a.labels[*i] == class).collect();
            let one = |side| Measure::share(draws, groups, &items, |i| of(side, i));
            [one(a), one(b), Measure::difference(draws, groups, &items, less)]
        }
        None => {
            let one = |side| Measure::over(draws, n, n, |i| of(side, i));
            [one(a), one(b), Measure::over(draws, n, n, less)]
        }
    }
}

/// The class of which a metric is a share, if it is one.
fn class_of(metric: &str) -> Option<bool> {
    match metric {
        "recall" | "recall_at_fpr_1" | "recall_at_fpr_5" => Some(true),
        "fpr" => Some(false),
        _ => None,
    }
}

/// What one system says of labelled conversations.
pub struct Side<'a> {
    labels: &'a [bool],
    scores: Vec<f64>,
    /// Where it says so of every one.
    alarms: Option<Vec<bool>>,
    /// Whether scores are probabilities.
    probability: bool,
    ranking: Ranking<'a>,
}

impl<'a> Side<'a> {
    /// A verdict for each label.
    pub fn new(labels: &'a [bool], verdicts: Vec<&Verdict>) -> Self {
        Self::of(labels, verdicts.into_iter().map(|v| (v.score, Some(v.alarm()))), true)
    }

    /// A finite score and whether it is an alarm, for each label; and whether scores are probabilities.
    pub fn of(
        labels: &'a [bool],
        said: impl Iterator<Item = (f64, Option<bool>)>,
        probability: bool,
    ) -> Self {
        let (scores, alarms): (Vec<f64>, Vec<Option<bool>>) = said.unzip();
        let ranking = Ranking::new(labels, &scores).expect("scores are finite numbers");
        Self { labels, alarms: alarms.into_iter().collect(), scores, probability, ranking }
    }

    /// One of [`METRICS`] of some items. Recall and FPR are those of its alarms (of our model: at the band `look`); these, Brier and ECE are undefined for a system that raises
    /// no alarms, or gives no probabilities.
    pub fn metric(&self, name: &str, items: &[usize]) -> Option<f64> {
        let alarms = || Some(Confusion::of_items(self.labels, self.alarms.as_ref()?, items));
        let within = |budget: f64| self.ranking.recall_at_fpr(items, budget).map(|o| o.recall);
        let pick = |i: &usize| (self.labels[*i], self.scores[*i]);
        let probabilities =
            || self.probability.then(|| items.iter().map(pick).unzip::<_, _, Vec<_>, Vec<_>>());
        match name {
            "auroc" => self.ranking.auroc(items),
            "auprc" => self.ranking.average_precision(items),
            "recall_at_fpr_1" => within(0.01),
            "recall_at_fpr_5" => within(0.05),
            "recall" => alarms()?.recall(),
            "fpr" => alarms()?.fpr(),
            "ece" => probabilities().and_then(|(labels, scores)| ece(&labels, &scores)),
            _ => probabilities().and_then(|(labels, scores)| brier(&labels, &scores)),
        }
    }
}
