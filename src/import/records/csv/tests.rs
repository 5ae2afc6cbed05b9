//! Tables of many makers.

use super::*;
use crate::import::{Columns, Counts, Imported, Options, read_text};
use crate::transcript::{Kind, Time};
use proptest::prelude::*;

pub(super) fn import_with(text: &str, options: Options) -> Result<(Vec<Imported>, Counts), ImportError> {
    let mut found = Vec::new();
    let counts = read_text("t.csv", text.as_bytes(), &options, &mut |imported| {
        found.push(imported);
        Flow::Continue(())
    })?;
    assert_eq!(counts.lines, counts.accounted());
    Ok((found, counts))
}

pub(super) fn import(text: &str) -> (Vec<Imported>, Counts) {
    import_with(text, Options::default()).unwrap()
}

#[test]
fn rows_of_a_conversation_need_not_stand_together() {
    let (found, counts) = import(
        "Chat,From,Sent,Message\nx,Ana,2024-05-01 18:02,hi\ny,Cy,2024-05-01 18:03,\"two\nlines, quoted\"\n\
         x,Ben,2024-05-01 18:04,\"say \"\"hi\"\"\"\n",
    );
    let ids: Vec<&str> = found.iter().map(|c| c.transcript.id.as_str()).collect();
    assert_eq!(ids, ["t.csv#y", "t.csv#x"]);
    assert_eq!(found[0].transcript.messages[0].text.reveal(), "two\nlines, quoted");
    let last = &found[1].transcript.messages[1];
    assert_eq!((last.text.reveal(), last.origin.line), ("say \"hi\"", 5));
    assert_eq!(last.time, Time::parse("2024-05-01T18:04"));
    assert_eq!((counts.messages, counts.headings), (3, 1));
}

#[test]
fn the_order_of_dates_is_one_for_the_table() {
    let (found, _) = import("chat;date;time;user;text\na;1.2.24;10:00;Ana;hi\nb;13.2.24;10:00;Ben;hey\n");
    assert_eq!(found[0].transcript.messages[0].time, Time::parse("2024-02-01T10:00"));
    let (found, _) = import("chat,date,user,text\na,1/2/24 10:00,Ana,hi\n");
    assert!(matches!(found[0].warnings[0].kind, WarningKind::AmbiguousDateOrder(_)));
}

#[test]
fn no_column_names() {
    let (found, _) = import("Ana,hi\nBen,hello there\nAna,\"how are you, Ben\"\n");
    assert_eq!((found[0].transcript.speakers.len(), found[0].transcript.messages.len()), (2, 3));
    let (found, _) = import("10:01\tAna\thi\n10:02\tBen\thello there\n10:03\tAna\tok\n");
    assert_eq!(found[0].transcript.messages[0].time, Time::parse("10:01"));
}

#[test]
fn words_that_were_deleted_are_told() {
    let (found, _) = import(
        "Sender,Message Date,Deleted Date,Text\nIda,2025-03-24 18:00,,soup\nMax,2025-03-24 18:05,2025-03-24 18:06,\n\
         Ida,2025-03-24 18:07,2025-03-24 18:08,kept\n",
    );
    let kinds: Vec<Kind> = found[0].transcript.messages.iter().map(|m| m.kind).collect();
    assert_eq!(kinds, [Kind::Message, Kind::Deleted, Kind::Message]);
}

