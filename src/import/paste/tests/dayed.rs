//! Days that are told by their names, zones, and times that stand beside names with dashes.

use super::*;

/// Each message with its time, and the kinds of the doubts.
fn times(text: &str) -> (Vec<String>, Vec<WarningKind>) {
    let (chat, _) = import(text);
    let line = |m: &crate::transcript::Message| {
        let who = m.speaker.map_or("*", |s| chat.transcript.speakers[s].name.as_str());
        format!("{} {who}: {}", m.time.map_or("-".to_owned(), |t| t.to_string()), m.text.reveal())
    };
    let told = chat.warnings.iter().map(|w| w.kind).collect();
    (chat.transcript.messages.iter().map(line).collect(), told)
}

#[test]
fn days_by_their_names_keep_the_time_of_day_and_are_told() {
    for text in [
        "Tom — Yesterday at 18:22\nin?\nRia — Today at 09:10\nyes\n",
        "[Hier à 18:22] Tom: in?\n[Aujourd'hui à 09:10] Ria: yes\n",
        "Freitag 18:22 Tom: in?\nSamstag 09:10 Ria: yes\n",
        "вчера в 18:22 Tom: in?\nсегодня в 09:10 Ria: yes\n",
        "Tom (gestern um 18:22): in?\nRia (heute um 09:10): yes\n",
        "Tom\nFreitag 18:22\nin?\nRia\nSamstag 09:10\nyes\n",
    ] {
        let (said, told) = times(text);
        assert_eq!(said, ["18:22:00 Tom: in?", "09:10:00 Ria: yes"], "{text}");
        assert_eq!(told, [WarningKind::UnknownDay], "{text}");
    }
}

#[test]
fn one_date_makes_days_certain() {
    let expected = [
        "2024-03-08T18:22:00 Tom: in?",
        "2024-03-08T18:25:00 Ria: yes",
        "2024-03-09T09:10:00 Tom: ok",
        "2024-03-09T09:12:00 Ria: so",
    ];
    let rest = "Tom: in? (18:22)\nRia: yes (18:25)\nSaturday\nTom: ok (09:10)\nRia: so (09:12)\n";
    for text in [
        format!("Friday, 8 March 2024\n{rest}"),
        format!("Freitag, 8. März 2024\n{}", rest.replace("Saturday", "Samstag")),
        format!("8 March 2024\n{}", rest.replace("Saturday", "next day")),
        "Exported on 10 March 2024\n[Fri 18:22] Tom: in?\n[Fri 18:25] Ria: yes\n[Yesterday 09:10] Tom: ok\n[Yesterday 09:12] Ria: so\n"
            .to_owned(),
        "March 8, 2024\nTom — Yesterday at 18:22\nin?\nRia — Yesterday at 18:25\nyes\nTom — Today at 09:10\nok\nRia — Today at 09:12\nso\n"
            .replace("Tom — Today", "March 9, 2024\nTom — Today"),
    ] {
        assert_eq!(times(&text).0, expected, "{text}");
    }
}

#[test]
fn where_days_are_not_certain_they_are_not_made_up() {
    for text in [
        // The page shows the date of what is older than a week, and the name of the day of the rest.
        "[03/03/2024 18:22] Tom: in?\n[Fri 18:25] Ria: yes\n[Sat 09:10] Tom: ok\n",
        "8 March 2024\n[Yesterday 18:22] Tom: in?\n[Yesterday 18:25] Ria: yes\n[Today 09:10] Tom: ok\n",
    ] {
        let (said, told) = times(text);
        assert!(
            said[1..].iter().all(|line| line.starts_with("18:25") || line.starts_with("09:10")),
            "{said:?}"
        );
        assert!(told.contains(&WarningKind::UnknownDay), "{text}");
    }
    // People write of days, too.
    let (said, told) = times("Tom: yesterday at 18:22 it rained\nRia: Friday 18:22 then\nTom: ok\n");
    assert_eq!(said, ["- Tom: yesterday at 18:22 it rained", "- Ria: Friday 18:22 then", "- Tom: ok"]);
    assert_eq!(told, []);
}

#[test]
fn zones_are_heard() {
    let expected = ["2024-03-05T16:22:00Z Tom: in?", "2024-03-05T16:23:00Z Ria: yes"];
    for text in [
        "[2024-03-05 16:22 UTC] Tom: in?\n[2024-03-05 16:23 UTC] Ria: yes\n",
        "2024-03-05 18:22 (GMT+2) Tom: in?\n2024-03-05 18:23 (GMT+2) Ria: yes\n",
        "[2024-03-05 18:22:00 +0200] Tom: in?\n[2024-03-05 18:23:00 +0200] Ria: yes\n",
        "Tom (2024-03-05 16:22 UTC): in?\nRia (2024-03-05 16:23 UTC): yes\n",
        "Tom — 2024-03-05 16:22 UTC\nin?\nRia — 2024-03-05 16:23 UTC\nyes\n",
        "All times are in UTC\n[2024-03-05 16:22] Tom: in?\n[2024-03-05 16:23] Ria: yes\n",
    ] {
        assert_eq!(times(text).0, expected, "{text}");
    }
    assert_eq!(
        times("[2024-03-05 18:22 CET] Tom: in UTC?\n[2024-03-05 18:23 CET] Ria: yes\n").0,
        ["2024-03-05T18:22:00 Tom: in UTC?", "2024-03-05T18:23:00 Ria: yes"]
    );
}

