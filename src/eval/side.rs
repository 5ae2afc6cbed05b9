//! The file beside a result that takes scores as they come, so that an interrupted run goes on where it was.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
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

/// The whole lines of an interrupted run, by id; a last line that breaks off is cut away.
pub fn known<T: Scored>(path: Option<&Path>, model: &str) -> Result<HashMap<String, T>> {
    let Some(path) = path.filter(|p| p.exists()) else { return Ok(HashMap::new()) };
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    if whole < text.len() {
        fs::write(path, &text[..whole]).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut found = HashMap::new();
    for (at, line) in text[..whole].lines().enumerate() {
        let place = || format!("{}:{}", path.display(), at + 1);
        let scored: T = serde_json::from_str(line)
            .map_err(|_| anyhow!("{}: not a line of this suite; use --overwrite", place()))?;
        ensure!(scored.model() == model, "{}: scored by another model; use --overwrite", place());
        found.insert(scored.id().to_owned(), scored);
    }
    Ok(found)
}
