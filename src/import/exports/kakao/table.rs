//! The table that KakaoTalk writes on a Mac: `Date,User,Message`. What the app says stands there under a name.

use ::csv::StringRecord;

use super::{say, words};
use crate::import::chats::fields::{self, close, cut};
use crate::import::chats::parts;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::records::csv::records::Records;
use crate::import::syntax::cursor;
use crate::import::warning::WarningKind;
use crate::import::{Sink, UNKNOWN};

/// The names of the columns.
const COLUMNS: [&str; 3] = ["Date", "User", "Message"];

/// Whether the text begins as the table does, with a time as the app writes it in the first row.
pub fn is_table(sample: &Sample) -> bool {
    let mut lines = sample.lines().map(cursor::plain).filter(|line| !line.is_empty());
    let titles = lines.next().is_some_and(|line| line.split(',').map(|c| c.trim_matches('"')).eq(COLUMNS));
    let is_time = |line: String| {
        let date = line.split(',').next().unwrap_or_default().trim_matches('"').to_owned();
        date.len() == "2024-03-04 16:01:05".len()
            && date.as_bytes()[4] == b'-'
            && times::read(&date).is_some()
    };
    titles && lines.next().is_none_or(is_time)
}

/// Read the table.
pub fn read(source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let name = source.name().to_owned();
    let me = parts::me(sink.options());
    let mut chat = sink.chat(name.as_str());
    let mut records = Records::new(source.into_text()?, b',', b'\n', false, sink.options().limits.record);
    let (mut row, mut titles, mut last) = (StringRecord::new(), true, 0);
    let result = loop {
        let place = match records.read(&mut row) {
            Ok(Some(place)) => place,
            Ok(None) => break Ok(()),
            Err(error) => break Err(ImportError::io(&name, error)),
        };
        (last, _) = (place.line, sink.count_lines(1));
        if place.unclosed {
            chat.doubt(WarningKind::UnclosedQuote, place.line);
        }
        match std::mem::take(&mut titles) {
            true => chat.heading(),
            false => take(&mut chat, &row, place.line, &me),
        }
        if let Err(error) = chat.room(&name, place.line) {
            break Err(error);
        }
    };
    close(Some(chat), cut(&result, last), sink);
    result
}

fn take(chat: &mut super::Chat, row: &StringRecord, line: u64, me: &str) {
    if row.len() < COLUMNS.len() {
        return chat.reject(WarningKind::RaggedRow, line);
    }
    if row.len() > COLUMNS.len() {
        chat.doubt(WarningKind::RaggedRow, line);
    }
    let field = |at| row.get(at).unwrap_or_default();
    let when = fields::when(chat, field(0), line);
    // Words with commas that should have been quoted.
    let text = row.iter().skip(2).collect::<Vec<_>>().join(",");
    let (name, told) = (cursor::plain(field(1)), cursor::plain(&text));
    // What is told of somebody begins with the name under which it stands.
    if !name.is_empty() && told.starts_with(&name) && words::event(&told).is_some() {
        return chat.note(when, &told, line);
    }
    let name = match name.is_empty() {
        true => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            UNKNOWN.to_owned()
        }
        false => chat.called(name),
    };
    say(chat, me, &name, when, &text, line);
}

#[cfg(test)]
mod tests {
    use crate::import::{Flow, Options, read_text};

    #[test]
    fn the_table_of_the_mac() {
        let text = "\u{feff}Date,User,Message\n2024-03-04 16:01:05,\"Ida\",\"hi, \"\"you\"\"\nthere\"\n\
             2024-03-04 16:02:05,\"Max\",\"사진\"\n2024-03-04 16:03:05,\"Cy\",\"Cy님이 들어왔습니다.\"\n\
             2024-03-04 16:04:05,\"Ida\",\"Max님이 나갔습니다.\"\n2024-03-04 16:05:05,\"Ida\",\"삭제된 메시지입니다.\"\n\
             2024-03-04 16:06:05,Max\n2024-03-04 16:07:05,Max,yes, so\n";
        let mut found = Vec::new();
        let counts = read_text("t.csv", text.as_bytes(), &Options::default(), &mut |imported| {
            found.push(imported);
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!((counts.lines, counts.accounted(), found[0].format), (8, 8, "kakaotalk"));
        let transcript = &found[0].transcript;
        let shown: Vec<String> = transcript
            .messages
            .iter()
            .map(|m| {
                let name = m.speaker.map_or("*", |s| transcript.speakers[s].name.as_str());
                format!("{} {:?} {name}: {}", m.time.unwrap(), m.kind, m.text.reveal())
            })
            .collect();
        let expected = [
            "2024-03-04T16:01:05 Message Ida: hi, \"you\"\nthere",
            "2024-03-04T16:02:05 Media Max: 사진",
            "2024-03-04T16:03:05 System *: Cy님이 들어왔습니다.",
            "2024-03-04T16:04:05 Message Ida: Max님이 나갔습니다.",
            "2024-03-04T16:05:05 Deleted Ida: ",
            "2024-03-04T16:07:05 Message Max: yes, so",
        ];
        assert_eq!(shown, expected);
    }
}
