//! Qwen 2 and 2.5 (Yang et al. 2024).

use anyhow::Result;

use super::config::Config;
use crate::backbone::gguf::Gguf;

/// Queries, keys and values have biases.
pub fn config(gguf: &Gguf<'_>) -> Result<Config> {
    Ok(Config { bias: true, ..Config::plain(gguf)? })
}
