//! An input on its way to a format: first a look at its beginning, then all of it, as bytes, text or lines.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use super::encoding::{self, Meeting, Nature, Utf8};
use super::files;
use super::lines::Lines;
use crate::import::{ImportError, Limits};

/// How much of an input detection gets to see, in bytes.
const SAMPLE: u64 = 256 * 1024;

/// The beginning of an input.
#[derive(Clone, Debug)]
pub struct Sample {
    name: String,
    bytes: Vec<u8>,
    nature: Nature,
    text: String,
    /// Whether lines end in a carriage return alone, as old programs write them; `text` has them as others do.
    old: bool,
    whole: bool,
    outline: OnceCell<Value>,
    /// What a format made of it while it looked.
    kept: Rc<RefCell<Option<Box<dyn Any>>>>,
}

impl Sample {
    pub(in crate::import) fn new(name: &str, bytes: Vec<u8>) -> Self {
        let nature = encoding::nature(&bytes);
        let mut text = String::new();
        if matches!(nature, Nature::Text(..)) {
            let decoded = Utf8::new(&bytes[..], nature, Meeting::default());
            let _ = decoded.and_then(|mut d| d.read_to_string(&mut text));
        }
        let old = text.contains('\r') && !text.contains('\n');
        if old {
            text = text.replace('\r', "\n");
        }
        let whole = (bytes.len() as u64) < SAMPLE;
        Self {
            name: name.to_owned(),
            bytes,
            nature,
            text,
            old,
            whole,
            outline: OnceCell::new(),
            kept: Rc::default(),
        }
    }

    /// The input's name: a path, or the name of an entry in an archive after the archive's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the name ends in after its last dot, in lower case; empty without one.
    pub fn extension(&self) -> String {
        files::extension(&self.name)
    }

    /// The first bytes, as they are.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first bytes as text; empty when they are none.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the text shows of its structure when it is JSON, as far as it is complete in the sample; else `Null`. A file
    /// of one JSON document a line shows the first.
    pub fn outline(&self) -> &Value {
        self.outline.get_or_init(|| crate::import::syntax::json::outline(&self.text))
    }

    /// Whether this is all of the input.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Its lines, without one that the end of the sample cuts off unless it is the only one.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let end = match self.text.rfind('\n') {
            Some(last) if !self.whole => last,
            _ => self.text.len(),
        };
        self.text[..end].lines()
    }

    /// Keep what a format `made` of it, for its reading.
    pub(in crate::import) fn keep<T: 'static>(&self, made: T) {
        *self.kept.borrow_mut() = Some(Box::new(made));
    }

    /// What was kept last, once, if it is of this kind.
    pub(in crate::import) fn kept<T: 'static>(&self) -> Option<T> {
        self.kept.take()?.downcast().ok().map(|made| *made)
    }

    pub(in crate::import) fn nature(&self) -> Nature {
        self.nature
    }
}

/// How large things may get, and where what decoding met is counted.
pub type Terms = (Limits, Meeting);

/// An input to be read. It can be read once; see [`Source::replay`] for formats that have to look twice.
pub struct Source<'a> {
    path: Option<&'a Path>,
    sample: Sample,
    stream: Box<dyn Read + 'a>,
    met: Meeting,
    limits: Limits,
}

impl<'a> Source<'a> {
    pub(in crate::import) fn new(
        name: &str,
        path: Option<&'a Path>,
        head: Vec<u8>,
        stream: Box<dyn Read + 'a>,
        (limits, met): Terms,
    ) -> Self {
        Self { path, sample: Sample::new(name, head), stream, met, limits }
    }

    /// The source called `name` whose bytes come from `stream`.
    pub fn open(name: &str, mut stream: Box<dyn Read + 'a>, terms: Terms) -> Result<Self, ImportError> {
        let head = head(name, &mut stream)?;
        Ok(Self::new(name, None, head, stream, terms))
    }

    /// Where it comes from: the path as the user gave it, with the entry of an archive after it.
    pub fn name(&self) -> &str {
        &self.sample.name
    }

    /// The file on disk, when it is one of its own.
    pub fn path(&self) -> Option<&'a Path> {
        self.path
    }

    /// Its beginning.
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    /// The whole of it, as bytes.
    pub fn into_bytes(self) -> impl Read + 'a {
        Cursor::new(self.sample.bytes).chain(self.stream)
    }

    /// Why reading on from the sample fails, if it does.
    pub(in crate::import) fn failure(mut self) -> Option<ImportError> {
        self.stream.read(&mut [0]).err().map(|e| ImportError::io(&self.sample.name, e))
    }

    /// The whole of it, as UTF-8.
    pub fn into_text(self) -> Result<Utf8<impl Read + 'a>, ImportError> {
        let (nature, met, name) = (self.sample.nature, self.met.clone(), self.sample.name.clone());
        Utf8::new(self.into_bytes(), nature, met).map_err(|e| ImportError::io(&name, e))
    }

    /// The whole of it, as lines of at most the size of a message.
    pub fn into_lines(self) -> Result<Lines<Utf8<impl Read + 'a>>, ImportError> {
        let (name, limit, old) = (self.sample.name.clone(), self.limits.message, self.sample.old);
        let lines = Lines::new(self.into_text()?, &name, limit);
        Ok(if old { lines.ending_in(b'\r') } else { lines })
    }

    /// Something that can be read several times: the file itself, or a copy in memory of what has none.
    pub fn replay(self) -> Result<Replay, ImportError> {
        let (name, nature, met) = (self.sample.name.clone(), self.sample.nature, self.met.clone());
        let held = match self.path {
            Some(path) => Held::File(path.to_owned()),
            None => {
                Held::Bytes(hold(&name, Cursor::new(self.sample.bytes).chain(self.stream), self.limits.held)?)
            }
        };
        Ok(Replay { name, held, nature, met })
    }
}

/// An input that can be read several times.
pub struct Replay {
    name: String,
    held: Held,
    nature: Nature,
    met: Meeting,
}

enum Held {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl Replay {
    /// From the beginning, as UTF-8. Only the reading that `counts` reports what could not be decoded.
    pub fn text(&self, counts: bool) -> Result<Utf8<Box<dyn Read + '_>>, ImportError> {
        let failed = |e| ImportError::io(&self.name, e);
        let raw: Box<dyn Read> = match &self.held {
            Held::File(path) => Box::new(File::open(path).map_err(failed)?),
            Held::Bytes(bytes) => Box::new(&bytes[..]),
        };
        let met = if counts { self.met.clone() } else { Meeting::default() };
        Utf8::new(raw, self.nature, met).map_err(failed)
    }
}

/// The first bytes of `stream`, as many as a sample has. Where reading fails on the way, what came before is kept
/// and the failure comes when `stream` is read on.
pub(in crate::import) fn head<'a>(
    name: &str,
    stream: &mut Box<dyn Read + 'a>,
) -> Result<Vec<u8>, ImportError> {
    let mut head = Vec::new();
    match stream.by_ref().take(SAMPLE).read_to_end(&mut head) {
        Err(e) if head.is_empty() => Err(ImportError::io(name, e)),
        Err(e) => {
            *stream = Box::new(Failed(Some(e)));
            Ok(head)
        }
        Ok(_) => Ok(head),
    }
}

/// A stream that has failed already.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// All of `stream` in memory, or an error when that is more than `limit` bytes.
pub(in crate::import) fn hold(name: &str, stream: impl Read, limit: usize) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    stream.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|e| ImportError::io(name, e))?;
    if bytes.len() > limit {
        return Err(ImportError::too_much_held(name, 0, limit));
    }
    Ok(bytes)
}
