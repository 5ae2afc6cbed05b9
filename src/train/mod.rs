//! A head refitted on a user's own labels, over a backbone that stays as it is: labelled conversations in, a new model folder out.
//!
//! ```text
//! labels ─▸ cases ─▸ split by group ─▸ vectors of the backbone ─▸ fit on train, stop by dev ─▸ calibration and bands on dev
//!                                                                     └─▸ before and after on what was held out ─▸ folder
//! ```
//!
//! The same labels, model, settings and build give the same bytes; an interrupted run goes on where it was.

mod base;
mod batch;
mod calibrate;
mod fit;
mod folder;
mod folds;
mod net;
mod report;
mod split;

pub use base::Base;
pub use fit::Knobs;
pub use folds::{Folds, folds};
pub use report::Report;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Error, Result, anyhow, bail, ensure};
use rayon::prelude::*;

use crate::eval::{self, Case};
use crate::head::{Head, Memory};
use crate::kernels::Level;
use crate::models::{Model, Place, sha256};
use batch::Chat;
use calibrate::Said;
use fit::State;
use net::Net;

/// What to fit, on what, and where it goes.
pub struct Request<'a> {
    /// The backbone that is kept, and the head that is the start if there is one.
    pub base: &'a Base,
    /// Labelled conversations: a file, or a folder of them.
    pub labels: &'a Path,
    /// The folder of the new model.
    pub out: &'a Path,
    /// Go on with an interrupted run.
    pub resume: bool,
    /// Replace what stands in `out`.
    pub overwrite: bool,
    /// Begin with a head that has learnt nothing.
    pub anew: bool,
    /// Shares of dev and of what is held out.
    pub shares: (f64, f64),
    /// Shares of harmless dev conversations that may reach `look` and `look now`.
    pub budgets: (f64, f64),
    /// Languages that the new model answers for; when empty those of `base`, and of the labels when it has none.
    pub languages: Vec<String>,
    /// The loop's settings.
    pub knobs: Knobs,
}

/// How far it is.
pub enum Progress<'a> {
    /// So many conversations will be read by the backbone.
    Reading(usize),
    /// One more was.
    Read,
    /// A pass is done: its number, the most there may be, the loss on dev before and after.
    Pass(usize, usize, &'a [f64]),
    /// So many of so many heads were fitted.
    Fold(usize, usize),
}

/// File that an interrupted run leaves in the new folder.
const CHECKPOINT: &str = "checkpoint.safetensors";
/// Files by which a folder is known as one of ours.
const OURS: [&str; 3] = ["model.toml", "CARD.md", CHECKPOINT];

/// Fit, measure and write.
pub fn run(request: &Request, tell: &(dyn Fn(Progress) + Sync)) -> Result<Report> {
    let out = request.out;
    let checkpoint = out.join(CHECKPOINT);
    prepare(request, &checkpoint)?;
    let mut base = request.base.load(request.knobs.seed)?;
    let (cases, skipped) = eval::labelled(request.labels)?;
    if base.card.languages.is_empty() {
        let own = &request.languages;
        base.card.languages = if own.is_empty() { base::languages(&cases) } else { own.clone() };
        ensure!(!base.card.languages.is_empty(), "the labels state no language; give --language");
    }
    let split = split::split(&cases, request.shares, request.knobs.seed).map_err(|e| told(e, &skipped))?;
    let chats = read(&base, &cases, tell)?;
    let part = |of: &[usize]| -> Vec<&Chat> { of.iter().filter_map(|i| chats[*i].as_ref()).collect() };
    let (train, dev) = (part(&split.train), part(&split.dev));

    // From here on nothing can be wrong with the labels, so that what is replaced may go.
    clear(request)?;
    let labels_sha256 = labels_hash(&cases);
    let run = name(request, &base, &labels_sha256);
    let mut state = begin(request, &checkpoint, &run, &base, &dev)?;
    while !state.is_done(&request.knobs) {
        state.pass(&train, &dev, base.head.width(), &request.knobs)?;
        state.save(&checkpoint, &run)?;
        tell(Progress::Pass(state.passes(), request.knobs.passes, &state.dev));
    }
    let (passes, best, losses) = (state.passes(), state.best_pass(), state.dev.clone());
    let net = state.finish()?;
    let said = says(&head(&net)?, &dev, base.card.calibration.fall)?;
    let calibration = calibrate::calibrate(&said, &base.card.calibration);
    let bands = calibrate::bands(&said, &calibration, request.budgets, &base.card.bands)?;
    let doubts = calibrate::doubts(&said, &bands, request.budgets);

    folder::model(request, &base, &net, calibration, bands)?;
    let after = Model::load(&Place::Folder(out.to_owned()))?;
    let held_out: Vec<(&Case, &str)> =
        split.held_out.iter().map(|i| (&cases[*i], split.groups[*i].as_str())).collect();
    let report = Report {
        table: report::compare(&base, &after, &held_out, request.knobs.seed)?,
        labels: (cases.len(), cases.iter().filter(|c| c.gold.risk).count()),
        set_aside: eval::set_aside(&skipped),
        doubts,
        parts: [split.train.len(), split.dev.len(), split.held_out.len()],
        joined: split.joined,
        passes,
        best,
        losses,
        labels_sha256,
    };
    folder::results(request, after.card, &report)?;
    fs::remove_file(&checkpoint).ok();
    Ok(report)
}

