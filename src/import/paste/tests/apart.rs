//! What stands between and around messages and is nobody's words, and what an app sets in their place.

use super::*;

pub(super) fn shown(text: &str) -> Vec<String> {
    let (chat, _) = import(text);
    let who = |m: &crate::transcript::Message| {
        m.speaker.map_or("*", |s| chat.transcript.speakers[s].name.as_str()).to_owned()
    };
    chat.transcript.messages.iter().map(|m| format!("{}: {}", who(m), m.text.reveal())).collect()
}

pub(super) fn told(text: &str) -> Vec<(WarningKind, u64, u64)> {
    import(text).0.warnings.iter().map(|w| (w.kind, w.count, w.first_line)).collect()
}

#[test]
fn headings_rules_and_notes_between_messages() {
    let text = "Tom: in?\nRia: yes\n\n[Note by JB: she looks for her bag]\n\nTom: ok\n\n***\n\nRia: so\n\n-----\nChat 2: with Coach\nCoach: free?\nRia: no\n";
    assert_eq!(
        shown(text),
        [
            "Tom: in?",
            "Ria: yes",
            "*: [Note by JB: she looks for her bag]",
            "Tom: ok",
            "Ria: so",
            "*: Chat 2: with Coach",
            "Coach: free?",
            "Ria: no",
        ]
    );
    assert_eq!(told(text), [(WarningKind::AnotherChat, 1, 13)]);
    let titled = "Tom, [24.03.2025 18:05]\nin?\n\nRia, [24.03.2025 18:06]\nyes\n\n=== second chat ===\n\nCoach, [24.03.2025 18:07]\nfree?\n";
    assert_eq!(shown(titled), ["Tom: in?", "Ria: yes", "*: === second chat ===", "Coach: free?"]);
    assert_eq!(told(titled), [(WarningKind::AnotherChat, 1, 7)]);
}

#[test]
fn paragraphs_stay_with_their_message() {
    for more in ["Chat with you later", "(see you all there)", "tea and\n- milk", "-----\n\nand so on"] {
        let text = format!("Tom: in?\nRia: yes\n\n{more}\n\nTom: ok\nRia: bye\n");
        assert_eq!(shown(&text)[1], format!("Ria: yes\n\n{more}"), "{more}");
    }
    let list = "Tom: a list\n***\nmilk\nRia: ok\nTom: bye\n";
    assert_eq!(shown(list)[0], "Tom: a list\n***\nmilk");
}

#[test]
fn remarks_below_the_talk_are_no_messages() {
    let talk = "Girl: in?\nBoy: yes\n[girl says she laughed]\nGirl: ok\nBoy: see you\n";
    let heard = shown(talk);
    let note = (WarningKind::PerhapsNote, 1, 3);
    for remark in
        ["Follow up: none needed.", "Contact made: by JB", "Anmerkung: alles gut", "Outcome: ok\n\nJB"]
    {
        let text = format!("{talk}\n{remark}\n");
        assert_eq!(shown(&text)[..4], heard[..], "{remark}");
        assert_eq!(shown(&text)[4], format!("*: {}", remark.lines().next().unwrap()), "{remark}");
        assert_eq!(told(&text)[..2], [note, (WarningKind::LineAfterLastMessage, told(&text)[1].1, 7)]);
    }
    for more in ["Anna Berg: me too", "Cleo: me too", "Follow up: later?\nGirl: no"] {
        assert!(shown(&format!("{talk}\n{more}\n")).iter().all(|l| !l.starts_with('*')), "{more}");
    }
}

#[test]
fn a_heading_costs_no_names() {
    for text in ["Note\nAmy: hi\nLou: yes\n", "Chat with Amy:\nAmy: hi\nLou: yes\n"] {
        assert_eq!(shown(text), ["Amy: hi", "Lou: yes"], "{text}");
        assert_eq!(told(text), [(WarningKind::LineBeforeFirstMessage, 1, 1)], "{text}");
    }
    let two = "Chat with Amy\nAmy: hi\nLou: yes\n\nChat with Coach\nCoach: no\nAmy: ok\n";
    assert_eq!(shown(two), ["Amy: hi", "Lou: yes", "*: Chat with Coach", "Coach: no", "Amy: ok"]);
}

