//! What stands beside the messages of a copied talk in apps, pages and papers of many kinds and is nobody's words.

use super::*;

/// What is said, each with its name; notes are left out.
fn said(text: &str) -> Vec<String> {
    let (chat, _) = import(text);
    let all = chat.transcript.messages.iter().filter(|m| m.kind != Kind::System);
    let who = |at: Option<usize>| at.map_or("*", |at| chat.transcript.speakers[at].name.as_str());
    all.map(|m| format!("{}: {}", who(m.speaker), m.text.reveal())).collect()
}

fn kinds(text: &str) -> Vec<WarningKind> {
    import(text).0.warnings.iter().map(|w| w.kind).collect()
}

#[test]
fn words_for_those_who_cannot_see() {
    for picture in ["User avatar", "Foto de perfil", "Profilbild von tom.h", "tom.h's profile picture"] {
        let text = format!(
            "tom.h\nActive 5m ago\n{picture}\ntom.h\nView profile\nMar 3, 2025, 8:12 PM\n{picture}\ntom.h\nin?\nYou sent\nyes\nEnter\n\
             {picture}\ntom.h\nso come\nYou sent\nok\nEnter\n"
        );
        assert_eq!(said(&text), ["tom.h: in?", "You: yes", "tom.h: so come", "You: ok"], "{picture}");
    }
}

#[test]
fn a_page_that_tells_of_messages_before_they_come() {
    let text = "Tom Hill\nStatus is reachable\nMobile • 3h ago\nMONDAY\nTom Hill sent the following messages at 10:32 AM\nView Tom’s profile\n\
                Tom Hill\nTom Hill  10:32 AM\nare you in?\nor not\nYou sent the following message at 10:40 AM\nView Ines’ profile\nInes Prado\n\
                Ines Prado (She/Her)  10:40 AM\nyes\nTODAY\nTom Hill sent the following messages at 8:05 AM\nView Tom’s profile\nTom Hill\n\
                Tom Hill  8:05 AM\nok\nWrite a message…\n";
    assert_eq!(said(text), ["Tom Hill: are you in?\nor not", "Ines Prado: yes", "Tom Hill: ok"]);
}

#[test]
fn the_profile_above_a_talk() {
    let talk = "Gav\nGav\nis it for sale\nYou sent\nyes\nGav\nGav\nhow much\nYou sent\nten\n";
    for profile in [
        "Gav Hill\nGav Hill\nYou're friends on Facebook\nLives in Hull\nView Profile\n8 JUN 2024 AT 14:02\n",
        "Gav Hill\nGav Hill\nIhr seid auf Facebook befreundet\nWohnt in Hull\nProfil ansehen\n8. JUNI 2024 UM 14:02\n",
        "Gav Hill\nGav Hill\nVous êtes amis sur Facebook\nHabite à Hull\nVoir le profil\n8 JUIN 2024 À 14:02\n",
        "Gav Hill\ngavh · Instagram\n120 followers · 4 posts\nView profile\nSat 14:02\n",
    ] {
        let words = ["Gav: is it for sale", "You: yes", "Gav: how much", "You: ten"];
        assert_eq!(said(&format!("{profile}{talk}")), words, "{profile}");
    }
}

#[test]
fn tabs_and_when_somebody_was_there_above_names_and_times() {
    let talk = "Hill, Tom\n16:02\nin?\nRia Oak\n16:03\nyes\nHill, Tom\n16:04\nok\nRia Oak\n16:05\nso\n";
    for top in [
        "Chat\nFiles\nPhotos\n+\nTuesday, January 14\n",
        "Hill, Tom\nbyl tu před chvílí\n14. ledna\n",
        "Артём Лосев\nбыл в сети 5 минут назад\n5 марта\n",
        "Артём Лосев\nзаходил 5 минут назад\n5 марта\n",
        "Hill, Tom\nÚlt. vez hoy a las 15:02\nHOY\n",
        "Unterhaltung\nGeteilt\n14. Januar\n",
    ] {
        let words = ["Hill, Tom: in?", "Ria Oak: yes", "Hill, Tom: ok", "Ria Oak: so"];
        assert_eq!(said(&format!("{top}{talk}")), words, "{top}");
    }
}

#[test]
fn what_pages_say_of_messages_in_other_languages() {
    let text = "Kacper Wilk\nAktywny(a) 3 godz. temu\nśr. 21:14\nKacper\nKacper\njesteś?\nWysłano przez Ciebie\ntak\nKacper\nKacper\ndobrze\n\
                czw. 08:02\nWysłano przez Ciebie\nczemu\nWprowadź\nKacper\nKacper\nbo tak\nKacper pisze…\nWyświetlono przez: Kacper\nAa\n";
    assert_eq!(said(text), ["Kacper: jesteś?", "You: tak", "Kacper: dobrze", "You: czemu", "Kacper: bo tak"]);
}

