//! The arithmetic of the engine, and the one room with `unsafe`: vector instructions chosen at run time.
//!
//! Every kernel is written once over [`lanes::Lanes`] and compiled for each instruction set. Each output number
//! is summed in an order that depends on its own inputs alone, never on how many rows share the call or how
//! many threads work: the same message gives the same bits in any batch.

mod attention;
mod gated;
mod gemm;
mod lanes;
mod peak;
mod rope;
mod rows;

pub use attention::{Keys, Span, attend};
pub use gated::{Gate, add_normed, gated, rms_norm, rms_rows};
pub use gemm::Weights;
pub use peak::{Arithmetic, peak};
pub use rope::{Pairing, rotate};
pub use rows::{gelu, layer_norm};

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// AVX-512F with FMA: 16 numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 with FMA: 8 numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Plain Rust, which the compiler may vectorise as the target allows.
    Portable,
}

impl Level {
    /// Every set this machine can run, best first.
    pub fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let fma = is_x86_feature_detected!("fma");
            if fma && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx2") {
                levels.push(Self::Avx512);
            }
            if fma && is_x86_feature_detected!("avx2") {
                levels.push(Self::Avx2);
            }
        }
        levels.push(Self::Portable);
        levels
    }

    /// The best set, or the one that `RUSHLIGHT_KERNEL` (`avx512`, `avx2`, `portable`) names if this machine has it.
    pub fn detect() -> Self {
        let available = Self::available();
        let wanted = std::env::var("RUSHLIGHT_KERNEL").unwrap_or_default();
        available.iter().copied().find(|level| level.name() == wanted).unwrap_or(available[0])
    }

    /// The name under which it is chosen and reported.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }
}

/// Compile one generic body for every instruction set, behind a safe function that takes a [`Level`].
macro_rules! kernel {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $body:ident;) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)] // kernels take what they read and write, and nothing is gained by wrapping it
        pub fn $name(level: $crate::kernels::Level, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn avx512($($arg: $ty),*) {
                $body::<$crate::kernels::lanes::Avx512>($($arg),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn avx2($($arg: $ty),*) {
                $body::<$crate::kernels::lanes::Avx2>($($arg),*)
            }
            match level {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a `Level` is only made by `Level::available`, after asking the processor for these features.
                $crate::kernels::Level::Avx512 => unsafe { avx512($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                $crate::kernels::Level::Avx2 => unsafe { avx2($($arg),*) },
                $crate::kernels::Level::Portable => $body::<$crate::kernels::lanes::Portable>($($arg),*),
            }
        }
    };
}
use kernel;
