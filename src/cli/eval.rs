//! `rushlight eval`: run a suite, or compare two results.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use indicatif::ProgressBar;

use super::Exit;
use super::input::Where;
use super::progress;
use super::results::Results;
use crate::eval::{self, Comparison, Request, Suite};

/// Measure the model, or any other system, on labelled conversations.
///
/// Without a suite, lists those that come with the program and those below eval/suites. Results hold numbers, ids and hashes, never text.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, group = clap::ArgGroup::new("written").multiple(true))]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// A suite that comes with the program or stands below eval/suites, or a folder that holds suite.toml.
    suite: Option<String>,
    /// Model to use: a name that `models list` shows, or a folder.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    #[command(flatten)]
    device: Where,
    /// Data in place of the suite's own: a .jsonl or .jsonl.xz file of labelled conversations, or a folder of them (.xz needs the program xz).
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// pan12: the folder of a further corpus of its kind, as the official one for training. Baselines are fitted on half of it, thresholds are chosen on the other half.
    #[arg(long, value_name = "FOLDER")]
    train: Option<PathBuf>,
    /// Scores of another system, judged beside ours under the file's name: JSONL of {"id", "score"}, the higher the riskier; for warnings also "messages", a score after each
    /// message; and, where it decides itself, "alarm", true or false. What `rushlight score` writes will do. `--texts` gives the conversations to be scored.
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Where alarms of --scores begin, in place of a threshold that is chosen on dev or alarms that the system raises itself.
    #[arg(long, value_name = "SCORE", requires = "scores", allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// Write the texts that the suite judges, for another system to score: JSONL of {"id", "split", "messages"} without labels. robustness and length write attacked and shortened conversations, too,
    /// under ids such as `a1|leet`, and take their scores back with --scores. Nothing is measured.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scores", "out", "html", "md"])]
    texts: Option<PathBuf>,
    /// At most so many conversations of each file, chosen by the hash of their ids.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only the conversations of a list: a text file of ids, one a line.
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// File for the result (JSON); our scores go to FILE.scores.jsonl beside it, as they come.
    #[arg(long, value_name = "FILE.json", group = "written")]
    out: Option<PathBuf>,
    /// Go on with an interrupted run: conversations that have a whole line of scores are not scored again.
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    resume: bool,
    /// Replace the result, its scores and the reports; earlier readings of the test split stay recorded.
    #[arg(long, requires = "written")]
    overwrite: bool,
    /// File for the report with plots.
    #[arg(long, value_name = "FILE", group = "written")]
    html: Option<PathBuf>,
    /// File for the report as Markdown.
    #[arg(long, value_name = "FILE", group = "written")]
    md: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Compare(Compare),
    Agreement(Agreement),
}

/// Compare labels with a second annotator's: Krippendorff's alpha per label, 95 % intervals by group.
#[derive(Debug, clap::Args)]
struct Agreement {
    /// Labelled conversations: a .chat or .jsonl file, or a folder of them.
    labels: PathBuf,
    /// The second annotator's labels of some of them, one a line: {"id", "risk", "patterns", "person_of_concern", "onset", "signals"}, signals being a list for each message.
    second: PathBuf,
    /// Print Markdown.
    #[arg(long)]
    md: bool,
}

/// Compare two results on the same data, conversation by conversation: B less A, with paired 95 % intervals. One of them may be another system's scores.
///
/// Intervals come of resamples by group. Where two systems that differ have the same share (recall, false alarms) in every resample, as when neither misses anything, resamples
/// say nothing, and the interval goes to 3 over the number of groups either way.
#[derive(Debug, clap::Args)]
struct Compare {
    /// The result to compare with; its scores lie beside it. Or another system's scores (.jsonl), as for --scores.
    a: PathBuf,
    /// The result that is judged, or another system's scores.
    b: PathBuf,
    /// Exit with 4 when B's number (not the end of the interval) is worse than A's by more than DELTA, as `test/auroc:0.01` or, of an attack, `test/leet/recall:0.02`; any name that the comparison
    /// prints. May be repeated.
    #[arg(long, value_name = "METRIC:DELTA", value_parser = gate)]
    fail_if_worse: Vec<(String, f64)>,
}

/// A metric and by how much it may be worse.
fn gate(text: &str) -> Result<(String, f64), String> {
    let (name, delta) = text.rsplit_once(':').ok_or("expected METRIC:DELTA, as test/auroc:0.01")?;
    let delta = delta.parse().ok().filter(|delta: &f64| delta.is_finite() && *delta >= 0.0);
    Ok((name.to_owned(), delta.ok_or("DELTA must be a number, 0 or more")?))
}

