//! Pasted texts as a whole: which grammar they get and what becomes of each line.

use proptest::prelude::*;

use super::super::{Counts, Flow, Imported, Options, read_text};
use super::*;
use crate::transcript::Time;

fn import(text: &str) -> (Imported, Counts) {
    let options = Options { format: Some("paste".to_owned()), ..Options::default() };
    let mut found = Vec::new();
    let counts = read_text("pasted", text.as_bytes(), &options, &mut |imported| {
        found.push(imported);
        Flow::Continue(())
    });
    let counts = counts.expect("readable");
    assert_eq!(counts.lines, counts.accounted());
    (found.pop().expect("one conversation"), counts)
}

fn names(chat: &Imported) -> Vec<&str> {
    chat.transcript.speakers.iter().map(|s| s.name.as_str()).collect()
}

fn texts(chat: &Imported) -> Vec<&str> {
    chat.transcript.messages.iter().map(|m| m.text.reveal()).collect()
}

#[test]
fn names_with_colons_and_lines_that_go_on() {
    let (chat, _) =
        import("Ana: hi\nBen: at 10:30?\nnote: bring water\nhttps://example.org\nAna: ok\nBen: fine\n");
    assert_eq!(names(&chat), ["Ana", "Ben"]);
    assert_eq!(texts(&chat), ["hi", "at 10:30?\nnote: bring water\nhttps://example.org", "ok", "fine"]);
}

#[test]
fn a_name_seen_once_counts_where_every_line_has_one() {
    assert_eq!(names(&import("Ana: hi\nBen: hey\nAna: ok\nCy: late\n").0), ["Ana", "Ben", "Cy"]);
    assert_eq!(names(&import("Ana: a\nb\nAna: c\nd\nAna: e\nf\nBen: g\nh\nAna: i\nj\n").0), ["Ana", "Ben"]);
    let long = "Ana: hi\nand\nBen: hey\n".repeat(4) + "Listen: no\nAna: ok\n";
    assert_eq!(names(&import(&long).0), ["Ana", "Ben"]);
}

#[test]
fn a_letter_is_one_text_of_somebody_unknown() {
    let (chat, counts) =
        import("Dear all,\n\nthe plan: we meet at 10:30.\nNote: bring water.\nPlace: the park.\n\nMay\n");
    assert_eq!((names(&chat), chat.transcript.messages.len()), (vec![UNKNOWN], 1));
    assert_eq!(chat.warnings[0].kind, WarningKind::UnknownSpeaker);
    assert_eq!((counts.blank, counts.continuations), (2, 4));
}

#[test]
fn one_line_is_one_text() {
    for line in ["see you at the library tomorrow", "Reminder: the library closes at 18:00", "Ana: hi"] {
        assert_eq!(import(line).0.transcript.messages.len(), 1, "{line}");
    }
}

#[test]
fn an_article_with_colons_has_no_cast() {
    let article: String =
        (0..40).map(|n| format!("Fact number {n}: the river rises in the hills.\nIt flows on.\n")).collect();
    assert!(import(&article).0.transcript.speakers.len() <= 2);
}

#[test]
fn without_names_two_people_take_turns() {
    let (chat, _) = import("hey\nhi, you ok?\n\nyes you?\n");
    assert_eq!((names(&chat), texts(&chat)), (vec!["A", "B"], vec!["hey", "hi, you ok?", "yes you?"]));
    assert_eq!((chat.warnings[0].kind, chat.warnings[0].count), (WarningKind::AlternatingSpeakers, 3));
}

#[test]
fn discord_titles() {
    let (chat, counts) = import(
        "Ana — Today at 10:11 PM\nhello\nhow are you\n[10:12 PM]still there?\nBen — Today at 10:15 PM\nyes\n",
    );
    assert_eq!(texts(&chat), ["hello\nhow are you", "still there?", "yes"]);
    assert_eq!(chat.transcript.messages[1].time, Time::parse("22:12"));
    assert_eq!((counts.headings, names(&chat)), (2, vec!["Ana", "Ben"]));
}

#[test]
fn names_on_lines_of_their_own() {
    let (chat, _) = import("Ana\nhello there\nBen\nhi\nsecond line\nAna\nhow are you\nBen\nfine\n");
    assert_eq!((names(&chat), texts(&chat).len()), (vec!["Ana", "Ben"], 4));
}

