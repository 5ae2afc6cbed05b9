//! One run of a suite: score dev, choose thresholds, freeze them, score test, judge both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::again::Again;
use super::baselines::Baselines;
use super::cases::{Case, Gold, Skipped};
use super::foreign::Theirs;
use super::part::{BEST, OURS, OWN, Part, System};
use super::result::{Data, Outcome, Plot, Reading, Run, SCHEMA, Table, Threshold, hashed};
use super::side::SideFile;
use super::suite::{Suite, Task};
use super::texts::Texts;
use super::verdict::{Scorer, Verdict};
use super::{
    espd, fairness, lengths, pan12, plots, quantization, robustness, signals, strata, tables, warnings,
};
use crate::head::SIGNALS;
use crate::metrics::{Ranking, best_threshold};
use crate::models::Model;
use crate::transcript::Transcript;

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
    pub side: Option<&'a SideFile>,
    /// File that takes what further readings find, until the result is written.
    pub again: Option<&'a SideFile>,
    /// Conversations of each source, at most.
    pub limit: Option<usize>,
    /// A list of ids; only these conversations are measured.
    pub ids: Option<&'a Path>,
    /// The result that is replaced, whose readings of test are carried on.
    pub before: Option<Outcome>,
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
        .map(|path| Theirs::read(path, &judged, suite.task, |id| texts.hold(id)))
        .transpose()?;
    let baselines = baselines(request, &texts, &of("train"))?;
    let (mut thresholds, mut cost, mut parts) = (card(model), Run::default(), Vec::new());
    if let Some(theirs) = &theirs {
        skipped.insert("scores of conversations that are not judged here", theirs.others);
        thresholds.extend(own(theirs));
    }
    for split in splits {
        let mut scorer = Scorer::new(model, request.side, suite.task.needs_messages())?;
        let (verdicts, beside) = read(&texts, &of(split), &mut scorer, baselines.as_ref())?;
        cost = cost.and(scorer.cost());
        let mut part = Part::new(suite, split, of(split), verdicts);
        if let Some(theirs) = &mut theirs {
            part.systems.push(theirs.of_next(part.golds.len()));
        }
        beside.into_iter().for_each(|(name, scores)| part.systems.push(System::beside(name, scores)));
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
    };
    outcome(request, &again, &parts, thresholds, cost, skipped)
}

/// What stands beside the model; all where risk is asked, and what costs no reading where the same chats are asked of otherwise.
fn baselines<'m>(request: &Request<'m>, texts: &Texts, train: &[&Gold]) -> Result<Option<Baselines<'m>>> {
    match request.suite.task {
        Task::Risk => {
            let keywords = request.suite.keywords();
            Ok(Some(Baselines::fit(request.model, keywords.as_deref(), &texts.cases(train)?)?))
        }
        Task::Fairness | Task::Robustness => Ok(Some(Baselines::plain(&texts.cases(train)?))),
        _ => Ok(None),
    }
}

type Beside = Vec<(&'static str, Vec<f64>)>;

/// Score a split, a batch of texts at a time.
fn read(
    texts: &Texts,
    golds: &[&Gold],
    scorer: &mut Scorer,
    baselines: Option<&Baselines>,
) -> Result<(Vec<Verdict>, Beside)> {
    let mut verdicts: Vec<Option<Verdict>> = golds.iter().map(|_| None).collect();
    let mut beside = Beside::new();
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
        Ok(())
    })?;
    let verdicts = verdicts.into_iter().collect::<Option<Vec<_>>>();
    Ok((verdicts.context("every conversation was scored")?, beside))
}

/// The bands that come with the model.
pub(super) fn card(model: &Model) -> Vec<Threshold> {
    let bands = &model.card.bands;
    let threshold = |name: &str, value: f32| Threshold {
        system: OURS.to_owned(),
        name: name.to_owned(),
        value: Some(f64::from(value)),
        warn: bands.warn.filter(|warn| *warn > value).map(f64::from),
        chosen: format!("with the model: {}", bands.chosen),
    };
    vec![threshold("look", bands.look), threshold("look now", bands.look_now)]
}

/// The alarms of a system that decides itself.
pub(super) fn own(theirs: &Theirs) -> Option<Threshold> {
    let chosen = "by the system, as its scores say".to_owned();
    theirs.decides.then(|| Threshold {
        system: theirs.name.clone(),
        name: OWN.to_owned(),
        value: None,
        warn: None,
        chosen,
    })
}

/// Choose on dev, for every system: the best F1, and the most sensitive threshold within each budget.
fn choose(suite: &Suite, dev: &Part, thresholds: &mut Vec<Threshold>) {
    if dev.labels.iter().all(|l| *l == dev.labels[0]) {
        return;
    }
    for system in &dev.systems {
        let mut add = |name: String, value: Option<f64>, how: String| {
            let chosen = format!("{how} on dev (n {})", dev.labels.len());
            thresholds.push(Threshold { system: system.name.clone(), name, value, warn: None, chosen });
        };
        let best = best_threshold(&dev.labels, &system.scores, 1.0);
        add(BEST.to_owned(), best.map(|b| b.0).filter(|v| v.is_finite()), "highest F1".to_owned());
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
    again: &Again,
    parts: &[Part],
    thresholds: Vec<Threshold>,
    mut run: Run,
    skipped: Skipped,
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
            Task::Languages => found.push(strata::languages(suite, part, f64::from(model.card.bands.look))),
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
            Task::Length => more(lengths::lengths(part, again)?),
        }
    }
    plots.extend(found.iter().filter_map(|table| drawn(suite.task, table)));
    let remarks = again.texts.unread().into_iter().collect();
    let found = Found { data, tables: found, plots, thresholds, run, skipped, remarks, ..Found::default() };
    finish(request, found)
}

/// The plot of a table that says one thing of each row.
fn drawn(task: Task, table: &Table) -> Option<Plot> {
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
    for path in suite.keywords().iter().map(PathBuf::as_path).chain(request.ids) {
        files.extend([hashed(path)?]);
    }
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

fn now() -> Result<String> {
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
