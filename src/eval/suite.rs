//! `suite.toml`: what is measured, on which data, and how thresholds are chosen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use super::result::{hashed, three};
use super::shipped;
use crate::metrics::false_alarms_per_1000;

/// Where suites live when only a name is given.
const FOLDER: &str = "eval/suites";

/// A suite as its file states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The folder's name.
    pub name: String,
    /// Rises when a number would change for the same model.
    pub version: u32,
    /// One line.
    pub title: String,
    /// What is asked.
    pub task: Task,
    /// The data.
    pub data: Data,
    /// Share of risky conversations for which false alarms per 1,000 are stated.
    pub prevalence: f64,
    /// Seed of the resamples.
    pub seed: u64,
    /// Number of resamples; 2,000 or more.
    pub resamples: usize,
    /// Budgets of false alarms (shares of harmless dev chats) for which thresholds are chosen.
    #[serde(default)]
    pub budgets: Vec<f64>,
    /// The β of each F score that a threshold is chosen by on dev; other systems are judged at the first where one threshold must do.
    #[serde(default = "one")]
    pub f_betas: Vec<f64>,
    /// Budgets in false alarms per 1,000 chats at the prevalence, for which thresholds are chosen, too.
    #[serde(default)]
    pub false_alarms_per_1000: Vec<f64>,
    /// The suite on whose train baselines are fitted and on whose dev they get a threshold, where this one's data has neither; it stands beside this one.
    pub baselines: Option<String>,
    /// A list of words, one a line, that stands beside the model; relative to the suite.
    pub keywords: Option<PathBuf>,
    /// Messages after the labelled onset in which a warning is timely.
    #[serde(default = "three")]
    pub window: usize,
    /// Subgroups that are to be served alike.
    #[serde(default)]
    pub subgroups: Vec<Subgroup>,
    /// Where it was read from.
    #[serde(skip)]
    pub folder: PathBuf,
    /// SHA-256 of the file.
    #[serde(skip)]
    pub sha256: String,
}

/// One threshold, by F1, where a suite does not say.
fn one() -> Vec<f64> {
    vec![1.0]
}

/// A list of words, and what it is called.
pub struct List {
    /// Of the file.
    pub name: String,
    /// A word or phrase a line.
    pub text: String,
}

/// What a suite asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Tell risky conversations from harmless ones, when, where and why.
    Risk,
    /// Warn when the labelled onset comes.
    Turns,
    /// Name what each message does.
    Signals,
    /// Warn early in a stream, beside the rule of eSPD.
    Espd,
    /// Keep to what the model can judge, by language.
    Languages,
    /// Keep quiet on harmless ones, counted by source.
    Benign,
    /// Do so under attack.
    Robustness,
    /// Serve every subgroup alike.
    Fairness,
    /// Do with less of a conversation.
    Length,
    /// Say the same as in whole precision.
    Quantization,
    /// Find authors and lines in the corpus of PAN 2012.
    Pan12,
}

impl Task {
    /// Whether risky and harmless conversations are both needed in every split.
    pub fn needs_both(self) -> bool {
        !matches!(self, Self::Benign | Self::Languages | Self::Turns | Self::Signals | Self::Pan12)
    }

    /// Whether it is about when a warning comes, which takes a score after each message.
    pub fn warns(self) -> bool {
        matches!(self, Self::Turns | Self::Espd)
    }

    /// Whether another system must raise alarms to be judged at all.
    pub fn needs_alarms(self) -> bool {
        matches!(self, Self::Benign | Self::Fairness | Self::Robustness | Self::Length)
    }

    /// Whether what was said of each message is needed to the end.
    pub fn needs_messages(self) -> bool {
        matches!(self, Self::Risk | Self::Turns | Self::Signals | Self::Espd | Self::Length)
    }
}

/// Where conversations come from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// A folder of `.chat` or `.jsonl` files, relative to the suite; absent when the user brings it with `--data`.
    pub path: Option<PathBuf>,
    /// Only conversations in this language.
    pub language: Option<String>,
    /// Only conversations that are known to be in any language but this.
    pub other_than: Option<String>,
    /// Only conversations of so many messages or more.
    #[serde(default)]
    pub least: usize,
    /// Records of one group that have a `seq` are one stream.
    #[serde(default)]
    pub join: bool,
    /// Writers of each split; all others are `train`. Without any, everything is `test`.
    #[serde(default)]
    pub splits: BTreeMap<String, Vec<String>>,
    /// Where data that does not come with the program is had from.
    #[serde(default)]
    pub from: String,
    /// Conversations expected in each split, checked.
    #[serde(default)]
    pub counts: BTreeMap<String, usize>,
    /// Authors expected in the list of predators, where there is one.
    #[serde(default)]
    pub authors: Option<usize>,
    /// SHA-256 of files in the folder of the data, by name, checked.
    #[serde(default)]
    pub sha256: BTreeMap<String, String>,
    /// Whether the user brings other data: then a split may be missing, and what has no writer is test.
    #[serde(skip)]
    pub brought: bool,
}

