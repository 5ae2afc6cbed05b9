//! One run of a suite: score dev, choose thresholds, freeze them, score test, judge both.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::again::Again;
use super::baselines::Baselines;
use super::beside::stand;
use super::cases::{Case, Gold, Skipped};
use super::choice::{card, choose, own};
use super::foreign::Theirs;
use super::part::{Part, System};
use super::result::{Data, Outcome, Plot, Reading, Run, SCHEMA, Table, Threshold, hashed};
use super::side::SideFile;
use super::suite::{Suite, Task};
use super::texts::Texts;
use super::verdict::{Scorer, Verdict};
use super::{
    espd, fairness, lengths, pan12, plots, quantization, robustness, signals, strata, tables, warnings,
};
use crate::head::SIGNALS;
use crate::models::Model;
use crate::transcript::Transcript;

/// Told what is being done, how many are done, and of how many (0 where that is not known).
pub type Tell<'a> = &'a (dyn Fn(&str, usize, usize) + Sync);

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
    /// Where their alarms begin, in place of a choice.
    pub threshold: Option<f64>,
    /// A further corpus to fit baselines and choose thresholds on (pan12).
    pub train: Option<&'a Path>,
    /// File that takes our scores as they come.
    pub side: Option<&'a SideFile>,
    /// File that takes what further readings find, until the result is written.
    pub again: Option<&'a SideFile>,
    /// Conversations of each source, at most.
    pub limit: Option<usize>,
    /// A list of ids; only these conversations are measured.
    pub ids: Option<&'a Path>,
    /// The result that is replaced, whose readings of test are carried on.
    pub before: Option<Outcome>,
    /// Who is told how far it is.
    pub tell: Tell<'a>,
}

/// Run a suite.
pub fn run(request: &Request) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    request.scores.map_or(Ok(()), |_| suite.takes_scores())?;
    if suite.task == Task::Pan12 {
        return pan12::run(request);
    }
    let (measured, data) = suite.measured(request.data)?;
    let (texts, golds, mut skipped) = Texts::judged(&measured, &data, request.limit, request.ids)?;
    let of = |split: &str| golds.iter().filter(|g| g.split == split).collect::<Vec<_>>();
    let splits: Vec<&str> = ["dev", "test"].into_iter().filter(|s| !of(s).is_empty()).collect();
    let judged: Vec<&Gold> = splits.iter().flat_map(|s| of(s)).collect();
    let mut theirs = request
        .scores
        .map(|path| Theirs::read(path, &judged, suite.task, request.threshold, |id| texts.hold(id)))
        .transpose()?;
    (request.tell)("baselines are fitted", 0, 0);
    let beside = stand(request, &texts, &of("train"))?;
    let baselines = beside.baselines;
    let (mut thresholds, mut cost, mut parts) = (card(model), Run::default(), Vec::new());
    if let Some(theirs) = &theirs {
        skipped.insert("scores of conversations that are not judged here", theirs.others);
        thresholds.extend(own(theirs));
    }
    thresholds.extend(beside.thresholds);
    for split in splits {
        let mut scorer = Scorer::new(model, request.side, suite.task.needs_messages())?;
        let (verdicts, scored) = read(&texts, &of(split), &mut scorer, baselines.as_ref(), request.tell)?;
        cost = cost.and(scorer.cost());
        let mut part = Part::new(suite, split, of(split), verdicts);
        if let Some(theirs) = &mut theirs {
            part.systems.push(theirs.of_next(part.golds.len()));
        }
        scored.into_iter().for_each(|(name, scores)| part.systems.push(System::beside(name, scores)));
        if split == "dev" {
            choose(suite, &part, &mut thresholds);
        }
        parts.push(part);
    }
    let again = Again {
        texts: &texts,
        model,
        baselines: baselines.as_ref(),
        suite: &suite.sha256,
        beside: request.again,
        tell: request.tell,
    };
    let remarks = texts.unread().into_iter().chain(beside.remark).collect();
    outcome(request, &again, &parts, thresholds, cost, skipped, remarks)
}

