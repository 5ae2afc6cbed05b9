//! Gemma 3 (Gemma Team 2025), the part that reads text.

use anyhow::Result;

use super::config::{Config, Local};
use super::rope::Turning;
use crate::backbone::gguf::Gguf;
use crate::kernels::Gate;

/// One layer in so many sees everything, unless the file says otherwise.
const PERIOD: usize = 6;
/// How layers with a sliding window turn, unless the file says otherwise.
const LOCAL_BASE: f32 = 10_000.0;
/// Only the 27B has so many layers, and only it scales queries by width and heads (`query_pre_attn_scalar`), which no GGUF says.
const BLOCKS_27B: usize = 62;

/// Norms before and after, heads normed, embeddings by the root of the width, most layers with a sliding window. The 1 that Gemma adds to the gain of its
/// norms is in the file already.
pub fn config(gguf: &Gguf<'_>) -> Result<Config> {
    let plain = Config::plain(gguf)?;
    let local = match gguf.size_if_any("attention.sliding_window")? {
        None => None,
        Some(window) => Some(Local {
            window,
            period: gguf.size_if_any("attention.sliding_window_pattern")?.unwrap_or(PERIOD),
            turning: Turning {
                base: f64::from(gguf.number_if_any("rope.freq_base_swa")?.unwrap_or(LOCAL_BASE)),
                factor: 1.0,
            },
        }),
    };
    let query_width =
        if plain.blocks == BLOCKS_27B { (plain.width / plain.heads).max(1) } else { plain.head_size };
    Ok(Config {
        local,
        head_norms: true,
        after_norms: true,
        gate: Gate::GeluTanh,
        embedding_scale: (plain.width as f32).sqrt(),
        query_scale: 1.0 / (query_width as f32).sqrt(),
        ..plain
    })
}
