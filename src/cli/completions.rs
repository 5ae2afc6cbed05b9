//! `rushlight completions`: a completion script for a shell.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit};

/// Print a completion script: bash, elvish, fish, powershell or zsh.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which shell.
    shell: Shell,
}

impl Args {
    /// Print it.
    pub fn run(self) -> Result<Exit> {
        clap_complete::generate(self.shell, &mut Cli::command(), "rushlight", &mut std::io::stdout());
        Ok(Exit::Read)
    }
}