#[test]
fn two_messages_of_a_program_that_writes_the_newest_first() {
    let rows = "2025-03-24 18:05:00 UTC,Bo,later\n2025-03-24 18:00:00 UTC,Cy,first\n";
    let texts = |headings: &str| {
        let (found, _) =
            import(&format!("{headings}\n{}", rows.replace(",Bo,", ",Bo,u,").replace(",Cy,", ",Cy,u,")));
        found[0].transcript.messages.iter().map(|m| m.text.reveal().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts("DATE,FROM,SENDER PROFILE URL,CONTENT"), ["first", "later"]);
    assert_eq!(texts("DATE,FROM,TITLE,CONTENT"), ["later", "first"]);
}

#[test]
fn ragged_rows_keep_their_words() {
    let (found, counts) = import("speaker,text\nAna,hi, Ben\nBen\n\nAna,ok\n");
    assert_eq!(found[0].transcript.messages[0].text.reveal(), "hi, Ben");
    assert_eq!((counts.messages, counts.warned), (2, 1));
    assert_eq!((found[0].warnings[0].kind, found[0].warnings[0].count), (WarningKind::RaggedRow, 2));
}

#[test]
fn an_open_quote_and_a_wide_table_lose_nothing() {
    let (found, counts) = import("speaker,text\nAna,\"hi\nBen,hey\nAna,\"a, b\"\n");
    let texts: Vec<&str> = found[0].transcript.messages.iter().map(|m| m.text.reveal()).collect();
    assert_eq!(texts, ["\"hi", "hey", "a, b"]);
    assert_eq!(counts.warnings[0].kind, WarningKind::UnclosedQuote);
    let (found, _) = import(
        "7,2024-05-01 18:02,c1,Ana,hi there how are you\n8,2024-05-01 18:03,c1,Ben,fine thanks and you\n\
         9,2024-05-01 18:04,c1,Ana,good good, really\n"
            .replace("good, really", "good really")
            .as_str(),
    );
    assert_eq!((found[0].transcript.id.as_str(), found[0].transcript.speakers.len()), ("t.csv#c1", 2));
    assert_eq!(found[0].transcript.messages[2].text.reveal(), "good good really");
}

#[test]
fn columns_by_name_and_number() {
    let columns = |speaker: &str, text: &str| {
        let some = |s: &str| Some(s.to_owned());
        let columns = Columns { speaker: some(speaker), text: some(text), ..Columns::default() };
        Options { columns: Some(columns), ..Options::default() }
    };
    let table = "k,wen,wort\n1,Ana,hi\n2,Ben,hey\n";
    let (found, _) = import_with(table, columns("wen", "wort")).unwrap();
    assert_eq!(found[0].transcript.messages.len(), 2);
    let (found, _) = import_with(table, columns("2", "3")).unwrap();
    assert_eq!(found[0].transcript.messages.len(), 3);
    let error = import_with(table, columns("who", "wort")).unwrap_err();
    assert!(matches!(error, ImportError::NoSuchColumn { columns: 3, .. }), "{error}");
}

#[test]
fn imazings_tables_tell_whose_they_are() {
    let (found, _) = import(
        "Chat Session,Message Date,Delivered Date,Service,Type,Sender ID,Sender Name,Status,Text,Attachment\n\
         Ida,2024-03-04 16:01:05,,SMS,Incoming,+15550100,Ida,Read,hello,\n\
         Ida,2024-03-04 16:02:05,2024-03-04 16:02:06,SMS,Outgoing,,,Sent,hi,cat.jpg\n\
         Max,2024-03-04 16:03:05,,SMS,Incoming,+15550101,,Read,,a.png\n\
         Max,2024-03-04 16:04:05,,SMS,Notification,,,,You left,\n",
    );
    let shown = |c: &Imported| {
        let t = &c.transcript;
        let name = |m: &crate::transcript::Message| {
            m.speaker.map_or("*", |s| t.speakers[s].name.as_str()).to_owned()
        };
        t.messages.iter().map(|m| format!("{}: {}", name(m), m.text.reveal())).collect::<Vec<_>>()
    };
    assert_eq!(shown(&found[0]), ["Ida: hello", "Me: cat.jpg", "Me: hi"]);
    assert_eq!(found[0].transcript.speakers[1].role, crate::transcript::Role::Me);
    assert_eq!(found[0].transcript.messages[0].time, Time::parse("2024-03-04T16:01:05"));
    assert_eq!(shown(&found[1]), ["+15550101: a.png", "*: You left"]);
}

#[test]
fn channels_stand_apart() {
    let (found, _) =
        import("channel_url,username,created_at,message\nc1,Ida,2024-03-04 16:01:05.0 UTC,hi\nc2,Max,,yo\n");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].transcript.messages[0].time, Time::parse("2024-03-04T16:01:05Z"));
}

/// Each message as `time who: text`, after the id of its conversation; `*` is the app, `!` stands behind the owner.
fn shown(text: &str) -> Vec<String> {
    let (found, _) = import(text);
    let mut out = Vec::new();
    for Imported { transcript: t, .. } in &found {
        out.push(t.id.trim_start_matches("t.csv").to_owned());
        for m in &t.messages {
            let own = |s: usize| if t.speakers[s].role == crate::transcript::Role::Me { "!" } else { "" };
            let who = m.speaker.map_or("*".to_owned(), |s| format!("{}{}", t.speakers[s].name, own(s)));
            let time = m.time.map_or("-".to_owned(), |time| time.to_string());
            let time = time.trim_start_matches("2024-01-");
            out.push(format!("{time} {who}: {}", m.text.reveal()));
        }
    }
    out
}

