//! Products in eight bits: weights as signed bytes with one scale for each block of 32, as Q8_0 stores them, and activations
//! rounded to signed bytes with one scale for each group of 128. Sums within a block are whole numbers, hence exact.

use std::cell::RefCell;

use super::dots::Dots;
use super::lanes::Lanes;
use super::tile::{ACROSS, ROWS, for_rows};
use super::{Level, kernel};

/// Weights under one scale.
pub const BLOCK: usize = 32;
/// Activations under one scale.
pub const GROUP: usize = 128;
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
    packed: Vec<u8>,
    /// Panels, blocks, columns.
    scales: Vec<f32>,
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
            k > 0 && k % BLOCK == 0 && blocks.bytes.len() == n * k && blocks.scales.len() == n * per_row,
            "weights do not fit their bias"
        );
        let panels = n.div_ceil(width);
        let (mut packed, mut scales) = (Vec::new(), vec![0.0; panels * per_row * width]);
        let mut padded = bias.to_vec();
        padded.resize(panels * width, 0.0);
        for (row, row_scales) in blocks.scales.chunks_exact(per_row).enumerate() {
            let base = (row / width) * per_row * width + row % width;
            row_scales.iter().enumerate().for_each(|(b, scale)| scales[base + b * width] = *scale);
        }
        arrange(level, &blocks.bytes, k, width, &mut packed);
        Self { n, k, width, packed, scales, bias: padded }
    }

    /// Numbers in a row of what goes in.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Numbers in a row of what comes out.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.packed.len() + 4 * (self.scales.len() + self.bias.len())
    }
}

kernel! {
    /// Rows of `k` bytes in the order in which panels of `width` columns are read.
    pub fn arrange(rows: &[i8], k: usize, width: usize, packed: &mut Vec<u8>) = arrange_body over dots;
}

#[inline(always)]
fn arrange_body<D: Dots>(rows: &[i8], k: usize, width: usize, packed: &mut Vec<u8>) {
    packed.reserve_exact((rows.len() / k).next_multiple_of(width) * k);
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
    /// Rows of `k` / [`GROUP`], rounded up.
    scales: Vec<f32>,
    /// Sums of a block of rows by one panel, while its stretches are gone through.
    sums: Vec<f32>,
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
    let (n, width) = (weights.n, weights.width);
    round::<D>(a, weights.k, room);
    let Rounded { words, starts, scales, sums } = room;
    let m = a.len() / weights.k;
    for p in 0..weights.bias.len() / width {
        let panel = Panel::new::<D>(weights, p);
        let bias = &weights.bias[p * width..][..width];
        sums.clear();
        (0..m).for_each(|_| sums.extend_from_slice(bias));
        for from in (0..panel.blocks).step_by(STRETCH) {
            let to = panel.blocks.min(from + STRETCH);
            for first in (0..m).step_by(ROWS) {
                let rows = ROWS.min(m - first);
                let acts = Acts { words, starts, scales, first };
                for_rows!(rows, stretch::<D; R>(&panel, &acts, from..to, sums));
            }
        }
        let keep = (n - p * width).min(width);
        for (row, sums) in out.chunks_exact_mut(n).zip(sums.chunks_exact(width)) {
            row[p * width..][..keep].copy_from_slice(&sums[..keep]);
        }
    }
}

/// One panel's weights and scales.
struct Panel<'a> {
    packed: &'a [u8],
    scales: &'a [f32],
    blocks: usize,
}

impl<'a> Panel<'a> {
    #[inline(always)]
    fn new<D: Dots>(weights: &'a Panels, p: usize) -> Self {
        let (size, blocks) = (weights.width * weights.k, weights.k / BLOCK);
        assert_eq!(weights.width, ACROSS * D::Lanes::N, "weights packed for another instruction set");
        let scales = &weights.scales[p * blocks * weights.width..][..blocks * weights.width];
        Self { packed: &weights.packed[p * size..][..size], scales, blocks }
    }
}

/// Rounded activations from row `first` on.
struct Acts<'a> {
    words: &'a [i32],
    starts: &'a [i32],
    scales: &'a [f32],
    first: usize,
}

