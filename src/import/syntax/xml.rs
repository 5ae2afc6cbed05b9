//! XML of any size, event by event. What real exports get wrong is read all the same: characters written as two halves,
//! entities nobody declared, ends that do not match. Entities are never defined by a file, so none can grow.

mod children;
mod entities;
mod trim;

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event as Raw};

use crate::import::error::ImportError;
pub use children::{longest, root};
pub use entities::unescape;
use trim::Trimmed;

/// Deepest nesting of an element that is held whole.
const DEEPEST: usize = 200;

/// What comes next in a document. Names are without their prefix (`ns:a` is `a`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An element begins. One without content ends at once.
    Open(Tag),
    /// Characters, entities resolved, CDATA included; never blank.
    Text(String),
    /// The element with this name ends.
    Close(String),
    /// Nothing more.
    End,
}

/// The beginning of an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its attributes in order, entities resolved.
    pub attributes: Vec<(String, String)>,
    /// The line it stands on, from 1.
    pub line: u64,
}

impl Tag {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// An element held whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its beginning.
    pub tag: Tag,
    /// The characters directly in it, joined.
    pub text: String,
    /// The elements directly in it.
    pub children: Vec<Self>,
}

impl Element {
    /// The first element with this name directly in it.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.tag.name == name)
    }

    /// All elements with this name directly in it.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |c| c.tag.name == name)
    }
}

/// A document being read.
pub struct Xml<R> {
    name: String,
    limit: usize,
    reader: quick_xml::Reader<Trimmed<R>>,
    buffer: Vec<u8>,
    /// Characters gathered, still with entities, until something else comes.
    text: String,
    /// What came after the characters.
    next: Option<Event>,
}

impl<R: BufRead> Xml<R> {
    /// Read `input`, called `name` in errors. Attributes and runs of characters past `longest` bytes lose their end (they
    /// are pictures written as text); an element held whole may take `limit` bytes.
    pub fn new(name: &str, input: R, longest: usize, limit: usize) -> Self {
        let mut reader = quick_xml::Reader::from_reader(Trimmed::new(input, longest));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { name: name.to_owned(), limit, reader, buffer: Vec::new(), text: String::new(), next: None }
    }

    /// The line that has been reached, from 1.
    pub fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }

    /// What comes next.
    ///
    /// # Errors
    /// [`ImportError::Broken`] where the document breaks off inside a tag or is no XML.
    pub fn event(&mut self) -> Result<Event, ImportError> {
        if let Some(event) = self.next.take() {
            return Ok(event);
        }
        loop {
            let event = self.raw()?;
            let Some(event) = event else { continue };
            let text = std::mem::take(&mut self.text);
            if text.trim().is_empty() {
                return Ok(event);
            }
            self.next = Some(event);
            return Ok(Event::Text(unescape(&text).into_owned()));
        }
    }

    /// One step of the parser: an event, or `None` when only characters were gathered or passed over.
    fn raw(&mut self) -> Result<Option<Event>, ImportError> {
        self.buffer.clear();
        let line = self.line();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Raw::Start(start)) => Ok(Some(Event::Open(tag(&start, line)))),
            Ok(Raw::End(end)) => Ok(Some(Event::Close(end.name().local_name().into_inner().to_owned()))),
            Ok(Raw::Eof) => Ok(Some(Event::End)),
            Ok(Raw::Text(text)) => {
                self.text.push_str(&text);
                Ok(None)
            }
            Ok(Raw::GeneralRef(entity)) => {
                self.text.push('&');
                self.text.push_str(&entity);
                self.text.push(';');
                Ok(None)
            }
            Ok(Raw::CData(data)) => {
                // Written as it is meant, so it must not be resolved again.
                self.text.push_str(&data.replace('&', "&amp;"));
                Ok(None)
            }
            Ok(_) => Ok(None),
            Err(quick_xml::Error::Io(e)) => {
                let own = std::sync::Arc::try_unwrap(e).unwrap_or_else(|e| e.kind().into());
                Err(ImportError::io(&self.name, own))
            }
            Err(_) => Err(ImportError::Broken { name: self.name.clone(), line: self.line() }),
        }
    }

    /// The whole of the element that `tag` has just opened.
    ///
    /// # Errors
    /// Also [`ImportError::TooLarge`] when it takes more than the limit.
    pub fn element(&mut self, tag: Tag) -> Result<Element, ImportError> {
        let mut open = vec![Element { tag, ..Element::default() }];
        let mut held = 0;
        loop {
            let event = self.event()?;
            held += 64;
            match event {
                Event::Open(tag) => {
                    held += tag.attributes.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
                    open.push(Element { tag, ..Element::default() });
                }
                Event::Text(text) => {
                    held += text.len();
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Event::Close(_) | Event::End => {
                    let Some(done) = open.pop() else { return Ok(Element::default()) };
                    match open.last_mut() {
                        Some(parent) if event != Event::End => parent.children.push(done),
                        None if event != Event::End => return Ok(done),
                        // Cut off inside the element.
                        _ => {
                            return Err(ImportError::Broken { name: self.name.clone(), line: self.line() });
                        }
                    }
                }
            }
            if held > self.limit || open.len() > DEEPEST {
                let (name, line, limit) = (self.name.clone(), self.line(), self.limit as u64);
                return Err(ImportError::TooLarge { name, line, what: "the element", limit });
            }
        }
    }

    /// Read on behind the end of the element that was opened last, without holding any of it.
    pub fn skip(&mut self) -> Result<(), ImportError> {
        let mut depth = 1u64;
        while depth > 0 {
            match self.event()? {
                Event::Open(_) => depth += 1,
                Event::Close(_) => depth -= 1,
                Event::Text(_) => {}
                Event::End => break,
            }
        }
        Ok(())
    }
}

