//! Archives: read where they lie, salvaged when cut off, refused when they are traps.

use std::io::{Cursor, Write as _};

use rushlight::import::{ArchiveProblem, Limits};

use super::*;

/// A zip of these entries.
pub fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let packed =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, packed).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn problem(outcome: &Outcome) -> Option<ArchiveProblem> {
    match &outcome.1 {
        Err(ImportError::Archive { problem, .. }) => Some(*problem),
        _ => None,
    }
}

#[test]
fn a_zip_is_read_from_disk_and_from_a_pipe() {
    let table = b"speaker,text\nIda,hi\nMax,hey\n";
    let inner = zipped(&[("old.jsonl", br#"{"id":"r1","messages":[{"speaker":"A","text":"hi"}]}"#)]);
    let input = zipped(&[
        ("_chat.txt", CHAT.as_bytes()),
        ("00000001-PHOTO.jpg", b"\xff\xd8\xff"),
        ("tables/t.csv", table),
        ("inner.zip", &inner),
        (
            "LICENSE.txt",
            b"You may copy this program and do with it as you like, as long as you are kind to it.",
        ),
        ("__MACOSX/._chat.txt", b"\0\0"),
    ]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export.zip");
    fs::write(&path, &input).unwrap();
    let (found, counts) = file(&path);
    let counts = counts.unwrap();
    let name = path.to_str().unwrap();
    let ids: Vec<&str> = found.iter().map(|f| f.transcript.id.trim_start_matches(name)).collect();
    assert_eq!(ids, ["/_chat.txt", "r1", "/tables/t.csv"]);
    assert_eq!(found.iter().map(|f| f.format).collect::<Vec<_>>(), ["whatsapp", "jsonl", "csv"]);
    assert_eq!(
        (counts.media, counts.conversations, counts.warnings[0].kind),
        (1, 3, WarningKind::SkippedEntry)
    );
    assert_eq!(bytes(name, &input[..], &Options::default()).0, found);
}

#[test]
fn a_zip_cut_off_gives_what_is_whole_and_says_so() {
    let long: String = (0..3000)
        .map(|n| format!("19/03/2022, 14:56 - Ida: walk number {n} of {}\n", n * 7919 % 10007))
        .collect();
    let input = zipped(&[("a.txt", CHAT.as_bytes()), ("b.txt", long.as_bytes())]);
    let outcome = bytes("cut.zip", &input[..input.len() / 2], &Options::default());
    assert_eq!(problem(&outcome), Some(ArchiveProblem::CutOff));
    assert_eq!(outcome.0.len(), 2, "the whole one and the beginning of the other");
    assert_eq!(outcome.0[0].transcript.messages.len(), 2);
    assert!(outcome.0[1].transcript.messages.len() > 100);
    assert_eq!(problem(&bytes("cut.zip", &input[..10], &Options::default())), Some(ArchiveProblem::CutOff));
}

#[test]
fn a_damaged_entry_does_not_hide_the_others() {
    let mut input = zipped(&[("a.txt", CHAT.as_bytes()), ("b.txt", CHAT.as_bytes())]);
    let body = input.windows(5).position(|w| w == b"a.txt").unwrap() + 5;
    input[body + 8] ^= 0xff;
    let outcome = bytes("x.zip", &input[..], &Options::default());
    assert_eq!(problem(&outcome), Some(ArchiveProblem::Damaged), "{}", shown(&outcome));
    assert!(outcome.0.iter().any(|f| f.transcript.id == "x.zip/b.txt"));
}

#[test]
fn zips_that_are_refused() {
    let locked = {
        let mut zip = zipped(&[("a.txt", CHAT.as_bytes())]);
        // The flag of a password, beside the entry and in the list.
        zip[6] |= 1;
        let list = zip.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        zip[list + 8] |= 1;
        zip
    };
    assert_eq!(problem(&bytes("l.zip", &locked[..], &Options::default())), Some(ArchiveProblem::Encrypted));
    let inmost = zipped(&[("x.zip", &zipped(&[("a.txt", CHAT.as_bytes())]))]);
    let nested = zipped(&[("z.zip", &zipped(&[("y.zip", &inmost)]))]);
    assert_eq!(problem(&bytes("n.zip", &nested[..], &Options::default())), Some(ArchiveProblem::TooDeep));
    let pictures = zipped(&[("a.jpg", b"x"), ("b/c.mp4", b"y")]);
    assert_eq!(problem(&bytes("p.zip", &pictures[..], &Options::default())), Some(ArchiveProblem::NoChat));
    let many: Vec<String> = (0..20).map(|n| format!("{n}.jpg")).collect();
    let many = zipped(&many.iter().map(|n| (n.as_str(), &b"x"[..])).collect::<Vec<_>>());
    let few = Options { limits: Limits { entries: 10, ..Limits::default() }, ..Options::default() };
    assert_eq!(problem(&bytes("m.zip", &many[..], &few)), Some(ArchiveProblem::TooManyEntries));
}

#[test]
fn a_zip_bomb_is_stopped() {
    let line = "18/03/2022, 14:56 - Ida: again\n";
    let bomb = zipped(&[("a.txt", line.repeat(2_000_000).as_bytes())]);
    let limits = Limits { ratio: 100, ..Limits::default() };
    let outcome = bytes("b.zip", &bomb[..], &Options { limits, ..Options::default() });
    assert_eq!(problem(&outcome), Some(ArchiveProblem::Bomb));
    let limits = Limits { unpacked: 1 << 20, ..Limits::default() };
    let small = zipped(&[("a.txt", line.repeat(100_000).as_bytes())]);
    assert_eq!(
        problem(&bytes("s.zip", &small[..], &Options { limits, ..Options::default() })),
        Some(ArchiveProblem::Bomb)
    );
}

/// A tar of these entries.
pub fn tarred(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn tars_and_gzips_are_read_from_disk_and_from_a_pipe() {
    let tar = tarred(&[
        ("./_chat.txt", CHAT.as_bytes()),
        ("a/PHOTO.jpg", b"\xff\xd8\xff"),
        ("t.csv", b"speaker,text\nIda,hi\nMax,hey\n"),
    ]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export");
    for packed in [tar.clone(), gzipped(&tar)] {
        fs::write(&path, &packed).unwrap();
        let (found, counts) = file(&path);
        assert_eq!(found.iter().map(|f| f.format).collect::<Vec<_>>(), ["whatsapp", "csv"]);
        assert_eq!(counts.unwrap().media, 1);
        assert_eq!(bytes(path.to_str().unwrap(), &packed[..], &Options::default()).0, found);
        let outcome = bytes("cut", &packed[..packed.len() / 2], &Options::default());
        assert!(outcome.1.is_err());
    }
    let (found, _) = bytes("chat.txt.gz", &gzipped(CHAT.as_bytes())[..], &Options::default());
    assert_eq!((found[0].transcript.id.as_str(), found[0].transcript.messages.len()), ("chat.txt", 2));
}

#[test]
fn a_gzip_that_unpacks_to_far_more_than_it_weighs_is_left() {
    let bomb = gzipped(&CHAT.as_bytes().repeat(1 << 19));
    let limits = Limits { ratio: 20, ..Limits::default() };
    let outcome = bytes("b.gz", &bomb[..], &Options { limits, ..Options::default() });
    assert_eq!(problem(&outcome), Some(ArchiveProblem::Bomb));
}

#[test]
fn a_report_is_read_with_the_files_beside_it() {
    let report = fs::read("tests/fixtures/import/cellebrite_folder/report.xml").unwrap();
    let note = b"Ida: not a chat of its own\nMax: no\n";
    let zip = zipped(&[
        ("case/files/Image/pond.jpg", b"x"),
        ("case/files/Text/note.txt", note),
        ("case/report.xml", &report),
        ("case/other.txt", CHAT.as_bytes()),
        ("b/files/a.txt", note),
        ("b/report.xml", b"<report/>"),
    ]);
    let (found, counts) = bytes("phone.ufdr", &zip[..], &Options::default());
    let mut formats: Vec<&str> = found.iter().map(|f| f.format).collect();
    formats.sort_unstable();
    assert_eq!(formats, ["cellebrite", "cellebrite", "whatsapp"]);
    let counts = counts.unwrap();
    assert_eq!((counts.media, counts.lines, counts.warnings[0].kind), (1, 7, WarningKind::SkippedEntry));
    let alone = zipped(&[("report.xml", &report)]);
    assert_eq!(bytes("phone.ufdr", &alone[..], &Options::default()).0.len(), 2);
}
