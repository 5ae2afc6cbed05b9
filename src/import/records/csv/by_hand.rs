//! Tables as people keep them by hand: titles above, sums below, days and times apart, the newest row first.

use super::tests::{import, import_with};
use crate::import::Options;

/// What was said, as `HH:MM name: text`, and what was doubted.
fn shown(table: &str) -> (Vec<String>, Vec<&'static str>) {
    let (found, _) = import(table);
    assert_eq!(found.len(), 1, "{table}");
    let t = &found[0].transcript;
    let line = |m: &crate::transcript::Message| {
        let time = m.time.map_or("-".to_owned(), |t| t.to_string());
        let who = m.speaker.map_or("*", |s| t.speakers[s].name.as_str());
        format!("{} {who}: {}", time.replace(":00", "").replace("2024-01-13T", ""), m.text.reveal())
    };
    (t.messages.iter().map(line).collect(), found[0].warnings.iter().map(|w| w.kind.id()).collect())
}

const SAID: [&str; 3] = ["21:07 Bo: tea?", "21:08 Ana: yes: now", "21:09 Bo: good"];

#[test]
fn a_midnight_beside_a_time_is_a_day() {
    for (names, day) in [
        ("Date;Time;Sender;Message\n", "2024-01-13"),
        ("Date;Time;Sender;Message\n", "2024-01-13 00:00:00"),
        ("Date;Time;Sender;Message\n", "2024-01-13T00:00:00"),
        ("Data;Godzina;Nadawca;Treść\n", "2024-01-13"),
        ("Datum;Tid;Avsändare;Meddelande\n", "2024-01-13"),
        ("Datum;Zeit;Von;Text\n", "Samstag, 13. Januar 2024"),
        ("Date;Heure;De;Message\n", "samedi 13 janvier 2024"),
        ("", "2024-01-13"),
    ] {
        let table = format!("{names}{day};21:07;Bo;tea?\n{day};21:08;Ana;yes: now\n{day};21:09;Bo;good\n");
        assert_eq!(shown(&table), (SAID.map(str::to_owned).to_vec(), Vec::new()), "{names}{day}");
    }
}

#[test]
fn times_as_spreadsheets_have_them() {
    for table in [
        "Date,Time,AM/PM,From,Text\n1/13/2024,9:07,PM,Bo,tea?\n1/13/2024,9:08,PM,Ana,yes: now\n1/13/2024,9:09,PM,Bo,good\n",
        "Data,Ora,Mittente,Messaggio\n13/01/24,21.07,Bo,tea?\n13/01/24,21.08,Ana,yes: now\n13/01/24,21.09,Bo,good\n",
        "date;sender;message\n45304,879862;Bo;tea?\n45304,880556;Ana;yes: now\n45304,88125;Bo;good\n",
        "date;sender;message\nSa 13.01.24 21:07;Bo;tea?\nSa 13.01.24 21:08;Ana;yes: now\nSa 13.01.24 21:09;Bo;good\n",
        "Start,From,Body,Time\n,Bo,tea?,13/01/2024 21:07:00(UTC+0)\n,Ana,yes: now,13/01/2024 21:08:00(UTC+0)\n,Bo,good,13/01/2024 21:09:00(UTC+0)\n",
    ] {
        assert_eq!(shown(table).0, SAID, "{table}");
    }
}

#[test]
fn a_day_written_once_goes_on() {
    let (said, doubts) =
        shown("Date;Time;From;Message\n13/01/2024;21:07;Bo;tea?\n;21:08;Ana;yes: now\n;21:09;Bo;good\n");
    assert_eq!((said, doubts), (SAID.map(str::to_owned).to_vec(), vec!["carried-day"]));
}

#[test]
fn what_stands_around_a_table() {
    let rows = "13/01/2024;21:07;Bo;tea?\n13/01/2024;21:08;Ana;yes: now\n13/01/2024;21:09;Bo;good\n";
    for above in [
        "Chat log for case 12;;;\nDate;Time;Who;Message\n",
        "Chat log\nprepared by R. Stone;;;\n;;;\nDate;Time;Who;Message\n",
        "WhatsApp;;;\nWann;;Wer;Was\nTag;Uhrzeit;;\n",
        ";;;\nDate;Time;Who;Message\n",
    ] {
        assert_eq!(
            shown(&format!("{above}{rows}")),
            (SAID.map(str::to_owned).to_vec(), Vec::new()),
            "{above}"
        );
    }
    let (said, doubts) =
        shown(&format!("Date;Time;Who;Message\n{rows};;;\nLegend;;;\nBo;brother;;\n;;;Total: 3\n"));
    assert_eq!(
        (&said[..3], &said[3..]),
        (
            &SAID.map(str::to_owned)[..],
            &["- *: Legend", "- *: Bo brother", "- *: Total: 3"].map(str::to_owned)[..]
        )
    );
    assert_eq!(doubts, ["line-after-last-message"]);
    let markdown = "# Tea\n\n| Time | Who | Message |\n|---|:---:|---|\n| 21:07 | Bo | tea? |\n| 21:08 | Ana | yes: now |\n| 21:09 | Bo | good |\n";
    assert_eq!(shown(markdown).0, SAID);
}

#[test]
fn a_column_for_each_person() {
    let table =
        "Time,Bo,Ana\n2024-01-13 21:07,tea?,\n2024-01-13 21:08,,yes: now\n2024-01-13 21:09,it is good,\n";
    let said = ["21:07 Bo: tea?", "21:08 Ana: yes: now", "21:09 Bo: it is good"].map(str::to_owned).to_vec();
    assert_eq!(shown(table), (said, Vec::new()));
}

#[test]
fn who_and_what_are_enough() {
    assert_eq!(shown("Who,What\nBo,tea?\nAna,yes\n").0, ["- Bo: tea?", "- Ana: yes"]);
}

#[test]
fn the_newest_row_first_is_turned_round() {
    let rows =
        ["13/01/2024 21:09,Bo,good", "13/01/2024 21:08,Ana,yes: now", "13/01/2024 21:07,Bo,tea?"].join("\n");
    let (said, doubts) = shown(&format!("Date,Sender,Message\n{rows}\n"));
    assert_eq!((said, doubts), (SAID.map(str::to_owned).to_vec(), vec!["newest-first"]));
}

#[test]
fn an_account_is_no_chat() {
    let table = "Date;Payee;Description;Amount;Balance\n13/01/2024;Corner Shop;Milk and bread;-4.20;310.10\n\
                 13/01/2024;R. Stone;Rent for the garage;-60.00;250.10\n14/01/2024;Corner Shop;Newspapers;-2.20;247.90\n";
    let error = import_with(table, Options::default()).unwrap_err();
    assert!(error.to_string().contains("--columns"), "{error}");
}
