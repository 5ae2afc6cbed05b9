//! Telegram's HTML: `messages.html`, `messages2.html` and so on, which are one chat together, in the order of their
//! numbers. Pages are read tag by tag and never held.

mod entry;
mod page;

use std::collections::BTreeMap;

use crate::import::archive::{Bundle, Entries};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use page::Reading;

/// How many missing pages are counted.
const MOST_MISSING: u64 = 1000;

/// The format.
pub struct TelegramHtml;

impl Format for TelegramHtml {
    fn name(&self) -> &'static str {
        "telegram-html"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text();
        let page = text.contains("class=\"page_body chat_page\"");
        let message = || {
            text.contains("<div class=\"message default clearfix")
                || text.contains("<div class=\"message service\"")
        };
        if page || message() { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let mut reading = Reading::new(sink.chat(source.name()), &sink.options().limits);
        if numbered(source.name()).is_some_and(|(_, number)| number > 1) {
            reading.doubt(WarningKind::MissingPart);
        }
        let result = reading.page(source);
        close(reading, result, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let mut chats: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        for entry in entries {
            if let Some((folder, number)) = numbered(entry) {
                chats.entry(folder.to_owned()).or_default().push((number, entry.clone()));
            }
        }
        let mut furniture: Vec<String> = furniture(entries);
        let bundle = |(folder, pages): (String, Vec<(u64, String)>)| {
            // What belongs to the whole export goes with its first chat.
            let beside = furniture.extract_if(.., |entry| folder.starts_with(base(entry)));
            let entries: Vec<String> = pages.into_iter().map(|(_, entry)| entry).chain(beside).collect();
            made(folder.trim_end_matches('/'), entries)
        };
        chats.into_iter().map(bundle).filter(|b| b.entries.len() > 1).collect()
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let mut pages: Vec<(u64, &String)> =
            bundle.entries.iter().filter_map(|e| Some((numbered(e)?.1, e))).collect();
        pages.sort();
        let name = [files.name(), &bundle.root].join("/");
        let mut reading = Reading::new(sink.chat(name.trim_end_matches('/')), &sink.options().limits);
        let missing = pages.last().map_or(0, |(number, _)| number.saturating_sub(pages.len() as u64));
        (0..missing.min(MOST_MISSING)).for_each(|_| reading.doubt(WarningKind::MissingPart));
        let mut result = Ok(());
        for (at, (_, entry)) in pages.iter().enumerate() {
            let source = files.open(entry, sink)?;
            if self.detect(source.sample()) > 0.0 {
                result = result.and(reading.page(source));
            } else if at == 0 {
                let looks = "this looks like HTML";
                return Err(ImportError::UnknownFormat { name: source.name().to_owned(), looks });
            } else {
                reading.doubt(WarningKind::SkippedEntry);
            }
        }
        close(reading, result, sink)
    }
}

/// Hand the chat on, whatever became of the reading.
fn close(reading: Reading, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (mut chat, count) = reading.finish();
    sink.count_lines(count);
    chat.close(&result, count);
    let _ = sink.emit(chat);
    result
}

/// The folder of a page with messages, with `/` at its end, and the page's number.
fn numbered(entry: &str) -> Option<(&str, u64)> {
    let at = entry.rfind('/').map_or(0, |slash| slash + 1);
    let number = entry[at..].strip_prefix("messages")?.strip_suffix(".html")?;
    match number {
        "" => Some((&entry[..at], 1)),
        _ if number.starts_with('0') => None,
        _ => Some((&entry[..at], number.parse().ok().filter(|n| *n > 1)?)),
    }
}

/// Files of an export that hold no messages: its look, and its lists of contacts and chats.
fn furniture(entries: &[String]) -> Vec<String> {
    let has = |name: String| entries.binary_search(&name).is_ok();
    let styled = |entry: &&String| {
        let base = base(entry);
        base.len() < entry.len() && has(format!("{base}css/style.css")) && has(format!("{base}js/script.js"))
    };
    entries.iter().filter(styled).cloned().collect()
}

/// The folder of the export that such a file belongs to, with `/` at its end; the whole name for any other file.
fn base(entry: &str) -> &str {
    const KNOWN: [&str; 3] = ["css/style.css", "js/script.js", "export_results.html"];
    let at = |end: &str| entry.strip_suffix(end).filter(|base| base.is_empty() || base.ends_with('/'));
    let list = || {
        let (folder, file) = entry.rsplit_once('/')?;
        let base = folder.strip_suffix("lists").filter(|base| base.is_empty() || base.ends_with('/'))?;
        file.ends_with(".html").then_some(base)
    };
    KNOWN.iter().find_map(|end| at(end)).or_else(list).unwrap_or(entry)
}

fn made(root: &str, mut entries: Vec<String>) -> Bundle {
    entries.sort();
    Bundle { root: root.to_owned(), entries }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_folder_go_together_with_what_belongs_to_the_export() {
        let names = [
            "chats/chat_1/messages.html",
            "chats/chat_1/messages10.html",
            "chats/chat_1/messages2.html",
            "chats/chat_2/messages.html",
            "css/style.css",
            "export_results.html",
            "js/script.js",
            "lists/chats.html",
            "notes.txt",
        ]
        .map(str::to_owned);
        let bundles = TelegramHtml.bundles(&names);
        assert_eq!(bundles.len(), 1);
        assert_eq!((bundles[0].root.as_str(), bundles[0].entries.len()), ("chats/chat_1", 7));
        assert!(TelegramHtml.bundles(&names[3..4]).is_empty());
        assert_eq!(numbered("a/messages12.html"), Some(("a/", 12)));
        assert_eq!((numbered("a/messages02.html"), numbered("a/messagesx.html")), (None, None));
    }
}
