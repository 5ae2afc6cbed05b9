//! Any system under attack, on shortened conversations and in other languages: what is written for it to score, and what is taken back.

use std::fs;

use predicates::prelude::*;
use serde_json::Value;

use super::{Made, cell, rows};

impl Made {
    /// The eight conversations of [`Made::suite`], of which the first four are dev.
    fn with_dev(&self, task: &str) {
        self.suite(task);
        self.ask(task, "splits={dev=['d'],test=['t']}");
        let text = fs::read_to_string(self.path("chats.jsonl")).unwrap();
        let chats = text.lines().enumerate().map(|(i, line)| {
            let mut chat: Value = serde_json::from_str(line).unwrap();
            chat["writer"] = if i < 4 { "d" } else { "t" }.into();
            format!("{chat}\n")
        });
        self.put("chats.jsonl", &chats.collect::<String>());
    }

    /// The ids of what `--texts` writes.
    fn texts(&self) -> Vec<String> {
        let mut command = self.rushlight();
        command.arg("eval").arg(self.dir.path()).arg("--texts").arg(self.path("texts.jsonl"));
        command.assert().success();
        let text = fs::read_to_string(self.path("texts.jsonl")).unwrap();
        assert!(!text.contains("risk") && !text.contains("onset") && !text.contains("concern"));
        let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        text.lines().map(id).collect()
    }

    /// Write scores, and run with them.
    fn theirs(&self, lines: &str) -> Value {
        self.put("theirs.jsonl", lines);
        self.run(&["--overwrite", "--scores", self.path("theirs.jsonl").to_str().unwrap()])
            .assert()
            .success();
        self.result()
    }

    fn refuses(&self, lines: &str, says: &str) {
        self.put("theirs.jsonl", lines);
        self.refused(&["--scores", self.path("theirs.jsonl").to_str().unwrap()], says);
    }
}

/// Whether a conversation of [`Made::suite`] is risky, by its id in any way.
fn risky(id: &str) -> bool {
    id[1..2].parse::<usize>().unwrap() % 2 == 1
}

/// Scores that are right but for one way, where they are reversed.
fn right_but(ids: &[String], way: &str) -> String {
    let score = |id: &String| f64::from(u8::from(risky(id) != id.ends_with(&format!("|{way}"))));
    ids.iter().map(|id| format!("{{\"id\":\"{id}\",\"score\":{}}}\n", score(id))).collect()
}

#[test]
fn another_system_is_judged_under_attack_at_the_threshold_of_the_clean_run() {
    let made = Made::new();
    made.with_dev("robustness");
    let ids = made.texts();
    assert_eq!(ids.len(), 8 * 19, "each as it is and under eighteen attacks");
    assert_eq!((ids[0].as_str(), ids[1].as_str()), ("c0", "c0|leet"));
    let text = fs::read_to_string(made.path("texts.jsonl")).unwrap();
    let of = |id: &str| text.lines().find(|line| line.contains(&format!("\"id\":\"{id}\""))).unwrap();
    assert!(of("c0").contains("parcel") && !of("c0|homoglyphs, full").contains("parcel"));
    let result = made.theirs(&right_but(&ids, "leet"));
    let table = "attacks, theirs/test";
    assert_eq!(rows(&result, table).len(), 19);
    assert_eq!(cell(&result, table, "none", "AUROC")["value"], 1.0);
    assert_eq!(cell(&result, table, "leet", "Δ AUROC")["value"], -1.0);
    assert_eq!(cell(&result, table, "leet", "Δ recall")["value"], -1.0);
    assert_eq!(cell(&result, table, "evasion", "Δ false alarms")["value"], 0.0);
    let less = |row: &str| {
        cell(&result, "attacks, differences, theirs/test", row, "AUROC")["value"].as_f64().unwrap()
    };
    let ours = |row: &str| cell(&result, "attacks/test", row, "AUROC")["value"].as_f64().unwrap();
    for (row, theirs) in [("none", 1.0), ("leet", 0.0), ("padding ×10", 1.0)] {
        assert!((less(row) - (ours(row) - theirs)).abs() < 1e-12, "{row}");
    }
    // A share that falls from one end to the other is bounded like one that stays there: two groups of the class, of which 3 over their number is more than all.
    let fallen = cell(&result, table, "leet", "Δ recall");
    assert_eq!((&fallen["low"], &fallen["high"]), (&(-1.0).into(), &0.0.into()));
    // The same in `compare`.
    let mut command = made.rushlight();
    command.args(["eval", "compare"]).args([made.path("theirs.jsonl"), made.path("result.json")]);
    command.args(["--fail-if-worse", "test/leet/auroc:0", "--fail-if-worse", "test/leet/fpr:1"]);
    command.assert().code(0).stdout(predicate::str::contains("test/leet/auroc          0.0000"));
}

