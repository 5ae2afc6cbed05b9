//! Lines that a screen shows between messages: whether they arrived, when somebody was there, which day it is.

use super::{presence, sections, signs};
use crate::import::time::months::{MONTHS, WEEKDAYS};

/// Words of dates beside the days of the week and the months, in lower case.
const DATE_WORDS: [&str; 24] = [
    "today",
    "yesterday",
    "at",
    "am",
    "pm",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
];

/// Whether a line is part of the screen and not of the talk.
pub fn is_furniture(line: &str) -> bool {
    const LONGEST: usize = 300;
    if line.len() > LONGEST {
        return false;
    }
    let line = super::cursor::plain(line);
    // Discord's mark of what has not been read, which in small letters is a word; and by which way the next message goes.
    if matches!(&*line, "NEW" | "SMS" | "MMS" | "RCS") {
        return true;
    }
    let line = line.to_lowercase();
    let ago = |rest: &str| rest.ends_with(" ago") && rest.len() < 20;
    match line.as_str() {
        "delivered" | "not delivered" | "seen" | "edited" | "(edited)" | "active now" | "imessage"
        | "text message" | "type a message" | "type a message..." | "message..." | "message…"
        | "send a message..." | "send a message…" | "liked a message" | "—" | "–" => true,
        "seen just now" | "original message:" => true,
        _ if super::page::is_notice(&line) || is_count(&line) || is_box(&line) || signs::is_sign(&line) => {
            true
        }
        _ if line.strip_prefix("read ").is_some_and(is_day_or_time) => true,
        _ if line
            .strip_prefix("you matched with ")
            .is_some_and(|who| who.split(' ').count() <= 3 || who.contains(" on ")) =>
        {
            line.len() < 60
        }
        _ if line.strip_prefix("seen by ").is_some_and(is_who_saw) => true,
        _ => ["active ", "seen "].iter().any(|s| line.strip_prefix(s).is_some_and(ago)) || is_moment(&line),
    }
}

/// `2 replies`, `1 Like reaction.`, `Last reply today at 3:40 PM`, `View Ana’s profile`: what stands under messages.
fn is_count(line: &str) -> bool {
    // Slack sets a link right behind the count, or below it.
    let line = line.strip_suffix("view thread").unwrap_or(line);
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let counted = rest.len() < line.len() && matches!(rest, " replies" | " reply");
    let reaction = rest.len() < line.len() && (rest.ends_with(" reaction.") || rest.ends_with(" reactions."));
    let last =
        line.strip_prefix("last reply ").is_some_and(|when| is_day_or_time(when) || when.ends_with(" ago"));
    let profile = line.strip_prefix("view ").and_then(|who| who.strip_suffix(" profile"));
    let profile = profile.is_some_and(|who| who.ends_with("’s") || who.ends_with("'s"));
    let follows = line.split_once(" sent the following message");
    let follows = follows.is_some_and(|(who, when)| who.split(' ').count() <= 4 && when.contains(" at "));
    line.is_empty() || counted || (reaction && rest.len() < 30) || last || profile || follows
}

/// `Add class comment…`: the empty box under the comments of a school's page, in small letters.
fn is_box(line: &str) -> bool {
    const BOXES: [&str; 11] = [
        "add class comment",
        "add a class comment",
        "add private comment",
        "kommentar für den kurs hinzufügen",
        "kurskommentar hinzufügen",
        "ajouter un commentaire au cours",
        "añadir comentario de clase",
        "adicionar comentário para a turma",
        "aggiungi commento al corso",
        "dodaj komentarz do zajęć",
        "sınıf yorumu ekle",
    ];
    BOXES.contains(&line.trim_end_matches(['…', '.']))
}

