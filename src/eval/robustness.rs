//! What attacks do: recall and false alarms at the bands of the clean run.

use anyhow::Result;

use super::again::{Again, Brief};
use super::attacks::{ATTACKS, Attack};
use super::cases::Gold;
use super::judge::Part;
use super::result::{Measure, Row, Run, Table};
use super::tables::table;
use crate::metrics::{Confusion, Ranking};
use crate::transcript::Transcript;

/// Every attack on every conversation of a split. Its harmless conversations stay in memory, since they are what others are padded with.
pub fn attacked(part: &Part, again: &Again, seed: u64) -> Result<(Vec<Table>, Run)> {
    let harmless: Vec<&Gold> = part.golds.iter().copied().filter(|g| !g.risk).collect();
    let harmless = again.texts.cases(&harmless)?;
    let names = ATTACKS.map(Attack::name);
    let (found, cost) = again.read(part, &names, |case, _, way| {
        let others = harmless.iter().filter(|c| c.gold.group != case.gold.group);
        let others: Vec<&Transcript> = others.map(|c| &c.transcript).collect();
        Brief::of(again.model, &ATTACKS[way].on(&case.transcript, &others, seed))
    })?;
    let mut rows = vec![Row::new("none", clean(part))];
    for (name, of) in names.into_iter().zip(found) {
        let loud: Vec<bool> = of.iter().map(Brief::alarm).collect();
        let scores: Vec<f64> = of.iter().map(|b| b.score).collect();
        rows.push(Row::new(name, cells(part, &loud, &scores)));
    }
    let note = "Conversations under each attack, judged at the band look of the model. Differences are paired with the clean run (none), on the same resamples. \
                Words: 40 % of those of four letters or more; typing slips: 4 % of letters; padding: harmless conversations of the same split.";
    let columns = ["recall", "Δ recall", "false alarms", "Δ false alarms", "AUROC", "Δ AUROC"];
    Ok((vec![table(part, "attacks", "Under attack", note, &columns, rows)], cost))
}

fn clean(part: &Part) -> Vec<(&'static str, Measure)> {
    let (loud, scores) = ours(part);
    let mut cells = cells(part, &loud, &scores);
    cells.retain(|(name, _)| !name.starts_with('Δ'));
    cells
}

fn ours(part: &Part) -> (Vec<bool>, Vec<f64>) {
    (part.verdicts.iter().map(|v| v.alarm()).collect(), part.verdicts.iter().map(|v| v.score).collect())
}

fn cells(part: &Part, loud: &[bool], scores: &[f64]) -> Vec<(&'static str, Measure)> {
    let (before, clean_scores) = ours(part);
    let labels = &part.labels;
    let (positives, n) = (labels.iter().filter(|l| **l).count(), labels.len());
    let counts = |items: &[usize]| Confusion::of_items(labels, loud, items);
    let clean = |items: &[usize]| Confusion::of_items(labels, &before, items);
    let rank = |scores: &[f64]| Ranking::new(labels, scores).expect("scores are finite");
    let (now, then) = (rank(scores), rank(&clean_scores));
    vec![
        ("recall", part.share(&part.items(true), |i| counts(i).recall())),
        ("Δ recall", part.measure(positives, |i| Some(counts(i).recall()? - clean(i).recall()?))),
        ("false alarms", part.share(&part.items(false), |i| counts(i).fpr())),
        ("Δ false alarms", part.measure(n - positives, |i| Some(counts(i).fpr()? - clean(i).fpr()?))),
        ("AUROC", part.measure(n, |i| now.auroc(i))),
        ("Δ AUROC", part.measure(n, |i| Some(now.auroc(i)? - then.auroc(i)?))),
    ]
}
