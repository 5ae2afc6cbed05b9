//! VK's archive as pages: a folder for each conversation with pages of fifty messages, newest first; each message has a
//! heading with who wrote it and when, in the language of the account.

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::linked_file;
use crate::import::chats::paged::Paged;
use crate::import::chats::parts::{Part, say_all};
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element, Shown};
use crate::import::intake::source::{Sample, Source};
use crate::import::time::months;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink, UNKNOWN};
use crate::transcript::{Kind, Time};

/// The format.
pub struct VkHtml;

const HEADER: &str = "message__header";
/// What is sent beside words, and what the app says in a chat.
const BESIDE: &str = "kludges";

impl Format for VkHtml {
    fn name(&self) -> &'static str {
        "vk-html"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text();
        if pages::is_page(sample) && text.contains(HEADER) && text.contains("data-id=") { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        paged(sink.chat(source.name())).read(source, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        Bundle::of_parts(entries, |entry| {
            let (folder, file) = entry.rsplit_once('/')?;
            let number = file.strip_prefix("messages")?.strip_suffix(".html")?;
            (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(folder)
        })
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        paged(sink.chat(bundle.name_in(files.name()))).read_bundle(self, bundle, files, sink)
    }
}

fn paged(chat: Chat) -> Paged<impl FnMut(&mut Chat, &Element, u64)> {
    Paged::new(chat, |e| e.is("message"), message).newest_first()
}

fn message(chat: &mut Chat, record: &Element, line: u64) {
    let Some(header) = record.first(&|e| e.is(HEADER)) else {
        return chat.reject(WarningKind::UnknownRecord, line);
    };
    let head = header.words(false, &|e| if e.is("message-edited") { Shown::Never } else { Shown::Inside });
    let (name, when) = told(head.trim());
    let when = when.unwrap_or_else(|| {
        chat.doubt(WarningKind::InvalidTime, line);
        When::Unknown
    });
    let link = header.first(&|e| e.tag == "a");
    let speaker = match (link, name) {
        (Some(link), _) => chat.person(link.get("href"), &link.text()),
        // The owner alone stands without a link, as "You" in the language of the account.
        (None, Some(name)) => {
            chat.set_owner(name);
            name.to_owned()
        }
        (None, None) => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            UNKNOWN.to_owned()
        }
    };
    match parts(record) {
        Said::Parts(parts) => say_all(chat, &speaker, when, &parts, line),
        Said::Event(words) => chat.note(when, &words, line),
    }
}

/// `Вы, 15 фев 2024 в 0:01:09`: who and when. A name may have commas.
fn told(head: &str) -> (Option<&str>, Option<When>) {
    let time = |text: &str| {
        let field = text.trim().trim_start_matches("on ");
        let known = times::read(field).filter(|when| *when != When::Unknown);
        known.or_else(|| months::anywhere(&short(field)).map(|time| When::Known(Time::Local(time))))
    };
    let commas = head.match_indices(',').map(|(at, _)| at);
    let found = commas.filter_map(|at| Some((&head[..at], time(&head[at + 1..])?))).next();
    match found {
        Some((name, when)) => (Some(name.trim()).filter(|name| !name.is_empty()), Some(when)),
        None => (head.split(',').next().map(str::trim).filter(|name| !name.is_empty()), None),
    }
}

/// Russian and Ukrainian months as VK cuts them, in full.
fn short(field: &str) -> String {
    const MONTHS: [(&str, &str); 23] = [
        ("янв", "января"),
        ("фев", "февраля"),
        ("мар", "марта"),
        ("апр", "апреля"),
        ("июн", "июня"),
        ("июл", "июля"),
        ("авг", "августа"),
        ("сен", "сентября"),
        ("окт", "октября"),
        ("ноя", "ноября"),
        ("дек", "декабря"),
        ("січ", "січня"),
        ("лют", "лютого"),
        ("бер", "березня"),
        ("кві", "квітня"),
        ("тра", "травня"),
        ("чер", "червня"),
        ("лип", "липня"),
        ("сер", "серпня"),
        ("вер", "вересня"),
        ("жов", "жовтня"),
        ("лис", "листопада"),
        ("гру", "грудня"),
    ];
    let whole = |word: &str| {
        let bare = word.trim_end_matches('.').to_lowercase();
        let known =
            MONTHS.iter().find(|(cut, whole)| bare.starts_with(cut) && whole.starts_with(bare.as_str()));
        known.map_or_else(|| word.to_owned(), |(_, whole)| (*whole).to_owned())
    };
    field.split(' ').map(whole).collect::<Vec<_>>().join(" ")
}

/// What a message is.
enum Said {
    Parts(Vec<Part>),
    Event(String),
}

fn parts(record: &Element) -> Said {
    let hidden = |e: &Element| e.is(HEADER) || e.is(BESIDE);
    let words = record.words(false, &|e| if hidden(e) { Shown::Never } else { Shown::Inside });
    let words = words.trim().to_owned();
    let beside = record.first(&|e| e.is(BESIDE));
    let files = beside.map(|e| e.all(&|e| e.is("attachment"))).unwrap_or_default();
    let mut parts: Vec<Part> = files.iter().map(|e| (Kind::Media, file(e))).collect();
    if !words.is_empty() {
        parts.push((Kind::Message, words));
    }
    if parts.is_empty() {
        // `Артём Лосев создал беседу`: what happened stands where files do.
        let event = beside.map(Element::text).filter(|words| !words.is_empty());
        return event.map_or_else(|| Said::Parts(vec![(Kind::Media, String::new())]), Said::Event);
    }
    Said::Parts(parts)
}

/// The name of a file, or else what the page says that it is: `Фотография`, `2 прикреплённых сообщения`.
fn file(attachment: &Element) -> String {
    let link = attachment.first(&|e| e.tag == "a" && !e.get("href").is_empty());
    let name = link.map(|e| linked_file(e.get("href"))).filter(|name| name.contains('.'));
    let told =
        || attachment.first(&|e| e.is("attachment__description")).map(Element::text).unwrap_or_default();
    name.map_or_else(told, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::tried::{lines, read};

    fn message(head: &str, body: &str) -> String {
        format!(
            "<div class=\"item\"><div class='item__main'><div class=\"message\" data-id=\"7\">\n  <div class=\"message__header\">{head}</div>\n  \
             <div>{body}</div>\n</div></div></div>\n"
        )
    }

    #[test]
    fn a_page_newest_first() {
        let linked = |time: &str| format!("<a href=\"https://vk.com/id5\">Артём Лосев</a>, {time}");
        let photo = "<div class=\"kludges\"><div class=\"attachment\"><div class=\"attachment__description\">Фотография</div>\
            <a class='attachment__link' href='https://x.example/a.jpg'>https://x.example/a.jpg</a></div></div>";
        let page = [
            message(
                &linked("15 фев 2024 в 0:01:09"),
                "<div class=\"kludges\">Артём Лосев покинул беседу</div>",
            ),
            message(&linked("14 фев 2024 в 9:22:40"), photo),
            message(
                "Вы, 14 фев 2024 в 9:21:00 <span class=\"message-edited\">(ред.)</span>",
                "Завтра в 17:30: приходи &#128515;<div class=\"kludges\"></div>",
            ),
            message(&linked("14 мая 2023 в 9:20:45"), "да<br>а что<div class=\"kludges\"></div>"),
        ];
        let text = format!(
            "<!DOCTYPE html>\n<html lang=\"ru\"><head><title>VK</title></head><body>{}</body></html>",
            page.join("")
        );
        let found = read("messages0.html", &text, "vk-html");
        assert_eq!(
            lines(&found[0]),
            [
                "2023-05-14T09:20:45 Артём Лосев: да\nа что",
                "2024-02-14T09:21:00 Вы: Завтра в 17:30: приходи 😃",
                "2024-02-14T09:22:40 Артём Лосев: a.jpg",
                "2024-02-15T00:01:09 *: Артём Лосев покинул беседу",
            ]
        );
    }

    #[test]
    fn headings_in_other_languages() {
        for head in [
            "You, on 14 Feb 2024 at 9:21:00 pm",
            "Ви, 14 лют 2024 о 21:21:00",
            "Вы, 14 февраля 2024 в 21:21:00",
        ] {
            let (name, when) = told(head);
            assert!(name.is_some() && when.is_some(), "{head}");
        }
        assert_eq!(told("Вы, потом"), (Some("Вы"), None));
    }

    #[test]
    fn pages_of_a_folder_go_together() {
        let names = [
            "messages/5/messages0.html",
            "messages/5/messages50.html",
            "messages/6/messages0.html",
            "messages/index-messages.html",
        ];
        let bundles = VkHtml.bundles(&names.map(str::to_owned));
        assert_eq!((bundles.len(), bundles[0].root.as_str(), bundles[0].entries.len()), (1, "messages/5", 2));
    }
}
