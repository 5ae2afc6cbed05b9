//! What a text is beside the grammar of its lines: another chat within it, asides, and turns or one text where there are no
//! names.

use super::cast::Cast;
use super::grammars::{self, Who};
use super::plan::Grammar;
use crate::import::intake::source::Sample;

/// Who speaks in lines that have no time before them, among those that have one: a chat that was passed on within another.
/// The text begins so, or the same people speak in both; else it may be a list in a message.
pub fn among(lines: &[&str]) -> Option<Cast> {
    let (stamped, bare): (Vec<&str>, Vec<&str>) = lines.iter().partition(|l| grammars::stamped(l).is_some());
    let (cast, share) = Cast::of(&bare);
    let speaks = |line: &&str| matches!(grammars::stamped(line).map(|h| h.who), Some(Who::Speaker(name)) if cast.knows(&name));
    let leads = lines.first().is_some_and(|l| cast.known_head(l).is_some());
    let fits = share > 0.0 && (leads || stamped.iter().any(speaks));
    fits.then_some(cast)
}

/// `[he sends a picture]`: what whoever typed the talk off may have set between the lines.
pub fn is_aside(line: &str) -> bool {
    let line = line.trim();
    let inner = [('[', ']'), ('(', ')')].iter().find_map(|(a, b)| line.strip_prefix(*a)?.strip_suffix(*b));
    inner.is_some_and(|words| words.split_whitespace().count() > 2)
}

/// A text without names: turns, or one text?
pub fn without_names(sample: &Sample, lines: &[&str]) -> Grammar {
    let count = lines.len().max(1);
    let letters: usize = lines.iter().map(|l| l.chars().count()).sum();
    let words: usize = lines.iter().map(|l| l.split_whitespace().count()).sum();
    let blank = sample.lines().filter(|l| l.trim().is_empty()).count();
    let paragraphs = blank * 4 >= count && words > 9 * count;
    let wrapped = lines.iter().filter(|l| (55..=85).contains(&l.chars().count())).count() * 5 > count * 3;
    let letter = lines.first().is_some_and(|l| {
        let first = l.to_lowercase();
        first.starts_with("dear ") || first.starts_with("to whom")
    });
    // A document with headings or a table drawn in signs.
    let drawn = lines.iter().filter(|l| l.trim_start().starts_with(['#', '|'])).count() * 4 > count;
    if lines.len() < 2 || drawn || letters > 90 * count || paragraphs || (wrapped && count > 2) || letter {
        Grammar::Prose
    } else {
        Grammar::Alternating
    }
}

/// Whether only one's own lines are marked: the others stand bare between them.
pub fn is_one_side(cast: &Cast, lines: &[&str]) -> bool {
    let bare = lines.iter().filter(|l| cast.head(l).is_none()).count();
    cast.is_own_only() && bare > 1 && bare * 5 >= lines.len()
}
