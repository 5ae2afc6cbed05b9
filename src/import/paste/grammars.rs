//! How a line begins a message, in each way that people and programs copy them.

use super::super::chat::When;
use super::super::cursor::{self, Cursor};
use super::super::dates::Stamp;

/// Who a line is by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody.
    Speaker(String),
    /// The program: joins, topics.
    App,
}

/// The beginning of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<'l> {
    /// Who.
    pub who: Who,
    /// When.
    pub when: When,
    /// What stands on the same line.
    pub text: &'l str,
}

/// Longest name and most words in one that a line may begin with.
const LONGEST: usize = 40;
const MOST_WORDS: usize = 4;

/// Words before a colon that are no names.
const LABELS: [&str; 62] = [
    "a reminder",
    "address",
    "age",
    "attachment",
    "bcc",
    "breaking",
    "btw",
    "caution",
    "cc",
    "city",
    "conclusion",
    "contact",
    "date",
    "ditto",
    "edit",
    "email",
    "example",
    "fact",
    "from",
    "fyi",
    "ftp",
    "fwd",
    "hint",
    "http",
    "https",
    "idea",
    "important",
    "info",
    "ingredients",
    "link",
    "list",
    "location",
    "mailto",
    "method",
    "name",
    "nb",
    "news",
    "note",
    "notes",
    "online",
    "phone",
    "place",
    "price",
    "ps",
    "p.s.",
    "p.s",
    "question",
    "re",
    "reason",
    "reminder",
    "see",
    "source",
    "subject",
    "summary",
    "tel",
    "time",
    "title",
    "tldr",
    "to",
    "todo",
    "update",
    "warning",
];

/// `Name: text`, with a plausible name. Whether it is one is for [`super::plan`] to say.
pub fn named(line: &str) -> Option<(String, &str)> {
    let (before, text) = line.split_once(':')?;
    // `10:30` and `https://` have no space behind the colon; `Name:text` does not either, so letters must meet.
    let spaced = text.chars().next().is_none_or(char::is_whitespace);
    let meets =
        || !text.starts_with(['/', ':']) && !text.starts_with(|c: char| c.is_ascii_digit() || c == ')');
    let tight = || !before.contains(' ') && meets();
    let name = plausible(before)?;
    (spaced || tight()).then(|| (name, text.trim_start()))
}

/// `text` as a name, if it could be one.
fn plausible(text: &str) -> Option<String> {
    let name = cursor::plain(text);
    let words = name.split_whitespace().count();
    let strange = name.contains(['[', ']', '<', '>', '{', '}', '"', '=', '?', '!', ',', ';', '|', '\\', '/']);
    let number = name.chars().all(|c| c.is_numeric() || c == '.') && name.len() < 6;
    let fits = (1..=MOST_WORDS).contains(&words) && name.chars().count() <= LONGEST;
    let label = LABELS.contains(&name.to_lowercase().trim_start_matches(['*', '-', ' ']));
    (fits && !strange && !number && !label && name.chars().any(char::is_alphanumeric)).then_some(name)
}

/// Names that were seen once only must at least look like names.
pub fn looks_like_name(name: &str) -> bool {
    let cased = |c: char| c.is_lowercase();
    name.split_whitespace().count() <= 3 && !name.starts_with(cased)
}

/// `[time] Name: text`, `time - Name: text` and the like.
pub fn stamped(line: &str) -> Option<Head<'_>> {
    let (when, rest) = leading_time(line)?;
    let mut at = Cursor::new(rest);
    if at.eat('-') {
        at.spaces();
    }
    // After a time, anything up to the colon is a name.
    let (before, text) = at.rest().split_once(':')?;
    let name = cursor::plain(before);
    let fits = !name.is_empty() && name.chars().count() <= LONGEST && !name.contains(['<', '>']);
    let who = Who::Speaker(name);
    (fits && !text.starts_with("//")).then(|| Head {
        who,
        when,
        text: text.strip_prefix(' ').unwrap_or(text),
    })
}

/// A time, in brackets or not, at the beginning of a line; what follows it after spaces.
fn leading_time(line: &str) -> Option<(When, &str)> {
    let mut at = Cursor::new(line);
    at.spaces();
    let close = [('[', ']'), ('(', ')')].into_iter().find(|(open, _)| at.eat(*open)).map(|(_, close)| close);
    if close.is_some() {
        pass_day(&mut at);
    }
    let stamp = Stamp::any(&mut at)?;
    let ended = match close {
        Some(close) => at.eat(close),
        None => at.peek() == Some(' '),
    };
    at.spaces();
    ended.then_some((When::Written(stamp), at.rest()))
}

