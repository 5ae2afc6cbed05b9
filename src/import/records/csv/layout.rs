//! What separates the fields of a table, whether it names its columns, and which column is what.

use std::borrow::Cow;

use ::csv::StringRecord;

use super::content;
use super::direction::Way;
use super::headings::{self, DELETED, Headings, MESSAGE_ID, TEXT, folded};
use super::holds::{self, Holds};
use super::people::People;
use super::records::Records;
use super::when;
use crate::import::chats::chat::When;
use crate::import::intake::source::Sample;
use crate::import::syntax::markup;
use crate::import::{Columns, ImportError};

/// The columns that `import --to csv` writes.
const OWN: [&str; 6] = ["conversation", "speaker", "time", "text", "kind", "line"];
/// Columns that only programs have which put the newest message first, as LinkedIn does.
const NEWEST_FIRST: [&str; 1] = ["senderprofileurl"];
/// What may stand between fields.
const DELIMITERS: &[u8] = b",;\t|";

/// How a table is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// What stands between the fields.
    pub delimiter: u8,
    /// What stands between the rows.
    pub eol: u8,
    /// How many rows before the first message name the columns, or what stands between them.
    pub headings: u64,
    /// How many columns there are.
    pub width: usize,
    /// Who writes to whom.
    pub people: People,
    /// Date and time may stand apart.
    pub time: Vec<usize>,
    /// The words.
    pub text: usize,
    /// Whether this program wrote the table: then it says of each row what kind it is and where it was, and every field
    /// is meant to the letter.
    pub own: bool,
    /// The numbers of messages.
    pub id: Option<usize>,
    /// Whether a backslash stands before quotes in fields.
    pub escaped: bool,
    /// When messages were deleted.
    pub deleted: Option<usize>,
    /// Whether the program that wrote it puts the newest message first.
    pub newest_first: bool,
    /// Where each person has a column, these and the names. Else it is empty.
    pub persons: Vec<(usize, String)>,
}

impl Layout {
    /// Of a table of which no more is known than how wide it is and where the words stand.
    pub fn of(delimiter: u8, headings: u64, width: usize, text: usize) -> Self {
        let (people, time, persons) = (People::default(), Vec::new(), Vec::new());
        let (eol, own, id, escaped) = (b'\n', false, None, false);
        let (deleted, newest_first) = (None, false);
        Self {
            delimiter,
            eol,
            headings,
            width,
            people,
            time,
            text,
            own,
            id,
            escaped,
            deleted,
            newest_first,
            persons,
        }
    }

    /// The likeliest layout and how sure that this is a table, in 0..=1.
    pub fn guess(sample: &Sample) -> Option<(Self, f32)> {
        let bonus = if is_called_table(sample) { 0.1 } else { 0.0 };
        let told = told_delimiter(sample);
        let tables = tables(sample, told);
        let whole = |layout: Self| Self {
            eol: eol(sample),
            headings: layout.headings + u64::from(told.is_some()),
            escaped: is_escaped(sample, layout.delimiter),
            ..layout
        };
        let named = tables.iter().filter_map(|(delimiter, rows)| Self::titled(*delimiter, rows));
        if let Some(layout) = named.max_by_key(|layout| layout.width) {
            return Some((whole(layout), 0.85 + bonus));
        }
        let by_person = tables.iter().find_map(|(delimiter, rows)| content::by_person(*delimiter, rows));
        let plain = || tables.iter().find_map(|(delimiter, rows)| content::layout(*delimiter, rows));
        let plain = by_person.or_else(plain);
        plain.map(|(layout, sure)| (whole(layout), if bonus > 0.0 { 0.82 } else { sure }))
    }

    /// The first rows by each delimiter that may be the right one, and no more known than that.
    pub fn plain(sample: &Sample) -> Vec<(Self, Vec<StringRecord>)> {
        let told = told_delimiter(sample);
        let tables = tables(sample, told).into_iter();
        let layout = |(delimiter, rows): (u8, Vec<StringRecord>)| {
            let width = rows.first().map_or(0, StringRecord::len);
            let base = Self::of(delimiter, u64::from(told.is_some()), width, 0);
            (Self { eol: eol(sample), escaped: is_escaped(sample, delimiter), ..base }, rows)
        };
        tables.map(layout).collect()
    }

