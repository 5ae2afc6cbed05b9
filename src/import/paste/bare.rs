//! A text without what its page sets into it wherever messages stand: words for those who cannot see a picture, lines that
//! announce a message before it comes, what printing adds. Wordings from memory.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::columns::Columns;
use super::{furniture, grammars, moments, names};
use crate::import::intake::printed::Printed;
use crate::import::intake::source::Sample;

/// What pages call the picture of whoever speaks, in small letters.
const PICTURES: &str = "user avatar|avatar|user profile picture|user-profile-picture|profile picture|profile photo|profile pic|\
    profilbild|benutzerbild|photo de profil|avatar de l’utilisateur|foto de perfil|imagen de perfil|avatar del usuario|\
    imagem de perfil|avatar do usuário|foto del profilo|immagine del profilo|avatar utente|zdjęcie profilowe|awatar użytkownika|\
    profielfoto|profil fotoğrafı|profil resmi|фото профиля|аватар пользователя|фото профілю|profilbilde|profilkuva|\
    プロフィール写真|프로필 사진|头像|頭像|صورة الملف الشخصي";
/// The same before the person's name.
const PICTURES_OF: [&str; 21] = [
    "profile picture of ",
    "profile photo of ",
    "avatar of ",
    "user avatar of ",
    "profilbild von ",
    "avatar von ",
    "photo de profil de ",
    "foto de perfil de ",
    "imagen de perfil de ",
    "avatar de ",
    "imagem de perfil de ",
    "foto del profilo di ",
    "immagine del profilo di ",
    "avatar di ",
    "zdjęcie profilowe użytkownika ",
    "zdjęcie profilowe ",
    "awatar użytkownika ",
    "profielfoto van ",
    "фото профиля ",
    "open the profile page of ",
    "open profile of ",
];
/// The same behind it.
const PICTURE_BEHIND: [&str; 8] = [
    "’s profile picture",
    "’s profile photo",
    "’ profile picture",
    "s profilbild",
    " profil fotoğrafı",
    "的头像",
    "のプロフィール写真",
    "님의 프로필 사진",
];
/// What LinkedIn says above a message to those who hear the page.
const FOLLOWING: [&str; 12] = [
    " sent the following message",
    " folgende nachricht",
    " messages suivants",
    " message suivant",
    " siguientes mensajes",
    " siguiente mensaje",
    " seguintes mensagens",
    " seguinte mensagem",
    " seguenti messaggi",
    " seguente messaggio",
    " volgende bericht",
    " następujące wiadomości",
];
/// And what leads to the profile of who sent it, before or behind the name.
const PROFILES: [&str; 10] = [
    "view ",
    "voir le profil de ",
    "ver el perfil de ",
    "ver perfil de ",
    "veja o perfil de ",
    "vedi il profilo di ",
    "visualizza il profilo di ",
    "wyświetl profil ",
    "profil von ",
    "profiel van ",
];

/// What only the page has, and how the rest is to be read.
#[derive(Debug, Default)]
pub struct Bare {
    printed: Printed,
    /// Lines of the page wherever they stand.
    gone: HashSet<String>,
    /// Whether lines tell of messages that follow.
    announces: bool,
    /// Where a line stands tells who speaks.
    columns: Option<Columns>,
}

impl Bare {
    /// Of the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let mut printed = Printed::of(sample);
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty() && !printed.takes(l)).collect();
        let told: Vec<usize> = (0..lines.len()).filter(|at| is_announcing(lines[*at])).collect();
        let linked = |at: &usize| lines[at + 1..].iter().take(2).any(|l| is_profile_of(l));
        let announces = told.len() > 1 || told.iter().any(linked);
        let columns = Columns::of(&lines);
        Self { printed: Printed::of(sample), gone: pictures(&lines), announces, columns }
    }

    /// Whether who speaks was told by nothing but the side on which lines stand.
    pub fn guesses_sides(&self) -> bool {
        self.columns.as_ref().is_some_and(Columns::are_guessed)
    }

    /// What the next line of the text says without it; nothing where it is of the page alone.
    pub fn rest<'l>(&mut self, line: &'l str) -> Option<Cow<'l, str>> {
        if self.printed.takes(line) {
            return None;
        }
        let gone = !self.gone.is_empty() && self.gone.contains(line.trim());
        if gone || (self.announces && (is_announcing(line) || is_profile_of(line))) {
            return None;
        }
        match &mut self.columns {
            None => Some(Cow::Borrowed(line)),
            Some(columns) => Some(columns.named(line)),
        }
    }
}

