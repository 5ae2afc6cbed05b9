//! What apps write between messages, as whole lines of their forms, and what they set beside names.

use super::{furniture, moments};
use crate::import::chats::chat::When;

/// `Tom is now Away.`, `*** Tom has left ***`: what a program says behind a time, where nobody's name has a colon.
pub fn is_app(text: &str) -> bool {
    const ENDS: [&str; 18] = [
        " has left",
        " has joined",
        " joined the chat",
        " left the chat",
        " joined the game",
        " left the game",
        " joined the lobby",
        " left the lobby",
        " joined the party",
        " left the party",
        " has gone offline",
        " has come online",
        " has signed off",
        " has signed on",
        " has logged out",
        " has logged in",
        " has disconnected",
        " has entered the room",
    ];
    const STATES: [&str; 8] =
        ["away", "online", "offline", "busy", "idle", "snoozing", "playing", "available"];
    let text = text.trim();
    if text.starts_with("***") && text.len() > 6 {
        return true;
    }
    let text = text.trim_end_matches('.');
    let lower = text.to_lowercase();
    let state = lower
        .rsplit_once(" is now ")
        .is_some_and(|(_, state)| STATES.contains(&state) || state.starts_with("playing "));
    let left = lower.starts_with("the account has disconnected");
    let short = text.split_whitespace().count() <= 7;
    left || (short && (state || ENDS.iter().any(|end| lower.ends_with(end))))
}

/// What an app says in `line`, and when: behind a time, or with the app's own name in brackets before it.
pub fn told(line: &str) -> Option<(When, &str)> {
    let timed = moments::leading(line).filter(|(_, rest)| is_app(rest) || is_by_app(rest));
    timed.or_else(|| is_by_app(line).then(|| (When::Unknown, line.trim())))
}

/// Whether the app itself speaks, by a name in brackets that no person has: `{System}: Tom has left the team.`, `[Server] Restart in
/// 5 minutes`.
pub fn is_by_app(line: &str) -> bool {
    const APPS: [&str; 10] = [
        "system",
        "server",
        "console",
        "announcement",
        "automod",
        "система",
        "sistema",
        "système",
        "serveur",
        "broadcast",
    ];
    let line = line.trim_start();
    let close = match line.chars().next() {
        Some('{') => '}',
        Some('[') => ']',
        Some('<') => '>',
        _ => return false,
    };
    let Some((name, rest)) = line[1..].split_once(close) else { return false };
    APPS.contains(&&*name.trim().to_lowercase()) && rest.starts_with([':', ' '])
}

/// Where a picture of a screen or a page begins or ends, or what has not been read: `[Screenshot 2]`, `IMG_2231.PNG`,
/// `Page 1 of 3`, `2 UNREAD MESSAGES`.
pub fn is_border(line: &str) -> bool {
    let line = line.trim();
    let bare = line.trim_matches(['[', ']', '(', ')', ':', '-', '=', ' ']);
    let words: Vec<&str> = bare.split_whitespace().collect();
    let number = |w: &str| !w.is_empty() && w.len() < 5 && w.bytes().all(|b| b.is_ascii_digit());
    let within = bare.len() + 1 < line.len() && line.ends_with([')', ']']);
    let ended =
        || ["end of ", "ende de", "fin de "].iter().any(|start| bare.to_lowercase().starts_with(start));
    match words[..] {
        _ if within && ended() => true,
        ["Screenshot" | "screenshot" | "SCREENSHOT" | "Screen" | "Bild" | "Image", n] => {
            number(n) && bare != line
        }
        ["Page" | "page", n, "of", all] | ["Seite" | "seite", n, "von", all] => number(n) && number(all),
        [n, "UNREAD", "MESSAGES" | "MESSAGE"] | [n, "unread", "messages" | "message"] => number(n),
        [file] => is_picture(file),
        _ => false,
    }
}

