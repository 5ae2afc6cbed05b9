//! Products by AMX, a unit of its own that multiplies tiles of sixteen rows: in bfloat16, sums in `f32`. Weights stay in eight bits with a scale for each
//! block of 32, as Q8_0 stores them, and are widened panel by panel for all the rows at hand; activations are rounded to the eight significant bits of bfloat16, with no
//! scale to share, so that nothing is lost to an outlier among them.
//!
//! Tiles are reached through assembly, since Rust's own functions for them are not stable.

use std::arch::asm;
use std::arch::x86_64::*;
use std::cell::RefCell;
use std::sync::OnceLock;

use half::f16;

use super::aligned::{Aligned, LINE};
use super::int8::{BLOCK, Blocks};

/// Rows, and columns, of a tile of sums.
const SIDE: usize = 16;
/// Columns of a panel, and rows that go through it together: two tiles each.
const WIDE: usize = 2 * SIDE;
/// Rows that go through a panel together.
pub const ROWS: usize = WIDE;
/// Lines of one block of a tile.
const TILE: usize = SIDE;
/// Blocks of a panel that are widened at a time, few enough to stay in the nearest cache.
const CHUNK: usize = 12;

/// Thirty-two numbers in bfloat16: a block of one row, or two of each of sixteen columns.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u16; BLOCK]);

const NOTHING: Line = Line([0; BLOCK]);

/// Most weights of a matrix that is kept widened: twice the memory, for matrices of which a model has few megabytes.
const FEW: usize = 1 << 20;

/// Weights in panels of [`WIDE`] columns by all of `k`, zero-padded to whole panels.
pub struct Panels {
    n: usize,
    k: usize,
    held: Held,
    bias: Vec<f32>,
}

/// The numbers of panels.
enum Held {
    /// Panels, blocks, tiles of a panel, pairs of a block: sixteen columns of two.
    Wide(Vec<Line>),
    /// The same in bytes.
    Bytes(Bytes),
}

struct Bytes {
    /// Panels, blocks, tiles of a panel, pairs of a block, columns, two numbers.
    bytes: Aligned<i8>,
    /// Panels, blocks, columns.
    scales: Aligned<f16>,
}

impl Panels {
    /// Lay out `blocks` (`n` × `k`) and `bias` (`n`).
    ///
    /// # Panics
    /// When the lengths do not fit each other, or `k` is not whole blocks; on a machine where [`available`] is false.
    pub fn pack(k: usize, blocks: &Blocks, bias: &[f32]) -> Self {
        let (n, per_row) = (bias.len(), k / BLOCK);
        assert!(blocks.are(n, k), "weights do not fit their bias");
        let panels = n.div_ceil(WIDE);
        let mut bias = bias.to_vec();
        bias.resize(panels * WIDE, 0.0);
        let mut bytes = Aligned::with_room(panels * WIDE * k);
        let mut scales = Aligned::with_room(panels * WIDE * per_row);
        for panel in 0..panels {
            for block in 0..per_row {
                let columns = || panel * WIDE..(panel + 1) * WIDE;
                let scale = |c: usize| blocks.scales.get(c * per_row + block).copied().unwrap_or_default();
                scales.extend(columns().map(scale));
                for tile in 0..2 {
                    let columns = || columns().skip(tile * SIDE).take(SIDE);
                    let first = |at: usize| columns().map(move |c| c * k + block * BLOCK + at);
                    let places = (0..BLOCK).step_by(2).flat_map(first).flat_map(|at| [at, at + 1]);
                    bytes.extend(places.map(|at| blocks.bytes.get(at).copied().unwrap_or(0)));
                }
            }
        }
        let bytes = Bytes { bytes, scales };
        let held = if n * k > FEW {
            Held::Bytes(bytes)
        } else {
            let mut wide = vec![NOTHING; panels * per_row * 2 * TILE];
            assert!(available(), "this machine has no AMX");
            // SAFETY: the machine has what it is compiled for.
            unsafe { widen(&bytes, 0, &mut wide) };
            Held::Wide(wide)
        };
        Self { n, k, held, bias }
    }

