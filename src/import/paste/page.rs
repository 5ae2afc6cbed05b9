//! What a messenger's window shows above and around a talk and what gets copied with it: whose chat it is, when they were
//! last there, that it is encrypted, the clock and the battery of a phone.

use super::{calendar, days, furniture, moments, names, presence, sections, senders, signs};
use crate::import::chats::chat::When;

/// How far down the head of a page may reach.
const REACH: usize = 9;

/// How many of `lines` are the head of the page: signs of a window, and titles and days beside them.
pub fn head(lines: &[&str]) -> usize {
    let profile = profile(lines);
    let lines = &lines[..lines.len().min(profile + REACH)];
    let mut end = profile;
    let mut titles = 0;
    for (at, line) in lines.iter().enumerate().skip(profile) {
        let above = at.checked_sub(1).map(|above| lines[above]);
        let sign = is_sign(line, above) || lines.get(at + 1).is_some_and(|next| is_scrap(line, next));
        if sign {
            end = at + 1;
        } else if is_day(line) || (at > 0 && is_moment(line)) {
            // A day alone is no proof of a window, but stands under one's head.
            end = if end == at { at + 1 } else { end };
        } else if titles < 2 && (is_title(line) || (at == 0 && moments::is_alone(line))) {
            titles += 1;
        } else {
            break;
        }
    }
    end
}

/// How many of `lines` tell of whom one talks with, down to what leads to their profile: friends, places, followers.
fn profile(lines: &[&str]) -> usize {
    const MOST: usize = 12;
    const WORDS: usize = 9;
    let above = &lines[..lines.len().min(MOST)];
    let Some(end) = above.iter().rposition(|l| furniture::leads_to_profile(l)) else { return 0 };
    let short = |line: &&str| line.split_whitespace().count() <= WORDS && senders::sender(line).is_none();
    let talk = |line: &&str| names::prefix(line).is_some() || moments::leading(line).is_some();
    if above[..end].iter().all(|l| short(l) && !talk(l)) { end + 1 } else { 0 }
}

/// Whether `lines` begin with whom one talks with, above a day and a time.
pub fn is_titled(lines: &[&str]) -> bool {
    lines.len() > 2 && names::is_alone(lines[0]) && sections::is_sure(lines[1])
}

/// Whether `line`, in the head of a page, is a title: it could be words as well.
pub fn may_be_words(line: &str) -> bool {
    let timed = is_day(line) || moments::is_alone(line);
    !is_sign(line, Some(line)) && !is_sign(line, None) && !timed
}

/// Whether `line` is what only a window says, with what stands `above` it.
fn is_sign(line: &str, above: Option<&str>) -> bool {
    let first = above.is_none();
    is_notice(line)
        || is_way_back(line)
        || above.is_some_and(|above| is_unread(line, above))
        || signs::is_way(line)
        || furniture::is_profile(line)
        || (first && is_status_bar(line))
        || is_list_of_members(line)
        || presence::is_shown(line, first)
        || presence::is_sure(line)
        || above.is_some_and(|above| is_handle_of(line, above))
}

/// `< 12`, `< Tom Hill`, `Tom Hill >`: what leads back to other talks, and to whom one talks with, as iPhones show them.
fn is_way_back(line: &str) -> bool {
    let line = line.trim();
    let back = line.strip_prefix(['<', '‹', '←']).map(str::trim);
    let whom = back.is_some_and(|name| line.contains(' ') && names::is_alone(name) && !line.contains('>'));
    let on = line.strip_suffix(['>', '›']).filter(|name| name.ends_with(' ') && !name.contains(['<', '>']));
    whom || back.is_some_and(|n| n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit()))
        || on.is_some_and(is_title)
}

/// `12` below `<`: how many messages wait in other talks.
fn is_unread(line: &str, above: &str) -> bool {
    let number = line.trim();
    matches!(above.trim(), "<" | "‹") && number.len() < 4 && number.bytes().all(|b| b.is_ascii_digit())
}

/// `O & :`: what pictures of buttons are read as, right above the day.
fn is_scrap(line: &str, next: &str) -> bool {
    let words = line.split_whitespace();
    let tiny = words.clone().all(|w| w.chars().count() <= 2 && !w.contains(char::is_numeric));
    let signs = words.clone().any(|w| !w.contains(char::is_alphanumeric));
    (1..=5).contains(&words.count()) && tiny && signs && is_day(next)
}

