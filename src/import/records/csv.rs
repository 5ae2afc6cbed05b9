//! Tables with one message a row: comma, semicolon, tab or bar between the fields, with or without a first line of
//! column names. Which column is what shows in its name, in any of a dozen languages, and in what it holds; where that
//! leaves it open the table is refused, for a date that is taken for a person is worse than no report.
//!
//! The table is read twice: once to see where each conversation ends and how its dates are written, once to read it.
//! So rows of a conversation need not stand together, and still only conversations that are open are held.

pub(in crate::import) mod composed;
mod content;
mod copies;
mod direction;
mod entities;
pub(in crate::import) mod headings;
pub(in crate::import) mod held;
mod holds;
pub(in crate::import) mod layout;
mod people;
pub(in crate::import) mod records;
pub(in crate::import) mod roster;
pub(in crate::import) mod transcripts;
mod when;

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use ::csv::StringRecord;

use super::beside;
use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::chronology::Runs;
use crate::import::chats::parts;
use crate::import::chats::placeholders::told_kind;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::time::order::{Evidence, Verdict};
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink, UNKNOWN};
use crate::transcript::Kind;
use copies::Copies;
use direction::Way;
use entities::Entities;
use layout::Layout;
use people::WeChat;
use records::Records;
use roster::Roster;
use transcripts::Transcripts;

/// How sure it is of a table of which only the user can say which column is what; surer than a paste could be.
const REFUSED: f32 = 0.55;

/// The same of one with a transcript in each row.
const TRANSCRIPTS: f32 = 0.88;

/// The format.
pub struct Table;

impl Format for Table {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if crate::import::detect::is_structured(sample.text()) {
            return 0.0;
        }
        if Transcripts::of_sample(sample, None).is_some() {
            return TRANSCRIPTS;
        }
        let refused = || if Layout::is_table(sample) { REFUSED } else { 0.0 };
        Layout::guess(sample).map_or_else(refused, |(_, sure)| sure)
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        read_source(source, sink, &Roster::default())
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        beside::bundles(entries)
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        beside::read(bundle, files, sink)
    }
}

/// Read a table in which people go by the numbers of `roster`.
pub(in crate::import) fn read_source(
    source: Source<'_>,
    sink: &mut Sink<'_>,
    roster: &Roster,
) -> Result<(), ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    if let Some((layout, talks)) = Transcripts::of_sample(source.sample(), sink.options().columns.as_ref()) {
        let replay = source.replay()?;
        return talks.read(&name, Box::new(TextRows::new(&name, replay.text(true)?, &layout, limit)), sink);
    }
    let layout = match &sink.options().columns {
        Some(columns) => Layout::asked(source.sample(), columns)?,
        None => Layout::guess(source.sample()).map(|(layout, _)| layout).ok_or_else(|| {
            let columns = Layout::width_of(source.sample());
            ImportError::NoSuchColumn { name: name.clone(), column: "text".to_owned(), columns }
        })?,
    };
    let replay = source.replay()?;
    read_table(&name, &layout, sink, &|counts| {
        let rows = Box::new(TextRows::new(&name, replay.text(counts)?, &layout, limit));
        Ok(roster.named(rows, layout.people.columns()))
    })
}

/// Where rows come from.
pub(in crate::import) trait Rows {
    /// The next row, with its number from 1, its line, and whether it had to be read to the letter.
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError>;
}

/// The rows of a text.
struct TextRows<R> {
    records: Records<R>,
    record: StringRecord,
    number: u64,
    name: String,
}

impl<R: BufRead> TextRows<R> {
    fn new(name: &str, text: R, layout: &Layout, limit: usize) -> Self {
        let records = Records::new(text, layout.delimiter, layout.eol, layout.own, limit);
        let records = records.escaped(layout.escaped);
        Self { records, record: StringRecord::new(), number: 0, name: name.to_owned() }
    }
}

impl<R: BufRead> Rows for TextRows<R> {
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError> {
        let place = self.records.read(&mut self.record).map_err(|e| ImportError::io(&self.name, e))?;
        self.number += 1;
        Ok(place.map(|p| (self.number, p.line, p.unclosed, &self.record)))
    }
}

/// Read a table that `open` opens, twice.
pub(in crate::import) fn read_table<'t>(
    name: &str,
    layout: &Layout,
    sink: &mut Sink<'_>,
    open: &dyn Fn(bool) -> Result<Box<dyn Rows + 't>, ImportError>,
) -> Result<(), ImportError> {
    let survey = Survey::of(layout, open(false)?, sink);
    let mut reading = Reading { name, layout, survey, open: HashMap::new(), day: String::new(), sink };
    let result = open(true).and_then(|rows| reading.read(rows));
    reading.close(&result);
    result
}

