//! A handful of `f32` at a time. The methods are inlined into functions compiled for the right instruction set
//! (see `kernel!`), which is what makes the intrinsics inside them sound to call.

use half::f16;

/// [`Lanes::N`] numbers in one register.
pub trait Lanes: Copy {
    /// How many.
    const N: usize;
    /// The same number in every lane.
    fn splat(x: f32) -> Self;
    /// The first `N` numbers of `from`; panics when there are fewer.
    fn load(from: &[f32]) -> Self;
    /// The first `N` numbers of `from`, which are the same in more bits; panics when there are fewer.
    fn load_half(from: &[f16]) -> Self;
    /// The `N` numbers at `from`.
    ///
    /// # Safety
    /// They must be readable.
    // SAFETY: passed on to the caller.
    unsafe fn read(from: *const f32) -> Self;
    /// Write to the first `N` places of `to`; panics when there are fewer.
    fn store(self, to: &mut [f32]);
    /// As many of the first `N` numbers of `from` as there are, and `other` in the lanes beyond.
    #[inline(always)]
    fn load_some(from: &[f32], other: f32) -> Self {
        let mut lanes = [other; 16];
        lanes.iter_mut().zip(&from[..from.len().min(Self::N)]).for_each(|(lane, x)| *lane = *x);
        Self::load(&lanes)
    }
    /// Write to as many of the first `N` places of `to` as there are.
    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        let mut lanes = [0.0; 16];
        self.store(&mut lanes);
        to.iter_mut().zip(&lanes[..Self::N]).for_each(|(to, x)| *to = *x);
    }
    /// `self * b + c`.
    fn madd(self, b: Self, c: Self) -> Self;
    /// Lane by lane.
    fn add(self, b: Self) -> Self;
    /// Lane by lane.
    fn sub(self, b: Self) -> Self;
    /// Lane by lane.
    fn mul(self, b: Self) -> Self;
    /// Lane by lane.
    fn div(self, b: Self) -> Self;
    /// Lane by lane.
    fn max(self, b: Self) -> Self;
    /// Lane by lane.
    fn min(self, b: Self) -> Self;
    /// To the nearest whole number.
    fn round(self) -> Self;
    /// Two to the power of a whole number from -126 to 127.
    fn exp2(self) -> Self;

    /// Sum of the lanes, in lane order.
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut lanes = [0.0; 16];
        self.store(&mut lanes);
        lanes[..Self::N].iter().sum()
    }

    /// Largest lane; when one is no number, any of them or none.
    fn largest(self) -> f32;
    /// Each lane to the nearest whole number, ties to even, into the first `N` places of `to`; lanes lie from -128 to 127.
    fn bytes(self, to: &mut [i8]);

    /// `e` to the power of each lane, relative error below 3e-7; arguments below -87 give about 1e-38.
    #[inline(always)]
    fn exp(self) -> Self {
        let x = self.min(Self::splat(88.0)).max(Self::splat(-87.0));
        let n = x.mul(Self::splat(std::f32::consts::LOG2_E)).round();
        // ln 2 in two parts, so that the remainder keeps its low bits (Cephes, expf).
        let r = n.madd(Self::splat(-0.693_359_4), x);
        let r = n.madd(Self::splat(2.121_944_4e-4), r);
        let mut p = Self::splat(1.388_888_9e-3);
        for c in [8.333_334e-3, 4.166_666_8e-2, 1.666_666_7e-1, 0.5, 1.0, 1.0] {
            p = p.madd(r, Self::splat(c));
        }
        p.mul(n.exp2())
    }
}

/// Eight numbers in plain Rust.
#[derive(Clone, Copy)]
pub struct Portable([f32; 8]);

impl Portable {
    #[inline(always)]
    fn zip(self, b: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], b.0[i])))
    }
}

impl Lanes for Portable {
    const N: usize = 8;
    #[inline(always)]
    fn splat(x: f32) -> Self {
        Self([x; 8])
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        Self(std::array::from_fn(|i| from[i]))
    }
    #[inline(always)]
    fn load_half(from: &[f16]) -> Self {
        Self(std::array::from_fn(|i| from[i].to_f32()))
    }
    #[inline(always)]
    // SAFETY: passed on to the caller.
    unsafe fn read(from: *const f32) -> Self {
        // SAFETY: the caller says that eight numbers are readable; an array has no alignment beyond theirs.
        Self(unsafe { from.cast::<[f32; 8]>().read() })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..8].copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn madd(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * b.0[i] + c.0[i]))
    }
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        self.zip(b, |x, y| x + y)
    }
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        self.zip(b, |x, y| x - y)
    }
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        self.zip(b, |x, y| x * y)
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        self.zip(b, |x, y| x / y)
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        self.zip(b, f32::max)
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        self.zip(b, f32::min)
    }
    #[inline(always)]
    fn round(self) -> Self {
        Self(self.0.map(f32::round_ties_even))
    }
    #[inline(always)]
    fn exp2(self) -> Self {
        Self(self.0.map(|n| f32::from_bits(((n as i32 + 127) as u32) << 23)))
    }
    #[inline(always)]
    fn largest(self) -> f32 {
        self.0.iter().copied().fold(f32::NEG_INFINITY, f32::max)
    }
    #[inline(always)]
    fn bytes(self, to: &mut [i8]) {
        to[..8].iter_mut().zip(self.round().0).for_each(|(to, x)| *to = x as i8);
    }
}

