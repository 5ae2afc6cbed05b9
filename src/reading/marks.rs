//! What a reader says about single entries of a conversation: who wrote one, that it is no part of the chat, that it goes
//! on with the message before, that its words are the name of who writes next.
//!
//! Entries are pointed at by their index as read, so a list of marks means the same however often it is sent along.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::assessment::Caveat;
use crate::transcript::{Kind, Transcript};

/// Longest line that may be a name, in characters.
const NAME_CHARS: usize = 200;

/// What the reader says about one entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Mark {
    /// Index into [`Transcript::messages`] as read, from 0; one past the end is passed over.
    pub at: usize,
    /// What it is.
    pub says: Says,
}

/// What may be said about an entry.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Somebody of this name, as read, wrote it; a line of the app becomes their words.
    By(String),
    /// It is no part of the chat.
    Out,
    /// It goes on with the nearest message before it that has words; where there is none, it stays.
    Joined,
    /// It is the name of who writes what follows, and so is each other entry with the same words.
    Name,
    /// It is what it was read as, even if an entry with the same words is a name.
    Kept,
    /// From here on the first two speakers are taken for each other: a turn before this was guessed wrongly.
    Swapped,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has this index now.
    Kept(usize),
    /// It was left out.
    Out,
    /// It is a part of a message before it.
    Joined,
    /// It was taken for a name.
    Name,
}

/// What marks did to a conversation.
#[derive(Debug, Default)]
pub struct Marked {
    /// What became of each entry as read, in order.
    pub fates: Vec<Fate>,
    /// Whether the reader said of every message who wrote it, so that what the importer guessed does not matter.
    pub settles_speakers: bool,
    assigned: usize,
    swaps: usize,
}

/// The marks of one conversation, ready to be looked up.
struct Marks<'m> {
    says: HashMap<usize, &'m Says>,
    names: HashSet<String>,
}

impl<'m> Marks<'m> {
    fn new(transcript: &Transcript, marks: &'m [Mark]) -> Self {
        let says: HashMap<usize, &Says> = marks.iter().map(|m| (m.at, &m.says)).collect();
        let is_name = |at: &&usize| *says[*at] == Says::Name;
        let entries = says.keys().filter(is_name).filter_map(|at| transcript.messages.get(*at));
        let names = entries.filter_map(|m| m.text.as_name(NAME_CHARS)).map(str::to_owned).collect();
        Self { says, names }
    }

    /// The name that an entry is, if so. What the reader says of this very entry goes before what is said of its like.
    fn name<'t>(&self, transcript: &'t Transcript, at: usize) -> Option<&'t str> {
        if self.names.is_empty() || self.says.get(&at).is_some_and(|says| **says != Says::Name) {
            return None;
        }
        let message = &transcript.messages[at];
        let words = matches!(message.kind, Kind::Message | Kind::System);
        message.text.as_name(NAME_CHARS).filter(|name| words && self.names.contains(*name))
    }
}

/// Apply marks; of several for one entry the last holds.
pub fn mark(transcript: &mut Transcript, marks: &[Mark]) -> Marked {
    if marks.is_empty() {
        let fates = (0..transcript.messages.len()).map(Fate::Kept).collect();
        return Marked { fates, ..Marked::default() };
    }
    let silent = silent(transcript);
    let marks = Marks::new(transcript, marks);
    let mut marked = Marked::default();
    let names = assign(transcript, &marks, &mut marked);
    marked.fates = take_out(transcript, &marks, &names);
    transcript.renumber(|at| silent.get(at) == Some(&true));
    marked
}

/// Who wrote nothing as read: marks do not make such people vanish.
fn silent(transcript: &Transcript) -> Vec<bool> {
    let mut silent = vec![true; transcript.speakers.len()];
    transcript.messages.iter().filter_map(|m| m.speaker).for_each(|s| silent[s] = false);
    silent
}

/// Say who wrote each entry; the entries that are names come back.
fn assign(transcript: &mut Transcript, marks: &Marks<'_>, marked: &mut Marked) -> HashSet<usize> {
    let (mut names, mut writes, mut swapped) = (HashSet::new(), None, false);
    marked.settles_speakers = true;
    for at in 0..transcript.messages.len() {
        let says = marks.says.get(&at).copied();
        if let Some(name) = marks.name(transcript, at).map(str::to_owned) {
            writes = Some(transcript.speaker(&name));
            names.insert(at);
            continue;
        }
        if says == Some(&Says::Swapped) {
            swapped = !swapped;
            marked.swaps += 1;
        }
        let said = match says {
            Some(Says::By(name)) => {
                marked.assigned += 1;
                Some(transcript.speaker(name))
            }
            _ => None,
        };
        let message = &mut transcript.messages[at];
        if said.is_some() && message.kind == Kind::System {
            message.kind = Kind::Message;
        }
        if message.kind == Kind::System || message.speaker.is_none() && said.is_none() {
            continue;
        }
        let exchanged = message.speaker.map(|s| if swapped && s < 2 { 1 - s } else { s });
        marked.settles_speakers &=
            said.or(writes).is_some() || matches!(says, Some(Says::Out | Says::Joined));
        message.speaker = said.or(writes).or(exchanged);
    }
    names
}

