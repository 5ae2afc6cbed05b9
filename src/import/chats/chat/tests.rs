//! What becomes of lines, people, times and limits in one chat.

use super::*;
use crate::import::syntax::cursor::Cursor;

fn line(number: u64, text: &str) -> Line<'_> {
    Line { number, text, cut: false }
}

#[test]
fn a_message_goes_on_and_keeps_its_paragraphs() {
    let mut chat = Chat::new("c", &Limits::default());
    assert!(!chat.append(&line(1, "early")));
    chat.say("Ana", When::Unknown, Kind::Message, "one", 1);
    chat.blank();
    chat.append(&line(3, "two"));
    let Finished { transcript, counts, .. } = chat.finish(None);
    assert_eq!(transcript.messages[0].text.reveal(), "one\n\ntwo");
    assert_eq!((counts.messages, counts.blank, counts.continuations), (1, 1, 1));
}

#[test]
fn words_under_a_picture_become_a_message_of_their_own() {
    let mut chat = Chat::new("c", &Limits::default());
    let stamp = Stamp::any(&mut Cursor::new("10:30")).unwrap();
    chat.say("Ana", When::Written(stamp), Kind::Media, "cat.jpg", 1);
    chat.append(&line(2, "my cat"));
    chat.append(&line(3, "asleep"));
    let Finished { transcript, .. } = chat.finish(None);
    let [picture, words] = &transcript.messages[..] else { panic!("two messages") };
    assert_eq!((picture.kind, words.kind), (Kind::Media, Kind::Message));
    assert_eq!(
        (words.speaker, words.time, words.text.reveal()),
        (picture.speaker, picture.time, "my cat\nasleep")
    );
}

#[test]
fn people_of_one_name_are_told_apart_and_the_owner_is_marked() {
    let mut chat = Chat::new("c", &Limits::default());
    assert_eq!((chat.person("1", "Ana"), chat.person("2", "Ana")), ("Ana".into(), "Ana (2)".into()));
    assert_eq!(chat.person("1", "Anna"), "Ana");
    assert_eq!(
        (chat.called("unknown".into()), chat.called("Cy".into())),
        ("unknown (2)".into(), "Cy".into())
    );
    chat.say("Ana (2)", When::Unknown, Kind::Message, "hi", 1);
    chat.set_owner("Ana (2)");
    let Finished { transcript, .. } = chat.finish(None);
    assert_eq!(transcript.speakers[0].role, Role::Me);
}

#[test]
fn newest_first_and_out_of_order() {
    let said = |times: &[&str], prepare: fn(&mut Chat)| -> String {
        let mut chat = Chat::new("c", &Limits::default());
        for (at, time) in times.iter().enumerate() {
            chat.say("Ana", Time::parse(time).into(), Kind::Message, &at.to_string(), at as u64 + 1);
        }
        prepare(&mut chat);
        chat.finish(None).transcript.messages.iter().map(|m| m.text.reveal()).collect()
    };
    let day = ["2024-05-03T10:00:00Z", "2024-05-02T10:00:00Z", "2024-05-02T10:00:00Z"];
    assert_eq!(said(&day, Chat::sort_by_time), "120");
    assert_eq!(said(&day, |chat| (chat.reverse(), chat.sort_by_time()).1), "210");
    assert_eq!(said(&[day[0], "", day[1]], Chat::sort_by_time), "012");
}

#[test]
fn a_picture_and_its_words_keep_their_order() {
    let mut chat = Chat::new("c", &Limits::default());
    chat.say("Ana", When::Unknown, Kind::Message, "newest", 1);
    chat.say("Ben", When::Unknown, Kind::Media, "cat.jpg", 2);
    chat.say_more("Ben", When::Unknown, Kind::Message, "my cat", 2);
    chat.reverse();
    let said = chat.finish(None).transcript.messages;
    let words: Vec<&str> = said.iter().map(|m| m.text.reveal()).collect();
    assert_eq!(words, ["cat.jpg", "my cat", "newest"]);
}

#[test]
fn a_message_past_the_limit_is_cut_once_and_said() {
    let limits = Limits { message: 5, ..Limits::default() };
    let mut chat = Chat::new("c", &limits);
    chat.say("Ana", When::Unknown, Kind::Message, "ééé", 1);
    for n in 2..50 {
        chat.append(&line(n, "more"));
    }
    let Finished { transcript, warnings, .. } = chat.finish(None);
    assert!(transcript.messages[0].text.reveal().len() <= 5);
    assert_eq!(warnings.into_vec()[0].count, 1);
}
