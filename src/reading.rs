//! What a reader says about a conversation that was read, and what its reading was unsure of: the step between
//! an import and an assessment that the command line and the page have in common.

mod doubts;
mod marks;

use std::collections::HashMap;

use anyhow::{Result, anyhow};

pub use marks::{Fate, Mark, Says};

use crate::assessment::{Assessment, Caveat};
use crate::import::{Imported, Warning, WarningKind};
use crate::models::Model;
use crate::score::{self, Reading, Workers};
use crate::transcript::{Role, Transcript};

/// Everything that the reader knows better. The order in which things were said does not matter.
#[derive(Clone, Default)]
pub struct Corrections {
    /// About entries, by their index as read.
    pub marks: Vec<Mark>,
    /// About speakers, by their name as read or as a mark gives it.
    pub people: Vec<Correction>,
}

/// What the reader knows better about a speaker.
#[derive(Clone, PartialEq, Eq)]
pub struct Correction {
    /// The name as it was read.
    pub is: String,
    /// The right name. Speakers who end with the same one become one.
    pub name: Option<String>,
    /// Who this is.
    pub role: Option<Role>,
}

/// What corrections did to a conversation.
pub struct Corrected {
    /// What became of each entry as read, in order.
    pub fates: Vec<Fate>,
    /// Its speakers as they are now, in their order.
    pub people: Vec<Person>,
    /// What the reader of a report should know of it.
    pub notes: Vec<Caveat>,
}

/// A speaker after corrections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The names as read of which this one was made, in order.
    pub as_read: Vec<String>,
    /// Whether two different roles were given, so that none was taken.
    pub contradicted: bool,
}

/// Apply corrections, marks first. Doubts of the import that they settle are dropped.
pub fn correct(imported: &mut Imported, said: &Corrections) -> Corrected {
    let open = doubts::Open::of(&imported.transcript, &said.marks, &said.people);
    let marked = marks::mark(&mut imported.transcript, &said.marks);
    let people = correct_people(&mut imported.transcript, &said.people);
    settle(imported, marked.settles_speakers);
    open.settle(imported);
    let names = imported.transcript.speakers.iter().map(|s| s.name.as_str());
    let mut notes: Vec<Caveat> = marked.note().into_iter().chain(note_renamed(names, &people)).collect();
    if people.iter().any(|person| person.contradicted) {
        let text = "The reader said two different things about who one person is; neither was taken.";
        notes.push(Caveat { code: "contradictory_roles".to_owned(), text: text.to_owned() });
    }
    Corrected { fates: marked.fates, people, notes }
}

/// Drop the doubts of an import that corrections settle; when two names turn out to be one person, there may be nobody else.
fn settle(imported: &mut Imported, settles_speakers: bool) {
    let one_sided = imported.transcript.is_one_sided();
    let kind = WarningKind::OneSidedExport;
    imported.warnings.retain(|w| w.kind != kind && !(settles_speakers && is_about_speakers(w.kind)));
    if one_sided {
        imported.warnings.push(Warning::new(kind, 1, 0));
    }
}

/// Which names are not those of the source. It tells the new ones only: the old ones may have been changed to be kept back.
fn note_renamed<'n>(names: impl Iterator<Item = &'n str>, people: &[Person]) -> Option<Caveat> {
    let told = |(name, person): (&str, &Person)| match &person.as_read[..] {
        [one] => (one != name).then(|| format!("{name} has another name in the source")),
        several => Some(format!("{name} stands for {} names of the source", several.len())),
    };
    let told: Vec<String> = names.zip(people).filter_map(told).collect();
    let text = format!("The reader changed names: {}.", told.join("; "));
    (!told.is_empty()).then(|| Caveat { code: "renamed".to_owned(), text })
}

