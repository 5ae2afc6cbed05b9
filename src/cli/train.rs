//! `rushlight train`: a head refitted on one's own labels.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use indicatif::ProgressBar;

use super::Exit;
use super::progress;
use super::results::Results;
use crate::eval;
use crate::models::Place;
use crate::train::{self, Base, Folds, Knobs, Progress, Request};

/// Refit a model's head, calibration and bands on your own labels.
///
/// Labels are conversations in the schema of the corpus (eval/corpus/README.md), as .chat or .jsonl files: each needs "risk"; "onset", "person_of_concern",
/// "patterns" and "signals" are used where they stand. They are split by "group" (an author, a case); near-duplicates stay on one side.
/// The backbone is kept. The new folder holds weights and counts, and no text.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file of labelled conversations, or a folder of them.
    #[arg(long, value_name = "PATH")]
    labels: PathBuf,
    /// Folder for the new model; with --folds, a file for the result (JSON), as `eval` writes one and `eval compare` reads it.
    #[arg(long, value_name = "FOLDER|FILE.json", required_unless_present = "folds")]
    out: Option<PathBuf>,
    /// Write no model, but say by cross-validation in N parts what labels like these would give, and whether more of them help; 3 or more.
    #[arg(long, value_name = "N", conflicts_with_all = ["dev", "held_out"])]
    folds: Option<usize>,
    /// With --folds: file for the report with the learning curve.
    #[arg(long, value_name = "FILE", requires = "folds")]
    html: Option<PathBuf>,
    /// With --folds: file for the report as Markdown.
    #[arg(long, value_name = "FILE", requires = "folds")]
    md: Option<PathBuf>,
    /// Model whose backbone is kept and whose head is the start: a name that `models list` shows, or a folder.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// A GGUF to put a new head on, in place of a model: bert, llama, qwen2, qwen3 or gemma3.
    #[arg(long, value_name = "GGUF", conflicts_with = "model")]
    backbone: Option<PathBuf>,
    /// The backbone's tokenizer.json; a decoder may do without it.
    #[arg(long, value_name = "FILE", requires = "backbone")]
    tokenizer: Option<PathBuf>,
    /// Go on with an interrupted run.
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    resume: bool,
    /// Replace the model in FOLDER, or the result and its reports.
    #[arg(long)]
    overwrite: bool,
    /// Begin with a head that has learnt nothing, instead of the model's own.
    #[arg(long)]
    anew: bool,
    /// Share of the conversations that decides when to stop, the calibration and the bands.
    #[arg(long, value_name = "SHARE", default_value_t = 0.15)]
    dev: f64,
    /// Share that is only measured on.
    #[arg(long, value_name = "SHARE", default_value_t = 0.15)]
    held_out: f64,
    /// Share of harmless conversations that may reach `look`.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    look: f64,
    /// Share of harmless conversations that may reach `look now`.
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    look_now: f64,
    /// Language that the new model answers for, as de (may be given more than once) [default: those of the model, or of the labels].
    #[arg(long, value_name = "CODE")]
    language: Vec<String>,
    /// Passes over the conversations, at most; it ends sooner when dev gets no better.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..))]
    passes: u32,
    /// Highest learning rate.
    #[arg(long, value_name = "RATE", default_value_t = 5e-4)]
    rate: f64,
    /// Seed of the split, the order and all else that chance decides.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl Args {
    /// Train, and print what changed.
    pub fn run(self) -> Result<Exit> {
        let share = |s: f64| s > 0.0 && s < 1.0;
        ensure!(
            share(self.dev) && share(self.held_out) && self.dev + self.held_out < 0.9,
            "--dev and --held-out must be above 0, and leave a tenth or more to learn from"
        );
        ensure!(
            share(self.look) && share(self.look_now) && self.look_now <= self.look,
            "--look and --look-now must lie between 0 and 1, the second not above the first"
        );
        ensure!(self.rate > 0.0 && self.rate < 1.0, "--rate must lie between 0 and 1");
        let base = match self.backbone {
            Some(gguf) => Base::Backbone { gguf, tokenizer: self.tokenizer },
            None => Base::Model(Place::find(self.model.as_deref())?),
        };
        let bar = ProgressBar::new(0).with_style(progress::style("{pos} of {len} {msg}, {elapsed}"));
        let tell = |progress: Progress| match progress {
            Progress::Reading(n) => {
                bar.set_length(n as u64);
                bar.set_message("conversations read by the backbone");
                bar.enable_steady_tick(Duration::from_millis(200));
            }
            Progress::Read => bar.inc(1),
            Progress::Pass(done, most, losses) => {
                bar.set_length(most as u64);
                bar.set_position(done as u64);
                let [first, .., last] = losses else { return };
                bar.set_message(format!("passes; loss on dev {first:.4} at first, {last:.4} now"));
            }
            Progress::Fold(done, all) => {
                bar.set_length(all as u64);
                bar.set_position(done as u64);
                bar.set_message("heads fitted");
            }
        };
        let knobs = Knobs { passes: self.passes as usize, rate: self.rate, seed: self.seed };
        let budgets = (self.look, self.look_now);
        let (base, labels, anew) = (&base, self.labels.as_path(), self.anew);
        if let Some(folds) = self.folds {
            let [out, html, md] = [&self.out, &self.html, &self.md].map(|path| path.as_deref());
            let results = Results { out, html, md, resume: self.resume, overwrite: self.overwrite };
            let [scores, again] = results.prepare(&read_from(labels))?;
            results.before()?;
            let (scores, again) = (scores.as_ref(), again.as_ref());
            let request = Folds { base, labels, folds, anew, budgets, knobs, scores, again };
            let outcome = train::folds(&request, &tell)?;
            bar.finish_and_clear();
            results.write(&outcome)?;
            write!(anstream::stdout().lock(), "{}", eval::text(&outcome))?;
            return Ok(Exit::Read);
        }
        let out = self.out.as_deref().context("--out names the folder of the new model")?;
        let request = Request {
            base,
            labels,
            out,
            resume: self.resume,
            overwrite: self.overwrite,
            anew,
            shares: (self.dev, self.held_out),
            budgets,
            languages: self.language,
            knobs,
        };
        let report = train::run(&request, &tell)?;
        bar.finish_and_clear();
        write!(anstream::stdout().lock(), "{}", report.table.text().trim_start_matches('\n'))?;
        let (n, risky) = report.labels;
        let [learnt, dev, held_out] = report.parts;
        anstream::eprintln!(
            "labels: {n} conversations{}, {risky} of them risky: {learnt} to learn from, {dev} to choose by, {held_out} held out",
            report.set_aside
        );
        report.doubts.iter().for_each(|doubt| anstream::eprintln!("warning: {doubt}"));
        anstream::eprintln!("written: {}", out.display());
        Ok(Exit::Read)
    }
}

/// The files that hold labels.
fn read_from(labels: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(labels).into_iter().flatten().flatten().map(|entry| entry.path());
    inside.chain([labels.to_owned()]).collect()
}
