//! E-mail: one mail (`.eml`) or a box of them (`.mbox`). Each mail is a message of its sender, without the mails that it
//! quotes; mails that answer each other are a conversation. What is quoted and stands in no mail of the conversation
//! comes before it, as the words of whom the head above it names, or else of somebody unknown. What is attached is named and not
//! opened, but for texts that are chat exports: these, and mails whose text is one, are read as what was to be handed on.

mod quotes;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read};

use jiff::Timestamp;
use jiff::tz::Offset;
use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};

use crate::import::chats::chat::Chat;
use crate::import::chats::ids::Ids;
use crate::import::chats::threads::Threads;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::paste::mail::thread;
use crate::import::warning::WarningKind;
use crate::import::{Format, Options, Sink, UNKNOWN, detect};
use crate::transcript::Kind;
use quotes::Sent;

/// How much of what is attached is looked at to tell whether it is a chat, in bytes.
const SAMPLE: usize = 64 * 1024;

/// The format.
pub struct Mail;

impl Format for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if is_mail(sample.text()) { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let limit = sink.options().limits.record;
        let boxed = is_envelope(source.sample().text().lines().next().unwrap_or_default().as_bytes());
        let mut mails =
            Mails { input: BufReader::new(source.into_bytes()), boxed, limit, line: 0, next: None };
        let mut reading = Reading {
            name: &name,
            threads: Threads::default(),
            keys: HashMap::new(),
            ids: Ids::default(),
            count: 0,
            said: HashSet::new(),
            sent: Vec::new(),
            attached: Vec::new(),
        };
        let result = reading.fill(&mut mails, sink);
        let sent = std::mem::take(&mut reading.sent);
        quotes::say(sent, &mut reading.said, &mut reading.threads, sink, &name);
        reading.threads.iter_mut().for_each(|chat| chat.close(&result, mails.line));
        let attached = std::mem::take(&mut reading.attached);
        reading.threads.close(sink);
        let format = self.name();
        let read = |(name, bytes): (String, Vec<u8>)| {
            let depth = sink.depth();
            let result =
                crate::import::read_stream(&name, None, Box::new(io::Cursor::new(bytes)), depth + 1, sink);
            sink.start(format);
            sink.set_depth(depth);
            result
        };
        result.and(attached.into_iter().try_for_each(read))
    }
}

/// Whether `text` begins with the head of a mail: who, when, and what only mails have.
fn is_mail(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().peekable();
    lines.next_if(|line| is_envelope(line.as_bytes()));
    let mut names = Vec::new();
    for line in lines.take_while(|line| !line.trim().is_empty()) {
        let folded = line.starts_with([' ', '\t']) && !names.is_empty();
        match line.split_once(':').filter(|(name, _)| is_header(name)) {
            _ if folded => {}
            Some((name, _)) => names.push(name.to_ascii_lowercase()),
            None => return false,
        }
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    // A mail has its words below its head; whoever fills in a form gives these a field as well.
    let form = ["message", "text", "body", "content", "msg"].into_iter().any(has);
    has("from")
        && has("date")
        && ["to", "subject", "message-id", "mime-version"].into_iter().any(has)
        && !form
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether a line begins a mail in a box: `From ida@example.org Sat Jan 13 21:07:00 2024`.
fn is_envelope(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let clock = rest.windows(5).any(|w| {
        let digits = [w[0], w[1], w[3], w[4]];
        w[2] == b':' && digits.iter().all(u8::is_ascii_digit)
    });
    clock && rest.trim_ascii_end().last().is_some_and(u8::is_ascii_digit)
}

/// Mails one after the other.
struct Mails<R> {
    input: R,
    /// Whether lines part them; else the whole input is one.
    boxed: bool,
    limit: usize,
    line: u64,
    /// The first line of a box's next mail, when it was seen.
    next: Option<u64>,
}

/// One of them: the line where it begins, its bytes, and whether there were more than the limit.
struct Raw {
    line: u64,
    bytes: Vec<u8>,
    cut: bool,
}

impl<R: BufRead> Mails<R> {
    fn read(&mut self) -> io::Result<Option<Raw>> {
        let mut mail = Raw { line: self.next.take().unwrap_or(self.line + 1), bytes: Vec::new(), cut: false };
        let (mut line, mut blank) = (Vec::new(), self.line == 0);
        loop {
            line.clear();
            let most = self.limit as u64 + 1;
            if self.input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
                return Ok((!mail.bytes.is_empty()).then_some(mail));
            }
            self.line += 1;
            if self.boxed && blank && is_envelope(&line) {
                if !mail.bytes.trim_ascii().is_empty() {
                    self.next = Some(self.line);
                    return Ok(Some(mail));
                }
                mail.bytes.clear();
                continue;
            }
            blank = line.trim_ascii().is_empty();
            // A box marks lines that look like the beginning of a mail.
            let marked =
                self.boxed && line.starts_with(b">") && line.trim_ascii_start().starts_with(b">From ");
            mail.cut |= mail.bytes.len() + line.len() > self.limit;
            if !mail.cut {
                mail.bytes.extend_from_slice(&line[usize::from(marked)..]);
            }
        }
    }
}

struct Reading<'r> {
    name: &'r str,
    threads: Threads,
    /// By the id of a mail, or by its subject: the thread in which it stands.
    keys: HashMap<String, String>,
    ids: Ids,
    count: u64,
    /// The thread and the line of every line that somebody wrote.
    said: quotes::Lines,
    sent: Vec<Sent>,
    /// Chats that were attached, by name.
    attached: Vec<(String, Vec<u8>)>,
}

