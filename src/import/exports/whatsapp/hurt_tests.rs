//! Chats that a scan, a copy or a hand has damaged, and words around them.

use super::tests::{import, said};
use crate::import::WarningKind;

/// How often and where first a doubt of `kind` is told of `text`.
fn told(text: &str, kind: WarningKind) -> Option<(u64, u64)> {
    import(text).0.warnings.iter().find(|w| w.kind == kind).map(|w| (w.count, w.first_line))
}

fn damaged(text: &str) -> Option<(u64, u64)> {
    told(text, WarningKind::DamagedHead)
}

const ANDROID: [&str; 4] =
    ["13/03/2024, 21:01 - Ana: a", "13/03/2024, 21:02 - Bo: b", "", "13/03/2024, 21:09 - Ana: d"];
const IOS: [&str; 4] =
    ["[13.03.24, 21:01:11] Ana: a", "[13.03.24, 21:02:11] Bo: b", "", "[13.03.24, 21:09:11] Ana: d"];

/// The chat with `line` in its third place.
fn with(chat: [&str; 4], line: &str) -> String {
    chat.map(|l| if l.is_empty() { line } else { l }).join("\n")
}

#[test]
fn what_a_damaged_head_was_is_told_by_name_and_time() {
    for (chat, line) in [
        (ANDROID, "13/O3/2024, 2l:04 - Bo: c"),
        (ANDROID, "13/03/2024, 2104 - Bo: c"),
        (ANDROID, "13/03/2024, 21:04 Bo: c"),
        (ANDROID, "13/03/2024 21:04 - Bo: c"),
        (ANDROID, "13/03/204, 21:04 - Bo: c"),
        (ANDROID, "13/03/2024, 21:4 - Bo: c"),
        (ANDROID, "13/03/2024, - Bo: c"),
        (ANDROID, "21:04 - Bo: c"),
        (ANDROID, "13/03/2024, 21:04 - Bo; c"),
        (ANDROID, "13/03/2024, 21:04 - Bo:c"),
        (ANDROID, "13/03/2024,\n21:04 - Bo: c"),
        (ANDROID, "13/03/2024, 21:04 -\nBo: c"),
        (IOS, "13.03.24, 21:04:11] Bo: c"),
        (IOS, "[13.03.24, 21:04:11 Bo: c"),
        (IOS, "{13.03.24, 21:04:11) Bo: c"),
        (IOS, "[ 13.03.24, 21:04:11 ] Bo: c"),
        (IOS, "[13.03.24, 21:04:11] Bo c"),
        (IOS, "[21:04:11] Bo: c"),
    ] {
        let text = with(chat, line);
        let expected = ["Message Ana: a", "Message Bo: b", "Message Bo: c", "Message Ana: d"];
        assert_eq!(
            (said(&text), damaged(&text)),
            (expected.map(str::to_owned).into(), Some((1, 3))),
            "{line}"
        );
    }
}

#[test]
fn heads_on_one_line() {
    let text =
        with(ANDROID, "13/03/2024, 21:04 - Bo: c 13/03/2024, 21:05 - Ana: e 13/03/2024, 21:06 - Bo: f");
    assert_eq!(said(&text)[2..5], ["Message Bo: c", "Message Ana: e", "Message Bo: f"]);
    assert_eq!(damaged(&text), Some((2, 3)));
}

#[test]
fn words_with_times_stay_words() {
    for line in [
        "11:00 - Bo: gate 4",
        "21:40 Bo: gate 4",
        "14/03/2024, 10:00 dentist",
        "13/02/2024 - Bo: 40 l",
        "10:4 Bo: won",
        "13/03/2024 21:04 - shop - soup",
        "Bo: bread",
        "2. cups: 20",
    ] {
        let text = with(ANDROID, line);
        assert_eq!((said(&text).len(), damaged(&text)), (3, None), "{line}");
    }
}

