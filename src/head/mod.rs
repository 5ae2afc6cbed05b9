//! Vectors to judgements: a small causal network over the messages of one conversation, and beside it what the words alone say.
//!
//! Two gated recurrences (GRU, Cho et al. 2014) run side by side: one over the whole conversation, one per speaker over their own
//! messages. A speaker is only ever "the same as" or "another than", so renaming changes nothing; a step looks
//! only at what came before, so later messages change nothing; and a step costs the same at message 50,000 as at 5.

mod labels;
mod names;
mod words;

pub use labels::{PATTERNS, Pattern, SIGNALS, Signal};
pub use names::Names;
pub use words::Words;

use anyhow::{Context as _, Result, anyhow, ensure};
use safetensors::{Dtype, SafeTensors};

use crate::kernels::{self, Level, Weights};
use words::Tally;

/// What the network says after one piece, all as logits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What this message does, in the order of [`SIGNALS`].
    pub signals: [f32; SIGNALS.len()],
    /// Whether a careful reader would by now want a colleague to look.
    pub risk: f32,
    /// What the conversation is by now, in the order of [`PATTERNS`].
    pub patterns: [f32; PATTERNS.len()],
    /// Whether the speaker of this message is who makes it so.
    pub concern: f32,
}

const OUTPUTS: usize = SIGNALS.len() + 1 + PATTERNS.len() + 1;

/// The network's weights.
pub struct Head {
    level: Level,
    norm: (Vec<f32>, Vec<f32>),
    vector: Weights,
    feature: Weights,
    chat: Gru,
    speaker: Gru,
    out: Weights,
    words: Option<Words>,
}

/// What is remembered of one conversation: one state for the whole and one for each speaker, and which words fell.
#[derive(Clone, Default)]
pub struct Memory {
    chat: Vec<f32>,
    speakers: Vec<Vec<f32>>,
    words: Tally,
}

impl Head {
    /// Read the weights that the training program wrote, under PyTorch's names.
    pub fn from_safetensors(bytes: &[u8], level: Level) -> Result<Self> {
        let file = SafeTensors::deserialize(bytes).context("not a readable safetensors file")?;
        let file = File { file, level };
        let norm = (file.vector("norm.weight")?, file.vector("norm.bias")?);
        let out = file.linear("out", true)?;
        ensure!(out.n() == OUTPUTS, "the head has {} outputs where this build expects {OUTPUTS}", out.n());
        let (vector, feature) = (file.linear("vector", true)?, file.linear("feature", false)?);
        let (chat, speaker, words) = (file.gru("chat")?, file.gru("speaker")?, file.words()?);
        Ok(Self { level, norm, vector, feature, chat, speaker, out, words })
    }

    /// Whether words count by themselves, beside what the network makes of them.
    pub fn weighs_words(&self) -> bool {
        self.words.is_some()
    }

    /// What the words of all pieces so far add to the risk, a logit: `ids` are the tokens of the next piece, without marks around them. Nothing where the model
    /// does not weigh words.
    pub fn hear(&self, memory: &mut Memory, ids: &[u32]) -> f32 {
        self.words.as_ref().map_or(0.0, |words| words.read(&mut memory.words, ids))
    }

    /// Numbers in the vectors it was trained on.
    pub fn width(&self) -> usize {
        self.norm.0.len()
    }

    /// The part of a step that looks at nothing but the message itself, for many pieces at once: `vectors` is pieces × [`Head::width`].
    pub fn project(&self, vectors: &[f32], features: &[f32]) -> Vec<f32> {
        let mut normed = vectors.to_vec();
        kernels::layer_norm(self.level, &mut normed, None, &self.norm.0, &self.norm.1, 1e-5);
        let (mut x, mut f) = (Vec::new(), Vec::new());
        self.vector.apply(&normed, &mut x);
        self.feature.apply(features, &mut f);
        x.iter_mut().zip(&f).for_each(|(x, f)| *x += f);
        kernels::gelu(self.level, &mut x);
        x
    }

    /// Numbers in one row of [`Head::project`].
    pub fn inner(&self) -> usize {
        self.vector.n()
    }

