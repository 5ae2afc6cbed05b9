//! Scores of another system, as a file from elsewhere holds them: `{"id":…, "score":…}` a line, with `"messages":[…]` for scores by message and `"alarm":…` for what
//! it decided itself. What `rushlight score` writes is such a file, too.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::Deserialize;

use super::baselines;
use super::cases::Gold;
use super::part::{InWay, OURS, System};
use super::suite::Task;
use super::ways::{id_in, names, parted};
use crate::assessment::Band;

/// What a system says of a conversation.
pub struct Said {
    /// The higher, the riskier.
    pub score: f64,
    /// Whether it raises an alarm.
    pub alarm: Option<bool>,
    messages: Option<Vec<ForeignMessage>>,
    place: String,
}

/// What a system says of all that is judged.
pub struct Judgement {
    /// In the order of the conversations.
    pub all: Vec<Said>,
    /// Whether it raises alarms itself.
    pub decides: bool,
    /// What lies between 0 and 1 throughout is taken for probabilities.
    pub probability: bool,
}

/// A file of scores, by conversation.
pub struct Scores {
    path: PathBuf,
    lines: HashMap<String, (String, Line)>,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    #[serde(alias = "risk")]
    score: Option<f64>,
    messages: Option<Vec<ForeignMessage>>,
    alarm: Option<bool>,
    /// Of a line of `rushlight score`.
    band: Option<serde_json::Value>,
    authors: Option<BTreeMap<String, Option<f64>>>,
    lines: Option<BTreeMap<usize, Option<f64>>>,
    /// Of a line of `rushlight score`, whose ids begin with the file.
    input: Option<Input>,
}

#[derive(Deserialize)]
struct Input {
    file: Option<String>,
}

impl Line {
    /// What the data calls the conversation.
    fn id(&self) -> &str {
        let file = self.input.as_ref().and_then(|input| input.file.as_deref());
        let inside = file.and_then(|file| self.id.strip_prefix(file)?.strip_prefix('#'));
        inside.unwrap_or(&self.id)
    }
}

/// What a system says of the authors of a conversation and of its lines, by id and number (pan12).
pub struct Parts<'s> {
    /// File, line and id.
    pub place: String,
    pub authors: Option<&'s BTreeMap<String, Option<f64>>>,
    pub lines: Option<&'s BTreeMap<usize, Option<f64>>>,
}

/// A score after each message, or what `rushlight score` says of some of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum ForeignMessage {
    Plain(Option<f64>),
    Ours { index: usize, risk: f64 },
}

