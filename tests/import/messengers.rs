//! What the fixtures of Telegram, Signal and Messenger do not show: who made an export, files that are cut off anywhere,
//! files larger than the sample, and bundles in archives.

use super::archives::zipped;
use super::*;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new("tests/fixtures/import").join(name)).unwrap()
}

/// The names of those who made the export, a conversation each.
fn owners(found: &[Imported]) -> Vec<Vec<&str>> {
    let mine = |i: &Imported| -> Vec<usize> {
        let people = i.transcript.speakers.iter().enumerate();
        people.filter(|(_, s)| s.role == Role::Me).map(|(at, _)| at).collect()
    };
    found
        .iter()
        .map(|i| mine(i).into_iter().map(|at| i.transcript.speakers[at].name.as_str()).collect())
        .collect()
}

#[test]
fn exports_tell_whose_they_are() {
    let read = |name: &str, me: Option<&str>| {
        let options = Options { me: me.map(str::to_owned), ..Options::default() };
        bytes("x", &fixture(name)[..], &options).0
    };
    // By the account's own id; in a chat of two, by the chat having the other's.
    assert_eq!(
        owners(&read("telegram_account.json", None)),
        [vec!["Max Berg"], vec!["Max Berg"], vec![], vec!["Max Berg"]]
    );
    assert_eq!(owners(&read("telegram_chat.json", None)), [["Max"]]);
    let signal = read("signal_export/main.jsonl", None);
    assert_eq!(owners(&signal), [vec!["Max Berg"], vec![], vec!["Max Berg"]]);
    // Whoever else bears the owner's name is somebody else.
    let signal = read("signal_export/main.jsonl", Some("Ida Holm"));
    assert_eq!(owners(&signal)[0], ["Ida Holm"]);
    assert_eq!(signal[0].transcript.speakers[0].name, "Ida Holm (2)");
    assert_eq!(owners(&read("sigexport_wrong_extension.log", Some("Max"))), [["Max"]]);
    assert_eq!(owners(&read("messenger_thread.json", Some("Zoë 🌷"))), [["Zoë 🌷"]]);
}

#[test]
fn a_file_cut_off_anywhere_is_still_known_and_loses_only_its_end() {
    for (name, format) in [
        ("telegram_chat.json", "telegram"),
        ("telegram_account.json", "telegram"),
        ("telegram_html_chat.html", "telegram-html"),
        ("signal_export/main.jsonl", "signal"),
        ("sigexport_contact/chat.md", "sigexport"),
        ("messenger_thread.json", "messenger"),
        ("messenger_e2ee_thread.json", "messenger-e2ee"),
    ] {
        let whole = fixture(name);
        let count = |found: &[Imported]| found.iter().map(|i| i.transcript.messages.len()).sum::<usize>();
        let mut before = 0;
        for end in (100..whole.len()).step_by(61) {
            let (found, counts) = bytes(name, &whole[..end], &Options::default());
            assert!(found.iter().all(|i| i.format == format), "{name} cut at {end}");
            let told = counts.as_ref().map_or(true, |c| c.lines == c.accounted());
            assert!(told, "{name} cut at {end}");
            // Nothing that was whole is lost with what follows it.
            assert!(count(&found) >= before, "{name} cut at {end}: {} after {before}", count(&found));
            before = count(&found);
        }
        assert!(before > 5, "{name}: {before}");
    }
}

#[test]
fn an_account_is_known_when_contacts_fill_the_sample() {
    let contact = r#"{"first_name":"Ida","last_name":"","phone_number":"+44 7700 900125","date":"2018-01-08T01:51:40"},"#;
    let text = format!(
        r#"{{"about":"x","personal_information":{{"user_id":7}},"contacts":{{"list":[{}{{}}]}},"chats":{{"list":[{{"name":"Ida","type":"personal_chat","id":8,"messages":[{{"id":1,"type":"message","date":"2024-05-01T18:02:00","from":"Max","from_id":"user7","text":"hi"}}]}}]}}}}"#,
        contact.repeat(4000)
    );
    assert!(text.len() > 300_000);
    let (found, counts) = bytes("r", text.as_bytes(), &Options::default());
    assert_eq!((found[0].format, counts.unwrap().messages), ("telegram", 1));
    assert_eq!(owners(&found), [["Max"]]);
}

