//! Logs that programs for IRC and Twitch keep: irssi, mIRC, HexChat, WeeChat, Chatterino, Eggdrop, and lines with a full time in
//! brackets. Pieces that were copied from them are pastes.

mod stamps;

use std::collections::HashSet;

use jiff::civil;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{close, cut};
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::{Kind, Time};
use stamps::{Day, frame};

/// The format.
pub struct Irc;

/// How many lines are looked at.
const LOOK_AT: usize = 200;

impl Format for Irc {
    fn name(&self) -> &'static str {
        "irc"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let lines = || sample.lines().filter(|l| !l.trim().is_empty()).take(LOOK_AT);
        let said = lines().filter(|l| Said::read(l).is_some()).count();
        let framed = lines().next().is_some_and(|l| frame(l).is_some());
        let marked = lines().any(|l| matches!(Said::read(l), Some(Said { own: true, .. })));
        let enough = if framed { said > 0 } else { marked && said > 1 && said * 10 >= lines().count() * 9 };
        if enough { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let people = source.sample().lines().filter_map(Said::read).filter_map(|said| match said.what {
            What::Words(nick, _) => Some(nick.to_owned()),
            _ => None,
        });
        let people = people.collect();
        let mut reading = Reading { chat: sink.chat(name.as_str()), day: Day::default(), people };
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| {
            reading.take(line);
            reading.chat.room(&name, line.number)
        });
        sink.count_lines(lines.number());
        close(Some(reading.chat), cut(&result, lines.number()), sink);
        result
    }
}

/// A line with a time.
#[derive(Debug)]
struct Said<'l> {
    when: stamps::Moment,
    what: What<'l>,
    /// Whether only a log of these programs has such a line.
    own: bool,
}

/// What stands behind the time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What<'l> {
    /// Somebody's words.
    Words(&'l str, &'l str),
    /// A star: what somebody does, or what happens.
    Star(&'l str),
    /// What the program says.
    Notice(&'l str),
}

impl<'l> Said<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let (when, rest) = stamps::at(line)?;
        if let Some((mark, text)) = rest.strip_prefix('\t').and_then(|tabbed| tabbed.split_once('\t')) {
            let what = match mark.trim() {
                "-->" | "<--" | "--" | "" | "=!=" => What::Notice(text),
                "*" => What::Star(text),
                nick => What::Words(plain(nick)?, text),
            };
            return Some(Self { when, what, own: !matches!(what, What::Words(..)) });
        }
        let rest = rest.trim_start();
        let own = when.is_exact;
        if let Some((nick, text)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            let text = text.strip_prefix([' ', '\t']).unwrap_or(text);
            return Some(Self { when, what: What::Words(plain(nick)?, text), own });
        }
        if let Some(text) = rest.strip_prefix("-!- ").or_else(|| rest.strip_prefix("*** ")) {
            return Some(Self { when, what: What::Notice(text), own: false });
        }
        let star = rest.strip_prefix('*').and_then(|r| r.strip_prefix([' ', '\t']));
        if let Some(text) = star {
            return Some(Self { when, what: What::Star(text.trim_start()), own: false });
        }
        // Eggdrop.
        if let Some(text) = rest.strip_prefix("Action: ").filter(|_| when.in_brackets) {
            return Some(Self { when, what: What::Star(text), own: false });
        }
        // Chatterino.
        let named = rest.split_once(": ").and_then(|(nick, text)| Some(What::Words(plain(nick)?, text)));
        when.in_brackets.then(|| Self { when, what: named.unwrap_or(What::Notice(rest)), own: false })
    }
}

/// A nick without the sign of its rank; nothing else has no spaces.
fn plain(nick: &str) -> Option<&str> {
    let nick = nick.trim().trim_start_matches(['@', '+', '%', '&', '~', '!']);
    (!nick.is_empty() && !nick.contains(char::is_whitespace)).then_some(nick)
}

struct Reading {
    chat: Chat,
    day: Day,
    people: HashSet<String>,
}

impl Reading {
    fn take(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            return self.chat.blank();
        }
        if let Some(day) = frame(line.text) {
            self.day.begin(day);
            return self.chat.heading();
        }
        let Some(said) = Said::read(line.text) else {
            if !self.chat.append(line) {
                self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
            }
            return;
        };
        let when = self.day.when(&said.when).map_or(When::Unknown, When::Known);
        match said.what {
            What::Words(nick, text) => self.chat.say(nick, when, Kind::Message, text, line.number),
            What::Star(text) => self.star(text, when, line.number),
            What::Notice(text) => self.chat.note(when, text, line.number),
        }
        self.chat.note_cut(line);
    }

    /// Somebody who speaks in the log does something, unless the program says that of everybody.
    fn star(&mut self, text: &str, when: When, line: u64) {
        let (nick, rest) = text.split_once(' ').unwrap_or((text, ""));
        let nick = nick.trim_start_matches(['@', '+', '%', '&', '~']);
        if self.people.contains(nick) && !is_event(rest) {
            return self.chat.say(nick, when, Kind::Message, &format!("* {text}"), line);
        }
        self.chat.note(when, text, line);
    }
}

