//! Two results of PAN 2012 beside each other: conversations as in any suite, and both problems by author and by line.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::super::compare::Comparison;
use super::super::part::OURS;
use super::super::result::{Measure, Outcome};
use super::super::side;
use super::super::verdict::Verdict;
use super::lists::gold;
use super::problems::{AUTHORS, Counts, LINES, Problem, by_author, by_conversation, concerned, telling};
use super::{DEV, Listed, Seen};
use crate::metrics::Sets;

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
///
/// # Errors
/// As [`verdicts`].
pub fn numbers(outcome: &Outcome, [a, b]: [&Path; 2]) -> Result<Vec<Comparison>> {
    let [a, b] = [counts(outcome, a)?, counts(outcome, b)?];
    Ok(a.iter().zip(&b).flat_map(|((problem, a), (_, b))| compared(outcome, problem, a, b)).collect())
}

/// What was found and wanted, those included who are listed and not in the file.
fn counts(outcome: &Outcome, path: &Path) -> Result<Vec<(Problem, Counts)>> {
    let mut seen = side::lines::<Seen>(path)?;
    seen.retain(|seen| seen.split != DEV);
    let known = seen.iter().map(|s| listed(path, s)).collect::<Result<Vec<_>>>()?;
    let wanted: BTreeSet<&str> = known.iter().flat_map(|l| &l.predators).map(String::as_str).collect();
    let lines = |s: &Seen| s.listed.as_ref().map(|l| l.lines.clone()).unwrap_or_default();
    let found = [
        (AUTHORS, by_author(concerned(&seen), wanted.into_iter())),
        (LINES, by_conversation(&seen, telling, lines)),
    ];
    let whole = |(problem, mut counts): (Problem, Counts)| {
        let table = outcome.tables.iter().find(|table| table.id == problem.id)?;
        let all = table.get(OURS, "recall")?.n as u64;
        let here: u64 = counts.values().map(|s| s.wanted).sum();
        // Whose names a result does not hold; each counts as not found.
        for lost in 0..all.saturating_sub(here) {
            counts.insert(format!("\u{0}{lost}"), Sets { wanted: 1, ..Sets::default() });
        }
        Some((problem, counts))
    };
    Ok(found.into_iter().filter_map(whole).collect())
}

fn compared(outcome: &Outcome, problem: &Problem, a: &Counts, b: &Counts) -> Vec<Comparison> {
    let one = |(column, [a, b, difference]): (&'static str, [Measure; 3])| Comparison {
        name: format!("test/{}_{}", problem.id, column.to_lowercase()),
        a: a.value,
        b: b.value,
        difference,
        worse: difference.value.map(|v| -v),
    };
    problem.less(a, b, outcome.resamples, outcome.seed).map(one).into()
}