#[test]
fn scores_under_attack_are_whole_attacks_of_conversations_that_are_there() {
    let made = Made::new();
    made.with_dev("robustness");
    let all = right_but(&made.texts(), "leet");
    let but =
        |out: &str| all.lines().filter(|l| !l.contains(out)).map(|l| format!("{l}\n")).collect::<String>();
    made.refuses(&but("\"c5|leet\""), "no score for c5|leet");
    made.refuses(&but("|"), "no score of a conversation in another way, as c0|leet");
    made.refuses(
        &(all.clone() + "{\"id\":\"c5|leat\",\"score\":1}\n"),
        "c5|leat is no conversation of the data",
    );
    let with = all
        .replace("\"score\":1", "\"score\":1,\"alarm\":true")
        .replace("\"score\":0", "\"score\":0,\"alarm\":false");
    let some = with.lines().map(|l| {
        if l.contains('|') {
            l.split(",\"alarm\"").next().unwrap().to_owned() + "}\n"
        } else {
            format!("{l}\n")
        }
    });
    made.refuses(&some.collect::<String>(), "both or none must have it");
    // An attack may be left out as a whole; alarms of its own are taken, also without dev.
    let result = made.theirs(&but("leet\""));
    assert_eq!(rows(&result, "attacks, theirs/test").len(), 18);
    made.ask("robustness", "");
    made.refuses(&all, "there is no dev part to choose a threshold on");
    let result = made.theirs(&with);
    assert_eq!(cell(&result, "attacks, theirs/test", "leet", "recall")["value"], 0.0);
    assert_eq!(cell(&result, "attacks, theirs/test", "leet", "false alarms")["value"], 1.0);
}

#[test]
fn what_the_program_says_of_attacked_texts_is_what_the_suite_says() {
    let made = Made::new();
    made.with_dev("robustness");
    made.texts();
    let mut command = made.rushlight();
    command.arg("score").arg(made.path("texts.jsonl")).arg("--out").arg(made.path("theirs.jsonl"));
    command.assert().success();
    let result = made.theirs(&fs::read_to_string(made.path("theirs.jsonl")).unwrap());
    for row in ["none", "spacing", "brackets", "merging", "speakers swapped", "typing"] {
        let less =
            cell(&result, "attacks, differences, theirs/test", row, "AUROC")["value"].as_f64().unwrap();
        assert!(less.abs() < 1e-12, "{row}: {less}");
    }
}

