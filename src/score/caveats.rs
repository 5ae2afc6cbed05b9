//! What the reader should know before relying on an assessment, and when nothing can be said.

use crate::assessment::{Band, Caveat};
use crate::language::{self, Language};
use crate::models::Model;
use crate::prompt::MESSAGE_CHARS;
use crate::transcript::{Heard, Kind, Role, Speaker, Transcript, UNKNOWN};

/// Fewer words than this are too few to call a conversation quiet.
const LEAST_WORDS: usize = 12;
/// Fewer messages than this likewise, unless they hold [`ENOUGH_WORDS`].
const LEAST_MESSAGES: usize = 3;
/// So many words are enough in fewer messages.
const ENOUGH_WORDS: usize = 40;
/// Fewer messages than this may be called quiet, and often end before anything shows.
const SHORT: usize = 10;
/// A conversation with so small a share of common English words is not taken for English on the word of its export.
const LEAST_ENGLISH: f32 = 0.06;
/// A conversation with so small a share of words that the model has, in no language that could be told, is none that it can call quiet: of written chats in English
/// cut after six messages three in a thousand have less, of those in German, French, Spanish and Polish all but one of 257.
const LEAST_KNOWN: f32 = 0.65;

/// Why the model cannot judge the language, if so.
pub fn foreign(model: &Model, language: &Language) -> Option<String> {
    let known = &model.card.languages;
    let code = language.code.as_ref()?;
    if known.contains(code) && (code != "en" || language.english >= LEAST_ENGLISH) {
        return None;
    }
    let found = match known.contains(code) {
        true if language.stated => "another language than stated",
        true => "none that could be told",
        false => language::name(code),
    };
    Some(format!("the language seems to be {found}, and the model was trained on {} only", trained_on(model)))
}

fn trained_on(model: &Model) -> String {
    model.card.languages.iter().map(|code| language::name(code)).collect::<Vec<_>>().join(", ")
}

/// Why nothing can be said where nothing was found and the language could not be told, if hardly a word of it is of the model's own.
pub fn strange(model: &Model, language: &Language) -> Option<String> {
    let strange = language.code.is_none() && language.known < LEAST_KNOWN && model.prompt.has_whole_words();
    strange.then(|| {
        format!(
            "many of its words are of no language that the model knows, which was trained on {} only",
            trained_on(model)
        )
    })
}

/// Why there is too little to call a conversation quiet, if so.
pub fn too_little(transcript: &Transcript) -> Option<String> {
    let messages = transcript.spoken().count();
    let words = words(transcript, ENOUGH_WORDS);
    let enough = words >= ENOUGH_WORDS || words >= LEAST_WORDS && messages >= LEAST_MESSAGES;
    (!enough).then(|| {
        format!(
            "there is too little text: at least {LEAST_MESSAGES} messages and {LEAST_WORDS} words are needed, or {ENOUGH_WORDS} words"
        )
    })
}

/// Why nothing can be said when only one speaker is heard, if so: what was answered may be what matters.
pub fn one_sided(transcript: &Transcript) -> Option<String> {
    transcript
        .is_one_sided()
        .then(|| "only one side of the conversation is here; what was answered is missing".to_owned())
}

/// Why nothing can be said of one text in which nothing was found, if it is one: a retelling is worded unlike a chat, and who answers what may be what matters.
pub fn one_text(transcript: &Transcript) -> Option<String> {
    (transcript.heard() == Heard::OneText).then(|| {
        "it came as one text: who says what, and what follows what, cannot be told apart, and what someone retells is not judged"
            .to_owned()
    })
}

/// Why nothing can be said where nothing was found in what seems to be no chat, if it does.
pub fn no_chat(notes: &[Caveat]) -> Option<String> {
    notes.iter().any(Caveat::is_no_chat).then(|| {
        "it looks like a list, a plan or questions with their answers and not like a chat; say who wrote what, and it can be judged"
            .to_owned()
    })
}

/// Why nothing can be said where nothing was found and who says what is a guess, if it is: lists, plays and retold talk are read as turns, too.
pub fn guessed(transcript: &Transcript, notes: &[Caveat]) -> Option<String> {
    let alternating = notes.iter().any(Caveat::is_guess_of_speakers);
    let nobody = || {
        let mut names =
            transcript.spoken().map(|(_, m)| m.speaker.map(|s| transcript.speakers[s].name.as_str()));
        names.all(|name| name.is_none_or(|name| name == UNKNOWN))
    };
    (alternating || nobody()).then(|| {
        "it names nobody, so who says what is a guess, and it may be no chat at all; say who wrote what, and it can be judged"
            .to_owned()
    })
}

