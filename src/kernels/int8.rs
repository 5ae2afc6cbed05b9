//! Products in eight bits: weights as signed bytes with one scale for each block of 32, as Q8_0 stores them, and activations
//! rounded in the same way. Sums within a block are whole numbers, hence exact.

use std::cell::RefCell;

use half::f16;

use super::aligned::{Aligned, LINE, hold_aligned};
use super::dots::Dots;
use super::lanes::Lanes;
use super::tile::{self, for_rows};
use super::{Level, kernel};

/// Numbers under one scale.
pub const BLOCK: usize = 32;
/// Registers across in one tile: the fewer, the less of the weights is fetched for each product.
const ACROSS: usize = 2;

/// A matrix of signed bytes with a scale for each block of a row.
pub struct Blocks {
    /// Rows of `k`.
    pub bytes: Vec<i8>,
    /// Rows of `k` / [`BLOCK`].
    pub scales: Vec<f16>,
}

impl Blocks {
    /// Round numbers to blocks; a row must be whole blocks.
    pub fn round(values: &[f32]) -> Self {
        let (mut bytes, mut scales) = (Vec::with_capacity(values.len()), Vec::new());
        for block in values.chunks_exact(BLOCK) {
            let scale = half_above(block.iter().fold(0f32, |m, x| m.max(x.abs())) / 127.0);
            let inverse = if scale > f16::ZERO { 1.0 / scale.to_f32() } else { 0.0 };
            bytes.extend(block.iter().map(|x| (x * inverse).round() as i8));
            scales.push(scale);
        }
        Self { bytes, scales }
    }

    /// Whether these are `n` rows of `k` numbers in whole blocks.
    pub(crate) fn are(&self, n: usize, k: usize) -> bool {
        let whole = k > 0 && k.is_multiple_of(BLOCK);
        whole && self.bytes.len() == n * k && self.scales.len() == n * k / BLOCK
    }

    /// The numbers it stands for.
    pub fn values(&self) -> Vec<f32> {
        let blocks = self.bytes.chunks_exact(BLOCK).zip(&self.scales);
        blocks.flat_map(|(bytes, scale)| bytes.iter().map(move |b| f32::from(*b) * scale.to_f32())).collect()
    }
}

/// The smallest number of sixteen bits that is not below `x`, so that what is scaled by it still fits; the largest there is, when none is.
fn half_above(x: f32) -> f16 {
    let near = f16::from_f32(x.min(f16::MAX.to_f32()));
    if near.to_f32() < x && near < f16::MAX { f16::from_bits(near.to_bits() + 1) } else { near }
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
    scales: Aligned<f16>,
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
        assert!(blocks.are(n, k), "weights do not fit their bias");
        let panels = n.div_ceil(width);
        let mut packed = Aligned::with_room(panels * width * k);
        let mut scales = vec![f16::ZERO; panels * per_row * width];
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

/// Activations, rounded: row after row, and what a block needs of all rows of a tile of [`Dots::ROWS`] (the last may have fewer) side by side.
#[derive(Default)]
pub struct Rounded {
    /// Rows, blocks, steps of a block: words of [`Dots::STEP`] numbers.
    words: Vec<i32>,
    /// Tiles, blocks, rows: what the sums of a block begin with.
    starts: Vec<i32>,
    /// Tiles, blocks, rows.
    scales: Vec<f32>,
    /// Of each block of one row its scale.
    row: Vec<f32>,
    /// Of each block of one row what its numbers are multiplied by.
    inverses: Vec<f32>,
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
    const { assert!(D::ROWS <= tile::ROWS, "`for_rows` knows no such tile") };
    let (n, width, m, blocks) = (weights.n, weights.width, a.len() / weights.k, weights.k / BLOCK);
    round::<D>(a, weights.k, room);
    hold_aligned();
    let mut spare = [0.0; tile::ROWS * ACROSS * 16];
    for p in 0..weights.bias.len() / width {
        let panel = Panel::new::<D>(weights, p);
        let keep = (n - p * width).min(width);
        let mut next =
            weights.packed.all()[(p + 1) * width * weights.k..].iter().take(width * weights.k).step_by(LINE);
        let some = (width * weights.k / LINE).div_ceil(m.div_ceil(D::ROWS));
        for first in (0..m).step_by(D::ROWS) {
            next.by_ref().take(some).for_each(fetch);
            let rows = D::ROWS.min(m - first);
            let tile = Tile {
                words: &room.words[first * blocks * (BLOCK / D::STEP)..],
                starts: &room.starts[first * blocks..],
                scales: &room.scales[first * blocks..],
            };
            let out = &mut out[first * n + p * width..];
            let (to, stride) = if keep == width { (&mut *out, n) } else { (&mut spare[..], width) };
            for_rows!(rows, tile_rows::<D; R>(&panel, &tile, blocks, to, stride));
            if keep < width {
                tile::copy(rows, &spare, width, out, n, keep);
            }
        }
    }
}

/// Have what lies here fetched into the nearer caches while other work goes on.
#[inline(always)]
fn fetch(byte: &u8) {
    let from = std::ptr::from_ref(byte);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which every processor of this kind takes and which reads nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(from.cast());
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prfm pldl2keep, [{0}]", in(reg) from, options(readonly, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = from;
}

/// One panel's weights, scales and bias.
struct Panel<'a> {
    packed: &'a [u8],
    scales: &'a [f16],
    bias: &'a [f32],
}

