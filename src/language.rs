//! Which language a conversation is in, as far as it matters for whether the model may speak about it.

use std::collections::HashMap;

use whatlang::{Detector, Lang};

use crate::prompt::normalise;
use crate::transcript::{Kind, Transcript};

/// Letters that are looked at; more say no more.
const ENOUGH: usize = 20_000;
/// Letters of one message that are looked at, so that one long message does not decide for all.
const EACH: usize = 300;
/// Below this many letters no language is named.
const LEAST: usize = 60;

/// The same where most letters are of another script, which say it sooner.
const LEAST_OF_ANOTHER_SCRIPT: usize = 8;
/// The last letter of the Latin script as Europe and Africa write it.
const LAST_LATIN: char = '\u{24f}';

/// The most frequent short words of informal English. Chat defeats statistics over letters, but not these.
const ENGLISH: &[&str] = &[
    "i", "u", "you", "the", "to", "a", "and", "it", "is", "in", "that", "my", "me", "of", "for", "on", "im",
    "i'm", "so", "do", "have", "was", "are", "your", "ur", "just", "but", "with", "not", "be", "what",
    "this", "at", "we", "if", "can", "up", "how", "he", "she", "they", "will", "no", "yes", "yeah", "when",
    "know", "like", "dont", "don't", "all", "out", "get", "its", "it's", "ok", "lol", "from", "as", "good",
    "go", "there", "one", "now", "did", "want", "would", "about", "or", "an", "her", "him",
];

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Language {
    /// ISO 639-1 (ISO 639-3 where there is no shorter code), when it could be told.
    pub code: Option<String>,
    /// Share of words that are among the commonest of informal English, 0 to 1.
    pub english: f32,
    /// Share of words in letters that the model has for its own, 0 to 1; 1 where there are hardly any.
    pub known: f32,
    /// Whether the source says which language it is.
    pub stated: bool,
}

/// Look at what the speakers wrote; `knows` says whether the model has a word, in lower case, for its own.
pub fn detect(transcript: &Transcript, knows: impl Fn(&str) -> bool) -> Language {
    let mut text = String::new();
    for (_, message) in transcript.spoken().filter(|(_, m)| m.kind == Kind::Message) {
        text.extend(message.text.reveal().chars().take(EACH));
        text.push(' ');
        if text.len() >= ENOUGH {
            break;
        }
    }
    // As the model reads it, so that look-alike letters of another alphabet do not pass for another language.
    let text = normalise(&text, &knows).to_lowercase().replace('’', "'");
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let common: HashMap<&str, ()> = ENGLISH.iter().map(|w| (*w, ())).collect();
    let hits = words.iter().filter(|w| common.contains_key(*w)).count();
    let english = hits as f32 / words.len().max(1) as f32;
    let code = transcript.language.clone().or_else(|| guess(&text, english));
    Language { code, english, known: known(&words, knows), stated: transcript.language.is_some() }
}

/// The share of `words` that the model has for its own: nine in ten of what people chat in English, half of what they do in other languages of the same script.
fn known(words: &[&str], knows: impl Fn(&str) -> bool) -> f32 {
    let parts = |word: &&str| word.split('\'').all(|part| part.is_empty() || knows(part));
    let spelt: Vec<&str> =
        words.iter().copied().filter(|w| w.chars().all(|c| c.is_alphabetic() || c == '\'')).collect();
    let letters: usize = spelt.iter().map(|w| w.chars().count()).sum();
    if letters < LEAST / 2 {
        1.0
    } else {
        spelt.iter().filter(|w| parts(w)).count() as f32 / spelt.len() as f32
    }
}

fn guess(text: &str, english: f32) -> Option<String> {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let (all, other) = (letters().count(), letters().filter(|c| *c > LAST_LATIN).count());
    let other_script = other * 2 > all && other >= LEAST_OF_ANOTHER_SCRIPT;
    if english >= 0.2 && !other_script {
        return Some("en".to_owned());
    }
    if all < LEAST && !other_script {
        return None;
    }
    let info = Detector::new().detect(text)?;
    (other_script || info.is_reliable() || info.confidence() > 0.8).then(|| short(info.lang()).to_owned())
}

