//! Letters that were encoded twice: UTF-8 that a program took for a Western code page and encoded once more, so that `é` stands
//! there as `Ã©`. They are put back where no other reading makes sense.

/// The characters of windows-1252 from 0x80 to 0x9f.
const SIGNS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
/// What follows a capital in proper text as well: ends of quotes, dashes, and spaces that do not break.
const ENDINGS: &str = "…‘’“”•–—™‹›»«\u{a0}";
/// So many characters beyond ASCII tell how a text is written.
const ENOUGH: usize = 8;

/// The byte that a Western code page has for a character beyond ASCII.
fn byte(c: char) -> Option<u8> {
    match u8::try_from(u32::from(c)) {
        Ok(byte) if byte >= 0x80 => Some(byte),
        _ => SIGNS.chars().zip(0x80..).find(|(sign, _)| *sign == c).map(|(_, byte)| byte),
    }
}

/// A character beyond ASCII, or several that spell one.
struct Piece {
    start: usize,
    end: usize,
    /// What it spells.
    spelt: Option<char>,
    /// Whether it can hardly be anything else, even alone.
    sure: bool,
}

fn spelt(text: &str) -> Option<(usize, char, bool)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let lead = u8::try_from(u32::from(first)).ok()?;
    let more = match lead {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => return None,
    };
    let (mut bytes, mut length, mut open) = ([lead, 0, 0, 0], first.len_utf8(), true);
    for (at, slot) in bytes[1..=more].iter_mut().enumerate() {
        let c = chars.next()?;
        *slot = byte(c).filter(|b| (0x80..0xc0).contains(b))?;
        length += c.len_utf8();
        open &= at > 0 || !ENDINGS.contains(c);
    }
    let is = std::str::from_utf8(&bytes[..=more]).ok()?.chars().next()?;
    let sure = match lead {
        0xc2..=0xc5 => open,
        0xe2 => bytes[1] < 0xa0 && open,
        0xef => matches!(is, '\u{fe0f}' | '\u{feff}'),
        0xf0..=0xf4 => true,
        _ => false,
    };
    (!is.is_control()).then_some((length, is, sure))
}

fn pieces(text: &str) -> impl Iterator<Item = Piece> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text.as_bytes()[at..].iter().position(|b| !b.is_ascii())?;
        let start = at;
        let single = text[at..].chars().next().map_or(1, char::len_utf8);
        let (length, spelt, sure) = match spelt(&text[at..]) {
            Some((length, is, sure)) => (length, Some(is), sure || is_inner_capital(text, start)),
            None => (single, None, false),
        };
        at += length;
        Some(Piece { start, end: at, spelt, sure })
    })
}

/// Whether one of the capitals that Western letters begin with when they are encoded twice stands behind a small letter: `ZoÃ«`.
fn is_inner_capital(text: &str, at: usize) -> bool {
    let small = text[..at].chars().next_back().is_some_and(char::is_lowercase);
    small && text[at..].starts_with(['Â', 'Ã', 'Ä', 'Å'])
}

/// The pieces, where two that spell something side by side make each other sure.
fn judged(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = pieces(text).collect();
    for at in 1..pieces.len() {
        let side_by_side = pieces[at - 1].end == pieces[at].start;
        if side_by_side && pieces[at - 1].spelt.is_some() && pieces[at].spelt.is_some() {
            (pieces[at - 1].sure, pieces[at].sure) = (true, true);
        }
    }
    pieces
}

/// Whether hardly any character beyond ASCII is as it should be.
fn throughout(pieces: &[Piece]) -> bool {
    let strays = pieces.iter().filter(|p| p.spelt.is_none()).count();
    pieces.iter().any(|p| p.sure) && strays * 10 <= pieces.len()
}

/// Whether all of a text was encoded twice, by its beginning; `None` where that shows too little and more follows.
pub fn is_throughout(beginning: &str, whole: bool) -> Option<bool> {
    let pieces = judged(beginning);
    (whole || pieces.len() >= ENOUGH).then(|| throughout(&pieces))
}

/// The text with letters that were encoded twice put right; `None` where there are none, or where proper ones stand beside them.
pub fn mended(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let pieces = judged(text);
    throughout(&pieces).then(|| put_right(text, pieces.into_iter()))?
}

