//! How well scores order the risky before the harmless: ROC, precision and recall, recall at a budget of false alarms.

/// Scores in order, found once, so that thousands of resamples need no sorting.
pub struct Ranking<'a> {
    labels: &'a [bool],
    /// For each item, how many distinct scores are higher than its own.
    rank: Vec<usize>,
    /// The distinct scores, highest first.
    distinct: Vec<f64>,
}

/// One threshold and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Alarms are the scores at or above it; infinite at the point without alarms.
    pub threshold: f64,
    /// Positives with an alarm.
    pub tp: u64,
    /// Negatives with an alarm.
    pub fp: u64,
}

/// The most sensitive threshold within a budget of false alarms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    /// Alarms are the scores at or above it; infinite when no threshold keeps to the budget.
    pub threshold: f64,
    /// Share of positives with an alarm.
    pub recall: f64,
    /// Share of negatives with an alarm, at most the budget.
    pub fpr: f64,
}

impl<'a> Ranking<'a> {
    /// Order `scores`, one for each of `labels`; `None` when one of them is not a number or the lengths differ.
    pub fn new(labels: &'a [bool], scores: &[f64]) -> Option<Self> {
        if labels.len() != scores.len() || scores.iter().any(|s| s.is_nan()) {
            return None;
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*b].partial_cmp(&scores[*a]).expect("no score is NaN"));
        let (mut rank, mut distinct) = (vec![0; scores.len()], Vec::<f64>::new());
        for item in order {
            if distinct.last() != Some(&scores[item]) {
                distinct.push(scores[item]);
            }
            rank[item] = distinct.len() - 1;
        }
        Some(Self { labels, rank, distinct })
    }

    /// All items once.
    pub fn all(&self) -> Vec<usize> {
        (0..self.labels.len()).collect()
    }

    /// Counts of positives and negatives by rank in a sample of items, each as often as it is named.
    fn counts(&self, sample: &[usize]) -> Vec<[u64; 2]> {
        let mut counts = vec![[0; 2]; self.distinct.len()];
        for item in sample {
            counts[self.rank[*item]][usize::from(!self.labels[*item])] += 1;
        }
        counts
    }

    /// Every threshold that a sample tells apart, from no alarm to all.
    pub fn curve(&self, sample: &[usize]) -> Vec<Point> {
        let mut at = Point { threshold: f64::INFINITY, tp: 0, fp: 0 };
        let mut points = vec![at];
        for ([tp, fp], threshold) in self.counts(sample).into_iter().zip(&self.distinct) {
            if tp + fp > 0 {
                at = Point { threshold: *threshold, tp: at.tp + tp, fp: at.fp + fp };
                points.push(at);
            }
        }
        points
    }

    /// Area under the ROC curve, ties counted half; undefined without both classes.
    pub fn auroc(&self, sample: &[usize]) -> Option<f64> {
        let (mut won, mut positives, mut negatives) = (0.0, 0.0, 0.0);
        for [tp, fp] in self.counts(sample) {
            let (tp, fp) = (tp as f64, fp as f64);
            won += fp * (positives + tp / 2.0);
            positives += tp;
            negatives += fp;
        }
        super::ratio(won, positives * negatives)
    }

    /// Σ (R_n − R_{n−1}) P_n, without interpolation; undefined without positives.
    pub fn average_precision(&self, sample: &[usize]) -> Option<f64> {
        let curve = self.curve(sample);
        let positives = curve.last()?.tp as f64;
        let step = |pair: &[Point]| {
            let precision = pair[1].tp as f64 / (pair[1].tp + pair[1].fp) as f64;
            (pair[1].tp - pair[0].tp) as f64 * precision
        };
        super::ratio(curve.windows(2).map(step).sum(), positives)
    }

    /// The lowest threshold whose share of false alarms is at most `budget`, and its recall; undefined without both classes.
    pub fn recall_at_fpr(&self, sample: &[usize], budget: f64) -> Option<Operating> {
        let curve = self.curve(sample);
        let all = *curve.last()?;
        if all.tp == 0 || all.fp == 0 {
            return None;
        }
        let fits = |p: &&Point| p.fp as f64 / all.fp as f64 <= budget;
        let best = curve.iter().rev().find(fits)?;
        let (recall, fpr) = (best.tp as f64 / all.tp as f64, best.fp as f64 / all.fp as f64);
        // Points that alarm on further negatives only may follow at the same recall; the highest such threshold is named.
        let first = curve.iter().find(|p| p.tp == best.tp && p.fp == best.fp)?;
        Some(Operating { threshold: first.threshold, recall, fpr })
    }
}

/// Area under the ROC curve of all items, ties counted half.
pub fn auroc(labels: &[bool], scores: &[f64]) -> Option<f64> {
    let ranking = Ranking::new(labels, scores)?;
    ranking.auroc(&ranking.all())
}

/// Average precision of all items.
pub fn average_precision(labels: &[bool], scores: &[f64]) -> Option<f64> {
    let ranking = Ranking::new(labels, scores)?;
    ranking.average_precision(&ranking.all())
}
