//! Pages of messengers as they are copied, passed on in mails, read from pictures and told.

use super::*;

fn said(text: &str) -> Vec<String> {
    let (chat, _) = import(text);
    let who = |at: Option<usize>| at.map_or("*", |at| chat.transcript.speakers[at].name.as_str());
    chat.transcript.messages.iter().map(|m| format!("{}: {}", who(m.speaker), m.text.reveal())).collect()
}

#[test]
fn names_above_words_and_times_below_with_what_stands_between() {
    let talk = "Tuesday\nAna\nin?\n18:02\nBen\nyes\n18:05\n🙏\n1\nAna\nGreat\n18:06\nBen\nVoice message\n0:14\n18:07\n\
                Read by 3\nAna\nok\n18:08\nAna changed the group name to \"Tents\".\n";
    assert_eq!(said(talk), ["Ana: in?", "Ben: yes", "Ana: Great", "Ben: Voice message", "Ana: ok"]);
    let turkish = "Defne\nselam\n18:22\nKaan\nvar\n18:24\nKaan\naldım\ndüzenlendi 18:25\n2 Haziran\nDefne\nKaan\n\
                   var\nasla\n10:05\nBugün\nKaan\nok\n21:14\n";
    assert_eq!(said(turkish), ["Defne: selam", "Kaan: var", "Kaan: aldım", "Defne: asla", "Kaan: ok"]);
}

#[test]
fn pictures_named_tell_the_side() {
    let icons = "tail-in\nin?\n17:02\ntail-out\nyes\n17:03\nmsg-dblcheck\nat six\n17:03\nmsg-dblcheck\ntail-in\ngood\n17:05\n\
                 2 unread messages\nbye\n17:06\nType a message\n";
    assert_eq!(
        said(icons),
        ["the other: in?", "You: yes", "You: at six", "the other: good", "the other: bye"]
    );
    let checks = "in?\n17:02\nyes\n17:03\nmsg-dblcheck\nok\n17:04\nwell\n17:05\nmsg-check\n";
    assert_eq!(said(checks), ["the other: in?", "You: yes", "the other: ok", "You: well"]);
}

#[test]
fn a_talk_in_a_mail_that_passes_it_on() {
    let mail = "From: Ana <ana@example.org>\nSent: Monday, 18 March 2024 09:15\nTo: Help\nSubject: FW: a chat\n\nSee below.\n\n\
                > Robin\n> hi\n> 12/03/2024, 20:14\n> You\n> hello\n> 12/03/2024, 20:20\n> Robin\n> ok\n> 12/03/2024, 20:21\n\
                > You\n> fine\n> 12/03/2024, 20:22\n\n--\nAna Ross\nCase worker\n";
    assert_eq!(said(mail)[..4], ["Robin: hi", "You: hello", "Robin: ok", "You: fine"]);
    let (chat, _) = import(mail);
    let notes: Vec<Kind> = chat.transcript.messages[4..].iter().map(|m| m.kind).collect();
    assert_eq!(notes, [Kind::System; 3]);
}

#[test]
fn a_screen_read_from_a_picture() {
    let screen = "< 3 Tante Ute\nzuletzt online heute um 19:44\n\nHeute\n\nHast du ihn? 18:03\n\nJa hier 18:05 W/\n\n\
                  Kommst du noch\n\nvorbei? 18:O6\n\nKlar 18:10 V/\n\n© Nachricht O &\n";
    let (chat, _) = import(screen);
    assert_eq!(texts(&chat), ["Hast du ihn?", "Ja hier", "Kommst du noch\nvorbei?", "Klar"]);
    assert_eq!(names(&chat), ["the other", "You"]);
    assert_eq!(chat.transcript.messages[2].time, Time::parse("18:06"));
}

