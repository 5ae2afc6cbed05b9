//! How fast this machine can multiply and add at all: loops that touch no memory, which a kernel can approach and not pass.
//!
//! Each loop keeps its sums and factors in registers, with more sums under way than an instruction takes cycles. The factors pass
//! through an empty piece of assembly in every round, so that the compiler cannot move a product out of the loop.

use std::hint::black_box;
use std::time::Instant;

use super::{Level, Precision};

/// Rounds of a loop before the clock is read again.
const ROUNDS: u64 = 100_000;
/// How long a thread runs at one time, in seconds.
const SPELL: f64 = 0.05;
/// Spells, of which the best counts: a peak is not an average.
const SPELLS: usize = 6;

/// A loop: it runs that many rounds, and gives back how many operations a round holds.
type Loop = fn(u64) -> u64;

/// Most operations a second that all threads together reach; a multiply and an add are two.
pub fn peak(level: Level, precision: Precision) -> f64 {
    let work = body(level, precision);
    let spell = || {
        let each = rayon::broadcast(|_| {
            let (started, mut done) = (Instant::now(), 0);
            while started.elapsed().as_secs_f64() < SPELL {
                done += work(ROUNDS) * ROUNDS;
            }
            done as f64 / started.elapsed().as_secs_f64()
        });
        each.iter().sum::<f64>()
    };
    (0..SPELLS).map(|_| spell()).fold(0.0, f64::max)
}

