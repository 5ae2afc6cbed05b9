//! How dates and times are written, which tells programs apart.

use super::Year;

/// How a stamp is written, numbers aside. All headers of one export have the same shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    pub(super) time_first: bool,
    pub(super) separator: Option<char>,
    pub(super) year: Option<Year>,
    pub(super) comma: bool,
    pub(super) seconds: bool,
    pub(super) meridiem: bool,
}

impl Shape {
    /// `2019-12-24, 12:23` or `2019-12-24 12:23:10`.
    pub fn is_iso(&self) -> bool {
        self.separator == Some('-') && self.year == Some(Year::First) && !self.time_first && !self.meridiem
    }

    /// What stands between the numbers of the date.
    pub fn separator(&self) -> Option<char> {
        self.separator
    }

    /// Whether the year is known to stand first.
    pub fn is_year_first(&self) -> bool {
        self.year == Some(Year::First)
    }

    /// Whether the time has seconds.
    pub fn has_seconds(&self) -> bool {
        self.seconds
    }

    /// Whether a word for the half of the day stands beside the time.
    pub fn has_meridiem(&self) -> bool {
        self.meridiem
    }

    /// Whether the date stands before the time.
    pub fn is_date_first(&self) -> bool {
        !self.time_first
    }

    /// `2019-12-24, 12:23`: what signal-export writes, and no phone.
    pub fn is_iso_minutes(&self) -> bool {
        self.separator == Some('-') && self.year == Some(Year::First) && !self.seconds && !self.time_first
    }
}