impl Reading<'_> {
    fn fill<R: BufRead>(&mut self, mails: &mut Mails<R>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        while let Some(raw) = mails.read().map_err(|e| ImportError::io(self.name, e))? {
            sink.count_lines(1);
            self.count += 1;
            match MessageParser::default().parse(&raw.bytes) {
                Some(mail) => self.take(&mail, &raw, sink)?,
                None => sink.reject(WarningKind::BadRecord, raw.line),
            }
        }
        Ok(())
    }

    fn take(&mut self, mail: &Message<'_>, raw: &Raw, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let bodies: Vec<_> = (0..mail.text_body_count()).filter_map(|at| mail.body_text(at)).collect();
        let text = bodies.join("\n");
        if is_chat("text", text.as_bytes(), sink) {
            self.attached.push((format!("{}/text", self.name), text.into_bytes()));
            sink.count_heading();
            return Ok(());
        }
        let key = self.key(mail);
        let (name, ids) = (self.name, &mut self.ids);
        let chat = self.threads.get(&key, || {
            let subject = mail.thread_name().map(str::trim).filter(|subject| !subject.is_empty());
            let id = subject.map_or(name.to_owned(), |subject| format!("{name}#{subject}"));
            sink.chat(ids.give(&id).0)
        });
        let (own, quoted): (Vec<_>, Vec<_>) =
            thread::Thread::of(&text).into_iter().partition(thread::Mail::is_own);
        let words = own.iter().map(thread::Mail::words).collect::<Vec<_>>().join("\n");
        self.said.extend(words.lines().map(|l| (key.clone(), l.trim().to_owned())));
        let chats = chats(mail, sink);
        let files: Vec<String> = chats.iter().map(|(file, _)| file.clone()).collect();
        self.attached.extend(chats.into_iter().map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        chat.hold(text.len());
        if raw.cut {
            chat.doubt(WarningKind::MessageTooLong, raw.line);
        }
        let quoted = if quoted.iter().any(thread::Mail::has_words) { quoted } else { Vec::new() };
        let (speaker, at) = (sender(chat, mail, raw.line), moment(chat, mail, raw.line));
        let (parts, line, offset) = (parts(mail, words, &files), raw.line, offset(mail));
        let room = chat.room(self.name, line);
        self.sent.push(Sent { key, line, speaker, at, offset, parts, quoted });
        room
    }

    /// The thread of a mail: that of one which it answers, or of the same subject among the same people, or a new one.
    fn key(&mut self, mail: &Message<'_>) -> String {
        let answered = texts(mail.in_reply_to()).into_iter().chain(texts(mail.references()));
        let answered: Vec<String> = answered.map(|id| format!("<{id}>")).collect();
        let subject = mail.thread_name().map(str::trim).filter(|s| !s.is_empty());
        // Strangers may write of the same thing.
        let subject = subject.map(|s| format!("{}\n{}", s.to_lowercase(), people(mail)));
        let own = mail.message_id().map(|id| format!("<{id}>"));
        // A box may have the answer first.
        let known = own.iter().chain(&answered).find_map(|id| self.keys.get(id)).cloned();
        let known = known.or_else(|| self.keys.get(subject.as_ref()?).cloned());
        let key = known.unwrap_or_else(|| self.count.to_string());
        for name in answered.into_iter().chain(own).chain(subject) {
            self.keys.entry(name).or_insert_with(|| key.clone());
        }
        key
    }
}

