//! Who is served worse: misses and false alarms by subgroup, at the bands of the model, and how far they lie apart.

use std::collections::BTreeMap;

use super::judge::Part;
use super::result::{Measure, Row, Table};
use super::suite::Subgroup;
use super::tables::table;
use crate::metrics::{Confusion, ece};

/// Conversations of a class without which a subgroup's rate is shown but not compared.
const LEAST: usize = 20;

/// A row for each subgroup, and one for the distance between the best and the worst served.
pub fn fairness(part: &Part, subgroups: &[Subgroup]) -> Table {
    let mut rows = Vec::new();
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for subgroup in subgroups {
        let fits = |i: &usize| subgroup.holds(&part.golds[*i].notes);
        let items: Vec<usize> = (0..part.labels.len()).filter(fits).collect();
        rows.push(one(part, &subgroup.name, &items));
        members.insert(&subgroup.name, items);
    }
    let all: Vec<usize> = (0..part.labels.len()).collect();
    rows.push(one(part, "all", &all));
    rows.push(spread(part, members.values()));
    let note = format!(
        "False alarms and misses at the band look, within each subgroup; a conversation may be in several, or in none. Spread: the highest rate less the lowest, \
         of subgroups with {LEAST} conversations of the class or more; a sampling spread of its own goes with it, so read the interval. The gate of sentinel-safety for it is 0.10."
    );
    table(part, "fairness", "By subgroup", &note, &["false alarms", "misses", "ECE"], rows)
}

/// What the band `look` hits and misses among some items.
fn counts(part: &Part, items: &[usize]) -> Confusion {
    Confusion::of(items.iter().map(|i| (part.labels[*i], part.verdicts[*i].alarm())))
}

fn within(items: &[usize], drawn: &[usize], n: usize) -> Vec<usize> {
    let mut is = vec![false; n];
    items.iter().for_each(|i| is[*i] = true);
    drawn.iter().copied().filter(|i| is[*i]).collect()
}

fn one(part: &Part, name: &str, items: &[usize]) -> Row {
    let n = part.labels.len();
    let (risky, quiet): (Vec<usize>, Vec<usize>) = items.iter().partition(|i| part.labels[**i]);
    let error = |drawn: &[usize]| {
        let labels: Vec<bool> = drawn.iter().map(|i| part.labels[*i]).collect();
        let scores: Vec<f64> = drawn.iter().map(|i| part.verdicts[*i].score).collect();
        ece(&labels, &scores)
    };
    Row::new(
        name,
        vec![
            ("false alarms", part.false_alarms(&quiet, |d| counts(part, &within(items, d, n)).fpr())),
            ("misses", part.measure(risky.len(), |d| counts(part, &within(items, d, n)).fnr())),
            ("ECE", part.measure(items.len(), |d| error(&within(items, d, n)))),
        ],
    )
}

fn spread<'a>(part: &Part, members: impl Iterator<Item = &'a Vec<usize>> + Clone) -> Row {
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
                groups.iter().filter_map(|g| rate(&counts(part, &within(g, d, n)))).collect();
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