/// Why nothing can be said where nothing was found and somebody speaks whose work is to be told of things, if so: by what the user says of them, or by their name.
pub fn told(transcript: &Transcript) -> Option<String> {
    const NAMES: [&str; 9] = [
        "helpline",
        "childline",
        "hotline",
        "counsellor",
        "counselor",
        "therapist",
        "caseworker",
        "case worker",
        "social worker",
    ];
    let listens = |s: &Speaker| {
        let name = s.name.to_lowercase();
        s.role == Role::Staff || NAMES.iter().any(|word| name.contains(word))
    };
    transcript.speakers.iter().any(listens).then(|| {
        "somebody speaks here whose work is to listen, and harm that they are told of is not judged, only what is done in the conversation itself"
            .to_owned()
    })
}

/// Why the text is not of the kind that the model can judge, if so; of another language that is all there is to say.
pub fn unlike(model: &Model, language: &Language, tokens_per_word: Option<f32>) -> Option<String> {
    if foreign(model, language).is_some() {
        return None;
    }
    let (found, most) = (tokens_per_word?, model.card.calibration.tokens_per_word?);
    (found > most).then(|| {
        format!("the text is unlike a chat: its words look like code, numbers, names or links ({found:.1} tokens a word, where chats have at most {most:.1})")
    })
}

/// Words written, counted no further than needed.
fn words(transcript: &Transcript, enough: usize) -> usize {
    let written = transcript.spoken().filter(|(_, m)| m.kind == Kind::Message);
    written.flat_map(|(_, m)| m.text.reveal().split_whitespace()).take(enough).count()
}

/// All that applies.
pub fn of(
    model: &Model,
    transcript: &Transcript,
    language: &Language,
    unlike: Option<String>,
    band: Band,
) -> Vec<Caveat> {
    let mut caveats = Vec::new();
    let mut add = |code: &str, text: String| caveats.push(Caveat { code: code.to_owned(), text });
    let spoken: Vec<_> = transcript.spoken().map(|(_, m)| m).collect();
    let of_kind = |kind: Kind| spoken.iter().filter(|m| m.kind == kind).count();
    let mut heard = vec![false; transcript.speakers.len()];
    spoken.iter().filter_map(|m| m.speaker).for_each(|s| heard[s] = true);
    let voices = heard.iter().filter(|h| **h).count();
    if let Some(text) = foreign(model, language) {
        add("language", sentence(&text));
    } else if let Some(text) = strange(model, language) {
        add("language", sentence(&text));
    } else if language.code.is_none() {
        add("language_unknown", "The language could not be told.".to_owned());
    }
    if let Some(text) = too_little(transcript) {
        add("too_short", sentence(&text));
    } else if band == Band::Quiet && spoken.len() < SHORT {
        let text = "It is short: what matters often comes later than in so few messages.";
        add("short", text.to_owned());
    }
    if let Some(text) = unlike {
        add("unlike_chat", sentence(&text));
    }
    if let Some(text) = one_text(transcript).filter(|_| too_little(transcript).is_none()) {
        add("one_message", sentence(&text));
    }
    if let Some(text) = one_sided(transcript) {
        add("one_sided", sentence(&text));
    }
    if voices > 10 {
        add(
            "many_speakers",
            format!("{voices} people write here; the model was trained on chats of two to five."),
        );
    }
    if spoken.len() > 2_000 {
        let text = format!(
            "{} messages is far longer than what the model was measured on; one early alarm marks the whole.",
            spoken.len()
        );
        add("very_long", text);
    }
    match of_kind(Kind::Deleted) {
        0 => {}
        n => add("deleted", format!("{} deleted; what stood there is not known.", counted_was(n, "message"))),
    }
    match of_kind(Kind::Media) {
        0 => {}
        n => add(
            "media",
            format!(
                "{} not opened: rushlight reads words only.",
                counted_was(n, "picture, voice note or file")
            ),
        ),
    }
    if spoken.iter().any(|m| {
        m.text.reveal().len() > MESSAGE_CHARS && m.text.reveal().chars().nth(MESSAGE_CHARS).is_some()
    }) {
        add(
            "cut_message",
            format!("A message is longer than {MESSAGE_CHARS} characters; only its beginning was read."),
        );
    }
    let timed = spoken.iter().filter(|m| m.time.is_some()).count();
    if timed > 0 && timed < spoken.len() {
        add("times_missing", format!("{} without a time.", counted(spoken.len() - timed, "message")));
    }
    let backwards = |pair: &[Option<crate::transcript::Time>]| match (pair[0], pair[1]) {
        (Some(a), Some(b)) => b.seconds_since(&a).is_some_and(|gap| gap < 0),
        _ => false,
    };
    let times: Vec<_> = spoken.iter().map(|m| m.time).collect();
    if times.windows(2).any(backwards) {
        add(
            "times_backwards",
            "Some messages bear an earlier time than the one before; their order was kept as exported."
                .to_owned(),
        );
    }
    caveats
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn counted_was(n: usize, what: &str) -> String {
    format!("{} {}", counted(n, what), if n == 1 { "was" } else { "were" })
}
