//! Names of columns that are made of known parts: `sender_username`, `fromUserId`, `chat.user.keyword`, `Nº do chamado`.

use super::headings::{CASE, CONVERSATION, RECIPIENT, Role, SENDER, SENDER_ID, TEXT, TIME, folded, is_one};

/// Whose a column may be: who wrote it.
const FROM: &str = "sender from author user member participant poster writer source src absender von verfasser benutzer \
     expediteur auteur utilisateur remitente usuario remetente mittente utente afzender gebruiker nadawca gonderen kullanici";
/// To whom it was written.
const TO: &str = "recipient to receiver target dest destination dst empfanger empfaenger destinataire destinatario para aan ontvanger \
     odbiorca alici";
/// Where it was written.
const PLACE: &str = "conversation conv chat thread channel room dialog dialogue group session";
/// What stands behind them for a name.
const NAMES: &str = "name user username login nick nickname handle account display full screen member person nom nombre nome \
     nutzer benutzer usuario";
/// The same for a number or an address.
const IDS: &str = "id uid uuid guid pk key hash phone number email mail jid address sid";
/// The same for a place.
const TITLES: &str = "name title slug";
/// What may stand before any of them, as a record's name stands before its parts.
const BEFORE: &str = "chat message messages msg payload data source doc attributes item post fields event nachricht \
     nachrichten mensaje mensagem messaggio bericht wiadomosc mesaj";
/// What offices and helplines call a talk that they handle.
const CASES: &str = "case ticket fall vorgang aktenzeichen sitzung gesprach dossier seance conversation expediente folio caso atencion \
     sesion conversacion protocolo atendimento chamado sessao conversa pratica fascicolo segnalazione sessione conversazione \
     zaak sessie gesprek sprawa sprawy zgloszenie zgloszenia rozmowa rozmowy sesja sesji arende sag sak vaka talep \
     basvuru gorusme oturum обращение обращения заявка заявки дело дела сессия сессии диалог диалога звернення справа \
     справи сесія сесії kasus laporan tiket sesi";
/// What counts them, and what stands between the two.
const COUNTED: &str = "number no nr n nº º num id nummer numero numer numara номер nomor do da de del della di der des du dello van";
/// What Elasticsearch puts behind the name of a field that is kept as it stands.
const KEPT_AS_IS: &str = "keyword";

/// The known name for which a column called `name` stands, if its parts tell one.
pub fn meant(name: &str) -> Option<Role> {
    let mut parts: Vec<String> =
        pieces(name).iter().map(|piece| folded(piece)).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|part| part == KEPT_AS_IS) {
        parts.pop();
    }
    let mut parts = &parts[..];
    loop {
        if let Some(role) = known(&parts.concat()).or_else(|| composed(parts)) {
            return Some(role);
        }
        let (first, rest) = parts.split_first().filter(|(_, rest)| !rest.is_empty())?;
        if !is_one(BEFORE, first) && first.chars().count() > 1 {
            return None;
        }
        parts = rest;
    }
}

/// The one of the words that tell a column by themselves.
fn known(name: &str) -> Option<Role> {
    let roles = [TEXT, SENDER, SENDER_ID, RECIPIENT, CONVERSATION, TIME];
    roles.iter().flat_map(|role| role.split_whitespace()).find(|word| *word == name)
}

/// `sender` and `username`, in two parts or in one.
fn composed(parts: &[String]) -> Option<Role> {
    if is_case(parts) {
        return Some(CASE);
    }
    let (first, rest) = parts.split_first()?;
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    if !rest.is_empty() {
        return of_parts(first, &rest);
    }
    let ends = NAMES.split_whitespace().chain(IDS.split_whitespace());
    let mut halves = ends.filter_map(|end| Some((first.strip_suffix(end)?, end)));
    // Shorter words stand at the beginning of others.
    halves.find_map(|(start, end)| of_parts(start, &[end]).filter(|_| start.len() > 3 && end.len() > 2))
}

/// `Protocolo`, `Nº do chamado`, `Fall-Nr.`, `Vorgangsnummer`.
fn is_case(parts: &[String]) -> bool {
    let case = |part: &str| is_one_folded(CASES, part);
    let counted = |part: &str| is_one_folded(COUNTED, part);
    let joined = |part: &str| {
        let case = ["nummer", "nr", "id"].iter().find_map(|end| part.strip_suffix(end));
        case.is_some_and(|start| case_in_genitive(start).any(|word| is_one_folded(CASES, word)))
    };
    let named = parts.iter().filter(|part| case(part) || joined(part)).count();
    named == 1 && parts.iter().all(|part| case(part) || counted(part) || joined(part))
}

/// `vorgangs`, `sags`: a word before another, and without the letter that joins them.
fn case_in_genitive(word: &str) -> impl Iterator<Item = &str> {
    [Some(word), word.strip_suffix('s')].into_iter().flatten()
}

/// Whether `part`, as it is folded, is one of `words`.
fn is_one_folded(words: &str, part: &str) -> bool {
    words.split_whitespace().any(|word| folded(word) == part)
}

fn of_parts(first: &str, rest: &[&str]) -> Option<Role> {
    let all = |words: &[&str]| rest.iter().all(|part| words.iter().any(|w| is_one(w, part)));
    let named = !rest.iter().any(|part| is_one(IDS, part));
    if is_one(PLACE, first) && all(&[TITLES, IDS]) {
        return Some(if named { "chatname" } else { "chatid" });
    }
    let person = all(&[NAMES, IDS]);
    match (is_one(FROM, first), is_one(TO, first)) {
        (true, _) if person => Some(if named { "fromname" } else { "fromid" }),
        // Of the recipients, ids come last.
        (_, true) if person => Some(if named { "toname" } else { "receiverjid" }),
        _ => None,
    }
}

/// The parts of a name: between signs, and where capitals begin.
pub fn pieces(name: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (lower && c.is_uppercase()) {
            pieces.push(String::new());
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric() {
            pieces.last_mut().expect("one at least").push(c);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_parts() {
        for (name, expected) in [
            ("sender_username", "fromname"),
            ("from_user", "fromname"),
            ("fromUserId", "fromid"),
            ("fromJID", "fromid"),
            ("senderlogin", "fromname"),
            ("recipient_username", "toname"),
            ("to_user", "toname"),
            ("chat.user.keyword", "user"),
            ("chat.room", "chatroom"),
            ("chat.text", "text"),
            ("m.body", "body"),
            ("payload.text", "text"),
            ("message_created_at", "createdat"),
            ("room.name", "chatname"),
            ("nachricht_text", "text"),
            ("Protocolo", "casenumber"),
            ("Nº do chamado", "casenumber"),
            ("N.º de atención", "casenumber"),
            ("N° de dossier", "casenumber"),
            ("Fall-Nr.", "casenumber"),
            ("Vorgangsnummer", "casenumber"),
            ("Sagsnr.", "casenumber"),
            ("Numer zgłoszenia", "casenumber"),
            ("№ обращения", "casenumber"),
            ("Номер справи", "casenumber"),
            ("Talep No", "casenumber"),
        ] {
            assert_eq!(meant(name), Some(expected), "{name}");
        }
        for name in [
            "sender_ip",
            "user_agent",
            "user_type",
            "event_name",
            "message_id",
            "total",
            "tone",
            "chat_type",
            "users",
            "item name",
            "Nr.",
            "Fallbeschreibung",
            "Tipo de atendimento",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
