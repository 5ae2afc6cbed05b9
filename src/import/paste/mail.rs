//! Mails one under another, each under its fields (`From:`, `Sent:`, `Subject:`) or quoted under `On 2 March Ana wrote:`.

mod closing;
mod reading;
pub mod thread;
mod wrote;

use jiff::tz::Offset;

use super::{moments, names};
use crate::import::chats::chat::When;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::{meridiem, months, zones};
use crate::transcript::Time;
pub use closing::is_closing;
pub use wrote::{address, wrote};

/// Fields that say who wrote a mail.
const FROM: &str = "from|von|de|da|van|od|от|від|från|fra|lähettäjä|kimden|gönderen|feladó|de la|από|差出人|发件人|寄件者|보낸 사람|من|מאת|dari|từ|จาก|प्रेषक";
/// Fields that say when it was sent.
const SENT: &str = "sent|date|gesendet|datum|envoyé|date d'envoi|enviado|enviado el|enviado em|enviada em|fecha|data|inviato|verzonden|wysłano|wysłane|отправлено|дата|надіслано|відправлено|skickat|sendt|dato|lähetetty|päivämäärä|gönderildi|gönderme tarihi|tarih|odesláno|elküldve|dátum|trimis|στάλθηκε|ημερομηνία|送信日時|日付|发送时间|寄件日期|日期|时间|보낸 날짜|날짜|تاريخ الإرسال|تم الإرسال|تاريخ|נשלח|תאריך|dikirim|tanggal|đã gửi|ngày|ส่ง|วันที่|भेजा गया|दिनांक";
/// Other fields.
const OTHERS: &str = "to|cc|bcc|subject|reply-to|importance|attachments|an|betreff|antwort an|anlagen|wichtigkeit|à|objet|para|asunto|assunto|a|oggetto|aan|onderwerp|do|temat|dw|кому|тема|копия|копія|till|ämne|kopia|til|emne|vastaanottaja|aihe|kopio|kime|konu|bilgi|komu|předmět|kopie|címzett|tárgy|către|subiect|προς|θέμα|宛先|件名|收件人|主题|抄送|收件者|主旨|副本|받는 사람|제목|참조|إلى|الموضوع|אל|נושא|עותק|kepada|subjek|ke|đến|tới|chủ đề|ถึง|เรื่อง|प्रति|विषय";
/// How many fields a mail may have.
const MOST: usize = 9;

/// The lines of a mail, without the signs of quotation before them.
pub fn unquoted(line: &str) -> &str {
    line.trim_start_matches(['>', ' '])
}

/// What stands before the colon of `line` in small letters, and what behind it.
pub fn label(line: &str) -> Option<(String, &str)> {
    const LONGEST: usize = 40;
    let line = unquoted(line).trim_start_matches(['\u{200e}', '\u{200f}']);
    let (label, value) = line.split_once([':', '：']).filter(|(label, _)| label.len() <= LONGEST)?;
    Some((
        label.trim_matches(['*', ' ', '\u{a0}', '\u{202f}']).to_lowercase(),
        value.trim_matches(['*', ' ']),
    ))
}

fn has(labels: &str, label: &str) -> bool {
    labels.split('|').any(|l| l == label)
}

/// Whether `label`, in small letters, says who wrote a mail.
pub fn names_writer(label: &str) -> bool {
    has(FROM, label)
}

/// Whether it says when one was sent.
pub fn names_moment(label: &str) -> bool {
    has(SENT, label)
}

/// Who a `From:` names, if the fields of a mail stand below it in `sight`.
pub fn from<'l>(line: &str, mut sight: impl Iterator<Item = &'l str>) -> Option<String> {
    let below = sight.next().is_some_and(is_field);
    writer(line).filter(|_| below)
}

/// Whether `line` is a field of a mail.
pub fn is_field(line: &str) -> bool {
    label(line).is_some_and(|(label, _)| has(SENT, &label) || has(OTHERS, &label))
}

/// Whether `line` is a field that names whom a mail is from.
pub fn is_from(line: &str) -> bool {
    label(line).is_some_and(|(label, value)| has(FROM, &label) && !value.is_empty())
}

/// Whom a field names as the writer of a mail.
pub fn writer(line: &str) -> Option<String> {
    is_from(line).then(|| label(line)).flatten().map(|(_, value)| person(value))
}

/// Whether `line` is any field of a mail.
pub fn is_any_field(line: &str) -> bool {
    is_from(line) || is_field(line)
}

/// When a mail was sent, as a field says.
pub fn sent(line: &str) -> Option<When> {
    let (_, value) = label(line).filter(|(label, _)| has(SENT, label))?;
    Some(moment(value)).filter(|when| *when != When::Unknown)
}

/// The zone that stands behind a time in a head: `+0100`, `GMT+2`, `(UTC)`.
pub fn zone(text: &str) -> Option<Offset> {
    let words = text.split_whitespace().map(|w| w.trim_matches(['(', ')', ',']));
    words.filter(|w| w.starts_with(['+', '-', 'G', 'U'])).find_map(|word| {
        let mut at = Cursor::new(word);
        zones::read(&mut at, true).filter(|_| at.rest().is_empty())
    })
}

