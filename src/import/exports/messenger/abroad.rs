//! What the apps write in somebody's name in German, French, Spanish, Portuguese, Italian, Dutch and Polish; and, from
//! memory, in some other languages.

use super::fillers::Filler;

/// How one language tells of things that are sent: what stands before and behind the thing, of another person and of
/// the reader, and the things.
struct Sending {
    theirs: &'static [(&'static str, &'static str)],
    yours: &'static [(&'static str, &'static str)],
    things: &'static [&'static str],
}

const SENDING: [Sending; 11] = [
    Sending {
        theirs: &[("hat ", " gesendet"), ("hat ", " geschickt")],
        yours: &[("Du hast ", " gesendet.")],
        things: &[
            "ein Foto",
            "ein Video",
            "ein GIF",
            "einen Anhang",
            "einen Link",
            "einen Sticker",
            "eine Datei",
            "eine Sprachnachricht",
        ],
    },
    Sending {
        theirs: &[("a envoyé ", "")],
        yours: &[("Vous avez envoyé ", ".")],
        things: &[
            "un GIF",
            "un autocollant",
            "un fichier",
            "un lien",
            "un message vocal",
            "un sticker",
            "une photo",
            "une pièce jointe",
            "une vidéo",
        ],
    },
    Sending {
        theirs: &[("envió ", ""), ("ha enviado ", "")],
        yours: &[("Enviaste ", "."), ("Has enviado ", ".")],
        things: &[
            "un GIF",
            "un archivo",
            "un archivo adjunto",
            "un enlace",
            "un mensaje de voz",
            "un sticker",
            "un video",
            "un vídeo",
            "una foto",
        ],
    },
    Sending {
        theirs: &[("enviou ", "")],
        yours: &[("Você enviou ", "."), ("Enviaste ", ".")],
        things: &[
            "um GIF",
            "um anexo",
            "um arquivo",
            "um link",
            "um vídeo",
            "uma figurinha",
            "uma foto",
            "uma mensagem de voz",
        ],
    },
    Sending {
        theirs: &[("ha inviato ", "")],
        yours: &[("Hai inviato ", ".")],
        things: &[
            "un adesivo",
            "un allegato",
            "un file",
            "un link",
            "un messaggio vocale",
            "un video",
            "una GIF",
            "una foto",
        ],
    },
    Sending {
        theirs: &[("heeft ", " verzonden"), ("heeft ", " gestuurd")],
        yours: &[("Je hebt ", " verzonden.")],
        things: &[
            "een GIF",
            "een bestand",
            "een bijlage",
            "een foto",
            "een gif",
            "een link",
            "een spraakbericht",
            "een sticker",
            "een video",
        ],
    },
    Sending {
        theirs: &[("wysłał(a) ", ""), ("wysłał ", ""), ("wysłała ", "")],
        yours: &[],
        things: &["GIF", "film", "link", "naklejkę", "plik", "wiadomość głosową", "załącznik", "zdjęcie"],
    },
    Sending {
        theirs: &[("skickade ", ""), ("har skickat ", "")],
        yours: &[("Du skickade ", ".")],
        things: &[
            "en bilaga",
            "en bild",
            "en fil",
            "en länk",
            "en video",
            "ett foto",
            "ett klistermärke",
            "ett röstmeddelande",
        ],
    },
    Sending {
        theirs: &[("отправил(а) ", ""), ("отправил ", ""), ("отправила ", "")],
        yours: &[("Вы отправили ", ".")],
        things: &["видео", "вложение", "голосовое сообщение", "наклейку", "ссылку", "файл", "фото"],
    },
    Sending {
        theirs: &[("", " gönderdi")],
        yours: &[],
        things: &[
            "bir bağlantı",
            "bir dosya",
            "bir ek",
            "bir fotoğraf",
            "bir sesli mesaj",
            "bir video",
            "bir çıkartma",
        ],
    },
    Sending {
        theirs: &[("mengirim ", ""), ("mengirimkan ", "")],
        yours: &[("Anda mengirim ", ".")],
        things: &["file", "foto", "lampiran", "pesan suara", "stiker", "tautan", "video"],
    },
];

/// What the apps are known to tell the reader to have sent; anybody may write `Enviaste una foto.`
const ATTACHED: [&str; 9] = [
    "einen Anhang",
    "une pièce jointe",
    "un archivo adjunto",
    "um anexo",
    "un allegato",
    "een bijlage",
    "en bilaga",
    "вложение",
    "lampiran",
];

