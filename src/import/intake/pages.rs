//! Web pages as exports have them, read as a stream: what stands in the elements that hold a record (a message, a name
//! above some) is gathered as a small tree, and all else is passed over. Nothing of a page is run or fetched.

use std::collections::BTreeMap;

use html5gum::{HtmlString, IoReader, Spanned, Token, Tokenizer};

use super::source::{Sample, Source};
use crate::import::error::ImportError;
use crate::import::syntax::quota::Quota;

/// How deep the elements of a record are kept; what lies deeper belongs to the last of them.
const DEEPEST: usize = 64;
/// The longest value of an attribute that is kept: what is longer is a picture.
const LONGEST: usize = 8192;
/// Attributes that are kept.
const KEPT: [&str; 9] = ["class", "id", "title", "href", "src", "alt", "style", "data-user-id", "name"];
/// Elements that have no end.
const VOID: [&str; 9] = ["br", "img", "hr", "input", "link", "meta", "source", "wbr", "embed"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 15] =
    ["div", "p", "li", "ul", "ol", "pre", "blockquote", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"];

/// An element with all that it holds.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name, in small letters.
    pub tag: String,
    /// Whether the page breaks off in it.
    pub cut: bool,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Child>,
}

#[derive(Debug)]
enum Child {
    Element(Element),
    Words(String),
}

/// How an element shows among words.
pub enum Shown {
    /// By what it holds.
    Inside,
    /// Not at all.
    Never,
    /// By this text.
    As(String),
}

impl Element {
    fn new(tag: &[u8], attributes: &BTreeMap<HtmlString, Spanned<HtmlString, ()>>) -> Self {
        let kept = |key: &'static str| {
            let value = attributes.get(key.as_bytes()).filter(|value| value.len() <= LONGEST)?;
            Some((key, String::from_utf8_lossy(value).into_owned()))
        };
        let tag = String::from_utf8_lossy(tag).into_owned();
        Self {
            tag,
            cut: false,
            attributes: KEPT.into_iter().filter_map(kept).collect(),
            children: Vec::new(),
        }
    }

    /// The value of the attribute `key`; empty where there is none.
    pub fn get(&self, key: &str) -> &str {
        self.attributes.iter().find(|(k, _)| *k == key).map_or("", |(_, value)| value)
    }

    /// Whether it is of the class `name`.
    pub fn is(&self, name: &str) -> bool {
        self.get("class").split_ascii_whitespace().any(|class| class == name)
    }

    /// Whether it is of one of the classes.
    pub fn is_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// The elements right inside it.
    pub fn elements(&self) -> impl DoubleEndedIterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Words(_) => None,
        })
    }

    /// All elements that are `wanted` and lie in no other that is, in the order of the page; itself alone, if it is.
    pub fn all(&self, wanted: &dyn Fn(&Self) -> bool) -> Vec<&Self> {
        if wanted(self) {
            return vec![self];
        }
        self.elements().flat_map(|element| element.all(wanted)).collect()
    }

    /// The first of them.
    pub fn first(&self, wanted: &dyn Fn(&Self) -> bool) -> Option<&Self> {
        if wanted(self) { Some(self) } else { self.elements().find_map(|element| element.first(wanted)) }
    }

    /// Its words on one line or several, as a browser shows them.
    pub fn text(&self) -> String {
        self.words(false, &|_| Shown::Inside)
    }

    /// Its words, with each element `shown` so; `lines` keeps the line ends of the page itself.
    pub fn words(&self, lines: bool, shown: &dyn Fn(&Self) -> Shown) -> String {
        let mut words = String::new();
        self.write(lines, shown, &mut words);
        let lines: Vec<&str> = words.trim().split('\n').map(str::trim_end).collect();
        lines.join("\n")
    }

    fn write(&self, lines: bool, shown: &dyn Fn(&Self) -> Shown, words: &mut String) {
        match shown(self) {
            Shown::Never => return,
            Shown::As(text) => return words.push_str(&text),
            Shown::Inside if self.tag == "br" => return words.push('\n'),
            Shown::Inside => {}
        }
        let block = BLOCKS.contains(&self.tag.as_str());
        if block {
            end_line(words);
        }
        for child in &self.children {
            match child {
                Child::Element(element) => element.write(lines, shown, words),
                Child::Words(text) if lines => words.push_str(text),
                Child::Words(text) => flow(text, words),
            }
        }
        if block {
            end_line(words);
        }
    }

    fn say(&mut self, text: &str) {
        match self.children.last_mut() {
            Some(Child::Words(words)) => words.push_str(text),
            _ => self.children.push(Child::Words(text.to_owned())),
        }
    }
}

fn end_line(words: &mut String) {
    if !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
}

/// Line ends and indents of a page are no part of what was written.
fn flow(text: &str, words: &mut String) {
    for c in text.chars() {
        match c {
            ' ' | '\n' | '\r' | '\t' if words.is_empty() || words.ends_with([' ', '\n']) => {}
            '\n' | '\r' | '\t' => words.push(' '),
            c => words.push(c),
        }
    }
}

/// Whether what begins with `sample` is a page or a piece of one.
pub fn is_page(sample: &Sample) -> bool {
    let start: String = sample.text().trim_start().chars().take(9).collect::<String>().to_ascii_lowercase();
    ["<!doctype", "<html", "<?xml", "<div", "<head", "<body", "<!--"].iter().any(|tag| start.starts_with(tag))
}

