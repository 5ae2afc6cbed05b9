//! The words in the blocks of a Slack message, where they stand nowhere else.

use serde_json::Value;

use super::{Names, markup};
use crate::import::chats::fields::{first_of, items};

/// How deep blocks are looked into; Slack nests lists in quotes in sections.
const DEEPEST: usize = 8;

/// All the words in the blocks of `message`, one block or paragraph a line.
pub fn words(message: &Value, names: &Names) -> String {
    let mut out = String::new();
    for block in items(message, "blocks") {
        block_words(block, names, DEEPEST, &mut out);
    }
    out.trim().to_owned()
}

/// Add what `block` says: a rich text, a section with fields, a header, a picture with a title.
fn block_words(block: &Value, names: &Names, depth: usize, out: &mut String) {
    if depth == 0 {
        return;
    }
    let kind = first_of(block, &["type"]).unwrap_or_default();
    for key in ["text", "title"] {
        match block.get(key) {
            Some(Value::Object(_)) => block_words(&block[key], names, depth - 1, out),
            Some(Value::String(text)) => out.push_str(&written(kind, text, names)),
            _ => {}
        }
    }
    out.push_str(&inline(kind, block, names));
    for key in ["elements", "fields"] {
        for inner in items(block, key) {
            block_words(inner, names, depth - 1, out);
        }
    }
    if !is_inline(kind) && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Words as they stand; those in Slack's own notation have marks.
fn written(kind: &str, text: &str, names: &Names) -> String {
    if kind == "mrkdwn" { markup::plain(text, names) } else { text.to_owned() }
}

/// Whether what stands behind it goes on in the same line.
fn is_inline(kind: &str) -> bool {
    matches!(
        kind,
        "text" | "link" | "user" | "channel" | "emoji" | "broadcast" | "usergroup" | "date" | "color"
    )
}

/// What pieces without words of their own show.
fn inline(kind: &str, piece: &Value, names: &Names) -> String {
    let part = |key: &str| first_of(piece, &[key]).unwrap_or_default();
    match kind {
        "link" if part("text").is_empty() => part("url").to_owned(),
        "link" if part("text") != part("url") => format!(" ({})", part("url")),
        "user" => markup::plain(&format!("<@{}>", part("user_id")), names),
        "channel" => markup::plain(&format!("<#{}>", part("channel_id")), names),
        "broadcast" => format!("@{}", part("range")),
        "emoji" => emoji(piece).unwrap_or_else(|| format!(":{}:", part("name"))),
        "date" => part("fallback").to_owned(),
        _ => String::new(),
    }
}

/// The signs of an emoji, given as code points in hexadecimal.
fn emoji(piece: &Value) -> Option<String> {
    let points = first_of(piece, &["unicode"])?.split('-');
    points.map(|p| u32::from_str_radix(p, 16).ok().and_then(char::from_u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_of_all_blocks() {
        let mut names = Names::default();
        names.users.insert("U1".into(), "Ida".into());
        let section = |elements: Value| json!({"type": "rich_text_section", "elements": elements});
        let message = json!({"blocks": [
            {"type": "rich_text", "elements": [
                section(json!([{"type": "text", "text": "hi "}, {"type": "user", "user_id": "U1"},
                    {"type": "emoji", "name": "tada", "unicode": "1f389"}])),
                {"type": "rich_text_list", "elements": [section(json!([{"type": "text", "text": "one"}])),
                    section(json!([{"type": "link", "url": "https://a.example", "text": "two"}]))]}]},
            {"type": "header", "text": {"type": "plain_text", "text": "Tea"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "for <@U1> &amp; all"}},
            {"type": "divider"}]});
        let expected = "hi @Ida🎉\none\ntwo (https://a.example)\nTea\nfor @Ida & all";
        assert_eq!(words(&message, &names), expected);
        assert_eq!(words(&json!({"blocks": [{"type": "divider"}]}), &names), "");
    }
}
