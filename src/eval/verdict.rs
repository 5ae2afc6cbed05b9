//! What our model says of each conversation, scored now or taken over from an interrupted run.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

use super::cases::{Case, Gold};
use super::result::Run;
use super::side::{self, Scored, SideFile};
use crate::assessment::{Assessment, Band};
use crate::head::{Pattern, SIGNALS, Signal};
use crate::models::Model;
use crate::score::{Reading, Workers};

/// Conversations that are scored side by side before their lines are written.
const BATCH: usize = 64;

/// Our model on one conversation, with enough beside it to compare two files without the data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// Which conversation.
    pub id: String,
    /// SHA-256 of its text as read.
    pub sha256: String,
    /// SHA-256 of the model.
    pub model: String,
    /// Its group.
    pub group: String,
    /// Its split.
    pub split: String,
    /// Its label.
    pub label: bool,
    /// The risk at its end.
    pub score: f64,
    /// The band.
    pub band: Band,
    /// Speakers named.
    pub concern: Vec<String>,
    /// By pattern.
    pub patterns: std::collections::BTreeMap<Pattern, f32>,
    /// For each message that somebody wrote: its index, the risk so far, and the ten signals.
    pub messages: Vec<MessageRow>,
    /// What else is known of it; files of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// Index of a message, the risk so far, and the ten signals.
pub type MessageRow = (usize, f32, [f32; SIGNALS.len()]);

/// Labels of a conversation beside its risk, as far as there are any.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Known {
    /// 0-based message from which a colleague should look.
    pub onset: Option<usize>,
    /// Who makes it risky.
    pub concern: Option<BTreeSet<String>>,
    /// What each message does.
    pub signals: Option<Vec<Vec<Signal>>>,
    /// Subgroups, source or language, whichever its suite counts by.
    pub kinds: Vec<String>,
}

impl Known {
    fn of(gold: &Gold) -> Option<Self> {
        let Gold { onset, concern, signals, kinds, .. } = gold.clone();
        Some(Self { onset, concern, signals, kinds })
    }
}

impl Verdict {
    fn of(case: &Case, a: &Assessment) -> Self {
        let row = |m: &crate::assessment::MessageScore| (m.index, m.risk, SIGNALS.map(|s| m.signals[&s]));
        Self {
            id: case.gold.id.clone(),
            sha256: case.gold.sha256.clone(),
            model: a.model.sha256.clone(),
            group: case.gold.group.clone(),
            split: case.gold.split.clone(),
            label: case.gold.risk,
            score: f64::from(a.risk),
            band: a.band,
            concern: a.person_of_concern.clone(),
            patterns: a.patterns.clone(),
            messages: a.messages.iter().map(row).collect(),
            known: Known::of(&case.gold),
        }
    }

    /// Of a conversation whose score and band are all that is kept.
    pub(super) fn brief(gold: &Gold, score: f64, band: Band) -> Self {
        let (patterns, messages, concern) = Default::default();
        Self {
            id: gold.id.clone(),
            sha256: gold.sha256.clone(),
            model: String::new(),
            group: gold.group.clone(),
            split: gold.split.clone(),
            label: gold.risk,
            score,
            band,
            concern,
            patterns,
            messages,
            known: None,
        }
    }

    /// Without what was said of each message, and without what its labels say anyway.
    fn light(self) -> Self {
        Self { messages: Vec::new(), known: None, ..self }
    }

    /// Whether it reached the band `look`.
    pub fn alarm(&self) -> bool {
        self.band >= Band::Look
    }
}

/// Scores conversations as they come: lines go to a file as they are made, and whole lines that stand there already are taken over.
pub struct Scorer<'a> {
    model: &'a Model,
    beside: Option<&'a SideFile>,
    known: HashMap<String, Verdict>,
    /// Whether what was said of each message is kept.
    messages: bool,
    workers: Workers,
    run: Run,
}

impl<'a> Scorer<'a> {
    /// `messages` says whether what was said of each message is kept in memory; the file always has it.
    pub fn new(model: &'a Model, beside: Option<&'a SideFile>, messages: bool) -> Result<Self> {
        let light = |v: Verdict| if messages { v } else { v.light() };
        let known = side::known(beside, &model.hash, light)?;
        Ok(Self { model, beside, known, messages, workers: Workers::new()?, run: Run::default() })
    }

    /// Verdicts on some conversations, side by side.
    pub fn score(&mut self, cases: &[&Case]) -> Result<Vec<Verdict>> {
        let begun = Instant::now();
        let fresh: Vec<&&Case> = cases.iter().filter(|c| !self.known.contains_key(&c.gold.id)).collect();
        let scored = read(self.model, &self.workers, &fresh)?;
        side::append(self.beside, &scored)?;
        self.run.scored += scored.len();
        self.run.messages += scored.iter().map(|v| v.messages.len()).sum::<usize>();
        let (mut scored, mut verdicts) = (scored.into_iter(), Vec::with_capacity(cases.len()));
        for case in cases {
            let verdict = match self.known.remove(&case.gold.id) {
                Some(old) => {
                    ensure!(
                        old.sha256 == case.gold.sha256,
                        "{}: its text is not the one that was scored in {}; use --overwrite",
                        old.id,
                        self.beside.map_or_else(String::new, SideFile::name)
                    );
                    self.run.resumed += 1;
                    old
                }
                None => scored.next().context("every other conversation was scored")?,
            };
            verdicts.push(if self.messages { verdict } else { verdict.light() });
        }
        self.run.seconds += begun.elapsed().as_secs_f64();
        Ok(verdicts)
    }

    /// What it cost.
    pub fn cost(self) -> Run {
        self.run.told()
    }
}

/// Score `cases`; see [`Scorer`].
pub fn score(model: &Model, cases: &[&Case]) -> Result<(Vec<Verdict>, Run)> {
    let mut scorer = Scorer::new(model, None, true)?;
    let verdicts = cases.chunks(BATCH).map(|batch| scorer.score(batch)).collect::<Result<Vec<_>>>()?;
    Ok((verdicts.concat(), scorer.cost()))
}

fn read(model: &Model, workers: &Workers, cases: &[&&Case]) -> Result<Vec<Verdict>> {
    let readings =
        cases.iter().map(|case| Reading { transcript: &case.transcript, format: "jsonl", notes: Vec::new() });
    let readings: Vec<Reading<'_>> = readings.collect();
    let assessments = workers.assess(model, &readings);
    cases.iter().zip(assessments).map(|(case, assessment)| verdict(case, assessment)).collect()
}

fn verdict(case: &Case, assessment: Result<Assessment>) -> Result<Verdict> {
    let id = &case.gold.id;
    let verdict = Verdict::of(case, &assessment.map_err(|e| anyhow!("{id}: {e:#}"))?);
    let finite = verdict.messages.iter().all(|m| m.1.is_finite() && m.2.iter().all(|s| s.is_finite()))
        && verdict.patterns.values().all(|p| p.is_finite());
    ensure!(verdict.score.is_finite() && finite, "{id}: a score of the model is not a finite number");
    Ok(verdict)
}

impl Scored for Verdict {
    fn id(&self) -> &str {
        &self.id
    }

    fn model(&self) -> &str {
        &self.model
    }
}
