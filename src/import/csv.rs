//! Tables with one message a row: comma, semicolon, tab or bar between the fields, with or without a first line of
//! column names.
//!
//! The table is read twice: once to see where each conversation ends and how its dates are written, once to read it.
//! So rows of a conversation need not stand together, and still only conversations that are open are held.

mod imazing;
pub(super) mod layout;
pub(super) mod records;

use std::collections::HashMap;
use std::io::BufRead;

use ::csv::StringRecord;

use super::chat::{Chat, When};
use super::error::ImportError;
use super::jsonl::told_kind;
use super::order::{Evidence, Verdict};
use super::source::{Sample, Source};
use super::warning::WarningKind;
use super::{Flow, Format, Sink, UNKNOWN, parts, times};
use crate::transcript::Kind;
use imazing::{Direction, IMazing};
use layout::Layout;
use records::Records;

/// The format.
pub struct Table;

impl Format for Table {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if super::detect::is_structured(sample.text()) {
            return 0.0;
        }
        Layout::guess(sample).map_or(0.0, |(_, sure)| sure)
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let layout = match &sink.options().columns {
            Some(columns) => Layout::asked(source.sample(), columns)?,
            None => Layout::guess(source.sample()).map(|(layout, _)| layout).ok_or_else(|| {
                let columns = Layout::width_of(source.sample());
                ImportError::NoSuchColumn { name: name.clone(), column: "text".to_owned(), columns }
            })?,
        };
        let replay = source.replay()?;
        let limit = sink.options().limits.record;
        read_table(&name, &layout, sink, &|counts| {
            Ok(Box::new(TextRows::new(&name, replay.text(counts)?, &layout, limit)))
        })
    }
}

/// Where rows come from.
pub(super) trait Rows {
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
pub(super) fn read_table<'t>(
    name: &str,
    layout: &Layout,
    sink: &mut Sink<'_>,
    open: &dyn Fn(bool) -> Result<Box<dyn Rows + 't>, ImportError>,
) -> Result<(), ImportError> {
    let survey = Survey::of(layout, open(false)?, sink);
    let mut reading = Reading { name, layout, survey, open: HashMap::new(), sink };
    let result = open(true).and_then(|rows| reading.read(rows));
    reading.close(&result);
    result
}

/// What the first look at a table finds.
struct Survey {
    /// The last row of each conversation.
    last: HashMap<String, u64>,
    verdict: Verdict,
}

impl Survey {
    fn of(layout: &Layout, mut rows: Box<dyn Rows + '_>, sink: &Sink<'_>) -> Self {
        let (mut last, mut evidence) = (HashMap::<String, u64>::new(), Evidence::default());
        // A broken end is met again, and told, by the second reading.
        while let Ok(Some((number, line, _, row))) = rows.next_row() {
            if layout.header && number == 1 {
                continue;
            }
            if let Some(When::Written(stamp)) = times::read(&layout.time(row)) {
                evidence.add(&stamp, line);
            }
            match last.get_mut(layout.conversation(row)) {
                Some(at) => *at = number,
                None => _ = last.insert(layout.conversation(row).to_owned(), number),
            }
        }
        Self { last, verdict: evidence.verdict(sink.options().date_order) }
    }
}

/// The second reading.
struct Reading<'r, 's, 'a> {
    name: &'r str,
    layout: &'r Layout,
    survey: Survey,
    /// By conversation: its first row, and what was read of it.
    open: HashMap<String, (u64, Chat)>,
    sink: &'s mut Sink<'a>,
}

