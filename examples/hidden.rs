//! The hidden state of a decoder at every position of one text, after the last norm:
//!
//! ```text
//! cargo run --release --example hidden -- model.gguf out.f32 < ids.txt
//! ```
//!
//! Standard input holds token ids, white space between them. The file that is written holds `f32` numbers, least byte first, a row of the
//! model's width for each id. `scripts/reference/llama_cpp_decoder.py` compares them with llama.cpp's.

use std::fs::File;
use std::io::{BufReader, Read as _};

use anyhow::{Context as _, Result};
use rushlight::backbone::{self, Context, Gguf, Lane, Segment};
use rushlight::kernels::{Level, Precision};

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let [model, out] = &args[..] else { anyhow::bail!("usage: hidden MODEL.gguf OUT.f32 < ids.txt") };
    let source = BufReader::new(File::open(model).context("cannot read the model")?);
    let mut gguf = Gguf::from_source(Box::new(source))?;
    let backbone = backbone::load(&mut gguf, Level::detect(), Precision::detect())?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let ids: Vec<u32> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    // A vector stands for the last token of its segment, so every token is a segment.
    let segments = ids.chunks(1).map(|ids| Segment { ids, speaker: 0 }).collect();
    let vectors = backbone.encode(&mut [Lane { context: &mut Context::default(), segments }]);
    let bytes: Vec<u8> = vectors.iter().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(out, bytes).context("cannot write the hidden states")
}
