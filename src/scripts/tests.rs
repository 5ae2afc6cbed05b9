//! Scripts that must be found, and what must not be taken for one.

use super::*;
use crate::transcript::{Message, Text};

const NAMES: [&str; 8] = ["Anna", "Bo", "Cees", "Dora", "Emre", "Fatou", "Grete", "Hal"];
const ANSWERS: [&str; 4] = [
    "who gave you this number and why do you write to me at night",
    "sorry i am in the bus, is this about the sofa that we sell",
    "my mother says that i should not talk to people from there",
    "haha what, you must mean my cousin, she is the one with the shop",
];

fn chat(id: &str, lines: &[(&str, &str)]) -> Transcript {
    let mut chat = Transcript::new(id);
    for (at, (name, text)) in lines.iter().enumerate() {
        let speaker = Some(chat.speaker(name));
        let time = Time::parse(&format!("2026-03-{:02}T10:{at:02}:00", 1 + id.len() % 9));
        let (kind, origin) = (Kind::Message, Default::default());
        chat.messages.push(Message { speaker, time, text: Text::new(*text), kind, origin });
    }
    chat
}

/// A pitch with another name, another amount and an answer in between.
fn victim(i: usize, sender: &str) -> Transcript {
    let name = NAMES[i % NAMES.len()];
    let opening = format!("hello {name} i saw your profile and you look like a kind person");
    let pay = ["90", "450", "1,200", "2.5"][i % 4];
    let pay = format!("my uncle has a firm that pays {pay} every day for easy work from your own home");
    let target = format!("{name} {i}");
    chat(
        &format!("v{i}"),
        &[
            (sender, &opening),
            (&target, ANSWERS[i % 4]),
            (sender, &pay),
            (sender, "write me on the other app"),
        ],
    )
}

fn finder(chats: &[Transcript]) -> Finder {
    let mut finder = Finder::new(Bands::new());
    chats.iter().for_each(|chat| finder.take("file", chat));
    finder
}

#[test]
fn a_script_is_found_whatever_name_amount_and_answer_stand_in_it() {
    for n in [3, 40] {
        let chats: Vec<Transcript> = (0..n).map(|i| victim(i, ["Nadia", "Ola"][i % 2])).collect();
        let scripts = finder(&chats).scripts(12, 3);
        assert_eq!(scripts.iter().map(|s| s.conversations).max(), Some(n));
        let script = &scripts[0];
        assert!(script.senders.keys().eq(["Nadia", "Ola"]) && script.places.len() == n);
        assert!(
            script.places.iter().all(|place| place.messages == [0, 2, 3]),
            "{:?}",
            script.places[0].messages
        );
        assert!(script.first < script.last);
    }
    let two: Vec<Transcript> = (0..2).map(|i| victim(i, "Nadia")).collect();
    assert!(finder(&two).scripts(12, 3).is_empty(), "two are too few");
}

#[test]
fn a_pitch_that_is_quoted_back_is_found_however_often() {
    let pitch = "my uncle has a firm that pays every day for easy work from your own home";
    let chats: Vec<Transcript> =
        (0..40).map(|i| chat(&format!("q{i}"), &[("Nadia", pitch), (&format!("t{i}"), pitch)])).collect();
    let scripts = finder(&chats).scripts(12, 3);
    assert_eq!((scripts.len(), scripts[0].conversations, scripts[0].places.len()), (1, 40, 80));
}

#[test]
fn one_sender_of_two_texts_does_not_make_them_one() {
    let greeting = "to all of you a happy new year and good health from me and mine";
    let mut chats: Vec<Transcript> = (0..3).map(|i| victim(i, "Nadia")).collect();
    for i in 2..5 {
        let far = "and then the weather turned and we all went to the lake for a swim before the rain came over the hills again";
        let lines = [("Nadia", if i == 2 { far } else { "well" }), ("Nadia", greeting)];
        let more = chat(&format!("g{i}"), &lines);
        match i {
            2 => chats[2].messages.extend(more.messages),
            _ => chats.push(more),
        }
    }
    let counts: Vec<usize> = finder(&chats).scripts(12, 3).iter().map(|s| s.conversations).collect();
    assert_eq!(counts, [3, 3]);
}

