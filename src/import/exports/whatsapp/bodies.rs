//! What stands behind a name: words, or one of the many things the app writes in their place.

use std::borrow::Cow;

use super::calls;
use super::done;
use super::media;
use super::notices;
use super::survey::Survey;
use super::words;
use crate::import::syntax::cursor;

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
    /// A message that the phone could not read or show; what the app says instead.
    Unread(&'l str),
    /// A notice of the app, which iOS puts under somebody's name or the group's.
    App(Cow<'l, str>),
    /// The same without its mark, as Android has it: of whoever stands before it.
    Told(&'l str),
}

/// Where a body stands.
pub struct Place<'p> {
    /// Under which name.
    pub name: &'p str,
    /// What is known of the file's names.
    pub survey: &'p Survey,
    /// No other line of words follows.
    pub alone: bool,
    /// The app's mark stands before the head as well.
    pub led: bool,
}

impl Place<'_> {
    /// Whether a body with the app's mark is a notice. A mark alone must not hide a message, as anybody can write one: the
    /// words must be known, or stand under the name of a group, which cannot speak.
    fn is_notice(&self, text: &str) -> bool {
        let known = || {
            notices::is_app_notice(text)
                || done::is_done_by(self.name, text)
                || self.survey.tells_who_left(text)
                || (self.led && done::tells_of(self.name, text))
        };
        self.alone && (self.survey.is_group(self.name) || known())
    }

    fn is_deleted(&self, text: &str) -> bool {
        let by_known = || words::deleted_by(text).is_some_and(|who| self.survey.knows(&who));
        words::is_deleted(text) || by_known()
    }
}

