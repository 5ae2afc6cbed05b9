//! Downloads of whole accounts: whose they are, and the archives they come in.

use super::archives::{tarred, zipped};
use super::*;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new("tests/fixtures/import").join(name)).unwrap()
}

/// Who made the export, conversation by conversation.
fn owners(name: &str, content: &[u8]) -> Vec<Option<String>> {
    let (found, _) = bytes(name, content, &Options::default());
    let owner =
        |i: &Imported| i.transcript.speakers.iter().find(|s| s.role == Role::Me).map(|s| s.name.clone());
    found.iter().map(owner).collect()
}

#[test]
fn the_owner_is_marked_where_the_file_tells() {
    let ida = Some("Ida \u{2067}נועה\u{2069}".to_owned());
    assert_eq!(owners("h", &fixture("hangouts.json")), [ida.clone(), ida.clone()]);
    assert_eq!(owners("e", &fixture("element.json")), [ida]);
    assert_eq!(owners("s", &fixture("skype.json")), [Some("live:ida".to_owned()), None]);
    assert_eq!(owners("g", &fixture("google_chat_alone.txt")), [None]);
}

#[test]
fn a_takeout_is_read_group_by_group() {
    let (group, messages) =
        (fixture("google_chat_group/group_info.json"), fixture("google_chat_group/messages.json"));
    let user =
        br#"{"user":{"name":"Ida","email":"ida@example.org","user_type":"Human"},"membership_info":[]}"#;
    let input = zipped(&[
        ("Takeout/Google Chat/Groups/DM a/group_info.json", &group),
        ("Takeout/Google Chat/Groups/DM a/messages.json", &messages),
        ("Takeout/Google Chat/Groups/DM b/group_info.json", b"{\"members\": ["),
        ("Takeout/Google Chat/Groups/DM b/messages.json", &messages),
        ("Takeout/Google Chat/Groups/DM c/group_info.json", &group),
        ("Takeout/Google Chat/Users/User 1/user_info.json", user),
    ]);
    let (found, counts) = bytes("t.zip", &input[..], &Options::default());
    let (ids, counts): (Vec<&str>, _) =
        (found.iter().map(|i| i.transcript.id.as_str()).collect(), counts.unwrap());
    assert_eq!(
        ids,
        ["t.zip/Takeout/Google Chat/Groups/DM a#Book club", "t.zip/Takeout/Google Chat/Groups/DM b"]
    );
    let missing = |i: &Imported| i.warnings.iter().any(|w| w.kind == WarningKind::MissingPart);
    assert_eq!((missing(&found[0]), missing(&found[1])), (false, true));
    assert_eq!((counts.lines, counts.accounted()), (16, 16));
    for alone in [&user[..], &group] {
        let error = bytes("u.json", alone, &Options::default()).1.unwrap_err();
        assert!(matches!(error, ImportError::UnknownFormat { .. }), "{error}");
    }
}

#[test]
fn a_skype_download_is_read_as_it_came() {
    let messages = fixture("skype.json");
    let input = tarred(&[("endpoints.json", b"{\"endpoints\":[]}"), ("messages.json", &messages)]);
    let (found, counts) = bytes("8_live_ida_export.tar", &input[..], &Options::default());
    assert_eq!((found.len(), found[0].format, counts.unwrap().lines), (2, "skype", 14));
}

#[test]
fn an_edit_is_heard_from_its_author_only_and_the_last_one_counts() {
    let said = |id: u8, sender: &str, body: &str, edits: Option<u8>| {
        let relation = edits.map_or(String::new(), |of| {
            format!(
                r#","m.new_content":{{"body":"{body}"}},"m.relates_to":{{"rel_type":"m.replace","event_id":"${of}"}}"#
            )
        });
        format!(
            r#"{{"type":"m.room.message","sender":"@{sender}:x.org","event_id":"${id}","origin_server_ts":17145864{id}0000,"content":{{"msgtype":"m.text","body":"{body}"{relation}}}}}"#
        )
    };
    let events = [
        said(14, "ida", "third", Some(11)),
        said(13, "max", "mine", Some(11)),
        said(12, "ida", "second", Some(11)),
        said(11, "ida", "first", None),
    ];
    let read = |events: &[String]| -> Vec<String> {
        let input = format!("{{\"chunk\":[{}]}}", events.join(","));
        let (found, counts) = bytes("c.json", input.as_bytes(), &Options::default());
        let counts = counts.unwrap();
        assert_eq!((counts.lines, counts.accounted()), (4, 4));
        found[0].transcript.messages.iter().map(|m| m.text.reveal().to_owned()).collect()
    };
    assert_eq!(read(&events), ["third", "mine"]);
    let forwards: Vec<String> = events.into_iter().rev().collect();
    assert_eq!(read(&forwards), ["third", "mine"]);
}
