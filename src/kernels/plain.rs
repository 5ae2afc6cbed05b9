//! Products in `f32`: the weights in panels of [`ACROSS`] registers by all of `k`, in the order in which they are read.

use super::aligned::{Aligned, hold_aligned};
use super::lanes::Lanes;
use super::tile::{self, ACROSS, ROWS, for_rows};
use super::{Level, kernel};

/// Weights as `f32`, zero-padded to whole panels.
pub struct Panels {
    n: usize,
    k: usize,
    width: usize,
    packed: Aligned<f32>,
    bias: Vec<f32>,
}

impl Panels {
    /// Lay out `rows` (`n` × `k`) and `bias` (`n`).
    pub fn pack(level: Level, k: usize, rows: &[f32], bias: &[f32]) -> Self {
        let (n, width) = (bias.len(), ACROSS * level.lanes());
        let panels = n.div_ceil(width);
        let mut packed = vec![0.0; panels * width * k];
        for (row, weights) in rows.chunks_exact(k).enumerate() {
            let base = (row / width) * width * k + row % width;
            for (at, weight) in weights.iter().enumerate() {
                packed[base + at * width] = *weight;
            }
        }
        let mut aligned = Aligned::with_room(packed.len());
        aligned.extend(packed);
        let mut padded = bias.to_vec();
        padded.resize(panels * width, 0.0);
        Self { n, k, width, packed: aligned, bias: padded }
    }

    /// Numbers in a row of what goes in.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Numbers in a row of what comes out.
    pub fn n(&self) -> usize {
        self.n
    }
}

kernel! {
    /// Rows `a` (`m` × `k`) through every panel into `out` (`m` × `n`).
    pub fn multiply(weights: &Panels, a: &[f32], out: &mut [f32]) = multiply_body;
}

#[inline(always)]
fn multiply_body<L: Lanes>(weights: &Panels, a: &[f32], out: &mut [f32]) {
    let (n, k, width) = (weights.n, weights.k, weights.width);
    hold_aligned();
    let mut spare = [0.0; ROWS * ACROSS * 16];
    for (p, panel) in weights.packed.all().chunks_exact(width * k).enumerate() {
        let bias = &weights.bias[p * width..][..width];
        let keep = (n - p * width).min(width);
        for (a, out) in a.chunks(ROWS * k).zip(out.chunks_mut(ROWS * n)) {
            // What is narrower than a panel goes by way of the spare rows.
            let out = &mut out[p * width..];
            let (to, stride) = if keep == width { (&mut *out, n) } else { (&mut spare[..], width) };
            for_rows!(a.len() / k, tile_rows::<L; R>(a, k, panel, bias, to, stride));
            if keep < width {
                tile::copy(a.len() / k, &spare, width, out, n, keep);
            }
        }
    }
}

/// `R` rows by one panel, into rows that begin `stride` apart.
#[inline(always)]
fn tile_rows<L: Lanes, const R: usize>(
    a: &[f32],
    k: usize,
    panel: &[f32],
    bias: &[f32],
    out: &mut [f32],
    stride: usize,
) {
    let mut acc: [[L; ACROSS]; R] = tile::load(bias, |_, j| j * L::N);
    let rows: [&[f32]; R] = tile::rows(a, k, k);
    tile::add(rows, panel, tile::places(|j| j * L::N), ACROSS * L::N, k, &mut acc);
    tile::store(&acc, out, |i, j| i * stride + j * L::N);
}
