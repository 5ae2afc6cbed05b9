//! A tokenizer out of what a GGUF says of its tokens: byte pairs with their merges (GPT-2's way), or pieces with their scores (SentencePiece's).

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::{NormalizerWrapper, Prepend, Replace, Sequence};
use tokenizers::{AddedToken, Tokenizer};

use super::cuts::Cut;

/// What a GGUF says of its tokens, as it says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    /// `tokenizer.ggml.model`: `gpt2` or `llama`.
    pub model: String,
    /// `tokenizer.ggml.pre`: how text is cut before byte pairs are merged.
    pub pre: Option<String>,
    /// The text of each token, by id.
    pub tokens: Vec<String>,
    /// What each token is; all are plain when there are none.
    pub kinds: Vec<i32>,
    /// SentencePiece's score of each token.
    pub scores: Vec<f32>,
    /// Pairs that may be merged, the first first, with a blank between the two.
    pub merges: Vec<String>,
    /// The token with which a text begins, if it does.
    pub bos: Option<u32>,
    /// Whether a text begins with it, when the file says so.
    pub opens: Option<bool>,
    /// Whether a blank is put before a text, when the file says so.
    pub blank_before: Option<bool>,
}

/// A token of words, or of a part of one.
const PLAIN: i32 = 1;
/// What stands for anything that is in no token.
const UNKNOWN: i32 = 2;
/// Found in a text as it stands, before anything else.
const USER_DEFINED: i32 = 4;
/// One byte, written `<0x0A>`.
const BYTE: i32 = 6;

impl Vocabulary {
    /// The token that every text begins with.
    ///
    /// # Errors
    /// When it is none of the tokens.
    pub fn opening(&self) -> Result<Option<u32>> {
        let usually = match (self.model.as_str(), &self.pre) {
            ("gpt2", Some(pre)) => Cut::named(pre).is_ok_and(|cut| cut.opens),
            ("llama", _) => true,
            _ => false,
        };
        if !self.opens.unwrap_or(usually) {
            return Ok(None);
        }
        let bos = self.bos.context("the GGUF does not say which token a text begins with")?;
        ensure!(
            (bos as usize) < self.tokens.len(),
            "a text begins with token {bos}, and there are {}",
            self.tokens.len()
        );
        Ok(Some(bos))
    }

