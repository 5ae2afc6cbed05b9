//! Sexual predator identification as at PAN 2012: which authors (problem 1), and which of their lines (problem 2), in the official XML.
//!
//! The corpus has 155,128 conversations, so they are read as a stream; what is kept of each is a few numbers and ids.

mod compare;
mod lists;
mod peers;
mod problems;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
pub use compare::{is_of, numbers, verdicts};
use lists::Corpus;
use peers::{Peer, Wanted};
use problems::{AUTHORS, LINES};
use reader::{Read, Reader};
use serde::{Deserialize, Serialize};

use super::baselines::Baselines;
use super::cases::{Gold, Skipped};
use super::choice::{card, choose, own};
use super::foreign::Theirs;
use super::judge::{self, Found, Request};
use super::part::{Part, System};
use super::result::{Outcome, Table, Threshold};
use super::side::Scored;
use super::suite::Task;
use super::verdict::Verdict;
use super::{plots, tables};
use crate::assessment::Band;

/// The split that a corpus of training gives.
const DEV: &str = "dev";

/// What is kept of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen {
    id: String,
    sha256: String,
    model: String,
    risk: f32,
    band: Band,
    /// Scores of what stands beside the model, in the order of its names.
    beside: Vec<f64>,
    messages: usize,
    /// Ids of all who write.
    authors: Vec<String>,
    /// Ids of those whose messages are the reason for the alarm.
    concern: Vec<String>,
    /// Their lines that carry a signal, by the numbers that the file gives them.
    lines: Vec<usize>,
    /// What the lists say of it; files of earlier versions do not tell.
    #[serde(default)]
    listed: Option<Listed>,
    #[serde(default = "test")]
    split: String,
}

/// The only split of earlier versions.
fn test() -> String {
    "test".to_owned()
}

/// Predators who write in a conversation, and its telling lines.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Listed {
    predators: Vec<String>,
    lines: BTreeSet<usize>,
}

impl Scored for Seen {
    fn id(&self) -> &str {
        &self.id
    }

    fn model(&self) -> &str {
        &self.model
    }
}

/// Run the suite on a folder that holds the XML and the id lists, and on one of training if there is one.
pub fn run(request: &Request) -> Result<Outcome> {
    let suite = request.suite;
    let test = Corpus::find(&suite.data(request.data)?, request.ids, "test")?;
    let train = request.train.map(|folder| Corpus::find(folder, None, DEV)).transpose()?;
    let peer = request.scores.map(Peer::open).transpose()?.flatten();
    let begun = Instant::now();
    let cases = train.as_ref().map(reader::fitted).transpose()?.unwrap_or_default();
    let baselines = Baselines::listed(suite.words()?.as_ref(), &cases);
    drop(cases);
    let mut reader = Reader::new(request, &baselines, peer)?;
    let (mut reads, mut remarks) = (Vec::new(), Vec::new());
    for corpus in train.iter().chain([&test]) {
        let read = reader.read(corpus)?;
        remarks.extend(fitting(request, corpus, &read.seen, &reader)?);
        reads.push((corpus, read));
    }
    let Parts { golds, mut run, mut skipped } = Parts::of(&reads);
    run.seconds = begun.elapsed().as_secs_f64();
    let mut thresholds = card(request.model);
    let judged: Vec<&Gold> = golds.iter().flatten().collect();
    let known = |id: &str| reader.met.contains(id);
    let theirs = |path| Theirs::read(path, &judged, Task::Pan12, request.threshold, known);
    let mut theirs = request.scores.map(theirs).transpose()?;
    if let Some(theirs) = &theirs {
        skipped.insert("scores of conversations that are not judged here", theirs.others);
        thresholds.extend(own(theirs));
    }
    let (mut found, mut plots, mut data) = (Vec::new(), Vec::new(), BTreeMap::new());
    for ((corpus, read), golds) in reads.iter().zip(&golds) {
        let mut part = part(request, corpus, &read.seen, golds, &baselines);
        part.systems.extend(theirs.as_mut().map(|theirs| theirs.of_next(golds.len())));
        if corpus.split == DEV {
            choose(suite, &part, &mut thresholds);
        }
        found.extend(conversations(request, &part, &thresholds));
        plots.extend(plots::ranked(&part, suite));
        data.extend(part.named());
    }
    let dev = reads.iter().find(|(corpus, _)| corpus.split == DEV);
    let (tables, chosen, remark) = problems(request, &test, reads.last(), dev, reader.peer.as_ref());
    found.extend(tables);
    thresholds.extend(chosen);
    remarks.extend(remark);
    let (run, files) = (run.told(), hashes(&test, train.as_ref())?);
    judge::finish(request, Found { data, tables: found, plots, thresholds, run, skipped, files, remarks })
}

