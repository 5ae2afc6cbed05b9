//! Lists that people wrote by hand and that look like the app's: the log of a case, or a chat with a dash behind each name.

use std::collections::HashSet;

use super::notices;

/// So many lines tell how a file is written.
const ENOUGH: usize = 3;

/// Whether what stands before the colons are hardly people but what happened: next to none comes again, and most are
/// phrases (`Call from mother`). `names` of headers whose `rests` are given.
pub fn is_log<'l>(names: &[String], rests: impl IntoIterator<Item = &'l str>) -> bool {
    let distinct: HashSet<&str> = names.iter().map(String::as_str).collect();
    let phrases = distinct.iter().filter(|name| is_phrase(name)).count();
    let log = names.len() >= ENOUGH && distinct.len() * 4 >= names.len() * 3 && phrases * 2 >= distinct.len();
    log && !rests.into_iter().any(notices::is_app_notice)
}

/// Whether a dash stands behind the names where the app has a colon: `Bo - see you`. `named` of the headers have a colon.
pub fn is_dashed<'l>(named: usize, rests: impl IntoIterator<Item = &'l str>) -> bool {
    let rests: Vec<&str> = rests.into_iter().collect();
    let names: Vec<&str> = rests.iter().filter_map(|rest| split(rest)).map(|(name, _)| name).collect();
    let (all, speakers) = (rests.len(), names.iter().collect::<HashSet<_>>().len());
    let dashed = all >= ENOUGH && names.len() * 10 >= all * 9 && speakers * 3 <= all * 2 && named * 2 < all;
    dashed && !rests.into_iter().any(notices::is_app_notice)
}

/// The name before a dash, and the words behind it.
pub fn split(rest: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 30;
    let (name, words) = rest.split_once(" - ")?;
    let name = name.trim();
    let short = name.chars().count() <= LONGEST && !name.is_empty() && !name.contains(": ");
    short.then_some((name, words))
}

/// Whether `name` has words that no name of a person has: in small letters, and no `von` or `de`.
fn is_phrase(name: &str) -> bool {
    const PARTICLES: [&str; 18] = [
        "von", "van", "der", "den", "de", "da", "di", "la", "le", "el", "al", "bin", "ibn", "dos", "del",
        "zu", "y", "e",
    ];
    let small =
        |word: &str| word.chars().next().is_some_and(char::is_lowercase) && !PARTICLES.contains(&word);
    name.split_whitespace().skip(1).any(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(names: &[&str]) -> bool {
        is_log(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(), [])
    }

    #[test]
    fn events_are_no_people() {
        assert!(log(&["Call from mother", "Talked with school", "Called mother back", "Mail"]));
        assert!(!log(&["Ana", "Bo", "Cy"]) && !log(&["Ana van der Berg", "Bo", "Cy de Wit"]));
        assert!(!log(&["Mum of Bo", "Ana", "Mum of Bo", "Ana", "Ana"]) && !log(&["Call from mother"]));
        let names = ["Call from mother", "Talked with school", "Mail"].map(str::to_owned);
        assert!(!is_log(&names, ["Messages and calls are end-to-end encrypted."]));
    }

    #[test]
    fn a_dash_behind_names() {
        let lines = ["Bo - match?", "Ana - yes: with Cy", "Bo - good", "Ana - see you"];
        assert!(is_dashed(1, lines) && !is_dashed(3, lines));
        assert!(!is_dashed(0, ["one - a", "two - b", "three - c"]));
        assert_eq!(split("Ana - yes - no"), Some(("Ana", "yes - no")));
    }
}
