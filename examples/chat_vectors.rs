//! What the backbone of a model makes of every piece of the chats in a file, to train heads on without reading the chats again:
//!
//! ```text
//! cargo run --release --example chat_vectors -- models/rushlight-small train.jsonl > train.f16
//! ```
//!
//! Numbers of sixteen bits (F16, little-endian), width × pieces, chat after chat in the order of the file, as `rushlight tokens` has them.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use half::f16;
use rayon::prelude::*;
use rushlight::import::{self, Options};
use rushlight::models::{Model, Place};
use rushlight::score;
use rushlight::transcript::Transcript;

/// Chats that are read side by side and held until all of them are written.
const SIDE_BY_SIDE: usize = 256;

fn main() -> Result<()> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let (folder, file) = paths.next().zip(paths.next()).context("usage: chat_vectors MODEL CHATS > FILE")?;
    let model = Model::load(&Place::Folder(folder))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut waiting, mut problem) = (Vec::new(), None);
    import::read_path(Path::new(&file), &Options::default(), &mut |imported| {
        waiting.push(imported.transcript);
        let full = waiting.len() == SIDE_BY_SIDE;
        problem = full.then(|| write(&model, &mut waiting, &mut out)).and_then(Result::err);
        if problem.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    problem.map_or(Ok(()), Err)?;
    write(&model, &mut waiting, &mut out)?;
    Ok(out.flush()?)
}

/// Write what the model makes of the chats, in their order, and forget these.
fn write(model: &Model, chats: &mut Vec<Transcript>, out: &mut impl std::io::Write) -> Result<()> {
    let of = |chat: &Transcript| -> Result<Vec<u8>> {
        let (_, vectors) = score::vectors(model, chat)?;
        Ok(vectors.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect())
    };
    let found: Result<Vec<Vec<u8>>> = chats.par_iter().map(of).collect();
    chats.clear();
    for bytes in found? {
        out.write_all(&bytes)?;
    }
    Ok(())
}
