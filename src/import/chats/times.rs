//! Times in fields of their own, as records and tables have them.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::chat::When;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates::Stamp;
use crate::import::time::{months, zones};
use crate::transcript::{Time, Transcript};

/// Read a field: ISO 8601, a bare time, seconds (or finer) since 1970, or a date and time as people write them.
/// `None` when it is none of these; [`When::Unknown`] when the field is empty.
pub fn read(field: &str) -> Option<When> {
    let field = field.trim();
    if field.is_empty() {
        return Some(When::Unknown);
    }
    if let Some(time) = Time::parse(field) {
        return Some(When::Known(time));
    }
    // As Kibana writes it.
    if let Some((day, clock)) = field.split_once(" @ ") {
        let clock = clock.split('.').next().unwrap_or(clock);
        return read(&format!("{day} {clock}")).filter(|when| *when != When::Unknown);
    }
    if let Some((time, offset)) = with_zone(field) {
        let when = read(time).filter(|when| *when != When::Unknown);
        // A date in numbers, whose order is open, stays as on the wall.
        let known = |when| if let When::Written(_) = when { when } else { ahead_of_utc(when, offset) };
        return when.map(known);
    }
    if let Ok(number) = field.parse::<f64>() {
        return epoch(number).map(When::Known);
    }
    if let Some(time) = with_month(field) {
        return Some(When::Known(Time::Local(time)));
    }
    if let Some(time) = months::abroad(field) {
        return Some(When::Known(Time::Local(time)));
    }
    let whole = |mut at: Cursor<'_>| {
        let stamp = Stamp::any(&mut at)?;
        at.spaces();
        at.rest().is_empty().then_some(stamp)
    };
    let bare = || whole(Cursor::new(without_weekday(field)?)).filter(|stamp| stamp.date.is_some());
    whole(Cursor::new(field)).or_else(bare).map(When::Written)
}

/// What stands behind a short word before a date: `Sa 13.01.24 21:07`.
fn without_weekday(field: &str) -> Option<&str> {
    const LONGEST: usize = 14;
    let (word, rest) = field.split_once(' ')?;
    let word = word.trim_end_matches(['.', ',']);
    let short = word.chars().count() <= LONGEST && word.chars().all(|c| c.is_alphabetic() || c == '-');
    short.then_some(rest)
}

/// A time on the wall, or the moment where its `offset` from UTC is known.
pub fn of_offset(wall: jiff::civil::DateTime, offset: Option<Offset>) -> Time {
    offset.and_then(|offset| offset.to_timestamp(wall).ok()).map_or(Time::Local(wall), Time::Instant)
}

/// `when` by clocks that are so far ahead of UTC; a moment says so itself.
pub fn ahead_of_utc(when: When, offset: Offset) -> When {
    match when {
        When::Written(stamp) => When::Written(Stamp { offset: Some(offset), ..stamp }),
        When::Known(Time::Local(moment)) => When::Known(of_offset(moment, Some(offset))),
        _ => when,
    }
}

/// The time in front of a zone that stands apart, and the zone: `2024-05-01 18:02:00 +0200`, `… UTC`, `… (UTC+2)`.
fn with_zone(field: &str) -> Option<(&str, Offset)> {
    if let Some(time) = ["UTC", "GMT"].iter().find_map(|name| field.strip_suffix(name)) {
        return Some((time, Offset::UTC));
    }
    let (time, zone) = match field.strip_suffix(')') {
        Some(open) => open.rsplit_once('(').filter(|(_, zone)| zone.starts_with("UTC"))?,
        // Fewer digits may be of a year or a day.
        None => {
            field.rsplit_once(' ').filter(|(_, zone)| zone.bytes().filter(u8::is_ascii_digit).count() == 4)?
        }
    };
    let mut at = Cursor::new(zone);
    let offset = if zone.starts_with("UTC") { zones::read(&mut at, true) } else { zones::shift(&mut at) };
    offset.filter(|_| at.rest().is_empty()).map(|offset| (time, offset))
}

/// A date with the month in words, and a time of day.
fn with_month(field: &str) -> Option<jiff::civil::DateTime> {
    let mut at = Cursor::new(field);
    months::stamp(&mut at).filter(|_| at.rest().trim().is_empty())
}

/// Take times on the wall to be of `zone`. In the hour that is there twice in autumn the first is taken, in the one that
/// is left out in spring clocks are taken to have been late.
pub fn in_zone(transcript: &mut Transcript, zone: &TimeZone) {
    for message in &mut transcript.messages {
        if let Some(Time::Local(wall)) = message.time
            && let Ok(moment) = zone.to_ambiguous_zoned_datetime(wall).compatible()
        {
            message.time = Some(Time::Instant(moment.timestamp()));
        }
    }
}

/// A number of seconds, milli-, micro- or nanoseconds since 1970, told apart by size; chats are from after 1985.
pub fn epoch(number: f64) -> Option<Time> {
    let seconds = match number {
        5e8..5e9 => number,
        5e11..5e12 => number / 1e3,
        5e14..5e15 => number / 1e6,
        5e17..5e18 => number / 1e9,
        _ => return None,
    };
    Timestamp::from_millisecond((seconds * 1e3).round() as i64).ok().map(Time::Instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let shown = |field| match read(field) {
            Some(When::Known(time)) => time.to_string(),
            Some(When::Written(_)) => "written".to_owned(),
            Some(When::Unknown) => String::new(),
            None => "none".to_owned(),
        };
        assert_eq!(shown("1714586520"), "2024-05-01T18:02:00Z");
        assert_eq!(shown("1714586520000"), "2024-05-01T18:02:00Z");
        assert_eq!(shown("2024-05-01T18:02:00+02:00"), "2024-05-01T16:02:00Z");
        assert_eq!(shown("18:02"), "18:02:00");
        assert_eq!(shown("01/05/2024 18:02"), "written");
        for field in [
            "2024-05-01 18:02:00 UTC",
            "2024-05-01 18:02:00.0 UTC",
            "2024-05-01 18:02:00 GMT",
            "2024-05-01 18:02:00 +0000 UTC",
            "2024-05-01 20:02:00 +0200",
            "Wed, 01 May 2024 18:02:00 GMT",
            "Wed, 01 May 2024 20:02:00 +0200",
            "2024-05-01 20:02 (UTC+2)",
            "2024-05-01 23:32:00 (UTC+05:30)",
            "2024-05-01 18:02 (UTC)",
            "1 May 2024 13:02 (UTC-5)",
        ] {
            assert_eq!(shown(field), "2024-05-01T18:02:00Z", "{field}");
        }
        assert_eq!(shown("May 1, 2024, 6:02 PM"), "2024-05-01T18:02:00");
        assert_eq!(shown("May 1, 2024 @ 18:02:00.000"), "2024-05-01T18:02:00");
        assert_eq!(shown("1 May 2024 18:02"), "2024-05-01T18:02:00");
        for field in ["UTC", "18:02 +44 7700 900123", "2024-05-01 18:02 +2", "2024-05-01 18:02 (UTC is best)"]
        {
            assert_eq!(shown(field), "none", "{field}");
        }
        for field in ["01/05/2024 18:02 UTC", "01/05/2024 18:02 (UTC+2)", "01/05/2024 20:02 +0200"] {
            assert_eq!(shown(field), "written", "{field}");
        }
        assert_eq!((shown(" "), shown("soon"), shown("12")), (String::new(), "none".into(), "none".into()));
    }
}
