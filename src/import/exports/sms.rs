//! Backups of the app SMS Backup & Restore (and Super Backup): `sms` and `mms` elements of all conversations, mixed.
//!
//! Pictures stand in the file as text. They are passed over part by part, so that no message is held with them.

mod backup;
pub mod database;
pub mod json;

use std::io::BufRead;

use crate::import::chats::parts::me;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::xml::{self, Tag, Xml};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;
use backup::{Backup, Entry, FROM, NOT_FETCHED, Person};

/// The format.
pub struct Sms;

impl Format for Sms {
    fn name(&self) -> &'static str {
        "sms"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        match xml::root(sample.text()) {
            Some(("smses" | "allsms", _)) => 0.95,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let mut xml = Xml::new(&name, source.into_text()?, xml::longest(&limits), limits.record);
        let Some(root) = xml.first()?.filter(|r| matches!(r.name.as_str(), "smses" | "allsms")) else {
            return Err(ImportError::UnknownFormat { name, looks: "this is no backup of SMS" });
        };
        let mut backup = Backup::new(&name, limits, me(sink.options()));
        let result = read(&mut backup, &mut xml);
        let declared = root.get("count").and_then(|c| c.trim().parse::<u64>().ok());
        if result.is_ok() && declared.is_some_and(|declared| declared > backup.count) {
            sink.doubt(WarningKind::CutOff, 0);
        }
        backup.close(&result, xml.line(), sink);
        result
    }
}

/// The value of an attribute, unless it is missing in one of the ways in which the app says so.
fn value<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.get(name).filter(|v| !v.trim().is_empty() && *v != "null")
}

fn read(backup: &mut Backup, xml: &mut Xml<impl BufRead>) -> Result<(), ImportError> {
    while let Some(tag) = xml.child()? {
        backup.count += 1;
        match tag.name.as_str() {
            "sms" => {
                xml.skip()?;
                let mut entry = entry(&tag);
                entry.from = entry.people.first().map(|(address, _)| address.clone());
                entry.parts.push((Kind::Message, value(&tag, "body").unwrap_or("").to_owned()));
                backup.take(entry)?;
            }
            "mms" => {
                let mut entry = entry(&tag);
                entry.subject = value(&tag, "sub").map(str::to_owned);
                entry.not_fetched = value(&tag, "m_type") == Some(NOT_FETCHED);
                let ended = content(&mut entry, xml);
                backup.take(entry)?;
                ended?;
            }
            _ => {
                xml.skip()?;
                backup.reject(WarningKind::UnknownRecord, tag.line);
            }
        }
    }
    xml.finish()
}

/// What the attributes of a message tell.
fn entry(tag: &Tag) -> Entry {
    let folder = value(tag, "type").or_else(|| value(tag, "msg_box")).unwrap_or("1").to_owned();
    let when = backup::moment([value(tag, "date"), value(tag, "date_sent")]);
    Entry { line: tag.line, folder, people: people(tag), when, ..Entry::default() }
}

/// Those whom a message was exchanged with: addresses with `~` between them, and names with commas.
fn people(tag: &Tag) -> Vec<Person> {
    let written = value(tag, "address").unwrap_or("");
    let addresses: Vec<&str> = written.split('~').map(str::trim).filter(|a| !a.is_empty()).collect();
    let names = value(tag, "contact_name").or_else(|| value(tag, "name")).unwrap_or("");
    let names: Vec<&str> = if addresses.len() == 1 { vec![names] } else { names.split(", ").collect() };
    let known = names.len() == addresses.len();
    let name = |at: usize| names.get(at).filter(|_| known).map(|name| (*name).to_owned());
    addresses.iter().enumerate().map(|(at, address)| ((*address).to_owned(), name(at))).collect()
}

/// Read the parts of a picture message, and who wrote it, which stands at the end.
fn content(entry: &mut Entry, xml: &mut Xml<impl BufRead>) -> Result<(), ImportError> {
    while let Some(group) = xml.child()? {
        match group.name.as_str() {
            "parts" | "addrs" => {
                while let Some(tag) = xml.child()? {
                    take(entry, &tag);
                    xml.skip()?;
                }
            }
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn take(entry: &mut Entry, tag: &Tag) {
    match tag.name.as_str() {
        "addr" if tag.get("type") == Some(FROM) => {
            entry.from = value(tag, "address").map(str::to_owned);
        }
        "part" => {
            let name = ["cl", "fn", "name"].iter().find_map(|key| value(tag, key));
            let (content, filled) = (value(tag, "ct").unwrap_or(""), value(tag, "data").is_some());
            entry.part(content, value(tag, "text"), name, filled);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::import::warning::WarningKind;
    use crate::import::{Flow, Options, read_text};

    #[test]
    fn only_a_count_that_is_not_reached_tells_of_a_cut() {
        let cut = |count: u64| {
            let text = format!(
                "<smses count=\"{count}\"><sms address=\"+15550100\" date=\"1709568065000\" type=\"1\" body=\"one\" />\
                 <sms address=\"+15550100\" date=\"1709568066000\" type=\"2\" body=\"two\" /></smses>"
            );
            let counts =
                read_text("t.xml", text.as_bytes(), &Options::default(), &mut |_| Flow::Continue(()));
            counts.unwrap().warnings.iter().any(|w| w.kind == WarningKind::CutOff)
        };
        assert_eq!([1, 2, 3].map(cut), [false, false, true]);
    }
}
