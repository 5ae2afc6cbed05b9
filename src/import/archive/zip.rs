//! Zips. One without its list of entries, cut off or still being written, is salvaged entry by entry.

use std::io::{self, Read, Seek};

use ::zip::ZipArchive;
use ::zip::read::{ZipFile, read_zipfile_from_stream};
use ::zip::result::ZipError;

use super::super::error::{ArchiveProblem, ImportError};
use super::guard::{Guarded, most};
use super::{Entries, Tally, claims, clean, wanted};
use crate::import::chats::sink::Sink;
use crate::import::intake::source::Source;

/// Whether an input that begins so is a zip.
pub fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Read every chat in the zip called `name`. Other entries are read although one is broken; its error comes last.
pub fn read<R: Read + Seek>(
    name: &str,
    mut input: R,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let mut tally = Tally::new(name, depth, sink)?;
    match ZipArchive::new(&mut input) {
        Ok(archive) => Zip::new(archive, &tally)?.read(&mut tally, sink),
        Err(ZipError::InvalidArchive(_)) => salvage(input, &mut tally, sink),
        Err(error) => return Err(problem(name, error)),
    }
    tally.outcome(sink)
}

/// An opened zip and its entries by name.
struct Zip<R> {
    archive: ZipArchive<R>,
    entries: Vec<(String, usize)>,
}

impl<R: Read + Seek> Zip<R> {
    fn new(archive: ZipArchive<R>, tally: &Tally<'_>) -> Result<Self, ImportError> {
        if archive.len() > tally.limits.entries {
            return Err(ImportError::archive(tally.name, ArchiveProblem::TooManyEntries));
        }
        let readable = |(index, name): (usize, Result<_, _>)| {
            name.ok().map(|n: std::borrow::Cow<'_, str>| (clean(&n), index))
        };
        let mut entries: Vec<_> = archive.file_names().enumerate().filter_map(readable).collect();
        entries.sort();
        Ok(Self { archive, entries })
    }

    fn read(&mut self, tally: &mut Tally<'_>, sink: &mut Sink<'_>) {
        let names: Vec<String> = self.entries.iter().map(|(name, _)| name.clone()).collect();
        let claims = claims(&names, sink.options());
        for claim in &claims {
            let unpacked = tally.unpacked.clone();
            let mut files = Files { zip: self, name: tally.name, unpacked: &unpacked, limits: tally.limits };
            let go_on = tally.read_bundle(claim, &mut files, sink);
            tally.unpacked = unpacked;
            if !go_on {
                return;
            }
        }
        for (entry, index) in self.entries.clone() {
            let claimed = claims.iter().any(|(_, bundle)| bundle.entries.binary_search(&entry).is_ok());
            if claimed || !wanted(&entry, sink) {
                continue;
            }
            let unpacked = tally.unpacked.clone();
            let go_on = match guarded(&mut self.archive, index, &unpacked, &tally.limits) {
                Ok(stream) => tally.read(&entry, Box::new(stream), sink),
                Err(error) => tally.judge(Err(problem(&format!("{}/{entry}", tally.name), error)), sink),
            };
            tally.unpacked = unpacked;
            if !go_on {
                return;
            }
        }
    }
}

/// The entries of a zip for a format that needs several.
struct Files<'a, R> {
    zip: &'a mut Zip<R>,
    name: &'a str,
    unpacked: &'a std::cell::Cell<u64>,
    limits: super::Limits,
}

impl<R: Read + Seek> Entries for Files<'_, R> {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&mut self, entry: &str, sink: &Sink<'_>) -> Result<Source<'_>, ImportError> {
        let name = format!("{}/{entry}", self.name);
        let found = self.zip.entries.binary_search_by(|(n, _)| n.as_str().cmp(entry));
        let index = found.map_err(|_| ImportError::Vanished { name: name.clone() })?;
        let index = self.zip.entries[index].1;
        let stream = guarded(&mut self.zip.archive, index, self.unpacked, &self.limits);
        let stream = stream.map_err(|e| problem(&name, e))?;
        Source::open(&name, Box::new(stream), sink.terms())
    }
}

fn guarded<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<R>,
    index: usize,
    unpacked: &'a std::cell::Cell<u64>,
    limits: &super::Limits,
) -> Result<Guarded<'a, ZipFile<'a, R>>, ZipError> {
    let file = archive.by_index(index)?;
    let most = most(file.compressed_size(), limits);
    Ok(Guarded { most, inner: file, given: 0, unpacked, all: limits.unpacked })
}

/// A zip without its end has no list of entries, but each entry still stands where it stood: read them in turn.
fn salvage<R: Read + Seek>(mut input: R, tally: &mut Tally<'_>, sink: &mut Sink<'_>) {
    let _ = input.rewind();
    sink.set_damaged();
    let limits = tally.limits;
    for _ in 0..limits.entries {
        let Ok(Some(file)) = read_zipfile_from_stream(&mut input) else { break };
        let Ok(entry) = file.name().map(|name| clean(&name)) else { break };
        if !wanted(&entry, sink) {
            continue;
        }
        let (most, unpacked) = (most(file.compressed_size(), &limits), tally.unpacked.clone());
        let stream = Guarded { inner: file, given: 0, most, unpacked: &unpacked, all: limits.unpacked };
        let go_on = tally.read(&entry, Box::new(stream), sink);
        tally.unpacked = unpacked;
        if !go_on {
            break;
        }
    }
    tally.failed = Some(ImportError::archive(tally.name, ArchiveProblem::CutOff));
}

fn problem(name: &str, error: ZipError) -> ImportError {
    let problem = match error {
        ZipError::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => ArchiveProblem::CutOff,
        ZipError::Io(source) => return ImportError::io(name, source),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            ArchiveProblem::Encrypted
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ArchiveProblem::Unsupported
        }
        _ => ArchiveProblem::Damaged,
    };
    ImportError::archive(name, problem)
}
