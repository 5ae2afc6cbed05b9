//! What rushlight says about one conversation: the one value that every report renders.
//!
//! It holds no message text. Indices and lines point to the words, so that a result file can be kept where the
//! chat itself may not.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::head::{Pattern, Signal};

/// Version of this schema. It rises when a field changes meaning or goes away.
pub const SCHEMA: u32 = 1;

/// A risk indicator for human review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// Version of this schema.
    pub schema: u32,
    /// Version of the program.
    pub version: String,
    /// Which conversation.
    pub id: String,
    /// Calibrated probability, 0 to 1, that a trained reader would want a colleague to look.
    pub risk: f32,
    /// The same in words.
    pub band: Band,
    /// Why nothing can be said, when the band is `cannot say`.
    pub reason: Option<String>,
    /// Probability of each pattern, 0 to 1, among conversations of which as many are risky as for `risk`.
    pub patterns: BTreeMap<Pattern, f32>,
    /// Names of the speakers whose messages make it so; empty when the band is `quiet` or `cannot say`, or the source does not name them.
    pub person_of_concern: Vec<String>,
    /// The message at which the risk so far reaches what the model warns from, or else the band `look`, and stays there to the end.
    pub first_warning: Option<Moment>,
    /// Every message that somebody wrote, in order.
    pub messages: Vec<MessageScore>,
    /// The messages that say most about why, in order.
    pub evidence: Vec<Evidence>,
    /// What the reader should know before relying on this.
    pub caveats: Vec<Caveat>,
    /// Which model said so.
    pub model: ModelRef,
    /// What was read.
    pub input: InputRef,
}

/// How soon a trained person should read the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Band {
    /// The model cannot judge this text.
    #[serde(rename = "cannot say")]
    CannotSay,
    /// Nothing found that asks for a reader.
    #[serde(rename = "quiet")]
    Quiet,
    /// A colleague should look.
    #[serde(rename = "look")]
    Look,
    /// A colleague should look now.
    #[serde(rename = "look now")]
    LookNow,
}

impl Band {
    /// All, from least to most pressing.
    pub const ALL: [Self; 4] = [Self::CannotSay, Self::Quiet, Self::Look, Self::LookNow];

    /// The words used in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::CannotSay => "cannot say",
            Self::Quiet => "quiet",
            Self::Look => "look",
            Self::LookNow => "look now",
        }
    }
}

/// A place in a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// 0-based index of the message.
    pub index: usize,
    /// 1-based line of the source, 0 when there is none.
    #[serde(default)]
    pub line: u64,
    /// When it was sent, as far as known: ISO 8601, the same without a year, or hours and minutes.
    pub time: Option<String>,
}

/// What the model says about one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageScore {
    /// 0-based index of the message in the conversation, the app's own lines counted.
    pub index: usize,
    /// Name of who wrote it.
    pub speaker: String,
    /// 1-based line of the source, 0 when there is none.
    pub line: u64,
    /// The risk so far, 0 to 1; it does not depend on later messages. The last one is the conversation's.
    pub risk: f32,
    /// Probability of each signal, 0 to 1.
    pub signals: BTreeMap<Signal, f32>,
}

/// A message that says why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// 0-based index of the message.
    pub index: usize,
    /// 1-based line of the source, 0 when there is none.
    #[serde(default)]
    pub line: u64,
    /// When it was sent.
    pub time: Option<String>,
    /// How much the risk so far rose with it.
    pub rise: f32,
    /// What it does, most certain first; empty when only the rise speaks for it.
    pub signals: Vec<Signal>,
}

/// Something the reader should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Caveat {
    /// A fixed identifier.
    pub code: String,
    /// A sentence for people; it never holds message text.
    pub text: String,
}

impl Caveat {
    /// Whether it is the doubt of a reading that speakers were assumed to take turns.
    pub fn is_guess_of_speakers(&self) -> bool {
        self.code == "alternating_speakers"
    }

    /// Whether it tells of lines beside the talk that may be somebody's words and were not judged.
    pub fn leaves_words_out(&self) -> bool {
        matches!(self.code.as_str(), "perhaps_words" | "line_after_last_message" | "unexplained_line")
    }

    /// Whether it is the doubt of a reading that the text is no chat.
    pub fn is_no_chat(&self) -> bool {
        self.code == "no_chat"
    }
}

/// Which model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its `model.toml`, which binds all its files.
    pub sha256: String,
    /// Share of risky conversations, 0 to 1, to which the probabilities refer.
    pub prevalence: f32,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputRef {
    /// The file it was read from, as it was given or found in a folder; absent for what was pasted or piped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// How it was understood.
    pub format: String,
    /// SHA-256 over speakers, times, kinds and words of every message as understood.
    pub sha256: String,
    /// Entries of the conversation, the app's own lines counted.
    pub entries: usize,
    /// People who write in it.
    pub speakers: usize,
    /// What is known of speakers by their names: `child`, `adult`, `staff` or `owner of the export`, as the user or the export says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, String>,
    /// Language found, ISO 639-1, when it could be told.
    pub language: Option<String>,
}
