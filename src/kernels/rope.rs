//! Rotary position embeddings (Su et al. 2021): pairs of numbers of a query or key, turned by an angle that grows with the position.

use super::lanes::Lanes;
use super::{Level, kernel};

/// Which two numbers of a head turn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// 0 with 1, 2 with 3: as llama.cpp stores Llama's queries and keys.
    Adjacent,
    /// 0 with the first of the second half, 1 with the next: as everyone else's.
    Halves,
}

/// Turn every head of a row of heads of `2 · cosines.len()` numbers, a multiple of 32. `cosines` and `sines` are of the row's position, one a pair.
pub fn rotate(level: Level, pairing: Pairing, heads: &mut [f32], cosines: &[f32], sines: &[f32]) {
    match pairing {
        Pairing::Adjacent => adjacent(level, heads, cosines, sines),
        Pairing::Halves => halves(level, heads, cosines, sines),
    }
}

kernel! {
    /// Heads whose halves are whole registers.
    pub fn halves(heads: &mut [f32], cosines: &[f32], sines: &[f32]) = halves_body;
}

#[inline(always)]
fn halves_body<L: Lanes>(heads: &mut [f32], cosines: &[f32], sines: &[f32]) {
    for head in heads.chunks_exact_mut(2 * cosines.len()) {
        let (low, high) = head.split_at_mut(cosines.len());
        let pairs = low.chunks_exact_mut(L::N).zip(high.chunks_exact_mut(L::N));
        let turns = cosines.chunks_exact(L::N).zip(sines.chunks_exact(L::N));
        for ((low, high), (cos, sin)) in pairs.zip(turns) {
            let (x, y, cos, sin) = (L::load(low), L::load(high), L::load(cos), L::load(sin));
            x.mul(cos).sub(y.mul(sin)).store(low);
            y.mul(cos).add(x.mul(sin)).store(high);
        }
    }
}

kernel! {
    /// Heads of neighbouring pairs.
    pub fn adjacent(heads: &mut [f32], cosines: &[f32], sines: &[f32]) = adjacent_body;
}

#[inline(always)]
fn adjacent_body<L: Lanes>(heads: &mut [f32], cosines: &[f32], sines: &[f32]) {
    for head in heads.chunks_exact_mut(2 * cosines.len()) {
        for (pair, (cos, sin)) in head.chunks_exact_mut(2).zip(cosines.iter().zip(sines)) {
            (pair[0], pair[1]) = (pair[0] * cos - pair[1] * sin, pair[1] * cos + pair[0] * sin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_turns_by_its_angle_wherever_it_is_stored() {
        for size in [32, 96] {
            let half = size / 2;
            let angles: Vec<f32> = (0..half).map(|i| 0.3 * i as f32 + 0.1).collect();
            let (cos, sin): (Vec<f32>, Vec<f32>) = angles.iter().map(|a| (a.cos(), a.sin())).unzip();
            // Two heads whose pairs all point along their first number.
            for (pairing, place) in [
                (Pairing::Adjacent, &(|i: usize| (2 * i, 2 * i + 1)) as &dyn Fn(usize) -> (usize, usize)),
                (Pairing::Halves, &|i: usize| (i, i + half)),
            ] {
                for level in Level::available() {
                    let mut heads = vec![0.0; 2 * size];
                    (0..2 * half).for_each(|i| heads[i / half * size + place(i % half).0] = 2.0);
                    rotate(level, pairing, &mut heads, &cos, &sin);
                    for i in 0..2 * half {
                        let (head, (first, second)) = (&heads[i / half * size..], place(i % half));
                        let exact = (2.0 * cos[i % half], 2.0 * sin[i % half]);
                        assert_eq!((head[first], head[second]), exact, "{pairing:?} {level:?} pair {i}");
                    }
                }
            }
        }
    }
}
