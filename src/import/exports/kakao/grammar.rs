//! How KakaoTalk's lines begin.

use jiff::civil;

use super::words;
use crate::import::chats::chat::When;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates::{self, DateOrder, Shape, Stamp};
use crate::import::time::months;
use crate::transcript::Time;

/// A line of the desktop's export: `[name] [오후 4:01] text`.
pub struct Bracketed<'l> {
    /// Who wrote it.
    pub name: &'l str,
    /// The time of day.
    pub clock: civil::Time,
    /// What.
    pub text: &'l str,
}

impl<'l> Bracketed<'l> {
    /// Read `line`. A name may hold brackets, so the first thing in brackets that is a time ends it.
    pub fn read(line: &'l str) -> Option<Self> {
        let inner = line.trim_start_matches(crate::import::syntax::cursor::is_mark).strip_prefix('[')?;
        inner.match_indices("] [").find_map(|(at, sign)| {
            let name = &inner[..at];
            let mut time = Cursor::new(&inner[at + sign.len()..]);
            let clock = dates::clock(&mut time)?;
            let text = time.eat(']').then(|| time.rest())?;
            let text = text.strip_prefix(' ').unwrap_or(text);
            (!name.trim().is_empty()).then_some(Self { name, clock, text })
        })
    }
}

/// How a file writes its times: all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With the month in words.
    Words,
    /// In numbers.
    Numbers(Shape),
}

/// A line of a phone's export: `2024년 3월 4일 오후 4:01, name : text`.
pub struct Stamped<'l> {
    /// When.
    pub when: When,
    /// How that is written.
    pub style: Style,
    /// Who wrote what, if anybody did.
    pub said: Option<(&'l str, &'l str)>,
    /// All that stands behind the time; nothing behind a time that is a heading.
    pub rest: &'l str,
}

impl<'l> Stamped<'l> {
    /// The day, where its numbers leave nothing open.
    pub fn day(&self) -> Option<civil::Date> {
        match self.when {
            When::Known(Time::Local(moment)) => Some(moment.date()),
            When::Written(stamp) => stamp.date.filter(|d| !d.needs_order())?.resolve(DateOrder::YearFirst),
            _ => None,
        }
    }

    /// Read `line`.
    pub fn read(line: &'l str) -> Option<Self> {
        let mut at = Cursor::new(line);
        let (when, style) = match months::stamp(&mut at) {
            Some(time) => (When::Known(Time::Local(time)), Style::Words),
            None => {
                let stamp = Stamp::full(&mut at).filter(|stamp| stamp.shape.is_date_first())?;
                (When::Written(stamp), Style::Numbers(stamp.shape))
            }
        };
        if at.rest().trim().is_empty() {
            return Some(Self { when, style, said: None, rest: "" });
        }
        let colon = at.eat(':');
        ((colon || at.eat(',')) && at.spaces() > 0).then_some(())?;
        let rest = at.rest();
        if colon {
            // What iPhones write of people who come and go.
            words::event(rest.trim())?;
            return Some(Self { when, style, said: None, rest });
        }
        let said =
            rest.split_once(" : ").or_else(|| rest.trim_end().strip_suffix(" :").map(|name| (name, "")));
        Some(Self { when, style, said: said.filter(|(name, _)| !name.trim().is_empty()), rest })
    }
}

/// The day of a rule: `--------------- 2024년 3월 4일 월요일 ---------------`.
pub fn rule(line: &str) -> Option<civil::Date> {
    const SIGNS: &str = "-----";
    let line = line.trim();
    let inner = line.strip_prefix(SIGNS)?.strip_suffix(SIGNS)?.trim_matches(['-', ' ']);
    day(inner)
}

/// The day of a line that is a date, with the day of the week, and nothing else.
pub fn day_alone(line: &str) -> Option<civil::Date> {
    day(line).filter(|_| line.contains(char::is_alphabetic))
}

/// `2024년 3월 4일 월요일`, `2024年3月4日 月曜日`, `Monday, March 4, 2024`.
fn day(text: &str) -> Option<civil::Date> {
    let mut at = Cursor::new(text);
    if let Some(date) = months::date(&mut at) {
        return at.rest().trim().is_empty().then_some(date);
    }
    let (year, 4) = at.number(4)? else { return None };
    let month = part(&mut at, &['년', '年', '.', '-', '/'])?;
    let day = part(&mut at, &['월', '月', '.', '-', '/'])?;
    let _ = ['일', '日', '.'].into_iter().any(|sign| at.eat(sign));
    let weekday = at.rest().trim();
    (weekday.chars().count() <= 12 && weekday.chars().all(char::is_alphabetic)).then_some(())?;
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The number behind one of `signs`.
fn part(at: &mut Cursor<'_>, signs: &[char]) -> Option<u32> {
    signs.iter().any(|sign| at.eat(*sign)).then_some(())?;
    at.spaces();
    at.number(2).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_days() {
        let expected = civil::Date::new(2024, 3, 4).unwrap();
        for text in ["2024년 3월 4일 월요일", "2024年3月4日 月曜日", "Monday, March 4, 2024"] {
            assert_eq!(rule(&format!("--------------- {text} ---------------")), Some(expected), "{text}");
            assert_eq!(day_alone(text), Some(expected));
        }
        for text in ["2024-03-04 and more", "----- see you -----", "4 3 2024", "-------------------"] {
            assert_eq!((rule(text), day(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn lines_that_begin_otherwise() {
        for text in ["[Ida] hi", "[Ida] [soon] hi", "[] [4:01 PM] hi", "Ida : hi", "2024년 3월 4일, Ida : hi"]
        {
            assert!(Bracketed::read(text).is_none() && Stamped::read(text).is_none(), "{text}");
        }
    }
}
