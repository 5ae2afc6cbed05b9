//! The data package that Discord sends on request: `messages/index.json` and a folder a channel. It holds only what its
//! owner wrote, never the answers.

use std::collections::HashMap;

use ::csv::{ReaderBuilder, StringRecord};
use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::Chat;
use crate::import::chats::fields::{self, close, cut, first_of, flow, linked_file};
use crate::import::chats::parts::{me, say_all};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want, text_of};
use crate::import::syntax::quota::Quota;
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct DiscordPackage;

impl Format for DiscordPackage {
    fn name(&self) -> &'static str {
        "discord-package"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let keys = ["ID", "Timestamp", "Contents"];
        let record = sample.outline().get(0).is_some_and(|r| keys.iter().all(|k| r.get(k).is_some()));
        let first = sample.lines().next().unwrap_or_default();
        let table = first.trim_start_matches('\u{feff}').trim() == "ID,Timestamp,Contents,Attachments";
        if record || table { 0.97 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let mut chat = sink.chat(source.name());
        chat.doubt(WarningKind::MissingPart, 0);
        let owner = me(sink.options());
        read_channel(chat, &owner, source, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        // The folder's name is translated in some packages, so it is known by what lies in it.
        let folders =
            entries.iter().filter_map(|e| e.strip_suffix("index.json")).filter(|f| f.ends_with('/'));
        folders.filter_map(|folder| around(folder, entries)).collect()
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let index = bundle.entries.iter().find(|e| is_index(e, bundle));
        let mut titles = serde_json::Map::new();
        // An index that breaks off costs names and no messages.
        let mut failed = index.and_then(|entry| whole(entry, files, sink, &mut titles).err());
        let (titles, lacking) = (Value::Object(titles), failed.is_some());
        let account = bundle.entries.iter().find(|e| e.ends_with("/user.json") || *e == "user.json");
        let mut owned = serde_json::Map::new();
        let broken = account.and_then(|entry| whole(entry, files, sink, &mut owned).err());
        failed = failed.or(broken);
        let owned = Value::Object(owned);
        let told = first_of(&owned, &["global_name", "username"]);
        let owner = told.map(str::to_owned).or_else(|| sink.options().me.clone());
        let owner = owner.unwrap_or_else(|| "Me".to_owned());
        let outer = bundle.name_in(files.name());
        let mut taken = HashMap::new();
        for entry in
            bundle.entries.iter().filter(|e| e.ends_with("/messages.csv") || e.ends_with("/messages.json"))
        {
            let id = channel_of(entry).unwrap_or_default();
            let title = first_of(&titles, &[id]).unwrap_or(id);
            let seen: &mut u32 = taken.entry(title.to_owned()).or_default();
            *seen += 1;
            // Two channels of one name are told apart by their ids.
            let title = if *seen > 1 { format!("{title} {id}") } else { title.to_owned() };
            let mut chat = sink.chat(format!("{outer}#{title}"));
            if lacking {
                chat.doubt(WarningKind::MissingPart, 0);
            }
            let result = files.open(entry, sink).and_then(|source| read_channel(chat, &owner, source, sink));
            failed = failed.or(result.err());
            if sink.is_stopped() {
                break;
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// The package whose channels lie below `folder`, if they do.
fn around(folder: &str, entries: &[String]) -> Option<Bundle> {
    let channel = |e: &String| e.starts_with(folder) && channel_of(e).is_some();
    entries.iter().any(channel).then_some(())?;
    let root = folder.trim_end_matches('/').rsplit_once('/').map_or("", |(root, _)| root);
    let account = |e: &str| {
        let inner = e.strip_prefix(root).unwrap_or(e).trim_start_matches('/');
        e.starts_with(root) && inner.ends_with("/user.json") && inner.matches('/').count() == 1
    };
    let entries = entries.iter().filter(|e| e.starts_with(folder) || account(e)).cloned().collect();
    Some(Bundle { root: root.to_owned(), entries })
}

fn is_index(entry: &str, bundle: &Bundle) -> bool {
    let inner = entry.strip_prefix(bundle.root.as_str()).unwrap_or(entry).trim_start_matches('/');
    inner.ends_with("/index.json") && inner.matches('/').count() == 1
}

/// The id of the channel whose messages `entry` holds: `messages/c123/messages.csv`.
fn channel_of(entry: &str) -> Option<&str> {
    let (folder, file) = entry.rsplit_once('/')?;
    let id = folder.rsplit('/').next()?.trim_start_matches('c');
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    (digits && matches!(file, "messages.csv" | "messages.json")).then_some(id)
}

/// The texts at the top of a small file go into `found`, up to where it breaks off.
fn whole(
    entry: &str,
    files: &mut dyn Entries,
    sink: &Sink<'_>,
    found: &mut serde_json::Map<String, Value>,
) -> Result<(), ImportError> {
    struct Top<'f>(&'f mut serde_json::Map<String, Value>);
    impl Walker for Top<'_> {
        fn want(&mut self, _: &Path) -> Want {
            Want::Take
        }

        fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
            if let (Some(key), true) = (path.last_key(), value.is_string()) {
                self.0.insert(key.to_owned(), value);
            }
            Ok(Flow::Continue(()))
        }
    }
    let source = files.open(entry, sink)?;
    let name = source.name().to_owned();
    json::walk(&name, source.into_text()?, sink.options().limits.record, &mut Top(found))
}

/// One channel, as a table or as JSON.
fn read_channel(
    mut chat: Chat,
    owner: &str,
    source: Source<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    chat.set_owner(owner);
    chat.sort_by_time();
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    let json = source.sample().text().trim_start().starts_with(['[', '{']);
    let mut channel = Channel { name: name.clone(), owner, chat, count: 0, said: 0, sink };
    let result = match json {
        true => source.into_text().and_then(|text| json::walk(&name, text, limit, &mut channel)),
        false => channel.read_table(source),
    };
    let Channel { mut chat, count, said, sink, .. } = channel;
    // Of more messages than one the sink tells it by itself.
    if said == 1 {
        chat.doubt(WarningKind::OneSidedExport, 0);
    }
    close(Some(chat), cut(&result, count), sink);
    result
}

struct Channel<'s, 'a> {
    name: String,
    owner: &'s str,
    chat: Chat,
    count: u64,
    said: u64,
    sink: &'s mut Sink<'a>,
}

impl Channel<'_, '_> {
    fn read_table(&mut self, source: Source<'_>) -> Result<(), ImportError> {
        let (quota, meter) = Quota::new(source.into_text()?, self.sink.options().limits.record);
        let mut table = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(quota);
        let mut row = StringRecord::new();
        loop {
            meter.reset();
            let more = table.read_record(&mut row).map_err(|e| match e.into_kind() {
                ::csv::ErrorKind::Io(e) => ImportError::io(&self.name, e),
                _ => ImportError::Broken { name: self.name.clone(), line: self.count + 1 },
            })?;
            if !more {
                return Ok(());
            }
            self.next();
            let field = |at: usize| row.get(at).unwrap_or_default();
            match (row.len(), self.count) {
                (_, 1) if field(1) == "Timestamp" => self.chat.heading(),
                (0..3, _) => self.chat.reject(WarningKind::RaggedRow, self.count),
                _ => self.say(field(1), field(2), field(3)),
            }
            self.chat.room(&self.name, self.count)?;
        }
    }

    fn next(&mut self) {
        self.count += 1;
        self.sink.count_lines(1);
    }

    fn say(&mut self, stamp: &str, words: &str, files: &str) {
        self.said += 1;
        let when = fields::utc(&mut self.chat, stamp, self.count);
        let files = files.split([' ', ',', '\n']).map(linked_file).filter(|f| !f.is_empty());
        let words = (!words.trim().is_empty()).then_some((Kind::Message, words));
        let mut parts: Vec<_> = words.into_iter().chain(files.map(|f| (Kind::Media, f))).collect();
        if parts.is_empty() {
            parts.push((Kind::Media, ""));
        }
        say_all(&mut self.chat, self.owner, when, &parts, self.count);
    }
}

impl Walker for Channel<'_, '_> {
    fn want(&mut self, _: &Path) -> Want {
        Want::Take
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.depth() == 1 {
            self.next();
            let field = |key: &str| text_of(value.get(key)).unwrap_or_default();
            if value.get("Timestamp").is_some() {
                self.say(&field("Timestamp"), &field("Contents"), &field("Attachments"));
            } else {
                self.chat.reject(WarningKind::BadRecord, self.count);
            }
            self.chat.room(&self.name, self.count)?;
        }
        flow(self.sink)
    }
}
