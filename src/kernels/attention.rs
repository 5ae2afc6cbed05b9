//! Attention of one message's tokens over a run of keys: its own and those of the messages before it.

use super::kernel;
use super::lanes::Lanes;

/// Keys and values of one layer, for tokens that lie one after another.
#[derive(Default)]
pub struct Keys {
    /// Numbers in a key, all heads together.
    width: usize,
    /// Room for tokens in each row of `keys`, with slack so that whole registers can be read past the end.
    stride: usize,
    /// `width` rows, each one number of the keys of all tokens.
    keys: Vec<f32>,
    /// `tokens` rows of `width`.
    values: Vec<f32>,
}

impl Keys {
    /// Lay out `tokens` rows, each a key of `width` numbers and the value of as many after it.
    pub fn fill<'a>(&mut self, width: usize, tokens: usize, rows: impl Iterator<Item = &'a [f32]>) {
        (self.width, self.stride) = (width, tokens + 16);
        self.keys.clear();
        self.keys.resize(width * self.stride, 0.0);
        self.values.clear();
        for (token, row) in rows.enumerate() {
            let (key, value) = row.split_at(width);
            for (at, x) in key.iter().enumerate() {
                self.keys[at * self.stride + token] = *x;
            }
            self.values.extend_from_slice(value);
        }
    }
}

/// A run of keys that shares one term per head: those of one message, as seen from another.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// How many keys.
    pub tokens: usize,
    /// Which of the terms is added to their scores.
    pub term: usize,
}

kernel! {
    /// Attention of one query row (`width`, all heads) over `spans` laid one after another from key `first`, into `out`
    /// (`width`). `terms` holds a row of additive terms per head; `scratch` is working space.
    pub fn attend(
        keys: &Keys, query: &[f32], heads: usize, first: usize, spans: &[Span], terms: &[f32],
        scratch: &mut Vec<f32>, out: &mut [f32],
    ) = attend_body;
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn attend_body<L: Lanes>(
    keys: &Keys,
    query: &[f32],
    heads: usize,
    first: usize,
    spans: &[Span],
    terms: &[f32],
    scratch: &mut Vec<f32>,
    out: &mut [f32],
) {
    let size = keys.width / heads;
    let kinds = terms.len() / heads;
    let count: usize = spans.iter().map(|s| s.tokens).sum();
    let padded = count.next_multiple_of(L::N);
    scratch.clear();
    scratch.resize(padded, 0.0);
    let scale = 1.0 / (size as f32).sqrt();
    for head in 0..heads {
        let channels = head * size..(head + 1) * size;
        scores::<L>(keys, &query[channels.clone()], channels.start, first, scale, scratch);
        let mut at = 0;
        for span in spans {
            let term = terms[head * kinds + span.term];
            scratch[at..at + span.tokens].iter_mut().for_each(|s| *s += term);
            at += span.tokens;
        }
        let sum = soften::<L>(scratch, count);
        mix::<L>(keys, channels.start, first, &scratch[..count], 1.0 / sum, &mut out[channels]);
    }
}

/// Scaled dot products of one head's query with `scores.len()` keys from `first`; those past the last are noise.
#[inline(always)]
fn scores<L: Lanes>(
    keys: &Keys,
    query: &[f32],
    channel: usize,
    first: usize,
    scale: f32,
    scores: &mut [f32],
) {
    for (block, scores) in scores.chunks_exact_mut(L::N).enumerate() {
        let mut sum = L::splat(0.0);
        for (at, q) in query.iter().enumerate() {
            let row = (channel + at) * keys.stride + first + block * L::N;
            sum = L::splat(q * scale).madd(L::load(&keys.keys[row..]), sum);
        }
        sum.store(scores);
    }
}

/// Exponentials of the first `count` scores less their largest, zero after them; gives their sum.
#[inline(always)]
fn soften<L: Lanes>(scores: &mut [f32], count: usize) -> f32 {
    scores[count..].fill(f32::NEG_INFINITY);
    let top = scores.chunks_exact(L::N).fold(L::splat(f32::NEG_INFINITY), |top, s| top.max(L::load(s)));
    let top = L::splat(top.largest());
    for part in scores.chunks_exact_mut(L::N) {
        L::load(part).sub(top).exp().store(part);
    }
    scores[count..].fill(0.0);
    scores.chunks_exact(L::N).fold(L::splat(0.0), |sum, s| sum.add(L::load(s))).sum()
}

/// Values of one head weighted by `weights`, in key order.
#[inline(always)]
fn mix<L: Lanes>(keys: &Keys, channel: usize, first: usize, weights: &[f32], scale: f32, out: &mut [f32]) {
    for (block, out) in out.chunks_exact_mut(L::N).enumerate() {
        let mut sum = L::splat(0.0);
        for (key, weight) in weights.iter().enumerate() {
            let value = &keys.values[(first + key) * keys.width + channel + block * L::N..];
            sum = L::splat(*weight).madd(L::load(value), sum);
        }
        sum.mul(L::splat(scale)).store(out);
    }
}
