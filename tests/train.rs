//! `rushlight train` as a researcher meets it: a folder that works, the same bytes again, and refusals that lose nothing.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use tempfile::TempDir;

const MODEL: &str = "models/rushlight-small";

fn rushlight() -> Command {
    let mut command = Command::cargo_bin("rushlight").unwrap();
    command.env_remove("RUSHLIGHT_MODELS").current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Small talk, and small talk that turns to vouchers; every conversation with words of its own.
fn labels(n: usize) -> String {
    let words = ["kettle", "garden", "ladder", "museum", "violin", "bakery", "puzzle", "tandem"];
    let line = |i: usize| {
        let (risky, word, other) = (i % 2 == 1, words[i % 8], words[(i / 8) % 8]);
        let turn = if risky { "send the voucher codes or else" } else { "see you there, bring a friend" };
        let rest = if risky {
            r#","person_of_concern":["A"],"onset":2,"patterns":["extortion"]"#
        } else {
            r#","person_of_concern":[],"patterns":[]"#
        };
        let text = |t: &str| format!(r#"{{"speaker":"A","time":null,"text":"{t}","signals":[]}}"#);
        let answer = text(&format!("what do you mean, {i}")).replace("\"A\"", "\"B\"");
        format!(
            r#"{{"id":"c{i}","lang":"en","group":"g{i}","risk":{}{rest},"messages":[{},{answer},{}]}}"#,
            u8::from(risky),
            text(&format!("did you see the {word} by the {other} number {i}")),
            text(&format!("{turn} {word}{i}")),
        )
    };
    (0..n).map(line).collect::<Vec<_>>().join("\n") + "\n"
}

struct Made {
    dir: TempDir,
}

impl Made {
    fn new(n: usize) -> Self {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("labels.jsonl"), labels(n)).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn train(&self, out: &str) -> Command {
        let mut command = rushlight();
        command.args(["train", "--model", MODEL, "--passes", "2", "--labels"]);
        command.arg(self.path("labels.jsonl")).arg("--out").arg(self.path(out));
        command
    }
}

fn head(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("head.safetensors")).unwrap()
}

#[test]
fn a_refitted_model_is_a_model_and_made_the_same_way_twice() {
    let made = Made::new(48);
    made.train("one").assert().success().stdout(predicate::str::contains("AUROC"));
    made.train("two").env("RAYON_NUM_THREADS", "1").assert().success();
    let (one, two) = (made.path("one"), made.path("two"));
    assert!(head(&one) == head(&two), "the same labels and settings gave other weights");
    assert!(head(&one) != head(Path::new(MODEL)), "nothing was learnt");
    rushlight()
        .args(["models", "show"])
        .arg(&one)
        .assert()
        .success()
        .stdout(predicate::str::contains("+refit"));
    rushlight()
        .args(["check", "--format", "json", "--model"])
        .arg(&one)
        .arg("examples/new-team.txt")
        .assert()
        .success();
    let files: Vec<_> =
        fs::read_dir(&one).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!files.iter().any(|f| f.contains("checkpoint")), "{files:?}");
    for card in ["model.toml", "CARD.md"] {
        let text = fs::read_to_string(one.join(card)).unwrap();
        assert!(!text.contains("voucher") && text.contains("48"), "{card}");
    }
}

#[test]
fn what_words_weigh_stays_as_it_is_and_goes_where_the_head_is_made_anew() {
    let words = |folder: &Path| {
        let bytes = head(folder);
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        file.tensor("words.weight").ok().map(|tensor| tensor.data().to_vec())
    };
    let made = Made::new(48);
    made.train("kept").assert().success();
    made.train("anew").arg("--anew").assert().success();
    let own = words(Path::new(MODEL));
    assert!(own.is_some(), "the shipped model weighs words");
    assert!(words(&made.path("kept")) == own);
    assert!(words(&made.path("anew")).is_none());
}

#[test]
fn what_stands_in_the_way_is_named_and_kept() {
    let made = Made::new(48);
    fs::create_dir(made.path("full")).unwrap();
    fs::write(made.path("full/notes.txt"), "mine").unwrap();
    made.train("full").assert().code(2).stderr(predicate::str::contains("not empty"));
    made.train("full")
        .arg("--overwrite")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("not a model folder"));
    made.train("full")
        .arg("--resume")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no interrupted run"));
    assert_eq!(fs::read_to_string(made.path("full/notes.txt")).unwrap(), "mine");
}

