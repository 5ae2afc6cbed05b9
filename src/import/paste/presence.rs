//! When somebody was last there, and who is typing: what messengers say of people beside their talk. Wordings from memory.

use super::signs::small;
use super::{calendar, cursor, moments};

/// What begins a line that says when somebody was there, what stands before how long ago that was, and what says `now`.
const THERE: [(&str, &str, &str); 21] = [
    ("aktywna", " ", " teraz"),
    ("aktywny", " ", " teraz"),
    ("attivo", " ", " ora"),
    ("attiva", " ", " ora"),
    ("en ligne", " il y a ", " maintenant"),
    ("actif", " il y a ", " maintenant"),
    ("active", " il y a ", " maintenant"),
    ("actif(ve)", " il y a ", " maintenant"),
    ("aktiv", " vor ", " jetzt"),
    ("activo", " hace ", " ahora"),
    ("activo(a)", " hace ", " ahora"),
    ("ativo", " há ", " agora"),
    ("ativo(a)", " há ", " agora"),
    ("actief", " ", " nu"),
    ("aktywny(a)", " ", " teraz"),
    ("attivo/a", " ", " ora"),
    ("aktywny(-a)", " ", " teraz"),
    ("aktiv", " för ", " nu"),
    ("aktiv", " for ", " nå"),
    ("aktivní", " před ", " nyní"),
    ("activ(ă)", " acum ", " acum"),
];
/// What ends one.
const THERE_ENDS: [&str; 9] = [
    " önce aktifti",
    " önce etkindi",
    "şimdi aktif",
    "attivo ora",
    "aktywna teraz",
    "aktywny teraz",
    " geleden actief",
    "nu actief",
    " dakika önce görüldü",
];
/// What begins a line in which VK and Telegram say the same in Russian and Ukrainian, and what then stands in it.
const WAS_THERE: &str = "был|была|был(а)|был(-а)|заходил|заходила|заходил(а)|був|була|був(ла)|був(-ла)";
const WAS_WHEN: [&str; 8] =
    ["в сети", "у мережі", " назад", " тому", "недавно", "нещодавно", "только что", "щойно"];
/// What stands behind the name of somebody who is typing, and before the dots.
const TYPING: &str = "is typing|schreibt|écrit|est en train d’écrire|está escribiendo|está a escrever|está digitando|\
    sta scrivendo|pisze|jest w trakcie pisania|yazıyor|is aan het typen|печатает|набирает сообщение|друкує|skriver|kirjoittaa|píše";
/// Who is no name before these.
const SOMEBODY: &str = "er sie es wer man elle il on qui él ella quien ele ela lui lei chi ona on kto hij zij wie он она кто han hun";
/// What says at the head of a window that somebody is there; on its first line it may be an answer.
const NOW: &str = "online|offline|active now|active today|typing…|typing...|click here for contact info|tap here for contact info|\
    status is online|status is offline|status is away|status is reachable|available|mobile|on web|en línea|en ligne|in linea|\
    çevrimiçi|dostępny|dostępna|в сети|онлайн|у мережі|schreibt…|écrit…|escribiendo…|sta scrivendo…|digitando…|pisze…|yazıyor…|\
    печатает…|is aan het typen…|aan het typen…|skriver…|på nätet|tilgjengelig|paikalla|オンライン|在线|線上|온라인|متصل الآن|متصل|מחובר|\
    מחוברת|đang hoạt động|sedang online";
/// What says there when that was.
const LAST: &str = "last seen |zuletzt online |zul. online |zuletzt gesehen |last online |matched |you matched with |active |\
    mobile • |web • |últ. vez |últ. vez: |activo |vu à |vu aujourd|vu hier|vu(e) |en ligne |visto por último |visto |ultimo accesso |\
    son görülme |ostatnio widzian|laatst gezien |senast sedd |sidst set |sist sett |viimeksi nähty |naposledy online |\
    naposledy zobrazen|legutóbb aktív |văzut ultima dată |τελευταία σύνδεση |был(а) |был |была |був(ла) |був |була |最終ログイン|最后上线|\
    最後上線|마지막 접속|آخر ظهور |נראה לאחרונה |נראתה לאחרונה |terakhir dilihat |truy cập ";

/// Whether `line` says when somebody was last there.
pub fn is_sure(line: &str) -> bool {
    const LONGEST: usize = 60;
    if line.len() > 2 * LONGEST || line.chars().count() > LONGEST {
        return false;
    }
    let line = small(line);
    let begins = |(start, ago, now): &(&str, &str, &str)| {
        let rest = line.strip_prefix(start);
        rest.is_some_and(|rest| rest == *now || rest.strip_prefix(ago).is_some_and(is_amount))
    };
    THERE.iter().any(begins) || THERE_ENDS.iter().any(|end| line.ends_with(end)) || was_there(&line)
}

