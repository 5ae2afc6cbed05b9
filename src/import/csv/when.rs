//! Which columns of a table with names tell when: one, or two where date and time stand apart.

use ::csv::StringRecord;

use super::headings::{Headings, Role, TIME};
use super::holds::{self, Holds};

/// The columns that tell when, none of them `text`. What a column is called counts first, and what it holds decides.
pub fn columns(names: &Headings, rows: &[StringRecord], text: usize) -> Vec<usize> {
    let named = names.all(TIME);
    let others = (0..names.width()).filter(|c| *c != text && !named.contains(c));
    // A number is a time only where its column's name says so, or where numbers run on as times do.
    let others = others.filter(|c| rows.len() > 1 && holds::is_time(rows, *c) && holds::runs_on(rows, *c));
    let all: Vec<usize> = named.iter().copied().chain(others).filter(|c| *c != text).collect();
    let first = |kind: Holds| all.iter().copied().find(|c| holds::of(rows, *c) == kind);
    match (first(Holds::Moment), first(Holds::Day), first(Holds::Clock)) {
        (Some(moment), _, _) => vec![moment],
        (None, Some(day), Some(clock)) => vec![day, clock],
        (None, day, clock) => {
            let told: Vec<usize> = day.or(clock).into_iter().collect();
            if told.is_empty() { by_name(names, &named, rows) } else { told }
        }
    }
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
