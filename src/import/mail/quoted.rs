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
