//! What an earlier run of `score` has written, and how another goes on with it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::outputs::{beside, open_alone};
use crate::assessment::{Assessment, Band, InputRef, ModelRef};
use crate::models::Model;
use crate::report::plural;

/// The lines of an earlier run that no conversation of this one has met yet.
#[derive(Default)]
pub struct Earlier {
    path: PathBuf,
    /// Their bands, by the conversation and its content. Each line stands for one conversation.
    left: HashMap<Key, Vec<Band>>,
    /// The conversations that were scored in this run.
    anew: HashSet<Place>,
}

/// A conversation's place and the hash of its content.
type Key = (Place, String);
/// The id of a conversation and the file it was read from.
type Place = (String, Option<String>);

/// As much of a written line as tells which conversation and content it was.
#[derive(serde::Deserialize)]
struct Written {
    id: String,
    band: Band,
    input: InputRef,
    model: ModelRef,
    messages: Vec<IgnoredAny>,
}

impl Written {
    fn key(self) -> Key {
        ((self.id, self.input.file), self.input.sha256)
    }
}

impl Earlier {
    /// Open a result file behind its last whole line.
    ///
    /// # Errors
    /// When it is not such a file, or was written for another model, another share of risky chats, or not as `brief`.
    pub fn open(path: &Path, model: &Model, brief: bool) -> Result<(File, Self)> {
        let context = || format!("cannot go on with {}", path.display());
        let mut file = open_alone(path)?;
        let (mut left, mut whole, mut line) = (HashMap::<_, Vec<_>>::new(), 0, Vec::new());
        let mut reader = BufReader::new(&file);
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).with_context(context)?;
            if length == 0 || line.last() != Some(&b'\n') {
                break;
            }
            whole += length as u64;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let Ok(written) = serde_json::from_slice::<Written>(&line) else {
                bail!(
                    "{}: the line that ends at byte {whole} is not one of ours; give another --out",
                    path.display()
                );
            };
            same_run(path, &written, model, brief)?;
            let band = written.band;
            left.entry(written.key()).or_default().push(band);
        }
        file.set_len(whole).with_context(context)?;
        file.seek(SeekFrom::End(0)).with_context(context)?;
        Ok((file, Self { path: path.to_owned(), left, anew: HashSet::new() }))
    }

    /// Whether there is nothing to go on with.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The band of the conversation `id` of `file` with this content, if a line stands for it.
    pub fn take(&mut self, id: &str, content: &str, file: &str) -> Option<Band> {
        let key = ((id.to_owned(), Some(file.to_owned())), content.to_owned());
        self.left.get_mut(&key).and_then(Vec::pop)
    }

    /// Take note that a conversation was scored in this run.
    pub fn note(&mut self, assessment: &Assessment) {
        if !self.is_empty() {
            self.anew.insert((assessment.id.clone(), assessment.input.file.clone()));
        }
    }

    /// Take out the lines of conversations that have a new one, as they were read otherwise now, and tell of those whose conversation was not found.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        self.left.retain(|_, bands| !bands.is_empty());
        let (old, gone): (HashMap<_, _>, HashMap<_, _>) =
            std::mem::take(&mut self.left).into_iter().partition(|((place, _), _)| self.anew.contains(place));
        let count = |lines: &HashMap<Key, Vec<Band>>| lines.values().map(Vec::len).sum::<usize>();
        if !old.is_empty() {
            without(&self.path, &old).with_context(|| format!("cannot rewrite {}", self.path.display()))?;
            let n = count(&old);
            let (were, they) =
                if n == 1 { ("was", "its conversation is") } else { ("were", "their conversations are") };
            anstream::eprintln!(
                "  {} of the earlier run {were} replaced: {they} read otherwise now, as a file or an option has changed",
                plural(n, "line")
            );
        }
        let n = count(&gone);
        if n > 0 {
            anstream::eprintln!(
                "warning: {} of an earlier run {} to no conversation that was found now: a file is gone, has another name, or was not given; --overwrite begins anew",
                plural(n, "line"),
                if n == 1 { "belongs" } else { "belong" }
            );
        }
        Ok(())
    }
}

fn same_run(path: &Path, written: &Written, model: &Model, brief: bool) -> Result<()> {
    let same =
        written.model.sha256 == model.hash && written.model.prevalence == model.card.calibration.prevalence;
    ensure!(
        same,
        "{}: {} was scored by another model or for another --prevalence; give another --out, or --overwrite to replace it",
        path.display(),
        written.id
    );
    // A conversation in which nobody writes has no messages either way.
    let told = !written.messages.is_empty();
    ensure!(
        if brief { !told } else { told || written.input.speakers == 0 },
        "{} was written {} --brief; give it the same now, or another --out",
        path.display(),
        if brief { "without" } else { "with" }
    );
    Ok(())
}

/// Write the file again without the lines that `old` counts.
fn without(path: &Path, old: &HashMap<Key, Vec<Band>>) -> Result<()> {
    let mut left: HashMap<&Key, usize> = old.iter().map(|(key, bands)| (key, bands.len())).collect();
    let part = beside(path);
    let mut out = BufWriter::new(File::create(&part)?);
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let key = serde_json::from_str::<Written>(&line).ok().map(Written::key);
        match key.and_then(|key| left.get_mut(&key)).filter(|n| **n > 0) {
            Some(n) => *n -= 1,
            None => writeln!(out, "{line}")?,
        }
    }
    out.into_inner()?.sync_all()?;
    Ok(std::fs::rename(&part, path)?)
}

/// The band of each conversation that a result file has a line for, by the hash of its content.
///
/// # Errors
/// As [`each_line`].
pub fn bands(path: &Path) -> Result<HashMap<String, Band>> {
    let mut bands = HashMap::new();
    each_line(path, |Written { band, input, .. }| _ = bands.insert(input.sha256, band))?;
    Ok(bands)
}

/// Hand every line of a result file to `take`.
///
/// # Errors
/// When it cannot be read, or a line is none of `score`.
pub fn each_line<T: DeserializeOwned>(path: &Path, mut take: impl FnMut(T)) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}: not a line of `rushlight score`", path.display(), at + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            // What serde says may quote the line.
            take(serde_json::from_str(&line).map_err(|_| anyhow!(place()))?);
        }
    }
    Ok(())
}
