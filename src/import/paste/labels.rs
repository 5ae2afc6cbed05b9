//! Messages whose fields stand on lines of their own, each with its label: `From: Tom`, `Time: 16:02`, `Message: hi`.

use std::io::BufRead;

use super::ahead::Ahead;
use super::days::Day;
use super::reading::Reading;
use super::{days, mail, moments, names};
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::import::intake::lines::Line;

/// Labels of who wrote it, beside those of mails.
const WHO: [&str; 30] = [
    "from",
    "sender",
    "name",
    "author",
    "user",
    "username",
    "sent by",
    "who",
    "speaker",
    "absender",
    "verfasser",
    "autor",
    "remitente",
    "emisor",
    "remetente",
    "expéditeur",
    "auteur",
    "nom",
    "nombre",
    "nome",
    "mittente",
    "autore",
    "afzender",
    "naam",
    "nadawca",
    "avsändare",
    "afsender",
    "отправитель",
    "відправник",
    "pengirim",
];
/// Labels of the words.
const WHAT: [&str; 37] = [
    "message",
    "text",
    "body",
    "content",
    "msg",
    "words",
    "what",
    "message text",
    "nachricht",
    "inhalt",
    "nachrichtentext",
    "mensaje",
    "texto",
    "contenido",
    "mensagem",
    "conteúdo",
    "texte",
    "contenu",
    "testo",
    "messaggio",
    "contenuto",
    "bericht",
    "inhoud",
    "tekst",
    "wiadomość",
    "treść",
    "meddelande",
    "besked",
    "melding",
    "mesaj",
    "metin",
    "сообщение",
    "текст",
    "повідомлення",
    "pesan",
    "isi",
    "رسالة",
];
/// Labels of when, beside those of mails.
const WHEN: [&str; 28] = [
    "time",
    "timestamp",
    "when",
    "date/time",
    "date & time",
    "date and time",
    "received",
    "zeit",
    "uhrzeit",
    "datum/uhrzeit",
    "zeitpunkt",
    "empfangen",
    "hora",
    "fecha y hora",
    "data/hora",
    "data e hora",
    "heure",
    "horodatage",
    "reçu",
    "ora",
    "tijd",
    "godzina",
    "czas",
    "tid",
    "saat",
    "время",
    "час",
    "waktu",
];

/// The fields of one message, as far as they have been read.
#[derive(Debug, Default)]
pub struct Fields {
    name: Option<String>,
    when: Option<When>,
    /// The day, where that has a field of its own.
    day: Option<Day>,
    /// Whether its words have begun.
    said: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Who,
    What,
    When,
    Other,
}

/// The label that `line` begins with, in lower case, and what stands behind it.
fn label(line: &str) -> Option<(String, &str)> {
    const LONGEST: usize = 16;
    let (label, value) = line.trim_start().split_once(':')?;
    let label = label.trim_matches(['*', '_', ' ', '-', '•']).to_lowercase();
    (label.chars().count() <= LONGEST && label.split(' ').count() <= 3 && !label.is_empty())
        .then(|| (label, value.trim_matches(['*', ' '])))
}

fn field(label: &str) -> Field {
    match label {
        _ if WHO.contains(&label) || mail::names_writer(label) => Field::Who,
        _ if WHAT.contains(&label) => Field::What,
        _ if WHEN.contains(&label) || mail::names_moment(label) => Field::When,
        _ => Field::Other,
    }
}

