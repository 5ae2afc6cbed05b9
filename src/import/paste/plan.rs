//! How a pasted text is to be read, line by line. Which grammar it follows is found in [`ranking`].

mod passed_on;
mod ranking;

use std::collections::HashSet;

use super::super::Unnamed;
use super::blocks::Blocks;
use super::cast::Cast;
use super::dashes::{self, Dashed};
use super::forms::Form;
use super::grammars::{self, Head, Who};
use super::guesses::is_aside;
use super::lead::Lead;
use super::packed::Packed;
use super::pairs::Pairs;
use super::screen::Screen;
use super::tags::Tags;
use super::wrap::{Marks, Tail};
use super::{ahead, doings, furniture, moments, names, page, places, said, signs};
use crate::import::chats::chat::When;

/// How messages begin, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// `<name> text`
    Irc,
    /// `[time] Name: text`
    Stamped,
    /// `Name (time): text`
    Trailing,
    /// `Name 21:14: text`
    Timed,
    /// `Name — Today at 10:11 PM`, then lines of text
    Titled,
    /// `Me 21:14`, then lines of text
    TitledClosely,
    /// `Name: text`
    Named,
    /// `Me: text`, and lines of the other person without a name
    Own,
    /// `Name - text`
    Dashed,
    /// `Name says text`
    Said,
    /// Sentences that tell who says what, with the words in quotation marks
    Retold,
    /// A name on a line of its own, then lines of text
    NameLines,
    /// Mails one under another
    Mail,
    /// A page of a forum
    Forum,
    /// Lines of one form throughout
    Formed,
    /// Fields of messages, each on a line of its own with its label
    Labelled,
    /// A time after each message, names above some
    Blocks,
    /// Every line a message, two people taking turns
    Alternating,
    /// Every line a message, of nobody knows whom
    Nobody,
    /// One text of one person
    Prose,
}

/// How a text is to be read.
pub struct Plan {
    /// The grammar.
    pub grammar: Grammar,
    /// Who speaks, where names stand before the words.
    cast: Cast,
    /// Who speaks, where names stand on lines of their own.
    screen: Screen,
    /// What stands in front of each line.
    lead: Lead,
    /// Names with a colon that stand within the one line of the text.
    pub inline: Vec<String>,
    /// Who speaks behind times that stand within lines.
    pub packed: Packed,
    /// Whether times stand on lines of their own.
    times: bool,
    /// Whether times stand behind the words, where no line has a name.
    ending: bool,
    /// Whether days stand on lines of their own, in capitals as the names do.
    days: bool,
    /// Whether lines say that a message was sent, where no line has a name.
    sent: bool,
    /// What the user says of lines without names.
    unnamed: Option<Unnamed>,
    /// How messages stand between times, where those say most.
    pub blocks: Option<Blocks>,
    /// Who speaks in lines of another form among those of the grammar.
    among: Option<Cast>,
    /// How many lines are the head of a page.
    pub top: usize,
    /// Whether a window shows around the talk: its head, or times as screens have them.
    pub window: bool,
    /// Whether the talk stands in a mail that passes it on.
    pub forwarded: bool,
    /// Who wrote that mail.
    writer: Option<String>,
    /// Whether lines above names say how long ago a message came.
    ages: bool,
    /// Whether days without any sign around them stand between messages.
    pub bare_days: bool,
    /// Whether days in small letters stand between messages, so that `hier` and `gestern` there are days as well.
    pub small_days: bool,
    /// Whether days with times on lines of their own stand below what was said then.
    pub times_below: bool,
    /// Whether there are such lines.
    sections: bool,
    /// Whether, where no line has a name, times on lines of their own stand above what was said from then on.
    pub times_above: bool,
    /// The line of the heading that says whom the talk is with, where several stand in one text; 0 where none does.
    pub heading: u64,
    /// What form lines have, where that says most.
    pub form: Option<Form>,
    /// How translations stand below messages.
    pub pairs: Option<Pairs>,
    /// The labels of the fields of a message.
    pub labels: Vec<String>,
    /// What stands around the words of each message.
    pub marks: Option<Marks>,
    /// What stands behind them.
    pub tail: Tail,
    /// What stands between names and times.
    pub tags: Tags,
}

