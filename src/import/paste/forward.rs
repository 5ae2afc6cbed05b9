//! A talk within a mail that passes it on: fields above it, words to whoever gets the mail, a signature below.

use super::lead::Lead;
use super::{mail, names};

/// What mail programs set above the fields of a mail that is passed on.
const ABOVE: [&str; 20] = [
    "forwarded message",
    "original message",
    "begin forwarded message",
    "weitergeleitete nachricht",
    "ursprüngliche nachricht",
    "message transféré",
    "mensaje reenviado",
    "messaggio inoltrato",
    "message d'origine",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "oryginalna wiadomość",
    "пересылаемое сообщение",
    "исходное сообщение",
    "anfang der weitergeleiteten nachricht",
    "début du message transféré",
    "inizio messaggio inoltrato",
];
/// How many fields a mail may have.
const MOST: usize = 9;

/// How many of `lines`, none of them blank, stand above a talk because they are of the one mail that holds it.
pub fn head(lines: &[&str], lead: Lead) -> usize {
    let fields = fields(lines);
    if fields == 0 || mail::is_mail(lines) {
        return 0;
    }
    let quoted = |line: &&&str| line.starts_with('>');
    let words = lines[fields..].iter().take_while(|l| lead == Lead::Quote && !quoted(l)).count();
    if fields + words < lines.len() { fields + words } else { 0 }
}

/// How many of `lines` are the fields of a mail with what stands above them: three at least, of which one says from whom it is.
pub fn fields(lines: &[&str]) -> usize {
    let above = usize::from(lines.first().is_some_and(|l| is_above(l)));
    let fields = lines[above..].iter().take(MOST + 1).take_while(|l| mail::is_any_field(l));
    let mut labels: Vec<String> = fields.clone().filter_map(|l| Some(mail::label(l)?.0)).collect();
    let from = lines[above..].iter().take(MOST).any(|l| mail::is_from(l));
    let count = fields.count();
    // A mail has each once; in a talk people come back.
    labels.sort_unstable();
    labels.dedup();
    if (3..=MOST).contains(&count) && labels.len() == count && from { above + count } else { 0 }
}

/// Where, below the fields of the last of several mails in `lines`, its words begin; 0 where there are not several.
pub fn below_last(lines: &[&str]) -> usize {
    let field = |at: usize| lines.get(at).is_some_and(|l| mail::is_any_field(mail::unquoted(l)));
    let ends = (1..lines.len()).filter(|at| field(at - 1) && !field(*at));
    let of_mail = |end: &usize| {
        let start = (0..*end).rev().take(MOST).take_while(|at| field(*at)).last().unwrap_or(*end);
        end - start > 2 && (start..*end).any(|at| mail::is_from(mail::unquoted(lines[at])))
    };
    let heads: Vec<usize> = ends.filter(of_mail).collect();
    match heads[..] {
        [first, .., last] if first <= MOST + 1 => last,
        _ => 0,
    }
}

/// Whether `line` is of the head of a mail.
pub fn is_of_head(line: &str) -> bool {
    mail::is_any_field(line) || is_above(line)
}

/// Whether `line` is what a program sets above the fields of a mail.
pub fn is_above(line: &str) -> bool {
    let words = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ABOVE.contains(&words.as_str())
}

/// Who wrote a mail, if `line` is the field of its head that says so.
pub fn writer(line: &str) -> Option<String> {
    mail::writer(line)
}

/// Whether `lines` are those with which a mail closes around what it passes on: with the name of its `writer`, or where none
/// is known as letters do.
pub fn closes(lines: &[&str], writer: Option<&str>) -> bool {
    let last = lines.last().copied().unwrap_or_default();
    writer.map_or_else(|| mail::is_closing(lines), |writer| is_signed(last, writer))
}

/// Whether `line` is the name of the `writer` of a mail, or its first word.
pub fn is_signed(line: &str, writer: &str) -> bool {
    let name = names::key(line.trim_matches(|c: char| !c.is_alphanumeric()));
    let writer = names::key(writer);
    writer == name || writer.split_whitespace().next() == Some(name.as_str())
}

/// Whether `line` is the sign under which a mail has its signature.
pub fn is_signature(line: &str) -> bool {
    line.trim() == "--"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_mail() {
        let lines = [
            "From: Ana <a@example.org>",
            "Sent: Monday",
            "To: Ben",
            "Subject: a chat",
            "See below.",
            "> Tom",
            "> hi",
        ];
        assert_eq!((head(&lines, Lead::Quote), head(&lines, Lead::None), fields(&lines)), (5, 4, 4));
        let passed =
            ["---------- Forwarded message ---------", "Von: Ana", "Datum: Montag", "An: Ben", "Tom: hi"];
        assert_eq!(head(&passed, Lead::None), 4);
        let talks = [
            "From: here|we go|to: there",
            "Tom: hi|From: there|To: here",
            "From: hi|To: hey|From: ok|To: bye",
        ];
        for talk in talks {
            assert_eq!(fields(&talk.split('|').collect::<Vec<_>>()), 0, "{talk}");
        }
        assert!(is_signature("-- ") && !is_signature("---"));
    }
}