/// Reactions: what stands before and behind the sign.
const REACTIONS: [(&str, &str); 33] = [
    ("Hat mit ", " auf deine Nachricht reagiert"),
    ("Hat mit ", " auf Ihre Nachricht reagiert"),
    ("A réagi avec ", " à votre message"),
    ("A réagi avec ", " à ton message"),
    ("Reaccionó con ", " a tu mensaje"),
    ("Ha reaccionado con ", " a tu mensaje"),
    ("Reagiu com ", " à sua mensagem"),
    ("Reagiu com ", " à tua mensagem"),
    ("Ha reagito con ", " al tuo messaggio"),
    ("Heeft met ", " op je bericht gereageerd"),
    ("Zareagował(a) ", " na Twoją wiadomość"),
    ("Zareagował(a) na Twoją wiadomość z ", ""),
    ("Zareagował(a) na Twoją wiadomość: ", ""),
    ("Hat ", " auf deine Nachricht reagiert"),
    ("A réagi ", " à votre message"),
    ("A réagi ", " à ton message"),
    ("Reaccionó ", " a tu mensaje"),
    ("Reagiu ", " à sua mensagem"),
    ("Reagiu ", " à tua mensagem"),
    ("Ha reagito ", " al tuo messaggio"),
    ("Heeft ", " op je bericht gereageerd"),
    ("Reageerde met ", " op je bericht"),
    ("Reageerde ", " op je bericht"),
    ("Reagerade med ", " på ditt meddelande"),
    ("Reagerade ", " på ditt meddelande"),
    ("Reagerede med ", " på din besked"),
    ("Reagerte med ", " på meldingen din"),
    ("Поставил(а) реакцию ", " на ваше сообщение"),
    ("Отреагировал(а) на ваше сообщение ", ""),
    ("Mesajına ", " ifadesini bıraktı"),
    ("Menanggapi pesan Anda dengan ", ""),
    ("メッセージに", "でリアクションしました"),
    ("Đã bày tỏ cảm xúc ", " về tin nhắn của bạn"),
];
/// Whole texts of the app.
const TOLD: [&str; 16] = [
    "Gefällt eine Nachricht",
    "A aimé un message",
    "Le gustó un mensaje",
    "Curtiu uma mensagem",
    "Gostou de uma mensagem",
    "Vindt een bericht leuk",
    "Polubił(a) wiadomość",
    "Vous êtes désormais en contact sur Messenger",
    "Ahora están conectados en Messenger",
    "Ahora estáis conectados en Messenger",
    "Agora vocês estão conectados no Messenger",
    "Ora siete connessi su Messenger",
    "Gillade ett meddelande",
    "Bir mesajı beğendi",
    "Menyukai pesan",
    "メッセージに「いいね！」しました",
];
/// Calls that were missed: what stands before and behind the caller's name.
const MISSED: [(&str, &str); 12] = [
    ("Du hast einen Anruf von ", " verpasst"),
    ("Du hast einen Videoanruf von ", " verpasst"),
    ("Vous avez manqué un appel de ", ""),
    ("Vous avez manqué un appel vidéo de ", ""),
    ("Perdiste una llamada de ", ""),
    ("Perdiste una videollamada de ", ""),
    ("Você perdeu uma chamada de ", ""),
    ("Você perdeu uma ligação de ", ""),
    ("Hai perso una chiamata di ", ""),
    ("Hai perso una chiamata da ", ""),
    ("Je hebt een oproep van ", " gemist"),
    ("Masz nieodebrane połączenie od: ", ""),
];
/// What stands behind the name of whoever took a message back.
const UNSENT: [&str; 7] = [
    "hat eine Nachricht zurückgerufen",
    "hat eine Nachricht entfernt",
    "a annulé l’envoi d’un message",
    "a retiré un message",
    "anuló el envío de un mensaje",
    "cancelou o envio de uma mensagem",
    "ha annullato l’invio di un messaggio",
];
/// How events go on behind the name.
const EVENTS: [&str; 32] = [
    "hat dich angerufen",
    "hat die Gruppe verlassen",
    "hat der Gruppe den Namen",
    "hat eine Umfrage erstellt",
    "hat das Thema",
    "hat das Chat-Design",
    "vous a appelé",
    "a quitté le groupe",
    "a nommé le groupe",
    "a créé un sondage",
    "a modifié le thème",
    "a changé le thème",
    "te llamó",
    "te ha llamado",
    "abandonó el grupo",
    "salió del grupo",
    "creó una encuesta",
    "cambió el tema",
    "ligou para você",
    "saiu do grupo",
    "criou uma enquete",
    "mudou o tema",
    "alterou o tema",
    "ti ha chiamato",
    "ha abbandonato il gruppo",
    "ha creato un sondaggio",
    "heeft je gebeld",
    "heeft de groep verlaten",
    "heeft een peiling gemaakt",
    "opuścił(a) grupę",
    "utworzył(a) ankietę",
    "zmienił(a) motyw",
];

