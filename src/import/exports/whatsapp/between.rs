//! Whether a damaged head stands where its time belongs: after the message above and before the one below. What was quoted
//! is older than the message that quotes it.

use super::damaged::{Damaged, Part};
use crate::import::time::dates::{Date, DateOrder, Stamp};

const ORDERS: [DateOrder; 3] = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];

/// The times around a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Between {
    /// Of the message above.
    pub above: Option<Stamp>,
    /// Of the next one below whose head is whole.
    pub below: Option<Stamp>,
}

/// How well a head stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    /// Its date and time belong there.
    Whole(Stamp),
    /// What is left of them belongs there, and what is gone can be told by what stands around.
    Carried(Option<Stamp>),
    /// Its time could belong there, on the day above or below.
    Perhaps(Stamp),
    /// Not at all.
    No,
}

impl Between {
    /// How well `head` stands here.
    pub fn fit(&self, head: &Damaged<'_>) -> Fit {
        match (&head.date, &head.clock) {
            (Part::Read(_), Part::Read(_)) => match head.stamp().filter(|stamp| self.holds(stamp)) {
                Some(stamp) => Fit::Whole(stamp),
                None => Fit::No,
            },
            (Part::Read(_), _) => match head.day().is_some_and(|day| self.has_day(&day)) {
                true => Fit::Carried(None),
                false => Fit::No,
            },
            (date, Part::Read(_)) => match self.carry(head) {
                Fit::Perhaps(stamp) if *date == Part::Illegible => Fit::Carried(Some(stamp)),
                fit => fit,
            },
            _ => Fit::No,
        }
    }

    /// Whether `stamp` lies between the two.
    pub fn holds(&self, stamp: &Stamp) -> bool {
        let lies = |order| {
            let Some(at) = stamp.local(order) else { return false };
            let after = self.above.is_none_or(|above| above.local(order).is_some_and(|above| above <= at));
            after && self.below.is_none_or(|below| below.local(order).is_some_and(|below| at <= below))
        };
        ORDERS.into_iter().any(lies)
    }

    fn has_day(&self, day: &Stamp) -> bool {
        let is = |other: Option<Stamp>| other.is_some_and(|other| same_day(other.date, day.date));
        is(self.above) || is(self.below)
    }

    /// A time of which the day is gone: it is that of the message above or, where the day has changed, perhaps that of the one
    /// below.
    fn carry(&self, head: &Damaged<'_>) -> Fit {
        let (Some(clock), Some(above)) = (head.clock(), self.above) else { return Fit::No };
        let of = |day: Stamp| Stamp { clock: clock.clock, ..day };
        let later = clock.clock >= above.clock;
        match self.below {
            Some(below) if same_day(below.date, above.date) => match later && clock.clock <= below.clock {
                true => Fit::Carried(Some(of(above))),
                false => Fit::No,
            },
            _ if later => Fit::Perhaps(of(above)),
            Some(below) if clock.clock <= below.clock => Fit::Perhaps(of(below)),
            _ => Fit::No,
        }
    }
}

/// Whether two dates are the same in any order in which both are days.
fn same_day(a: Option<Date>, b: Option<Date>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    ORDERS.into_iter().any(|order| a.resolve(order).is_some_and(|day| b.resolve(order) == Some(day)))
}
