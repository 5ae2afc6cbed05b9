//! The reading of one pasted text, line by line.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use super::super::error::ImportError;
use super::super::warning::WarningKind;
use super::above::Title;
use super::ahead::{self, Ahead, Kept};
use super::days::{self, Day};
use super::forum::Post;
use super::grammars::{Head, Who};
use super::icons::Side;
use super::labels::Fields;
use super::mail::thread::Thread;
use super::plan::{Grammar, Plan};
use super::sent::Sent;
use super::twice::Watch;
use super::{forward, marks, names, notices, page, signs, table};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::placeholders;
use crate::import::intake::lines::Line;
use crate::transcript::Kind;

/// How many lines are kept back to see whether the message goes on after them.
const MOST_HELD: usize = 100;

/// The reading of one text.
pub struct Reading<'c> {
    pub(super) plan: Plan,
    pub(super) chat: &'c mut Chat,
    /// Who wrote what follows, where names stand on lines of their own.
    pub(super) title: Option<Title>,
    /// How many lines are told already, or are nobody's words here.
    pub(super) past: usize,
    pub(super) turn: u64,
    /// How many messages there are.
    pub(super) said: usize,
    /// Names as first seen, by the key that they have in any capitals.
    names: HashMap<String, String>,
    /// Who has spoken.
    pub(super) seen: HashSet<String>,
    /// The day that a heading says.
    pub(super) day: Option<Day>,
    /// The time that a heading says of all below it.
    pub(super) section: When,
    /// What is known where headings say who sent.
    pub(super) sent: Sent,
    /// Lines since a blank one, of which it is not known yet whether the message goes on with them.
    pub(super) held: Vec<Kept>,
    /// Whether the last line was blank.
    pub(super) gap: bool,
    /// Whether the last line was beside the talk of a mail, and whether that has been signed.
    pub(super) beside: (bool, bool),
    /// Whether messages stood before on the same line.
    pub(super) within: bool,
    /// Whether a message has gone on after a blank line.
    pub(super) paragraphs: bool,
    /// Whether words that are nobody's stand above the first message.
    pub(super) led: bool,
    /// Whether the last line went on with a message.
    pub(super) went_on: bool,
    /// Mails that stand one within another.
    pub(super) thread: Thread,
    /// The post of a forum that is being read.
    pub(super) post: Post,
    /// Lines of a message whose time stands behind it.
    pub(super) block: Vec<Kept>,
    /// The time of the block.
    pub(super) block_time: When,
    /// Whether the block is one's own, as what stands behind its time says.
    pub(super) block_own: bool,
    /// The side on which the last picture said that messages stand.
    pub(super) own_side: Option<Side>,
    /// How many blocks there were.
    pub(super) blocks: u64,
    /// Whoever spoke last, where some blocks have no name.
    pub(super) last: Option<String>,
    /// Names that stood above blocks.
    pub(super) above: HashSet<String>,
    /// The fields of the message that is being read.
    pub(super) fields: Fields,
    /// The time behind the words of the line.
    behind: When,
    /// Whether the words in marks go on below.
    pub(super) open: bool,
    /// Whether nothing is said yet of the last message.
    pub(super) empty: bool,
    /// What the text holds twice.
    pub(super) watch: Watch,
    /// Whether a blank line or a heading has come since the last message.
    pub(super) apart: bool,
    /// Whether the last line was of the head of a window.
    pub(super) window: bool,
    /// Whether another chat was told of.
    pub(super) another: bool,
    /// Whether the last line stood between messages and was nobody's.
    pub(super) aside: bool,
    /// How many blank places stand between lines since the first message.
    pub(super) gaps: u64,
    /// Whether the last line was a remark below the talk.
    pub(super) remark: bool,
    /// Whether the last line translated what stands above it.
    pub(super) translated: bool,
    /// Whether the talk is over, and what follows is said of it.
    pub(super) after: bool,
}

impl<'c> Reading<'c> {
    /// Nothing read yet.
    pub fn new(plan: Plan, chat: &'c mut Chat) -> Self {
        Self {
            plan,
            chat,
            title: None,
            past: 0,
            turn: 0,
            said: 0,
            names: HashMap::new(),
            seen: HashSet::new(),
            day: None,
            section: When::Unknown,
            sent: Sent::default(),
            held: Vec::new(),
            gap: false,
            beside: (false, false),
            within: false,
            paragraphs: false,
            led: false,
            went_on: false,
            thread: Thread::default(),
            post: Post::default(),
            block: Vec::new(),
            block_time: When::Unknown,
            block_own: false,
            own_side: None,
            blocks: 0,
            last: None,
            above: HashSet::new(),
            fields: Fields::default(),
            behind: When::Unknown,
            open: false,
            empty: false,
            watch: Watch::default(),
            apart: false,
            window: false,
            another: false,
            aside: false,
            gaps: 0,
            remark: false,
            after: false,
            translated: false,
        }
    }

