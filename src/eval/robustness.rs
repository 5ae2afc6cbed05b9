//! What attacks do: recall and false alarms at the bands of the clean run, of the model and of every system that was given the attacked conversations, too.

use anyhow::{Context as _, Result};

use super::again::{Again, Brief};
use super::attacks::{ATTACKS, Attack};
use super::measures::{Column, titles};
use super::part::{OURS, Part, System};
use super::result::{Row, Run, Table, Threshold};
use super::sides::Side;
use super::tables::table;
use super::ways::Harmless;

/// What was found under each attack.
type Found = [(&'static str, Vec<Brief>)];

/// Every attack on every conversation of a split. Its harmless conversations stay in memory, since they are what others are padded with.
pub fn attacked(
    part: &Part,
    again: &Again,
    seed: u64,
    thresholds: &[Threshold],
) -> Result<(Vec<Table>, Run)> {
    let harmless = Harmless::of(again.texts, part.golds.iter().copied())?;
    let names = ATTACKS.map(Attack::name);
    let (found, cost) = again.read(part, &names, |case, _, way| {
        again.brief(&ATTACKS[way].on(&case.transcript, &harmless.others(&case.gold), seed))
    })?;
    let found: Vec<(&str, Vec<Brief>)> = names.into_iter().zip(found).collect();
    let at = part.at_one(thresholds);
    let sides: Vec<Vec<(&str, Side)>> =
        at.iter().map(|(system, t)| sides(part, &found, system, t)).collect::<Result<_>>()?;
    let mut tables: Vec<Table> =
        at.iter().zip(&sides).map(|((system, t), sides)| of_system(part, system, t, sides)).collect();
    for ((system, t), theirs) in
        at.iter().zip(&sides).skip(1).filter(|((system, _), _)| !system.is_baseline())
    {
        tables.push(differences(part, (*system, *t), theirs, &sides[0]));
    }
    Ok((tables, cost))
}

/// What a system says of the clean conversations and under each attack, at a threshold.
fn sides<'p>(
    part: &'p Part,
    found: &Found,
    system: &System,
    t: &Threshold,
) -> Result<Vec<(&'static str, Side<'p>)>> {
    let mut sides = vec![("none", part.side(system, Some(t)))];
    let baseline = part.baseline(system);
    for (name, briefs) in found {
        let side = match baseline {
            _ if system.bands.is_some() => Some(Brief::side(part, briefs)),
            Some(at) => Some(part.at(t, Brief::of_baseline(briefs, at)?, None)),
            None => part.in_way(system, name, t),
        };
        sides.extend(side.map(|side| (*name, side)));
    }
    Ok(sides)
}

/// A row for each attack, of the model or of what stands beside it.
fn of_system(part: &Part, system: &System, t: &Threshold, sides: &[(&str, Side)]) -> Table {
    let mut rows = Vec::new();
    for (at, (name, side)) in sides.iter().enumerate() {
        let mut cells = part.cells(side, &COLUMNS, &None);
        if at > 0 {
            cells.extend(part.less([&sides[0].1, side], &CHANGES, &None));
        }
        rows.push(Row::new(name, cells));
    }
    let note = format!(
        "Conversations under each attack, judged at {} of {}. Differences are paired with the clean run (none), on the same resamples. \
         Words: 40 % of those of four letters or more; typing slips: 4 % of letters; padding: harmless conversations of the same split. \
         typing: slips, emoji and merging; evasion: leet, partial homoglyphs, zero-width and dots, one upon the other; combined: one of these four a message, slips, emoji and merging.",
        t.name, system.name
    );
    let columns = ["recall", "Δ recall", "false alarms", "Δ false alarms", "AUROC", "Δ AUROC"];
    let (id, title) = system.titled("attacks", "Under attack");
    table(part, &id, &title, &note, &columns, rows)
}

/// Our model less another system under each attack that both met, each at the threshold it is judged by.
fn differences(
    part: &Part,
    other: (&System, &Threshold),
    theirs: &[(&str, Side)],
    ours: &[(&str, Side)],
) -> Table {
    let row = |(name, theirs): &(&str, Side)| {
        let (_, ours) = ours.iter().find(|(ours, _)| ours == name)?;
        Some(Row::new(name, part.less([theirs, ours], &COLUMNS, &None)))
    };
    let rows = theirs.iter().filter_map(row).collect();
    let note = format!(
        "Paired: {OURS} at look and {} at {} meet the same attacks and the same resamples.",
        other.0.name, other.1.name
    );
    let (id, title) = other.0.titled("attacks, differences", "Under attack, ours less theirs");
    table(part, &id, &title, &note, &titles(&COLUMNS), rows)
}

impl Brief {
    /// Scores of the baseline of a place.
    ///
    /// # Errors
    /// When an earlier version wrote them without.
    pub fn of_baseline(briefs: &[Self], at: usize) -> Result<Vec<f64>> {
        let scores = briefs.iter().map(|brief| brief.beside.get(at).copied()).collect::<Option<_>>();
        scores
            .context("what an earlier run left beside the result lacks scores of baselines; give --overwrite")
    }
}

const COLUMNS: [Column; 3] = [("recall", "recall"), ("false alarms", "fpr"), ("AUROC", "auroc")];
const CHANGES: [Column; 3] = [("Δ recall", "recall"), ("Δ false alarms", "fpr"), ("Δ AUROC", "auroc")];
