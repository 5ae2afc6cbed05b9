//! What exports made of records have in common: times in a field, file names in an address, and the end of a walk.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::chat::{Chat, When};
use super::sink::Sink;
use super::times;
use crate::import::error::ImportError;
use crate::import::warning::WarningKind;
use crate::transcript::Time;

/// The time in `field`; one that cannot be read is told.
pub fn when(chat: &mut Chat, field: &str, line: u64) -> When {
    checked(chat, times::read(field), line)
}

/// The time in `field`, which is of UTC where it names no zone.
pub fn utc(chat: &mut Chat, field: &str, line: u64) -> When {
    let plain = field.trim().trim_end_matches("UTC").trim_end();
    let read = match times::read(plain) {
        Some(When::Known(Time::Local(time))) => {
            TimeZone::UTC.to_timestamp(time).ok().map(|t| When::Known(Time::Instant(t)))
        }
        other => other,
    };
    checked(chat, read, line)
}

fn checked(chat: &mut Chat, read: Option<When>, line: u64) -> When {
    read.unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    })
}

/// Seconds since 1970 with decimals, kept to the microsecond: Slack's `1714586520.000200`.
pub fn seconds(field: &str) -> Option<When> {
    let (whole, decimals) = field.split_once('.').unwrap_or((field, ""));
    let micros: String = decimals.chars().chain("000000".chars()).take(6).collect();
    let (whole, micros) = (whole.parse::<i64>().ok()?, micros.parse::<i32>().ok()?);
    Timestamp::new(whole, micros.checked_mul(1000)?).ok().map(|t| When::Known(Time::Instant(t)))
}

/// The last part of an address or a path, without a query.
pub fn linked_file(address: &str) -> &str {
    let path = address.trim().split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The string under the first of `keys` that has one with something in it.
pub fn first_of<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter().find_map(|k| value.get(k)?.as_str().filter(|s| !s.trim().is_empty()))
}

/// The elements of the array under `key`; none where there is no array.
pub fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Hand on the conversation in which a walk ended, with a doubt at the line where it was `cut` off, if it was.
pub fn close(chat: Option<Chat>, cut: Option<u64>, sink: &mut Sink<'_>) {
    match (chat, cut) {
        (Some(mut chat), cut) => {
            cut.into_iter().for_each(|line| chat.doubt(WarningKind::CutOff, line));
            let _ = sink.emit(chat);
        }
        (None, Some(line)) => sink.doubt(WarningKind::CutOff, line),
        (None, None) => {}
    }
}

/// Where an input is cut off by how its reading, which got to `line`, ended.
pub fn cut<T>(result: &Result<T, ImportError>, line: u64) -> Option<u64> {
    result.as_ref().err().map(|error| error.line_or(line))
}

/// Hand on the only conversation of an input, of `count` records, in order of time; `result` is how the reading ended.
pub fn close_only(mut chat: Chat, count: u64, result: &Result<(), ImportError>, sink: &mut Sink<'_>) {
    sink.count_lines(count);
    chat.close(result, count);
    if count == 0 {
        chat.doubt(WarningKind::EmptyConversation, 0);
    }
    chat.sort_by_time();
    let _ = sink.emit(chat);
}

/// Read no further when the caller has had enough.
pub fn flow(sink: &Sink<'_>) -> Result<crate::import::Flow, ImportError> {
    Ok(if sink.is_stopped() { crate::import::Flow::Break(()) } else { crate::import::Flow::Continue(()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_microseconds_and_their_zone() {
        let shown = |when: When| match when {
            When::Known(time) => time.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(shown(seconds("1714586520.000200").unwrap()), "2024-05-01T18:02:00.0002Z");
        assert_eq!((seconds("soon"), seconds("1.x"), seconds("99999999999999999")), (None, None, None));
        let mut chat = Chat::new("c", &crate::import::Limits::default());
        for text in ["2024-05-01 18:02:11 UTC", "2024-05-01 18:02:11", "2024-05-01 18:02:11.000+00:00"] {
            assert_eq!(shown(utc(&mut chat, text, 1)), "2024-05-01T18:02:11Z", "{text}");
        }
    }

    #[test]
    fn file_names_of_addresses() {
        assert_eq!(linked_file("https://cdn.example/a/b/cat.png?ex=1&is=2"), "cat.png");
        assert_eq!((linked_file("cat.png"), linked_file(""), linked_file("///")), ("cat.png", "", ""));
    }
}
