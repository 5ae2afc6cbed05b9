//! Where finished conversations go, and the counts that show that nothing was lost on the way.

use super::chat::{Chat, Finished};
use super::times;
use crate::import::error::ImportError;
use crate::import::intake::encoding::Meeting;
use crate::import::intake::source::Terms;
use crate::import::warning::{Warning, WarningKind, Warnings};
use crate::import::{Flow, Imported, Options};
use crate::transcript::{Kind, Role, Transcript};

/// What became of the lines of one input. For records and tables a line is an entry of `messages` or a row.
/// Unless the sink stopped early or the file broke off, the parts sum up to `lines`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub lines: u64,
    /// Began a message of somebody.
    pub messages: u64,
    /// Went on with the message before.
    pub continuations: u64,
    /// Were written by the app.
    pub system: u64,
    /// Structure without a message: headings, dates, column names.
    pub headings: u64,
    /// Could not be placed; a warning counts them.
    pub warned: u64,
    /// Were blank.
    pub blank: u64,
    /// Conversations handed on.
    pub conversations: u64,
    /// Media files in an archive, which are never opened.
    pub media: u64,
    /// Doubts about the input that belong to no conversation.
    pub warnings: Vec<Warning>,
    /// The first files of an archive that have nothing in them.
    pub empty: Vec<String>,
}

/// How many empty files of an archive are told by name.
const NAMED: usize = 5;

impl Counts {
    /// The sum of the parts of `lines`.
    pub fn accounted(&self) -> u64 {
        self.messages + self.continuations + self.system + self.headings + self.warned + self.blank
    }

    /// The doubts in words, each with the files it names.
    pub fn told(&self) -> impl Iterator<Item = (WarningKind, String)> {
        let names = |warning: &Warning| match warning.kind {
            WarningKind::EmptyEntry if warning.count > self.empty.len() as u64 => {
                format!(": {} and others", self.empty.join(", "))
            }
            WarningKind::EmptyEntry => format!(": {}", self.empty.join(", ")),
            _ => String::new(),
        };
        self.warnings.iter().map(move |warning| (warning.kind, format!("{warning}{}", names(warning))))
    }

    fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.messages += other.messages;
        self.continuations += other.continuations;
        self.system += other.system;
        self.headings += other.headings;
        self.warned += other.warned;
        self.blank += other.blank;
    }
}

/// Takes conversations from a format, completes them and hands them to the caller.
pub struct Sink<'a> {
    options: &'a Options,
    deliver: &'a mut dyn FnMut(Imported) -> Flow,
    format: &'static str,
    counts: Counts,
    warnings: Warnings,
    met: Meeting,
    stopped: bool,
    damaged: bool,
    depth: usize,
}

impl<'a> Sink<'a> {
    pub(in crate::import) fn new(options: &'a Options, deliver: &'a mut dyn FnMut(Imported) -> Flow) -> Self {
        let (counts, warnings, met) = Default::default();
        Self { options, deliver, format: "", counts, warnings, met, stopped: false, damaged: false, depth: 0 }
    }

    /// What the user said beforehand.
    pub fn options(&self) -> &Options {
        self.options
    }

    /// A conversation called `id`, to be filled and given to [`Sink::emit`].
    pub fn chat(&self, id: impl Into<String>) -> Chat {
        Chat::new(id, &self.options.limits)
    }

    /// Close conversations that are open at the end of an input, which may be a broken one, and hand them on, by the number that
    /// stands with each.
    pub fn close_all(&mut self, mut open: Vec<(u64, Chat)>, result: &Result<(), ImportError>) {
        open.sort_by_key(|(first, _)| *first);
        for (_, mut chat) in open {
            chat.close(result, 0);
            if self.is_stopped() || self.emit(chat).is_break() {
                break;
            }
        }
    }

    /// Hand on a finished conversation. One without messages is only counted.
    pub fn emit(&mut self, chat: Chat) -> Flow {
        let Finished { mut transcript, dates, mut warnings, counts } = chat.finish(self.options.date_order);
        self.counts.add(&counts);
        if transcript.messages.is_empty() {
            for w in warnings.into_vec() {
                self.warnings.add_many(w.kind, w.count, w.first_line);
            }
            return Flow::Continue(());
        }
        tell(&self.met, &mut warnings);
        if let Some(zone) = &self.options.zone {
            times::in_zone(&mut transcript, zone);
        }
        self.mark_owner(&mut transcript);
        caveats(&transcript, &mut warnings);
        warnings.add_many(WarningKind::CutOff, u64::from(self.damaged), 0);
        self.counts.conversations += 1;
        let warnings = warnings.into_vec();
        let flow = (self.deliver)(Imported { transcript, format: self.format, dates, warnings });
        self.stopped |= flow.is_break();
        flow
    }

