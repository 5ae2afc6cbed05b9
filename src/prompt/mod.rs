//! What the model reads: a conversation becomes pieces of token ids, each with its speaker and a few numbers.
//!
//! A message is one piece; one too long for a single pass is read as several in a row by the same speaker. An encoder reads each between two marks; a decoder reads
//! all of them as one running text, written after a template.
//! Names never reach the model: a speaker is a number in order of appearance, and only whether two pieces share
//! it is used. Everything here looks backwards only, so a piece never depends on what comes after it.

mod cuts;
mod normalise;
mod template;
mod vocabulary;

pub use normalise::normalise;
pub use template::{Template, TemplateRef};
pub use vocabulary::Vocabulary;

use anyhow::{Result, anyhow};
use template::Body;
use tokenizers::Tokenizer;

use crate::transcript::{Kind, Message, Time, Transcript};

/// Changes whenever the same text would become other ids or features; models are bound to it.
pub const VERSION: u32 = 4;
/// How many numbers accompany a piece; see [`Reader::features`] for their meaning.
pub const FEATURES: usize = 12;
/// Most tokens in one piece, an encoder's two marks included.
pub const PIECE_TOKENS: usize = 128;
/// Most characters of one message that are read; what is beyond is a caveat on the assessment.
pub const MESSAGE_CHARS: usize = 20_000;
/// Tokens of a piece that stand around its words: an encoder's marks.
const MARKS: u64 = 2;
/// Words before anything can be told of tokens a word.
const ENOUGH_WORDS: u64 = 40;

/// A message, or a part of a long one, as the model reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Index of the message in its transcript.
    pub message: usize,
    /// The speaker's number in order of appearance.
    pub speaker: u32,
    /// Token ids, an encoder's with the marks around them; 1 to [`PIECE_TOKENS`].
    pub ids: Vec<u32>,
    /// Turn, time and form.
    pub features: [f32; FEATURES],
}

/// Turns text into token ids the way the model was trained.
pub struct Prompt {
    tokenizer: Tokenizer,
    manner: Manner,
    vocabulary: usize,
}

/// How messages become tokens.
enum Manner {
    /// Each between two marks.
    Marks { open: u32, close: u32 },
    /// Each as a line of one running text, before which may stand a token.
    Turns { template: Template, opening: Option<u32> },
}

impl Prompt {
    /// Read an encoder's `tokenizer.json`; it must know `[CLS]` and `[SEP]`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let tokenizer = plain(bytes)?;
        let mark = |name: &str| {
            tokenizer
                .token_to_id(name)
                .ok_or_else(|| anyhow!("tokenizer.json does not know the token {name}"))
        };
        let manner = Manner::Marks { open: mark("[CLS]")?, close: mark("[SEP]")? };
        let vocabulary = tokenizer.get_vocab_size(true);
        Ok(Self { tokenizer, manner, vocabulary })
    }

    /// For a decoder: `template` says how messages are written, `vocabulary` is what its GGUF says of its tokens; the tokenizer is made of that unless there is
    /// a `tokenizer.json`.
    ///
    /// # Errors
    /// When the one cannot be made or the other read, or the two are not of the same model.
    pub fn turns(template: Template, vocabulary: &Vocabulary, json: Option<&[u8]>) -> Result<Self> {
        let opening = vocabulary.opening()?;
        let (tokenizer, count) = match json {
            None => (vocabulary.tokenizer()?, vocabulary.tokens.len()),
            Some(json) => {
                let tokenizer = plain(json)?;
                vocabulary.agrees(&tokenizer)?;
                let highest = tokenizer.get_vocab(true).into_values().max();
                (tokenizer, highest.map_or(0, |id| id as usize + 1))
            }
        };
        Ok(Self { tokenizer, manner: Manner::Turns { template, opening }, vocabulary: count })
    }

    /// One more than the largest token id.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// Token ids of one text as it stands, with what the model expects around it, not cut.
    pub fn ids(&self, text: &str) -> Result<Vec<u32>> {
        let words = self.words(text)?;
        Ok(match &self.manner {
            Manner::Marks { open, close } => [&[*open], &words[..], &[*close]].concat(),
            Manner::Turns { opening, .. } => opening.iter().copied().chain(words).collect(),
        })
    }

    /// The tokens of a piece without the marks around them.
    pub fn inside<'a>(&self, piece: &'a Piece) -> &'a [u32] {
        match self.manner {
            Manner::Marks { .. } => &piece.ids[1..piece.ids.len() - 1],
            Manner::Turns { .. } => &piece.ids,
        }
    }

    fn words(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|e| anyhow!("tokenizer: {e}"))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Token ids of one message, in pieces of at most [`PIECE_TOKENS`]. `speaker` is a number in order of appearance, `first` says that nothing came before.
    fn pieces(&self, message: &Message, speaker: u32, first: bool) -> Result<Vec<Vec<u32>>> {
        let body = match message.kind {
            Kind::Media => Body::Media,
            Kind::Deleted => Body::Deleted,
            _ => Body::Words(beginning(message)),
        };
        match &self.manner {
            Manner::Marks { open, close } => self.between_marks(&body, *open, *close),
            Manner::Turns { template, opening } => {
                let words = self.words(&template.write(speaker, body))?;
                let ids: Vec<u32> = opening.iter().copied().filter(|_| first).chain(words).collect();
                Ok(ids.chunks(PIECE_TOKENS).map(<[u32]>::to_vec).collect())
            }
        }
    }

    /// Whether `word`, in lower case, is a token by itself.
    pub fn knows(&self, word: &str) -> bool {
        self.tokenizer.token_to_id(word).is_some()
    }

    /// Whether common words are tokens by themselves as they stand, as in an encoder's vocabulary; a decoder's have a mark before them.
    pub fn has_whole_words(&self) -> bool {
        matches!(self.manner, Manner::Marks { .. })
    }

    fn between_marks(&self, body: &Body<'_>, open: u32, close: u32) -> Result<Vec<Vec<u32>>> {
        let words = match body {
            Body::Media => self.words("<media>")?,
            Body::Deleted => self.words("<deleted>")?,
            Body::Words(text) => self.words(&normalise(text, |word| self.knows(word)))?,
        };
        let wrap = |part: &[u32]| [&[open], part, &[close]].concat();
        if words.is_empty() {
            return Ok(vec![wrap(&[])]);
        }
        Ok(words.chunks(PIECE_TOKENS - 2).map(wrap).collect())
    }
}

