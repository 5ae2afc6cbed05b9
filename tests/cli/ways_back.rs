//! From a result back to its conversation: ids that open it, lines that stay in step with the chats, and what could not be judged.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::{example, rushlight};

fn chat(id: &str, word: &str) -> String {
    format!(
        r#"{{"id":"{id}","messages":[{{"speaker":"A","text":"see you at the library, bring the {word} book"}},{{"speaker":"B","text":"sure will do, at four then"}},{{"speaker":"A","text":"great"}}]}}"#
    ) + "\n"
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(path: &Path) -> Vec<String> {
    lines(path).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_id_opens_its_conversation_whatever_it_was_read_from() {
    let dir = TempDir::new().unwrap();
    let (chats, out) = (dir.path().join("chats"), dir.path().join("out.jsonl"));
    let folder = chats.join("team");
    fs::create_dir_all(folder.join("garden")).unwrap();
    fs::write(chats.join("a.jsonl"), chat("j0", "green") + &chat("j0", "blue") + &chat("x/y.txt", "red"))
        .unwrap();
    fs::write(chats.join("b.jsonl"), chat("j0", "white")).unwrap();
    for form in ["csv", "parquet", "jsonl"] {
        let mut import = rushlight();
        import.arg("import").arg(chats.join("a.jsonl")).args(["--to", form, "--out"]);
        import.arg(chats.join(format!("c.{form}"))).assert().success();
    }
    // What belongs together in a folder.
    let day = r#"[{"type":"message","user":"U1","ts":"1700000000.000100","text":"the tomatoes are in"},{"type":"message","user":"U2","ts":"1700000060.000100","text":"lovely"}]"#;
    fs::write(folder.join("users.json"), r#"[{"id":"U1","name":"ida"},{"id":"U2","name":"max"}]"#).unwrap();
    fs::write(folder.join("channels.json"), r#"[{"id":"C1","name":"garden"}]"#).unwrap();
    fs::write(folder.join("garden/2023-11-14.json"), day).unwrap();
    rushlight().arg("score").arg(&chats).arg("--out").arg(&out).arg("--brief").assert().success();
    let all = ids(&out);
    assert_eq!(all.len(), 3 + 1 + 9 + 1, "{all:?}");
    let mut once = all.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), all.len(), "{all:?}");
    for line in lines(&out) {
        let id = line["id"].as_str().unwrap();
        let check = rushlight().args(["check", id, "--format", "json"]).output().unwrap();
        let found: Value = serde_json::from_slice(&check.stdout)
            .unwrap_or_else(|_| panic!("{id}: {}", String::from_utf8_lossy(&check.stderr)));
        assert_eq!((&found["id"], &found["input"]["sha256"]), (&line["id"], &line["input"]["sha256"]));
    }
    let none = format!("{}#j7", chats.join("a.jsonl").display());
    rushlight().arg("check").arg(none).assert().code(1).stderr(predicate::str::contains("called"));
    let team = rushlight().arg("check").arg(&chats).assert().code(2);
    team.stderr(predicate::str::contains("is a folder"));
}

#[test]
fn a_pipe_of_many_chats_is_scored() {
    let mut score = rushlight();
    score.args(["score", "-"]).write_stdin(chat("j0", "green") + &chat("j1", "blue"));
    let output = score.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((found.len(), &found[1]["id"]), (2, &"j1".into()));
    assert!(found[0]["input"].get("file").is_none());
}

#[test]
fn a_resumed_file_is_in_the_order_of_a_whole_run_and_forgets_what_is_gone_when_asked_to() {
    let dir = TempDir::new().unwrap();
    let (chats, out, whole) = (dir.path().join("d"), dir.path().join("r.jsonl"), dir.path().join("w.jsonl"));
    fs::create_dir(&chats).unwrap();
    let put = |name: &str, word: &str| fs::write(chats.join(name), chat(name, word)).unwrap();
    ["1", "2", "3", "4"].iter().for_each(|name| put(&format!("{name}.jsonl"), "green"));
    let score = |out: &Path, more: &[&str]| {
        let mut score = rushlight();
        score.arg("score").arg(&chats).arg("--brief").arg("--out").arg(out).args(more).assert().success()
    };
    score(&out, &[]);
    put("1.jsonl", "changed");
    put("2b.jsonl", "new");
    fs::remove_file(chats.join("3.jsonl")).unwrap();
    score(&whole, &[]);
    score(&out, &["--resume"]).stderr(
        predicate::str::contains("1 line of the earlier run was replaced")
            .and(predicate::str::contains("kept at the end; --prune")),
    );
    let gone = ids(&out).pop().unwrap();
    assert!(gone.contains("3.jsonl") && ids(&out)[..4] == ids(&whole)[..], "{:?}", ids(&out));
    score(&out, &["--resume", "--prune"]).stderr(predicate::str::contains("taken out"));
    assert_eq!(fs::read(&out).unwrap(), fs::read(&whole).unwrap());
    // Where nothing is found, nothing is gone.
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let mut none = rushlight();
    none.arg("score").arg(&empty).arg("--brief").arg("--out").arg(&out).args(["--resume", "--prune"]);
    none.assert().code(2);
    assert_eq!(fs::read(&out).unwrap(), fs::read(&whole).unwrap());
}

#[test]
fn what_could_not_be_judged_stays_in_the_queue_before_what_is_quiet() {
    let dir = TempDir::new().unwrap();
    let (chats, out) = (dir.path().join("chats"), dir.path().join("out.jsonl"));
    fs::create_dir(&chats).unwrap();
    for name in ["raid-night.txt", "new-team.txt"] {
        fs::copy(example(name), chats.join(name)).unwrap();
    }
    fs::write(chats.join("short.txt"), "Ana: hi\nBen: hey\n").unwrap();
    rushlight().arg("score").arg(&chats).arg("--out").arg(&out).arg("--brief").assert().success();
    let queue = |more: &[&str]| {
        let done = rushlight().arg("queue").arg(&out).args(more).output().unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        let bands = text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned());
        (bands.collect::<Vec<_>>(), String::from_utf8(done.stderr).unwrap())
    };
    assert_eq!(queue(&[]).0, ["look now", "cannot say", "quiet"]);
    let (bands, said) = queue(&["--from", "look"]);
    assert_eq!(bands, ["look now", "cannot say"]);
    assert!(said.contains("1 of them could not be judged") && said.contains("left out: 1 quiet"), "{said}");
    let (bands, said) = queue(&["--from", "look", "--judged"]);
    assert_eq!(bands, ["look now"]);
    assert!(said.contains("left out: 1 quiet, 1 cannot say"), "{said}");
}

#[test]
fn times_are_told_by_the_clocks_that_the_user_named() {
    let chat = "18/03/2024, 13:06 - Ana: see you at the library, bring the green book\n18/03/2024, 13:07 - Ben: sure will do, at four then\n18/03/2024, 13:09 - Ana: great\n";
    let check = |more: &[&str]| {
        let done = rushlight().arg("check").args(more).write_stdin(chat).output().unwrap();
        String::from_utf8(done.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let told = check(&["--tz", "Europe/Berlin"]);
    assert!(told.contains("2024-03-18 13:06 to 2024-03-18 13:09"), "{told}");
    assert!(told.contains("times are those of Europe/Berlin") && !told.contains("UTC"), "{told}");
    let json = check(&["--tz", "+02:00", "--format", "json"]);
    assert!(!json.contains("13:06"), "what is written for programs is in UTC: {json}");
    assert!(!check(&[]).contains("times are those of"));
    rushlight().args(["check", "--tz", "+25:00"]).write_stdin(chat).assert().code(2);
}
