//! Exports of real accounts, from the folder that RUSHLIGHT_FIXTURES names. They are not part of this repository.

use super::*;

/// Messages, media and system lines of one conversation.
fn kinds(chat: &Imported) -> (usize, usize, usize) {
    let count = |kind| chat.transcript.messages.iter().filter(|m| m.kind == kind).count();
    (count(Kind::Message), count(Kind::Media), count(Kind::System))
}

fn warned(chat: &Imported, kind: WarningKind) -> u64 {
    chat.warnings.iter().filter(|w| w.kind == kind).map(|w| w.count).sum()
}

#[test]
fn real_telegram_and_messenger_exports_are_read() {
    let Some(folder) = std::env::var_os("RUSHLIGHT_FIXTURES").map(PathBuf::from) else {
        return eprintln!(
            "SKIPPED real_telegram_and_messenger_exports_are_read: set RUSHLIGHT_FIXTURES to a folder with telegram and messenger"
        );
    };
    let read = |name: &str| {
        let (found, counts) = file(&folder.join(name));
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted(), "{name}");
        (found, counts)
    };
    let (found, counts) = read("telegram/single_chat.json");
    assert_eq!((found.len(), kinds(&found[0]), counts.lines), (1, (4, 0, 0), 4));
    let json = &found[0].transcript;
    assert_eq!(json.messages[0].time.unwrap().to_string(), "2023-08-23T20:11:23Z");
    // The same chat as a page: the same people and words. Its offset is that of winter, an hour off, as Telegram wrote it.
    let (found, counts) = read("telegram/messages.html");
    assert_eq!((found[0].format, counts.messages, counts.headings, counts.lines), ("telegram-html", 4, 1, 5));
    let same = |t: &rushlight::transcript::Transcript| {
        t.messages.iter().map(|m| (m.speaker, m.text.clone())).collect::<Vec<_>>()
    };
    assert_eq!(same(&found[0].transcript), same(json));
    assert_eq!(found[0].transcript.messages[0].time.unwrap().to_string(), "2023-08-23T21:11:23Z");

    let (found, counts) = read("telegram/account_2020-01.json");
    assert_eq!((found.len(), counts.lines, counts.warned), (4, 50, 0));
    let seen: Vec<_> = found.iter().map(kinds).collect();
    assert_eq!(seen, [(20, 9, 5), (3, 7, 2), (5, 0, 0), (1, 0, 1)]);
    assert_eq!(warned(&found[2], WarningKind::NamelessPerson), 1);
    assert_eq!(found[0].transcript.speakers.iter().filter(|s| s.role == Role::Me).count(), 1);
    let (found, counts) = read("telegram/account_2023-01.json");
    assert_eq!((found.len(), kinds(&found[0]), counts.lines), (1, (1, 0, 5), 6));
    let (found, counts) = read("telegram/account_2024-01.json");
    assert_eq!((found.len(), kinds(&found[0]), counts.lines), (1, (1, 0, 1), 2));
    assert_eq!(warned(&found[0], WarningKind::DisappearingMessages), 1);

    let (found, counts) = read("messenger/facebook_chat.json");
    assert_eq!((found[0].format, kinds(&found[0]), counts.lines), ("messenger", (10, 1, 0), 11));
    assert_eq!(found[0].transcript.messages[0].time.unwrap().to_string(), "2023-02-04T22:17:02.673Z");
}
