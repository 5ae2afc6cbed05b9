//! The dates of messages whose day is told by its name.

use std::collections::HashMap;

use jiff::civil;
use jiff::tz::Offset;

use super::{Chat, When};
use crate::import::time::dates::{DateOrder, Stamp};
use crate::import::time::named::{self, Told};
use crate::transcript::Time;

impl Chat {
    /// The source says that it was copied then, which tells what its `yesterday` was.
    pub fn set_copied(&mut self, when: When) {
        self.copied = when;
    }

    /// The source says that its times are so far ahead of UTC.
    pub fn set_zone(&mut self, zone: Offset) {
        self.zone = Some(zone);
    }

    /// By their places, the times of messages whose day is told by its name, as far as a date was found for it.
    pub(super) fn named_days(&self, order: DateOrder) -> HashMap<usize, Option<civil::DateTime>> {
        let named = || self.stamps.iter().filter_map(|(at, stamp)| Some((*at, stamp, stamp.named?)));
        if named().next().is_none() {
            return HashMap::new();
        }
        let mut told: Vec<Told> = self
            .transcript
            .messages
            .iter()
            .map(|m| match m.time {
                Some(Time::Local(moment)) => Told::Date(moment.date()),
                _ => Told::Nothing,
            })
            .collect();
        let date = |stamp: &Stamp| stamp.date.filter(|d| !d.is_yearless()).and_then(|d| d.resolve(order));
        for (at, stamp) in &self.stamps {
            told[*at] = match stamp.named {
                Some(name) => Told::Name(name, date(stamp)),
                None => date(stamp).map_or(Told::Nothing, Told::Date),
            };
        }
        let copied = match self.copied {
            When::Known(Time::Local(moment)) => Some(moment.date()),
            When::Written(stamp) => date(&stamp),
            _ => None,
        };
        let dates = named::dates(&told, copied);
        named().map(|(at, stamp, _)| (at, dates[at].map(|date| date.to_datetime(stamp.clock)))).collect()
    }
}
