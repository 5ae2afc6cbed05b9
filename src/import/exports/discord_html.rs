//! Discord chats saved by DiscordChatExporter as pages, its default form. Messages of one person stand in groups, of which
//! only the first message tells who and when in full; older versions tell it once above the group.

use jiff::civil;

use super::discord_txt;
use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::chronology::SURE;
use crate::import::chats::fields::{close, cut, linked_file};
use crate::import::chats::parts::{Part, say_all};
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element, Shown};
use crate::import::intake::source::{Sample, Source};
use crate::import::time::dates::{DateOrder, Stamp};
use crate::import::time::order::{Basis, Verdict};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The format.
pub struct DiscordHtml;

/// What holds a message, with the name of newer versions first.
const MESSAGE: [&str; 2] = ["chatlog__message-container", "chatlog__message"];
const AUTHOR: [&str; 3] = ["chatlog__author", "chatlog__author-name", "chatlog__system-notification-author"];
const TIME: [&str; 3] =
    ["chatlog__timestamp", "chatlog__short-timestamp", "chatlog__system-notification-timestamp"];
const WORDS: [&str; 2] = ["chatlog__content", "chatlog__forwarded-content"];
const FILE: [&str; 2] = ["chatlog__attachment", "chatlog__attachment-container"];
/// Beside the words of a message.
const ASIDE: [&str; 7] = [
    "chatlog__edited-timestamp",
    "chatlog__forwarded-header",
    "chatlog__forwarded-timestamp",
    "chatlog__header",
    "chatlog__message-aside",
    "chatlog__reactions",
    "chatlog__reply",
];

impl Format for DiscordHtml {
    fn name(&self) -> &'static str {
        "discord-html"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if pages::is_page(sample) && sample.text().contains("chatlog__message") { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let mut channel = Channel::new(sink.chat(source.name()));
        let result = channel.page(source, sink.options().limits.record);
        channel.close(result, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        Bundle::of_parts(entries, |entry| Some(numbered(entry)?.0))
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let mut parts: Vec<&String> = bundle.entries.iter().collect();
        parts.sort_by_key(|entry| numbered(entry).map(|(_, number)| number));
        let mut channel = Channel::new(sink.chat(bundle.name_in(files.name())));
        let mut result = Ok(());
        for entry in parts {
            let source = files.open(entry, sink)?;
            if self.detect(source.sample()) > 0.0 {
                result = result.and(channel.page(source, sink.options().limits.record));
            } else if channel.count == 0 {
                let (name, looks) = (source.name().to_owned(), "this looks like HTML");
                return Err(ImportError::UnknownFormat { name, looks });
            } else {
                channel.chat.doubt(WarningKind::SkippedEntry, 0);
            }
        }
        channel.close(result, sink)
    }
}

/// The channel that a page is of, and which part of it: `Garden - beds [123] [part 2].html`; the first bears no number.
fn numbered(entry: &str) -> Option<(&str, u64)> {
    let name = entry.strip_suffix(".html")?;
    let part = name.strip_suffix(']').and_then(|name| name.rsplit_once(" [part "));
    part.and_then(|(name, number)| Some((name, number.parse().ok()?))).or(Some((name, 1)))
}

struct Channel {
    chat: Chat,
    /// Who wrote, and when, as told last.
    author: Option<String>,
    when: When,
    count: u64,
    whole: bool,
}

impl Channel {
    fn new(mut chat: Chat) -> Self {
        chat.watch_times(SURE);
        Self { chat, author: None, when: When::Unknown, count: 0, whole: true }
    }

    /// Read one page.
    fn page(&mut self, source: Source<'_>, limit: usize) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let is_record =
            |e: &Element| e.is_any(&MESSAGE) || e.is_any(&AUTHOR) || e.is_any(&TIME) || e.is("postamble");
        let mut ended = false;
        let result = pages::each(source, limit, &is_record, &mut |record| {
            // The exporter ends each page with what it has counted, and may leave out the tags that end a page.
            ended |= record.is("postamble");
            self.take(&record);
            self.chat.room(&name, self.count)
        });
        self.whole &= ended || matches!(result, Ok(false));
        result.map(|_| ())
    }

    fn close(self, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        sink.count_lines(self.count);
        let open = (!self.whole).then_some(self.count);
        close(Some(self.chat), cut(&result, self.count).or(open), sink);
        result
    }

