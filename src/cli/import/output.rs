//! The file that a conversion writes: beside its place under another name until it is complete.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::super::outputs::{beside, not_there, only_over};
use crate::convert::{self, Target, Writer};
use crate::import::Imported;

/// Where conversations go.
pub struct Output {
    writer: Box<dyn Writer>,
    /// The name the file gets when it is complete.
    place: Option<PathBuf>,
}

impl Output {
    /// Into the file at `place`, or to standard output.
    pub fn open(target: Target, place: Option<&Path>, overwrite: bool) -> Result<Self> {
        let Some(place) = place else {
            let writer = target.writer(std::io::stdout()).context("cannot write to standard output")?;
            return Ok(Self { writer, place: None });
        };
        not_there(place, overwrite)?;
        only_over(place, convert::is_ours(place), "what `rushlight import` writes")?;
        let file = File::create(beside(place)).and_then(|file| target.writer(file));
        let writer = file.with_context(|| format!("cannot write {}", place.display()))?;
        Ok(Self { writer, place: Some(place.to_owned()) })
    }

    /// Write one conversation.
    pub fn write(&mut self, imported: &Imported) -> Result<()> {
        self.writer.write(&imported.transcript, imported.format).context("cannot write the conversations")
    }

    /// Leave what stands at the place as it is: there was nothing to write.
    pub fn discard(self) {
        if let Some(place) = self.place {
            let _ = fs::remove_file(beside(&place));
        }
    }

    /// Complete the file and give it its name.
    pub fn finish(self) -> Result<()> {
        self.writer.finish().context("cannot write the conversations")?;
        let Some(place) = self.place else { return Ok(()) };
        fs::rename(beside(&place), &place).with_context(|| format!("cannot write {}", place.display()))
    }
}