/// What the first look at a table finds.
struct Survey {
    /// The last row of each conversation.
    last: HashMap<String, u64>,
    /// The first row of what stands below the table, and the conversation of the last message.
    below: Option<(u64, String)>,
    /// The rows that name the columns, as they come again where pages were put together.
    names: Vec<StringRecord>,
    /// Whether they do.
    paged: bool,
    /// After how many steps back in time a conversation is turned round.
    steps: u64,
    /// The rows of messages that stand there again further down.
    earlier: HashSet<u64>,
    /// Whether signs in texts are written as entities.
    entities: bool,
    verdict: Verdict,
}

impl Survey {
    fn of(layout: &Layout, mut rows: Box<dyn Rows + '_>, sink: &Sink<'_>) -> Self {
        let (mut last, mut evidence) = (HashMap::<String, u64>::new(), Evidence::default());
        let (mut day, mut latest, mut below) = (String::new(), String::new(), Vec::<(u64, String)>::new());
        let (mut all, mut timed) = (0, 0);
        let (mut copies, mut names, mut paged) = (Copies::default(), Vec::new(), false);
        let (mut entities, mut runs) = (Entities::default(), Runs::default());
        // A broken end is met again, and told, by the second reading.
        while let Ok(Some((number, line, _, row))) = rows.next_row() {
            if number <= layout.headings {
                names.push(row.clone());
                continue;
            }
            if is_among(&names, row) {
                paged = true;
                continue;
            }
            copies.see(layout, number, row);
            layout.text(row).iter().for_each(|text| entities.see(text));
            let when = layout.time(row, &mut day).0;
            if let Some(When::Written(stamp)) = when {
                evidence.add(&stamp, line);
            }
            all += u64::from(row.iter().any(|field| !field.trim().is_empty()));
            if when.is_none_or(|when| when == When::Unknown) && timed > 0 && layout.is_below(row) {
                below.push((number, layout.conversation(row).into_owned()));
                continue;
            }
            let conversation = layout.conversation(row);
            if !when.is_none_or(|when| when == When::Unknown) {
                timed += 1;
                if let Some(When::Known(time)) = when {
                    runs.see(&conversation, time);
                }
                below.drain(..).for_each(|(number, conversation)| _ = last.insert(conversation, number));
                if timed == 1 || *conversation != *latest {
                    latest = conversation.clone().into_owned();
                }
            }
            match last.get_mut(conversation.as_ref()) {
                Some(at) => *at = number,
                None => _ = last.insert(conversation.into_owned(), number),
            }
        }
        // Where times are missing all along, rows without them are messages.
        let usual = timed * 3 >= (all - below.len() as u64) * 2;
        let below = match below.first().filter(|_| usual) {
            Some((first, _)) => {
                let end = below.last().map_or(0, |(number, _)| *number);
                last.entry(latest.clone()).and_modify(|at| *at = end.max(*at));
                Some((*first, latest))
            }
            None => {
                below.into_iter().for_each(|(number, conversation)| _ = last.insert(conversation, number));
                None
            }
        };
        let verdict = evidence.verdict(sink.options().date_order);
        let entities = entities.throughout() && !layout.own;
        let earlier = copies.earlier();
        let steps = if layout.newest_first { 1 } else { runs.steps() };
        Self { last, below, names, paged, steps, earlier, entities, verdict }
    }
}

/// Whether `row`, in which more than one field has something, is one of those that name the columns.
fn is_among(names: &[StringRecord], row: &StringRecord) -> bool {
    let filled = || row.iter().filter(|field| !field.trim().is_empty()).count();
    names.iter().any(|name| name.iter().map(str::trim).eq(row.iter().map(str::trim))) && filled() > 1
}

/// The second reading.
struct Reading<'r, 's, 'a> {
    name: &'r str,
    layout: &'r Layout,
    survey: Survey,
    /// By conversation: its first row, and what was read of it.
    open: HashMap<String, (u64, Chat)>,
    /// The day that was written last.
    day: String,
    sink: &'s mut Sink<'a>,
}