#[test]
fn bundles_are_read_from_a_zip_as_from_a_folder() {
    let folders =
        ["telegram_html_pages", "messenger_parts/inbox/ida_1", "signal_export", "sigexport_contact"];
    let files = [
        "telegram_html_pages/messages.html",
        "telegram_html_pages/messages2.html",
        "telegram_html_pages/messages10.html",
        "telegram_html_pages/css/style.css",
        "telegram_html_pages/js/script.js",
        "messenger_parts/inbox/ida_1/message_1.json",
        "messenger_parts/inbox/ida_1/message_1 (1).json",
        "messenger_parts/inbox/ida_1/message_2.json",
        "messenger_parts/inbox/ida_1/message_4.json",
        "signal_export/main.jsonl",
        "signal_export/metadata.json",
        "sigexport_contact/chat.md",
        "sigexport_contact/data.json",
        "sigexport_contact/index.html",
    ];
    let contents: Vec<(&str, Vec<u8>)> = files.iter().map(|name| (*name, fixture(name))).collect();
    let entries: Vec<(&str, &[u8])> = contents.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    let (from_zip, counts) = bytes("tests/fixtures/import", &zipped(&entries)[..], &Options::default());
    assert!(counts.unwrap().warnings.iter().all(|w| w.kind != WarningKind::SkippedEntry));
    let mut from_folder = Vec::new();
    for fixture in fixtures().iter().filter(|f| folders.iter().any(|folder| f.path().ends_with(folder))) {
        from_folder.extend(input(fixture).0);
    }
    let sorted = |mut found: Vec<Imported>| {
        found.sort_by(|a, b| a.transcript.id.cmp(&b.transcript.id));
        found
    };
    assert_eq!(sorted(from_zip), sorted(from_folder));
}

#[test]
fn a_part_given_alone_says_that_others_are_missing() {
    for (name, like) in [
        ("x/messages2.html", "telegram_html_pages/messages2.html"),
        ("message_2.json", "messenger_parts/inbox/ida_1/message_2.json"),
    ] {
        let (found, _) = bytes(name, &fixture(like)[..], &Options::default());
        assert!(found[0].warnings.iter().any(|w| w.kind == WarningKind::MissingPart), "{name}");
    }
}

#[test]
fn what_is_nested_or_repeated_without_end_is_read_in_good_time() {
    let message =
        "<div class=\"message default clearfix\"><div class=\"from_name\">Ida</div><div class=\"text\">hi";
    let deep = format!("{message}{}{}<p>", "<div>".repeat(300_000), "</div></b>".repeat(150_000));
    let (found, counts) = bytes("deep.html", deep.as_bytes(), &Options::default());
    assert_eq!((found[0].transcript.messages.len(), counts.unwrap().lines), (1, 1));
    let chat = r#"{"name":"Ida","type":"personal_chat","id":1,"messages":[{"id":1,"type":"message","date":"2024-05-01T18:02:00","from":"Ida","from_id":"user1","text":"hi"}]},"#;
    let many = format!(r#"{{"chats":{{"list":[{}{{}}]}}}}"#, chat.repeat(20_000));
    let (found, _) = bytes("r", many.as_bytes(), &Options::default());
    assert_eq!((found.len(), found[19_999].transcript.id.as_str()), (20_000, "r#Ida (20000)"));
}

#[test]
fn with_a_piece_missing_no_line_is_lost() {
    for (name, format) in [
        ("sigexport_contact/chat.md", "sigexport"),
        ("signal_export/main.jsonl", "signal"),
        ("telegram_html_chat.html", "telegram-html"),
        ("telegram_chat.json", "telegram"),
        ("messenger_thread.json", "messenger"),
        ("messenger_e2ee_thread.json", "messenger-e2ee"),
    ] {
        let (whole, options) = (fixture(name), Options { format: Some(format.into()), ..Options::default() });
        for (at, length) in (0..whole.len()).step_by(53).zip([1, 7, 19, 40, 90].into_iter().cycle()) {
            let mut text = whole.clone();
            text.drain(at..(at + length).min(whole.len()));
            if let Ok(counts) = bytes(name, &text[..], &options).1 {
                assert_eq!(counts.lines, counts.accounted(), "{name} without {length} bytes at {at}");
            }
        }
    }
}

#[test]
fn lines_that_only_look_like_signal_export_are_left_to_others() {
    let format = |name: &str, text: &str| bytes(name, text.as_bytes(), &Options::default()).0[0].format;
    let swedish = "[2024-05-01 18:02:00] Ida: hej\n[2024-05-01 18:03:00] Max: hej hej\n";
    assert_eq!((format("_chat.txt", swedish), format("a/chat.md", swedish)), ("whatsapp", "sigexport"));
    let marked = format!("[2024-05-01 18:01:00] Ida: \u{200e}encrypted\n{swedish}(( hug ))\n");
    assert_eq!(format("_chat.txt", &marked), "whatsapp");
    assert_eq!(format("x", "[2019-12-24, 12:23] Me: hi\n[2019-12-24, 12:24] Ana: hey\n"), "paste");
}

#[test]
fn a_long_thread_in_plain_utf8_is_read_whole() {
    let messages: Vec<String> = (0..3000)
        .map(|n| {
            let text = "é".repeat(n % 7) + "☂ umbrella";
            format!(
                r#"{{"sender_name":"Zoë","timestamp_ms":{},"content":"{text}"}}"#,
                1_714_586_520_000u64 - n as u64
            )
        })
        .collect();
    let thread =
        format!(r#"{{"participants":[{{"name":"Zoë"}}],"messages":[{}],"title":"x"}}"#, messages.join(","));
    let (found, counts) = bytes("message_1.json", thread.as_bytes(), &Options::default());
    assert_eq!((counts.unwrap().messages, found[0].transcript.messages.len()), (3000, 3000));
}
