//! What whoever copied or typed a talk off set between its messages, apart from them: ruled lines, headings of another chat,
//! notes in brackets. It is nobody's words.

use std::io::BufRead;

use super::super::warning::WarningKind;
use super::ahead::Ahead;
use super::grammars::Who;
use super::reading::Reading;
use super::{ahead, days, names};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// What a heading calls a talk, before whom it is with.
const TALKS: [&str; 14] = [
    "chat",
    "chats",
    "conversation",
    "messages",
    "dms",
    "dm",
    "texts",
    "whatsapp",
    "instagram",
    "snapchat",
    "gespräch",
    "unterhaltung",
    "discussion",
    "conversación",
];
/// The same with the app before them: `WhatsApp Chat`.
const APPS: [&str; 8] =
    ["whatsapp", "instagram", "snapchat", "telegram", "discord", "messenger", "signal", "roblox"];
const WITH: [&str; 9] = ["with", "between", "mit", "zwischen", "avec", "con", "entre", "com", "met"];
/// What a heading counts.
const PARTS: [&str; 11] = [
    "chat",
    "conversation",
    "part",
    "teil",
    "partie",
    "parte",
    "deel",
    "gespräch",
    "unterhaltung",
    "discussion",
    "conversación",
];
/// Whom a message is with that only sounds like a heading: `Chat with you later`.
const SPOKEN_TO: [&str; 10] = ["you", "u", "ya", "me", "us", "them", "dir", "euch", "ihnen", "toi"];
/// Words that a note in round brackets begins with.
const NOTES: [&str; 8] = ["note", "staff", "caller", "notiz", "anmerkung", "hinweis", "nota", "remarque"];

/// What a label calls a remark, and who makes it who is nobody of the talk.
const REMARKS: &str = "note notes notice anmerkung hinweis notiz nota aviso remarque avis opmerking uwaga notatka not poznámka заметка примечание примітка";
const KEEPERS: &str = "moderator moderators moderator’s mod mods moderation moderatorin admin admins administrator editor editor’s staff redaktion modérateur     modération moderador moderadora moderación moderação moderatore moderazione moderatie moderatora administracji redakcji moderatör модератор модератора     администратора редакции модератору";

/// What stands between messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// A line of signs.
    Rule,
    /// Which chat follows.
    Heading,
    /// What somebody noted.
    Note,
}

/// What `line` is, if it is one of these and stands where one may.
pub fn of(line: &str) -> Option<Aside> {
    let line = line.trim();
    if is_rule(line) {
        Some(Aside::Rule)
    } else if is_heading(line) {
        Some(Aside::Heading)
    } else {
        (is_note(line) || is_keepers(line)).then_some(Aside::Note)
    }
}

/// `**Moderator note:** two messages were removed`, `Anmerkung der Moderation: …`: what those who keep a place say of the talk
/// there. It is nobody's words wherever it stands.
pub fn is_keepers(line: &str) -> bool {
    const MOST: usize = 5;
    let bare = line
        .trim_start_matches(|c: char| matches!(c, '*' | '_' | '>' | '[' | '(' | '-') || c.is_whitespace());
    let Some((label, _)) = bare.split_once(':').filter(|(label, _)| label.len() < 60) else { return false };
    let label = label.to_lowercase().replace('\'', "’");
    let words: Vec<&str> =
        label.split(|c: char| !c.is_alphanumeric() && c != '’').filter(|w| !w.is_empty()).collect();
    let has = |list: &str| words.iter().any(|word| list.split_whitespace().any(|w| w == *word));
    words.len() <= MOST && has(REMARKS) && has(KEEPERS)
}

/// `-----`, `=====`, `***`, `* * *`.
fn is_rule(line: &str) -> bool {
    let signs = line.chars().filter(|c| !c.is_whitespace()).count();
    let first = line.chars().next().filter(|c| days::SIGNS.contains(c));
    signs >= 3 && first.is_some_and(|sign| line.chars().all(|c| c == sign || c == ' '))
}

/// `Chat 2: with Coach`, `WhatsApp with Coach`, `Conversation between Amy and Lou`, `Teil 2`, `=== second chat ===`.
pub fn is_heading(line: &str) -> bool {
    const MOST: usize = 8;
    const LONGEST: usize = 100;
    if line.len() > LONGEST {
        return false;
    }
    let bare = line.trim_matches(|c: char| days::SIGNS.contains(&c) || c.is_whitespace());
    let framed = bare.len() + 6 <= line.trim().len();
    let first = bare.split([' ', ':']).next().unwrap_or_default().to_lowercase();
    let lists = [&TALKS[..], &APPS[..], &PARTS[..]];
    let text = bare.trim_end_matches(':');
    if !(framed || lists.iter().any(|list| list.contains(&&*first))) || text.split_whitespace().count() > MOST
    {
        return false;
    }
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let sentence = text.ends_with(['.', '?', '!', ',', ';']) || text.contains(": ") && !is_counted(&words);
    if words.is_empty() || sentence {
        return false;
    }
    let big = text.starts_with(|c: char| !c.is_lowercase());
    let named = words.iter().any(|w| TALKS[..3].contains(&w.trim_matches([':', ',']).trim()));
    (big && (is_with(&words) || is_counted(&words))) || (framed && named)
}

