//! Cross-validation by group, and the learning curve that comes with it: how a head would do on conversations like these, and whether more labels help.

use anyhow::{Result, ensure};

use super::batch::Chat;
use super::calibrate::{self, Said};
use super::net::Net;
use super::report::RESAMPLES;
use super::{Base, Knobs, Progress, fit, head, read, says, split, told};
use crate::eval::{self, Measure, Row, Table};
use crate::metrics::{Confusion, Ranking, Resamples};
use crate::models::{Bands, Calibration};

/// Shares of the training conversations for which a head is fitted.
const SHARES: [(f64, &str); 4] =
    [(0.125, "an eighth of what can be learnt from"), (0.25, "a quarter"), (0.5, "half"), (1.0, "all of it")];
/// What to fit, on what.
pub struct Folds<'a> {
    /// The backbone that is kept, and the head that is the start if there is one.
    pub base: &'a Base,
    /// Labelled conversations: a file, or a folder of them.
    pub labels: &'a std::path::Path,
    /// Parts; each is measured on once, by heads that another part stopped and calibrated and the rest taught.
    pub folds: usize,
    /// Begin with a head that has learnt nothing.
    pub anew: bool,
    /// Shares of harmless conversations that may reach `look` and `look now`.
    pub budgets: (f64, f64),
    /// The loop's settings.
    pub knobs: Knobs,
}

/// Run all folds; a row for the model as it is, and one for each share of the labels.
pub fn folds(request: &Folds, tell: &(dyn Fn(Progress) + Sync)) -> Result<Table> {
    ensure!(
        request.folds >= 3,
        "--folds must be 3 or more: one to measure on, one to stop by, the rest to learn from"
    );
    let base = request.base.load(request.knobs.seed)?;
    let (cases, skipped) = eval::labelled(request.labels)?;
    let dealt = split::folds(&cases, request.folds, request.knobs.seed).map_err(|e| told(e, &skipped))?;
    let said = |net: &Net, chats: &[&Chat]| says(&head(net)?, chats, base.card.calibration.fall);
    let chats = read(&base, &cases, tell)?;
    let of = |items: &[usize]| -> Vec<&Chat> { items.iter().filter_map(|i| chats[*i].as_ref()).collect() };
    let (width, before) = (base.head.width(), &base.card);
    let own = request.base.beginning(&base, false, request.knobs.seed)?;
    let first = request.base.beginning(&base, request.anew, request.knobs.seed)?;
    let mut rows: Vec<Pooled> = (0..=SHARES.len()).map(|_| Pooled::default()).collect();
    for at in 0..request.folds {
        let beside = (at + 1) % request.folds;
        let rest: Vec<usize> = (0..request.folds).filter(|f| *f != at && *f != beside).collect();
        let mut held_out = dealt.all(&[at]);
        held_out.retain(|i| chats[*i].is_some());
        let (measured, dev) = (of(&held_out), of(&dealt.all(&[beside])));
        let groups = || held_out.iter().map(|i| dealt.groups[*i].clone());
        rows[0].add(groups(), &said(&own, &measured)?, &before.calibration, &before.bands);
        for (row, (share, _)) in SHARES.iter().enumerate() {
            let net = fit(first.copy()?, &of(&dealt.some(&rest, *share)), &dev, width, &request.knobs)?;
            let on_dev = said(&net, &dev)?;
            let calibration = calibrate::calibrate(&on_dev, &before.calibration);
            let bands = calibrate::bands(&on_dev, &calibration, request.budgets, &before.bands)?;
            rows[row + 1].add(groups(), &said(&net, &measured)?, &calibration, &bands);
            tell(Progress::Fold(at * SHARES.len() + row + 1, request.folds * SHARES.len()));
        }
    }
    let names = std::iter::once("the model as it is").chain(SHARES.iter().map(|s| s.1));
    let note = format!(
        "{} conversations{}, each measured once. A head learns from {} folds of {}, a further one stops it and sets calibration and bands; the probabilities of all folds are \
         ranked together. {} groups were joined to others for near-duplicates. 95 % intervals from {RESAMPLES} resamples by group; where a share is none or all, to 3 over the groups of its class.",
        cases.len(),
        eval::set_aside(&skipped),
        request.folds - 2,
        request.folds,
        dealt.joined
    );
    let rows = names.zip(&rows).map(|(name, pooled)| pooled.row(name, request.knobs.seed)).collect();
    let title = format!("{}-fold cross-validation by group", request.folds);
    Ok(Table::new(
        "folds",
        &title,
        &note,
        &["AUROC", "AUPRC", "recall at look", "false alarms at look"],
        rows,
    ))
}

/// What was said of every conversation by a head that had not seen it.
#[derive(Default)]
struct Pooled {
    groups: Vec<String>,
    labels: Vec<bool>,
    risks: Vec<f64>,
    loud: Vec<bool>,
}

impl Pooled {
    fn add(
        &mut self,
        groups: impl Iterator<Item = String>,
        said: &[Said],
        with: &Calibration,
        bands: &Bands,
    ) {
        self.groups.extend(groups);
        for one in said {
            let risk = with.risk.probability(one.end);
            self.labels.push(one.risk);
            self.risks.push(f64::from(risk));
            self.loud.push(risk >= bands.look);
        }
    }

    fn row(&self, name: &str, seed: u64) -> Row {
        let draws = Resamples::new(&self.groups, RESAMPLES, seed);
        let n = self.labels.len();
        let ranking = Ranking::new(&self.labels, &self.risks);
        let hits = |items: &[usize]| Confusion::of_items(&self.labels, &self.loud, items);
        let of = |class: bool| (0..n).filter(|i| self.labels[*i] == class).collect::<Vec<_>>();
        let share = |class: bool, rate: &(dyn Fn(&[usize]) -> Option<f64> + Sync)| {
            Measure::share(&draws, &self.groups, &of(class), rate)
        };
        let cells = [
            ("AUROC", Measure::over(&draws, n, n, |i| ranking.as_ref()?.auroc(i))),
            ("AUPRC", Measure::over(&draws, n, n, |i| ranking.as_ref()?.average_precision(i))),
            ("recall at look", share(true, &|i| hits(i).recall())),
            ("false alarms at look", share(false, &|i| hits(i).fpr())),
        ];
        Row::new(name, cells)
    }
}
