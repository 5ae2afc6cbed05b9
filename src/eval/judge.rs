//! One run of a suite: score dev, choose thresholds, freeze them, score test, judge both.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest, Sha256};

use super::again::Again;
use super::baselines::Baselines;
use super::cases::{Case, Gold, Skipped};
use super::foreign::Theirs;
use super::result::{Data, Measure, Outcome, Plot, Reading, Run, SCHEMA, Table, Threshold};
use super::side::SideFile;
use super::suite::{Suite, Task};
use super::texts::Texts;
use super::verdict::{Scorer, Verdict};
use super::{
    espd, fairness, lengths, pan12, plots, quantization, robustness, signals, strata, tables, warnings,
};
use crate::assessment::Band;
use crate::metrics::{Ranking, Resamples, best_threshold};
use crate::models::Model;
use crate::transcript::Transcript;

/// The name of our model among the systems.
pub(super) const OURS: &str = "rushlight";
/// The name of the threshold with the best F1 on dev.
const BEST: &str = "best F1";
/// The name of the alarms that another system raises itself.
pub(super) const OWN: &str = "its own";

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

/// One split with everything that was said of it.
pub(super) struct Part<'a> {
    pub split: String,
    pub golds: Vec<&'a Gold>,
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
    /// Of our model.
    pub bands: Option<Vec<Band>>,
    /// Alarms that it raises itself.
    pub own: Option<Vec<bool>>,
}

impl System {
    /// What stands beside the model: scores that are no probabilities, of whole conversations.
    pub fn beside(name: &str, scores: Vec<f64>) -> Self {
        Self { name: name.to_owned(), scores, messages: None, probability: false, bands: None, own: None }
    }

    /// Where it is judged when one threshold must do: the model's band `look`; the alarms that another system raises itself, or else its best F1 on dev.
    ///
    /// # Errors
    /// When it has none of these.
    pub fn threshold<'t>(&self, thresholds: &'t [Threshold]) -> Result<&'t Threshold> {
        let of = |name: &str| thresholds.iter().find(|t| t.system == self.name && t.name == name);
        let found = of("look").or(of(OWN)).or(of(BEST).filter(|t| t.value.is_some()));
        found.with_context(|| {
            format!("{}: there is no dev part to choose a threshold on; its scores must say \"alarm\" (true or false) on each line", self.name)
        })
    }

    /// Id and title of a table of this system alone; the model's are plain.
    pub fn titled(&self, id: &str, title: &str) -> (String, String) {
        match self.bands {
            Some(_) => (id.to_owned(), title.to_owned()),
            None => (format!("{id}, {}", self.name), format!("{title}: {}", self.name)),
        }
    }

    /// Alarms at a threshold. A band also knows what the model declined to judge.
    pub fn alarms(&self, t: &Threshold) -> Vec<bool> {
        match (&self.bands, &self.own, t.name.as_str()) {
            (Some(bands), _, "look") => bands.iter().map(|b| *b >= Band::Look).collect(),
            (Some(bands), _, "look now") => bands.iter().map(|b| *b == Band::LookNow).collect(),
            (_, Some(own), OWN) => own.clone(),
            _ => self.scores.iter().map(|s| t.value.is_some_and(|v| *s >= v)).collect(),
        }
    }
}

impl<'a> Part<'a> {
    pub fn new(suite: &Suite, split: &str, golds: Vec<&'a Gold>, verdicts: Vec<Verdict>) -> Self {
        let groups: Vec<&str> = golds.iter().map(|g| g.group.as_str()).collect();
        let draws = Resamples::new(&groups, suite.resamples, suite.seed);
        let labels = golds.iter().map(|g| g.risk).collect();
        let ours = System {
            name: OURS.to_owned(),
            scores: verdicts.iter().map(|v| v.score).collect(),
            messages: Some(
                verdicts.iter().map(|v| v.messages.iter().map(|m| (m.0, f64::from(m.1))).collect()).collect(),
            ),
            probability: true,
            bands: Some(verdicts.iter().map(|v| v.band).collect()),
            own: None,
        };
        Self { split: split.to_owned(), golds, labels, verdicts, systems: vec![ours], draws }
    }

