//! From logits to probabilities, and where the bands begin: both chosen on dev.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::head::{Names, PATTERNS, Pattern, SIGNALS, sigmoid};
use crate::metrics::{Confusion, Ranking, mean};
use crate::models::{Bands, Calibration, Platt};

/// Flattest slope that keeps an order visible.
const LEAST_SCALE: f64 = 0.05;
/// Conversations of each class without which a pattern's calibration stays as it was.
const LEAST: usize = 5;
/// How tightly slope and shift are held to 1 and 0 when there is little to go by.
const PRIOR: f64 = 0.01;

/// What the head says of one dev conversation.
pub struct Said {
    /// Whether it is risky.
    pub risk: bool,
    /// The risk so far at its end, as a logit.
    pub end: f32,
    /// Patterns at its end, as logits, and the labels where they are known.
    pub patterns: ([f32; PATTERNS.len()], Option<[f32; PATTERNS.len()]>),
    /// Signals of each piece, as logits, and the labels where they are known.
    pub signals: Vec<([f32; SIGNALS.len()], Option<[f32; SIGNALS.len()]>)>,
}

/// Platt scaling: the slope and shift of highest likelihood, by Newton's method.
pub fn platt(logits: &[f32], labels: &[bool]) -> Platt {
    let (mut a, mut b) = (1.0_f64, 0.0_f64);
    for _ in 0..100 {
        let (mut ga, mut gb) = (PRIOR * (a - 1.0), PRIOR * b);
        let (mut haa, mut hab, mut hbb) = (PRIOR, 0.0, PRIOR);
        for (x, y) in logits.iter().zip(labels) {
            let x = f64::from(*x);
            let p = 1.0 / (1.0 + (-(a * x + b)).exp());
            let (d, w) = (p - f64::from(u8::from(*y)), p * (1.0 - p));
            (ga, gb) = (ga + d * x, gb + d);
            (haa, hab, hbb) = (haa + w * x * x, hab + w * x, hbb + w);
        }
        let det = haa * hbb - hab * hab;
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        let size = (da.abs() + db.abs()).max(1.0);
        (a, b) = (a - da / size, b - db / size);
        if da.abs() + db.abs() < 1e-9 {
            break;
        }
    }
    Platt { scale: a.max(LEAST_SCALE) as f32, shift: b as f32 }
}

/// The calibration of a head on dev; what dev cannot tell stays as it was in `before`.
pub fn calibrate(dev: &[Said], before: &Calibration) -> Calibration {
    let labels: Vec<bool> = dev.iter().map(|s| s.risk).collect();
    let ends: Vec<f32> = dev.iter().map(|s| s.end).collect();
    let mut patterns: BTreeMap<Pattern, Platt> = before.patterns.clone();
    for (i, pattern) in PATTERNS.into_iter().enumerate() {
        let known = dev.iter().filter_map(|s| Some((s.patterns.0[i], s.patterns.1?[i] > 0.5)));
        let (logits, labels): (Vec<f32>, Vec<bool>) = known.unzip();
        let positive = labels.iter().filter(|l| **l).count();
        if positive >= LEAST && labels.len() - positive >= LEAST {
            patterns.insert(pattern, platt(&logits, &labels));
        }
    }
    let prevalence = mean(&labels.iter().map(|l| f64::from(u8::from(*l))).collect::<Vec<_>>());
    Calibration {
        risk: platt(&ends, &labels),
        patterns,
        fall: before.fall,
        one_sided: before.one_sided,
        one_text: before.one_text,
        tokens_per_word: before.tokens_per_word,
        prevalence: prevalence.unwrap_or_default() as f32,
        restated: 0.0,
    }
}

/// The most sensitive bands that alarm on at most these shares of the harmless dev conversations.
pub fn bands(dev: &[Said], calibration: &Calibration, budgets: (f64, f64), before: &Bands) -> Result<Bands> {
    let labels: Vec<bool> = dev.iter().map(|s| s.risk).collect();
    let risks: Vec<f64> = dev.iter().map(|s| f64::from(calibration.risk.probability(s.end))).collect();
    let at = |budget: f64| -> Result<f32> {
        let ranking = Ranking::new(&labels, &risks);
        let Some(found) = ranking.and_then(|r| r.recall_at_fpr(&r.all(), budget)) else {
            bail!("the scores of dev are no numbers; try a lower --rate")
        };
        // Halfway down to the next score, so that the threshold does not sit on a conversation of dev.
        let below = risks.iter().copied().filter(|r| *r < found.threshold).fold(0.0, f64::max);
        let above = if found.threshold.is_finite() { found.threshold } else { 1.0 };
        Ok((((above + below) / 2.0) as f32).clamp(f32::EPSILON, 1.0 - f32::EPSILON))
    };
    let look = at(budgets.0)?;
    let look_now = at(budgets.1)?.max(look);
    let harmless = labels.iter().filter(|l| !**l).count();
    let alarms =
        |band: f32| dev.iter().filter(|s| !s.risk && calibration.risk.probability(s.end) >= band).count();
    Ok(Bands {
        look,
        look_now,
        warn: None,
        name: names(dev, &before.name),
        chosen: format!(
            "on {} labelled conversations held back from learning: of {harmless} harmless, {} reach look (budget {} %) and {} look now (budget {} %)",
            dev.len(),
            alarms(look),
            budgets.0 * 100.0,
            alarms(look_now),
            budgets.1 * 100.0
        ),
    })
}

