//! BERT (Devlin et al. 2018) over a flattened batch, with one addition: a message may look back.
//!
//! The tokens of a message see each other, as in BERT, and also those of the few messages before it, never later
//! ones. How much a head attends to an earlier message is shifted by a learned term for its distance and for
//! whether the same speaker wrote it. Positions restart with each message. With no such terms in the file this is
//! plain BERT, message by message.

use std::cell::RefCell;

use anyhow::{Result, ensure};
use rayon::prelude::*;

use super::gguf::{Gguf, Table};
use super::{Backbone, Lane, Seen};
use crate::kernels::{self, Keys, Level, Look, Precision, Span, Weights};

/// Key in the GGUF: terms by layer, head, and what is seen (own message; 1…n back by the same speaker; 1…n back by another).
pub(super) const TERMS: &str = "rushlight.context.terms";

/// The sizes of a file, checked against each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub width: usize,
    pub blocks: usize,
    pub heads: usize,
    pub ff: usize,
    pub max_tokens: usize,
    pub vocabulary: usize,
    pub eps: f32,
    /// How many messages back a message sees.
    pub back: usize,
}

/// A BERT encoder with mean pooling.
pub struct Bert {
    level: Level,
    shape: Shape,
    words: Table,
    /// Position and token-type embeddings, summed: `max_tokens` rows.
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
}

struct Layer {
    /// Query, key and value side by side.
    qkv: Weights,
    out: Weights,
    out_norm: Norm,
    up: Weights,
    down: Weights,
    down_norm: Norm,
    /// A row of terms per head.
    terms: Vec<f32>,
}

/// Buffers that live as long as one call and are reused by every layer.
struct Buffers {
    /// Query, key and value of some rows.
    qkv: Vec<f32>,
    queries: Vec<f32>,
    mixed: Vec<f32>,
    keys: Keys,
}

thread_local! {
    /// What a thread needs between the products of one block of rows: the inner numbers, and what is added to the rows.
    static BETWEEN: RefCell<(Vec<f32>, Vec<f32>)> = RefCell::default();
}

impl Bert {
    /// Read a GGUF in llama.cpp's naming of BERT's tensors. The weights are laid out for this machine, quantized ones as `precision` says.
    pub fn from_gguf(bytes: &[u8], level: Level, precision: Precision) -> Result<Self> {
        Self::read(&mut Gguf::open(bytes)?, level, precision)
    }

    pub(super) fn read(gguf: &mut Gguf<'_>, level: Level, precision: Precision) -> Result<Self> {
        let shape = Shape::read(gguf)?;
        let Shape { width, heads, vocabulary, .. } = shape;
        let places = shape.places(gguf)?;
        let norm = Norm::read(gguf, "token_embd_norm", width)?;
        let words = gguf.table("token_embd.weight", vocabulary, width)?;
        let terms = shape.terms(gguf)?;
        let layers = terms.chunks_exact(heads * shape.seen()).enumerate();
        let layers =
            layers.map(|(i, terms)| Layer::read(gguf, (level, precision), i, (width, shape.ff), terms));
        let layers = layers.collect::<Result<_>>()?;
        Ok(Self { level, shape, words, places, norm, layers })
    }

