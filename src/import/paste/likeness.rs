//! Whether what was read with speakers is like a chat at all. Guides, lists and timetables have colons, too, and
//! interviews and plays have speakers: the former hold hardly any word that people say to each other, the latter are
//! written more carefully than people chat.

use std::collections::HashSet;

use super::super::warning::WarningKind;
use super::{calendar, talk};
use crate::import::chats::chat::Chat;
use crate::transcript::{Kind, Message, Transcript};

/// Fewer messages than this are not judged, and of those behind so many nothing more is to be learnt.
const LEAST: usize = 4;
const MOST: usize = 2_000;
/// A chat has a smaller share of messages with a word of talk hardly ever: 2 of the corpus of 7,860 chats.
const LEAST_TALK: f32 = 0.15;
/// The same where the names are those of a list, or the times those of a plan.
const LEAST_TALK_OF_LABELS: f32 = 0.35;

/// The same where the parts of a song are named, of which some call out.
const LEAST_TALK_OF_SONGS: f32 = 0.6;

/// What labels lines of lists, guides, menus, tickers, adverts, records and reviews.
const LABELS: &str = "action|agenda|all-day|allergens|break|breakfast|build|cast|city|close|collection|condition|cons|corner|date|deadline|debug|dessert|dinner|done|drink|drinks|due|email|error|fees|film|finance|for sale|full-time|goal|half-time|homework|info|ingredients|item|items|kick-off|lunch|main|mains|menu|method|minutes|model|name|news|next|next meeting|note|notes|number|offer|opening hours|oven|penalty|phone|place|port|power|present|apologies|prep time|price|pros|quantity|rating|red card|rule|score|serves|shopping|size|sport|starter|starters|step|substitution|summary|supper|task|telephone|time|tip|title|to buy|to do|todo|topic|total|verdict|version|waiting|warn|warning|weather|weight|welcome|when|where|yellow card|ends|result";
/// What parts of a song are called, and who sings them.
const SONG: [&str; 14] = [
    "verse",
    "chorus",
    "bridge",
    "refrain",
    "intro",
    "outro",
    "hook",
    "interlude",
    "pre-chorus",
    "solo",
    "all",
    "together",
    "strophe",
    "coda",
];
/// Other times by which plans are labelled than days.
const WHEN: [&str; 3] = ["tomorrow", "weekdays", "weekend"];
/// What questions and their answers are marked with.
const ASKED: [(&str, &str); 6] = [
    ("q", "a"),
    ("question", "answer"),
    ("f", "a"),
    ("frage", "antwort"),
    ("pregunta", "respuesta"),
    ("question", "réponse"),
];
/// Who tells a play.
const TELLERS: [&str; 6] = ["narrator", "chorus", "stage directions", "erzähler", "narrador", "narrateur"];

/// One message with words.
struct Turn<'t> {
    name: String,
    text: &'t str,
}

/// The doubt that what `chat` holds is none, if there is one.
pub fn doubt(chat: &Chat) -> Option<WarningKind> {
    let turns: Vec<Turn<'_>> = turns(chat.so_far().0);
    let people: HashSet<&str> = turns.iter().map(|t| t.name.as_str()).collect();
    if turns.len() < LEAST || people.len() < 2 {
        return None;
    }
    let talk = share(&turns, |t| talk::is_talk(t.text));
    let listed = || {
        share(&turns, |t| is_label(&t.name)) >= 0.6
            || counts(&turns)
            || (people.len() * 2 >= turns.len() && is_timetable(chat))
    };
    if talk < LEAST_TALK
        || (talk < LEAST_TALK_OF_LABELS && listed())
        || (talk < LEAST_TALK_OF_SONGS && is_song(&turns))
    {
        return Some(WarningKind::NoChat);
    }
    if !is_careful(&turns) {
        return None;
    }
    if is_catechism(&turns) {
        return Some(match speaks_of_oneself(&turns) {
            true => WarningKind::PerhapsNoChat,
            false => WarningKind::NoChat,
        });
    }
    (is_interview(&turns) || is_play(&turns)).then_some(WarningKind::PerhapsNoChat)
}

fn turns(transcript: &Transcript) -> Vec<Turn<'_>> {
    let spoken = transcript.spoken().map(|(_, m)| m).filter(|m| m.kind == Kind::Message);
    let name = |m: &Message| m.speaker.map(|s| transcript.speakers[s].name.to_lowercase());
    spoken
        .take(MOST)
        .filter_map(|m| Some(Turn { name: name(m)?, text: m.text.reveal().trim() }))
        .filter(|t| !t.text.is_empty() || t.name.contains(':'))
        .collect()
}

/// The share of `turns` of which `is` holds.
fn share(turns: &[Turn<'_>], is: impl Fn(&Turn<'_>) -> bool) -> f32 {
    turns.iter().filter(|t| is(t)).count() as f32 / turns.len().max(1) as f32
}

