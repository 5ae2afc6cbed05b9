//! Tables in which each row is a whole conversation, as reports and corpora are: one column holds a transcript, of lines with
//! names or of JSON. It is read as the same text in a file of its own would be; what else a row tells is of the
//! conversation and of nobody in it.

use std::collections::HashSet;
use std::io::Cursor;

use ::csv::StringRecord;

use super::Rows;
use super::composed::{self, pieces};
use super::headings::{CASE, CONVERSATION, folded, is_one};
use super::holds;
use super::layout::Layout;
use crate::import::chats::ids::Ids;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::markup;
use crate::import::warning::WarningKind;
use crate::import::{Columns, Options, Sink, detect};

/// The longest name before a colon.
const NAME: usize = 40;
/// What a column with transcripts is called, in the languages of the other headings; it may begin or end with one.
const CALLED: &str = "transcript transcription dialogue dialog chatlog chathistory messagelog messages conversation conversationtext chat log \
     thread verlauf chatverlauf protokoll unterhaltung gesprach conversacion transcripcion transcricao conversa transcription conversation \
     trascrizione conversazione gesprek transcriptie rozmowa zapis konusma переписка диалог беседа";
/// The numbers and names that rows are known by.
const KEYS: &str = "id uid uuid guid key nr no number ref reference num index";

/// The layout of such a table.
pub struct Transcripts {
    /// Where the transcripts are.
    column: usize,
    /// What tells the rows apart.
    key: Option<usize>,
    /// How many rows stand before the first.
    headings: u64,
}

impl Transcripts {
    /// Of the table that begins with `sample`, and how its fields are parted.
    pub fn of_sample(sample: &Sample, columns: Option<&Columns>) -> Option<(Layout, Self)> {
        let (asked, free) = asked(columns);
        free.then_some(())?;
        let text = sample.text();
        ["\n", "<br", "[{", "{\""].iter().any(|sign| text.contains(sign)).then_some(())?;
        Layout::plain(sample).into_iter().find_map(|(layout, rows)| {
            let width = rows.first()?.len();
            let even = rows.iter().filter(|row| row.len() == width).count();
            (width > 1 && even * 10 >= rows.len() * 9).then_some(())?;
            let below = Self::of(&rows, asked)?;
            Some((layout.clone(), below.below(layout.headings)))
        })
    }

    /// Of records with these `names`, of which the first are `rows`.
    pub fn of_records(
        names: &StringRecord,
        rows: &[StringRecord],
        columns: Option<&Columns>,
    ) -> Option<Self> {
        let (asked, free) = asked(columns);
        free.then_some(())?;
        let all: Vec<StringRecord> = std::iter::once(names).chain(rows).cloned().collect();
        Some(Self { headings: 0, ..Self::of(&all, asked)? })
    }

    /// Of a table that begins with `rows`, of which the first names the columns; `asked` is the column that the user has
    /// named for the words.
    pub fn of(rows: &[StringRecord], asked: Option<&str>) -> Option<Self> {
        let (names, body) = rows.split_first()?;
        let wanted = |c: &usize| asked.is_none_or(|asked| is_called(names, *c, asked));
        let column = (0..names.len()).filter(wanted).find(|c| are_talks(names, body, *c))?;
        Some(Self { column, key: key(names, body, column), headings: 1 })
    }

    /// With so many more rows before the first.
    fn below(self, more: u64) -> Self {
        Self { headings: self.headings + more, ..self }
    }

    /// Read `rows` of the table called `name`.
    pub fn read(
        &self,
        name: &str,
        mut rows: Box<dyn Rows + '_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let mut ids = Ids::default();
        while let Some((number, line, unclosed, row)) = rows.next_row()? {
            sink.count_lines(1);
            if unclosed {
                sink.doubt(WarningKind::UnclosedQuote, line);
            }
            if row.iter().all(|field| field.trim().is_empty()) {
                sink.count_blank();
                continue;
            }
            if number <= self.headings {
                sink.count_heading();
                continue;
            }
            let key = self.key.and_then(|c| row.get(c)).map(str::trim).filter(|key| !key.is_empty());
            let key = key.map_or_else(|| line.to_string(), str::to_owned);
            let id = ids.give(&format!("{name}#{key}")).0;
            match row.get(self.column).filter(|text| !text.trim().is_empty()) {
                Some(text) if read(&id, text, sink)? => sink.count_heading(),
                Some(_) => sink.reject(WarningKind::BadRecord, line),
                None => sink.reject(WarningKind::EmptyConversation, line),
            }
            if sink.is_stopped() {
                break;
            }
        }
        Ok(())
    }
}

/// The column that the user has named for the words, and whether that is all that they say of columns.
fn asked(columns: Option<&Columns>) -> (Option<&str>, bool) {
    let Some(columns) = columns else { return (None, true) };
    (columns.text.as_deref(), columns.speaker.is_none() && columns.time.is_none())
}

