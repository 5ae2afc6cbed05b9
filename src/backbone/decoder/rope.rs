//! Angles by position, worked out once.

use crate::kernels::{self, Level, Pairing};

/// How the angles of a kind of layer grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turning {
    /// The slowest pair takes about `2π · base` tokens for one turn.
    pub base: f64,
    /// Positions are divided by this.
    pub factor: f64,
}

/// Cosines and sines of every pair at every position of a window.
pub struct Rope {
    pairing: Pairing,
    pairs: usize,
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

impl Rope {
    /// For `positions` and heads of two numbers a pair; `divisors` slow each pair down further (Llama 3.1), one a pair.
    pub fn new(pairing: Pairing, turning: Turning, divisors: &[f32], positions: usize) -> Self {
        let pairs = divisors.len();
        let speed = |pair: usize| {
            let exponent = pair as f64 / pairs as f64;
            turning.base.powf(-exponent) / turning.factor / f64::from(divisors[pair])
        };
        let speeds: Vec<f64> = (0..pairs).map(speed).collect();
        let angles = |at: usize| speeds.iter().map(move |speed| speed * at as f64);
        let (cosines, sines) =
            (0..positions).flat_map(angles).map(|a| (a.cos() as f32, a.sin() as f32)).unzip();
        Self { pairing, pairs, cosines, sines }
    }

    /// Turn the heads of a row that stands at `position`.
    pub fn turn(&self, level: Level, heads: &mut [f32], position: usize) {
        let at = position * self.pairs..(position + 1) * self.pairs;
        kernels::rotate(level, self.pairing, heads, &self.cosines[at.clone()], &self.sines[at]);
    }
}
