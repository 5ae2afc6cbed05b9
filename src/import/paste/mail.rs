//! Mails one under another, each under its fields (`From:`, `Sent:`, `Subject:`) or under `On 2 March Ana wrote:`.

use super::{moments, names};
use crate::import::chats::chat::When;

/// Fields that say who wrote a mail.
const FROM: [&str; 5] = ["from", "von", "de", "da", "van"];
/// Other fields.
const FIELDS: [&str; 22] = [
    "sent",
    "date",
    "to",
    "cc",
    "bcc",
    "subject",
    "reply-to",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "enviado",
    "para",
    "asunto",
    "inviato",
    "a",
    "oggetto",
    "aan",
    "onderwerp",
];
/// How many fields a mail may have.
const MOST: usize = 8;

/// The lines of a mail, without the signs of quotation before them.
pub fn unquoted(line: &str) -> &str {
    line.trim_start_matches(['>', ' '])
}

/// What stands before the colon of `line` in small letters, and what behind it.
pub fn label(line: &str) -> Option<(String, &str)> {
    const LONGEST: usize = 16;
    let (label, value) = unquoted(line).split_once(':').filter(|(label, _)| label.len() <= LONGEST)?;
    Some((label.trim_matches(['*', ' ']).to_lowercase(), value.trim_matches(['*', ' '])))
}

/// Who a `From:` names, if the fields of a mail stand below it in `sight`.
pub fn from<'l>(line: &str, mut sight: impl Iterator<Item = &'l str>) -> Option<String> {
    let (label, value) = label(line)?;
    let below = sight.next().is_some_and(is_field);
    (FROM.contains(&&*label) && below && !value.is_empty()).then(|| person(value))
}

/// Whether `line` is a field of a mail.
pub fn is_field(line: &str) -> bool {
    label(line).is_some_and(|(label, _)| FIELDS.contains(&&*label))
}

/// Whether `line` is a field that names whom a mail is from.
pub fn is_from(line: &str) -> bool {
    label(line).is_some_and(|(label, value)| FROM.contains(&&*label) && !value.is_empty())
}

/// Whom a field names as the writer of a mail.
pub fn writer(line: &str) -> Option<String> {
    is_from(line).then(|| label(line)).flatten().map(|(_, value)| person(value))
}

/// Whether `line` is any field of a mail.
pub fn is_any_field(line: &str) -> bool {
    is_from(line) || is_field(line)
}

/// When a mail was sent, as a field says.
pub fn sent(line: &str) -> Option<When> {
    let (_, value) =
        label(line).filter(|(label, _)| matches!(&**label, "sent" | "date" | "gesendet" | "datum"))?;
    moments::whole(value)
}

/// Who wrote what follows `On 2 March 2024 at 16:02 Ana <ana@example.org> wrote:`, and when.
pub fn wrote(line: &str) -> Option<(String, When)> {
    let line = unquoted(line).trim_end();
    let line = ["wrote:", "schrieb:", "a écrit :", "escribió:"]
        .iter()
        .find_map(|end| line.strip_suffix(end))?
        .trim_end();
    let words: Vec<&str> = line.split(' ').collect();
    let digit = |w: &&str| w.starts_with(|c: char| c.is_ascii_digit());
    let last = words.iter().rposition(|w| digit(w) || matches!(*w, "AM" | "PM"))?;
    let (date, name) = (words.get(1..=last)?.join(" "), words[last + 1..].join(" "));
    let when = moments::whole(&date).unwrap_or(When::Unknown);
    (!name.is_empty()).then(|| (person(name.trim_start_matches(',').trim()), when))
}

/// A person without the address behind the name.
pub fn person(text: &str) -> String {
    names::tidy(without_address(text).unwrap_or(text))
}

/// `Ana Lee <ana@example.org>` without the address.
pub fn without_address(text: &str) -> Option<&str> {
    let (name, address) = text.trim().strip_suffix('>')?.rsplit_once('<')?;
    (address.contains('@') && !name.trim().is_empty()).then(|| name.trim())
}

/// Whether `lines` are mails: two at least, or one that the text begins with.
pub fn is_mail(lines: &[&str]) -> bool {
    let heads = |at: &usize| from(lines[*at], lines[at + 1..].iter().copied()).is_some();
    let fields: Vec<usize> =
        (0..lines.len()).filter(heads).filter(|at| is_field_of_two(lines, *at)).collect();
    let told = lines.iter().filter(|l| wrote(l).is_some()).count();
    let leads = fields.first().is_some_and(|at| *at < 2);
    leads && fields.len() + told > 1
}

/// Whether two fields at least stand under a `From:`.
fn is_field_of_two(lines: &[&str], at: usize) -> bool {
    lines[at + 1..].iter().take(MOST).take_while(|l| is_field(l)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wrote_a_mail() {
        let from = |line| from(line, ["Sent: Tuesday, March 12, 2024 4:02 PM"].into_iter());
        assert_eq!(from("From: Ana Lee <ana@example.org>").as_deref(), Some("Ana Lee"));
        assert_eq!((from("> *Von:* Ana Lee").as_deref(), from("To: Ben")), (Some("Ana Lee"), None));
        let (name, when) =
            wrote("> On Tue, Mar 12, 2024 at 4:02 PM Ana Lee <ana@example.org> wrote:").unwrap();
        assert_eq!((name.as_str(), when != When::Unknown), ("Ana Lee", true));
        assert_eq!(wrote("she wrote:"), None);
        assert!(sent("Sent: Tuesday, March 12, 2024 4:02 PM").is_some());
        assert!(!is_mail(&["From: home", "to the park", "we go"]));
    }
}