impl<'a> Panel<'a> {
    #[inline(always)]
    fn new<D: Dots>(weights: &'a Panels, p: usize) -> Self {
        let (size, blocks) = (weights.width * weights.k, weights.k / BLOCK);
        assert_eq!(weights.width, ACROSS * D::Lanes::N, "weights packed for another instruction set");
        let scales = &weights.scales.all()[p * blocks * weights.width..][..blocks * weights.width];
        let bias = &weights.bias[p * weights.width..][..weights.width];
        Self { packed: &weights.packed.all()[p * size..][..size], scales, bias }
    }
}

/// The rounded activations of one tile and what follows.
struct Tile<'a> {
    words: &'a [i32],
    starts: &'a [i32],
    scales: &'a [f32],
}

/// `R` rows by one panel, into rows that begin `stride` apart. The order of additions depends on the blocks alone.
#[inline(always)]
fn tile_rows<D: Dots, const R: usize>(
    panel: &Panel<'_>,
    tile: &Tile<'_>,
    blocks: usize,
    out: &mut [f32],
    stride: usize,
) {
    let (n, steps) = (D::Lanes::N, BLOCK / D::STEP);
    let mut whole: [[D::Lanes; ACROSS]; R] = tile::load(panel.bias, |_, j| j * n);
    let mut words: [&[i32]; R] = [&[]; R];
    for i in 0..R {
        words[i] = &tile.words[i * blocks * steps..][..blocks * steps];
    }
    let packed = panel.packed.chunks_exact(BLOCK * ACROSS * n).zip(panel.scales.chunks_exact(ACROSS * n));
    let acts = tile.starts.chunks_exact(R).zip(tile.scales.chunks_exact(R));
    for (block, ((packed, columns), (starts, rows))) in packed.zip(acts).take(blocks).enumerate() {
        // SAFETY: each row has as many words as there are steps in `blocks` blocks.
        let sums = unsafe { block_sums::<D, R>(packed, words, block * steps, starts) };
        for j in 0..ACROSS {
            let column = D::Lanes::load_half(&columns[j * n..]);
            for i in 0..R {
                whole[i][j] = sums[i][j].float().madd(D::Lanes::splat(rows[i]).mul(column), whole[i][j]);
            }
        }
    }
    tile::store(&whole, out, |i, j| i * stride + j * n);
}

/// Whole-numbered sums of one block, whose words begin at `at` in each row.
///
/// # Safety
/// A row must have the words of all steps from there on.
#[inline(always)]
// SAFETY: passed on to the caller.
unsafe fn block_sums<D: Dots, const R: usize>(
    packed: &[u8],
    words: [&[i32]; R],
    at: usize,
    starts: &[i32],
) -> [[D; ACROSS]; R] {
    let (steps, size) = (BLOCK / D::STEP, D::Lanes::N * D::STEP);
    assert!(packed.len() == steps * ACROSS * size);
    let mut sums = [[D::start(0); ACROSS]; R];
    for i in 0..R {
        sums[i] = [D::start(starts[i]); ACROSS];
    }
    let mut step = 0;
    while step < steps {
        // SAFETY: a block is as many bytes as its steps take, `ACROSS` registers each.
        let load = |j: usize| unsafe { D::weights(packed.as_ptr().add((step * ACROSS + j) * size)) };
        let mut w = [load(0); ACROSS];
        for j in 1..ACROSS {
            w[j] = load(j);
        }
        for i in 0..R {
            // SAFETY: the caller says that the row reaches so far.
            let word = unsafe { *words[i].get_unchecked(at + step) };
            for j in 0..ACROSS {
                sums[i][j] = sums[i][j].add(w[j], word);
            }
        }
        step += 1;
    }
    sums
}

