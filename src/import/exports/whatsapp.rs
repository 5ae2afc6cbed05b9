//! WhatsApp's "export chat" text, of Android and iOS, in any language of the phone.
//!
//! Every message begins with a header (`DATE, TIME - Name: ` or `[DATE, TIME] Name: `) and runs on until the next
//! one. All headers of an export have one shape, which is chosen once a file: a quoted header of another shape in a
//! message stays part of that message, so nobody can be made to have said what somebody else pasted. A damaged header is put
//! right where somebody of the chat speaks there and its time lies between the messages around it (`mend`).

mod after;
mod asides;
mod between;
mod bodies;
mod by_hand;
mod calls;
mod damaged;
mod done;
mod held;
mod media;
mod mend;
mod names;
mod notices;
mod reading;
mod survey;
mod words;

use std::collections::HashMap;

use crate::import::chats::chronology::SURE;
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::printed::Printed;
use crate::import::intake::source::{Sample, Source};
use crate::import::paste::forward;
use crate::import::paste::lead::Lead;
use crate::import::syntax::cursor::Cursor;
use crate::import::time::dates::{Shape, Stamp};
use crate::import::time::zones;
use crate::import::{Format, Sink};
use reading::Reading;
use survey::Survey;

/// The format.
pub struct WhatsApp;

impl Format for WhatsApp {
    fn name(&self) -> &'static str {
        "whatsapp"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
        if is_quoted(sample) {
            // Surer than the mail around it, and than that any talk is quoted there.
            return 0.97;
        }
        let Some((look, heads)) = Look::of(lines.iter().copied()) else { return 0.0 };
        if !look.has_names(&lines) {
            return 0.0;
        }
        // Above an export that was passed on in a mail stand the fields of that.
        let leads = lines
            .iter()
            .skip(forward::fields(&lines))
            .take(3)
            .any(|l| Header::read(l).is_some_and(|h| h.look == look));
        let share = heads as f32 / lines.len() as f32;
        match (leads, look.bracketed && look.shape.is_iso_minutes()) {
            (true, false) => 0.6 + 0.35 * share,
            (false, false) => 0.5 * share,
            // signal-export's lines, which pasted text reads too.
            (_, true) => 0.2 * share,
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let mut chat = sink.chat(source.name());
        chat.watch_times(SURE);
        let lead = if is_quoted(source.sample()) { Lead::Quote } else { Lead::None };
        let Some((look, _)) = Look::of(source.sample().lines().map(|text| lead.strip(text))) else {
            let (name, format) = (source.name().to_owned(), self.name());
            return Err(ImportError::NoMessages {
                name,
                format,
                lines: source.sample().lines().count() as u64,
            });
        };
        let name = source.name().to_owned();
        let (mut printed, mut pages) = (Printed::of(source.sample()), Vec::new());
        let mut lines = source.into_lines()?;
        let mut reading = Reading::new(&mut chat, &name, look);
        let result = lines.each(|line| match printed.takes(line.text) {
            true => {
                pages.push(line.number);
                Ok(())
            }
            false => reading.line(&Line { text: lead.strip(line.text), ..*line }),
        });
        let result = reading.end().and(result);
        let taken = if result.is_ok() { lines.number() } else { reading.taken() };
        pages.iter().filter(|page| **page <= taken).for_each(|_| chat.heading());
        sink.count_lines(taken);
        chat.close(&result, taken);
        let _ = sink.emit(chat);
        result
    }
}

/// Whether the text is an export that a mail quotes: most of the lines with the sign of quotation are heads as exports have
/// them, and the names behind them come back.
fn is_quoted(sample: &Sample) -> bool {
    let lines: Vec<&str> =
        sample.lines().filter(|l| l.starts_with('>')).map(|l| Lead::Quote.strip(l)).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|l| !l.trim().is_empty()).collect();
    let Some((look, heads)) = Look::of(lines.iter().copied()) else { return false };
    let all: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
    let all = all.len() - forward::fields(&all);
    let exported = look.shape.is_date_first() && !(look.bracketed && look.shape.is_iso_minutes());
    exported && heads > 2 && heads * 2 > lines.len() && lines.len() * 3 > all && look.has_names(&lines)
}

/// How the headers of a file look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Look {
    bracketed: bool,
    shape: Shape,
}

impl Look {
    /// The most frequent look among the headers of `lines`, the earliest of equals, and how many have it.
    fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Option<(Self, usize)> {
        let mut tally: HashMap<Self, (usize, usize)> = HashMap::new();
        for (index, header) in lines.filter_map(Header::read).enumerate() {
            tally.entry(header.look).or_insert((0, index)).0 += 1;
        }
        let best = tally.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)));
        best.map(|(look, (count, _))| (look, count))
    }

    /// Whether a head that looks like this could be one of the `other` look with a comma, a second or a sign lost.
    fn is_like(self, other: Self) -> bool {
        let (a, b) = (self.shape, other.shape);
        self.bracketed == other.bracketed
            && a.separator() == b.separator()
            && a.is_date_first() == b.is_date_first()
    }

    /// Whether what stands behind the headers of this look is what the app writes: names with a colon, in brackets mostly,
    /// as only other headers have lines without. A file with none may have only notices.
    fn has_names(self, lines: &[&str]) -> bool {
        let headers = lines.iter().filter_map(|l| Header::read(l)).filter(|h| h.look == self);
        let survey = Survey::default();
        let (mut named, mut all) = (0, 0);
        for header in headers {
            all += 1;
            let name = names::first(header.rest, &survey, self.bracketed);
            named += usize::from(name.is_some() || notices::is_app_notice(header.rest));
        }
        named > 0 && (!self.bracketed || named * 2 >= all)
    }
}

/// The beginning of a message: date and time, with what stands behind them.
struct Header<'l> {
    look: Look,
    stamp: Stamp,
    rest: &'l str,
}

impl<'l> Header<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let mut at = Cursor::new(line);
        let bracketed = at.eat('[');
        let start = at;
        let stamp = Stamp::full(&mut at)?;
        // The app writes none, but what is made from its exports does.
        let offset = zones::zulu(&start, &at);
        let stamp = Stamp { offset, ..stamp };
        if bracketed {
            at.eat(']').then_some(())?;
            at.eat(' ');
        } else {
            (at.spaces() > 0 && at.eat('-') && (at.eat(' ') || at.rest().is_empty())).then_some(())?;
        }
        Some(Self { look: Look { bracketed, shape: stamp.shape }, stamp, rest: at.rest() })
    }
}

#[cfg(test)]
mod hurt_tests;
#[cfg(test)]
mod tests;
