//! What parts messages and is none: bare days between names, numbers before fields, times within lines, pages, what is told.

use super::*;

fn shown(text: &str) -> Vec<String> {
    let (chat, _) = import(text);
    let who = |at: Option<usize>| at.map_or("*", |at| chat.transcript.speakers[at].name.as_str());
    chat.transcript.messages.iter().map(|m| format!("{}: {}", who(m.speaker), m.text.reveal())).collect()
}

fn times(text: &str) -> Vec<String> {
    import(text)
        .0
        .transcript
        .messages
        .iter()
        .map(|m| m.time.map_or_else(String::new, |t| t.to_string()))
        .collect()
}

#[test]
fn days_without_a_year_between_names() {
    for (first, second) in [
        ("14 марта", "15 марта"),
        ("14. März", "15. März"),
        ("vendredi 14 mars", "samedi 15 mars"),
        ("March 14", "March 15"),
        ("3月14日", "3月15日"),
    ] {
        for head in [
            "Ana Lee 18:02\nin?\nBen 18:12\nyes\nof course\n{}\nAna Lee 9:20\nso\nBen 9:25\nok\n",
            "Ana Lee\n18:02\nin?\nBen\n18:12\nyes\nof course\n{}\nAna Lee\n9:20\nso\nBen\n9:25\nok\n",
        ] {
            let text = format!("{first}\n{}", head.replace("{}", second));
            assert_eq!(
                shown(&text),
                ["Ana Lee: in?", "Ben: yes\nof course", "Ana Lee: so", "Ben: ok"],
                "{text}"
            );
            let days = ["03-14T18:02:00", "03-14T18:12:00", "03-15T09:20:00", "03-15T09:25:00"];
            assert_eq!(times(&text), days, "{text}");
        }
    }
    // Below the last word of the day before, and where nothing is said of the first day.
    let fallen = "Ana Lee 18:02\nin?\nBen 18:12\nyes\nсегодня\nAna Lee 9:20\nso\nBen 9:25\nok\n";
    assert_eq!(shown(fallen)[1], "Ben: yes");
}

#[test]
fn a_day_that_is_said() {
    // Nothing shows that it is none of the words: kept, and told.
    let text = "Ana Lee 18:02\nwhen is it?\nBen 18:12\nwell\n15 марта\nAna Lee 18:20\nso\nBen 18:25\nok\n";
    assert_eq!(shown(text)[1], "Ben: well\n15 марта");
    assert!(import(text).0.warnings.iter().any(|w| w.kind == WarningKind::DoubtfulNotice));
    // Right below the name, and before the day that the talk has come to.
    let text = "14 марта\nAna Lee 18:02\nwhen is it?\nBen 18:12\n15 марта\nAna Lee 18:20\nso\n2 февраля\nBen 18:25\nok\n";
    assert_eq!(shown(text)[1..3], ["Ben: 15 марта", "Ana Lee: so\n2 февраля"]);
}

#[test]
fn numbers_before_the_fields_of_messages() {
    let text = "Report of 3\n\n#1\nFrom: +1555 (Tom)\nTo: Ria\nTimestamp: 3/14/2025 6:02:11 PM(UTC-4)\nBody: in?\n\n#2\nFrom: Ria\nTo: +1555 (Tom)\n\
                Timestamp: 3/14/2025 6:03:40 PM(UTC-4)\nBody: bring\n3\n\n#3\nFrom: +1555 (Tom)\nTo: Ria\nTimestamp: 3/14/2025 6:04:00 PM(UTC-4)\nBody: ok\n";
    assert_eq!(shown(text), ["+1555 (Tom): in?", "Ria: bring\n3", "+1555 (Tom): ok"]);
    assert_eq!(times(text)[1], "2025-03-14T22:03:40Z");
    let text = "De: Tom\nPara: Ria\nData: 14/03/2025\nHora: 18:01\nMensagem: oi\n\nDe: Ria\nPara: Tom\nData: 15/03/2025\nHora: 9:02\nMensagem: sim\n\n\
                De: Tom\nPara: Ria\nData: 15/03/2025\nHora: 9:03\nMensagem: bom\n";
    assert_eq!(shown(text), ["Tom: oi", "Ria: sim", "Tom: bom"]);
    assert_eq!(times(text)[1], "2025-03-15T09:02:00");
}

#[test]
fn times_and_names_within_lines() {
    let text = "my chat\n[14/3 18.02] Ana: jadi? [14/3 18.03] Ben Oak: jadi [14/3 18.03] Ben Oak: jam 9\n[14/3 18.11] Ana: boleh\ndia datang [14/3 18.12] Ben Oak: ok\n[15/3 08.40] Ana: hai\n";
    let said = [
        "Ana: jadi?",
        "Ben Oak: jadi",
        "Ben Oak: jam 9",
        "Ana: boleh\ndia datang",
        "Ben Oak: ok",
        "Ana: hai",
    ];
    assert_eq!(shown(text), said);
    let told = import(text).0.warnings.iter().find(|w| w.kind == WarningKind::DamagedHead).map(|w| w.count);
    assert_eq!(told, Some(2));
}

#[test]
fn what_is_told_between_words() {
    let text = "Ana: hi\nBen: hi\n*Ana sent a photo*\nAna: ok\n*waves*\n*Ana sends love*\nBen: so\n(Cy is here)\n<sticker>\nAna: yes\n";
    let said = [
        "Ana: hi",
        "Ben: hi",
        "*: *Ana sent a photo*",
        "Ana: ok\n*waves*\n*Ana sends love*",
        "Ben: so\n(Cy is here)",
        "Ben: ",
        "Ana: yes",
    ];
    assert_eq!(shown(text), said);
}

#[test]
fn pages_are_left_out() {
    let page = "Ana: in?\nBen: yes\nAna: good\n";
    let text = format!("Talk with Ben\n\n{page}\nSeite 1 von 2\nTalk with Ben\n\n{page}\nSeite 2 von 2\n");
    assert_eq!(shown(&text), shown(&format!("{page}{page}")));
    assert_eq!(import(&text).1.headings, 4);
}
