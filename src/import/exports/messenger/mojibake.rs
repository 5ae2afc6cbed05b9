//! UTF-8 whose bytes were written as characters of their own, and how to tell it from text that only looks odd.

use serde_json::Value;

use crate::import::Flow;
use crate::import::error::ImportError;
use crate::import::syntax::json::{Path, Walker, Want, str_at};

/// The text that the characters, taken as bytes, spell in UTF-8; `None` when they do not, or are ASCII.
pub fn mended(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// What the texts of a file say about how it is written.
#[derive(Default)]
pub struct Evidence {
    mangled: u64,
    plain: u64,
    beyond: bool,
}

impl Evidence {
    fn add(&mut self, text: Option<&str>) {
        let Some(text) = text.filter(|t| !t.is_ascii()) else { return };
        self.beyond |= text.chars().any(|c| u32::from(c) > 0xff);
        match mended(text) {
            Some(_) => self.mangled += 1,
            None => self.plain += 1,
        }
    }

    /// Whether the file as a whole needs mending: no character is beyond a byte, and most texts spell something.
    pub fn is_mangled(&self) -> bool {
        !self.beyond && self.mangled > self.plain
    }
}

impl Walker for Evidence {
    fn want(&mut self, path: &Path) -> Want {
        match path.depth() {
            1 if matches!(path.last_key(), Some("messages" | "participants")) => Want::Enter,
            1 if path.last_key() == Some("title") => Want::Take,
            2 => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.depth() == 1 {
            self.add(value.as_str());
        }
        ["sender_name", "content", "name"].iter().for_each(|key| self.add(str_at(&value, &[key])));
        Ok(Flow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_spells_utf8_is_mended() {
        assert_eq!(mended("caf\u{c3}\u{a9}").as_deref(), Some("café"));
        assert_eq!(mended("\u{f0}\u{9f}\u{98}\u{80}").as_deref(), Some("😀"));
        assert_eq!((mended("café"), mended("😀"), mended("plain")), (None, None, None));
    }

    #[test]
    fn the_whole_file_decides() {
        let verdict = |texts: &[&str]| {
            let mut evidence = Evidence::default();
            texts.iter().for_each(|text| evidence.add(Some(text)));
            evidence.is_mangled()
        };
        assert!(verdict(&["caf\u{c3}\u{a9}", "plain"]));
        assert!(!verdict(&["caf\u{c3}\u{a9}", "😀"]));
        assert!(!verdict(&["\u{c3}\u{a9}", "café"]));
        assert!(!verdict(&["plain"]));
    }
}
