//! What a mail quotes of those before it, or passes on: words that are not its sender's.

/// Words for "wrote" in the line above a quotation.
const WROTE: [&str; 14] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "escreveu",
    "ha scritto",
    "schreef",
    "napisał",
    "skrev",
    "yazdı",
    "написал",
    "пишет",
    "пише",
    "написав",
];
/// What mail programs put above a whole mail that is answered.
const DIVIDERS: [&str; 6] = [
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
];
/// Names of the lines that stand above it, by Outlook.
const HEADS: [&str; 8] = ["From:", "Von:", "De:", "Da:", "Van:", "Od:", "От:", "Від:"];
const SENT: [&str; 10] = [
    "Sent:",
    "Date:",
    "Gesendet:",
    "Datum:",
    "Envoyé",
    "Enviado",
    "Inviato:",
    "Verzonden:",
    "Wysłano:",
    "Отправлено:",
];

/// The sender's own words in `text`, and the lines of others, without the signs before them.
pub fn part(text: &str) -> (String, Vec<&str>) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut own, mut others, mut at) = (Vec::new(), Vec::<&str>::new(), 0);
    while let Some(line) = lines.get(at) {
        let height = attribution(&lines[at..]);
        let below = height.and_then(|height| lines[at + height..].iter().find(|l| !l.trim().is_empty()));
        // Where nothing marks the lines below, all of them are quoted.
        if is_divider(&lines[at..]) || (height.is_some() && !below.is_some_and(|l| l.starts_with('>'))) {
            others.extend(&lines[at..]);
            break;
        }
        let taken = height.unwrap_or(1);
        let is_own = height.is_none() && !line.starts_with('>');
        if is_own {
            own.push(line.trim_end())
        } else {
            others.extend(&lines[at..at + taken])
        }
        at += taken;
    }
    let others = others.into_iter().map(|l: &str| l.trim_start_matches(['>', ' ']).trim_end());
    (own.join("\n").trim().to_owned(), others.filter(|l| !l.is_empty()).collect())
}

/// Whether a line of others only tells who wrote, when or to whom.
pub fn is_head(line: &str) -> bool {
    const MORE: [&str; 4] = ["To:", "Cc:", "Subject:", "---"];
    line.ends_with(':') || HEADS.iter().chain(&SENT).chain(&MORE).any(|head| line.starts_with(head))
}

/// The mails that `lines` hold one behind the other, each with who wrote it as far as its head says so, and its words. Lines
/// before the first head are nobody's.
pub fn mails(lines: &[String]) -> Vec<(Option<String>, Vec<&str>)> {
    let mut mails: Vec<(Option<String>, Vec<&str>)> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if starts_with_heads(&lines[at..]) {
            let (_, from) = line.split_once(':').unwrap_or_default();
            mails.push((Some(from.trim_matches(['*', ' ']).to_owned()), Vec::new()));
            let height = lines[at..].iter().take(8).take_while(|line| is_labelled(line)).count();
            at += height.max(1);
            continue;
        }
        // What stands between two mails says no more than their heads do.
        if !is_divider(&lines[at..].iter().map(String::as_str).take(5).collect::<Vec<_>>()) {
            match mails.last_mut() {
                Some((_, words)) => words.push(line),
                None => mails.push((None, vec![line])),
            }
        }
        at += 1;
    }
    mails.retain(|(from, words)| from.is_some() || !words.is_empty());
    mails
}

/// Whether a line is one of those above a mail.
fn is_labelled(line: &str) -> bool {
    const MORE: [&str; 20] = [
        "To:",
        "Cc:",
        "CC:",
        "Subject:",
        "Reply-To:",
        "Importance:",
        "An:",
        "Betreff:",
        "À :",
        "À:",
        "Objet",
        "Para:",
        "Asunto:",
        "Assunto:",
        "A:",
        "Oggetto:",
        "Aan:",
        "Onderwerp:",
        "Кому:",
        "Тема:",
    ];
    let line = line.trim_start_matches('*');
    HEADS.iter().chain(&SENT).chain(&MORE).any(|head| line.starts_with(head))
}

