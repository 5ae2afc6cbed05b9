//! Scripts for a terminal: how far each went, and where to look.

use std::fmt::Write as _;

use super::{Place, Script};
use crate::assessment::Band;
use crate::report::one_line;
use crate::transcript::Text;

/// Places, and messages of a place, that are listed of one script.
const LISTED: usize = 20;
/// Senders who are named.
const NAMED: usize = 5;

/// Render scripts; `words` are the messages of one place of each, where they are to be shown.
pub fn text(scripts: &[Script], words: &[Vec<Text>]) -> String {
    let mut out = String::new();
    for (at, script) in scripts.iter().enumerate() {
        let _ = writeln!(out, "\n  SCRIPT {}   {}", script.script, facts(script));
        for text in words.get(at).into_iter().flatten().take(LISTED) {
            let _ = writeln!(out, "    “{}”", one_line(text.reveal()));
        }
        for place in script.places.iter().take(LISTED) {
            let _ = writeln!(out, "    {}", line(place));
        }
        if script.places.len() > LISTED {
            let _ = writeln!(out, "    and {} more", script.places.len() - LISTED);
        }
    }
    out
}

fn facts(script: &Script) -> String {
    let mut senders: Vec<(&String, &usize)> = script.senders.iter().collect();
    senders.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let named = senders.iter().take(NAMED).map(|(name, n)| format!("{} ({n})", one_line(name)));
    let mut named: Vec<String> = named.collect();
    if senders.len() > NAMED {
        named.push(format!("{} more", senders.len() - NAMED));
    }
    let senders = format!("by {}", named.join(", "));
    let mut facts = vec![format!("{} conversations", script.conversations), senders];
    match (&script.first, &script.last) {
        (Some(first), Some(last)) if first == last => facts.push(first.clone()),
        (Some(first), Some(last)) => facts.push(format!("{first} to {last}")),
        _ => {}
    }
    let bands = Band::ALL.iter().rev();
    facts.extend(bands.filter_map(|band| Some(format!("{} {}", band.name(), script.bands.get(band)?))));
    facts.join(" · ")
}

fn line(place: &Place) -> String {
    let mut messages: Vec<String> =
        place.messages.iter().take(LISTED).map(|at| (at + 1).to_string()).collect();
    if place.messages.len() > LISTED {
        messages.push("…".to_owned());
    }
    let band = place.band.map_or_else(String::new, |band| format!(" · {}", band.name()));
    let plural = if messages.len() == 1 { "" } else { "s" };
    let (id, speaker) = (one_line(&place.id), one_line(&place.speaker));
    format!("{id} · {speaker} · message{plural} {}{band}", messages.join(", "))
}
