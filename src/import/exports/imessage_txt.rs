//! Texts of imessage-exporter: a time, a name, lines of text, a blank line. Replies stand twice: indented under what they
//! answer, which is passed over, and where they were sent.

use jiff::civil;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{file_name, me};
use crate::import::error::ImportError;
use crate::import::intake::files;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::{Kind, Time};

/// Lines that the exporter writes about a message, as they stand.
const REMARKS: [&str; 4] =
    ["This message responded to an earlier message.", TAPBACKS, "Translated from:", DELETED];
/// What it writes above tapbacks.
const TAPBACKS: &str = "Tapbacks:";
/// What a tapback says before whose it is.
const TAPS: [&str; 6] = ["Loved", "Liked", "Disliked", "Laughed", "Emphasized", "Questioned"];
/// What it writes above words that were deleted, and in their place where they are gone.
const DELETED: &str = "This message was deleted from the conversation!";
/// What a message may be `Sent with`.
const EFFECTS: [&str; 13] = [
    "Balloons",
    "Confetti",
    "Echo",
    "Fireworks",
    "Gentle",
    "Heart",
    "Invisible Ink",
    "Lasers",
    "Loud",
    "Shooting Star",
    "Slam",
    "Sparkles",
    "Spotlight",
];
/// The units of the exporter's spans of time.
const UNITS: [&str; 5] = ["day", "hour", "minute", "second", "week"];

/// The format.
pub struct IMessageText;

impl Format for IMessageText {
    fn name(&self) -> &'static str {
        "imessage-txt"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let mut lines = sample.lines().skip_while(|l| l.trim().is_empty());
        let head = lines.next().and_then(Head::read);
        let name = lines.next().is_some_and(|l| !l.trim().is_empty());
        match head {
            Some(head) if !head.indented && (name || head.notice().is_some()) => 0.95,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, owner) = (source.name().to_owned(), me(sink.options()));
        let mut chat = sink.chat(name.as_str());
        let mut lines = source.into_lines()?;
        let mut reading = Reading {
            chat: &mut chat,
            owner,
            place: Place::Outside,
            apart: true,
            deleted: false,
            tapbacks: false,
        };
        let result = lines.each(|line| {
            reading.take(line);
            reading.chat.room(&name, line.number)
        });
        reading.close();
        sink.count_lines(lines.number());
        chat.close(&result, lines.number());
        let _ = sink.emit(chat);
        result
    }
}

/// `May 17, 2022  5:29:42 PM (Read by you after 1 hour)`, or the time with a notice behind it. In an edited message its
/// first words stand behind the time.
struct Head<'l> {
    time: civil::DateTime,
    indented: bool,
    rest: &'l str,
}

impl<'l> Head<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let text = line.trim_start();
        let (time, rest) = timed(text)?;
        Some(Self { time, indented: text.len() < line.len(), rest: rest.trim() })
    }

    /// What the exporter tells behind the time, when was read aside.
    fn notice(&self) -> Option<&'l str> {
        (!self.rest.is_empty() && !self.rest.starts_with('(')).then_some(self.rest)
    }
}

/// The time with which `text` begins, and what stands behind it.
fn timed(text: &str) -> Option<(civil::DateTime, &str)> {
    // Not to be tried on every line: a month, and a half of the day.
    let month = text.get(..3)?.chars().all(char::is_alphabetic);
    let half = ["AM", "PM"].iter().filter_map(|half| text.find(half)).min().filter(|at| month && *at < 32)?;
    let (time, rest) = text.split_at(half + 2);
    let time = civil::DateTime::strptime("%b %d, %Y %I:%M:%S %p", time.replace('\u{202f}', " ")).ok()?;
    Some((time, rest))
}

/// The time that the program writes before who read a message and when.
pub fn moment(text: &str) -> Option<civil::DateTime> {
    timed(text.trim()).map(|(time, _)| time)
}

/// Where in the text the reader stands.
enum Place {
    /// Before the first message, or behind a notice.
    Outside,
    /// Behind a time: a name follows.
    Named(civil::DateTime, u64),
    /// Behind a name: words follow.
    Fresh(civil::DateTime, String, u64),
    /// In the words of a message.
    Words,
    /// In what is said about a message, or in an indented copy.
    Aside,
}

struct Reading<'c> {
    chat: &'c mut Chat,
    owner: String,
    place: Place,
    /// Whether the line before was blank, as it is before each message.
    apart: bool,
    /// Whether it is told of the message that is open that it was deleted.
    deleted: bool,
    /// Whether the last lines are tapbacks, which older versions do not indent.
    tapbacks: bool,
}

