//! What was copied from the screen of a messenger: headings such as `You sent` above messages, where the other side
//! has its name alone on a line; or a name with a time under it.

use std::collections::{HashMap, HashSet};

use super::senders::{self, Sender, YOU, sender};
use super::{announced, dated, furniture, grammars, mail, moments, names, places, signs};

/// The names that stand on lines of their own on a screen.
#[derive(Default)]
pub struct Screen {
    /// The names.
    pub names: HashSet<String>,
    /// The same people by a second name, on a line under the first.
    pub second: HashSet<String>,
    /// Lines that come back and could be names, but do not stand where names stand.
    perhaps: HashSet<String>,
    /// Whether headings say who sent or answered.
    pub sent: bool,
    /// Whether one's own words have no name above them.
    pub one_sided: bool,
    /// Whether days stand under names in place of times.
    pub dated: bool,
    /// Whether lines above names say who writes what stands below.
    pub announced: bool,
    /// Whether lines under the times say to whom, as those of Gmail do.
    addressed: bool,
    /// What stands above the words of people whom headings above answers call otherwise.
    answered: HashMap<String, String>,
}

impl Screen {
    /// One of these names, as found by [`super::plan`].
    pub fn titles(names: HashSet<String>) -> Self {
        Self { names, ..Self::default() }
    }

    /// The screen that `lines`, below the `head` of a page, were copied from, if they were.
    pub fn of(lines: &[&str], head: &[&str]) -> Option<Self> {
        if let Some(screen) = Self::of_senders(lines, head) {
            return Some(screen);
        }
        if let Some(names) = announced::names(lines) {
            return Some(Self { second: names.clone(), names, announced: true, ..Self::default() });
        }
        if let Some(names) = dated::names_above(lines) {
            return Some(Self { names, dated: true, ..Self::default() });
        }
        let placed = places::above_times(lines);
        let is_name =
            |line: &str| (names::is_alone(line) || names::is_handle(line)) && !furniture::is_furniture(line);
        let under = |pair: &&[&str]| is_name(bare(pair[0])) && moments::under_name(pair[1]).is_some();
        let pairs = lines.windows(2).filter(under).count();
        let leads = lines.get(..2).is_some_and(|pair| under(&pair));
        let names: HashSet<String> =
            lines.windows(2).filter(under).map(|pair| bare(pair[0]).to_owned()).collect();
        // Where times stand after words, there is one line between most of them; here there are a name and words.
        let times: Vec<usize> =
            (0..lines.len()).filter(|at| moments::under_name(lines[*at]).is_some()).collect();
        let single = times.windows(2).filter(|pair| pair[0] + 2 == pair[1]).count();
        let titled = lines.iter().filter(|l| grammars::titled(l).is_some()).count();
        // Slack's names with a status stand beside their times.
        let mixed = pairs > 0 && titled > 0 && pairs * 3 >= titled && pairs + titled > 2;
        let leads = leads || (mixed && grammars::titled(lines[0]).is_some());
        let enough = (pairs > 1 || mixed)
            && leads
            && (pairs + titled) * 10 >= lines.len()
            && (mixed || single * 2 < times.len());
        let to =
            lines.windows(2).filter(|p| moments::under_name(p[0]).is_some() && is_addressee(p[1])).count();
        (enough || placed.is_some()).then(|| {
            let titled = lines.iter().filter_map(|l| match grammars::titled(l)?.who {
                grammars::Who::Speaker(name) => Some(name),
                grammars::Who::App => None,
            });
            let placed = placed.iter().flatten().map(|name| bare(name).to_owned());
            let names = if enough { names } else { HashSet::new() };
            let names = names.into_iter().chain(placed).chain(titled).collect();
            Self { names, addressed: pairs > 0 && to * 2 >= pairs, ..Self::default() }
        })
    }

    /// The same below a few lines of the window that name no message, and how many these are: tabs, a title, a day. Three names at least stand above
    /// times there.
    pub fn below(lines: &[&str], head: &[&str]) -> Option<(Self, usize)> {
        const MOST: usize = 9;
        const WORDS: usize = 6;
        let under = |at: usize| {
            let time = lines.get(at + 1).is_some_and(|l| moments::under_name(l).is_some());
            time && names::placed(lines[at]).is_some() && !moments::is_alone(lines[at])
        };
        let first = (1..lines.len().min(MOST + 1)).find(|at| under(*at))?;
        let words = |l: &&str| l.split_whitespace().count() > WORDS || l.ends_with(['.', '?', '!', ',']);
        if lines[..first].iter().any(|l| words(l) || names::prefix(l).is_some_and(|p| !p.text.is_empty())) {
            return None;
        }
        let screen = Self::of(&lines[first..], head)?;
        let named = lines
            .windows(2)
            .filter(|p| screen.names.contains(bare(p[0])) && moments::under_name(p[1]).is_some());
        (named.count() > 2).then_some((screen, first))
    }