/// What the bands cannot keep to, since they were chosen on so few harmless conversations; a sentence each.
pub fn doubts(dev: &[Said], bands: &Bands, budgets: (f64, f64)) -> Vec<String> {
    let n = dev.iter().filter(|said| !said.risk).count();
    let few = |(name, budget): (&str, f64)| {
        let least = (1.0 / budget).ceil();
        (n as f64 * budget < 1.0).then(|| {
            format!(
                "the budget of {} % for {name} cannot be measured on {n} harmless conversations held back from learning: it takes {least} of them, better ten times as many; \
                 what the band lets through elsewhere is not known",
                budget * 100.0
            )
        })
    };
    let none = (bands.look >= bands.look_now)
        .then(|| "look begins where look now does, so that there is no band look of its own".to_owned());
    [("look", budgets.0), ("look now", budgets.1)].into_iter().filter_map(few).chain(none).collect()
}

/// For each signal the probability of best F1 from which it is named; one that too few messages carry, or that is never hit, keeps that of `before`.
fn names(dev: &[Said], before: &Names) -> Names {
    let known: Vec<_> =
        dev.iter().flat_map(|s| &s.signals).filter_map(|(x, y)| Some((x, y.as_ref()?))).collect();
    let best = |at: usize| {
        let f1 = |t: f32| {
            Confusion::of(known.iter().map(|(x, y)| (y[at] > 0.5, sigmoid(x[at]) >= t))).f(1.0).unwrap_or(0.0)
        };
        let enough = known.iter().filter(|(_, y)| y[at] > 0.5).count() >= LEAST;
        // The lowest of several that are equally good.
        let grid = (2..=35).rev().map(|n| n as f32 * 0.02).map(|t| (t, f1(t)));
        grid.filter(|(_, f1)| enough && *f1 > 0.0).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    Names::each(|signal| best(signal as usize).map_or_else(|| before.at(signal), |(t, _)| t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Signal;

    #[test]
    fn platt_finds_the_slope_that_made_the_labels() {
        // 1,000 logits, each twice as sure as it should be: labels drawn evenly from the true probability.
        let logits: Vec<f32> = (0..1_000).map(|i| (i as f32 / 999.0 - 0.5) * 12.0).collect();
        let labels: Vec<bool> = logits
            .iter()
            .enumerate()
            .map(|(i, x)| sigmoid(0.5 * x + 1.0) > ((i * 617) % 1_000) as f32 / 1_000.0)
            .collect();
        let found = platt(&logits, &labels);
        assert!((found.scale - 0.5).abs() < 0.06 && (found.shift - 1.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn labels_that_are_told_apart_fully_do_not_run_away() {
        let found = platt(&[-3.0, -2.0, 2.0, 3.0], &[false, false, true, true]);
        assert!(found.scale.is_finite() && found.scale < 20.0, "{found:?}");
    }

    #[test]
    fn bands_keep_to_their_budgets() {
        let said = |i: usize| Said {
            risk: i.is_multiple_of(2),
            // One harmless conversation is as sure a mistake as can be.
            end: if i == 1 {
                14.0
            } else {
                (if i.is_multiple_of(2) { 1.0 } else { -1.0 }) + (i % 7) as f32 * 0.4
            },
            patterns: ([0.0; PATTERNS.len()], None),
            signals: Vec::new(),
        };
        let dev: Vec<Said> = (0..200).map(said).collect();
        let one = Platt { scale: 1.0, shift: 0.0 };
        let before = Calibration {
            risk: one,
            patterns: BTreeMap::new(),
            fall: 3.0,
            one_sided: 0.0,
            one_text: 0.0,
            tokens_per_word: None,
            prevalence: 0.5,
            restated: 0.0,
        };
        let old =
            Bands { look: 0.5, look_now: 0.9, warn: None, name: Names::each(|_| 0.3), chosen: String::new() };
        let bands = bands(&dev, &before, (0.1, 0.02), &old).unwrap();
        let alarms = |t: f32| dev.iter().filter(|s| !s.risk && one.probability(s.end) >= t).count();
        assert!(alarms(bands.look) <= 10 && alarms(bands.look_now) <= 2 && bands.look <= bands.look_now);
        assert_eq!(bands.name, old.name, "no signals are labelled");
    }

    #[test]
    fn a_signal_is_named_where_it_is_told_best_and_enough_messages_carry_it() {
        // Money is told apart at a logit of 0, lure is carried twice only, and nobody carries the others.
        let message = |i: usize| {
            let (mut said, mut carried) = ([-3.0; SIGNALS.len()], [0.0; SIGNALS.len()]);
            if i.is_multiple_of(2) {
                (said[Signal::Money as usize], carried[Signal::Money as usize]) = (0.5, 1.0);
            }
            carried[Signal::Lure as usize] = f32::from(u8::from(i < 2));
            (said, Some(carried))
        };
        let dev = Said {
            risk: true,
            end: 0.0,
            patterns: ([0.0; PATTERNS.len()], None),
            signals: (0..20).map(message).collect(),
        };
        let found = names(&[dev], &Names::each(|_| 0.33));
        assert!((0.04..=sigmoid(0.5)).contains(&found.at(Signal::Money)), "{found:?}");
        assert!(found.at(Signal::Money) > sigmoid(-3.0), "{found:?}");
        assert_eq!((found.at(Signal::Lure), found.at(Signal::Trust)), (0.33, 0.33));
    }
}
