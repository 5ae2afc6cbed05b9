//! Names of conversations that stand in one file, each used once.

use std::collections::HashSet;

/// The names given so far.
#[derive(Default)]
pub struct Ids(HashSet<String>);

impl Ids {
    /// `id`, with a number behind it when it was given before, and whether it was.
    pub fn give(&mut self, id: &str) -> (String, bool) {
        if self.0.insert(id.to_owned()) {
            return (id.to_owned(), false);
        }
        let numbered = (2..).map(|n| format!("{id} ({n})"));
        let free = numbered.into_iter().find(|id| self.0.insert(id.clone())).unwrap_or_default();
        (free, true)
    }
}
