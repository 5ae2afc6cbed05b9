//! Messenger and Instagram, the JSON of their downloads: `message_1.json` and so on in a folder of each thread. The
//! highest number is the oldest, and each file has its newest message first.
//!
//! The apps write the bytes of UTF-8 as characters of their own (`\u00c3\u00a9` for `é`). Whether a file is so is
//! decided from all of its texts before it is read; other tools repair it. The file does not tell whose it is.

mod abroad;
mod content;
pub(in crate::import) mod fillers;
pub mod html;
mod mojibake;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::file_name;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json;
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::Kind;
use content::Content;
use mojibake::Evidence;

/// How the names of its files end.
const END: &str = ".json";
/// How many messages are looked at to tell whose they are.
const LOOKED_AT: usize = 20;
/// How the apps name those who have left.
const GONE: [&str; 2] = ["Facebook user", "Instagram user"];
/// How many missing files are counted.
const MOST_MISSING: u64 = 1000;

/// The format.
pub struct Messenger;

impl Format for Messenger {
    fn name(&self) -> &'static str {
        "messenger"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let named = top.pointer("/participants/0/name").is_some();
        let Some(messages) = top.get("messages").and_then(Value::as_array) else { return 0.0 };
        let is_one = |m: &Value| m.get("sender_name").is_some() && m.get("timestamp_ms").is_some();
        // The newest message may be longer than the sample.
        let cut = messages.first().is_none_or(|m| m.as_object().is_some_and(|o| o.len() < 2));
        if messages.iter().take(LOOKED_AT).any(is_one) || (named && cut) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        read_alone(source, sink, END, Thread::part)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        threads(entries, END)
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        read_parts(bundle, files, sink, self, END, Thread::part)
    }
}

/// The threads among `entries` that are more than one file, each of which ends so.
fn threads(entries: &[String], end: &str) -> Vec<Bundle> {
    Bundle::of_parts(entries, |entry| Some(numbered(entry, end)?.0))
}

/// How one file of a thread is read.
type ReadPart = fn(&mut Thread, Source<'_>, &mut Sink<'_>) -> Result<(), ImportError>;

/// Read a file that ends so, by `part`, as a thread.
fn read_alone(source: Source<'_>, sink: &mut Sink<'_>, end: &str, part: ReadPart) -> Result<(), ImportError> {
    let mut thread = Thread::new(sink.chat(source.name()));
    if numbered(source.name(), end).is_some_and(|(_, number)| number > 1) {
        thread.chat.doubt(WarningKind::MissingPart, 0);
    }
    let result = part(&mut thread, source, sink);
    thread.close(result, sink)
}

/// Read the files of a thread, each of `format` and by `part`, as one.
fn read_parts(
    bundle: &Bundle,
    files: &mut dyn Entries,
    sink: &mut Sink<'_>,
    format: &dyn Format,
    end: &str,
    part: ReadPart,
) -> Result<(), ImportError> {
    let mut numbers: Vec<(u64, &String)> =
        bundle.entries.iter().filter_map(|e| Some((numbered(e, end)?.1, e))).collect();
    numbers.sort();
    let id = [files.name(), &bundle.root].join("/");
    let mut thread = Thread::new(sink.chat(id.trim_end_matches('/')));
    thread.miss(&numbers);
    let mut result = Ok(());
    for (at, (_, entry)) in numbers.iter().enumerate() {
        let source = files.open(entry, sink)?;
        if format.detect(source.sample()) > 0.0 {
            result = result.and(part(&mut thread, source, sink));
        } else if at == 0 {
            let looks = if end == END { "this looks like JSON" } else { "this looks like HTML" };
            return Err(ImportError::UnknownFormat { name: source.name().to_owned(), looks });
        } else {
            thread.chat.doubt(WarningKind::SkippedEntry, 0);
        }
    }
    thread.close(result, sink)
}

/// The folder of a file with messages, and the file's number. A second download beside the first may have been named
/// `message_1 (1).json`.
fn numbered<'e>(entry: &'e str, end: &str) -> Option<(&'e str, u64)> {
    let folder = entry.rfind('/').map_or("", |slash| &entry[..slash]);
    let number = file_name(entry).strip_prefix("message_")?.strip_suffix(end)?;
    let number = number.split_once(['(', ' ']).map_or(number, |(number, _)| number);
    Some((folder, number.parse().ok().filter(|n| *n > 0)?))
}

