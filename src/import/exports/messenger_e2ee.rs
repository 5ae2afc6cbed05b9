//! Messenger's download of end-to-end encrypted chats: one file a thread, with `participants` by name and
//! `senderName`. Its text is clean and never mended; its messages stand in no order.

use serde_json::Value;

use super::messenger::fillers::{self, Filler};
use crate::import::chats::chat::Chat;
use crate::import::chats::fields;
use crate::import::chats::parts::{Part, file_name, say_all};
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json;
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The format.
pub struct MessengerE2ee;

impl Format for MessengerE2ee {
    fn name(&self) -> &'static str {
        "messenger-e2ee"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let message = top.pointer("/messages/0").is_some_and(|m| m.get("senderName").is_some());
        let people = top.pointer("/participants/0").is_some_and(Value::is_string);
        let named = top.get("threadName").is_some_and(Value::is_string);
        let is_list = top.get("messages").is_some_and(Value::is_array);
        if message || (people && is_list && (named || !sample.is_whole())) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let mut reading = Reading { name: &name, chat: sink.chat(source.name()), count: 0 };
        // Its downloads are never encoded twice.
        reading.chat.keep_letters();
        let take = &mut |message| reading.take(&message);
        let result = json::each(&name, source.into_text()?, limit, &["messages"], take);
        let Reading { chat, count, .. } = reading;
        fields::close_only(chat, count, &result, sink);
        result
    }
}

/// The reading of one file.
struct Reading<'n> {
    name: &'n str,
    chat: Chat,
    count: u64,
}

impl Reading<'_> {
    fn take(&mut self, message: &Value) -> Result<Flow, ImportError> {
        self.count += 1;
        self.chat.room(self.name, self.count)?;
        self.message(message);
        Ok(Flow::Continue(()))
    }

    fn message(&mut self, message: &Value) {
        let line = self.count;
        if !message.is_object() {
            return self.chat.reject(WarningKind::BadRecord, line);
        }
        let sender = json::str_at(message, &["senderName"]).filter(|name| !name.trim().is_empty());
        if sender.is_none() {
            self.chat.doubt(WarningKind::UnknownSpeaker, line);
        }
        let sender = sender.unwrap_or(UNKNOWN);
        let time = json::whole_number(message.get("timestamp")).and_then(|ms| times::epoch(ms as f64));
        if time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        let text = json::str_at(message, &["text"]).unwrap_or("");
        let unsent = message.get("isUnsent").and_then(Value::as_bool) == Some(true);
        let call = json::str_at(message, &["type"]) == Some("call");
        match fillers::of(text, sender) {
            _ if unsent => self.chat.say(sender, time.into(), Kind::Deleted, "", line),
            _ if call && text.trim().is_empty() => {
                self.chat.note(time.into(), &format!("call by {sender}"), line);
            }
            _ if call => self.chat.note(time.into(), text.trim(), line),
            Some(Filler::Unsent) => self.chat.say(sender, time.into(), Kind::Deleted, "", line),
            Some(Filler::Event) => self.chat.note(time.into(), text.trim(), line),
            Some(Filler::Sent) => say_all(&mut self.chat, sender, time.into(), &parts(message, ""), line),
            None => say_all(&mut self.chat, sender, time.into(), &parts(message, text), line),
        }
    }
}

/// Files, then words; at least one part.
fn parts(message: &Value, words: &str) -> Vec<Part> {
    let files = message.get("media").and_then(Value::as_array).into_iter().flatten();
    let names = files.map(|file| file_name(json::str_at(file, &["uri"]).unwrap_or("")).to_owned());
    let mut parts: Vec<Part> = names.map(|name| (Kind::Media, name)).collect();
    if !words.trim().is_empty() {
        parts.push((Kind::Message, words.to_owned()));
    }
    if parts.is_empty() {
        // Something was sent that the download leaves out.
        parts.push((Kind::Media, String::new()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Options, read_text};

    #[test]
    fn calls_are_told_by_the_app() {
        let chat = serde_json::json!({"participants": ["Ida", "Max"], "threadName": "Ida_1", "messages": [
            {"senderName": "Max", "text": "You missed an audio call from Ida", "timestamp": 1709568068000_i64, "type": "call"},
            {"senderName": "Ida", "text": "", "timestamp": 1709568069000_i64, "type": "call"},
            {"senderName": "Ida", "text": "hi", "timestamp": 1709568070000_i64, "type": "text"}]});
        let mut said = Vec::new();
        let counts = read_text("t.json", chat.to_string().as_bytes(), &Options::default(), &mut |imported| {
            let messages = imported.transcript.messages;
            said.extend(messages.iter().map(|m| (m.kind, m.text.reveal().to_owned())));
            Flow::Continue(())
        });
        assert_eq!(counts.unwrap().system, 2);
        let expected = [
            (Kind::System, "You missed an audio call from Ida"),
            (Kind::System, "call by Ida"),
            (Kind::Message, "hi"),
        ];
        assert_eq!(said, expected.map(|(kind, text)| (kind, text.to_owned())));
    }
}
