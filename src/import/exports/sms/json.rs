//! Android's messages as JSON, as several apps back them up: SMS Import/Export (one a line), QUIK, Fossify and Simple SMS
//! Messenger (lists). All of them keep the phone's own columns (`address`, `type`, `date`, `body`; parts and addresses of
//! picture messages), with or without capitals, lines and letters before them.

use std::collections::{BTreeSet, HashSet};
use std::io::BufRead;

use serde_json::{Map, Value};

use super::backup::{self, Backup, Entry, FROM, NOT_FETCHED, Person};
use crate::import::chats::parts::me;
use crate::import::error::ImportError;
use crate::import::intake::lines::Lines;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want, text_of};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// How deep in a document the records may lie.
const DEEPEST: usize = 4;
/// Names beside an address.
const NAMES: [&str; 5] = ["displayname", "contactname", "name", "person", "contact"];
/// The type of an address to which a message went.
const TO: [&str; 3] = ["151", "130", "129"];

/// The format.
pub struct SmsJson;

impl Format for SmsJson {
    fn name(&self) -> &'static str {
        "sms-json"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        match Layout::of(sample) {
            Some(_) => 0.9,
            None => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let Some(layout) = Layout::of(source.sample()) else {
            return Err(ImportError::UnknownFormat { name, looks: "this is no backup of SMS" });
        };
        let replay = source.replay()?;
        let mut own = Own::default();
        // A broken end is met again, and told, by the second reading.
        let _ = layout.each(&name, replay.text(false)?, limits.record, &mut |record, _| {
            own.see(&record.unwrap_or_default());
            Ok(())
        });
        let (mut backup, own) = (Backup::new(&name, limits, me(sink.options())), own.numbers());
        let mut place = 0;
        let result = layout.each(&name, replay.text(true)?, limits.record, &mut |record, line| {
            (place, backup.count) = (line, backup.count + 1);
            match record.as_ref().and_then(|record| entry(record, line, &own)) {
                Some(entry) => backup.take(entry)?,
                None if record.is_some() => backup.reject(WarningKind::UnknownRecord, line),
                None => backup.reject(WarningKind::BadRecord, line),
            }
            Ok(())
        });
        backup.close(&result, place, sink);
        result
    }
}

/// A record by its keys, in small letters without the lines and underscores that some apps put into them.
#[derive(Default)]
struct Record(Vec<(String, Value)>);

impl Record {
    fn of(object: Map<String, Value>) -> Self {
        let plain = |key: String| key.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
        Self(object.into_iter().map(|(key, value)| (plain(key), value)).collect())
    }

    fn get(&self, keys: &[&str]) -> Option<&Value> {
        let found = |key: &&str| self.0.iter().find(|(k, v)| k == key && !v.is_null()).map(|(_, v)| v);
        keys.iter().find_map(found)
    }

    /// The first of `keys` that has something, as text.
    fn text(&self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| {
            let text = text_of(self.get(&[key]));
            text.filter(|t| !t.trim().is_empty() && t != "null")
        })
    }

    fn list(&self, keys: &[&str]) -> Vec<Self> {
        let items = self.get(keys).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| Some(Self::of(item.as_object()?.clone()))).collect()
    }

    /// Android's number of a folder, `1` to `6`.
    fn folder(&self, keys: &[&str]) -> Option<String> {
        self.text(keys).filter(|t| matches!(t.as_str(), "0" | "1" | "2" | "3" | "4" | "5" | "6"))
    }

    fn is_sms(&self) -> bool {
        let text = self.get(&["body"]).is_none_or(Value::is_string);
        let keys = ["address", "body", "date"].iter().all(|key| self.0.iter().any(|(k, _)| k == key));
        keys && text && self.folder(&["type"]).is_some()
    }

    fn is_mms(&self) -> bool {
        self.folder(&["msgbox", "messagebox"]).is_some() && self.get(&["date"]).is_some()
    }

    /// All addresses of a picture message, with names and types.
    fn addresses(&self) -> Vec<(Person, String)> {
        let sender = self.get(&["senderaddress"]).and_then(Value::as_object).cloned().map(Self::of);
        let listed = self.list(&["addresses", "addrs", "addr"]);
        let all = sender.into_iter().chain(listed).chain(self.list(&["recipientaddresses"]));
        all.filter_map(|a| {
            let address = a.text(&["address"])?;
            Some(((address, a.text(&NAMES)), a.text(&["type"]).unwrap_or_default()))
        })
        .collect()
    }
}

