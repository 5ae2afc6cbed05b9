//! A plot as inline SVG: told apart by dash and by colour, so that it can be printed in grey.

use std::fmt::Write as _;

use super::result::{Plot, Series};

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 10.0;
const RIGHT: f64 = 14.0;
/// As many as there are systems in the largest suite, one from elsewhere included.
const COLOURS: [&str; 6] = ["#1f4e79", "#b3541e", "#3b7a3b", "#7a3b75", "#555555", "#a8861a"];
const DASHES: [&str; 6] = ["none", "6 3", "2 3", "8 3 2 3", "1 2", "10 4"];

/// One figure.
pub fn svg(plot: &Plot) -> String {
    if !plot.labels.is_empty() {
        return rows(plot);
    }
    let top = highest(plot);
    let x = |v: f64| LEFT + (v - plot.x[0]) / (plot.x[1] - plot.x[0]) * (WIDTH - LEFT - RIGHT);
    let y = |v: f64| HEIGHT - BOTTOM - (v - plot.y[0]) / (top - plot.y[0]) * (HEIGHT - BOTTOM - TOP);
    let legend = 16.0 * plot.series.len() as f64;
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">",
        HEIGHT + legend,
        escape(&plot.title)
    );
    axes(&mut out, plot, top, &x, &y);
    for (i, series) in plot.series.iter().enumerate() {
        let (colour, dash) = (COLOURS[i % COLOURS.len()], DASHES[i % DASHES.len()]);
        if plot.bars {
            bars(&mut out, plot, series, i, colour, &x, &y);
        } else {
            band(&mut out, series, colour, &x, &y);
            let points = path(series.points.iter().map(|p| (x(p[0]), y(p[1]))));
            let _ = write!(
                out,
                "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" stroke-dasharray=\"{dash}\"/>"
            );
        }
        let line = HEIGHT + 16.0 * i as f64 + 4.0;
        let dash = if plot.bars { "none" } else { dash };
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{line}\" y2=\"{line}\" stroke=\"{colour}\" stroke-width=\"{}\" stroke-dasharray=\"{dash}\"/><text x=\"{}\" y=\"{}\">{}</text>",
            LEFT + 28.0,
            if plot.bars { 8 } else { 2 },
            LEFT + 36.0,
            line + 4.0,
            escape(&series.name)
        );
    }
    out + "</svg>"
}

/// Values with their intervals, a row for each label.
fn rows(plot: &Plot) -> String {
    const NAMES: f64 = 130.0;
    let step = 9.0 * plot.series.len() as f64 + 6.0;
    let bottom = TOP + step * plot.labels.len() as f64;
    let x = |v: f64| NAMES + (v - plot.x[0]) / (plot.x[1] - plot.x[0]) * (WIDTH - NAMES - RIGHT);
    let height = bottom + 20.0 + 16.0 * plot.series.len() as f64;
    let title = escape(&plot.title);
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">");
    for i in 0..=5 {
        let at = plot.x[0] + f64::from(i) / 5.0 * (plot.x[1] - plot.x[0]);
        let _ = write!(
            out,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{TOP}\" y2=\"{bottom}\" class=\"grid\"/><text x=\"{0:.1}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>",
            x(at),
            bottom + 13.0,
            tick(at, plot.x[1] - plot.x[0])
        );
    }
    for (row, label) in plot.labels.iter().enumerate() {
        let y = TOP + step * (row as f64 + 0.5) + 4.0;
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
            NAMES - 6.0,
            escape(&short(label))
        );
    }
    for (i, series) in plot.series.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let y = |row: f64| TOP + step * row + 9.0 * i as f64 + 7.5;
        for [row, low, high] in &series.band {
            let _ = write!(
                out,
                "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{2:.1}\" y2=\"{2:.1}\" stroke=\"{colour}\"/>",
                x(*low),
                x(*high),
                y(*row)
            );
        }
        for [value, row] in &series.points {
            let _ = write!(out, "{}", mark(i, x(*value), y(*row), colour));
        }
        let line = bottom + 26.0 + 16.0 * i as f64;
        let _ = write!(
            out,
            "{}<text x=\"{}\" y=\"{}\">{}</text>",
            mark(i, NAMES, line, colour),
            NAMES + 10.0,
            line + 4.0,
            escape(&series.name)
        );
    }
    out + "</svg>"
}

