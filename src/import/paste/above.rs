//! Names above words: who wrote what follows, what an app sets among it, and times where somebody goes on.

use std::io::BufRead;

use super::super::warning::WarningKind;
use super::ahead::{self, Ahead};
use super::grammars::{Head, Who};
use super::plan::Grammar;
use super::reading::Reading;
use super::{dated, days, doings, furniture, marks, moments, notices, signs};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;
use crate::import::time::dates::Stamp;
use crate::transcript::{Kind, Time};

/// How many minutes may lie between a message and a time alone, where the same person goes on.
const SOON: i32 = 30;

/// A name on a line of its own.
#[derive(Clone)]
pub struct Title {
    pub(super) name: String,
    pub(super) when: When,
    pub(super) line: u64,
    /// Whether nothing has followed it yet.
    pub(super) fresh: bool,
}

impl Reading<'_> {
    /// A name on a line of its own is a heading; the next line begins the message.
    pub(super) fn titled(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) {
        let line = &Line { text: doings::without_change(line.text), ..*line };
        if self.past > 0 || line.text.is_empty() {
            self.past = self.past.saturating_sub(1);
            return self.chat.heading();
        }
        let fresh = self.title.as_ref().is_some_and(|t| t.fresh);
        if fresh && self.title.as_ref().is_some_and(|t| self.plan.is_again(line.text, &t.name)) {
            return self.chat.heading();
        }
        if fresh && self.is_quoted_name(line, lines) {
            return self.chat.heading();
        }
        // Where lines tell of words that follow, those may end in a name as well.
        let words =
            self.title.as_ref().is_some_and(|t| fresh && t.when != When::Unknown) && self.plan.is_announced();
        let words = words || (fresh && self.is_others_name_said(line.text, lines));
        match self.plan.head(line.text).filter(|_| !words) {
            Some(Head { who: Who::Speaker(name), when, .. }) => {
                self.chat.heading();
                return self.begin_title(name, when, line);
            }
            Some(Head { who: Who::App, when, text }) => {
                self.close_title();
                return self.chat.note(self.day.map_or(when, |day| day.of(when)), text, line.number);
            }
            None => {}
        }
        if self.is_beside_titles(line, lines, fresh) {
            return self.chat.heading();
        }
        let head = furniture::is_presence(line.text) || (self.said == 0 && self.plan.is_profile(line.text));
        if head && (fresh || self.title.is_none()) {
            // A name above a presence or a profile is the head of the page.
            self.title = None;
            return self.chat.heading();
        }
        if self.goes_on_later(line, lines) || self.named_time(line) || self.plan.is_status(line.text, fresh) {
            return self.chat.heading();
        }
        if self.plan.is_between(line.text) {
            self.past = usize::from(doings::has_count(line.text) && next_is_number(lines));
            return self.chat.heading();
        }
        if !fresh && self.is_quote(line, lines) {
            return;
        }
        if !fresh && self.is_among_words(line, lines) {
            return self.chat.heading();
        }
        if fresh && self.is_mark(line) {
            return self.chat.heading();
        }
        let marked = (fresh && self.plan.is_announced()) || self.plan.is_sent();
        if marked && doings::is_mark_of_change(line.text) {
            return self.chat.heading();
        }
        if self.is_own_words(line, lines) {
            return;
        }
        let Some(title) = self.title.clone() else { return self.go_on(line) };
        let file = doings::is_file(line.text) && lines.sight().next().is_some_and(doings::is_size);
        if (file || doings::is_picture(line.text)) && self.plan.shows_pictures() {
            self.said += 1;
            let name = if file { line.text.trim() } else { "" };
            self.chat.say(notices::bare_name(&title.name), title.when, Kind::Media, name, line.number);
            self.past = usize::from(file);
        } else if let Some((when, text)) = moments::bracketed(line.text) {
            // Discord leaves the name out where somebody goes on after a while.
            self.say(&title.name, on_day_of(title.when, when), text, line);
        } else if title.fresh || std::mem::take(&mut self.sent.entered) {
            self.say(&title.name, title.when, line.text.trim(), line);
        } else if self.plan.is_one_sided() {
            self.other(line);
        } else {
            self.paragraphs |= self.gap;
            self.go_on(line);
        }
        self.title = Some(Title { fresh: false, ..title });
    }

    /// Whether `line`, right under a name, is the second name of somebody else and yet what is said: nothing stands below it.
    fn is_others_name_said(&self, line: &str, lines: &Ahead<impl BufRead>) -> bool {
        let above = self.title.as_ref().map(|t| t.name.as_str());
        let other = self.plan.whole_name(line).is_some_and(|name| Some(name) != above);
        other && (lines.sight().next().is_some_and(signs::is_enter) || self.head_follows(lines, 0))
    }

    /// Whether `line`, right under a name and a time, names whom the words below answer, as Teams does, or says as Slack does
    /// that they answer; what they answer, said before, is passed over. Of a name without a time that may be another's a doubt is left.
    fn is_quoted_name(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        let text = line.text.trim();
        let mut sight = lines.sight().map(|l| self.plan.words(l));
        let next = sight.next().unwrap_or_default().trim().to_owned();
        let words =
            sight.next().is_some_and(|l| self.plan.head(l).is_none()) && moments::alone(&next).is_none();
        let thread = marks::is_of_thread(text);
        let named = self.plan.grammar == Grammar::NameLines
            && self.seen.contains(text)
            && self.title.as_ref().is_some_and(|t| t.when != When::Unknown);
        let said = words && (thread || named) && self.was_said(&next);
        if said {
            self.past = 1;
        } else if named && moments::under_name(&next).is_none() {
            self.chat.doubt(WarningKind::DoubtfulName, line.number);
        }
        said || thread
    }

    /// Whether `line`, right under a name, says that the words below answer somebody or are passed on.
    fn is_mark(&mut self, line: &Line<'_>) -> bool {
        let mark = marks::mark(line.text);
        if mark == Some(marks::Mark::PassedOn) {
            // They stand under the name of who passed them on.
            self.chat.doubt(WarningKind::DoubtfulName, line.number);
        }
        mark.is_some()
    }

    /// Whether `line` is none of the words that it stands under: a day, a reaction, what an app says of those who speak.
    fn is_among_words(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        let text = line.text;
        if self.stands_between(line, lines) || self.is_app_line(text, lines) {
            return true;
        }
        if doings::is_reaction(text) && next_is_number(lines) {
            self.past = 1;
            return true;
        }
        let bracketed = self.plan.grammar == Grammar::TitledClosely;
        if bracketed && doings::is_tally(text) && self.head_follows(lines, 0) {
            return true;
        }
        let divider = dated::is_divider(text);
        if (divider || doings::is_mark_of_new(text)) && self.head_follows(lines, 0) {
            if divider {
                (self.day, self.section) = (days::parting(text, self.day), When::Unknown);
            }
            return true;
        }
        doings::is_of(text, |name| self.seen.contains(name) || self.plan.is_name(name))
    }

    /// Whether, after so many lines, a name or the end follows.
    fn head_follows(&self, lines: &Ahead<impl BufRead>, after: usize) -> bool {
        let sight: Vec<&str> = lines.sight().skip(after).take(5).map(|l| self.plan.words(l)).collect();
        match sight.first() {
            None => after == 0,
            Some(next) => self.plan.head(next).is_some() || ahead::spread(&sight, &self.plan.tags).is_some(),
        }
    }

    /// Whether `line` and the next are what somebody answers to, which Discord sets above the name: `@Tom` and his words.
    /// What was said before is passed over; the rest is noted, and nobody's words.
    fn is_quote(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        if self.plan.grammar != Grammar::Titled {
            return false;
        }
        let name = line.text.trim();
        let marked = name.strip_prefix('@').filter(|n| !n.is_empty() && n.split_whitespace().count() <= 3);
        let known = self.seen.contains(marked.unwrap_or(name));
        if !(known || marked.is_some()) || !self.head_follows(lines, 1) {
            return false;
        }
        let Some(quote) = lines.sight().next().map(|l| self.plan.words(l).trim().to_owned()) else {
            return false;
        };
        let said = self.was_said(&quote);
        if !said && (!known || marked.is_none()) {
            return false;
        }
        self.close_title();
        self.past = 1;
        match said {
            true => self.chat.heading(),
            false => self.chat.note(When::Unknown, &format!("{name} {quote}"), line.number),
        }
        true
    }

    /// Whether somebody said `quote` a while before, or words that begin so where it is cut short.
    pub(super) fn was_said(&self, quote: &str) -> bool {
        const LAST: usize = 500;
        let cut = quote.strip_suffix('…').or_else(|| quote.strip_suffix("...")).filter(|c| c.len() > 3);
        let same = |text: &str| {
            text == quote
                || text.lines().any(|l| l == quote)
                || (quote.contains('\n') && text.contains(quote))
                || cut.is_some_and(|c| text.starts_with(c))
        };
        self.chat.so_far().0.messages.iter().rev().take(LAST).any(|m| same(m.text.reveal()))
    }

    /// Whether `line` is one's own message in a copy from Teams: the words twice, and the time below.
    fn is_own_words(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        let mut sight = lines.sight().map(|l| self.plan.words(l));
        let again = sight.next().is_some_and(|next| next.trim() == line.text.trim());
        let when = sight.next().and_then(moments::alone);
        let Some(when) = when.filter(|_| again && self.plan.is_announced()) else { return false };
        self.close_title();
        self.say("You", when, line.text.trim(), line);
        self.past = 2;
        true
    }

    /// Whether `line` is a time alone under words, after which the same person goes on: `[4:04 PM]`, in Slack `4:04`. In
    /// brackets it may have nothing but the next name below.
    fn goes_on_later(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        let Some(alone) = moments::alone(line.text) else { return false };
        let bracketed = line.text.trim().starts_with('[');
        let words = lines.sight().next().is_some_and(|next| !moments::is_alone(next));
        let words = words && !self.head_follows(lines, 0);
        if let Some(title) = self.title.as_ref().filter(|t| !t.fresh && t.when != When::Unknown && words) {
            let when = on_day_of(title.when, alone);
            let soon = minutes_between(title.when, when).is_some_and(|m| (0..=SOON).contains(&m));
            if bracketed || soon {
                self.title = Some(Title { when, line: line.number, fresh: true, ..title.clone() });
                return true;
            }
        }
        bracketed && self.plan.grammar == Grammar::Titled
    }

    /// Whether `line` is the time or the day under a name, which Slack, Teams and Classroom set on a line of its own.
    fn named_time(&mut self, line: &Line<'_>) -> bool {
        let dated = self.plan.is_dated();
        let Some(title) = self.title.as_mut().filter(|t| t.fresh && t.when == When::Unknown) else {
            return false;
        };
        if dated && dated::is_day(line.text) {
            return true;
        }
        let Some(when) = moments::under_name(line.text) else { return false };
        title.when = when;
        true
    }

    /// A name with nothing under it: a picture, which does not survive copying. The message is kept, empty; an answer has a
    /// heading of its own under that of what it answers.
    pub(super) fn close_title(&mut self) {
        if let Some(title) = self.title.take().filter(|t| t.fresh && !self.sent.answers) {
            self.chat.say_more(notices::bare_name(&title.name), title.when, Kind::Message, "", title.line);
        }
    }
}

/// Whether the next line is nothing but a short number: how many reacted.
pub(super) fn next_is_number(lines: &Ahead<impl BufRead>) -> bool {
    lines.sight().next().is_some_and(doings::is_count)
}

/// `when`, a time of day alone, on the day of `before` and in its half, where it says none of these.
fn on_day_of(before: When, when: When) -> When {
    let When::Written(stamp) = when else { return when };
    let Some(earlier) = moments::clock(before).filter(|_| stamp.date.is_none()) else { return when };
    let later = !stamp.shape.has_meridiem() && earlier.hour() >= 12 && stamp.clock.hour() < 12;
    let clock = if later { stamp.clock + jiff::Span::new().hours(12) } else { stamp.clock };
    match before {
        When::Known(Time::Local(moment)) => When::Known(Time::Local(moment.date().to_datetime(clock))),
        When::Written(base) => When::Written(Stamp { clock, ..base }),
        _ => when,
    }
}

/// How many minutes after `before` `after` is, as clocks have them.
fn minutes_between(before: When, after: When) -> Option<i32> {
    let minutes = |when| moments::clock(when).map(|t| i32::from(t.hour()) * 60 + i32::from(t.minute()));
    Some(minutes(after)? - minutes(before)?)
}
