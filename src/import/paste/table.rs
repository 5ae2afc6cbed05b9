//! A table: the same places in each line, between bars, tabs or wide gaps, hold a time, a name and words.

use super::grammars::{Head, Who};
use super::{moments, names};
use crate::import::chats::chat::When;
use crate::import::syntax::markup;

/// What parts the cells of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Bar,
    Tab,
    Gap,
}

/// Which cells of a line hold what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    sign: Sign,
    columns: usize,
    name: usize,
    time: Option<usize>,
    words: usize,
    ruled: bool,
}

/// What tables write above the column of names.
const WHO: &str = "who name from sender author user speaker said_by sent_by who_said_it who_wrote \
    von wer absender verfasser de quien quién remitente qui expéditeur auteur quem remetente autor mittente autore nadawca gönderen \
    afzender vem avsändare hvem avsender afsender lähettäjä кто отправитель хто відправник 谁 誰 누구";
/// Words that say which way a message went: no names.
const WAYS: [&str; 10] =
    ["in", "out", "incoming", "outgoing", "sent", "received", "gesendet", "empfangen", "read", "unread"];

impl Table {
    /// The table that `lines` are, if they are one that tells who said what.
    pub fn of(lines: &[&str]) -> Option<Self> {
        [Sign::Bar, Sign::Tab, Sign::Gap].into_iter().find_map(|sign| Self::with(sign, lines))
    }

    fn with(sign: Sign, lines: &[&str]) -> Option<Self> {
        let ruled = sign == Sign::Bar && lines.iter().filter(|l| is_rule(l)).count() == 1;
        let lines: Vec<&str> = lines.iter().copied().filter(|l| !is_rule(l)).collect();
        // What goes on below a row of two cells stands behind a tab.
        let hanging = sign == Sign::Tab && lines.iter().any(|l| goes_on(l));
        let lines: Vec<&str> = lines.into_iter().filter(|l| !(hanging && goes_on(l))).collect();
        let counts: Vec<usize> = lines.iter().map(|l| count(sign, l)).filter(|n| *n > 1).collect();
        // Words may have the sign in them, so that there are as many columns as in the line with the fewest.
        let columns =
            (2..=8).rev().find(|n| counts.iter().filter(|c| *c >= n).count() * 10 >= counts.len() * 9)?;
        let rows: Vec<Vec<&str>> =
            lines.iter().filter(|l| count(sign, l) >= columns).map(|l| cells(sign, l, columns)).collect();
        if rows.len() < 3 || rows.len() * 5 < lines.len() * 4 {
            return None;
        }
        let is_time =
            |cell: &str| moments::whole(cell).is_some() && cell.contains(|c: char| c.is_ascii_digit());
        let share = |column: usize, what: &dyn Fn(&str) -> bool| {
            rows.iter().filter(|r| what(r[column])).count() * 4 >= rows.len() * 3
        };
        let time = (0..columns).find(|c| share(*c, &is_time));
        let bare = sign == Sign::Gap || (columns == 2 && sign == Sign::Tab && !hanging);
        if bare && time.is_none() {
            return None;
        }
        // A row with a time is none, whatever it says.
        let headed = time.map_or_else(|| rows[0].iter().any(|cell| is_who(cell)), |t| !is_time(rows[0][t]));
        let (heading, rows) = rows.split_at(usize::from(headed));
        let may_name = |c: &usize| Some(*c) != time && is_column_of_names(rows, *c);
        let told = |c: &usize| heading.first().is_some_and(|h| is_who(h[*c]));
        let known = (0..columns).filter(may_name).find(told);
        let name = known.or_else(|| (0..columns).filter(may_name).min_by_key(|c| distinct(rows, *c)))?;
        let length = |c: &usize| rows.iter().map(|r| r[*c].split_whitespace().count()).sum::<usize>();
        let words = (0..columns).rev().filter(|c| Some(*c) != time && *c != name).max_by_key(length)?;
        // A timetable has its places last.
        (known.is_some() || name < words).then_some(())?;
        // Few cells of a list of things are words that somebody says.
        let spoken = length(&words) * 2 >= rows.len() * 3 || hanging;
        (rows.len() > 1 && spoken).then_some(Self { sign, columns, name, time, words, ruled })
    }

    /// Whether a ruled line stands in it, as in Markdown.
    pub fn is_ruled(&self) -> bool {
        self.ruled
    }

    /// What a row says.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let below = self.sign == Sign::Tab && self.columns == 2 && goes_on(line);
        if is_rule(line) || below || count(self.sign, line) < self.columns {
            return None;
        }
        let row = cells(self.sign, line, self.columns);
        let name = names::tidy(row[self.name]);
        let when = self.time.map_or(Some(When::Unknown), |t| moments::whole(row[t]))?;
        (!name.is_empty()).then_some(Head { who: Who::Speaker(name), when, text: row[self.words] })
    }

    /// Whether `line` is ruled or says what the columns are.
    pub fn is_heading(&self, line: &str) -> bool {
        let who = |l: &str| {
            count(self.sign, l) >= self.columns && is_who(cells(self.sign, l, self.columns)[self.name])
        };
        is_rule(line) || who(line)
    }
}

