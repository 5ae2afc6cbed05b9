//! The two things the page asks for: how a conversation was read, and the report on it.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Serialize;

use super::answer::Refusal;
use super::ask::Ask;
use crate::assessment::Caveat;
use crate::import::{self, Imported, WarningKind};
use crate::models::Model;
use crate::reading::{self, Fate, Person};
use crate::report::{self, Conversation, Line, View};
use crate::transcript::Transcript;

/// Conversations of one file that are listed; all are counted.
const LISTED: usize = 500;
/// Speakers that can be corrected; all are counted.
const SPEAKERS: usize = 100;
/// Entries that are shown as read at once, and how much of each.
const SHOWN: usize = 200;
const SHOWN_CHARS: usize = 2_000;
/// Messages that are scored while somebody waits.
const MOST: usize = 50_000;

/// How a conversation was read.
#[derive(Serialize)]
pub struct Reading {
    /// The format.
    format: &'static str,
    /// The conversations of the file, as far as they are listed.
    chats: Vec<Listed>,
    /// How many there are.
    all_chats: usize,
    /// Which one this is about.
    chat: usize,
    /// Messages, people and dates of it in words, with all corrections.
    extent: String,
    /// Who writes in it, with all corrections and the names as read, by which they can be corrected again.
    speakers: Vec<Voice>,
    /// How many there are.
    all_speakers: usize,
    /// Whether the order of day and month is open or was settled by the reader.
    date_order_open: bool,
    /// Whether nobody is named, so that turns were assumed, or the reader has settled that.
    unnamed: bool,
    /// What the reading was unsure of.
    warnings: Vec<String>,
    /// What was corrected in it, in words.
    corrected: Vec<String>,
    /// Entries from the one asked for on, with all corrections; those that were left out are shown as such.
    lines: Vec<Entry>,
    /// Index of the first of them, as read, from 0.
    from: usize,
    /// How many entries there are as read.
    entries: usize,
    /// How many are shown at once.
    shown: usize,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    messages: usize,
}

/// Somebody who writes.
#[derive(Serialize)]
struct Voice {
    /// The name after corrections.
    name: String,
    /// The names as read that are taken for this person's.
    is: Vec<String>,
    /// Messages of theirs.
    messages: usize,
    /// Somebody whose name differs in letter case only.
    like: Option<String>,
    /// Whether two different roles were given, so that none was taken.
    contradicted: bool,
}

/// An entry as read, and what became of it.
#[derive(Serialize)]
struct Entry {
    /// Index as read, from 0.
    at: usize,
    /// Number in the report, from 1; none where it is no message of its own.
    number: Option<usize>,
    /// `kept`, `out`, `joined` or `name`.
    fate: &'static str,
    speaker: Option<String>,
    time: Option<String>,
    text: String,
    /// Line of the source, from 1; 0 when it has none.
    line: u64,
}

/// A report, in every form in which it may be kept.
#[derive(Serialize)]
pub struct Checked {
    /// One sentence for those who listen.
    said: String,
    /// For the page, with the conversation.
    report: String,
    /// A file of its own, without the conversation.
    html: String,
    /// The same as Markdown.
    markdown: String,
    /// The assessment: names and numbers, none of the words.
    json: String,
}

/// A file as read: the conversation asked for, and what there is besides.
struct Found {
    imported: Imported,
    chats: Vec<Listed>,
    all_chats: usize,
    /// Doubts about the file as a whole.
    doubts: Vec<Caveat>,
}

impl Found {
    fn new(ask: &Ask) -> Result<Self, Refusal> {
        let (mut chosen, mut chats, mut all_chats) = (None, Vec::new(), 0);
        let mut each = |imported: Imported| {
            if chats.len() < LISTED {
                let messages = imported.transcript.spoken().count();
                chats.push(Listed { id: report::one_line(&imported.transcript.id), messages });
            }
            if all_chats == ask.said.chat {
                chosen = Some(imported);
            }
            all_chats += 1;
            ControlFlow::Continue(())
        };
        let options = ask.said.options()?;
        let result = import::read_text(&ask.said.name(), &ask.bytes[..], &options, &mut each);
        let doubts = match result {
            Ok(counts) => {
                counts.told().map(|(kind, told)| reading::note_told(kind, &report::one_line(&told))).collect()
            }
            Err(error) if all_chats == 0 => return Err(error.into()),
            // What was understood before the fault is shown, with the fault.
            Err(error) => {
                vec![Caveat { code: "not_whole".to_owned(), text: format!("On reading: {error}.") }]
            }
        };
        let gone = || Refusal::unreadable("The file has no such conversation.", "Choose one that is listed.");
        Ok(Self { imported: chosen.ok_or_else(gone)?, chats, all_chats, doubts })
    }
}

