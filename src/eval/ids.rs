//! A list of ids, one a line: only these conversations are measured.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

/// Ids with the line of each, and whether they were met.
pub struct Ids {
    path: PathBuf,
    wanted: HashMap<String, (usize, bool)>,
}

impl Ids {
    /// Read a list.
    ///
    /// # Errors
    /// When a line is not one id, an id stands twice, or there is none.
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut wanted = HashMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let (place, id) = (format!("{}:{}", path.display(), at + 1), line.trim());
            ensure!(!id.contains(char::is_whitespace), "{place}: expected the id of one conversation");
            if let Some((before, _)) = wanted.insert(id.to_owned(), (at + 1, false)) {
                bail!("{place}: {id} also stands in line {before}");
            }
        }
        ensure!(!wanted.is_empty(), "{}: no id in it", path.display());
        Ok(Self { path: path.to_owned(), wanted })
    }

    /// Whether the list holds this conversation, which counts as met from now on.
    pub fn meet(&mut self, id: &str) -> bool {
        let found = self.wanted.get_mut(id);
        found.map(|(_, met)| *met = true).is_some()
    }

    /// # Errors
    /// When an id was not met in `data`.
    pub fn all_met(self, data: &Path) -> Result<()> {
        let missing = self.wanted.iter().filter(|(_, (_, met))| !met);
        let n = missing.clone().count();
        let Some((id, (line, _))) = missing.min_by_key(|(_, (line, _))| *line) else { return Ok(()) };
        let path = self.path.display();
        bail!("{path}:{line}: {id} is no conversation of {} ({n} ids of the list are not)", data.display())
    }
}
