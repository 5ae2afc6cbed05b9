//! The program as its users meet it: output, exit codes, and what it does with bad input.

mod batch;
mod ways_back;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

fn rushlight() -> Command {
    let mut command = Command::cargo_bin("rushlight").unwrap();
    command.env_remove("RUSHLIGHT_MODELS").env_remove("NO_COLOR").env_remove("RUSHLIGHT_KERNEL");
    command
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

fn json(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A folder with one file of the given content.
fn folder(name: &str, content: &[u8]) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    (dir, path)
}

#[test]
fn the_six_examples_have_the_right_bands() {
    for (name, worrying) in [
        ("new-team.txt", true),
        ("hotel-job.txt", true),
        ("old-phone.txt", true),
        ("raid-night.txt", false),
        ("ski-season.txt", false),
        ("cracked-screen.txt", false),
    ] {
        let result = json(rushlight().arg("check").arg(example(name)).args(["--format", "json"]));
        let band = result["band"].as_str().unwrap();
        assert_eq!(["look", "look now"].contains(&band), worrying, "{name} is {band} at {}", result["risk"]);
        assert_eq!(band == "quiet", !worrying, "{name} is {band}");
    }
}

#[test]
fn text_that_is_no_chat_is_not_called_quiet() {
    let result = json(rushlight().arg("check").arg(example("vectors.rs")).args(["--format", "json"]));
    assert_eq!(result["band"], "cannot say");
    assert!(result["reason"].as_str().unwrap().contains("unlike a chat"), "{}", result["reason"]);
    let caveats = result["caveats"].as_array().unwrap();
    assert!(caveats.iter().any(|c| c["code"] == "unlike_chat"));
}

#[test]
fn the_report_of_a_worrying_chat_says_who_when_and_why() {
    rushlight()
        .arg("check")
        .arg(example("new-team.txt"))
        .assert()
        .success()
        .stdout(predicate::str::contains("risk indicator for human review"))
        .stdout(predicate::str::contains("LOOK"))
        .stdout(predicate::str::contains("Kestrel"))
        .stdout(predicate::str::contains("First warning"))
        .stdout(predicate::str::contains("Why, in order"))
        .stdout(predicate::str::contains("What this does not know"));
}

#[test]
fn a_pipe_is_read_like_a_file_and_has_no_colour() {
    let text = fs::read_to_string(example("old-phone.txt")).unwrap();
    rushlight()
        .arg("check")
        .write_stdin(text)
        .assert()
        .success()
        .stdout(predicate::str::contains("pasted"))
        .stdout(predicate::str::contains("\u{1b}[").not());
}

#[test]
fn every_line_of_the_report_fits_the_width() {
    for width in [60usize, 72, 100] {
        let mut command = rushlight();
        command.arg("check").arg(example("new-team.txt")).args(["--width", &width.to_string()]);
        let output = command.output().unwrap();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "wider than {width}: {line}");
        }
    }
}