/// The same for lines of a text that was encoded twice throughout, with how many of them were touched and, from 0, the first.
pub fn mended_throughout(text: &str) -> Option<(String, u64, u64)> {
    let breaks = |part: &str| part.bytes().filter(|b| *b == b'\n').count() as u64;
    let (mut line, mut from, mut touched, mut first) = (0, 0, 0, None);
    let mut last = None;
    for piece in pieces(text).filter(|p| p.spelt.is_some()) {
        line += breaks(&text[from..piece.start]);
        from = piece.start;
        first = first.or(Some(line));
        touched += u64::from(last.replace(line) != Some(line));
    }
    Some((put_right(text, pieces(text))?, touched, first?))
}

fn put_right(text: &str, pieces: impl Iterator<Item = Piece>) -> Option<String> {
    let (mut right, mut from) = (String::new(), 0);
    for piece in pieces {
        let Some(is) = piece.spelt else { continue };
        right.push_str(&text[from..piece.start]);
        right.push(is);
        from = piece.end;
    }
    (from > 0).then(|| right + &text[from..])
}

/// Where a text breaks off that may go on within a letter that was encoded twice.
pub fn unfinished(text: &str) -> usize {
    const LONGEST: usize = 4;
    let last = text.char_indices().rev().take(LONGEST - 1);
    let open = |(at, c): &(usize, char)| {
        matches!(u32::from(*c), 0xc2..=0xf4)
            && spelt(&text[*at..]).is_none()
            && text[*at..].chars().skip(1).all(|c| byte(c).is_some_and(|b| b < 0xc0))
    };
    last.filter(open).last().map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a program writes it that takes UTF-8 for windows-1252.
    fn twice(text: &str) -> String {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn letters_of_many_scripts_are_put_right() {
        for text in [
            "café",
            "Zoë",
            "Größe 10",
            "it’s fine",
            "“ok” – 5 €",
            "señor",
            "zażółć gęślą jaźń",
            "привет",
            "γεια σου",
            "你好",
            "こんにちは",
            "สวัสดี",
            "שלום",
            "مرحبا",
            "😀 ok",
            "I ❤️ it",
            "£5",
            "à la carte, très bien",
        ] {
            assert_eq!(mended(&twice(text)).as_deref(), Some(text), "{text}");
        }
        let latin: String = "naïve – 😀".bytes().map(char::from).collect();
        assert_eq!(mended(&latin).as_deref(), Some("naïve – 😀"));
    }

    #[test]
    fn proper_text_is_left_alone() {
        for text in [
            "café »",
            "« voilà »",
            "MARCHÉ…",
            "« CAFÉ »",
            "IRMÃ…",
            "IRMÃ”",
            "NÃO",
            "Ä… ja",
            "Ñ",
            "Ð",
            "30 °C",
            "plain",
            "привет",
            "😀",
            "Größe – „ja“",
            "ÅÄÖ",
            "ß»",
            "É”",
            "é\u{a0}», dit-elle",
            "Ç’est",
            "ação… “não”",
            "çà et là",
        ] {
            assert_eq!(mended(text), None, "{text}");
            assert_eq!(is_throughout(text, true), Some(false), "{text}");
        }
    }

    #[test]
    fn among_proper_letters_nothing_is_sure() {
        assert_eq!(mended("Größe: Ã¤"), None);
    }

    #[test]
    fn a_text_is_judged_as_a_whole_when_it_shows_enough() {
        let text = twice("Zoë: déjà vu, là, à Orléans, été, où, né");
        assert_eq!(is_throughout(&text, false), Some(true));
        assert_eq!(is_throughout(&text[..8], false), None);
        let (right, touched, first) = mended_throughout(&twice("one\ndéjà\ntwo\nlà, ça\n")).unwrap();
        assert_eq!((right.as_str(), touched, first), ("one\ndéjà\ntwo\nlà, ça\n", 2, 1));
    }

    #[test]
    fn a_letter_that_is_cut_in_two_waits_for_its_end() {
        let text = twice("ok 😀");
        for cut in text.char_indices().map(|(at, _)| at) {
            let wait = unfinished(&text[..cut]);
            assert_eq!(wait, if cut > 3 { 3 } else { cut }, "{cut}");
        }
        assert_eq!(unfinished(&text), text.len());
    }
}
