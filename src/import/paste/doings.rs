//! What apps write among the words of a talk: what those who speak do (`Tom is now playing Chess`), signs with how many
//! set them, and marks of what is new. Wordings from memory.

use super::grammars::{Head, Who};
use super::{moments, signs};
use crate::import::chats::parts::is_file_name;

/// What somebody does, behind a name and a space, as whole beginnings or, with a `$`, as all that is there.
const DEEDS: [&str; 62] = [
    "is now playing ",
    "is now in-game",
    "is now online",
    "is now offline",
    "is now away",
    "is now busy",
    "is now idle",
    "is now snoozing",
    "is now streaming",
    "is no longer playing",
    "was kicked",
    "was banned",
    "was timed out",
    "was removed from the ",
    "has been kicked",
    "has been banned",
    "has gone offline",
    "has come online",
    "has joined$",
    "has joined the ",
    "has left$",
    "has left the ",
    "has disconnected",
    "has reconnected",
    "has entered the ",
    "joined the game",
    "joined the chat",
    "joined the lobby",
    "joined the room",
    "joined the party",
    "joined the server",
    "joined the group",
    "joined the channel",
    "joined the call",
    "joined the meeting",
    "left the game",
    "left the chat",
    "left the lobby",
    "left the room",
    "left the party",
    "left the server",
    "left the group",
    "left the channel",
    "left the call",
    "left the meeting",
    "started a call",
    "started a video call",
    "started a meeting",
    "pinned a message",
    "changed the channel ",
    "changed the group ",
    "set the channel ",
    "invited you to play",
    "went offline",
    "came online",
    "ist jetzt online",
    "ist jetzt offline",
    "spielt jetzt ",
    "ist dem spiel beigetreten",
    "hat das spiel verlassen",
    "joue maintenant à ",
    "está jugando a ",
];
/// What stands behind the last messages that were read, or before those that were not.
const NEW: [&str; 14] = [
    "New",
    "New messages",
    "Last read",
    "Neu",
    "Neue Nachrichten",
    "Zuletzt gelesen",
    "Nouveau",
    "Nouveaux",
    "Nuevo",
    "Novo",
    "Nuovo",
    "Nowe",
    "Yeni",
    "Nieuw",
];
/// What messengers set before the time or the words of a message that was changed.
const CHANGED: [&str; 12] = [
    "edited",
    "bearbeitet",
    "modifié",
    "modifiée",
    "editado",
    "editada",
    "modificato",
    "edytowano",
    "edytowana",
    "düzenlendi",
    "bewerkt",
    "изменено",
];
/// How a line begins that says whom somebody answers; the name follows with an `@`.
const REPLIES: [&str; 9] = [
    "Replying to ",
    "Antwort an ",
    "En réponse à ",
    "Respondiendo a ",
    "Respondendo a ",
    "In risposta a ",
    "W odpowiedzi do ",
    "Antwoord op ",
    "Yanıtlanan: ",
];

/// Whether `line` says what somebody `known` does.
pub fn is_of(line: &str, known: impl Fn(&str) -> bool) -> bool {
    const LONGEST: usize = 120;
    let line = line.trim();
    line.len() <= LONGEST
        && line.match_indices(' ').take(5).any(|(at, _)| is_deed(&line[at + 1..]) && known(&line[..at]))
}

fn is_deed(rest: &str) -> bool {
    let rest = rest.trim_end_matches('.').to_lowercase();
    let short = rest.split(' ').count() <= 9;
    let whole = |deed: &str| deed.strip_suffix('$').map_or_else(|| rest.starts_with(deed), |d| rest == d);
    short && DEEDS.iter().any(|deed| whole(deed))
}

/// `Tom started a call that lasted 25 minutes. — Today at 4:12 PM`: what Discord tells where a name and a time stand above
/// other messages.
pub fn told(line: &str) -> Option<Head<'_>> {
    let (text, time) = line.trim().rsplit_once(" — ")?;
    let text = text.trim_end();
    let sentence = text.ends_with(['.', '!']) && text.split_whitespace().count() > 3;
    let when = moments::whole(time).filter(|_| sentence)?;
    Some(Head { who: Who::App, when, text })
}

