//! Conversations with their labels, checked before anything is measured on them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::labelled::{self, Record};
use super::notation;
use super::suite::Suite;
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
    /// What else is known of it.
    pub notes: BTreeMap<String, String>,
    /// SHA-256 of the text as read.
    pub sha256: String,
}

/// What was set aside, by reason.
pub type Skipped = BTreeMap<&'static str, usize>;

/// Read all cases of a suite. `limit` keeps so many of each source, chosen by the hash of their ids.
pub fn load(suite: &Suite, data: &Path, limit: Option<usize>) -> Result<(Vec<Case>, Skipped)> {
    let (mut cases, mut skipped, mut seen) = (Vec::new(), Skipped::new(), HashMap::<String, String>::new());
    for path in files(data)? {
        let source = source_of(&path);
        let mut kept: Vec<(String, Record)> = Vec::new();
        let mut each = |record: Record| -> Result<()> {
            if let Some(before) = seen.insert(record.id.clone(), record.place.clone()) {
                bail!("{}: {} also stands in {before}; ids must differ", record.place, record.id);
            }
            let other = suite.data.language.as_ref().is_some_and(|l| record.lang.as_ref() != Some(l));
            if other {
                *skipped.entry("in another language").or_default() += 1;
            } else if record.risk.is_none() {
                *skipped.entry("without a label of risk").or_default() += 1;
            } else if record.messages.is_empty() {
                *skipped.entry("without messages").or_default() += 1;
            } else {
                kept.push((crate::models::sha256(record.id.as_bytes()), record));
            }
            Ok(())
        };
        if path.extension().is_some_and(|e| e == "chat") {
            notation::read(&path)?.into_iter().try_for_each(&mut each)?;
        } else {
            labelled::read(&path, &mut each)?;
        }
        if let Some(limit) = limit.filter(|l| *l < kept.len()) {
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            *skipped.entry("beyond --limit").or_default() += kept.len() - limit;
            kept.truncate(limit);
        }
        for (_, record) in kept {
            cases.push(case(suite, record, &source)?);
        }
    }
    check(suite, &cases, data)?;
    Ok((cases, skipped))
}

/// Read labelled conversations that belong to no suite.
pub fn labelled(data: &Path) -> Result<(Vec<Case>, Skipped)> {
    load(&Suite::of_labels(), data, None)
}

fn files(data: &Path) -> Result<Vec<std::path::PathBuf>> {
    if data.is_file() {
        return Ok(vec![data.to_owned()]);
    }
    let known = |p: &Path| {
        let name = p.to_string_lossy();
        [".chat", ".jsonl", ".jsonl.xz"].iter().any(|end| name.ends_with(end))
    };
    let entries = std::fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))?;
    let mut found: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| known(p)).collect();
    found.sort();
    ensure!(!found.is_empty(), "{}: no .chat, .jsonl or .jsonl.xz file in it", data.display());
    Ok(found)
}

fn source_of(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn case(suite: &Suite, record: Record, source: &str) -> Result<Case> {
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
        record.onset.is_none_or(|o| risk && o < n),
        wrong("onset must be the index of a message of a risky conversation")
    );
    let writer = record.writer.clone().unwrap_or_default();
    let gold = Gold {
        group: record.group.clone().unwrap_or_else(|| record.id.clone()),
        split: suite.split(&writer),
        source: if suite.task == super::Task::Benign {
            source.to_owned()
        } else {
            record.source.clone().unwrap_or_default()
        },
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

/// What must hold of the whole.
fn check(suite: &Suite, cases: &[Case], data: &Path) -> Result<()> {
    ensure!(!cases.is_empty(), "suite {}: no labelled conversation in {}", suite.name, data.display());
    let mut splits: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for Gold { id, group, split, .. } in cases.iter().map(|c| &c.gold) {
        let (first, where_) = *splits.entry(group).or_insert((id, split));
        ensure!(
            where_ == split,
            "{}: group {group} straddles splits: {first} is in {where_} and {id} in {split}",
            data.display()
        );
    }
    for (split, expected) in &suite.data.counts {
        let found = cases.iter().filter(|c| c.gold.split == *split).count();
        ensure!(
            found == *expected,
            "suite {}: {split} should hold {expected} conversations and {} gives {found}",
            suite.name,
            data.display()
        );
    }
    for split in suite.data.splits.keys().filter(|_| suite.task != super::Task::Benign) {
        let part: Vec<bool> = cases.iter().filter(|c| c.gold.split == *split).map(|c| c.gold.risk).collect();
        ensure!(
            part.iter().any(|r| *r) && part.iter().any(|r| !r),
            "{}: {split} holds one class only ({} conversations); both are needed",
            data.display(),
            part.len()
        );
    }
    Ok(())
}
