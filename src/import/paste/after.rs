//! What stands below a talk and is nobody's words in it: what whoever copied it says of it, behind a ruled line or a blank one.

use std::io::BufRead;

use super::super::warning::WarningKind;
use super::ahead::Ahead;
use super::reading::Reading;
use super::{ahead, moments};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// How many lines may stand behind a ruled one.
const MOST: usize = 4;

impl Reading<'_> {
    /// Whether `line` and all below it are said of the talk, which ends above.
    pub(super) fn is_after(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        if !self.after {
            self.after = self.ends_above(line.text, lines);
            if self.after {
                self.close_title();
                self.append_held();
            }
        }
        if self.after {
            self.chat.doubt(WarningKind::LineAfterLastMessage, line.number);
            self.chat.note(When::Unknown, line.text.trim(), line.number);
        }
        self.after
    }

    /// Whether, where names stand above words, `line` below the only blank one and all in sight below it are no message: somebody's
    /// words stand above the talk as well, or it is a sentence as letters have them.
    fn ends_above(&self, line: &str, lines: &Ahead<impl BufRead>) -> bool {
        const LEAST: usize = 4;
        let begun = self.title.as_ref().is_some_and(|t| !t.fresh) && self.said > 2;
        let alone = self.gap && self.gaps == 1 && !self.paragraphs;
        let sentence = || {
            line.starts_with(char::is_uppercase)
                && line.trim_end().ends_with(['.', '!', '?'])
                && line.split_whitespace().count() >= LEAST
        };
        self.plan.has_titles()
            && alone
            && begun
            && (self.led || sentence())
            && self.is_over(lines, usize::MAX)
    }

    /// Whether a ruled line ends the talk: a few lines stand below it, and none of them begins a message.
    pub(super) fn rules_off(&self, lines: &Ahead<impl BufRead>) -> bool {
        self.said > 2 && self.gap && self.is_over(lines, MOST)
    }

    /// Whether the text ends with lines that are in sight, `most` at the most, and none of them begins a message.
    fn is_over(&self, lines: &Ahead<impl BufRead>, most: usize) -> bool {
        let sight: Vec<&str> = lines.sight().map(|l| self.plan.words(l)).collect();
        let begins = |at: usize| {
            self.plan.head(sight[at]).is_some()
                || moments::is_alone(sight[at])
                || ahead::spread(&sight[at..], &self.plan.tags).is_some()
        };
        lines.is_near_end() && sight.len() <= most && !(0..sight.len()).any(begins)
    }

    /// Whether the lines kept back end as a mail closes.
    pub(super) fn closes_mail(&self) -> bool {
        let end = self.held.iter().rposition(|l| !l.line().is_blank()).map_or(0, |at| at + 1);
        let from = self.held[..end].iter().rposition(|l| l.line().is_blank()).map_or(0, |at| at + 1);
        let lines: Vec<&str> = self.held[from..end].iter().map(|l| l.text.trim()).collect();
        self.plan.closes_mail(&lines, self.led)
    }

    /// The last lines are those with which a mail closes; what stands apart above them goes on with the message.
    pub(super) fn note_closing(&mut self) {
        let end = self.held.iter().rposition(|l| !l.line().is_blank()).unwrap_or(0);
        let from = self.held[..end].iter().rposition(|l| l.line().is_blank()).map_or(0, |at| at + 1);
        let closing = self.held.split_off(from);
        self.append_held();
        self.held = closing;
        self.note_held();
    }

    /// No message of this text goes on after a blank line, and none comes any more: it is about the chat.
    pub(super) fn note_held(&mut self) {
        let mut first = true;
        for line in std::mem::take(&mut self.held) {
            if line.line().is_blank() {
                self.chat.blank();
                continue;
            }
            self.chat.doubt(WarningKind::LineAfterLastMessage, line.number);
            match std::mem::take(&mut first) {
                true => self.chat.note(When::Unknown, line.text.trim(), line.number),
                false => _ = self.chat.append(&line.line()),
            }
        }
    }
}
