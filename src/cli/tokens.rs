//! `rushlight tokens`: what the model reads, for training programs and the curious.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use super::Exit;
use super::read::each;
use crate::import::{self, Imported};
use crate::models;
use crate::prompt::Reader;

/// Print the token ids and features of every conversation, one line of JSON each.
///
/// Training programs read this, so that a model is trained on exactly what it will be given. Token ids can be turned
/// back into text: treat the output like the chats themselves.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Chats to read.
    file: PathBuf,
    /// The tokenizer.json of an encoder, or the GGUF of a decoder.
    #[arg(long, value_name = "FILE")]
    tokenizer: PathBuf,
}

impl Args {
    /// Print the pieces of every conversation.
    pub fn run(self) -> Result<Exit> {
        let prompt = models::prompt_at(&self.tokenizer)?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut line = |imported: Imported| {
            let transcript = &imported.transcript;
            let pieces = Reader::read(&prompt, transcript)?;
            let pieces: Vec<_> = pieces
                .iter()
                .map(|p| json!({"message": p.message, "speaker": p.speaker, "ids": p.ids, "features": p.features}))
                .collect();
            Ok(writeln!(out, "{}", json!({"id": transcript.id, "pieces": pieces}))?)
        };
        each(|sink| import::read_path(&self.file, &import::Options::default(), sink), &mut line)??;
        out.flush()?;
        Ok(Exit::Read)
    }
}
