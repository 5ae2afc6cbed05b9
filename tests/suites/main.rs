//! The suites beside `corpus`: each gives the tables it promises, and names what is wrong with its data.

mod compare;
mod pan12;
mod scores;
mod ways;

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

struct Made {
    dir: TempDir,
}

impl Made {
    fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn rushlight(&self) -> Command {
        let mut command = Command::cargo_bin("rushlight").unwrap();
        command.env_remove("RUSHLIGHT_MODELS").current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    }

    /// What is asked; `data` is added to `[data]`.
    fn ask(&self, task: &str, data: &str) {
        self.put(
            "suite.toml",
            &format!(
                "name='made'\nversion=1\ntitle='made up'\ntask='{task}'\nprevalence=0.01\nseed=1\nresamples=2000\n[data]\npath='chats.jsonl'\n{data}\n\
                 [[subgroups]]\nname='formal'\nnote='register'\nany=['formal']\n"
            ),
        );
    }

    /// A suite of a few conversations, all in test.
    fn suite(&self, task: &str) -> Value {
        self.ask(task, "");
        let record = |i: usize| {
            let risk = i % 2;
            let rest = if risk == 1 { r#","person_of_concern":["A"],"onset":2"# } else { "" };
            let register = if i < 4 { "rather formal" } else { "informal slang" };
            let target = if i < 2 { "child" } else { "teen" };
            let message = |who: &str, text: &str| {
                format!(r#"{{"speaker":"{who}","time":null,"text":"{text} {i}","signals":["money"]}}"#)
            };
            format!(
                r#"{{"id":"c{i}","lang":"en","group":"g{i}","risk":{risk}{rest},"notes":{{"register":"{register}","target":"{target}"}},"messages":[{},{},{},{}]}}"#,
                message("A", "did the parcel come to your house today"),
                message("B", "yes it stands on the table in the hall"),
                message("A", "then send the papers to me tonight please"),
                message("B", "certainly, right after supper then"),
            )
        };
        self.put("chats.jsonl", &(0..8).map(record).collect::<Vec<_>>().join("\n"));
        self.run(&["--overwrite"]).assert().success();
        self.result()
    }

    fn run(&self, more: &[&str]) -> Command {
        let mut command = self.rushlight();
        command.arg("eval").arg(self.dir.path()).arg("--out").arg(self.path("result.json")).args(more);
        command
    }

    fn result(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path("result.json")).unwrap()).unwrap()
    }

    fn refused(&self, more: &[&str], says: &str) {
        self.run(&[&["--overwrite"], more].concat())
            .assert()
            .code(2)
            .stderr(predicate::str::contains(says).and(predicate::str::contains("parcel").not()));
    }
}