    /// A share of these items, as recall and false alarms are, with an interval also where it is none or all of them.
    pub fn share(&self, items: &[usize], share: impl Fn(&[usize]) -> Option<f64> + Sync) -> Measure {
        let groups: Vec<&str> = self.golds.iter().map(|g| g.group.as_str()).collect();
        Measure::share(&self.draws, &groups, items, share)
    }

    /// The items of a class.
    pub fn items(&self, risky: bool) -> Vec<usize> {
        (0..self.labels.len()).filter(|i| self.labels[*i] == risky).collect()
    }

    /// A metric of items, with its interval; `n` is what it divides by.
    pub fn measure(&self, n: usize, metric: impl Fn(&[usize]) -> Option<f64> + Sync) -> Measure {
        Measure::over(&self.draws, self.labels.len(), n, metric)
    }

    /// What it is, by hash and counts.
    pub fn data(&self) -> Data {
        let mut hash = Sha256::new();
        for gold in &self.golds {
            hash.update(format!("{}\n{}\n{}\n", gold.id, gold.risk, gold.sha256));
        }
        Data {
            sha256: hash.finalize().iter().map(|b| format!("{b:02x}")).collect(),
            conversations: self.golds.len(),
            messages: self.golds.iter().map(|g| g.messages).sum(),
            risky: self.labels.iter().filter(|l| **l).count(),
            groups: self.draws.groups(),
        }
    }
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
    outcome(request, &texts, &parts, thresholds, cost, skipped)
}

/// What stands beside the model where risk is asked.
fn baselines<'m>(request: &Request<'m>, texts: &Texts, train: &[&Gold]) -> Result<Option<Baselines<'m>>> {
    if request.suite.task != Task::Risk {
        return Ok(None);
    }
    Ok(Some(Baselines::fit(request.model, request.suite.keywords().as_deref(), &texts.cases(train)?)?))
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
    texts: &Texts,
    parts: &[Part],
    thresholds: Vec<Threshold>,
    mut run: Run,
    skipped: Skipped,
) -> Result<Outcome> {
    let (suite, model) = (request.suite, request.model);
    let again = Again { texts, model, suite: &suite.sha256, beside: request.again };
    let data: BTreeMap<String, Data> = parts.iter().map(|p| (p.split.clone(), p.data())).collect();
    let (mut found, mut plots) = (Vec::new(), Vec::new());
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
                found.push(tables::calibration(part));
                found.push(signals::signals(part, model));
                found.push(tables::patterns(part));
                found.push(tables::concern(part));
                found.push(warnings::timing(part, &thresholds));
                plots.extend(plots::ranked(part, suite));
                plots.extend(plots::offsets(part, &thresholds));
            }
            Task::Turns => {
                found.extend(warnings::turns(part, &thresholds));
                plots.extend(plots::offsets(part, &thresholds));
            }
            Task::Signals => found.push(signals::signals(part, model)),
            Task::Benign => found.extend(strata::benign(suite, part, &thresholds)?),
            Task::Languages => found.push(strata::languages(suite, part, f64::from(model.card.bands.look))),
            Task::Pan12 => bail!("pan12 has no splits"),
            Task::Fairness => found.extend(fairness::fairness(part, &suite.subgroups, &thresholds)?),
            Task::Espd => {
                let (table, plot, cost) = espd::espd(part, &again, &thresholds)?;
                more((vec![table], cost));
                plots.push(plot);
            }
            Task::Robustness => more(robustness::attacked(part, &again, suite.seed)?),
            Task::Quantization => more(quantization::against_whole(part, &again)?),
            Task::Length => more(lengths::lengths(part, &again)?),
        }
    }
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
        at: jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string(),
        model_sha256: request.model.hash.clone(),
        data_sha256: test.sha256.clone(),
        thresholds: thresholds.to_vec(),
        changed,
    });
    Ok(readings)
}
