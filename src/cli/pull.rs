//! `rushlight models pull`: a model from a hub into a folder; the only verb that uses the network.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use super::Exit;
use crate::models::folders;
use crate::models::pull::{self, Progress, Pulled, Request};
use crate::models::shelf::Got;
use crate::models::wanted::{Bound, Wanted};

/// Fetch a model over the network; nothing else in this program uses it.
///
/// WHAT is a name of the manifest in this release, or OWNER/REPO[@REVISION] on a hub. A model folder begins with its model.toml, which holds the SHA-256 of
/// its other files; --sha256 binds model.toml itself. With --file, those files alone are fetched, as for a backbone without a head. A folder gets its
/// name when every file is whole and right; until then it is NAME.part, and the same command goes on with it.
///
/// HF_ENDPOINT names another hub, as a mirror in your organisation; HF_TOKEN holds a token for it. No text leaves this computer.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A name, or OWNER/REPO[@REVISION].
    what: String,
    /// A file to fetch instead of a model folder (may be given more than once).
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
    /// SHA-256 that model.toml, or FILE, must have (may be given more than once).
    #[arg(long, value_name = "[FILE=]HEX")]
    sha256: Vec<String>,
    /// The folder in which the model's own folder is made [default: $RUSHLIGHT_MODELS, else ./models].
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Replace a model that is there.
    #[arg(long)]
    overwrite: bool,
    /// GiB that all files may have together.
    #[arg(long, value_name = "GIB", default_value_t = 20.0)]
    most: f64,
}

impl Args {
    /// Pull, and say what came and what binds it.
    pub fn run(self) -> Result<Exit> {
        ensure!(self.most > 0.0 && self.most <= 4096.0, "--most must lie between 0 and 4096 GiB");
        let wanted = Wanted::parse(&self.what, &self.file, &self.sha256)?;
        let into = self.to.or_else(|| folders().into_iter().next()).unwrap_or_else(|| "models".into());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        let most = (self.most * f64::from(1 << 30)) as u64;
        let bar = ProgressBar::new(0).with_style(style());
        let tell = |progress: Progress| match progress {
            Progress::File(name, start, size) => {
                bar.set_message(name.to_owned());
                bar.set_length(size.unwrap_or(0));
                bar.set_position(start);
            }
            Progress::Bytes(n) => bar.inc(n),
        };
        let pulled = pull::pull(&Request { wanted, into: &into, overwrite: self.overwrite, most }, &tell);
        bar.finish_and_clear();
        say(&pulled?)?;
        Ok(Exit::Read)
    }
}

fn say(pulled: &Pulled) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let folder = pulled.folder.display();
    writeln!(out, "{folder}")?;
    for file in &pulled.files {
        let bound = match file.piece.bound {
            Bound::Nothing => "bound by nothing".to_owned(),
            by => format!("as {by} says"),
        };
        writeln!(out, "{:<20} {:>13} bytes  sha256 {}  {bound}", file.piece.name, file.size, file.sha256)?;
    }
    // A CARD.md is for people; nothing reads it.
    let loose = |f: &&Got| f.piece.bound == Bound::Nothing && f.piece.name != "CARD.md";
    let loose: Vec<&str> = pulled.files.iter().filter(loose).map(|f| f.piece.name.as_str()).collect();
    if !loose.is_empty() {
        writeln!(
            out,
            "\nNot bound by a hash known to this release: {}. It is what the server sent. Compare the hash with what the model's makers publish; \
             --sha256 holds a later pull to it.",
            loose.join(", ")
        )?;
    }
    if pulled.files.iter().any(|f| f.piece.name == "model.toml") {
        writeln!(out, "\nrushlight models show {folder}")?;
    } else {
        writeln!(out, "\nA backbone without a head: it judges nothing until a head is trained over it.")?;
    }
    Ok(())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}, {binary_bytes_per_sec}, {eta} left")
        .expect("a constant template")
}
