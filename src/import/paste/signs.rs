//! What messengers show between messages in languages beside English: who was there, what was seen, whom an answer quotes,
//! what was done with a message. And the signs that people set under messages.

use super::{foot, moments, presence};
use crate::import::syntax::cursor;

/// Whom an answer quotes, above the words quoted.
const ORIGINAL: [&str; 9] = [
    "original message",
    "message d’origine",
    "ursprüngliche nachricht",
    "originalnachricht",
    "mensaje original",
    "mensagem original",
    "messaggio originale",
    "oryginalna wiadomość",
    "oorspronkelijk bericht",
];
/// What stands in the line for the next message.
const BOX: [&str; 31] = [
    "imessage",
    "text message",
    "message",
    "type a message",
    "send a message",
    "nachricht eingeben",
    "escribe un mensaje",
    "votre message",
    "écrire un message",
    "nachricht",
    "nachricht schreiben",
    "nachricht senden",
    "mensaje",
    "enviar mensaje",
    "mensagem",
    "enviar mensagem",
    "messaggio",
    "scrivi un messaggio",
    "wiadomość",
    "napisz wiadomość",
    "mesaj",
    "mesaj yaz",
    "bericht",
    "envoyer un message",
    "enviar un mensaje",
    "envía un mensaje",
    "enviar uma mensagem",
    "invia un messaggio",
    "wyślij wiadomość",
    "mesaj gönder",
    "stuur een bericht",
];
/// What stands under one's last message: that it was seen, or arrived.
const SEEN: &str = "vu lu visto leído gesehen gelesen visualizzato visualizado wyświetlone wyświetlono przeczytane görüldü \
    gezien gelezen läst levererat nähty zobrazeno přečteno doručeno megtekintve elolvasva văzut citit okundu dilihat 既読 읽음 已读 \
    已讀 прочитано переглянуто distribué zugestellt entregado entregue consegnato dostarczono dostarczone iletildi bezorgd envoyé \
    gesendet enviado inviato wysłano gönderildi verzonden sent seen delivered read просмотрено прочитано доставлено";
/// What stands between that and who saw it or when.
const SEEN_BY: [&str; 12] =
    ["à", "par", "por", "às", "a las", "um", "von", "da", "alle", "przez", "o", "door"];
/// What ends a line on something done with a message.
const DONE: [&str; 33] = [
    " liked a message",
    " liked your message",
    " loved a message",
    " unsent a message",
    " is typing…",
    " is typing...",
    " l’envoi d’un message",
    " a retiré un message",
    " a supprimé un message",
    " a aimé un message",
    " hat eine nachricht zurückgenommen",
    " hast eine nachricht zurückgenommen",
    " hat eine nachricht zurückgerufen",
    " hast eine nachricht zurückgerufen",
    " nachricht mit „gefällt mir“ markiert",
    " el envío de un mensaje",
    "eliminó un mensaje",
    " le gustó un mensaje",
    " o envio de uma mensagem",
    " o envio da mensagem",
    " removeu uma mensagem",
    " curtiu uma mensagem",
    " l’invio di un messaggio",
    " ha rimosso un messaggio",
    " wysłanie wiadomości",
    " usunął wiadomość",
    " usunęła wiadomość",
    " usunął(ęła) wiadomość",
    " polubił(a) wiadomość",
    " mesajı geri aldı",
    " mesajı geri aldın",
    " bericht ingetrokken",
    " saved a message",
];
/// What stands above the length of a message by voice.
const VOICE: [&str; 11] = [
    "voice message",
    "audio",
    "sprachnachricht",
    "message vocal",
    "mensaje de voz",
    "nota de voz",
    "mensagem de voz",
    "messaggio vocale",
    "wiadomość głosowa",
    "sesli mesaj",
    "spraakbericht",
];
/// What is said of calls, and of calling back.
const CALLS: &str = "missed audio call|missed video call|missed voice call|missed call|audio call|video call|call back|audio call ended|\
    video chat ended|video call ended|appel audio manqué|appel vidéo manqué|appel manqué|rappeler|verpasster audioanruf|\
    verpasster videoanruf|verpasster anruf|audioanruf|videoanruf|zurückrufen|llamada perdida|audiollamada perdida|\
    videollamada perdida|devolver llamada|volver a llamar|chamada de voz perdida|chamada de vídeo perdida|chamada perdida|\
    ligar de volta|retornar ligação|chiamata persa|chiamata audio persa|videochiamata persa|richiama|\
    nieodebrane połączenie|nieodebrane połączenie audio|nieodebrane połączenie wideo|oddzwoń|cevapsız arama|cevapsız sesli arama|\
    cevapsız görüntülü arama|geri ara|gemiste oproep|gemiste audio-oproep|gemiste spraakoproep|gemiste video-oproep|terugbellen";
/// How iPhones write in words what is set under a message, before and behind its words.
const TAPS: [&str; 15] = [
    "liked ",
    "loved ",
    "disliked ",
    "laughed at ",
    "emphasized ",
    "emphasised ",
    "questioned ",
    "gefällt ",
    "mag ",
    "liebt ",
    "a aimé ",
    "a adoré ",
    "le gustó ",
    "le encantó ",
    "adorou ",
];

