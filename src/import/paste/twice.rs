//! What a paste holds twice or of two chats: messages that come in a row again, and a place after which nobody from before
//! speaks.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many messages in a row are no chance.
const ROW: usize = 3;
/// How many messages another chat has at least.
const FEW: usize = 3;

/// Watches messages go by.
#[derive(Debug, Default)]
pub struct Watch {
    /// Each speaker with how many had spoken before.
    speakers: HashMap<String, usize>,
    /// What was said, by whom.
    said: Vec<u64>,
    /// The lines of the last messages.
    lines: [u64; ROW],
    /// Where each row of three ends first.
    rows: HashMap<[u64; ROW], usize>,
    /// How many of the last messages are one row that came before.
    again: usize,
    /// Places after which only others may have spoken: the line, how many speakers and messages there were before.
    places: Vec<(u64, usize, usize)>,
}

impl Watch {
    /// `name` says `text` at `line`; `apart` after a blank line or a heading. How many messages are known now to
    /// come again, and where the first of them stands.
    pub fn say(&mut self, name: &str, text: &str, line: u64, apart: bool) -> (u64, u64) {
        self.lines.rotate_left(1);
        self.lines[ROW - 1] = line;
        let next = self.speakers.len();
        let known = self.speakers.get(name).copied();
        match known {
            Some(place) => self.places.retain(|(_, before, _)| place >= *before),
            None => {
                self.speakers.insert(name.to_owned(), next);
                if apart && next > 1 {
                    self.places.push((line, next, self.said.len()));
                }
            }
        }
        (self.row(name, text), self.lines[0])
    }

    /// Whether `name` has said `text` not long ago.
    pub fn has_said(&self, name: &str, text: &str) -> bool {
        const FAR: usize = 2000;
        self.said.iter().rev().take(FAR).any(|said| *said == key(name, text))
    }

    fn row(&mut self, name: &str, text: &str) -> u64 {
        self.said.push(key(name, text));
        let at = self.said.len();
        let Some(row) = at.checked_sub(ROW).and_then(|from| <[u64; ROW]>::try_from(&self.said[from..]).ok())
        else {
            return 0;
        };
        // `ok`, `ok`, `ok` is a row of its own kind.
        let alike = row[0] == row[1] || row[1] == row[2] || row[0] == row[2];
        let first = *self.rows.entry(row).or_insert(at);
        if alike || at - first < ROW {
            self.again = 0;
            return 0;
        }
        let new = if self.again == 0 { ROW } else { 1 };
        self.again += new;
        new as u64
    }

    /// The line where another chat begins, if one does.
    pub fn other_chat(&self) -> Option<u64> {
        let last = |(_, before, said): &&(u64, usize, usize)| {
            self.said.len() - said >= FEW && *said >= FEW && self.speakers.len() - before > 1
        };
        self.places.iter().find(last).map(|(line, _, _)| *line)
    }
}

fn key(name: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name, text.trim()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(talk: &[(&str, &str, bool)]) -> (u64, Option<u64>) {
        let mut watch = Watch::default();
        let mut again = 0;
        for (at, (name, text, apart)) in talk.iter().enumerate() {
            again += watch.say(name, text, at as u64 + 1, *apart).0;
        }
        (again, watch.other_chat())
    }

    #[test]
    fn another_chat_begins_where_nobody_from_before_speaks_on() {
        let one = [("Tom", "in?", false), ("Ria", "yes", false), ("Tom", "ok", false)];
        let two = [("Cy", "hi", true), ("Dee", "hey", false), ("Cy", "so", false)];
        assert_eq!(watch(&[one, two].concat()), (0, Some(4)));
        assert_eq!(watch(&[one, two, [("Tom", "me", false); 3]].concat()).1, None);
        let close = [("Cy", "hi", false), ("Dee", "hey", false), ("Cy", "so", false)];
        assert_eq!(watch(&[one, close].concat()).1, None);
    }

    #[test]
    fn rows_that_come_again() {
        let row = [("Tom", "in?", false), ("Ria", "yes", false), ("Tom", "ok", false)];
        assert_eq!(watch(&[&row[..], &[("Ria", "why", false)], &row[..]].concat()).0, 3);
        assert_eq!(watch(&[&row[..], &row[..2]].concat()).0, 0);
        assert_eq!(watch(&[("Tom", "ok", false); 9]).0, 0);
    }
}