    fn take(&mut self, record: &Element) {
        if record.is_any(&MESSAGE) {
            self.count += 1;
            self.message(record, self.count);
        } else {
            self.told(record);
        }
    }

    /// Note who writes and when, as far as `element` tells.
    fn told(&mut self, element: &Element) {
        if let Some(author) = element.first(&|e| e.is_any(&AUTHOR)) {
            let (id, full, name) = (author.get("data-user-id"), author.get("title"), author.text());
            let key = [id, full].into_iter().find(|key| !key.is_empty());
            let key = key.map_or_else(|| format!("name {name}"), str::to_owned);
            self.author = (!name.is_empty()).then(|| self.chat.person(&key, &name));
        }
        let sent = element.get("title").strip_prefix("Message sent: ");
        let shown = element.first(&|e| e.is_any(&TIME));
        let titled = shown.and_then(|e| e.first(&|e| !e.get("title").is_empty())).map(|e| e.get("title"));
        if sent.is_some() || shown.is_some() {
            self.time(sent.or(titled).unwrap_or_default(), &shown.map(Element::text).unwrap_or_default());
        }
    }

    /// Note the time, of which the title has all in the words of a language, and what is `shown` the figures, or those of
    /// the time of day alone. Where the two are of one day, figures of other messages can be read as well.
    fn time(&mut self, titled: &str, shown: &str) {
        let (titled, shown) = (discord_txt::read(titled), discord_txt::read(shown));
        let before = self.when;
        self.when = match (titled, shown) {
            (Some(titled), shown) => {
                self.compare(titled, shown);
                titled
            }
            (None, Some(When::Known(Time::Clock(clock)))) => on_the_day(before, clock),
            (None, Some(When::Written(stamp))) if stamp.date.is_none() => on_the_day(before, stamp.clock),
            (None, shown) => shown.unwrap_or(When::Unknown),
        };
        if self.when == When::Unknown {
            self.chat.doubt(WarningKind::InvalidTime, self.count);
        }
    }

