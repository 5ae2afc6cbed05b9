//! Slack's export: a list of people, lists of channels, and a folder of days for each channel or direct chat.
//!
//! A conversation is a channel over all its days. People and channels go by ids, whose names stand in `users.json` and
//! `channels.json`; a day given alone has only the names that its messages bring along.

mod blocks;
mod markup;
mod message;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::Chat;
use crate::import::chats::fields::{close, cut, first_of, flow};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};

/// The format.
pub struct Slack;

/// The lists of conversations at the top of an export.
const LISTS: [&str; 4] = ["channels.json", "groups.json", "dms.json", "mpims.json"];

impl Format for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some(entries) = sample.outline().as_array() else { return 0.0 };
        let seen = entries.iter().filter(|e| e.as_object().is_some_and(|o| !o.is_empty()));
        let mut seen = seen.take(3).peekable();
        if seen.peek().is_some() && seen.all(is_message) { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let names = Names::default();
        let mut chat = sink.chat(source.name());
        chat.doubt(WarningKind::MissingPart, 0);
        let mut day = Day { name: source.name().to_owned(), names: &names, chat: &mut chat, sink, count: 0 };
        let result = day.read(source);
        let count = day.count;
        chat.sort_by_time();
        close(Some(chat), cut(&result, count), sink);
        result
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let marks = ["channels.json", "users.json"];
        let mut found: Vec<Bundle> = Vec::new();
        for bundle in marks.iter().flat_map(|mark| Bundle::around(mark, entries)) {
            let days = bundle.entries.iter().any(|e| day_of(&bundle, e).is_some());
            if days && found.iter().all(|f| f.root != bundle.root) {
                found.push(bundle);
            }
        }
        found
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let outer = bundle.name_in(files.name());
        let (names, mut failed) = Names::of(bundle, files, sink);
        let mut rooms: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for entry in &bundle.entries {
            if let Some(room) = day_of(bundle, entry) {
                rooms.entry(room).or_default().push(entry);
            }
        }
        for (room, days) in rooms {
            let result = read_room(&outer, room, &days, &names, files, sink);
            failed = failed.or(result.err());
            if sink.is_stopped() {
                break;
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// Whether this could be a message of a day.
fn is_message(entry: &Value) -> bool {
    let stamp = entry.get("ts").and_then(Value::as_str);
    let kind = entry.get("type").and_then(Value::as_str);
    let stamped = stamp.is_none_or(|s| s.contains('.') && s.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    // The last entry of a sample may have lost its end.
    let known = ["text", "user", "ts"].iter().any(|k| entry.get(k).is_some());
    stamped && known && kind.is_none_or(|k| k == "message") && (stamp.is_some() || kind.is_some())
}

/// The folder of a channel, when `entry` is one of its days.
fn day_of<'e>(bundle: &Bundle, entry: &'e str) -> Option<&'e str> {
    let inner = entry.strip_prefix(bundle.root.as_str())?.trim_start_matches('/');
    let (room, file) = inner.rsplit_once('/')?;
    let day = file.strip_suffix(".json")?.as_bytes();
    let shaped = day.len() == 10
        && day
            .iter()
            .enumerate()
            .all(|(at, b)| if matches!(at, 4 | 7) { *b == b'-' } else { b.is_ascii_digit() });
    (shaped && !room.contains('/')).then_some(room)
}

fn read_room(
    outer: &str,
    room: &str,
    days: &[&String],
    names: &Names,
    files: &mut dyn Entries,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut chat = sink.chat(format!("{outer}#{room}"));
    if names.lacking {
        chat.doubt(WarningKind::MissingPart, 0);
    }
    chat.sort_by_time();
    let (mut failed, mut count) = (None, 0);
    for day in days {
        let source = match files.open(day, sink) {
            Ok(source) => source,
            Err(error) => {
                chat.doubt(WarningKind::MissingPart, 0);
                failed = failed.or(Some(error));
                continue;
            }
        };
        let mut day = Day { name: source.name().to_owned(), names, chat: &mut chat, sink, count };
        let result = day.read(source);
        count = day.count;
        if let Err(error) = result {
            chat.doubt(WarningKind::CutOff, error.line_or(count));
            failed = failed.or(Some(error));
        }
    }
    close(Some(chat), None, sink);
    failed.map_or(Ok(()), Err)
}

/// One file of messages.
struct Day<'d, 's, 'a> {
    name: String,
    names: &'d Names,
    chat: &'d mut Chat,
    sink: &'s mut Sink<'a>,
    count: u64,
}

impl Day<'_, '_, '_> {
    fn read(&mut self, source: Source<'_>) -> Result<(), ImportError> {
        let (name, limit) = (self.name.clone(), self.sink.options().limits.record);
        json::walk(&name, source.into_text()?, limit, self)
    }
}

impl Walker for Day<'_, '_, '_> {
    fn want(&mut self, _: &Path) -> Want {
        Want::Take
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.depth() == 1 {
            self.count += 1;
            self.sink.count_lines(1);
            message::take(self.chat, &value, self.names, self.count);
            self.chat.room(&self.name, self.count)?;
        }
        flow(self.sink)
    }
}

/// What the lists of an export say about ids.
#[derive(Default)]
struct Names {
    users: HashMap<String, String>,
    channels: HashMap<String, String>,
    /// Whether the list of people is missing, or a list breaks off.
    lacking: bool,
}

impl Names {
    /// All names, and the first thing that went wrong: a list that breaks off must not cost the messages.
    fn of(bundle: &Bundle, files: &mut dyn Entries, sink: &Sink<'_>) -> (Self, Option<ImportError>) {
        let (mut names, mut failed) = (Self::default(), None);
        if bundle.has("users.json") {
            let result = list(&bundle.path("users.json"), files, sink, name_of, &mut names.users);
            failed = failed.or(result.err());
        }
        for file in LISTS.iter().filter(|f| bundle.has(f)) {
            let channel = |value: &Value| first_of(value, &["name"]).map(str::to_owned);
            let result = list(&bundle.path(file), files, sink, channel, &mut names.channels);
            failed = failed.or(result.err());
        }
        names.lacking = names.users.is_empty() || failed.is_some();
        (names, failed)
    }
}

/// The name of a person or of their profile.
fn name_of(user: &Value) -> Option<String> {
    let profile = user.get("profile").unwrap_or(&Value::Null);
    let shown = first_of(profile, &["display_name", "real_name"]);
    shown.or_else(|| first_of(user, &["display_name", "real_name", "name"])).map(str::to_owned)
}

/// Put the ids and names of a list of objects into `found`, up to where it breaks off.
fn list(
    entry: &str,
    files: &mut dyn Entries,
    sink: &Sink<'_>,
    name: impl Fn(&Value) -> Option<String>,
    found: &mut HashMap<String, String>,
) -> Result<(), ImportError> {
    struct List<'f, F>(&'f mut HashMap<String, String>, F);
    impl<F: Fn(&Value) -> Option<String>> Walker for List<'_, F> {
        fn want(&mut self, _: &Path) -> Want {
            Want::Take
        }

        fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
            if let (1, Some(id), Some(name)) = (path.depth(), first_of(&value, &["id"]), (self.1)(&value)) {
                self.0.insert(id.to_owned(), name);
            }
            Ok(Flow::Continue(()))
        }
    }
    let source = files.open(entry, sink)?;
    let file = source.name().to_owned();
    json::walk(&file, source.into_text()?, sink.options().limits.record, &mut List(found, name))
}
