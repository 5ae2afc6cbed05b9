//! What decoders do to each row between the matrix products: norms by the root of the mean square, and gates.

use rayon::prelude::*;

use super::lanes::Lanes;
use super::{Level, kernel};

/// Rows that one thread takes at a time.
const BLOCK: usize = 32;

/// What the gate's own half passes through before it multiplies the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// `x · σ(x)`.
    Silu,
    /// The Gaussian error linear unit in its form with tanh: `x · σ(2 √(2/π) (x + 0.044715 x³))`.
    GeluTanh,
}

/// Each row of `x` over the root of its mean square, times `gain`, into `out`: `x / sqrt(mean x² + eps) · g`.
pub fn rms_norm(level: Level, x: &[f32], gain: &[f32], eps: f32, out: &mut Vec<f32>) {
    out.clear();
    out.extend_from_slice(x);
    out.par_chunks_mut(BLOCK * gain.len()).for_each(|rows| rms_rows(level, rows, gain, eps));
}

/// Add `update` to `x`, each of its rows normed first when there is a `gain`.
pub fn add_normed(level: Level, x: &mut [f32], update: &mut [f32], gain: Option<&[f32]>, eps: f32) {
    let block = gain.map_or(16_384, |gain| BLOCK * gain.len());
    x.par_chunks_mut(block).zip(update.par_chunks_mut(block)).for_each(|(x, update)| {
        if let Some(gain) = gain {
            rms_rows(level, update, gain, eps);
        }
        x.iter_mut().zip(update).for_each(|(x, u)| *x += *u);
    });
}

/// From rows of `inner` gates and `inner` values, rows of `inner` values times what their gates let through. `inner` is a multiple of 16.
pub fn gated(level: Level, gate: Gate, pairs: &[f32], inner: usize, out: &mut Vec<f32>) {
    out.clear();
    out.resize(pairs.len() / 2, 0.0);
    let rows = pairs.par_chunks(2 * inner).zip(out.par_chunks_mut(inner)).with_min_len(8);
    rows.for_each(|(pair, out)| {
        let (gates, values) = pair.split_at(inner);
        match gate {
            Gate::Silu => silu_row(level, gates, values, out),
            Gate::GeluTanh => gelu_row(level, gates, values, out),
        }
    });
}

kernel! {
    /// Rows of `gain.len()` numbers, a multiple of 16, normed in place.
    pub fn rms_rows(rows: &mut [f32], gain: &[f32], eps: f32) = rms_body;
}

#[inline(always)]
fn rms_body<L: Lanes>(rows: &mut [f32], gain: &[f32], eps: f32) {
    for row in rows.chunks_exact_mut(gain.len()) {
        let mut squares = L::splat(0.0);
        for x in row.chunks_exact(L::N) {
            let x = L::load(x);
            squares = x.madd(x, squares);
        }
        let scale = L::splat(1.0 / (squares.sum() / gain.len() as f32 + eps).sqrt());
        for (x, gain) in row.chunks_exact_mut(L::N).zip(gain.chunks_exact(L::N)) {
            L::load(x).mul(scale).mul(L::load(gain)).store(x);
        }
    }
}

kernel! {
    /// One row through [`Gate::Silu`], its length a multiple of 16.
    pub fn silu_row(gates: &[f32], values: &[f32], out: &mut [f32]) = silu_body;
}

#[inline(always)]
fn silu_body<L: Lanes>(gates: &[f32], values: &[f32], out: &mut [f32]) {
    pass::<L>(gates, values, out, |x| x);
}

kernel! {
    /// One row through [`Gate::GeluTanh`], its length a multiple of 16.
    pub fn gelu_row(gates: &[f32], values: &[f32], out: &mut [f32]) = gelu_body;
}

#[inline(always)]
fn gelu_body<L: Lanes>(gates: &[f32], values: &[f32], out: &mut [f32]) {
    // 2 √(2/π), and that times 0.044715.
    let (first, third) = (L::splat(1.595_769_2), L::splat(0.071_354_814));
    pass::<L>(gates, values, out, |x| x.mul(x).madd(third, first).mul(x));
}

/// `x · σ(inner(x)) · value`, since both gates are a sigmoid of something.
#[inline(always)]
fn pass<L: Lanes>(gates: &[f32], values: &[f32], out: &mut [f32], inner: impl Fn(L) -> L) {
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    let inputs = gates.chunks_exact(L::N).zip(values.chunks_exact(L::N));
    for ((gate, value), out) in inputs.zip(out.chunks_exact_mut(L::N)) {
        let x = L::load(gate);
        let let_through = x.div(one.add(zero.sub(inner(x)).exp()));
        let_through.mul(L::load(value)).store(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_follow_their_formulas() {
        let gates: Vec<f32> = (-80..80).map(|i| i as f32 / 8.0).collect();
        let pairs = [&gates[..], &[1.5; 160]].concat();
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let silu = |x: f64| x * sigmoid(x);
        let gelu = |x: f64| {
            x * 0.5 * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3))).tanh())
        };
        for level in Level::available() {
            for (gate, exact) in [(Gate::Silu, &silu as &dyn Fn(f64) -> f64), (Gate::GeluTanh, &gelu)] {
                let mut out = Vec::new();
                gated(level, gate, &pairs, 160, &mut out);
                for (x, y) in gates.iter().zip(&out) {
                    let exact = 1.5 * exact(f64::from(*x));
                    assert!((f64::from(*y) - exact).abs() < 2e-6, "{gate:?} {level:?} {x}: {y} for {exact}");
                }
            }
        }
    }

    #[test]
    fn a_normed_row_has_a_mean_square_of_one() {
        let x: Vec<f32> = (0..96).map(|i| (i * i % 31) as f32 - 9.0).collect();
        for level in Level::available() {
            let mut out = Vec::new();
            rms_norm(level, &x, &[2.0; 48], 0.0, &mut out);
            for row in out.chunks(48) {
                let square: f32 = row.iter().map(|v| v * v / 48.0).sum();
                assert!((square - 4.0).abs() < 1e-4, "{level:?} {square}");
            }
            let (mut sum, mut update) = (x.clone(), x.clone());
            add_normed(level, &mut sum, &mut update, Some(&[2.0; 48]), 0.0);
            let expected: Vec<f32> = x.iter().zip(&out).map(|(a, b)| a + b).collect();
            assert_eq!(sum, expected, "{level:?}");
        }
    }
}