type Scored = Vec<(&'static str, Vec<f64>)>;

/// Score a split, a batch of texts at a time.
fn read(
    texts: &Texts,
    golds: &[&Gold],
    scorer: &mut Scorer,
    baselines: Option<&Baselines>,
    tell: Tell<'_>,
) -> Result<(Vec<Verdict>, Scored)> {
    let mut verdicts: Vec<Option<Verdict>> = golds.iter().map(|_| None).collect();
    let (what, mut done) = (golds.first().map_or("", |g| g.split.as_str()), 0);
    tell(what, 0, golds.len());
    let mut beside = Scored::new();
    texts.each(golds, &mut |batch| {
        let cases: Vec<&Case> = batch.iter().map(|(_, case)| case).collect();
        for ((at, _), verdict) in batch.iter().zip(scorer.score(&cases)?) {
            verdicts[*at] = Some(verdict);
        }
        let chats: Vec<&Transcript> = cases.iter().map(|c| &c.transcript).collect();
        let scores = baselines.map(|b| b.scores(&chats)).transpose()?.unwrap_or_default();
        if beside.is_empty() {
            beside = scores.iter().map(|(name, _)| (*name, vec![0.0; golds.len()])).collect();
        }
        for ((_, into), (_, scores)) in beside.iter_mut().zip(scores) {
            batch.iter().zip(scores).for_each(|((at, _), score)| into[*at] = score);
        }
        done += batch.len();
        tell(what, done, golds.len());
        Ok(())
    })?;
    let verdicts = verdicts.into_iter().collect::<Option<Vec<_>>>();
    Ok((verdicts.context("every conversation was scored")?, beside))
}

fn outcome(
    request: &Request,
    again: &Again,
    parts: &[Part],
    thresholds: Vec<Threshold>,
    mut run: Run,
    skipped: Skipped,
    remarks: Vec<String>,
) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    let data = parts.iter().flat_map(Part::named).collect();
    let (mut found, mut plots) = (Vec::<Table>::new(), Vec::new());
    for part in parts {
        let mut more = |(tables, cost): (Vec<Table>, Run)| {
            found.extend(tables);
            run = std::mem::take(&mut run).and(cost);
        };
        match suite.task {
            Task::Risk => {
                found.push(tables::conversations(part));
                found.push(tables::differences(part));
                found.push(tables::thresholds(part, &thresholds, suite.prevalence));
                found.push(tables::differences_at(part, &thresholds));
                found.push(tables::calibration(part));
                found.extend(tables::reliability(part));
                found.push(signals::signals(part, model));
                found.push(tables::patterns(part));
                found.push(tables::concern(part));
                found.push(warnings::timing(part, &thresholds));
                plots.extend(plots::ranked(part, suite));
                plots.extend(plots::latencies(part, &thresholds));
            }
            Task::Turns => {
                found.extend(warnings::turns(part, &thresholds));
                plots.extend(plots::latencies(part, &thresholds));
            }
            Task::Signals => found.push(signals::signals(part, model)),
            Task::Benign => found.extend(strata::benign(suite, part, &thresholds)?),
            Task::Languages => {
                let look = f64::from(model.card.bands.look);
                found.extend(strata::languages(suite, part, look, &thresholds));
            }
            Task::Pan12 => bail!("pan12 has no splits"),
            Task::Fairness => found.extend(fairness::fairness(part, &suite.subgroups, &thresholds)),
            Task::Espd => {
                let (table, plot, cost) = espd::espd(part, again, &thresholds)?;
                more((vec![table], cost));
                plots.push(plot);
                plots.extend(plots::latencies(part, &thresholds));
            }
            Task::Robustness => more(robustness::attacked(part, again, suite.seed, &thresholds)?),
            Task::Quantization => more(quantization::against_whole(part, again)?),
            Task::Length => more(lengths::lengths(part, again, &thresholds)?),
        }
    }
    plots.extend(found.iter().filter_map(|table| drawn(suite.task, table)));
    let found = Found { data, tables: found, plots, thresholds, run, skipped, remarks, ..Found::default() };
    finish(request, found)
}

