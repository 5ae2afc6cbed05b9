//! Zips, read entry by entry without unpacking to disk. Media in them is counted and never opened.
//!
//! Sizes written in a zip are not believed: what comes out is counted against [`super::Limits`].

use std::cell::Cell;
use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::read::{ZipFile, read_zipfile_from_stream};
use zip::result::ZipError;

use super::error::{ArchiveProblem, ImportError, Tripped};
use super::sink::Sink;
use super::source::Source;
use super::warning::WarningKind;
use super::{FORMATS, Limits, read_stream, walk};

/// How many zips may lie in each other.
const DEEPEST: usize = 2;
/// An entry may unpack to this much whatever its packed size: short texts of few words pack very well.
const HARMLESS: u64 = 16 << 20;

/// The files of an export that comes as an archive.
pub trait Entries {
    /// The archive's own name.
    fn name(&self) -> &str;
    /// The names of all entries, sorted.
    fn names(&self) -> Vec<String>;
    /// One entry, to be read once.
    fn open(&mut self, entry: &str, sink: &Sink<'_>) -> Result<Source<'_>, ImportError>;
}

/// Whether an input that begins so is a zip.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Read every chat in the zip called `name`. Other entries are read although one is broken; its error comes last.
pub(super) fn read<R: Read + Seek>(
    name: &str,
    mut input: R,
    depth: usize,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    if depth >= DEEPEST {
        return Err(ImportError::archive(name, ArchiveProblem::TooDeep));
    }
    let before = sink.conversations();
    let mut tally = Tally::new(name, depth, &sink.options().limits);
    match ZipArchive::new(&mut input) {
        Ok(archive) => Zip::new(archive, &tally)?.read(&mut tally, sink)?,
        Err(ZipError::InvalidArchive(_)) => salvage(input, &mut tally, sink),
        Err(error) => return Err(problem(name, error)),
    }
    match tally.failed {
        Some(error) => Err(error),
        None if sink.conversations() == before && !sink.is_stopped() => {
            Err(ImportError::archive(name, ArchiveProblem::NoChat))
        }
        None => Ok(()),
    }
}

/// What one archive has cost so far, and the first thing that went wrong in it.
struct Tally<'n> {
    name: &'n str,
    depth: usize,
    limits: Limits,
    unpacked: Cell<u64>,
    failed: Option<ImportError>,
}

impl<'n> Tally<'n> {
    fn new(name: &'n str, depth: usize, limits: &Limits) -> Self {
        Self { name, depth, limits: *limits, unpacked: Cell::new(0), failed: None }
    }

    /// Read the entry called `entry`; `false` when the archive should be left alone.
    fn read(&mut self, entry: &str, stream: Box<dyn Read + '_>, sink: &mut Sink<'_>) -> bool {
        let name = format!("{}/{entry}", self.name);
        let result = read_stream(&name, None, stream, self.depth + 1, sink);
        self.judge(result, sink)
    }

    fn judge(&mut self, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> bool {
        match result {
            Ok(()) => {}
            Err(
                ImportError::UnknownFormat { .. }
                | ImportError::Binary { .. }
                | ImportError::Empty { .. }
                | ImportError::NoMessages { .. }
                | ImportError::Archive { problem: ArchiveProblem::NoChat, .. },
            ) => sink.doubt(WarningKind::SkippedEntry, 0),
            Err(error) => {
                let bomb = matches!(error, ImportError::Archive { problem: ArchiveProblem::Bomb, .. });
                self.failed.get_or_insert(error);
                return !bomb && !sink.is_stopped();
            }
        }
        !sink.is_stopped()
    }
}

/// Whether an entry is to be opened. Media is counted here.
fn wanted(entry: &str, sink: &mut Sink<'_>) -> bool {
    if entry.ends_with('/') || walk::is_hidden(entry) {
        return false;
    }
    let media = walk::is_media(entry);
    if media {
        sink.count_media();
    }
    !media
}

/// An opened zip and its entries by name.
struct Zip<'n, R> {
    name: &'n str,
    archive: ZipArchive<R>,
    entries: Vec<(String, usize)>,
}

impl<'n, R: Read + Seek> Zip<'n, R> {
    fn new(archive: ZipArchive<R>, tally: &Tally<'n>) -> Result<Self, ImportError> {
        if archive.len() > tally.limits.entries {
            return Err(ImportError::archive(tally.name, ArchiveProblem::TooManyEntries));
        }
        let readable = |(index, name): (usize, Result<_, _>)| name.ok().map(|n| (clean(n), index));
        let mut entries: Vec<_> = archive.file_names().enumerate().filter_map(readable).collect();
        entries.sort();
        Ok(Self { name: tally.name, archive, entries })
    }

