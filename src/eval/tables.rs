//! The tables of a result, and their two renderings as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::baselines;
use super::judge::{OURS, Part};
use super::result::{Measure, Outcome, Row, Table, Threshold};
use crate::head::PATTERNS;
use crate::metrics::{
    Confusion, Ranking, Sets, brier, ece, exact_share, false_alarms_per_1000, nll, ppv, ratio,
};

/// A table of one split.
pub(super) fn table(
    part: &Part,
    id: &str,
    title: &str,
    note: &str,
    columns: &[&str],
    rows: Vec<Row>,
) -> Table {
    let (id, title) = (format!("{id}/{}", part.split), format!("{title} ({})", part.split));
    Table::new(&id, &title, note, columns, rows)
}

/// How well each system orders risky before harmless.
pub(super) fn conversations(part: &Part) -> Table {
    let (n, positives) = (part.labels.len(), part.labels.iter().filter(|l| **l).count());
    let rank = |scores: &[f64]| Ranking::new(&part.labels, scores).expect("scores are finite");
    let rows = part.systems.iter().map(|s| {
        let r = rank(&s.scores);
        Row::new(
            &s.name,
            vec![
                ("AUROC", part.measure(n, |i| r.auroc(i))),
                ("AUPRC", part.measure(n, |i| r.average_precision(i))),
                (
                    "recall at FPR 1 %",
                    part.measure(positives, |i| r.recall_at_fpr(i, 0.01).map(|o| o.recall)),
                ),
                (
                    "recall at FPR 0.1 %",
                    part.measure(positives, |i| r.recall_at_fpr(i, 0.001).map(|o| o.recall)),
                ),
            ],
        )
    });
    let rows = rows.collect();
    let base = positives as f64 / n as f64;
    let mut note = format!(
        "n {n}, {positives} risky, {} groups; base rate {base:.3}, which is the AUPRC of chance.",
        part.draws.groups()
    );
    let fitted = part.systems.iter().any(|s| s.name == baselines::TF_IDF);
    if !fitted {
        note += " TF-IDF and the mean of vectors are left out: they are fitted on a train split with both classes, and there is none.";
    }
    table(
        part,
        "conversations",
        "Risky or harmless",
        &note,
        &["AUROC", "AUPRC", "recall at FPR 1 %", "recall at FPR 0.1 %"],
        rows,
    )
}

/// Our model less each other system, on the same resamples.
pub(super) fn differences(part: &Part) -> Table {
    let rank = |at: usize| Ranking::new(&part.labels, &part.systems[at].scores).expect("scores are finite");
    let (ours, n, positives) = (rank(0), part.labels.len(), part.labels.iter().filter(|l| **l).count());
    let rows = (1..part.systems.len()).map(|at| {
        let other = rank(at);
        Row::new(
            &format!("{OURS} − {}", part.systems[at].name),
            vec![
                ("AUROC", part.measure(n, |i| Some(ours.auroc(i)? - other.auroc(i)?))),
                (
                    "AUPRC",
                    part.measure(n, |i| Some(ours.average_precision(i)? - other.average_precision(i)?)),
                ),
                (
                    "recall at FPR 1 %",
                    part.measure(positives, |i| {
                        let recall = |r: &Ranking| r.recall_at_fpr(i, 0.01).map(|o| o.recall);
                        Some(recall(&ours)? - recall(&other)?)
                    }),
                ),
            ],
        )
    });
    let rows = rows.collect();
    table(
        part,
        "differences",
        "Differences",
        "Paired: both systems meet the same resamples.",
        &["AUROC", "AUPRC", "recall at FPR 1 %"],
        rows,
    )
}

