//! Conversations as the network takes them: what the backbone made of each message, and what is known of it.

use std::ops::RangeInclusive;

use anyhow::Result;
use candle_core::{Device, Tensor};
use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::eval::Gold;
use crate::head::{Head, Memory, PATTERNS, SIGNALS, Signal};
use crate::models::Model;
use crate::prompt::FEATURES;
use crate::transcript::Transcript;

/// Longest stretch of a conversation that one step of training sees, in pieces.
pub const STRETCH: usize = 160;
/// Pieces from the onset on that a stretch holds at least, where there are so many.
const AFTER: usize = 8;

/// One conversation, ready to learn from. It holds numbers only, no text.
pub struct Chat {
    /// Pieces × width.
    vectors: Vec<f32>,
    /// Pieces × [`FEATURES`].
    features: Vec<f32>,
    /// The speaker's number, by piece.
    speakers: Vec<u32>,
    /// What the words so far add to the risk, by piece, where the model that read it weighs words.
    words: Vec<f32>,
    /// Index of the message, by piece.
    message: Vec<usize>,
    /// Whether it is risky.
    pub risk: bool,
    onset: Option<usize>,
    /// By pattern, when they are known.
    pub patterns: Option<[f32; PATTERNS.len()]>,
    /// By message and signal, when they are known.
    signals: Option<Vec<[f32; SIGNALS.len()]>>,
    /// By speaker's number, when it is known.
    concern: Option<Vec<f32>>,
}

impl Chat {
    /// Let the model read a conversation; `None` when nobody says anything in it.
    pub fn read(model: &Model, transcript: &Transcript, gold: &Gold) -> Result<Option<Self>> {
        let (pieces, vectors) = crate::score::vectors(model, transcript)?;
        if pieces.is_empty() {
            return Ok(None);
        }
        let features = pieces.iter().flat_map(|p| p.features).collect();
        let speakers = pieces.iter().map(|p| p.speaker).collect();
        let mut chat = Self::made(vectors, features, speakers, gold);
        chat.message = pieces.iter().map(|p| p.message).collect();
        let mut memory = Memory::default();
        chat.words = pieces.iter().map(|p| model.head.hear(&mut memory, model.prompt.inside(p))).collect();
        chat.concern = gold.concern.as_ref().map(|names| {
            let name = |s: Option<usize>| s.is_some_and(|s| names.contains(&transcript.speakers[s].name));
            let mut by_number = Vec::new();
            for piece in &pieces {
                let who = piece.speaker as usize;
                by_number.resize(by_number.len().max(who + 1), 0.0);
                by_number[who] = flag(name(transcript.messages[piece.message].speaker));
            }
            by_number
        });
        Ok(Some(chat))
    }

    /// From what the backbone made of each message, one piece a message; who is of concern stays unknown.
    pub fn made(vectors: Vec<f32>, features: Vec<f32>, speakers: Vec<u32>, gold: &Gold) -> Self {
        let one_hot = |all: &[Signal]| SIGNALS.map(|s| flag(all.contains(&s)));
        Self {
            vectors,
            features,
            message: (0..speakers.len()).collect(),
            words: vec![0.0; speakers.len()],
            speakers,
            risk: gold.risk,
            onset: gold.onset,
            patterns: gold.patterns.as_ref().map(|p| PATTERNS.map(|q| flag(p.contains(&q)))),
            signals: gold.signals.as_ref().map(|by_message| by_message.iter().map(|s| one_hot(s)).collect()),
            concern: None,
        }
    }

    /// Number of pieces.
    pub fn len(&self) -> usize {
        self.speakers.len()
    }

    /// What is known of the signals of a piece.
    pub fn signals(&self, piece: usize) -> Option<&[f32; SIGNALS.len()]> {
        Some(&self.signals.as_ref()?[self.message[piece]])
    }