#[test]
fn another_system_is_judged_on_shortened_conversations() {
    let made = Made::new();
    made.with_dev("length");
    let ids = made.texts();
    assert_eq!(ids.len(), 8 * 15);
    let result = made.theirs(&right_but(&ids, "last 3"));
    assert_eq!(cell(&result, "first, theirs/test", "3", "AUROC")["value"], 1.0);
    assert_eq!(cell(&result, "last, theirs/test", "3", "AUROC")["value"], 0.0);
    assert_eq!(cell(&result, "last, theirs/test", "5", "recall")["value"], 1.0);
    let ours = cell(&result, "last/test", "5", "AUROC")["value"].as_f64().unwrap();
    let less = cell(&result, "last, differences, theirs/test", "5", "AUROC")["value"].as_f64().unwrap();
    assert!((less - (ours - 1.0)).abs() < 1e-12);
    // Length stands beside both.
    assert_eq!(cell(&result, "first, length/test", "3", "AUROC")["value"], 0.5);
    assert_eq!(rows(&result, "last, length/test").len(), 7);
    // Scores after each message are enough for beginnings, and say nothing of ends.
    let line = |i: usize| format!("{{\"id\":\"c{i}\",\"score\":{0},\"messages\":[0,0,0,{0}]}}\n", i % 2);
    let result = made.theirs(&(0..8).map(line).collect::<String>());
    assert_eq!(rows(&result, "first, theirs/test").len(), 7);
    assert_eq!(cell(&result, "first, theirs/test", "3", "AUROC")["value"], 0.5);
    assert_eq!(cell(&result, "first, theirs/test", "5", "AUROC")["value"], 1.0);
    assert_eq!(rows(&result, "last, theirs/test").len(), 0);
    made.refuses("", "no score for c0");
}

#[test]
fn languages_take_scores_and_a_threshold() {
    let made = Made::new();
    made.suite("languages");
    let line = |i: usize| format!("{{\"id\":\"c{i}\",\"score\":{}}}\n", i % 2);
    let result = made.theirs(&(0..8).map(line).collect::<String>());
    let of =
        |result: &Value, column: &str| cell(result, "languages, theirs/test", "en", column)["value"].clone();
    assert_eq!((of(&result, "AUROC"), of(&result, "recall")), (1.0.into(), Value::Null));
    made.run(&["--overwrite", "--threshold", "0", "--scores", made.path("theirs.jsonl").to_str().unwrap()])
        .assert()
        .success();
    let result = made.result();
    assert_eq!((of(&result, "recall"), of(&result, "false alarms")), (1.0.into(), 1.0.into()));
    let ours = cell(&result, "languages/test", "en", "false alarms, all scores")["value"].as_f64().unwrap();
    assert_eq!(of(&result, "false alarms, ours less these"), ours - 1.0);
    let given = result["thresholds"].as_array().unwrap().iter().find(|t| t["system"] == "theirs").unwrap();
    assert_eq!((&given["name"], &given["value"]), (&"given".into(), &0.0.into()));
    made.refused(&["--threshold", "0.5"], "--scores");
}

#[test]
fn suites_in_which_scores_have_no_place_say_so() {
    let made = Made::new();
    for (task, says) in
        [("signals", "asks which signals each message carries"), ("quantization", "in two precisions")]
    {
        made.ask(task, "");
        made.refused(&["--scores", "x.jsonl"], says);
    }
}

#[test]
fn a_suite_says_by_what_thresholds_are_chosen() {
    let made = Made::new();
    made.with_dev("risk");
    let with = |more: &str| {
        let suite = fs::read_to_string(made.path("suite.toml")).unwrap();
        made.put("suite.toml", &suite.replace("resamples=2000", &format!("resamples=2000\n{more}")));
    };
    with("f_betas=[2,0.5]\nfalse_alarms_per_1000=[495]");
    // Two of dev are harmless: half of them are 495 of 1,000 chats.
    let line = |i: usize| format!("{{\"id\":\"c{i}\",\"score\":{}}}\n", [2, 3, 4, 5, 2, 3, 4, 5][i]);
    let result = made.theirs(&(0..8).map(line).collect::<String>());
    let of = |name: &str| {
        let all = result["thresholds"].as_array().unwrap();
        all.iter().find(|t| t["system"] == "theirs" && t["name"] == name).unwrap()["value"].clone()
    };
    // F2 of 1 of 1, and of 2 of 3 found, where 2 are wanted: 0.556 and 0.909; F0.5: 0.833 and 0.714.
    assert_eq!((of("best F2"), of("best F0.5"), of("495 per 1,000")), (3.0.into(), 5.0.into(), 3.0.into()));
    let judged = rows(&result, "differences at thresholds/test");
    assert!(judged.contains(&"rushlight, look − theirs, best F2".to_owned()), "{judged:?}");
    for (more, says) in [("f_betas=[]", "f_betas are"), ("false_alarms_per_1000=[991]", "to below 990")] {
        made.ask("risk", "");
        with(more);
        made.refused(&[], says);
    }
}

