//! The direct messages of an archive of X (Twitter): `direct-messages.js` and `direct-messages-group.js`, which assign JSON
//! to a variable. People go by ids; only the owner's name is told, in `account.js` beside them.

use std::io::BufRead;

use serde_json::Value;

use crate::import::archive::{Bundle, Entries};
use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{self, close, cut, first_of, flow, items, linked_file};
use crate::import::chats::parts::say_all;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::json::{self, Path, Walker, Want, text_of};
use crate::import::syntax::markup::unescape;
use crate::import::warning::WarningKind;
use crate::import::{Flow, Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct Twitter;

impl Format for Twitter {
    fn name(&self) -> &'static str {
        "twitter"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let variable = sample.text().trim_start().split('=').next().unwrap_or_default();
        // The lists of headers hold no words.
        let assigned = variable.starts_with("window.YTD.direct_message") && !variable.contains("header");
        let found = sample.outline().get(0).is_some_and(|c| c.get("dmConversation").is_some());
        if assigned || (found && !variable.contains("window.YTD")) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        read_part(source, None, sink)
    }

    fn bundles(&self, entries: &[String]) -> Vec<Bundle> {
        let mut bundles = Bundle::around("account.js", entries);
        for bundle in &mut bundles {
            let folder = bundle.path("");
            let ours = |name: &str| name == "account.js" || is_part(name);
            bundle.entries.retain(|e| e.strip_prefix(folder.as_str()).is_some_and(ours));
        }
        bundles.retain(|b| b.entries.len() > 1);
        bundles
    }

    fn read_bundle(
        &self,
        bundle: &Bundle,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> Result<(), ImportError> {
        let owner = owner(files.open(&bundle.path("account.js"), sink)?, sink)?;
        let mut failed = None;
        for entry in bundle.entries.iter().filter(|e| is_part(e.rsplit('/').next().unwrap_or(e))) {
            let result = files.open(entry, sink).and_then(|source| read_part(source, owner.as_ref(), sink));
            failed = failed.or(result.err());
            if sink.is_stopped() {
                break;
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// `direct-messages.js`, `direct-messages-part1.js`, `direct-messages-group.js`.
fn is_part(name: &str) -> bool {
    name.starts_with("direct-messages") && name.ends_with(".js")
}

/// Id and name of the account.
type Owner = (String, String);

fn owner(source: Source<'_>, sink: &Sink<'_>) -> Result<Option<Owner>, ImportError> {
    struct Account(Option<Owner>);
    impl Walker for Account {
        fn want(&mut self, _: &Path) -> Want {
            Want::Take
        }

        fn take(&mut self, _: &Path, value: Value) -> Result<Flow, ImportError> {
            let account = value.get("account").unwrap_or(&Value::Null);
            let id = text_of(account.get("accountId"));
            let name = first_of(account, &["username", "accountDisplayName"]).map(str::to_owned);
            self.0 = self.0.take().or(id.zip(name));
            Ok(Flow::Continue(()))
        }
    }
    let mut account = Account(None);
    walk(source, sink.options().limits.record, &mut account)?;
    Ok(account.0)
}

/// Walk through the JSON behind `window.YTD.… =`.
fn walk(source: Source<'_>, limit: usize, walker: &mut dyn Walker) -> Result<(), ImportError> {
    let name = source.name().to_owned();
    let assigned = source.sample().text().trim_start().starts_with("window.");
    let mut text = source.into_text()?;
    if assigned {
        text.skip_until(b'=').map_err(|e| ImportError::io(&name, e))?;
    }
    json::walk(&name, text, limit, walker)
}

fn read_part(source: Source<'_>, owner: Option<&Owner>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let (name, limit) = (source.name().to_owned(), sink.options().limits.record);
    let mut part = Part { name, owner, id: None, open: None, count: 0, chats: 0, sink };
    let result = walk(source, limit, &mut part);
    let chat = part.open.take().map(ordered);
    close(chat, cut(&result, part.count), part.sink);
    result
}

struct Part<'o, 's, 'a> {
    name: String,
    owner: Option<&'o Owner>,
    id: Option<String>,
    open: Option<Chat>,
    count: u64,
    chats: u64,
    sink: &'s mut Sink<'a>,
}

/// Newest first, as the archive has it.
fn ordered(mut chat: Chat) -> Chat {
    chat.reverse();
    chat.sort_by_time();
    chat
}

impl Walker for Part<'_, '_, '_> {
    fn want(&mut self, path: &Path) -> Want {
        let talk = ["*", "dmConversation", "messages", "*"];
        match path.depth() {
            1 => Want::Enter,
            2 if path.is(&talk[..2]) => Want::Enter,
            3 if path.is(&talk[..3]) => Want::Enter,
            3 if path.last_key() == Some("conversationId") => Want::Take,
            4 => Want::Take,
            _ => Want::Skip,
        }
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        if path.is(&["*", "dmConversation", "conversationId"]) {
            self.id = text_of(Some(&value));
        } else if path.is(&["*", "dmConversation", "messages", "*"]) {
            self.message(&value)?;
        }
        flow(self.sink)
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        if path.depth() == 1 {
            self.id = None;
            if let Some(chat) = self.open.take() {
                close(Some(ordered(chat)), None, self.sink);
            }
        }
        flow(self.sink)
    }
}

impl Part<'_, '_, '_> {
    fn message(&mut self, value: &Value) -> Result<(), ImportError> {
        let entries = || value.as_object().into_iter().flatten();
        // A reaction is no message.
        if value.get("reactionCreate").is_some() && entries().count() == 1 {
            return Ok(());
        }
        self.count += 1;
        self.sink.count_lines(1);
        let line = self.count;
        if self.open.is_none() {
            self.open = Some(self.start());
        }
        let Some(chat) = &mut self.open else { return Ok(()) };
        match entries().next() {
            Some((kind, event)) if event.is_object() => take(chat, kind, event, line),
            _ => chat.reject(WarningKind::BadRecord, line),
        }
        chat.room(&self.name, line)
    }

    fn start(&mut self) -> Chat {
        self.chats += 1;
        let id = self.id.clone().unwrap_or_else(|| self.chats.to_string());
        let mut chat = self.sink.chat(format!("{}#{id}", self.name));
        if let Some((id, name)) = self.owner {
            let name = chat.person(id, name);
            chat.set_owner(&name);
        }
        chat
    }
}

/// One event of a conversation, of this `kind`.
fn take(chat: &mut Chat, kind: &str, event: &Value, line: u64) {
    let when = match first_of(event, &["createdAt"]) {
        Some(stamp) => fields::when(chat, stamp, line),
        None => When::Unknown,
    };
    match kind {
        "messageCreate" | "welcomeMessageCreate" => say(chat, event, when, line),
        "joinConversation" => chat.note(when, "joined the conversation", line),
        "participantsJoin" => chat.note(when, "people were added to the conversation", line),
        "participantsLeave" => chat.note(when, "people left the conversation", line),
        "conversationNameUpdate" => {
            let name = unescape(first_of(event, &["name"]).unwrap_or_default());
            chat.note(when, &format!("the conversation was named {name}"), line);
        }
        _ => chat.reject(WarningKind::UnknownRecord, line),
    }
}

fn say(chat: &mut Chat, event: &Value, when: When, line: u64) {
    let Some(id) = text_of(event.get("senderId")) else {
        return chat.reject(WarningKind::BadRecord, line);
    };
    if !chat.knows(&id) {
        chat.doubt(WarningKind::NamelessPerson, line);
    }
    let speaker = chat.person(&id, &id);
    let mut text = unescape(first_of(event, &["text"]).unwrap_or_default());
    for link in items(event, "urls") {
        let (Some(short), Some(long)) = (first_of(link, &["url"]), first_of(link, &["expanded"])) else {
            continue;
        };
        // The link to a picture that was sent stands for the picture.
        let shown = if long.contains("/messages/media/") { "" } else { long };
        text = text.replace(short, shown);
    }
    let files = items(event, "mediaUrls").iter().filter_map(Value::as_str).map(linked_file);
    let words = Some(text.trim()).filter(|t| !t.is_empty()).map(|t| (Kind::Message, t));
    let mut parts: Vec<_> = words.into_iter().chain(files.map(|f| (Kind::Media, f))).collect();
    if parts.is_empty() {
        parts.push((Kind::Media, ""));
    }
    say_all(chat, &speaker, when, &parts, line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_not_escaped() {
        assert_eq!(unescape("fish &amp; chips &lt;3 &amp;lt;"), "fish & chips <3 &lt;");
    }
}
