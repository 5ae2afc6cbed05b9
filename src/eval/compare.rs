//! Two results on the same data, or a result and another system's scores, compared conversation by conversation on the same resamples.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::again::{self, Brief, Kept};
use super::fairness::spread;
use super::foreign::{Said, Scores};
use super::lengths::{KEPT, by_then};
use super::measures::{Keep, METRICS, Metric, metric};
use super::part::OURS;
use super::result::{Measure, Outcome, Threshold};
use super::sides::{Side, Warnings};
use super::signals::Messages;
use super::verdict::{Known, Verdict};
use super::warnings::stays_up;
use super::{pan12, side, ways};
use crate::assessment::Band;
use crate::head::Signal;
use crate::metrics::{ESPD_KEPT, Resamples, best_threshold};

/// What is compared within a subgroup, a source or a language.
const IN_KINDS: [&str; 5] = ["auroc", "recall", "fpr", "fnr", "ece"];
/// What is compared of conversations that were read again: under attack, cut short or in whole precision.
const AGAIN: [&str; 4] = ["auroc", "auprc", "recall", "fpr"];
/// What is compared of the rule of eSPD.
const RULE: [&str; 10] = [
    "f1",
    "precision",
    "recall",
    "fpr",
    "median_latency",
    "speed",
    "f_latency",
    "f_latency_fast",
    "erde_5",
    "erde_50",
];

/// What B is less A is.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Split and metric, as `test/auroc`; between them, if it is about some of the conversations or about a second reading, which.
    pub name: String,
    /// In A.
    pub a: Option<f64>,
    /// In B.
    pub b: Option<f64>,
    /// B − A, with its interval.
    pub difference: Measure,
    /// How much worse B is; negative when better.
    pub worse: Option<f64>,
}

/// The file of scores that lies beside a result.
pub fn side_of(result: &Path) -> PathBuf {
    result.with_extension("scores.jsonl")
}

/// The file beside a result that holds what was found by reading again.
pub fn again_of(result: &Path) -> PathBuf {
    result.with_extension("again.jsonl")
}

/// Read a result.
pub fn read(path: &Path) -> Result<Outcome> {
    ensure!(!path.is_dir(), "{} is a folder; a result of `rushlight eval` is a file (.json)", path.display());
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!("{} is not a result of `rushlight eval`, and is left as it is", path.display())
    })
}

/// Compare B with A: what both are, and what B is less A. One of them may be a file of scores of another system (`.jsonl`) on the data of the other's result.
///
/// # Errors
/// When they are not of the same data, or one holds no score of a conversation.
pub fn compare(a: &Path, b: &Path) -> Result<([String; 2], Vec<Comparison>)> {
    let elsewhere = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl"));
    let (first, second) = match (elsewhere(a), elsewhere(b)) {
        (false, false) => results(a, b)?,
        (false, true) => {
            let ours = Judged::of(a)?;
            let theirs = ours.beside(b)?;
            (ours, theirs)
        }
        (true, false) => {
            let ours = Judged::of(b)?;
            let theirs = ours.beside(a)?;
            (theirs, ours)
        }
        (true, true) => bail!("one of the two must be a result (.json), which knows the labels"),
    };
    let mut found = Vec::new();
    for split in first.outcome.data.keys() {
        let part: Vec<usize> = (0..first.known.len()).filter(|i| first.known[*i].split == *split).collect();
        found.extend(split_of(split, &first, &second, &part)?);
    }
    if pan12::is_of(&first.outcome) && !elsewhere(a) && !elsewhere(b) {
        found.extend(pan12::numbers(&first.outcome, [&side_of(a), &side_of(b)])?);
    }
    Ok(([first.name, second.name], found))
}

/// What was said of the conversations of a result.
struct Judged {
    name: String,
    outcome: Outcome,
    /// Labels, groups and splits, and what our model says by message.
    known: Vec<Verdict>,
    /// Score and alarm of each.
    said: Vec<(f64, Option<bool>)>,
    /// Whether the scores are probabilities.
    probability: bool,
    /// Whether it is the model of the result, which also says something of messages, persons and second readings.
    ours: bool,
    /// What was found by reading again.
    again: BTreeMap<String, HashMap<String, (String, Kept)>>,
}

impl Judged {
    /// Of the model of a result.
    fn of(result: &Path) -> Result<Self> {
        let outcome = read(result)?;
        let known = scores(result, &outcome)?;
        let again = again::kept(&again_of(result), &outcome.model_sha256)?;
        let hash = outcome.model_sha256.get(..12).unwrap_or(&outcome.model_sha256);
        let name = format!("{} ({hash})", outcome.model);
        let said = said_of(&known);
        Ok(Self { name, outcome, known, said, probability: true, ours: true, again })
    }

