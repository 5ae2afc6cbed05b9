//! Dates and times the way phones and programs write them in front of messages, in any of their languages.
//!
//! A [`Stamp`] keeps the numbers as written: which of them is the day is decided for a whole file by
//! [`super::order`], never line by line.

mod jalali;
mod shape;
mod yearless;

use jiff::civil;
use jiff::tz::Offset;

use super::meridiem;
use super::named::Named;
use crate::import::syntax::cursor::{self, Cursor};
pub use shape::Shape;

/// Which of three numbers is what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// 31/12/2024
    DayFirst,
    /// 12/31/2024
    MonthFirst,
    /// 2024/12/31
    YearFirst,
}

/// Where a date has its year, as far as its numbers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Year {
    First,
    Last,
    /// Two digits: it may be anywhere.
    Short,
    /// Nowhere.
    None,
    /// Nowhere, while the month has its name.
    Named,
}

/// A date as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    numbers: [u32; 3],
    year: Year,
    /// How many days after the written one.
    later: i16,
}

/// A date and time, or a time alone, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The date, if there is one; with a name of the day beside it, the one that stands above.
    pub date: Option<Date>,
    /// The day, where it is told by its name.
    pub named: Option<Named>,
    /// The time of day.
    pub clock: civil::Time,
    /// How far it is ahead of UTC, where that is told.
    pub offset: Option<Offset>,
    /// How it is written.
    pub shape: Shape,
    /// Whether phones of the United States write so, and next to nobody else: `1/5/24, 9:07 AM`.
    pub american: bool,
}

impl Stamp {
    /// A time of day alone.
    pub fn of(clock: civil::Time) -> Self {
        let shape = Shape {
            time_first: true,
            separator: None,
            year: None,
            comma: false,
            seconds: false,
            meridiem: false,
        };
        Self { date: None, named: None, clock, offset: None, shape, american: false }
    }

    /// Read a date and time at `at`, in either order; `at` moves behind it.
    pub fn full(at: &mut Cursor<'_>) -> Option<Self> {
        Self::date_first(at).or_else(|| Self::time_first(at))
    }

    /// Read a date and time, or a time alone.
    pub fn any(at: &mut Cursor<'_>) -> Option<Self> {
        Self::full(at).or_else(|| {
            let (clock, seconds, meridiem) = time(at)?;
            let alone = Self::of(clock);
            Some(Self { shape: Shape { seconds, meridiem, ..alone.shape }, ..alone })
        })
    }

    fn date_first(at: &mut Cursor<'_>) -> Option<Self> {
        let mut ahead = *at;
        let (date, separator) = date(&mut ahead)?;
        let comma = between(&mut ahead)?;
        let (clock, seconds, meridiem) = time(&mut ahead)?;
        let written = &at.rest()[..at.rest().len() - ahead.rest().len()];
        *at = ahead;
        let year = Some(date.year);
        let shape = Shape { time_first: false, separator: Some(separator), year, comma, seconds, meridiem };
        let american = separator == '/' && comma && meridiem && is_american(written);
        Some(Self { date: Some(date), named: None, clock, offset: None, shape, american })
    }

    fn time_first(at: &mut Cursor<'_>) -> Option<Self> {
        let mut ahead = *at;
        let (clock, seconds, meridiem) = time(&mut ahead)?;
        let comma = between(&mut ahead)?;
        let (date, separator) = date(&mut ahead)?;
        *at = ahead;
        let year = Some(date.year);
        let shape = Shape { time_first: true, separator: Some(separator), year, comma, seconds, meridiem };
        Some(Self { date: Some(date), named: None, clock, offset: None, shape, american: false })
    }

    /// The moment, with the date read in `order`; `None` when there is no date or no such day.
    pub fn local(&self, order: DateOrder) -> Option<civil::DateTime> {
        Some(self.date?.resolve(order)?.to_datetime(self.clock))
    }
}

impl Date {
    /// The day, reading the numbers in `order`; a year of four digits overrules it.
    pub fn resolve(&self, order: DateOrder) -> Option<civil::Date> {
        self.written(order)?.checked_add(jiff::Span::new().days(self.later)).ok()
    }

