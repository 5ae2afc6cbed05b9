//! Products in eight bits: weights as signed bytes with one scale for each block of 32, as Q8_0 stores them, and activations
//! rounded in the same way. Sums within a block are whole numbers, hence exact.

use std::cell::RefCell;

use super::aligned::{Aligned, hold_aligned};
use super::dots::Dots;
use super::lanes::Lanes;
use super::tile::{self, ACROSS, ROWS, for_rows};
use super::{Level, kernel};

/// Numbers under one scale.
pub const BLOCK: usize = 32;
/// Blocks that a tile goes through before the next tile does, so that their weights stay in the nearest cache.
const STRETCH: usize = 16;

/// A matrix of signed bytes with a scale for each block of a row.
pub struct Blocks {
    /// Rows of `k`.
    pub bytes: Vec<i8>,
    /// Rows of `k` / [`BLOCK`].
    pub scales: Vec<f32>,
}

impl Blocks {
    /// Round numbers to blocks; a row must be whole blocks.
    pub fn round(values: &[f32]) -> Self {
        let (mut bytes, mut scales) = (Vec::with_capacity(values.len()), Vec::new());
        for block in values.chunks_exact(BLOCK) {
            let scale = block.iter().fold(0f32, |m, x| m.max(x.abs())) / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            bytes.extend(block.iter().map(|x| (x * inverse).round() as i8));
            scales.push(scale);
        }
        Self { bytes, scales }
    }

    /// The numbers it stands for.
    pub fn values(&self) -> Vec<f32> {
        let blocks = self.bytes.chunks_exact(BLOCK).zip(&self.scales);
        blocks.flat_map(|(bytes, scale)| bytes.iter().map(move |b| f32::from(*b) * scale)).collect()
    }
}

/// Weights in panels of [`ACROSS`] registers by all of `k`, zero-padded to whole panels.
pub struct Panels {
    n: usize,
    k: usize,
    /// Columns of a panel.
    width: usize,
    /// Panels, blocks, steps of a block, columns, numbers of a step.
    packed: Aligned<u8>,
    /// Panels, blocks, columns.
    scales: Aligned<f32>,
    bias: Vec<f32>,
}

