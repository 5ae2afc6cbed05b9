//! The curves of a result, with their intervals.

use rayon::prelude::*;

use super::baselines;
use super::judge::{OURS, Part};
use super::result::{Plot, Series, Threshold};
use super::suite::Suite;
use super::warnings;
use crate::metrics::{ECE_BINS, Ranking, false_alarms_per_1000, percentile, ratio, reliability};

/// Steps of a horizontal axis.
const GRID: usize = 50;
const BINS: usize = 20;

/// How systems order the conversations of a split, and what the model's probabilities are worth.
pub(super) fn ranked(part: &Part, suite: &Suite) -> Vec<Plot> {
    let mut plots = vec![
        curves(part, "roc", "ROC", ["share of harmless with an alarm", "share of risky with an alarm"], roc),
        curves(part, "pr", "Precision and recall", ["recall", "precision"], pr),
        alarms(part, suite),
        calibrated(part),
        histogram(part),
    ];
    plots[0].diagonal = true;
    plots
}

pub(super) fn plot(part: &Part, id: &str, title: &str, axes: [&str; 2], series: Vec<Series>) -> Plot {
    let (id, title) = (format!("{id}/{}", part.split), format!("{title} ({})", part.split));
    let axes = axes.map(str::to_owned);
    Plot { id, title, axes, x: [0.0, 1.0], y: [0.0, 1.0], bars: false, diagonal: false, series }
}

fn grid() -> Vec<f64> {
    (0..=GRID).map(|i| i as f64 / GRID as f64).collect()
}

/// Recall within each share of false alarms.
fn roc(ranking: &Ranking, items: &[usize]) -> Vec<Option<f64>> {
    let curve = ranking.curve(items);
    let all = curve[curve.len() - 1];
    let (mut points, mut recall) = (curve.iter().peekable(), None);
    let mut within = |x: f64| {
        while let Some(point) = points.next_if(|p| all.fp == 0 || p.fp as f64 / all.fp as f64 <= x) {
            recall = ratio(point.tp as f64, all.tp as f64).filter(|_| all.fp > 0);
        }
        recall
    };
    grid().into_iter().map(&mut within).collect()
}

/// The best precision at each recall or more.
fn pr(ranking: &Ranking, items: &[usize]) -> Vec<Option<f64>> {
    let curve = ranking.curve(items);
    let positives = curve[curve.len() - 1].tp as f64;
    let (mut points, mut best) = (curve.iter().rev().filter(|p| p.tp + p.fp > 0).peekable(), None);
    let mut at = |x: f64| {
        while let Some(point) = points.next_if(|p| p.tp as f64 / positives >= x) {
            let precision = point.tp as f64 / (point.tp + point.fp) as f64;
            best = Some(best.map_or(precision, |b: f64| b.max(precision)));
        }
        best.filter(|_| positives > 0.0)
    };
    let mut found: Vec<Option<f64>> = grid().into_iter().rev().map(&mut at).collect();
    found.reverse();
    found
}

type Curve = fn(&Ranking, &[usize]) -> Vec<Option<f64>>;

/// One line a system; a band, by point, for the model and for a system from elsewhere.
fn curves(part: &Part, id: &str, title: &str, axes: [&str; 2], curve: Curve) -> Plot {
    let series = part.systems.iter().filter_map(|system| {
        let ranking = Ranking::new(&part.labels, &system.scores)?;
        let ys = curve(&ranking, &ranking.all());
        let points = grid().into_iter().zip(ys).filter_map(|(x, y)| Some([x, y?])).collect();
        let plain = baselines::NAMES.contains(&system.name.as_str());
        let band = if plain { Vec::new() } else { band(part, &ranking, curve) };
        Some(Series { name: system.name.clone(), points, band })
    });
    let series = series.collect();
    plot(part, id, title, axes, series)
}

fn band(part: &Part, ranking: &Ranking, curve: Curve) -> Vec<[f64; 3]> {
    const RESAMPLES: usize = 2_000;
    let drawn: Vec<Vec<Option<f64>>> =
        (0..RESAMPLES).into_par_iter().map(|r| curve(ranking, &part.draws.draw(r))).collect();
    let at = |(i, x): (usize, f64)| {
        let values: Vec<f64> = drawn.iter().filter_map(|d| d[i]).collect();
        Some([x, percentile(&values, 2.5)?, percentile(&values, 97.5)?])
    };
    grid().into_iter().enumerate().filter_map(at).collect()
}

