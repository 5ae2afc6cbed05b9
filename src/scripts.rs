//! The same script run on many people: words that recur in what senders write in different conversations.
//!
//! ```text
//! conversations ─▸ what each person wrote in each ─▸ runs of eight words ─▸ those that recur ─▸ joined where they stand near each other ─▸ scripts
//! ```
//!
//! Names, amounts, look-alike letters and answers that stand in between do not hide a script; a text that is worded anew each time is not found.

mod copies;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::alike::{self, RUN, Sets};
use crate::assessment::Band;
use crate::prompt::normalise;
use crate::scripts::copies::Copies;
use crate::transcript::{Kind, Time, Transcript};

pub use text::text;

/// The version of [`Script`] as it is written.
const SCHEMA: u32 = 1;
/// Words of one sender that may stand between two parts of a script.
const BETWEEN: usize = 16;

/// One script and where it was run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Script {
    /// Version of this schema.
    pub schema: u32,
    /// Its number in this output, from 1; scripts that reached more conversations of the band `look` come first, then those of which more words were sent in all.
    pub script: usize,
    /// Words of it that were sent, over all places together.
    pub words: usize,
    /// Conversations in which it was run.
    pub conversations: usize,
    /// Those who wrote it, by name as exported, and in how many conversations. Someone who quotes it is among them.
    pub senders: BTreeMap<String, usize>,
    /// The earliest time of the messages below, as the source has it, of those that can be compared: with an offset or without one, whichever are more.
    pub first: Option<String>,
    /// The latest.
    pub last: Option<String>,
    /// Bands of these conversations, where they were scored.
    pub bands: BTreeMap<Band, usize>,
    /// Each sender in each conversation, in the order in which they were read.
    pub places: Vec<Place>,
}

impl Script {
    /// How many of its conversations, as far as they were scored, are of this band or a more pressing one.
    pub fn reached(&self, band: Band) -> usize {
        self.bands.iter().filter(|(b, _)| **b >= band).map(|(_, n)| n).sum()
    }
}

/// Where a script was run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The conversation in it.
    pub id: String,
    /// SHA-256 of the conversation as understood, as `rushlight score` states it.
    pub sha256: String,
    /// Who sent it.
    pub speaker: String,
    /// 0-based indices of the messages that hold words of it.
    pub messages: Vec<usize>,
    /// The band, where it was scored.
    pub band: Option<Band>,
}

/// Bands of conversations that were scored, by the hash of what was understood of them.
pub type Bands = HashMap<String, Band>;

/// Takes conversations one by one; keeps of each word some 30 bytes, and no text.
pub struct Finder {
    bands: Bands,
    copies: Copies,
    /// Those that a later state took the place of are `None`.
    chats: Vec<Option<Chat>>,
}

struct Chat {
    file: String,
    id: String,
    sha256: String,
    sides: Vec<Side>,
}

/// One person in one conversation.
struct Side {
    speaker: String,
    /// By word, the message that it stands in.
    messages: Vec<u32>,
    /// By word, the run that begins there.
    runs: Vec<u64>,
    times: BTreeMap<u32, Time>,
}

impl Finder {
    /// `bands` are what `rushlight score` says of the same conversations.
    pub fn new(bands: Bands) -> Self {
        Self { bands, copies: Copies::default(), chats: Vec::new() }
    }

    /// The next conversation. Of several states of one conversation, known by messages with the same names and times, the longest counts; without times only whole copies
    /// are known.
    pub fn take(&mut self, file: &str, transcript: &Transcript) {
        let sha256 = crate::score::fingerprint(transcript);
        let Some(earlier) = self.copies.place(&sha256, transcript) else { return };
        for state in earlier {
            self.chats[state] = None;
        }
        let mut of: BTreeMap<usize, Side> = BTreeMap::new();
        for (at, message) in transcript.spoken().filter(|(_, m)| m.kind == Kind::Message) {
            let speaker = message.speaker.unwrap_or_default();
            let name = || transcript.speakers[speaker].name.clone();
            let side = of.entry(speaker).or_insert_with(|| Side::of(name()));
            side.runs.extend(alike::words(&plain(message.text.reveal())));
            side.messages.resize(side.runs.len(), at as u32);
            side.times.extend(message.time.map(|time| (at as u32, time)));
        }
        let mut sides: Vec<Side> = of.into_values().collect();
        sides.iter_mut().for_each(|side| side.runs = alike::runs(&side.runs));
        sides.retain(|side| !side.runs.is_empty());
        self.chats.push(Some(Chat { file: file.to_owned(), id: transcript.id.clone(), sha256, sides }));
    }

    /// Conversations that were looked at; how many more were copies or earlier states of these; and how many of them were scored.
    pub fn counts(&self) -> (usize, usize, usize) {
        let chats: Vec<&Chat> = self.chats.iter().flatten().collect();
        let scored = chats.iter().filter(|chat| self.band(chat).is_some()).count();
        (chats.len(), self.copies.met() - chats.len(), scored)
    }

    fn band(&self, chat: &Chat) -> Option<Band> {
        self.bands.get(&chat.sha256).copied()
    }

