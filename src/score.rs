//! The engine: a transcript in, an assessment out; or one message at a time.

mod caveats;
mod evidence;
mod together;
mod workers;

use std::collections::BTreeMap;

use anyhow::Result;
use sha2::{Digest, Sha256};

use crate::assessment::{Assessment, Band, Caveat, InputRef, MessageScore, ModelRef, Moment, SCHEMA};
use crate::backbone::{Context, Lane};
use crate::head::{Memory, PATTERNS, SIGNALS, Signal, Step, sigmoid};
use crate::language;
use crate::models::{Model, Platt};
use crate::prompt::{Piece, Reader};
use crate::transcript::{Heard, Message, Speaker, Transcript, UNKNOWN};

pub use evidence::MOST as MOST_EVIDENCE;
pub use workers::Workers;

/// A conversation to be judged.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// What was said.
    pub transcript: &'a Transcript,
    /// How it was imported.
    pub format: &'a str,
    /// Doubts of the import.
    pub notes: Vec<Caveat>,
}

/// Tokens that go through the backbone in one call.
const CHUNK_TOKENS: usize = 1_024;
/// Messages after which somebody is told how far the reading is.
const TOLD_EVERY: usize = 512;
/// Concern, 0 to 1, above which a second speaker is named beside the first.
const CONCERN: f32 = 0.5;

/// A conversation that is still going on. Each message costs the same, and memory grows only with the number of speakers.
pub struct Stream<'m> {
    model: &'m Model,
    reader: Reader<'m>,
    context: Context,
    memory: Memory,
    so_far: SoFar,
    /// From the head's logit to the risk so far.
    platt: Platt,
}

/// What is carried from message to message.
#[derive(Clone, Debug, Default)]
struct SoFar {
    /// Highest risk logit of the head.
    peak: Option<f32>,
    /// The risk so far, as a logit: what the head says now, or its peak less what it may fall; and what the words add.
    risk: Option<f32>,
    /// Patterns by now.
    patterns: Option<[f32; PATTERNS.len()]>,
    /// By index of the speaker in the transcript: sum and count of concern logits.
    concern: Vec<(f32, u32)>,
    /// Where the risk that is still in the band `look` came into it.
    look: Option<usize>,
    /// The same of the threshold from which the moment of a warning is read.
    warn: Option<usize>,
}

/// What the model says of one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Its index.
    pub index: usize,
    /// The risk so far, calibrated.
    pub risk: f32,
    /// Probability of each signal, in the order of [`SIGNALS`].
    pub signals: [f32; SIGNALS.len()],
}

impl<'m> Stream<'m> {
    /// Before the first message of a conversation of which nothing is known yet.
    pub fn new(model: &'m Model) -> Self {
        let (context, memory, so_far) = (Context::default(), Memory::default(), SoFar::default());
        Self {
            model,
            reader: Reader::new(&model.prompt),
            context,
            memory,
            so_far,
            platt: model.card.calibration.risk,
        }
    }

    /// Before the first message of `transcript`.
    pub fn of(model: &'m Model, transcript: &Transcript) -> Self {
        let calibration = &model.card.calibration;
        let less = match transcript.heard() {
            Heard::Several => 0.0,
            Heard::OneSide => calibration.one_sided,
            Heard::OneText => calibration.one_text,
        };
        let platt = Platt { shift: calibration.risk.shift + less, ..calibration.risk };
        Self { platt, ..Self::new(model) }
    }

