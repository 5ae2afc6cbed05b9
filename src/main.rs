//! Parses the command line, runs one verb, prints the chain of causes of an error and picks the exit code.

use std::process::ExitCode;

use clap::Parser;
use rushlight::cli::{Cli, Exit};

fn main() -> ExitCode {
    let exit = match Cli::parse().run() {
        Ok(exit) => exit,
        Err(error) if rushlight::cli::is_broken_pipe(&error) => Exit::Read,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            Exit::of(&error)
        }
    };
    exit.into()
}
