//! BERT with messages that look back, as [`crate::backbone::Bert`] reads it, on a device. The linear layers take the tokens of all lanes as one matrix; attention takes
//! them in the rectangles of [`super::blocks`].

use std::ops::Range;
use std::sync::Mutex;

use anyhow::{Result, ensure};
use candle_core::Tensor;
use candle_core::quantized::QMatMul;

use super::blocks::{Group, Layout, Part};
use super::linear::{How, Linear, Norm, Sum};
use super::rectangles::{HIDDEN, Heads, Rectangle};
use crate::backbone::bert::{Shape, TERMS};
use crate::backbone::gguf::Gguf;
use crate::backbone::{Backbone, Lane, Seen};

/// Tokens that go through the layers together, unless one message has more.
const PASS_TOKENS: usize = 16_384;

/// A BERT encoder with mean pooling.
pub struct Bert {
    how: How,
    shape: Shape,
    words: QMatMul,
    /// Position and token-type embeddings, summed: `[max_tokens, width]`.
    places: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    /// A device does one thing at a time; two calls would only share its memory.
    turn: Mutex<()>,
}

struct Layer {
    query: Linear,
    /// Key and value side by side.
    key_value: Linear,
    out: Linear,
    out_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
    /// `[heads, terms + 1]`; the last hides.
    terms: Tensor,
}

/// Some next messages of a lane.
type Share = (usize, Range<usize>);

impl Bert {
    /// Read a GGUF in llama.cpp's naming of BERT's tensors.
    ///
    /// # Errors
    /// When it is not whole, lacks something or does not fit itself or the device.
    pub fn read(gguf: &mut Gguf<'_>, how: How) -> Result<Self> {
        let shape = Shape::read(gguf)?;
        let Shape { width, heads, max_tokens, vocabulary, eps, .. } = shape;
        let words = how.matrix(gguf, "token_embd.weight", vocabulary, width)?;
        let places = how.put(shape.places(gguf)?, &[max_tokens, width])?;
        let norm = Norm::read(gguf, &how, "token_embd_norm", width, eps)?;
        let terms = shape.terms(gguf)?;
        let layers = terms.chunks_exact(heads * shape.seen()).enumerate();
        let layers = layers
            .map(|(index, terms)| Layer::read(gguf, &how, index, &shape, terms))
            .collect::<Result<_>>()?;
        Ok(Self { how, shape, words, places, norm, layers, turn: Mutex::new(()) })
    }