    fn mark_owner(&self, transcript: &mut Transcript) {
        let Some(me) = &self.options.me else { return };
        for speaker in transcript.speakers.iter_mut().filter(|s| s.name == *me) {
            speaker.role = Role::Me;
        }
    }

    /// Count `lines` more lines as looked at.
    pub fn count_lines(&mut self, lines: u64) {
        self.counts.lines += lines;
    }

    /// Count a blank line, or a heading, outside of any conversation.
    pub fn count_blank(&mut self) {
        self.counts.blank += 1;
    }

    /// Count a line of structure outside of any conversation.
    pub fn count_heading(&mut self) {
        self.counts.headings += 1;
    }

    /// Count a media file that was not opened.
    pub fn count_media(&mut self) {
        self.counts.media += 1;
    }

    /// The file of an archive called `name` has nothing in it.
    pub(in crate::import) fn note_empty(&mut self, name: &str) {
        self.warnings.add(WarningKind::EmptyEntry, 0);
        if self.counts.empty.len() < NAMED {
            self.counts.empty.push(name.to_owned());
        }
    }

    /// A line or record that could not be placed, outside of any conversation.
    pub fn reject(&mut self, kind: WarningKind, line: u64) {
        self.counts.warned += 1;
        self.warnings.add(kind, line);
    }

    /// A doubt about the input as a whole.
    pub fn doubt(&mut self, kind: WarningKind, line: u64) {
        self.warnings.add(kind, line);
    }

    /// Whether the caller has had enough.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// How many conversations have been handed on.
    pub fn conversations(&self) -> u64 {
        self.counts.conversations
    }

    /// How many archives deep the input being read lies.
    pub(in crate::import) fn depth(&self) -> usize {
        self.depth
    }

    /// The input to be read lies so many archives deep.
    pub(in crate::import) fn set_depth(&mut self, depth: usize) {
        self.depth = depth;
    }

    /// What is handed on from now to the end comes from an archive that breaks off.
    pub(in crate::import) fn set_damaged(&mut self) {
        self.damaged = true;
    }

    pub(in crate::import) fn start(&mut self, format: &'static str) {
        self.format = format;
    }

    /// The terms on which a source is read for this sink.
    pub(in crate::import) fn terms(&self) -> Terms {
        (self.options.limits, self.met.clone())
    }

    /// The counts of the input called `name`, or why there are none. An input that gave nothing is an error.
    pub(in crate::import) fn finish(
        mut self,
        name: &str,
        result: Result<(), ImportError>,
    ) -> Result<Counts, ImportError> {
        result?;
        tell(&self.met, &mut self.warnings);
        let name = name.to_owned();
        let Counts { lines, blank, conversations, .. } = self.counts;
        match (conversations, lines - blank.min(lines)) {
            (0, 0) if self.format.is_empty() => Err(ImportError::Empty { name }),
            (0, _) => Err(ImportError::NoMessages { name, format: self.format, lines }),
            _ => Ok(Counts { warnings: self.warnings.into_vec(), ..self.counts }),
        }
    }
}

/// What decoding met since it was told last.
fn tell(met: &Meeting, warnings: &mut Warnings) {
    for (kind, places) in [(WarningKind::BadEncoding, &met.replaced), (WarningKind::EncodedTwice, &met.twice)]
    {
        let (count, line) = places.take();
        warnings.add_many(kind, count, line);
    }
}

/// Doubts that every format has in common.
fn caveats(transcript: &Transcript, warnings: &mut Warnings) {
    for message in transcript.messages.iter().filter(|m| m.kind == Kind::Deleted) {
        warnings.add(WarningKind::DeletedMessages, message.origin.line);
    }
    let said = || transcript.messages.iter().filter(|m| m.kind == Kind::Message);
    if said().count() > 1 && said().all(|m| m.text.reveal().trim().is_empty()) {
        warnings.add(WarningKind::NoWords, said().next().map_or(0, |m| m.origin.line));
    }
    if transcript.is_one_sided() {
        warnings.add(WarningKind::OneSidedExport, 0);
    }
}
