//! What stands around the messages of a text while it is read: marks, the window and what the app says there.

use std::io::BufRead;

use super::super::warning::WarningKind;
use super::ahead::Ahead;
use super::grammars::Head;
use super::reading::Reading;
use super::{asides, days, doings, forward, furniture, moments, names, notices, signs, talk, wrap};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;
use crate::import::time::zones;

impl Reading<'_> {
    /// Whether `text`, where messages begin with names, is of the window or the page around them: what an app says, a number
    /// of a page, or the head of the window once more.
    pub(super) fn is_of_window(&mut self, text: &str, lines: &Ahead<impl BufRead>) -> bool {
        if !self.plan.heads_lines() || self.plan.head(text).is_some() {
            return false;
        }
        let mut sight = lines.sight().map(|l| self.plan.words(l));
        let next = sight.next().unwrap_or_default();
        let person = |line: &str| self.seen.contains(line.trim()) || names::is_alone(line);
        let head = (person(text) && notices::is_there(next))
            || (moments::is_alone(text) && person(next) && sight.next().is_some_and(notices::is_there));
        let rest = std::mem::take(&mut self.window)
            && (notices::is_there(text) || (person(text) && notices::is_there(next)));
        self.window = head;
        let deed = doings::is_of(text, |name| self.seen.contains(name)) && self.said > 0;
        head || rest || deed || doings::is_of_stream(text) || signs::is_deed(text) || notices::is_border(text)
    }

    /// How `text` begins a message, if it does; above the first, a name that speaks once is enough.
    pub(super) fn head_of<'l>(&self, text: &'l str) -> Option<Head<'l>> {
        if self.said == 0 { self.plan.early_head(text) } else { self.plan.head(text) }
    }

    /// `line` stands above the first message and is nobody's words here. What may be somebody's is kept as a note, so that
    /// a reader can say whose.
    pub(super) fn set_aside(&mut self, line: &Line<'_>) {
        if !talk::is_talk(line.text) || asides::calls_a_talk(line.text) {
            return self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        }
        self.chat.doubt(WarningKind::PerhapsWords, line.number);
        self.chat.note(When::Unknown, line.text.trim(), line.number);
        self.chat.note_cut(line);
    }

    /// Whether `text` above the first message says when the talk began; its day is that of the times below that have none.
    pub(super) fn begins_on(&mut self, text: &str) -> bool {
        let day = days::beginning(text);
        self.day = day.or(self.day);
        day.is_some()
    }

    /// Note what `line` says above the first message of all below it: when that was copied, of which zone its times are. Whether
    /// it is the heading that says whom the talk is with.
    pub(super) fn heads_talk(&mut self, line: &Line<'_>) -> bool {
        let text = line.text;
        if line.number == self.plan.heading {
            return true;
        }
        let talk = self.said > 0 || self.title.is_some() || self.plan.is_nameless();
        if talk || self.plan.head(self.plan.words(text)).is_some() {
            return false;
        }
        let when = days::copied(text);
        if when != When::Unknown {
            self.chat.set_copied(when);
        }
        if let Some(zone) = zones::of_all(text) {
            self.chat.set_zone(zone);
        }
        false
    }

    /// Whether `line` stands below or between the lines of a talk that was passed on in a mail: a note, and nobody's words.
    pub(super) fn is_beside(&mut self, line: &Line<'_>) -> bool {
        let (beside, signed) = self.beside;
        let now = signed || self.plan.is_beside(line.text, self.gap || beside);
        self.beside = (now, signed || (now && forward::is_signature(line.text)));
        if now {
            self.close_block();
            self.append_held();
            self.chat.doubt(WarningKind::LineAfterLastMessage, line.number);
            self.chat.note(When::Unknown, line.text.trim(), line.number);
        }
        now
    }

    /// Whether `text`, under words, is what the app says of messages; `Sent` is one right above the next name or another such
    /// line.
    pub(super) fn is_app_line(&self, text: &str, lines: &Ahead<impl BufRead>) -> bool {
        let next = lines.sight().next().map(|l| self.plan.words(l));
        let above = next.is_some_and(furniture::is_furniture);
        let deed = signs::is_deed(text);
        deed || notices::is_border(text) || (text.trim() == "Sent" && above)
    }

    /// `text` without the marks that stand around all words; they may close on a line below.
    pub(super) fn unmarked<'l>(&mut self, text: &'l str) -> &'l str {
        (self.open, self.empty) = (false, text.trim().is_empty());
        let Some(marks) = self.plan.marks else { return text };
        let inner = wrap::unwrapped(text, marks);
        let rest =
            text.trim().strip_prefix(marks.0).filter(|rest| inner.is_none() && !rest.contains(marks.1));
        self.open = rest.is_some();
        inner.or(rest).unwrap_or(text)
    }

    /// The same of `text`, with which a message goes on.
    pub(super) fn closed<'l>(&mut self, text: &'l str) -> &'l str {
        if std::mem::take(&mut self.empty) {
            return self.unmarked(text);
        }
        let close = self.plan.marks.map(|(_, close)| close).filter(|_| self.open);
        let closed = close.and_then(|close| text.trim_end().strip_suffix(close));
        self.open &= closed.is_none();
        closed.unwrap_or(text)
    }
}