impl Reading<'_, '_, '_> {
    fn read(&mut self, mut rows: Box<dyn Rows + '_>) -> Result<(), ImportError> {
        while let Some((number, line, unclosed, row)) = rows.next_row()? {
            self.sink.count_lines(1);
            if unclosed {
                self.sink.doubt(WarningKind::UnclosedQuote, line);
            }
            if number <= self.layout.headings || is_among(&self.survey.names, row) {
                self.sink.count_heading();
            } else if self.take(number, line, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, number: u64, line: u64, row: &StringRecord) -> Result<Flow, ImportError> {
        let below =
            self.survey.below.clone().filter(|(first, _)| number >= *first && self.layout.is_below(row));
        let own = self.layout.conversation(row);
        let conversation = below.as_ref().map_or(own.as_ref(), |(_, latest)| latest);
        if !self.open.contains_key(conversation) {
            let mut chat = self.sink.chat(self.id(conversation));
            chat.set_verdict(self.survey.verdict);
            if !self.layout.own {
                chat.watch_times(self.survey.steps);
            }
            if self.survey.paged {
                chat.sort_by_time();
            }
            self.open.insert(conversation.to_owned(), (number, chat));
        }
        let Some((_, chat)) = self.open.get_mut(conversation) else { return Ok(Flow::Continue(())) };
        let me = || parts::me(self.sink.options());
        if below.is_some() {
            let fields = row.iter().map(str::trim).filter(|field| !field.is_empty());
            chat.note(When::Unknown, &fields.collect::<Vec<_>>().join(" "), line);
            chat.doubt(WarningKind::LineAfterLastMessage, line);
        } else if self.survey.earlier.contains(&number) {
            chat.reject(WarningKind::DuplicateMessage, line);
        } else {
            say(chat, self.layout, line, row, &mut self.day, (&me, self.survey.entities));
        }
        chat.room(self.name, line)?;
        if self.survey.last.get(conversation) != Some(&number) {
            return Ok(Flow::Continue(()));
        }
        let done = self.open.remove(conversation);
        Ok(done.map_or(Flow::Continue(()), |(_, chat)| self.sink.emit(chat)))
    }

    /// What a broken end left open was understood up to there.
    fn close(self, result: &Result<(), ImportError>) {
        self.sink.close_all(self.open.into_values().collect(), result);
    }

    fn id(&self, conversation: &str) -> String {
        if self.layout.own && !conversation.is_empty() {
            return conversation.to_owned();
        }
        if conversation.is_empty() { self.name.to_owned() } else { format!("{}#{conversation}", self.name) }
    }
}

/// Put one row into its conversation; `me` is the name of the owner, `entities` whether signs are written so.
fn say(
    chat: &mut Chat,
    layout: &Layout,
    line: u64,
    row: &StringRecord,
    day: &mut String,
    (me, entities): (&dyn Fn() -> String, bool),
) {
    if row.iter().all(|field| field.trim().is_empty()) {
        return chat.blank();
    }
    let Some(text) = layout.text(row) else { return chat.reject(WarningKind::RaggedRow, line) };
    let text = entities::resolved(text, entities);
    if row.len() != layout.width {
        chat.doubt(WarningKind::RaggedRow, line);
    }
    let (when, carried) = layout.time(row, day);
    if carried {
        chat.doubt(WarningKind::CarriedDay, line);
    }
    let when = when.unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    });
    let (kind, text) = match layout.people.wechat(row) {
        Some(WeChat::Media) => (Kind::Media, ""),
        Some(WeChat::Notice) => (Kind::System, text.as_ref()),
        None => told_kind(layout.kind(row), &text),
    };
    let (line, way) = (layout.line(row).unwrap_or(line), layout.way(row));
    if kind == Kind::System || way == Some(Way::Notice) {
        return chat.note(when, text, line);
    }
    let speaker = match (layout.speaker(row), way) {
        (Some(name), Some(Way::Out)) => owner(chat, name.to_owned()),
        (None, Some(Way::Out)) => owner(chat, me()),
        (Some(name), _) => name.to_owned(),
        (None, _) => unknown(chat, line).to_owned(),
    };
    let file = layout.people.file(row).map(|name| (Kind::Media, name));
    let words = Some((kind, text)).filter(|(_, t)| !t.trim().is_empty() || file.is_none());
    let sent: Vec<_> = file.into_iter().chain(words).collect();
    parts::say_all(chat, &speaker, when, &sent, line);
}

/// The owner, called `name`, says the next message.
fn owner(chat: &mut Chat, name: String) -> String {
    chat.set_owner(&name);
    name
}

fn unknown(chat: &mut Chat, line: u64) -> &'static str {
    chat.doubt(WarningKind::UnknownSpeaker, line);
    UNKNOWN
}

#[cfg(test)]
mod by_hand;
#[cfg(test)]
mod tests;
