//! ARM: NEON, which every 64-bit processor of that kind has, and its eight-bit dot products, which those since about 2018 have. Eight numbers
//! are two registers, so that weights lie as they do for AVX2.

use std::arch::aarch64::*;
use std::arch::asm;
use std::marker::PhantomData;

use half::f16;

use super::dots::Dots;
use super::lanes::Lanes;

/// Eight numbers.
#[derive(Clone, Copy)]
pub struct Neon([float32x4_t; 2]);

/// One method over intrinsics, register by register.
macro_rules! op {
    ($name:ident($self:ident $(, $arg:ident)*) = |$i:ident| $value:expr) => {
        #[inline(always)]
        fn $name($self $(, $arg: Self)*) -> Self {
            // SAFETY: every 64-bit processor of this kind has NEON.
            let register = |$i: usize| unsafe { $value };
            Self([register(0), register(1)])
        }
    };
}

/// Four numbers of sixteen bits in thirty-two. Rust's own function for it is younger than the oldest compiler that is served.
#[inline(always)]
fn widened(half: uint16x4_t) -> float32x4_t {
    let wide: float32x4_t;
    // SAFETY: one instruction of the basic set, from register to register.
    unsafe {
        asm!("fcvtl {wide:v}.4s, {half:v}.4h", wide = lateout(vreg) wide, half = in(vreg) half, options(pure, nomem, nostack, preserves_flags));
    }
    wide
}

impl Lanes for Neon {
    const N: usize = 8;
    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: as in `op!`.
        Self([unsafe { vdupq_n_f32(x) }; 2])
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        assert!(from.len() >= 8);
        // SAFETY: the slice is long enough.
        unsafe { Self::read(from.as_ptr()) }
    }
    #[inline(always)]
    fn load_half(from: &[f16]) -> Self {
        assert!(from.len() >= 8);
        // SAFETY: as in `op!`; the slice is long enough, and an `f16` is its sixteen bits.
        unsafe {
            let eight = vld1q_u16(from.as_ptr().cast());
            Self([widened(vget_low_u16(eight)), widened(vget_high_u16(eight))])
        }
    }
    #[inline(always)]
    // SAFETY: passed on to the caller.
    unsafe fn read(from: *const f32) -> Self {
        // SAFETY: the caller says that eight numbers are readable.
        unsafe { Self([vld1q_f32(from), vld1q_f32(from.add(4))]) }
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        assert!(to.len() >= 8);
        // SAFETY: the slice is long enough.
        unsafe {
            vst1q_f32(to.as_mut_ptr(), self.0[0]);
            vst1q_f32(to.as_mut_ptr().add(4), self.0[1]);
        }
    }
    op!(madd(self, b, c) = |i| vfmaq_f32(c.0[i], self.0[i], b.0[i]));
    op!(add(self, b) = |i| vaddq_f32(self.0[i], b.0[i]));
    op!(sub(self, b) = |i| vsubq_f32(self.0[i], b.0[i]));
    op!(mul(self, b) = |i| vmulq_f32(self.0[i], b.0[i]));
    op!(div(self, b) = |i| vdivq_f32(self.0[i], b.0[i]));
    op!(max(self, b) = |i| vmaxnmq_f32(self.0[i], b.0[i]));
    op!(min(self, b) = |i| vminnmq_f32(self.0[i], b.0[i]));
    op!(round(self) = |i| vrndnq_f32(self.0[i]));
    op!(exp2(self) =
        |i| vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtnq_s32_f32(self.0[i]), vdupq_n_s32(127)))));
    #[inline(always)]
    fn largest(self) -> f32 {
        // SAFETY: as in `op!`.
        unsafe { vmaxnmvq_f32(vmaxnmq_f32(self.0[0], self.0[1])) }
    }
    #[inline(always)]
    fn bytes(self, to: &mut [i8]) {
        assert!(to.len() >= 8);
        // SAFETY: as in `op!`; the slice is long enough.
        unsafe {
            let [low, high] = self.0.map(|x| vqmovn_s32(vcvtnq_s32_f32(x)));
            vst1_s8(to.as_mut_ptr(), vqmovn_s16(vcombine_s16(low, high)));
        }
    }
}

/// Four columns' sums of four products each, added to `sum`.
pub trait Products {
    /// Of sixteen weights and as many activations.
    fn add(sum: int32x4_t, weights: int8x16_t, activations: int8x16_t) -> int32x4_t;
}

/// By the instruction for it.
#[derive(Clone, Copy)]
pub struct Dot;

impl Products for Dot {
    #[inline(always)]
    fn add(mut sum: int32x4_t, weights: int8x16_t, activations: int8x16_t) -> int32x4_t {
        // SAFETY: from register to register; reached only from functions compiled for this instruction (see `kernel!`). Rust's own function is not stable.
        unsafe {
            asm!(
                "sdot {sum:v}.4s, {weights:v}.16b, {activations:v}.16b",
                sum = inout(vreg) sum, weights = in(vreg) weights, activations = in(vreg) activations,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        sum
    }
}

/// In sixteen bits, then pair by pair.
#[derive(Clone, Copy)]
pub struct Widen;

impl Products for Widen {
    #[inline(always)]
    fn add(sum: int32x4_t, weights: int8x16_t, activations: int8x16_t) -> int32x4_t {
        // SAFETY: as in `op!`.
        unsafe {
            let low = vpaddlq_s16(vmull_s8(vget_low_s8(weights), vget_low_s8(activations)));
            let high = vpaddlq_s16(vmull_high_s8(weights, activations));
            vaddq_s32(sum, vpaddq_s32(low, high))
        }
    }
}

/// Eight columns, four products to a column at once, signed by signed.
#[derive(Clone, Copy)]
pub struct Sums<P>([int32x4_t; 2], PhantomData<P>);

impl<P: Products + Copy> Dots for Sums<P> {
    type Lanes = Neon;
    type Weights = [int8x16_t; 2];
    const STEP: usize = 4;
    const ROWS: usize = 3;
    const SHIFT: i32 = 0;
    #[inline(always)]
    fn start(sum: i32) -> Self {
        // SAFETY: as in `op!`.
        Self([unsafe { vdupq_n_s32(sum) }; 2], PhantomData)
    }
    #[inline(always)]
    // SAFETY: passed on to the caller.
    unsafe fn weights(from: *const u8) -> [int8x16_t; 2] {
        // SAFETY: the caller says that 32 bytes are readable.
        unsafe { [vld1q_s8(from.cast()), vld1q_s8(from.add(16).cast())] }
    }
    #[inline(always)]
    fn add(self, weights: [int8x16_t; 2], word: i32) -> Self {
        // SAFETY: as in `op!`.
        let four = unsafe { vreinterpretq_s8_s32(vdupq_n_s32(word)) };
        Self([P::add(self.0[0], weights[0], four), P::add(self.0[1], weights[1], four)], self.1)
    }
    #[inline(always)]
    fn float(self) -> Neon {
        // SAFETY: as in `op!`.
        unsafe { Neon([vcvtq_f32_s32(self.0[0]), vcvtq_f32_s32(self.0[1])]) }
    }
}