/// Whom a heading names: `Chat with Ana`, `Conversation between Ana and Ben Lee`.
pub fn with(heading: &str) -> Vec<String> {
    const AND: [&str; 14] = ["and", "&", "und", "et", "y", "e", "i", "och", "og", "en", "ve", "и", "та", "+"];
    let words: Vec<&str> = heading.split_whitespace().map(|w| w.trim_end_matches([':', ','])).collect();
    let Some(at) = words.iter().position(|w| WITH.contains(&&*w.to_lowercase())) else { return Vec::new() };
    let people = words[at + 1..].split(|w| AND.contains(&&*w.to_lowercase()));
    people.map(|name| name.join(" ")).filter(|name| names::plausible(name).is_some()).collect()
}

/// `my chat`, `our messages`: a few words, one of which is what a talk is called.
pub fn calls_a_talk(line: &str) -> bool {
    const MOST: usize = 3;
    let lower = line.trim().to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words().count() <= MOST && !lower.contains(['?', '!']) && words().any(|word| TALKS.contains(&word))
}

/// `chat with coach`, `whatsapp chat with coach`.
fn is_with(words: &[String]) -> bool {
    let app = usize::from(words.len() > 3 && APPS.contains(&&*words[0]) && TALKS.contains(&&*words[1]));
    let [talk, with, who, rest @ ..] = &words[app..] else { return false };
    let told = TALKS.contains(&&**talk) || APPS.contains(&&**talk);
    let later = rest.last().is_some_and(|w| matches!(&**w, "later" | "soon" | "tomorrow" | "today"));
    told && WITH.contains(&&**with) && !SPOKEN_TO.contains(&&**who) && !later
}

/// `chat 2`, `chat 2: with coach`, `teil 2`: a part by its number, and hardly more.
fn is_counted(words: &[String]) -> bool {
    const MOST: usize = 3;
    let [part, number, rest @ ..] = words else { return false };
    let digits = number.trim_start_matches('#').trim_end_matches([':', '.']);
    let counted = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let marked = number.ends_with(':') || rest.is_empty() || rest[0].starts_with(['-', '–', '(']);
    PARTS.contains(&&**part) && counted && marked && rest.len() <= MOST + usize::from(part == "chat")
}

/// `[Note by JB: caller paused here]`, `(JB: the next day)`: a line of brackets with a few words in it. In round ones people
/// set words of their own, so that these need a label.
fn is_note(line: &str) -> bool {
    let inner = |open, close| {
        line.strip_prefix(open)?.strip_suffix(close).filter(|words: &&str| !words.contains([open, close]))
    };
    let few = |words: &&str| words.split_whitespace().count() > 2;
    if inner('[', ']').filter(few).is_some() {
        return true;
    }
    inner('(', ')').filter(few).is_some_and(has_label)
}

/// `JB: she paused here`, `Note that …`.
fn has_label(words: &str) -> bool {
    let first = words.split_whitespace().next().unwrap_or_default();
    let word = first.trim_end_matches(':');
    let label = first.len() > word.len() && word.chars().all(char::is_alphabetic);
    label || NOTES.contains(&&*word.to_lowercase())
}

/// Whether a note says who made it or of whom it is: in any brackets people set words of their own.
pub fn is_labelled(line: &str) -> bool {
    let line = line.trim();
    is_note(line) && has_label(line.trim_matches(['[', ']', '(', ')']))
}

/// `lines` without these. Where brackets stand around much of a text, they are its form.
pub fn without<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let notes = lines.iter().filter(|l| is_note(l.trim())).count() * 5 <= lines.len();
    let kept = |l: &&&str| of(l).is_none_or(|aside| aside == Aside::Note && !notes && !is_keepers(l));
    lines.iter().filter(kept).copied().collect()
}

/// Whether the first of `lines` is a heading above a talk that is typed off: a few words, and no line of it says less than
/// who speaks and what.
pub fn is_above_names(lines: &[&str]) -> bool {
    const MOST: usize = 6;
    let Some((first, rest)) = lines.split_first().filter(|(_, rest)| rest.len() > 1) else { return false };
    let text = first.trim().trim_end_matches(':');
    let short = (1..=MOST).contains(&text.split_whitespace().count());
    let sentence = text.contains(": ") || text.ends_with(['.', '?', '!', ',', ';']);
    if !short || sentence {
        return false;
    }
    let prefixes: Vec<_> = rest.iter().map_while(|l| names::prefix(l)).collect();
    let plain = |p: &names::Prefix<'_>| p.shape == names::Shape::Plain && names::looks_like_name(&p.name);
    let talk = prefixes.iter().any(|p| super::talk::is_talk(p.text));
    talk && prefixes.len() == rest.len() && prefixes.iter().all(plain)
}