/// SHA-256 of all files, by name.
fn hashes(test: &Corpus, train: Option<&Corpus>) -> Result<BTreeMap<String, String>> {
    let mut files = test.lists.hashes(&test.xml)?;
    let further = train.map(|corpus| corpus.lists.hashes(&corpus.xml)).transpose()?.unwrap_or_default();
    files.extend(further.into_iter().map(|(name, hash)| (format!("--train: {name}"), hash)));
    Ok(files)
}

/// What was read of all corpora.
#[derive(Default)]
struct Parts {
    golds: Vec<Vec<Gold>>,
    run: super::result::Run,
    skipped: Skipped,
}

impl Parts {
    fn of(reads: &[Whole]) -> Self {
        let mut parts = Self::default();
        for (corpus, read) in reads {
            parts.golds.push(read.seen.iter().map(|seen| corpus.lists.gold(seen)).collect());
            parts.run = std::mem::take(&mut parts.run).and(read.run.clone());
            for (why, n) in &read.skipped {
                *parts.skipped.entry(*why).or_default() += n;
            }
        }
        parts
    }
}

/// Conversations of a corpus, with what our model and baselines say of them.
fn part<'g>(
    request: &Request,
    corpus: &Corpus,
    seen: &[Seen],
    golds: &'g [Gold],
    baselines: &Baselines,
) -> Part<'g> {
    let verdicts = seen.iter().zip(golds).map(|(s, gold)| Verdict::brief(gold, f64::from(s.risk), s.band));
    let mut part = Part::new(request.suite, corpus.split, golds.iter().collect(), verdicts.collect());
    for (at, name) in baselines.names().into_iter().enumerate() {
        let scores: Option<Vec<f64>> = seen.iter().map(|s| s.beside.get(at).copied()).collect();
        part.systems.extend(scores.map(|scores| System::beside(name, scores)));
    }
    part
}

/// Whether the lists are those of the file, and what must be said where it is not the corpus that was published.
fn fitting(request: &Request, corpus: &Corpus, seen: &[Seen], reader: &Reader) -> Result<Vec<String>> {
    let (xml, lists, test) = (corpus.xml.display(), &corpus.lists, corpus.split != DEV);
    // A part of it may well hold none.
    let whole = (request.ids.is_none() || !test) && request.limit.is_none();
    if let Some((id, place)) = lists.authors.iter().find(|(id, _)| reader.met.contains(*id)) {
        bail!(
            "{place}: {id} is a conversation of {xml} and no author; keep lists of conversations elsewhere, and give one with --ids"
        );
    }
    ensure!(
        !whole || seen.iter().any(|s| lists.meet(s)),
        "{xml}: none of the {} authors of the list writes in it; is the list that of this file?",
        lists.authors.len()
    );
    let mut strange = lists.strange(|id| reader.met.contains(id)).peekable();
    if let Some((id, place)) = strange.peek().filter(|_| whole) {
        bail!(
            "{place}: {id} is no conversation of {xml}; is the list that of this file? If the file is a part of the corpus, name its conversations with --ids"
        );
    }
    let strange = strange.count();
    let mut remarks = Vec::new();
    if strange > 0 {
        remarks.push(format!(
            "the list of lines names {strange} conversations that this file does not hold; their lines count as not found"
        ));
    }
    if !lists.passed.is_empty() {
        let names: Vec<&str> = lists.passed.iter().map(|(name, _)| name.as_str()).collect();
        remarks.push(format!("passed over, since they are no lists: {}", names.join(", ")));
    }
    if !test {
        return Ok(remarks);
    }
    let data = &request.suite.data;
    let counted = [
        ("conversations", data.counts.get("test").copied(), reader.last),
        ("predators", data.authors, lists.authors.len()),
    ];
    let other = counted.into_iter().filter(|(_, official, here)| official.is_some_and(|n| n != *here));
    let other: Vec<String> = other
        .map(|(what, official, here)| format!("{here} {what} where it has {}", official.unwrap_or_default()))
        .collect();
    if !other.is_empty() {
        remarks.push(format!(
            "this is not the corpus that was published: {}; do not cite these numbers as those of PAN12",
            other.join(", ")
        ));
    }
    Ok(remarks)
}

