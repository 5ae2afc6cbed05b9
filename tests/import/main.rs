//! Imports through the public API: one fixture per oddity, each beside what it is to be read as, and the ways in
//! which files fail. All texts are invented.

mod archives;
mod beside;
mod databases;
mod imessage;
mod limits;
mod lossless;
mod mails;
mod messengers;
mod real_messengers;
mod real_phones;
mod real_slack;
mod streams;
mod takeouts;
mod told;

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rushlight::import::{
    Counts, DateOrder, ImportError, Imported, Input, Options, WarningKind, format_names, read, read_path,
    read_text, walk,
};
use rushlight::transcript::{Kind, Role};

type Outcome = (Vec<Imported>, Result<Counts, ImportError>);

fn bytes(name: &str, input: impl Read, options: &Options) -> Outcome {
    let mut found = Vec::new();
    let counts = read_text(name, input, options, &mut |imported| {
        found.push(imported);
        ControlFlow::Continue(())
    });
    (found, counts)
}

fn file(path: &Path) -> Outcome {
    let mut found = Vec::new();
    let counts = read_path(path, &Options::default(), &mut |imported| {
        found.push(imported);
        ControlFlow::Continue(())
    });
    (found, counts)
}

/// Every fixture: files, and folders that one format claims as a whole.
fn fixtures() -> Vec<Input> {
    let folder = Path::new("tests/fixtures/import");
    let inputs = walk(folder, &Options::default()).inputs.into_iter().map(Result::unwrap);
    inputs.filter(|i| i.path().extension().is_none_or(|e| e != "expected")).collect()
}

fn input(input: &Input) -> Outcome {
    let mut found = Vec::new();
    let counts = read(input, &Options::default(), &mut |imported| {
        found.push(imported);
        ControlFlow::Continue(())
    });
    (found, counts)
}

/// Everything that a reading gave, as lines that can be compared and read.
fn shown((found, counts): &Outcome) -> String {
    let mut out = String::new();
    for Imported { transcript, format, warnings, .. } in found {
        let language = transcript.language.as_deref().unwrap_or("-");
        let id = transcript.id.strip_prefix("tests/fixtures/import/").unwrap_or(&transcript.id);
        writeln!(out, "{id} ({format}, {language})").unwrap();
        for message in &transcript.messages {
            let speaker = message.speaker.map_or("*", |s| transcript.speakers[s].name.as_str());
            let time = message.time.map_or("-".to_owned(), |t| t.to_string());
            let text = message.text.reveal().escape_debug();
            writeln!(out, "  {} {time} {:?} {speaker}: {text}", message.origin.line, message.kind).unwrap();
        }
        for warning in warnings {
            writeln!(out, "  ! {warning}").unwrap();
        }
    }
    match counts {
        Ok(c) => {
            let parts = (c.messages, c.continuations, c.system, c.headings, c.warned, c.blank);
            writeln!(
                out,
                "{} lines: {} messages, {} continuations, {} system, {} headings, {} warned, {} blank",
                c.lines, parts.0, parts.1, parts.2, parts.3, parts.4, parts.5
            )
            .unwrap();
            c.warnings.iter().for_each(|w| writeln!(out, "! {w}").unwrap());
        }
        Err(error) => writeln!(out, "error: {error}").unwrap(),
    }
    out
}

