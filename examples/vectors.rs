//! Token ids and the vector of each line of standard input, every line as the first message of its own conversation:
//!
//! ```text
//! cargo run --release --example vectors -- models/rushlight-small < lines.txt
//! ```
//!
//! One JSON object a line, `{"ids": […], "vector": […]}`. `scripts/reference/llama_cpp.py` compares them with llama.cpp's.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use rushlight::backbone::{Backbone, Bert, Context, Lane, Segment};
use rushlight::kernels::{Level, Precision};
use rushlight::prompt::Prompt;

fn main() -> Result<()> {
    let folder: PathBuf =
        std::env::args_os().nth(1).context("usage: vectors MODEL_FOLDER < lines.txt")?.into();
    let read = |name: &str| std::fs::read(folder.join(name)).with_context(|| format!("cannot read {name}"));
    let prompt = Prompt::from_bytes(&read("tokenizer.json")?)?;
    let bert = Bert::from_gguf(&read("model.gguf")?, Level::detect(), Precision::detect())?;
    for line in std::io::stdin().lines() {
        let ids = prompt.ids(&line?)?;
        let segments = vec![Segment { ids: &ids[..ids.len().min(bert.max_tokens())], speaker: 0 }];
        let vector = bert.encode(&mut [Lane { context: &mut Context::default(), segments }]);
        writeln!(std::io::stdout(), "{}", serde_json::json!({ "ids": ids, "vector": vector }))?;
    }
    Ok(())
}
