//! Who is learnt from, who decides when to stop and where bands lie, and who is only measured: dealt by group, after near-duplicates
//! of different groups have been put together, so that nothing that is measured was seen.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::alike::{self, Sets};
use crate::eval::Case;
use crate::models::sha256;

/// Two conversations are near-duplicates when they share this part of the shorter one's runs of words, and at least two.
const SHARED: f64 = 0.2;
/// How far a part may outgrow its share to take a whole group; a larger group is learnt from.
const OVER: f64 = 1.5;
/// Conversations of each class that each part must hold.
const LEAST: usize = 3;

/// Indices of the conversations of each part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// To learn from.
    pub train: Vec<usize>,
    /// To choose by.
    pub dev: Vec<usize>,
    /// To measure on.
    pub held_out: Vec<usize>,
    /// The group of each conversation, after near-duplicates were joined.
    pub groups: Vec<String>,
    /// Groups that near-duplicates made one with another.
    pub joined: usize,
}

/// Groups, dealt to folds.
pub struct Folds {
    /// The group of each conversation, after near-duplicates were joined.
    pub groups: Vec<String>,
    /// Groups that near-duplicates made one with another.
    pub joined: usize,
    /// Those with a risky conversation and those without: the fold and the conversations of each group, in the seed's order.
    classes: [Vec<(usize, Vec<usize>)>; 2],
}

impl Folds {
    /// The conversations of these folds.
    pub fn all(&self, folds: &[usize]) -> Vec<usize> {
        self.some(folds, 1.0)
    }

    /// A share of them, whole groups of each class; a larger share holds a smaller one.
    pub fn some(&self, folds: &[usize], share: f64) -> Vec<usize> {
        let mut found = Vec::new();
        for class in &self.classes {
            let part: Vec<&Vec<usize>> =
                class.iter().filter(|(fold, _)| folds.contains(fold)).map(|(_, all)| all).collect();
            let wanted = share * part.iter().map(|all| all.len()).sum::<usize>() as f64;
            let mut taken = 0;
            for all in part.into_iter().take_while(|all| {
                let more = (taken as f64) < wanted;
                taken += all.len();
                more
            }) {
                found.extend(all);
            }
        }
        found.sort_unstable();
        found
    }
}

/// Deal `cases`; `shares` are those of dev and of what is held out. Each class is dealt by itself, whole groups at a time, in an order that
/// depends on the seed and the groups' names alone.
///
/// # Errors
/// When a part would lack one of the classes.
pub fn split(cases: &[Case], shares: (f64, f64), seed: u64) -> Result<Split> {
    let (classes, groups, joined) = in_order(cases, seed);
    let dealt = Dealt::of(cases, &classes, joined);
    let mut split = Split { groups, joined, ..Split::default() };
    for part in classes {
        let total = part.iter().map(Vec::len).sum::<usize>() as f64;
        let (mut held_out, mut dev) = (0.0, 0.0);
        for all in part {
            let n = all.len() as f64;
            let fits = |taken: f64, share: f64| {
                taken < share * total && taken + n <= (OVER * share * total).max(1.0)
            };
            if fits(held_out, shares.1) {
                held_out += n;
                split.held_out.extend(all);
            } else if fits(dev, shares.0) {
                dev += n;
                split.dev.extend(all);
            } else {
                split.train.extend(all);
            }
        }
    }
    for (name, part) in [
        ("to learn from", &mut split.train),
        ("to choose by", &mut split.dev),
        ("to measure on", &mut split.held_out),
    ] {
        part.sort_unstable();
        both_classes(cases, part, name, &dealt)?;
    }
    Ok(split)
}

/// Deal `cases` to `n` folds of like size, whole groups at a time.
///
/// # Errors
/// When a fold would lack one of the classes.
pub fn folds(cases: &[Case], n: usize, seed: u64) -> Result<Folds> {
    let (classes, groups, joined) = in_order(cases, seed);
    let dealt = Dealt::of(cases, &classes, joined);
    let deal = |part: Vec<Vec<usize>>| {
        let mut sizes = vec![0; n];
        let to_least = |group: Vec<usize>| {
            let least = (0..n).min_by_key(|f| sizes[*f]).unwrap_or(0);
            sizes[least] += group.len();
            (least, group)
        };
        part.into_iter().map(to_least).collect()
    };
    let folds = Folds { groups, joined, classes: classes.map(deal) };
    (0..n).try_for_each(|fold| both_classes(cases, &folds.all(&[fold]), "of a fold", &dealt))?;
    Ok(folds)
}

