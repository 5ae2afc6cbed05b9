//! What separates the fields of a table, whether it names its columns, and which column is what.

use std::borrow::Cow;
use std::collections::HashSet;

use ::csv::StringRecord;

use super::super::chat::When;
use super::super::source::Sample;
use super::super::{Columns, ImportError, times};
use super::imazing::IMazing;
use super::records::Records;

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
    "channelurl",
    "room",
    "roomid",
    "group",
    "groupid",
    "session",
    "sessionid",
    "chatsession",
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
    "messagedate",
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

/// The columns that `import --to csv` writes.
const OWN: [&str; 6] = ["conversation", "speaker", "time", "text", "kind", "line"];

/// How a table is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// What stands between the fields.
    pub delimiter: u8,
    /// What stands between the rows.
    pub eol: u8,
    /// Whether the first row names the columns.
    pub header: bool,
    /// How many columns there are.
    pub width: usize,
    conversation: Option<usize>,
    speaker: Option<usize>,
    /// Date and time may stand apart.
    time: Vec<usize>,
    text: usize,
    /// Whether this program wrote the table: then it says of each row what kind it is and where it was, and every field
    /// is meant to the letter.
    pub own: bool,
    /// What iMazing's tables tell besides.
    pub imazing: Option<IMazing>,
}

impl Layout {
    /// The likeliest layout and how sure that this is a table, in 0..=1.
    pub fn guess(sample: &Sample) -> Option<(Self, f32)> {
        let bonus = if ["csv", "tsv", "tab"].contains(&sample.extension().as_str()) { 0.1 } else { 0.0 };
        let tables: Vec<_> =
            b",;\t|".iter().map(|delimiter| (*delimiter, rows(sample, *delimiter))).collect();
        let named = tables.iter().filter_map(|(delimiter, rows)| Self::by_names(*delimiter, rows.first()?));
        if let Some(layout) = named.max_by_key(|layout| layout.width) {
            return Some((Self { eol: eol(sample), ..layout }, 0.85 + bonus));
        }
        let plain = tables.iter().find_map(|(delimiter, rows)| Self::by_content(*delimiter, rows));
        plain.map(|layout| (Self { eol: eol(sample), ..layout }, 0.42 + 4.0 * bonus))
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
        Ok(Self { eol: eol(sample), ..Self::named(sample.name(), &first, delimiter, columns)? })
    }

    /// The layout the user asks for, of a table called `name` with these columns.
    pub fn named(
        name: &str,
        first: &StringRecord,
        delimiter: u8,
        columns: &Columns,
    ) -> Result<Self, ImportError> {
        let missing = |column: &str| ImportError::NoSuchColumn {
            name: name.to_owned(),
            column: column.to_owned(),
            columns: first.len(),
        };
        let find = |asked: &Option<String>| match asked {
            Some(asked) => position(first, asked).map(Some).ok_or_else(|| missing(asked)),
            None => Ok(None),
        };
        let given = [&columns.conversation, &columns.speaker, &columns.time, &columns.text];
        let by_name = given.into_iter().flatten().any(|c| c.trim().parse::<usize>().is_err());
        let known = Self::by_names(delimiter, first);
        let header = by_name || known.is_some();
        let other = |pick: fn(&Self) -> Option<usize>| known.as_ref().and_then(pick);
        let text = find(&columns.text)?.or(other(|k| Some(k.text))).ok_or_else(|| missing("text"))?;
        let time = find(&columns.time)?.map(|t| vec![t]).or_else(|| known.as_ref().map(|k| k.time.clone()));
        Ok(Self {
            delimiter,
            eol: b'\n',
            header,
            width: first.len(),
            conversation: find(&columns.conversation)?.or(other(|k| k.conversation)),
            speaker: find(&columns.speaker)?.or(other(|k| k.speaker)),
            time: time.unwrap_or_default(),
            text,
            own: false,
            imazing: known.and_then(|k| k.imazing),
        })
    }

    /// By the names in the first row: there must be one for the text and one for something else.
    pub fn by_names(delimiter: u8, first: &StringRecord) -> Option<Self> {
        let names: Vec<String> = first.iter().map(folded).collect();
        let find = |known: &[&str]| known.iter().find_map(|k| names.iter().position(|n| n == k));
        let text = find(TEXT)?;
        let (conversation, speaker) = (find(CONVERSATION), find(SPEAKER));
        let time = match (names.iter().position(|n| n == "date"), names.iter().position(|n| n == "time")) {
            (Some(date), Some(time)) => vec![date, time],
            _ => find(TIME).into_iter().collect(),
        };
        let enough = conversation.is_some() || speaker.is_some() || !time.is_empty();
        let (width, own) = (names.len(), delimiter == b',' && first.iter().eq(OWN));
        let eol = b'\n';
        let (header, imazing) = (true, IMazing::by_names(&names));
        let layout = Self { delimiter, eol, header, width, conversation, speaker, time, text, own, imazing };
        enough.then_some(layout)
    }