fn body(level: Level, precision: Precision) -> Loop {
    match (level, precision) {
        #[cfg(target_arch = "x86_64")]
        (Level::AmxBf16 | Level::Avx512Vnni | Level::Avx512 | Level::AvxVnni | Level::Avx2, _) => {
            x86::body(level, precision)
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: a `Level` is only made by `Level::available`, after asking the processor for these features.
        (Level::NeonDot | Level::Neon, Precision::Whole) => |rounds| unsafe { arm::f32_neon(rounds) },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: as above.
        (Level::NeonDot, Precision::Int8) => |rounds| unsafe { arm::int8_dot(rounds) },
        (_, Precision::Whole) => plain_f32,
        (_, Precision::Int8) => plain_int8,
    }
}

/// Sums of plain Rust: eight registers of four, which every machine of today has twice over.
const PLAIN: usize = 32;

fn plain_f32(rounds: u64) -> u64 {
    let mut sums = [0f32; PLAIN];
    for _ in 0..rounds {
        let (a, b) = (black_box(1.000_1f32), black_box(0.999_9f32));
        sums = sums.map(|sum| sum * a + b);
    }
    black_box(sums);
    PLAIN as u64 * 2
}

fn plain_int8(rounds: u64) -> u64 {
    let mut sums = [0i32; PLAIN];
    for _ in 0..rounds {
        let (a, b) = (black_box(5i8), black_box(3i8));
        sums = sums.map(|sum| sum.wrapping_mul(i32::from(a)).wrapping_add(i32::from(b)));
    }
    black_box(sums);
    PLAIN as u64 * 2
}

/// One loop over registers of a kind: in each round every sum is stepped by its `a` and the one `b`, which the compiler must take as
/// new. `$operations` are those of one step.
macro_rules! register_loop {
    (
        $name:ident, $features:literal, $class:ident, $zero:expr, $factor:expr, $operations:expr,
        |$sum:ident, $x:ident, $y:ident| $step:expr, [$($s:ident $a:literal),*]
    ) => {
        #[target_feature(enable = $features)]
        #[allow(asm_sub_register)] // the comment names registers of any size
        pub fn $name(rounds: u64) -> u64 {
            let (mut a, mut b) = ([black_box($factor); 3], black_box($factor));
            $(let mut $s = black_box($zero);)*
            for _ in 0..rounds {
                // SAFETY: the assembly is empty.
                unsafe {
                    std::arch::asm!("/* {0} {1} {2} {3} */", inout($class) a[0], inout($class) a[1], inout($class) a[2], inout($class) b,
                              options(nomem, nostack, preserves_flags));
                }
                $($s = { let ($sum, $x, $y) = ($s, a[$a], b); $step };)*
            }
            $(black_box($s);)*
            [$(stringify!($s)),*].len() as u64 * $operations
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    use super::{Level, Loop, Precision};

    /// The loop of a level that has registers of its own.
    pub fn body(level: Level, precision: Precision) -> Loop {
        let wide = matches!(level, Level::AmxBf16 | Level::Avx512Vnni | Level::Avx512);
        match (precision, level) {
            // SAFETY: a `Level` is only made by `Level::available`, after asking the processor for these features.
            (Precision::Whole, _) if wide => |rounds| unsafe { f32_avx512(rounds) },
            // SAFETY: as above.
            (Precision::Whole, _) => |rounds| unsafe { f32_avx2(rounds) },
            (Precision::Int8, Level::AmxBf16) => crate::amx::rounds,
            // SAFETY: as above.
            (Precision::Int8, Level::Avx512Vnni) => |rounds| unsafe { int8_vnni512(rounds) },
            // SAFETY: as above.
            (Precision::Int8, Level::Avx512) => |rounds| unsafe { int8_avx512(rounds) },
            // SAFETY: as above.
            (Precision::Int8, Level::AvxVnni) => |rounds| unsafe { int8_vnni256(rounds) },
            // SAFETY: as above.
            (Precision::Int8, _) => |rounds| unsafe { int8_avx2(rounds) },
        }
    }

    register_loop!(
        f32_avx512, "avx512f", zmm_reg, _mm512_setzero_ps(), _mm512_set1_ps(0.5), 16 * 2,
        |sum, x, y| _mm512_fmadd_ps(x, y, sum),
        [s0 0, s1 1, s2 2, s3 0, s4 1, s5 2, s6 0, s7 1, s8 2, s9 0, s10 1, s11 2]
    );
    register_loop!(
        f32_avx2, "avx2,fma", ymm_reg, _mm256_setzero_ps(), _mm256_set1_ps(0.5), 8 * 2,
        |sum, x, y| _mm256_fmadd_ps(x, y, sum),
        [s0 0, s1 1, s2 2, s3 0, s4 1, s5 2, s6 0, s7 1, s8 2, s9 0, s10 1, s11 2]
    );
    register_loop!(
        int8_vnni512, "avx512f,avx512vnni", zmm_reg, _mm512_setzero_si512(), _mm512_set1_epi8(3), 64 * 2,
        |sum, x, y| _mm512_dpbusd_epi32(sum, x, y),
        [s0 0, s1 1, s2 2, s3 0, s4 1, s5 2, s6 0, s7 1, s8 2, s9 0, s10 1, s11 2]
    );
    register_loop!(
        int8_vnni256, "avx2,avxvnni", ymm_reg, _mm256_setzero_si256(), _mm256_set1_epi8(3), 32 * 2,
        |sum, x, y| _mm256_dpbusd_avx_epi32(sum, x, y),
        [s0 0, s1 1, s2 2, s3 0, s4 1, s5 2, s6 0, s7 1, s8 2, s9 0, s10 1, s11 2]
    );
    // Without an instruction for it: bytes to pairs, pairs to fours, and the sum. One sum for each `a`, since equal products would be
    // made only once.
    register_loop!(
        int8_avx512,
        "avx512f,avx512bw",
        zmm_reg,
        _mm512_setzero_si512(),
        _mm512_set1_epi8(3),
        64 * 2,
        |sum, x, y| _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(x, y), _mm512_set1_epi16(1))),
        [s0 0, s1 1, s2 2]
    );
    register_loop!(
        int8_avx2,
        "avx2",
        ymm_reg,
        _mm256_setzero_si256(),
        _mm256_set1_epi8(3),
        32 * 2,
        |sum, x, y| _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, y), _mm256_set1_epi16(1))),
        [s0 0, s1 1, s2 2]
    );
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;
    use std::hint::black_box;

    use crate::neon::{Dot, Products};

    register_loop!(
        f32_neon, "neon", vreg, vdupq_n_f32(0.0), vdupq_n_f32(0.5), 4 * 2,
        |sum, x, y| vfmaq_f32(sum, x, y),
        [s0 0, s1 1, s2 2, s3 0, s4 1, s5 2, s6 0, s7 1, s8 2, s9 0, s10 1, s11 2, s12 0, s13 1, s14 2, s15 0]
    );
    register_loop!(
        int8_dot, "neon,dotprod", vreg, vdupq_n_s32(0), vdupq_n_s8(3), 16 * 2,
        |sum, x, y| Dot::add(sum, x, y),
        [s0 0, s1 1, s2 2, s3 0, s4 1, s5 2, s6 0, s7 1, s8 2, s9 0, s10 1, s11 2, s12 0, s13 1, s14 2, s15 0]
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_a_peak_in_both_precisions() {
        for level in Level::available() {
            for precision in [Precision::Whole, Precision::Int8] {
                let rate = peak(level, precision);
                assert!(rate.is_finite() && rate > 1e6, "{level:?} {precision:?}: {rate:e}");
            }
        }
    }
}