#[test]
fn headings_of_many_languages() {
    let expected = ["", "13T21:07:00 Bo: hi; you", "13T21:08:00 Ana: hello", "13T21:09:00 Bo: ok"];
    for names in [
        "Absender;Datum;Uhrzeit;Nachricht",
        "Von;Datum;Zeit;Text",
        "Expéditeur;Date;Heure;Message",
        "Remitente;Fecha;Hora;Mensaje",
        "Remetente;Data;Hora;Mensagem",
        "Mittente;Data;Ora;Messaggio",
        "Afzender;Datum;Tijd;Bericht",
        "Nadawca;Data;Godzina;Treść",
        "Avsändare;Datum;Tid;Meddelande",
        "Gönderen;Tarih;Saat;Mesaj",
        "Отправитель;Дата;Время;Сообщение",
        "Від;Дата;Час;Повідомлення",
        "Lähettäjä;Päivä;Kello;Viesti",
    ] {
        let rows = "Bo;13.01.2024;21:07;\"hi; you\"\nAna;13.01.2024;21:08;hello\nBo;13.01.2024;21:09;ok\n";
        assert_eq!(shown(&format!("{names}\n{rows}")), expected, "{names}");
        let tabs = rows.replace("hi; you", "hi\u{1}you").replace(';', "\t").replace('\u{1}', "; ");
        assert_eq!(shown(&format!("sep=\t\n{}\n{tabs}", names.replace(';', "\t"))), expected, "{names}");
    }
}

#[test]
fn the_owners_words_are_not_the_other_persons() {
    let both = ["#Bo", "13T21:07:00 Bo: hi", "13T21:08:00 Me!: hello", "#Cy", "13T21:09:00 Cy: hey"];
    for table in [
        "Date,Number,Name,Type,Message\n13/01/2024 21:07,+15550100,Bo,Received,hi\n\
         13/01/2024 21:08,+15550100,Bo,Sent,hello\n13/01/2024 21:09,+15550101,Cy,Received,hey\n",
        "Fecha,Contacto,Dirección,Texto\n13/01/2024 21:07,Bo,Entrante,hi\n13/01/2024 21:08,Bo,Saliente,hello\n\
         13/01/2024 21:09,Cy,Entrante,hey\n",
        "handle,is_from_me,date,text\nBo,0,2024-01-13 21:07:00,hi\nBo,1,2024-01-13 21:08:00,hello\n\
         Cy,0,2024-01-13 21:09:00,hey\n",
        "address,date,type,body\nBo,2024-01-13 21:07:00,1,hi\nBo,2024-01-13 21:08:00,2,hello\n\
         Cy,2024-01-13 21:09:00,1,hey\n",
    ] {
        assert_eq!(shown(table), both, "{table}");
    }
    let own_names =
        "chat,type,date,sender,body\nBo,incoming,1705180060000,Bo,hi\nBo,outgoing,1705180120000,Ana,yes\n";
    assert_eq!(shown(own_names), ["#Bo", "13T21:07:40Z Bo: hi", "13T21:08:40Z Ana!: yes"]);
    let unread = "Contact,Direction,Date,Text\nBo,Received,2024-01-13 21:07:00,hi\nBo,Sent,2024-01-13 21:08:00,yes\n\
                  Bo,Received,2024-01-13 21:09:00,ok\nBo,Sent,2024-01-13 21:10:00,ok\nBo,?,2024-01-13 21:11:00,who\n";
    assert_eq!(shown(unread).last().unwrap(), "13T21:11:00 unknown: who");
    let states = "From,Date,Status,Text\nBo,2024-01-13 21:07:00,Sent,hi\nAna,2024-01-13 21:08:00,Sent,yes\n";
    assert_eq!(shown(states)[1..], ["13T21:07:00 Bo: hi", "13T21:08:00 Ana: yes"]);
}

#[test]
fn who_writes_to_whom_makes_conversations() {
    let table = "sender,recipient,sent,text\nBo,Ana,2024-01-13 21:07:00,hi\nAna,Bo,2024-01-13 21:08:00,yes\n\
                 Cy,Ana,2024-01-13 21:09:00,hey\nAna,Cy,2024-01-13 21:10:00,hello\n";
    let expected = [
        "#Ana, Bo",
        "13T21:07:00 Bo: hi",
        "13T21:08:00 Ana: yes",
        "#Ana, Cy",
        "13T21:09:00 Cy: hey",
        "13T21:10:00 Ana: hello",
    ];
    assert_eq!(shown(table), expected);
    // Nobody answers: the recipient is a group, or the owner of the phone.
    assert_eq!(shown("From;To;Text\nBo;team;hi\nAna;team;yes\n")[0], "");
}