#[test]
fn irc_with_notices() {
    let (chat, _) =
        import("18:02 -!- ana has joined\n18:02 <ana> hi\n18:03 <ben> hey\n18:04 <ana> <photo>\n");
    let kinds: Vec<Kind> = chat.transcript.messages.iter().map(|m| m.kind).collect();
    assert_eq!(kinds, [Kind::System, Kind::Message, Kind::Message, Kind::Media]);
}

#[test]
fn signal_export_lines() {
    let (chat, _) = import("[2019-12-24, 12:23] Me: hi\n[2019-12-24, 12:24] Ana: hey\n> hi\n\nyou\n");
    assert_eq!((names(&chat), texts(&chat)), (vec!["Me", "Ana"], vec!["hi", "hey\n> hi\n\nyou"]));
    assert_eq!(chat.transcript.messages[0].time, Time::parse("2019-12-24T12:23"));
}

/// Names and texts of a paste.
fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let (chat, _) = import(text);
    let who = |m: &crate::transcript::Message| chat.transcript.speakers[m.speaker.unwrap()].name.clone();
    let messages = chat.transcript.messages.iter();
    messages.map(|m| (who(m), m.text.reveal().to_owned())).unzip()
}

#[test]
fn what_people_copy_from_screens() {
    for (text, names, texts) in [
        (
            "Me 21:14\nhi who is this\nJay 21:15\na friend\nfrom school\nMe 21:17\nok\n",
            "Me Jay Me",
            "hi who is this|a friend\nfrom school|ok",
        ),
        (
            "Jay, 21:14\nare you in\nLily, 21:15\nyes\nJay, 21:16\ngood\n",
            "Jay Lily Jay",
            "are you in|yes|good",
        ),
        ("[Yesterday 21:14] Jay: are you in\n[Today 08:00] Lily: yes\n", "Jay Lily", "are you in|yes"),
        (
            "[7:20 PM]\nTomB: are you in\n[7:22 PM]\npixel_nora: yes\n[7:23 PM]\nTomB: good\n",
            "TomB pixel_nora TomB",
            "are you in|yes|good",
        ),
        (
            "TomB\n — \n03/02/2025 19:20\nare you in\n[19:21]\nor not\npixel_nora\n — \n03/02/2025 19:22\nyes\nTomB\n — \n03/02/2025 19:23\ngood\nNEW\n[19:24]\npixel_nora — Today at 20:01\nsee you\n",
            "TomB pixel_nora TomB pixel_nora",
            "are you in\nor not|yes|good|see you",
        ),
        (
            "are you in 21:14\nyes 21:15 ✓✓\ncome down then 21:16\nok 21:16 ✓✓\n",
            "A B A B",
            "are you in|yes|come down then|ok",
        ),
        (
            "are you in\n09:12\nyes\n09:14 ✓✓\ncome down then\n09:15\nok\nType a message\n",
            "A B A B",
            "are you in|yes|come down then|ok",
        ),
        (
            "Me - are you in\nHim - yes\nMe - come down - now\nHim - ok\nMe - good\n",
            "Me Him Me Him Me",
            "are you in|yes|come down - now|ok|good",
        ),
        (
            "---------- Forwarded message ---------\n\n> Coach: well played\n> Kim: thank you\n> Coach: see you\n> Kim: ok\n",
            "Coach Kim Coach Kim",
            "well played|thank you|see you|ok",
        ),
    ] {
        let (found, said) = read(text);
        assert_eq!((found.join(" ").as_str(), said.join("|").as_str()), (names, texts), "{text}");
    }
}

#[test]
fn a_shopping_list_and_a_time_that_answers_are_what_they_are() {
    assert_eq!(read("Milk - 2\nEggs - 12\nBread - 1\n").0, ["A", "B", "A"]);
    assert_eq!(read("when do we meet\n10:30\nok\n").1, ["when do we meet", "10:30", "ok"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_accounted_for(
        lines in proptest::collection::vec(
            prop_oneof!["(Ana|Ben|note): [a-z :]{0,12}", "\\PC{0,16}", "\\[1[0-9]:[0-9]{2}\\] ?Ana: x", "<ana> [a-z]{0,5}", "Ana — Today at 10:1[0-9] PM", ""],
            1..30,
        )
    ) {
        let text = format!("Ana: start\n{}", lines.join("\n"));
        let (chat, counts) = import(&text);
        prop_assert_eq!(counts.lines, text.split('\n').count() as u64 - u64::from(text.ends_with('\n')));
        prop_assert!(chat.transcript.messages.len() as u64 >= counts.messages + counts.system);
    }
}
