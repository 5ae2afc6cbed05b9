//! The two problems of PAN 2012: which authors (ranked by F0.5), and which of their lines (ranked by F3), of our model and of a system that tells of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::part::OURS;
use super::super::result::{Measure, Row, Table};
use super::super::suite::Suite;
use super::Seen;
use super::lists::Lists;
use super::peers::Told;
use crate::metrics::{Resamples, Sets};

/// One of the two.
pub struct Problem {
    pub id: &'static str,
    title: &'static str,
    /// By which systems are ranked.
    pub beta: f64,
}

pub const AUTHORS: Problem = Problem { id: "authors", title: "Problem 1: predators", beta: 0.5 };
pub const LINES: Problem = Problem { id: "lines", title: "Problem 2: their telling lines", beta: 3.0 };

/// What was found and wanted, by author or by conversation.
pub type Counts = BTreeMap<String, Sets>;

/// A system's name and what it found.
pub type Finds = (String, Counts);

/// Each author who was found or is listed.
pub fn by_author<'s>(found: impl Iterator<Item = &'s str>, wanted: impl Iterator<Item = &'s str>) -> Counts {
    let mut counts = Counts::new();
    found.for_each(|author| counts.entry(author.to_owned()).or_default().found = 1);
    wanted.for_each(|author| counts.entry(author.to_owned()).or_default().wanted = 1);
    counts.values_mut().for_each(|sets| sets.hits = sets.found.min(sets.wanted));
    counts
}

/// Who is found by our model.
pub fn concerned(seen: &[Seen]) -> impl Iterator<Item = &str> {
    seen.iter().flat_map(|s| &s.concern).map(String::as_str)
}

/// The lines of each conversation.
pub fn by_conversation(
    seen: &[Seen],
    found: impl Fn(&Seen) -> BTreeSet<usize>,
    wanted: impl Fn(&Seen) -> BTreeSet<usize>,
) -> Counts {
    seen.iter().map(|s| (s.id.clone(), Sets::of(&found(s), &wanted(s)))).collect()
}

/// The lines that our model finds.
pub fn telling(seen: &Seen) -> BTreeSet<usize> {
    seen.lines.iter().copied().collect()
}

/// Problem 1: our model, and another system with those at or above its threshold.
pub fn authors(suite: &Suite, seen: &[Seen], lists: &Lists, peer: Option<(String, &Told, f64)>) -> Table {
    let wanted = || lists.authors.keys().map(String::as_str);
    let here = seen.iter().flat_map(|s| &s.authors).filter(|a| lists.authors.contains_key(*a));
    let note = format!(
        "Found: whose messages are the reason for an alarm at the band look; of another system, whose score reaches its threshold. Recall divides by all {} ids of the list; {} of them write in this file. Ranked by F0.5.{UNDEFINED}",
        lists.authors.len(),
        here.collect::<BTreeSet<_>>().len()
    );
    let theirs = peer.map(|(name, told, least)| {
        let found =
            told.authors.iter().filter(|(_, score)| **score >= least).map(|(author, _)| author.as_str());
        (name, by_author(found, wanted()))
    });
    table(suite, &AUTHORS, &note, by_author(concerned(seen), wanted()), theirs)
}

/// Problem 2, likewise.
pub fn lines(suite: &Suite, seen: &[Seen], lists: &Lists, peer: Option<(String, &Told, f64)>) -> Table {
    let whole = |mut counts: Counts| {
        // Lines of conversations that are not here were not found either.
        for (id, lines) in lists.lines.iter().flatten() {
            let wanted = lines.len() as u64;
            counts.entry(id.clone()).or_insert(Sets { wanted, ..Sets::default() });
        }
        counts
    };
    let wanted = |s: &Seen| lists.telling(&s.id);
    let ours = by_conversation(seen, telling, wanted);
    let here: u64 = ours.values().map(|s| s.wanted).sum();
    let note = format!(
        "Found: lines of the persons found that carry a signal; of another system, lines whose score reaches its threshold. Recall divides by all {} lines of the list; {here} of them are in conversations that were read. Ranked by F3.{UNDEFINED}",
        lists.count()
    );
    let theirs = peer.map(|(name, told, least)| {
        let found = |s: &Seen| {
            let lines = told.lines.get(&s.id).into_iter().flatten();
            lines.filter(|(_, score)| **score >= least).map(|(number, _)| *number).collect()
        };
        (name, whole(by_conversation(seen, found, wanted)))
    });
    table(suite, &LINES, &note, whole(ours), theirs)
}

