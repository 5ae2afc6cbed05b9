//! The arithmetic of the engine, and the one room with `unsafe`: vector instructions chosen at run time.
//!
//! Every kernel is written once over [`lanes::Lanes`] and compiled for each instruction set. Each output number
//! is summed in an order that depends on its own inputs alone, never on how many rows share the call or how
//! many threads work: the same message gives the same bits in any batch.

// Counted loops over registers become straight code; iterators and closures over them do not always.
#![allow(clippy::needless_range_loop)]

mod aligned;
#[cfg(target_arch = "x86_64")]
mod amx;
mod attention;
mod dots;
mod gated;
mod gemm;
mod int8;
mod kept;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod peak;
mod plain;
mod rope;
mod rows;
#[cfg(test)]
mod tests;
mod tile;

pub use attention::{Keys, Look, Span, attend};
pub use gated::{Gate, add_normed, gated, rms_norm, rms_rows};
pub use gemm::{Weights, share};
pub use int8::{BLOCK, Blocks};
pub use peak::peak;
pub use rope::{Pairing, rotate};
pub use rows::{gelu, layer_norm};

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// AMX: tiles of bfloat16, and AVX-512 for all else.
    #[cfg(target_arch = "x86_64")]
    AmxBf16,
    /// AVX-512 with eight-bit dot products (VNNI).
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// AVX-512F with FMA: 16 numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 with eight-bit dot products (AVX-VNNI).
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    /// AVX2 with FMA and F16C: 8 numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON with eight-bit dot products.
    #[cfg(target_arch = "aarch64")]
    NeonDot,
    /// NEON: 4 numbers at a time.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// Plain Rust, which the compiler may vectorise as the target allows.
    Portable,
}

impl Level {
    /// Every set this machine can run, best first.
    pub fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let narrow = is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c")
                && is_x86_feature_detected!("avx2");
            let wide = narrow && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            let sets = [
                (Self::AmxBf16, wide && amx::available()),
                (Self::Avx512Vnni, wide && is_x86_feature_detected!("avx512vnni")),
                (Self::Avx512, wide),
                (Self::AvxVnni, narrow && is_x86_feature_detected!("avxvnni")),
                (Self::Avx2, narrow),
            ];
            levels.extend(sets.into_iter().filter(|(_, has)| *has).map(|(level, _)| level));
        }
        #[cfg(target_arch = "aarch64")]
        {
            levels.extend(std::arch::is_aarch64_feature_detected!("dotprod").then_some(Self::NeonDot));
            levels.push(Self::Neon);
        }
        levels.push(Self::Portable);
        levels
    }

    /// The best set, or the one that `RUSHLIGHT_KERNEL` names if this machine has it.
    pub fn detect() -> Self {
        let available = Self::available();
        let wanted = std::env::var("RUSHLIGHT_KERNEL").unwrap_or_default();
        available.iter().copied().find(|level| level.name() == wanted).unwrap_or(available[0])
    }

    /// The name under which it is chosen and reported.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::AmxBf16 => "amx-bf16",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => "avx-vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => "neon-dotprod",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    /// Numbers in one of its registers.
    fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::AmxBf16 | Self::Avx512Vnni | Self::Avx512 => 16,
            _ => 8,
        }
    }
}

/// How products of activations and weights are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// In `f32`, whatever the weights are stored in.
    Whole,
    /// In eight bits where the weights are quantized; activations are rounded to eight bits in blocks of [`BLOCK`], with AMX to bfloat16.
    Int8,
}

impl Precision {
    /// Eight bits, unless `RUSHLIGHT_PRECISION` is `f32`.
    pub fn detect() -> Self {
        if std::env::var("RUSHLIGHT_PRECISION").is_ok_and(|v| v == "f32") { Self::Whole } else { Self::Int8 }
    }

    /// The name under which it is reported.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "f32",
            Self::Int8 => "int8",
        }
    }
}

/// Compile one generic body for every instruction set, behind a safe function that takes a [`Level`].
///
/// A body over `Lanes` (registers of `f32`) is compiled for both widths, one `over dots` also for the eight-bit products of each set.
macro_rules! kernel {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $body:ident;) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)] // kernels take what they read and write, and nothing is gained by wrapping it
        pub fn $name(level: $crate::Level, $($arg: $ty),*) {
            use $crate::lanes as set;
            $crate::compiled! { avx512, "avx512f,avx512bw,avx2,fma,f16c", $body::<set::Avx512>, $($arg: $ty),* }
            $crate::compiled! { avx2, "avx2,fma,f16c", $body::<set::Avx2>, $($arg: $ty),* }
            match level {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a `Level` is only made by `Level::available`, after asking the processor for these features.
                $crate::Level::AmxBf16 | $crate::Level::Avx512Vnni | $crate::Level::Avx512 => unsafe { avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::Level::AvxVnni | $crate::Level::Avx2 => unsafe { avx2($($arg),*) },
                #[cfg(target_arch = "aarch64")]
                $crate::Level::NeonDot | $crate::Level::Neon => $body::<$crate::neon::Neon>($($arg),*),
                $crate::Level::Portable => $body::<set::Portable>($($arg),*),
            }
        }
    };
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $body:ident over dots;) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)] // as above
        pub fn $name(level: $crate::Level, $($arg: $ty),*) {
            use $crate::dots as set;
            $crate::compiled! {
                vnni512, "avx512f,avx512bw,avx512vnni,avx2,fma,f16c", $body::<set::Vnni512>, $($arg: $ty),*
            }
            $crate::compiled! { avx512, "avx512f,avx512bw,avx2,fma,f16c", $body::<set::Madd512>, $($arg: $ty),* }
            $crate::compiled! { vnni256, "avxvnni,avx2,fma,f16c", $body::<set::Vnni256>, $($arg: $ty),* }
            $crate::compiled! { avx2, "avx2,fma,f16c", $body::<set::Madd256>, $($arg: $ty),* }
            $crate::compiled! { "aarch64" dotprod, "neon,dotprod", $body::<$crate::neon::Sums<$crate::neon::Dot>>, $($arg: $ty),* }
            match level {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a `Level` is only made by `Level::available`, after asking the processor for these features.
                $crate::Level::Avx512Vnni => unsafe { vnni512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::Level::AmxBf16 | $crate::Level::Avx512 => unsafe { avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::Level::AvxVnni => unsafe { vnni256($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::Level::Avx2 => unsafe { avx2($($arg),*) },
                #[cfg(target_arch = "aarch64")]
                // SAFETY: as above.
                $crate::Level::NeonDot => unsafe { dotprod($($arg),*) },
                #[cfg(target_arch = "aarch64")]
                $crate::Level::Neon => $body::<$crate::neon::Sums<$crate::neon::Widen>>($($arg),*),
                $crate::Level::Portable => $body::<set::Portable>($($arg),*),
            }
        }
    };
}
use kernel;

/// One body compiled for one set, of x86 where nothing else is said.
macro_rules! compiled {
    ($name:ident, $($rest:tt)*) => { $crate::compiled! { "x86_64" $name, $($rest)* } };
    ($arch:tt $name:ident, $features:literal, $body:expr, $($arg:ident: $ty:ty),*) => {
        #[cfg(target_arch = $arch)]
        #[target_feature(enable = $features)]
        #[allow(clippy::too_many_arguments)]
        fn $name($($arg: $ty),*) {
            $body($($arg),*)
        }
    };
}
use compiled;
