//! Which number of a file's dates is the day. Decided once a file, by evidence: a number past 12 settles it, then
//! the order in which messages stand, then what the user said, then dots between the numbers. Else day first is assumed, or
//! month first where only so a day follows the next or every date is written as phones of the United States do, and said so.

use jiff::civil;

use super::dates::{DateOrder, Stamp};

const ORDERS: [DateOrder; 3] = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];

/// What the dates of a file say about their order. Constant in size, so that it can be gathered from a stream.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    tracks: [Track; 3],
    /// Dates that read differently day first and month first, and the line of the first.
    open: (u64, u64),
    /// How many dates are written as in the United States, and how many are not.
    american: (u64, u64),
    /// Whether dates have other signs between their numbers than dots.
    undotted: bool,
}

/// How well the dates fit one order.
#[derive(Clone, Copy, Debug, Default)]
struct Track {
    impossible: u64,
    backward: u64,
    forward: u64,
    /// How often the next day follows.
    next: u64,
    first: Option<civil::Date>,
    last: Option<civil::Date>,
    /// Lines of the first date that is none so, and of the first that goes back.
    faulty: [u64; 2],
}

impl Track {
    fn add(&mut self, date: Option<civil::Date>, line: u64) {
        let Some(date) = date else {
            self.impossible += 1;
            self.fault(0, line);
            return;
        };
        // Messages may arrive a little out of order; a wrong reading jumps by months.
        let back = |last: civil::Date| last.duration_since(date).as_hours() > 24;
        if self.last.is_some_and(back) {
            self.backward += 1;
            self.fault(1, line);
        }
        self.forward += u64::from(self.last.is_some_and(|last| date > last));
        self.next += u64::from(self.last.is_some_and(|last| last.tomorrow().is_ok_and(|next| next == date)));
        self.first.get_or_insert(date);
        self.last = Some(date);
    }

    fn fault(&mut self, kind: usize, line: u64) {
        if self.faulty[kind] == 0 {
            self.faulty[kind] = line;
        }
    }

    fn faults(&self) -> (u64, u64) {
        (self.impossible, self.backward)
    }

    /// Whether the dates fall throughout: the newest message stands first.
    fn falls(&self) -> bool {
        self.impossible == 0 && self.forward == 0 && self.backward >= 2
    }

    fn days(&self) -> i64 {
        let span = self.last.zip(self.first).map(|(b, a)| b.duration_since(a).as_hours() / 24);
        span.unwrap_or(0).abs()
    }
}

/// What an order was decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A date that cannot be read any other way.
    Number,
    /// The order in which messages stand.
    Sequence,
    /// The user.
    Asked,
    /// The dots between their numbers: whoever writes these has the day first, or the year.
    Dots,
    /// Nothing: it was assumed.
    Assumed,
}

/// The order decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The order.
    pub order: DateOrder,
    /// Why.
    pub basis: Basis,
    /// If nothing spoke for it: how many dates it touches, and the line of the first.
    pub assumed: Option<(u64, u64)>,
    /// If the user asked for another: how many dates forbid that, and the line of the first.
    pub overruled: Option<(u64, u64)>,
}

impl Verdict {
    /// An order that something spoke for.
    pub fn sure(order: DateOrder, basis: Basis) -> Self {
        Self { order, basis, assumed: None, overruled: None }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let order = match self.order {
            DateOrder::DayFirst => "day first",
            DateOrder::MonthFirst => "month first",
            DateOrder::YearFirst => "year first",
        };
        let basis = match self.basis {
            Basis::Number => "a date can be read in no other way",
            Basis::Sequence => "so the messages stand in order",
            Basis::Asked => "as asked",
            Basis::Dots => "as dates with dots are",
            Basis::Assumed => "assumed; nothing settles it",
        };
        write!(f, "{order} ({basis})")
    }
}

impl Evidence {
    /// Take one more stamp, of `line`, into account.
    pub fn add(&mut self, stamp: &Stamp, line: u64) {
        let Some(date) = stamp.date.filter(|d| d.needs_order()) else { return };
        self.american.0 += u64::from(stamp.american);
        self.american.1 += u64::from(!stamp.american);
        self.undotted |= stamp.shape.separator() != Some('.');
        for (track, order) in self.tracks.iter_mut().zip(ORDERS) {
            track.add(date.resolve(order), line);
        }
        let (day, month) = (date.resolve(DateOrder::DayFirst), date.resolve(DateOrder::MonthFirst));
        if day != month && day.is_some() && month.is_some() {
            self.open = (self.open.0 + 1, if self.open.0 == 0 { line } else { self.open.1 });
        }
    }

    /// Whether there were dates whose order has to be decided at all.
    pub fn is_needed(&self) -> bool {
        self.tracks.iter().any(|t| t.first.is_some() || t.impossible > 0)
    }

