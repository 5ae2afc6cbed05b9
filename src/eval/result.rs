//! The one result of a run: it describes itself, and every report renders it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::metrics::{Resamples, ratio, rule_of_three};

/// Version of this schema. It rises when a field changes meaning or goes away.
pub const SCHEMA: u32 = 1;

/// What a suite found. It holds numbers, ids and hashes, never text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Version of this schema.
    pub schema: u32,
    /// Version of the program.
    pub version: String,
    /// The suite's name and version.
    pub suite: String,
    /// One line on it.
    pub title: String,
    /// SHA-256 of its `suite.toml`, or of the settings of what has none.
    pub suite_sha256: String,
    /// When it was measured, UTC.
    #[serde(default)]
    pub at: String,
    /// Name of the file or folder that the user brought in place of the suite's own data.
    #[serde(default)]
    pub brought: Option<String>,
    /// At most so many conversations of each file, where that was asked.
    #[serde(default)]
    pub limit: Option<usize>,
    /// SHA-256 of what it rests on beside the data: the list of words, a list of ids, and the files of PAN 2012; by name.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// What a run depends on that no file states, as the folds of a cross-validation; by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// What must be known before a number is cited.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// The model's name and version.
    pub model: String,
    /// SHA-256 of its `model.toml`, which binds all its files.
    pub model_sha256: String,
    /// What it ran on.
    #[serde(default)]
    pub device: String,
    /// How it multiplied.
    #[serde(default)]
    pub precision: String,
    /// SHA-256 of a `--scores` file, when one was judged.
    pub scores_sha256: Option<String>,
    /// The data, by split.
    pub data: BTreeMap<String, Data>,
    /// Conversations set aside, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Prevalence for which false alarms per 1,000 and PPV are stated.
    pub prevalence: f64,
    /// Seed of the resamples.
    pub seed: u64,
    /// Number of resamples.
    pub resamples: usize,
    /// Frozen before the test split was judged.
    pub thresholds: Vec<Threshold>,
    /// Each time the test split was read into this file, oldest first.
    pub readings: Vec<Reading>,
    /// Probability from which the model names each signal.
    #[serde(default)]
    pub names: BTreeMap<String, f64>,
    /// Messages after the labelled onset in which a warning is timely.
    #[serde(default = "three")]
    pub window: usize,
    /// The numbers.
    pub tables: Vec<Table>,
    /// The curves.
    pub plots: Vec<Plot>,
    /// What it cost.
    pub run: Run,
}

/// As in every result that does not say.
pub(super) fn three() -> usize {
    3
}

/// One split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Data {
    /// SHA-256 over ids, labels of risk and texts, in order.
    pub sha256: String,
    /// SHA-256 over all other labels: groups, languages, patterns, persons of concern, onsets, signals and notes.
    #[serde(default)]
    pub labels_sha256: Option<String>,
    /// Conversations.
    pub conversations: usize,
    /// Messages.
    pub messages: usize,
    /// Conversations labelled risky.
    pub risky: usize,
    /// Groups that are drawn as a whole.
    pub groups: usize,
}

/// Where alarms begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Threshold {
    /// Whose scores.
    pub system: String,
    /// Its name.
    pub name: String,
    /// Alarms are scores at or above it; `null` when none keeps to the budget.
    pub value: Option<f64>,
    /// A higher score from which the moment of a warning is read, if the system has one and reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<f64>,
    /// How and on what it was chosen.
    pub chosen: String,
}

impl Threshold {
    /// Where alarms begin, and where warnings are dated if that is higher.
    pub fn told(&self) -> String {
        let value = self.value.map_or_else(|| "none".to_owned(), |v| format!("{v:.4}"));
        self.warn
            .map_or_else(|| value.clone(), |warn| format!("{value} (its warnings are dated at {warn:.4})"))
    }
}

/// One reading of the test split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// When, UTC.
    pub at: String,
    /// SHA-256 of the model.
    pub model_sha256: String,
    /// SHA-256 of the test data.
    pub data_sha256: String,
    /// The thresholds it was read with.
    pub thresholds: Vec<Threshold>,
    /// Whether they differ from those of the reading before it.
    pub changed: bool,
}

/// Rows of measures.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// Which; unique in a result.
    pub id: String,
    /// For people.
    pub title: String,
    /// What one must know to read it.
    pub note: String,
    /// Ids of the columns, in order.
    pub columns: Vec<String>,
    /// In order.
    pub rows: Vec<Row>,
}

/// One system, signal or source.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// What it is about.
    pub name: String,
    /// By column.
    pub cells: BTreeMap<String, Measure>,
}

/// A number, what it rests on, and its 95 % interval by group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// `null` when undefined.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Items in the denominator.
    pub n: usize,
    /// Resamples in which it was defined.
    pub defined: usize,
}

impl Measure {
    /// A metric of items 0 to `items`, with its interval over `draws`; `n` is what it divides by. One group alone has no interval.
    pub fn over(
        draws: &Resamples,
        items: usize,
        n: usize,
        metric: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) -> Self {
        let all: Vec<usize> = (0..items).collect();
        let value = metric(&all);
        let interval = value.filter(|_| draws.groups() > 1).and_then(|_| draws.interval(metric));
        let (low, high) = (interval.map(|i| i.low), interval.map(|i| i.high));
        Self { value, low, high, n, defined: interval.map_or(0, |i| i.defined) }
    }
}