#[test]
fn a_chat_in_a_message_is_told() {
    let quoted = |line: &str| told(&with(ANDROID, line), WarningKind::QuotedChat);
    assert_eq!(quoted("[21:00, 12/02/2024] Max: c\n[21:01, 12/02/2024] Kim: c"), Some((2, 3)));
    assert_eq!(quoted("so 12/02/2024, 21:00 - Ana: c"), Some((1, 3)));
    let lines = "13/03/2024, 20:00 - Max: c\n13/03/2024, 20:01 - Kim: c";
    assert_eq!(told(&with(ANDROID, lines), WarningKind::AnotherChat), Some((1, 3)));
    // One that came late.
    assert_eq!(told(&with(ANDROID, "13/03/2024, 20:00 - Max: c"), WarningKind::AnotherChat), None);
}

#[test]
fn words_behind_the_last_message_are_nobodys() {
    let after = |text: &str| told(text, WarningKind::LineAfterLastMessage);
    let chat = with(ANDROID, "13/03/2024, 21:04 - Bo: c");
    let noted = format!("{chat}\n\nWhat should I do?\nUta\n");
    assert_eq!((said(&noted)[4].as_str(), after(&noted)), ("System *: What should I do?\nUta", Some((2, 6))));
    let ruled = format!("{chat}\n----\nTaken down by U.\n");
    assert_eq!((said(&ruled)[4].as_str(), after(&ruled)), ("System *: Taken down by U.", Some((1, 6))));
    // Where people write paragraphs, it is one.
    let paragraphs = format!("{}\n\nlove\n", with(ANDROID, "\nagain\n13/03/2024, 21:04 - Bo: c"));
    assert_eq!((said(&paragraphs)[3].as_str(), after(&paragraphs)), ("Message Ana: d\n\nlove", None));
    let short = format!("{}\n{}\n\nlove\n", ANDROID[0], ANDROID[1]);
    assert_eq!(told(&short, WarningKind::DoubtfulName), Some((1, 4)));
}

#[test]
fn an_export_ends_with_its_last_message() {
    let after = |text: &str| told(text, WarningKind::LineAfterLastMessage);
    let messages: Vec<String> = (10..24).map(|at| format!("13/03/2024, 21:{at} - Ana: a")).collect();
    let opening = "13/03/2024, 21:00 - Messages and calls are end-to-end encrypted.";
    let last = "13/03/2024, 22:00 - Bo: Hi Ana,\n\nthe address is\n12 Hill Road. See you there!";
    let whole = format!("{opening}\n{}\n{last}\n", messages.join("\n"));
    assert_eq!((said(&whole).len(), after(&whole)), (16, None));
    // Not below a rule, and not where somebody wrote above it as well.
    let ruled = format!("{whole}----\nTaken down by U.\n");
    assert_eq!(after(&ruled).map(|(count, _)| count), Some(1));
    assert_eq!(after(&format!("for you\n\n{whole}")).map(|(count, _)| count), Some(2));
}

#[test]
fn words_below_a_blank_line_are_the_last_ones_unless_they_read_like_a_remark() {
    let chat = with(ANDROID, "13/03/2024, 21:04 - Bo: c");
    let list = format!("{chat}\n\nmeet at 5\n");
    assert_eq!(said(&list)[3], "Message Ana: d\n\nmeet at 5");
    assert_eq!(told(&list, WarningKind::DoubtfulName), Some((1, 6)));
    assert_eq!(
        told(&format!("{chat}\n\nIs this all right?\n"), WarningKind::LineAfterLastMessage),
        Some((1, 6))
    );
}

#[test]
fn a_notice_with_a_comma_behind_the_name_is_no_damaged_head() {
    let text = with(ANDROID, "13/03/2024, 21:04 - Bo, grup adını \"Gezi\" olarak değiştirdi");
    assert_eq!((damaged(&text), said(&text).len()), (None, 4));
}
