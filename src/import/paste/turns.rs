//! Lines and blocks that do not say who they are by: turns of two people, the other person's, nobody's.

use super::super::UNKNOWN;
use super::super::warning::WarningKind;
use super::ahead::Kept;
use super::icons::Side;
use super::plan::Grammar;
use super::reading::Reading;
use super::{blocks, days, page, retold, signs};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// What the other person is called where only one person's lines are marked.
const OTHER: &str = "the other";
/// How many lines a block may have.
const LONGEST: usize = 200;

impl Reading<'_> {
    /// A line that is not marked as the one person's is the other's, as far as can be told.
    pub(super) fn other(&mut self, line: &Line<'_>) {
        self.other_says(When::Unknown, line);
    }

    fn other_says(&mut self, when: When, line: &Line<'_>) {
        let (name, doubt) = match self.plan.has_other() {
            true => (OTHER, WarningKind::OtherSpeaker),
            false => (UNKNOWN, WarningKind::UnknownSpeaker),
        };
        self.chat.doubt(doubt, line.number);
        self.say(name, when, line.text.trim(), line);
    }

    pub(super) fn alternate(&mut self, line: &Line<'_>) {
        let (words, when) = self.plan.turn(line.text.trim());
        self.turn_of(words, when, line);
    }

    fn turn_of(&mut self, words: &str, when: When, line: &Line<'_>) {
        let name = if self.turn.is_multiple_of(2) { "A" } else { "B" };
        self.turn += 1;
        let doubt = match self.plan.is_said_to_alternate() {
            true => WarningKind::SaidToAlternate,
            false => WarningKind::AlternatingSpeakers,
        };
        self.chat.doubt(doubt, line.number);
        self.say(name, when, words, line);
    }

    pub(super) fn nobody(&mut self, line: &Line<'_>) {
        let (words, when) = self.plan.turn(line.text.trim());
        self.nobody_says(words, when, line);
    }

    fn nobody_says(&mut self, words: &str, when: When, line: &Line<'_>) {
        self.chat.doubt(WarningKind::UnknownSpeaker, line.number);
        self.say(UNKNOWN, when, words, line);
    }

    pub(super) fn prose(&mut self, line: &Line<'_>) {
        if self.said == 0 || !self.chat.append(line) {
            self.chat.doubt(WarningKind::UnknownSpeaker, line.number);
            self.say(UNKNOWN, When::Unknown, line.text.trim_end(), line);
        }
    }

    /// A line that tells who says what; what it tells beside that is nobody's words.
    pub(super) fn retold(&mut self, line: &Line<'_>) {
        let quotes = retold::quotes(line.text);
        if quotes.is_empty() {
            self.chat.note(When::Unknown, line.text.trim(), line.number);
        }
        for (at, (name, words)) in quotes.into_iter().enumerate() {
            self.within = at > 0;
            if at == 0 {
                // What is told around the words is left out.
                self.chat.doubt(WarningKind::DoubtfulName, line.number);
            }
            let name = self.first_seen(&name);
            self.say(&name, When::Unknown, words, line);
        }
        self.within = false;
    }

    /// A line of a screen on which a time stands after each message.
    pub(super) fn block_line(&mut self, line: &Line<'_>, next: Option<&str>) {
        let Some(blocks) = &self.plan.blocks else { return };
        let (before, own) = (blocks.before, blocks.is_own(line.text, next));
        let above = self.block.last().map(|l| l.text.as_str());
        if blocks::is_count_of(line.text, above) {
            self.block.pop();
            self.chat.heading();
            return self.chat.heading();
        }
        if signs::is_length(line.text, above, next) {
            return self.chat.heading();
        }
        let Some((words, when)) = blocks.end(line.text) else {
            if blocks.is_foot(line.text) {
                return self.chat.heading();
            }
            self.block.push(Kept::from(line));
            if self.block.len() > LONGEST {
                self.close_block();
            }
            return;
        };
        if before {
            self.close_block();
            self.block_time = when;
            return self.chat.heading();
        }
        match words.is_empty() {
            true => self.chat.heading(),
            false => self.block.push(Kept { text: words.to_owned(), ..Kept::from(line) }),
        }
        (self.block_time, self.block_own) = (when, own);
        self.close_block();
    }

    /// What has gathered up to a time is one message.
    pub(super) fn close_block(&mut self) {
        let when = std::mem::replace(&mut self.block_time, When::Unknown);
        let mut lines = std::mem::take(&mut self.block);
        if lines.is_empty() {
            return;
        }
        while lines.len() > 1 && page::is_day(&lines[0].text) {
            self.day = days::parting(&lines.remove(0).text, self.day);
            self.chat.heading();
        }
        if when == When::Unknown && self.is_no_message(&lines) {
            std::mem::take(&mut lines).iter().for_each(|l| self.set_aside(&l.line()));
        }
        self.blocks += 1;
        while self.is_title(&lines) {
            self.set_aside(&lines.remove(0).line());
        }
        let side = self.block_side(&mut lines);
        let name = self.block_name(&mut lines);
        if name.is_some() {
            self.drop_answered(&mut lines);
        }
        if let Some(side) = side.filter(|_| name.is_none()) {
            (self.block_own, self.own_side) = (side == Side::Own, Some(side));
        }
        let Some((first, rest)) = lines.split_first() else { return };
        self.block_says(name, when, &first.line());
        rest.iter().for_each(|line| self.go_on(&line.line()));
    }

    /// Headings of a table above the first time.
    fn is_no_message(&self, lines: &[Kept]) -> bool {
        let before = self.plan.blocks.as_ref().is_some_and(|b| b.before);
        before && self.chat.is_empty() && !lines.is_empty() && self.blocks == 0
    }

    fn is_title(&self, lines: &[Kept]) -> bool {
        let title = self.plan.blocks.as_ref().and_then(|b| b.title.as_deref());
        self.chat.is_empty() && lines.len() > 1 && title == Some(lines[0].text.trim())
    }

    /// The side that a picture above the words of a block tells, taken from its lines.
    fn block_side(&mut self, lines: &mut Vec<Kept>) -> Option<Side> {
        let blocks = self.plan.blocks.as_ref()?;
        let side = blocks.side(&lines.first()?.text)?;
        lines.remove(0);
        self.chat.heading();
        Some(side)
    }

    /// Whom a message answers and what that one said stand right under its name.
    fn drop_answered(&mut self, lines: &mut Vec<Kept>) {
        let known = |line: &Kept| self.plan.is_name(&line.text) || self.above.contains(line.text.trim());
        if lines.len() > 2 && known(&lines[0]) {
            let said = self.watch.has_said(lines[0].text.trim(), &lines[1].text);
            // What was said before the text begins cannot be found in it.
            if !said {
                self.chat.doubt(WarningKind::DoubtfulName, lines[0].number);
            }
            lines.drain(..2);
            self.chat.heading();
            self.chat.heading();
        }
    }

    /// The name above the words of a block, taken from its lines.
    fn block_name(&mut self, lines: &mut Vec<Kept>) -> Option<String> {
        let blocks = self.plan.blocks.as_ref()?;
        let name = lines.first().filter(|_| lines.len() > 1)?.text.trim().to_owned();
        let known = blocks.names.contains(&name);
        if !known && !blocks.may_be_name(&name) {
            return None;
        }
        if !known {
            self.chat.doubt(WarningKind::DoubtfulName, lines[0].number);
        }
        lines.remove(0);
        self.chat.heading();
        // A number that is not saved has the name given to it on a line of its own.
        let number = lines[0].text.trim().starts_with('+')
            && lines[0].text.chars().filter(char::is_ascii_digit).count() > 6;
        if number && lines.len() > 1 {
            lines.remove(0);
            self.chat.heading();
        }
        self.above.insert(name.clone());
        self.last = Some(name.clone());
        Some(name)
    }

    fn block_says(&mut self, name: Option<String>, when: When, line: &Line<'_>) {
        let words = line.text.trim();
        match (name, self.plan.grammar) {
            (Some(name), _) => self.say(&name, when, words, line),
            (None, _) if std::mem::take(&mut self.block_own) => self.say("You", when, words, line),
            (None, Grammar::Blocks) if self.own_side == Some(Side::Own) => {
                self.chat.doubt(WarningKind::DoubtfulName, line.number);
                self.say("You", when, words, line);
            }
            (None, Grammar::Nobody) => self.nobody_says(words, when, line),
            (None, Grammar::Alternating) => self.turn_of(words, when, line),
            (None, _) => match self.last.clone().filter(|_| self.above.len() > 1) {
                Some(last) => {
                    self.chat.doubt(WarningKind::DoubtfulName, line.number);
                    self.say(&last, when, words, line);
                }
                None => self.other_says(when, line),
            },
        }
    }
}
