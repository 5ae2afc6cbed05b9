//! The backbones against PyTorch, against themselves in other batches, and against files that lie.
//!
//! What is expected was computed by `scripts/reference/{bert,decoder}_reference.py`, which say how to run them again.

mod decoder;
mod decoder_files;
mod device;
mod files;
mod itself;
mod made;
mod parity;
mod tokens;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use candle_core::quantized::{GgmlDType, QStorage, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use gguf_file::Value;
use rushlight::backbone::{Backbone, Bert, Context, Decoder, Lane, Segment};
use rushlight::head::{Head, Memory};
use rushlight::kernels::{Level, Precision};
use rushlight::models::sha256;
use rushlight::prompt::Prompt;
use serde::Deserialize;

/// How near a vector must come to the expected one.
#[derive(Clone, Copy, Debug)]
struct Tolerance {
    /// Lowest cosine.
    cosine: f64,
    /// Largest distance, as a share of the expected vector's length.
    distance: f64,
}

/// The same weights, summed in another order.
const ROUNDING: Tolerance = Tolerance { cosine: 0.999_999, distance: 1e-4 };
/// Q8_0 weights against the ones they were made of.
const Q8: Tolerance = Tolerance { cosine: 0.999, distance: 0.045 };
/// Q4_K and Q6_K weights against the ones they were made of: right blocks in the right order, no more.
const K_QUANTS: Tolerance = Tolerance { cosine: 0.95, distance: 0.35 };

impl Tolerance {
    /// Compare row by row, say how near the worst came, and fail when that is too far.
    fn check(self, what: &str, found: &[Vec<f32>], expected: &[Vec<f32>]) {
        assert_eq!(found.len(), expected.len(), "{what}: number of vectors");
        let (mut cosine, mut distance) = (1.0f64, 0.0f64);
        for (a, b) in found.iter().zip(expected) {
            let dot = |a: &[f32], b: &[f32]| {
                a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>()
            };
            let apart: Vec<f32> = a.iter().zip(b).map(|(x, y)| x - y).collect();
            assert!(a.len() == b.len() && a.iter().all(|x| x.is_finite()), "{what}: not a vector");
            cosine = cosine.min(dot(a, b) / (dot(a, a) * dot(b, b)).sqrt());
            distance = distance.max((dot(&apart, &apart) / dot(b, b)).sqrt());
        }
        println!("{what}: lowest cosine {cosine:.9}, largest distance {distance:.2e}");
        assert!(
            cosine >= self.cosine && distance <= self.distance,
            "{what}: {cosine:.9}, {distance:.2e}; {self:?}"
        );
    }
}

/// A conversation as token ids.
#[derive(Clone, Deserialize)]
struct Chat {
    speakers: Vec<u32>,
    ids: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct Expected {
    gguf_sha256: BTreeMap<String, String>,
    conversations: Vec<Chat>,
    /// By file: conversations, messages, numbers.
    vectors: BTreeMap<String, Vec<Vec<Vec<f32>>>>,
}

#[derive(Deserialize)]
struct Real {
    gguf_sha256: String,
    head_sha256: String,
    /// What the words add to the risk after each message.
    words: Vec<f32>,
    texts: Vec<String>,
    #[serde(flatten)]
    chat: Chat,
    vectors: Vec<Vec<f32>>,
    alone: Vec<Vec<f32>>,
}

impl Chat {
    fn lane<'a>(&'a self, context: &'a mut Context, messages: std::ops::Range<usize>) -> Lane<'a> {
        let segment = |i: usize| Segment { ids: &self.ids[i], speaker: self.speakers[i] };
        Lane { context, segments: messages.map(segment).collect() }
    }

    /// All at once, in one lane.
    fn whole(&self, backbone: &dyn Backbone) -> Vec<Vec<f32>> {
        batch(backbone, &[self]).remove(0)
    }

    /// In several calls, each with the next so many messages.
    fn stream(&self, backbone: &dyn Backbone, chunks: &[usize]) -> Vec<Vec<f32>> {
        let (mut context, mut from, mut all) = (Context::default(), 0, Vec::new());
        for count in chunks {
            all.extend(rows(backbone, backbone.encode(&mut [self.lane(&mut context, from..from + count)])));
            from += count;
        }
        all
    }

    /// Each message as the only one of its conversation.
    fn alone(&self, backbone: &dyn Backbone) -> Vec<Vec<f32>> {
        (0..self.ids.len())
            .flat_map(|i| {
                rows(backbone, backbone.encode(&mut [self.lane(&mut Context::default(), i..i + 1)]))
            })
            .collect()
    }
}

fn rows(backbone: &dyn Backbone, vectors: Vec<f32>) -> Vec<Vec<f32>> {
    vectors.chunks_exact(backbone.width()).map(<[f32]>::to_vec).collect()
}

/// Each conversation in its own lane of one call.
fn batch(backbone: &dyn Backbone, chats: &[&Chat]) -> Vec<Vec<Vec<f32>>> {
    let mut contexts = vec![Context::default(); chats.len()];
    let mut lanes: Vec<Lane<'_>> = chats
        .iter()
        .zip(&mut contexts)
        .map(|(chat, context)| chat.lane(context, 0..chat.ids.len()))
        .collect();
    let mut vectors = rows(backbone, backbone.encode(&mut lanes)).into_iter();
    chats.iter().map(|chat| vectors.by_ref().take(chat.ids.len()).collect()).collect()
}

/// Every number's bits, so that −0 is not 0.
fn bits(vectors: &[Vec<f32>]) -> Vec<u32> {
    vectors.iter().flatten().map(|x| x.to_bits()).collect()
}

/// A file of this folder. A test program that was carried to another machine finds them below RUSHLIGHT_ROOT.
fn fixture(name: &str) -> PathBuf {
    let root = std::env::var_os("RUSHLIGHT_ROOT").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&root).join("tests/fixtures/engine").join(name)
}

fn expected() -> Expected {
    serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap()
}

fn tiny(name: &str, level: Level, precision: Precision) -> Bert {
    Bert::from_gguf(&std::fs::read(fixture(&format!("{name}.gguf"))).unwrap(), level, precision).unwrap()
}

/// Every way to multiply of this machine.
fn ways() -> Vec<(Level, Precision)> {
    let both = |level| [(level, Precision::Whole), (level, Precision::Int8)];
    Level::available().into_iter().flat_map(both).collect()
}

/// The tiny quantized file, multiplied in every way.
fn everywhere(check: impl Fn(&Bert, &[Chat])) {
    let chats = expected().conversations;
    ways().into_iter().for_each(|(level, precision)| check(&tiny("tiny-q8_0", level, precision), &chats));
}

/// Tests print nothing when they pass; what was not tested must be seen all the same.
fn skipped(why: &str) {
    std::io::stderr().write_all(format!("\nSKIPPED: {why}\n").as_bytes()).unwrap();
}
