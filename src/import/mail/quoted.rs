//! What a mail quotes of those before it, which stand there as messages of their own or are not the sender's words.

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

/// The sender's own words in `text`, and whether there was anything else.
pub fn own_words(text: &str) -> (String, bool) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut own, mut at) = (Vec::new(), 0);
    while let Some(line) = lines.get(at) {
        if line.starts_with('>') {
            at += 1;
            continue;
        }
        if is_divider(&lines[at..]) {
            break;
        }
        if let Some(height) = attribution(&lines[at..]) {
            let below = lines[at + height..].iter().find(|l| !l.trim().is_empty());
            if !below.is_some_and(|l| l.starts_with('>')) {
                break;
            }
            at += height;
            continue;
        }
        own.push(line.trim_end());
        at += 1;
    }
    let words = own.join("\n").trim().to_owned();
    (words, own.len() < lines.len())
}

/// How many lines say who wrote what follows: `On Mon, 4 Mar 2024 at 16:01, Ida <ida@example.org> wrote:`, perhaps in
/// two.
fn attribution(lines: &[&str]) -> Option<usize> {
    let is = |text: &str| {
        let text = text.trim();
        let when = text.chars().filter(char::is_ascii_digit).count() > 2;
        text.ends_with(':') && when && text.len() < 300 && WROTE.iter().any(|word| text.contains(word))
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
    let ruled = line.len() > 20 && line.bytes().all(|b| b == b'_');
    let head = if ruled { &lines[1..] } else { lines };
    let plain = |line: &&str| line.trim().trim_start_matches('*').to_owned();
    let from = head.first().map(plain).is_some_and(|l| HEADS.iter().any(|h| l.starts_with(h)));
    let sent = head.iter().skip(1).take(2).map(plain).any(|l| SENT.iter().any(|s| l.starts_with(s)));
    from && sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_mails_are_left_out() {
        for (text, own) in [
            ("yes\n\nOn Mon, 4 Mar 2024 at 16:01, Ida wrote:\n> tea?\n> now", "yes"),
            ("yes\n\nAm Mo., 4. März 2024 um 16:01 Uhr schrieb Ida Berg <\nida@example.org>:\n\ntea?", "yes"),
            ("On Mon, 4 Mar 2024, Ida wrote:\n> tea?\n\nyes\n> and cake?\n\nno", "yes\n\nno"),
            ("yes\n________________________________\nFrom: Ida\nSent: Monday\nTo: Max\n\ntea?", "yes"),
            ("yes\n-----Original Message-----\nFrom: Ida\n\ntea?", "yes"),
        ] {
            assert_eq!(own_words(text), (own.to_owned(), true), "{text}");
        }
        for text in ["yes", "she wrote:\nno", "at 16:01 he wrote this", "From: here\nto there", "a > b"] {
            assert_eq!(own_words(text), (text.to_owned(), false));
        }
    }
}
