//! What mails quote, put before them: each quoted mail at its own time, as the line above it tells, or else right before the
//! mail that quotes it.

use std::collections::HashSet;

use jiff::tz::Offset;
use jiff::{Timestamp, civil};

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::parts::say_all;
use crate::import::paste::mail::thread;
use crate::import::time::dates::{DateOrder, Stamp};
use crate::import::warning::WarningKind;
use crate::import::{Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

use super::Threads;

/// A mail, to be said when all are known.
pub struct Sent {
    /// The thread in which it stands.
    pub key: String,
    pub line: u64,
    pub speaker: String,
    pub at: Option<Timestamp>,
    /// How far the clocks of its sender are ahead of UTC.
    pub offset: Option<Offset>,
    /// What was attached and said.
    pub parts: Vec<(Kind, String)>,
    /// What it quotes or passes on, as it stands in it.
    pub quoted: Vec<thread::Mail>,
}

/// Something to be said at its place in time.
struct Entry {
    /// When it was sent, or what quotes it, for want of better.
    place: Option<Timestamp>,
    when: When,
    speaker: String,
    parts: Vec<(Kind, String)>,
    line: u64,
    /// Whether it is a mail of its own.
    own: bool,
}

/// Lines that somebody wrote, with their thread.
pub type Lines = HashSet<(String, String)>;

/// Say all mails, each behind what it quotes as far as that stands in no mail of its thread; `said` is what these say.
pub fn say(mails: Vec<Sent>, said: &mut Lines, threads: &mut Threads, sink: &Sink<'_>, name: &str) {
    let mut entries: Vec<(String, Vec<Entry>)> = Vec::new();
    for mail in mails {
        let chat = threads.get(&mail.key, || sink.chat(name));
        let found = with_quotes(mail.key.clone(), mail, said, chat);
        match entries.iter_mut().find(|(key, _)| *key == found.0) {
            Some((_, all)) => all.extend(found.1),
            None => entries.push(found),
        }
    }
    for (key, mut entries) in entries {
        if entries.iter().all(|e| e.place.is_some()) {
            entries.sort_by_key(|e| e.place);
        }
        let chat = threads.get(&key, || sink.chat(name));
        for Entry { when, speaker, parts, line, own, .. } in entries {
            match own {
                true => say_all(chat, &speaker, when, &parts, line),
                false => {
                    parts.iter().for_each(|(kind, text)| chat.say_more(&speaker, when, *kind, text, line))
                }
            }
        }
    }
}

/// A mail behind what it quotes that nobody said in a mail of the thread.
fn with_quotes(key: String, mail: Sent, said: &mut Lines, chat: &mut Chat) -> (String, Vec<Entry>) {
    let new = |quoted: &thread::Mail| -> Vec<String> {
        let lines = quoted.lines.iter().map(|l| l.text.trim_end()).filter(|l| !l.is_empty());
        lines.filter(|l| !said.contains(&(key.clone(), l.trim().to_owned()))).map(str::to_owned).collect()
    };
    let new: Vec<Vec<String>> = mail.quoted.iter().map(new).collect();
    if !mail.quoted.is_empty() && new.iter().all(Vec::is_empty) {
        chat.doubt(WarningKind::QuotedMail, mail.line);
    }
    let mut entries = Vec::new();
    let mut place = mail.at;
    for (quoted, lines) in mail.quoted.iter().zip(&new) {
        let own = mail.at.and_then(|until| sent(quoted, mail.offset, until));
        place = own.or(place);
        if lines.is_empty() {
            continue;
        }
        let speaker = person(chat, quoted).unwrap_or_else(|| {
            chat.doubt(WarningKind::UnknownSpeaker, mail.line);
            UNKNOWN.to_owned()
        });
        let parts = vec![(Kind::Message, lines.join("\n"))];
        let when = own.map(Time::Instant).into();
        entries.push(Entry { place, when, speaker, parts, line: mail.line, own: false });
    }
    said.extend(new.into_iter().flatten().map(|l| (key.clone(), l.trim().to_owned())));
    // What stands further down was written before.
    entries.reverse();
    let when = mail.at.map(Time::Instant).into();
    let Sent { speaker, parts, line, .. } = mail;
    entries.push(Entry { place: mail.at, when, speaker, parts, line, own: true });
    (key, entries)
}

/// Who speaks in a quoted mail, by what stands in its head.
fn person(chat: &mut Chat, mail: &thread::Mail) -> Option<String> {
    let name = mail.writer.as_deref()?;
    let id = mail.address.as_deref().map_or(name.to_lowercase(), str::to_owned);
    Some(chat.person(&id, name))
}

/// When a quoted mail was sent, which was not after `until`. Where its head tells no zone, the program of whoever quotes it
/// wrote that head, by clocks that are `offset` ahead of UTC; of several orders of the date the one that comes nearest.
fn sent(mail: &thread::Mail, offset: Option<Offset>, until: Timestamp) -> Option<Timestamp> {
    let walls: Vec<civil::DateTime> = match mail.when {
        When::Known(Time::Local(wall)) => vec![wall],
        When::Written(stamp) => walls(&stamp),
        _ => return None,
    };
    let offset = mail.offset.or(offset)?;
    walls.into_iter().filter_map(|wall| offset.to_timestamp(wall).ok()).filter(|at| *at <= until).max()
}

fn walls(stamp: &Stamp) -> Vec<civil::DateTime> {
    if stamp.date.is_none_or(|date| date.is_yearless()) {
        return Vec::new();
    }
    let orders = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];
    orders.into_iter().filter_map(|order| stamp.local(order)).collect()
}
