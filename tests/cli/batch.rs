//! Many chats at once: results line by line, resumed, ranked and counted.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::{example, folder, rushlight};

#[test]
fn score_keeps_record_ids_writes_in_order_and_resumes() {
    let record = |id: &str| {
        let text = "ok see you at the library, bring the green book and the map please";
        format!(
            "{{\"id\":\"{id}\",\"messages\":[{{\"speaker\":\"A\",\"time\":null,\"text\":\"{text}\"}},{{\"speaker\":\"B\",\"text\":\"sure will do, at four\"}},{{\"speaker\":\"A\",\"text\":\"great\"}}]}}\n"
        )
    };
    let records: String = (0..150).map(|i| record(&format!("case {i}"))).collect();
    let (dir, path) = folder("chats.jsonl", records.as_bytes());
    let out = dir.path().join("results.jsonl");
    let run = |extra: &[&str]| {
        let mut command = rushlight();
        command.arg("score").arg(&path).arg("--out").arg(&out).args(extra);
        command
    };
    run(&[]).assert().success().stderr(predicate::str::contains("150 conversations"));
    let whole = fs::read_to_string(&out).unwrap();
    let ids: Vec<String> = whole
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    let file = path.to_str().unwrap();
    assert_eq!(ids, (0..150).map(|i| format!("{file}#case {i}")).collect::<Vec<_>>());
    let line: Value = serde_json::from_str(whole.lines().next().unwrap()).unwrap();
    assert_eq!(line["input"]["file"], path.to_str().unwrap());

    run(&[]).assert().code(2).stderr(predicate::str::contains("--resume"));
    let mut again = rushlight();
    again.arg("score").arg(dir.path()).arg("--out").arg(&out).arg("--overwrite");
    again.assert().success().stderr(predicate::str::contains("150 conversations"));
    let cut = whole.len() / 2 + 7;
    fs::write(&out, &whole[..cut]).unwrap();
    run(&["--resume"]).assert().success().stderr(predicate::str::contains("had been scored before"));
    assert_eq!(fs::read_to_string(&out).unwrap(), whole, "an interrupted run ends as an uninterrupted one");
}

#[test]
fn a_resumed_run_still_fails_on_what_was_scored_before() {
    let dir = TempDir::new().unwrap();
    let (chat, out) = (dir.path().join("a.txt"), dir.path().join("out.jsonl"));
    fs::copy(example("hotel-job.txt"), &chat).unwrap();
    fs::write(dir.path().join("picture.png"), "x").unwrap();
    let run = |more: &[&str]| {
        let mut command = rushlight();
        command.arg("score").arg(dir.path()).arg("--out").arg(&out).args(["--fail-on", "look"]).args(more);
        command
    };
    run(&[]).assert().code(3).stderr(predicate::str::contains("1 picture, recording or the like"));
    run(&["--resume"])
        .assert()
        .code(3)
        .stderr(predicate::str::contains("1 of the conversations in these bands had been scored before"));
}

#[test]
fn what_is_written_is_not_what_is_read_and_nothing_found_replaces_nothing() {
    let dir = TempDir::new().unwrap();
    let (chat, out, empty) = (dir.path().join("a.txt"), dir.path().join("kept"), dir.path().join("empty"));
    fs::copy(example("raid-night.txt"), &chat).unwrap();
    fs::create_dir(&empty).unwrap();
    for (verb, kept) in [
        (&["score"][..], "{\"schema\":1,\"version\":\"0\"} was there"),
        (&["import", "--to", "csv"], "conversation,speaker,time,text,kind,line\nwas there"),
    ] {
        fs::write(&out, kept).unwrap();
        let run = |from: &std::path::Path, to: &std::path::Path| {
            rushlight().args(verb).arg(from).arg("--out").arg(to).arg("--overwrite").assert().code(2)
        };
        run(&chat, &chat).stderr(predicate::str::contains("to be read and to be written"));
        run(&empty, &out).stderr(predicate::str::contains("no conversations found"));
        assert_eq!(fs::read_to_string(&out).unwrap(), kept);
        assert_eq!(fs::read(&chat).unwrap(), fs::read(example("raid-night.txt")).unwrap());
    }
}

#[test]
fn what_is_given_twice_is_read_once_and_lines_of_files_that_changed_are_told() {
    let dir = TempDir::new().unwrap();
    let (chats, out) = (dir.path().join("chats"), dir.path().join("out.jsonl"));
    fs::create_dir(&chats).unwrap();
    for name in ["raid-night.txt", "old-phone.txt"] {
        fs::copy(example(name), chats.join(name)).unwrap();
    }
    let run = |more: &[&str]| {
        let mut run = rushlight();
        run.arg("score")
            .args([&chats, &chats.join("old-phone.txt")])
            .arg("--brief")
            .arg("--out")
            .arg(&out)
            .args(more);
        run.assert().success()
    };
    run(&[]).stderr(predicate::str::contains("1 input given more than once and read once"));
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 2);
    fs::copy(example("hotel-job.txt"), chats.join("old-phone.txt")).unwrap();
    run(&["--resume"]).stderr(predicate::str::contains("1 line of the earlier run was replaced"));
    let written = fs::read_to_string(&out).unwrap();
    assert_eq!(written.lines().count(), 2, "the new line stands in the place of the old one");
    // So it is where the times are read otherwise.
    run(&["--resume", "--tz", "+02:00"])
        .stderr(predicate::str::contains("2 lines of the earlier run were replaced"));
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 2);
    fs::remove_file(chats.join("raid-night.txt")).unwrap();
    run(&["--resume", "--tz", "+02:00"])
        .stderr(predicate::str::contains("1 line of an earlier run belongs to no conversation"));
    let mut whole = rushlight();
    whole.arg("score").arg(&chats).arg("--resume").arg("--out").arg(&out);
    whole.assert().code(2).stderr(predicate::str::contains("was written with --brief"));
}

