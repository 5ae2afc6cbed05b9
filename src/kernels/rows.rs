//! What happens to each row of numbers between the matrix products.

use super::lanes::Lanes;
use super::{Level, kernel};

/// Add `residual` to `x` (when given), then centre, scale and shift each row: `(x − mean) / sqrt(var + eps) · g + b`.
pub fn layer_norm(
    level: Level,
    x: &mut [f32],
    residual: Option<&[f32]>,
    gain: &[f32],
    shift: &[f32],
    eps: f32,
) {
    assert!(residual.is_none_or(|residual| residual.len() == x.len()), "as much must be added as there is");
    norm_rows(level, x, residual, gain, shift, eps);
}

/// The Gaussian error linear unit in its exact form, `x · Φ(x)`; the error function is good to 2e-7.
pub fn gelu(level: Level, x: &mut [f32]) {
    let whole = x.len() - x.len() % 16;
    gelu_whole(level, &mut x[..whole]);
    let rest = x.len() - whole;
    let mut last = [0.0; 16];
    last[..rest].copy_from_slice(&x[whole..]);
    gelu_whole(level, &mut last);
    x[whole..].copy_from_slice(&last[..rest]);
}

kernel! {
    /// The same; rows are a multiple of 16 long.
    pub fn norm_rows(x: &mut [f32], residual: Option<&[f32]>, gain: &[f32], shift: &[f32], eps: f32) = norm_body;
}

#[inline(always)]
fn norm_body<L: Lanes>(x: &mut [f32], residual: Option<&[f32]>, gain: &[f32], shift: &[f32], eps: f32) {
    for (at, row) in x.chunks_exact_mut(gain.len()).enumerate() {
        if let Some(residual) = residual {
            let residual = &residual[at * gain.len()..][..gain.len()];
            for (x, r) in row.chunks_exact_mut(L::N).zip(residual.chunks_exact(L::N)) {
                L::load(x).add(L::load(r)).store(x);
            }
        }
        norm_row::<L>(row, gain, shift, eps);
    }
}

#[inline(always)]
fn norm_row<L: Lanes>(row: &mut [f32], gain: &[f32], shift: &[f32], eps: f32) {
    let width = row.len() as f32;
    let mut sum = L::splat(0.0);
    for x in row.chunks_exact(L::N) {
        sum = sum.add(L::load(x));
    }
    let mean = L::splat(sum.sum() / width);
    let mut spread = L::splat(0.0);
    for x in row.chunks_exact(L::N) {
        let x = L::load(x).sub(mean);
        spread = x.madd(x, spread);
    }
    let scale = L::splat(1.0 / (spread.sum() / width + eps).sqrt());
    let terms = gain.chunks_exact(L::N).zip(shift.chunks_exact(L::N));
    for (x, (gain, shift)) in row.chunks_exact_mut(L::N).zip(terms) {
        let y = L::load(x).sub(mean).mul(scale).madd(L::load(gain), L::load(shift));
        y.store(x);
    }
}

kernel! {
    /// A whole number of 16s.
    pub fn gelu_whole(x: &mut [f32]) = gelu_body;
}

/// The error function after Abramowitz and Stegun 7.1.26.
#[inline(always)]
fn gelu_body<L: Lanes>(x: &mut [f32]) {
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    for part in x.chunks_exact_mut(L::N) {
        let x = L::load(part);
        let z = x.max(zero.sub(x)).mul(L::splat(std::f32::consts::FRAC_1_SQRT_2));
        let t = one.div(z.madd(L::splat(0.327_591_1), one));
        let mut p = L::splat(1.061_405_4);
        for c in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
            p = p.madd(t, L::splat(c));
        }
        // Half of 1 - erf|z|: how much is cut from x above zero, or kept below it.
        let tail = p.mul(t).mul(zero.sub(z.mul(z)).exp()).mul(L::splat(0.5));
        let kept = x.max(zero).sub(x.max(zero.sub(x)).mul(tail));
        kept.store(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gelu_follows_the_integral_of_the_normal_curve() {
        // Φ by Simpson's rule in f64.
        let phi = |x: f64| {
            let (n, density) = (2000, |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt());
            let h = x / f64::from(n);
            let inner: f64 =
                (1..n).map(|i| density(h * f64::from(i)) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
            0.5 + h / 3.0 * (density(0.0) + inner + density(x))
        };
        let inputs: Vec<f32> = (-60..=60).map(|i| i as f32 / 10.0).collect();
        for level in Level::available() {
            let mut outputs = inputs.clone();
            gelu(level, &mut outputs);
            for (x, y) in inputs.iter().zip(&outputs) {
                let exact = f64::from(*x) * phi(f64::from(*x));
                assert!((f64::from(*y) - exact).abs() < 1e-6, "{level:?} {x}: {y} for {exact}");
            }
        }
    }

    #[test]
    fn a_normed_row_has_mean_zero_and_variance_one() {
        for level in Level::available() {
            let mut x: Vec<f32> = (0..96).map(|i| (i * i % 31) as f32).collect();
            let residual = vec![1.0; 96];
            layer_norm(level, &mut x, Some(&residual), &[1.0; 48], &[0.0; 48], 1e-12);
            for row in x.chunks(48) {
                let mean: f32 = row.iter().sum::<f32>() / 48.0;
                let variance: f32 = row.iter().map(|v| v * v).sum::<f32>() / 48.0;
                assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4, "{level:?} {mean} {variance}");
            }
        }
    }
}
