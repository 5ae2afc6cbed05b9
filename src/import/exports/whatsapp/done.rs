//! What the app says that somebody has done, which iOS puts under that person's name, with the app's mark before it. The wordings are
//! from memory but for the English and German ones; all are in lower case.

use super::words::folded;

/// What stands behind the name, what ends the sentence, and how many letters may stand between: names, titles.
type Frame = (&'static str, &'static str, usize);

/// Whether a body with the app's mark says of `name`, under whose name it stands, or of the owner, what the app says that
/// people have done.
pub fn is_done_by(name: &str, text: &str) -> bool {
    let text = bare(text);
    behind(name, &text).is_some_and(is_done) || is_done_by_you(&text)
}

/// Whether `text` is one short sentence that begins with `name`, in whatever language.
pub fn tells_of(name: &str, text: &str) -> bool {
    const LONGEST: usize = 80;
    let text = bare(text);
    behind(name, &text).is_some_and(|told| {
        told.chars().count() <= LONGEST && !without_quoted(told).contains(['!', '?', '.', ',', ':'])
    })
}

/// What stands behind `name` in `text`, which is bare. A name may end in a full stop.
fn behind<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    text.strip_prefix(&*bare(name))?.trim_start_matches('.').strip_prefix(' ')
}

/// The same of anybody, by a name that no sentence could be.
pub fn is_done_by_anybody(text: &str) -> bool {
    const LONGEST_NAME: usize = 40;
    let text = bare(text);
    let ends = text.match_indices(' ').map(|(at, _)| at).take_while(|at| {
        !text[..*at].contains(['.', '!', '?', ',']) && text[..*at].chars().count() <= LONGEST_NAME
    });
    is_done_by_you(&text) || ends.into_iter().any(|at| is_done(&text[at + 1..]))
}

/// Whether `text` begins with the word for the owner.
pub fn is_of_the_owner(text: &str) -> bool {
    let text = bare(text);
    text.starts_with("you're ") || YOU.iter().any(|(word, _)| text.starts_with(word))
}

/// A name or a text as they are compared.
pub fn bare(text: &str) -> String {
    folded(text).trim_start_matches(['~', ' ']).replace('’', "'")
}

fn is_done_by_you(text: &str) -> bool {
    let said = |(word, verb): &(&str, &str)| {
        text.strip_prefix(word).is_some_and(|rest| is_done(&format!("{verb}{rest}")))
    };
    YOU.iter().any(said) || fits(YOU_IN_THE_VERB, text)
}

fn is_done(done: &str) -> bool {
    fits(DONE, done)
}

/// One sentence of `frames`, and perhaps one of the app's that explains it.
fn fits(frames: &[Frame], done: &str) -> bool {
    let explained = AND_SO.iter().filter_map(|start| done.find(start)).min();
    let (done, explanation) = done.split_at(explained.unwrap_or(done.len()));
    explanation.chars().count() <= LONGEST_EXPLANATION
        && frames.iter().any(|frame| within(frame, done.trim_end_matches('.')))
}

const LONGEST_EXPLANATION: usize = 200;

fn within((begins, ends, most): &Frame, done: &str) -> bool {
    let between = done.strip_prefix(begins).and_then(|rest| rest.strip_suffix(ends));
    between.is_some_and(|between| {
        between.chars().count() <= *most && !without_quoted(between).contains(['!', '?', ','])
    })
}

/// `text` without what stands in quotation marks, as the name of a group may be anything.
fn without_quoted(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .filter(|c| {
            let mark = matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
            inside = if mark { matches!(c, '„' | '«') || !inside } else { inside };
            !inside && !mark
        })
        .collect()
}

