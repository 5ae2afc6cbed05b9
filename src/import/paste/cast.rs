//! Who speaks in a text whose lines begin with names: people come back, labels and openings of sentences do not.
//!
//! A prefix in plain letters needs little to be believed. One that looks odd (a comma in it, a question mark, many
//! words) is believed when it comes back, for otherwise its words would be put into the mouth of whoever spoke before.

use std::collections::{HashMap, HashSet};

use super::grammars::{Head, Who};
use super::names::{self, Prefix, Shape};
use super::slips::{self, Sign, Slip};
use super::{forward, likeness, said, talk};
use crate::import::chats::chat::When;

/// The names of a text, each by its [`names::key`].
#[derive(Default)]
pub struct Cast {
    known: HashSet<String>,
    /// Names that have a colon in them.
    long: HashSet<String>,
    /// Whether a name that was not seen before is believed: nearly every line begins with one.
    open: bool,
    /// Whether one is that says something people say: most lines begin with one.
    ajar: bool,
    /// Whether all names stand in brackets, which are no part of them.
    bracketed: bool,
    /// The same as they were typed before their colons.
    typed: HashSet<String>,
    /// How far lines without a colon are taken for slips.
    slips: Slips,
    /// Whether every line has a colon and most begin with a name, so that even an odd one seen once is likely one.
    full: bool,
    /// Whether lines that go on with a message stand behind spaces, so that no name begins one.
    hanging: bool,
}

