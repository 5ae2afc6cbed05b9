//! The weights of one layer.

use anyhow::Result;

use super::config::Config;
use crate::backbone::gguf::Gguf;
use crate::kernels::{Level, Precision, Weights};

/// One layer; what an architecture does without is `None`.
pub struct Layer {
    /// Gain before attention.
    pub attn_norm: Vec<f32>,
    /// Query, key and value side by side.
    pub qkv: Weights,
    /// Gains of a head of the query and of the key.
    pub head_norms: Option<(Vec<f32>, Vec<f32>)>,
    /// From all heads back to the width.
    pub out: Weights,
    /// Gain after attention.
    pub after_attn: Option<Vec<f32>>,
    /// Gain before the gate.
    pub ffn_norm: Vec<f32>,
    /// Gate and value side by side.
    pub gate_up: Weights,
    /// Back to the width.
    pub down: Weights,
    /// Gain after the gate.
    pub after_ffn: Option<Vec<f32>>,
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
        let mut gain = |name: &str, n: usize| gguf.tensor(&format!("blk.{index}.{name}.weight"), &[n]);
        let head_norms = match config.head_norms {
            true => Some((gain("attn_q_norm", head_size)?, gain("attn_k_norm", head_size)?)),
            false => None,
        };
        let (after_attn, after_ffn) = match config.after_norms {
            true => (Some(gain("post_attention_norm", width)?), Some(gain("post_ffw_norm", width)?)),
            false => (None, None),
        };
        let (attn_norm, ffn_norm) = (gain("attn_norm", width)?, gain("ffn_norm", width)?);
        Ok(Self { attn_norm, qkv, head_norms, out, after_attn, ffn_norm, gate_up, down, after_ffn })
    }
}
