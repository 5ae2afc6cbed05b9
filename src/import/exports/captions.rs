//! Transcripts of calls and films: WebVTT (also of Teams and Zoom), SubRip and YouTube's SBV. A cue has its time on a
//! line of its own, perhaps a number before it, then words, perhaps with a name. Times count from the beginning.

use std::collections::HashMap;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{close, cut};
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The format.
pub struct Captions;

impl Format for Captions {
    fn name(&self) -> &'static str {
        "captions"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let first: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).take(3).collect();
        let web = first.first().is_some_and(|l| is_web(l));
        let cue = first.iter().take(2).any(|l| begin(l).is_some());
        if web || (cue && first.len() > 1) { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let names = Names::learn(source.sample().lines());
        let mut reading = Reading {
            chat: sink.chat(name.as_str()),
            names,
            place: Place::Aside,
            held: None,
            when: When::Unknown,
            last: None,
        };
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| {
            reading.take(line);
            reading.chat.room(&name, line.number)
        });
        reading.let_go();
        sink.count_lines(lines.number());
        close(Some(reading.chat), cut(&result, lines.number()), sink);
        result
    }
}

fn is_web(line: &str) -> bool {
    cursor::plain(line).starts_with("WEBVTT")
}

/// When the cue of a line of times begins: `00:00:01,000 --> 00:00:03,000`, `0:00:01.000,0:00:03.000`.
fn begin(line: &str) -> Option<Time> {
    let line = cursor::plain(line);
    let (from, to) =
        line.split_once(" --> ").or_else(|| line.split_once(',').filter(|(f, _)| f.contains('.')))?;
    clock(to.split_whitespace().next()?)?;
    clock(from)
}

/// `01:02:03.456`, `02:03,456`: hours may be missing.
fn clock(text: &str) -> Option<Time> {
    let (whole, thousandths) = text.trim().split_once(['.', ','])?;
    (thousandths.len() == 3 && thousandths.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    let parts: Vec<&str> = whole.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] => ("0", minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let number = |part: &str| part.parse::<i8>().ok();
    let time = jiff::civil::Time::new(number(hours)?, number(minutes)?, number(seconds)?, 0).ok()?;
    Some(Time::Clock(time))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first cue, or in a note or a block of style.
    Aside,
    /// Behind a blank line.
    Between,
    /// Behind a line of times.
    Cue,
    /// In the words of a cue.
    Words,
}

struct Reading {
    chat: Chat,
    names: Names,
    place: Place,
    /// A line behind a blank one: the number or name of a cue, unless no times follow.
    held: Option<(u64, String)>,
    when: When,
    last: Option<String>,
}

impl Reading {
    fn take(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            self.let_go();
            self.place = Place::Between;
            return self.chat.blank();
        }
        if let Some(time) = begin(line.text) {
            if self.held.take().is_some() {
                self.chat.heading();
            }
            (self.when, self.place) = (When::Known(time), Place::Cue);
            return self.chat.heading();
        }
        let is_block =
            ["NOTE", "STYLE", "REGION"].iter().any(|word| line.text.split(' ').next() == Some(word));
        match self.place {
            Place::Between if is_block => {
                self.place = Place::Aside;
                self.chat.heading();
            }
            Place::Aside if line.number > 1 || is_web(line.text) => self.chat.heading(),
            Place::Between | Place::Aside => {
                self.let_go();
                self.held = Some((line.number, line.text.to_owned()));
            }
            Place::Cue | Place::Words => self.words(line),
        }
    }

    /// What was taken for the number of a cue and is none goes on with the words before.
    fn let_go(&mut self) {
        let Some((number, text)) = self.held.take() else { return };
        let text = words(&text).1;
        if !self.chat.append(&Line { number, text: &text, cut: false }) {
            self.chat.reject(WarningKind::LineBeforeFirstMessage, number);
        }
    }

    fn words(&mut self, line: &Line<'_>) {
        let (voice, text) = words(line.text);
        let told = voice.map(|name| (name, text.as_str())).or_else(|| self.names.split(&text));
        match told {
            Some((name, text)) => {
                self.chat.say(&name, self.when, Kind::Message, text, line.number);
                self.last = Some(name);
            }
            None if self.place == Place::Words => _ = self.chat.append(&Line { text: &text, ..*line }),
            None => {
                // Where names stand at a change of speaker only, who spoke last goes on.
                let doubt =
                    self.last.as_ref().map_or(WarningKind::UnknownSpeaker, |_| WarningKind::DoubtfulName);
                self.chat.doubt(doubt, line.number);
                let name = self.last.as_deref().unwrap_or(UNKNOWN);
                self.chat.say(name, self.when, Kind::Message, &text, line.number);
            }
        }
        self.place = Place::Words;
        self.chat.note_cut(line);
    }
}

