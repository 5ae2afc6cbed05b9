//! Cross-validation by group, and the learning curve that comes with it: how a head would do on conversations like these, and whether more labels help.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::batch::Chat;
use super::calibrate::{self, Said};
use super::net::Net;
use super::report::RESAMPLES;
use super::{Base, Knobs, Progress, fit, head, labels_hash, read, says, split, told};
use crate::assessment::Band;
use crate::eval::{self, Book, Brief, CrossValidation, Gold, Outcome, Run, SPLIT, Share, SideFile};
use crate::models::{Bands, Calibration, Model, sha256};

/// Shares of the training conversations for which a head is fitted, as rows and `compare` call them.
const SHARES: [(f64, &str, &str); 4] = [
    (0.125, "an eighth of what can be learnt from", "an eighth"),
    (0.25, "a quarter", "a quarter"),
    (0.5, "half", "half"),
    (1.0, "all of it", "all"),
];
/// The model before anything was learnt.
const AS_IT_IS: (&str, &str) = ("the model as it is", "as it is");

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
    /// The file that takes what the last heads say of each conversation, for `eval compare`.
    pub scores: Option<&'a SideFile>,
    /// The file that takes what all heads say as they are done, so that an interrupted run goes on.
    pub again: Option<&'a SideFile>,
}

/// Run all folds; a row for the model as it is, and one for each share of the labels.
///
/// # Errors
/// When there are fewer than three folds, labels will not do, or what an earlier run left is of other labels or settings.
pub fn folds(request: &Folds, tell: &(dyn Fn(Progress) + Sync)) -> Result<Outcome> {
    ensure!(
        request.folds >= 3,
        "--folds must be 3 or more: one to measure on, one to stop by, the rest to learn from; two would leave nothing to learn from"
    );
    let base = request.base.load(request.knobs.seed)?;
    let (cases, mut skipped) = eval::labelled(request.labels)?;
    let dealt = split::folds(&cases, request.folds, request.knobs.seed).map_err(|e| told(e, &skipped))?;
    let settings = settings(request);
    let task = sha256(format!("{} {settings:?}", labels_hash(&cases)).as_bytes());
    let book = Book::open(request.again, &base.hash, &task)?;
    let begun = Instant::now();
    let chats = read(&base, &cases, tell)?;
    let golds: Vec<Gold> = (0..cases.len())
        .map(|i| Gold { group: dealt.groups[i].clone(), split: SPLIT.to_owned(), ..cases[i].gold.clone() })
        .collect();
    let of = |items: &[usize]| -> Vec<&Chat> { items.iter().filter_map(|i| chats[*i].as_ref()).collect() };
    let own = request.base.beginning(&base, false, request.knobs.seed)?;
    let first = request.base.beginning(&base, request.anew, request.knobs.seed)?;
    let heads = Heads { base: &base, request, own, first };
    let mut found: Vec<Vec<Option<Brief>>> = vec![vec![None; cases.len()]; SHARES.len() + 1];
    let (mut learnt, mut run) = ([0; SHARES.len() + 1], Run::default());
    for at in 0..request.folds {
        let beside = (at + 1) % request.folds;
        let rest: Vec<usize> = (0..request.folds).filter(|f| *f != at && *f != beside).collect();
        let mut held_out = dealt.all(&[at]);
        held_out.retain(|i| chats[*i].is_some());
        let (measured, dev) = (of(&held_out), of(&dealt.all(&[beside])));
        let asked: Vec<&Gold> = held_out.iter().map(|i| &golds[*i]).collect();
        for row in 0..=SHARES.len() {
            let part = row.checked_sub(1).map(|share| dealt.some(&rest, SHARES[share].0));
            learnt[row] += part.as_ref().map_or(0, Vec::len);
            let said = match book.get(way(row), &asked) {
                Some(said) => {
                    run.resumed += said.len();
                    said
                }
                None => {
                    let said = heads.say(part.map(|part| of(&part)), &dev, &measured)?;
                    book.put(way(row), &asked, &said)?;
                    run.scored += said.len();
                    run.messages += measured.iter().map(|chat| chat.len()).sum::<usize>();
                    said
                }
            };
            held_out.iter().zip(said).for_each(|(i, said)| found[row][*i] = Some(said));
            tell(Progress::Fold(at * SHARES.len() + row, request.folds * SHARES.len()));
        }
    }
    run.seconds = begun.elapsed().as_secs_f64();
    let silent = chats.iter().filter(|chat| chat.is_none()).count();
    skipped.insert("in which nobody says anything", silent);
    let note = format!(
        "{} conversations{}, each measured once. A head learns from {} folds of {}, a further one stops it and sets calibration and bands; the probabilities of all folds are \
         ranked together. {} groups were joined to others for near-duplicates. 95 % intervals from {RESAMPLES} resamples by group; where a share is none or all, to 3 over the groups of its class.",
        cases.len() - silent,
        eval::set_aside(&skipped),
        request.folds - 2,
        request.folds,
        dealt.joined
    );
    let share = |(row, said): (usize, Vec<Option<Brief>>)| {
        let title = row.checked_sub(1).map_or(AS_IT_IS.0, |share| SHARES[share].1);
        let said: Vec<Brief> = said.into_iter().flatten().collect();
        Share { title, learnt: learnt[row] as f64 / request.folds as f64, said }
    };
    let cross = CrossValidation {
        model: &base,
        labels: request.labels,
        title: format!("{}-fold cross-validation by group", request.folds),
        note,
        settings,
        golds: golds
            .into_iter()
            .zip(&chats)
            .filter(|(_, chat)| chat.is_some())
            .map(|(gold, _)| gold)
            .collect(),
        skipped,
        shares: found.into_iter().enumerate().map(share).collect(),
        resamples: RESAMPLES,
        seed: request.knobs.seed,
        run: run.told(),
    };
    cross.outcome(request.scores)
}

