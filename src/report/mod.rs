//! What a report says, and how it looks: one [`View`] is built from an assessment and rendered as text, Markdown, HTML or JSON.

mod conversation;
mod html;
mod markdown;
mod sanitize;
mod text;
mod timeline;
mod view;

pub use conversation::{Conversation, Line, extent};
pub use html::{CSS, HTML_CLOSE, html, html_open};
pub use markdown::markdown;
pub use sanitize::{clean, one_line};
pub use text::{Style, text};
pub use view::{View, plural, readable, zone_name};

use crate::assessment::Assessment;

/// The assessment as JSON on one line; the same assessment gives the same bytes.
pub fn json_line(assessment: &Assessment) -> String {
    serde_json::to_string(assessment).expect("an assessment is plain data")
}

/// The assessment as JSON for people to read.
pub fn json(assessment: &Assessment) -> String {
    serde_json::to_string_pretty(assessment).expect("an assessment is plain data")
}

/// The JSON Schema of an assessment.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Assessment);
    serde_json::to_string_pretty(&schema).expect("a schema is plain data")
}
