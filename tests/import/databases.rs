//! Databases of other programs than iMessage, built here table by table.

use rusqlite::Connection;

use super::archives::zipped;
use super::*;

fn built(sql: &str) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let database = Connection::open(&path).unwrap();
    database.execute_batch(sql).unwrap();
    drop(database);
    fs::read(&path).unwrap()
}

/// Each conversation: its format, its id and its messages.
fn told(name: &str, sql: &str) -> Vec<(&'static str, String, Vec<String>)> {
    let (found, counts) = bytes(name, &built(sql)[..], &Options::default());
    let counts = counts.unwrap();
    assert_eq!(counts.lines, counts.accounted());
    let line = |chat: &Imported, m: &rushlight::transcript::Message| {
        let who = m.speaker.map_or("*", |s| chat.transcript.speakers[s].name.as_str());
        let time = m.time.map_or_else(String::new, |t| t.to_string());
        format!("{time} {:?} {who}: {}", m.kind, m.text.reveal())
    };
    let lines = |chat: &Imported| chat.transcript.messages.iter().map(|m| line(chat, m)).collect();
    found.iter().map(|chat| (chat.format, chat.transcript.id.clone(), lines(chat))).collect()
}

const ANDROID: &str = "
    CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
    CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
    CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, sender_jid_row_id INTEGER, timestamp INTEGER,
        message_type INTEGER, text_data TEXT);
    CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, file_path TEXT, media_caption TEXT);
    INSERT INTO jid VALUES (1, '15550100', 's.whatsapp.net', '15550100@s.whatsapp.net'), (2, '15550101', 's.whatsapp.net', '15550101@s.whatsapp.net'),
        (3, '1203', 'g.us', '1203@g.us'), (4, 'status', 'broadcast', 'status@broadcast');
    INSERT INTO chat VALUES (1, 1, NULL), (2, 3, 'Choir'), (3, 4, NULL);
    INSERT INTO message VALUES (1, 1, 0, NULL, 1714586520000, 0, 'in?'), (2, 1, 1, NULL, 1714586580000, 0, 'yes'),
        (3, 2, 0, NULL, 1714586590000, 7, NULL), (4, 2, 0, 2, 1714586600000, 0, 'at 4pm'), (5, 1, 0, NULL, 1714586640000, 1, NULL),
        (6, 2, 0, 1, 1714586660000, 15, NULL), (7, 3, 0, 2, 1714586670000, 0, 'for all'), (8, 1, 1, NULL, 1714586700000, 90, NULL);
    INSERT INTO message_media VALUES (5, 'Media/WhatsApp Images/IMG1.jpg', 'the pond');
";

#[test]
fn whatsapp_on_android_of_today_and_of_before() {
    let single = [
        "2024-05-01T18:02:00Z Message +15550100: in?",
        "2024-05-01T18:03:00Z Message Me: yes",
        "2024-05-01T18:04:00Z Media +15550100: IMG1.jpg",
        "2024-05-01T18:04:00Z Message +15550100: the pond",
    ];
    let group = [
        "2024-05-01T18:03:10Z System *: something that the app noted",
        "2024-05-01T18:03:20Z Message +15550101: at 4pm",
        "2024-05-01T18:04:20Z Deleted +15550100: ",
    ];
    let with =
        |lines: &[&str], more: &[&str]| lines.iter().chain(more).map(|l| (*l).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        told("msgstore.db", ANDROID),
        [
            (
                "whatsapp-db",
                "msgstore.db#+15550100".into(),
                with(&single, &["2024-05-01T18:05:00Z System *: a call"])
            ),
            ("whatsapp-db", "msgstore.db#Choir".into(), with(&group, &[])),
        ]
    );
    let older = "CREATE TABLE chat_list (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, subject TEXT);
        INSERT INTO chat_list VALUES (1, '1203@g.us', 'Choir');
        CREATE TABLE messages (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, status INTEGER, data TEXT, timestamp INTEGER,
            media_wa_type TEXT, media_name TEXT, media_caption TEXT, remote_resource TEXT);
        INSERT INTO messages VALUES (1, '-1', 0, 0, NULL, 0, NULL, NULL, NULL, NULL), (2, '15550100@s.whatsapp.net', 0, 0, 'in?', 1714586520000, '0', NULL, NULL, NULL),
            (3, '15550100@s.whatsapp.net', 1, 5, 'yes', 1714586580000, '0', NULL, NULL, NULL),
            (4, '15550100@s.whatsapp.net', 0, 0, NULL, 1714586640000, '1', 'IMG1.jpg', 'the pond', NULL),
            (5, '1203@g.us', 1, 6, NULL, 1714586590000, '0', NULL, NULL, '15550101@s.whatsapp.net'),
            (6, '1203@g.us', 0, 0, 'at 4pm', 1714586600000, '0', NULL, NULL, '15550101@s.whatsapp.net'),
            (7, '1203@g.us', 0, 0, NULL, 1714586660000, '15', NULL, NULL, '15550100@s.whatsapp.net');";
    let found = told("old.db", older);
    assert_eq!(
        (&found[0].2, &found[1].2, found[1].1.as_str()),
        (&with(&single, &[]), &with(&group, &[]), "old.db#Choir")
    );
    let zip = zipped(&[("a/msgstore.db", &built(ANDROID))]);
    assert_eq!(bytes("x.zip", &zip[..], &Options::default()).0.len(), 2);
}