    /// Read all of `lines`, called `name` in errors.
    pub fn fill(mut self, lines: &mut Ahead<impl BufRead>, name: &str) -> Result<(), ImportError> {
        let result = self.all(lines, name);
        self.close_title();
        self.close_block();
        if self.plan.grammar == Grammar::Mail {
            self.close_mails();
        }
        self.settle(None);
        if let Some(line) = self.watch.other_chat().filter(|_| !self.another) {
            self.chat.doubt(WarningKind::AnotherChat, line);
        }
        result
    }

    fn all(&mut self, lines: &mut Ahead<impl BufRead>, name: &str) -> Result<(), ImportError> {
        while let Some(mut line) = lines.next_line()? {
            if self.plan.grammar == Grammar::Mail {
                self.mail(&line, lines);
            } else if line.line().is_blank() {
                self.blank(&line);
            } else {
                self.join(&mut line, lines)?;
                self.take_all(&line.line(), lines);
                self.gap = false;
            }
            self.chat.room(name, line.number)?;
        }
        Ok(())
    }

    fn blank(&mut self, line: &Kept) {
        match self.held.is_empty() {
            true => self.chat.blank(),
            false => self.held.push(line.clone()),
        }
        self.gaps += u64::from(!self.gap && self.said > 0);
        (self.gap, self.apart) = (true, true);
    }

    /// Make one line of a head that is spread over several.
    fn join(&mut self, line: &mut Kept, lines: &mut Ahead<impl BufRead>) -> Result<(), ImportError> {
        let next = lines.sight().next().map(|next| self.plan.words(next));
        let twice = |next: &str| ahead::is_twice(&[&line.text, next]);
        let may = next.is_some_and(|next| ahead::may_end(next, &self.plan.tags) || twice(next));
        // Right under a head stand words, unless there were none and this is the next name.
        let words = self.title.as_ref().is_some_and(|t| t.fresh) && names::plausible(&line.text).is_none();
        if !may || words || !self.plan.has_titles() {
            return Ok(());
        }
        let sight = std::iter::once(line.text.as_str()).chain(lines.sight());
        let sight: Vec<&str> = sight.take(5).map(|l| self.plan.words(l)).collect();
        let Some((head, mut used)) = ahead::spread(&sight, &self.plan.tags) else { return Ok(()) };
        while used > 1 {
            let Some(next) = lines.next_line()? else { break };
            match next.line().is_blank() {
                true => self.chat.blank(),
                false => {
                    self.chat.heading();
                    used -= 1;
                }
            }
        }
        line.text = head;
        Ok(())
    }

    /// Each message of a line, where several stand on one.
    fn take_all(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) {
        let (pieces, doubt) = self.plan.pieces(line.text);
        if let Some(doubt) = doubt.filter(|_| pieces.len() > 1) {
            self.chat.doubt(doubt, line.number);
        }
        for (at, text) in pieces.into_iter().enumerate() {
            self.within = at > 0;
            self.take(&Line { text, ..*line }, lines);
        }
    }

    fn take(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) {
        if self.heads_talk(line) {
            return self.chat.heading();
        } else if self.plan.top == 0 && self.is_beside(line) {
            return;
        }
        if self.plan.is_beside_paper(line.text) {
            return self.chat.heading();
        }
        self.behind = self.plan.time_behind(line.text);
        let line = &Line { text: self.plan.words(line.text), ..*line };
        if self.plan.is_of_paper(line.text) {
            return self.chat.heading();
        }
        if self.plan.top > 0 {
            self.plan.top -= 1;
            if !self.enters(line.text) {
                self.day = days::parting(line.text, self.day).or(self.day);
            }
            // A title may be words; whose name stands above words is known.
            let mail = self.plan.forwarded && forward::is_of_head(line.text);
            let words = page::may_be_words(line.text) && !self.plan.is_name(line.text) && !mail;
            return match words {
                true => self.set_aside(line),
                false => self.chat.heading(),
            };
        }
        if self.is_at_foot(line.text, lines) {
            return self.chat.heading();
        }
        if self.plan.blocks.is_some() {
            return self.block_line(line, lines.sight().next());
        }
        if self.is_translation(line) || self.is_aside(line, lines) || self.is_after(line, lines) {
            return;
        }
        let window = self.is_of_window(line.text, lines)
            || (self.plan.has_sections() && self.enters(line.text))
            || (self.plan.is_sectioned() && self.said > 0 && self.is_receipt(line.text, lines));
        match self.plan.grammar {
            Grammar::Prose | Grammar::Mail => self.prose(line),
            Grammar::Forum => self.forum(line, lines),
            Grammar::Labelled => self.field(line, lines),
            Grammar::Retold => self.retold(line),
            Grammar::Titled | Grammar::TitledClosely | Grammar::NameLines => self.titled(line, lines),
            _ if window || self.plan.is_between(line.text) => self.chat.heading(),
            Grammar::Alternating => self.alternate(line),
            Grammar::Nobody => self.nobody(line),
            _ => match self.head_of(line.text) {
                head if self.is_remark(head.as_ref(), line, lines) => {}
                Some(head) => self.begin(&head, line),
                None if self.stands_between(line, lines) => self.chat.heading(),
                None if self.is_narrated(line) => {}
                None if self.plan.grammar == Grammar::Own => self.other(line),
                None => match notices::told(line.text) {
                    Some((when, rest)) => {
                        self.append_held();
                        let rest = rest.trim();
                        let when = self.day.map_or(when, |day| day.of(when));
                        self.chat.note(when, rest.strip_prefix("- ").unwrap_or(rest), line.number);
                    }
                    None => self.hold(line),
                },
            },
        }
    }

