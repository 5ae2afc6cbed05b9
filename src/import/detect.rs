//! Which format an input is: every format looks at its beginning and says how sure it is.

use super::{Columns, FORMATS, Format, ImportError, Options, foreign};
use crate::import::exports::kakao;
use crate::import::intake::encoding::Nature;
use crate::import::intake::source::Sample;

/// How a document in Rich Text Format begins.
const RTF: &str = "{\\rtf";
/// Inside an archive, text that merely could be pasted chat (a licence, a letter) is not taken for one.
const SURE_ENOUGH_IN_ARCHIVE: f32 = 0.3;

/// The format for the input that begins with `sample`, found `depth` archives deep.
pub(super) fn choose(
    sample: &Sample,
    depth: usize,
    options: &Options,
) -> Result<&'static dyn Format, ImportError> {
    let name = || sample.name().to_owned();
    let least = if depth == 0 { f32::MIN_POSITIVE } else { SURE_ENOUGH_IN_ARCHIVE };
    let found = match &options.format {
        Some(asked) => Some(named(asked)?).filter(|f| !sample.text().is_empty() || f.detect(sample) > 0.0),
        // What is known and not read is refused, with the way out.
        None => surest(sample, least).filter(|f| match f.name() {
            "paste" | "csv" => !foreign::is_of_programs(sample.text()),
            _ => true,
        }),
    };
    // Whoever names columns has a table; a chat export beside it is still one.
    let table = options.columns.is_some() && options.format.is_none() && !sample.text().is_empty();
    let is_other = |f: &&dyn Format| f.name() != "paste" && !kakao::is_table(sample);
    let is_exported = |f: &&dyn Format| !["paste", "csv"].contains(&f.name());
    let dotted = |columns: &Columns| {
        let given = [&columns.conversation, &columns.speaker, &columns.time, &columns.text];
        given.into_iter().flatten().any(|column| column.contains('.'))
    };
    // Only what lies deeper than a table is named so.
    if table
        && sample.text().trim_start().starts_with(['{', '['])
        && options.columns.as_ref().is_some_and(dotted)
    {
        return named("json-nested");
    }
    let found = if table { found.filter(is_other).or(Some(named("csv")?)) } else { found };
    // Whoever says how messages begin has a text that nobody else knows; what a program wrote in its own way is still that program's.
    let told = options.head.is_some() && options.format.is_none() && !sample.text().trim().is_empty();
    let found = if told { found.filter(is_exported).or(Some(named("paste")?)) } else { found };
    if let Some(format) = found.filter(|_| !sample.is_whole() || !sample.bytes().trim_ascii().is_empty()) {
        return Ok(format);
    }
    Err(match sample.nature() {
        Nature::Unsupported(encoding) => ImportError::Encoding { name: name(), encoding },
        Nature::Binary(what) => ImportError::Binary { name: name(), what },
        Nature::Text(..) if sample.text().trim().is_empty() => ImportError::Empty { name: name() },
        Nature::Text(..) => ImportError::UnknownFormat { name: name(), looks: looks(sample.text()) },
    })
}

/// The format called `asked`.
pub(super) fn named(asked: &str) -> Result<&'static dyn Format, ImportError> {
    let format = FORMATS.iter().find(|f| f.name().eq_ignore_ascii_case(asked.trim()));
    format.copied().ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().map(|f| f.name()).collect();
        ImportError::NoSuchFormat { asked: asked.to_owned(), known: known.join(", ") }
    })
}

fn surest(sample: &Sample, least: f32) -> Option<&'static dyn Format> {
    let sure =
        FORMATS.iter().map(|format| (format.detect(sample), *format)).filter(|(sure, _)| *sure >= least);
    // `max_by` would keep the last of equals.
    sure.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, format)| format)
}

/// Whether the text is of a kind written by programs for programs, which must not be taken for pasted chat.
pub(super) fn is_structured(text: &str) -> bool {
    let text = text.trim_start();
    let inner = || text[1..].trim_start();
    match text.chars().next() {
        Some('{') => inner().starts_with(['"', '}']) || text.contains("\":") || text.starts_with(RTF),
        Some('[') => inner().starts_with(['{', '"', '[', ']']),
        Some('<') => {
            let start = text.get(..9).unwrap_or(text).to_ascii_lowercase();
            text.starts_with("<?")
                || text.starts_with("<!")
                || start.starts_with("<html")
                || text.contains("</")
        }
        _ => text.starts_with("window.YTD") || is_list_of_ids(text) || is_labelled(text),
    }
}