impl Cast {
    /// The names before colons in `lines`, and the share of lines that begin with one; 0 when they look like labels,
    /// times or prose.
    pub fn of(lines: &[&str]) -> (Self, f32) {
        let long = names::with_colons(lines);
        let mut prefixes: Vec<Option<Prefix<'_>>> =
            lines.iter().map(|l| names::prefix_among(l, &long)).collect();
        let hanging = hang(lines, &prefixes);
        if hanging {
            let behind = lines.iter().zip(&mut prefixes).filter(|(line, _)| is_indented(line));
            behind.for_each(|(_, prefix)| *prefix = None);
        }
        let odd = Tally::of(prefixes.iter().flatten().filter(|p| p.shape != Shape::Plain));
        let kept_up = is_kept_up(&prefixes);
        let people = spoken_to(lines);
        let all = prefixes.iter().all(Option::is_some);
        let believed = |p: &Prefix<'_>| {
            let label = p.shape == Shape::Label;
            let needed = match label {
                true if names::is_opener(&p.name) && people.contains(&names::key(&p.name)) => 1,
                true if kept_up && names::is_number(&p.name) => 2,
                // Where each line has a name, a word such as `No` is one.
                true if all && names::is_opener(&p.name) => 3,
                _ => needed(p, lines.len()),
            };
            p.shape == Shape::Plain || odd.count(&p.name) >= needed
        };
        let mut tally = Tally::of(prefixes.iter().flatten().filter(|p| believed(p)));
        let leads = prefixes.first().and_then(Option::as_ref).is_some_and(believed);
        let asides = tally.asides();
        let typed = prefixes.iter().flatten().map(|p| p.name.clone()).collect();
        let headless = lines.iter().zip(&prefixes).filter(|(_, p)| !p.as_ref().is_some_and(believed));
        let headless: Vec<&str> = headless.map(|(line, _)| *line).collect();
        let found = slips_in(&headless, &prefixes, &tally);
        let slips = Slips::among(headless.len() - found.len(), lines.len());
        let taken = found.iter().filter(|slip| slips.takes(slip)).count();
        if found.len() * 2 <= tally.heads() {
            found.iter().filter(|s| slips.takes(s)).for_each(|s| tally.add(s.name));
        }
        tally.fold();
        let (mut known, share) = tally.judge(lines.len(), leads);
        known.retain(|name| !asides.contains(name));
        let back = prefixes.iter().flatten().filter(|p| known.contains(&names::key(&p.name))).count();
        let all = prefixes.iter().flatten().count() + taken >= lines.len();
        let full = all && (back + taken) * 5 >= lines.len() * 4;
        // With only one name that comes back, the other side may have spoken once.
        let open = share >= 0.9 || known.len() < 2;
        let ajar = share >= 0.75;
        let bracketed =
            known.len() > 1 && known.iter().all(|name| name.starts_with('[') && name.ends_with(']'));
        let cast = Self { known, long, open, ajar, bracketed, typed, slips, full, hanging };
        (cast.with_misread(lines, &prefixes), share)
    }

    /// The names that `named` finds, in the same way.
    pub fn before(lines: &[&str], named: fn(&str) -> Option<String>) -> (Self, f32) {
        let found = || lines.iter().filter_map(|l| named(l));
        let mut tally = Tally::default();
        found().for_each(|name| tally.add(&name));
        let leads = lines.first().is_some_and(|l| named(l).is_some());
        let (known, share) = tally.judge(lines.len(), leads);
        (Self { known, ..Self::default() }, share)
    }

    /// How many names it has.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Names that come back if a semicolon is a colon that was read badly.
    fn with_misread(mut self, lines: &[&str], prefixes: &[Option<Prefix<'_>>]) -> Self {
        let once: HashSet<String> = prefixes.iter().flatten().map(|p| names::key(&p.name)).collect();
        let read =
            lines.iter().filter_map(|l| l.split_once(';')).map(|(name, _)| names::key(&names::tidy(name)));
        if !self.known.is_empty() {
            self.known.extend(read.filter(|name| once.contains(name) && names::plausible(name).is_some()));
        }
        self
    }

    /// Whether only the person who copied the text is named in it, as `You` or `Me`.
    pub fn is_own_only(&self) -> bool {
        self.known.len() == 1 && self.known.iter().all(|name| names::is_own(name))
    }

    /// Whether `name` is one of them, in whatever capitals.
    pub fn knows(&self, name: &str) -> bool {
        self.known.contains(&names::key(name))
    }

    /// How `line` begins a message, if it does.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let prefix = self.misread(line).or_else(|| self.with_more(line));
        let prefix = prefix.or_else(|| self.prefix(line).filter(|p| self.believes(p)));
        let prefix = prefix.or_else(|| self.slipped(line))?;
        let inner = || prefix.name.strip_prefix('[')?.strip_suffix(']').map(str::to_owned);
        let name = self.bracketed.then(inner).flatten().unwrap_or_else(|| prefix.name.clone());
        Some(Head { who: Who::Speaker(name), when: When::Unknown, text: prefix.text })
    }

    /// The same above the first line that is sure: who speaks there may speak once.
    pub fn early_head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        let Prefix { name, text, .. } =
            self.prefix(line).filter(|p| speaks(p) && !forward::is_of_head(line))?;
        Some(Head { who: Who::Speaker(name), when: When::Unknown, text })
    }

    /// The same with names that come back only.
    pub fn known_head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        self.head(line).filter(|head| matches!(&head.who, Who::Speaker(name) if self.knows(name)))
    }

    /// Whether who speaks in `line` is not sure: a name that does not look like one was taken, or could have been.
    pub fn doubts(&self, line: &str) -> bool {
        if self.misread(line).is_some() {
            return false;
        }
        let Some(prefix) = self.prefix(line) else { return self.is_about(line) };
        if self.knows(&prefix.name) {
            return false;
        }
        match self.believes(&prefix) {
            // Where others come back, a name that stands there once may label what goes on.
            true => self.known.len() > 1 || !self.is_plain(&prefix),
            false => names::may_be_name(&prefix),
        }
    }

    /// A known name with something more behind it: `Tom (later): in?`, `Tom says: in?`.
    fn with_more<'l>(&self, line: &'l str) -> Option<Prefix<'l>> {
        let prefix = self.prefix(line).filter(|p| !self.knows(&p.name))?;
        let (name, more) = prefix.name.rsplit_once(" (").or_else(|| prefix.name.rsplit_once(' '))?;
        let fits = more.ends_with(')') || said::is_verb(more);
        (fits && self.knows(name)).then(|| Prefix { name: name.to_owned(), ..prefix.clone() })
    }

    /// A known name without its colon.
    fn slipped<'l>(&self, line: &'l str) -> Option<Prefix<'l>> {
        let named = |p: Prefix<'_>| !self.knows(&p.name) && !self.is_sentence(&p.name);
        if (self.hanging && is_indented(line)) || self.prefix(line).is_some_and(named) {
            return None;
        }
        let slip = slips::slip(line, |key| self.known.contains(key)).filter(|s| self.slips.takes(s))?;
        let exact = slip.sign != Sign::Nothing || self.typed.contains(slip.name);
        (exact || self.slips == Slips::All).then(|| Prefix {
            name: slip.name.to_owned(),
            text: slip.text,
            shape: Shape::Plain,
        })
    }

    /// Whether `line`, without a colon, begins with a known name, so that it may be that person's.
    fn is_about(&self, line: &str) -> bool {
        slips::slip(line, |key| self.known.contains(key)).is_some_and(|slip| !slip.is_opened())
    }

    fn prefix<'l>(&self, line: &'l str) -> Option<Prefix<'l>> {
        if self.hanging && is_indented(line) {
            return None;
        }
        names::prefix_among(line, &self.long)
    }

    fn believes(&self, prefix: &Prefix<'_>) -> bool {
        self.knows(&prefix.name)
            || (self.is_plain(prefix) && !self.is_sentence(&prefix.name))
            || self.is_misspelt(prefix)
            || (self.ajar && speaks(prefix))
            || (self.full && names::may_be_new(prefix))
    }

    /// Whether `name` is a known one in capitals with more words behind it: `Max look here`.
    fn is_sentence(&self, name: &str) -> bool {
        let slip = slips::slip(name, |key| self.known.contains(key));
        slip.is_some_and(|s| s.name.starts_with(char::is_uppercase) && s.text.starts_with(char::is_lowercase))
    }

    /// Whether a name that was not seen before is nearly a known one.
    fn is_misspelt(&self, prefix: &Prefix<'_>) -> bool {
        let key = names::key(&prefix.name);
        prefix.shape == Shape::Plain && self.known.iter().any(|name| slips::is_near(name, &key))
    }

    /// Whether a name that was not seen before is one without any doubt.
    fn is_plain(&self, prefix: &Prefix<'_>) -> bool {
        self.open && prefix.shape == Shape::Plain && names::looks_like_name(&prefix.name)
    }

    /// A known name whose colon was read as a semicolon, as happens with pictures of a screen.
    fn misread<'l>(&self, line: &'l str) -> Option<Prefix<'l>> {
        let (before, text) = line.split_once(';')?;
        let name = names::tidy(before);
        self.knows(&name).then_some(())?;
        Some(Prefix { name, text: text.trim_start(), shape: Shape::Plain })
    }
}

