//! `rushlight eval` as researchers meet it: the notation agrees with the compiler's, bad input is named, results compare.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use tempfile::TempDir;

fn rushlight() -> Command {
    let mut command = Command::cargo_bin("rushlight").unwrap();
    command.env_remove("RUSHLIGHT_MODELS").current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Small talk with labels; two groups of twins a split.
fn record(id: &str, group: &str, writer: &str, risk: u8) -> String {
    let concern = if risk == 1 { r#","person_of_concern":["A"],"onset":1"# } else { "" };
    format!(
        r#"{{"id":"{id}","lang":"en","group":"{group}","writer":"{writer}","risk":{risk}{concern},"messages":[{{"speaker":"A","time":null,"text":"did the parcel come to your house today"}},{{"speaker":"B","time":null,"text":"yes it is on the table in the hall"}},{{"speaker":"A","time":null,"text":"good, see you at the weekend then {id}"}}]}}"#
    )
}

struct Made {
    dir: TempDir,
}

impl Made {
    fn new(lines: &[String]) -> Self {
        let dir = TempDir::new().unwrap();
        let suite = "name='made'\nversion=1\ntitle='made up'\ntask='risk'\nprevalence=0.01\nseed=1\nresamples=2000\nbudgets=[0.1]\n[data]\npath='chats.jsonl'\nsplits={dev=['d'],test=['t']}\n";
        fs::write(dir.path().join("suite.toml"), suite).unwrap();
        fs::write(dir.path().join("chats.jsonl"), lines.join("\n")).unwrap();
        Self { dir }
    }

    fn sound() -> Self {
        let lines = [
            ("a", "1", "d", 1),
            ("b", "1", "d", 0),
            ("c", "2", "t", 1),
            ("e", "2", "t", 0),
            ("f", "3", "t", 0),
        ];
        Self::new(&lines.map(|(id, group, writer, risk)| record(id, group, writer, risk)))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self) -> Command {
        let mut command = rushlight();
        command.arg("eval").arg(self.dir.path());
        command
    }
}

fn refused(lines: &[String], says: &[&str]) {
    let made = Made::new(lines);
    let mut found = made.run().assert().failure();
    for word in says {
        found = found.stderr(predicate::str::contains(*word));
    }
    found.stderr(predicate::str::contains("parcel").not());
}

#[test]
fn bad_data_is_refused_by_id_and_place() {
    let good = record("b", "2", "d", 0);
    refused(&[record("a", "1", "d", 1), record("a", "1", "d", 0)], &["a also stands in", "chats.jsonl:2"]);
    refused(
        &[record("a", "1", "d", 1), record("b", "1", "t", 0)],
        &["chats.jsonl:2: group 1 straddles splits", "b is in test and a in dev", "chats.jsonl:1"],
    );
    refused(std::slice::from_ref(&good), &["one class only"]);
    refused(&[], &["no labelled conversation"]);
    refused(&[record("a", "1", "d", 1).replace("\"onset\":1", "\"onset\":9")], &["a: onset must be"]);
    refused(&[record("a", "1", "d", 1).replace("[\"A\"]", "[\"Z\"]")], &["a: person_of_concern is nobody"]);
    let some = good.replacen("\"time\":null", "\"time\":null,\"signals\":[]", 1);
    refused(&[some], &["b: signals stand on some messages only"]);
    refused(&["{\"id\":1".to_owned()], &["chats.jsonl:1", "not a labelled conversation"]);
    refused(
        &[good.replace("\"risk\":0", "\"risk\":true")],
        &["chats.jsonl:1: b: \"risk\" does not hold what it should (0 or 1)"],
    );
    refused(&[good.replace("\"id\":\"b\"", "\"id\":\"\"")], &["chats.jsonl:1: a conversation without an id"]);
    let named = good.replace("\"risk\":0", "\"risk\":0,\"patterns\":[\"grooming\"]");
    refused(&[named], &["b: a harmless conversation has no patterns"]);
    let odd = good.replacen("\"time\":null", "\"time\":null,\"signals\":[\"lurre\"]", 1);
    refused(&[odd], &["chats.jsonl:1: b: there is no label called \"lurre\""]);
}

#[test]
fn scores_from_elsewhere_are_checked() {
    let made = Made::sound();
    let scores = made.path("scores.jsonl");
    let line = |id: &str, score: &str| format!("{{\"id\":\"{id}\",\"score\":{score}}}\n");
    let cases = [
        (
            line("a", "NaN") + &["b", "c", "e", "f"].map(|i| line(i, "0")).concat(),
            "a: it needs \"score\", a finite number",
        ),
        (line("a", "1") + &line("a", "2"), "a stands there twice"),
        (line("a", "1"), "no score for b"),
        (
            "{\"id\":\"a\",\"score\":1,\"messages\":[1]}\n".to_owned()
                + &["b", "c", "e", "f"].map(|i| line(i, "0")).concat(),
            "a: scores for 1 messages where it has 3",
        ),
        (
            "{\"id\":\"a\",\"score\":1,\"messages\":[0,0,0.5]}\n".to_owned()
                + &["b", "c", "e", "f"].map(|i| line(i, "0")).concat(),
            "a: the score after its last message is not its \"score\"",
        ),
    ];
    let taken = made.path("keywords.jsonl");
    fs::write(&taken, "").unwrap();
    made.run()
        .arg("--scores")
        .arg(&taken)
        .assert()
        .code(2)
        .stderr(predicate::str::contains("stands there anyway"));
    for (text, says) in cases {
        fs::write(&scores, text).unwrap();
        made.run().arg("--scores").arg(&scores).assert().failure().stderr(predicate::str::contains(says));
    }
}

#[test]
fn another_system_gets_texts_without_labels_and_stands_beside_ours_under_its_own_name() {
    let made = Made::sound();
    let (texts, theirs, out) = (made.path("texts.jsonl"), made.path("theirs.jsonl"), made.path("a.json"));
    made.run().arg("--texts").arg(&texts).assert().success();
    made.run().arg("--texts").arg(&texts).assert().code(2).stderr(predicate::str::contains("a new file"));
    let written = fs::read_to_string(&texts).unwrap();
    assert!(written.lines().count() == 5 && written.contains("parcel"));
    assert!(!written.contains("risk") && !written.contains("onset") && !written.contains("concern"));
    made.run().arg("--out").arg(&out).assert().success();
    // What `score` writes of these texts is scores, too.
    rushlight().arg("score").arg(&texts).arg("--out").arg(&theirs).assert().success();
    made.run()
        .arg("--scores")
        .arg(&theirs)
        .arg("--out")
        .arg(&out)
        .arg("--resume")
        .assert()
        .success()
        .stderr(predicate::str::contains("changed thresholds").not());
    let result: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    let table = result["tables"].as_array().unwrap().iter().find(|t| t["id"] == "differences/test").unwrap();
    let row = table["rows"].as_array().unwrap().iter().find(|r| r["name"] == "rushlight − theirs").unwrap();
    assert_eq!(row["cells"]["AUROC"]["value"], 0.0);
    // The same scores, compared with the result; and others, which raise no alarms and are no probabilities.
    let compare = |a: &Path, b: &Path, gate: &str| {
        rushlight().args(["eval", "compare"]).args([a, b]).args(["--fail-if-worse", gate]).assert()
    };
    compare(&out, &theirs, "test/fpr:0").code(0);
    fs::write(
        &texts,
        ["a", "b", "c", "e", "f"].map(|i| format!("{{\"id\":\"{i}\",\"score\":-2}}\n")).concat(),
    )
    .unwrap();
    compare(&texts, &out, "test/brier:1").code(2).stderr(predicate::str::contains("has no such number"));
    // Its alarms are those of its best F1 on dev, as where it stands beside ours.
    compare(&out, &texts, "test/fpr:0.5")
        .code(4)
        .stderr(predicate::str::contains("alarms from -2.0000 on, its best F1 on dev"));
    compare(&texts, &theirs, "test/fpr:1").code(2).stderr(predicate::str::contains("must be a result"));
    fs::write(&texts, "{\"id\":\"a\",\"score\":1}\n").unwrap();
    compare(&out, &texts, "test/fpr:1").code(2).stderr(predicate::str::contains("no score for b"));
}

#[test]
fn suites_are_listed_and_an_unknown_one_is_answered_with_the_list() {
    rushlight().arg("eval").assert().success().stdout(predicate::str::contains("robustness"));
    rushlight().args(["eval", "corpu"]).assert().failure().stderr(predicate::str::contains("fairness"));
    let made = Made::sound();
    let suite = fs::read_to_string(made.path("suite.toml")).unwrap();
    for (from, to, says) in [
        ("test=['t']", "tset=['t']", "no split is called \"tset\""),
        ("test=['t']", "test=['d']", "writer d stands in dev and in test"),
        ("[0.1]", "[10]", "budgets are shares"),
    ] {
        fs::write(made.path("suite.toml"), suite.replace(from, to)).unwrap();
        made.run().assert().failure().stderr(predicate::str::contains(says));
    }
}

#[test]
fn no_false_alarm_among_few_is_bounded_by_three_over_the_harmless_groups() {
    let mut lines: Vec<String> =
        (0..12).map(|i| record(&format!("h{i}"), &format!("h{}", i / 2), "t", 0)).collect();
    lines.extend([record("a", "1", "d", 1), record("b", "1", "d", 0), record("c", "2", "t", 1)]);
    let made = Made::new(&lines);
    let out = made.path("a.json");
    made.run().arg("--out").arg(&out).assert().success();
    let result: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    let table = result["tables"].as_array().unwrap().iter().find(|t| t["id"] == "thresholds/test").unwrap();
    let row = table["rows"].as_array().unwrap().iter().find(|r| r["name"] == "rushlight, look").unwrap();
    let rate = &row["cells"]["FPR"];
    assert_eq!((&rate["value"], &rate["high"], &rate["n"]), (&0.0.into(), &0.5.into(), &12.into()));
}

#[test]
fn a_result_describes_itself_resumes_and_compares() {
    let made = Made::sound();
    let (out, html, md) = (made.path("a.json"), made.path("a.html"), made.path("a.md"));
    made.run().arg("--out").arg(&out).arg("--html").arg(&html).arg("--md").arg(&md).assert().success();
    let result: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(result["data"]["test"]["conversations"], 3);
    assert_eq!(result["readings"].as_array().unwrap().len(), 1);
    let page = fs::read_to_string(&html).unwrap();
    assert!(page.contains("<svg") && !page.contains("http") && !page.contains("parcel"));
    // A broken last line, as after an interruption, is scored again; the rest is taken over.
    let side = made.path("a.scores.jsonl");
    let text = fs::read_to_string(&side).unwrap();
    fs::write(&side, &text[..text.len() - 40]).unwrap();
    made.run().arg("--out").arg(&out).assert().failure().stderr(predicate::str::contains("--resume"));
    made.run()
        .arg("--out")
        .arg(&out)
        .arg("--resume")
        .assert()
        .success()
        .stdout(predicate::str::contains("1 scored, 4 taken over"));
    assert_eq!(fs::read_to_string(&side).unwrap(), text);
    // Cut off within the very first line.
    fs::write(&side, &text[..60]).unwrap();
    made.run().arg("--out").arg(&out).arg("--resume").assert().success();
    assert_eq!(fs::read_to_string(&side).unwrap(), text);
    let result: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(
        (&result["readings"][1]["changed"], result["readings"].as_array().unwrap().len()),
        (&false.into(), 3)
    );
    let compare = |gate: &str| {
        let mut command = rushlight();
        command.args(["eval", "compare"]).arg(&out).arg(&out).args(["--fail-if-worse", gate]);
        command
    };
    // A system less itself is nothing, with an interval of nothing.
    let itself = compare("test/auroc:0.01").assert().code(0);
    itself.stdout(
        predicate::str::contains("n 2")
            .and(predicate::str::is_match("test/recall_at_fpr_5 .* 0.0000 \\(0.0000 to 0.0000\\)").unwrap()),
    );
    compare("test/nothing:0.01").assert().code(2).stdout("");
    // The same result with scores that are wrong throughout.
    let (other, worse) = (made.path("b.json"), made.path("b.scores.jsonl"));
    fs::copy(&out, &other).unwrap();
    let wrong = |line: &str| {
        let mut v: serde_json::Value = serde_json::from_str(line).unwrap();
        v["score"] = if v["label"] == true { 0.0.into() } else { 1.0.into() };
        format!("{v}\n")
    };
    fs::write(&worse, text.lines().map(wrong).collect::<String>()).unwrap();
    let gate = |metric: &str| {
        let mut command = rushlight();
        command.args(["eval", "compare"]).arg(&out).arg(&other).args(["--fail-if-worse", metric]);
        command
    };
    gate("test/brier:0.01").assert().code(4).stdout(predicate::str::contains("worse by more than 0.01"));
    gate("test/brier:1").assert().code(0);
    for delta in ["NaN", "-0.01"] {
        let refused = compare(&format!("test/auroc:{delta}")).assert().code(2);
        refused.stderr(predicate::str::contains("DELTA must be a number, 0 or more"));
    }
    for (from, to, says) in [
        (text.lines().next().unwrap(), "", "where the result has"),
        ("\"score\":0.", "\"score\":7.", "no probability"),
        ("\"id\":\"b\"", "\"id\":\"a\"", "a stands there twice"),
        ("\"model\":\"", "\"model\":\"0", "of another model"),
    ] {
        let other = text.replacen(from, to, 1);
        fs::write(&side, other.trim_start()).unwrap();
        compare("test/auroc:0").assert().code(2).stderr(predicate::str::contains(says));
    }
}

#[test]
fn the_notation_reads_as_the_compiler_compiles_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = Made::sound();
    let compiled = made.path("corpus.jsonl");
    let python = std::process::Command::new("python3")
        .current_dir(root)
        .args(["scripts/corpus/compile.py", "--out"])
        .arg(&compiled)
        .arg("eval/corpus/chats/patient-w9-02.chat")
        .status();
    if !python.is_ok_and(|s| s.success()) {
        eprintln!(
            "SKIPPED: python3 is not installed or could not compile, so the two readers were not compared"
        );
        return;
    }
    let folder = made.path("chats");
    fs::create_dir(&folder).unwrap();
    fs::copy(root.join("eval/corpus/chats/patient-w9-02.chat"), folder.join("patient-w9-02.chat")).unwrap();
    let suite = fs::read_to_string(made.path("suite.toml"))
        .unwrap()
        .replace("{dev=['d'],test=['t']}", "{test=['w9']}");
    fs::write(made.path("suite.toml"), suite).unwrap();
    let hashes = |data: &Path, out: &str| {
        made.run().arg("--data").arg(data).arg("--out").arg(made.path(out)).assert().success();
        let text = fs::read_to_string(made.path(out).with_extension("scores.jsonl")).unwrap();
        let pick = |l: &str| {
            let v: serde_json::Value = serde_json::from_str(l).unwrap();
            (v["id"].to_string(), v["sha256"].to_string())
        };
        text.lines().map(pick).collect::<std::collections::BTreeMap<_, _>>()
    };
    let (ours, theirs) = (hashes(&folder, "n.json"), hashes(&compiled, "c.json"));
    assert!(!ours.is_empty());
    assert_eq!(ours, theirs);
}

#[test]
fn what_is_written_replaces_nothing_that_is_read_or_is_not_its_own() {
    let made = Made::sound();
    let (labels, report, out) = (made.path("chats.jsonl"), made.path("a.md"), made.path("a.json"));
    let before = fs::read(&labels).unwrap();
    let run = |args: &[&str]| made.run().current_dir(made.dir.path()).args(args).assert();
    run(&["--md", "chats.jsonl", "--overwrite"])
        .code(2)
        .stderr(predicate::str::contains("to be read and to be"));
    run(&["--md", "a.md", "--html", "./a.md"])
        .code(2)
        .stderr(predicate::str::contains("to be written twice"));
    fs::write(&report, "notes of mine").unwrap();
    run(&["--md", "a.md"]).code(2).stderr(predicate::str::contains("give --overwrite"));
    run(&["--md", "a.md", "--overwrite"])
        .code(2)
        .stderr(predicate::str::contains("something else than a report"));
    fs::remove_file(&report).unwrap();
    run(&["--out", "a.json", "--md", "a.md"]).success();
    run(&["--out", "a.json", "--md", "a.md", "--overwrite"]).success();
    // The scores beside it are read, or are no scores.
    let side = made.path("a.scores.jsonl");
    run(&["--out", "a.json", "--overwrite", "--scores", "a.scores.jsonl"])
        .code(2)
        .stderr(predicate::str::contains("to be read and to be written"));
    let scores = fs::read_to_string(&side).unwrap();
    fs::write(&side, scores.clone() + scores.lines().next().unwrap() + "\n").unwrap();
    run(&["--out", "a.json", "--resume"]).code(2).stderr(predicate::str::contains("earlier line"));
    fs::write(&side, "{\"id\":\"a\",\"risk\":1}\n").unwrap();
    run(&["--out", "a.json", "--overwrite"])
        .code(2)
        .stderr(predicate::str::contains("something else than scores"));
    assert!(side.is_file() && out.is_file());
    fs::write(&side, &scores).unwrap();
    let held = fs::File::open(&side).unwrap();
    held.lock().unwrap();
    run(&["--out", "a.json", "--resume"]).code(2).stderr(predicate::str::contains("another run is writing"));
    assert_eq!(fs::read(&labels).unwrap(), before);
}

#[test]
fn scores_of_unknown_conversations_are_refused_and_a_part_of_the_data_is_measured() {
    let made = Made::sound();
    let (scores, out) = (made.path("theirs.jsonl"), made.path("a.json"));
    let line = |id: &str| format!("{{\"id\":\"{id}\",\"score\":0.5}}\n");
    fs::write(&scores, ["a", "b", "c", "e", "f", "zz"].map(line).concat()).unwrap();
    let strange = || predicate::str::contains("zz is no conversation of");
    made.run().arg("--scores").arg(&scores).assert().code(2).stderr(strange());
    let suite = fs::read_to_string(made.path("suite.toml")).unwrap() + "counts={dev=2,test=3}\n";
    fs::write(made.path("suite.toml"), suite).unwrap();
    made.run().arg("--out").arg(&out).assert().success();
    rushlight().args(["eval", "compare"]).args([&out, &scores]).assert().code(2).stderr(strange());
    fs::write(made.path("ids.txt"), "a\nb\nc\ne\n").unwrap();
    let part = made.run().arg("--ids").arg(made.path("ids.txt")).assert().success();
    part.stdout(predicate::str::contains("1 set aside: not in the list of --ids"));
}