    /// Word, position and type embeddings of every token, normed.
    fn embed(&self, lanes: &[Lane<'_>]) -> Vec<f32> {
        let tokens: usize = lanes.iter().flat_map(|l| &l.segments).map(|s| s.ids.len()).sum();
        let mut x = Vec::with_capacity(tokens * self.shape.width);
        for segment in lanes.iter().flat_map(|lane| &lane.segments) {
            assert!(
                (1..=self.shape.max_tokens).contains(&segment.ids.len()),
                "a segment is empty or too long"
            );
            for (id, place) in segment.ids.iter().zip(self.places.chunks_exact(self.shape.width)) {
                assert!((*id as usize) < self.shape.vocabulary, "token id {id} is not in the vocabulary");
                let start = x.len();
                x.extend_from_slice(place);
                self.words.add(*id as usize, &mut x[start..]);
            }
        }
        self.norm(&mut x, None, &self.norm);
        x
    }

    fn layer(
        &self,
        index: usize,
        x: &mut [f32],
        lanes: &mut [Lane<'_>],
        views: &[Vec<View>],
        buffers: &mut Buffers,
    ) {
        let layer = &self.layers[index];
        buffers.mixed.resize(x.len(), 0.0);
        let mut from = 0;
        for (lane, views) in lanes.iter_mut().zip(views) {
            let tokens: usize = lane.segments.iter().map(|s| s.ids.len()).sum();
            let own = from..from + tokens * self.shape.width;
            self.take(layer, lane, index, &x[own.clone()], buffers);
            self.look(layer, lane, views, own.start, buffers);
            from = own.end;
        }
        let block = kernels::share(self.level, from / self.shape.width) * self.shape.width;
        let blocks = x.par_chunks_mut(block).zip(buffers.mixed.par_chunks(block));
        blocks.for_each(|(x, mixed)| self.rest(layer, x, mixed));
    }

    /// What follows attention, on a block of rows: every row goes its own way, and what is between the products stays near.
    fn rest(&self, layer: &Layer, x: &mut [f32], mixed: &[f32]) {
        BETWEEN.with_borrow_mut(|(wide, narrow)| {
            let rows = x.len() / self.shape.width;
            wide.resize(rows * layer.up.n(), 0.0);
            narrow.resize(x.len(), 0.0);
            layer.out.rows(mixed, narrow);
            self.norm(x, Some(narrow), &layer.out_norm);
            layer.up.rows(x, wide);
            kernels::gelu(self.level, wide);
            layer.down.rows(wide, narrow);
            self.norm(x, Some(narrow), &layer.down_norm);
        });
    }

    fn norm(&self, x: &mut [f32], residual: Option<&[f32]>, norm: &Norm) {
        kernels::layer_norm(self.level, x, residual, &norm.gain, &norm.shift, self.shape.eps);
    }

    /// Queries, keys and values of one lane's rows `x`, behind the keys and values that it has kept; then keep what the next call will see. What is between
    /// is made for some rows at a time, so that it stays near.
    fn take(&self, layer: &Layer, lane: &mut Lane<'_>, index: usize, x: &[f32], buffers: &mut Buffers) {
        let Buffers { qkv, queries, keys, .. } = buffers;
        let width = self.shape.width;
        let mut kept = std::mem::take(&mut lane.context.layers[index]);
        let (old, new) = (kept.len() / (2 * width), x.len() / width);
        keys.clear();
        keys.extend(&kept, 2 * width, 0);
        let drop = old + new - self.kept_tokens(lane);
        kept.drain(..drop.min(old) * 2 * width);
        let mut skip = drop.saturating_sub(old);
        queries.clear();
        let some = kernels::share(self.level, new) * rayon::current_num_threads();
        for x in x.chunks(some * width) {
            layer.qkv.apply(x, qkv);
            keys.extend(qkv, 3 * width, width);
            let rows = qkv.chunks_exact(3 * width);
            rows.clone().for_each(|row| queries.extend_from_slice(&row[..width]));
            rows.skip(skip).for_each(|row| kept.extend_from_slice(&row[width..]));
            skip = skip.saturating_sub(x.len() / width);
        }
        lane.context.layers[index] = kept;
    }

    /// Attention of one lane's new tokens over what it had kept and themselves, into the rows from `from` on.
    fn look(&self, layer: &Layer, lane: &Lane<'_>, views: &[View], from: usize, buffers: &mut Buffers) {
        let width = self.shape.width;
        let Buffers { queries, mixed, keys, .. } = buffers;
        let (mut queries, mut outs) = (queries.as_slice(), &mut mixed[from..]);
        let mut parts = Vec::with_capacity(views.len());
        for (segment, view) in lane.segments.iter().zip(views) {
            let (q, rest) = queries.split_at(segment.ids.len() * width);
            let (o, others) = std::mem::take(&mut outs).split_at_mut(q.len());
            parts.push((q, o, view));
            (queries, outs) = (rest, others);
        }
        let scale = 1.0 / ((width / self.shape.heads) as f32).sqrt();
        parts.into_par_iter().for_each(|(queries, outs, view)| {
            let look = Look {
                heads: self.shape.heads,
                stride: width,
                scale,
                first: view.first,
                count: view.spans.iter().map(|s| s.tokens).sum(),
                causal: false,
                window: usize::MAX,
                spans: &view.spans,
                terms: &layer.terms,
            };
            kernels::attend(self.level, keys, queries, &look, outs);
        });
    }

    /// What each new segment sees, as runs of keys counted from the oldest kept token.
    fn views(&self, lane: &Lane<'_>) -> Vec<View> {
        let fresh = lane.segments.iter().map(|s| Seen { tokens: s.ids.len(), speaker: s.speaker });
        let all: Vec<Seen> = lane.context.seen.iter().copied().chain(fresh).collect();
        let old = lane.context.seen.len();
        let starts: Vec<usize> =
            all.iter().scan(0, |sum, s| Some(std::mem::replace(sum, *sum + s.tokens))).collect();
        let view = |at: usize| {
            let from = at.saturating_sub(self.shape.back);
            let span = |other: usize| {
                let distance = at - other;
                let aside =
                    if distance > 0 && all[other].speaker != all[at].speaker { self.shape.back } else { 0 };
                Span { tokens: all[other].tokens, term: distance + aside }
            };
            View { first: starts[from], spans: (from..=at).map(span).collect() }
        };
        (old..all.len()).map(view).collect()
    }

    /// Tokens of the last [`Bert::back`] messages, those of this call included.
    fn kept_tokens(&self, lane: &Lane<'_>) -> usize {
        let fresh = lane.segments.iter().rev().map(|s| s.ids.len());
        let old = lane.context.seen.iter().rev().map(|s| s.tokens);
        fresh.chain(old).take(self.shape.back).sum()
    }
}

impl Shape {
    pub fn read(gguf: &Gguf<'_>) -> Result<Self> {
        let found = gguf.architecture();
        ensure!(found == "bert", "the GGUF holds the architecture {found:?}; this build reads \"bert\"");
        let (width, ff) = (gguf.size("embedding_length")?, gguf.size("feed_forward_length")?);
        let (blocks, heads) = (gguf.size("block_count")?, gguf.size("attention.head_count")?);
        let max_tokens = gguf.size("context_length")?;
        ensure!(
            heads > 0 && width % heads == 0 && (width / heads) % 16 == 0 && ff % 16 == 0,
            "a width of {width}, {heads} heads and {ff} inner numbers: head and inner size must be multiples of 16"
        );
        let vocabulary = gguf.rows("token_embd.weight")?;
        let eps = gguf.number("attention.layer_norm_epsilon")?;
        ensure!(eps > 0.0, "the epsilon of the layer norms is {eps}; it must be above 0");
        let mut shape = Self { width, blocks, heads, ff, max_tokens, vocabulary, eps, back: 0 };
        let terms = shape.terms(gguf)?.len();
        shape.back = terms / (blocks * heads) / 2;
        ensure!(
            terms == blocks * heads * shape.seen(),
            "{TERMS} holds {terms} numbers, which do not fit {blocks} layers of {heads} heads"
        );
        Ok(shape)
    }

    /// Terms of a head in a layer: own message, and each distance back to the same speaker and to another.
    pub fn seen(&self) -> usize {
        2 * self.back + 1
    }

    /// The terms of all layers; zeros where the file has none.
    pub fn terms(&self, gguf: &Gguf<'_>) -> Result<Vec<f32>> {
        Ok(gguf.numbers(TERMS)?.unwrap_or_else(|| vec![0.0; self.blocks * self.heads]))
    }

    /// Position and token-type embeddings, summed: `max_tokens` rows.
    pub fn places(&self, gguf: &mut Gguf<'_>) -> Result<Vec<f32>> {
        let mut places = gguf.tensor("position_embd.weight", &[self.max_tokens, self.width])?;
        let types = gguf.rows("token_types.weight")?;
        let types = gguf.tensor("token_types.weight", &[types, self.width])?;
        places
            .chunks_exact_mut(self.width)
            .for_each(|row| row.iter_mut().zip(&types).for_each(|(p, t)| *p += t));
        Ok(places)
    }
}

struct View {
    first: usize,
    spans: Vec<Span>,
}

impl Backbone for Bert {
    fn width(&self) -> usize {
        self.shape.width
    }

    fn max_tokens(&self) -> usize {
        self.shape.max_tokens
    }

    fn vocabulary(&self) -> usize {
        self.shape.vocabulary
    }

    fn encode(&self, lanes: &mut [Lane<'_>]) -> Vec<f32> {
        for lane in lanes.iter_mut() {
            lane.context.layers.resize(self.layers.len(), Vec::new());
        }
        let mut x = self.embed(lanes);
        let keys = Keys::new(Precision::Whole, self.shape.heads, self.shape.width / self.shape.heads);
        let mut buffers = Buffers { qkv: Vec::new(), queries: Vec::new(), mixed: Vec::new(), keys };
        let views: Vec<Vec<View>> = lanes.iter().map(|lane| self.views(lane)).collect();
        for index in 0..self.layers.len() {
            self.layer(index, &mut x, lanes, &views, &mut buffers);
        }
        let mut vectors = Vec::new();
        let mut rows = x.as_slice();
        for segment in lanes.iter().flat_map(|lane| &lane.segments) {
            let (own, rest) = rows.split_at(segment.ids.len() * self.shape.width);
            vectors.extend(mean(own, self.shape.width));
            rows = rest;
        }
        for lane in lanes {
            let fresh = lane.segments.iter().map(|s| Seen { tokens: s.ids.len(), speaker: s.speaker });
            lane.context.seen.extend(fresh);
            let drop = lane.context.seen.len().saturating_sub(self.shape.back);
            lane.context.seen.drain(..drop);
        }
        vectors
    }
}

/// The mean of rows of `width`, summed in order.
fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    rows.chunks_exact(width).for_each(|row| sum.iter_mut().zip(row).for_each(|(s, x)| *s += x));
    let count = (rows.len() / width) as f32;
    sum.iter_mut().for_each(|s| *s /= count);
    sum
}

impl Norm {
    fn read(gguf: &mut Gguf<'_>, name: &str, width: usize) -> Result<Self> {
        let mut part = |end: &str| gguf.tensor(&format!("{name}.{end}"), &[width]);
        Ok(Self { gain: part("weight")?, shift: part("bias")? })
    }
}

impl Layer {
    fn read(
        gguf: &mut Gguf<'_>,
        (level, precision): (Level, Precision),
        index: usize,
        (width, ff): (usize, usize),
        terms: &[f32],
    ) -> Result<Self> {
        let mut linear = |names: &[&str], n: usize, k: usize| -> Result<Weights> {
            let part = |end: &str| -> Vec<String> {
                names.iter().map(|name| format!("blk.{index}.{name}.{end}")).collect()
            };
            let sizes = vec![n; names.len()];
            gguf.linear((level, precision), &part("weight"), &sizes, k, Some(&part("bias")))
        };
        let qkv = linear(&["attn_q", "attn_k", "attn_v"], width, width)?;
        let out = linear(&["attn_output"], width, width)?;
        let (up, down) = (linear(&["ffn_up"], ff, width)?, linear(&["ffn_down"], width, ff)?);
        let out_norm = Norm::read(gguf, &format!("blk.{index}.attn_output_norm"), width)?;
        let down_norm = Norm::read(gguf, &format!("blk.{index}.layer_output_norm"), width)?;
        Ok(Self { qkv, out, out_norm, up, down, down_norm, terms: terms.to_vec() })
    }
}
