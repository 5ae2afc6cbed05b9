//! Messages whose fields stand on lines of their own, each with its label: `From: Tom`, `Time: 16:02`, `Message: hi`.

use super::super::warning::WarningKind;
use super::reading::Reading;
use super::{days, moments, names};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

const WHO: [&str; 14] = [
    "from",
    "sender",
    "name",
    "author",
    "user",
    "username",
    "sent by",
    "who",
    "speaker",
    "von",
    "absender",
    "de",
    "remitente",
    "expéditeur",
];
const WHAT: [&str; 13] = [
    "message",
    "text",
    "body",
    "content",
    "msg",
    "words",
    "what",
    "nachricht",
    "inhalt",
    "mensaje",
    "texto",
    "texte",
    "testo",
];
const WHEN: [&str; 11] =
    ["time", "date", "sent", "timestamp", "when", "datum", "zeit", "uhrzeit", "fecha", "hora", "date/time"];

/// The fields of one message, as far as they have been read.
#[derive(Debug, Default)]
pub struct Fields {
    name: Option<String>,
    when: Option<When>,
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
    (label.len() <= LONGEST && label.split(' ').count() <= 2 && !label.is_empty())
        .then(|| (label, value.trim_matches(['*', ' '])))
}

fn field(label: &str) -> Field {
    match label {
        _ if WHO.contains(&label) => Field::Who,
        _ if WHAT.contains(&label) => Field::What,
        _ if WHEN.contains(&label) => Field::When,
        _ => Field::Other,
    }
}

/// The labels of the fields of `lines`, if they are messages in such fields: who, what, and others that stand as often,
/// in the same order again and again.
pub fn of(lines: &[&str]) -> Option<Vec<String>> {
    let found: Vec<(String, &str)> = lines.iter().filter_map(|l| label(l)).collect();
    let count = |label: &str| found.iter().filter(|(l, _)| l == label).count();
    let first = |list: &[&'static str]| list.iter().copied().find(|l| count(l) > 1);
    let (who, what) = (first(&WHO)?, first(&WHAT)?);
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

impl Reading<'_> {
    /// A line of messages in fields.
    pub(super) fn field(&mut self, line: &Line<'_>) {
        let label = label(line.text).filter(|(label, _)| self.plan.labels.contains(label));
        let Some((label, value)) = label else {
            if !self.fields.said
                && self.fields.name.is_some()
                && self.fields.when.is_none()
                && is_border(line.text)
            {
                return self.chat.heading();
            }
            return match (self.fields.said, is_border(line.text)) {
                (_, true) => self.chat.heading(),
                (true, _) => self.go_on(line),
                _ => self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number),
            };
        };
        if self.plan.labels.first() == Some(&label) || self.fields.said {
            self.fields = Fields::default();
        }
        match field(&label) {
            Field::Who => self.fields.name = Some(names::tidy(value)),
            Field::When => self.fields.when = moments::loosely(value).or(self.fields.when),
            Field::Other => {}
            Field::What => {
                let name = self.fields.name.clone().or_else(|| self.last.clone());
                let when = self.fields.when.unwrap_or(When::Unknown);
                self.fields.said = true;
                let Some(name) = name else {
                    return self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
                };
                self.last = Some(name.clone());
                return self.say(&name, when, value, line);
            }
        }
        self.chat.heading();
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
        assert!(is_border("Message 2") && is_border("----") && !is_border("two 2 be") && !is_border("Tom"));
    }
}
