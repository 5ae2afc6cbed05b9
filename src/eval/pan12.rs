//! Sexual predator identification as at PAN 2012: which authors (problem 1), and which of their lines (problem 2), in the official XML.
//!
//! The corpus has 155,128 conversations, so they are read as a stream; what is kept of each is a few numbers and ids.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::baselines::{Baselines, NAMES};
use super::cases::{self, Skipped};
use super::foreign::Theirs;
use super::ids::Ids;
use super::judge::{self, Part, Request, System};
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
    /// Their lines that carry a signal, from 1.
    lines: Vec<usize>,
}

/// The id lists that come with the corpus.
struct Gold {
    authors: BTreeSet<String>,
    /// Conversation and line, where the list of problem 2 is there.
    lines: Option<BTreeSet<(String, usize)>>,
}

/// Run the suite on a folder that holds the XML and the id lists.
pub fn run(request: &Request) -> Result<Outcome> {
    let folder = request.suite.data(request.data)?;
    let (xml, gold) = files(&folder, request.ids)?;
    request.scores.map(Theirs::open).transpose()?;
    let begun = Instant::now();
    let (seen, mut run, mut skipped, met) = read(request, &xml)?;
    ensure!(!seen.is_empty(), "{}: no conversation in it", xml.display());
    // A part of it may well hold none.
    let whole = request.ids.is_none() && request.limit.is_none();
    ensure!(
        !whole || seen.iter().any(|s| gold.in_it(s)),
        "{}: none of the {} authors of the list writes in it; is the list that of this file?",
        xml.display(),
        gold.authors.len()
    );
    run.seconds = begun.elapsed().as_secs_f64();
    let run = run.told();
    let mut thresholds = judge::card(request.model);
    let golds: Vec<cases::Gold> = seen.iter().map(|s| gold.of(s)).collect();
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
    tables.push(authors(request, &seen, &gold));
    tables.extend(gold.lines.as_ref().map(|lines| by_line(request, &seen, lines)));
    let data = BTreeMap::from([("test".to_owned(), part.data())]);
    let plots = plots::ranked(&part, request.suite);
    judge::finish(request, data, tables, plots, thresholds, run, skipped)
}

/// The one XML file, and the id lists, told by what stands in them; the list of `--ids` may lie among them.
fn files(folder: &Path, ids: Option<&Path>) -> Result<(PathBuf, Gold)> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    let ends = |p: &PathBuf, end: &str| p.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
    let xml: Vec<&PathBuf> = paths.iter().filter(|p| ends(p, "xml")).collect();
    let [xml] = xml[..] else {
        bail!("{}: expected one .xml file with the conversations, found {}", folder.display(), xml.len())
    };
    let mut gold = Gold { authors: BTreeSet::new(), lines: None };
    let ids = ids.and_then(|path| path.canonicalize().ok());
    let other = |p: &&PathBuf| ids.is_none() || p.canonicalize().ok() != ids;
    for path in paths.iter().filter(|p| ends(p, "txt")).filter(other) {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let place = || format!("{}:{}", path.display(), at + 1);
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                [author] => drop(gold.authors.insert(author.to_owned())),
                [conversation, line] => {
                    let line = line
                        .parse()
                        .map_err(|_| anyhow!("{}: expected a conversation and a line", place()))?;
                    gold.lines.get_or_insert_default().insert((conversation.to_owned(), line));
                }
                _ => bail!("{}: expected an author's id, or a conversation's id and a line", place()),
            }
        }
    }
    ensure!(
        !gold.authors.is_empty(),
        "{}: no list of predators (a .txt file of author ids, as the corpus comes with)",
        folder.display()
    );
    Ok((xml.clone(), gold))
}

