//! A conversation as the rest of the program sees it: messages, speakers, times and where each came from.
//!
//! No input or output happens here, and nothing of ours is imported. `Debug` of anything that holds the words
//! of a chat prints lengths only, so that no log, panic or error can leak them.

use std::collections::{HashMap, HashSet};
use std::fmt;

use jiff::{Timestamp, civil};

/// How much of a conversation is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Several speakers, or messages of nobody knows whom.
    Several,
    /// Several messages of one speaker and none of anyone else.
    OneSide,
    /// One text.
    OneText,
}

/// One conversation, its messages in the order in which they were sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcript {
    /// Stable name: the record's own id, else made from the file's path and the chat's name.
    pub id: String,
    /// Language as ISO 639-1, when the source states it.
    pub language: Option<String>,
    /// In order of first appearance; messages refer to them by index.
    pub speakers: Vec<Speaker>,
    /// Every message, system line and placeholder, in order.
    pub messages: Vec<Message>,
}

/// The name of a speaker whose name the source does not tell; several people may share it.
pub const UNKNOWN: &str = "unknown";

/// Someone who writes in a conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Speaker {
    /// The name as exported; shown to the reader, never to the model.
    pub name: String,
    /// What the user said about this speaker.
    pub role: Role,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Speaker({} chars, {:?})", self.name.chars().count(), self.role)
    }
}

/// What a user may say about a speaker. Roles are for the reader and the caveats; the model never sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Nothing was said.
    #[default]
    Unknown,
    /// Someone under 18.
    Child,
    /// Someone of age.
    Adult,
    /// A helpline worker, moderator or other professional.
    Staff,
    /// The person whose export this is.
    Me,
}

impl Role {
    /// As results name it; nothing where nothing was said.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Child => Some("child"),
            Self::Adult => Some("adult"),
            Self::Staff => Some("staff"),
            Self::Me => Some("owner of the export"),
        }
    }
}

/// One entry of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Index into [`Transcript::speakers`]; `None` on system lines.
    pub speaker: Option<usize>,
    /// When it was sent, as far as the source says.
    pub time: Option<Time>,
    /// The words, or for a placeholder the file name as far as the source keeps it.
    pub text: Text,
    /// What sort of entry this is.
    pub kind: Kind,
    /// Where it came from.
    pub origin: Origin,
}

/// What sort of entry a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Words written by a speaker.
    Message,
    /// A line written by the app: joins, calls, encryption notices.
    System,
    /// A picture, voice note, video, sticker or file; it is never opened.
    Media,
    /// A message that was removed by its sender or by the app.
    Deleted,
}

/// Where a message stands in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// 1-based line of the file (or record, for formats without lines; or the number that the file itself gives it, as PAN12 does); 0 when there is none.
    pub line: u64,
}

/// The words of a message. `Debug` prints how long they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Wrap the words of a message.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The words. Whoever calls this decides where they go.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Add a continuation line.
    pub fn push_line(&mut self, line: &str) {
        self.0.push('\n');
        self.0.push_str(line);
    }

    /// Add other words on a line of their own.
    pub fn join(&mut self, other: &Self) {
        self.push_line(&other.0);
    }

    /// The words as somebody's name, where a reader says that they are one: without white space around them and a colon
    /// behind; `None` unless they are one line of 1 to `most` characters.
    pub fn as_name(&self, most: usize) -> Option<&str> {
        let name = self.0.trim().trim_end_matches(':').trim_end();
        (!name.is_empty() && !name.contains('\n') && name.chars().nth(most).is_none()).then_some(name)
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} chars)", self.0.chars().count())
    }
}

/// A time of sending, with no more certainty than the source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// A moment with a known offset from UTC.
    Instant(Timestamp),
    /// Date and time on somebody's wall, zone unknown.
    Local(civil::DateTime),
    /// Day, month and time of a year that is not known: the one in it says nothing.
    Yearless(civil::DateTime),
    /// Hours and minutes without a date.
    Clock(civil::Time),
}

/// The year that a time of an unknown year bears, which has a 29th of February.
const NO_YEAR: &str = "2000-";

