//! `ChatStorage.sqlite` of the iPhone. Times count from 2001.

use super::{Found, Reading, Sort};
use crate::import::Sink;
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::database::{self, Database, number, real, text};

/// From 1970 to 2001, in seconds.
const EPOCH: f64 = 978_307_200.0;
/// Conversations that are nobody's: what is shown for a day to all.
const STATUS: &str = "status@broadcast";

/// Read it.
pub fn read(mut reading: Reading, database: &Database, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let result = names(&mut reading, database).and_then(|()| messages(&mut reading, database));
    reading.close(result, sink)
}

/// What chats and people are called in the owner's contacts.
fn names(reading: &mut Reading, database: &Database) -> Result<(), ImportError> {
    if database.columns("ZWACHATSESSION")?.contains("ZPARTNERNAME") {
        database.each("SELECT ZCONTACTJID, ZPARTNERNAME FROM ZWACHATSESSION", &[], |row| {
            if let (Some(address), Some(name)) = (text(row, 0), text(row, 1)) {
                if !address.ends_with("@g.us") {
                    reading.names.insert(address.clone(), name.clone());
                }
                reading.titles.insert(address, name);
            }
            Ok(true)
        })?;
    }
    let members = database.columns("ZWAGROUPMEMBER")?;
    if members.contains("ZMEMBERJID") && members.contains("ZCONTACTNAME") {
        database.each("SELECT ZMEMBERJID, ZCONTACTNAME FROM ZWAGROUPMEMBER", &[], |row| {
            if let (Some(address), Some(name)) = (text(row, 0), text(row, 1)) {
                reading.names.entry(address).or_insert(name);
            }
            Ok(true)
        })?;
    }
    Ok(())
}

fn messages(reading: &mut Reading, database: &Database) -> Result<(), ImportError> {
    let columns = database.columns("ZWAMESSAGE")?;
    let field = |c: &str| database::field(&columns, "m", c);
    let media = database.columns("ZWAMEDIAITEM")?;
    let joined = columns.contains("ZMEDIAITEM");
    let file = |c: &str| if joined { database::field(&media, "f", c) } else { "NULL".to_owned() };
    let members =
        database.columns("ZWAGROUPMEMBER")?.contains("ZMEMBERJID") && columns.contains("ZGROUPMEMBER");
    let (member, group) = match members {
        true => ("g.ZMEMBERJID", "LEFT JOIN ZWAGROUPMEMBER g ON g.Z_PK = m.ZGROUPMEMBER"),
        false => ("NULL", ""),
    };
    let item = match joined && media.contains("Z_PK") {
        true => "LEFT JOIN ZWAMEDIAITEM f ON f.Z_PK = m.ZMEDIAITEM",
        false => "",
    };
    let query = format!(
        "SELECT m.Z_PK, s.ZCONTACTJID, m.ZISFROMME, {member}, {}, m.ZMESSAGEDATE, {}, m.ZTEXT, {}, {} FROM ZWAMESSAGE m \
         LEFT JOIN ZWACHATSESSION s ON s.Z_PK = m.ZCHATSESSION {group} {item} ORDER BY m.ZMESSAGEDATE, m.Z_PK",
        field("ZFROMJID"),
        field("ZMESSAGETYPE"),
        file("ZMEDIALOCALPATH"),
        file("ZTITLE"),
    );
    database.each(&query, &[], |row| {
        let chat = text(row, 1).unwrap_or_default();
        if chat == STATUS {
            return Ok(true);
        }
        let single = |address: &String| !address.ends_with("@g.us") && !address.is_empty();
        let (words, file) = (text(row, 7).or_else(|| text(row, 9)), text(row, 8));
        let sort = match number(row, 6) {
            // What happens in a group; the words of it are codes.
            6 | 10 => Sort::Event("something that the app noted"),
            59 => Sort::Event("a call"),
            14 => Sort::Deleted,
            _ => Sort::Said,
        };
        reading.take(&Found {
            line: number(row, 0).unsigned_abs(),
            from_me: number(row, 2) == 1,
            sender: text(row, 3)
                .or_else(|| text(row, 4).filter(single))
                .or_else(|| Some(chat.clone()).filter(single)),
            when: real(row, 5)
                .and_then(|seconds| times::epoch(seconds + EPOCH))
                .map_or(When::Unknown, When::Known),
            sort,
            words: words.filter(|_| sort == Sort::Said),
            file,
            chat,
        })?;
        Ok(true)
    })
}