#[test]
fn short_talk_and_few_words_in_common_are_no_script() {
    let talk = |i: usize| {
        chat(
            &format!("t{i}"),
            &[("Kim", "ok"), ("Lee", ANSWERS[i % 4]), ("Kim", "see you at the usual place at eight then")],
        )
    };
    let chats: Vec<Transcript> = (0..4).map(talk).collect();
    assert!(finder(&chats).scripts(12, 3).is_empty());
    assert_eq!(finder(&chats).scripts(8, 3).len(), 1, "nine words are enough when eight are asked for");
}

#[test]
fn of_several_states_of_a_conversation_the_longest_counts() {
    let small = chat("a", &[("Nadia", "hi"), ("Bo", "hi back"), ("Nadia", "nice hat")]);
    let mut grown = small.clone();
    grown.id = "a later".to_owned();
    grown.messages.extend(victim(1, "Nadia").messages);
    for order in [[&small, &grown], [&grown, &small]] {
        let mut finder = finder(&order.map(Clone::clone));
        assert_eq!(finder.counts(), (1, 1, 0));
        (2..4).for_each(|i| finder.take("file", &victim(i, "Nadia")));
        let scripts = finder.scripts(12, 3);
        assert_eq!(scripts.iter().map(|s| s.conversations).max(), Some(3), "the later state holds the pitch");
    }
    // One text sent to three people within a minute is three conversations.
    let pitch = "my uncle has a firm that pays every day for easy work from your own home";
    let sent: Vec<Transcript> =
        ["x", "y", "z"].iter().map(|id| chat(id, &[("Nadia", pitch), (id, "no")])).collect();
    assert_eq!(finder(&sent).scripts(12, 3).len(), 1);
}

#[test]
fn bands_outweigh_reach_and_times_without_a_date_are_left_out() {
    let mut chats: Vec<Transcript> = (0..3).map(|i| victim(i, "Nadia")).collect();
    chats[1].messages.iter_mut().for_each(|m| m.time = Time::parse("10:00"));
    let greeting = "to all of you a happy new year and good health from me and mine";
    chats.extend((0..5).map(|i| chat(&format!("greeting {i}"), &[("Kim", greeting)])));
    let v0 = crate::score::fingerprint(&chats[0]);
    let mut finder = Finder::new(Bands::from([(v0, Band::Look)]));
    chats.iter().for_each(|chat| finder.take("file", chat));
    let scripts = finder.scripts(12, 3);
    assert_eq!(scripts.iter().map(|s| s.conversations).collect::<Vec<_>>(), [3, 5]);
    assert_eq!((scripts[0].first.as_deref(), finder.counts().2), (Some("2026-03-03T10:00:00"), 1));
    assert_eq!(scripts[0].bands, BTreeMap::from([(Band::Look, 1)]));
    assert!(scripts[1].first.is_some());
}

#[test]
fn a_disguise_hides_no_script_and_the_longer_one_comes_first() {
    let pitch = "my uncle has a firm that pays every day for easy work from your own home and asks nobody";
    let disguised = pitch
        .replace("uncle", "unсlе")
        .replace("home", "h0me")
        .replace("pays", "p a y s")
        .replace("easy", "еаѕу");
    let hidden = [pitch, pitch, disguised.as_str()].into_iter().enumerate();
    let mut chats: Vec<Transcript> = hidden.map(|(i, p)| chat(&format!("p{i}"), &[("Nadia", p)])).collect();
    let greeting = "to all of you a happy new year and good health";
    chats.extend((0..4).map(|i| chat(&format!("greeting {i}"), &[("Kim", greeting)])));
    let scripts = finder(&chats).scripts(8, 3);
    let found: Vec<(usize, usize)> = scripts.iter().map(|s| (s.conversations, s.words)).collect();
    assert_eq!(found, [(3, 57), (4, 44)], "more words were sent of the first, in fewer conversations");
}

#[test]
fn one_number_is_like_another() {
    assert_eq!(numberless("pays 1,200.50 a day"), numberless("pays 90 a day"));
    assert_eq!(numberless("at 10, not x7y"), "at 0 not x0y");
}