    /// Of another system on the same conversations. One that raises no alarms does so from its best F1 on dev on, if there is a dev part.
    fn beside(&self, path: &Path) -> Result<Self> {
        let mut scores = Scores::read(path)?;
        let ids: Vec<&str> = self.known.iter().map(|v| v.id.as_str()).collect();
        let said = scores.of(ids.iter().copied())?;
        let mut name = path.display().to_string();
        let scored = || said.all.iter().zip(&self.known);
        let dev = scored().filter(|(_, v)| v.split == "dev").map(|(s, v)| (v.label, s.score));
        let (labels, on_dev): (Vec<bool>, Vec<f64>) = dev.unzip();
        let both = labels.contains(&true) && labels.contains(&false);
        let best = best_threshold(&labels, &on_dev, 1.0).map(|best| best.0).filter(|t| both && t.is_finite());
        if let Some(least) = best.filter(|_| !said.decides) {
            name += &format!(" (alarms from {least:.4} on, its best F1 on dev)");
        }
        let alarm = |score: f64, own: Option<bool>| own.or(best.map(|least| score >= least));
        let mut again = BTreeMap::new();
        for way in self.again.keys().cloned().chain(KEPT.map(ways::first)) {
            let Some(found) = scores.in_way(&ids, &way, said.decides)? else { continue };
            let brief = |(v, said): (&Verdict, Said)| {
                let band = if alarm(said.score, said.alarm) == Some(true) { Band::Look } else { Band::Quiet };
                let brief = Brief { score: said.score, band, beside: Vec::new() };
                (v.id.clone(), (v.sha256.clone(), Kept::Brief(brief)))
            };
            again.insert(way, self.known.iter().zip(found.all).map(brief).collect());
        }
        let in_way = |id: &str| ways::parted(id).is_some_and(|(of, _)| ids.contains(&of));
        scores.all_known(in_way, "the result")?;
        let (outcome, known, probability) = (self.outcome.clone(), self.known.clone(), said.probability);
        let said = said.all.iter().map(|said| (said.score, alarm(said.score, said.alarm))).collect();
        Ok(Self { name, outcome, known, said, probability, ours: false, again })
    }

    /// The threshold at which alarms begin.
    fn look(&self) -> Option<&Threshold> {
        self.outcome.thresholds.iter().find(|t| t.system == OURS && t.name == "look")
    }

    /// The labelled messages of a split, with what our model says of them; none where nobody labelled them, or the file does not tell.
    fn messages(&self, part: &[usize]) -> Option<Messages> {
        let gold = |i: &usize| self.known[*i].known.as_ref().and_then(|known| known.signals.as_ref());
        let told = self.ours && part.iter().any(|i| gold(i).is_some());
        told.then(|| Messages::of(part.iter().map(|i| (gold(i), &self.known[*i].messages[..]))))
    }

    /// What it says of the conversations of a split.
    fn side<'l>(&self, labels: &'l [bool], messages: Option<&'l Messages>, part: &[usize]) -> Side<'l> {
        let said = || part.iter().map(|i| self.said[*i]);
        let mut side = Side::of(labels, said().map(|s| s.0).collect(), self.probability);
        if let Some(alarms) = said().map(|s| s.1).collect() {
            side = side.alarming(alarms);
        }
        let Some((look, value)) = self.look().filter(|_| self.ours).and_then(|t| Some((t, t.value?))) else {
            return side;
        };
        let verdicts = || part.iter().map(|i| &self.known[*i]);
        if verdicts().any(|v| !v.messages.is_empty()) {
            let rows = |v: &Verdict| v.messages.iter().map(|m| (m.0, f64::from(m.1))).collect::<Vec<_>>();
            let at = verdicts().map(|v| stays_up(&rows(v), v.alarm(), value, look.warn)).collect();
            side = side.warning(self.warnings(at, part));
        }
        let named = |v: &Verdict| {
            let gold = v.known.as_ref()?.concern.clone().filter(|_| v.label)?;
            Some((v.concern.iter().cloned().collect(), gold))
        };
        side = side.naming(verdicts().map(named).collect());
        let Some(messages) = messages else { return side };
        let named = |signal: Signal| self.outcome.names.get(signal.id()).copied();
        side.telling(messages, messages.signals(named))
    }

    fn warnings(&self, at: Vec<Option<usize>>, part: &[usize]) -> Warnings {
        let onset = |i: &usize| self.known[*i].known.as_ref()?.onset;
        Warnings { at, onsets: part.iter().map(onset).collect(), window: self.outcome.window }
    }