#[test]
fn baselines_of_data_without_a_train_part_are_those_of_another_suite() {
    let made = Made::new();
    let line = |i: usize| {
        let (risk, word) = (i % 2, if i % 2 == 1 { "voucher" } else { "garden" });
        let writer = if i < 12 { "x" } else { "d" };
        let message = format!(r#"{{"speaker":"A","time":null,"text":"about the {word} once more"}}"#);
        format!(
            r#"{{"id":"k{i}","lang":"en","writer":"{writer}","risk":{risk},"messages":[{message},{message}]}}"#
        )
    };
    made.put("known/chats.jsonl", &(0..16).map(line).collect::<Vec<_>>().join("\n"));
    let suite = |name: &str, task: &str, more: &str, data: &str| {
        let head = format!(
            "name='{name}'\nversion=1\ntitle='made up'\ntask='{task}'\nprevalence=0.01\nseed=1\nresamples=2000\n{more}"
        );
        made.put(&format!("{name}/suite.toml"), &format!("{head}\n[data]\npath='chats.jsonl'\n{data}"));
    };
    suite("known", "risk", "", "splits={dev=['d']}");
    suite("quiet", "benign", "baselines='known'", "");
    let quiet = [("a", "voucher"), ("b", "garden")].map(|(id, word)| {
        let message = format!(r#"{{"speaker":"A","time":null,"text":"about the {word} once more"}}"#);
        format!(r#"{{"id":"{id}","risk":0,"messages":[{message},{message}]}}"#)
    });
    made.put("quiet/chats.jsonl", &quiet.join("\n"));
    let run = || {
        let mut command = made.rushlight();
        command
            .arg("eval")
            .arg(made.path("quiet"))
            .arg("--out")
            .arg(made.path("result.json"))
            .arg("--overwrite");
        command.assert()
    };
    run().success();
    let result = made.result();
    assert_eq!(cell(&result, "benign, tf-idf + linear", "all", "false alarms")["value"], 0.5);
    assert_eq!(cell(&result, "benign, length", "all", "false alarms")["n"], 2);
    let chosen = result["thresholds"].as_array().unwrap().iter().find(|t| t["system"] == "length").unwrap();
    assert_eq!(chosen["chosen"], "highest F1 on dev of the suite known (n 4)");
    // Without its chats there are none, and the result says so.
    fs::remove_file(made.path("known/chats.jsonl")).unwrap();
    run()
        .success()
        .stderr(predicate::str::contains("no baselines: they are fitted on the chats of the suite known"));
    assert_eq!(made.result()["tables"].as_array().unwrap().len(), 1);
}

#[test]
fn suites_are_known_wherever_the_program_runs() {
    let made = Made::new();
    made.suite("risk");
    let run = |args: &[&str]| {
        let mut command = made.rushlight();
        command.current_dir(made.dir.path()).arg("eval").args(args);
        command.assert()
    };
    run(&[]).success().stdout(predicate::str::contains("robustness").and(predicate::str::contains("pan12")));
    run(&["corpus"])
        .code(2)
        .stderr(predicate::str::contains("run this there, or give labelled chats with --data"));
    run(&["nothing"]).code(2).stderr(predicate::str::contains("or one of benign, corpus"));
    run(&["corpus", "--data", "chats.jsonl", "--out", "other.json"])
        .success()
        .stdout(predicate::str::contains("keywords"));
    let result: Value = serde_json::from_str(&fs::read_to_string(made.path("other.json")).unwrap()).unwrap();
    assert_eq!(result["files"]["keywords.txt"].as_str().unwrap().len(), 64);
}
