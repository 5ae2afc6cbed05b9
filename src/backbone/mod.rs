//! Token ids in, one vector a message out. Nothing here knows what a conversation is beyond a run of messages by
//! numbered speakers; nothing depends on what shares a batch or on what comes later.

mod bert;
mod decoder;
mod device;
mod gguf;
mod memory;
mod metadata;

pub use bert::Bert;
pub use decoder::Decoder;
pub use device::Device;
pub use gguf::{Gguf, Source};

use std::collections::VecDeque;

use anyhow::{Result, bail};

use crate::kernels::{Level, Precision};

/// Read the weights of a GGUF of any architecture that this build knows onto a device; the processor computes with the kernels of `level`.
///
/// # Errors
/// When it is another, the file is not whole, lacks something or does not fit itself, or the device is missing or has not enough memory for it.
pub fn load_on(
    device: Device,
    gguf: &mut Gguf<'_>,
    level: Level,
    precision: Precision,
) -> Result<Box<dyn Backbone>> {
    match device {
        Device::Cpu => load(gguf, level, precision),
        other => device::load(gguf, other, precision),
    }
}

/// Read the weights of a GGUF of any architecture that this build knows, to be run by the processor.
///
/// # Errors
/// When it is another, or the file is not whole, lacks something or does not fit itself, or there is not enough memory for it.
pub fn load(gguf: &mut Gguf<'_>, level: Level, precision: Precision) -> Result<Box<dyn Backbone>> {
    memory::check(gguf, precision)?;
    match gguf.architecture() {
        "bert" => Ok(Box::new(Bert::read(gguf, level, precision)?)),
        name if decoder::names().contains(&name) => Ok(Box::new(Decoder::read(gguf, level, precision)?)),
        other => bail!(
            "the GGUF holds the architecture {other:?}; this build reads bert, {}",
            decoder::names().join(", ")
        ),
    }
}

/// The tokens of one message.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Ids, the tokenizer's marks included; at least one, at most [`Backbone::max_tokens`].
    pub ids: &'a [u32],
    /// Which speaker, as a number that means nothing but same or other.
    pub speaker: u32,
}

/// One conversation's share of a batch: its next messages, and what the backbone keeps of those before them.
pub struct Lane<'a> {
    /// What was kept; brought up to date by the call.
    pub context: &'a mut Context,
    /// The next messages, in order.
    pub segments: Vec<Segment<'a>>,
}

/// What a backbone keeps of a conversation so far: keys and values of the last few messages, or of a window of tokens. Its size
/// does not grow with the length of the conversation beyond that.
#[derive(Clone, Default)]
pub struct Context {
    seen: VecDeque<Seen>,
    /// One matrix a layer: a row of key and value for each token of `seen`.
    layers: Vec<Vec<f32>>,
    /// The same for a backbone on a device: one matrix a layer, or none while nothing is kept.
    on_device: Vec<candle_core::Tensor>,
    /// A decoder's share.
    stream: decoder::Stream,
}

#[derive(Clone, Copy)]
struct Seen {
    tokens: usize,
    speaker: u32,
}

/// A model that reads. Implementations are immutable after loading and may be shared between threads.
pub trait Backbone: Send + Sync {
    /// Numbers in a vector.
    fn width(&self) -> usize;

    /// Most tokens in one segment.
    fn max_tokens(&self) -> usize;

    /// Number of known token ids.
    fn vocabulary(&self) -> usize;

    /// Whether the segments of a lane are one running text, each going on where the one before ended.
    fn is_running(&self) -> bool {
        false
    }

    /// Vectors of all segments of all lanes, in order, row after row of [`Backbone::width`]. A vector depends on its own
    /// segment and on earlier ones of its lane, to the bit, and on nothing else; on a device, up to rounding.
    ///
    /// # Panics
    /// When an id is not below [`Backbone::vocabulary`], a segment is empty or longer than [`Backbone::max_tokens`], or a device fails.
    fn encode(&self, lanes: &mut [Lane<'_>]) -> Vec<f32>;
}
