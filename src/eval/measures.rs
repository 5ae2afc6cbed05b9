//! Every number that is said of a system on labelled conversations, in one list: its name, what it divides by, which way is better, and how it is found. Tables, `compare`
//! and `train` all read it.

use super::part::{Part, System};
use super::result::{Measure, Threshold};
use super::sides::{Side, Warnings};
use super::warnings::first;
use crate::metrics::{
    PENALTY_ESPD, PENALTY_FAST, Resamples, brier, ece, erde, exact_share, f_latency, median, nll, speed,
};

/// One number.
pub struct Metric {
    /// As `compare` calls it.
    pub name: &'static str,
    better: Better,
    /// Of a share, those whose groups bound its interval where it is none or all of them.
    share: Option<Of>,
    by: Of,
    find: Find,
}

/// What a number divides by.
type Of = fn(&Side) -> Vec<usize>;
/// The number for some items, each as often as it is named.
type Find = fn(&Side, &[usize]) -> Option<f64>;

#[derive(Clone, Copy, PartialEq)]
enum Better {
    More,
    Less,
    Neither,
}
use Better::{Less, More, Neither};

const fn share(name: &'static str, better: Better, by: Of, find: Find) -> Metric {
    Metric { name, better, share: Some(by), by, find }
}

/// A share of what is counted within conversations, as speakers are; `of` are those in which there is any.
const fn share_within(name: &'static str, better: Better, by: Of, of: Of, find: Find) -> Metric {
    Metric { name, better, share: Some(of), by, find }
}

const fn number(name: &'static str, better: Better, by: Of, find: Find) -> Metric {
    Metric { name, better, share: None, by, find }
}

/// All of them. Those at alarms are undefined for a system that raises none; those of probabilities for one that gives none; those of warnings for one that is not scored by message.
pub static METRICS: [Metric; 31] = [
    number("auroc", More, |s| s.all(), |s, i| s.ranking.auroc(i)),
    number("auprc", More, |s| s.all(), |s, i| s.ranking.average_precision(i)),
    share("recall_at_fpr_0.1", More, |s| s.risky(), |s, i| s.within(i, 0.001)),
    share("recall_at_fpr_1", More, |s| s.risky(), |s, i| s.within(i, 0.01)),
    share("recall_at_fpr_5", More, |s| s.risky(), |s, i| s.within(i, 0.05)),
    share("precision", More, |s| s.loud(), |s, i| s.counts(i)?.precision()),
    share("recall", More, |s| s.risky(), |s, i| s.counts(i)?.recall()),
    number("f1", More, |s| s.all(), |s, i| s.counts(i)?.f(1.0)),
    number("f2", More, |s| s.all(), |s, i| s.counts(i)?.f(2.0)),
    share("fpr", Less, |s| s.harmless(), |s, i| s.counts(i)?.fpr()),
    share("fnr", Less, |s| s.risky(), |s, i| s.counts(i)?.fnr()),
    number("brier", Less, |s| s.all(), |s, i| s.probable(i).and_then(|(l, p)| brier(&l, &p))),
    number("nll", Less, |s| s.all(), |s, i| s.probable(i).and_then(|(l, p)| nll(&l, &p))),
    number("ece", Less, |s| s.all(), |s, i| s.probable(i).and_then(|(l, p)| ece(&l, &p))),
    number("median_latency", Less, |s| s.hits(), |s, i| median(&numbers(&s.latencies(i)?))),
    number("speed", More, |s| s.hits(), |s, i| speed(&s.latencies(i)?, PENALTY_ESPD)),
    number(
        "f_latency",
        More,
        |s| s.all(),
        |s, i| f_latency(s.warned(i)?.f(1.0), speed(&s.latencies(i)?, PENALTY_ESPD)),
    ),
    number(
        "f_latency_fast",
        More,
        |s| s.all(),
        |s, i| f_latency(s.warned(i)?.f(1.0), speed(&s.latencies(i)?, PENALTY_FAST)),
    ),
    number("erde_5", Less, |s| s.all(), |s, i| erde(&s.outcomes(i)?, 5.0)),
    number("erde_50", Less, |s| s.all(), |s, i| erde(&s.outcomes(i)?, 50.0)),
    share("premature", Less, |s| s.with_onset(), |s, i| s.timings(i)?.premature),
    share("timely", More, |s| s.with_onset(), |s, i| s.timings(i)?.timely),
    share("late", Less, |s| s.with_onset(), |s, i| s.timings(i)?.late),
    share("missed", Less, |s| s.with_onset(), |s, i| s.timings(i)?.missed),
    number("median_offset", Neither, |s| s.warned_onsets(), |s, i| s.timings(i)?.median_offset),
    share("exact_set", More, |s| s.named(), |s, i| exact_share(&s.named_sets(i)?)),
    share_within(
        "speaker_precision",
        More,
        |s| s.named(),
        |s| s.accused(),
        |s, i| s.named_counts(i)?.precision(),
    ),
    share_within("speaker_recall", More, |s| s.named(), |s| s.to_name(), |s, i| s.named_counts(i)?.recall()),
    number("speaker_f1", More, |s| s.named(), |s, i| s.named_counts(i)?.f(1.0)),
    number("signals_auprc", More, |s| s.all(), |s, i| s.signals(i, |one, m| one.auprc(m))),
    number("signals_f1", More, |s| s.all(), |s, i| s.signals(i, |one, m| one.f1_where_it_occurs(m))),
];

