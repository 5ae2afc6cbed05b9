//! Texts that the apps write in somebody's name where there are no words.

use super::abroad;

/// What such a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filler {
    /// Something that was sent.
    Sent,
    /// A message that was taken back.
    Unsent,
    /// A reaction to another message, a call, a change of the chat.
    Event,
}

/// What `text`, which stands under the name `sender`, stands for; `None` when they are words.
pub fn of(text: &str, sender: &str) -> Option<Filler> {
    let text = text.trim();
    // A person does not write of themselves by their whole name, so what begins with it is the app's. `You …` could be
    // anybody's words, and only what the app is known to write is taken for its own.
    let about =
        text.strip_prefix(sender).and_then(|rest| rest.strip_prefix(' ')).filter(|_| !sender.is_empty());
    let you = text.strip_prefix("You ");
    match text {
        _ if about.or(you).is_some_and(|rest| SENT.contains(&rest.trim_end_matches('.'))) => {
            Some(Filler::Sent)
        }
        _ if about.or(you).is_some_and(|rest| UNSENT.contains(&rest.trim_end_matches('.'))) => {
            Some(Filler::Unsent)
        }
        _ if TOLD.contains(&text.trim_end_matches('.')) || is_missed(text, sender) => Some(Filler::Event),
        "This message was unsent" => Some(Filler::Unsent),
        _ if is_reaction(text) || ENDED.contains(&text.trim_end_matches('.')) => Some(Filler::Event),
        _ if about.is_some_and(|rest| tells_of(&EVENTS, rest)) => Some(Filler::Event),
        _ if you.is_some_and(|rest| tells_of(&YOURS, rest)) => Some(Filler::Event),
        _ => abroad::of(text, sender, about),
    }
}

const SENT: [&str; 10] = [
    "sent a GIF",
    "sent a file",
    "sent a link",
    "sent a photo",
    "sent a sticker",
    "sent a video",
    "sent a voice message",
    "sent an attachment",
    "shared a post",
    "shared a story",
];
/// Whole texts of the app.
const TOLD: [&str; 4] = [
    "Liked a message",
    "This poll is no longer available",
    "You are now connected on Messenger",
    "You can now message and call each other and see info like Active Status and when you\'ve read messages",
];
const UNSENT: [&str; 1] = ["unsent a message"];
const ENDED: [&str; 5] =
    ["Audio call ended", "The video chat ended", "Video call ended", "Video chat ended", "Voice call ended"];
const EVENTS: [&str; 21] = [
    "added ",
    "called you",
    "changed the chat theme",
    "changed the group photo",
    "changed the theme",
    "created a poll: ",
    "created the group",
    "joined the ",
    "left the group",
    "missed your ",
    "named the group",
    "pinned a message",
    "removed ",
    "set the emoji",
    "set the nickname",
    "set the quick reaction to ",
    "set your nickname",
    "started a",
    "turned off vanish mode",
    "turned on disappearing messages",
    "turned on vanish mode",
];
/// Those of the reader that nobody would write to somebody.
const YOURS: [&str; 11] = [
    "changed the chat theme",
    "changed the group photo",
    "changed the theme",
    "created a poll: ",
    "named the group",
    "set the emoji",
    "set the nickname for ",
    "set the quick reaction to ",
    "set your nickname to ",
    "turned off vanish mode",
    "turned on vanish mode",
];

/// Whether `rest` begins with one of `events`, and no speech follows it: a name, a title, a sign.
pub(super) fn tells_of(events: &[&str], rest: &str) -> bool {
    const LONGEST: usize = 60;
    let no_speech = |tail: &str| {
        tail.chars().count() <= LONGEST
            && !tail.trim_end_matches(['.', '?', '!']).contains(['.', '!', '?', ','])
    };
    events.iter().any(|event| rest.strip_prefix(event).is_some_and(no_speech))
}

/// `Reacted 😍 to your message`.
fn is_reaction(text: &str) -> bool {
    let inner = text.strip_prefix("Reacted ").and_then(|rest| rest.strip_suffix(" to your message"));
    inner.is_some_and(is_sign)
}

/// Whether `text` is a sign such as people react with.
pub(super) fn is_sign(text: &str) -> bool {
    !text.is_ascii() && text.chars().count() <= 12 && !text.contains(char::is_alphabetic)
}

/// `You missed a call from X.`
fn is_missed(text: &str, sender: &str) -> bool {
    const CALLS: [&str; 4] = ["a call", "an audio call", "a video call", "a video chat"];
    let call =
        text.trim_end_matches('.').strip_prefix("You missed ").and_then(|rest| rest.strip_suffix(sender));
    let call = call.and_then(|rest| rest.strip_suffix(" from ")).filter(|_| !sender.is_empty());
    call.is_some_and(|call| CALLS.contains(&call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_apps_write_and_what_people_do() {
        for (text, expected) in [
            ("Ida sent an attachment.", Some(Filler::Sent)),
            ("You sent an attachment.", Some(Filler::Sent)),
            ("You unsent a message", Some(Filler::Unsent)),
            ("Ida unsent a message", Some(Filler::Unsent)),
            ("Liked a message", Some(Filler::Event)),
            ("Reacted 😍 to your message ", Some(Filler::Event)),
            ("Ida named the group Tea.", Some(Filler::Event)),
            ("Ida started a video chat", Some(Filler::Event)),
            ("The video chat ended.", Some(Filler::Event)),
            ("You are now connected on Messenger.", Some(Filler::Event)),
            ("Ida created a poll: Which day?", Some(Filler::Event)),
            ("Ida set the quick reaction to 🌱.", Some(Filler::Event)),
            ("Ida sent a link.", Some(Filler::Sent)),
            ("You missed an audio call from Ida", Some(Filler::Event)),
            ("You set the nickname for Ida to Tea.", Some(Filler::Event)),
            ("Ida missed your video chat.", Some(Filler::Event)),
            ("You missed a call from Max.", None),
            ("You set the table, I bring cake", None),
            ("Max sent an attachment.", None),
            ("You left the group early", None),
            ("Reacted badly to your message", None),
            ("I liked a message", None),
        ] {
            assert_eq!(of(text, "Ida"), expected, "{text}");
        }
        assert_eq!(of(" sent a photo", ""), None);
    }
}