#[test]
fn names_with_times_before_dashes() {
    let expected = ["17:05:00 Marta: ¿vienes?", "17:06:00 Oleg: sí - a las seis", "17:07:00 Marta: vale"];
    for text in [
        "17:05h. Marta - ¿vienes?\n17:06h. Oleg - sí - a las seis\n17:07h. Marta - vale\n",
        "17:05 Marta – ¿vienes?\n17:06 Oleg – sí - a las seis\n17:07 Marta – vale\n",
        "(17:05) Marta — ¿vienes?\n(17:06) Oleg — sí - a las seis\n(17:07) Marta — vale\n",
        "Marta, 17:05 – ¿vienes?\nOleg, 17:06 – sí - a las seis\nMarta, 17:07 – vale\n",
        "Marta (17:05) – ¿vienes?\nOleg (17:06) – sí - a las seis\nMarta (17:07) – vale\n",
    ] {
        assert_eq!(times(text), (expected.map(str::to_owned).to_vec(), vec![]), "{text}");
    }
    let plan = "17:00 Hall – judo\n17:30 Mill – chess\n18:00 Hall – yoga\n18:30 Mill – tea\n";
    assert_eq!(import(plan).0.transcript.speakers.iter().filter(|s| s.name == "Hall").count(), 0);
}

#[test]
fn times_in_backticks_and_notes_of_moderators() {
    let expected = [
        "14:02:00 Raven: gg",
        "14:03:00 tofu: wp",
        "- *: **Moderator note:** two are missing",
        "14:05:00 Raven: again?",
    ];
    for form in [
        "- `14:02` **Raven**: gg|- `14:03` **tofu**: wp|*|- `14:05` **Raven**: again?",
        "**Raven** `14:02`: gg|**tofu** `14:03`: wp|*|**Raven** `14:05`: again?",
        "> **Raven** (`14:02`): gg|> **tofu** (`14:03`): wp|> *|> **Raven** (`14:05`): again?",
        "**14:02 Raven:** gg|**14:03 tofu:** wp|*|**14:05 Raven:** again?",
    ] {
        let text = form.replace('|', "\n").replace("\n*\n", "\n**Moderator note:** two are missing\n");
        let text = text.replace("> *\n", "> **Moderator note:** two are missing\n");
        assert_eq!(times(&text).0, expected, "{text}");
    }
    let words = times("Tom: in?\nRia: yes\n**Note:** bring tea\nTom: `14:02` it says\nRia: ok\n").0;
    assert_eq!(words[1..3], ["- Ria: yes\n**Note:** bring tea", "- Tom: `14:02` it says"]);
}

#[test]
fn ticks_tell_whose_phone_it_is() {
    let told = |text: &str| times(text).0.iter().map(|l| l[9..].to_owned()).collect::<Vec<_>>().join("|");
    for text in [
        "in?\n18:22\nyes\n18:23 ✓✓\nok\n18:24\nso\n18:25 ✓✓\n",
        "in? 18:22\nyes 18:23 ✓✓\nok 18:24\nso 18:25 ✓✓\n",
    ] {
        assert_eq!(told(text), "the other: in?|You: yes|the other: ok|You: so", "{text}");
    }
    assert_eq!(told("in?\n18:22 ✓✓\nhello\n18:23 ✓✓\nhm\n18:24 ✓\n"), "You: in?|You: hello|You: hm");
    let (said, doubts) = times("in?\n18:22\nyes\n18:23\nok\n18:24\n");
    assert_eq!((said[1].as_str(), doubts), ("18:23:00 B: yes", vec![WarningKind::AlternatingSpeakers]));
    assert_eq!(times("18:22\nin?\n18:23\nyes\n18:24\nok\n").0[1], "18:23:00 B: yes");
}

#[test]
fn two_talks_in_one_text_are_two() {
    let text = "Chat with Tom\nTom: in?\nMe: yes\nTom: ok\n\nChat with Lou\nLou: hi\nMe: no\nLou: so\n";
    let mut found = Vec::new();
    let counts = read_text("pasted", text.as_bytes(), &Options::default(), &mut |imported| {
        found.push((
            imported.transcript.id,
            imported.transcript.messages.iter().map(|m| m.origin.line).collect::<Vec<_>>(),
        ));
        Flow::Continue(())
    });
    let counts = counts.unwrap();
    assert_eq!((counts.lines, counts.headings), (counts.accounted(), 2));
    assert_eq!(found, [("pasted#Tom".to_owned(), vec![2, 3, 4]), ("pasted#Lou".to_owned(), vec![7, 8, 9])]);
}
