//! Google Voice in a Takeout: a page for each stretch of a chat, `NAME - Text - TIME.html`, in the form of hAtom. All of
//! one name and folder are one chat.

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{self, linked_file};
use crate::import::chats::paged::Paged;
use crate::import::chats::parts::{Part, file_name, me, say_all};
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element, Shown};
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The format.
pub struct GoogleVoice;

/// How what is written begins where only pictures were sent, in whatever language: `MMS Sent`, `MMS Received`.
const BARE: &str = "MMS ";

impl Format for GoogleVoice {
    fn name(&self) -> &'static str {
        "google-voice"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text();
        let has = |class: &str| text.contains(&format!("class=\"{class}"));
        if pages::is_page(sample) && has("hChatLog") && has("sender vcard") { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        paged(sink.chat(source.name()), me(sink.options())).read(source, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        // Those without a name may be with anybody.
        let is_named = |name: &&str| !file_name(name).is_empty();
        Bundle::of_parts(entries, |entry| {
            let (name, _) = entry.strip_suffix("Z.html")?.rsplit_once(" - Text - ")?;
            Some(name).filter(is_named)
        })
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        // Times in their names put them in order.
        let chat = sink.chat(bundle.name_in(files.name()));
        paged(chat, me(sink.options())).read_bundle(self, bundle, files, sink)
    }
}

fn paged(mut chat: Chat, owner: String) -> Paged<impl FnMut(&mut Chat, &Element, u64)> {
    chat.set_owner(&owner);
    Paged::new(chat, |e| e.is("message"), move |chat, record, line| message(chat, &owner, record, line))
}

fn message(chat: &mut Chat, owner: &str, record: &Element, line: u64) {
    let stamp = record.first(&|e| e.tag == "abbr" && e.is("dt")).map(|e| e.get("title").to_owned());
    let when = stamp.map_or(When::Unknown, |stamp| fields::when(chat, &stamp, line));
    let sender = record.first(&|e| e.is("sender"));
    let link = sender.and_then(|e| e.first(&|e| e.tag == "a")).map_or("", |a| a.get("href"));
    let number = link.trim_start_matches("tel:");
    let name = sender.map(Element::text).unwrap_or_default();
    // The owner stands as an abbreviation, of nothing, in whatever language.
    let own = sender.is_some_and(|e| e.first(&|e| e.tag == "abbr" && e.is("fn")).is_some());
    let speaker = match [name.as_str(), number].into_iter().find(|name| !name.is_empty()) {
        _ if own => owner.to_owned(),
        Some(name) => chat.person(if number.is_empty() { name } else { number }, name),
        None => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            UNKNOWN.to_owned()
        }
    };
    say_all(chat, &speaker, when, &parts(record), line);
}

fn parts(record: &Element) -> Vec<Part> {
    let is_file =
        |e: &Element| matches!(e.tag.as_str(), "img" | "video" | "audio") || (e.tag == "a" && e.is("vcard"));
    let files = record.all(&is_file).into_iter().map(|e| {
        let link = [e.get("src"), e.get("href")].into_iter().find(|link| !link.is_empty());
        (Kind::Media, linked_file(link.unwrap_or_default()).to_owned())
    });
    let mut parts: Vec<Part> = files.collect();
    let quote = record.first(&|e| e.tag == "q");
    let said = quote.map(|q| q.words(false, &|e| if is_file(e) { Shown::Never } else { Shown::Inside }));
    let is_bare = |said: &str| said.starts_with(BARE) && said.matches(' ').count() == 1;
    let said = said.filter(|said| !said.is_empty() && !is_bare(said));
    parts.extend(said.map(|said| (Kind::Message, said)));
    if parts.is_empty() {
        parts.push((Kind::Media, String::new()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_pictures() {
        for (html, expected) in [
            ("<q>yes<br>my phone</q>", vec![(Kind::Message, "yes\nmy phone")]),
            (
                "<q>MMS Sent</q><div><img src=\"Ida - Text - 1-1.jpg\"></div>",
                vec![(Kind::Media, "Ida - Text - 1-1.jpg")],
            ),
            (
                "<q>look</q><div><video src=\"a/b.mp4\"></video></div>",
                vec![(Kind::Media, "b.mp4"), (Kind::Message, "look")],
            ),
            ("<q></q>", vec![(Kind::Media, "")]),
        ] {
            let held = pages::held(&format!("<div>{html}</div>"), &|e| e.tag == "div");
            let read = parts(&held[0]);
            assert_eq!(
                read.iter().map(|(kind, text)| (*kind, text.as_str())).collect::<Vec<_>>(),
                expected,
                "{html}"
            );
        }
    }

    #[test]
    fn pages_of_one_name_go_together() {
        let names = [
            "Ida - Text - 2024-05-01T10_00_00Z.html",
            "Ida - Text - 2024-05-02T10_00_00Z.html",
            "Max - Text - 2024-05-02T10_00_00Z.html",
            "Calls/ - Text - 2024-05-02T10_00_00Z.html",
            "Calls/ - Text - 2024-05-03T10_00_00Z.html",
        ];
        let bundles = GoogleVoice.bundles(&names.map(str::to_owned));
        assert_eq!((bundles.len(), bundles[0].root.as_str(), bundles[0].entries.len()), (1, "Ida", 2));
    }
}
