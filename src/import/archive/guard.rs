//! Readers that stop what unpacks to more than it should.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::super::Limits;
use super::super::error::{ArchiveProblem, Tripped};

/// An entry may unpack to this much whatever its packed size: short texts of few words pack very well.
const HARMLESS: u64 = 16 << 20;

/// How much an entry of this packed size may unpack to.
pub fn most(packed: u64, limits: &Limits) -> u64 {
    packed.saturating_mul(limits.ratio).max(HARMLESS.min(limits.unpacked))
}

/// Reads an entry and stops when it gives more than it should.
pub struct Guarded<'a, R> {
    pub inner: R,
    pub given: u64,
    pub most: u64,
    pub unpacked: &'a Cell<u64>,
    pub all: u64,
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out).map_err(explain)?;
        self.given += n as u64;
        self.unpacked.set(self.unpacked.get() + n as u64);
        if self.given > self.most || self.unpacked.get() > self.all {
            return Err(io::Error::other(Tripped(ArchiveProblem::Bomb)));
        }
        Ok(n)
    }
}

/// What an unpacker's error says of the archive.
fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::other(Tripped(ArchiveProblem::CutOff)),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            io::Error::other(Tripped(ArchiveProblem::Damaged))
        }
        _ => error,
    }
}

/// The content of a gzip stream of any length, which may not be far larger than what was read of `packed` for it.
pub fn inflate<'a>(packed: impl Read + 'a, limits: &Limits) -> impl Read + 'a {
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { inner: packed, taken: taken.clone() };
    Inflated { inner: MultiGzDecoder::new(counted), taken, given: 0, limits: *limits }
}

struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.taken.set(self.taken.get() + n as u64);
        Ok(n)
    }
}

struct Inflated<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
    given: u64,
    limits: Limits,
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out).map_err(explain)?;
        self.given += n as u64;
        if self.given > most(self.taken.get(), &self.limits) || self.given > self.limits.unpacked {
            return Err(io::Error::other(Tripped(ArchiveProblem::Bomb)));
        }
        Ok(n)
    }
}
