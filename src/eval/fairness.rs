//! Who is served worse: misses and false alarms by subgroup, at the band of the model or a threshold of another system, and how far they lie apart.

use super::measures::{Column, Metric, metric, titles};
use super::part::{OURS, Part, System};
use super::result::{Measure, Row, Table, Threshold};
use super::sides::Side;
use super::suite::Subgroup;
use super::tables::table;
use crate::metrics::{self, Resamples};

/// Conversations of a class without which a subgroup's rate is shown but not compared.
const LEAST: usize = 20;

/// A table for the model at its band, and one for each other system at the threshold that is its own or else has the best F1 on dev: a row for each subgroup, and one for
/// the distance between the best and the worst served. A system without a threshold has none.
pub fn fairness(part: &Part, subgroups: &[Subgroup], thresholds: &[Threshold]) -> Vec<Table> {
    let at = part.at_one(thresholds);
    let one = |(system, t): &(&System, &Threshold)| by_subgroup(part, subgroups, system, t);
    let mut tables: Vec<Table> = at.iter().map(one).collect();
    let others = at.iter().skip(1).filter(|(system, _)| !system.is_baseline());
    tables.extend(others.map(|other| differences(part, subgroups, at[0], *other)));
    tables
}

/// Our model less another system, each at the threshold it is judged by.
fn differences(
    part: &Part,
    subgroups: &[Subgroup],
    ours: (&System, &Threshold),
    other: (&System, &Threshold),
) -> Table {
    let [a, b] = [other, ours].map(|(system, t)| part.side(system, Some(t)));
    let members: Vec<Vec<bool>> = subgroups.iter().map(|g| part.of_kind(&g.name)).collect();
    let row = |(group, members): (&Subgroup, &Vec<bool>)| {
        Row::new(&group.name, part.less([&a, &b], &COLUMNS[..2], &Some(members)))
    };
    let mut rows: Vec<Row> = subgroups.iter().zip(&members).map(row).collect();
    rows.push(Row::new("all", part.less([&a, &b], &COLUMNS[..2], &None)));
    let less = |(title, name): &Column| {
        (
            *title,
            spread(&part.draws, part.labels.len(), &[&a, &b], &members, metric(name), |rates| {
                rates[1] - rates[0]
            }),
        )
    };
    rows.push(Row::new("spread", COLUMNS[..2].iter().map(less)));
    let (id, title) = other.0.titled("fairness, differences", "By subgroup, ours less theirs");
    let note = format!(
        "Paired: {OURS} at {} and {} at {} meet the same resamples.",
        ours.1.name, other.0.name, other.1.name
    );
    table(part, &id, &title, &note, &titles(&COLUMNS[..2]), rows)
}

const COLUMNS: [Column; 3] = [("false alarms", "fpr"), ("misses", "fnr"), ("ECE", "ece")];

fn by_subgroup(part: &Part, subgroups: &[Subgroup], system: &System, t: &Threshold) -> Table {
    let side = part.side(system, Some(t));
    // What gives no probabilities has no ECE.
    let columns = &COLUMNS[..if system.probability { 3 } else { 2 }];
    let members: Vec<Vec<bool>> = subgroups.iter().map(|g| part.of_kind(&g.name)).collect();
    let row = |(group, members): (&Subgroup, &Vec<bool>)| {
        Row::new(&group.name, part.cells(&side, columns, &Some(members)))
    };
    let mut rows: Vec<Row> = subgroups.iter().zip(&members).map(row).collect();
    rows.push(Row::new("all", part.cells(&side, columns, &None)));
    let spread = |(title, name): &Column| {
        (*title, spread(&part.draws, part.labels.len(), &[&side], &members, metric(name), |rates| rates[0]))
    };
    rows.push(Row::new("spread", COLUMNS[..2].iter().map(spread)));
    let note = format!(
        "False alarms and misses of {} at {}, within each subgroup; a conversation may be in several, or in none. Where there is none of them, the interval ends at 3 over the groups of the class (95 %). Spread: the highest rate less the lowest, \
         of subgroups with {LEAST} conversations of the class or more; a sampling spread of its own goes with it, so read the interval. The gate of sentinel-safety for it is 0.10.",
        system.name, t.name
    );
    let (id, title) = system.titled("fairness", "By subgroup");
    table(part, &id, &title, &note, &["false alarms", "misses", "ECE"], rows)
}

/// The highest rate less the lowest over those subgroups that are large enough, of one side or, as `of` joins them, of two.
pub fn spread(
    draws: &Resamples,
    items: usize,
    sides: &[&Side],
    members: &[Vec<bool>],
    rate: &Metric,
    of: impl Fn(&[f64]) -> f64 + Sync,
) -> Measure {
    let large: Vec<&Vec<bool>> =
        members.iter().filter(|members| rate.divides_by(sides[0], &Some(members)).len() >= LEAST).collect();
    Measure::over(draws, items, large.len(), |drawn| {
        let one = |side: &&Side| {
            let rates: Vec<Option<f64>> = large.iter().map(|m| rate.of(side, drawn, &Some(m))).collect();
            metrics::spread(&rates)
        };
        Some(of(&sides.iter().map(one).collect::<Option<Vec<f64>>>()?))
    })
}
