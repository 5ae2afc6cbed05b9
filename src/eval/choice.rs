//! Where alarms begin: with the model, by another system itself, given by the user, or chosen on dev by F score or by a budget of false alarms.

use super::foreign::Theirs;
use super::part::{BEST, GIVEN, OURS, OWN, Part};
use super::result::Threshold;
use super::suite::Suite;
use crate::metrics::{Ranking, best_threshold, false_alarms_per_1000};
use crate::models::Model;

/// The bands that come with the model.
pub fn card(model: &Model) -> Vec<Threshold> {
    let bands = &model.card.bands;
    let threshold = |name: &str, value: f32| Threshold {
        warn: bands.warn.filter(|warn| *warn > value).map(f64::from),
        ..of(OURS, name, Some(f64::from(value)), format!("with the model: {}", bands.chosen))
    };
    vec![threshold("look", bands.look), threshold("look now", bands.look_now)]
}

/// The alarms of a system that decides itself, and the threshold that the user gives it.
pub fn own(theirs: &Theirs) -> Vec<Threshold> {
    let own = || of(&theirs.name, OWN, None, "by the system, as its scores say".to_owned());
    let given = |value| of(&theirs.name, GIVEN, Some(value), "by the user, with --threshold".to_owned());
    theirs.decides.then(own).into_iter().chain(theirs.given.map(given)).collect()
}

/// Choose on dev, for every system: the best F scores, and the most sensitive threshold within each budget.
pub fn choose(suite: &Suite, dev: &Part, thresholds: &mut Vec<Threshold>) {
    if dev.labels.iter().all(|l| *l == dev.labels[0]) {
        return;
    }
    let on = format!("on dev (n {})", dev.labels.len());
    for system in &dev.systems {
        let mut add = |name: String, value: Option<f64>, how: String| {
            let value = value.filter(|v| v.is_finite());
            thresholds.push(of(&system.name, &name, value, format!("{how} {on}")));
        };
        for beta in &suite.f_betas {
            let best = best_threshold(&dev.labels, &system.scores, *beta).map(|best| best.0);
            add(format!("{BEST}{beta}"), best, format!("highest F{beta}"));
        }
        let Some(ranking) = Ranking::new(&dev.labels, &system.scores) else { continue };
        let within =
            |share: f64| ranking.recall_at_fpr(&ranking.all(), share).map(|operating| operating.threshold);
        for budget in &suite.budgets {
            let percent = budget * 100.0;
            add(format!("FPR {percent} %"), within(*budget), format!("at most {percent} % of the harmless"));
        }
        for per in &suite.false_alarms_per_1000 {
            let share = per / false_alarms_per_1000(1.0, suite.prevalence);
            let how =
                format!("at most {per} false alarms per 1,000 chats at a prevalence of {}", suite.prevalence);
            add(format!("{per} per 1,000"), within(share), how);
        }
    }
}

/// A threshold of a system.
pub fn of(system: &str, name: &str, value: Option<f64>, chosen: String) -> Threshold {
    Threshold { system: system.to_owned(), name: name.to_owned(), value, warn: None, chosen }
}
