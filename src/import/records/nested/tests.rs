//! Nested JSON as platforms write it.

use crate::import::{Flow, Imported, Options, read_text};

fn import(text: &str) -> Vec<Imported> {
    let mut found = Vec::new();
    let counts = read_text("t", text.as_bytes(), &Options::default(), &mut |imported| {
        found.push(imported);
        Flow::Continue(())
    });
    let counts = counts.unwrap();
    assert_eq!(counts.lines, counts.accounted(), "{text}");
    found
}

/// Each message as `name: words`, notices with a star.
fn said(imported: &Imported) -> Vec<String> {
    let chat = &imported.transcript;
    let name = |speaker: Option<usize>| speaker.map_or("*", |s| chat.speakers[s].name.as_str());
    chat.messages.iter().map(|m| format!("{}: {}", name(m.speaker), m.text.reveal())).collect()
}

#[test]
fn records_in_envelopes_and_lists() {
    for text in [
        r#"{"event":"chat.message","ts":1710266462000,"user":{"id":1,"username":"Tom"},"payload":{"text":"in?"}}
{"event":"chat.message","ts":1710266562000,"user":{"id":2,"username":"Ria"},"payload":{"text":"yes"}}"#,
        r#"{"hits":{"total":2,"hits":[{"_source":{"@timestamp":"2024-03-05T18:00:00Z","message":"in?","user":{"name":"Tom"}}},
            {"_source":{"@timestamp":"2024-03-05T18:01:00Z","message":"yes","user":{"name":"Ria"}}}]}}"#,
        r#"[{"author":{"nick":"Tom"},"content":"in?","createdAt":{"$date":{"$numberLong":"1720807262000"}}},
            {"author":{"nick":"Ria"},"content":"yes","createdAt":{"$date":{"$numberLong":"1720807362000"}}}]"#,
        r#"{"documents":[{"name":"p/1","fields":{"text":{"stringValue":"in?"},"displayName":{"stringValue":"Tom"}},"createTime":"2024-03-04T18:01:02Z"},
            {"name":"p/2","fields":{"text":{"stringValue":"yes"},"displayName":{"stringValue":"Ria"}},"createTime":"2024-03-04T18:02:02Z"}]}"#,
        r#"{"comments":[{"author_id":1,"body":"in?","created_at":"2025-03-12T18:01:02Z"},{"author_id":2,"body":"yes","created_at":"2025-03-12T18:02:02Z"}],
            "users":[{"id":1,"name":"Tom"},{"id":2,"name":"Ria"}]}"#,
        r#"{"messages":{"-NrA01":{"senderId":"kJ3nfA8","text":"in?","timestamp":1709402462000},"-NrA02":{"senderId":"Qx9pLm2","text":"yes","timestamp":1709402562000}},
            "users":{"kJ3nfA8":{"name":"Tom"},"Qx9pLm2":{"name":"Ria"}}}"#,
    ] {
        let found = import(text);
        assert_eq!((found.len(), found[0].format), (1, "json-nested"), "{text}");
        assert_eq!(said(&found[0]), ["Tom: in?", "Ria: yes"], "{text}");
        assert!(found[0].transcript.messages.iter().all(|m| m.time.is_some()), "{text}");
    }
}

#[test]
fn conversations_are_told_apart_by_what_stands_around_them() {
    let found = import(
        r#"{"channels":[{"channel":{"id":"a"},"messages":[{"user":{"name":"Tom"},"text":"in?"},{"user":{"name":"Ria"},"text":"yes"}]},
            {"channel":{"id":"b"},"messages":[{"user":{"name":"Tom"},"text":"hi"},{"user":{"name":"Cy"},"text":"hello"}]}]}"#,
    );
    let ids: Vec<&str> = found.iter().map(|f| f.transcript.id.as_str()).collect();
    assert_eq!(ids, ["t#a", "t#b"]);
    let found = import(
        r#"[{"from":{"name":"Tom"},"to":{"name":"Ria"},"text":"in?"},{"from":{"name":"Ria"},"to":{"name":"Tom"},"text":"yes"},
            {"from":{"name":"Cy"},"to":{"name":"Tom"},"text":"hi"},{"from":{"name":"Tom"},"to":{"name":"Cy"},"text":"hello"}]"#,
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn the_first_message_may_stand_around_the_others() {
    let found = import(
        r#"{"id":"7","created_at":1739383262,"source":{"body":"<p>in?</p>","author":{"name":"Tom"}},
            "parts":{"parts":[{"part_type":"comment","body":"<p>yes</p>","created_at":1739383362,"author":{"name":"Ria"}}]}}"#,
    );
    assert_eq!(said(&found[0]), ["Tom: in?", "Ria: yes"]);
}

#[test]
fn what_happens_is_nobodys_words() {
    let found = import(
        r#"{"type":"message","username":"Tom","text":"in?","timestamp":1718820062000}
{"type":"typing","username":"Ria","timestamp":1718820063000}
{"type":"join","username":"Cy","text":"Cy joined","timestamp":1718820064000}
{"type":"message","username":"Ria","text":"yes","timestamp":1718820065000}"#,
    );
    assert_eq!(said(&found[0]), ["Tom: in?", "*: Cy joined", "Ria: yes"]);
    assert_eq!(found[0].warnings.iter().filter(|w| w.kind.id() == "unknown-record").count(), 1);
}