    /// The order, with `wish` heard where the dates leave it open.
    pub fn verdict(&self, wish: Option<DateOrder>) -> Verdict {
        let verdict = self.heard(wish);
        let lost = wish.filter(|wish| *wish != verdict.order && self.is_needed());
        Verdict { overruled: lost.map(|wish| self.against(wish)), ..verdict }
    }

    /// How many dates cannot be of `order`, or else go back when read so, and the line of the first.
    fn against(&self, order: DateOrder) -> (u64, u64) {
        let track = ORDERS.iter().position(|o| *o == order).map(|at| self.tracks[at]).unwrap_or_default();
        match track.faults() {
            (0, backward) => (backward.max(1), track.faulty[1]),
            (impossible, _) => (impossible, track.faulty[0]),
        }
    }

    fn heard(&self, wish: Option<DateOrder>) -> Verdict {
        let [day, month, year] = self.tracks;
        let best = day.faults().min(month.faults());
        let sure = Verdict::sure;
        let by = |a: &Track, b: &Track| {
            if a.impossible == b.impossible { Basis::Sequence } else { Basis::Number }
        };
        if year.faults() < best || (year.faults() == best && Self::far_shorter(&year, &day, &month)) {
            return sure(DateOrder::YearFirst, by(&year, if day.faults() == best { &day } else { &month }));
        }
        let mixed = |track: &Track| track.impossible > 0 || (track.forward > 0 && track.backward > 0);
        if day.falls() && mixed(&month) {
            return sure(DateOrder::DayFirst, by(&day, &month));
        }
        if month.falls() && mixed(&day) {
            return sure(DateOrder::MonthFirst, by(&day, &month));
        }
        match (day.faults().cmp(&month.faults()), wish) {
            (std::cmp::Ordering::Less, _) => sure(DateOrder::DayFirst, by(&day, &month)),
            (std::cmp::Ordering::Greater, _) => sure(DateOrder::MonthFirst, by(&day, &month)),
            (_, Some(order)) => sure(order, Basis::Asked),
            (_, None) if !self.undotted => sure(DateOrder::DayFirst, Basis::Dots),
            (_, None) => {
                let assumed = (self.open.0 > 0).then_some(self.open);
                let american = self.american.0 > 0 && self.american.1 == 0;
                // Talks go on the next day oftener than a month later.
                let month_first = match month.next.cmp(&day.next) {
                    std::cmp::Ordering::Equal => american,
                    ordering => ordering.is_gt(),
                };
                let order = if month_first { DateOrder::MonthFirst } else { DateOrder::DayFirst };
                Verdict { assumed, ..sure(order, Basis::Assumed) }
            }
        }
    }

    /// `22-03-18`, `22-03-19`: with the year last, each day would be a year.
    fn far_shorter(year: &Track, day: &Track, month: &Track) -> bool {
        year.first.is_some() && year.days() * 30 < day.days().min(month.days())
    }
}

