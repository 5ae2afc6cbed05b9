//! How far a run is, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::transcript::Transcript;

/// Messages of one conversation that are read before anybody asks how far it is.
const LONG: usize = 2_000;

/// What a bar looks like; `text` is what stands behind it, in the words of indicatif.
pub fn style(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(&format!("{{bar:30}} {text}")).expect("a constant template")
}

/// A bar of so many steps, with `text` behind it.
pub fn bar(steps: usize, text: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64).with_style(style(text));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The messages of a conversation that is read, where they are many.
pub fn messages(transcript: &Transcript) -> ProgressBar {
    match transcript.spoken().count() {
        n if n < LONG => ProgressBar::hidden(),
        n => bar(n, "message {pos} of {len}, {elapsed}, {eta} to go"),
    }
}