impl Data {
    /// Splits have the names that are known, and a writer stands in one of them.
    fn check(&self) -> Result<()> {
        let mut seen = BTreeMap::new();
        for name in self.splits.keys().chain(self.counts.keys()) {
            ensure!(
                ["train", "dev", "test"].contains(&name.as_str()),
                "no split is called {name:?}; there are train, dev and test"
            );
        }
        for (split, writers) in &self.splits {
            for writer in writers {
                let before = seen.insert(writer, split);
                ensure!(
                    before.is_none(),
                    "writer {writer} stands in {} and in {split}",
                    before.map_or("", |s| s)
                );
            }
        }
        Ok(())
    }
}

/// Conversations of which a note says one of some words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subgroup {
    /// In the table.
    pub name: String,
    /// Which note, as `register`.
    pub note: String,
    /// Words, or words in a row, in lower case.
    pub any: Vec<String>,
}

impl Subgroup {
    /// Whether a conversation with these notes belongs to it.
    pub fn holds(&self, notes: &BTreeMap<String, String>) -> bool {
        let Some(note) = notes.get(&self.note).map(|n| n.to_lowercase()) else { return false };
        // The words of both, so that "trans" is not found in "transfer".
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
        };
        let note = words(&note);
        self.any
            .iter()
            .map(|any| words(any))
            .any(|any| note.windows(any.len().max(1)).any(|some| some == any))
    }
}

impl Suite {
    /// What labelled conversations are read by when there is no suite: all of them, in one split.
    pub fn of_labels() -> Self {
        Self {
            name: "labels".to_owned(),
            version: 1,
            title: String::new(),
            task: Task::Risk,
            data: Data::default(),
            prevalence: 0.5,
            seed: 0,
            resamples: 0,
            budgets: Vec::new(),
            f_betas: one(),
            false_alarms_per_1000: Vec::new(),
            baselines: None,
            keywords: None,
            window: three(),
            subgroups: Vec::new(),
            folder: PathBuf::new(),
            sha256: String::new(),
        }
    }

    /// Read a suite by name or folder; those that come with the program are known wherever it runs.
    pub fn open(wanted: &str) -> Result<Self> {
        let own = Path::new(wanted);
        let folder = if holds_one(own) { own.to_owned() } else { Path::new(FOLDER).join(wanted) };
        match Self::comes_with_it(wanted) {
            _ if holds_one(&folder) => Self::read(folder),
            Some(text) => Self::parse(text, folder),
            None => {
                let known: Vec<String> = list().into_iter().map(|s| s.name).collect();
                bail!(
                    "no suite {wanted:?}: give a folder that holds suite.toml, or one of {}",
                    known.join(", ")
                )
            }
        }
    }

    /// The suite of a name that stands beside this one, or comes with the program.
    pub fn neighbour(&self, name: &str) -> Result<Self> {
        let beside = self.folder.with_file_name(name);
        if holds_one(&beside) { Self::read(beside) } else { Self::open(name) }
    }

