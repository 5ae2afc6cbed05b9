//! Reliability with intervals: bins fixed on a whole split, and the share that is risky in each over resamples. Equal probabilities stay in one bin: cut apart by anything else,
//! they would look wrong where they are right.

use super::part::Part;
use super::result::Measure;
use crate::metrics::{ECE_BINS, mean, ratio, reliability};

/// For each bin of the calibration error its mean probability, and the share of its items that is risky.
pub fn bins(part: &Part, probabilities: &[f64]) -> Vec<(Measure, Measure)> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    // As in the calibration error itself: by probability, then harmless first.
    order.sort_by(|a, b| {
        let by_label = part.labels[*a].cmp(&part.labels[*b]);
        probabilities[*a].total_cmp(&probabilities[*b]).then(by_label)
    });
    let (mut bin, mut start) = (vec![0; order.len()], 0);
    let sizes: Vec<usize> = reliability(&part.labels, probabilities, ECE_BINS).iter().map(|b| b.n).collect();
    for (at, n) in sizes.iter().enumerate() {
        order[start..start + n].iter().for_each(|i| bin[*i] = at);
        start += n;
    }
    for equal in order.chunk_by(|a, b| probabilities[*a] == probabilities[*b]) {
        let whole = bin[equal[equal.len() / 2]];
        equal.iter().for_each(|i| bin[*i] = whole);
    }
    let one = |at: usize| {
        let within = |items: &[usize]| items.iter().copied().filter(|i| bin[*i] == at).collect::<Vec<_>>();
        let items = within(&order);
        let given = mean(&items.iter().map(|i| probabilities[*i]).collect::<Vec<_>>());
        let share = part.share(&items, |drawn| {
            let drawn = within(drawn);
            ratio(drawn.iter().filter(|i| part.labels[**i]).count() as f64, drawn.len() as f64)
        });
        (Measure { value: given, n: items.len(), ..Measure::default() }, share)
    };
    (0..sizes.len()).filter(|at| bin.contains(at)).map(one).collect()
}
