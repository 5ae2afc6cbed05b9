//! Messenger's and Instagram's downloads as pages: `message_1.html` and so on, in the folders and the order of the JSON,
//! with which they share what a message comes to.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::discord_txt;
use super::content::{self, Content};
use super::{GONE, Thread, threads};
use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::When;
use crate::import::chats::fields::cut;
use crate::import::chats::parts::{file_name, say_all};
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element, Shown};
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The format.
pub struct MessengerHtml;

const END: &str = ".html";
/// Boxes have borne the second of these classes since 2022, before that only the first; so has what they say.
const BOX: [&str; 2] = ["noborder", "_a6-g"];
const BODY: [&str; 2] = ["_2let", "_a6-p"];
/// How the name of a page with messages begins.
const PAGE: &str = "message_";

impl Format for MessengerHtml {
    fn name(&self) -> &'static str {
        "messenger-html"
    }

    /// Pages of posts and comments are made of the same boxes: a name that is the title of the page tells a chat, or one
    /// in the box of those who take part, or the name of the file.
    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text();
        if !pages::is_page(sample) || !BOX.iter().any(|class| text.contains(class)) {
            return 0.0;
        }
        let found = pages::held(text, &|e| is_box(e) || e.tag == "title");
        let title = found.iter().find(|e| e.tag == "title").map(Element::text).unwrap_or_default();
        let names = || found.iter().filter_map(Parts::of).map(|parts| parts.name());
        let mut others = found.iter().filter(|e| is_box(e) && Parts::of(e).is_none()).map(Element::text);
        let listed = others.next().unwrap_or_default();
        let is_told = |name: String| !name.is_empty() && (name == title || listed.contains(&name));
        let told = file_name(sample.name()).contains(PAGE) || names().any(is_told);
        if told && names().next().is_some() { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        super::read_alone(source, sink, END, page)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        threads(entries, END)
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        super::read_parts(bundle, files, sink, self, END, page)
    }
}

/// The parts of a box: whose it is, what it says, and when.
struct Parts<'e> {
    name: Option<&'e Element>,
    body: Vec<&'e Element>,
    time: String,
}

impl<'e> Parts<'e> {
    /// Of a box with a time at its end, unless the page breaks off before it; the one with the names of a group has none.
    fn of(element: &'e Element) -> Option<Self> {
        let mut inside: Vec<&Element> = element.elements().collect();
        if element.cut {
            let body: Vec<&Element> = element.elements().filter(|e| e.is_any(&BODY)).collect();
            let name = inside.first().copied().filter(|e| !body.is_empty() && !e.is_any(&BODY))?;
            return Some(Self { name: Some(name), body, time: String::new() });
        }
        let time = inside.pop()?.text();
        let name = (inside.len() > 1).then(|| inside.remove(0));
        let is_time = time.contains(|c: char| c.is_numeric()) && time.chars().count() < 60;
        (is_time && !inside.is_empty()).then_some(Self { name, body: inside, time })
    }

    fn name(&self) -> String {
        self.name.map(Element::text).unwrap_or_default()
    }
}

fn is_box(element: &Element) -> bool {
    element.is_any(&BOX) && !element.is("_a6-h")
}

/// Read one page.
fn page(thread: &mut Thread, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    thread.part += 1;
    let before = thread.count;
    let result = pages::each(source, limit, &|e| is_box(e), &mut |record| {
        thread.chat.room(&name, thread.count)?;
        if let Some(parts) = Parts::of(&record) {
            message(thread, &parts);
        }
        Ok(())
    });
    sink.count_lines(thread.count - before);
    if let Some(line) = cut(&result, thread.count).or(matches!(result, Ok(true)).then_some(thread.count)) {
        thread.chat.doubt(WarningKind::CutOff, line);
    }
    result.map(|_| ())
}

fn message(thread: &mut Thread, parts: &Parts<'_>) {
    thread.count += 1;
    let line = thread.count;
    let (name, shown) = (parts.name(), parts.time.as_str());
    let value = value(&parts.body);
    if thread.is_repeated(&format!("{name}\n{shown}\n{value}")) {
        return thread.chat.reject(WarningKind::DuplicateMessage, line);
    }
    let when =
        if shown.is_empty() { When::Unknown } else { discord_txt::when(&mut thread.chat, shown, line) };
    if let When::Known(Time::Local(time)) = when {
        thread.step(TimeZone::UTC.to_timestamp(time).ok().map(|t| t.as_millisecond()));
    }
    if name.is_empty() || GONE.iter().any(|gone| name.eq_ignore_ascii_case(gone)) {
        thread.chat.doubt(WarningKind::UnknownSpeaker, line);
    }
    let speaker = if name.is_empty() { UNKNOWN.to_owned() } else { thread.chat.called(name) };
    match content::read(&value, &speaker, str::to_owned) {
        Content::Deleted => thread.chat.say(&speaker, when, Kind::Deleted, "", line),
        Content::Noted(text) => thread.chat.note(when, &text, line),
        Content::Said(parts) => say_all(&mut thread.chat, &speaker, when, &parts, line),
    }
}