fn way(row: usize) -> &'static str {
    row.checked_sub(1).map_or(AS_IT_IS.1, |share| SHARES[share].2)
}

/// All that decides what comes out beside model and labels.
fn settings(request: &Folds) -> BTreeMap<String, String> {
    let Folds { folds, anew, budgets: (look, look_now), knobs, .. } = request;
    let all = [
        ("folds", folds.to_string()),
        ("head", if *anew { "anew" } else { "the model's" }.to_owned()),
        ("look", look.to_string()),
        ("look now", look_now.to_string()),
        ("passes", knobs.passes.to_string()),
        ("rate", knobs.rate.to_string()),
        ("seed", knobs.seed.to_string()),
    ];
    all.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Where heads come from.
struct Heads<'a> {
    base: &'a Model,
    request: &'a Folds<'a>,
    own: Net,
    first: Net,
}

impl Heads<'_> {
    /// What a head that learnt from some conversations, or the model as it is, says of others.
    fn say(&self, learnt: Option<Vec<&Chat>>, dev: &[&Chat], measured: &[&Chat]) -> Result<Vec<Brief>> {
        let before = &self.base.card;
        let says = |net: &Net, chats: &[&Chat]| says(&head(net)?, chats, before.calibration.fall);
        let Some(learnt) = learnt else {
            return Ok(briefs(&says(&self.own, measured)?, &before.calibration, &before.bands));
        };
        let net = fit(self.first.copy()?, &learnt, dev, self.base.head.width(), &self.request.knobs)?;
        let on_dev = says(&net, dev)?;
        let calibration = calibrate::calibrate(&on_dev, &before.calibration);
        let bands = calibrate::bands(&on_dev, &calibration, self.request.budgets, &before.bands)?;
        Ok(briefs(&says(&net, measured)?, &calibration, &bands))
    }
}

fn briefs(said: &[Said], with: &Calibration, bands: &Bands) -> Vec<Brief> {
    let one = |said: &Said| {
        let risk = with.risk.probability(said.end);
        let band = match risk {
            _ if risk >= bands.look_now => Band::LookNow,
            _ if risk >= bands.look => Band::Look,
            _ => Band::Quiet,
        };
        Brief { score: f64::from(risk), band, beside: Vec::new() }
    };
    said.iter().map(one).collect()
}
