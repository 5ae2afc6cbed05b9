//! `rushlight queue`: results as a table, the most pressing first.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};

use super::earlier::each_line;
use super::outputs::{apart, begins, not_there, only_over};
use super::{Exit, FailOn};
use crate::assessment::{Assessment, Band};
use crate::report::plural;

/// How a spreadsheet is told that a file is UTF-8.
const MARK: &str = "\u{feff}";
/// The columns.
const COLUMNS: [&str; 12] = [
    "band",
    "risk",
    "id",
    "file",
    "pattern",
    "messages_of",
    "first_warning_message",
    "first_warning_line",
    "first_warning_time",
    "people",
    "reason",
    "copies",
];

/// Make a table of what `score` wrote, one conversation a row, the most pressing first.
///
/// It is CSV for a spreadsheet, in UTF-8 with a mark that says so, and holds no message text. Conversations that are the same word for word stand
/// there once, with their number. `rushlight check ID` reports on one of them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files that `rushlight score` wrote.
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// Leave out conversations below this band.
    #[arg(long, value_enum, value_name = "BAND")]
    from: Option<FailOn>,
    /// File to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace FILE if it exists.
    #[arg(long, requires = "out")]
    overwrite: bool,
}

/// One conversation.
struct Row {
    band: Band,
    risk: f32,
    content: String,
    cells: [String; 9],
    copies: u64,
}

impl Args {
    /// Write the table.
    pub fn run(self) -> Result<Exit> {
        if let Some(out) = &self.out {
            apart(&[out], &self.results)?;
            not_there(out, self.overwrite)?;
            only_over(out, begins(out, &[&format!("{MARK}{}", COLUMNS.join(","))]), "such a table")?;
        }
        let mut rows = Vec::new();
        for path in &self.results {
            each_line(path, |assessment: Assessment| {
                if self.from.is_none_or(|from| from.reached(assessment.band)) {
                    rows.push(row(assessment));
                }
            })?;
        }
        let found = rows.len();
        let rows = ranked(rows);
        let table = table(&rows)?;
        match &self.out {
            Some(out) => {
                std::fs::write(out, table).with_context(|| format!("cannot write {}", out.display()))?
            }
            None => std::io::stdout().write_all(&table).context("cannot write the table")?,
        }
        let copies = match found - rows.len() {
            1 => "1 more is a copy".to_owned(),
            n => format!("{n} more are copies"),
        };
        anstream::eprintln!("{} ({copies})", plural(rows.len(), "conversation"));
        Ok(Exit::Read)
    }
}

fn row(of: Assessment) -> Row {
    let loud = of.band >= Band::Look;
    let pattern = of.patterns.iter().filter(|_| loud).max_by(|a, b| a.1.total_cmp(b.1));
    let first = of.first_warning.as_ref();
    let line = first.map(|f| f.line).filter(|line| *line > 0);
    let cells = [
        of.id.clone(),
        of.input.file.clone().unwrap_or_default(),
        pattern.map(|(pattern, _)| pattern.plain().to_owned()).unwrap_or_default(),
        of.person_of_concern.join("; "),
        first.map(|f| (f.index + 1).to_string()).unwrap_or_default(),
        line.map(|line| line.to_string()).unwrap_or_default(),
        first.and_then(|f| f.time.clone()).unwrap_or_default(),
        of.input.speakers.to_string(),
        of.reason.clone().unwrap_or_default(),
    ];
    Row { band: of.band, risk: of.risk, content: of.input.sha256, cells: cells.map(harmless), copies: 0 }
}

/// The most pressing first, of equal ones as they came, each content once.
fn ranked(rows: Vec<Row>) -> Vec<Row> {
    let (mut places, mut kept) = (HashMap::new(), Vec::<Row>::new());
    for row in rows {
        let at = *places.entry(row.content.clone()).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(same) => same.copies += 1,
            None => kept.push(row),
        }
    }
    kept.sort_by(|a, b| b.band.cmp(&a.band).then(b.risk.total_cmp(&a.risk)));
    kept
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn table(rows: &[Row]) -> Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(MARK.as_bytes().to_vec());
    table.write_record(COLUMNS)?;
    for Row { band, risk, cells, copies, .. } in rows {
        let [id, file, pattern, people, message, line, time, speakers, reason] = cells;
        let (risk, copies) = (format!("{risk:.4}"), copies.to_string());
        table.write_record([
            band.name(),
            &risk,
            id,
            file,
            pattern,
            people,
            message,
            line,
            time,
            speakers,
            reason,
            &copies,
        ])?;
    }
    table.into_inner().map_err(|e| anyhow!("{e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(band: Band, risk: f32, content: &str) -> Row {
        let cells = std::array::from_fn(|_| String::new());
        Row { band, risk, content: content.to_owned(), cells, copies: 0 }
    }

    #[test]
    fn the_most_pressing_comes_first_and_copies_once() {
        let rows = ranked(vec![
            row(Band::Quiet, 0.1, "a"),
            row(Band::Look, 0.6, "b"),
            row(Band::LookNow, 0.97, "c"),
            row(Band::Look, 0.7, "d"),
            row(Band::Look, 0.6, "b"),
        ]);
        let order: Vec<(&str, u64)> = rows.iter().map(|r| (r.content.as_str(), r.copies)).collect();
        assert_eq!(order, [("c", 0), ("d", 0), ("b", 1), ("a", 0)]);
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=1+1".to_owned()), "'=1+1");
        assert_eq!(harmless("Ana".to_owned()), "Ana");
        let text = String::from_utf8(table(&[row(Band::Quiet, 0.5, "a")]).unwrap()).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.starts_with("\u{feff}band,risk,") && text.contains("quiet,0.5000,"));
    }
}