impl Plan {
    /// Whether what stands above the talk may be the head of a page: no line says who it is by.
    fn has_page(&self) -> bool {
        use Grammar::{Alternating, Blocks, NameLines, Nobody};
        matches!(self.grammar, NameLines | Blocks | Alternating | Nobody)
    }

    /// Whether lines are the rows of a table with a ruled line.
    pub fn is_ruled(&self) -> bool {
        self.form.is_some_and(|f| f.is_ruled())
    }

    /// Whether names stand above words.
    pub fn has_titles(&self) -> bool {
        matches!(self.grammar, Grammar::Titled | Grammar::TitledClosely | Grammar::NameLines)
    }

    /// Whether messages begin with who says them, on the same line.
    pub fn heads_lines(&self) -> bool {
        use Grammar::{Dashed, Formed, Irc, Named, Said, Stamped, Timed, Trailing};
        matches!(self.grammar, Formed | Irc | Stamped | Trailing | Timed | Named | Dashed | Said)
    }

    /// Whether a day and a time may stand between lines, each of which is a message or goes on with one.
    pub fn has_sections(&self) -> bool {
        self.heads_lines() || matches!(self.grammar, Grammar::Own | Grammar::Alternating | Grammar::Nobody)
    }

    /// Whether, where no line has a name, days with times tell when all below them was said; later ones may have no day.
    pub fn is_sectioned(&self) -> bool {
        self.sections && self.is_nameless()
    }

    /// Whether no line says who it is by.
    pub fn is_nameless(&self) -> bool {
        self.blocks.is_none() && matches!(self.grammar, Grammar::Alternating | Grammar::Nobody)
    }

    /// A plan that knows no names yet.
    fn by(grammar: Grammar) -> Self {
        Self {
            grammar,
            cast: Cast::default(),
            screen: Screen::default(),
            lead: Lead::None,
            inline: Vec::new(),
            packed: Packed::default(),
            times: false,
            ending: false,
            days: false,
            sent: false,
            unnamed: None,
            blocks: None,
            among: None,
            top: 0,
            window: false,
            forwarded: false,
            writer: None,
            ages: false,
            bare_days: false,
            small_days: false,
            times_below: false,
            sections: false,
            times_above: false,
            heading: 0,
            form: None,
            labels: Vec::new(),
            pairs: None,
            marks: None,
            tail: Tail::default(),
            tags: Tags::default(),
        }
    }

    /// A plan with these names on lines of their own, and no others.
    fn titled(grammar: Grammar, names: HashSet<String>) -> Self {
        let days = names.iter().all(|name| furniture::is_loud(name));
        Self { days, screen: Screen::titles(names), ..Self::by(grammar) }
    }

    fn with_second(mut self, second: HashSet<String>) -> Self {
        self.screen.second = second;
        self
    }

    fn one_sided(mut self) -> Self {
        self.screen.one_sided = true;
        self
    }

    /// Whether only the other person's words have a name above them.
    pub fn is_one_sided(&self) -> bool {
        self.screen.one_sided
    }

    /// Whether headings say who sent.
    pub fn is_sent(&self) -> bool {
        self.screen.sent
    }

    /// Whether `line` is a name that stands above words.
    pub fn is_name(&self, line: &str) -> bool {
        let blocks = self.blocks.as_ref().is_some_and(|b| b.names.contains(line.trim()));
        blocks || self.screen.heading(line).is_some()
    }

    /// Whether `line`, right under the name `name`, is the same name once more.
    pub fn is_again(&self, line: &str, name: &str) -> bool {
        line.trim() == name && self.screen.is_second(name)
    }

    /// Whether `name` stands before words again and again.
    pub fn knows(&self, name: &str) -> bool {
        self.cast.knows(name)
    }

