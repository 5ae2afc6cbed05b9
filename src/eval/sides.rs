//! One system beside the labels of some conversations: its scores and, as far as there are any, its alarms, warnings, persons named and signals.

use std::collections::BTreeSet;

use super::signals::{Messages, One};
use super::verdict::Verdict;
use crate::metrics::{Confusion, Outcome, Ranking, Sets, Timings, macro_mean};

/// What one system says of labelled conversations.
pub struct Side<'a> {
    labels: &'a [bool],
    scores: Vec<f64>,
    /// Whether scores are probabilities.
    probability: bool,
    pub(super) ranking: Ranking<'a>,
    alarms: Option<Vec<bool>>,
    warnings: Option<Warnings>,
    named: Option<Vec<Option<Named>>>,
    messages: Option<&'a Messages>,
    signals: Vec<One<'a>>,
}

/// When a system warns of each conversation, and when it should.
#[derive(Clone)]
pub struct Warnings {
    /// 0-based message of the warning.
    pub at: Vec<Option<usize>>,
    /// 0-based message from which a colleague should look, where it is known.
    pub onsets: Vec<Option<usize>>,
    /// Messages after the onset in which a warning is timely.
    pub window: usize,
}

/// Speakers named, and those who should be.
pub type Named = (BTreeSet<String>, BTreeSet<String>);

impl<'a> Side<'a> {
    /// A verdict for each label.
    pub fn new(labels: &'a [bool], verdicts: Vec<&Verdict>) -> Self {
        let side = Self::of(labels, verdicts.iter().map(|v| v.score).collect(), true);
        side.alarming(verdicts.iter().map(|v| v.alarm()).collect())
    }

