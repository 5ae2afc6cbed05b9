//! Pasted text: whatever way people copy or retype a chat. The grammars are ranked by the share of lines that each
//! explains; with none, lines are taken as turns of two people or as one text of an unknown person, and said so.

mod above;
mod after;
mod ahead;
mod announced;
mod around;
pub(super) mod asides;
mod bare;
mod blocks;
mod calendar;
mod cast;
mod closing;
mod columns;
mod comments;
mod dashes;
mod dated;
mod days;
mod doings;
mod foot;
mod forms;
mod forum;
pub(super) mod forward;
mod furniture;
mod games;
mod grammars;
mod guesses;
mod icons;
mod inline;
mod labels;
pub(super) mod lead;
mod likeness;
mod logs;
pub(super) mod mail;
mod marks;
mod moments;
mod names;
mod narrated;
mod notices;
mod packed;
mod page;
mod pairs;
mod parts;
mod places;
mod plan;
mod presence;
mod ranks;
mod reading;
mod retold;
mod said;
mod screen;
mod sections;
mod senders;
mod sent;
mod signs;
mod slips;
mod table;
mod tags;
mod talk;
mod titles;
pub(super) mod told;
mod turns;
mod twice;
mod wrap;

use std::io::BufRead;

use super::detect;
use super::error::ImportError;
use super::warning::WarningKind;
use super::{Format, Sink};
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor;
use ahead::Ahead;
use bare::Bare;
use plan::{Grammar, Plan};
use reading::Reading;

/// The format.
pub struct Paste;

impl Format for Paste {
    fn name(&self) -> &'static str {
        "paste"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if detect::is_structured(sample.text()) || sample.text().trim().is_empty() {
            return 0.0;
        }
        let plan = Plan::of(sample);
        let sure = match plan.grammar {
            // Surer than that it is the mail around it.
            _ if plan.is_quoted_talk(sample.text()) => 0.95,
            // With a ruled line under its heading, surer than any table without.
            Grammar::Formed if plan.is_ruled() => 0.96,
            Grammar::Irc | Grammar::Stamped | Grammar::Trailing | Grammar::Timed | Grammar::Titled => 0.5,
            Grammar::Named
            | Grammar::Own
            | Grammar::TitledClosely
            | Grammar::Formed
            | Grammar::Labelled
            | Grammar::Forum => 0.45,
            Grammar::NameLines
            | Grammar::Dashed
            | Grammar::Said
            | Grammar::Retold
            | Grammar::Blocks
            | Grammar::Mail => 0.35,
            Grammar::Alternating | Grammar::Nobody => 0.1,
            Grammar::Prose => 0.05,
        };
        // To look at a text in all these ways takes longer than to read it.
        sample.keep(plan);
        sure
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        if let Some(pattern) = sink.options().head.clone() {
            return told::read(&pattern, source, sink);
        }
        let name = source.name().to_owned();
        let sample = source.sample().clone();
        let parts = parts::of(&sample);
        let bare = Bare::of(&sample);
        let mut lines = Ahead::new(source.into_lines()?, bare);
        if parts.is_empty() {
            let plan = sample.kept().unwrap_or_else(|| Plan::of(&sample));
            return read(&name, plan, &mut lines, sink);
        }
        let ends = parts.iter().skip(1).map(|part| part.line - 1).chain([u64::MAX]);
        for (part, end) in parts.iter().zip(ends) {
            let mut plan = Plan::of(&sample);
            (plan.top, plan.heading) = (0, part.heading);
            let id = part.with.as_ref().map_or(name.clone(), |with| format!("{name}#{with}"));
            lines.until(end);
            read(&id, plan, &mut lines, sink)?;
        }
        Ok(())
    }
}

/// Read `lines` as one conversation called `name`.
fn read(
    name: &str,
    mut plan: Plan,
    lines: &mut Ahead<impl BufRead>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    if let Some(unnamed) = sink.options().unnamed {
        plan.told(unnamed);
    }
    let named = !matches!(plan.grammar, Grammar::Alternating | Grammar::Nobody | Grammar::Prose);
    let mut chat = sink.chat(name);
    let (first, left_out) = (lines.number(), lines.left_out());
    let result = Reading::new(plan, &mut chat).fill(lines, name);
    (left_out..lines.left_out()).for_each(|_| chat.heading());
    if let Some(doubt) = likeness::doubt(&chat).filter(|_| named) {
        chat.doubt(doubt, 0);
    }
    if lines.guesses_sides() {
        let said = chat.so_far().0.messages.len() as u64;
        chat.doubt_many(WarningKind::SidesOfPage, said, first + 1);
    }
    sink.count_lines(lines.number() - first);
    chat.close(&result, lines.number());
    let _ = sink.emit(chat);
    result
}

#[cfg(test)]
mod tests;