/// What `text`, without spaces around it, stands for; `about` is what stands behind the name of `sender` when it begins
/// with that.
pub fn of(text: &str, sender: &str, about: Option<&str>) -> Option<Filler> {
    let bare = text.trim_end_matches('.');
    let theirs = about.is_some_and(|rest| sent(rest.trim_end_matches('.'), |s| s.theirs).is_some());
    if theirs || sent(text, |s| s.yours).is_some_and(|thing| ATTACHED.contains(&thing)) {
        return Some(Filler::Sent);
    }
    if about.is_some_and(|rest| UNSENT.contains(&rest.trim_end_matches('.').replace('\'', "’").as_str())) {
        return Some(Filler::Unsent);
    }
    let event = TOLD.contains(&bare)
        || reacts(text)
        || (!sender.is_empty() && MISSED.iter().any(|frame| within(bare, frame) == Some(sender)))
        || about.is_some_and(|rest| super::fillers::tells_of(&EVENTS, rest));
    event.then_some(Filler::Event)
}

/// What stands between the two halves of `frame`.
fn within<'t>(text: &'t str, (before, behind): &(&str, &str)) -> Option<&'t str> {
    text.strip_prefix(before)?.strip_suffix(behind)
}

/// What `text` tells to have been sent.
fn sent(text: &str, frames: fn(&Sending) -> &'static [(&'static str, &'static str)]) -> Option<&str> {
    SENDING.iter().find_map(|s| {
        frames(s).iter().filter_map(|frame| within(text, frame)).find(|thing| s.things.contains(thing))
    })
}

fn reacts(text: &str) -> bool {
    REACTIONS
        .iter()
        .filter_map(|frame| within(text.trim_end_matches('.'), frame))
        .any(super::fillers::is_sign)
}

#[cfg(test)]
mod tests {
    use super::super::fillers;
    use super::*;

    #[test]
    fn what_the_apps_write_and_what_people_do() {
        for (text, expected) in [
            ("Ida hat ein Foto gesendet.", Some(Filler::Sent)),
            ("Ida hat einen Anhang gesendet.", Some(Filler::Sent)),
            ("Du hast einen Anhang gesendet.", Some(Filler::Sent)),
            ("Ida a envoyé une pièce jointe.", Some(Filler::Sent)),
            ("Ida ha enviado una foto.", Some(Filler::Sent)),
            ("Ida wysłał(a) zdjęcie.", Some(Filler::Sent)),
            ("Hat mit ❤ auf deine Nachricht reagiert", Some(Filler::Event)),
            ("A réagi avec ❤ à votre message ", Some(Filler::Event)),
            ("Zareagował(a) ❤ na Twoją wiadomość", Some(Filler::Event)),
            ("Reaccionó con 😂 a tu mensaje", Some(Filler::Event)),
            ("A réagi ❤️ à votre message ", Some(Filler::Event)),
            ("Zareagował(a) na Twoją wiadomość z ❤️ ", Some(Filler::Event)),
            ("Reagerade ❤ på ditt meddelande", Some(Filler::Event)),
            ("Ida skickade en bilaga.", Some(Filler::Sent)),
            ("Ida bir ek gönderdi.", Some(Filler::Sent)),
            ("A réagi mal à votre message", None),
            ("Le gustó un mensaje", Some(Filler::Event)),
            ("Du hast einen Anruf von Ida verpasst.", Some(Filler::Event)),
            ("Vous avez manqué un appel de Ida.", Some(Filler::Event)),
            ("Ida ha annullato l'invio di un messaggio", Some(Filler::Unsent)),
            ("Du hast einen Anruf von Max verpasst.", None),
            ("Du hast ein Foto gesendet.", None),
            ("Max hat ein Foto gesendet.", None),
            ("Hat mit Absicht auf deine Nachricht reagiert", None),
            ("Vous avez envoyé une photo floue.", None),
        ] {
            assert_eq!(fillers::of(text, "Ida"), expected, "{text}");
        }
    }
}
