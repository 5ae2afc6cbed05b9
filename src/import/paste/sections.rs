//! A day and a time on a line of their own, which messengers set above all that was said from then on: `Today at 6:22 PM`,
//! `mer. 20:10`, `12 mars 2024, 17:45`, `Thursday, Mar 14 · 6:30 PM`.

use jiff::civil;

use super::super::chat::When;
use super::super::cursor;
use super::super::months;
use super::days::Day;
use super::moments;
use crate::transcript::Time;

/// Longest line that can be one.
const LONGEST: usize = 60;
/// Days that are told by how near they are.
const NEAR: &str = "today yesterday heute gestern aujourd’hui hier hoy ayer hoje ontem oggi ieri dzisiaj dziś wczoraj \
    bugün dün vandaag gisteren idag igår сегодня вчера сьогодні вчора";
/// Days of the week in other languages than English.
const WEEKDAYS: &str = "montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi \
    samedi dimanche lunes martes miércoles jueves viernes sábado domingo segunda-feira terça-feira quarta-feira \
    quinta-feira sexta-feira segunda terça quarta quinta sexta lunedì martedì mercoledì giovedì venerdì sabato domenica \
    poniedziałek wtorek środa czwartek piątek sobota niedziela pazartesi salı çarşamba perşembe cuma cumartesi pazar \
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag";
/// The same cut short; most are words as well.
const CUT_WEEKDAYS: &str = "mo di mi do fr sa so lun mar mer jeu ven sam dim mié jue vie sáb dom seg ter qua qui sex gio \
    sab pon wt śr czw pt sob niedz ndz pzt sal çar per cum cmt paz ma wo vr za zo";
/// English ones cut short, which are known by themselves.
const CUT_ENGLISH: &str = "mon tue tues wed thu thur thurs fri sat sun";
/// Months cut short in other languages than English, from January.
const CUT_MONTHS: [&str; 12] = [
    "ene gen janv sty oca",
    "févr fev lut şub",
    "mär mrt mars marz",
    "abr avr kwi nis",
    "mai mag maj mei",
    "juin giu cze haz",
    "juil lug lip tem",
    "ago août aoû sie ağu",
    "set wrz eyl",
    "okt out ott paź eki",
    "lis kas",
    "dez dic déc gru ara",
];
/// What stands between the parts.
const BETWEEN: &str = "at um à a las às as o alle ore om de del of den der le el saat в kl";

/// What such a line says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// The time, with its day where that is known.
    pub when: When,
    /// Whether it is one by itself: days cut to two or three letters are words as well.
    pub sure: bool,
}

impl Section {
    /// The day, if it has a year.
    pub fn day(&self) -> Option<Day> {
        match self.when {
            When::Known(Time::Local(moment)) => Some(Day::Known(moment.date())),
            When::Written(stamp) => stamp.date.map(Day::Written),
            _ => None,
        }
    }
}

/// Whether `line` says a day and a time and nothing else, wherever it stands.
pub fn is_sure(line: &str) -> bool {
    of(line).is_some_and(|section| section.sure)
}

/// Whether such lines stand below what was said then: one ends the text, and none leads it.
pub fn are_below(lines: &[&str]) -> bool {
    const HEAD: usize = 2;
    let last = lines.last().is_some_and(|l| is_sure(l));
    let first = lines.iter().position(|l| is_sure(l)).is_some_and(|at| at < HEAD);
    last && !first
}

/// The day and time that `line` says, if it says nothing else.
pub fn of(line: &str) -> Option<Section> {
    if line.len() > LONGEST || !line.contains(':') {
        return None;
    }
    let text = cursor::plain(line).to_lowercase().replace('\'', "’");
    let words: Vec<&str> = text.split([' ', ',', '·', '•']).filter(|w| !w.is_empty()).collect();
    let at = words.iter().position(|w| w.contains(':'))?;
    let (before, clock) = words.split_at(at);
    let clock = clock.join(" ");
    let clock = [" uhr", " hrs", " h"].iter().find_map(|end| clock.strip_suffix(end)).unwrap_or(&clock);
    let when = moments::alone(clock).filter(|_| !clock.starts_with('['))?;
    let parts = Parts::of(before)?;
    Some(Section { when: parts.on_its_day(when, clock)?, sure: parts.sure })
}

/// What stands before the time.
#[derive(Default)]
struct Parts<'l> {
    /// A date in digits.
    date: Option<&'l str>,
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    sure: bool,
}