    /// Whether this is a table all the same when no layout can be found: only the user can say which column is what.
    pub fn is_table(sample: &Sample) -> bool {
        let told = told_delimiter(sample);
        told.is_some()
            || tables(sample, told).iter().any(|(_, rows)| {
                let width = rows.first().map_or(0, StringRecord::len);
                let even = rows.len() > 1 && rows.iter().all(|row| row.len() == width);
                let timed = || rows.len() > 2 && (0..width).any(|c| holds::is_time(&rows[1..], c));
                even && width > 2 && (is_called_table(sample) || timed())
            })
    }

    /// Whether its first row names a column for the words and others.
    pub fn is_named(sample: &Sample) -> bool {
        let tables = tables(sample, told_delimiter(sample));
        tables.iter().any(|(delimiter, rows)| Self::titled(*delimiter, rows).is_some())
    }

    /// By what the fields of any table are parted: the sign that makes the most of them.
    pub fn delimiter_of(sample: &Sample) -> u8 {
        let tables = tables(sample, told_delimiter(sample)).into_iter();
        let widest = tables.max_by_key(|(d, rows)| (rows.first().map_or(0, StringRecord::len), *d == b','));
        widest.map_or(b',', |(delimiter, _)| delimiter)
    }

    /// Of rows of which the first has the names.
    pub fn of_rows(rows: &[StringRecord]) -> Option<Self> {
        Self::headed(b',', rows)
    }

    /// How many columns the likeliest reading of a table has.
    pub fn width_of(sample: &Sample) -> usize {
        let tables = tables(sample, told_delimiter(sample));
        tables.iter().filter_map(|(_, rows)| rows.first().map(StringRecord::len)).max().unwrap_or(0)
    }

    /// The layout the user asks for.
    pub fn asked(sample: &Sample, columns: &Columns) -> Result<Self, ImportError> {
        let told = told_delimiter(sample);
        let width = |rows: &[StringRecord]| rows.first().map_or(0, StringRecord::len);
        let widest = tables(sample, told).into_iter().max_by_key(|(d, rows)| (width(rows), *d == b','));
        let (delimiter, rows) = widest.unwrap_or((b',', Vec::new()));
        let layout = Self::chosen(sample.name(), &rows, delimiter, columns)?;
        let headings = layout.headings + u64::from(told.is_some());
        Ok(Self { eol: eol(sample), headings, escaped: is_escaped(sample, delimiter), ..layout })
    }

    /// The layout the user asks for, of a table called `name` with these columns.
    pub fn named(
        name: &str,
        first: &StringRecord,
        delimiter: u8,
        columns: &Columns,
    ) -> Result<Self, ImportError> {
        Self::chosen(name, std::slice::from_ref(first), delimiter, columns)
    }

    /// The same for a table that begins with `rows`.
    fn chosen(
        name: &str,
        rows: &[StringRecord],
        delimiter: u8,
        columns: &Columns,
    ) -> Result<Self, ImportError> {
        let empty = StringRecord::new();
        let first = rows.first().unwrap_or(&empty);
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
        let known = Self::headed(delimiter, rows);
        let headings = u64::from(by_name || known.is_some());
        let text = find(&columns.text)?.or(known.as_ref().map(|k| k.text)).ok_or_else(|| missing("text"))?;
        let (speaker, conversation) = (find(&columns.speaker)?, find(&columns.conversation)?);
        let (people, time, id) = known.map(|k| (k.people, k.time, k.id)).unwrap_or_default();
        let people = people.asked(speaker, conversation);
        let time = find(&columns.time)?.map(|t| vec![t]).unwrap_or(time);
        Ok(Self { people, time, id, ..Self::of(delimiter, headings, first.len(), text) })
    }

    /// By the names in the first row alone: there must be one for the text and one for something else.
    pub fn by_names(delimiter: u8, first: &StringRecord) -> Option<Self> {
        Self::headed(delimiter, std::slice::from_ref(first))
    }

