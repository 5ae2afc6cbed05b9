//! Tables that other formats make of what they hold: of the rows of a dump, of the records in XML, of the objects in a log.

use ::csv::StringRecord;

use super::layout::Layout;
use super::roster::Roster;
use super::{Rows, read_table};
use crate::import::chats::sink::Sink;
use crate::import::error::ImportError;
use crate::import::warning::WarningKind;

/// How many rows are looked at to see which column is what.
const LOOK_AT: usize = 100;

/// A table held whole.
#[derive(Debug, Default)]
pub struct Held {
    /// The names of the columns.
    pub names: StringRecord,
    /// The rows, each with its line.
    pub rows: Vec<(u64, StringRecord)>,
    /// How many bytes its fields have.
    size: usize,
}

impl Held {
    /// The names of the columns, and the rows.
    pub fn with_names(&self) -> impl Iterator<Item = &StringRecord> {
        std::iter::once(&self.names).chain(self.rows.iter().map(|(_, row)| row))
    }

    /// One more row, of named fields; new names make new columns.
    pub fn push<'f>(&mut self, line: u64, fields: impl IntoIterator<Item = (&'f str, &'f str)>) {
        let mut row: Vec<&str> = vec![""; self.names.len()];
        for (name, field) in fields {
            self.size += name.len() + field.len();
            match self.names.iter().position(|n| n == name) {
                // The first of its name counts.
                Some(at) if row[at].is_empty() => row[at] = field,
                Some(_) => {}
                None => {
                    self.names.push_field(name);
                    row.push(field);
                }
            }
        }
        self.rows.push((line, row.into()));
    }

    /// How many bytes its fields have.
    pub fn size(&self) -> usize {
        self.size
    }

    /// That what was read up to `line` of the input `name` is no more than may be held.
    ///
    /// # Errors
    /// When its fields have more than `limit` bytes.
    pub fn fits(&self, name: &str, line: u64, limit: usize) -> Result<(), ImportError> {
        if self.size > limit { Err(ImportError::too_much_held(name, line, limit)) } else { Ok(()) }
    }

    /// Where its columns tell who says what, how it is laid out. Rows that came before a new column are made as wide as
    /// the others.
    pub fn layout(&mut self) -> Option<Layout> {
        let width = self.names.len();
        for (_, row) in &mut self.rows {
            (row.len()..width).for_each(|_| row.push_field(""));
        }
        let rows: Vec<StringRecord> = self.with_names().take(LOOK_AT).cloned().collect();
        let layout = Layout::of_rows(&rows).filter(Layout::names_people)?;
        Some(Layout { headings: 0, ..layout })
    }

    /// Read it as messages, but for the rows without words, which are records of another kind, as those on the lines `others`
    /// are.
    pub fn read_words(
        &mut self,
        name: &str,
        layout: &Layout,
        roster: &Roster,
        mut others: Vec<u64>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        self.rows.retain(|(line, row)| {
            let words = layout.text(row).is_some_and(|text| !text.trim().is_empty());
            if !words {
                others.push(*line);
            }
            words
        });
        self.read(name, layout, roster, sink)?;
        others.sort_unstable();
        sink.count_lines(others.len() as u64);
        others.into_iter().for_each(|line| sink.reject(WarningKind::UnknownRecord, line));
        Ok(())
    }

    /// Read it as messages, laid out like this.
    pub fn read(
        &self,
        name: &str,
        layout: &Layout,
        roster: &Roster,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        read_table(name, layout, sink, &|_| {
            let rows = Box::new(Walk { rows: self.rows.iter(), number: 0 });
            Ok(roster.named(rows, layout.people.columns()))
        })
    }
}

/// Its rows one by one.
struct Walk<'t> {
    rows: std::slice::Iter<'t, (u64, StringRecord)>,
    number: u64,
}

impl Rows for Walk<'_> {
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError> {
        self.number += 1;
        Ok(self.rows.next().map(|(line, row)| (self.number, *line, false, row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_held_than_may_be() {
        let mut held = Held::default();
        held.push(1, [("sender", "Ida"), ("text", "hello")]);
        assert!(held.fits("s.log", 1, 18).is_ok());
        held.push(2, [("sender", "Max"), ("text", "hi")]);
        let error = held.fits("s.log", 2, 18).unwrap_err();
        assert!(matches!(error, ImportError::TooLarge { line: 2, limit: 18, .. }), "{error}");
    }
}
