//! Lines with those that follow them in sight, and heads that are spread over several of them.

use std::collections::VecDeque;
use std::io::BufRead;

use super::super::error::ImportError;
use super::bare::Bare;
use super::tags::Tags;
use super::{furniture, grammars, moments, names};
pub use crate::import::intake::lines::Kept;
use crate::import::intake::lines::Lines;

/// How many lines are in sight.
const REACH: usize = 8;

/// Hands out lines while those that follow are known.
pub struct Ahead<R> {
    lines: Lines<R>,
    window: VecDeque<Kept>,
    /// What ended the lines, told when all before it are taken.
    end: Option<Result<(), ImportError>>,
    number: u64,
    bare: Bare,
    /// The numbers of the lines that only pages have, which are not handed out.
    pages: Vec<u64>,
    /// The last line to be handed out.
    last: u64,
}

impl<R: BufRead> Ahead<R> {
    /// These lines, without what `bare` knows.
    pub fn new(lines: Lines<R>, bare: Bare) -> Self {
        Self { lines, window: VecDeque::new(), end: None, number: 0, bare, pages: Vec::new(), last: u64::MAX }
    }

    /// Hand out lines up to the one numbered `last`.
    pub fn until(&mut self, last: u64) {
        self.last = last;
    }

    /// Whether who speaks was told by nothing but the side on which lines stand.
    pub fn guesses_sides(&self) -> bool {
        self.bare.guesses_sides()
    }

    /// How many lines above the line taken last, or at the end, were left out.
    pub fn left_out(&self) -> usize {
        self.pages.iter().filter(|page| **page <= self.number).count()
    }

    /// The number of the line taken last; 0 before the first.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Take the next line, `None` at the end.
    pub fn next_line(&mut self) -> Result<Option<Kept>, ImportError> {
        while self.end.is_none() && self.window.len() <= REACH && self.lines.number() < self.last {
            match self.lines.next_line() {
                Ok(Some(line)) => match self.bare.rest(line.text) {
                    None => self.pages.push(line.number),
                    Some(text) => {
                        let (number, cut) = (line.number, line.cut);
                        self.window.push_back(Kept { number, text: text.into_owned(), cut });
                    }
                },
                Ok(None) => self.end = Some(Ok(())),
                Err(error) => self.end = Some(Err(error)),
            }
        }
        let Some(line) = self.window.pop_front() else {
            self.number = self.pages.last().copied().unwrap_or(0).max(self.number);
            if self.end.is_none() {
                return Ok(None);
            }
            return self.end.replace(Ok(())).unwrap_or(Ok(())).map(|()| None);
        };
        self.number = line.number;
        Ok(Some(line))
    }

    /// Whether all lines to come are in sight.
    pub fn is_near_end(&self) -> bool {
        self.end.is_some() || self.lines.number() >= self.last
    }

    /// The lines in sight that are not blank.
    pub fn sight(&self) -> impl Iterator<Item = &str> {
        self.window.iter().filter(|l| !l.line().is_blank()).map(|l| l.text.as_str())
    }
}

/// The head that `lines` begin with where it is spread over several, as one line, and how many it takes: Discord sets the
/// tag of a server, `APP` or whom somebody answers between a name and its time.
pub fn spread(lines: &[&str], tags: &Tags) -> Option<(String, usize)> {
    if is_twice(lines) {
        return Some((lines[1].trim().to_owned(), 2));
    }
    let name = lines.first()?.trim();
    lines.get(1).filter(|next| may_end(next, tags))?;
    names::any(name).filter(|_| grammars::titled(name).is_none() && dashed_time(name).is_none())?;
    let joined = |time: &str, lines: usize| Some((format!("{name} — {}", time.trim()), lines));
    // A sign with a time behind it may be a name as well.
    let status = |line: &str| line.trim_start().starts_with(':') || names::is_alone(name);
    if let Some(time) = lines.get(1).filter(|l| status(l)).and_then(|l| moments::under_status(l)) {
        return joined(time, 2);
    }
    if moments::is_status(lines[1]) || tags.has_sign(lines[1]) {
        return lines.get(2).filter(|l| moments::whole(l).is_some()).and_then(|l| joined(l, 3));
    }
    for at in 1..4 {
        let line = lines.get(at)?.trim();
        let next = || lines.get(at + 1).copied().unwrap_or_default();
        if let Some(time) = dashed_time(line) {
            return joined(time, at + 1);
        }
        if furniture::is_dash(line) {
            return moments::whole(next()).and_then(|_| joined(next(), at + 2));
        }
        if line == "replied to" {
            let (_, time) = next().rsplit_once(" — ")?;
            return moments::whole(time).and_then(|_| joined(time, at + 2));
        }
        (is_tag(line) || tags.has(line)).then_some(())?;
    }
    None
}

