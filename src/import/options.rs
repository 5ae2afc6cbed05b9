//! What a caller may say about an input, and how large things may get.

use super::paste::told::HeadPattern;
use super::time::dates::DateOrder;

/// What the user may say about an input beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The format's name, instead of finding out.
    pub format: Option<String>,
    /// The order of dates that could be read in two ways.
    pub date_order: Option<DateOrder>,
    /// The name under which the owner of the export writes.
    pub me: Option<String>,
    /// Which column of a table is what.
    pub columns: Option<Columns>,
    /// How each message of a text begins, instead of finding out.
    pub head: Option<HeadPattern>,
    /// The zone of times that have none; without it they stay as they are on the wall.
    pub zone: Option<jiff::tz::TimeZone>,
    /// Who speaks in pasted text without names, instead of finding out.
    pub unnamed: Option<Unnamed>,
    /// How large things may get.
    pub limits: Limits,
}

/// Who speaks in a text that names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnamed {
    /// Two people, line by line.
    Alternating,
    /// Nobody knows.
    Unknown,
}

/// Columns of a table, by the name in the first line or by number from 1. What is not given is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Which conversation a row belongs to.
    pub conversation: Option<String>,
    /// Who wrote it.
    pub speaker: Option<String>,
    /// When.
    pub time: Option<String>,
    /// What.
    pub text: Option<String>,
}

/// How large things may get before they are cut or refused. Sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Text kept of one message; the rest is left out with a warning.
    pub message: usize,
    /// One record of a JSON file or one row of a table.
    pub record: usize,
    /// All the text of one conversation.
    pub conversation: usize,
    /// Input that has to be held as a whole: zips from a pipe, tables that cannot be read twice.
    pub held: usize,
    /// Number of entries in an archive.
    pub entries: usize,
    /// All that is unpacked from one archive.
    pub unpacked: u64,
    /// How many times its packed size an entry may unpack to.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            message: MIB,
            record: 64 * MIB,
            conversation: 1024 * MIB,
            held: 512 * MIB,
            entries: 100_000,
            unpacked: 16 << 30,
            ratio: 250,
        }
    }
}
