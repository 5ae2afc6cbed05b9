//! Whatever the bytes, nothing panics and no line is lost in silence.

use proptest::prelude::*;

use super::archives::zipped;
use super::*;

/// All fixtures as text, for mutation.
fn texts() -> Vec<Vec<u8>> {
    let files =
        fixtures().into_iter().filter_map(|f| if let Input::File(path) = f { Some(path) } else { None });
    files.map(|p| fs::read(p).unwrap()).collect()
}

/// A fixture with some bytes changed, left out, or written twice.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<u8>()), 0..12);
    (prop::sample::select(texts()), edits).prop_map(|(mut text, edits)| {
        for (at, what, byte) in edits {
            let at = at.index(text.len().max(1)).min(text.len().saturating_sub(1));
            match what {
                0 if !text.is_empty() => text[at] = byte,
                1 if !text.is_empty() => _ = text.remove(at),
                2 => text.insert(at, byte),
                _ => {
                    let end = (at + usize::from(byte)).min(text.len());
                    let piece = text[at..end].to_vec();
                    text.splice(at..at, piece);
                }
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_fixtures_lose_no_line(input in mutated(), format in prop::option::of(prop::sample::select(format_names()))) {
        let format = format.map(str::to_owned);
        let (found, counts) = bytes("m", &input[..], &Options { format, ..Options::default() });
        if let Ok(counts) = counts {
            prop_assert_eq!(counts.lines, counts.accounted());
            prop_assert_eq!(counts.conversations, found.len() as u64);
            for chat in found {
                let people = chat.transcript.speakers.len();
                prop_assert!(chat.transcript.messages.iter().all(|m| m.speaker.is_none_or(|s| s < people)));
                prop_assert!(chat.transcript.messages.iter().all(|m| (m.kind == Kind::System) == m.speaker.is_none()));
            }
        }
    }

    #[test]
    fn lines_of_text_formats_are_those_of_the_file(input in "(\\PC{0,20}\n){0,20}", format in prop::sample::select(vec!["whatsapp", "paste"])) {
        let (_, counts) = bytes("m", format!("1/2/24, 10:00 - A: b\n{input}").as_bytes(), &Options { format: Some(format.into()), ..Options::default() });
        prop_assert_eq!(counts.unwrap().lines, 1 + input.matches('\n').count() as u64);
    }

    #[test]
    fn records_are_all_told_of(lines in proptest::collection::vec("(\\{\"messages\":\\[(\\{\"speaker\":\"A\",\"text\":\"[a-z]{0,4}\"\\},?){0,3}\\]\\}|\\PC{0,10}| )", 1..12)) {
        let first = r#"{"messages":[{"speaker":"A","text":"x"}]}"#;
        let text = format!("{first}\n{}", lines.join("\n"));
        let (found, counts) = bytes("m", text.as_bytes(), &Options { format: Some("jsonl".into()), ..Options::default() });
        let counts = counts.unwrap();
        let entries: usize = found.iter().map(|f| f.transcript.messages.len()).sum();
        let lines = text.split('\n').count() as u64 - u64::from(text.ends_with('\n'));
        prop_assert_eq!(entries as u64, counts.messages);
        prop_assert_eq!(lines, counts.conversations + counts.warned + counts.blank);
    }

    #[test]
    fn cut_and_changed_zips_are_survived(cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut zip = zipped(&[("a.txt", CHAT.as_bytes()), ("b.csv", b"speaker,text\nIda,hi\n")]);
        let at = at.index(zip.len());
        zip[at] = byte;
        zip.truncate(cut.index(zip.len()) + 1);
        let _ = bytes("z", &zip[..], &Options::default());
    }
}
