//! The curves of a result, with their intervals.

use rayon::prelude::*;

use super::bins::bins;
use super::part::{Part, System};
use super::result::{Measure, Plot, Row, Series, Table, Threshold};
use super::suite::Suite;
use super::warnings;
use crate::metrics::{Point, Ranking, false_alarms_per_1000, percentile, ratio};

/// Steps of a horizontal axis.
const GRID: usize = 50;
const BINS: usize = 20;

/// How systems order the conversations of a split, and what their probabilities are worth.
pub(super) fn ranked(part: &Part, suite: &Suite) -> Vec<Plot> {
    let axes = ["share of harmless with an alarm", "share of risky with an alarm"];
    let mut plots = vec![
        curves(part, "roc", "ROC", axes, &grid(), &roc),
        curves(part, "pr", "Precision and recall", ["recall", "precision"], &grid(), &pr),
        alarms(part, suite),
        calibrated(part),
    ];
    plots[0].diagonal = true;
    plots.extend(part.systems.iter().filter(|s| !s.is_baseline()).map(|system| histogram(part, system)));
    plots
}

pub(super) fn plot(part: &Part, id: &str, title: &str, axes: [&str; 2], series: Vec<Series>) -> Plot {
    let (id, title) = (format!("{id}/{}", part.split), format!("{title} ({})", part.split));
    let axes = axes.map(str::to_owned);
    let (x, y, bars, diagonal, labels) = ([0.0, 1.0], [0.0, 1.0], false, false, Vec::new());
    Plot { id, title, axes, x, y, bars, diagonal, labels, series }
}

fn grid() -> Vec<f64> {
    (0..=GRID).map(|i| i as f64 / GRID as f64).collect()
}

