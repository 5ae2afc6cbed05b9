//! The line above what a mail quotes: `On Wed, May 21, 2025 at 6:03 PM Ida Berg <ida@example.org> wrote:`, in the languages
//! and orders in which mail programs write it. Wordings from memory.

use super::{moment, person};
use crate::import::chats::chat::When;
use crate::import::syntax::cursor::is_mark;

/// How long such a line is at most, in bytes.
const LONGEST: usize = 300;
/// What it ends in, in small letters, behind who wrote; the longest of those that end alike first.
const BEHIND: [&str; 40] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "escreveu",
    "ha scritto",
    "schreef",
    "napisał(a)",
    "napisała",
    "napisał",
    "skrev",
    "kirjoitti",
    "napsal(a)",
    "napsala",
    "napsal",
    "a scris",
    "ezt írta",
    "tarihinde şunu yazdı",
    "şunu yazdı",
    "yazdı",
    "написал(а)",
    "написала",
    "написал",
    "пишет",
    "пише",
    "написав",
    "έγραψε",
    "menulis",
    "đã viết",
    "เขียนว่า",
    "写道",
    "寫道",
    "님이 작성",
    "ने लिखा",
    "je napisao",
    "je napisala",
    "kirjutas",
    "rašė",
    "написа",
    "כתב",
];
/// The same before who wrote.
const BEFORE: [&str; 5] = [" schrieb ", " skrev ", " schreef ", "تمت كتابة ما يلي بواسطة", " מאת "];
/// Words and signs between a time and who wrote, in small letters.
const BETWEEN: [&str; 22] = [
    "am",
    "pm",
    "a.m.",
    "p.m.",
    "uhr",
    "г.",
    "р.",
    "в",
    "o",
    "о",
    "ο",
    "χρήστης",
    "μ.μ.",
    "π.μ.",
    "m.",
    "odesílatel",
    "користувач",
    "пользователь",
    "को",
    "बजे",
    "utc",
    "gmt",
];

/// The address that `line` names.
pub fn address(line: &str) -> Option<String> {
    let (_, address, _) = addressed(line)?;
    Some(address.strip_prefix("mailto:").unwrap_or(address).to_lowercase())
}

/// Who wrote what follows `line`, and when, as far as that is told.
pub fn wrote(line: &str) -> Option<(String, When)> {
    let line = line.trim_matches(|c: char| c.is_whitespace() || is_mark(c));
    let rest = line.strip_suffix([':', '：'])?.trim_end_matches(|c: char| c.is_whitespace() || is_mark(c));
    let dated = rest.chars().any(|c| c.is_numeric());
    (dated && line.len() <= LONGEST && !rest.starts_with(['<', '['])).then_some(())?;
    let (told, before, address) = parts(rest)?;
    let name = match &before {
        // `Ida Berg <ida@example.org> 于2025年5月21日周三 18:03写道`
        Some(before) if !before.contains(|c: char| c.is_numeric()) => before.trim().to_owned(),
        Some(before) => name_behind(before)?,
        None => name_behind(&told)?,
    };
    let name = name.trim_matches(|c: char| matches!(c, ' ' | ',' | '(' | '"' | '\'' | ':') || is_mark(c));
    let name = if name.is_empty() { address.as_deref()? } else { name };
    let name = person(name);
    let when = moment(&told.replace(&name, " "));
    let fits = name.chars().any(char::is_alphanumeric) && name.split_whitespace().count() < 8;
    fits.then_some((name, when))
}

/// `rest` without the address and the verb; what stands before who ends there, where an address or a verb says so; the address.
fn parts(rest: &str) -> Option<(String, Option<String>, Option<String>)> {
    let lower = rest.to_lowercase();
    // Some letters are longer in small.
    let same = lower.len() == rest.len();
    let behind = BEHIND.iter().find(|verb| lower.ends_with(*verb)).filter(|_| same);
    let bare = behind.map_or(rest, |verb| rest[..rest.len() - verb.len()].trim_end());
    let before = BEFORE.iter().find_map(|verb| bare.split_once(verb));
    if let Some((when, who)) = before {
        let (name, address, _) = addressed(who).unwrap_or((who, "", ""));
        let address = Some(address.to_owned()).filter(|a| !a.is_empty());
        return Some((when.to_owned(), Some(name.to_owned()).filter(|n| !n.is_empty()), address));
    }
    let Some((name, address, after)) = addressed(bare) else {
        return behind.map(|_| (bare.to_owned(), None, None));
    };
    Some((format!("{name} {after}"), Some(name.to_owned()), Some(address.to_owned())))
}

/// What stands before the address in `text`, the address, and what stands behind it: `Ida <ida@example.org> …`, `Ida
/// (ida@example.org)`, `… ida@example.org`.
fn addressed(text: &str) -> Option<(&str, &str, &str)> {
    let at = text.find('@')?;
    let sign = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']') || is_mark(c);
    let from =
        text[..at].rfind(sign).map_or(0, |from| from + text[from..].chars().next().map_or(1, char::len_utf8));
    let to = text[at..].find(sign).map_or(text.len(), |to| at + to);
    let (address, after) = (&text[from..to], text[to..].trim_start_matches(sign));
    let host = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    host.then(|| (text[..from].trim_end_matches(sign), address, after))
}

