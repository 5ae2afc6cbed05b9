//! WhatsApp exports as a whole: what becomes of each line.

use proptest::prelude::*;

use super::*;
use crate::import::{Counts, Imported, Options, WarningKind, read_text};
use crate::transcript::{Kind, Time};

pub fn import(text: &str) -> (Imported, Counts) {
    let options = Options { format: Some("whatsapp".to_owned()), ..Options::default() };
    let mut found = Vec::new();
    let counts = read_text("chat", text.as_bytes(), &options, &mut |imported| {
        found.push(imported);
        crate::import::Flow::Continue(())
    });
    (found.pop().expect("one conversation"), counts.expect("readable"))
}

#[test]
fn a_message_runs_on_until_the_next_header() {
    let (chat, counts) = import(
        "18/03/2022, 14:56 - Ana: first\nsecond line\n\nthird: line\n\
         18/03/2022, 14:57 - Ben: [1/2/24, 10:00:00] Ana: a quoted header\n[18/03/2022, 14:58:00] Ana: another\n\
         18/03/2022, 14:59 - Ana added Cy\n",
    );
    let messages = &chat.transcript.messages;
    assert_eq!(messages[0].text.reveal(), "first\nsecond line\n\nthird: line");
    assert_eq!(messages[1].text.reveal().lines().count(), 2);
    assert_eq!(messages[2].kind, Kind::System);
    assert_eq!(chat.transcript.speakers.len(), 2);
    assert_eq!((counts.lines, counts.accounted(), counts.blank, counts.continuations), (7, 7, 1, 3));
    assert_eq!(messages[0].time, Time::parse("2022-03-18T14:56:00"));
}

#[test]
fn text_before_the_first_message_is_counted() {
    let (chat, counts) = import("stray\n\n18/03/2022, 14:56 - Ana: hi\n");
    assert_eq!((counts.warned, counts.blank, counts.messages), (1, 1, 1));
    assert_eq!(chat.warnings[0].kind, WarningKind::LineBeforeFirstMessage);
}

#[test]
fn headers_of_both_phones() {
    let header = |line| Header::read(line).map(|h| (h.look.bracketed, h.rest.to_owned()));
    assert_eq!(header("\u{200e}[18/03/2022, 14:56:12] Ana: x"), Some((true, "Ana: x".to_owned())));
    assert_eq!(header("18.03.22 14:56 \u{2013} Ana: x"), Some((false, "Ana: x".to_owned())));
    assert_eq!(header("[21:41:35, 3/27/22] Ana: x"), Some((true, "Ana: x".to_owned())));
    assert_eq!(header("18.03.22 14:56 Ana: x"), None);
    assert_eq!(header("[18.03.22 14:56 Ana: x"), None);
}

/// Who says what, a line each; the app is `*`.
pub fn said(text: &str) -> Vec<String> {
    let (chat, counts) = import(text);
    assert_eq!(counts.lines, counts.accounted());
    let speakers = &chat.transcript.speakers;
    let who = |speaker: Option<usize>| speaker.map_or("*", |at| &speakers[at].name);
    let messages = chat.transcript.messages.iter();
    messages.map(|m| format!("{:?} {}: {}", m.kind, who(m.speaker), m.text.reveal())).collect()
}

#[test]
fn notices_under_names_are_nobodys_words() {
    let group = "[18/03/2022, 14:56:00] Plot: \u{200e}Messages and calls are end-to-end encrypted.\n\
         [18/03/2022, 14:56:01] Plot: \u{200e}Ana hat dich hinzugefügt\n\
         [18/03/2022, 14:56:02] Ana: hi\n[18/03/2022, 14:56:03] Ben: hey\n\
         [18/03/2022, 14:56:04] Ben: \u{200e}Ben hat die Gruppe verlassen\n";
    let expected = [
        "System *: Messages and calls are end-to-end encrypted.",
        "System *: Ana hat dich hinzugefügt",
        "Message Ana: hi",
        "Message Ben: hey",
        "System *: Ben hat die Gruppe verlassen",
    ];
    assert_eq!(said(group), expected);
    // One person's words and another's name are enough beside it.
    let silent = group.replace("Ben: hey", "Ben: \u{200e}image omitted");
    assert_eq!(said(&silent)[1], expected[1]);
    // Where there are two, a mark before all that one of them says hides none of it.
    let two = group.lines().filter(|l| !l.contains("Ben")).collect::<Vec<_>>().join("\n");
    assert_eq!(said(&two)[1], "Message Plot: Ana hat dich hinzugefügt");
    let goes_on = "[18/03/2022, 14:56:02] Ana: \u{200e}Ana here\nare you there?\n";
    assert_eq!(said(goes_on), ["Message Ana: Ana here\nare you there?"]);
}

