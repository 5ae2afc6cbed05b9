//! The file beside a result that takes scores as they come, so that an interrupted run goes on where it was.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

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

/// Add lines.
pub fn append<T: Scored>(path: Option<&Path>, scored: &[T]) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let lines = scored.iter().map(|s| Ok(serde_json::to_string(s)? + "\n")).collect::<Result<String>>()?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    let written = file.and_then(|mut file| file.write_all(lines.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// The whole lines of an interrupted run, by id and as `keep` leaves them; a last line that breaks off is cut away.
pub fn known<T: Scored>(
    path: Option<&Path>,
    model: &str,
    keep: impl Fn(T) -> T,
) -> Result<HashMap<String, T>> {
    let Some(path) = path.filter(|p| p.exists()) else { return Ok(HashMap::new()) };
    let reading = || format!("cannot read {}", path.display());
    let mut input = BufReader::new(File::open(path).with_context(reading)?);
    let (mut found, mut line, mut whole) = (HashMap::new(), String::new(), 0);
    for at in 1.. {
        line.clear();
        let length = input.read_line(&mut line).with_context(reading)?;
        if !line.ends_with('\n') {
            if length > 0 {
                let file = OpenOptions::new().write(true).open(path);
                let cut = file.and_then(|file| file.set_len(whole));
                cut.with_context(|| format!("cannot write {}", path.display()))?;
            }
            break;
        }
        whole += length as u64;
        let place = || format!("{}:{at}", path.display());
        let scored: T = serde_json::from_str(&line)
            .map_err(|_| anyhow!("{}: not a line of this suite; use --overwrite", place()))?;
        let same = scored.model() == model;
        ensure!(same, "{}: scored by another model, or for another suite; use --overwrite", place());
        found.insert(scored.id().to_owned(), keep(scored));
    }
    Ok(found)
}
