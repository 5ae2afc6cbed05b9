//! Authors and lines of another system, by scores above a threshold: chosen on the dev half of a further corpus for the measure by which PAN ranks, or given by the user.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::super::choice;
use super::super::foreign::{Scores, Theirs};
use super::super::part::GIVEN;
use super::super::result::Threshold;
use super::problems::{AUTHORS, LINES, Problem};
use crate::metrics::Sets;
use crate::transcript::Transcript;

/// What it says of one split.
#[derive(Default)]
pub struct Told {
    /// The highest score of each author.
    pub authors: BTreeMap<String, f64>,
    /// Scores of lines, by conversation and number.
    pub lines: BTreeMap<String, BTreeMap<usize, f64>>,
}

/// Another system that tells of authors or lines.
pub struct Peer {
    /// As its file is called.
    pub name: String,
    scores: Scores,
    /// Whether authors have scores of their own; else an author has that of the highest line.
    authors: bool,
    /// Whether lines have scores.
    pub lines: bool,
    /// By split.
    pub told: BTreeMap<&'static str, Told>,
}

impl Peer {
    /// Of a file of scores; none where it says nothing of authors or lines.
    ///
    /// # Errors
    /// As [`Theirs::open`].
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let (name, scores) = Theirs::open(path)?;
        let [authors, lines] = scores.tell();
        let tells = authors || lines;
        Ok(tells.then(|| Self { name, scores, authors, lines, told: BTreeMap::new() }))
    }

    /// Take what it says of a conversation.
    ///
    /// # Errors
    /// When an author does not write in it, a line is not there, or a score is not a finite number.
    pub fn meet(&mut self, split: &'static str, id: &str, chat: &Transcript) -> Result<()> {
        let (parts, told) = (self.scores.parts(id), self.told.entry(split).or_default());
        let place = &parts.place;
        let finite = |score: Option<f64>, what: &str| {
            let score = score.filter(|s| s.is_finite());
            score.with_context(|| format!("{place}: the score of {what} is not a finite number"))
        };
        let mut raise = |author: &str, score: f64| {
            let highest = told.authors.entry(author.to_owned()).or_insert(score);
            *highest = highest.max(score);
        };
        for (author, score) in parts.authors.into_iter().flatten() {
            let writes = chat.speakers.iter().any(|s| s.name == *author);
            ensure!(writes, "{place}: {author} does not write in it");
            raise(author, finite(*score, author)?);
        }
        let lines = parts.lines.into_iter().flatten();
        let lines =
            lines.map(|(number, score)| anyhow::Ok((*number, finite(*score, &format!("line {number}"))?)));
        let lines: BTreeMap<usize, f64> = lines.collect::<Result<_>>()?;
        let written: BTreeMap<usize, Option<usize>> =
            chat.messages.iter().map(|m| (m.origin.line as usize, m.speaker)).collect();
        for (number, score) in &lines {
            let by = written.get(number).with_context(|| format!("{place}: it has no line {number}"))?;
            if let Some(speaker) = by.filter(|_| !self.authors) {
                raise(&chat.speakers[speaker].name, *score);
            }
        }
        if !lines.is_empty() {
            told.lines.insert(id.to_owned(), lines);
        }
        Ok(())
    }

    /// Where an author and a line begin to count as found: given, or of the best F0.5 and F3 on dev. Which authors and which lines of dev were wanted is asked of `author` and `line`, and how many there are of `wanted`.
    pub fn thresholds(&self, given: Option<f64>, dev: Option<Wanted>) -> Vec<(&'static Problem, Threshold)> {
        let mut found = Vec::new();
        for problem in [&AUTHORS, &LINES].into_iter().filter(|p| p.id == AUTHORS.id || self.lines) {
            let name = |how: &str| format!("{}, {how}", problem.id);
            let t = match (given, &dev) {
                (Some(value), _) => choice::of(
                    &self.name,
                    &name(GIVEN),
                    Some(value),
                    "by the user, with --threshold".to_owned(),
                ),
                (None, Some(dev)) => {
                    let items = self.items(problem, dev);
                    let wanted = if problem.id == AUTHORS.id { dev.authors } else { dev.lines };
                    let measure = format!("F{}", problem.beta);
                    let chosen = format!("highest {measure} of {} on dev ({wanted} wanted)", problem.id);
                    choice::of(
                        &self.name,
                        &name(&format!("best {measure}")),
                        best(items, wanted, problem.beta),
                        chosen,
                    )
                }
                (None, None) => continue,
            };
            found.push((problem, t));
        }
        found
    }

    /// Score of each author or line of dev, and whether it is wanted.
    fn items(&self, problem: &Problem, dev: &Wanted) -> Vec<(f64, bool)> {
        let Some(told) = self.told.get(super::DEV) else { return Vec::new() };
        if problem.id == AUTHORS.id {
            return told.authors.iter().map(|(author, score)| (*score, (dev.author)(author))).collect();
        }
        let lines = told.lines.iter().flat_map(|(id, lines)| lines.iter().map(move |line| (id, line)));
        lines.map(|(id, (number, score))| (*score, (dev.line)(id, *number))).collect()
    }
}

/// What is wanted of dev.
pub struct Wanted<'l> {
    pub author: &'l dyn Fn(&str) -> bool,
    pub line: &'l dyn Fn(&str, usize) -> bool,
    pub authors: u64,
    pub lines: u64,
}

/// The threshold of the highest F score; the highest such on ties. None where nothing that is wanted has a score.
fn best(mut items: Vec<(f64, bool)>, wanted: u64, beta: f64) -> Option<f64> {
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut sets, mut best) = (Sets { wanted, ..Sets::default() }, None::<(f64, f64)>);
    for (at, (score, hit)) in items.iter().enumerate() {
        sets.found += 1;
        sets.hits += u64::from(*hit);
        // Those of one score are found together.
        if items.get(at + 1).is_some_and(|next| next.0 == *score) {
            continue;
        }
        if let Some(f) = sets.f(beta)
            && best.is_none_or(|(before, _)| f > before)
        {
            best = Some((f, *score));
        }
    }
    best.map(|(_, score)| score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_threshold_is_that_of_the_highest_f_score_over_all_that_are_wanted() {
        let items = || vec![(0.9, true), (0.8, false), (0.8, true), (0.3, true), (0.1, false)];
        // F0.5 of 1 of 1, 2 of 3 and 3 of 4 found, where 3 are wanted: 0.714, 0.667 and 0.789.
        assert_eq!(best(items(), 3, 0.5), Some(0.3));
        // Where 20 are wanted that have no score, precision decides no longer.
        assert_eq!(best(items(), 20, 3.0), Some(0.3));
        // F0.5 of the first alone, where it is the only one that is wanted.
        assert_eq!(best(vec![(0.9, true), (0.8, false)], 1, 0.5), Some(0.9));
        assert_eq!(best(vec![(0.9, false)], 1, 0.5), None);
    }
}
