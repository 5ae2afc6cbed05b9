//! Days of the week beside dates, which tell day and month apart where the numbers do not.

use jiff::civil::{Date, Weekday};

use crate::import::time::dates::DateOrder;

/// From Monday, in lower case and without dots: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish,
/// Indonesian, Thai.
const NAMES: [&[&str]; 7] = [
    &[
        "mon",
        "monday",
        "mo",
        "montag",
        "lun",
        "lundi",
        "lunes",
        "lunedì",
        "seg",
        "segunda-feira",
        "ma",
        "maandag",
        "pon",
        "poniedziałek",
        "sen",
        "senin",
        "จ",
        "วันจันทร์",
        "จันทร์",
    ],
    &[
        "tue",
        "tuesday",
        "di",
        "dienstag",
        "mardi",
        "mar",
        "martes",
        "martedì",
        "ter",
        "terça-feira",
        "dinsdag",
        "wt",
        "wtorek",
        "sel",
        "selasa",
        "อ",
        "วันอังคาร",
        "อังคาร",
    ],
    &[
        "wed",
        "wednesday",
        "mi",
        "mittwoch",
        "mer",
        "mercredi",
        "mié",
        "miércoles",
        "mercoledì",
        "qua",
        "quarta-feira",
        "wo",
        "woensdag",
        "śr",
        "środa",
        "rab",
        "rabu",
        "พ",
        "วันพุธ",
        "พุธ",
    ],
    &[
        "thu",
        "thursday",
        "do",
        "donnerstag",
        "jeu",
        "jeudi",
        "jue",
        "jueves",
        "gio",
        "giovedì",
        "qui",
        "quinta-feira",
        "donderdag",
        "czw",
        "czwartek",
        "kam",
        "kamis",
        "พฤ",
        "วันพฤหัสบดี",
        "พฤหัสบดี",
    ],
    &[
        "fri",
        "friday",
        "fr",
        "freitag",
        "ven",
        "vendredi",
        "vie",
        "viernes",
        "venerdì",
        "sex",
        "sexta-feira",
        "vr",
        "vrijdag",
        "pt",
        "piątek",
        "jum",
        "jumat",
        "ศ",
        "วันศุกร์",
        "ศุกร์",
    ],
    &[
        "sat",
        "saturday",
        "sa",
        "samstag",
        "sam",
        "samedi",
        "sáb",
        "sábado",
        "sab",
        "sabato",
        "za",
        "zaterdag",
        "sob",
        "sobota",
        "sabtu",
        "ส",
        "วันเสาร์",
        "เสาร์",
    ],
    &[
        "sun",
        "sunday",
        "so",
        "sonntag",
        "dim",
        "dimanche",
        "dom",
        "domingo",
        "domenica",
        "zo",
        "zondag",
        "niedz",
        "niedziela",
        "min",
        "minggu",
        "อา",
        "วันอาทิตย์",
        "อาทิตย์",
    ],
];
/// In the order of [`NAMES`].
const DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// The order in which a date is to be read that falls on the day called `word` if read `day_first`, or if read
/// `month_first`; `None` when the word is not known, or fits both or neither.
pub fn order(word: &str, day_first: Option<Date>, month_first: Option<Date>) -> Option<DateOrder> {
    let word = word.trim_matches(['.', ',', ' ', '(', ')']).to_lowercase();
    let place = NAMES.iter().position(|names| names.contains(&word.as_str()))?;
    let fits = |date: Option<Date>| date.is_some_and(|d| d.weekday() == DAYS[place]);
    match (fits(day_first), fits(month_first)) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekday_fits_one_order() {
        let (april, march) = (Date::new(2024, 4, 3).ok(), Date::new(2024, 3, 4).ok());
        assert_eq!(order("Mon,", april, march), Some(DateOrder::MonthFirst));
        assert_eq!(order("(mié.)", april, march), Some(DateOrder::DayFirst));
        assert_eq!((order("Fri", april, march), order("Someday", april, march)), (None, None));
        assert_eq!(order("Mon", march, march), None);
    }
}