/// What a record tells, sent or received by whoever has the numbers `own`; `None` for a record of another kind.
fn entry(record: &Record, line: u64, own: &HashSet<String>) -> Option<Entry> {
    let when = [record.text(&["date"]), record.text(&["datesent"])];
    let when = backup::moment([when[0].as_deref(), when[1].as_deref()]);
    let base = Entry { line, when, thread: record.text(&["threadid"]), ..Entry::default() };
    if record.is_sms() {
        let folder = record.folder(&["type"])?;
        let people: Vec<Person> =
            record.text(&["address"]).map(|a| (a, record.text(&NAMES))).into_iter().collect();
        let parts = vec![(Kind::Message, record.text(&["body"]).unwrap_or_default())];
        return Some(Entry { folder, people, parts, ..base });
    }
    if !record.is_mms() {
        return None;
    }
    let folder = record.folder(&["msgbox", "messagebox"])?;
    let addresses = record.addresses();
    let from = addresses.iter().find(|(_, kind)| kind == FROM).map(|((address, _), _)| address.clone());
    let is_other = |address: &str| address != backup::OWN_ADDRESS && !own.contains(address);
    let mut people: Vec<Person> = Vec::new();
    for (person, kind) in addresses.into_iter().filter(|((address, _), _)| is_other(address)) {
        // What the owner wrote has the owner's number for a sender.
        let sender = kind == FROM && folder != "1";
        if !sender && !people.iter().any(|(address, _)| *address == person.0) {
            people.push(person);
        }
    }
    if people.is_empty() {
        people.extend(record.text(&["address"]).map(|a| (a, record.text(&NAMES))));
    }
    let not_fetched = record.text(&["mtype", "messagetype"]).as_deref() == Some(NOT_FETCHED);
    let mut entry =
        Entry { folder, people, from, subject: record.text(&["sub", "subject"]), not_fetched, ..base };
    for part in record.list(&["parts", "part"]) {
        let name = part.text(&["cl", "contentlocation", "fn", "filename", "name"]);
        let (content, filled) =
            (part.text(&["ct", "contenttype"]), part.get(&["data", "binarydata"]).is_some());
        entry.part(&content.unwrap_or_default(), part.text(&["text"]).as_deref(), name.as_deref(), filled);
    }
    let body = record.text(&["body"]).filter(|_| entry.parts.iter().all(|(kind, _)| *kind != Kind::Message));
    entry.parts.extend(body.map(|body| (Kind::Message, body)));
    Some(entry)
}

/// Which numbers are the owner's, as far as picture messages tell: what comes in goes to them, and nothing is written to
/// them or comes from them.
#[derive(Default)]
struct Own {
    to: Vec<BTreeSet<String>>,
    others: HashSet<String>,
    own: HashSet<String>,
}

impl Own {
    fn see(&mut self, record: &Record) {
        if record.is_sms() {
            self.others.extend(record.text(&["address"]));
            return;
        }
        if !record.is_mms() {
            return;
        }
        let incoming = record.folder(&["msgbox", "messagebox"]).as_deref() == Some("1");
        let mut to = BTreeSet::new();
        for ((address, _), kind) in record.addresses() {
            match (incoming, kind == FROM) {
                (true, true) => _ = self.others.insert(address),
                (true, false) if TO.contains(&kind.as_str()) || kind.is_empty() => _ = to.insert(address),
                (false, true) => _ = self.own.insert(address),
                (false, false) => _ = self.others.insert(address),
                _ => {}
            }
        }
        if !to.is_empty() && self.to.len() < 10_000 {
            self.to.push(to);
        }
    }

    fn numbers(self) -> HashSet<String> {
        let mut own = self.own;
        for to in self.to {
            let mut left = to.iter().filter(|address| !self.others.contains(*address));
            if let (Some(one), None) = (left.next(), left.next()) {
                own.insert(one.clone());
            }
        }
        own
    }
}

/// Where the records of an input are.
enum Layout {
    /// One a line.
    Lines,
    /// So many steps into the one document.
    Deep(usize),
}

impl Layout {
    /// Of what begins with `sample`, if nearly all that can be seen of it are messages of a phone.
    fn of(sample: &Sample) -> Option<Self> {
        let mut lines = sample.lines().filter(|line| !line.trim().is_empty());
        let line = |line: &str| Some(Record::of(json::record(line).ok()?.as_object()?.clone()));
        if let (Some(first), true) = (lines.next().and_then(line), lines.next().is_some()) {
            let others = lines.take(20).filter_map(line).all(|r| r.is_sms() || r.is_mms());
            return (others && (first.is_sms() || first.is_mms())).then_some(Self::Lines);
        }
        depth(sample.outline(), 0).map(Self::Deep)
    }

    /// Give every record to `take`, with its place; one that is none is given as `None`.
    fn each(
        &self,
        name: &str,
        text: impl BufRead,
        limit: usize,
        take: &mut dyn FnMut(Option<Record>, u64) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let Self::Deep(depth) = self else {
            let mut lines = Lines::new(text, name, limit);
            while let Some(line) = lines.next_line()? {
                if line.is_blank() {
                    continue;
                }
                let value = json::record(line.text).ok();
                let record =
                    value.and_then(|v| if let Value::Object(o) = v { Some(Record::of(o)) } else { None });
                take(record, line.number)?;
            }
            return Ok(());
        };
        json::walk(name, text, limit, &mut Records { depth: *depth, count: 0, take })
    }
}

/// How deep in lists the messages of a phone lie in `value`, itself at `depth`.
fn depth(value: &Value, at: usize) -> Option<usize> {
    match value {
        Value::Array(items) => {
            let first = items.iter().find(|item| item.as_object().is_some_and(|o| !o.is_empty()))?;
            let record = Record::of(first.as_object()?.clone());
            if record.is_sms() || record.is_mms() { Some(at + 1) } else { depth(first, at + 1) }
        }
        Value::Object(entries) if at < DEEPEST => {
            entries.values().filter(|v| v.is_array()).find_map(|list| depth(list, at + 1))
        }
        _ => None,
    }
}

