//! Words of days and months in the languages of the screens. Single words are asked for in small letters and with
//! typographic apostrophes.

use crate::import::syntax::cursor::{self, Cursor};
use crate::import::time::months;

/// Days that are told by how near they are.
const NEAR: &str = "today yesterday heute gestern vorgestern aujourd’hui hier hoy ayer hoje ontem oggi ieri dzisiaj dziś \
    wczoraj bugün dün vandaag gisteren idag igår сегодня вчера сьогодні вчора";
/// Days of the week in other languages than English.
const WEEKDAYS: &str = "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi jeudi \
    vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo segunda-feira terça-feira quarta-feira \
    quinta-feira sexta-feira segunda terça quarta quinta sexta lunedì martedì mercoledì giovedì venerdì sabato domenica \
    poniedziałek wtorek środa czwartek piątek sobota niedziela pazartesi salı çarşamba perşembe cuma cumartesi pazar \
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag onsdag torsdag fredag lördag söndag mandag \
    tirsdag lørdag søndag понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер \
    субота неділя";
/// The same cut short; most are words as well.
const CUT_WEEKDAYS: &str = "mo di mi do fr sa so lun mar mer jeu ven sam dim mié jue vie sáb dom seg ter qua qui sex gio \
    sab pon wt śr czw pt sob niedz ndz pzt sal çar per cum cmt paz ma wo vr za zo";
/// English ones cut short, which are known by themselves.
const CUT_ENGLISH: &str = "mon tue tues wed thu thur thurs fri sat sun";
/// Months cut short in other languages than English, from January.
const CUT_MONTHS: [&str; 12] = [
    "ene gen janv sty oca янв",
    "févr fev lut şub фев февр",
    "mär mrt mars marz мар",
    "abr avr kwi nis апр",
    "mai mag maj mei",
    "juin giu cze haz июн",
    "juil lug lip tem июл",
    "ago août aoû sie ağu авг",
    "set wrz eyl сен сент",
    "okt out ott paź eki окт",
    "lis kas ноя нояб",
    "dez dic déc gru ara дек",
];

/// `today`, `gestern`: whether `word` is a day beside this one.
pub fn is_near_day(word: &str) -> bool {
    among(NEAR, word)
}

/// Whether `word` is a day of the week by its whole name.
pub fn is_weekday(word: &str) -> bool {
    months::WEEKDAYS.contains(&word) || among(WEEKDAYS, word)
}

/// Whether `word` is a day by its name, whole or cut short, or by how near it is, and whether nothing else is called so.
pub fn day(word: &str) -> Option<bool> {
    let sure = is_near_day(word) || is_weekday(word) || among(CUT_ENGLISH, word);
    (sure || among(CUT_WEEKDAYS, word)).then_some(sure)
}

/// The number of the month that `word` names, whole or cut short.
pub fn month(word: &str) -> Option<i8> {
    let cut = || CUT_MONTHS.iter().position(|names| among(names, word));
    months::in_words(word).or_else(|| i8::try_from(cut()? + 1).ok())
}

/// `Heute`, `Dienstag, 12. März 2024`, `2 Haziran`: whether `line`, in any letters, is nothing but a day.
pub fn is_whole_day(line: &str) -> bool {
    const MOST: usize = 6;
    let lower = line.trim().to_lowercase().replace('\'', "’");
    let words: Vec<&str> = lower.split([' ', ',', '.']).filter(|w| !w.is_empty()).collect();
    let month = |w: &&str| w.chars().count() > 2 && months::in_words(w).is_some();
    let number =
        |w: &&str| w.parse::<u16>().is_ok_and(|n| (1..=31).contains(&n) || (1990..2100).contains(&n));
    let named = |w: &&str| is_near_day(w) || is_weekday(w);
    let joins = |w: &&str| matches!(*w, "de" | "del" | "of" | "di" | "the" | "den" | "г");
    let dated = words.iter().any(month) && words.iter().any(number);
    (words.iter().any(named) || dated)
        && words.len() <= MOST
        && words.iter().all(|w| named(w) || month(w) || number(w) || joins(w))
}

/// The month and the day of `15 марта`, `samedi 15 mars 2024`, `March 15`, `3월 15일 토요일`, where `line` is nothing but a day.
pub fn day_of_month(line: &str) -> Option<(i8, i8)> {
    if let Some(found) = in_signs(line) {
        return Some(found);
    }
    let lower = latin(&line.to_lowercase().replace('\'', "’"));
    let words = || lower.split([' ', ',', '.']).filter(|w| !w.is_empty());
    let month = words().find_map(|w| months::in_words(w).filter(|_| w.chars().count() > 2))?;
    let day = words().find_map(|w| w.parse().ok().filter(|n| (1..=31).contains(n)))?;
    is_whole_day(&lower).then_some((month, day))
}

/// `3月15日`, `3월 15일 (토)`: the same where signs stand behind the numbers.
fn in_signs(line: &str) -> Option<(i8, i8)> {
    const WEEK: &str = "月火水木金土日一二三四五六天曜星期週周礼拜禮월화수목금토일요()（） ";
    let mut at = Cursor::new(line.trim());
    let (month, _) = at.number(2)?;
    (at.eat('月') || at.eat('월')).then_some(())?;
    at.spaces();
    let (day, _) = at.number(2)?;
    (at.eat('日') || at.eat('일') || at.eat('号') || at.eat('號')).then_some(())?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    let rest = at.rest();
    (fits && rest.chars().count() <= 5 && rest.chars().all(|c| WEEK.contains(c))).then_some(())?;
    Some((i8::try_from(month).ok()?, i8::try_from(day).ok()?))
}

/// `text` with the digits of all scripts as those of ours.
fn latin(text: &str) -> String {
    let own = |c: char| cursor::digit(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c);
    text.chars().map(own).collect()
}

fn among(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|w| w == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_by_their_words() {
        assert!(is_near_day("dziś") && is_weekday("salı") && is_weekday("friday") && !is_weekday("fri"));
        assert_eq!((day("fri"), day("mer"), day("mars")), (Some(true), Some(false), None));
        assert_eq!(
            (month("mars"), month("déc"), month("нояб"), month("so")),
            (Some(3), Some(12), Some(11), None)
        );
    }

    #[test]
    fn days_of_months() {
        for line in [
            "15 марта",
            "samedi 15 mars 2024",
            "March 15",
            "3월 15일 토요일",
            "3月15日(土)",
            "15 Maret",
            "१५ मार्च",
        ] {
            assert_eq!(day_of_month(line), Some((3, 15)), "{line}");
        }
        for line in ["15", "март", "15 eggs", "bis 15 März", "3月15日に行く", "13月15日", "суббота"]
        {
            assert_eq!(day_of_month(line), None, "{line}");
        }
    }

    #[test]
    fn whole_days() {
        for line in [
            "Heute",
            "2 Haziran",
            "Dienstag, 12. März 2024",
            "Bugün",
            "12 de marzo de 2024",
            "mardi 12 mars",
            "HOY",
        ] {
            assert!(is_whole_day(line), "{line}");
        }
        for line in ["heute nicht", "2", "März", "May", "12 12", "hier bin ich", "bis Dienstag"] {
            assert!(!is_whole_day(line), "{line}");
        }
    }
}