/// As much of a message as is read.
fn beginning(message: &Message) -> &str {
    let words = message.text.reveal();
    let end = words.char_indices().nth(MESSAGE_CHARS).map_or(words.len(), |(at, _)| at);
    &words[..end]
}

/// A `tokenizer.json` that reads a text as it stands: what a chat spells out as "[SEP]" is five characters of text, not a mark.
fn plain(json: &[u8]) -> Result<Tokenizer> {
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(|e| anyhow!("not a tokenizer.json: {e}"))?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|e| anyhow!("tokenizer.json: {e}"))?;
    tokenizer.set_encode_special_tokens(true);
    Ok(tokenizer)
}

/// Reads a conversation from its beginning, one message at a time; memory does not grow with its length, only
/// with its number of speakers.
pub struct Reader<'p> {
    prompt: &'p Prompt,
    /// Number and count of messages so far, by index in the transcript.
    speakers: Vec<Option<(u32, u64)>>,
    seen: u32,
    total: u64,
    last: Option<(u32, Option<Time>)>,
    /// Words written so far, and the tokens that they became.
    words: u64,
    tokens: u64,
}

impl<'p> Reader<'p> {
    /// Before the first message.
    pub fn new(prompt: &'p Prompt) -> Self {
        Self { prompt, speakers: Vec::new(), seen: 0, total: 0, last: None, words: 0, tokens: 0 }
    }

    /// The pieces of the next message; none for the app's own lines.
    pub fn push(&mut self, index: usize, message: &Message) -> Result<Vec<Piece>> {
        let Some(who) = message.speaker.filter(|_| message.kind != Kind::System) else {
            return Ok(Vec::new());
        };
        let speaker = self.count(who);
        let mut out = Vec::new();
        let pieces = self.prompt.pieces(message, speaker, self.total == 1)?;
        if message.kind == Kind::Message {
            self.words += beginning(message).split_whitespace().count() as u64;
            self.tokens += pieces.iter().map(|ids| (ids.len() as u64).saturating_sub(MARKS)).sum::<u64>();
        }
        for ids in pieces {
            let features = self.features(who, message, ids.len());
            self.last = Some((speaker, message.time));
            out.push(Piece { message: index, speaker, ids, features });
        }
        Ok(out)
    }

    /// Tokens a word of what was written so far, once there are [`ENOUGH_WORDS`]: 1.1 to 2 in chats, more in what is no chat. Not known of a decoder, whose template
    /// writes words of its own.
    pub fn tokens_per_word(&self) -> Option<f32> {
        let known = self.words >= ENOUGH_WORDS && matches!(self.prompt.manner, Manner::Marks { .. });
        known.then(|| self.tokens as f32 / self.words as f32)
    }

    /// All pieces of a whole conversation.
    pub fn read(prompt: &'p Prompt, transcript: &Transcript) -> Result<Vec<Piece>> {
        Self::new(prompt).all(transcript)
    }

    /// The pieces of all messages of a transcript.
    pub fn all(&mut self, transcript: &Transcript) -> Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        for (index, message) in transcript.messages.iter().enumerate() {
            pieces.extend(self.push(index, message)?);
        }
        Ok(pieces)
    }

    /// Count one message of `who` and give the number under which the model knows them.
    fn count(&mut self, who: usize) -> u32 {
        if who >= self.speakers.len() {
            self.speakers.resize(who + 1, None);
        }
        if self.speakers[who].is_none() {
            self.speakers[who] = Some((self.seen, 0));
            self.seen += 1;
        }
        self.total += 1;
        let (number, count) = self.speakers[who].as_mut().expect("set above");
        *count += 1;
        *number
    }

    /// 0 first of all · 1 same speaker as before · 2 has a gap in time · 3 log gap (0 to 1, 30 days) · 4 gap over
    /// six hours · 5 media · 6 deleted · 7 log length in tokens · 8 the speaker who opened · 9 share of all
    /// messages so far · 10 third or later speaker · 11 only one speaker so far.
    fn features(&self, who: usize, message: &Message, tokens: usize) -> [f32; FEATURES] {
        let (number, count) = self.speakers[who].unwrap_or((0, 0));
        let gap = match (&self.last, &message.time) {
            (Some((_, Some(before))), Some(now)) => now.seconds_since(before).map(|s| s.max(0) as f32),
            _ => None,
        };
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        let month = 30.0 * 86_400.0;
        [
            flag(self.last.is_none()),
            flag(self.last.is_some_and(|(speaker, _)| speaker == number)),
            flag(gap.is_some()),
            gap.map_or(0.0, |s| (s.ln_1p() / f32::ln_1p(month)).min(1.0)),
            flag(gap.is_some_and(|s| s > 6.0 * 3600.0)),
            flag(message.kind == Kind::Media),
            flag(message.kind == Kind::Deleted),
            (tokens as f32).ln_1p() / f32::ln_1p(PIECE_TOKENS as f32),
            flag(number == 0),
            count as f32 / self.total as f32,
            flag(number >= 2),
            flag(self.seen == 1),
        ]
    }
}