#[test]
fn a_group_is_known_without_the_notice_of_encryption() {
    let at = "[18/03/2022, 14:56:00]";
    let group = format!(
        "{at} Plot: \u{200e}Ana creó este grupo\n{at} Plot: \u{200e}Ana kom erbij\n{at} Bo: \u{200e}Bo cambió la imagen de este grupo\n\
         {at} Ana: hola\n{at} Bo: hey\n{at} Plot 2: \u{200e}Cy hat Dee hinzugefügt.\n"
    );
    assert_eq!(said(&group).iter().filter(|line| line.starts_with("System *")).count(), 4);
    assert_eq!(said(&group).len(), 6);
    // Somebody who writes, or of whom the words are not of others, is none.
    let person = format!("{at} Cy: \u{200e}come over\n{at} Ana: hi\n{at} Bo: hey\n");
    assert_eq!(said(&person)[0], "Message Cy: come over");
    let speaks = format!("{at} Cy: \u{200e}Ana is late\n{at} Cy: so\n{at} Ana: hi\n{at} Bo: hey\n");
    assert_eq!(said(&speaks)[0], "Message Cy: Ana is late");
}

#[test]
fn marked_words_that_may_be_a_notice_are_kept_and_told() {
    let at = "[18/03/2022, 14:56:00]";
    let text = format!(
        "{at} Ana: \u{200e}Ana mag de groep\n{at} Ben: \u{200e}https://example.org look\n{at} Ben: \u{200e}POLL:\nwhen\n\
         {at} Ana: \u{200e}Ana left\n{at} Ben: hi\n"
    );
    let (chat, _) = import(&text);
    assert_eq!(said(&text)[0], "Message Ana: Ana mag de groep");
    let doubts = chat.warnings.iter().find(|w| w.kind == WarningKind::DoubtfulNotice);
    assert_eq!(doubts.map(|w| (w.count, w.first_line)), Some((1, 1)));
}

#[test]
fn what_the_app_marks_before_head_and_body_is_of_the_name_in_any_language() {
    let at = "[18/03/2022, 14:56:00]";
    let text = |mark: &str, told: &str| {
        format!("{mark}{at} Ana K.: \u{200e}{told}\n{at} Ana K.: hi\n{at} Ben: hey\n")
    };
    assert_eq!(said(&text("\u{200e}", "Ana K. lahkus vestlusest"))[0], "System *: Ana K. lahkus vestlusest");
    assert_eq!(said(&text("", "Ana K. lahkus vestlusest"))[0], "Message Ana K.: Ana K. lahkus vestlusest");
    for told in ["Ana K. mag je, kom hier!", "Ana lahkus vestlusest"] {
        assert_eq!(said(&text("\u{200e}", told))[0], format!("Message Ana K.: {told}"));
    }
}

#[test]
fn groups_and_communities_are_no_names() {
    let at = "18/03/2022, 14:56 -";
    for told in [
        "Ana added this group to the community: Lake",
        "~ Cy removed this group from the community: Lake",
        "Ana hat diese Gruppe zur Community hinzugefügt: Lake",
        "Ana a ajouté ce groupe à la communauté : Lake",
    ] {
        let text = format!("{at} Ana: hi\n{at} {told}\n{at} Ben: hey\n");
        assert_eq!(said(&text)[1], format!("System *: {told}"));
    }
}

#[test]
fn calls_under_a_name_without_a_mark() {
    let at = "18/03/2022, 14:56 -";
    let text =
        format!("{at} Ana: Missed voice call\n{at} Ana: Voice call?\n{at} Ben: Missed voice call\nwhy?\n");
    let expected = [
        "System *: Ana: Missed voice call",
        "Message Ana: Voice call?",
        "Message Ben: Missed voice call\nwhy?",
    ];
    assert_eq!(said(&text), expected);
}

