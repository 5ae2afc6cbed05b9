//! Whether probabilities mean what they say.

use super::{mean, ratio};

/// Bins of the expected calibration error.
pub const ECE_BINS: usize = 15;

/// Items of neighbouring probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Items in it.
    pub n: usize,
    /// Mean probability.
    pub confidence: f64,
    /// Share of positives.
    pub accuracy: f64,
}

/// The reliability table: bins of equal mass, as equal as whole items allow, the larger ones first (as `numpy.array_split`). Items are
/// ordered by probability and, where that is equal, negatives first, so that the order of the input never matters.
pub fn reliability(labels: &[bool], probabilities: &[f64], bins: usize) -> Vec<Bin> {
    let mut items: Vec<(f64, bool)> = probabilities.iter().copied().zip(labels.iter().copied()).collect();
    items.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let bins = bins.min(items.len());
    let (mut start, mut table) = (0, Vec::with_capacity(bins));
    for bin in 0..bins {
        let n = items.len() / bins + usize::from(bin < items.len() % bins);
        let part = &items[start..start + n];
        let confidence = part.iter().map(|i| i.0).sum::<f64>() / n as f64;
        let accuracy = part.iter().filter(|i| i.1).count() as f64 / n as f64;
        table.push(Bin { n, confidence, accuracy });
        start += n;
    }
    table
}

/// Σ (n_b/N) |accuracy − confidence| over [`ECE_BINS`] bins of equal mass; undefined for nothing.
pub fn ece(labels: &[bool], probabilities: &[f64]) -> Option<f64> {
    let table = reliability(labels, probabilities, ECE_BINS);
    ratio(table.iter().map(|b| b.n as f64 * (b.accuracy - b.confidence).abs()).sum(), labels.len() as f64)
}

/// Mean squared error of the probabilities; undefined for nothing.
pub fn brier(labels: &[bool], probabilities: &[f64]) -> Option<f64> {
    let error = |(l, p): (&bool, &f64)| (p - f64::from(u8::from(*l))).powi(2);
    mean(&labels.iter().zip(probabilities).map(error).collect::<Vec<_>>())
}

/// Mean negative log likelihood in nats, probabilities held a machine epsilon away from 0 and 1; undefined for nothing.
pub fn nll(labels: &[bool], probabilities: &[f64]) -> Option<f64> {
    let loss = |(l, p): (&bool, &f64)| {
        let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        -if *l { p.ln() } else { (1.0 - p).ln() }
    };
    mean(&labels.iter().zip(probabilities).map(loss).collect::<Vec<_>>())
}
