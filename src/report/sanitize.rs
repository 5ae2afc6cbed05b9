//! Untrusted text on a terminal: nothing in a chat may move the cursor, change colours or reorder the line.

/// The text without control characters: line breaks and tabs stay, others become their pictures (U+2400…), and marks
/// that would change the direction of what follows are left out. Letters of any script and emoji are untouched.
pub fn clean(text: &str) -> String {
    text.chars().filter_map(tame).collect()
}

/// The same on a single line.
pub fn one_line(text: &str) -> String {
    let parts: Vec<String> = text.lines().map(clean).map(|l| l.replace('\t', " ")).collect();
    isolate(parts.join(" ⏎ ").trim())
}

fn tame(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => Some('\u{fffd}'),
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c => Some(c),
    }
}

/// Text with right-to-left letters keeps its own direction and leaves that of the line alone (Unicode Annex 9, FSI and PDI).
fn isolate(text: &str) -> String {
    let right_to_left =
        |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    if text.chars().any(right_to_left) { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_and_not_obeyed() {
        assert_eq!(clean("a\u{1b}[31mb\u{7}\u{202e}c\u{9b}d"), "a␛[31mb␇c\u{fffd}d");
    }

    #[test]
    fn emoji_and_right_to_left_letters_stay_whole() {
        assert_eq!(one_line("👩‍👧 ok"), "👩‍👧 ok");
        assert_eq!(one_line("שלום"), "\u{2068}שלום\u{2069}");
        assert_eq!(one_line("a\nb"), "a ⏎ b");
    }
}
