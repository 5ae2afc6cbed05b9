//! The suites beside `corpus`: each gives the tables it promises, and names what is wrong with its data.

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

    /// A suite of a few conversations, all in test.
    fn suite(&self, task: &str) -> Value {
        self.put(
            "suite.toml",
            &format!(
                "name='made'\nversion=1\ntitle='made up'\ntask='{task}'\nprevalence=0.01\nseed=1\nresamples=2000\n[data]\npath='chats.jsonl'\n\
                 [[subgroups]]\nname='formal'\nnote='register'\nany=['formal']\n"
            ),
        );
        let record = |i: usize| {
            let risk = i % 2;
            let rest = if risk == 1 { r#","person_of_concern":["A"],"onset":2"# } else { "" };
            let register = if i < 4 { "rather formal" } else { "informal slang" };
            let message =
                |who: &str, text: &str| format!(r#"{{"speaker":"{who}","time":null,"text":"{text} {i}"}}"#);
            format!(
                r#"{{"id":"c{i}","lang":"en","group":"g{i}","risk":{risk}{rest},"notes":{{"register":"{register}"}},"messages":[{},{},{},{}]}}"#,
                message("A", "did the parcel come to your house today"),
                message("B", "yes it stands on the table in the hall"),
                message("A", "then send the papers to me tonight please"),
                message("B", "certainly, right after supper then"),
            )
        };
        self.put("chats.jsonl", &(0..8).map(record).collect::<Vec<_>>().join("\n"));
        let out = self.path("result.json");
        self.rushlight()
            .arg("eval")
            .arg(self.dir.path())
            .arg("--out")
            .arg(&out)
            .arg("--overwrite")
            .assert()
            .success();
        serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap()
    }
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
fn robustness_has_a_row_for_every_attack_and_renaming_changes_nothing() {
    let result = Made::new().suite("robustness");
    assert_eq!(rows(&result, "attacks/test").len(), 17);
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

const PAN: &str = r#"<conversations>
<conversation id="one"><message line="1"><author>aaa</author><time>10:00</time><text>did the parcel come to your house today</text></message>
<message line="2"><author>bbb</author><time>10:01</time><text>yes it stands on the table in the hall</text></message></conversation>
<conversation id="two"><message line="1"><author>ccc</author><time>11:00</time><text>see you at the weekend then, bring a friend along</text></message>
<message line="2"><author>ddd</author><time>11:01</time><text>certainly, right after supper, with the children</text></message></conversation>
</conversations>"#;

#[test]
fn pan12_divides_by_every_id_of_the_list_and_goes_on_after_an_interruption() {
    let made = Made::new();
    made.put("pan/corpus.xml", PAN);
    made.put("pan/predators.txt", "aaa\nzzz\n");
    made.put("pan/lines.txt", "one\t1\nelsewhere\t7\n");
    let out = made.path("result.json");
    let run = |more: &[&str]| {
        let mut command = made.rushlight();
        command.args(["eval", "pan12", "--data"]).arg(made.path("pan")).arg("--out").arg(&out).args(more);
        command
    };
    run(&[]).assert().success();
    let read = || -> Value { serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap() };
    let first = read();
    assert_eq!(first["data"]["test"]["risky"], 1);
    assert_eq!(cell(&first, "authors", "rushlight", "recall")["n"], 2);
    assert_eq!(cell(&first, "lines", "rushlight", "recall")["n"], 1);
    let side = made.path("result.scores.jsonl");
    let text = fs::read_to_string(&side).unwrap();
    assert!(!text.contains("parcel"));
    fs::write(&side, &text[..text.len() - 30]).unwrap();
    run(&["--resume"]).assert().success().stdout(predicate::str::contains("1 scored, 1 taken over"));
    assert_eq!(read()["tables"], first["tables"]);
}

#[test]
fn pan12_says_what_its_folder_lacks() {
    let made = Made::new();
    let run = || {
        let mut command = made.rushlight();
        command.args(["eval", "pan12", "--data"]).arg(made.path("pan"));
        command
    };
    made.put("pan/predators.txt", "aaa\n");
    run().assert().code(2).stderr(predicate::str::contains("expected one .xml file"));
    made.put("pan/corpus.xml", PAN);
    made.put("pan/predators.txt", "aaa 1 2\n");
    run().assert().code(2).stderr(predicate::str::contains("predators.txt:1: expected an author's id"));
    made.put("pan/predators.txt", "\n");
    run().assert().code(2).stderr(predicate::str::contains("no list of predators"));
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
            .and(predicate::str::contains("| signal money | 4 | 1.000")),
    );
    made.put("second.jsonl", &same.replace("[[\"probing\"],", "["));
    run().assert().code(2).stderr(predicate::str::contains(
        "second.jsonl:1: talk-w1-001: signals of 1 messages where it has 2",
    ));
    made.put("second.jsonl", &other.replace("talk-w1-002", "talk-w1-009"));
    run().assert().code(2).stderr(predicate::str::contains("talk-w1-009 is no conversation here"));
}
