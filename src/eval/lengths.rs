//! How much of a conversation is needed: only its first messages, as when it is still going on, or only its last, as in a cropped export.

use anyhow::Result;

use super::again::{Again, Brief};
use super::judge::Part;
use super::result::{Row, Run, Table};
use super::tables::table;
use crate::metrics::{Confusion, Ranking};

/// Messages that are left.
const KEPT: [usize; 7] = [3, 5, 10, 20, 40, 80, 160];

/// A table for beginnings, which need no second reading since a score never looks ahead, and one for ends.
pub fn lengths(part: &Part, again: &Again) -> Result<(Vec<Table>, Run)> {
    let look = f64::from(again.model.card.bands.look);
    let n = part.labels.len();
    let mut first = Vec::new();
    for kept in KEPT {
        let by_then = |i: usize| part.verdicts[i].messages.iter().take_while(|m| m.0 < kept).last();
        let scores: Vec<f64> = (0..n).map(|i| by_then(i).map_or(0.0, |m| f64::from(m.1))).collect();
        // Before its onset a risky conversation is not risky yet, and is left out.
        let counts = |i: usize| !part.labels[i] || part.golds[i].onset.is_some_and(|o| o < kept);
        first.push(one(part, kept, &scores, look, &counts));
    }
    let names = KEPT.map(|kept| format!("last {kept}"));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (found, cost) = again.read(part, &names, |case, _, way| {
        let mut chat = case.transcript.clone();
        chat.messages.drain(..chat.messages.len().saturating_sub(KEPT[way]));
        Brief::of(again.model, &chat)
    })?;
    let last = KEPT.into_iter().zip(found).map(|(kept, of)| {
        let scores: Vec<f64> = of.iter().map(|b| b.score).collect();
        one(part, kept, &scores, look, &|_| true)
    });
    let last = last.collect();
    let columns = ["recall", "false alarms", "AUROC"];
    let note =
        "At the threshold of look. Of risky conversations, those whose onset lies within what is left.";
    let title = "Only the first messages";
    let first = table(part, "first", title, note, &columns, first);
    let note = "At the threshold of look. All conversations; the onset may lie before what is left.";
    Ok((vec![first, table(part, "last", "Only the last messages", note, &columns, last)], cost))
}

fn one(part: &Part, kept: usize, scores: &[f64], look: f64, counts: &(dyn Fn(usize) -> bool + Sync)) -> Row {
    let of = |items: &[usize], class: bool| -> Vec<usize> {
        items.iter().copied().filter(|i| part.labels[*i] == class && counts(*i)).collect()
    };
    let all: Vec<usize> = (0..part.labels.len()).collect();
    let [risky, quiet] = [true, false].map(|class| of(&all, class));
    let alarms: Vec<bool> = scores.iter().map(|s| *s >= look).collect();
    let hits = |items: &[usize]| Confusion::of_items(&part.labels, &alarms, items);
    let ranking = Ranking::new(&part.labels, scores).expect("scores are finite");
    let auroc = |items: &[usize]| ranking.auroc(&[of(items, true), of(items, false)].concat());
    Row::new(
        &format!("{kept}"),
        vec![
            ("recall", part.share(&risky, |d| hits(&of(d, true)).recall())),
            ("false alarms", part.share(&quiet, |d| hits(&of(d, false)).fpr())),
            ("AUROC", part.measure(risky.len() + quiet.len(), auroc)),
        ],
    )
}
