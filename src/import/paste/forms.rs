//! Lines of one form throughout, which proves itself by the names that come back: `At 16:02 Tom wrote: "hi"`,
//! `[Tom] hi`, `Tom -> Ria: hi`, `16:02 - Tom - hi`.

use super::games::Game;
use super::grammars::{Head, Who};
use super::senders::YOU;
use super::table::Table;
use super::{days, furniture, grammars, logs, moments, names, notices, ranks, said, signs};
use crate::import::chats::chat::When;
use crate::import::syntax::cursor::Cursor;

/// How a line of some form begins: who, when, and the words.
type Read = for<'l> fn(&'l str) -> Option<(&'l str, When, &'l str)>;

/// The forms, from the most to the least certain.
const FORMS: [Read; 14] = [
    told,
    arrow,
    ranks::ranked,
    bracketed,
    moment_between,
    |line| parted(line, &[" - ", " – ", " — "]),
    at_time,
    from,
    |line| signed(line, " = "),
    |line| signed(line, ") "),
    |line| signed(line, "> "),
    |line| signed(line, "- "),
    |line| signed(line, ":"),
    |line| signed(line, "; "),
];

/// The form that lines have.
#[derive(Clone, Copy)]
pub enum Form {
    /// A table.
    Table(Table),
    /// The log of a game.
    Log,
    /// The chat of a game.
    Game(Game),
    /// One of [`FORMS`].
    Line(Read),
}

impl Form {
    /// The form of `lines`, if nearly all have it.
    pub fn of(lines: &[&str]) -> Option<Self> {
        let lines: Vec<&str> = lines
            .iter()
            .copied()
            .filter(|l| {
                !furniture::is_furniture(l)
                    && !moments::is_alone(l)
                    && told_by_app(l).is_none()
                    && days::between(l).is_none_or(|b| b.bare && !b.is_dated())
            })
            .collect();
        if logs::is_log(&lines) {
            return Some(Self::Log);
        }
        let trailing = lines.iter().filter(|l| grammars::trailing(l).is_some()).count();
        if trailing > 1 && trailing * 5 >= lines.len() * 4 {
            return None;
        }
        // Its fields stand apart as the columns of a table do.
        if fits(&lines, exhibit) {
            return Some(Self::Line(exhibit));
        }
        if let Some(table) = Table::of(&lines) {
            return Some(Self::Table(table));
        }
        let own = lines.iter().any(|l| read_out(l).is_some_and(|(name, _, _)| name == YOU));
        let form = FORMS.into_iter().find(|read| fits(&lines, *read)).map(Self::Line);
        let form = form.or_else(|| (own && fits(&lines, read_out)).then_some(Self::Line(read_out)));
        form.or_else(|| Game::of(&lines).map(Self::Game))
    }

    /// What `line` says.
    pub fn head<'l>(&self, line: &'l str) -> Option<Head<'l>> {
        match self {
            Self::Table(table) => table.head(line),
            Self::Log => logs::head(line),
            Self::Game(game) => game.head(line),
            Self::Line(read) => {
                if let Some(text) = told_by_app(line) {
                    return Some(Head { who: Who::App, when: When::Unknown, text });
                }
                let (name, when, text) = read(line)?;
                let app = notices::is_by_app(line);
                let who = if app { Who::App } else { Who::Speaker(names::tidy(name)) };
                Some(Head { who, when, text })
            }
        }
    }

    /// Whether it is a table with a ruled line.
    pub fn is_ruled(&self) -> bool {
        matches!(self, Self::Table(table) if table.is_ruled())
    }

    /// Whether `line` is of the frame of a table.
    pub fn is_frame(&self, line: &str) -> bool {
        matches!(self, Self::Table(table) if table.is_heading(line))
    }
}

/// Whether four of five lines have the form, and the names in them come back.
fn fits(lines: &[&str], read: Read) -> bool {
    let found: Vec<&str> = lines.iter().filter_map(|l| read(l)).map(|(name, _, _)| name).collect();
    let mut names: Vec<String> = found.iter().map(|name| names::key(&names::tidy(name))).collect();
    names.sort();
    names.dedup();
    let real = found.iter().all(|n| !is_level(n));
    found.len() > 2
        && found.len() * 5 >= lines.len() * 4
        && names.len() > 1
        && names.len() * 3 <= found.len() * 2
        && real
}

