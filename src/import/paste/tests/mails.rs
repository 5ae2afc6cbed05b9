//! Mails that quote each other, and talks within mails.

use super::apart::{shown, told};
use super::*;

/// A paste, the names and the texts of its messages, and how many of them have a time.
fn check(text: &str, names: &str, texts: &str, timed: usize) {
    let (found, said) = read(text);
    assert_eq!((found.join("|"), said.join("|")), (names.to_owned(), texts.to_owned()), "{text}");
    let messages = import(text).0.transcript.messages;
    assert_eq!(messages.iter().filter(|m| m.time.is_some()).count(), timed, "{text}");
}

#[test]
fn what_is_quoted_is_of_whom_the_line_above_names() {
    let quoted = "Sure.\n\nOn Wed, May 21, 2025 at 6:03 PM Ida Berg <ida@example.org> wrote:\n\n> 7 then?\n> Ida\n>\n\
                  > On Wed, May 21, 2025 at 5:40 PM Bo Lee <bo@example.org> wrote:\n>\n>> Friday is good.\n";
    check(quoted, "Bo Lee|Ida Berg|unknown", "Friday is good.|7 then?\nIda|Sure.", 2);
    let bare: String = quoted.lines().map(|l| format!("{}\n", l.trim_start_matches(['>', ' ']))).collect();
    check(&bare, "Bo Lee|Ida Berg|unknown", "Friday is good.|7 then?\nIda|Sure.", 2);
    assert_eq!(told(quoted), [(WarningKind::NewestFirst, 3, 1), (WarningKind::UnknownSpeaker, 1, 1)]);
    check(
        "Passt!\nBo\n\nAm Mi., 21. Mai 2025 um 18:03 Uhr schrieb Ida Berg <ida@example.org>:\n> Um sieben?\n>\n\
         > Am Mi., 21. Mai 2025 um 17:40 Uhr schrieb Bo Lee <bo@example.org>:\n>> Freitag?\n",
        "Bo Lee|Ida Berg|Bo Lee",
        "Freitag?|Um sieben?|Passt!\nBo",
        2,
    );
}

#[test]
fn fields_in_other_languages_and_in_any_order() {
    let mail = |from: &str, hour: &str, words: &str| {
        format!(
            "De : {from} <x@example.org>\nEnvoyé : mercredi 21 mai 2025 {hour}\nÀ : Eve\nObjet : thé\n\n{words}\n\n"
        )
    };
    let (first, second) = (mail("Luc Petit", "17:02", "jeudi ?"), mail("Anne Roy", "18:30", "oui."));
    check(&format!("{second}{first}"), "Luc Petit|Anne Roy", "jeudi ?|oui.", 2);
    check(&format!("{first}{second}"), "Luc Petit|Anne Roy", "jeudi ?|oui.", 2);
    assert_eq!(told(&format!("{first}{second}")), []);
}

#[test]
fn heads_without_a_time_or_over_several_lines() {
    let mail =
        |from: &str, to: &str, words: &str| format!("From: {from}\nTo: {to}\nSubject: tea\n\n{words}\n\n");
    let text = format!("{}{}", mail("Ida", "Bo", "hi"), mail("Bo", "Ida", "hey"));
    check(&text, "Ida|Bo", "hi|hey", 0);
    let wide = "Yes.\n\nFrom: Ida Berg <ida@example.org>\nSent: Wednesday, May 21, 2025 5:02 PM\nTo: Bo <bo@example.org>;\n\
                Eve <eve@example.org>\nSubject: tea\n\nin?\n";
    check(wide, "Ida Berg|unknown", "in?|Yes.", 1);
    check(
        "On 21 May 2025 at 18:03 Ida Berg wrote:\nhi Bo\nsee you\nOn 21 May 2025 at 18:05 Bo Lee wrote:\nhey\n",
        "Ida Berg|Bo Lee",
        "hi Bo\nsee you|hey",
        2,
    );
}