    /// One piece further: `x` is its row of [`Head::project`], `speaker` a number in order of appearance.
    pub fn step(&self, memory: &mut Memory, x: &[f32], speaker: u32) -> Step {
        let who = speaker as usize;
        memory.chat.resize(self.chat.size(), 0.0);
        if memory.speakers.len() <= who {
            memory.speakers.resize(who + 1, vec![0.0; self.speaker.size()]);
        }
        let own = &mut memory.speakers[who];
        self.chat.step(&[x, own].concat(), &mut memory.chat);
        self.speaker.step(&[x, &memory.chat].concat(), own);
        let mut out = Vec::new();
        self.out.apply(&[x, &memory.chat, own].concat(), &mut out);
        let (signals, rest) = out.split_at(SIGNALS.len());
        Step {
            signals: signals.try_into().expect("checked on loading"),
            risk: rest[0],
            patterns: rest[1..=PATTERNS.len()].try_into().expect("checked on loading"),
            concern: rest[PATTERNS.len() + 1],
        }
    }
}

struct Gru {
    input: Weights,
    state: Weights,
}

impl Gru {
    fn size(&self) -> usize {
        self.state.n() / 3
    }

    /// PyTorch's `GRUCell`: gates in the order reset, update, new.
    fn step(&self, x: &[f32], state: &mut [f32]) {
        let (mut i, mut h) = (Vec::new(), Vec::new());
        self.input.apply(x, &mut i);
        self.state.apply(state, &mut h);
        let size = self.size();
        for (at, value) in state.iter_mut().enumerate() {
            let reset = sigmoid(i[at] + h[at]);
            let update = sigmoid(i[size + at] + h[size + at]);
            let new = (i[2 * size + at] + reset * h[2 * size + at]).tanh();
            *value = (1.0 - update) * new + update * *value;
        }
    }
}

/// The logistic function.
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

struct File<'a> {
    file: SafeTensors<'a>,
    level: Level,
}

impl File<'_> {
    fn read(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>)> {
        let tensor = self.file.tensor(name).map_err(|_| anyhow!("the head lacks the tensor {name}"))?;
        ensure!(tensor.dtype() == Dtype::F32, "tensor {name} of the head is not F32");
        let numbers = tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let numbers: Vec<f32> = numbers.collect();
        ensure!(
            numbers.iter().all(|x| x.is_finite()),
            "tensor {name} of the head holds numbers that are not finite"
        );
        Ok((tensor.shape().to_vec(), numbers))
    }

    fn vector(&self, name: &str) -> Result<Vec<f32>> {
        Ok(self.read(name)?.1)
    }

    fn matrix(&self, weight: &str, bias: Option<&str>) -> Result<Weights> {
        let (shape, rows) = self.read(weight)?;
        ensure!(shape.len() == 2 && shape[1] > 0, "tensor {weight} of the head has the shape {shape:?}");
        let bias = bias.map_or_else(|| Ok(vec![0.0; shape[0]]), |name| self.vector(name))?;
        ensure!(bias.len() == shape[0], "{weight} and its bias do not fit each other");
        Ok(Weights::pack(self.level, shape[1], &rows, &bias))
    }

    fn linear(&self, name: &str, bias: bool) -> Result<Weights> {
        let bias_name = format!("{name}.bias");
        self.matrix(&format!("{name}.weight"), bias.then_some(bias_name.as_str()))
    }

    fn words(&self) -> Result<Option<Words>> {
        if self.file.tensor("words.weight").is_err() {
            return Ok(None);
        }
        let [weights, rarity, shift] =
            ["weight", "rarity", "shift"].map(|end| self.vector(&format!("words.{end}")));
        Words::new(weights?, rarity?, &shift?).map(Some)
    }

    fn gru(&self, name: &str) -> Result<Gru> {
        let part =
            |end: &str| self.matrix(&format!("{name}.weight_{end}"), Some(&format!("{name}.bias_{end}")));
        Ok(Gru { input: part("ih")?, state: part("hh")? })
    }
}
