//! What only the file as a whole tells of its names: which have a colon, and which is the group's.

use std::collections::{HashMap, HashSet};

use super::bodies;
use super::by_hand;
use super::done;
use super::names;
use super::notices;
use crate::import::syntax::cursor;

/// So many messages must begin alike before a part of a name is believed.
const ENOUGH: usize = 3;
/// Most beginnings remembered, so that no file fills the memory with them.
const MOST: usize = 20_000;
/// So many notices under one name are looked at to tell whether it is a group's.
const MOST_NOTICES: usize = 50;

/// The names of a file.
#[derive(Debug, Default)]
pub struct Survey {
    beginnings: HashMap<String, Beginning>,
    in_two_parts: HashSet<String>,
    heads: HashMap<String, Head>,
    /// The name above the notice of encryption, if it opens the file.
    opening: Option<String>,
    /// The names of the group, which may have changed.
    groups: HashSet<String>,
    /// Whether these are hardly names.
    log: bool,
    /// Whether a dash stands behind names.
    dashed: bool,
}

/// What could be a name by its colon.
#[derive(Debug)]
struct Beginning {
    times: usize,
    /// The name, unless it is none. Judged once, as names recur.
    name: Option<String>,
}

/// What is seen under one name.
#[derive(Debug, Default)]
struct Head {
    /// The notice of encryption, which iOS puts under the group's name, or the other person's where there is no group.
    encryption: bool,
    /// Anything else than what the app writes.
    words: bool,
    /// Those bodies that could be notices by their mark, while there are no words: the first of them.
    notices: Vec<String>,
}