#[test]
fn the_queue_has_the_most_pressing_first_and_each_leads_to_its_report() {
    let dir = TempDir::new().unwrap();
    let (chats, out) = (dir.path().join("chats"), dir.path().join("out.jsonl"));
    fs::create_dir(&chats).unwrap();
    for name in ["raid-night.txt", "new-team.txt"] {
        fs::copy(example(name), chats.join(name)).unwrap();
    }
    fs::copy(example("new-team.txt"), chats.join("new-team (1).txt")).unwrap();
    fs::write(chats.join("notes.docx"), "x").unwrap();
    let said = |text: &str| predicate::str::contains(text.to_owned());
    let mut score = rushlight();
    score.arg("score").arg(&chats).arg("--out").arg(&out).arg("--brief");
    score.assert().success().stderr(said("1 of them were there before").and(said("notes.docx")));
    let table = dir.path().join("queue.csv");
    let queue = |more: &[&str]| {
        let mut queue = rushlight();
        queue.arg("queue").arg(&out).arg("--out").arg(&table).args(more).assert()
    };
    queue(&[]).success().stderr(said("2 conversations (1 more is a copy)"));
    queue(&[]).code(2).stderr(said("--overwrite"));
    queue(&["--overwrite", "--from", "look"]).success();
    let text = fs::read_to_string(&table).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((rows.len(), rows[1][0], rows[1][5]), (2, "look now", "Kestrel"), "{text}");
    assert!(rows[1][7].parse::<u64>().unwrap() > 1 && rows[1][11] == "1", "{text}");
    assert!(rows[1][2].ends_with("new-team.txt") && rows[1][12].ends_with("new-team (1).txt"), "{text}");
    // What stands under `id` can be checked.
    let check = |id: &str| rushlight().arg("check").arg(id).assert();
    check(rows[1][2]).success().stdout(said("LOOK NOW"));
    let inner = format!("{}#nobody", rows[1][2]);
    check(&inner).code(1).stderr(said("holds no conversation called"));
}

#[test]
fn what_is_passed_over_is_counted_and_named_and_a_line_counts_for_its_file() {
    let dir = TempDir::new().unwrap();
    let (chats, out) = (dir.path().join("chats"), dir.path().join("out.jsonl"));
    fs::create_dir(&chats).unwrap();
    let talk = r#"{"id":"one","messages":[{"speaker":"A","text":"see you at the library, bring the green book"},{"speaker":"B","text":"sure will do, at four then"},{"speaker":"A","text":"great"}]}"#;
    for name in ["a.jsonl", ".hidden.jsonl", "old.jsonl.part"] {
        fs::write(chats.join(name), talk).unwrap();
    }
    let run = |from: &Path, more: &[&str]| {
        let mut run = rushlight();
        run.arg("score").arg(from).arg("--brief").arg("--out").arg(&out).args(more).assert()
    };
    run(&chats, &[])
        .success()
        .stderr(predicate::str::contains("1 hidden file or folder was passed over"))
        .stderr(
            predicate::str::contains("1 unfinished file was passed over")
                .and(predicate::str::contains(".part")),
        );
    // The same conversation under another file's name is another line; blank lines do no harm.
    fs::rename(chats.join("a.jsonl"), chats.join("b.jsonl")).unwrap();
    fs::write(&out, fs::read_to_string(&out).unwrap() + "\n").unwrap();
    run(&chats, &["--resume"]).success().stderr(predicate::str::contains("1 line of an earlier run"));
    assert!(fs::read_to_string(&out).unwrap().contains("b.jsonl"));
    // Results are no chats, packed or not.
    let packed = std::process::Command::new("gzip").arg("-k").arg(&out).status();
    rushlight()
        .arg("score")
        .arg(&out)
        .assert()
        .code(1)
        .stderr(predicate::str::contains("results of rushlight"));
    if packed.is_ok_and(|s| s.success()) {
        fs::rename(dir.path().join("out.jsonl.gz"), chats.join("old.gz")).unwrap();
        run(&chats, &["--overwrite"])
            .success()
            .stderr(predicate::str::contains("holds results of rushlight"));
    }
    fs::remove_file(&out).unwrap();
    run(&dir.path().join("nothere"), &[]).code(1);
    assert!(!out.exists(), "an empty file would look like a result");
}

#[test]
fn one_bad_file_of_many_is_named_and_the_others_are_scored() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("a.txt"), fs::read(example("ski-season.txt")).unwrap()).unwrap();
    fs::write(dir.path().join("b.txt"), b"").unwrap();
    fs::write(dir.path().join("c.txt"), fs::read(example("old-phone.txt")).unwrap()).unwrap();
    let output = rushlight().arg("score").arg(dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("b.txt: there is nothing in it"), "{said}");
}

#[test]
fn a_chat_in_which_nobody_writes_is_no_sign_of_short_lines() {
    let dir = TempDir::new().unwrap();
    let (chat, out) = (dir.path().join("a.jsonl"), dir.path().join("out.jsonl"));
    fs::write(&chat, r#"{"id":"one","messages":[{"speaker":null,"kind":"system","text":"Ida left"}]}"#)
        .unwrap();
    let run = |more: &[&str]| {
        let mut run = rushlight();
        run.arg("score").arg(&chat).arg("--out").arg(&out).args(more).assert().success()
    };
    run(&[]);
    run(&["--resume"])
        .stderr(predicate::str::contains("1 of the conversations in these bands had been scored"));
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 1);
}
