//! Which grammar a pasted text follows, and who its speakers are.

use std::collections::HashSet;

use super::super::Unnamed;
use super::super::chat::When;
use super::super::source::Sample;
use super::blocks::Blocks;
use super::cast::Cast;
use super::forms::Form;
use super::grammars::{self, Head, Who};
use super::guesses::{among, is_aside, is_one_side, without_names};
use super::lead::Lead;
use super::screen::Screen;
use super::wrap::{self, Marks, Tail};
use super::{ahead, days, furniture, inline, labels, mail, moments, page, places, said, titles};

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
    /// A name on a line of its own, then lines of text
    NameLines,
    /// Mails one under another
    Mail,
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
    /// Whether times stand on lines of their own.
    times: bool,
    /// Whether times stand behind the words, where no line has a name.
    ending: bool,
    /// Whether days stand on lines of their own, in capitals as the names do.
    days: bool,
    /// Whether lines say that a message was sent, where no line has a name.
    sent: bool,
    /// Whether the user said that nobody is to be assumed.
    nobody: bool,
    /// How messages stand between times, where those say most.
    pub blocks: Option<Blocks>,
    /// Who speaks in lines of another form among those of the grammar.
    among: Option<Cast>,
    /// How many lines are the head of a page.
    pub top: usize,
    /// Whether lines above names say how long ago a message came.
    ages: bool,
    /// Whether days without any sign around them stand between messages.
    pub bare_days: bool,
    /// What form lines have, where that says most.
    pub form: Option<Form>,
    /// The labels of the fields of a message.
    pub labels: Vec<String>,
    /// What stands around the words of each message.
    pub marks: Option<Marks>,
    /// What stands behind them.
    pub tail: Tail,
}

