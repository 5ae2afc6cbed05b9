//! Qwen 3 (Yang et al. 2025).

use anyhow::Result;

use super::config::Config;
use crate::backbone::gguf::Gguf;

/// Heads are normed, and their size is a setting of its own.
pub fn config(gguf: &Gguf<'_>) -> Result<Config> {
    Ok(Config { head_norms: true, ..Config::plain(gguf)? })
}