    /// Numbers in a row of what goes in.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Numbers in a row of what comes out.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Whether its numbers are kept widened.
    pub fn is_wide(&self) -> bool {
        matches!(self.held, Held::Wide(_))
    }

    /// `count` blocks of a panel from the one that is `first` of all panels, widened in `room` if they are not kept so.
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16,avx2,fma,f16c")]
    fn wide<'a>(&'a self, first: usize, count: usize, room: &'a mut Vec<Line>) -> &'a [Line] {
        match &self.held {
            Held::Wide(wide) => &wide[first * 2 * TILE..][..count * 2 * TILE],
            Held::Bytes(bytes) => {
                room.resize(CHUNK * 2 * TILE, NOTHING);
                let room = &mut room[..count * 2 * TILE];
                widen(bytes, first, room);
                room
            }
        }
    }
}

/// Each thread's own room, so that nothing is allocated once it has grown.
#[derive(Default)]
struct Room {
    /// Activations: tiles of rows, blocks, rows.
    rows: Vec<Line>,
    /// The blocks of a panel at hand.
    wide: Vec<Line>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Rows `a` (`m` × `k`) through every panel into `out` (`m` × `n`). What a row gives depends on that row alone.
///
/// # Panics
/// On a machine where [`available`] is false.
pub fn multiply(weights: &Panels, a: &[f32], out: &mut [f32]) {
    assert!(available(), "this machine has no AMX");
    assert_eq!(out.len(), a.len() / weights.k * weights.n, "as many rows must come out as go in");
    // What is not kept widened is widened once for all rows.
    let rows = if weights.is_wide() { ROWS } else { out.len().max(1) };
    ROOM.with_borrow_mut(|room| {
        configure();
        for (a, out) in a.chunks(rows * weights.k).zip(out.chunks_mut(rows * weights.n)) {
            // SAFETY: the machine has what it is compiled for, and tiles are configured.
            unsafe { multiply_in(weights, a, room, out) };
        }
        release();
    });
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16,avx2,fma,f16c")]
fn multiply_in(weights: &Panels, a: &[f32], room: &mut Room, out: &mut [f32]) {
    let (n, k, m) = (weights.n, weights.k, a.len() / weights.k);
    let blocks = k / BLOCK;
    round(a, k, &mut room.rows);
    // A chunk of all rows stays near while the panels go by.
    for from in (0..blocks).step_by(CHUNK) {
        let some = CHUNK.min(blocks - from);
        for (p, bias) in weights.bias.chunks_exact(WIDE).enumerate() {
            let columns = p * WIDE..n.min((p + 1) * WIDE);
            let wide = weights.wide(p * blocks + from, some, &mut room.wide);
            let bias = (from == 0).then_some(bias);
            for (group, rows) in room.rows.chunks_exact(2 * blocks * TILE).enumerate() {
                let (upper, lower) = rows.split_at(blocks * TILE);
                let rows = [&upper[from * TILE..][..some * TILE], &lower[from * TILE..][..some * TILE]];
                let out = &mut out[group * WIDE * n..m.min((group + 1) * WIDE) * n];
                if columns.len() == WIDE && out.len() == WIDE * n {
                    sum(rows, wide, bias, &mut out[columns.start..], n);
                } else {
                    let mut spare = [0.0; WIDE * WIDE];
                    for (from, to) in out.chunks_exact(n).zip(spare.chunks_exact_mut(WIDE)) {
                        to[..columns.len()].copy_from_slice(&from[columns.clone()]);
                    }
                    sum(rows, wide, bias, &mut spare, WIDE);
                    for (to, from) in out.chunks_exact_mut(n).zip(spare.chunks_exact(WIDE)) {
                        to[columns.clone()].copy_from_slice(&from[..columns.len()]);
                    }
                }
            }
        }
    }
}

/// Rows of `k` numbers as tiles of rows in bfloat16, ties to even; an even number of tiles, of which the last rows may be nothing.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16,avx2,fma,f16c")]
fn round(a: &[f32], k: usize, rows: &mut Vec<Line>) {
    let (blocks, m) = (k / BLOCK, a.len() / k);
    rows.resize(m.next_multiple_of(WIDE) * blocks, NOTHING);
    for (row, numbers) in a.chunks_exact(k).enumerate() {
        let first = row / SIDE * blocks * SIDE + row % SIDE;
        for (block, numbers) in numbers.chunks_exact(BLOCK).enumerate() {
            // SAFETY: a block is two registers, a line one.
            unsafe {
                let (low, high) =
                    (_mm512_loadu_ps(numbers.as_ptr()), _mm512_loadu_ps(numbers[SIDE..].as_ptr()));
                store(&mut rows[first + block * SIDE], low, high);
            }
        }
    }
    let past = m..m.next_multiple_of(WIDE);
    for row in past {
        (0..blocks).for_each(|block| rows[(row / SIDE * blocks + block) * SIDE + row % SIDE] = NOTHING);
    }
}

/// Two registers as a line, each number to the nearest in bfloat16.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16,avx2,fma,f16c")]
fn store(line: &mut Line, low: __m512, high: __m512) {
    let numbers = _mm512_cvtne2ps_pbh(high, low);
    // SAFETY: a line is a register, and both are nothing but bits.
    unsafe {
        _mm512_store_si512(line.0.as_mut_ptr().cast(), std::mem::transmute::<__m512bh, __m512i>(numbers))
    };
}

/// The blocks of a panel from the one that is `first` of all panels, with their scales in them: blocks, tiles, pairs, columns, two numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16,avx2,fma,f16c")]
fn widen(held: &Bytes, first: usize, wide: &mut [Line]) {
    let count = wide.len() / (2 * TILE);
    let bytes = &held.bytes.all()[first * WIDE * BLOCK..][..count * WIDE * BLOCK];
    let scales = &held.scales.all()[first * WIDE..][..count * WIDE];
    let (low, high) =
        (_mm512_set_epi32(7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0), _mm512_set1_epi32(8));
    let high = _mm512_add_epi32(low, high);
    let tiles = bytes.chunks_exact(SIDE * BLOCK).zip(scales.chunks_exact(SIDE));
    for ((bytes, scales), lines) in tiles.zip(wide.chunks_exact_mut(TILE)) {
        // SAFETY: sixteen scales of two bytes, and thirty-two bytes of which each half is read.
        unsafe {
            let scales = _mm512_cvtph_ps(_mm256_loadu_si256(scales.as_ptr().cast()));
            let (left, right) = (_mm512_permutexvar_ps(low, scales), _mm512_permutexvar_ps(high, scales));
            for (bytes, line) in bytes.chunks_exact(BLOCK).zip(lines) {
                let half = |at: usize| {
                    _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(bytes[at..].as_ptr().cast())))
                };
                store(line, _mm512_mul_ps(half(0), left), _mm512_mul_ps(half(SIDE), right));
            }
        }
    }
}

