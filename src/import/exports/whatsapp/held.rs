//! A line held back until it is known what it is.

use super::{Header, Look};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;
use crate::import::time::dates::Stamp;

/// A line held back.
#[derive(Clone)]
pub struct Held {
    /// 1-based.
    pub number: u64,
    /// What it says.
    pub text: String,
    /// Whether the reader left something out.
    pub cut: bool,
    /// The time in its header, and where that ends.
    pub header: Option<(When, usize)>,
    /// Whether it stands behind another message on the same line.
    pub within: bool,
    /// How many lines below it were its header's.
    pub joined: u64,
}

impl Held {
    /// `line`, whose header, if it has one, has this `look`.
    pub fn new(line: &Line<'_>, look: Look) -> Self {
        let (text, mut held) = (line.text.to_owned(), Self::empty(line.number, line.cut));
        held.set_text(text, look);
        held
    }

    fn empty(number: u64, cut: bool) -> Self {
        Self { number, text: String::new(), cut, header: None, within: false, joined: 0 }
    }

    /// Say that it holds `text`.
    pub fn set_text(&mut self, text: String, look: Look) {
        let header = Header::read(&text).filter(|h| h.look == look);
        self.header = header.map(|h| (When::Written(h.stamp), text.len() - h.rest.len()));
        self.text = text;
    }

    /// Cut it in two at `at`, where another message of the same `look` begins on this line.
    pub fn split_off(&mut self, at: usize, look: Look) -> Self {
        let mut second = Self { within: true, ..Self::empty(self.number, self.cut) };
        second.set_text(self.text.split_off(at), look);
        self.text.truncate(self.text.trim_end_matches(' ').len());
        second
    }

    /// As a line.
    pub fn line(&self) -> Line<'_> {
        Line { number: self.number, text: &self.text, cut: self.cut }
    }

    /// What stands behind its header.
    pub fn rest(&self) -> Option<&str> {
        self.header.map(|(_, end)| &self.text[end..])
    }

    /// The time that is written in its header.
    pub fn stamp(&self) -> Option<Stamp> {
        match self.header?.0 {
            When::Written(stamp) => Some(stamp),
            _ => None,
        }
    }
}
