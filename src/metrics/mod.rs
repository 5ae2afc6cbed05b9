//! Pure functions over scores and labels: what is reported about a model, exactly as defined, and nothing of ours imported.
//!
//! A metric whose denominator is zero is `None`, never a number. Labels are `true` for risky; an alarm is a score at or above its
//! threshold. Scores are `f64` and finite; a score that is no number makes a metric undefined.

mod agreement;
mod bootstrap;
mod calibration;
mod confusion;
mod latency;
mod prior;
mod ranking;
mod sets;
mod turns;

pub use agreement::{cohen_kappa, krippendorff_alpha};
pub use bootstrap::{Interval, Resamples, percentile};
pub use calibration::{Bin, ECE_BINS, brier, ece, nll, reliability};
pub use confusion::{Confusion, best_threshold};
pub use latency::{
    ESPD_KEPT, ESPD_WINDOW, Outcome, PENALTY_ESPD, PENALTY_FAST, erde, espd_warning, f_latency, latency,
    penalty, speed,
};
pub use prior::{false_alarms_per_1000, ppv, rule_of_three, shift};
pub use ranking::{Operating, Point, Ranking, auroc, average_precision};
pub use sets::{Sets, exact_share};
pub use turns::{Timing, Timings};

/// `numerator / denominator`, undefined when the denominator is zero.
pub fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator != 0.0).then(|| numerator / denominator)
}

/// Mean; undefined for nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    ratio(values.iter().sum(), values.len() as f64)
}

/// Median, the mean of the middle two for an even count; undefined for nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    percentile(values, 50.0)
}

/// Mean over the labels that occur, as the macro average of signals: what is undefined is left out.
pub fn macro_mean(values: &[Option<f64>]) -> Option<f64> {
    mean(&values.iter().flatten().copied().collect::<Vec<_>>())
}

/// Largest less smallest of what is defined, as the spread of a rate over subgroups; undefined for fewer than two.
pub fn spread(values: &[Option<f64>]) -> Option<f64> {
    let defined: Vec<f64> = values.iter().flatten().copied().collect();
    let (low, high) = (defined.iter().copied().reduce(f64::min)?, defined.iter().copied().reduce(f64::max)?);
    (defined.len() > 1).then_some(high - low)
}
