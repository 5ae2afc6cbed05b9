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
    made.put("pan/lines.txt", "one\t1\n");
    made.put("pan/readme.txt", "what the lists are for");
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
    let remark = first["remarks"][0].as_str().unwrap();
    assert!(remark.contains("2 conversations where it has 155128, 2 predators where it has 254"), "{remark}");
    let files: Vec<&String> = first["files"].as_object().unwrap().keys().collect();
    assert_eq!(files, ["corpus.xml", "keywords.txt", "lines.txt", "predators.txt"]);
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
    // The result compares: as any suite's, and by author.
    let compare = |gates: &[&str]| {
        let mut command = made.rushlight();
        command.args(["eval", "compare"]).args([&out, &out]);
        for gate in gates {
            command.args(["--fail-if-worse", *gate]);
        }
        command.assert()
    };
    compare(&["test/authors_recall:0", "test/lines_recall:0", "test/auroc:0"]).code(0);
    let whole = fs::read_to_string(&side).unwrap();
    fs::write(&side, whole.replace("\"concern\":[]", "\"concern\":[\"bbb\"]")).unwrap();
    compare(&["test/authors_precision:0"])
        .code(0)
        .stdout(predicate::str::contains("test/authors_precision   0.0000 → 0.0000"));
    fs::write(&side, whole).unwrap();
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
    // A part of the corpus with the lists of the whole.
    made.put("pan/lines.txt", "one\t1\nelsewhere\t7\n");
    run(&["--overwrite", "--ids", list.to_str().unwrap()]).assert().success();
    let part = read();
    assert_eq!(cell(&part, "lines", "rushlight", "recall")["n"], 2, "also a line that is not here");
    assert!(
        part["remarks"][0].as_str().unwrap().contains("names 1 conversations that this file does not hold")
    );
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

#[test]
fn lines_are_known_by_the_numbers_that_the_file_gives_them() {
    let made = Made::new();
    // A chat that the model warns of, in the form of the corpus, which is escaped twice.
    made.put("ids.txt", "allotment-w19-009\n");
    let mut command = made.rushlight();
    command.args(["eval", "turns", "--data", "eval/corpus/chats/allotment-w19-01.chat", "--ids"]);
    command.arg(made.path("ids.txt")).arg("--texts").arg(made.path("texts.jsonl")).assert().success();
    let chat: Value = serde_json::from_str(&fs::read_to_string(made.path("texts.jsonl")).unwrap()).unwrap();
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let messages = chat["messages"].as_array().unwrap();
    let mut found = Vec::new();
    for first in [1, 101] {
        let said = messages.iter().enumerate().map(|(i, m)| {
            let [who, text] = ["speaker", "text"].map(|key| m[key].as_str().unwrap());
            let text = escape(&escape(text));
            format!(
                "<message line=\"{}\"><author>{who}</author><time>10:00</time><text>{text}</text></message>",
                i + first
            )
        });
        let said: String = said.collect();
        made.put(
            "pan/corpus.xml",
            &format!("<conversations><conversation id=\"one\">{said}</conversation></conversations>"),
        );
        made.put("pan/predators.txt", "A\n");
        let lines = (0..messages.len()).map(|i| format!("one\t{}\n", i + first));
        made.put("pan/lines.txt", &lines.collect::<String>());
        let out = made.path("result.json");
        let mut command = made.rushlight();
        command.args(["eval", "pan12", "--overwrite", "--data"]).arg(made.path("pan")).arg("--out").arg(&out);
        command.assert().success();
        found.push(cell(&made.result(), "lines", "rushlight", "recall")["value"].as_f64().unwrap());
    }
    assert!(found[0] > 0.0 && found[0] == found[1], "{found:?}");
}

#[test]
fn lists_that_are_not_those_of_the_file_are_refused_by_line() {
    let made = Made::new();
    let run = || {
        let mut command = made.rushlight();
        command.args(["eval", "pan12", "--data"]).arg(made.path("pan"));
        command
    };
    let refused = |says: &str| run().assert().code(2).stderr(predicate::str::contains(says));
    made.put("pan/corpus.xml", PAN);
    made.put("pan/predators.txt", "aaa\n");
    made.put("pan/lines.txt", "one\t1\none\t9\n");
    refused("lines.txt:2: one has no line 9 in");
    made.put("pan/lines.txt", "one\t1\nthree\t1\n");
    refused("lines.txt:2: three is no conversation of");
    made.put("pan/lines.txt", "one\t1\none\t1\n");
    refused("lines.txt:2: one\t1 stands there twice, first in");
    made.put("pan/predators.txt", "aaa\nbbb\naaa\n");
    made.put("pan/lines.txt", "one\t1\n");
    refused("predators.txt:3: aaa stands there twice, first in");
    made.put("pan/predators.txt", "aaa\n");
    made.put("pan/corpus.xml", &PAN.replace("line=\"2\"", "line=\"1\""));
    refused("one: line 1 stands there twice");
    made.put("pan/corpus.xml", &PAN.replace(" line=\"2\"", ""));
    refused("one: message 2 has no number");
}
