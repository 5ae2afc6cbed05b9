//! Where text is cut before byte pairs are merged, under the names that GGUFs give (`tokenizer.ggml.pre`).

use anyhow::{Result, anyhow};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;

/// One way of cutting, and what goes with it.
pub struct Cut {
    names: &'static [&'static str],
    /// Each cuts the pieces of the one before; what lies between its matches is a piece too.
    patterns: &'static [&'static str],
    /// A piece that is a token is not taken apart.
    pub whole_words: bool,
    /// Text begins with the opening token, unless the file says otherwise.
    pub opens: bool,
}

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";

const CUTS: [Cut; 5] = [
    Cut {
        names: &["llama-bpe", "llama3", "llama-v3", "falcon3"],
        patterns: &[
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ],
        whole_words: true,
        opens: true,
    },
    Cut {
        names: &["qwen2", "deepseek-r1-qwen", "megrez"],
        patterns: &[
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ],
        whole_words: false,
        opens: false,
    },
    Cut {
        names: &["smollm", "starcoder", "refact", "command-r", "codeshell"],
        patterns: &[r"\p{N}", GPT2],
        whole_words: false,
        opens: false,
    },
    Cut { names: &["gpt-2", "phi-2", "olmo"], patterns: &[GPT2], whole_words: false, opens: false },
    Cut {
        names: &["default"],
        patterns: &[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", r"[0-9][0-9][0-9]"],
        whole_words: false,
        opens: false,
    },
];

impl Cut {
    /// The way of that name.
    pub fn named(name: &str) -> Result<&'static Self> {
        CUTS.iter().find(|cut| cut.names.contains(&name)).ok_or_else(|| {
            let known = CUTS.iter().flat_map(|cut| cut.names).copied().collect::<Vec<_>>().join(", ");
            anyhow!(
                "the GGUF cuts text in the way {name:?}, and this build knows {known}; give the model's tokenizer.json"
            )
        })
    }

    /// Cut, then write bytes as the letters that stand for them in the vocabulary.
    pub fn pre_tokenizer(&self) -> Result<Sequence> {
        let split = |pattern: &&str| {
            let pattern = SplitPattern::Regex((*pattern).to_owned());
            let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false);
            split.map(PreTokenizerWrapper::Split).map_err(|e| anyhow!("a pattern of {}: {e}", self.names[0]))
        };
        let mut steps = self.patterns.iter().map(split).collect::<Result<Vec<_>>>()?;
        steps.push(PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, false, false)));
        Ok(Sequence::new(steps))
    }
}

#[cfg(test)]
mod tests {
    use tokenizers::{OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer as _};

    use super::*;

    fn cut(name: &str, text: &str) -> Vec<String> {
        let mut pieces = PreTokenizedString::from(text);
        Cut::named(name).unwrap().pre_tokenizer().unwrap().pre_tokenize(&mut pieces).unwrap();
        let splits = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
        splits.iter().map(|(piece, ..)| (*piece).to_owned()).collect()
    }

    #[test]
    fn each_way_cuts_where_its_model_was_trained_to() {
        let text = "It's 12345  plums!\n";
        assert_eq!(cut("llama-bpe", text), ["It", "'s", "Ġ", "123", "45", "Ġ", "Ġplums", "!Ċ"]);
        assert_eq!(cut("qwen2", text), ["It", "'s", "Ġ", "1", "2", "3", "4", "5", "Ġ", "Ġplums", "!Ċ"]);
        assert_eq!(cut("gpt-2", text), ["It", "'s", "Ġ12345", "Ġ", "Ġplums", "!", "Ċ"]);
        assert_eq!(cut("smollm", text), ["It", "'s", "Ġ", "1", "2", "3", "4", "5", "Ġ", "Ġplums", "!", "Ċ"]);
        assert_eq!(cut("default", "a+b 1234"), ["a", "+", "b", "Ġ", "123", "4"]);
    }

    #[test]
    fn another_way_is_named_beside_those_that_are_known() {
        let why = Cut::named("tekken").err().unwrap().to_string();
        assert!(why.contains("tekken") && why.contains("qwen2") && why.contains("tokenizer.json"), "{why}");
    }
}
