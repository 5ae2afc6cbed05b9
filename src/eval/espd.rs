//! Early detection in a stream, as Vogt, Leser and Akbik (ACL 2021) define it: at each message the last fifty are scored, and a warning is
//! raised for good when enough of the last ten decisions are positive. Our own warnings stand beside that rule on the same streams.

use anyhow::{Result, ensure};

use super::again::Again;
use super::measures::{Column, titles};
use super::part::{OURS, Part, System};
use super::plots::plot;
use super::result::{Plot, Row, Run, Series, Table, Threshold};
use super::sides::Side;
use super::tables::table;
use super::verdict::Verdict;
use super::warnings::{EARLY, LATENCY, first, sticky};
use crate::metrics::{ESPD_KEPT, ESPD_WINDOW, espd_warning};
use crate::models::Model;
use crate::score::Stream;
use crate::transcript::Transcript;

/// The 0-based message of the warning, for each number of positive decisions from 1 to [`ESPD_KEPT`].
type Warned = [Option<usize>; ESPD_KEPT];

/// A row for each way to warn, and how they compare as the rule grows stricter.
pub fn espd(part: &Part, again: &Again, thresholds: &[Threshold]) -> Result<(Table, Plot, Run)> {
    let rule = format!("last {ESPD_WINDOW}");
    let (mut found, cost) = again
        .read(part, &[&rule], |case, at, _| windows(again.model, &case.transcript, &part.verdicts[at]))?;
    let found: Vec<Warned> = found.pop().unwrap_or_default();
    let columns = [&FOUND[..], &EARLY[..]].concat();
    let row = |name: &str, warned: Vec<Option<usize>>| {
        Row::new(name, part.cells(&side(part, &part.systems[0], warned), &columns, &None))
    };
    let mut rows = Vec::new();
    for system in &part.systems {
        let shown =
            |t: &&Threshold| t.system == system.name && (t.system != OURS || t.name.starts_with("look"));
        for t in thresholds.iter().filter(shown) {
            for (how, warned) in [("sticky", sticky(system, t)), ("up at the end", first(system, t))] {
                rows.extend(warned.map(|w| row(&format!("{}, {}, {how}", system.name, t.name), w)));
            }
        }
    }
    for s in 1..=ESPD_KEPT {
        let warned: Vec<Option<usize>> = found.iter().map(|w| w[s - 1]).collect();
        rows.push(row(&format!("eSPD rule, {s} of {ESPD_KEPT}"), warned));
    }
    rows.extend(differences(part, thresholds, &columns));
    let plot = by_strictness(part, &rows);
    let note = format!(
        "Sticky: at the first message at which the risk so far reaches the band, and never taken back. Up at the end: from the message on from which it stayed up. eSPD rule, sticky \
         too: at each message that is not empty the last {ESPD_WINDOW} are scored alone, and so many of the last {ESPD_KEPT} decisions are at .5 or more. {LATENCY}"
    );
    Ok((table(part, "espd", "Warnings in a stream", &note, &titles(&columns), rows), plot, cost))
}

/// When the rule warns, and how many messages were scored to know it.
fn windows(model: &Model, chat: &Transcript, verdict: &Verdict) -> Result<(Warned, usize)> {
    let (probabilities, scored) = probabilities(model, chat, verdict)?;
    let warned = |s: usize| espd_warning(&probabilities, s).map(|k| verdict.messages[k - 1].0);
    Ok((std::array::from_fn(|at| warned(at + 1)), scored))
}

/// The risk of the last messages at each one. Until the window is full it holds all that was said, whose risk is known, since what is
/// said of a message never looks ahead. After that each message costs a window, until every strictness has warned.
fn probabilities(model: &Model, chat: &Transcript, verdict: &Verdict) -> Result<(Vec<f64>, usize)> {
    let (known, mut scored) = (&verdict.messages, 0);
    let mut found: Vec<f64> = known.iter().take(ESPD_WINDOW).map(|m| f64::from(m.1)).collect();
    for last in found.len()..known.len() {
        if espd_warning(&found, ESPD_KEPT).is_some() {
            break;
        }
        let window = &known[last + 1 - ESPD_WINDOW..=last];
        let mut stream = Stream::of(model, chat);
        stream.push(window.iter().map(|m| (m.0, &chat.messages[m.0])))?;
        let risk = f64::from(stream.risk());
        ensure!(risk.is_finite(), "a score of the model is not a finite number");
        found.push(risk);
        scored += window.len();
    }
    Ok((found, scored))
}

