//! Mails and boxes of them as a whole.

use crate::import::{Flow, Imported, Options, read_text, tried};

fn shown(text: &str) -> (Vec<String>, Vec<&'static str>) {
    let (mut out, mut doubts) = (Vec::new(), Vec::new());
    for found in tried::read("m", text, "mail") {
        let t = found.transcript;
        out.push(t.id.clone());
        for m in &t.messages {
            let who = m.speaker.map_or("*", |s| t.speakers[s].name.as_str());
            out.push(format!("{} {:?} {who}: {}", m.origin.line, m.kind, m.text.reveal()));
        }
        doubts.extend(found.warnings.iter().map(|w| w.kind.id()));
    }
    (out, doubts)
}

/// As what is read, what it is called and how many messages it has, of every conversation; each line is accounted for.
fn formats(mail: &str) -> Vec<(&'static str, String, usize)> {
    let mut found = Vec::new();
    let counts = read_text("m", mail.as_bytes(), &Options::default(), &mut |i: Imported| {
        found.push((i.format, i.transcript.id, i.transcript.messages.len()));
        Flow::Continue(())
    });
    let counts = counts.unwrap();
    assert_eq!(counts.lines, counts.accounted());
    found
}

#[test]
fn one_mail_with_a_file() {
    let (found, _) = shown(
        "From: Ida Berg <ida@example.org>\nTo: Max <max@example.org>\nDate: Mon, 4 Mar 2024 16:01:05 +0000\n\
         Subject: =?utf-8?q?T=C3=BCr?=\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe\n--b\n\
         Content-Type: image/png\nContent-Disposition: attachment; filename=cat.png\n\nx\n--b--\n",
    );
    assert_eq!(found, ["m#Tür", "1 Media Ida Berg: cat.png", "1 Message Ida Berg: Grüße"]);
}

#[test]
fn a_chat_that_was_mailed_is_read() {
    let mail = "From: Ida <ida@example.org>\nTo: me@example.org\nDate: Mon, 4 Mar 2024 16:01:05 +0000\nSubject: chat\n\
         MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nattached\n--b\n\
         Content-Type: text/plain\nContent-Disposition: attachment; filename=chat.txt\n\n\
         13/01/2024, 21:07 - Ana: tea?\n13/01/2024, 21:08 - Bo: yes\n--b\nContent-Type: text/plain\n\
         Content-Disposition: attachment; filename=notes.txt\n\nmilk\n--b--\n";
    assert_eq!(formats(mail), [("mail", "m#chat".to_owned(), 2), ("whatsapp", "m/chat.txt".to_owned(), 2)]);
}

#[test]
fn a_mail_whose_text_is_a_chat_is_that_chat() {
    let mail = "From: Ida <ida@example.org>\nTo: me@example.org\nDate: Mon, 4 Mar 2024 16:01:05 +0000\nSubject: chat\n\n\
         13/01/2024, 21:07 - Ana: tea?\n13/01/2024, 21:08 - Bo: yes\n";
    assert_eq!(formats(mail), [("whatsapp", "m/text".to_owned(), 2)]);
}

#[test]
fn what_stands_in_no_other_mail_is_kept() {
    let (found, _) = shown(
        "From: Ida <ida@example.org>\nTo: help@example.org\nDate: Mon, 4 Mar 2024 16:01:05 +0000\nSubject: FW: chat\n\n\
         see below\n\n-----Original Message-----\nFrom: Mum\nSent: Sunday\n\nhello\n\n> tea?\n",
    );
    // Whom her mail quotes is not told.
    let rest = ["1 Message unknown: tea?", "1 Message Mum: hello"];
    assert_eq!(found, ["m#chat", rest[0], rest[1], "1 Message Ida: see below"]);
}

