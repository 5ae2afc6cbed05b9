//! The blocks of a page, tag by tag. Only `div`s are kept track of: messages and all that is looked for in them are.

use std::collections::BTreeMap;

use html5gum::{HtmlString, Spanned, Token};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::entry::{Entry, Role, Thing};
use crate::import::Limits;
use crate::import::chats::chat::Chat;
use crate::import::error::ImportError;
use crate::import::intake::pages;
use crate::import::intake::source::Source;
use crate::import::warning::WarningKind;
use crate::transcript::Time;

type Attributes = BTreeMap<HtmlString, Spanned<HtmlString, ()>>;

/// The reading of the pages of one chat.
pub struct Reading {
    chat: Chat,
    limits: Limits,
    open: Vec<Role>,
    entry: Option<Entry>,
    /// How many `span`s deep in one that holds no words of the message.
    quiet: usize,
    forwarded: bool,
    last: Option<String>,
    count: u64,
    whole: bool,
}

impl Reading {
    /// Into `chat`.
    pub fn new(chat: Chat, limits: &Limits) -> Self {
        let (open, entry, quiet, forwarded, last, count, whole) = Default::default();
        Self { chat, limits: *limits, open, entry, quiet, forwarded, last, count, whole }
    }

    /// A doubt about the pages.
    pub fn doubt(&mut self, kind: WarningKind) {
        self.chat.doubt(kind, 0);
    }

    /// The chat, and how many messages stood in the pages.
    pub fn finish(self) -> (Chat, u64) {
        (self.chat, self.count)
    }

    /// Read one page.
    pub fn page(&mut self, source: Source<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let limit = self.limits.record;
        self.whole = false;
        let result = pages::tokens(source, limit, &mut |token| {
            match token {
                Token::StartTag(tag) => self.start(&tag.name, &tag.attributes, tag.self_closing),
                Token::EndTag(tag) => self.end(&tag.name),
                Token::String(text) => self.words(&String::from_utf8_lossy(&text)),
                _ => {}
            }
            self.chat.room(&name, self.count).map(|()| false)
        });
        if result.is_err() {
            self.close();
            return result;
        }
        if !self.whole || self.entry.is_some() {
            self.chat.doubt(WarningKind::CutOff, self.count);
        }
        self.close();
        Ok(())
    }

    fn start(&mut self, tag: &[u8], attributes: &Attributes, closed: bool) {
        let get = |key: &str| attributes.get(key.as_bytes()).map_or(String::new(), |v| text_of(v));
        let class = get("class");
        let is = |word: &str| class.split_ascii_whitespace().any(|c| c == word);
        if tag == b"div" && is("message") && (is("default") || is("service")) {
            return self.begin(is("service"), is("joined"), &get("id"));
        }
        let Some(entry) = &mut self.entry else { return };
        if let Some(thing) = thing(&class) {
            entry.thing = Some(thing);
            entry.file = Some(get("href")).filter(|h| !h.starts_with("http")).unwrap_or_default();
        }
        match tag {
            b"div" => {
                if is("date") && entry.time.is_none() {
                    entry.time = moment(&get("title"));
                }
                let role = self.role(&class);
                if role == Role::Poll {
                    self.break_line(role);
                }
                self.forwarded |= role == Role::Forwarded;
                self.open.push(role);
            }
            b"span" if self.quiet > 0 || is("details") => self.quiet += usize::from(!closed),
            b"br" | b"pre" | b"blockquote" => self.break_line(self.top()),
            _ => {}
        }
    }

    fn end(&mut self, tag: &[u8]) {
        match tag {
            b"div" => match self.open.pop() {
                Some(Role::Entry) => self.close(),
                Some(Role::Forwarded) => self.forwarded = false,
                _ => {}
            },
            b"span" => self.quiet = self.quiet.saturating_sub(1),
            b"pre" | b"blockquote" => self.break_line(self.top()),
            b"html" => self.whole = true,
            _ => {}
        }
    }

    /// A message begins. They never lie in each other, so one that is still open has lost its end.
    fn begin(&mut self, service: bool, joined: bool, id: &str) {
        self.close();
        self.count += 1;
        // Dates between messages count down from -1.
        let heading = service && id.starts_with("message-");
        self.entry = Some(Entry::new(service, heading, joined));
        self.open.push(Role::Entry);
    }