impl Panels {
    /// Lay out `blocks` (`n` × `k`) and `bias` (`n`).
    ///
    /// # Panics
    /// When the lengths do not fit each other, or `k` is not whole blocks.
    pub fn pack(level: Level, k: usize, blocks: &Blocks, bias: &[f32]) -> Self {
        let (n, width) = (bias.len(), ACROSS * level.lanes());
        let per_row = k / BLOCK;
        assert!(
            k > 0
                && k.is_multiple_of(BLOCK)
                && blocks.bytes.len() == n * k
                && blocks.scales.len() == n * per_row,
            "weights do not fit their bias"
        );
        let panels = n.div_ceil(width);
        let mut packed = Aligned::with_room(panels * width * k);
        let mut scales = vec![0.0; panels * per_row * width];
        let mut padded = bias.to_vec();
        padded.resize(panels * width, 0.0);
        for (row, row_scales) in blocks.scales.chunks_exact(per_row).enumerate() {
            let base = (row / width) * per_row * width + row % width;
            row_scales.iter().enumerate().for_each(|(b, scale)| scales[base + b * width] = *scale);
        }
        arrange(level, &blocks.bytes, k, width, &mut packed);
        let mut aligned = Aligned::with_room(scales.len());
        aligned.extend(scales);
        Self { n, k, width, packed, scales: aligned, bias: padded }
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
    /// Rows of `k` bytes in the order in which panels of `width` columns are read.
    pub fn arrange(rows: &[i8], k: usize, width: usize, packed: &mut Aligned<u8>) = arrange_body over dots;
}

#[inline(always)]
fn arrange_body<D: Dots>(rows: &[i8], k: usize, width: usize, packed: &mut Aligned<u8>) {
    for panel in rows.chunks(width * k) {
        for at in (0..k).step_by(D::STEP) {
            for column in 0..width {
                let from = column * k + at;
                let numbers = panel.get(from..from + D::STEP).unwrap_or_default();
                packed.extend((0..D::STEP).map(|i| {
                    let number = numbers.get(i).map_or(0, |b| i32::from(*b));
                    (number + D::SHIFT) as u8
                }));
            }
        }
    }
}

/// Activations of a few rows, rounded.
#[derive(Default)]
pub struct Rounded {
    /// Rows of `k` / [`Dots::STEP`] words, each holding as many numbers.
    words: Vec<i32>,
    /// Rows of `k` / [`BLOCK`]: what the sums of a block begin with.
    starts: Vec<i32>,
    /// Rows of `k` / [`BLOCK`].
    scales: Vec<f32>,
    /// Rows of one panel.
    spare: Vec<f32>,
}

thread_local! {
    /// Each thread's own room, so that nothing is allocated once it has grown.
    static ROOM: RefCell<Rounded> = RefCell::default();
}

/// Rows `a` (`m` × `k`) through every panel into `out` (`m` × `n`).
pub fn multiply(level: Level, weights: &Panels, a: &[f32], out: &mut [f32]) {
    ROOM.with_borrow_mut(|room| multiply_in(level, weights, a, room, out));
}

kernel! {
    /// The same, in this room.
    pub fn multiply_in(weights: &Panels, a: &[f32], room: &mut Rounded, out: &mut [f32]) = multiply_body over dots;
}

#[inline(always)]
fn multiply_body<D: Dots>(weights: &Panels, a: &[f32], room: &mut Rounded, out: &mut [f32]) {
    let (n, width, m) = (weights.n, weights.width, a.len() / weights.k);
    round::<D>(a, room);
    let Rounded { words, starts, scales, spare } = room;
    hold_aligned();
    spare.resize(m * width, 0.0);
    for p in 0..weights.bias.len() / width {
        let panel = Panel::new::<D>(weights, p);
        let keep = (n - p * width).min(width);
        // What is narrower than a panel goes by way of the spare rows.
        let whole = keep == width;
        let (to, stride) = if whole { (&mut out[p * width..], n) } else { (&mut spare[..], width) };
        for from in (0..panel.blocks).step_by(STRETCH) {
            let stretch = from..panel.blocks.min(from + STRETCH);
            for first in (0..m).step_by(ROWS) {
                let acts = Acts { words, starts, scales, first };
                let to = &mut to[first * stride..];
                for_rows!(ROWS.min(m - first), tile_rows::<D; R>(&panel, &acts, stretch.clone(), to, stride));
            }
        }
        if !whole {
            for (row, spare) in out.chunks_exact_mut(n).zip(spare.chunks_exact(width)) {
                row[p * width..].copy_from_slice(&spare[..keep]);
            }
        }
    }
}

/// One panel's weights, scales and bias.
struct Panel<'a> {
    packed: &'a [u8],
    scales: &'a [f32],
    bias: &'a [f32],
    blocks: usize,
}

impl<'a> Panel<'a> {
    #[inline(always)]
    fn new<D: Dots>(weights: &'a Panels, p: usize) -> Self {
        let (size, blocks) = (weights.width * weights.k, weights.k / BLOCK);
        assert_eq!(weights.width, ACROSS * D::Lanes::N, "weights packed for another instruction set");
        let scales = &weights.scales.all()[p * blocks * weights.width..][..blocks * weights.width];
        let bias = &weights.bias[p * weights.width..][..weights.width];
        Self { packed: &weights.packed.all()[p * size..][..size], scales, bias, blocks }
    }
}

/// Rounded activations from row `first` on.
struct Acts<'a> {
    words: &'a [i32],
    starts: &'a [i32],
    scales: &'a [f32],
    first: usize,
}

/// `R` rows by a stretch of one panel's blocks, added to rows that begin `stride` apart; the first stretch begins with the bias.
/// The order of additions depends on the blocks alone.
#[inline(always)]
fn tile_rows<D: Dots, const R: usize>(
    panel: &Panel<'_>,
    acts: &Acts<'_>,
    stretch: std::ops::Range<usize>,
    out: &mut [f32],
    stride: usize,
) {
    let n = D::Lanes::N;
    let place = |i: usize, j: usize| i * stride + j * n;
    let mut whole: [[D::Lanes; ACROSS]; R] =
        if stretch.start == 0 { tile::load(panel.bias, |_, j| j * n) } else { tile::load(out, place) };
    for block in stretch {
        let sums = block_sums::<D, R>(panel, acts, block);
        let scales: [[D::Lanes; ACROSS]; 1] = tile::load(&panel.scales[block * ACROSS * n..], |_, j| j * n);
        for i in 0..R {
            let scale = D::Lanes::splat(acts.scales[(acts.first + i) * panel.blocks + block]);
            for j in 0..ACROSS {
                whole[i][j] = sums[i][j].float().madd(scale.mul(scales[0][j]), whole[i][j]);
            }
        }
    }
    tile::store(&whole, out, place);
}

