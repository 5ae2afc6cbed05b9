//! How a line begins a message, in each way that people and programs copy them.

use super::{moments, names, ranks};
use crate::import::chats::chat::When;
use crate::import::syntax::cursor::{self, Cursor};

/// Who a line is by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody.
    Speaker(String),
    /// The program: joins, topics.
    App,
}

/// The beginning of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<'l> {
    /// Who.
    pub who: Who,
    /// When.
    pub when: When,
    /// What stands on the same line.
    pub text: &'l str,
}

/// `[time] Name: text`, `time - Name: text`, `16:02name: text` and the like.
pub fn stamped(line: &str) -> Option<Head<'_>> {
    // `**16:02 Name:** text`
    if let Some(inner) = line
        .trim_start()
        .strip_prefix("**")
        .filter(|l| l.starts_with(|c: char| c.is_ascii_digit() || c == '['))
    {
        let head = stamped(inner)?;
        return Some(Head { text: head.text.strip_prefix("**").map_or(head.text, str::trim_start), ..head });
    }
    let (when, rest) = moments::leading(line).or_else(|| moments::tight(line))?;
    let mut at = Cursor::new(unlogged(rest));
    if at.eat('-') {
        at.spaces();
    }
    // After a time, anything up to the colon is a name, and of one word up to the colon before a space.
    let rest = at.rest();
    let word = rest.split_once(": ").filter(|(word, _)| word.contains(':') && !word.contains(' '));
    // Steam sets a colon into what it tells.
    if let Some(at) = rest.find(" is now In-Game: ").filter(|at| !rest[..*at].contains(": ")) {
        return (at > 0).then_some(Head { who: Who::App, when, text: rest });
    }
    let (before, text) = word.filter(|(word, _)| !word.contains("://")).or_else(|| rest.split_once(':'))?;
    let name = names::tidy(before);
    let fits = !name.is_empty() && name.chars().count() <= names::LONGEST && !name.contains(['<', '>']);
    let who = Who::Speaker(name);
    (fits && !text.starts_with("//")).then(|| Head {
        who,
        when,
        text: text.strip_prefix(' ').unwrap_or(text),
    })
}

/// `Me 21:14`, `Jay, 9:14 PM`, `Jay at 9:14 PM`, `[21:14] Jay`: a name and a time and nothing else, with hardly anything
/// between. Whether it is a name is for [`super::plan`] to say.
pub fn titled_closely(line: &str) -> Option<Head<'_>> {
    let line = line.trim();
    let (before, when) = match moments::bracketed(line) {
        Some((when, name)) => (name, when),
        None => moments::ending(line)?,
    };
    let before = before.trim_end().trim_end_matches(',');
    let name = names::plausible(before.strip_suffix(" at").unwrap_or(before))?;
    names::looks_like_name(&name).then_some(Head { who: Who::Speaker(name), when, text: "" })
}

/// `Me 21:14: text`, `Jay, 9:14 PM: text`.
pub fn timed(line: &str) -> Option<Head<'_>> {
    let mut colons = line.match_indices(':').map(|(at, _)| at);
    let at =
        colons.find(|at| line[at + 1..].is_empty() || line[at + 1..].starts_with(char::is_whitespace))?;
    let (before, when) = moments::ending(&line[..at])?;
    // `we meet at 18:00: bring soup` begins so, too.
    let name = names::plausible(before.trim_end_matches(','))
        .filter(|n| !n.contains(' ') || names::looks_like_name(n))?;
    Some(Head { who: Who::Speaker(name), when, text: line[at + 1..].trim_start() })
}

/// `[time] X` and nothing else, whatever X is. Whether it is a name is for [`super::titles`] to say.
pub fn bracketed_title(line: &str) -> Option<Head<'_>> {
    let (when, rest) = moments::bracketed(line)?;
    let rest = rest.trim();
    let spoken = rest.ends_with(':') || rest.contains(": ");
    let name = names::any(rest).filter(|_| !spoken)?;
    Some(Head { who: Who::Speaker(name), when, text: "" })
}

/// `<name> text`, with or without a time, and the notices of IRC programs.
pub fn irc(line: &str) -> Option<Head<'_>> {
    let (when, rest, timed) = match moments::leading(line) {
        Some((when, rest)) => (when, unlogged(rest), true),
        None => (When::Unknown, line.trim_start(), false),
    };
    if let Some((name, text)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
        let name = cursor::plain(name.trim_start_matches(['@', '+', '%', '~', '&', ' ']));
        let nick = (1..=names::LONGEST).contains(&name.chars().count()) && name.split(' ').count() <= 3;
        let tag = name.starts_with(['/', '!', '?']) || !(text.is_empty() || text.starts_with(' '));
        return (nick && !tag).then(|| Head { who: Who::Speaker(name), when, text: text.trim_start() });
    }
    let notice = ["-!-", "***", "-->", "<--", "==="].iter().any(|sign| rest.starts_with(sign));
    if timed && notice {
        return Some(Head { who: Who::App, when, text: rest });
    }
    let (name, _) = rest.strip_prefix("* ").filter(|_| timed)?.split_once(' ')?;
    Some(Head { who: Who::Speaker(name.to_owned()), when, text: rest })
}

