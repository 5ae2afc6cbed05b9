//! `rushlight man`: the manual page.

use anyhow::Result;
use clap::CommandFactory;

use super::{Cli, Exit};

/// Print the manual page of rushlight, or of one verb, in roff (view it with `rushlight man | man -l -`).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A verb, such as `check`.
    verb: Option<String>,
}

impl Args {
    /// Print it.
    pub fn run(self) -> Result<Exit> {
        let mut command = Cli::command();
        command.build();
        if let Some(verb) = &self.verb {
            let found = command.find_subcommand(verb).cloned();
            command =
                found.ok_or_else(|| anyhow::anyhow!("no verb {verb:?}; `rushlight help` lists them"))?;
        }
        clap_mangen::Man::new(command).render(&mut std::io::stdout())?;
        Ok(Exit::Read)
    }
}
