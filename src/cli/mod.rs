//! The command line, one file a verb.

mod bench;
mod check;
mod completions;
mod earlier;
mod eval;
mod import;
mod input;
mod man;
mod models;
mod outputs;
mod people;
mod progress;
#[cfg(feature = "pull")]
mod pull;
mod queue;
mod read;
mod results;
mod schema;
mod score;
mod scripts;
mod serve;
mod tokens;
mod train;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use crate::assessment::Band;

/// Read a conversation on your own machine and say whether, where and why a trained person should look.
///
/// rushlight labels text, never people: what it prints is a risk indicator for human review. It opens no connection to
/// anywhere, except that `models pull` fetches a model when you ask it to, and keeps no copy of what it reads; `serve` listens on this computer's own
/// address only.
///
/// Exit codes: 0 everything was read; 1 some inputs could not be read; 2 the command was not understood or could
/// not start; 3 with --fail-on, a conversation reached that band; 4 with --fail-if-worse, a metric is worse.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Args),
    Score(score::Args),
    Queue(queue::Args),
    Scripts(scripts::Args),
    Import(import::Args),
    Serve(serve::Args),
    Eval(eval::Args),
    Train(train::Args),
    Bench(bench::Args),
    Models(models::Args),
    Schema(schema::Args),
    Tokens(tokens::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Cli {
    /// Do what was asked.
    pub fn run(self) -> Result<Exit> {
        match self.verb {
            Verb::Check(args) => args.run(),
            Verb::Score(args) => args.run(),
            Verb::Queue(args) => args.run(),
            Verb::Scripts(args) => args.run(),
            Verb::Import(args) => args.run(),
            Verb::Serve(args) => args.run(),
            Verb::Eval(args) => args.run(),
            Verb::Train(args) => args.run(),
            Verb::Bench(args) => args.run(),
            Verb::Models(args) => args.run(),
            Verb::Schema(args) => args.run(),
            Verb::Tokens(args) => args.run(),
            Verb::Completions(args) => args.run(),
            Verb::Man(args) => args.run(),
        }
    }
}

/// How a run ended: the whole contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything was read.
    Read,
    /// 1: some inputs failed; the others were read.
    SomeFailed,
    /// 2: not understood, or nothing could be started.
    Usage,
    /// 3: `--fail-on` was given and a conversation reached the band.
    Reached,
    /// 4: `eval compare --fail-if-worse` was given and a metric is worse.
    Worse,
}

impl Exit {
    /// The code for an error that ended a run: failed inputs are 1, all else is 2.
    pub fn of(error: &anyhow::Error) -> Self {
        if error.is::<crate::import::ImportError>() { Self::SomeFailed } else { Self::Usage }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Read => 0,
            Exit::SomeFailed => 1,
            Exit::Usage => 2,
            Exit::Reached => 3,
            Exit::Worse => 4,
        })
    }
}

/// The bands that `--fail-on` knows.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// `look` or `look now`.
    Look,
    /// `look now` only.
    LookNow,
}

impl FailOn {
    fn band(self) -> Band {
        match self {
            Self::Look => Band::Look,
            Self::LookNow => Band::LookNow,
        }
    }

    fn reached(self, band: Band) -> bool {
        band >= self.band()
    }
}

/// Whether whoever read our output has gone away, which is no error.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |e: &(dyn std::error::Error + 'static)| {
        e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}
