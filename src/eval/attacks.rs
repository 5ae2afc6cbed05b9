//! The same conversation as someone would write it who does not want it to be read by a machine. Seeded: an attack on a conversation is
//! the same in every run, whatever else is attacked.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::transcript::{Kind, Message, Text, Transcript};

/// Share of the words of four letters or more that a disguise of words touches.
const WORDS: f64 = 0.4;
/// Share of the letters of a word that a partial disguise touches.
const LETTERS: f64 = 0.4;
/// Typing slips per letter.
const SLIPS: f64 = 0.04;
/// Harmless messages for each message of the conversation, half of them before it and half after.
const PADDING: usize = 10;

/// What is done to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Digits and signs for letters.
    Leet,
    /// Blanks between the letters of a word.
    Spacing,
    /// Dots between them.
    Dots,
    /// Brackets around them.
    Brackets,
    /// Capitals at random.
    MixedCase,
    /// Characters of no width inside words.
    ZeroWidth,
    /// Some letters of a word from another alphabet.
    SomeHomoglyphs,
    /// Every letter that has a double, in every word.
    AllHomoglyphs,
    /// Typing slips.
    Typos,
    /// Emoji after words.
    Emoji,
    /// Messages cut in two.
    Split,
    /// Messages of one speaker in a row made into one.
    Merge,
    /// The two who write most trade names.
    Swap,
    /// Everybody under another name.
    Rename,
    /// Ten times as many harmless messages around it, without times.
    Padding,
    /// Typing slips and emoji, and messages merged: as somebody types who hides nothing.
    Typing,
    /// Digits for letters, look-alike letters, characters of no width and dots, one upon the other: as somebody writes who wants to get past a filter.
    Evasion,
    /// A disguise for each message, typing slips and emoji, and messages merged.
    Combined,
}

/// Disguises of words that are combined.
const DISGUISES: [Attack; 4] = [Attack::Leet, Attack::SomeHomoglyphs, Attack::ZeroWidth, Attack::Dots];

/// All, in the order of the table.
pub const ATTACKS: [Attack; 18] = [
    Attack::Leet,
    Attack::Spacing,
    Attack::Dots,
    Attack::Brackets,
    Attack::MixedCase,
    Attack::ZeroWidth,
    Attack::SomeHomoglyphs,
    Attack::AllHomoglyphs,
    Attack::Typos,
    Attack::Emoji,
    Attack::Split,
    Attack::Merge,
    Attack::Swap,
    Attack::Rename,
    Attack::Padding,
    Attack::Typing,
    Attack::Evasion,
    Attack::Combined,
];

