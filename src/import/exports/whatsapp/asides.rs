//! What somebody set between two messages when chats were copied into one text, apart from the words above it: a ruled line, a
//! heading of the next chat, a note in brackets. In an export that no hand was on, such lines are the end of a message.

use super::held::Held;
use crate::import::paste::asides::{self, Aside};

/// How well such lines may be told from the words of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Not at all: the file is as the app wrote it.
    None,
    /// Only by what they say: people write paragraphs here.
    Said,
    /// By where they stand, too.
    Apart,
}

/// Where what stands between the message `record` and the next one begins: apart from its words, and up to its end.
pub fn begins(record: &[Held], trust: Trust) -> Option<usize> {
    (trust != Trust::None).then_some(())?;
    let is_one = |held: &Held| {
        let aside = asides::of(&held.text);
        aside.is_some_and(|aside| trust == Trust::Apart || says_so(aside, &held.text))
    };
    let blank = |held: &Held| held.line().is_blank();
    let words = record.iter().rposition(|held| held.header.is_some() || !(blank(held) || is_one(held)))?;
    let at = words + 1 + record[words + 1..].iter().position(|held| !blank(held))?;
    let apart = at > words + 1 || asides::of(&record[at].text) == Some(Aside::Rule);
    apart.then_some(at)
}

/// Whether a line says itself that it is nobody's words in a chat.
fn says_so(aside: Aside, text: &str) -> bool {
    match aside {
        Aside::Heading => true,
        Aside::Note => asides::is_labelled(text),
        Aside::Rule => false,
    }
}
