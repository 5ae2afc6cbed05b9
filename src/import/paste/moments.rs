//! Times as people and screens write them beside names: `16:10`, `Today at 4:10 PM`, `Sat 16:10`, `02/03, 16:10`,
//! `2 March 2024 16:10`.

use jiff::civil;

use super::days::Day;
use super::{calendar, doings};
use crate::import::chats::chat::When;
use crate::import::chats::times::ahead_of_utc;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates::{Date, Stamp};
use crate::import::time::months::{self, MONTHS};
use crate::import::time::named::Named;
use crate::import::time::zones;
use crate::transcript::Time;

/// How Discord reads out the picture of a role beside a name.
pub const ROLE: &str = "Role icon, ";
/// Letters that digits are read as from a picture.
const SLIPS: [char; 4] = ['O', 'o', 'l', 'I'];
/// What ticks are read as from a picture of a screen.
const TICKS: [&str; 14] =
    [" VV", " vv", " W", " V", " //", " W/", " V/", " w/", " v/", " Vv", " vV", " VW", " w", " v"];

/// A time, perhaps with its day, that is all there is.
pub fn whole(text: &str) -> Option<When> {
    let mut at = Cursor::new(text);
    at.spaces();
    at.eat('[');
    let when = moment_alone(&mut at)?;
    at.eat(']');
    at.spaces();
    at.rest().is_empty().then_some(when)
}

/// A time as people write it loosely: `Mon 4pm`, `Mon 4.05pm`, `16:02`.
pub fn loosely(text: &str) -> Option<When> {
    if let Some(when) = whole(text) {
        return Some(when);
    }
    let lower = text.to_lowercase();
    let clock = lower.strip_suffix("am").or_else(|| lower.strip_suffix("pm"))?;
    let half = &lower[clock.len()..];
    let (day, hour) = clock.trim_end().rsplit_once(' ').unwrap_or(("", clock.trim_end()));
    let hour = hour.replace('.', ":");
    let hour = if hour.contains(':') { hour } else { format!("{hour}:00") };
    whole(format!("{day} {hour} {half}").trim_start())
}

/// The time on a line under a name; Discord names the picture of a role before it.
pub fn under_name(line: &str) -> Option<When> {
    let role = line.trim_start().starts_with(ROLE);
    whole(line.rsplit_once(" — ").filter(|_| role).map_or(line, |(_, time)| time))
}

/// `:palm_tree:`: how somebody is, which Slack sets under a name.
pub fn is_status(line: &str) -> bool {
    let word = line.trim().strip_prefix(':').and_then(|l| l.strip_suffix(':'));
    word.is_some_and(|w| {
        w.len() > 1 && w.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+'))
    })
}

/// The time behind such a word or behind a sign and two spaces, on one line.
pub fn under_status(line: &str) -> Option<&str> {
    let line = line.trim();
    let (sign, time) = line.split_once(char::is_whitespace)?;
    let signs = time.starts_with(' ')
        && sign.chars().all(|c| !c.is_alphanumeric() && !c.is_ascii() && !matches!(c, '—' | '–'));
    ((is_status(sign) || signs) && whole(time).is_some()).then(|| time.trim())
}

/// A time, in brackets or not, at the beginning of a line; what follows it after spaces.
pub fn leading(line: &str) -> Option<(When, &str)> {
    let mut at = Cursor::new(line);
    at.spaces();
    let mut inner = at;
    let ticked = inner.eat('`') && inner.eat('[');
    if ticked {
        at.eat('`');
    }
    let close = [('[', ']'), ('(', ')')].into_iter().find(|(open, _)| at.eat(*open)).map(|(_, close)| close);
    let when = match close {
        Some(_) => {
            at.spaces();
            moment_alone(&mut at)?
        }
        None => moment(&mut at)?,
    };
    let ended = match close {
        Some(close) => {
            at.spaces();
            at.eat(close)
        }
        None => at.peek() == Some(' '),
    };
    let ended = ended && (!ticked || at.eat('`'));
    at.spaces();
    ended.then_some((when, at.rest()))
}