/// The plot of a table that says one thing of each row, from 0 to 1.
fn drawn(task: Task, table: &Table) -> Option<Plot> {
    if table.id.contains("differences") {
        return None;
    }
    let columns: &[&str] = match task {
        Task::Length => return Some(plots::lines(table, "messages", &["recall", "false alarms", "AUROC"])),
        Task::Robustness | Task::Quantization => &["recall", "false alarms"],
        Task::Fairness => &["false alarms", "misses"],
        Task::Benign => &["false alarms", "cannot say"],
        Task::Languages => &["recall, all scores", "false alarms, all scores", "cannot say"],
        Task::Signals => &["AUPRC", "F1"],
        Task::Risk | Task::Turns | Task::Espd | Task::Pan12 => return None,
    };
    plots::rows(table, columns)
}

/// What a run found.
#[derive(Default)]
pub(super) struct Found {
    pub data: BTreeMap<String, Data>,
    pub tables: Vec<Table>,
    pub plots: Vec<Plot>,
    pub thresholds: Vec<Threshold>,
    pub run: Run,
    pub skipped: Skipped,
    /// SHA-256 of further files it rests on, by name.
    pub files: BTreeMap<String, String>,
    /// What must be known before a number is cited.
    pub remarks: Vec<String>,
}

/// Put a result together.
pub(super) fn finish(request: &Request, found: Found) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    let brought = request.data.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let own = brought.as_ref().filter(|_| suite.data.path.is_some());
    let mut files = found.files;
    files.extend(suite.words()?.map(|words| (words.name, crate::models::sha256(words.text.as_bytes()))));
    files.extend(request.ids.map(hashed).transpose()?);
    Ok(Outcome {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        suite: format!("{} {}", suite.name, suite.version),
        title: own.map_or_else(
            || suite.title.clone(),
            |name| format!("What the suite {} asks, on other data: {name}", suite.name),
        ),
        suite_sha256: suite.sha256.clone(),
        at: now()?,
        brought,
        limit: request.limit,
        files,
        settings: BTreeMap::new(),
        remarks: found.remarks,
        model: format!("{} {}", model.card.name, model.card.version),
        model_sha256: model.hash.clone(),
        device: model.device.to_string(),
        precision: model.precision.name().to_owned(),
        scores_sha256: request.scores.map(hashed).transpose()?.map(|(_, hash)| hash),
        readings: readings(request, &found.data, &found.thresholds)?,
        data: found.data,
        skipped: found
            .skipped
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(why, n)| (why.to_owned(), n))
            .collect(),
        prevalence: suite.prevalence,
        seed: suite.seed,
        resamples: suite.resamples,
        thresholds: found.thresholds,
        names: SIGNALS.map(|s| (s.id().to_owned(), f64::from(model.card.bands.name.at(s)))).into(),
        window: suite.window,
        tables: found.tables,
        plots: found.plots,
        run: found.run,
    })
}

pub(super) fn now() -> Result<String> {
    Ok(jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string())
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
    // For each system its last reading of the same data: one that only now stands beside the others changes nothing.
    let of = |all: &[Threshold], system: &str| -> Vec<Threshold> {
        all.iter().filter(|t| t.system == system).cloned().collect()
    };
    let before = |system: &str| {
        let mut earlier =
            readings.iter().rev().filter(|r| r.data_sha256 == test.sha256).map(|r| of(&r.thresholds, system));
        earlier.find(|found| !found.is_empty())
    };
    let changed =
        thresholds.iter().any(|t| before(&t.system).is_some_and(|b| b != of(thresholds, &t.system)));
    readings.push(Reading {
        at: now()?,
        model_sha256: request.model.hash.clone(),
        data_sha256: test.sha256.clone(),
        thresholds: thresholds.to_vec(),
        changed,
    });
    Ok(readings)
}