fn is_indented(line: &str) -> bool {
    line.starts_with("  ") || line.starts_with('\t')
}

/// Whether what stands behind spaces in `lines`, which begin so, goes on with what people say who come back at the beginning of
/// others: none of them speaks there, and nobody else does twice.
fn hang(lines: &[&str], prefixes: &[Option<Prefix<'_>>]) -> bool {
    let all = || lines.iter().zip(prefixes);
    let (mut inside, mut outside) = (Tally::default(), Tally::default());
    for (line, prefix) in all().filter_map(|(line, prefix)| Some((line, prefix.as_ref()?))) {
        if is_indented(line) { inside.add(&prefix.name) } else { outside.add(&prefix.name) }
    }
    let mixed = !inside.0.is_empty() && !outside.0.is_empty();
    let people = outside.0.len() > 1 && outside.0.values().any(|n| *n > 1);
    let others = inside.0.iter().all(|(name, n)| *n == 1 && !outside.0.contains_key(name));
    mixed && people && others
}

/// The lines of `headless` that begin without a colon with a name that comes back, or that says something before one.
fn slips_in<'l>(headless: &[&'l str], prefixes: &[Option<Prefix<'_>>], tally: &Tally) -> Vec<Slip<'l>> {
    let told: HashSet<String> =
        prefixes.iter().flatten().filter(|p| speaks(p)).map(|p| names::key(&p.name)).collect();
    let person = |key: &str| tally.count(key) > 1 || told.contains(key);
    headless.iter().filter_map(|line| slips::slip(line, person)).collect()
}

/// Whether a name that was not seen before says what people say to each other, and labels nothing.
fn speaks(prefix: &Prefix<'_>) -> bool {
    let few = prefix.name.split_whitespace().count()
        <= if prefix.name.starts_with(char::is_lowercase) { 1 } else { 3 };
    prefix.shape == Shape::Plain
        && few
        && !likeness::is_label(&names::key(&prefix.name))
        && talk::is_talk(prefix.text)
}

/// How far names without a colon are taken for slips: the more lines begin with no name at all, the more likely one goes on
/// with the message above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Slips {
    /// All but sentences about somebody.
    All,
    /// Not where a comma or a full stop stands behind the name.
    Most,
    /// Only where another sign stands in place of the colon.
    #[default]
    Signs,
}

