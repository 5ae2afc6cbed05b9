//! Aliases for people and for what leads to them. The same thing has the same alias in a whole run, and in all runs
//! of a case.

use std::collections::HashMap;
use std::io;

use super::case::Case;
use super::matcher::{Matcher, words};
use super::patterns::{self, Class};
use crate::transcript::{Kind, Speaker, Text, Transcript};

/// The name of a speaker whom the source does not name: there is nothing to hide.
const NOBODY: &str = "unknown";

/// Gives out aliases.
pub struct Pseudonyms {
    case: Case,
}

/// The people of one conversation.
struct Cast {
    aliases: Vec<String>,
    matcher: Matcher,
    /// By name, by number and by handle, for what is found by how it is written.
    spellings: HashMap<String, usize>,
}

impl Pseudonyms {
    /// With the numbers of `case`.
    pub fn new(case: Case) -> Self {
        Self { case }
    }

    /// Put aliases in place of names, numbers, addresses, handles and links, in speakers, texts and id.
    pub fn apply(&mut self, transcript: &mut Transcript) {
        let cast = self.cast(&transcript.speakers);
        for message in &mut transcript.messages {
            let is_file = message.kind == Kind::Media;
            if let Some(text) = self.scrubbed(message.text.reveal(), &cast, is_file) {
                message.text = Text::new(text);
            }
        }
        transcript.id = self.id(&transcript.id, &cast);
        for (speaker, alias) in transcript.speakers.iter_mut().zip(cast.aliases) {
            speaker.name = alias;
        }
    }

    /// Keep the numbers, if they are those of a case.
    pub fn save(&self) -> io::Result<()> {
        self.case.save()
    }

    /// How many aliases there are of each kind, in words.
    pub fn summary(&self) -> String {
        let classes = ["person", "phone", "email", "handle", "link", "number", "chat"];
        let told = classes.iter().map(|c| (c, self.case.count(c))).filter(|(_, n)| *n > 0);
        let told: Vec<String> = told.map(|(c, n)| format!("{c} {n}")).collect();
        if told.is_empty() { "no aliases".to_owned() } else { format!("aliases up to {}", told.join(", ")) }
    }

    fn cast(&mut self, speakers: &[Speaker]) -> Cast {
        let mut spellings = HashMap::new();
        let mut aliases = Vec::new();
        for (who, speaker) in speakers.iter().enumerate() {
            let name = speaker.name.trim();
            let known = name == NOBODY || name.is_empty();
            aliases.push(if known { speaker.name.clone() } else { self.person(name) });
            let lower = name.to_lowercase();
            let joined: String = words(name).into_iter().map(|(_, w)| w).collect();
            let number = patterns::normal(name, Class::Phone);
            let spelt = [lower.trim_start_matches('@').to_owned(), joined, number];
            for spelling in spelt.into_iter().filter(|s| s.len() > 1 && !known) {
                spellings.entry(spelling).or_insert(who);
            }
        }
        let named = speakers.iter().map(|s| if s.name == NOBODY { "" } else { s.name.as_str() });
        Cast { aliases, matcher: Matcher::new(named), spellings }
    }

    fn person(&mut self, name: &str) -> String {
        format!("Person {}", self.case.number("person", name))
    }

    /// `text` with aliases; `None` when there is nothing to replace.
    fn scrubbed(&mut self, text: &str, cast: &Cast, is_file: bool) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let (mut from, mut changed) = (0, false);
        let mut found: Vec<_> = patterns::find(text, is_file);
        found.push((text.len()..text.len(), Class::Link));
        for (range, class) in found {
            changed |= named(&text[from..range.start], cast, &mut out);
            if !range.is_empty() {
                out.push_str(&self.alias(&text[range.clone()], class, cast));
                changed = true;
            }
            from = range.end;
        }
        changed.then_some(out)
    }

    fn alias(&mut self, found: &str, class: Class, cast: &Cast) -> String {
        let thing = patterns::normal(found, class);
        match cast.spellings.get(&thing) {
            Some(who) => cast.aliases[*who].clone(),
            None => format!("<{} {}>", class.name(), self.case.number(class.name(), &thing)),
        }
    }

    /// Names of files and folders, and ids that hold a name or number, say who it is about.
    fn id(&mut self, id: &str, cast: &Cast) -> String {
        let file = id.contains(['/', '\\', '.']);
        if !file && self.scrubbed(id, cast, false).is_none() {
            return id.to_owned();
        }
        format!("Chat {}", self.case.number("chat", id))
    }
}

