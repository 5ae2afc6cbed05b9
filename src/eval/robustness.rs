//! What attacks do: recall and false alarms at the bands of the clean run.

use anyhow::Result;

use super::again::{Again, Brief};
use super::attacks::{ATTACKS, Attack};
use super::cases::Gold;
use super::measures::Column;
use super::part::{Part, System};
use super::result::{Row, Run, Table, Threshold};
use super::sides::Side;
use super::tables::table;
use crate::transcript::Transcript;

/// Every attack on every conversation of a split. Its harmless conversations stay in memory, since they are what others are padded with.
pub fn attacked(
    part: &Part,
    again: &Again,
    seed: u64,
    thresholds: &[Threshold],
) -> Result<(Vec<Table>, Run)> {
    let harmless: Vec<&Gold> = part.golds.iter().copied().filter(|g| !g.risk).collect();
    let harmless = again.texts.cases(&harmless)?;
    let names = ATTACKS.map(Attack::name);
    let (found, cost) = again.read(part, &names, |case, _, way| {
        let others = harmless.iter().filter(|c| c.gold.group != case.gold.group);
        let others: Vec<&Transcript> = others.map(|c| &c.transcript).collect();
        again.brief(&ATTACKS[way].on(&case.transcript, &others, seed))
    })?;
    let found: Vec<(&str, Vec<Brief>)> = names.into_iter().zip(found).collect();
    let one = |(system, t): (&System, &Threshold)| of_system(part, &found, system, t);
    Ok((part.at_one(thresholds).into_iter().map(one).collect(), cost))
}

/// A row for each attack, of the model or of what stands beside it.
fn of_system(part: &Part, found: &[(&str, Vec<Brief>)], system: &System, t: &Threshold) -> Table {
    let at = part.systems.iter().position(|s| s.name == system.name).unwrap_or_default();
    let clean = part.side(system, Some(t));
    let mut rows = vec![Row::new("none", part.cells(&clean, &COLUMNS, &None))];
    for (name, of) in found {
        let side = match at.checked_sub(1) {
            None => Brief::side(part, of),
            Some(at) => {
                let scores: Vec<f64> = of.iter().map(|b| b.beside[at]).collect();
                let alarms = scores.iter().map(|s| t.value.is_some_and(|least| *s >= least)).collect();
                Side::of(&part.labels, scores, false).alarming(alarms)
            }
        };
        let mut cells = part.cells(&side, &COLUMNS, &None);
        cells.extend(part.less([&clean, &side], &CHANGES, &None));
        rows.push(Row::new(name, cells));
    }
    let note = format!(
        "Conversations under each attack, judged at {} of {}. Differences are paired with the clean run (none), on the same resamples. \
         Words: 40 % of those of four letters or more; typing slips: 4 % of letters; padding: harmless conversations of the same split.",
        t.name, system.name
    );
    let columns = ["recall", "Δ recall", "false alarms", "Δ false alarms", "AUROC", "Δ AUROC"];
    let (id, title) = system.titled("attacks", "Under attack");
    table(part, &id, &title, &note, &columns, rows)
}

const COLUMNS: [Column; 3] = [("recall", "recall"), ("false alarms", "fpr"), ("AUROC", "auroc")];
const CHANGES: [Column; 3] = [("Δ recall", "recall"), ("Δ false alarms", "fpr"), ("Δ AUROC", "auroc")];