/// Whether a column of this name holds names.
fn is_who(heading: &str) -> bool {
    let heading = heading.trim().trim_end_matches(['?', ':']).to_lowercase().replace(' ', "_");
    WHO.split_whitespace().any(|who| who == heading)
}

/// `|---|:-:|`, `+----+----+`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(['|', '+', '-', ':'])
        && line.contains("--")
        && line.chars().all(|c| matches!(c, '|' | '-' | ':' | '+' | ' ' | '='))
}

/// Whether `line` goes on with the last cell of the row above.
fn goes_on(line: &str) -> bool {
    line.strip_prefix('\t').is_some_and(|rest| !rest.trim().is_empty() && !rest.contains('\t'))
}

fn inner(sign: Sign, line: &str) -> &str {
    let line = line.trim_end_matches([' ', '\r']);
    let line = if sign == Sign::Tab { line } else { line.trim() };
    match sign {
        Sign::Bar if line.starts_with('|') => line[1..].strip_suffix('|').unwrap_or(&line[1..]),
        _ => line,
    }
}

fn count(sign: Sign, line: &str) -> usize {
    cells(sign, line, usize::MAX).len()
}

/// The first cells of `line`; the last is the rest.
fn cells(sign: Sign, line: &str, most: usize) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = inner(sign, line);
    let marked = line.starts_with('|');
    while out.len() + 1 < most {
        let at = match sign {
            Sign::Bar => bar(rest, marked).map(|at| (at, at + 1)),
            Sign::Tab => rest.find('\t').map(|at| (at, at + 1)),
            Sign::Gap => rest.find("  ").map(|at| (at, rest.len() - rest[at..].trim_start().len())),
        };
        let Some((end, next)) = at else { break };
        out.push(rest[..end].trim());
        rest = &rest[next..];
    }
    out.push(rest.trim());
    out
}

/// Where the next bar between cells stands. In Markdown (`marked`) one behind a backslash is a word's.
fn bar(line: &str, marked: bool) -> Option<usize> {
    let mut bars = line.match_indices('|').map(|(at, _)| at);
    bars.find(|at| !(marked && line[..*at].ends_with('\\')))
}

/// What a cell of Markdown says: bars that stand in it have a backslash before them, and ends of lines are tags.
pub fn unmarked(cell: &str) -> String {
    markup::with_line_ends(&cell.replace("\\|", "|")).into_owned()
}

fn distinct(rows: &[Vec<&str>], column: usize) -> usize {
    let mut cells: Vec<String> = rows.iter().map(|r| names::key(r[column])).collect();
    cells.sort();
    cells.dedup();
    cells.len()
}

/// Whether a column holds names: two at least, which come back.
fn is_column_of_names(rows: &[Vec<&str>], column: usize) -> bool {
    let name = |cell: &str| names::any(cell).is_some() && !WAYS.contains(&&*cell.to_lowercase());
    let fits = rows.iter().filter(|r| name(r[column])).count() * 10 >= rows.len() * 9;
    let distinct = distinct(rows, column);
    fits && distinct > 1 && distinct * 3 <= rows.len() * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        let lines: Vec<&str> = text.lines().collect();
        let table = Table::of(&lines)?;
        let rows = lines.iter().filter(|l| !table.is_heading(l)).filter_map(|l| table.head(l));
        Some(
            rows.map(|h| {
                let Who::Speaker(name) = h.who else { panic!("nobody") };
                (name, h.text.to_owned())
            })
            .collect(),
        )
    }

    #[test]
    fn tables_of_each_kind() {
        let want = [("Tom", "are you in"), ("Ria", "yes: come | now"), ("Tom", "ok I come")];
        let want: Option<Vec<_>> = Some(want.map(|(n, t)| (n.to_owned(), t.to_owned())).into());
        for text in [
            "| Time | Who | What |\n|---|:-:|---|\n| 16:02 | Tom | are you in |\n| 16:03 | Ria | yes: come | now |\n| 16:04 | Tom | ok I come |",
            "16:02 | Tom | are you in\n16:03 | Ria | yes: come | now\n16:04 | Tom | ok I come",
            "Tom | are you in\nRia | yes: come | now\nTom | ok I come",
            "Tom\t16:02\tare you in\nRia\t16:03\tyes: come | now\nTom\t16:04\tok I come",
            "16:02  Tom  are you in\n16:03  Ria  yes: come | now\n16:04  Tom  ok I come",
        ] {
            assert_eq!(read(text), want, "{text}");
        }
        let below =
            "Tom\tare you in\n\tor not\nRia\tyes I am\nTom\tgood: come\n\tnote: it rains\nRia\tok then";
        assert_eq!(read(below).map(|rows| rows.len()), Some(4));
        assert_eq!(read("Tom\tare you in\nRia\tyes I am\nTom\tgood: come\nRia\tok then"), None);
        let marked = "| Who | What |\n|---|---|\n| Tom | are you in |\n| Ria | tea \\| milk<br>or both |\n| Tom | ok I come |";
        assert_eq!(read(marked).map(|rows| unmarked(&rows[1].1)).as_deref(), Some("tea | milk\nor both"));
        for text in [
            "| Soup | 3 |\n| Bread | 2 |\n| Tea | 1 |",
            "Tom  are you in\nRia  yes\nTom  ok",
            "16:02 | Line 4 | Hall\n16:03 | Line 5 | Mill\n16:05 | Line 6 | Hall",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