/// How many lines say who wrote what follows: `On Mon, 4 Mar 2024 at 16:01, Ida <ida@example.org> wrote:`, perhaps in
/// two.
fn attribution(lines: &[&str]) -> Option<usize> {
    let is = |text: &str| {
        let text = text.trim();
        let when = text.chars().filter(char::is_ascii_digit).count() > 2;
        text.ends_with(':')
            && when
            && text.len() < 300
            && (WROTE.iter().any(|word| text.contains(word)) || text.ends_with(">:"))
    };
    let first = lines.first()?;
    if is(first) {
        return Some(1);
    }
    let second = lines.get(1).filter(|l| !first.trim().is_empty() && !l.trim().is_empty())?;
    let starts = first.chars().any(|c| c.is_ascii_digit()) && !first.trim_end().ends_with(['.', '?', '!']);
    (starts && !is(second) && is(&format!("{first} {second}"))).then_some(2)
}

fn is_divider(lines: &[&str]) -> bool {
    let line = lines[0].trim();
    if DIVIDERS.iter().any(|d| line.replace(' ', "").eq_ignore_ascii_case(&d.replace(' ', ""))) {
        return true;
    }
    const APPLE: [&str; 4] = [
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "Début du message transféré :",
        "Inizio messaggio inoltrato:",
    ];
    let ruled = line.len() > 20 && line.bytes().all(|b| b == b'_');
    // `---------- Forwarded message ---------`, in any language.
    let dashed = line.len() > 12 && line.starts_with("-----") && line.ends_with("-----");
    let introduced = ruled || dashed || APPLE.contains(&line);
    let head = if introduced { &lines[1..] } else { lines };
    let blank = head.iter().take_while(|line| introduced && line.trim().is_empty()).count();
    let head = &head[blank..];
    starts_with_heads(head)
}

/// Whether lines begin with those that programs put above a mail: from whom, and soon after it when.
fn starts_with_heads<S: AsRef<str>>(head: &[S]) -> bool {
    let head: Vec<&str> = head.iter().take(4).map(AsRef::as_ref).collect();
    let plain = |line: &&str| line.trim().trim_start_matches('*').to_owned();
    let from = head.first().map(plain).is_some_and(|l| HEADS.iter().any(|h| l.starts_with(h)));
    let sent = head.iter().skip(1).take(3).map(plain).any(|l| SENT.iter().any(|s| l.starts_with(s)));
    from && sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_say_who_wrote() {
        let text = "see below\n\n---------- Forwarded message ---------\nFrom: Bo Lee <bo@example.org>\nDate: Sat, Jan 13\n\
                    Subject: tea\nTo: Ana\n\ntea?\n\nVon: Ida\nGesendet: Samstag\nAn: Bo\n\ncake";
        let (own, others) = part(text);
        let others: Vec<String> = others.into_iter().map(str::to_owned).collect();
        let found = mails(&others);
        let found: Vec<_> =
            found.iter().map(|(from, words)| (from.as_deref().unwrap_or("?"), words.join("|"))).collect();
        assert_eq!(own, "see below");
        assert_eq!(found, [("Bo Lee <bo@example.org>", "tea?".to_owned()), ("Ida", "cake".to_owned())]);
    }

    #[test]
    fn introductions_without_a_verb() {
        for head in [
            "сб, 13 янв. 2024 г. в 21:07, Bo <bo@example.org>:",
            "2024年1月13日(土) 21:07 Bo <bo@example.org>:",
        ] {
            assert_eq!(part(&format!("ok\n\n{head}\n\n> tea?")).0, "ok", "{head}");
        }
    }

    #[test]
    fn earlier_mails_stand_apart() {
        for (text, own) in [
            ("yes\n\nOn Mon, 4 Mar 2024 at 16:01, Ida wrote:\n> tea?\n> now", "yes"),
            ("yes\n\nAm Mo., 4. März 2024 um 16:01 Uhr schrieb Ida Berg <\nida@example.org>:\n\ntea?", "yes"),
            ("On Mon, 4 Mar 2024, Ida wrote:\n> tea?\n\nyes\n> and cake?\n\nno", "yes\n\nno"),
            ("yes\n________________________________\nFrom: Ida\nSent: Monday\nTo: Max\n\ntea?", "yes"),
            ("yes\n-----Original Message-----\nFrom: Ida\n\ntea?", "yes"),
        ] {
            let (words, others) = part(text);
            assert_eq!(words, own, "{text}");
            assert!(others.iter().any(|l| !is_head(l) && l.contains("tea?")), "{text}");
        }
        for text in ["yes", "she wrote:\nno", "at 16:01 he wrote this", "From: here\nto there", "a > b"] {
            assert_eq!(part(text), (text.to_owned(), Vec::new()));
        }
    }
}
