//! The corpus as a stream: each conversation is scored, or taken over from an interrupted run, and what is kept of it is a few numbers and ids.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use rayon::prelude::*;

use super::super::baselines::Baselines;
use super::super::cases::{Case, Gold, Skipped};
use super::super::ids::Ids;
use super::super::judge::Request;
use super::super::result::Run;
use super::super::side;
use super::lists::Corpus;
use super::peers::Peer;
use super::{DEV, Seen};
use crate::assessment::{Assessment, Band};
use crate::head::Signal;
use crate::import::{self, Imported, Options, WarningKind};
use crate::models::{Model, sha256};
use crate::transcript::Transcript;

/// Conversations that are scored side by side before their lines are written.
const BATCH: usize = 256;

/// What was read of one corpus.
pub struct Read {
    pub seen: Vec<Seen>,
    pub run: Run,
    pub skipped: Skipped,
}

/// What all corpora are read with.
pub struct Reader<'a> {
    request: &'a Request<'a>,
    baselines: &'a Baselines<'a>,
    known: HashMap<String, Seen>,
    /// Another system that tells of authors and lines.
    pub peer: Option<Peer>,
    /// Ids of all conversations so far.
    pub met: HashSet<String>,
    /// How many the corpus that was read last holds.
    pub last: usize,
}

impl<'a> Reader<'a> {
    /// Whole lines of an interrupted run are taken over.
    pub fn new(request: &'a Request, baselines: &'a Baselines, peer: Option<Peer>) -> Result<Self> {
        let known = side::known::<Seen>(request.side, &request.model.hash, |seen| seen)?;
        Ok(Self { request, baselines, known, peer, met: HashSet::new(), last: 0 })
    }

    /// Read a corpus; of one that thresholds are chosen on, the half that nothing was fitted on.
    ///
    /// # Errors
    /// When an id stands twice, lists do not fit, or the file cannot be read.
    pub fn read(&mut self, corpus: &Corpus) -> Result<Read> {
        let (request, xml, before) = (self.request, corpus.xml.as_path(), self.met.len());
        let (mut seen, mut batch, mut run, mut problem) = (Vec::new(), Vec::new(), Run::default(), None);
        let mut flush = |batch: &mut Vec<Imported>, seen: &mut Vec<Seen>| -> Result<()> {
            let some = std::mem::take(batch);
            let assessed = some.par_iter().map(|i| look(request.model, self.baselines, corpus, i));
            let assessed: Vec<Seen> = assessed.collect::<Result<_>>()?;
            side::append(request.side, &assessed)?;
            run.scored += assessed.len();
            run.messages += assessed.iter().map(|s| s.messages).sum::<usize>();
            seen.extend(assessed);
            Ok(())
        };
        let (mut resumed, mut skipped) = (0, Skipped::new());
        let listed = request.ids.filter(|_| corpus.split != DEV);
        let mut ids = listed.map(Ids::read).transpose()?;
        let chosen = request.limit.map(|limit| chosen(corpus, listed, limit)).transpose()?;
        let mut take = |imported: Imported| -> Result<()> {
            let chat = &imported.transcript;
            let id = id(chat);
            let twice = first_of(id).filter(|first| self.met.contains(*first));
            ensure!(twice.is_none(), "{}: {} stands there twice", xml.display(), twice.unwrap_or_default());
            let new = self.met.insert(id.to_owned());
            ensure!(new, "{}: {id} also stands in the corpus of --train", xml.display());
            if ids.as_mut().is_some_and(|ids| !ids.meet(id)) {
                *skipped.entry("not in the list of --ids").or_default() += 1;
                return Ok(());
            }
            if !corpus.measures(chat) {
                *skipped.entry("of the half of --train that baselines are fitted on").or_default() += 1;
                return Ok(());
            }
            if chosen.as_ref().is_some_and(|chosen| !chosen.contains(id)) {
                *skipped.entry("beyond --limit").or_default() += 1;
                return Ok(());
            }
            corpus.lists.fit(xml, id, chat)?;
            if let Some(peer) = &mut self.peer {
                peer.meet(corpus.split, id, chat)?;
            }
            let lost = imported.warnings.iter().filter(|w| w.kind == WarningKind::BadRecord).map(|w| w.count);
            *skipped.entry("messages that could not be read").or_default() += lost.sum::<u64>() as usize;
            match self.known.remove(id) {
                // Baselines may be fitted on something else by now, and cost nothing.
                Some(old) if old.sha256 == crate::score::fingerprint(chat) => {
                    resumed += 1;
                    let (beside, split) = (beside(self.baselines, chat)?, corpus.split.to_owned());
                    seen.push(Seen { beside, split, ..old });
                }
                _ => batch.push(imported),
            }
            if batch.len() >= BATCH { flush(&mut batch, &mut seen) } else { Ok(()) }
        };
        let read = import::read_path(xml, &options(), &mut |imported| match take(imported) {
            Ok(()) => ControlFlow::Continue(()),
            Err(wrong) => {
                problem = Some(wrong);
                ControlFlow::Break(())
            }
        });
        problem.map_or(Ok(()), Err)?;
        read?;
        flush(&mut batch, &mut seen)?;
        ids.map_or(Ok(()), |ids| ids.all_met(xml))?;
        self.last = self.met.len() - before;
        ensure!(!seen.is_empty(), "{}: no conversation in it", xml.display());
        run.resumed = resumed;
        seen.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Read { seen, run, skipped })
    }
}

