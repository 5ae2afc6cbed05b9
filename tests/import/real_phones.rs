//! Exports of real phones and the cut of a corpus, from the folder that RUSHLIGHT_FIXTURES names. They are not part of
//! this repository.

use super::*;

/// The folder; says loudly that nothing was tested when there is none.
fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("RUSHLIGHT_FIXTURES").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "SKIPPED {test}: set RUSHLIGHT_FIXTURES to a folder with pan12, sms, cellebrite and imessage"
        );
    }
    folder
}

/// Messages of a kind.
fn kinds(found: &[Imported], kind: Kind) -> usize {
    found.iter().flat_map(|f| &f.transcript.messages).filter(|m| m.kind == kind).count()
}

#[test]
fn a_corpus_and_its_key() {
    let Some(folder) = folder("a_corpus_and_its_key") else { return };
    let (found, counts) = file(&folder.join("pan12/toy-train.xml"));
    let counts = counts.unwrap();
    assert_eq!((found.len(), counts.messages, counts.lines, counts.accounted()), (17, 871, 871, 871));
    assert!(found.iter().all(|f| f.format == "pan12"));
    let most = found.iter().map(|f| f.transcript.speakers.len()).max();
    assert_eq!(most, Some(14));
    let names: Vec<usize> = found.iter().flat_map(|f| &f.transcript.speakers).map(|s| s.name.len()).collect();
    assert!(names.iter().all(|n| *n == 32));
    let (found, result) = file(&folder.join("pan12/toy-train-predators.txt"));
    assert!(found.is_empty() && matches!(result, Err(ImportError::UnknownFormat { .. })));
}

#[test]
fn a_backup_of_sms() {
    let Some(folder) = folder("a_backup_of_sms") else { return };
    let (found, counts) = file(&folder.join("sms/backup.xml"));
    let counts = counts.unwrap();
    assert_eq!((counts.messages, counts.lines, counts.warnings.len()), (15, 15, 0));
    let sizes: Vec<usize> = found.iter().map(|f| f.transcript.messages.len()).collect();
    assert_eq!(sizes, [3, 4, 6, 1, 1]);
    assert_eq!((kinds(&found, Kind::Message), kinds(&found, Kind::Media)), (14, 1));
    let people = |at: usize| found[at].transcript.speakers.iter().map(|s| s.role).collect::<Vec<_>>();
    assert_eq!(people(1), [Role::Me, Role::Unknown]);
    assert_eq!(found[4].transcript.speakers.len(), 1);
}

#[test]
fn a_report_of_a_phone() {
    let Some(folder) = folder("a_report_of_a_phone") else { return };
    let (found, counts) = file(&folder.join("cellebrite/report.xml"));
    let counts = counts.unwrap();
    assert_eq!((counts.messages, counts.lines, counts.accounted()), (57, 57, 57));
    assert_eq!(kinds(&found, Kind::Media), 11);
    // 7535, 7106 and two foreign numbers have no name; one message went to five people at once.
    assert_eq!(found.len(), 13);
    let entries: usize = found.iter().map(|f| f.transcript.messages.len()).sum();
    assert_eq!(entries, 57 + 4);
}

#[test]
fn two_databases_of_a_mac() {
    let Some(folder) = folder("two_databases_of_a_mac") else { return };
    for (name, who) in [("chat.db", "testemail@gmail.com"), ("chat_osx11.db", "test@gmail.com")] {
        let (found, counts) = file(&folder.join("imessage").join(name));
        let counts = counts.unwrap();
        assert_eq!((counts.lines, counts.messages, counts.system, found.len()), (23, 22, 1, 1));
        let chat = &found[0].transcript;
        let names: Vec<&str> = chat.speakers.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, [who, "Me"]);
        assert!(chat.messages.iter().all(|m| !m.text.is_blank()));
        assert_eq!(chat.messages[0].time.unwrap().to_string().get(..10), Some("2023-11-05"));
    }
}
