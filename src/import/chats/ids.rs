//! Names of conversations that stand in one file, each used once.

use std::collections::HashMap;

/// The names given so far, and the last number behind each.
#[derive(Default)]
pub struct Ids(HashMap<String, u64>);

impl Ids {
    /// `id`, with a number behind it when it was given before, and whether it was.
    pub fn give(&mut self, id: &str) -> (String, bool) {
        let mut free = id.to_owned();
        while self.0.contains_key(&free) {
            let count = self.0.entry(id.to_owned()).or_insert(1);
            *count += 1;
            free = format!("{id} ({count})");
        }
        self.0.insert(free.clone(), 1);
        let twice = free != id;
        (free, twice)
    }
}
