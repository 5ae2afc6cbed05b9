//! What one entry of a thread comes to.

use serde_json::Value;

use super::fillers::{self, Filler};
use crate::import::chats::parts::{Part, file_name};
use crate::import::syntax::json::{str_at, whole_number};
use crate::transcript::Kind;

/// An entry, read.
pub enum Content {
    /// Somebody said or sent all of this.
    Said(Vec<Part>),
    /// Somebody took it back.
    Deleted,
    /// The app noted it.
    Noted(String),
}

/// Keys under which lists of files stand.
const FILES: [&str; 5] = ["photos", "videos", "audio_files", "gifs", "files"];

/// Read an entry by `sender`; `mend` makes its texts readable.
pub fn read(message: &Value, sender: &str, mend: impl Fn(&str) -> String) -> Content {
    if message.get("is_unsent").and_then(Value::as_bool) == Some(true) {
        return Content::Deleted;
    }
    let text = str_at(message, &["content"]).map_or(String::new(), &mend);
    if let Some(told) = call(message, sender, &text) {
        return Content::Noted(told);
    }
    let filler = fillers::of(&text, sender);
    if filler == Some(Filler::Unsent) {
        return Content::Deleted;
    }
    let kind = str_at(message, &["type"]).unwrap_or("");
    if filler == Some(Filler::Event) || ["Subscribe", "Unsubscribe"].contains(&kind) {
        let named = text.contains(sender) || text.starts_with("You ") || text.is_empty() || filler.is_none();
        let text = text.trim();
        return Content::Noted(if named { text.to_owned() } else { format!("{sender}: {text}") });
    }
    let mut parts = files(message, &mend);
    let link = link(message, &mend);
    let words = if filler == Some(Filler::Sent) { String::new() } else { text };
    let words = match link {
        Some(link) if words.trim().is_empty() => link,
        Some(link) if !words.contains(&link) => format!("{words}\n{link}"),
        _ => words,
    };
    if !words.trim().is_empty() {
        parts.push((Kind::Message, words));
    }
    if parts.is_empty() {
        // Something was sent that the download leaves out: a post that is gone, a picture to be seen once.
        parts.push((Kind::Media, String::new()));
    }
    Content::Said(parts)
}

fn files(message: &Value, mend: &impl Fn(&str) -> String) -> Vec<Part> {
    let lists = FILES.iter().filter_map(|key| message.get(key)?.as_array());
    let stickers = message.get("sticker").into_iter();
    let uris = lists.flatten().chain(stickers).map(|file| str_at(file, &["uri"]).unwrap_or(""));
    uris.map(|uri| (Kind::Media, mend(file_name(uri)))).collect()
}

/// The address, or else the words, of something shared.
fn link(message: &Value, mend: &impl Fn(&str) -> String) -> Option<String> {
    let share = message.get("share")?;
    let shown = ["link", "share_text"].iter().find_map(|key| str_at(share, &[key]).filter(|s| !s.is_empty()));
    shown.map(mend)
}

fn call(message: &Value, sender: &str, text: &str) -> Option<String> {
    let seconds = whole_number(message.get("call_duration"));
    if seconds.is_none() && str_at(message, &["type"]) != Some("Call") {
        return None;
    }
    let missed = message.get("missed").and_then(Value::as_bool) == Some(true);
    let how = match seconds {
        _ if missed && !text.contains("missed") => " (missed)".to_owned(),
        Some(seconds) if seconds > 0 => format!(" ({seconds} seconds)"),
        _ => String::new(),
    };
    let what = if text.trim().is_empty() { format!("call by {sender}") } else { text.to_owned() };
    Some(format!("{what}{how}"))
}