/// The labels of the fields of `lines`, if they are messages in such fields: who, what, and others that stand as often,
/// in the same order again and again.
pub fn of(lines: &[&str]) -> Option<Vec<String>> {
    let found: Vec<(String, &str)> = lines.iter().filter_map(|l| label(l)).collect();
    let count = |label: &str| found.iter().filter(|(l, _)| l == label).count();
    let listed = |list: &[&'static str]| list.iter().copied().find(|l| count(l) > 1);
    let of = |what: Field| found.iter().map(|(l, _)| l.as_str()).find(|l| field(l) == what && count(l) > 1);
    let (who, what) = (listed(&WHO).or_else(|| of(Field::Who))?, listed(&WHAT)?);
    let records = count(who);
    let even = count(what) * 5 >= records * 4 && count(what) <= records;
    let mut labels: Vec<String> = Vec::new();
    for (label, _) in &found {
        if count(label) * 2 > records && count(label) <= records && !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    // Each label comes at its place: none twice before the next message begins.
    let begin = labels.first()?;
    let mut last = 0;
    let mut ordered = true;
    for at in found.iter().filter_map(|(label, _)| labels.iter().position(|l| l == label)) {
        ordered &= at == 0 || at > last;
        last = at;
    }
    // The same people come back.
    let mut people: Vec<&str> = found.iter().filter(|(l, _)| l == who).map(|(_, name)| *name).collect();
    people.sort_unstable();
    people.dedup();
    let real = people.iter().all(|n| names::any(n).is_some());
    (records > 2 || count(begin) > 1).then_some(())?;
    (even && ordered && real && people.len() < records.max(3)).then_some(labels)
}

/// `Message 2`, `Exhibit 3:`, `----`: where the next message begins.
fn is_border(line: &str) -> bool {
    let line = line.trim().trim_end_matches(':').trim_start_matches(['#', ' ']);
    let counted = line.rsplit_once([' ', '#']).is_some_and(|(word, number)| {
        word.split_whitespace().count() <= 2
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    });
    counted || days::between(line).is_some_and(|b| !b.bare && b.day.is_none())
}

/// `#3`, `3.`, `[3]`, `3`: a number and nothing else, and whether a sign stands beside it.
fn is_number(line: &str) -> Option<bool> {
    let line = line.trim();
    let number = line.trim_matches(['#', '.', ')', '(', '[', ']', ':', '№', ' ']);
    let digits = (1..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    digits.then_some(number.len() < line.len())
}

/// When a field says that a message was sent, in whatever way programs and people write it.
fn moment(value: &str) -> Option<When> {
    let known = |when: &When| *when != When::Unknown;
    let read = moments::loosely(value).or_else(|| times::read(value).filter(known));
    read.or_else(|| Some(mail::moment(value)).filter(known))
}

impl Reading<'_> {
    /// A line of messages in fields.
    pub(super) fn field(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) {
        let label = label(line.text).filter(|(label, _)| self.plan.labels.contains(label));
        let Some((label, value)) = label else {
            return match self.fields.said {
                _ if is_border(line.text) || self.counts(line.text, lines) => self.chat.heading(),
                true => self.go_on(line),
                _ => self.set_aside(line),
            };
        };
        if self.plan.labels.first() == Some(&label) || self.fields.said {
            self.fields = Fields::default();
        }
        match field(&label) {
            Field::Who => self.fields.name = Some(names::tidy(value)),
            Field::When => match moment(value) {
                Some(when) => self.fields.when = Some(when),
                None => self.fields.day = days::between(value).and_then(|b| b.day).or(self.fields.day),
            },
            Field::Other => {}
            Field::What => {
                let name = self.fields.name.clone().or_else(|| self.last.clone());
                let when = self.fields.when.unwrap_or(When::Unknown);
                self.day = self.fields.day;
                self.fields.said = true;
                let Some(name) = name else {
                    return self.set_aside(line);
                };
                self.last = Some(name.clone());
                return self.say(&name, when, value, line);
            }
        }
        self.chat.heading();
    }

    /// Whether `text` is the number of the message whose fields begin below. Bare, right below words, it may be of these.
    fn counts(&self, text: &str, lines: &Ahead<impl BufRead>) -> bool {
        let below = lines.sight().next().and_then(|next| label(self.plan.words(next)));
        let begins = below.is_some_and(|(label, _)| self.plan.labels.first() == Some(&label));
        begins && is_number(text).is_some_and(|signed| signed || self.gap || !self.fields.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_again_in_the_same_order() {
        let labels = |text: &str| of(&text.split('|').collect::<Vec<_>>());
        assert_eq!(
            labels("From: Tom|Message: in?|From: Ria|Message: yes|From: Tom|Message: ok"),
            Some(vec!["from".to_owned(), "message".to_owned()])
        );
        assert_eq!(
            labels(
                "Message 1|From: Tom|To: Ria|Date: 1|Text: in?|Message 2|From: Ria|To: Tom|Date: 2|Text: yes"
            )
            .map(|l| l.len()),
            Some(4)
        );
        for text in [
            "Tom: in?|Ria: yes|Tom: ok|Ria: bye",
            "From: home|To: the park|Message: none",
            "Message: a|Message: b|From: Tom|From: Ria",
        ] {
            assert_eq!(labels(text), None, "{text}");
        }
        assert_eq!(
            labels(
                "De: Tom|Data: 1|Mensagem: in?|De: Ria|Data: 2|Mensagem: sim|De: Tom|Data: 3|Mensagem: ok"
            )
            .map(|l| l.len()),
            Some(3)
        );
        assert_eq!(
            (is_number("#3"), is_number("3."), is_number("3"), is_number("3 eggs")),
            (Some(true), Some(true), Some(false), None)
        );
        assert!(is_border("Message 2") && is_border("----") && !is_border("two 2 be") && !is_border("Tom"));
    }
}