/// Read one transcript as the conversation `id`; whether it is one.
fn read(id: &str, text: &str, sink: &mut Sink<'_>) -> Result<bool, ImportError> {
    let text = markup::with_line_ends(text).into_owned().into_bytes();
    let source = Source::open(id, Box::new(Cursor::new(text)), sink.terms())?;
    let plain = Options { columns: None, format: None, ..sink.options().clone() };
    let Ok(format) = detect::choose(source.sample(), 0, &plain) else { return Ok(false) };
    match format.read(source, sink) {
        Err(error) if error.is_no_chat() => Ok(false),
        result => result.map(|()| true),
    }
}

/// Whether `asked` names the column, by its name or its number from 1.
fn is_called(names: &StringRecord, column: usize, asked: &str) -> bool {
    let name = names.get(column).unwrap_or_default();
    folded(name) == folded(asked) || asked.trim().parse() == Ok(column + 1)
}

/// Whether most of what `column` holds are talks. One row alone must be in a column that is called after them, for somebody
/// may quote a talk in one message.
fn are_talks(names: &StringRecord, rows: &[StringRecord], column: usize) -> bool {
    let fields = holds::fields(rows, column);
    let talks = fields.iter().filter(|field| is_talk(field)).count();
    let name = names.get(column).unwrap_or_default();
    let called =
        is_one(CALLED, &folded(name)) || pieces(name).iter().any(|piece| is_one(CALLED, &folded(piece)));
    match called {
        true => talks > 0 && talks * 2 >= fields.len(),
        false => talks > 1 && talks * 5 >= fields.len() * 4,
    }
}

/// Whether a field holds a talk: at least two lines that begin with a name, of at most as many others, or JSON in which
/// people talk.
fn is_talk(field: &str) -> bool {
    let text = markup::with_line_ends(field);
    let trimmed = text.trim();
    if trimmed.starts_with(['[', '{']) && detect::is_structured(trimmed) {
        let sample = Sample::new("", trimmed.as_bytes().to_vec());
        return detect::choose(&sample, 0, &Options::default()).is_ok() || is_list_of_words(trimmed);
    }
    let (mut named, mut lines, mut names) = (0, 0, HashSet::new());
    for line in trimmed.lines().filter(|line| !line.trim().is_empty()) {
        lines += 1;
        if let Some(name) = speaker(line) {
            named += 1;
            names.insert(name);
        }
    }
    named > 1 && named * 2 >= lines && names.len() <= 12.max(named / 3)
}

/// `["hi there", "hello, how are you"]`
fn is_list_of_words(text: &str) -> bool {
    let Ok(words) = serde_json::from_str::<Vec<String>>(text) else { return false };
    words.len() > 1 && words.iter().filter(|words| words.trim().contains(' ')).count() * 2 >= words.len()
}

/// The name before a colon, behind a time in brackets or none: `[18:01] crypto_jill: hi`, `12:30 Ida: yes`, `Ida (12:30): yes`.
fn speaker(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let bare = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((time, rest)) if time.contains(|c: char| c.is_ascii_digit()) => rest,
        _ => line,
    };
    let rest = bare.trim_start_matches(|c: char| c.is_ascii_digit() || " .,:/-–—".contains(c));
    let said = |at: &usize| rest[at + 1..].chars().next().is_none_or(char::is_whitespace);
    let end = rest.match_indices(':').map(|(at, _)| at).find(said)?;
    let name = &rest[..end];
    let name = name.split(['(', '[']).next().unwrap_or(name).trim();
    let short = !name.is_empty() && name.chars().count() <= NAME && name.split(' ').count() <= 4;
    short.then_some(name)
}

