//! Another system in suites other than `corpus`: it is judged by its own alarms, or by a threshold chosen on dev.

use serde_json::Value;

use super::{Made, cell, rows};

/// A score and an alarm for each of the eight conversations of [`Made::suite`], of which every second is risky.
fn scores(alarm: impl Fn(usize) -> bool) -> String {
    (0..8).map(|i| format!("{{\"id\":\"c{i}\",\"score\":{},\"alarm\":{}}}\n", i % 2, alarm(i))).collect()
}

#[test]
fn another_system_is_counted_by_subgroup_with_its_own_alarms() {
    let made = Made::new();
    made.suite("fairness");
    made.put("theirs.jsonl", &scores(|i| i < 4));
    let theirs = made.path("theirs.jsonl");
    made.run(&["--overwrite", "--scores", theirs.to_str().unwrap()]).assert().success();
    let result = made.result();
    let of = |row: &str, column: &str| cell(&result, "fairness, theirs/test", row, column)["value"].clone();
    assert_eq!((of("formal", "misses"), of("formal", "false alarms")), (0.0.into(), 1.0.into()));
    assert_eq!((of("all", "misses"), of("all", "false alarms")), (0.5.into(), 0.5.into()));
    assert_eq!(rows(&result, "fairness/test"), ["formal", "all", "spread"], "ours stands there as before");
    // Without alarms, and without dev, there is nothing to judge it by.
    made.put("bare.jsonl", &scores(|_| true).replace(",\"alarm\":true", ""));
    let bare = made.path("bare.jsonl");
    made.refused(
        &["--scores", bare.to_str().unwrap()],
        "bare.jsonl: there is no dev part to choose a threshold on",
    );
    made.put("some.jsonl", &scores(|_| true).replacen(",\"alarm\":true", "", 1));
    let some = made.path("some.jsonl");
    made.refused(&["--scores", some.to_str().unwrap()], "7 of 8 conversations have \"alarm\"");
}

#[test]
fn the_alarms_of_another_system_are_counted_by_source() {
    let made = Made::new();
    made.suite("benign");
    // Every second is risky and set aside.
    made.put("theirs.jsonl", &scores(|i| i == 2));
    let theirs = made.path("theirs.jsonl");
    made.run(&["--overwrite", "--scores", theirs.to_str().unwrap()]).assert().success();
    let result = made.result();
    assert_eq!(cell(&result, "benign, theirs", "all", "false alarms")["value"], 0.25);
    assert_eq!(cell(&result, "benign", "all", "false alarms")["n"], 4);
    assert_eq!(result["skipped"]["scores of conversations that are not judged here"], 4);
}

#[test]
fn warnings_of_another_system_need_a_threshold_that_was_chosen_on_dev() {
    let made = Made::new();
    made.suite("espd");
    let line = |i: usize| format!("{{\"id\":\"c{i}\",\"score\":1,\"messages\":[0,0,1,1],\"alarm\":true}}\n");
    made.put("theirs.jsonl", &(0..8).map(line).collect::<String>());
    let theirs = made.path("theirs.jsonl");
    made.refused(
        &["--scores", theirs.to_str().unwrap()],
        "no dev part to choose a threshold of its warnings on",
    );
    // The same conversations, of which the first four are dev.
    made.ask("espd", "splits={dev=['d'],test=['t']}");
    let text = std::fs::read_to_string(made.path("chats.jsonl")).unwrap();
    let chats = text.lines().enumerate().map(|(i, line)| {
        let mut chat: Value = serde_json::from_str(line).unwrap();
        chat["writer"] = if i < 4 { "d" } else { "t" }.into();
        format!("{chat}\n")
    });
    made.put("chats.jsonl", &chats.collect::<String>());
    made.run(&["--overwrite", "--scores", theirs.to_str().unwrap()]).assert().success();
    let result = made.result();
    assert_eq!(cell(&result, "espd/test", "theirs, best F1, sticky", "median latency")["value"], 3.0);
}