/// Whether the first of `lines` is the name with which the head below it begins, once more for a picture.
pub fn is_twice(lines: &[&str]) -> bool {
    let [name, head, ..] = lines else { return false };
    let name = name.trim();
    let who = || grammars::titled(head).map(|head| head.who);
    !name.is_empty()
        && head.trim_start().starts_with(name)
        && who() == Some(grammars::Who::Speaker(name.to_owned()))
}

/// Whether `line` may be the end of a head that is spread over several lines, right under the name.
pub fn may_end(line: &str, tags: &Tags) -> bool {
    let line = line.trim();
    furniture::is_dash(line)
        || line == "replied to"
        || is_tag(line)
        || tags.has(line)
        || dashed_time(line).is_some()
        || moments::is_status(line)
        || moments::under_status(line).is_some()
}

/// `lines` with heads that are spread over several as one line each.
pub fn joined(lines: &[&str], tags: &Tags) -> Vec<String> {
    let mut out = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let (line, used) = spread(&lines[at..], tags).unwrap_or_else(|| (lines[at].to_owned(), 1));
        out.push(line);
        at += used;
    }
    out
}

/// The time of ` — 12/03/2024 16:02`, `Role icon, Art — 4:10 PM`: a line that says no name.
pub fn dashed_time(line: &str) -> Option<&str> {
    let line = line.trim();
    let time = match line.starts_with(moments::ROLE) {
        true => line.rsplit_once(" — ").map(|(_, time)| time),
        false => line.strip_prefix('—').or_else(|| line.strip_prefix('–')),
    };
    time.filter(|time| moments::whole(time).is_some())
}

/// `[OWLS]`, `APP`: what Discord sets behind names.
fn is_tag(line: &str) -> bool {
    let tag = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    matches!(line, "APP" | "BOT" | "SYSTEM" | "MOD" | "ADMIN" | "OWNER" | "STAFF" | "HELPER")
        || (1..=6).contains(&tag.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_spread_over_lines() {
        for (text, head, used) in [
            ("Tom|[BIRD]| — 12/03/2024 16:02|hi", "Tom — 12/03/2024 16:02", 3),
            ("Tom|MOD| — 12/03/2024 16:02|hi", "Tom — 12/03/2024 16:02", 3),
            ("Tom|:palm_tree:  4:02 PM|hi", "Tom — 4:02 PM", 2),
            ("Tom|🌴  4:02 PM|hi", "Tom — 4:02 PM", 2),
            ("Tom|:palm_tree:|4:02 PM|hi", "Tom — 4:02 PM", 3),
            ("Tom|APP| — 16:02|hi", "Tom — 16:02", 3),
            ("Tom| — |Today at 16:02|hi", "Tom — Today at 16:02", 3),
            ("Tom| replied to |Ria — Today at 16:02|hi", "Tom — Today at 16:02", 3),
            ("Tom|Role icon, Art — 4:10 PM|hi", "Tom — 4:10 PM", 2),
            ("Tom|Tom  4:10 PM|hi", "Tom  4:10 PM", 2),
            ("Tom|Tom (he/him)  4:10 PM|hi", "Tom (he/him)  4:10 PM", 2),
        ] {
            let lines: Vec<&str> = text.split('|').collect();
            assert_eq!(spread(&lines, &Tags::default()), Some((head.to_owned(), used)), "{text}");
        }
        for text in ["Tom|hi|Ria", "Tom — 16:02|hi", "Tom|—|so|it is", "Tom|[BIRD]|hi", "—|16:02"] {
            assert_eq!(spread(&text.split('|').collect::<Vec<_>>(), &Tags::default()), None, "{text}");
        }
    }

    #[test]
    fn what_follows_is_in_sight() {
        let mut ahead = Ahead::new(Lines::new("a\n\nb\nc\n".as_bytes(), "t", 10), Bare::default());
        assert_eq!(ahead.next_line().unwrap().map(|l| l.text).as_deref(), Some("a"));
        assert_eq!(ahead.sight().collect::<Vec<_>>(), ["b", "c"]);
        while ahead.next_line().unwrap().is_some() {}
        assert_eq!(ahead.number(), 4);
    }
}