/// Groups with a risky conversation, then those without, each in an order that depends on the seed and the groups' names alone; the group of each
/// conversation; and how many groups were joined.
fn in_order(cases: &[Case], seed: u64) -> ([Vec<Vec<usize>>; 2], Vec<String>, usize) {
    let (groups, joined) = groups(cases);
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    groups.iter().enumerate().for_each(|(i, g)| members.entry(g).or_default().push(i));
    let mut order: Vec<(String, Vec<usize>)> =
        members.into_iter().map(|(name, all)| (sha256(format!("{seed} {name}").as_bytes()), all)).collect();
    order.sort();
    let (risky, harmless) =
        order.into_iter().map(|(_, all)| all).partition(|all| all.iter().any(|i| cases[*i].gold.risk));
    ([risky, harmless], groups, joined)
}

/// What there was to deal.
struct Dealt {
    conversations: usize,
    risky: usize,
    /// Groups with a risky conversation and those without, after near-duplicates were joined.
    groups: [usize; 2],
    joined: usize,
}

impl Dealt {
    fn of(cases: &[Case], classes: &[Vec<Vec<usize>>; 2], joined: usize) -> Self {
        let risky = cases.iter().filter(|case| case.gold.risk).count();
        Self { conversations: cases.len(), risky, groups: [classes[0].len(), classes[1].len()], joined }
    }

    /// In words, with numbers that add up.
    fn told(&self) -> String {
        let Self { conversations, risky, groups: [with, without], joined } = self;
        let groups = format!("{with} with a risky one and {without} without");
        let how = match joined {
            0 => format!("in {} groups: {groups}", with + without),
            n => format!(
                "in {} groups, of which {n} went into another, since conversations of both share their words (near-duplicates stay together); that leaves {}: {groups}",
                with + without + n,
                with + without
            ),
        };
        format!("{conversations} conversations, {risky} of them risky, {how}")
    }
}

fn both_classes(cases: &[Case], part: &[usize], name: &str, dealt: &Dealt) -> Result<()> {
    let risky = part.iter().filter(|i| cases[**i].gold.risk).count();
    let harmless = part.len() - risky;
    if risky < LEAST || harmless < LEAST {
        let more = if dealt.joined > 0 { "that share fewer words with others" } else { "or smaller groups" };
        bail!(
            "too few labels: {}. Whole groups are dealt to the parts, and each needs {LEAST} conversations of both kinds; those {name} got {risky} risky and {harmless} harmless. \
             Bring more labelled conversations, {more}",
            dealt.told()
        );
    }
    Ok(())
}

/// The group of each conversation after near-duplicates were joined, and how many groups that made one with another.
fn groups(cases: &[Case]) -> (Vec<String>, usize) {
    let runs: Vec<Vec<u64>> = cases.iter().map(runs).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sets = Sets::new(cases.iter().enumerate().map(|(i, c)| *first.entry(&c.gold.group).or_insert(i)));
    let mut joined = 0;
    for ((a, b), n) in alike::shared(&runs) {
        let least = runs[a].len().min(runs[b].len()) as f64;
        if n >= 2 && n as f64 >= SHARED * least && sets.join(a, b) {
            joined += 1;
        }
    }
    let names = (0..cases.len()).map(|i| cases[sets.of(i)].gold.group.clone()).collect();
    (names, joined)
}

