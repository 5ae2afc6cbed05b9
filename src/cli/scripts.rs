//! `rushlight scripts`: the same words sent to many people.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use super::input::{Below, Input, below};
use super::outputs::{apart, not_there, only_over_results};
use super::read::{Told, file_of, read_file};
use super::{Exit, FailOn};
use crate::import::Imported;
use crate::report::{one_line, plural};
use crate::scripts::{self, Finder, Script};
use crate::transcript::Text;

/// Find the same script run on many people: words that recur in what senders write in different conversations.
///
/// Other names and amounts, and answers in between, do not hide it; a text that is worded anew each time is not found. Of several exports or states of one
/// conversation the longest counts. No model is needed. What comes out is a lead for human review: greetings, forwarded jokes and notices of offices go to many
/// people, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders that are searched for chats.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    input: Input,
    /// Least number of conversations in which the same was written.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..))]
    least: u16,
    /// Least number of words that are the same, in unbroken rows of eight or more; a row may go over several messages of one sender.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(8..))]
    words: u16,
    /// What `rushlight score` wrote of the same conversations; scripts that reached more of the band `look` then come first. Without it, those of which more words
    /// were sent in all.
    #[arg(long, value_name = "FILE")]
    scored: Option<PathBuf>,
    /// With --scored: leave out scripts that reached no conversation of this band.
    #[arg(long, value_enum, value_name = "BAND", requires = "scored")]
    from: Option<FailOn>,
    /// File to write, a script a line of JSON without its words (see `rushlight schema scripts`).
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace FILE if it exists.
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Show the words, as one of the conversations has them.
    #[arg(long)]
    show: bool,
}

impl Args {
    /// Find, report on standard output, write what was asked for.
    pub fn run(self) -> Result<Exit> {
        let read: Vec<PathBuf> = self.paths.iter().chain(&self.scored).cloned().collect();
        if let Some(out) = self.out.as_deref() {
            apart(&[out], &read)?;
            not_there(out, self.overwrite)?;
            only_over_results(out)?;
        }
        let bands = self.scored.as_deref().map(super::earlier::bands).transpose()?.unwrap_or_default();
        let (lines, mut finder, mut failures) = (bands.len(), Finder::new(bands), 0);
        let mut below = self.below();
        let mut fail = |message: &str| {
            anstream::eprintln!("error: {}", one_line(message));
            failures += 1;
        };
        let (mut people, mut guessed) = (self.input.people()?, 0);
        for found in std::mem::take(&mut below.inputs) {
            let input = match found {
                Ok(input) => input,
                Err(error) => {
                    fail(&error.to_string());
                    continue;
                }
            };
            let file = file_of(&input);
            let take = |mut imported: Imported| {
                people.apply(&mut imported);
                guessed += usize::from(imported.names_nobody());
                finder.take(&file, &imported.transcript);
                Ok(())
            };
            for told in read_file(&input, &self.input.options(), take)? {
                match told {
                    Told::Failed(message) => fail(&message),
                    Told::Doubt(message) => anstream::eprintln!("warning: {}", one_line(&message)),
                }
            }
        }
        people.warn_of_strangers();
        let (conversations, copies, scored) = finder.counts();
        ensure!(conversations > 0, "no conversations found in what was given");
        let mut scripts = finder.scripts(self.words.into(), self.least.into());
        let all = scripts.len();
        if let Some(from) = self.from {
            scripts.retain(|script| script.reached(from.band()) > 0);
        }
        self.write(&scripts)?;
        let words = if self.show { self.words_of(&scripts)? } else { Vec::new() };
        write!(anstream::stdout().lock(), "{}", scripts::text(&scripts, &words))?;
        anstream::eprintln!("{} in {conversations} conversations", plural(scripts.len(), "script"));
        if all > scripts.len() {
            anstream::eprintln!("  {} more reached no conversation of that band", all - scripts.len());
        }
        if copies > 0 {
            anstream::eprintln!("  {copies} more were copies or earlier states of these");
        }
        if guessed > 0 {
            anstream::eprintln!("  {guessed} of them name nobody: A of one is not A of another");
        }
        below.tell();
        if self.scored.is_some() && scored < conversations {
            let missing = conversations - scored;
            anstream::eprintln!(
                "warning: {missing} of these are not among the {lines} that were scored, and have no band here"
            );
        }
        Ok(if failures > 0 { Exit::SomeFailed } else { Exit::Read })
    }

    fn below(&self) -> Below {
        below(&self.paths, &self.input.options(), self.out.iter().chain(&self.scored).cloned())
    }

    fn write(&self, scripts: &[Script]) -> Result<()> {
        let Some(path) = &self.out else { return Ok(()) };
        let context = || format!("cannot write {}", path.display());
        let mut file = BufWriter::new(File::create(path).with_context(context)?);
        for script in scripts {
            writeln!(file, "{}", serde_json::to_string(script)?).with_context(context)?;
        }
        file.flush().with_context(context)
    }

    /// The messages of the first place of each script, read once more.
    fn words_of(&self, scripts: &[Script]) -> Result<Vec<Vec<Text>>> {
        let mut wanted: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, script) in scripts.iter().enumerate() {
            wanted.entry(&script.places[0].file).or_default().push(at);
        }
        let (options, mut people) = (self.input.options(), self.input.people()?);
        let mut words = vec![Vec::new(); scripts.len()];
        for input in self.below().inputs.into_iter().flatten() {
            let Some(these) = wanted.get(&*file_of(&input)) else { continue };
            let take = |mut imported: Imported| {
                people.apply(&mut imported);
                let transcript = &imported.transcript;
                for at in these {
                    let place = &scripts[*at].places[0];
                    if place.id == transcript.id && words[*at].is_empty() {
                        let texts = place.messages.iter().filter_map(|m| transcript.messages.get(*m));
                        words[*at] = texts.map(|message| message.text.clone()).collect();
                    }
                }
                Ok(())
            };
            read_file(&input, &options, take)?;
        }
        Ok(words)
    }
}
