//! Tables that other formats make of what they hold: of the rows of a dump, of the records in XML, of the objects in a log.

use ::csv::StringRecord;

use super::super::error::ImportError;
use super::super::sink::Sink;
use super::layout::Layout;
use super::roster::Roster;
use super::{Rows, read_table};

/// How many rows are looked at to see which column is what.
const LOOK_AT: usize = 100;

/// A table held whole.
#[derive(Debug, Default)]
pub struct Held {
    /// The names of the columns.
    pub names: StringRecord,
    /// The rows, each with its line.
    pub rows: Vec<(u64, StringRecord)>,
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
