//! Lines that stand between messages of a retyped or printed talk: the day, a ruled line, `next day`.

use super::{calendar, mail, moments};
use crate::import::chats::chat::When;
use crate::import::syntax::cursor;
use crate::import::time::dates::{Date, DateOrder};
use crate::import::time::months;
use crate::transcript::Time;

/// Signs that rule lines are drawn with.
pub const SIGNS: [char; 8] = ['-', '=', '_', '—', '–', '#', '~', '*'];

/// What stands between messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// The day that it says, as far as it says one.
    pub day: Option<Day>,
    /// Whether nothing but its place tells it from words: it has no signs around it.
    pub bare: bool,
}

/// A day that holds for the times below it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Day {
    /// In numbers.
    Written(Date),
    /// For certain.
    Known(jiff::civil::Date),
}

impl Day {
    /// `when` on this day, if it says none of its own.
    pub fn of(self, when: When) -> When {
        match (self, when) {
            (Self::Written(date), When::Written(stamp)) if stamp.date.is_none() => {
                When::Written(crate::import::time::dates::Stamp { date: Some(date), ..stamp })
            }
            (Self::Known(date), When::Written(stamp)) if stamp.date.is_none() => {
                When::Known(Time::Local(date.to_datetime(stamp.clock)))
            }
            _ => when,
        }
    }

    /// Whether it is `other` or comes within half a year after it, as far as that can be told.
    pub fn follows(self, other: Self) -> Option<bool> {
        let date = |day| match day {
            Self::Known(date) => Some(date),
            Self::Written(date) if !date.needs_order() => date.resolve(DateOrder::DayFirst),
            Self::Written(_) => None,
        };
        let (date, other) = (date(self)?.day_of_year(), date(other)?.day_of_year());
        Some((0..=183).contains(&(date - other).rem_euclid(366)))
    }
}

/// What `line` says if it stands between messages.
pub fn between(line: &str) -> Option<Between> {
    let line = line.trim();
    let words =
        line.trim_matches(|c: char| SIGNS.contains(&c) || matches!(c, '(' | ')' | '[' | ']' | ':' | ' '));
    let bare = words == line.trim_end_matches(':');
    if words.is_empty() {
        let rule = line.chars().count() >= 3 && line.chars().all(|c| SIGNS[..7].contains(&c) || c == ' ');
        return rule.then_some(Between { day: None, bare: false });
    }
    if let Some(day) = day(words) {
        return Some(Between { day, bare });
    }
    let runs = |end: &str| end.chars().take_while(|c| SIGNS.contains(c)).count();
    let back: String = line.chars().rev().collect();
    // Two stars on each side make letters bold.
    let least = if line.starts_with('*') { 3 } else { 2 };
    let framed = runs(line) >= least && runs(&back) >= least && words.split_whitespace().count() <= 6;
    (framed || is_later(words)).then_some(Between { day: None, bare: bare && !framed })
}

/// `Chat started on 2024-03-13 06:03 PM (UTC)`, `Conversation began: 13 March 2024`, `Datum: 13.03.2024`: the day on which a
/// talk began, as the head of a transcript says.
pub fn beginning(line: &str) -> Option<Day> {
    const SIGNS: &str = "start|began|begin|begun|transcript|date|created|opened|datum|gestartet|begonnen|verlauf|fecha|iniciad|inicio|début|commenc|inizi|data|gestart|begonnen|rozpocz|начал|дата|başla|tarih|開始|开始|日期|시작|날짜|mulai|bắt đầu|ngày";
    const MOST: usize = 14;
    let lower = line.to_lowercase();
    let told = SIGNS.split('|').any(|sign| lower.contains(sign));
    let year = line
        .split(|c: char| !c.is_ascii_digit())
        .any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")));
    (told && year && line.split_whitespace().count() <= MOST).then_some(())?;
    match [line.to_owned(), format!("{line} 00:00")]
        .iter()
        .map(|l| mail::moment(l))
        .find(|w| *w != When::Unknown)?
    {
        When::Written(stamp) => stamp.date.map(Day::Written),
        When::Known(Time::Local(moment)) => Some(Day::Known(moment.date())),
        _ => None,
    }
}

/// `2024-03-13`, `5th of March`, `Wed 6.3.`, `Tuesday`: nothing but a day, and which, if it has a year.
fn day(words: &str) -> Option<Option<Day>> {
    let longest = words.chars().count() <= 40 && !words.contains(':');
    let lone = words.split_whitespace().count() == 1 && words.chars().all(char::is_alphabetic);
    let numbers = words.chars().filter(|c| cursor::digit(*c).is_some()).count();
    let parts = words.split(['.', '/', '-']).filter(|p| !p.is_empty()).count();
    // `12.30` is a time as well, and `so` a day of the week in German.
    let certain = if lone {
        words.chars().count() >= 5 || is_short_near_day(words)
    } else {
        words.contains(char::is_alphabetic) || parts > 2
    };
    (longest && certain && (lone || numbers > 0)).then_some(())?;
    let text = format!("{} 00:00", words.replace(" of ", " ").replace(" · ", " "));
    match moments::whole(&text) {
        None => day_abroad(words),
        Some(When::Written(stamp)) => Some(stamp.date.map(Day::Written)),
        Some(When::Known(Time::Local(moment))) => Some(Some(Day::Known(moment.date()))),
        Some(_) => Some(None),
    }
}

/// `HOY`, `Oggi`: a near day of few letters with a capital. Small letters are words, and `Hier` is one in German.
fn is_short_near_day(word: &str) -> bool {
    let loud = !word.contains(char::is_lowercase);
    let small = word.to_lowercase();
    word.starts_with(char::is_uppercase) && (loud || small != "hier") && calendar::is_near_day(&small)
}