/// How the conversation was read.
pub fn read(ask: &Ask) -> Result<Reading, Refusal> {
    let Found { mut imported, chats, all_chats, doubts } = Found::new(ask)?;
    let has = |is: fn(WarningKind) -> bool| imported.warnings.iter().any(|w| is(w.kind));
    let open = has(|kind| matches!(kind, WarningKind::AmbiguousDateOrder(_)));
    let turns = has(|kind| matches!(kind, WarningKind::AlternatingSpeakers | WarningKind::SaidToAlternate));
    let entries = imported.transcript.messages.len();
    // The last page begins where pages begin, wherever it was asked to.
    let from = ask.said.from.min(entries.saturating_sub(1)) / SHOWN * SHOWN;
    let as_read = |at| {
        let transcript = &imported.transcript;
        (Line::of(transcript, at, SHOWN_CHARS), transcript.messages[at].origin.line)
    };
    let as_read: Vec<(Line, u64)> = (from..entries.min(from + SHOWN)).map(as_read).collect();
    let corrected = reading::correct(&mut imported, &ask.said.corrections());
    let transcript = &imported.transcript;
    let own = imported.warnings.iter().map(reading::note).chain(reading::note_alike(transcript));
    Ok(Reading {
        format: imported.format,
        chats,
        all_chats,
        chat: ask.said.chat,
        extent: report::extent(transcript),
        speakers: voices(transcript, &corrected.people),
        all_speakers: transcript.speakers.len(),
        date_order_open: ask.said.settles_dates() || open,
        unnamed: ask.said.settles_turns() || turns,
        warnings: own.chain(doubts).map(|note| note.text).collect(),
        lines: as_read
            .into_iter()
            .map(|(entry, line)| became(entry, line, &corrected.fates, transcript))
            .collect(),
        corrected: corrected.notes.into_iter().map(|note| note.text).collect(),
        from,
        entries,
        shown: SHOWN,
    })
}

/// What became of an entry as read, which stands at `line` of the source.
fn became(entry: Line, line: u64, fates: &[Fate], transcript: &Transcript) -> Entry {
    let at = entry.number - 1;
    let Line { speaker, time, text, .. } = entry;
    let (fate, now) = match fates[at] {
        Fate::Kept(now) => ("kept", Some(now)),
        Fate::Out => ("out", None),
        Fate::Joined => ("joined", None),
        Fate::Name => ("name", None),
    };
    let speaker = now.map_or(speaker, |now| Line::of(transcript, now, 0).speaker);
    Entry { at, number: now.map(|now| now + 1), fate, speaker, time, text, line }
}

/// Speakers with how much each wrote, the first to write first.
fn voices(transcript: &Transcript, people: &[Person]) -> Vec<Voice> {
    let mut counts = vec![0; transcript.speakers.len()];
    transcript.spoken().filter_map(|(_, m)| m.speaker).for_each(|s| counts[s] += 1);
    let like: HashMap<usize, usize> = reading::alike(transcript).into_iter().collect();
    let name = |at: usize| transcript.speakers[at].name.clone();
    let voice = |at: usize| Voice {
        name: name(at),
        is: people[at].as_read.clone(),
        messages: counts[at],
        like: like.get(&at).map(|like| name(*like)),
        contradicted: people[at].contradicted,
    };
    (0..counts.len().min(SPEAKERS)).map(voice).collect()
}

/// The report on the conversation.
pub fn check(model: &Model, ask: &Ask) -> Result<Checked, Refusal> {
    let Found { mut imported, doubts, .. } = Found::new(ask)?;
    let corrected = reading::correct(&mut imported, &ask.said.corrections());
    let entries = imported.transcript.messages.len();
    if entries > MOST {
        let error = format!("This conversation has {entries} messages; the page checks up to {MOST}.");
        return Err(Refusal::unreadable(error, "Use `rushlight check FILE`, which has no such limit."));
    }
    let notes = [doubts, corrected.notes].concat();
    // The chain of causes is ours, yet nobody has promised that it holds no words.
    let assessment = reading::assess(model, &imported, &notes, &|_| {}).map_err(|_| Refusal::broken())?;
    let view = View::new(&assessment, &imported.transcript, &model.card.bands.name, None);
    let whole = Conversation::new(&assessment, &imported.transcript);
    Ok(Checked {
        said: said(&view),
        report: report::html(&view, Some(&whole)),
        html: format!("{}{}{}", report::html_open(), report::html(&view, None), report::HTML_CLOSE),
        markdown: report::markdown(&view),
        json: report::json(&assessment) + "\n",
    })
}

fn said(view: &View) -> String {
    let number = if view.number.is_empty() { String::new() } else { format!(", {}", view.number) };
    format!("{}{number}. {}", view.band.name(), view.advice)
}
