//! Imports through the public API: one fixture per oddity, each beside what it is to be read as, and the ways in
//! which files fail. All texts are invented.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rushlight::import::{
    ArchiveProblem, Counts, DateOrder, ImportError, Imported, Limits, Options, WarningKind, read_path, read_text, walk,
};
use rushlight::transcript::{Kind, Role};

type Outcome = (Vec<Imported>, Result<Counts, ImportError>);

fn bytes(name: &str, input: impl Read, options: &Options) -> Outcome {
    let mut found = Vec::new();
    let counts = read_text(name, input, options, &mut |imported| {
        found.push(imported);
        ControlFlow::Continue(())
    });
    (found, counts)
}

fn file(path: &Path) -> Outcome {
    let mut found = Vec::new();
    let counts = read_path(path, &Options::default(), &mut |imported| {
        found.push(imported);
        ControlFlow::Continue(())
    });
    (found, counts)
}

fn fixtures() -> PathBuf {
    Path::new("tests/fixtures/import").to_owned()
}

/// Everything that a reading gave, as lines that can be compared and read.
fn shown((found, counts): &Outcome) -> String {
    let mut out = String::new();
    for Imported { transcript, format, warnings } in found {
        let language = transcript.language.as_deref().unwrap_or("-");
        let id = transcript.id.strip_prefix("tests/fixtures/import/").unwrap_or(&transcript.id);
        writeln!(out, "{id} ({format}, {language})").unwrap();
        for message in &transcript.messages {
            let speaker = message.speaker.map_or("*", |s| transcript.speakers[s].name.as_str());
            let time = message.time.map_or("-".to_owned(), |t| t.to_string());
            let text = message.text.reveal().escape_debug();
            writeln!(out, "  {} {time} {:?} {speaker}: {text}", message.origin.line, message.kind).unwrap();
        }
        for warning in warnings {
            writeln!(out, "  ! {warning}").unwrap();
        }
    }
    match counts {
        Ok(c) => {
            let parts = (c.messages, c.continuations, c.system, c.headings, c.warned, c.blank);
            writeln!(out, "{} lines: {} messages, {} continuations, {} system, {} headings, {} warned, {} blank",
                c.lines, parts.0, parts.1, parts.2, parts.3, parts.4, parts.5).unwrap();
            c.warnings.iter().for_each(|w| writeln!(out, "! {w}").unwrap());
        }
        Err(error) => writeln!(out, "error: {error}").unwrap(),
    }
    out
}

/// Each `NAME` in the folder is read and compared with `NAME.expected`; RUSHLIGHT_BLESS=1 writes what is read now.
#[test]
fn fixtures_are_read_as_expected() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in walk(&fixtures()).map(Result::unwrap).filter(|p| p.extension().is_none_or(|e| e != "expected")) {
        seen += 1;
        let outcome = file(&path);
        if let Ok(counts) = &outcome.1 {
            assert_eq!(counts.lines, counts.accounted(), "{}", path.display());
        }
        let (actual, beside) = (shown(&outcome), path.with_added_extension("expected"));
        if std::env::var_os("RUSHLIGHT_BLESS").is_some() {
            fs::write(&beside, &actual).unwrap();
        }
        if fs::read_to_string(&beside).unwrap_or_default() != actual {
            wrong.push(format!("{}\n{actual}", path.display()));
        }
    }
    assert!(seen > 30, "only {seen} fixtures found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
