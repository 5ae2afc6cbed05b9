//! Snapchat's `chat_history.json`: saved chats by conversation, newest first; older exports have two lists, of messages
//! received and sent.

use serde_json::Value;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{self, close, cut, first_of, flow};
use crate::import::chats::parts::me;
use crate::import::chats::threads::Threads;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct Snapchat;

/// How the keys of older exports end.
const OLD: &str = "Saved Chat History";

impl Format for Snapchat {
    fn name(&self) -> &'static str {
        "snapchat"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some(top) = sample.outline().as_object() else { return 0.0 };
        let saved = |m: &Value| m.get("Media Type").is_some() && (m.get("From").or(m.get("To"))).is_some();
        if top.values().any(|v| v.get(0).is_some_and(saved)) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let limit = sink.options().limits.record;
        let owner = me(sink.options());
        let (old, open) = (Threads::default(), None);
        let mut history = History { name: name.clone(), owner, old, open, span: None, count: 0, sink };
        let result = json::walk(&name, source.into_text()?, limit, &mut history);
        history.end(&result);
        result
    }
}

struct History<'s, 'a> {
    name: String,
    owner: String,
    /// Conversations of an older export, which stand mixed.
    old: Threads,
    open: Option<Chat>,
    /// The times of the first and the last message of the open conversation.
    span: Option<(When, When)>,
    count: u64,
    sink: &'s mut Sink<'a>,
}

impl Walker for History<'_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        if path.depth() < 2 { Want::Enter } else { Want::Take }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        let Some(key) = path.key(0).filter(|_| path.depth() == 2 && path.key(1).is_none()) else {
            return flow(self.sink);
        };
        self.count += 1;
        self.sink.count_lines(1);
        if key.ends_with(OLD) {
            self.take_old(key.starts_with("Sent"), &value)?;
        } else {
            self.take_new(key, &value)?;
        }
        flow(self.sink)
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        if path.depth() == 1 {
            let chat = self.open.take().map(|c| self.ordered(c));
            close(chat, None, self.sink);
        }
        flow(self.sink)
    }
}

impl History<'_, '_> {
    fn take_new(&mut self, key: &str, value: &Value) -> Result<(), ImportError> {
        let (line, id) = (self.count, format!("{}#{key}", self.name));
        let sink = &*self.sink;
        let chat = self.open.get_or_insert_with(|| start(sink, &id));
        let Some(from) = first_of(value, &["From"]) else {
            chat.reject(WarningKind::BadRecord, line);
            return Ok(());
        };
        let when = time(chat, value, line);
        let first = self.span.map_or(when, |(first, _)| first);
        self.span = Some((first, when));
        if value.get("IsSender") == Some(&Value::Bool(true)) {
            chat.set_owner(from);
        }
        say(chat, from, when, value, line);
        chat.room(&self.name, line)
    }

    fn take_old(&mut self, sent: bool, value: &Value) -> Result<(), ImportError> {
        let (line, sink) = (self.count, &*self.sink);
        let Some(other) = first_of(value, if sent { &["To"] } else { &["From"] }) else {
            self.sink.reject(WarningKind::BadRecord, line);
            return Ok(());
        };
        let id = format!("{}#{other}", self.name);
        let chat = self.old.get(other, || start(sink, &id));
        chat.set_owner(&self.owner);
        let when = time(chat, value, line);
        let speaker = if sent { self.owner.as_str() } else { other };
        say(chat, speaker, when, value, line);
        chat.room(&self.name, line)
    }

    /// In order of time; those of one moment in the order in which they were sent.
    fn ordered(&mut self, mut chat: Chat) -> Chat {
        if let Some((When::Known(first), When::Known(last))) = self.span.take()
            && last.nanoseconds_since(&first).is_some_and(|n| n < 0)
        {
            chat.reverse();
        }
        chat.sort_by_time();
        chat
    }

    fn end(mut self, result: &Result<(), ImportError>) {
        let chat = self.open.take().map(|c| self.ordered(c));
        close(chat, cut(result, self.count), self.sink);
        self.old.iter_mut().for_each(Chat::sort_by_time);
        self.old.close(self.sink);
    }
}

fn start(sink: &Sink<'_>, id: &str) -> Chat {
    let mut chat = sink.chat(id);
    // Whatever was not saved has gone.
    chat.doubt(WarningKind::DisappearingMessages, 0);
    chat
}

/// The time to the millisecond, where the misnamed field has it.
fn time(chat: &mut Chat, value: &Value, line: u64) -> When {
    let fine = value.get("Created(microseconds)").and_then(Value::as_f64).and_then(times::epoch);
    match fine {
        Some(time) => When::Known(time),
        None => fields::utc(chat, first_of(value, &["Created"]).unwrap_or_default(), line),
    }
}

fn say(chat: &mut Chat, speaker: &str, when: When, value: &Value, line: u64) {
    let words = first_of(value, &["Content", "Text"]);
    let media = first_of(value, &["Media IDs"]).unwrap_or_default();
    match (first_of(value, &["Media Type"]).unwrap_or_default(), words) {
        (kind, _) if kind.starts_with("STATUSERASED") => chat.say(speaker, when, Kind::Deleted, "", line),
        (kind, _) if kind.starts_with("STATUS") => {
            chat.note(when, &format!("{speaker}: {}", kind[6..].to_lowercase()), line);
        }
        // A text without words was not saved.
        ("TEXT", None) => chat.say(speaker, when, Kind::Deleted, "", line),
        (_, Some(words)) => chat.say(speaker, when, Kind::Message, words, line),
        (_, None) => chat.say(speaker, when, Kind::Media, media, line),
    }
}