impl Measure {
    /// A share of `items`, which are some of `groups`, one for each item that is drawn, as recall or false alarms are. Where it is none or all of them, resamples say nothing
    /// and its interval goes to 3 over the number of their groups (95 %); so it does around a difference of two shares that none of them makes.
    pub fn share<G: Ord>(
        draws: &Resamples,
        groups: &[G],
        items: &[usize],
        share: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) -> Self {
        let of: BTreeSet<&G> = items.iter().map(|i| &groups[*i]).collect();
        Self::over(draws, groups.len(), items.len(), share).bounded(of.len())
    }

    fn bounded(self, groups: usize) -> Self {
        let (Some(value), Some(bound)) = (self.value, rule_of_three(groups as u64)) else { return self };
        let still = self.low.is_none_or(|low| low == value) && self.high.is_none_or(|high| high == value);
        let (low, high) = match value {
            0.0 if still => (0.0, bound),
            1.0 if still => (1.0 - bound, 1.0),
            // Of a difference.
            -1.0 if still => (-1.0, bound - 1.0),
            _ => return self,
        };
        Self { low: Some(low), high: Some(high), ..self }
    }

    /// B less A in a share of `items`; see [`Measure::share`].
    pub fn difference<G: Ord>(
        draws: &Resamples,
        groups: &[G],
        items: &[usize],
        less: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) -> Self {
        let found = Self::share(draws, groups, items, less);
        match found.high {
            Some(high) if found.value == Some(0.0) && found.low == Some(0.0) => {
                Self { low: Some(-high), ..found }
            }
            _ => found,
        }
    }

    /// The same in other units; `change` must rise.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            value: self.value.map(&change),
            low: self.low.map(&change),
            high: self.high.map(&change),
            ..self
        }
    }
}

/// A drawing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Plot {
    /// Which; unique in a result.
    pub id: String,
    /// For people.
    pub title: String,
    /// Names of the axes.
    pub axes: [String; 2],
    /// Ends of the horizontal axis.
    pub x: [f64; 2],
    /// Ends of the vertical axis.
    pub y: [f64; 2],
    /// Bars instead of lines.
    pub bars: bool,
    /// A line from corner to corner, for comparison.
    pub diagonal: bool,
    /// Names of rows, where each point is a value and the number of its row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// What is drawn.
    pub series: Vec<Series>,
}

/// One line, or one set of bars.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    /// In the legend.
    pub name: String,
    /// x and y.
    pub points: Vec<[f64; 2]>,
    /// x, or the number of the row, then lower and upper end of the 95 % interval; empty for none.
    pub band: Vec<[f64; 3]>,
}

/// What a run cost.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Conversations that were scored now.
    pub scored: usize,
    /// Messages in them.
    pub messages: usize,
    /// Conversations taken over from an interrupted run.
    pub resumed: usize,
    /// Seconds of scoring.
    pub seconds: f64,
    /// Conversations a second; `null` when none was scored.
    pub per_second: Option<f64>,
    /// Highest memory of the process so far, where the system tells (Linux).
    pub peak_memory_bytes: Option<u64>,
}

impl Run {
    /// Both together.
    pub fn and(self, more: Self) -> Self {
        Self {
            scored: self.scored + more.scored,
            messages: self.messages + more.messages,
            resumed: self.resumed + more.resumed,
            seconds: self.seconds + more.seconds,
            ..self
        }
        .told()
    }

    /// With the rate, and the memory by now.
    pub fn told(self) -> Self {
        let per_second = ratio(self.scored as f64, self.seconds).filter(|r| *r > 0.0);
        Self { per_second, peak_memory_bytes: peak_memory(), ..self }
    }
}

/// Name and SHA-256 of a file.
pub(super) fn hashed(path: &Path) -> Result<(String, String)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let cannot_read = || format!("cannot read {}", path.display());
    let (mut file, mut hash) = (BufReader::new(File::open(path).with_context(cannot_read)?), Sha256::new());
    loop {
        let block = file.fill_buf().with_context(cannot_read)?;
        if block.is_empty() {
            break;
        }
        hash.update(block);
        let read = block.len();
        file.consume(read);
    }
    Ok((name, hash.finalize().iter().map(|b| format!("{b:02x}")).collect()))
}

/// Highest resident memory, as Linux tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

impl Row {
    /// By its name and cells.
    pub fn new<'n>(name: &str, cells: impl IntoIterator<Item = (&'n str, Measure)>) -> Self {
        let cells = cells.into_iter().map(|(k, m)| (k.to_owned(), m)).collect();
        Self { name: name.to_owned(), cells }
    }
}

impl Table {
    /// From its parts.
    pub fn new(id: &str, title: &str, note: &str, columns: &[&str], rows: Vec<Row>) -> Self {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        Self { id: id.to_owned(), title: title.to_owned(), note: note.to_owned(), columns, rows }
    }

    /// The measure in a row and a column.
    pub fn get(&self, row: &str, column: &str) -> Option<&Measure> {
        self.rows.iter().find(|r| r.name == row)?.cells.get(column)
    }
}
