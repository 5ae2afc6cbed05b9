//! Times in fields of their own, as records and tables have them.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::chat::When;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates::Stamp;
use crate::import::time::months;
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
    if let Some(bare) = ["UTC", "GMT"].iter().find_map(|zone| field.strip_suffix(zone)) {
        return read(bare).map(of_utc).filter(|when| *when != When::Unknown);
    }
    if let Some(time) = spaced_offset(field) {
        return Some(When::Known(time));
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
    if let Some((time, offset)) = field.strip_suffix(')').and_then(|f| f.split_once("(UTC")) {
        return Some(shifted(read(time)?, offset)).filter(|when| *when != When::Unknown);
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

/// A time that is `offset` (`+2`, `+05:30`) ahead of UTC. Where the order of the date is open it stays as on the wall.
fn shifted(when: When, offset: &str) -> When {
    let When::Known(Time::Local(time)) = when else { return when };
    let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
    let sign = if hours.starts_with('-') { '-' } else { '+' };
    let hours = hours.trim_start_matches(['+', '-']);
    Time::parse(&format!("{time}{sign}{hours:0>2}:{minutes}")).map_or(when, When::Known)
}

/// A time that is of UTC unless it says otherwise.
fn of_utc(when: When) -> When {
    match when {
        When::Known(Time::Local(time)) => {
            TimeZone::UTC.to_timestamp(time).map_or(when, |moment| When::Known(Time::Instant(moment)))
        }
        other => other,
    }
}

/// `2024-05-01 18:02:00 +0200`, with the offset apart.
fn spaced_offset(field: &str) -> Option<Time> {
    let (time, offset) = field.rsplit_once(' ')?;
    let digits = offset.strip_prefix(['+', '-'])?.replace(':', "");
    (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(())?;
    let (hours, minutes) = digits.split_at(2);
    let time = match with_month(time) {
        Some(time) => time.to_string(),
        None => time.trim_end().to_owned(),
    };
    Time::parse(&format!("{time}{}{hours}:{minutes}", &offset[..1]))
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
        ] {
            assert_eq!(shown(field), "2024-05-01T18:02:00Z", "{field}");
        }
        assert_eq!(shown("May 1, 2024, 6:02 PM"), "2024-05-01T18:02:00");
        assert_eq!(shown("May 1, 2024 @ 18:02:00.000"), "2024-05-01T18:02:00");
        assert_eq!(shown("1 May 2024 18:02"), "2024-05-01T18:02:00");
        assert_eq!(shown("UTC"), "none");
        assert_eq!((shown(" "), shown("soon"), shown("12")), (String::new(), "none".into(), "none".into()));
    }
}
