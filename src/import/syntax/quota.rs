//! A guard for parsers that would swallow any amount: a reader that fails when one record takes too much.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::import::error::TooBig;

/// Reads on until more than `limit` bytes went by since its [`Meter`] was last reset.
pub struct Quota<R> {
    inner: R,
    limit: u64,
    meter: Meter,
}

/// How much went by since the last record.
#[derive(Clone, Default)]
pub struct Meter(Rc<Cell<u64>>);

impl Meter {
    /// A record is complete.
    pub fn reset(&self) {
        self.0.set(0);
    }
}

impl<R: Read> Quota<R> {
    /// Guard `inner`.
    pub fn new(inner: R, limit: usize) -> (Self, Meter) {
        let meter = Meter::default();
        (Self { inner, limit: limit as u64, meter: meter.clone() }, meter)
    }
}

impl<R: Read> Read for Quota<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.meter.0.set(self.meter.0.get() + n as u64);
        if self.meter.0.get() > self.limit { Err(io::Error::other(TooBig(self.limit))) } else { Ok(n) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_may_take_so_much_and_all_of_them_any_amount() {
        let (mut quota, meter) = Quota::new(io::repeat(b'x'), 10);
        for _ in 0..5 {
            quota.read_exact(&mut [0; 8]).unwrap();
            meter.reset();
        }
        assert!(quota.read_exact(&mut [0; 11]).is_err());
    }
}