#[test]
fn people_who_are_called_like_a_notice() {
    let at = "18/03/2022, 14:56 -";
    let often = format!("{at} Ana: hi\n{}", format!("{at} Who changed the group: hey\n").repeat(3));
    assert_eq!(said(&often)[1], "Message Who changed the group: hey");
    let doubted = |text: &str| {
        import(text).0.warnings.iter().find(|w| w.kind == WarningKind::DoubtfulName).map(|w| w.count)
    };
    assert_eq!(doubted(&format!("{at} Ana: hi\n{at} Who changed the group: hey\n")), Some(1));
    let notices = format!("{at} Ana: hi\n{}", format!("{at} Ana changed the subject to: tea\n").repeat(3));
    assert_eq!((said(&notices)[1].starts_with("System *"), doubted(&notices)), (true, None));
    assert_eq!(doubted(&format!("{at} Ana: hi\n{at} Ana put a sign up: tea\n")), Some(1));
}

#[test]
fn somebody_called_unknown_is_somebody() {
    let text = "18/03/2022, 14:56 - unknown: hi\n18/03/2022, 14:56 - Ana: hey\n";
    assert_eq!(said(text), ["Message unknown (2): hi", "Message Ana: hey"]);
}

#[test]
fn what_the_phone_could_not_read() {
    let text = "18/03/2022, 14:56 - Ana: Waiting for this message. This may take a while.\n18/03/2022, 14:56 - Ana: Waiting for this message, Bo\n";
    let expected = [
        "System *: Ana: Waiting for this message. This may take a while.",
        "Message Ana: Waiting for this message, Bo",
    ];
    assert_eq!(said(text), expected);
}

#[test]
fn words_behind_the_time_are_of_no_name() {
    for (head, time) in [
        ("13.01.24 г., 21:07 ч.", "2024-01-13T21:07:00"),
        ("13.01.24, 21:07 Uhr", "2024-01-13T21:07:00"),
        ("13.1.2024, 9:07 MD", "2024-01-13T21:07:00"),
        ("13/01/2024 9:07 ከሰዓት", "2024-01-13T21:07:00"),
        ("13/1/24, 9:07 ਬਾ.ਦੁ.", "2024-01-13T21:07:00"),
        ("۱۴۰۲/۱۰/۲۳،\u{200f} ۲۱:۰۷", "2024-01-13T21:07:00"),
    ] {
        let (chat, _) = import(&format!("{head} - Ana: hi\n{head} - Ben: hey\n"));
        assert_eq!(chat.transcript.messages[0].time, Time::parse(time), "{head}");
        assert_eq!(chat.transcript.speakers[0].name, "Ana", "{head}");
    }
}

#[test]
fn messages_of_several_lines_end_in_notes() {
    let text = "[18/03/2022, 14:56:00] Ana: one\ntwo \u{200e}<This message was edited>\n\
         [18/03/2022, 14:56:01] Ana: my\n\ncat \u{200e}image omitted\n\n\
         [18/03/2022, 14:56:02] Ben: three\n\u{200e}<This message was edited>\n";
    let expected = ["Message Ana: one\ntwo", "Message Ana: my\n\ncat", "Media Ana: ", "Message Ben: three"];
    assert_eq!(said(text), expected);
}

#[test]
fn names_with_colons_and_notices_with_quotations() {
    let text = "18/03/2022, 14:56 - Theo: Plot 9: hi\n18/03/2022, 14:56 - Theo: Plot 9: yes: so\n\
         18/03/2022, 14:57 - Theo: School: no\n18/03/2022, 14:57 - Ana (Club: 2): a: b\n\
         18/03/2022, 14:58 - Ana създаде група \"Сад: лято\"\n";
    let expected = [
        "Message Theo: Plot 9: hi",
        "Message Theo: Plot 9: yes: so",
        "Message Theo: School: no",
        "Message Ana (Club: 2): a: b",
        "System *: Ana създаде група \"Сад: лято\"",
    ];
    assert_eq!(said(text), expected);
    let (chat, _) = import(text);
    let names: Vec<&str> = chat.transcript.speakers.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["Theo: Plot 9", "Theo: School", "Ana (Club: 2)"]);
}