    /// One that is known.
    pub fn of(date: civil::Date) -> Self {
        let number = |n: i8| u32::from(n.unsigned_abs());
        let numbers = [u32::from(date.year().unsigned_abs()), number(date.month()), number(date.day())];
        Self { numbers, year: Year::First, later: 0 }
    }

    /// So many days after this one.
    pub fn after(self, days: i16) -> Self {
        Self { later: self.later + days, ..self }
    }

    fn written(&self, order: DateOrder) -> Option<civil::Date> {
        let [a, b, c] = self.numbers;
        if self.year == Year::First && jalali::is_year(a) {
            return jalali::date(a, b, c);
        }
        let (y, m, d) = match (self.year, order) {
            (Year::First, _) | (Year::Short, DateOrder::YearFirst) => (a, b, c),
            (Year::Named, _) => (a, b, c),
            (_, DateOrder::DayFirst) => (c, b, a),
            (_, DateOrder::MonthFirst) => (c, a, b),
            (_, DateOrder::YearFirst) => return None,
        };
        day(y, m, d)
    }

    /// Whether an order has to be known to read it.
    pub fn needs_order(&self) -> bool {
        !matches!(self.year, Year::First | Year::Named)
    }
}

/// Whether a date and time has a year of two digits, no zeros in front and `AM` or `PM` in capitals. India and Australia
/// write small letters, Britain 24 hours.
fn is_american(written: &str) -> bool {
    let written = cursor::plain(written);
    let Some((date, time)) = written.split_once(", ") else { return false };
    let bare = |number: &str| number.len() <= 2 && !number.starts_with('0');
    let mut numbers = date.split('/');
    let day = numbers.by_ref().take(2).all(bare) && numbers.next().is_some_and(|year| year.len() == 2);
    day && (time.ends_with(" AM") || time.ends_with(" PM")) && time.split(':').next().is_some_and(bare)
}

/// Years as phones write them: Buddhist ones are 543 ahead; two digits are taken as 2000 to 2059, then as the Buddhist
/// 2560s to 2580s (no chat is from the 1960s), then as the 1990s.
fn common_era(year: u32) -> Option<i16> {
    let year = match year {
        0..=59 => year + 2000,
        60..=89 => year + 2500 - 543,
        90..=99 => year + 1900,
        1970..=2199 => year,
        2500..=2742 => year - 543,
        _ => return None,
    };
    i16::try_from(year).ok()
}

