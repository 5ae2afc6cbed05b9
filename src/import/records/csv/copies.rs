//! Rows that stand in a table more than once: a message with two reports on it, an earlier wording of it, or the page
//! that begins where the one before it ended.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use ::csv::StringRecord;

use super::layout::Layout;

/// So many rows are looked at: what is kept of each takes room.
const MOST: usize = 4_000_000;

/// What is seen of it on the way through a table.
#[derive(Default)]
pub struct Copies {
    hasher: RandomState,
    ids: HashSet<u64>,
    /// Where each message stands last.
    last: HashMap<u64, u64>,
    earlier: HashSet<u64>,
    rows: usize,
}

impl Copies {
    /// Look at the row with this number. Messages are the same where their number, their conversation, who wrote them and
    /// when are the same.
    pub fn see(&mut self, layout: &Layout, number: u64, row: &StringRecord) {
        let id = layout.id.and_then(|c| row.get(c)).map(str::trim).filter(|id| !id.is_empty());
        let Some(id) = id.filter(|_| self.rows < MOST) else { return };
        self.rows += 1;
        self.ids.insert(self.hasher.hash_one(id));
        let time: Vec<Option<&str>> = layout.time.iter().map(|c| row.get(*c)).collect();
        let message = (id, layout.conversation(row), layout.speaker(row), time);
        if let Some(before) = self.last.insert(self.hasher.hash_one(message), number) {
            self.earlier.insert(before);
        }
    }

    /// The rows that stand there again further down, where the numbers are those of messages: of few rows, else, each
    /// has its own.
    pub fn earlier(self) -> HashSet<u64> {
        if self.ids.len() * 3 > self.rows { self.earlier } else { HashSet::new() }
    }
}