impl Survey {
    /// Look at what stands behind the headers of a file. `named`: every header has a name.
    pub fn of<'l>(rests: impl IntoIterator<Item = &'l str> + Clone, named: bool) -> Self {
        let mut survey = Self::default();
        survey.count_beginnings(rests.clone());
        if !named {
            let plain = rests.clone().into_iter().filter_map(|rest| names::first(rest, &survey, false));
            let plain: Vec<String> = plain.map(|(name, _)| name).collect();
            survey.log = by_hand::is_log(&plain, rests.clone());
            survey.dashed = by_hand::is_dashed(plain.len(), rests.clone());
        }
        survey.in_two_parts = survey.names_in_two_parts(rests.clone(), named);
        for rest in rests {
            survey.see(rest, named);
        }
        survey.groups = survey.find_groups();
        survey
    }

    /// Whether what stands before colons hardly names people.
    pub fn is_log(&self) -> bool {
        self.log
    }

    /// Whether a dash stands behind names, and no colon.
    pub fn is_dashed(&self) -> bool {
        self.dashed
    }

    /// How often a name could end where `beginning` ends.
    pub fn times(&self, beginning: &str) -> usize {
        self.beginnings.get(beginning).map_or(0, |seen| seen.times)
    }

    /// The name that `beginning` is, if it is one.
    pub fn name(&self, beginning: &str) -> Option<String> {
        match self.beginnings.get(beginning) {
            // Somebody may be called like a notice, which is always of somebody.
            Some(seen) if seen.name.is_none() && seen.times >= ENOUGH && !self.is_of_somebody(beginning) => {
                names::fitting(beginning)
            }
            Some(seen) => seen.name.clone(),
            None => names::judge(beginning),
        }
    }

    /// Whether `beginning` goes on behind the name or number of somebody, or the word for the owner.
    pub fn is_of_somebody(&self, beginning: &str) -> bool {
        let named = |at: usize| {
            let before = beginning[..at].trim_start_matches(cursor::is_mark);
            let seen = self.beginnings.get(before).or_else(|| self.beginnings.get(&beginning[..at]));
            seen.is_some_and(|seen| seen.name.is_some())
        };
        let plain = cursor::plain(beginning);
        plain.starts_with(['+', '~'])
            || done::is_of_the_owner(&plain)
            || beginning.match_indices(' ').any(|(at, _)| named(at))
    }

    /// Whether a name that stands there once goes on for some words behind that of somebody else, as notices do.
    pub fn may_be_notice(&self, name: &str) -> bool {
        const WORDS: usize = 4;
        name.split_whitespace().count() >= WORDS && self.times(name) == 1 && self.is_of_somebody(name)
    }

    /// Whether names that begin with `name` have a second part behind a colon.
    pub fn has_two_parts(&self, name: &str) -> bool {
        self.in_two_parts.contains(name)
    }

    /// Whether somebody is called `name`.
    pub fn knows(&self, name: &str) -> bool {
        self.heads.contains_key(name)
    }

    /// The name of somebody that `rest` begins with, and what follows it, where the sign between them is lost.
    pub fn name_before<'l>(&self, rest: &'l str) -> Option<(&'l str, &'l str)> {
        const MOST_WORDS: usize = 6;
        let ends = rest.match_indices([' ', ';', ',', '.', ':']).map(|(at, _)| at).take(MOST_WORDS);
        let names = ends.map(|at| rest.split_at(at));
        names.filter(|(name, behind)| self.knows(name) && !behind.trim().is_empty()).last()
    }

    /// Whether `name` is the group's.
    pub fn is_group(&self, name: &str) -> bool {
        self.groups.contains(name)
    }

    fn count_beginnings<'l>(&mut self, rests: impl IntoIterator<Item = &'l str>) {
        for beginning in rests.into_iter().flat_map(names::beginnings) {
            if let Some(seen) = self.beginnings.get_mut(beginning) {
                seen.times += 1;
            } else if self.beginnings.len() < MOST {
                let seen = Beginning { times: 1, name: names::judge(beginning) };
                self.beginnings.insert(beginning.to_owned(), seen);
            }
        }
    }

    /// The names behind which a second colon always follows, with few different words before it.
    fn names_in_two_parts<'l>(
        &self,
        rests: impl IntoIterator<Item = &'l str>,
        named: bool,
    ) -> HashSet<String> {
        let mut tally: HashMap<String, (usize, HashMap<String, usize>)> = HashMap::new();
        for (name, body) in rests.into_iter().filter_map(|rest| names::first(rest, self, named)) {
            let second = names::second(body);
            // `location: https://…` is the app's; neither says anything of the name.
            let says_nothing = |(_, rest): &(String, &str)| rest.is_empty() || rest.starts_with("http");
            let is_full = tally.len() >= MOST && !tally.contains_key(&name);
            if is_full || second.as_ref().is_some_and(says_nothing) {
                continue;
            }
            let (total, parts) = tally.entry(name).or_default();
            *total += 1;
            if let Some((part, _)) = second {
                *parts.entry(part).or_default() += 1;
            }
        }
        let recur = |(total, parts): &(usize, HashMap<String, usize>)| {
            let seconds: usize = parts.values().sum();
            // One in ten may be a line of the app, which has the name without the colon.
            seconds >= ENOUGH && seconds * 10 >= total * 9 && parts.len() * 3 <= seconds * 2
        };
        tally.into_iter().filter(|(_, seen)| recur(seen)).map(|(name, _)| name).collect()
    }

    fn see(&mut self, rest: &str, named: bool) {
        let Some((name, body)) = names::split(rest, self, named) else { return };
        if self.heads.len() >= MOST && !self.heads.contains_key(&name) {
            return;
        }
        let encryption = bodies::is_marked(body) && notices::tells_of_encryption(body);
        let words = !bodies::may_be_notice(body);
        if encryption && self.heads.is_empty() {
            self.opening = Some(name.clone());
        }
        let head = self.heads.entry(name).or_default();
        head.encryption |= encryption;
        head.words |= words;
        if head.words {
            head.notices = Vec::new();
        } else if head.notices.len() < MOST_NOTICES {
            head.notices.push(cursor::plain(body));
        }
    }

    /// The group never speaks, while others do: where there are but two people, the name above the notice of encryption is the
    /// other's, whose words a mark must not hide. It stands above that notice where it opens the file and two others are in it, or
    /// else, as long chats are exported without their beginning, above nothing but what others have done, two of whom speak.
    fn find_groups(&self) -> HashSet<String> {
        let speak = self.heads.iter().filter(|(_, head)| head.words);
        let speakers: HashSet<String> = speak.map(|(name, _)| done::bare(name)).collect();
        let (two_speak, three_named) = (speakers.len() > 1, self.heads.len() > 2);
        let is_group = |(name, head): &(&String, &Head)| {
            let opens = head.encryption && self.opening.as_ref() == Some(name);
            let tells = || head.notices.iter().all(|told| tells_of_others(&speakers, told));
            !head.words && ((opens && three_named && !speakers.is_empty()) || (two_speak && tells()))
        };
        self.heads.iter().filter(is_group).map(|(name, _)| name.clone()).collect()
    }

    /// Whether a line says that somebody of the file left, and nothing else.
    pub fn tells_who_left(&self, text: &str) -> bool {
        let bare = |name: &str| name.trim_start_matches(['~', ' ']).to_owned();
        notices::without_leaving(&cursor::plain(text))
            .is_some_and(|who| self.heads.keys().any(|n| bare(n) == bare(&who)))
    }
}