#[test]
fn json_follows_the_contract_and_holds_no_message_text() {
    let output =
        rushlight().arg("check").arg(example("new-team.txt")).args(["--format", "json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("castle server") && !text.contains("between us"));
    let result: Value = serde_json::from_str(&text).unwrap();
    for key in [
        "id",
        "risk",
        "band",
        "patterns",
        "person_of_concern",
        "first_warning",
        "messages",
        "caveats",
        "model",
        "version",
    ] {
        assert!(result.get(key).is_some(), "{key} is missing");
    }
    let messages = result["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 24, "the app's own line is not scored");
    assert_eq!(messages[0]["index"], 1);
    assert_eq!(messages[0]["signals"].as_object().unwrap().len(), 10);
    assert_eq!(result["patterns"].as_object().unwrap().len(), 6);
    assert_eq!(result["person_of_concern"], serde_json::json!(["Kestrel"]));
    let risks: Vec<f64> = messages.iter().map(|m| m["risk"].as_f64().unwrap()).collect();
    assert_eq!(risks.last().copied(), result["risk"].as_f64(), "the last risk so far is the conversation's");
    let first = result["first_warning"]["index"].as_u64().unwrap();
    let up: Vec<bool> = messages.iter().map(|m| m["index"].as_u64().unwrap() >= first).collect();
    let look = risks[up.iter().position(|u| *u).unwrap()..].iter().copied().fold(1.0, f64::min);
    let before = up.iter().position(|u| *u).unwrap();
    assert!(
        before == 0 || risks[before - 1] < look,
        "the warning begins where the risk so far came up to stay"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let run = |threads: &str| {
        let mut command = rushlight();
        command
            .env("RAYON_NUM_THREADS", threads)
            .arg("check")
            .arg(example("hotel-job.txt"))
            .args(["--format", "json"]);
        command.output().unwrap().stdout
    };
    assert_eq!(run("1"), run("4"));
}

#[test]
fn exit_codes_are_a_contract() {
    rushlight()
        .arg("check")
        .arg("no-such-file.txt")
        .assert()
        .code(1)
        .stderr(predicate::str::contains("no-such-file.txt"));
    rushlight().arg("chekc").assert().code(2);
    rushlight().args(["check", "--model", "no-such-model"]).arg(example("old-phone.txt")).assert().code(2);
    rushlight().arg("check").arg(example("old-phone.txt")).args(["--fail-on", "look"]).assert().code(3);
    rushlight().arg("check").arg(example("ski-season.txt")).args(["--fail-on", "look"]).assert().code(0);
}

#[test]
fn bad_input_gets_a_clear_error_and_no_panic() {
    let mut zip = vec![b'P', b'K', 3, 4];
    zip.extend([0; 40]);
    let cases: [(&str, Vec<u8>); 5] = [
        ("empty.txt", Vec::new()),
        ("blank.txt", b" \n\n\t\n".to_vec()),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec()),
        ("noise.txt", (0..4000u32).map(|i| (i * 7919 % 251) as u8).collect()),
        ("cut.zip", zip),
    ];
    for (name, content) in cases {
        let (_dir, path) = folder(name, &content);
        let output = rushlight().arg("check").arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(name) && said.contains(';') && !said.contains("panicked"), "{name}: {said}");
    }
}

#[test]
fn little_text_and_foreign_text_are_not_called_quiet() {
    let short = json(rushlight().args(["check", "--format", "json"]).write_stdin("A: hi\n"));
    assert_eq!(short["band"], "cannot say");
    assert!(short["reason"].as_str().unwrap().contains("too little text"));
    let german = "Anna: Hallo Oma, kommst du am Sonntag zum Essen?\nOma: Ja gerne, soll ich einen Kuchen mitbringen?\n\
                  Anna: Das wäre sehr schön, den mit den Äpfeln\nOma: Dann backe ich am Samstag und fahre mit dem Bus\n";
    let german = json(rushlight().args(["check", "--format", "json"]).write_stdin(german));
    assert_eq!(german["band"], "cannot say");
    assert!(german["reason"].as_str().unwrap().contains("language"), "{}", german["reason"]);
}

#[test]
fn hostile_text_cannot_reach_the_terminal() {
    let chat = fs::read_to_string(example("old-phone.txt")).unwrap();
    let chat = chat
        .replace("promise", "promise \u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}")
        .replace("Unknown", "Un\u{1b}[31mknown");
    let output = rushlight().arg("check").write_stdin(chat).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}') && !shown.contains('\u{202e}'), "{shown}");
}

#[test]
fn many_speakers_and_many_messages_pass() {
    let crowd: String = (0..900)
        .map(|i| format!("Person {}: message number {i} about the garden party\n", i % 300))
        .collect();
    let result = json(rushlight().args(["check", "--format", "json"]).write_stdin(crowd));
    assert_eq!(result["input"]["speakers"], 300);
    assert!(result["caveats"].to_string().contains("many_speakers"));
}

#[test]
fn roles_are_shown_and_a_misspelt_name_is_pointed_out() {
    rushlight()
        .arg("check")
        .arg(example("new-team.txt"))
        .args(["--adult", "Kestrel", "--child", "Pipp", "--me", "pip"])
        .assert()
        .success()
        .stdout(predicate::str::contains("Kestrel (adult)").and(predicate::str::contains("was not used")))
        .stderr(
            predicate::str::contains("nobody is called \"Pipp\" here; did you mean \"Pip\"?")
                .and(predicate::str::contains("\"pip\" here; did you mean \"Pip\"?")),
        );
    let mut check = rushlight();
    check.arg("check").arg(example("new-team.txt")).args(["--child", "Pip", "--rename", "Kestrel=Coach"]);
    check.assert().stdout(
        predicate::str::contains("Pip (child)")
            .and(predicate::str::contains("Coach has another name"))
            .and(predicate::str::contains("Kestrel").not()),
    );
    let result = json(check.args(["--format", "json"]));
    assert_eq!(result["input"]["roles"]["Pip"], "child");
    check.args(["--adult", "Pip"]).assert().code(2).stderr(predicate::str::contains("two roles"));
}

#[test]
fn what_is_told_to_somebody_who_listens_is_not_called_quiet() {
    let chat: String = (0..6)
        .map(|i| {
            format!(
                "Sam: the bus was late again on day {i} and i walked home\nLine: thank you for telling me\n"
            )
        })
        .collect();
    let check = |text: &str, more: &[&str]| {
        json(rushlight().args(["check", "--format", "json"]).args(more).write_stdin(text.to_owned()))
    };
    assert_eq!(check(&chat, &[])["band"], "quiet");
    for told in [check(&chat, &["--staff", "Line"]), check(&chat.replace("Line:", "Helpline:"), &[])] {
        assert_eq!(told["band"], "cannot say");
        assert!(told["reason"].as_str().unwrap().contains("told of"), "{}", told["reason"]);
    }
    let few: String = chat.lines().take(6).map(|line| format!("{line}\n")).collect();
    assert!(check(&few, &[])["caveats"].to_string().contains("It is short"));
}

#[test]
fn nobody_unknown_is_counted_or_named() {
    let text = fs::read_to_string(example("new-team.txt")).unwrap();
    let bare: Vec<&str> = text.lines().filter_map(|line| line.splitn(3, ": ").last()).collect();
    let (_dir, path) = folder("bare.txt", bare.join("\n").as_bytes());
    let unknown = || {
        let mut check = rushlight();
        check.arg("check").arg(&path).args(["--unnamed", "unknown", "--as", "paste"]);
        check
    };
    assert!(json(unknown().args(["--format", "json"]))["person_of_concern"].as_array().unwrap().is_empty());
    unknown().assert().stdout(
        predicate::str::contains("by people unknown").and(predicate::str::contains("are the reason").not()),
    );
}

#[test]
fn one_side_with_nothing_in_it_is_no_all_clear() {
    let side: String = (0..8)
        .map(|i| {
            format!(
                "Robin: i baked loaf number {i} today and walked the long way round the lake with my sister\n"
            )
        })
        .collect();
    let check = |text: String, more: &[&str]| {
        json(rushlight().args(["check", "--format", "json"]).args(more).write_stdin(text))
    };
    let one = check(side.clone(), &[]);
    assert_eq!(one["band"], "cannot say");
    assert!(one["reason"].as_str().unwrap().contains("only one side"), "{}", one["reason"]);
    assert!(one["caveats"].to_string().contains("one_sided"));
    let two = check(side.replacen("Robin: i baked loaf number 3", "Alex: i baked loaf number 3", 1), &[]);
    assert_eq!(two["band"], "quiet");
    // Lines without names may be of several people.
    let nameless = check(side.replace("Robin: ", ""), &["--unnamed", "unknown"]);
    assert_eq!(nameless["band"], "cannot say");
    assert!(nameless["reason"].as_str().unwrap().contains("came as one text"), "{}", nameless["reason"]);
    let turns = check("are you home\nnearly, missed the bus\nbring bread then\nwhite or brown\nwhichever is left\nok see you\n".into(), &[]);
    assert_eq!((&turns["band"], &turns["input"]["speakers"]), (&"cannot say".into(), &2.into()));
    assert!(turns["reason"].as_str().unwrap().contains("names nobody"), "{}", turns["reason"]);
    // Who says so has said who wrote what.
    let said = check("are you home\nnearly, missed the bus\nbring bread then\nwhite or brown\nwhichever is left\nok see you\n".into(), &["--unnamed", "alternating"]);
    assert_eq!(said["band"], "quiet");
    assert!(said["caveats"].to_string().contains("said_to_alternate"));
    // What has names and colons may be no chat either.
    let programme = "20:00 Hill TV: The News\n20:30 Hill TV: Gardens of the north\n21:00 Hill TV: Film, The Mill\n20:00 Bay TV: Quiz Night\n21:00 Bay TV: Ten Bakers\n22:00 Bay TV: Weather\n";
    for asked in [&[][..], &["--unnamed", "alternating"]] {
        let guide = check(programme.into(), asked);
        assert_eq!(guide["band"], "cannot say");
        assert!(guide["reason"].as_str().unwrap().contains("not like a chat"), "{}", guide["reason"]);
    }
}

#[test]
fn a_model_of_another_release_is_told_by_how_it_reads() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("model.toml"), "prompt = 2\n[bands]\nname = 0.2\n").unwrap();
    let check =
        rushlight().arg("check").arg(example("old-phone.txt")).arg("--model").arg(dir.path()).assert();
    check.code(2).stderr(predicate::str::contains("use a matching release"));
}

