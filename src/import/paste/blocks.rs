//! A screen on which a time stands after each message, alone on a line or behind its last words: the lines up to it are one
//! message, and a name above its words is whose it is.

use std::collections::{HashMap, HashSet};

use super::icons::{self, Side};
use super::{doings, furniture, moments, names, notices, page, places, signs};
use crate::import::chats::chat::When;

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
    /// Whether pictures are named that tell on which side messages stand.
    pub icons: bool,
    /// Whether ticks stand behind some times, as they do under one's own messages.
    ticks: bool,
}

impl Blocks {
    /// How `lines`, below the `head` of a page, fall into blocks, if they do.
    pub fn of(lines: &[&str], head: &[&str]) -> Option<Self> {
        let often = |word: &str| lines.iter().filter(|l| l.trim() == word).count() > 1;
        let wall = often("Like") && often("Reply");
        let mut blocks = Self { wall, icons: icons::are_in(lines), ..Self::default() };
        let lines = blocks.talk(lines);
        let lines = &lines[..];
        let alone = lines.iter().filter(|l| moments::is_alone(l)).count();
        let ages = lines.iter().filter(|l| furniture::is_age(l)).count();
        let behind = alone < 3 && ages < 3;
        (blocks.behind, blocks.ages) = (behind, alone < 3 && !behind);
        let ends = lines.iter().filter(|l| blocks.end(l).is_some()).count();
        let often = if behind { ends * 5 >= lines.len() * 2 } else { ends * 4 >= lines.len() };
        if ends < 3 || !often {
            return None;
        }
        let last = lines.last().is_some_and(|l| blocks.end(l).is_some());
        let first = lines.iter().take(4).position(|l| blocks.end(l).is_some());
        blocks.before = !behind && !last && first.is_some() && !blocks.begins_with_name(lines);
        let groups = blocks.groups(lines);
        let short = groups.iter().filter(|g| (1..=4).contains(&g.len())).count();
        (short * 5 >= groups.len() * 4 && groups.len() * 5 >= ends * 4).then_some(())?;
        blocks.names = names_above(&groups);
        let listed: Vec<&str> = head.iter().flat_map(|line| page::members(line)).collect();
        let titles = groups.iter().filter(|g| g.len() > 1).map(|g| g[0].trim());
        blocks.names.extend(titles.filter(|title| listed.contains(title)).map(str::to_owned));
        if behind && ends * 2 < lines.len() && blocks.names.len() < 2 {
            return None;
        }
        let ticked: Vec<&&str> =
            lines.iter().filter(|l| blocks.end(l).is_some() && moments::is_ticked(l)).collect();
        // Letters for which ticks are read may be words.
        let sure = ticked.iter().any(|l| moments::has_ticks(l));
        blocks.ticks = sure || (ticked.len() > 1 && ticked.len() + 1 < ends);
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
        let own = ends.iter().filter(|l| blocks.is_own(l, None)).count();
        (own > 1 && own * 5 >= ends.len() && ends.len() > 2 && ends.len() * 4 >= lines.len())
            .then_some(blocks)
    }

    /// Whether the block that ends with `line`, above the line `next`, is of whoever copied the text.
    pub fn is_own(&self, line: &str, next: Option<&str>) -> bool {
        (self.receipts && without_receipt(line) != line.trim())
            || (self.ticks && moments::is_ticked(line))
            || (self.icons && next.is_some_and(icons::is_check))
    }

    /// Whether two names stand above words, or one does again and again, or it is told otherwise who speaks.
    pub fn has_names(&self) -> bool {
        !self.names.is_empty() || self.icons || self.ticks
    }

    /// The side that `line` tells, where pictures do.
    pub fn side(&self, line: &str) -> Option<Side> {
        icons::side(line).filter(|_| self.icons)
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
        !self.names.is_empty() && names::is_alone(line) && line.split_whitespace().count() <= 2
    }

    /// Whether `line` is what a window shows below and between messages.
    pub fn is_foot(&self, line: &str) -> bool {
        let done = self.wall && matches!(line.trim(), "Like" | "Reply" | "Share");
        let shown = notices::is_border(line) || doings::is_of_group(line) || signs::is_seen_by(line);
        furniture::is_furniture(line)
            || line.trim() == "Sent"
            || done
            || shown
            || signs::is_box(line)
            || is_reaction(line)
            || (self.icons && icons::is_icon(line) && icons::side(line).is_none())
    }

