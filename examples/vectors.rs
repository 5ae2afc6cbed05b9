//! Token ids and the vector of each line of standard input, every line as the first message of its own conversation:
//!
//! ```text
//! cargo run --release --example vectors -- models/rushlight-small < lines.txt
//! ```
//!
//! Of a model folder, or of the GGUF of a decoder. One JSON object a line, `{"ids": […], "vector": […]}`; `scripts/reference/llama_cpp.py` compares them with llama.cpp's.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use rushlight::backbone::{self, Context, Gguf, Lane, Segment};
use rushlight::kernels::{Level, Precision};
use rushlight::models::{self, TEMPLATE};
use rushlight::prompt::Template;

fn main() -> Result<()> {
    let path: PathBuf = std::env::args_os().nth(1).context("usage: vectors MODEL < lines.txt")?.into();
    let gguf = if path.is_dir() { path.join("model.gguf") } else { path.clone() };
    let (source, _) = models::opened(&gguf)?;
    let mut gguf = Gguf::from_source(Box::new(source))?;
    let backbone = backbone::load(&mut gguf, Level::detect(), Precision::detect())?;
    let json = std::fs::read(path.join("tokenizer.json")).ok();
    let template = backbone.is_running().then(|| Template::named(TEMPLATE)).transpose()?;
    let prompt = models::prompt_of(&*backbone, &gguf, json.as_deref(), template)?;
    for line in std::io::stdin().lines() {
        let ids = prompt.ids(&line?)?;
        let segments = vec![Segment { ids: &ids[..ids.len().min(backbone.max_tokens())], speaker: 0 }];
        let vector = backbone.encode(&mut [Lane { context: &mut Context::default(), segments }]);
        writeln!(std::io::stdout(), "{}", serde_json::json!({ "ids": ids, "vector": vector }))?;
    }
    Ok(())
}