/// `16:02name: text`: a time right before one word with a colon.
pub fn tight(line: &str) -> Option<(When, &str)> {
    let (clock, rest) = line.split_at_checked(line.find(|c: char| !c.is_ascii_digit() && c != ':')?)?;
    let word = rest.split(':').next().filter(|w| !w.contains(' ') && w.starts_with(char::is_alphabetic))?;
    let fits = clock.contains(':') && rest.len() > word.len();
    fits.then(|| Some((whole(clock)?, rest))).flatten()
}

/// `[10:12 PM] text`: a time in brackets, and words.
pub fn bracketed(line: &str) -> Option<(When, &str)> {
    let found = leading(line).filter(|_| line.trim_start().starts_with('['));
    found.filter(|(_, text)| !text.trim().is_empty())
}

/// `words 21:14`, perhaps with ticks behind it: what stands before the time.
pub fn ending(line: &str) -> Option<(&str, When)> {
    const LONGEST: usize = 60;
    let line = without_ticks(line);
    if let Some((words, when)) = misread_ending(line) {
        return Some((words, when));
    }
    let from = line.char_indices().rev().nth(LONGEST).map_or(0, |(at, _)| at);
    let gaps = line[from..].char_indices().filter(|(_, c)| *c == ' ').map(|(at, c)| (from + at, c));
    gaps.filter(|(at, _)| {
        line[at + 1..].starts_with(|c: char| c.is_ascii_digit() || c == '`') && line[*at..].contains(':')
    })
    .find_map(|(at, _)| Some((line[..at].trim_end(), whole(&line[at..])?)))
    .filter(|(words, _)| !words.is_empty())
}

/// The same where the sign within the time is a dot, as people type it and pictures are read: `words 18.06`, `words 18.O6 VV`.
pub fn dotted_ending(line: &str) -> Option<(&str, When)> {
    let (words, time) = without_ticks(line.trim_end()).rsplit_once([' ', '\t'])?;
    let (hour, minute) = time.split_once('.')?;
    let digits =
        |part: &str| part.len() == 2 && part.chars().all(|c| c.is_ascii_digit() || SLIPS.contains(&c));
    let fits = digits(hour) && digits(minute) && !words.trim().is_empty();
    fits.then(|| Some((words.trim_end(), whole(&unslipped(&format!("{hour}:{minute}")))?))).flatten()
}

/// `time` with digits for the letters that they are read as.
fn unslipped(time: &str) -> String {
    time.chars()
        .map(|c| match c {
            'O' | 'o' => '0',
            'l' | 'I' => '1',
            c => c,
        })
        .collect()
}

/// The same where a time is read from a picture with letters for some of its digits: `words 18:O6`.
fn misread_ending(line: &str) -> Option<(&str, When)> {
    let (words, time) = line.rsplit_once(' ')?;
    let fits = time.len() == 5 && time.as_bytes()[2] == b':' && time.contains(SLIPS);
    let some = time.contains(|c: char| c.is_ascii_digit()) && !words.trim().is_empty();
    (fits && some).then_some(())?;
    Some((words.trim_end(), whole(&unslipped(time))?))
}

/// The time of day.
pub fn clock(when: When) -> Option<jiff::civil::Time> {
    match when {
        When::Written(stamp) => Some(stamp.clock),
        When::Known(Time::Local(moment)) => Some(moment.time()),
        When::Known(Time::Clock(time)) => Some(time),
        _ => None,
    }
}

/// `[7:20 PM]`, `09:14 ✓✓`: a time and nothing else.
pub fn is_alone(line: &str) -> bool {
    alone(line).is_some()
}

