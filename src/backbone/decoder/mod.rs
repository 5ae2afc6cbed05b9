//! Decoders of the Llama family over a conversation as one causal stream: each token sees those before it, and the vector of a message is the hidden state at
//! its last token, after the last norm. One forward pass serves every architecture; what differs between them is data (see [`config`]).
//!
//! Keys and values are kept, so that a message costs its own tokens and no more. A stream longer than the window goes on in another that begins
//! with the last half of the one before.

mod config;
mod gemma3;
mod layer;
mod llama;
mod qwen2;
mod qwen3;
mod rope;
mod stream;

pub use config::{Config, names};
pub use layer::Gains;
pub use rope::Rope;
pub use stream::{Stream, Work, read_through};

use anyhow::Result;
use rayon::prelude::*;

use super::gguf::{Gguf, Table};
use super::{Backbone, Lane};
use crate::kernels::{self, Keys, Level, Look, Precision};
use layer::Layer;

/// Most tokens that are read in a row, whatever the model would take: memory for keys and values is this times their size.
const WINDOW: usize = 4_096;
/// Tokens that go through the layers together.
const PASS_TOKENS: usize = 1_024;

/// A decoder: hidden states out, and on demand how likely a few tokens are next.
pub struct Decoder {
    level: Level,
    config: Config,
    /// The token that every text begins with, when the file names one.
    opening: Option<u32>,
    vocabulary: usize,
    words: Table,
    /// What turns a hidden state into a token, when that is not `words`.
    output: Option<Table>,
    norm: Vec<f32>,
    layers: Vec<Layer>,
    rope: Rope,
    /// Of layers with a sliding window.
    local_rope: Option<Rope>,
}

/// Buffers that live as long as one call and are reused by every layer.
#[derive(Default)]
struct Buffers {
    normed: Vec<f32>,
    qkv: Vec<f32>,
    mixed: Vec<f32>,
    update: Vec<f32>,
    wide: Vec<f32>,
    inner: Vec<f32>,
}

impl Decoder {
    /// Read a GGUF in llama.cpp's naming.
    ///
    /// # Errors
    /// When the architecture is not among [`names`], a setting or tensor is missing, does not fit the others or is not finite, or a tensor would go unused.
    pub fn from_gguf(bytes: &[u8], level: Level, precision: Precision) -> Result<Self> {
        Self::read(&mut Gguf::open(bytes)?, level, precision)
    }

    pub(super) fn read(gguf: &mut Gguf<'_>, level: Level, precision: Precision) -> Result<Self> {
        let config = Config { kept: gguf.precision(precision), ..Config::read(gguf)? };
        let vocabulary = gguf.rows("token_embd.weight")?;
        let words = gguf.table("token_embd.weight", vocabulary, config.width)?;
        let output = match gguf.has("output.weight") {
            true => Some(gguf.table("output.weight", vocabulary, config.width)?),
            false => None,
        };
        let norm = gguf.tensor("output_norm.weight", &[config.width])?;
        let layers = (0..config.blocks).map(|index| Layer::read(gguf, (level, precision), &config, index));
        let layers = layers.collect::<Result<_>>()?;
        let (rope, local_rope) = Rope::of(gguf, &config)?;
        gguf.all_read()?;
        let opening = gguf.value("tokenizer.ggml.bos_token_id").and_then(|id| id.to_u32().ok());
        Ok(Self { level, config, opening, vocabulary, words, output, norm, layers, rope, local_rope })
    }

    /// Logits of a few tokens after the one whose hidden state is `vector`, as [`Backbone::encode`] gives it.
    ///
    /// # Panics
    /// When an id is not below [`Backbone::vocabulary`], or `vector` has not [`Backbone::width`] numbers.
    pub fn logits(&self, vector: &[f32], ids: &[u32]) -> Vec<f32> {
        assert_eq!(vector.len(), self.config.width, "not a vector of this model");
        let table = self.output.as_ref().unwrap_or(&self.words);
        let logit = |id: &u32| {
            assert!((*id as usize) < self.vocabulary, "token id {id} is not in the vocabulary");
            let mut row = vec![0.0; self.config.width];
            table.add(*id as usize, &mut row);
            row.iter().zip(vector).map(|(a, b)| a * b).sum()
        };
        ids.iter().map(logit).collect()
    }

