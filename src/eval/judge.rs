//! One run of a suite: score dev, choose thresholds, freeze them, score test, judge both.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::baselines::{Keywords, Vectors, Words, length};
use super::cases::{self, Case, Skipped};
use super::plots;
use super::result::{Data, Measure, Outcome, Plot, Reading, Run, SCHEMA, Table, Threshold};
use super::suite::{Suite, Task};
use super::verdict::{self, Foreign, Verdict};
use super::{fairness, lengths, pan12, quantization, robustness, tables, warnings};
use crate::assessment::Band;
use crate::metrics::{Ranking, Resamples, best_threshold};
use crate::models::Model;

/// The name of our model among the systems.
pub(super) const OURS: &str = "rushlight";

/// What to run, and on what.
pub struct Request<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// The model.
    pub model: &'a Model,
    /// Data in place of the suite's own.
    pub data: Option<&'a Path>,
    /// Scores from elsewhere, judged beside ours.
    pub scores: Option<&'a Path>,
    /// File that takes our scores as they come.
    pub side: Option<&'a Path>,
    /// Conversations of each source, at most.
    pub limit: Option<usize>,
    /// The result that is replaced, whose readings of test are carried on.
    pub before: Option<Outcome>,
}

/// One split with everything that was said of it.
pub(super) struct Part<'a> {
    pub split: String,
    pub cases: Vec<&'a Case>,
    pub labels: Vec<bool>,
    pub verdicts: Vec<Verdict>,
    pub systems: Vec<System>,
    pub draws: Resamples,
}

/// One system's scores of a split.
pub(super) struct System {
    pub name: String,
    pub scores: Vec<f64>,
    /// By message: its index and the score by then.
    pub messages: Option<Vec<Vec<(usize, f64)>>>,
    pub probability: bool,
    pub bands: Option<Vec<Band>>,
}

impl System {
    /// Alarms at a threshold. A band also knows what the model declined to judge.
    pub fn alarms(&self, t: &Threshold) -> Vec<bool> {
        match (&self.bands, t.name.as_str()) {
            (Some(bands), "look") => bands.iter().map(|b| *b >= Band::Look).collect(),
            (Some(bands), "look now") => bands.iter().map(|b| *b == Band::LookNow).collect(),
            _ => self.scores.iter().map(|s| t.value.is_some_and(|v| *s >= v)).collect(),
        }
    }
}

impl<'a> Part<'a> {
    fn new(suite: &Suite, split: &str, cases: Vec<&'a Case>, verdicts: Vec<Verdict>) -> Self {
        let groups: Vec<&str> = cases.iter().map(|c| c.gold.group.as_str()).collect();
        let draws = Resamples::new(&groups, suite.resamples, suite.seed);
        let labels = cases.iter().map(|c| c.gold.risk).collect();
        let ours = System {
            name: OURS.to_owned(),
            scores: verdicts.iter().map(|v| v.score).collect(),
            messages: Some(
                verdicts.iter().map(|v| v.messages.iter().map(|m| (m.0, f64::from(m.1))).collect()).collect(),
            ),
            probability: true,
            bands: Some(verdicts.iter().map(|v| v.band).collect()),
        };
        Self { split: split.to_owned(), cases, labels, verdicts, systems: vec![ours], draws }
    }

    fn beside(&mut self, name: &str, scores: Vec<f64>, messages: Option<Vec<Vec<(usize, f64)>>>) {
        let probability = name == "scores" && scores.iter().all(|s| (0.0..=1.0).contains(s));
        self.systems.push(System { name: name.to_owned(), scores, messages, probability, bands: None });
    }

    /// A metric of items, with its interval; `n` is what it divides by.
    pub fn measure(&self, n: usize, metric: impl Fn(&[usize]) -> Option<f64> + Sync) -> Measure {
        Measure::over(&self.draws, self.labels.len(), n, metric)
    }

    fn data(&self) -> Data {
        let mut hash = Sha256::new();
        for gold in self.cases.iter().map(|c| &c.gold) {
            hash.update(format!("{}\n{}\n{}\n", gold.id, gold.risk, gold.sha256));
        }
        Data {
            sha256: hash.finalize().iter().map(|b| format!("{b:02x}")).collect(),
            conversations: self.cases.len(),
            messages: self.cases.iter().map(|c| c.transcript.messages.len()).sum(),
            risky: self.labels.iter().filter(|l| **l).count(),
            groups: self.draws.groups(),
        }
    }
}

