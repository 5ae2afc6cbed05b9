//! A copy from Teams, in which a line for those who listen stands above each message: its words, ` by `, and who wrote it.
//! Name and time may follow, then the words once more.

use std::collections::HashSet;

use super::{furniture, moments, names};

/// How many lines may stand between such a line and the words.
const REACH: usize = 6;

/// Who writes in `lines`, if they are such a copy: two at least of such lines, the first near the top.
pub fn names(lines: &[&str]) -> Option<HashSet<String>> {
    const PREAMBLE: usize = 4;
    let mut found = HashSet::new();
    let mut first = None;
    let mut count = 0;
    for at in 0..lines.len() {
        if let Some(name) = announced(&lines[at..]) {
            first = first.or(Some(at));
            count += 1;
            found.insert(name.to_owned());
        }
    }
    (count > 1 && first.is_some_and(|at| at < PREAMBLE) && count * 10 >= lines.len()).then_some(found)
}

/// Whom of `names` `line` ends in, behind a word such as `by`: whose words follow.
pub fn by<'n>(line: &str, names: &'n HashSet<String>) -> Option<&'n str> {
    let line = line.trim();
    names.iter().find(|name| before(line, name).is_some()).map(String::as_str)
}

/// The words of `line` before a word such as `by` and `name`.
fn before<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (words, by) = line.strip_suffix(name)?.strip_suffix(' ')?.rsplit_once(' ')?;
    (matches!(by, "by" | "von" | "par" | "por" | "de" | "da" | "di" | "przez" | "door" | "av" | "af"))
        .then_some(words)
}

/// Whose message the first of `lines` tells of, if what it tells follows below a time.
fn announced<'l>(lines: &[&'l str]) -> Option<&'l str> {
    let line = lines.first()?.trim();
    let name = lines.get(1)?.trim();
    let time = lines.iter().take(REACH).position(|l| moments::whole(l).is_some())?;
    // Between them stands nothing but the name.
    let named = time > 1 && lines[1..time].iter().all(|l| l.trim() == name);
    let words = lines.get(time + 1..)?.iter().find(|l| !furniture::is_furniture(l))?.trim();
    let told = |said: &str| said.starts_with(words) || words.starts_with(said.trim_end_matches(['…', '.']));
    (named && names::placed(name).is_some() && before(line, name).is_some_and(told)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_announced() {
        let text = "Today|in? by Tom|Tom|Tom|4:02 PM|in?|yes by Ria Hill|Ria Hill|Ria Hill|4:03 PM|Edited|yes|ok by Tom|4:04 PM|ok";
        let found = names(&text.split('|').collect::<Vec<_>>()).unwrap();
        assert_eq!((found.len(), by("ok by Tom", &found), by("ok Tom", &found)), (2, Some("Tom"), None));
        let text = "a song by Tom|Tom|4:02 PM|I like it|a tale by Ria|Ria|4:03 PM|so do I";
        assert_eq!(names(&text.split('|').collect::<Vec<_>>()), None);
    }
}
