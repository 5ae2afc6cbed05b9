//! `eval compare` of suites other than `corpus`: each has its own numbers to be gated on, and files of earlier versions are read.

use std::fs;

use assert_cmd::assert::Assert;
use predicates::prelude::*;
use serde_json::{Value, json};

use super::Made;

impl Made {
    fn compare(&self, a: &str, b: &str, gates: &[&str]) -> Assert {
        let mut command = self.rushlight();
        command.args(["eval", "compare"]).args([self.path(a), self.path(b)]);
        for gate in gates {
            command.args(["--fail-if-worse", *gate]);
        }
        command.assert()
    }

    /// The result once more as `other.json`, with each line beside it changed.
    fn copy(&self, change: impl Fn(&str, &mut Value)) {
        for end in ["json", "scores.jsonl", "again.jsonl"] {
            let Ok(text) = fs::read_to_string(self.path("result").with_extension(end)) else { continue };
            let changed = |line: &str| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                change(end, &mut line);
                format!("{line}\n")
            };
            let text = if end == "json" { changed(&text) } else { text.lines().map(changed).collect() };
            self.put(&format!("other.{end}"), &text);
        }
    }
}

#[test]
fn every_suite_has_its_own_numbers_to_be_gated_on() {
    let gates: [(&str, &[&str]); 7] = [
        ("fairness", &["test/formal/fpr:0", "test/fnr:0"]),
        ("turns", &["test/missed:0", "test/premature:0", "test/erde_5:0"]),
        ("signals", &["test/signals_auprc:0", "test/signals_f1:0"]),
        ("espd", &["test/5 of 10/erde_5:0", "test/1 of 10/recall:0"]),
        ("benign", &["test/chats/fpr:0"]),
        ("length", &["test/last 3/auroc:0", "test/first 3/recall:0"]),
        ("robustness", &["test/leet/auroc:0", "test/nll:0", "test/recall_at_fpr_0.1:0"]),
    ];
    for (task, gates) in gates {
        let made = Made::new();
        made.suite(task);
        made.compare("result.json", "result.json", gates).code(0);
    }
}

#[test]
fn what_is_worse_under_one_attack_fails_there_alone() {
    let made = Made::new();
    made.suite("robustness");
    let risky = |id: &Value| id.as_str().unwrap()[1..].parse::<usize>().unwrap() % 2 == 1;
    // The names of attacks are those of the table.
    made.copy(|end, line| {
        if end == "again.jsonl" {
            let worst = if risky(&line["of"]) { 0.0 } else { 1.0 };
            line["found"]["score"] =
                if line["way"] == "leet" { worst.into() } else { line["found"]["score"].clone() };
        }
    });
    made.compare("result.json", "other.json", &["test/leet/auroc:0.01"])
        .code(4)
        .stdout(predicate::str::contains("test/leet/auroc is worse by more than 0.01"));
    made.compare("result.json", "other.json", &["test/typos/auroc:0", "test/auroc:0"]).code(0);
    // A line is missing.
    let again = fs::read_to_string(made.path("other.again.jsonl")).unwrap();
    made.put("other.again.jsonl", again.split_once('\n').unwrap().1);
    made.compare("result.json", "other.json", &[])
        .code(2)
        .stderr(predicate::str::contains("not read again by"));
}

#[test]
fn warnings_that_come_too_early_are_worse() {
    let made = Made::new();
    made.suite("turns");
    made.copy(|end, line| {
        if end == "scores.jsonl" && line["label"] == true {
            line["band"] = json!("look now");
            line["messages"].as_array_mut().unwrap().iter_mut().for_each(|message| message[1] = json!(0.99));
        }
    });
    made.compare("result.json", "other.json", &["test/premature:0.5"]).code(4);
    made.compare("other.json", "result.json", &["test/missed:0.5"]).code(4);
    made.compare("result.json", "other.json", &["test/erde_50:0"]).code(0);
    made.compare("result.json", "other.json", &["test/median_offset:1"]).code(2);
}

#[test]
fn files_of_earlier_versions_are_read_and_other_labels_are_refused() {
    let made = Made::new();
    made.suite("turns");
    made.copy(|end, line| {
        let keys =
            ["known", "at", "device", "precision", "brought", "limit", "files", "remarks", "names", "window"];
        keys.iter().for_each(|key| drop(line.as_object_mut().unwrap().remove(*key)));
        if end == "json" {
            line["data"]["test"].as_object_mut().unwrap().remove("labels_sha256");
        }
    });
    made.compare("other.json", "other.json", &["test/auroc:0", "test/erde_5:0"]).code(0);
    made.compare("other.json", "other.json", &["test/premature:0"])
        .code(2)
        .stderr(predicate::str::contains("has no such number"));
    // The same texts with another onset.
    made.copy(|_, _| ());
    let text = fs::read_to_string(made.path("chats.jsonl")).unwrap();
    made.put("chats.jsonl", &text.replace("\"onset\":2", "\"onset\":1"));
    made.run(&["--overwrite"]).assert().success();
    made.compare("result.json", "other.json", &[])
        .code(2)
        .stderr(predicate::str::contains("were not measured on the same test data"));
}
