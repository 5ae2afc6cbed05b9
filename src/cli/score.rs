//! `rushlight score`: thousands of conversations, one line of JSON each.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::earlier::Earlier;
use super::input::{Below, Choice, Input, below};
use super::outputs::{apart, only_over_results, open_alone};
use super::people::{Given, People};
use super::progress;
use super::read::{Told, file_of, is_pipe, read_file};
use super::{Exit, FailOn};
use crate::assessment::{Assessment, Band};
use crate::import::{self, Imported, Input as Source};
use crate::models::Model;
use crate::reading::{self, Noted};
use crate::report::{self, one_line, plural};
use crate::score::Workers;

/// Conversations that are scored side by side before their lines are written.
const BATCH: usize = 64;
/// The same on a device that likes batches.
const LARGE_BATCH: usize = 1_024;
/// Messages that are held at most before a batch is scored.
const BATCH_MESSAGES: usize = 20_000;

/// Score every conversation in files and folders, one line of JSON each.
///
/// Lines come in the order of the inputs, folders sorted by name, whatever the number of processors. An input that cannot
/// be read is named at the end and does not stop the others.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders that are searched for chats. `-` is standard input.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    model: Choice,
    #[command(flatten)]
    input: Input,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on with an interrupted run: conversations that already have a whole line in FILE are not scored again.
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    resume: bool,
    /// With --resume: take out the lines of conversations that are not found any more.
    #[arg(long, requires = "resume")]
    prune: bool,
    /// Replace FILE if it exists.
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Leave out what is said of single messages: a sixth of the size for chats of a dozen messages, much less for long ones.
    #[arg(long)]
    brief: bool,
    /// Exit with 3 when a conversation reaches this band.
    #[arg(long, value_enum, value_name = "BAND")]
    fail_on: Option<FailOn>,
}

impl Args {
    /// Score everything; the summary goes to standard error.
    pub fn run(self) -> Result<Exit> {
        self.out.as_ref().map_or(Ok(()), |out| apart(&[out], &self.paths))?;
        let people = self.input.people()?;
        let model = self.model.load()?;
        let (out, earlier) = self.open(&model)?;
        let options = self.input.options();
        let mut below = below(&self.paths, &options, self.out.clone());
        let found = std::mem::take(&mut below.inputs);
        let bar = progress::Files::new(found.len());
        let (waiting, tally) = (Vec::new(), Tally::default());
        let workers = Arc::new(Workers::new()?);
        let mut run = Run {
            args: &self,
            model: &model,
            out,
            earlier,
            workers,
            bar,
            waiting,
            taken: 0,
            people,
            below,
            tally,
        };
        for found in found {
            run.bar.begin();
            match found {
                Ok(input) => run.file(&input, &options)?,
                Err(error) => run.fail(error.to_string()),
            }
        }
        run.flush()?;
        run.finish()
    }

    /// Where lines go, and what an interrupted run has written already.
    fn open(&self, model: &Model) -> Result<(Box<dyn Write>, Earlier)> {
        let Some(path) = &self.out else { return Ok((Box::new(std::io::stdout()), Earlier::default())) };
        ensure!(!path.is_dir(), "{} is a folder; --out takes a file", path.display());
        if self.resume && path.exists() {
            let (file, earlier) = Earlier::open(path, model, self.brief)?;
            return Ok((Box::new(BufWriter::new(file)), earlier));
        }
        if path.exists() && !self.overwrite {
            bail!("{} exists; give --resume to go on with it or --overwrite to replace it", path.display());
        }
        only_over_results(path)?;
        let file = BufWriter::new(open_alone(path)?);
        Ok((Box::new(Fresh { file, begun: false }), Earlier::default()))
    }
}

/// A file whose old lines go when the first new one comes, so that a run that finds nothing replaces nothing.
struct Fresh {
    file: BufWriter<File>,
    begun: bool,
}

