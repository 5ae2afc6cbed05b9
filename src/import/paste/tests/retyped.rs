//! What retypers and programs set around messages, and what of it stays out of names and words.

use super::*;

fn read(text: &str) -> (String, String) {
    let (chat, _) = import(text);
    let who = |m: &crate::transcript::Message| {
        m.speaker.map_or("*", |s| chat.transcript.speakers[s].name.as_str()).to_owned()
    };
    let names: Vec<String> = chat.transcript.messages.iter().map(who).collect();
    (names.join("|"), texts(&chat).join("|"))
}

fn check(names: &str, said: &str, cases: &[&str]) {
    for text in cases {
        assert_eq!(read(text), (names.to_owned(), said.to_owned()), "{text}");
    }
}

#[test]
fn marks_and_times_of_the_retyper() {
    check(
        "Tom|Ria|Tom",
        "in?|yes: so|ok",
        &[
            "Tom: \"in?\"\nRia: \"yes: so\"\nTom: \"ok\"\n",
            "Tom: „in?“\nRia: „yes: so“\nTom: „ok“\n",
            "Tom: *in?*\nRia: *yes: so*\nTom: *ok*\n",
            "Tom: in? (16:02)\nRia: yes: so (16:03)\nTom: ok (16:04)\n",
            "Tom: in?    16:02\nRia: yes: so    16:03\nTom: ok    16:04\n",
            "Tom: in? 4:02 PM ✓✓\nRia: yes: so 4:03 PM\nTom: ok 4:04 PM ✓✓\n",
        ],
    );
    check("Tom|Ria|Tom", "\nin?|\nyes: so|\nok", &["Tom:\n\"in?\"\nRia:\n\"yes: so\"\nTom:\n\"ok\"\n"]);
    let (chat, _) = import("Tom: in? 16:02\nRia: yes 16:03\nTom: ok 16:04\n");
    assert_eq!(chat.transcript.messages[1].time, Time::parse("16:03"));
    check(
        "Tom|Ria|Tom|Ria|Tom",
        "in?\nor not|yes|ok|so|bye",
        &["Tom: \"in?\nor not\"\nRia: \"yes\"\nTom: \"ok\"\nRia: \"so\"\nTom: \"bye\"\n"],
    );
    check("Tom|Ria|Tom", "\"in?\"|yes|\"ok\"", &["Tom: \"in?\"\nRia: yes\nTom: \"ok\"\n"]);
}

#[test]
fn fields_forms_and_tables() {
    check(
        "Tom|Ria|Tom",
        "in?|yes: so|ok then",
        &[
            "From: Tom\nMessage: in?\n\nFrom: Ria\nMessage: yes: so\n\nFrom: Tom\nMessage: ok then\n",
            "Sender: Tom\nTime: 16:02\nMessage: in?\n----\nSender: Ria\nTime: 16:03\nMessage: yes: so\n----\nSender: Tom\nTime: 16:04\nMessage: ok then\n",
            "Message 1\nFrom: Tom\nTo: Ria\nText: in?\nMessage 2\nFrom: Ria\nTo: Tom\nText: yes: so\nMessage 3\nFrom: Tom\nTo: Ria\nText: ok then\n",
            "At 16:02 Tom wrote: \"in?\"\nAt 16:03 Ria replied: \"yes: so\"\nAt 16:04 Tom wrote: \"ok then\"\n",
            "| Time | Who | What |\n|---|---|---|\n| 16:02 | Tom | in? |\n| 16:03 | Ria | yes: so |\n| 16:04 | Tom | ok then |\n",
            "Message 1 - Tom: in?\nMessage 2 - Ria: yes: so\nMessage 3 - Tom: ok then\n",
            "1   Tom: in?\n2   Ria: yes: so\n3   Tom: ok then\n",
            "Tom · 4:02 PM\nin?\nRia · 4:03 PM\nyes: so\nTom · 4:04 PM\nok then\n",
        ],
    );
    let (chat, _) =
        import("Sender: Tom\nTime: 16:02\nMessage: in?\nSender: Ria\nTime: 16:03\nMessage: yes\nand so\n");
    assert_eq!(
        (texts(&chat), chat.transcript.messages[1].time),
        (vec!["in?", "yes\nand so"], Time::parse("16:03"))
    );
}

#[test]
fn what_apps_say_is_nobodys_words() {
    check(
        "Tom|Ria|Tom",
        "in?|yes|ok",
        &[
            "Tom: in?\n[Screenshot 2]\nRia: yes\nIMG_2231.PNG\n2 UNREAD MESSAGES\nTom: ok\nPage 1 of 3\n",
            "Tom: in?\n16:05\nTom\nonline\nRia: yes\nTom: ok\n",
        ],
    );
    check(
        "Tom|Ria|Tom|*",
        "in?|yes|ok|Ria is now Away.",
        &["9:07 PM - Tom: in?\n9:08 PM - Ria: yes\n9:09 PM - Tom: ok\n9:10 PM - Ria is now Away.\n"],
    );
    check(
        "You|bot|You|bot",
        "in?|yes|so|ok",
        &["You said:\nin?\nbot said:\nyes\nYou said:\nso\nbot said:\nok\n"],
    );
}

#[test]
fn two_chats_and_screens_that_overlap_are_told() {
    let doubts = |text: &str| {
        import(text).0.warnings.iter().map(|w| (w.kind, w.count, w.first_line)).collect::<Vec<_>>()
    };
    let one = "Tom: in?\nRia: yes\nTom: ok\nRia: bye\n";
    let other = "\nCy: hi\nDee: hey\nCy: so\nDee: well\n";
    assert_eq!(doubts(&format!("{one}{other}")), [(WarningKind::AnotherChat, 1, 6)]);
    assert_eq!(doubts(&format!("{one}{other}Tom: me\n")), []);
    assert_eq!(doubts(&format!("{one}\n{one}")), [(WarningKind::RepeatedMessages, 4, 6)]);
}
