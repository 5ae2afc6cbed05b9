//! Pasted texts as a whole: which grammar they get and what becomes of each line.

mod apart;
mod beside;
mod continued;
mod copied;
mod dayed;
mod likeness;
mod mails;
mod pages;
mod parted;
mod regular;
mod retyped;
mod slips;
mod window;

use proptest::prelude::*;

use super::super::{Counts, Flow, Imported, Options, UNKNOWN, WarningKind, read_text};
use crate::transcript::{Kind, Time};

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
            "TomB TomB pixel_nora TomB pixel_nora",
            "are you in|or not|yes|good|see you",
        ),
        (
            "are you in 21:14\nyes 21:15 ✓✓\ncome down then 21:16\nok 21:16 ✓✓\n",
            "the other You the other You",
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

/// The kinds of doubt that a paste leaves, beside who speaks in it.
fn doubts(text: &str) -> Vec<(WarningKind, u64)> {
    import(text).0.warnings.iter().map(|w| (w.kind, w.count)).collect()
}

#[test]
fn a_prefix_that_comes_back_is_a_name_whatever_its_letters() {
    for name in [
        "Hill, Tom",
        "The boy from my class",
        "Mr. Tom van der Hill Jr",
        "Tom?",
        "tom!!",
        "Tom/T",
        "Tom | bikes",
        "x_T=)_x",
        "[removed]",
        "<name removed>",
        "???",
        "Contact",
    ] {
        let text = format!("{name}: are you in\nRia: yes\n{name}: good\nRia: ok\n{name}: bye\nRia: bye\n");
        assert_eq!(read(&text).0, [name, "Ria", name, "Ria", name, "Ria"], "{text}");
        assert_eq!(doubts(&text), [], "{text}");
    }
}

#[test]
fn what_is_set_around_names_is_no_part_of_them() {
    for (text, names) in [
        ("**Tom Hill:** in?\n**Ria:** yes\n**Tom Hill:** ok\n", "Tom Hill,Ria,Tom Hill"),
        ("*Tom*: in?\n*Ria*: yes\n*Tom*: ok\n", "Tom,Ria,Tom"),
        ("\"Tom\": in?\nRia: yes\n\"Tom\": ok\n", "Tom,Ria,Tom"),
        ("Tom Hill：in?\nRia: yes\nTom Hill： ok\n", "Tom Hill,Ria,Tom Hill"),
        ("him: in?\n- me: yes\n- him: ok\n• me: bye\n", "him,me,him,me"),
        ("1. him: in?\n2. him: well?\n3. me: yes\n", "him,him,me"),
        ("HIM: in?\nme: yes\nhim: ok\nMe: bye\n", "HIM,me,HIM,me"),
        ("Him; in?\nMe: yes\nHim: ok\nMe; bye; see you\nHim: ok\nMe: bye\n", "Him,Me,Him,Me,Him,Me"),
    ] {
        assert_eq!(read(text).0.join(","), names, "{text}");
        assert_eq!(doubts(text), [], "{text}");
    }
    assert_eq!(read("1. in?\n2. yes\n3. ok\n").1, ["in?", "yes", "ok"]);
}

#[test]
fn sentences_with_colons_are_no_names_and_a_doubt_is_told() {
    let talk = "Ana: hi\nBen: hey\n".repeat(6);
    let (names, texts) = read(&format!("{talk}so here is the deal: we meet\nre: the book\nlook: no\n"));
    assert_eq!((names.len(), texts[11].lines().count(), doubts(&talk)), (12, 4, vec![]));
    let often = read(&format!("{talk}Also, mum told me this: no\nand\n{talk}Also, mum told me this: yes\n"));
    assert_eq!(often.0.len(), 24);
    // Every other line begins with a name: this one does, too, or the doubt is told.
    let one = (WarningKind::DoubtfulName, 1);
    let new = format!("{talk}cy: who is in\n");
    assert_eq!((read(&new).0.len(), doubts(&new)), (13, vec![one]));
    let long = format!("{talk}my friend cy: who is in\n");
    assert_eq!((read(&long).0.len(), doubts(&long)), (12, vec![one]));
    let comma = format!("{talk}Hill, Cy: who is in\n");
    assert_eq!((read(&comma).0.len(), doubts(&comma)), (13, vec![one]));
}

#[test]
fn headers_of_mails_are_no_people() {
    let mail = "From: Ana\nTo: Ben\nSubject: hi\nDate: today\nsee you\nat the gate\n";
    assert!(!read(&mail.repeat(4)).0.iter().any(|n| n == "From" || n == "Subject"));
}

#[test]
fn where_only_own_lines_are_marked_the_others_are_the_other_person_s() {
    let text = "are you in\nMe: yes\ngood\nand ria\nMe: no\n";
    assert_eq!(read(text).0, ["the other", "Me", "the other", "the other", "Me"]);
    assert_eq!(doubts(text), [(WarningKind::OtherSpeaker, 3)]);
    assert_eq!(read("Tom: yes\nfor now\nTom: no\nnot later\n").0, ["Tom", "Tom"]);
}

#[test]
fn times_that_people_and_screens_write_beside_names() {
    for text in [
        "[02/03, 16:10] Tom Hill: in?\n[02/03, 16:11] Ria: yes\n[02/03, 16:12] Tom Hill: ok\n",
        "[02.03., 16:10] Tom Hill: in?\n[02.03., 16:11] Ria: yes\n[02.03., 16:12] Tom Hill: ok\n",
        "Sat 16:10 Tom Hill: in?\nSat 16:11 Ria: yes\nSat 16:12 Tom Hill: ok\n",
        "2 March 2024 16:10 Tom Hill: in?\n2 March 2024 16:11 Ria: yes\n2 March 2024 16:12 Tom Hill: ok\n",
        "Tom Hill 16:10: in?\nRia 16:11: yes\nTom Hill 16:12: ok\n",
        "Tom Hill, 16:10: in?\nRia, 16:11: yes\nTom Hill, 16:12: ok\n",
        "Tom Hill [BIRD] — 4:10 PM\nin?\nRia [BIRD] — 4:11 PM\nyes\nTom Hill [BIRD] — 4:12 PM\nok\n",
        "Tom Hill\nRole icon, Art — 4:10 PM\nin?\nRia\nRole icon, Art — 4:11 PM\nyes\nTom Hill\nRole icon, Art — 4:12 PM\nok\n",
        "[16:10] Tom Hill\nin?\n[16:11] Ria\nyes\n[16:12] Tom Hill\nok\n",
        "Tom Hill, [2 Mar 2024 at 16:10]:\nin?\n\nRia, [2 Mar 2024 at 16:11]:\nyes\n\nTom Hill, [2 Mar 2024 at 16:12]:\nok\n",
        "Tom Hill at 4:10 PM\nin?\nRia at 4:11 PM\nyes\nTom Hill at 4:12 PM\nok\n",
    ] {
        let (names, texts) = read(text);
        assert_eq!(
            (names.join(",").as_str(), texts.join("|").as_str()),
            ("Tom Hill,Ria,Tom Hill", "in?|yes|ok"),
            "{text}"
        );
        let timed = import(text).0.transcript.messages.iter().all(|m| m.time.is_some());
        assert!(timed, "{text}");
    }
    assert_eq!(read("[16:10] Hey\n[16:11] Ok\n[16:12] Ok\n[16:13] Hey\n").0, ["A", "B", "A", "B"]);
}

#[test]
fn signs_of_the_screen_are_no_talk() {
    for (text, names, texts) in [
        (
            "Tom Hill\nInstagram\nView profile\nSat 4:10 PM\nTom Hill\nin?\nEnter\nYou sent\nyes\nEnter\nTom Hill\nok\nEnter\n",
            "Tom Hill You Tom Hill",
            "in?|yes|ok",
        ),
        ("TODAY\nTOM\nin?\nME\nTODAY\nTOM\nok\nTODAY\nME\nbye\n", "TOM ME TOM ME", "in?|TODAY|ok|bye"),
        ("You matched with Tom on 3/2/24\nin?\nyes\nSent\nok\nbye\nSent\n", "A B A B", "in?|yes|ok|bye"),
    ] {
        let (found, said) = read(text);
        assert_eq!((found.join(" ").as_str(), said.join("|").as_str()), (names, texts), "{text}");
    }
}

#[test]
fn lines_that_end_as_on_old_machines() {
    assert_eq!(read("Tom: in?\rRia: yes\rTom: ok\r").1, ["in?", "yes", "ok"]);
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

#[test]
fn names_in_small_letters_stand_above_nearly_every_message() {
    let (chat, _) = import("ben\nok\nsam.k\nyes free\nben\nok\nben\nat four\nsam.k\nfine\n");
    assert_eq!(names(&chat), ["ben", "sam.k"]);
    assert_eq!(texts(&chat), ["ok", "yes free", "ok", "at four", "fine"]);
    let (chat, _) = import("Mila\nhello\nsam.k\nhi\nZoe\nhey\nMila\nsix?\nsam.k\nyes\nZoe\nno\n");
    assert_eq!(names(&chat), ["Mila", "sam.k", "Zoe"]);
    let (chat, _) = import("hi\nhello there\nhow are you\nok\nand you\nok\nwhat now\nno idea\n");
    assert_eq!(names(&chat), ["A", "B"]);
}

#[test]
fn the_name_of_an_app_is_an_answer_once_somebody_has_spoken() {
    let (chat, _) = import("Tom\nhi\nYou sent\nwhich app\nTom\nFacebook\nor call\nYou sent\nno\n");
    assert_eq!(texts(&chat), ["hi", "which app", "Facebook\nor call", "no"]);
}

#[test]
fn marks_of_direction_behind_a_colon_belong_to_it() {
    let (chat, _) =
        import("سارة:\u{200f} hi\nأحمد علي:\u{200f} hello\nسارة:\u{200f} so\nأحمد علي:\u{200f} yes\n");
    assert_eq!(names(&chat), ["سارة", "أحمد علي"]);
}