    /// The next messages, each with its index; the app's own lines give nothing. What is said of a message is the same to the
    /// bit whether it comes alone or with others.
    pub fn push<'a>(&mut self, messages: impl Iterator<Item = (usize, &'a Message)>) -> Result<Vec<Scored>> {
        let mut scored: Vec<Scored> = Vec::new();
        let (mut pieces, mut speakers, mut tokens) = (Vec::new(), Vec::new(), 0);
        for (index, message) in messages {
            for piece in self.reader.push(index, message)? {
                tokens += piece.ids.len();
                pieces.push(piece);
                speakers.push(message.speaker.unwrap_or_default());
            }
            if tokens >= CHUNK_TOKENS {
                self.chunk(&pieces, &speakers, &mut scored);
                (pieces, speakers, tokens) = (Vec::new(), Vec::new(), 0);
            }
        }
        self.chunk(&pieces, &speakers, &mut scored);
        Ok(scored)
    }

    fn chunk(&mut self, pieces: &[Piece], speakers: &[usize], scored: &mut Vec<Scored>) {
        let segments = together::segments(pieces);
        let vectors = self.model.backbone.encode(&mut [Lane { context: &mut self.context, segments }]);
        self.judge(pieces, speakers, &vectors, scored);
    }

    /// The head's turn: fold in pieces of which the vectors are known.
    fn judge(&mut self, pieces: &[Piece], speakers: &[usize], vectors: &[f32], scored: &mut Vec<Scored>) {
        let features: Vec<f32> = pieces.iter().flat_map(|p| p.features).collect();
        let head = &self.model.head;
        let rows = head.project(vectors, &features);
        for ((piece, x), speaker) in pieces.iter().zip(rows.chunks_exact(head.inner())).zip(speakers) {
            let step = head.step(&mut self.memory, x, piece.speaker);
            let words = head.hear(&mut self.memory, self.model.prompt.inside(piece));
            self.take(&step, words, piece.message, *speaker, scored);
        }
    }

    /// Fold one piece in; the pieces of a long message become one. `words` is what all words so far add to the risk.
    fn take(&mut self, step: &Step, words: f32, index: usize, speaker: usize, scored: &mut Vec<Scored>) {
        let so_far = &mut self.so_far;
        if so_far.peak.is_none_or(|peak| step.risk > peak) {
            so_far.peak = Some(step.risk);
        }
        so_far.patterns = Some(step.patterns);
        if so_far.concern.len() <= speaker {
            so_far.concern.resize(speaker + 1, (0.0, 0));
        }
        so_far.concern[speaker].0 += step.concern;
        so_far.concern[speaker].1 += 1;
        let calibration = &self.model.card.calibration;
        let logit = step.risk.max(so_far.peak.unwrap_or(step.risk) - calibration.fall) + words;
        so_far.risk = Some(logit);
        let risk = self.platt.probability(logit);
        let bands = &self.model.card.bands;
        let since = |before: Option<usize>, up: bool| before.filter(|_| up).or(up.then_some(index));
        so_far.look = since(so_far.look, risk >= bands.look);
        so_far.warn = since(so_far.warn, risk >= bands.warn.unwrap_or(bands.look));
        let signals = step.signals.map(sigmoid);
        match scored.last_mut().filter(|last| last.index == index) {
            Some(last) => {
                last.risk = risk;
                last.signals.iter_mut().zip(signals).for_each(|(a, b)| *a = a.max(b));
            }
            None => scored.push(Scored { index, risk, signals }),
        }
    }

    /// Risk so far, calibrated; 0 before the first message.
    pub fn risk(&self) -> f32 {
        self.so_far.risk.map_or(0.0, |logit| self.platt.probability(logit))
    }

    /// The risk against what it is at the share of risky conversations that the model was calibrated for. A pattern is a kind of risk: what share of the
    /// risky ones show it does not hang on how many are risky, so its probability moves by this factor.
    fn restated(&self) -> f32 {
        let restated = self.model.card.calibration.restated;
        let before = Platt { shift: self.platt.shift - restated, ..self.platt };
        self.so_far.risk.filter(|_| restated != 0.0).map_or(1.0, |logit| {
            self.platt.probability(logit) / before.probability(logit).max(f32::MIN_POSITIVE)
        })
    }

    /// Index of the message at which the risk so far reached the model's `warn`, or else the band `look`, and has stayed there since.
    pub fn first_warning(&self) -> Option<usize> {
        self.so_far.warn.or(self.so_far.look)
    }

    /// Indices of the speakers whose messages make it so: the first by mean concern, and any other who is likelier than not.
    pub fn concern(&self) -> Vec<usize> {
        let mean =
            |(sum, count): &(f32, u32)| if *count > 0 { sum / *count as f32 } else { f32::NEG_INFINITY };
        let means: Vec<f32> = self.so_far.concern.iter().map(mean).collect();
        let top = means.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        (0..means.len())
            .filter(|i| means[*i].is_finite() && (means[*i] == top || sigmoid(means[*i]) > CONCERN))
            .collect()
    }
}

/// What the backbone makes of a whole conversation: its pieces, and a vector for each, row after row.
pub fn vectors(model: &Model, transcript: &Transcript) -> Result<(Vec<Piece>, Vec<f32>)> {
    let pieces = Reader::read(&model.prompt, transcript)?;
    let (mut context, mut vectors, mut from) = (Context::default(), Vec::new(), 0);
    while from < pieces.len() {
        let (mut to, mut tokens) = (from, 0);
        while to < pieces.len() && tokens < CHUNK_TOKENS {
            tokens += pieces[to].ids.len();
            to += 1;
        }
        let segments = together::segments(&pieces[from..to]);
        vectors.extend(model.backbone.encode(&mut [Lane { context: &mut context, segments }]));
        from = to;
    }
    Ok((pieces, vectors))
}

/// Read a whole conversation. `format` and `notes` say how it was imported.
pub fn assess(model: &Model, transcript: &Transcript, format: &str, notes: &[Caveat]) -> Result<Assessment> {
    assess_telling(model, transcript, format, notes, &|_| {})
}

/// The same; `tell` hears now and then how many messages somebody wrote were read.
pub fn assess_telling(
    model: &Model,
    transcript: &Transcript,
    format: &str,
    notes: &[Caveat],
    tell: &dyn Fn(usize),
) -> Result<Assessment> {
    let (mut stream, mut scored) = (Stream::of(model, transcript), Vec::new());
    let messages: Vec<(usize, &Message)> = transcript.messages.iter().enumerate().collect();
    for part in messages.chunks(TOLD_EVERY) {
        scored.extend(stream.push(part.iter().copied())?);
        tell(scored.len());
    }
    Ok(judged(&stream, &scored, transcript, format, notes))
}

