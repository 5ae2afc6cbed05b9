//! One split of a suite: what is known of its conversations, and what every system says of them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use sha2::{Digest, Sha256};

use super::again::Brief;
use super::baselines;
use super::cases::Gold;
use super::result::{Data, Measure, Threshold};
use super::sides::Side;
use super::suite::Suite;
use super::verdict::{MessageRow, Verdict};
use crate::assessment::Band;
use crate::metrics::Resamples;

/// The name of our model among the systems.
pub const OURS: &str = "rushlight";
/// How names of thresholds begin that have the best F score on dev.
pub const BEST: &str = "best F";
/// The name of the alarms that another system raises itself.
pub const OWN: &str = "its own";
/// The name of a threshold of another system that the user gives.
pub const GIVEN: &str = "given";

/// One split with everything that was said of it.
pub struct Part<'a> {
    pub split: String,
    pub golds: Vec<&'a Gold>,
    pub labels: Vec<bool>,
    pub verdicts: Vec<Verdict>,
    pub systems: Vec<System>,
    pub draws: Resamples,
    /// Messages after the onset in which a warning is timely.
    pub window: usize,
}

/// One system's scores of a split.
pub struct System {
    pub name: String,
    pub scores: Vec<f64>,
    /// By message: its index and the score by then.
    pub messages: Option<Vec<Vec<(usize, f64)>>>,
    pub probability: bool,
    /// Of our model.
    pub bands: Option<Vec<Band>>,
    /// Alarms that it raises itself.
    pub own: Option<Vec<bool>>,
    /// What it says of the same conversations under attack, or cut short.
    pub ways: Vec<InWay>,
}

/// What another system says of conversations in one way.
pub struct InWay {
    pub name: String,
    pub scores: Vec<f64>,
    /// Alarms that it raises itself.
    pub own: Option<Vec<bool>>,
}

impl System {
    /// What stands beside the model: scores that are no probabilities, of whole conversations.
    pub fn beside(name: &str, scores: Vec<f64>) -> Self {
        let (messages, bands, own, ways) = (None, None, None, Vec::new());
        Self { name: name.to_owned(), scores, messages, probability: false, bands, own, ways }
    }

    /// Whether it is one of ours that stands beside the model to say something about the data.
    pub fn is_baseline(&self) -> bool {
        baselines::NAMES.contains(&self.name.as_str())
    }

    /// Where it is judged when one threshold must do: the model's band `look`; the threshold that the user gives another system, the alarms that it raises itself, or else the first that has the
    /// best F score on dev.
    ///
    /// # Errors
    /// When it has none of these.
    pub fn threshold<'t>(&self, thresholds: &'t [Threshold]) -> Result<&'t Threshold> {
        let mine = || thresholds.iter().filter(|t| t.system == self.name);
        let of = |name: &str| mine().find(|t| t.name == name);
        let best = mine().find(|t| t.name.starts_with(BEST)).filter(|t| t.value.is_some());
        of("look").or(of(GIVEN)).or(of(OWN)).or(best).with_context(|| {
            format!("{}: there is no dev part to choose a threshold on; its scores must say \"alarm\" (true or false) on each line, or --threshold where alarms begin", self.name)
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
            ways: Vec::new(),
        };
        let window = suite.window;
        Self { split: split.to_owned(), golds, labels, verdicts, systems: vec![ours], draws, window }
    }

    /// The group of each item.
    pub fn groups(&self) -> Vec<&str> {
        self.golds.iter().map(|g| g.group.as_str()).collect()
    }

    /// What our model says of the messages of each conversation.
    pub fn rows(&self) -> impl Iterator<Item = &[MessageRow]> {
        self.verdicts.iter().map(|v| &v.messages[..])
    }

    /// What our model says at the end of each.
    pub fn briefs(&self) -> Vec<Brief> {
        self.verdicts.iter().map(|v| Brief { score: v.score, band: v.band, beside: Vec::new() }).collect()
    }

    /// Which items are of a kind that the suite counts by.
    pub fn of_kind(&self, kind: &str) -> Vec<bool> {
        self.golds.iter().map(|g| g.kinds.iter().any(|k| k == kind)).collect()
    }

    /// Each system that has one with the threshold it is judged by where one must do; ours is the first.
    pub fn at_one<'s>(&'s self, thresholds: &'s [Threshold]) -> Vec<(&'s System, &'s Threshold)> {
        self.systems.iter().filter_map(|s| Some((s, s.threshold(thresholds).ok()?))).collect()
    }

    /// The place of a baseline among the scores of all of them.
    pub fn baseline(&self, system: &System) -> Option<usize> {
        self.systems.iter().filter(|s| s.is_baseline()).position(|s| s.name == system.name)
    }

    /// Scores of another reading at a threshold, or with alarms that a system raised itself; neither may be known.
    pub fn at(&self, t: &Threshold, scores: Vec<f64>, own: Option<&Vec<bool>>) -> Side<'_> {
        let alarms = match (own.filter(|_| t.name == OWN), t.value) {
            (Some(own), _) => Some(own.clone()),
            (None, Some(least)) => Some(scores.iter().map(|s| *s >= least).collect()),
            (None, None) => None,
        };
        let side = Side::of(&self.labels, scores, false);
        match alarms {
            Some(alarms) => side.alarming(alarms),
            None => side,
        }
    }

    /// What another system says of the conversations in a way, if it judged them so.
    pub fn in_way(&self, system: &System, way: &str, t: &Threshold) -> Option<Side<'_>> {
        let found = system.ways.iter().find(|found| found.name == way)?;
        Some(self.at(t, found.scores.clone(), found.own.as_ref()))
    }

    /// A share of these items, as recall and false alarms are, with an interval also where it is none or all of them.
    pub fn share(&self, items: &[usize], share: impl Fn(&[usize]) -> Option<f64> + Sync) -> Measure {
        Measure::share(&self.draws, &self.groups(), items, share)
    }

    /// The items of a class.
    pub fn items(&self, risky: bool) -> Vec<usize> {
        (0..self.labels.len()).filter(|i| self.labels[*i] == risky).collect()
    }

    /// A metric of items, with its interval; `n` is what it divides by.
    pub fn measure(&self, n: usize, metric: impl Fn(&[usize]) -> Option<f64> + Sync) -> Measure {
        Measure::over(&self.draws, self.labels.len(), n, metric)
    }

    /// What it is, under the name of its split.
    pub fn named(&self) -> BTreeMap<String, Data> {
        BTreeMap::from([(self.split.clone(), self.data())])
    }

    /// What it is, by hash and counts.
    pub fn data(&self) -> Data {
        let (mut hash, mut labels) = (Sha256::new(), String::new());
        for gold in &self.golds {
            hash.update(format!("{}\n{}\n{}\n", gold.id, gold.risk, gold.sha256));
            labels += &gold.rest();
        }
        Data {
            sha256: hash.finalize().iter().map(|b| format!("{b:02x}")).collect(),
            labels_sha256: Some(crate::models::sha256(labels.as_bytes())),
            conversations: self.golds.len(),
            messages: self.golds.iter().map(|g| g.messages).sum(),
            risky: self.labels.iter().filter(|l| **l).count(),
            groups: self.draws.groups(),
        }
    }
}