#[test]
fn days_in_small_letters() {
    for (day, near) in [
        ("lundi 4 mars", "hier"),
        ("5 марта", "вчера"),
        ("lunes 4 de marzo", "ayer"),
        ("poniedziałek", "wczoraj"),
    ] {
        let text = format!(
            "{day}\nLéa\n18:02\ncoucou\ntom.o\n18:05\nmoi\n{near}\nLéa\n07:10\nso\ntom.o\n07:11\nnon\n"
        );
        assert_eq!(said(&text), ["Léa: coucou", "tom.o: moi", "Léa: so", "tom.o: non"], "{day}");
    }
    let words = "Lea\n18:02\nwhen was it\nand where\ntom.o\n18:05\nyesterday\nhere\nLea\n18:06\nok\nyesterday\ntom.o\n18:07\nyes\n";
    assert_eq!(said(words)[1..3], ["tom.o: yesterday\nhere", "Lea: ok\nyesterday"]);
}

#[test]
fn what_is_said_of_a_talk_below_it() {
    let talk = "Lea\n18:02\nin?\nTom Oak\n18:05\nyes\nLea\n18:05\nok\nTom Oak\n18:07\nbye\n";
    let four = ["Lea: in?", "Tom Oak: yes", "Lea: ok", "Tom Oak: bye"];
    for below in
        ["\nPlease tell me whether this is serious.\n", "\nMerci de me dire si c'est grave.\nMarie\n"]
    {
        assert_eq!(said(&format!("{talk}{below}")), four, "{below}");
        assert!(kinds(&format!("{talk}{below}")).contains(&WarningKind::LineAfterLastMessage));
    }
    let ruled = "## Chat — 2024-11-09\n\n**Bram** (5:02 PM): in?\n\n**Noor** (5:04 PM): yes:\n\n- crisps\n\n**Bram** (5:06 PM): ok\n\n---\n\
                 *copied by Sanne, 10 Nov*\n";
    assert_eq!(said(ruled), ["Bram: in?", "Noor: yes:\n\n- crisps", "Bram: ok"]);
    assert_eq!(import(ruled).0.transcript.messages[0].time, Time::parse("2024-11-09T17:02"));
}

#[test]
fn papers_of_a_court() {
    let head = |page| format!("Case 3:24-cr-17   Document 42   Filed 09/20/24   Page {page} of 12\n\n");
    let text = format!(
        "{}EXHIBIT C\n\n 1   [06/21/2024 9:02 PM] D.R.: in?\n 2   [06/21/2024 9:03 PM] VICTIM 1: yes\n 3   [06/21/2024 9:03 PM] D.R.: did you get\n \
         4   the box: it is\n 5   there\n\n        - 4 -\n{} 1   [06/21/2024 9:15 PM] VICTIM 1: ok\n 2   [06/22/2024 9:16 PM] D.R.: so\n 3   //\n 4\n",
        head(4),
        head(5)
    );
    assert_eq!(
        said(&text),
        [
            "D.R.: in?",
            "VICTIM 1: yes",
            "D.R.: did you get\nthe box: it is\nthere",
            "VICTIM 1: ok",
            "D.R.: so"
        ]
    );
}

#[test]
fn names_in_brackets_above_words_that_end_in_a_time() {
    for (day, name) in [
        ("14/09/2023 ", "[REDACTED 1]"),
        ("14/09/2023 ", "XXXX"),
        ("", "[REDACTED 1]"),
        ("14 Sept 2023, ", "Person A"),
    ] {
        let text = format!(
            "{name} {day}21:04\nin?\n\nRia Oak {day}21:06\nyes: I am\n\n{name} {day}21:07\nwhen?\n\nRia Oak {day}21:15\nNo. I will collect it \
             tomorrow at 9:00\n\n{name} {day}21:16\n[REDACTED]\n"
        );
        let told = [
            format!("{name}: in?"),
            "Ria Oak: yes: I am".to_owned(),
            format!("{name}: when?"),
            "Ria Oak: No. I will collect it tomorrow at 9:00".to_owned(),
            format!("{name}: [REDACTED]"),
        ];
        assert_eq!(said(&text), told, "{name} {day}");
    }
}

#[test]
fn talks_in_mails_passed_on_twice() {
    let head = "From: Ana <ana@example.org>\nTo: help@example.org\nDate: Thu, 6 Feb 2025 08:12:44 +0000\nSubject: Fwd: a chat\n\nSee below.\n\n\
                ---------- Forwarded message ---------\nFrom: Ben <ben@example.org>\nDate: Wed, 5 Feb 2025 at 22:40\nSubject: a chat\n\
                To: <ana@example.org>\n\nThis is from her tablet:\n\n";
    let talk = "Leo: nice\nIfe: ty\nLeo: how old\nIfe: ten\nLeo: so: a phone?\nIfe: yes\n";
    let words = ["Leo: nice", "Ife: ty", "Leo: how old", "Ife: ten", "Leo: so: a phone?", "Ife: yes"];
    assert_eq!(said(&format!("{head}{talk}\n--\nSent from my phone\n")), words);
    let quoted: String = talk.lines().map(|l| format!("> {l}\n")).collect();
    assert_eq!(said(&format!("{head}{quoted}\n--\nSent from my phone\n")), words);
}

