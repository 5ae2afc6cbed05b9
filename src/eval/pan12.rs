//! Sexual predator identification as at PAN 2012: which authors (problem 1), and which of their lines (problem 2), in the official XML.
//!
//! The corpus has 155,128 conversations, so they are read as a stream; what is kept of each is a few numbers and ids.

mod compare;
mod lists;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
pub use compare::{is_of, numbers, verdicts};
use lists::Lists;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::baselines::{Baselines, NAMES};
use super::cases::{self, Skipped};
use super::foreign::Theirs;
use super::ids::Ids;
use super::judge::{self, Found, Request};
use super::part::{Part, System};
use super::result::{Measure, Outcome, Row, Run, Table, Threshold};
use super::side::{self, Scored};
use super::suite::Task;
use super::verdict::Verdict;
use super::{plots, tables};
use crate::assessment::{Assessment, Band};
use crate::head::Signal;
use crate::import::{self, Imported, Options, WarningKind};
use crate::metrics::{Resamples, Sets};
use crate::models::Model;
use crate::transcript::Transcript;

/// Conversations that are scored side by side before their lines are written.
const BATCH: usize = 256;

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
}

/// Predators who write in a conversation, and its telling lines.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Listed {
    predators: Vec<String>,
    lines: BTreeSet<usize>,
}

/// Run the suite on a folder that holds the XML and the id lists.
pub fn run(request: &Request) -> Result<Outcome> {
    let folder = request.suite.data(request.data)?;
    let (xml, lists) = lists::find(&folder, request.ids)?;
    request.scores.map(Theirs::open).transpose()?;
    let begun = Instant::now();
    let (seen, mut run, mut skipped, met) = read(request, &xml, &lists)?;
    ensure!(!seen.is_empty(), "{}: no conversation in it", xml.display());
    let remarks = fitting(request, &xml, &lists, &seen, &met)?;
    run.seconds = begun.elapsed().as_secs_f64();
    let run = run.told();
    let mut thresholds = judge::card(request.model);
    let golds: Vec<cases::Gold> = seen.iter().map(|s| lists.gold(s)).collect();
    let verdicts = seen.iter().zip(&golds).map(|(s, gold)| Verdict::brief(gold, f64::from(s.risk), s.band));
    let mut part = Part::new(request.suite, "test", golds.iter().collect(), verdicts.collect());
    for (at, name) in NAMES.into_iter().enumerate() {
        let scores: Option<Vec<f64>> = seen.iter().map(|s| s.beside.get(at).copied()).collect();
        part.systems.extend(scores.map(|scores| System::beside(name, scores)));
    }
    if let Some(path) = request.scores {
        let mut theirs = Theirs::read(path, &part.golds, Task::Pan12, |id| met.contains(id))?;
        skipped.insert("scores of conversations that are not judged here", theirs.others);
        thresholds.extend(judge::own(&theirs));
        part.systems.push(theirs.of_next(seen.len()));
    }
    let mut tables = conversations(request, &part, &thresholds);
    tables.push(authors(request, &seen, &lists));
    tables.extend(lists.lines.as_ref().map(|_| by_line(request, &seen, &lists)));
    let plots = plots::ranked(&part, request.suite);
    let files = lists.hashes(&xml)?;
    let found = Found { data: part.named(), tables, plots, thresholds, run, skipped, files, remarks };
    judge::finish(request, found)
}