/// Whether every line is one long number in hexadecimal, such as the key to a corpus.
fn is_list_of_ids(text: &str) -> bool {
    let is_id = |line: &str| line.len() >= 16 && line.bytes().all(|b| b.is_ascii_hexdigit());
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty()).peekable();
    lines.peek().is_some() && lines.all(is_id)
}

/// Whether it is in the notation of labelled chats (`eval/corpus/GUIDE.md`), whose labels must not be read as messages.
fn is_labelled(text: &str) -> bool {
    let mut words = text.lines().next().unwrap_or_default().split_whitespace();
    words.next() == Some("===") && matches!(words.nth(1), Some("risky" | "benign"))
}

fn looks(text: &str) -> &'static str {
    match text.trim_start().chars().next() {
        _ if text.trim_start().starts_with(RTF) => {
            "this is a document with formatting (open it and copy its text)"
        }
        Some('{' | '[') => "this looks like JSON",
        Some('<') => "this looks like XML or HTML",
        _ if is_list_of_ids(text) => "this is a list of ids",
        _ if is_labelled(text.trim_start()) => {
            "these are labelled chats, which `rushlight eval` and `rushlight train` read"
        }
        _ => "this is text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(name: &str, text: &str) -> &'static str {
        let sample = Sample::new(name, text.as_bytes().to_vec());
        choose(&sample, 0, &Options::default()).map_or("none", |f| f.name())
    }

    #[test]
    fn formats_are_told_by_content() {
        let jsonl = r#"{"id":"1","messages":[{"speaker":"A","text":"hi"}]}"#;
        for (expected, text) in [
            ("jsonl", jsonl),
            ("jsonl", "[\n {\"messages\": [\n {\"speaker\": \"A\", \"text\": \"hi\"}]}]"),
            ("whatsapp", "18/03/2022, 14:56 - Ana: hi\n18/03/2022, 14:57 - Ben: hey\n"),
            ("whatsapp", "[18/03/2022, 14:56:12] Ana: hi\n"),
            ("csv", "speaker,text\nAna,hi\nBen,\"hello, you\"\n"),
            ("csv", "date;from;message\n2024-05-01;Ana;hi\n"),
            ("paste", "Ana: hi\nBen: hello, you\nAna: fine, thanks\n"),
            ("kakaotalk", "Date,User,Message\n2024-03-04 16:01:05,\"Ana\",\"hi\"\n"),
            ("csv", "Date,User,Message\n04.03.2024 16:01,Ana,hi\n"),
            ("paste", "[2019-12-24, 12:23] Me: hi\n[2019-12-24, 12:24] Ana: hey\n"),
            ("paste", "just one line"),
            ("none", "{\"name\": \"x\", \"chats\": []}"),
            ("sms", "<?xml version=\"1.0\"?><smses></smses>"),
            ("none", "<?xml version=\"1.0\"?><calls></calls>"),
            ("pan12", "<conversations><conversation id='1'>"),
            ("cellebrite", "\u{feff}<project xmlns=\"http://pa.cellebrite.com/report/2.0\">"),
            ("none", "0123456789abcdef0123456789abcdef\n0123456789abcdef0123456789abcdee\n"),
            ("none", "=== game-w1-001 risky twin=game-w1-002\nscenario: a gift\n---\nA| hi\n"),
            ("paste", "=== Monday ===\nAna: hi\nBen: hello, you\n"),
            ("none", "{\\rtf1\\ansi Ana: hi\\par Ben: hello}"),
            ("none", " \n"),
        ] {
            assert_eq!(pick("f", text), expected, "{text}");
        }
    }

    #[test]
    fn whoever_names_columns_has_a_table() {
        let table = "Date,User,Message\n2024-03-04 16:01:05,\"Ana\",\"hi\"\n";
        let options = Options { columns: Some(super::super::Columns::default()), ..Options::default() };
        let sample = Sample::new("f", table.as_bytes().to_vec());
        assert_eq!(choose(&sample, 0, &options).map_or("none", |f| f.name()), "csv");
    }

    #[test]
    fn a_format_asked_for_is_taken_or_named_as_unknown() {
        let sample = Sample::new("f", b"hello".to_vec());
        let ask = |format: &str| {
            choose(&sample, 0, &Options { format: Some(format.to_owned()), ..Options::default() })
        };
        assert_eq!(ask("WhatsApp").unwrap().name(), "whatsapp");
        assert!(matches!(ask("fax").err(), Some(ImportError::NoSuchFormat { .. })));
    }
}