/// What each frozen threshold does.
pub(super) fn thresholds(part: &Part, thresholds: &[Threshold], prevalence: f64) -> Table {
    let mut rows = Vec::new();
    for system in &part.systems {
        for t in thresholds.iter().filter(|t| t.system == system.name) {
            let alarms = system.alarms(t);
            let count = |items: &[usize]| Confusion::of(items.iter().map(|i| (part.labels[*i], alarms[*i])));
            let all = count(&(0..alarms.len()).collect::<Vec<_>>());
            let found = (all.tp + all.fp) as usize;
            let (recall, fpr) = (
                part.share(&part.items(true), |i| count(i).recall()),
                part.share(&part.items(false), |i| count(i).fpr()),
            );
            let mut value =
                part.measure(alarms.len(), |i| ppv(count(i).recall()?, count(i).fpr()?, prevalence));
            if fpr.value == Some(0.0) && value.value.is_some() {
                value.low = recall.low.zip(fpr.high).and_then(|(recall, fpr)| ppv(recall, fpr, prevalence));
            }
            rows.push(Row::new(
                &format!("{}, {}", system.name, t.name),
                vec![
                    ("precision", part.measure(found, |i| count(i).precision())),
                    ("recall", recall),
                    ("F1", part.measure(alarms.len(), |i| count(i).f(1.0))),
                    ("F2", part.measure(alarms.len(), |i| count(i).f(2.0))),
                    ("FPR", fpr),
                    ("false alarms per 1,000", fpr.map(|rate| false_alarms_per_1000(rate, prevalence))),
                    ("PPV", value),
                ],
            ));
        }
    }
    let note = format!(
        "Thresholds were chosen as the result states and frozen. False alarms per 1,000 chats and PPV at a prevalence of {prevalence}; precision is that of this set. Where there is no false alarm, its rate ends at 3 over the harmless groups; where nothing is missed, recall begins at 1 less 3 over the risky ones."
    );
    let columns = ["precision", "recall", "F1", "F2", "FPR", "false alarms per 1,000", "PPV"];
    table(part, "thresholds", "At frozen thresholds", &note, &columns, rows)
}

/// Whether probabilities mean what they say.
pub(super) fn calibration(part: &Part) -> Table {
    let pick = |x: &[f64], items: &[usize]| items.iter().map(|i| x[*i]).collect::<Vec<_>>();
    let labels = |items: &[usize]| items.iter().map(|i| part.labels[*i]).collect::<Vec<_>>();
    let n = part.labels.len();
    let rows = part.systems.iter().filter(|s| s.probability).map(|s| {
        Row::new(
            &s.name,
            vec![
                ("ECE", part.measure(n, |i| ece(&labels(i), &pick(&s.scores, i)))),
                ("Brier", part.measure(n, |i| brier(&labels(i), &pick(&s.scores, i)))),
                ("NLL", part.measure(n, |i| nll(&labels(i), &pick(&s.scores, i)))),
            ],
        )
    });
    let rows = rows.collect();
    table(
        part,
        "calibration",
        "Calibration",
        "ECE over 15 bins of equal mass; few items a bin bias it upwards.",
        &["ECE", "Brier", "NLL"],
        rows,
    )
}

/// Each pattern over conversations.
pub(super) fn patterns(part: &Part) -> Table {
    let known = part.golds.iter().all(|g| g.patterns.is_some());
    let n = part.labels.len();
    let rows = PATTERNS.into_iter().filter(|_| known).filter_map(|pattern| {
        let has = |g: &&super::Gold| g.patterns.as_ref().is_some_and(|p| p.contains(&pattern));
        let gold: Vec<bool> = part.golds.iter().map(has).collect();
        let said: Vec<f64> = part.verdicts.iter().map(|v| f64::from(v.patterns[&pattern])).collect();
        let positives = gold.iter().filter(|g| **g).count();
        let ranking = Ranking::new(&gold, &said)?;
        let base = Measure { value: ratio(positives as f64, n as f64), n: positives, ..Measure::default() };
        Some(Row::new(
            pattern.id(),
            vec![("AUPRC", part.measure(n, |i| ranking.average_precision(i))), ("base rate", base)],
        ))
    });
    let rows = rows.collect();
    table(part, "patterns", "Patterns", "By conversation.", &["AUPRC", "base rate"], rows)
}