/// The addresses of everybody who wrote or was written to.
fn people(mail: &Message<'_>) -> String {
    let sides = [mail.from(), mail.to(), mail.cc()].into_iter().flatten();
    let people: BTreeSet<String> =
        sides.flat_map(Address::iter).filter_map(|a| a.address()).map(str::to_lowercase).collect();
    people.into_iter().collect::<Vec<_>>().join(" ")
}

fn texts(value: &HeaderValue<'_>) -> Vec<String> {
    value.as_text_list().into_iter().flatten().map(|text| text.to_string()).collect()
}

/// The texts attached to a mail that are exports of chats.
fn chats(mail: &Message<'_>, sink: &Sink<'_>) -> Vec<(String, Vec<u8>)> {
    let is_text = |name: &str| [".txt", ".csv", ".json"].iter().any(|end| name.to_lowercase().ends_with(end));
    let files = mail.attachments().filter_map(|part| Some((part.attachment_name()?, part.contents())));
    let chats = files.filter(|(name, bytes)| is_text(name) && is_chat(name, bytes, sink));
    chats.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect()
}

/// Whether a text within a mail is the export of a chat, which was to be handed on.
fn is_chat(name: &str, bytes: &[u8], sink: &Sink<'_>) -> bool {
    let sample = Sample::new(name, bytes[..bytes.len().min(SAMPLE)].to_vec());
    let plain = Options { limits: sink.options().limits, ..Options::default() };
    let format = detect::choose(&sample, sink.depth() + 1, &plain);
    format.is_ok_and(|format| !matches!(format.name(), "paste" | "mail"))
}

/// When a mail was sent, by its head.
fn moment(chat: &mut Chat, mail: &Message<'_>, line: u64) -> Option<Timestamp> {
    let when = mail.date().filter(|date| date.is_valid());
    let when = when.and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    if when.is_none() {
        chat.doubt(WarningKind::InvalidTime, line);
    }
    when
}

/// How far the clocks of the sender are ahead of UTC, by the head of the mail.
fn offset(mail: &Message<'_>) -> Option<Offset> {
    let date = mail.date()?;
    let seconds = i32::from(date.tz_hour) * 3600 + i32::from(date.tz_minute) * 60;
    Offset::from_seconds(if date.tz_before_gmt { -seconds } else { seconds }).ok()
}

/// Who sent a mail.
fn sender(chat: &mut Chat, mail: &Message<'_>, line: u64) -> String {
    let sender = mail.from().or(mail.sender()).and_then(Address::first);
    let address = sender.and_then(|s| s.address()).map(str::to_lowercase);
    let name = sender.and_then(|s| s.name().or(s.address())).map(str::trim).filter(|name| !name.is_empty());
    match (name, address) {
        (Some(name), Some(address)) => chat.person(&address, name),
        (Some(name), None) => name.to_owned(),
        (None, _) => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            UNKNOWN.to_owned()
        }
    }
}

/// What one mail with these `words` of its sender consists of. Of what is attached, `chats` are read by themselves.
fn parts(mail: &Message<'_>, words: String, chats: &[String]) -> Vec<(Kind, String)> {
    let files = mail.attachments().filter_map(|part| part.attachment_name());
    let files = files.filter(|file| !chats.iter().any(|chat| chat == file));
    let mut parts: Vec<(Kind, String)> = files.map(|file| (Kind::Media, file.to_owned())).collect();
    if parts.is_empty() || !words.is_empty() {
        parts.push((Kind::Message, words));
    }
    parts
}

#[cfg(test)]
mod tests;
