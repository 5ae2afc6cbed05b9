//! One conversation exported twice, or at two times, is no script: it is known by its messages' names, times and words.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::alike::hash;
use crate::transcript::{Message, Transcript};

/// Share of the shorter one's messages that make two conversations states of one; of two speakers or more, so that one text sent to many within a minute does not.
const SAME: f64 = 0.5;

/// Every conversation that was met.
#[derive(Default)]
pub struct Copies {
    met: usize,
    /// Hashes of whole conversations; with the id where only one person writes, since what nobody answers may be the same in many.
    whole: HashSet<String>,
    /// The conversation that each message with a name and a time is in.
    events: HashMap<u64, usize>,
    /// How many of these each conversation has.
    sizes: Vec<usize>,
}

impl Copies {
    /// How many conversations were met, copies and all.
    pub fn met(&self) -> usize {
        self.met
    }

    /// Give a conversation the next number, unless it is a copy, or an earlier state, of one that has a number. What comes back are the earlier states of this one.
    pub fn place(&mut self, sha256: &str, transcript: &Transcript) -> Option<Vec<usize>> {
        self.met += 1;
        let voices: HashSet<_> = transcript.spoken().map(|(_, m)| m.speaker).collect();
        let alone = if voices.len() < 2 { &*transcript.id } else { "" };
        if !self.whole.insert(format!("{sha256} {alone}")) {
            return None;
        }
        let event = |m: &Message| {
            let (speaker, time) = (m.speaker?, m.time?);
            Some((hash(&(&transcript.speakers[speaker].name, time.to_string(), m.text.reveal())), speaker))
        };
        let events: HashMap<u64, usize> = transcript.spoken().filter_map(|(_, m)| event(m)).collect();
        let states = self.states(&events);
        if states.iter().any(|state| self.sizes[*state] >= events.len()) {
            return None;
        }
        let number = self.sizes.len();
        self.sizes.push(events.len());
        self.events.extend(events.into_keys().map(|hash| (hash, number)));
        Some(states)
    }

    /// The numbered conversations that these messages are another state of.
    fn states(&self, events: &HashMap<u64, usize>) -> Vec<usize> {
        let mut same: BTreeMap<usize, (usize, BTreeSet<usize>)> = BTreeMap::new();
        for (hash, speaker) in events {
            if let Some(other) = self.events.get(hash) {
                let (n, speakers) = same.entry(*other).or_default();
                *n += 1;
                speakers.insert(*speaker);
            }
        }
        let is_state = |(other, (n, speakers)): (usize, (usize, BTreeSet<usize>))| {
            let enough = SAME * self.sizes[other].min(events.len()) as f64;
            (speakers.len() >= 2 && n as f64 >= enough).then_some(other)
        };
        same.into_iter().filter_map(is_state).collect()
    }
}
