//! Chat of games, in which a channel stands before some names: `[00:15] [All] Tom (Mage): hi`, `(Team) Tom: hi`,
//! `3/14 18:22:01.120  [Party] [Tom-Area]: hi`, `To Tom: hi`, `Tom whispers: hi`.

use super::grammars::{Head, Who};
use super::{moments, names, notices};
use crate::import::chats::chat::When;

/// What a game calls it when somebody speaks.
const SPEAKS: [&str; 3] = [" whispers", " says", " yells"];
/// Channels that stand in round brackets; a name in them is somebody's.
const ROUND: [&str; 10] =
    ["all", "team", "party", "group", "guild", "squad", "lobby", "global", "from", "to"];
/// What logs of programs set in brackets.
const LEVELS: [&str; 7] = ["info", "warn", "warning", "error", "debug", "trace", "fatal"];

/// How the lines of a game are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Game {
    /// Whether times count minutes of the game.
    clock: bool,
}

/// A line by its parts.
struct Said<'l> {
    when: When,
    name: &'l str,
    text: &'l str,
    /// Whether there is what only games write.
    marked: bool,
}

impl Game {
    /// The game that `lines` are the chat of, if they are.
    pub fn of(lines: &[&str]) -> Option<Self> {
        let said: Vec<Said<'_>> = lines.iter().filter_map(|l| said(l)).collect();
        let told = lines.iter().filter(|l| said_or_told(l) && said_by(l).is_none()).count();
        let marked = said.iter().filter(|s| s.marked).count();
        let mut who: Vec<&str> = said.iter().map(|s| s.name).collect();
        who.sort_unstable();
        who.dedup();
        let often = said.len() > 2 && (said.len() + told) * 10 >= lines.len() * 9;
        let back = who.len() > 1 && (who.len() * 3 <= said.len() * 2);
        let clock = lines.iter().any(|l| game_time(l).is_some_and(|(minutes, _)| minutes > 23));
        (often && back && marked > 1 && marked * 5 >= said.len()).then_some(Self { clock })
    }

    /// What `line` says: somebody's words, or the game's.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        if let Some(said) = said(line) {
            let when = if self.clock { When::Unknown } else { said.when };
            return Some(Head { who: Who::Speaker(said.name.to_owned()), when, text: said.text });
        }
        let (when, rest) = timed(line);
        let when = if self.clock { When::Unknown } else { when };
        said_or_told(line).then_some(Head { who: Who::App, when, text: rest.trim() })
    }
}

fn said_by(line: &str) -> Option<&str> {
    said(line).map(|s| s.name)
}

/// Whether `line` has a time before it or is what a game says.
fn said_or_told(line: &str) -> bool {
    let (_, rest) = timed(line);
    rest.len() < line.len() || notices::is_app(rest)
}

/// `[31:40] `: minutes and seconds of a game, and what follows.
fn game_time(line: &str) -> Option<(u16, &str)> {
    let (stamp, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    let (minutes, seconds) = stamp.split_once(':')?;
    let two = seconds.len() == 2 && seconds.parse::<u8>().is_ok_and(|s| s < 60);
    (two && minutes.len() < 4).then_some((minutes.parse().ok()?, rest.trim_start()))
}

/// The time that `line` begins with, without parts of a second, and the rest.
fn timed(line: &str) -> (When, &str) {
    if let Some((when, rest)) = moments::leading(line) {
        return (when, rest);
    }
    if let Some((_, rest)) = game_time(line) {
        return (When::Unknown, rest);
    }
    let parts = || {
        let dot = line.find('.').filter(|at| *at < 24)?;
        let rest = line[dot + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        let when = moments::whole(&line[..dot]).filter(|_| rest.starts_with(' '))?;
        Some((when, rest.trim_start()))
    };
    parts().unwrap_or((When::Unknown, line.trim_start()))
}

/// The parts of `line`.
fn said(line: &str) -> Option<Said<'_>> {
    const CHANNELS: usize = 3;
    let (when, mut rest) = timed(line);
    let mut marked = false;
    for _ in 0..CHANNELS {
        let Some((channel, after)) = rest.strip_prefix('[').and_then(|r| r.split_once("] ")) else { break };
        // `[Tom] whispers: hi` is by Tom.
        let level = LEVELS.contains(&&*channel.to_lowercase());
        let word = channel.chars().count() > 1 && channel.contains(char::is_alphabetic) && !level;
        if !word || channel.contains(['[', ':']) || SPEAKS.iter().any(|s| after.starts_with(s.trim_start())) {
            break;
        }
        (rest, marked) = (after.trim_start(), true);
    }
    let round = rest.strip_prefix('(').and_then(|r| r.split_once(") "));
    let round = round.filter(|(channel, _)| ROUND.contains(&&*channel.to_lowercase()));
    let mut to = false;
    if let Some((channel, after)) = round {
        (rest, marked, to) = (after, true, channel.eq_ignore_ascii_case("to"));
    }
    let (before, text) = rest.split_once(": ").or_else(|| Some((rest.strip_suffix(':')?, "")))?;
    let spoken = SPEAKS.iter().find_map(|word| before.strip_suffix(word));
    let name = spoken.unwrap_or(before);
    let to = to || (["To ", "to ", "@To "].iter().any(|way| name.starts_with(way)) && name.len() > 4);
    let name = if to { "You" } else { without_champion(unbracketed(name)) };
    let fits = names::plausible(name).is_some() && name.split(' ').count() <= 3;
    fits.then_some(Said { when, name, text: text.trim(), marked: marked || spoken.is_some() || to })
}

fn unbracketed(name: &str) -> &str {
    name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name)
}