/// The lines that stand in a copy for the picture of whoever speaks: they come back or stand by the name that they say.
fn pictures(lines: &[&str]) -> HashSet<String> {
    let mut tally: HashMap<&str, usize> = HashMap::new();
    lines.iter().for_each(|line| *tally.entry(line.trim()).or_default() += 1);
    let mut found: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, line) in lines.iter().map(|l| l.trim()).enumerate() {
        let Some(of) = picture(line) else { continue };
        let (count, beside) = found.entry(line).or_default();
        *count += 1;
        let next = lines.get(at + 1).map(|l| l.trim()).unwrap_or_default();
        let above = at.checked_sub(1).map(|at| lines[at].trim()).unwrap_or_default();
        *beside += usize::from(match of {
            // Under it stands a name, which comes back.
            "" => {
                let name = names::is_alone_in_any_case(next) || names::is_handle(next);
                is_head(next) || (name && tally[next] > 1)
            }
            of => next.starts_with(of) || above == of,
        });
    }
    found.retain(|_, (count, beside)| *count > 1 && *beside * 4 >= *count * 3);
    found.into_keys().map(str::to_owned).collect()
}

/// Whether `line` says who writes, with a time.
fn is_head(line: &str) -> bool {
    grammars::titled(line).is_some() || grammars::titled_closely(line).is_some()
}

/// Whose picture `line` stands for, where it stands for one: nobody's name where it says none.
fn picture(line: &str) -> Option<&str> {
    const LONGEST: usize = 90;
    if line.len() > LONGEST || line.contains(": ") {
        return None;
    }
    let small = line.to_lowercase().replace('\'', "’");
    if line.starts_with(|c: char| !c.is_lowercase()) && PICTURES.split('|').any(|word| word == small) {
        return Some("");
    }
    let before = || {
        let start = PICTURES_OF.iter().find(|start| small.starts_with(**start))?;
        line.char_indices().nth(start.chars().count()).map(|(at, _)| &line[at..])
    };
    let behind = || {
        let end = PICTURE_BEHIND.iter().find(|end| small.ends_with(**end))?;
        let at = line.char_indices().rev().nth(end.chars().count() - 1)?.0;
        Some(&line[..at])
    };
    before().or_else(behind).map(str::trim).filter(|name| !name.is_empty())
}

/// `Tom Hale sent the following messages at 10:32 AM`: what tells of words that follow.
fn is_announcing(line: &str) -> bool {
    const LONGEST: usize = 120;
    if line.len() > LONGEST || !line.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let small = line.to_lowercase();
    let Some(at) = FOLLOWING.iter().find_map(|words| small.find(words)) else { return false };
    let who = &small[..at];
    let timed = || moments::ending(line.trim_end_matches('.')).is_some() || small[at..].contains(" at ");
    who.split_whitespace().count() <= 7 && !who.contains(": ") && timed()
}

/// `View Tom’s profile`, `Voir le profil de Tom`.
fn is_profile_of(line: &str) -> bool {
    const MOST: usize = 9;
    if line.split_whitespace().count() > MOST {
        return false;
    }
    let small = line.trim().to_lowercase();
    let word = small.ends_with(" profile") || !small.starts_with("view ");
    furniture::is_profile(line) || (word && PROFILES.iter().any(|start| small.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        let text = text.replace('|', "\n");
        let mut bare = Bare::of(&Sample::new("t", text.as_bytes().to_vec()));
        text.lines().filter_map(|l| bare.rest(l)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_is_said_for_those_who_cannot_see() {
        for picture in [
            "User avatar",
            "Profilbild",
            "Photo de profil",
            "tom.h’s profile picture",
            "Foto de perfil de tom.h",
        ] {
            let text = format!("{picture}|tom.h|in?|You sent|yes|{picture}|tom.h|ok");
            assert_eq!(left(&text), "tom.h|in?|You sent|yes|tom.h|ok", "{picture}");
        }
        for text in [
            "Tom: which?|Ria: Profilbild|Tom: ok",
            "Tom|new one?|Ria|Avatar|Tom|ok",
            "Photo of us|Tom: in?|Ria: no",
        ] {
            assert_eq!(left(text), text);
        }
    }

    #[test]
    fn what_tells_of_a_message() {
        for (tells, profile) in [
            ("Tom Hill sent the following messages at 10:32 AM", "View Tom’s profile"),
            ("Tom Hill a envoyé les messages suivants à 10:32", "Voir le profil de Tom"),
            ("Tom Hill hat um 10:32 folgende Nachrichten gesendet: 10:32", "Profil von Tom ansehen"),
            ("Tom Hill envió los siguientes mensajes a las 10:32", "Ver el perfil de Tom"),
        ] {
            let text = format!("Tom Hill|{tells}|{profile}|Tom Hill  10:32|in?");
            assert_eq!(left(&text), "Tom Hill|Tom Hill  10:32|in?", "{tells}");
        }
        assert_eq!(left("Tom: view her profile|Ria: ok"), "Tom: view her profile|Ria: ok");
    }
}