impl Reading<'_, '_, '_> {
    fn read(&mut self, mut rows: Box<dyn Rows + '_>) -> Result<(), ImportError> {
        while let Some((number, line, unclosed, row)) = rows.next_row()? {
            self.sink.count_lines(1);
            if unclosed {
                self.sink.doubt(WarningKind::UnclosedQuote, line);
            }
            if self.layout.header && number == 1 {
                self.sink.count_heading();
            } else if self.take(number, line, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, number: u64, line: u64, row: &StringRecord) -> Result<Flow, ImportError> {
        let conversation = self.layout.conversation(row);
        if !self.open.contains_key(conversation) {
            let mut chat = self.sink.chat(self.id(conversation));
            chat.set_verdict(self.survey.verdict);
            self.open.insert(conversation.to_owned(), (number, chat));
        }
        let Some((_, chat)) = self.open.get_mut(conversation) else { return Ok(Flow::Continue(())) };
        let me = || parts::me(self.sink.options());
        say(chat, self.layout, line, row, &me);
        chat.room(self.name, line)?;
        if self.survey.last.get(conversation) != Some(&number) {
            return Ok(Flow::Continue(()));
        }
        let done = self.open.remove(conversation);
        Ok(done.map_or(Flow::Continue(()), |(_, chat)| self.sink.emit(chat)))
    }

    /// What a broken end left open was understood up to there.
    fn close(self, result: &Result<(), ImportError>) {
        let mut open: Vec<(u64, Chat)> = self.open.into_values().collect();
        open.sort_by_key(|(first, _)| *first);
        for (_, mut chat) in open {
            chat.close(result, 0);
            if self.sink.is_stopped() || self.sink.emit(chat).is_break() {
                break;
            }
        }
    }

    fn id(&self, conversation: &str) -> String {
        if self.layout.own && !conversation.is_empty() {
            return conversation.to_owned();
        }
        if conversation.is_empty() { self.name.to_owned() } else { format!("{}#{conversation}", self.name) }
    }
}

/// Put one row into its conversation; `me` is the name of the owner.
fn say(chat: &mut Chat, layout: &Layout, line: u64, row: &StringRecord, me: &dyn Fn() -> String) {
    if row.iter().all(|field| field.trim().is_empty()) {
        return chat.blank();
    }
    let Some(text) = layout.text(row) else { return chat.reject(WarningKind::RaggedRow, line) };
    if row.len() != layout.width {
        chat.doubt(WarningKind::RaggedRow, line);
    }
    let when = times::read(&layout.time(row)).unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    });
    if let Some(imazing) = &layout.imazing {
        return say_imazing(chat, layout, imazing, row, (when, line), me);
    }
    let (kind, text) = told_kind(layout.kind(row), &text);
    let line = layout.line(row).unwrap_or(line);
    if kind == Kind::System {
        return chat.note(when, text, line);
    }
    let speaker = layout.speaker(row).unwrap_or_else(|| unknown(chat, line));
    chat.say(speaker, when, kind, text, line);
}

/// The same for a row of iMazing, at this time and line.
fn say_imazing(
    chat: &mut Chat,
    layout: &Layout,
    imazing: &IMazing,
    row: &StringRecord,
    (when, line): (When, u64),
    me: &dyn Fn() -> String,
) {
    let text = layout.text(row).unwrap_or_default();
    let named = layout.speaker(row);
    let speaker = match imazing.direction(row) {
        Direction::Notification => return chat.note(when, &text, line),
        Direction::Outgoing => {
            let name = named.map_or_else(me, str::to_owned);
            chat.set_owner(&name);
            name
        }
        Direction::Incoming => {
            named.or_else(|| imazing.sender(row)).unwrap_or_else(|| unknown(chat, line)).to_owned()
        }
    };
    let file = imazing.file(row).map(|name| (Kind::Media, name));
    let words = Some((Kind::Message, text.as_ref())).filter(|(_, t)| !t.trim().is_empty() || file.is_none());
    let sent: Vec<_> = file.into_iter().chain(words).collect();
    parts::say_all(chat, &speaker, when, &sent, line);
}

fn unknown(chat: &mut Chat, line: u64) -> &'static str {
    chat.doubt(WarningKind::UnknownSpeaker, line);
    UNKNOWN
}

#[cfg(test)]
mod tests {
    use super::super::{Columns, Counts, Imported, Options, read_text};
    use super::*;
    use crate::transcript::Time;
    use proptest::prelude::*;

    fn import_with(text: &str, options: Options) -> Result<(Vec<Imported>, Counts), ImportError> {
        let mut found = Vec::new();
        let counts = read_text("t.csv", text.as_bytes(), &options, &mut |imported| {
            found.push(imported);
            Flow::Continue(())
        })?;
        assert_eq!(counts.lines, counts.accounted());
        Ok((found, counts))
    }

    fn import(text: &str) -> (Vec<Imported>, Counts) {
        import_with(text, Options::default()).unwrap()
    }

    #[test]
    fn rows_of_a_conversation_need_not_stand_together() {
        let (found, counts) = import(
            "Chat,From,Sent,Message\nx,Ana,2024-05-01 18:02,hi\ny,Cy,2024-05-01 18:03,\"two\nlines, quoted\"\n\
             x,Ben,2024-05-01 18:04,\"say \"\"hi\"\"\"\n",
        );
        let ids: Vec<&str> = found.iter().map(|c| c.transcript.id.as_str()).collect();
        assert_eq!(ids, ["t.csv#y", "t.csv#x"]);
        assert_eq!(found[0].transcript.messages[0].text.reveal(), "two\nlines, quoted");
        let last = &found[1].transcript.messages[1];
        assert_eq!((last.text.reveal(), last.origin.line), ("say \"hi\"", 5));
        assert_eq!(last.time, Time::parse("2024-05-01T18:04"));
        assert_eq!((counts.messages, counts.headings), (3, 1));
    }

    #[test]
    fn the_order_of_dates_is_one_for_the_table() {
        let (found, _) = import("chat;date;time;user;text\na;1.2.24;10:00;Ana;hi\nb;13.2.24;10:00;Ben;hey\n");
        assert_eq!(found[0].transcript.messages[0].time, Time::parse("2024-02-01T10:00"));
        let (found, _) = import("chat,date,user,text\na,1/2/24 10:00,Ana,hi\n");
        assert!(matches!(found[0].warnings[0].kind, WarningKind::AmbiguousDateOrder(_)));
    }

