//! What printing sets into a text and copying takes along: the numbers of pages, and the title that stands on each.

use std::collections::{HashMap, HashSet};

use super::source::Sample;

/// Words before the number of a page, in small letters.
const WORDS: &str = "page p. pg. pg seite s. página pagina pág. pag. strona str. sayfa страница стр. сторінка стор. pagină \
    bladzijde blz. halaman sida side sivu strana oldal σελίδα trang หน้า صفحة עמוד पृष्ठ";
/// What stands between it and how many there are.
const OF: &str = "of von sur de di van z из з af av dari din / |";
/// How many lines with words stand between two numbers that have nothing beside them, at least.
const FAR: usize = 5;

/// What stands before and behind the number of a page, in small letters.
type Form = (String, String);

/// The lines of a text that only its pages have.
#[derive(Debug, Default)]
pub struct Printed {
    forms: HashSet<Form>,
    titles: HashSet<String>,
    /// Whether the first title has been seen: above the messages it is one.
    titled: bool,
    /// Whether the line above was one of them.
    within: bool,
}

impl Printed {
    /// Of the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let lines: Vec<&str> = sample.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        let mut found: HashMap<Form, Vec<(usize, u32)>> = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            if let Some((form, number)) = numbered(line) {
                found.entry(form).or_default().push((at, number));
            }
        }
        found.retain(|form, places| are_pages(form, places, lines.len()));
        let forms: HashSet<Form> = found.into_keys().collect();
        let is_page = |at: usize| {
            lines.get(at).and_then(|line| numbered(line)).is_some_and(|(form, _)| forms.contains(&form))
        };
        let beside = |at: usize| is_page(at + 1) || (at > 0 && is_page(at - 1));
        let first = lines.first().copied().filter(|line| is_title(line) && !forms.is_empty());
        let again = |first: &&str| (1..lines.len()).any(|at| lines[at] == *first && beside(at));
        let titles = first.filter(again).map(str::to_owned).into_iter().collect();
        Self { forms, titles, titled: false, within: false }
    }

    /// Whether `line`, the next of the text, is one of them, or blank below one.
    pub fn takes(&mut self, line: &str) -> bool {
        if self.forms.is_empty() {
            return false;
        }
        let line = line.trim();
        let again = self.titled;
        let title = self.titles.contains(line);
        self.titled |= title;
        let page = || numbered(line).is_some_and(|(form, _)| self.forms.contains(&form));
        self.within = (title && again) || (self.within && line.is_empty()) || page();
        self.within
    }
}

/// The number of a page in `Page 1 of 2`, `Seite 3`, `- 4 -`, `https://example.org 1/3`, and what stands around it.
fn numbered(line: &str) -> Option<(Form, u32)> {
    const LONGEST: usize = 120;
    let ends = line.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '–' | '—'));
    (ends && line.len() <= LONGEST).then_some(())?;
    let lower = line.to_lowercase();
    // The total, if there is one, ends the line.
    let end = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let (number, after) = match OF.split(' ').find_map(|of| end.trim_end().strip_suffix(of)) {
        Some(rest) if end.len() < lower.len() && rest.trim_end().ends_with(|c: char| c.is_ascii_digit()) => {
            let rest = rest.trim_end();
            (rest, &lower[rest.len()..])
        }
        _ => {
            let rest = lower.trim_end_matches(['-', '–', '—', ' ']);
            (rest, &lower[rest.len()..])
        }
    };
    let before = number.trim_end_matches(|c: char| c.is_ascii_digit());
    let number: u32 = number[before.len()..].parse().ok().filter(|n| (1..10_000).contains(n))?;
    let before = before.trim_start_matches('\u{c}');
    let word = before.trim();
    let link = word.split_whitespace().last().is_some_and(|w| w.contains("://"));
    let signed = matches!(word, "-" | "–" | "—") && after.trim() == word;
    let known = word.is_empty() && !after.trim().starts_with(['-', '–', '—']);
    // What stands at the head of each page of a court's papers: which case, filed when, page 4 of 12.
    let filed = || word.rsplit(char::is_whitespace).next().is_some_and(is_word_of_page);
    let apart = word.contains(|c: char| c.is_ascii_digit()) || word.contains("  ") || word.contains('\t');
    let filed = after.ends_with(|c: char| c.is_ascii_digit()) && apart && !word.contains(": ") && filed();
    (known || link || signed || filed || is_word_of_page(word))
        .then(|| ((before.to_owned(), after.to_owned()), number))
}