/// Whole-numbered sums of one block.
#[inline(always)]
fn block_sums<D: Dots, const R: usize>(panel: &Panel<'_>, acts: &Acts<'_>, block: usize) -> [[D; ACROSS]; R] {
    let (steps, size) = (BLOCK / D::STEP, ACROSS * D::Lanes::N * BLOCK);
    let packed = &panel.packed[block * size..][..size];
    let mut words: [&[i32]; R] = [&[]; R];
    let mut sums = [[D::start(0); ACROSS]; R];
    for i in 0..R {
        let at = (acts.first + i) * panel.blocks + block;
        words[i] = &acts.words[at * steps..][..steps];
        sums[i] = [D::start(acts.starts[at]); ACROSS];
    }
    let mut step = 0;
    while step < steps {
        let at = step * size / steps;
        // SAFETY: a block is as many bytes as its steps take, `ACROSS` registers each.
        let load = |j: usize| unsafe { D::weights(packed.as_ptr().add(at + j * size / steps / ACROSS)) };
        let mut w = [load(0); ACROSS];
        for j in 1..ACROSS {
            w[j] = load(j);
        }
        for i in 0..R {
            let word = words[i][step];
            for j in 0..ACROSS {
                sums[i][j] = sums[i][j].add(w[j], word);
            }
        }
        step += 1;
    }
    sums
}

/// Rows to bytes, each block by its own largest magnitude; ties go to even.
#[inline(always)]
fn round<D: Dots>(a: &[f32], room: &mut Rounded) {
    room.words.resize(a.len() / D::STEP, 0);
    room.starts.resize(a.len() / BLOCK, 0);
    room.scales.resize(a.len() / BLOCK, 0.0);
    let blocks = a.chunks_exact(BLOCK).zip(room.words.chunks_exact_mut(BLOCK / D::STEP));
    for ((block, words), (start, scale)) in blocks.zip(room.starts.iter_mut().zip(&mut room.scales)) {
        let mut top = D::Lanes::splat(0.0);
        for part in block.chunks_exact(D::Lanes::N) {
            let x = D::Lanes::load(part);
            top = top.max(x).max(D::Lanes::splat(0.0).sub(x));
        }
        let top = top.largest();
        // What cannot be scaled, because it is nothing or not finite, counts as nothing.
        let scalable = (127.0 / top).is_finite() && top.is_finite();
        let inverse = if scalable { 127.0 / top } else { 0.0 };
        *scale = if scalable { top / 127.0 } else { 0.0 };
        // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the low bits.
        let (mut whole, mut sum) = ([0i32; BLOCK], 0);
        for (whole, x) in whole.iter_mut().zip(block) {
            // Not `clamp`, which would let through what is not a number.
            #[allow(clippy::manual_clamp)]
            let scaled = (x * inverse).max(-127.0).min(127.0);
            *whole = (scaled + 12_582_912.0).to_bits() as i32 - 0x4b40_0000;
            sum += *whole;
        }
        *start = -D::SHIFT * sum;
        for (word, numbers) in words.iter_mut().zip(whole.chunks_exact(D::STEP)) {
            *word = join::<D>(numbers);
        }
    }
}

/// Four signed bytes or two signed sixteen-bit numbers in one word, the first lowest.
#[inline(always)]
fn join<D: Dots>(numbers: &[i32]) -> i32 {
    let bits = 32 / D::STEP;
    let mask = ((1u64 << bits) - 1) as i32;
    let mut word = 0;
    for (i, number) in numbers.iter().enumerate() {
        word |= (number & mask) << (i * bits);
    }
    word
}