/// Put `text` into `out` with aliases for names; whether there were any.
fn named(text: &str, cast: &Cast, out: &mut String) -> bool {
    let (mut from, mut changed) = (0, false);
    for (range, who) in cast.matcher.find(text) {
        out.push_str(&text[from..range.start]);
        out.push_str(who.map_or("<name>", |who| cast.aliases[who].as_str()));
        (from, changed) = (range.end, true);
    }
    out.push_str(&text[from..]);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Message, Origin};
    use proptest::prelude::*;

    fn chat(id: &str, lines: &[(&str, &str)]) -> Transcript {
        let mut chat = Transcript::new(id);
        for (name, text) in lines {
            let speaker = Some(chat.speaker(name));
            let (text, origin) = (Text::new(*text), Origin::default());
            chat.messages.push(Message { speaker, time: None, text, kind: Kind::Message, origin });
        }
        chat
    }

    fn texts(chat: &Transcript) -> Vec<&str> {
        chat.messages.iter().map(|m| m.text.reveal()).collect()
    }

    #[test]
    fn people_keep_one_alias_however_they_are_called() {
        let mut aliases = Pseudonyms::new(Case::passing());
        let mut one = chat(
            "exports/Anna Berg.txt",
            &[
                ("Anna Berg", "hi @annaberg here, mail ANNA.berg@mail.example or call +44 7700 900123"),
                ("+44 7700 900123", "ok anna, 0044 7700 900123 is me, see www.example.org/x"),
                ("unknown", "nothing unknown here"),
            ],
        );
        aliases.apply(&mut one);
        assert_eq!(one.id, "Chat 1");
        let names: Vec<&str> = one.speakers.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["Person 1", "Person 2", "unknown"]);
        assert_eq!(
            texts(&one),
            [
                "hi Person 1 here, mail <email 1> or call Person 2",
                "ok Person 1, Person 2 is me, see <link 1>",
                "nothing unknown here"
            ]
        );
        let mut two = chat("case 7", &[("Anna Berg", "again: www.example.org/x, not <b>")]);
        aliases.apply(&mut two);
        assert_eq!((two.id.as_str(), texts(&two)), ("case 7", vec!["again: <link 1>, not <b>"]));
        assert_eq!(aliases.summary(), "aliases up to person 2, email 1, link 1, chat 1");
    }

    #[test]
    fn two_runs_of_a_case_share_aliases() {
        let dir = tempfile::tempdir().unwrap();
        let run = |name: &str| {
            let mut aliases = Pseudonyms::new(Case::open(&dir.path().join("case")).unwrap());
            let mut chat = chat("c", &[(name, "call 07700 900123"), ("Zoe", "x@mail.example")]);
            aliases.apply(&mut chat);
            aliases.save().unwrap();
            (chat.speakers[1].name.clone(), chat.messages[0].text.clone())
        };
        assert_eq!(run("Anna"), run("Ben"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn no_original_survives(
            first in "[A-Z][bcdfgjkmqvwxyz]{3,8}", last in "[A-Z][bcdfgjkmqvwxyz]{3,8}", other in "[a-z][bcdfgjkmqvwxyz]{4,8}[0-9]{0,3}",
            email in "[a-z]{3,8}[._+]?[a-z0-9]{2,6}@[a-z]{3,8}\\.(org|example|co\\.uk)",
            phone in "(\\+[1-9]|0[1-9])[0-9]{2} ?[0-9]{3}[- ]?[0-9]{4,5}",
            handle in "@[a-z]{3,9}[_.]?[a-z0-9]{1,5}[a-z]",
            link in "(https?://|www\\.)[a-z]{3,9}\\.[a-z]{2,4}/[a-zA-Z0-9?=&_-]{0,12}[a-z0-9]",
            before in "([a-z]{1,6} |\\(|\"|, |\n|🙂 ){0,3}", after in "( [a-z]{1,6}|\\)|\"|, |\\.|! |\n| 🙂){0,3}",
        ) {
            let name = format!("{first} {last}");
            let things = [&name, &first, &last, &other, &email, &phone, &handle, &link];
            let text: Vec<String> = things.iter().map(|t| format!("{before}{t}{after}")).collect();
            let text = text.join(" and ");
            let mut one = chat(&format!("with {name}"), &[(&name, &text), (&other, &text.to_uppercase())]);
            let mut two = one.clone();
            Pseudonyms::new(Case::passing()).apply(&mut one);
            Pseudonyms::new(Case::passing()).apply(&mut two);
            prop_assert_eq!(&one, &two);
            let names: Vec<&str> = one.speakers.iter().map(|s| s.name.as_str()).collect();
            let all = format!("{} {} {}", one.id, names.join(" "), texts(&one).join(" ")).to_lowercase();
            for thing in things {
                prop_assert!(!all.contains(&thing.to_lowercase()), "{thing:?} is left in {all:?}");
            }
        }
    }
}
