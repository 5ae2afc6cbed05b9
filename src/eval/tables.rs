//! The tables of a result, and their two renderings as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::baselines;
use super::bins::bins;
use super::folds::SPLIT;
use super::measures::{Column, titles};
use super::part::{OURS, Part, System};
use super::result::{Measure, Outcome, Row, Table, Threshold};
use super::sides::Side;
use crate::head::PATTERNS;
use crate::metrics::{Ranking, false_alarms_per_1000, ppv, ratio};

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

const ORDER: [Column; 4] = [
    ("AUROC", "auroc"),
    ("AUPRC", "auprc"),
    ("recall at FPR 1 %", "recall_at_fpr_1"),
    ("recall at FPR 0.1 %", "recall_at_fpr_0.1"),
];
const ALARMS: [Column; 5] =
    [("precision", "precision"), ("recall", "recall"), ("F1", "f1"), ("F2", "f2"), ("FPR", "fpr")];
const CALIBRATION: [Column; 3] = [("ECE", "ece"), ("Brier", "brier"), ("NLL", "nll")];
const NAMED: [Column; 4] = [
    ("exact set", "exact_set"),
    ("precision", "speaker_precision"),
    ("recall", "speaker_recall"),
    ("F1", "speaker_f1"),
];

/// What chance reaches in AUPRC.
pub(super) fn base_rate(part: &Part) -> String {
    let base = part.items(true).len() as f64 / part.labels.len() as f64;
    format!("Base rate {base:.3}, which is the AUPRC of chance.")
}

/// How well each system orders risky before harmless.
pub(super) fn conversations(part: &Part) -> Table {
    let row = |s: &System| Row::new(&s.name, part.cells(&part.side(s, None), &ORDER, &None));
    let rows = part.systems.iter().map(row).collect();
    let mut note = format!(
        "n {}, {} risky, {} groups. {}",
        part.labels.len(),
        part.items(true).len(),
        part.draws.groups(),
        base_rate(part)
    );
    let fitted = part.systems.iter().any(|s| s.name == baselines::TF_IDF);
    if !fitted {
        note += " TF-IDF and the mean of vectors are left out: they are fitted on a train split with both classes, and there is none.";
    }
    table(part, "conversations", "Risky or harmless", &note, &titles(&ORDER), rows)
}

/// Our model less each other system, on the same resamples.
pub(super) fn differences(part: &Part) -> Table {
    let (columns, ours) = (&ORDER[..3], part.side(&part.systems[0], None));
    let row = |s: &System| {
        let less = part.less([&part.side(s, None), &ours], columns, &None);
        Row::new(&format!("{OURS} − {}", s.name), less)
    };
    let rows = part.systems[1..].iter().map(row).collect();
    let note = format!("Paired: both systems meet the same resamples. {}", base_rate(part));
    table(part, "differences", "Differences", &note, &titles(columns), rows)
}

/// What each frozen threshold does.
pub(super) fn thresholds(part: &Part, thresholds: &[Threshold], prevalence: f64) -> Table {
    let mut rows = Vec::new();
    for system in &part.systems {
        for t in thresholds.iter().filter(|t| t.system == system.name) {
            let side = part.side(system, Some(t));
            let mut cells = part.cells(&side, &ALARMS, &None);
            let (recall, fpr) = (cells[1].1, cells[4].1);
            let rates = |i: &[usize]| side.counts(i).and_then(|c| ppv(c.recall()?, c.fpr()?, prevalence));
            let mut value = part.measure(part.labels.len(), rates);
            if fpr.value == Some(0.0) && value.value.is_some() {
                value.low = recall.low.zip(fpr.high).and_then(|(recall, fpr)| ppv(recall, fpr, prevalence));
            }
            let per = fpr.map(|rate| false_alarms_per_1000(rate, prevalence));
            cells.extend([("false alarms per 1,000", per), ("PPV", value)]);
            rows.push(Row::new(&format!("{}, {}", system.name, t.name), cells));
        }
    }
    let note = format!(
        "Thresholds were chosen as the result states and frozen. False alarms per 1,000 chats and PPV at a prevalence of {prevalence}; precision is that of this set. Where there is no false alarm, its rate ends at 3 over the harmless groups; where nothing is missed, recall begins at 1 less 3 over the risky ones. F1 and F2 are undefined where nothing is hit, so that resamples without a hit do not count in their intervals."
    );
    let columns = [&titles(&ALARMS)[..], &["false alarms per 1,000", "PPV"]].concat();
    table(part, "thresholds", "At frozen thresholds", &note, &columns, rows)
}

/// Our model at the band look less each other system at the one threshold it is judged by, on the same resamples.
pub(super) fn differences_at(part: &Part, thresholds: &[Threshold]) -> Table {
    let sides = part.at_one(thresholds).into_iter().map(|(s, t)| (s, t, part.side(s, Some(t))));
    let sides: Vec<_> = sides.collect();
    let row = |(system, t, side): &(&System, &Threshold, Side)| {
        let name = format!("{OURS}, {} − {}, {}", sides[0].1.name, system.name, t.name);
        Row::new(&name, part.less([side, &sides[0].2], &ALARMS, &None))
    };
    let rows = sides.iter().skip(1).map(row).collect();
    let note = "Paired: both systems meet the same resamples, each at the threshold it is judged by: look for the model, the alarms that another system raises itself, or else its best F1 on dev.";
    table(part, "differences at thresholds", "Differences at thresholds", note, &titles(&ALARMS), rows)
}