#[test]
fn a_broken_line_costs_itself_and_a_broken_end_what_follows() {
    let line = |name: &str, text: &str| format!(r#"{{"u":{{"name":"{name}"}},"p":{{"text":"{text}"}}}}"#);
    let lines =
        [line("Tom", "in?"), "{\"u\":".to_owned(), line("Ria", "yes"), String::new(), line("Tom", "ok")];
    assert_eq!(said(&import(&lines.join("\n"))[0]), ["Tom: in?", "Ria: yes", "Tom: ok"]);
    let cut = format!("{{\"a\":[{},{},{{\"u\":{{\"na", line("Tom", "in?"), line("Ria", "yes"));
    let mut found = Vec::new();
    let read = read_text("t", cut.as_bytes(), &Options::default(), &mut |imported| {
        found.push(imported);
        Flow::Continue(())
    });
    assert!(read.is_err());
    assert_eq!(said(&found[0]), ["Tom: in?", "Ria: yes"]);
}

#[test]
fn other_json_is_none() {
    for text in [
        r#"{"name":"x","version":"1","author":{"name":"Tom"},"description":"a text"}"#,
        r#"[{"id":1,"text":"x"},{"id":2,"text":"y"}]"#,
        r#"{"a":{"title":{"message":"Save"},"b":{"message":"Open"}}}"#,
        r#"{"users":[{"name":"Tom","id":1},{"name":"Ria","id":2}]}"#,
    ] {
        let read = read_text("t", text.as_bytes(), &Options::default(), &mut |_| Flow::Continue(()));
        assert!(read.is_err(), "{text}");
    }
}

#[test]
fn words_in_forms_and_in_pieces() {
    for text in [
        r#"{"id":1,"author":{"id":5,"name":"Tom"},"content":{"raw":"in?","html":"<p>in?</p>"},"ts":1714586520}
{"id":2,"author":{"id":6,"name":"Ria"},"content":{"raw":"yes","html":"<p>yes</p>"},"ts":1714586580}"#,
        r#"{"messages":[{"sender":"Tom","sent":"2024-05-01T18:02:00Z","content":[{"type":"text","text":"in?"}]},
            {"sender":"Ria","sent":"2024-05-01T18:03:00Z","content":[{"type":"text","text":"yes"}]}]}"#,
        r#"{"messages":[{"author":{"role":"Tom"},"create_time":1714586520,"content":{"content_type":"text","parts":["in?"]}},
            {"author":{"role":"Ria"},"create_time":1714586580,"content":{"content_type":"text","parts":["yes"]}}]}"#,
        r#"[{"from":{"name":"Tom"},"body":{"contentType":"html","content":"in<b>?</b>"},"createdDateTime":"2024-05-01T18:02:00Z"},
            {"from":{"name":"Ria"},"body":{"contentType":"html","content":"<attachment id=\"1\"></attachment>\n<p>yes</p>"},"createdDateTime":"2024-05-01T18:03:00Z",
            "attachments":[{"id":"1","contentType":"messageReference","name":null}]}]"#,
    ] {
        let found = import(text);
        assert_eq!((found.len(), found[0].format), (1, "json-nested"), "{text}");
        assert_eq!(said(&found[0]), ["Tom: in?", "Ria: yes"], "{text}");
    }
    let joined = r#"{"messages":[{"sender":"Tom","text":["see ",{"type":"link","text":"this"}," now"],"time":"2024-05-01T18:02:00Z"},
        {"sender":"Ria","text":[{"text":"one"},{"text":"two"}],"time":"2024-05-01T18:03:00Z"}]}"#;
    assert_eq!(said(&import(joined)[0]), ["Tom: see this now", "Ria: one\ntwo"]);
}

#[test]
fn talks_with_a_program_one_a_line_are_all_read() {
    let text = "{\"messages\":[{\"role\":\"user\",\"content\":\"in?\"},{\"role\":\"helper\",\"content\":\"yes\"}]}\n\
                {\"messages\":[{\"role\":\"user\",\"content\":\"and?\"},{\"role\":\"helper\",\"content\":\"no\"}]}\n";
    let found = import(text);
    assert_eq!(
        found.iter().flat_map(said).collect::<Vec<_>>(),
        ["user: in?", "helper: yes", "user: and?", "helper: no"]
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn pictures_and_what_was_deleted_are_told_apart() {
    let text = r#"[{"from":{"name":"Tom"},"body":{"contentType":"html","content":"<p>in?</p>"},"createdDateTime":"2024-05-01T18:02:00Z","deletedDateTime":null},
        {"from":{"name":"Ria"},"body":{"contentType":"html","content":"<p>yes</p>"},"createdDateTime":"2024-05-01T18:03:00Z"},
        {"from":{"name":"Tom"},"body":{"contentType":"html","content":"<p><img alt=\"image\" src=\"x\"></p>"},"createdDateTime":"2024-05-01T18:04:00Z"},
        {"from":{"name":"Ria"},"body":{"contentType":"html","content":""},"createdDateTime":"2024-05-01T18:05:00Z","deletedDateTime":"2024-05-01T18:06:00Z"},
        {"from":{"name":"Ria"},"body":{"contentType":"text","content":""},"has_media":true,"createdDateTime":"2024-05-01T18:07:00Z"}]"#;
    let found = import(text);
    let kinds: Vec<_> = found[0].transcript.messages.iter().map(|m| m.kind).collect();
    use crate::transcript::Kind::{Deleted, Media, Message};
    assert_eq!(kinds, [Message, Message, Media, Deleted, Media]);
}