    /// `name` as it was first seen: the same word in other capitals is the same person.
    pub(super) fn first_seen(&mut self, name: &str) -> String {
        if !self.plan.is_retyped() {
            return name.to_owned();
        }
        self.names.entry(names::key(name)).or_insert_with(|| name.to_owned()).clone()
    }

    /// Whether `name` was seen above, in whatever capitals.
    pub(super) fn has_spoken(&self, name: &str) -> bool {
        self.names.contains_key(&names::key(name))
    }

    fn begin(&mut self, head: &Head<'_>, line: &Line<'_>) {
        match &head.who {
            Who::Speaker(name) => {
                if self.plan.doubts(line.text) {
                    self.chat.doubt(WarningKind::DoubtfulName, line.number);
                }
                let name = self.first_seen(name);
                self.settle(Some(&name));
                match self.plan.is_ruled() {
                    true => self.say(&name, head.when, &table::unmarked(head.text), line),
                    false => self.say(&name, head.when, head.text, line),
                }
            }
            Who::App => {
                self.append_held();
                let when = self.day.map_or(head.when, |day| day.of(head.when));
                self.chat.note(when, head.text.trim(), line.number);
                self.chat.note_cut(line);
            }
        }
    }

    pub(super) fn say(&mut self, name: &str, when: When, text: &str, line: &Line<'_>) {
        self.said += 1;
        self.went_on = false;
        if !self.seen.contains(name) {
            self.seen.insert(name.to_owned());
        }
        let said = [when, self.behind, self.section].into_iter().find(|when| *when != When::Unknown);
        let when = said.unwrap_or(When::Unknown);
        let when = self.day.map_or(when, |day| day.of(when));
        let text = self.unmarked(text);
        let text = if line.text.starts_with("You said: ") { signs::without_receipt(text) } else { text };
        let name = notices::bare_name(name);
        let apart = std::mem::take(&mut self.apart);
        let (again, first) = self.watch.say(name, text, line.number, apart);
        self.chat.doubt_many(WarningKind::RepeatedMessages, again, first);
        let (kind, text, words) = marks::kind(text);
        match self.within {
            true => self.chat.say_more(name, when, kind, text, line.number),
            false => self.chat.say(name, when, kind, text, line.number),
        }
        if let Some(words) = words {
            self.chat.say_more(name, when, Kind::Message, words, line.number);
        }
        self.chat.note_cut(line);
    }

    pub(super) fn go_on(&mut self, line: &Line<'_>) {
        self.went_on = true;
        let line = &Line { text: self.closed(line.text), ..*line };
        if self.said == 0 && self.begins_on(line.text) {
            self.chat.heading();
        } else if self.said > 0 && placeholders::stands_alone(line.text.trim()) {
            self.chat.add_media("", line.number);
        } else if self.said == 0 {
            self.led = true;
            self.set_aside(line);
        } else if !self.chat.append(line) {
            self.chat.reject(WarningKind::UnexplainedLine, line.number);
        } else if self.plan.doubts(line.text) {
            self.chat.doubt(WarningKind::DoubtfulName, line.number);
        } else if self.plan.may_be_note(line.text) {
            self.chat.doubt(WarningKind::PerhapsNote, line.number);
        }
    }

    /// A line without a head. After a blank one it is not sure yet that the message goes on.
    fn hold(&mut self, line: &Line<'_>) {
        let apart = self.gap && self.said > 0 && self.plan.heads_lines();
        if self.held.is_empty() && !apart {
            return self.go_on(line);
        }
        self.held.push(Kept::from(line));
        if self.held.len() > MOST_HELD {
            self.append_held();
        }
    }

    /// Say what the lines kept back are, now that `next` speaks, or nobody any more.
    pub(super) fn settle(&mut self, next: Option<&str>) {
        let words = self.held.iter().filter(|l| !l.line().is_blank()).count();
        let Some(first) = self.held.first().map(|l| l.number) else { return };
        let short = self.held[0].text.split_whitespace().count() <= 6;
        let apart = self.held.last().is_some_and(|l| l.line().is_blank());
        let closes = self.closes_mail();
        match next {
            None if closes => self.note_closing(),
            None if !self.paragraphs && self.said > 2 => self.note_held(),
            Some(name) if words == 1 && short && apart && !self.seen.contains(name) => {
                self.another = true;
                self.chat.doubt(WarningKind::AnotherChat, first);
                self.append_held();
            }
            _ => self.append_held(),
        }
    }

    /// The message does go on.
    pub(super) fn append_held(&mut self) {
        self.paragraphs |= !self.held.is_empty();
        for line in std::mem::take(&mut self.held) {
            match line.line().is_blank() {
                true => self.chat.blank(),
                false => self.go_on(&line.line()),
            }
        }
    }
}
