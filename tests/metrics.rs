//! The metrics against scikit-learn, scipy and numpy (numbers by `scripts/reference/metrics_reference.py`), their published check
//! values, and what must hold for any input.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rushlight::metrics::*;
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn same(what: &str, ours: Option<f64>, expected: &Value) {
    match (ours, expected.as_f64()) {
        (None, None) => assert!(expected.is_null(), "{what}: {expected}"),
        (Some(a), Some(b)) if (a - b).abs() <= TOLERANCE => {}
        (a, b) => panic!("{what}: ours {a:?}, expected {b:?}"),
    }
}

fn interval(what: &str, ours: Option<Interval>, expected: &Value) {
    let Some(ours) = ours else { return assert!(expected.is_null(), "{what}") };
    same(what, Some(ours.low), &expected[0]);
    same(what, Some(ours.high), &expected[1]);
    assert_eq!(Some(ours.defined as u64), expected[2].as_u64(), "{what}");
}

/// Share of alarms in each group.
fn shares(groups: &[u64], alarms: &[bool]) -> Vec<Option<f64>> {
    let all: BTreeSet<u64> = groups.iter().copied().collect();
    let share = |group: u64| {
        let some: Vec<f64> = groups
            .iter()
            .zip(alarms)
            .filter(|(g, _)| **g == group)
            .map(|(_, a)| f64::from(u8::from(*a)))
            .collect();
        mean(&some)
    };
    all.into_iter().map(share).collect()
}