#[test]
fn vibers_history_has_no_names_of_columns() {
    let expected =
        ["", "13T21:07:12 Bo: hi", "13T21:08:12 Me: yes, ok", "14T21:09:12 Bo: good", "14T21:10:12 Me: bye"];
    let plain = "13/01/2024,21:07:12,Bo,+15550100,hi\n13/01/2024,21:08:12,Me,+15550101,\"yes, ok\"\n\
                 14/01/2024,21:09:12,Bo,+15550100,good\n14/01/2024,21:10:12,Me,+15550101,bye\n";
    assert_eq!(shown(plain), expected);
    assert_eq!(shown(&plain.replace('"', "")), expected);
    assert_eq!(shown(&plain.replace("+15550101", "")), expected);
}

#[test]
fn seconds_under_any_name_are_times_and_phone_numbers_are_none() {
    let expected = ["", "13T21:07:40Z bo: hi", "13T21:08:40Z ana: yes", "13T21:09:40Z bo: ok"];
    for (name, unit) in [("created_utc", ""), ("timestamp_ms", "000"), ("kiedy", "000000")] {
        let rows = format!("bo,1705180060{unit},hi\nana,1705180120{unit},yes\nbo,1705180180{unit},ok\n");
        assert_eq!(shown(&format!("author,{name},body\n{rows}")), expected, "{name}");
    }
    let phones = "author,mobile,body\nbo,1555010199,hi\nana,1555010133,yes\nbo,1555010199,ok\n";
    assert_eq!(shown(phones)[1..], ["- bo: hi", "- ana: yes", "- bo: ok"]);
}

#[test]
fn wechats_table() {
    let table = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n\
                 1,2,1,0,0,1705180060,,hi,2024-01-13 21:07:40,,Ming,wxid_a\n\
                 2,2,1,0,1,1705180120,,yes,2024-01-13 21:08:40,,Hua,wxid_b\n\
                 3,2,3,0,0,1705180180,,<img/>,2024-01-13 21:09:40,,Ming,wxid_a\n";
    let expected = ["#2", "13T21:07:40Z Ming: hi", "13T21:08:40Z Hua!: yes", "13T21:09:40Z Ming: "];
    assert_eq!(shown(table), expected);
}

#[test]
fn what_cannot_be_told_is_refused_with_the_way_out() {
    let table = "13.01.2024;7;8\n14.01.2024;9;10\n15.01.2024;11;12\n";
    let error = import_with(table, Options::default()).unwrap_err().to_string();
    assert!(error.contains("--columns"), "{error}");
}

#[test]
fn the_number_of_a_case_parts_conversations() {
    for name in [
        "Protocolo",
        "Nº do chamado",
        "Fall-Nr.",
        "N° de dossier",
        "Numer sprawy",
        "Номер обращения",
        "Talep No",
    ] {
        let text = format!(
            "{name};Date;From;Message\nA-1;2025-03-11 19:05;User;hi\nA-1;2025-03-11 19:06;Paula;hello\nA-2;2025-03-12 08:30;User;good day\nA-2;2025-03-12 08:31;Igor;yes\n"
        );
        assert_eq!(import(&text).0.len(), 2, "{name}");
    }
    // What names a way, and what every message has of its own.
    for (one, two, three) in [("Chat", "Chat", "Mail"), ("17", "18", "19")] {
        let text = format!(
            "Atendimento;Date;From;Message\n{one};2025-03-11 19:05;User;hi\n{two};2025-03-11 19:06;Paula;hello\n{three};2025-03-12 08:30;User;good day\n"
        );
        assert_eq!(import(&text).0.len(), 1, "{one}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_accounted_for(rows in proptest::collection::vec("[ab\",\n ]{0,12}", 0..20)) {
        let _ = import_with(&format!("chat,user,text\nx,Ana,hi\n{}", rows.join("\n")), Options::default());
    }
}

#[test]
fn the_column_of_times_is_one_that_is_filled() {
    let text = "_id,address,date,date_sent,type,body\n1,+15550100,1714586520000,1714586519000,1,in?\n2,+15550100,1714586580000,0,2,yes\n\
                3,+15550100,1714586590000,0,2,really\n";
    let found = crate::import::tried::read("t.csv", text, "csv");
    let told = crate::import::tried::lines(&found[0]);
    assert_eq!(
        told,
        [
            "2024-05-01T18:02:00Z +15550100: in?",
            "2024-05-01T18:03:00Z Me: yes",
            "2024-05-01T18:03:10Z Me: really"
        ]
    );
}
