//! What Telegram's program for computers sets in place of words and above them: `[ Photo ]`, `[In reply to Ana]`. Wordings
//! in other languages from memory.

use crate::import::chats::placeholders::placeholder;
use crate::transcript::Kind;

/// What stands in brackets for something that is no text, in small letters.
const MEDIA: [&str; 38] = [
    "photo",
    "album",
    "video",
    "video message",
    "voice message",
    "audio file",
    "file",
    "gif",
    "sticker",
    "location",
    "live location",
    "contact",
    "poll",
    "foto",
    "videonachricht",
    "sprachnachricht",
    "audiodatei",
    "datei",
    "standort",
    "kontakt",
    "umfrage",
    "vidéo",
    "message vocal",
    "message vidéo",
    "fichier",
    "mensaje de voz",
    "videomensaje",
    "archivo",
    "messaggio vocale",
    "videomessaggio",
    "mensagem de voz",
    "arquivo",
    "фотография",
    "видео",
    "голосовое сообщение",
    "файл",
    "стикер",
    "анимированный стикер",
];
/// How a line begins that says what the words below it answer.
const ANSWERS: [&str; 7] = [
    "in reply to ",
    "als antwort auf ",
    "antwort auf ",
    "en réponse à ",
    "en respuesta a ",
    "in risposta a ",
    "в ответ ",
];
/// The same of words that somebody else wrote.
const PASSED_ON: [&str; 6] = [
    "forwarded from ",
    "weitergeleitet von ",
    "transféré de ",
    "reenviado de ",
    "inoltrato da ",
    "переслано от ",
];

/// The kind of a message with this text, the text that remains, and the words below or behind what stands for a picture.
pub fn kind(text: &str) -> (Kind, &str, Option<&str>) {
    match media(text.trim()) {
        Some((name, words)) if name.starts_with("file") => (Kind::Media, words, None),
        Some((_, words)) => (Kind::Media, "", Some(words).filter(|w| !w.is_empty())),
        None => {
            let (kind, text) = placeholder(text);
            (kind, text, None)
        }
    }
}

/// What `[ Photo ] words` and `[Photo]` name, and the words.
fn media(text: &str) -> Option<(String, &str)> {
    let (inner, words) = text.strip_prefix('[')?.split_once(']')?;
    // Only the program sets spaces within; without them people may have typed it, and go on behind it.
    let spaced = inner.starts_with(' ') && inner.ends_with(' ');
    let name = inner.trim().to_lowercase();
    let known = MEDIA.contains(&&*name);
    let sticker = || {
        name.rsplit_once(' ')
            .is_some_and(|(sign, word)| word == "sticker" && !sign.contains(char::is_alphanumeric))
    };
    let fits = if spaced { known || sticker() } else { known && words.is_empty() };
    fits.then(|| (name, words.trim()))
}

/// What a line in brackets above the words of a message says of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// That they answer somebody.
    Answer,
    /// That somebody else wrote them.
    PassedOn,
}

/// Whether `line` says, as Slack does under a name, that the words below are an answer to others, which stand above them.
pub fn is_of_thread(line: &str) -> bool {
    const THREAD: [&str; 8] = [
        "replied to a thread:",
        "hat auf einen thread geantwortet:",
        "a répondu à un fil de discussion :",
        "a répondu à un fil :",
        "respondió a un hilo:",
        "respondeu a uma conversa:",
        "ha risposto a un thread:",
        "heeft op een thread gereageerd:",
    ];
    THREAD.contains(&&*line.trim().to_lowercase())
}

/// The mark that `line` is.
pub fn mark(line: &str) -> Option<Mark> {
    let inner = line.trim().strip_prefix('[')?.strip_suffix(']')?.to_lowercase();
    let begins = |starts: &[&str]| starts.iter().any(|start| inner.starts_with(start));
    if begins(&ANSWERS) {
        return Some(Mark::Answer);
    }
    begins(&PASSED_ON).then_some(Mark::PassedOn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_files() {
        for (text, kept, words) in [
            ("[ Photo ]", "", None),
            ("[Photo]", "", None),
            ("[ Voice message ]", "", None),
            ("[ 😂 Sticker ]", "", None),
            ("[ Photo ] our garden", "", Some("our garden")),
            ("[ File ] plan.pdf", "plan.pdf", None),
            ("<photo>", "", None),
        ] {
            assert_eq!(kind(text), (Kind::Media, kept, words), "{text}");
        }
        for text in ["[Photo] our garden", "[ nice ]", "[video here]", "[ my sticker ]", "photo", "[ ]"] {
            assert_eq!(kind(text), (Kind::Message, text, None), "{text}");
        }
    }

    #[test]
    fn marks_above_words() {
        assert_eq!(mark("[In reply to Ana Lee]"), Some(Mark::Answer));
        assert_eq!(mark("[Forwarded from City News]"), Some(Mark::PassedOn));
        assert_eq!((mark("[In reply]"), mark("in reply to Ana")), (None, None));
    }
}
