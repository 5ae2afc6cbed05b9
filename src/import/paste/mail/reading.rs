//! The reading of mails that stand one within another.

use std::collections::HashSet;
use std::io::BufRead;

use super::super::super::UNKNOWN;
use super::super::ahead::{Ahead, Kept};
use super::super::reading::Reading;
use super::thread::{Is, Mail};
use crate::import::chats::chat::When;
use crate::import::warning::WarningKind;

impl Reading<'_> {
    /// A line of mails, which are said when all are known.
    pub(in crate::import::paste) fn mail(&mut self, line: &Kept, lines: &Ahead<impl BufRead>) {
        match self.thread.take(line, &lines.sight().collect::<Vec<_>>()) {
            Is::Words => self.chat.hold(line.text.len()),
            Is::Blank => self.chat.blank(),
            Is::Head => self.chat.heading(),
        }
    }

    /// No more lines come: say what the mails say, in order.
    pub(in crate::import::paste) fn close_mails(&mut self) {
        let (mails, turned) = std::mem::take(&mut self.thread).close();
        let said = mails.iter().filter(|m| m.has_words());
        match turned {
            true => {
                let first = said.clone().map(|m| m.lines[0].number).min().unwrap_or(0);
                self.chat.doubt_many(WarningKind::NewestFirst, said.count() as u64, first);
            }
            false if said.count() > 1 => self.chat.watch_times(1),
            false => {}
        }
        self.chat.sort_by_time();
        let mut known = HashSet::new();
        for mail in mails {
            let words: Vec<&str> =
                mail.lines.iter().map(|l| l.text.trim()).filter(|l| !l.is_empty()).collect();
            let again = !words.is_empty() && !known.insert((mail.writer.clone(), words.join("\n")));
            self.say_mail(&mail, again && mail.writer.is_some());
        }
    }

    /// What one mail says, unless it stood there before, quoted by another.
    fn say_mail(&mut self, mail: &Mail, again: bool) {
        let mut begun = false;
        for line in &mail.lines {
            match line.text.trim().is_empty() {
                true => self.chat.blank(),
                false if again && begun => self.chat.heading(),
                false if again => self.chat.reject(WarningKind::DuplicateMessage, line.number),
                false if begun => _ = self.chat.append(&line.line()),
                false => self.begin_mail(mail.writer.as_deref(), mail.when, line),
            }
            begun |= !line.text.trim().is_empty();
        }
    }

    fn begin_mail(&mut self, writer: Option<&str>, when: When, line: &Kept) {
        if writer.is_none() {
            self.chat.doubt(WarningKind::UnknownSpeaker, line.number);
        }
        self.say(writer.unwrap_or(UNKNOWN), when, line.text.trim(), &line.line());
    }
}
