//! What a reading could not be sure of, counted. A warning names places and kinds, never words or names of a chat.

use std::fmt;

use crate::import::time::dates::DateOrder;

/// One kind of doubt about an input or a conversation, with how often it came up and where first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What the doubt is.
    pub kind: WarningKind,
    /// How many lines, records or messages it touches.
    pub count: u64,
    /// The first line (1-based) it touches; 0 when it has no place.
    pub first_line: u64,
    /// The next ones, in order, as far as they have to be looked at one by one; 0 behind the last.
    pub more_lines: [u64; MORE],
}

/// How many lines beside the first are told.
pub const MORE: usize = 4;

impl Warning {
    /// `count` of `kind`, the first at `first_line`.
    pub fn new(kind: WarningKind, count: u64, first_line: u64) -> Self {
        Self { kind, count, first_line, more_lines: [0; MORE] }
    }

    /// The lines that are told.
    fn lines(&self) -> impl Iterator<Item = u64> {
        [self.first_line].into_iter().chain(self.more_lines).filter(|line| *line > 0)
    }

    /// The same without lines that are `settled`, as far as each is told; `None` when none is left.
    pub fn without(self, settled: impl Fn(u64) -> bool) -> Option<Self> {
        let lines: Vec<u64> = self.lines().collect();
        let mut left: Vec<u64> = lines.iter().copied().filter(|line| !settled(*line)).collect();
        let count = self.count.saturating_sub((lines.len() - left.len()) as u64);
        left.resize(1 + MORE, 0);
        let mut more_lines = [0; MORE];
        more_lines.copy_from_slice(&left[1..]);
        (count > 0).then_some(Self { count, first_line: left[0], more_lines, ..self })
    }

    /// One more is at `line`; some lines are told of later than those below them.
    fn touch(&mut self, line: u64) {
        let all = if self.kind.is_looked_up() { 1 + MORE } else { 1 };
        let mut lines: Vec<u64> = self.lines().chain([line].into_iter().filter(|line| *line > 0)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.resize(all, 0);
        self.first_line = lines[0];
        self.more_lines[..all - 1].copy_from_slice(&lines[1..]);
    }
}

/// The kinds of doubt a reading can end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// Day and month cannot be told apart; the order given was assumed.
    AmbiguousDateOrder(DateOrder),
    /// The order of dates that the user asked for is not that of the source; this one was taken.
    OverruledDateOrder(DateOrder),
    /// Text before the first message, which belongs to nobody.
    LineBeforeFirstMessage,
    /// The same with words that people say to each other, so that it may be somebody's.
    PerhapsWords,
    /// A line that fits nowhere.
    UnexplainedLine,
    /// Characters that could not be decoded and were replaced.
    BadEncoding,
    /// Letters that were encoded twice and were put right.
    EncodedTwice,
    /// The input ends in the middle of something.
    CutOff,
    /// The end of a very long message was left out.
    MessageTooLong,
    /// Messages whose words were removed before the export.
    DeletedMessages,
    /// Only one person speaks; the other side is missing.
    OneSidedExport,
    /// Messages of somebody, and no words in any of them.
    NoWords,
    /// A record that could not be read.
    BadRecord,
    /// A conversation without any message.
    EmptyConversation,
    /// A name that an earlier conversation of the file has too.
    DuplicateId,
    /// A time that is none; the message is kept without it.
    InvalidTime,
    /// No names: two people taking turns, line by line, were assumed.
    AlternatingSpeakers,
    /// The same, but said by the user and not assumed.
    SaidToAlternate,
    /// Only the lines of the person who copied the text are marked; the others were taken for the other person's.
    OtherSpeaker,
    /// A line that may or may not begin with a name, so that who wrote it is not sure.
    DoubtfulName,
    /// Text after the last message that seems to be about the chat and nobody's words in it.
    LineAfterLastMessage,
    /// A line whose date, time or name at its beginning is damaged; it was put right where that was beyond doubt.
    DamagedHead,
    /// A line within a message that looks like one of another chat.
    QuotedChat,
    /// A heading below which somebody new speaks: another chat may begin there.
    AnotherChat,
    /// Messages in a row that stand there twice, as pictures of a screen that overlap show them; all were kept.
    RepeatedMessages,
    /// A line under somebody's name that may be the app's; it was read as that person's words.
    DoubtfulNotice,
    /// No names: it was kept as the words of one unknown person.
    UnknownSpeaker,
    /// A row with more or fewer fields than the others.
    RaggedRow,
    /// A quote that opens a field and does not end.
    UnclosedQuote,
    /// A file inside an archive that is not a chat of a known kind.
    SkippedEntry,
    /// A file inside an archive that has nothing in it.
    EmptyEntry,
    /// A file inside an archive that is hidden or unfinished by its name.
    HiddenEntry,
    /// A record of a kind that is not known here.
    UnknownRecord,
    /// A message that stands in the source twice, kept once.
    DuplicateMessage,
    /// The app leaves messages that were set to disappear out of its export.
    DisappearingMessages,
    /// A message that the exporting device could not decrypt.
    Undecrypted,
    /// A person of whom the source tells only an id.
    NamelessPerson,
    /// A file that belongs to the export and is missing, so that names or messages are.
    MissingPart,
    /// A message without a day, read as of the day above it.
    CarriedDay,
    /// A message whose day has no year.
    UnknownYear,
    /// A message whose day is told by its name, and nothing tells which date that was.
    UnknownDay,
    /// A line in brackets within a message that may be a note and nobody's words.
    PerhapsNote,
    /// Lines whose speaker only the side of the page tells.
    SidesOfPage,
    /// A message whose translation, on a line below it, was read in its place.
    TranslatedWords,
    /// A line that translates the message above it, which is read as it was said.
    NotedTranslation,
    /// A message of a source with the newest first, put in order of time.
    NewestFirst,
    /// A message far older than those before it: one chat may stand behind another.
    BackInTime,
    /// Lines with a colon that hold hardly any talk: a list, a plan, questions with their answers.
    NoChat,
    /// Talk that is written as in print: an interview or a play.
    PerhapsNoChat,
    /// A mail that quotes others of the conversation, which are not its sender's words.
    QuotedMail,
}

