//! Tars, packed or not. They can only be read from front to back, so they are read twice: once for the names, once for the
//! content. Of files that need each other a copy is held in memory.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use ::tar::Archive;

use super::super::error::{ArchiveProblem, ImportError};
use super::super::walk;
use super::guard::Guarded;
use super::{Claim, Entries, Tally, claims, clean, wanted};
use crate::import::chats::sink::Sink;
use crate::import::intake::files;
use crate::import::intake::source::{self, Source};

/// Bytes of one block.
const BLOCK: u64 = 512;
/// Where a tar has the word by which it is known.
const MAGIC: std::ops::Range<usize> = 257..262;

/// Whether an input that begins so is a tar.
pub fn is_tar(head: &[u8]) -> bool {
    head.get(MAGIC) == Some(b"ustar")
}

/// Read every chat in the tar called `name`; `open` gives its unpacked bytes from the beginning, twice.
pub fn read<'a>(
    name: &str,
    open: &dyn Fn() -> Result<Box<dyn Read + 'a>, ImportError>,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut tally = Tally::new(name, depth, sink)?;
    let names = names(&tally, open()?)?;
    let claims = claims(&names, sink.options());
    let mut held = Held { name, files: HashMap::new() };
    match content(&mut tally, open()?, &claims, &mut held, sink) {
        Ok(true) => _ = claims.iter().all(|claim| tally.read_bundle(claim, &mut held, sink)),
        Ok(false) => {}
        Err(error) => {
            // What came before the break is still worth reading.
            sink.set_damaged();
            claims.iter().all(|claim| tally.read_bundle(claim, &mut held, sink));
            tally.failed = Some(error);
        }
    }
    tally.outcome(sink)
}

/// The names of all files, sorted, as far as they can be read.
fn names(tally: &Tally<'_>, stream: Box<dyn Read + '_>) -> Result<Vec<String>, ImportError> {
    let mut archive = Archive::new(stream);
    let mut names = Vec::new();
    let entries = archive.entries().map_err(|e| problem(tally.name, e))?;
    for entry in entries.map_while(Result::ok) {
        if entry.header().entry_type().is_file() {
            names.push(clean(&walk::readable(&entry.path_bytes())));
        }
        if names.len() > tally.limits.entries {
            return Err(ImportError::archive(tally.name, ArchiveProblem::TooManyEntries));
        }
    }
    names.sort();
    Ok(names)
}

/// Read the single files and hold those that are claimed; `false` when the archive should be left alone.
fn content(
    tally: &mut Tally<'_>,
    stream: Box<dyn Read + '_>,
    claims: &[Claim],
    held: &mut Held<'_>,
    sink: &mut Sink<'_>,
) -> Result<bool, ImportError> {
    let zeros = Rc::new(Cell::new(0));
    let mut archive = Archive::new(Ending { inner: stream, zeros: zeros.clone() });
    let name = tally.name;
    let entries = archive.entries().map_err(|e| problem(name, e))?;
    let mut room = tally.limits.held;
    for entry in entries {
        let entry = entry.map_err(|e| problem(name, e))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let file = clean(&walk::readable(&entry.path_bytes()));
        let claimed = claims.iter().any(|(_, bundle)| bundle.entries.binary_search(&file).is_ok());
        if claimed {
            if !files::is_media(&file) {
                let bytes = source::hold(&format!("{name}/{file}"), entry, room)?;
                room -= bytes.len();
                held.files.insert(file, bytes);
            }
        } else if wanted(&file, sink) {
            let unpacked = Cell::new(tally.unpacked.get());
            let (most, all) = (tally.limits.unpacked, tally.limits.unpacked);
            let stream = Guarded { inner: entry, given: 0, most, unpacked: &unpacked, all };
            let go_on = tally.read(&file, Box::new(stream), sink);
            tally.unpacked = unpacked;
            if !go_on {
                return Ok(false);
            }
        }
    }
    if zeros.get() < BLOCK { Err(ImportError::archive(name, ArchiveProblem::CutOff)) } else { Ok(true) }
}

/// Counts the zeros at the end of what was read. A tar ends with blocks of them; one that does not is cut off, even if
/// that was between two files.
struct Ending<R> {
    inner: R,
    zeros: Rc<Cell<u64>>,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let at_end = out[..n].iter().rev().take_while(|b| **b == 0).count();
        let before = if at_end == n { self.zeros.get() } else { 0 };
        self.zeros.set(before + at_end as u64);
        Ok(n)
    }
}

/// The claimed files of a tar.
struct Held<'n> {
    name: &'n str,
    files: HashMap<String, Vec<u8>>,
}

impl Entries for Held<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&mut self, entry: &str, sink: &Sink<'_>) -> Result<Source<'_>, ImportError> {
        let name = format!("{}/{entry}", self.name);
        let bytes = self.files.get(entry).ok_or_else(|| ImportError::Vanished { name: name.clone() })?;
        Source::open(&name, Box::new(Cursor::new(&bytes[..])), sink.terms())
    }
}

fn problem(name: &str, error: io::Error) -> ImportError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ImportError::archive(name, ArchiveProblem::CutOff),
        io::ErrorKind::Other if error.get_ref().is_some_and(|e| !e.is::<super::super::error::Tripped>()) => {
            ImportError::archive(name, ArchiveProblem::Damaged)
        }
        _ => ImportError::io(name, error),
    }
}
