//! The conversations of a suite, read from their files one at a time and as often as they are needed. What stays in memory is labels,
//! so that it does not grow with the texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::cases::{Case, Gold, Skipped, case};
use super::ids::Ids;
use super::join::Join;
use super::labelled::{self, Record};
use super::notation;
use super::suite::{Suite, Task};
use crate::import;

/// Conversations that are held at a time.
const BATCH: usize = 64;

/// Where the conversations of a suite stand.
pub struct Texts<'a> {
    suite: &'a Suite,
    files: Vec<PathBuf>,
    /// Ids of all of them, and where each stands.
    places: HashMap<String, String>,
    /// Keys of conversations that are not read, and how many have them.
    unread: BTreeMap<String, usize>,
}

impl<'a> Texts<'a> {
    /// Read all labels and check them as a whole. `limit` keeps so many conversations of each file, chosen by the hash of their ids;
    /// `ids` keeps those of a list.
    ///
    /// # Errors
    /// When a label does not fit its text, an id stands twice, a group straddles splits, a class that is needed is missing, or
    /// nothing is left. The message names file and id.
    pub fn open(
        suite: &'a Suite,
        data: &Path,
        limit: Option<usize>,
        ids: Option<&Path>,
    ) -> Result<(Self, Vec<Gold>, Skipped)> {
        let mut texts = Self { suite, files: files(data)?, places: HashMap::new(), unread: BTreeMap::new() };
        let mut unread: BTreeMap<String, usize> = BTreeMap::new();
        let mut ids = ids.map(Ids::read).transpose()?;
        let (mut golds, mut skipped, mut seen) =
            (Vec::new(), Skipped::new(), HashMap::<String, String>::new());
        for path in &texts.files {
            let (mut kept, source) = (Vec::new(), source_of(path));
            texts.records(path, &mut |record| {
                if let Some(before) = seen.insert(record.id.clone(), record.place.clone()) {
                    bail!("{}: {} also stands in {before}; ids must differ", record.place, record.id);
                }
                record.rest.keys().for_each(|key| *unread.entry(key.clone()).or_default() += 1);
                let listed = ids.as_mut().is_none_or(|ids| ids.meet(&record.id));
                match if listed { unfit(suite, &record) } else { Some("not in the list of --ids") } {
                    Some(why) => *skipped.entry(why).or_default() += 1,
                    None => kept.push(case(suite, record, &source)?.gold),
                }
                Ok(())
            })?;
            if let Some(limit) = limit.filter(|l| *l < kept.len()) {
                kept.sort_by_cached_key(|gold| crate::models::sha256(gold.id.as_bytes()));
                *skipped.entry("beyond --limit").or_default() += kept.len() - limit;
                kept.truncate(limit);
            }
            golds.extend(kept);
        }
        let part = ids.is_some() || limit.is_some();
        ids.map_or(Ok(()), |ids| ids.all_met(data))?;
        check(suite, &golds, &skipped, data, !part, &seen)?;
        (texts.places, texts.unread) = (seen, unread);
        Ok((texts, golds, skipped))
    }

    /// What is in the data and is not read, in words.
    pub fn unread(&self) -> Option<String> {
        let some: Vec<String> = self.unread.iter().map(|(key, n)| format!("{key} ({n})")).collect();
        let keys = some.join(", ");
        (!some.is_empty())
            .then(|| format!("keys of conversations that are not read, and how many have them: {keys}"))
    }

    /// Whether there is a conversation of this id, judged or not.
    pub fn hold(&self, id: &str) -> bool {
        self.places.contains_key(id)
    }

    /// The same, each split that is judged holding what the suite divides by.
    pub fn judged(
        suite: &'a Suite,
        data: &Path,
        limit: Option<usize>,
        ids: Option<&Path>,
    ) -> Result<(Self, Vec<Gold>, Skipped)> {
        let opened = Self::open(suite, data, limit, ids)?;
        check_splits(suite, &opened.1, &opened.2, data)?;
        Ok(opened)
    }

    /// Hand over conversations in batches, each with its place among `golds`; they come in the order of the files.
    ///
    /// # Errors
    /// What `take` returns, or when the files are no longer as they were.
    pub fn each(
        &self,
        golds: &[&Gold],
        take: &mut dyn FnMut(Vec<(usize, Case)>) -> Result<()>,
    ) -> Result<()> {
        let mut places: HashMap<&str, usize> =
            golds.iter().enumerate().map(|(at, gold)| (gold.id.as_str(), at)).collect();
        let mut batch = Vec::new();
        for path in &self.files {
            let source = source_of(path);
            self.records(path, &mut |record| {
                let Some(at) = places.remove(record.id.as_str()) else { return Ok(()) };
                let place = record.place.clone();
                let case = case(self.suite, record, &source)?;
                let same = case.gold.sha256 == golds[at].sha256;
                ensure!(same, "{place}: {}: it changed while it was read", case.gold.id);
                batch.push((at, case));
                if batch.len() == BATCH { take(std::mem::take(&mut batch)) } else { Ok(()) }
            })?;
        }
        take(batch)?;
        let lost = places.into_keys().min();
        ensure!(lost.is_none(), "{}: it is no longer where it was read", lost.unwrap_or_default());
        Ok(())
    }

