//! One kind of conversation at a time, each with its own resamples: alarms on harmless ones by source, and what happens in each language.

use std::collections::BTreeMap;

use anyhow::Result;

use super::measures::{Column, titles};
use super::part::Part;
use super::result::{Measure, Row, Table, Threshold};
use super::sides::Side;
use super::suite::Suite;
use super::tables::table;
use crate::assessment::Band;
use crate::metrics::{false_alarms_per_1000, ratio};

/// Alarms on harmless conversations, by source: a table for each system.
///
/// # Errors
/// When there is no threshold of another system.
pub fn benign(suite: &Suite, part: &Part, thresholds: &[Threshold]) -> Result<Vec<Table>> {
    let of = |at: usize| part.golds[at].source.clone();
    let note = "False alarms: share at the band look or above. Where a share is none or all, its interval goes to 3 over the groups (95 %).";
    let rows = by(suite, part, of, |name, part, _| quiet(name, part, suite.prevalence));
    let columns = ["false alarms", "look now", "per 1,000", "cannot say"];
    let mut found = vec![Table::new("benign", BENIGN, note, &columns, rows)];
    for system in &part.systems[1..] {
        let t = match system.threshold(thresholds) {
            Err(_) if system.is_baseline() => continue,
            found => found?,
        };
        let alarms = system.alarms(t);
        let rows = by(suite, part, of, |name, part, items| {
            let theirs =
                part.side(&part.systems[0], None).alarming(items.iter().map(|i| alarms[*i]).collect());
            let ours = Side::new(&part.labels, part.verdicts.iter().collect());
            let rate = part.cells(&theirs, &[("false alarms", "fpr")], &None)[0].1;
            let less = part.less([&theirs, &ours], &[(LESS, "fpr")], &None);
            Row::new(name, alarmed(rate, suite.prevalence).into_iter().chain(less))
        });
        let (id, title) = system.titled("benign", BENIGN);
        let note =
            format!("False alarms at {}; ours, at the band look, less these, on the same resamples.", t.name);
        found.push(Table::new(&id, &title, &note, &["false alarms", "per 1,000", LESS], rows));
    }
    Ok(found)
}

const LESS: &str = "ours less these";
const BENIGN: &str = "Alarms on harmless conversations, by source";