/// Whether `line` says by which way the messages below it came, as phones do.
pub fn is_way(line: &str) -> bool {
    const WAYS: &str = "imessage|text message|text message • sms|text message • rcs|sms|rcs|rcs message|textnachricht|\
        textnachricht • sms|message texte|message sms|sms/mms|mensaje de texto|mensaje de texto • sms|mensaje rcs|\
        mensagem de texto|mensagem de texto • sms|messaggio di testo|messaggio sms|wiadomość tekstowa|metin mesajı|\
        sms-bericht|sms-meddelande|текстовое сообщение|sms-сообщение|текстове повідомлення";
    let line = small(line);
    WAYS.split('|').any(|way| way == line.trim())
}

/// Whether `line`, in small letters, is of the screen wherever it stands.
pub fn is_sign(line: &str) -> bool {
    let marked = line.ends_with(['.', '…']);
    let inner = line.trim_end_matches(['.', '…', ' ']);
    is_original(line)
        || (marked && (BOX.contains(&inner) || foot::is_phrase(inner)))
        || presence::is_sure(line)
}

/// Whether `line` is what Messenger's page calls a message that one may go into.
pub fn is_enter(line: &str) -> bool {
    const ENTER: [&str; 15] = [
        "Enter",
        "Eingeben",
        "Eingabe",
        "Entrée",
        "Entrer",
        "Intro",
        "Introducir",
        "Inserir",
        "Invio",
        "Wprowadź",
        "Giriş",
        "Invoeren",
        "Ввод",
        "Ввести",
        "Введення",
    ];
    ENTER.contains(&line.trim())
}

/// Whether `line` says that what stands under it is quoted.
pub fn is_original(line: &str) -> bool {
    let line = small(line);
    line.strip_suffix(':').is_some_and(|l| ORIGINAL.contains(&l.trim_end()))
}

/// Whether `line` says that one's last message was seen or arrived. Most of these are words that people write as well.
pub fn is_receipt(line: &str) -> bool {
    let line = small(line);
    let whole = |rest: &&str| rest.is_empty() || rest.starts_with(' ');
    let Some(rest) = SEEN.split_whitespace().find_map(|word| line.strip_prefix(word).filter(whole)) else {
        return line.ends_with(" tarafından görüldü");
    };
    let few = rest.split_whitespace().count() <= 6;
    let by = rest.strip_prefix(' ').is_some_and(|rest| {
        SEEN_BY.iter().any(|word| rest.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', ':'])))
            || rest.contains(|c: char| c.is_ascii_digit())
    });
    rest.is_empty() || (few && by)
}

/// Whether `line` says that somebody took a message back, set a sign under one, kept one or is typing.
pub fn is_deed(line: &str) -> bool {
    const MOST: usize = 9;
    let line = line.trim();
    if line.split_whitespace().count() > MOST || line.ends_with(['?', '!']) {
        return false;
    }
    let text = small(line);
    let done =
        DONE.iter().any(|end| text.strip_suffix(end).is_some_and(|who| who.split_whitespace().count() <= 4));
    let typing = matches!(&*text, "typing…" | "typing...");
    done || typing || presence::is_typing(&text) || is_tap(&text) || is_reaction(&text) || is_reacting(&text)
}

/// `Ida reacted 😮 to your message`.
fn is_reaction(text: &str) -> bool {
    const TO: [&str; 4] = [" to your message", " to a message", " to their message", " to your story"];
    text.split_once(" reacted ").is_some_and(|(who, how)| {
        let sign = TO.iter().find_map(|end| how.strip_suffix(end));
        who.split_whitespace().count() <= 3 && sign.is_some_and(|sign| !sign.contains(' '))
    })
}

/// `Liked “in my bag”`: a sign under a message that an iPhone wrote in words.
fn is_tap(text: &str) -> bool {
    const QUOTES: [(char, char); 4] = [('“', '”'), ('„', '“'), ('«', '»'), ('"', '"')];
    let quoted =
        |rest: &str| QUOTES.iter().any(|(open, close)| rest.starts_with(*open) && rest.ends_with(*close));
    let picture = |rest: &str| matches!(rest, "an image" | "a photo" | "a movie" | "an attachment");
    TAPS.iter().any(|tap| text.strip_prefix(tap).is_some_and(|rest| quoted(rest) || picture(rest)))
}

/// `Ida hat mit 👍 auf deine Nachricht reagiert`.
fn is_reacting(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "reagiert",
        "réagi",
        "reaccionó",
        "reaccionaste",
        "reagiu",
        "reagito",
        "zareagował",
        "gereageerd",
        "ifadesini bıraktı",
    ];
    let signed = || text.split_whitespace().any(is_sign_alone);
    WORDS.iter().any(|word| text.contains(word)) && signed()
}

/// Whether `line` says that a call was missed or has ended, or how to call back.
pub fn is_call(line: &str) -> bool {
    let line = small(line);
    CALLS.split('|').any(|call| call == line)
}