/// `2h`, `45m`, `Just now`: how long ago a message came.
pub fn is_age(line: &str) -> bool {
    const AGO: [&str; 6] = ["vor ", "il y a ", "hace ", "há ", "fa ", ""];
    let line = line.trim();
    if matches!(line, "Just now" | "just now" | "Now" | "Jetzt" | "Gerade eben" | "À l’instant" | "Ahora")
    {
        return true;
    }
    let bare = AGO.iter().find_map(|ago| line.strip_prefix(ago)).unwrap_or(line);
    let number = bare.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, '.' | ' '));
    let unit = match &bare[number.len()..] {
        "s" | "m" | "min" | "h" | "d" | "w" | "y" => true,
        " Std." | " Min." | " Tag" | " Tagen" | " Tage" | " Sek." => true,
        " h" | " min" | " j" => line.len() > bare.len(),
        _ => false,
    };
    unit && (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a line is the dash that Discord sets between a name and a time.
pub fn is_dash(line: &str) -> bool {
    matches!(line.trim(), "—" | "–")
}

/// `mia.draws`, `Ana Lee at 6:41 PM`: who has seen a message, and perhaps when.
fn is_who_saw(rest: &str) -> bool {
    let timed = rest.split_once(" at ").filter(|(_, time)| is_day_or_time(time));
    timed.map_or(rest, |(who, _)| who).split(' ').count() <= 3
}

/// Whether a line says when somebody was last there.
pub fn is_presence(line: &str) -> bool {
    let active = || super::cursor::plain(line).to_lowercase().starts_with("active ");
    (is_furniture(line) && active()) || presence::is_sure(line)
}

/// Whether a line is of the head that messengers set above a talk: whose profile it is, and what only such a head says.
pub fn is_profile(line: &str) -> bool {
    let line = line.trim();
    let app = matches!(line, "Instagram" | "Messenger" | "Facebook");
    app || leads_to_profile(line) || line.ends_with("· Instagram") || presence::is_tie(line)
}

/// Whether a line leads to the profile of whom one talks with.
pub fn leads_to_profile(line: &str) -> bool {
    const VIEW: &str = "View profile|View Profile|Profil ansehen|Profil anzeigen|Voir le profil|Voir profil|Ver perfil|Ver o perfil|\
        Vedi profilo|Visualizza profilo|Zobacz profil|Wyświetl profil|Profili gör|Profili Gör|Profili görüntüle|Profiel bekijken|Profiel weergeven|\
        Visa profil|Se profil|Vis profil|Näytä profiili|Zobrazit profil|Profil megtekintése|Vezi profilul|Посмотреть профиль|\
        Смотреть профиль|Переглянути профіль|プロフィールを見る|프로필 보기|查看主页|查看個人檔案|عرض الملف الشخصي|הצגת הפרופיל|Lihat profil|\
        Xem trang cá nhân";
    VIEW.split('|').any(|view| view == line.trim())
}

/// `TODAY`, `MARCH 2`: nothing but a day, in capitals.
pub fn is_day(line: &str) -> bool {
    is_loud(line) && is_day_in_any_case(line)
}

/// `Today`, `Saturday, 2 March`: nothing but a day.
pub fn is_day_in_any_case(line: &str) -> bool {
    let line = super::cursor::plain(line).to_lowercase();
    let day = line.ends_with("day") || line.contains(|c: char| c.is_ascii_digit());
    day && line.contains(|c: char| c.is_alphabetic()) && !line.contains(':') && is_day_or_time(&line)
}

/// Whether there are letters, and all of them capitals.
pub fn is_loud(line: &str) -> bool {
    line.contains(|c: char| c.is_uppercase()) && !line.contains(|c: char| c.is_lowercase())
}

/// `Mar 2, 2024, 4:10 PM`, `Today 16:10`: nothing but a date and a time.
fn is_moment(line: &str) -> bool {
    let english = line.contains(':') && is_day_or_time(line) && line.contains(|c: char| c.is_alphabetic());
    english || sections::is_sure(line)
}

fn is_day_or_time(line: &str) -> bool {
    let words = line.split([' ', ',']).filter(|w| !w.is_empty());
    let number = |w: &str| w.starts_with(|c: char| c.is_ascii_digit()) && w.len() <= 10;
    let word = |w: &str| DATE_WORDS.contains(&w) || WEEKDAYS.contains(&w) || MONTHS.contains(&w);
    let mut count = 0;
    words.inspect(|_| count += 1).all(|w| {
        let digits = w.trim_end_matches(['a', 'p', 'm', '.']);
        word(w) || (number(w) && digits.chars().all(|c| c.is_ascii_digit() || ":./-".contains(c)))
    }) && (1..=7).contains(&count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_and_talk() {
        for line in [
            "Delivered",
            "Read 4:15 PM",
            "Today 4:10 PM",
            "Mar 2, 2024, 4:10 PM",
            "Active 2h ago",
            "Sat 16:10",
            "Not Delivered",
            "Seen by mia.draws",
            "Seen by Ida Lund at 6:41 PM",
            "12 mars 2024, 17:45",
            "Aktywny(a) 5 min temu",
            " — ",
            "iMessage",
            "You matched with Ida on 3/2/24",
            "Send a message...",
            "2 replies",
            "1 Like reaction.",
            "Last reply today at 3:40 PM",
            "Last reply today at 9:40 AMView thread",
            "Last reply 5 days agoView thread",
            "View thread",
            "View Ida’s profile",
            "Ida Lund sent the following message at 4:02 PM",
            "Messages and calls are end-to-end encrypted. Only people in this chat can read them.",
        ] {
            assert!(is_furniture(line), "{line}");
        }
        for line in [
            "new",
            "online",
            "Today",
            "read it",
            "10:30",
            "at 10:30 then",
            "seen him?",
            "Sent",
            "may I?",
            "ages ago",
            "2 replies came",
            "view from here",
        ] {
            assert!(!is_furniture(line), "{line}");
        }
    }

    #[test]
    fn days_and_profiles() {
        for day in ["TODAY", "YESTERDAY", "MARCH 2", "SATURDAY"] {
            assert!(is_day(day), "{day}");
        }
        for talk in ["Today", "MAY", "SUN", "7", "TODAY AT 16:10", "ok TODAY"] {
            assert!(!is_day(talk), "{talk}");
        }
        assert!(
            is_age("2h")
                && is_age("45m")
                && is_age("Just now")
                && is_age("vor 3 Std.")
                && is_age("il y a 5 min")
                && !is_age("5 min")
                && !is_age("12")
                && !is_age("2hours")
        );
        assert!(is_day_in_any_case("Today") && is_profile("Ida Lund · Instagram") && !is_profile("ida"));
    }
}