impl Time {
    /// Read ISO 8601 (`2024-05-01T18:02:00Z`, with or without offset or seconds), the same without a year
    /// (`05-01T18:02:00`) or a bare `H:MM[:SS]`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Some(Self::Instant(instant));
        }
        if text.as_bytes().get(5) == Some(&b'T') {
            return format!("{NO_YEAR}{text}").parse().ok().map(Self::Yearless);
        }
        if text.len() > 8 {
            return text.parse().ok().map(Self::Local);
        }
        // Without a colon it may be a number of anything.
        let hour = text.find(':')?;
        let padding = if hour == 1 { "0" } else { "" };
        format!("{padding}{text}").parse().ok().map(Self::Clock)
    }

    /// Seconds from `earlier` to `self`: negative when out of order, `None` when the two kinds cannot be compared.
    /// Two bare clock times are taken to be less than a day apart, so their gap is never negative, and two days of an unknown year
    /// less than half a year, so that January follows December.
    pub fn seconds_since(&self, earlier: &Self) -> Option<i64> {
        match (self, earlier) {
            (Self::Instant(b), Self::Instant(a)) => Some(b.as_second() - a.as_second()),
            (Self::Local(b), Self::Local(a)) => Some(b.duration_since(*a).as_secs()),
            (Self::Yearless(b), Self::Yearless(a)) => {
                let (gap, year) = (b.duration_since(*a).as_secs(), 366 * 86_400);
                Some((gap + year / 2).rem_euclid(year) - year / 2)
            }
            (Self::Clock(b), Self::Clock(a)) => Some(b.duration_since(*a).as_secs().rem_euclid(86_400)),
            _ => None,
        }
    }

    /// Nanoseconds since `other`, to put messages in order; `None` for two kinds of time and for times without a year or a
    /// day, whose order is not known.
    pub fn nanoseconds_since(&self, other: &Self) -> Option<i128> {
        match (self, other) {
            (Self::Instant(b), Self::Instant(a)) => Some(b.duration_since(*a).as_nanos()),
            (Self::Local(b), Self::Local(a)) => Some(b.duration_since(*a).as_nanos()),
            _ => None,
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(t) => t.fmt(f),
            Self::Local(t) => t.fmt(f),
            Self::Yearless(t) => {
                let text = t.to_string();
                text.strip_prefix(NO_YEAR).unwrap_or(&text).fmt(f)
            }
            Self::Clock(t) => t.fmt(f),
        }
    }
}

