//! signal-export's Markdown: `chat.md` (`index.md`, `chat.txt`) in a folder of each contact, with lines like
//! `[2019-12-24 12:23:10] Name: text`, links to files in `media/`, quotes before a reply and reactions behind it.
//!
//! The lines alone could be anybody's paste, and those of a Swedish phone look the same. So something of what only
//! this program writes must be there too, or the name of its file.

mod body;

use std::io::BufRead;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::{self, file_name, say_all};
use crate::import::error::ImportError;
use crate::import::intake::lines::{Line, Lines};
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates::{Shape, Stamp};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::Kind;
use body::Body;

/// How the program calls the owner, and people it cannot find.
const ME: &str = "Me";
const NOBODY: &str = "No-Sender";
/// How the file with a chat is called, now and in earlier versions.
const NAMES: [&str; 3] = ["chat.md", "index.md", "chat.txt"];
/// What it writes beside, with the same messages.
const TWINS: [&str; 2] = ["data.json", "index.html"];

/// The format.
pub struct Sigexport;

impl Format for Sigexport {
    fn name(&self) -> &'static str {
        "sigexport"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let mut lines = sample.lines().filter(|l| !l.trim().is_empty());
        let Some(first) = lines.next().and_then(Header::read) else { return 0.0 };
        let all = || sample.lines();
        let heads = all().filter_map(Header::read).filter(|h| h.stamp.shape == first.stamp.shape).count();
        let named = NAMES.contains(&file_name(sample.name()));
        let marked = all().any(|line| {
            body::is_reaction(line)
                || body::is_sticker(line)
                || body::links_media(line)
                || Header::read(line).is_some_and(|h| h.name == NOBODY)
        });
        // Each text ends in two spaces, which make Markdown end the line there.
        let spaced = all().filter(|line| line.ends_with("  ")).count() * 2 > heads;
        // WhatsApp's exports are full of marks of direction before what the app wrote.
        let phone = sample.text().contains(['\u{200e}', '\u{200f}']) && !sample.name().ends_with(".md");
        if (named || marked || spaced) && !phone { 0.96 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let shape = source.sample().lines().find_map(Header::read).map(|h| h.stamp.shape);
        let chat = sink.chat(source.name());
        let mut lines = source.into_lines()?;
        let mut reading =
            Reading { chat, shape, me: parts::me(sink.options()), pending: None, current: None };
        let result = reading.fill(&mut lines, &name);
        reading.settle();
        sink.count_lines(lines.number());
        let _ = sink.emit(reading.chat);
        result
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let mut bundles = Bundle::around(NAMES[0], entries);
        for bundle in &mut bundles {
            let twins = TWINS.map(|twin| bundle.path(twin));
            let chat = bundle.path(NAMES[0]);
            bundle.entries.retain(|e| *e == chat || twins.contains(e));
        }
        bundles.retain(|bundle| bundle.entries.len() > 1);
        bundles
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let source = files.open(&bundle.path(NAMES[0]), sink)?;
        if self.detect(source.sample()) > 0.0 {
            return self.read(source, sink);
        }
        Err(ImportError::UnknownFormat { name: source.name().to_owned(), looks: "this is text" })
    }
}

/// The beginning of a message.
struct Header<'l> {
    stamp: Stamp,
    name: &'l str,
    rest: &'l str,
}

impl<'l> Header<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let mut at = Cursor::new(line.strip_prefix('[')?);
        let stamp = Stamp::full(&mut at)?;
        let (iso, rest) = (stamp.shape.is_iso(), at.rest().strip_prefix("] ")?);
        let (name, rest) = rest.split_once(':')?;
        let name = name.trim();
        (iso && !name.is_empty()).then(|| Self { stamp, name, rest: rest.strip_prefix(' ').unwrap_or(rest) })
    }
}

/// A message of which only the head has been seen.
struct Pending {
    name: String,
    when: When,
    line: u64,
}

/// The reading of one file.
struct Reading {
    chat: Chat,
    shape: Option<Shape>,
    me: String,
    pending: Option<Pending>,
    /// Who the last message was by, and when.
    current: Option<(String, When)>,
}

impl Reading {
    fn fill(&mut self, lines: &mut Lines<impl BufRead>, name: &str) -> Result<(), ImportError> {
        while let Some(line) = lines.next_line()? {
            match Header::read(line.text).filter(|h| Some(h.stamp.shape) == self.shape) {
                Some(header) => self.begin(&header, &line),
                None if line.is_blank() => self.chat.blank(),
                None => self.go_on(&line),
            }
            self.chat.room(name, line.number)?;
        }
        Ok(())
    }

    fn begin(&mut self, header: &Header<'_>, line: &Line<'_>) {
        self.settle();
        let name = self.name(header.name, line.number);
        let when = When::Written(header.stamp);
        self.current = Some((name.clone(), when));
        if header.rest.trim().is_empty() {
            // A quote comes before the words, or there are none.
            self.chat.heading();
            self.pending = Some(Pending { name, when, line: line.number });
        } else {
            self.say(&name, when, header.rest, line);
        }
    }

    fn name(&mut self, name: &str, line: u64) -> String {
        match name {
            ME => {
                let me = self.me.clone();
                self.chat.set_owner(&me);
                me
            }
            NOBODY => {
                self.chat.doubt(WarningKind::UnknownSpeaker, line);
                UNKNOWN.to_owned()
            }
            name => name.to_owned(),
        }
    }

    fn go_on(&mut self, line: &Line<'_>) {
        let quote = line.text.starts_with("> ") || line.text == ">";
        if (self.pending.is_some() && quote) || body::is_reaction(line.text) {
            return self.chat.heading();
        }
        if let Some(Pending { name, when, .. }) = self.pending.take() {
            return self.say(&name, when, line.text, line);
        }
        self.append(line);
    }

    /// A further line of the message, with files behind its words or alone.
    fn append(&mut self, line: &Line<'_>) {
        let Some((name, when)) = self.current.clone() else {
            return self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        };
        let mut parts = body::parts(line.text);
        if parts[0].0 == Kind::Message {
            let (_, text) = parts.remove(0);
            self.chat.append(&Line { text: &text, ..*line });
            for (kind, text) in &parts {
                self.chat.say_more(&name, when, *kind, text, line.number);
            }
        } else {
            say_all(&mut self.chat, &name, when, &parts, line.number);
        }
    }

    fn say(&mut self, name: &str, when: When, text: &str, line: &Line<'_>) {
        match body::read(text) {
            Body::Deleted => self.chat.say(name, when, Kind::Deleted, "", line.number),
            Body::Call(told) => self.chat.note(when, &format!("{name}: {told}"), line.number),
            Body::Said(parts) => say_all(&mut self.chat, name, when, &parts, line.number),
        }
        self.chat.note_cut(line);
    }

    /// A head that nothing followed: the message is kept, empty. It was counted as a heading.
    fn settle(&mut self) {
        if let Some(Pending { name, when, line }) = self.pending.take() {
            self.chat.say_more(&name, when, Kind::Message, "", line);
        }
    }
}