/// Conversations that baselines are fitted on: half of a corpus, with whether a predator writes in each.
///
/// # Errors
/// When the file cannot be read.
pub fn fitted(corpus: &Corpus) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    import::read_path(&corpus.xml, &options(), &mut |imported| {
        let transcript = imported.transcript;
        if !corpus.measures(&transcript) {
            let risk = corpus.predator(&transcript).is_some();
            cases.push(Case { transcript, gold: Gold { risk, ..Gold::default() } });
        }
        ControlFlow::Continue(())
    })?;
    Ok(cases)
}

fn options() -> Options {
    Options { format: Some("pan12".to_owned()), ..Options::default() }
}

/// The id that an import gave a number because it stood there already.
fn first_of(id: &str) -> Option<&str> {
    let (first, number) = id.strip_suffix(')')?.rsplit_once(" (")?;
    number.parse::<u64>().ok().map(|_| first)
}

/// The conversations that a limit keeps: those whose ids have the lowest hashes, of the list where there is one.
fn chosen(corpus: &Corpus, listed: Option<&Path>, limit: usize) -> Result<HashSet<String>> {
    let (mut listed, mut found) = (listed.map(Ids::read).transpose()?, Vec::new());
    import::read_path(&corpus.xml, &options(), &mut |imported| {
        let id = id(&imported.transcript);
        if listed.as_mut().is_none_or(|ids| ids.meet(id)) && corpus.measures(&imported.transcript) {
            found.push(id.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    found.sort_by_cached_key(|id| sha256(id.as_bytes()));
    found.truncate(limit);
    Ok(found.into_iter().collect())
}

/// The conversation's own id, by which the lists refer to it; the import puts the file's name before it.
pub fn id(chat: &Transcript) -> &str {
    chat.id.rsplit_once('#').map_or(&chat.id, |(_, id)| id)
}

fn beside(baselines: &Baselines, chat: &Transcript) -> Result<Vec<f64>> {
    Ok(baselines.scores(&[chat])?.into_iter().flat_map(|(_, scores)| scores).collect())
}

fn look(model: &Model, baselines: &Baselines, corpus: &Corpus, imported: &Imported) -> Result<Seen> {
    let chat = &imported.transcript;
    let a = crate::score::assess(model, chat, "pan12", &[]).with_context(|| chat.id.clone())?;
    ensure!(a.risk.is_finite(), "{}: a score of the model is not a finite number", chat.id);
    let loud = a.band >= Band::Look;
    let authors: Vec<String> = chat.speakers.iter().map(|s| s.name.clone()).collect();
    Ok(Seen {
        listed: Some(corpus.lists.of(id(chat), &authors)),
        split: corpus.split.to_owned(),
        id: id(chat).to_owned(),
        sha256: a.input.sha256.clone(),
        model: a.model.sha256.clone(),
        risk: a.risk,
        band: a.band,
        beside: beside(baselines, chat)?,
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