/// Hashes of every run of words, each once; of a text that is too short for one, two of the whole, so that its copies are found.
fn runs(case: &Case) -> Vec<u64> {
    let texts = case.transcript.spoken().map(|(_, m)| m.text.reveal());
    let words: Vec<u64> = texts.flat_map(alike::words).collect();
    let mut all = alike::runs(&words);
    if all.is_empty() && !words.is_empty() {
        let whole = alike::hash(&words);
        all = vec![whole, !whole];
    }
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Gold;
    use crate::transcript::{Kind, Message, Text, Transcript};

    fn case(i: usize, risk: bool, group: &str, text: &str) -> Case {
        let mut transcript = Transcript::new(format!("c{i}"));
        let speaker = Some(transcript.speaker("A"));
        let (time, kind, origin) = (None, Kind::Message, Default::default());
        transcript.messages.push(Message { speaker, time, text: Text::new(text), kind, origin });
        Case {
            transcript,
            gold: Gold { id: format!("c{i}"), group: group.to_owned(), risk, ..Gold::default() },
        }
    }

    fn cases(n: usize) -> Vec<Case> {
        (0..n)
            .map(|i| {
                case(
                    i,
                    i.is_multiple_of(2),
                    &format!("g{i}"),
                    &format!("number {i} of many and of nothing else at all {i}"),
                )
            })
            .collect()
    }

    #[test]
    fn every_conversation_is_in_one_part_and_groups_are_whole() {
        let mut cases = cases(60);
        (0..20).for_each(|i| cases[i].gold.group = format!("pair{}", i / 4));
        let split = split(&cases, (0.2, 0.2), 1).unwrap();
        let mut all = [split.train.clone(), split.dev.clone(), split.held_out.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..60).collect::<Vec<_>>());
        for part in [&split.train, &split.dev, &split.held_out] {
            for i in part.iter().filter(|i| **i < 20) {
                let others = (0..20).filter(|j| cases[*j].gold.group == cases[*i].gold.group);
                assert!(others.into_iter().all(|j| part.contains(&j)), "a group was cut");
            }
        }
        assert!(split.dev.len() >= 10 && split.held_out.len() >= 10);
        assert_eq!(split, super::split(&cases, (0.2, 0.2), 1).unwrap());
    }

    #[test]
    fn near_duplicates_of_different_groups_stay_on_one_side() {
        let mut cases = cases(60);
        let script =
            "hello dear my boss will pay you every week for very easy work from home just send the papers";
        for i in (0..60).step_by(10) {
            cases[i] = case(i, true, &format!("g{i}"), &format!("{script} {i}"));
        }
        let split = split(&cases, (0.2, 0.2), 1).unwrap();
        assert_eq!(split.joined, 5);
        let copies: Vec<usize> = (0..60).step_by(10).collect();
        let holders = [&split.train, &split.dev, &split.held_out];
        assert_eq!(holders.iter().filter(|part| copies.iter().any(|c| part.contains(c))).count(), 1);
    }

    #[test]
    fn a_script_run_on_many_people_stays_on_one_side_however_many() {
        let script =
            "hello dear my boss will pay you every week for very easy work from home just send the papers";
        let copies = (0..40).map(|i| case(i, true, &format!("copy{i}"), script));
        let all: Vec<Case> = copies.chain(cases(60)).collect();
        let (groups, joined) = groups(&all);
        assert_eq!(joined, 39);
        assert!(groups[..40].iter().all(|g| *g == groups[0]));
        // So large a group is learnt from, and the other parts are made of the rest.
        let split = split(&all, (0.2, 0.2), 1).unwrap();
        assert!((0..40).all(|i| split.train.contains(&i)));
    }

    #[test]
    fn folds_hold_every_conversation_once_and_shares_of_them_hold_both_classes() {
        let cases = cases(61);
        let folds = folds(&cases, 5, 1).unwrap();
        let mut all: Vec<usize> = (0..5).flat_map(|f| folds.all(&[f])).collect();
        all.sort_unstable();
        assert_eq!(all, (0..61).collect::<Vec<_>>());
        assert!((0..5).all(|f| (12..=13).contains(&folds.all(&[f]).len())));
        let shares = [0.125, 0.25, 0.5, 1.0].map(|share| folds.some(&[0, 2, 4], share));
        for (small, large) in shares.iter().zip(&shares[1..]) {
            assert!(small.iter().all(|i| large.contains(i)) && small.len() < large.len());
            let risky = small.iter().filter(|i| cases[**i].gold.risk).count();
            assert!(risky.abs_diff(small.len() - risky) <= 1);
        }
    }

    #[test]
    fn too_few_labels_are_refused_with_the_numbers() {
        let error = split(&cases(8), (0.2, 0.2), 1).unwrap_err().to_string();
        assert!(
            error.contains("8 conversations, 4 of them risky, in 8 groups: 4 with a risky one and 4 without"),
            "{error}"
        );
        assert!(error.ends_with("or smaller groups"), "{error}");
        let script = "hello dear my boss will pay you every week for very easy work from home";
        let copies: Vec<Case> =
            (0..30).map(|i| case(i, i < 20, &format!("g{}", i / 2), &format!("{script} {i}"))).collect();
        let error = split(&copies, (0.2, 0.2), 1).unwrap_err().to_string();
        assert!(
            error.contains("in 15 groups, of which 14 went into another")
                && error.contains("leaves 1: 1 with"),
            "{error}"
        );
    }
}