    /// What the words up to a piece add to the risk by `head`, which is the one that read it, or learnt from it, or one made anew that weighs no words.
    pub fn words(&self, head: &Head, piece: usize) -> f32 {
        if head.weighs_words() { self.words[piece] } else { 0.0 }
    }

    /// The head's share of each piece that looks at nothing else.
    pub fn project(&self, head: &Head) -> Vec<f32> {
        head.project(&self.vectors, &self.features)
    }

    /// The speaker's number, by piece.
    pub fn speakers(&self) -> &[u32] {
        &self.speakers
    }

    /// Where a stretch of at most [`STRETCH`] pieces may begin: anywhere in a harmless conversation, at the end of a risky one whose onset is not known, else so that
    /// the onset lies in it.
    fn starts(&self) -> RangeInclusive<usize> {
        let latest = self.len().saturating_sub(STRETCH);
        match (self.risk, self.onset) {
            (false, _) => 0..=latest,
            (true, None) => latest..=latest,
            (true, Some(onset)) => {
                let onset = self.message.iter().take_while(|m| **m < onset).count();
                let first = (onset + AFTER).saturating_sub(STRETCH).min(latest);
                first..=onset.saturating_sub(2).clamp(first, latest)
            }
        }
    }

    /// One of [`Chat::starts`], by chance.
    pub fn start(&self, random: &mut StdRng) -> usize {
        let starts = self.starts();
        if starts.start() == starts.end() { *starts.start() } else { random.random_range(starts) }
    }

    /// The first of [`Chat::starts`].
    pub fn first_start(&self) -> usize {
        *self.starts().start()
    }
}

/// Some conversations side by side, the shorter ones filled up with nothing.
pub struct Batch {
    /// Conversations × pieces × width.
    pub vectors: Tensor,
    /// Conversations × pieces × [`FEATURES`].
    pub features: Tensor,
    /// Conversations × pieces × speakers: 1 for who speaks.
    pub who: Tensor,
    /// Most speakers in one of them.
    pub speakers: usize,
    /// What is known, as targets and weights.
    pub targets: Targets,
}

/// Targets of the logits, and how much each counts; what is unknown counts nothing.
pub struct Targets {
    /// Conversations × pieces × outputs: what should come out.
    pub wanted: Tensor,
    /// Likewise: the share in the loss.
    pub weight: Tensor,
    /// Conversations × pieces: 0 where there is a piece, very low where there is none.
    pub hidden: Tensor,
    /// Conversations: 1 when risky.
    pub risk: Tensor,
}

/// Shares in the loss.
const RISK: f32 = 1.0;
const RISK_AT_END: f32 = 0.4;
const SIGNAL: f32 = 0.25;
const PATTERN: f32 = 0.15;
const CONCERN: f32 = 0.4;

