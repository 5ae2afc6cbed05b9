//! TikTok's `user_data*.json`: the direct messages in it; the rest of the file, what was watched and liked, is passed over.

use serde_json::Value;

use crate::import::chats::chat::Chat;
use crate::import::chats::fields::{self, close, cut, first_of, flow};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct TikTok;

impl Format for TikTok {
    fn name(&self) -> &'static str {
        "tiktok"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some(top) = sample.outline().as_object() else { return 0.0 };
        let chats = top.iter().any(|(key, value)| holds_chats(key) && value.is_object());
        // The messages may lie far behind what was watched.
        let watched =
            ["Activity", "Your Activity"].iter().filter_map(|k| top.get(*k)?.as_object()).any(|a| {
                let known =
                    ["Video Browsing History", "Watch History", "Favorite Effects", "Favorite Videos"];
                known.iter().any(|k| a.contains_key(*k))
            });
        if chats || watched { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let mut data = Data { name: name.clone(), open: None, count: 0, sink };
        let result = json::walk(&name, source.into_text()?, limit, &mut data);
        let Data { open, count, sink, .. } = data;
        if open.is_some() || result.is_err() {
            close(open.map(Open::done), cut(&result, count), sink);
        }
        result
    }
}

/// `Direct Message`, `Direct Messages`, `Direct Message(s)`, `Group Chat`.
fn holds_chats(key: &str) -> bool {
    key.starts_with("Direct Message") || key.starts_with("Group Chat")
}

/// The conversation being read.
struct Open {
    depth: usize,
    other: Option<String>,
    owner: Option<String>,
    met: bool,
    chat: Chat,
}

impl Open {
    fn done(mut self) -> Chat {
        // In a chat with one person, whoever is not they made the export.
        if let Some(owner) = self.owner.filter(|_| self.met) {
            self.chat.set_owner(&owner);
        }
        self.chat.sort_by_time();
        self.chat
    }
}

struct Data<'s, 'a> {
    name: String,
    open: Option<Open>,
    count: u64,
    sink: &'s mut Sink<'a>,
}

impl Walker for Data<'_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        match path.key(0) {
            Some(key) if holds_chats(key) => {}
            _ => return Want::Skip,
        }
        if path.last_key().is_none() || path.depth() > 6 { Want::Take } else { Want::Enter }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.last_key().is_none() && path.depth() > 1 {
            self.message(path.depth() - 1, path.key(path.depth() - 2).unwrap_or_default(), &value)?;
        }
        flow(self.sink)
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        if self.open.as_ref().is_some_and(|o| o.depth == path.depth()) {
            close(self.open.take().map(Open::done), None, self.sink);
        }
        flow(self.sink)
    }
}

impl Data<'_, '_> {
    fn message(&mut self, depth: usize, key: &str, value: &Value) -> Result<(), ImportError> {
        self.count += 1;
        self.sink.count_lines(1);
        let (line, title) = (self.count, title(key));
        let sink = &*self.sink;
        let open = self.open.get_or_insert_with(|| {
            let other = key.starts_with("Chat History").then(|| title.to_owned());
            let chat = sink.chat(format!("{}#{title}", self.name));
            Open { depth, other, owner: None, met: false, chat }
        });
        let Some(from) = first_of(value, &["From"]) else {
            open.chat.reject(WarningKind::BadRecord, line);
            return Ok(());
        };
        if open.other.as_deref() == Some(from) {
            open.met = true;
        } else if open.other.is_some() {
            open.owner.get_or_insert_with(|| from.to_owned());
        }
        let when = fields::utc(&mut open.chat, first_of(value, &["Date"]).unwrap_or_default(), line);
        let words = first_of(value, &["Content"]);
        let (kind, words) = content(words.unwrap_or_default());
        open.chat.say(from, when, kind, words, line);
        open.chat.room(&self.name, line)
    }
}

/// What stands in the place of something that is no text; from memory but for the first.
const SENT: [&str; 6] = ["[Sticker]", "[sticker]", "[Photo]", "[Image]", "[Video]", "[Voice]"];

/// Words, or something sent, by the app's word for it.
pub(in crate::import) fn content(words: &str) -> (Kind, &str) {
    let bare = words.trim();
    if SENT.contains(&bare) {
        return (Kind::Media, bare.trim_matches(['[', ']']));
    }
    if bare.is_empty() { (Kind::Media, "") } else { (Kind::Message, words) }
}

/// The name in `Chat History with X:`, however many colons there are.
pub(in crate::import) fn title(key: &str) -> &str {
    let key = key.trim().trim_end_matches(':');
    let bare =
        ["Chat History with", "Group Chat with", "Group Chat:"].iter().find_map(|p| key.strip_prefix(p));
    bare.unwrap_or(key).trim()
}