/// The time that `line` says and nothing else; `4:05 PM · SMS` says by which way it came, too.
pub fn alone(line: &str) -> Option<When> {
    let line = doings::unedited(without_ticks(line.trim()));
    let line = [" · SMS", " · MMS", " · RCS"].iter().find_map(|way| line.strip_suffix(way)).unwrap_or(line);
    let begins = line.starts_with(|c: char| c == '[' || c.is_ascii_digit()) && line.contains(':');
    begins.then(|| whole(line)).flatten()
}

/// `line` without the ticks behind a time, which pictures of a screen are read with as letters.
fn without_ticks(line: &str) -> &str {
    let line = line.trim_end_matches(is_tick);
    let read = TICKS.iter().find_map(|ticks| line.strip_suffix(ticks));
    // A time that is read badly ends in a letter.
    let time = |l: &&str| {
        let last = l.rsplit(' ').next().unwrap_or_default();
        l.ends_with(|c: char| c.is_ascii_digit() || c == 'M') || (last.contains(':') && last.ends_with(SLIPS))
    };
    read.filter(time).unwrap_or(line)
}

/// Whether `line` ends in ticks that were not read as letters.
pub fn has_ticks(line: &str) -> bool {
    line.trim_end().ends_with(['✓', '✔', '√', '\u{fe0f}'])
}

/// Whether ticks stand behind the time that `line` ends in.
pub fn is_ticked(line: &str) -> bool {
    let line = line.trim_end();
    without_ticks(line) != line
}

fn is_tick(c: char) -> bool {
    matches!(c, '✓' | '✔' | '√' | '\u{fe0f}') || c.is_whitespace()
}

/// Read a time with or without a day; `at` moves behind it.
pub fn moment(at: &mut Cursor<'_>) -> Option<When> {
    read(at, false)
}

/// The same where hardly anything but a time can stand: in brackets, or alone.
pub fn moment_alone(at: &mut Cursor<'_>) -> Option<When> {
    read(at, true)
}

fn read(at: &mut Cursor<'_>, alone: bool) -> Option<When> {
    let mut start = *at;
    // As code in Markdown.
    let ticked = start.eat('`');
    // The longest reading first: `02.03. 16:10` begins like a time with a dot in it.
    let (mut full, mut day, mut any) = (start, start, start);
    let (when, mut ahead) = Stamp::full(&mut full)
        .map(|stamp| (When::Written(stamp), full))
        .or_else(|| on_a_day(&mut day, alone).map(|when| (when, day)))
        .or_else(|| Stamp::any(&mut any).map(|stamp| (When::Written(stamp), any)))?;
    let offset = zones::behind(at, &mut ahead, alone);
    (!ticked || ahead.eat('`')).then(|| *at = ahead)?;
    Some(offset.map_or(when, |offset| ahead_of_utc(when, offset)))
}

/// `Sat 16:10`, `gestern um 16:10`, `Saturday, 2 March 2024 at 16:10`, `3/2, 4:10 PM`.
fn on_a_day(at: &mut Cursor<'_>, alone: bool) -> Option<When> {
    let mut ahead = *at;
    let named = calendar::before_time(&mut ahead, alone).and_then(|name| on_day(&mut ahead, Some(name)));
    if named.is_some() {
        *at = ahead;
        return named;
    }
    // Some months begin as days of the week do.
    on_day(at, None)
}

/// The same behind the name of the day, if it has one.
fn on_day(at: &mut Cursor<'_>, name: Option<Named>) -> Option<When> {
    pause(at);
    let clock = |at: &mut Cursor<'_>| {
        pause(at);
        Stamp::any(at)
    };
    if let Some(stamp) = Stamp::short(at, clock) {
        return Some(When::Written(stamp));
    }
    let day = date_in_words(at).or_else(|| name.map(Day::named))?;
    Some(day.of(When::Written(clock(at)?)))
}