    /// Who `line` names by a second name.
    pub fn whole_name(&self, line: &str) -> Option<&str> {
        self.screen.whole_name(line)
    }

    /// What a line says, without what stands in front of each.
    pub fn words<'l>(&self, line: &'l str) -> &'l str {
        // The numbers of paragraphs are part of a text.
        if self.grammar == Grammar::Prose && self.lead != Lead::Quote {
            line
        } else {
            self.tail.strip(self.lead.strip(line)).0
        }
    }

    /// Whether nothing stands on a line of a page but its number.
    pub fn is_of_paper(&self, words: &str) -> bool {
        self.lead == Lead::Paper && words.is_empty()
    }

    /// Whether `line`, among lines with numbers, has no letters, as the number of the page.
    pub fn is_beside_paper(&self, line: &str) -> bool {
        self.lead == Lead::Paper && !self.lead.is_on(line) && !line.contains(char::is_alphabetic)
    }

    /// The time behind the words of a line.
    pub fn time_behind(&self, line: &str) -> When {
        self.tail.strip(self.lead.strip(line)).1
    }

    /// Whether a line is part of the screen and not of the talk.
    pub fn is_between(&self, line: &str) -> bool {
        let nameless = self.is_nameless();
        furniture::is_furniture(line)
            || self.form.is_some_and(|form| form.is_frame(line))
            || (nameless && self.top > 0 && page::is_day(line) && furniture::is_loud(line))
            || (self.times && moments::is_alone(line))
            || (nameless && (signs::is_deed(line) || signs::is_box(line)))
            || (self.sent && nameless && line.trim() == "Sent")
    }

    /// The words of a line without a name, and the time behind them where the text has such times.
    pub fn turn<'l>(&self, line: &'l str) -> (&'l str, When) {
        let timed = self.ending.then(|| moments::ending(line)).flatten();
        timed.unwrap_or((line, When::Unknown))
    }

    /// Whether `line` is none of the talk where names stand on lines of their own; `fresh` right under a name.
    pub fn is_status(&self, line: &str, fresh: bool) -> bool {
        self.screen.is_status(line, fresh)
            || (self.ages && !fresh && furniture::is_age(line))
            || (self.days && !fresh && furniture::is_day(line))
    }

    /// Whether `line` belongs to the head of a page on a screen that has one.
    pub fn is_profile(&self, line: &str) -> bool {
        self.screen.sent && furniture::is_profile(line)
    }

    /// Where no names were found, go by what the user says of them.
    pub fn told(&mut self, unnamed: Unnamed) {
        self.unnamed = Some(unnamed);
        self.grammar = match (self.grammar, unnamed) {
            (Grammar::Alternating | Grammar::Prose, Unnamed::Alternating) => Grammar::Alternating,
            (Grammar::Alternating, Unnamed::Unknown) => Grammar::Nobody,
            (grammar, _) => grammar,
        };
    }

    /// Whether lines without a name are the other person's, as far as the user leaves that open.
    pub fn has_other(&self) -> bool {
        self.unnamed != Some(Unnamed::Unknown)
    }

    /// Whether it is the user's word, and no guess, that two people take turns.
    pub fn is_said_to_alternate(&self) -> bool {
        self.unnamed == Some(Unnamed::Alternating)
    }

    /// Whether days stand under names in place of times.
    pub fn is_dated(&self) -> bool {
        self.screen.dated
    }

    /// Whether lines above names say who writes what stands below, as those of Teams do.
    pub fn is_announced(&self) -> bool {
        self.screen.announced
    }

    /// Whether names were typed by people, who do not always write them in the same capitals.
    pub fn is_retyped(&self) -> bool {
        use Grammar::{Dashed, Formed, Named, Own, Retold, Said, Timed, Trailing};
        matches!(self.grammar, Formed | Named | Own | Dashed | Timed | Trailing | Said | Retold)
    }

    /// Whether it is not sure whose words `line` is.
    pub fn doubts(&self, line: &str) -> bool {
        match self.grammar {
            Grammar::Named => self.cast.doubts(line) || self.is_among(line),
            Grammar::Own => self.cast.doubts(line),
            Grammar::Stamped => self.is_among(line),
            Grammar::Said => said::said(line).is_some_and(|(name, _)| !self.cast.knows(&name)),
            Grammar::Dashed => {
                dashes::of(line).is_some_and(|d| !self.cast.knows(&d.name) && self.believes(&d))
            }
            Grammar::Titled => ahead::dashed_time(line).is_some(),
            Grammar::NameLines => self.screen.doubts(line),
            _ => false,
        }
    }

    /// Whether copies of this form have a word for each picture.
    pub fn shows_pictures(&self) -> bool {
        self.grammar == Grammar::Titled || self.screen.announced
    }

    /// Whether `line`, which goes on with a message, may be a note in brackets of whoever typed the talk off.
    pub fn may_be_note(&self, line: &str) -> bool {
        self.grammar == Grammar::Named && is_aside(line)
    }

    /// Whether `line` is of another form than the grammar's, as a chat is that was passed on within another.
    fn is_among(&self, line: &str) -> bool {
        match self.grammar {
            Grammar::Stamped => grammars::stamped(line).is_none() && self.among_head(line).is_some(),
            _ => self.cast.head(line).is_none() && self.among_head(line).is_some(),
        }
    }

    /// Whether a name before a dash is one: it comes back, or a time stands beside it and it looks like one.
    fn believes(&self, head: &Dashed<'_>) -> bool {
        self.cast.knows(&head.name) || (head.when != When::Unknown && names::looks_like_name(&head.name))
    }

    fn among_head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        match self.grammar {
            Grammar::Stamped => self.among.as_ref()?.known_head(line),
            _ => grammars::stamped(line).filter(|_| line.trim_start().starts_with('[')),
        }
    }

    /// How `line`, above all that are sure to begin a message, begins one.
    pub fn early_head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let early = || self.cast.early_head(line).filter(|_| self.grammar == Grammar::Named);
        self.head(line).or_else(early)
    }

    /// How `line` begins a message, if it does.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let titled =
            |head: &Head<'_>| matches!(&head.who, Who::Speaker(name) if self.screen.names.contains(name));
        match self.grammar {
            Grammar::Formed => self.form.as_ref()?.head(line),
            Grammar::Irc => grammars::irc(line),
            Grammar::Stamped => grammars::stamped(line).or_else(|| self.among_head(line)),
            Grammar::Trailing => grammars::trailing(line),
            Grammar::Timed => grammars::timed(line),
            Grammar::Titled => doings::told(line).or_else(|| grammars::titled(line)),
            Grammar::TitledClosely => {
                let close = places::heading(line).filter(titled);
                let close = close.or_else(|| grammars::titled_closely(line).filter(titled));
                close.or_else(|| grammars::bracketed_title(line).filter(titled))
            }
            Grammar::Said => {
                let (name, text) = said::said(line)?;
                Some(Head { who: Who::Speaker(name), when: When::Unknown, text })
            }
            Grammar::Dashed => {
                let Dashed { name, when, text } = dashes::of(line).filter(|head| self.believes(head))?;
                Some(Head { who: Who::Speaker(name), when, text })
            }
            Grammar::Named => self.cast.head(line).or_else(|| self.among_head(line)),
            Grammar::Own => self.cast.head(line),
            Grammar::NameLines => match self.screen.heading(line) {
                Some(name) => {
                    Some(Head { who: Who::Speaker(name.to_owned()), when: When::Unknown, text: "" })
                }
                // Discord copies some names with their time on the same line.
                None => doings::told(line).or_else(|| grammars::titled(line).filter(titled)),
            },
            Grammar::Mail | Grammar::Forum | Grammar::Labelled | Grammar::Retold => None,
            Grammar::Blocks | Grammar::Alternating | Grammar::Nobody | Grammar::Prose => None,
        }
    }
}