    fn comes_with_it(name: &str) -> Option<&'static str> {
        shipped::SUITES.iter().find(|suite| suite.0 == name).map(|suite| suite.1)
    }

    /// Read the suite of a folder.
    fn read(folder: PathBuf) -> Result<Self> {
        let path = folder.join("suite.toml");
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        Self::parse(&text, folder)
    }

    /// What the `suite.toml` of a folder says.
    fn parse(text: &str, folder: PathBuf) -> Result<Self> {
        let place = folder.join("suite.toml").display().to_string();
        let mut suite: Self = toml::from_str(text).with_context(|| place.clone())?;
        suite.check().with_context(|| place)?;
        (suite.folder, suite.sha256) = (folder, crate::models::sha256(text.as_bytes()));
        Ok(suite)
    }

    /// Numbers lie where they make sense.
    fn check(&self) -> Result<()> {
        ensure!(self.resamples >= 2_000, "resamples must be 2,000 or more");
        ensure!(0.0 < self.prevalence && self.prevalence < 1.0, "prevalence must lie between 0 and 1");
        ensure!(
            self.budgets.iter().all(|b| (0.0..1.0).contains(b)),
            "budgets are shares of the harmless, from 0 to below 1"
        );
        ensure!(
            !self.f_betas.is_empty() && self.f_betas.iter().all(|beta| beta.is_finite() && *beta > 0.0),
            "f_betas are one number above 0 or more, as [1] or [2, 1]"
        );
        let most = false_alarms_per_1000(1.0, self.prevalence);
        ensure!(
            self.false_alarms_per_1000.iter().all(|per| (0.0..most).contains(per)),
            "false_alarms_per_1000 are numbers from 0 to below {most}, which the harmless of 1,000 chats are at this prevalence"
        );
        self.data.check()
    }

    /// # Errors
    /// When scores from elsewhere cannot stand beside ours.
    pub fn takes_scores(&self) -> Result<()> {
        let why = match self.task {
            Task::Signals => "asks which signals each message carries, and a score says nothing of them",
            Task::Quantization => "compares the model's own weights in two precisions",
            _ => return Ok(()),
        };
        bail!(
            "suite {} {why}; --scores and --texts have no place in it. Give them to another suite, as corpus",
            self.name
        )
    }

    /// Where its list of words is.
    fn keywords(&self) -> Option<PathBuf> {
        self.keywords.as_ref().map(|path| self.folder.join(path))
    }

    /// Its list of words; that of a suite that comes with the program does so, too.
    pub fn words(&self) -> Result<Option<List>> {
        let Some(path) = self.keywords() else { return Ok(None) };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = match holds_one(&self.folder) {
            true => fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
            false => shipped::KEYWORDS.to_owned(),
        };
        Ok(Some(List { name, text }))
    }

    /// The data: what the user gave, else what the suite names.
    pub fn data(&self, given: Option<&Path>) -> Result<PathBuf> {
        let path = match (given, &self.data.path) {
            (Some(path), _) => path.to_owned(),
            (None, Some(path)) => self.folder.join(path),
            (None, None) => bail!(
                "suite {}: its data does not come with the program. {} Then give it with --data",
                self.name,
                self.data.from
            ),
        };
        let here = holds_one(&self.folder);
        let from = match (&self.data.path, given) {
            (Some(_), None) if !here => {
                "It stands in the repository: run this there, or give labelled chats with --data"
            }
            _ => &self.data.from,
        };
        ensure!(path.exists(), "suite {}: {} is missing. {from}", self.name, path.display());
        let published = given.is_none() || self.data.path.is_none();
        for (name, hash) in self.data.sha256.iter().filter(|_| published) {
            let file = if path.is_dir() { path.join(name) } else { path.clone() };
            ensure!(file.exists(), "suite {}: {} is missing. {}", self.name, file.display(), self.data.from);
            ensure!(
                hashed(&file)?.1 == *hash,
                "suite {}: {} is not the file that the suite names: its SHA-256 differs. {}",
                self.name,
                file.display(),
                self.data.from
            );
        }
        Ok(path)
    }

    /// The files that a run on some data reads.
    pub fn reads(&self, given: Option<&Path>) -> Vec<PathBuf> {
        let data = given.map(Path::to_owned).or_else(|| Some(self.folder.join(self.data.path.as_ref()?)));
        let inside = data.iter().filter_map(|data| fs::read_dir(data).ok()).flatten().flatten();
        let inside: Vec<PathBuf> = inside.map(|entry| entry.path()).collect();
        [self.folder.join("suite.toml")]
            .into_iter()
            .chain(self.keywords())
            .chain(data)
            .chain(inside)
            .collect()
    }

    /// What is measured, and on which data: other data than the suite's own have no counts to be checked, no length that is asked for, and need not name writers.
    pub fn measured(&self, given: Option<&Path>) -> Result<(Self, PathBuf)> {
        let mut suite = self.clone();
        suite.data.brought = given.is_some();
        if suite.data.brought && self.data.path.is_some() {
            (suite.data.counts, suite.data.least) = (BTreeMap::new(), 0);
        }
        Ok((suite, self.data(given)?))
    }

    /// Subgroups to which a conversation with these notes belongs.
    pub fn groups_of(&self, notes: &BTreeMap<String, String>) -> Vec<String> {
        self.subgroups.iter().filter(|group| group.holds(notes)).map(|group| group.name.clone()).collect()
    }

    /// The split of a writer's conversations.
    pub fn split(&self, writer: &str) -> String {
        if self.data.splits.is_empty() || (self.data.brought && writer.is_empty()) {
            return "test".to_owned();
        }
        let found = self.data.splits.iter().find(|(_, writers)| writers.iter().any(|w| w == writer));
        found.map_or_else(|| "train".to_owned(), |(split, _)| split.clone())
    }
}

fn holds_one(folder: &Path) -> bool {
    folder.join("suite.toml").is_file()
}

/// Every suite below `eval/suites`, and of those that come with the program the others, by name.
pub fn list() -> Vec<Suite> {
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let folders = entries.map(|e| e.path()).filter(|p| holds_one(p));
    let mut found: Vec<Suite> = folders.filter_map(|folder| Suite::read(folder).ok()).collect();
    let others = shipped::SUITES.iter().filter(|(name, _)| !holds_one(&Path::new(FOLDER).join(name)));
    found.extend(others.filter_map(|(name, text)| Suite::parse(text, Path::new(FOLDER).join(name)).ok()));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subgroup_is_known_by_whole_words() {
        let group = Subgroup {
            name: String::new(),
            note: "scenario".into(),
            any: vec!["trans".into(), "second language".into()],
        };
        let holds = |text: &str| group.holds(&BTreeMap::from([("scenario".to_owned(), text.to_owned())]));
        assert!(holds("a Trans girl and her coach") && holds("second-language English"));
        assert!(!holds("a bank transfer") && !holds("his second book on language"));
        assert!(!group.holds(&BTreeMap::new()));
    }
}