/// Whether the right speakers are named, on risky conversations.
pub(super) fn concern(part: &Part) -> Table {
    let pair = |i: usize| -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        let gold = part.golds[i].concern.clone().filter(|_| part.labels[i])?;
        Some((part.verdicts[i].concern.iter().cloned().collect(), gold))
    };
    let pairs: Vec<_> = (0..part.labels.len()).map(pair).collect();
    let of = |items: &[usize], seen: bool| {
        let fits = |i: &&usize| !seen || part.verdicts[**i].alarm();
        items.iter().filter(fits).filter_map(|i| pairs[*i].clone()).collect::<Vec<_>>()
    };
    let rows = [("all risky", false), ("risky, look reached", true)].map(|(name, seen)| {
        let pooled = |items: &[usize]| {
            let sets: Vec<Sets> = of(items, seen).iter().map(|(a, b)| Sets::of(a, b)).collect();
            let sum = |f: fn(&Sets) -> u64| sets.iter().map(f).sum();
            Sets { hits: sum(|s| s.hits), found: sum(|s| s.found), wanted: sum(|s| s.wanted) }
        };
        let n = of(&(0..part.labels.len()).collect::<Vec<_>>(), seen).len();
        Row::new(
            name,
            vec![
                ("exact set", part.measure(n, |i| exact_share(&of(i, seen)))),
                ("precision", part.measure(n, |i| pooled(i).precision())),
                ("recall", part.measure(n, |i| pooled(i).recall())),
                ("F1", part.measure(n, |i| pooled(i).f(1.0))),
            ],
        )
    });
    let note = "Nobody is named below the band look, so the first row also counts what was missed. P, R and F1 by speaker.";
    table(
        part,
        "concern",
        "Persons of concern",
        note,
        &["exact set", "precision", "recall", "F1"],
        rows.to_vec(),
    )
}

/// `0.966 (0.920 to 0.997), n 100`, or a dash where it is undefined.
pub(super) fn cell(m: Option<&Measure>) -> String {
    let Some(m) = m else { return String::new() };
    let number = |x: f64| if x.abs() >= 100.0 { format!("{x:.0}") } else { format!("{x:.3}") };
    match (m.value, m.low, m.high) {
        (Some(v), Some(a), Some(b)) => format!("{} ({} to {})", number(v), number(a), number(b)),
        // Counts have no interval.
        (Some(v), ..) if v > 1.0 && v.fract() == 0.0 => format!("{v:.0}"),
        (Some(v), ..) => number(v),
        (None, ..) => "–".to_owned(),
    }
}

/// Sizes of the denominators of a row, each once.
pub(super) fn counts(row: &Row) -> String {
    let n: BTreeSet<usize> = row.cells.values().map(|m| m.n).collect();
    n.iter().map(usize::to_string).collect::<Vec<_>>().join("/")
}

/// What was run, one fact a line.
pub(super) fn facts(o: &Outcome) -> Vec<String> {
    let mut facts = vec![
        format!("suite {} ({}), {}", o.suite, &o.suite_sha256[..12], o.title),
        format!("model {} ({}), rushlight {}", o.model, &o.model_sha256[..12], o.version),
    ];
    facts.extend(o.data.iter().map(|(split, d)| {
        format!(
            "{split}: {} conversations, {} messages, {} risky, {} groups ({})",
            d.conversations,
            d.messages,
            d.risky,
            d.groups,
            &d.sha256[..12]
        )
    }));
    facts.extend(o.skipped.iter().map(|(why, n)| format!("{n} set aside: {why}")));
    facts.push(format!(
        "95 % intervals: {} resamples by group, seed {}; n: what the numbers of a row divide by",
        o.resamples, o.seed
    ));
    facts.extend(undefined(o));
    facts.extend(o.thresholds.iter().map(|t| {
        let value = t.value.map_or_else(|| "none".to_owned(), |v| format!("{v:.4}"));
        format!("threshold {}, {}: {value}, {}", t.system, t.name, t.chosen)
    }));
    let memory = o.run.peak_memory_bytes.map_or_else(|| "unknown".to_owned(), |b| format!("{} MiB", b >> 20));
    facts.push(format!(
        "{} scored, {} taken over; {:.1} s{}; peak memory {memory}",
        o.run.scored,
        o.run.resumed,
        o.run.seconds,
        ratio(o.run.messages as f64, o.run.seconds)
            .filter(|rate| *rate > 0.0)
            .map_or_else(String::new, |rate| format!(", {rate:.0} messages/s")),
    ));
    let changed = o.readings.iter().filter(|r| r.changed).count();
    facts.push(format!(
        "test was read {} times into this file, {changed} times with changed thresholds",
        o.readings.len()
    ));
    facts
}

