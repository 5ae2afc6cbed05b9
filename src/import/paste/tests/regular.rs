//! Forms that are regular in themselves, told by nothing but that.

use proptest::prelude::*;

use super::*;

/// A paste, the names and the texts of its messages, and the doubts about it.
type Case<'c> = (&'c str, &'c str, &'c str, &'c [(WarningKind, u64)]);

fn check(cases: &[Case<'_>]) {
    for (text, names, texts, told) in cases {
        let (found, said) = read(text);
        assert_eq!((found.join("|"), said.join("|")), ((*names).to_owned(), (*texts).to_owned()), "{text}");
        assert_eq!(doubts(text), *told, "{text}");
    }
}

#[test]
fn heads_in_brackets_and_spread_over_lines() {
    check(&[
        (
            "[Yesterday 3:22 PM] Hill, Tom (Guest)\nin?\n[Yesterday 3:25 PM] ria\nyes\n\nand you\n[Yesterday 3:26 PM] Hill, Tom (Guest)\nok\n",
            "Hill, Tom (Guest)|ria|Hill, Tom (Guest)",
            "in?|yes\n\nand you|ok",
            &[(WarningKind::UnknownDay, 3)],
        ),
        (
            "[Tuesday 15:22] Tom Hill\nin?\n[Tuesday 15:25] Ria\nyes\n",
            "Tom Hill|Ria",
            "in?|yes",
            &[(WarningKind::UnknownDay, 2)],
        ),
        (
            "Ria — 16:01\nin?\nTom\n[BIRD]\n — 16:02\nyes\nRia — 16:05\nok\nTom\n[BIRD]\n — 16:06\nbye\n",
            "Ria|Tom|Ria|Tom",
            "in?|yes|ok|bye",
            &[],
        ),
        (
            "Tom\nAPP\n — 16:02\nin?\nRia — 16:05\nyes\nTom\n replied to \nRia — 16:06\nok\n",
            "Tom|Ria|Tom",
            "in?|yes|ok",
            &[],
        ),
        (
            "Ria — 16:01\nin?\n— 16:02\n— 16:04\nTom — 16:05\nok\n",
            "Ria|Tom",
            "in?\n— 16:02\n— 16:04|ok",
            &[(WarningKind::DoubtfulName, 2)],
        ),
    ]);
}

#[test]
fn names_that_stand_alone_below_something_else() {
    check(&[
        (
            "Tom, 34\nMatched 2 days ago\nTom\nin?\nRia\nyes\nTom\nwell, then come\nRia\nno\n",
            "Tom|Ria|Tom|Ria",
            "in?|yes|well, then come|no",
            &[(WarningKind::LineBeforeFirstMessage, 1)],
        ),
        (
            "Tom\nTom\nin?\nRia\nRia\nyes\nTom\nTom\nok\nRia\nRia\nno\n",
            "Tom|Ria|Tom|Ria",
            "in?|yes|ok|no",
            &[],
        ),
        (
            "Uncle Tom\nin?\nyes, come\nUncle Tom\ngood\nok\n",
            "Uncle Tom|the other|Uncle Tom|the other",
            "in?|yes, come|good|ok",
            &[(WarningKind::OtherSpeaker, 2)],
        ),
        (
            "Tom\nin?\n2h\nRia\nyes\n1h\nTom\nok\n1h\nRia\nbye\nJust now\n",
            "Tom|Ria|Tom|Ria",
            "in?|yes|ok|bye",
            &[],
        ),
    ]);
}

#[test]
fn a_time_after_each_message() {
    let turns = WarningKind::AlternatingSpeakers;
    check(&[
        (
            "Tom Hill\nlast seen today at 18:20\n12/03/2024\nin?\n16:02\nyes\n16:05\nwell, come\nto us\n16:06\nTODAY\nok\n08:15\nType a message\n",
            "A|B|A|B",
            "in?|yes|well, come\nto us|ok",
            &[
                (WarningKind::LineBeforeFirstMessage, 1),
                (turns, 4),
                (WarningKind::AmbiguousDateOrder(crate::import::DateOrder::DayFirst), 3),
                (WarningKind::UnknownDay, 1),
            ],
        ),
        (
            "Tom\nin?\n16:02\nYes\n16:03\nTom\ngood\n16:04\nwhich one\n16:05\n",
            "Tom|the other|Tom|the other",
            "in?|Yes|good|which one",
            &[(WarningKind::OtherSpeaker, 2)],
        ),
        (
            "Tom Hill\nin?\n16:02\nRia\nyes\n16:05\nok\n16:05\nTom Hill\ncome\n16:06\n",
            "Tom Hill|Ria|Ria|Tom Hill",
            "in?|yes|ok|come",
            &[(WarningKind::DoubtfulName, 2)],
        ),
        (
            "Tom\nhello there\n16:02\nhi\n16:05\nwe train on friday\n16:06\nok\n16:07\n",
            "A|B|A|B",
            "hello there|hi|we train on friday|ok",
            &[(WarningKind::LineBeforeFirstMessage, 1), (turns, 4)],
        ),
        (
            "Time\nWho\nText\n16:02\nTom\nin?\n16:05\nRia\nyes\n16:06\nTom\nok\n",
            "Tom|Ria|Tom",
            "in?|yes|ok",
            &[(WarningKind::LineBeforeFirstMessage, 3), (WarningKind::DoubtfulName, 1)],
        ),
        (
            "16:42 ul LTE 64%\n< 3 Tom Hill\nonline\nToday\nare you in 16:02\nyes 16:05 VV\ncome down\nthen 16:06\nok 16:09 VV\n",
            "the other|You|the other|You",
            "are you in|yes|come down\nthen|ok",
            &[
                (WarningKind::LineBeforeFirstMessage, 1),
                (WarningKind::OtherSpeaker, 2),
                (WarningKind::UnknownDay, 4),
            ],
        ),
    ]);
    let long = format!("in?\n16:02\n{}\n16:03\nyes\n16:04\nok\n16:05\n", "so I went there and ".repeat(40));
    assert_eq!(read(&long).1.len(), 4);
}

#[test]
fn who_speaks_is_told_in_words() {
    check(&[
        (
            "He says in?\nMy son says yes\nHe says ok\nMy son says bye\n",
            "He|My son|He|My son",
            "in?|yes|ok|bye",
            &[],
        ),
        ("Tom wrote: in?\nRia wrote: yes\nTom wrote: ok\n", "Tom|Ria|Tom", "in?|yes|ok", &[]),
        ("Tom -> in?\nRia -> yes\nTom -> ok\nRia -> bye\n", "Tom|Ria|Tom|Ria", "in?|yes|ok|bye", &[]),
        ("me/ in?\nhim/ yes\nme/ ok\nhim/ bye\n", "me|him|me|him", "in?|yes|ok|bye", &[]),
        ("(me) in?\n(him) yes\n(me) ok\n(him) bye\n", "me|him|me|him", "in?|yes|ok|bye", &[]),
        ("Him: in? Her: yes Him: ok Her: bye\n", "Him|Her|Him|Her", "in?|yes|ok|bye", &[]),
        ("12.03.2024 Tom: in?\n12.03.2024 Ria: yes\n13.03.2024 Tom: ok\n", "Tom|Ria|Tom", "in?|yes|ok", &[]),
        ("16:02tom_h: in?\n16:03ria: yes\n16:04tom_h: ok\n", "tom_h|ria|tom_h", "in?|yes|ok", &[]),
        (
            "Tom: in?\nRia:yes\nTom: ok\nRia;good\nTom: bye\n",
            "Tom|Ria|Tom|Ria|Tom",
            "in?|yes|ok|good|bye",
            &[],
        ),
    ]);
}

#[test]
fn mails_one_under_another() {
    check(&[
        (
            "From: Ana Lee <ana@example.org>\nTo: ben@example.org\nDate: Wed, 13 Mar 2024 09:12:00 +0100\nSubject: Re: bread\n\nDear Ben,\nyes.\n\nOn Tue, Mar 12, 2024 at 4:02 PM Ben Hill <ben@example.org> wrote:\n\n> Dear Ana,\n> bread?\n",
            "Ben Hill|Ana Lee",
            "Dear Ana,\nbread?|Dear Ben,\nyes.",
            &[(WarningKind::NewestFirst, 2)],
        ),
        (
            "-----Original Message-----\nFrom: Ana Lee\nSent: Tuesday, March 12, 2024 4:02 PM\nTo: Ben\nSubject: bread\n\nbread: yes\n\n-----Original Message-----\nFrom: Ben\nSent: Monday, March 11, 2024 9:00 AM\nTo: Ana Lee\nSubject: bread\n\nbread?\n",
            "Ben|Ana Lee",
            "bread?|bread: yes",
            &[(WarningKind::NewestFirst, 2)],
        ),
        (
            "Ana Lee\nMar 11, 2024, 9:00 AM\nto me\n\nbread?\n\nBen Hill <ben@example.org>\nMar 12, 2024, 9:12 AM\nto Ana\n\nyes\n",
            "Ana Lee|Ben Hill",
            "bread?|yes",
            &[],
        ),
    ]);
}

#[test]
fn talks_in_games_and_on_walls() {
    check(&[
        (
            "[Tom_X]: in?\n[ria09]: yes\n[Tom_X]: ok\n[ria09]: bye\n",
            "Tom_X|ria09|Tom_X|ria09",
            "in?|yes|ok|bye",
            &[],
        ),
        (
            "[16:02:11] [Render thread/INFO]: [CHAT] <tom> in?\n[16:02:15] [Render thread/INFO]: [CHAT] <ria> yes\n",
            "tom|ria",
            "in?|yes",
            &[],
        ),
        (
            "Tom Hill\nwho has a bike?\nLike\nReply\n2h\nRia\nI have one\nLike\nReply\n1h\nTom Hill\nthanks\nLike\nReply\n5m\n",
            "Tom Hill|Ria|Tom Hill",
            "who has a bike?|I have one|thanks",
            &[(WarningKind::DoubtfulName, 1)],
        ),
        (
            "Tom Hill sent the following message at 4:02 PM\nView Tom’s profile\nTom Hill  4:02 PM\nin?\nRia Lee sent the following message at 4:10 PM\nView Ria’s profile\nRia Lee (She/Her)  4:10 PM\nyes\n",
            "Tom Hill|Ria Lee",
            "in?|yes",
            &[],
        ),
    ]);
    let aside = "Tom: in?\nRia: yes\n[he sends a picture]\nTom: ok\nRia: bye\n";
    assert_eq!(doubts(aside), [(WarningKind::PerhapsNote, 1)]);
}

#[test]
fn days_and_ruled_lines_stand_between_messages() {
    check(&[
        (
            "Monday 4 March\n\nTom: in?\nRia: yes\n\nTuesday 5 March\n\nTom: ok\n*Wednesday*\nRia: no\n\nnext day\n\nTom: bye\n",
            "Tom|Ria|Tom|Ria|Tom",
            "in?|yes|ok|no|bye",
            &[],
        ),
        (
            "--- screenshot 1 ---\nTom: in?\nRia: yes\n--- screenshot 2 ---\nTom: ok\nRia: no\n",
            "Tom|Ria|Tom|Ria",
            "in?|yes|ok|no",
            &[],
        ),
        (
            "Tom: in?\nRia: which day\nTom: I think\nTuesday\nRia: ok\n",
            "Tom|Ria|Tom|Ria",
            "in?|which day|I think\nTuesday|ok",
            &[],
        ),
    ]);
    let dated = import("2024-03-12\n16:02 Tom: in?\n16:03 Ria: yes\n2024-03-13\n08:00 Tom: ok\n").0;
    let times: Vec<_> = dated.transcript.messages.iter().map(|m| m.time).collect();
    let expected = ["2024-03-12T16:02", "2024-03-12T16:03", "2024-03-13T08:00"];
    assert_eq!((texts(&dated), times), (vec!["in?", "yes", "ok"], expected.map(Time::parse).to_vec()));
}

#[test]
fn what_is_about_the_chat_is_nobody_s_words_in_it() {
    let chat = "Tom: in?\nRia: yes\nTom: ok\nRia: bye\n";
    let (imported, counts) = import(&format!("{chat}\nCan you help me? I found this.\nThank you\n"));
    let last = imported.transcript.messages.last().unwrap();
    assert_eq!((last.speaker, last.kind, counts.system), (None, Kind::System, 1));
    assert_eq!(
        imported.warnings.iter().map(|w| (w.kind, w.count)).collect::<Vec<_>>(),
        [(WarningKind::LineAfterLastMessage, 2)]
    );
    // Where messages have paragraphs, the last one may have some, too.
    let letter = format!("Tom: hello\n\nmore of it\n{chat}\nand more\n");
    assert_eq!((read(&letter).1.pop().as_deref(), doubts(&letter)), (Some("bye\n\nand more"), vec![]));
}

#[test]
fn a_chat_within_a_chat_and_one_after_another() {
    check(&[
        (
            "Ria: look what came\nMum: what\n[30/03/2024, 16:02] Tom: in?\n[30/03/2024, 16:03] Ria: yes\n[30/03/2024, 16:04] Tom: ok\nMum: call me\nRia: ok\n",
            "Ria|Mum|Tom|Ria|Tom|Mum|Ria",
            "look what came|what|in?|yes|ok|call me|ok",
            &[(WarningKind::DoubtfulName, 3)],
        ),
        (
            "Tom: in?\nRia: yes\nTom: ok\nRia: bye\n\nNow for Cy\n\nCy: free?\nRia: no\nCy: ok\n",
            "Tom|Ria|Tom|Ria|Cy|Ria|Cy",
            "in?|yes|ok|bye\n\nNow for Cy|free?|no|ok",
            &[(WarningKind::AnotherChat, 1)],
        ),
    ]);
}

#[test]
fn labels_of_what_goes_on_are_no_people_and_leave_a_doubt() {
    check(&[(
        "Tom: in?\nRia: yes\nTom: two things\nFirst: bring bread\nSecond: be there at four\nRia: ok\nTom: bye\n",
        "Tom|Ria|Tom|Ria|Tom",
        "in?|yes|two things\nFirst: bring bread\nSecond: be there at four|ok|bye",
        &[(WarningKind::DoubtfulName, 2)],
    )]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_of_a_screen_is_accounted_for(
        form in proptest::sample::select(vec![
            "Tom|Ria|16:02|16:03|in\\?|yes|well, then come|TODAY|online||@tom|Type a message",
            "Tom|\\[OWLS\\]|APP| — 16:02|Ria — 16:03| replied to |in\\?|yes||\\[16:04\\]",
            "Tom: in\\?|Ria: yes|\\[16:02\\] Tom: ok|Monday|--- 2 ---|\\(a day later\\)|so it is||First: no",
            "\\[15:22\\] Hill, Tom|\\[15:23\\] Ria|in\\?|yes||16:02 Ria: so",
            "He says in\\?|She said yes|Tom wrote: ok||and so|Him: in Her: yes Him: ok Her: no",
            "From: Tom|To: Ria|Sent: 2 March 2024 16:02|On 2 March 2024 16:02 Tom wrote:|> in\\?|yes||Like|Reply|2h|Just now",
        ]).prop_flat_map(|lines| proptest::collection::vec(lines, 1..40))
    ) {
        // The helper checks that the counts add up.
        import(&(form.join("\n") + "\nso"));
        import(&(form.join("\n") + "\nso\n"));
    }
}

#[test]
fn screens_that_say_who_sent_in_other_languages() {
    check(&[
        (
            "ida.lu\nEn ligne il y a 2 h\n12 mars 2024, 17:45\nVous avez envoyé\nça va\nida.lu\noui\nida.lu\nviens\n❤️\nVous avez répondu à ida\nMessage d’origine :\nviens\nVous avez envoyé\nok\nVu\n",
            "You|ida.lu|ida.lu|You",
            "ça va|oui|viens|ok",
            &[],
        ),
        (
            "Dzisiaj o 15:20\nIda\nIda Lis\nhej\nWysłałeś(aś)\nok\n👍\n1\nIda\nIda Lis\ngdzie\nIda cofnął(ęła) wysłanie wiadomości\nWysłałeś(aś)\ndom\nWyświetlone\n",
            "Ida|You|Ida|You",
            "hej|ok|gdzie|dom",
            &[(WarningKind::UnknownDay, 4)],
        ),
        (
            "You sent\nin?\nTom\nTom Hill\nyes\nEnter\nMissed audio call\n6:40 PM\nCall back\nYou sent\nlater\nSeen by Tom Hill at 6:41 PM\n",
            "You|Tom|You",
            "in?|yes|later",
            &[],
        ),
    ]);
}

#[test]
fn times_above_hold_for_what_stands_below() {
    let times = |text: &str| -> Vec<String> {
        import(text)
            .0
            .transcript
            .messages
            .iter()
            .map(|m| m.time.map_or(String::new(), |t| t.to_string()))
            .collect()
    };
    assert_eq!(
        times("You sent\nin?\nMar 9, 2024, 4:15 PM\nTom\nyes\nSun 9:02 AM\nTom\nok\n"),
        ["", "2024-03-09T16:15:00", "09:02:00"]
    );
    assert_eq!(
        times(
            "Mar 14, 2024\ntom_h\n6:22 PM\nin?\nria\n6:25 PM\nyes\n6:27\nnow\nToday\ntom_h\n9:01 AM\nok\nria\n9:02 AM\nbye\n"
        ),
        ["2024-03-14T18:22:00", "2024-03-14T18:25:00", "2024-03-14T18:27:00", "09:01:00", "09:02:00"]
    );
    assert_eq!(
        times(
            "Tom\nin?\nMar 12, 2024 5:45 PM\nRia\nyes\nMar 12, 2024 5:46 PM\nTom\nok\nMar 12, 2024 5:47 PM\nRia\nno\nMar 12, 2024 5:48 PM\n"
        ),
        ["", "", "", ""]
    );
}
