//! How much of a conversation is needed: only its first messages, as when it is still going on, or only its last, as in a cropped export.

use anyhow::Result;

use super::cases::Case;
use super::judge::Part;
use super::result::{Row, Run, Table};
use super::tables::table;
use super::verdict;
use crate::metrics::{Confusion, Ranking};
use crate::models::Model;

/// Messages that are left.
const KEPT: [usize; 7] = [3, 5, 10, 20, 40, 80, 160];

/// A table for beginnings, which need no second reading since a score never looks ahead, and one for ends.
pub fn lengths(part: &Part, model: &Model) -> Result<(Vec<Table>, Run)> {
    let look = f64::from(model.card.bands.look);
    let n = part.labels.len();
    let mut first = Vec::new();
    for kept in KEPT {
        let by_then = |i: usize| part.verdicts[i].messages.iter().take_while(|m| m.0 < kept).last();
        let scores: Vec<f64> = (0..n).map(|i| by_then(i).map_or(0.0, |m| f64::from(m.1))).collect();
        // Before its onset a risky conversation is not risky yet, and is left out.
        let counts = |i: usize| !part.labels[i] || part.cases[i].gold.onset.is_some_and(|o| o < kept);
        first.push(one(part, kept, &scores, look, &counts));
    }
    let (mut last, mut cost) = (Vec::new(), Run::default());
    for kept in KEPT {
        let cases: Vec<Case> = part.cases.iter().map(|case| end(case, kept)).collect();
        let (verdicts, run) = verdict::score(model, &cases.iter().collect::<Vec<_>>(), None)?;
        cost = cost.and(run);
        let scores: Vec<f64> = verdicts.iter().map(|v| v.score).collect();
        last.push(one(part, kept, &scores, look, &|_| true));
    }
    let columns = ["recall", "false alarms", "AUROC"];
    let note =
        "At the threshold of look. Of risky conversations, those whose onset lies within what is left.";
    let title = "Only the first messages";
    let first = table(part, "first", title, note, &columns, first);
    let note = "At the threshold of look. All conversations; the onset may lie before what is left.";
    Ok((vec![first, table(part, "last", "Only the last messages", note, &columns, last)], cost))
}

fn end(case: &Case, kept: usize) -> Case {
    let mut transcript = case.transcript.clone();
    transcript.messages.drain(..transcript.messages.len().saturating_sub(kept));
    Case { transcript, gold: case.gold.clone() }
}

fn one(part: &Part, kept: usize, scores: &[f64], look: f64, counts: &(dyn Fn(usize) -> bool + Sync)) -> Row {
    let of = |items: &[usize], class: bool| -> Vec<usize> {
        items.iter().copied().filter(|i| part.labels[*i] == class && counts(*i)).collect()
    };
    let all: Vec<usize> = (0..part.labels.len()).collect();
    let (risky, quiet) = (of(&all, true).len(), of(&all, false).len());
    let alarms: Vec<bool> = scores.iter().map(|s| *s >= look).collect();
    let hits = |items: &[usize]| Confusion::of_items(&part.labels, &alarms, items);
    let ranking = Ranking::new(&part.labels, scores).expect("scores are finite");
    let auroc = |items: &[usize]| ranking.auroc(&[of(items, true), of(items, false)].concat());
    Row::new(
        &format!("{kept}"),
        vec![
            ("recall", part.measure(risky, |d| hits(&of(d, true)).recall())),
            ("false alarms", part.measure(quiet, |d| hits(&of(d, false)).fpr())),
            ("AUROC", part.measure(risky + quiet, auroc)),
        ],
    )
}
