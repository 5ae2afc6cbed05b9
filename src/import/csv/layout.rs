//! What separates the fields of a table, whether it names its columns, and which column is what.

use std::borrow::Cow;
use std::collections::HashSet;

use ::csv::{ReaderBuilder, StringRecord};

use super::super::chat::When;
use super::super::source::Sample;
use super::super::{Columns, ImportError, times};

/// Names of columns, in lower case, letters only; the likeliest first.
const CONVERSATION: &[&str] = &[
    "conversation",
    "conversationid",
    "convid",
    "chat",
    "chatid",
    "chatname",
    "thread",
    "threadid",
    "channel",
    "channelid",
    "room",
    "roomid",
    "group",
    "groupid",
    "session",
    "sessionid",
    "dialogue",
    "dialogueid",
    "dialog",
    "dialogid",
    "case",
    "caseid",
    "ticket",
    "ticketid",
];
const SPEAKER: &[&str] = &[
    "speaker",
    "sender",
    "sendername",
    "from",
    "fromname",
    "author",
    "authorname",
    "user",
    "username",
    "name",
    "nick",
    "nickname",
    "who",
    "participant",
    "handle",
    "senderid",
    "authorid",
    "userid",
    "speakerid",
];
const TIME: &[&str] = &[
    "timestamp",
    "datetime",
    "sent",
    "sentat",
    "sentdate",
    "senttime",
    "created",
    "createdat",
    "when",
    "date",
    "time",
    "ts",
];
const TEXT: &[&str] =
    &["text", "message", "body", "content", "contents", "messagetext", "messagebody", "utterance", "msg"];

/// How a table is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// What stands between the fields.
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub header: bool,
    /// How many columns there are.
    pub width: usize,
    conversation: Option<usize>,
    speaker: Option<usize>,
    /// Date and time may stand apart.
    time: Vec<usize>,
    text: usize,
}

impl Layout {
    /// The likeliest layout and how sure that this is a table, in 0..=1.
    pub fn guess(sample: &Sample) -> Option<(Self, f32)> {
        let bonus = if ["csv", "tsv", "tab"].contains(&sample.extension().as_str()) { 0.1 } else { 0.0 };
        let tables: Vec<_> =
            b",;\t|".iter().map(|delimiter| (*delimiter, rows(sample, *delimiter))).collect();
        let named = tables.iter().filter_map(|(delimiter, rows)| Self::by_names(*delimiter, rows.first()?));
        if let Some(layout) = named.max_by_key(|layout| layout.width) {
            return Some((layout, 0.85 + bonus));
        }
        let plain = tables.iter().find_map(|(delimiter, rows)| Self::by_content(*delimiter, rows));
        plain.map(|layout| (layout, 0.42 + 4.0 * bonus))
    }

    /// How many columns the likeliest reading of a table has.
    pub fn width_of(sample: &Sample) -> usize {
        b",;\t|".iter().filter_map(|d| rows(sample, *d).first().map(StringRecord::len)).max().unwrap_or(0)
    }

    /// The layout the user asks for.
    pub fn asked(sample: &Sample, columns: &Columns) -> Result<Self, ImportError> {
        let delimiter = b",;\t|"
            .iter()
            .copied()
            .max_by_key(|d| (rows(sample, *d).first().map_or(0, StringRecord::len), *d == b','));
        let delimiter = delimiter.unwrap_or(b',');
        let first = rows(sample, delimiter).into_iter().next().unwrap_or_default();
        let missing = |column: &str| ImportError::NoSuchColumn {
            name: sample.name().to_owned(),
            column: column.to_owned(),
            columns: first.len(),
        };
        let find = |asked: &Option<String>| match asked {
            Some(asked) => position(&first, asked).map(Some).ok_or_else(|| missing(asked)),
            None => Ok(None),
        };
        let given = [&columns.conversation, &columns.speaker, &columns.time, &columns.text];
        let by_name = given.into_iter().flatten().any(|c| c.trim().parse::<usize>().is_err());
        let known = Self::by_names(delimiter, &first);
        let header = by_name || known.is_some();
        let other = |pick: fn(&Self) -> Option<usize>| known.as_ref().and_then(pick);
        let text = find(&columns.text)?.or(other(|k| Some(k.text))).ok_or_else(|| missing("text"))?;
        let time = find(&columns.time)?.map(|t| vec![t]).or_else(|| known.as_ref().map(|k| k.time.clone()));
        Ok(Self {
            delimiter,
            header,
            width: first.len(),
            conversation: find(&columns.conversation)?.or(other(|k| k.conversation)),
            speaker: find(&columns.speaker)?.or(other(|k| k.speaker)),
            time: time.unwrap_or_default(),
            text,
        })
    }

