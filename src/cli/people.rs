//! What the user says about speakers: who is called what, who is a child, an adult, a professional or the owner.

use std::collections::{HashMap, HashSet};

use crate::assessment::Caveat;
use crate::import::Imported;
use crate::reading::{Correction, Corrections, correct};
use crate::transcript::Role;

/// Names and roles to be given, and which of the names have been met.
pub struct People {
    renames: Vec<(String, String)>,
    roles: Vec<(String, Role)>,
    met: HashSet<String>,
    /// Of names that nobody bore so far, one that is written much the same.
    like: HashMap<String, String>,
}

/// What came of it in one conversation.
pub struct Given {
    /// That nobody bears a name, which is most likely a slip of the pen, a sentence for each.
    pub strangers: Vec<String>,
    /// What the reader of a report should know of it.
    pub notes: Vec<Caveat>,
}

impl People {
    /// Renames as old and new name, and roles by the old or the new.
    pub fn new(renames: Vec<(String, String)>, roles: Vec<(String, Role)>) -> Self {
        Self { renames, roles, met: HashSet::new(), like: HashMap::new() }
    }

    /// Rename speakers and note their roles.
    pub fn apply(&mut self, imported: &mut Imported) -> Given {
        let old: Vec<String> = imported.transcript.speakers.iter().map(|s| s.name.clone()).collect();
        let people = old.iter().map(|name| self.correction(name)).collect();
        let notes = correct(imported, &Corrections { marks: Vec::new(), people }).notes;
        let new: HashSet<&str> = imported.transcript.speakers.iter().map(|s| s.name.as_str()).collect();
        let is_here = |name: &String| old.contains(name) || !self.is_old(name) && new.contains(name.as_str());
        let (met, strangers): (Vec<String>, Vec<String>) = self.asked().cloned().partition(is_here);
        for name in &strangers {
            let alike = old.iter().find(|here| is_like(here, name));
            self.like.extend(alike.map(|here| (name.clone(), here.clone())));
        }
        self.met.extend(met);
        Given { strangers: strangers.iter().map(|name| self.nobody(name, "here")).collect(), notes }
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

    fn nobody(&self, name: &str, place: &str) -> String {
        let like = self.like.get(name).map(|like| format!("; did you mean {like:?}?")).unwrap_or_default();
        format!("nobody is called {name:?} {place}{like}")
    }

    /// Say which names were never met in a whole run.
    pub fn warn_of_strangers(&self) {
        let mut told = HashSet::new();
        for name in self.asked().filter(|n| !self.met.contains(*n)) {
            if told.insert(name) {
                anstream::eprintln!("warning: {}", self.nobody(name, "in any conversation"));
            }
        }
    }
}

/// Whether two names are the same but for case, or for one letter of four or more.
fn is_like(a: &str, b: &str) -> bool {
    let [a, b] = [a, b].map(|name| name.trim().to_lowercase().chars().collect::<Vec<char>>());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    // What follows the first letter that differs, which is another one, or one too many.
    let (rest, other) = (&short[same..], &long[same..]);
    rest == other
        || short.len() >= 3
            && long.len() >= 4
            && (rest == &other[1..] || !rest.is_empty() && rest[1..] == other[1..])
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_slip_of_the_pen_is_like_the_name() {
        for (name, slip) in
            [("Me", "me"), ("Kestrel", "Kestrl"), ("Kestrel", "kestrell"), ("Mira", "Mora"), ("Pip ", "Pip")]
        {
            assert!(is_like(name, slip) && is_like(slip, name), "{name} {slip}");
        }
        for (name, other) in [("Me", "Mo"), ("Ana", "Bo"), ("Kestrel", "Kest"), ("Ana", "Ani"), ("", "Ana")] {
            assert!(!is_like(name, other) && !is_like(other, name), "{name} {other}");
        }
    }
}