#[test]
fn labels_that_will_not_do_are_refused_by_place_without_their_words() {
    let made = Made::new(8);
    let groups = "8 conversations, 4 of them risky, in 8 groups: 4 with a risky one and 4 without";
    made.train("out").assert().code(2).stderr(predicate::str::contains(groups));
    made.train("labels.jsonl").assert().code(2).stderr(predicate::str::contains("is a file; --out names"));
    made.train("none").args(["--passes", "0"]).assert().code(2);
    fs::write(made.path("labels.jsonl"), labels(48).replacen("\"risk\":1", "\"risk\":7", 1)).unwrap();
    let says =
        predicate::str::contains("c1: risk must be 0 or 1").and(predicate::str::contains("voucher").not());
    made.train("other").assert().code(2).stderr(says);
    made.train("third")
        .args(["--dev", "0.6", "--held-out", "0.6"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--dev"));
}

/// `train --folds` on labels.
fn folds(made: &Made, more: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = rushlight();
    command.args(["train", "--model"]).arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(MODEL));
    command.args(["--passes", "1", "--labels"]).arg(made.path("labels.jsonl"));
    command.current_dir(made.dir.path()).args(more).assert()
}

#[test]
fn folds_have_a_row_for_each_share_of_the_labels_and_write_nothing_that_is_not_asked_for() {
    let made = Made::new(48);
    let rows = ["the model as it is", "an eighth of what", "a quarter", "half", "all of it"];
    let mut found = folds(&made, &["--folds", "3"]).success();
    for row in rows {
        found = found.stdout(predicate::str::contains(row));
    }
    assert_eq!(fs::read_dir(made.dir.path()).unwrap().count(), 1, "only the labels are there");
    folds(&made, &["--folds", "2"])
        .code(2)
        .stderr(predicate::str::contains("two would leave nothing to learn from"));
}

#[test]
fn folds_write_a_result_that_describes_itself_goes_on_and_compares() {
    let made = Made::new(48);
    let run = ["--folds", "3", "--out", "folds.json", "--html", "folds.html", "--md", "folds.md"];
    folds(&made, &run).success();
    let read = || -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(made.path("folds.json")).unwrap()).unwrap()
    };
    let first = read();
    assert_eq!((&first["settings"]["folds"], &first["seed"]), (&"3".into(), &1.into()));
    assert_eq!(first["data"]["folds"]["conversations"], 48);
    assert_eq!(first["files"]["labels.jsonl"].as_str().unwrap().len(), 64);
    let table = &first["tables"][0];
    assert_eq!(table["rows"].as_array().unwrap().len(), 7, "five heads and two differences");
    assert_eq!(table["rows"][4]["cells"]["AUROC"]["n"], 48);
    let curve = &first["plots"][0];
    assert_eq!(curve["series"][0]["points"].as_array().unwrap().len(), 4);
    assert!(
        curve["series"][0]["points"][0][0].as_f64().unwrap()
            < curve["series"][0]["points"][3][0].as_f64().unwrap()
    );
    let page = fs::read_to_string(made.path("folds.html")).unwrap();
    assert!(page.contains("Learning curve") && page.contains("<svg") && !page.contains("voucher"));
    assert!(fs::read_to_string(made.path("folds.md")).unwrap().contains("settings: folds 3"));
    // Five readings of each conversation; those of a torn end are made again, and give the same.
    let again = fs::read_to_string(made.path("folds.again.jsonl")).unwrap();
    assert_eq!((again.lines().count(), again.contains("voucher")), (5 * 48, false));
    fs::write(made.path("folds.again.jsonl"), &again[..again.len() - 40]).unwrap();
    folds(&made, &run[..4]).code(2).stderr(predicate::str::contains("folds.json exists; give --resume"));
    let resumed = [&run[..], &["--resume"]].concat();
    folds(&made, &resumed).success().stdout(predicate::str::contains("16 scored, 224 taken over"));
    assert_eq!(read()["tables"], first["tables"]);
    let mut lines: Vec<String> =
        fs::read_to_string(made.path("folds.again.jsonl")).unwrap().lines().map(str::to_owned).collect();
    let mut before: Vec<String> = again.lines().map(str::to_owned).collect();
    lines.sort();
    before.sort();
    assert_eq!(lines, before);
    // Other settings are another run.
    folds(&made, &[&resumed[..], &["--rate", "0.001"]].concat())
        .code(2)
        .stderr(predicate::str::contains("or for another suite"));
    let compare = |gate: &str| {
        let mut command = rushlight();
        command.args(["eval", "compare"]).args([made.path("folds.json"), made.path("folds.json")]);
        command.args(["--fail-if-worse", gate]).assert()
    };
    for gate in ["folds/auroc:0", "folds/fpr:0", "folds/a quarter/recall:0", "folds/as it is/auprc:0"] {
        compare(gate).code(0);
    }
    // What a model is written to is a folder, and a result a file.
    folds(&made, &["--folds", "3", "--out", "folder"])
        .code(2)
        .stderr(predicate::str::contains("must end in .json"));
    folds(&made, &["--folds", "3", "--out", "labels.json", "--html", "labels.jsonl", "--overwrite"])
        .code(2)
        .stderr(predicate::str::contains("is to be read and to be written"));
}