    /// By the names in the first row: there must be one for the text and one for something else.
    fn by_names(delimiter: u8, first: &StringRecord) -> Option<Self> {
        let names: Vec<String> = first.iter().map(folded).collect();
        let find = |known: &[&str]| known.iter().find_map(|k| names.iter().position(|n| n == k));
        let text = find(TEXT)?;
        let (conversation, speaker) = (find(CONVERSATION), find(SPEAKER));
        let time = match (names.iter().position(|n| n == "date"), names.iter().position(|n| n == "time")) {
            (Some(date), Some(time)) => vec![date, time],
            _ => find(TIME).into_iter().collect(),
        };
        let enough = conversation.is_some() || speaker.is_some() || !time.is_empty();
        let width = names.len();
        enough.then_some(Self { delimiter, header: true, width, conversation, speaker, time, text })
    }

    /// By what the columns hold: two or three of them, the same in every row.
    fn by_content(delimiter: u8, rows: &[StringRecord]) -> Option<Self> {
        let width = rows.first()?.len();
        if rows.len() < 3 || !(2..=3).contains(&width) || rows.iter().any(|row| row.len() != width) {
            return None;
        }
        let time = (0..width).find(|c| is_time(rows, *c));
        let others: Vec<usize> = (0..width).filter(|c| Some(*c) != time).collect();
        let (text, keys) = others.split_last()?;
        let conversation = (keys.len() == 2).then(|| keys[0]);
        let speaker = keys.last().copied();
        if !keys.iter().all(|c| is_key(rows, *c)) || (speaker.is_none() && time.is_none()) {
            return None;
        }
        let time = time.into_iter().collect();
        Some(Self { delimiter, header: false, width, conversation, speaker, time, text: *text })
    }

    /// The conversation a row belongs to; empty when there is only one.
    pub fn conversation<'r>(&self, row: &'r StringRecord) -> &'r str {
        self.conversation.and_then(|c| row.get(c)).map_or("", str::trim)
    }

    /// Who wrote it, if that is told.
    pub fn speaker<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        self.speaker.and_then(|c| row.get(c)).map(str::trim).filter(|name| !name.is_empty())
    }

    /// When, as written; empty when that is not told.
    pub fn time(&self, row: &StringRecord) -> String {
        let fields: Vec<&str> = self.time.iter().filter_map(|c| row.get(*c)).map(str::trim).collect();
        fields.join(" ")
    }

    /// What. Where the text comes last and was not quoted, the fields past the width are part of it.
    pub fn text<'r>(&self, row: &'r StringRecord) -> Option<Cow<'r, str>> {
        let text = row.get(self.text)?;
        if self.text + 1 != self.width || row.len() <= self.width {
            return Some(text.into());
        }
        let fields: Vec<&str> = row.iter().skip(self.text).collect();
        Some(fields.join(&char::from(self.delimiter).to_string()).into())
    }
}

/// The first rows of the sample, without one that its end cuts off.
fn rows(sample: &Sample, delimiter: u8) -> Vec<StringRecord> {
    const LOOK_AT: usize = 100;
    let mut builder = ReaderBuilder::new();
    let table = builder.delimiter(delimiter).flexible(true).has_headers(false);
    let mut table = table.from_reader(sample.text().as_bytes());
    let mut rows: Vec<StringRecord> = table.records().map_while(Result::ok).take(LOOK_AT).collect();
    if !sample.is_whole() && rows.len() < LOOK_AT && rows.len() > 1 {
        rows.pop();
    }
    rows
}

/// The column called `asked`, or with that number from 1.
fn position(first: &StringRecord, asked: &str) -> Option<usize> {
    let asked = asked.trim();
    let named = first.iter().position(|name| name.trim() == asked);
    let folded_like =
        || first.iter().position(|name| !folded(asked).is_empty() && folded(name) == folded(asked));
    let number = || asked.parse::<usize>().ok().filter(|n| (1..=first.len()).contains(n)).map(|n| n - 1);
    named.or_else(folded_like).or_else(number)
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_time(rows: &[StringRecord], column: usize) -> bool {
    let times = rows.iter().filter(|row| {
        let field = row.get(column).unwrap_or("");
        matches!(times::read(field), Some(When::Known(_) | When::Written(_)))
    });
    times.count() * 5 >= rows.len() * 4
}

/// Whether a column holds short words that come again, as names and ids do.
fn is_key(rows: &[StringRecord], column: usize) -> bool {
    let fields: Vec<&str> = rows.iter().map(|row| row.get(column).unwrap_or("").trim()).collect();
    let distinct: HashSet<&str> = fields.iter().copied().collect();
    let short = fields.iter().all(|f| !f.is_empty() && f.chars().count() <= 40 && f.split(' ').count() <= 4);
    short && distinct.len() <= (rows.len() * 2 / 3).max(2) && !fields.iter().any(|f| f.contains(':'))
}
