//! Names with a dash behind them: `Tom - hi`, `Tom -> hi`, `17:05 Tom – hi`, `Tom, 17:05 – hi`. Sentences and lists have dashes,
//! too, but what stands before those does not come back as people do.

use std::collections::HashSet;

use super::cast::Cast;
use super::{calendar, moments, names};
use crate::import::chats::chat::When;

/// What may stand between a name and words.
const SIGNS: [&str; 7] = [" - ", " – ", " — ", " -> ", " → ", " => ", "/ "];
/// Most people that such a talk is believed to have: where they take turns, and where each message has its time.
const FEW: usize = 3;
const SOME: usize = 8;
const MANY: usize = 12;

/// The beginning of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashed<'l> {
    pub name: String,
    pub when: When,
    pub text: &'l str,
}

/// Who `line` names before a dash, with a plausible name; a time may stand before the name or behind it.
pub fn of(line: &str) -> Option<Dashed<'_>> {
    let (when, rest) = moments::leading(line).unwrap_or((When::Unknown, line));
    let bracketed = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(") "));
    if let Some((name, text)) = bracketed {
        let text = text.trim_start();
        return Some(Dashed { name: names::plausible(name)?, when, text });
    }
    let (before, text) = SIGNS
        .iter()
        .filter_map(|sign| rest.split_once(sign))
        .min_by_key(|(before, _)| before.len())
        .filter(|(before, _)| !before.trim_matches(['-', ' ']).is_empty())?;
    let (name, when) = match when {
        When::Unknown => timed(before).unwrap_or((before, when)),
        _ => (before, when),
    };
    // A time before a dash is nobody.
    let name = names::plausible(name).filter(|name| moments::whole(name).is_none())?;
    let fits = when == When::Unknown || !name.contains(':');
    fits.then_some(Dashed { name, when, text: text.trim_start() })
}

/// `Tom 17:05`, `Tom, 17:05`, `Tom (17:05)`: the name and the time.
fn timed(before: &str) -> Option<(&str, When)> {
    let bracketed =
        before.trim_end().strip_suffix([')', ']']).and_then(|before| before.rsplit_once(['(', '[']));
    let (name, when) = match bracketed {
        Some((name, time)) => (name, moments::whole(time)?),
        None => moments::ending(before)?,
    };
    Some((name.trim_end_matches([' ', ',']), when))
}

/// The names before dashes in `lines`, and the share of lines that begin with one; 0 where they are no talk.
pub fn cast(lines: &[&str]) -> (Cast, f32) {
    let (cast, share) = Cast::before(lines, |line| of(line).map(|head| head.name));
    let heads: Vec<Dashed<'_>> = lines.iter().filter_map(|l| of(l)).collect();
    let times = heads.iter().filter(|head| head.when != When::Unknown).count();
    let timed = times * 10 >= heads.len() * 9;
    let back = heads.len().saturating_sub(cast.len());
    // With a time before each, three lines of two people are enough.
    let enough = back > 1 || (timed && back > 0 && cast.len() == 2 && share >= 0.9);
    let fits = match timed {
        true => share >= 0.3 && (2..=MANY).contains(&cast.len()) && !is_timetable(&heads),
        false => share >= 0.6 && (cast.len() <= FEW || (cast.len() <= SOME && take_turns(&heads))),
    };
    (cast, if fits && enough { share } else { 0.0 })
}

/// Whether names come back behind others, as they do where people talk; lists have what belongs together in one place.
fn take_turns(heads: &[Dashed<'_>]) -> bool {
    let mut seen = HashSet::new();
    let mut last = None;
    let mut turns = 0;
    for head in heads {
        let name = names::key(&head.name);
        turns += usize::from(last.as_ref() != Some(&name) && seen.contains(&name));
        seen.insert(name.clone());
        last = Some(name);
    }
    turns > seen.len() && !seen.iter().any(|name| calendar::is_weekday(name))
}

/// Whether the times are those of a plan: on full five minutes, ten and more of them apart.
fn is_timetable(heads: &[Dashed<'_>]) -> bool {
    let minutes = |head: &Dashed<'_>| {
        moments::clock(head.when).map(|t| i32::from(t.hour()) * 60 + i32::from(t.minute()))
    };
    let times: Vec<i32> = heads.iter().filter_map(minutes).collect();
    let apart = times.windows(2).all(|pair| pair[1] == pair[0] || (pair[1] - pair[0]).abs() >= 10);
    apart && times.iter().all(|time| time % 5 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_behind_names() {
        for (line, name, text, timed) in [
            ("Me - hi - there", "Me", "hi - there", false),
            ("Me -> hi", "Me", "hi", false),
            ("me/ hi", "me", "hi", false),
            ("(me) hi (there)", "me", "hi (there)", false),
            ("17:05 Me – hi - there", "Me", "hi - there", true),
            ("17:05h. Me - hi", "Me", "hi", true),
            ("17h05 - Me - hi", "Me", "hi", true),
            ("(17:05) Me — hi: you", "Me", "hi: you", true),
            ("Me, 17:05 – hi", "Me", "hi", true),
            ("Me (17:05) – hi", "Me", "hi", true),
        ] {
            let head = of(line).unwrap_or_else(|| panic!("not read: {line}"));
            assert_eq!((&*head.name, head.text, head.when != When::Unknown), (name, text, timed), "{line}");
        }
        for line in ["17:05 - 18:00", "17:05 Me: yes - no", "17:05 we are in", "- milk"] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn who_comes_back_and_what_does_not() {
        let share = |text: &str| cast(&text.split('|').collect::<Vec<_>>()).1;
        assert!(share("17:05 Tom – in?|17:06 Ria – yes|17:09 Tom – ok|and you|17:11 Ria – no") > 0.7);
        assert!(
            share("Tom – in?|Ria – yes|Lou – no|Tom – ok|Ky – hi|Ria – so|Lou – no|Ky – bye|Tom – bye") > 0.9
        );
        for text in [
            "17:05 Bus – line 4|17:15 Hall – chairs|17:30 Door – open|18:00 Hall – music",
            "18:00 Hall – judo|18:00 Mill – chess|19:00 Hall – yoga|19:00 Mill – tea|20:00 Hall – film",
            "Ria – red|Ria – blue|Tom – red|Tom – blue|Lou – red|Lou – blue|Ky – red|Ky – blue",
            "we left at five - it rained|then the bus came - late|nobody knew - so we stood",
            "17:05 Log - loaded|17:06 Log - saved|17:08 Log - closed",
            "milk - 2|bread - 1|eggs - 12|tea - 1",
        ] {
            assert_eq!(share(text), 0.0, "{text}");
        }
    }
}
