//! `rushlight check`: one conversation, a report for people.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use super::input::{Choice, Input, each};
use super::people::{Given, People};
use super::{Exit, FailOn};
use crate::assessment::Assessment;
use crate::import::{self, Counts, ImportError, Imported};
use crate::models::Model;
use crate::reading;
use crate::report::{self, Style, View};

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
        if let Some(folder) = self.files.iter().find(|f| f.is_dir()) {
            bail!("{} is a folder; `rushlight score` reads all chats below one", folder.display());
        }
        let mut people = self.input.people()?;
        let model = self.model.load()?;
        let inputs = if self.files.is_empty() { vec![PathBuf::from("-")] } else { self.files.clone() };
        let mut exit = Exit::Read;
        let mut reached = false;
        let mut first = true;
        for path in &inputs {
            let (path, only) = one_of(path);
            let mut found = only.is_none();
            let report = |imported: Imported| {
                if only.as_ref().is_none_or(|id| *id == imported.transcript.id) {
                    found = true;
                    reached |= self.report(&model, &mut people, imported, std::mem::take(&mut first))?;
                }
                Ok(())
            };
            match each(|sink| self.read(path, sink), report)? {
                Ok(_) if !found => {
                    let id = only.unwrap_or_default();
                    anstream::eprintln!("error: {} holds no conversation called {id:?}", path.display());
                    exit = Exit::SomeFailed;
                }
                Ok(counts) => {
                    warn(path, &counts);
                    if counts.warnings.iter().any(|w| w.kind.loses_records()) {
                        exit = Exit::SomeFailed;
                    }
                }
                Err(error) => {
                    anstream::eprintln!("error: {error}");
                    exit = Exit::SomeFailed;
                }
            }
        }
        if self.format == Format::Html && !first {
            write!(anstream::stdout(), "{}", report::HTML_CLOSE).context("cannot write the report")?;
        }
        Ok(if reached { Exit::Reached } else { exit })
    }

    fn read(
        &self,
        path: &Path,
        each: &mut dyn FnMut(Imported) -> import::Flow,
    ) -> Result<Counts, ImportError> {
        if path.as_os_str() != "-" {
            return import::read_path(path, &self.input.options(), each);
        }
        if std::io::stdin().is_terminal() {
            anstream::eprintln!("Paste the conversation, then press Ctrl-D on an empty line.");
        }
        import::read_text("pasted", std::io::stdin().lock(), &self.input.options(), each)
    }

    /// Print one report; tells whether `--fail-on` was reached.
    fn report(
        &self,
        model: &Model,
        people: &mut People,
        mut imported: Imported,
        first: bool,
    ) -> Result<bool> {
        let Given { strangers, notes } = people.apply(&mut imported);
        for name in strangers {
            anstream::eprintln!("warning: {}: nobody is called {name:?} here", imported.transcript.id);
        }
        let assessment = reading::assess(model, &imported, &notes)?;
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Html if first => out.write_all(report::html_open().as_bytes())?,
            Format::Text | Format::Md if !first => writeln!(out)?,
            _ => {}
        }
        out.write_all(self.render(model, &assessment, &imported).as_bytes())
            .context("cannot write the report")?;
        out.flush().context("cannot write the report")?;
        Ok(self.fail_on.is_some_and(|f| f.reached(assessment.band)))
    }

    fn render(&self, model: &Model, assessment: &Assessment, imported: &Imported) -> String {
        let view = || View::new(assessment, &imported.transcript, &model.card.bands.name);
        match self.format {
            Format::Json => report::json(assessment) + "\n",
            Format::Md => report::markdown(&view()),
            Format::Html => report::html(&view(), None),
            Format::Text => report::text(&view(), Style { width: self.columns(), colour: true }),
        }
    }

    fn columns(&self) -> usize {
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        self.width.or_else(terminal).unwrap_or(80)
    }
}

/// A file, and the id of the one conversation of it that is meant where `path` is such an id: a file's path and more behind it.
fn one_of(path: &Path) -> (&Path, Option<String>) {
    let Some(id) = path.to_str().filter(|_| path.as_os_str() != "-" && !path.exists()) else {
        return (path, None);
    };
    let ends = id.rmatch_indices(['#', '/']).map(|(at, _)| &id[..at]);
    let file = ends.map(Path::new).find(|file| file.is_file());
    file.map_or((path, None), |file| (file, Some(id.to_owned())))
}

/// Doubts about an input as a whole; those about one conversation stand in its report.
fn warn(path: &Path, counts: &Counts) {
    for warning in &counts.warnings {
        anstream::eprintln!("warning: {}: {warning}", path.display());
    }
}