/// Whether `told`, which stands with the app's mark under a name that never speaks, is of one of `speakers`, or known.
fn tells_of_others(speakers: &HashSet<String>, told: &str) -> bool {
    let text = done::bare(told);
    let of_others = || text.match_indices(' ').any(|(at, _)| speakers.contains(&text[..at]));
    notices::is_app_notice(told)
        || done::is_done_by_anybody(told)
        || notices::without_leaving(told).is_some()
        || (!told.contains(['!', '?']) && of_others())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_colon_recur() {
        let heads = [
            "Theo: Plot 9: hi",
            "Theo: Plot 9: you: too",
            "Ana: a: b",
            "Theo: School: hi",
            "Ana: no",
            "Ana: c: d",
        ];
        let survey = Survey::of(heads, true);
        let name = |rest| names::split(rest, &survey, true).map(|(name, _)| name);
        assert_eq!(name(heads[1]).as_deref(), Some("Theo: Plot 9"));
        assert_eq!(name(heads[3]).as_deref(), Some("Theo: School"));
        assert_eq!(name(heads[2]).as_deref(), Some("Ana"));
        let few = Survey::of(["Theo: Plot 9: hi", "Theo: Plot 9: you"], true);
        assert!(!few.has_two_parts("Theo"));
        let app = Survey::of(["Theo: location: https://maps.example/a"; 3], false);
        assert!(!app.has_two_parts("Theo"));
        let all_differ = Survey::of(["Theo: a: 1", "Theo: b: 1", "Theo: c: 1"], true);
        assert!(!all_differ.has_two_parts("Theo"));
    }

    #[test]
    fn the_group_is_silent_and_others_speak() {
        let notice = "Plot: \u{200e}Messages and calls are end-to-end encrypted.";
        let heads = [notice, "Plot: \u{200e}Ana added you", "Ana: hi", "Ben: hey"];
        assert!(Survey::of(heads, true).is_group("Plot"));
        let (two, speaking) = ([notice, "Plot: \u{200e}so", "Ana: hi"], [notice, "Plot: so", "Ana: hi"]);
        assert!(!Survey::of(two, true).is_group("Plot"));
        assert!(!Survey::of(speaking, true).is_group("Plot"));
    }

    #[test]
    fn notices_tell_of_people() {
        let survey = Survey::of(["Ana: hi", "~ Bea: hey", "花子: a"], true);
        assert!(survey.tells_who_left("Bea left") && survey.tells_who_left("Bea hat die Gruppe verlassen."));
        assert!(!survey.tells_who_left("I wish he left") && !survey.tells_who_left("Bea come here"));
    }
}
