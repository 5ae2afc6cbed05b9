//! `rushlight scripts` as a moderation team meets it: a folder of exports, what was scored of it, and the lines that say where to look.

use std::fs;

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

fn rushlight() -> Command {
    let mut command = Command::cargo_bin("rushlight").unwrap();
    command.env_remove("RUSHLIGHT_MODELS");
    command
}

/// Four exports with one pitch in three of them, from two accounts, and one more copy of the first.
fn exports() -> TempDir {
    let dir = TempDir::new().unwrap();
    let pitch = |name: &str| {
        format!("hello {name} my aunt's office needs people to pack parcels at home, fine pay every friday")
    };
    let chat = |id: &str, sender: &str, text: &str| {
        let message = |who: &str, minute: usize, text: &str| {
            format!(
                r#"{{"speaker":"{who}","time":"2026-03-0{}T10:0{minute}:00Z","text":"{text}"}}"#,
                1 + id.len() % 7
            )
        };
        let lines = [
            message(sender, 0, text),
            message(id, 1, "who is this please"),
            message(sender, 2, "answer me on the other app then"),
        ];
        format!("{{\"id\":\"{id}\",\"messages\":[{}]}}\n", lines.join(","))
    };
    let put = |name: &str, text: String| fs::write(dir.path().join(name), text).unwrap();
    put("a.jsonl", chat("anna", "Nadia", &pitch("Anna")));
    put("b.jsonl", chat("bo", "Nadia", &pitch("Bo")) + &chat("cees", "Ola", &pitch("Cees, right?")));
    put(
        "c.jsonl",
        chat("dora", "Pat", "the parcels came at home on friday, my aunt packs them up again now"),
    );
    put("copy of a.jsonl", chat("anna", "Nadia", &pitch("Anna")));
    dir
}

#[test]
fn one_pitch_in_three_chats_is_one_script_and_its_words_are_shown_only_when_asked_for() {
    let (dir, results) = (exports(), TempDir::new().unwrap());
    let out = results.path().join("found.json");
    let mut run = rushlight();
    run.arg("scripts").arg(dir.path()).arg("--out").arg(&out);
    run.assert()
        .success()
        .stdout(
            predicate::str::contains("SCRIPT 1   3 conversations · by Nadia (2), Ola (1)")
                .and(predicate::str::contains("aunt").not()),
        )
        .stderr(
            predicate::str::contains("1 script in 4 conversations")
                .and(predicate::str::contains("1 more were copies")),
        );
    let written = fs::read_to_string(&out).unwrap();
    assert!(written.lines().count() == 1 && !written.contains("aunt"));
    let script: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(
        (&script["places"][2]["id"], &script["places"][2]["messages"][0]),
        (&format!("{}#cees", dir.path().join("b.jsonl").display()).into(), &0.into())
    );
    assert!(script["places"][0]["file"].as_str().unwrap().ends_with("a.jsonl"));
    run.assert().code(2).stderr(predicate::str::contains("--overwrite"));
    rushlight()
        .arg("scripts")
        .arg(dir.path())
        .arg("--show")
        .assert()
        .stdout(predicate::str::contains("my aunt's office"));
    rushlight().arg("scripts").arg(dir.path()).args(["--least", "4"]).assert().success().stdout("");
    // Its own output may be replaced, an export may not.
    run.arg("--overwrite").assert().success();
    for verb in ["scripts", "score"] {
        let mut over = rushlight();
        over.arg(verb).arg(dir.path()).arg("--overwrite").arg("--out").arg(dir.path().join("c.jsonl"));
        over.assert().code(2).stderr(predicate::str::contains("c.jsonl holds something else than results"));
    }
}

#[test]
fn bands_of_what_was_scored_stand_beside_it() {
    let dir = exports();
    let results = TempDir::new().unwrap();
    let scored = results.path().join("scored.jsonl");
    rushlight().arg("score").arg(dir.path().join("a.jsonl")).arg("--out").arg(&scored).assert().success();
    let mut run = rushlight();
    run.arg("scripts").arg(dir.path()).arg("--scored").arg(&scored);
    run.assert()
        .success()
        .stdout(predicate::str::is_match("SCRIPT 1 .* (look|look now|quiet|cannot say) 1\n").unwrap())
        .stderr(predicate::str::contains("3 of these are not among the 1 that were scored"));
    fs::write(&scored, "{}\n").unwrap();
    run.assert().code(2).stderr(predicate::str::contains("scored.jsonl:1: not a line of `rushlight score`"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_compared() {
    let dir = exports();
    fs::write(dir.path().join("cut.zip"), b"PK\x03\x04 and no more").unwrap();
    rushlight()
        .arg("scripts")
        .arg(dir.path())
        .assert()
        .code(1)
        .stdout(predicate::str::contains("SCRIPT 1"))
        .stderr(predicate::str::contains("cut.zip"));
    rushlight().arg("scripts").arg(TempDir::new().unwrap().path()).assert().code(2);
}

#[test]
fn results_that_lie_among_the_exports_are_passed_over() {
    let dir = exports();
    let run = |verb: &str, out: &str| {
        let mut run = rushlight();
        run.arg(verb).arg(dir.path()).arg("--out").arg(dir.path().join(out));
        run.assert().success()
    };
    run("score", "scored.jsonl");
    run("scripts", "scripts.jsonl").stderr(predicate::str::contains("1 file was passed over"));
    run("score", "scored again.jsonl")
        .stderr(predicate::str::contains("2 files were passed over that hold results of rushlight"));
    let lines = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap().lines().count();
    assert_eq!(lines("scored.jsonl"), lines("scored again.jsonl"));
    rushlight()
        .arg("import")
        .arg(dir.path())
        .assert()
        .success()
        .stderr(predicate::str::contains("3 files were passed over"));
}
