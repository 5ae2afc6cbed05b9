//! A talk within a mail that passes it on: what stands beside it.

use super::super::forward;
use super::super::lead::Lead;
use super::Plan;

impl Plan {
    /// Whether `line` stands below or between the lines of a talk that was passed on in a mail, `apart` from them.
    pub fn is_beside(&self, line: &str, apart: bool) -> bool {
        let quoted = self.lead == Lead::Quote;
        self.forwarded && (forward::is_signature(line) || (quoted && apart && !line.starts_with('>')))
    }

    /// Whether `lines`, the last of the text, are those with which a mail closes that passes the talk on; `led` where somebody's
    /// words stand above it.
    pub fn closes_mail(&self, lines: &[&str], led: bool) -> bool {
        (led || self.writer.is_some()) && forward::closes(lines, self.writer.as_deref())
    }

    /// Whether the talk is quoted in a mail that passes it on, whose fields `text` begins with, and nearly all that is quoted
    /// are messages with who says them.
    pub fn is_quoted_talk(&self, text: &str) -> bool {
        let typed = text.lines().take_while(|l| !l.trim().is_empty()).all(forward::is_of_head);
        let quoted = text.lines().filter(|l| l.starts_with('>') && l.trim().len() > 1);
        let (mut lines, mut heads) = (0, 0);
        for line in quoted {
            lines += 1;
            heads += usize::from(self.head(self.words(line)).is_some());
        }
        self.forwarded
            && self.lead == Lead::Quote
            && self.heads_lines()
            && typed
            && heads > 2
            && heads * 2 > lines
    }
}
