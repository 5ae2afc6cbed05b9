//! From which probability each signal is named to the reader.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::{SIGNALS, Signal};

/// A probability, 0 to 1, for each of [`SIGNALS`]: rare ones are named on less than frequent ones, as dev has it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Names(BTreeMap<Signal, f32>);

impl Names {
    /// What `of` says for each signal.
    pub fn each(of: impl Fn(Signal) -> f32) -> Self {
        Self(SIGNALS.into_iter().map(|signal| (signal, of(signal))).collect())
    }

    /// From which probability `signal` is named.
    pub fn at(&self, signal: Signal) -> f32 {
        self.0.get(&signal).copied().unwrap_or(1.0)
    }

    /// Whether `signal` is named at the probability `p`.
    pub fn names(&self, signal: Signal, p: f32) -> bool {
        p >= self.at(signal)
    }

    /// Whether a probability is there for each of [`SIGNALS`].
    ///
    /// # Errors
    /// When a signal is missing or its probability lies outside 0 to 1.
    pub fn check(&self) -> Result<()> {
        for signal in SIGNALS {
            let fits = self.0.get(&signal).is_some_and(|p| (0.0..=1.0).contains(p));
            ensure!(fits, "bands.name.{} must be there and lie between 0 and 1", signal.id());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signal_has_its_own_threshold() {
        let names = Names::each(|signal| if signal == Signal::Coercion { 0.1 } else { 0.5 });
        assert!(names.names(Signal::Coercion, 0.1) && !names.names(Signal::Money, 0.1));
        assert!(names.check().is_ok());
    }

    #[test]
    fn a_missing_or_impossible_threshold_is_refused_by_its_name() {
        let of = |p: f32| Names::each(|signal| if signal == Signal::Lure { p } else { 0.5 });
        let mut short = of(0.5);
        short.0.remove(&Signal::Lure);
        for names in [of(1.5), of(-0.1), of(f32::NAN), short] {
            assert!(names.check().unwrap_err().to_string().contains("bands.name.lure"));
        }
    }
}