/// Recall at each share of false alarms; between two thresholds, as among equal scores, straight from one to the other, so that the area below is the AUROC.
fn roc(ranking: &Ranking, items: &[usize]) -> Vec<Option<f64>> {
    let curve = ranking.curve(items);
    let all = curve[curve.len() - 1];
    let share = |p: &Point| Some([ratio(p.fp as f64, all.fp as f64)?, ratio(p.tp as f64, all.tp as f64)?]);
    let Some(points) = curve.iter().map(share).collect::<Option<Vec<_>>>() else {
        return vec![None; GRID + 1];
    };
    let at = |x: f64| {
        let after = points.partition_point(|p| p[0] <= x);
        let [x0, y0] = points[after - 1];
        points.get(after).map_or(y0, |[x1, y1]| y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    };
    grid().into_iter().map(|x| Some(at(x))).collect()
}

/// Recall within each share of false alarms, which rise.
fn within(ranking: &Ranking, items: &[usize], budgets: &[f64]) -> Vec<Option<f64>> {
    let curve = ranking.curve(items);
    let all = curve[curve.len() - 1];
    let (mut points, mut recall) = (curve.iter().peekable(), None);
    let mut within = |x: &f64| {
        while let Some(point) = points.next_if(|p| all.fp == 0 || p.fp as f64 / all.fp as f64 <= *x) {
            recall = ratio(point.tp as f64, all.tp as f64).filter(|_| all.fp > 0);
        }
        recall
    };
    budgets.iter().map(&mut within).collect()
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

type Curve<'c> = &'c (dyn Fn(&Ranking, &[usize]) -> Vec<Option<f64>> + Sync);

/// One line a system; a band, by point, for the model and for a system from elsewhere. `curve` gives a value for each of `xs`.
fn curves(part: &Part, id: &str, title: &str, axes: [&str; 2], xs: &[f64], curve: Curve) -> Plot {
    let series = part.systems.iter().filter_map(|system| {
        let ranking = Ranking::new(&part.labels, &system.scores)?;
        let ys = curve(&ranking, &ranking.all());
        let points = xs.iter().zip(ys).filter_map(|(x, y)| Some([*x, y?])).collect();
        let band = if system.is_baseline() { Vec::new() } else { band(part, &ranking, xs, curve) };
        Some(Series { name: system.name.clone(), points, band })
    });
    let series = series.collect();
    plot(part, id, title, axes, series)
}

fn band(part: &Part, ranking: &Ranking, xs: &[f64], curve: Curve) -> Vec<[f64; 3]> {
    const RESAMPLES: usize = 2_000;
    let drawn: Vec<Vec<Option<f64>>> =
        (0..RESAMPLES).into_par_iter().map(|r| curve(ranking, &part.draws.draw(r))).collect();
    let at = |(i, x): (usize, &f64)| {
        let values: Vec<f64> = drawn.iter().filter_map(|d| d[i]).collect();
        Some([*x, percentile(&values, 2.5)?, percentile(&values, 97.5)?])
    };
    xs.iter().enumerate().filter_map(at).collect()
}

/// Recall against false alarms per 1,000 chats, up to 100.
fn alarms(part: &Part, suite: &Suite) -> Plot {
    const MOST: f64 = 100.0;
    let per: Vec<f64> = grid().into_iter().map(|x| x * MOST).collect();
    let one = false_alarms_per_1000(1.0, suite.prevalence);
    let budgets: Vec<f64> = per.iter().map(|per| per / one).collect();
    let axes = ["false alarms per 1,000 chats", "share of risky with an alarm"];
    let title = "Recall against false alarms";
    let found = curves(part, "alarms", title, axes, &per, &|r, i| within(r, i, &budgets));
    Plot { x: [0.0, MOST], ..found }
}

fn calibrated(part: &Part) -> Plot {
    let series = part.systems.iter().filter(|s| s.probability).map(|system| {
        let found = bins(part, &system.scores).into_iter();
        let found =
            found.filter_map(|(given, share)| Some((given.value?, share.value?, share.low?, share.high?)));
        let (points, band) = found.map(|(x, y, low, high)| ([x, y], [x, low, high])).unzip();
        Series { name: system.name.clone(), points, band }
    });
    let series = series.collect();
    let axes = ["probability given", "share that is risky"];
    Plot { diagonal: true, ..plot(part, "reliability", "Reliability", axes, series) }
}

/// Scores of each class, as shares of the class.
fn histogram(part: &Part, system: &System) -> Plot {
    let ends = system.scores.iter().fold((0.0_f64, 1.0_f64), |(a, b), s| (a.min(*s), b.max(*s)));
    let (start, width) = (ends.0, (ends.1 - ends.0) / BINS as f64);
    let series = [("harmless", false), ("risky", true)].map(|(name, class)| {
        let (mut bins, mut n) = ([0.0; BINS], 0.0_f64);
        for (score, _) in system.scores.iter().zip(&part.labels).filter(|(_, l)| **l == class) {
            bins[(((score - start) / width) as usize).min(BINS - 1)] += 1.0;
            n += 1.0;
        }
        let points =
            bins.iter().enumerate().map(|(i, c)| [start + i as f64 * width, c / n.max(1.0)]).collect();
        Series { name: name.to_owned(), points, band: Vec::new() }
    });
    let (id, title) = system.titled("scores", "Scores by class");
    let axes = ["score at the end", "share of the class"];
    Plot { bars: true, x: ends.into(), ..plot(part, &id, &title, axes, series.to_vec()) }
}

/// When warnings come, of each system that is scored by message at the one threshold it is judged by: in messages from the onset, and from the first message.
pub(super) fn latencies(part: &Part, thresholds: &[Threshold]) -> Vec<Plot> {
    let warned: Vec<(String, Vec<Option<usize>>)> = part
        .at_one(thresholds)
        .into_iter()
        .filter_map(|(system, t)| Some((format!("{}, {}", system.name, t.name), warnings::first(system, t)?)))
        .collect();
    let of = |at: &dyn Fn(usize, usize) -> Option<f64>, from: i32, wide: f64, steps: i32| -> Vec<Series> {
        let one = |(name, warned): &(String, Vec<Option<usize>>)| {
            let found: Vec<f64> = (0..warned.len()).filter_map(|i| at(i, warned[i]?)).collect();
            let share = |bin: i32| {
                let (low, last) = (f64::from(bin) * wide, from + steps - 1);
                let bin_of = |v: &&f64| ((**v / wide).floor() as i32).clamp(from, last) == bin;
                [low, found.iter().filter(bin_of).count() as f64 / found.len().max(1) as f64]
            };
            let points = (from..from + steps).map(share).collect();
            Series { name: name.clone(), points, band: Vec::new() }
        };
        warned.iter().map(one).collect()
    };
    let offset = |i: usize, w: usize| Some(w as f64 - part.golds[i].onset? as f64);
    let hit = |i: usize, w: usize| part.labels[i].then_some((w + 1) as f64);
    if warned.is_empty() {
        return Vec::new();
    }
    let share = "share of warnings";
    let from_onset = of(&offset, -10, 2.0, 21);
    let from_first = of(&hit, 0, 5.0, 21);
    vec![
        Plot {
            bars: true,
            x: [-20.0, 22.0],
            ..plot(
                part,
                "latency",
                "When the warning comes",
                ["messages from onset to warning", share],
                from_onset,
            )
        },
        Plot {
            bars: true,
            x: [0.0, 105.0],
            ..plot(
                part,
                "message",
                "Latency of true warnings",
                ["message of the warning, from 1", share],
                from_first,
            )
        },
    ]
}

/// Columns of a table as points with their intervals, a row each.
pub(super) fn rows(table: &Table, columns: &[&str]) -> Option<Plot> {
    let cells = |column: &str| -> Vec<(f64, Measure)> {
        let cell = |(at, row): (usize, &Row)| Some((at as f64, *row.cells.get(column)?));
        table.rows.iter().enumerate().filter_map(cell).filter(|(_, m)| m.value.is_some()).collect()
    };
    let series = columns.iter().map(|column| Series {
        name: (*column).to_owned(),
        points: cells(column).iter().filter_map(|(at, m)| Some([m.value?, *at])).collect(),
        band: cells(column).iter().filter_map(|(at, m)| Some([*at, m.low?, m.high?])).collect(),
    });
    let series: Vec<Series> = series.collect();
    let (bars, diagonal, x) = (false, false, [0.0, 1.0]);
    let labels: Vec<String> = table.rows.iter().map(|row| row.name.clone()).collect();
    let y = [0.0, labels.len() as f64];
    let axes = [String::new(), String::new()];
    let (id, title) = (format!("rows of {}", table.id), table.title.clone());
    let some = series.iter().any(|s| !s.points.is_empty());
    some.then_some(Plot { id, title, axes, x, y, bars, diagonal, labels, series })
}

/// Columns of a table as lines with bands, where rows are called by a number.
pub(super) fn lines(table: &Table, axis: &str, columns: &[&str]) -> Plot {
    let series = columns.iter().map(|column| {
        let cells =
            || table.rows.iter().filter_map(|r| Some((r.name.parse::<f64>().ok()?, *r.cells.get(*column)?)));
        let points = cells().filter_map(|(x, m)| Some([x, m.value?])).collect();
        let band = cells().filter_map(|(x, m)| Some([x, m.low?, m.high?])).collect();
        Series { name: (*column).to_owned(), points, band }
    });
    let series: Vec<Series> = series.collect();
    let most = series.iter().flat_map(|s| &s.points).map(|p| p[0]).fold(1.0, f64::max);
    let (bars, diagonal, labels, y) = (false, false, Vec::new(), [0.0, 1.0]);
    let (id, title, axes) =
        (format!("curve of {}", table.id), table.title.clone(), [axis.to_owned(), String::new()]);
    Plot { id, title, axes, x: [0.0, most], y, bars, diagonal, labels, series }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_are_a_straight_line_and_the_area_is_the_auroc() {
        let labels = [true, false, true, false, true, false];
        let constant = Ranking::new(&labels, &[0.5; 6]).unwrap();
        for (x, y) in grid().into_iter().zip(roc(&constant, &constant.all())) {
            assert!((y.unwrap() - x).abs() < 1e-12, "{x} {y:?}");
        }
        let tied = Ranking::new(&labels, &[0.9, 0.9, 0.9, 0.2, 0.2, 0.2]).unwrap();
        let ys: Vec<f64> = roc(&tied, &tied.all()).into_iter().map(Option::unwrap).collect();
        let area: f64 = ys.windows(2).map(|y| (y[0] + y[1]) / 2.0 / GRID as f64).sum();
        assert!((area - tied.auroc(&tied.all()).unwrap()).abs() < 1e-2, "{area}");
        assert!(roc(&tied, &[0, 2]).iter().all(Option::is_none));
    }

    #[test]
    fn curves_are_what_each_point_alone_would_be() {
        let labels = [true, false, true, true, false, false, true, false];
        let scores = [0.9, 0.9, 0.7, 0.4, 0.4, 0.3, 0.2, 0.1];
        let ranking = Ranking::new(&labels, &scores).unwrap();
        for sample in [ranking.all(), vec![0, 0, 1, 4, 7], vec![3, 6, 5, 5, 2]] {
            let (ys, precisions) = (within(&ranking, &sample, &grid()), pr(&ranking, &sample));
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
            within(&ranking, &[0, 2], &grid()).iter().all(Option::is_none)
                && pr(&ranking, &[1, 4]).iter().all(Option::is_none)
        );
    }
}