/// `Me 21:14`, `Jay, 9:14 PM`: a name and a time and nothing else, with hardly anything between. Whether it is a name is for [`super::plan`] to say.
pub fn titled_closely(line: &str) -> Option<Head<'_>> {
    let line = line.trim();
    let (before, when) = ending_time(line)?;
    let name = plausible(before.trim_end().trim_end_matches(','))?;
    looks_like_name(&name).then_some(Head { who: Who::Speaker(name), when, text: "" })
}

/// `words 21:14`, perhaps with ticks behind it: what stands before the time.
pub fn ending_time(line: &str) -> Option<(&str, When)> {
    let line = line.trim_end_matches(is_tick);
    let gaps = line.char_indices().filter(|(_, c)| *c == ' ');
    gaps.filter(|(at, _)| {
        line[at + 1..].starts_with(|c: char| c.is_ascii_digit()) && line[*at..].contains(':')
    })
    .find_map(|(at, _)| Some((line[..at].trim_end(), whole_time(&line[at..])?)))
    .filter(|(words, _)| !words.is_empty())
}

/// `[7:20 PM]`, `09:14 ✓✓`: a time and nothing else.
pub fn lone_time(line: &str) -> bool {
    let line = line.trim().trim_end_matches(is_tick);
    line.starts_with(|c: char| c == '[' || c.is_ascii_digit())
        && line.contains(':')
        && whole_time(line).is_some()
}

fn is_tick(c: char) -> bool {
    matches!(c, '✓' | '✔' | '√' | '\u{fe0f}') || c.is_whitespace()
}

/// `Name - text`, with a plausible name.
pub fn dashed(line: &str) -> Option<(String, &str)> {
    let (before, text) = [" - ", " – ", " — "]
        .iter()
        .filter_map(|sign| line.split_once(sign))
        .min_by_key(|(before, _)| before.len())?;
    Some((plausible(before)?, text.trim_start()))
}

/// `[10:12 PM] text`: a time in brackets, and words.
pub fn bare_time(line: &str) -> Option<(When, &str)> {
    let found = leading_time(line).filter(|_| line.trim_start().starts_with('['));
    found.filter(|(_, text)| !text.trim().is_empty())
}

/// `<name> text`, with or without a time, and the notices of IRC programs.
pub fn irc(line: &str) -> Option<Head<'_>> {
    let (when, rest, timed) = match leading_time(line) {
        Some((when, rest)) => (when, rest, true),
        None => (When::Unknown, line.trim_start(), false),
    };
    if let Some((name, text)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
        let name = cursor::plain(name.trim_start_matches(['@', '+', '%', '~', '&', ' ']));
        let nick = (1..=LONGEST).contains(&name.chars().count()) && name.split(' ').count() <= 3;
        let tag = name.starts_with(['/', '!', '?']) || !(text.is_empty() || text.starts_with(' '));
        return (nick && !tag).then(|| Head { who: Who::Speaker(name), when, text: text.trim_start() });
    }
    let notice = ["-!-", "***", "-->", "<--", "==="].iter().any(|sign| rest.starts_with(sign));
    if timed && notice {
        return Some(Head { who: Who::App, when, text: rest });
    }
    let (name, _) = rest.strip_prefix("* ").filter(|_| timed)?.split_once(' ')?;
    Some(Head { who: Who::Speaker(name.to_owned()), when, text: rest })
}

/// `Name (time): text`, also with square brackets.
pub fn trailing(line: &str) -> Option<Head<'_>> {
    let open = line.find([' ', '(', '[']).and_then(|from| line[from..].find(['(', '[']).map(|i| from + i))?;
    let name = plausible(&line[..open])?;
    let mut at = Cursor::new(&line[open + 1..]);
    let stamp = Stamp::any(&mut at)?;
    let closed = at.eat(')') || at.eat(']');
    at.spaces();
    let text = at.rest().strip_prefix(':').filter(|_| closed)?;
    Some(Head { who: Who::Speaker(name), when: When::Written(stamp), text: text.trim_start() })
}

/// `Name — Today at 10:11 PM`, `Name, [1.5.2024 18:02]`: a name and a time and nothing else.
pub fn titled(line: &str) -> Option<Head<'_>> {
    const BETWEEN: [&str; 6] = [" — ", " – ", " - ", ", [", "\t", "  "];
    let line = line.trim();
    BETWEEN.iter().filter_map(|sign| line.rsplit_once(sign)).find_map(|(before, after)| {
        let name = plausible(before)?;
        let when = whole_time(after)?;
        Some(Head { who: Who::Speaker(name), when, text: "" })
    })
}

/// A time, perhaps after `Today at`, that is all there is.
pub fn whole_time(text: &str) -> Option<When> {
    let mut at = Cursor::new(text);
    at.spaces();
    at.eat('[');
    pass_day(&mut at);
    let stamp = Stamp::any(&mut at)?;
    at.eat(']');
    at.spaces();
    at.rest().is_empty().then_some(When::Written(stamp))
}

