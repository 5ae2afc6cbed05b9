//! Whether a first alarm comes when it should, counted in messages from the labelled onset (after SCoRL, arXiv 2503.06627).

use super::{median, ratio};

/// How one alarm lies to its onset t*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Before t*.
    Premature,
    /// From t* to t* + w.
    Timely,
    /// After t* + w.
    Late,
    /// No alarm.
    Missed,
}

impl Timing {
    /// `onset` and `alarm` are 0-based messages, `window` is w.
    pub fn of(onset: usize, alarm: Option<usize>, window: usize) -> Self {
        match alarm {
            None => Self::Missed,
            Some(t) if t < onset => Self::Premature,
            Some(t) if t <= onset + window => Self::Timely,
            Some(_) => Self::Late,
        }
    }
}

/// The four rates, which sum to one, and the median of alarm − onset over the alarms that came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timings {
    /// Share before the onset.
    pub premature: Option<f64>,
    /// Share within the window.
    pub timely: Option<f64>,
    /// Share after it.
    pub late: Option<f64>,
    /// Share without an alarm.
    pub missed: Option<f64>,
    /// In messages; negative is early.
    pub median_offset: Option<f64>,
}

impl Timings {
    /// Over pairs of (onset, alarm).
    pub fn of(pairs: &[(usize, Option<usize>)], window: usize) -> Self {
        let share = |wanted: Timing| {
            let found = pairs.iter().filter(|(onset, alarm)| Timing::of(*onset, *alarm, window) == wanted);
            ratio(found.count() as f64, pairs.len() as f64)
        };
        let offsets: Vec<f64> =
            pairs.iter().filter_map(|(onset, alarm)| Some((*alarm)? as f64 - *onset as f64)).collect();
        Self {
            premature: share(Timing::Premature),
            timely: share(Timing::Timely),
            late: share(Timing::Late),
            missed: share(Timing::Missed),
            median_offset: median(&offsets),
        }
    }
}
