//! Chat exports in, conversations out.
//!
//! One file per format, all behind the trait [`Format`] and listed in [`FORMATS`]: a new one is a new file in `exports` (what one
//! program writes) or `records` (what any may write) and one line there. A reading never drops anything in silence: each line ends as a message, a continuation, a system
//! line or a counted warning, and [`Counts`] tells how many of each. Media is never opened.
//!
//! ```text
//! bytes ── intake ── detect ── exports, records or paste ── chats ── Imported (a Transcript and its warnings)
//!              └─ archive: the same for each entry of a zip
//! ```
//!
//! They share `syntax` (JSON, XML, HTML, the head of a line) and `time` (days and times in any language).

mod archive;
mod chats;
mod detect;
mod error;
mod exports;
mod foreign;
mod format;
mod intake;
mod options;
mod paste;
mod records;
mod results;
mod syntax;
mod time;
#[cfg(test)]
mod tried;
mod walk;
mod warning;

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

pub use crate::transcript::UNKNOWN;

pub use archive::{Bundle, Entries};
pub use chats::chat::{Chat, When};
pub use chats::sink::{Counts, Sink};
pub use error::{ArchiveProblem, ImportError};
pub use format::{Flow, Format, Imported};
pub use intake::lines::{Line, Lines};
pub use intake::source::{Replay, Sample, Source};
pub use options::{Columns, Limits, Options, Unnamed};
pub use paste::told::HeadPattern;
pub use results::{is_results, is_scores};
pub use time::dates::{DateOrder, Stamp};
pub use time::order::{Basis, Verdict};
pub use walk::{Input, PassedOver, Walk, shown, walk};
pub use warning::{Warning, WarningKind, Warnings};

/// Every format that can be read. Where two are equally sure of a text, the earlier one gets it.
pub static FORMATS: &[&dyn Format] = &[
    &records::parquet::Parquet,
    &records::jsonl::Jsonl,
    &exports::telegram::Telegram,
    &exports::telegram_html::TelegramHtml,
    &exports::signal::Signal,
    &exports::sigexport::Sigexport,
    &exports::messenger::Messenger,
    &exports::messenger::html::MessengerHtml,
    &exports::messenger_e2ee::MessengerE2ee,
    &exports::imessage_txt::IMessageText,
    &exports::imessage_html::IMessageHtml,
    &exports::convokit::ConvoKit,
    &exports::rsmf::Rsmf,
    &exports::sms::Sms,
    &exports::sms::json::SmsJson,
    &exports::cellebrite::Cellebrite,
    &exports::imessage::IMessage,
    &exports::whatsapp_db::WhatsAppDb,
    &exports::sms::database::SmsDb,
    &exports::databases::Sqlite,
    &exports::pan12::Pan12,
    &exports::slack::Slack,
    &exports::discord::Discord,
    &exports::discord_csv::DiscordCsv,
    &exports::discord_html::DiscordHtml,
    &exports::discord_txt::DiscordTxt,
    &exports::discord_package::DiscordPackage,
    &exports::snapchat::Snapchat,
    &exports::snapchat_html::SnapchatHtml,
    &exports::tiktok::TikTok,
    &exports::tiktok_txt::TikTokText,
    &exports::twitter::Twitter,
    &exports::vk_html::VkHtml,
    &exports::dating::Tinder,
    &exports::dating::Hinge,
    &exports::line::LineChat,
    &exports::qq::Qq,
    &exports::zoom::Zoom,
    &exports::captions::Captions,
    &exports::mail::Mail,
    &exports::irc::Irc,
    &exports::kakao::Kakao,
    &exports::google_chat::GoogleChat,
    &exports::google_voice::GoogleVoice,
    &exports::hangouts::Hangouts,
    &exports::skype::Skype,
    &exports::element::Element,
    &records::nested::Nested,
    &records::frame::Frame,
    &records::sql::Sql,
    &records::logs::Logs,
    &records::xml_messages::XmlMessages,
    &records::rows::JsonRows,
    &records::listed::JsonList,
    &exports::whatsapp::WhatsApp,
    &records::csv::Table,
    &paste::Paste,
];

/// The names of all formats, as `--as` takes them.
pub fn format_names() -> Vec<&'static str> {
    FORMATS.iter().map(|f| f.name()).collect()
}

/// Read text that has no file: pasted, or from a pipe. `name` stands for it in ids and errors. A zip works too.
pub fn read_text(
    name: &str,
    input: impl Read,
    options: &Options,
    sink: &mut dyn FnMut(Imported) -> Flow,
) -> Result<Counts, ImportError> {
    let mut sink = Sink::new(options, sink);
    let result = read_stream(name, None, Box::new(input), 0, &mut sink);
    sink.finish(name, result)
}

