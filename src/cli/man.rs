//! `rushlight man`: the manual page.

use anyhow::{Context as _, Result};
use clap::CommandFactory;

use super::{Cli, Exit};

/// Print the manual page of rushlight, or of one verb, in roff (view it with `rushlight man | man -l -`).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A verb, such as `check` or `eval compare`.
    verb: Vec<String>,
}

impl Args {
    /// Print it.
    pub fn run(self) -> Result<Exit> {
        let mut command = Cli::command();
        command.build();
        for verb in &self.verb {
            let found = command.find_subcommand(verb).cloned();
            let whole = || format!("no verb {:?}; `rushlight help` lists them", self.verb.join(" "));
            command = found.with_context(whole)?;
        }
        let title = ["rushlight"].into_iter().chain(self.verb.iter().map(String::as_str));
        let title = title.collect::<Vec<_>>().join("-");
        clap_mangen::Man::new(command)
            .title(title)
            .source(concat!("rushlight ", env!("CARGO_PKG_VERSION")))
            .render(&mut std::io::stdout())?;
        Ok(Exit::Read)
    }
}