/// Give every token of a page to `take`, which tells whether a record goes on behind it: one alone must keep to `limit`.
pub fn tokens(
    source: Source<'_>,
    limit: usize,
    take: &mut dyn FnMut(Token) -> Result<bool, ImportError>,
) -> Result<(), ImportError> {
    let name = source.name().to_owned();
    let (quota, meter) = Quota::new(source.into_text()?, limit);
    for token in Tokenizer::new(IoReader::new(quota)) {
        if !take(token.map_err(|error| ImportError::io(&name, error))?)? {
            meter.reset();
        }
    }
    Ok(())
}

/// Give every element that `is_record`, and lies in no other that is, to `take`, also the one that the end of the page cuts
/// off; whether the page breaks off, there or elsewhere.
pub fn each(
    source: Source<'_>,
    limit: usize,
    is_record: &dyn Fn(&Element) -> bool,
    take: &mut dyn FnMut(Element) -> Result<(), ImportError>,
) -> Result<bool, ImportError> {
    let mut open = Open::default();
    let mut ends = true;
    let result = tokens(source, limit, &mut |token| {
        match &token {
            Token::StartTag(tag) if is_frame(&tag.name) => ends = false,
            Token::EndTag(tag) if is_frame(&tag.name) => ends = true,
            _ => {}
        }
        if let Some(record) = open.token(token, is_record) {
            take(record)?;
        }
        Ok(!open.stack.is_empty())
    });
    open.stack.iter_mut().for_each(|element| element.cut = true);
    let cut = open.close(0);
    ends &= cut.is_none();
    cut.map_or(Ok(()), take)?;
    result.map(|()| !ends)
}

/// Whether all of a page stands in elements of this name.
fn is_frame(name: &[u8]) -> bool {
    matches!(name, b"html" | b"body")
}

/// The elements of a record that are open, outermost first.
#[derive(Default)]
struct Open {
    stack: Vec<Element>,
    /// How many are open beyond those that are kept.
    beyond: usize,
}

impl Open {
    /// Take a token in; a record that it completes.
    fn token(&mut self, token: Token, is_record: &dyn Fn(&Element) -> bool) -> Option<Element> {
        match token {
            Token::StartTag(tag) => {
                let element = Element::new(&tag.name, &tag.attributes);
                if self.stack.is_empty() && !is_record(&element) {
                    return None;
                }
                let ends = tag.self_closing || VOID.contains(&element.tag.as_str());
                self.start(element, ends)
            }
            Token::EndTag(tag) => self.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => {
                if let Some(last) = self.stack.last_mut() {
                    last.say(&String::from_utf8_lossy(&text));
                }
                None
            }
            _ => None,
        }
    }

    fn start(&mut self, element: Element, ends: bool) -> Option<Element> {
        if self.stack.len() >= DEEPEST {
            self.beyond += usize::from(!ends);
            return None;
        }
        self.stack.push(element);
        if ends { self.close(self.stack.len() - 1) } else { None }
    }

    /// An end closes all that was left open inside; one that nothing began is passed over.
    fn end(&mut self, tag: &str) -> Option<Element> {
        if self.beyond > 0 {
            self.beyond -= 1;
            return None;
        }
        let at = self.stack.iter().rposition(|element| element.tag == tag)?;
        self.close(at)
    }

    /// Close all from the one at `at` on; the record, if that was it.
    fn close(&mut self, at: usize) -> Option<Element> {
        while self.stack.len() > at {
            let element = self.stack.pop()?;
            match self.stack.last_mut() {
                Some(parent) => parent.children.push(Child::Element(element)),
                None => return Some(element),
            }
        }
        None
    }
}

/// Read a piece of a page that is held, such as a sample.
pub fn held(html: &str, is_record: &dyn Fn(&Element) -> bool) -> Vec<Element> {
    let mut open = Open::default();
    Tokenizer::new(html).filter_map(|Ok(token)| open.token(token, is_record)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(html: &str) -> Element {
        held(html, &|e| e.tag == "div").pop().unwrap()
    }

    #[test]
    fn words_as_a_browser_shows_them() {
        for (html, words) in [
            ("<div>a &amp;\n   b<br>c</div>", "a & b\nc"),
            ("<div><div>a</div><div></div><p>b<p>c</div>", "a\nb\nc"),
            ("<div>a <b>bold</b> word</i></div>", "a bold word"),
            ("<div><img src=x>a<source></div>", "a"),
        ] {
            assert_eq!(one(html).text(), words, "{html}");
        }
        assert_eq!(one("<div>a\nb</div>").words(true, &|_| Shown::Inside), "a\nb");
        let shown = |e: &Element| match e.tag.as_str() {
            "ul" => Shown::Never,
            "img" => Shown::As(e.get("alt").to_owned()),
            _ => Shown::Inside,
        };
        assert_eq!(one("<div>a <img alt=':)'><ul><li>b</ul></div>").words(false, &shown), "a :)");
    }

    #[test]
    fn elements_are_found_however_deep_they_lie() {
        let nested = format!(
            "<div>{}x{}</div><div class=\"b c\">y</div>",
            "<div>".repeat(5000),
            "</div>".repeat(5000)
        );
        let found = held(&nested, &|e| e.tag == "div");
        assert_eq!((found.len(), found[0].text().as_str(), found[1].text().as_str()), (2, "x", "y"));
        assert!(found[1].is("c") && !found[1].is("b c") && found[1].is_any(&["a", "b"]));
        assert!(one("<div><p><b>x</b></p></div>").first(&|e| e.tag == "b").is_some());
    }
}
