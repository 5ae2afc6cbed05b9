//! Which messages say most about why: those at which the risk so far rose, and those with the clearest signals.

use crate::assessment::Evidence;
use crate::head::{Names, SIGNALS, Signal};
use crate::models::Model;
use crate::score::{Scored, tidy};
use crate::transcript::Transcript;

/// Most messages that are picked out.
pub const MOST: usize = 12;
/// Signals that alone are a reason to be shown; a rise in risk weighs as much as this many of them.
const RISE_WEIGHT: f32 = 4.0;

/// The most telling messages, in the order of the conversation; the first warning is always among them.
pub fn choose(
    model: &Model,
    transcript: &Transcript,
    scored: &[Scored],
    warning: Option<usize>,
) -> Vec<Evidence> {
    let names = &model.card.bands.name;
    // The first message raises nothing unless it alone is a reason to look.
    let mut before = scored.first().map_or(0.0, |first| first.risk.min(model.card.bands.look));
    let mut found: Vec<(f32, Evidence)> = Vec::new();
    for message in scored {
        let rise = message.risk - before;
        before = message.risk;
        let signals = named(&message.signals, names);
        let first = warning == Some(message.index);
        let weight = if first { f32::INFINITY } else { rise * RISE_WEIGHT + weight(&message.signals, names) };
        if rise < 0.05 && signals.is_empty() && !first {
            continue;
        }
        let said = &transcript.messages[message.index];
        let (line, time) = (said.origin.line, said.time.map(|t| t.to_string()));
        found.push((weight, Evidence { index: message.index, line, time, rise: tidy(rise), signals }));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.index.cmp(&b.1.index)));
    found.truncate(MOST);
    found.sort_by_key(|(_, evidence)| evidence.index);
    found.into_iter().map(|(_, evidence)| evidence).collect()
}

/// Signals that are named, most certain first.
fn named(signals: &[f32], names: &Names) -> Vec<Signal> {
    let mut named: Vec<(f32, Signal)> =
        signals.iter().copied().zip(SIGNALS).filter(|(p, signal)| names.names(*signal, *p)).collect();
    named.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    named.into_iter().map(|(_, signal)| signal).collect()
}

/// What protects is shown as well, but is no reason for worry by itself.
fn weight(signals: &[f32], names: &Names) -> f32 {
    let weigh = |(p, signal): (&f32, Signal)| if signal == Signal::Protective { 0.3 * p } else { *p };
    signals.iter().zip(SIGNALS).filter(|(p, signal)| names.names(*signal, **p)).map(weigh).sum()
}
