//! Days that are told by their names: `yesterday`, `Friday`. Which dates they were hangs on the day on which the text was
//! copied; a date that stands above or beside them may tell it.

use jiff::Span;
use jiff::civil::Date;

/// A day by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// So many days before the copy was made: none for `today`.
    Back(i8),
    /// The last such day of the week before that; from Monday, which is 0.
    Weekday(i8),
}

/// What is told of the day of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Its date.
    Date(Date),
    /// Its name, and the date that stands above it.
    Name(Named, Option<Date>),
    /// Nothing.
    Nothing,
}

/// The dates of messages that follow one another, of those whose day is `told` by a name: where nothing else fits what stands
/// above and around them, or the day on which they were copied is known.
pub fn dates(told: &[Told], copied: Option<Date>) -> Vec<Option<Date>> {
    let above = || {
        told.iter()
            .filter_map(|t| if let Told::Name(name, Some(date)) = t { Some((*name, *date)) } else { None })
    };
    let copies: Vec<Date> = above().filter_map(|(name, date)| name.copied(date)).collect();
    let agree = copies.windows(2).all(|pair| pair[0] == pair[1]);
    let fits = agree && above().all(|(name, date)| name.may_be(date));
    let copied = copied.or_else(|| copies.first().copied().filter(|_| fits));
    let date = |at: usize| match told[at] {
        Told::Name(Named::Weekday(_), Some(date)) if fits => Some(date),
        Told::Name(name, _) => copied.and_then(|copied| name.before(copied)),
        _ => None,
    };
    let found: Vec<Option<Date>> = (0..told.len()).map(date).collect();
    let known = |at: usize| if let Told::Date(date) = told[at] { Some(date) } else { found[at] };
    // The last one known before each, and the first from each on.
    let mut before = vec![None; told.len()];
    let mut from = vec![None; told.len() + 1];
    (1..told.len()).for_each(|at| before[at] = known(at - 1).or(before[at - 1]));
    (0..told.len()).rev().for_each(|at| from[at] = known(at).or(from[at + 1]));
    let around = |at: usize, name: Named| name.between(before[at]?, from[at].or(copied)?);
    let date = |at: usize| match told[at] {
        Told::Name(name, _) => found[at].or_else(|| around(at, name)),
        _ => None,
    };
    (0..told.len()).map(date).collect()
}

impl Named {
    /// The day of the copy, where this one is `date`.
    fn copied(self, date: Date) -> Option<Date> {
        match self {
            Self::Back(days) => shifted(date, i64::from(days)),
            Self::Weekday(_) => None,
        }
    }

    /// Whether `date` may be called so.
    fn may_be(self, date: Date) -> bool {
        match self {
            Self::Back(_) => true,
            Self::Weekday(day) => date.weekday().to_monday_zero_offset() == day,
        }
    }

    /// The one day from `first` to `last` that is called so.
    fn between(self, first: Date, last: Date) -> Option<Date> {
        let days = last.duration_since(first).as_hours() / 24;
        match self {
            Self::Weekday(_) if days < 7 => {
                (0..=days).find_map(|n| shifted(first, n).filter(|day| self.may_be(*day)))
            }
            _ => (first == last).then_some(first),
        }
    }

    /// The date that was called so on the day of the copy. A day of the week is none older than six days; on the day itself it
    /// may as well be a week old.
    fn before(self, copied: Date) -> Option<Date> {
        match self {
            Self::Back(days) => shifted(copied, -i64::from(days)),
            Self::Weekday(_) => (1..7).find_map(|n| shifted(copied, -n).filter(|day| self.may_be(*day))),
        }
    }
}

fn shifted(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().days(days)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const YESTERDAY: Named = Named::Back(1);
    const TODAY: Named = Named::Back(0);
    const FRIDAY: Named = Named::Weekday(4);

    fn day(day: i8) -> Date {
        date(2024, 3, day)
    }

    #[test]
    fn a_date_above_tells_the_days_of_all_others() {
        let told = [Told::Name(YESTERDAY, Some(day(12))), Told::Name(TODAY, None), Told::Name(FRIDAY, None)];
        assert_eq!(dates(&told, None), [Some(day(12)), Some(day(13)), Some(day(8))]);
        // Both cannot be the day above them.
        let told = [Told::Name(YESTERDAY, Some(day(12))), Told::Name(TODAY, Some(day(12)))];
        assert_eq!(dates(&told, None), [None, None]);
        assert_eq!(dates(&told, Some(day(12))), [Some(day(11)), Some(day(12))]);
    }

    #[test]
    fn a_day_of_the_week_between_dates() {
        let around = |first, last| {
            dates(&[Told::Date(day(first)), Told::Name(FRIDAY, None), Told::Date(day(last))], None)[1]
        };
        assert_eq!((around(6, 11), around(1, 12), around(4, 6)), (Some(day(8)), None, None));
        assert_eq!(dates(&[Told::Date(day(6)), Told::Name(FRIDAY, None)], None)[1], None);
        assert_eq!(dates(&[Told::Name(FRIDAY, Some(day(8)))], None), [Some(day(8))]);
        assert_eq!(dates(&[Told::Name(FRIDAY, Some(day(9)))], None), [None]);
        // Copied on a Friday: it was that day or a week before.
        assert_eq!(dates(&[Told::Name(FRIDAY, None)], Some(day(15))), [None]);
        let told = [Told::Name(Named::Weekday(3), None), Told::Name(FRIDAY, None)];
        assert_eq!(dates(&told, Some(day(15))), [Some(day(14)), Some(day(15))]);
        assert_eq!(dates(&[Told::Nothing, Told::Name(TODAY, None)], None), [None, None]);
    }
}
