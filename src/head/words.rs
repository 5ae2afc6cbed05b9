//! What the words alone say, beside the network that reads them in context: a linear model over all that was said so far.
//!
//! Each piece of a word and each pair of neighbours within a message falls into a bucket by a hash (Weinberger et al. 2009). A bucket counts 1 + ln of
//! how often it came, times how rare it is, and all buckets together have length 1, as in TF-IDF; a logistic regression on that gives a logit.
//! `scripts/train/words.py` fits it and computes the same.

use std::collections::HashMap;

use anyhow::{Result, ensure};

/// Number of buckets.
const BUCKETS: usize = 1 << 16;
/// Pieces of words after which it counts by half: few words tell little.
const HALF: f64 = 50.0;
/// Most that it adds or takes, in logits: years of harmless words must not talk an alarm away.
const MOST: f64 = 1.5;

/// The linear model.
pub struct Words {
    weights: Vec<f32>,
    rarity: Vec<f32>,
    shift: f32,
}

/// What was said so far in one conversation. It grows with what is said anew, to at most [`BUCKETS`] entries.
#[derive(Clone, Default)]
pub struct Tally {
    /// How often each bucket came.
    times: HashMap<u32, u32>,
    /// The product of the unscaled counts with the weights, and with themselves.
    product: f64,
    squares: f64,
    /// Pieces of words.
    seen: u64,
}

impl Words {
    /// From a weight and a rarity for each bucket, and what is added.
    pub(super) fn new(weights: Vec<f32>, rarity: Vec<f32>, shift: &[f32]) -> Result<Self> {
        ensure!(
            [weights.len(), rarity.len(), shift.len()] == [BUCKETS, BUCKETS, 1],
            "the head weighs words in {} buckets, of which {} have a rarity, where this build expects {BUCKETS}",
            weights.len(),
            rarity.len()
        );
        ensure!(rarity.iter().all(|r| *r > 0.0), "a rarity of a bucket of words is not above zero");
        Ok(Self { weights, rarity, shift: shift[0] })
    }

    /// Read the pieces of words of one message, or of a part of a long one; gives what is added to the risk so far, a logit.
    pub fn read(&self, tally: &mut Tally, ids: &[u32]) -> f32 {
        let singles = ids.iter().map(|id| bucket(*id, 0));
        let pairs = ids.windows(2).map(|pair| bucket(pair[0], pair[1]));
        for bucket in singles.chain(pairs) {
            self.count(tally, bucket);
        }
        tally.seen += ids.len() as u64;
        let seen = tally.seen as f64;
        if tally.seen == 0 {
            return 0.0;
        }
        let logit = tally.product / tally.squares.sqrt() + f64::from(self.shift);
        (logit * seen / (seen + HALF)).clamp(-MOST, MOST) as f32
    }

    fn count(&self, tally: &mut Tally, bucket: u32) {
        let (rarity, weight) =
            (f64::from(self.rarity[bucket as usize]), f64::from(self.weights[bucket as usize]));
        let times = tally.times.entry(bucket).or_default();
        let before = if *times == 0 { 0.0 } else { (1.0 + f64::from(*times).ln()) * rarity };
        *times = times.saturating_add(1);
        let now = (1.0 + f64::from(*times).ln()) * rarity;
        tally.product += (now - before) * weight;
        tally.squares += now * now - before * before;
    }
}

/// The bucket of a pair of ids; of a single one where `second` is 0, which no piece of a word is.
fn bucket(first: u32, second: u32) -> u32 {
    let mixed = first.wrapping_mul(0x9E37_79B1).wrapping_add(second);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x85EB_CA77) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every bucket as rare as the next, and of weight 0 but for that of one id.
    fn of_one(id: u32, weight: f32, shift: f32) -> Words {
        let mut weights = vec![0.0; BUCKETS];
        weights[bucket(id, 0) as usize] = weight;
        Words::new(weights, vec![1.0; BUCKETS], &[shift]).unwrap()
    }

    #[test]
    fn a_word_counts_by_its_share_of_the_length_and_by_how_much_was_said() {
        let (words, mut tally) = (of_one(7, 2.0, -0.5), Tally::default());
        // Two ids and their pair: three buckets, each once.
        let found = words.read(&mut tally, &[7, 9]);
        assert!((f64::from(found) - (2.0 / 3f64.sqrt() - 0.5) * 2.0 / 52.0).abs() < 1e-6);
        // The id once more, alone: its bucket counts 1 + ln 2, beside two of 1.
        let twice = 1.0 + 2f64.ln();
        let found = words.read(&mut tally, &[7]);
        let expected = (2.0 * twice / twice.mul_add(twice, 2.0).sqrt() - 0.5) * 3.0 / 53.0;
        assert!((f64::from(found) - expected).abs() < 1e-6);
    }

    #[test]
    fn nothing_said_says_nothing_and_the_order_of_messages_does_not_matter() {
        let words = of_one(7, 2.0, -0.5);
        assert!(words.read(&mut Tally::default(), &[]).abs() < f32::EPSILON);
        let end = |messages: [&[u32]; 3]| {
            let mut tally = Tally::default();
            messages.map(|ids| words.read(&mut tally, ids))[2]
        };
        let (one, other) = (end([&[7, 8], &[9], &[7, 8, 3]]), end([&[7, 8, 3], &[7, 8], &[9]]));
        assert!((one - other).abs() < 1e-6);
        assert!((one - end([&[7, 8], &[9], &[8, 7, 3]])).abs() > 1e-6, "but that of words does");
    }

    #[test]
    fn words_move_the_risk_by_so_much_and_no_more() {
        for (weight, end) in [(100.0, MOST), (-100.0, -MOST)] {
            let (words, mut tally) = (of_one(7, weight, 0.0), Tally::default());
            let last = (0..2_000).map(|_| words.read(&mut tally, &[7])).last().unwrap();
            assert!((f64::from(last) - end).abs() < f64::EPSILON, "{last}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let all = || vec![1.0; BUCKETS];
        for (weights, rarity, shift) in
            [(vec![1.0; 5], all(), vec![0.0]), (all(), vec![1.0; 5], vec![0.0]), (all(), all(), vec![])]
        {
            assert!(Words::new(weights, rarity, &shift).is_err());
        }
        assert!(Words::new(all(), vec![0.0; BUCKETS], &[0.0]).is_err(), "a length of 0");
    }
}