/// A rate of false alarms, and what comes of it in 1,000 chats.
fn alarmed(rate: Measure, prevalence: f64) -> [(&'static str, Measure); 2] {
    [("false alarms", rate), ("per 1,000", rate.map(|rate| false_alarms_per_1000(rate, prevalence)))]
}

/// What is judged at all, and how well, by language; `look` is where that band begins. A further table for each system that stands beside the model.
pub fn languages(suite: &Suite, part: &Part, look: f64, thresholds: &[Threshold]) -> Vec<Table> {
    let of = |at: usize| part.golds[at].lang.clone().unwrap_or_default();
    let rows = by(suite, part, of, |name, part, _| language(name, part, look));
    let columns = [&["cannot say"][..], &titles(&JUDGED), &titles(&ALL)].concat();
    let note = "Cannot say: share that the model declines to judge. Judged: the others; alarms at the band look. Where a share is none or all, its interval goes to 3 over the groups (95 %). All scores: as if it declined nothing, alarms at the threshold of look; this says whether declining is right.";
    let mut tables = vec![table(part, "languages", LANGUAGES, note, &columns, rows)];
    for system in &part.systems[1..] {
        let t = system.threshold(thresholds).ok();
        let rows = by(suite, part, of, |name, within, items| {
            let pick = |scores: &[f64]| items.iter().map(|i| scores[*i]).collect::<Vec<f64>>();
            let alarms = t.map(|t| system.alarms(t));
            let theirs = Side::of(&within.labels, pick(&system.scores), false);
            let theirs = match alarms {
                Some(alarms) => theirs.alarming(items.iter().map(|i| alarms[*i]).collect()),
                None => theirs,
            };
            let ours = within.side(&within.systems[0], None);
            let ours = ours.alarming(within.verdicts.iter().map(|v| v.score >= look).collect());
            let mut cells = within.cells(&theirs, &THEIRS, &None);
            cells.extend(within.less([&theirs, &ours], &OURS_LESS, &None));
            Row::new(name, cells)
        });
        let at = t.map_or_else(
            || {
                "No alarms: there is no dev part to choose a threshold on, and its scores say no \"alarm\"."
                    .to_owned()
            },
            |t| format!("Alarms at {}.", t.name),
        );
        let note =
            format!("{at} Ours: all scores, at the threshold of look, less these, on the same resamples.");
        let (id, title) = system.titled("languages", LANGUAGES);
        let columns = [titles(&THEIRS), titles(&OURS_LESS)].concat();
        tables.push(table(part, &id, &title, &note, &columns, rows));
    }
    tables
}

const LANGUAGES: &str = "By language";
const THEIRS: [Column; 3] = [("AUROC", "auroc"), ("recall", "recall"), ("false alarms", "fpr")];
const OURS_LESS: [Column; 3] = [
    ("AUROC, ours less these", "auroc"),
    ("recall, ours less these", "recall"),
    ("false alarms, ours less these", "fpr"),
];

/// A row for each kind, and one for all.
fn by(
    suite: &Suite,
    part: &Part,
    kind: impl Fn(usize) -> String,
    row: impl Fn(&str, &Part, &[usize]) -> Row,
) -> Vec<Row> {
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for at in 0..part.labels.len() {
        kinds.entry(kind(at)).or_default().push(at);
    }
    let mut rows = Vec::new();
    for (name, items) in kinds {
        let golds = items.iter().map(|i| part.golds[*i]).collect();
        let verdicts = items.iter().map(|i| part.verdicts[*i].clone()).collect();
        rows.push(row(&name, &Part::new(suite, &name, golds, verdicts), &items));
    }
    rows.push(row("all", part, &(0..part.labels.len()).collect::<Vec<_>>()));
    rows
}

/// Share of a part in some bands.
fn share(part: &Part, wanted: fn(Band) -> bool) -> Measure {
    let all: Vec<usize> = (0..part.labels.len()).collect();
    part.share(&all, |items| among(part, items, wanted))
}

fn among(part: &Part, items: &[usize], wanted: fn(Band) -> bool) -> Option<f64> {
    let found = items.iter().filter(|i| wanted(part.verdicts[**i].band)).count();
    ratio(found as f64, items.len() as f64)
}

/// Alarms of a part that is all harmless.
fn quiet(name: &str, part: &Part, prevalence: f64) -> Row {
    let alarms =
        |wanted: fn(Band) -> bool| part.share(&part.items(false), |items| among(part, items, wanted));
    let (look, look_now) = (alarms(|b| b >= Band::Look), alarms(|b| b == Band::LookNow));
    let more = [("look now", look_now), ("cannot say", share(part, |b| b == Band::CannotSay))];
    Row::new(name, alarmed(look, prevalence).into_iter().chain(more))
}

const JUDGED: [Column; 3] =
    [("AUROC, judged", "auroc"), ("recall, judged", "recall"), ("false alarms, judged", "fpr")];
const ALL: [Column; 3] =
    [("AUROC, all scores", "auroc"), ("recall, all scores", "recall"), ("false alarms, all scores", "fpr")];

fn language(name: &str, part: &Part, look: f64) -> Row {
    let alarms = part.verdicts.iter().map(|v| v.score >= look).collect();
    let side = part.side(&part.systems[0], None).alarming(alarms);
    let judged: Vec<bool> = part.verdicts.iter().map(|v| v.band != Band::CannotSay).collect();
    let mut cells = vec![("cannot say", share(part, |b| b == Band::CannotSay))];
    cells.extend(part.cells(&side, &JUDGED, &Some(&judged)));
    cells.extend(part.cells(&side, &ALL, &None));
    Row::new(name, cells)
}
