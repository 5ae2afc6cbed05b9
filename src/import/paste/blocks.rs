//! A screen on which a time stands after each message, alone on a line or behind its last words: the lines up to it are one
//! message, and a name above its words is whose it is.

use std::collections::{HashMap, HashSet};

use super::super::chat::When;
use super::{furniture, moments, names, page, places};

/// How messages stand between times.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Names that stand above words.
    pub names: HashSet<String>,
    /// The first line of the text, if it is a title and nobody's words.
    pub title: Option<String>,
    /// Whether times stand before messages.
    pub before: bool,
    /// Whether times stand behind words, and not on lines of their own.
    behind: bool,
    /// Whether it is said how long ago messages came, in place of times.
    ages: bool,
    /// Whether what is done with messages stands below them, as on walls: `Like`, `Reply`.
    wall: bool,
    /// Whether times say behind them that one's own messages were sent or seen, as those of X do.
    pub receipts: bool,
}

impl Blocks {
    /// How `lines` fall into blocks, if they do.
    pub fn of(lines: &[&str]) -> Option<Self> {
        let often = |word: &str| lines.iter().filter(|l| l.trim() == word).count() > 1;
        let mut blocks = Self { wall: often("Like") && often("Reply"), ..Self::default() };
        let talk = |line: &&&str| moments::is_alone(line) || !blocks.is_foot(line);
        let lines: Vec<&str> = lines.iter().filter(talk).copied().collect();
        let lines = &lines[..];
        let alone = lines.iter().filter(|l| moments::is_alone(l)).count();
        let ages = lines.iter().filter(|l| furniture::is_age(l)).count();
        let behind = alone < 3 && ages < 3;
        (blocks.behind, blocks.ages) = (behind, alone < 3 && !behind);
        let ends = lines.iter().filter(|l| blocks.end(l).is_some()).count();
        let often = if behind { ends * 2 >= lines.len() } else { ends * 4 >= lines.len() };
        if ends < 3 || !often {
            return None;
        }
        let last = lines.last().is_some_and(|l| blocks.end(l).is_some());
        let first = lines.iter().take(4).position(|l| blocks.end(l).is_some());
        blocks.before = !behind && !last && first.is_some();
        let groups = blocks.groups(lines);
        let short = groups.iter().filter(|g| (1..=4).contains(&g.len())).count();
        (short * 5 >= groups.len() * 4 && groups.len() * 5 >= ends * 4).then_some(())?;
        blocks.names = names_above(&groups);
        if blocks.before && blocks.names.is_empty() {
            return None;
        }
        blocks.title = blocks.title(&groups);
        Some(blocks)
    }

    /// The same where one's own messages are told from the other's by what stands behind their times.
    pub fn with_receipts(lines: &[&str]) -> Option<Self> {
        let blocks = Self { receipts: true, ..Self::default() };
        let ends: Vec<&&str> = lines.iter().filter(|l| blocks.end(l).is_some()).collect();
        let own = ends.iter().filter(|l| blocks.is_own(l)).count();
        (own > 1 && own * 5 >= ends.len() && ends.len() > 2 && ends.len() * 4 >= lines.len())
            .then_some(blocks)
    }

    /// Whether the block that ends with `line` is of whoever copied the text.
    pub fn is_own(&self, line: &str) -> bool {
        self.receipts && without_receipt(line) != line.trim()
    }