/// Whether `name`, in small letters, labels lines of lists, plans and songs.
pub fn is_label(name: &str) -> bool {
    let first = name.split([':', '(']).next().unwrap_or(name).trim();
    LABELS.split('|').any(|label| label == first)
        || calendar::day(first).is_some_and(|(_, sure)| sure)
        || WHEN.contains(&first)
}

/// Whether most names count something: `step 1`, `step 2`, `step 3`.
fn counts(turns: &[Turn<'_>]) -> bool {
    let numbered = |t: &Turn<'_>| {
        let (word, number) = t.name.rsplit_once(' ')?;
        number.bytes().all(|b| b.is_ascii_digit()).then(|| (word.to_owned(), number.to_owned()))
    };
    let found: Vec<(String, String)> = turns.iter().filter_map(numbered).collect();
    let words: HashSet<&String> = found.iter().map(|(word, _)| word).collect();
    let numbers: HashSet<&String> = found.iter().map(|(_, number)| number).collect();
    found.len() * 5 >= turns.len() * 3 && words.len() * 3 <= found.len() && numbers.len() == found.len()
}

/// Whether all times are of a plan: each later than the last, on minutes that plans have.
fn is_timetable(chat: &Chat) -> bool {
    let (transcript, clocks) = chat.so_far();
    let times: Vec<_> = clocks.take(MOST).collect();
    let all = times.len() >= LEAST && times.len() == transcript.spoken().take(MOST).count();
    let even = || times.iter().all(|t| t.minute() % 5 == 0 && t.second() == 0);
    all && even() && times.windows(2).filter(|pair| pair[0] < pair[1]).count() + 2 >= times.len()
}

/// Whether all are parts of a song, in which nobody is asked.
fn is_song(turns: &[Turn<'_>]) -> bool {
    let part = |name: &str| {
        let word = name.trim_matches(['[', ']', '(', ')']);
        SONG.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' '))
    };
    share(turns, |t| part(&t.name)) >= 0.8 && !turns.iter().any(|t| t.text.contains('?'))
}

/// Whether nearly all messages are written as in print, and none with what people only type or say to greet.
fn is_careful(turns: &[Turn<'_>]) -> bool {
    let begins = |text: &str| !text.starts_with(char::is_lowercase);
    let ends = |text: &str| text.ends_with(['.', '!', '?', '…', ')', '"', '”', '—', '-', ']']);
    let greeted = turns.iter().any(|t| talk::is_casual(t.text));
    !greeted && share(turns, |t| begins(t.text) && ends(t.text)) >= 0.9
}

/// Whether two people, or labels, take turns strictly, where one asks and the other answers: who asks comes first.
fn asked(turns: &[Turn<'_>]) -> bool {
    let asker = &turns[0].name;
    let strict = turns.windows(2).filter(|pair| (pair[0].name == *asker) != (pair[1].name == *asker)).count();
    let (asks, answers): (Vec<&Turn<'_>>, Vec<&Turn<'_>>) = turns.iter().partition(|t| t.name == *asker);
    let marked = |of: &[&Turn<'_>]| of.iter().filter(|t| t.text.contains('?')).count();
    strict * 10 >= (turns.len() - 1) * 9
        && marked(&asks) * 5 >= asks.len() * 4
        && marked(&answers) * 5 <= answers.len()
}

/// Whether they are questions and answers that are marked as such.
fn is_catechism(turns: &[Turn<'_>]) -> bool {
    let bare =
        |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit() || " .#".contains(c)).to_owned();
    let marks = |t: &Turn<'_>| ASKED.iter().any(|(q, a)| bare(&t.name) == *q || bare(&t.name) == *a);
    share(turns, marks) >= 0.9
        && turns.first().is_some_and(|t| ASKED.iter().any(|(q, _)| bare(&t.name) == *q))
        && asked(turns)
}

/// Whether who answers speaks of oneself: a person, and not a page of help.
fn speaks_of_oneself(turns: &[Turn<'_>]) -> bool {
    let answers: Vec<&Turn<'_>> = turns.iter().filter(|t| t.name != turns[0].name).collect();
    answers.iter().filter(|t| talk::says_i(t.text)).count() * 3 >= answers.len()
}

fn is_interview(turns: &[Turn<'_>]) -> bool {
    let words: usize = turns.iter().map(|t| t.text.split_whitespace().count()).sum();
    words >= turns.len() * 6 && asked(turns)
}

/// Whether somebody tells what happens, or words in brackets do.
fn is_play(turns: &[Turn<'_>]) -> bool {
    let stage =
        |line: &str| [('(', ')'), ('[', ']')].iter().any(|(a, b)| line.starts_with(*a) && line.contains(*b));
    let staged: usize = turns.iter().map(|t| t.text.lines().filter(|l| stage(l.trim())).count()).sum();
    staged > 1 || turns.iter().any(|t| TELLERS.contains(&t.name.as_str()))
}