    /// Shares of all lanes in order, of so many tokens at most that a pass should have.
    fn passes(lanes: &[Lane<'_>]) -> Vec<Vec<Share>> {
        let (mut passes, mut pass, mut room) = (Vec::new(), Vec::<Share>::new(), PASS_TOKENS);
        for (lane, segments) in lanes.iter().map(|l| &l.segments).enumerate() {
            let mut from = 0;
            for (at, segment) in segments.iter().enumerate() {
                if segment.ids.len() > room {
                    pass.extend((from < at).then_some((lane, from..at)));
                    passes.extend((!pass.is_empty()).then(|| std::mem::take(&mut pass)));
                    (from, room) = (at, PASS_TOKENS);
                }
                room = room.saturating_sub(segment.ids.len());
            }
            pass.extend((from < segments.len()).then_some((lane, from..segments.len())));
        }
        passes.extend((!pass.is_empty()).then_some(pass));
        passes
    }

    /// Vectors of the messages of a pass, and the contexts of its lanes brought up to date.
    fn pass(&self, lanes: &mut [Lane<'_>], shares: &[Share]) -> Result<Vec<f32>> {
        let ids: Vec<&[u32]> = shares
            .iter()
            .flat_map(|(lane, range)| &lanes[*lane].segments[range.clone()])
            .map(|s| s.ids)
            .collect();
        let tokens = ids.iter().map(|ids| ids.len()).sum();
        let mut x = self.embed(&ids)?;
        let parts = parts(lanes, shares);
        let layout = Layout::new(&parts, self.shape.back, tokens, self.shape.heads, &self.how.device)?;
        let keep: Vec<u32> =
            parts.iter().flat_map(|part| part.rows(self.kept(part)..part.messages.len())).collect();
        let keep = (!keep.is_empty()).then(|| Tensor::new(keep, &self.how.device)).transpose()?;
        let mut kept = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let query = layer.query.apply(&x)?;
            let fresh = layer.key_value.apply(&x)?;
            let before = shares.iter().filter_map(|(lane, _)| lanes[*lane].context.on_device.get(index));
            let keys = Tensor::cat(&before.chain([&fresh]).collect::<Vec<_>>(), 0)?;
            x = layer.rest(&x, &self.look(layer, &layout, &query, &keys)?)?;
            kept.extend(keep.as_ref().map(|rows| keys.index_select(rows, 0)).transpose()?);
        }
        self.keep(lanes, shares, &parts, &kept)?;
        let means = layout
            .groups
            .iter()
            .map(|group| self.means(group, &x))
            .collect::<candle_core::Result<Vec<_>>>()?;
        Ok(Tensor::cat(&means, 0)?.index_select(&layout.message_rows, 0)?.flatten_all()?.to_vec1()?)
    }

    /// Word, position and type embeddings of every token, normed.
    fn embed(&self, segments: &[&[u32]]) -> Sum {
        let places = segments.iter().flat_map(|ids| 0..ids.len() as u32);
        let places = Tensor::new(places.collect::<Vec<_>>(), &self.how.device)?;
        let words = self.words.embedding(&Tensor::new(segments.concat(), &self.how.device)?)?;
        self.norm.apply(&(words + self.places.index_select(&places, 0)?)?)
    }

    /// Attention of all new tokens, `[tokens, width]`.
    fn look(&self, layer: &Layer, layout: &Layout, query: &Tensor, keys: &Tensor) -> Sum {
        let seen = layout.groups.iter().map(|group| self.look_in(layer, group, query, keys));
        let seen = seen.collect::<candle_core::Result<Vec<_>>>()?;
        Tensor::cat(&seen, 0)?.index_select(&layout.token_rows, 0)
    }

    /// Attention of a group, row after row of its queries.
    fn look_in(&self, layer: &Layer, group: &Group, query: &Tensor, keys: &Tensor) -> Sum {
        let Shape { width, heads, .. } = self.shape;
        let size = width / heads;
        let Rectangle { count, queries, keys: seen, .. } = group.rectangle;
        let terms = layer.terms.index_select(&group.terms, 1)?.reshape((heads, count, 1, queries, seen))?;
        let heads = Heads { queries: heads, keys: heads, size, scale: 1.0 / (size as f32).sqrt() };
        group.rectangle.attend(heads, query, keys, &terms)
    }

    /// The means of a group's messages, padded ones among them.
    fn means(&self, group: &Group, x: &Tensor) -> Sum {
        let Rectangle { count, queries, query_rows, .. } = &group.rectangle;
        let rows = x.index_select(query_rows, 0)?.reshape((*count, *queries, self.shape.width))?;
        group.means.matmul(&rows)?.flatten_to(1)
    }

    /// From which message on keys and values of a lane are kept for its next call.
    fn kept(&self, part: &Part) -> usize {
        part.messages.len().saturating_sub(self.shape.back)
    }

    /// Leave in each lane's context what its next call will see. `rows` holds that of all lanes, layer by layer.
    fn keep(&self, lanes: &mut [Lane<'_>], shares: &[Share], parts: &[Part], rows: &[Tensor]) -> Result<()> {
        let mut from = 0;
        for ((lane, _), part) in shares.iter().zip(parts) {
            let context = &mut *lanes[*lane].context;
            context.seen = part.messages[self.kept(part)..].iter().copied().collect();
            let tokens = context.seen.iter().map(|s| s.tokens).sum();
            context.on_device =
                rows.iter().map(|rows| rows.narrow(0, from, tokens)).collect::<candle_core::Result<_>>()?;
            from += tokens;
        }
        Ok(())
    }
}

/// What stands where in a pass: the kept keys of all lanes come first, then the new ones.
fn parts(lanes: &[Lane<'_>], shares: &[Share]) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut kept_from, mut new_from) = (0, 0);
    for (lane, range) in shares {
        let Lane { context, segments } = &lanes[*lane];
        let fresh = segments[range.clone()].iter().map(|s| Seen { tokens: s.ids.len(), speaker: s.speaker });
        let old = context.seen.len();
        let part =
            Part { messages: context.seen.iter().copied().chain(fresh).collect(), old, kept_from, new_from };
        kept_from += part.kept();
        new_from += part.messages[old..].iter().map(|m| m.tokens).sum::<usize>();
        parts.push(part);
    }
    parts.iter_mut().for_each(|part| part.new_from += kept_from);
    parts
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
        super::check(self, lanes);
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let passes = Self::passes(lanes);
        passes.iter().flat_map(|shares| super::done(self.pass(lanes, shares))).collect()
    }
}

impl Layer {
    fn read(gguf: &mut Gguf<'_>, how: &How, index: usize, shape: &Shape, terms: &[f32]) -> Result<Self> {
        let Shape { width, heads, ff, eps, .. } = *shape;
        let mut linear = |names: &[(&str, usize)], k| Linear::read(gguf, how, index, names, k, true);
        let (query, key_value) =
            (linear(&[("attn_q", width)], width)?, linear(&[("attn_k", width), ("attn_v", width)], width)?);
        let out = linear(&[("attn_output", width)], width)?;
        let (up, down) = (linear(&[("ffn_up", ff)], width)?, linear(&[("ffn_down", width)], ff)?);
        let mut norm = |name: &str| Norm::read(gguf, how, &format!("blk.{index}.{name}"), width, eps);
        let (out_norm, down_norm) = (norm("attn_output_norm")?, norm("layer_output_norm")?);
        ensure!(terms.iter().all(|term| *term > HIDDEN / 2.0), "{TERMS} holds terms that hide what is seen");
        let with_hidden =
            terms.chunks_exact(shape.seen()).flat_map(|row| row.iter().copied().chain([HIDDEN]));
        let terms = how.put(with_hidden.collect(), &[heads, shape.seen() + 1])?;
        Ok(Self { query, key_value, out, out_norm, up, down, down_norm, terms })
    }

    /// What follows attention.
    fn rest(&self, x: &Tensor, mixed: &Tensor) -> Sum {
        let x = self.out_norm.apply(&(x + self.out.apply(mixed)?)?)?;
        let inner = self.up.apply(&x)?.gelu_erf()?;
        self.down_norm.apply(&(&x + self.down.apply(&inner)?)?)
    }
}
