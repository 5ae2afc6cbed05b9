//! TikTok's direct messages as text: `>>> Chat History with X::`, then `2026-07-03 23:00:11 UTC name: text`, newest first.
//! In other downloads the name stands on the next line, or each part of a message on a line of its own.

use super::tiktok::{content, title};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields;
use crate::import::chats::parts::Ids;
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};

/// How a time is written, and how long it is.
const TIME: &str = "%Y-%m-%d %H:%M:%S";
const TIME_LENGTH: usize = 19;

/// The format.
pub struct TikTokText;

impl Format for TikTokText {
    fn name(&self) -> &'static str {
        "tiktok-txt"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let mut lines = sample.lines().map(str::trim).filter(|l| !l.is_empty());
        let headed = lines.next().is_some_and(|l| heading(l).is_some());
        let told = lines
            .next()
            .is_none_or(|l| heading(l).is_some() || stamp(l).is_some() || l.starts_with("Date: "));
        if headed && told { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let mut lines = source.into_lines()?;
        let mut reading = Reading { ids: Ids::new(&name), open: None, apart: true, sink };
        let mut result = Ok(());
        while result.is_ok() && !reading.sink.is_stopped() {
            result = match lines.next_line() {
                Ok(Some(line)) => reading.take(&name, &line),
                Ok(None) => break,
                Err(error) => Err(error),
            };
        }
        reading.sink.count_lines(lines.number());
        if result.is_err()
            && let Some(open) = &mut reading.open
        {
            open.chat.doubt(WarningKind::CutOff, lines.number());
        }
        let _ = reading.close();
        result
    }
}

/// What stands in `>>> Chat History with X::`.
fn heading(line: &str) -> Option<&str> {
    let key = line.trim().strip_prefix(">>> ")?.strip_suffix(':')?;
    ["Chat History", "Group Chat"].iter().any(|start| key.starts_with(start)).then_some(key)
}

/// The time at the beginning of a line, and what stands behind it.
fn stamp(line: &str) -> Option<(&str, &str)> {
    let (time, rest) = line.split_at_checked(TIME_LENGTH)?;
    jiff::civil::DateTime::strptime(TIME, time).ok()?;
    let rest = rest.strip_prefix(" UTC").unwrap_or(rest);
    (rest.is_empty() || rest.starts_with(' ')).then_some((time, rest.trim_start()))
}

/// The name and the words of `name: words`.
fn said(text: &str) -> Option<(&str, &str)> {
    let (name, words) = text.split_once(": ").or_else(|| Some((text.trim_end().strip_suffix(':')?, "")))?;
    (!name.trim().is_empty()).then_some((name.trim(), words))
}

struct Reading<'s, 'a> {
    ids: Ids,
    open: Option<Open>,
    /// Whether the line before was blank.
    apart: bool,
    sink: &'s mut Sink<'a>,
}

/// The conversation being read.
struct Open {
    chat: Chat,
    /// The name of the other person, if the heading tells it; whether they have spoken, and who else has.
    other: Option<String>,
    met: bool,
    owner: Option<String>,
    /// The time of a message whose words stand on a line below, and the name.
    time: Option<String>,
    from: Option<String>,
    /// How often the next message is older, and how often younger.
    steps: (u64, u64),
    before: Option<String>,
}

impl Reading<'_, '_> {
    fn take(&mut self, name: &str, line: &Line<'_>) -> Result<(), ImportError> {
        let apart = std::mem::replace(&mut self.apart, line.is_blank());
        if let Some(key) = heading(line.text).filter(|_| apart) {
            if self.close().is_continue() {
                let chat = self.sink.chat(self.ids.of(title(key)));
                self.open = Some(Open::new(chat, key));
            }
            return Ok(());
        }
        match &mut self.open {
            Some(open) => {
                open.take(line);
                open.chat.room(name, line.number)?;
            }
            None if line.is_blank() => self.sink.count_blank(),
            None => self.sink.reject(WarningKind::LineBeforeFirstMessage, line.number),
        }
        Ok(())
    }

    fn close(&mut self) -> Flow {
        self.open.take().map_or(Flow::Continue(()), |open| self.sink.emit(open.done()))
    }
}

impl Open {
    fn new(mut chat: Chat, key: &str) -> Self {
        chat.heading();
        let other = key.starts_with("Chat History").then(|| title(key).to_owned());
        Self { chat, other, met: false, owner: None, time: None, from: None, steps: (0, 0), before: None }
    }

