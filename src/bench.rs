//! How fast this build reads on this machine, and how near that is to what the machine can do.
//!
//! Everything is timed a few times over and told as the median with the slowest and the fastest run, after one run that is not
//! counted. A [`Measured`] describes itself: processor, threads, kernels, model, runs.

mod chats;
mod machine;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;

use crate::backbone::{self, Backbone, Context, Device, Gguf, Lane, Segment};
use crate::kernels::{Level, Precision, peak};
use crate::models::{Model, Place};
use crate::prompt::Reader;
use crate::score::{Reading, Workers};
use crate::transcript::Transcript;

pub use chats::built_in;
pub use machine::peak_mib;

/// Everything that was found out, as it is written to a file.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The version of this program.
    pub rushlight: &'static str,
    /// Which machine, and what it can do.
    pub machine: Machine,
    /// Which weights.
    pub backbone: BackboneRef,
    /// Timed runs of each thing.
    pub runs: usize,
    /// One entry for each length.
    pub passes: Vec<Pass>,
    /// Whole conversations, read and judged; absent without a head and a tokenizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chats: Option<Chats>,
    /// The most memory this process has held by then, in MiB, weights on their way in included; `None` where the system does not tell.
    pub peak_memory_mib: Option<u64>,
}

/// The machine as far as it matters.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's name for itself.
    pub cpu: String,
    /// What runs the backbone: `cpu`, `cuda:0` and the like.
    pub device: String,
    /// What its maker calls it; absent for the processor.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub card: String,
    /// Threads that compute.
    pub threads: usize,
    /// Name of the instruction set that is used.
    pub kernel: &'static str,
    /// Highest single-precision rate of all threads, in GFLOP/s.
    pub peak_f32: f64,
    /// Highest rate of sums of products of bytes, in Gop/s.
    pub peak_int8: f64,
}

/// Which backbone was run.
#[derive(Clone, Debug, Serialize)]
pub struct BackboneRef {
    /// The model's name, or the file's.
    pub name: String,
    /// `bert`, `llama` and the like.
    pub architecture: String,
    /// Products that the linear layers make for one token.
    pub linear_weights: u64,
    /// What they are made in: `f32` or `int8`.
    pub arithmetic: &'static str,
}

/// The median of some rates, with the lowest and the highest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
}

impl Spread {
    /// Of at least one number.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        Self { median: low.midpoint(high), min: values[0], max: values[values.len() - 1] }
    }

    /// How often `count` things happen in a second, when all of them take as many seconds as said.
    fn rate(count: u64, seconds: &[f64]) -> Self {
        Self::of(seconds.iter().map(|s| count as f64 / s).collect())
    }
}

/// One pass over a text of so many tokens.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    /// How many.
    pub tokens: usize,
    /// In how many texts, side by side, because the backbone takes no longer ones.
    pub texts: usize,
    /// Tokens a second.
    pub tokens_per_second: Spread,
    /// Rate of the linear layers alone, in GFLOP/s (or Gop/s), as if the rest took no time.
    pub linear_gflops: f64,
    /// The same as a share of the processor's peak in that arithmetic; absent where another device ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_peak: Option<f64>,
}

/// Conversations, read and judged side by side; importing them is not counted.
#[derive(Clone, Debug, Serialize)]
pub struct Chats {
    /// How many.
    pub chats: usize,
    /// Messages in all of them.
    pub messages: usize,
    /// Tokens of all messages, their marks included.
    pub tokens: usize,
    /// Conversations a second.
    pub chats_per_second: Spread,
    /// Messages a second.
    pub messages_per_second: Spread,
    /// Tokens a second.
    pub tokens_per_second: Spread,
}

/// A backbone out of a file, and what the file says about it. `name` is what it is called in the result.
pub fn open(path: &Path, name: &str, device: Device) -> Result<(Box<dyn Backbone>, BackboneRef)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut gguf = Gguf::from_source(Box::new(BufReader::new(file)))?;
    let backbone = backbone::load_on(device, &mut gguf, Level::detect(), Precision::detect())?;
    let about = describe(&gguf, name)?;
    Ok((backbone, about))
}

/// A whole model, and what its backbone is.
pub fn open_model(place: &Place, device: Device) -> Result<(Model, BackboneRef)> {
    let model = Model::load_at(place, device, Precision::detect())?;
    let about = describe(&place.gguf(&model.card)?, &model.card.name)?;
    Ok((model, about))
}

