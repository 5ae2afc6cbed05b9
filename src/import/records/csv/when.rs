//! Which columns of a table tell when: one, or several where date, time and half of the day stand apart; and how what
//! stands in them is read.

use std::borrow::Cow;

use ::csv::StringRecord;
use jiff::civil;

use super::headings::{Headings, Role, TIME};
use super::holds::{self, Holds};
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::meridiem;
use crate::transcript::Time;

/// The columns that tell when, none of them `text`. What a column is called counts first, and what it holds decides.
pub fn columns(names: &Headings, rows: &[StringRecord], text: usize) -> Vec<usize> {
    let named: Vec<usize> = names.all(TIME).into_iter().filter(|c| *c != text).collect();
    let others = (0..names.width()).filter(|c| *c != text && !named.contains(c));
    // A number is a time only where its column's name says so, or where numbers run on as times do.
    let others = others.filter(|c| rows.len() > 1 && holds::is_time(rows, *c) && holds::runs_on(rows, *c));
    let all: Vec<usize> = named.iter().copied().chain(others).collect();
    let first = |kind: Holds| {
        let of_kind = |c: &usize| {
            let sheet = || if named.contains(c) { of_sheet(rows, *c) } else { None };
            sheet().unwrap_or_else(|| holds::of(rows, *c)) == kind
        };
        // The likeliest of those that are filled: when a message was sent is 0 for what a phone's owner wrote.
        let found: Vec<usize> = all.iter().copied().filter(of_kind).collect();
        let full = found.iter().map(|c| told(rows, *c)).max().unwrap_or(0);
        found.into_iter().find(|c| told(rows, *c) * 10 >= full * 9)
    };
    let found = together(first(Holds::Moment), first(Holds::Day), first(Holds::Clock), rows, Some(text));
    if found.is_empty() { by_name(names, &named, rows) } else { found }
}

/// How many fields of a column tell something.
fn told(rows: &[StringRecord], column: usize) -> usize {
    holds::fields(rows, column)
        .iter()
        .filter(|field| !matches!(**field, "0" | "-1" | "null" | "NULL"))
        .count()
}

/// The columns that make up a time: a moment, or day and clock, with the half of the day if that stands apart.
pub fn together(
    moment: Option<usize>,
    day: Option<usize>,
    clock: Option<usize>,
    rows: &[StringRecord],
    text: Option<usize>,
) -> Vec<usize> {
    let mut found: Vec<usize> = match moment {
        Some(moment) => vec![moment],
        None => day.into_iter().chain(clock).collect(),
    };
    let width = rows.first().map_or(0, StringRecord::len);
    if moment.or(clock).is_some()
        && let Some(half) = (0..width).find(|c| Some(*c) != text && are_halves(rows, *c))
    {
        found.push(half);
    }
    found
}

/// Whether a column holds nothing but `AM` and `PM`, in any language.
pub fn are_halves(rows: &[StringRecord], column: usize) -> bool {
    let fields = holds::fields(rows, column);
    let is_half = |field: &&str| {
        let mut at = Cursor::new(field);
        meridiem::read(&mut at).is_some() && at.rest().trim().is_empty()
    };
    fields.len() > 1 && fields.len() == rows.len() && fields.iter().all(is_half)
}

/// What a column called after times holds, where spreadsheets wrote their own numbers (`45304.8799` is a day and a part
/// of it) or a time with a dot (`21.07`).
fn of_sheet(rows: &[StringRecord], column: usize) -> Option<Holds> {
    let fields = holds::fields(rows, column);
    let all = |is: &dyn Fn(&str) -> bool| !fields.is_empty() && fields.iter().all(|field| is(field));
    if all(&|field| dotted(field).is_some() || serial(field).is_some_and(|(day, _)| day == 0)) {
        return Some(Holds::Clock);
    }
    if all(&|field| serial(field).is_some_and(|(day, _)| day > 0)) {
        let whole = all(&|field| serial(field).is_some_and(|(_, second)| second == 0));
        return Some(if whole { Holds::Day } else { Holds::Moment });
    }
    None
}

/// A time of day with a dot.
fn dotted(field: &str) -> Option<civil::Time> {
    let (hour, minute) = field.split_once('.')?;
    let number = |part: &str, most: usize| {
        let digits = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<i8>().ok())?
    };
    let minute = number(minute, 2).filter(|_| minute.len() == 2)?;
    civil::Time::new(number(hour, 2)?, minute, 0, 0).ok()
}

/// A spreadsheet's number: the day, counted from the end of 1899 and 0 where there is none, and the second of it. Chats are
/// from after 1985.
fn serial(field: &str) -> Option<(i64, i64)> {
    const FIRST: f64 = 31_000.0;
    const LAST: f64 = 80_000.0;
    let number: f64 = field.replace(',', ".").parse().ok()?;
    let fraction = field.contains([',', '.']);
    let known = (FIRST..LAST).contains(&number) || (fraction && number > 0.0 && number < 1.0);
    known.then(|| ((number.floor()) as i64, ((number - number.floor()) * 86_400.0).round() as i64))
}