/// `R` rows by a stretch of one panel's blocks, added to their `sums`. The order of additions depends on the blocks alone.
#[inline(always)]
fn stretch<D: Dots, const R: usize>(
    panel: &Panel<'_>,
    acts: &Acts<'_>,
    blocks: std::ops::Range<usize>,
    sums: &mut [f32],
) {
    let (width, steps) = (ACROSS * D::Lanes::N, BLOCK / D::STEP);
    let groups = panel.blocks.div_ceil(GROUP / BLOCK);
    let row = |i: usize| acts.first + i;
    let words: [&[i32]; R] =
        std::array::from_fn(|i| &acts.words[row(i) * panel.blocks * steps..][..panel.blocks * steps]);
    let starts: [&[i32]; R] = std::array::from_fn(|i| &acts.starts[row(i) * panel.blocks..][..panel.blocks]);
    assert!(blocks.end <= panel.blocks && panel.packed.len() == panel.blocks * BLOCK * width);
    let mut whole: [[D::Lanes; ACROSS]; R] = std::array::from_fn(|i| {
        std::array::from_fn(|j| D::Lanes::load(&sums[row(i) * width + j * D::Lanes::N..]))
    });
    for group in blocks.step_by(GROUP / BLOCK) {
        let mut part = [[D::Lanes::splat(0.0); ACROSS]; R];
        for b in group..panel.blocks.min(group + GROUP / BLOCK) {
            let mut sum: [[D; ACROSS]; R] = std::array::from_fn(|i| [D::start(starts[i][b]); ACROSS]);
            for s in 0..steps {
                let at = (b * steps + s) * width * D::STEP;
                let w: [D::Weights; ACROSS] = std::array::from_fn(|j| {
                    // SAFETY: `b` is below the panel's blocks and its length was checked above.
                    unsafe { D::weights(panel.packed.as_ptr().add(at + j * D::Lanes::N * D::STEP)) }
                });
                for i in 0..R {
                    // SAFETY: each row holds `steps` words for each of the panel's blocks.
                    let word = unsafe { *words[i].get_unchecked(b * steps + s) };
                    for j in 0..ACROSS {
                        sum[i][j] = sum[i][j].add(w[j], word);
                    }
                }
            }
            for j in 0..ACROSS {
                let scale = D::Lanes::load(&panel.scales[b * width + j * D::Lanes::N..]);
                for i in 0..R {
                    part[i][j] = sum[i][j].float().madd(scale, part[i][j]);
                }
            }
        }
        for i in 0..R {
            let scale = D::Lanes::splat(acts.scales[row(i) * groups + group / (GROUP / BLOCK)]);
            for j in 0..ACROSS {
                whole[i][j] = part[i][j].madd(scale, whole[i][j]);
            }
        }
    }
    for i in 0..R {
        for j in 0..ACROSS {
            whole[i][j].store(&mut sums[row(i) * width + j * D::Lanes::N..]);
        }
    }
}

/// Rows of `k` to bytes, each group by its own largest magnitude; ties go to even.
#[inline(always)]
fn round<D: Dots>(a: &[f32], k: usize, room: &mut Rounded) {
    let m = a.len() / k;
    room.words.resize(m * k / D::STEP, 0);
    room.starts.resize(m * k / BLOCK, 0);
    room.scales.resize(m * k.div_ceil(GROUP), 0.0);
    let rows = a.chunks_exact(k).zip(room.words.chunks_exact_mut(k / D::STEP));
    let rows = rows.zip(room.starts.chunks_exact_mut(k / BLOCK));
    for ((row, (words, starts)), scales) in rows
        .map(|((row, words), starts)| (row, (words, starts)))
        .zip(room.scales.chunks_exact_mut(k.div_ceil(GROUP)))
    {
        let groups = row.chunks(GROUP).zip(words.chunks_mut(GROUP / D::STEP));
        let groups = groups.zip(starts.chunks_mut(GROUP / BLOCK)).zip(scales);
        for (((group, words), starts), scale) in groups {
            *scale = round_group::<D>(group, words, starts);
        }
    }
}

/// One group; gives its scale.
#[inline(always)]
fn round_group<D: Dots>(group: &[f32], words: &mut [i32], starts: &mut [i32]) -> f32 {
    let mut top = D::Lanes::splat(0.0);
    for part in group.chunks_exact(D::Lanes::N) {
        let x = D::Lanes::load(part);
        top = top.max(x).max(D::Lanes::splat(0.0).sub(x));
    }
    let top = top.largest();
    let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
    let blocks = group.chunks_exact(BLOCK).zip(words.chunks_exact_mut(BLOCK / D::STEP));
    for ((block, words), start) in blocks.zip(starts) {
        // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the low bits.
        let whole: [i32; BLOCK] =
            std::array::from_fn(|i| (block[i] * inverse + 12_582_912.0).to_bits() as i32 - 0x4b40_0000);
        *start = -D::SHIFT * whole.iter().sum::<i32>();
        for (word, numbers) in words.iter_mut().zip(whole.chunks_exact(D::STEP)) {
            *word = join::<D>(numbers);
        }
    }
    top / 127.0
}

/// Four signed bytes or two signed sixteen-bit numbers in one word, the first lowest.
#[inline(always)]
fn join<D: Dots>(numbers: &[i32]) -> i32 {
    let bits = 32 / D::STEP;
    let mask = ((1u64 << bits) - 1) as i32;
    numbers.iter().enumerate().fold(0, |word, (i, n)| word | (n & mask) << (i * bits))
}
