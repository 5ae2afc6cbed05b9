//! `rushlight bench`: how fast a model reads on this machine.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::Exit;
use super::input::Where;
use super::outputs::{apart, begins, not_there, only_over};
use super::read::each;
use crate::backbone::Backbone;
use crate::bench::{self, Chats, Machine, Measured, Pass, Spread};
use crate::import;
use crate::models::{Model, Place};
use crate::transcript::Transcript;

/// Measure how fast a model reads on this machine.
///
/// Rates are medians of the runs, with the lowest and the highest; one run before them is not counted. Run it with nothing else
/// going on. RAYON_NUM_THREADS sets the number of threads, RUSHLIGHT_KERNEL (amx-bf16, avx512-vnni, avx512,
/// avx-vnni, avx2, neon-dotprod, neon, portable) the instruction set; RUSHLIGHT_PRECISION=f32 keeps activations whole.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Model to measure: a name that `models list` shows, or a folder.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    #[command(flatten)]
    device: Where,
    /// Measure the weights in this GGUF alone: without a tokenizer and a head, no chats are read.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "chats"])]
    gguf: Option<PathBuf>,
    /// Lengths of the texts, in tokens.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "128,512,2048", value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    tokens: Vec<u32>,
    /// Timed runs of each.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    /// Chats to read instead of made-up ones.
    #[arg(long, value_name = "FILE")]
    chats: Option<PathBuf>,
    /// Leave the chats out, or the texts.
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Only>,
    /// Also write the result to FILE as JSON; `-` prints it instead of the table.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Replace FILE if it is a result of `bench`.
    #[arg(long, requires = "json")]
    overwrite: bool,
}

/// One of the two things that are timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// Texts of `--tokens`.
    Texts,
    /// Conversations.
    Chats,
}

impl Args {
    /// Measure, print, write.
    pub fn run(self) -> Result<Exit> {
        if let Some(out) = self.json.as_deref().filter(|out| *out != Path::new("-")) {
            let read: Vec<PathBuf> = self.chats.iter().chain(&self.gguf).cloned().collect();
            apart(&[out], &read)?;
            not_there(out, self.overwrite)?;
            only_over(out, begins(out, &["{\n  \"rushlight\": \""]), "a result of `rushlight bench`")?;
        }
        let measured = match &self.gguf {
            Some(path) => self.of_gguf(path)?,
            None => self.of_model()?,
        };
        let json = serde_json::to_string_pretty(&measured)? + "\n";
        match &self.json {
            Some(path) if path == Path::new("-") => std::io::stdout().write_all(json.as_bytes())?,
            Some(path) => {
                std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
                table(&measured)?;
            }
            None => table(&measured)?,
        }
        Ok(Exit::Read)
    }

    fn of_gguf(&self, path: &Path) -> Result<Measured> {
        if self.only == Some(Only::Chats) {
            bail!("a GGUF alone reads no chats; give --model");
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (backbone, about) = bench::open(path, &name, self.device.device()?)
            .with_context(|| format!("cannot use {}", path.display()))?;
        let mut measured = self.start(about)?;
        self.passes(&mut measured, &*backbone)?;
        measured.peak_memory_mib = bench::peak_mib();
        Ok(measured)
    }

    fn of_model(&self) -> Result<Measured> {
        let (model, about) = bench::open_model(&Place::find(self.model.as_deref())?, self.device.device()?)?;
        let mut measured = self.start(about)?;
        if self.only != Some(Only::Chats) {
            self.passes(&mut measured, &*model.backbone)?;
        }
        if self.only != Some(Only::Texts) {
            measured.chats = Some(self.chats(&model)?);
        }
        measured.peak_memory_mib = bench::peak_mib();
        Ok(measured)
    }

    fn start(&self, backbone: bench::BackboneRef) -> Result<Measured> {
        Ok(Measured {
            rushlight: env!("CARGO_PKG_VERSION"),
            machine: Machine::measure(self.device.device()?)?,
            backbone,
            runs: self.runs as usize,
            passes: Vec::new(),
            chats: None,
            peak_memory_mib: None,
        })
    }

    fn passes(&self, measured: &mut Measured, backbone: &dyn Backbone) -> Result<()> {
        for tokens in &self.tokens {
            let pass = bench::pass(
                &measured.machine,
                backbone,
                &measured.backbone,
                *tokens as usize,
                measured.runs,
            )?;
            measured.passes.push(pass);
        }
        Ok(())
    }

    fn chats(&self, model: &Model) -> Result<Chats> {
        let transcripts = match &self.chats {
            Some(path) => read(path)?,
            None => bench::built_in(),
        };
        bench::chats(model, &transcripts, self.runs as usize)
    }
}

/// All conversations of a file.
fn read(path: &Path) -> Result<Vec<Transcript>> {
    let mut transcripts = Vec::new();
    let options = import::Options::default();
    each(
        |sink| import::read_path(path, &options, sink),
        |imported| {
            transcripts.push(imported.transcript);
            Ok(())
        },
    )??;
    Ok(transcripts)
}

/// The result in words.
fn table(measured: &Measured) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let Measured { machine, backbone, runs, .. } = measured;
    writeln!(out, "{}", machine.cpu)?;
    writeln!(out, "{} threads, {} kernels", machine.threads, machine.kernel)?;
    if machine.device != "cpu" {
        writeln!(out, "device    {} {}", machine.device, machine.card)?;
    }
    writeln!(out, "peak      {:.0} GFLOP/s f32, {:.0} Gop/s int8", machine.peak_f32, machine.peak_int8)?;
    let millions = backbone.linear_weights as f64 / 1e6;
    writeln!(
        out,
        "model     {} ({}), {millions:.1} million weights in linear layers, {}",
        backbone.name, backbone.architecture, backbone.arithmetic
    )?;
    writeln!(out, "runs      median of {runs} (lowest to highest)\n")?;
    for pass in &measured.passes {
        writeln!(out, "{}", line(pass))?;
    }
    if let Some(chats) = &measured.chats {
        let Chats { chats: count, messages, tokens, .. } = chats;
        writeln!(out, "\n{count} chats, {messages} messages, {tokens} tokens, read and judged side by side")?;
        let rates = [
            ("chats/s", chats.chats_per_second),
            ("messages/s", chats.messages_per_second),
            ("tok/s", chats.tokens_per_second),
        ];
        for (unit, rate) in rates {
            writeln!(out, "  {:<34} {unit}", spread(rate))?;
        }
    }
    if let Some(peak) = measured.peak_memory_mib {
        writeln!(out, "\npeak memory {peak} MiB")?;
    }
    Ok(())
}

fn line(pass: &Pass) -> String {
    let Pass { tokens, texts, tokens_per_second, linear_gflops, share_of_peak } = pass;
    let cut = if *texts > 1 { format!(", as {texts} texts") } else { String::new() };
    let rate = spread(*tokens_per_second);
    let share = share_of_peak.map_or_else(String::new, |share| format!(", {:.0} % of peak", share * 100.0));
    format!("{tokens:>6} tokens  {rate:<34} tok/s  linear layers {linear_gflops:.0} GFLOP/s{share}{cut}")
}

fn spread(Spread { median, min, max }: Spread) -> String {
    let digits = if median < 100.0 { 1 } else { 0 };
    format!("{median:.digits$} ({min:.digits$} to {max:.digits$})")
}
