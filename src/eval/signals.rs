//! What each message does: ten labels, each judged over all messages; resamples draw whole groups of conversations.

use std::ops::Range;

use super::part::Part;
use super::result::{Measure, Row, Table};
use super::tables::table;
use super::verdict::MessageRow;
use crate::head::{SIGNALS, Signal};
use crate::metrics::{Confusion, Ranking, ratio};
use crate::models::Model;

/// A row for each signal, and their mean over those that occur. Conversations whose messages nobody labelled are left out.
pub(super) fn signals(part: &Part, model: &Model) -> Table {
    let messages = Messages::of(part.golds.iter().map(|g| g.signals.as_ref()).zip(part.rows()));
    let names = &model.card.bands.name;
    let judged = messages.signals(|signal| Some(f64::from(names.at(signal))));
    let total = messages.len();
    let mut rows = Vec::new();
    for (signal, one) in SIGNALS.into_iter().zip(&judged) {
        let positives = one.labels.iter().filter(|l| **l).count();
        let found = one.alarms.iter().flatten().filter(|a| **a).count();
        let measure = |n: usize, metric: &(dyn Fn(&[usize]) -> Option<f64> + Sync)| {
            part.measure(n, |i| metric(&messages.of_items(i)))
        };
        // Of messages, bounded by the groups of the conversations that hold one it divides by.
        let share = |n: usize, metric: &(dyn Fn(&[usize]) -> Option<f64> + Sync)| {
            let metric = |i: &[usize]| metric(&messages.of_items(i));
            let items: Vec<usize> = (0..part.labels.len()).filter(|i| metric(&[*i]).is_some()).collect();
            Measure { n, ..part.share(&items, metric) }
        };
        let base = ratio(positives as f64, total as f64);
        rows.push(Row::new(
            signal.id(),
            vec![
                ("AUPRC", measure(total, &|m| one.auprc(m))),
                ("F1", measure(total, &|m| one.counts(m)?.f(1.0))),
                ("precision", share(found, &|m| one.counts(m)?.precision())),
                ("recall", share(positives, &|m| one.counts(m)?.recall())),
                ("base rate", Measure { value: base, n: positives, ..Measure::default() }),
            ],
        ));
    }
    if total > 0 {
        let side = part.side(&part.systems[0], None).telling(&messages, judged);
        let mean = part.cells(&side, &[("AUPRC", "signals_auprc"), ("F1", "signals_f1")], &None);
        rows.push(Row::new("macro", mean.into_iter().map(|(title, m)| (title, Measure { n: total, ..m }))));
    }
    let note = format!(
        "By message, {total} of {} conversations. The base rate is the AUPRC of chance, its n the messages that carry the signal; F1, precision and recall at the \
         threshold at which the model names it, chosen for each. Macro: the mean over signals that occur; the F1 of one that occurs and is never hit counts there as 0.",
        messages.conversations
    );
    let columns = ["AUPRC", "F1", "precision", "recall", "base rate"];
    table(part, "signals", "Signals", &note, &columns, rows)
}

/// The labelled messages of some conversations in one row.
pub struct Messages {
    /// Those of each conversation.
    spans: Vec<Range<usize>>,
    /// By signal, for each message.
    labels: [Vec<bool>; SIGNALS.len()],
    scores: [Vec<f64>; SIGNALS.len()],
    conversations: usize,
}

impl Messages {
    /// Of labels by message, where somebody gave them, and of what was said of those that somebody wrote.
    pub fn of<'v>(all: impl Iterator<Item = (Option<&'v Vec<Vec<Signal>>>, &'v [MessageRow])>) -> Self {
        let (spans, conversations) = (Vec::new(), 0);
        let mut found = Self { spans, labels: Default::default(), scores: Default::default(), conversations };
        for (gold, rows) in all {
            let start = found.len();
            for (gold, (index, _, said)) in
                gold.iter().flat_map(|gold| rows.iter().map(move |row| (gold, row)))
            {
                for (at, signal) in SIGNALS.iter().enumerate() {
                    found.labels[at].push(gold[*index].contains(signal));
                    found.scores[at].push(f64::from(said[at]));
                }
            }
            found.conversations += usize::from(gold.is_some());
            found.spans.push(start..found.len());
        }
        found
    }

    fn len(&self) -> usize {
        self.labels[0].len()
    }

    /// Messages of some conversations.
    pub fn of_items(&self, items: &[usize]) -> Vec<usize> {
        items.iter().flat_map(|i| self.spans[*i].clone()).collect()
    }

    /// Each signal, named at the thresholds of the model where they are known; none where no message is labelled.
    pub fn signals(&self, named: impl Fn(Signal) -> Option<f64>) -> Vec<One<'_>> {
        let one = |(at, signal): (usize, Signal)| {
            let (labels, scores) = (&self.labels[at], &self.scores[at]);
            let alarms = named(signal).map(|least| scores.iter().map(|s| *s >= least).collect());
            Some(One { labels, alarms, ranking: Ranking::new(labels, scores)? })
        };
        SIGNALS.into_iter().enumerate().filter(|_| self.len() > 0).filter_map(one).collect()
    }
}

/// One signal: its labels, what is named, and the order of its scores.
pub struct One<'a> {
    labels: &'a [bool],
    alarms: Option<Vec<bool>>,
    ranking: Ranking<'a>,
}

impl One<'_> {
    /// Of some messages.
    pub fn auprc(&self, messages: &[usize]) -> Option<f64> {
        self.ranking.average_precision(messages)
    }

    fn counts(&self, messages: &[usize]) -> Option<Confusion> {
        Some(Confusion::of_items(self.labels, self.alarms.as_ref()?, messages))
    }

    /// Undefined where the signal does not occur; where it is never hit, precision or F1 may be undefined, and it must not drop out of a mean.
    pub fn f1_where_it_occurs(&self, messages: &[usize]) -> Option<f64> {
        let c = self.counts(messages)?;
        ratio(2.0 * c.tp as f64, (2 * c.tp + c.fp + c.fn_) as f64).filter(|_| c.tp + c.fn_ > 0)
    }
}
