//! The beginning of a message that a scan, a copy or a hand has damaged: a sign or a digit lost, letters for digits, the
//! date gone. What it was is told by how the file's other heads look.

use super::Look;
use crate::import::syntax::cursor::{self, Cursor};
use crate::import::time::dates::Stamp;
use crate::import::time::meridiem;

/// More true digits than this stand in a head, whatever happened to it.
const FEW_DIGITS: usize = 2;

/// A head with damage.
#[derive(Debug)]
pub struct Damaged<'l> {
    /// Its date, as the numbers stand there.
    pub date: Part,
    /// Its time of day.
    pub clock: Part,
    /// In how many ways it is damaged.
    pub hurts: usize,
    /// What stands behind it.
    pub rest: &'l str,
}

/// A date or a time in a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it must have been.
    Read(String),
    /// There, but not to be read.
    Illegible,
    /// Not there.
    Missing,
}

impl Damaged<'_> {
    /// The date and time, if both can be read.
    pub fn stamp(&self) -> Option<Stamp> {
        let (Part::Read(date), Part::Read(clock)) = (&self.date, &self.clock) else { return None };
        Stamp::full(&mut Cursor::new(&format!("{date}, {clock}")))
    }

    /// The time of day alone, if it can be read.
    pub fn clock(&self) -> Option<Stamp> {
        let Part::Read(clock) = &self.clock else { return None };
        Stamp::any(&mut Cursor::new(clock))
    }

    /// The date alone, as a stamp of midnight.
    pub fn day(&self) -> Option<Stamp> {
        let Part::Read(date) = &self.date else { return None };
        Stamp::full(&mut Cursor::new(&format!("{date}, 00:00")))
    }
}

/// Whether `line` may begin with a head at all, by its first characters: cheap, as most lines do not.
pub fn may_begin(line: &str) -> bool {
    let start = || line.chars().filter(|c| !cursor::is_mark(*c)).take(14);
    let first = start().find(|c| *c != ' ');
    let fits = first.is_some_and(|c| is_open(c) || read_as_digit(c).is_some());
    fits && start().filter(|c| cursor::digit(*c).is_some()).count() > FEW_DIGITS
}

/// Whether nothing but parts of a date and time stands in `line`.
pub fn is_stamp_alone(line: &str) -> bool {
    let sign = |c| cursor::digit(c).is_some() || "[]/.:,-".contains(c) || cursor::is_mark(c);
    let half = |word: &str| matches!(word.trim_end_matches([',', ']']), "AM" | "PM" | "am" | "pm");
    let digits = line.chars().filter(|c| cursor::digit(*c).is_some()).count();
    let mut words = line.split([' ', '\u{a0}', '\u{202f}']);
    (FEW_DIGITS + 1..=14).contains(&digits) && words.all(|word| word.chars().all(sign) || half(word))
}

/// Read what once was a head of this `look` at the start of `line`.
pub fn read(line: &str, look: Look) -> Option<Damaged<'_>> {
    let start = Cursor::new(line);
    both(start, look).or_else(|| clock_alone(start, look)).or_else(|| day_alone(start, look))
}

