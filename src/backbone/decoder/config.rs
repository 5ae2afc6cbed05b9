//! What differs between decoders, as data; each architecture's own file fills it in.

use anyhow::{Result, bail, ensure};

use super::rope::Turning;
use super::{WINDOW, gemma3, llama, qwen2, qwen3};
use crate::backbone::gguf::Gguf;
use crate::kernels::{Gate, Pairing, Precision};

/// Sizes and habits of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Numbers in a hidden state.
    pub width: usize,
    /// Layers.
    pub blocks: usize,
    /// Heads of a query.
    pub heads: usize,
    /// Heads of a key.
    pub kv_heads: usize,
    /// Numbers in a head.
    pub head_size: usize,
    /// Numbers between the gate and the way down.
    pub inner: usize,
    /// Tokens that are read in a row.
    pub window: usize,
    /// Added to the mean square before its root is taken.
    pub eps: f32,
    /// Which numbers of a head turn together.
    pub pairing: Pairing,
    /// How layers that see everything turn.
    pub turning: Turning,
    /// Layers that see only the last few tokens.
    pub local: Option<Local>,
    /// Something is added to queries, keys and values.
    pub bias: bool,
    /// Each head of a query and of a key is normed.
    pub head_norms: bool,
    /// What attention and gate give is normed before it is added.
    pub after_norms: bool,
    /// What the gate is.
    pub gate: Gate,
    /// Times the embedding of a token.
    pub embedding_scale: f32,
    /// Times the product of query and key.
    pub query_scale: f32,
    /// How keys and values are kept: whole, or beside products in eight bits rounded to sixteen.
    pub kept: Precision,
}

/// Layers with a sliding window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Local {
    /// Tokens that such a layer sees, the token's own among them.
    pub window: usize,
    /// Every so many layers one sees everything.
    pub period: usize,
    /// How such a layer turns.
    pub turning: Turning,
}

type Reader = fn(&Gguf<'_>) -> Result<Config>;

/// How each architecture's file is read; the names are those of llama.cpp.
const READERS: [(&str, Reader); 4] = [
    ("llama", llama::config),
    ("qwen2", qwen2::config),
    ("qwen3", qwen3::config),
    ("gemma3", gemma3::config),
];

/// The architectures that [`Config::read`] knows.
pub fn names() -> [&'static str; READERS.len()] {
    READERS.map(|(name, _)| name)
}

impl Config {
    /// Settings of the file's architecture, checked against each other.
    pub fn read(gguf: &Gguf<'_>) -> Result<Self> {
        let found = gguf.architecture();
        let Some((_, read)) = READERS.iter().find(|(name, _)| *name == found) else {
            bail!(
                "the GGUF holds the architecture {found:?}; of decoders this build reads {}",
                names().join(", ")
            )
        };
        let config = read(gguf)?;
        config.check()?;
        Ok(config)
    }

    /// What all have in common, and the plainest of habits: no biases, no norms beyond the usual two, neighbouring halves, SiLU.
    pub fn plain(gguf: &Gguf<'_>) -> Result<Self> {
        let (width, heads) = (gguf.size("embedding_length")?, gguf.size("attention.head_count")?);
        let head_size = match gguf.size_if_any("attention.key_length")? {
            Some(size) => size,
            None => width / heads,
        };
        let turned = gguf.size_if_any("rope.dimension_count")?.unwrap_or(head_size);
        ensure!(
            turned == head_size,
            "{turned} of {head_size} numbers of a head turn; this build turns all or none"
        );
        let value = gguf.size_if_any("attention.value_length")?.unwrap_or(head_size);
        ensure!(
            value == head_size,
            "keys of {head_size} numbers and values of {value}; this build reads equal ones"
        );
        let base = gguf.number_if_any("rope.freq_base")?.unwrap_or(10_000.0);
        Ok(Self {
            width,
            blocks: gguf.size("block_count")?,
            heads,
            kv_heads: gguf.size_if_any("attention.head_count_kv")?.unwrap_or(heads),
            head_size,
            inner: gguf.size("feed_forward_length")?,
            window: gguf.context_length()?.min(WINDOW),
            eps: gguf.number("attention.layer_norm_rms_epsilon")?,
            pairing: Pairing::Halves,
            turning: Turning { base: f64::from(base), factor: factor(gguf)? },
            local: None,
            bias: false,
            head_norms: false,
            after_norms: false,
            gate: Gate::Silu,
            embedding_scale: 1.0,
            query_scale: 1.0 / (head_size as f32).sqrt(),
            kept: Precision::Whole,
        })
    }

    /// Whether layer `index` sees only the last few tokens.
    pub fn local(&self, index: usize) -> Option<Local> {
        self.local.filter(|local| index % local.period != local.period - 1)
    }

    fn check(&self) -> Result<()> {
        let Self { width, heads, kv_heads, head_size, inner, window, eps, turning, .. } = self;
        ensure!(
            width.is_multiple_of(16)
                && inner.is_multiple_of(16)
                && head_size.is_multiple_of(32)
                && *head_size > 0,
            "a width of {width}, {inner} inner numbers and heads of {head_size}: width and inner size must be multiples of 16, heads of 32"
        );
        ensure!(
            heads.is_multiple_of(*kv_heads),
            "{heads} heads of queries cannot share {kv_heads} heads of keys evenly"
        );
        ensure!(*window >= 2, "a context of {window} tokens is too short to read in");
        ensure!(*eps > 0.0, "the epsilon of the norms is {eps}; it must be above 0");
        let turnings = [Some(*turning), self.local.map(|local| local.turning)];
        for Turning { base, factor } in turnings.into_iter().flatten() {
            ensure!(
                base > 1.0 && factor > 0.0,
                "positions turn by base {base} and factor {factor}, which cannot be"
            );
        }
        Ok(())
    }
}

/// By what positions are divided; only linear scaling is known.
fn factor(gguf: &Gguf<'_>) -> Result<f64> {
    match gguf.word("rope.scaling.type")? {
        None | Some("none") => Ok(1.0),
        Some("linear") => Ok(f64::from(gguf.number("rope.scaling.factor")?)),
        Some(other) => {
            bail!("positions are scaled in the way {other:?}; this build reads \"linear\" and \"none\"")
        }
    }
}
