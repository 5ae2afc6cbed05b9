//! A folder on disk, for formats that need several of its files.

use std::path::{Path, PathBuf};

use super::super::error::ImportError;
use super::super::walk::name_of;
use super::Entries;
use crate::import::chats::sink::Sink;
use crate::import::intake::source::Source;

/// The files below a folder.
pub struct Folder {
    path: PathBuf,
    name: String,
}

impl Folder {
    /// The folder at `path`.
    pub fn new(path: &Path) -> Self {
        let name = name_of(path).trim_end_matches('/').to_owned();
        Self { path: path.to_owned(), name }
    }
}

impl Entries for Folder {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&mut self, entry: &str, sink: &Sink<'_>) -> Result<Source<'_>, ImportError> {
        let name = format!("{}/{entry}", self.name);
        let file = super::super::open(&self.path.join(entry), &name)?;
        Source::open(&name, Box::new(file), sink.terms())
    }
}
