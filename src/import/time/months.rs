//! Dates with the month in English words, in which nothing is left open: `Mar 4, 2024`, `4 March 2024`.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil;

use super::dates;
use crate::import::syntax::cursor::Cursor;

/// English months, from January.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Months by their whole names in other languages, from January, in small letters and as dates have them; from memory.
const ABROAD: [&str; 12] = [
    "januar january janvier enero janeiro gennaio januari stycznia января січня ocak ledna ianuarie január tammikuuta ιανουαρίου มกราคม jänner януари يناير ינואר जनवरी",
    "februar february février febrero fevereiro febbraio februari lutego февраля лютого şubat února februarie február helmikuuta φεβρουαρίου กุมภาพันธ์ pebruari февруари فبراير פברואר फ़रवरी",
    "märz march mars marzo março maart marca марта березня mart března martie március maaliskuuta μαρτίου มีนาคม maret marts март مارس מרץ मार्च",
    "april avril abril aprile kwietnia апреля квітня nisan dubna aprilie április huhtikuuta απριλίου เมษายน април أبريل אפריל अप्रैल",
    "mai may mayo maio maggio mei maj maja мая травня mayıs května május toukokuuta μαΐου พฤษภาคม май مايو מאי मई",
    "juni june juin junio junho giugno czerwca июня червня haziran června iunie június kesäkuuta ιουνίου มิถุนายน юни يونيو יוני जून",
    "juli july juillet julio julho luglio lipca июля липня temmuz července iulie július heinäkuuta ιουλίου กรกฎาคม юли يوليو יולי जुलाई",
    "august août agosto augustus augusti sierpnia августа серпня ağustos srpna augusztus elokuuta αυγούστου สิงหาคม agustus август أغسطس אוגוסט अगस्त",
    "september septembre septiembre setembro settembre września сентября вересня eylül září septembrie szeptember syyskuuta σεπτεμβρίου กันยายน септември سبتمبر ספטמבר सितंबर",
    "oktober october octobre octubre outubro ottobre października октября жовтня ekim října octombrie október lokakuuta οκτωβρίου ตุลาคม октомври أكتوبر אוקטובר अक्टूबर",
    "november novembre noviembre novembro listopada ноября листопада kasım listopadu noiembrie marraskuuta νοεμβρίου พฤศจิกายน nopember ноември نوفمبر נובמבר नवंबर",
    "dezember december décembre diciembre dezembro dicembre grudnia декабря грудня aralık prosince decembrie joulukuuta δεκεμβρίου ธันวาคม desember декември ديسمبر דצמבר दिसंबर",
];

/// The number of the month that `word`, in small letters, names: whole in one of many languages, or in English cut to three
/// letters or more.
pub fn in_words(word: &str) -> Option<i8> {
    static WHOLE: LazyLock<HashMap<&str, i8>> = LazyLock::new(|| table(&ABROAD));
    let english = || MONTHS.iter().position(|month| word.len() > 2 && month.starts_with(word));
    WHOLE.get(word).copied().or_else(|| i8::try_from(english()? + 1).ok())
}