impl Plan {
    /// The plan for the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
        let lead = Lead::of(&lines);
        let whole = lines.clone();
        let lines: Vec<&str> = lines.into_iter().map(|l| lead.strip(l)).collect();
        let tail = Tail::of(&lines);
        let lines: Vec<&str> = lines.into_iter().map(|l| tail.strip(l).0).collect();
        let inline = inline::names_within(&lines);
        let lines: Vec<&str> = lines.into_iter().flat_map(|l| inline::pieces(l, &inline)).collect();
        let joined = ahead::joined(&lines);
        let lines: Vec<&str> = joined.iter().map(String::as_str).collect();
        let top = Some(page::head(&lines)).filter(|top| top + 2 <= lines.len()).unwrap_or(0);
        let (all, lines) = (lines.clone(), &lines[top..]);
        let alone = lines.iter().filter(|l| moments::is_alone(l)).count();
        let times = alone > 2 || (alone > 1 && alone * 4 >= lines.len());
        let ending = lines.iter().filter(|l| moments::ending(l).is_some()).count();
        let ending = lines.len() > 2 && ending * 5 >= lines.len() * 3;
        let sent = lines.iter().filter(|l| l.trim() == "Sent").count() > 1;
        let mut plan =
            Self { lead, tail, inline, times, ending, sent, ..Self::of_lines(sample, lines, times) };
        if plan.grammar == Grammar::Alternating && matches!(lead, Lead::Number | Lead::Bullet) {
            // A list in an article is as long as it stands there.
            plan.grammar = without_names(sample, &whole);
        }
        plan.top = if plan.has_page() { top } else { 0 };
        plan.bare_days = plan.bare_days_in(&all);
        plan.marks = wrap::marks(plan.words_of(lines).into_iter());
        let age = |pair: &&[&str]| furniture::is_age(pair[0]) && plan.head(pair[1]).is_some();
        plan.ages = plan.grammar == Grammar::NameLines && lines.windows(2).filter(age).count() > 1;
        plan
    }

    /// Whether what stands above the talk may be the head of a page: no line says who it is by.
    fn has_page(&self) -> bool {
        use Grammar::{Alternating, Blocks, NameLines, Nobody};
        matches!(self.grammar, NameLines | Blocks | Alternating | Nobody)
    }

    /// What somebody says in `lines`, as far as that is on the line where it begins.
    fn words_of<'l>(&self, lines: &[&'l str]) -> Vec<&'l str> {
        // Other lines belong to messages that begin above them, unless nothing stands there.
        let mut inside = false;
        let words = |line: &&'l str| match self.head(line) {
            Some(head) => {
                inside = !head.text.is_empty();
                head.text
            }
            None if std::mem::replace(&mut inside, self.heads_lines()) && self.heads_lines() => "",
            None => self.turn(line).0,
        };
        lines.iter().filter(|l| !moments::is_alone(l) && !self.is_between(l)).map(words).collect()
    }

    fn bare_days_in(&self, lines: &[&str]) -> bool {
        let day = |pair: &&[&str]| {
            days::between(pair[0]).is_some_and(|b| b.bare)
                && self.head(pair[0]).is_none()
                && self.head(pair[1]).is_some()
        };
        self.heads_lines() && lines.windows(2).filter(day).count() > 1
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

    fn of_lines(sample: &Sample, lines: &[&str], times: bool) -> Self {
        let without =
            |what: fn(&str) -> bool| -> Vec<&str> { lines.iter().copied().filter(|l| !what(l)).collect() };
        let whole = lines;
        if let Some(labels) = labels::of(lines) {
            return Self { labels, ..Self::by(Grammar::Labelled) };
        }
        if let Some(form) = Form::of(lines) {
            return Self { form: Some(form), ..Self::by(Grammar::Formed) };
        }
        if let Some(screen) = Screen::of(&without(furniture::is_dash)) {
            return Self { screen, ..Self::by(Grammar::NameLines) };
        }
        let lines = match times {
            true => without(|l| moments::is_alone(l) || furniture::is_furniture(l)),
            false => without(furniture::is_furniture),
        };
        let certain = [
            (Grammar::Irc, share(&lines, grammars::irc, 1)),
            (Grammar::Stamped, share(&lines, grammars::stamped, 1)),
            (Grammar::Trailing, share(&lines, grammars::trailing, 1)),
            (Grammar::Timed, mostly(share(&lines, grammars::timed, 1))),
            (Grammar::Titled, share(&lines, grammars::titled, 2)),
        ];
        let (cast, named) = Cast::of(&lines);
        let (dashes, dashed) = Cast::before(&lines, grammars::dashed);
        let back =
            lines.iter().filter(|l| grammars::dashed(l).is_some()).count().saturating_sub(dashes.len());
        let (close, closely) = titles::beside_times(&lines);
        let doubled = titles::doubled(&lines);
        let (titles, titled) = titles::name_lines(&titles::undoubled(&lines, &doubled));
        if mail::is_mail(whole) {
            return Self::by(Grammar::Mail);
        }
        if said::is_told(&lines) {
            return Self { cast: Cast::before(&lines, said::said).0, ..Self::by(Grammar::Said) };
        }
        let guesses = [
            (Grammar::TitledClosely, closely),
            (Grammar::Named, named),
            // A list of things has dashes, too, but its names do not come back.
            (Grammar::Dashed, if dashed >= 0.6 && dashes.len() < 4 && back > 1 { dashed * 0.9 } else { 0.0 }),
            (Grammar::NameLines, titled),
        ];
        let ranked = certain.into_iter().chain(guesses).filter(|(_, share)| *share > 0.0);
        // Of equals the first, which is the more certain.
        let best = ranked.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let best = best.map(|(grammar, _)| grammar);
        if matches!(best, None | Some(Grammar::NameLines | Grammar::Dashed))
            && let Some(blocks) = Blocks::of(whole)
        {
            let grammar = if blocks.has_names() { Grammar::Blocks } else { Grammar::Alternating };
            return Self { blocks: Some(blocks), ..Self::by(grammar) };
        }
        match best {
            Some(grammar @ Grammar::NameLines) => Self::titled(grammar, titles).with_second(doubled),
            Some(grammar @ Grammar::TitledClosely) => Self::titled(grammar, close),
            Some(grammar @ Grammar::Dashed) => Self { cast: dashes, ..Self::by(grammar) },
            Some(Grammar::Named) if is_one_side(&cast, &lines) => Self { cast, ..Self::by(Grammar::Own) },
            Some(grammar @ Grammar::Stamped) => Self { among: among(&lines), ..Self::by(grammar) },
            Some(grammar) => Self { cast, ..Self::by(grammar) },
            None => match titles::only_name(&lines) {
                Some(name) => Self::titled(Grammar::NameLines, HashSet::from([name])).one_sided(),
                None => Self::by(without_names(sample, &lines)),
            },
        }
    }

    /// A plan that knows no names yet.
    fn by(grammar: Grammar) -> Self {
        Self {
            grammar,
            cast: Cast::default(),
            screen: Screen::default(),
            lead: Lead::None,
            inline: Vec::new(),
            times: false,
            ending: false,
            days: false,
            sent: false,
            nobody: false,
            blocks: None,
            among: None,
            top: 0,
            ages: false,
            bare_days: false,
            form: None,
            labels: Vec::new(),
            marks: None,
            tail: Tail::default(),
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

    /// Whether `line` is a name that stands above words.
    pub fn is_name(&self, line: &str) -> bool {
        let blocks = self.blocks.as_ref().is_some_and(|b| b.names.contains(line.trim()));
        blocks || self.screen.heading(line).is_some()
    }

    /// Whether `line`, right under the name `name`, is the same name once more.
    pub fn is_again(&self, line: &str, name: &str) -> bool {
        line.trim() == name && self.screen.is_second(name)
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

    /// The time behind the words of a line.
    pub fn time_behind(&self, line: &str) -> When {
        self.tail.strip(self.lead.strip(line)).1
    }

    /// Whether a line is part of the screen and not of the talk.
    pub fn is_between(&self, line: &str) -> bool {
        let nameless = matches!(self.grammar, Grammar::Alternating | Grammar::Nobody);
        furniture::is_furniture(line)
            || self.form.is_some_and(|form| form.is_frame(line))
            || (nameless && self.top > 0 && page::is_day(line) && furniture::is_loud(line))
            || (self.times && moments::is_alone(line))
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
        self.nobody = unnamed == Unnamed::Unknown;
        self.grammar = match (self.grammar, unnamed) {
            (Grammar::Alternating | Grammar::Prose, Unnamed::Alternating) => Grammar::Alternating,
            (Grammar::Alternating, Unnamed::Unknown) => Grammar::Nobody,
            (grammar, _) => grammar,
        };
    }

    /// Whether lines without a name are the other person's, as far as the user leaves that open.
    pub fn has_other(&self) -> bool {
        !self.nobody
    }

    /// Whether names were typed by people, who do not always write them in the same capitals.
    pub fn is_retyped(&self) -> bool {
        use Grammar::{Dashed, Formed, Named, Own, Said, Timed, Trailing};
        matches!(self.grammar, Formed | Named | Own | Dashed | Timed | Trailing | Said)
    }

    /// Whether it is not sure whose words `line` is.
    pub fn doubts(&self, line: &str) -> bool {
        match self.grammar {
            Grammar::Named => self.cast.doubts(line) || self.is_among(line) || is_aside(line),
            Grammar::Own => self.cast.doubts(line),
            Grammar::Stamped => self.is_among(line),
            Grammar::Said => said::said(line).is_some_and(|(name, _)| !self.cast.knows(&name)),
            Grammar::Titled => ahead::dashed_time(line).is_some(),
            Grammar::NameLines => self.screen.doubts(line),
            _ => false,
        }
    }

    /// Whether `line` is of another form than the grammar's, as a chat is that was passed on within another.
    fn is_among(&self, line: &str) -> bool {
        match self.grammar {
            Grammar::Stamped => grammars::stamped(line).is_none() && self.among_head(line).is_some(),
            _ => self.cast.head(line).is_none() && self.among_head(line).is_some(),
        }
    }

    fn among_head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        match self.grammar {
            Grammar::Stamped => self.among.as_ref()?.known_head(line),
            _ => grammars::stamped(line).filter(|_| line.trim_start().starts_with('[')),
        }
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
            Grammar::Titled => grammars::titled(line),
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
                let (name, text) = grammars::dashed(line).filter(|(name, _)| self.cast.knows(name))?;
                Some(Head { who: Who::Speaker(name), when: When::Unknown, text })
            }
            Grammar::Named => self.cast.head(line).or_else(|| self.among_head(line)),
            Grammar::Own => self.cast.head(line),
            Grammar::NameLines => match self.screen.heading(line) {
                Some(name) => {
                    Some(Head { who: Who::Speaker(name.to_owned()), when: When::Unknown, text: "" })
                }
                // Discord copies some names with their time on the same line.
                None => grammars::titled(line).filter(titled),
            },
            Grammar::Mail | Grammar::Labelled => None,
            Grammar::Blocks | Grammar::Alternating | Grammar::Nobody | Grammar::Prose => None,
        }
    }
}

/// The share of lines that heads of a grammar explain, each with the `lines_each` it stands for; 0 when they are too
/// few to be the way of the text.
fn share<'l>(lines: &[&'l str], head: impl Fn(&'l str) -> Option<Head<'l>>, lines_each: usize) -> f32 {
    let heads = lines.iter().filter(|l| head(l).is_some_and(|h| h.who != Who::App)).count();
    let share = (heads * lines_each) as f32 / lines.len().max(1) as f32;
    let leads = lines.iter().take(2).any(|l| head(l).is_some());
    if share >= 0.3 || (heads > 0 && leads && share >= 0.05) { share.min(1.0) } else { 0.0 }
}

/// Nothing for a share that hangs on the first lines: `dinner at 18:00: soup` begins like a message, too.
fn mostly(share: f32) -> f32 {
    if share >= 0.3 { share } else { 0.0 }
}