/// The last line of a message of several.
#[derive(Debug, PartialEq, Eq)]
pub enum End<'l> {
    /// Somebody's words, as the other lines.
    Words(&'l str),
    /// Nothing but the note that the message was edited.
    Note,
    /// Something sent that is no text.
    Media(&'l str),
    /// The same with words before it.
    Captioned {
        /// The words.
        words: &'l str,
        /// The file name.
        file: &'l str,
    },
}

/// Whether the app's mark stands before the body: it puts one before whatever it writes itself.
pub fn is_marked(body: &str) -> bool {
    body.trim_start_matches(' ').starts_with('\u{200e}')
}

/// Whether a body could be a notice by its mark: it is marked and neither something sent nor something taken back.
pub fn may_be_notice(body: &str) -> bool {
    let text = bare(body);
    is_marked(body) && !words::is_deleted(text) && media::whole(text, true).is_none()
}

/// Whether words with the app's mark before them could be a notice that is not known. Polls have more lines, places and
/// copied addresses a link, and the app marks nothing else that people write.
pub fn is_doubtful(body: &str, alone: bool) -> bool {
    alone
        && is_marked(body)
        && !bare(body).is_empty()
        && !body.contains("://")
        && !bare(body).starts_with('@')
}

/// Tell what a body is, by its first line.
pub fn read<'l>(body: &'l str, place: &Place<'_>) -> Body<'l> {
    let (marked, text) = (is_marked(body), without_edited(bare(body)));
    if place.is_deleted(text) {
        return Body::Deleted;
    }
    if words::is_unread(text) && place.alone {
        return Body::Unread(text);
    }
    if let Some(file) = media::whole(text, marked) {
        return Body::Media(file);
    }
    if marked && place.is_notice(text) {
        return Body::App(cursor::plain(text).into());
    }
    if !marked && place.alone && calls::is_own_line(text) {
        return Body::Told(text);
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

/// Tell what the last line of a message is, as a picture's caption and the note on an edited message end there.
pub fn end(line: &str) -> End<'_> {
    let text = without_edited(line);
    let whole = || media::whole(bare(text), true).filter(|_| is_marked(text));
    match media::after_words(text) {
        Some((words, file)) => End::Captioned { words, file },
        None if text.is_empty() => End::Note,
        None => whole().map_or(End::Words(text), End::Media),
    }
}

fn bare(body: &str) -> &str {
    body.trim_matches(|c| c == ' ' || cursor::is_mark(c))
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

    /// What a body is that stands under Ana's name, in a file where Ben and Dr. Cy speak too.
    fn read(body: &str) -> Body<'_> {
        let survey = Survey::of(["Ana: hi", "Ben: hey", "Dr. Cy: hey"], true);
        super::read(body, &Place { name: "Ana", survey: &survey, alone: true, led: false })
    }

    #[test]
    fn edited_messages_lose_the_note() {
        assert_eq!(read("see you <This message was edited>"), Body::Words("see you"));
        assert_eq!(read("これ？ \u{200e}<このメッセージは編集済みです>"), Body::Words("これ？"));
        assert_eq!(read("såklart <Det här meddelandet redigerades>"), Body::Words("såklart"));
        for kept in ["a <edit: I meant b>", "see <grin>", "<edited"] {
            assert_eq!(read(kept), Body::Words(kept));
        }
        assert_eq!(read("bis dann \u{200e}<Diese Nachricht wurde bearbeitet.>"), Body::Words("bis dann"));
        assert_eq!(read("так <Це повідомлення відредаговано>"), Body::Words("так"));
        assert_eq!(read("כן \u{200e}<ההודעה נערכה>"), Body::Words("כן"));
        assert_eq!(read("네 \u{200e}<수정된 메시지입니다>"), Body::Words("네"));
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
            "Це повідомлення було видалено",
            "यह मैसेज डिलीट कर दिया गया था.",
            "삭제한 메시지입니다.",
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
        assert_eq!(read("Voice call. \u{200e}3 min"), Body::Told("Voice call. \u{200e}3 min"));
        for text in [
            "Ana added Cy",
            "Ana turned on disappearing messages. New messages will disappear after 24 hours.",
            "Ben hat die Gruppe verlassen",
            "Voice call. \u{200e}3 min",
            "Ligação de voz perdida. \u{200e}Toque para retornar a ligação",
            "You blocked this contact",
            "Сообщения и звонки защищены сквозным шифрованием.",
            "Повідомлення та виклики захищено наскрізним шифруванням.",
        ] {
            assert!(matches!(read(&format!("\u{200e}{text}")), Body::App(_)), "{text}");
            assert!(matches!(read(text), Body::Words(_) | Body::Told(_)), "{text}");
        }
        assert_eq!(read("This message was deleted by admin Dr. Cy."), Body::Deleted);
        assert!(matches!(read("This message was deleted by admin error, sorry"), Body::Words(_)));
    }

    #[test]
    fn a_mark_hides_no_words() {
        let survey = Survey::default();
        let long =
            |text| super::read(text, &Place { name: "Ana", survey: &survey, alone: false, led: false });
        assert!(matches!(long("\u{200e}Ana left"), Body::Words(_)));
        for text in [
            "Ben, come here",
            "voice call me. now",
            "video calls are fun",
            "so it is",
            "Ana wants a photo of you, dont tell mum",
            "Ana added you? then come over",
            "send it. nobody changed the group btw",
            "Ana hat diese Gruppe satt",
            "You left your bag here",
        ] {
            let marked = format!("\u{200e}{text}");
            assert_eq!(read(&marked), Body::Words(text));
        }
    }

    #[test]
    fn notes_at_the_end_of_several_lines() {
        assert_eq!(end("line two \u{200e}<This message was edited>"), End::Words("line two"));
        assert_eq!(end("\u{200e}<This message was edited>"), End::Note);
        assert_eq!(end("caption \u{200e}image omitted"), End::Captioned { words: "caption", file: "" });
        assert_eq!(end("\u{200e}<attached: a.jpg>"), End::Media("a.jpg"));
        assert_eq!(end("<attached: a.jpg>"), End::Words("<attached: a.jpg>"));
        assert_eq!(end("  as it is "), End::Words("  as it is "));
    }
}
