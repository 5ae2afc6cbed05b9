//! What the user says about speakers: who is called what, who is a child, an adult, a professional or the owner.

use std::collections::HashSet;

use crate::import::{Imported, Warning, WarningKind};
use crate::transcript::{Role, Transcript};

/// Names and roles to be given, and which of the names have been met.
pub struct People {
    renames: Vec<(String, String)>,
    roles: Vec<(String, Role)>,
    met: HashSet<String>,
}

impl People {
    /// Renames as old and new name, and roles by the old or the new.
    pub fn new(renames: Vec<(String, String)>, roles: Vec<(String, Role)>) -> Self {
        Self { renames, roles, met: HashSet::new() }
    }

    /// Rename speakers and note their roles. The names that nobody bears, which is most likely a slip of the pen.
    pub fn apply(&mut self, imported: &mut Imported) -> Vec<String> {
        let transcript = &mut imported.transcript;
        let here: HashSet<String> = transcript.speakers.iter().map(|s| s.name.clone()).collect();
        let unknown: Vec<String> = self.asked().filter(|n| !here.contains(*n)).cloned().collect();
        // A role may be given by the name before or after.
        self.mark(transcript);
        if !self.renames.is_empty() {
            transcript.rename(|old| self.renames.iter().find(|(o, _)| o == old).map(|(_, new)| new.clone()));
            self.mark(transcript);
            now_one_sided(imported);
        }
        let transcript = &imported.transcript;
        let renamed: HashSet<&str> = transcript.speakers.iter().map(|s| s.name.as_str()).collect();
        let is_old = |name: &String| self.renames.iter().any(|(old, _)| old == name);
        let strangers: Vec<String> =
            unknown.into_iter().filter(|n| is_old(n) || !renamed.contains(n.as_str())).collect();
        let met: Vec<String> = self.asked().filter(|n| !strangers.contains(n)).cloned().collect();
        self.met.extend(met);
        strangers
    }

    fn asked(&self) -> impl Iterator<Item = &String> {
        self.renames.iter().map(|(old, _)| old).chain(self.roles.iter().map(|(name, _)| name))
    }

    fn mark(&self, transcript: &mut Transcript) {
        for (name, role) in &self.roles {
            transcript.speakers.iter_mut().filter(|s| s.name == *name).for_each(|s| s.role = *role);
        }
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

/// When two names turn out to be one person, there may be nobody else.
fn now_one_sided(imported: &mut Imported) {
    let kind = WarningKind::OneSidedExport;
    if imported.transcript.is_one_sided() && !imported.warnings.iter().any(|w| w.kind == kind) {
        imported.warnings.push(Warning { kind, count: 1, first_line: 0 });
    }
}
