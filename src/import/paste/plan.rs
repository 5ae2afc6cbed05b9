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
    /// `Name: text`
    Named,
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
}

impl Plan {
    /// The plan for the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
        if let Some(plan) = Self::of_screen(&lines) {
            return plan;
        }
        let certain = [
            (Grammar::Irc, share(&lines, grammars::irc, 1)),
            (Grammar::Stamped, share(&lines, grammars::stamped, 1)),
            (Grammar::Trailing, share(&lines, grammars::trailing, 1)),
            (Grammar::Titled, share(&lines, grammars::titled, 2)),
        ];
        let (names, named) = speakers(&lines);
        let (titles, titled) = name_lines(&lines);
        let guesses = [(Grammar::Named, named), (Grammar::NameLines, titled)];
        let ranked = certain.into_iter().chain(guesses).filter(|(_, share)| *share > 0.0);
        // Of equals the first, which is the more certain.
        let best = ranked.reduce(|best, next| if next.1 > best.1 { next } else { best });
        match best {
            Some((Grammar::NameLines, _)) => {
                Self { grammar: Grammar::NameLines, names: titles, open: false, sent: false }
            }
            // With only one name that comes back, the other side may have spoken once.
            Some((grammar, share)) => {
                Self { grammar, open: share >= 0.9 || names.len() < 2, names, sent: false }
            }
            None => Self { grammar: without_names(sample, &lines), names, open: false, sent: false },
        }
    }

    /// The plan for what was copied from a screen: `You sent` above messages, or a name with a time under it.
    fn of_screen(lines: &[&str]) -> Option<Self> {
        let own = lines.iter().filter(|l| furniture::sender(l) == Some("You")).count();
        let mut names: HashSet<String> = HashSet::new();
        if own > 0 {
            names.extend(lines.iter().filter_map(|l| furniture::sender(l)).map(str::to_owned));
            // The other side may never answer a single message, and then only comes back.
            let mut tally: HashMap<&str, usize> = HashMap::new();
            let handles =
                lines.iter().map(|l| l.trim()).filter(|l| l.contains(['.', '_']) && !l.contains(' '));
            handles.for_each(|l| *tally.entry(l).or_default() += 1);
            names.extend(tally.into_iter().filter(|(_, n)| *n > 1).map(|(l, _)| l.to_owned()));
            return Some(Self { grammar: Grammar::NameLines, names, open: false, sent: true });
        }
        let under = |pair: &&[&str]| is_name_alone(pair[0].trim()) && grammars::whole_time(pair[1]).is_some();
        names.extend(lines.windows(2).filter(under).map(|pair| pair[0].trim().to_owned()));
        let pairs = lines.windows(2).filter(under).count();
        let leads = lines.get(..2).is_some_and(|pair| under(&pair));
        let enough = pairs > 1 && leads && pairs * 10 >= lines.len();
        enough.then_some(Self { grammar: Grammar::NameLines, names, open: false, sent: false })
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

    /// How `line` begins a message, if it does.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        match self.grammar {
            Grammar::Irc => grammars::irc(line),
            Grammar::Stamped => grammars::stamped(line),
            Grammar::Trailing => grammars::trailing(line),
            Grammar::Titled => grammars::titled(line),
            Grammar::Named => {
                let (name, text) = grammars::named(line)?;
                let known = self.names.contains(&name) || (self.open && grammars::looks_like_name(&name));
                known.then_some(Head { who: Who::Speaker(name), when: When::Unknown, text })
            }
            Grammar::NameLines => {
                let sender = furniture::sender(line).filter(|_| self.sent);
                let name = sender.or(self.names.get(line.trim()).map(String::as_str))?;
                Some(Head { who: Who::Speaker(name.to_owned()), when: When::Unknown, text: "" })
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

/// The names of `Name: text` and the share of lines that begin so; 0 when they look like labels, times or prose.
fn speakers(lines: &[&str]) -> (HashSet<String>, f32) {
    let mut tally: HashMap<String, usize> = HashMap::new();
    for (name, _) in lines.iter().filter_map(|l| grammars::named(l)) {
        *tally.entry(name).or_default() += 1;
    }
    let (heads, distinct) = (tally.values().sum::<usize>(), tally.len());
    let share = heads as f32 / lines.len().max(1) as f32;
    let leads = lines.first().is_some_and(|l| grammars::named(l).is_some());
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