#[test]
fn talks_that_tell_of_mails_are_talks() {
    let line = "On Wed, May 21, 2025 at 6:03 PM Ida Berg <ida@example.org> wrote:";
    check(
        &format!("Bo: look\n{line}\nAna: what\nBo: so\nAna: ok\n"),
        "Bo|Ana|Bo|Ana",
        &format!("look\n{line}|what|so|ok"),
        0,
    );
    check(
        &format!("{line}\n> Bo: in?\n> Ana: yes\n> Bo: ok\n> Ana: so\n"),
        "Bo|Ana|Bo|Ana",
        "in?|yes|ok|so",
        0,
    );
    let long = "a\nb\nc\nd\ne\nf";
    let text = format!("Bo: look\n{line}\n{long}\nAna: what\nBo: so\nAna: ok\n");
    check(&text, "Bo|Ana|Bo|Ana", &format!("look\n{line}\n{long}|what|so|ok"), 0);
    check("Bo: she wrote:\nAna: what\nBo: that\n", "Bo|Ana|Bo", "she wrote:|what|that", 0);
}

#[test]
fn a_letter_around_a_talk_closes_and_a_talk_does_not() {
    let talk = "Tom: in?\nRia: yes\nTom: ok\nRia: so\n\nBest wishes\nCarla\n";
    assert_eq!(
        shown(&format!("Hello, this is the chat.\n\n{talk}"))[4..],
        ["Ria: so", "*: Best wishes\nCarla"]
    );
    let own = talk.replace("yes", "yes\n\nbut late");
    assert_eq!(shown(&own)[3..], ["Ria: so\n\nBest wishes\nCarla"]);
}

#[test]
fn a_quoted_export_is_the_export() {
    let chat = "> 14.06.25, 16:01 - Ida: da?\n> 14.06.25, 16:02 - Bo: ja\n> 14.06.25, 16:03 - Bo: <Medien ausgeschlossen>\n";
    let mail = "Von: Eve\nGesendet: Montag\nAn: Hilfe\nBetreff: Chat\n\nGuten Tag,\nanbei.\n\n";
    for (text, format) in [
        (chat.to_owned(), "whatsapp"),
        (format!("{mail}{chat}\nViele Grüße\nEve\n"), "whatsapp"),
        (chat.replace(" - ", " "), "paste"),
    ] {
        let mut found = Vec::new();
        let counts = read_text("m", text.as_bytes(), &Options::default(), &mut |i: Imported| {
            found.push((i.format, i.transcript.messages[2].kind));
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        let kind = if format == "whatsapp" { Kind::Media } else { Kind::Message };
        assert_eq!(found, [(format, kind)], "{text}");
    }
}

#[test]
fn a_picture_on_a_line_of_its_own() {
    let text = "小林:\n好啊\n[表情]\n那走\n阿珍:\n听不清[捂脸]\n小林:\n[图片]好看\n阿珍:\n收到\n";
    assert_eq!(
        shown(text),
        ["小林: 好啊", "小林: ", "小林: 那走", "阿珍: 听不清[捂脸]", "小林: [图片]好看", "阿珍: 收到"]
    );
}

#[test]
fn the_day_above_a_transcript() {
    let text = "Chat started on 2025-05-21 06:03 PM (UTC)\n\n(06:03:22 PM) Visitor 4: in?\n(06:04:02 PM) Anna K.: yes\n(06:05:00 PM) Visitor 4: ok\n";
    let (chat, _) = import(text);
    assert_eq!(chat.transcript.messages[1].time, Time::parse("2025-05-21T18:04:02Z"));
    let (chat, _) = import(&text.replace(" (UTC)", ""));
    assert_eq!(chat.transcript.messages[1].time, Time::parse("2025-05-21T18:04:02"));
    let (chat, _) = import(&text.replace("Chat started on 2025-05-21", "We meet on 2025-05-21 at"));
    // The line above is kept as a note.
    assert_eq!(chat.transcript.messages[2].time, Time::parse("18:04:02"));
}