/// What a game wrote into its log, without whence it came: `[Render thread/INFO]: [CHAT] <ana> hi`.
fn unlogged(rest: &str) -> &str {
    let logged = rest.strip_prefix('[').and_then(|r| r.split_once("/INFO]: ")).map_or(rest, |(_, text)| text);
    let said = logged.strip_prefix("[CHAT] ").unwrap_or(logged);
    ranks::unranked(said).filter(|_| logged != rest).map_or(said, |(_, said)| said)
}

/// `Name (time): text`, also with square brackets.
pub fn trailing(line: &str) -> Option<Head<'_>> {
    let open = line.find([' ', '(', '[']).and_then(|from| line[from..].find(['(', '[']).map(|i| from + i))?;
    let name = names::plausible(&line[..open])?;
    let mut at = Cursor::new(&line[open + 1..]);
    let when = moments::moment_alone(&mut at)?;
    let closed = at.eat(')') || at.eat(']');
    at.spaces();
    let text = at.rest().strip_prefix(':').filter(|_| closed)?;
    Some(Head { who: Who::Speaker(name), when, text: text.trim_start() })
}

/// `Name — Today at 10:11 PM`, `Name, [1.5.2024 18:02]`: a name and a time and nothing else.
pub fn titled(line: &str) -> Option<Head<'_>> {
    const BETWEEN: [&str; 7] = [" — ", " – ", " - ", " · ", ", [", "\t", "  "];
    let line = line.trim();
    let line = line.strip_suffix(':').filter(|l| l.ends_with(']')).unwrap_or(line);
    BETWEEN.iter().filter_map(|sign| Some((sign, line.rsplit_once(sign)?))).find_map(
        |(sign, (before, after))| {
            let before = untagged(before);
            // `14 Nov · 16:02` is a day.
            if *sign == " · " && before.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            // Hardly anybody types the long dash, so that before it stands a name whatever its signs.
            let odd = || {
                names::any(before)
                    .or_else(|| names::placed(before))
                    .filter(|n| *sign == " — " && !n.starts_with(moments::ROLE))
                    .filter(|n| !names::is_long(n) || names::is_title(n))
            };
            let bare = || names::plausible(without_pronouns(before)?);
            let name = names::plausible(before).or_else(odd).or_else(bare)?;
            let when = moments::whole(unedited(after))?;
            Some(Head { who: Who::Speaker(name), when, text: "" })
        },
    )
}

/// A time without what Telegram sets behind it in the same brackets: `14 Nov 2025 at 14:04 (edited)]`.
fn unedited(time: &str) -> &str {
    let inner = time.strip_suffix(")]").and_then(|t| t.split_once(" ("));
    inner.map_or(time, |(time, _)| time)
}

/// A name without the tag of a server that Discord sets behind it: `Ana [BIRD],`.
fn untagged(name: &str) -> &str {
    let name = name.trim_end().trim_end_matches(',');
    let tagged = name.strip_suffix(']').and_then(|n| n.rsplit_once(" ["));
    tagged.filter(|(_, tag)| (1..=6).contains(&tag.chars().count())).map_or(name, |(name, _)| name)
}