/// Recall against false alarms per 1,000 chats, up to 100.
fn alarms(part: &Part, suite: &Suite) -> Plot {
    const MOST: f64 = 100.0;
    const STEPS: usize = 500;
    let series = part.systems.iter().filter_map(|system| {
        let ranking = Ranking::new(&part.labels, &system.scores)?;
        let curve = ranking.curve(&ranking.all());
        let all = curve.last().filter(|all| all.tp > 0 && all.fp > 0)?;
        let point = |p: &crate::metrics::Point| {
            let per = false_alarms_per_1000(p.fp as f64 / all.fp as f64, suite.prevalence);
            [per, p.tp as f64 / all.tp as f64]
        };
        let points: Vec<[f64; 2]> = curve.iter().map(point).filter(|p| p[0] <= MOST).collect();
        let every = points.len().div_ceil(STEPS).max(1);
        let last = points.len().saturating_sub(1);
        let kept = points.into_iter().enumerate().filter(|(at, _)| at % every == 0 || *at == last);
        Some(Series { name: system.name.clone(), points: kept.map(|(_, p)| p).collect(), band: Vec::new() })
    });
    let series = series.collect();
    let axes = ["false alarms per 1,000 chats", "share of risky with an alarm"];
    Plot { x: [0.0, MOST], ..plot(part, "alarms", "Recall against false alarms", axes, series) }
}

fn calibrated(part: &Part) -> Plot {
    let series = part.systems.iter().filter(|s| s.probability).map(|system| {
        let bins = reliability(&part.labels, &system.scores, ECE_BINS);
        let points = bins.iter().map(|b| [b.confidence, b.accuracy]).collect();
        Series { name: system.name.clone(), points, band: Vec::new() }
    });
    let series = series.collect();
    let axes = ["probability given", "share that is risky"];
    Plot { diagonal: true, ..plot(part, "reliability", "Reliability", axes, series) }
}

/// Scores of each class, as shares of the class.
fn histogram(part: &Part) -> Plot {
    let scores = &part.systems[0].scores;
    let series = [("harmless", false), ("risky", true)].map(|(name, class)| {
        let (mut bins, mut n) = ([0.0; BINS], 0.0_f64);
        for (score, _) in scores.iter().zip(&part.labels).filter(|(_, l)| **l == class) {
            bins[((score * BINS as f64) as usize).min(BINS - 1)] += 1.0;
            n += 1.0;
        }
        let points = bins.iter().enumerate().map(|(i, c)| [i as f64 / BINS as f64, c / n.max(1.0)]).collect();
        Series { name: name.to_owned(), points, band: Vec::new() }
    });
    Plot {
        bars: true,
        ..plot(part, "scores", "Scores by class", ["risk at the end", "share of the class"], series.to_vec())
    }
}

/// How long after the onset the warning of each band came, in messages; beyond twenty at the ends.
pub(super) fn offsets(part: &Part, thresholds: &[Threshold]) -> Option<Plot> {
    const FAR: f64 = 20.0;
    let mut series = Vec::new();
    for t in thresholds.iter().filter(|t| t.system == OURS && t.name == "look") {
        let warned = warnings::first(&part.systems[0], t)?;
        let offset = |(gold, w): (&&super::Gold, &Option<usize>)| Some((*w)? as f64 - gold.onset? as f64);
        let found: Vec<f64> = part.golds.iter().zip(&warned).filter_map(offset).collect();
        let share = |i: i32| {
            let at = |o: &&f64| (o.clamp(-FAR, FAR) / 2.0).floor() as i32 == i;
            [f64::from(2 * i), found.iter().filter(at).count() as f64 / found.len().max(1) as f64]
        };
        series.push(Series {
            name: t.name.clone(),
            points: (-10..=10).map(share).collect(),
            band: Vec::new(),
        });
    }
    let axes = ["messages from onset to warning", "share of warnings"];
    (!series.is_empty()).then(|| Plot {
        bars: true,
        x: [-20.0, 22.0],
        ..plot(part, "latency", "When the warning comes", axes, series)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_what_each_point_alone_would_be() {
        let labels = [true, false, true, true, false, false, true, false];
        let scores = [0.9, 0.9, 0.7, 0.4, 0.4, 0.3, 0.2, 0.1];
        let ranking = Ranking::new(&labels, &scores).unwrap();
        for sample in [ranking.all(), vec![0, 0, 1, 4, 7], vec![3, 6, 5, 5, 2]] {
            let (ys, precisions) = (roc(&ranking, &sample), pr(&ranking, &sample));
            let points = ranking.curve(&sample);
            let positives = points[points.len() - 1].tp as f64;
            for (at, x) in grid().into_iter().enumerate() {
                assert_eq!(ys[at], ranking.recall_at_fpr(&sample, x).map(|o| o.recall));
                let fits = points.iter().filter(|p| p.tp + p.fp > 0 && p.tp as f64 / positives >= x);
                let best = fits.map(|p| p.tp as f64 / (p.tp + p.fp) as f64).reduce(f64::max);
                assert_eq!(precisions[at], best, "{x}");
            }
        }
        assert!(
            roc(&ranking, &[0, 2]).iter().all(Option::is_none)
                && pr(&ranking, &[1, 4]).iter().all(Option::is_none)
        );
    }
}
