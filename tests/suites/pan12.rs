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

/// A corpus of `n` conversations in the official form; in every second one a predator writes, whose first line tells.
fn corpus(made: &Made, folder: &str, n: usize) {
    let one = |i: usize| {
        let (author, said) = if i % 2 == 1 {
            (format!("{folder}p{i}"), "a voucher")
        } else {
            (format!("{folder}h{i}"), "the garden")
        };
        let line = |number: usize, author: &str, said: &str| {
            format!(
                "<message line=\"{number}\"><author>{author}</author><time>10:00</time><text>about {said} once more</text></message>"
            )
        };
        format!(
            "<conversation id=\"{folder}{i}\">{}{}</conversation>",
            line(1, &author, said),
            line(2, &format!("{folder}o{i}"), "that")
        )
    };
    let all: String = (0..n).map(one).collect();
    made.put(&format!("{folder}/corpus.xml"), &format!("<conversations>{all}</conversations>"));
    let odd = || (0..n).filter(|i| i % 2 == 1);
    made.put(
        &format!("{folder}/predators.txt"),
        &odd().map(|i| format!("{folder}p{i}\n")).collect::<String>(),
    );
    made.put(&format!("{folder}/lines.txt"), &odd().map(|i| format!("{folder}{i}\t1\n")).collect::<String>());
}

fn on(made: &Made, more: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = made.rushlight();
    command.args(["eval", "pan12", "--overwrite", "--data"]).arg(made.path("pan"));
    command.arg("--out").arg(made.path("result.json")).args(more);
    command.assert()
}

#[test]
fn another_system_finds_authors_and_lines_from_a_threshold_that_was_chosen_on_the_corpus_of_training() {
    let made = Made::new();
    corpus(&made, "pan", 8);
    corpus(&made, "train", 40);
    // Telling lines have .7 or more but for one of four; those of others .2, and one author .9.
    let line = |id: String, i: usize| {
        let (first, second) = match i {
            1 => (0.1, 0.2),
            0 => (0.9, 0.2),
            _ if i % 2 == 1 => (0.7, 0.2),
            _ => (0.2, 0.2),
        };
        format!("{{\"id\":\"{id}\",\"score\":{first},\"lines\":{{\"1\":{first},\"2\":{second}}}}}\n")
    };
    let test: String = (0..8).map(|i| line(format!("pan{i}"), i)).collect();
    let train: String = (0..40).map(|i| line(format!("train{i}"), i + 2)).collect();
    made.put("theirs.jsonl", &(test.clone() + &train));
    let [theirs, folder] = ["theirs.jsonl", "train"].map(|name| made.path(name).to_str().unwrap().to_owned());
    on(&made, &["--scores", &theirs, "--train", &folder]).success();
    let result = made.result();
    let of = |row: &str, table: &str, column: &str| cell(&result, table, row, column)["value"].clone();
    // 3 of 4 predators and 1 who is none.
    assert_eq!(
        (of("theirs", "authors", "precision"), of("theirs", "authors", "recall")),
        (0.75.into(), 0.75.into())
    );
    assert_eq!((of("theirs", "lines", "F3"), of("theirs", "authors", "F0.5")), (0.75.into(), 0.75.into()));
    assert_eq!(cell(&result, "authors", "rushlight − theirs", "recall")["n"], 4);
    let thresholds = result["thresholds"].as_array().unwrap();
    let value = |name: &str| {
        &thresholds.iter().find(|t| t["system"] == "theirs" && t["name"] == name).unwrap()["value"]
    };
    assert_eq!((value("authors, best F0.5"), value("lines, best F3")), (&0.7.into(), &0.7.into()));
    // Baselines are fitted on one half of it, and get their thresholds on the other.
    assert_eq!(
        rows(&result, "conversations/test"),
        ["rushlight", "length", "keywords", "tf-idf + linear", "theirs"]
    );
    assert_eq!(cell(&result, "conversations/test", "tf-idf + linear", "AUROC")["value"], 1.0);
    assert_eq!(cell(&result, "thresholds/test", "tf-idf + linear, best F1", "recall")["value"], 1.0);
    let [dev, risky] = ["conversations", "risky"].map(|key| result["data"]["dev"][key].as_u64().unwrap());
    assert!(0 < risky && risky < dev && dev < 40, "{risky} of {dev}");
    assert_eq!(result["skipped"]["of the half of --train that baselines are fitted on"], 40 - dev);
    assert_eq!(result["files"].as_object().unwrap().len(), 7, "two corpora of three files, and the words");
    // Both parts compare.
    let mut command = made.rushlight();
    command.args(["eval", "compare"]).args([made.path("result.json"), made.path("result.json")]);
    command
        .args(["--fail-if-worse", "dev/auroc:0", "--fail-if-worse", "test/authors_recall:0"])
        .assert()
        .code(0);
    // It goes on, with baselines that were fitted on something else by now.
    made.put("train/lines.txt", "train1\t1\n");
    let tables = result["tables"].clone();
    let mut command = made.rushlight();
    command
        .args(["eval", "pan12", "--resume", "--data"])
        .arg(made.path("pan"))
        .arg("--out")
        .arg(made.path("result.json"));
    command
        .args(["--scores", &theirs, "--train", &folder])
        .assert()
        .success()
        .stdout(predicate::str::contains("0 scored"));
    let find =
        |tables: &Value, id: &str| tables.as_array().unwrap().iter().find(|t| t["id"] == id).unwrap().clone();
    assert_eq!(find(&made.result()["tables"], "conversations/test"), find(&tables, "conversations/test"));
}

