//! Hits and misses of decisions, and the rates made of them.

use super::{Ranking, ratio};

/// Counts of the four outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// Alarms on positives.
    pub tp: u64,
    /// Alarms on negatives.
    pub fp: u64,
    /// Positives without an alarm.
    pub fn_: u64,
    /// Negatives without an alarm.
    pub tn: u64,
}

impl Confusion {
    /// Count pairs of (label, alarm).
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut c = Self::default();
        for pair in pairs {
            match pair {
                (true, true) => c.tp += 1,
                (false, true) => c.fp += 1,
                (true, false) => c.fn_ += 1,
                (false, false) => c.tn += 1,
            }
        }
        c
    }

    /// Count some items of lists of labels and alarms, each as often as it is named.
    pub fn of_items(labels: &[bool], alarms: &[bool], items: &[usize]) -> Self {
        Self::of(items.iter().map(|i| (labels[*i], alarms[*i])))
    }

    /// TP / (TP + FP).
    pub fn precision(&self) -> Option<f64> {
        ratio(self.tp as f64, (self.tp + self.fp) as f64)
    }

    /// TP / (TP + FN).
    pub fn recall(&self) -> Option<f64> {
        ratio(self.tp as f64, (self.tp + self.fn_) as f64)
    }

    /// FP / (FP + TN): the share of negatives with an alarm.
    pub fn fpr(&self) -> Option<f64> {
        ratio(self.fp as f64, (self.fp + self.tn) as f64)
    }

    /// FN / (TP + FN).
    pub fn fnr(&self) -> Option<f64> {
        ratio(self.fn_ as f64, (self.tp + self.fn_) as f64)
    }

    /// (1+β²)PR / (β²P+R). Undefined where P or R is, and where both are zero.
    pub fn f(&self, beta: f64) -> Option<f64> {
        let (p, r, b) = (self.precision()?, self.recall()?, beta * beta);
        ratio((1.0 + b) * p * r, b * p + r)
    }
}

/// The threshold with the highest F_β and that F_β; the highest such threshold on ties. Undefined without positives.
pub fn best_threshold(labels: &[bool], scores: &[f64], beta: f64) -> Option<(f64, f64)> {
    let ranking = Ranking::new(labels, scores)?;
    let curve = ranking.curve(&ranking.all());
    let all = *curve.last()?;
    let f = |p: &super::Point| {
        let c = Confusion { tp: p.tp, fp: p.fp, fn_: all.tp - p.tp, tn: all.fp - p.fp };
        c.f(beta).map(|f| (p.threshold, f))
    };
    curve.iter().filter_map(f).reduce(|best, next| if next.1 > best.1 { next } else { best })
}
