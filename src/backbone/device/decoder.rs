//! The decoders of [`crate::backbone::Decoder`] on a device: the same settings, windows and streams, and the same sums.

use std::sync::Mutex;

use anyhow::Result;
use candle_core::quantized::QMatMul;
use candle_core::{D, Tensor};

use super::linear::{How, Linear, Sum};
use super::streams::{self, Layout};
use crate::backbone::decoder::{Config, Gains, Rope, Work, read_through};
use crate::backbone::gguf::Gguf;
use crate::backbone::{Backbone, Lane};
use crate::kernels::{Gate, Pairing};

/// Tokens that go through the layers together.
const PASS_TOKENS: usize = 8_192;

/// A decoder.
pub struct Decoder {
    how: How,
    config: Config,
    opening: Option<u32>,
    vocabulary: usize,
    words: QMatMul,
    norm: Tensor,
    layers: Vec<Layer>,
    /// Cosines and sines of each position, `[window, half a head]`.
    angles: (Tensor, Tensor),
    /// Those of layers with a sliding window.
    local_angles: Option<(Tensor, Tensor)>,
    /// A device does one thing at a time; two calls would only share its memory.
    turn: Mutex<()>,
}

struct Layer {
    gains: Gains<Tensor>,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    gate: Linear,
    up: Linear,
    down: Linear,
}

impl Decoder {
    /// Read a GGUF in llama.cpp's naming.
    ///
    /// # Errors
    /// As [`crate::backbone::Decoder::from_gguf`], or when it does not fit the device.
    pub fn read(gguf: &mut Gguf<'_>, how: How) -> Result<Self> {
        let config = Config::read(gguf)?;
        let vocabulary = gguf.rows("token_embd.weight")?;
        let words = how.matrix(gguf, "token_embd.weight", vocabulary, config.width)?;
        let norm = how.numbers(gguf, "output_norm.weight", config.width)?;
        let layers =
            (0..config.blocks).map(|index| Layer::read(gguf, &how, &config, index)).collect::<Result<_>>()?;
        let (rope, local_rope) = Rope::of(gguf, &config)?;
        // Only tokens to come are made of it.
        gguf.pass_over("output.weight");
        gguf.all_read()?;
        let angles = |rope: &Rope| {
            let (cosines, sines, pairs) = rope.tables();
            let shape = [config.window, pairs];
            anyhow::Ok((how.put(cosines.to_vec(), &shape)?, how.put(sines.to_vec(), &shape)?))
        };
        let (angles, local_angles) = (angles(&rope)?, local_rope.as_ref().map(angles).transpose()?);
        let opening = gguf.value("tokenizer.ggml.bos_token_id").and_then(|id| id.to_u32().ok());
        Ok(Self {
            how,
            config,
            opening,
            vocabulary,
            words,
            norm,
            layers,
            angles,
            local_angles,
            turn: Mutex::new(()),
        })
    }

    /// The tokens that are being read through all layers; then what is wanted of them.
    fn pass(&self, works: &mut [&mut Work<'_>]) -> Result<()> {
        let (config, device) = (&self.config, &self.how.device);
        let tokens = || works.iter().flat_map(|work| work.now());
        let ids: Vec<u32> = tokens().map(|token| token.id).collect();
        let wanted: Vec<u32> =
            (0..).zip(tokens()).filter(|(_, token)| token.wanted).map(|(row, _)| row).collect();
        let layout = Layout::new(works, None, config.heads, device)?;
        let local_layout = config
            .local
            .map(|local| Layout::new(works, Some(local.window), config.heads, device))
            .transpose()?;
        let mut x = self
            .words
            .embedding(&Tensor::new(ids, device)?)?
            .affine(f64::from(config.embedding_scale), 0.0)?;
        let mut kept = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let local = config.local(index).and(local_layout.as_ref().zip(self.local_angles.as_ref()));
            let (layout, angles) = local.unwrap_or((&layout, &self.angles));
            let (query, fresh) = self.turned(layer, &x, layout, angles)?;
            let before = works.iter().filter_map(|work| work.stream.on_device.get(index));
            let keys = Tensor::cat(&before.chain([&fresh]).collect::<Vec<_>>(), 0)?;
            let mixed = layout.attend(config, &query, &keys)?;
            x = self.added(&x, &layer.out.apply(&mixed)?, layer.gains.after_attn.as_ref())?;
            x = self.added(&x, &self.thought(layer, &x)?, layer.gains.after_ffn.as_ref())?;
            kept.push(keys.index_select(&layout.keep, 0)?);
        }
        streams::keep(works, &kept)?;
        let mut vectors = Vec::new();
        if !wanted.is_empty() {
            let rows = x.index_select(&Tensor::new(wanted, device)?, 0)?;
            vectors = self.normed(&rows, &self.norm)?.flatten_all()?.to_vec1::<f32>()?;
        }
        let mut rows = vectors.chunks_exact(config.width);
        for work in works {
            let count = work.now().iter().filter(|token| token.wanted).count();
            work.vectors.extend(rows.by_ref().take(count).flatten());
            work.finish();
        }
        Ok(())
    }

