//! Backbones on a device of candle: NVIDIA's cards, Apple's, or the processor for comparison. The same trait and the same contexts as the backbones on the processor, and
//! the same vectors up to rounding.
//!
//! Two promises are weaker here. A card picks its way through a product by the size of the whole call, so what shares a batch can move the last digits of a
//! vector: it is the same numbers, not the same bits. And what later messages cannot change is still only rounding away from itself. Nothing else of
//! [`Backbone::encode`]'s contract changes.

mod bert;
mod blocks;
mod decoder;
mod linear;
mod place;
mod rectangles;
mod streams;

pub use place::Device;

use anyhow::{Result, bail};

use super::decoder::names;
use super::gguf::Gguf;
use super::{Backbone, Lane};
use crate::kernels::Precision;
use linear::How;

/// Read the weights of a GGUF onto a device.
///
/// # Errors
/// When there is no such device, it is too small, or the file is not whole, holds another architecture or does not fit itself.
pub fn load(gguf: &mut Gguf<'_>, device: Device, precision: Precision) -> Result<Box<dyn Backbone>> {
    let how = How { device: device.open()?, precision };
    match gguf.architecture() {
        "bert" => Ok(Box::new(bert::Bert::read(gguf, how)?)),
        name if names().contains(&name) => Ok(Box::new(decoder::Decoder::read(gguf, how)?)),
        other => {
            bail!("the GGUF holds the architecture {other:?}; this build reads bert, {}", names().join(", "))
        }
    }
}

/// The panics that [`Backbone::encode`] states.
fn check(backbone: &dyn Backbone, lanes: &[Lane<'_>]) {
    for segment in lanes.iter().flat_map(|lane| &lane.segments) {
        assert!((1..=backbone.max_tokens()).contains(&segment.ids.len()), "a segment is empty or too long");
        let strange = segment.ids.iter().find(|id| **id as usize >= backbone.vocabulary());
        assert!(strange.is_none(), "a token id is not in the vocabulary");
    }
}

/// What a device made.
///
/// # Panics
/// When it failed, as it does when its memory is full: a card that has failed once computes nothing more in this process.
fn done<T>(made: Result<T>) -> T {
    made.unwrap_or_else(|error| panic!("the device failed: {error:#}; --device cpu does without it"))
}
