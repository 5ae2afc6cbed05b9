//! Headings of messages in Messenger and Instagram, which say who sent or answered, in the languages of the screens.

use super::names;

/// Who whoever copied a text is.
pub const YOU: &str = "You";

/// What stands above one's own messages.
const OWN: [&str; 46] = [
    "you sent",
    "du hast gesendet",
    "du sendetest",
    "vous avez envoyé",
    "tu as envoyé",
    "has enviado",
    "tú enviaste",
    "você enviou",
    "tu enviaste",
    "hai inviato",
    "wysłane przez ciebie",
    "wysłano przez ciebie",
    "sen gönderdin",
    "siz gönderdiniz",
    "je hebt verzonden",
    "jij hebt verzonden",
    "du skickade",
    "du sendte",
    "вы отправили",
    "ви надіслали",
    "wysłałeś(aś)",
    "wysłałeś(-aś)",
    "wysłałaś(eś)",
    "wysłano przez ciebie.",
    "wysłane przez siebie",
    "von dir gesendet",
    "du hast gesendet:",
    "envoyé par vous",
    "enviado por ti",
    "enviado por você",
    "enviada por ti",
    "inviato da te",
    "door jou verzonden",
    "jij verzond",
    "gönderen: sen",
    "вы отправили(-а)",
    "отправлено вами",
    "надіслано вами",
    "odesláno vámi",
    "odeslali jste",
    "ai trimis",
    "a fost trimis de tine",
    "anda mengirim",
    "bạn đã gửi",
    "لقد أرسلت",
    "εσείς στείλατε",
];
/// The same in one word, which people write, too.
const OWN_WORDS: [&str; 9] =
    ["enviaste", "wysłałeś", "wysłałaś", "gönderdin", "lähetit", "elküldted", "στείλατε", "送信済み", "שלחת"];
/// What stands behind the name of somebody else.
const SENT: [&str; 13] = [
    " sent",
    " hat gesendet",
    " a envoyé",
    " envió",
    " ha enviado",
    " enviou",
    " ha inviato",
    " wysłał(a)",
    " wysłał",
    " wysłała",
    " gönderdi",
    " heeft verzonden",
    " отправил(а)",
];
/// What begins a heading above one's own answer.
const OWN_ANSWERS: [&str; 24] = [
    "you replied to ",
    "du hast auf ",
    "du hast dir selbst geantwortet",
    "vous avez répondu à ",
    "tu as répondu à ",
    "vous vous êtes répondu",
    "respondiste a ",
    "has respondido a ",
    "te respondiste",
    "você respondeu a ",
    "você respondeu para ",
    "você respondeu à ",
    "você respondeu ao ",
    "respondeste a ",
    "hai risposto a ",
    "odpowiedziałeś(aś) ",
    "odpowiedziałeś ",
    "odpowiedziałaś ",
    "odpowiedziałeś(-aś) ",
    "je hebt gereageerd op ",
    "je hebt op ",
    "je hebt geantwoord op ",
    "je reageerde op ",
    "вы ответили ",
];
/// What follows the name of somebody else above an answer.
const ANSWERED: [&str; 27] = [
    " replied to ",
    " hat dir geantwortet",
    " hat auf deine nachricht geantwortet",
    " hat auf dich geantwortet",
    " hat sich selbst geantwortet",
    " a répondu à ",
    " vous a répondu",
    " t’a répondu",
    " s’est répondu",
    " te respondió",
    " respondió a ",
    " te ha respondido",
    " ha respondido a ",
    " respondeu a ",
    " respondeu à ",
    " respondeu ao ",
    " respondeu para ",
    " ti ha risposto",
    " ha risposto a ",
    " odpowiedział(a)",
    " odpowiedział ",
    " odpowiedziała ",
    " sana yanıt verdi",
    " size yanıt verdi",
    " heeft je geantwoord",
    " heeft op je bericht gereageerd",
    " heeft gereageerd op ",
];
/// People who are no names.
const PRONOUNS: &str = "er sie es il elle on él ella ele ela lui lei ona hij zij ze o han hun он она";

/// Who a heading names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender<'l> {
    /// The person; [`YOU`] for whoever copied the text.
    pub name: &'l str,
    /// Whether an answer follows, under the words that it answers.
    pub answers: bool,
}

