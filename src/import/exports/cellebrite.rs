//! Reports of Cellebrite's Physical Analyzer: `report.xml`, alone, in a `.ufdr`, or beside the folder of its files.
//!
//! Chats are gone into and their messages taken one by one. SMS and MMS stand mixed and are put together by the set of
//! the other people. Everything else (calls, contacts, files) is passed over without being held.

mod chats;
mod loose;
mod model;

use std::io::BufRead;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::ids::Ids;
use crate::import::chats::threads::Threads;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::xml::{self, Event, Tag, Xml};
use crate::import::warning::WarningKind;
use crate::import::{Format, Limits, Sink};
use chats::Chats;
use loose::Loose;

/// The report itself.
const REPORT: &str = "report.xml";
/// Folders beside it with what it refers to.
const FILES: [&str; 5] = ["files/", "mms/", "chats/", "attachments/", "contacts/"];

/// The format.
pub struct Cellebrite;

impl Format for Cellebrite {
    fn name(&self) -> &'static str {
        "cellebrite"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        match xml::root(sample.text()) {
            Some(("project", rest)) if rest.contains("pa.cellebrite.com/report") => 0.95,
            Some(("project", rest)) if rest.contains("<decodedData") => 0.8,
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let mut xml = Xml::new(&name, source.into_text()?, xml::longest(&limits), limits.record);
        if xml.first()?.is_none_or(|root| root.name != "project") {
            return Err(ImportError::UnknownFormat { name, looks: "this is no Cellebrite report" });
        }
        let owner = sink.options().me.clone();
        let mut report = Report { name, limits, owner, ids: Ids::default(), loose: Loose::default() };
        let result = report.read(&mut xml, sink);
        report.close(&result, xml.line(), sink);
        result
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        Bundle::around(REPORT, entries).into_iter().filter_map(|b| with_files(&b)).collect()
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let source = files.open(&bundle.path(REPORT), sink)?;
        if self.detect(source.sample()) == 0.0 {
            let name = source.name().to_owned();
            return Err(ImportError::UnknownFormat { name, looks: "this is no Cellebrite report" });
        }
        self.read(source, sink)
    }
}

/// The report and the files that belong to it; whatever else lies in the folder may be a chat of another kind.
fn with_files(bundle: &Bundle) -> Option<Bundle> {
    let below = |entry: &str| FILES.iter().any(|folder| entry.starts_with(&bundle.path(folder)));
    let report = bundle.path(REPORT);
    let ours = bundle.entries.iter().filter(|e| **e == report || below(e));
    let entries: Vec<String> = ours.cloned().collect();
    (entries.len() > 1).then(|| Bundle { root: bundle.root.clone(), entries })
}

/// The reading of one report.
struct Report {
    name: String,
    limits: Limits,
    /// The name that the user gave the phone's owner.
    owner: Option<String>,
    ids: Ids,
    loose: Loose,
}

impl Report {
    fn read(&mut self, xml: &mut Xml<impl BufRead>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let mut depth = 1;
        while depth > 0 && !sink.is_stopped() {
            match xml.event()? {
                Event::Open(tag) => match tag.name.as_str() {
                    "decodedData" | "modelType" => depth += 1,
                    "model" => self.model(tag, xml, sink)?,
                    _ => xml.skip()?,
                },
                Event::Close(_) => depth -= 1,
                Event::Text(_) => {}
                Event::End => return Err(xml.broken()),
            }
        }
        if sink.is_stopped() { Ok(()) } else { xml.finish() }
    }

    fn model(
        &mut self,
        tag: Tag,
        xml: &mut Xml<impl BufRead>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        match tag.get("type").unwrap_or("") {
            "Chat" => {
                let (name, owner) = (&self.name, self.owner.as_deref());
                Chats { name, owner, ids: &mut self.ids }.read(&tag, xml, sink)
            }
            "SMS" | "MMS" | "InstantMessage" => {
                let message = xml.element(tag)?;
                self.loose.take(&message, &self.name, self.owner.as_deref(), &self.limits)
            }
            "Email" => {
                sink.count_lines(1);
                sink.reject(WarningKind::UnknownRecord, tag.line);
                xml.skip()
            }
            _ => xml.skip(),
        }
    }

    fn close(self, result: &Result<(), ImportError>, line: u64, sink: &mut Sink<'_>) {
        let Loose { mut threads, count, .. } = self.loose;
        sink.count_lines(count);
        threads.iter_mut().for_each(|chat| chat.close(result, line));
        if !sink.is_stopped() {
            Threads::close(threads, sink);
        }
    }
}
