//! `rushlight queue`: results as a table, the most pressing first.

use std::collections::{BTreeMap, HashMap};
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
const COLUMNS: [&str; 13] = [
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
    "copy_ids",
];
/// Copies that are named.
const NAMED: usize = 5;

/// Make a table of what `score` wrote, one conversation a row, the most pressing first.
///
/// It is CSV for a spreadsheet, in UTF-8 with a mark that says so, and holds no message text. What could not be judged stands behind `look` and before
/// `quiet`, and --from leaves none of it out, as somebody has to look whether it can be read. Conversations that are the same word for word stand
/// there once, with the number and the ids of the others. `rushlight check ID` reports on one of them. A cell that a spreadsheet would take for a formula
/// begins with `'`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files that `rushlight score` wrote.
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// Leave out conversations below this band; those that could not be judged stay.
    #[arg(long, value_enum, value_name = "BAND")]
    from: Option<FailOn>,
    /// Leave out what could not be judged.
    #[arg(long)]
    judged: bool,
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
    id: String,
    cells: [String; 8],
    /// The ids of conversations that are the same.
    copies: Vec<String>,
}

impl Args {
    /// Write the table.
    pub fn run(self) -> Result<Exit> {
        if let Some(out) = &self.out {
            apart(&[out], &self.results)?;
            not_there(out, self.overwrite)?;
            only_over(out, begins(out, &[&format!("{MARK}{}", COLUMNS.join(","))]), "such a table")?;
        }
        let (mut rows, mut out) = (Vec::new(), BTreeMap::<Band, usize>::new());
        for path in &self.results {
            each_line(path, |assessment: Assessment| match self.wants(assessment.band) {
                true => rows.push(row(assessment)),
                false => *out.entry(assessment.band).or_default() += 1,
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
        let unjudged = rows.iter().filter(|row| row.band == Band::CannotSay).count();
        if unjudged > 0 {
            anstream::eprintln!("  {unjudged} of them could not be judged; the reason stands beside each");
        }
        if !out.is_empty() {
            let told: Vec<String> =
                out.iter().rev().map(|(band, n)| format!("{n} {}", band.name())).collect();
            anstream::eprintln!("  left out: {}", told.join(", "));
        }
        Ok(Exit::Read)
    }

    /// Whether conversations of a band stand in the table.
    fn wants(&self, band: Band) -> bool {
        match band {
            Band::CannotSay => !self.judged,
            band => self.from.is_none_or(|from| from.reached(band)),
        }
    }
}

fn row(of: Assessment) -> Row {
    let loud = of.band >= Band::Look;
    let pattern = of.patterns.iter().filter(|_| loud).max_by(|a, b| a.1.total_cmp(b.1));
    let first = of.first_warning.as_ref();
    let line = first.map(|f| f.line).filter(|line| *line > 0);
    let cells = [
        of.input.file.clone().unwrap_or_default(),
        pattern.map(|(pattern, _)| pattern.plain().to_owned()).unwrap_or_default(),
        of.person_of_concern.join("; "),
        first.map(|f| (f.index + 1).to_string()).unwrap_or_default(),
        line.map(|line| line.to_string()).unwrap_or_default(),
        first.and_then(|f| f.time.clone()).unwrap_or_default(),
        of.input.speakers.to_string(),
        of.reason.clone().unwrap_or_default(),
    ];
    let (band, risk, content, id) = (of.band, of.risk, of.input.sha256, of.id);
    Row { band, risk, content, id, cells: cells.map(harmless), copies: Vec::new() }
}

/// How pressing a band is: what nobody could judge comes before what is quiet.
fn pressing(band: Band) -> u8 {
    match band {
        Band::LookNow => 3,
        Band::Look => 2,
        Band::CannotSay => 1,
        Band::Quiet => 0,
    }
}

/// The most pressing first, of equal ones as they came, each content once, under the shortest of its names.
fn ranked(rows: Vec<Row>) -> Vec<Row> {
    let (mut places, mut kept) = (HashMap::new(), Vec::<Row>::new());
    for row in rows {
        let at = *places.entry(row.content.clone()).or_insert(kept.len());
        match kept.get_mut(at) {
            Some(same) => {
                let mut row = row;
                if row.id.chars().count() < same.id.chars().count() {
                    std::mem::swap(same, &mut row);
                }
                same.copies.extend(row.copies);
                same.copies.push(row.id);
            }
            None => kept.push(row),
        }
    }
    kept.sort_by(|a, b| pressing(b.band).cmp(&pressing(a.band)).then(b.risk.total_cmp(&a.risk)));
    kept
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn table(rows: &[Row]) -> Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(MARK.as_bytes().to_vec());
    table.write_record(COLUMNS)?;
    for Row { band, risk, id, cells, copies, .. } in rows {
        let [file, pattern, people, message, line, time, speakers, reason] = cells;
        let (risk, number, id) = (format!("{risk:.4}"), copies.len().to_string(), harmless(id.clone()));
        let more = if copies.len() > NAMED { "; …" } else { "" };
        let named = copies.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ") + more;
        table.write_record([
            band.name(),
            &risk,
            &id,
            file,
            pattern,
            people,
            message,
            line,
            time,
            speakers,
            reason,
            &number,
            &harmless(named),
        ])?;
    }
    table.into_inner().map_err(|e| anyhow!("{e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(band: Band, risk: f32, content: &str) -> Row {
        let cells = std::array::from_fn(|_| String::new());
        let id = format!("{content}.txt");
        Row { band, risk, content: content.to_owned(), id, cells, copies: Vec::new() }
    }

    #[test]
    fn the_most_pressing_comes_first_and_copies_once() {
        let copy = Row { id: "b (copy).txt".to_owned(), ..row(Band::Look, 0.6, "b") };
        let rows = ranked(vec![
            row(Band::Quiet, 0.1, "a"),
            copy,
            row(Band::LookNow, 0.97, "c"),
            row(Band::Look, 0.7, "d"),
            row(Band::CannotSay, 0.9, "e"),
            row(Band::Look, 0.6, "b"),
        ]);
        let order: Vec<(&str, usize)> = rows.iter().map(|r| (r.id.as_str(), r.copies.len())).collect();
        assert_eq!(order, [("c.txt", 0), ("d.txt", 0), ("b.txt", 1), ("e.txt", 0), ("a.txt", 0)]);
        assert_eq!(rows[2].copies, ["b (copy).txt"]);
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
