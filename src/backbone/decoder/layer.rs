//! The weights of one layer.

use anyhow::Result;

use super::config::Config;
use crate::backbone::gguf::Gguf;
use crate::kernels::{Level, Precision, Weights};

/// The gains of a layer's norms, as numbers here or on a device; what an architecture does without is `None`.
pub struct Gains<G> {
    /// Before attention.
    pub attn_norm: G,
    /// Of a head of the query and of the key.
    pub head_norms: Option<(G, G)>,
    /// After attention.
    pub after_attn: Option<G>,
    /// Before the gate.
    pub ffn_norm: G,
    /// After the gate.
    pub after_ffn: Option<G>,
}

impl<G> Gains<G> {
    /// Those that `config` names; `gain` reads one by its name and length.
    pub fn read(config: &Config, mut gain: impl FnMut(&str, usize) -> Result<G>) -> Result<Self> {
        let Config { width, head_size, .. } = *config;
        let head_norms = match config.head_norms {
            true => Some((gain("attn_q_norm", head_size)?, gain("attn_k_norm", head_size)?)),
            false => None,
        };
        let (after_attn, after_ffn) = match config.after_norms {
            true => (Some(gain("post_attention_norm", width)?), Some(gain("post_ffw_norm", width)?)),
            false => (None, None),
        };
        let (attn_norm, ffn_norm) = (gain("attn_norm", width)?, gain("ffn_norm", width)?);
        Ok(Self { attn_norm, head_norms, after_attn, ffn_norm, after_ffn })
    }
}

/// One layer.
pub struct Layer {
    /// Of its norms.
    pub gains: Gains<Vec<f32>>,
    /// Query, key and value side by side.
    pub qkv: Weights,
    /// From all heads back to the width.
    pub out: Weights,
    /// Gate and value side by side.
    pub gate_up: Weights,
    /// Back to the width.
    pub down: Weights,
}

impl Layer {
    /// Layer `index`, laid out for this machine.
    pub fn read(gguf: &mut Gguf<'_>, how: (Level, Precision), config: &Config, index: usize) -> Result<Self> {
        let Config { width, inner, heads, kv_heads, head_size, .. } = *config;
        let (queries, keys) = (heads * head_size, kv_heads * head_size);
        let named = |names: &[&str], end: &str| -> Vec<String> {
            names.iter().map(|name| format!("blk.{index}.{name}.{end}")).collect()
        };
        let mut linear = |names: &[&str], n: &[usize], k: usize, bias: bool| {
            let biases = bias.then(|| named(names, "bias"));
            gguf.linear(how, &named(names, "weight"), n, k, biases.as_deref())
        };
        let qkv = linear(&["attn_q", "attn_k", "attn_v"], &[queries, keys, keys], width, config.bias)?;
        let out = linear(&["attn_output"], &[width], queries, false)?;
        let gate_up = linear(&["ffn_gate", "ffn_up"], &[inner, inner], width, false)?;
        let down = linear(&["ffn_down"], &[width], inner, false)?;
        let gains = Gains::read(config, |name, n| gguf.tensor(&format!("blk.{index}.{name}.weight"), &[n]))?;
        Ok(Self { gains, qkv, out, gate_up, down })
    }
}