/// How the app goes on with what follows from it.
const AND_SO: &[&str] = &[
    ". new messages will disappear",
    ". all new messages will disappear",
    ". you're currently chatting",
    ". tap to",
    ". neue nachrichten verschwinden",
    ". alle neuen nachrichten verschwinden",
    ". tippe",
    ". los mensajes nuevos",
    ". toca para",
    ". les nouveaux messages",
    ". appuyez",
    ". i nuovi messaggi",
    ". tocca per",
    ". nieuwe berichten",
    ". tik om",
    ". as novas mensagens",
    ". novas mensagens",
    ". toque para",
];

/// How the app calls the owner, and how the verb goes on that stands behind a name.
const YOU: &[(&str, &str)] = &[
    ("you ", ""),
    ("du hast ", "hat "),
    ("du bist ", "ist "),
    ("sie haben ", "hat "),
    ("sie sind ", "ist "),
    ("vous avez ", "a "),
    ("vous êtes ", "est "),
    ("hai ", "ha "),
    ("je hebt ", "heeft "),
    ("u hebt ", "heeft "),
    ("u heeft ", "heeft "),
    ("je bent ", "is "),
    ("u bent ", "is "),
    ("você ", ""),
    ("вы ", ""),
];

/// Where the verb says that it was the owner.
const YOU_IN_THE_VERB: &[Frame] = &[
    ("creaste este grupo", "", 0),
    ("creaste el grupo ", "", 60),
    ("añadiste a ", "", 40),
    ("agregaste a ", "", 40),
    ("eliminaste a ", "", 40),
    ("saliste del grupo", "", 0),
    ("cambiaste el nombre del grupo ", "", 80),
    ("cambiaste la imagen de este grupo", "", 0),
    ("cambiaste la descripción del grupo", "", 0),
    ("fijaste un mensaje", "", 0),
    ("activaste los mensajes temporales", "", 40),
    ("desactivaste los mensajes temporales", "", 40),
    ("ahora eres admin", "", 14),
    ("te uniste ", "", 60),
];

