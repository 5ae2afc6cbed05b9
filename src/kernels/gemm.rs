//! `C = A · Wᵀ + b`, with the weights laid out once, when they are loaded, in the order in which they are read.

use rayon::prelude::*;

#[cfg(target_arch = "x86_64")]
use super::amx;
use super::int8::{self, Blocks};
use super::plain;
use super::tile;
use super::{Level, Precision};

/// Most rows of `A` that one thread takes at a time, so that they stay near.
const MOST: usize = 96;
/// The same where rows pass through several products in turn: what is between these stays near, too.
const MOST_IN_TURN: usize = 48;
/// The same where weights are widened for all rows at hand, so that the more there are of these the better.
#[cfg(target_arch = "x86_64")]
const MOST_WIDENED: usize = 384;

/// Rows of a tile, and the fewest that make the weights worth fetching.
fn least(level: Level) -> (usize, usize) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::AmxBf16 => (amx::ROWS, amx::ROWS),
        _ => (tile::ROWS, 12),
    }
}

/// How many of `m` rows a thread takes at a time through several products in turn, so that all threads are done together: as few rounds as possible, in even
/// shares of whole tiles.
pub fn share(level: Level, m: usize) -> usize {
    let most = match level {
        #[cfg(target_arch = "x86_64")]
        Level::AmxBf16 => MOST,
        _ => MOST_IN_TURN,
    };
    share_of(level, m, most)
}

fn share_of(level: Level, m: usize, most: usize) -> usize {
    let ((tile, fewest), threads) = (least(level), rayon::current_num_threads());
    let rounds = m.div_ceil(most * threads).max(1);
    m.div_ceil(rounds * threads).next_multiple_of(tile).clamp(fewest, most)
}

/// A linear layer.
pub struct Weights {
    level: Level,
    panels: Panels,
}

enum Panels {
    Plain(plain::Panels),
    Int8(int8::Panels),
    #[cfg(target_arch = "x86_64")]
    Bf16(amx::Panels),
}

impl Weights {
    /// Lay out `rows` (`n` × `k`, row-major, as a checkpoint holds them) and `bias` (`n`) for products in `f32`.
    ///
    /// # Panics
    /// When the lengths do not fit `k`.
    pub fn pack(level: Level, k: usize, rows: &[f32], bias: &[f32]) -> Self {
        assert_eq!(rows.len(), bias.len() * k, "weights do not fit their bias");
        Self { level, panels: Panels::Plain(plain::Panels::pack(level, k, rows, bias)) }
    }

    /// Lay out eight-bit weights (`n` × `k`) and `bias` (`n`), for products in eight bits or, at whole precision, in `f32` of the same values.
    ///
    /// # Panics
    /// When the lengths do not fit `k`, or `k` is not whole blocks.
    pub fn pack_blocks(level: Level, precision: Precision, k: usize, blocks: &Blocks, bias: &[f32]) -> Self {
        if precision == Precision::Whole {
            return Self::pack(level, k, &blocks.values(), bias);
        }
        #[cfg(target_arch = "x86_64")]
        if level == Level::AmxBf16 {
            return Self { level, panels: Panels::Bf16(amx::Panels::pack(k, blocks, bias)) };
        }
        Self { level, panels: Panels::Int8(int8::Panels::pack(level, k, blocks, bias)) }
    }

    /// Width of the output.
    pub fn n(&self) -> usize {
        match &self.panels {
            Panels::Plain(panels) => panels.n(),
            Panels::Int8(panels) => panels.n(),
            #[cfg(target_arch = "x86_64")]
            Panels::Bf16(panels) => panels.n(),
        }
    }

    /// Width of the input.
    pub fn k(&self) -> usize {
        match &self.panels {
            Panels::Plain(panels) => panels.k(),
            Panels::Int8(panels) => panels.k(),
            #[cfg(target_arch = "x86_64")]
            Panels::Bf16(panels) => panels.k(),
        }
    }

    /// Multiply rows `a` (`m` × `k`) into `out` (`m` × `n`) on this thread, replacing what it held.
    pub fn rows(&self, a: &[f32], out: &mut [f32]) {
        assert_eq!(a.len() / self.k() * self.n(), out.len(), "as many rows must come out as go in");
        match &self.panels {
            Panels::Plain(panels) => plain::multiply(self.level, panels, a, out),
            Panels::Int8(panels) => int8::multiply(self.level, panels, a, out),
            #[cfg(target_arch = "x86_64")]
            Panels::Bf16(panels) => amx::multiply(panels, a, out),
        }
    }

    /// Most rows that one thread takes at a time.
    fn most(&self) -> usize {
        match &self.panels {
            #[cfg(target_arch = "x86_64")]
            Panels::Bf16(panels) if !panels.is_wide() => MOST_WIDENED,
            _ => MOST,
        }
    }

    /// Multiply rows `a` (`m` × `k`) into `out` (`m` × `n`), replacing what it held.
    pub fn apply(&self, a: &[f32], out: &mut Vec<f32>) {
        let (n, k) = (self.n(), self.k());
        let rows = share_of(self.level, a.len() / k, self.most());
        out.resize(a.len() / k * n, 0.0);
        out.par_chunks_mut(rows * n).zip(a.par_chunks(rows * k)).for_each(|(out, a)| self.rows(a, out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shared_in_as_few_rounds_as_their_number_allows() {
        let threads = rayon::current_num_threads();
        for level in Level::available() {
            let (tile, fewest) = least(level);
            for (m, most) in (1..3_000).flat_map(|m| [(m, 48), (m, 96), (m, 384)]) {
                let rows = share_of(level, m, most);
                assert!((fewest..=most).contains(&rows) && rows.is_multiple_of(tile), "{rows} of {m}");
                let rounds = m.div_ceil(most * threads);
                assert!(m.div_ceil(rows) <= rounds * threads, "{rows} of {m} rows by {threads} threads");
            }
        }
    }
}
