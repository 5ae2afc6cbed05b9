//! What stands on lines between names and their times, again and again: a role on a server, pronouns, how somebody is.

use std::collections::{HashMap, HashSet};

use super::{ahead, furniture, moments, names};

/// The lines.
#[derive(Debug, Default)]
pub struct Tags(HashSet<String>);

impl Tags {
    /// Those of `lines`; one may stand under another.
    pub fn of(lines: &[&str]) -> Self {
        const MOST: usize = 3;
        let mut tags = Self::default();
        for _ in 0..MOST {
            let more = tags.next(lines);
            if more.is_empty() {
                break;
            }
            tags.0.extend(more);
        }
        tags
    }

    /// Whether `line` is one.
    pub fn has(&self, line: &str) -> bool {
        self.0.contains(line.trim())
    }

    /// Whether `line` is one of signs alone.
    pub fn has_sign(&self, line: &str) -> bool {
        is_sign(line) && self.has(line)
    }

    /// Lines above times and those that are known: tags come under the same names again and again, where words come
    /// above a name only once.
    fn next(&self, lines: &[&str]) -> Vec<String> {
        let mut under: HashMap<&str, Vec<Option<&str>>> = HashMap::new();
        let ends = lines.last().is_some_and(|l| moments::whole(l).is_some());
        for at in
            (0..lines.len()).filter(|at| ahead::dashed_time(lines[*at]).is_some() || is_dashed(lines, *at))
        {
            let above = (0..at).rev().find(|at| !self.has(lines[*at]));
            let Some(above) = above else { continue };
            under
                .entry(lines[above].trim())
                .or_default()
                .push(above.checked_sub(1).map(|at| lines[at].trim()));
        }
        for at in (2..lines.len()).filter(|at| !ends && moments::whole(lines[*at]).is_some()) {
            if is_sign(lines[at - 1]) {
                under.entry(lines[at - 1].trim()).or_default().push(Some(lines[at - 2].trim()));
            }
        }
        let short = |line: &str| line.chars().count() <= 30 && line.split_whitespace().count() <= 4;
        under
            .into_iter()
            .filter(|(l, n)| short(l) && names::all_come_back(n))
            .map(|(l, _)| l.to_owned())
            .collect()
    }
}

/// Whether the line at `at` is a dash alone with a time below it.
fn is_dashed(lines: &[&str], at: usize) -> bool {
    furniture::is_dash(lines[at]) && lines.get(at + 1).is_some_and(|l| moments::whole(l).is_some())
}

/// Whether `line` is nothing but pictures.
fn is_sign(line: &str) -> bool {
    let line = line.trim();
    (1..=4).contains(&line.chars().count())
        && line.chars().all(|c| !c.is_alphanumeric() && !c.is_ascii() && !matches!(c, '—' | '–' | '…'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let mut tags: Vec<String> = Tags::of(&text.split('|').collect::<Vec<_>>()).0.into_iter().collect();
        tags.sort();
        tags
    }

    #[test]
    fn roles_come_under_names_and_names_under_words() {
        let roles = "tom|Keeper| — 16:02|in?|ria|she/her|Fan| — 16:03|yes|tom|Keeper| — 16:04|ok|ria|she/her|Fan| — 16:05|no";
        assert_eq!(of(roles), ["Fan", "Keeper", "she/her"]);
        assert!(of("tom| — 16:02|in?|ria| — 16:03|yes|tom| — 16:04|ok|ria| — 16:05|no").is_empty());
        assert_eq!(of("Tom|🏠|16:02|in?|Ria|16:03|yes|Tom|🏠|16:04|ok"), ["🏠"]);
        assert!(of("Tom|👍|16:02|Ria|ok|16:03|Tom|👍|16:04").is_empty());
    }
}