#[test]
fn headers_without_names_are_of_another_app() {
    let sure = |text: &str| WhatsApp.detect(&Sample::new("f", text.as_bytes().to_vec()));
    assert_eq!(sure("[3/4/2024 4:01 PM] rosa\nhello\n\n[3/4/2024 4:02 PM] theo\nhi: there\n"), 0.0);
    assert!(sure("[3/4/2024 4:01 PM] rosa: hello\n") > 0.6);
    assert!(sure("3/4/24, 4:01 PM - Messages and calls are end-to-end encrypted.\n") > 0.6);
}

#[test]
fn albanian_halves_of_the_day() {
    let (chat, _) = import("13.3.24, 4:01 e pasdites - Rosa: hi\n13.3.24, 4:05 e paradites - Theo: hi\n");
    assert_eq!(chat.transcript.messages[0].time, Time::parse("2024-03-13T16:01:00"));
    assert_eq!(chat.transcript.speakers.len(), 2);
}

/// Lines that look like parts of a chat, in any order.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,30}",
        "\\PC{0,20}",
        (1..32u32, 1..14u32, "(Ana|Ben|~ Cy)", "\\PC{0,12}")
            .prop_map(|(d, m, n, t)| format!("{d}/{m}/22, 10:0{} - {n}: {t}", m % 10)),
        (1..32u32, 1..14u32).prop_map(|(d, m)| format!(
            "\u{200e}[{m}/{d}/22, 9:1{}:12 PM] Ana: \u{200e}image omitted",
            d % 10
        )),
        Just("1/2/22, 10:00 - Ana changed the subject to: x".to_owned()),
        Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_accounted_for(lines in proptest::collection::vec(line(), 1..40)) {
        let text = format!("1/2/22, 10:00 - Ana: start\n{}", lines.join("\n"));
        let (_, counts) = import(&text);
        let real = text.split('\n').count() as u64 - u64::from(text.ends_with('\n'));
        prop_assert_eq!(counts.lines, real);
        prop_assert_eq!(counts.accounted(), real);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_text("x", &bytes[..], &Options::default(), &mut |_| crate::import::Flow::Continue(()));
    }
}

#[test]
fn what_stands_between_two_chats_is_nobodys() {
    let line = |day: u8, who: &str, text: &str| format!("{day}/03/2025, 18:05 - {who}: {text}\n");
    let first = line(24, "Amy", "hi") + &line(24, "Lou", "yes");
    let second = line(25, "Coach", "no training") + &line(25, "Lou", "ok");
    for (between, note) in [
        ("\nChat 2: with Coach\n", "Chat 2: with Coach"),
        ("\n----------\n\nWhatsApp with Coach\n\n", "WhatsApp with Coach"),
        ("\n\n=== second chat ===\n\n", "=== second chat ==="),
    ] {
        let text = format!("{first}{between}{second}");
        let told = said(&text);
        assert_eq!((told.len(), told[1].as_str()), (5, "Message Lou: yes"), "{between}");
        assert_eq!(told[2], format!("System *: {note}"), "{between}");
        let kinds: Vec<WarningKind> = import(&text).0.warnings.iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [WarningKind::AnotherChat], "{between}");
    }
    let noted = format!("{first}\n[Note by JB: she paused here]\n\n{first}");
    assert_eq!(said(&noted)[2], "System *: [Note by JB: she paused here]");
    assert!(import(&noted).0.warnings.is_empty());
}

#[test]
fn an_export_that_no_hand_was_on_keeps_its_paragraphs() {
    let sealed = "24/03/2025, 18:00 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.\n";
    let ends = "24/03/2025, 18:06 - Amy: hi\n";
    for more in ["[bring the cake]", "-----", "Chat 2", "so it is"] {
        let talk = format!("24/03/2025, 18:05 - Lou: yes\n\n{more}\n{ends}");
        assert_eq!(said(&format!("{sealed}{talk}"))[1], format!("Message Lou: yes\n\n{more}"), "{more}");
    }
    // Without that notice people who write paragraphs may end one with brackets.
    let talk = format!(
        "24/03/2025, 18:04 - Lou: so\n\nis it\n24/03/2025, 18:05 - Lou: yes\n\n[bring the cake]\n{ends}"
    );
    assert_eq!(said(&talk)[1], "Message Lou: yes\n\n[bring the cake]");
}