#[test]
fn what_is_quoted_is_read_as_in_pastes() {
    let mail = |body: &str| {
        let head = "From: Bo <bo@example.org>\nTo: ida@example.org\nDate: Mon, 4 Mar 2024 16:01:05 +0000\nSubject: Re: tea\n\n";
        shown(&format!("{head}{body}")).0[1..].join("|")
    };
    for head in [
        "On Mon, 4 Mar 2024 at 16:01, Ida Berg <ida@example.org> wrote:",
        "Am Mo., 4. März 2024 um 16:01 Uhr schrieb Ida Berg <\nida@example.org>:",
        "ke 4. maalisk. 2024 klo 16.01 Ida Berg (ida@example.org) kirjoitti:",
        "2024年3月4日(月) 16:01 Ida Berg <ida@example.org>:",
    ] {
        let read = mail(&format!("yes\n\n{head}\n\n> tea?\n>\n> now\n"));
        assert_eq!(read, "1 Message Ida Berg: tea?\nnow|1 Message Bo: yes", "{head}");
    }
    let read = mail(
        "yes\n________________________________\nVon: Ida\nGesendet: Montag\nAn: Bo\n\ntea?\n\nFrom: Cy <cy@example.org>\nSent: Sunday\nTo: Ida\n\ncake?\n",
    );
    assert_eq!(read, "1 Message Cy: cake?|1 Message Ida: tea?|1 Message Bo: yes");
    let read = mail("On Mon, 4 Mar 2024 at 16:01, Ida wrote:\n> tea?\n\nyes\n> and cake?\n\nno\n");
    assert_eq!(read, "1 Message Ida: tea?\nand cake?|1 Message Bo: yes\n\nno");
    for words in ["she wrote:\nno", "at 16:01 he wrote this", "From: here\nto there", "a > b"] {
        assert_eq!(mail(words), format!("1 Message Bo: {words}"));
    }
}

#[test]
fn a_box_is_parted_into_mails_and_those_that_answer_stand_together() {
    let mail = |who: &str, minute: u32, head: &str, body: &str| {
        format!(
            "From {who}@example.org Mon Mar  4 16:0{minute}:00 2024\nFrom: {who} <{who}@example.org>\n\
             Date: Mon, 4 Mar 2024 16:0{minute}:00 +0000\n{head}\n\n{body}\n\n"
        )
    };
    let (found, doubts) = shown(
        &[
            mail("max", 2, "Subject: Re: tea\nIn-Reply-To: <1@x>", "yes\n\n> at five?"),
            mail("ida", 1, "Subject: tea\nMessage-ID: <1@x>", "at five?\n>From me"),
            mail("cy", 3, "Subject: cake", "From here to there\n\nFrom now on 5"),
        ]
        .concat(),
    );
    let expected = [
        "m#tea",
        "11 Message ida: at five?\nFrom me",
        "1 Message max: yes",
        "m#cake",
        "20 Message cy: From here to there\n\nFrom now on 5",
    ];
    assert_eq!(found, expected);
    assert!(doubts.contains(&"quoted-mail"));
}

/// Each message of the mails with its time.
fn timed(mails: &[String]) -> Vec<String> {
    let mut told = Vec::new();
    for found in tried::read("m", &mails.concat(), "mail") {
        let t = found.transcript;
        told.extend(t.messages.iter().map(|m| {
            let time = m.time.map_or("-".to_owned(), |time| time.to_string());
            format!("{time} {}: {}", t.speakers[m.speaker.unwrap()].name, m.text.reveal())
        }));
    }
    told
}

#[test]
fn what_is_quoted_stands_at_its_own_time() {
    let mail = |who: &str, clock: &str, id: &str, body: &str| {
        format!(
            "From {who}@example.org Mon Mar  4 16:00:00 2024\nFrom: {who} <{who}@example.org>\nTo: help@example.org\n\
             Date: Mon, 4 Mar 2024 {clock}\nSubject: Re: tea\n{id}\n\n{body}\n\n"
        )
    };
    let quoting = mail(
        "bo",
        "18:00:00 +0200",
        "Message-ID: <3@x>\nReferences: <1@x>",
        "yes\n\nOn 04/03/2024 17:30, ida <ida@example.org> wrote:\n> now?\n>\n\
         > On Mon, 4 Mar 2024 at 3:00 PM GMT+1 cy <cy@example.org> wrote:\n>> tea?\n>>\n>>> first",
    );
    let between = mail("di", "16:45:00 +0100", "Message-ID: <2@x>\nReferences: <1@x>", "who comes?");
    assert_eq!(
        timed(&[quoting, between]),
        [
            "- unknown: first",
            "2024-03-04T14:00:00Z cy: tea?",
            "2024-03-04T15:30:00Z ida: now?",
            "2024-03-04T15:45:00Z di: who comes?",
            "2024-03-04T16:00:00Z bo: yes",
        ]
    );
    // A head of another zone, or a wrong one, may seem to be of later.
    let late = mail("bo", "18:00:00 +0200", "", "yes\n\nOn Mon, 4 Mar 2024 at 19:30, ida wrote:\n> now?");
    assert_eq!(timed(&[late]), ["- ida: now?", "2024-03-04T16:00:00Z bo: yes"]);
}