/// A conversation with nothing but small talk in it.
fn talk(id: &str, labels: &str, messages: usize) -> String {
    const SAID: [&str; 4] = [
        "did you water the plants today",
        "yes, before the parcel came",
        "thanks, see you on sunday",
        "till then",
    ];
    let line = |i: usize| {
        format!(r#"{{"speaker":"{}","time":null,"text":"{}"}}"#, ["A", "B"][i % 2], SAID[i % SAID.len()])
    };
    let lines: Vec<String> = (0..messages).map(line).collect();
    format!(r#"{{"id":"{id}",{labels},"messages":[{}]}}"#, lines.join(","))
}

fn rows(result: &Value, table: &str) -> Vec<String> {
    let tables = result["tables"].as_array().unwrap();
    let found = tables.iter().find(|t| t["id"] == table).unwrap_or_else(|| panic!("no table {table}"));
    found["rows"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
}

fn cell<'v>(result: &'v Value, table: &str, row: &str, column: &str) -> &'v Value {
    let found = result["tables"].as_array().unwrap().iter().find(|t| t["id"] == table).unwrap();
    let row = found["rows"].as_array().unwrap().iter().find(|r| r["name"] == row).unwrap();
    &row["cells"][column]
}

#[test]
fn the_schema_of_results_is_the_one_that_is_written_down() {
    let made = Made::new();
    let out = made.rushlight().args(["schema", "result"]).assert().success().get_output().stdout.clone();
    let written = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/result.schema.json")).unwrap();
    let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    assert_eq!(parse(&out), parse(&written), "write docs/result.schema.json anew: rushlight schema result");
}

#[test]
fn robustness_has_a_row_for_every_attack_and_renaming_changes_nothing() {
    let result = Made::new().suite("robustness");
    assert_eq!(rows(&result, "attacks/test").len(), 19);
    for (row, column) in
        [("speakers renamed", "Δ recall"), ("speakers renamed", "Δ AUROC"), ("speakers swapped", "Δ AUROC")]
    {
        assert_eq!(cell(&result, "attacks/test", row, column)["value"], 0.0, "{row}");
    }
}

#[test]
fn fairness_counts_who_belongs_and_leaves_out_of_the_spread_whom_too_few_stand_for() {
    let result = Made::new().suite("fairness");
    assert_eq!(rows(&result, "fairness/test"), ["formal", "all", "spread"]);
    assert_eq!(cell(&result, "fairness/test", "formal", "false alarms")["n"], 2, "informal is not formal");
    assert_eq!(cell(&result, "fairness/test", "spread", "misses")["value"], Value::Null);
}

#[test]
fn length_counts_risky_conversations_from_their_onset_on() {
    let result = Made::new().suite("length");
    assert_eq!(cell(&result, "first/test", "3", "recall")["n"], 4);
    assert_eq!(rows(&result, "last/test").len(), 7);
    let all = |table: &str| cell(&result, table, "160", "AUROC")["value"].clone();
    assert_eq!(all("first/test"), all("last/test"), "what is longer than every chat cuts nothing");
}

#[test]
fn turns_counts_onsets_by_target_and_length() {
    let made = Made::new();
    let result = made.suite("turns");
    let rates = ["premature", "timely", "late", "missed"];
    let sum = |table: &str, row: &str| -> f64 {
        rates.iter().map(|c| cell(&result, table, row, c)["value"].as_f64().unwrap()).sum()
    };
    assert!((sum("turns/test", "rushlight, look") - 1.0).abs() < 1e-12);
    assert_eq!(
        rows(&result, "turns by target/test"),
        ["child, look", "child, look now", "teen, look", "teen, look now"]
    );
    assert_eq!(cell(&result, "turns by target/test", "child, look", "missed")["n"], 1);
    assert_eq!(cell(&result, "turns by target/test", "teen, look", "missed")["n"], 3);
    assert_eq!(rows(&result, "turns by length/test"), ["1 to 9, look", "1 to 9, look now"]);
    let scores = (0..8).map(|i| format!("{{\"id\":\"c{i}\",\"score\":0.1}}\n"));
    made.put("scores.jsonl", &scores.collect::<String>());
    let scores = made.path("scores.jsonl");
    made.refused(&["--scores", scores.to_str().unwrap()], "c0: this suite needs \"messages\"");
}

#[test]
fn signals_counts_messages_and_leaves_out_of_the_mean_what_does_not_occur() {
    let result = Made::new().suite("signals");
    assert_eq!(rows(&result, "signals/test").len(), 11);
    assert_eq!(cell(&result, "signals/test", "money", "base rate")["n"], 32);
    assert_eq!(cell(&result, "signals/test", "money", "AUPRC")["value"], 1.0);
    assert_eq!(cell(&result, "signals/test", "lure", "AUPRC")["value"], Value::Null);
    assert_eq!(cell(&result, "signals/test", "macro", "AUPRC")["value"], 1.0, "of the one that occurs");
    let said = cell(&result, "signals/test", "macro", "F1")["value"].as_f64().unwrap();
    let recall = cell(&result, "signals/test", "money", "recall")["value"].as_f64().unwrap();
    assert!((said - 2.0 * recall / (1.0 + recall)).abs() < 1e-12, "precision is 1");
}

#[test]
fn espd_has_our_warnings_and_every_strictness_on_the_same_streams() {
    let result = Made::new().suite("espd");
    let names = rows(&result, "espd/test");
    assert_eq!((names.len(), names[4].as_str()), (14, "eSPD rule, 1 of 10"));
    // Four messages never give five positive decisions.
    assert_eq!(cell(&result, "espd/test", "eSPD rule, 5 of 10", "recall")["value"], 0.0);
    assert_eq!(cell(&result, "espd/test", "eSPD rule, 5 of 10", "median latency")["value"], Value::Null);
    assert_eq!(cell(&result, "espd/test", "eSPD rule, 5 of 10", "ERDE 5")["value"], 0.5);
    assert_eq!(cell(&result, "espd/test", "rushlight, look, sticky", "FPR")["n"], 4);
}

#[test]
fn espd_joins_the_records_of_a_group() {
    let made = Made::new();
    made.ask("espd", "join=true\nleast=20");
    let part = |id: &str, group: &str, seq: u64, risk: u8, n: usize| {
        talk(id, &format!(r#""lang":"en","group":"{group}","seq":{seq},"risk":{risk}"#), n)
    };
    let lines = |order: [usize; 4]| {
        let all = [
            part("a1", "a", 1, 0, 30),
            part("a2", "a", 2, 1, 25),
            part("b1", "b", 1, 0, 40),
            part("c1", "c", 1, 0, 3),
        ];
        made.put("chats.jsonl", &order.map(|i| all[i].clone()).join("\n"));
    };
    lines([0, 1, 2, 3]);
    made.run(&[]).assert().success();
    let result = made.result();
    assert_eq!(result["data"]["test"]["conversations"], 2);
    assert_eq!(result["data"]["test"]["messages"], 95);
    assert_eq!(result["data"]["test"]["risky"], 1);
    assert_eq!(result["skipped"]["shorter than the suite asks for"], 1);
    // What the user brings is not left out for being short.
    let own = made.path("chats.jsonl");
    made.run(&["--overwrite", "--data", own.to_str().unwrap()]).assert().success();
    assert_eq!(made.result()["data"]["test"]["conversations"], 3);
    lines([1, 0, 2, 3]);
    made.refused(&[], "chats.jsonl:2: a1: the records of group a must stand in the order of seq");
    lines([0, 2, 1, 3]);
    made.refused(&[], "chats.jsonl:3: a2: the records of group a must stand together");
}

#[test]
fn data_that_is_brought_is_test_where_it_names_no_writer() {
    let made = Made::new();
    made.ask("espd", "language='en'\nsplits={dev=['d'],test=['t']}\ncounts={dev=5}");
    let both =
        |more: &str| ["a", "b"].map(|id| talk(id, &format!(r#""risk":{}{more}"#, u8::from(id == "a")), 4));
    made.put("mine.jsonl", &both("").join("\n"));
    let mine = made.path("mine.jsonl");
    made.run(&["--data", mine.to_str().unwrap()]).assert().success();
    assert_eq!(made.result()["data"]["test"]["conversations"], 2);
    made.put("mine.jsonl", &both(r#","writer":"x""#).join("\n"));
    made.refused(&["--data", mine.to_str().unwrap()], "mine.jsonl: no conversation is in dev or test");
}

#[test]
fn languages_gives_null_where_a_class_is_missing() {
    let made = Made::new();
    made.ask("languages", "other_than='en'");
    let lines = [("a", "fr", 1), ("b", "fr", 0), ("c", "de", 0), ("d", "en", 0)]
        .map(|(id, lang, risk)| talk(id, &format!(r#""lang":"{lang}","risk":{risk}"#), 12));
    let unknown = talk("e", r#""risk":0"#, 12);
    made.put("chats.jsonl", &[lines.join("\n"), unknown].join("\n"));
    made.run(&[]).assert().success();
    let result = made.result();
    assert_eq!(rows(&result, "languages/test"), ["de", "fr", "all"]);
    assert_eq!(cell(&result, "languages/test", "de", "AUROC, all scores")["value"], Value::Null);
    assert_eq!(cell(&result, "languages/test", "fr", "AUROC, all scores")["value"], 0.5);
    assert_eq!(result["skipped"]["in the language that this suite leaves out"], 1);
    assert_eq!(result["skipped"]["without a language"], 1);
}

#[test]
fn what_was_read_again_is_taken_over_after_an_interruption() {
    let made = Made::new();
    made.suite("length");
    let tables = made.result()["tables"].clone();
    // The page cannot be written, so the run counts as interrupted.
    made.run(&["--overwrite", "--html", "/nowhere/page.html"]).assert().code(2);
    let again = fs::read_to_string(made.path("result.again.jsonl")).unwrap();
    assert_eq!(again.lines().count(), 7 * 8);
    assert!(!again.contains("parcel"));
    made.put("result.again.jsonl", &again[..again.len() - 5]);
    made.run(&["--resume"])
        .assert()
        .success()
        .stdout(predicate::str::contains(format!("1 scored, {} taken over", 7 * 8 - 1 + 8)));
    assert_eq!(made.result()["tables"], tables);
    assert_eq!(fs::read_to_string(made.path("result.again.jsonl")).unwrap().lines().count(), 7 * 8);
}

#[test]
fn a_result_says_on_what_it_was_measured() {
    let made = Made::new();
    let result = made.suite("fairness");
    for key in ["at", "device", "precision"] {
        assert!(!result[key].as_str().unwrap().is_empty(), "{key}");
    }
    assert_eq!((&result["brought"], &result["limit"]), (&Value::Null, &Value::Null));
    let labels = |result: &Value| result["data"]["test"]["labels_sha256"].clone();
    // Other data than the suite's own, of which a key is not read.
    let text = fs::read_to_string(made.path("chats.jsonl")).unwrap();
    made.put("mine.jsonl", &text.replacen("\"onset\"", "\"onest\"", 1));
    made.put("ids.txt", "c0\nc1\nc2\nc3\n");
    let [mine, ids] = ["mine.jsonl", "ids.txt"].map(|name| made.path(name));
    let given = ["--data", mine.to_str().unwrap(), "--ids", ids.to_str().unwrap(), "--limit", "4"];
    made.run(&[&["--overwrite"], &given[..]].concat())
        .assert()
        .success()
        .stderr(predicate::str::contains("not read, and how many have them: onest (1)"));
    let other = made.result();
    assert_eq!((&other["brought"], &other["limit"]), (&"mine.jsonl".into(), &4.into()));
    assert_eq!(other["title"], "What the suite made asks, on other data: mine.jsonl");
    assert_eq!(other["files"]["ids.txt"].as_str().unwrap().len(), 64);
    assert_ne!(labels(&result), labels(&other), "an onset is gone");
    assert!(other["remarks"][0].as_str().unwrap().contains("onest (1)"));
}

#[test]
fn a_file_whose_hash_the_suite_names_is_that_file() {
    let made = Made::new();
    made.suite("benign");
    let hash = "0".repeat(64);
    made.ask("benign", &format!("from='Ask for it.'\nsha256={{'chats.jsonl'='{hash}'}}"));
    made.refused(&[], "chats.jsonl is not the file that the suite names: its SHA-256 differs. Ask for it.");
}

#[test]
fn every_suite_that_says_one_thing_of_many_rows_draws_them_with_intervals() {
    for (task, plot, series) in [
        ("fairness", "rows of fairness/test", "false alarms"),
        ("benign", "rows of benign", "false alarms"),
        ("robustness", "rows of attacks/test", "recall"),
        ("length", "curve of last/test", "AUROC"),
    ] {
        let result = Made::new().suite(task);
        let plots = result["plots"].as_array().unwrap();
        let found = plots.iter().find(|p| p["id"] == plot).unwrap_or_else(|| panic!("no plot {plot}"));
        let series = found["series"].as_array().unwrap().iter().find(|s| s["name"] == series).unwrap();
        let [points, band] = ["points", "band"].map(|key| series[key].as_array().unwrap().len());
        assert!(points > 0 && points == band, "{task}: {points} points, {band} intervals");
    }
}

#[test]
fn a_list_of_ids_says_what_is_measured() {
    let made = Made::new();
    made.suite("benign");
    let list = made.path("ids.txt");
    let with = |text: &str| {
        made.put("ids.txt", text);
        list.to_str().unwrap().to_owned()
    };
    let ids = with("c0\n\nc4\n");
    made.run(&["--overwrite", "--ids", &ids]).assert().success();
    let result = made.result();
    assert_eq!(result["data"]["test"]["conversations"], 2);
    assert_eq!(result["skipped"]["not in the list of --ids"], 6);
    made.refused(&["--ids", &with("c0\nc9\n")], "ids.txt:2: c9 is no conversation of");
    made.refused(&["--ids", &with("c0\nc0\n")], "ids.txt:2: c0 also stands in line 1");
    made.refused(&["--ids", &with("c0 c1\n")], "ids.txt:1: expected the id of one conversation");
    made.refused(&["--ids", &with("\n")], "ids.txt: no id in it");
}

#[test]
fn a_suite_says_what_its_data_lacks() {
    let made = Made::new();
    let put = |lines: &[String]| made.put("chats.jsonl", &lines.join("\n"));
    let harmless = [talk("a", r#""risk":0"#, 4), talk("b", r#""risk":0"#, 4)];
    for task in ["risk", "robustness", "fairness", "length", "quantization", "espd"] {
        made.ask(task, "");
        put(&harmless);
        made.refused(&[], "chats.jsonl: test holds one class only (0 of 2 conversations are risky)");
    }
    made.ask("turns", "");
    made.refused(&[], "test holds no risky conversation with an onset");
    made.ask("signals", "");
    made.refused(&[], "test holds no conversation whose messages are labelled");
    made.ask("benign", "");
    put(&[talk("a", r#""risk":1"#, 4)]);
    made.refused(&[], "no labelled conversation in");
    put(&[]);
    for task in ["risk", "turns", "signals", "espd", "languages", "benign", "fairness"] {
        made.ask(task, "");
        made.refused(&[], "no labelled conversation in");
    }
    put(&[talk("a", r#""risk":0"#, 4), talk("a", r#""risk":0"#, 4)]);
    made.refused(&[], "chats.jsonl:2: a also stands in");
}

#[test]
fn agreement_is_full_with_oneself_and_names_labels_that_do_not_fit() {
    let made = Made::new();
    made.put(
        "chats/talk-w1.chat",
        "=== talk-w1-001 risky\nscenario: x\ntarget: adult | starts: A\npatterns: fraud\nconcern: A\nonset: 1\n---\nA p| where do you bank\nA $| send me the fee then\n\n\
         === talk-w1-002 benign\nscenario: y\ntarget: adult | starts: A\n---\nA| hello there\nB m| see you at six\n",
    );
    let same = r#"{"id":"talk-w1-001","risk":1,"patterns":["fraud"],"person_of_concern":["A"],"onset":1,"signals":[["probing"],["money"]]}"#;
    let other = r#"{"id":"talk-w1-002","risk":0,"patterns":[],"person_of_concern":[],"onset":null,"signals":[[],["meeting"]]}"#;
    made.put("second.jsonl", &format!("{same}\n{other}\n"));
    let run = || {
        let mut command = made.rushlight();
        command.args(["eval", "agreement", "--md"]).arg(made.path("chats")).arg(made.path("second.jsonl"));
        command
    };
    run().assert().success().stdout(
        predicate::str::contains("| risk | 2 | 1.000")
            .and(predicate::str::contains("| signal money | 4 | 1.000"))
            // Of one group, which says next to nothing.
            .and(predicate::str::contains("| onset, the same | 1 |  |  |  | 1.000 (0.000 to 1.000) |")),
    );
    made.put("second.jsonl", &same.replace("[[\"probing\"],", "["));
    run().assert().code(2).stderr(predicate::str::contains(
        "second.jsonl:1: talk-w1-001: signals of 1 messages where it has 2",
    ));
    made.put("second.jsonl", &other.replace("talk-w1-002", "talk-w1-009"));
    run().assert().code(2).stderr(predicate::str::contains("talk-w1-009 is no conversation here"));
}
