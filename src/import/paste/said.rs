//! A talk that is told: `He says how old are you`, `Tom wrote: hi`.

use super::names;

/// Words that say that somebody speaks.
const SAYS: [&str; 41] = [
    "say",
    "write",
    "ask",
    "reply",
    "answer",
    "text",
    "says",
    "said",
    "wrote",
    "writes",
    "asks",
    "asked",
    "replies",
    "replied",
    "answers",
    "answered",
    "goes",
    "texted",
    "texts",
    "sagt",
    "sagte",
    "schreibt",
    "schrieb",
    "antwortet",
    "antwortete",
    "fragt",
    "fragte",
    "meinte",
    "écrit",
    "répond",
    "demande",
    "dit",
    "dice",
    "dijo",
    "escribe",
    "escribió",
    "responde",
    "respondió",
    "pregunta",
    "scrive",
    "risponde",
];

/// Whether `word`, in lower case, says that somebody speaks.
pub fn is_verb(word: &str) -> bool {
    SAYS.contains(&word)
}

/// Who speaks in `line` as it tells, and what.
pub fn said(line: &str) -> Option<(String, &str)> {
    const MOST: usize = 4;
    let line = line.trim_start();
    let mut from = 0;
    for count in 0..=MOST {
        let rest = &line[from..];
        let start = from + rest.len() - rest.trim_start().len();
        let end = line[start..].find([' ', ':', ',']).map_or(line.len(), |at| start + at);
        if count > 0 && SAYS.contains(&&line[start..end].to_lowercase()[..]) {
            let text = line[end..].trim_start_matches([':', ',', ' ']);
            return Some((names::tidy(&line[..start]), text));
        }
        // A colon or a comma ends a name.
        (line[end..].starts_with(' ')).then_some(())?;
        from = end;
    }
    None
}

/// Whether nearly all of `lines` tell who speaks, and those who do come back.
pub fn is_told(lines: &[&str]) -> bool {
    let mut speakers: Vec<String> =
        lines.iter().filter_map(|l| said(l)).map(|(name, _)| names::key(&name)).collect();
    let heads = speakers.len();
    speakers.sort();
    speakers.dedup();
    // Above a long one may stand a line that says what it is.
    let first = lines.iter().position(|l| said(l).is_some());
    let leads = first == Some(0) || (first == Some(1) && heads > 5);
    leads && heads > 2 && heads * 10 >= lines.len() * 6 && speakers.len() * 3 <= heads * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_what() {
        let of = |line| said(line);
        assert_eq!(of("He says come at four"), Some(("He".to_owned(), "come at four")));
        assert_eq!(of("My son says ok"), Some(("My son".to_owned(), "ok")));
        assert_eq!(of("Tom wrote: hi: you"), Some(("Tom".to_owned(), "hi: you")));
        assert_eq!(
            (of("says who"), of("Tom: she said no"), of("I think that my aunt said")),
            (None, None, None)
        );
        assert!(is_told(&["He says hi", "I said ok", "He says so", "and more"]));
        assert!(!is_told(&["Ana: he said hi", "Ben says ok", "Cy said so"]));
    }
}
