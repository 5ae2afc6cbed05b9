//! Snapchat's chat history as pages: one a person, each message a box with a heading for who wrote it, and lines for its
//! kind and time; older ones are tables.

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields;
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element};
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::{Kind, Time};

/// The format.
pub struct SnapchatHtml;

/// Kinds by which a page in another language is known.
const KINDS: [&str; 2] = ["TEXT", "MEDIA"];
/// How kinds that are no words of somebody begin.
const STATUS: &str = "STATUS";

impl Format for SnapchatHtml {
    fn name(&self) -> &'static str {
        "snapchat-html"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if !pages::is_page(sample) || !sample.text().contains("UTC<") {
            return 0.0;
        }
        let held = pages::held(sample.text(), &is_record);
        let is_ours = |e: Entry| sample.text().contains("Chat History") || KINDS.contains(&e.kind.as_str());
        if held.iter().flat_map(innermost).filter_map(Entry::of).any(is_ours) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
        let mut chat = sink.chat(name.as_str());
        // Whatever was not saved has gone.
        chat.doubt(WarningKind::DisappearingMessages, 0);
        let (mut count, mut span) = (0, None);
        let result = pages::each(source, limit, &is_record, &mut |record| {
            for record in innermost(&record) {
                let Some(entry) = Entry::of(record) else { continue };
                count += 1;
                let when = match entry.time.as_str() {
                    "" => When::Unknown,
                    time => fields::utc(&mut chat, time, count),
                };
                if when != When::Unknown {
                    span = Some((span.map_or(when, |(first, _)| first), when));
                }
                entry.put(&mut chat, when, count);
            }
            chat.room(&name, count)
        });
        sink.count_lines(count);
        if let Some((When::Known(first), When::Known(last))) = span
            && last.nanoseconds_since(&first).is_some_and(|n| n < 0)
        {
            chat.reverse();
        }
        chat.sort_by_time();
        let open = result.as_ref().is_ok_and(|open| *open).then_some(count);
        fields::close(Some(chat), fields::cut(&result, count).or(open), sink);
        result.map(|_| ())
    }
}

/// A box that is drawn as one, or a row of a table.
fn is_record(element: &Element) -> bool {
    (element.tag == "div" && !element.get("style").is_empty()) || element.tag == "tr"
}

/// What in `record` holds one message: itself, or boxes in it.
fn innermost(record: &Element) -> Vec<&Element> {
    record.all(&|e| e.tag == "tr" || e.elements().any(|e| e.tag == "h4"))
}

/// A message as a page shows it.
struct Entry {
    from: String,
    kind: String,
    words: String,
    time: String,
}

impl Entry {
    /// Of a box or a row: a name first, then a kind in capitals, perhaps words, and a time, unless the page breaks off
    /// before it.
    fn of(record: &Element) -> Option<Self> {
        let mut fields: Vec<String> =
            record.elements().map(Element::text).filter(|t| !t.is_empty()).collect();
        let time = match fields.iter().rposition(|field| is_time(field)).filter(|at| *at > 1) {
            Some(at) => fields.remove(at),
            None if record.cut && fields.len() == 3 => String::new(),
            None => return None,
        };
        let from = fields.remove(0);
        let is_kind = |field: &str| field.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b' '));
        let kind = is_kind(&fields[0]).then(|| fields.remove(0))?;
        Some(Self { from, kind, words: fields.join("\n"), time })
    }

    fn put(&self, chat: &mut Chat, when: When, line: u64) {
        let Self { from, kind, words, .. } = self;
        match kind.as_str() {
            kind if kind.starts_with("STATUSERASED") => chat.say(from, when, Kind::Deleted, "", line),
            kind if kind.starts_with(STATUS) => {
                chat.note(when, &format!("{from}: {}", kind[STATUS.len()..].to_lowercase()), line);
            }
            // A text without words was not saved.
            "TEXT" if words.is_empty() => chat.say(from, when, Kind::Deleted, "", line),
            _ if words.is_empty() => chat.say(from, when, Kind::Media, "", line),
            _ => chat.say(from, when, Kind::Message, words, line),
        }
    }
}

/// `2024-05-01 18:02:00 UTC`
fn is_time(field: &str) -> bool {
    field.strip_suffix("UTC").is_some_and(|time| matches!(Time::parse(time.trim_end()), Some(Time::Local(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_rows() {
        let read = |html: &str| {
            let held = pages::held(html, &is_record);
            innermost(held.first()?)
                .first()
                .and_then(|e| Entry::of(e))
                .map(|e| [e.from, e.kind, e.words, e.time])
        };
        let told = |words: &str| Some(["ida", "TEXT", words, "2024-05-01 18:02:00 UTC"].map(str::to_owned));
        let boxed =
            |inner: &str| format!("<div style=\"margin: 3px\"><h4>ida</h4><h6>TEXT</h6>{inner}</div>");
        assert_eq!(read(&boxed("<p>hi<br>you</p><h6>2024-05-01 18:02:00 UTC</h6>")), told("hi\nyou"));
        assert_eq!(read(&boxed("<h6>2024-05-01 18:02:00 UTC</h6>")), told(""));
        assert_eq!(read(&boxed("<p>hi</p>")), None);
        let row =
            "<table><tr><td>ida</td><td>TEXT</td><td>hi</td><td>2024-05-01 18:02:00 UTC</td></tr></table>";
        assert_eq!(read(row), told("hi"));
        assert_eq!(read("<table><tr><th>From</th><th>Media Type</th></tr></table>"), None);
    }
}
