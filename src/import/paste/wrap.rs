//! What a retyper sets around the words of each message: quotation marks, and a time behind them.

use super::{moments, names};
use crate::import::chats::chat::When;

/// Marks that are set around words.
const MARKS: [(char, char); 12] = [
    ('"', '"'),
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('”', '”'),
    ('«', '»'),
    ('»', '«'),
    ('‘', '’'),
    ('\'', '\''),
    ('*', '*'),
    ('_', '_'),
    ('`', '`'),
];

/// A pair of marks.
pub type Marks = (char, char);

/// The marks around four of five of `texts` at least, and three in all.
pub fn marks<'l>(texts: impl Iterator<Item = &'l str>) -> Option<Marks> {
    let texts: Vec<&str> = texts.map(str::trim).filter(|t| !t.is_empty()).collect();
    MARKS.into_iter().find(|marks| {
        let wrapped = texts.iter().filter(|t| unwrapped(t, *marks).is_some()).count();
        wrapped > 2 && wrapped * 5 >= texts.len() * 4
    })
}

/// `text` without `marks` around it. A sign of bold letters is no mark where it is doubled.
pub fn unwrapped(text: &str, (open, close): Marks) -> Option<&str> {
    let inner = text.trim().strip_prefix(open)?.strip_suffix(close)?;
    (!inner.trim().is_empty() && !inner.starts_with(open) && !inner.ends_with(close)).then(|| inner.trim())
}

/// What stands behind the words of each message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// Whether a time does.
    times: bool,
    /// Whether some of these have a dot in them.
    dots: bool,
    /// Whether the ticks of a message that arrived do.
    ticks: bool,
}

impl Tail {
    /// What stands behind `lines`, some of which may be of the screen. Times do where the lines begin with names that come back: else they say more.
    pub fn of(lines: &[&str], is_screen: impl Fn(&str) -> bool) -> Self {
        // Behind times of messages without a name they tell whose those are.
        let tells = |words: &str| {
            moments::is_alone(words) || (moments::ending(words).is_some() && head(words).is_none())
        };
        let ticks = lines.iter().filter(|l| ticked(l).is_some_and(|words| !tells(words))).count();
        let ticks = ticks > 1 && ticks * 3 >= lines.len();
        let clocks = lines.iter().filter(|l| timed(l).is_some()).count();
        let dots = clocks > 1 || are_in_order(lines);
        let timed: Vec<&str> =
            lines.iter().filter_map(|l| timed_among(l, dots)).map(|(words, _)| words).collect();
        let mut named: Vec<String> = timed.iter().filter_map(|l| head(l)).collect();
        let heads = named.len();
        named.sort();
        named.dedup();
        // What the screen shows beside messages has no time; it is looked for only where that decides.
        let most = |all: usize| timed.len() * 3 >= all * 2;
        let shown = || lines.iter().filter(|l| timed_among(l, dots).is_none() && is_screen(l)).count();
        let times = timed.len() > 2
            && (most(lines.len()) || most(lines.len() - shown()))
            && heads * 5 >= timed.len() * 4
            && named.len() < heads;
        Self { times, dots: times && dots, ticks }
    }

    /// Whether there is anything.
    pub fn is_any(self) -> bool {
        self.times || self.ticks
    }

    /// `line` without it, and the time.
    pub fn strip(self, line: &str) -> (&str, When) {
        if self.times
            && let Some((words, when)) = timed_among(line, self.dots)
                .filter(|(words, _)| head(words).is_some() || !words.contains(": "))
        {
            return (words, when);
        }
        (ticked(line).filter(|_| self.ticks).unwrap_or(line), When::Unknown)
    }
}

/// The name before the colon that `line` begins with, and words behind it.
fn head(line: &str) -> Option<String> {
    let (name, words) = line.split_once(": ")?;
    names::plausible(name).filter(|_| !words.trim().is_empty()).map(|name| names::key(&name))
}