    /// Whether two names stand above words, or one does again and again.
    pub fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// The words before the time in which `line` ends, and the time.
    pub fn end<'l>(&self, line: &'l str) -> Option<(&'l str, When)> {
        if self.receipts {
            let time = without_receipt(line);
            let aged = furniture::is_age(time).then_some(When::Unknown);
            return Some(("", moments::whole(time).or(aged)?));
        }
        if moments::is_alone(line) {
            return Some(("", moments::alone(line)?));
        }
        if self.ages && furniture::is_age(line) {
            return Some(("", When::Unknown));
        }
        self.behind.then(|| moments::ending(line)).flatten()
    }

    /// Whether `line`, above the words of a block, may be the name of somebody who was not seen before.
    pub fn may_be_name(&self, line: &str) -> bool {
        let line = line.trim();
        self.has_names() && names::is_alone(line) && line.split_whitespace().count() <= 2
    }

    /// Whether `line` is what a window shows below messages.
    pub fn is_foot(&self, line: &str) -> bool {
        let done = self.wall && matches!(line.trim(), "Like" | "Reply" | "Share");
        furniture::is_furniture(line) || line.trim() == "Sent" || done
    }

    fn groups<'l>(&self, lines: &[&'l str]) -> Vec<Vec<&'l str>> {
        let mut groups = vec![Vec::new()];
        for line in lines {
            let end = self.end(line);
            let words = end.as_ref().map_or(*line, |(words, _)| words).trim();
            let group = groups.last_mut().expect("never empty");
            let day = group.is_empty() && page::is_day(words);
            if !words.is_empty() && !day {
                group.push(words);
            }
            if end.is_some() {
                groups.push(Vec::new());
            }
        }
        groups.retain(|g| !g.is_empty());
        // Before the first time stand the headings of a table.
        if self.before && self.end(lines[0]).is_none() && !groups.is_empty() {
            groups.remove(0);
        }
        groups
    }

    /// The line above the first message where no other message has one.
    fn title(&self, groups: &[Vec<&str>]) -> Option<String> {
        let (first, others) = groups.split_first()?;
        let single = others.iter().filter(|g| g.len() == 1).count() * 5 >= others.len() * 4;
        let title = (first.len() == 2 && single && !self.has_names()).then(|| first[0])?;
        (names::is_alone_in_any_case(title) && !title.contains("  ")).then(|| title.to_owned())
    }
}

/// A time without what X sets behind it: `4:02 PM · Sent`.
fn without_receipt(line: &str) -> &str {
    let line = line.trim();
    let said = line.rsplit_once(" · ").filter(|(_, word)| {
        matches!(word.trim_start_matches(['✓', ' ']), "Sent" | "Seen" | "Delivered" | "Read")
    });
    said.map_or(line, |(time, _)| time)
}

/// The first lines of blocks of several that come back and look like names.
fn names_above(groups: &[Vec<&str>]) -> HashSet<String> {
    let mut above: HashMap<&str, usize> = HashMap::new();
    for group in groups.iter().filter(|g| g.len() > 1) {
        *above.entry(group[0]).or_default() += 1;
    }
    let else_where: HashSet<&str> =
        groups.iter().flat_map(|g| if g.len() > 1 { &g[1..] } else { &g[..] }).copied().collect();
    above.retain(|line, n| {
        *n > 1 && (names::is_alone(line) || names::is_handle(line)) && !else_where.contains(line)
    });
    let shaped = above.into_keys().map(str::to_owned);
    shaped.chain(places::above_all(groups)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Blocks> {
        Blocks::of(&text.split('|').collect::<Vec<_>>())
    }

    #[test]
    fn blocks_with_and_without_names() {
        let named = of("Tom Hill|in?|16:02|Ria|yes|16:03|ok|16:04|Tom Hill|good|16:05").unwrap();
        assert_eq!((named.names.len(), named.before, named.may_be_name("Ria")), (1, false, true));
        let bare = of("Tom|in?|16:02|yes|16:03|good, come|16:04|ok|16:05").unwrap();
        assert_eq!((bare.has_names(), bare.title.as_deref()), (false, Some("Tom")));
        let table = of("Time|Who|Text|16:02|Tom|in?|16:03|Ria|yes|16:04|Tom|ok").unwrap();
        assert_eq!((table.names.len(), table.before), (1, true));
        let behind = of("are you in 16:02|yes I am 16:03|come down|then 16:04|ok 16:05").unwrap();
        assert_eq!((behind.behind, behind.end("then 16:04").map(|e| e.0)), (true, Some("then")));
        let lines = ["in?", "4:02 PM · Sent", "yes", "4:03 PM", "ok", "4:04 PM · Seen"];
        let receipts = Blocks::with_receipts(&lines).unwrap();
        assert_eq!((receipts.is_own(lines[1]), receipts.is_own(lines[3])), (true, false));
        assert_eq!(of("when do we meet|10:30|ok|fine"), None);
    }
}
