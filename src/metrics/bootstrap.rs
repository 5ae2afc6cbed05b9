//! 95 % intervals: whole groups (an author, a case, a source thread) are drawn again and again, never single messages.
//!
//! The random numbers of resample *r* depend on the seed and on *r* alone, so that any number of threads gives the same bits, and two
//! systems that are compared meet the same resamples.

use std::collections::BTreeMap;

use rayon::prelude::*;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// 2.5th percentile.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
    /// Resamples in which the metric was defined.
    pub defined: usize,
}

/// How items are drawn.
pub struct Resamples {
    members: Vec<Vec<usize>>,
    count: usize,
    seed: u64,
}

impl Resamples {
    /// `groups` names the group of each item; `count` should be 2,000 or more.
    pub fn new<G: Ord>(groups: &[G], count: usize, seed: u64) -> Self {
        let mut found: BTreeMap<&G, usize> = BTreeMap::new();
        let mut members: Vec<Vec<usize>> = Vec::new();
        for (item, group) in groups.iter().enumerate() {
            let at = *found.entry(group).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[at].push(item);
        }
        Self { members, count, seed }
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.members.len()
    }

    /// Items of resample `r`: as many groups as there are, drawn with replacement.
    pub fn draw(&self, r: usize) -> Vec<usize> {
        let mut random = SplitMix::new(self.seed, r as u64);
        let groups = self.members.len();
        let mut items = Vec::new();
        for _ in 0..groups {
            items.extend_from_slice(&self.members[random.below(groups)]);
        }
        items
    }

    /// Interval of a metric of items; undefined when it is so in every resample.
    pub fn interval(&self, metric: impl Fn(&[usize]) -> Option<f64> + Sync) -> Option<Interval> {
        let values: Vec<Option<f64>> =
            (0..self.count).into_par_iter().map(|r| metric(&self.draw(r))).collect();
        let values: Vec<f64> = values.into_iter().flatten().collect();
        let (low, high) = (percentile(&values, 2.5)?, percentile(&values, 97.5)?);
        Some(Interval { low, high, defined: values.len() })
    }

    /// Interval of `a` − `b` on the same resamples.
    pub fn paired(
        &self,
        a: impl Fn(&[usize]) -> Option<f64> + Sync,
        b: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) -> Option<Interval> {
        self.interval(|items| Some(a(items)? - b(items)?))
    }
}

/// Percentile `q` (0 to 100) with linear interpolation, as `numpy.percentile`; undefined for nothing.
pub fn percentile(values: &[f64], q: f64) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let place = q / 100.0 * values.len().checked_sub(1)? as f64;
    let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The stream of one resample begins at a mixed place, so that neighbouring ones do not overlap.
    fn new(seed: u64, stream: u64) -> Self {
        let mut first = Self(seed ^ stream.wrapping_mul(Self::STEP));
        Self(first.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}