/// `был в сети 5 минут назад`, `была недавно`, `був(ла) сьогодні о 21:03`.
fn was_there(line: &str) -> bool {
    const MOST: usize = 7;
    let Some((first, rest)) = line.split_once(' ').filter(|_| line.starts_with(['б', 'з'])) else {
        return false;
    };
    let clock = rest.split(' ').next_back().is_some_and(moments::is_alone)
        && (rest.starts_with("в ") || rest.starts_with("о "));
    let day = ["сегодня ", "вчера ", "сьогодні ", "вчора "].iter().any(|day| rest.starts_with(day));
    WAS_THERE.split('|').any(|was| was == first)
        && line.split(' ').count() <= MOST
        && (clock || (day && rest.contains(':')) || WAS_WHEN.iter().any(|when| rest.contains(when)))
}

/// `5 min`, `2 h`, `5 min temu`, `einer Stunde`: how long ago.
fn is_amount(rest: &str) -> bool {
    (1..=4).contains(&rest.split_whitespace().count()) && rest.starts_with(|c: char| c.is_ascii_digit())
}

/// `online`, `last seen today at 18:20`, `Active now`: whether somebody is there, as the head of a window says. On the `first`
/// line it may be an answer.
pub fn is_shown(line: &str, first: bool) -> bool {
    let line = cursor::plain(line).to_lowercase();
    let line = line.trim();
    let dotted = line.replace("...", "…");
    let before = LAST.split('|').find_map(|start| line.strip_prefix(start)).is_some_and(is_time);
    before || (!first && NOW.split('|').any(|now| now == line || now == dotted))
}

/// Whether `rest` says when: a day, a time, how long ago, lately.
fn is_time(rest: &str) -> bool {
    const LATELY: [&str; 9] = [
        "recently",
        "kürzlich",
        "récemment",
        "recientemente",
        "recentemente",
        "di recente",
        "niedawno",
        "недавно",
        "нещодавно",
    ];
    const LONGEST: usize = 40;
    let first = rest.split([' ', ',']).next().unwrap_or_default();
    let day = calendar::is_near_day(first) || calendar::is_weekday(first) || ["at", "on"].contains(&first);
    rest.chars().count() < LONGEST
        && (day
            || LATELY.iter().any(|word| rest.contains(word))
            || rest.ends_with(" ago")
            || rest.contains(char::is_numeric))
}

/// `Ida schreibt…`, `Ида печатает...`: somebody by a name, and no other words.
pub fn is_typing(text: &str) -> bool {
    let Some(said) = text.strip_suffix('…').or_else(|| text.strip_suffix("...")) else { return false };
    let who = TYPING.split('|').find_map(|word| said.strip_suffix(word)?.strip_suffix(' '));
    who.is_some_and(|who| {
        (1..=3).contains(&who.split(' ').count())
            && !SOMEBODY.split(' ').any(|word| who.split(' ').any(|w| w == word))
    })
}

/// Whether `line` says how one stands to whom one talks with on Facebook and Instagram.
pub fn is_tie(line: &str) -> bool {
    const TIES: &str = "friends on facebook|connected on messenger|follow each other on instagram|auf facebook befreundet|\
        auf messenger verbunden|amis sur facebook|amigos en facebook|amigos no facebook|amici su facebook|znajomymi na facebooku|\
        vrienden op facebook|facebook’ta arkadaş|vänner på facebook|venner på facebook";
    const STARTS: [&str; 8] = ["you", "ihr ", "vous ", "son ", "sois ", "vocês ", "siete ", "jesteście "];
    let line = small(line);
    let known = TIES.split('|').any(|tie| line.ends_with(tie));
    known && (STARTS.iter().any(|start| line.starts_with(start)) || line.split(' ').count() <= 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_there() {
        for line in [
            "En ligne il y a 2 h",
            "Aktywny(a) 5 min temu",
            "Aktiv vor 5 Min.",
            "Activo(a) hace 3 h",
            "Ativo(a) agora",
            "5 dk önce aktifti",
            "был в сети 5 минут назад",
            "была в сети вчера в 21:03",
            "был(а) недавно",
            "був(ла) сьогодні о 21:03",
        ] {
            assert!(is_sure(line), "{line}");
        }
        for line in [
            "Aktiv",
            "Active Directory",
            "en ligne de mire",
            "ativo",
            "activo y feliz",
            "active 3 times a week",
            "в сети 5 человек",
            "был там вчера",
            "была у неё",
            "заходил к нам",
        ] {
            assert!(!is_sure(line), "{line}");
        }
        for line in [
            "Last seen today at 18:20",
            "vu(e) récemment",
            "Senast sedd i dag 18:20",
            "آخر ظهور اليوم 6:20",
            "Mobile • 3h ago",
        ] {
            assert!(is_shown(line, true), "{line}");
        }
        assert!(
            is_shown("Status is reachable", false)
                && is_shown("печатает...", false)
                && !is_shown("online", true)
        );
        assert!(
            !is_shown("был там", false)
                && !is_shown("active people", false)
                && !is_shown("visto che vieni", false)
        );
    }

    #[test]
    fn who_is_typing() {
        for line in ["ida schreibt…", "ida k écrit...", "ида печатает…", "ida is aan het typen…"]
        {
            assert!(is_typing(line), "{line}");
        }
        for line in
            ["er schreibt…", "schreibt…", "she said he schreibt", "ida schreibt", "was er da alles schreibt…"]
        {
            assert!(!is_typing(line), "{line}");
        }
    }
}
