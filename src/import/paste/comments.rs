//! Comments below a video, copied with the page: a name that begins with `@`, how long ago it was, the words, how many like
//! them, and what can be done with them. Wordings in other languages than English from memory.

/// Units of time in the languages of the screens, in small letters.
const UNITS: &str = "second seconds minute minutes hour hours day days week weeks month months year years \
    sekunde sekunden minuten stunde stunden tag tagen woche wochen monat monaten jahr jahren \
    seconde secondes heure heures jour jours semaine semaines mois an ans \
    segundo segundos minuto minutos hora horas día días semana semanas mes meses año años dia dias mês ano anos \
    secondo secondi minuti ora ore giorno giorni settimana settimane mese mesi anno anni \
    seconden minuut uur dag dagen week weken maand maanden jaar \
    sekundę sekundy sekund minutę minuty minut godzinę godziny godzin dzień dni tydzień tygodnie tygodni miesiąc \
    miesiące miesięcy rok lata lat saniye dakika saat gün hafta ay yıl \
    секунду секунды секунд минуту минуты минут час часа часов день дня дней неделю недели недель месяц месяца месяцев \
    год года лет хвилину хвилини хвилин годину години годин дні днів тиждень тижні тижнів місяць місяці місяців рік роки \
    років detik menit jam hari minggu bulan tahun";
/// What stands before and behind such an age.
const AGO: [(&str, &str); 14] = [
    ("", " ago"),
    ("vor ", ""),
    ("il y a ", ""),
    ("hace ", ""),
    ("há ", ""),
    ("", " atrás"),
    ("", " fa"),
    ("", " geleden"),
    ("", " temu"),
    ("", " önce"),
    ("", " назад"),
    ("", " тому"),
    ("", " yang lalu"),
    ("", " lalu"),
];
/// What can be done with a comment, and with all of them.
const DEEDS: &str = "reply|antworten|répondre|responder|rispondi|reageren|beantwoorden|odpowiedz|yanıtla|ответить|відповісти|\
    balas|返信|답글|read more|show more|show less|mehr ansehen|weniger anzeigen|lire la suite|leer más|ler mais|leggi tutto|\
    sort by|sortieren nach|trier par|ordenar por|ordina per|sorteren op|add a comment|add a comment...|add a reply|\
    kommentar hinzufügen|kommentar hinzufügen…|ajouter un commentaire|añade un comentario|adicione um comentário|\
    aggiungi un commento|translate to english";
/// What counts answers and comments behind a number.
const COUNTED: &str = "reply replies comment comments antwort antworten kommentar kommentare réponse réponses commentaire \
    commentaires respuesta respuestas comentario comentarios resposta respostas comentário comentários risposta risposte \
    commento commenti reactie reacties odpowiedź odpowiedzi komentarz komentarze komentarzy yanıt yorum ответ ответа ответов \
    комментарий комментария комментариев відповідь відповіді відповідей коментар коментарі коментарів balasan komentar";

/// Whether `line` says how long ago something was: `3 days ago`, `vor 2 Tagen (bearbeitet)`, `3日前`.
pub fn is_age(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let age = lower.strip_suffix(')').and_then(|l| l.rsplit_once('(')).map_or(&*lower, |(age, _)| age.trim());
    let number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let counted = |text: &str| {
        let (count, unit) = text.split_once(' ')?;
        Some(
            (number(count) || matches!(count, "a" | "an" | "einem" | "einer" | "un" | "une"))
                && UNITS.split_whitespace().any(|u| u == unit),
        )
    };
    let within = |(start, end): &(&str, &str)| age.strip_prefix(start)?.strip_suffix(end);
    let signs = [
        "秒前",
        "分前",
        "時間前",
        "日前",
        "週間前",
        "か月前",
        "年前",
        "초 전",
        "분 전",
        "시간 전",
        "일 전",
        "주 전",
        "개월 전",
        "년 전",
        "天前",
        "周前",
        "小时前",
    ];
    AGO.iter().filter_map(within).any(|text| counted(text) == Some(true))
        || signs.iter().filter_map(|sign| age.strip_suffix(sign)).any(|count| number(count.trim()))
}

/// Whether `line` is who wrote a comment, as the age `below` says.
pub fn is_author(line: &str, below: &str) -> bool {
    let name = line.trim().strip_prefix('@');
    name.is_some_and(|name| name.len() > 1 && !name.contains(' ')) && is_age(below)
}

/// Whether `lines` are such comments: what can be done with them stands below.
pub fn is_page(lines: &[&str]) -> bool {
    let authors = lines.windows(2).filter(|pair| is_author(pair[0], pair[1])).count();
    let deeds = lines.iter().filter(|l| is_deed(l)).count();
    authors > 1 && deeds * 2 >= authors && authors * 12 >= lines.len()
}

fn is_deed(line: &str) -> bool {
    let lower = line.trim().trim_end_matches('…').to_lowercase();
    DEEDS.split('|').any(|deed| deed == lower)
}

/// Whether `line` is of the page and nobody's words.
pub fn is_of_page(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let counted = lower.split_once(' ').is_some_and(|(count, word)| {
        is_count(count) && COUNTED.split_whitespace().any(|counted| counted == word)
    });
    is_deed(line) || counted || lower.starts_with("pinned by @")
}

/// `14`, `1.2K`: how many like a comment, where what can be done with it stands `below`.
pub fn is_liked(line: &str, below: &str) -> bool {
    is_count(line.trim()) && is_of_page(below)
}

fn is_count(text: &str) -> bool {
    let digits = text.trim_end_matches(['K', 'k', 'M']);
    (1..=7).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_of_comments() {
        for line in [
            "3 days ago",
            "1 day ago (edited)",
            "vor 2 Tagen (bearbeitet)",
            "il y a 1 an",
            "hace 5 horas",
            "há 2 semanas",
            "3 giorni fa",
            "2 uur geleden",
            "5 dni temu",
            "3 gün önce",
            "2 дня назад",
            "3 hari yang lalu",
            "3日前",
            "2일 전",
        ] {
            assert!(is_age(line), "{line}");
        }
        for line in ["3 days", "ages ago", "long ago", "3 cats ago", "that was 3 days ago", "300 days ago"] {
            assert!(!is_age(line), "{line}");
        }
    }

    #[test]
    fn pages_of_comments() {
        let page = |text: &str| is_page(&text.split('|').collect::<Vec<_>>());
        assert!(page("2 Comments|@ana|3 days ago|so nice|14|Reply|@ben.k|1 day ago|yes|Reply"));
        assert!(!page("@ana|3 days ago|so nice|yes|@ben|1 day ago|no"));
        assert!(!page("Ana|3 days ago|so nice|Reply|Ben|1 day ago|no|Reply"));
        assert!(is_liked("1.2K", "Reply") && is_liked("3", "2 replies") && !is_liked("3", "ok"));
    }
}
