//! The words for the halves of the day that stand beside a time of twelve hours.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::import::syntax::cursor::Cursor;

/// A half of the day, or noon, which lies in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Before noon.
    Morning,
    /// After noon.
    Afternoon,
    /// Around noon: 11 is before it, 1 after.
    Noon,
}

impl Half {
    /// The hour of 24 for an hour of 12. An hour past 12 stays.
    pub fn hour(self, hour: u32) -> u32 {
        match (self, hour) {
            (Self::Morning, 12) => 0,
            (Self::Afternoon, 1..=11) | (Self::Noon, 1..=3) => hour + 12,
            _ => hour,
        }
    }
}

/// Lower case, without dots and spaces. Those from `pd` on are from memory.
const WORDS: [(&str, Half); 67] = [
    ("am", Half::Morning),
    ("pm", Half::Afternoon),
    ("ص", Half::Morning),
    ("م", Half::Afternoon),
    ("صباحا", Half::Morning),
    ("مساء", Half::Afternoon),
    ("قظ", Half::Morning),
    ("بظ", Half::Afternoon),
    ("午前", Half::Morning),
    ("午後", Half::Afternoon),
    ("上午", Half::Morning),
    ("下午", Half::Afternoon),
    ("凌晨", Half::Morning),
    ("清晨", Half::Morning),
    ("早上", Half::Morning),
    ("中午", Half::Noon),
    ("晚上", Half::Afternoon),
    ("오전", Half::Morning),
    ("오후", Half::Afternoon),
    ("sa", Half::Morning),
    ("ch", Half::Afternoon),
    ("pg", Half::Morning),
    ("ptg", Half::Afternoon),
    ("öö", Half::Morning),
    ("ös", Half::Afternoon),
    ("πμ", Half::Morning),
    ("μμ", Half::Afternoon),
    ("de", Half::Morning),
    ("du", Half::Afternoon),
    ("पूर्वाह्न", Half::Morning),
    ("अपराह्न", Half::Afternoon),
    ("पूर्वा", Half::Morning),
    ("अप", Half::Afternoon),
    ("পূর্বাহ্ণ", Half::Morning),
    ("অপরাহ্ণ", Half::Afternoon),
    ("முற்பகல்", Half::Morning),
    ("பிற்பகல்", Half::Afternoon),
    ("paradite", Half::Morning),
    ("pasdite", Half::Afternoon),
    ("eparadites", Half::Morning),
    ("epasdites", Half::Afternoon),
    ("fh", Half::Morning),
    ("eh", Half::Afternoon),
    ("fm", Half::Morning),
    ("em", Half::Afternoon),
    ("vm", Half::Morning),
    ("nm", Half::Afternoon),
    ("ap", Half::Morning),
    ("ip", Half::Afternoon),
    ("dop", Half::Morning),
    ("odp", Half::Afternoon),
    ("дп", Half::Morning),
    ("пп", Half::Afternoon),
    ("ก่อนเที่ยง", Half::Morning),
    ("หลังเที่ยง", Half::Afternoon),
    ("לפנהצ", Half::Morning),
    ("אחהצ", Half::Afternoon),
    ("pd", Half::Morning),
    ("md", Half::Afternoon),
    ("ጥዋት", Half::Morning),
    ("ከሰዓት", Half::Afternoon),
    ("ਪੂਦੁ", Half::Morning),
    ("ਬਾਦੁ", Half::Afternoon),
    ("ಪೂರ್ವಾಹ್ನ", Half::Morning),
    ("ಅಪರಾಹ್ನ", Half::Afternoon),
    ("priešpiet", Half::Morning),
    ("popiet", Half::Afternoon),
];

/// The same, to be looked up: this is asked at nearly every time.
static HALVES: LazyLock<HashMap<&str, Half>> = LazyLock::new(|| WORDS.into_iter().collect());

/// Read such a word at `at`, in any of its spellings (`PM`, `p.m.`, `p. m.`).
pub fn read(at: &mut Cursor<'_>) -> Option<Half> {
    const LONGEST: usize = 14;
    let (mut ahead, mut word, mut found) = (*at, String::new(), None);
    let mut last = ' ';
    for _ in 0..LONGEST {
        match ahead.peek() {
            Some(c) if is_letter(c) => word.extend(c.to_lowercase()),
            Some('.' | '״' | '"') if !word.is_empty() => {}
            // After a dot, and after the article of Albanian (`e pasdites`).
            Some(' ') if last == '.' || word == "e" => {}
            _ => break,
        }
        last = ahead.bump().unwrap_or(' ');
        if last != ' ' && !ahead.peek().is_some_and(is_letter) {
            found = HALVES.get(word.as_str()).map(|half| (*half, ahead)).or(found);
        }
    }
    let (half, behind) = found?;
    *at = behind;
    Some(half)
}

/// Letters, and the signs of Indic and Thai scripts that are written between them.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\u{94d}' | '\u{9cd}' | '\u{bcd}' | '\u{ccd}' | '\u{e31}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, rest) in
            [("PM] x", "] x"), ("p. m. - x", " - x"), ("p.m. Anna", " Anna"), ("PM Anna", " Anna")]
        {
            let mut at = Cursor::new(text);
            assert_eq!((read(&mut at), at.rest()), (Some(Half::Afternoon), rest), "{text}");
        }
        let mut at = Cursor::new("e pasdites - Anna");
        assert_eq!((read(&mut at), at.rest()), (Some(Half::Afternoon), " - Anna"));
        assert_eq!(read(&mut Cursor::new("e paradites")), Some(Half::Morning));
        assert_eq!(read(&mut Cursor::new("e Anna")), None);
        assert_eq!(read(&mut Cursor::new("pman")), None);
        assert_eq!(read(&mut Cursor::new("下午2:56")), Some(Half::Afternoon));
        assert_eq!(read(&mut Cursor::new("- Anna")), None);
    }

    #[test]
    fn hours() {
        assert_eq!(Half::Morning.hour(12), 0);
        assert_eq!((Half::Afternoon.hour(12), Half::Afternoon.hour(1)), (12, 13));
        assert_eq!((Half::Noon.hour(11), Half::Noon.hour(12), Half::Noon.hour(1)), (11, 12, 13));
        assert_eq!(Half::Afternoon.hour(15), 15);
    }
}
