//! What the page asks: a line of JSON with everything the reader said so far, then the conversation's bytes as they
//! are, so that any encoding and any archive gets through.

use axum::body::Bytes;
use serde::Deserialize;

use super::answer::Refusal;
use crate::import::{Columns, DateOrder, HeadPattern, Limits, Options, Unnamed};
use crate::reading::{Correction, Corrections, Mark, Says};
use crate::transcript::Role;

/// The conversation and what the reader said about it.
pub struct Ask {
    /// What the reader said.
    pub said: Said,
    /// The conversation, as pasted or as the file has it.
    pub bytes: Bytes,
}

/// What the reader said. Nothing is required.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Said {
    name: String,
    format: Option<String>,
    date_order: Option<Order>,
    columns: Option<Heads>,
    /// How each message begins.
    head: Option<String>,
    unnamed: Option<Nameless>,
    /// Which conversation of the file, from 0.
    pub chat: usize,
    /// The first entry to be shown, from 0.
    pub from: usize,
    speakers: Vec<About>,
    messages: Vec<Noted>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Dmy,
    Mdy,
}

/// Who speaks where nobody is named.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Nameless {
    Alternating,
    Unknown,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Heads {
    conversation: String,
    speaker: String,
    time: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    is: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: Option<Who>,
}

/// What is said of one entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Noted {
    /// Which, as read, from 0.
    at: usize,
    says: Says,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Who {
    Unknown,
    Child,
    Adult,
    Staff,
    Me,
}

/// What a conversation without a file is called.
pub const PASTED: &str = "pasted";
/// Longest name that is taken over, in characters.
const NAME_CHARS: usize = 200;

impl Ask {
    /// Take a request's body apart.
    pub fn parse(body: Bytes) -> Result<Self, Refusal> {
        let end = body.iter().position(|b| *b == b'\n').ok_or_else(Refusal::garbled)?;
        let said = serde_json::from_slice(&body[..end]).map_err(|_| Refusal::garbled())?;
        Ok(Self { said, bytes: body.slice(end + 1..) })
    }
}

impl Said {
    /// What the conversation is called: its file without folders, or that it was pasted.
    pub fn name(&self) -> String {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
        if file.is_empty() { PASTED.to_owned() } else { file.chars().take(NAME_CHARS).collect() }
    }

    /// As the importers take it. What may be said about the reading of text is said here and nowhere else.
    ///
    /// # Errors
    /// When what is said of how messages begin is no pattern.
    pub fn options(&self) -> Result<Options, Refusal> {
        let date_order = self.date_order.map(|order| match order {
            Order::Dmy => DateOrder::DayFirst,
            Order::Mdy => DateOrder::MonthFirst,
        });
        let columns = self.columns.as_ref().map(Heads::columns).filter(|c| *c != Columns::default());
        let format = self.format.clone().filter(|f| !f.is_empty());
        let unnamed = self.unnamed.map(|unnamed| match unnamed {
            Nameless::Alternating => Unnamed::Alternating,
            Nameless::Unknown => Unnamed::Unknown,
        });
        let pattern = self.head.as_deref().filter(|head| !head.trim().is_empty());
        let head =
            pattern.map(str::parse::<HeadPattern>).transpose().map_err(|why| Refusal::no_pattern(&why))?;
        Ok(Options { format, date_order, columns, head, unnamed, limits: limits(), ..Options::default() })
    }

    /// Whether the reader has settled the order of dates.
    pub fn settles_dates(&self) -> bool {
        self.date_order.is_some()
    }

    /// Whether the reader has settled who speaks where nobody is named.
    pub fn settles_turns(&self) -> bool {
        self.unnamed.is_some()
    }

    /// What is said of entries and speakers.
    pub fn corrections(&self) -> Corrections {
        let marks = self.messages.iter().filter_map(Noted::mark).collect();
        Corrections { marks, people: self.speakers.iter().map(About::correction).collect() }
    }
}

impl Noted {
    fn mark(&self) -> Option<Mark> {
        let says = match &self.says {
            Says::By(name) => Says::By(short(name)?),
            other => other.clone(),
        };
        Some(Mark { at: self.at, says })
    }
}

impl About {
    fn correction(&self) -> Correction {
        let role = self.role.map(|who| match who {
            Who::Unknown => Role::Unknown,
            Who::Child => Role::Child,
            Who::Adult => Role::Adult,
            Who::Staff => Role::Staff,
            Who::Me => Role::Me,
        });
        let name = short(&self.name).filter(|name| *name != self.is);
        Correction { is: self.is.clone(), name, role }
    }
}

/// A name as it was typed, without white space around it and not too long; `None` when nothing was.
fn short(name: &str) -> Option<String> {
    Some(name.trim().chars().take(NAME_CHARS).collect()).filter(|name: &String| !name.is_empty())
}

impl Heads {
    fn columns(&self) -> Columns {
        let given = |head: &String| Some(head.trim().to_owned()).filter(|h| !h.is_empty());
        Columns {
            conversation: given(&self.conversation),
            speaker: given(&self.speaker),
            time: given(&self.time),
            text: given(&self.text),
        }
    }
}

/// A page on a desk computer takes less than a run over many files.
fn limits() -> Limits {
    const MIB: usize = 1 << 20;
    Limits {
        conversation: 256 * MIB,
        held: 256 * MIB,
        unpacked: 1 << 30,
        entries: 20_000,
        ..Limits::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Said {
        Ask::parse(Bytes::from(format!("{json}\nAna: hi"))).map_err(|_| "garbled").unwrap().said
    }

    #[test]
    fn names_lose_their_folders_and_empty_wishes_are_none() {
        assert_eq!(said(r#"{"name":"C:\\Users\\x\\chat.txt"}"#).name(), "chat.txt");
        assert_eq!(said("{}").name(), "pasted");
        let options = said(r#"{"format":"","columns":{"speaker":" "},"date_order":"mdy"}"#)
            .options()
            .map_err(|_| ())
            .unwrap();
        assert!(options.format.is_none() && options.columns.is_none());
        assert_eq!(options.date_order, Some(DateOrder::MonthFirst));
    }

    #[test]
    fn what_the_page_would_not_send_is_refused() {
        for body in [
            "",
            "{}",
            "[1]\n",
            "{\"name\":\"a\"\n",
            "{\"surprise\":1}\n",
            "{\"messages\":[{\"at\":-1,\"says\":\"out\"}]}\n",
        ] {
            assert!(Ask::parse(Bytes::from(body)).is_err(), "{body}");
        }
    }

    #[test]
    fn what_is_said_of_entries_is_taken_over_but_for_nobody() {
        let said = said(
            r#"{"messages":[{"at":3,"says":{"by":" Ben "}},{"at":4,"says":"out"},{"at":5,"says":{"by":" "}}]}"#,
        );
        let marks: Vec<(usize, Says)> =
            said.corrections().marks.into_iter().map(|m| (m.at, m.says)).collect();
        assert!(marks == [(3, Says::By("Ben".to_owned())), (4, Says::Out)]);
    }

    #[test]
    fn a_name_that_stays_is_no_correction() {
        let said = said(r#"{"speakers":[{"is":"Ana","name":" Ana ","role":"child"},{"is":"B","name":""}]}"#);
        let all = said.corrections().people;
        assert!(all.iter().all(|c| c.name.is_none()));
        assert_eq!(all[0].role, Some(Role::Child));
    }
}
