//! Found against wanted, as sets: PAN12's authors and lines, and persons of concern.

use std::collections::BTreeSet;

use super::{Confusion, ratio};

/// Two sets, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sets {
    /// Found and wanted.
    pub hits: u64,
    /// Found.
    pub found: u64,
    /// Wanted: **all** of them, whatever a filter let through.
    pub wanted: u64,
}

impl Sets {
    /// Compare.
    pub fn of<T: Ord>(found: &BTreeSet<T>, wanted: &BTreeSet<T>) -> Self {
        let hits = found.intersection(wanted).count() as u64;
        Self { hits, found: found.len() as u64, wanted: wanted.len() as u64 }
    }

    fn counts(&self) -> Confusion {
        Confusion { tp: self.hits, fp: self.found - self.hits, fn_: self.wanted - self.hits, tn: 0 }
    }

    /// Hits over found.
    pub fn precision(&self) -> Option<f64> {
        self.counts().precision()
    }

    /// Hits over all wanted.
    pub fn recall(&self) -> Option<f64> {
        self.counts().recall()
    }

    /// F_β; PAN12 ranks authors by F0.5 and lines by F3.
    pub fn f(&self, beta: f64) -> Option<f64> {
        self.counts().f(beta)
    }
}

impl std::iter::Sum for Sets {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            hits: a.hits + b.hits,
            found: a.found + b.found,
            wanted: a.wanted + b.wanted,
        })
    }
}

/// Share of pairs of sets that are exactly equal; undefined for none.
pub fn exact_share<T: Ord>(pairs: &[(BTreeSet<T>, BTreeSet<T>)]) -> Option<f64> {
    ratio(pairs.iter().filter(|(a, b)| a == b).count() as f64, pairs.len() as f64)
}
