//! Names above days, as in the comments of a school's page: a name, `14 Mar (Edited 15 Mar)`, words. And days that part
//! messages whatever else a message says.

use std::collections::HashSet;
use std::io::BufRead;

use super::super::warning::WarningKind;
use super::ahead::Ahead;
use super::days::Day;
use super::reading::Reading;
use super::{ahead, calendar, days, moments, names, places};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;
use crate::import::time::months;

/// How many lines of a page may stand above the first name.
const PREAMBLE: usize = 6;

/// `14 Mar`, `14 Mar (Edited 15 Mar)`, `14. März 2024`, `Yesterday`: a day, perhaps with another behind it in brackets.
pub fn is_day(line: &str) -> bool {
    let line = line.trim();
    let whole = line.strip_suffix(')').and_then(|l| l.split_once(" (")).map_or(line, |(day, _)| day);
    calendar::is_near_day(&whole.to_lowercase()) || in_words(whole).is_some()
}

/// The number of the day and the year of `14 Mar`, `Mar 14, 2024`, `14 de março`; a day of the week may lead.
fn in_words(day: &str) -> Option<(u8, Option<u16>)> {
    let words = day.split([' ', ',']).map(|w| w.trim_end_matches('.').to_lowercase());
    let words: Vec<String> = words.filter(|w| !w.is_empty() && !matches!(&**w, "de" | "of")).collect();
    let mut words = &words[..];
    let is_weekday = |w: &String| months::WEEKDAYS.iter().any(|d| d == w || &d[..3] == w);
    if words.len() > 2 && is_weekday(&words[0]) {
        words = &words[1..];
    }
    let month = |w: &str| calendar::month(w).is_some();
    let number =
        |w: &str| w.trim_end_matches(char::is_alphabetic).parse::<u8>().ok().filter(|d| (1..=31).contains(d));
    let (day, year) = match words {
        [a, b] | [a, b, _] if month(b) => (number(a)?, words.get(2)),
        [a, b] | [a, b, _] if month(a) => (number(b)?, words.get(2)),
        _ => return None,
    };
    match year {
        Some(year) => Some((day, Some(year.parse().ok().filter(|y| *y > 1900)?))),
        None => Some((day, None)),
    }
}

/// Whether `line` above a name parts messages: a day with its year or its day of the week, `Today` with a capital.
pub fn is_divider(line: &str) -> bool {
    let line = line.trim();
    let capital = line.starts_with(char::is_uppercase);
    if capital && calendar::is_near_day(&line.to_lowercase()) {
        return true;
    }
    let weekday = line
        .split_once(',')
        .is_some_and(|(day, _)| months::WEEKDAYS.iter().any(|d| *d == day.to_lowercase()));
    in_words(line).is_some_and(|(_, year)| year.is_some() || weekday)
        && days::between(line).is_some_and(|b| b.bare)
}

/// `lundi 4 mars`, `5 марта`: a date between messages that is written in small letters, as days are in many languages.
pub fn is_small(line: &str) -> bool {
    const LONGEST: usize = 60;
    line.len() <= LONGEST
        && !line.contains(char::is_uppercase)
        && line.contains(char::is_lowercase)
        && days::between(line).is_some_and(|b| b.bare && b.day.is_some())
        && (line.contains(char::is_numeric) || calendar::is_weekday(line.trim()))
}

/// `hier`, `вчера`: a day near this one in small letters, which between messages that have such days is one.
pub fn is_small_near(line: &str) -> bool {
    let line = line.trim();
    !line.contains(char::is_uppercase) && calendar::is_near_day(&line.replace('\'', "’"))
}

/// Whether days without any sign around them part the messages of `lines`, of each of which `head` tells the time that its
/// beginning says: they come again and again, one stands above all messages, or below one the clock has fallen. Where names stand
/// above words (`titled`), days that come again say nothing: words may end in a day.
pub fn are_between<'l>(lines: &[&'l str], titled: bool, head: impl Fn(&'l str) -> Option<When>) -> bool {
    let is_head = |at: usize| lines.get(at).is_some_and(|line| head(line).is_some());
    let stands = |at: &usize| {
        is_head(at + 1)
            && days::between(lines[*at]).is_some_and(|b| b.bare)
            && !is_head(*at)
            && !(titled && *at > 0 && is_head(at - 1))
    };
    let places: Vec<usize> = (0..lines.len()).filter(stands).collect();
    let clock = |at: usize| {
        let below = || lines.get(at + 1).and_then(|line| moments::under_name(line));
        moments::clock(head(lines[at]).filter(|when| *when != When::Unknown).or_else(below)?)
    };
    let falls = |at: &usize| {
        let last = (0..*at).rev().find(|above| is_head(*above)).and_then(clock);
        last.zip(clock(at + 1)).is_some_and(|(before, after)| after < before)
    };
    let leads = places.first().is_some_and(|first| !(0..*first).any(is_head));
    (!titled && places.len() > 1) || leads || places.iter().any(falls)
}

