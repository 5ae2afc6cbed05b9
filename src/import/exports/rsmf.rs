//! RSMF 2.0: an e-mail that carries `rsmf.zip`, the zip itself, or the manifest in it, with people, conversations and
//! events.

use std::collections::HashMap;
use std::io::Cursor;

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;

use crate::import::archive::{self, Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::say_all;
use crate::import::chats::threads::Threads;
use crate::import::error::{ArchiveProblem, ImportError};
use crate::import::intake::source::{self, Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The file in which an archive has its words.
const MANIFEST: &str = "rsmf_manifest.json";
/// The archive in an e-mail.
const ZIP: &str = "rsmf.zip";

/// The format.
pub struct Rsmf;

impl Format for Rsmf {
    fn name(&self) -> &'static str {
        "rsmf"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let manifest = top.get("participants").is_some_and(Value::is_array) && top.get("version").is_some();
        let manifest = manifest && (top.get("events").is_some() || top.get("conversations").is_some());
        if manifest || is_mail(sample.text()) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        if is_mail(source.sample().text()) {
            return read_mail(source, sink);
        }
        read_manifest(source, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        Bundle::around(MANIFEST, entries)
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        read_manifest(files.open(&bundle.path(MANIFEST), sink)?, sink)
    }
}

/// Whether the text begins as an e-mail that says it is RSMF, or carries the archive.
fn is_mail(text: &str) -> bool {
    let header = text.lines().next().and_then(|l| l.split_once(':'));
    let named = header.is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    let lower = text.get(..16_384).unwrap_or(text).to_ascii_lowercase();
    named && (lower.contains("\nx-rsmf-") || lower.starts_with("x-rsmf-") || lower.contains(ZIP))
}

fn read_mail(source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.held);
    let bytes = source::hold(&name, source.into_bytes(), limit)?;
    let broken = || ImportError::archive(&name, ArchiveProblem::NoChat);
    let mail = MessageParser::default().parse(&bytes).ok_or_else(broken)?;
    let is_zip = |part: &&mail_parser::MessagePart<'_>| {
        part.attachment_name().is_some_and(|n| n.eq_ignore_ascii_case(ZIP))
            || archive::is_zip(part.contents())
    };
    let zip = mail.attachments().find(is_zip).ok_or_else(broken)?;
    let inner = format!("{name}/{ZIP}");
    let depth = sink.depth() + 1;
    archive::read_zip(&inner, Cursor::new(zip.contents()), depth, sink)
}

fn read_manifest(source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    let mut reading = Reading::new(&name, sink);
    let result = json::walk(&name, source.into_text()?, limit, &mut reading);
    for chat in reading.threads.iter_mut() {
        chat.close(&result, reading.count);
        chat.sort_by_time();
    }
    reading.threads.close(reading.sink);
    result
}

struct Reading<'r, 's, 'a> {
    name: &'r str,
    people: HashMap<String, String>,
    conversations: HashMap<String, String>,
    threads: Threads,
    sink: &'s mut Sink<'a>,
    count: u64,
}

impl Walker for Reading<'_, '_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        let listed = ["participants", "conversations", "events"].iter().any(|list| path.starts_with(&[list]));
        match path.depth() {
            1 if listed => Want::Enter,
            2 if listed => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        let id = json::text_of(value.get("id"));
        let display = json::str_at(&value, &["display"]).filter(|d| !d.trim().is_empty());
        match (path.key(0), id) {
            (Some("participants"), Some(id)) => {
                let mail = json::str_at(&value, &["email"]);
                let name = display.or(mail).unwrap_or(&id).to_owned();
                self.people.insert(id, name);
            }
            (Some("conversations"), Some(id)) => {
                let name = display.unwrap_or(&id).to_owned();
                self.conversations.insert(id, name);
            }
            (Some("events"), _) => return self.event(&value),
            _ => {}
        }
        Ok(Flow::Continue(()))
    }
}

impl<'r, 's, 'a> Reading<'r, 's, 'a> {
    fn new(name: &'r str, sink: &'s mut Sink<'a>) -> Self {
        let (people, conversations) = Default::default();
        Self { name, people, conversations, threads: Threads::default(), sink, count: 0 }
    }

    fn event(&mut self, event: &Value) -> Result<Flow, ImportError> {
        self.count += 1;
        self.sink.count_lines(1);
        let line = self.count;
        let id = json::text_of(event.get("conversation")).unwrap_or_default();
        let title = self.conversations.get(&id).cloned().unwrap_or_else(|| id.clone());
        let full = match (title.is_empty(), title == id) {
            (true, _) => self.name.to_owned(),
            (_, true) => format!("{}#{id}", self.name),
            _ => format!("{}#{title} ({id})", self.name),
        };
        let sink = &*self.sink;
        let chat = self.threads.get(&id, || sink.chat(full));
        let person = json::text_of(event.get("participant"));
        let speaker = person.map(|id| {
            let name = self.people.get(&id);
            if name.is_none() {
                chat.doubt(WarningKind::NamelessPerson, line);
            }
            chat.person(&id, name.unwrap_or(&id))
        });
        say(chat, speaker, event, line);
        chat.room(self.name, line)?;
        Ok(Flow::Continue(()))
    }
}

fn say(chat: &mut Chat, speaker: Option<String>, event: &Value, line: u64) {
    let time = json::str_at(event, &["timestamp"]).and_then(Time::parse);
    if time.is_none() && event.get("timestamp").is_some() {
        chat.doubt(WarningKind::InvalidTime, line);
    }
    let (when, body) = (When::from(time), json::str_at(event, &["body"]).unwrap_or(""));
    let who = || speaker.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    match json::str_at(event, &["type"]) {
        Some("message") if event.get("deleted") == Some(&Value::Bool(true)) && body.trim().is_empty() => {
            chat.say(&who(), when, Kind::Deleted, "", line);
        }
        Some("message") => {
            let attached = event.get("attachments").and_then(Value::as_array).into_iter().flatten();
            let named =
                |a: &Value| json::str_at(a, &["display"]).or(json::str_at(a, &["id"])).map(str::to_owned);
            let files = attached.filter_map(named).map(|file| (Kind::Media, file));
            let words = (!body.trim().is_empty()).then(|| (Kind::Message, body.to_owned()));
            let mut parts: Vec<_> = files.chain(words).collect();
            if parts.is_empty() {
                parts.push((Kind::Message, String::new()));
            }
            say_all(chat, &who(), when, &parts, line);
        }
        Some(kind @ ("join" | "leave" | "disclaimer" | "history" | "unknown")) => {
            let text = [speaker.as_deref().unwrap_or(""), kind, body].join(" ");
            chat.note(when, text.trim(), line);
        }
        Some(_) => chat.reject(WarningKind::UnknownRecord, line),
        None => chat.reject(WarningKind::BadRecord, line),
    }
}