/// Go past `Today at`, which says a day that is not known.
fn pass_day(at: &mut Cursor<'_>) {
    for day in ["today", "yesterday", "last", "heute", "gestern", "hoy", "ayer", "aujourd’hui", "hier"] {
        if at.word(day) {
            at.spaces();
            let _ = ["at", "um", "a las", "à"].into_iter().any(|w| at.word(w));
            at.spaces();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(head: Option<Head<'_>>) -> Option<(String, String)> {
        head.map(|h| {
            let who = if let Who::Speaker(name) = h.who { name } else { "*".to_owned() };
            (who, h.text.to_owned())
        })
    }

    fn some(name: &str, text: &str) -> Option<(String, String)> {
        Some((name.to_owned(), text.to_owned()))
    }

    #[test]
    fn names_before_colons() {
        let name = |line| named(line).map(|(name, text)| (name, text.to_owned()));
        assert_eq!(name("Ana: hi: you"), some("Ana", "hi: you"));
        assert_eq!(name("Ana Maria del Mar: hi"), some("Ana Maria del Mar", "hi"));
        assert_eq!(name("ana:hi"), some("ana", "hi"));
        assert_eq!(name("+44 7700 900123: hi"), some("+44 7700 900123", "hi"));
        for line in [
            "https://example.org",
            "10:30 at the station",
            "at 10:30 then",
            "note: bring water",
            "PS: hi",
            "see: x",
            "so she said this to me: go home",
            "he asked \"why\": so",
            "",
            ":)",
            "x :)",
            "12: twelve",
        ] {
            assert_eq!(name(line), None, "{line}");
        }
    }

    #[test]
    fn times_before_names() {
        assert_eq!(shown(stamped("[10:30] Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("[10:11 PM]Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("10:30 Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("[2019-12-24, 12:23] Me: hi")), some("Me", "hi"));
        assert_eq!(shown(stamped("2024-05-01 18:02:11 - Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("[Yesterday 21:14] Jay: hi")), some("Jay", "hi"));
        assert_eq!(shown(stamped("10:30 see https://x")), None);
        assert_eq!(shown(stamped("10:30 we met")), None);
    }

    #[test]
    fn irc_lines() {
        assert_eq!(shown(irc("<ana> hi")), some("ana", "hi"));
        assert_eq!(shown(irc("[18:02] <@ana> hi")), some("ana", "hi"));
        assert_eq!(shown(irc("18:02 -!- ana has joined")), some("*", "-!- ana has joined"));
        assert_eq!(shown(irc("18:02 * ana waves")), some("ana", "* ana waves"));
        assert_eq!((shown(irc("<b>bold</b>")), shown(irc("* item one"))), (None, None));
    }

    #[test]
    fn times_behind_names() {
        assert_eq!(shown(trailing("Ana (10:30): hi")), some("Ana", "hi"));
        assert_eq!(shown(trailing("Ana Lee [01/05/2024 10:30]: hi")), some("Ana Lee", "hi"));
        assert_eq!(shown(trailing("Ana (my friend): hi")), None);
    }

    #[test]
    fn times_at_the_end_and_alone() {
        assert_eq!(ending_time("how old are you 21:14 ✓✓").map(|(words, _)| words), Some("how old are you"));
        assert_eq!(ending_time("see you at 9:14 PM").map(|(words, _)| words), Some("see you at"));
        assert_eq!((ending_time("21:14").is_none(), ending_time("meet 3 of us").is_none()), (true, true));
        assert!(lone_time("[7:20 PM]") && lone_time("09:14 ✓✓") && lone_time(" 21:15 "));
        assert!(!lone_time("at 21:15") && !lone_time("3") && !lone_time("21:15 then"));
        assert_eq!(dashed("Me - hi - there"), Some(("Me".to_owned(), "hi - there")));
    }

    #[test]
    fn titles() {
        assert_eq!(shown(titled("Ana — Today at 10:11 PM")), some("Ana", ""));
        assert_eq!(shown(titled("Ana Lee — 05/01/2024 10:11 PM")), some("Ana Lee", ""));
        assert_eq!(shown(titled("Ana, [1.5.2024 18:02]")), some("Ana", ""));
        assert_eq!(shown(titled("we leave - 10:30 sharp")), None);
        assert_eq!(shown(titled("Ana — hi")), None);
        assert_eq!(shown(titled_closely("Me 21:14")), some("Me", ""));
        assert_eq!(shown(titled_closely("Jay Lee, 9:14 PM")), some("Jay Lee", ""));
        assert_eq!(
            (
                shown(titled_closely("at 21:14")),
                shown(titled_closely("Me 21")),
                shown(titled_closely("21:14"))
            ),
            (None, None, None)
        );
    }
}
