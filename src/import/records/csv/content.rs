//! Tables whose columns have no names that are known: what is what shows in what they hold.

use std::collections::{HashMap, HashSet};

use ::csv::StringRecord;

use super::holds::{self, Holds};
use super::layout::Layout;
use super::people::People;
use super::{headings, when};

/// How sure it is that rows which agree in nothing but their columns are a table: less than of a paste with names.
const PERHAPS: f32 = 0.42;
/// The same where each row has a date, a time and a name: no paste is like that.
const DATED: f32 = 0.6;

/// The layout of a table that begins with `rows`, and how sure that it is one.
pub fn layout(delimiter: u8, rows: &[StringRecord]) -> Option<(Layout, f32)> {
    let body = if is_named(rows) { &rows[1..] } else { rows };
    let headings = (rows.len() - body.len()) as u64;
    // Where the text comes last and was not quoted, it may spill over.
    let width = body.iter().map(StringRecord::len).min()?;
    let spilt = body.iter().filter(|row| row.len() > width).count();
    if width < 2 || body.len() + headings as usize <= 2 || rows.first()?.len() < width {
        return None;
    }
    let (time, sure) = times(body, width)?;
    if spilt > 0 && !sure {
        return None;
    }
    // Accounts have texts and names as well, and nobody speaks in them.
    let counts = headings > 0 && rows.first().is_some_and(|first| first.iter().any(headings::is_of_money));
    if counts || (width > 3 && (0..width).any(|c| !holds::is_time(body, c) && holds::is_money(body, c))) {
        return None;
    }
    let columns = Columns::of(body, width, &time)?;
    if spilt > 0 && columns.text + 1 != width {
        return None;
    }
    let enough = if width > 3 { !time.is_empty() } else { columns.speaker.is_some() || !time.is_empty() };
    enough.then_some(())?;
    let confidence = if sure && columns.speaker.is_some() { DATED } else { PERHAPS };
    let people = People::unnamed(columns.speaker, columns.conversation);
    Some((Layout { people, time, ..Layout::of(delimiter, headings, width, columns.text) }, confidence))
}

/// The layout of a table that has a column for each person, with words in one of them a row, and how sure that it is one.
pub fn by_person(delimiter: u8, rows: &[StringRecord]) -> Option<(Layout, f32)> {
    const MOST: usize = 12;
    const LONGEST: usize = 30;
    let (first, body) = rows.split_first()?;
    let width = first.len();
    let (time, _) = times(body, width)?;
    let others: Vec<usize> = (0..width).filter(|c| !time.contains(c)).collect();
    let names: Vec<&str> = others.iter().filter_map(|c| first.get(*c)).map(str::trim).collect();
    let name = |n: &&str| !n.is_empty() && n.chars().count() <= LONGEST && !headings::is_known(n);
    let named = names.iter().all(name) && names.iter().collect::<HashSet<_>>().len() == names.len();
    let filled = |row: &StringRecord| {
        others.iter().filter(|c| row.get(**c).is_some_and(|field| !field.trim().is_empty())).count()
    };
    let turns = body.iter().all(|row| row.len() == width && filled(row) == 1);
    let words = |c: &usize| {
        let fields = holds::fields(body, *c);
        holds::of(body, *c) == Holds::Words && fields.iter().any(|field| field.contains(' '))
    };
    let people = (2..=MOST).contains(&others.len()) && others.iter().all(words);
    (body.len() > 2 && !time.is_empty() && named && turns && people).then_some(())?;
    let persons: Vec<(usize, String)> =
        others.into_iter().zip(names.into_iter().map(str::to_owned)).collect();
    let text = persons.first()?.0;
    Some((Layout { time, persons, ..Layout::of(delimiter, 1, width, text) }, DATED))
}

/// Whether the first row names the columns: it has words where all others have times.
fn is_named(rows: &[StringRecord]) -> bool {
    let Some((first, body)) = rows.split_first() else { return false };
    let is_name = |c: usize| holds::surely(std::slice::from_ref(first), c) == Holds::Words;
    body.len() > 1 && (0..first.len()).any(|c| is_name(c) && holds::is_time(body, c))
}

/// The columns that tell when, and whether they tell the day.
fn times(rows: &[StringRecord], width: usize) -> Option<(Vec<usize>, bool)> {
    let first = |kind: Holds| {
        let mut columns = (0..width).filter(|c| holds::surely(rows, *c) == kind);
        columns.find(|c| kind != Holds::Moment || holds::runs_on(rows, *c))
    };
    let (moment, day, clock) = (first(Holds::Moment), first(Holds::Day), first(Holds::Clock));
    Some((when::together(moment, day, clock, rows, None), moment.or(day).is_some()))
}

/// What the others are.
struct Columns {
    text: usize,
    speaker: Option<usize>,
    conversation: Option<usize>,
}

impl Columns {
    /// The longest column is the text, of up to three the last; of those that hold names, the last before it is the
    /// speaker and the first the conversation. Numbers and other columns are passed over.
    fn of(rows: &[StringRecord], width: usize, time: &[usize]) -> Option<Self> {
        let others: Vec<usize> =
            (0..width).filter(|c| !time.contains(c) && !holds::is_time(rows, *c)).collect();
        let words = others.iter().copied().filter(|c| holds::surely(rows, *c) == Holds::Words);
        let text = if width > 3 { words.max_by_key(|c| holds::size(rows, *c))? } else { *others.last()? };
        let keys: Vec<usize> =
            others.iter().copied().filter(|c| *c != text && holds::is_key(rows, *c, 0.75)).collect();
        if width <= 3 && keys.len() + 1 < others.len() {
            return None;
        }
        let names: Vec<usize> =
            keys.iter().copied().filter(|c| holds::surely(rows, *c) == Holds::Words).collect();
        let named = if names.is_empty() { &keys } else { &names };
        let speaker = named.iter().rev().find(|k| **k < text).or(named.first()).copied();
        let speaker = if width > 3 { Some(speaker?) } else { speaker };
        let conversation = keys.into_iter().find(|k| Some(*k) < speaker && tells_apart(rows, *k, speaker));
        Some(Self { text, speaker, conversation })
    }
}

/// Whether more than one person writes under some value of `column`: else it only says who writes, in other words.
fn tells_apart(rows: &[StringRecord], column: usize, speaker: Option<usize>) -> bool {
    let mut speakers: HashMap<&str, HashSet<&str>> = HashMap::new();
    for row in rows {
        let speaker = speaker.and_then(|c| row.get(c)).unwrap_or("");
        speakers.entry(row.get(column).unwrap_or("")).or_default().insert(speaker.trim());
    }
    speakers.values().any(|speakers| speakers.len() > 1)
}