/// What an app tells: `{System}: Tom has left the team.`, `[Server]: …`.
fn told_by_app(line: &str) -> Option<&str> {
    const APPS: [&str; 13] = [
        "system",
        "server",
        "console",
        "notice",
        "announcement",
        "serveur",
        "sistema",
        "servidor",
        "système",
        "systeem",
        "система",
        "сервер",
        "sistem",
    ];
    let line = line.trim_start();
    let inner = line.strip_prefix('{').and_then(|l| l.split_once('}'));
    let inner = inner.or_else(|| line.strip_prefix('[').and_then(|l| l.split_once(']')));
    let (_, text) = inner.filter(|(who, _)| APPS.contains(&&*who.trim().to_lowercase()))?;
    text.trim_start().strip_prefix(':').map(str::trim)
}

/// What programs, lists and songs set in brackets.
fn is_level(name: &str) -> bool {
    const LEVELS: [&str; 16] = [
        "info", "warn", "warning", "error", "debug", "trace", "fatal", "notice", "ok", "fail", "done",
        "todo", "verse", "chorus", "all", "team",
    ];
    let name = name.trim().to_lowercase();
    LEVELS.contains(&&*name) || !name.contains(char::is_alphabetic)
}

/// `text` if it can be a name: a few words without a stop.
fn name(text: &str) -> Option<&str> {
    let text = text.trim();
    let short = (1..=4).contains(&text.split_whitespace().count()) && text.chars().count() <= names::LONGEST;
    (short && names::any(text).is_some() && !text.contains(": ") && !text.ends_with(['.', '?', '!', ',']))
        .then_some(text)
}

/// The time that `line` begins with and what follows it; ` at ` may stand within.
fn moment(line: &str) -> Option<(When, &str)> {
    let mut at = Cursor::new(line);
    if let Some(when) = moments::moment(&mut at) {
        return Some((when, at.rest()));
    }
    let near = line.find(" at ").filter(|at| *at < 25)?;
    let joined = format!("{} {}", &line[..near], &line[near + 4..]);
    let mut at = Cursor::new(&joined);
    let when = moments::moment(&mut at)?;
    let rest = at.rest().len();
    Some((when, &line[line.len() - rest..]))
}

/// Without one of `words` at its beginning, in any case.
fn without<'l>(text: &'l str, words: &[&str]) -> Option<&'l str> {
    let text = text.trim_start();
    words.iter().find_map(|word| {
        let head = text.get(..word.len())?;
        let rest = &text[word.len()..];
        let ends = !rest.starts_with(char::is_alphanumeric);
        (ends && head.to_lowercase() == *word).then(|| rest.trim_start())
    })
}

/// `At 16:02 Tom wrote: hi`, `On 14/11/2025 at 16:02 hrs, TOM sent: hi`, `Um 16:02 Uhr schrieb Tom: hi`, `16:02 hrs – Tom
/// wrote: hi`.
fn told(line: &str) -> Option<(&str, When, &str)> {
    const VERBS: [&str; 10] =
        ["sent", "messaged", "stated", "posted", "schickte", "sendete", "schrieb", "wrote", "sagte", "said"];
    let start =
        without(line, &["at", "on", "um", "am", "a las", "el", "le", "à"]).unwrap_or(line.trim_start());
    let (when, rest) = moment(start)?;
    // Parts of a second.
    let rest =
        rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let rest = without(rest, &["hrs", "hours", "uhr", "h", "o'clock"]).unwrap_or(rest);
    let rest = rest.trim_start_matches([' ', ',', '-', '–', '—', ':']);
    if let Some(rest) = without(rest, &VERBS) {
        let (who, text) = rest.split_once(':')?;
        return Some((name(who)?, when, text.trim()));
    }
    let verb = |word: &str| VERBS.contains(&word) || said::is_verb(word);
    let mut from = 0;
    for count in 0..5 {
        let end = rest[from..].find([' ', ':', ',']).map_or(rest.len(), |at| from + at);
        if count > 0 && verb(&rest[from..end].to_lowercase()) {
            return Some((name(&rest[..from])?, when, rest[end..].trim_start_matches([':', ',', ' '])));
        }
        rest[end..].starts_with(' ').then_some(())?;
        from = end + 1;
    }
    None
}

