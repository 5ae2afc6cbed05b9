//! From the share of risky conversations in a test set to that in an inbox.

use super::ratio;

/// A probability moved from one prior to another: logit p' = logit p + logit π_deploy − logit π_train. Undefined unless both priors lie
/// strictly between 0 and 1; certainties stay certain.
pub fn shift(p: f64, train: f64, deploy: f64) -> Option<f64> {
    let inside = |x: f64| 0.0 < x && x < 1.0;
    if !inside(train) || !inside(deploy) || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let risky = p * deploy / train;
    Some(risky / (risky + (1.0 - p) * (1.0 - deploy) / (1.0 - train)))
}

/// 1000 · (1 − π) · FPR at the prevalence π.
pub fn false_alarms_per_1000(fpr: f64, prevalence: f64) -> f64 {
    1000.0 * (1.0 - prevalence) * fpr
}

/// πR / (πR + (1 − π)FPR): the share of alarms that are right at the prevalence π.
pub fn ppv(recall: f64, fpr: f64, prevalence: f64) -> Option<f64> {
    let right = prevalence * recall;
    ratio(right, right + (1.0 - prevalence) * fpr)
}

/// The 95 % upper bound of a rate when `n` trials had none: 3/n, at most 1; undefined for none.
pub fn rule_of_three(n: u64) -> Option<f64> {
    ratio(3.0, n as f64).map(|bound| bound.min(1.0))
}