/// A time with its day in whatever words a mail program writes it; what it says of the zone is left out.
pub fn moment(text: &str) -> When {
    let zone = |w: &&str| {
        let w = w.trim_matches(['(', ')', ',']);
        let offset = w.strip_prefix("GMT").or_else(|| w.strip_prefix("UTC")).unwrap_or(w);
        let signed =
            offset.strip_prefix(['+', '-']).is_some_and(|o| o.starts_with(|c: char| c.is_ascii_digit()));
        offset.is_empty() || signed
    };
    let mut words: Vec<&str> = text.split_whitespace().filter(|w| !zone(w)).collect();
    // Vietnamese numbers the days of the week: `Th 4, 21 thg 5`.
    if let Some(at) = words.iter().position(|w| matches!(*w, "Th" | "Thứ")).filter(|at| at + 2 < words.len())
    {
        words.drain(at..at + 2);
    }
    let text = words.join(" ").trim_matches([',', ' ']).to_owned();
    if let Some(when) = moments::whole(&text) {
        return when;
    }
    if let Some(time) = months::anywhere(&text) {
        return When::Known(Time::Local(time));
    }
    // A date in numbers, with words around it.
    let said = |w: &&&str| {
        w.contains(char::is_numeric) || meridiem::read(&mut Cursor::new(w)).is_some_and(|_| w.len() > 1)
    };
    let first = words.iter().position(|w| w.contains(char::is_numeric)).unwrap_or(words.len());
    let numbers: Vec<&str> = words[first..].iter().filter(said).copied().collect();
    moments::whole(numbers.join(" ").trim_matches([',', ' ', ')'])).unwrap_or(When::Unknown)
}

/// A person without the address behind the name.
pub fn person(text: &str) -> String {
    let name = without_address(text).unwrap_or(text);
    names::tidy(name.trim_matches(['<', '>']))
}

/// `Ana Lee <ana@example.org>`, `Ana Lee [mailto:ana@example.org]` without the address.
pub fn without_address(text: &str) -> Option<&str> {
    let text = text.trim();
    let (name, address) = match text.strip_suffix('>') {
        Some(text) => text.rsplit_once('<')?,
        None => text.strip_suffix(']')?.rsplit_once('[')?,
    };
    (address.contains('@') && !name.trim().is_empty()).then(|| name.trim())
}

/// How many of `lines` are the fields above a mail: from whom, and at least one more. Names of people to whom it went may
/// run on over a line.
pub fn head<S: AsRef<str>>(lines: &[S]) -> Option<usize> {
    let lines: Vec<&str> = lines.iter().take(MOST).map(AsRef::as_ref).collect();
    is_from(lines.first()?).then_some(())?;
    let goes_on =
        |at: usize| lines[at].contains([';', '@']) && lines.get(at + 1).is_some_and(|l| is_field(l));
    let count = 1 + (1..lines.len()).take_while(|at| is_field(lines[*at]) || goes_on(*at)).count();
    (count > 1).then_some(count)
}

/// The same of a head that no other text has: when the mail was sent stands soon below, and one more field.
fn is_sure_head(lines: &[&str]) -> bool {
    let sent = |line: &&str| label(line).is_some_and(|(label, _)| has(SENT, &label));
    head(lines).is_some_and(|count| count > 2 && lines[1..count].iter().take(3).any(sent))
}

/// Whether `lines` are mails: two at least, or one that the text begins with.
pub fn is_mail(lines: &[&str]) -> bool {
    let heads = |at: &usize| from(lines[*at], lines[at + 1..].iter().copied()).is_some();
    let fields: Vec<usize> =
        (0..lines.len()).filter(heads).filter(|at| is_field_of_two(lines, *at)).collect();
    let told = lines.iter().filter(|l| wrote(unquoted(l)).is_some()).count();
    let leads = fields.first().is_some_and(|at| *at < 2);
    leads && fields.len() + told > 1
}

/// Whether two fields at least stand under a `From:`.
fn is_field_of_two(lines: &[&str], at: usize) -> bool {
    lines[at + 1..].iter().take(MOST).take_while(|l| is_field(l)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wrote_a_mail() {
        let from = |line| from(line, ["Sent: Tuesday, March 12, 2024 4:02 PM"].into_iter());
        assert_eq!(from("From: Ana Lee <ana@example.org>").as_deref(), Some("Ana Lee"));
        assert_eq!(from("From: Ana Lee [mailto:ana@example.org]").as_deref(), Some("Ana Lee"));
        assert_eq!((from("> *Von:* Ana Lee").as_deref(), from("To: Ben")), (Some("Ana Lee"), None));
        assert!(!is_mail(&["From: home", "to the park", "we go"]));
    }

    #[test]
    fn when_a_mail_was_sent() {
        for field in [
            "Sent: Tuesday, March 12, 2024 4:02 PM",
            "Gesendet: Dienstag, 12. März 2024 16:02",
            "Envoyé : mardi 12 mars 2024 16:02",
            "Enviado el: martes, 12 de marzo de 2024 16:02",
            "Enviada em: terça-feira, 12 de março de 2024 16:02",
            "Inviato: martedì 12 marzo 2024 16:02",
            "Verzonden: dinsdag 12 maart 2024 16:02",
            "Wysłano: wtorek, 12 marca 2024 16:02",
            "Отправлено: вторник, 12 марта 2024 г. 16:02",
            "Skickat: den 12 mars 2024 16:02",
            "Gönderildi: 12 Mart 2024 Salı 16:02",
            "发送时间: 2024年3月12日 16:02",
            "보낸 날짜: 2024년 3월 12일 화요일 오후 4:02",
            "送信日時: 2024年3月12日 16:02",
            "Date: Tue, 12 Mar 2024 16:02:00 +0100",
        ] {
            assert_eq!(sent(field).map(time), Some("2024-03-12T16:02:00".to_owned()), "{field}");
        }
        assert_eq!((sent("Sent: Tuesday"), sent("Ana: 12 March 2024 16:02")), (None, None));
    }

    fn time(when: When) -> String {
        use crate::import::time::dates::DateOrder;
        match when {
            When::Known(Time::Local(time)) => time.to_string(),
            When::Written(stamp) => stamp.local(DateOrder::DayFirst).unwrap().to_string(),
            _ => "?".to_owned(),
        }
    }
}
