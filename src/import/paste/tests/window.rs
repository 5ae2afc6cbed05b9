//! What a copied window shows that nobody said: fields, marks of change, words for pictures; and days without a year.

use super::*;

fn shown(text: &str) -> Vec<String> {
    let (chat, _) = import(text);
    let who = |at: Option<usize>| at.map_or("*", |at| chat.transcript.speakers[at].name.as_str());
    chat.transcript.messages.iter().map(|m| format!("{}: {}", who(m.speaker), m.text.reveal())).collect()
}

#[test]
fn the_field_at_the_foot_is_no_message() {
    let screen = "Tom\nonline\nTODAY\nin? 12:40\nyes I am 12:42 ✓✓\ngood 12:43\nso am I 12:44 ✓✓\n";
    let whole = shown(screen);
    for field in ["Messaggio", "Message", "Nachricht", "Mensaje", "Type a message", "Сообщение", "Message…"]
    {
        assert_eq!(shown(&format!("{screen}{field}\n")), whole, "{field}");
    }
    // The same words with a time, elsewhere, or where nothing is of a window.
    assert_eq!(shown(&format!("{screen}Message 12:45\n")).len(), whole.len() + 1);
    assert!(shown(&screen.replace("good 12:43", "Message\ngood 12:43")).concat().contains("Message"));
    assert_eq!(shown("Tom: in?\nRia: yes\nTom: one\nMessage\n")[2], "Tom: one\nMessage");
    assert_eq!(shown("are you in\nyes\nwhat is it\nMessage\n").len(), 4);
}

#[test]
fn by_which_way_messages_came() {
    for way in ["Mensaje de texto", "Text Message", "SMS/MMS", "Textnachricht • SMS"] {
        let text = format!("Tía Carmen\n{way}\nmiércoles, 21 may • 18:03\nhola\nsí tía\nya voy\n");
        assert_eq!(shown(&text), ["A: hola", "B: sí tía", "A: ya voy"], "{way}");
    }
}

#[test]
fn marks_of_change_and_words_for_pictures() {
    let discord = "oak — 19/04/2025 16:22\nwho is it\nImage\nsprout — 19/04/2025 16:24\ndone!! (edited)\nfern — 19/04/2025 16:25\n\
                   Image\nso (bearbeitet)\n";
    assert_eq!(shown(discord), ["oak: who is it", "oak: ", "sprout: done!!", "fern: ", "fern: so"]);
    let kinds: Vec<Kind> = import(discord).0.transcript.messages.iter().map(|m| m.kind).collect();
    assert_eq!(kinds, [Kind::Message, Kind::Media, Kind::Message, Kind::Media, Kind::Message]);
    let slack =
        "Pia Lund\n  10:02 AM\nall done (edited) \nTom Hill\n  10:05 AM\nok\nPia Lund\n  10:06 AM\nImage\n";
    assert_eq!(shown(slack), ["Pia Lund: all done", "Tom Hill: ok", "Pia Lund: Image"]);
    let file = "oak — 19/04/2025 16:22\nhere\nsprout — 19/04/2025 16:24\nnotes.pdf\n840 Ko\noak — 19/04/2025 16:25\nthe file is notes.pdf\n840 of them\n";
    assert_eq!(shown(file), ["oak: here", "sprout: notes.pdf", "oak: the file is notes.pdf\n840 of them"]);
    let typed = "Tom: in? (edited)\nRia: yes\nImage\nTom: ok\n";
    assert_eq!(shown(typed), ["Tom: in? (edited)", "Ria: yes\nImage", "Tom: ok"]);
}

#[test]
fn days_without_a_year_are_kept_and_told() {
    let text = "[29/05, 23:50] Ana: boa noite\n[29/05, 23:51] Rui: até amanhã\n[30/05, 09:10] Ana: bom dia\n[30/05, 09:12] Rui: bom dia!\n";
    let (chat, _) = import(text);
    let times: Vec<String> =
        chat.transcript.messages.iter().filter_map(|m| m.time.map(|t| t.to_string())).collect();
    assert_eq!(times, ["05-29T23:50:00", "05-29T23:51:00", "05-30T09:10:00", "05-30T09:12:00"]);
    let told: Vec<_> = chat.warnings.iter().map(|w| (w.kind, w.count, w.first_line)).collect();
    assert_eq!(told, [(WarningKind::UnknownYear, 4, 1)]);
    let month_first = "[7/21, 6:03 PM] Dani: in?\n[7/21, 6:04 PM] Marc: no\n[8/2, 6:05 PM] Dani: ok\n";
    let last = import(month_first).0.transcript.messages[2].time;
    assert_eq!(last, Time::parse("08-02T18:05"));
    let clocks = import("[18:03] Dani: in?\n[18:04] Marc: no\n[18:05] Dani: ok\n").0;
    assert_eq!((clocks.transcript.messages[0].time, clocks.warnings.len()), (Time::parse("18:03"), 0));
}
