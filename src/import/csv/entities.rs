//! Tables whose words came from web pages, so that signs are written as entities throughout: `it&#39;s`, `you &amp; me`.

use std::borrow::Cow;

use super::super::xml::unescape;

/// What texts show of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entities {
    written: bool,
    bare: bool,
}

impl Entities {
    /// Look at one more text.
    pub fn see(&mut self, text: &str) {
        self.bare |= text.contains(['<', '>']);
        for (at, _) in text.match_indices('&') {
            let inner = text[at + 1..].split_once(';').map(|(inner, _)| inner);
            let entity = inner.is_some_and(|inner| {
                (2..9).contains(&inner.len()) && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
            });
            self.written |= entity;
            self.bare |= !entity;
        }
    }

    /// Whether signs are written as entities: there are some, and no text has such a sign itself.
    pub fn throughout(self) -> bool {
        self.written && !self.bare
    }
}

/// A text with the signs for which its entities stand, where `written` so.
pub fn resolved(text: Cow<'_, str>, written: bool) -> Cow<'_, str> {
    if written { unescape(&text).into_owned().into() } else { text }
}