    /// The scripts of `words` words or more (8 at least, in rows of eight or more) that were run in `least` conversations or more (2 at least).
    pub fn scripts(&self, words: usize, least: usize) -> Vec<Script> {
        let (words, least) = (words.max(RUN), least.max(2));
        let numbers = self.recurring(least);
        let mut parts = self.joined(&numbers, least);
        // By script: the places of each, and by word of the sender whether it belongs to the script.
        let mut found: BTreeMap<usize, Vec<(usize, usize, Vec<usize>)>> = BTreeMap::new();
        for (chat, side, s) in self.sides() {
            let mut starts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (at, run) in s.runs.iter().enumerate() {
                if let Some(number) = numbers.get(run) {
                    starts.entry(parts.of(*number)).or_default().push(at);
                }
            }
            for (part, starts) in starts {
                let covered: BTreeSet<usize> = starts.iter().flat_map(|at| *at..at + RUN).collect();
                if covered.len() >= words {
                    found.entry(part).or_default().push((chat, side, covered.into_iter().collect()));
                }
            }
        }
        let mut scripts: Vec<Script> = found.values().map(|places| self.script(places)).collect();
        scripts.retain(|script| script.conversations >= least);
        scripts.sort_by_key(|s| std::cmp::Reverse((s.reached(Band::Look), s.words, s.conversations)));
        scripts.iter_mut().enumerate().for_each(|(at, s)| s.script = at + 1);
        scripts
    }

    /// Every side, with the numbers of its conversation and of itself.
    fn sides(&self) -> impl Iterator<Item = (usize, usize, &Side)> {
        let chats = self.chats.iter().enumerate().filter_map(|(at, chat)| Some((at, chat.as_ref()?)));
        chats.flat_map(|(at, chat)| chat.sides.iter().enumerate().map(move |(i, side)| (at, i, side)))
    }

    /// The runs that stand in `least` conversations or more, numbered.
    fn recurring(&self, least: usize) -> HashMap<u64, usize> {
        let mut all: Vec<(u64, u32)> = Vec::new();
        for (chat, _, side) in self.sides() {
            all.extend(side.runs.iter().map(|run| (*run, chat as u32)));
        }
        all.sort_unstable();
        all.dedup();
        let wide = all.chunk_by(|a, b| a.0 == b.0).filter(|these| these.len() >= least);
        wide.enumerate().map(|(number, these)| (these[0].0, number)).collect()
    }

    /// Which of these runs make one script: two that stand near each other in `least` conversations or more.
    fn joined(&self, numbers: &HashMap<u64, usize>, least: usize) -> Sets {
        let mut near: HashMap<(usize, usize), (usize, usize)> = HashMap::new();
        for (chat, _, side) in self.sides() {
            let known = side.runs.iter().enumerate().filter_map(|(at, run)| Some((at, *numbers.get(run)?)));
            let known: Vec<(usize, usize)> = known.collect();
            for pair in known.windows(2).filter(|pair| pair[1].0 - pair[0].0 <= RUN + BETWEEN) {
                let (n, last) = near.entry((pair[0].1, pair[1].1)).or_insert((0, usize::MAX));
                // Once a conversation.
                if *last != chat {
                    (*n, *last) = (*n + 1, chat);
                }
            }
        }
        let mut sets = Sets::new(0..numbers.len());
        for ((a, b), _) in near.into_iter().filter(|(_, (n, _))| *n >= least) {
            sets.join(a, b);
        }
        sets
    }

    /// A script of its places: conversation, side, and the words of that side that belong to it.
    fn script(&self, found: &[(usize, usize, Vec<usize>)]) -> Script {
        let (mut places, mut bands, mut times) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (mut chats, mut senders) = (HashSet::new(), BTreeMap::new());
        for (at, side, words) in found {
            let Some(chat) = &self.chats[*at] else { continue };
            let side = &chat.sides[*side];
            let messages: BTreeSet<u32> = words.iter().map(|word| side.messages[*word]).collect();
            let band = self.band(chat);
            if chats.insert(*at) {
                band.into_iter().for_each(|band| *bands.entry(band).or_default() += 1);
            }
            *senders.entry(side.speaker.clone()).or_default() += 1;
            times.extend(messages.iter().filter_map(|at| side.times.get(at)));
            places.push(Place {
                file: chat.file.clone(),
                id: chat.id.clone(),
                sha256: chat.sha256.clone(),
                speaker: side.speaker.clone(),
                messages: messages.into_iter().map(|at| at as usize).collect(),
                band,
            });
        }
        let [first, last] = ends(&times);
        let words = found.iter().map(|(_, _, words)| words.len()).sum();
        let conversations = chats.len();
        Script { schema: SCHEMA, script: 0, words, conversations, senders, first, last, bands, places }
    }
}

/// The earliest and the latest of the times that can be compared: dates with an offset, or those without, whichever are more.
fn ends(times: &[&Time]) -> [Option<String>; 2] {
    let with: Vec<&Time> = times.iter().copied().filter(|t| matches!(t, Time::Instant(_))).collect();
    let without: Vec<&Time> = times.iter().copied().filter(|t| matches!(t, Time::Local(_))).collect();
    let more = if with.len() > without.len() { with } else { without };
    let beyond = |a: &Time, b: &Time, late: bool| {
        b.nanoseconds_since(a).is_some_and(|n| if late { n > 0 } else { n < 0 })
    };
    [false, true].map(|late| {
        let end = more.iter().copied().reduce(|a, b| if beyond(a, b, late) { b } else { a });
        end.map(ToString::to_string)
    })
}

impl Side {
    fn of(speaker: String) -> Self {
        Self { speaker, messages: Vec::new(), runs: Vec::new(), times: BTreeMap::new() }
    }
}

/// The text as the model reads it, so that a disguise hides no more here than there, with one number like another. Where the model would look a word up,
/// any is taken for known, in every conversation alike.
fn plain(text: &str) -> String {
    numberless(&normalise(text, |_| true).replace("<phone>", "0"))
}

/// The text with one number like another: each becomes `0`, whatever points, commas and digits it has.
fn numberless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let inside = out.ends_with('0');
        match c {
            '0'..='9' if !inside => out.push('0'),
            '0'..='9' => {}
            '.' | ',' if inside => {}
            c => out.push(c),
        }
    }
    out
}

/// The JSON Schema of a script.
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(Script)).expect("a schema is plain data")
}