/// The day of these numbers, if there is such a one; years as phones write them.
pub(in crate::import) fn day(year: u32, month: u32, day: u32) -> Option<civil::Date> {
    civil::Date::new(common_era(year)?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Three numbers with separators, and what may cling to the last.
fn date(at: &mut Cursor<'_>) -> Option<(Date, char)> {
    let mut ahead = *at;
    let era = ['R', 'r', '令'].into_iter().any(|c| ahead.eat(c));
    ahead.eat('和');
    let (mut a, a_digits) = ahead.number(4)?;
    let separator = date_separator(&mut ahead)?;
    let (b, b_digits) = ahead.number(2)?;
    if date_separator(&mut ahead)? != separator {
        return None;
    }
    let (c, c_digits) = ahead.number(4)?;
    let year = match (a_digits, c_digits) {
        _ if era && a < 60 => {
            a += 2018; // Reiwa 1 is 2019.
            Year::First
        }
        (4, 1 | 2) => Year::First,
        (1 | 2, 4) => Year::Last,
        (1 | 2, 1 | 2) => Year::Short,
        _ => return None,
    };
    debug_assert!(b_digits <= 2);
    date_end(&mut ahead);
    *at = ahead;
    Some((Date { numbers: [a, b, c], year, later: 0 }, separator))
}

/// `/`, `.`, `-`, with or without a space after it, or the words for year and month; all of the latter count as `年`.
fn date_separator(at: &mut Cursor<'_>) -> Option<char> {
    let found = match at.peek()? {
        c @ ('/' | '.' | '-') => c,
        '年' | '月' | '년' | '월' => '年',
        _ => return None,
    };
    at.bump();
    at.spaces();
    Some(found)
}

/// What may follow the last number: `.`, `г.`, `日`, `BE`.
fn date_end(at: &mut Cursor<'_>) {
    let mut ahead = *at;
    ahead.spaces();
    let word = ["г.", "BE", "พ.ศ.", "日", "일", "هـ", "م.", "AD"].into_iter().any(|w| ahead.word(w));
    if word && !ahead.peek().is_some_and(char::is_alphanumeric) {
        *at = ahead;
    } else {
        at.eat('.');
    }
}

/// Comma, spaces and little words between date and time; whether there was a comma. There must be something.
fn between(at: &mut Cursor<'_>) -> Option<bool> {
    const WORDS: [&str; 16] = [
        "klo", "kl.", "kl", "at", "à", "um", "lúc", "в", "o", "ob", "alle", "alle ore", "a las", "às", "v",
        "u",
    ];
    let start = at.rest().len();
    at.spaces();
    let comma = at.eat(',');
    at.spaces();
    let worded = at.peek().is_some_and(char::is_alphabetic);
    let after_word = WORDS.iter().filter(|_| worded).find_map(|word| {
        let mut ahead = *at;
        (ahead.word(word) && ahead.spaces() > 0).then_some(ahead)
    });
    *at = after_word.unwrap_or(*at);
    // `14:56:12T`, `2024-05-01T18:02` and a bare end of date all have something; `1.2.20241:00` has nothing.
    (at.rest().len() < start || at.eat('T') || at.peek().is_some_and(char::is_alphabetic)).then_some(comma)
}

/// A time of day alone: `16:01`, `4:01:05 PM`, `오후 4:01`.
pub(in crate::import) fn clock(at: &mut Cursor<'_>) -> Option<civil::Time> {
    time(at).map(|(clock, _, _)| clock)
}

/// So many characters stand at most before the hour of a time, and one more.
const NEAR: usize = 40;

/// Hours, minutes and perhaps seconds, with the word for the half of the day before or behind; the time, whether it
/// has seconds, and whether such a word.
fn time(at: &mut Cursor<'_>) -> Option<(civil::Time, bool, bool)> {
    // Most of what is looked at is words, and no number follows.
    at.rest().chars().take(NEAR).any(char::is_numeric).then_some(())?;
    let mut ahead = *at;
    ahead.eat('T');
    let before = meridiem::read(&mut ahead);
    ahead.spaces();
    let (hour, _) = ahead.number(2)?;
    time_separator(&mut ahead).then_some(())?;
    let minute = two_digits(&mut ahead)?;
    let mut tail = ahead;
    let second =
        if time_separator(&mut tail) || minutes_word(&mut tail) { two_digits(&mut tail) } else { None };
    if second.is_some() {
        ahead = tail;
    }
    time_end(&mut ahead);
    let half = before.or_else(|| {
        let mut tail = ahead;
        tail.spaces();
        tail.eat('_');
        let word = meridiem::read(&mut tail)?;
        ahead = tail;
        Some(word)
    });
    let hour = half.map_or(hour % if hour == 24 { 24 } else { 100 }, |h| h.hour(hour));
    let clock = civil::Time::new(i8::try_from(hour).ok()?, minute, second.unwrap_or(0), 0).ok()?;
    *at = ahead;
    Some((clock, second.is_some(), half.is_some()))
}

fn time_separator(at: &mut Cursor<'_>) -> bool {
    // Some languages write `14 h 56`, `14h56` or `14時56分`.
    let mut ahead = *at;
    ahead.spaces();
    let sign = |c: &char| matches!(c, ':' | '.' | 'h' | '時' | '时' | '點' | '点' | '시' | '分' | '분');
    let found = ahead.peek().filter(sign).and_then(|_| ahead.bump()).is_some();
    ahead.spaces();
    if found {
        *at = ahead;
    }
    found
}

/// The word between minutes and seconds: `14 h 56 min 12 s`.
fn minutes_word(at: &mut Cursor<'_>) -> bool {
    at.spaces();
    at.word("min") && at.spaces() > 0
}

/// What may follow the last number: a sign, or a word for the hour that says nothing (`21:07 Uhr`, `21:07 ч.`).
fn time_end(at: &mut Cursor<'_>) {
    if at.peek().filter(|c| matches!(c, '分' | '분' | '秒' | '초' | 'Z')).is_some() {
        at.bump();
        return;
    }
    let mut ahead = *at;
    ahead.spaces();
    if !ahead.peek().is_some_and(char::is_alphabetic) {
        return;
    }
    let word = ["uhr", "ч", "hrs", "hs", "h", "น", "s"].into_iter().any(|word| ahead.word(word));
    if word && !ahead.peek().is_some_and(char::is_alphanumeric) {
        ahead.eat('.');
        *at = ahead;
    }
}

fn two_digits(at: &mut Cursor<'_>) -> Option<i8> {
    let mut ahead = *at;
    let (value, 2) = ahead.number(2)? else { return None };
    *at = ahead;
    i8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: DateOrder) -> String {
        let mut at = Cursor::new(text);
        let stamp = Stamp::full(&mut at).unwrap_or_else(|| panic!("not read: {text}"));
        assert_eq!(at.rest(), "|", "{text}");
        stamp.local(order).unwrap_or_else(|| panic!("no such day: {text}")).to_string()
    }

    #[test]
    fn day_first_of_many_languages() {
        for text in [
            "18/03/2022, 14:56|",
            "18.03.22 14:56|",
            "18-03-2022 14:56|",
            "18.03.22, 14.56|",
            "18. 3. 2022 14:56|",
            "18.3.2022 klo 14.56|",
            "18.3.2022 kl. 14.56|",
            "18/3/22, 2:56 p. m.|",
            "18/3/22 2:56\u{202f}PM|",
            "١٨\u{200f}/٣\u{200f}/٢٠٢٢، ٢:٥٦ م|",
            "18/3/2565 14:56|",
            "18/3/2565 BE 14:56|",
            "18/3/65 14:56|",
            "14:56, 18/3/22|",
            "18.3.22 г., 14:56|",
            "18/03/2022 à 14:56|",
            "१८/३/२२, २:५६ अपराह्न|",
            "18/03/2022 14 h 56|",
            "18/3/22 2.56 μ.μ.|",
            "18.03.2022. 14:56|",
            "18/3/22, 2:56_PM|",
            "18/03/22 02:56 PTG|",
            "18.3.22 г., 14:56 ч.|",
            "18.03.22, 14:56 Uhr|",
            "18.3.2022, 2:56 MD|",
            "18/03/2022 2:56 ከሰዓት|",
            "18/3/22, 2:56 ਬਾ.ਦੁ.|",
        ] {
            assert_eq!(read(text, DateOrder::DayFirst), "2022-03-18T14:56:00", "{text}");
        }
    }

    #[test]
    fn year_first_overrules_the_order() {
        for text in [
            "2022/03/18, 14:56:12|",
            "2022-03-18 14:56:12|",
            "2022. 3. 18. 오후 2:56:12|",
            "2022/3/18 下午2:56:12|",
            "R4/3/18 14:56:12|",
            "2022年3月18日 14:56:12|",
            "2022/3/18 午後2:56:12|",
            "2022-03-18T14:56:12|",
            "2022. 03. 18. 14:56:12|",
            "2022-03-18, 14 h 56 min 12 s|",
            "2022년 3월 18일 오후 2:56:12|",
            "۱۴۰۰/۱۲/۲۷،\u{200f} ۱۴:۵۶:۱۲|",
        ] {
            assert_eq!(read(text, DateOrder::DayFirst), "2022-03-18T14:56:12", "{text}");
        }
    }

    #[test]
    fn month_first_and_midnight() {
        assert_eq!(read("3/18/22, 12:05 AM|", DateOrder::MonthFirst), "2022-03-18T00:05:00");
        assert_eq!(read("3/18/22, 24:05|", DateOrder::MonthFirst), "2022-03-18T00:05:00");
        assert_eq!(read("12:05:09 PM, 3/18/22|", DateOrder::MonthFirst), "2022-03-18T12:05:09");
    }

    #[test]
    fn what_is_no_stamp() {
        for text in
            ["18/03/2022", "1.2.3", "25:61", "10:5", "18/03-2022, 10:00", "call 10:30", "18/03/20221:00", ""]
        {
            assert_eq!(Stamp::full(&mut Cursor::new(text)), None, "{text}");
        }
        let date = Stamp::full(&mut Cursor::new("13/13/2022, 10:00")).unwrap();
        assert_eq!((date.local(DateOrder::DayFirst), date.local(DateOrder::MonthFirst)), (None, None));
    }
}
