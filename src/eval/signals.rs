//! What each message does: ten labels, each judged over all messages; resamples draw whole groups of conversations.

use std::ops::Range;

use super::judge::Part;
use super::result::{Measure, Row, Table};
use super::tables::table;
use crate::head::SIGNALS;
use crate::metrics::{Confusion, Ranking, macro_mean, ratio};
use crate::models::Model;

/// A row for each signal, and their mean over those that occur. Conversations whose messages nobody labelled are left out.
pub(super) fn signals(part: &Part, model: &Model) -> Table {
    let messages = Messages::of(part);
    let labels: Vec<Vec<bool>> = (0..SIGNALS.len()).map(|at| messages.labels(at)).collect();
    let scores: Vec<Vec<f64>> = (0..SIGNALS.len()).map(|at| messages.scores(at)).collect();
    let names = &model.card.bands.name;
    let pairs = SIGNALS.into_iter().zip(labels.iter().zip(&scores));
    let judged: Vec<One> = pairs.filter_map(|(s, (l, x))| One::new(l, x, f64::from(names.at(s)))).collect();
    let total = messages.rows.len();
    let mut rows = Vec::new();
    for (signal, one) in SIGNALS.into_iter().zip(&judged).filter(|_| total > 0) {
        let positives = one.labels.iter().filter(|l| **l).count();
        let found = one.alarms.iter().filter(|a| **a).count();
        let measure = |n: usize, metric: &(dyn Fn(&[usize]) -> Option<f64> + Sync)| {
            part.measure(n, |i| metric(&messages.of_items(i)))
        };
        let base = ratio(positives as f64, total as f64);
        rows.push(Row::new(
            signal.id(),
            vec![
                ("AUPRC", measure(total, &|m| one.ranking.average_precision(m))),
                ("F1", measure(total, &|m| one.counts(m).f(1.0))),
                ("precision", measure(found, &|m| one.counts(m).precision())),
                ("recall", measure(positives, &|m| one.counts(m).recall())),
                ("base rate", Measure { value: base, n: positives, ..Measure::default() }),
            ],
        ));
    }
    let mean = |of: &(dyn Fn(&One, &[usize]) -> Option<f64> + Sync)| {
        part.measure(total, |i| {
            let messages = messages.of_items(i);
            macro_mean(&judged.iter().map(|one| of(one, &messages)).collect::<Vec<_>>())
        })
    };
    if total > 0 {
        let auprc = mean(&|one, m| one.ranking.average_precision(m));
        rows.push(Row::new(
            "macro",
            vec![("AUPRC", auprc), ("F1", mean(&|one, m| one.f1_where_it_occurs(m)))],
        ));
    }
    let note = format!(
        "By message, {total} of {} conversations. The base rate is the AUPRC of chance, its n the messages that carry the signal; F1, precision and recall at the \
         threshold at which the model names it, chosen for each. Macro: the mean over signals that occur; the F1 of one that occurs and is never hit counts there as 0.",
        messages.conversations
    );
    let columns = ["AUPRC", "F1", "precision", "recall", "base rate"];
    table(part, "signals", "Signals", &note, &columns, rows)
}

/// The labelled messages of a split in one row.
struct Messages<'a> {
    part: &'a Part<'a>,
    /// Conversation, and place among what was said of it.
    rows: Vec<(usize, usize)>,
    /// Those of each conversation.
    spans: Vec<Range<usize>>,
    conversations: usize,
}

impl<'a> Messages<'a> {
    fn of(part: &'a Part) -> Self {
        let (mut rows, mut spans, mut conversations) = (Vec::new(), Vec::new(), 0);
        for (at, (gold, verdict)) in part.golds.iter().zip(&part.verdicts).enumerate() {
            let start = rows.len();
            if gold.signals.is_some() {
                conversations += 1;
                rows.extend((0..verdict.messages.len()).map(|message| (at, message)));
            }
            spans.push(start..rows.len());
        }
        Self { part, rows, spans, conversations }
    }

    fn of_items(&self, items: &[usize]) -> Vec<usize> {
        items.iter().flat_map(|i| self.spans[*i].clone()).collect()
    }

    fn labels(&self, signal: usize) -> Vec<bool> {
        let carries = |(at, row): &(usize, usize)| {
            let message = self.part.verdicts[*at].messages[*row].0;
            self.part.golds[*at].signals.as_ref().is_some_and(|s| s[message].contains(&SIGNALS[signal]))
        };
        self.rows.iter().map(carries).collect()
    }

    fn scores(&self, signal: usize) -> Vec<f64> {
        let said = |(at, row): &(usize, usize)| f64::from(self.part.verdicts[*at].messages[*row].2[signal]);
        self.rows.iter().map(said).collect()
    }
}

/// One signal: its labels, what is named, and the order of its scores.
struct One<'a> {
    labels: &'a [bool],
    alarms: Vec<bool>,
    ranking: Ranking<'a>,
}

impl<'a> One<'a> {
    fn new(labels: &'a [bool], scores: &[f64], named: f64) -> Option<Self> {
        let alarms = scores.iter().map(|s| *s >= named).collect();
        Some(Self { labels, alarms, ranking: Ranking::new(labels, scores)? })
    }

    fn counts(&self, messages: &[usize]) -> Confusion {
        Confusion::of_items(self.labels, &self.alarms, messages)
    }

    /// Undefined where the signal does not occur; where it is never hit, precision or F1 may be undefined, and it must not drop out of a mean.
    fn f1_where_it_occurs(&self, messages: &[usize]) -> Option<f64> {
        let c = self.counts(messages);
        ratio(2.0 * c.tp as f64, (2 * c.tp + c.fp + c.fn_) as f64).filter(|_| c.tp + c.fn_ > 0)
    }
}