#[test]
fn a_threshold_may_be_given_and_authors_may_have_scores_of_their_own() {
    let made = Made::new();
    corpus(&made, "pan", 4);
    let put = |more: &str| {
        let line =
            |i: usize| format!("{{\"id\":\"pan{i}\",\"score\":0{}}}\n", if i == 1 { more } else { "" });
        made.put("theirs.jsonl", &(0..4).map(line).collect::<String>());
    };
    let theirs = made.path("theirs.jsonl").to_str().unwrap().to_owned();
    put(",\"authors\":{\"panp1\":0.9,\"pano1\":0.4},\"lines\":{\"2\":0.8}");
    on(&made, &["--scores", &theirs])
        .success()
        .stderr(predicate::str::contains("theirs tells of authors and lines, and there is no threshold"));
    assert_eq!(rows(&made.result(), "authors"), ["rushlight"]);
    on(&made, &["--scores", &theirs, "--threshold", "0.5"]).success();
    let result = made.result();
    let of = |table: &str, column: &str| cell(&result, table, "theirs", column)["value"].clone();
    assert_eq!((of("authors", "precision"), of("authors", "recall")), (1.0.into(), 0.5.into()));
    assert_eq!((of("lines", "precision"), of("lines", "F3")), (0.0.into(), Value::Null));
    // What is all right or all wrong of few is bounded by their number, as everywhere.
    assert_eq!(cell(&result, "lines", "theirs", "recall")["high"], 1.0);
    assert_eq!(cell(&result, "lines", "rushlight", "recall")["n"], 2);
    for (more, says) in [
        (",\"authors\":{\"panh0\":1}", "pan1: panh0 does not write in it"),
        (",\"lines\":{\"3\":1}", "pan1: it has no line 3"),
        (",\"lines\":{\"1\":NaN}", "the score of line 1 is not a finite number"),
    ] {
        put(more);
        on(&made, &["--scores", &theirs]).code(2).stderr(predicate::str::contains(says));
    }
}

#[test]
fn an_unpacked_download_runs_as_it_is() {
    let made = Made::new();
    made.put("pan/unpacked/corpus.xml", PAN);
    made.put("pan/__MACOSX/corpus.xml", "");
    made.put("pan/unpacked/problem1.txt", "\u{feff}aaa\n");
    made.put("pan/unpacked/problem2.txt", "one\t1\n");
    made.put(
        "pan/unpacked/notes.txt",
        "What this corpus is, and\nhow it was made, in a few lines\nby its makers\n",
    );
    on(&made, &[])
        .success()
        .stderr(predicate::str::contains("passed over, since they are no lists: notes.txt"));
    assert_eq!(cell(&made.result(), "authors", "rushlight", "recall")["n"], 1);
    assert_eq!(made.result()["files"].as_object().unwrap().len(), 4);
    // What is a list is read to its end.
    made.put("pan/unpacked/problem1.txt", "aaa\nccc\nwho else\n");
    on(&made, &[]).code(2).stderr(predicate::str::contains("problem1.txt:3: expected an author's id"));
    made.put("pan/unpacked/problem1.txt", "aaa\n");
    made.put("pan/unpacked/vtpan.txt", "two\n");
    on(&made, &[]).code(2).stderr(
        predicate::str::contains("vtpan.txt:1: two is a conversation of")
            .and(predicate::str::contains("--ids")),
    );
    std::fs::remove_file(made.path("pan/unpacked/vtpan.txt")).unwrap();
    made.put("pan/unpacked/training.xml", PAN);
    on(&made, &[]).code(2).stderr(predicate::str::contains(
        "found corpus.xml and training.xml; put each corpus with its own lists in a folder of its own",
    ));
    std::fs::remove_file(made.path("pan/unpacked/training.xml")).unwrap();
    let folder = made.path("pan/unpacked").to_str().unwrap().to_owned();
    on(&made, &["--train", &folder])
        .code(2)
        .stderr(predicate::str::contains("also stands in the corpus of --train"));
    let file = made.path("pan/unpacked/corpus.xml").to_str().unwrap().to_owned();
    on(&made, &["--train", &file]).code(2).stderr(predicate::str::contains("give the folder that holds"));
}
