//! Which grammar a pasted text follows, and who its speakers are.

use std::collections::{HashMap, HashSet};

use super::super::Unnamed;
use super::super::chat::When;
use super::super::source::Sample;
use super::cast::Cast;
use super::grammars::{self, Head, Who};
use super::lead::Lead;
use super::screen::Screen;
use super::{furniture, moments, names};

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
    /// A name on a line of its own, then lines of text
    NameLines,
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
}

impl Plan {
    /// The plan for the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
        let lead = Lead::of(&lines);
        let whole = lines.clone();
        let lines: Vec<&str> = lines.into_iter().map(|l| lead.strip(l)).collect();
        let alone = lines.iter().filter(|l| moments::is_alone(l)).count();
        let times = alone > 2 || (alone > 1 && alone * 4 >= lines.len());
        let ending = lines.iter().filter(|l| moments::ending(l).is_some()).count();
        let ending = lines.len() > 2 && ending * 5 >= lines.len() * 3;
        let sent = lines.iter().filter(|l| l.trim() == "Sent").count() > 1;
        let mut plan = Self { lead, times, ending, sent, ..Self::of_lines(sample, &lines, times) };
        if plan.grammar == Grammar::Alternating && matches!(lead, Lead::Number | Lead::Bullet) {
            // A list in an article is as long as it stands there.
            plan.grammar = without_names(sample, &whole);
        }
        plan
    }

    fn of_lines(sample: &Sample, lines: &[&str], times: bool) -> Self {
        let without =
            |what: fn(&str) -> bool| -> Vec<&str> { lines.iter().copied().filter(|l| !what(l)).collect() };
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
        let (close, closely) = close_titles(&lines);
        let (titles, titled) = name_lines(&lines);
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
        match best.map(|(grammar, _)| grammar) {
            Some(grammar @ Grammar::NameLines) => Self::titled(grammar, titles),
            Some(grammar @ Grammar::TitledClosely) => Self::titled(grammar, close),
            Some(grammar @ Grammar::Dashed) => Self { cast: dashes, ..Self::by(grammar) },
            Some(Grammar::Named) if is_one_side(&cast, &lines) => Self { cast, ..Self::by(Grammar::Own) },
            Some(grammar) => Self { cast, ..Self::by(grammar) },
            None => Self::by(without_names(sample, &lines)),
        }
    }

    /// A plan that knows no names yet.
    fn by(grammar: Grammar) -> Self {
        Self {
            grammar,
            cast: Cast::default(),
            screen: Screen::default(),
            lead: Lead::None,
            times: false,
            ending: false,
            days: false,
            sent: false,
            nobody: false,
        }
    }

    /// A plan with these names on lines of their own, and no others.
    fn titled(grammar: Grammar, names: HashSet<String>) -> Self {
        let days = names.iter().all(|name| furniture::is_loud(name));
        Self { days, screen: Screen::titles(names), ..Self::by(grammar) }
    }

    /// What a line says, without what stands in front of each.
    pub fn words<'l>(&self, line: &'l str) -> &'l str {
        // The numbers of paragraphs are part of a text.
        if self.grammar == Grammar::Prose && self.lead != Lead::Quote { line } else { self.lead.strip(line) }
    }

    /// Whether a line is part of the screen and not of the talk.
    pub fn is_between(&self, line: &str) -> bool {
        let nameless = matches!(self.grammar, Grammar::Alternating | Grammar::Nobody);
        furniture::is_furniture(line)
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
        self.screen.is_status(line, fresh) || (self.days && !fresh && furniture::is_day(line))
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
        use Grammar::{Dashed, Named, Own, Timed, Trailing};
        matches!(self.grammar, Named | Own | Dashed | Timed | Trailing)
    }

    /// Whether it is not sure whose words `line` is.
    pub fn doubts(&self, line: &str) -> bool {
        match self.grammar {
            Grammar::Named | Grammar::Own => self.cast.doubts(line),
            Grammar::NameLines => self.screen.doubts(line),
            _ => false,
        }
    }

    /// How `line` begins a message, if it does.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let titled =
            |head: &Head<'_>| matches!(&head.who, Who::Speaker(name) if self.screen.names.contains(name));
        match self.grammar {
            Grammar::Irc => grammars::irc(line),
            Grammar::Stamped => grammars::stamped(line),
            Grammar::Trailing => grammars::trailing(line),
            Grammar::Timed => grammars::timed(line),
            Grammar::Titled => grammars::titled(line),
            Grammar::TitledClosely => grammars::titled_closely(line).filter(titled),
            Grammar::Dashed => {
                let (name, text) = grammars::dashed(line).filter(|(name, _)| self.cast.knows(name))?;
                Some(Head { who: Who::Speaker(name), when: When::Unknown, text })
            }
            Grammar::Named | Grammar::Own => self.cast.head(line),
            Grammar::NameLines => match self.screen.heading(line) {
                Some(name) => {
                    Some(Head { who: Who::Speaker(name.to_owned()), when: When::Unknown, text: "" })
                }
                // Discord copies some names with their time on the same line.
                None => grammars::titled(line).filter(titled),
            },
            Grammar::Alternating | Grammar::Nobody | Grammar::Prose => None,
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

/// Whether only one's own lines are marked: the others stand bare between them.
fn is_one_side(cast: &Cast, lines: &[&str]) -> bool {
    let bare = lines.iter().filter(|l| cast.head(l).is_none()).count();
    cast.is_own_only() && bare > 1 && bare * 5 >= lines.len()
}

/// The names of `Me 21:14` above lines of text, and the share of lines that they explain: names come back, or are few and lead.
fn close_titles(lines: &[&str]) -> (HashSet<String>, f32) {
    let mut tally: HashMap<String, usize> = HashMap::new();
    for head in lines.iter().filter_map(|l| grammars::titled_closely(l)) {
        if let Who::Speaker(name) = head.who {
            *tally.entry(name).or_default() += 1;
        }
    }
    let heads: usize = tally.values().sum();
    let share = (heads * 2) as f32 / lines.len().max(1) as f32;
    let leads = lines.first().is_some_and(|l| grammars::titled_closely(l).is_some());
    let back = tally.values().any(|n| *n > 1) && tally.len() <= 12;
    // Short words with times beside them stand close together; names have words under them.
    let is_title = |line: &str| grammars::titled_closely(line).is_some();
    let together = lines.windows(2).filter(|pair| is_title(pair[0]) && is_title(pair[1])).count();
    if leads && back && share >= 0.4 && together * 2 < heads {
        (tally.into_keys().collect(), share.min(1.0))
    } else {
        (HashSet::new(), 0.0)
    }
}

/// Lines that say one of a few names and nothing else, again and again, with text between them; in small letters only where they stand above nearly every message.
fn name_lines(lines: &[&str]) -> (HashSet<String>, f32) {
    // Snapchat sets days above and between.
    let first = lines.iter().position(|l| !furniture::is_day_in_any_case(l)).unwrap_or(0);
    let lines: Vec<&str> = lines[first..].iter().map(|l| l.trim()).collect();
    let mut tally: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().filter(|l| names::any(l).is_some() && !furniture::is_day(l)) {
        *tally.entry(line).or_default() += 1;
    }
    tally.retain(|_, n| *n > 1);
    let alone = tally.keys().copied().filter(|l| names::is_alone(l)).collect();
    let above = above_words(&lines, &tally);
    titles_share(&lines, above, 8, 0.6).or_else(|| titles_share(&lines, alone, 12, 0.4)).unwrap_or_default()
}

/// Of lines that come back the first of the text, and, from the most frequent on, those that never stand right under one of these.
fn above_words<'l>(lines: &[&'l str], tally: &HashMap<&'l str, usize>) -> HashSet<&'l str> {
    let mut found: HashSet<&str> =
        lines.first().copied().filter(|l| tally.contains_key(l)).into_iter().collect();
    let mut above: HashMap<&str, HashSet<&str>> = HashMap::new();
    for pair in lines.windows(2) {
        above.entry(pair[1]).or_default().insert(pair[0]);
    }
    let mut others: Vec<_> = tally.iter().map(|(line, n)| (std::cmp::Reverse(*n), *line)).collect();
    others.sort_unstable();
    for (_, line) in others {
        if above.get(line).is_none_or(|above| above.is_disjoint(&found)) {
            found.insert(line);
        }
    }
    found
}

