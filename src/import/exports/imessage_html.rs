//! Pages of imessage-exporter: a box for each message, with the same parts as its texts have lines. Answers stand twice: in the
//! box of what they answer, which is passed over, and where they were sent.

use super::imessage_txt::moment;
use crate::import::chats::chat::When;
use crate::import::chats::fields;
use crate::import::chats::paged::Paged;
use crate::import::chats::parts::{Part, file_name, me, say_all};
use crate::import::error::ImportError;
use crate::import::intake::pages::{self, Element, Shown};
use crate::import::intake::source::{Sample, Source};
use crate::import::warning::WarningKind;
use crate::import::{Chat, Format, Sink, UNKNOWN};
use crate::transcript::Kind;

/// The format.
pub struct IMessageHtml;

/// What stands in a box beside what its sender wrote: answers, reactions, remarks of the program.
const BESIDE: [&str; 9] = [
    "replies",
    "reply",
    "tapbacks",
    "reactions",
    "reply_context",
    "reply_anchor",
    "expressive",
    "timestamp",
    "sender",
];
/// What is sent as a file, or as the picture of one.
const FILES: [&str; 4] = ["img", "video", "audio", "object"];

impl Format for IMessageHtml {
    fn name(&self) -> &'static str {
        "imessage-html"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let text = sample.text();
        let is_ours =
            |text: &str| text.contains("class=\"message_part\"") || text.contains("Reveal in Messages");
        if !pages::is_page(sample) || !is_ours(text) {
            return 0.0;
        }
        let timed = |e: &Element| is_record(e) && Seen::of(e).is_some_and(|b| b.when != When::Unknown);
        if pages::held(text, &is_record).iter().any(timed) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (chat, owner) = (sink.chat(source.name()), me(sink.options()));
        Paged::new(chat, is_record, |chat, record, line| take(chat, record, &owner, line)).read(source, sink)
    }
}

fn is_record(element: &Element) -> bool {
    element.tag == "div" && element.is_any(&["message", "announcement"])
}

/// What a box tells.
struct Seen<'e> {
    when: When,
    sender: Option<String>,
    sent: bool,
    record: &'e Element,
}

impl<'e> Seen<'e> {
    fn of(record: &'e Element) -> Option<Self> {
        let stamp = record.first(&|e| e.is("timestamp"))?.text();
        let when =
            moment(&stamp).map_or(When::Unknown, |time| When::Known(crate::transcript::Time::Local(time)));
        let sender = record.first(&|e| e.is("sender")).map(Element::text).filter(|name| !name.is_empty());
        let sent = record.elements().any(|e| e.is("sent"));
        Some(Self { when, sender, sent, record })
    }

    /// Files and words of all parts.
    fn parts(&self) -> Vec<Part> {
        let is_part = |e: &Element| e.is("message_part") || e.is("replies");
        let parts = self.record.all(&is_part).into_iter().filter(|part| part.is("message_part"));
        parts.flat_map(part).collect()
    }
}

fn take(chat: &mut Chat, record: &Element, owner: &str, line: u64) {
    let Some(found) = Seen::of(record) else { return chat.reject(WarningKind::UnknownRecord, line) };
    if found.when == When::Unknown {
        chat.doubt(WarningKind::InvalidTime, line);
    }
    if record.is("announcement") {
        let words = record.words(false, &|e| if e.is("timestamp") { Shown::Never } else { Shown::Inside });
        return chat.note(found.when, words.trim(), line);
    }
    let speaker = match (&found.sender, found.sent) {
        (_, true) => {
            chat.set_owner(owner);
            owner.to_owned()
        }
        (Some(name), false) => name.clone(),
        (None, false) => {
            chat.doubt(WarningKind::UnknownSpeaker, line);
            UNKNOWN.to_owned()
        }
    };
    let parts = found.parts();
    if parts.is_empty() {
        return chat.say(&speaker, found.when, Kind::Media, "", line);
    }
    say_all(chat, &speaker, found.when, &parts, line);
}