/// Who `You sent`, `Ida sent`, `Ida replied to you`, `Vous avez envoyé` is a heading for.
pub fn sender(line: &str) -> Option<Sender<'_>> {
    const LONGEST: usize = 80;
    let line = line.trim();
    if line.len() > LONGEST || line.ends_with(['.', '?', '!']) {
        return None;
    }
    let small = line.to_lowercase().replace('\'', "’");
    if OWN.contains(&&*small) || OWN_WORDS.contains(&&*small) {
        return Some(Sender { name: YOU, answers: false });
    }
    if is_own_answer(&small) {
        return Some(Sender { name: YOU, answers: true });
    }
    let initials = Initials::of(&small);
    let find = |words: &[&str]| {
        words.iter().filter(|word| initials.has(word)).find_map(|word| before(line, &small, word))
    };
    let sent = find(&SENT).filter(|(_, rest)| rest.is_empty());
    let answered = || find(&ANSWERED).filter(|(_, rest)| is_short(rest));
    let (name, answers) = sent.map(|(name, _)| (name, false)).or_else(|| Some((answered()?.0, true)))?;
    let english = small.ends_with(" sent") || small.contains(" replied to ");
    let named = english || !name.starts_with(char::is_lowercase) || names::is_handle(name);
    let pronoun = !english && PRONOUNS.split(' ').any(|word| name.to_lowercase() == word);
    let fits = (1..=3).contains(&name.split_whitespace().count()) && name.len() <= 40;
    (fits && named && !pronoun).then_some(Sender { name, answers })
}

/// The bytes that stand behind spaces in a line: most words that are looked for begin otherwise.
struct Initials([bool; 256]);

impl Initials {
    fn of(line: &str) -> Self {
        let mut seen = [false; 256];
        line.as_bytes()
            .windows(2)
            .filter(|pair| pair[0] == b' ')
            .for_each(|pair| seen[usize::from(pair[1])] = true);
        Self(seen)
    }

    /// Whether `word`, which begins with a space, may stand in the line.
    fn has(&self, word: &str) -> bool {
        word.as_bytes().get(1).is_some_and(|byte| self.0[usize::from(*byte)])
    }
}

/// Whether `line`, one's own heading, is a word that people write, too.
pub fn is_word(line: &str) -> bool {
    OWN_WORDS.contains(&&*line.trim().to_lowercase())
}

fn is_own_answer(small: &str) -> bool {
    let german = small.starts_with("du hast ") && small.ends_with(" geantwortet");
    let dutch = small.starts_with("je hebt ") && small.ends_with([' ', 'd']);
    let turkish = small.ends_with(" yanıt verdin");
    german
        || turkish
        || OWN_ANSWERS.iter().any(|start| match small.strip_prefix(start) {
            Some(rest) if start.starts_with("du hast auf") => rest.ends_with("geantwortet"),
            Some(rest) if *start == "je hebt op " => dutch && rest.ends_with("gereageerd"),
            Some(rest) => is_short(rest),
            None => false,
        })
}

fn is_short(rest: &str) -> bool {
    rest.split_whitespace().count() <= 4
}

/// What stands in `line` before and behind `word`; `small` is the line in small letters.
fn before<'l>(line: &'l str, small: &str, word: &str) -> Option<(&'l str, String)> {
    let at = small.find(word)?;
    let name = line.get(..at).filter(|name| {
        name.to_lowercase() == small[..at].replace('’', "'") || name.to_lowercase() == small[..at]
    })?;
    Some((name.trim(), small[at + word.len()..].trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<(&str, bool)> {
        sender(line).map(|s| (s.name, s.answers))
    }

    #[test]
    fn headings() {
        for line in [
            "You sent",
            "Vous avez envoyé",
            "Você enviou",
            "Wysłałeś(aś)",
            "Du hast gesendet",
            "Hai inviato",
            "enviaste",
        ] {
            assert_eq!(found(line), Some((YOU, false)), "{line}");
        }
        for line in [
            "You replied to Ida",
            "Vous avez répondu à Ida",
            "Du hast auf Ida geantwortet",
            "Respondiste a Ida",
            "Ida kişisine yanıt verdin",
        ] {
            assert_eq!(found(line), Some((YOU, true)), "{line}");
        }
        for line in ["Ida K sent", "Ida K a envoyé", "Ida K hat gesendet", "Ida K enviou"] {
            assert_eq!(found(line), Some(("Ida K", false)), "{line}");
        }
        for line in [
            "Ida K replied to you",
            "Ida K a répondu à votre message",
            "Ida K respondeu a você",
            "Ida K ti ha risposto",
            "Ida K odpowiedział(a) Tobie",
        ] {
            assert_eq!(found(line), Some(("Ida K", true)), "{line}");
        }
        for line in [
            "I told you what I had sent",
            "he replied to me.",
            "Ela enviou",
            "elle a envoyé",
            "on ha inviato",
            "je hebt gelijk",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
