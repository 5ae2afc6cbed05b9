//! What people and programs set in front of every line of a copied talk: the sign of a quotation, a number, a bullet.

use super::moments;

/// What stands in front of the lines of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Nothing.
    None,
    /// `> Name: text`, as in an answer to a mail.
    Quote,
    /// `1. Name: text`, `2) Name: text`, counted in a row.
    Number,
    /// The same where another list stands within a message.
    NumberedName,
    /// `- Name: text`, `• Name: text`.
    Bullet,
    /// `12.03.2024 Name: text`: a date without a time.
    Date,
    /// `[Team] Name: text`: the channel of a game.
    Channel,
    /// ` 4   Name: text`: the numbers of lines, which begin anew on each page of what is filed with a court.
    Paper,
}

const BULLETS: [&str; 15] =
    ["- ", "* ", "• ", "· ", "‣ ", "▪ ", "● ", "◦ ", "– ", "-\t", "•\t", "·\t", "▪\t", "o\t", "§\t"];

impl Lead {
    /// What stands in front of `lines`.
    pub fn of(lines: &[&str]) -> Self {
        let most = |has: fn(&str) -> bool| lines.iter().filter(|l| has(l)).count() * 2 > lines.len();
        let quoted: Vec<&&str> = lines.iter().filter(|l| l.starts_with('>')).collect();
        // Where only names have the sign, it is none of quotation.
        if quoted.len() * 3 > lines.len() && !quoted.iter().all(|l| l.trim_end().ends_with(':')) {
            Self::Quote
        } else if most(|l| numbered(l).is_some()) && in_a_row(lines) {
            Self::Number
        } else if most(|l| numbered(l).is_some()) && names_in_a_row(lines) {
            Self::NumberedName
        } else if is_paper(lines) {
            Self::Paper
        } else if lines.len() > 2 && most(|l| unbulleted(l) != l) {
            Self::Bullet
        } else if lines.len() > 1 && most(|l| dated(l).is_some()) {
            Self::Date
        } else if lines.len() > 2 && most(|l| in_channel(l).is_some()) {
            Self::Channel
        } else {
            Self::None
        }
    }

    /// Whether `line` has the number of a line.
    pub fn is_on(self, line: &str) -> bool {
        self == Self::Paper && lined(line).is_some()
    }

    /// `line` without it.
    pub fn strip(self, line: &str) -> &str {
        match self {
            Self::None => line,
            Self::Quote => line.strip_prefix('>').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest)),
            Self::Number => numbered(line).map_or(line, |(_, rest)| rest),
            Self::NumberedName => {
                numbered(line).filter(|(_, rest)| is_named(rest)).map_or(line, |(_, rest)| rest)
            }
            Self::Bullet => unbulleted(line),
            Self::Date => dated(line).unwrap_or(line),
            Self::Channel => in_channel(line).unwrap_or(line),
            Self::Paper => lined(line).map_or(line, |(_, rest)| rest),
        }
    }
}

/// `line` without a bullet.
pub fn unbulleted(line: &str) -> &str {
    let start = line.trim_start();
    BULLETS.iter().find_map(|sign| start.strip_prefix(sign)).map_or(line, str::trim_start)
}

/// The number that `line` begins with, as lists have them, and the rest.
fn numbered(line: &str) -> Option<(u32, &str)> {
    let start = line.trim_start();
    let start =
        ["Message ", "Msg ", "Nachricht ", "#"].iter().find_map(|w| start.strip_prefix(w)).unwrap_or(start);
    let end = start.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = start.split_at(end);
    let signs = [". ", ") ", ".\u{a0}", ")\u{a0}", " - ", " – ", "  ", "\t"];
    let rest = signs.iter().find_map(|sign| rest.strip_prefix(sign))?;
    (number.len() < 6).then_some((number.parse().ok()?, rest.trim_start()))
}

/// The number of a line of a page, and what stands there: nothing where signs fill the line.
fn lined(line: &str) -> Option<(u32, &str)> {
    let start = line.trim();
    let end = start.find(|c: char| !c.is_ascii_digit()).unwrap_or(start.len());
    let (number, rest) = start.split_at(end);
    let apart = rest.is_empty() || rest.starts_with([' ', '\t', '\u{a0}']);
    let number = number.parse().ok().filter(|n| apart && (1..=60).contains(n))?;
    let rest = rest.trim_start();
    Some((number, if rest.chars().all(|c| c == '/') { "" } else { rest }))
}

/// Whether nearly all lines have such numbers, which rise by one and begin anew with each page.
fn is_paper(lines: &[&str]) -> bool {
    const LEAST: usize = 6;
    let numbers: Vec<u32> = lines.iter().filter_map(|l| lined(l)).map(|(n, _)| n).collect();
    let follows = |pair: &[u32]| pair[1] == pair[0] + 1 || (pair[1] == 1 && pair[0] > 3);
    // What is numbered there begins with who speaks, or when.
    let begins = |rest: &str| is_named(rest) || moments::leading(rest).is_some();
    let talk = lines.iter().filter(|l| lined(l).is_some_and(|(_, rest)| begins(rest))).count();
    talk * 3 >= numbers.len()
        && numbers.len() >= LEAST
        && numbers.len() * 5 >= lines.len() * 4
        && numbers.windows(2).all(follows)
}