/// The moment a spreadsheet's number stands for.
fn of_serial(field: &str) -> Option<Time> {
    let (days, seconds) = serial(field)?;
    let day = civil::date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok()?;
    let moment = day.at(0, 0, 0, 0).checked_add(jiff::Span::new().seconds(seconds)).ok()?;
    Some(if days == 0 { Time::Clock(moment.time()) } else { Time::Local(moment) })
}

/// Read the fields that tell when: the day first, where there are several. `None` when they hold no time.
pub fn read(fields: &[&str]) -> Option<When> {
    match fields {
        [] => Some(When::Unknown),
        [field] => times::read(field).or_else(|| of_serial(field).map(When::Known)).or_else(|| {
            let clock = dotted(field).map(Time::Clock);
            clock.map(When::Known)
        }),
        [day, rest @ ..] => {
            let day = plain_day(day);
            let rest: Vec<Cow<'_, str>> = rest.iter().map(|field| plain_clock(field)).collect();
            let rest = rest.join(" ");
            times::read(format!("{day} {rest}").trim())
        }
    }
}

/// A day without the midnight that spreadsheets and databases put behind it.
fn plain_day(field: &str) -> Cow<'_, str> {
    if let Some(Time::Local(moment)) = of_serial(field) {
        return moment.date().to_string().into();
    }
    let midnight = ["T00:00:00", " 00:00:00", " 0:00:00", " 12:00:00 AM", " 00:00", " 0:00", "T00:00"];
    let whole = field.trim_end_matches(".000").trim_end_matches(".0");
    midnight.into_iter().find_map(|end| whole.strip_suffix(end)).unwrap_or(field).into()
}

/// A time of day without the day that spreadsheets put before it: the one from which they count.
fn plain_clock(field: &str) -> Cow<'_, str> {
    if let Some(Time::Clock(clock)) = of_serial(field) {
        return clock.to_string().into();
    }
    let naught =
        ["1899-12-30", "1899-12-31", "1900-01-00", "1900-01-01", "30/12/1899", "12/30/1899", "30.12.1899"];
    let bare = naught.into_iter().find_map(|day| field.strip_prefix(day));
    bare.map_or(field, |clock| clock.trim_start_matches(['T', ' '])).into()
}

/// Where rows show nothing: by names alone.
fn by_name(names: &Headings, named: &[usize], rows: &[StringRecord]) -> Vec<usize> {
    let pair = |(day, clock): (Role, Role)| Some(vec![names.first(day)?, names.first(clock)?]);
    const PAIRS: [(Role, Role); 13] = [
        ("date", "time"),
        ("datum", "uhrzeit"),
        ("datum", "zeit"),
        ("date", "heure"),
        ("fecha", "hora"),
        ("data", "hora"),
        ("data", "ora"),
        ("datum", "tijd"),
        ("data", "godzina"),
        ("datum", "tid"),
        ("tarih", "saat"),
        ("дата", "время"),
        ("дата", "час"),
    ];
    let found = PAIRS.into_iter().find_map(pair);
    // What cannot be read is told row by row; a column called "Data" may hold anything, though.
    let data = names.all("data");
    let sure = |c: &usize| !data.contains(c) || holds::of(rows, *c) == Holds::Nothing;
    found.unwrap_or_else(|| named.iter().copied().find(sure).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_that_stand_apart_are_put_together() {
        let shown = |fields: &[&str]| match read(fields) {
            Some(When::Known(time)) => time.to_string(),
            Some(When::Written(stamp)) => stamp
                .local(crate::import::time::dates::DateOrder::DayFirst)
                .map_or_else(String::new, |t| t.to_string()),
            other => format!("{other:?}"),
        };
        for fields in [
            &["2024-01-13", "21:07"][..],
            &["2024-01-13 00:00:00", "21:07:00"],
            &["2024-01-13T00:00:00", "9:07 PM"],
            &["2024-01-13 00:00:00.000", "1899-12-30 21:07:00"],
            &["13/01/2024", "9:07", "PM"],
            &["13/01/2024 9:07", "PM"],
            &["13.01.2024", "21.07"],
            &["45304", "0,87986"],
            &["Samstag, 13. Januar 2024", "21:07 Uhr"],
            &["samedi 13 janvier 2024", "21h07"],
            &["Sa 13.01.24 21:07"],
            &["13/01/2024 21:07:00(UTC+0)"],
            &["45304.879861"],
        ] {
            assert_eq!(shown(fields), "2024-01-13T21:07:00", "{fields:?}");
        }
        assert_eq!(shown(&["21.07"]), "21:07:00");
        assert!(read(&["soon"]).is_none() && read(&["2024-01-13", "soon"]).is_none());
        assert_eq!(read(&["2.5"]), None);
    }
}