/// `Replying to @tom: in?`, `message deleted by a moderator.`: what Twitch sets above and in place of messages.
pub fn is_of_stream(line: &str) -> bool {
    let line = line.trim();
    let lower = line.to_lowercase();
    let deleted =
        ["message deleted by a moderator", "<message deleted>", "nachricht von einem moderator gelöscht"];
    REPLIES.iter().any(|start| line.strip_prefix(start).is_some_and(|rest| rest.starts_with('@')))
        || deleted.contains(&lower.trim_end_matches('.'))
        || matches!(&*lower, "welcome to the chat room!" | "willkommen im chat!")
}

/// Whether `line`, right above a name, says where what is new begins.
pub fn is_mark_of_new(line: &str) -> bool {
    NEW.contains(&line.trim())
}

/// Whether `line`, right under a name and a time, says that the words below were changed.
pub fn is_mark_of_change(line: &str) -> bool {
    line.starts_with(char::is_uppercase) && CHANGED.contains(&&*line.trim().to_lowercase())
}

/// `like 1`, `1 Like`, `heart 2 laugh 1`: how many reacted, as older copies of Teams end a message.
pub fn is_tally(line: &str) -> bool {
    const SIGNS: [&str; 6] = ["like", "heart", "laugh", "surprised", "sad", "angry"];
    let words: Vec<String> = line.split_whitespace().map(str::to_lowercase).collect();
    let sign = |word: &String| SIGNS.contains(&word.as_str());
    let pair = |pair: &[String]| match pair {
        [a, b] => (sign(a) && is_count(b)) || (is_count(a) && sign(b)),
        _ => false,
    };
    !words.is_empty() && words.chunks(2).all(pair)
}

/// `:tada:`, `🎉`: a sign that somebody set under a message, if how many did follows.
pub fn is_reaction(line: &str) -> bool {
    moments::is_status(line) || signs::is_sign_alone(line.trim())
}

/// `12`: how many set a sign under a message.
pub fn is_count(line: &str) -> bool {
    let line = line.trim();
    (1..=3).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit())
}

/// `1 Like reaction.`: above how many reacted, once more.
pub fn has_count(line: &str) -> bool {
    let line = line.trim().trim_end_matches('.');
    line.starts_with(|c: char| c.is_ascii_digit())
        && (line.ends_with(" reaction") || line.ends_with(" reactions"))
}

/// `line` without the app's mark that the words before it were changed: `done (edited)`.
pub fn without_change(line: &str) -> &str {
    const ABROAD: [&str; 7] =
        ["redigerad", "redigeret", "redigert", "upraveno", "змінено", "編集済み", "수정됨"];
    let marked = line.trim_end().strip_suffix(')').and_then(|l| l.rsplit_once('('));
    let is = |word: &str| CHANGED.contains(&word) || ABROAD.contains(&word);
    match marked {
        Some((words, word)) if is(word) && (words.is_empty() || words.ends_with(char::is_whitespace)) => {
            words.trim_end()
        }
        _ => line,
    }
}

/// Whether `line` stands in a copy for a picture, as Discord and Teams call one that has no words of its own.
pub fn is_picture(line: &str) -> bool {
    const PICTURES: [&str; 16] = [
        "Image",
        "Photo",
        "Picture",
        "Bild",
        "Foto",
        "Imagen",
        "Imagem",
        "Immagine",
        "Obraz",
        "Zdjęcie",
        "Görsel",
        "Fotoğraf",
        "Afbeelding",
        "Изображение",
        "画像",
        "이미지",
    ];
    PICTURES.contains(&line.trim())
}

/// Whether `line` is the name of a file, and nothing else: `notes.pdf`. A page (`p.4`) is none.
pub fn is_file(line: &str) -> bool {
    let line = line.trim();
    is_file_name(line) && line.rsplit('.').next().is_some_and(|ending| ending.len() > 1)
}

/// Whether `line` says how large a file is, and nothing else: `840.12 KB`, `3 Mo`.
pub fn is_size(line: &str) -> bool {
    const UNITS: [&str; 14] =
        ["b", "bytes", "kb", "mb", "gb", "kib", "mib", "o", "ko", "mo", "go", "б", "кб", "мб"];
    let line = line.trim();
    let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let unit = line.trim_start_matches(number);
    unit.len() < line.len() && UNITS.contains(&unit.trim().to_lowercase().as_str())
}

/// A time without the word before it that says that the message was changed: `edited 18:25`.
pub fn unedited(line: &str) -> &str {
    let Some((word, time)) = line.split_once(' ') else { return line };
    if CHANGED.contains(&word.to_lowercase().as_str()) { time.trim_start() } else { line }
}

