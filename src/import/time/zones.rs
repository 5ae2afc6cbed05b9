//! The zone behind a time: `18:22 UTC`, `18:22 (GMT+2)`, `18:22:07 +0200`.

use jiff::tz::Offset;

use crate::import::syntax::cursor::Cursor;

/// Zones by their short names. What they are ahead of UTC hangs on who says so, so that the time stays as it is on the wall.
const SHORT: [&str; 19] = [
    "CEST", "CET", "MESZ", "MEZ", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "BST", "IST",
    "JST", "AEST", "AEDT", "MSK", "EET",
];

/// How far what is written at `at` is ahead of UTC; `at` moves behind it, and behind a zone of which that is not known. Only
/// where the time stands `alone` numbers by themselves are one: else they may be of a phone.
pub fn read(at: &mut Cursor<'_>, alone: bool) -> Option<Offset> {
    let mut ahead = *at;
    ahead.spaces();
    let bracket = ahead.eat('(');
    let mut named = ahead;
    let utc = ["UTC", "GMT"].iter().any(|name| named.word(name));
    if utc {
        ahead = named;
    }
    let offset = match shift(&mut ahead) {
        Some(offset) if utc || alone => Some(offset),
        Some(_) => return None,
        None if utc => Some(Offset::UTC),
        None => {
            let capital = ahead.peek().is_some_and(char::is_uppercase);
            (capital && SHORT.iter().any(|name| ahead.word(name))).then_some(())?;
            None
        }
    };
    // Before a colon stands a name.
    let behind = |c: char| !c.is_alphanumeric() && (alone || c != ':');
    let ends = if bracket { ahead.eat(')') } else { ahead.peek().is_none_or(behind) };
    if ends {
        *at = ahead;
    }
    offset.filter(|_| ends)
}

/// The same behind a time that was read from `start` to `at`, which may have ended in a `Z`. Numbers right behind a time, or with a
/// dash behind them, are a zone wherever it stands.
pub fn behind(start: &Cursor<'_>, at: &mut Cursor<'_>, alone: bool) -> Option<Offset> {
    if let Some(utc) = zulu(start, at) {
        return Some(utc);
    }
    let written = &start.rest()[..start.rest().len() - at.rest().len()];
    let tight = match at.peek() {
        Some('+') => true,
        // `9:00-10:30` is a span.
        Some('-') => written.contains('T'),
        _ => false,
    };
    let mut ahead = *at;
    match shift(&mut ahead).filter(|_| ahead.peek().is_none_or(|c| !c.is_alphanumeric())) {
        Some(offset) if tight || is_before_dash(ahead) => {
            *at = ahead;
            Some(offset)
        }
        _ => read(at, alone),
    }
}

/// UTC, where a time that was read from `start` to `at` ends in a `Z`.
pub fn zulu(start: &Cursor<'_>, at: &Cursor<'_>) -> Option<Offset> {
    start.rest()[..start.rest().len() - at.rest().len()].ends_with('Z').then_some(Offset::UTC)
}

/// Whether a dash between spaces follows, as before a name.
fn is_before_dash(mut at: Cursor<'_>) -> bool {
    at.spaces() > 0 && at.eat('-') && at.spaces() > 0
}

/// `+2`, `+02:00`, `-0530`; `at` moves behind it.
pub fn shift(at: &mut Cursor<'_>) -> Option<Offset> {
    let mut ahead = *at;
    ahead.spaces();
    let sign = if ahead.eat('+') { 1 } else { ahead.eat('-').then_some(-1)? };
    let (number, digits) = ahead.number(4)?;
    let (hours, minutes) = match digits {
        4 => (number / 100, number % 100),
        1 | 2 => {
            let mut minutes = ahead;
            let found =
                minutes.eat(':').then(|| minutes.number(2)).flatten().filter(|(_, digits)| *digits == 2);
            if found.is_some() {
                ahead = minutes;
            }
            (number, found.map_or(0, |(minutes, _)| minutes))
        }
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(())?;
    *at = ahead;
    Offset::from_seconds(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?).ok()
}

/// The zone that `line` above a talk says its times are of: `All times are in UTC`, `Zeitzone: GMT+2`.
pub fn of_all(line: &str) -> Option<Offset> {
    const MOST: usize = 14;
    const SIGNS: &str = "time|start|began|zeit|uhr|heure|fuseau|hora|huso|fuso|orari|tijd|czas|stref|врем|час|пояс|saat|tid|時|时|시간";
    let lower = line.to_lowercase();
    let told = SIGNS.split('|').any(|sign| lower.contains(sign)) && line.split_whitespace().count() <= MOST;
    let at = ["UTC", "GMT"].iter().find_map(|name| line.find(name)).filter(|_| told)?;
    let apart = line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    read(&mut Cursor::new(line[at..].trim_end_matches(['.', ')'])), true).filter(|_| apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_behind_times() {
        let seconds = |text: &str, alone| {
            let mut at = Cursor::new(text);
            let offset = read(&mut at, alone).map(Offset::seconds);
            (offset, at.rest().to_owned())
        };
        for (text, hours) in [
            ("UTC", 0.0),
            ("(UTC)", 0.0),
            ("GMT+2", 2.0),
            ("(GMT +2)", 2.0),
            ("UTC-05:30", -5.5),
            ("(UTC+02:00)", 2.0),
            ("+0200", 2.0),
            ("-03:00", -3.0),
        ] {
            assert_eq!(
                seconds(&format!(" {text}"), true),
                (Some((hours * 3600.0) as i32), String::new()),
                "{text}"
            );
        }
        assert_eq!(seconds(" CET Tom", false), (None, " Tom".to_owned()));
        for text in [" +0200", " +44 7700 900123", " Utcan", " cet", " EST: in?", " (UTC is best)", ""] {
            assert_eq!(seconds(text, false), (None, text.to_owned()), "{text}");
        }
        let behind = |text: &'static str, time: &str| {
            let start = Cursor::new(text);
            let mut at = Cursor::new(&text[time.len()..]);
            let offset = behind(&start, &mut at, false).map(Offset::seconds);
            (offset, at.rest())
        };
        assert_eq!(behind("21:07:03+01:00 Ana", "21:07:03"), (Some(3600), " Ana"));
        assert_eq!(behind("T21:07-0100 Ana", "T21:07"), (Some(-3600), " Ana"));
        assert_eq!(behind("21:07 +0100 - Ana", "21:07"), (Some(3600), " - Ana"));
        assert_eq!(behind("21:07Z Ana", "21:07Z"), (Some(0), " Ana"));
        assert_eq!(behind("9:00-10:30 Ana", "9:00"), (None, "-10:30 Ana"));
        assert_eq!(behind("9:00 +44 7700 - Ana", "9:00"), (None, " +44 7700 - Ana"));
        let all = |line| of_all(line).map(Offset::seconds);
        assert_eq!(
            (all("All times are in UTC."), all("Zeitzone: GMT+2"), all("Chat started 18:03 (UTC)")),
            (Some(0), Some(7200), Some(0))
        );
        assert_eq!((all("UTC students"), all("the time of OUTCRY")), (None, None));
    }
}