/// Takes what lies in lists at one depth.
struct Records<'r> {
    depth: usize,
    count: u64,
    take: &'r mut dyn FnMut(Option<Record>, u64) -> Result<(), ImportError>,
}

impl Walker for Records<'_> {
    fn want(&mut self, path: &Path) -> Want {
        match path.depth() == self.depth && path.last_key().is_none() {
            true => Want::Take,
            false if path.depth() < self.depth => Want::Enter,
            false => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.depth() == self.depth {
            self.count += 1;
            let record = if let Value::Object(object) = value { Some(Record::of(object)) } else { None };
            (self.take)(record, self.count)?;
        }
        Ok(Flow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use crate::import::tried::{lines, read};

    const JSON: &str = "sms-json";

    fn told(name: &str, text: &str) -> Vec<Vec<String>> {
        read(name, text, JSON).iter().map(lines).collect()
    }

    #[test]
    fn one_a_line_with_names_and_picture_messages_of_a_group() {
        let text = r#"{"_id":"1","thread_id":"7","address":"+15550100","date":"1714586520000","date_sent":"1714586519000","type":"1","body":"hi","__display_name":"Nan"}
{"_id":"2","thread_id":"7","address":"+15550100","date":"1714586580000","date_sent":"0","type":"2","body":"hey","__display_name":"Nan"}
{"_id":"3","thread_id":"9","date":"1714586640","date_sent":"0","msg_box":"1","m_type":"132","__sender_address":{"address":"+15550101","type":"137","__display_name":"Raj"},"__recipient_addresses":[{"address":"+15550109","type":"151"},{"address":"+15550100","type":"151","__display_name":"Nan"}],"__parts":[{"ct":"application/smil","text":"<smil/>"},{"ct":"image/jpeg","cl":"a.jpg","_data":"/x"},{"ct":"text/plain","text":"lunch?"}]}
{"_id":"4","thread_id":"9","date":"1714586700","date_sent":"0","msg_box":"2","m_type":"128","__sender_address":{"address":"insert-address-token","type":"137"},"__recipient_addresses":[{"address":"+15550101","type":"151"},{"address":"+15550100","type":"151"}],"__parts":[{"ct":"text/plain","text":"yes"}]}
"#;
        let group = ["2024-05-01T18:04:00Z Raj: a.jpg", "2024-05-01T18:04:00Z Raj: lunch?"];
        assert_eq!(
            told("m.ndjson", text),
            [
                vec!["2024-05-01T18:02:00Z Nan: hi".to_owned(), "2024-05-01T18:03:00Z Me: hey".to_owned()],
                vec![group[0].into(), group[1].into(), "2024-05-01T18:05:00Z Me: yes".into()],
            ]
        );
        // Where the phone's numbers of conversations are missing, those who take part tell.
        let bare = text.replace("\"thread_id\":\"7\",", "").replace("\"thread_id\":\"9\",", "");
        assert_eq!(told("m.ndjson", &bare), told("m.ndjson", text));
    }

    #[test]
    fn lists_of_other_apps() {
        let quik = r#"{"messageCount":2,"messages":[{"type":1,"address":"+15550100","date":1714586520000,"dateSent":1714586519000,"body":"hi"},{"type":2,"address":"+15550100","date":1714586580000,"dateSent":0,"body":"hey"}]}"#;
        let simple = r#"[{"sms":[{"address":"+15550100","body":"hi","date":1714586520000,"dateSent":1714586519000,"type":1},{"address":"+15550100","body":"hey","date":1714586580000,"dateSent":0,"type":2}],"mms":[]}]"#;
        let fossify = r#"[{"address":"+15550100","body":"hi","date":1714586520000,"dateSent":1714586519000,"type":1,"backupType":"sms"},{"addresses":[{"address":"+15550100","type":151,"charset":106},{"address":"insert-address-token","type":137,"charset":106}],"date":1714586580000,"dateSent":0,"messageBox":2,"messageType":128,"parts":[{"contentType":"text/plain","text":"hey"}],"backupType":"mms"}]"#;
        let expected = [["2024-05-01T18:02:00Z +15550100: hi", "2024-05-01T18:03:00Z Me: hey"]];
        for text in [quik, simple, fossify] {
            assert_eq!(told("b.json", text), expected, "{text}");
        }
    }

    #[test]
    fn lists_that_only_look_like_it_are_none() {
        use super::{Layout, Sample};
        for text in [
            r#"[{"address":"a st. 1","date":"2024-05-01","body":"hi","type":"note"}]"#,
            r#"[{"user":"Ida","date":"2024-05-01","body":"hi","type":1}]"#,
            r#"{"messages":[{"text":"hi"}]}"#,
        ] {
            assert!(Layout::of(&Sample::new("x.json", text.as_bytes().to_vec())).is_none(), "{text}");
        }
    }
}