/// These names, and the share of lines that they explain as headings with one line of words each; nothing if they do not stand as headings do.
fn titles_share(
    lines: &[&str],
    names: HashSet<&str>,
    most: usize,
    least: f32,
) -> Option<(HashSet<String>, f32)> {
    let is_title = |line: &str| names.contains(line);
    let apart = lines.windows(2).all(|pair| !(is_title(pair[0]) && is_title(pair[1])));
    let leads = lines.first().is_some_and(|l| is_title(l));
    let heads = lines.iter().filter(|l| is_title(l)).count();
    let share = (heads * 2) as f32 / lines.len().max(1) as f32;
    let fits = (2..=most).contains(&names.len()) && apart && leads && share >= least;
    fits.then(|| (names.into_iter().map(str::to_owned).collect(), share.min(0.9)))
}

/// A text without names: turns, or one text?
fn without_names(sample: &Sample, lines: &[&str]) -> Grammar {
    let count = lines.len().max(1);
    let letters: usize = lines.iter().map(|l| l.chars().count()).sum();
    let words: usize = lines.iter().map(|l| l.split_whitespace().count()).sum();
    let blank = sample.lines().count() - lines.len();
    let paragraphs = blank * 4 >= count && words > 9 * count;
    let wrapped = lines.iter().filter(|l| (55..=85).contains(&l.chars().count())).count() * 5 > count * 3;
    let letter = lines.first().is_some_and(|l| {
        let first = l.to_lowercase();
        first.starts_with("dear ") || first.starts_with("to whom")
    });
    // A document with headings or a table drawn in signs.
    let drawn = lines.iter().filter(|l| l.trim_start().starts_with(['#', '|'])).count() * 4 > count;
    if lines.len() < 2 || drawn || letters > 90 * count || paragraphs || (wrapped && count > 2) || letter {
        Grammar::Prose
    } else {
        Grammar::Alternating
    }
}