#[test]
fn digits_for_letters_are_read_as_the_letters() {
    let ids = |text: &str| {
        let line = format!("{{\"id\":\"a\",\"messages\":[{{\"speaker\":\"A\",\"text\":\"{text}\"}}]}}\n");
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("chat.jsonl");
        fs::write(&path, line).unwrap();
        let tokenizer = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/rushlight-small/tokenizer.json");
        json(rushlight().arg("tokens").arg(path).arg("--tokenizer").arg(tokenizer))["pieces"][0]["ids"]
            .clone()
    };
    assert_eq!(ids("7h15 is our 5ecre7, pr0m153"), ids("this is our secret, promise"));
    assert_eq!(ids("in Year7 at 10am"), ids("in year7 at 10AM"));
    assert_ne!(ids("$33k"), ids("seek"));
    assert_ne!(ids("@lex"), ids("alex"));
}

#[test]
fn a_model_folder_with_swapped_or_missing_files_is_refused() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/rushlight-small");
    let files = ["model.toml", "model.gguf", "tokenizer.json", "head.safetensors"];
    for broken in files {
        let dir = TempDir::new().unwrap();
        for file in files {
            fs::copy(model.join(file), dir.path().join(file)).unwrap();
        }
        let path = dir.path().join(broken);
        if broken == "model.toml" {
            fs::write(&path, "name = \"x\"").unwrap();
        } else {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
        let check = || {
            let mut command = rushlight();
            command.arg("check").arg(example("old-phone.txt")).arg("--model").arg(dir.path());
            command
        };
        check().assert().code(2).stderr(predicate::str::contains(broken));
        fs::remove_file(&path).unwrap();
        check().assert().code(2);
    }
}