    /// Whether another side says the same of every conversation, so that the two are one system as far as is known.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.scores == other.scores && self.alarms == other.alarms
    }

    /// A finite score for each label, and whether scores are probabilities.
    pub fn of(labels: &'a [bool], scores: Vec<f64>, probability: bool) -> Self {
        let ranking = Ranking::new(labels, &scores).expect("scores are finite numbers");
        let (alarms, warnings, named, messages) = (None, None, None, None);
        Self { labels, scores, probability, ranking, alarms, warnings, named, messages, signals: Vec::new() }
    }

    /// With its alarms.
    pub fn alarming(self, alarms: Vec<bool>) -> Self {
        Self { alarms: Some(alarms), ..self }
    }

    /// With its warnings.
    pub fn warning(self, warnings: Warnings) -> Self {
        Self { warnings: Some(warnings), ..self }
    }

    /// With the speakers it names, where it is known who should be.
    pub fn naming(self, named: Vec<Option<Named>>) -> Self {
        Self { named: Some(named), ..self }
    }

    /// With what it says of messages.
    pub fn telling(self, messages: &'a Messages, signals: Vec<One<'a>>) -> Self {
        Self { messages: Some(messages), signals, ..self }
    }

    /// Whether it is known when it warns.
    pub fn warns(&self) -> bool {
        self.warnings.is_some()
    }

    pub(super) fn all(&self) -> Vec<usize> {
        (0..self.labels.len()).collect()
    }

    fn which(&self, holds: impl Fn(usize) -> bool) -> Vec<usize> {
        self.all().into_iter().filter(|i| holds(*i)).collect()
    }

    pub(super) fn risky(&self) -> Vec<usize> {
        self.which(|i| self.labels[i])
    }

    pub(super) fn harmless(&self) -> Vec<usize> {
        self.which(|i| !self.labels[i])
    }

    pub(super) fn loud(&self) -> Vec<usize> {
        self.which(|i| self.alarms.as_ref().is_some_and(|alarms| alarms[i]))
    }

    /// Risky conversations that are warned of.
    pub(super) fn hits(&self) -> Vec<usize> {
        self.which(|i| self.labels[i] && self.warnings.as_ref().is_some_and(|w| w.at[i].is_some()))
    }

    /// Risky conversations with an onset.
    pub(super) fn with_onset(&self) -> Vec<usize> {
        self.which(|i| self.labels[i] && self.warnings.as_ref().is_some_and(|w| w.onsets[i].is_some()))
    }

    pub(super) fn warned_onsets(&self) -> Vec<usize> {
        let warned = |i: &usize| self.warnings.as_ref().is_some_and(|w| w.at[*i].is_some());
        self.with_onset().into_iter().filter(warned).collect()
    }

    /// Conversations of which it is known who should be named.
    pub(super) fn named(&self) -> Vec<usize> {
        self.which(|i| self.named.as_ref().is_some_and(|named| named[i].is_some()))
    }

    /// Those of them in which somebody is named.
    pub(super) fn accused(&self) -> Vec<usize> {
        self.which(|i| {
            self.named.as_ref().is_some_and(|named| named[i].as_ref().is_some_and(|n| !n.0.is_empty()))
        })
    }

    /// Those of them in which somebody should be.
    pub(super) fn to_name(&self) -> Vec<usize> {
        self.which(|i| {
            self.named.as_ref().is_some_and(|named| named[i].as_ref().is_some_and(|n| !n.1.is_empty()))
        })
    }

    /// Recall within a share of false alarms.
    pub(super) fn within(&self, items: &[usize], budget: f64) -> Option<f64> {
        self.ranking.recall_at_fpr(items, budget).map(|o| o.recall)
    }

    /// Alarms against labels.
    pub(super) fn counts(&self, items: &[usize]) -> Option<Confusion> {
        Some(Confusion::of_items(self.labels, self.alarms.as_ref()?, items))
    }

    /// Labels and probabilities.
    pub(super) fn probable(&self, items: &[usize]) -> Option<(Vec<bool>, Vec<f64>)> {
        self.probability.then(|| items.iter().map(|i| (self.labels[*i], self.scores[*i])).unzip())
    }

    /// Warnings against labels.
    pub(super) fn warned(&self, items: &[usize]) -> Option<Confusion> {
        let at = &self.warnings.as_ref()?.at;
        Some(Confusion::of(items.iter().map(|i| (self.labels[*i], at[*i].is_some()))))
    }

    /// Messages until each true warning, from 1.
    pub(super) fn latencies(&self, items: &[usize]) -> Option<Vec<usize>> {
        let at = &self.warnings.as_ref()?.at;
        Some(items.iter().filter(|i| self.labels[**i]).filter_map(|i| at[*i].map(|w| w + 1)).collect())
    }

    pub(super) fn outcomes(&self, items: &[usize]) -> Option<Vec<Outcome>> {
        let at = &self.warnings.as_ref()?.at;
        Some(items.iter().map(|i| Outcome::of(self.labels[*i], at[*i].map(|w| w + 1))).collect())
    }

    /// How warnings lie to onsets, of risky conversations.
    pub(super) fn timings(&self, items: &[usize]) -> Option<Timings> {
        let w = self.warnings.as_ref()?;
        let risky = items.iter().filter(|i| self.labels[**i]);
        let pairs: Vec<_> = risky.filter_map(|i| Some((w.onsets[*i]?, w.at[*i]))).collect();
        Some(Timings::of(&pairs, w.window))
    }

    pub(super) fn named_sets(&self, items: &[usize]) -> Option<Vec<Named>> {
        let named = self.named.as_ref()?;
        Some(items.iter().filter_map(|i| named[*i].clone()).collect())
    }

    /// Speakers, counted over all conversations.
    pub(super) fn named_counts(&self, items: &[usize]) -> Option<Sets> {
        let named = self.named.as_ref()?;
        Some(items.iter().filter_map(|i| named[*i].as_ref()).map(|(said, gold)| Sets::of(said, gold)).sum())
    }

    /// Mean over the signals that occur.
    pub(super) fn signals(&self, items: &[usize], of: fn(&One, &[usize]) -> Option<f64>) -> Option<f64> {
        let messages = self.messages?.of_items(items);
        macro_mean(&self.signals.iter().map(|one| of(one, &messages)).collect::<Vec<_>>())
    }
}