impl<'l> Parts<'l> {
    fn of(words: &[&'l str]) -> Option<Self> {
        let mut parts = Self::default();
        let numbered = words.iter().any(|w| day_of_month(w).is_some());
        let mut told = false;
        for word in words {
            let bare = word.trim_end_matches('.');
            let month = months::in_words(bare)
                .or_else(|| cut_month(bare))
                .filter(|_| numbered && parts.month.is_none());
            if let Some(month) = month {
                parts.month = Some(month);
            } else if let Some(day) = day_of_month(word) {
                parts.day = Some(day);
            } else if is_year(bare) {
                parts.year = bare.parse().ok();
            } else if is_date(bare) {
                parts.date = Some(bare);
            } else if let Some(sure) = weekday(bare) {
                told = true;
                parts.sure |= sure || word.ends_with('.');
            } else if !among(BETWEEN, bare) {
                return None;
            }
        }
        let dated = parts.date.is_some() || (parts.day.is_some() && parts.month.is_some());
        parts.sure |= dated;
        (dated || (told && parts.day.is_none() && parts.year.is_none())).then_some(parts)
    }

    fn on_its_day(&self, when: When, clock: &str) -> Option<When> {
        if let Some(date) = self.date {
            return moments::whole(&format!("{date}, {}", clock.to_uppercase()));
        }
        let (Some(day), Some(month), Some(year)) = (self.day, self.month, self.year) else {
            return Some(when);
        };
        let date = civil::Date::new(year, month, day).ok()?;
        match when {
            When::Written(stamp) => Some(When::Known(Time::Local(date.to_datetime(stamp.clock)))),
            _ => Some(when),
        }
    }
}

fn among(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|w| w == word)
}

/// Whether `word` is a day by its name or by how near it is, and whether nothing else is called so.
fn weekday(word: &str) -> Option<bool> {
    let whole = months::WEEKDAYS.contains(&word) || among(NEAR, word) || among(WEEKDAYS, word);
    let sure = whole || among(CUT_ENGLISH, word);
    (sure || among(CUT_WEEKDAYS, word)).then_some(sure)
}

fn cut_month(word: &str) -> Option<i8> {
    let place = CUT_MONTHS.iter().position(|names| among(names, word))?;
    i8::try_from(place + 1).ok()
}

/// `4`, `04`, `4.`, `4th`.
fn day_of_month(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches('.');
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| digits.strip_suffix(end)).unwrap_or(digits);
    digits.parse().ok().filter(|day| digits.len() <= 2 && (1..=31).contains(day))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())
}

/// `12/05/2024`, `12.05`: two or three numbers.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['.', '/', '-']).collect();
    let digits = |p: &&str| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    (2..=3).contains(&parts.len()) && parts.iter().all(|p| digits(&p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_in_many_languages() {
        let day = Time::parse("2024-03-12T17:45").map(When::Known);
        for line in [
            "Mar 12, 2024, 5:45 PM",
            "12 mars 2024, 17:45",
            "12. März 2024 um 17:45 Uhr",
            "mar. 12 mars 2024 à 17:45",
            "12 de marzo de 2024, 17:45",
            "12 mar 2024, 17:45",
            "12 mrt 2024 17:45",
            "Tuesday, March 12, 2024 at 5:45 PM",
        ] {
            assert_eq!(of(line).filter(|s| s.sure).map(|s| s.when), day, "{line}");
        }
        let clock = moments::whole("18:40");
        for line in [
            "Today at 6:40 PM",
            "Dzisiaj o 18:40",
            "mer. 18:40",
            "Thursday, Mar 14 · 6:40 PM",
            "Gestern, 18:40",
            "hoje às 18:40",
        ] {
            let Some(Section { when: When::Written(stamp), sure: true }) = of(line) else {
                panic!("not read: {line}")
            };
            assert_eq!(
                Some(stamp.clock),
                clock.and_then(|w| if let When::Written(s) = w { Some(s.clock) } else { None }),
                "{line}"
            );
        }
        assert_eq!(
            (of("Dom 18:40").map(|s| s.sure), of("mar 18:40").map(|s| s.sure)),
            (Some(false), Some(false))
        );
        assert!(of("12/05/2024, 14:10").is_some_and(|s| matches!(s.day(), Some(Day::Written(_)))));
    }

    #[test]
    fn above_and_below() {
        assert!(are_below(&["Tom", "in?", "Mar 12, 2024 5:45 PM", "Ria", "yes", "Mar 12, 2024 5:46 PM"]));
        assert!(!are_below(&["Mar 12, 2024 5:45 PM", "Tom", "in?", "Mar 12, 2024 5:46 PM"]));
        assert!(!are_below(&["Tom", "in?", "Mar 12, 2024 5:45 PM", "Ria", "yes"]));
    }

    #[test]
    fn what_is_no_day_and_time() {
        for line in [
            "18:40",
            "at 18:40",
            "see you today at 18:40",
            "today",
            "bus 12 18:40",
            "12 mars 2024",
            "Tom, Mar 12, 5:45 PM",
            "2024 18:40",
            "today at 18:40?",
            "[Today 18:40]",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
