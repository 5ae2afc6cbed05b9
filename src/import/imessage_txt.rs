//! Texts of imessage-exporter: a time, a name, lines of text, a blank line. Replies stand twice: indented under what they
//! answer, which is passed over, and where they were sent.

use jiff::civil;

use super::chat::{Chat, When};
use super::error::ImportError;
use super::lines::Line;
use super::parts::{file_name, me};
use super::source::{Sample, Source};
use super::warning::WarningKind;
use super::{Format, Sink, walk};
use crate::transcript::{Kind, Time};

/// Lines that the exporter writes about a message.
const REMARKS: [&str; 6] = [
    "This message responded to an earlier message.",
    "Tapbacks:",
    "Sent with",
    "Edited ",
    "Expired ",
    "Translation:",
];
/// How a message without words begins.
const UNSENT: [&str; 2] = ["This message was unsent", "unsent this message"];

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
            Some(head) if !head.indented && (name || head.notice.is_some()) => 0.95,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, owner) = (source.name().to_owned(), me(sink.options()));
        let mut chat = sink.chat(name.as_str());
        let mut lines = source.into_lines()?;
        let mut reading = Reading { chat: &mut chat, owner, place: Place::Outside };
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

/// `May 17, 2022  5:29:42 PM (Read by you after 1 hour)`, or the time with a notice behind it.
struct Head<'l> {
    time: civil::DateTime,
    indented: bool,
    notice: Option<&'l str>,
}

impl<'l> Head<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let text = line.trim_start();
        // Not to be tried on every line: a month, and a half of the day.
        let month = text.get(..3)?.chars().all(char::is_alphabetic);
        let half =
            ["AM", "PM"].iter().filter_map(|half| text.find(half)).min().filter(|at| month && *at < 32)?;
        let (time, rest) = text.split_at(half + 2);
        let time = civil::DateTime::strptime("%b %d, %Y %I:%M:%S %p", time.replace('\u{202f}', " ")).ok()?;
        let rest = rest.trim();
        let notice = (!rest.is_empty() && !rest.starts_with('(')).then_some(rest);
        Some(Self { time, indented: text.len() < line.len(), notice })
    }
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
}

impl Reading<'_> {
    fn take(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            return self.chat.blank();
        }
        if let Some(head) = Head::read(line.text) {
            return self.head(&head, line);
        }
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
        self.place = match head.notice {
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
        if is_remark(line.text) {
            self.place = Place::Fresh(time, name, line.number);
            return self.chat.heading();
        }
        let (when, text) = (When::Known(Time::Local(time)), line.text);
        match text.trim() {
            gone if UNSENT.iter().any(|u| gone.contains(u)) => {
                self.chat.say(&name, when, Kind::Deleted, "", line.number)
            }
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
        match std::mem::replace(&mut self.place, Place::Outside) {
            Place::Fresh(time, name, line) => {
                self.chat.say_more(&name, When::Known(Time::Local(time)), Kind::Message, "", line);
            }
            Place::Named(_, line) => self.chat.doubt(WarningKind::CutOff, line),
            _ => {}
        }
    }
}

fn is_remark(line: &str) -> bool {
    REMARKS.iter().any(|remark| line.starts_with(remark))
}

fn is_attachment(text: &str) -> bool {
    (text.contains('/') && walk::is_media(text))
        && ["/", "~/", "attachments/"].iter().any(|s| text.starts_with(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let read = |line| Head::read(line).map(|h| (h.time.to_string(), h.indented, h.notice));
        let time = || "2022-05-17T17:29:42".to_owned();
        assert_eq!(read("May 17, 2022  5:29:42 PM"), Some((time(), false, None)));
        assert_eq!(read("May 17, 2022  5:29:42 PM (Read by you after 1 hour)"), Some((time(), false, None)));
        assert_eq!(read("    May 17, 2022  5:29:42 PM"), Some((time(), true, None)));
        assert_eq!(read("May 17, 2022 5:29:42 PM You left."), Some((time(), false, Some("You left."))));
        for line in ["May we meet at 5 PM", "", "May 17, 2022", "ähm, PM"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
