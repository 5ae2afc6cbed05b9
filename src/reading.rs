//! What a reader says about a conversation that was read, and what its reading was unsure of: the step between
//! an import and an assessment that the command line and the page have in common.

use anyhow::{Result, anyhow};

use crate::assessment::{Assessment, Caveat};
use crate::import::{Imported, Warning, WarningKind};
use crate::models::Model;
use crate::score::{self, Reading, Workers};
use crate::transcript::{Role, Transcript};

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

/// Apply corrections; those for names that nobody bears change nothing. Of several for one speaker the last holds.
pub fn correct(transcript: &mut Transcript, corrections: &[Correction]) {
    let of = |is: &str| corrections.iter().rev().filter(move |c| c.is == is).collect::<Vec<_>>();
    for speaker in &mut transcript.speakers {
        let role = of(&speaker.name).into_iter().find_map(|c| c.role);
        speaker.role = role.unwrap_or(speaker.role);
    }
    transcript.rename(|is| of(is).into_iter().find_map(|c| c.name.clone()));
}

/// Score one imported conversation, with the doubts of its import, and `more` about the input as a whole, as caveats.
pub fn assess(model: &Model, imported: &Imported, more: &[Caveat]) -> Result<Assessment> {
    let Reading { transcript, format, notes } = reading(imported);
    score::assess(model, transcript, format, &[&notes, more].concat())
        .map_err(|e| anyhow!("{}: {e:#}", transcript.id))
}

/// Score imported conversations side by side, with the doubts of each one's import as caveats.
pub fn assess_all(model: &Model, workers: &Workers, imported: &[Imported]) -> Vec<Result<Assessment>> {
    let readings: Vec<Reading<'_>> = imported.iter().map(reading).collect();
    let named = |(result, imported): (Result<_>, &Imported)| {
        result.map_err(|e| anyhow!("{}: {e:#}", imported.transcript.id))
    };
    workers.assess(model, &readings).into_iter().zip(imported).map(named).collect()
}

fn reading(imported: &Imported) -> Reading<'_> {
    let notes = imported.warnings.iter().filter(|w| !is_told_by_score(w.kind)).map(note).collect();
    Reading { transcript: &imported.transcript, format: imported.format, notes }
}

/// A doubt of a reading as a caveat.
pub fn note(warning: &Warning) -> Caveat {
    Caveat { code: warning.kind.id().replace('-', "_"), text: format!("On reading: {warning}.") }
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
        correct(&mut chat, &[adult, rename("+44 1", "Ana"), rename("nobody", "Ben")]);
        assert_eq!(heard(&chat), ["Ana", "Ben", "Ana", "Ben"]);
        assert_eq!((chat.speakers.len(), chat.speakers[0].role), (2, Role::Adult));
    }

    #[test]
    fn names_can_be_swapped_and_namesakes_stay_apart() {
        let mut chat = chat(&["Ana", "Ben"]);
        correct(&mut chat, &[rename("Ana", "Ben"), rename("Ben", "Ana")]);
        assert_eq!(heard(&chat), ["Ben", "Ana"]);
        chat.add_speaker("Ana");
        correct(&mut chat, &[rename("Ben", "Cy")]);
        assert_eq!(chat.speakers.len(), 3, "two whom the export holds for two are two");
    }
}
