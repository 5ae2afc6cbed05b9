//! What a GGUF says of its tokens, for the prompt, which knows no GGUF.

use anyhow::{Context as _, Result};

use crate::backbone::Gguf;
use crate::prompt::Vocabulary;

/// Entries as llama.cpp names them; a file without any gives an empty vocabulary.
///
/// # Errors
/// When an entry holds something else than it should.
pub fn vocabulary(gguf: &Gguf<'_>) -> Result<Vocabulary> {
    let key = |name: &str| format!("tokenizer.ggml.{name}");
    let read = || -> Result<Vocabulary> {
        Ok(Vocabulary {
            model: gguf.text(&key("model"))?.unwrap_or_default(),
            pre: gguf.text(&key("pre"))?,
            tokens: gguf.texts(&key("tokens"))?,
            kinds: gguf.whole_numbers(&key("token_type"))?,
            scores: gguf.numbers(&key("scores"))?.unwrap_or_default(),
            merges: gguf.texts(&key("merges"))?,
            bos: gguf.id(&key("bos_token_id"))?,
            opens: gguf.flag(&key("add_bos_token"))?,
            blank_before: gguf.flag(&key("add_space_prefix"))?,
        })
    };
    read().context("the tokens of the GGUF")
}
