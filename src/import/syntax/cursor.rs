//! Reading the head of a line the way people see it: without marks of direction, with every space a space and every
//! script's digits digits. What stands behind the head is handed out untouched.

/// Marks that change how a line is shown and not what it says.
pub fn is_mark(c: char) -> bool {
    // The sign for a new page among them. Not the joiners U+200C and U+200D, which are part of Persian words and of emoji.
    matches!(c, '\u{c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `text` without marks, its odd spaces made plain and its ends trimmed.
pub fn plain(text: &str) -> String {
    let mut out: String = text.chars().filter(|c| !is_mark(*c)).map(normal).collect();
    out.truncate(out.trim_end().len());
    out.drain(..out.len() - out.trim_start().len());
    out
}

fn normal(c: char) -> char {
    match c {
        '\u{a0}' | '\u{202f}' | '\u{2000}'..='\u{200a}' | '\u{3000}' | '\t' => ' ',
        _ => c,
    }
}

/// The first digit of each script that phones write times in.
const ZEROS: [char; 17] = [
    '0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{be6}', '\u{c66}', '\u{ce6}',
    '\u{d66}', '\u{e50}', '\u{ed0}', '\u{1040}', '\u{17e0}', '\u{7c0}', '\u{ff10}',
];

/// The value of a decimal digit of any script that phones write.
pub fn digit(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|d| *d < 10))
}

/// A place in a line. Cheap to copy, so that a failed attempt costs nothing.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// At the start of `line`.
    pub fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// What has not been read yet, as it stands in the line.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next character that is not a mark, made plain.
    pub fn peek(&self) -> Option<char> {
        // Most characters are plain, and this is asked of each many times.
        if let Some(byte) =
            self.rest.bytes().next().filter(|byte| byte.is_ascii() && !matches!(*byte, b'\t' | b'\x0c'))
        {
            return Some(char::from(byte));
        }
        self.rest.chars().find(|c| !is_mark(*c)).map(|c| match c {
            '،' | '、' | '，' => ',',
            '\u{2010}'..='\u{2015}' | '−' => '-',
            '：' => ':',
            '／' => '/',
            _ => normal(c),
        })
    }

    /// Step over the next character that is not a mark.
    pub fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        if self.rest.as_bytes()[0].is_ascii() && self.rest.as_bytes()[0] != b'\x0c' {
            self.rest = &self.rest[1..];
            return Some(next);
        }
        let at = self.rest.char_indices().find(|(_, c)| !is_mark(*c));
        self.rest = at.map_or("", |(i, c)| &self.rest[i + c.len_utf8()..]);
        Some(next)
    }

    /// Step over `c` if it is next.
    pub fn eat(&mut self, c: char) -> bool {
        let next = self.peek() == Some(c);
        if next {
            self.bump();
        }
        next
    }

    /// Step over spaces; how many.
    pub fn spaces(&mut self) -> usize {
        let mut count = 0;
        while self.eat(' ') {
            count += 1;
        }
        count
    }

    /// Read a number of at most `most` digits, all of them; its value and how many there were.
    pub fn number(&mut self, most: u8) -> Option<(u32, u8)> {
        let mut ahead = *self;
        let (mut value, mut count) = (0, 0);
        while let Some(d) = ahead.peek().and_then(digit) {
            count += 1;
            if count > most {
                return None;
            }
            value = value * 10 + d;
            ahead.bump();
        }
        if count == 0 {
            return None;
        }
        *self = ahead;
        Some((value, count))
    }

    /// Step over `word` if it is next, letter case aside.
    pub fn word(&mut self, word: &str) -> bool {
        // Most words that are tried begin otherwise.
        let first = word.chars().next().unwrap_or_default();
        if self.peek().is_some_and(|c| c.is_ascii() && !c.eq_ignore_ascii_case(&first)) {
            return word.is_empty();
        }
        let mut ahead = *self;
        for expected in word.chars() {
            match ahead.bump() {
                Some(c) if c == expected || c.to_lowercase().eq(expected.to_lowercase()) => {}
                _ => return false,
            }
        }
        *self = ahead;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_invisible_and_the_rest_is_untouched() {
        let mut at = Cursor::new("\u{200e}[\u{200f}٢٧/٣ x\u{200e}y");
        assert!(at.eat('['));
        assert_eq!(at.number(2), Some((27, 2)));
        assert!(at.eat('/'));
        assert_eq!((at.number(1), at.spaces(), at.rest()), (Some((3, 1)), 1, "x\u{200e}y"));
    }

    #[test]
    fn plain_names() {
        assert_eq!(plain("\u{202a}+44 7700\u{a0}900123\u{202c} "), "+44 7700 900123");
        assert_eq!(plain(" \u{200e}"), "");
        let mut page = Cursor::new("\u{c}12 x");
        assert_eq!((page.number(2), page.spaces(), page.rest()), (Some((12, 2)), 1, "x"));
    }
}
