//! Where the name ends in front of a body. A name may have a colon of its own, and so may the app's lines, which have no
//! name: quotation marks, brackets and what recurs in the file tell.

use super::by_hand;
use super::notices;
use super::survey::Survey;
use crate::import::syntax::cursor;

/// Longest name taken for one. Phones allow 25 characters, address books more.
const LONGEST_NAME: usize = 100;
/// Longest second part of a name with a colon (`Theo: Plot 9`).
const LONGEST_SECOND: usize = 30;
/// So often a beginning must recur to be a name though it has an opened quotation in it.
const RECURS: usize = 3;

/// What opens a quotation or a bracket, and what closes it.
const PAIRS: [(char, &str); 11] = [
    ('„', "“”\""),
    ('“', "”"),
    ('”', "”"),
    ('«', "»"),
    ('»', "«"),
    ('「', "」"),
    ('『', "』"),
    ('"', "\""),
    ('\'', "'"),
    ('(', ")"),
    ('（', "）"),
];

/// Split `Name: body`. `None` for the app's own lines, which have no name though they may have a colon. `named`: every
/// header of this look has a name.
pub fn split<'l>(rest: &'l str, survey: &Survey, named: bool) -> Option<(String, &'l str)> {
    if survey.is_dashed() {
        return by_hand::split(rest).map(|(name, body)| (cursor::plain(name), body));
    }
    let (name, body) = first(rest, survey, named)?;
    match second(body).filter(|_| survey.has_two_parts(&name)) {
        Some((part, body)) => Some((format!("{name}: {part}"), body)),
        None => Some((name, body)),
    }
}

/// The same, up to the first colon that can end a name.
pub fn first<'l>(rest: &'l str, survey: &Survey, named: bool) -> Option<(String, &'l str)> {
    let at = end(rest, survey, named)?;
    survey.name(&rest[..at]).map(|name| (name, behind(rest, at)))
}

/// Whether what is taken for a notice by its words could be a name: nobody of the file stands before them.
pub fn is_doubtful_notice(rest: &str, survey: &Survey, named: bool) -> bool {
    let beginning = end(rest, survey, named).map(|at| &rest[..at]);
    beginning.is_some_and(|beginning| {
        notices::is_notice(&cursor::plain(beginning)) && !survey.is_of_somebody(beginning)
    })
}

/// Where the colon stands that ends the name.
fn end(rest: &str, survey: &Survey, named: bool) -> Option<usize> {
    let (plain, outside) = (ends(rest).next(), outside(rest));
    let times = |at: Option<usize>| at.map_or(0, |at| survey.times(&rest[..at]));
    let recurs = times(plain) >= RECURS && times(outside) * 2 < times(plain);
    if recurs { plain } else { outside.or(plain.filter(|_| named)) }
}

/// The name that stands before a colon, if it can be one.
pub fn judge(beginning: &str) -> Option<String> {
    fitting(beginning).filter(|name| !notices::is_notice(name))
}

/// The same where it is known to be no notice.
pub fn fitting(beginning: &str) -> Option<String> {
    let name = cursor::plain(beginning);
    (!name.is_empty() && name.chars().count() <= LONGEST_NAME).then_some(name)
}

/// The second part of a name with a colon, and what follows it, if the body begins with what can be one.
pub fn second(body: &str) -> Option<(String, &str)> {
    let at = ends(body).next()?;
    let part = &body[..at];
    let short = part.chars().count() <= LONGEST_SECOND && part.split_whitespace().count() <= 4;
    let bare = !part.contains(|c: char| cursor::is_mark(c) || "/<>.!?".contains(c));
    let part = cursor::plain(part);
    (short && bare && !part.is_empty()).then(|| (part, behind(body, at)))
}

/// The beginnings of `rest` that could be a name by their colon: the first, and the first outside of quotations.
pub fn beginnings(rest: &str) -> impl Iterator<Item = &str> {
    let (plain, outside) = (ends(rest).next(), outside(rest));
    plain.into_iter().chain(outside.filter(|at| Some(*at) != plain)).map(|at| &rest[..at])
}

fn behind(rest: &str, at: usize) -> &str {
    let body = &rest[at + 1..];
    // One space belongs to the header; others are the writer's.
    body.strip_prefix([' ', '\u{a0}', '\u{202f}']).unwrap_or(body)
}

/// Where the colons stand that have a space, a mark or nothing behind them.
fn ends(rest: &str) -> impl Iterator<Item = usize> {
    let is_end = |(at, _): &(usize, &str)| {
        let next = rest[at + 1..].chars().next();
        next.is_none_or(|c| c.is_whitespace() || cursor::is_mark(c))
    };
    rest.match_indices(':').filter(is_end).map(|(at, _)| at)
}