#[test]
fn translations_below_messages() {
    let text = "Talk of M. and Iván, with my translation\n\nIván: hola guapa, ¿cuántos años tienes?\n(EN: hi pretty, how old are you?)\nM.: 14\n\
                (EN: 14)\nIván: ¿vives con tus padres?\n(EN: do you live with your parents?)\nM.: con mi abuela\n(EN: with my grandmother)\n";
    let english = [
        "Iván: hi pretty, how old are you?",
        "M.: 14",
        "Iván: do you live with your parents?",
        "M.: with my grandmother",
    ];
    assert_eq!(said(text), english);
    assert!(kinds(text).contains(&WarningKind::TranslatedWords));
    let german = text.replace("EN: hi pretty, how old are you?", "DE: wie alt bist du?");
    let german = german.replace("EN: do you live with your parents?", "DE: wohnst du bei den Eltern?");
    let german = german.replace("EN: with my grandmother", "DE: bei meiner Oma").replace("EN: 14", "DE: 14");
    assert_eq!(said(&german)[0], "Iván: hola guapa, ¿cuántos años tienes?");
    assert!(kinds(&german).contains(&WarningKind::NotedTranslation));
    let more = text.replace("M.: con mi abuela\n", "y tu\n(EN: and you)\nM.: con mi abuela\n");
    assert_eq!(said(&more)[3..], ["Iván: and you", "M.: with my grandmother"]);
}

#[test]
fn two_columns_with_their_names() {
    let wide = " ".repeat(40);
    let text = format!(
        "Left side = him (Jace)      Right side = my daughter\n\nhey\nyou looked sad\n{wide}im ok\nwanna talk? i'm up\n{wide}maybe: l8r\nok\n"
    );
    let told = [
        "him (Jace): hey",
        "him (Jace): you looked sad",
        "my daughter: im ok",
        "him (Jace): wanna talk? i'm up",
        "my daughter: maybe: l8r",
    ];
    assert_eq!(said(&text)[..5], told);
}

#[test]
fn two_columns_without_names_are_told() {
    let wide = " ".repeat(30);
    let text = format!("hey\n{wide}hi\nin?\n{wide}yes I am\ngood\n{wide}so\n");
    assert_eq!(said(&text)[..2], ["left: hey", "right: hi"]);
    assert!(kinds(&text).contains(&WarningKind::SidesOfPage));
}

#[test]
fn a_last_message_with_a_blank_line_in_it() {
    let talk = "Tom — Today at 4:02 PM\nin?\nRia — Today at 4:03 PM\nyes\nTom — Today at 4:04 PM\nok\n\nand more words\n";
    assert_eq!(said(talk)[2], "Tom: ok\n\nand more words");
    assert_eq!(said("[Tom]: in?\n[Ria]: yes\n[Game]: gg\n[Tom]: ok\n[Game]: so\n[Ria]: so\n")[2], "Game: gg");
}

#[test]
fn quotes_above_answers_of_teams_and_slack() {
    let teams = "Hill, Tom\n16:02\nin?\nRia Oak\n16:03\nnot yet\nHill, Tom\n16:04\nRia Oak\nnot yet\ndid you find it?\nRia Oak\n16:05\nyes\n";
    assert_eq!(
        said(teams),
        ["Hill, Tom: in?", "Ria Oak: not yet", "Hill, Tom: did you find it?", "Ria Oak: yes"]
    );
    let slack = "Hal Oak\n  10:32 AM\nin?\nsee this\nMina\n  10:41 AM\nyes\nHal Oak\n  11:15 AM\nreplied to a thread:\nyes\nok then\nMina\n  11:16 AM\nso\n";
    assert_eq!(said(slack)[2], "Hal Oak: ok then");
}

#[test]
fn what_a_game_and_a_slash_say() {
    let game = "{System}: Chat '/?' for help.\n[Tom]: in?\n[Ria]: yes\n[Tom]: ok\n{Team} [Tom]: go\n{System}: Ria has left the team.\n[Server]: bye\n[Ria]: so\n";
    assert_eq!(said(game), ["Tom: in?", "Ria: yes", "Tom: ok", "Tom: go", "Ria: so"]);
    let line = "Tom: hey / Ria: hi / Tom: in? / Ria: ch. 4/5 / Tom: ok";
    assert_eq!(said(line), ["Tom: hey", "Ria: hi", "Tom: in?", "Ria: ch. 4/5", "Tom: ok"]);
}