impl Write for Fresh {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.begun {
            self.file.get_ref().set_len(0)?;
            self.begun = true;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

struct Run<'a> {
    args: &'a Args,
    model: &'a Model,
    out: Box<dyn Write>,
    earlier: Earlier,
    workers: Arc<Workers>,
    bar: progress::Files,
    /// Each with the file it was read from; none for what was piped.
    waiting: Vec<(Option<Arc<str>>, Noted)>,
    /// Conversations whose turn has come.
    taken: usize,
    people: People,
    below: Below,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    /// Of all, those of the run that is resumed among them.
    bands: BTreeMap<Band, u64>,
    scored: u64,
    messages: u64,
    skipped: u64,
    /// The content of every conversation, to tell how many are there again.
    contents: HashSet<String>,
    copies: u64,
    failures: Vec<String>,
    reached: bool,
}

impl Tally {
    fn band(&mut self, band: Band, content: &str, fail_on: Option<FailOn>) {
        *self.bands.entry(band).or_default() += 1;
        self.copies += u64::from(!self.contents.insert(content.to_owned()));
        self.reached |= fail_on.is_some_and(|f| f.reached(band));
    }
}

impl Run<'_> {
    /// Read one file; its conversations are scored as they come.
    fn file(&mut self, input: &Source, options: &import::Options) -> Result<()> {
        let file = (!is_pipe(input)).then(|| Arc::from(file_of(input)));
        let take = |imported| self.take(file.clone(), imported);
        for told in read_file(input, options, take)? {
            match told {
                Told::Failed(message) => self.fail(message),
                Told::Doubt(message) => {
                    self.bar.suspend(|| anstream::eprintln!("warning: {}", one_line(&message)));
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, file: Option<Arc<str>>, mut imported: Imported) -> Result<()> {
        self.bar.read();
        let Given { notes, .. } = self.people.apply(&mut imported);
        self.waiting.push((file, (imported, notes)));
        let messages: usize = self.waiting.iter().map(|(_, (i, _))| i.transcript.messages.len()).sum();
        let most = if self.model.device.likes_batches() { LARGE_BATCH } else { BATCH };
        if self.waiting.len() >= most || messages >= BATCH_MESSAGES { self.flush() } else { Ok(()) }
    }

    /// Score what is waiting, side by side, and write it in order, each as soon as it is done.
    fn flush(&mut self) -> Result<()> {
        let (mut places, mut new) = (Vec::new(), Vec::new());
        for (file, noted) in std::mem::take(&mut self.waiting) {
            self.taken += 1;
            if !self.written(file.as_deref(), &noted.0) {
                places.push((self.taken, file));
                new.push(noted);
            }
        }
        let (workers, mut places) = (self.workers.clone(), places.into_iter());
        reading::assess_all(self.model, &workers, &new, |result| {
            let (number, file) = places.next().expect("a place for each conversation");
            match result {
                Err(error) => self.fail(format!("{error:#}")),
                Ok(mut assessment) => {
                    assessment.input.file = file.map(|file| file.to_string());
                    self.write(number, assessment)?;
                }
            }
            Ok(())
        })
    }

    /// Whether the run that is resumed has a line for this conversation; each line stands for one.
    fn written(&mut self, file: Option<&str>, imported: &Imported) -> bool {
        if self.earlier.is_empty() {
            return false;
        }
        let content = crate::score::fingerprint(&imported.transcript);
        let Some(band) = self.earlier.take(self.taken, &imported.transcript.id, &content, file) else {
            return false;
        };
        self.tally.band(band, &content, self.args.fail_on);
        self.tally.skipped += 1;
        true
    }

    fn write(&mut self, number: usize, mut assessment: Assessment) -> Result<()> {
        self.tally.band(assessment.band, &assessment.input.sha256, self.args.fail_on);
        self.tally.scored += 1;
        self.tally.messages += assessment.messages.len() as u64;
        if self.args.brief {
            assessment.messages.clear();
        }
        self.bar.scored(self.tally.scored);
        let line = report::json_line(&assessment) + "\n";
        self.earlier.note(number, assessment.band, line.len());
        let line = self.out.write_all(line.as_bytes());
        line.and_then(|()| self.out.flush()).context("cannot write the results")
    }

    fn fail(&mut self, message: String) {
        // A file's name may hold line breaks.
        let message = one_line(&message);
        self.bar.suspend(|| anstream::eprintln!("error: {message}"));
        self.tally.failures.push(message);
    }

    fn finish(mut self) -> Result<Exit> {
        self.out.flush().context("cannot write the results")?;
        let elapsed = self.bar.finish().max(Duration::from_millis(1));
        self.people.warn_of_strangers();
        let Tally { bands, scored: chats, messages, skipped, copies, failures, reached, .. } = &self.tally;
        anstream::eprintln!(
            "{}, {} in {:.1} s ({:.1} conversations/s)",
            plural(*chats, "conversation"),
            plural(*messages, "message"),
            elapsed.as_secs_f64(),
            *chats as f64 / elapsed.as_secs_f64()
        );
        for band in Band::ALL.iter().rev() {
            anstream::eprintln!("  {:<11}{:>8}", band.name(), bands.get(band).copied().unwrap_or(0));
        }
        if *skipped > 0 {
            anstream::eprintln!("  {skipped} of the conversations in these bands had been scored before");
        }
        if *copies > 0 {
            anstream::eprintln!("  {copies} of them were there before, word for word, under another name");
        }
        self.earlier.finish(self.args.prune)?;
        self.below.tell();
        if chats + skipped == 0 {
            self.args.out.as_deref().map_or(Ok(()), remove_if_empty)?;
        }
        if !failures.is_empty() {
            anstream::eprintln!(
                "{} could not be read in full (named above)",
                plural(failures.len(), "input")
            );
            return Ok(if *reached { Exit::Reached } else { Exit::SomeFailed });
        }
        ensure!(chats + skipped > 0, "no conversations found in what was given");
        Ok(if *reached { Exit::Reached } else { Exit::Read })
    }
}

/// Nothing was written: an empty file would look like a result.
fn remove_if_empty(out: &Path) -> Result<()> {
    if out.metadata().is_ok_and(|file| file.len() == 0) {
        std::fs::remove_file(out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    Ok(())
}