/// Those with a predator in them against the others.
fn conversations(request: &Request, part: &Part, thresholds: &[Threshold]) -> Vec<Table> {
    let mut order = tables::conversations(part);
    order.note += " A conversation counts as risky when a predator writes in it; many of these hold a few harmless lines only.";
    vec![
        order,
        tables::differences(part),
        tables::thresholds(part, thresholds, request.suite.prevalence),
        tables::differences_at(part, thresholds),
        tables::calibration(part),
    ]
    .into_iter()
    .chain(tables::reliability(part))
    .collect()
}

/// A corpus and what was read of it.
type Whole<'r> = (&'r Corpus, Read);

/// Both problems on test, the thresholds of a system from elsewhere, and why it has none.
fn problems(
    request: &Request,
    test: &Corpus,
    read: Option<&Whole>,
    dev: Option<&Whole>,
    peer: Option<&Peer>,
) -> (Vec<Table>, Vec<Threshold>, Option<String>) {
    let (suite, seen) = (request.suite, read.map_or(&[][..], |(_, read)| &read.seen));
    let chosen = peer.map(|peer| at(peer, request.threshold, dev)).unwrap_or_default();
    let remark = peer.filter(|_| chosen.is_empty()).map(|peer| {
        format!(
            "{} tells of authors and lines, and there is no threshold from which they count as found; choose one with --train FOLDER, or give --threshold",
            peer.name
        )
    });
    let of = |id: &str| {
        let (_, t) = chosen.iter().find(|(problem, _)| problem.id == id)?;
        Some((peer?.name.clone(), peer?.told.get(test.split)?, t.value?))
    };
    let mut tables = vec![problems::authors(suite, seen, &test.lists, of(AUTHORS.id))];
    if test.lists.lines.is_some() {
        tables.push(problems::lines(suite, seen, &test.lists, of(LINES.id)));
    }
    (tables, chosen.into_iter().map(|(_, t)| t).collect(), remark)
}

/// Where authors and lines of another system begin to count.
fn at(peer: &Peer, given: Option<f64>, dev: Option<&Whole>) -> Vec<(&'static problems::Problem, Threshold)> {
    let Some((corpus, read)) = dev else { return peer.thresholds(given, None) };
    let (lists, seen) = (&corpus.lists, &read.seen);
    let here: BTreeSet<&String> = seen.iter().flat_map(|s| &s.authors).collect();
    let wanted = Wanted {
        author: &|author| lists.authors.contains_key(author),
        line: &|id, number| lists.telling(id).contains(&number),
        authors: here.iter().filter(|author| lists.authors.contains_key(**author)).count() as u64,
        lines: seen.iter().map(|s| lists.telling(&s.id).len() as u64).sum(),
    };
    peer.thresholds(given, Some(wanted))
}