/// `Exhibit 3  14/11/2025 16:02 From: Tom  To: Ria  Body: hi`: fields on one line.
fn exhibit(line: &str) -> Option<(&str, When, &str)> {
    const WHO: [&str; 4] = ["From:", "Sender:", "Von:", "Name:"];
    const WHAT: [&str; 7] = ["Body:", "Message:", "Text:", "Content:", "Nachricht:", "Inhalt:", "Msg:"];
    let (at, who) = WHO.iter().find_map(|w| Some((line.find(w)?, w.len())))?;
    let rest = &line[at + who..];
    let (end, what) = WHAT.iter().filter_map(|w| Some((rest.find(w)?, w.len()))).min()?;
    let before = &line[..at];
    let starts = before.match_indices(' ').map(|(at, _)| at + 1).chain([0]);
    let digit = |at: &usize| before[*at..].starts_with(|c: char| c.is_ascii_digit());
    let mut starts: Vec<usize> = starts.filter(digit).collect();
    starts.sort_unstable();
    let when = starts.into_iter().find_map(|at| moments::moment(&mut Cursor::new(&before[at..])));
    let who = rest[..end].trim();
    let who = who.split("  ").next().unwrap_or(who).split(" To:").next().unwrap_or(who);
    Some((name(who)?, when.unwrap_or(When::Unknown), rest[end + what..].trim()))
}

/// `Tom -> Ria: hi`, perhaps after a time: Tom says it.
fn arrow(line: &str) -> Option<(&str, When, &str)> {
    let (when, rest) = moments::leading(line).unwrap_or((When::Unknown, line.trim_start()));
    let rest = rest.trim_start_matches(['-', ' ']);
    let (people, text) = rest.split_once(':')?;
    let (from, to) =
        [" -> ", " → ", " => ", " --> ", "->", "→", " » "].iter().find_map(|sign| people.split_once(sign))?;
    name(to)?;
    Some((name(from)?, when, text.trim()))
}

/// `[Tom] hi`, `[Tom]: hi`, `[Tom] [오후 4:02] hi`, `{Team} [Tom]: hi`.
fn bracketed(line: &str) -> Option<(&str, When, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix('{').and_then(|l| l.split_once("} ")).map_or(line, |(_, rest)| rest);
    let (who, rest) = line.strip_prefix('[')?.split_once(']')?;
    if moments::whole(who).is_some() {
        return None;
    }
    // `[To Ria] [Tom]: hi` says who whispers.
    let by = rest.strip_prefix(" [").and_then(|r| r.split_once("]:"));
    if let Some((by, text)) = by.filter(|(by, _)| moments::whole(by).is_none() && !by.contains(']')) {
        return Some((name(by)?, When::Unknown, text.trim()));
    }
    // What is whispered to somebody is one's own.
    let who = if who.starts_with("To ") { "You" } else { who.strip_prefix("From ").unwrap_or(who) };
    if let Some(text) = rest.strip_prefix(':') {
        return Some((name(who)?, When::Unknown, text.trim()));
    }
    let rest = rest.strip_prefix(' ')?.trim_start();
    let timed = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
    if let Some((when, text)) = timed.and_then(|(time, text)| Some((moments::whole(time)?, text))) {
        return Some((name(who)?, when, text.trim()));
    }
    // `[All] Tom: hi` is a place and not a name.
    let named =
        rest.split_once(": ").is_some_and(|(n, _)| names::plausible(n).is_some() && n.split(' ').count() < 3);
    (!rest.is_empty() && !named).then_some(())?;
    Some((name(who)?, When::Unknown, rest))
}

