//! Two columns in place of names: what one person says stands on the left, what the other says far from it, as a screen
//! shows it. What is said above of the two sides names them.

use std::borrow::Cow;
use std::collections::HashSet;

use super::names;

/// How far from the left the other column begins at least.
const FAR: usize = 16;
/// The same where a line says who is on which side.
const NEAR: usize = 6;
/// How far apart its lines may begin, or end.
const LOOSE: usize = 3;
/// What people call the two sides.
const LEFT: &str = "left links linke gauche izquierda izq sinistra esquerda lewa lewo vänster venstre vasen слева зліва sol soldaki";
const RIGHT: &str = "right rechts rechte droite derecha der destra direita prawa prawo höger høyre højre oikea справа праворуч sağ sağdaki";

/// Who speaks on which side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    left: String,
    right: String,
    /// How far from the left the right one begins.
    from: usize,
    /// Whether the lines above the talk are passed.
    begun: bool,
    /// The line that says who is on which side.
    legend: Option<String>,
}

impl Columns {
    /// The two columns of `lines`, none of them blank, if they stand in such.
    pub fn of(lines: &[&str]) -> Option<Self> {
        // Most texts have hardly a line that stands so far from the left.
        lines.iter().any(|l| indent(l) >= NEAR).then_some(())?;
        let legend = lines.iter().take(8).find_map(|line| Some((*line, legend(line)?)));
        let above = legend.as_ref().and_then(|(line, _)| lines.iter().position(|l| l == line));
        let talk = &lines[above.map_or(0, |at| at + 1)..];
        let from = if legend.is_some() { NEAR } else { FAR };
        let sides: Vec<bool> = talk.iter().map(|l| indent(l) > 0).collect();
        let right: Vec<&str> = talk.iter().copied().filter(|l| indent(l) > 0).collect();
        let least = if legend.is_some() { 2 } else { 3 };
        let turns = sides.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let both = right.len() >= least && talk.len() - right.len() >= least && turns >= least;
        let apart = right.iter().all(|l| indent(l) >= from) && (are_even(&right) || legend.is_some());
        (both && apart && !has_names(talk) && are_short(talk)).then_some(())?;
        let (line, (left, right)) = match legend {
            Some((line, names)) => (Some(line.trim().to_owned()), names),
            None => (None, ("left".to_owned(), "right".to_owned())),
        };
        Some(Self { left, right, from, begun: line.is_none(), legend: line })
    }

    /// Whether nobody said who is on which side.
    pub fn are_guessed(&self) -> bool {
        self.legend.is_none()
    }

    /// `line` with who says it before its words.
    pub fn named<'l>(&mut self, line: &'l str) -> Cow<'l, str> {
        if !self.begun {
            self.begun = self.legend.as_deref() == Some(line.trim());
            return Cow::Borrowed(line);
        }
        if line.trim().is_empty() {
            return Cow::Borrowed(line);
        }
        let name = if indent(line) >= self.from { &self.right } else { &self.left };
        Cow::Owned(format!("{name}: {}", line.trim()))
    }
}

/// How far from the left `line` begins.
fn indent(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 8 } else { 1 }).sum()
}

/// Whether lines begin or end one below the other.
fn are_even(lines: &[&str]) -> bool {
    let even = |place: &dyn Fn(&str) -> usize| {
        let places: Vec<usize> = lines.iter().map(|l| place(l)).collect();
        places.iter().max().zip(places.iter().min()).is_some_and(|(most, least)| most - least <= LOOSE)
    };
    even(&indent) || even(&|line| indent(line) + line.trim().chars().count())
}

/// Whether names stand before the words of some of `lines`.
fn has_names(lines: &[&str]) -> bool {
    let named: Vec<String> =
        lines.iter().filter_map(|l| names::prefix(l)).map(|p| names::key(&p.name)).collect();
    let distinct: HashSet<&String> = named.iter().collect();
    named.len() * 5 > lines.len() * 2 || named.len() > distinct.len() + 1
}