    fn compare(&mut self, titled: When, shown: Option<When>) {
        let (When::Known(Time::Local(known)), Some(When::Written(written))) = (titled, shown) else { return };
        let reads = |order: &DateOrder| written.local(*order).is_some_and(|time| time.date() == known.date());
        let mut orders = [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().filter(reads);
        if let (Some(order), None) = (orders.next(), orders.next()) {
            self.chat.set_verdict(Verdict::sure(order, Basis::Number));
        }
    }

    fn message(&mut self, message: &Element, line: u64) {
        self.told(message);
        if self.author.is_none() {
            self.chat.doubt(WarningKind::UnknownSpeaker, line);
        }
        let speaker = self.author.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        if let Some(told) = message.first(&|e| e.is("chatlog__system-notification-content")) {
            return self.chat.note(self.when, &format!("{speaker}: {}", told.text()), line);
        }
        say_all(&mut self.chat, &speaker, self.when, &parts(message), line);
    }
}

/// A time of day on the day of the message `before` it in its group, which is no older.
fn on_the_day(before: When, clock: civil::Time) -> When {
    match before {
        When::Written(day) if day.clock <= clock => When::Written(Stamp { clock, ..day }),
        _ => When::Unknown,
    }
}

/// The words, files and stickers of a message, or else what it shows in their place.
fn parts(message: &Element) -> Vec<Part> {
    let words = message.all(&|e| e.is_any(&WORDS)).into_iter().map(|e| (Kind::Message, words(e)));
    let files = message.all(&|e| e.is_any(&FILE)).into_iter().map(|e| (Kind::Media, file(e)));
    let stickers = message.all(&|e| e.is("chatlog__sticker"));
    let stickers = stickers.into_iter().map(|e| (Kind::Media, e.get("title").to_owned()));
    let mut parts: Vec<Part> = words.chain(files).chain(stickers).collect();
    parts.retain(|(kind, text)| *kind == Kind::Media || !text.is_empty());
    if parts.is_empty() {
        parts.push(embedded(message));
    }
    parts
}

/// Words as they were written: lines of the page are those of the message.
fn words(element: &Element) -> String {
    element.words(true, &|e| match e.tag.as_str() {
        _ if e.is_any(&ASIDE) => Shown::Never,
        "img" => Shown::As(sign(e.get("alt"))),
        "svg" | "audio" | "video" => Shown::Never,
        _ => Shown::Inside,
    })
}

/// A sign, or the name of one that a server has made, as the app writes it.
fn sign(alt: &str) -> String {
    let named =
        alt.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && !alt.ends_with('\u{20e3}');
    if named { format!(":{}:", alt.trim_matches(':')) } else { alt.to_owned() }
}

/// The name of a file: `Image: cat.png (12 KB)`, the words of a link, or the last part of its address.
fn file(attachment: &Element) -> String {
    let titled = attachment.first(&|e| e.get("title").contains(": ")).map(|e| e.get("title"));
    let titled = titled.and_then(|title| title.split_once(": ")).map(|(_, name)| name);
    if let Some(name) = titled {
        return name.rsplit_once(" (").map_or(name, |(name, _)| name).to_owned();
    }
    let generic = attachment.first(&|e| e.is("chatlog__attachment-generic-name")).map(Element::text);
    let address = |key: &str| attachment.first(&|e| !e.get(key).is_empty()).map(|e| e.get(key));
    let linked = || address("src").or_else(|| address("href")).map(|link| linked_file(link).to_owned());
    generic.filter(|name| !name.is_empty()).or_else(linked).unwrap_or_default()
}

/// What a message without words or files shows: the words of its embeds, a link that only its picture stands for, or
/// whatever else (a poll); a bare picture when there is nothing.
fn embedded(message: &Element) -> Part {
    let titles = message.all(&|e| e.is_any(&["chatlog__embed-title", "chatlog__embed-description"]));
    let told = titles.into_iter().map(words).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    if !told.is_empty() {
        return (Kind::Message, told);
    }
    let rest = words(message);
    let link = message.first(&|e| e.is("chatlog__embed"));
    let link = link.and_then(|e| e.first(&|e| e.tag == "a" && e.get("href").starts_with("http")));
    match link.map(|a| a.get("href")) {
        _ if !rest.is_empty() => (Kind::Message, rest),
        Some(link) => (Kind::Message, link.to_owned()),
        None => (Kind::Media, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(inner: &str) -> Vec<(Kind, String)> {
        let html = format!("<div class=chatlog__message>{inner}</div>");
        parts(&pages::held(&html, &|e| e.is("chatlog__message"))[0])
    }

    #[test]
    fn parts_of_a_channel_go_together() {
        let names = ["beds [12] [part 10].html", "beds [12] [part 2].html", "beds [12].html", "lawn.html"];
        let bundles = DiscordHtml.bundles(&names.map(str::to_owned));
        assert_eq!((bundles.len(), bundles[0].root.as_str(), bundles[0].entries.len()), (1, "beds [12]", 3));
        assert_eq!((numbered(names[0]), numbered("a.txt")), (Some(("beds [12]", 10)), None));
    }

    #[test]
    fn words_files_and_what_stands_in_their_place() {
        for (html, kind, text) in [
            (
                "<div class=chatlog__content>a\nb <img alt=🌷 class=chatlog__emoji></div>",
                Kind::Message,
                "a\nb 🌷",
            ),
            ("<div class=chatlog__content><img alt=tulip></div>", Kind::Message, ":tulip:"),
            (
                "<div class=chatlog__reply>old</div><div class=chatlog__content>new\
                 <span class=chatlog__edited-timestamp>(edited)</span></div>",
                Kind::Message,
                "new",
            ),
            (
                "<div class=chatlog__attachment><img src=x/y.png title=\"Image: my cat.png (12 KB)\"></div>",
                Kind::Media,
                "my cat.png",
            ),
            (
                "<div class=chatlog__attachment><a href=\"https://x/plan.pdf?e=1\">p</a></div>",
                Kind::Media,
                "plan.pdf",
            ),
            ("<div class=chatlog__sticker title=Wave><img alt=Sticker></div>", Kind::Media, "Wave"),
            (
                "<div class=chatlog__embed><div class=chatlog__embed-title>Cakes</div></div>",
                Kind::Message,
                "Cakes",
            ),
            (
                "<div class=chatlog__embed><a href=https://x/cat><img src=y.gif></a></div>",
                Kind::Message,
                "https://x/cat",
            ),
            ("<div class=chatlog__header>Ida</div>", Kind::Media, ""),
        ] {
            assert_eq!(said(html), [(kind, text.to_owned())], "{html}");
        }
    }
}