/// A name without whom somebody plays: `Tom (Mage)`.
fn without_champion(name: &str) -> &str {
    let played = name.strip_suffix(')').and_then(|n| n.rsplit_once(" ("));
    played
        .filter(|(_, who)| who.starts_with(char::is_uppercase) && !who.contains('/'))
        .map_or(name, |(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[&str]) -> Option<Vec<(String, String, bool)>> {
        let game = Game::of(lines)?;
        Some(
            lines
                .iter()
                .filter_map(|l| game.head(l))
                .map(|h| {
                    let who = if let Who::Speaker(name) = h.who { name } else { "*".to_owned() };
                    (who, h.text.to_owned(), h.when != When::Unknown)
                })
                .collect(),
        )
    }

    fn rows(want: &[(&str, &str)], timed: bool) -> Option<Vec<(String, String, bool)>> {
        Some(want.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned(), timed)).collect())
    }

    #[test]
    fn channels_whispers_and_champions() {
        let log = [
            "3/14 18:22:01.120  [Party] [Tom-Area]: in?",
            "3/14 18:22:02.120  [Party] [Ria-Area]: done: yes",
            "3/14 18:22:03.120  To [Ria-Area]: ok",
            "3/14 18:22:04.120  [Ria-Area] whispers: no",
            "3/14 18:22:05.120  Tom has gone offline.",
            "3/14 18:22:06.120  Ria-Area says: so",
        ];
        let want = [
            ("Tom-Area", "in?"),
            ("Ria-Area", "done: yes"),
            ("You", "ok"),
            ("Ria-Area", "no"),
            ("*", "Tom has gone offline."),
            ("Ria-Area", "so"),
        ];
        assert_eq!(shown(&log), rows(&want, true));
        let lobby = [
            "Sir Tom joined the lobby",
            "Sir Tom: in?",
            "[00:12] ria (Fox): yes",
            "[00:15] [All] Sir Tom (Owl): ok",
            "[31:40] [All] ria (Fox): no",
        ];
        let want = [
            ("*", "Sir Tom joined the lobby"),
            ("Sir Tom", "in?"),
            ("ria", "yes"),
            ("Sir Tom", "ok"),
            ("ria", "no"),
        ];
        assert_eq!(shown(&lobby), rows(&want, false));
    }

    #[test]
    fn channels_in_round_brackets() {
        let lines = ["(Team) Tom: in?", "(All) Ria: yes", "(To) Ria: ok", "(From) Ria: no", "Tom: so"];
        let want = [("Tom", "in?"), ("Ria", "yes"), ("You", "ok"), ("Ria", "no"), ("Tom", "so")];
        assert_eq!(shown(&lines), rows(&want, false));
    }

    #[test]
    fn what_is_no_game() {
        for lines in [
            ["Tom: in?", "Ria: yes", "Tom: ok"],
            ["[16:02] Tom: in?", "[16:03] Ria: yes", "[16:04] Tom: ok"],
            ["[x] Kitchen: oven", "[x] Hall: lamp", "[ ] Kitchen: sink"],
        ] {
            assert_eq!(Game::of(&lines), None, "{lines:?}");
        }
    }
}