impl Attack {
    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leet => "leet",
            Self::Spacing => "spacing",
            Self::Dots => "dots",
            Self::Brackets => "brackets",
            Self::MixedCase => "mixed case",
            Self::ZeroWidth => "zero-width",
            Self::SomeHomoglyphs => "homoglyphs, partial",
            Self::AllHomoglyphs => "homoglyphs, full",
            Self::Typos => "typos",
            Self::Emoji => "emoji",
            Self::Split => "splitting",
            Self::Merge => "merging",
            Self::Swap => "speakers swapped",
            Self::Rename => "speakers renamed",
            Self::Padding => "padding ×10",
            Self::Typing => "typing",
            Self::Evasion => "evasion",
            Self::Combined => "combined",
        }
    }

    /// The conversation under this attack; `harmless` are conversations to pad it with.
    pub fn on(self, chat: &Transcript, harmless: &[&Transcript], seed: u64) -> Transcript {
        let name = crate::models::sha256(format!("{seed} {} {}", self.name(), chat.id).as_bytes());
        let seed = u64::from_str_radix(&name[..16], 16).unwrap_or(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let mut chat = chat.clone();
        match self {
            Self::Split => split(&mut chat),
            Self::Merge => merge(&mut chat),
            Self::Swap => swap(&mut chat),
            Self::Rename => {
                chat.rename(|name| Some(format!("another {name}")));
            }
            Self::Padding => pad(&mut chat, harmless, &mut random),
            Self::Typing => {
                one_after_another(&mut chat, &[Self::Typos, Self::Emoji], &mut random);
                merge(&mut chat);
            }
            Self::Evasion => one_after_another(&mut chat, &DISGUISES, &mut random),
            Self::Combined => {
                for message in words_of(&mut chat) {
                    let text = message.text.reveal().to_owned();
                    let disguise = *DISGUISES.choose(&mut random).unwrap_or(&Self::Leet);
                    let text = Self::Typos.rewrite(&disguise.rewrite(&text, &mut random), &mut random);
                    message.text = Text::new(Self::Emoji.rewrite(&text, &mut random));
                }
                merge(&mut chat);
            }
            words => {
                for message in words_of(&mut chat) {
                    message.text = Text::new(words.rewrite(message.text.reveal(), &mut random));
                }
            }
        }
        chat
    }

    /// One text under an attack on words.
    fn rewrite(self, text: &str, random: &mut StdRng) -> String {
        let mut word = |word: &str| -> String {
            let letters = word.chars().filter(|c| c.is_alphabetic()).count();
            let touched = letters >= 4 && random.random_bool(WORDS);
            let between = |between: &str| {
                let letters: Vec<String> = word.chars().map(String::from).collect();
                letters.join(between)
            };
            match self {
                Self::Typos => slip(word, random),
                Self::AllHomoglyphs => word.chars().map(double).collect(),
                Self::MixedCase => word
                    .chars()
                    .map(|c| {
                        if random.random_bool(0.5) { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
                    })
                    .collect(),
                _ if !touched => word.to_owned(),
                Self::Leet => word.chars().map(leet).collect(),
                Self::Spacing => between(" "),
                Self::Dots => between("."),
                Self::ZeroWidth => between("\u{200b}"),
                Self::Brackets => word.chars().map(|c| format!("({c})")).collect(),
                Self::SomeHomoglyphs => {
                    word.chars().map(|c| if random.random_bool(LETTERS) { double(c) } else { c }).collect()
                }
                Self::Emoji => {
                    format!("{word} {}", ['🙂', '😂', '✨', '🔥', '💯'].choose(random).unwrap_or(&'🙂'))
                }
                _ => word.to_owned(),
            }
        };
        let words: Vec<String> = text.split(' ').map(&mut word).collect();
        words.join(" ")
    }
}

/// Every message under several attacks on words, in their order.
fn one_after_another(chat: &mut Transcript, attacks: &[Attack], random: &mut StdRng) {
    for message in words_of(chat) {
        let text = message.text.reveal().to_owned();
        message.text = Text::new(attacks.iter().fold(text, |text, attack| attack.rewrite(&text, random)));
    }
}

fn words_of(chat: &mut Transcript) -> impl Iterator<Item = &mut Message> {
    chat.messages.iter_mut().filter(|m| m.kind == Kind::Message)
}

fn leet(c: char) -> char {
    match c.to_ascii_lowercase() {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        's' => '5',
        't' => '7',
        _ => c,
    }
}

/// A Cyrillic letter of the same look (Unicode Technical Standard 39), where there is one.
fn double(c: char) -> char {
    match c {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'i' => 'і',
        'o' => 'о',
        'p' => 'р',
        's' => 'ѕ',
        'x' => 'х',
        'y' => 'у',
        'A' => 'А',
        'B' => 'В',
        'C' => 'С',
        'E' => 'Е',
        'H' => 'Н',
        'I' => 'І',
        'K' => 'К',
        'M' => 'М',
        'O' => 'О',
        'P' => 'Р',
        'T' => 'Т',
        'X' => 'Х',
        _ => c,
    }
}

/// Letters left out, doubled or changed places.
fn slip(word: &str, random: &mut StdRng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        if letters[at].is_alphabetic() && random.random_bool(SLIPS) {
            match random.random_range(0..3) {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letters[at]),
                _ if at + 1 < letters.len() => letters.swap(at, at + 1),
                _ => {}
            }
            at += 1;
        }
        at += 1;
    }
    letters.into_iter().collect()
}

/// Every message of six words or more as two.
fn split(chat: &mut Transcript) {
    let cut = |message: Message| {
        let text = message.text.reveal().to_owned();
        let words: Vec<&str> = text.split(' ').collect();
        if message.kind != Kind::Message || words.len() < 6 {
            return vec![message];
        }
        let (one, other) = words.split_at(words.len() / 2);
        [one, other].map(|part| Message { text: Text::new(part.join(" ")), ..message.clone() }).to_vec()
    };
    chat.messages = std::mem::take(&mut chat.messages).into_iter().flat_map(cut).collect();
}

