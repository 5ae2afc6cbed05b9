//! The file beside a result that takes scores as they come, so that an interrupted run goes on where it was.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What stands on a line.
pub trait Scored: Serialize + DeserializeOwned {
    /// Which conversation.
    fn id(&self) -> &str;

    /// SHA-256 of the model that scored it.
    fn model(&self) -> &str;
}

/// Such a file, open as long as the run lasts. One that took nothing goes when it is closed.
pub struct SideFile {
    path: PathBuf,
    file: File,
    /// Whether what stands in it is to go before anything else happens.
    anew: AtomicBool,
}

impl SideFile {
    /// Of the file at `path`, open to be read and written; `anew` says that what stands in it is replaced when scoring begins.
    pub fn new(path: &Path, file: File, anew: bool) -> Self {
        Self { path: path.to_owned(), file, anew: AtomicBool::new(anew) }
    }

    /// Where it is.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn writing(&self) -> String {
        format!("cannot write {}", self.path.display())
    }

    /// Add lines.
    pub(super) fn append<T: Scored>(&self, scored: &[T]) -> Result<()> {
        let lines =
            scored.iter().map(|s| Ok(serde_json::to_string(s)? + "\n")).collect::<Result<String>>()?;
        let mut file = &self.file;
        let written = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(lines.as_bytes()));
        written.with_context(|| self.writing())
    }

    /// The whole lines of an interrupted run, by id and as `keep` leaves them; a last line that breaks off is cut away.
    ///
    /// # Errors
    /// When a line is none of this suite or of another model, or an id stands there twice.
    pub(super) fn known<T: Scored>(&self, model: &str, keep: impl Fn(T) -> T) -> Result<HashMap<String, T>> {
        if self.anew.swap(false, Ordering::Relaxed) {
            self.file.set_len(0).with_context(|| self.writing())?;
        }
        let reading = || format!("cannot read {}", self.path.display());
        let mut input = BufReader::new(&self.file);
        input.rewind().with_context(reading)?;
        let (mut found, mut line, mut whole) = (HashMap::new(), String::new(), 0);
        for at in 1.. {
            line.clear();
            let length = input.read_line(&mut line).with_context(reading)?;
            if !line.ends_with('\n') {
                if length > 0 {
                    self.file.set_len(whole).with_context(|| self.writing())?;
                }
                break;
            }
            whole += length as u64;
            if line.trim().is_empty() {
                continue;
            }
            let place = || format!("{}:{at}", self.path.display());
            let scored: T = serde_json::from_str(&line)
                .map_err(|_| anyhow!("{}: not a line of this suite; give another --out", place()))?;
            let same = scored.model() == model;
            ensure!(
                same,
                "{}: scored by another model, or for another suite; give another --out, or --overwrite to score anew",
                place()
            );
            let id = scored.id().to_owned();
            let first = found.insert(id, keep(scored)).is_none();
            ensure!(
                first,
                "{}: what it scores is scored in an earlier line, too, as when two runs write to one file; --overwrite scores anew",
                place()
            );
        }
        Ok(found)
    }
}

impl Drop for SideFile {
    fn drop(&mut self) {
        if self.file.metadata().is_ok_and(|file| file.len() == 0) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The whole lines of an interrupted run, if there is a file for them.
pub fn known<T: Scored>(
    beside: Option<&SideFile>,
    model: &str,
    keep: impl Fn(T) -> T,
) -> Result<HashMap<String, T>> {
    beside.map_or_else(|| Ok(HashMap::new()), |beside| beside.known(model, keep))
}

/// Add lines, if there is a file for them.
pub fn append<T: Scored>(beside: Option<&SideFile>, scored: &[T]) -> Result<()> {
    beside.map_or(Ok(()), |beside| beside.append(scored))
}

/// Whether a file holds the beginning of one line and no more, as after an interruption within the first; it is cut away when the run goes on.
pub fn is_torn(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"{\"id\":\"") && !bytes.contains(&b'\n'))
}

/// Every line of a file that lies beside a result.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("cannot read {}, which lies beside the result and holds its scores", path.display())
    })?;
    let parse = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|_| anyhow!("{}:{}: not a line of ours", path.display(), at + 1))
    };
    text.lines().enumerate().map(parse).collect()
}
