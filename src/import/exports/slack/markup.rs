//! The marks in the text of a Slack message: mentions and links between `<` and `>`, and three escaped signs.

use super::Names;
use crate::import::syntax::markup::unescape;

/// `text` as people see it.
pub fn plain(text: &str, names: &Names) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        match behind.split_once('>').filter(|(inner, _)| !inner.contains(['<', '\n'])) {
            Some((inner, after)) => {
                out.push_str(&mark(inner, names));
                rest = after;
            }
            None => {
                out.push('<');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    unescape(&out)
}

/// What stands between `<` and `>`: `@U1`, `@U1|name`, `#C1|general`, `!here`, `https://x|text`.
fn mark(inner: &str, names: &Names) -> String {
    let (what, label) = inner.split_once('|').unwrap_or((inner, ""));
    let named = |sign: &str, known: Option<&String>, id: &str| {
        let label = label.trim_start_matches(sign);
        let name = if label.is_empty() { known.map_or(id, String::as_str) } else { label };
        format!("{sign}{name}")
    };
    if let Some(id) = what.strip_prefix('@') {
        // A name in the list is newer than the one in the text.
        return names.users.get(id).map_or_else(|| named("@", None, id), |n| format!("@{n}"));
    }
    if let Some(id) = what.strip_prefix('#') {
        return named("#", names.channels.get(id), id);
    }
    if let Some(word) = what.strip_prefix('!') {
        return match (word.split_once('^'), label) {
            (Some(_), "") => String::new(),
            (Some(_), label) => label.to_owned(),
            (None, _) => format!("@{word}"),
        };
    }
    let bare = |s: &str| s.split_once("://").map_or(s, |(_, rest)| rest).trim_end_matches('/').to_owned();
    let address = what.strip_prefix("mailto:").or(what.strip_prefix("tel:")).unwrap_or(what);
    if label.is_empty() || bare(address) == bare(label) {
        address.to_owned()
    } else {
        format!("{label} ({address})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_what_people_see() {
        let mut names = Names::default();
        names.users.insert("U1".into(), "Ida".into());
        names.channels.insert("C1".into(), "general".into());
        for (text, expected) in [
            ("hi <@U1>", "hi @Ida"),
            ("<@U1|old> <@U2|max> <@U3>", "@Ida @max @U3"),
            ("<#C1> <#C2|tea> <#C3|>", "#general #tea #C3"),
            ("<!here> <!subteam^S1|@cooks> <!date^1^{date}|1 May>", "@here @cooks 1 May"),
            (
                "<https://a.example/x> <https://a.example/x|the page>",
                "https://a.example/x the page (https://a.example/x)",
            ),
            ("<http://a.example|a.example> <mailto:x@a.example|x@a.example>", "http://a.example x@a.example"),
            ("1 &lt; 2 &amp;amp; 3 &gt; 2", "1 < 2 &amp; 3 > 2"),
            ("a < b > c <<@U1>", "a  b  c <@Ida"),
            ("<", "<"),
        ] {
            assert_eq!(plain(text, &names), expected, "{text}");
        }
    }
}