/// Every run of messages by one speaker as one.
fn merge(chat: &mut Transcript) {
    let mut merged: Vec<Message> = Vec::new();
    for message in std::mem::take(&mut chat.messages) {
        match merged.last_mut() {
            Some(last)
                if last.speaker == message.speaker
                    && last.kind == Kind::Message
                    && message.kind == Kind::Message =>
            {
                last.text = Text::new(format!("{} {}", last.text.reveal(), message.text.reveal()));
            }
            _ => merged.push(message),
        }
    }
    chat.messages = merged;
}

fn swap(chat: &mut Transcript) {
    let mut counts = vec![0; chat.speakers.len()];
    chat.messages.iter().filter_map(|m| m.speaker).for_each(|s| counts[s] += 1);
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|s| std::cmp::Reverse(counts[*s]));
    if let [a, b, ..] = order[..] {
        let name = std::mem::take(&mut chat.speakers[a].name);
        chat.speakers[a].name = std::mem::replace(&mut chat.speakers[b].name, name);
    }
}

/// Harmless messages before and after, given to the same speakers in turn.
fn pad(chat: &mut Transcript, harmless: &[&Transcript], random: &mut StdRng) {
    let speakers: Vec<usize> = (0..chat.speakers.len()).collect();
    let half = PADDING * chat.messages.len() / 2;
    let mut some = || -> Vec<Message> {
        let mut found = Vec::new();
        while found.len() < half {
            let Some(other) = harmless.choose(random).filter(|o| !o.messages.is_empty()) else { break };
            let place = |s: usize| speakers[s % speakers.len().max(1)];
            found.extend(other.spoken().map(|(_, m)| Message {
                speaker: m.speaker.map(place),
                time: None,
                ..m.clone()
            }));
        }
        found.truncate(half);
        found
    };
    let (before, after) = (some(), some());
    chat.messages.splice(0..0, before);
    chat.messages.extend(after);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat() -> Transcript {
        let mut chat = Transcript::new("t");
        for (name, text) in [
            ("A", "remember to bring the folding chairs tonight please"),
            ("A", "and the kettle"),
            ("B", "certainly, everything stands beside the door already"),
        ] {
            let speaker = Some(chat.speaker(name));
            let (time, kind, origin) = (None, Kind::Message, Default::default());
            chat.messages.push(Message { speaker, time, text: Text::new(text), kind, origin });
        }
        chat
    }

    #[test]
    fn every_attack_changes_the_conversation_and_always_the_same_way() {
        let (plain, quiet) = (chat(), chat());
        for attack in ATTACKS {
            let once = attack.on(&plain, &[&quiet], 1);
            assert!(once != plain, "{}", attack.name());
            assert_eq!(once, attack.on(&plain, &[&quiet], 1), "{}", attack.name());
        }
    }

    #[test]
    fn lengths_are_what_the_names_say() {
        let plain = chat();
        let messages = |attack: Attack| attack.on(&plain, &[&plain], 1).messages.len();
        assert_eq!((messages(Attack::Split), messages(Attack::Merge)), (5, 2));
        assert_eq!(messages(Attack::Padding), 3 + 2 * 15);
        assert_eq!(Attack::Swap.on(&plain, &[], 1).speakers[0].name, "B");
    }

    #[test]
    fn combinations_hold_what_they_are_made_of() {
        let plain = chat();
        let text = |attack: Attack| {
            let chat = attack.on(&plain, &[], 1);
            chat.messages.iter().map(|m| m.text.reveal().to_owned()).collect::<Vec<_>>()
        };
        let (typing, evasion) = (text(Attack::Typing), text(Attack::Evasion).concat());
        assert_eq!((typing.len(), plain.messages.len()), (2, 3), "messages are merged");
        assert!(typing.concat().contains(['🙂', '😂', '✨', '🔥', '💯']));
        assert!(
            evasion.contains('\u{200b}')
                && evasion.contains('.')
                && evasion.contains(['0', '1', '3', '4', '5', '7'])
        );
    }

    #[test]
    fn nothing_to_pad_with_leaves_it_as_it_is() {
        assert_eq!(Attack::Padding.on(&chat(), &[], 1).messages.len(), 3);
    }
}