    /// The screen of `lines` with headings above one's own messages; a word that people write comes back.
    fn of_senders(lines: &[&str], head: &[&str]) -> Option<Self> {
        let found: Vec<Sender<'_>> = lines.iter().filter_map(|l| sender(l)).collect();
        let own = found.iter().filter(|s| s.name == YOU).count();
        let certain =
            own > 1 || lines.iter().any(|l| sender(l).is_some_and(|s| s.name == YOU) && !senders::is_word(l));
        (own > 0 && certain).then_some(())?;
        let mut screen = Self { sent: true, ..Self::default() };
        screen.names.extend(found.iter().filter(|s| !s.answers).map(|s| s.name.to_owned()));
        screen.add_whole_names(lines);
        screen.add_others(lines, head, own);
        screen.answered = found
            .iter()
            .filter(|s| s.answers && !screen.names.contains(s.name))
            .map(|s| (s.name.to_owned(), screen.known_as(s.name).to_owned()))
            .collect();
        screen.names.insert(YOU.to_owned());
        Some(screen)
    }

    /// A name with the whole name of the same person under it is a heading though it came once.
    fn add_whole_names(&mut self, lines: &[&str]) {
        for pair in lines.windows(3) {
            let [above, name, whole] = [pair[0].trim(), pair[1].trim(), pair[2].trim()];
            let begins = whole.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
            let people = begins && names::is_alone(name) && whole.split(' ').all(names::is_alone);
            if people && sender(above).is_none() {
                self.names.insert(name.to_owned());
                self.second.insert(whole.to_owned());
            }
        }
    }

    /// What stands above the words of the one whom headings above answers call `name`.
    fn known_as<'l>(&'l self, name: &'l str) -> &'l str {
        let small = names::key(name);
        let same = |known: &&String| names::key(known).starts_with(&small) || is_part(known, name);
        let mut known = self.names.iter().filter(|known| *known != YOU).filter(same);
        known.next().filter(|_| known.next().is_none()).map_or(name, String::as_str)
    }

    /// The other side never sent anything by its own account: its name stands alone, again and again, above its words.
    fn add_others(&mut self, lines: &[&str], head: &[&str], own: usize) {
        for (line, places) in coming_back(lines, head) {
            let above = |at: &usize| at.checked_sub(1).map(|at| lines[at].trim());
            // Under a heading stand the words of a message.
            let under = |name: &str| name != line && self.is_heading(name);
            let words = places.iter().filter_map(above).filter(|l| under(l)).count();
            let small = line.starts_with(char::is_lowercase) && !names::is_handle(line);
            let often = places.len() * if small { 2 } else { 4 } >= own;
            if words == 0 && often {
                self.names.insert(line.to_owned());
            } else if words == places.len() && places.iter().filter_map(above).all(|n| is_part(n, line)) {
                self.second.insert(line.to_owned());
            } else if words == 0 && !small {
                self.perhaps.insert(line.to_owned());
            }
        }
    }

    fn is_heading(&self, line: &str) -> bool {
        let whole_name = self.second.contains(line);
        whole_name || signs::is_original(line) || sender(line).is_some() || self.names.contains(line)
    }

    /// Who `line` is a heading for.
    pub fn heading<'l>(&'l self, line: &'l str) -> Option<&'l str> {
        let sender = sender(line).filter(|_| self.sent).map(|s| s.name);
        let sender = sender.map(|name| self.answered.get(name).map_or(name, String::as_str));
        let by = || announced::by(line, &self.names).filter(|_| self.announced);
        let known = sender.or_else(|| self.names.get(bare(line)).map(String::as_str)).or_else(by);
        known.or_else(|| self.whole_name(line))
    }

    /// Who `line` names by the second name: on a screen that says who sent, it stands alone above the next words of whoever
    /// spoke before.
    pub fn whole_name(&self, line: &str) -> Option<&str> {
        let line = line.trim();
        let known = self.second.contains(line) && self.sent;
        let mut people = self.names.iter().filter(|name| known && is_part(name, line));
        people.next().filter(|_| people.next().is_none()).map(String::as_str)
    }

    /// Whether a second line says `name` once more.
    pub fn is_second(&self, name: &str) -> bool {
        self.second.contains(name)
    }

