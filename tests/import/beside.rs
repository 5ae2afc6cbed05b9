//! Messages in one archive with a table of their people.

use super::archives::zipped;
use super::*;

const RECORDS: &str = r#"{"event":"chat.message","ts":1714586520000,"data":{"message":{"id":"m1","conversation_id":"ch_9","sender":{"type":"user","id":70011},"content":{"raw":"wanna be my duo?","filtered":"wanna be my ###?"}}}}
{"event":"user.typing","ts":1714586521000,"data":{"conversation_id":"ch_9","user_id":70012}}
{"event":"chat.message","ts":1714586580000,"data":{"message":{"id":"m2","conversation_id":"ch_9","sender":{"type":"user","id":70012},"content":{"raw":"ok","filtered":"ok"}}}}
"#;

fn read(entries: &[(&str, &str)]) -> Vec<String> {
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let (found, counts) = bytes("x.zip", &zipped(&entries)[..], &Options::default());
    let counts = counts.unwrap();
    assert_eq!(counts.lines, counts.accounted());
    let line = |chat: &Imported, m: &rushlight::transcript::Message| {
        format!("{}: {}", chat.transcript.speakers[m.speaker.unwrap()].name, m.text.reveal())
    };
    found.iter().flat_map(|chat| chat.transcript.messages.iter().map(|m| line(chat, m))).collect()
}

#[test]
fn names_from_a_table_for_records_that_have_numbers() {
    let expected = ["xX_Drago: wanna be my duo?", "luna: ok"];
    let table = "user_id,username,created\n70011,xX_Drago,2019-02-01\n70012,luna,2024-01-05\n";
    let lines = "{\"user_id\":70011,\"username\":\"xX_Drago\"}\n{\"user_id\":70012,\"username\":\"luna\"}\n";
    let list = "{\"users\":[{\"user_id\":70011,\"username\":\"xX_Drago\"},{\"user_id\":70012,\"username\":\"luna\"}]}";
    for (name, people) in [("users.csv", table), ("users.jsonl", lines), ("users.json", list)] {
        let entries =
            [("messages.jsonl", RECORDS), (name, people), ("README.txt", "Times are UTC milliseconds.\n")];
        assert_eq!(read(&entries), expected, "{name}");
    }
    let flat = "{\"conversation_id\":\"c\",\"sender_id\":70011,\"ts\":1714586520,\"body\":\"wanna be my duo?\"}\n\
                {\"conversation_id\":\"c\",\"sender_id\":70012,\"ts\":1714586580,\"body\":\"ok\"}\n";
    assert_eq!(read(&[("chat_messages.jsonl", flat), ("users.csv", table)]), expected);
}

#[test]
fn a_table_of_people_alone_does_not_stop_an_archive() {
    let table = "user_id,username\n70011,xX_Drago\n70012,luna\n";
    let found = read(&[("export.jsonl", RECORDS), ("users.csv", table)]);
    assert_eq!(found, ["70011: wanna be my duo?", "70012: ok"]);
}
