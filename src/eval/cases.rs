//! One conversation with its labels, which must fit its text.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};

use super::labelled::Record;
use super::suite::{Suite, Task};
use super::texts::Texts;
use crate::head::{Pattern, Signal};
use crate::import::{self, Options};
use crate::transcript::Transcript;

/// A conversation and what is known of it.
pub struct Case {
    /// What a model may see.
    pub transcript: Transcript,
    /// What it may not.
    pub gold: Gold,
}

/// Labels. What is `None` is unknown, never "no".
#[derive(Clone, Debug, Default)]
pub struct Gold {
    /// Which conversation.
    pub id: String,
    /// What is drawn as a whole in a resample.
    pub group: String,
    /// `train`, `dev` or `test`.
    pub split: String,
    /// Which corpus, or which file.
    pub source: String,
    /// Language, where it is known.
    pub lang: Option<String>,
    /// Messages, those of the app included.
    pub messages: usize,
    /// Whether it is risky.
    pub risk: bool,
    /// What it is by its end.
    pub patterns: Option<Vec<Pattern>>,
    /// Who makes it so.
    pub concern: Option<BTreeSet<String>>,
    /// 0-based message from which a colleague should look.
    pub onset: Option<usize>,
    /// For each message, what it does.
    pub signals: Option<Vec<Vec<Signal>>>,
    /// What its suite counts it by: subgroups, the source, or the language.
    pub kinds: Vec<String>,
    /// What else is known of it.
    pub notes: BTreeMap<String, String>,
    /// SHA-256 of the text as read.
    pub sha256: String,
}

impl Gold {
    /// All labels but the risk, in a line, for a hash over them.
    pub(super) fn rest(&self) -> String {
        let Self { group, lang, patterns, concern, onset, signals, notes, .. } = self;
        serde_json::json!([group, lang, patterns, concern, onset, signals, notes]).to_string() + "\n"
    }
}

/// What was set aside, by reason.
pub type Skipped = BTreeMap<&'static str, usize>;

pub(super) fn case(suite: &Suite, record: Record, source: &str) -> Result<Case> {
    let (place, id) = (record.place.clone(), record.id.clone());
    let wrong = |what: &str| anyhow!("{place}: {id}: {what}");
    let transcript = transcript(&record)?;
    let n = record.messages.len();
    ensure!(
        transcript.messages.len() == n,
        wrong("labels do not match the texts: messages were added or lost in reading")
    );
    let labelled = record.messages.iter().filter(|m| m.signals.is_some()).count();
    ensure!(
        labelled == 0 || labelled == n,
        wrong("signals stand on some messages only; absent means unknown, [] means none")
    );
    let speakers: HashSet<&str> = record.messages.iter().map(|m| m.speaker.as_str()).collect();
    let risk = match record.risk {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(wrong("risk must be 0 or 1")),
    };
    let concern = record.person_of_concern.clone();
    ensure!(
        concern.iter().flatten().all(|c| speakers.contains(c.as_str())),
        wrong("person_of_concern is nobody who writes in it")
    );
    ensure!(
        risk || concern.as_ref().is_none_or(Vec::is_empty),
        wrong("a harmless conversation has no person_of_concern")
    );
    ensure!(
        risk || record.patterns.as_ref().is_none_or(Vec::is_empty),
        wrong("a harmless conversation has no patterns")
    );
    ensure!(
        record.onset.is_none_or(|o| risk && o < n),
        wrong("onset must be the index of a message of a risky conversation")
    );
    let writer = record.writer.clone().unwrap_or_default();
    let source = if suite.task == Task::Benign { Some(source.to_owned()) } else { record.source.clone() }
        .unwrap_or_default();
    let gold = Gold {
        group: record.group.clone().unwrap_or_else(|| record.id.clone()),
        split: suite.split(&writer),
        kinds: kinds(suite, &record, &source),
        source,
        lang: record.lang.clone(),
        messages: n,
        risk,
        patterns: record.patterns.clone(),
        concern: concern.map(|c| c.into_iter().collect()),
        onset: record.onset,
        signals: (labelled == n)
            .then(|| record.messages.iter().map(|m| m.signals.clone().unwrap_or_default()).collect()),
        notes: record.notes,
        sha256: crate::score::fingerprint(&transcript),
        id: record.id,
    };
    Ok(Case { transcript, gold })
}

fn kinds(suite: &Suite, record: &Record, source: &str) -> Vec<String> {
    match suite.task {
        Task::Fairness => suite.groups_of(&record.notes),
        Task::Benign => vec![source.to_owned()],
        Task::Languages => vec![record.lang.clone().unwrap_or_default()],
        _ => Vec::new(),
    }
}

/// Read labelled conversations that belong to no suite.
pub fn labelled(data: &Path) -> Result<(Vec<Case>, Skipped)> {
    let suite = Suite::of_labels();
    let (texts, golds, skipped) = Texts::open(&suite, data, None, None)?;
    Ok((texts.cases(&golds.iter().collect::<Vec<_>>())?, skipped))
}

/// The conversation as `rushlight score` would read it from JSONL.
fn transcript(record: &Record) -> Result<Transcript> {
    let line = serde_json::to_vec(record).context("cannot write a record")?;
    let options = Options { format: Some("jsonl".to_owned()), ..Options::default() };
    let mut found = None;
    import::read_text(&record.place, line.as_slice(), &options, &mut |imported| {
        found = Some(imported.transcript);
        ControlFlow::Continue(())
    })?;
    found.ok_or_else(|| anyhow!("{}: {}: no conversation could be read", record.place, record.id))
}