    /// Whether `line` is none of the talk; `fresh` where it stands right under a heading.
    pub fn is_status(&self, line: &str, fresh: bool) -> bool {
        let line = line.trim();
        if self.addressed && fresh && is_addressee(line) {
            return true;
        }
        self.sent
            && (line == "Sent"
                || (signs::is_enter(line) && !fresh)
                || (fresh && self.second.contains(line) && self.whole_name(line).is_none()))
    }

    /// Whether `line` could be a heading and was not taken for one.
    pub fn doubts(&self, line: &str) -> bool {
        self.perhaps.contains(line.trim())
    }
}

/// A name without the address of its mails.
fn bare(line: &str) -> &str {
    mail::without_address(line).unwrap_or(line.trim())
}

/// `to me`, `to Ana`: whom a mail is for.
fn is_addressee(line: &str) -> bool {
    line.trim().strip_prefix("to ").is_some_and(|who| (1..=3).contains(&who.split_whitespace().count()))
}

/// The lines that could be names and come back or stand in the `head` as well, the most frequent first, each with where it
/// stands.
fn coming_back<'l>(lines: &[&'l str], head: &[&str]) -> Vec<(&'l str, Vec<usize>)> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().map(|l| l.trim()).enumerate() {
        let name = names::is_alone_in_any_case(line) || names::is_handle(line);
        if name && sender(line).is_none() && !furniture::is_furniture(line) && !is_sign(line) {
            places.entry(line).or_default().push(at);
        }
    }
    let mut found: Vec<_> = places
        .into_iter()
        .filter(|(line, at)| at.len() > 1 || head.iter().any(|l| l.trim() == *line))
        .collect();
    found.sort_by_key(|(_, at)| (std::cmp::Reverse(at.len()), at[0]));
    found
}

/// Words of the screen that come back as names do.
fn is_sign(line: &str) -> bool {
    line == "Sent" || signs::is_enter(line) || furniture::is_profile(line)
}

/// Whether `name` is a part of `whole`: a first name.
fn is_part(name: &str, whole: &str) -> bool {
    whole.split(' ').any(|word| word == name) || name.split(' ').any(|word| word == whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.split('|').collect();
        let mut names: Vec<String> = Screen::of(&lines, &[]).expect("a screen").names.into_iter().collect();
        names.sort();
        names
    }

    #[test]
    fn the_other_side_stands_alone_on_a_line() {
        assert_eq!(found("Tom Hill|hi|You sent|hey|Tom Hill|home?|You sent|yes"), ["Tom Hill", "You"]);
        assert_eq!(found("tom|hi|You sent|hey|tom|home?|You sent|yes"), ["You", "tom"]);
        assert_eq!(found("Tom|Tom Hill|hi|You sent|hey|Tom|Tom Hill|home?|You sent|yes"), ["Tom", "You"]);
        assert_eq!(found("Tom|Cool|You sent|hey|Tom|Cool|You sent|Great|You sent|Great"), ["Tom", "You"]);
    }

    #[test]
    fn names_above_and_beside_times() {
        assert_eq!(found("Tom|16:02|in?|lea|16:03|yes|Tom|16:04|ok|lea|16:05|no"), ["Tom", "lea"]);
        assert_eq!(found("Ria — 16:02|in?|Tom|16:03|yes|Ria — 16:04|ok"), ["Ria", "Tom"]);
        assert_eq!(found("Ria — 4:02 PM|in?|Tom|4:03 PM|yes|4:03|ok|Ria — 4:04 PM|no"), ["Ria", "Tom"]);
    }

    #[test]
    fn names_below_the_tabs_of_a_window() {
        let talk = "Hill, Tom|16:02|in?|Lea|16:03|yes|Hill, Tom|16:04|ok";
        let found = |text: &str| {
            Screen::below(&text.split('|').collect::<Vec<_>>(), &[]).map(|(s, at)| (s.names.len(), at))
        };
        assert_eq!(found(&format!("Chat|Files|Photos|+|Tuesday, January 14|{talk}")), Some((2, 5)));
        assert_eq!(found(&format!("Are you there?|{talk}")), None);
        assert_eq!(found("Chat|Tom|16:02|in?|so"), None);
    }

    #[test]
    fn a_word_that_comes_back_seldom_leaves_a_doubt() {
        let talk = "Tom|hi|Bus|You sent|hey|".repeat(2) + &"Tom|hi|You sent|hey|".repeat(8);
        let screen = Screen::of(&talk.split('|').collect::<Vec<_>>(), &[]).unwrap();
        assert!(screen.doubts("Bus") && !screen.doubts("Tom") && screen.heading("Bus").is_none());
    }
}