#[test]
fn the_schema_describes_the_output() {
    let schema = json(rushlight().arg("schema"));
    let result = json(rushlight().arg("check").arg(example("old-phone.txt")).args(["--format", "json"]));
    let known = schema["properties"].as_object().unwrap();
    for key in result.as_object().unwrap().keys() {
        assert!(known.contains_key(key), "{key} is not in the schema");
    }
    for key in schema["required"].as_array().unwrap() {
        assert!(result.get(key.as_str().unwrap()).is_some(), "{key} is required and missing");
    }
}

#[test]
fn the_published_schemas_are_those_in_use() {
    for of in ["assessment", "result", "scripts"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{of}.schema.json"));
        let published = fs::read_to_string(path).unwrap();
        let output = rushlight().args(["schema", of]).output().unwrap();
        assert_eq!(
            published,
            String::from_utf8(output.stdout).unwrap(),
            "run `rushlight schema {of} > docs/{of}.schema.json`"
        );
    }
}

#[test]
fn the_results_that_are_kept_fit_their_schema() {
    let schema = json(rushlight().args(["schema", "result"]));
    let known = schema["properties"].as_object().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("eval/results");
    let (mut seen, required) = (0, schema["required"].as_array().unwrap());
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Timings are no results of a suite.
        if !name.ends_with(".json") || name.starts_with("bench-") {
            continue;
        }
        let result: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert!(result.as_object().unwrap().keys().all(|k| known.contains_key(k)), "{name}");
        assert!(required.iter().all(|k| result.get(k.as_str().unwrap()).is_some()), "{name}");
        seen += 1;
    }
    assert!(seen > 0, "no result is kept");
}

#[test]
fn models_completions_and_man_pages_are_there() {
    rushlight()
        .args(["models", "list"])
        .assert()
        .success()
        .stdout(predicate::str::contains("rushlight-small"));
    rushlight().args(["models", "show"]).assert().success().stdout(predicate::str::contains("sha256"));
    rushlight()
        .args(["completions", "bash"])
        .assert()
        .success()
        .stdout(predicate::str::contains("rushlight"));
    for (verb, title) in
        [(&["check"][..], "rushlight-check"), (&["eval", "compare"], "rushlight-eval-compare")]
    {
        let page = rushlight().arg("man").args(verb).assert().success();
        page.stdout(predicate::str::contains(format!(".TH {title} 1")));
    }
    rushlight().args(["man", "eval", "nothing"]).assert().code(2);
}

#[test]
fn markdown_is_a_case_note() {
    rushlight()
        .arg("check")
        .arg(example("hotel-job.txt"))
        .args(["--format", "md"])
        .assert()
        .success()
        .stdout(predicate::str::starts_with("# "))
        .stdout(predicate::str::contains("## Why, in order"));
}