/// Whether every line ends in what could be a time with a dot, and none is earlier than that above it.
fn are_in_order(lines: &[&str]) -> bool {
    let clock = |line: &&str| match moments::dotted_ending(line) {
        Some((_, When::Written(stamp))) => Some(stamp.clock),
        _ => None,
    };
    let times: Vec<_> = lines.iter().map_while(clock).collect();
    times.len() > 2 && times.len() == lines.len() && times.is_sorted()
}

/// The same as [`timed`], where times may have `dots` in them.
fn timed_among(line: &str, dots: bool) -> Option<(&str, When)> {
    timed(line).or_else(|| moments::dotted_ending(line).filter(|_| dots))
}

/// `words 16:02`, `words (16:02)`, `words    4:02 PM ✓✓`: what stands before the time, and the time.
fn timed(line: &str) -> Option<(&str, When)> {
    let line = line.trim_end();
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some((words, time)) = line.strip_suffix(close).and_then(|l| l.rsplit_once(open)) {
            return moments::whole(time)
                .filter(|_| time.contains(':') && words.ends_with([' ', '\t']))
                .map(|when| (words.trim_end(), when));
        }
    }
    let (words, time) = match line.rsplit_once('\t') {
        Some((words, time)) if moments::is_alone(time) => (words, moments::alone(time)?),
        _ => moments::ending(line)?,
    };
    Some((words.trim_end(), time))
}

/// `line` without ticks behind its words.
fn ticked(line: &str) -> Option<&str> {
    let words = line.trim_end().trim_end_matches(['✓', '✔', '√', '\u{fe0f}']);
    (words.len() < line.trim_end().len() && words.ends_with(' ')).then(|| words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_around_words() {
        assert_eq!(marks(["\"in?\"", "\"yes\"", "\"ok\""].into_iter()), Some(('"', '"')));
        assert_eq!(marks(["„in?“", "„yes“", "„ok“", "„no“", "so"].into_iter()), Some(('„', '“')));
        assert_eq!(marks(["\"in?\"", "yes", "\"ok\"", "\"no\""].into_iter()), None);
        assert_eq!(marks(["**a**", "**b**", "**c**"].into_iter()), None);
        assert_eq!(unwrapped("'tis a day'", ('\'', '\'')), Some("tis a day"));
    }

    #[test]
    fn times_and_ticks_behind_words() {
        for lines in [
            ["Tom: in? (16:02)", "Ria: yes (16:03)", "Tom: ok (16:04)"],
            ["Tom: in?    16:02", "Ria: yes    16:03", "Tom: ok    16:04"],
            ["Tom: in? 4:02 PM", "Ria: yes 4:03 PM", "Tom: ok 4:04 PM"],
            ["Tom: in?\t16:02", "Ria: yes\t16:03", "Tom: ok\t16:04"],
            ["Tom: in? 16:02 ✓✓", "Ria: yes 16:03", "Tom: ok 16:04 ✓"],
        ] {
            let tail = Tail::of(&lines, |_| false);
            assert_eq!(
                (tail.strip(lines[0]).0, tail.strip(lines[1]).0),
                ("Tom: in?", "Ria: yes"),
                "{lines:?}"
            );
            assert!(tail.strip(lines[0]).1 != When::Unknown);
        }
        for lines in [
            ["in? 16:02", "yes 16:03", "ok 16:04"],
            ["Tom: in at 16:02", "Ria: yes", "Tom: ok"],
            ["Gate: 16:02", "Hall: 16:03", "Roof: 16:04"],
        ] {
            assert_eq!(Tail::of(&lines, |_| false), Tail::default(), "{lines:?}");
        }
        let ticks = Tail::of(&["Tom: in? ✓✓", "Ria: yes", "Tom: ok ✓✓"], |_| false);
        assert_eq!(ticks.strip("Tom: in? ✓✓").0, "Tom: in?");
    }
}