/// A dot for the first series, a ring for the second, a square for a third, so that they are told apart in grey.
fn mark(series: usize, x: f64, y: f64, colour: &str) -> String {
    match series {
        0 => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>"),
        1 => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.7\" fill=\"#fff\" stroke=\"{colour}\"/>"),
        _ => format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"5\" height=\"5\" fill=\"{colour}\"/>",
            x - 2.5,
            y - 2.5
        ),
    }
}

/// A name that fits beside a row.
fn short(name: &str) -> String {
    const MOST: usize = 24;
    if name.chars().count() <= MOST {
        name.to_owned()
    } else {
        name.chars().take(MOST - 1).chain(['…']).collect()
    }
}

/// Bars need no more room than the tallest.
fn highest(plot: &Plot) -> f64 {
    if !plot.bars {
        return plot.y[1];
    }
    let most = plot.series.iter().flat_map(|s| &s.points).map(|p| p[1]).fold(0.0, f64::max);
    ((most * 10.0).ceil() / 10.0).max(0.1)
}

fn axes(out: &mut String, plot: &Plot, top: f64, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
    for i in 0..=5 {
        let share = f64::from(i) / 5.0;
        let (at, up) = (plot.x[0] + share * (plot.x[1] - plot.x[0]), plot.y[0] + share * (top - plot.y[0]));
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{:.1}\" y2=\"{:.1}\" class=\"grid\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            WIDTH - RIGHT,
            y(up),
            y(up),
            LEFT - 5.0,
            y(up) + 4.0,
            tick(up, top - plot.y[0]),
            x(at),
            HEIGHT - BOTTOM + 15.0,
            tick(at, plot.x[1] - plot.x[0])
        );
    }
    if plot.diagonal {
        let _ = write!(
            out,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"diagonal\"/>",
            x(0.0),
            y(0.0),
            x(1.0),
            y(1.0)
        );
    }
    let middle = (HEIGHT - BOTTOM + TOP) / 2.0;
    let _ = write!(
        out,
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text><text transform=\"translate(11 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - BOTTOM + 31.0,
        escape(&plot.axes[0]),
        escape(&plot.axes[1])
    );
}

fn band(out: &mut String, series: &Series, colour: &str, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
    let low = series.band.iter().map(|b| (x(b[0]), y(b[1])));
    let high = series.band.iter().rev().map(|b| (x(b[0]), y(b[2])));
    let points = path(low.chain(high));
    let _ = write!(out, "<polygon points=\"{points}\" fill=\"{colour}\" fill-opacity=\"0.15\"/>");
}

fn bars(
    out: &mut String,
    plot: &Plot,
    series: &Series,
    i: usize,
    colour: &str,
    x: &impl Fn(f64) -> f64,
    y: &impl Fn(f64) -> f64,
) {
    let step = series.points.get(1).zip(series.points.first()).map_or(1.0, |(b, a)| b[0] - a[0]);
    let wide = (x(step) - x(0.0)) / plot.series.len() as f64;
    for p in series.points.iter().filter(|p| p[1] > 0.0) {
        let (left, high) = (x(p[0]) + wide * i as f64, y(p[1]));
        let _ = write!(
            out,
            "<rect x=\"{left:.1}\" y=\"{high:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
            wide * 0.9,
            y(plot.y[0]) - high
        );
    }
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

fn tick(v: f64, span: f64) -> String {
    if span > 10.0 || v.fract().abs() < 1e-9 {
        format!("{v:.0}")
    } else {
        format!("{v:.2}").trim_end_matches('0').to_owned()
    }
}

/// Text in HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