/// Whether lines say as much as messages do.
fn are_short(lines: &[&str]) -> bool {
    let words: usize = lines.iter().map(|l| l.split_whitespace().count()).sum();
    words <= lines.len() * 14 && lines.iter().all(|l| !l.trim().contains("\t"))
}

/// Who is on the left and who on the right, as `line` says: `Left side = him (Jace)    Right side = my daughter`.
fn legend(line: &str) -> Option<(String, String)> {
    const LONGEST: usize = 160;
    (line.len() <= LONGEST).then_some(())?;
    let small = line.to_lowercase();
    let at = |words: &str| {
        let place = |word: &str| small.find(word).filter(|at| is_word(&small, *at, word));
        words.split(' ').filter_map(place).min()
    };
    let (left, right) = (at(LEFT)?, at(RIGHT)?);
    // The places are the same where the letters are as long in small.
    (small.len() == line.len()).then_some(())?;
    let (first, second) = (left.min(right), left.max(right));
    let names = (called(line.get(first..second)?)?, called(line.get(second..)?)?);
    (names.0 != names.1).then_some(if left < right { names } else { (names.1, names.0) })
}

fn is_word(text: &str, at: usize, word: &str) -> bool {
    let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    before && text[at + word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric())
}

/// Whom `Left side = him (Jace), ` names.
fn called(part: &str) -> Option<String> {
    const SIGNS: [&str; 9] = ["=", ":", "→", "->", " is ", " are ", " ist ", " est ", " es "];
    let (at, sign) = SIGNS.iter().filter_map(|sign| Some((part.find(sign)?, sign))).min()?;
    let name = part[at + sign.len()..].trim();
    let name = name.trim_end_matches([',', ';', '.', '|', '/', '-', '–']).trim_end();
    let name = [" and", " the", " on", " und", " auf der", " et", " à", " y", " a la"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    let name = name.trim_end_matches([',', ';', '.', ' ', '(', '[']);
    // A bracket that closes one around all of it.
    let open = name.matches(')').count() > name.matches('(').count();
    let name = if open { name.trim_end_matches(')') } else { name };
    let name = if name.matches('(').count() > name.matches(')').count() {
        format!("{name})")
    } else {
        name.to_owned()
    };
    names::plausible(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<String>> {
        let lines: Vec<&str> = text.split('|').collect();
        let mut columns = Columns::of(&lines)?;
        Some(lines.iter().map(|l| columns.named(l).into_owned()).collect())
    }

    #[test]
    fn sides_that_are_named() {
        for legend in [
            "Left side = him (Jace)      Right side = my daughter",
            "(right: my daughter, left: him (Jace))",
            "left is him (Jace), right is my daughter",
        ] {
            let found =
                read(&format!("{legend}|hey|you ok?|          im ok|sure?|          yes")).expect(legend);
            assert_eq!(
                found[1..],
                [
                    "him (Jace): hey",
                    "him (Jace): you ok?",
                    "my daughter: im ok",
                    "him (Jace): sure?",
                    "my daughter: yes"
                ]
            );
        }
        assert!(read("links = er, rechts = ich|na|\t\tja|so|\t\tok").is_some());
    }

    #[test]
    fn sides_without_a_word() {
        let wide = " ".repeat(30);
        let talk = format!("hey|{wide}hi|in?|{wide}yes I am|good|{wide}so");
        assert_eq!(read(&talk).expect("two columns")[..2], ["left: hey", "right: hi"]);
        for text in [
            format!("hey|{wide}hi|in?"),
            "if a:|        b|    c|else:|        d|    e".to_owned(),
            format!("Tom: hey|{wide}Ria: hi|Tom: in?|{wide}Ria: yes|Tom: so|{wide}Ria: ok"),
            "hey|hi|in?|yes".to_owned(),
            "left is the shop, right is the park|ok|      so you go there|thanks".to_owned(),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
