//! The texts of signal-export's lines: words with links to files behind them, and what stands for something else.

use crate::import::chats::parts::{Part, file_name};
use crate::transcript::Kind;

/// Where links to files lead, seen from the chat.
const FOLDERS: [&str; 3] = ["./media/", "media/", "../exported_stickers/"];

/// A text, read.
#[derive(Debug, PartialEq)]
pub enum Body {
    /// Words and files.
    Said(Vec<Part>),
    /// It was taken back.
    Deleted,
    /// The app noted a call.
    Call(String),
}

/// Read the first line of a text.
pub fn read(text: &str) -> Body {
    let whole = text.trim();
    if whole == "(This message was deleted)" {
        return Body::Deleted;
    }
    if is_call(whole) {
        return Body::Call(whole.to_owned());
    }
    Body::Said(parts(text))
}

/// Words, then files; at least one part.
pub fn parts(text: &str) -> Vec<Part> {
    let (words, files) = split(text);
    let mut parts = Vec::new();
    if files.is_empty() || !words.trim().is_empty() {
        parts.push((Kind::Message, words.trim_end().to_owned()));
    }
    parts.extend(files.into_iter().map(|file| (Kind::Media, file)));
    parts
}

/// `(- Ida: 👍, Max: ❤ -)`: who reacted to the message before.
pub fn is_reaction(line: &str) -> bool {
    let line = line.trim();
    line.strip_prefix("(- ").is_some_and(|rest| rest.ends_with("-)") && rest.contains(':'))
}

/// `(( 👍 ))`: a sticker that was not exported.
pub fn is_sticker(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("(( ") && line.ends_with(" ))") && line.len() > 6
}

/// Whether there is a link to a file of the export.
pub fn links_media(line: &str) -> bool {
    FOLDERS.iter().any(|folder| line.contains(&format!("]({folder}")))
}

/// The words without the links to files, and the names of those.
fn split(text: &str) -> (String, Vec<String>) {
    if is_sticker(text) {
        return (String::new(), vec![String::new()]);
    }
    let (mut words, mut files, mut rest) = (String::new(), Vec::new(), text);
    while let Some((start, end, file)) = link(rest) {
        words.push_str(&rest[..start]);
        files.push(file.to_owned());
        rest = &rest[end..];
    }
    words.push_str(rest);
    (words, files)
}

/// The first link to a file: where it begins and ends, and the file's name.
fn link(text: &str) -> Option<(usize, usize, &str)> {
    let middle = FOLDERS.iter().filter_map(|folder| text.find(&format!("]({folder}"))).min()?;
    let open = text[..middle].rfind('[')?;
    let target = middle + 2;
    // Names may have brackets; the link ends at the one with space or another link behind it.
    let ends =
        |at: &usize| text[at + 1..].chars().next().is_none_or(|c| c.is_whitespace() || "![".contains(c));
    let close = text[target..].match_indices(')').map(|(at, _)| target + at).find(ends)?;
    let shown = &text[open + 1..middle];
    let name = if shown.is_empty() { file_name(&text[target..close]) } else { shown };
    let start = if text[..open].ends_with('!') { open - 1 } else { open };
    Some((start, close + 1, name))
}

/// `Missed video call`, `Outgoing voice call (accepted, 2m 5s)`.
fn is_call(text: &str) -> bool {
    let Some((way, rest)) = text.split_once(' ') else { return false };
    let what = rest.split_once(" (").map_or(rest, |(what, _)| what);
    let ended = what.len() == rest.len() || rest.ends_with(')');
    let known =
        ["call", "voice call", "video call", "group call", "direct call", "adhoc call"].contains(&what);
    ["Incoming", "Outgoing", "Missed"].contains(&way) && known && ended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(parts: &[(Kind, &str)]) -> Body {
        Body::Said(parts.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect())
    }

    #[test]
    fn words_and_files() {
        use Kind::{Media, Message};
        for (text, expected) in [
            ("hi  ", said(&[(Message, "hi")])),
            ("  ![a.jpg](./media/a.jpg)  ", said(&[(Media, "a.jpg")])),
            (
                "my cat  ![a (1).jpg](./media/a%20(1).jpg)  [b.ogg](./media/b.ogg)  ",
                said(&[(Message, "my cat"), (Media, "a (1).jpg"), (Media, "b.ogg")]),
            ),
            ("[site](https://example.org)", said(&[(Message, "[site](https://example.org)")])),
            ("(( 👍 ))", said(&[(Media, "")])),
            ("(This message was deleted)", Body::Deleted),
            ("Missed video call  ", Body::Call("Missed video call".into())),
            (
                "Outgoing voice call (accepted, 2m 5s)",
                Body::Call("Outgoing voice call (accepted, 2m 5s)".into()),
            ),
            ("Missed call you made", said(&[(Message, "Missed call you made")])),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn reactions() {
        assert!(is_reaction("(- Ida: 👍 -)") && is_reaction("(- Ida: 👍, -)  "));
        assert!(!is_reaction("(- not one") && !is_reaction("(Ida: 👍)"));
    }
}
