//! Angles by position, worked out once.

use anyhow::{Result, ensure};

use super::config::Config;
use crate::backbone::gguf::Gguf;
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

    /// Those of a file's layers, and of its layers with a sliding window.
    pub fn of(gguf: &mut Gguf<'_>, config: &Config) -> Result<(Self, Option<Self>)> {
        let divisors = divisors(gguf, config.head_size / 2)?;
        let even = vec![1.0; config.head_size / 2];
        let local = config.local.map(|local| Self::new(config.pairing, local.turning, &even, config.window));
        Ok((Self::new(config.pairing, config.turning, &divisors, config.window), local))
    }

    /// Cosines and sines, position after position, and how many a position has.
    pub fn tables(&self) -> (&[f32], &[f32], usize) {
        (&self.cosines, &self.sines, self.pairs)
    }

    /// Turn the heads of a row that stands at `position`.
    pub fn turn(&self, level: Level, heads: &mut [f32], position: usize) {
        let at = position * self.pairs..(position + 1) * self.pairs;
        kernels::rotate(level, self.pairing, heads, &self.cosines[at.clone()], &self.sines[at]);
    }
}

/// What slows each pair of a head down, one a pair: Llama 3.1 and later have it in the file.
fn divisors(gguf: &mut Gguf<'_>, pairs: usize) -> Result<Vec<f32>> {
    let name = "rope_freqs.weight";
    if !gguf.has(name) {
        return Ok(vec![1.0; pairs]);
    }
    let divisors = gguf.tensor(name, &[pairs])?;
    ensure!(divisors.iter().all(|d| *d > 0.0), "tensor {name} holds numbers that are not above 0");
    Ok(divisors)
}
