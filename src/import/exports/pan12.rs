//! The corpus of PAN 2012 and files of its kind: `conversations` of `message` with author, clock time and text.
//!
//! One conversation is held at a time. Authors are long ids that evaluations refer to, so they are kept as names; for the same reason a
//! message keeps the number that its attribute `line` gives it, and not its line in the file.

use std::io::BufRead;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::ids::Ids;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::xml::{self, Element, Tag, Xml, unescape};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The format.
pub struct Pan12;

impl Format for Pan12 {
    fn name(&self) -> &'static str {
        "pan12"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        match xml::root(sample.text()) {
            Some(("conversations", rest))
                if rest.contains("<conversation") && !rest.contains(":conversation") =>
            {
                0.9
            }
            _ => 0.0,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let mut xml = Xml::new(&name, source.into_text()?, xml::longest(&limits), limits.record);
        if xml.first()?.is_none_or(|root| root.name != "conversations") {
            return Err(ImportError::UnknownFormat { name, looks: "this is no list of conversations" });
        }
        let mut corpus = Corpus { name, ids: Ids::default(), sink };
        while let Some(tag) = xml.child()? {
            if tag.name != "conversation" {
                corpus.sink.doubt(WarningKind::UnknownRecord, tag.line);
                xml.skip()?;
                continue;
            }
            corpus.conversation(tag, &mut xml)?;
            if corpus.sink.is_stopped() {
                return Ok(());
            }
        }
        xml.finish()
    }
}

/// The reading of one file.
struct Corpus<'s, 'a> {
    name: String,
    ids: Ids,
    sink: &'s mut Sink<'a>,
}

impl Corpus<'_, '_> {
    fn conversation(&mut self, tag: Tag, xml: &mut Xml<impl BufRead>) -> Result<(), ImportError> {
        let number = format!("line {}", tag.line);
        let (id, twice) = self.ids.give(tag.get("id").filter(|id| !id.is_empty()).unwrap_or(&number));
        let mut chat = self.sink.chat(format!("{}#{id}", self.name));
        if twice {
            chat.doubt(WarningKind::DuplicateId, tag.line);
        }
        let mut count = 0;
        let result = self.messages(xml, &mut chat, &mut count);
        chat.close(&result, xml.line());
        if result.is_ok() && count == 0 {
            chat.doubt(WarningKind::EmptyConversation, tag.line);
        }
        self.sink.count_lines(count);
        let _ = self.sink.emit(chat);
        result
    }

    fn messages(
        &self,
        xml: &mut Xml<impl BufRead>,
        chat: &mut Chat,
        count: &mut u64,
    ) -> Result<(), ImportError> {
        while let Some(tag) = xml.child()? {
            let line = tag.line;
            let message = xml.element(tag)?;
            *count += 1;
            say(&message, chat, line);
            chat.room(&self.name, line)?;
        }
        Ok(())
    }
}

/// Put one `message` into the conversation.
fn say(message: &Element, chat: &mut Chat, line: u64) {
    let field = |name: &str| message.child(name).map(|c| c.text.trim());
    let (author, text) = (field("author").filter(|a| !a.is_empty()), field("text"));
    if message.tag.name != "message" || (author.is_none() && text.is_none()) {
        return chat.reject(WarningKind::BadRecord, line);
    }
    let author = author.unwrap_or_else(|| {
        chat.doubt(WarningKind::UnknownSpeaker, line);
        UNKNOWN
    });
    let when = times::read(field("time").unwrap_or("")).unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    });
    // The corpus was escaped twice.
    let text = unescape(text.unwrap_or(""));
    chat.say(author, when, Kind::Message, &text, line);
    chat.number(message.tag.get("line").and_then(|number| number.trim().parse().ok()).unwrap_or(0));
}