impl WarningKind {
    /// Whether conversations, or parts of them, are missing from what was read.
    pub fn loses_records(&self) -> bool {
        matches!(self, Self::BadRecord | Self::CutOff | Self::MissingPart | Self::NoWords)
    }

    /// Whether a reader has to look at each line.
    fn is_looked_up(&self) -> bool {
        matches!(
            self,
            Self::LineBeforeFirstMessage
                | Self::PerhapsWords
                | Self::LineAfterLastMessage
                | Self::UnexplainedLine
                | Self::DoubtfulName
                | Self::DamagedHead
                | Self::AnotherChat
                | Self::QuotedChat
                | Self::DoubtfulNotice
                | Self::PerhapsNote
        )
    }

    /// A stable name for machines.
    pub fn id(&self) -> &'static str {
        match self {
            Self::AmbiguousDateOrder(_) => "ambiguous-date-order",
            Self::OverruledDateOrder(_) => "overruled-date-order",
            Self::LineBeforeFirstMessage => "line-before-first-message",
            Self::PerhapsWords => "perhaps-words",
            Self::UnexplainedLine => "unexplained-line",
            Self::BadEncoding => "bad-encoding",
            Self::EncodedTwice => "encoded-twice",
            Self::CutOff => "cut-off",
            Self::MessageTooLong => "message-too-long",
            Self::DeletedMessages => "deleted-messages",
            Self::OneSidedExport => "one-sided-export",
            Self::NoWords => "no-words",
            Self::BadRecord => "bad-record",
            Self::EmptyConversation => "empty-conversation",
            Self::DuplicateId => "duplicate-id",
            Self::InvalidTime => "invalid-time",
            Self::AlternatingSpeakers => "alternating-speakers",
            Self::SaidToAlternate => "said-to-alternate",
            Self::OtherSpeaker => "other-speaker",
            Self::DoubtfulName => "doubtful-name",
            Self::LineAfterLastMessage => "line-after-last-message",
            Self::AnotherChat => "another-chat",
            Self::DamagedHead => "damaged-head",
            Self::QuotedChat => "quoted-chat",
            Self::RepeatedMessages => "repeated-messages",
            Self::DoubtfulNotice => "doubtful-notice",
            Self::UnknownSpeaker => "unknown-speaker",
            Self::RaggedRow => "ragged-row",
            Self::UnclosedQuote => "unclosed-quote",
            Self::SkippedEntry => "skipped-entry",
            Self::EmptyEntry => "empty-entry",
            Self::HiddenEntry => "hidden-entry",
            Self::UnknownRecord => "unknown-record",
            Self::DuplicateMessage => "duplicate-message",
            Self::DisappearingMessages => "disappearing-messages",
            Self::Undecrypted => "undecrypted",
            Self::NamelessPerson => "nameless-person",
            Self::MissingPart => "missing-part",
            Self::CarriedDay => "carried-day",
            Self::UnknownYear => "unknown-year",
            Self::UnknownDay => "unknown-day",
            Self::PerhapsNote => "perhaps-note",
            Self::SidesOfPage => "sides-of-page",
            Self::TranslatedWords => "translated-words",
            Self::NotedTranslation => "noted-translation",
            Self::NewestFirst => "newest-first",
            Self::BackInTime => "back-in-time",
            Self::NoChat => "no-chat",
            Self::PerhapsNoChat => "perhaps-no-chat",
            Self::QuotedMail => "quoted-mail",
        }
    }

    /// What was counted, what it means and what to do, as the middle of a sentence.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::AmbiguousDateOrder(order) => ("date", order.assumption()),
            Self::OverruledDateOrder(order) => ("date", order.against_wish()),
            Self::LineBeforeFirstMessage => ("line", "before the first message, not read as anyone's words"),
            Self::PerhapsWords => (
                "line",
                "before the first message that may be somebody's words, and was not read as anyone's",
            ),
            Self::UnexplainedLine => ("line", "that could not be read"),
            Self::BadEncoding => ("character", "that could not be decoded, shown as \u{fffd}"),
            Self::EncodedTwice => {
                ("line", "whose letters had been encoded twice (\"Ã©\" for \"é\"), put right")
            }
            Self::CutOff => ("place", "where the input breaks off; the end is missing"),
            Self::MessageTooLong => ("message", "too long; only its beginning was read"),
            Self::DeletedMessages => ("message", "deleted before the export; the words are missing"),
            Self::OneSidedExport => {
                ("conversation", "with only one person's messages; the other side is missing")
            }
            Self::NoWords => (
                "conversation",
                "without a word in any message; if the words stand under another name, give it with --columns text=NAME",
            ),
            Self::BadRecord => ("record", "that could not be read, left out"),
            Self::EmptyConversation => ("conversation", "without any message, left out"),
            Self::DuplicateId => ("conversation", "with the id of an earlier one; both were kept"),
            Self::InvalidTime => ("message", "with a time that cannot be read; kept without it"),
            Self::AlternatingSpeakers => ("line", "without a name; two people taking turns were assumed"),
            Self::SaidToAlternate => {
                ("line", "without a name, given to two people in turn, as was asked for")
            }
            Self::OtherSpeaker => ("line", "without a name, taken for the other person's words"),
            Self::DoubtfulName => {
                ("line", "that may or may not begin with a name; who speaks there is not sure")
            }
            Self::RepeatedMessages => {
                ("message", "that come in the same row again, as where screens overlap; all were kept")
            }
            Self::DoubtfulNotice => ("line", "that may be the app's own, read as that person's words"),
            Self::LineAfterLastMessage => {
                ("line", "after the last message, kept as a note and nobody's words")
            }
            Self::AnotherChat => ("place", "where another chat seems to begin; all was read as one"),
            Self::DamagedHead => (
                "line",
                "with a damaged date, time or name before the words; who speaks there, and when, is not sure",
            ),
            Self::QuotedChat => {
                ("line", "like a message of another chat, read as part of the message that holds it")
            }
            Self::UnknownSpeaker => ("message", "without a name; who wrote it is not known"),
            Self::RaggedRow => ("row", "with a different number of fields than the others"),
            Self::UnclosedQuote => ("row", "with a quote that is not closed; it was read as it stands"),
            Self::SkippedEntry => ("file", "in the archive that is not a chat, left out"),
            Self::EmptyEntry => {
                ("file", "in the archive with nothing in it, left out; export or copy that chat again")
            }
            Self::HiddenEntry => (
                "file",
                "in the archive with a dot before its name or .part behind it, left out; unpack it and give it by name to have it read",
            ),
            Self::UnknownRecord => ("record", "of a kind not known here, left out"),
            Self::DuplicateMessage => ("message", "that stood there twice, kept once"),
            Self::DisappearingMessages => {
                ("export", "of an app that leaves out disappearing and view-once messages; they are missing")
            }
            Self::Undecrypted => ("message", "that could not be decrypted; the words are missing"),
            Self::NamelessPerson => ("person", "known by an id only; the source has no name"),
            Self::MissingPart => ("file", "of the export missing; names or messages may be incomplete"),
            Self::CarriedDay => ("message", "without a day, read as of the day written above it"),
            Self::UnknownYear => ("message", "with a day and no year; which year it was is not known"),
            Self::UnknownDay => (
                "message",
                "of a day that is told by its name only (yesterday, Friday); which date it was is not known",
            ),
            Self::PerhapsNote => (
                "line",
                "in brackets that may be a note of whoever wrote the chat down; read as part of the message",
            ),
            Self::SidesOfPage => (
                "line",
                "without a name, given to one of two people by the side of the page on which it stands",
            ),
            Self::TranslatedWords => {
                ("message", "with a translation below it, read in its place; what was said is kept as a note")
            }
            Self::NotedTranslation => (
                "line",
                "that translates the message above it, kept as a note; the message was read as it was said",
            ),
            Self::NewestFirst => ("message", "that stood newest first, put in order of time"),
            Self::BackInTime => (
                "message",
                "much older than those before it; another chat may begin there, and all was read as one",
            ),
            Self::NoChat => {
                ("text", "that looks like no chat but like a list, a plan or questions with their answers")
            }
            Self::PerhapsNoChat => (
                "text",
                "that may be no chat but an interview or a play; its speakers were read as those of a chat",
            ),
            Self::QuotedMail => {
                ("mail", "that quotes others read here; only its sender's own words were taken from it")
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, rest) = self.kind.words();
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {noun}{plural} {rest}", self.count)?;
        let lines: Vec<String> = self.lines().map(|line| line.to_string()).collect();
        let Some((last, before)) = lines.split_last() else { return Ok(()) };
        let whole = lines.len() as u64 == self.count;
        match (before, whole) {
            ([], true) => write!(f, " (line {last})"),
            ([], false) => write!(f, " (first: line {last})"),
            (_, true) => write!(f, " (lines {} and {last})", before.join(", ")),
            (_, false) => write!(f, " (first: lines {} and {last})", before.join(", ")),
        }
    }
}