/// Names and roles; those for names that nobody bears change nothing. Of several for one name the last holds, and of
/// people who become one the role that was given; when they were given different ones, none.
fn correct_people(transcript: &mut Transcript, said: &[Correction]) -> Vec<Person> {
    let of = |is: &str| said.iter().rev().filter(move |c| c.is == is).collect::<Vec<_>>();
    for speaker in &mut transcript.speakers {
        let role = of(&speaker.name).into_iter().find_map(|c| c.role);
        speaker.role = role.unwrap_or(speaker.role);
    }
    let before = transcript.speakers.clone();
    let moved = transcript.rename(|is| of(is).into_iter().find_map(|c| c.name.clone()));
    let mut people = vec![Person::default(); transcript.speakers.len()];
    for (old, now) in before.into_iter().zip(moved) {
        let (person, role) = (&mut people[now], transcript.speakers[now].role);
        person.contradicted |= old.role != Role::Unknown && old.role != role;
        if !person.as_read.contains(&old.name) {
            person.as_read.push(old.name);
        }
    }
    for (speaker, _) in transcript.speakers.iter_mut().zip(&people).filter(|(_, p)| p.contradicted) {
        speaker.role = Role::Unknown;
    }
    people
}

fn is_about_speakers(kind: WarningKind) -> bool {
    matches!(
        kind,
        WarningKind::AlternatingSpeakers
            | WarningKind::OtherSpeaker
            | WarningKind::DoubtfulName
            | WarningKind::PerhapsNote
            | WarningKind::UnknownSpeaker
            | WarningKind::SidesOfPage
            | WarningKind::NoChat
            | WarningKind::PerhapsNoChat
    )
}

/// Speakers whose names differ in letter case only, perhaps one person: each with the first of the kind, by index.
pub fn alike(transcript: &Transcript) -> Vec<(usize, usize)> {
    let mut first = HashMap::new();
    let names = transcript.speakers.iter().enumerate();
    let pairs = names.map(|(at, s)| (at, *first.entry(s.name.to_lowercase()).or_insert(at)));
    let differ = |(at, one): &(usize, usize)| transcript.speakers[*at].name != transcript.speakers[*one].name;
    pairs.filter(differ).collect()
}

/// Score one imported conversation, with the doubts of its import, and `more` about it, as caveats. `tell` hears now and then how many messages were read.
pub fn assess(
    model: &Model,
    imported: &Imported,
    more: &[Caveat],
    tell: &dyn Fn(usize),
) -> Result<Assessment> {
    let Reading { transcript, format, notes } = reading(imported, more);
    score::assess_telling(model, transcript, format, &notes, tell)
        .map_err(|e| anyhow!("{}: {e:#}", transcript.id))
}

/// A conversation, and what is to be known of it beside the doubts of its import.
pub type Noted = (Imported, Vec<Caveat>);

/// Score imported conversations side by side, with the doubts of each one's import and more about it as caveats, and `take` each in their order
/// as soon as it and those before it are there.
pub fn assess_all(
    model: &Model,
    workers: &Workers,
    imported: &[Noted],
    mut take: impl FnMut(Result<Assessment>) -> Result<()>,
) -> Result<()> {
    let readings: Vec<Reading<'_>> = imported.iter().map(|(i, more)| reading(i, more)).collect();
    let mut ids = imported.iter().map(|(i, _)| &i.transcript.id);
    workers.assess_in_order(model, &readings, |result| {
        let id = ids.next().expect("a result for each conversation");
        take(result.map_err(|e| anyhow!("{id}: {e:#}")))
    })
}

fn reading<'i>(imported: &'i Imported, more: &[Caveat]) -> Reading<'i> {
    let transcript = &imported.transcript;
    let doubts = imported.warnings.iter().filter(|w| !is_told_by_score(w.kind)).map(note);
    let notes = doubts.chain(note_alike(transcript)).chain(more.iter().cloned()).collect();
    Reading { transcript, format: imported.format, notes }
}