impl Args {
    /// Run, report on standard output, write what was asked for.
    pub fn run(self) -> Result<Exit> {
        match self.verb {
            Some(Verb::Compare(compare)) => return compare.run(),
            Some(Verb::Agreement(agreement)) => return agreement.run(),
            None => {}
        }
        let Some(name) = &self.suite else { return suites() };
        let suite = Suite::open(name)?;
        ensure!(self.threshold.is_none_or(f64::is_finite), "--threshold must be a number");
        ensure!(
            self.train.is_none() || suite.task == eval::Task::Pan12,
            "suite {}: --train is for pan12; other suites fit and choose on their own train and dev",
            suite.name
        );
        if let Some(path) = &self.texts {
            let n = eval::write_texts(&suite, self.data.as_deref(), self.limit, self.ids.as_deref(), path)?;
            anstream::eprintln!("{n} lines in {}", path.display());
            return Ok(Exit::Read);
        }
        let mut inputs = suite.reads(self.data.as_deref());
        inputs.extend(self.scores.iter().chain(&self.ids).chain(&self.train).cloned());
        let results = self.results();
        let [side, again] = results.prepare(&inputs)?;
        let before = results.before()?;
        let model = self.device.load(self.model.as_deref())?;
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(200));
        let tell = |what: &str, done: usize, of: usize| {
            if of > 0 {
                bar.set_style(progress::style("{msg}: {pos} of {len}, {elapsed}"));
                bar.set_length(of as u64);
            }
            bar.set_position(done as u64);
            bar.set_message(what.to_owned());
        };
        let outcome = eval::run(&Request {
            suite: &suite,
            model: &model,
            data: self.data.as_deref(),
            scores: self.scores.as_deref(),
            threshold: self.threshold,
            train: self.train.as_deref(),
            side: side.as_ref(),
            again: again.as_ref(),
            limit: self.limit,
            ids: self.ids.as_deref(),
            before,
            tell: &tell,
        });
        bar.finish_and_clear();
        let outcome = outcome?;
        if outcome.readings.last().is_some_and(|r| r.changed) {
            anstream::eprintln!(
                "warning: test was read again with changed thresholds; the result records it"
            );
        }
        outcome.remarks.iter().for_each(|remark| anstream::eprintln!("warning: {remark}"));
        results.write(&outcome)?;
        write!(anstream::stdout().lock(), "{}", eval::text(&outcome))?;
        Ok(Exit::Read)
    }

    fn results(&self) -> Results<'_> {
        let [out, html, md] = [&self.out, &self.html, &self.md].map(|path| path.as_deref());
        Results { out, html, md, resume: self.resume, overwrite: self.overwrite }
    }
}

fn suites() -> Result<Exit> {
    for suite in eval::list() {
        writeln!(anstream::stdout().lock(), "{:<12} {}", suite.name, suite.title)?;
    }
    Ok(Exit::Read)
}

impl Agreement {
    fn run(self) -> Result<Exit> {
        let table = eval::agreement(&self.labels, &self.second)?;
        let text = if self.md { table.markdown() } else { table.text() };
        write!(anstream::stdout().lock(), "{}", text.trim_start_matches('\n'))?;
        Ok(Exit::Read)
    }
}

impl Compare {
    fn run(self) -> Result<Exit> {
        let ([from, to], found) = eval::compare(&self.a, &self.b)?;
        anstream::eprintln!("{from} → {to}");
        let gates: Vec<(&Comparison, f64)> = self
            .fail_if_worse
            .iter()
            .map(|(name, delta)| Ok((of(&found, name, [&from, &to])?, *delta)))
            .collect::<Result<_>>()?;
        let number = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), |x| format!("{x:.4}"));
        let mut out = anstream::stdout().lock();
        for Comparison { name, a, b, difference: d, .. } in
            found.iter().filter(|c| c.a.is_some() || c.b.is_some())
        {
            let range = format!("({} to {})", number(d.low), number(d.high));
            writeln!(
                out,
                "{name:<24} {} → {}   {} {range}  n {}",
                number(*a),
                number(*b),
                number(d.value),
                d.n
            )?;
        }
        let mut worse = false;
        for (c, delta) in gates {
            if c.worse.is_none_or(|w| w > delta) {
                writeln!(out, "{} is worse by more than {delta}", c.name)?;
                worse = true;
            }
        }
        Ok(if worse { Exit::Worse } else { Exit::Read })
    }
}

/// The comparison of a metric that is to be vouched for.
fn of<'c>(found: &'c [Comparison], name: &str, who: [&str; 2]) -> Result<&'c Comparison> {
    let Some(c) = found.iter().find(|c| c.name == name) else {
        let defined = found.iter().filter(|c| c.difference.value.is_some());
        let names: Vec<&str> = defined.map(|c| c.name.as_str()).collect();
        bail!("{name}: no such metric here; there are {}", names.join(", "))
    };
    // What is undefined cannot be vouched for.
    for (said, who) in [c.a, c.b].into_iter().zip(who) {
        ensure!(
            said.is_some(),
            "{name}: {who} has no such number: those at alarms need \"alarm\" on each line of its scores or a dev part to choose a threshold on, brier, nll and ece probabilities, those of warnings a score after each message, and all of them conversations of the class"
        );
    }
    ensure!(c.worse.is_some(), "{name}: neither more nor less of it is better");
    Ok(c)
}
