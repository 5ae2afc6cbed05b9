//! Names with ranks before them and signs behind them, as servers of games write them: `[VIP] Tom » hi`, `[12:01] [World]
//! [Mod] Tom > hi`, `Tom ➤ hi`, `[VIP] Tom: hi`.

use super::{moments, names};
use crate::import::chats::chat::When;

/// What stands between a name and words.
const SIGNS: [&str; 10] = [" » ", " >> ", " > ", " ➤ ", " ▶ ", " › ", " ➜ ", " ❯ ", " ⇒ ", " ► "];
/// How many ranks a name may have, and how long one may be.
const MOST: usize = 3;
const LONGEST: usize = 14;

/// Who speaks, when, and what. A colon is a sign only where a rank stands before the name.
pub fn ranked(line: &str) -> Option<(&str, When, &str)> {
    let (when, rest) = moments::leading(line).unwrap_or((When::Unknown, line.trim_start()));
    let (ranks, rest) = unranked(rest)?;
    let (name, text) = arrowed(rest).or_else(|| rest.split_once(": ").filter(|_| ranks > 0))?;
    is_nick(name).then(|| (name, when, text.trim()))
}

/// How many ranks `line` begins with, and what follows them; `None` where they are too many or none names a rank.
pub fn unranked(line: &str) -> Option<(usize, &str)> {
    let (mut ranks, mut rest) = (0, line);
    while let Some(inner) = rest.strip_prefix('[') {
        let (rank, after) = inner.split_once(']')?;
        // `[x]` and `[ ]` are boxes to be ticked.
        let named = rank.chars().count() > 1 && rank.contains(char::is_alphabetic);
        (named && rank.chars().count() <= LONGEST && ranks < MOST).then_some(())?;
        (ranks, rest) = (ranks + 1, after.trim_start());
    }
    Some((ranks, rest))
}

/// The name before a sign such as an arrow, and the words behind it.
fn arrowed(line: &str) -> Option<(&str, &str)> {
    let end = line.find(' ')?;
    let sign = SIGNS.iter().find(|sign| line[end..].starts_with(**sign))?;
    Some((&line[..end], &line[end + sign.len()..]))
}

/// A name as games have them: one word.
fn is_nick(name: &str) -> bool {
    let sign = |c: char| c.is_alphanumeric() || matches!(c, '_' | '~' | '*' | '.' | '-' | '+');
    name.chars().all(sign) && names::plausible(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_signs() {
        for line in [
            "[VIP] Tom » in?",
            "Tom ➤ in?",
            "[World] [MVP+] Tom > in?",
            "[VIP] Tom: in?",
            "[12:01] Tom » in?",
        ] {
            assert_eq!(ranked(line).map(|(name, _, text)| (name, text)), Some(("Tom", "in?")), "{line}");
        }
        for line in ["[x] Kitchen: oven", "Tom: in?", "we are > they", "[VIP] Tom Hill: in?", "[VIP] hello"] {
            assert_eq!(ranked(line), None, "{line}");
        }
    }
}
