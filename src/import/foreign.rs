//! Exports that are known and not read: what they are, and what to ask the app for instead.

use super::error::ImportError;
use super::fields::{first_of, items};
use super::source::Sample;

/// A form of export, and the way out.
struct Known {
    what: &'static str,
    instead: &'static str,
}

const META: Known = Known {
    what: "a Messenger or Instagram download in HTML",
    instead: "ask for the download again with the format JSON",
};
const DISCORD: Known = Known {
    what: "a page of DiscordChatExporter",
    instead: "export the channel again with the format JSON or TXT",
};
const IMESSAGE: Known =
    Known { what: "a page of imessage-exporter", instead: "export again with the format txt" };
const SNAPCHAT: Known = Known {
    what: "Snapchat's chat history in HTML",
    instead: "give the JSON of the same download, or ask for My Data again with JSON",
};
const TINDER: Known = Known {
    what: "Tinder's download with the words of its owner alone",
    instead: "copy the chat in the app and paste it as text",
};
const PAGE: Known = Known {
    what: "a web page",
    instead: "export the chat again as JSON or TXT, or copy its words from the page and paste them",
};

/// Why the input that begins with `sample`, which no format claims, is not read, when it is known.
pub fn refusal(sample: &Sample) -> Option<ImportError> {
    let known = page(sample).or_else(|| is_tinder(sample).then_some(TINDER))?;
    let general = known.what == PAGE.what;
    Some(ImportError::Foreign {
        name: sample.name().to_owned(),
        what: known.what,
        instead: known.instead,
        general,
    })
}

/// What page of HTML it is.
fn page(sample: &Sample) -> Option<Known> {
    let text = sample.text();
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    if !start.starts_with("<!doctype html") && !start.starts_with("<html") {
        return None;
    }
    let has = |word: &str| text.contains(word);
    // Classes that the page makers of the apps have used for years.
    Some(if has("chatlog__message") {
        DISCORD
    } else if has("class=\"message_part\"") || has("Reveal in Messages app") {
        IMESSAGE
    } else if has("uiBoxWhite noborder") || (has("_a6-g") && has("_a6-p")) {
        META
    } else if has("Snapchat") || sample.name().ends_with("chat_history.html") {
        SNAPCHAT
    } else {
        PAGE
    })
}

/// Whether it is Tinder's download.
pub fn is_tinder(sample: &Sample) -> bool {
    let top = sample.outline();
    let matched = items(top, "Messages").iter().any(|m| first_of(m, &["match_id"]).is_some());
    let used = top.get("Usage").is_some_and(|usage| usage.get("app_opens").is_some());
    matched || (used && top.get("User").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_and_what_to_do() {
        let meta = r#"<html><body><div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"></div>"#;
        for (name, text, words) in [
            ("m.html", meta, "Messenger or Instagram"),
            ("d.html", "<!DOCTYPE html>\n<div class=\"chatlog__message\">", "DiscordChatExporter"),
            ("i.html", "<!DOCTYPE html><div class=\"message_part\">", "imessage-exporter"),
            ("html/chat_history.html", "<html><h1>Chat History</h1>", "Snapchat"),
            ("t.json", r#"{"Messages": [{"match_id": "Match 1", "messages": []}]}"#, "Tinder"),
            ("p.html", "<html><p>hello</p>", "a web page"),
        ] {
            let error = refusal(&Sample::new(name, text.as_bytes().to_vec())).unwrap().to_string();
            assert!(error.contains(words) && error.contains("; "), "{error}");
            assert!(!error.contains("--as"), "{error}");
        }
        let tall = "{\n \"Usage\": {},\n \"User\": {},\n \"Messages\": [\n {\"match_id\": \"1\",\n \"messages\": [\n {\"to\": 1}]}]}";
        let tall = Sample::new("t.json", tall.as_bytes().to_vec());
        let chosen = super::super::detect::choose(&tall, 0, &super::super::Options::default());
        assert!(matches!(chosen.err(), Some(ImportError::UnknownFormat { .. })) && refusal(&tall).is_some());
        assert!(refusal(&Sample::new("x.json", b"{\"a\": 1}".to_vec())).is_none());
        assert!(refusal(&Sample::new("x.xml", b"<?xml version=\"1.0\"?><calls></calls>".to_vec())).is_none());
    }
}
