//! Lines that stand between messages of a retyped or printed talk: the day, a ruled line, `next day`.

use jiff::{Span, civil};

use super::{calendar, mail, moments};
use crate::import::chats::chat::When;
use crate::import::chats::times::of_offset;
use crate::import::syntax::cursor;
use crate::import::time::dates::{Date, DateOrder, Stamp};
use crate::import::time::months;
use crate::import::time::named::Named;
use crate::transcript::Time;

/// Signs that rule lines are drawn with.
pub const SIGNS: [char; 8] = ['-', '=', '_', '—', '–', '#', '~', '*'];

/// What stands between messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// The day that it says, as far as it says one.
    pub day: Option<Day>,
    /// How many days later than those above it says that those below are.
    later: Option<i16>,
    /// Whether nothing but its place tells it from words: it has no signs around it.
    pub bare: bool,
}

/// A day that holds for the times below it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    date: Option<Dated>,
    name: Option<Named>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Dated {
    /// In numbers.
    Written(Date),
    /// For certain.
    Known(civil::Date),
}

impl Dated {
    /// So many days later.
    fn after(self, days: i16) -> Option<Self> {
        match self {
            Self::Written(date) => Some(Self::Written(date.after(days))),
            Self::Known(date) => date.checked_add(Span::new().days(days)).ok().map(Self::Known),
        }
    }
}

impl Day {
    /// A date in numbers.
    pub fn written(date: Date) -> Self {
        Self { date: Some(Dated::Written(date)), name: None }
    }

    /// A date for certain.
    pub fn known(date: civil::Date) -> Self {
        Self { date: Some(Dated::Known(date)), name: None }
    }

    /// A day of which only the name is told.
    pub fn named(name: Named) -> Self {
        Self { date: None, name: Some(name) }
    }

    /// The day that `when` says, if it says one.
    pub fn said(when: When) -> Option<Self> {
        match when {
            When::Known(Time::Local(moment)) => Some(Self::known(moment.date())),
            When::Written(stamp) => stamp.date.map(Self::written).or_else(|| stamp.named.map(Self::named)),
            _ => None,
        }
    }

    /// Whether it is told by its date.
    pub fn has_date(self) -> bool {
        self.date.is_some()
    }

    /// Whether it is `other` or comes within half a year after it, as far as that can be told.
    pub fn follows(self, other: Self) -> Option<bool> {
        let date = |day: Self| match day.date? {
            Dated::Known(date) => Some(date),
            Dated::Written(date) if !date.needs_order() => date.resolve(DateOrder::DayFirst),
            Dated::Written(_) => None,
        };
        let (date, other) = (date(self)?.day_of_year(), date(other)?.day_of_year());
        Some((0..=183).contains(&(date - other).rem_euclid(366)))
    }

    /// `when` on this day, if it says none of its own.
    pub fn of(self, when: When) -> When {
        let stamp = match when {
            When::Written(stamp) => stamp,
            When::Known(Time::Clock(clock)) => Stamp::of(clock),
            _ => return when,
        };
        if stamp.date.is_some() {
            return when;
        }
        let on = |date| When::Written(Stamp { date: Some(date), ..stamp });
        match self.date {
            Some(Dated::Written(date)) if date.is_yearless() => {
                When::Written(Stamp { date: Some(date), named: None, ..stamp })
            }
            Some(Dated::Written(date)) => on(date),
            // What the name beside the time says must fit it.
            Some(Dated::Known(date)) if stamp.named.is_some() => on(Date::of(date)),
            Some(Dated::Known(date)) => When::Known(of_offset(date.to_datetime(stamp.clock), stamp.offset)),
            None => When::Written(Stamp { named: stamp.named.or(self.name), ..stamp }),
        }
    }

    /// This day below the one `before` it: `Saturday` under `Friday, 8 March` is the next.
    fn below(self, before: Option<Self>) -> Self {
        let names = (before.and_then(|day| day.name), self.name);
        let (Some(Named::Weekday(from)), Some(Named::Weekday(to))) = names else { return self };
        let date = before.and_then(|day| day.date).filter(|_| self.date.is_none() && from != to);
        let days = i16::from((to - from).rem_euclid(7));
        Self { date: date.and_then(|date| date.after(days)).or(self.date), ..self }
    }
}