/// Read one file: a chat, or an archive that is read without unpacking it to disk. Ids are made from `path` as given.
pub fn read_path(
    path: &Path,
    options: &Options,
    sink: &mut dyn FnMut(Imported) -> Flow,
) -> Result<Counts, ImportError> {
    let name = walk::name_of(path);
    let mut sink = Sink::new(options, sink);
    let result = open(path, &name).and_then(|file| {
        // A pipe can be read once only, so that its name is of no use.
        let again = file.metadata().is_ok_and(|m| m.is_file()).then_some(path);
        read_stream(&name, again, Box::new(file), 0, &mut sink)
    });
    sink.finish(&name, result)
}

/// Read what [`walk`] found.
pub fn read(
    input: &Input,
    options: &Options,
    sink: &mut dyn FnMut(Imported) -> Flow,
) -> Result<Counts, ImportError> {
    let (folder, name, bundle) = match input {
        Input::File(path) => return read_path(path, options, sink),
        Input::Bundle { folder, format, bundle } => (folder, format, bundle),
    };
    let mut sink = Sink::new(options, sink);
    let mut files = archive::Folder::new(folder);
    let result = detect::named(name).and_then(|f| archive::read_bundle(f, bundle, &mut files, &mut sink));
    let shown = walk::name_of(&input.path());
    sink.finish(&shown, result)
}

fn open(path: &Path, name: &str) -> Result<std::fs::File, ImportError> {
    let file = std::fs::File::open(path).map_err(|e| ImportError::io(name, e))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(ImportError::io(name, std::io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// How a gzip file begins.
const GZIP: &[u8] = b"\x1f\x8b";

/// Read an archive, or a file packed alone.
fn read_packed<'a>(
    name: &str,
    path: Option<&'a Path>,
    head: Vec<u8>,
    stream: Box<dyn Read + 'a>,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let (limits, zip, gzip) = (sink.options().limits, archive::is_zip(&head), head.starts_with(GZIP));
    let stream = Cursor::new(head).chain(stream);
    // Archives are read from several places; what has no file of its own is held.
    let held = match path {
        Some(_) => Vec::new(),
        None => intake::source::hold(name, stream, limits.held)?,
    };
    let bytes = || -> Result<Box<dyn Read + '_>, ImportError> {
        match path {
            Some(path) => Ok(Box::new(BufReader::new(open(path, name)?))),
            None => Ok(Box::new(&held[..])),
        }
    };
    if zip {
        return match path {
            Some(path) => archive::read_zip(name, BufReader::new(open(path, name)?), depth, sink),
            None => archive::read_zip(name, Cursor::new(&held[..]), depth, sink),
        };
    }
    let unpacked = || -> Result<Box<dyn Read + '_>, ImportError> {
        Ok(if gzip { Box::new(archive::inflate(bytes()?, &limits)) } else { bytes()? })
    };
    let mut beginning = unpacked()?;
    let head = intake::source::head(name, &mut beginning)?;
    if archive::is_tar(&head) {
        return archive::read_tar(name, &unpacked, depth, sink);
    }
    if depth >= archive::DEEPEST {
        return Err(ImportError::archive(name, ArchiveProblem::TooDeep));
    }
    let inner = name.strip_suffix(".gz").unwrap_or(name);
    read_stream(inner, None, Box::new(Cursor::new(head).chain(beginning)), depth + 1, sink)
}

/// Read one stream, found at `path` if it is a file of its own, `depth` zips deep.
fn read_stream<'a>(
    name: &str,
    path: Option<&'a Path>,
    mut stream: Box<dyn Read + 'a>,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let head = intake::source::head(name, &mut stream)?;
    if archive::is_zip(&head) || archive::is_tar(&head) || head.starts_with(GZIP) {
        return read_packed(name, path, head, stream, depth, sink);
    }
    if results::begins(&head) {
        return Err(results::refusal(name));
    }
    let source = Source::new(name, path, head, stream, sink.terms());
    let format = match detect::choose(source.sample(), depth, sink.options()) {
        Ok(format) => format,
        // What cannot be read to its end is damaged rather than unknown.
        Err(unknown) => {
            let unknown = explained(unknown, source.sample());
            return Err(source.failure().unwrap_or(unknown));
        }
    };
    sink.start(format.name());
    sink.set_depth(depth);
    format.read(source, sink)
}

/// The error with the way out, where what begins with `sample` is an export that is known and not read.
fn explained(unknown: ImportError, sample: &Sample) -> ImportError {
    match unknown {
        ImportError::UnknownFormat { .. } => foreign::refusal(sample).unwrap_or(unknown),
        other => other,
    }
}