/// What a box says, as the JSON of the same download has it: the words, what is shared with them, and files.
fn value(body: &[&Element]) -> Value {
    let (mut blocks, mut files) = (Vec::new(), Vec::new());
    for element in body {
        gather(element, &mut blocks, &mut files);
    }
    files.dedup();
    let files: Vec<Value> = files.iter().map(|uri| json!({ "uri": uri })).collect();
    let mut blocks = blocks.into_iter();
    let content = blocks.next().unwrap_or_default();
    let shared: Vec<String> = blocks.filter(|block| *block != content).collect();
    json!({ "content": content, "share": { "link": shared.join("\n") }, "files": files })
}

/// The texts of the innermost blocks, and the files that are shown or linked; not the reactions, which stand in a list.
fn gather(element: &Element, blocks: &mut Vec<String>, files: &mut Vec<String>) {
    let is_media = |e: &Element| matches!(e.tag.as_str(), "img" | "video" | "audio" | "source");
    let local = |link: &str| !link.is_empty() && !link.contains("://");
    if element.tag == "ul" {
        return;
    }
    let is_file = |e: &Element| is_media(e) || (e.tag == "a" && local(e.get("href")));
    if is_file(element) {
        let link = Some(element.get("src")).filter(|src| !src.is_empty()).unwrap_or(element.get("href"));
        let inner = || element.first(&|e| !e.get("src").is_empty()).map(|e| e.get("src"));
        files.extend(Some(link).filter(|l| !l.is_empty()).or_else(inner).map(str::to_owned));
        return;
    }
    if element.elements().any(|e| e.tag == "div" || e.first(&|e| e.tag == "div").is_some()) {
        // Words right inside, beside other blocks, are a block of their own.
        let own = element.words(false, &|e| {
            let other = !std::ptr::eq(e, element) && (e.tag == "div" || e.tag == "ul" || is_file(e));
            if other { Shown::Never } else { Shown::Inside }
        });
        blocks.extend(Some(own).filter(|own| !own.is_empty()));
        element
            .elements()
            .filter(|e| e.first(&|e| e.tag == "div" || is_file(e)).is_some())
            .for_each(|e| gather(e, blocks, files));
        return;
    }
    let text =
        element.words(false, &|e| if e.tag == "ul" || is_file(e) { Shown::Never } else { Shown::Inside });
    blocks.extend(Some(text).filter(|text| !text.is_empty()));
    element.all(&is_file).into_iter().for_each(|e| gather(e, blocks, files));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<(Kind, String)> {
        let html = format!("<div class=_a6-p>{body}</div>");
        let held = pages::held(&html, &|e| e.is("_a6-p"));
        match content::read(&value(&[&held[0]]), "Ida", str::to_owned) {
            Content::Said(parts) => parts,
            Content::Noted(text) => vec![(Kind::System, text)],
            Content::Deleted => vec![(Kind::Deleted, String::new())],
        }
    }

    #[test]
    fn what_a_box_says() {
        let said = |text: &str| vec![(Kind::Message, text.to_owned())];
        let file = |text: &str| vec![(Kind::Media, text.to_owned())];
        for (body, expected) in [
            (
                "<div><div></div><div>at the park&#039;s gate<br/>ok?</div><div></div></div>",
                said("at the park's gate\nok?"),
            ),
            ("<div><div></div><div>hi<div><ul><li>👍 Max</li></ul></div></div></div>", said("hi")),
            (
                "<div><div></div><div>look</div><div><div><a href=\"https://example.org/\">https://example.org/</a></div></div></div>",
                said("look\nhttps://example.org/"),
            ),
            (
                "<div><div></div><div><div><a href=\"p/1.jpg\"><img src=\"p/1.jpg\"/></a></div></div></div>",
                file("1.jpg"),
            ),
            (
                "<div><div><video src=\"v/2.mp4\"><a href=\"v/2.mp4\"><div>Click for video:</div></a></video></div></div>",
                file("2.mp4"),
            ),
            ("<div><div></div><div>Ida sent an attachment.</div></div>", file("")),
            (
                "<div><div></div><div>Liked a message</div></div>",
                vec![(Kind::System, "Ida: Liked a message".into())],
            ),
            ("<div><div></div><div>Ida unsent a message</div></div>", vec![(Kind::Deleted, String::new())]),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
    }
}