impl Between {
    /// Whether it says a date with its year.
    pub fn is_dated(self) -> bool {
        self.day.is_some_and(|day| matches!(day.date, Some(Dated::Known(_))))
    }

    /// The day that holds below it, where the one `before` it is known.
    pub fn day_below(self, before: Option<Day>) -> Option<Day> {
        match self.later {
            Some(days) => Some(Day { date: Some(before?.date?.after(days)?), name: None }),
            None => self.day.map(|day| day.below(before)),
        }
    }
}

/// The day that `line` says, which is known to part messages, where the one `before` it is known.
pub fn parting(line: &str, before: Option<Day>) -> Option<Day> {
    let named = || calendar::named(line).map(|name| Day::named(name).below(before));
    between(line).and_then(|between| between.day_below(before)).or_else(named)
}

/// `Exported on 12 March 2024`, `Kopiert am 12.03.2024 um 18:03`: when a text was copied.
pub fn copied(line: &str) -> When {
    const SIGNS: &str = "export|copied|saved|downloaded|printed|screenshot|kopiert|gespeichert|gedruckt|heruntergeladen|copié|enregistré|imprimé|copiad|guardad|descargad|impres|salv|copiat|scaricat|stampat|gekopieerd|opgeslagen|skopiowan|zapisan|скопир|сохран|экспорт|выгру|скопій|збереж|kopyaland|kaydedil|導出|导出|保存|저장";
    let lower = line.to_lowercase();
    match SIGNS.split('|').any(|sign| lower.contains(sign)) {
        true => dated(line),
        false => When::Unknown,
    }
}

/// The day, with its year, that a short `line` says somewhere.
fn dated(line: &str) -> When {
    const MOST: usize = 14;
    let year = line
        .split(|c: char| !c.is_ascii_digit())
        .any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")));
    let moments = [line.to_owned(), format!("{line} 00:00")];
    let found = moments.iter().map(|l| mail::moment(l)).find(|when| *when != When::Unknown);
    found.filter(|_| year && line.split_whitespace().count() <= MOST).unwrap_or(When::Unknown)
}

/// What `line` says if it stands between messages.
pub fn between(line: &str) -> Option<Between> {
    let line = line.trim();
    let words =
        line.trim_matches(|c: char| SIGNS.contains(&c) || matches!(c, '(' | ')' | '[' | ']' | ':' | ' '));
    let bare = words == line.trim_end_matches(':');
    let nothing = Between { day: None, later: None, bare };
    if words.is_empty() {
        let rule = line.chars().count() >= 3 && line.chars().all(|c| SIGNS[..7].contains(&c) || c == ' ');
        return rule.then_some(Between { bare: false, ..nothing });
    }
    if let Some(day) = day(words) {
        return Some(Between { day, ..nothing });
    }
    if let Some(days) = later(words) {
        return Some(Between { later: Some(days).filter(|days| *days >= 0), ..nothing });
    }
    let runs = |end: &str| end.chars().take_while(|c| SIGNS.contains(c)).count();
    let back: String = line.chars().rev().collect();
    // Two stars on each side make letters bold.
    let least = if line.starts_with('*') { 3 } else { 2 };
    let framed = runs(line) >= least && runs(&back) >= least && words.split_whitespace().count() <= 6;
    framed.then_some(Between { bare: false, ..nothing })
}

/// `hier`, `вчера`: the same of a day near this one where days stand in small letters.
pub fn near(line: &str) -> Option<Between> {
    let name = calendar::named(line)?;
    Some(Between { day: Some(Day::named(name)), later: None, bare: true })
}

/// `Chat started on 2024-03-13 06:03 PM (UTC)`, `Conversation began: 13 March 2024`, `Datum: 13.03.2024`: the day on which a
/// talk began, as the head of a transcript says.
pub fn beginning(line: &str) -> Option<Day> {
    const SIGNS: &str = "start|began|begin|begun|transcript|date|created|opened|datum|gestartet|begonnen|verlauf|fecha|iniciad|inicio|début|commenc|inizi|data|gestart|begonnen|rozpocz|начал|дата|başla|tarih|開始|开始|日期|시작|날짜|mulai|bắt đầu|ngày";
    const TALKS: &str = "chat|convers|gespräch|unterhaltung|discussion|rozmow|переписк|чат|диалог";
    let lower = line.to_lowercase();
    let has = |signs: &str| signs.split('|').any(|sign| lower.contains(sign));
    // When a talk was copied is another day.
    let heads = || has(TALKS) && copied(line) == When::Unknown;
    Day::said(dated(line)).filter(|_| has(SIGNS) || heads())
}

