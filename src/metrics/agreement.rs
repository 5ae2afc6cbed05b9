//! How far annotators agree beyond chance.

use std::collections::BTreeMap;

use super::ratio;

/// Cohen's kappa of two annotators over the same items; undefined when chance alone would agree fully, or for nothing.
pub fn cohen_kappa<T: Ord + Copy>(a: &[T], b: &[T]) -> Option<f64> {
    let n = a.len().min(b.len()) as f64;
    let observed = ratio(a.iter().zip(b).filter(|(x, y)| x == y).count() as f64, n)?;
    let mut totals: BTreeMap<T, [f64; 2]> = BTreeMap::new();
    for (x, y) in a.iter().zip(b) {
        totals.entry(*x).or_default()[0] += 1.0;
        totals.entry(*y).or_default()[1] += 1.0;
    }
    let chance: f64 = totals.values().map(|[x, y]| x * y / (n * n)).sum();
    ratio(observed - chance, 1.0 - chance)
}

/// Krippendorff's alpha for nominal labels; each unit holds the labels of whoever annotated it. Units with fewer than two say nothing.
/// Undefined when all labels are one, or nothing is paired.
pub fn krippendorff_alpha<T: Ord + Copy>(units: &[Vec<T>]) -> Option<f64> {
    let (mut differ, mut n, mut totals) = (0.0, 0.0, BTreeMap::<T, f64>::new());
    for unit in units.iter().filter(|u| u.len() > 1) {
        let m = unit.len() as f64;
        let unequal: usize = unit.iter().map(|x| unit.iter().filter(|y| *y != x).count()).sum();
        differ += unequal as f64 / (m - 1.0);
        n += m;
        unit.iter().for_each(|x| *totals.entry(*x).or_default() += 1.0);
    }
    let expected: f64 = totals.values().map(|t| t * (n - t)).sum();
    ratio(differ * (n - 1.0), expected).map(|d| 1.0 - d)
}