/// What one part of a message says: what was taken back is told as that, and of what was edited the last words count.
fn part(part: &Element) -> Vec<Part> {
    if part.first(&|e| e.is("unsent")).is_some() {
        return vec![(Kind::Deleted, String::new())];
    }
    let edited = part.first(&|e| e.is("edited"));
    if let Some(last) = edited.and_then(|e| e.all(&|e| e.tag == "tr").pop()) {
        let words = last.words(false, &shown);
        return vec![(Kind::Message, words.trim().to_owned())];
    }
    let is_file =
        |e: &Element| FILES.contains(&e.tag.as_str()) || is_download(e) || e.is_any(&["app", "sticker"]);
    let files = part.all(&is_file).into_iter().map(|e| (Kind::Media, file(e)));
    let mut parts: Vec<Part> = files.collect();
    let words = part.words(false, &|e| if is_file(e) { Shown::Never } else { shown(e) });
    let words = words.trim().to_owned();
    if !words.is_empty() || parts.is_empty() {
        parts.push((Kind::Message, words));
    }
    parts
}

fn shown(element: &Element) -> Shown {
    if element.is_any(&BESIDE) { Shown::Never } else { Shown::Inside }
}

/// A link to a file that a page cannot show.
fn is_download(element: &Element) -> bool {
    element.tag == "a" && element.text().starts_with("Click to download")
}

/// The name of a file, or what an app shows of itself.
fn file(element: &Element) -> String {
    let link = element.first(&|e| !e.get("src").is_empty() || !e.get("href").is_empty());
    let link = link.map(|e| if e.get("src").is_empty() { e.get("href") } else { e.get("src") });
    match link {
        Some(link) => fields::linked_file(file_name(link)).to_owned(),
        None => element.text().replace('\n', " "),
    }
}

#[cfg(test)]
mod tests {
    use crate::import::tried::{lines, read};

    fn message(class: &str, time: &str, name: &str, inner: &str) -> String {
        format!(
            "<div class=\"message\">\n<div class=\"{class}\">\n<p><span class=\"timestamp\"><a title=\"Reveal in Messages app\" \
             href=\"sms://open\">{time}</a> (Read by you after 5 seconds)</span>\n<span class=\"sender\">{name}</span></p>\n<hr>{inner}</div>\n</div>\n"
        )
    }

    #[test]
    fn boxes_of_messages_with_answers_pictures_and_what_was_edited() {
        let bubble = |words: &str| {
            format!("<div class=\"message_part\">\n<span class=\"bubble\">{words}</span>\n</div>")
        };
        let answer = message("sent iMessage", "Mar 02, 2025  4:12:09 PM", "Me", &bubble("9am?"));
        let edited = "<div class=\"message_part\"><div class=\"edited\"><table><tbody><tr><td><span class=\"timestamp\"></span></td><td>ok mabe</td></tr></tbody>\
            <tfoot><tr><td><span class=\"timestamp\">Edited 8 seconds later</span></td><td>ok maybe</td></tr></tfoot></table></div></div>";
        let picture =
            "<div class=\"message_part\"><img src=\"attachments/15/a.jpeg\" loading=\"lazy\"></div>";
        let page = [
            message(
                "received",
                "Mar  2, 2025  4:10:00 PM",
                "+15550100",
                &(bubble("practice at 9 &amp; no parents<br>ok?") + &format!("<div class=\"replies\"><div class=\"reply\">{answer}</div></div>")),
            ),
            answer.clone(),
            "<div class=\"announcement\"><p><span class=\"timestamp\">Mar  2, 2025  4:13:00 PM</span> You named the conversation <b>Track</b></p></div>".to_owned(),
            message("received", "Mar  2, 2025  4:14:55 PM", "+15550100", &(bubble("Nah") + picture)),
            message("sent SMS", "Mar 12, 2025 11:05:03 PM", "Me", edited),
            message("received", "Mar 12, 2025 11:06:00 PM", "+15550100", "<div class=\"message_part\"><span class=\"unsent\">+15550100 unsent this message part!</span></div>"),
        ];
        let text = format!(
            "<html>\n<head>\n<meta charset=\"UTF-8\">\n</head>\n<body>\n{}</body>\n</html>\n",
            page.join("")
        );
        let found = read("p.html", &text, "imessage-html");
        assert_eq!(
            lines(&found[0]),
            [
                "2025-03-02T16:10:00 +15550100: practice at 9 & no parents\nok?",
                "2025-03-02T16:12:09 Me: 9am?",
                "2025-03-02T16:13:00 *: You named the conversation Track",
                "2025-03-02T16:14:55 +15550100: Nah",
                "2025-03-02T16:14:55 +15550100: a.jpeg",
                "2025-03-12T23:05:03 Me: ok maybe",
                "2025-03-12T23:06:00 +15550100: ",
            ]
        );
    }
}