fn tag(start: &BytesStart<'_>, line: u64) -> Tag {
    let name = start.name().local_name().into_inner().to_owned();
    let mut attributes = start.attributes();
    // A broken attribute is left out; the others count.
    let attributes = attributes.with_checks(false).flatten();
    let attributes = attributes
        .map(|a| (a.key.local_name().into_inner().to_owned(), unescape(&a.value).into_owned()))
        .collect();
    Tag { name, attributes, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<Event> {
        let mut xml = Xml::new("f", text.as_bytes(), 40, 10_000);
        let mut out = Vec::new();
        loop {
            match xml.event().unwrap() {
                Event::End => return out,
                event => out.push(event),
            }
        }
    }

    fn open(name: &str, attributes: &[(&str, &str)], line: u64) -> Event {
        let attributes = attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Event::Open(Tag { name: name.to_owned(), attributes, line })
    }

    #[test]
    fn names_attributes_and_characters() {
        let text =
            "<?xml version=\"1.0\"?>\n<a:x k='1 &lt; 2'>one &amp; <![CDATA[two &amp; <b>]]>\n<y/></a:x>";
        let close = |name: &str| Event::Close(name.to_owned());
        let words = Event::Text("one & two &amp; <b>\n".to_owned());
        assert_eq!(
            events(text),
            [open("x", &[("k", "1 < 2")], 2), words, open("y", &[], 3), close("y"), close("x")]
        );
    }

    #[test]
    fn halves_of_characters_and_unknown_entities() {
        assert_eq!(
            events("<a b=\"&#55357;&#56832; &nbsp;&huh; &#0;\"/>")[0],
            open("a", &[("b", "😀 \u{a0}&huh; \u{fffd}")], 1)
        );
    }

    #[test]
    fn a_picture_in_an_attribute_is_not_held() {
        let text = format!("<p data=\"{}\" z=\"2\"/>", "é".repeat(5000));
        let Event::Open(tag) = &events(&text)[0] else { panic!("a tag") };
        assert!(tag.get("data").unwrap().len() <= 42 && tag.get("z") == Some("2"));
    }

    #[test]
    fn elements_are_held_whole_or_passed_over() {
        let mut xml = Xml::new("f", &b"<a><b><c>x</c>y</b><d><e/></d>z</a>"[..], 100, 10_000);
        let Event::Open(_) = xml.event().unwrap() else { panic!() };
        let Event::Open(b) = xml.event().unwrap() else { panic!() };
        let b = xml.element(b).unwrap();
        assert_eq!((b.text.as_str(), b.child("c").unwrap().text.as_str(), b.all("c").count()), ("y", "x", 1));
        assert!(matches!(xml.event().unwrap(), Event::Open(d) if d.name == "d"));
        xml.skip().unwrap();
        assert_eq!(xml.event().unwrap(), Event::Text("z".to_owned()));
    }

    #[test]
    fn what_breaks_off_or_grows_is_an_error() {
        let mut xml = Xml::new("f", &b"<a>\n<b>x"[..], 100, 10_000);
        let Event::Open(a) = xml.event().unwrap() else { panic!() };
        assert!(matches!(xml.element(a).unwrap_err(), ImportError::Broken { line: 2, .. }));
        let deep = "<a>".repeat(5000);
        let mut xml = Xml::new("f", deep.as_bytes(), 100, 1 << 20);
        let Event::Open(a) = xml.event().unwrap() else { panic!() };
        assert!(matches!(xml.element(a).unwrap_err(), ImportError::TooLarge { .. }));
    }
}