/// The column that tells the rows apart: one that is called after numbers or cases, and in which no two are the same.
fn key(names: &StringRecord, rows: &[StringRecord], talk: usize) -> Option<usize> {
    let apart = |c: &usize| {
        let fields = holds::fields(rows, *c);
        let short = fields.iter().all(|field| field.chars().count() <= NAME && !field.contains('\n'));
        *c != talk && fields.len() == rows.len() && short && !holds::comes_again(rows, *c)
    };
    let called = |c: &usize| {
        let name = names.get(*c).unwrap_or_default();
        let role = composed::meant(name);
        let parts = pieces(name);
        let last = parts.last().map(|part| folded(part)).unwrap_or_default();
        let known =
            is_one(CONVERSATION, &folded(name)) || role.is_some_and(|r| r == CASE || is_one(CONVERSATION, r));
        known || is_one(KEYS, &last) || folded(name).ends_with("id")
    };
    (0..names.len()).filter(apart).find(called)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tried::{lines, read};

    fn said(name: &str, text: &str, format: &str) -> Vec<(String, Vec<String>)> {
        let bare = |line: String| line.split_once(' ').map_or(line.clone(), |(_, said)| said.to_owned());
        let read = read(name, text, format);
        let shown = |c: &crate::import::Imported| {
            let t = &c.transcript;
            let who = |s: Option<usize>| s.map_or("*", |s| t.speakers[s].name.as_str());
            t.messages.iter().map(|m| format!("{}: {}", who(m.speaker), m.text.reveal())).collect()
        };
        let _ = (bare, lines);
        read.iter().map(|c| (c.transcript.id.clone(), shown(c))).collect()
    }

    fn expected(ids: [&str; 2]) -> Vec<(String, Vec<String>)> {
        let first = ["jill: hi, wrong number?", "benny: who is this", "jill: Jill: from the shop"];
        let second = ["Max: ur map is bad", "pia: rude", "Max: sorry\nwas a joke"];
        let talk =
            |id: &str, lines: &[&str]| (id.to_owned(), lines.iter().map(|l| (*l).to_owned()).collect());
        vec![talk(ids[0], &first), talk(ids[1], &second)]
    }

    #[test]
    fn reports_with_a_transcript_in_a_cell() {
        let first =
            "[18:01] jill: hi, wrong number?\n[18:03] benny: who is this\n[18:04] jill: Jill: from the shop";
        let second = "[09:00] Max: ur map is bad\n[09:01] pia: rude\n[09:01] Max: sorry\nwas a joke";
        for head in [
            "Report ID;Reported at;Reason;Reporter;Reported user;Transcript",
            "Ticket-Nr.;Gemeldet am;Grund;Von;Nutzer;Chatverlauf",
            "case;date;reason;from;to;message log",
        ] {
            let text = format!(
                "{head}\nR-1;07/05/2024 18:22;Scam;benny;jill;\"{first}\"\nR-2;08/05/2024 09:02;Other;pia;Max;\"{second}\"\n"
            );
            assert_eq!(said("r.csv", &text, "csv"), expected(["r.csv#R-1", "r.csv#R-2"]), "{head}");
        }
        let breaks = |text: &str| text.replace('\n', "<br>");
        let text = format!("id,transcript\n1,\"{}\"\n2,\"{}\"\n", breaks(first), breaks(second));
        assert_eq!(said("r.csv", &text, "csv"), expected(["r.csv#1", "r.csv#2"]));
    }

    #[test]
    fn corpora_with_a_dialogue_in_a_record() {
        let rows = r#"{"id":"d1","dialogue":"Ida: in?\r\nMax: yes\r\nIda: good","summary":"They meet."}
{"id":"d2","dialogue":"Olga: who goes?\r\nMax: me\r\nOlga: and me","summary":"Both go."}
"#;
        let list = format!("[{}]", rows.trim().replace('\n', ","));
        for (text, format) in [(rows.to_owned(), "jsonl-rows"), (list, "json-list")] {
            let found = said("d", &text, format);
            assert_eq!(
                found[0],
                ("d#d1".into(), ["Ida: in?", "Max: yes", "Ida: good"].map(String::from).to_vec())
            );
            assert_eq!(found[1].1.len(), 3);
        }
    }

    #[test]
    fn cells_with_json() {
        let text = "case,messages\nc1,\"[{\"\"from\"\":\"\"Ida\"\",\"\"text\"\":\"\"in?\"\"},{\"\"from\"\":\"\"Max\"\",\"\"text\"\":\"\"yes\"\"}]\"\n\
                    c2,\"[{\"\"from\"\":\"\"Olga\"\",\"\"text\"\":\"\"and?\"\"},{\"\"from\"\":\"\"Max\"\",\"\"text\"\":\"\"no\"\"}]\"\n";
        let found = said("c.csv", text, "csv");
        assert_eq!(found[0], ("c.csv#c1".into(), vec!["Ida: in?".into(), "Max: yes".into()]));
        assert_eq!(found[1].1, ["Olga: and?", "Max: no"]);
    }

    #[test]
    fn lists_of_words_take_turns() {
        let text = "{\"id\":\"x1\",\"dialog\":[\"hello how are you\",\"fine and you ?\"]}\n{\"id\":\"x2\",\"dialog\":[\"who is it\",\"it is me\"]}\n";
        let found = read("g", text, "jsonl-rows");
        assert_eq!((found.len(), found[0].transcript.messages.len()), (2, 2));
        assert!(found.iter().all(crate::import::Imported::names_nobody));
    }

    #[test]
    fn messages_that_quote_a_talk_are_messages() {
        let text = "sender,text\nIda,\"look:\nA: hi\nB: hey\"\nMax,ok then\nIda,what do you say\n";
        assert_eq!(said("m.csv", text, "csv").len(), 1);
        for line in ["https://a.example", "and then I said to all of you: no", "18:03"] {
            assert_eq!(speaker(line), None, "{line}");
        }
        for line in [
            "[18:01] jill: hi",
            "2024-05-01 18:01 jill: hi",
            "jill (18:01): hi",
            "18:01 - jill: hi",
            "jill: hi",
        ] {
            assert_eq!(speaker(line), Some("jill"), "{line}");
        }
    }
}