/// Passes until dev gets no better; the weights of the best.
fn fit(net: Net, train: &[&Chat], dev: &[&Chat], width: usize, knobs: &Knobs) -> Result<Net> {
    let mut state = State::new(net, dev, width)?;
    while !state.is_done(knobs) {
        state.pass(train, dev, width, knobs)?;
    }
    state.finish()
}

/// Whether the new folder may be written: it is empty, or holds a checkpoint to go on from, or a model to replace.
fn prepare(request: &Request, checkpoint: &Path) -> Result<()> {
    let out = request.out;
    if let Base::Model(Place::Folder(base)) = request.base {
        let same = base.canonicalize().is_ok_and(|base| out.canonicalize().is_ok_and(|out| out == base));
        ensure!(!same, "{}: this is the model to begin with; give another --out", out.display());
    }
    ensure!(!out.is_file(), "{} is a file; --out names the folder of the new model", out.display());
    let filled = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if filled && request.resume && !checkpoint.is_file() {
        bail!(
            "{}: no interrupted run to go on with; use --overwrite to replace what is there",
            out.display()
        );
    }
    if filled && request.overwrite {
        ensure!(
            OURS.iter().any(|name| out.join(name).is_file()),
            "{}: not a model folder, so it is not replaced; give another --out",
            out.display()
        );
    } else if filled && !request.resume {
        bail!("{} is not empty; give --resume to go on or --overwrite to replace it", out.display());
    }
    Ok(())
}

/// Make the folder, or make way in it.
fn clear(request: &Request) -> Result<()> {
    let out = request.out;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    for path in OURS.iter().map(|name| out.join(name)).filter(|p| request.overwrite && p.exists()) {
        fs::remove_file(&path).with_context(|| format!("cannot replace {}", path.display()))?;
    }
    Ok(())
}

/// All conversations through the backbone, side by side; `None` where nobody says anything.
fn read(base: &Model, cases: &[Case], tell: &(dyn Fn(Progress) + Sync)) -> Result<Vec<Option<Chat>>> {
    tell(Progress::Reading(cases.len()));
    let read = |case: &Case| {
        let chat = Chat::read(base, &case.transcript, &case.gold).with_context(|| case.gold.id.clone());
        tell(Progress::Read);
        chat
    };
    cases.par_iter().map(read).collect()
}

/// What a checkpoint must have been made of to be gone on with.
fn name(request: &Request, base: &Model, labels: &str) -> String {
    let Request { anew, shares, knobs, .. } = request;
    sha256(format!("{} {labels} {anew} {shares:?} {knobs:?}", base.hash).as_bytes())
}

fn labels_hash(cases: &[Case]) -> String {
    let lines: String = cases.iter().map(|c| format!("{:?}\n", c.gold)).collect();
    sha256(lines.as_bytes())
}

fn begin(request: &Request, checkpoint: &Path, run: &str, base: &Model, dev: &[&Chat]) -> Result<State> {
    if request.resume && checkpoint.is_file() {
        return State::restore(checkpoint, run);
    }
    let net = request.base.beginning(base, request.anew, request.knobs.seed)?;
    State::new(net, dev, base.head.width())
}

/// The network as the program runs it.
fn head(net: &Net) -> Result<Head> {
    Head::from_safetensors(&net.to_safetensors()?, Level::detect())
}

/// What a head says of each conversation, read from its first message to its last, as the program does.
fn says(head: &Head, chats: &[&Chat], fall: f32) -> Result<Vec<Said>> {
    let one = |chat: &&Chat| -> Result<Said> {
        let (mut memory, mut steps) = (Memory::default(), Vec::with_capacity(chat.len()));
        let (mut peak, mut end) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        let rows = chat.project(head);
        for (i, (x, speaker)) in rows.chunks_exact(head.inner()).zip(chat.speakers()).enumerate() {
            let step = head.step(&mut memory, x, *speaker);
            peak = peak.max(step.risk);
            end = step.risk.max(peak - fall) + chat.words(head, i);
            steps.push(step);
        }
        let last = steps.last().context("a conversation without messages")?;
        let signals = steps.iter().enumerate().map(|(i, step)| (step.signals, chat.signals(i).copied()));
        Ok(Said {
            risk: chat.risk,
            end,
            patterns: (last.patterns, chat.patterns),
            signals: signals.collect(),
        })
    };
    chats.par_iter().map(one).collect()
}

/// Why labels will not do, with what was left out of them.
fn told(error: Error, skipped: &eval::Skipped) -> Error {
    anyhow!("{error}{}", eval::set_aside(skipped))
}
