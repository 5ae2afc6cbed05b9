//! Walking down a document element by element, and knowing one by its root.

use std::io::BufRead;

use super::{Event, Tag, Xml};
use crate::import::Limits;
use crate::import::error::ImportError;

impl<R: BufRead> Xml<R> {
    /// The root element; `None` when there is none.
    pub fn first(&mut self) -> Result<Option<Tag>, ImportError> {
        loop {
            match self.event()? {
                Event::Open(tag) => return Ok(Some(tag)),
                Event::End => return Ok(None),
                Event::Text(_) | Event::Close(_) => {}
            }
        }
    }

    /// The next element in the one that is open, to be gone into, held or skipped; `None` behind the last.
    ///
    /// # Errors
    /// [`ImportError::Broken`] when the document ends before.
    pub fn child(&mut self) -> Result<Option<Tag>, ImportError> {
        loop {
            match self.event()? {
                Event::Open(tag) => return Ok(Some(tag)),
                Event::Close(_) => return Ok(None),
                Event::Text(_) => {}
                Event::End => return Err(self.broken()),
            }
        }
    }

    /// Make sure that nothing follows the root element.
    pub fn finish(&mut self) -> Result<(), ImportError> {
        match self.first()? {
            Some(_) => Err(self.broken()),
            None => Ok(()),
        }
    }

    /// The error for a document that breaks off here.
    pub fn broken(&self) -> ImportError {
        ImportError::Broken { name: self.name.clone(), line: self.line() }
    }
}

/// How long attributes and runs of characters may be in the file: entities take more room there than in a message, and
/// what is longer is cut, and said to be, by the conversation.
pub fn longest(limits: &Limits) -> usize {
    limits.message.saturating_mul(8)
}

/// The name of the root element of XML that begins with `text`, and everything from there on; `None` where there is
/// none yet or it is no XML.
pub fn root(text: &str) -> Option<(&str, &str)> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!") => ">",
            _ => break,
        };
        rest = rest[rest.find(end)? + end.len()..].trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let name = &name[..name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?];
    let local = name.rsplit(':').next().unwrap_or(name);
    (!local.is_empty()).then_some((local, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_behind_what_stands_before_it() {
        let text = "\u{feff}<?xml version='1.0'?>\n<!-- a > b --><!DOCTYPE x>\n<n:chats a='1'><b/>";
        assert_eq!(root(text).unwrap().0, "chats");
        assert!(root(text).unwrap().1.starts_with("<n:chats"));
        assert!(
            [root("hello"), root("<?xml "), root("<"), root("<a"), root("< >")].iter().all(Option::is_none)
        );
    }

    #[test]
    fn children_one_by_one() {
        let mut xml = Xml::new("f", &b"<a>x<b><c/></b>\n<d/></a>"[..], 100, 1000);
        assert_eq!(xml.first().unwrap().unwrap().name, "a");
        assert_eq!(xml.child().unwrap().unwrap().name, "b");
        xml.skip().unwrap();
        assert_eq!(xml.child().unwrap().unwrap().name, "d");
        assert!(xml.child().unwrap().is_none());
        assert!(xml.child().unwrap().is_none());
        xml.finish().unwrap();
        assert!(matches!(xml.child(), Err(ImportError::Broken { line: 2, .. })));
    }
}