impl Scores {
    /// # Errors
    /// When a line is not one of scores, or an id stands there twice.
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut lines: HashMap<String, (String, Line)> = HashMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let place = format!("{}:{}", path.display(), at + 1);
            let line = parse(line).map_err(|e| {
                anyhow!("{place}: expected {{\"id\":…, \"score\":…}} (column {})", e.column())
            })?;
            let id = line.id().to_owned();
            if let Some((before, _)) = lines.insert(id.clone(), (place.clone(), line)) {
                bail!("{place}: {id} stands there twice, first in {before}");
            }
        }
        Ok(Self { path: path.to_owned(), lines })
    }

    /// Whether anything is said of a conversation.
    pub fn hold(&self, id: &str) -> bool {
        self.lines.contains_key(id)
    }

    /// What is said of the authors and lines of a conversation; neither where its line is missing.
    pub fn parts(&self, id: &str) -> Parts<'_> {
        let line = self.lines.get(id);
        Parts {
            place: line.map_or_else(String::new, |(place, _)| format!("{place}: {id}")),
            authors: line.and_then(|(_, line)| line.authors.as_ref()),
            lines: line.and_then(|(_, line)| line.lines.as_ref()),
        }
    }

    /// Whether anything is said of authors, and of lines.
    pub fn tell(&self) -> [bool; 2] {
        let any = |has: fn(&Line) -> bool| self.lines.values().any(|(_, line)| has(line));
        [any(|line| line.authors.is_some()), any(|line| line.lines.is_some())]
    }

    /// What is said of some conversations in a way, if anything is said of any of them so.
    ///
    /// # Errors
    /// As [`Scores::of`], and when alarms stand on the plain conversations only, or not on these.
    pub fn in_way(&mut self, ids: &[&str], way: &str, decides: bool) -> Result<Option<Judgement>> {
        let ids: Vec<String> = ids.iter().map(|id| id_in(id, way)).collect();
        if !ids.iter().any(|id| self.hold(id)) {
            return Ok(None);
        }
        let said = self.of(ids.iter().map(String::as_str))?;
        ensure!(
            said.decides == decides,
            "{}: \"alarm\" stands on the conversations as they are or on those of {way}; both or none must have it",
            self.path.display()
        );
        Ok(Some(said))
    }

    /// Take out what is said of a conversation.
    fn take(&mut self, id: &str) -> Result<Said> {
        let (place, line) =
            self.lines.remove(id).ok_or_else(|| anyhow!("{}: no score for {id}", self.path.display()))?;
        let score = line.score.filter(|s| s.is_finite());
        let score = score.with_context(|| format!("{place}: {id}: it needs \"score\", a finite number"))?;
        let band = line.band.and_then(|band| serde_json::from_value::<Band>(band).ok());
        let alarm = line.alarm.or(band.map(|band| band >= Band::Look));
        // An empty list is none, as in short lines of `rushlight score`.
        let messages = line.messages.filter(|m| !m.is_empty());
        Ok(Said { score, alarm, messages, place: format!("{place}: {id}") })
    }

    /// What is said of some conversations, in their order.
    ///
    /// # Errors
    /// When there is nothing of one of them, or no finite score, or when some only have alarms.
    pub fn of<'i>(&mut self, ids: impl Iterator<Item = &'i str>) -> Result<Judgement> {
        let all = ids.map(|id| self.take(id)).collect::<Result<Vec<_>>>()?;
        let decides = self.all_or_none(&all, "\"alarm\"", |s| s.alarm.is_some())?;
        let probability = all.iter().all(|s| (0.0..=1.0).contains(&s.score));
        Ok(Judgement { all, decides, probability })
    }

    /// How many scores are left that are of conversations that are not judged, all of which `known` must know.
    ///
    /// # Errors
    /// When an id is no conversation of `data`.
    pub fn all_known(&self, known: impl Fn(&str) -> bool, data: &str) -> Result<usize> {
        let strange: Vec<_> = self.lines.iter().filter(|(id, _)| !known(id)).collect();
        let first = strange.iter().min_by_key(|(id, (place, _))| (place.len(), place, *id));
        if let Some((id, (place, _))) = first {
            bail!(
                "{place}: {id} is no conversation of {data} ({} ids of these scores are not)",
                strange.len()
            );
        }
        Ok(self.lines.len())
    }

    /// Whether some of `said`, which were taken out, hold what all or none must.
    fn all_or_none(&self, said: &[Said], what: &str, has: impl Fn(&Said) -> bool) -> Result<bool> {
        let with = said.iter().filter(|s| has(s)).count();
        ensure!(
            with == 0 || with == said.len(),
            "{}: {with} of {} conversations have {what}; all or none must",
            self.path.display(),
            said.len()
        );
        Ok(with > 0)
    }
}

/// Numbers that differ by less were rounded.
const SAME: f64 = 1e-3;

impl Said {
    /// Scores by message of a conversation of `n`: index and score.
    fn by_message(&self, n: usize) -> Result<Vec<(usize, f64)>> {
        let messages = self.messages.as_deref().unwrap_or_default();
        let one = |(at, message): (usize, &ForeignMessage)| match message {
            ForeignMessage::Plain(score) => (at, *score),
            ForeignMessage::Ours { index, risk } => (*index, Some(*risk)),
        };
        let found: Vec<(usize, Option<f64>)> = messages.iter().enumerate().map(one).collect();
        let plain = messages.iter().filter(|m| matches!(m, ForeignMessage::Plain(_))).count();
        let place = &self.place;
        ensure!(
            plain == 0 || (plain == found.len() && plain == n),
            "{place}: scores for {plain} messages where it has {n}"
        );
        let other =
            |m: &ForeignMessage| matches!(m, ForeignMessage::Plain(Some(s)) if (s - self.score).abs() > SAME);
        ensure!(
            !messages.last().is_some_and(other),
            "{place}: the score after its last message is not its \"score\"; what is known by the end is one number"
        );
        let in_order =
            found.windows(2).all(|pair| pair[0].0 < pair[1].0) && found.iter().all(|(at, _)| *at < n);
        ensure!(in_order, "{place}: an index of a message is beyond its {n} messages, or out of order");
        let scores = found.into_iter().map(|(at, s)| Some((at, s.filter(|s| s.is_finite())?)));
        let scores: Option<Vec<_>> = scores.collect();
        scores.with_context(|| format!("{place}: a score of a message is not a finite number"))
    }
}

/// Python writes NaN and Infinity bare, which JSON does not know; they are read as `null`.
fn parse(line: &str) -> serde_json::Result<Line> {
    serde_json::from_str(line).or_else(|_| {
        let plain = line.replace("-Infinity", "null").replace("NaN", "null").replace("Infinity", "null");
        serde_json::from_str(&plain)
    })
}

