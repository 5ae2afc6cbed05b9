//! Which grammar a pasted text follows, and who its speakers are.

use std::collections::{HashMap, HashSet};

use super::super::Unnamed;
use super::super::chat::When;
use super::super::source::Sample;
use super::furniture;
use super::grammars::{self, Head, Who};

/// How messages begin, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// `<name> text`
    Irc,
    /// `[time] Name: text`
    Stamped,
    /// `Name (time): text`
    Trailing,
    /// `Name — Today at 10:11 PM`, then lines of text
    Titled,
    /// `Me 21:14`, then lines of text
    TitledClosely,
    /// `Name: text`
    Named,
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
    names: HashSet<String>,
    /// Whether a name that was not seen before is believed: nearly every line begins with one.
    open: bool,
    /// Whether headings say who sent or answered.
    sent: bool,
    /// Whether lines are quoted as in an answer to a mail: `> Name: text`.
    quoted: bool,
    /// Whether times stand on lines of their own.
    times: bool,
    /// Whether times stand behind the words, where no line has a name.
    ending: bool,
}

impl Plan {
    /// The plan for the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
        let quoted = lines.iter().filter(|l| l.starts_with('>')).count() * 3 > lines.len();
        let lines: Vec<&str> = if quoted { lines.into_iter().map(unquoted).collect() } else { lines };
        let alone = lines.iter().filter(|l| grammars::lone_time(l)).count();
        let times = alone > 2 || (alone > 1 && alone * 4 >= lines.len());
        let ending = lines.iter().filter(|l| grammars::ending_time(l).is_some()).count();
        let ending = lines.len() > 2 && ending * 5 >= lines.len() * 3;
        Self { quoted, times, ending, ..Self::of_lines(sample, &lines, times) }
    }

    fn of_lines(sample: &Sample, lines: &[&str], times: bool) -> Self {
        let without =
            |what: fn(&str) -> bool| -> Vec<&str> { lines.iter().copied().filter(|l| !what(l)).collect() };
        if let Some(plan) = Self::of_screen(&without(furniture::is_dash)) {
            return plan;
        }
        let lines = match times {
            true => without(|l| grammars::lone_time(l) || furniture::is_furniture(l)),
            false => without(furniture::is_furniture),
        };
        let certain = [
            (Grammar::Irc, share(&lines, grammars::irc, 1)),
            (Grammar::Stamped, share(&lines, grammars::stamped, 1)),
            (Grammar::Trailing, share(&lines, grammars::trailing, 1)),
            (Grammar::Titled, share(&lines, grammars::titled, 2)),
        ];
        let (names, named) = speakers(&lines, grammars::named);
        let (dashes, dashed) = speakers(&lines, grammars::dashed);
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
        match best {
            Some((grammar @ Grammar::NameLines, _)) => Self::by(grammar, titles),
            Some((grammar @ Grammar::Dashed, _)) => Self::by(grammar, dashes),
            Some((grammar @ Grammar::TitledClosely, _)) => Self::by(grammar, close),
            // With only one name that comes back, the other side may have spoken once.
            Some((grammar, share)) => {
                Self { open: share >= 0.9 || names.len() < 2, ..Self::by(grammar, names) }
            }
            None => Self::by(without_names(sample, &lines), names),
        }
    }

    /// A plan with these names and no others.
    fn by(grammar: Grammar, names: HashSet<String>) -> Self {
        Self { grammar, names, open: false, sent: false, quoted: false, times: false, ending: false }
    }

    /// The plan for what was copied from a screen: `You sent` above messages, or a name with a time under it.
    fn of_screen(lines: &[&str]) -> Option<Self> {
        let own = lines.iter().filter(|l| furniture::sender(l) == Some("You")).count();
        let mut names: HashSet<String> = HashSet::new();
        if own > 0 {
            names.extend(lines.iter().filter_map(|l| furniture::sender(l)).map(str::to_owned));
            // The other side may never answer a single message, and then only comes back.
            let mut tally: HashMap<&str, usize> = HashMap::new();
            let handles = lines.iter().map(|l| l.trim()).filter(|l| is_handle(l));
            handles.for_each(|l| *tally.entry(l).or_default() += 1);
            names.extend(tally.into_iter().filter(|(_, n)| *n > 1).map(|(l, _)| l.to_owned()));
            return Some(Self { sent: true, ..Self::by(Grammar::NameLines, names) });
        }
        let is_name = |line: &str| (is_name_alone(line) || is_handle(line)) && !furniture::is_furniture(line);
        let under = |pair: &&[&str]| is_name(pair[0].trim()) && grammars::whole_time(pair[1]).is_some();
        names.extend(lines.windows(2).filter(under).map(|pair| pair[0].trim().to_owned()));
        let pairs = lines.windows(2).filter(under).count();
        let leads = lines.get(..2).is_some_and(|pair| under(&pair));
        let enough = pairs > 1 && leads && pairs * 10 >= lines.len();
        enough.then(|| Self::by(Grammar::NameLines, names))
    }

    /// What a line says, without the sign of a quotation where the text is one.
    pub fn words<'l>(&self, line: &'l str) -> &'l str {
        if self.quoted { unquoted(line) } else { line }
    }

    /// Whether a line is part of the screen and not of the talk.
    pub fn is_between(&self, line: &str) -> bool {
        furniture::is_furniture(line) || (self.times && grammars::lone_time(line))
    }

    /// The words of a line without a name, and the time behind them where the text has such times.
    pub fn turn<'l>(&self, line: &'l str) -> (&'l str, When) {
        let timed = grammars::ending_time(line).filter(|_| self.ending);
        timed.unwrap_or((line, When::Unknown))
    }

    /// Whether `line` says that a message has left, on a screen that says such things.
    pub fn is_status(&self, line: &str) -> bool {
        self.sent && line.trim() == "Sent"
    }

    /// Where no names were found, go by what the user says of them.
    pub fn told(&mut self, unnamed: Unnamed) {
        self.grammar = match (self.grammar, unnamed) {
            (Grammar::Alternating | Grammar::Prose, Unnamed::Alternating) => Grammar::Alternating,
            (Grammar::Alternating, Unnamed::Unknown) => Grammar::Nobody,
            (grammar, _) => grammar,
        };
    }

    fn knows(&self, who: &Who) -> bool {
        matches!(who, Who::Speaker(name) if self.names.contains(name))
    }

    /// How `line` begins a message, if it does.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        match self.grammar {
            Grammar::Irc => grammars::irc(line),
            Grammar::Stamped => grammars::stamped(line),
            Grammar::Trailing => grammars::trailing(line),
            Grammar::Titled => grammars::titled(line),
            Grammar::TitledClosely => grammars::titled_closely(line).filter(|h| self.knows(&h.who)),
            Grammar::Dashed => {
                let (name, text) = grammars::dashed(line).filter(|(name, _)| self.names.contains(name))?;
                Some(Head { who: Who::Speaker(name), when: When::Unknown, text })
            }
            Grammar::Named => {
                let (name, text) = grammars::named(line)?;
                let known = self.names.contains(&name) || (self.open && grammars::looks_like_name(&name));
                known.then_some(Head { who: Who::Speaker(name), when: When::Unknown, text })
            }
            Grammar::NameLines => {
                let sender = furniture::sender(line).filter(|_| self.sent);
                match sender.or(self.names.get(line.trim()).map(String::as_str)) {
                    Some(name) => {
                        Some(Head { who: Who::Speaker(name.to_owned()), when: When::Unknown, text: "" })
                    }
                    // Discord copies some names with their time on the same line.
                    None => grammars::titled(line).filter(|h| self.knows(&h.who)),
                }
            }
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