    /// Embeddings of the tokens that are being read.
    fn embed(&self, works: &[Work<'_>]) -> Vec<f32> {
        let width = self.config.width;
        let ids: Vec<u32> = works.iter().flat_map(|w| w.now()).map(|t| t.id).collect();
        let mut x = vec![0.0; ids.len() * width];
        x.par_chunks_mut(width).zip(ids).for_each(|(row, id)| {
            assert!((id as usize) < self.vocabulary, "token id {id} is not in the vocabulary");
            self.words.add(id as usize, row);
            row.iter_mut().for_each(|x| *x *= self.config.embedding_scale);
        });
        x
    }

    /// The tokens that are being read through all layers; then what is wanted of them.
    fn pass(&self, works: &mut [Work<'_>], buffers: &mut Buffers) {
        let mut x = self.embed(works);
        for (index, layer) in self.layers.iter().enumerate() {
            self.look(layer, index, &mut x, works, buffers);
            self.think(layer, &mut x, buffers);
        }
        let (width, mut rows) = (self.config.width, x.chunks_exact_mut(self.config.width));
        for work in works {
            let mut vectors = Vec::new();
            for (token, row) in work.now().iter().zip(rows.by_ref()) {
                if token.wanted {
                    kernels::rms_rows(self.level, row, &self.norm, self.config.eps);
                    vectors.extend_from_slice(&row[..width]);
                }
            }
            work.vectors.extend(vectors);
            work.finish();
        }
    }

    /// Attention of every lane over its own stream.
    fn look(
        &self,
        layer: &Layer,
        index: usize,
        x: &mut [f32],
        works: &mut [Work<'_>],
        buffers: &mut Buffers,
    ) {
        let (config, level) = (&self.config, self.level);
        let Buffers { normed, qkv, mixed, update, .. } = buffers;
        kernels::rms_norm(level, x, &layer.gains.attn_norm, config.eps, normed);
        layer.qkv.apply(normed, qkv);
        self.turn(layer, index, qkv, works);
        let (queries, keys) = (config.heads * config.head_size, config.kv_heads * config.head_size);
        let stride = queries + 2 * keys;
        let window = config.local(index).map_or(usize::MAX, |local| local.window);
        mixed.resize(x.len() / config.width * queries, 0.0);
        let (mut rows, mut outs) = (qkv.as_slice(), mixed.as_mut_slice());
        for work in works {
            let count = work.now().len();
            let (own, others) = rows.split_at(count * stride);
            let (out, other_outs) = outs.split_at_mut(count * queries);
            let kept = &mut work.stream.keys[index];
            kept.extend(own, stride, queries);
            attend(level, config, kept, own, window, out);
            // Now and then many at once, since it moves what stays.
            if kept.len() / 2 >= window {
                kept.drop_oldest(kept.len() - (window - 1));
            }
            (rows, outs) = (others, other_outs);
        }
        layer.out.apply(mixed, update);
        kernels::add_normed(level, x, update, layer.gains.after_attn.as_deref(), config.eps);
    }

    /// Norm the heads of queries and keys where that is done, and turn them by where they stand.
    fn turn(&self, layer: &Layer, index: usize, qkv: &mut [f32], works: &[Work<'_>]) {
        let (config, level) = (&self.config, self.level);
        let rope = self.local_rope.as_ref().filter(|_| config.local(index).is_some()).unwrap_or(&self.rope);
        let positions: Vec<usize> =
            works.iter().flat_map(|w| w.position()..w.position() + w.now().len()).collect();
        let (queries, keys) = (config.heads * config.head_size, config.kv_heads * config.head_size);
        qkv.par_chunks_mut(queries + 2 * keys).zip(positions).with_min_len(8).for_each(|(row, position)| {
            if let Some((query_gain, key_gain)) = &layer.gains.head_norms {
                kernels::rms_rows(level, &mut row[..queries], query_gain, config.eps);
                kernels::rms_rows(level, &mut row[queries..][..keys], key_gain, config.eps);
            }
            rope.turn(level, &mut row[..queries + keys], position);
        });
    }

    /// The gated half of a layer.
    fn think(&self, layer: &Layer, x: &mut [f32], buffers: &mut Buffers) {
        let (config, level) = (&self.config, self.level);
        let Buffers { normed, update, wide, inner, .. } = buffers;
        kernels::rms_norm(level, x, &layer.gains.ffn_norm, config.eps, normed);
        layer.gate_up.apply(normed, wide);
        kernels::gated(level, config.gate, wide, config.inner, inner);
        layer.down.apply(inner, update);
        kernels::add_normed(level, x, update, layer.gains.after_ffn.as_deref(), config.eps);
    }
}

/// Tokens that look together, at least and at most: the more, the fewer times keys that are kept in sixteen bits are widened; the fewer, the evener the threads' shares.
const LOOKERS: (usize, usize) = (24, 96);

/// Attention of rows of queries, the last of which stands at the last of the keys, over the keys up to their own.
fn attend(level: Level, config: &Config, keys: &Keys, queries: &[f32], window: usize, out: &mut [f32]) {
    let (width, stride) =
        (config.heads * config.head_size, (config.heads + 2 * config.kv_heads) * config.head_size);
    let rows = queries.len() / stride;
    let before = keys.len() - rows;
    let even = rows.div_ceil(2 * rayon::current_num_threads()).next_multiple_of(LOOKERS.0);
    let lookers = even.clamp(LOOKERS.0, LOOKERS.1);
    let blocks = out.par_chunks_mut(lookers * width).zip(queries.par_chunks(lookers * stride)).enumerate();
    blocks.for_each(|(at, (out, queries))| {
        let from = before + at * lookers;
        let end = from + out.len() / width;
        let first = (from + 1).saturating_sub(window);
        let look = Look {
            heads: config.heads,
            stride,
            scale: config.query_scale,
            first,
            count: end - first,
            causal: true,
            window,
            spans: &[],
            terms: &[],
        };
        kernels::attend(level, keys, queries, &look, out);
    });
}

impl Backbone for Decoder {
    fn width(&self) -> usize {
        self.config.width
    }

    /// Half a window, so that a segment always fits behind what is carried into the next.
    fn max_tokens(&self) -> usize {
        self.config.window / 2
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn is_running(&self) -> bool {
        true
    }

    fn encode(&self, lanes: &mut [Lane<'_>]) -> Vec<f32> {
        let lengths = lanes.iter().flat_map(|lane| &lane.segments).map(|s| s.ids.len());
        lengths.for_each(|n| assert!((1..=self.max_tokens()).contains(&n), "a segment is empty or too long"));
        let mut buffers = Buffers::default();
        read_through(lanes, &self.config, self.opening, PASS_TOKENS, |works| self.pass(works, &mut buffers))
    }
}