/// Each `NAME` in the folder is read and compared with `NAME.expected`; RUSHLIGHT_BLESS=1 writes what is read now.
#[test]
fn fixtures_are_read_as_expected() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for fixture in fixtures() {
        seen += 1;
        let (path, outcome) = (fixture.path(), input(&fixture));
        if let Ok(counts) = &outcome.1 {
            assert_eq!(counts.lines, counts.accounted(), "{}", path.display());
        }
        let (actual, beside) = (shown(&outcome), PathBuf::from(format!("{}.expected", path.display())));
        if std::env::var_os("RUSHLIGHT_BLESS").is_some() {
            fs::write(&beside, &actual).unwrap();
        }
        if fs::read_to_string(&beside).unwrap_or_default() != actual {
            wrong.push(format!("{}\n{actual}", path.display()));
        }
    }
    assert!(seen > 30, "only {seen} fixtures found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Exports of real phones, from the folder that RUSHLIGHT_FIXTURES names. They are not part of this repository.
#[test]
fn real_exports_are_read() {
    let Some(folder) = std::env::var_os("RUSHLIGHT_FIXTURES").map(PathBuf::from) else {
        return eprintln!(
            "SKIPPED real_exports_are_read: set RUSHLIGHT_FIXTURES to a folder with whatsapp/loader.txt"
        );
    };
    let (found, counts) = file(&folder.join("whatsapp/loader.txt"));
    let (chat, counts) = (&found[0], counts.unwrap());
    let kinds = |kind| chat.transcript.messages.iter().filter(|m| m.kind == kind).count();
    assert_eq!((kinds(Kind::Message), kinds(Kind::Media), kinds(Kind::System)), (8, 3, 1));
    assert_eq!((chat.transcript.speakers.len(), counts.lines, counts.accounted()), (2, 12, 12));
    assert_eq!(chat.transcript.messages[11].time.unwrap().to_string(), "2023-08-15T21:25:16");
    // Headers of four phones in one file: the most frequent shape is the file's, nothing else becomes a speaker's line.
    let (found, counts) = file(&folder.join("whatsapp/us_nnbsp.txt"));
    let counts = counts.unwrap();
    assert_eq!((counts.messages, counts.continuations, counts.warned, counts.lines), (6, 2, 2, 10));
    assert_eq!(found[0].transcript.messages[2].time.unwrap().to_string(), "2022-07-19T23:32:00");
}

const CHAT: &str = "18/03/2022, 14:56 - Ida: Grüße aus Köln\n18/03/2022, 14:57 - Max: schöne Grüße zurück\n";

#[test]
fn the_same_chat_in_every_encoding() {
    let utf16 = |to: fn(u16) -> [u8; 2]| CHAT.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let (le, be) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    let windows: Vec<u8> = CHAT.chars().map(|c| u8::try_from(c as u32).unwrap()).collect();
    let inputs = [
        CHAT.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", CHAT.as_bytes()].concat(),
        CHAT.replace('\n', "\r\n").into_bytes(),
        [b"\xff\xfe".to_vec(), le.clone()].concat(),
        [b"\xfe\xff".to_vec(), be.clone()].concat(),
        le,
        be,
        windows,
    ];
    let expected = shown(&bytes("x", CHAT.as_bytes(), &Options::default()));
    for input in inputs {
        assert_eq!(shown(&bytes("x", &input[..], &Options::default())), expected);
    }
}

#[test]
fn undecodable_bytes_are_replaced_and_told() {
    let input = [CHAT.as_bytes(), b"18/03/2022, 14:58 - Ida: ok\xff\n"].concat();
    let (found, _) = bytes("x", &input[..], &Options::default());
    let warning = found[0].warnings[0];
    assert_eq!((warning.kind, warning.count, warning.first_line), (WarningKind::BadEncoding, 1, 3));
}

#[test]
fn inputs_that_are_no_chats() {
    let fails = |input: &[u8]| bytes("in", input, &Options::default()).1.unwrap_err();
    assert!(matches!(fails(b""), ImportError::Empty { .. }));
    assert!(matches!(fails(b" \n\n"), ImportError::Empty { .. }));
    assert!(matches!(fails(b"\x89PNG\r\n\x1a\n\0\0"), ImportError::Binary { what: "a PNG picture", .. }));
    assert!(matches!(fails(b"\0\x01\x02\x03"), ImportError::Binary { .. }));
    assert!(matches!(fails(b"{\"chats\": []}"), ImportError::UnknownFormat { .. }));
    assert!(matches!(fails(b"\xff\xfe\0\0a\0\0\0"), ImportError::Encoding { encoding: "UTF-32", .. }));
    let forced = Options { format: Some("whatsapp".into()), ..Options::default() };
    assert!(matches!(bytes("in", &b"hello\n"[..], &forced).1, Err(ImportError::NoMessages { .. })));
    let unknown = Options { format: Some("fax".into()), ..Options::default() };
    assert!(matches!(bytes("in", &b"hello\n"[..], &unknown).1, Err(ImportError::NoSuchFormat { .. })));
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(file(&dir.path().join("gone.txt")).1, Err(ImportError::Vanished { .. })));
    assert!(matches!(file(dir.path()).1, Err(ImportError::Unreadable { .. })));
}

#[test]
fn the_sink_may_stop_and_the_owner_is_marked() {
    let records =
        r#"{"messages":[{"speaker":"Ida","text":"hi"},{"speaker":"Max","text":"hey"}]}"#.to_owned() + "\n";
    let options = Options { me: Some("Max".into()), ..Options::default() };
    let mut found = Vec::new();
    let counts = read_text("r", records.repeat(5).as_bytes(), &options, &mut |imported| {
        found.push(imported);
        if found.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((found.len(), counts.unwrap().conversations), (2, 2));
    assert_eq!(
        found[0].transcript.speakers.iter().map(|s| s.role).collect::<Vec<_>>(),
        [Role::Unknown, Role::Me]
    );
}

#[test]
fn the_wish_for_an_order_is_heard_where_dates_leave_it_open() {
    let options = Options { date_order: Some(DateOrder::MonthFirst), ..Options::default() };
    let (found, _) = bytes("x", &b"1/2/24, 10:00 - Ida: hi\n1/2/24, 10:01 - Max: hey\n"[..], &options);
    assert_eq!(found[0].transcript.messages[0].time.unwrap().to_string(), "2024-01-02T10:00:00");
    assert!(found[0].warnings.is_empty());
}

#[test]
fn nothing_that_is_shown_of_a_failure_or_a_doubt_holds_words_of_the_chat() {
    let secret = "zyzzyva";
    let inputs = [
        format!(
            "{{\"messages\":[{{\"speaker\":\"{secret}\",\"text\":\"{secret}\",\"time\":\"{secret}\"}}]}}\n{{\"{secret}\": tru\n"
        ),
        format!(
            "[{{\"messages\":[{{\"speaker\":\"{secret}\",\"text\":\"{secret}\"}}]}}, {{\"{secret}\" {secret}"
        ),
        format!("{secret}\n18/13/2022, 10:00 - {secret}: {secret}\n18/18/2022, 10:00 - {secret}: {secret}\n"),
        format!("speaker,text,time\n{secret},{secret},{secret}\n{secret}\n"),
        format!("{{\"{secret}\": 1}}"),
    ];
    for input in inputs {
        let (found, counts) = bytes("in", input.as_bytes(), &Options::default());
        let mut told = format!("{counts:?} {found:?}");
        found.iter().flat_map(|f| &f.warnings).for_each(|w| told += &w.to_string());
        match counts {
            Ok(counts) => counts.warnings.iter().for_each(|w| told += &w.to_string()),
            Err(error) => told += &error.to_string(),
        }
        assert!(!told.contains(secret), "{told}");
    }
}

#[test]
fn a_broken_array_gives_what_came_before() {
    let input = br#"[{"messages":[{"speaker":"A","text":"hi"}]}, {"messages":[{"speaker":"A","te"#;
    let (found, result) = bytes("a.json", &input[..], &Options::default());
    assert_eq!(found.len(), 1);
    assert!(matches!(result, Err(ImportError::Broken { line: 1, .. })));
}