/// `Vendredi 15 mars 2024`, `14. März`, `3月15日`, `jueves`: the same in other languages.
fn day_abroad(words: &str) -> Option<Option<Day>> {
    let of_month = calendar::day_of_month(words);
    let small = words.to_lowercase().replace('\'', "’");
    (of_month.is_some() || calendar::is_weekday(&small) || calendar::is_near_day(&small)).then(|| {
        let whole = months::anywhere(&format!("{words} 00:00")).map(|moment| Day::Known(moment.date()));
        whole.or_else(|| of_month.and_then(|(month, day)| Date::of_month(month, day)).map(Day::Written))
    })
}

/// `next day`, `2 days later`, `the same evening`.
fn is_later(words: &str) -> bool {
    let words = words.to_lowercase();
    let count = words.split_whitespace().count();
    let later = words.ends_with(" later")
        && ["a ", "an ", "one ", "the ", "some "].iter().any(|w| words.starts_with(w));
    let counted = words.ends_with(" later") && words.starts_with(|c: char| c.is_ascii_digit());
    let day = words.strip_prefix("the ").unwrap_or(&words);
    let day = ["next ", "same "].iter().find_map(|w| day.strip_prefix(w));
    let day = day.is_some_and(|d| {
        matches!(d, "day" | "morning" | "afternoon" | "evening" | "night" | "week" | "month")
    });
    count <= 4 && (later || counted || day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_and_what_does_not() {
        for line in [
            "Tuesday 5 March",
            "2024-03-13",
            "5th of March",
            "*Wednesday*",
            "next day",
            "--- screenshot 2 ---",
            "Wed 6.3.",
            "05.03.2024:",
            "(a day later)",
            "-----",
            "=== Monday ===",
            "Tuesday 5 March 2024",
            "Vendredi 15 mars 2024",
            "Donnerstag",
            "14. März 2024",
            "jueves 14 de marzo de 2024",
            "14 марта 2024 г., четверг",
            "14 mart 2024 perşembe",
            "15 марта",
            "samedi 15 mars",
            "sábado, 15 de marzo",
            "Zaterdag 15 maart",
            "3月15日",
            "3月15日 星期六",
            "3월 15일 토요일",
            "сегодня",
            "HOY",
        ] {
            assert!(between(line).is_some(), "{line}");
        }
        for line in [
            "12.30",
            "so",
            "May",
            "...",
            "later",
            "see you later",
            "5",
            "ok - fine",
            "***",
            "**no**",
            "10:30",
            "mars 2024",
            "le 15 mars 2024 on part",
            "15 марта в 9",
            "3月15日見",
            "15 eggs",
            "hier",
            "Hier",
            "hoy",
        ] {
            assert_eq!(between(line), None, "{line}");
        }
        assert!(between("Tuesday").unwrap().bare && !between("--- 2 ---").unwrap().bare);
    }

    #[test]
    fn days_on_which_a_talk_began() {
        let day = jiff::civil::date(2024, 3, 13);
        for line in [
            "Chat started on 2024-03-13 06:03 PM (UTC)",
            "Chat Started: 13 March 2024, 18:03",
            "Chat transcript, March 13, 2024",
            "Datum: 13.03.2024",
            "Chat gestartet am 13. März 2024 um 18:03",
            "对话开始时间：2024年3月13日 18:03",
        ] {
            let found = match beginning(line) {
                Some(Day::Written(date)) => date.resolve(super::super::super::DateOrder::DayFirst),
                Some(Day::Known(date)) => Some(date),
                None => None,
            };
            assert_eq!(found, Some(day), "{line}");
        }
        for line in ["we start at 8", "Chat with Ana", "born 13 March 2024 in Ulm", "it started in 2024"] {
            assert_eq!(beginning(line), None, "{line}");
        }
    }

    #[test]
    fn days_are_given_to_times() {
        let clock = moments::whole("16:02").unwrap();
        let on = |line| match between(line).and_then(|b| b.day).map(|d| d.of(clock)) {
            Some(When::Known(time)) => Some(time),
            Some(When::Written(stamp)) => {
                stamp.local(super::super::super::DateOrder::DayFirst).map(Time::Local)
            }
            _ => None,
        };
        let time = Time::parse("2024-03-05T16:02");
        assert_eq!((on("2024-03-05"), on("5 March 2024"), on("Tuesday 5 March 2024")), (time, time, time));
        for line in ["Mardi 5 mars 2024", "5. März 2024", "5 de marzo de 2024", "5 марта 2024 г."] {
            assert_eq!(on(line), time, "{line}");
        }
        assert_eq!(on("Tuesday"), None);
        let yearless = Time::parse("2000-03-15T16:02");
        for line in
            ["March 15", "15 марта", "15. März", "samedi 15 mars", "15 de marzo", "3月15日(土)", "١٥ مارس"]
        {
            assert_eq!(on(line), yearless, "{line}");
        }
    }

    #[test]
    fn days_in_their_order() {
        let follows = |day, other| between(day)?.day?.follows(between(other)?.day?);
        assert_eq!(follows("15 марта", "14 марта"), Some(true));
        assert_eq!(follows("2 января", "30 декабря"), Some(true));
        assert_eq!(
            (follows("14 марта", "15 марта"), follows("15 марта", "15 марта")),
            (Some(false), Some(true))
        );
        assert_eq!(follows("вторник", "14 марта"), None);
    }
}
