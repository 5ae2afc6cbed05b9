//! The Persian calendar, in which phones of Iran write dates.

use jiff::civil;

/// Years taken for Persian ones: 2001 to 2036. Islamic years of our time begin at 1422 and are of another calendar.
const YEARS: std::ops::RangeInclusive<u32> = 1380..=1415;

/// Whether `year` is of the Persian calendar.
pub fn is_year(year: u32) -> bool {
    YEARS.contains(&year)
}

/// The day, if there is one.
pub fn date(year: u32, month: u32, day: u32) -> Option<civil::Date> {
    let last = match month {
        1..=6 => 31,
        7..=11 => 30,
        12 => 29 + u32::from(is_leap(year)),
        _ => return None,
    };
    (is_year(year) && (1..=last).contains(&day)).then_some(())?;
    let before: u32 = (*YEARS.start()..year).map(|y| 365 + u32::from(is_leap(y))).sum();
    let months = 31 * (month - 1) - (month - 1).saturating_sub(6);
    let first = civil::Date::new(2001, 3, 21).ok()?;
    first.checked_add(jiff::Span::new().days(before + months + day - 1)).ok()
}

/// Eight years of 33 have a day more; this holds for all of [`YEARS`].
fn is_leap(year: u32) -> bool {
    [1, 5, 9, 13, 17, 22, 26, 30].contains(&(year % 33))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_known() {
        let shown = |y, m, d| date(y, m, d).map(|day| day.to_string());
        assert_eq!(shown(1402, 10, 23).as_deref(), Some("2024-01-13"));
        assert_eq!(shown(1399, 12, 30).as_deref(), Some("2021-03-20"));
        assert_eq!(shown(1400, 1, 1).as_deref(), Some("2021-03-21"));
        assert_eq!(shown(1403, 12, 30).as_deref(), Some("2025-03-20"));
        assert_eq!(shown(1404, 1, 1).as_deref(), Some("2025-03-21"));
        assert_eq!((date(1402, 12, 30), date(1402, 13, 1), date(1402, 7, 31)), (None, None, None));
        assert!(!is_year(1445) && is_year(1402));
    }
}
