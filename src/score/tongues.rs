//! What languages are called in English.

use whatlang::Lang;

/// The codes of two letters that chats are told by; the longer ones are known to whatlang.
const SHORT: [(&str, &str); 28] = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("pt", "Portuguese"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("ru", "Russian"),
    ("uk", "Ukrainian"),
    ("ro", "Romanian"),
    ("hu", "Hungarian"),
    ("cs", "Czech"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("fi", "Finnish"),
    ("el", "Greek"),
    ("tr", "Turkish"),
    ("ar", "Arabic"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("bn", "Bengali"),
    ("zh", "Chinese"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("vi", "Vietnamese"),
    ("th", "Thai"),
    ("id", "Indonesian"),
];

/// The name of a language by its code; of one that is not known, the code.
pub fn name(code: &str) -> &str {
    let short = SHORT.iter().find(|(short, _)| *short == code).map(|(_, name)| *name);
    // As those who speak it call it today.
    let long =
        || (code == "tgl").then_some("Filipino").or_else(|| Lang::from_code(code).map(|l| l.eng_name()));
    short.or_else(long).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_code_becomes_a_name() {
        assert_eq!(["de", "tgl", "jav", "xx"].map(name), ["German", "Filipino", "Javanese", "xx"]);
    }
}