/// What is said of a conversation at its end.
fn judged(
    stream: &Stream<'_>,
    scored: &[Scored],
    transcript: &Transcript,
    format: &str,
    notes: &[Caveat],
) -> Assessment {
    let model = stream.model;
    let language = language::detect(transcript, |word| model.prompt.knows(word));
    let risk = stream.risk();
    let unlike = caveats::unlike(model, &language, stream.reader.tokens_per_word());
    let (band, reason) = band(model, transcript, &language, unlike.clone(), risk, notes);
    let loud = matches!(band, Band::Look | Band::LookNow);
    let concern = if loud { stream.concern() } else { Vec::new() };
    let moment = |index: usize| {
        let message = &transcript.messages[index];
        Moment { index, line: message.origin.line, time: message.time.map(|t| t.to_string()) }
    };
    let patterns = stream.so_far.patterns.unwrap_or([f32::NEG_INFINITY; PATTERNS.len()]);
    let restated = stream.restated();
    let calibrated = PATTERNS.iter().zip(patterns).map(|(pattern, logit)| {
        let platt = model.card.calibration.patterns.get(pattern);
        let probability = platt.map_or_else(|| sigmoid(logit), |p| p.probability(logit));
        (*pattern, tidy((probability * restated).min(1.0)))
    });
    Assessment {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        id: transcript.id.clone(),
        risk: tidy(risk),
        band,
        reason,
        patterns: calibrated.collect(),
        person_of_concern: concern
            .iter()
            .map(|i| transcript.speakers[*i].name.clone())
            .filter(|name| name != UNKNOWN)
            .collect(),
        first_warning: stream.first_warning().filter(|_| loud).map(moment),
        evidence: match band {
            Band::Look | Band::LookNow => evidence::choose(model, transcript, scored, stream.first_warning()),
            // What its lines do may help a reader who has to judge alone; in another language it would be noise.
            Band::CannotSay if caveats::foreign(model, &language).is_none() => {
                evidence::choose(model, transcript, scored, None)
            }
            Band::CannotSay | Band::Quiet => Vec::new(),
        },
        messages: scored.iter().map(|s| message_score(transcript, s)).collect(),
        caveats: [notes, &caveats::of(model, transcript, &language, unlike, band)].concat(),
        model: ModelRef {
            name: model.card.name.clone(),
            version: model.card.version.clone(),
            sha256: model.hash.clone(),
            prevalence: model.card.calibration.prevalence,
        },
        input: InputRef {
            file: None,
            format: format.to_owned(),
            sha256: fingerprint(transcript),
            entries: transcript.messages.len(),
            speakers: transcript.speakers.len(),
            roles: roles(transcript),
            language: language.code,
        },
    }
}

/// What is known of speakers, by name.
fn roles(transcript: &Transcript) -> BTreeMap<String, String> {
    let known = |s: &Speaker| Some((s.name.clone(), s.role.name()?.to_owned()));
    transcript.speakers.iter().filter_map(known).collect()
}

fn band(
    model: &Model,
    transcript: &Transcript,
    language: &language::Language,
    unlike: Option<String>,
    risk: f32,
    notes: &[Caveat],
) -> (Band, Option<String>) {
    if let Some(reason) = caveats::foreign(model, language) {
        return (Band::CannotSay, Some(reason));
    }
    let bands = &model.card.bands;
    if risk >= bands.look_now {
        return (Band::LookNow, None);
    }
    if risk >= bands.look {
        return (Band::Look, None);
    }
    match caveats::too_little(transcript)
        .or_else(|| caveats::strange(model, language))
        .or(unlike)
        .or_else(|| caveats::one_sided(transcript))
        .or_else(|| caveats::one_text(transcript))
        .or_else(|| caveats::no_chat(notes))
        .or_else(|| caveats::guessed(transcript, notes))
        .or_else(|| caveats::told(transcript))
    {
        Some(reason) => (Band::CannotSay, Some(reason)),
        None => (Band::Quiet, None),
    }
}

fn message_score(transcript: &Transcript, scored: &Scored) -> MessageScore {
    let message = &transcript.messages[scored.index];
    let signals: BTreeMap<Signal, f32> = SIGNALS.into_iter().zip(scored.signals.map(tidy)).collect();
    MessageScore {
        index: scored.index,
        speaker: message.speaker.map(|s| transcript.speakers[s].name.clone()).unwrap_or_default(),
        line: message.origin.line,
        risk: tidy(scored.risk),
        signals,
    }
}

/// Four decimals say all that a probability here can mean.
fn tidy(x: f32) -> f32 {
    (x * 1e4).round() / 1e4
}

/// SHA-256 over what was understood of a conversation, every part with its length, so that equal inputs and only those agree.
pub fn fingerprint(transcript: &Transcript) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for message in &transcript.messages {
        part(&message.speaker.map(|s| transcript.speakers[s].name.clone()).unwrap_or_default());
        part(&message.time.map(|t| t.to_string()).unwrap_or_default());
        part(&format!("{:?}", message.kind));
        part(message.text.reveal());
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
