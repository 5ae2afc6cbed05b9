//! `rushlight serve`: the local page.

use anyhow::Result;

use super::Exit;
use super::input::Choice;
use crate::serve;

/// Open the page on which one conversation is pasted, read, corrected and checked.
///
/// It can be reached from this computer only, keeps nothing, and ends with Ctrl-C.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, default_value_t = 7878)]
    port: u16,
    #[command(flatten)]
    model: Choice,
}

impl Args {
    /// Serve until Ctrl-C.
    pub fn run(self) -> Result<Exit> {
        serve::run(self.model.load()?, self.port, |address| {
            anstream::println!("The page is ready: {address}");
            anstream::println!("Open it in a browser on this computer. Ctrl-C ends it; nothing is kept.");
        })?;
        Ok(Exit::Read)
    }
}
