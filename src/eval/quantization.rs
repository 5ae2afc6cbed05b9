//! What eight-bit products cost: the same weights multiplied in `f32` beside them.

use anyhow::{Result, ensure};

use super::again::{Again, Brief};
use super::compare::Side;
use super::judge::Part;
use super::result::{Measure, Row, Run, Table};
use super::tables::table;
use crate::models::{Model, Precision};

/// A split read again in whole precision; differences are paired.
pub fn against_whole(part: &Part, again: &Again) -> Result<(Vec<Table>, Run)> {
    let model = again.model;
    ensure!(
        model.precision != Precision::Whole,
        "this run multiplies in f32 already, so there is nothing to compare; unset RUSHLIGHT_PRECISION"
    );
    let whole = Model::load_at(&model.place, model.device, Precision::Whole)?;
    let (found, run) = again.read(part, &["f32"], |case, _, _| Brief::of(&whole, &case.transcript))?;
    let briefs: Vec<Brief> = part.verdicts.iter().map(|v| Brief { score: v.score, band: v.band }).collect();
    let rows = [("f32", &found[0]), (model.precision.name(), &briefs)];
    let rows = rows.map(|(name, of)| Row::new(name, cells(part, of, &found[0]))).to_vec();
    let note = "The model's own weights, multiplied in f32 and as it runs. Differences are paired with f32, on the same resamples. \
                Bands that differ: share of conversations. Largest change: of any conversation's risk.";
    let columns = [
        "AUPRC",
        "Δ AUPRC",
        "AUROC",
        "Δ AUROC",
        "recall",
        "false alarms",
        "bands that differ",
        "largest change",
    ];
    Ok((vec![table(part, "quantization", "Eight bits against f32", note, &columns, rows)], run))
}

fn cells(part: &Part, of: &[Brief], whole: &[Brief]) -> Vec<(&'static str, Measure)> {
    let labels = &part.labels;
    let n = labels.len();
    let side = |of: &[Brief]| Side::of(labels, of.iter().map(|b| (b.score, Some(b.alarm()))), true);
    let (a, b) = (side(whole), side(of));
    let one = |name: &'static str, n: usize| part.measure(n, |i| b.metric(name, i));
    let less = |name: &'static str| part.measure(n, |i| Some(b.metric(name, i)? - a.metric(name, i)?));
    let flips = |items: &[usize]| {
        let differ = items.iter().filter(|i| of[**i].band != whole[**i].band).count();
        (!items.is_empty()).then(|| differ as f64 / items.len() as f64)
    };
    let change =
        |items: &[usize]| items.iter().map(|i| (of[*i].score - whole[*i].score).abs()).reduce(f64::max);
    vec![
        ("AUPRC", one("auprc", n)),
        ("Δ AUPRC", less("auprc")),
        ("AUROC", one("auroc", n)),
        ("Δ AUROC", less("auroc")),
        ("recall", part.share(&part.items(true), |i| b.metric("recall", i))),
        ("false alarms", part.share(&part.items(false), |i| b.metric("fpr", i))),
        ("bands that differ", part.measure(n, flips)),
        ("largest change", part.measure(n, change)),
    ]
}
