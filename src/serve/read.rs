//! The two things the page asks for: how a conversation was read, and the report on it.

use std::ops::ControlFlow;

use serde::Serialize;

use super::answer::Refusal;
use super::ask::Ask;
use crate::assessment::Caveat;
use crate::import::{self, Imported, WarningKind};
use crate::models::Model;
use crate::reading;
use crate::report::{self, Conversation, Line, View};

/// Conversations of one file that are listed; all are counted.
const LISTED: usize = 500;
/// Speakers that can be corrected; all are counted.
const SPEAKERS: usize = 100;
/// First messages that are shown as read, and how much of each.
const FIRST: usize = 12;
const FIRST_CHARS: usize = 300;
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
    /// Who writes in it, as the export has it: without corrections, so that they can be changed.
    speakers: Vec<Voice>,
    /// How many there are.
    all_speakers: usize,
    /// Whether the order of day and month is open or was settled by the reader.
    date_order_open: bool,
    /// Whether nobody is named, so that turns were assumed, or the reader has settled that.
    unnamed: bool,
    /// What the reading was unsure of.
    warnings: Vec<String>,
    /// The first messages, with all corrections.
    first: Vec<Line>,
    /// How many follow.
    more: usize,
}

#[derive(Serialize)]
struct Listed {
    id: String,
    messages: usize,
}

#[derive(Serialize)]
struct Voice {
    is: String,
    messages: usize,
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
        let result = import::read_text(&ask.said.name(), &ask.bytes[..], &ask.said.options(), &mut each);
        let doubts = match result {
            Ok(counts) => counts.warnings.iter().map(reading::note).collect(),
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
    let speakers = voices(&imported);
    let all_speakers = imported.transcript.speakers.len();
    reading::correct(&mut imported.transcript, &ask.said.corrections());
    let has = |is: fn(WarningKind) -> bool| imported.warnings.iter().any(|w| is(w.kind));
    let open = has(|kind| matches!(kind, WarningKind::AmbiguousDateOrder(_)));
    let turns = has(|kind| kind == WarningKind::AlternatingSpeakers);
    let own = imported.warnings.iter().map(reading::note);
    let transcript = &imported.transcript;
    let entries = transcript.messages.len();
    Ok(Reading {
        format: imported.format,
        chats,
        all_chats,
        chat: ask.said.chat,
        extent: report::extent(transcript),
        speakers,
        all_speakers,
        date_order_open: ask.said.settles_dates() || open,
        unnamed: ask.said.settles_turns() || turns,
        warnings: own.chain(doubts).map(|note| note.text).collect(),
        first: (0..entries.min(FIRST)).map(|at| Line::of(transcript, at, FIRST_CHARS)).collect(),
        more: entries.saturating_sub(FIRST),
    })
}

/// Speakers with how much each wrote, the first to write first.
fn voices(imported: &Imported) -> Vec<Voice> {
    let transcript = &imported.transcript;
    let mut counts = vec![0; transcript.speakers.len()];
    transcript.spoken().filter_map(|(_, m)| m.speaker).for_each(|s| counts[s] += 1);
    let all = transcript.speakers.iter().zip(counts);
    all.take(SPEAKERS).map(|(s, messages)| Voice { is: s.name.clone(), messages }).collect()
}

/// The report on the conversation.
pub fn check(model: &Model, ask: &Ask) -> Result<Checked, Refusal> {
    let Found { mut imported, doubts, .. } = Found::new(ask)?;
    let entries = imported.transcript.messages.len();
    if entries > MOST {
        let error = format!("This conversation has {entries} messages; the page checks up to {MOST}.");
        return Err(Refusal::unreadable(error, "Use `rushlight check FILE`, which has no such limit."));
    }
    reading::correct(&mut imported.transcript, &ask.said.corrections());
    // The chain of causes is ours, yet nobody has promised that it holds no words.
    let assessment = reading::assess(model, &imported, &doubts).map_err(|_| Refusal::broken())?;
    let view = View::new(&assessment, &imported.transcript, &model.card.bands.name);
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