    fn read(&mut self, tally: &mut Tally<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let names = self.names();
        let asked = sink.options().format.clone();
        let free = |name: &str| asked.as_deref().is_none_or(|a| a.eq_ignore_ascii_case(name));
        if let Some(format) = FORMATS.iter().find(|f| free(f.name()) && f.claims(&names)) {
            sink.start(format.name());
            let mut bundle = Bundle { zip: self, unpacked: &tally.unpacked, limits: tally.limits };
            return format.read_entries(&mut bundle, sink);
        }
        for (entry, index) in self.entries.clone() {
            if !wanted(&entry, sink) {
                continue;
            }
            let unpacked = tally.unpacked.clone();
            let go_on = match guarded(&mut self.archive, index, &unpacked, &tally.limits) {
                Ok(stream) => tally.read(&entry, Box::new(stream), sink),
                Err(error) => tally.judge(Err(problem(&format!("{}/{entry}", self.name), error)), sink),
            };
            tally.unpacked = unpacked;
            if !go_on {
                break;
            }
        }
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        self.entries.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// Entry names with one kind of slash; Windows has written both.
fn clean(name: std::borrow::Cow<'_, str>) -> String {
    name.replace('\\', "/")
}

/// A zip that a format reads as a whole.
struct Bundle<'a, 'n, R> {
    zip: &'a mut Zip<'n, R>,
    unpacked: &'a Cell<u64>,
    limits: Limits,
}

impl<R: Read + Seek> Entries for Bundle<'_, '_, R> {
    fn name(&self) -> &str {
        self.zip.name
    }

    fn names(&self) -> Vec<String> {
        self.zip.names()
    }

    fn open(&mut self, entry: &str, sink: &Sink<'_>) -> Result<Source<'_>, ImportError> {
        let name = format!("{}/{entry}", self.zip.name);
        let found = self.zip.entries.iter().find(|(n, _)| n == entry).map(|(_, index)| *index);
        let index = found.ok_or_else(|| ImportError::Vanished { name: name.clone() })?;
        let stream = guarded(&mut self.zip.archive, index, self.unpacked, &self.limits);
        let stream = stream.map_err(|e| problem(&name, e))?;
        Source::open(&name, Box::new(stream), sink)
    }
}

fn guarded<'a, R: Read + Seek>(
    archive: &'a mut ZipArchive<R>,
    index: usize,
    unpacked: &'a Cell<u64>,
    limits: &Limits,
) -> Result<Guarded<'a, ZipFile<'a, R>>, ZipError> {
    let file = archive.by_index(index)?;
    Ok(Guarded {
        most: most(file.compressed_size(), limits),
        inner: file,
        given: 0,
        unpacked,
        all: limits.unpacked,
    })
}

/// How much an entry of this packed size may unpack to.
fn most(packed: u64, limits: &Limits) -> u64 {
    packed.saturating_mul(limits.ratio).max(HARMLESS.min(limits.unpacked))
}

/// Reads an entry and stops when it gives more than it should.
struct Guarded<'a, R> {
    inner: R,
    given: u64,
    most: u64,
    unpacked: &'a Cell<u64>,
    all: u64,
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::other(Tripped(ArchiveProblem::CutOff)),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                io::Error::other(Tripped(ArchiveProblem::Damaged))
            }
            _ => e,
        })?;
        self.given += n as u64;
        self.unpacked.set(self.unpacked.get() + n as u64);
        if self.given > self.most || self.unpacked.get() > self.all {
            return Err(io::Error::other(Tripped(ArchiveProblem::Bomb)));
        }
        Ok(n)
    }
}

/// A zip without its end has no list of entries, but each entry still stands where it stood: read them in turn.
fn salvage<R: Read + Seek>(mut input: R, tally: &mut Tally<'_>, sink: &mut Sink<'_>) {
    let _ = input.rewind();
    let (limits, unpacked) = (tally.limits, Cell::new(0));
    for _ in 0..limits.entries {
        let Ok(Some(file)) = read_zipfile_from_stream(&mut input) else { break };
        let Ok(entry) = file.name().map(clean) else { break };
        if !wanted(&entry, sink) {
            continue;
        }
        let most = most(file.compressed_size(), &limits);
        let stream = Guarded { inner: file, given: 0, most, unpacked: &unpacked, all: limits.unpacked };
        if !tally.read(&entry, Box::new(stream), sink) {
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