/// The words behind the last that belongs to a time.
fn name_behind(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let last = words.iter().rposition(|w| w.contains(|c: char| c.is_numeric()))?;
    let between = |w: &&&str| BETWEEN.contains(&w.trim_matches([',', '(', ')']).to_lowercase().as_str());
    let rest = &words[last + 1..];
    Some(rest[rest.iter().take_while(between).count()..].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::time::dates::DateOrder;
    use crate::transcript::Time;

    #[test]
    fn who_wrote_and_when_in_many_languages() {
        for line in [
            "On Wed, May 21, 2025 at 6:03\u{202f}PM Ida Berg <ida@example.org> wrote:",
            "On 21 May 2025, at 18:03, Ida Berg <ida@example.org> wrote:",
            "On 21/05/2025 18:03, Ida Berg wrote:",
            "On Wednesday, May 21st, 2025 at 6:03 PM, Ida Berg <ida@example.org> wrote:",
            "On Wednesday, May 21, 2025 at 06:03:00 PM GMT+2, Ida Berg <ida@example.org> wrote:",
            "On 2025-05-21 18:03, Ida Berg wrote:",
            "Am Mi., 21. Mai 2025 um 18:03 Uhr schrieb Ida Berg <ida@example.org>:",
            "Am 21.05.2025 um 18:03 schrieb Ida Berg:",
            "Le mer. 21 mai 2025 à 18:03, Ida Berg <ida@example.org> a écrit :",
            "El mié, 21 may 2025 a las 18:03, Ida Berg (<ida@example.org>) escribió:",
            "Em qua., 21 de mai. de 2025 às 18:03, Ida Berg <ida@example.org> escreveu:",
            "Il giorno mer 21 mag 2025 alle ore 18:03 Ida Berg <ida@example.org> ha scritto:",
            "Op wo 21 mei 2025 om 18:03 schreef Ida Berg <ida@example.org>:",
            "śr., 21 maj 2025 o 18:03 Ida Berg <ida@example.org> napisał(a):",
            "ср, 21 мая 2025 г. в 18:03, Ida Berg <ida@example.org>:",
            "ср, 21 трав. 2025 р. о 18:03 Ida Berg <ida@example.org> пише:",
            "Den ons 21 maj 2025 kl 18:03 skrev Ida Berg <ida@example.org>:",
            "ons. 21. maj 2025 kl. 18.03 skrev Ida Berg <ida@example.org>:",
            "ke 21. toukok. 2025 klo 18.03 Ida Berg (ida@example.org) kirjoitti:",
            "st 21. 5. 2025 v 18:03 odesílatel Ida Berg <ida@example.org> napsal:",
            "în mie., 21 mai 2025 la 18:03, Ida Berg <ida@example.org> a scris:",
            "Ida Berg <ida@example.org> ezt írta (időpont: 2025. máj. 21., Cs, 18:03):",
            "Ida Berg <ida@example.org>, 21 May 2025 Çar, 18:03 tarihinde şunu yazdı:",
            "Στις Τετ 21 Μαΐ 2025 στις 6:03 μ.μ., ο χρήστης Ida Berg <ida@example.org> έγραψε:",
            "Pada Rab, 21 Mei 2025 pukul 18.03 Ida Berg <ida@example.org> menulis:",
            "Vào Th 4, 21 thg 5, 2025 vào lúc 18:03 Ida Berg <ida@example.org> đã viết:",
            "2025年5月21日(水) 18:03 Ida Berg <ida@example.org>:",
            "Ida Berg <ida@example.org> 于2025年5月21日周三 18:03写道：",
            "2025년 5월 21일 (수) 오후 6:03, Ida Berg <ida@example.org>님이 작성:",
            "في الأربعاء، 21 مايو 2025 في 6:03 م تمت كتابة ما يلي بواسطة \u{202a}Ida Berg\u{202c}\u{200f} <\u{202a}ida@example.org\u{202c}\u{200f}>:",
            "\u{202b}בתאריך יום ד׳, 21 במאי 2025 ב-18:03 מאת \u{202a}Ida Berg\u{202c}\u{200f} <\u{202a}ida@example.org\u{202c}\u{200f}>:\u{202c}",
        ] {
            let Some((name, when)) = wrote(line) else { panic!("{line}") };
            let time = match when {
                When::Known(time) => Some(time),
                When::Written(stamp) => stamp.local(DateOrder::DayFirst).map(Time::Local),
                When::Unknown => None,
            };
            assert_eq!((name.as_str(), time), ("Ida Berg", Time::parse("2025-05-21T18:03:00")), "{line}");
        }
    }

    #[test]
    fn lines_that_only_end_so() {
        for line in [
            "she wrote:",
            "what I wrote:",
            "[21/05/2025, 18:03] Ida:",
            "at 18:03 in the hall:",
            "Ida: on 21 May 2025 at 18:03 Bo wrote",
            "<ida@example.org> wrote 2 things:",
        ] {
            assert_eq!(wrote(line), None, "{line}");
        }
    }
}