/// What follows the date that `line` begins with, if that is no time.
fn dated(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (date, rest) = line.split_once(' ')?;
    let date = date.trim_matches(['[', ']', '(', ')', ':', ',']);
    let numbers: Vec<&str> = date.split(['.', '/', '-']).filter(|p| !p.is_empty()).collect();
    let is_date =
        numbers.len() == 3 && numbers.iter().all(|n| n.len() <= 4 && n.bytes().all(|b| b.is_ascii_digit()));
    let rest = rest.trim_start_matches(['-', '–', ' ']);
    (is_date && rest.starts_with(char::is_alphabetic)).then_some(rest)
}

/// What follows the channel that `line` begins with, where a name with a colon does.
fn in_channel(line: &str) -> Option<&str> {
    let (channel, rest) = line.trim_start().strip_prefix('[')?.split_once("] ")?;
    let word = !channel.is_empty() && channel.chars().all(char::is_alphabetic);
    let whispered = ["To ", "From "].iter().any(|way| channel.starts_with(way));
    let name =
        rest.split_once(": ").is_some_and(|(name, _)| (1..=3).contains(&name.split_whitespace().count()));
    // What is whispered to oneself is from somebody.
    ((word || whispered) && name).then(|| rest.strip_prefix("From ").unwrap_or(rest))
}

/// Whether the numbers rise by one: others may be dates or sums.
fn in_a_row(lines: &[&str]) -> bool {
    let numbers: Vec<u32> = lines.iter().filter_map(|l| numbered(l)).map(|(n, _)| n).collect();
    numbers.len() > 2 && numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]))
}

/// Whether a name with a colon stands behind a number.
fn is_named(rest: &str) -> bool {
    let name = rest.split_once(": ").map(|(name, _)| name).or_else(|| rest.trim_end().strip_suffix(':'));
    name.is_some_and(|name| (1..=3).contains(&name.split_whitespace().count()))
}

/// Whether the numbers before names rise by one, whatever others stand between.
fn names_in_a_row(lines: &[&str]) -> bool {
    let named: Vec<&str> =
        lines.iter().copied().filter(|l| numbered(l).is_some_and(|(_, rest)| is_named(rest))).collect();
    named.len() * 2 > lines.len() && in_a_row(&named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_of_lists_and_mails() {
        for (lines, lead) in [
            (["1. him: hi", "2. me: hey", "3. him: ok"], Lead::Number),
            (["7) him: hi", "8) me: hey", "9) him: ok"], Lead::Number),
            (["1. May: hi", "1. May: hey", "4. May: ok"], Lead::None),
            (["1. a: so", "1. him", "2. me"], Lead::None),
            (["- him: hi", "• me: hey", "him: ok"], Lead::Bullet),
            (["> him: hi", "> me: hey", "him: ok"], Lead::Quote),
            (["16.10 me: hi", "16.11 him: hey", "16.12 me: ok"], Lead::None),
            (["12.03.2024 him: hi", "12.03.2024 me: hey", "13.03.2024 him: ok"], Lead::Date),
            (["•\thim: hi", "•\tme: hey", "o\thim: ok"], Lead::Bullet),
            (["[All] him: hi", "[Team] me: hey", "[All] him: ok"], Lead::Channel),
            (["> him:", "hi", "> me:"], Lead::None),
            (["-him: hi", "*me*: hey", "him: ok"], Lead::None),
        ] {
            assert_eq!(Lead::of(&lines), lead, "{lines:?}");
        }
        let pages =
            ["1 him: hi", " 2  me: hey", " 3  and", " 4  so", "1  him: ok", " 2  me: so  ", " 3   //", " 4"];
        assert_eq!(Lead::of(&pages), Lead::Paper);
        assert_eq!(
            (Lead::Paper.strip(" 2   //"), Lead::Paper.strip(" 12  a 3"), Lead::Paper.strip("no")),
            ("", "a 3", "no")
        );
        assert_eq!(Lead::of(&["2 eggs", "3 pears", "1 egg", "4 figs", "2 limes", "1 leek"]), Lead::None);
        let list = ["1. him: hi", "2. me: bring", "  1. a coat", "  2. tea", "3. him: ok", "4. me: so"];
        assert_eq!(Lead::of(&list), Lead::NumberedName);
        assert_eq!(
            (Lead::NumberedName.strip(list[2]), Lead::NumberedName.strip(list[0])),
            ("  1. a coat", "him: hi")
        );
        assert_eq!(
            (Lead::Number.strip("12. me: 3. no"), Lead::Number.strip("3.5 km")),
            ("me: 3. no", "3.5 km")
        );
        assert_eq!((Lead::Bullet.strip(" • me: hi"), Lead::Quote.strip(">> hi")), ("me: hi", "> hi"));
    }
}