/// What messengers set above a talk: that nobody else can read it, with whom and how it is.
pub fn is_notice(line: &str) -> bool {
    const SEALED: [&str; 2] = [
        "messages and calls are end-to-end encrypted",
        "nachrichten und anrufe sind ende-zu-ende-verschlüsselt",
    ];
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || super::cursor::is_mark(c));
    let begins = |start: &str| line.get(..start.len()).is_some_and(|l| l.to_lowercase() == start);
    begins(SEALED[0]) || begins(SEALED[1]) || (line.ends_with(')') && begins("texting with "))
}

/// `16:42 ul LTE 64%`: the row above everything on a phone.
fn is_status_bar(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let clock = words.next().is_some_and(|w| w.contains(':') && moments::whole(w).is_some());
    let rest: Vec<&str> = words.collect();
    let state = |w: &&&str| w.ends_with('%') || matches!(**w, "LTE" | "5G" | "4G" | "3G" | "WiFi" | "Wi-Fi");
    clock && rest.len() <= 5 && rest.iter().filter(state).count() > 0
}

/// `@mia.draws` under the name of that account.
fn is_handle_of(line: &str, above: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let handle = line.trim().strip_prefix('@').filter(|name| name.len() > 2 && !name.contains(' '));
    let first = above.split_whitespace().next().map(letters).filter(|word| word.len() > 2);
    handle.map(letters).zip(first).is_some_and(|(handle, word)| handle.contains(&word))
}

/// `Ana, Ben, You`: who is in a group.
fn is_list_of_members(line: &str) -> bool {
    !members(line).is_empty()
}

/// Those whom `Ana, Ben, You` lists, the members of a group, without oneself.
pub fn members(line: &str) -> Vec<&str> {
    let mut members: Vec<&str> = line.split(", ").map(str::trim).collect();
    let short = members.iter().all(|m| (1..=4).contains(&m.split_whitespace().count()));
    let own = members.pop().is_some_and(names::is_own);
    if members.len() > 1 && short && own { members } else { Vec::new() }
}

/// A day, with a time or not, and nothing else.
pub fn is_day(line: &str) -> bool {
    let line = line.trim();
    days::between(line).is_some_and(|b| b.bare && !line.ends_with(" later"))
        || furniture::is_day_in_any_case(line)
        || calendar::is_whole_day(line)
        || moments::whole(&line.replace(" · ", " ")).is_some_and(|_| !moments::is_alone(line))
        || sections::is_sure(line)
}

/// A date and a time, alone on a line.
fn is_moment(line: &str) -> bool {
    match moments::alone(line) {
        Some(When::Written(stamp)) => stamp.date.is_some(),
        Some(When::Known(_)) => true,
        _ => false,
    }
}

/// What could be whose chat it is.
fn is_title(line: &str) -> bool {
    let line = line.trim();
    (1..=4).contains(&line.split_whitespace().count())
        && line.len() <= 40
        && !line.contains(':')
        && !line.ends_with(['.', '?', '!'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_pages() {
        for (text, end) in [
            ("Tom Hill|last seen today at 18:20|12/03/2024|hi|16:02", 3),
            ("tom_hill|last seen today at 18:20|YESTERDAY|hi|16:02", 3),
            ("16:42 ul LTE 64%|< 3 Tom Hill|online|Today|hi", 4),
            ("16:42 5G 64%|< Tom Hill|hi|16:02", 2),
            ("hi|< in?|ok", 0),
            ("9:41 5G 87|tom.h|Active now|hi", 3),
            ("tom.h|@tom.h|3/12/2024 4:02 PM|hi", 3),
            ("Tuesday, Mar 12 · 4:02 PM|Texting with Tom (SMS/MMS)|hi", 2),
            ("Art club|Ana, Mr Hill, Tom, You|YESTERDAY|hi", 3),
            ("9:41|<|12|Coach Dan|iMessage|Today 8:02 AM|hi", 6),
            ("18:47 al 4G 62%|< Tom Hill|en línea|O & :|HOY|hi 18:31", 5),
            ("18:47 al 4G 62%|< Tom Hill|en línea|: )|hi 18:31", 3),
            (
                "Tom Hill|Tom Hill|You're friends on Facebook|Lives in Hull|View Profile|8 JUN 2024 AT 14:02|hi",
                6,
            ),
            ("tom.h|tom.h · Instagram|120 followers|2 mutual friends|Profil ansehen|hi", 5),
            ("Артём Лосев|был в сети 5 минут назад|5 марта|Артём Лосев|17:02|hi", 3),
            ("Tom|hi|how are you|I was online|ok", 0),
            ("Tom: hi|View profile|ok", 0),
            ("hi|see you|online|ok", 3),
            ("online|see you|ok", 0),
            ("hey|@tom|look|ok", 0),
            ("when do we meet?|Today|ok", 0),
        ] {
            assert_eq!(head(&text.split('|').collect::<Vec<_>>()), end, "{text}");
        }
    }
}
