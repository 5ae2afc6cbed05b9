//! What stands behind a header: a name and words, or one of the many things the app writes in their place.

use std::borrow::Cow;

use super::super::cursor;
use super::media;
use super::words;

/// A body, told apart.
#[derive(Debug, PartialEq, Eq)]
pub enum Body<'l> {
    /// Somebody's words.
    Words(&'l str),
    /// Something sent that is no text, with its file name if that is there.
    Media(&'l str),
    /// The same with words before it.
    Captioned {
        /// The words.
        words: &'l str,
        /// The file name.
        file: &'l str,
    },
    /// Words that were taken back.
    Deleted,
    /// A notice of the app, which iOS puts under somebody's name or the group's.
    App(Cow<'l, str>),
}

/// Longest name taken for one. Phones allow 25 characters, address books more.
const LONGEST_NAME: usize = 100;

/// Split `Name: body`. `None` for the app's own lines, which have no name though they may have a colon.
pub fn split_name(rest: &str) -> Option<(String, &str)> {
    let ends = |(at, _): &(usize, &str)| {
        let behind = &rest[at + 1..];
        behind.chars().next().is_none_or(|c| c.is_whitespace() || cursor::is_mark(c))
    };
    let (at, _) = rest.match_indices(':').find(ends)?;
    let name = cursor::plain(&rest[..at]);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || words::is_notice(&name) {
        return None;
    }
    let body = &rest[at + 1..];
    // One space belongs to the header; others are the writer's.
    Some((name, body.strip_prefix([' ', '\u{a0}', '\u{202f}']).unwrap_or(body)))
}

/// Tell what a body is, by its first line.
pub fn read(body: &str) -> Body<'_> {
    // The app puts a mark of direction before whatever it writes itself.
    let marked = body.trim_start_matches(' ').starts_with('\u{200e}');
    let text = without_edited(body.trim_matches(|c| c == ' ' || cursor::is_mark(c)));
    if words::is_deleted(text) {
        return Body::Deleted;
    }
    if let Some(file) = media::whole(text, marked) {
        return Body::Media(file);
    }
    if marked && words::is_app_notice(text) {
        return Body::App(cursor::plain(text).into());
    }
    match media::after_words(text) {
        Some((words, file)) => Body::Captioned { words, file },
        None if text.is_empty() => Body::Words(""),
        None if without_edited(body).len() == body.len() => {
            Body::Words(body.trim_start_matches(cursor::is_mark))
        }
        None => Body::Words(text),
    }
}

/// The text without the note that it was edited.
fn without_edited(text: &str) -> &str {
    let trimmed = text.trim_end_matches(|c: char| c == ' ' || cursor::is_mark(c));
    let Some(open) = trimmed.rfind('<').filter(|_| trimmed.ends_with('>')) else { return text };
    let note = trimmed[open + 1..trimmed.len() - 1].trim_matches(cursor::is_mark).trim_end_matches('.');
    if words::is_edited(note) {
        trimmed[..open].trim_end_matches(|c: char| c == ' ' || cursor::is_mark(c))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = |rest| split_name(rest).map(|(name, body)| (name, body.to_owned()));
        let some = |name: &str, body: &str| Some((name.to_owned(), body.to_owned()));
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
    }

    #[test]
    fn edited_messages_lose_the_note() {
        assert_eq!(read("see you <This message was edited>"), Body::Words("see you"));
        assert_eq!(read("bis dann \u{200e}<Diese Nachricht wurde bearbeitet.>"), Body::Words("bis dann"));
        assert_eq!(read("a <b>"), Body::Words("a <b>"));
    }

    #[test]
    fn words_stay_as_they_are() {
        assert_eq!(read("  two spaces"), Body::Words("  two spaces"));
        assert_eq!(read("Location: https://maps.example/x"), Body::Words("Location: https://maps.example/x"));
        assert_eq!(read("\u{200e}POLL:"), Body::Words("POLL:"));
        assert_eq!(read(""), Body::Words(""));
    }

    #[test]
    fn deleted_in_many_languages() {
        for text in [
            "This message was deleted",
            "\u{200e}You deleted this message.",
            "Diese Nachricht wurde gelöscht.",
            "Eliminaste este mensaje.",
            "Ce message a été supprimé",
            "Mensagem apagada",
            "Dit bericht is verwijderd",
            "Questo messaggio è stato eliminato",
            "Сообщение удалено",
            "Bu mesaj silindi",
            "Pesan ini telah dihapus",
            "Ta wiadomość została usunięta",
            "此消息已被删除",
            "このメッセージは削除されました",
        ] {
            assert_eq!(read(text), Body::Deleted, "{text}");
        }
        assert_eq!(
            read("This message was deleted by mistake"),
            Body::Words("This message was deleted by mistake")
        );
    }

    #[test]
    fn notices_of_the_app() {
        let text =
            "\u{200e}Messages and calls are end-to-end encrypted. No one outside of this chat can read them.";
        assert!(matches!(read(text), Body::App(_)));
        assert!(matches!(read("\u{200e}Missed voice call"), Body::App(_)));
        assert!(matches!(read("calls are end-to-end encrypted, I heard"), Body::Words(_)));
    }
}