fn describe(gguf: &Gguf<'_>, name: &str) -> Result<BackboneRef> {
    Ok(BackboneRef {
        name: name.to_owned(),
        architecture: gguf.architecture().to_owned(),
        linear_weights: gguf.linear_weights(),
        arithmetic: gguf.precision(Precision::detect()).name(),
    })
}

impl Machine {
    /// Ask this one; takes about a second.
    ///
    /// # Errors
    /// When the device cannot be asked.
    pub fn measure(device: Device) -> Result<Self> {
        let level = Level::detect();
        let giga = |precision| peak(level, precision) / 1e9;
        Ok(Self {
            cpu: machine::cpu(),
            device: device.to_string(),
            card: device.model()?,
            threads: rayon::current_num_threads(),
            kernel: level.name(),
            peak_f32: giga(Precision::Whole),
            peak_int8: giga(Precision::Int8),
        })
    }

    /// The processor's peak of an arithmetic, by its name, when it runs the backbone.
    fn peak(&self, arithmetic: &str) -> Option<f64> {
        let peak = if arithmetic == Precision::Int8.name() { self.peak_int8 } else { self.peak_f32 };
        (self.device == Device::Cpu.to_string()).then_some(peak)
    }
}

/// Time `runs` passes over `tokens` made-up tokens.
///
/// # Errors
/// When `tokens` is none.
pub fn pass(
    machine: &Machine,
    backbone: &dyn Backbone,
    about: &BackboneRef,
    tokens: usize,
    runs: usize,
) -> Result<Pass> {
    ensure!(tokens > 0, "a pass needs at least one token");
    let vocabulary = backbone.vocabulary() as u64;
    // Ids all over the table, the same on every machine.
    let ids: Vec<u32> = (0..tokens as u64)
        .map(|at| (at.wrapping_mul(7_919).wrapping_add(1_013) % vocabulary) as u32)
        .collect();
    let texts: Vec<&[u32]> = ids.chunks(backbone.max_tokens()).collect();
    let seconds = timed(runs, || {
        let mut contexts = vec![Context::default(); texts.len()];
        let lane = |(context, ids)| Lane { context, segments: vec![Segment { ids, speaker: 0 }] };
        let mut lanes: Vec<Lane<'_>> = contexts.iter_mut().zip(texts.iter().copied()).map(lane).collect();
        std::hint::black_box(backbone.encode(&mut lanes));
        Ok(())
    })?;
    let tokens_per_second = Spread::rate(tokens as u64, &seconds);
    let linear_gflops = tokens_per_second.median * 2.0 * about.linear_weights as f64 / 1e9;
    let share_of_peak = machine.peak(about.arithmetic).map(|peak| linear_gflops / peak);
    Ok(Pass { tokens, texts: texts.len(), tokens_per_second, linear_gflops, share_of_peak })
}

/// Time `runs` readings of all `transcripts`, side by side as `rushlight score` does it.
///
/// # Errors
/// When there is no message to read.
pub fn chats(model: &Model, transcripts: &[Transcript], runs: usize) -> Result<Chats> {
    let messages: usize = transcripts.iter().map(|t| t.messages.len()).sum();
    ensure!(messages > 0, "there are no messages in the chats");
    let workers = Workers::new()?;
    let mut tokens = 0;
    for transcript in transcripts {
        let pieces = Reader::read(&model.prompt, transcript)?;
        tokens += pieces.iter().map(|p| p.ids.len()).sum::<usize>();
    }
    let reading = |transcript| Reading { transcript, format: "bench", notes: Vec::new() };
    let readings: Vec<Reading<'_>> = transcripts.iter().map(reading).collect();
    let seconds =
        timed(runs, || workers.assess(model, &readings).into_iter().try_for_each(|one| one.map(drop)))?;
    let rate = |count: usize| Spread::rate(count as u64, &seconds);
    Ok(Chats {
        chats: transcripts.len(),
        messages,
        tokens,
        chats_per_second: rate(transcripts.len()),
        messages_per_second: rate(messages),
        tokens_per_second: rate(tokens),
    })
}

/// Seconds of each of `runs` runs, after one that is not counted.
fn timed(runs: usize, mut work: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    work()?;
    let mut one = || {
        let started = Instant::now();
        work()?;
        Ok(started.elapsed().as_secs_f64())
    };
    (0..runs.max(1)).map(|_| one()).collect()
}
