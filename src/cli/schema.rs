//! `rushlight schema`: the JSON Schema of what `check --format json` and `score` write.

use std::io::Write;

use anyhow::Result;

use super::Exit;

/// Print the JSON Schema of an assessment.
#[derive(Debug, clap::Args)]
pub struct Args {}

impl Args {
    /// Print it.
    pub fn run(self) -> Result<Exit> {
        writeln!(anstream::stdout().lock(), "{}", crate::report::schema())?;
        Ok(Exit::Read)
    }
}
