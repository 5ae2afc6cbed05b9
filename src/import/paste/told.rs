//! Text of which the user says how each message begins: `[{time}] {name}: ` and the like. Nothing is guessed then.

use std::io::BufRead;
use std::str::FromStr;

use regex::Regex;

use super::days::{self, Day};
use super::marks;
use crate::import::Sink;
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::lines::{Line, Lines};
use crate::import::intake::source::Source;
use crate::import::warning::WarningKind;
use crate::transcript::Kind;

/// What a place of a pattern stands for.
const FIELDS: [(&str, &str); 3] =
    [("{time}", r"(?<time>\S.{0,79}?)"), ("{name}", r"(?<name>\S.{0,99}?)"), ("{any}", r".{0,200}?")];

/// How each message of a text begins, in the user's words: text that stands there as it is, white space that may be any, and `{time}`, `{name}` and
/// `{any}` (of no interest). What follows is what was said.
#[derive(Clone, Debug)]
pub struct HeadPattern {
    wanted: Regex,
    has_time: bool,
}

impl FromStr for HeadPattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        let pattern = pattern.trim();
        let mut wanted = String::from(r"^\s*");
        let mut rest = pattern;
        let mut after_field = false;
        while let Some(first) = rest.chars().next() {
            let field = FIELDS.iter().find(|(field, _)| rest.starts_with(field));
            let adjoins = after_field && field.is_some();
            after_field = field.is_some();
            rest = match field {
                Some(_) if adjoins => {
                    return Err("two fields need something between them, if only a space".into());
                }
                Some((field, _)) if pattern.matches(field).count() > 1 && *field != "{any}" => {
                    return Err(format!("{field} stands there twice"));
                }
                Some((field, as_regex)) => {
                    wanted.push_str(as_regex);
                    &rest[field.len()..]
                }
                None if first.is_whitespace() => {
                    wanted.push_str(r"\s+");
                    rest.trim_start()
                }
                None if first == '{' => return Err("fields are {time}, {name} and {any}".into()),
                None => {
                    wanted.push_str(&regex::escape(&first.to_string()));
                    &rest[first.len_utf8()..]
                }
            };
        }
        if !pattern.contains("{name}") {
            return Err("expected a pattern with {name} in it, as '[{time}] {name}:'".into());
        }
        if after_field {
            return Err("expected a sign behind the last field, as the colon in '{name}:'".into());
        }
        let wanted = Regex::new(&format!(r"{wanted}\s*(?<said>.*)$"))
            .map_err(|_| "the pattern is too long".to_owned())?;
        Ok(Self { wanted, has_time: pattern.contains("{time}") })
    }
}

/// The beginning of a message.
struct Head<'l> {
    when: When,
    name: &'l str,
    said: &'l str,
}

impl HeadPattern {
    /// The head with which `line` begins, if it does; what stands for a time has to be one.
    fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let found = self.wanted.captures(line.trim_start_matches('\u{feff}'))?;
        let field = |name| found.name(name).map_or("", |m| m.as_str().trim());
        let when = if self.has_time { moment(field("time"))? } else { When::Unknown };
        Some(Head { when, name: field("name"), said: field("said") })
    }
}

/// What `field` says of when, if it is a time.
fn moment(field: &str) -> Option<When> {
    times::read(field).filter(|when| *when != When::Unknown)
}

/// Read `source`, whose messages begin as `pattern` says. A line that is a day and nothing else says of when the times below it are; every other line
/// goes on with the message above it.
pub fn read(pattern: &HeadPattern, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let name = source.name().to_owned();
    let mut chat = sink.chat(name.as_str());
    let mut lines = source.into_lines()?;
    let mut result = fill(pattern, &mut lines, &mut chat, &name);
    sink.count_lines(lines.number());
    if result.is_ok() && chat.is_empty() {
        result = Err(ImportError::NoHeadFits { name, lines: lines.number() });
    }
    chat.close(&result, lines.number());
    let _ = sink.emit(chat);
    result
}

fn fill(
    pattern: &HeadPattern,
    lines: &mut Lines<impl BufRead>,
    chat: &mut Chat,
    name: &str,
) -> Result<(), ImportError> {
    let mut day: Option<Day> = None;
    lines.each(|line: &Line<'_>| {
        chat.room(name, line.number)?;
        if line.is_blank() {
            chat.blank();
        } else if let Some(head) = pattern.head(line.text) {
            let (kind, said, words) = marks::kind(head.said);
            let when = day.map_or(head.when, |day| day.of(head.when));
            chat.say(head.name, when, kind, said, line.number);
            words
                .into_iter()
                .for_each(|words| chat.say_more(head.name, when, Kind::Message, words, line.number));
            chat.note_cut(line);
        } else if let Some(heading) = days::between(line.text).and_then(|between| between.day_below(day)) {
            day = Some(heading);
            chat.heading();
        } else if !chat.append(line) {
            chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Flow, Imported, Options, read_text};

    fn read(pattern: &str, text: &str) -> Vec<String> {
        let options = Options { head: Some(pattern.parse().unwrap()), ..Options::default() };
        let mut said = Vec::new();
        let counts = read_text("t.txt", text.as_bytes(), &options, &mut |chat: Imported| {
            let transcript = chat.transcript;
            said.extend(transcript.messages.iter().map(|m| {
                let who = m.speaker.map_or("*", |s| transcript.speakers[s].name.as_str());
                let time = m.time.map(|t| format!("{t} ")).unwrap_or_default();
                let kind = if m.kind == Kind::Message { "" } else { "?" };
                format!("{time}{who}: {kind}{}", m.text.reveal())
            }));
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        said
    }

    #[test]
    fn messages_begin_as_was_said() {
        let text = "Protocol, two people\n\n== 5 March 2024 ==\n17:05h | Marta (7) ~ the bus: late\n  again ~ sorry\n\n17:06h | Iker (9) ~\n17:07h | Iker (9) ~ [Photo]\n";
        assert_eq!(
            read("{time}h | {name} ({any}) ~", text),
            [
                "2024-03-05T17:05:00 Marta: the bus: late\n  again ~ sorry",
                "2024-03-05T17:06:00 Iker: ",
                "2024-03-05T17:07:00 Iker: ?"
            ]
        );
    }

    #[test]
    fn what_stands_for_a_time_is_one() {
        let text = "[2024-03-05 17:05] Ana: well\n[see page 3] Ben: is it\n[2024-03-05 17:06] Ben: no\n";
        assert_eq!(
            read("[{time}] {name}:", text),
            ["2024-03-05T17:05:00 Ana: well\n[see page 3] Ben: is it", "2024-03-05T17:06:00 Ben: no"]
        );
    }

    #[test]
    fn patterns_that_say_too_little_are_refused() {
        for (pattern, word) in [
            ("", "{name}"),
            ("{time} -", "{name}"),
            ("{name}", "sign behind"),
            ("{time}{name}:", "between"),
            ("{name} {name}:", "twice"),
            ("{who}:", "fields are"),
        ] {
            let error = pattern.parse::<HeadPattern>().unwrap_err();
            assert!(error.contains(word), "{pattern}: {error}");
        }
    }

    #[test]
    fn where_nothing_begins_so_it_is_said() {
        let options = Options { head: Some("<{name}>".parse().unwrap()), ..Options::default() };
        let error =
            read_text("t.txt", "Ana: hi\nBen: hey\n".as_bytes(), &options, &mut |_| Flow::Continue(()));
        assert!(error.unwrap_err().to_string().contains("--head"));
    }
}
