//! Words of days and months in the languages of the screens. Single words are asked for in small letters and with
//! typographic apostrophes; of two words that are one name, a line stands between them. From memory.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::import::syntax::cursor::{self, Cursor};
use crate::import::time::months;
use crate::import::time::named::Named;

/// Days by how near they are: this one, the one before it, and the one before that.
const NEAR: [&str; 3] = [
    "today heute aujourd’hui hoy hoje oggi dzisiaj dziś bugün vandaag idag i_dag сегодня сьогодні tänään dnes danes danas astăzi \
     azi täna šiandien днес σήμερα اليوم היום आज hari_ini hôm_nay วันนี้ 今天 今日 오늘",
    "yesterday gestern hier ayer ontem ieri wczoraj dün gisteren igår i_går вчера вчора eilen včera včeraj jučer tegnap eile vakar \
     χθες χτες أمس אתמול kemarin hôm_qua เมื่อวาน เมื่อวานนี้ 昨天 昨日 어제",
    "vorgestern avant-hier anteayer anteontem przedwczoraj eergisteren позавчера позавчора toissapäivänä předevčírem tegnapelőtt \
     förrgår προχθές שלשום 前天 一昨日 그저께 그제",
];
/// Days of the week in other languages than English, from Monday.
const WEEKDAYS: [&str; 7] = [
    "montag lundi lunes segunda-feira segunda lunedì poniedziałek pazartesi maandag måndag mandag понедельник понеділок maanantai \
     pondělí ponedeljek ponedjeljak hétfő luni δευτέρα الاثنين senin thứ_hai วันจันทร์ सोमवार 星期一 周一 週一 月曜日 월요일",
    "dienstag mardi martes terça-feira terça martedì wtorek salı dinsdag tisdag tirsdag вторник вівторок tiistai úterý torek utorak \
     kedd marți τρίτη الثلاثاء selasa thứ_ba วันอังคาร मंगलवार 星期二 周二 週二 火曜日 화요일",
    "mittwoch mercredi miércoles quarta-feira quarta mercoledì środa środę çarşamba woensdag onsdag среда среду середа середу \
     keskiviikko středa středu sreda srijeda szerda miercuri τετάρτη الأربعاء rabu thứ_tư วันพุธ बुधवार 星期三 周三 週三 水曜日 수요일",
    "donnerstag jeudi jueves quinta-feira quinta giovedì czwartek perşembe donderdag torsdag четверг четвер torstai čtvrtek četrtek \
     četvrtak csütörtök joi πέμπτη الخميس kamis thứ_năm วันพฤหัสบดี गुरुवार 星期四 周四 週四 木曜日 목요일",
    "freitag vendredi viernes sexta-feira sexta venerdì piątek cuma vrijdag fredag пятница пятницу п’ятниця п’ятницю perjantai \
     pátek petek petak péntek vineri παρασκευή الجمعة jumat thứ_sáu วันศุกร์ शुक्रवार 星期五 周五 週五 金曜日 금요일",
    "samstag sonnabend samedi sábado sabato sobota sobotę cumartesi zaterdag lördag lørdag суббота субботу субота суботу lauantai \
     sobotu subota szombat sâmbătă σάββατο السبت sabtu thứ_bảy วันเสาร์ शनिवार 星期六 周六 週六 土曜日 토요일",
    "sonntag dimanche domingo domenica niedziela niedzielę pazar zondag söndag søndag воскресенье неділя неділю sunnuntai neděle \
     neděli nedelja nedjelja vasárnap duminică κυριακή الأحد minggu chủ_nhật วันอาทิตย์ रविवार 星期日 星期天 周日 週日 日曜日 일요일",
];
/// The same cut short; most are words as well.
const CUT_WEEKDAYS: [&str; 7] = [
    "mo lun seg pon pzt ma пн",
    "di mar ter wt sal вт",
    "mi mer mié qua śr çar wo ср",
    "do jeu jue qui gio czw per чт",
    "fr ven vie sex pt cum vr пт",
    "sa sam sáb sab sob cmt za сб",
    "so dim dom niedz ndz paz zo вс нд",
];
/// English ones cut short, which are known by themselves.
const CUT_ENGLISH: [&str; 7] = ["mon", "tue tues", "wed", "thu thur thurs", "fri", "sat", "sun"];
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

