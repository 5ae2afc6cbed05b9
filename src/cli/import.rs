//! `rushlight import`: what was understood of an export, and the export in another form.

mod output;
mod summary;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use jiff::tz::TimeZone;

use super::Exit;
use super::input::{Below, Input, below};
use super::outputs::{apart, beside};
use super::people::People;
use super::read::{each, stream};
use crate::convert::{Case, Pseudonyms, Target};
use crate::import::{self, ImportError, Imported, Input as Source};
use crate::report::{one_line, plural};
use output::Output;
use summary::Summary;

/// Say what was understood of chats, and convert them.
///
/// For each input: its format, its chats, who speaks in them how often, when, and what is doubtful. No message text is
/// shown; with --to, all of it is written. No model is needed.
///
/// CSV holds every field to the letter, so that nothing is lost; a spreadsheet may take a text that begins with = for a
/// formula. Import it there as text.
///
/// --pseudonymise puts aliases in place of the names of speakers, and in texts of these names and their parts, of phone
/// and other long numbers, e-mail addresses, @handles and links. It knows only what is written like one of these:
/// nicknames, names of people who do not speak in the chat, places, schools, numbers typed out in words, and what
/// the words themselves give away stay. Times stay too. Read the result before you pass it on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exports: files, zips, or folders that are searched for chats. `-`, or none, is standard input.
    paths: Vec<PathBuf>,
    #[command(flatten)]
    input: Input,
    /// Write the conversations in this form.
    #[arg(long, value_enum, value_name = "FORM")]
    to: Option<To>,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE", requires = "to")]
    out: Option<PathBuf>,
    /// Replace FILE if it exists.
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Do not say what was understood of each input, only what could not be read and how much was read in all.
    #[arg(long, short)]
    quiet: bool,
    /// Put numbered aliases in place of names, numbers, addresses, handles and links; see above for what it cannot know.
    #[arg(long, alias = "pseudonymize")]
    pseudonymise: bool,
    /// Give the same things the same aliases in every run with this FILE, which is made if it is not there. It holds a
    /// random key and digests, never the originals; keep it as safe as the chats all the same.
    #[arg(long, value_name = "FILE", requires = "pseudonymise")]
    case: Option<PathBuf>,
    /// Columns of the text [default: as wide as the terminal, 60 to 100].
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    /// One conversation a line, which `check`, `score` and `import` read.
    Jsonl,
    /// One message a row: conversation, speaker, time, text, kind, line.
    Csv,
    /// The same in columns; needs --out, or a pipe.
    Parquet,
}

impl Args {
    /// Read everything; the exit code tells whether all of it could be read.
    pub fn run(self) -> Result<Exit> {
        let outs: Vec<&Path> = self.out.iter().chain(&self.case).map(PathBuf::as_path).collect();
        apart(&outs, &self.paths)?;
        let options = self.input.options();
        let mut found = self.found(&options);
        let mut run = Run {
            output: self.open()?,
            pseudonyms: self.pseudonyms()?,
            people: self.input.people()?,
            zone: self.input.zone().cloned(),
            width: self.columns(),
            aside: self.to.is_some() && self.out.is_none(),
            quiet: self.quiet,
            exit: Exit::Read,
            inputs: 0,
            chats: 0,
            messages: 0,
        };
        for found in std::mem::take(&mut found.inputs) {
            match found {
                Ok(input) => run.file(&input, &options)?,
                Err(error) => run.fail(&error),
            }
        }
        found.tell();
        run.finish()
    }

    fn found(&self, options: &import::Options) -> Below {
        let pipe = PathBuf::from("-");
        let paths = if self.paths.is_empty() { std::slice::from_ref(&pipe) } else { &self.paths[..] };
        // What is being written may lie in a folder that is read.
        let out = self.out.iter().flat_map(|out| [out.clone(), beside(out)]);
        below(paths, options, out.chain(self.case.clone()))
    }

