//! How much of a conversation is needed: only its first messages, as when it is still going on, or only its last, as in a cropped export.

use anyhow::Result;

use super::again::{Again, Brief};
use super::measures::{Column, titles};
use super::part::{OURS, Part, System};
use super::result::{Row, Run, Table, Threshold};
use super::sides::Side;
use super::tables::table;
use super::verdict::MessageRow;
use super::ways;

/// Messages that are left.
pub const KEPT: [usize; 7] = [3, 5, 10, 20, 40, 80, 160];

/// What is left of conversations.
#[derive(Clone, Copy, PartialEq)]
enum End {
    First,
    Last,
}
use End::{First, Last};

/// What a system says by how much is left.
type Cut<'p> = Vec<(usize, Side<'p>)>;

/// What baselines say of what is left: by length, then by baseline.
type Beside = Vec<Vec<Vec<f64>>>;

/// A table for beginnings, which need no second reading since a score never looks ahead, and one for ends; of the model and of every system that judged them, too.
pub fn lengths(part: &Part, again: &Again, thresholds: &[Threshold]) -> Result<(Vec<Table>, Run)> {
    let names = KEPT.map(ways::last);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (found, cost) = again
        .read(part, &names, |case, _, way| again.brief(&ways::only_last(&case.transcript, KEPT[way])))?;
    let beginnings = beginnings(part, again)?;
    let mut tables = Vec::new();
    let at = part.at_one(thresholds);
    let cut = |(system, t): &(&System, &Threshold), end: End| -> Result<Cut> {
        let mut cut = Cut::new();
        for (at, kept) in KEPT.into_iter().enumerate() {
            let side = match (part.baseline(system), end) {
                (Some(baseline), First) => Some(part.at(t, beginnings[at][baseline].clone(), None)),
                (Some(baseline), Last) => Some(part.at(t, Brief::of_baseline(&found[at], baseline)?, None)),
                (None, First) if system.bands.is_some() => {
                    Some(part.at(t, part.rows().map(|rows| by_then(rows, kept)).collect(), None))
                }
                (None, Last) if system.bands.is_some() => {
                    Some(part.at(t, found[at].iter().map(|b| b.score).collect(), None))
                }
                (None, First) => {
                    part.in_way(system, &ways::first(kept), t).or_else(|| so_far(part, system, kept, t))
                }
                (None, Last) => part.in_way(system, &ways::last(kept), t),
            };
            cut.extend(side.map(|side| (kept, side)));
        }
        Ok(cut)
    };
    for end in [First, Last] {
        let cuts: Vec<Cut> = at.iter().map(|of| cut(of, end)).collect::<Result<_>>()?;
        for (of, cut) in at.iter().zip(&cuts) {
            tables.push(of_system(part, *of, end, cut));
        }
        for (of, cut) in at.iter().zip(&cuts).skip(1).filter(|((system, _), _)| !system.is_baseline()) {
            tables.push(differences(part, *of, end, &cuts[0], cut));
        }
    }
    Ok((tables, cost))
}

/// What another system that is scored by message says after the first messages; alarms that it raises itself are of the end.
fn so_far<'p>(part: &'p Part, system: &System, kept: usize, t: &Threshold) -> Option<Side<'p>> {
    let by_then =
        |rows: &Vec<(usize, f64)>| rows.iter().take_while(|row| row.0 < kept).last().map(|row| row.1);
    let scores = system.messages.as_ref()?.iter().map(by_then).collect::<Option<_>>()?;
    Some(part.at(t, scores, None))
}

/// What baselines say of the first messages.
fn beginnings(part: &Part, again: &Again) -> Result<Beside> {
    let Some(baselines) = again.baselines else { return Ok(Vec::new()) };
    let mut found: Beside =
        KEPT.iter().map(|_| vec![vec![0.0; part.golds.len()]; baselines.names().len()]).collect();
    again.texts.each(&part.golds, &mut |batch| {
        for (at, case) in batch {
            for (kept, found) in KEPT.into_iter().zip(&mut found) {
                let chat = ways::only_first(&case.transcript, kept);
                for ((_, scores), found) in baselines.scores(&[&chat])?.into_iter().zip(found) {
                    found[at] = scores[0];
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// The risk after the first messages.
pub fn by_then(rows: &[MessageRow], kept: usize) -> f64 {
    rows.iter().take_while(|m| m.0 < kept).last().map_or(0.0, |m| f64::from(m.1))
}

const COLUMNS: [Column; 3] = [("recall", "recall"), ("false alarms", "fpr"), ("AUROC", "auroc")];

/// Before its onset a risky conversation is not risky yet, and is left out of those that have begun only.
fn counted(part: &Part, end: End, kept: usize) -> Vec<bool> {
    let counts = |i: usize| end == Last || !part.labels[i] || part.golds[i].onset.is_some_and(|o| o < kept);
    (0..part.labels.len()).map(counts).collect()
}

impl End {
    fn named(self) -> (&'static str, &'static str, &'static str) {
        match self {
            First => (
                "first",
                "Only the first messages",
                "Of risky conversations, those whose onset lies within what is left.",
            ),
            Last => (
                "last",
                "Only the last messages",
                "All conversations; the onset may lie before what is left.",
            ),
        }
    }
}

fn of_system(part: &Part, (system, t): (&System, &Threshold), end: End, cut: &Cut) -> Table {
    let row = |(kept, side): &(usize, Side)| {
        Row::new(&format!("{kept}"), part.cells(side, &COLUMNS, &Some(&counted(part, end, *kept))))
    };
    let (id, title, note) = end.named();
    let (id, title) = system.titled(id, title);
    let at = match system.bands {
        Some(_) => "At the threshold of look.".to_owned(),
        None => format!("At {} of {}.", t.name, system.name),
    };
    table(part, &id, &title, &format!("{at} {note}"), &titles(&COLUMNS), cut.iter().map(row).collect())
}

/// Our model less another system, each at the threshold it is judged by.
fn differences(part: &Part, (system, t): (&System, &Threshold), end: End, ours: &Cut, theirs: &Cut) -> Table {
    let row = |(kept, theirs): &(usize, Side)| {
        let (_, ours) = ours.iter().find(|(ours, _)| ours == kept)?;
        let keep = counted(part, end, *kept);
        Some(Row::new(&format!("{kept}"), part.less([theirs, ours], &COLUMNS, &Some(&keep))))
    };
    let (id, title, note) = end.named();
    let (id, title) = system.titled(&format!("{id}, differences"), &format!("{title}, ours less theirs"));
    let note =
        format!("Paired: {OURS} at look and {} at {} meet the same resamples. {note}", system.name, t.name);
    table(part, &id, &title, &note, &titles(&COLUMNS), theirs.iter().filter_map(row).collect())
}