const FOUND: [Column; 4] = [("F1", "f1"), ("precision", "precision"), ("recall", "recall"), ("FPR", "fpr")];

/// A system whose warnings are its alarms.
fn side<'p>(part: &'p Part, system: &System, warned: Vec<Option<usize>>) -> Side<'p> {
    let alarms = warned.iter().map(Option::is_some).collect();
    part.side(system, None).warning(part.warnings(warned)).alarming(alarms)
}

/// Our model at `look`, sticky, less each other system at the one threshold it is judged by.
fn differences(part: &Part, thresholds: &[Threshold], columns: &[Column]) -> Vec<Row> {
    let sides = part.at_one(thresholds).into_iter();
    let sides: Vec<_> = sides.filter_map(|(s, t)| Some((s, t, side(part, s, sticky(s, t)?)))).collect();
    let Some((ours, rest)) = sides.split_first() else { return Vec::new() };
    let row = |(system, t, side): &(&System, &Threshold, Side)| {
        let name = format!("{OURS}, {} − {}, {}, sticky", ours.1.name, system.name, t.name);
        Row::new(&name, part.less([side, &ours.2], columns, &None))
    };
    rest.iter().map(row).collect()
}

/// F1 and F-latency of the rule by the number of positive decisions, and those of our warning at `look` as level lines.
fn by_strictness(part: &Part, rows: &[Row]) -> Plot {
    let of = |row: &Row, column: &str| row.cells.get(column).copied().unwrap_or_default();
    let rule: Vec<&Row> = rows.iter().filter(|r| r.name.starts_with("eSPD")).collect();
    let mut series = Vec::new();
    for column in ["F1", "F-latency"] {
        let found = rule.iter().enumerate().map(|(at, row)| ((at + 1) as f64, of(row, column)));
        let points = found.clone().filter_map(|(s, m)| Some([s, m.value?])).collect();
        let band = found.filter_map(|(s, m)| Some([s, m.low?, m.high?])).collect();
        series.push(Series { name: format!("{column}, eSPD rule"), points, band });
        let ours = rows.iter().find(|r| r.name == format!("{OURS}, look, sticky"));
        let level = ours.and_then(|row| of(row, column).value);
        let points = level.map(|y| vec![[1.0, y], [ESPD_KEPT as f64, y]]).unwrap_or_default();
        series.push(Series { name: format!("{column}, {OURS} look, sticky"), points, band: Vec::new() });
    }
    let axes = ["positive decisions of the last ten that warn", "F1, F-latency"];
    Plot { x: [0.0, ESPD_KEPT as f64], ..plot(part, "strictness", "Strictness of the rule", axes, series) }
}

#[cfg(test)]
mod tests {
    use super::super::again::Brief;
    use super::super::cases::{Case, Gold};
    use super::*;
    use crate::models::Place;
    use crate::transcript::{Kind, Message, Text};

    #[test]
    fn each_window_is_scored_as_if_there_were_nothing_else() {
        let model = Model::load(&Place::find(None).unwrap()).unwrap();
        let mut transcript = Transcript::new("t");
        for i in 0..ESPD_WINDOW + 3 {
            let speaker = Some(transcript.speaker(["A", "B"][i % 2]));
            let text =
                Text::new(["did you water the plants", "yes, before breakfast", "see you on sunday"][i % 3]);
            let (time, kind, origin) = (None, Kind::Message, Default::default());
            transcript.messages.push(Message { speaker, time, text, kind, origin });
        }
        let case = Case { transcript, gold: Gold::default() };
        let (verdicts, _) = super::super::verdict::score(&model, &[&case]).unwrap();
        let (found, scored) = probabilities(&model, &case.transcript, &verdicts[0]).unwrap();
        assert_eq!(scored, (found.len() - ESPD_WINDOW) * ESPD_WINDOW);
        for at in [1, 7, ESPD_WINDOW - 1].into_iter().chain(ESPD_WINDOW..found.len()) {
            let mut window = case.transcript.clone();
            window.messages.truncate(at + 1);
            window.messages.drain(..(at + 1).saturating_sub(ESPD_WINDOW));
            let (alone, _) = Brief::of(&model, &window).unwrap();
            assert!((alone.score - found[at]).abs() < 1e-4, "{at}: {} and {}", alone.score, found[at]);
        }
    }
}
