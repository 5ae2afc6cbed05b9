//! Discord chats saved by DiscordChatExporter as plain text: a heading between rows of `=`, then messages, each a line
//! with date and name, lines of text, and blocks such as `{Attachments}`.

use jiff::civil;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{close, linked_file};
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor::Cursor;
use crate::import::time::meridiem;
use crate::import::time::months;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::{Kind, Time};

/// The format.
pub struct DiscordTxt;

impl Format for DiscordTxt {
    fn name(&self) -> &'static str {
        "discord-txt"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let mut lines = sample.lines().map(str::trim);
        let ruled = lines.next().is_some_and(is_rule);
        let named = |prefix| move |l: &str| l.starts_with(prefix);
        if ruled && lines.next().is_some_and(named("Guild:")) && lines.next().is_some_and(named("Channel:")) {
            0.95
        } else {
            0.0
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let mut reading =
            Reading { chat: sink.chat(name.as_str()), place: Place::Top, open: None, fresh: true };
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| {
            reading.take(line);
            reading.chat.room(&name, line.number)
        });
        reading.settle();
        sink.count_lines(lines.number());
        let cut = reading.place != Place::Bottom;
        close(Some(reading.chat), cut.then_some(lines.number()), sink);
        result
    }
}

/// A row of at least 40 `=`; the exporter writes 62.
fn is_rule(line: &str) -> bool {
    line.len() >= 40 && line.bytes().all(|b| b == b'=')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the heading.
    Top,
    /// Between its two rules.
    Heading,
    /// Among the messages: in the words of one.
    Words,
    /// In a block that lists files or stickers.
    Files,
    /// In a message that is passed on.
    Forwarded,
    /// In an embed of a message that has nothing else to say.
    Embed,
    /// In a block of reactions, or of embeds of what is said already.
    Aside,
    /// Behind the last message.
    Bottom,
}

struct Reading {
    chat: Chat,
    place: Place,
    /// A header whose first line has not come yet: name, time and line.
    open: Option<(String, When, u64)>,
    /// Whether the line before was blank, so that a header or a block may begin.
    fresh: bool,
}

impl Reading {
    fn take(&mut self, line: &Line<'_>) {
        let text = line.text.trim();
        let fresh = std::mem::replace(&mut self.fresh, line.is_blank());
        let place = self.place;
        match place {
            Place::Top if is_rule(text) => self.rule(Place::Heading),
            Place::Heading if is_rule(text) => self.rule(Place::Words),
            _ if line.is_blank() => self.chat.blank(),
            Place::Heading | Place::Bottom => self.chat.heading(),
            // An export of an older version has no heading.
            _ if fresh && self.header(line) => {}
            _ if fresh && is_rule(text) => self.rule(Place::Bottom),
            _ if fresh && self.block(text) => self.chat.heading(),
            Place::Aside => self.chat.heading(),
            Place::Files => self.file(text, line.number),
            Place::Forwarded if text.starts_with("Originally sent: ") => self.chat.heading(),
            Place::Top | Place::Words | Place::Forwarded | Place::Embed => self.words(line),
        }
    }

    /// A row of signs, behind which `place` begins.
    fn rule(&mut self, place: Place) {
        self.settle();
        (self.place, self.fresh) = (place, true);
        self.chat.heading();
    }

    /// Whether `line` begins a message: `[01-May-24 06:02 PM] name#0001 (pinned)`.
    fn header(&mut self, line: &Line<'_>) -> bool {
        let Some((date, name)) = line.text.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else {
            return false;
        };
        // A month in a language that is not known here costs the time, never who speaks.
        let when = read(date).or_else(|| has_month_in_words(date).then_some(When::Unknown));
        let Some(when) = when.filter(|_| !name.trim().is_empty()) else { return false };
        self.settle();
        if when == When::Unknown {
            self.chat.doubt(WarningKind::InvalidTime, line.number);
        }
        let name = name.trim().trim_end_matches("(pinned)").trim_end();
        let speaker = self.chat.person(name, name_of(name));
        self.open = Some((speaker, when, line.number));
        self.place = Place::Words;
        true
    }

    fn block(&mut self, text: &str) -> bool {
        self.place = match text {
            "{Attachments}" | "{Stickers}" => Place::Files,
            "{Embed}" | "{Embeds}" if self.open.is_some() || self.place == Place::Embed => Place::Embed,
            "{Embed}" | "{Embeds}" | "{Reactions}" => Place::Aside,
            "{Forwarded Message}" => Place::Forwarded,
            _ => return false,
        };
        true
    }

    fn words(&mut self, line: &Line<'_>) {
        let Some((speaker, when, number)) = self.open.take() else {
            if !self.chat.append(line) {
                self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
            }
            return;
        };
        // The header is a line of its own.
        self.chat.heading();
        if is_told_by_app(line.text) {
            self.chat.note(when, &format!("{speaker}: {}", line.text.trim()), line.number);
        } else {
            self.chat.say(&speaker, when, Kind::Message, line.text, number);
        }
        self.chat.note_cut(line);
    }