impl Reading<'_> {
    fn take(&mut self, line: &Line<'_>) {
        let apart = std::mem::replace(&mut self.apart, line.is_blank());
        if line.is_blank() {
            return self.chat.blank();
        }
        let below = std::mem::replace(&mut self.tapbacks, line.text.trim_end() == TAPBACKS);
        if below && is_tapback(line.text) && !matches!(self.place, Place::Outside | Place::Named(..)) {
            self.tapbacks = true;
            return self.chat.heading();
        }
        if let Some(head) = Head::read(line.text) {
            let inside = !apart && matches!(self.place, Place::Fresh(..) | Place::Words);
            if inside && !head.indented && !head.rest.is_empty() {
                return self.words(&Line { text: head.rest, ..*line });
            }
            return self.head(&head, line);
        }
        match edited(line.text) {
            Some(words) if !matches!(self.place, Place::Outside | Place::Named(..)) => {
                self.words(&Line { text: words, ..*line });
            }
            _ => self.line(line),
        }
    }

    /// Words of the message that is open, whatever they look like.
    fn words(&mut self, line: &Line<'_>) {
        match std::mem::replace(&mut self.place, Place::Words) {
            Place::Fresh(time, name, _) => self.begin(time, name, line),
            _ if line.is_blank() || !self.chat.append(line) => self.chat.heading(),
            _ => {}
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        match std::mem::replace(&mut self.place, Place::Aside) {
            Place::Outside => self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number),
            Place::Named(time, _) => {
                let name = line.text.trim();
                let name = if name == "Me" { self.owner.clone() } else { name.to_owned() };
                if line.text.trim() == "Me" {
                    self.chat.set_owner(&name);
                }
                self.chat.heading();
                self.place = Place::Fresh(time, name, line.number);
            }
            Place::Fresh(time, name, _) => self.begin(time, name, line),
            Place::Words if is_remark(line.text) => self.chat.heading(),
            Place::Words => {
                self.place = Place::Words;
                self.chat.append(line);
            }
            // Tapbacks and copies are indented; a line that is not is a word of the message again.
            Place::Aside if line.text.starts_with(' ') || is_remark(line.text) || self.chat.is_empty() => {
                self.chat.heading()
            }
            Place::Aside => {
                self.place = Place::Words;
                self.chat.append(line);
            }
        }
    }

    fn head(&mut self, head: &Head<'_>, line: &Line<'_>) {
        if head.indented {
            self.place = Place::Aside;
            return self.chat.heading();
        }
        self.close();
        self.place = match head.notice() {
            Some(notice) => {
                self.chat.note(When::Known(Time::Local(head.time)), notice, line.number);
                Place::Outside
            }
            None => {
                self.chat.heading();
                Place::Named(head.time, line.number)
            }
        };
    }

    fn begin(&mut self, time: civil::DateTime, name: String, line: &Line<'_>) {
        let told = std::mem::replace(&mut self.deleted, line.text.trim_end() == DELETED);
        if is_remark(line.text) {
            self.deleted |= told;
            self.place = Place::Fresh(time, name, line.number);
            return self.chat.heading();
        }
        let (when, text) = (When::Known(Time::Local(time)), line.text);
        match text.trim() {
            gone if is_unsent(gone) => self.chat.say(&name, when, Kind::Deleted, "", line.number),
            path if is_attachment(path) => {
                self.chat.say(&name, when, Kind::Media, file_name(path), line.number)
            }
            _ => self.chat.say(&name, when, Kind::Message, text, line.number),
        }
        self.chat.note_cut(line);
        self.place = Place::Words;
    }

    /// A message without anything to show is kept, empty.
    fn close(&mut self) {
        let kind = if std::mem::take(&mut self.deleted) { Kind::Deleted } else { Kind::Message };
        match std::mem::replace(&mut self.place, Place::Outside) {
            Place::Fresh(time, name, line) => {
                self.chat.say_more(&name, When::Known(Time::Local(time)), kind, "", line);
            }
            Place::Named(_, line) => self.chat.doubt(WarningKind::CutOff, line),
            _ => {}
        }
    }
}

fn is_remark(line: &str) -> bool {
    let line = line.trim_end();
    REMARKS.contains(&line) || line.strip_prefix("Sent with ").is_some_and(|effect| EFFECTS.contains(&effect))
}

/// `Loved by Me`, `🎉 by +15555550123`, `Sticker from Me`.
fn is_tapback(line: &str) -> bool {
    let sign = |what: &str| !what.is_empty() && !what.contains(|c: char| c.is_alphanumeric() || c == ' ');
    let tap = line.trim().split_once(" by ").is_some_and(|(what, _)| TAPS.contains(&what) || sign(what));
    tap || line.trim().starts_with("Sticker from ")
}