/// Which intervals rest on fewer resamples than were drawn, since the number was undefined in the others.
fn undefined(o: &Outcome) -> Option<String> {
    const SHOWN: usize = 6;
    let cells = o.tables.iter().flat_map(|t| t.rows.iter().map(move |r| (t, r)));
    let cells = cells.flat_map(|(t, r)| r.cells.iter().map(move |(column, m)| (t, r, column, m)));
    let fewer = cells.filter(|(.., m)| m.low.is_some() && (1..o.resamples).contains(&m.defined));
    let mut fewer: Vec<_> = fewer.collect();
    fewer.sort_by_key(|(.., m)| m.defined);
    let shown: Vec<String> = fewer
        .iter()
        .take(SHOWN)
        .map(|(t, r, column, m)| format!("{}, {}, {column} ({})", t.id, r.name, m.defined))
        .collect();
    let and = if fewer.len() > SHOWN { ", …" } else { "" };
    let n = fewer.len();
    (n > 0).then(|| {
        format!(
            "{n} intervals rest on fewer resamples, where the number is defined: {}{and}",
            shown.join("; ")
        )
    })
}

/// The result as Markdown.
pub fn markdown(o: &Outcome) -> String {
    let mut out = format!("# {}\n\n", o.title);
    for fact in facts(o) {
        let _ = writeln!(out, "- {fact}");
    }
    o.tables.iter().for_each(|t| out += &t.markdown());
    out
}

/// The result for a terminal.
pub fn text(o: &Outcome) -> String {
    let mut out = String::new();
    for fact in facts(o) {
        let _ = writeln!(out, "  {fact}");
    }
    o.tables.iter().for_each(|t| out += &t.text());
    out
}

impl Table {
    /// A section of Markdown; nothing without rows.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        if self.rows.is_empty() {
            return out;
        }
        let (columns, line) = (self.columns.join(" | "), "---|".repeat(self.columns.len()));
        let _ = write!(out, "\n## {}\n\n{}\n\n| | n | {columns} |\n|---|--:|{line}\n", self.title, self.note);
        for row in &self.rows {
            let cells: Vec<String> = self.columns.iter().map(|c| cell(row.cells.get(c))).collect();
            let _ = writeln!(out, "| {} | {} | {} |", row.name, counts(row), cells.join(" | "));
        }
        out
    }

    /// For a terminal: a line for each number, since intervals do not fit side by side.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if self.rows.is_empty() {
            return out;
        }
        let _ = writeln!(out, "\n  {}", self.title.to_uppercase());
        for line in textwrap::wrap(&self.note, 96) {
            let _ = writeln!(out, "  {line}");
        }
        for row in &self.rows {
            let _ = writeln!(out, "  {}", row.name);
            for column in self.columns.iter().filter(|c| row.cells.contains_key(*c)) {
                let m = row.cells.get(column);
                let _ = writeln!(out, "    {column:<24} {}  n {}", cell(m), m.map_or(0, |m| m.n));
            }
        }
        out
    }
}