    /// `lines` without what stands below and between messages.
    fn talk<'l>(&self, lines: &[&'l str]) -> Vec<&'l str> {
        let mut talk: Vec<&str> = Vec::with_capacity(lines.len());
        for (at, line) in lines.iter().enumerate() {
            let (above, below) = (talk.last().copied(), lines.get(at + 1).copied());
            if is_count_of(line, above) {
                talk.pop();
            } else if !signs::is_length(line, above, below)
                && (moments::is_alone(line) || !self.is_foot(line))
            {
                talk.push(line);
            }
        }
        talk
    }

    /// Whether words stand above the first time under a name that comes back, with a time below it each time.
    fn begins_with_name(&self, lines: &[&str]) -> bool {
        let groups = self.groups(lines);
        self.end(lines[0]).is_none()
            && groups.first().is_some_and(|g| g.len() > 1 && names_above(&groups).contains(g[0]))
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
        groups.iter_mut().for_each(|g| g.retain(|l| self.side(l).is_none()));
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
        // Signal says whose chat it is twice.
        let above = first.len() == 2 || (first.len() == 3 && first[0] == first[1]);
        let title = (above && single && self.names.is_empty()).then(|| first[0])?;
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

/// `👍 2`: a reaction and how many have it.
fn is_reaction(line: &str) -> bool {
    line.trim().split_once(' ').is_some_and(|(signs, count)| is_count_of(count, Some(signs)))
}

/// Whether `line` says how many have answered with the signs `above` it.
pub fn is_count_of(line: &str, above: Option<&str>) -> bool {
    doings::is_count(line) && above.is_some_and(doings::is_reaction)
}

/// The first lines of blocks of several that come back and look like names.
fn names_above<'l>(groups: &[Vec<&'l str>]) -> HashSet<String> {
    let mut above: HashMap<&str, usize> = HashMap::new();
    for group in groups.iter().filter(|g| g.len() > 1) {
        *above.entry(group[0]).or_default() += 1;
    }
    // Under a name and above words may stand whom they answer, with what that one said.
    let words = |g: &'_ Vec<&'l str>| -> Vec<&'l str> {
        let from = if g.len() > 1 { 1 } else { 0 } + usize::from(g.len() > 3);
        g[from..].to_vec()
    };
    let else_where: HashSet<&str> = groups.iter().flat_map(words).collect();
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
        Blocks::of(&text.split('|').collect::<Vec<_>>(), &[])
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
        assert_eq!((receipts.is_own(lines[1], None), receipts.is_own(lines[3], None)), (true, false));
        assert_eq!(of("when do we meet|10:30|ok|fine"), None);
        let left = of("Tom|in?|16:02|Ria|yes|16:03|Tom|good|16:04|Ria|well").unwrap();
        assert_eq!((left.names.len(), left.before), (2, false));
    }

    #[test]
    fn what_stands_between_messages() {
        let marked = of("Tom|in?|16:02|👍|2|Ria|yes|16:03|Read by 3|Tom|Voice message|0:14|16:04").unwrap();
        assert_eq!((marked.names.len(), marked.before), (1, false));
        let answer = of("Tom|in?|16:02|Ria|Tom|in?|yes|16:03|Tom|ok|16:04|Ria|bye|16:05").unwrap();
        assert_eq!(answer.names.len(), 2);
        let icons = of("tail-in|in?|16:02|tail-out|yes|16:03|msg-dblcheck|ok|16:04|msg-dblcheck").unwrap();
        assert!(
            icons.has_names()
                && icons.is_own("16:03", Some("msg-dblcheck"))
                && !icons.is_own("16:02", Some("tail-out"))
        );
        let ticks = of("in? 16:02 ✓✓|yes 16:03|are you 16:04|I am 16:05 VV").unwrap();
        assert!(ticks.is_own("in? 16:02 ✓✓", None) && !ticks.is_own("yes 16:03", None));
        let sure = |text: &str| of(text).is_some_and(|b| b.ticks);
        assert!(sure("in?|16:02|yes|16:03 ✓|ok|16:04") && sure("in? 16:02 ✓|yes 16:03 ✓|ok 16:04 ✓"));
        assert!(!sure("in? 16:02 V|yes 16:03|ok 16:04") && !sure("in?|16:02|yes|16:03|ok|16:04"));
        assert!(is_reaction("👍 2") && !is_reaction("ok 2") && !is_count_of("2", Some("no")));
    }
}