    /// Queries `[tokens, heads · size]`, and keys and values side by side, turned by where they stand.
    fn turned(
        &self,
        layer: &Layer,
        x: &Tensor,
        layout: &Layout,
        angles: &(Tensor, Tensor),
    ) -> candle_core::Result<(Tensor, Tensor)> {
        let config = &self.config;
        let normed = self.normed(x, &layer.gains.attn_norm)?;
        let angles =
            (angles.0.index_select(&layout.positions, 0)?, angles.1.index_select(&layout.positions, 0)?);
        let turn = |rows: Tensor, heads: usize, gain: Option<&Tensor>| -> Sum {
            let rows = rows.reshape(((), heads, config.head_size))?;
            let rows = gain.map_or(Ok(rows.clone()), |gain| self.normed(&rows, gain))?;
            rotated(&rows, &angles, config.pairing)?.flatten_from(1)
        };
        let gains = layer.gains.head_norms.as_ref();
        let query = turn(layer.query.apply(&normed)?, config.heads, gains.map(|g| &g.0))?;
        let key = turn(layer.key.apply(&normed)?, config.kv_heads, gains.map(|g| &g.1))?;
        Ok((query, Tensor::cat(&[&key, &layer.value.apply(&normed)?], 1)?))
    }

    /// The gated half of a layer.
    fn thought(&self, layer: &Layer, x: &Tensor) -> Sum {
        let normed = self.normed(x, &layer.gains.ffn_norm)?;
        let gate = layer.gate.apply(&normed)?;
        let gate = match self.config.gate {
            Gate::Silu => gate.silu()?,
            Gate::GeluTanh => gate.gelu()?,
        };
        layer.down.apply(&(gate * layer.up.apply(&normed)?)?)
    }

    /// Each row over the root of its mean square, times `gain`.
    fn normed(&self, x: &Tensor, gain: &Tensor) -> Sum {
        let root = (x.sqr()?.mean_keepdim(D::Minus1)? + f64::from(self.config.eps))?.sqrt()?;
        x.broadcast_div(&root)?.broadcast_mul(gain)
    }

    /// `x` and an update, which is normed first when there is a `gain`.
    fn added(&self, x: &Tensor, update: &Tensor, gain: Option<&Tensor>) -> Sum {
        x + gain.map_or(Ok(update.clone()), |gain| self.normed(update, gain))?
    }
}

/// Pairs of each head turned by the angles of its row. `rows` is `[tokens, heads, size]`.
fn rotated(rows: &Tensor, (cosines, sines): &(Tensor, Tensor), pairing: Pairing) -> Sum {
    let (tokens, heads, size) = rows.dims3()?;
    let half = size / 2;
    let (a, b) = match pairing {
        Pairing::Halves => (rows.narrow(2, 0, half)?, rows.narrow(2, half, half)?),
        Pairing::Adjacent => {
            let pairs = rows.reshape((tokens, heads, half, 2))?;
            (pairs.narrow(3, 0, 1)?.squeeze(3)?, pairs.narrow(3, 1, 1)?.squeeze(3)?)
        }
    };
    let (cosines, sines) = (cosines.unsqueeze(1)?, sines.unsqueeze(1)?);
    let first = (a.broadcast_mul(&cosines)? - b.broadcast_mul(&sines)?)?;
    let second = (a.broadcast_mul(&sines)? + b.broadcast_mul(&cosines)?)?;
    match pairing {
        Pairing::Halves => Tensor::cat(&[first, second], 2),
        Pairing::Adjacent => Tensor::stack(&[first, second], 3)?.flatten_from(2),
    }
}

impl Layer {
    fn read(gguf: &mut Gguf<'_>, how: &How, config: &Config, index: usize) -> Result<Self> {
        let Config { width, inner, heads, kv_heads, head_size, bias, .. } = *config;
        let (queries, keys) = (heads * head_size, kv_heads * head_size);
        let mut linear = |name, n, k, bias| Linear::read(gguf, how, index, &[(name, n)], k, bias);
        let (query, key) = (linear("attn_q", queries, width, bias)?, linear("attn_k", keys, width, bias)?);
        let (value, out) =
            (linear("attn_v", keys, width, bias)?, linear("attn_output", width, queries, false)?);
        let (gate, up) = (linear("ffn_gate", inner, width, false)?, linear("ffn_up", inner, width, false)?);
        let down = linear("ffn_down", width, inner, false)?;
        let gains =
            Gains::read(config, |name, n| how.numbers(gguf, &format!("blk.{index}.{name}.weight"), n))?;
        Ok(Self { gains, query, key, value, out, gate, up, down })
    }
}

impl Backbone for Decoder {
    fn width(&self) -> usize {
        self.config.width
    }

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
        super::check(self, lanes);
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        read_through(lanes, &self.config, self.opening, PASS_TOKENS, |works| {
            let mut busy: Vec<_> = works.iter_mut().filter(|work| !work.now().is_empty()).collect();
            super::done(self.pass(&mut busy));
        })
    }
}
