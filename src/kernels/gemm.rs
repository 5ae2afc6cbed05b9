//! `C = A · Wᵀ + b`, with the weights laid out once, when they are loaded, in the order in which they are read.

use rayon::prelude::*;

use super::lanes::Lanes;
use super::{Level, kernel};

/// Rows of `A` that one thread takes at a time.
const BLOCK: usize = 48;
/// Rows of `A` in one register tile.
const ROWS: usize = 6;
/// Registers across in one tile.
const ACROSS: usize = 4;

/// A linear layer: weights in panels of [`ACROSS`] registers by all of `k`, zero-padded to whole panels.
pub struct Weights {
    level: Level,
    n: usize,
    k: usize,
    panel: usize,
    packed: Vec<f32>,
    bias: Vec<f32>,
}

impl Weights {
    /// Lay out `rows` (`n` × `k`, row-major, as a checkpoint holds them) and `bias` (`n`).
    ///
    /// # Panics
    /// When the lengths do not fit `k`.
    pub fn pack(level: Level, k: usize, rows: &[f32], bias: &[f32]) -> Self {
        let n = bias.len();
        assert_eq!(rows.len(), n * k, "weights do not fit their bias");
        let panel = ACROSS * if level.name() == "avx512" { 16 } else { 8 };
        let panels = n.div_ceil(panel);
        let mut packed = vec![0.0; panels * panel * k];
        for (row, weights) in rows.chunks_exact(k).enumerate() {
            let base = (row / panel) * panel * k + row % panel;
            for (at, weight) in weights.iter().enumerate() {
                packed[base + at * panel] = *weight;
            }
        }
        let mut padded = bias.to_vec();
        padded.resize(panels * panel, 0.0);
        Self { level, n, k, panel, packed, bias: padded }
    }

    /// Width of the output.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Multiply rows `a` (`m` × `k`) into `out` (`m` × `n`), replacing what it held.
    pub fn apply(&self, a: &[f32], out: &mut Vec<f32>) {
        let m = a.len() / self.k;
        out.clear();
        out.resize(m * self.n, 0.0);
        out.par_chunks_mut(BLOCK * self.n)
            .zip(a.par_chunks(BLOCK * self.k))
            .for_each(|(out, a)| block(self.level, self, a, out));
    }
}

kernel! {
    /// A block of rows through every panel.
    pub fn block(weights: &Weights, a: &[f32], out: &mut [f32]) = block_body;
}

#[inline(always)]
fn block_body<L: Lanes>(weights: &Weights, a: &[f32], out: &mut [f32]) {
    let (n, k, width) = (weights.n, weights.k, weights.panel);
    for (p, panel) in weights.packed.chunks_exact(width * k).enumerate() {
        let bias = &weights.bias[p * width..][..width];
        let keep = (n - p * width).min(width);
        for (a, out) in a.chunks(ROWS * k).zip(out.chunks_mut(ROWS * n)) {
            let mut c = [0.0; ROWS * ACROSS * 16];
            match a.len() / k {
                6 => tile::<L, 6>(a, k, panel, bias, &mut c),
                5 => tile::<L, 5>(a, k, panel, bias, &mut c),
                4 => tile::<L, 4>(a, k, panel, bias, &mut c),
                3 => tile::<L, 3>(a, k, panel, bias, &mut c),
                2 => tile::<L, 2>(a, k, panel, bias, &mut c),
                _ => tile::<L, 1>(a, k, panel, bias, &mut c),
            }
            for (row, c) in out.chunks_exact_mut(n).zip(c.chunks_exact(width)) {
                row[p * width..][..keep].copy_from_slice(&c[..keep]);
            }
        }
    }
}

/// `R` rows by one panel; every output is summed over `k` in order, whatever `R` is.
#[inline(always)]
fn tile<L: Lanes, const R: usize>(a: &[f32], k: usize, panel: &[f32], bias: &[f32], c: &mut [f32]) {
    let mut acc: [[L; ACROSS]; R] = [std::array::from_fn(|j| L::load(&bias[j * L::N..])); R];
    let rows: [&[f32]; R] = std::array::from_fn(|i| &a[i * k..][..k]);
    for (at, w) in panel.chunks_exact(ACROSS * L::N).enumerate() {
        let w: [L; ACROSS] = std::array::from_fn(|j| L::load(&w[j * L::N..]));
        for i in 0..R {
            let x = L::splat(rows[i][at]);
            for j in 0..ACROSS {
                acc[i][j] = x.madd(w[j], acc[i][j]);
            }
        }
    }
    for (i, row) in acc.iter().enumerate() {
        for (j, lanes) in row.iter().enumerate() {
            lanes.store(&mut c[(i * ACROSS + j) * L::N..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: u64, count: usize, outliers: bool) -> Vec<f32> {
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..count).map(|i| next() * if outliers && i % 37 == 0 { 60.0 } else { 1.0 }).collect()
    }

    /// The sum of the magnitudes bounds what rounding in any order may do to a dot product.
    fn check(level: Level, m: usize, n: usize, k: usize, outliers: bool) {
        let (a, w, b) = (numbers(7, m * k, outliers), numbers(11, n * k, false), numbers(13, n, false));
        let mut out = Vec::new();
        Weights::pack(level, k, &w, &b).apply(&a, &mut out);
        for i in 0..m {
            for j in 0..n {
                let pairs = || (0..k).map(|x| f64::from(a[i * k + x]) * f64::from(w[j * k + x]));
                let exact = f64::from(b[j]) + pairs().sum::<f64>();
                let scale = 1.0 + pairs().map(f64::abs).sum::<f64>();
                let error = (f64::from(out[i * n + j]) - exact).abs() / scale;
                assert!(error < 1e-6, "{level:?} {m}x{n}x{k} at {i},{j}: {error:e}");
            }
        }
    }

    #[test]
    fn every_level_agrees_with_f64_on_plain_outlying_and_ragged_shapes() {
        for level in Level::available() {
            for (m, n, k) in [(1, 384, 384), (7, 1152, 384), (50, 96, 1536), (97, 70, 33), (3, 1, 1)] {
                check(level, m, n, k, false);
                check(level, m, n, k, true);
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_alone_and_among_others() {
        for level in Level::available() {
            let (k, n) = (384, 200);
            let weights = Weights::pack(level, k, &numbers(1, n * k, false), &numbers(2, n, false));
            let a = numbers(3, 101 * k, true);
            let (mut all, mut one) = (Vec::new(), Vec::new());
            weights.apply(&a, &mut all);
            for row in [0, 5, 47, 48, 100] {
                weights.apply(&a[row * k..][..k], &mut one);
                assert_eq!(one, all[row * n..][..n], "{level:?} row {row}");
            }
        }
    }
}