/// Run a suite.
pub fn run(request: &Request) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    if suite.task == Task::Pan12 {
        return pan12::run(request);
    }
    let (mut cases, mut skipped) = cases::load(suite, &suite.data(request.data)?, request.limit)?;
    if suite.task == Task::Benign {
        let before = cases.len();
        cases.retain(|c| !c.gold.risk);
        skipped.insert("labelled risky", before - cases.len());
        ensure!(!cases.is_empty(), "suite {}: no conversation labelled harmless", suite.name);
    }
    let of = |split: &str| cases.iter().filter(|c| c.gold.split == split).collect::<Vec<_>>();
    let splits: Vec<&str> = ["dev", "test"].into_iter().filter(|s| !of(s).is_empty()).collect();
    let judged: Vec<&Case> = splits.iter().flat_map(|s| of(s)).collect();
    let mut foreign =
        request.scores.map(|path| verdict::foreign(path, &judged)).transpose()?.unwrap_or_default();
    let train = if suite.task == Task::Risk { of("train") } else { Vec::new() };
    let (words, vectors) = (Words::fit(&train), Vectors::fit(model, &train)?);
    let keywords = suite.keywords.as_ref().map(|k| Keywords::read(&suite.folder.join(k))).transpose()?;
    let (mut thresholds, mut cost, mut parts) = (card(model), Run::default(), Vec::new());
    for split in splits {
        let (verdicts, run) = verdict::score(model, &of(split), request.side)?;
        cost = cost.and(run);
        let mut part = Part::new(suite, split, of(split), verdicts);
        if request.scores.is_some() {
            let rest = foreign.split_off(part.cases.len());
            add(&mut part, std::mem::replace(&mut foreign, rest));
        }
        if suite.task == Task::Risk {
            part.beside("length", part.cases.iter().map(|c| length(c)).collect(), None);
            if let Some(keywords) = &keywords {
                part.beside("keywords", part.cases.iter().map(|c| keywords.score(c)).collect(), None);
            }
            if let Some(vectors) = &vectors {
                part.beside("mean of vectors + linear", vectors.scores(&part.cases)?, None);
            }
            if let Some(words) = &words {
                part.beside("tf-idf + linear", part.cases.iter().map(|c| words.score(c)).collect(), None);
            }
        }
        if split == "dev" {
            choose(suite, &part, &mut thresholds);
        }
        parts.push(part);
    }
    outcome(request, &parts, thresholds, cost, skipped)
}

fn add(part: &mut Part, scores: Vec<Foreign>) {
    let by_message: Option<Vec<_>> =
        scores.iter().map(|f| Some(f.messages.as_ref()?.iter().copied().enumerate().collect())).collect();
    part.beside("scores", scores.iter().map(|f| f.score).collect(), by_message);
}

/// The bands that come with the model.
pub(super) fn card(model: &Model) -> Vec<Threshold> {
    let bands = &model.card.bands;
    let threshold = |name: &str, value: f32| Threshold {
        system: OURS.to_owned(),
        name: name.to_owned(),
        value: Some(f64::from(value)),
        chosen: format!("with the model: {}", bands.chosen),
    };
    vec![threshold("look", bands.look), threshold("look now", bands.look_now)]
}

/// Choose on dev, for every system: the best F1, and the most sensitive threshold within each budget.
fn choose(suite: &Suite, dev: &Part, thresholds: &mut Vec<Threshold>) {
    for system in &dev.systems {
        let mut add = |name: String, value: Option<f64>, how: String| {
            let chosen = format!("{how} on dev (n {})", dev.labels.len());
            thresholds.push(Threshold { system: system.name.clone(), name, value, chosen });
        };
        let best = best_threshold(&dev.labels, &system.scores, 1.0);
        add("best F1".to_owned(), best.map(|b| b.0).filter(|v| v.is_finite()), "highest F1".to_owned());
        let Some(ranking) = Ranking::new(&dev.labels, &system.scores) else { continue };
        for budget in &suite.budgets {
            let found =
                ranking.recall_at_fpr(&ranking.all(), *budget).map(|o| o.threshold).filter(|v| v.is_finite());
            let percent = budget * 100.0;
            add(format!("FPR {percent} %"), found, format!("at most {percent} % of the harmless"));
        }
    }
}

