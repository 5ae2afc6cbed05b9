//! `rushlight check`: one conversation, a report for people.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use super::input::{Choice, Input};
use super::people::{Given, People};
use super::progress;
use super::read::{file_of, meant, read};
use super::{Exit, FailOn};
use crate::assessment::{Assessment, Caveat};
use crate::import::{self, Counts, Imported};
use crate::models::Model;
use crate::reading;
use crate::report::{self, Style, View, one_line};

/// Read one conversation and report on it.
///
/// With no file, reads what is piped in or pasted (end with Ctrl-D on a line of its own).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Chats to read: text, an app's export, the zip that holds it, or one conversation of it by the id that `score` gives. `-` is standard input.
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: Choice,
    #[command(flatten)]
    input: Input,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Columns of the text report [default: as wide as the terminal, 60 to 100].
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
    /// Exit with 3 when a conversation reaches this band.
    #[arg(long, value_enum, value_name = "BAND")]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A report for a terminal; colours only on one, and not with NO_COLOR.
    Text,
    /// One JSON object a conversation; `rushlight schema` describes it. It holds no message text.
    Json,
    /// The report as Markdown.
    Md,
    /// The report as a page that prints well and needs nothing else.
    Html,
}

impl Args {
    /// Report on every conversation in every input; an input that fails is named and the others are still read.
    pub fn run(self) -> Result<Exit> {
        let options = self.input.options();
        let paths = if self.files.is_empty() { vec![PathBuf::from("-")] } else { self.files.clone() };
        let all: Vec<_> = paths.iter().map(|path| meant(path, &options)).collect();
        let whole_folder = |(path, (_, id)): &(&PathBuf, &(_, Option<String>))| path.is_dir() && id.is_none();
        if let Some((folder, _)) = paths.iter().zip(&all).find(whole_folder) {
            bail!("{} is a folder; `rushlight score` reads all chats below one", folder.display());
        }
        let model = self.model.load()?;
        let mut run =
            Run { args: &self, model: &model, people: self.input.people()?, first: true, reached: false };
        let mut exit = Exit::Read;
        for (inputs, id) in all {
            if !run.conversations(&inputs, id.as_deref())? {
                exit = Exit::SomeFailed;
            }
        }
        if self.format == Format::Html && !run.first {
            write!(anstream::stdout(), "{}", report::HTML_CLOSE).context("cannot write the report")?;
        }
        Ok(if run.reached { Exit::Reached } else { exit })
    }

    fn columns(&self) -> usize {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        self.width.or_else(terminal).unwrap_or(80)
    }
}

/// One run over all inputs.
struct Run<'a> {
    args: &'a Args,
    model: &'a Model,
    people: People,
    /// Whether nothing was printed yet.
    first: bool,
    reached: bool,
}

impl Run<'_> {
    /// Report on all conversations of some inputs, or on the one called `id`; tells whether all was read.
    fn conversations(&mut self, inputs: &[import::Input], id: Option<&str>) -> Result<bool> {
        let (options, mut found, mut whole) = (self.args.input.options(), id.is_none(), true);
        for input in inputs {
            let report = |imported: Imported| {
                if id.is_none_or(|id| *id == *imported.transcript.id) {
                    found = true;
                    self.report(imported)?;
                }
                Ok(())
            };
            match read(input, &options, report)? {
                Ok(counts) => {
                    warn(input, &counts);
                    whole &= !counts.warnings.iter().any(|w| w.kind.loses_records());
                }
                Err(error) => {
                    anstream::eprintln!("error: {error}");
                    return Ok(false);
                }
            }
        }
        if let Some(id) = id.filter(|_| !found) {
            let files: Vec<String> = inputs.iter().map(|input| one_line(&file_of(input))).collect();
            let all = if Path::new(id).is_dir() {
                "; `rushlight score` reads all chats below a folder"
            } else {
                ""
            };
            anstream::eprintln!("error: {} holds no conversation called {id:?}{all}", files.join(", "));
        }
        Ok(whole && found)
    }

    /// Print one report.
    fn report(&mut self, mut imported: Imported) -> Result<()> {
        let Given { strangers, mut notes } = self.people.apply(&mut imported);
        for stranger in strangers {
            anstream::eprintln!("warning: {}: {stranger}", one_line(&imported.transcript.id));
            let text = format!("What was said of a name was not used: {}", one_line(&stranger));
            let end = if text.ends_with('?') { "" } else { "." };
            notes.push(Caveat { code: "nobody_of_that_name".to_owned(), text: text + end });
        }
        let bar = progress::messages(&imported.transcript);
        let assessment =
            reading::assess(self.model, &imported, &notes, &|read| bar.set_position(read as u64))?;
        bar.finish_and_clear();
        let mut out = anstream::stdout().lock();
        match self.args.format {
            Format::Html if self.first => out.write_all(report::html_open().as_bytes())?,
            Format::Text | Format::Md if !self.first => writeln!(out)?,
            _ => {}
        }
        self.first = false;
        out.write_all(self.render(&assessment, &imported).as_bytes()).context("cannot write the report")?;
        out.flush().context("cannot write the report")?;
        self.reached |= self.args.fail_on.is_some_and(|f| f.reached(assessment.band));
        Ok(())
    }

    fn render(&self, assessment: &Assessment, imported: &Imported) -> String {
        let view = || {
            let names = &self.model.card.bands.name;
            View::new(assessment, &imported.transcript, names, self.args.input.zone())
        };
        match self.args.format {
            Format::Json => report::json(assessment) + "\n",
            Format::Md => report::markdown(&view()),
            Format::Html => report::html(&view(), None),
            Format::Text => report::text(&view(), Style { width: self.args.columns(), colour: true }),
        }
    }
}

/// Doubts about an input as a whole; those about one conversation stand in its report.
fn warn(input: &import::Input, counts: &Counts) {
    for (_, told) in counts.told() {
        anstream::eprintln!("warning: {}: {}", file_of(input), one_line(&told));
    }
}