    fn take(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            return self.chat.blank();
        }
        let field = |name: &str| line.text.strip_prefix(name).map(str::trim);
        if let Some((time, rest)) = stamp(field("Date:").unwrap_or(line.text)) {
            match said(rest) {
                Some((name, words)) => self.say(name, time, words, line),
                // A time with anything else behind it is a line that somebody wrote.
                None if !rest.is_empty() => self.go_on(line),
                None => {
                    self.chat.heading();
                    self.time = Some(time.to_owned());
                }
            }
        } else if let Some(name) = field("From:").filter(|_| self.time.is_some()) {
            self.chat.heading();
            self.from = Some(name.to_owned());
        } else if let Some(time) = self.time.take() {
            let from = self.from.take();
            match (from, field("Content:"), said(line.text)) {
                (Some(name), words, _) => self.say(&name, &time, words.unwrap_or(line.text), line),
                (None, _, Some((name, words))) => self.say(name, &time, words, line),
                (None, _, None) => self.go_on(line),
            }
        } else {
            self.go_on(line);
        }
    }

    fn go_on(&mut self, line: &Line<'_>) {
        if !self.chat.append(line) {
            self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        }
    }

    fn say(&mut self, name: &str, time: &str, words: &str, line: &Line<'_>) {
        if self.other.as_deref() == Some(name) {
            self.met = true;
        } else if self.other.is_some() {
            self.owner.get_or_insert_with(|| name.to_owned());
        }
        if let Some(before) = self.before.replace(time.to_owned()) {
            // Written like this, times compare as their texts do.
            self.steps.0 += u64::from(time < before.as_str());
            self.steps.1 += u64::from(time > before.as_str());
        }
        let when: When = fields::utc(&mut self.chat, time, line.number);
        let (kind, words) = content(words);
        self.chat.say(name, when, kind, words, line.number);
        self.chat.note_cut(line);
    }

    fn done(mut self) -> Chat {
        // In a chat with one person, whoever is not they made the export.
        if let Some(owner) = self.owner.filter(|_| self.met) {
            self.chat.set_owner(&owner);
        }
        if self.steps.0 > self.steps.1 {
            self.chat.reverse();
        }
        self.chat.sort_by_time();
        if self.chat.is_empty() {
            self.chat.doubt(WarningKind::EmptyConversation, 0);
        }
        self.chat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Options, read_text};

    fn shown(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        let counts = read_text("t.txt", text.as_bytes(), &Options::default(), &mut |imported| {
            let transcript = imported.transcript;
            assert_eq!(imported.format, "tiktok-txt");
            out.push(format!("# {}", transcript.id));
            out.extend(transcript.messages.iter().map(|m| {
                let speaker = &transcript.speakers[m.speaker.unwrap()];
                format!("{} {:?} {}: {}", m.time.unwrap(), speaker.role, speaker.name, m.text.reveal())
            }));
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        out
    }

    #[test]
    fn chats_stand_apart_and_the_oldest_message_comes_first() {
        let found = shown(
            ">>> Chat History with max.b::\n\n2026-07-03 23:00:11 UTC ida_1: see you\n\
             2026-07-03 22:00:11 UTC max.b: hi: there\n>>> second line\n2026-01-01 at noon\n\
             2026-07-03 22:00:11 UTC ida_1: hello\n\n>>> Chat History with cy::\n\n2026-06-01 10:00:00 UTC ida_1: tea?\n",
        );
        let expected = [
            "# t.txt#max.b",
            "2026-07-03T22:00:11Z Me ida_1: hello",
            "2026-07-03T22:00:11Z Unknown max.b: hi: there\n>>> second line\n2026-01-01 at noon",
            "2026-07-03T23:00:11Z Me ida_1: see you",
            "# t.txt#cy",
            "2026-06-01T10:00:00Z Unknown ida_1: tea?",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn parts_on_lines_of_their_own() {
        let expected =
            ["# t.txt#max.b", "2024-03-04T15:01:05Z Unknown max.b: hello", "2024-03-04T15:02:05Z Me ida: hi"];
        for text in [
            ">>> Chat History with max.b::\n2024-03-04 15:01:05 UTC\nmax.b: hello\n2024-03-04 15:02:05 UTC\nida: hi\n",
            ">>> Chat History with max.b::\n\nDate: 2024-03-04 15:01:05\nFrom: max.b\nContent: hello\n\n\
             Date: 2024-03-04 15:02:05\nFrom: ida\nContent: hi\n",
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