/// `2024-03-13`, `5th of March`, `Wed 6.3.`, `Tuesday`: nothing but a day, and which, if it has a year or a name.
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
    let first = words.split([' ', ',']).next().and_then(calendar::named);
    let day = match moments::whole(&text) {
        None => day_abroad(words)?,
        Some(when) => Day::said(when),
    };
    Some(day.map(|day| Day { name: first.or(day.name), ..day }))
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
    let named = || calendar::named(words).map(Day::named);
    let whole = calendar::is_weekday(&small) || calendar::is_near_day(&small) || is_in_signs(words);
    (of_month.is_some() || whole).then(|| {
        let known = months::anywhere(&format!("{words} 00:00")).map(|moment| Day::known(moment.date()));
        let yearless = || of_month.and_then(|(month, day)| Date::of_month(month, day)).map(Day::written);
        known.or_else(yearless).or_else(named)
    })
}

/// `2024년 3월 5일 화요일`, `2024年3月5日（火）`: whether `words` are a day with signs for year, month and day.
fn is_in_signs(words: &str) -> bool {
    let sign = |c: char| c.is_ascii_digit() || matches!(c, '年' | '月' | '日' | '년' | '월' | '일');
    let weekday = |w: &str| calendar::is_weekday(w) || w.chars().count() == 1;
    let mut parts = words.split([' ', '(', ')', '（', '）']).filter(|w| !w.is_empty());
    let dated = words.contains(['年', '년']) && words.contains(['日', '일']);
    let tight = |w: &str| {
        w.trim_start_matches(sign).chars().count() > 1 && calendar::is_weekday(w.trim_start_matches(sign))
    };
    dated && parts.all(|w| w.chars().all(sign) || weekday(w) || tight(w))
}

/// `next day`, `2 days later`, `the same evening`: how many days later that is; less than none where that is not told.
fn later(words: &str) -> Option<i16> {
    const UNTOLD: i16 = -1;
    let words = words.to_lowercase();
    (words.split_whitespace().count() <= 4).then_some(())?;
    if let Some(span) = words.strip_suffix(" later") {
        let (count, unit) = span.split_once(' ').unwrap_or((span, ""));
        let number = match count {
            "a" | "an" | "one" | "the" => Some(1),
            count if count.starts_with(|c: char| c.is_ascii_digit()) => count.parse().ok(),
            "some" => None,
            _ => return None,
        };
        let days = match unit {
            "day" | "days" => 1,
            "week" | "weeks" => 7,
            _ => return Some(UNTOLD),
        };
        return Some(number.map_or(UNTOLD, |number: i16| number.saturating_mul(days).clamp(0, 1000)));
    }
    let day = words.strip_prefix("the ").unwrap_or(&words);
    let (days, day) =
        [("next ", 1), ("same ", 0)].iter().find_map(|(w, days)| Some((*days, day.strip_prefix(w)?)))?;
    match day {
        "day" | "morning" | "afternoon" | "evening" | "night" => Some(days),
        "week" | "month" => Some(UNTOLD),
        _ => None,
    }
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
            "2024년 3월 5일 화요일",
            "2024年3月5日 星期二",
            "2024年3月5日（火）",
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
            "## Chat — 2024-03-13",
            "Chat gestartet am 13. März 2024 um 18:03",
            "对话开始时间：2024年3月13日 18:03",
        ] {
            let found = match beginning(line) {
                Some(Day { date: Some(Dated::Written(date)), .. }) => {
                    date.resolve(super::super::super::DateOrder::DayFirst)
                }
                Some(Day { date: Some(Dated::Known(date)), .. }) => Some(date),
                _ => None,
            };
            assert_eq!(found, Some(day), "{line}");
        }
        for line in [
            "Chat copied 2024-03-13",
            "we start at 8",
            "Chat with Ana",
            "born 13 March 2024 in Ulm",
            "it started in 2024",
        ] {
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
        let known = When::Known(Time::parse("16:02").unwrap());
        let day = between("5 March 2024").and_then(|b| b.day).unwrap();
        assert_eq!(day.of(known), When::Known(time.unwrap()));
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