    #[test]
    fn no_column_names() {
        let (found, _) = import("Ana,hi\nBen,hello there\nAna,\"how are you, Ben\"\n");
        assert_eq!((found[0].transcript.speakers.len(), found[0].transcript.messages.len()), (2, 3));
        let (found, _) = import("10:01\tAna\thi\n10:02\tBen\thello there\n10:03\tAna\tok\n");
        assert_eq!(found[0].transcript.messages[0].time, Time::parse("10:01"));
    }

    #[test]
    fn ragged_rows_keep_their_words() {
        let (found, counts) = import("speaker,text\nAna,hi, Ben\nBen\n\nAna,ok\n");
        assert_eq!(found[0].transcript.messages[0].text.reveal(), "hi, Ben");
        assert_eq!((counts.messages, counts.warned), (2, 1));
        assert_eq!((found[0].warnings[0].kind, found[0].warnings[0].count), (WarningKind::RaggedRow, 2));
    }

    #[test]
    fn an_open_quote_and_a_wide_table_lose_nothing() {
        let (found, counts) = import("speaker,text\nAna,\"hi\nBen,hey\nAna,\"a, b\"\n");
        let texts: Vec<&str> = found[0].transcript.messages.iter().map(|m| m.text.reveal()).collect();
        assert_eq!(texts, ["\"hi", "hey", "a, b"]);
        assert_eq!(counts.warnings[0].kind, WarningKind::UnclosedQuote);
        let (found, _) = import(
            "7,2024-05-01 18:02,c1,Ana,hi there how are you\n8,2024-05-01 18:03,c1,Ben,fine thanks and you\n\
             9,2024-05-01 18:04,c1,Ana,good good, really\n"
                .replace("good, really", "good really")
                .as_str(),
        );
        assert_eq!((found[0].transcript.id.as_str(), found[0].transcript.speakers.len()), ("t.csv#c1", 2));
        assert_eq!(found[0].transcript.messages[2].text.reveal(), "good good really");
    }

    #[test]
    fn columns_by_name_and_number() {
        let columns = |speaker: &str, text: &str| {
            let some = |s: &str| Some(s.to_owned());
            let columns = Columns { speaker: some(speaker), text: some(text), ..Columns::default() };
            Options { columns: Some(columns), ..Options::default() }
        };
        let table = "k,wer,was\n1,Ana,hi\n2,Ben,hey\n";
        let (found, _) = import_with(table, columns("wer", "was")).unwrap();
        assert_eq!(found[0].transcript.messages.len(), 2);
        let (found, _) = import_with(table, columns("2", "3")).unwrap();
        assert_eq!(found[0].transcript.messages.len(), 3);
        let error = import_with(table, columns("who", "was")).unwrap_err();
        assert!(matches!(error, ImportError::NoSuchColumn { columns: 3, .. }), "{error}");
    }

    #[test]
    fn imazings_tables_tell_whose_they_are() {
        let (found, _) = import(
            "Chat Session,Message Date,Delivered Date,Service,Type,Sender ID,Sender Name,Status,Text,Attachment\n\
             Ida,2024-03-04 16:01:05,,SMS,Incoming,+15550100,Ida,Read,hello,\n\
             Ida,2024-03-04 16:02:05,2024-03-04 16:02:06,SMS,Outgoing,,,Sent,hi,cat.jpg\n\
             Max,2024-03-04 16:03:05,,SMS,Incoming,+15550101,,Read,,a.png\n\
             Max,2024-03-04 16:04:05,,SMS,Notification,,,,You left,\n",
        );
        let shown = |c: &Imported| {
            let t = &c.transcript;
            let name = |m: &crate::transcript::Message| {
                m.speaker.map_or("*", |s| t.speakers[s].name.as_str()).to_owned()
            };
            t.messages.iter().map(|m| format!("{}: {}", name(m), m.text.reveal())).collect::<Vec<_>>()
        };
        assert_eq!(shown(&found[0]), ["Ida: hello", "Me: cat.jpg", "Me: hi"]);
        assert_eq!(found[0].transcript.speakers[1].role, crate::transcript::Role::Me);
        assert_eq!(found[0].transcript.messages[0].time, Time::parse("2024-03-04T16:01:05"));
        assert_eq!(shown(&found[1]), ["+15550101: a.png", "*: You left"]);
    }

    #[test]
    fn channels_stand_apart() {
        let (found, _) = import(
            "channel_url,username,created_at,message\nc1,Ida,2024-03-04 16:01:05.0 UTC,hi\nc2,Max,,yo\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].transcript.messages[0].time, Time::parse("2024-03-04T16:01:05Z"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_row_is_accounted_for(rows in proptest::collection::vec("[ab\",\n ]{0,12}", 0..20)) {
            let _ = import_with(&format!("chat,user,text\nx,Ana,hi\n{}", rows.join("\n")), Options::default());
        }
    }
}