/// `16:02 - Tom - hi`, `Nov 14 4:02pm - Tom - hi`.
fn parted<'l>(line: &'l str, signs: &[&str]) -> Option<(&'l str, When, &'l str)> {
    let (when, rest) = moment(line.trim_start().trim_start_matches('['))?;
    let rest = rest.trim_start_matches(']');
    let sign = signs.iter().find(|sign| rest.starts_with(**sign))?;
    let (who, text) = rest[sign.len()..].split_once(sign)?;
    Some((name(who)?, when, text.trim()))
}

/// `Tom (21:07) hi`, `Tom [21:07] hi`.
fn moment_between(line: &str) -> Option<(&str, When, &str)> {
    let open = line.find(" (").or_else(|| line.find(" ["))?;
    let rest = &line[open + 2..];
    let end = rest.find([')', ']'])?;
    let when = moments::loosely(&rest[..end])?;
    let text = rest[end + 1..].trim_start_matches(':').trim();
    let text =
        ["- ", "– ", "— "].iter().find_map(|dash| text.strip_prefix(dash)).unwrap_or(text).trim_start();
    (!text.is_empty()).then_some(())?;
    Some((name(&line[..open])?, when, text))
}

/// `Tom @ 4:02pm: hi`, `Tom at 4:02 pm: hi`.
fn at_time(line: &str) -> Option<(&str, When, &str)> {
    let (who, rest) = [" @ ", " at ", " um ", " · "].iter().find_map(|sign| line.split_once(sign))?;
    let (when, rest) = moment(rest)?;
    let text = rest.trim_start().strip_prefix(':')?;
    Some((name(who.strip_suffix(" wrote").unwrap_or(who))?, when, text.trim()))
}

/// `Tom, hi, 6:22 PM`, `Your iMessage, hey, 6:23 PM, Delivered`: as a phone reads a screen out.
fn read_out(line: &str) -> Option<(&str, When, &str)> {
    const OWN: [&str; 6] = [
        "Your iMessage",
        "Your text message",
        "Your message",
        "Deine iMessage",
        "Deine Nachricht",
        "Votre iMessage",
    ];
    let (rest, end) = line.trim().rsplit_once(", ")?;
    let (rest, time) = if signs::is_receipt(end) { rest.rsplit_once(", ")? } else { (rest, end) };
    let when = moments::alone(time)?;
    let (who, text) = rest.split_once(", ")?;
    Some((if OWN.contains(&who) { YOU } else { name(who)? }, when, text))
}

/// `From Tom: hi`.
fn from(line: &str) -> Option<(&str, When, &str)> {
    let rest = without(line, &["from", "von"])?;
    let (who, text) = rest.split_once(": ")?;
    Some((name(who)?, When::Unknown, text.trim()))
}

