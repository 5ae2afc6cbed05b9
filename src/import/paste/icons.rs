//! The names of pictures that are copied with a page of WhatsApp: on which side a message stands, and that it was sent.

/// Pictures beside messages that say nothing of who speaks.
const OTHERS: [&str; 12] = [
    "msg-time",
    "forward-chat",
    "forwarded",
    "star-inline",
    "audio-play",
    "audio-pause",
    "media-play",
    "ptt-status",
    "down-context",
    "default-user",
    "default-group",
    "default-contact-refreshed",
];

/// On which side a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Whoever copied the page.
    Own,
    /// The other.
    Other,
}

/// The side that `line`, above the first message of some, tells.
pub fn side(line: &str) -> Option<Side> {
    match line.trim() {
        "tail-out" => Some(Side::Own),
        "tail-in" => Some(Side::Other),
        _ => None,
    }
}

/// Whether `line`, below a message of one's own, says that it was sent.
pub fn is_check(line: &str) -> bool {
    matches!(
        line.trim(),
        "msg-dblcheck" | "msg-check" | "status-dblcheck" | "status-check" | "msg-dblcheck-ack"
    )
}

/// Whether `line` is any such picture that is none of the words.
pub fn is_icon(line: &str) -> bool {
    is_check(line) || side(line).is_some() || OTHERS.contains(&line.trim())
}

/// Whether `lines` were copied with such pictures, each of which comes back.
pub fn are_in(lines: &[&str]) -> bool {
    lines.iter().filter(|l| side(l).is_some() || is_check(l)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_words() {
        assert_eq!(
            (side("tail-out"), side("tail-in"), side("tail")),
            (Some(Side::Own), Some(Side::Other), None)
        );
        assert!(
            is_check("msg-dblcheck") && is_icon("star-inline") && !is_icon("star") && !is_check("checked")
        );
        assert!(are_in(&["tail-in", "hi", "16:02", "tail-out"]) && !are_in(&["tail-in", "hi"]));
    }
}