/// Rows of `k` numbers to bytes, each block by its own largest magnitude; ties go to even.
#[inline(always)]
fn round<D: Dots>(a: &[f32], k: usize, room: &mut Rounded) {
    let (m, blocks, steps) = (a.len() / k, k / BLOCK, BLOCK / D::STEP);
    room.words.resize(m * blocks * steps, 0);
    room.starts.resize(m * blocks, 0);
    room.scales.resize(m * blocks, 0.0);
    room.row.resize(blocks, 0.0);
    room.inverses.resize(blocks, 0.0);
    for ((row, numbers), words) in
        a.chunks_exact(k).enumerate().zip(room.words.chunks_exact_mut(blocks * steps))
    {
        // In three rounds over the row: each block's steps wait for each other, those of different blocks do not.
        for (block, scale) in numbers.chunks_exact(BLOCK).zip(&mut room.row) {
            *scale = largest::<D::Lanes>(block);
        }
        for (scale, inverse) in room.row.iter_mut().zip(&mut room.inverses) {
            (*inverse, *scale) = scales(*scale);
        }
        let first = row - row % D::ROWS;
        let (rows, i) = (D::ROWS.min(m - first), row - first);
        let places = (first * blocks + i..).step_by(rows);
        let whole = numbers.chunks_exact(BLOCK).zip(words.chunks_exact_mut(steps));
        for ((numbers, words), ((scale, inverse), at)) in
            whole.zip(room.row.iter().zip(&room.inverses).zip(places))
        {
            let bytes = bytes::<D::Lanes>(numbers, *inverse);
            room.scales[at] = *scale;
            room.starts[at] = -D::SHIFT * sum(&bytes);
            for (word, numbers) in words.iter_mut().zip(bytes.chunks_exact(D::STEP)) {
                *word = D::join(numbers);
            }
        }
    }
}

/// The sum of a block, by way of unsigned bytes, of which eight at a time are added up in one step.
#[inline(always)]
fn sum(bytes: &[i8; BLOCK]) -> i32 {
    bytes.iter().map(|x| u32::from(*x as u8 ^ 0x80)).sum::<u32>() as i32 - 128 * BLOCK as i32
}

/// The largest magnitude of a block.
#[inline(always)]
fn largest<L: Lanes>(block: &[f32]) -> f32 {
    let mut top = L::splat(0.0);
    for part in block.chunks_exact(L::N) {
        let x = L::load(part);
        top = top.max(x).max(L::splat(0.0).sub(x));
    }
    top.largest()
}

/// What numbers up to `top` are multiplied by to become bytes, and bytes to become numbers again. What cannot be scaled, because it is nothing or not finite,
/// counts as nothing.
#[inline(always)]
fn scales(top: f32) -> (f32, f32) {
    let inverse = 127.0 / top;
    if inverse.is_finite() && top.is_finite() { (inverse, top / 127.0) } else { (0.0, 0.0) }
}

/// A block times `inverse`, to the nearest whole numbers from -127 to 127.
#[inline(always)]
fn bytes<L: Lanes>(block: &[f32], inverse: f32) -> [i8; BLOCK] {
    let mut bytes = [0; BLOCK];
    for (from, to) in block.chunks_exact(L::N).zip(bytes.chunks_exact_mut(L::N)) {
        L::load(from).mul(L::splat(inverse)).max(L::splat(-127.0)).min(L::splat(127.0)).bytes(to);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_of_sixteen_bits_is_never_too_small_and_hardly_larger() {
        for x in [1e-9f32, 3e-8, 6.1e-5, 0.1, 1.0, 1.0 / 3.0, 65_503.9] {
            let scale = half_above(x).to_f32();
            assert!(scale >= x && scale - x <= (x / 1024.0).max(6e-8), "{scale} for {x}");
        }
        assert_eq!((half_above(0.0), half_above(1e9)), (f16::ZERO, f16::MAX));
    }

    #[test]
    fn what_is_rounded_to_blocks_stays_within_half_a_step() {
        let values: Vec<f32> = (0..64).map(|i| (i as f32 - 20.0) * 0.0123).collect();
        let blocks = Blocks::round(&values);
        for (i, (x, y)) in values.iter().zip(blocks.values()).enumerate() {
            let step = blocks.scales[i / BLOCK].to_f32();
            assert!((x - y).abs() <= step * 0.501, "{y} for {x}");
        }
    }
}
