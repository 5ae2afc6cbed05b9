//! Who is served worse: misses and false alarms by subgroup, at the band of the model or a threshold of another system, and how far they lie apart.

use std::collections::BTreeMap;

use anyhow::Result;

use super::judge::{Part, System};
use super::result::{Measure, Row, Table, Threshold};
use super::suite::Subgroup;
use super::tables::table;
use crate::metrics::{Confusion, ece};

/// Conversations of a class without which a subgroup's rate is shown but not compared.
const LEAST: usize = 20;

/// A table for the model at its band, and one for another system at the threshold that is its own or else has the best F1 on dev: a row for each subgroup, and one for
/// the distance between the best and the worst served.
///
/// # Errors
/// When there is no threshold of another system.
pub fn fairness(part: &Part, subgroups: &[Subgroup], thresholds: &[Threshold]) -> Result<Vec<Table>> {
    let at = part.systems.iter().map(|system| Ok((system, system.threshold(thresholds)?)));
    at.map(|found| found.map(|(system, t)| by_subgroup(part, subgroups, system, t))).collect()
}

fn by_subgroup(part: &Part, subgroups: &[Subgroup], system: &System, t: &Threshold) -> Table {
    let alarms = system.alarms(t);
    let mut rows = Vec::new();
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for subgroup in subgroups {
        let fits = |i: &usize| subgroup.holds(&part.golds[*i].notes);
        let items: Vec<usize> = (0..part.labels.len()).filter(fits).collect();
        rows.push(one(part, system, &alarms, &subgroup.name, &items));
        members.insert(&subgroup.name, items);
    }
    let all: Vec<usize> = (0..part.labels.len()).collect();
    rows.push(one(part, system, &alarms, "all", &all));
    rows.push(spread(part, &alarms, members.values()));
    let note = format!(
        "False alarms and misses of {} at {}, within each subgroup; a conversation may be in several, or in none. Where there is none of them, the interval ends at 3 over the groups of the class (95 %). Spread: the highest rate less the lowest, \
         of subgroups with {LEAST} conversations of the class or more; a sampling spread of its own goes with it, so read the interval. The gate of sentinel-safety for it is 0.10.",
        system.name, t.name
    );
    let (id, title) = system.titled("fairness", "By subgroup");
    table(part, &id, &title, &note, &["false alarms", "misses", "ECE"], rows)
}

/// What alarms hit and miss among some items.
fn counts(part: &Part, alarms: &[bool], items: &[usize]) -> Confusion {
    Confusion::of_items(&part.labels, alarms, items)
}

fn within(items: &[usize], drawn: &[usize], n: usize) -> Vec<usize> {
    let mut is = vec![false; n];
    items.iter().for_each(|i| is[*i] = true);
    drawn.iter().copied().filter(|i| is[*i]).collect()
}

fn one(part: &Part, system: &System, alarms: &[bool], name: &str, items: &[usize]) -> Row {
    let n = part.labels.len();
    let (risky, quiet): (Vec<usize>, Vec<usize>) = items.iter().partition(|i| part.labels[**i]);
    let error = |drawn: &[usize]| {
        let labels: Vec<bool> = drawn.iter().map(|i| part.labels[*i]).collect();
        let scores: Vec<f64> = drawn.iter().map(|i| system.scores[*i]).collect();
        ece(&labels, &scores)
    };
    let mut cells = vec![
        ("false alarms", part.share(&quiet, |d| counts(part, alarms, &within(items, d, n)).fpr())),
        ("misses", part.share(&risky, |d| counts(part, alarms, &within(items, d, n)).fnr())),
    ];
    if system.probability {
        cells.push(("ECE", part.measure(items.len(), |d| error(&within(items, d, n)))));
    }
    Row::new(name, cells)
}

fn spread<'a>(part: &Part, alarms: &[bool], members: impl Iterator<Item = &'a Vec<usize>> + Clone) -> Row {
    let n = part.labels.len();
    let of_class = |class: bool| -> Vec<&Vec<usize>> {
        let enough =
            |items: &&Vec<usize>| items.iter().filter(|i| part.labels[**i] == class).count() >= LEAST;
        members.clone().filter(enough).collect()
    };
    let measure = |class: bool, rate: fn(&Confusion) -> Option<f64>| -> Measure {
        let groups = of_class(class);
        part.measure(groups.len(), |d| {
            let rates: Vec<f64> =
                groups.iter().filter_map(|g| rate(&counts(part, alarms, &within(g, d, n)))).collect();
            let ends =
                rates.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), r| (a.min(*r), b.max(*r)));
            (rates.len() >= 2).then_some(ends.1 - ends.0)
        })
    };
    Row::new(
        "spread",
        vec![("false alarms", measure(false, Confusion::fpr)), ("misses", measure(true, Confusion::fnr))],
    )
}
