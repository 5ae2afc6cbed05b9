//! JSON with messages anywhere in it: the records of a database or a service, in an envelope, in lists within lists, under
//! keys that are ids, one document or one a line. What a value is for shows in the keys that lead to it, as in a table in
//! the names of columns: `payload.text`, `user.name`, `createdAt.$date`.
//!
//! It is walked twice and never held: once to learn the names of people, how dates are written and where each conversation
//! ends, once to read it.

mod kinds;
mod message;
mod reading;
mod roles;
mod survey;
mod units;
mod words;

use std::io::BufRead;

use super::csv::roster::Roster;
use crate::import::error::ImportError;
use crate::import::intake::lines::Lines;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json;
use crate::import::{Format, Sink};
use reading::Reading;
use survey::Survey;
use units::Units;

/// Surer than of rows whose keys are found at their top, less sure than any format that knows its app.
const SURE: f32 = 0.72;
/// Surer than of any list.
const FLAT: f32 = 0.26;
/// Where records that are as flat as a table say which way they went, who reads tables knows more.
const DIRECTED: f32 = 0.2;

/// The format.
pub struct Nested;

impl Format for Nested {
    fn name(&self) -> &'static str {
        "json-nested"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text().trim_start_matches('\u{feff}').trim_start();
        if !text.starts_with(['{', '[']) {
            return 0.0;
        }
        let mut survey = Survey::default();
        // The end of a sample breaks off.
        let mut units = Units::new(&mut survey, None);
        let _ = feed("", text.as_bytes(), is_lines(sample), text.len(), &mut units);
        match (survey.is_talk(), survey.is_deep()) {
            (false, _) => 0.0,
            (true, true) => SURE,
            (true, false) if survey.directed => DIRECTED,
            (true, false) => FLAT,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        read_with(source, &Roster::default(), sink)
    }
}

/// Read a document, or lines of them, in which people may go by the numbers of `roster`.
pub(in crate::import) fn read_with(
    source: Source<'_>,
    roster: &Roster,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let (name, lines) = (source.name().to_owned(), is_lines(source.sample()));
    let replay = source.replay()?;
    let open =
        |counts: bool| -> Result<Box<dyn BufRead + '_>, ImportError> { Ok(Box::new(replay.text(counts)?)) };
    read_documents(&name, lines, &open, roster, sink)
}

/// Read what `open` opens, twice: one document or, by `lines`, one a line.
pub(in crate::import) fn read_documents<'t>(
    name: &str,
    lines: bool,
    open: &dyn Fn(bool) -> Result<Box<dyn BufRead + 't>, ImportError>,
    roster: &Roster,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let (limit, asked) = (sink.options().limits.record, sink.options().columns.clone());
    let mut survey = Survey::default();
    survey.names.know(roster);
    let mut units = Units::new(&mut survey, asked.as_ref());
    // A broken end is met again, and told, by the second reading.
    let whole = feed(name, open(false)?, lines, limit, &mut units).is_ok();
    let mut reading = Reading::new(name, survey, lines, sink);
    if !whole {
        reading.leave_last_open();
    }
    let result = reading.read(open(true)?, limit, asked.as_ref());
    reading.close(&result);
    result
}

/// Whether people talk in the documents of which `text` has the first, one a line.
pub(in crate::import) fn is_talk(text: &str) -> bool {
    let mut survey = Survey::default();
    let _ = feed("", text.as_bytes(), true, text.len() + 1, &mut Units::new(&mut survey, None));
    survey.is_talk()
}

/// Walk through all of `text`, which is one document or, by `lines`, one a line.
fn feed(
    name: &str,
    text: impl BufRead,
    lines: bool,
    limit: usize,
    units: &mut Units<'_>,
) -> Result<(), ImportError> {
    if !lines {
        units.begin();
        let result = json::walk(name, text, limit, units);
        // Nothing comes after it, so that it makes no difference whether more is wanted.
        let _ = units.finish(result.is_ok())?;
        return result;
    }
    let mut lines = Lines::new(text, name, limit);
    while let Some(line) = lines.next_line()? {
        units.takes.line(line.number);
        if line.is_blank() {
            units.takes.blank();
            continue;
        }
        units.begin();
        match json::walk(name, line.text.as_bytes(), limit, units) {
            Ok(()) => {}
            Err(ImportError::Broken { .. }) => {
                units.takes.broken(line.cut);
                units.begin();
                continue;
            }
            Err(error) => return Err(error),
        }
        if units.finish(true)?.is_break() {
            return Ok(());
        }
    }
    units.takes.end();
    Ok(())
}

/// Whether each line is a document.
pub(in crate::import) fn is_lines(sample: &Sample) -> bool {
    let mut lines = sample.lines().filter(|line| !line.trim().is_empty()).take(2);
    let is_object =
        |line: &str| json::record(line.trim_start_matches('\u{feff}')).is_ok_and(|v| v.is_object());
    lines.next().is_some_and(is_object) && lines.next().is_some()
}

#[cfg(test)]
mod tests;