/// The languages that people most often write to a helpline in Europe, by ISO 639-1.
const SHORT: [(Lang, &str); 28] = [
    (Lang::Eng, "en"),
    (Lang::Deu, "de"),
    (Lang::Fra, "fr"),
    (Lang::Spa, "es"),
    (Lang::Por, "pt"),
    (Lang::Ita, "it"),
    (Lang::Nld, "nl"),
    (Lang::Pol, "pl"),
    (Lang::Rus, "ru"),
    (Lang::Ukr, "uk"),
    (Lang::Ron, "ro"),
    (Lang::Hun, "hu"),
    (Lang::Ces, "cs"),
    (Lang::Swe, "sv"),
    (Lang::Dan, "da"),
    (Lang::Fin, "fi"),
    (Lang::Ell, "el"),
    (Lang::Tur, "tr"),
    (Lang::Ara, "ar"),
    (Lang::Heb, "he"),
    (Lang::Hin, "hi"),
    (Lang::Ben, "bn"),
    (Lang::Cmn, "zh"),
    (Lang::Jpn, "ja"),
    (Lang::Kor, "ko"),
    (Lang::Vie, "vi"),
    (Lang::Tha, "th"),
    (Lang::Ind, "id"),
];

/// ISO 639-1 of the commonest languages; else the longer code.
fn short(lang: Lang) -> &'static str {
    SHORT.iter().find(|(known, _)| *known == lang).map_or(lang.code(), |(_, code)| code)
}

/// The English name of a language by its code; of one that is not known, the code.
pub fn name(code: &str) -> &str {
    let short = SHORT.iter().find(|(_, short)| *short == code).map(|(lang, _)| *lang);
    match short.or_else(|| Lang::from_code(code)) {
        // As those who speak them call them today.
        Some(Lang::Cmn) => "Chinese",
        Some(Lang::Tgl) => "Filipino",
        Some(lang) => lang.eng_name(),
        None => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Message, Origin, Text};

    fn chat(lines: &[&str]) -> Transcript {
        let mut transcript = Transcript::new("t");
        let speaker = transcript.speaker("A");
        for line in lines {
            transcript.messages.push(Message {
                speaker: Some(speaker),
                time: None,
                text: Text::new(*line),
                kind: Kind::Message,
                origin: Origin::default(),
            });
        }
        transcript
    }

    /// What a model of English would know of these texts.
    fn english(word: &str) -> bool {
        ENGLISH.contains(&word) || ["where", "meet", "bus", "hall", "six"].contains(&word)
    }

    #[test]
    fn words_that_the_model_does_not_have_are_counted() {
        let known = |lines: &[&str]| detect(&chat(lines), english).known;
        assert_eq!(known(&["where do we meet", "at the hall, the bus is there at six"]), 1.0);
        assert!(known(&["hej hvad laver du", "ikke noget, og dig", "kom til bussen klokken seks"]) < 0.3);
        assert_eq!(known(&["ikke noget"]), 1.0, "too little says nothing");
    }

    #[test]
    fn a_code_becomes_a_name() {
        assert_eq!(["de", "tgl", "jav", "xx"].map(name), ["German", "Filipino", "Javanese", "xx"]);
    }

    #[test]
    fn slang_is_english_and_german_is_not() {
        let slang = chat(&[
            "omg ur so good at this",
            "lol thx i just started",
            "wanna play on sat? if ur mum lets u",
        ]);
        assert_eq!(detect(&slang, english).code.as_deref(), Some("en"));
        let german = chat(&[
            "Hallo, kommst du heute noch zum Training?",
            "Ich weiß nicht, meine Mutter ist krank und wir müssen einkaufen",
        ]);
        assert_eq!(detect(&german, english).code.as_deref(), Some("de"));
        let russian = chat(&[
            "привет как дела",
            "нормально, а у тебя",
            "завтра пойдём на тренировку вместе с нами",
            "конечно, в шесть",
        ]);
        assert_eq!(detect(&russian, english).code.as_deref(), Some("ru"));
    }

    #[test]
    fn english_in_look_alike_letters_is_still_english() {
        let disguised =
            chat(&["dоnt tеll аnуоnе аbоut thіs, іt іs јust fоr us аnd thеу wоuld nоt undеrstаnd"]);
        assert_eq!(detect(&disguised, english).code.as_deref(), Some("en"));
    }

    #[test]
    fn one_long_message_does_not_decide_for_all() {
        let filler = "Mañana por la tarde vamos todos juntos a la playa con la familia. ".repeat(60);
        let english_lines = ["do you want to come over to my place when they are out"; 8];
        assert_eq!(
            detect(&chat(&[&english_lines[..], &[filler.as_str()]].concat()), english).code.as_deref(),
            Some("en")
        );
    }

    #[test]
    fn another_script_is_told_by_few_letters() {
        let mixed = chat(&["مرحبا كيف حالك اليوم", "هل انت في البيت", "see you at the lake at four"]);
        assert_eq!(detect(&mixed, english).code.as_deref(), Some("ar"));
        assert!(detect(&chat(&["привет как дела"]), english).code.is_some_and(|code| code != "en"));
    }

    #[test]
    fn too_little_text_names_no_language() {
        assert_eq!(detect(&chat(&["hm", "xd"]), english).code, None);
    }
}
