//! What a reading tells of its input, wherever it is told: places that agree, files by their names, what was put right.

use super::archives::zipped;
use super::*;

fn doubts(found: &Imported) -> Vec<(&'static str, u64, u64)> {
    found.warnings.iter().map(|w| (w.kind.id(), w.count, w.first_line)).collect()
}

fn texts(found: &Imported) -> Vec<String> {
    let t = &found.transcript;
    let who = |speaker: Option<usize>| speaker.map_or("*", |s| t.speakers[s].name.as_str());
    t.messages.iter().map(|m| format!("{}: {}", who(m.speaker), m.text.reveal())).collect()
}

#[test]
fn an_empty_file_of_an_archive_is_named_and_the_others_are_read() {
    let zip = zipped(&[
        ("a/empty.txt", b""),
        ("b.txt", CHAT.as_bytes()),
        ("blank.txt", b" \n\n"),
        ("c.bin", b"\0\x01"),
    ]);
    let (found, counts) = bytes("x.zip", &zip[..], &Options::default());
    assert_eq!(found.len(), 1);
    let counts = counts.unwrap();
    let told: Vec<String> = counts.told().map(|(_, told)| told).collect();
    assert_eq!(
        told,
        [
            "2 files in the archive with nothing in it, left out; export or copy that chat again: x.zip/a/empty.txt, x.zip/blank.txt",
            "1 file in the archive that is not a chat, left out"
        ]
    );
    let many: Vec<(String, &[u8])> = (0..9).map(|n| (format!("{n}.txt"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .chain([("chat.txt", CHAT.as_bytes())])
        .collect();
    let (_, counts) = bytes("x.zip", &zipped(&many)[..], &Options::default());
    assert!(counts.unwrap().told().any(|(_, told)| told.ends_with("x.zip/4.txt and others")));
    let alone = bytes("x.zip", &zipped(&[("chat.txt", b"")])[..], &Options::default()).1.unwrap_err();
    assert_eq!(alone.to_string(), "x.zip/chat.txt: there is nothing in it; export or copy the chat again");
}

#[test]
fn the_place_where_a_file_breaks_off_is_the_same_wherever_it_is_told() {
    let fixtures = fixtures();
    let (mut broken, mut seen) = (0, 0);
    for fixture in &fixtures {
        let (found, counts) = input(fixture);
        let Err(ImportError::Broken { line, .. }) = counts else { continue };
        broken += 1;
        for warning in found.iter().flat_map(|f| &f.warnings).filter(|w| w.kind == WarningKind::CutOff) {
            assert_eq!(warning.first_line, line, "{}", fixture.path().display());
            seen += 1;
        }
    }
    assert!(broken > 10 && seen > 10, "{broken} {seen}");
}

#[test]
fn letters_that_were_encoded_twice_are_put_right_in_every_format() {
    let expected = ["José Ñ: déjà vu – ça va ? 😀", "Zoë: là, à 5 €"];
    let lines = "18/03/2022, 2:56\u{202f}PM - José Ñ: déjà vu – ça va ? 😀\n18/03/2022, 2:57\u{202f}PM - Zoë: là, à 5 €\n";
    let records = "{\"id\":\"1\",\"messages\":[{\"speaker\":\"José Ñ\",\"text\":\"déjà vu – ça va ? 😀\"},\
                   {\"speaker\":\"Zoë\",\"text\":\"là, à 5 €\"}]}\n";
    let table = "speaker,text\nJosé Ñ,déjà vu – ça va ? 😀\nZoë,\"là, à 5 €\"\n";
    let paste = "José Ñ: déjà vu – ça va ? 😀\nZoë: là, à 5 €\n";
    for (text, format) in [(lines, "whatsapp"), (records, "jsonl"), (table, "csv"), (paste, "paste")] {
        let twice = encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0;
        let (found, counts) = bytes("x", twice.as_bytes(), &Options::default());
        assert_eq!((counts.unwrap().warned, found[0].format), (0, format));
        assert_eq!(texts(&found[0]), expected, "{format}");
        let told = doubts(&found[0]);
        let touched = told.iter().find(|(id, ..)| *id == "encoded-twice").map(|(_, count, _)| *count);
        let lines = text.lines().filter(|l| !l.is_ascii()).count() as u64;
        assert_eq!(touched, Some(lines), "{format}");
        let (found, _) = bytes("x", text.as_bytes(), &Options::default());
        assert_eq!(texts(&found[0]), expected, "{format}");
        assert!(doubts(&found[0]).iter().all(|(id, ..)| *id != "encoded-twice"));
    }
    // As programs write what is not ASCII into JSON, and one line among others.
    let escaped = "{\"messages\":[{\"speaker\":\"Zo\\u00c3\\u00ab\",\"text\":\"l\\u00c3\\u00a0 \\u00c3\\u00a9t\\u00c3\\u00a9\"}]}\n";
    let (found, _) = bytes("x", escaped.as_bytes(), &Options::default());
    assert_eq!(texts(&found[0]), ["Zoë: là été"]);
    let mixed = "Zoë: là\nAna: dÃ©jÃ\u{a0} vu\nZoë: « MARCHÉ… »\nAna: ok\n";
    let (found, _) = bytes("x", mixed.as_bytes(), &Options::default());
    assert_eq!(texts(&found[0]), ["Zoë: là", "Ana: déjà vu", "Zoë: « MARCHÉ… »", "Ana: ok"]);
    assert!(doubts(&found[0]).contains(&("encoded-twice", 1, 2)));
}

#[test]
fn a_wish_for_an_order_that_a_date_forbids_is_answered() {
    let options = |order| Options { date_order: Some(order), ..Options::default() };
    let read = |text: &str, order| doubts(&bytes("x", text.as_bytes(), &options(order)).0[0]);
    let lines = "1/2/24, 10:00 - Ida: hi\n13/2/24, 10:01 - Max: hey\n";
    assert_eq!(read(lines, DateOrder::MonthFirst), [("overruled-date-order", 1, 2)]);
    assert_eq!(read(lines, DateOrder::DayFirst), []);
    let table = "date,speaker,text\n01/02/2024 10:00,Ida,hi\n13/02/2024 10:01,Max,hey\n";
    assert_eq!(read(table, DateOrder::MonthFirst), [("overruled-date-order", 1, 3)]);
    let (found, _) = bytes("x", lines.as_bytes(), &options(DateOrder::MonthFirst));
    assert_eq!(
        found[0].warnings[0].to_string(),
        "1 date that cannot be read in the order you asked for, or goes back in time so; all were read day first (line 2)"
    );
}

#[test]
fn zones_behind_times_are_heard() {
    for (start, end) in [
        ("14/03/2024, 21:07 +0100 - ", ""),
        ("14/03/2024, 20:07Z - ", ""),
        ("[2024-03-14, 20:07:00Z] ", ""),
        ("2024-03-14T21:07:00+01:00 ", ""),
        ("2024-03-14T20:07:00Z - ", ""),
        ("[14/03/2024, 21:07:00 +01:00] ", ""),
    ] {
        let text = format!("{start}Ana: hi{end}\n{start}Ben: hello, you\n{start}Ana: in?\n");
        let (found, _) = bytes("x", text.as_bytes(), &Options::default());
        assert_eq!(texts(&found[0]), ["Ana: hi", "Ben: hello, you", "Ana: in?"], "{start}");
        let times: Vec<String> =
            found[0].transcript.messages.iter().map(|m| m.time.unwrap().to_string()).collect();
        assert_eq!(times, ["2024-03-14T20:07:00Z"; 3], "{start}");
    }
}

#[test]
fn two_known_people_on_one_line_are_two() {
    let text = "Ana: in?\nBen: yes\nAna: when? Ben: at five\nBen: I told Ana: no\n";
    let (found, counts) = bytes("x", text.as_bytes(), &Options::default());
    let counts = counts.unwrap();
    assert_eq!((counts.lines, counts.accounted()), (4, 4));
    assert_eq!(
        texts(&found[0]),
        ["Ana: in?", "Ben: yes", "Ana: when?", "Ben: at five", "Ben: I told Ana: no"]
    );
    assert_eq!(doubts(&found[0]), [("doubtful-name", 1, 3)]);
}

#[test]
fn the_conversation_that_a_break_ends_says_so_in_any_json() {
    let message =
        |n: u32| format!("{{\"sender\": \"A\", \"text\": \"hi {n}\", \"time\": \"2024-01-01T10:0{n}:00\"}}");
    let text =
        format!("{{\"name\": \"x\",\n\"messages\": [\n{},\n{},\n{{\"sender\": oops", message(1), message(2));
    let (found, counts) = bytes("x", text.as_bytes(), &Options::default());
    assert!(matches!(counts, Err(ImportError::Broken { line: 5, .. })));
    assert_eq!(found[0].transcript.messages.len(), 2);
    assert!(doubts(&found[0]).contains(&("cut-off", 1, 5)));
}
