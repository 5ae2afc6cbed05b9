//! How soon a warning comes. Sources: Vogt, Leser and Akbik, ACL 2021 (eSPD); Sadeque et al. 2018; Losada and Crestani 2016 (ERDE).

use std::collections::VecDeque;

use super::median;

/// p such that the penalty is one half at message 90: ln 3 / (90 − 1).
pub const PENALTY_ESPD: f64 = 1.098_612_288_668_109_8 / 89.0;
/// The variant for fast harm, one half at message 20: ln 3 / (20 − 1).
pub const PENALTY_FAST: f64 = 1.098_612_288_668_109_8 / 19.0;
/// Messages that are scored together in the eSPD rule.
pub const ESPD_WINDOW: usize = 50;
/// Last decisions that the eSPD rule keeps.
pub const ESPD_KEPT: usize = 10;

/// 1-based index of the first message at which the warning is up and stays up; `None` when it is down at the end.
pub fn latency(up: &[bool]) -> Option<usize> {
    let start = up.iter().rposition(|u| !u).map_or(0, |last_down| last_down + 1);
    (start < up.len()).then_some(start + 1)
}

/// −1 + 2 / (1 + e^(−p(k−1))): 0 at the first message, rising to 1. `k` counts from 1.
pub fn penalty(k: usize, p: f64) -> f64 {
    2.0 / (1.0 + (-p * (k as f64 - 1.0)).exp()) - 1.0
}

/// 1 − the median penalty over the latencies of true positives; undefined without any.
pub fn speed(latencies: &[usize], p: f64) -> Option<f64> {
    let penalties: Vec<f64> = latencies.iter().map(|k| penalty(*k, p)).collect();
    median(&penalties).map(|m| 1.0 - m)
}

/// F1 · speed.
pub fn f_latency(f1: Option<f64>, speed: Option<f64>) -> Option<f64> {
    Some(f1? * speed?)
}

/// What became of one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A positive, warned of at message `k`, which counts from 1.
    TruePositive(usize),
    /// A negative with a warning.
    FalsePositive,
    /// A positive without one.
    FalseNegative,
    /// A negative without one.
    TrueNegative,
}

impl Outcome {
    /// From the label and the 1-based message of the warning.
    pub fn of(label: bool, warned: Option<usize>) -> Self {
        match (label, warned) {
            (true, Some(k)) => Self::TruePositive(k),
            (true, None) => Self::FalseNegative,
            (false, Some(_)) => Self::FalsePositive,
            (false, None) => Self::TrueNegative,
        }
    }
}

/// Early risk detection error at `o`: a false alarm costs positives/N, a miss 1, a hit 1 − 1/(1 + e^(k−o)); the mean. Undefined for nothing.
pub fn erde(outcomes: &[Outcome], o: f64) -> Option<f64> {
    let positive = |x: &&Outcome| matches!(x, Outcome::TruePositive(_) | Outcome::FalseNegative);
    let share = super::ratio(outcomes.iter().filter(positive).count() as f64, outcomes.len() as f64)?;
    let cost = |outcome: &Outcome| match outcome {
        Outcome::TruePositive(k) => 1.0 - 1.0 / (1.0 + (*k as f64 - o).exp()),
        Outcome::FalsePositive => share,
        Outcome::FalseNegative => 1.0,
        Outcome::TrueNegative => 0.0,
    };
    super::mean(&outcomes.iter().map(cost).collect::<Vec<_>>())
}

/// The eSPD warning rule: `probabilities[i]` is that of the last [`ESPD_WINDOW`] messages at the i-th message that is not empty. Warn,
/// for good, when at least `s` (1 to [`ESPD_KEPT`]) of the last ten decisions (p ≥ .5) are positive. 1-based index of the warning.
pub fn espd_warning(probabilities: &[f64], s: usize) -> Option<usize> {
    let mut kept = VecDeque::with_capacity(ESPD_KEPT);
    for (at, p) in probabilities.iter().enumerate() {
        if kept.len() == ESPD_KEPT {
            kept.pop_front();
        }
        kept.push_back(*p >= 0.5);
        if kept.iter().filter(|k| **k).count() >= s {
            return Some(at + 1);
        }
    }
    None
}