/// A decoder that knows nothing, with a vocabulary of its own.
fn backbone(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/engine").join(name)
}

#[test]
fn a_decoder_and_ones_own_labels_make_a_model_that_reads_chats() {
    for name in ["tiny-llama.gguf", "tiny-qwen3.gguf"] {
        let made = Made::new(48);
        let train = |out: &str| {
            let mut command = rushlight();
            command.args(["train", "--passes", "2", "--backbone"]).arg(backbone(name)).arg("--labels");
            command.arg(made.path("labels.jsonl")).arg("--out").arg(made.path(out));
            command
        };
        train("mine").assert().success().stdout(predicate::str::contains("AUROC"));
        train("again").env("RAYON_NUM_THREADS", "1").assert().success();
        let mine = made.path("mine");
        assert!(head(&mine) == head(&made.path("again")), "{name}: the same labels gave other weights");
        assert!(!mine.join("tokenizer.json").exists());
        let card = fs::read_to_string(mine.join("model.toml")).unwrap();
        assert!(card.contains("[template]") && card.contains("\"turns\""), "{card}");
        let check = |folder: &Path| {
            let mut command = rushlight();
            command.args(["check", "--format", "json", "--model"]).arg(folder).arg("examples/new-team.txt");
            command
        };
        check(&mine).assert().success().stdout(predicate::str::contains("\"risk\""));
        // A model of it is a model like any other: it can be the start of the next.
        let mut refit = rushlight();
        refit.args(["train", "--passes", "1", "--model"]).arg(&mine).arg("--labels");
        refit.arg(made.path("labels.jsonl")).arg("--out").arg(made.path("next")).assert().success();
        check(&made.path("next")).assert().success();
        // Another template, and the head would read what it was not trained on.
        let hash = card.lines().find(|line| line.starts_with("sha256")).unwrap();
        fs::write(mine.join("model.toml"), card.replace(hash, &format!("sha256 = \"{}\"", "0".repeat(64))))
            .unwrap();
        check(&mine).assert().code(2).stderr(predicate::str::contains("template"));
    }
}

#[test]
fn backbones_that_will_not_do_are_named() {
    let made = Made::new(8);
    let refuses = |args: &[&str], gguf: PathBuf, naming: &str| {
        let mut command = rushlight();
        command
            .arg("train")
            .args(args)
            .arg("--backbone")
            .arg(gguf)
            .arg("--labels")
            .arg(made.path("labels.jsonl"));
        command.arg("--out").arg(made.path("out")).assert().code(2).stderr(predicate::str::contains(naming));
        assert!(!made.path("out").exists());
    };
    refuses(&[], made.path("none.gguf"), "none.gguf");
    refuses(&[], made.path("labels.jsonl"), "not a readable GGUF");
    refuses(&[], backbone("tiny-f32.gguf"), "tokenizer.json");
    refuses(&["--model", "x"], backbone("tiny-llama.gguf"), "cannot be used with");
    // The tokenizer of another model: it knows more tokens, and other ones.
    refuses(
        &["--tokenizer", "models/rushlight-small/tokenizer.json"],
        backbone("tiny-llama.gguf"),
        "tokenizer",
    );
}
