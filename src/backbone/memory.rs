//! Whether there is room for a model, asked before it is read.

use anyhow::{Result, ensure};

use super::gguf::{Gguf, elements, stored};
use crate::kernels::Precision;

/// Refuse what the memory that is free cannot hold, with the need; where the system does not tell, go on.
pub fn check(gguf: &Gguf<'_>, precision: Precision) -> Result<()> {
    let Some(free) = free() else { return Ok(()) };
    let need = need(gguf, precision);
    ensure!(
        need <= free,
        "the weights need about {} MiB of memory and {} MiB are free; close other programs, or take a model that is smaller or more strongly quantized",
        need >> 20,
        free >> 20
    );
    Ok(())
}

/// Bytes of all weights as they are kept, and what is in between for the largest matrix.
fn need(gguf: &Gguf<'_>, precision: Precision) -> u64 {
    let eight = gguf.precision(precision) == Precision::Int8;
    let (mut kept, mut between) = (0u64, 0);
    for (name, info) in gguf.tensors() {
        let (count, stored) = (elements(info), stored(info));
        let size = match info.shape.dims().len() {
            // A byte each and a scale for every 32.
            2 if Gguf::is_linear(name) && eight => count.saturating_add(count / 16),
            2 if !Gguf::is_linear(name) => stored,
            _ => count.saturating_mul(4),
        };
        kept = kept.saturating_add(size);
        between = between.max(size.saturating_add(stored));
    }
    kept.saturating_add(between)
}

/// Bytes that programs may still ask for.
fn free() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_need_of_the_tiny_file_is_what_its_weights_take() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/engine/tiny-q8_0.gguf");
        let bytes = std::fs::read(path).unwrap();
        let gguf = Gguf::open(&bytes).unwrap();
        let (eight, whole) = (need(&gguf, Precision::Int8), need(&gguf, Precision::Whole));
        let linear = gguf.linear_weights();
        assert!(eight > linear && eight < bytes.len() as u64 * 2, "{eight} of {}", bytes.len());
        assert!(whole - eight > 2 * linear, "{whole} and {eight}");
        assert!(check(&gguf, Precision::Int8).is_ok());
    }
}