impl Batch {
    /// Of stretches: a conversation and where it begins.
    pub fn new(chats: &[(&Chat, usize)], width: usize) -> Result<Self> {
        let lengths: Vec<usize> = chats.iter().map(|(c, start)| (c.len() - start).min(STRETCH)).collect();
        let steps = lengths.iter().copied().max().unwrap_or(0);
        let numbers = |(c, start): &(&Chat, usize), n: usize| -> Vec<u32> {
            let mut known = Vec::new();
            let place = |s: u32, known: &mut Vec<u32>| match known.iter().position(|k| *k == s) {
                Some(at) => at as u32,
                None => {
                    known.push(s);
                    known.len() as u32 - 1
                }
            };
            c.speakers[*start..start + n].iter().map(|s| place(*s, &mut known)).collect()
        };
        let who: Vec<Vec<u32>> = chats.iter().zip(&lengths).map(|(c, n)| numbers(c, *n)).collect();
        let speakers = who.iter().flatten().max().map_or(1, |s| *s as usize + 1);
        let alarmed =
            |(c, start): &(&Chat, usize), n: usize| (*start..start + n).filter(|p| c.is_since(*p)).count();
        let since: Vec<usize> = chats.iter().zip(&lengths).map(|(c, n)| alarmed(c, *n)).collect();
        let outputs = super::net::OUTPUTS;
        let lanes = chats.len();
        let mut vectors = vec![0.0; lanes * steps * width];
        let mut features = vec![0.0; lanes * steps * FEATURES];
        let mut spoken = vec![0.0; lanes * steps * speakers];
        let (mut wanted, mut weight) =
            (vec![0.0; lanes * steps * outputs], vec![0.0; lanes * steps * outputs]);
        let mut hidden = vec![-1e4; lanes * steps];
        for (lane, ((chat, start), n)) in chats.iter().zip(&lengths).enumerate() {
            let row = lane * steps;
            vectors[row * width..][..n * width].copy_from_slice(&chat.vectors[start * width..][..n * width]);
            features[row * FEATURES..][..n * FEATURES]
                .copy_from_slice(&chat.features[start * FEATURES..][..n * FEATURES]);
            hidden[row..row + n].fill(0.0);
            for (step, who) in who[lane].iter().enumerate() {
                spoken[(row + step) * speakers + *who as usize] = 1.0;
                let at = (row + step) * outputs..(row + step + 1) * outputs;
                let (piece, last) = (start + step, start + step + 1 == chat.len());
                chat.target(piece, last, *n, since[lane], &mut wanted[at.clone()], &mut weight[at]);
            }
        }
        let tensor = |v: Vec<f32>, shape: &[usize]| Tensor::from_vec(v, shape, &Device::Cpu);
        let risk = chats.iter().map(|(c, _)| flag(c.risk)).collect();
        Ok(Self {
            vectors: tensor(vectors, &[lanes, steps, width])?,
            features: tensor(features, &[lanes, steps, FEATURES])?,
            who: tensor(spoken, &[lanes, steps, speakers])?,
            speakers,
            targets: Targets {
                wanted: tensor(wanted, &[lanes, steps, outputs])?,
                weight: tensor(weight, &[lanes, steps, outputs])?,
                hidden: tensor(hidden, &[lanes, steps])?,
                risk: tensor(risk, &[lanes])?,
            },
        })
    }
}

impl Chat {
    /// Whether a piece stands at the onset or after it.
    fn is_since(&self, piece: usize) -> bool {
        self.risk && self.onset.is_some_and(|onset| self.message[piece] >= onset)
    }

    /// Targets and weights of one piece out of `n`, of which `after` stand at the onset or after it; each conversation counts the same, however long. `last`: the
    /// conversation ends here.
    fn target(
        &self,
        piece: usize,
        last: bool,
        n: usize,
        after: usize,
        wanted: &mut [f32],
        weight: &mut [f32],
    ) {
        let (each, risk) = (1.0 / n as f32, SIGNALS.len());
        if let Some(signals) = self.signals(piece) {
            wanted[..risk].copy_from_slice(signals);
            weight[..risk].fill(SIGNAL * each);
        }
        let since = match (self.risk, self.onset) {
            (false, _) => Some(0.0),
            (true, Some(_)) => Some(flag(self.is_since(piece))),
            (true, None) if last => Some(1.0),
            (true, None) => None,
        };
        if let Some(since) = since {
            wanted[risk] = since;
            weight[risk] = if self.risk && self.onset.is_none() { RISK_AT_END } else { RISK * each };
        }
        if let (true, Some(patterns)) = (last, &self.patterns) {
            wanted[risk + 1..][..PATTERNS.len()].copy_from_slice(patterns);
            weight[risk + 1..][..PATTERNS.len()].fill(PATTERN);
        }
        if let (true, Some(concern)) = (self.is_since(piece), &self.concern) {
            wanted[risk + 1 + PATTERNS.len()] = concern[self.speakers[piece] as usize];
            weight[risk + 1 + PATTERNS.len()] = CONCERN / after.max(1) as f32;
        }
    }
}

fn flag(on: bool) -> f32 {
    f32::from(u8::from(on))
}
