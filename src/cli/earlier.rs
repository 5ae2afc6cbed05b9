//! What an earlier run of `score` has written, and how another goes on with it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::outputs::{beside, open_alone};
use crate::assessment::{Band, InputRef, ModelRef};
use crate::models::Model;
use crate::report::plural;

/// The lines of an earlier run, and where those of this run stand.
#[derive(Default)]
pub struct Earlier {
    path: PathBuf,
    /// Lines that no conversation of this run has met yet, the last first. Each line stands for one conversation.
    left: HashMap<Key, Vec<Line>>,
    /// The conversations that were met in this run.
    met: HashSet<Place>,
    /// Where the line of each conversation of this run stands, by its number in the run.
    order: Vec<(usize, Line)>,
    /// Where the file ends.
    end: u64,
    resumed: bool,
}

/// Beginning and length in bytes of a line in the file, and the band that it states.
#[derive(Clone, Copy)]
struct Line {
    at: u64,
    length: u64,
    band: Band,
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
        let (mut left, mut whole, mut line) = (HashMap::<_, Vec<Line>>::new(), 0, Vec::new());
        let mut reader = BufReader::new(&file);
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).with_context(context)? as u64;
            if length == 0 || line.last() != Some(&b'\n') {
                break;
            }
            whole += length;
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
            let line = Line { at: whole - length, length, band: written.band };
            left.entry(written.key()).or_default().push(line);
        }
        left.values_mut().for_each(|lines| lines.reverse());
        file.set_len(whole).with_context(context)?;
        file.seek(SeekFrom::End(0)).with_context(context)?;
        let resumed = !left.is_empty();
        Ok((file, Self { path: path.to_owned(), left, end: whole, resumed, ..Self::default() }))
    }

    /// Whether there is nothing to go on with.
    pub fn is_empty(&self) -> bool {
        !self.resumed
    }

    /// The band of the conversation `id` of `file` with this content, if a line stands for it; it is the run's conversation `number`.
    pub fn take(&mut self, number: usize, id: &str, content: &str, file: Option<&str>) -> Option<Band> {
        let place = (id.to_owned(), file.map(str::to_owned));
        self.met.insert(place.clone());
        let line = self.left.get_mut(&(place, content.to_owned())).and_then(Vec::pop)?;
        self.order.push((number, line));
        Some(line.band)
    }

    /// Take note that a line of so many bytes was written of the run's conversation `number`.
    pub fn note(&mut self, number: usize, band: Band, length: usize) {
        if self.resumed {
            let length = length as u64;
            self.order.push((number, Line { at: self.end, length, band }));
            self.end += length;
        }
    }

    /// Leave the lines as one run over all of it would have written them: those of conversations that are read otherwise now go, and
    /// those whose conversation was not found stand at the end, or go, too.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&mut self, prune: bool) -> Result<()> {
        self.order.sort_by_key(|(number, _)| *number);
        let mut lines: Vec<Line> = self.order.iter().map(|(_, line)| *line).collect();
        let (mut old, mut gone) = (0, Vec::new());
        for ((place, _), left) in std::mem::take(&mut self.left) {
            if self.met.contains(&place) { old += left.len() } else { gone.extend(left) }
        }
        gone.sort_by_key(|line| line.at);
        if !prune {
            lines.extend(&gone);
        }
        let in_place = old == 0 && (!prune || gone.is_empty()) && lines.is_sorted_by_key(|line| line.at);
        // Where nothing was found, what is there is not taken for gone.
        if !in_place && !self.met.is_empty() {
            rewrite(&self.path, &lines).with_context(|| format!("cannot rewrite {}", self.path.display()))?;
        }
        tell(old, gone.len(), prune && !self.met.is_empty());
        Ok(())
    }
}

/// What became of lines of an earlier run.
fn tell(old: usize, gone: usize, prune: bool) {
    if old > 0 {
        let (were, they) =
            if old == 1 { ("was", "its conversation is") } else { ("were", "their conversations are") };
        anstream::eprintln!(
            "  {} of the earlier run {were} replaced: {they} read otherwise now, as a file or an option has changed",
            plural(old, "line")
        );
    }
    let belongs = if gone == 1 { "belongs" } else { "belong" };
    let end = match prune {
        true => "taken out",
        false => "kept at the end; --prune takes out what is gone",
    };
    if gone > 0 {
        anstream::eprintln!(
            "warning: {} of an earlier run {belongs} to no conversation that was found now (a file is gone, has another name, or was not given): {end}",
            plural(gone, "line"),
        );
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

/// Write the file again with these lines in this order.
fn rewrite(path: &Path, lines: &[Line]) -> Result<()> {
    let part = beside(path);
    let (mut from, mut out) = (BufReader::new(File::open(path)?), BufWriter::new(File::create(&part)?));
    for line in lines {
        let at = from.stream_position()?;
        from.seek_relative(line.at as i64 - at as i64)?;
        let copied = std::io::copy(&mut from.by_ref().take(line.length), &mut out)?;
        ensure!(copied == line.length, "it is shorter than it was");
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
