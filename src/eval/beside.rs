//! Which baselines stand beside the model in a suite: fitted on its own train, or on that of another suite where its data has none.

use anyhow::{Context as _, Result};

use super::baselines::Baselines;
use super::cases::{Case, Gold};
use super::choice;
use super::judge::Request;
use super::part::BEST;
use super::result::Threshold;
use super::suite::{Suite, Task};
use super::texts::Texts;
use crate::metrics::best_threshold;
use crate::transcript::Transcript;

/// Baselines, and what is known of them before a conversation is judged.
#[derive(Default)]
pub struct Beside<'m> {
    /// Fitted.
    pub baselines: Option<Baselines<'m>>,
    /// Chosen on the dev part of another suite.
    pub thresholds: Vec<Threshold>,
    /// Why there are none.
    pub remark: Option<String>,
}

/// All where risk is asked, and what costs no reading where the same chats are asked of otherwise.
pub fn stand<'m>(request: &Request<'m>, texts: &Texts, train: &[&Gold]) -> Result<Beside<'m>> {
    let suite = request.suite;
    let baselines = match suite.task {
        Task::Risk => Baselines::fit(request.model, suite.words()?.as_ref(), &texts.cases(train)?)?,
        Task::Fairness | Task::Robustness | Task::Length => Baselines::plain(&texts.cases(train)?),
        Task::Benign | Task::Languages => {
            return suite.baselines.as_deref().map_or(Ok(Beside::default()), |name| elsewhere(suite, name));
        }
        _ => return Ok(Beside::default()),
    };
    Ok(Beside { baselines: Some(baselines), ..Beside::default() })
}

/// Fitted on the train of another suite, their thresholds chosen on its dev.
fn elsewhere<'m>(suite: &Suite, name: &str) -> Result<Beside<'m>> {
    let other = suite.neighbour(name)?;
    let Ok(data) = other.data(None) else {
        let remark = format!(
            "no baselines: they are fitted on the chats of the suite {name}, which are not here; run this in the repository to have them"
        );
        return Ok(Beside { remark: Some(remark), ..Beside::default() });
    };
    let (texts, golds, _) = Texts::judged(&other, &data, None, None)
        .with_context(|| format!("baselines are fitted on the suite {name}"))?;
    let of = |split: &str| golds.iter().filter(|g| g.split == split).collect::<Vec<&Gold>>();
    let baselines = Baselines::plain(&texts.cases(&of("train"))?);
    let dev: Vec<Case> = texts.cases(&of("dev"))?;
    let (labels, chats): (Vec<bool>, Vec<&Transcript>) =
        dev.iter().map(|c| (c.gold.risk, &c.transcript)).unzip();
    let best = |(system, scores): (&str, Vec<f64>)| {
        let best = best_threshold(&labels, &scores, 1.0).map(|best| best.0).filter(|v| v.is_finite());
        let chosen = format!("highest F1 on dev of the suite {name} (n {})", labels.len());
        choice::of(system, &format!("{BEST}1"), best, chosen)
    };
    let thresholds = baselines.scores(&chats)?.into_iter().map(best).collect();
    Ok(Beside { baselines: Some(baselines), thresholds, remark: None })
}
