//! Calls, and what else Android puts under a name without the app's mark. All lists are in lower case.

use super::words::folded;

/// Whether `text`, which is folded and has the app's mark, is about a call or one of the other lines.
pub fn is_call(text: &str) -> bool {
    let mut calls = MISSED.iter().chain(TAKEN);
    UNMARKED.contains(&text) || calls.any(|call| text.strip_prefix(call).is_some_and(is_about_a_call))
}

/// What may stand behind the word for a call: nothing, or one more short sentence.
fn is_about_a_call(rest: &str) -> bool {
    const LONGEST: usize = 48;
    rest.is_empty() || (rest.starts_with(['.', ',', '。']) && rest.chars().count() <= LONGEST)
}

/// Whether a whole body without the app's mark is what the app writes there: it begins with a capital and says that a call was missed, or
/// how long one was. People write `video call?` and `missed voice call :(` themselves.
pub fn is_own_line(text: &str) -> bool {
    let capital = text.chars().next().is_some_and(|c| !c.is_lowercase());
    let text = folded(text);
    let is = |calls: &[&str], ends: fn(&str) -> bool| {
        calls.iter().any(|call| text.strip_prefix(call).is_some_and(ends))
    };
    UNMARKED.contains(&text.as_str())
        || (capital && (is(MISSED, |rest| rest.is_empty() || is_end(rest)) || is(TAKEN, is_end)))
}

/// Whether this is how the app goes on: how long the call was, that nobody answered, or what to tap.
fn is_end(rest: &str) -> bool {
    let Some(told) = rest.strip_prefix(['.', ',', '。']).map(str::trim) else { return false };
    ENDS.contains(&told) || is_span(told)
}

/// `5 min`, `1 hr 2 min`, `45 sec.`: numbers, each with a short unit.
fn is_span(told: &str) -> bool {
    let parts: Vec<&str> = told.split_whitespace().collect();
    let number = |part: &str| part.chars().count() <= 3 && part.chars().all(char::is_numeric);
    let unit = |part: &str| UNITS.contains(&part.trim_end_matches('.'));
    !parts.is_empty()
        && parts.len().is_multiple_of(2)
        && parts.chunks(2).all(|pair| number(pair[0]) && unit(pair[1]))
}

/// Calls that were missed, told in words that say what sort of call it was.
const MISSED: &[&str] = &[
    "missed voice call",
    "missed video call",
    "missed group voice call",
    "missed group video call",
    "missed group call",
    "verpasster sprachanruf",
    "verpasster videoanruf",
    "llamada de voz perdida",
    "videollamada perdida",
    "appel vocal manqué",
    "appel vidéo manqué",
    "chamada de voz perdida",
    "chamada de vídeo perdida",
    "ligação de voz perdida",
    "ligação de vídeo perdida",
    "chiamata vocale persa",
    "videochiamata persa",
    "gemiste spraakoproep",
    "gemiste video-oproep",
    "пропущенный аудиозвонок",
    "пропущенный видеозвонок",
    "пропущений голосовий виклик",
    "пропущений відеовиклик",
    "nieodebrane połączenie głosowe",
    "nieodebrane połączenie wideo",
    "cevapsız sesli arama",
    "cevapsız görüntülü arama",
    "मिस्ड वॉइस कॉल",
    "मिस्ड वीडियो कॉल",
    "مكالمة صوتية فائتة",
    "مكالمة فيديو فائتة",
    "שיחה קולית שלא נענתה",
    "שיחת וידאו שלא נענתה",
    "音声通話に応答できませんでした",
    "ビデオ通話に応答できませんでした",
    "부재중 음성통화",
    "부재중 영상통화",
    "未接语音通话",
    "未接视频通话",
    "未接語音通話",
    "未接視訊通話",
];

/// Calls as they may be told in fewer words, which people write too. How long one was or what to tap may follow.
const TAKEN: &[&str] = &[
    "voice call",
    "video call",
    "sprachanruf",
    "videoanruf",
    "llamada perdida",
    "llamada",
    "llamada de voz",
    "videollamada",
    "appel vocal",
    "appel vidéo",
    "chamada de voz",
    "chamada de vídeo",
    "ligação de voz",
    "ligação de vídeo",
    "chiamata persa",
    "chiamata vocale",
    "videochiamata",
    "spraakoproep",
    "video-oproep",
    "аудиозвонок",
    "видеозвонок",
    "голосовий виклик",
    "відеовиклик",
    "połączenie głosowe",
    "połączenie wideo",
    "sesli arama",
    "görüntülü arama",
    "वॉइस कॉल",
    "वीडियो कॉल",
    "مكالمة صوتية",
    "مكالمة فيديو",
    "שיחה קולית",
    "שיחת וידאו",
    "音声通話",
    "ビデオ通話",
    "음성통화",
    "영상통화",
    "语音通话",
    "视频通话",
    "語音通話",
    "視訊通話",
];

/// Other lines that the app writes under a name without its mark.
const UNMARKED: &[&str] = &["live location shared", "silenced voice call", "silenced video call"];

/// What follows on a call that was not taken.
const ENDS: &[&str] = &[
    "no answer",
    "tap to call back",
    "click to call back",
    "keine antwort",
    "zum zurückrufen tippen",
    "sin respuesta",
    "toca para devolver la llamada",
    "pas de réponse",
    "appuyez pour rappeler",
    "sem resposta",
    "toque para retornar a ligação",
    "nessuna risposta",
    "tocca per richiamare",
    "geen antwoord",
    "tik om terug te bellen",
    "нет ответа",
    "нажмите, чтобы перезвонить",
];

/// Of how many what a call was.
const UNITS: &[&str] = &[
    "sec", "secs", "min", "mins", "hr", "hrs", "h", "s", "sek", "std", "seg", "uur", "мин", "сек", "ч", "sn",
    "분", "초", "分", "秒",
];

#[cfg(test)]
mod tests {
    use super::is_own_line;

    #[test]
    fn calls_without_a_mark() {
        for text in [
            "Missed voice call",
            "Missed group video call",
            "Verpasster Sprachanruf",
            "Appel vocal manqué",
            "Gemiste spraakoproep",
            "Пропущенный аудиозвонок",
            "Ligação de voz perdida",
            "Voice call, 5 min",
            "Video call, No answer",
            "Missed voice call. Tap to call back",
            "live location shared",
        ] {
            assert!(is_own_line(text), "{text}");
        }
    }

    #[test]
    fn calls_that_people_write_of() {
        for text in [
            "Voice call?",
            "Video call",
            "Llamada",
            "Llamada perdida",
            "missed voice call",
            "Missed voice call?",
            "Missed voice call. Call me",
            "Missed voice call from mum",
            "Video call, 5 pm",
            "Voice call, now",
        ] {
            assert!(!is_own_line(text), "{text}");
        }
    }
}