    /// The same where a title may stand above the names, and more names below them: whatever spreadsheets have there.
    fn titled(delimiter: u8, rows: &[StringRecord]) -> Option<Self> {
        const TITLES: usize = 6;
        let filled = |row: &StringRecord| row.iter().filter(|field| !field.trim().is_empty()).count();
        let title = |row: &StringRecord| filled(row) <= 1;
        let above = rows.iter().take(TITLES).take_while(|row| title(row)).count();
        let skip = [0, above]
            .into_iter()
            .find(|skip| rows.get(*skip..).is_some_and(|r| Self::headed(delimiter, r).is_some()))?;
        let rows = &rows[skip..];
        let layout = Self::headed(delimiter, rows)?;
        let empty = |row: &StringRecord| layout.text(row).is_none_or(|text| text.trim().is_empty());
        let named = |row: &StringRecord| row.iter().all(|f| f.trim().is_empty() || headings::is_known(f));
        // Tables in Markdown have a rule there.
        let ruled = |row: &StringRecord| row.iter().all(|f| f.trim().chars().all(|c| matches!(c, '-' | ':')));
        let more = |row: &&StringRecord| filled(row) > 0 && ((empty(row) && named(row)) || ruled(row));
        if layout.own || rows.get(1).filter(more).is_none() {
            return Some(Self { headings: layout.headings + skip as u64, ..layout });
        }
        let rest: Vec<StringRecord> = rows.iter().take(1).chain(&rows[2..]).cloned().collect();
        let layout = Self::headed(delimiter, &rest)?;
        Some(Self { headings: layout.headings + skip as u64 + 1, ..layout })
    }

    /// By the names in the first of `rows`, as far as what the others hold bears them out.
    fn headed(delimiter: u8, rows: &[StringRecord]) -> Option<Self> {
        let (first, rows) = rows.split_first()?;
        let names = Headings::of(first);
        let own = delimiter == b',' && first.iter().eq(OWN);
        let is_text =
            |c: &usize| own || matches!(holds::of(rows, *c), Holds::Words | Holds::Nothing | Holds::Number);
        let text = names.all(TEXT).into_iter().find(is_text)?;
        let time = when::columns(&names, rows, text);
        let people = People::find(&names, rows, text, &time);
        let told = people.is_told() || !time.is_empty();
        let (width, copied) = (names.width(), people.copied);
        let id = if copied { Some(text) } else { names.first(MESSAGE_ID).filter(|_| !own) };
        let (deleted, newest_first) = (names.first(DELETED), NEWEST_FIRST.iter().any(|n| names.has(n)));
        let base = Self { deleted, newest_first, ..Self::of(delimiter, 1, width, text) };
        told.then_some(Self { people, time, own, id, ..base })
    }

    /// The columns that tell something.
    pub fn used(&self) -> Vec<usize> {
        let persons = self.persons.iter().map(|(column, _)| *column);
        let all = std::iter::once(self.text).chain(self.time.iter().copied()).chain(self.people.used());
        all.chain(persons).collect()
    }

    /// Whether columns say who wrote a message.
    pub fn names_people(&self) -> bool {
        self.people.is_told()
    }

    /// The conversation a row belongs to; empty when there is only one.
    pub fn conversation<'r>(&self, row: &'r StringRecord) -> Cow<'r, str> {
        self.people.conversation(row, self.own)
    }

    /// Who wrote it, if that is told.
    pub fn speaker<'r>(&'r self, row: &'r StringRecord) -> Option<&'r str> {
        if !self.persons.is_empty() {
            return self.person(row).map(|(_, name)| name.as_str());
        }
        self.people.speaker(row, self.own)
    }

    /// Which way it went, if that is told.
    pub fn way(&self, row: &StringRecord) -> Option<Way> {
        self.people.direction.and_then(|direction| direction.of(row))
    }

    /// What kind of entry it is, in a table of ours, or where the words are gone and it is told when they were deleted.
    pub fn kind<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        let told =
            |column: usize| row.get(column).is_some_and(|when| when.contains(|c| matches!(c, '1'..='9')));
        let gone =
            || self.deleted.is_some_and(told) && row.get(self.text).is_some_and(|t| t.trim().is_empty());
        if self.own { row.get(4) } else { gone().then_some("deleted") }
    }

    /// Where it was before it came here, in a table of ours.
    pub fn line(&self, row: &StringRecord) -> Option<u64> {
        row.get(5).filter(|_| self.own)?.parse().ok()
    }

    /// When, with the day of the rows above it, `day`, where it has none: the day is often written once. Whether it was
    /// taken from there. `None` when it cannot be read.
    pub fn time(&self, row: &StringRecord, day: &mut String) -> (Option<When>, bool) {
        let mut fields: Vec<&str> = self.time.iter().map(|c| row.get(*c).unwrap_or("").trim()).collect();
        let apart = self.time.len() > 1;
        if apart && fields[0].is_empty() && !day.is_empty() && fields[1..].iter().any(|f| !f.is_empty()) {
            fields[0] = day;
            return (when::read(&fields), true);
        }
        let when = when::read(&fields);
        if apart && when.is_some() && !fields[0].is_empty() {
            fields[0].clone_into(day);
        }
        (when, false)
    }

    /// Whether a row is no message but something below the table: a sum, or what names mean.
    pub fn is_below(&self, row: &StringRecord) -> bool {
        let filled = row.iter().any(|field| !field.trim().is_empty());
        let Some(text) = self.text(row).filter(|_| filled && !self.own && !self.time.is_empty()) else {
            return false;
        };
        let silent = text.trim().is_empty() && self.people.file(row).is_none();
        silent || (self.people.is_told() && self.speaker(row).is_none() && self.way(row).is_none())
    }

    /// The person in whose column a row has something.
    fn person(&self, row: &StringRecord) -> Option<&(usize, String)> {
        self.persons.iter().find(|(column, _)| row.get(*column).is_some_and(|field| !field.trim().is_empty()))
    }

    /// What. Where the text comes last and was not quoted, the fields past the width are part of it.
    pub fn text<'r>(&self, row: &'r StringRecord) -> Option<Cow<'r, str>> {
        let text = row.get(self.person(row).map_or(self.text, |(column, _)| *column))?;
        // Bars stand between spaces, and in Markdown there are no lines within a cell.
        let marked = self.delimiter == b'|' && !self.own;
        let text = if marked { text.trim() } else { text };
        if marked && row.len() <= self.width {
            return Some(markup::with_line_ends(text));
        }
        if !self.persons.is_empty() || self.text + 1 != self.width || row.len() <= self.width {
            return Some(text.into());
        }
        let fields: Vec<&str> = row.iter().skip(self.text).collect();
        Some(fields.join(&char::from(self.delimiter).to_string()).into())
    }
}