impl DateOrder {
    /// The assumption in words.
    pub(crate) fn against_wish(self) -> &'static str {
        match self {
            Self::DayFirst => {
                "that cannot be read in the order you asked for, or goes back in time so; all were read day first"
            }
            Self::MonthFirst => {
                "that cannot be read in the order you asked for, or goes back in time so; all were read month first"
            }
            Self::YearFirst => {
                "that cannot be read in the order you asked for, or goes back in time so; all were read year first"
            }
        }
    }

    pub(crate) fn assumption(self) -> &'static str {
        match self {
            Self::DayFirst => "that could be day first or month first; day first was assumed",
            Self::MonthFirst => "that could be day first or month first; month first was assumed",
            Self::YearFirst => "that could be read several ways; year first was assumed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::syntax::cursor::Cursor;
    use DateOrder::*;

    fn verdict(dates: &[&str], wish: Option<DateOrder>) -> (DateOrder, Option<(u64, u64)>) {
        let mut evidence = Evidence::default();
        for (line, date) in (1..).zip(dates) {
            evidence.add(&Stamp::full(&mut Cursor::new(&format!("{date}, 10:00"))).unwrap(), line);
        }
        let verdict = evidence.verdict(wish);
        (verdict.order, verdict.assumed)
    }

    #[test]
    fn a_number_past_twelve_settles_it_even_against_the_wish() {
        assert_eq!(verdict(&["1/2/24", "13/2/24"], Some(MonthFirst)), (DayFirst, None));
        assert_eq!(verdict(&["1/2/24", "2/13/24"], None), (MonthFirst, None));
    }

    #[test]
    fn what_forbids_the_wish_is_told() {
        let overruled = |dates: &[&str], wish| {
            let mut evidence = Evidence::default();
            for (line, date) in (1..).zip(dates) {
                evidence.add(&Stamp::full(&mut Cursor::new(&format!("{date}, 10:00"))).unwrap(), line);
            }
            evidence.verdict(wish).overruled
        };
        assert_eq!(overruled(&["1/2/24", "13/2/24", "14/2/24"], Some(MonthFirst)), Some((2, 2)));
        assert_eq!(overruled(&["1/5/24", "1/6/24", "2/1/24"], Some(DayFirst)), Some((1, 3)));
        assert_eq!(overruled(&["1/2/24", "13/2/24"], Some(DayFirst)), None);
        assert_eq!(overruled(&["1/2/24", "13/2/24"], None), None);
        assert_eq!(overruled(&["1/2/24"], Some(MonthFirst)), None);
        assert_eq!(overruled(&["2024-03-14"], Some(MonthFirst)), None);
    }

    #[test]
    fn then_the_order_of_messages() {
        assert_eq!(verdict(&["5/1/24", "6/1/24", "1/2/24"], None), (DayFirst, None));
        assert_eq!(verdict(&["1/5/24", "1/6/24", "2/1/24"], Some(DayFirst)), (MonthFirst, None));
    }

    #[test]
    fn which_may_be_the_other_way_round() {
        assert_eq!(verdict(&["5/2/24", "3/2/24", "12/1/24", "10/1/24"], None), (DayFirst, None));
        assert_eq!(verdict(&["2/5/24", "2/3/24", "1/12/24", "1/10/24"], None), (MonthFirst, None));
    }

    #[test]
    fn then_the_wish_else_an_assumption_that_is_told() {
        assert_eq!(verdict(&["1/2/24", "1/2/24"], Some(MonthFirst)), (MonthFirst, None));
        assert_eq!(verdict(&["2/2/24", "3/4/24"], None), (DayFirst, Some((1, 2))));
        assert_eq!(verdict(&["2/2/24", "2/2/24"], None), (DayFirst, None));
        assert_eq!(verdict(&["2024-03-04"], None), (DayFirst, None));
    }

    #[test]
    fn what_only_americans_write_is_month_first() {
        let of = |dates: &[&str]| {
            let mut evidence = Evidence::default();
            for (line, date) in (1..).zip(dates) {
                evidence.add(&Stamp::full(&mut Cursor::new(date)).unwrap(), line);
            }
            let verdict = evidence.verdict(None);
            (verdict.order, verdict.assumed)
        };
        assert_eq!(of(&["1/5/24, 9:07\u{202f}AM", "1/5/24, 10:08 PM"]), (MonthFirst, Some((2, 1))));
        assert_eq!(of(&["1/5/24, 9:07:12 AM", "13/5/24, 9:07:12 AM"]).0, DayFirst);
        for date in
            ["1/5/24, 9:07 am", "01/05/24, 9:07 AM", "1/5/24, 09:07 AM", "1/5/2024, 9:07 AM", "1/5/24, 9:07"]
        {
            assert_eq!(of(&[date]), (DayFirst, Some((1, 1))), "{date}");
        }
    }

    #[test]
    fn talks_go_on_the_next_day() {
        assert_eq!(verdict(&["3/2/24", "3/2/24", "3/3/24"], None), (MonthFirst, Some((2, 1))));
        assert_eq!(verdict(&["2/3/24", "3/3/24"], None).0, DayFirst);
        assert_eq!(verdict(&["3/2/24", "3/3/24"], Some(DayFirst)).0, DayFirst);
    }

    #[test]
    fn the_reason_is_told() {
        let told = |dates: &[&str], wish| {
            let mut evidence = Evidence::default();
            for date in dates {
                evidence.add(&Stamp::full(&mut Cursor::new(&format!("{date}, 10:00"))).unwrap(), 1);
            }
            evidence.verdict(wish).to_string()
        };
        assert_eq!(told(&["13/2/24"], None), "day first (a date can be read in no other way)");
        assert_eq!(
            told(&["1/5/24", "1/6/24", "2/1/24"], None),
            "month first (so the messages stand in order)"
        );
        assert_eq!(told(&["1/2/24"], Some(MonthFirst)), "month first (as asked)");
        assert_eq!(told(&["1/2/24"], None), "day first (assumed; nothing settles it)");
        assert_eq!(told(&["03.11.24", "3.12.24"], None), "day first (as dates with dots are)");
        assert_eq!(told(&["3.11.24", "3/12/24"], None), "month first (assumed; nothing settles it)");
        assert_eq!(told(&["03.11.24"], Some(MonthFirst)), "month first (as asked)");
    }

    #[test]
    fn short_years_in_front() {
        assert_eq!(verdict(&["22-03-18", "22-03-19", "22-04-01"], None), (YearFirst, None));
        assert_eq!(verdict(&["18.03.22", "19.03.22", "20.03.22"], None).0, DayFirst);
        assert_eq!(verdict(&["24/12/30", "25/01/02"], None), (YearFirst, None));
    }
}
