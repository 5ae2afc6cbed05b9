//! What eight-bit products cost: the same weights multiplied in `f32` beside them.

use anyhow::{Result, ensure};

use super::again::{Again, Brief};
use super::measures::Column;
use super::part::Part;
use super::result::{Measure, Row, Run, Table};
use super::tables::{base_rate, table};
use crate::metrics::ratio;
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
    let briefs = part.briefs();
    let rows = [("f32", &found[0]), (model.precision.name(), &briefs)];
    let rows = rows.map(|(name, of)| Row::new(name, cells(part, of, &found[0]))).to_vec();
    let note = format!(
        "The model's own weights, multiplied in f32 and as it runs. Differences are paired with f32, on the same resamples. \
         Bands that differ: share of conversations. Largest change: of any conversation's risk. {}",
        base_rate(part)
    );
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
    Ok((vec![table(part, "quantization", "Eight bits against f32", &note, &columns, rows)], run))
}

const COLUMNS: [Column; 4] =
    [("AUPRC", "auprc"), ("AUROC", "auroc"), ("recall", "recall"), ("false alarms", "fpr")];
const CHANGES: [Column; 2] = [("Δ AUPRC", "auprc"), ("Δ AUROC", "auroc")];

fn cells(part: &Part, of: &[Brief], whole: &[Brief]) -> Vec<(&'static str, Measure)> {
    let n = part.labels.len();
    let (a, b) = (Brief::side(part, whole), Brief::side(part, of));
    let mut cells = part.cells(&b, &COLUMNS, &None);
    cells.extend(part.less([&a, &b], &CHANGES, &None));
    let flips = |items: &[usize]| {
        let differ = items.iter().filter(|i| of[**i].band != whole[**i].band).count();
        ratio(differ as f64, items.len() as f64)
    };
    let change =
        |items: &[usize]| items.iter().map(|i| (of[*i].score - whole[*i].score).abs()).reduce(f64::max);
    let all: Vec<usize> = (0..n).collect();
    cells.extend([
        ("bands that differ", part.share(&all, flips)),
        ("largest change", part.measure(n, change)),
    ]);
    cells
}
