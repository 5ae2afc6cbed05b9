//! What the page is told when something cannot be done: what is wrong, and the way out, never a word of a chat.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;

use super::LARGEST;
use super::ask::PASTED;
use crate::import::ImportError;

/// Why a request was not answered.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    words: Words,
}

#[derive(Clone, Debug, Serialize)]
struct Words {
    /// What is wrong.
    error: String,
    /// What to do about it.
    hint: String,
}

impl Refusal {
    fn new(status: StatusCode, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, words: Words { error: error.into(), hint: hint.into() } }
    }

    /// Something about the conversation stands in the way.
    pub fn unreadable(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error, hint)
    }

    /// Asked for by another name or from another site.
    pub fn foreign() -> Self {
        let error = "This page answers only to the browser on this computer.";
        Self::new(StatusCode::FORBIDDEN, error, "Open the address that rushlight printed when it started.")
    }

    /// A page of an earlier run.
    pub fn stale() -> Self {
        let error =
            "This page was opened before rushlight was last started, and could not be brought up to date.";
        Self::new(StatusCode::FORBIDDEN, error, "Reload the page; the conversation has to be given again.")
    }

    /// No such path.
    pub fn nothing_here() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing at this address.", "Open the first page.")
    }

    /// More than the server takes.
    pub fn too_large() -> Self {
        let error =
            format!("This is larger than the {} MiB that the page takes, or was cut off.", LARGEST >> 20);
        let hint = "Give the chat file without its pictures, or use `rushlight check FILE`, which has no such limit.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, error, hint)
    }

    /// A request that our page would not send.
    pub fn garbled() -> Self {
        let error = "The request could not be understood.";
        Self::new(StatusCode::BAD_REQUEST, error, "Reload the page and try again.")
    }

    /// What the reader says of how messages begin is no pattern.
    pub fn no_pattern(why: &str) -> Self {
        Self::unreadable("What each message begins with was not understood.".to_owned(), sentence(why))
    }

    /// A fault of ours.
    pub fn broken() -> Self {
        let error = "Something went wrong inside rushlight with this conversation.";
        let hint = "The page goes on working. Choose another format, or try `rushlight check FILE`.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error, hint)
    }
}

impl From<ImportError> for Refusal {
    /// The same words, with the ways out that a page has.
    fn from(error: ImportError) -> Self {
        let words = error.to_string();
        let (what, way) =
            words.rsplit_once("; ").unwrap_or((&words, "give the chat as text or as the exported file"));
        let way = match &error {
            ImportError::NoMessages { .. }
            | ImportError::UnknownFormat { .. }
            | ImportError::NoSuchFormat { .. } => {
                "choose the format by hand, or paste the chat as text with `Name: words` on each line"
                    .to_owned()
            }
            ImportError::NoSuchColumn { columns, .. } => format!(
                "say which column is what, by a name from the first line or a number from 1 to {columns}"
            ),
            ImportError::NoHeadFits { .. } => {
                "take the beginning of one message as it stands, with {time}, {name} and {any} for what differs".to_owned()
            }
            _ => way.to_owned(),
        };
        // The name of a file stands as it is.
        let pasted = what.strip_prefix(PASTED).is_some_and(|rest| rest.starts_with([':', ',']));
        let unnamed = pasted || matches!(error, ImportError::NoSuchFormat { .. });
        let what = if unnamed { sentence(what) } else { format!("{what}.") };
        Self::unreadable(what, sentence(&way))
    }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.words)).into_response()
    }
}
