//! Messages without words: what stands for them in a text, and the kinds that sources name.

use crate::transcript::Kind;

/// Texts that stand for something that is no text.
const PLACEHOLDERS: [&str; 6] = ["<photo>", "<video>", "<voice>", "<sticker>", "<file>", "<media>"];
/// The same as Viber has them.
const VIBERS: [&str; 2] = ["Photo message", "Video message"];

/// Whether `text` is what Viber has in the place of a picture.
pub fn is_vibers(text: &str) -> bool {
    VIBERS.contains(&text.trim())
}

/// The kind of a message with this text, and the text that remains.
pub fn placeholder(text: &str) -> (Kind, &str) {
    match text.trim() {
        "<deleted>" => (Kind::Deleted, ""),
        word if PLACEHOLDERS.contains(&word) || is_vibers(word) => (Kind::Media, ""),
        _ => (Kind::Message, text),
    }
}

/// The kind of a message for which its source names one, and the text that remains. Without a kind the text tells.
pub fn told_kind<'t>(told: Option<&str>, text: &'t str) -> (Kind, &'t str) {
    match told {
        Some("message") => (Kind::Message, text),
        Some("media") => (Kind::Media, text),
        Some("deleted") => (Kind::Deleted, text),
        Some("system") => (Kind::System, text),
        _ => placeholder(text),
    }
}
