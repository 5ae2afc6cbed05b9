//! Which device computes: the processor, or a graphics card through candle.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow, bail};
use candle_core::Device as Candle;

/// Where a backbone runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// This machine's processor, with the kernels of [`crate::kernels`].
    #[default]
    Cpu,
    /// The processor through candle: slow, but the same steps as on a card, which is what tests need.
    Candle,
    /// NVIDIA's card of that number.
    Cuda(usize),
    /// Apple's card.
    Metal,
}

impl Device {
    /// What the user says, else what `RUSHLIGHT_DEVICE` says, else the processor.
    ///
    /// # Errors
    /// When the variable names no device.
    pub fn choose(said: Option<Self>) -> Result<Self> {
        match (said, std::env::var("RUSHLIGHT_DEVICE")) {
            (Some(device), _) => Ok(device),
            (None, Ok(name)) if !name.is_empty() => name.parse().context("RUSHLIGHT_DEVICE"),
            (None, _) => Ok(Self::Cpu),
        }
    }

    /// Whether conversations are best read many in one call, and not one a thread.
    pub fn likes_batches(self) -> bool {
        !matches!(self, Self::Cpu)
    }

    /// The name that the maker gave it; empty for the processor.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn model(self) -> Result<String> {
        match self {
            Self::Cpu | Self::Candle => Ok(String::new()),
            #[cfg(feature = "cuda")]
            Self::Cuda(_) => match self.open()? {
                Candle::Cuda(device) => Ok(device.cuda_stream().context().name()?),
                _ => Ok(String::new()),
            },
            _ => self.open().map(|_| String::new()),
        }
    }

    /// candle's handle of it.
    pub(super) fn open(self) -> Result<Candle> {
        match self {
            Self::Cpu | Self::Candle => Ok(Candle::Cpu),
            Self::Cuda(_) if !cfg!(feature = "cuda") => bail!(
                "this build has no CUDA; `cargo build --release --features cuda` makes one that has, and needs the CUDA toolkit"
            ),
            Self::Metal if !cfg!(feature = "metal") => bail!(
                "this build has no Metal; `cargo build --release --features metal` makes one that has, on a Mac"
            ),
            Self::Cuda(number) => started(|| Candle::new_cuda(number)).with_context(|| {
                format!("{self} cannot be used: no NVIDIA card of that number, or no driver for it (see `nvidia-smi`); --device cpu always works")
            }),
            Self::Metal => started(|| Candle::new_metal(0)).context("metal cannot be used; --device cpu always works"),
        }
    }
}

/// Some ways for a driver to be missing are panics.
fn started(open: impl Fn() -> candle_core::Result<Candle> + std::panic::UnwindSafe) -> Result<Candle> {
    std::panic::catch_unwind(open).map_err(|_| anyhow!("its driver could not be loaded"))?.map_err(Into::into)
}

impl FromStr for Device {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match (name, name.strip_prefix("cuda:").map(str::parse)) {
            ("cpu", _) => Ok(Self::Cpu),
            ("candle", _) => Ok(Self::Candle),
            ("cuda", _) => Ok(Self::Cuda(0)),
            ("metal", _) => Ok(Self::Metal),
            (_, Some(Ok(number))) => Ok(Self::Cuda(number)),
            _ => bail!("no such device; it is cpu, cuda, cuda:N or metal"),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Candle => f.write_str("candle"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_one_name() {
        for device in [Device::Cpu, Device::Candle, Device::Cuda(0), Device::Cuda(3), Device::Metal] {
            assert_eq!(device.to_string().parse::<Device>().unwrap(), device);
        }
        assert_eq!("cuda".parse::<Device>().unwrap(), Device::Cuda(0));
        for name in ["", "gpu", "cuda:", "cuda:-1", "CPU"] {
            assert!(name.parse::<Device>().unwrap_err().to_string().contains("cuda:N"), "{name}");
        }
    }

    #[test]
    #[cfg(not(feature = "cuda"))]
    fn a_build_without_cuda_says_how_to_make_one() {
        let error = Device::Cuda(0).open().unwrap_err().to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