    /// What it said when it read a split again in one way, or by each strictness of the rule of eSPD.
    fn again<'l>(&self, way: &str, labels: &'l [bool], part: &[usize]) -> Result<Vec<(String, Side<'l>)>> {
        let Some(found) = self.again.get(way) else { return Ok(Vec::new()) };
        let verdicts = || part.iter().map(|i| &self.known[*i]);
        if !verdicts().any(|v| found.contains_key(&v.id)) {
            return Ok(Vec::new());
        }
        let (mut briefs, mut warned) = (Vec::new(), Vec::new());
        for v in verdicts() {
            let (sha256, kept) =
                found.get(&v.id).with_context(|| format!("{}: not read again by {way}", v.id))?;
            ensure!(*sha256 == v.sha256, "{}: its text differs between the result's files", v.id);
            match kept {
                Kept::Brief(brief) => briefs.push(brief),
                Kept::Warned(at) => warned.push(at),
            }
        }
        if warned.is_empty() {
            return Ok(vec![(way.to_owned(), self.brief(way, labels, &briefs))]);
        }
        ensure!(
            briefs.is_empty() && warned.iter().all(|at| at.len() == ESPD_KEPT),
            "{way}: lines of two kinds"
        );
        let strict = |s: usize| {
            let at: Vec<Option<usize>> = warned.iter().map(|w| w[s]).collect();
            let side = Side::of(labels, verdicts().map(|v| v.score).collect(), true);
            let side = side.alarming(at.iter().map(Option::is_some).collect());
            (format!("{} of {ESPD_KEPT}", s + 1), side.warning(self.warnings(at, part)))
        };
        Ok((0..ESPD_KEPT).map(strict).collect())
    }

    /// What it said in a way by the end.
    fn brief<'l>(&self, way: &str, labels: &'l [bool], briefs: &[&Brief]) -> Side<'l> {
        let side = Side::of(labels, briefs.iter().map(|b| b.score).collect(), self.probability);
        // As in its table: what is cut short is judged by the threshold alone.
        let cut = self.ours && way.starts_with("last ");
        let least = self.look().and_then(|t| t.value).filter(|_| cut);
        let alarms = briefs.iter().map(|b| least.map_or_else(|| b.alarm(), |least| b.score >= least));
        // Another system may raise none.
        if self.said.iter().all(|said| said.1.is_some()) { side.alarming(alarms.collect()) } else { side }
    }

    /// What it says after so many messages, at its threshold.
    fn first<'l>(&self, kept: usize, labels: &'l [bool], part: &[usize]) -> Option<Side<'l>> {
        if !self.ours {
            return self.again(&ways::first(kept), labels, part).ok()?.pop().map(|(_, side)| side);
        }
        let least = self.look()?.value?;
        let scores: Vec<f64> = part.iter().map(|i| by_then(&self.known[*i].messages, kept)).collect();
        let alarms = scores.iter().map(|s| *s >= least).collect();
        Some(Side::of(labels, scores, true).alarming(alarms))
    }
}

fn said_of(known: &[Verdict]) -> Vec<(f64, Option<bool>)> {
    known.iter().map(|v| (v.score, Some(v.alarm()))).collect()
}

/// Two results, the second in the order of the first.
fn results(a: &Path, b: &Path) -> Result<(Judged, Judged)> {
    let (first, mut second) = (Judged::of(a)?, Judged::of(b)?);
    for (split, data) in &first.outcome.data {
        let same = second.outcome.data.get(split).is_some_and(|d| {
            // Results of earlier versions have no hash over labels other than risk.
            d.sha256 == data.sha256
                && (d.labels_sha256.is_none()
                    || data.labels_sha256.is_none()
                    || d.labels_sha256 == data.labels_sha256)
        });
        ensure!(same, "{} and {} were not measured on the same {split} data", a.display(), b.display());
    }
    let mut theirs: HashMap<String, Verdict> = second.known.drain(..).map(|v| (v.id.clone(), v)).collect();
    for v in &first.known {
        let other =
            theirs.remove(&v.id).with_context(|| format!("{} has no score for {}", b.display(), v.id))?;
        ensure!(
            other.sha256 == v.sha256 && other.label == v.label,
            "{}: its text or label differs between the two results",
            v.id
        );
        second.known.push(other);
    }
    second.said = said_of(&second.known);
    Ok((first, second))
}

/// The scores that lie beside a result, which must be its own and whole.
fn scores(result: &Path, outcome: &Outcome) -> Result<Vec<Verdict>> {
    let (path, mut ids) = (side_of(result), HashSet::new());
    let verdicts: Vec<Verdict> =
        if pan12::is_of(outcome) { pan12::verdicts(&path)? } else { side::lines(&path)? };
    for v in &verdicts {
        let place = || format!("{}: {}", path.display(), v.id);
        ensure!(v.model == outcome.model_sha256, "{}: of another model than the result", place());
        ensure!((0.0..=1.0).contains(&v.score), "{}: its score is no probability", place());
        ensure!(ids.insert(&v.id), "{} stands there twice", place());
    }
    for (split, data) in &outcome.data {
        let n = verdicts.iter().filter(|v| v.split == *split).count();
        let wanted = data.conversations;
        ensure!(n == wanted, "{}: {n} scores of {split} where the result has {wanted}", path.display());
    }
    Ok(verdicts)
}

