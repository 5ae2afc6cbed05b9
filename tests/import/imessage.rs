//! Databases of iMessage, built here table by table as systems of several ages have them.

use rushlight::transcript::Message;
use rusqlite::Connection;

use super::archives::zipped;
use super::*;

const TABLES: &str = "
    CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT);
    CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, display_name TEXT);
    CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, PRIMARY KEY (chat_id, message_id));
    CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
    CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, filename TEXT, transfer_name TEXT);
    CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
    CREATE TABLE message (ROWID INTEGER PRIMARY KEY, text TEXT, attributedBody BLOB, date INTEGER,
        is_from_me INTEGER DEFAULT 0, handle_id INTEGER DEFAULT 0, associated_message_type INTEGER DEFAULT 0,
        item_type INTEGER DEFAULT 0, group_title TEXT, group_action_type INTEGER DEFAULT 0,
        date_edited INTEGER DEFAULT 0, date_retracted INTEGER DEFAULT 0, message_summary_info BLOB);
    INSERT INTO handle VALUES (1, '+15555550100', 'iMessage'), (2, 'ida@example.org', 'iMessage');
    INSERT INTO chat VALUES (1, 'iMessage;-;+15555550100', NULL), (2, 'iMessage;+;chat7', 'Choir'), (3, 'none', NULL);
    INSERT INTO chat_handle_join VALUES (1, 1), (2, 1), (2, 2);
";

/// Words as newer systems keep them.
fn archived(words: &str) -> Vec<u8> {
    let head = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+";
    let length = u16::try_from(words.len()).unwrap().to_le_bytes();
    [&head[..], &[0x81], &length[..], words.as_bytes(), b"\x86\x84"].concat()
}

fn built(path: &Path, sql: &str) -> Connection {
    let database = Connection::open(path).unwrap();
    database.execute_batch(sql).unwrap();
    database
}

fn filled(path: &Path) -> Connection {
    let database = built(path, TABLES);
    database
        .execute_batch(
            "INSERT INTO message (ROWID, text, date, handle_id) VALUES (1, 'good morning', 700000000000000000, 1);
             INSERT INTO message (ROWID, date, is_from_me) VALUES (2, 700000060000000000, 1);
             INSERT INTO message (ROWID, text, date, handle_id) VALUES (3, '\u{fffc}the pond', 700000120000000000, 1);
             INSERT INTO message (ROWID, text, date, handle_id, associated_message_type)
                VALUES (4, 'Liked it', 700000130000000000, 1, 2001);
             INSERT INTO message (ROWID, date, handle_id, date_edited, message_summary_info)
                VALUES (5, 700000140000000000, 1, 700000150000000000, x'62706c697374303052727010');
             INSERT INTO message (ROWID, text, date, handle_id) VALUES (6, 'older', 300000000, 2);
             INSERT INTO message (ROWID, date, handle_id, item_type, group_title)
                VALUES (7, 700000160000000000, 2, 2, 'Choir');
             INSERT INTO message (ROWID, text, date, handle_id) VALUES (8, 'in no chat', 700000170000000000, 2);
             INSERT INTO message (ROWID, date, handle_id, attributedBody) VALUES (9, 700000180000000000, 1, x'0401');
             INSERT INTO attachment VALUES (1, '~/Library/x/IMG_1.HEIC', 'pond.heic');
             INSERT INTO attachment VALUES (2, '~/Library/x/IMG_2.HEIC', NULL);
             INSERT INTO message_attachment_join VALUES (3, 1), (3, 2);
             INSERT INTO chat_message_join VALUES (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 6), (2, 7), (1, 9);",
        )
        .unwrap();
    let words = "\u{fffc}hello 🙂 ".to_owned() + &"and on ".repeat(30);
    database.execute("UPDATE message SET attributedBody = ?1 WHERE ROWID = 2", [archived(&words)]).unwrap();
    database
}

fn line(chat: &Imported, message: &Message) -> String {
    let name = message.speaker.map_or("*", |s| chat.transcript.speakers[s].name.as_str());
    let text: String = message.text.reveal().chars().take(12).collect();
    format!("{:?} {name}: {text}", message.kind)
}

fn lines(chat: &Imported) -> Vec<String> {
    chat.transcript.messages.iter().map(|m| line(chat, m)).collect()
}

