//! The log of a game, in which chat stands among what the program says of itself: `[21:07:10] [Render thread/INFO]: [CHAT]
//! <ana> hi`, `[21:07:10 INFO]: <Ana> hi`.

use super::grammars::{Head, Who};
use super::{moments, names, ranks};
use crate::import::chats::chat::When;

/// Whether `lines` are a log with chat in it.
pub fn is_log(lines: &[&str]) -> bool {
    let logged: Vec<Head<'_>> = lines.iter().filter_map(|l| head(l)).collect();
    let said = logged.iter().filter(|h| h.who != Who::App).count();
    said > 1 && logged.len() * 5 >= lines.len() * 4
}

/// What a line of a log says: somebody's words, or the program's.
pub fn head(line: &str) -> Option<Head<'_>> {
    let (stamp, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    let (when, words) = match stamp.rsplit_once(' ').filter(|(_, level)| is_level(level)) {
        Some((time, _)) => (moment(time)?, rest.strip_prefix(": ")?),
        None => {
            let source = rest.trim_start().strip_prefix('[')?;
            let (thread, rest) = source.split_once(']')?;
            thread.rsplit_once('/').filter(|(_, level)| is_level(level))?;
            (
                moment(stamp)?,
                rest.split_once("]: ")
                    .filter(|(part, _)| part.starts_with(" ["))
                    .map_or_else(|| rest.strip_prefix(": "), |(_, words)| Some(words))?,
            )
        }
    };
    let system = words.strip_prefix("[System] ").unwrap_or(words);
    let chat = system.strip_prefix("[CHAT] ");
    let words = chat.unwrap_or(words);
    let words = words.strip_prefix("[Not Secure] ").unwrap_or(words);
    if let Some((name, text)) = words.strip_prefix('<').and_then(|w| w.split_once("> ")) {
        return Some(Head { who: Who::Speaker(names::tidy(unranked(name))), when, text });
    }
    if let Some((name, _, text)) =
        ranks::ranked(words).filter(|(_, _, text)| chat.is_some() || !words.ends_with(&format!(": {text}")))
    {
        return Some(Head { who: Who::Speaker(name.to_owned()), when, text });
    }
    let named = chat.and_then(|_| unranked(words).split_once(": "));
    let named = named.filter(|(name, _)| !name.contains(' ') && !name.is_empty());
    Some(match named {
        Some((name, text)) => Head { who: Who::Speaker(name.to_owned()), when, text },
        None => Head { who: Who::App, when, text: words },
    })
}

/// A time of a log, perhaps with a day set tight before it: `13Jan2024 21:07:01.123`.
fn moment(stamp: &str) -> Option<When> {
    let whole = stamp.split_once('.').map_or(stamp, |(whole, _)| whole);
    moments::whole(whole).or_else(|| moments::whole(whole.rsplit_once(' ')?.1))
}

fn is_level(word: &str) -> bool {
    matches!(word, "INFO" | "WARN" | "ERROR" | "DEBUG" | "FATAL" | "TRACE")
}

/// A name without a rank in brackets before it.
fn unranked(name: &str) -> &str {
    let ranked = name.strip_prefix('[').and_then(|n| n.split_once("] "));
    ranked.map_or(name, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chat_in_the_log_of_a_game() {
        for (line, name, text) in [
            ("[21:07:10] [Render thread/INFO]: [System] [CHAT] [VIP] Tom: in?", Some("Tom"), "in?"),
            ("[21:07:10] [Render thread/INFO]: [CHAT] <tom> in?", Some("tom"), "in?"),
            ("[21:07:10] [Async Chat Thread - #0/INFO]: <[Admin] tom> in?", Some("tom"), "in?"),
            ("[21:07:10 INFO]: <Tom> in?", Some("Tom"), "in?"),
            (
                "[13Jan2024 21:07:10.123] [Render thread/INFO] [a.b.Chat/]: [CHAT] <Tom> in?",
                Some("Tom"),
                "in?",
            ),
            ("[21:07:02] [Render thread/INFO]: Setting user: Ana", None, "Setting user: Ana"),
            ("[21:07:05] [Render thread/INFO]: [CHAT] Welcome: to all", Some("Welcome"), "to all"),
        ] {
            let head = head(line).unwrap();
            let who = name.map_or(Who::App, |n| Who::Speaker(n.to_owned()));
            assert_eq!((head.who, head.text), (who, text), "{line}");
            assert!(head.when != When::Unknown, "{line}");
        }
        assert!(head("[16:02] Tom: hi").is_none() && head("[Tom] hi").is_none());
    }
}
