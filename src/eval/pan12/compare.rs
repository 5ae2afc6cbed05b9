//! Two results of PAN 2012 beside each other: conversations as in any suite, and both problems by author and by line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::super::compare::Comparison;
use super::super::result::{Measure, Outcome};
use super::super::side;
use super::super::verdict::Verdict;
use super::lists::gold;
use super::{AUTHORS, LINES, Listed, Problem, Seen, by_author, by_conversation};
use crate::metrics::{Resamples, Sets};

/// Whether a result is one of this suite.
pub fn is_of(outcome: &Outcome) -> bool {
    outcome.tables.iter().any(|table| table.id == AUTHORS.id)
}

/// The scores beside a result, as those of any suite.
///
/// # Errors
/// When a line is none of ours, or was written before it told what the lists say.
pub fn verdicts(path: &Path) -> Result<Vec<Verdict>> {
    let one = |seen: &Seen| {
        let gold = gold(seen, listed(path, seen)?);
        let verdict = Verdict::brief(&gold, f64::from(seen.risk), seen.band);
        Ok(Verdict { model: seen.model.clone(), ..verdict })
    };
    side::lines::<Seen>(path)?.iter().map(one).collect()
}

fn listed<'s>(path: &Path, seen: &'s Seen) -> Result<&'s Listed> {
    let earlier =
        || format!("{}: {}: written by an earlier version; run the suite again", path.display(), seen.id);
    seen.listed.as_ref().with_context(earlier)
}

/// Both problems: what B is less A.
pub fn numbers(outcome: &Outcome, [a, b]: [&Path; 2]) -> Result<Vec<Comparison>> {
    let [a, b] = [counts(outcome, a)?, counts(outcome, b)?];
    Ok(a.iter().zip(&b).flat_map(|((problem, a), (_, b))| compared(outcome, problem, a, b)).collect())
}

type Counts = Vec<(Problem, BTreeMap<String, Sets>)>;

/// What was found and wanted, those included who are listed and not in the file.
fn counts(outcome: &Outcome, path: &Path) -> Result<Counts> {
    let seen = side::lines::<Seen>(path)?;
    let known = seen.iter().map(|s| listed(path, s)).collect::<Result<Vec<_>>>()?;
    let wanted: BTreeSet<&str> = known.iter().flat_map(|l| &l.predators).map(String::as_str).collect();
    let lines = |s: &Seen| s.listed.as_ref().map(|l| l.lines.clone()).unwrap_or_default();
    let found = [(AUTHORS, by_author(&seen, wanted.into_iter())), (LINES, by_conversation(&seen, lines))];
    let whole = |(problem, mut counts): (Problem, BTreeMap<String, Sets>)| {
        let table = outcome.tables.iter().find(|table| table.id == problem.id)?;
        let all = table.get("rushlight", "recall")?.n as u64;
        let here: u64 = counts.values().map(|s| s.wanted).sum();
        // Whose names a result does not hold; each counts as not found.
        for lost in 0..all.saturating_sub(here) {
            counts.insert(format!("\u{0}{lost}"), Sets { wanted: 1, ..Sets::default() });
        }
        Some((problem, counts))
    };
    Ok(found.into_iter().filter_map(whole).collect())
}

fn compared(
    outcome: &Outcome,
    problem: &Problem,
    a: &BTreeMap<String, Sets>,
    b: &BTreeMap<String, Sets>,
) -> Vec<Comparison> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let names: Vec<&String> = names.into_iter().collect();
    let of = |side: &BTreeMap<String, Sets>| -> Vec<Sets> {
        names.iter().map(|name| side.get(*name).copied().unwrap_or_default()).collect()
    };
    let [a, b] = [of(a), of(b)];
    let draws = Resamples::new(&names, outcome.resamples, outcome.seed);
    let all: Vec<usize> = (0..names.len()).collect();
    let one = |column: &'static str| {
        let of =
            |side: &[Sets], items: &[usize]| problem.number(column, items.iter().map(|i| side[*i]).sum());
        let less = |items: &[usize]| Some(of(&b, items)? - of(&a, items)?);
        let wanted: u64 = a.iter().map(|s| s.wanted).sum();
        let difference = Measure::over(&draws, names.len(), wanted as usize, less);
        Comparison {
            name: format!("test/{}_{}", problem.id, column.to_lowercase()),
            a: of(&a, &all),
            b: of(&b, &all),
            difference,
            worse: difference.value.map(|v| -v),
        }
    };
    problem.columns().map(one).into()
}
