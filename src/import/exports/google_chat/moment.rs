//! The times of Google Chat, which are written out in the language of the account.

use jiff::civil;
use jiff::tz::TimeZone;

use crate::import::syntax::cursor;
use crate::import::time::months;
use crate::transcript::Time;

/// The parts of a time, as they are met.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    /// Numbers that are no year: the day, or the day and the month.
    small: Vec<i8>,
    clock: Option<(i8, i8, i8)>,
    later: Option<bool>,
    utc: bool,
}

/// Read `Wednesday, May 1, 2024 at 6:02:11 PM UTC`, `Mittwoch, 1. Mai 2024 um 18:02:11 UTC` or
/// `2024年5月1日水曜日 18:02:11 UTC`.
pub fn read(text: &str) -> Option<Time> {
    const SIGNS: [char; 8] = [' ', ',', '年', '月', '日', '년', '월', '일'];
    let text = cursor::plain(text).to_lowercase().replace("a. m.", "am").replace("p. m.", "pm");
    let mut parts = Parts::default();
    for word in text.split(SIGNS).filter(|word| !word.is_empty()) {
        parts.take(word)?;
    }
    parts.time(text.contains(['年', '년']))
}

impl Parts {
    /// Take one word into account, in small letters; `None` when it is a time of day that is none.
    fn take(&mut self, word: &str) -> Option<()> {
        let bare = word.trim_end_matches(['.', 'º', '°']);
        match bare.parse::<i16>() {
            Ok(number) if bare.len() == 4 => self.year = Some(number),
            Ok(number) => self.small.extend(i8::try_from(number)),
            Err(_) if bare.contains(':') || bare.split('.').all(is_number) => self.clock = Some(hms(bare)?),
            Err(_) if bare == "utc" => self.utc = true,
            Err(_) => match bare.replace('.', "").as_str() {
                "am" | "오전" | "午前" | "上午" => self.later = Some(false),
                "pm" | "오후" | "午後" | "下午" => self.later = Some(true),
                _ => self.month = months::in_words(bare).or(self.month),
            },
        }
        Some(())
    }

    /// The time; `year_first`: a month in numbers stands before the day.
    fn time(self, year_first: bool) -> Option<Time> {
        let (day, month) = match (&self.small[..], self.month) {
            ([day], Some(month)) => (*day, month),
            ([month, day], None) if year_first => (*day, *month),
            ([day, month], None) => (*day, *month),
            _ => return None,
        };
        let (hour, minute, second) = self.clock?;
        let hour = self.later.map_or(hour, |later| hour % 12 + if later { 12 } else { 0 });
        // Thai years are 543 ahead.
        let year = self.year.map(|year| if year > 2500 { year - 543 } else { year })?;
        let wall = civil::Date::new(year, month, day).ok()?;
        let wall = wall.to_datetime(civil::Time::new(hour, minute, second, 0).ok()?);
        if !self.utc {
            return Some(Time::Local(wall));
        }
        Some(Time::Instant(TimeZone::UTC.to_timestamp(wall).ok()?))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn hms(clock: &str) -> Option<(i8, i8, i8)> {
    let mut numbers = clock.split([':', '.']).map(|n| n.parse::<i8>().ok());
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    Some((hour, minute, numbers.next().unwrap_or(Some(0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_many_languages() {
        for text in [
            "Wednesday, May 1, 2024 at 6:02:11 PM UTC",
            "Wednesday, May 1, 2024 at 6:02:11\u{202f}PM UTC",
            "Wednesday, 1 May 2024 at 18:02:11 UTC",
            "Mittwoch, 1. Mai 2024 um 18:02:11 UTC",
            "mercredi 1 mai 2024 à 18:02:11 UTC",
            "miércoles, 1 de mayo de 2024, 18:02:11 UTC",
            "miércoles, 1 de mayo de 2024, 6:02:11 p.\u{a0}m. UTC",
            "quarta-feira, 1 de maio de 2024 às 18:02:11 UTC",
            "mercoledì 1 maggio 2024 alle ore 18:02:11 UTC",
            "woensdag 1 mei 2024 om 18:02:11 UTC",
            "2024年5月1日水曜日 18:02:11 UTC",
            "2024년 5월 1일 수요일 오후 6:02:11 UTC",
            "środa, 1 maja 2024 18:02:11 UTC",
            "среда, 1 мая 2024 г. в 18:02:11 UTC",
            "onsdag 1 maj 2024 kl. 18.02.11 UTC",
            "1 Mayıs 2024 Çarşamba 18:02:11 UTC",
            "Rabu, 1 Mei 2024 pukul 18.02.11 UTC",
            "Thứ Tư, 1 tháng 5, 2024 lúc 18:02:11 UTC",
        ] {
            assert_eq!(read(text).map(|t| t.to_string()).as_deref(), Some("2024-05-01T18:02:11Z"), "{text}");
        }
        let midnight = read("Monday, January 1, 2024 at 12:00:05 AM UTC").unwrap();
        assert_eq!(midnight.to_string(), "2024-01-01T00:00:05Z");
        for text in ["", "May 1, 2024", "Wednesday, 31 Feb 2024 at 10:00:00 UTC", "1 May 2024 at 10:x UTC"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