/// A date with its month in letters, with its year or without.
fn date_in_words(at: &mut Cursor<'_>) -> Option<Day> {
    let mut ahead = *at;
    let (day, month) = match months::name(&mut ahead, &MONTHS) {
        Some(month) => (day_of_month(&mut ahead)?, month),
        None => (day_of_month(&mut ahead)?, months::name(&mut ahead, &MONTHS)?),
    };
    *at = ahead;
    ahead.eat(',');
    ahead.spaces();
    let month = i8::try_from(month + 1).ok()?;
    let Some((year, 4)) = ahead.number(4) else { return Date::of_month(month, day).map(Day::written) };
    *at = ahead;
    civil::Date::new(i16::try_from(year).ok()?, month, day).ok().map(Day::known)
}

fn day_of_month(at: &mut Cursor<'_>) -> Option<i8> {
    at.spaces();
    let (day, _) = at.number(2).filter(|(day, _)| (1..=31).contains(day))?;
    let _ = [".", "st", "nd", "rd", "th"].into_iter().any(|end| at.word(end));
    at.spaces();
    i8::try_from(day).ok()
}

/// Comma, spaces and `at` between a day and a time.
fn pause(at: &mut Cursor<'_>) {
    at.eat(',');
    at.spaces();
    let mut ahead = *at;
    if ahead.word("at") && ahead.spaces() > 0 {
        *at = ahead;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::time::dates::DateOrder;

    #[test]
    fn a_time_may_have_its_unit_behind_it() {
        for text in ["17:05h", "17:05 h", "17:05h.", "17:05 hs", "17:05 Uhr"] {
            assert!(whole(text).is_some(), "{text}");
        }
        assert_eq!((whole("17:05 hours"), whole("17:05house")), (None, None));
    }

    #[test]
    fn times_at_the_end_and_alone() {
        assert_eq!(ending("how old are you 21:14 ✓✓").map(|(words, _)| words), Some("how old are you"));
        assert_eq!(ending("see you at 9:14 PM").map(|(words, _)| words), Some("see you at"));
        assert_eq!((ending("21:14").is_none(), ending("meet 3 of us").is_none()), (true, true));
        assert!(is_alone("[7:20 PM]") && is_alone("09:14 ✓✓") && is_alone(" 21:15 "));
        assert_eq!(ending("come down 18:O6 W/").map(|(words, _)| words), Some("come down"));
        assert!(is_alone("edited 21:15") && is_ticked("in? 21:15 V/") && !is_ticked("in? 21:15"));
        assert!(ending("at the lo:ol").is_none());
        assert!(!is_alone("at 21:15") && !is_alone("3") && !is_alone("21:15 then"));
    }

    #[test]
    fn days_with_and_without_a_year() {
        for text in [
            "2 March 2024 16:10",
            "Sat, 2 Mar 2024 at 16:10",
            "March 2, 2024, 4:10 PM",
            "Mar. 2nd 2024 16:10",
        ] {
            assert_eq!(whole(text), Time::parse("2024-03-02T16:10").map(When::Known), "{text}");
        }
        let second = civil::date(2000, 3, 2);
        for (text, order, date) in [
            ("02/03, 16:10", DateOrder::DayFirst, Some(second)),
            ("3/2, 4:10 PM", DateOrder::MonthFirst, Some(second)),
            ("02.03., 16:10", DateOrder::DayFirst, Some(second)),
            ("02.03., 16:10", DateOrder::YearFirst, None),
            ("2 Mar 16:10", DateOrder::MonthFirst, Some(second)),
            ("Sat 16:10", DateOrder::DayFirst, None),
            ("Saturday at 16:10", DateOrder::DayFirst, None),
        ] {
            let Some(When::Written(stamp)) = whole(text) else { panic!("not read: {text}") };
            assert!(stamp.date.is_none_or(|date| date.is_yearless()), "{text}");
            let day = stamp.date.and_then(|date| date.resolve(order));
            assert_eq!((day, stamp.clock), (date, civil::time(16, 10, 0, 0)), "{text}");
        }
        for text in [
            "Sat",
            "31/31, 16:10",
            "0/3 16:10",
            "May I 16:10",
            "Satur 16:10",
            "2 March 2024",
            "mon ami 16:10",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