    /// A tokenizer that does as the file says. Tokens that are marks are left out, so that no text can spell one.
    ///
    /// # Errors
    /// When the file asks for a way that this build does not know, or its parts do not fit each other.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let count = self.tokens.len();
        ensure!(count > 0, "the GGUF lists no tokens; give the model's tokenizer.json");
        ensure!(
            [0, count].contains(&self.kinds.len()) && [0, count].contains(&self.scores.len()),
            "the GGUF lists {count} tokens, {} kinds and {} scores of them",
            self.kinds.len(),
            self.scores.len()
        );
        let mut tokenizer = match self.model.as_str() {
            "gpt2" => self.byte_pairs()?,
            "llama" => self.pieces()?,
            other => bail!(
                "the GGUF's tokens are of the kind {other:?}, and this build knows \"gpt2\" and \"llama\"; give the model's tokenizer.json"
            ),
        };
        let found = self.of(&[USER_DEFINED]).map(|(text, _)| AddedToken::from(text, false).normalized(false));
        tokenizer.add_tokens(found).map_err(|e| anyhow!("tokens of the GGUF: {e}"))?;
        Ok(tokenizer)
    }

    /// Whether another tokenizer gives the plain tokens these ids.
    ///
    /// # Errors
    /// When one differs.
    pub fn agrees(&self, other: &Tokenizer) -> Result<()> {
        for (text, id) in self.of(&[PLAIN]) {
            let theirs = other.id_to_token(id);
            ensure!(
                theirs.is_none_or(|theirs| theirs == text),
                "tokenizer.json is not the tokenizer of this GGUF: they disagree on token {id}"
            );
        }
        let known = self.of(&[PLAIN]).filter(|(_, id)| other.id_to_token(*id).is_some()).count();
        ensure!(
            self.tokens.is_empty() || 2 * known > self.tokens.len(),
            "tokenizer.json knows {known} of the {} tokens of this GGUF; it is the tokenizer of another model",
            self.tokens.len()
        );
        Ok(())
    }

    /// Tokens of some kinds, with their ids.
    fn of<'a>(&'a self, kinds: &'a [i32]) -> impl Iterator<Item = (&'a str, u32)> {
        let kind = |at: usize| self.kinds.get(at).copied().unwrap_or(PLAIN);
        let all = self.tokens.iter().enumerate();
        all.filter(move |(at, _)| kinds.contains(&kind(*at))).map(|(at, text)| (text.as_str(), at as u32))
    }

    /// The first id of each text among tokens of some kinds.
    fn ids(&self, kinds: &[i32]) -> impl Iterator<Item = (String, u32)> {
        let mut ids = BTreeMap::new();
        for (text, id) in self.of(kinds) {
            ids.entry(text.to_owned()).or_insert(id);
        }
        ids.into_iter()
    }

    fn byte_pairs(&self) -> Result<Tokenizer> {
        let cut = Cut::named(self.pre.as_deref().unwrap_or("default"))?;
        let merges = self.merges.iter().enumerate().map(|(at, merge)| {
            let pair =
                merge.split_once(' ').with_context(|| format!("merge {at} of the GGUF is not a pair"))?;
            Ok((pair.0.to_owned(), pair.1.to_owned()))
        });
        let merges = merges.collect::<Result<Vec<_>>>()?;
        let vocabulary = gathered(BPE::new, self.ids(&[PLAIN, USER_DEFINED]));
        let model =
            BPE::builder().vocab_and_merges(vocabulary, merges).ignore_merges(cut.whole_words).build();
        let mut tokenizer = Tokenizer::new(model.map_err(|e| anyhow!("merges of the GGUF: {e}"))?);
        tokenizer.with_pre_tokenizer(Some(cut.pre_tokenizer()?));
        Ok(tokenizer)
    }

    /// SentencePiece merges whichever two neighbours make the token of the highest score: byte pairs whose merges are all ways to make a token out of two, the
    /// best token first.
    fn pieces(&self) -> Result<Tokenizer> {
        ensure!(self.scores.len() == self.tokens.len(), "the GGUF lists no scores of its tokens");
        let plain: HashSet<&str> = self.of(&[PLAIN]).map(|(text, _)| text).collect();
        let mut merges: Vec<(f32, &str, &str)> = Vec::new();
        for (text, id) in self.of(&[PLAIN]) {
            let halves = text.char_indices().skip(1).map(|(at, _)| text.split_at(at));
            let halves = halves.filter(|(left, right)| plain.contains(left) && plain.contains(right));
            merges.extend(halves.map(|(left, right)| (self.scores[id as usize], left, right)));
        }
        merges.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.len().cmp(&a.1.len())));
        let merges = merges.into_iter().map(|(_, left, right)| (left.to_owned(), right.to_owned())).collect();
        let vocabulary = gathered(BPE::new, self.ids(&[PLAIN, UNKNOWN, USER_DEFINED, BYTE]));
        let mut model =
            BPE::builder().vocab_and_merges(vocabulary, merges).byte_fallback(true).fuse_unk(true);
        // Whole lines are what is merged here; none comes twice.
        model = model.cache_capacity(0);
        if let Some((unknown, _)) = self.of(&[UNKNOWN]).next() {
            model = model.unk_token(unknown.to_owned());
        }
        let mut tokenizer = Tokenizer::new(model.build().map_err(|e| anyhow!("tokens of the GGUF: {e}"))?);
        let blanks = Replace::new(" ", "▁").map_err(|e| anyhow!("{e}"))?;
        let mut steps = vec![NormalizerWrapper::Replace(blanks)];
        if self.blank_before.unwrap_or(true) {
            steps.insert(0, NormalizerWrapper::Prepend(Prepend::new("▁".to_owned())));
        }
        tokenizer.with_normalizer(Some(Sequence::new(steps))).map_err(|e| anyhow!("{e}"))?;
        Ok(tokenizer)
    }
}

/// As the map that the tokenizers crate takes, whose type it does not name.
fn gathered<V: FromIterator<(String, u32)>, M>(
    _taken_by: fn(V, M) -> BPE,
    ids: impl Iterator<Item = (String, u32)>,
) -> V {
    ids.collect()
}
