//! Lines that lost their ends: behind the words of one message the time and the name of the next stand on the same line.

use std::collections::{HashMap, HashSet};

use super::grammars::{self, Who};
use super::names;
use crate::import::chats::chat::When;
use crate::import::time::dates::Shape;

/// How a time is written before a name: what it begins with (a bracket, `0` for digits, `a` for a word), and its numbers.
type Look = (char, Option<Shape>);

/// Who speaks behind which times in a text some of whose messages stand within lines.
#[derive(Debug, Default)]
pub struct Packed {
    names: HashSet<String>,
    looks: HashSet<Look>,
}

/// The beginning of a message.
struct Start {
    name: String,
    when: When,
    look: Look,
    /// Where its words begin in the line.
    words: usize,
}

impl Packed {
    /// Of a text of these lines: who speaks at the beginning of one, or again and again within them. Nothing where no
    /// message stands within a line.
    pub fn of(lines: &[&str]) -> Self {
        let starts: Vec<Start> = lines.iter().filter_map(|l| start(l)).collect();
        let looks: HashSet<Look> = starts.iter().map(|s| s.look).collect();
        let mut tally: HashMap<String, usize> = HashMap::new();
        let inner = lines.iter().flat_map(|line| within(line, start(line).map_or(0, |s| s.words)));
        inner
            .map(|(_, start)| start)
            .filter(|s| looks.contains(&s.look))
            .for_each(|s| *tally.entry(s.name).or_default() += 1);
        if tally.is_empty() {
            return Self::default();
        }
        let back = tally.into_iter().filter(|(_, n)| *n > 1).map(|(name, _)| name);
        Self { names: starts.into_iter().map(|s| s.name).chain(back).collect(), looks }
    }

    /// The messages that stand on `line`, in their order. None of them is older than the one before it: such a one is
    /// quoted.
    pub fn pieces<'l>(&self, line: &'l str) -> Vec<&'l str> {
        if self.names.is_empty() {
            return vec![line];
        }
        let first = start(line);
        let (mut last, mut words) = (first.as_ref().map(|s| s.when), first.map_or(0, |s| s.words));
        let (mut pieces, mut from) = (Vec::new(), 0);
        for (at, start) in within(line, words) {
            let known = self.looks.contains(&start.look) && self.names.contains(&start.name);
            if known && at >= words && last.is_none_or(|last| !is_older(start.when, last)) {
                pieces.push(line[from..at].trim_end());
                (from, last, words) = (at, Some(start.when), start.words);
            }
        }
        pieces.push(&line[from..]);
        pieces
    }
}

/// Where behind `words` of `line` messages may begin.
fn within(line: &str, words: usize) -> impl Iterator<Item = (usize, Start)> {
    let spaces = line.match_indices(' ').map(|(at, _)| at + 1).filter(move |at| *at >= words);
    spaces.filter(|_| line.contains(':')).filter_map(|at| {
        let start = start(&line[at..])?;
        Some((at, Start { words: at + start.words, ..start }))
    })
}

fn start(line: &str) -> Option<Start> {
    let first = line.trim_start().chars().next()?;
    let class = match first {
        '[' | '(' => first,
        _ if first.is_ascii_digit() => '0',
        _ if first.is_uppercase() => 'a',
        _ => return None,
    };
    let head = grammars::stamped(line)?;
    let Who::Speaker(name) = head.who else { return None };
    let shape = if let When::Written(stamp) = head.when { Some(stamp.shape) } else { None };
    let words = line.len() - head.text.len();
    Some(Start { name: names::key(&name), when: head.when, look: (class, shape), words })
}

/// Whether `when` is older than `other`, as far as their days are alike.
fn is_older(when: When, other: When) -> bool {
    match (when, other) {
        (When::Written(when), When::Written(other)) => when.date == other.date && when.clock < other.clock,
        (When::Known(when), When::Known(other)) => when.nanoseconds_since(&other).is_some_and(|n| n < 0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_behind_others_on_a_line() {
        let line = "[14/3 18.02] Ana: jadi? [14/3 18.03] Ben Oak: jadi dong [14/3 18.03] Ben Oak: jam 9";
        let packed = Packed::of(&[line, "[14/3 18.05] Ana: oke"]);
        let pieces =
            ["[14/3 18.02] Ana: jadi?", "[14/3 18.03] Ben Oak: jadi dong", "[14/3 18.03] Ben Oak: jam 9"];
        assert_eq!(packed.pieces(line), pieces);
        assert_eq!(packed.pieces("dan [14/3 18.05] Ana: oke"), ["dan", "[14/3 18.05] Ana: oke"]);
        // What is quoted is older, somebody else's or of another form.
        for line in [
            "[14/3 18.05] Ana: he said [14/3 18.03] Ben Oak: jadi",
            "[14/3 18.05] Ana: [14/3 18.06] Cy: no",
            "see [18.06] Ana: so",
        ] {
            assert_eq!(packed.pieces(line), [line]);
        }
        let bare = ["18:02 Ana: in? 18:03 Ben: yes", "18:05 Ben: at 18:30: ok", "18:06 Ben: so"];
        let packed = Packed::of(&bare);
        assert_eq!((packed.pieces(bare[0]).len(), packed.pieces(bare[1]).len()), (2, 1));
        assert!(Packed::of(&bare[1..]).names.is_empty());
        let days = ["Sat 16:02 Ana: in? Sat 16:03 Ben: yes", "Sat 16:05 Ben: so"];
        assert_eq!(Packed::of(&days).pieces(days[0]), ["Sat 16:02 Ana: in?", "Sat 16:03 Ben: yes"]);
        assert!(Packed::of(&["Sat 16:02 Ana: in?", "Sat 16:03 Ben: yes"]).names.is_empty());
    }
}