fn numbers(of: &[usize]) -> Vec<f64> {
    of.iter().map(|k| *k as f64).collect()
}

/// The metric of a name.
///
/// # Panics
/// When there is none.
pub fn metric(name: &str) -> &'static Metric {
    METRICS.iter().find(|m| m.name == name).expect("a metric of the list")
}

impl Metric {
    /// Of some items that are kept, each as often as it is named.
    pub fn of(&self, side: &Side, items: &[usize], keep: &Keep) -> Option<f64> {
        (self.find)(side, &some(items, keep))
    }

    /// The items it divides by.
    pub fn divides_by(&self, side: &Side, keep: &Keep) -> Vec<usize> {
        some(&(self.by)(side), keep)
    }

    /// Of the items that are kept, with its interval.
    pub fn measure<G: Ord>(&self, draws: &Resamples, groups: &[G], side: &Side, keep: &Keep) -> Measure {
        let n = self.divides_by(side, keep).len();
        let find = |drawn: &[usize]| self.of(side, drawn, keep);
        let measure = match self.share {
            Some(of) => Measure::share(draws, groups, &some(&of(side), keep), find),
            None => Measure::over(draws, groups.len(), n, find),
        };
        Measure { n, ..measure }
    }

    /// B less A on the same resamples.
    pub fn less<G: Ord>(&self, draws: &Resamples, groups: &[G], [a, b]: [&Side; 2], keep: &Keep) -> Measure {
        let n = self.divides_by(a, keep).len();
        let less = |drawn: &[usize]| Some(self.of(b, drawn, keep)? - self.of(a, drawn, keep)?);
        let measure = match self.share {
            Some(of) if !a.says_the_same(b) => Measure::difference(draws, groups, &some(&of(a), keep), less),
            _ => Measure::over(draws, groups.len(), n, less),
        };
        Measure { n, ..measure }
    }

    /// How much worse it is to be higher by `difference`; unknown where neither way is better.
    pub fn worse(&self, difference: f64) -> Option<f64> {
        match self.better {
            More => Some(-difference),
            Less => Some(difference),
            Neither => None,
        }
    }
}

/// Which items count; without a list all do.
pub type Keep<'k> = Option<&'k [bool]>;

fn some(items: &[usize], keep: &Keep) -> Vec<usize> {
    items.iter().copied().filter(|i| keep.is_none_or(|keep| keep[*i])).collect()
}

/// A metric of A, of B, and of B less A.
pub fn compared<G: Ord>(draws: &Resamples, groups: &[G], [a, b]: [&Side; 2], name: &str) -> [Measure; 3] {
    let m = metric(name);
    let one = |side| m.measure(draws, groups, side, &None);
    [one(a), one(b), m.less(draws, groups, [a, b], &None)]
}

/// Title of a column, and the metric in it.
pub type Column = (&'static str, &'static str);

impl Part<'_> {
    /// What a system says of this part; with a threshold, what it raises alarms on, when it warns and whom it names.
    pub fn side(&self, system: &System, t: Option<&Threshold>) -> Side<'_> {
        let side = Side::of(&self.labels, system.scores.clone(), system.probability);
        let Some(t) = t else { return side };
        let side = match first(system, t) {
            Some(warned) => side.warning(self.warnings(warned)),
            None => side,
        };
        side.alarming(system.alarms(t))
    }

    /// Warnings, with the onsets of this part.
    pub fn warnings(&self, at: Vec<Option<usize>>) -> Warnings {
        Warnings { at, onsets: self.golds.iter().map(|g| g.onset).collect(), window: self.window }
    }

    /// A cell for each column, of the items that are kept.
    pub fn cells(&self, side: &Side, columns: &[Column], keep: &Keep) -> Vec<(&'static str, Measure)> {
        let groups = self.groups();
        let one = |(title, name): &Column| (*title, metric(name).measure(&self.draws, &groups, side, keep));
        columns.iter().map(one).collect()
    }

    /// The same of B less A.
    pub fn less(&self, sides: [&Side; 2], columns: &[Column], keep: &Keep) -> Vec<(&'static str, Measure)> {
        let groups = self.groups();
        let one = |(title, name): &Column| (*title, metric(name).less(&self.draws, &groups, sides, keep));
        columns.iter().map(one).collect()
    }
}

/// Names of columns.
pub fn titles(columns: &[Column]) -> Vec<&'static str> {
    columns.iter().map(|c| c.0).collect()
}