    fn open(&self) -> Result<Option<Output>> {
        let Some(to) = self.to else { return Ok(None) };
        let target = match to {
            To::Jsonl => Target::Jsonl,
            To::Csv => Target::Csv,
            To::Parquet if self.out.is_none() && std::io::stdout().is_terminal() => {
                bail!("Parquet is not for a terminal; give --out FILE")
            }
            To::Parquet => Target::Parquet,
        };
        Output::open(target, self.out.as_deref(), self.overwrite).map(Some)
    }

    fn pseudonyms(&self) -> Result<Option<Pseudonyms>> {
        if !self.pseudonymise {
            return Ok(None);
        }
        let case = match &self.case {
            Some(path) => {
                Case::open(path).with_context(|| format!("cannot use the case {}", path.display()))?
            }
            None => Case::passing(),
        };
        Ok(Some(Pseudonyms::new(case)))
    }

    fn columns(&self) -> usize {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        self.width.or_else(terminal).unwrap_or(80).clamp(60, 100)
    }
}

/// One run over all inputs.
struct Run {
    output: Option<Output>,
    pseudonyms: Option<Pseudonyms>,
    people: People,
    zone: Option<TimeZone>,
    width: usize,
    /// Whether standard output is taken, so that people are told on standard error.
    aside: bool,
    /// Whether what was understood is not told.
    quiet: bool,
    exit: Exit,
    /// Inputs with chats, and what they held.
    inputs: usize,
    chats: u64,
    messages: u64,
}

impl Run {
    fn file(&mut self, input: &Source, options: &import::Options) -> Result<()> {
        let mut summary = Summary::new(self.zone.as_ref());
        let result = each(|sink| stream(input, options, sink), |imported| self.take(imported, &mut summary))?;
        self.inputs += usize::from(summary.chats() > 0);
        self.chats += summary.chats();
        self.messages += summary.messages();
        let counts = result.as_ref().ok();
        if !self.quiet && (counts.is_some() || summary.chats() > 0) {
            self.tell(&summary.text(&import::shown(&input.path()), counts, self.width))?;
        }
        match result {
            Ok(counts) if counts.warnings.iter().any(|w| w.kind.loses_records()) => {
                self.exit = Exit::SomeFailed
            }
            Ok(_) => {}
            Err(error) => self.fail(&error),
        }
        Ok(())
    }

    fn take(&mut self, mut imported: Imported, summary: &mut Summary) -> Result<()> {
        self.people.apply(&mut imported);
        if let Some(pseudonyms) = &mut self.pseudonyms {
            pseudonyms.apply(&mut imported.transcript);
        }
        summary.add(&imported);
        match &mut self.output {
            Some(output) => output.write(&imported),
            None => Ok(()),
        }
    }

    fn tell(&self, text: &str) -> Result<()> {
        if self.aside {
            anstream::eprint!("{text}");
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write what was read")
    }

    fn fail(&mut self, error: &ImportError) {
        // A file's name may hold line breaks.
        anstream::eprintln!("error: {}", one_line(&error.to_string()));
        self.exit = Exit::SomeFailed;
    }

    fn finish(self) -> Result<Exit> {
        self.people.warn_of_strangers();
        if let Some(pseudonyms) = &self.pseudonyms {
            // Before the output gets its name: aliases that were given out must not be forgotten.
            pseudonyms.save().context("cannot keep the aliases of the case")?;
            anstream::eprintln!("{}; read the result before you pass it on", pseudonyms.summary());
        }
        if self.quiet || self.inputs > 1 {
            let Self { inputs, chats, messages, .. } = &self;
            let read = [plural(inputs, "input"), plural(chats, "chat"), plural(messages, "message")];
            anstream::eprintln!("read: {}", read.join(", "));
        }
        match self.output {
            Some(output) if self.chats > 0 => output.finish()?,
            Some(output) => output.discard(),
            None => {}
        }
        if self.chats == 0 && self.exit == Exit::Read {
            bail!("no conversations found in what was given");
        }
        Ok(self.exit)
    }
}