/// Gathers warnings, one entry a kind.
#[derive(Clone, Debug, Default)]
pub struct Warnings(Vec<Warning>);

impl Warnings {
    /// Count one more of `kind`, at `line`.
    pub fn add(&mut self, kind: WarningKind, line: u64) {
        self.add_many(kind, 1, line);
    }

    /// Count `count` more of `kind`, the first at `line`; nothing when `count` is 0.
    pub fn add_many(&mut self, kind: WarningKind, count: u64, line: u64) {
        if count == 0 {
            return;
        }
        match self.0.iter_mut().find(|w| w.kind == kind) {
            Some(warning) => {
                warning.count += count;
                warning.touch(line);
            }
            None => self.0.push(Warning::new(kind, count, line)),
        }
    }

    /// All of them, in order of first appearance.
    pub fn into_vec(self) -> Vec<Warning> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_says_how_many_what_and_where() {
        let mut warnings = Warnings::default();
        warnings.add(WarningKind::BadRecord, 3);
        warnings.add(WarningKind::BadRecord, 9);
        warnings.add(WarningKind::AmbiguousDateOrder(DateOrder::DayFirst), 1);
        warnings.add_many(WarningKind::CutOff, 0, 1);
        let shown: Vec<String> = warnings.into_vec().iter().map(Warning::to_string).collect();
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[0], "2 records that could not be read, left out (first: line 3)");
        assert!(shown[1].contains("day first"), "{}", shown[1]);
        let told = |lines: &[u64]| {
            let mut warnings = Warnings::default();
            lines.iter().for_each(|line| warnings.add(WarningKind::DoubtfulName, *line));
            warnings.into_vec()[0].to_string()
        };
        assert!(told(&[7, 3]).ends_with("(lines 3 and 7)"));
        assert!(told(&[3, 4, 7, 9, 8, 12]).ends_with("(first: lines 3, 4, 7, 8 and 9)"));
    }
}