#[test]
fn every_metric_agrees_with_scikit_learn_and_scipy_to_1e_9() {
    let text = include_str!("fixtures/metrics/expected.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let (count, seed) = (file["resamples"].as_u64().unwrap() as usize, file["seed"].as_u64().unwrap());
    for case in file["cases"].as_array().unwrap() {
        let list = |key: &str| case[key].as_array().unwrap();
        let labels: Vec<bool> = list("labels").iter().map(|v| v.as_bool().unwrap()).collect();
        let scores: Vec<f64> = list("scores").iter().map(|v| v.as_f64().unwrap()).collect();
        let groups: Vec<u64> = list("groups").iter().map(|v| v.as_u64().unwrap()).collect();
        let (name, expected) = (case["name"].as_str().unwrap(), &case["expected"]);
        let check = |key: &str, ours| same(&format!("{name}, {key}"), ours, &expected[key]);
        let ranking = Ranking::new(&labels, &scores).unwrap();
        let decisions: Vec<bool> = scores.iter().map(|s| *s >= 0.5).collect();
        let c = Confusion::of(labels.iter().copied().zip(decisions.iter().copied()));
        check("auroc", auroc(&labels, &scores));
        check("mannwhitney", auroc(&labels, &scores));
        check("auprc", average_precision(&labels, &scores));
        check("recall_at_0.001", ranking.recall_at_fpr(&ranking.all(), 0.001).map(|o| o.recall));
        check("recall_at_0.01", ranking.recall_at_fpr(&ranking.all(), 0.01).map(|o| o.recall));
        check("recall_at_0.1", ranking.recall_at_fpr(&ranking.all(), 0.1).map(|o| o.recall));
        check("precision", c.precision());
        check("recall", c.recall());
        check("fpr", c.fpr());
        for (key, beta) in [("f0.5", 0.5), ("f1", 1.0), ("f2", 2.0), ("f3", 3.0)] {
            check(key, c.f(beta));
        }
        check("brier", brier(&labels, &scores));
        check("nll", nll(&labels, &scores));
        check("ece", ece(&labels, &scores));
        check("kappa", cohen_kappa(&labels, &decisions));
        check("median", median(&scores));
        let positives = [false, true].map(|class| {
            let labels: Vec<bool> = labels.iter().map(|l| *l == class).collect();
            average_precision(&labels, &scores)
        });
        check("macro", macro_mean(&positives));
        check("spread", spread(&shares(&groups, &decisions)));
        if let Some(expected) = expected["sets"].as_array() {
            let sets = Sets { hits: c.tp, found: c.tp + c.fp, wanted: c.tp + c.fn_ };
            let ours = [sets.precision(), sets.recall(), sets.f(0.5), sets.f(3.0)];
            ours.into_iter().zip(expected).for_each(|(ours, expected)| same(name, ours, expected));
        }
        let draws = Resamples::new(&groups, count, seed);
        let moved: Vec<f64> = scores.iter().map(|s| (s - 0.25).abs()).collect();
        let other = Ranking::new(&labels, &moved).unwrap();
        let paired = draws.paired(|i| ranking.auroc(i), |i| other.auroc(i));
        interval(name, paired, &expected["auroc_paired"]);
        interval(name, draws.interval(|i| ranking.auroc(i)), &expected["auroc_interval"]);
        interval(name, draws.interval(|i| ranking.average_precision(i)), &expected["auprc_interval"]);
    }
    for row in file["shifts"].as_array().unwrap() {
        let [p, train, deploy] = ["p", "train", "deploy"].map(|k| row[k].as_f64().unwrap());
        same("shift", shift(p, train, deploy), &row["expected"]);
    }
}

#[test]
fn the_check_values_of_the_penalty() {
    for (k, expected) in [(1, 0.0), (10, 0.055), (20, 0.117), (50, 0.294), (90, 0.5), (150, 0.726)] {
        assert!((penalty(k, PENALTY_ESPD) - expected).abs() < 0.0006, "{k}");
    }
    assert!((PENALTY_ESPD - 0.012_344).abs() < 1e-6 && (penalty(20, PENALTY_FAST) - 0.5).abs() < 1e-12);
    assert_eq!(speed(&[], PENALTY_ESPD), None);
    assert!((f_latency(Some(0.8), speed(&[90, 1, 200], PENALTY_ESPD)).unwrap() - 0.4).abs() < 1e-12);
}

#[test]
fn a_warning_counts_from_where_it_stays_up() {
    assert_eq!(latency(&[false, true, false, true, true]), Some(4));
    assert_eq!((latency(&[true, true]), latency(&[true, false]), latency(&[])), (Some(1), None, None));
}

#[test]
fn the_espd_rule_is_sticky_and_looks_at_ten_decisions() {
    let mut p = vec![0.1; 30];
    (p[2], p[14]) = (0.5, 0.9);
    assert_eq!((espd_warning(&p, 1), espd_warning(&p, 2)), (Some(3), None));
    p[11] = 0.7; // ten decisions from index 2 to 11
    assert_eq!(espd_warning(&p, 2), Some(12));
}

#[test]
fn erde_charges_what_its_authors_charge() {
    let outcomes = [
        Outcome::of(true, Some(5)),
        Outcome::of(true, None),
        Outcome::of(false, Some(1)),
        Outcome::of(false, None),
    ];
    assert!((erde(&outcomes, 5.0).unwrap() - (0.5 + 1.0 + 0.5 + 0.0) / 4.0).abs() < 1e-12);
    assert!(erde(&outcomes, 50.0) < erde(&outcomes, 5.0));
    assert_eq!(erde(&[], 5.0), None);
}

#[test]
fn timing_has_four_outcomes_with_closed_windows() {
    let found = Timings::of(&[(5, Some(4)), (5, Some(5)), (5, Some(8)), (5, Some(9)), (5, None)], 3);
    let rates = [found.premature, found.timely, found.late, found.missed].map(Option::unwrap);
    assert_eq!(rates, [0.2, 0.4, 0.2, 0.2]);
    assert_eq!(found.median_offset, Some(1.5));
    assert_eq!(Timings::of(&[], 3).missed, None);
}

#[test]
fn sets_divide_by_all_that_was_wanted() {
    let (found, wanted) = (BTreeSet::from([1, 2, 9]), BTreeSet::from([1, 2, 3, 4]));
    let sets = Sets::of(&found, &wanted);
    assert_eq!((sets.precision(), sets.recall()), (Some(2.0 / 3.0), Some(0.5)));
    assert!((sets.f(0.5).unwrap() - 1.25 * (2.0 / 3.0) * 0.5 / (0.25 * 2.0 / 3.0 + 0.5)).abs() < 1e-12);
    assert_eq!(Sets::of(&BTreeSet::new(), &wanted).f(3.0), None);
    assert_eq!(exact_share::<u8>(&[]), None);
}

#[test]
fn rates_in_an_inbox() {
    assert!((false_alarms_per_1000(0.01, 0.001) - 9.99).abs() < 1e-12);
    assert!((ppv(0.8, 0.01, 0.001).unwrap() - 0.0008 / (0.0008 + 0.00999)).abs() < 1e-12);
    assert_eq!((ppv(0.0, 0.0, 0.5), rule_of_three(0), rule_of_three(300)), (None, None, Some(0.01)));
    assert_eq!((shift(0.5, 0.5, 0.0), shift(1.0, 0.5, 0.01)), (None, Some(1.0)));
}

#[test]
fn agreement_beyond_chance() {
    assert_eq!(cohen_kappa(&[1, 1], &[1, 1]), None);
    assert_eq!(krippendorff_alpha(&[vec![1, 1], vec![2, 2], vec![1]]), Some(1.0));
    // Krippendorff (2011), nominal data of two observers, ten units.
    let a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    let b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    let units: Vec<Vec<i32>> = a.iter().zip(b).map(|(x, y)| vec![*x, y]).collect();
    assert!((krippendorff_alpha(&units).unwrap() - 0.095).abs() < 0.001);
}

#[test]
fn intervals_have_the_same_bits_on_any_number_of_threads() {
    let labels: Vec<bool> = (0..200).map(|i| i % 3 == 0).collect();
    let scores: Vec<f64> = (0..200).map(|i| f64::from(i * 7919 % 101)).collect();
    let groups: Vec<usize> = (0..200).map(|i| i / 4).collect();
    let ranking = Ranking::new(&labels, &scores).unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Resamples::new(&groups, 2_000, 1).interval(|i| ranking.auroc(i)).unwrap())
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(7));
    let draws = Resamples::new(&groups, 2_000, 1);
    let paired = draws.paired(|i| ranking.auroc(i), |i| ranking.auroc(i)).unwrap();
    assert_eq!((paired.low, paired.high), (0.0, 0.0));
}