#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use half::f16;

    use super::Lanes;

    /// One method over one or more intrinsics of the register's own instruction set.
    macro_rules! op {
        ($name:ident($self:ident $(, $arg:ident)*) = $value:expr) => {
            #[inline(always)]
            fn $name($self $(, $arg: Self)*) -> Self {
                // SAFETY: reached only from functions compiled for this instruction set (see `kernel!`).
                Self(unsafe { $value })
            }
        };
    }

    macro_rules! lanes {
        ($n:literal, $splat:ident, $load:ident, $store:ident, $half:ident($words:ident)) => {
            const N: usize = $n;
            #[inline(always)]
            fn splat(x: f32) -> Self {
                // SAFETY: as in `op!`.
                Self(unsafe { $splat(x) })
            }
            #[inline(always)]
            fn load(from: &[f32]) -> Self {
                assert!(from.len() >= $n);
                // SAFETY: as in `op!`; the slice is long enough.
                Self(unsafe { $load(from.as_ptr()) })
            }
            #[inline(always)]
            fn load_half(from: &[f16]) -> Self {
                assert!(from.len() >= $n);
                // SAFETY: as in `op!`; the slice is long enough.
                Self(unsafe { $half($words(from.as_ptr().cast())) })
            }
            #[inline(always)]
            // SAFETY: passed on to the caller.
            unsafe fn read(from: *const f32) -> Self {
                // SAFETY: as in `op!`; the caller says that the numbers are readable.
                Self(unsafe { $load(from) })
            }
            #[inline(always)]
            fn store(self, to: &mut [f32]) {
                assert!(to.len() >= $n);
                // SAFETY: as in `op!`; the slice is long enough.
                unsafe { $store(to.as_mut_ptr(), self.0) }
            }
        };
    }

    /// Sixteen numbers.
    #[derive(Clone, Copy)]
    pub struct Avx512(__m512);

    impl From<__m512> for Avx512 {
        #[inline(always)]
        fn from(register: __m512) -> Self {
            Self(register)
        }
    }

    impl Lanes for Avx512 {
        lanes!(16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_cvtph_ps(_mm256_loadu_si256));
        op!(madd(self, b, c) = _mm512_fmadd_ps(self.0, b.0, c.0));
        op!(add(self, b) = _mm512_add_ps(self.0, b.0));
        op!(sub(self, b) = _mm512_sub_ps(self.0, b.0));
        op!(mul(self, b) = _mm512_mul_ps(self.0, b.0));
        op!(div(self, b) = _mm512_div_ps(self.0, b.0));
        op!(max(self, b) = _mm512_max_ps(self.0, b.0));
        op!(min(self, b) = _mm512_min_ps(self.0, b.0));
        op!(round(self) = _mm512_roundscale_ps::<0>(self.0));
        op!(exp2(self) = _mm512_scalef_ps(_mm512_set1_ps(1.0), self.0));
        #[inline(always)]
        fn load_some(from: &[f32], other: f32) -> Self {
            // SAFETY: as in `op!`; lanes beyond the slice are not read.
            Self(unsafe { _mm512_mask_loadu_ps(_mm512_set1_ps(other), some(from.len()), from.as_ptr()) })
        }
        #[inline(always)]
        fn store_some(self, to: &mut [f32]) {
            // SAFETY: as in `op!`; lanes beyond the slice are not written.
            unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), some(to.len()), self.0) }
        }
        #[inline(always)]
        fn largest(self) -> f32 {
            // SAFETY: as in `op!`.
            unsafe { _mm512_reduce_max_ps(self.0) }
        }
        #[inline(always)]
        fn bytes(self, to: &mut [i8]) {
            assert!(to.len() >= 16);
            // SAFETY: as in `op!`; the slice is long enough.
            unsafe {
                _mm_storeu_si128(to.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(self.0)))
            }
        }
    }

    /// A mask of so many lanes, of sixteen at most.
    #[inline(always)]
    fn some(lanes: usize) -> __mmask16 {
        ((1u32 << lanes.min(16)) - 1) as __mmask16
    }

    /// Eight numbers.
    #[derive(Clone, Copy)]
    pub struct Avx2(__m256);

    impl From<__m256> for Avx2 {
        #[inline(always)]
        fn from(register: __m256) -> Self {
            Self(register)
        }
    }

    impl Lanes for Avx2 {
        lanes!(8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_cvtph_ps(_mm_loadu_si128));
        op!(madd(self, b, c) = _mm256_fmadd_ps(self.0, b.0, c.0));
        op!(add(self, b) = _mm256_add_ps(self.0, b.0));
        op!(sub(self, b) = _mm256_sub_ps(self.0, b.0));
        op!(mul(self, b) = _mm256_mul_ps(self.0, b.0));
        op!(div(self, b) = _mm256_div_ps(self.0, b.0));
        op!(max(self, b) = _mm256_max_ps(self.0, b.0));
        op!(min(self, b) = _mm256_min_ps(self.0, b.0));
        op!(round(self) = _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0));
        op!(exp2(self) = _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(
            _mm256_cvtps_epi32(self.0),
            _mm256_set1_epi32(127)
        ))));
        #[inline(always)]
        fn largest(self) -> f32 {
            // SAFETY: as in `op!`.
            unsafe {
                let four = _mm_max_ps(_mm256_castps256_ps128(self.0), _mm256_extractf128_ps::<1>(self.0));
                let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
                _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
            }
        }
        #[inline(always)]
        fn bytes(self, to: &mut [i8]) {
            assert!(to.len() >= 8);
            // SAFETY: as in `op!`; the slice is long enough.
            unsafe {
                let whole = _mm256_cvtps_epi32(self.0);
                let short =
                    _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
                _mm_storel_epi64(to.as_mut_ptr().cast(), _mm_packs_epi16(short, short));
            }
        }
    }
}