type Reader = fn(&mut Scan<'_>, Look) -> Part;

fn both(at: Cursor<'_>, look: Look) -> Option<Damaged<'_>> {
    let parts: [Reader; 2] = if look.shape.is_date_first() { [date, clock] } else { [clock, date] };
    let mut scan = Scan::open(at, look)?;
    let first = parts[0](&mut scan, look);
    scan.gap();
    let second = parts[1](&mut scan, look);
    let [date, clock] = if look.shape.is_date_first() { [first, second] } else { [second, first] };
    (date != Part::Missing && clock != Part::Missing).then_some(())?;
    scan.close(look, date, clock)
}

fn clock_alone(at: Cursor<'_>, look: Look) -> Option<Damaged<'_>> {
    let mut scan = Scan::open(at, look)?;
    let clock = clock(&mut scan, look);
    // Without a sign between its numbers anything is a time.
    (matches!(clock, Part::Read(_)) && scan.signs).then_some(())?;
    scan.hurts += 1;
    scan.close(look, Part::Missing, clock)
}

fn day_alone(at: Cursor<'_>, look: Look) -> Option<Damaged<'_>> {
    let mut scan = Scan::open(at, look)?;
    let date = date(&mut scan, look);
    matches!(date, Part::Read(_)).then_some(())?;
    scan.hurts += 1;
    scan.at.eat(',');
    scan.close(look, date, Part::Missing)
}

/// A head being read.
struct Scan<'l> {
    at: Cursor<'l>,
    hurts: usize,
    /// How many true digits were seen.
    digits: usize,
    /// Whether letters stood for digits.
    slipped: bool,
    /// Whether there was a sign between the numbers read last.
    signs: bool,
}

impl<'l> Scan<'l> {
    fn open(mut at: Cursor<'l>, look: Look) -> Option<Self> {
        at.spaces();
        let open = at.peek().filter(|c| is_open(*c));
        (look.bracketed || open.is_none()).then_some(())?;
        open.map(|_| at.bump());
        at.spaces();
        let hurts = usize::from(look.bracketed && open != Some('['));
        Some(Self { at, hurts, digits: 0, slipped: false, signs: false })
    }

    /// What stands between date and time: spaces and a comma.
    fn gap(&mut self) {
        while self.at.peek().is_some_and(|c| matches!(c, ' ' | ',' | '.')) {
            self.at.bump();
        }
    }

    /// The numbers at this place, with one of `signs` between them each.
    fn numbers(&mut self, signs: &str) -> Vec<String> {
        let mut all = vec![String::new()];
        self.signs = false;
        while let Some(c) = self.at.peek() {
            let in_number = all.last().is_some_and(|n| !n.is_empty());
            if let Some(digit) = read_as_digit(c) {
                self.digits += usize::from(cursor::digit(c).is_some());
                self.slipped |= cursor::digit(c).is_none();
                all.last_mut().expect("never empty").push(digit);
            } else if signs.contains(c) && in_number && self.number_follows() {
                self.signs = true;
                all.push(String::new());
            } else {
                break;
            }
            self.at.bump();
        }
        all
    }

    fn number_follows(&self) -> bool {
        let mut ahead = self.at;
        ahead.bump();
        ahead.peek().is_some_and(|c| read_as_digit(c).is_some())
    }

    /// The end of the head: what closes it, and what is behind.
    fn close(mut self, look: Look, date: Part, clock: Part) -> Option<Damaged<'l>> {
        let closed = if look.bracketed {
            self.at.spaces();
            let sign = self.at.peek().filter(|c| matches!(c, ']' | ')' | '}' | '|'));
            sign.map(|_| self.at.bump());
            sign == Some(']') || self.hurt()
        } else {
            let spaces = self.at.spaces();
            let sign = self.at.peek().filter(|c| matches!(c, '-' | '_' | '~' | '=' | '.' | ':'));
            sign.map(|_| self.at.bump());
            (sign == Some('-') && spaces > 0 && self.at.peek() == Some(' '))
                || (self.hurt() && (spaces > 0 || sign.is_some()))
        };
        let spaced = self.at.spaces() > 0 || closed;
        self.hurts += usize::from(self.slipped);
        let seen = self.digits > FEW_DIGITS && spaced && !self.at.rest().is_empty();
        seen.then_some(Damaged { date, clock, hurts: self.hurts, rest: self.at.rest() })
    }

    fn hurt(&mut self) -> bool {
        self.hurts += 1;
        true
    }
}

/// The date at this place.
fn date(scan: &mut Scan<'_>, look: Look) -> Part {
    let Some(separator) = look.shape.separator().filter(char::is_ascii_punctuation) else {
        return Part::Missing;
    };
    let numbers = scan.numbers("/.-");
    let lengths: Vec<usize> = numbers.iter().map(String::len).collect();
    let written = |parts: &[&str]| Part::Read(parts.join(&separator.to_string()));
    match lengths[..] {
        [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4] => {
            written(&numbers.iter().map(String::as_str).collect::<Vec<_>>())
        }
        [_, _, _] => {
            scan.hurts += 1;
            Part::Illegible
        }
        // A sign between them was lost.
        [8] | [4, 4] | [2, 6] | [6, 2] | [4, 2] | [2, 4] => {
            scan.hurts += 1;
            let all = numbers.concat();
            let year = all.len() - 4;
            let cuts = if look.shape.is_year_first() { [year, year + 2] } else { [2, 4] };
            written(&[&all[..cuts[0]], &all[cuts[0]..cuts[1]], &all[cuts[1]..]])
        }
        _ => Part::Missing,
    }
}

/// The time of day at this place, with the word for its half.
fn clock(scan: &mut Scan<'_>, look: Look) -> Part {
    let start = scan.at;
    let mut numbers = scan.numbers(":.;");
    scan.hurts += usize::from(start.rest().split(' ').next().is_some_and(|word| word.contains(';')));
    let mut spaced = scan.at;
    // `21 04`
    if let ([hour], 1) = (&numbers[..], spaced.spaces())
        && (1..=2).contains(&hour.len())
        && spaced.number(2).is_some_and(|(_, digits)| digits == 2)
    {
        scan.at.spaces();
        scan.hurts += 1;
        numbers.extend(scan.numbers(":.;"));
    }
    if numbers.len() > 3 || numbers[0].is_empty() {
        return Part::Missing;
    }
    let all = numbers.concat();
    if numbers.iter().any(|n| n.len() > 2)
        && matches!(all.len(), 3..=6)
        && (all.len() > 4) == look.shape.has_seconds()
    {
        scan.hurts += 1;
        let (hours, minutes) = all.split_at(all.len() - if all.len() > 4 { 4 } else { 2 });
        numbers = vec![hours.to_owned(), minutes[..2].to_owned()];
        numbers.extend((minutes.len() > 2).then(|| minutes[2..].to_owned()));
    }
    let half = look.shape.has_meridiem().then(|| half(scan)).flatten();
    let whole = numbers.len() > 1 && numbers[1..].iter().all(|n| n.len() == 2);
    if !whole {
        scan.hurts += 1;
        return if numbers.len() > 1 { Part::Illegible } else { Part::Missing };
    }
    Part::Read(format!("{} {}", numbers.join(":"), half.unwrap_or_default()))
}

/// The word for the half of the day, as it stands there.
fn half(scan: &mut Scan<'_>) -> Option<String> {
    let mut ahead = scan.at;
    ahead.spaces();
    let before = ahead.rest();
    meridiem::read(&mut ahead)?;
    scan.at = ahead;
    Some(before[..before.len() - ahead.rest().len()].to_owned())
}

fn is_open(c: char) -> bool {
    matches!(c, '[' | '(' | '{' | '|')
}

/// The digit that `c` is, or that a scan takes for it.
fn read_as_digit(c: char) -> Option<char> {
    match c {
        'O' | 'o' => Some('0'),
        'l' | 'I' => Some('1'),
        _ => cursor::digit(c).and_then(|d| char::from_digit(d, 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Header;
    use super::*;

    fn read_as(line: &str, like: &str) -> Option<(String, String, usize, String)> {
        let look = Header::read(like).expect("a head").look;
        let found = read(line, look)?;
        let text = |part: &Part| match part {
            Part::Read(text) => text.trim_end().to_owned(),
            other => format!("{other:?}"),
        };
        Some((text(&found.date), text(&found.clock), found.hurts, found.rest.to_owned()))
    }

    #[test]
    fn heads_of_either_phone() {
        let android = "12/03/2024, 21:04 - Ana: hi";
        let ios = "[12/03/2024, 21:04:33] Ana: hi";
        for (line, like, date, clock) in [
            ("12/O3/2024, 2l:04 - Ana: hi", android, "12/03/2024", "21:04"),
            ("12/03/2024, 2104 - Ana: hi", android, "12/03/2024", "21:04"),
            ("12/03/2024, 21 04 - Ana: hi", android, "12/03/2024", "21:04"),
            ("12/03/2024, 21:04 Ana: hi", android, "12/03/2024", "21:04"),
            ("12/03/2024 21:04- Ana: hi", android, "12/03/2024", "21:04"),
            ("1203/2024, 21:04 - Ana: hi", android, "12/03/2024", "21:04"),
            ("12/03/204, 21:04 - Ana: hi", android, "Illegible", "21:04"),
            ("12/03/2024, 21:4 - Ana: hi", android, "12/03/2024", "Illegible"),
            ("21:04 - Ana: hi", android, "Missing", "21:04"),
            ("12/03/2024 - Ana: hi", android, "12/03/2024", "Missing"),
            ("12/03/2024, 21:04:33] Ana: hi", ios, "12/03/2024", "21:04:33"),
            ("(12/03/2024, 21:0433] Ana: hi", ios, "12/03/2024", "21:04:33"),
            ("[12/03/2024, 21:04:33 Ana: hi", ios, "12/03/2024", "21:04:33"),
        ] {
            let found = read_as(line, like).unwrap_or_else(|| panic!("not read: {line}"));
            assert_eq!((&*found.0, &*found.1, &*found.3), (date, clock, "Ana: hi"), "{line}");
        }
    }

    #[test]
    fn what_is_no_head() {
        let android = "12/03/2024, 21:04 - Ana: hi";
        for line in ["[12/03/2024, 21:04] Ana: hi", "2104 - Ana: hi", "Oli: hi", "10 - Ana: hi", "3:2"] {
            assert!(read_as(line, android).is_none(), "{line}");
        }
        assert!(!may_begin("Oli: 12") && !may_begin("ll is") && may_begin("l2/03/2O24"));
        assert!(is_stamp_alone("12/03/2024,") && !is_stamp_alone("12/03 map") && !is_stamp_alone("12"));
    }
}
