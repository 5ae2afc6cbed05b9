//! What the columns of a table hold, as far as rows show it.

use std::collections::HashSet;

use ::csv::StringRecord;

use super::when;
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::transcript::Time;

/// What most fields of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing at all.
    Nothing,
    /// A date and time, or seconds since 1970.
    Moment,
    /// A date alone.
    Day,
    /// A time of day alone.
    Clock,
    /// Phone numbers, or other numbers.
    Number,
    /// Anything else.
    Words,
}

/// What more than half of `column` holds.
pub fn of(rows: &[StringRecord], column: usize) -> Holds {
    share(rows, column, (1, 2))
}

/// What nearly all of `column` holds: for columns of which no name tells what they are for.
pub fn surely(rows: &[StringRecord], column: usize) -> Holds {
    share(rows, column, (4, 5))
}

/// What at least `part` of `whole` fields of `column` are.
fn share(rows: &[StringRecord], column: usize, (part, whole): (usize, usize)) -> Holds {
    let fields = fields(rows, column);
    if fields.is_empty() {
        return Holds::Nothing;
    }
    let kinds: Vec<Holds> = fields.iter().map(|field| of_field(field)).collect();
    let most = |kind: Holds| kinds.iter().filter(|k| **k == kind).count() * whole >= kinds.len() * part;
    let kinds = [Holds::Moment, Holds::Day, Holds::Clock, Holds::Number];
    kinds.into_iter().find(|kind| most(*kind)).unwrap_or(Holds::Words)
}

/// Whether `column` holds times of one kind or another.
pub fn is_time(rows: &[StringRecord], column: usize) -> bool {
    matches!(surely(rows, column), Holds::Moment | Holds::Day | Holds::Clock)
}

/// Whether numbers in `column`, which no name says to be times, run on as times do: none comes twice, and each row's is
/// later than the one before, or each earlier. Phone numbers do not.
pub fn runs_on(rows: &[StringRecord], column: usize) -> bool {
    let numbers: Option<Vec<f64>> = fields(rows, column).iter().map(|f| f.parse().ok()).collect();
    // What is no number has a form that only times have.
    let Some(numbers) = numbers else { return true };
    let up = numbers.windows(2).all(|w| w[0] < w[1]);
    numbers.len() > 1 && (up || numbers.windows(2).all(|w| w[0] > w[1]))
}

/// Whether a column holds short words that come again, as names and ids do: at most `share` of them are different.
pub fn is_key(rows: &[StringRecord], column: usize, share: f32) -> bool {
    let fields: Vec<&str> = rows.iter().map(|row| row.get(column).unwrap_or("").trim()).collect();
    let distinct = fields.iter().copied().collect::<HashSet<&str>>().len();
    let short =
        |f: &str| !f.is_empty() && f.chars().count() <= 40 && f.split(' ').count() <= 4 && !f.contains(':');
    fields.iter().all(|f| short(f)) && (distinct <= 2 || distinct as f32 <= share * fields.len() as f32)
}

/// Whether some field of a column stands there more than once.
pub fn comes_again(rows: &[StringRecord], column: usize) -> bool {
    let fields = fields(rows, column);
    fields.iter().collect::<HashSet<_>>().len() < fields.len()
}

/// Whether all that a column holds has digits in it.
pub fn are_numbered(rows: &[StringRecord], column: usize) -> bool {
    let fields = fields(rows, column);
    !fields.is_empty() && fields.iter().all(|field| field.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a column holds sums of money: numbers with two places behind the point, and no times.
pub fn is_money(rows: &[StringRecord], column: usize) -> bool {
    let fields = fields(rows, column);
    let is_sum = |field: &&&str| {
        let bare = field.trim_matches(|c: char| c.is_whitespace() || "€$£+-−".contains(c));
        let end = bare.char_indices().rev().nth(2);
        let point = end.is_some_and(|(at, c)| matches!(c, '.' | ',') && at > 0);
        point && bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' '))
    };
    let clocks = fields.iter().all(|field| when::read(&[field]).is_some());
    !clocks && fields.len() > 1 && fields.iter().filter(is_sum).count() * 5 >= fields.len() * 4
}

/// How much is written in a column, in bytes.
pub fn size(rows: &[StringRecord], column: usize) -> usize {
    rows.iter().filter_map(|row| row.get(column)).map(str::len).sum()
}

/// The fields of a column that are not blank.
pub fn fields(rows: &[StringRecord], column: usize) -> Vec<&str> {
    rows.iter().filter_map(|row| row.get(column)).map(str::trim).filter(|f| !f.is_empty()).collect()
}

fn of_field(field: &str) -> Holds {
    match times::read(field) {
        Some(When::Known(Time::Clock(_))) => Holds::Clock,
        Some(When::Written(stamp)) if stamp.date.is_none() => Holds::Clock,
        // Spreadsheets and databases write a day as its midnight.
        Some(When::Known(Time::Local(moment))) if moment.time() == jiff::civil::Time::midnight() => {
            Holds::Day
        }
        Some(When::Written(stamp)) if stamp.clock == jiff::civil::Time::midnight() => Holds::Day,
        Some(When::Known(_) | When::Written(_)) => Holds::Moment,
        _ if is_day(field) => Holds::Day,
        _ if is_number(field) => Holds::Number,
        _ => Holds::Words,
    }
}

/// Whether `field` is a date alone.
fn is_day(field: &str) -> bool {
    let stamped = times::read(&format!("{field} 00:00"));
    matches!(stamped, Some(When::Known(Time::Local(_))))
        || matches!(stamped, Some(When::Written(s)) if s.date.is_some())
}

/// Whether `field` is a number, of a phone or a count.
fn is_number(field: &str) -> bool {
    let sign = |c: char| matches!(c, '+' | '-' | '(' | ')' | ' ' | '.' | '/');
    field.chars().any(|c| c.is_ascii_digit()) && field.chars().all(|c| c.is_ascii_digit() || sign(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_by_what_they_hold() {
        let row = |fields: &[&str]| StringRecord::from(fields.to_vec());
        let rows = [
            row(&["13.01.2024", "21:07", "Bo", "+447700900001", "hello", "1705180060"]),
            row(&["13.01.2024", "21:08", "Ana", "+447700900002", "2024?", "1705180120"]),
            row(&["14.01.2024", "9:08 PM", "Bo", "+447700900001", "", "1705180180"]),
        ];
        let found: Vec<Holds> = (0..6).map(|c| surely(&rows, c)).collect();
        use Holds::{Clock, Day, Moment, Number, Words};
        assert_eq!(found, [Day, Clock, Words, Number, Words, Moment]);
        assert!(runs_on(&rows, 5) && is_key(&rows, 2, 0.5) && !is_key(&rows, 4, 0.5));
        assert!(!is_time(&rows, 3) && of(&rows, 9) == Holds::Nothing);
    }
}
