//! Dates without a year, as phones copy single messages: `21/05, 20:11`, `Mar 2, 4:10 PM`.

use super::{Date, Shape, Stamp, Year};
use crate::import::syntax::cursor::Cursor;

impl Date {
    /// The day of `month`, both counted from 1, of an unknown year.
    pub fn of_month(month: i8, day: i8) -> Option<Self> {
        let (month, day) = (u32::try_from(month).ok()?, u32::try_from(day).ok()?);
        Some(Self { numbers: [0, month, day], year: Year::Named, later: 0 })
    }

    /// Whether its year is not known.
    pub fn is_yearless(&self) -> bool {
        matches!(self.year, Year::None | Year::Named)
    }

    /// Two numbers that are a day and a month, up to a space or a comma, and the sign between them; `at` moves behind them.
    fn short(at: &mut Cursor<'_>) -> Option<(Self, char)> {
        let mut ahead = *at;
        let (first, _) = ahead.number(2)?;
        let sign = ['/', '.', '-'].into_iter().find(|sign| ahead.eat(*sign))?;
        let (second, _) = ahead.number(2)?;
        ahead.eat(sign);
        let fits = (1..=31).contains(&first.max(second)) && (1..=12).contains(&first.min(second));
        let ends = matches!(ahead.peek(), Some(' ' | ','));
        (fits && ends).then(|| *at = ahead)?;
        Some((Self { numbers: [first, second, 0], year: Year::None, later: 0 }, sign))
    }
}

impl Stamp {
    /// Read a day and a month in numbers, and the time that `clock` reads behind them.
    pub fn short(at: &mut Cursor<'_>, clock: impl Fn(&mut Cursor<'_>) -> Option<Self>) -> Option<Self> {
        let mut ahead = *at;
        let (date, separator) = Date::short(&mut ahead)?;
        let written = &at.rest()[..at.rest().len() - ahead.rest().len()];
        let bare = written.split(separator).all(|number| !number.starts_with('0'));
        let stamp = clock(&mut ahead)?;
        // A year may stand behind the time, and what looked like one of these is none.
        if stamp.date.is_some() {
            return None;
        }
        *at = ahead;
        let american = separator == '/' && bare && stamp.shape.meridiem;
        let shape = Shape { separator: Some(separator), year: Some(Year::None), ..stamp.shape };
        Some(Self { date: Some(date), shape, american, ..stamp })
    }
}