    fn file(&mut self, text: &str, line: u64) {
        match self.open.take() {
            Some((speaker, when, number)) => {
                self.chat.heading();
                self.chat.say(&speaker, when, Kind::Media, linked_file(text), number);
            }
            None if self.chat.is_empty() => self.chat.reject(WarningKind::LineBeforeFirstMessage, line),
            None => self.chat.add_media(linked_file(text), line),
        }
    }

    /// A header without words or files is a message all the same: a sticker, an embed, a picture since deleted.
    fn settle(&mut self) {
        if let Some((speaker, when, number)) = self.open.take() {
            self.chat.say(&speaker, when, Kind::Media, "", number);
        }
    }
}

/// A name without the number of accounts that no longer have one.
pub(in crate::import) fn name_of(name: &str) -> &str {
    name.strip_suffix("#0000").or(name.strip_suffix("#0")).unwrap_or(name)
}

/// Whether these words are those the exporter has for something that happened.
pub(in crate::import) fn is_told_by_app(text: &str) -> bool {
    const EXACT: [&str; 6] = [
        "Joined the server.",
        "Pinned a message.",
        "Left the group.",
        "Changed the channel icon.",
        "Started a thread.",
        "Started a call.",
    ];
    let text = text.trim();
    EXACT.contains(&text) || text.starts_with("Started a call that lasted ")
}

/// The date of a message; one that cannot be read is told.
pub(in crate::import) fn when(chat: &mut Chat, text: &str, line: u64) -> When {
    read(text).unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    })
}

/// The date of a message, whatever language it is in.
pub(in crate::import) fn read(text: &str) -> Option<When> {
    let in_words = || months::anywhere(text).map(|time| When::Known(Time::Local(time)));
    times::read(text).filter(|w| *w != When::Unknown).or_else(|| with_month_name(text)).or_else(in_words)
}

/// `01-May-24 06:02 PM`.
fn with_month_name(text: &str) -> Option<When> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut at = Cursor::new(text.trim());
    let (day, _) = at.number(2)?;
    let sign = at.bump().filter(|c| matches!(c, '-' | ' ' | '.' | '/'))?;
    let month = (1..).zip(MONTHS).find(|(_, word)| at.word(word))?.0;
    at.eat('.');
    at.eat(sign).then_some(())?;
    let (year, digits) = at.number(4)?;
    let year = if digits == 2 { 2000 + year } else { year };
    at.eat(',');
    at.spaces();
    let (hour, _) = at.number(2)?;
    (at.eat(':') || at.eat('.')).then_some(())?;
    let (minute, _) = at.number(2)?;
    at.spaces();
    let hour = meridiem::read(&mut at).map_or(hour, |half| half.hour(hour));
    let date = civil::Date::new(i16::try_from(year).ok()?, month, i8::try_from(day).ok()?).ok()?;
    let clock = civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
    at.rest().trim().is_empty().then_some(When::Known(Time::Local(date.to_datetime(clock))))
}

/// Whether this is a day, a word and a year, with a time of day behind them: `01-févr.-24 18:02`.
fn has_month_in_words(date: &str) -> bool {
    let mut at = Cursor::new(date.trim());
    let day = at.number(2).is_some();
    let sign = at.bump().filter(|c| matches!(c, '-' | ' ' | '.' | '/'));
    let (month, rest) = match sign.and_then(|sign| at.rest().split_once(sign)) {
        Some(parts) => parts,
        None => return false,
    };
    let mut at = Cursor::new(rest);
    let year = at.number(4).is_some() && at.spaces() > 0;
    let clock = year && at.number(2).is_some() && (at.eat(':') || at.eat('.')) && at.number(2).is_some();
    // Letters of some scripts carry marks that are no letters.
    day && clock && month.starts_with(char::is_alphabetic) && !month.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use crate::import::{Flow, Options, read_text};

    /// What is said in `text`, of which every line is accounted for.
    fn said(text: &str) -> Vec<String> {
        let mut said = Vec::new();
        let counts = read_text("t.txt", text.as_bytes(), &Options::default(), &mut |imported| {
            said.extend(imported.transcript.messages.iter().map(|m| m.text.reveal().to_owned()));
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        said
    }

    #[test]
    fn an_embed_is_the_words_of_a_message_without_any() {
        let text = format!(
            "{0}\nGuild: Garden\nChannel: beds\n{0}\n\n[01-May-24 06:02 PM] ida\nlook\n\n{{Embed}}\nA page\n\n\
             [01-May-24 06:03 PM] quiz (bot)\n\n{{Embed}}\nQuiz\nWhat is 2+2?\n\n{{Embed}}\nHint\n\n{{Reactions}}\n:) (2)\n",
            "=".repeat(62)
        );
        assert_eq!(said(&text), ["look", "Quiz\nWhat is 2+2?\n\nHint"]);
    }

    #[test]
    fn what_is_passed_on_is_said() {
        let text = format!(
            "{0}\nGuild: Garden\nChannel: beds\n{0}\n\n[01-May-24 06:02 PM] ida\n\n{{Forwarded Message}}\nbring cups\n\
             Originally sent: 01-May-24 05:00 PM\n\n[01-May-24 06:03 PM] max\nlook\n\n{{Forwarded Message}}\nrain\n",
            "=".repeat(62)
        );
        assert_eq!(said(&text), ["bring cups", "look\n\nrain"]);
    }
}