/// The name in a voice tag, and the words without tags.
fn words(line: &str) -> (Option<String>, String) {
    let (mut voice, mut out, mut rest) = (None, String::new(), line);
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let inner = tag[1..].split_once('>').map(|(inner, _)| inner).filter(|inner| is_tag(inner));
        let Some(inner) = inner else {
            out.push('<');
            rest = &tag[1..];
            continue;
        };
        if let Some((_, name)) = inner.split_once(' ').filter(|(kind, _)| kind.split('.').next() == Some("v"))
        {
            voice = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        }
        rest = &tag[inner.len() + 2..];
    }
    out.push_str(rest);
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&lrm;", ""),
        ("&rlm;", ""),
        ("[br]", "\n"),
        ("&amp;", "&"),
    ];
    let out = signs.iter().fold(out, |text, (from, to)| text.replace(from, to));
    (voice, out.trim().to_owned())
}

/// `i`, `/v`, `c.yellow`, `v Ida`, `00:01:02.000`.
fn is_tag(inner: &str) -> bool {
    let kind = inner.trim_start_matches('/').split([' ', '.']).next().unwrap_or_default();
    ["i", "b", "u", "c", "v", "ruby", "rt", "lang", "font"].contains(&kind) || clock(inner).is_some()
}

/// Names before a colon: those that come again, and all where most cues begin with one.
struct Names {
    known: HashMap<String, usize>,
    usual: bool,
}

impl Names {
    fn learn<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let (mut known, mut cues, mut named) = (HashMap::new(), 0, 0);
        let mut fresh = false;
        for line in lines {
            if std::mem::replace(&mut fresh, begin(line).is_some()) {
                cues += 1;
                if let Some((name, _)) = before_colon(&words(line).1) {
                    named += 1;
                    *known.entry(name.to_owned()).or_insert(0) += 1;
                }
            }
        }
        Self { known, usual: named * 2 > cues }
    }

    fn split<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let (name, text) = before_colon(text)?;
        let again = self.known.get(name).is_some_and(|count| *count > 1);
        (self.usual || again).then(|| (name.to_owned(), text))
    }
}

/// A short name before a colon: `Ida Berg: hello`, `>> IDA: hello`.
fn before_colon(text: &str) -> Option<(&str, &str)> {
    let (name, words) = text.split_once(':')?;
    let name = name.trim_start_matches(['>', '-', ' ']).trim();
    let short = name.chars().count() <= 40 && name.split_whitespace().count() <= 4;
    let starts = name.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    (short && starts && words.starts_with([' ', '\t'])).then_some((name, words.trim()))
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    fn shown(text: &str) -> (Vec<String>, Vec<&'static str>) {
        let found = tried::read("c.txt", text, "captions");
        let doubts = found.iter().flat_map(|found| &found.warnings).map(|w| w.kind.id());
        (found.iter().flat_map(tried::lines).collect(), doubts.collect())
    }

    #[test]
    fn numbers_and_times_of_cues_are_no_words() {
        let expected = ["00:00:01 Ida Berg: hello\nagain", "00:00:04 Max: hi: you"];
        for text in [
            "1\n00:00:01,000 --> 00:00:03,000\nIda Berg: hello\nagain\n\n2\n00:00:04,000 --> 00:00:06,000\nMax: hi: you\n",
            "0:00:01.000,0:00:03.000\nIda Berg: hello\nagain\n\n0:00:04.000,0:00:06.000\nMax: hi: you\n",
            "WEBVTT\n\nNOTE made\nby nobody\n\n00:01.000 --> 00:03.000 align:start\n<v Ida Berg>hello\nagain</v>\n\n\
             ab-1\n00:04.000 --> 00:06.000\n<v.loud Max><i>hi</i>: you</v>\n",
        ] {
            assert_eq!(shown(text).0, expected, "{text}");
        }
    }

    #[test]
    fn nobody_is_made_up() {
        let (found, doubts) = shown(
            "1\n00:00:01,000 --> 00:00:03,000\nI love you <3 so\n\n2\n00:00:04,000 --> 00:00:06,000\nListen: no\n\n\
             3\n00:00:07,000 --> 00:00:09,000\nand 5 more\n\n2024\n\n",
        );
        assert_eq!(found[..2], ["00:00:01 unknown: I love you <3 so", "00:00:04 unknown: Listen: no"]);
        assert_eq!(found[2..], ["00:00:07 unknown: and 5 more\n\n2024"]);
        assert!(doubts.contains(&"unknown-speaker"));
        let (found, doubts) = shown(
            "WEBVTT\n\n00:01.000 --> 00:02.000\nIda: hello\n\n00:03.000 --> 00:04.000\nand more\n\n\
             00:05.000 --> 00:06.000\nMax: hi\n",
        );
        assert_eq!((found[1].as_str(), doubts.contains(&"doubtful-name")), ("00:00:03 Ida: and more", true));
    }
}