/// Whether probabilities mean what they say.
pub(super) fn calibration(part: &Part) -> Table {
    let probable = part.systems.iter().filter(|s| s.probability);
    let row = |s: &System| Row::new(&s.name, part.cells(&part.side(s, None), &CALIBRATION, &None));
    let rows = probable.map(row).collect();
    let note = "ECE over 15 bins of equal mass; few items a bin bias it upwards.";
    table(part, "calibration", "Calibration", note, &titles(&CALIBRATION), rows)
}

/// The bins of the calibration error, for each system that gives probabilities.
pub(super) fn reliability(part: &Part) -> Vec<Table> {
    let probable = part.systems.iter().filter(|s| s.probability);
    let one = |system: &System| {
        let rows = bins(part, &system.scores).into_iter().enumerate();
        let rows = rows.map(|(at, (mean, share))| {
            Row::new(&format!("bin {}", at + 1), [("probability given", mean), ("share risky", share)])
        });
        let (id, title) = system.titled("reliability", "Reliability");
        let note = "Bins of equal mass from the lowest probability to the highest, fixed on the whole split; the share that is risky in each, over resamples.";
        table(part, &id, &title, note, &["probability given", "share risky"], rows.collect())
    };
    probable.map(one).collect()
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
    let pair = |i: usize| {
        let gold = part.golds[i].concern.clone().filter(|_| part.labels[i])?;
        Some((part.verdicts[i].concern.iter().cloned().collect(), gold))
    };
    let named = (0..part.labels.len()).map(pair).collect();
    let side = part.side(&part.systems[0], None).naming(named);
    let seen: Vec<bool> = part.verdicts.iter().map(|v| v.alarm()).collect();
    let rows = [("all risky", None), ("risky, look reached", Some(&seen[..]))];
    let rows = rows.map(|(name, keep)| Row::new(name, part.cells(&side, &NAMED, &keep))).to_vec();
    let note = "Nobody is named below the band look, so the first row also counts what was missed. P, R and F1 by speaker.";
    table(part, "concern", "Persons of concern", note, &titles(&NAMED), rows)
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
    let mut facts = o.remarks.clone();
    facts.push(format!("suite {} ({}), {}", o.suite, &o.suite_sha256[..12], o.title));
    let on = [o.device.as_str(), o.precision.as_str()].join(" ");
    let on = if on.trim().is_empty() { String::new() } else { format!(", on {on}") };
    facts.push(format!("model {} ({}), rushlight {}{on}", o.model, &o.model_sha256[..12], o.version));
    facts.extend((!o.at.is_empty()).then(|| format!("measured at {}", o.at)));
    facts.extend(o.brought.iter().map(|name| format!("data brought by the user: {name}")));
    facts.extend(o.limit.map(|n| format!("at most {n} conversations of each file")));
    facts.extend(o.files.iter().map(|(name, hash)| format!("{name} ({})", &hash[..12])));
    let settings: Vec<String> = o.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
    facts.extend((!settings.is_empty()).then(|| format!("settings: {}", settings.join(", "))));
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
    // Those that were chosen alike in a line.
    let alike = o.thresholds.chunk_by(|a, b| (&a.system, &a.chosen) == (&b.system, &b.chosen));
    facts.extend(alike.map(|some| {
        let told: Vec<String> = some.iter().map(|t| format!("{} {}", t.name, t.told())).collect();
        let what = if some.len() > 1 { "thresholds" } else { "threshold" };
        format!("{what} of {}: {}; {}", some[0].system, told.join(", "), some[0].chosen)
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
    facts.extend((!o.data.contains_key(SPLIT)).then(|| {
        format!(
            "test was read {} into this file, {} with changed thresholds",
            times(o.readings.len()),
            times(changed)
        )
    }));
    facts
}

fn times(n: usize) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
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
    /// The columns in which there is something to count in a row.
    pub fn counted(&self) -> Vec<&String> {
        let counts =
            |row: &Row, column: &String| row.cells.get(column).is_some_and(|m| m.n > 0 || m.value.is_some());
        self.columns.iter().filter(|column| self.rows.iter().any(|row| counts(row, column))).collect()
    }

    /// What one must know to read it, and which numbers are left out.
    pub fn noted(&self) -> String {
        let counted = self.counted();
        let missing: Vec<&str> =
            self.columns.iter().filter(|c| !counted.contains(c)).map(String::as_str).collect();
        if missing.is_empty() || self.rows.is_empty() {
            return self.note.clone();
        }
        let left_out =
            format!("Left out, as there is nothing here to count them on: {}.", missing.join(", "));
        format!("{} {left_out}", self.note).trim_start().to_owned()
    }

    /// A section of Markdown; nothing without rows.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        if self.rows.is_empty() {
            return out;
        }
        let shown = self.counted();
        let _ = write!(out, "\n## {}\n\n{}\n", self.title, self.noted());
        if shown.is_empty() {
            return out;
        }
        let columns = shown.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(" | ");
        let _ = write!(out, "\n| | n | {columns} |\n|---|--:|{}\n", "---|".repeat(shown.len()));
        for row in &self.rows {
            let cells: Vec<String> = shown.iter().map(|c| cell(row.cells.get(*c))).collect();
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
        for line in textwrap::wrap(&self.noted(), 96) {
            let _ = writeln!(out, "  {line}");
        }
        let shown = self.counted();
        for row in self.rows.iter().filter(|_| !shown.is_empty()) {
            let _ = writeln!(out, "  {}", row.name);
            for column in shown.iter().copied().filter(|c| row.cells.contains_key(*c)) {
                let m = row.cells.get(column);
                let _ = writeln!(out, "    {column:<24} {}  n {}", cell(m), m.map_or(0, |m| m.n));
            }
        }
        out
    }
}
