//! A day and a time on a line of their own, which messengers set above all that was said from then on: `Today at 6:22 PM`,
//! `mer. 20:10`, `12 mars 2024, 17:45`, `Thursday, Mar 14 · 6:30 PM`.

use jiff::civil;

use super::days::Day;
use super::{calendar, moments};
use crate::import::chats::chat::When;
use crate::import::syntax::cursor;
use crate::import::time::dates::Date;
use crate::import::time::named::Named;

/// Longest line that can be one.
const LONGEST: usize = 60;
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
    /// The day, if it has a year or a name.
    pub fn day(&self) -> Option<Day> {
        Day::said(self.when)
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

/// Whether times alone on their lines stand above what was said from then on: one leads `lines`, and words end them and stand
/// between.
pub fn are_above(lines: &[&str]) -> bool {
    let time = |line: &&str| moments::is_alone(line);
    let together = lines.windows(2).any(|pair| time(&pair[0]) && time(&pair[1]));
    lines.first().is_some_and(time) && !lines.last().is_some_and(time) && !together
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
    name: Option<Named>,
    sure: bool,
}

impl<'l> Parts<'l> {
    fn of(words: &[&'l str]) -> Option<Self> {
        let mut parts = Self::default();
        let month = |word: &str| calendar::month(word.trim_end_matches('.'));
        let numbered = words.iter().any(|w| day_of_month(w).is_some());
        // In `mar. 12 mars` a day of the week leads that is called like a month.
        let leads = words.iter().filter(|w| month(w).is_some()).count() > 1;
        for (at, word) in words.iter().enumerate() {
            let bare = word.trim_end_matches('.');
            let may = numbered && parts.month.is_none() && !(leads && at == 0);
            if let Some(month) = month(word).filter(|_| may) {
                parts.month = Some(month);
            } else if let Some(day) = day_of_month(word) {
                parts.day = Some(day);
            } else if is_year(bare) {
                parts.year = bare.parse().ok();
            } else if is_date(bare) {
                parts.date = Some(bare);
            } else if let Some((name, sure)) = calendar::day(bare) {
                parts.name = Some(name);
                parts.sure |= sure || word.ends_with('.');
            } else if !BETWEEN.split_whitespace().any(|w| w == bare) {
                return None;
            }
        }
        let dated = parts.date.is_some() || (parts.day.is_some() && parts.month.is_some());
        parts.sure |= dated;
        (dated || (parts.name.is_some() && parts.day.is_none() && parts.year.is_none())).then_some(parts)
    }

    fn on_its_day(&self, when: When, clock: &str) -> Option<When> {
        if let Some(date) = self.date {
            return moments::whole(&format!("{date}, {}", clock.to_uppercase()));
        }
        let day = match (self.day, self.month, self.year) {
            (Some(day), Some(month), Some(year)) => Day::known(civil::Date::new(year, month, day).ok()?),
            (Some(day), Some(month), None) => Day::written(Date::of_month(month, day)?),
            _ => Day::named(self.name?),
        };
        Some(day.of(when))
    }
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
    (2..=3).contains(&parts.len()) && parts.iter().all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Time;

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
        assert!(of("12/05/2024, 14:10").is_some_and(|s| s.day().is_some()));
    }

    #[test]
    fn above_and_below() {
        assert!(are_below(&["Tom", "in?", "Mar 12, 2024 5:45 PM", "Ria", "yes", "Mar 12, 2024 5:46 PM"]));
        assert!(!are_below(&["Mar 12, 2024 5:45 PM", "Tom", "in?", "Mar 12, 2024 5:46 PM"]));
        assert!(!are_below(&["Tom", "in?", "Mar 12, 2024 5:45 PM", "Ria", "yes"]));
    }

    #[test]
    fn times_above_words() {
        assert!(are_above(&["16:02", "in?", "yes", "16:03", "ok"]));
        assert!(!are_above(&["16:02", "in?", "16:03"]) && !are_above(&["in?", "16:02", "yes"]));
        assert!(!are_above(&["16:02", "16:03", "in?"]));
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