/// `Tom = hi`, `T) hi`, `TOM- hi`, `Tom> hi`, `Tom:hi`.
fn signed<'l>(line: &'l str, sign: &str) -> Option<(&'l str, When, &'l str)> {
    let (who, text) = line.trim_start().split_once(sign)?;
    // `Tom - hi` is a dash, and `Tom: hi` is read elsewhere.
    let digit = |c: char| c.is_ascii_digit();
    let odd = match sign {
        "- " => who.ends_with(' '),
        ":" => text.starts_with([' ', '/', '*', '_']) || (who.ends_with(digit) && text.starts_with(digit)),
        _ => false,
    };
    let odd = odd || who.ends_with(['-', '=']);
    let who = who.trim_end();
    let name = names::plausible(who)
        .filter(|n| n.split_whitespace().count() <= 3 && n.contains(char::is_alphabetic));
    (name.is_some() && !odd && !who.contains(['[', '(', '<']) && !text.trim().is_empty())
        .then(|| (who, When::Unknown, text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], name: &str, text: &str, timed: bool) {
        let form = Form::of(lines).unwrap_or_else(|| panic!("no form: {lines:?}"));
        let Head { who, when, text: said } = form.head(lines[0]).unwrap();
        assert_eq!((who, said), (Who::Speaker(name.to_owned()), text), "{lines:?}");
        assert_eq!(when != When::Unknown, timed, "{lines:?}");
    }

    #[test]
    fn forms_of_lines() {
        for (lines, timed) in [
            (["At 16:02 Tom wrote: in?", "At 16:03 Ria replied: yes", "At 16:04 Tom wrote: ok"], true),
            (
                [
                    "On 14/11/2025 at 16:02 hrs, Tom sent: in?",
                    "On 14/11/2025 at 16:03 hrs, Ria sent: yes",
                    "On 14/11/2025 at 16:04 hrs, Tom sent: ok",
                ],
                true,
            ),
            (
                [
                    "Um 16:02 Uhr schrieb Tom: in?",
                    "Um 16:03 Uhr schrieb Ria: ja",
                    "Um 16:04 Uhr schrieb Tom: ok",
                ],
                true,
            ),
            (["16:02 hrs – Tom wrote: in?", "16:03 hrs – Ria wrote: yes", "16:04 hrs – Tom wrote: ok"], true),
            (
                [
                    "No 1 14/11/2025 16:02:05 From: Tom Body: in?",
                    "No 2 From: Ria  Body: yes",
                    "No 3 From: Tom To: Ria Body: ok",
                ],
                true,
            ),
            (
                [
                    "No 1  14/11/2025 16:02:05(UTC+0)  From: Tom  Body: in?",
                    "No 2  14/11/2025 16:03:05(UTC+0)  From: Ria  Body: yes",
                    "No 3  14/11/2025 16:04:05(UTC+0)  From: Tom  Body: ok",
                ],
                true,
            ),
            (["Tom -> Ria: in?", "Ria -> Tom: yes: so", "Tom -> Ria: ok"], false),
            (
                [
                    "13/01/2024 16:02 Tom → Ria: in?",
                    "13/01/2024 16:03 Ria → Tom: yes",
                    "13/01/2024 16:04 Tom → Ria: ok",
                ],
                true,
            ),
            (["[Tom] in?", "[Ria] yes", "[Tom] ok"], false),
            (["[Tom] [오후 4:02] in?", "[Ria] [오후 4:03] yes", "[Tom] [오후 4:04] ok"], true),
            (["[Tom]: in?", "{Team} [Ria]: yes", "[Tom]: ok"], false),
            (["Tom = in?", "Ria = yes", "Tom = ok"], false),
            (["Tom) in?", "Ria) yes", "Tom) ok"], false),
            (["Tom- in?", "Ria- yes", "Tom- ok"], false),
            (["Tom> in?", "Ria> yes", "Tom> ok"], false),
            (["Tom:in?", "Ria:yes", "Tom:ok"], false),
            (["16:02 - Tom - in?", "16:03 - Ria - yes - so", "16:04 - Tom - ok"], true),
            (["Nov 14 4:02pm - Tom - in?", "Nov 14 4:03pm - Ria - yes", "Nov 14 4:04pm - Tom - ok"], true),
            (["Tom (21:07) in?", "Ria (21:08) yes", "Tom (21:09) ok"], true),
            (["Tom (Mon 4pm): in?", "Ria (Mon 4.05pm): yes", "Tom (Tue 9am): ok"], true),
            (["Tom @ 4:02pm: in?", "Ria @ 4:03pm: yes", "Tom @ 4:04pm: ok"], true),
            (["Tom at 4:02 pm: in?", "Ria at 4:03 pm: yes", "Tom at 4:04 pm: ok"], true),
            (["From Tom: in?", "From Ria: yes", "From Tom: ok"], false),
            (["Tom, in?, 6:22 PM", "Your iMessage, yes, so, 6:23 PM, Delivered", "Tom, ok, 6:24 PM"], true),
        ] {
            check(&lines, "Tom", "in?", timed);
        }
        for lines in [
            ["[INFO] start", "[WARN] late", "[INFO] stop"],
            ["a) soup", "b) bread", "c) tea"],
            ["At 16:02 we left", "At 16:03 it rained", "At 16:04 we came"],
            ["width = 3", "height = 4", "depth = 5"],
            ["Monday, judo, 18:00", "Monday, chess, 19:00", "Friday, judo, 18:00"],
            ["16:02 - Hall - soup", "16:03 - Mill - tea", "16:04 - Roof - bread"],
        ] {
            assert!(Form::of(&lines).is_none(), "{lines:?}");
        }
    }
}