fn unquoted(line: &str) -> &str {
    line.strip_prefix('>').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest))
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
    if leads && back && share >= 0.4 {
        (tally.into_keys().collect(), share.min(1.0))
    } else {
        (HashSet::new(), 0.0)
    }
}

/// The names of `Name: text` and the share of lines that begin so; 0 when they look like labels, times or prose.
fn speakers(lines: &[&str], named: fn(&str) -> Option<(String, &str)>) -> (HashSet<String>, f32) {
    let mut tally: HashMap<String, usize> = HashMap::new();
    for (name, _) in lines.iter().filter_map(|l| named(l)) {
        *tally.entry(name).or_default() += 1;
    }
    let (heads, distinct) = (tally.values().sum::<usize>(), tally.len());
    let share = heads as f32 / lines.len().max(1) as f32;
    let leads = lines.first().is_some_and(|l| named(l).is_some());
    // People come back; labels do not.
    let repeated: usize = tally.values().filter(|n| **n > 1).sum();
    let chat = repeated * 2 > heads && distinct * 3 <= heads * 2 && share >= if leads { 0.1 } else { 0.3 };
    let short = heads > 1 && distinct <= 3 && share >= 0.6 && leads;
    if !chat && !short {
        return (HashSet::new(), 0.0);
    }
    let sure = tally.into_iter().filter(|(_, n)| *n > 1 || (short && lines.len() <= 8));
    (sure.map(|(name, _)| name).collect(), share)
}

/// Lines that say one of a few names and nothing else, again and again, with text between them.
fn name_lines(lines: &[&str]) -> (HashSet<String>, f32) {
    let mut tally: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().map(|l| l.trim()).filter(|l| is_name_alone(l)) {
        *tally.entry(line).or_default() += 1;
    }
    tally.retain(|_, n| *n > 1);
    let is_title = |line: &str| tally.contains_key(line.trim());
    let apart = lines.windows(2).all(|pair| !(is_title(pair[0]) && is_title(pair[1])));
    let leads = lines.first().is_some_and(|l| is_title(l));
    let heads: usize = tally.values().sum();
    let share = (heads * 2) as f32 / lines.len().max(1) as f32;
    if !(2..=12).contains(&tally.len()) || !apart || !leads || share < 0.4 {
        return (HashSet::new(), 0.0);
    }
    (tally.into_keys().map(str::to_owned).collect(), share.min(0.9))
}

/// A name that people give themselves on a platform: one word with a dot or a line in it.
fn is_handle(line: &str) -> bool {
    line.contains(['.', '_']) && !line.contains(' ')
}

fn is_name_alone(line: &str) -> bool {
    const ANSWERS: [&str; 16] = [
        "ok", "okay", "yes", "no", "yeah", "yep", "nope", "lol", "haha", "hi", "hey", "hello", "thanks",
        "sure", "what", "why",
    ];
    let words = line.split_whitespace().count();
    let capital =
        line.chars().next().is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()));
    let plain = line.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '\'' | '_'));
    words <= 3 && line.len() <= 40 && capital && plain && !ANSWERS.contains(&line.to_lowercase().as_str())
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