/// What stands behind the name of whoever did it, by language.
const DONE: &[Frame] = &[
    ("added ", "", 40),
    ("removed ", "", 40),
    ("was added", "", 0),
    ("left", "", 0),
    ("joined from the community", "", 0),
    ("joined using this group's invite link", "", 0),
    ("joined using your invite", "", 0),
    ("joined using a group link", "", 0),
    ("turned off disappearing messages", "", 40),
    ("turned on disappearing messages", "", 40),
    ("turned on admin approval", "", 60),
    ("turned off admin approval", "", 60),
    ("updated the message timer", "", 40),
    ("changed the message timer", "", 40),
    ("changed their phone number", "", 40),
    ("changed to +", "", 24),
    ("changed the group ", "", 100),
    ("changed this group's ", "", 100),
    ("changed the subject ", "", 100),
    ("changed the settings so ", "", 80),
    ("pinned a message", "", 0),
    ("unpinned a message", "", 0),
    ("is a contact", "", 0),
    ("is now an admin", "", 0),
    ("is no longer an admin", "", 0),
    ("uses a default timer for disappearing messages in new chats", "", 0),
    ("started a call", "", 0),
    ("started a video call", "", 0),
    ("started a voice call", "", 0),
    ("created this group", "", 0),
    ("created group ", "", 60),
    ("reset this group's invite link", "", 0),
    ("requested to join", "", 0),
    ("requested to add ", "", 40),
    ("deleted this group's icon", "", 0),
    ("deleted the group description", "", 0),
    ("hat ", " hinzugefügt", 40),
    ("hat ", " entfernt", 40),
    ("hat die gruppe verlassen", "", 0),
    ("hat diese gruppe erstellt", "", 0),
    ("hat die gruppe ", " erstellt", 60),
    ("hat den gruppennamen ", " geändert", 80),
    ("hat den betreff ", " geändert", 80),
    ("hat das gruppenbild ", "", 10),
    ("hat die gruppenbeschreibung ", "", 10),
    ("hat die gruppeneinstellungen ", " geändert", 80),
    ("hat eine nachricht angeheftet", "", 0),
    ("hat eine nachricht fixiert", "", 0),
    ("hat selbstlöschende nachrichten aktiviert", "", 0),
    ("hat selbstlöschende nachrichten deaktiviert", "", 0),
    ("hat zu +", " gewechselt", 24),
    ("hat die telefonnummer gewechselt", "", 0),
    ("hat einen videoanruf gestartet", "", 0),
    ("hat einen sprachanruf gestartet", "", 0),
    ("hat den einladungslink ", " zurückgesetzt", 20),
    ("ist über den einladungslink ", " beigetreten", 20),
    ("ist jetzt admin", "", 0),
    ("ist kein admin mehr", "", 0),
    ("creó este grupo", "", 0),
    ("creó el grupo ", "", 60),
    ("te añadió", "", 0),
    ("te agregó", "", 0),
    ("te eliminó", "", 0),
    ("añadió a ", "", 40),
    ("agregó a ", "", 40),
    ("eliminó a ", "", 40),
    ("cambió la imagen de este grupo", "", 0),
    ("cambió el ícono de este grupo", "", 0),
    ("cambió el icono de este grupo", "", 0),
    ("cambió el nombre del grupo ", "", 80),
    ("cambió el asunto ", "", 80),
    ("cambió la descripción del grupo", "", 0),
    ("cambió a +", "", 24),
    ("salió del grupo", "", 0),
    ("fijó un mensaje", "", 0),
    ("se unió con el enlace", "", 40),
    ("se unió usando el enlace", "", 40),
    ("activó los mensajes temporales", "", 40),
    ("desactivó los mensajes temporales", "", 40),
    ("ahora es admin", "", 14),
    ("a créé ce groupe", "", 0),
    ("a créé le groupe ", "", 60),
    ("vous a ajouté", "", 3),
    ("vous a retiré", "", 3),
    ("a ajouté ", "", 40),
    ("a retiré ", "", 40),
    ("a changé l'icône de ce groupe", "", 0),
    ("a changé l'icône du groupe", "", 0),
    ("a changé le nom du groupe ", "", 80),
    ("a modifié le nom du groupe ", "", 80),
    ("a changé le sujet ", "", 80),
    ("a changé la description du groupe", "", 0),
    ("a modifié la description du groupe", "", 0),
    ("est parti", "", 4),
    ("a quitté le groupe", "", 0),
    ("a épinglé un message", "", 0),
    ("a activé les messages éphémères", "", 40),
    ("a désactivé les messages éphémères", "", 40),
    ("a rejoint le groupe en utilisant le lien", "", 40),
    ("est maintenant admin", "", 14),
    ("ha creato questo gruppo", "", 0),
    ("ha creato il gruppo ", "", 60),
    ("ti ha aggiunto", "", 2),
    ("ti ha rimosso", "", 2),
    ("ha aggiunto ", "", 40),
    ("ha rimosso ", "", 40),
    ("ha cambiato l'immagine del gruppo", "", 0),
    ("ha cambiato l'immagine di questo gruppo", "", 0),
    ("ha cambiato il nome del gruppo ", "", 80),
    ("ha cambiato l'oggetto ", "", 80),
    ("ha cambiato la descrizione del gruppo", "", 0),
    ("ha abbandonato", "", 0),
    ("ha abbandonato il gruppo", "", 0),
    ("ha fissato un messaggio", "", 0),
    ("ha attivato i messaggi effimeri", "", 40),
    ("ha disattivato i messaggi effimeri", "", 40),
    ("è entrato usando il link", "", 40),
    ("ora è amministratore", "", 0),
    ("heeft deze groep gemaakt", "", 0),
    ("heeft groep ", " gemaakt", 60),
    ("heeft ", " toegevoegd", 40),
    ("heeft ", " verwijderd", 40),
    ("heeft de groepsafbeelding gewijzigd", "", 0),
    ("heeft de groepsnaam ", "", 80),
    ("heeft het onderwerp ", "", 80),
    ("heeft de groepsbeschrijving gewijzigd", "", 0),
    ("heeft de groep verlaten", "", 0),
    ("is vertrokken", "", 0),
    ("heeft een bericht vastgezet", "", 0),
    ("heeft zelfwissende berichten ingeschakeld", "", 0),
    ("heeft zelfwissende berichten uitgeschakeld", "", 0),
    ("neemt nu deel via de uitnodigingslink", "", 40),
    ("is nu beheerder", "", 0),
    ("criou este grupo", "", 0),
    ("criou o grupo ", "", 60),
    ("adicionou ", "", 40),
    ("removeu ", "", 40),
    ("saiu", "", 0),
    ("saiu do grupo", "", 0),
    ("mudou a imagem deste grupo", "", 0),
    ("mudou a imagem do grupo", "", 0),
    ("mudou o nome do grupo ", "", 80),
    ("mudou a descrição do grupo", "", 0),
    ("fixou uma mensagem", "", 0),
    ("ativou as mensagens temporárias", "", 40),
    ("desativou as mensagens temporárias", "", 40),
    ("entrou usando o link", "", 40),
    ("agora é admin", "", 0),
    ("создал(-а) эту группу", "", 0),
    ("создал(-а) группу ", "", 60),
    ("добавил(-а) ", "", 40),
    ("удалил(-а) ", "", 40),
    ("изменил(-а) изображение группы", "", 0),
    ("изменил(-а) название группы ", "", 80),
    ("изменил(-а) описание группы", "", 0),
    ("вышел(-а) из группы", "", 0),
    ("закрепил(-а) сообщение", "", 0),
    ("utworzył(a) tę grupę", "", 0),
    ("dodał(a) ", "", 40),
    ("usunął(ęła) ", "", 40),
    ("zmienił(a) ikonę tej grupy", "", 0),
    ("zmienił(a) nazwę grupy ", "", 80),
    ("opuścił(a) grupę", "", 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_app_tells_of_somebody_and_of_the_owner() {
        for text in [
            "Bo turned on disappearing messages. All new messages will disappear from this chat 7 days after they’re sent.",
            "You turned off disappearing messages.",
            "~ Bo changed their phone number. You’re currently chatting with their new number.",
            "Bo changed the group name to “Ball, at last!”",
            "You added Dee",
            "You left",
            "Bo is a contact",
            "Du hast selbstlöschende Nachrichten aktiviert. Neue Nachrichten verschwinden 24 Stunden, nachdem sie gesendet wurden, aus diesem Chat, außer wenn sie behalten werden.",
            "Bo hat zu +49 170 1234567 gewechselt.",
            "Bo hat den Gruppennamen zu „Ball“ geändert.",
            "Bo cambió la imagen de este grupo",
            "Añadiste a Dee",
            "Bo a changé l’icône de ce groupe",
            "Vous avez ajouté Dee",
            "Hai aggiunto Dee",
            "Bo ha fissato un messaggio",
            "Je hebt Dee toegevoegd",
            "Bo heeft de groepsnaam gewijzigd in “Bal”",
        ] {
            assert!(is_done_by("Bo", text) && is_done_by_anybody(text), "{text}");
        }
        assert!(!is_done_by("Bo", "Ana added Dee") && is_done_by_anybody("Ana added Dee"));
    }

    #[test]
    fn what_people_write() {
        for text in [
            "You left your bag here",
            "Bo left me behind",
            "You added Dee? really",
            "Bo wants to see you",
            "Bo added salt, I hope",
            "You are nice. New messages will disappear",
            "Bo hat diese Gruppe satt",
            "Hai visto",
            "Boris left",
        ] {
            assert!(!is_done_by("Bo", text), "{text}");
        }
        assert!(!is_done_by_anybody("I think, Bo left"));
    }
}
