//! The suite of PAN 2012, on a corpus of a few conversations in its form.

use std::fs;

use predicates::prelude::*;
use serde_json::Value;

use super::{Made, cell, rows};

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
    assert_eq!(
        cell(&first, "lines", "rushlight", "recall")["n"],
        2,
        "also a line of a conversation that is not here"
    );
    assert_eq!(rows(&first, "conversations/test"), ["rushlight", "length", "keywords"]);
    assert_eq!(cell(&first, "thresholds/test", "rushlight, look", "FPR")["n"], 1);
    let plots = first["plots"].as_array().unwrap();
    assert!(plots.iter().any(|plot| plot["id"] == "roc/test"));
    let side = made.path("result.scores.jsonl");
    let text = fs::read_to_string(&side).unwrap();
    assert!(!text.contains("parcel"));
    fs::write(&side, &text[..text.len() - 30]).unwrap();
    run(&["--resume"]).assert().success().stdout(predicate::str::contains("1 scored, 1 taken over"));
    assert_eq!(read()["tables"], first["tables"]);
    made.put(
        "theirs.jsonl",
        "{\"id\":\"one\",\"score\":3,\"alarm\":true}\n{\"id\":\"two\",\"score\":-1,\"alarm\":false}\n",
    );
    let theirs = made.path("theirs.jsonl");
    run(&["--resume", "--scores", theirs.to_str().unwrap()]).assert().success();
    let beside = read();
    assert_eq!(cell(&beside, "conversations/test", "theirs", "AUROC")["value"], 1.0);
    assert_eq!(cell(&beside, "thresholds/test", "theirs, its own", "recall")["value"], 1.0);
    // A list of conversations, as VTPAN is one, may lie beside the lists that come with the corpus.
    made.put("pan/vtpan.txt", "two\n");
    let list = made.path("pan/vtpan.txt");
    run(&["--overwrite", "--ids", list.to_str().unwrap()]).assert().success();
    let some = read();
    assert_eq!(
        (&some["data"]["test"]["conversations"], &some["data"]["test"]["risky"]),
        (&1.into(), &0.into())
    );
    assert_eq!(cell(&some, "authors", "rushlight", "recall")["n"], 2, "all ids of the list");
    assert_eq!(some["skipped"]["not in the list of --ids"], 1);
    made.put("pan/vtpan.txt", "two\nthree\n");
    run(&["--overwrite", "--ids", list.to_str().unwrap()])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("vtpan.txt:2: three is no conversation of"));
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
    made.put("pan/predators.txt", "zzz\n");
    run().assert().code(2).stderr(predicate::str::contains("none of the 1 authors of the list writes in it"));
    run()
        .args(["--limit", "1"])
        .assert()
        .success()
        .stdout(predicate::str::contains("1 set aside: beyond --limit"));
    made.put("pan/corpus.xml", &PAN.replace("\"two\"", "\"one\""));
    made.put("pan/predators.txt", "aaa\n");
    run().assert().code(2).stderr(predicate::str::contains("one stands there twice"));
}
