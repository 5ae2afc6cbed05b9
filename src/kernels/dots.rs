//! Eight-bit products of each instruction set. Sums are whole numbers, so every set finds the same ones; the
//! methods are inlined into functions compiled for the right set (see `kernel!`).

use super::lanes::{self, Lanes};

/// A register of sums, one a column, each of products of eight-bit numbers.
pub trait Dots: Copy {
    /// As many numbers in `f32`.
    type Lanes: Lanes;
    /// A register of weights, ready to be multiplied.
    type Weights: Copy;
    /// Numbers of one row of activations that go into one product: one word of them is read at a time.
    const STEP: usize;
    /// Rows of one tile: as many as leave the registers room for two sums of each, in whole numbers and in `f32`.
    const ROWS: usize;
    /// Added to every weight when it is packed. Where the set multiplies unsigned by signed numbers, weights are stored 128 too high,
    /// and 128 times the sum of the activations is taken away beforehand.
    const SHIFT: i32;

    /// The same sum in every column.
    fn start(sum: i32) -> Self;
    /// [`Dots::STEP`] weights of each column.
    ///
    /// # Safety
    /// `STEP · Lanes::N` bytes must be readable at `from`.
    // SAFETY: passed on to the caller.
    unsafe fn weights(from: *const u8) -> Self::Weights;
    /// [`Dots::STEP`] numbers in one word, the first lowest: four bytes, or two numbers of sixteen bits.
    #[inline(always)]
    fn join(numbers: &[i8]) -> i32 {
        match *numbers {
            [a, b, c, d] => i32::from_le_bytes([a as u8, b as u8, c as u8, d as u8]),
            [a, b] => i32::from(a) & 0xffff | i32::from(b) << 16,
            _ => unreachable!("a step takes two numbers or four"),
        }
    }
    /// Add the products of the weights and one word of activations.
    fn add(self, weights: Self::Weights, word: i32) -> Self;
    /// As `f32`; exact below 2²⁴.
    fn float(self) -> Self::Lanes;
}

/// Eight columns in plain Rust.
#[derive(Clone, Copy)]
pub struct Portable([i32; 8]);

impl Dots for Portable {
    type Lanes = lanes::Portable;
    type Weights = [i8; 32];
    const STEP: usize = 4;
    const ROWS: usize = 3;
    const SHIFT: i32 = 0;
    #[inline(always)]
    fn start(sum: i32) -> Self {
        Self([sum; 8])
    }
    #[inline(always)]
    // SAFETY: passed on to the caller.
    unsafe fn weights(from: *const u8) -> [i8; 32] {
        // SAFETY: the caller says that 32 bytes are readable.
        unsafe { from.cast::<[i8; 32]>().read() }
    }
    #[inline(always)]
    fn add(self, weights: [i8; 32], word: i32) -> Self {
        let a = word.to_le_bytes().map(|b| i32::from(b as i8));
        let dot = |column: usize| (0..4).map(|i| a[i] * i32::from(weights[column * 4 + i])).sum::<i32>();
        Self(std::array::from_fn(|column| self.0[column] + dot(column)))
    }
    #[inline(always)]
    fn float(self) -> lanes::Portable {
        lanes::Portable::load(&self.0.map(|x| x as f32))
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86::{Madd256, Madd512, Vnni256, Vnni512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Dots, lanes};

    /// One way to multiply, over the intrinsics of a register.
    macro_rules! dots {
        (
            $(#[$doc:meta])* $name:ident($register:ty) over $lanes:ty, rows $rows:literal, step $step:literal, shift $shift:literal,
            $splat:ident, weights($from:ident) = $weights:expr, add($sum:ident, $w:ident, $word:ident) = $add:expr, $float:ident
        ) => {
            $(#[$doc])*
            #[derive(Clone, Copy)]
            pub struct $name($register);

            impl Dots for $name {
                type Lanes = $lanes;
                type Weights = $register;
                const STEP: usize = $step;
                const ROWS: usize = $rows;
                const SHIFT: i32 = $shift;
                #[inline(always)]
                fn start(sum: i32) -> Self {
                    // SAFETY: reached only from functions compiled for this instruction set (see `kernel!`).
                    Self(unsafe { $splat(sum) })
                }
                #[inline(always)]
                // SAFETY: passed on to the caller.
                unsafe fn weights($from: *const u8) -> $register {
                    // SAFETY: as in `start`; the caller says that the bytes are readable.
                    unsafe { $weights }
                }
                #[inline(always)]
                fn add(self, $w: $register, word: i32) -> Self {
                    let $sum = self.0;
                    // SAFETY: as in `start`.
                    Self(unsafe { let $word = $splat(word); $add })
                }
                #[inline(always)]
                fn float(self) -> $lanes {
                    // SAFETY: as in `start`.
                    <$lanes>::from(unsafe { $float(self.0) })
                }
            }
        };
    }

    dots! {
        /// Sixteen columns, four products to a column at once, unsigned weights by signed activations.
        Vnni512(__m512i) over lanes::Avx512, rows 6, step 4, shift 128, _mm512_set1_epi32,
        weights(from) = _mm512_loadu_si512(from.cast()),
        add(sum, w, a) = _mm512_dpbusd_epi32(sum, w, a), _mm512_cvtepi32_ps
    }

    dots! {
        /// Eight columns, as [`Vnni512`].
        Vnni256(__m256i) over lanes::Avx2, rows 3, step 4, shift 128, _mm256_set1_epi32,
        weights(from) = _mm256_loadu_si256(from.cast()),
        add(sum, w, a) = _mm256_dpbusd_avx_epi32(sum, w, a), _mm256_cvtepi32_ps
    }

    dots! {
        /// Sixteen columns, two products of sixteen bits to a column at once: eight would overflow.
        Madd512(__m512i) over lanes::Avx512, rows 6, step 2, shift 0, _mm512_set1_epi32,
        weights(from) = _mm512_cvtepi8_epi16(_mm256_loadu_si256(from.cast())),
        add(sum, w, a) = _mm512_add_epi32(sum, _mm512_madd_epi16(w, a)), _mm512_cvtepi32_ps
    }

    dots! {
        /// Eight columns, as [`Madd512`].
        Madd256(__m256i) over lanes::Avx2, rows 3, step 2, shift 0, _mm256_set1_epi32,
        weights(from) = _mm256_cvtepi8_epi16(_mm_loadu_si128(from.cast())),
        add(sum, w, a) = _mm256_add_epi32(sum, _mm256_madd_epi16(w, a)), _mm256_cvtepi32_ps
    }
}