/// The first of them that stands in no quotation or bracket.
fn outside(rest: &str) -> Option<usize> {
    // No name is longer, nor is what it quotes.
    let rest = rest.char_indices().nth(4 * LONGEST_NAME).map_or(rest, |(at, _)| &rest[..at]);
    let mut free = 0;
    for at in ends(rest) {
        while let Some(end) = next_pair(&rest[free..], at.saturating_sub(free)) {
            free += end;
        }
        if at >= free {
            return Some(at);
        }
    }
    None
}

/// Where the first quotation ends that opens before `limit` and is closed at all.
fn next_pair(text: &str, limit: usize) -> Option<usize> {
    let mut before = ' ';
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < limit) {
        let inner = at + c.len_utf8();
        if let Some(end) = closers(before, c).and_then(|closers| text[inner..].find(|c| closers.contains(c)))
        {
            let closer = text[inner + end..].chars().next().map_or(0, char::len_utf8);
            return Some(inner + end + closer);
        }
        before = c;
    }
    None
}

/// What closes that which `c` opens. A straight quotation mark opens after a space only: it is an apostrophe elsewhere, as a
/// bracket behind a colon is a mouth (`Sam :(`).
fn closers(before: char, c: char) -> Option<&'static str> {
    let straight = matches!(c, '"' | '\'') && !before.is_whitespace();
    let mouth = c == '(' && matches!(before, ':' | ';' | '=' | '-');
    PAIRS.iter().find(|(open, _)| *open == c && !straight && !mouth).map(|(_, closers)| *closers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(rest: &str) -> Option<(String, String)> {
        first(rest, &Survey::default(), false).map(|(name, body)| (name, body.to_owned()))
    }

    fn some(name: &str, body: &str) -> Option<(String, String)> {
        Some((name.to_owned(), body.to_owned()))
    }

    #[test]
    fn names() {
        assert_eq!(name("Ana: see: this"), some("Ana", "see: this"));
        assert_eq!(name("\u{202a}+44 7700\u{a0}900123\u{202c}: hi"), some("+44 7700 900123", "hi"));
        assert_eq!(name("~\u{202f}Ana: hi"), some("~ Ana", "hi"));
        assert_eq!(name("Dr. 10:30 Club: hi"), some("Dr. 10:30 Club", "hi"));
        assert_eq!(name("Ana:"), some("Ana", ""));
        assert_eq!(name("Ana:\u{200e}image omitted"), some("Ana", "\u{200e}image omitted"));
        assert_eq!(name("Ana joined using this group's invite link"), None);
        assert_eq!(name("Ana changed the subject to: picnic"), None);
        assert_eq!(name("Ana hat den Betreff von „Alt“ zu: „Neu“ geändert"), None);
        assert_eq!(name("Ana changed the group name from “a” to “b: c”"), None);
        assert_eq!(name("Ana started an event: \"dig: day\""), None);
    }

    #[test]
    fn a_colon_in_a_quotation_ends_no_name() {
        for text in [
            "Ana создал(-а) группу \"Сад: лето\"",
            "Du hast die Gruppe „Garten: Sommer“ erstellt",
            "Vous avez créé le groupe « Jardin: été »",
            "Ana utworzył(a) grupę „Ogród: lato”",
            "Ana 创建了群组“花园: 夏天”",
            "You're now an admin in 'a: b'",
            "Ana renamed it from \"a: b\" to \"c: d\"",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
        assert_eq!(name("Ana (School: maths): page: 4"), some("Ana (School: maths)", "page: 4"));
        assert_eq!(name("Ana \"Bee\" Cole: he said \"a: b\""), some("Ana \"Bee\" Cole", "he said \"a: b\""));
        assert_eq!(name("Ana :( : hi"), some("Ana :(", "hi").map(|(_, b)| ("Ana :(".to_owned(), b)));
        assert_eq!(name("Sam :(: so (not) now"), some("Sam :(", "so (not) now"));
        assert_eq!(name("O'Ana: it's mine"), some("O'Ana", "it's mine"));
    }

    #[test]
    fn a_name_with_an_opened_quotation_hides_no_words() {
        let heads = ["Ana \"Bee: say \"x\"", "Ana \"Bee: hi", "Ana \"Bee: \"one\" or \"two\""];
        let survey = Survey::of(heads, false);
        for head in heads {
            assert_eq!(split(head, &survey, false).map(|(name, _)| name).as_deref(), Some("Ana \"Bee"));
        }
        assert_eq!(
            first("Ana \"Bee: a \"x\"", &Survey::default(), true).map(|f| f.0).as_deref(),
            Some("Ana \"Bee")
        );
    }

    #[test]
    fn second_parts() {
        assert_eq!(
            second("Plot 9: hello: you").map(|(part, body)| (part, body.to_owned())),
            some("Plot 9", "hello: you")
        );
        for body in
            ["hello", "https://x.example/a: b", "\u{200e}POLL: a", "so, I have told you this before: no"]
        {
            assert_eq!(second(body), None, "{body}");
        }
    }
}