/// The words of `Edited 1 hour, 30 seconds later: words`.
fn edited(line: &str) -> Option<&str> {
    let (span, words) = line.strip_prefix("Edited ")?.split_once(" later:")?;
    is_span(span).then(|| words.trim_start())
}

/// Whether `text` is a span of time as the exporter writes it: `1 hour, 30 seconds`.
fn is_span(text: &str) -> bool {
    text.split(", ").all(|part| {
        part.split_once(' ').is_some_and(|(count, unit)| {
            let unit = unit.strip_suffix('s').unwrap_or(unit);
            !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) && UNITS.contains(&unit)
        })
    })
}

/// Whether the line stands for words that were taken back: `They unsent this message part 1 minute after sending!`.
fn is_unsent(text: &str) -> bool {
    if text.trim_end_matches(['.', '!']) == "This message was unsent" {
        return true;
    }
    let behind =
        text.split_once(" unsent this message").map(|(_, rest)| rest.strip_prefix(" part").unwrap_or(rest));
    let Some(behind) = behind.and_then(|rest| rest.strip_suffix(['!', '.'])) else { return false };
    behind.is_empty()
        || behind.strip_prefix(' ').and_then(|b| b.strip_suffix(" after sending")).is_some_and(is_span)
}

fn is_attachment(text: &str) -> bool {
    (text.contains('/') && files::is_media(text))
        && ["/", "~/", "attachments/"].iter().any(|s| text.starts_with(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let read = |line| Head::read(line).map(|h| (h.time.to_string(), h.indented, h.notice()));
        let time = || "2022-05-17T17:29:42".to_owned();
        assert_eq!(read("May 17, 2022  5:29:42 PM"), Some((time(), false, None)));
        assert_eq!(read("May 17, 2022  5:29:42 PM (Read by you after 1 hour)"), Some((time(), false, None)));
        assert_eq!(read("    May 17, 2022  5:29:42 PM"), Some((time(), true, None)));
        assert_eq!(read("May 17, 2022 5:29:42 PM You left."), Some((time(), false, Some("You left."))));
        for line in ["May we meet at 5 PM", "", "May 17, 2022", "ähm, PM"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
    fn said(text: &str) -> Vec<(Kind, String)> {
        let mut found = Vec::new();
        let options = crate::import::Options::default();
        let counts = crate::import::read_text("t.txt", text.as_bytes(), &options, &mut |imported| {
            let messages = imported.transcript.messages;
            found.extend(messages.iter().map(|m| (m.kind, m.text.reveal().to_owned())));
            crate::import::Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        found
    }

    #[test]
    fn an_edited_message_keeps_its_first_words_and_its_last() {
        let found = said(
            "May 17, 2022  5:29:42 PM (Read by you after 5 seconds)\nIda\n\
             May 17, 2022  5:29:42 PM (at six) we bake\nEdited 1 minute, 30 seconds later: at seven we bake\n\n\
             May 17, 2022  5:30:00 PM\nMe\nsee you\nSent with Confetti\n\n\
             May 17, 2022  5:31:00 PM\nIda\nThey unsent this message part 3 seconds after sending!\n\n\
             May 17, 2022  5:32:00 PM You left.\n",
        );
        let expected = [
            (Kind::Message, "(at six) we bake\nat seven we bake"),
            (Kind::Message, "see you"),
            (Kind::Deleted, ""),
            (Kind::System, "You left."),
        ];
        assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn words_that_are_gone_are_told_and_others_kept() {
        let found = said(
            "May 17, 2022  5:29:42 PM\nIda\nThis message was deleted from the conversation!\n\n\
             May 17, 2022  5:30:42 PM\nIda\nThis message was deleted from the conversation!\nsoup\n\n\
             May 17, 2022  5:31:42 PM\nIda\nTapbacks:\n",
        );
        let expected = [(Kind::Deleted, ""), (Kind::Message, "soup"), (Kind::Message, "")];
        assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn tapbacks_that_are_not_indented() {
        let found = said(
            "May 17, 2022  5:29:42 PM\nIda\nok\nTapbacks:\nLoved by Me\n🎉 by Max\n\n\
             May 17, 2022  5:30:00 PM\nMe\nLoved by Me\n",
        );
        let expected = [(Kind::Message, "ok"), (Kind::Message, "Loved by Me")];
        assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn lines_of_people_that_begin_like_the_exporters_are_theirs() {
        for words in [
            "Edited my essay again\nSent with love",
            "Sent with the post today\nEdited it a bit later: fine now",
            "Expired milk\nTranslation: the title of a book",
            "ha, she unsent this message too",
            "ok\nTapbacks: what are they",
        ] {
            let found = said(&format!("May 17, 2022  5:29:42 PM\nIda\n{words}\n"));
            assert_eq!(found, [(Kind::Message, words.to_owned())]);
        }
    }
}