#[test]
fn a_group_with_members_above_and_answers_within() {
    let group = "Klasse 6b\nAna, Ben, Cleo, +49 170 0000001, Sie\n\n~ Cleo M +49 170 0000001\nWann ist es? 19:02\n\nBen\nMittwoch 19:04\n\n\
                 Ana\nBen\nMittwoch\nDanke! 19:05\n\n~ Cleo M +49 170 0000001\nOh gut 19:06\nIch auch 19:06\n\nBen\n👍 2\nPrima 19:10\n\n\
                 +49 170 0000002 ist über den Einladungslink dieser Gruppe beigetreten\n\nAna\nBis dann 19:11\n";
    let cleo = "~ Cleo M +49 170 0000001";
    let told = said(group);
    assert_eq!(told[0], format!("{cleo}: Wann ist es?"));
    assert_eq!(told[1..3], ["Ben: Mittwoch", "Ana: Danke!"]);
    assert_eq!(told[3..5], [format!("{cleo}: Oh gut"), format!("{cleo}: Ich auch")]);
    assert_eq!(told[5..], ["Ben: Prima", "Ana: Bis dann"]);
}

#[test]
fn talks_that_are_told() {
    let quoted = "She wrote \"in?\" and he answered “yes”.\nThen she asked „which?“ – he: »the blue«.\nHe said \"ok\".\n";
    assert_eq!(said(quoted), ["She: in?", "he: yes", "She: which?", "he: the blue", "he: ok"]);
    let titled = "This is it. Mr Hill wrote “in?”. Eli wrote “yes”. Mr Hill wrote “good”.\n";
    assert_eq!(said(titled), ["Mr Hill: in?", "Eli: yes", "Mr Hill: good"]);
    let dictated = "It goes like this. Tom says: are you in. Then Ria says: yes. Tom: good. Ria: bye. Tom: ok. Ria: fine.\n";
    assert_eq!(said(dictated)[..4], ["Tom: are you in.", "Ria: yes.", "Tom: good.", "Ria: bye."]);
    let typed = "left: hi\nright: hey\nleft: so\nright: yes\nleft (later): you there?\nright: no\n";
    assert_eq!(said(typed)[4], "left: you there?");
}

#[test]
fn screens_without_names() {
    let web = "Tante Ute\nDonnerstag, 14. März · 18:22\nbist du da?\nja\nGesendet\n18:30\nEssen um sieben\nFreitag, 15. März · 08:05\n\
               gut\nok\nZugestellt\nSMS\n";
    let (chat, _) = import(web);
    assert_eq!(texts(&chat), ["bist du da?", "ja", "Essen um sieben", "gut", "ok"]);
    let times: Vec<_> = chat.transcript.messages.iter().map(|m| m.time).collect();
    assert_eq!(
        (times[1], times[2], times[4]),
        (Time::parse("03-14T18:22"), Time::parse("03-14T18:30"), Time::parse("03-15T08:05"))
    );
    let phone =
        "9:41\n< 12\nTom Hill >\niMessage\nToday 6:22 PM\nare you in?\nyes\nok\nDelivered\niMessage 0\n";
    assert_eq!(texts(&import(phone).0), ["are you in?", "yes", "ok"]);
    let ages = "Nora\nNora\nbist du da?\nvor 3 Std.\nja\nvor 3 Std.\n🎉\n1\nok\nvor 1 Std.\n";
    assert_eq!(texts(&import(ages).0), ["bist du da?", "ja", "ok"]);
    assert_eq!(texts(&import("hast du es?\nGesehen\nwann denn\ngestern\nGelesen\n").0).len(), 5);
}

#[test]
fn a_group_whose_members_stand_above() {
    let group = "17:12 5G 88%\n< Book club\nAna, Ben, Cleo, You\nToday\nAna\nare you in? 16:02\nBen\nyes 16:04\nI am 16:05 //\nCleo\n\
                 me too 16:07\nok 16:09 //\nMessage @\n";
    assert_eq!(said(group), ["Ana: are you in?", "Ben: yes", "You: I am", "Cleo: me too", "You: ok"]);
}