fn split_of(split: &str, a: &Judged, b: &Judged, part: &[usize]) -> Result<Vec<Comparison>> {
    let groups: Vec<&str> = part.iter().map(|i| a.known[*i].group.as_str()).collect();
    let labels: Vec<bool> = part.iter().map(|i| a.known[*i].label).collect();
    let draws = Resamples::new(&groups, a.outcome.resamples, a.outcome.seed);
    let pair = Pair { split, groups, draws };
    let messages = [a, b].map(|judged| judged.messages(part));
    let [x, y] = [(a, &messages[0]), (b, &messages[1])].map(|(j, m)| j.side(&labels, m.as_ref(), part));
    let mut found: Vec<Comparison> = METRICS.iter().map(|m| pair.compare("", m, [&x, &y], &None)).collect();
    let known: Vec<Option<&Known>> = part.iter().map(|i| a.known[*i].known.as_ref()).collect();
    let kinds: BTreeSet<&String> = known.iter().flatten().flat_map(|known| &known.kinds).collect();
    let of_kind = |kind: &&String| -> Vec<bool> {
        known.iter().map(|known| known.is_some_and(|known| known.kinds.contains(*kind))).collect()
    };
    let members: Vec<Vec<bool>> = kinds.iter().map(of_kind).collect();
    for (kind, members) in kinds.iter().zip(&members) {
        found.extend(pair.each(kind, &IN_KINDS, [&x, &y], &Some(members)));
    }
    if a.outcome.tables.iter().any(|table| table.id.starts_with("fairness/")) {
        found.extend(["fpr", "fnr"].map(|name| pair.spread(metric(name), [&x, &y], &members)));
    }
    for way in a.again.keys().filter(|way| b.again.contains_key(*way)) {
        let [x, y] = [a.again(way, &labels, part)?, b.again(way, &labels, part)?];
        for ((name, x), (_, y)) in x.iter().zip(&y) {
            let numbers = if x.warns() { &RULE[..] } else { &AGAIN };
            found.extend(pair.each(name, numbers, [x, y], &None));
        }
    }
    let cut =
        [a, b].iter().all(|judged| judged.again.keys().any(|way| way.ends_with(&format!(" {}", KEPT[0]))));
    for kept in KEPT.into_iter().filter(|_| cut) {
        // As in its table: before its onset a risky conversation is not risky yet.
        let counts = |(known, label): (&Option<&Known>, &bool)| {
            !label || known.is_some_and(|known| known.onset.is_some_and(|onset| onset < kept))
        };
        let keep: Vec<bool> = known.iter().zip(&labels).map(counts).collect();
        let [Some(x), Some(y)] = [a, b].map(|judged| judged.first(kept, &labels, part)) else { continue };
        found.extend(pair.each(&ways::first(kept), &["auroc", "recall", "fpr"], [&x, &y], &Some(&keep)));
    }
    Ok(found)
}

/// One split of both.
struct Pair<'a> {
    split: &'a str,
    groups: Vec<&'a str>,
    draws: Resamples,
}

impl Pair<'_> {
    fn compare(&self, of: &str, metric: &Metric, sides: [&Side; 2], keep: &Keep) -> Comparison {
        let all: Vec<usize> = (0..self.groups.len()).collect();
        let [a, b] = sides.map(|side| metric.of(side, &all, keep));
        let difference = metric.less(&self.draws, &self.groups, sides, keep);
        let worse = difference.value.and_then(|v| metric.worse(v));
        Comparison { name: format!("{}/{of}{}", self.split, metric.name), a, b, difference, worse }
    }

    /// Some metrics of a kind of conversations, or of a second reading.
    fn each(&self, of: &str, names: &[&str], sides: [&Side; 2], keep: &Keep) -> Vec<Comparison> {
        let of = format!("{of}/");
        names.iter().map(|name| self.compare(&of, metric(name), sides, keep)).collect()
    }

    /// How far the subgroups lie apart.
    fn spread(&self, rate: &Metric, sides: [&Side; 2], members: &[Vec<bool>]) -> Comparison {
        let of = |sides: &[&Side], of: fn(&[f64]) -> f64| {
            spread(&self.draws, self.groups.len(), sides, members, rate, of)
        };
        let [a, b] = sides.map(|side| of(&[side], |rates| rates[0]).value);
        let difference = of(&sides, |rates| rates[1] - rates[0]);
        Comparison {
            name: format!("{}/spread_{}", self.split, rate.name),
            a,
            b,
            difference,
            worse: difference.value,
        }
    }
}