#[test]
fn a_database_of_today() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("50% #1.bin");
    drop(filled(&path));
    let (found, counts) = file(&path);
    let counts = counts.unwrap();
    assert_eq!((counts.lines, counts.accounted(), counts.system, counts.warned), (9, 9, 2, 1));
    let ends: Vec<&str> = found.iter().map(|f| f.transcript.id.rsplit_once("bin#").unwrap().1).collect();
    assert_eq!(ends, ["iMessage;-;+15555550100", "iMessage;+;chat7", "no chat, ida@example.org"]);
    assert_eq!(
        lines(&found[0]),
        [
            "Message +15555550100: good morning",
            "Media Me: ",
            "Message Me: hello 🙂 and ",
            "Media +15555550100: pond.heic",
            "Media +15555550100: IMG_2.HEIC",
            "Message +15555550100: the pond",
            "System *: +15555550100",
            "Deleted +15555550100: ",
        ]
    );
    assert_eq!(lines(&found[1]), ["Message ida@example.org: older", "System *: ida@example."]);
    let times: Vec<String> =
        [&found[0], &found[1]].iter().map(|f| f.transcript.messages[0].time.unwrap().to_string()).collect();
    assert_eq!(times, ["2023-03-08T20:26:40Z", "2010-07-05T05:20:00Z"]);
    assert_eq!(found[0].transcript.speakers[1].role, Role::Me);
    // The same from a pipe and from a zip.
    let held = fs::read(&path).unwrap();
    let piped = bytes(path.to_str().unwrap(), &held[..], &Options::default());
    assert_eq!(piped.0, found);
    let zip = zipped(&[("Messages/chat.db", &held)]);
    assert_eq!(bytes("x.zip", &zip[..], &Options::default()).0.len(), 3);
    let options = Options { me: Some("Mara".into()), ..Options::default() };
    let (found, _) = bytes("x", &held[..], &options);
    assert_eq!(found[0].transcript.speakers[1].name, "Mara");
}

#[test]
fn a_database_in_use_is_read_with_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chat.db");
    let database = built(&path, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;");
    database.execute_batch(TABLES).unwrap();
    database
        .execute_batch("INSERT INTO message (text, date, handle_id) VALUES ('hi', 1, 1), ('hey', 2, 1);")
        .unwrap();
    let (found, counts) = file(&path);
    assert_eq!((found.len(), counts.unwrap().messages), (1, 2));
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    // Its header asks for a log, which what is held cannot have.
    let held = fs::read(&path).unwrap();
    assert_eq!(bytes("x", &held[..], &Options::default()).1.unwrap().messages, 2);
}

#[test]
fn databases_of_long_ago() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sms.db");
    drop(built(
        &path,
        "CREATE TABLE message (ROWID INTEGER PRIMARY KEY, address TEXT, date INTEGER, text TEXT, flags INTEGER);
         INSERT INTO message VALUES (1, '+1 555', 1262304000, 'hi', 2), (2, '+1 555', 1262304060, 'hey', 3),
            (3, 'Ida''s', 1262304060, 'yes', 2), (4, NULL, NULL, 'who', 2);",
    ));
    let (found, counts) = file(&path);
    let counts = counts.unwrap();
    assert_eq!((counts.lines, counts.accounted(), found.len()), (4, 4, 3));
    let all: Vec<String> = found.iter().flat_map(lines).collect();
    assert_eq!(all, ["Message +1 555: hi", "Message Me: hey", "Message Ida's: yes", "Message unknown: who"]);
    assert_eq!(found[0].transcript.messages[0].time.unwrap().to_string(), "2010-01-01T00:00:00Z");
}

#[test]
fn what_is_no_database_of_messages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    drop(built(&path, "CREATE TABLE cheese (name TEXT); INSERT INTO cheese VALUES ('zyzzyva');"));
    let error = file(&path).1.unwrap_err();
    assert!(
        matches!(error, ImportError::Binary { what: "a database of a kind not read here", .. }),
        "{error}"
    );
    let path = dir.path().join("chat.db");
    drop(filled(&path));
    let whole = fs::read(&path).unwrap();
    for end in [20, 100, 1000, 4096, whole.len() / 2, whole.len() - 4096] {
        let (_, result) = bytes("cut.db", &whole[..end], &Options::default());
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("cut.db") && error.contains(';'), "{error}");
    }
    for at in (16..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let (_, result) = bytes("d", &damaged[..], &Options::default());
        if let Ok(counts) = result {
            assert_eq!(counts.lines, counts.accounted());
        }
    }
}