/// Take out what is no message of its own; what became of each entry.
fn take_out(transcript: &mut Transcript, marks: &Marks<'_>, names: &HashSet<usize>) -> Vec<Fate> {
    let (mut kept, mut fates, mut words) = (Vec::new(), Vec::new(), None);
    for (at, message) in std::mem::take(&mut transcript.messages).into_iter().enumerate() {
        let says = marks.says.get(&at).copied();
        let fate = match (says, words) {
            _ if names.contains(&at) => Fate::Name,
            (Some(Says::Out), _) => Fate::Out,
            (Some(Says::Joined), Some(before)) => {
                let before: &mut crate::transcript::Message = &mut kept[before];
                before.text.join(&message.text);
                Fate::Joined
            }
            _ => Fate::Kept(kept.len()),
        };
        if let Fate::Kept(place) = fate {
            if message.kind == Kind::Message {
                words = Some(place);
            }
            kept.push(message);
        }
        fates.push(fate);
    }
    transcript.messages = kept;
    fates
}

impl Marked {
    /// What was done, for the reader of a report; nothing when nothing was.
    pub fn note(&self) -> Option<Caveat> {
        let all = |fate: Fate| self.fates.iter().filter(|f| **f == fate).count();
        let done = [
            (self.assigned, "assigned"),
            (all(Fate::Name), "read as names"),
            (all(Fate::Joined), "joined to the one before"),
            (all(Fate::Out), "left out"),
        ];
        let mut done: Vec<String> =
            done.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if self.swaps > 0 {
            done.push(format!("turns exchanged from {} on", plural(self.swaps, "place")));
        }
        let numbered = self.fates.iter().any(|f| !matches!(f, Fate::Kept(_)));
        let numbered = if numbered { " Numbers of messages count what is left." } else { "" };
        let text = format!("The reader corrected lines: {}.{numbered}", done.join(", "));
        (!done.is_empty()).then(|| Caveat { code: "corrected".to_owned(), text })
    }
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Message, Origin, Text};

    /// A conversation of `name: words`, or of lines of the app without a name.
    fn chat(lines: &[&str]) -> Transcript {
        let mut chat = Transcript::new("t");
        for line in lines {
            let (speaker, kind, text) = match line.split_once(": ") {
                Some((name, text)) => (Some(chat.speaker(name)), Kind::Message, text),
                None => (None, Kind::System, *line),
            };
            let (text, origin) = (Text::new(text), Origin::default());
            chat.messages.push(Message { speaker, time: None, text, kind, origin });
        }
        chat
    }

    fn marked(lines: &[&str], marks: &[(usize, Says)]) -> (Transcript, Marked) {
        let mut chat = chat(lines);
        let marks: Vec<Mark> = marks.iter().map(|(at, says)| Mark { at: *at, says: says.clone() }).collect();
        let marked = mark(&mut chat, &marks);
        (chat, marked)
    }

    #[test]
    fn each_mark_does_what_it_says_and_is_told() {
        let by = Says::By("Cy".to_owned());
        let marks = [(0, by.clone()), (1, Says::Out), (3, Says::Joined), (4, by), (99, Says::Out)];
        let (got, marked) = marked(&["A: one", "B: two", "A: three", "B: four", "five"], &marks);
        assert_eq!(got, chat(&["Cy: one", "A: three\nfour", "Cy: five"]));
        assert_eq!(marked.fates, [Fate::Kept(0), Fate::Out, Fate::Kept(1), Fate::Joined, Fate::Kept(2)]);
        let note = marked.note().unwrap().text;
        assert!(note.contains("2 assigned, 1 joined to the one before, 1 left out. Numbers"), "{note}");
    }

    #[test]
    fn a_line_that_is_a_name_is_one_wherever_it_stands() {
        let lines = ["A: Kes", "B: hello", "A: there", "B: Pip:", "A: hi", "B: Kes", "A: bye"];
        let (got, marked) = marked(&lines, &[(0, Says::Name), (3, Says::Name)]);
        assert_eq!(got, chat(&["Kes: hello", "Kes: there", "Pip: hi", "Kes: bye"]));
        assert!(marked.settles_speakers && marked.note().unwrap().text.contains("3 read as names"));
        let (got, marked) = self::marked(&lines, &[(0, Says::Name), (5, Says::Kept)]);
        assert_eq!(got.messages.len(), 6, "what is said of one entry goes before what is said of its like");
        assert_eq!(marked.fates[5], Fate::Kept(4));
    }

    #[test]
    fn turns_are_exchanged_from_a_place_on_and_back_at_the_next() {
        let lines = ["A: 1", "B: 2", "A: 3", "B: 4", "A: 5"];
        let (got, marked) = marked(&lines, &[(2, Says::Swapped), (4, Says::Swapped)]);
        assert_eq!(got, chat(&["A: 1", "B: 2", "B: 3", "A: 4", "A: 5"]));
        assert!(!marked.settles_speakers);
    }

    #[test]
    fn words_are_never_lost_by_joining() {
        let (got, marked) = marked(&["A: one", "B: two"], &[(0, Says::Joined)]);
        assert_eq!((got, marked.note().is_none()), (chat(&["A: one", "B: two"]), true));
        let (got, _) = self::marked(&["A: one", "the app", "two"], &[(2, Says::Joined)]);
        assert_eq!(got, chat(&["A: one\ntwo", "the app"]));
    }

    #[test]
    fn people_of_whom_nothing_is_left_are_gone_and_silent_ones_stay() {
        let mut got = chat(&["A: one", "B: two"]);
        got.add_speaker("Silent");
        mark(&mut got, &[Mark { at: 0, says: Says::Out }]);
        assert_eq!(got.speakers.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["B", "Silent"]);
    }
}