impl Reading<'_> {
    /// Whether `line` is a day or a ruled line between messages: the next line begins one, and it stands apart, or such
    /// days part the messages of this text and it does not come before the one above.
    pub(super) fn stands_between(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        let near =
            || (self.plan.small_days && is_small_near(line.text)).then(|| days::near(line.text)).flatten();
        let Some(between) = days::between(line.text).or_else(near) else { return false };
        let sight: Vec<&str> = lines.sight().take(2).map(|l| self.plan.words(l)).collect();
        let next = sight.first().is_some_and(|l| self.plan.head(l).is_some()) || ahead::is_twice(&sight);
        if !next || !self.held.is_empty() {
            return false;
        }
        let follows = between.day.zip(self.day).and_then(|(day, last)| day.follows(last));
        let parts = match self.plan.has_titles() {
            true => follows.unwrap_or(true),
            false => follows == Some(true) || !self.went_on,
        };
        let parts = self.plan.bare_days && parts;
        let stands = !between.bare || self.gap || self.said == 0 || parts;
        if stands {
            (self.day, self.section, self.apart) = (between.day_below(self.day), When::Unknown, true);
        } else if self.plan.has_titles() && between.day.is_some_and(Day::has_date) {
            self.chat.doubt(WarningKind::DoubtfulNotice, line.number);
        }
        stands
    }
}

/// The names right above the days of a page on which each message is a name, a day and words.
pub fn names_above(lines: &[&str]) -> Option<HashSet<String>> {
    let is_when = |line: &str| is_day(line) || moments::under_name(line).is_some();
    let at: Vec<usize> = (0..lines.len()).filter(|at| is_when(lines[*at])).collect();
    let dated = at.iter().filter(|at| is_day(lines[**at])).count();
    let far = at.windows(2).filter(|pair| pair[1] - pair[0] >= 3).count();
    let first = at.first().is_some_and(|first| (1..=PREAMBLE + 1).contains(first));
    let regular =
        first && dated > 2 && far + 1 == at.len() && at.last().is_some_and(|at| at + 1 < lines.len());
    regular.then_some(())?;
    let above: Vec<&str> = at.iter().map(|at| lines[at - 1].trim()).collect();
    let fits = above.iter().all(|name| names::placed(name).is_some() && name.split_whitespace().count() <= 4);
    let looks = above.iter().all(|name| names::looks_like_name(name)) && at.len() * 4 >= lines.len();
    (fits && (looks || places::come_back(above.iter().copied())))
        .then(|| above.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_under_names_and_between() {
        for line in
            ["14 Mar", "Mar 14", "14 Mar (Edited 15 Mar)", "14. März 2024", "Yesterday", "14 de março"]
        {
            assert!(is_day(line), "{line}");
        }
        for line in ["14", "may", "14 eggs", "Mar", "we may 14"] {
            assert!(!is_day(line), "{line}");
        }
        for line in ["February 3, 2024", "Thursday, March 14", "Today"] {
            assert!(is_divider(line), "{line}");
        }
        for line in ["14 March", "today", "thursday", "3, 2024"] {
            assert!(!is_divider(line), "{line}");
        }
    }

    #[test]
    fn days_that_part_messages() {
        let head = |line: &str| super::super::grammars::titled_closely(line).map(|h| h.when);
        let of = |text: &str| are_between(&text.split('|').collect::<Vec<_>>(), true, head);
        assert!(of("14 марта|Ana 18:02|in?|Ben 18:04|yes"));
        assert!(of("Ana 18:02|in?|15 марта|Ben 9:20|yes"));
        assert!(!of("Ana 18:02|when?|15 марта|Ben 18:20|yes"));
        assert!(!of("Ana 18:02|15 марта|Ben 9:20|yes"));
    }

    #[test]
    fn names_above_days() {
        let of = |text: &str| names_above(&text.split('|').collect::<Vec<_>>()).map(|names| names.len());
        let page = "Stream|Tom|14 Mar|in?|Ria|14 Mar|yes|so|Tom|15 Mar|ok|Add class comment…";
        assert_eq!(of(page), Some(2));
        assert_eq!(of("soup|14 Mar|bread|15 Mar|tea|16 Mar|oil"), None);
        assert_eq!(of("we met|14 Mar|and then|Tom|so it was"), None);
    }
}
