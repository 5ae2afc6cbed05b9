//! Words behind the last message that are nobody's in it: what a caller remarks, a note of whoever copied the chat, a
//! signature.

use super::asides::{self, Trust};
use super::held::Held;
use super::{Look, notices};
use crate::import::paste::forward;

/// So many messages tell that nobody writes paragraphs here, where none has two lines.
const FEW: usize = 3;
/// The same where some have.
const ENOUGH: usize = 5;
/// The same where the file begins as an export does, which mostly ends as one too.
const ENOUGH_OF_EXPORT: usize = 10;
/// No shorter is a sentence that somebody writes about a chat.
const SENTENCE: usize = 12;

/// What is known of a file by the messages before its last.
#[derive(Clone, Debug, Default)]
pub struct After {
    /// How many there are.
    messages: usize,
    /// Whether one has two lines.
    lines: bool,
    /// Whether one goes on after a blank line.
    paragraphs: bool,
    /// Whether one has a ruled line.
    rules: bool,
    /// Whether the first is the app's notice of encryption.
    opened: bool,
    /// Whether that notice came again, where another export was set behind the first.
    joined: bool,
    /// Whether somebody's hand was on it: words stand above the first message, or the heads are those of a copied screen.
    handled: bool,
    /// Whether somebody's words stand above the first message, as where a mail passes the chat on.
    led: bool,
    /// Who wrote the mail that passes it on, whose fields stand above the first message.
    writer: Option<String>,
}

impl After {
    /// Of a file whose heads have this `look`.
    pub fn of(look: Look) -> Self {
        Self { handled: look.bracketed && !look.shape.is_date_first(), ..Self::default() }
    }

    /// The same with the messages of `held`.
    #[must_use]
    pub fn with(mut self, held: &[Held]) -> Self {
        for record in held.chunk_by(|_, next| next.header.is_none()) {
            if record[0].header.is_none() {
                let fields = record.iter().filter(|_| self.messages == 0);
                self.writer = fields.filter_map(|line| forward::writer(&line.text)).next().or(self.writer);
                self.led |= self.messages == 0 && record.iter().any(|line| !line.line().is_blank());
                self.handled |= self.led;
                continue;
            }
            let sealed = record[0].rest().is_some_and(notices::tells_of_encryption);
            self.opened |= self.messages == 0 && sealed;
            self.joined |= self.messages > 0 && sealed;
            self.messages += 1;
            let record = &record[..asides::begins(record, Trust::Apart).unwrap_or(record.len())];
            self.lines |= has_lines(record);
            self.paragraphs |= gap(record).is_some();
            self.rules |= record[1..].iter().any(|line| is_rule(&line.text));
        }
        self
    }

    /// Where the words behind the last message, which begins with the first of `last`, begin. An export that no hand was on ends with
    /// its last message, however many paragraphs that has; elsewhere what stands below a blank line is somebody else's where it
    /// reads like that.
    pub fn begins(&self, last: &[Held]) -> Option<usize> {
        let rule = last.iter().position(|line| is_rule(&line.text)).filter(|_| !self.rules);
        let untouched = self.is_untouched();
        let foreign = |at: &usize| self.handled || last[*at..].iter().any(|line| is_sentence(&line.text));
        let gap = gap(last).filter(|_| !self.paragraphs && !untouched).filter(foreign);
        if let Some(at) = self.closing(last).filter(|_| self.led && !self.paragraphs) {
            return Some(at);
        }
        let at = rule.into_iter().chain(gap).min()?;
        (self.messages + 1 >= self.enough(&last[..at])).then_some(at)
    }

    /// The blank line below which the mail that passes the chat on closes.
    fn closing(&self, last: &[Held]) -> Option<usize> {
        let end = last.iter().rposition(|line| !line.line().is_blank())?;
        let at = last[..end].iter().rposition(|line| line.line().is_blank())?;
        let lines: Vec<&str> = last[at + 1..=end].iter().map(|line| line.text.trim()).collect();
        forward::closes(&lines, self.writer.as_deref()).then_some(at)
    }

    /// The first of the words behind a blank line in the last message, where it cannot be told whose they are.
    pub fn doubtful(&self, last: &[Held]) -> Option<u64> {
        let at = gap(last).filter(|_| !self.opened && !self.paragraphs && self.messages > 0)?;
        let words = if self.begins(last).is_none() { &last[at..] } else { &[] };
        words.iter().find(|line| !line.line().is_blank()).map(|line| line.number)
    }

    /// Whether no hand was on the file.
    fn is_untouched(&self) -> bool {
        self.opened && !self.handled
    }

    /// How well lines between messages may be told from those of a message.
    pub fn trust(&self) -> Trust {
        match (self.is_untouched() && !self.joined, self.paragraphs || self.rules) {
            (true, _) => Trust::None,
            (_, true) => Trust::Said,
            _ => Trust::Apart,
        }
    }

    /// How many messages, with the `last`, must stand in the file.
    fn enough(&self, last: &[Held]) -> usize {
        match (self.opened, self.lines || has_lines(last)) {
            (true, _) => ENOUGH_OF_EXPORT,
            (_, true) => ENOUGH,
            _ => FEW,
        }
    }
}

/// Whether a line is a sentence from its first letter to its stop, as people write about a chat and seldom in one.
fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    let begins = line.chars().find(|c| c.is_alphabetic()).is_some_and(|c| !c.is_lowercase());
    begins && line.ends_with(['.', '!', '?', '。', '！', '？']) && line.chars().count() >= SENTENCE
}

/// Whether a line is ruled by hand, or is the sign before a signature.
pub fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let sign = line.chars().next().filter(|c| "-_=*~—–".contains(*c));
    line == "--" || (line.chars().count() > 2 && sign.is_some_and(|sign| line.chars().all(|c| c == sign)))
}

/// The first blank line of a message that has more words below.
fn gap(record: &[Held]) -> Option<usize> {
    let gap = record.iter().position(|line| line.line().is_blank())?;
    record[gap..].iter().any(|line| !line.line().is_blank()).then_some(gap)
}

/// Whether a message has a second line right under its first.
fn has_lines(record: &[Held]) -> bool {
    record.get(1).is_some_and(|line| !line.line().is_blank())
}