#[test]
fn whatsapp_on_the_iphone() {
    let sql = "CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID TEXT, ZPARTNERNAME TEXT);
        CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBERJID TEXT, ZCONTACTNAME TEXT);
        CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMEDIALOCALPATH TEXT, ZTITLE TEXT);
        CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZMESSAGEDATE TIMESTAMP, ZTEXT TEXT,
            ZFROMJID TEXT, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER);
        INSERT INTO ZWACHATSESSION VALUES (1, '15550100@s.whatsapp.net', 'Ida'), (2, '1203@g.us', 'Choir');
        INSERT INTO ZWAGROUPMEMBER VALUES (1, '15550101@s.whatsapp.net', 'Max');
        INSERT INTO ZWAMEDIAITEM VALUES (1, 'Media/x/IMG1.jpg', 'the pond');
        INSERT INTO ZWAMESSAGE VALUES (1, 0, 0, 736279320.0, 'in?', '15550100@s.whatsapp.net', 1, NULL, NULL),
            (2, 1, 0, 736279380.5, 'yes', NULL, 1, NULL, NULL), (3, 0, 1, 736279440, NULL, '15550100@s.whatsapp.net', 1, NULL, 1),
            (4, 0, 0, 736279400, 'at 4pm', '1203@g.us', 2, 1, NULL), (5, 0, 6, 736279390, '15550101@s.whatsapp.net', '1203@g.us', 2, NULL, NULL),
            (6, 0, 14, 736279460, NULL, '1203@g.us', 2, 1, NULL);";
    let found = told("ChatStorage.sqlite", sql);
    assert_eq!(
        found[0].2,
        [
            "2024-05-01T18:02:00Z Message Ida: in?",
            "2024-05-01T18:03:00.5Z Message Me: yes",
            "2024-05-01T18:04:00Z Media Ida: IMG1.jpg",
            "2024-05-01T18:04:00Z Message Ida: the pond",
        ]
    );
    assert_eq!(found[1].1, "ChatStorage.sqlite#Choir");
    assert_eq!(
        found[1].2,
        [
            "2024-05-01T18:03:10Z System *: something that the app noted",
            "2024-05-01T18:03:20Z Message Max: at 4pm",
            "2024-05-01T18:04:20Z Deleted Max: ",
        ]
    );
}

#[test]
fn androids_own_messages() {
    let sql = "CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, date_sent INTEGER DEFAULT 0, type INTEGER, body TEXT);
        CREATE TABLE pdu (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, msg_box INTEGER, m_type INTEGER, sub TEXT);
        CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, ct TEXT, cl TEXT, text TEXT);
        CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, address TEXT, type INTEGER);
        CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY, address TEXT);
        CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT);
        INSERT INTO canonical_addresses VALUES (1, '+15550100'), (2, '+15550101');
        INSERT INTO threads VALUES (7, '1'), (9, '1 2');
        INSERT INTO sms VALUES (1, 7, '+15550100', 1714586520000, 1714586519000, 1, 'in?'), (2, 7, '+15550100', 1714586580000, 0, 2, 'yes');
        INSERT INTO pdu VALUES (1, 9, 1714586640, 1, 132, NULL), (2, 9, 1714586700, 2, 128, NULL);
        INSERT INTO part VALUES (1, 1, 'application/smil', 's', '<smil/>'), (2, 1, 'image/jpeg', 'a.jpg', NULL), (3, 1, 'text/plain', 't', 'lunch?'),
            (4, 2, 'text/plain', 't', 'at 1');
        INSERT INTO addr VALUES (1, 1, '+15550101', 137), (2, 1, '+15550100', 151), (3, 2, 'insert-address-token', 137);";
    let found = told("mmssms.db", sql);
    assert_eq!(found[0].0, "sms-db");
    assert_eq!(
        found[0].2,
        ["2024-05-01T18:02:00Z Message +15550100: in?", "2024-05-01T18:03:00Z Message Me: yes"]
    );
    assert_eq!(
        found[1].2,
        [
            "2024-05-01T18:04:00Z Media +15550101: a.jpg",
            "2024-05-01T18:04:00Z Message +15550101: lunch?",
            "2024-05-01T18:05:00Z Message Me: at 1",
        ]
    );
}

#[test]
fn a_database_of_no_named_program() {
    let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT);
        CREATE TABLE settings (key TEXT, value TEXT);
        CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation_id INTEGER, sender_id INTEGER, body TEXT, created_at INTEGER);
        INSERT INTO users VALUES (5, 'ida'), (6, 'max');
        INSERT INTO settings VALUES ('a', 'b');
        INSERT INTO messages VALUES (1, 3, 5, 'in?', 1714586520), (2, 3, 6, 'yes', 1714586580), (3, 4, 6, 'and?', 1714586590);";
    let found = told("app.db", sql);
    assert_eq!((found.len(), found[0].0), (2, "sqlite"));
    assert_eq!(
        found[0].2,
        ["2024-05-01T18:02:00Z Message ida: in?", "2024-05-01T18:03:00Z Message max: yes"]
    );
}

#[test]
fn damaged_databases_are_survived() {
    let whole = built(ANDROID);
    for at in (16..whole.len()).step_by(131) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let (_, result) = bytes("d", &damaged[..], &Options::default());
        if let Ok(counts) = result {
            assert_eq!(counts.lines, counts.accounted());
        }
    }
}