#[test]
fn a_talk_quoted_in_a_mail_is_the_talk() {
    let head = "From: Ana Lee <a@example.org>\nTo: Help <h@example.org>\nDate: Tue, 25 Mar 2025 09:12:00 +0000\nSubject: a chat\n\nSee below.\n\n";
    let talk = "> Tom: in?\n> Ria: yes\n> and no\n> Tom: ok\n";
    let text = format!("{head}{talk}\nBest wishes\nAna\n");
    let mut formats = Vec::new();
    let counts = read_text("m", text.as_bytes(), &Options::default(), &mut |i: Imported| {
        formats.push((i.format, i.transcript.messages.len()));
        Flow::Continue(())
    });
    assert_eq!((formats, counts.is_ok()), (vec![("paste", 5)], true));
    assert_eq!(shown(&text), ["Tom: in?", "Ria: yes\nand no", "Tom: ok", "*: Best wishes", "*: Ana"]);
    for other in ["> Place: the park\n> Bring tea\n", "> in?\n> yes\n> Tom: ok\n"] {
        let mut formats = Vec::new();
        let text = format!("{head}{other}");
        let counts = read_text("m", text.as_bytes(), &Options::default(), &mut |i: Imported| {
            formats.push(i.format);
            Flow::Continue(())
        });
        assert_eq!((formats, counts.is_ok()), (vec!["mail"], true), "{other}");
    }
}

#[test]
fn a_mail_closes_with_its_writer() {
    let text = "From: Ana Lee\nTo: Help\nSubject: a chat\n\nTom: in?\n\nor not?\nRia: yes\nTom: ok\nRia: so\n\nI am\n\nBest wishes\nAna\n";
    assert_eq!(shown(text)[3..], ["Ria: so\n\nI am", "*: Best wishes\nAna"]);
    assert_eq!(shown(&text.replace("Ana\n", "Cy\n"))[3..], ["Ria: so\n\nI am\n\nBest wishes\nCy"]);
}

#[test]
fn clocks_with_dots_are_times_as_those_around_them() {
    for text in [
        "Tom: in?   18:05\nRia: yes   18.06 VV\nTom: ok   18:O7\nRia: so   18:08 //\n",
        "Tom: in?  18.05\nRia: yes  18.06\nTom: ok  18.07\nRia: so  18.08\n",
        "online\nTODAY\nTom: in? 18:05\nRia: yes 18.06\nTom: ok 18:07\nRia: so 18:08\nType a message\n",
    ] {
        let (chat, _) = import(text);
        assert_eq!(shown(text), ["Tom: in?", "Ria: yes", "Tom: ok", "Ria: so"], "{text}");
        assert_eq!(chat.transcript.messages[1].time, Time::parse("18:06"), "{text}");
    }
    assert_eq!(shown("Tom: it was 18.50\nRia: mine 12.30\nTom: ok then\n")[1], "Ria: mine 12.30");
    assert_eq!(shown("Tom: it was 18.50\nRia: mine 12.30\nTom: and 14.10\n")[1], "Ria: mine 12.30");
}

#[test]
fn the_whole_name_parts_messages_of_one_person() {
    let text = "You sent\nin?\nEnter\nTom\nTom Hill\nyes\nEnter\nTom Hill\nor no?\nEnter\nso\nEnter\nYou sent\nTom Hill\nEnter\n";
    assert_eq!(shown(text), ["You: in?", "Tom: yes", "Tom: or no?", "Tom: so", "You: Tom Hill"]);
}

#[test]
fn what_telegram_sets_in_place_of_words() {
    let text = "Tom, [24.03.2025 18:05]\n[ Photo ]\n\nRia, [24.03.2025 18:06]\n[In reply to Tom]\nnice\n\nTom, [24.03.2025 18:07]\n[ File ] plan.pdf\n\nRia, [24.03.2025 18:08]\n[Forwarded from News]\nrain\n\nTom, [24.03.2025 18:09]\n[ 😂 Sticker ]\n";
    assert_eq!(shown(text), ["Tom: ", "Ria: nice", "Tom: plan.pdf", "Ria: rain", "Tom: "]);
    let kinds: Vec<Kind> = import(text).0.transcript.messages.iter().map(|m| m.kind).collect();
    assert_eq!(kinds, [Kind::Media, Kind::Message, Kind::Media, Kind::Message, Kind::Media]);
    assert_eq!(told(text), [(WarningKind::DoubtfulName, 1, 12)]);
}