/// What programs say of people: `has joined #tea`, `(~ida@host) Quit (bye)`.
fn is_event(text: &str) -> bool {
    const EVENTS: [&str; 9] = [
        "has joined",
        "has left",
        "has quit",
        "has kicked",
        "has changed the topic",
        "is now known as",
        "sets mode",
        "was kicked by",
        "changes topic to",
    ];
    let after_host =
        text.strip_prefix('(').and_then(|t| t.split_once(") ")).filter(|(host, _)| host.contains('@'));
    after_host.is_some() || EVENTS.iter().any(|event| text.starts_with(event))
}

/// The time of a line on its day.
fn on(day: civil::Date, clock: civil::Time) -> Time {
    Time::Local(day.to_datetime(clock))
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    fn shown(text: &str) -> Vec<String> {
        tried::read("i.log", text, "irc").iter().flat_map(tried::lines).collect()
    }

    #[test]
    fn each_program_has_its_own_signs() {
        let irssi = "--- Log opened Sat Jan 13 21:07:00 2024\n21:07 -!- ida [~i@h] has joined #tea\n21:08 < ida> hello\n\
                     21:08 <@max> yes: ok\n21:09  * max waves\n--- Day changed Sun Jan 14 2024\n08:00 <@max> hi\n\
                     --- Log closed Sun Jan 14 09:00:00 2024\n";
        let expected = [
            "2024-01-13T21:07:00 *: ida [~i@h] has joined #tea",
            "2024-01-13T21:08:00 ida: hello",
            "2024-01-13T21:08:00 max: yes: ok",
            "2024-01-13T21:09:00 max: * max waves",
            "2024-01-14T08:00:00 max: hi",
        ];
        assert_eq!(shown(irssi), expected);
        let mirc = "Session Start: Sat Jan 13 21:07:00 2024\nSession Ident: #tea\n[21:07] * Now talking in #tea\n\
                    [21:08] <ida> hello\n[21:08] <@max> yes: ok\n[21:09] * max waves\n[21:10] * ida (~i@h) Quit (bye)\n\
                    Session Close: Sat Jan 13 22:07:00 2024\n";
        let found = shown(mirc);
        assert_eq!(found[1..4], expected[1..4]);
        assert_eq!((found[0].as_str(), found.len()), ("2024-01-13T21:07:00 *: Now talking in #tea", 5));
        assert_eq!(found[4], "2024-01-13T21:10:00 *: ida (~i@h) Quit (bye)");
        let hexchat = "**** BEGIN LOGGING AT Sat Dec 30 21:07:00 2023\n\nDec 30 21:07:00 *\tNow talking on #tea\n\
                       Dec 30 21:08:00 <ida>\thello\nJan 01 08:00:00 *\tida waves\nJan 01 09:00:00 *\tida has quit (bye)\n";
        let expected = [
            "2023-12-30T21:07:00 *: Now talking on #tea",
            "2023-12-30T21:08:00 ida: hello",
            "2024-01-01T08:00:00 ida: * ida waves",
            "2024-01-01T09:00:00 *: ida has quit (bye)",
        ];
        assert_eq!(shown(hexchat), expected);
    }

    #[test]
    fn eggdrop_writes_the_day_first() {
        let log = "[00:00] --- Sat Jan 13 2024\n[21:07] ida (~i@h) joined #tea.\n[21:08] <ida> hello\n\
                   [21:09] <max> yes: ok\n[21:10] Action: max waves\n[21:11] ida (~i@h) left irc: Quit: bye\n";
        let expected = [
            "2024-01-13T21:07:00 *: ida (~i@h) joined #tea.",
            "2024-01-13T21:08:00 ida: hello",
            "2024-01-13T21:09:00 max: yes: ok",
            "2024-01-13T21:10:00 max: * max waves",
            "2024-01-13T21:11:00 *: ida (~i@h) left irc: Quit: bye",
        ];
        assert_eq!(shown(log), expected);
    }

    #[test]
    fn full_times_and_twitch() {
        let weechat = "2024-01-13 21:07:00\t-->\tida (~i@h) has joined #tea\n2024-01-13 21:08:00\tida\thello\n\
                       2024-01-13 21:08:30\t@max\tyes: ok\n2024-01-13 21:09:00\t *\tmax waves\n";
        let found = shown(weechat);
        assert_eq!(found[1..3], ["2024-01-13T21:08:00 ida: hello", "2024-01-13T21:08:30 max: yes: ok"]);
        assert_eq!(found[3], "2024-01-13T21:09:00 max: * max waves");
        let exact = "[2024-01-13T21:00:00+00:00] <Ida> hello\n[2024-01-13T21:01:00+00:00] <Max> yes: ok\n";
        assert_eq!(shown(exact), ["2024-01-13T21:00:00Z Ida: hello", "2024-01-13T21:01:00Z Max: yes: ok"]);
        let twitch = "# Start logging at 2024-01-13 21:07:00 CET\n[21:07:10] ida_tv: hello\n\
                      [21:08:20] ida_tv subscribed at Tier 1.\n[21:09:10] max: hi: you\n";
        let expected = [
            "2024-01-13T21:07:10 ida_tv: hello",
            "2024-01-13T21:08:20 *: ida_tv subscribed at Tier 1.",
            "2024-01-13T21:09:10 max: hi: you",
        ];
        assert_eq!(shown(twitch), expected);
    }
}