    /// All of them at once, in the order of `golds`.
    pub fn cases(&self, golds: &[&Gold]) -> Result<Vec<Case>> {
        let mut found = Vec::with_capacity(golds.len());
        self.each(golds, &mut |batch| {
            found.extend(batch);
            Ok(())
        })?;
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, case)| case).collect())
    }

    /// Hand over every record, in the order of the files.
    pub(super) fn all(&self, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.files.iter().try_for_each(|path| self.records(path, each))
    }

    fn records(&self, path: &Path, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        if path.extension().is_some_and(|e| e == "chat") {
            return notation::read(path)?.into_iter().try_for_each(each);
        }
        if !self.suite.data.join {
            return labelled::read(path, each);
        }
        let mut join = Join::default();
        labelled::read(path, &mut |record| join.take(record, each))?;
        join.end(each)
    }
}

/// Why a suite does without a conversation.
fn unfit(suite: &Suite, record: &Record) -> Option<&'static str> {
    let (data, lang) = (&suite.data, record.lang.as_ref());
    // What is in no known language is taken to be in the one that is asked for.
    let other = data.language.is_some() && lang.is_some() && data.language.as_ref() != lang;
    if other {
        return Some("in another language");
    }
    if data.other_than.is_some() && data.other_than.as_ref() == lang {
        return Some("in the language that this suite leaves out");
    }
    if data.other_than.is_some() && lang.is_none() {
        return Some("without a language");
    }
    match record.risk {
        None => Some("without a label of risk"),
        Some(1) if suite.task == Task::Benign => Some("labelled risky"),
        _ if record.messages.is_empty() => Some("without messages"),
        _ if record.messages.len() < data.least => Some("shorter than the suite asks for"),
        _ => None,
    }
}

fn files(data: &Path) -> Result<Vec<PathBuf>> {
    if data.is_file() {
        return Ok(vec![data.to_owned()]);
    }
    let known = |p: &Path| {
        let name = p.to_string_lossy();
        [".chat", ".jsonl", ".jsonl.xz"].iter().any(|end| name.ends_with(end))
    };
    let entries = std::fs::read_dir(data).with_context(|| format!("cannot read {}", data.display()))?;
    let ours = |p: &PathBuf| import::is_results(p) || import::is_scores(p);
    let mut found: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| known(p) && !ours(p)).collect();
    found.sort();
    ensure!(!found.is_empty(), "{}: no .chat, .jsonl or .jsonl.xz file in it", data.display());
    Ok(found)
}

fn source_of(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// What must hold of the whole.
fn check(
    suite: &Suite,
    golds: &[Gold],
    skipped: &Skipped,
    data: &Path,
    whole: bool,
    places: &HashMap<String, String>,
) -> Result<()> {
    let data = data.display();
    ensure!(
        !golds.is_empty(),
        "suite {}: no labelled conversation in {data} that it can be measured on{}",
        suite.name,
        set_aside(skipped)
    );
    let mut splits: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for Gold { id, group, split, .. } in golds {
        let (first, where_) = *splits.entry(group).or_insert((id, split));
        ensure!(
            where_ == split,
            "{}: group {group} straddles splits: {id} is in {split} and {first} in {where_} ({})",
            places[id],
            places[first]
        );
    }
    for (split, expected) in suite.data.counts.iter().filter(|_| whole) {
        let found = golds.iter().filter(|g| g.split == *split).count();
        ensure!(
            found == *expected,
            "suite {}: {split} should hold {expected} conversations and {data} gives {found}",
            suite.name
        );
    }
    Ok(())
}

/// What was left out, in words; empty when nothing was.
pub fn set_aside(skipped: &Skipped) -> String {
    let some: Vec<String> =
        skipped.iter().filter(|(_, n)| **n > 0).map(|(why, n)| format!("{n} {why}")).collect();
    if some.is_empty() { String::new() } else { format!(" (set aside: {})", some.join(", ")) }
}

/// What must hold of each split before it is measured.
fn check_splits(suite: &Suite, golds: &[Gold], skipped: &Skipped, data: &Path) -> Result<()> {
    let data = data.display();
    let judged: BTreeSet<&str> = golds.iter().map(|g| g.split.as_str()).filter(|s| *s != "train").collect();
    ensure!(
        !judged.is_empty(),
        "suite {}: {data}: no conversation is in dev or test; leave out \"writer\", or name the writers of dev and test in suite.toml",
        suite.name
    );
    let named = suite.data.splits.keys().map(String::as_str).filter(|_| !suite.data.brought);
    let splits: BTreeSet<&str> = named.chain(judged).collect();
    splits.into_iter().try_for_each(|split| {
        let part: Vec<&Gold> = golds.iter().filter(|g| g.split == split).collect();
        enough(suite.task, &part)
            .map_err(|e| anyhow!("suite {}: {data}: {split} {e}{}", suite.name, set_aside(skipped)))
    })
}

/// Whether a split holds what its suite divides by.
fn enough(task: Task, part: &[&Gold]) -> Result<()> {
    let n = part.len();
    let risky = part.iter().filter(|g| g.risk).count();
    ensure!(
        !task.needs_both() || (risky > 0 && risky < n),
        "holds one class only ({risky} of {n} conversations are risky); both are needed"
    );
    ensure!(
        task != Task::Turns || part.iter().any(|g| g.risk && g.onset.is_some()),
        "holds no risky conversation with an onset ({n} conversations)"
    );
    ensure!(
        task != Task::Signals || part.iter().any(|g| g.signals.is_some()),
        "holds no conversation whose messages are labelled with signals ({n} conversations)"
    );
    Ok(())
}