fn outcome(
    request: &Request,
    parts: &[Part],
    thresholds: Vec<Threshold>,
    mut run: Run,
    skipped: Skipped,
) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    let data: BTreeMap<String, Data> = parts.iter().map(|p| (p.split.clone(), p.data())).collect();
    let mut found = Vec::new();
    for part in parts {
        match suite.task {
            Task::Risk => {
                found.push(tables::conversations(part));
                found.push(tables::differences(part));
                found.push(tables::thresholds(part, &thresholds, suite.prevalence));
                found.push(tables::calibration(part));
                found.push(tables::signals(part, model));
                found.push(tables::patterns(part));
                found.push(tables::concern(part));
                found.push(warnings::timing(part, &thresholds));
            }
            Task::Benign => found.push(benign(suite, part)?),
            Task::Pan12 => bail!("pan12 has no splits"),
            Task::Fairness => found.push(fairness::fairness(part, &suite.subgroups)),
            Task::Robustness => {
                let (table, more) = robustness::attacked(part, model, suite.seed)?;
                found.push(table);
                run = run.and(more);
            }
            Task::Quantization => {
                let (table, more) = quantization::against_whole(part, model)?;
                found.push(table);
                run = run.and(more);
            }
            Task::Length => {
                let (tables, more) = lengths::lengths(part, model)?;
                found.extend(tables);
                run = run.and(more);
            }
        }
    }
    let plots = if suite.task == Task::Risk { plots::all(parts, suite, &thresholds) } else { Vec::new() };
    finish(request, data, found, plots, thresholds, run, skipped)
}

/// Put a result together.
pub(super) fn finish(
    request: &Request,
    data: BTreeMap<String, Data>,
    tables: Vec<Table>,
    plots: Vec<Plot>,
    thresholds: Vec<Threshold>,
    run: Run,
    skipped: Skipped,
) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    let scores_sha256 =
        request.scores.map(|p| std::fs::read(p).map(|b| crate::models::sha256(&b))).transpose()?;
    Ok(Outcome {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        suite: format!("{} {}", suite.name, suite.version),
        title: suite.title.clone(),
        suite_sha256: suite.sha256.clone(),
        model: format!("{} {}", model.card.name, model.card.version),
        model_sha256: model.hash.clone(),
        scores_sha256,
        readings: readings(request, &data, &thresholds)?,
        data,
        skipped: skipped.into_iter().filter(|(_, n)| *n > 0).map(|(k, n)| (k.to_owned(), n)).collect(),
        prevalence: suite.prevalence,
        seed: suite.seed,
        resamples: suite.resamples,
        thresholds,
        tables,
        plots,
        run,
    })
}

/// Those of the file that is replaced, and this one; a changed threshold on the same test data is recorded.
fn readings(
    request: &Request,
    data: &BTreeMap<String, Data>,
    thresholds: &[Threshold],
) -> Result<Vec<Reading>> {
    let mut readings = request.before.as_ref().map(|b| b.readings.clone()).unwrap_or_default();
    let Some(test) = data.get("test") else { return Ok(readings) };
    if request.before.as_ref().is_some_and(|b| b.suite.split(' ').next() != Some(&request.suite.name)) {
        bail!("the result to be replaced is of another suite; give another --out");
    }
    let last = readings.iter().rev().find(|r| r.data_sha256 == test.sha256);
    let changed = last.is_some_and(|l| l.thresholds != thresholds);
    readings.push(Reading {
        at: jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string(),
        model_sha256: request.model.hash.clone(),
        data_sha256: test.sha256.clone(),
        thresholds: thresholds.to_vec(),
        changed,
    });
    Ok(readings)
}

/// Alarms on harmless conversations, by source.
fn benign(suite: &Suite, part: &Part) -> Result<Table> {
    let mut sources: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, case) in part.cases.iter().enumerate() {
        sources.entry(&case.gold.source).or_default().push(i);
    }
    let mut rows = Vec::new();
    for (source, items) in sources {
        let cases = items.iter().map(|i| part.cases[*i]).collect();
        let one = Part::new(suite, source, cases, items.iter().map(|i| part.verdicts[*i].clone()).collect());
        rows.push(tables::quiet(source, &one, suite.prevalence));
    }
    rows.push(tables::quiet("all", part, suite.prevalence));
    let columns = ["false alarms", "upper bound at none", "look now", "per 1,000", "cannot say"];
    let note = "False alarms: share at the band look or above. Where there is none, 3/n bounds it from above (95 %).";
    Ok(Table::new("benign", "Alarms on harmless conversations, by source", note, &columns, rows))
}
