//! Tables whose words came from web pages, so that signs are written as entities throughout: `it&#39;s`, `you &amp; me`.

use std::borrow::Cow;

use crate::import::syntax::markup;
use crate::import::syntax::xml::unescape;

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

/// A text as it was seen: the words of a piece of a web page, or with the signs for which its entities stand, where `written` so.
pub fn resolved(text: Cow<'_, str>, written: bool) -> Cow<'_, str> {
    if is_of_page(&text) {
        return markup::read(&text).text.into();
    }
    if written { unescape(&text).into_owned().into() } else { text }
}

/// Whether the text is whole paragraphs of a web page.
fn is_of_page(text: &str) -> bool {
    let text = text.trim();
    ["p", "div", "span"].iter().any(|tag| {
        let opened = text.strip_prefix('<').and_then(|t| t.strip_prefix(tag));
        let closed =
            text.strip_suffix('>').and_then(|t| t.strip_suffix(tag)).is_some_and(|t| t.ends_with("</"));
        closed && opened.is_some_and(|rest| rest.starts_with(['>', ' ']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_out_of_paragraphs_and_others_stay() {
        let read = |text: &'static str| resolved(text.into(), false).into_owned();
        assert_eq!(read("<p class=\"x\">Hello Ben, tea &amp; cake</p>"), "Hello Ben, tea & cake");
        assert_eq!(read("<div>one</div><div>two</div>"), "one\ntwo");
        for text in ["<p>", "<3 </p>", "use </p>", "<picture>x</picture>", "a <p>b</p>"] {
            assert_eq!(read(text), text);
        }
    }
}
