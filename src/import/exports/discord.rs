//! Discord chats saved by DiscordChatExporter as JSON: one channel a file.

use serde_json::Value;

use crate::import::chats::chat::Chat;
use crate::import::chats::fields::{self, close, cut, first_of, flow, items, linked_file};
use crate::import::chats::parts::{Part, say_all};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want, str_at, text_of};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct Discord;

impl Format for Discord {
    fn name(&self) -> &'static str {
        "discord"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let has = |key: &str| top.get(key).is_some_and(Value::is_object);
        if has("guild") && has("channel") { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let (chat, limit) = (sink.chat(name.as_str()), sink.options().limits.record);
        let mut channel = Channel { name: name.clone(), chat, count: 0, sink };
        let result = json::walk(&name, source.into_text()?, limit, &mut channel);
        let Channel { chat, count, sink, .. } = channel;
        close(Some(chat), cut(&result, count), sink);
        result
    }
}

struct Channel<'s, 'a> {
    name: String,
    chat: Chat,
    count: u64,
    sink: &'s mut Sink<'a>,
}

impl Walker for Channel<'_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        match path.depth() {
            1 if path.is(&["messages"]) => Want::Enter,
            2 => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.is(&["messages", "*"]) {
            self.count += 1;
            self.sink.count_lines(1);
            take(&mut self.chat, &value, self.count);
            self.chat.room(&self.name, self.count)?;
        }
        flow(self.sink)
    }
}

/// Put the message `value`, the `line`th, into the conversation.
fn take(chat: &mut Chat, value: &Value, line: u64) {
    let Some(stamp) = first_of(value, &["timestamp"]) else {
        return chat.reject(WarningKind::BadRecord, line);
    };
    let when = fields::when(chat, stamp, line);
    let speaker = author(chat, value, line);
    let content = first_of(value, &["content"]);
    let kind = text_of(value.get("type")).unwrap_or_default();
    // Kinds of which the exporter has no name are numbers: 20 and 23 are a bot's answers to commands.
    if !matches!(kind.as_str(), "" | "Default" | "Reply" | "0" | "19" | "20" | "23") {
        return chat.note(when, &format!("{speaker}: {}", content.unwrap_or(&kind)), line);
    }
    let mut parts = sent(value);
    if let Some(forwarded) = value.get("forwardedMessage").filter(|f| f.is_object()) {
        parts.extend(sent(forwarded));
        if parts.is_empty() {
            parts.push(embedded(forwarded));
        }
    }
    if parts.is_empty() {
        parts.push(embedded(value));
    }
    say_all(chat, &speaker, when, &parts, line);
}

/// The words, files and stickers of a message, or of one that it passes on.
fn sent(value: &Value) -> Vec<Part> {
    let words = first_of(value, &["content"]).map(|c| (Kind::Message, c.to_owned()));
    let files = items(value, "attachments").iter().map(|file| {
        let name = first_of(file, &["fileName"]).or_else(|| first_of(file, &["url"]).map(linked_file));
        (Kind::Media, name.unwrap_or_default().to_owned())
    });
    let stickers = items(value, "stickers").iter();
    let stickers = stickers.map(|s| (Kind::Media, first_of(s, &["name"]).unwrap_or_default().to_owned()));
    words.into_iter().chain(poll(value)).chain(files).chain(stickers).collect()
}

/// The question of a poll with its answers, one a line.
fn poll(value: &Value) -> Option<Part> {
    let poll = value.get("poll")?;
    let mut text = str_at(poll, &["question", "text"])?.to_owned();
    for answer in items(poll, "answers").iter().filter_map(|a| first_of(a, &["text"])) {
        text += "\n- ";
        text += answer;
    }
    Some((Kind::Message, text))
}

/// What a message without words or files shows: the words of its embeds.
fn embedded(value: &Value) -> Part {
    let embeds = items(value, "embeds").iter();
    let words = embeds.flat_map(|e| ["title", "description"].into_iter().filter_map(|k| first_of(e, &[k])));
    let words: Vec<&str> = words.collect();
    (if words.is_empty() { Kind::Media } else { Kind::Message }, words.join("\n"))
}

fn author(chat: &mut Chat, value: &Value, line: u64) -> String {
    let author = value.get("author").unwrap_or(&Value::Null);
    let id = text_of(author.get("id"));
    let name = first_of(author, &["nickname", "name"]).or_else(|| str_at(value, &["author"]));
    match (id, name) {
        (Some(id), Some(name)) => chat.person(&id, name),
        (None, Some(name)) => chat.person(&format!("name {name}"), name),
        (Some(id), None) => {
            if !chat.knows(&id) {
                chat.doubt(WarningKind::NamelessPerson, line);
            }
            chat.person(&id, &id)
        }
        (None, None) => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            crate::import::UNKNOWN.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_passed_on_is_said() {
        let said = |value: Value| {
            let mut chat = Chat::new("c", &crate::import::Limits::default());
            take(&mut chat, &value, 1);
            let messages = chat.finish(None).transcript.messages;
            messages.iter().map(|m| (m.kind, m.text.reveal().to_owned())).collect::<Vec<_>>()
        };
        let base = |rest: Value| {
            let mut value =
                json!({"timestamp": "2024-05-01T18:02:00Z", "content": "", "author": {"name": "ida"}});
            value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            value
        };
        let passed = base(
            json!({"forwardedMessage": {"content": "bring cups", "attachments": [{"fileName": "a.png"}]}}),
        );
        assert_eq!(said(passed), [(Kind::Message, "bring cups".into()), (Kind::Media, "a.png".into())]);
        let own = base(json!({"content": "look", "forwardedMessage": {"content": "rain"}}));
        assert_eq!(said(own), [(Kind::Message, "look".into()), (Kind::Message, "rain".into())]);
        let card = base(json!({"forwardedMessage": {"content": "", "embeds": [{"title": "Cakes"}]}}));
        assert_eq!(said(card), [(Kind::Message, "Cakes".into())]);
        let poll = base(json!({"poll": {"question": {"text": "Which day?"}, "answers": [{"text": "Sat"}]}}));
        assert_eq!(said(poll), [(Kind::Message, "Which day?\n- Sat".into())]);
    }
}