impl Transcript {
    /// An empty conversation.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), language: None, speakers: Vec::new(), messages: Vec::new() }
    }

    /// The index of the speaker called `name`, added on first appearance.
    pub fn speaker(&mut self, name: &str) -> usize {
        if let Some(index) = self.speakers.iter().position(|s| s.name == name) {
            return index;
        }
        self.add_speaker(name)
    }

    /// Add a speaker without looking whether the name is there already; the new index. For those who keep an index
    /// of names themselves, which a chat of hundreds of people needs.
    pub fn add_speaker(&mut self, name: &str) -> usize {
        self.speakers.push(Speaker { name: name.to_owned(), role: Role::Unknown });
        self.speakers.len() - 1
    }

    /// Give speakers the names that `new` has for them. Those who then have one name become one person, whose role is
    /// the first that was known; namesakes whom nobody renamed stay apart. The new index of each old speaker comes back.
    pub fn rename(&mut self, new: impl Fn(&str) -> Option<String>) -> Vec<usize> {
        let names: Vec<Option<String>> = self.speakers.iter().map(|s| new(&s.name)).collect();
        let given: HashSet<String> = names.iter().flatten().cloned().collect();
        let (mut kept, mut places, mut moved) = (Vec::<Speaker>::new(), HashMap::new(), Vec::new());
        for (mut speaker, name) in self.speakers.drain(..).zip(names) {
            speaker.name = name.unwrap_or(speaker.name);
            let place = match places.get(&speaker.name) {
                Some(place) => *place,
                None => {
                    kept.push(speaker.clone());
                    kept.len() - 1
                }
            };
            if kept[place].role == Role::Unknown {
                kept[place].role = speaker.role;
            }
            if given.contains(&speaker.name) {
                places.insert(speaker.name, place);
            }
            moved.push(place);
        }
        self.speakers = kept;
        for message in &mut self.messages {
            message.speaker = message.speaker.map(|at| moved[at]);
        }
        moved
    }

    /// Put speakers in order of first appearance and leave out those who write nothing, but for those that `keeps`
    /// tells by their index.
    pub fn renumber(&mut self, keeps: impl Fn(usize) -> bool) {
        let mut places = vec![None; self.speakers.len()];
        let mut order = Vec::new();
        let heard: Vec<usize> = self.messages.iter().filter_map(|m| m.speaker).collect();
        for at in heard.into_iter().chain((0..places.len()).filter(|at| keeps(*at))) {
            places[at].get_or_insert_with(|| {
                order.push(at);
                order.len() - 1
            });
        }
        self.speakers = order.iter().map(|at| self.speakers[*at].clone()).collect();
        for message in &mut self.messages {
            message.speaker = message.speaker.and_then(|at| places[at]);
        }
    }

    /// The messages that somebody wrote: everything but the app's own lines, with their indices.
    pub fn spoken(&self) -> impl Iterator<Item = (usize, &Message)> {
        self.messages.iter().enumerate().filter(|(_, m)| m.speaker.is_some() && m.kind != Kind::System)
    }

    /// How much is heard of it.
    pub fn heard(&self) -> Heard {
        match self.spoken().count() {
            1 => Heard::OneText,
            _ if self.is_one_sided() => Heard::OneSide,
            _ => Heard::Several,
        }
    }

    /// Whether several messages come from one speaker and none from anyone else. Lines without a name may be of several people.
    pub fn is_one_sided(&self) -> bool {
        let mut speakers = self.spoken().filter_map(|(_, m)| m.speaker);
        let Some(first) = speakers.next().filter(|s| self.speakers[*s].name != UNKNOWN) else { return false };
        let mut others = speakers.peekable();
        others.peek().is_some() && others.all(|s| s == first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_message_shows_lengths_and_no_words() {
        let mut chat = Transcript::new("t");
        let speaker = chat.speaker("Josephine");
        chat.messages.push(Message {
            speaker: Some(speaker),
            time: None,
            text: Text::new("meet at the library"),
            kind: Kind::Message,
            origin: Origin { line: 1 },
        });
        let shown = format!("{chat:?}");
        assert!(shown.contains("19 chars") && shown.contains("9 chars"), "{shown}");
        assert!(!shown.contains("library") && !shown.contains("Josephine"), "{shown}");
    }

    #[test]
    fn times_keep_the_certainty_of_their_source() {
        let utc = Time::parse("2024-05-01T18:02:00Z").unwrap();
        let local = Time::parse("2024-05-01T18:02").unwrap();
        let clock = Time::parse("21:04").unwrap();
        assert!(matches!((utc, local, clock), (Time::Instant(_), Time::Local(_), Time::Clock(_))));
        assert_eq!(utc.seconds_since(&local), None);
        assert_eq!((Time::parse("9:04"), Time::parse("2024")), (Time::parse("09:04"), None));
        assert_eq!(Time::parse("00:10").unwrap().seconds_since(&Time::parse("23:50").unwrap()), Some(1200));
        assert_eq!(local.to_string(), "2024-05-01T18:02:00");
        let day = |text: &str| Time::parse(text).unwrap();
        let (first, last) = (day("01-01T00:10"), day("12-31T23:50:00"));
        assert!(matches!(first, Time::Yearless(_)) && Time::parse("1-1T00:10").is_none());
        assert_eq!((first.seconds_since(&last), last.seconds_since(&first)), (Some(1200), Some(-1200)));
        assert_eq!((last.to_string(), last.nanoseconds_since(&first)), ("12-31T23:50:00".to_owned(), None));
    }

    #[test]
    fn renaming_swaps_and_merges() {
        let mut chat = Transcript::new("t");
        for name in ["Ana", "Ben", "Benny"] {
            let speaker = Some(chat.speaker(name));
            let (text, origin) = (Text::new("hi"), Origin::default());
            chat.messages.push(Message { speaker, time: None, text, kind: Kind::Message, origin });
        }
        chat.speakers[2].role = Role::Child;
        chat.rename(|name| (name == "Benny").then(|| "Ben".to_owned()));
        assert_eq!((chat.speakers.len(), chat.speakers[1].role), (2, Role::Child));
        assert_eq!(chat.messages.iter().map(|m| m.speaker).collect::<Vec<_>>(), [Some(0), Some(1), Some(1)]);
        chat.rename(|name| Some(if name == "Ana" { "Ben" } else { "Ana" }.to_owned()));
        assert_eq!(chat.speakers.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["Ben", "Ana"]);
    }

    #[test]
    fn one_side_is_two_messages_or_more_of_one_name() {
        let chat = |names: &[&str]| {
            let mut chat = Transcript::new("t");
            for name in names {
                let speaker = Some(chat.speaker(name));
                let (text, origin) = (Text::new("hi"), Origin::default());
                chat.messages.push(Message { speaker, time: None, text, kind: Kind::Message, origin });
            }
            chat.is_one_sided()
        };
        assert!(chat(&["Ana", "Ana"]));
        assert!(!chat(&[]) && !chat(&["Ana"]) && !chat(&["Ana", "Ben"]) && !chat(&[UNKNOWN, UNKNOWN]));
    }

    #[test]
    fn speakers_are_numbered_by_first_appearance() {
        let mut chat = Transcript::new("t");
        assert_eq!((chat.speaker("x"), chat.speaker("y"), chat.speaker("x")), (0, 1, 0));
    }
}