/// Whether the lists are those of the file, and what must be said where it is not the corpus that was published.
fn fitting(
    request: &Request,
    xml: &Path,
    lists: &Lists,
    seen: &[Seen],
    met: &HashSet<String>,
) -> Result<Vec<String>> {
    // A part of it may well hold none.
    let whole = request.ids.is_none() && request.limit.is_none();
    ensure!(
        !whole || seen.iter().any(|s| lists.meet(s)),
        "{}: none of the {} authors of the list writes in it; is the list that of this file?",
        xml.display(),
        lists.authors.len()
    );
    let mut strange = lists.strange(|id| met.contains(id)).peekable();
    if let Some((id, place)) = strange.peek().filter(|_| whole) {
        bail!(
            "{place}: {id} is no conversation of {}; is the list that of this file? If the file is a part of the corpus, name its conversations with --ids",
            xml.display()
        );
    }
    let strange = strange.count();
    let mut remarks = Vec::new();
    if strange > 0 {
        remarks.push(format!(
            "the list of lines names {strange} conversations that this file does not hold; their lines count as not found"
        ));
    }
    let data = &request.suite.data;
    let counted = [
        ("conversations", data.counts.get("test").copied(), met.len()),
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

/// What was seen, what it cost, what was set aside, and all ids.
fn read(request: &Request, xml: &Path, lists: &Lists) -> Result<(Vec<Seen>, Run, Skipped, HashSet<String>)> {
    let baselines = Baselines::fit(request.model, request.suite.keywords().as_deref(), &[])?;
    let mut known = side::known::<Seen>(request.side, &request.model.hash, |seen| seen)?;
    let (mut seen, mut batch, mut run, mut problem) = (Vec::new(), Vec::new(), Run::default(), None);
    let options = Options { format: Some("pan12".to_owned()), ..Options::default() };
    let mut flush = |batch: &mut Vec<Imported>| -> Result<()> {
        let some = std::mem::take(batch);
        let assessed = some.par_iter().map(|i| look(request.model, &baselines, lists, i));
        let assessed: Vec<Seen> = assessed.collect::<Result<_>>()?;
        side::append(request.side, &assessed)?;
        run.scored += assessed.len();
        run.messages += assessed.iter().map(|s| s.messages).sum::<usize>();
        seen.extend(assessed);
        Ok(())
    };
    let (mut resumed, mut skipped) = (Vec::new(), Skipped::new());
    let mut ids = request.ids.map(Ids::read).transpose()?;
    let chosen = request.limit.map(|limit| chosen(xml, &options, request.ids, limit)).transpose()?;
    let mut met = HashSet::new();
    let read = import::read_path(xml, &options, &mut |imported| {
        let id = id(&imported.transcript);
        if let Some(first) = first_of(id).filter(|first| met.contains(*first)) {
            problem = Some(anyhow!("{}: {first} stands there twice", xml.display()));
            return ControlFlow::Break(());
        }
        met.insert(id.to_owned());
        if ids.as_mut().is_some_and(|ids| !ids.meet(id)) {
            *skipped.entry("not in the list of --ids").or_default() += 1;
            return ControlFlow::Continue(());
        }
        if chosen.as_ref().is_some_and(|chosen| !chosen.contains(id)) {
            *skipped.entry("beyond --limit").or_default() += 1;
            return ControlFlow::Continue(());
        }
        if let Err(wrong) = lists.fit(xml, id, &imported.transcript) {
            problem = Some(wrong);
            return ControlFlow::Break(());
        }
        let lost = imported.warnings.iter().filter(|w| w.kind == WarningKind::BadRecord).map(|w| w.count);
        *skipped.entry("messages that could not be read").or_default() += lost.sum::<u64>() as usize;
        match known.remove(id) {
            Some(old) if old.sha256 == crate::score::fingerprint(&imported.transcript) => resumed.push(old),
            _ => batch.push(imported),
        }
        if batch.len() >= BATCH {
            problem = flush(&mut batch).err();
        }
        if problem.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    problem.map_or(Ok(()), Err)?;
    read?;
    flush(&mut batch)?;
    ids.map_or(Ok(()), |ids| ids.all_met(xml))?;
    run.resumed = resumed.len();
    seen.extend(resumed);
    seen.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((seen, run, skipped, met))
}

/// The id that an import gave a number because it stood there already.
fn first_of(id: &str) -> Option<&str> {
    let (first, number) = id.strip_suffix(')')?.rsplit_once(" (")?;
    number.parse::<u64>().ok().map(|_| first)
}

/// The conversations that a limit keeps: those whose ids have the lowest hashes, of the list where there is one.
fn chosen(xml: &Path, options: &Options, listed: Option<&Path>, limit: usize) -> Result<HashSet<String>> {
    let (mut listed, mut found) = (listed.map(Ids::read).transpose()?, Vec::new());
    import::read_path(xml, options, &mut |imported| {
        let id = id(&imported.transcript);
        if listed.as_mut().is_none_or(|ids| ids.meet(id)) {
            found.push(id.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    found.sort_by_cached_key(|id| crate::models::sha256(id.as_bytes()));
    found.truncate(limit);
    Ok(found.into_iter().collect())
}

/// The conversation's own id, by which the lists refer to it; the import puts the file's name before it.
fn id(chat: &Transcript) -> &str {
    chat.id.rsplit_once('#').map_or(&chat.id, |(_, id)| id)
}

fn look(model: &Model, baselines: &Baselines, lists: &Lists, imported: &Imported) -> Result<Seen> {
    let chat = &imported.transcript;
    let a = crate::score::assess(model, chat, "pan12", &[]).with_context(|| chat.id.clone())?;
    ensure!(a.risk.is_finite(), "{}: a score of the model is not a finite number", chat.id);
    let (loud, beside) = (a.band >= Band::Look, baselines.scores(&[chat])?);
    let authors: Vec<String> = chat.speakers.iter().map(|s| s.name.clone()).collect();
    Ok(Seen {
        listed: Some(lists.of(id(chat), &authors)),
        id: id(chat).to_owned(),
        sha256: a.input.sha256.clone(),
        model: a.model.sha256.clone(),
        risk: a.risk,
        band: a.band,
        beside: beside.into_iter().flat_map(|(_, scores)| scores).collect(),
        messages: chat.messages.len(),
        authors,
        lines: if loud { lines(model, &a) } else { Vec::new() },
        concern: a.person_of_concern,
    })
}

/// Lines of those of concern that carry any signal but `protective`.
fn lines(model: &Model, a: &Assessment) -> Vec<usize> {
    let names = &model.card.bands.name;
    let theirs = a.messages.iter().filter(|m| a.person_of_concern.contains(&m.speaker));
    let telling =
        theirs.filter(|m| m.signals.iter().any(|(s, p)| *s != Signal::Protective && names.names(*s, *p)));
    telling.map(|m| m.line as usize).collect()
}

impl Scored for Seen {
    fn id(&self) -> &str {
        &self.id
    }

    fn model(&self) -> &str {
        &self.model
    }
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

fn authors(request: &Request, seen: &[Seen], lists: &Lists) -> Table {
    let wanted = || lists.authors.keys().map(String::as_str);
    let here = seen.iter().flat_map(|s| &s.authors).filter(|a| lists.authors.contains_key(*a));
    let note = format!(
        "Found: whose messages are the reason for an alarm at the band look. Recall divides by all {} ids of the list; {} of them write in this file. Ranked by F0.5.",
        lists.authors.len(),
        here.collect::<BTreeSet<_>>().len()
    );
    table(request, &AUTHORS, &note, &by_author(seen, wanted()))
}

fn by_line(request: &Request, seen: &[Seen], lists: &Lists) -> Table {
    let mut counts = by_conversation(seen, |s| lists.telling(&s.id));
    let here: u64 = counts.values().map(|s| s.wanted).sum();
    // Lines of conversations that are not here were not found either.
    for (id, lines) in lists.lines.iter().flatten() {
        let wanted = lines.len() as u64;
        counts.entry(id.clone()).or_insert(Sets { wanted, ..Sets::default() });
    }
    let note = format!(
        "Found: lines of the persons found that carry a signal. Recall divides by all {} lines of the list; {here} of them are in conversations that were read. Ranked by F3.",
        lists.count()
    );
    table(request, &LINES, &note, &counts)
}

/// One of the two problems.
struct Problem {
    id: &'static str,
    title: &'static str,
    /// By which systems are ranked.
    beta: f64,
}

const AUTHORS: Problem = Problem { id: "authors", title: "Problem 1: predators", beta: 0.5 };
const LINES: Problem = Problem { id: "lines", title: "Problem 2: their telling lines", beta: 3.0 };

/// Each author who was found or is listed.
fn by_author<'s>(seen: &'s [Seen], wanted: impl Iterator<Item = &'s str>) -> BTreeMap<String, Sets> {
    let mut counts: BTreeMap<String, Sets> = BTreeMap::new();
    for author in seen.iter().flat_map(|s| &s.concern) {
        counts.entry(author.clone()).or_default().found = 1;
    }
    wanted.for_each(|author| counts.entry(author.to_owned()).or_default().wanted = 1);
    counts.values_mut().for_each(|sets| sets.hits = sets.found.min(sets.wanted));
    counts
}

/// The lines of each conversation.
fn by_conversation(seen: &[Seen], wanted: impl Fn(&Seen) -> BTreeSet<usize>) -> BTreeMap<String, Sets> {
    let one = |s: &Seen| (s.id.clone(), Sets::of(&s.lines.iter().copied().collect(), &wanted(s)));
    seen.iter().map(one).collect()
}

impl Problem {
    fn columns(&self) -> [&'static str; 4] {
        ["precision", "recall", "F1", if self.beta < 1.0 { "F0.5" } else { "F3" }]
    }

    fn number(&self, column: &str, sets: Sets) -> Option<f64> {
        match column {
            "precision" => sets.precision(),
            "recall" => sets.recall(),
            "F1" => sets.f(1.0),
            _ => sets.f(self.beta),
        }
    }
}

fn table(request: &Request, problem: &Problem, note: &str, counts: &BTreeMap<String, Sets>) -> Table {
    let (names, sets): (Vec<&String>, Vec<Sets>) = counts.iter().unzip();
    let draws = Resamples::new(&names, request.suite.resamples, request.suite.seed);
    let sum = |drawn: &[usize]| drawn.iter().map(|i| sets[*i]).sum::<Sets>();
    let all: Sets = sets.iter().copied().sum();
    let cell = |column| {
        let n = if column == "precision" { all.found } else { all.wanted };
        (column, Measure::over(&draws, names.len(), n as usize, |d| problem.number(column, sum(d))))
    };
    let row = Row::new("rushlight", problem.columns().map(cell));
    Table::new(problem.id, problem.title, note, &problem.columns(), vec![row])
}
