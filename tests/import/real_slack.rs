//! Exports of real Slack teams, from the folder that RUSHLIGHT_FIXTURES names. They are not part of this repository.

use super::*;

#[test]
fn real_slack_exports_are_read() {
    let Some(folder) = std::env::var_os("RUSHLIGHT_FIXTURES").map(PathBuf::from) else {
        return eprintln!(
            "SKIPPED real_slack_exports_are_read: set RUSHLIGHT_FIXTURES to a folder with slack/small.zip"
        );
    };
    for (zip, chats, messages, system) in [("small", 3, 4, 1), ("testarchive", 2, 147, 11)] {
        let (found, counts) = file(&folder.join(format!("slack/{zip}.zip")));
        let counts = counts.unwrap();
        assert!(found.iter().all(|f| f.format == "slack"), "{zip}");
        assert_eq!((found.len(), counts.messages, counts.system), (chats, messages, system), "{zip}");
        assert_eq!((counts.lines, counts.warned), (counts.accounted(), 0), "{zip}");
        let timed = found.iter().flat_map(|f| &f.transcript.messages).all(|m| m.time.is_some());
        let told: Vec<String> = found.iter().flat_map(|f| &f.warnings).map(|w| w.to_string()).collect();
        assert!(timed && told.iter().all(|w| !w.contains("of the export missing")), "{zip}: {told:?}");
    }
}
