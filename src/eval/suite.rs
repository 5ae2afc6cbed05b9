//! `suite.toml`: what is measured, on which data, and how thresholds are chosen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use super::result::{hashed, three};

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
            keywords: None,
            window: three(),
            subgroups: Vec::new(),
            folder: PathBuf::new(),
            sha256: String::new(),
        }
    }

    /// Read a suite by name or folder.
    pub fn open(wanted: &str) -> Result<Self> {
        let own = Path::new(wanted);
        let folder = if holds_one(own) { own.to_owned() } else { Path::new(FOLDER).join(wanted) };
        if !holds_one(&folder) {
            let known: Vec<String> = list().into_iter().map(|s| s.name).collect();
            let or = match known.is_empty() {
                true => format!("; there is no {FOLDER} here, as in the repository"),
                false => format!(", or one of {} below {FOLDER}", known.join(", ")),
            };
            bail!("no suite {wanted:?}: give a folder that holds suite.toml{or}");
        }
        Self::read(folder)
    }

    /// Read the suite of a folder.
    fn read(folder: PathBuf) -> Result<Self> {
        let path = folder.join("suite.toml");
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        let mut suite: Self = toml::from_str(&text).with_context(|| path.display().to_string())?;
        ensure!(suite.resamples >= 2_000, "{}: resamples must be 2,000 or more", path.display());
        ensure!(
            0.0 < suite.prevalence && suite.prevalence < 1.0,
            "{}: prevalence must lie between 0 and 1",
            path.display()
        );
        ensure!(
            suite.budgets.iter().all(|b| (0.0..1.0).contains(b)),
            "{}: budgets are shares of the harmless, from 0 to below 1",
            path.display()
        );
        suite.data.check().with_context(|| path.display().to_string())?;
        (suite.folder, suite.sha256) = (folder, crate::models::sha256(text.as_bytes()));
        Ok(suite)
    }

    /// # Errors
    /// When scores from elsewhere cannot stand beside ours.
    pub fn takes_scores(&self) -> Result<()> {
        let takes = match self.task {
            Task::Risk | Task::Turns | Task::Espd | Task::Benign | Task::Fairness | Task::Pan12 => true,
            Task::Signals | Task::Languages | Task::Robustness | Task::Length | Task::Quantization => false,
        };
        ensure!(takes, "suite {} judges the model only; --scores and --texts have no place in it", self.name);
        Ok(())
    }

    /// Where its list of words is.
    pub fn keywords(&self) -> Option<PathBuf> {
        self.keywords.as_ref().map(|path| self.folder.join(path))
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
        ensure!(path.exists(), "suite {}: {} is missing. {}", self.name, path.display(), self.data.from);
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

/// Every suite below `eval/suites`, by name.
pub fn list() -> Vec<Suite> {
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let folders = entries.map(|e| e.path()).filter(|p| holds_one(p));
    let mut found: Vec<Suite> = folders.filter_map(|folder| Suite::read(folder).ok()).collect();
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