/// `👍`, `❤️😂`: a few signs and nothing else.
pub fn is_sign_alone(text: &str) -> bool {
    const MOST: usize = 12;
    let part = |c: char| matches!(c, '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}') || is_picture(c);
    text.chars().any(is_picture) && text.chars().count() <= MOST && text.chars().all(part)
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' | '\u{2b50}' | '\u{2b55}')
}

/// `text` without what an app says behind it of how it went: `Almost, bus was late. Sent`.
pub fn without_receipt(text: &str) -> &str {
    let text = text.trim_end();
    [" Sent", " Delivered", " Read", " Seen"].iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text)
}

/// Whether `line`, between what stands `above` and the time `below` it, is how long a message by voice is.
pub fn is_length(line: &str, above: Option<&str>, below: Option<&str>) -> bool {
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let length =
        line.trim().split_once(':').is_some_and(|(m, s)| digits(m, 2) && s.len() == 2 && digits(s, 2));
    let timed = below.is_some_and(moments::is_alone);
    length && timed && above.is_some_and(|above| VOICE.contains(&above.trim().to_lowercase().as_str()))
}

/// `Message... ◎`, `© Nachricht O &`: the field for one's own words with its buttons, as text is read from a picture.
pub fn is_box(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let signs = |c: char| !c.is_alphanumeric() && c != ' ';
    let all: Vec<&str> = lower.split([' ', '.', '…']).filter(|w| !w.is_empty()).collect();
    let words: Vec<&str> =
        all.iter().copied().filter(|w| w.chars().count() > 1 && !w.chars().all(signs)).collect();
    // A button may be read as a digit: `Message 0`.
    let button = all.len() > 1 && all.last().is_some_and(|w| matches!(*w, "0" | "o" | "q" | "©" | "®"));
    let shown = button
        || lower.contains(|c: char| signs(c) && !matches!(c, '?' | '!' | ',' | '.' | '\'' | '’' | ':' | '"'));
    (shown || words.len() > 1) && BOX.contains(&words.join(" ").as_str())
}

/// `Read by 3`, `Gelesen von 2`: how many have seen a message.
pub fn is_seen_by(line: &str) -> bool {
    const BEFORE: [&str; 7] =
        ["read by ", "seen by ", "viewed by ", "gelesen von ", "gesehen von ", "vu par ", "visto por "];
    let lower = line.trim().to_lowercase();
    let count = BEFORE.iter().find_map(|start| lower.strip_prefix(start));
    count.is_some_and(|n| (1..4).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

/// `line` as the words above are written.
pub fn small(line: &str) -> String {
    cursor::plain(line).to_lowercase().replace('\'', "’")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_screens_say_abroad() {
        assert!(
            is_original("Message d'origine :")
                && is_original("Mensagem original:")
                && !is_original("message d’origine")
        );
        assert!(
            is_sign("nachricht …") && is_sign("mensagem...") && !is_sign("nachricht") && !is_sign("mesaj")
        );
    }

    #[test]
    fn what_is_said_of_messages() {
        for line in ["Vu", "Visto", "Gesehen um 18:41", "Vu par Ida", "Wyświetlone", "Seen 2h ago"] {
            assert!(is_receipt(line), "{line}");
        }
        for line in ["vu que tu viens", "visto che vieni", "gesehen habe ich nichts", "ok"] {
            assert!(!is_receipt(line), "{line}");
        }
        for line in [
            "Ida cancelou o envio de uma mensagem",
            "Vous avez annulé l’envoi d’un message",
            "Liked “its in my bag”",
            "Loved an image",
            "Ida hat mit 👍 auf deine Nachricht reagiert",
            "Tom saved a message",
            "Tom reacted 😮 to your message",
            "tom.h liked a message",
            "Typing…",
        ] {
            assert!(is_deed(line), "{line}");
        }
        for line in [
            "liked it",
            "liked “the film” a lot",
            "I saved a message for you",
            "did he reagiert?",
            "he reacted badly to your last message",
            "typing",
        ] {
            assert!(!is_deed(line), "{line}");
        }
        assert!(is_call("Missed audio call") && is_call("Rappeler") && !is_call("call me back"));
        assert!(is_sign_alone("👍") && is_sign_alone("❤️") && !is_sign_alone("👍 ok") && !is_sign_alone("1"));
        assert_eq!((without_receipt("late. Sent"), without_receipt("was sent")), ("late.", "was sent"));
    }

    #[test]
    fn what_stands_beside_times_and_below() {
        assert!(!is_length("16:02", Some("Voice message"), Some("Read by 3")));
        assert!(
            is_length("0:14", Some("Voice message"), Some("16:02"))
                && !is_length("0:14", Some("at"), Some("16:02"))
        );
        for line in ["Message... © ◎", "© Nachricht O &", "Message… +", "iMessage 0", "Nachricht eingeben"]
        {
            assert!(is_box(line), "{line}");
        }
        for line in ["message", "Nachricht?", "a message & more", "Message"] {
            assert!(!is_box(line), "{line}");
        }
        assert!(is_seen_by("Read by 3") && !is_seen_by("read by 3 of us"));
    }
}