/// Another system, under the name of its file of scores, in the order of the conversations that are judged.
pub struct Theirs {
    /// Of the file, without its ending.
    pub name: String,
    /// How many scores are of other conversations.
    pub others: usize,
    said: std::vec::IntoIter<(Said, Vec<(usize, f64)>)>,
    /// By way.
    ways: Vec<(String, std::vec::IntoIter<Said>)>,
    probability: bool,
    by_message: bool,
    /// Whether it decides itself.
    pub decides: bool,
    /// Where its alarms begin, if the user says so.
    pub given: Option<f64>,
}

impl Theirs {
    /// A file's scores, and the name of the system.
    ///
    /// # Errors
    /// As [`Scores::read`], and when the name is that of a system that stands there anyway.
    pub fn open(path: &Path) -> Result<(String, Scores)> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let taken = name == OURS || baselines::NAMES.contains(&name.as_str());
        ensure!(
            !taken,
            "{}: {name:?} is the name of a system that stands there anyway; call the file after theirs",
            path.display()
        );
        Ok((name, Scores::read(path)?))
    }

    /// What it says of the conversations that `task` judges; `given` is where its alarms begin, if the user says so.
    ///
    /// # Errors
    /// When an id is none that `known` knows, a conversation has no finite score, or scores by message that do not fit it; when some only have scores by message or alarms; when these are missing
    /// and `task` needs them, or needs a dev part to choose a threshold on, or scores of attacked or shortened conversations.
    pub fn read(
        path: &Path,
        judged: &[&Gold],
        task: Task,
        given: Option<f64>,
        known: impl Fn(&str) -> bool,
    ) -> Result<Self> {
        let (name, mut scores) = Self::open(path)?;
        let ids: Vec<&str> = judged.iter().map(|gold| gold.id.as_str()).collect();
        let said = scores.of(ids.iter().copied())?;
        if let Some(s) = said.all.iter().find(|s| task.warns() && s.messages.is_none()) {
            bail!("{}: this suite needs \"messages\", a score after each message", s.place);
        }
        let rows = said.all.iter().zip(judged).map(|(s, gold)| s.by_message(gold.messages));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        let by_message = scores.all_or_none(&said.all, "\"messages\"", |s| s.messages.is_some())?;
        let dev = judged.iter().any(|gold| gold.split == "dev");
        ensure!(
            dev || given.is_some() || !task.warns(),
            "{}: there is no dev part to choose a threshold of its warnings on; --threshold gives one",
            path.display()
        );
        ensure!(
            said.decides || given.is_some() || dev || !task.needs_alarms(),
            "{}: there is no dev part to choose a threshold on; its scores must say \"alarm\" (true or false) on each line, or --threshold where alarms begin",
            path.display()
        );
        let (names, mut ways) = (names(task), Vec::new());
        for way in &names {
            let found = scores.in_way(&ids, way, said.decides)?;
            ways.extend(found.map(|found| (way.clone(), found.all.into_iter())));
        }
        ensure!(
            names.is_empty() || !ways.is_empty() || (task == Task::Length && by_message),
            "{}: no score of a conversation in another way, as {}; --texts writes these conversations",
            path.display(),
            id_in(ids.first().copied().unwrap_or_default(), names.first().map_or("", String::as_str))
        );
        let in_way =
            |id: &str| parted(id).is_some_and(|(id, way)| names.iter().any(|n| n == way) && known(id));
        let others = scores.all_known(|id| known(id) || in_way(id), "the data")?;
        let Judgement { all, decides, probability } = said;
        let said = all.into_iter().zip(rows).collect::<Vec<_>>().into_iter();
        Ok(Self { name, others, said, ways, probability, by_message, decides, given })
    }

    /// Its scores of the next split, of `n` conversations.
    pub fn of_next(&mut self, n: usize) -> System {
        let (said, messages): (Vec<Said>, Vec<_>) = self.said.by_ref().take(n).unzip();
        let way = |(name, said): &mut (String, std::vec::IntoIter<Said>)| {
            let (scores, own): (Vec<f64>, Vec<Option<bool>>) =
                said.by_ref().take(n).map(|s| (s.score, s.alarm)).unzip();
            InWay { name: name.clone(), scores, own: own.into_iter().collect() }
        };
        System {
            messages: self.by_message.then_some(messages),
            probability: self.probability,
            own: said.iter().map(|s| s.alarm).collect(),
            ways: self.ways.iter_mut().map(way).collect(),
            ..System::beside(&self.name, said.iter().map(|s| s.score).collect())
        }
    }
}