/// Whether the file `entry` is one of the settings and lists that stand beside the threads of a download, judged by where
/// it lies among `entries`: `messages/BOX/THREAD/message_1.json` and `messages/autofill_information.json`.
pub(in crate::import) fn is_beside(entry: &str, entries: &[String]) -> bool {
    if !entry.ends_with(END) || numbered(entry, END).is_some() {
        return false;
    }
    entries.iter().filter_map(|e| numbered(e, END)).any(|(thread, _)| {
        let folder = thread.rsplitn(3, '/').nth(2);
        folder.is_some_and(|folder| {
            file_name(folder) == "messages"
                && entry.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
    })
}

/// One thread while it is read, newest message first.
struct Thread {
    chat: Chat,
    seen: HashMap<u64, u64>,
    hasher: RandomState,
    part: u64,
    count: u64,
    mends: bool,
    /// How often the next message of the file is older, and how often younger.
    steps: (u64, u64),
    before: Option<i64>,
}

impl Thread {
    fn new(mut chat: Chat) -> Self {
        // How its letters are written the file as a whole tells.
        chat.keep_letters();
        let (seen, hasher) = (HashMap::new(), RandomState::new());
        Self { chat, seen, hasher, part: 0, count: 0, mends: false, steps: (0, 0), before: None }
    }

    /// Doubt the files that should stand between those that are there.
    fn miss(&mut self, numbers: &[(u64, &String)]) {
        let mut known: Vec<u64> = numbers.iter().map(|(number, _)| *number).collect();
        known.dedup();
        let missing = known.last().map_or(0, |last| last.saturating_sub(known.len() as u64));
        (0..missing.min(MOST_MISSING)).for_each(|_| self.chat.doubt(WarningKind::MissingPart, 0));
    }

    /// Read one file: once for how it is written, once for what it says.
    fn part(&mut self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let replay = source.replay()?;
        let mut evidence = Evidence::default();
        // What breaks off here breaks off again when it is read.
        let _ = json::walk(&name, replay.text(false)?, limit, &mut evidence);
        self.mends = evidence.is_mangled();
        self.part += 1;
        let before = self.count;
        let take = &mut |message| {
            self.chat.room(&name, self.count)?;
            self.message(&message);
            Ok(Flow::Continue(()))
        };
        let result = json::each(&name, replay.text(true)?, limit, &["messages"], take);
        sink.count_lines(self.count - before);
        self.chat.close(&result, self.count);
        result
    }

    fn close(mut self, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        if self.steps.0 >= self.steps.1 {
            self.chat.reverse();
        }
        self.chat.sort_by_time();
        if self.count == 0 {
            self.chat.doubt(WarningKind::EmptyConversation, 0);
        }
        let _ = sink.emit(self.chat);
        result
    }

    fn message(&mut self, message: &Value) {
        self.count += 1;
        let line = self.count;
        if !message.is_object() {
            return self.chat.reject(WarningKind::BadRecord, line);
        }
        if self.is_repeated(&message.to_string()) {
            return self.chat.reject(WarningKind::DuplicateMessage, line);
        }
        let when = self.when(message, line);
        let speaker = self.speaker(message, line);
        match content::read(message, &speaker, |text| self.mend(text)) {
            Content::Deleted => self.chat.say(&speaker, when, Kind::Deleted, "", line),
            Content::Noted(text) => self.chat.note(when, &text, line),
            Content::Said(parts) => {
                crate::import::chats::parts::say_all(&mut self.chat, &speaker, when, &parts, line)
            }
        }
    }

    /// Whether an earlier file has this message too.
    fn is_repeated(&mut self, message: &str) -> bool {
        *self.seen.entry(self.hasher.hash_one(message)).or_insert(self.part) != self.part
    }

    fn speaker(&mut self, message: &Value, line: u64) -> String {
        let sender = json::str_at(message, &["sender_name"]).map(|name| self.mend(name));
        let sender = sender.filter(|name| !name.trim().is_empty());
        // All who have left are called alike.
        if sender.as_ref().is_none_or(|name| GONE.iter().any(|gone| name.eq_ignore_ascii_case(gone))) {
            self.chat.doubt(WarningKind::UnknownSpeaker, line);
        }
        sender.map_or_else(|| UNKNOWN.to_owned(), |name| self.chat.called(name))
    }

    fn when(&mut self, message: &Value, line: u64) -> When {
        let stamp = json::whole_number(message.get("timestamp_ms").or_else(|| message.get("timestamp")));
        self.step(stamp);
        let time = stamp.and_then(|number| times::epoch(number as f64));
        if time.is_none() {
            self.chat.doubt(WarningKind::InvalidTime, line);
        }
        time.into()
    }

    /// Note the time of a message, in milliseconds.
    fn step(&mut self, stamp: Option<i64>) {
        if let (Some(before), Some(now)) = (self.before, stamp) {
            self.steps.0 += u64::from(now < before);
            self.steps.1 += u64::from(now > before);
        }
        self.before = stamp.or(self.before);
    }

    fn mend(&self, text: &str) -> String {
        mojibake::mended(text).filter(|_| self.mends).unwrap_or_else(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_thread_go_together() {
        let names =
            ["inbox/a_1/message_1.json", "inbox/a_1/message_2.json", "inbox/b_2/message_1.json", "x.json"];
        let bundles = Messenger.bundles(&names.map(str::to_owned));
        assert_eq!(bundles.len(), 1);
        assert_eq!((bundles[0].root.as_str(), bundles[0].entries.len()), ("inbox/a_1", 2));
        let threads = ["fb/messages/inbox/a_1/message_1.json".to_owned()];
        assert!(is_beside("fb/messages/autofill_information.json", &threads));
        assert!(!is_beside("fb/other.json", &threads) && !is_beside(&threads[0], &threads));
        assert_eq!(numbered("message_1 (1).json", END), Some(("", 1)));
        assert_eq!((numbered("a/message_x.json", END), numbered("a/my_message_1.json", END)), (None, None));
    }
}
