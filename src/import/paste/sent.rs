//! The reading of screens whose headings say who sent or answered, and of times that hold for all below them.

use std::io::BufRead;

use super::above::{Title, next_is_number};
use super::ahead::Ahead;
use super::reading::Reading;
use super::{foot, furniture, moments, sections, senders, signs};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// What is known of the lines above on such a screen.
#[derive(Debug, Default)]
pub struct Sent {
    /// Whether the heading says that somebody answers.
    pub answers: bool,
    /// Whether the next line is quoted.
    quotes: bool,
    /// What was quoted under this heading.
    quoted: String,
    /// Whether the message above has ended, as the page says.
    pub entered: bool,
}

impl Reading<'_> {
    /// `name` stands above what follows; where headings say who sent, twice for a picture and a person.
    pub(super) fn begin_title(&mut self, name: String, when: When, line: &Line<'_>) {
        let again = self.plan.is_sent() && self.title.as_ref().is_some_and(|t| t.fresh && t.name == name);
        if !again {
            self.close_title();
            self.title = Some(Title { name, when, line: line.number, fresh: true });
        }
        let answers = senders::sender(line.text).is_some_and(|s| s.answers);
        self.sent = Sent { answers: answers && self.plan.is_sent(), ..Sent::default() };
    }

    /// Whether `line`, where names stand above words, is none of them; `fresh` right under a name.
    pub(super) fn is_beside_titles(
        &mut self,
        line: &Line<'_>,
        lines: &Ahead<impl BufRead>,
        fresh: bool,
    ) -> bool {
        if self.plan.is_sent() && self.is_of_sent(line, lines, fresh) {
            return true;
        }
        if fresh {
            let head = self.plan.is_sent() && self.said == 0 && self.enters(line.text);
            if head {
                // A name above the first time is the head of the page.
                self.title = None;
            }
            return head || self.is_deed_above(line.text, lines);
        }
        self.enters(line.text)
    }

    /// Whether `line` is none of the talk on a screen whose headings say who sent; `fresh` right under a heading.
    pub(super) fn is_of_sent(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>, fresh: bool) -> bool {
        let text = line.text.trim();
        if signs::is_original(text) {
            self.sent.quotes = true;
            return true;
        }
        if self.is_quoted(text, fresh) {
            return true;
        }
        let counted = next_is_number(lines);
        if signs::is_sign_alone(text) && (counted || !fresh) {
            self.past = usize::from(counted);
            return true;
        }
        if fresh {
            return false;
        }
        if signs::is_enter(text) {
            self.sent.entered = true;
            return true;
        }
        if let Some(when) = moments::alone(text).filter(|_| !text.starts_with('[')) {
            // The time of a call.
            self.section = self.day.map_or(when, |day| day.of(when));
            return true;
        }
        signs::is_call(text) || text == "Aa" || self.is_receipt(text, lines)
    }

    /// Whether `text` says that the message above arrived or was seen: nothing that is said follows.
    pub(super) fn is_receipt(&self, text: &str, lines: &Ahead<impl BufRead>) -> bool {
        let next = lines.sight().next().map(|l| self.plan.words(l));
        let ends = next.is_none_or(|l| {
            let shown =
                furniture::is_furniture(l) || signs::is_enter(l) || moments::is_alone(l) || foot::is_field(l);
            shown || sections::of(l).is_some() || self.plan.head(l).is_some()
        });
        ends && signs::is_receipt(text)
    }

    /// Whether `text` is what an answer quotes: it stands under the line that says so, or somebody said it before.
    fn is_quoted(&mut self, text: &str, fresh: bool) -> bool {
        let told = std::mem::take(&mut self.sent.quotes);
        if !(told || self.sent.answers && fresh) {
            return false;
        }
        let goes_on = format!("{}\n{text}", self.sent.quoted);
        let again = match self.sent.quoted.is_empty() {
            true => self.was_said(text),
            false => self.was_said(&goes_on),
        };
        if told || again {
            self.sent.quoted = if self.sent.quoted.is_empty() { text.to_owned() } else { goes_on };
        }
        told || again
    }

    /// Whether `line` is a day and a time that hold from here on, and nothing else.
    pub(super) fn enters(&mut self, line: &str) -> bool {
        let below = self.plan.times_below;
        if let Some(section) = sections::of(line).filter(|s| s.sure || self.plan.is_sent()) {
            if !below {
                (self.day, self.section) = (section.day(), section.when);
            }
            return true;
        }
        let later = self.plan.is_sectioned() && self.section != When::Unknown && !below;
        let later = later || self.plan.times_above;
        let Some(when) = moments::alone(line).filter(|_| later) else { return false };
        // On the day of the one above.
        self.section = self.day.map_or(when, |day| day.of(when));
        true
    }

    /// Whether `line`, right under a name, says what was done with a message of theirs, above the words of the next.
    pub(super) fn is_deed_above(&self, line: &str, lines: &Ahead<impl BufRead>) -> bool {
        let deed = signs::is_deed(line);
        deed && lines.sight().next().is_some_and(|next| self.plan.head(self.plan.words(next)).is_none())
    }
}
