//! Words that people say to each other, in the languages that chats come in.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words of talk: whom one speaks to and of oneself, yes and no, greetings, laughter; small letters, no apostrophes.
static TALK: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "i u ur im ill ive id you youre youve your yours me my mine we us our he she hes shes dont cant didnt wont aint \
     thats its yes yeah yep yea ya nope nah ok okay k kk lol lmao haha hahaha hehe omg idk hi hey hello hiya bye thanks \
     thank thx ty pls please sorry wow oh ah hm hmm cool love whos whats wheres hows lets just maybe really nice sure gonna wanna \
     ich du wir ihr mir mich dir dich mein meine dein deine ja nein ne danke bitte doch nicht hallo \
     je tu moi toi nous vous jai oui non merci pas mon ma ton ta cest \
     yo tú te mi nosotros sí gracias jaja que está eres soy io ti sì grazie sono sei che \
     ik jij wij mij mijn nee dank niet hoi eu você não sim obrigado meu minha ty mnie nie tak mam jestem dzięki się \
     jag vi mig dig inte tack är bana evet hayır ako ikaw ka ko mo hindi naman \
     я ты вы мы мне меня тебе тебя мой твой да нет не привет спасибо это ну ти ви ми мені мене тобі так ні дякую це".split_ascii_whitespace().collect()
});
/// Words that are typed or said to whoever is there, and not printed.
static CASUAL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "lol lmao haha hahaha hehe omg idk u ur thx ty pls hi hey hello hiya bye thanks ok okay yeah yep nah \
     hallo danke hola gracias salut merci ciao grazie"
        .split_ascii_whitespace()
        .collect()
});
/// Words that say that somebody speaks of oneself.
static ONESELF: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "i im ive ill me my mine myself ich mir mich mein meine je moi mon ma yo mi io eu"
        .split_ascii_whitespace()
        .collect()
});

/// Whether `text` has a word, a question or a face as talk has.
pub fn is_talk(text: &str) -> bool {
    let asks = text.contains(['?', '？', '¿']) || text.chars().any(is_face);
    let foreign = text
        .chars()
        .any(|c| matches!(c, '\u{0370}'..='\u{03ff}' | '\u{0590}'..='\u{1fff}' | '\u{2e80}'..='\u{d7ff}'));
    // Of what is written in other letters nothing is known here.
    let known = || words(text).any(|w| TALK.contains(&*w)) || denies(text) || greets(text);
    asks || foreign || known()
}

/// Whether `text` begins as people greet each other, and hardly goes on.
fn greets(text: &str) -> bool {
    const GREETINGS: [&str; 42] = [
        "good morning",
        "good night",
        "good evening",
        "good afternoon",
        "see you",
        "guten morgen",
        "guten abend",
        "guten tag",
        "gute nacht",
        "bis morgen",
        "bis dann",
        "bis später",
        "moin",
        "tschüss",
        "bonjour",
        "bonsoir",
        "bonne nuit",
        "bonne journée",
        "à demain",
        "à plus",
        "buenos días",
        "buenas tardes",
        "buenas noches",
        "hasta mañana",
        "hasta luego",
        "bom dia",
        "boa tarde",
        "boa noite",
        "até amanhã",
        "até logo",
        "oi",
        "olá",
        "buongiorno",
        "buonasera",
        "buonanotte",
        "a domani",
        "dzień dobry",
        "dobranoc",
        "cześć",
        "günaydın",
        "iyi geceler",
        "goedemorgen",
    ];
    const MOST_BEHIND: usize = 2;
    let lower = text.trim().to_lowercase();
    let rest = GREETINGS.iter().find_map(|greeting| lower.strip_prefix(greeting));
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) && words(rest).count() <= MOST_BEHIND)
}

/// Whether `text` is `no`, with or without more behind a sign; `no bag` says something else.
fn denies(text: &str) -> bool {
    let parts = text.trim_start().split_at_checked(2).filter(|(word, _)| word.eq_ignore_ascii_case("no"));
    parts.is_some_and(|(_, rest)| !rest.starts_with(|c: char| c.is_alphanumeric() || c == ' '))
}

/// Whether `text` has a word that is typed or said to whoever is there.
pub fn is_casual(text: &str) -> bool {
    text.chars().any(is_face) || words(text).any(|w| CASUAL.contains(&*w))
}

/// Whether somebody speaks of oneself in `text`.
pub fn says_i(text: &str) -> bool {
    words(text).any(|w| ONESELF.contains(&*w))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’');
    text.split(move |c| !letters(c))
        .filter(|w| !w.is_empty())
        .map(|w| w.chars().filter(|c| !matches!(c, '\'' | '’')).flat_map(char::to_lowercase).collect())
}

fn is_face(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '☺' | '❤')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_talk() {
        for text in [
            "boa noite",
            "Bom dia!",
            "até amanhã mãe",
            "I’m here",
            "who is there?",
            "oh no",
            "no",
            "👍",
            "danke dir",
            "да",
        ] {
            assert!(is_talk(text), "{text}");
        }
        for text in [
            "night bus to town",
            "morning run",
            "roast chicken",
            "no bag to carry it",
            "9:00 - 18:00",
            "the Blues lead",
        ] {
            assert!(!is_talk(text), "{text}");
        }
        assert!(
            is_casual("Ok then.")
                && !is_casual("Then I will.")
                && says_i("It is my boat.")
                && !says_i("We ship.")
        );
    }
}
