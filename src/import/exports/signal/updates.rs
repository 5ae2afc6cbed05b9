//! Signal's notices in plain words. There are some sixty kinds; most say themselves what they are by their names.

use serde_json::Value;

use crate::import::syntax::json::{str_at, text_of, whole_number};

/// What happened.
pub fn told(update: &Value) -> String {
    let Some((kind, details)) = update.as_object().and_then(|o| o.iter().find(|(_, v)| !v.is_null())) else {
        return "something changed".to_owned();
    };
    match kind.as_str() {
        "simpleUpdate" => details.get("type").map_or("something changed".to_owned(), |t| match t {
            Value::String(name) => plain(name),
            number => format!("change {number}"),
        }),
        "groupChange" => group(details),
        "expirationTimerChange" => timer(details.get("expiresInMs")),
        "profileChange" => {
            let name = |key| str_at(details, &[key]).unwrap_or("somebody").to_owned();
            format!("{} is now {}", name("previousName"), name("newName"))
        }
        "individualCall" | "groupCall" => call(kind, details),
        _ => plain(kind),
    }
}

fn group(details: &Value) -> String {
    let updates = details.get("updates").and_then(Value::as_array).into_iter().flatten();
    let told = updates.filter_map(|update| {
        let (kind, details) = update.get("update").unwrap_or(update).as_object()?.iter().next()?;
        Some(match (kind.as_str(), str_at(details, &["newGroupName"])) {
            ("groupNameUpdate", Some(name)) => format!("named the group \"{name}\""),
            ("groupExpirationTimerUpdate", _) => timer(details.get("expiresInMs")),
            _ => plain(kind),
        })
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "the group changed".to_owned() } else { told.join(", ") }
}

fn timer(after: Option<&Value>) -> String {
    match whole_number(after).map(|ms| ms / 1000) {
        Some(seconds) if seconds > 0 => format!("set messages to disappear after {seconds} seconds"),
        _ => "set messages to stay".to_owned(),
    }
}

fn call(kind: &str, details: &Value) -> String {
    let word = |key| text_of(details.get(key)).filter(|t| !t.starts_with("UNKNOWN")).map(|t| plain(&t));
    let what = word("type").unwrap_or_else(|| plain(kind));
    let how: Vec<String> = [word("direction"), word("state")].into_iter().flatten().collect();
    if how.is_empty() { what } else { format!("{what} ({})", how.join(", ")) }
}

/// `groupMemberJoinedUpdate` and `JOINED_SIGNAL` as words.
fn plain(name: &str) -> String {
    let name = name.strip_suffix("Update").unwrap_or(name);
    let shouted = !name.contains(|c: char| c.is_lowercase());
    let mut words = String::new();
    for c in name.chars() {
        match c {
            '_' => words.push(' '),
            c if c.is_uppercase() && !shouted => {
                words.push(' ');
                words.extend(c.to_lowercase());
            }
            c => words.extend(c.to_lowercase()),
        }
    }
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn notices_in_plain_words() {
        for (expected, update) in [
            ("joined signal", json!({"simpleUpdate": {"type": "JOINED_SIGNAL"}})),
            (
                "set messages to disappear after 3600 seconds",
                json!({"expirationTimerChange": {"expiresInMs": "3600000"}}),
            ),
            ("set messages to stay", json!({"expirationTimerChange": {}})),
            (
                "named the group \"Tea\"",
                json!({"groupChange": {"updates": [{"groupNameUpdate": {"newGroupName": "Tea"}}]}}),
            ),
            ("group member joined", json!({"groupChange": {"updates": [{"groupMemberJoinedUpdate": {}}]}})),
            (
                "video call (incoming, missed)",
                json!({"individualCall": {"type": "VIDEO_CALL", "direction": "INCOMING", "state": "MISSED"}}),
            ),
            ("Ida is now Idi", json!({"profileChange": {"previousName": "Ida", "newName": "Idi"}})),
            ("thread merge", json!({"threadMerge": {"previousE164": "1"}})),
            ("something changed", json!({})),
        ] {
            assert_eq!(told(&update), expected);
        }
    }
}
