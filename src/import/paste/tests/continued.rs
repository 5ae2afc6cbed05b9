//! Names above words, and what apps set among these: times where somebody goes on, quotes, signs, days, deeds.

use super::*;

#[test]
fn somebody_goes_on_after_a_time() {
    for (text, who, said) in [
        (
            "Tom — Today at 4:02 PM\nin?\n[4:04 PM]\nor not\nRia — Today at 4:05 PM\nyes\n",
            "Tom Tom Ria",
            "in?|or not|yes",
        ),
        ("Tom\n  4:02 PM\nin?\n4:03\nor not\nRia\n  4:05 PM\nyes\n", "Tom Tom Ria", "in?|or not|yes"),
    ] {
        let (found, texts) = read(text);
        assert_eq!((found.join(" ").as_str(), texts.join("|").as_str()), (who, said), "{text}");
    }
    let chat = import("Tom\n  4:02 PM\nin?\n4:03\nor not\nRia\n  4:05 PM\nyes\n").0;
    assert_eq!(chat.transcript.messages[1].time, Time::parse("16:03"));
}

#[test]
fn what_stands_among_words_and_is_not_said() {
    for (text, who, said) in [
        // A quote above whoever answers.
        (
            "Ria — 16:02\npage 3 is gone\nTom — 16:03\nhm\n@Ria\npage 3 is gone\nTom — 16:04\nhere\n",
            "Ria Tom Tom",
            "page 3 is gone|hm|here",
        ),
        // Signs and how many set them, and where what is new begins.
        (
            "Tom\n  4:02 PM\nin?\n:tada:\n2\n:heart:\n1\nRia\n  4:05 PM\nyes\nNew\nTom\n  4:06 PM\nok\n",
            "Tom Ria Tom",
            "in?|yes|ok",
        ),
        // What somebody does.
        (
            "Tom\n7:02 PM\nin?\nRia\n7:03 PM\nyes\nTom is now playing Chess\nTom\n7:05 PM\nok\nRia was kicked\n",
            "Tom Ria Tom",
            "in?|yes|ok",
        ),
        (
            "16:02tom: in?\nReplying to @tom: in?\n16:03ria: yes\nmessage deleted by a moderator.\n16:04tom: ok\n",
            "tom ria tom",
            "in?|yes|ok",
        ),
    ] {
        let (found, texts) = read(text);
        assert_eq!((found.join(" ").as_str(), texts.join("|").as_str()), (who, said), "{text}");
    }
}

#[test]
fn what_discord_tells_is_the_apps() {
    let text = "Tom — Today at 4:02 PM\nin?\nRia — Today at 4:03 PM\nyes\nTom started a call that lasted 5 minutes. — Today at 4:04 PM\nMarch 3, 2024\nRia — Today at 4:05 PM\nok\n";
    let chat = import(text).0;
    let kinds: Vec<Kind> = chat.transcript.messages.iter().map(|m| m.kind).collect();
    assert_eq!(kinds, [Kind::Message, Kind::Message, Kind::System, Kind::Message]);
    assert_eq!(chat.transcript.messages[3].time, Time::parse("2024-03-03T16:05"));
}

#[test]
fn copies_from_teams_and_classroom() {
    for (text, who, said) in [
        (
            "in? by Tom Hill\nTom Hill\nTom Hill\n4:02 PM\nin?\n1 Like reaction.\n1\nyes\nyes\n4:03 PM\nok by Tom Hill\n4:04 PM\nok\nso by Ria\nRia\nRia\n4:05 PM\nEdited\nso\n",
            "Tom Hill You Tom Hill Ria",
            "in?|yes|ok|so",
        ),
        (
            "Stream\nArt\nMs Hill\n14 Mar (Edited 15 Mar)\nbring paper\nTom\n14 Mar\nhow much\nMs Hill\n15 Mar\nten\nAdd class comment…\n",
            "Ms Hill Tom Ms Hill",
            "bring paper|how much|ten",
        ),
    ] {
        let (found, texts) = read(text);
        assert_eq!((found.join(" ").as_str(), texts.join("|").as_str()), (who, said), "{text}");
    }
}

#[test]
fn lines_of_games() {
    for (text, who, said) in [
        (
            "6:22 PM - Tom Hill: in?\n6:22 PM - Tom Hill: or not\n6:23 PM - [A] ria: yes: so\n6:31 PM - Tom Hill is now In-Game: Chess.\n6:32 PM - [A] ria: ok\n6:33 PM - Tom Hill: go\n",
            "Tom Hill Tom Hill [A] ria * [A] ria Tom Hill",
            "in?|or not|yes: so|Tom Hill is now In-Game: Chess.|ok|go",
        ),
        (
            "[tom]: in?\n[ria]: yes\n[tom]: ok\n[To Bo] [tom]: here\n[ria]: bye\n",
            "tom ria tom tom ria",
            "in?|yes|ok|here|bye",
        ),
    ] {
        let chat = import(text).0.transcript;
        let name = |m: &crate::transcript::Message| {
            m.speaker.map_or("*".to_owned(), |s| chat.speakers[s].name.clone())
        };
        let found: Vec<String> = chat.messages.iter().map(name).collect();
        let texts: Vec<&str> = chat.messages.iter().map(|m| m.text.reveal()).collect();
        assert_eq!((found.join(" ").as_str(), texts.join("|").as_str()), (who, said), "{text}");
    }
}
