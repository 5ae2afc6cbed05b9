//! Names without their colon, and people who speak once beside them.

use super::{import, names, texts};
use crate::import::WarningKind;

/// Who says what, and the lines that are doubtful.
fn heard(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let chat = import(text).0;
    let said = chat.transcript.messages.iter().map(|m| {
        let name = m.speaker.map_or("", |s| &chat.transcript.speakers[s].name);
        (name.to_owned(), m.text.reveal().to_owned())
    });
    (said.collect(), chat.warnings.iter().map(|w| w.to_string()).collect())
}

/// A chat of two in turn, with `line` as its fourth and `first` above all.
fn talk(first: &str, line: &str) -> String {
    let turns = ["its me", "cool", "see you", "yep", "how are you"];
    let rest = turns.iter().enumerate();
    let rest: String = rest.map(|(at, t)| format!("{}: {t}\n", ["Lee", "Max"][at % 2])).collect();
    format!("{first}Lee: hi\nMax: who is this\nLee: hello\n{line}\n{rest}")
}

#[test]
fn a_forgotten_colon_is_a_slip_and_nobody_else_is_lost_for_it() {
    for slip in
        ["Max ok", "Max; ok", "Max. ok", "Max - ok", "Max- ok", "Max, ok", "Max  ok", "max ok", "Max:ok"]
    {
        for first in ["", "Sam: are you in on sunday\n"] {
            let (said, _) = heard(&talk(first, slip));
            let at = usize::from(!first.is_empty());
            assert_eq!(said.len(), 9 + at, "{slip}: {said:?}");
            assert_eq!(said[3 + at], ("Max".to_owned(), "ok".to_owned()), "{slip}");
            assert!(at == 0 || said[0] == ("Sam".to_owned(), "are you in on sunday".to_owned()), "{slip}");
        }
    }
    let told = heard(&talk("", "Max ok")).1;
    assert!(told.iter().any(|t| t.contains("begin with a name") && t.ends_with("(line 4)")), "{told:?}");
}

#[test]
fn a_name_nearly_right_leaves_its_words_to_whoever_it_is() {
    let (said, told) = heard(&talk("", "Mxa: ok"));
    assert_eq!(said[3], ("Mxa".to_owned(), "ok".to_owned()));
    assert!(!told.is_empty());
}

#[test]
fn sentences_about_somebody_go_on_with_the_message_and_are_told() {
    for line in ["Max is late", "Max and I go there", "Max said no"] {
        let (said, told) = heard(&talk("", line));
        assert_eq!(said[2], ("Lee".to_owned(), format!("hello\n{line}")), "{line}");
        assert!(told.iter().any(|t| t.ends_with("(line 4)")), "{line}: {told:?}");
    }
    for line in ["Max's bike is red", "so Max ok", "Maxim ok", "Max!"] {
        assert_eq!(heard(&talk("", line)).0[2].1, format!("hello\n{line}"), "{line}");
    }
    // Where every other line goes on with a message, a name opens one of those as well.
    let wrapped = "Lee: hi\nand\nMax: so\nwhat\nLee: well\nMax come here\nMax: yes\nnow\n";
    assert_eq!(texts(&import(wrapped).0)[2], "well\nMax come here");
}

#[test]
fn who_speaks_once_above_a_talk_with_long_messages_is_heard() {
    let text = |first: &str| {
        format!(
            "{first}\nLee: hi\nand more\nMax: so\nand more\nLee: ok\nand more\nMax: yes\nLee: fine\nand more\n"
        )
    };
    assert_eq!(names(&import(&text("Sam: can you come with me?")).0), ["Sam", "Lee", "Max"]);
    for first in ["Date: 3 May", "Topic: my bike", "Platform: Discord", "Von: Eva"] {
        let chat = import(&text(first)).0;
        assert_eq!(names(&chat), ["Lee", "Max"], "{first}");
    }
}

#[test]
fn what_stands_above_a_talk_is_kept_and_told() {
    let chat = import("Can you look at this\nMy chat\nAna: hi\nBo: yo\nAna: ok\nBo: no\n").0;
    let told: Vec<_> = chat.warnings.iter().map(|w| (w.kind, w.first_line)).collect();
    assert_eq!(told, [(WarningKind::PerhapsWords, 1), (WarningKind::LineBeforeFirstMessage, 2)]);
    assert_eq!(texts(&chat)[..2], ["Can you look at this", "hi"]);
    assert_eq!(chat.transcript.messages[0].speaker, None);
}
