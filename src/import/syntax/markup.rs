//! Words out of the HTML that messages of some apps are written in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use html5gum::{HtmlString, Spanned, Token, Tokenizer};

/// What a message in HTML says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Markup {
    /// The words, without what is quoted of others.
    pub text: String,
    /// The file that is sent, by its name or else its title.
    pub file: Option<String>,
    /// What is told of a call: `started`, `ended`, `missed`.
    pub call: Option<String>,
}

/// What a cell of a table says in which ends of lines are written as `<br>`.
pub fn with_line_ends(cell: &str) -> Cow<'_, str> {
    const ENDS: [&str; 3] = ["<br>", "<br/>", "<br />"];
    match ENDS.iter().any(|end| cell.contains(end)) {
        true => ENDS.iter().fold(cell.to_owned(), |text, end| text.replace(end, "\n")).into(),
        false => cell.into(),
    }
}

/// Words of which only the three signs of markup are escaped, as in exports of Slack and X; `&amp;` comes last, so that nothing is unescaped twice.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Read `html`, broken or not. A message that only quotes keeps what it quotes.
pub fn read(html: &str) -> Markup {
    let mut reading = Reading::default();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => reading.start(&tag.name, &tag.attributes, tag.self_closing),
            Token::EndTag(tag) => reading.end(&tag.name),
            Token::String(text) => reading.words(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    reading.finish()
}

#[derive(Default)]
struct Reading {
    found: Markup,
    quoted: String,
    title: String,
    /// How deep in quotes, and in what stands for a file.
    quotes: usize,
    files: usize,
    titled: bool,
    link: Option<String>,
}

impl Reading {
    fn start(
        &mut self,
        tag: &[u8],
        attributes: &BTreeMap<HtmlString, Spanned<HtmlString, ()>>,
        closed: bool,
    ) {
        let get = |key: &str| attributes.get(key.as_bytes()).map(|v| String::from_utf8_lossy(v).into_owned());
        match tag {
            b"br" => self.words("\n"),
            b"quote" if !closed => self.quotes += 1,
            b"uriobject" | b"files" => {
                self.found.file.get_or_insert_default();
                self.files += usize::from(!closed);
            }
            b"originalname" => self.name(get("v")),
            b"meta" => self.name(get("originalname")),
            b"title" | b"file" => self.titled = !closed,
            b"partlist" => self.found.call = Some(get("type").unwrap_or_default()),
            b"a" => self.link = get("href").filter(|_| !closed),
            b"emoji" => self.words(&get("alt").unwrap_or_default()),
            // Teams draws some of its signs so.
            b"img" if get("itemtype").is_some_and(|kind| kind.ends_with("/Emoji")) => {
                self.words(&get("alt").unwrap_or_default());
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &[u8]) {
        match tag {
            b"quote" => self.quotes = self.quotes.saturating_sub(1),
            b"uriobject" | b"files" => self.files = self.files.saturating_sub(1),
            b"title" | b"file" => self.titled = false,
            b"p" | b"div" | b"li" => self.words("\n"),
            b"a" => {
                // A link without words is its address.
                if let Some(link) = self.link.take() {
                    self.words(&link);
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.link = None;
        }
        if self.files > 0 {
            if self.titled {
                self.title.push_str(text);
            }
        } else if self.quotes > 0 {
            self.quoted.push_str(text);
        } else if self.found.call.is_none() {
            self.found.text.push_str(text);
        }
    }

    fn name(&mut self, name: Option<String>) {
        if let (Some(file), Some(name)) = (&mut self.found.file, name)
            && file.is_empty()
        {
            *file = name;
        }
    }

    fn finish(mut self) -> Markup {
        let title = self.title.trim();
        if let Some(file) = self.found.file.as_mut().filter(|f| f.is_empty()) {
            *file = title.to_owned();
        }
        let text = Some(self.found.text.trim()).filter(|t| !t.is_empty()).unwrap_or(self.quoted.trim());
        self.found.text = text.to_owned();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_marked_up_messages() {
        for (html, words) in [
            ("a &amp; b &lt;3 caf&eacute;", "a & b <3 café"),
            ("<b raw_pre=\"*\">bold</b> and <i>not</i><br/>next", "bold and not\nnext"),
            ("<ss type=\"smile\">:)</ss> hi", ":) hi"),
            ("see <a href=\"https://example.org/\">this</a>", "see this"),
            ("see <a href=\"https://example.org/\"></a>", "see https://example.org/"),
            (
                "<quote author=\"a\"><legacyquote>[1] A: </legacyquote>old<legacyquote>&lt;&lt;</legacyquote></quote>new",
                "new",
            ),
            ("<quote author=\"a\">only this", "only this"),
            (
                "<p>ok <emoji id=\"smile\" alt=\"😊\"></emoji></p><p><img alt=\"image\" src=\"x\"></p>",
                "ok 😊",
            ),
            ("1 < 2 and <3", "1 < 2 and <3"),
            ("", ""),
        ] {
            assert_eq!(read(html).text, words, "{html}");
        }
    }

    #[test]
    fn files_and_calls() {
        let html = "<URIObject type=\"Picture.1\" uri=\"u\">To view this, go to: <a href=\"u\">u</a>\
                    <OriginalName v=\"cat.jpg\"/></URIObject>";
        let Markup { text, file, .. } = read(html);
        assert_eq!((text.as_str(), file.as_deref()), ("", Some("cat.jpg")));
        assert_eq!(read("<files><file tid=\"1\">a.doc</file></files>").file.as_deref(), Some("a.doc"));
        let call = read("<partlist type=\"ended\"><part><name>x</name></part></partlist>");
        assert_eq!((call.call.as_deref(), call.text.as_str()), (Some("ended"), ""));
    }
}