/// How sure the name of a day is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sure {
    /// Whole.
    Whole,
    /// Cut short, and nothing else is called so.
    Cut,
    /// A word as well.
    Word,
}

/// All of these by their names.
static DAYS: LazyLock<HashMap<&str, (Named, Sure)>> = LazyLock::new(|| {
    let weekdays: [(&[&'static str; 7], Sure); 4] = [
        (&CUT_WEEKDAYS, Sure::Word),
        (&CUT_ENGLISH, Sure::Cut),
        (&WEEKDAYS, Sure::Whole),
        (&months::WEEKDAYS, Sure::Whole),
    ];
    let mut days = HashMap::new();
    for (lists, sure) in weekdays {
        for (names, day) in lists.iter().zip(0..) {
            days.extend(names.split_whitespace().map(|name| (name, (Named::Weekday(day), sure))));
        }
    }
    for (names, back) in NEAR.iter().zip(0..) {
        days.extend(names.split_whitespace().map(|name| (name, (Named::Back(back), Sure::Whole))));
    }
    days
});

/// `today`, `gestern`: whether `word` is a day beside this one.
pub fn is_near_day(word: &str) -> bool {
    matches!(DAYS.get(word), Some((Named::Back(_), _)))
}

/// Whether `word` is a day of the week by its whole name.
pub fn is_weekday(word: &str) -> bool {
    matches!(DAYS.get(word), Some((Named::Weekday(_), Sure::Whole)))
}

/// The day that `word` names, whole or cut short or by how near it is, and whether nothing else is called so.
pub fn day(word: &str) -> Option<(Named, bool)> {
    DAYS.get(word).map(|(day, sure)| (*day, *sure != Sure::Word))
}

/// The day that `word` names and nothing else is called.
fn sure(word: &str) -> Option<Named> {
    day(word).filter(|(_, sure)| *sure).map(|(day, _)| day)
}

/// The number of the month that `word` names, whole or cut short.
pub fn month(word: &str) -> Option<i8> {
    static CUT: LazyLock<HashMap<&str, i8>> = LazyLock::new(|| months::table(&CUT_MONTHS));
    months::in_words(word).or_else(|| CUT.get(word).copied())
}

/// `Friday, `, `gestern um `, `вчера в `: the day that stands before a time; `at` moves behind it. Only where `alone` with the
/// time are names believed that are words as well, unless a dot or a comma stands behind them.
pub fn before_time(at: &mut Cursor<'_>, alone: bool) -> Option<Named> {
    const LEADING: [&str; 9] = ["last", "on", "am", "le", "el", "в", "у", "w", "v"];
    // Most lines have no number so soon.
    let near = at.rest().chars().take(NEAREST).any(|c| c.is_numeric());
    (near && at.peek()?.is_alphabetic()).then_some(())?;
    let mut ahead = *at;
    let mut first = word(&mut ahead);
    if LEADING.contains(&&*first) && ahead.spaces() > 0 {
        first = word(&mut ahead);
    }
    let mut second = ahead;
    let joined = (second.spaces() > 0).then(|| format!("{first}_{}", word(&mut second)));
    let (found, mut ahead) = match joined.and_then(|name| sure(&name)) {
        Some(day) => ((day, true), second),
        None => (day(&first).or_else(|| tight(at, &mut ahead))?, ahead),
    };
    let marked = ahead.eat('.') | ahead.eat(',');
    let spaced = ahead.spaces() > 0;
    let (named, sure) = found;
    (sure || alone || (marked && spaced)).then_some(())?;
    let mut clock = ahead;
    let between = AT.contains(&&*word(&mut clock)) && {
        clock.eat('.');
        clock.spaces() > 0
    };
    *at = if between { clock } else { ahead };
    Some(named)
}

/// How soon a time must follow, in letters.
const NEAREST: usize = 40;
/// Words between a day and a time.
const AT: [&str; 19] = [
    "at", "um", "à", "a", "às", "as", "alle", "ore", "o", "om", "kl", "klo", "в", "о", "об", "saat", "lúc",
    "pukul", "v",
];

/// `昨天14:02`: a day in a script that has no spaces; `ahead`, at its end, moves back to the end of the day.
fn tight<'l>(at: &Cursor<'l>, ahead: &mut Cursor<'l>) -> Option<(Named, bool)> {
    at.peek().filter(|c| *c >= '\u{2e80}')?;
    DAYS.iter().find_map(|(name, (day, _))| {
        let mut end = *at;
        end.word(name).then(|| *ahead = end)?;
        Some((*day, true))
    })
}

/// Step over letters, with hyphens and apostrophes between them; what they spell, in small letters.
fn word(at: &mut Cursor<'_>) -> String {
    let mut word = String::new();
    while let Some(c) = at.peek() {
        let joins = matches!(c, '-' | '\'' | '’') && !word.is_empty();
        if !(c.is_alphabetic() || joins || is_vowel_sign(c)) {
            break;
        }
        word.extend(if c == '\'' { '’' } else { c }.to_lowercase());
        at.bump();
    }
    word
}

/// Signs of vowels in the scripts of India and Thailand, which count as no letters.
fn is_vowel_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// `Gestern`, `Freitag:`, `SATURDAY`: the day that `line`, in any letters, names, where it says nothing else.
pub fn named(line: &str) -> Option<Named> {
    let lower = line.trim().to_lowercase().replace('\'', "’").replace(' ', "_");
    sure(&lower).filter(|day| lower.chars().count() > 3 || matches!(day, Named::Back(_)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_by_their_words() {
        assert!(is_near_day("dziś") && is_weekday("salı") && is_weekday("friday") && !is_weekday("fri"));
        assert_eq!(day("fri"), Some((Named::Weekday(4), true)));
        assert_eq!((day("mer"), day("mars")), (Some((Named::Weekday(2), false)), None));
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
    fn days_before_times_in_many_languages() {
        let read = |text: &str, alone| {
            let mut at = Cursor::new(text);
            before_time(&mut at, alone).map(|day| (day, at.rest().to_owned()))
        };
        for text in [
            "Yesterday at 14:02",
            "gestern um 14:02",
            "Gestern, 14:02",
            "Hier à 14:02",
            "ayer a 14:02",
            "ontem às 14:02",
            "ieri alle 14:02",
            "wczoraj o 14:02",
            "dün saat 14:02",
            "вчера в 14:02",
            "вчора о 14:02",
            "i går kl. 14:02",
            "hôm qua lúc 14:02",
            "昨天14:02",
            "어제 14:02",
        ] {
            assert_eq!(read(text, false), Some((Named::Back(1), "14:02".to_owned())), "{text}");
        }
        for text in [
            "Freitag 14:02",
            "Fri, 14:02",
            "ven. 14:02",
            "в пятницу в 14:02",
            "w piątek o 14:02",
            "星期五 14:02",
        ] {
            assert_eq!(read(text, false), Some((Named::Weekday(4), "14:02".to_owned())), "{text}");
        }
        assert_eq!(read("aujourd'hui à 14:02", false).map(|(day, _)| day), Some(Named::Back(0)));
        assert_eq!((read("so 14:02", false), read("so 14:02", true).is_some()), (None, true));
        for text in ["14:02", "later 14:02", "today we go", "yesterdays 14:02"] {
            assert_eq!(
                read(text, true).filter(|(_, rest)| rest.starts_with(char::is_numeric)),
                None,
                "{text}"
            );
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
        assert_eq!(
            (named("GESTERN"), named("Freitag"), named("fri"), named("gestern nicht")),
            (Some(Named::Back(1)), Some(Named::Weekday(4)), None, None)
        );
    }
}
