//! For a case file or a ticket: the same report as Markdown.

use crate::assessment::Band;
use crate::report::timeline;
use crate::report::view::View;

const ROOM: usize = 60;

/// Render a report.
pub fn markdown(view: &View) -> String {
    let mut out = format!("# {}\n\n*Risk indicator for human review.*\n\n", escape(&view.id));
    let number = if view.number.is_empty() { String::new() } else { format!(", {}", view.number) };
    out.push_str(&format!("**{}**{number}. {}\n\n", view.band.name(), escape(&view.advice)));
    for (label, value) in &view.facts {
        out.push_str(&format!("- {label}: {}\n", escape(value)));
    }
    if view.risk.len() > 1 && view.band != Band::CannotSay {
        out.push_str(&format!("\n```text\n{:<28}{}\n", "risk so far", timeline::bars(&view.risk, ROOM)));
        for (signal, places) in &view.signals {
            out.push_str(&format!(
                "{:<28}{}\n",
                signal.short(),
                timeline::marks(places, view.risk.len(), ROOM, '●')
            ));
        }
        out.push_str("```\n");
    }
    if !view.evidence.is_empty() {
        out.push_str(&format!("\n## {}\n\n", view.why()));
    }
    for quote in &view.evidence {
        let time = quote.time.as_deref().map(|t| format!(", {t}")).unwrap_or_default();
        let first = if quote.first_warning { ", **first warning**" } else { "" };
        out.push_str(&format!(
            "- message {}, {}{time}{first}: {}\n",
            quote.number,
            escape(&quote.speaker),
            escape(&quote.why)
        ));
        out.push_str(&format!("  > {}\n", escape(&quote.text)));
    }
    out.push_str("\n## What this does not know\n\n");
    for caveat in view.caveats.iter().chain(&view.always) {
        out.push_str(&format!("- {}\n", escape(caveat)));
    }
    out.push_str(&format!("\n{}\n", escape(&view.source)));
    out
}

/// Text that means nothing to Markdown or HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_message_cannot_become_markup() {
        assert_eq!(escape("![x](y) <img> *b*"), "\\!\\[x\\](y) &lt;img> \\*b\\*");
    }
}