#[test]
fn scores_that_are_no_numbers_make_a_metric_undefined() {
    assert_eq!(auroc(&[true, false], &[f64::NAN, 0.1]), None);
    assert_eq!(average_precision(&[false, false], &[0.2, 0.1]), None);
}

proptest! {
    #[test]
    fn metrics_keep_their_bounds_and_their_meaning(items in prop::collection::vec((any::<bool>(), 0u8..12, 0u8..9), 1..60), turn in 0usize..60) {
        let labels: Vec<bool> = items.iter().map(|i| i.0).collect();
        let scores: Vec<f64> = items.iter().map(|i| f64::from(i.1) / 11.0).collect();
        let found = [auroc(&labels, &scores), average_precision(&labels, &scores), ece(&labels, &scores), brier(&labels, &scores)];
        for value in found.into_iter().flatten() {
            prop_assert!((0.0..=1.0 + 1e-12).contains(&value));
        }
        // Order alone counts.
        let bent: Vec<f64> = scores.iter().map(|s| (3.0 * s).exp() - 7.0).collect();
        prop_assert_eq!(auroc(&labels, &scores), auroc(&labels, &bent));
        prop_assert_eq!(average_precision(&labels, &scores), average_precision(&labels, &bent));
        // The order of the items does not.
        let turned = |x: &[f64]| { let mut x = x.to_vec(); x.rotate_left(turn % items.len()); x };
        let mut turned_labels = labels.clone();
        turned_labels.rotate_left(turn % items.len());
        prop_assert_eq!(found[0], auroc(&turned_labels, &turned(&scores)));
        prop_assert_eq!(found[1], average_precision(&turned_labels, &turned(&scores)));
        let ece = |l: &[bool], s: &[f64]| rushlight::metrics::ece(l, s).unwrap();
        prop_assert!((ece(&labels, &scores) - ece(&turned_labels, &turned(&scores))).abs() < 1e-12);
        // Turning the scores round turns the area round.
        let minus: Vec<f64> = scores.iter().map(|s| -s).collect();
        if let (Some(a), Some(b)) = (auroc(&labels, &scores), auroc(&labels, &minus)) {
            prop_assert!((a + b - 1.0).abs() < 1e-12);
        }
        // A wider budget never costs recall, and the threshold does what it says.
        let ranking = Ranking::new(&labels, &scores).unwrap();
        if let (Some(tight), Some(wide)) = (ranking.recall_at_fpr(&ranking.all(), 0.1), ranking.recall_at_fpr(&ranking.all(), 0.4)) {
            prop_assert!(tight.recall <= wide.recall && tight.fpr <= 0.1);
            let c = Confusion::of(labels.iter().copied().zip(scores.iter().map(|s| *s >= wide.threshold)));
            prop_assert_eq!((c.recall(), c.fpr()), (Some(wide.recall), Some(wide.fpr)));
        }
        if let Some((threshold, best)) = best_threshold(&labels, &scores, 1.0) {
            let c = Confusion::of(labels.iter().copied().zip(scores.iter().map(|s| *s >= threshold)));
            prop_assert_eq!(c.f(1.0), Some(best));
        }
    }
}