/// `Ana changed the group name to "Tents"`, `+49 170 1 ist über den Einladungslink dieser Gruppe beigetreten`: what a group
/// says of its members, in the words that no person would use of oneself.
pub fn is_of_group(line: &str) -> bool {
    const AMID: [&str; 18] = [
        " entrou usando o link de convite deste grupo",
        " se unió usando el enlace de invitación de este grupo",
        " a rejoint le groupe ",
        " è entrato usando il link d'invito di questo gruppo",
        " changed the group name",
        " changed this group's icon",
        " changed the group description",
        " created group ",
        " joined using this group's invite link",
        " joined using a group link",
        " joined via invite link",
        " hat den gruppennamen ",
        " hat das gruppenbild geändert",
        " über den einladungslink dieser gruppe beigetreten",
        " a changé le nom du groupe",
        " cambió el nombre del grupo",
        " ha cambiato il nome del gruppo",
        " alterou o nome do grupo",
    ];
    const ENDS: [&str; 11] = [
        " joined the group",
        " left the group",
        " pinned a message",
        " hat die gruppe verlassen",
        " ist der gruppe beigetreten",
        " a quitté le groupe",
        " salió del grupo",
        " saiu do grupo",
        " ha abbandonato il gruppo",
        " gruptan ayrıldı",
        " heeft de groep verlaten",
    ];
    let lower = line.trim().trim_end_matches('.').replace('’', "'").to_lowercase();
    let words = |text: &str| text.split_whitespace().count();
    let named = |who: &str| (1..=4).contains(&words(who));
    let capital = line.trim().starts_with(|c: char| c.is_uppercase() || matches!(c, '+' | '~'));
    let amid = AMID.iter().filter_map(|part| lower.find(part)).any(|at| named(&lower[..at]));
    let ends = ENDS.iter().filter_map(|end| lower.strip_suffix(end)).any(named);
    capital && words(&lower) <= 16 && (amid || ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_apps_say_of_those_who_speak() {
        let known = |name: &str| matches!(name, "Tom" | "Sir Toast");
        for line in ["Tom is now playing Chess", "Sir Toast was kicked for being AFK", "Tom has left."] {
            assert!(is_of(line, known), "{line}");
        }
        for line in ["Ria is now playing Chess", "Tom has left his bag", "Tom joined the club", "Tom"] {
            assert!(!is_of(line, known), "{line}");
        }
        assert!(is_of_stream("Replying to @tom: in?") && !is_of_stream("Replying to you now"));
        assert!(told("Tom started a call that lasted 25 minutes. — 16:02").is_some());
        assert!(told("Mr. Hill Jr. — 16:02").is_none() && told("we did it all. — so").is_none());
        assert!(is_reaction(":tada:") && is_reaction("🎉") && !is_reaction("ok") && !is_reaction("…"));
        assert!(
            is_tally("like 1") && is_tally("2 Like heart 1") && !is_tally("like") && !is_tally("like 1 dog")
        );
        assert!(has_count("2 Heart reactions.") && !has_count("my reaction"));
    }

    #[test]
    fn what_a_group_says() {
        for line in [
            "Nora changed the group name to \"Camping\".",
            "+49 170 0000002 ist über den Einladungslink dieser Gruppe beigetreten",
            "Tom hat die Gruppe verlassen.",
            "Ana joined the group",
        ] {
            assert!(is_of_group(line), "{line}");
        }
        for line in ["we joined the group", "I think that we all have left", "they left the group to us"] {
            assert!(!is_of_group(line), "{line}");
        }
    }

    #[test]
    fn marks_of_changes_before_times() {
        assert_eq!((unedited("düzenlendi 18:25"), unedited("ok 18:25")), ("18:25", "ok 18:25"));
        assert!(is_mark_of_change("Edited") && !is_mark_of_change("edited"));
        assert_eq!((without_change("done (edited) "), without_change("(bearbeitet)")), ("done", ""));
        for words in ["I (edited) it", "done(edited)", "done (edited it)", "edited"] {
            assert_eq!(without_change(words), words);
        }
        assert!(is_picture("Image") && !is_picture("image") && !is_picture("Image 2"));
        assert!(is_file("svt_chap3.pdf") && !is_file("see you.") && !is_file("so. it is then"));
        assert!(
            is_size("840 Ko")
                && is_size("1.2MB")
                && !is_size("MB")
                && !is_size("840")
                && !is_size("3 go out")
        );
    }
}
