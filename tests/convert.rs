//! What `import --to` writes is what our own importers read: nothing is lost on the way there and back.

use std::ops::ControlFlow;
use std::process::Command;

use rushlight::import::{Imported, Options, read_path};
use rushlight::transcript::{Message, Transcript};

fn import(path: &std::path::Path) -> Vec<Imported> {
    let mut found = Vec::new();
    read_path(path, &Options::default(), &mut |imported| {
        found.push(imported);
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

type Entry = (Option<String>, Option<String>, String, String, u64);

fn entries(chat: &Transcript) -> Vec<Entry> {
    let entry = |m: &Message| {
        let name = m.speaker.map(|s| chat.speakers[s].name.clone());
        let (time, kind) = (m.time.map(|t| t.to_string()), format!("{:?}", m.kind));
        (name, time, m.text.reveal().to_owned(), kind, m.origin.line)
    };
    chat.messages.iter().map(entry).collect()
}

/// Chats with everything that could get lost: pictures, removed messages, notices, quotes, commas, line ends, marks.
const CHAT: &str = "18/03/2022, 14:55 - Ida created group \"tea, cake\"\n\
    18/03/2022, 14:56 - Ida: =1+1, \"two\"\nand a second line\n\
    18/03/2022, 14:57 - Max \u{1f338}: cat.jpg (file attached)\n\
    18/03/2022, 14:58 - Max \u{1f338}: This message was deleted\n\
    18/03/2022, 14:59 - שירה: <photo>\n\
    18/03/2022, 15:00 - Ida:  leading and trailing \n";

#[test]
fn there_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.txt"), CHAT).unwrap();
    let record = r#"{"id":"r","messages":[{"speaker":" B ","time":"2024-05-01T18:02:00Z","text":"x\r\ny\r"},{"speaker":"C","time":"9:05","text":""}]}"#;
    std::fs::write(folder.join("b.jsonl"), format!("{record}\n{record}\n")).unwrap();
    let before: Vec<_> =
        ["a.txt", "b.jsonl"].iter().flat_map(|f| import(&folder.join(f))).map(|i| i.transcript).collect();
    assert_eq!(before.len(), 3);
    for form in ["jsonl", "csv", "parquet"] {
        let out = dir.path().join(format!("out.{form}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_rushlight"));
        let status =
            command.arg("import").arg(&folder).args(["--to", form, "--out"]).arg(&out).output().unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
        assert!(!String::from_utf8_lossy(&status.stdout).contains("second line"), "the words are not shown");
        let after = import(&out);
        assert_eq!(after.len(), before.len(), "{form}");
        for (a, b) in before.iter().zip(&after) {
            assert_eq!(entries(a), entries(&b.transcript), "{form}");
        }
        let ids: Vec<&str> = after.iter().map(|i| i.transcript.id.as_str()).collect();
        let again = if form == "jsonl" { "r" } else { "r (2)" };
        assert_eq!(&ids[1..], ["r", again], "{form}");
    }
}

fn rushlight(input: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let output =
        assert_cmd::Command::cargo_bin("rushlight").unwrap().args(args).write_stdin(input).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_verb_says_what_was_understood_and_shows_no_words() {
    let (code, out, _) =
        rushlight(CHAT, &["import", "--tz", "Europe/Berlin", "--child", "Ida", "--width", "70"]);
    assert_eq!(code, Some(0));
    for told in [
        "whatsapp",
        "Ida (child): 2",
        "5 messages (1 media, 1 deleted), 1 system line",
        "14:55 to 2022-03-18 15:00, clocks of",
        "Europe/Berlin",
        "7: 5 messages, 1 going on, 1 system",
    ] {
        assert!(out.contains(told), "{told} is missing in {out}");
    }
    assert!(
        !out.contains("second line") && out.lines().all(|l| unicode_width::UnicodeWidthStr::width(l) <= 70),
        "{out}"
    );
    let hostile = CHAT.replace("Max", "M\u{1b}[2Jx\u{202e}");
    assert!(!rushlight(&hostile, &["import"]).1.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn names_are_changed_merged_and_misspelt() {
    let (_, out, said) = rushlight(
        "Ana: hi\nBen: hey\nAnna: ok\nBen: yes\n",
        &["import", "--rename", "Anna=Ana", "--rename", "Bem=B"],
    );
    assert!(out.contains("Ana: 2, Ben: 2") && said.contains("\"Bem\""), "{out}{said}");
    for bad in [["--tz", "Mars/Base"], ["--tz", "+25:00"], ["--rename", "Anna"]] {
        assert_eq!(rushlight("Ana: hi\n", &["import", bad[0], bad[1]]).0, Some(2));
    }
}

#[test]
fn aliases_are_shared_by_the_runs_of_a_case() {
    let dir = tempfile::tempdir().unwrap();
    let case = dir.path().join("case");
    let run = |text: &str| {
        rushlight(text, &["import", "--to", "jsonl", "--pseudonymise", "--case", case.to_str().unwrap()])
    };
    let (_, first, _) =
        run("Ana Berg: mail me, a.b@mail.example\nBen: ok ana\nAna Berg: +44 7700 900123\nBen: hm\n");
    assert!(
        first.contains("mail me, <email 1>") && first.contains("ok Person 1") && first.contains("<phone 1>"),
        "{first}"
    );
    let (_, second, _) = run("Cy: hi\nBen: 0044 7700 900123 is hers\nCy: thanks\nBen: sure\n");
    assert!(second.contains("<phone 1> is hers") && second.contains("Person 3"), "{second}");
}

#[test]
fn a_file_is_not_replaced_unasked_and_has_its_name_only_when_complete() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("o.csv");
    let args = ["import", "--to", "csv", "--out", out.to_str().unwrap()];
    assert_eq!(rushlight(CHAT, &args).0, Some(0));
    let (code, _, said) = rushlight(CHAT, &args);
    assert!(code == Some(2) && said.contains("--overwrite"), "{said}");
    // What this program has written is replaced, in whatever form; another export is not.
    let over = |form: &str, out: &std::path::Path| {
        rushlight(CHAT, &["import", "-q", "--to", form, "--out", out.to_str().unwrap(), "--overwrite"])
    };
    for form in ["jsonl", "parquet", "csv"] {
        let (code, told, said) = over(form, &out);
        assert!(
            code == Some(0) && told.is_empty() && said.contains("read: 1 input, 1 chat, 5 messages"),
            "{told}{said}"
        );
    }
    let kept = tempfile::tempdir().unwrap();
    let export = kept.path().join("other.jsonl");
    for mine in [CHAT, "{\"id\":\"a\",\"risk\":1,\"messages\":[]}\n", "conversation,text\na,b\n"] {
        std::fs::write(&export, mine).unwrap();
        let (code, _, said) = over("jsonl", &export);
        assert!(code == Some(2) && said.contains("holds something else"), "{said}");
        assert_eq!(std::fs::read_to_string(&export).unwrap(), mine);
    }
    assert_eq!(std::fs::read_dir(kept.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no half file is left");
    assert_eq!(rushlight("", &["import"]).0, Some(1));
}
