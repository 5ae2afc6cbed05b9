//! What the user says about speakers: who is called what, who is a child, an adult, a professional or the owner.

use std::collections::HashSet;

use crate::assessment::Caveat;
use crate::import::Imported;
use crate::reading::{Correction, Corrections, correct};
use crate::transcript::Role;

/// Names and roles to be given, and which of the names have been met.
pub struct People {
    renames: Vec<(String, String)>,
    roles: Vec<(String, Role)>,
    met: HashSet<String>,
}

/// What came of it in one conversation.
pub struct Given {
    /// The names that nobody bears, which is most likely a slip of the pen.
    pub strangers: Vec<String>,
    /// What the reader of a report should know of it.
    pub notes: Vec<Caveat>,
}

impl People {
    /// Renames as old and new name, and roles by the old or the new.
    pub fn new(renames: Vec<(String, String)>, roles: Vec<(String, Role)>) -> Self {
        Self { renames, roles, met: HashSet::new() }
    }

    /// Rename speakers and note their roles.
    pub fn apply(&mut self, imported: &mut Imported) -> Given {
        let old: Vec<String> = imported.transcript.speakers.iter().map(|s| s.name.clone()).collect();
        let people = old.iter().map(|name| self.correction(name)).collect();
        let notes = correct(imported, &Corrections { marks: Vec::new(), people }).notes;
        let new: HashSet<&str> = imported.transcript.speakers.iter().map(|s| s.name.as_str()).collect();
        let is_here = |name: &String| old.contains(name) || !self.is_old(name) && new.contains(name.as_str());
        let (met, strangers): (Vec<String>, Vec<String>) = self.asked().cloned().partition(is_here);
        self.met.extend(met);
        Given { strangers, notes }
    }

    /// What is said of the speaker whom the source calls `name`.
    fn correction(&self, name: &str) -> Correction {
        let new = self.renames.iter().find(|(old, _)| old == name).map(|(_, new)| new.clone());
        let is_meant = |called: &str| called == name || new.as_deref() == Some(called);
        let role = self.roles.iter().rev().find(|(called, _)| is_meant(called)).map(|(_, role)| *role);
        Correction { is: name.to_owned(), name: new, role }
    }

    fn is_old(&self, name: &str) -> bool {
        self.renames.iter().any(|(old, _)| old == name)
    }

    fn asked(&self) -> impl Iterator<Item = &String> {
        self.renames.iter().map(|(old, _)| old).chain(self.roles.iter().map(|(name, _)| name))
    }

    /// Say which names were never met in a whole run.
    pub fn warn_of_strangers(&self) {
        let mut told = HashSet::new();
        for name in self.asked().filter(|n| !self.met.contains(*n)) {
            if told.insert(name) {
                anstream::eprintln!("warning: nobody is called {name:?} in any conversation");
            }
        }
    }
}
