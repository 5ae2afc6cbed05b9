//! Which records are what somebody said, and which tell of what happened: who joined, who reads, what was closed.

use super::super::csv::composed::pieces;
use super::super::csv::headings::is_one;

/// What a record is by the words of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Somebody said something, or it is not told.
    Said,
    /// Something was sent that is no words.
    Media,
    /// Something happened.
    Event,
}

const EVENTS: &str = "join joined joins leave left leaves parted quit quits exit typing system admin admm sysmsg notice ban banned \
     unban unbanned kick kicked mute muted unmute timeout read receipt delivered delivery presence rating rated \
     assign assigned assignment unassign close closed open opened reopen snooze snoozed call pin pinned unpin rename \
     renamed topic reaction reactions notification status connect connected disconnect disconnected login logout \
     invite invited added removed deleted edited update updated seen heartbeat ping error audit metric alert \
     uj ul ut au ru ujt ult wm rtc activity trigger start started end ended";
const TOLD: &str = "message messages msg text chat comment post mesg reply say said privmsg whisper dm";
const MEDIA: &str = "image photo picture video audio voice sticker gif file filemessage document media attachment location contact";

/// What `kinds`, all that a record calls itself, say of it.
pub fn of(kinds: &[String]) -> Sort {
    let words: Vec<String> =
        kinds.iter().flat_map(|kind| pieces(kind)).map(|word| word.to_lowercase()).collect();
    let any = |list: &str| words.iter().any(|word| is_one(list, word));
    let ends = |word: &String| word.len() > 4 && (word.ends_with("join") || word.ends_with("leave"));
    // IRC's word for leaving; a part of a conversation is something else.
    let parts = kinds.iter().any(|kind| kind.eq_ignore_ascii_case("part"));
    // Words that were taken back and stand there all the same are words.
    let state = words.iter().all(|word| matches!(word.as_str(), "deleted" | "edited" | "removed"));
    let is_event = !state && (parts || any(EVENTS) || words.iter().any(ends));
    match (is_event, any(MEDIA), any(TOLD)) {
        (true, _, _) => Sort::Event,
        (false, true, false) => Sort::Media,
        _ => Sort::Said,
    }
}

/// Whether `kinds` say that a file is none but a reference to another message, as where an answer quotes.
pub fn refers(kinds: &[String]) -> bool {
    let words = |kind: &String| pieces(kind).iter().map(|word| word.to_lowercase()).collect::<Vec<_>>();
    let has = |words: &[String], word: &str| words.iter().any(|w| w == word);
    kinds.iter().map(words).any(|words| has(&words, "message") && has(&words, "reference"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_messages() {
        let refers = |kind: &str| super::refers(&[kind.to_owned()]);
        assert!(refers("messageReference") && !refers("reference") && !refers("image/png"));
    }

    #[test]
    fn words_of_kinds() {
        let sort = |kind: &str| of(&[kind.to_owned()]);
        for kind in ["message", "chat.message", "MESG", "regular", "text", "comment", "message.new", "TEXT"] {
            assert_eq!(sort(kind), Sort::Said, "{kind}");
        }
        for kind in
            ["typing", "user_banned", "join", "chat.memberjoin", "system_message", "ADMM", "uj", "memberJoin"]
        {
            assert_eq!(sort(kind), Sort::Event, "{kind}");
        }
        assert_eq!((sort("sticker"), sort("FILE")), (Sort::Media, Sort::Media));
    }
}