/// The number of the month by each of the names in `lists`, from January; the first of several.
pub fn table(lists: &[&'static str; 12]) -> HashMap<&'static str, i8> {
    let mut table = HashMap::new();
    for (month, names) in (1..).zip(lists) {
        names.split(' ').for_each(|name| _ = table.entry(name).or_insert(month));
    }
    table
}

/// English days of the week, from Monday.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A date, with or without the day of the week before it.
pub fn date(at: &mut Cursor<'_>) -> Option<civil::Date> {
    let mut ahead = *at;
    if name(&mut ahead, &WEEKDAYS).is_some() {
        ahead.eat(',');
        ahead.spaces();
    }
    let (month, day) = match name(&mut ahead, &MONTHS) {
        Some(month) => {
            gap(&mut ahead)?;
            (month, number(&mut ahead)?)
        }
        None => {
            let day = number(&mut ahead)?;
            gap(&mut ahead)?;
            (name(&mut ahead, &MONTHS)?, day)
        }
    };
    gap(&mut ahead)?;
    let (year, 4) = ahead.number(4)? else { return None };
    let month = i8::try_from(month + 1).ok()?;
    let date = civil::Date::new(i16::try_from(year).ok()?, month, i8::try_from(day).ok()?).ok()?;
    *at = ahead;
    Some(date)
}

/// A date, and a time of day behind it: `Mar 4, 2024, 4:01:05 PM`, `4 Mar 2024 at 16:01`.
pub fn stamp(at: &mut Cursor<'_>) -> Option<civil::DateTime> {
    let mut ahead = *at;
    let date = date(&mut ahead)?;
    ahead.eat(',');
    (ahead.spaces() > 0).then_some(())?;
    if ahead.word("at") {
        ahead.spaces();
    }
    let clock = dates::clock(&mut ahead)?;
    *at = ahead;
    Some(date.to_datetime(clock))
}

/// A whole field with the month in words of many languages: `Samstag, 13. Januar 2024 21:07 Uhr`.
pub fn abroad(field: &str) -> Option<civil::DateTime> {
    let mut at = Cursor::new(field);
    // The day of the week, and an article.
    for _ in 0..2 {
        if !word(&mut at).is_empty() {
            at.eat('.');
            at.eat(',');
            (at.spaces() > 0).then_some(())?;
        }
    }
    let (day, _) = at.number(2)?;
    at.eat('.');
    (at.spaces() > 0).then_some(())?;
    let mut named = word(&mut at);
    if matches!(named.as_str(), "de" | "of") {
        at.spaces();
        named = word(&mut at);
    }
    let month = in_words(&named)?;
    at.eat('.');
    at.eat(',');
    at.spaces();
    if ["de ", "del "].into_iter().any(|of| at.word(of)) {
        at.spaces();
    }
    let (year, 4) = at.number(4)? else { return None };
    at.spaces();
    let _ = at.word("г.");
    at.eat(',');
    (at.spaces() > 0 || at.rest().starts_with(',') || field.contains(' ')).then_some(())?;
    if at.peek().is_some_and(char::is_alphabetic) {
        // `um`, `at`, `à`: unless it is the half of the day.
        let mut ahead = at;
        word(&mut ahead);
        if ahead.spaces() > 0 {
            at = ahead;
        }
    }
    let clock = dates::clock(&mut at)?;
    let date = civil::Date::new(i16::try_from(year).ok()?, month, i8::try_from(day).ok()?).ok()?;
    at.rest().trim().is_empty().then(|| date.to_datetime(clock))
}

/// A field that is known to be a date and a time, in whatever order a language puts a day, a month and a year of four
/// digits; other words beside them are passed over: `środa, 1 maja 2024 18:02`, `Mär. 14, 2024 6:30 pm`, `2024년 5월 1일
/// 수요일 오후 6:02`. `None` unless there is just one of each.
pub fn anywhere(field: &str) -> Option<civil::DateTime> {
    let (mut day, mut month, mut year, mut clock) = (None, None, None, None);
    let mut counted = false;
    let mut at = Cursor::new(field);
    while let Some(c) = at.peek() {
        if let Some(time) = dates::clock(&mut at) {
            clock.replace(time).is_none().then_some(())?;
        } else if let Some((number, digits)) = at.number(4) {
            let place = match at.peek() {
                _ if digits == 4 => &mut year,
                Some('月' | '월') => &mut month,
                _ if counted => &mut month,
                _ => &mut day,
            };
            place.replace(number).is_none().then_some(())?;
            counted = false;
        } else if c.is_alphabetic() {
            let word = word(&mut at);
            counted = matches!(word.as_str(), "tháng" | "thg");
            // A day of the week may begin as a month does, and stands before it.
            month = cut(&word).or(month);
        } else {
            at.bump();
        }
    }
    dates::day(year?, month?, day?)?.to_datetime(clock?).into()
}

/// The number of the month that `word`, in small letters, names whole or begins with three letters or more. What begins
/// two of them (`jui`, `čer`) names neither, save `mar`: Finns cut November longer.
fn cut(word: &str) -> Option<u32> {
    let bare = word.strip_prefix('ב').unwrap_or(word);
    let starts = |names: &str| names.split(' ').any(|name| name.starts_with(bare));
    let mut months = (1..).zip(ABROAD).filter(|(_, names)| starts(names) && bare.chars().count() > 2);
    let (month, _) = months.next()?;
    (months.next().is_none() || bare == "mar").then_some(month)
}

/// Step over letters, and hyphens between them; what they spell, in small letters.
fn word(at: &mut Cursor<'_>) -> String {
    let mut word = String::new();
    while let Some(c) = at.peek().filter(|c| c.is_alphabetic() || (*c == '-' && !word.is_empty())) {
        word.extend(c.to_lowercase());
        at.bump();
    }
    word
}

/// The place among `names` of the one that is next, whole or cut to three or four letters, with or without a dot.
pub fn name(at: &mut Cursor<'_>, names: &[&str]) -> Option<usize> {
    // No name is longer.
    let (mut ahead, mut letters, mut length) = (*at, [0; 9], 0);
    while let Some(c) = ahead.peek().filter(|c| c.is_alphabetic()) {
        *letters.get_mut(length)? = u8::try_from(c.to_ascii_lowercase()).ok()?;
        length += 1;
        ahead.bump();
    }
    let word = &letters[..length];
    let cut = |name: &str, to: usize| name.as_bytes().get(..to.min(name.len())) == Some(word);
    let place = names.iter().position(|name| [name.len(), 4, 3].into_iter().any(|to| cut(name, to)))?;
    ahead.eat('.');
    *at = ahead;
    Some(place)
}

/// A day of the month, as `4`, `04` or `4th`.
fn number(at: &mut Cursor<'_>) -> Option<u32> {
    let (value, _) = at.number(2)?;
    let _ = ["st", "nd", "rd", "th"].into_iter().any(|end| at.word(end));
    Some(value)
}

/// What may stand between the parts of a date; there must be something.
fn gap(at: &mut Cursor<'_>) -> Option<()> {
    let sign = [',', '-', '.', '/'].into_iter().any(|c| at.eat(c));
    (at.spaces() > 0 || sign).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_with_words() {
        for text in [
            "Mar 4, 2024, 4:01:05 PM",
            "4 Mar 2024 16:01:05",
            "Monday, March 4, 2024 at 4:01:05 PM",
            "Mon, 04 Mar 2024 16:01:05",
            "04-Mar-2024 16:01:05",
            "March 4th, 2024 16:01:05",
        ] {
            let mut at = Cursor::new(text);
            assert_eq!(
                stamp(&mut at).map(|t| t.to_string()).as_deref(),
                Some("2024-03-04T16:01:05"),
                "{text}"
            );
            assert_eq!(at.rest(), "", "{text}");
        }
        for text in
            ["Marble 4, 2024 16:01", "Mar 42, 2024 16:01", "Mar 4, 24 16:01", "4 2024 16:01", "Mar 4, 2024"]
        {
            assert_eq!(stamp(&mut Cursor::new(text)), None, "{text}");
        }
    }

    #[test]
    fn dates_of_many_languages() {
        for text in [
            "Wednesday, May 1, 2024 6:02 PM",
            "Mittwoch, 1. Mai 2024 um 18:02",
            "mercredi 1 mai 2024 18:02",
            "miércoles, 1 de mayo de 2024 18:02",
            "mié. 1 may. 2024, 18:02",
            "quarta-feira, 1 de maio de 2024 18:02",
            "środa, 1 maja 2024 18:02",
            "среда, 1 мая 2024 г. 18:02",
            "01 Mayıs 2024 Çarşamba 18:02",
            "2024. május 1., szerda 18:02",
            "keskiviikko 1. toukokuuta 2024 klo 18.02",
            "onsdag den 1. maj 2024 18.02",
            "Τετάρτη 1 Μαΐου 2024 6:02 μ.μ.",
            "2024年5月1日星期三 18:02",
            "2024년 5월 1일 수요일 오후 6:02",
            "5月 1, 2024 6:02 下午",
            "Thứ Tư, 1 tháng 5, 2024 18:02",
            "الأربعاء، 1 مايو 2024 6:02 م",
            "יום רביעי, 1 במאי 2024 בשעה 18:02",
            "วันพุธที่ 1 พฤษภาคม พ.ศ. 2567 18:02",
            "Mai 01, 2024 6:02 pm",
            "mar. 1 may. 2024 18:02",
        ] {
            let read = anywhere(text).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some("2024-05-01T18:02:00"), "{text}");
        }
        for text in [
            "1 Blum 2024 18:02",
            "1 jui 2024 18:02",
            "1 Mai 2 2024 18:02",
            "1 Mai 2024",
            "1 Mai 18:02",
            "Mai 2024 18:02",
            "32 Mai 2024 18:02",
        ] {
            assert_eq!(anywhere(text), None, "{text}");
        }
    }
}
