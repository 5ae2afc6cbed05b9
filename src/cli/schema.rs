//! `rushlight schema`: the JSON Schemas of what is written for other programs.

use std::io::Write;

use anyhow::Result;

use super::Exit;

/// Print the JSON Schema of what `check --format json` and `score` write, of the results of `eval`, or of what `scripts` writes.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_enum, default_value_t = Of::Assessment)]
    of: Of,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// One conversation, as `check --format json` and `score` write it.
    Assessment,
    /// A result of `eval`.
    Result,
    /// A script, as `scripts` writes it.
    Scripts,
}

impl Args {
    /// Print it.
    pub fn run(self) -> Result<Exit> {
        let schema = match self.of {
            Of::Assessment => crate::report::schema(),
            Of::Result => crate::eval::schema(),
            Of::Scripts => crate::scripts::schema(),
        };
        writeln!(anstream::stdout().lock(), "{schema}")?;
        Ok(Exit::Read)
    }
}
