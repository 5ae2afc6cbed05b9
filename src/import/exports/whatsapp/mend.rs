//! Heads that are damaged, stand two on a line or one on two lines: put right where it is beyond doubt what they were, as a
//! person of the chat speaks there and the time belongs there. Everything of it is told.

use std::collections::HashSet;

use super::between::{Between, Fit};
use super::damaged::{self, Damaged, Part};
use super::held::Held;
use super::survey::Survey;
use super::{Header, Look, done, names, notices};
use crate::import::chats::chat::When;
use crate::import::time::dates::Stamp;

/// Heads without a date in so many messages are a way of writing.
const OFTEN: usize = 3;
/// A head that is whole but for this many things is one whoever speaks there.
const SMALL: usize = 1;
/// No longer a chat is quoted.
const MOST_QUOTED: usize = 200;
/// Nothing is left of a head that is damaged in more ways.
const MOST_HURTS: usize = 4;

/// What was found, as the numbers of lines.
#[derive(Debug, Default)]
pub struct Found {
    /// Heads with damage.
    pub damaged: Vec<u64>,
    /// Lines of another chat within a message.
    pub quoted: Vec<u64>,
    /// Where heads that look the same may be of another chat.
    pub other: Vec<u64>,
}

/// What a line without a head is.
enum Sort {
    Head(When, usize),
    Damaged,
    Quoted,
    Words,
}

/// Mends the lines of a file.
pub struct Mend<'m> {
    look: Look,
    survey: &'m Survey,
    /// The time of the message above.
    above: Option<Stamp>,
    /// Whether heads without a date are a way of writing here.
    undated: bool,
    /// Who speaks in messages that stand behind others on a line and nowhere else.
    inside: HashSet<String>,
    found: Found,
}

impl<'m> Mend<'m> {
    /// For heads of this `look`, where `above` is the time of the message before.
    pub fn new(look: Look, survey: &'m Survey, above: Option<Stamp>) -> Self {
        Self { look, survey, above, undated: false, inside: HashSet::new(), found: Found::default() }
    }

    /// The lines of `held` with their heads mended, and what was found.
    pub fn all(mut self, held: Vec<Held>) -> (Vec<Held>, Found) {
        let held = self.joined(held);
        let below = below(&held);
        self.undated = self.undated_heads(&held) >= OFTEN;
        self.found.other = self.other_chats(&held);
        let mut mended = Vec::with_capacity(held.len());
        for (mut line, below) in held.into_iter().zip(below) {
            let between = Between { above: self.above, below };
            match line.header {
                None if damaged::may_begin(&line.text) => self.mend(&mut line, between),
                Some(_) => self.mend_name(&mut line),
                None => {}
            }
            self.above = line.stamp().or(self.above);
            while let Some(second) = self.second(&mut line, below) {
                mended.push(std::mem::replace(&mut line, second));
            }
            mended.push(line);
        }
        (mended, self.found)
    }

    fn mend(&mut self, line: &mut Held, between: Between) {
        match self.sort(&line.text, between) {
            Sort::Head(when, end) => {
                line.header = Some((when, end));
                self.found.damaged.push(line.number);
            }
            Sort::Damaged => self.found.damaged.push(line.number),
            Sort::Quoted => self.found.quoted.push(line.number),
            Sort::Words => {}
        }
    }