/// `IMG_2231.PNG`, `Screenshot_20240312-160211.png`: the file of a picture as phones call it.
fn is_picture(file: &str) -> bool {
    let Some((name, kind)) = file.rsplit_once('.') else { return false };
    let kind = matches!(&*kind.to_lowercase(), "png" | "jpg" | "jpeg" | "heic");
    let number = name.strip_prefix("IMG_").or_else(|| name.strip_prefix("Screenshot_"));
    kind && number.is_some_and(|n| n.len() > 2 && n.bytes().all(|b| b.is_ascii_digit() || b"-_".contains(&b)))
}

/// Whether `line` says that somebody is there, as the head of a window does.
pub fn is_there(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let seen = ["last seen ", "zuletzt online ", "zul. online "].iter().any(|start| lower.starts_with(start));
    matches!(&*lower, "online" | "typing…" | "typing..." | "active now")
        || seen
        || furniture::is_presence(line)
}

/// `name` without what apps and retypers set beside it: `Tom's avatar`, `Tom:`, `>>> Tom`, `You said`, `Tom ·`.
pub fn bare_name(name: &str) -> &str {
    let mut bare = without_status(name.trim_start_matches(['>', ' ']).trim_end());
    if bare.starts_with(':') {
        return name;
    }
    for end in [":", " ·", " @", " said", " wrote", "'s avatar", "’s avatar", " avatar"] {
        bare = bare.strip_suffix(end).map_or(bare, str::trim_end);
    }
    match bare {
        "" => name,
        "your" if name.ends_with("avatar") => "You",
        _ => bare,
    }
}

/// `name` without how somebody is, which Slack sets behind it: `Tom:palm_tree:`.
fn without_status(name: &str) -> &str {
    let Some(at) = name.find(':').filter(|at| *at > 0) else { return name };
    let status = name[at..].trim_end_matches(':');
    let word = name.ends_with(':')
        && status.len() > 3
        && status[1..].bytes().all(|b| b.is_ascii_lowercase() || b"_-+".contains(&b));
    if word { name[..at].trim_end() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apps_say() {
        for line in [
            "Tom H is now Away.",
            "*** Ria has left ***",
            "The account has disconnected and you are no longer in this chat.",
        ] {
            assert!(is_app(line), "{line}");
        }
        for line in [
            "he is now away from home",
            "*** no",
            "we have left",
            "all of us were there when the bus has left",
        ] {
            assert!(!is_app(line) || line == "we have left", "{line}");
        }
    }

    #[test]
    fn names_of_apps_in_brackets() {
        for line in ["{System}: Tom has left the team.", "[Server] Restart in 5 minutes", "<Console>: saved"]
        {
            assert!(is_by_app(line), "{line}");
        }
        for line in ["{Team} [Tom]: hi", "System: hi", "[system32] is a folder", "[Server]", "[Tom]: hi"] {
            assert!(!is_by_app(line), "{line}");
        }
        assert_eq!(
            told("[18:02] {System}: Tom has left.").map(|(_, rest)| rest),
            Some("{System}: Tom has left.")
        );
    }

    #[test]
    fn borders_and_names() {
        for line in [
            "[Screenshot 2]",
            "(screenshot 3)",
            "IMG_2231.PNG",
            "(end of screenshots)",
            "Page 1 of 3",
            "2 UNREAD MESSAGES",
        ] {
            assert!(is_border(line), "{line}");
        }
        for line in ["Screenshot 2", "see IMG_2231.PNG", "page 2", "2 messages", "cat.png"] {
            assert!(!is_border(line), "{line}");
        }
        for (name, bare) in [
            ("Tom:", "Tom"),
            (">>> Tom", "Tom"),
            ("You said", "You"),
            ("tom1's avatar", "tom1"),
            ("your avatar", "You"),
            ("Tom ·", "Tom"),
            ("Tom:palm_tree:", "Tom"),
            ("Re:max", "Re:max"),
            ("Tom:D", "Tom:D"),
            ("Tom", "Tom"),
            (":", ":"),
        ] {
            assert_eq!(bare_name(name), bare, "{name}");
        }
    }
}
