//! The foot of a messenger's window: the field for one's own words, with what stands in it while it is empty. Elsewhere than at
//! the foot most of these are words as others. Wordings of apps other than WhatsApp partly from memory.

use std::io::BufRead;

use super::ahead::Ahead;
use super::reading::Reading;

/// What stands there, in small letters and without the dots behind it.
const FIELDS: &str = "message|text message|rcs message|sms message|imessage|signal message|aa|chat|send a chat|\
    send chat|type a message|type message|type a new message|type here|enter message|enter a message|write a message|\
    send a message|send message|new message|start a message|start a new message|add a message|\
    nachricht|signal-nachricht|textnachricht|rcs-nachricht|sms|sms-nachricht|nachricht eingeben|nachricht schreiben|\
    nachricht senden|schreib eine nachricht|schreibe eine nachricht|eine nachricht schreiben|chat senden|\
    votre message|écrire un message|écrivez un message|entrez un message|envoyer un message|message texte|\
    message signal|message rcs|envoyer un chat|\
    mensaje|mensaje de texto|mensaje rcs|mensaje de signal|escribe un mensaje|escribir mensaje|enviar mensaje|\
    enviar un mensaje|envía un mensaje|enviar un chat|\
    mensagem|mensagem de texto|mensagem rcs|mensagem signal|digite uma mensagem|escreva uma mensagem|\
    escreve uma mensagem|enviar mensagem|enviar uma mensagem|envie uma mensagem|\
    messaggio|messaggio di testo|messaggio sms|messaggio rcs|messaggio signal|scrivi un messaggio|\
    invia un messaggio|digita un messaggio|\
    wiadomość|wiadomość tekstowa|napisz wiadomość|wpisz wiadomość|wyślij wiadomość|wiadomość signal|\
    mesaj|kısa mesaj|mesaj yaz|mesaj yazın|bir mesaj yaz|bir mesaj yazın|mesaj gönder|signal mesajı|\
    bericht|sms-bericht|typ een bericht|stuur een bericht|schrijf een bericht|een bericht sturen|\
    сообщение|текстовое сообщение|введите сообщение|написать сообщение|напишите сообщение|\
    повідомлення|введіть повідомлення|написати повідомлення|\
    meddelande|skriv ett meddelande|besked|skriv en besked|melding|skriv en melding|viesti|kirjoita viesti|\
    zpráva|napište zprávu|správa|napíšte správu|üzenet|írj üzenetet|scrie un mesaj|mesaj text|μήνυμα|\
    γράψτε ένα μήνυμα|pesan|ketik pesan|kirim pesan|tin nhắn|nhập tin nhắn|ข้อความ|พิมพ์ข้อความ|\
    رسالة|اكتب رسالة|مراسلة|הודעה|संदेश|मैसेज|मैसेज लिखें|\
    メッセージ|メッセージを入力|메시지|메시지 입력|메시지를 입력하세요|消息|输入消息|訊息|輸入訊息";
/// What stands before the channel or the person in the field of Discord and Slack.
const TO: [&str; 10] = [
    "Message ",
    "Nachricht an ",
    "Envoyer un message à ",
    "Envoyer un message dans ",
    "Enviar mensaje a ",
    "Enviar mensagem para ",
    "Conversar em ",
    "Invia un messaggio a ",
    "Invia un messaggio in ",
    "Wyślij wiadomość do ",
];

/// What stands around it: dots, and buttons.
const SIGNS: [char; 8] = ['.', '…', ' ', '+', '＋', '☺', '😊', '🎤'];

/// Whether `line`, the last of a window, is such a field.
pub fn is_field(line: &str) -> bool {
    let lower = line.trim_matches(SIGNS).to_lowercase();
    FIELDS.split('|').any(|field| field == lower) || is_to(line)
}

/// Whether `line`, in small letters, is such a field and more than one word.
pub fn is_phrase(line: &str) -> bool {
    line.contains(' ') && FIELDS.split('|').any(|field| field == line)
}

/// `Message #general`, `Nachricht an @tom`: a field that says where its words go.
fn is_to(line: &str) -> bool {
    let line = line.trim_matches(SIGNS);
    TO.iter().any(|start| line.strip_prefix(start).is_some_and(|rest| rest.starts_with(['#', '@'])))
}

impl Reading<'_> {
    /// Whether `text` is the last line of a copied window, and the field below its messages.
    pub(super) fn is_at_foot(&self, text: &str, lines: &Ahead<impl BufRead>) -> bool {
        let below = self.said > 0 || !self.block.is_empty();
        let field = || (self.plan.window && is_field(text)) || (self.plan.has_titles() && is_to(text));
        let mut sight = lines.sight();
        let last = match (sight.next(), sight.next()) {
            (None, _) => field(),
            // The button beside the field.
            (Some(next), None) => matches!(text.trim(), "+" | "＋") && self.plan.window && is_field(next),
            _ => false,
        };
        below && last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_words() {
        for line in ["Message", "Messaggio", "Nachricht …", "+ Message", "Type a message", "Message #general"]
        {
            assert!(is_field(line), "{line}");
        }
        for line in ["Message me", "message?", "a message", "Message Tom later", "ok"] {
            assert!(!is_field(line), "{line}");
        }
    }
}
