//! Times in logs, and the lines that tell the day.

use jiff::civil;

use super::on;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates;
use crate::import::time::months::{self, MONTHS, WEEKDAYS};
use crate::transcript::Time;

/// How the lines begin that programs write when a log, or a day, begins or ends.
const FRAMES: [&str; 9] = [
    "--- Log opened ",
    "--- Day changed ",
    "--- Log closed ",
    "Session Start: ",
    "Session Time: ",
    "Session Close: ",
    "**** BEGIN LOGGING AT ",
    "**** ENDING LOGGING AT ",
    "# Start logging at ",
];
/// The same for lines without a day.
const OTHERS: [&str; 2] = ["Session Ident: ", "# Stop logging at "];

/// The day that a line of the program tells: `None` when it is no such line, `Some(None)` when it tells none.
pub fn frame(line: &str) -> Option<Option<civil::Date>> {
    let line = line.trim_start_matches('\u{feff}').trim();
    // Eggdrop writes the time before it: `[00:00] --- Sat Apr 20 2024`.
    let begun = line.split_once("] --- ").filter(|(clock, _)| clock.starts_with('[') && clock.len() < 10);
    if let Some(date) = begun.and_then(|(_, text)| day(text)) {
        return Some(Some(date));
    }
    let day = FRAMES.iter().find_map(|frame| line.strip_prefix(frame)).map(day);
    day.or_else(|| OTHERS.iter().any(|other| line.starts_with(other)).then_some(None))
}

/// `Sat Jan 13 21:07:00 2024`, `Sun Jan 14 2024`, `2024-01-13 21:07:00 CET`.
fn day(text: &str) -> Option<civil::Date> {
    if let Some(date) = text.get(..10).and_then(|date| date.parse().ok()) {
        return Some(date);
    }
    let mut at = Cursor::new(text);
    months::name(&mut at, &WEEKDAYS)?;
    at.spaces();
    let (month, day) = month_and_day(&mut at)?;
    let mut ahead = at;
    if dates::clock(&mut ahead).is_some() {
        at = ahead;
        at.spaces();
    }
    let (year, 4) = at.number(4)? else { return None };
    civil::Date::new(i16::try_from(year).ok()?, month, day).ok()
}

fn month_and_day(at: &mut Cursor<'_>) -> Option<(i8, i8)> {
    let month = months::name(at, &MONTHS)? + 1;
    at.spaces();
    let (day, _) = at.number(2)?;
    at.spaces();
    Some((i8::try_from(month).ok()?, i8::try_from(day).ok()?))
}

/// When a line was written, as it says itself.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    time: Time,
    /// The month and day beside a time of day.
    date: Option<(i8, i8)>,
    /// Whether it stands in brackets.
    pub in_brackets: bool,
    /// Whether it is in brackets and complete, as no program but a log writes it.
    pub is_exact: bool,
}

/// The time with which `line` begins, and what follows it.
pub fn at(line: &str) -> Option<(Moment, &str)> {
    let moment = |time, date| Moment { time, date, in_brackets: false, is_exact: false };
    let line = line.trim_start_matches('\u{feff}');
    if let Some((inner, rest)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
        let time = Time::parse(inner)?;
        let is_exact = inner.contains('T');
        return Some((Moment { in_brackets: true, is_exact, ..moment(time, None) }, rest));
    }
    // `2024-01-13 21:07:00`, behind which a tab stands.
    if let Some((stamp, _)) = line.split_once('\t').filter(|(stamp, _)| stamp.len() == 19) {
        let time = Time::parse(stamp).filter(|time| matches!(time, Time::Local(_)))?;
        return Some((moment(time, None), &line[19..]));
    }
    let mut at = Cursor::new(line);
    let date = month_and_day(&mut at);
    if date.is_none() {
        at = Cursor::new(line);
    }
    at.peek().filter(char::is_ascii_digit)?;
    let clock = dates::clock(&mut at)?;
    at.rest().starts_with(' ').then(|| (moment(Time::Clock(clock), date), at.rest()))
}

/// The day on which lines stand that tell a time of day only.
#[derive(Default)]
pub struct Day(Option<civil::Date>);

impl Day {
    /// The program says that it is `day`, if it says one.
    pub fn begin(&mut self, day: Option<civil::Date>) {
        self.0 = day.or(self.0);
    }

    /// When `moment` was; without a day, what it tells of itself.
    pub fn when(&mut self, moment: &Moment) -> Option<Time> {
        let Time::Clock(clock) = moment.time else { return Some(moment.time) };
        let Some(day) = self.0 else { return Some(moment.time) };
        let Some((month, number)) = moment.date else { return Some(on(day, clock)) };
        // Months without a year: after December comes another one.
        let year = day.year() + i16::from(month < day.month());
        let day = civil::Date::new(year, month, number).ok()?;
        self.0 = Some(day);
        Some(on(day, clock))
    }
}