/// Whether the file's name says that it is a table.
fn is_called_table(sample: &Sample) -> bool {
    ["csv", "tsv", "tab"].contains(&sample.extension().as_str())
}

/// What stands between fields, where the first line says so as Excel writes it: `sep=;`.
fn told_delimiter(sample: &Sample) -> Option<u8> {
    let first = sample.text().lines().next()?.trim_matches(['"', '\r', ' ']);
    let sign = first.strip_prefix("sep=").or_else(|| first.strip_prefix("SEP="))?;
    DELIMITERS.iter().copied().find(|d| sign.as_bytes() == [*d])
}

/// The first rows of the sample by each delimiter that may be the right one, without a line that tells it.
fn tables(sample: &Sample, told: Option<u8>) -> Vec<(u8, Vec<StringRecord>)> {
    let may_be = DELIMITERS.iter().copied().filter(|d| told.is_none_or(|t| t == *d));
    may_be.map(|d| (d, rows(sample, d).split_off(usize::from(told.is_some())))).collect()
}

/// What ends a line: old Macs wrote returns alone.
fn eol(sample: &Sample) -> u8 {
    if sample.text().contains('\r') && !sample.text().contains('\n') { b'\r' } else { b'\n' }
}

/// The first rows of the sample, without one that its end cuts off.
fn rows(sample: &Sample, delimiter: u8) -> Vec<StringRecord> {
    rows_as(sample, delimiter, is_escaped(sample, delimiter))
}

/// The same, where a backslash before quotes does or does not belong to them.
fn rows_as(sample: &Sample, delimiter: u8, escaped: bool) -> Vec<StringRecord> {
    const LOOK_AT: usize = 100;
    let text = sample.text();
    let mut records =
        Records::new(text.as_bytes(), delimiter, eol(sample), false, text.len()).escaped(escaped);
    let (mut rows, mut row) = (Vec::new(), StringRecord::new());
    while rows.len() < LOOK_AT && matches!(records.read(&mut row), Ok(Some(_))) {
        rows.push(row.clone());
    }
    if !sample.is_whole() && rows.len() < LOOK_AT && rows.len() > 1 {
        rows.pop();
    }
    rows
}

/// Whether quotes in fields stand behind a backslash, as MySQL writes them: only so all rows are of one width.
fn is_escaped(sample: &Sample, delimiter: u8) -> bool {
    let even = |escaped: bool| {
        let rows = rows_as(sample, delimiter, escaped);
        rows.len() > 1 && rows.windows(2).all(|w| w[0].len() == w[1].len())
    };
    sample.text().contains("\\\"") && even(true) && !even(false)
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