    fn close(&mut self) {
        self.open.clear();
        (self.quiet, self.forwarded) = (0, false);
        if let Some(entry) = self.entry.take() {
            entry.put(&mut self.chat, &mut self.last, self.count);
        }
    }

    fn top(&self) -> Role {
        self.open.last().copied().unwrap_or(Role::Other)
    }

    /// The role of a `div` with these classes, where it stands.
    fn role(&self, class: &str) -> Role {
        let is = |word: &str| class.split_ascii_whitespace().any(|c| c == word);
        let service = self.entry.as_ref().is_some_and(|e| e.service);
        match self.top() {
            // A block inside words is part of them.
            Role::Text if class.is_empty() => Role::Text,
            _ if is("from_name") && !self.forwarded => Role::Name,
            _ if is("text") || (service && is("body")) => Role::Text,
            _ if is("forwarded") && is("body") => Role::Forwarded,
            _ if is("title") => Role::Title,
            _ if is("status") => Role::Status,
            _ if is("description") => Role::Description,
            _ if is("question") || is("answer") => Role::Poll,
            _ => Role::Other,
        }
    }

    fn break_line(&mut self, role: Role) {
        if let Some(field) = self.entry.as_mut().and_then(|e| e.field(role)).filter(|f| !f.is_empty()) {
            field.truncate(field.trim_end_matches(' ').len());
            field.push('\n');
        }
    }

    /// Line ends and indents of the page are no part of what was written; `<br>` is.
    fn words(&mut self, text: &str) {
        let (role, limit) = (self.top(), self.limits.message);
        if self.quiet > 0 {
            return;
        }
        let Some(field) = self.entry.as_mut().and_then(|e| e.field(role)) else { return };
        for (at, line) in text.split('\n').enumerate() {
            if field.len() > limit {
                return;
            }
            let line = if at == 0 { line } else { line.trim_start() };
            if at > 0 && !line.is_empty() && !field.is_empty() && !field.ends_with([' ', '\n']) {
                field.push(' ');
            }
            field.push_str(line);
        }
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What an element with these classes shows.
fn thing(class: &str) -> Option<Thing> {
    const WRAPS: [&str; 4] = ["photo_wrap", "sticker_wrap", "animated_wrap", "video_file_wrap"];
    let is = |word: &str| class.split_ascii_whitespace().any(|c| c == word);
    match () {
        () if WRAPS.iter().any(|wrap| is(wrap)) => Some(Thing::File),
        () if !is("media") => None,
        () if is("media_call") => Some(Thing::Call),
        () if is("media_contact") => Some(Thing::Contact),
        () if is("media_location") || is("media_live_location") || is("media_venue") => Some(Thing::Place),
        () if is("media_game") || is("media_invoice") => Some(Thing::Offer),
        () => Some(Thing::File),
    }
}

/// `17.04.2020 12:30:11`, with ` UTC+02:00` behind it in later versions.
fn moment(title: &str) -> Option<Time> {
    let title = title.trim();
    if let Ok(moment) = Timestamp::strptime("%d.%m.%Y %H:%M:%S UTC%:z", title) {
        return Some(Time::Instant(moment));
    }
    let wall = title.get(..19).unwrap_or(title);
    let wall = civil::DateTime::strptime("%d.%m.%Y %H:%M:%S", wall).ok()?;
    if title.ends_with(" UTC") {
        return TimeZone::UTC.to_timestamp(wall).ok().map(Time::Instant);
    }
    Some(Time::Local(wall))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_versions() {
        let shown = |title| moment(title).map_or("none".to_owned(), |t| t.to_string());
        assert_eq!(shown("17.04.2020 12:30:11 UTC+02:00"), "2020-04-17T10:30:11Z");
        assert_eq!(shown("17.04.2020 12:30:11 UTC"), "2020-04-17T12:30:11Z");
        assert_eq!(shown("17.04.2020 12:30:11"), "2020-04-17T12:30:11");
        assert_eq!((shown("17.04.2020"), shown("ä")), ("none".into(), "none".into()));
    }
}
