//! Discord chats saved by DiscordChatExporter as CSV: one channel a file.

use ::csv::{Reader, ReaderBuilder, StringRecord};

use super::discord_txt;
use crate::import::chats::chat::Chat;
use crate::import::chats::fields::{close, cut, linked_file};
use crate::import::chats::parts::say_all;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::quota::Quota;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct DiscordCsv;

const COLUMNS: [&str; 6] = ["authorid", "author", "date", "content", "attachments", "reactions"];

impl Format for DiscordCsv {
    fn name(&self) -> &'static str {
        "discord-csv"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let first = sample.lines().next().unwrap_or_default();
        let mut names = first.split(',').map(|n| n.trim().trim_matches('"').to_lowercase());
        let all = COLUMNS.iter().all(|c| names.next().is_some_and(|n| n == *c));
        // The generic table would read it too, and is not to have it.
        if all { 0.99 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let mut chat = sink.chat(name.as_str());
        let (quota, meter) = Quota::new(source.into_text()?, sink.options().limits.record);
        let mut table = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(quota);
        let (mut record, mut count) = (StringRecord::new(), 0);
        let result = loop {
            meter.reset();
            match next(&mut table, &mut record, &name, count + 1) {
                Ok(true) => count += 1,
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
            sink.count_lines(1);
            take(&mut chat, &record, count);
            if let Err(error) = chat.room(&name, count) {
                break Err(error);
            }
        };
        close(Some(chat), cut(&result, count), sink);
        result
    }
}

fn next<R: std::io::Read>(
    table: &mut Reader<R>,
    record: &mut StringRecord,
    name: &str,
    line: u64,
) -> Result<bool, ImportError> {
    table.read_record(record).map_err(|e| match e.into_kind() {
        ::csv::ErrorKind::Io(e) => ImportError::io(name, e),
        _ => ImportError::Broken { name: name.to_owned(), line },
    })
}

/// One row: `AuthorID,Author,Date,Content,Attachments,Reactions`.
fn take(chat: &mut Chat, row: &StringRecord, line: u64) {
    let field = |at: usize| row.get(at).unwrap_or_default();
    if line == 1 && field(0).trim_start_matches('\u{feff}').eq_ignore_ascii_case(COLUMNS[0]) {
        return chat.heading();
    }
    if row.len() < 4 {
        let kind = if row.len() == 1 { WarningKind::UnexplainedLine } else { WarningKind::RaggedRow };
        return chat.reject(kind, line);
    }
    if row.len() != COLUMNS.len() {
        chat.doubt(WarningKind::RaggedRow, line);
    }
    let when = discord_txt::when(chat, field(2), line);
    let id = if field(0).is_empty() { field(1) } else { field(0) };
    let speaker = chat.person(id, discord_txt::name_of(field(1)));
    let content = field(3);
    if discord_txt::is_told_by_app(content) {
        return chat.note(when, &format!("{speaker}: {content}"), line);
    }
    let files = field(4).split(',').map(linked_file).filter(|f| !f.is_empty());
    let words = (!content.trim().is_empty()).then_some((Kind::Message, content));
    let mut parts: Vec<_> = words.into_iter().chain(files.map(|f| (Kind::Media, f))).collect();
    if parts.is_empty() {
        // Stickers and embeds are not in the table.
        parts.push((Kind::Media, ""));
    }
    say_all(chat, &speaker, when, &parts, line);
}