impl Slips {
    fn among(headless: usize, lines: usize) -> Self {
        match () {
            () if headless * 8 <= lines => Self::All,
            () if headless * 4 <= lines => Self::Most,
            () => Self::Signs,
        }
    }

    fn takes(self, slip: &Slip<'_>) -> bool {
        match slip.sign {
            Sign::Colon => true,
            Sign::Stop => self == Self::All,
            Sign::Nothing => self != Self::Signs && !slip.is_sentence(),
        }
    }
}

/// Whether every line begins with one of a few prefixes that come back.
fn is_kept_up(prefixes: &[Option<Prefix<'_>>]) -> bool {
    let distinct: HashSet<&str> = prefixes.iter().flatten().map(|p| p.name.as_str()).collect();
    prefixes.iter().all(Option::is_some) && distinct.len() * 2 <= prefixes.len() && distinct.len() <= 12
}

/// Whom `@No` speaks to in `lines`, by the keys of their names: people, whatever else the word says.
fn spoken_to(lines: &[&str]) -> HashSet<String> {
    let words = lines.iter().filter(|l| l.contains('@')).flat_map(|l| l.split_whitespace());
    let names =
        words.filter_map(|w| w.strip_prefix('@')).map(|w| w.trim_end_matches(|c: char| !c.is_alphanumeric()));
    names.filter(|name| !name.is_empty()).map(names::key).collect()
}

/// How often a prefix that does not look like a name must come back among `lines` to be one.
fn needed(prefix: &Prefix<'_>, lines: usize) -> usize {
    match prefix.shape {
        Shape::Plain => 1,
        // In a long talk sentences come back, too.
        Shape::Odd => (if names::is_long(&prefix.name) { 3 } else { 2 }).max(lines / 200),
        // `From` in a mail comes back, too, but not on every third line.
        Shape::Label => lines.div_ceil(3).max(3),
    }
}

/// How often each name begins a line.
#[derive(Default)]
struct Tally(HashMap<String, usize>);

impl Tally {
    fn of<'p>(prefixes: impl Iterator<Item = &'p Prefix<'p>>) -> Self {
        let mut tally = Self::default();
        prefixes.for_each(|p| tally.add(&p.name));
        tally
    }

    fn add(&mut self, name: &str) {
        *self.0.entry(names::key(name)).or_default() += 1;
    }

    /// Count names seen once that are nearly another as that one.
    fn fold(&mut self) {
        const MOST: usize = 50;
        let once: Vec<String> =
            self.0.iter().filter(|(_, n)| **n == 1).map(|(name, _)| name.clone()).collect();
        for name in once.iter().filter(|_| self.0.len() <= MOST).collect::<Vec<_>>() {
            let near = self.0.iter().find(|(other, n)| **n > 1 && slips::is_near(other, name));
            if let Some(other) = near.map(|(other, _)| other.clone()) {
                self.0.remove(name);
                self.add(&other);
            }
        }
    }

    /// How many lines begin with a name.
    fn heads(&self) -> usize {
        self.0.values().sum()
    }

    fn count(&self, name: &str) -> usize {
        self.0.get(&names::key(name)).copied().unwrap_or(0)
    }

    /// Names seen once that are another with something in brackets behind it.
    fn asides(&self) -> HashSet<String> {
        let base =
            |name: &str| name.strip_suffix(')')?.rsplit_once(" (").map(|(base, _)| self.0.contains_key(base));
        self.0
            .iter()
            .filter(|(name, n)| **n == 1 && base(name) == Some(true))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Those that are names in a text of so many lines, and the share of lines that begin with any.
    fn judge(self, lines: usize, leads: bool) -> (HashSet<String>, f32) {
        let (heads, distinct) = (self.heads(), self.0.len());
        let share = heads as f32 / lines.max(1) as f32;
        // People come back; labels do not.
        let repeated: usize = self.0.values().filter(|n| **n > 1).sum();
        let chat =
            repeated * 2 > heads && distinct * 3 <= heads * 2 && share >= if leads { 0.1 } else { 0.3 };
        let short = heads > 1 && distinct <= 3 && share >= 0.6 && leads;
        if !chat && !short {
            return (HashSet::new(), 0.0);
        }
        let sure = self.0.into_iter().filter(|(_, n)| *n > 1 || (short && lines <= 8));
        (sure.map(|(name, _)| name).collect(), share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_more_behind_them() {
        let cast = |text: &str| Cast::of(&text.split('|').collect::<Vec<_>>()).0;
        let name = |cast: &Cast, line: &str| cast.head(line).map(|head| head.who);
        let tom = Some(Who::Speaker("tom".to_owned()));
        let spoken = cast("tom: in?|ria: yes|tom: ok|ria: no|tom (later): hi|ria: hi");
        assert_eq!((name(&spoken, "tom (later): hi"), spoken.doubts("tom (later): hi")), (tom.clone(), true));
        assert_eq!((name(&spoken, "tom says: hi"), name(&spoken, "tom hill: hi")), (tom, None));
    }

    #[test]
    fn lines_behind_spaces_go_on() {
        let cast = |text: &str| Cast::of(&text.split('|').collect::<Vec<_>>()).0;
        let talk = cast("Tom:  in?|      or not|Ria:  yes|Tom:  well|      bring a coat: its cold|Ria:  ok");
        assert!(talk.head("      bring a coat: its cold").is_none() && talk.head("Tom:  in?").is_some());
        for text in [
            "Tom: in?|    Ria: yes|Tom: ok|    Ria: no",
            "Tom: in?|  Ria: yes|Tom: ok",
            "  Tom: in?|  Ria: yes|  Tom: ok",
        ] {
            assert!(cast(text).head("  Ria: yes").is_some(), "{text}");
        }
    }

    #[test]
    fn people_who_are_called_as_sentences_begin() {
        let cast = |text: &str| Cast::of(&text.split('|').collect::<Vec<_>>()).0;
        let talk = "Tom: in?|Ria: yes|No: who|Tom: @No you|Ria: ok|No: me|Tom: so|Ria: bye";
        assert!(cast(talk).knows("No"));
        assert!(!cast("Tom: in?|Ria: yes|No: not you|Tom: so|Ria: ok|and so|Tom: hm").knows("No"));
    }

    #[test]
    fn signs_and_digits_that_come_back() {
        for name in [".", "🦊", "🦊🔥", "13", "7"] {
            let text = format!("{name}: in?|Ria: yes|{name}: ok|Ria: no");
            assert!(Cast::of(&text.split('|').collect::<Vec<_>>()).0.knows(name), "{name}");
        }
        assert!(!Cast::of(&["1: eggs", "2: milk", "3: bread", "4: oil"]).0.knows("1"));
    }
}