impl Reading<'_> {
    /// Whether `line` stands between messages, apart from them and up to where the next begins, and is nobody's words.
    pub(super) fn is_aside(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) -> bool {
        let within = std::mem::take(&mut self.aside);
        let Some(aside) = of(line.text).filter(|_| self.plan.heads_lines() || self.plan.has_titles()) else {
            return false;
        };
        if is_keepers(line.text) {
            self.close_title();
            self.append_held();
            self.chat.note(When::Unknown, line.text.trim(), line.number);
            return true;
        }
        let above = self.said == 0 && self.title.is_none();
        let apart = self.gap || within || (aside == Aside::Rule && self.said > 0);
        let fresh = self.title.as_ref().is_some_and(|t| t.fresh);
        let head = self.plan.is_name(line.text) || (aside != Aside::Heading && self.is_head(line.text));
        if fresh || head || !(apart || (above && aside == Aside::Heading)) {
            return false;
        }
        let Some(next) = self.next_speaker(lines) else {
            self.after = aside == Aside::Rule && self.rules_off(lines);
            if self.after {
                self.close_title();
                self.append_held();
                self.chat.heading();
            }
            return self.after;
        };
        self.aside = true;
        match aside {
            Aside::Rule => {
                self.append_held();
                (self.day, self.section, self.apart) = (None, When::Unknown, true);
                self.chat.heading();
            }
            _ if above => self.set_aside(line),
            aside => self.note_aside(aside, &next, line),
        }
        true
    }

    /// Whether `line` begins a message. A bracket that it opens is part of a name only where that comes back.
    fn is_head(&self, line: &str) -> bool {
        let name = match self.plan.head(line).map(|head| head.who) {
            Some(Who::Speaker(name)) => name,
            other => return other.is_some(),
        };
        !name.starts_with(['[', '(']) || self.plan.knows(&name)
    }

    /// Keep `line` as a note above the words of `next`; told where with a heading somebody new begins to speak.
    fn note_aside(&mut self, aside: Aside, next: &str, line: &Line<'_>) {
        self.close_title();
        self.append_held();
        if aside == Aside::Heading && !self.seen.contains(next) {
            self.another = true;
            self.apart = true;
            self.chat.doubt(WarningKind::AnotherChat, line.number);
        }
        self.chat.note(When::Unknown, line.text.trim(), line.number);
    }

    /// Who begins to speak next, if nothing but such lines stands before that.
    fn next_speaker(&self, lines: &Ahead<impl BufRead>) -> Option<String> {
        let sight: Vec<&str> = lines.sight().map(|l| self.plan.words(l)).collect();
        let at = sight.iter().position(|l| of(l).is_none())?;
        let spread = ahead::spread(&sight[at..], &self.plan.tags).map(|(head, _)| head);
        let head = self.plan.head(spread.as_deref().unwrap_or(sight[at]))?;
        match head.who {
            Who::Speaker(name) => Some(super::notices::bare_name(&name).to_owned()),
            Who::App => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_headings_and_notes() {
        for (line, aside) in [
            ("-----", Aside::Rule),
            ("* * *", Aside::Rule),
            ("***", Aside::Rule),
            ("Chat 2: with Coach", Aside::Heading),
            ("WhatsApp with Coach", Aside::Heading),
            ("WhatsApp Chat with Coach Lee", Aside::Heading),
            ("Conversation between Amy and Lou:", Aside::Heading),
            ("Teil 2", Aside::Heading),
            ("## Chat with Amy", Aside::Heading),
            ("=== second chat, with Coach ===", Aside::Heading),
            ("[Note by JB: caller paused here to find her phone]", Aside::Note),
            ("(JB: caller says this was the next day)", Aside::Note),
            ("(Note that this was later)", Aside::Note),
            ("**Moderator note:** two messages were removed", Aside::Note),
            ("**Anmerkung der Moderation**: hier fehlt etwas", Aside::Note),
            ("Editor's note: this was later", Aside::Note),
        ] {
            assert_eq!(of(line), Some(aside), "{line}");
        }
        for line in [
            "--",
            ":-)",
            "...",
            "Chat with you later",
            "Chat with Amy tomorrow",
            "chat with coach",
            "Chat with Coach was fun, really.",
            "Part 2 of the film is better",
            "Part 2: we went to the shops and then home",
            "WhatsApp",
            "[Photo]",
            "[12:01] so it is",
            "(see you all there)",
            "Second thing: bread",
            "**Note:** bring water",
            "Moderator: calm down",
            "a note to the mod of the place that we like: hi",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_heading_above_names() {
        let above = |text: &str| is_above_names(&text.split('|').collect::<Vec<_>>());
        assert!(above("Note|Amy: hi|Lou: yes") && above("From her phone:|Amy: hi|Lou: yes|Amy: ok"));
        for text in [
            "Cake|Flour: 200 g|Sugar: 50 g",
            "Dear all,|Amy: hi|Lou: yes",
            "Note|Amy: hi",
            "Note|Amy: hi|and|Lou: yes",
            "Amy: so|Lou: yes|Amy: ok",
        ] {
            assert!(!above(text), "{text}");
        }
    }
}