    fn sort(&self, text: &str, between: Between) -> Sort {
        let other = Header::read(text).filter(|h| self.name(h.rest).is_some());
        if let Some(like) = other.as_ref().filter(|h| h.look.is_like(self.look) && between.holds(&h.stamp)) {
            return Sort::Head(When::Written(like.stamp), text.len() - like.rest.len());
        }
        let Some(head) = damaged::read(text, self.look).filter(|h| h.hurts <= MOST_HURTS) else {
            return if other.is_some() { Sort::Quoted } else { Sort::Words };
        };
        let (end, fit) = (text.len() - head.rest.len(), between.fit(&head));
        let known = self.name(head.rest).is_some_and(|name| self.survey.knows(&name));
        let slight = head.hurts <= SMALL && other.is_none() && self.name(head.rest).is_some();
        match fit {
            Fit::Whole(stamp) if known || slight => Sort::Head(When::Written(stamp), end),
            Fit::Carried(stamp) if known => Sort::Head(stamp.map_or(When::Unknown, When::Written), end),
            Fit::Perhaps(stamp) if known && self.undated => Sort::Head(When::Written(stamp), end),
            Fit::Perhaps(_) if known && head.hurts <= SMALL => Sort::Damaged,
            _ if other.is_some_and(|other| !other.look.is_like(self.look) || !known) => Sort::Quoted,
            Fit::No if known && head.date != Part::Missing && head.clock != Part::Missing => Sort::Damaged,
            _ => Sort::Words,
        }
    }

    /// The name that `rest` begins with, if it could be a person's.
    fn name(&self, rest: &str) -> Option<String> {
        const LONGEST: usize = 40;
        let (name, _) = names::split(rest, self.survey, self.look.bracketed)?;
        let short = name.chars().count() <= LONGEST && name.split_whitespace().count() <= 5;
        (short && !name.contains(['[', ']'])).then_some(name)
    }

    /// Where two messages or more are older than the one above them, after which time goes on, and somebody speaks in them alone:
    /// a chat from the same phone was put into that message.
    fn other_chats(&self, held: &[Held]) -> Vec<u64> {
        let heads: Vec<(&Held, Stamp)> = held.iter().filter_map(|l| Some((l, l.stamp()?))).collect();
        let (mut found, mut at) = (Vec::new(), 1);
        while at < heads.len() {
            let above = Between { above: Some(heads[at - 1].1), below: None };
            let run =
                heads[at..].iter().take(MOST_QUOTED).take_while(|(_, stamp)| !above.holds(stamp)).count();
            let ends = run > 1 && run < MOST_QUOTED && at + run < heads.len();
            if ends && self.is_somebody_alone(&heads[at..at + run]) {
                found.push(heads[at].0.number);
            }
            at += run.max(1);
        }
        found
    }

    /// Whether somebody speaks in these messages and in no others.
    fn is_somebody_alone(&self, heads: &[(&Held, Stamp)]) -> bool {
        let names: Vec<String> = heads.iter().filter_map(|(line, _)| self.name(line.rest()?)).collect();
        let times = |name: &String| names.iter().filter(|n| *n == name).count();
        names.iter().any(|name| self.survey.times(name) == times(name))
    }

    /// In how many messages a line has a head of somebody known, and no date in it. A list of times stands in one.
    fn undated_heads(&self, held: &[Held]) -> usize {
        let known = |head: &Damaged<'_>| self.name(head.rest).is_some_and(|name| self.survey.knows(&name));
        let undated = |line: &Held| {
            let head = Some(line).filter(|l| l.header.is_none() && damaged::may_begin(&l.text));
            let head = head.and_then(|l| damaged::read(&l.text, self.look));
            head.is_some_and(|h| h.date == Part::Missing && h.hurts <= SMALL && known(&h))
        };
        held.chunk_by(|_, next| next.header.is_none()).filter(|record| record.iter().any(undated)).count()
    }

    /// A head whose name has no colon behind it. In brackets every head has one; elsewhere the app's own lines stand without
    /// it, in more words than are known here (in Turkish behind a comma), so that only what no notice has is told.
    fn mend_name(&mut self, line: &mut Held) {
        let rest = line.rest().unwrap_or_default();
        if names::split(rest, self.survey, self.look.bracketed).is_some() {
            return;
        }
        let Some((name, behind)) = self.survey.name_before(rest) else { return };
        let signs: &[char] = if self.look.bracketed { &[';', ',', '.', ':'] } else { &[';', '.', ':'] };
        let sign = behind.trim_start_matches(' ').strip_prefix(signs);
        let is_notice = || {
            notices::is_app_notice(rest) || done::is_done_by_anybody(rest) || self.survey.tells_who_left(rest)
        };
        let mended = match sign {
            Some(words) => Some(words),
            None if is_notice() || !(self.look.bracketed || is_speech(behind)) => return,
            None => self.look.bracketed.then_some(behind),
        };
        self.found.damaged.push(line.number);
        if let Some(words) = mended {
            let end = line.text.len() - rest.len();
            line.text = format!("{}{name}: {}", &line.text[..end], words.trim_start_matches(' '));
        }
    }