fn is_word_of_page(word: &str) -> bool {
    WORDS.split_whitespace().any(|w| w == word)
}

/// Whether lines of this `form`, where they stand among `all` with their numbers, are those of pages: these rise one by one, and
/// the less is said beside them, the farther apart they stand.
fn are_pages((before, after): &Form, places: &[(usize, u32)], all: usize) -> bool {
    let total: Option<u32> = after.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    let rise = places.windows(2).all(|pair| pair[0].1 + 1 == pair[1].1);
    let within = total.is_none_or(|total| places.iter().all(|(_, number)| *number <= total));
    let far = |least: usize| places.windows(2).all(|pair| pair[1].0 - pair[0].0 > least);
    let worded = before.contains(char::is_alphabetic);
    let end = places.last().is_some_and(|(at, number)| at + 1 == all && Some(*number) == total);
    rise && within
        && match (worded, total.is_some() || !after.is_empty()) {
            (true, true) => (places.len() > 1 && far(1)) || end,
            (true, false) | (false, true) => places.len() > 1 && far(2),
            (false, false) => places.len() > 2 && far(FAR),
        }
}

/// Whether `line` may be the title of a document: no time leads it, and nobody speaks in it.
fn is_title(line: &str) -> bool {
    !line.contains(": ") && !line.ends_with(':') && line.starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> Vec<String> {
        let text = text.replace('|', "\n");
        let mut printed = Printed::of(&Sample::new("t", text.as_bytes().to_vec()));
        text.lines().filter(|l| !printed.takes(l)).map(str::to_owned).collect()
    }

    #[test]
    fn pages_and_their_titles() {
        for (one, two) in [
            ("Page 1 of 2", "Page 2 of 2"),
            ("Seite 1 von 2", "Seite 2 von 2"),
            ("Página 1 de 2", "Página 2 de 2"),
            ("Стр. 1", "Стр. 2"),
            ("- 1 -", "- 2 -"),
            ("1/2", "2/2"),
            ("https://example.org/chat 1/2", "https://example.org/chat 2/2"),
            (
                "Case 3:24-cr-17   Filed 09/20/24   Page 4 of 12",
                "Case 3:24-cr-17   Filed 09/20/24   Page 5 of 12",
            ),
        ] {
            let text = format!("Chat with Ana|Ana: in?|Ben: yes|{one}|Chat with Ana|Ana: good|Ben: so|{two}");
            assert_eq!(left(&text).join("|"), "Chat with Ana|Ana: in?|Ben: yes|Ana: good|Ben: so", "{one}");
        }
        assert_eq!(left("Ana: in?|Ben: yes|Page 1 of 1").len(), 2);
        let page = "Ana: in?|Ben: yes|Ana: one|Ben: two|Ana: so|";
        assert_eq!(left(&format!("{page}1|{page}2|{page}3")).len(), 15);
    }

    #[test]
    fn what_people_count() {
        for text in [
            "Ana: which?|Page 1 of 2|Ben: ok",
            "Ana: in?|1|Ben: yes|2|Ana: good|3",
            "Ana: bring|1/2|2/2|Ben: ok",
            "Ana: read|Page 4|Page 7|Ben: ok|Page 9",
            "Ana: on 3/4 read page 4 of 12|Ben: so|Ana: on 3/4 read page 5 of 12|Ben: ok",
            "Ana|we read page 4 of 12|Ben|so|Ana|we read page 5 of 12|Ben|ok",
            "Tom|1|Ria|2|Tom|3",
            "Chat with Ana|Ana: in?|Chat with Ana|Ben: yes",
        ] {
            assert_eq!(left(text).len(), text.split('|').count(), "{text}");
        }
    }
}
