//! Llama 2 and 3 (Touvron et al. 2023), and what shares their shape: Mistral, SmolLM.

use anyhow::Result;

use super::config::Config;
use crate::backbone::gguf::Gguf;
use crate::kernels::Pairing;

/// Neighbours turn together, since llama.cpp stores queries and keys so; a few relatives have biases.
pub fn config(gguf: &Gguf<'_>) -> Result<Config> {
    let bias = gguf.has("blk.0.attn_q.bias");
    Ok(Config { pairing: Pairing::Adjacent, bias, ..Config::plain(gguf)? })
}