/// A doubt of a reading as a caveat.
pub fn note(warning: &Warning) -> Caveat {
    note_told(warning.kind, &warning.to_string())
}

/// The same of a doubt in words.
pub fn note_told(kind: WarningKind, told: &str) -> Caveat {
    Caveat { code: kind.id().replace('-', "_"), text: format!("On reading: {told}.") }
}

/// That names differ in letter case only, where some do.
pub fn note_alike(transcript: &Transcript) -> Option<Caveat> {
    let text = match alike(transcript).len() {
        0 => return None,
        1 => "On reading: two names differ in letter case only; if they are one person, give both one name.",
        _ => {
            "On reading: several names differ from others in letter case only; if they are one person, give them one name."
        }
    };
    Some(Caveat { code: "names_alike".to_owned(), text: text.to_owned() })
}

/// Whether the engine says the same of the conversation itself.
fn is_told_by_score(kind: WarningKind) -> bool {
    matches!(
        kind,
        WarningKind::OneSidedExport | WarningKind::DeletedMessages | WarningKind::EmptyConversation
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Kind, Message, Origin, Text};

    fn chat(names: &[&str]) -> Transcript {
        let mut chat = Transcript::new("t");
        for (at, name) in names.iter().enumerate() {
            let speaker = Some(chat.speaker(name));
            let (text, origin) = (Text::new("hello"), Origin { line: at as u64 });
            chat.messages.push(Message { speaker, time: None, text, kind: Kind::Message, origin });
        }
        chat
    }

    fn imported(transcript: Transcript) -> Imported {
        Imported { transcript, format: "paste", dates: None, warnings: Vec::new() }
    }

    fn rename(is: &str, name: &str) -> Correction {
        Correction { is: is.to_owned(), name: Some(name.to_owned()), role: None }
    }

    fn heard(chat: &Transcript) -> Vec<&str> {
        chat.messages.iter().map(|m| chat.speakers[m.speaker.unwrap()].name.as_str()).collect()
    }

    #[test]
    fn two_names_of_one_person_become_one_speaker() {
        let mut chat = chat(&["Ana", "Ben", "+44 1", "Ben"]);
        let adult = Correction { is: "+44 1".to_owned(), name: None, role: Some(Role::Adult) };
        let people = correct_people(&mut chat, &[adult, rename("+44 1", "Ana"), rename("nobody", "Ben")]);
        assert_eq!(heard(&chat), ["Ana", "Ben", "Ana", "Ben"]);
        assert_eq!((chat.speakers.len(), chat.speakers[0].role), (2, Role::Adult));
        assert_eq!(
            people[0],
            Person { as_read: vec!["Ana".to_owned(), "+44 1".to_owned()], contradicted: false }
        );
    }

    #[test]
    fn of_two_roles_for_one_person_none_is_taken_and_it_is_told() {
        let is =
            |is: &str, role| Correction { is: is.to_owned(), name: Some("Cy".to_owned()), role: Some(role) };
        let said = |a, b| Corrections { people: vec![is("Ana", a), is("Ben", b)], ..Corrections::default() };
        let told = |a, b| {
            let mut imported = imported(chat(&["Ana", "Ben", "Di"]));
            let corrected = correct(&mut imported, &said(a, b));
            let codes: Vec<String> = corrected.notes.into_iter().map(|n| n.code).collect();
            (imported.transcript.speakers[0].role, corrected.people[0].contradicted, codes)
        };
        let contradicted =
            (Role::Unknown, true, vec!["renamed".to_owned(), "contradictory_roles".to_owned()]);
        assert_eq!(told(Role::Adult, Role::Child), contradicted);
        assert_eq!(told(Role::Adult, Role::Unknown), (Role::Adult, false, vec!["renamed".to_owned()]));
        assert_eq!(told(Role::Unknown, Role::Child), (Role::Child, false, vec!["renamed".to_owned()]));
    }

    #[test]
    fn a_guess_that_the_reader_settled_is_no_doubt_any_more() {
        let guess = Warning::new(WarningKind::AlternatingSpeakers, 2, 1);
        let left = |marks: &[usize]| {
            let mut imported = Imported { warnings: vec![guess], ..imported(chat(&["A", "B"])) };
            let by = |at: &usize| Mark { at: *at, says: Says::By("Cy".to_owned()) };
            let marks = marks.iter().map(by).collect();
            correct(&mut imported, &Corrections { marks, people: Vec::new() });
            imported.warnings.iter().map(|w| w.kind).collect::<Vec<_>>()
        };
        assert_eq!((left(&[]), left(&[1])), (vec![guess.kind], vec![guess.kind]));
        // Who wrote it all has nobody to talk to.
        assert_eq!(left(&[0, 1]), [WarningKind::OneSidedExport]);
    }

    #[test]
    fn a_doubt_about_a_line_or_a_person_goes_when_that_is_settled() {
        let told = |names: &[&str], doubt: Warning, marks: &[usize], people: &[Correction]| {
            let mut imported = Imported { warnings: vec![doubt], ..imported(chat(names)) };
            let marks = marks.iter().map(|at| Mark { at: *at, says: Says::Kept }).collect();
            correct(&mut imported, &Corrections { marks, people: people.to_vec() });
            imported.warnings.first().map(|w| (w.count, w.first_line))
        };
        let names = ["Ana", "Ben", "unknown", "unknown", "+44 7700 900123"];
        let mut lines = crate::import::Warnings::default();
        [1, 3].iter().for_each(|line| lines.add(WarningKind::DoubtfulName, *line));
        let doubt = lines.into_vec()[0];
        assert_eq!(told(&names, doubt, &[], &[]), Some((2, 1)));
        assert_eq!(told(&names, doubt, &[], &[rename("Ben", "Bo")]), Some((1, 3)));
        assert_eq!(told(&names, doubt, &[3], &[rename("Ben", "Bo")]), None);
        let many = Warning { count: 9, ..doubt };
        assert_eq!(
            told(&names, many, &[3], &[rename("Ben", "Bo")]),
            Some((7, 0)),
            "the others are not known"
        );
        let nobody = Warning::new(WarningKind::UnknownSpeaker, 2, 2);
        assert_eq!(told(&names, nobody, &[], &[rename("Ana", "Bo")]), Some((2, 2)));
        assert_eq!(told(&names, nobody, &[], &[rename("unknown", "Cy")]), None);
        assert_eq!(told(&["Ana", "Ben"], nobody, &[], &[rename("Ana", "Bo")]), Some((2, 2)));
        let nameless = Warning::new(WarningKind::NamelessPerson, 1, 4);
        assert_eq!(told(&names, nameless, &[], &[rename("Ana", "Bo")]), Some((1, 4)));
        assert_eq!(told(&names, nameless, &[], &[rename("+44 7700 900123", "Di")]), None);
    }

    #[test]
    fn names_that_differ_in_letter_case_only_are_told() {
        assert_eq!(alike(&chat(&["Ana", "Ben", "ANA"])), [(2, 0)]);
        assert!(note_alike(&chat(&["Ana", "Ben"])).is_none());
        assert!(note_alike(&chat(&["Ana", "ana"])).is_some_and(|n| !n.text.contains("ana")));
    }

    #[test]
    fn names_can_be_swapped_and_namesakes_stay_apart() {
        let mut chat = chat(&["Ana", "Ben"]);
        correct_people(&mut chat, &[rename("Ana", "Ben"), rename("Ben", "Ana")]);
        assert_eq!(heard(&chat), ["Ben", "Ana"]);
        chat.add_speaker("Ana");
        correct_people(&mut chat, &[rename("Ben", "Cy")]);
        assert_eq!(chat.speakers.len(), 3, "two whom the export holds for two are two");
    }
}
