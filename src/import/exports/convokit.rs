//! ConvoKit's `utterances.jsonl`: one utterance a line, conversations mixed, with older names for the same things.

use std::io::BufRead;

use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::threads::Threads;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::lines::Lines;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The file in which a corpus has its words.
const UTTERANCES: &str = "utterances.jsonl";
/// Texts that stand for words which were taken back.
const GONE: [&str; 2] = ["[deleted]", "[removed]"];

/// The format.
pub struct ConvoKit;

impl Format for ConvoKit {
    fn name(&self) -> &'static str {
        "convokit"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let first = sample.outline();
        let has = |keys: &[&str]| keys.iter().any(|key| first.get(key).is_some());
        let all =
            [&["conversation_id", "root"][..], &["speaker", "user"], &["reply-to", "reply_to"], &["text"]];
        if all.iter().all(|keys| has(keys)) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let mut reading = Reading { name: &name, threads: Threads::default(), sink };
        let result = reading.read(Lines::new(source.into_text()?, &name, limit));
        for chat in reading.threads.iter_mut() {
            chat.close(&result, 0);
            chat.sort_by_time();
        }
        reading.threads.close(reading.sink);
        result
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let beside =
            ["speakers.json", "users.json", "conversations.json", "corpus.json", "index.json", UTTERANCES];
        let mut bundles = Bundle::around(UTTERANCES, entries);
        for bundle in &mut bundles {
            let own: Vec<String> = beside.iter().map(|file| bundle.path(file)).collect();
            bundle.entries.retain(|entry| own.contains(entry));
        }
        bundles
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        self.read(files.open(&bundle.path(UTTERANCES), sink)?, sink)
    }
}

struct Reading<'r, 's, 'a> {
    name: &'r str,
    threads: Threads,
    sink: &'s mut Sink<'a>,
}

impl Reading<'_, '_, '_> {
    fn read(&mut self, mut lines: Lines<impl BufRead>) -> Result<(), ImportError> {
        while let Some(line) = lines.next_line()? {
            self.sink.count_lines(1);
            if line.is_blank() {
                self.sink.count_blank();
                continue;
            }
            match json::record(line.text) {
                Ok(value) => self.take(&value, line.number)?,
                Err(_) => self.sink.reject(WarningKind::BadRecord, line.number),
            }
        }
        Ok(())
    }

    fn take(&mut self, record: &Value, line: u64) -> Result<(), ImportError> {
        let of = |keys: [&str; 2]| keys.iter().find_map(|key| record.get(*key));
        let conversation = json::text_of(of(["conversation_id", "root"]));
        // An utterance without a conversation begins one of its own.
        let Some(conversation) = conversation.or_else(|| json::text_of(record.get("id"))) else {
            self.sink.reject(WarningKind::BadRecord, line);
            return Ok(());
        };
        let (sink, name) = (&*self.sink, self.name);
        let chat = self.threads.get(&conversation, || sink.chat(format!("{name}#{conversation}")));
        let speaker = of(["speaker", "user"]);
        let speaker = json::text_of(speaker).or_else(|| json::text_of(speaker?.get("id")));
        say(chat, speaker, record, line);
        chat.room(self.name, line)
    }
}

fn say(chat: &mut Chat, speaker: Option<String>, record: &Value, line: u64) {
    let Some(text) = record.get("text").and_then(Value::as_str) else {
        return chat.reject(WarningKind::BadRecord, line);
    };
    let speaker = speaker.unwrap_or_else(|| {
        chat.doubt(WarningKind::UnknownSpeaker, line);
        UNKNOWN.to_owned()
    });
    let kind = if GONE.contains(&text.trim()) { Kind::Deleted } else { Kind::Message };
    let text = if kind == Kind::Deleted { "" } else { text };
    chat.say(&speaker, When::from(time(record.get("timestamp"))), kind, text, line);
}

/// Seconds since 1970 as a number or as text; corpora without times count utterances instead, which is no time.
fn time(value: Option<&Value>) -> Option<Time> {
    match value? {
        Value::Number(number) => times::epoch(number.as_f64()?),
        Value::String(text) => text.trim().parse().ok().and_then(times::epoch).or_else(|| Time::parse(text)),
        _ => None,
    }
}