/// Two tiles of rows by two of columns over as many blocks as there are, into rows that begin `stride` apart: beside what stands there, or beside `bias` at first.
/// Tiles must be configured.
fn sum(rows: [&[Line]; 2], wide: &[Line], bias: Option<&[f32]>, to: &mut [f32], stride: usize) {
    let blocks = rows[0].len() / TILE;
    assert!(blocks > 0 && rows[1].len() == rows[0].len() && wide.len() == 2 * rows[0].len());
    assert!(to.len() >= (WIDE - 1) * stride + WIDE && bias.is_none_or(|bias| bias.len() == WIDE));
    // The bias is read sixteen times over, with nothing between its rows.
    let (begin, apart) = bias.map_or((to.as_ptr(), stride), |bias| (bias.as_ptr(), 0));
    // SAFETY: `rows` and `wide` hold a tile of sixteen lines for each block, `to` (and `bias`, whose rows lie upon each other) two tiles by two.
    unsafe {
        asm!(
            "tileloadd tmm0, [{begin} + {apart}*1]",
            "tileloadd tmm1, [{begin} + {apart}*1 + 64]",
            "tileloadd tmm2, [{lower_begin} + {apart}*1]",
            "tileloadd tmm3, [{lower_begin} + {apart}*1 + 64]",
            "2:",
            "tileloadd tmm4, [{upper} + {line}*1]",
            "tileloadd tmm6, [{wide} + {line}*1]",
            "tileloadd tmm7, [{wide} + {line}*1 + 1024]",
            "tileloadd tmm5, [{lower} + {line}*1]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {upper}, 1024",
            "add {lower}, 1024",
            "add {wide}, 2048",
            "dec {blocks}",
            "jnz 2b",
            "tilestored [{to} + {stride}*1], tmm0",
            "tilestored [{to} + {stride}*1 + 64], tmm1",
            "tilestored [{lower_to} + {stride}*1], tmm2",
            "tilestored [{lower_to} + {stride}*1 + 64], tmm3",
            begin = in(reg) begin, lower_begin = in(reg) begin.add(SIDE * apart), apart = in(reg) apart * 4,
            upper = inout(reg) rows[0].as_ptr() => _, lower = inout(reg) rows[1].as_ptr() => _,
            wide = inout(reg) wide.as_ptr() => _, blocks = inout(reg) blocks => _, line = in(reg) LINE,
            to = in(reg) to.as_mut_ptr(), lower_to = in(reg) to.as_mut_ptr().add(SIDE * stride), stride = in(reg) stride * 4,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _, out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// So many rounds of four products of tiles that are in place, and how many operations such a round holds: what this unit can do at most.
pub fn rounds(count: u64) -> u64 {
    assert!(available() && count > 0, "this machine has no AMX");
    configure();
    // SAFETY: tiles are configured, and nothing but tiles is touched.
    unsafe {
        asm!(
            "2:",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "dec {0}",
            "jnz 2b",
            inout(reg) count => _,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _, out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nomem, nostack),
        );
    }
    release();
    4 * (SIDE * SIDE * BLOCK) as u64 * 2
}

/// What `ldtilecfg` reads: palette 1; bytes of a row from byte 16 on, rows from byte 48 on, of each tile: all are sixteen lines.
#[repr(align(64))]
struct Shapes([u8; LINE]);

const SHAPES: Shapes = {
    let mut shapes = [0; LINE];
    shapes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        shapes[16 + 2 * tile] = LINE as u8;
        shapes[48 + tile] = SIDE as u8;
        tile += 1;
    }
    Shapes(shapes)
};

/// Let this thread use tiles, until [`release`].
pub fn configure() {
    static TILES: Shapes = SHAPES;
    // SAFETY: reads its 64 bytes; whoever calls it has AMX.
    unsafe {
        asm!("ldtilecfg [{0}]", in(reg) &raw const TILES.0, options(nostack, preserves_flags, readonly))
    };
}

/// Give the tiles of this thread back, so that the system need not keep them.
pub fn release() {
    // SAFETY: takes back only what `configure` gave.
    unsafe { asm!("tilerelease", options(nomem, nostack, preserves_flags)) };
}

/// Whether this machine has AMX with bfloat16 and the system lets this process use it, which is asked for at the first call.
pub fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16");
        // Leaf 7 of `cpuid`: tiles, and products of bfloat16.
        let tiles = || __cpuid_count(7, 0).edx & (1 << 24 | 1 << 22) == (1 << 24 | 1 << 22);
        wide && tiles() && permitted()
    })
}

/// Ask the system for the state of tiles, which it gives to those who ask only (`arch_prctl`, `ARCH_REQ_XCOMP_PERM`).
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    let (call, ask, tile_data) = (158i64, 0x1023i64, 18i64);
    let answer: i64;
    // SAFETY: a call of the system that changes nothing but this permission, and says no where it is not known.
    unsafe {
        asm!("syscall", inout("rax") call => answer, in("rdi") ask, in("rsi") tile_data, out("rcx") _, out("r11") _, options(nostack));
    }
    answer == 0
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}
