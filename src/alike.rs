//! Texts that are the same in part, found by the runs of words that they share.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher as _};

/// Words in a row by which texts are compared.
pub const RUN: usize = 8;
/// Holders of one run among which every pair is looked at; beyond it, each is compared with the next only, which joins copies all the same.
const PAIRED: usize = 30;

/// Hashes of the words of a text. Case and signs do not count; where words are written without spaces, each character is one.
pub fn words(text: &str) -> Vec<u64> {
    let text = text.to_lowercase();
    let parts = text.split(|c: char| !c.is_alphanumeric());
    parts
        .flat_map(|part| part.split_inclusive(spaceless))
        .filter(|w| !w.is_empty())
        .map(|word| hash(&word))
        .collect()
}

/// Han, kana, Thai, Lao, Khmer and Burmese.
fn spaceless(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3040}'..='\u{30ff}' | '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// A hash for each run of [`RUN`] words, by the place of its first word; none of fewer words.
pub fn runs(words: &[u64]) -> Vec<u64> {
    words.windows(RUN).map(|run| hash(&run)).collect()
}

/// One hash for something.
pub fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// How many runs each pair of holders shares; `hashes` are those of each holder, none of them twice. Pairs that share nothing are left out.
pub fn shared(hashes: &[Vec<u64>]) -> BTreeMap<(usize, usize), usize> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (i, all) in hashes.iter().enumerate() {
        all.iter().for_each(|h| holders.entry(*h).or_default().push(i));
    }
    let mut shared = BTreeMap::new();
    for these in holders.values() {
        let ahead = if these.len() > PAIRED { 1 } else { PAIRED };
        for (at, a) in these.iter().enumerate() {
            these[at + 1..].iter().take(ahead).for_each(|b| *shared.entry((*a, *b)).or_default() += 1);
        }
    }
    shared
}

/// Sets of numbers that grow together (union-find); each set goes by its lowest number.
pub struct Sets(Vec<usize>);

impl Sets {
    /// Each number begins with the one that stands for it, itself or a lower one.
    pub fn new(first: impl IntoIterator<Item = usize>) -> Self {
        Self(first.into_iter().collect())
    }

    /// Which set a number is in.
    pub fn of(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    /// Make one set of two; whether they were two.
    pub fn join(&mut self, a: usize, b: usize) -> bool {
        let (one, other) = (self.of(a), self.of(b));
        self.0[one.max(other)] = one.min(other);
        one != other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_case_nor_signs_part_two_texts() {
        let one = words("Hi there, I pay you every week for easy work");
        assert_eq!(one, words("hi THERE i pay you: every week for easy work!"));
        assert_eq!((one.len(), runs(&one).len()), (10, 3));
        assert_eq!(words("我在看你的照片").len(), 7);
        assert!(runs(&words("just four words here")).is_empty() && words(" ... ").is_empty());
    }

    #[test]
    fn copies_are_joined_however_many_there_are() {
        let hashes = vec![vec![1, 2, 3]; 100];
        let mut sets = Sets::new(0..100);
        for ((a, b), n) in shared(&hashes) {
            assert_eq!(n, 3);
            sets.join(a, b);
        }
        assert!((0..100).all(|i| sets.of(i) == 0));
    }
}
