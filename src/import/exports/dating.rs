//! The downloads of Tinder and Hinge: for each match what the owner of the account wrote, and nothing of the other person.

use serde_json::Value;

use crate::import::chats::chat::When;
use crate::import::chats::fields::{self, first_of, items};
use crate::import::chats::parts::{Ids, me};
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, text_of};
use crate::import::syntax::xml::unescape;
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// Tinder's `data.json`: `Messages`, a list of matches.
pub struct Tinder;

/// Hinge's `matches.json`: a list of matches with `chats`, likes and pictures.
pub struct Hinge;

impl Format for Tinder {
    fn name(&self) -> &'static str {
        "tinder"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline();
        let matched = items(top, "Messages").iter().any(|m| first_of(m, &["match_id"]).is_some());
        // The messages may lie far behind what was swiped.
        let used = top.get("Usage").is_some_and(|usage| usage.get("app_opens").is_some());
        if matched || (used && top.get("User").is_some()) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        matches(source, &["Messages"], sink, &|one| One {
            id: text_of(one.get("match_id")),
            words: items(one, "messages").iter().map(|m| (first_of(m, &["message"]), m)).collect(),
            time: "sent_date",
        })
    }
}

impl Format for Hinge {
    fn name(&self) -> &'static str {
        "hinge"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let top = sample.outline().as_array().map(Vec::as_slice).unwrap_or_default();
        let timed = |entry: &Value| first_of(entry, &["timestamp"]).is_some();
        let is_match = |one: &Value| {
            let known = ["match", "like", "block", "chats", "we_met", "voice_notes"];
            let keys = one
                .as_object()
                .is_some_and(|o| !o.is_empty() && o.keys().all(|k| known.contains(&k.as_str())));
            keys && known.iter().all(|key| items(one, key).iter().all(timed))
        };
        let chats =
            top.iter().any(|one| items(one, "chats").iter().any(|c| first_of(c, &["body"]).is_some()));
        if chats
            && top.iter().take(50).all(|one| is_match(one) || one.as_object().is_some_and(|o| o.is_empty()))
        {
            0.9
        } else {
            0.0
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        matches(source, &[], sink, &|one| One {
            id: None,
            words: items(one, "chats").iter().map(|m| (first_of(m, &["body"]), m)).collect(),
            time: "timestamp",
        })
    }
}

/// What was written to one match.
struct One<'v> {
    id: Option<String>,
    /// The words, where there are any, and the record that has them.
    words: Vec<(Option<&'v str>, &'v Value)>,
    /// The key of the time in it.
    time: &'static str,
}

/// Read the matches in the list `way`, each of which tells what `read` makes of it.
fn matches(
    source: Source<'_>,
    way: &[&str],
    sink: &mut Sink<'_>,
    read: &dyn Fn(&Value) -> One<'_>,
) -> Result<(), ImportError> {
    let (name, limit, owner) = (source.name().to_owned(), sink.options().limits.record, me(sink.options()));
    let (mut ids, mut count, mut line) = (Ids::new(&name), 0, 0);
    json::each(&name, source.into_text()?, limit, way, &mut |value| {
        count += 1;
        let one = read(&value);
        // Most matches are never written to.
        if one.words.is_empty() {
            return fields::flow(sink);
        }
        let id = one.id.clone().unwrap_or_else(|| format!("match {count}"));
        let mut chat = sink.chat(ids.of(&id));
        for (words, record) in &one.words {
            line += 1;
            sink.count_lines(1);
            let when = match first_of(record, &[one.time]) {
                Some(time) => fields::utc(&mut chat, time, line),
                None => When::Unknown,
            };
            let speaker = first_of(record, &["from"]).unwrap_or(&owner);
            let picture = matches!(first_of(record, &["type"]), Some("gif" | "image" | "sticker"));
            match words {
                Some(words) if picture => chat.say(speaker, when, Kind::Media, words, line),
                Some(words) => chat.say(speaker, when, Kind::Message, &unescape(words), line),
                None => chat.reject(WarningKind::BadRecord, line),
            }
            chat.set_owner(speaker);
        }
        chat.sort_by_time();
        chat.room(&name, line)?;
        Ok(if sink.emit(chat).is_break() { Flow::Break(()) } else { Flow::Continue(()) })
    })
}

#[cfg(test)]
mod tests {
    use crate::import::tried::{lines, read};

    #[test]
    fn what_the_owner_wrote_to_each_match() {
        let tinder = r#"{"Usage":{"app_opens":{"2023-05-01":3}},"User":{"bio":"x"},"Messages":[{"match_id":"Match 2","messages":[
            {"to":2,"from":"You","message":"you like climbing? it&#39;s on","sent_date":"Tue, 09 May 2023 20:11:02 GMT"},
            {"to":2,"from":"You","message":"https://x.example/a.gif","sent_date":"Wed, 10 May 2023 07:00:00 GMT","type":"gif"}]},
            {"match_id":"Match 3","messages":[]},{"match_id":"Match 1","messages":[{"to":1,"from":"You","message":"no","sent_date":"Sat, 06 May 2023 09:00:00 GMT"}]}]}"#;
        let found = read("data.json", tinder, "tinder");
        assert_eq!(
            lines(&found[0]),
            [
                "2023-05-09T20:11:02Z You: you like climbing? it's on",
                "2023-05-10T07:00:00Z You: https://x.example/a.gif"
            ]
        );
        assert_eq!((found.len(), found[1].transcript.id.as_str()), (2, "data.json#Match 1"));
        assert!(found[0].warnings.iter().any(|w| w.kind.id() == "one-sided-export"));
        let hinge = r#"[{"like":[{"timestamp":"2023-05-09 20:00:00"}]},{"match":[{"timestamp":"2023-05-09 20:01:00"}],
            "chats":[{"body":"hi","timestamp":"2023-05-09 20:11:02"},{"body":"still on?","timestamp":"2023-05-09 20:12:02"}]}]"#;
        let found = read("matches.json", hinge, "hinge");
        assert_eq!(lines(&found[0]), ["2023-05-09T20:11:02Z Me: hi", "2023-05-09T20:12:02Z Me: still on?"]);
    }
}