/// What was seen, what it cost, what was set aside, and all ids.
fn read(request: &Request, xml: &Path) -> Result<(Vec<Seen>, Run, Skipped, HashSet<String>)> {
    let baselines = Baselines::fit(request.model, request.suite.keywords().as_deref(), &[])?;
    let mut known = side::known::<Seen>(request.side, &request.model.hash, |seen| seen)?;
    let (mut seen, mut batch, mut run, mut problem) = (Vec::new(), Vec::new(), Run::default(), None);
    let options = Options { format: Some("pan12".to_owned()), ..Options::default() };
    let mut flush = |batch: &mut Vec<Imported>| -> Result<()> {
        let some = std::mem::take(batch);
        let assessed = some.par_iter().map(|i| look(request.model, &baselines, i));
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
        let lost = imported
            .warnings
            .iter()
            .filter(|w| w.kind == WarningKind::BadRecord)
            .map(|w| w.count)
            .sum::<u64>();
        *skipped
            .entry("messages that could not be read; the lines after them count one less")
            .or_default() += lost as usize;
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

fn look(model: &Model, baselines: &Baselines, imported: &Imported) -> Result<Seen> {
    let chat = &imported.transcript;
    let a = crate::score::assess(model, chat, "pan12", &[]).with_context(|| chat.id.clone())?;
    ensure!(a.risk.is_finite(), "{}: a score of the model is not a finite number", chat.id);
    let (loud, beside) = (a.band >= Band::Look, baselines.scores(&[chat])?);
    Ok(Seen {
        id: id(chat).to_owned(),
        sha256: a.input.sha256.clone(),
        model: a.model.sha256.clone(),
        risk: a.risk,
        band: a.band,
        beside: beside.into_iter().flat_map(|(_, scores)| scores).collect(),
        messages: chat.messages.len(),
        authors: chat.speakers.iter().map(|s| s.name.clone()).collect(),
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
    telling.map(|m| m.index + 1).collect()
}

impl Scored for Seen {
    fn id(&self) -> &str {
        &self.id
    }

    fn model(&self) -> &str {
        &self.model
    }
}

impl Gold {
    fn in_it(&self, seen: &Seen) -> bool {
        seen.authors.iter().any(|a| self.authors.contains(a))
    }
}

impl Gold {
    /// What is known of a conversation. Those of one predator belong together; all others stand alone.
    fn of(&self, seen: &Seen) -> cases::Gold {
        let predator = seen.authors.iter().find(|a| self.authors.contains(*a));
        cases::Gold {
            id: seen.id.clone(),
            group: predator.unwrap_or(&seen.id).clone(),
            messages: seen.messages,
            risk: predator.is_some(),
            sha256: seen.sha256.clone(),
            ..cases::Gold::default()
        }
    }
}

/// Those with a predator in them against the others.
fn conversations(request: &Request, part: &Part, thresholds: &[Threshold]) -> Vec<Table> {
    let mut order = tables::conversations(part);
    order.note += " A conversation counts as risky when a predator writes in it; many of these hold a few harmless lines only.";
    let (here, official) = (part.golds.len(), request.suite.data.counts.get("test"));
    if let Some(official) = official.filter(|n| **n != here) {
        order.note += &format!(" The test corpus has {official} conversations; {here} were read.");
    }
    vec![
        order,
        tables::differences(part),
        tables::thresholds(part, thresholds, request.suite.prevalence),
        tables::calibration(part),
    ]
}

fn authors(request: &Request, seen: &[Seen], gold: &Gold) -> Table {
    let found: BTreeSet<&String> = seen.iter().flat_map(|s| &s.concern).collect();
    let wanted: BTreeSet<&String> = gold.authors.iter().collect();
    let items: Vec<&String> = found.union(&wanted).copied().collect();
    let sets = |drawn: &[usize]| {
        let is = |set: &BTreeSet<&String>, i: &usize| set.contains(items[*i]);
        let count = |hit: &dyn Fn(&usize) -> bool| drawn.iter().filter(|i| hit(i)).count() as u64;
        Sets {
            hits: count(&|i| is(&found, i) && is(&wanted, i)),
            found: count(&|i| is(&found, i)),
            wanted: count(&|i| is(&wanted, i)),
        }
    };
    let note = format!(
        "Found: whose messages are the reason for an alarm at the band look. Recall divides by all {} ids of the list; {} of them write in this file. Ranked by F0.5.",
        wanted.len(),
        seen.iter().flat_map(|s| &s.authors).filter(|a| wanted.contains(a)).collect::<BTreeSet<_>>().len()
    );
    let draws = Resamples::new(&items, request.suite.resamples, request.suite.seed);
    let cells = set_cells(&draws, items.len(), 0.5, &sets);
    Table::new("authors", "Problem 1: predators", &note, &columns(0.5), vec![Row::new("rushlight", cells)])
}

fn by_line(request: &Request, seen: &[Seen], gold: &BTreeSet<(String, usize)>) -> Table {
    let mut wanted: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (id, line) in gold {
        wanted.entry(id).or_default().insert(*line);
    }
    let one = |s: &Seen| {
        let (found, none) = (s.lines.iter().copied().collect(), BTreeSet::new());
        Sets::of(&found, wanted.get(s.id.as_str()).unwrap_or(&none))
    };
    let mut counts: Vec<Sets> = seen.iter().map(one).collect();
    let here: u64 = counts.iter().map(|s| s.wanted).sum();
    let mut ids: Vec<&str> = seen.iter().map(|s| s.id.as_str()).collect();
    // Lines of conversations that are not here were not found either.
    let known: HashSet<&str> = ids.iter().copied().collect();
    for (id, lines) in wanted.iter().filter(|(id, _)| !known.contains(*id)) {
        ids.push(id);
        counts.push(Sets { wanted: lines.len() as u64, ..Sets::default() });
    }
    let draws = Resamples::new(&ids, request.suite.resamples, request.suite.seed);
    let sum = |drawn: &[usize]| {
        let total = |part: fn(&Sets) -> u64| drawn.iter().map(|i| part(&counts[*i])).sum();
        Sets { hits: total(|s| s.hits), found: total(|s| s.found), wanted: total(|s| s.wanted) }
    };
    let note = format!(
        "Found: lines of the persons found that carry a signal. Recall divides by all {} lines of the list; {here} of them are in conversations that were read. Ranked by F3.",
        gold.len()
    );
    let cells = set_cells(&draws, counts.len(), 3.0, &sum);
    Table::new(
        "lines",
        "Problem 2: their telling lines",
        &note,
        &columns(3.0),
        vec![Row::new("rushlight", cells)],
    )
}

fn columns(beta: f64) -> [&'static str; 4] {
    ["precision", "recall", "F1", if beta < 1.0 { "F0.5" } else { "F3" }]
}

fn set_cells(
    draws: &Resamples,
    items: usize,
    beta: f64,
    sets: &(dyn Fn(&[usize]) -> Sets + Sync),
) -> Vec<(&'static str, Measure)> {
    let all = sets(&(0..items).collect::<Vec<_>>());
    let measure = |n: u64, metric: &(dyn Fn(Sets) -> Option<f64> + Sync)| {
        Measure::over(draws, items, n as usize, |d| metric(sets(d)))
    };
    let [p, r, f1, f] = columns(beta);
    vec![
        (p, measure(all.found, &|s| s.precision())),
        (r, measure(all.wanted, &|s| s.recall())),
        (f1, measure(all.wanted, &|s| s.f(1.0))),
        (f, measure(all.wanted, &|s| s.f(beta))),
    ]
}
