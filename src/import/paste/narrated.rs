//! What whoever typed a talk off tells between its lines, in signs that part it from words: `*Mia sent a photo*` below the
//! words of somebody else.

use super::names;
use super::reading::Reading;
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// Signs that stand around it. In brackets people set words of their own as well.
const SIGNS: [&str; 4] = ["**", "*", "__", "_"];

/// What stands in such signs around all of `line`.
fn inner(line: &str) -> Option<&str> {
    let line = line.trim();
    let within = |sign: &&str| line.strip_prefix(*sign)?.strip_suffix(*sign);
    SIGNS.iter().find_map(within).map(str::trim).filter(|inner| !inner.contains('*'))
}

/// Whoever `told`, a few words with a verb in small letters behind a name, tells about, as far as `known`.
fn actor(told: &str, known: impl Fn(&str) -> bool) -> Option<&str> {
    const MOST: usize = 10;
    let ends = told.match_indices(' ').map(|(at, _)| at).take(4);
    let does = |at: &usize| told[at + 1..].starts_with(char::is_lowercase) && known(&told[..*at]);
    let few = told.split_whitespace().count() <= MOST && !told.contains(": ");
    ends.filter(|_| few).find(does).map(|at| &told[..at])
}

impl Reading<'_> {
    /// Whether `line`, under words of somebody, tells in signs what somebody else does: nobody's words. Of oneself people
    /// write so, too.
    pub(super) fn is_narrated(&mut self, line: &Line<'_>) -> bool {
        let Some(told) = inner(line.text) else { return false };
        let known = |name: &str| self.seen.iter().any(|seen| names::key(seen) == names::key(name));
        let Some(actor) = actor(told, known) else { return false };
        let (transcript, _) = self.chat.so_far();
        let last = transcript.messages.iter().rev().find_map(|message| message.speaker);
        let own = last.is_some_and(|at| names::key(&transcript.speakers[at].name) == names::key(actor));
        if own {
            return false;
        }
        self.append_held();
        self.chat.note(When::Unknown, line.text.trim(), line.number);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_told_about() {
        let known = |name: &str| matches!(name, "Mia" | "Mia Oak");
        let of = |line| inner(line).and_then(|told| actor(told, known));
        for line in ["*Mia sent a photo*", "_Mia leaves_", "**Mia hugs Ben**"] {
            assert_eq!(of(line), Some("Mia"), "{line}");
        }
        assert_eq!(of("_Mia Oak waves_"), Some("Mia Oak"));
        for line in [
            "*waves*",
            "*Mia*",
            "Mia sent a photo",
            "*Ben waves*",
            "[Mia leaves]",
            "*Mia: so*",
            "*Mia* sent *it*",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
