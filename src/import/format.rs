//! What every format is to the rest of the house, and what it gives.

use super::archive::{Bundle, Entries};
use super::chats::sink::Sink;
use super::error::{ArchiveProblem, ImportError};
use super::intake::source::{Sample, Source};
use super::time::order::Verdict;
use super::warning::{Warning, WarningKind};
use crate::transcript::Transcript;

/// One way in which chats are written down.
pub trait Format: Sync {
    /// Its name, as given to `--as`.
    fn name(&self) -> &'static str;

    /// How sure it is, in 0..=1, that the input that begins with `sample` is of this format. Text that nothing
    /// else claims is pasted text, which is never surer than 0.5.
    fn detect(&self, sample: &Sample) -> f32;

    /// Read all of `source` and hand each conversation to `sink` as soon as it is complete.
    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError>;

    /// Which of the files of an archive or folder, whose sorted names these are, need each other to be read (a list of
    /// users beside the messages). A bundle is claimed by names alone, so [`Format::read_bundle`] must look inside.
    fn bundles(&self, _entries: &[String]) -> Vec<Bundle> {
        Vec::new()
    }

    /// Read one of [`Format::bundles`].
    fn read_bundle(
        &self,
        _bundle: &Bundle,
        files: &mut dyn Entries,
        _sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        Err(ImportError::archive(files.name(), ArchiveProblem::NoChat))
    }
}

/// One conversation as read, with what is doubtful about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The conversation.
    pub transcript: Transcript,
    /// The name of the format it was read as.
    pub format: &'static str,
    /// The order in which its dates were read, and why; `None` where they can be read in one way only.
    pub dates: Option<Verdict>,
    /// What the reading could not be sure of.
    pub warnings: Vec<Warning>,
}

impl Imported {
    /// Whether the source names nobody, so that its speakers are guessed or unknown.
    pub fn names_nobody(&self) -> bool {
        let nameless = [WarningKind::AlternatingSpeakers, WarningKind::UnknownSpeaker];
        self.warnings.iter().any(|warning| nameless.contains(&warning.kind))
    }
}

/// Whether a sink wants more.
pub type Flow = std::ops::ControlFlow<()>;
