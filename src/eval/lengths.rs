//! How much of a conversation is needed: only its first messages, as when it is still going on, or only its last, as in a cropped export.

use anyhow::Result;

use super::again::{Again, Brief};
use super::measures::{Column, titles};
use super::part::Part;
use super::result::{Row, Run, Table};
use super::sides::Side;
use super::tables::table;
use super::verdict::MessageRow;

/// Messages that are left.
pub const KEPT: [usize; 7] = [3, 5, 10, 20, 40, 80, 160];

/// A table for beginnings, which need no second reading since a score never looks ahead, and one for ends.
pub fn lengths(part: &Part, again: &Again) -> Result<(Vec<Table>, Run)> {
    let look = f64::from(again.model.card.bands.look);
    let mut first = Vec::new();
    for kept in KEPT {
        let scores: Vec<f64> = part.rows().map(|rows| by_then(rows, kept)).collect();
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
    let columns = titles(&COLUMNS);
    let note =
        "At the threshold of look. Of risky conversations, those whose onset lies within what is left.";
    let title = "Only the first messages";
    let first = table(part, "first", title, note, &columns, first);
    let note = "At the threshold of look. All conversations; the onset may lie before what is left.";
    Ok((vec![first, table(part, "last", "Only the last messages", note, &columns, last)], cost))
}

/// The risk after the first messages.
pub fn by_then(rows: &[MessageRow], kept: usize) -> f64 {
    rows.iter().take_while(|m| m.0 < kept).last().map_or(0.0, |m| f64::from(m.1))
}

const COLUMNS: [Column; 3] = [("recall", "recall"), ("false alarms", "fpr"), ("AUROC", "auroc")];

fn one(part: &Part, kept: usize, scores: &[f64], look: f64, counts: &dyn Fn(usize) -> bool) -> Row {
    let keep: Vec<bool> = (0..part.labels.len()).map(counts).collect();
    let alarms = scores.iter().map(|s| *s >= look).collect();
    let side = Side::of(&part.labels, scores.to_vec(), true).alarming(alarms);
    Row::new(&format!("{kept}"), part.cells(&side, &COLUMNS, &Some(&keep)))
}
