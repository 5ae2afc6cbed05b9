//! A conversation whose messages are elements of a page, or of the pages of a bundle.

use super::chat::Chat;
use super::fields;
use crate::import::archive::{Bundle, Entries};
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element};
use crate::import::intake::source::Source;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};

/// A conversation, and how much of its pages was read.
pub struct Paged<T> {
    chat: Chat,
    is_record: fn(&Element) -> bool,
    take: T,
    newest_first: bool,
    count: u64,
    whole: bool,
}

impl<T: FnMut(&mut Chat, &Element, u64)> Paged<T> {
    /// `take` puts the elements that are records into `chat`; it hears the number of each, counted over all pages.
    pub fn new(chat: Chat, is_record: fn(&Element) -> bool, take: T) -> Self {
        Self { chat, is_record, take, newest_first: false, count: 0, whole: true }
    }

    /// The newest message stands first.
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// Read the only page, and hand on the conversation.
    pub fn read(mut self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let result = self.page(source, sink.options().limits.record);
        self.close(result, sink)
    }

    /// Read the pages of a bundle in their order, and hand on the conversation; what `format` does not know is told as skipped.
    pub fn read_bundle(
        mut self,
        format: &dyn Format,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let mut result = Ok(());
        for entry in &bundle.entries {
            let source = files.open(entry, sink)?;
            if format.detect(source.sample()) > 0.0 {
                result = result.and(self.page(source, sink.options().limits.record));
            } else {
                self.chat.doubt(WarningKind::SkippedEntry, 0);
            }
        }
        self.close(result, sink)
    }

    fn page(&mut self, source: Source<'_>, limit: usize) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let result = pages::each(source, limit, &self.is_record, &mut |record| {
            self.count += 1;
            (self.take)(&mut self.chat, &record, self.count);
            self.chat.room(&name, self.count)
        });
        self.whole &= matches!(result, Ok(false));
        result.map(|_| ())
    }

    fn close(mut self, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        sink.count_lines(self.count);
        if self.newest_first {
            self.chat.reverse();
        }
        self.chat.sort_by_time();
        fields::close(Some(self.chat), (!self.whole).then_some(self.count), sink);
        result
    }
}