const UNDEFINED: &str =
    " F is undefined where nothing is hit, so that resamples without a hit do not count in its interval.";

fn table(suite: &Suite, problem: &Problem, note: &str, ours: Counts, theirs: Option<Finds>) -> Table {
    let mut rows = vec![problem.row(OURS, &ours, suite)];
    if let Some((name, theirs)) = theirs {
        rows.push(problem.row(&name, &theirs, suite));
        let less = problem.less(&theirs, &ours, suite.resamples, suite.seed);
        rows.push(Row::new(&format!("{OURS} − {name}"), less.map(|(column, [.., less])| (column, less))));
    }
    Table::new(problem.id, problem.title, note, &problem.columns(), rows)
}

impl Problem {
    fn columns(&self) -> [&'static str; 4] {
        ["precision", "recall", "F1", if self.beta < 1.0 { "F0.5" } else { "F3" }]
    }

    fn number(&self, column: &str, sets: Sets) -> Option<f64> {
        match column {
            "precision" => sets.precision(),
            "recall" => sets.recall(),
            "F1" => sets.f(1.0),
            _ => sets.f(self.beta),
        }
    }

    /// Whether a column is a share of what is counted.
    fn is_share(column: &str) -> bool {
        column == "precision" || column == "recall"
    }

    fn row(&self, name: &str, counts: &Counts, suite: &Suite) -> Row {
        let (names, sets): (Vec<&String>, Vec<Sets>) = counts.iter().unzip();
        let draws = Resamples::new(&names, suite.resamples, suite.seed);
        let sum = |drawn: &[usize]| drawn.iter().map(|i| sets[*i]).sum::<Sets>();
        let all: Sets = sets.iter().copied().sum();
        let cell = |column| {
            let n = if column == "precision" { all.found } else { all.wanted };
            let number = |drawn: &[usize]| self.number(column, sum(drawn));
            let measure = match Self::is_share(column) {
                true => Measure::share(&draws, &names, &counted(column, &sets), number),
                false => Measure::over(&draws, names.len(), 0, number),
            };
            (column, Measure { n: n as usize, ..measure })
        };
        Row::new(name, self.columns().map(cell))
    }

    /// By column, the number of A, of B, and of B less A on the same resamples; the first two have no interval.
    pub fn less(
        &self,
        a: &Counts,
        b: &Counts,
        resamples: usize,
        seed: u64,
    ) -> [(&'static str, [Measure; 3]); 4] {
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        let names: Vec<&String> = names.into_iter().collect();
        let of = |side: &Counts| -> Vec<Sets> {
            names.iter().map(|name| side.get(*name).copied().unwrap_or_default()).collect()
        };
        let [a, b] = [of(a), of(b)];
        let draws = Resamples::new(&names, resamples, seed);
        let all: Vec<usize> = (0..names.len()).collect();
        let wanted: u64 = a.iter().map(|s| s.wanted).sum();
        self.columns().map(|column| {
            let of =
                |side: &[Sets], items: &[usize]| self.number(column, items.iter().map(|i| side[*i]).sum());
            let less = |items: &[usize]| Some(of(&b, items)? - of(&a, items)?);
            let difference = match Self::is_share(column) {
                true => Measure::difference(&draws, &names, &counted(column, &a), less),
                false => Measure::over(&draws, names.len(), 0, less),
            };
            let [one, other] = [&a, &b].map(|side| Measure { value: of(side, &all), ..Measure::default() });
            (column, [one, other, Measure { n: wanted as usize, ..difference }])
        })
    }
}

/// Those that a share divides by.
fn counted(column: &str, sets: &[Sets]) -> Vec<usize> {
    let counts = |s: &Sets| if column == "precision" { s.found > 0 } else { s.wanted > 0 };
    (0..sets.len()).filter(|i| counts(&sets[*i])).collect()
}