    /// A second message on the same line, by somebody known and at a time that belongs there.
    fn second(&mut self, line: &mut Held, below: Option<Stamp>) -> Option<Held> {
        let start = line.header.map_or(0, |(_, end)| end);
        let spot = spots(&line.text, start).find_map(|at| {
            let head = Header::read(&line.text[at..])?;
            let name = self.name(head.rest)?;
            let known = self.survey.knows(&name) || self.inside.contains(&name);
            let back = || head.look == self.look && self.comes_back(&name, &line.text[at..]);
            (known || back()).then_some((at, head.look, head.stamp, name))
        });
        let (at, look, stamp, name) = spot?;
        if look != self.look || self.above.is_none() || !(Between { above: self.above, below }).holds(&stamp)
        {
            self.found.quoted.push(line.number);
            return None;
        }
        self.found.damaged.push(line.number);
        self.above = Some(stamp);
        self.inside.insert(name);
        Some(line.split_off(at, self.look))
    }

    /// Whether `name` speaks more than once in `text`, a talk that lost its line ends.
    fn comes_back(&self, name: &str, text: &str) -> bool {
        let heads = std::iter::once(0).chain(spots(text, 0)).filter_map(|at| Header::read(&text[at..]));
        let speaks = |head: &Header<'_>| {
            head.look == self.look && self.name(head.rest).is_some_and(|other| other == name)
        };
        heads.filter(speaks).count() > 1
    }

    /// `held` with heads that go on below made one line.
    fn joined(&mut self, held: Vec<Held>) -> Vec<Held> {
        let mut all: Vec<Held> = Vec::with_capacity(held.len());
        for next in held {
            match all.last_mut().filter(|last| last.joined == 0).and_then(|last| self.join(last, &next)) {
                Some(whole) => {
                    self.found.damaged.push(whole.number);
                    all.pop();
                    all.push(whole);
                }
                None => all.push(next),
            }
        }
        all
    }

    /// One line of the two, if the head of `last` ends in `next`.
    fn join(&self, last: &Held, next: &Held) -> Option<Held> {
        let known = |name: &str| self.survey.knows(name);
        if next.header.is_some() || next.line().is_blank() {
            return None;
        }
        let part = match last.rest() {
            Some(rest) if rest.chars().count() > 40 => return None,
            Some(rest) => names::split(rest, self.survey, self.look.bracketed).is_none().then_some(rest)?,
            None => damaged::is_stamp_alone(&last.text).then_some("")?,
        };
        let text = format!("{} {}", last.text.trim_end_matches(' '), next.text.trim_start_matches(' '));
        let mut whole = Held { joined: 1, cut: next.cut, ..last.clone() };
        whole.set_text(text, self.look);
        let name = self.name(whole.rest()?)?;
        (known(&name) && name.len() > part.len()).then_some(whole)
    }
}

/// Whether words end as the app's own do not.
fn is_speech(words: &str) -> bool {
    words.trim_end().ends_with(['?', '!', '…'])
}

/// For each line the time of the next whole head below it.
fn below(held: &[Held]) -> Vec<Option<Stamp>> {
    let mut all = vec![None; held.len()];
    let mut next = None;
    for (below, line) in all.iter_mut().zip(held).rev() {
        *below = next;
        next = line.stamp().or(next);
    }
    all
}

/// The places in `text` behind `start` where a head could stand: at a digit or a bracket behind a space.
fn spots(text: &str, start: usize) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let begins = |at: &usize| bytes[*at - 1] == b' ' && (bytes[*at] == b'[' || bytes[*at].is_ascii_digit());
    (start.max(1)..bytes.len()).filter(begins)
}