/// A name without the pronouns that LinkedIn sets behind it: `Ana (she/her)`.
fn without_pronouns(name: &str) -> Option<&str> {
    let (name, words) = name.strip_suffix(')')?.rsplit_once(" (")?;
    words.contains('/').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(head: Option<Head<'_>>) -> Option<(String, String)> {
        head.map(|h| {
            let who = if let Who::Speaker(name) = h.who { name } else { "*".to_owned() };
            (who, h.text.to_owned())
        })
    }

    fn some(name: &str, text: &str) -> Option<(String, String)> {
        Some((name.to_owned(), text.to_owned()))
    }

    #[test]
    fn times_before_names() {
        assert_eq!(shown(stamped("[10:30] Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("[10:11 PM]Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("10:30 Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("[2019-12-24, 12:23] Me: hi")), some("Me", "hi"));
        assert_eq!(shown(stamped("2024-05-01 18:02:11 - Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("[Yesterday 21:14] Jay: hi")), some("Jay", "hi"));
        assert_eq!(shown(stamped("[02/03, 16:12] Ana Lee: hi")), some("Ana Lee", "hi"));
        assert_eq!(shown(stamped("[3/2, 4:12 PM] Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("Sat 16:10 Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("2 March 2024 16:10 Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("10:30 see https://x")), None);
        assert_eq!(shown(stamped("[ Tuesday, March 12, 2024 4:02 PM ] Ana: hi")), some("Ana", "hi"));
        assert_eq!(shown(stamped("16:02ana_k: hi")), some("ana_k", "hi"));
        assert_eq!(shown(stamped("16:02ana and ben: hi")), None);
        assert_eq!(shown(stamped("10:30 we met")), None);
        for line in [
            "`10:30` **Ana**: hi",
            "`[1.5.2024 10:30]` Ana: hi",
            "**10:30 Ana:** hi",
            "[2024-05-01 10:30 UTC] Ana: hi",
            "10:30 (GMT+2) Ana: hi",
        ] {
            assert_eq!(shown(stamped(line)), some("Ana", "hi"), "{line}");
        }
        assert_eq!(shown(stamped("10:30 +44 7700 900123: hi")), some("+44 7700 900123", "hi"));
    }

    #[test]
    fn irc_lines() {
        assert_eq!(shown(irc("<ana> hi")), some("ana", "hi"));
        assert_eq!(shown(irc("[18:02] <@ana> hi")), some("ana", "hi"));
        assert_eq!(shown(irc("18:02 -!- ana has joined")), some("*", "-!- ana has joined"));
        assert_eq!(shown(irc("18:02 * ana waves")), some("ana", "* ana waves"));
        assert_eq!(shown(irc("[18:02:11] [Render thread/INFO]: [CHAT] <ana> hi")), some("ana", "hi"));
        assert_eq!((shown(irc("<b>bold</b>")), shown(irc("* item one"))), (None, None));
    }

    #[test]
    fn times_behind_names() {
        assert_eq!(shown(trailing("Ana (10:30): hi")), some("Ana", "hi"));
        assert_eq!(shown(trailing("Ana Lee [01/05/2024 10:30]: hi")), some("Ana Lee", "hi"));
        assert_eq!(shown(trailing("Ana (my friend): hi")), None);
        assert_eq!(shown(timed("Ana Lee 16:10: hi: you")), some("Ana Lee", "hi: you"));
        assert_eq!(shown(timed("ana, 4:10 PM: hi")), some("ana", "hi"));
        assert_eq!((shown(timed("Ana: at 16:10: hi")), shown(timed("Ana 16:10 hi"))), (None, None));
    }

    #[test]
    fn titles() {
        assert_eq!(shown(titled("Ana — Today at 10:11 PM")), some("Ana", ""));
        assert_eq!(shown(titled("Ana Lee — 05/01/2024 10:11 PM")), some("Ana Lee", ""));
        assert_eq!(shown(titled("Ana, [1.5.2024 18:02]")), some("Ana", ""));
        assert_eq!(shown(titled("Ana [BIRD] — 10:11 PM")), some("Ana", ""));
        assert_eq!(shown(titled("Ana [BIRD],  — 10:11 PM")), some("Ana", ""));
        assert_eq!(shown(titled("Ana, [1 May 2024 at 18:02]:")), some("Ana", ""));
        assert_eq!(shown(titled("Ana Lee (She/Her)  10:11 PM")), some("Ana Lee", ""));
        assert_eq!(shown(titled("🦊 — Today at 4:02 PM")), some("🦊", ""));
        assert_eq!(
            shown(titled("Mill Street Tennis Club (Mr. Hill) — 10:11 PM")),
            some("Mill Street Tennis Club (Mr. Hill)", "")
        );
        assert_eq!(shown(titled("we can meet at the mill — 10:30")), None);
        assert_eq!(shown(titled("Ana, [14 Nov 2025 at 14:04 (edited)]")), some("Ana", ""));
        assert_eq!(shown(titled("we leave - 10:30 sharp")), None);
        assert_eq!(shown(titled("Ana — hi")), None);
        assert_eq!(shown(titled_closely("Me 21:14")), some("Me", ""));
        assert_eq!(shown(titled_closely("Jay Lee, 9:14 PM")), some("Jay Lee", ""));
        assert_eq!(shown(titled_closely("Jay Lee at 9:14 PM")), some("Jay Lee", ""));
        assert_eq!(shown(titled_closely("[21:14] Jay Lee")), some("Jay Lee", ""));
        assert_eq!(shown(titled_closely("[21:14] are you in")), None);
        assert_eq!(shown(bracketed_title("[Tuesday 21:14] Lee, Jay (Guest)")), some("Lee, Jay (Guest)", ""));
        assert_eq!(shown(bracketed_title("[21:14] Jay: hi")), None);
        assert_eq!(
            (
                shown(titled_closely("at 21:14")),
                shown(titled_closely("Me 21")),
                shown(titled_closely("21:14"))
            ),
            (None, None, None)
        );
    }
}