    /// By what the columns hold: two or three of them, or more of which one is a time, the same in every row.
    fn by_content(delimiter: u8, rows: &[StringRecord]) -> Option<Self> {
        let width = rows.first()?.len();
        if rows.len() < 3 || width < 2 || rows.iter().any(|row| row.len() != width) {
            return None;
        }
        if width > 3 {
            return Self::by_content_of_many(delimiter, rows);
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
        Some(Self {
            delimiter,
            header: false,
            width,
            conversation,
            speaker,
            time,
            text: *text,
            eol: b'\n',
            own: false,
            imazing: None,
        })
    }

    /// The longest column is the text; of those that hold names, the last before it is the speaker and the first the
    /// conversation. Numbers of rows and other columns are passed over.
    fn by_content_of_many(delimiter: u8, rows: &[StringRecord]) -> Option<Self> {
        let width = rows.first()?.len();
        let time = (0..width).find(|c| is_time(rows, *c))?;
        let length = |c: &usize| rows.iter().filter_map(|r| r.get(*c)).map(str::len).sum::<usize>();
        let text = (0..width).filter(|c| *c != time).max_by_key(length)?;
        let names =
            |c: &usize| ![text, time].contains(c) && share_of_distinct(rows, *c).is_some_and(|s| s <= 0.75);
        let keys: Vec<usize> = (0..width).filter(names).collect();
        let speaker = keys.iter().rev().find(|k| **k < text).or(keys.first()).copied()?;
        let conversation = keys.into_iter().find(|k| *k < speaker);
        let (header, speaker, time, own, imazing) = (false, Some(speaker), vec![time], false, None);
        let eol = b'\n';
        Some(Self { delimiter, eol, header, width, conversation, speaker, time, text, own, imazing })
    }

    /// The conversation a row belongs to; empty when there is only one.
    pub fn conversation<'r>(&self, row: &'r StringRecord) -> &'r str {
        self.conversation.and_then(|c| row.get(c)).map_or("", |id| self.trimmed(id))
    }

    /// Who wrote it, if that is told.
    pub fn speaker<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        self.speaker.and_then(|c| row.get(c)).map(|name| self.trimmed(name)).filter(|name| !name.is_empty())
    }

    fn trimmed<'r>(&self, field: &'r str) -> &'r str {
        if self.own { field } else { field.trim() }
    }

    /// What kind of entry it is, in a table of ours.
    pub fn kind<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        row.get(4).filter(|_| self.own)
    }

    /// Where it was before it came here, in a table of ours.
    pub fn line(&self, row: &StringRecord) -> Option<u64> {
        row.get(5).filter(|_| self.own)?.parse().ok()
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

/// What ends a line: old Macs wrote returns alone.
fn eol(sample: &Sample) -> u8 {
    if sample.text().contains('\r') && !sample.text().contains('\n') { b'\r' } else { b'\n' }
}

/// The first rows of the sample, without one that its end cuts off.
fn rows(sample: &Sample, delimiter: u8) -> Vec<StringRecord> {
    const LOOK_AT: usize = 100;
    let text = sample.text();
    let mut records = Records::new(text.as_bytes(), delimiter, eol(sample), false, text.len());
    let (mut rows, mut row) = (Vec::new(), StringRecord::new());
    while rows.len() < LOOK_AT && matches!(records.read(&mut row), Ok(Some(_))) {
        rows.push(row.clone());
    }
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
    let most = (rows.len() * 2 / 3).max(2) as f32 / rows.len().max(1) as f32;
    share_of_distinct(rows, column).is_some_and(|share| share <= most)
}

/// How many different fields a column has, as a share of its rows; `None` unless all are short.
fn share_of_distinct(rows: &[StringRecord], column: usize) -> Option<f32> {
    let fields: Vec<&str> = rows.iter().map(|row| row.get(column).unwrap_or("").trim()).collect();
    let distinct: HashSet<&str> = fields.iter().copied().collect();
    let short = fields.iter().all(|f| !f.is_empty() && f.chars().count() <= 40 && f.split(' ').count() <= 4);
    (short && !fields.iter().any(|f| f.contains(':')))
        .then_some(distinct.len() as f32 / rows.len().max(1) as f32)
}
