//! The vocabulary: what a message may do and what a conversation may be. Labels describe text, never a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a message does. Any speaker's message may carry any number of them, in harmless chats too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Sizes someone up.
    Probing,
    /// Builds a special bond.
    Trust,
    /// Asks for secrecy or sets against others.
    Isolation,
    /// Turns the talk toward the body or pictures.
    Sexualisation,
    /// Offers a way out or up.
    Lure,
    /// Moves the talk to another channel or person.
    Handoff,
    /// Arranges contact in person or transport.
    Meeting,
    /// Asks for, offers or sends money.
    Money,
    /// Threatens, blackmails or punishes.
    Coercion,
    /// Refuses, seeks help, warns.
    Protective,
}

/// All signals, in the order of the head's outputs.
pub const SIGNALS: [Signal; 10] = [
    Signal::Probing,
    Signal::Trust,
    Signal::Isolation,
    Signal::Sexualisation,
    Signal::Lure,
    Signal::Handoff,
    Signal::Meeting,
    Signal::Money,
    Signal::Coercion,
    Signal::Protective,
];

/// What a conversation is, by its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// A child or young person is prepared for sexual exploitation.
    Grooming,
    /// A manipulative bond is built.
    TrustBuilding,
    /// The target is moved elsewhere to be exploited there.
    Handoff,
    /// Someone is lured toward exploitation by an offer.
    Recruitment,
    /// Someone is threatened or blackmailed.
    Extortion,
    /// A false relationship or offer is used to take money.
    Fraud,
}

/// All patterns, in the order of the head's outputs.
pub const PATTERNS: [Pattern; 6] = [
    Pattern::Grooming,
    Pattern::TrustBuilding,
    Pattern::Handoff,
    Pattern::Recruitment,
    Pattern::Extortion,
    Pattern::Fraud,
];

impl Signal {
    /// What such a message does, to be read after "this message".
    pub fn plain(self) -> &'static str {
        match self {
            Self::Probing => "asks about age, place, family, money or who is watching",
            Self::Trust => "builds a special bond",
            Self::Isolation => "asks for secrecy or sets someone apart from others",
            Self::Sexualisation => "turns the talk toward the body or pictures",
            Self::Lure => "offers a way out or up",
            Self::Handoff => "moves the talk to another app or person",
            Self::Meeting => "arranges to meet or travel",
            Self::Money => "is about sending or receiving money",
            Self::Coercion => "threatens or puts under pressure",
            Self::Protective => "refuses, warns or seeks help",
        }
    }

    /// The same in at most 27 columns, as the label of a row.
    pub fn short(self) -> &'static str {
        match self {
            Self::Probing => "asks about life and place",
            Self::Trust => "builds a special bond",
            Self::Isolation => "secrecy, sets apart",
            Self::Sexualisation => "turns to body or pictures",
            Self::Lure => "offers a way out or up",
            Self::Handoff => "to another app or person",
            Self::Meeting => "arranges to meet",
            Self::Money => "money",
            Self::Coercion => "threat or pressure",
            Self::Protective => "refuses, warns, seeks help",
        }
    }

    /// The identifier used in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Probing => "probing",
            Self::Trust => "trust",
            Self::Isolation => "isolation",
            Self::Sexualisation => "sexualisation",
            Self::Lure => "lure",
            Self::Handoff => "handoff",
            Self::Meeting => "meeting",
            Self::Money => "money",
            Self::Coercion => "coercion",
            Self::Protective => "protective",
        }
    }
}

impl Pattern {
    /// What it means, for a reader who knows no jargon.
    pub fn plain(self) -> &'static str {
        match self {
            Self::Grooming => "grooming of a young person",
            Self::TrustBuilding => "a bond built in order to use it",
            Self::Handoff => "moved elsewhere, away from view",
            Self::Recruitment => "lured by an offer of work, travel or papers",
            Self::Extortion => "threats or blackmail",
            Self::Fraud => "money taken by a false story",
        }
    }

    /// The identifier used in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Grooming => "grooming",
            Self::TrustBuilding => "trust_building",
            Self::Handoff => "handoff",
            Self::Recruitment => "recruitment",
            Self::Extortion => "extortion",
            Self::Fraud => "fraud",
        }
    }
}
