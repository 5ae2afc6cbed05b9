//! For the local page, and for a file that prints well: the same report as HTML. Every word is escaped, nothing is
//! fetched and there is no script. Styles come from `report.css` only, so that a strict content policy can hold.

use std::collections::HashMap;

use crate::assessment::Band;
use crate::report::conversation::{Conversation, Line};
use crate::report::timeline;
use crate::report::view::{Quote, View, hundredths, plural};

/// How a report looks, on screen and on paper.
pub const CSS: &str = include_str!("report.css");
/// Columns of a timeline; a longer chat has several messages in each.
const COLUMNS: usize = 240;

/// A page of its own up to its first report: it loads nothing, and scripts cannot run in it.
pub fn html_open() -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>rushlight report</title>\n<style>\n{CSS}</style>\n</head>\n<body class=\"alone\">\n<main>\n"
    )
}

/// The end of a page that [`html_open`] began.
pub const HTML_CLOSE: &str = "</main>\n</body>\n</html>\n";

/// Render a report as one `article`, with the whole conversation where it is given.
pub fn html(view: &View, whole: Option<&Conversation>) -> String {
    let mut out = String::new();
    headline(view, &mut out);
    over_time(view, &mut out);
    evidence(view, whole.is_some(), &mut out);
    if let Some(whole) = whole {
        conversation(view, whole, &mut out);
    }
    unknown(view, &mut out);
    out.push_str(&format!("<footer>{}</footer>\n</article>\n", escape(&view.source)));
    out
}

fn headline(view: &View, out: &mut String) {
    let band = view.band.name();
    out.push_str(&format!("<article class=\"report {}\">\n<header>\n", band.replace(' ', "-")));
    out.push_str("<p class=\"kind\">risk indicator for human review</p>\n");
    out.push_str(&format!("<h2 tabindex=\"-1\" dir=\"auto\">{}</h2>\n", own(&view.id)));
    out.push_str(&format!("<p class=\"verdict\"><strong>{band}</strong> {}</p>\n", escape(&view.number)));
    out.push_str(&format!("<p class=\"advice\">{}</p>\n</header>\n<dl>\n", escape(&view.advice)));
    for (label, value) in &view.facts {
        out.push_str(&format!("<dt>{label}</dt><dd>{}</dd>\n", escape(value)));
    }
    out.push_str("</dl>\n");
}

fn over_time(view: &View, out: &mut String) {
    if view.risk.len() < 2 || view.band == Band::CannotSay {
        return;
    }
    out.push_str("<section class=\"time\">\n<h3>Over the whole chat</h3>\n");
    row("risk so far", "risk", &spoken(view), &columns(view), view, out);
    for (signal, places) in &view.signals {
        let said = format!("{}: {}", signal.plain(), plural(places.len(), "message"));
        row(signal.short(), "signal", &said, &dots(places, view.risk.len()), view, out);
    }
    let (first, last) = view.ends.clone().unwrap_or_else(|| ("first message".into(), "last message".into()));
    out.push_str(&format!(
        "<p class=\"ends\"><span>{}</span> <span>{}</span></p>\n",
        escape(&first),
        escape(&last)
    ));
    if view.warning.is_some() {
        out.push_str("<p class=\"legend\">The upright line marks the first warning.</p>\n");
    }
    out.push_str("</section>\n");
}

/// One row of the timeline. It is stretched to the room there is, so it holds no letters.
fn row(label: &str, class: &str, said: &str, shapes: &str, view: &View, out: &mut String) {
    let width = COLUMNS.min(view.risk.len());
    let mark = view.warning.map(|at| {
        let x = timeline::column(at, view.risk.len(), COLUMNS) as f32 + 0.5;
        format!("<path class=\"first\" d=\"M{x} 0V100\"/>")
    });
    out.push_str(&format!(
        "<p class=\"row {class}\"><span>{label}</span><svg viewBox=\"0 0 {width} 100\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{}\">{shapes}{}</svg></p>\n",
        escape(said),
        mark.unwrap_or_default()
    ));
}

/// The course of the risk in words, for those who do not see it.
fn spoken(view: &View) -> String {
    let highest = view.risk.iter().copied().fold(0.0, f32::max);
    let (first, last) = (view.risk.first().copied().unwrap_or(0.0), view.risk.last().copied().unwrap_or(0.0));
    format!(
        "risk so far: {} of 100 at the first message, {} at the highest, {} at the end",
        hundredths(first),
        hundredths(highest),
        hundredths(last)
    )
}

/// A bar a column, as high as the highest risk that falls into it.
fn columns(view: &View) -> String {
    let count = view.risk.len();
    let mut highest = vec![0.0f32; COLUMNS.min(count)];
    for (at, risk) in view.risk.iter().enumerate() {
        let column = &mut highest[timeline::column(at, count, COLUMNS)];
        *column = column.max(*risk);
    }
    let bar = |(x, risk): (usize, &f32)| {
        let height = (risk * 100.0).round().clamp(3.0, 100.0);
        format!("<rect x=\"{x}\" y=\"{}\" width=\"1\" height=\"{height}\"/>", 100.0 - height)
    };
    highest.iter().enumerate().map(bar).collect()
}

fn dots(places: &[usize], count: usize) -> String {
    let mut columns: Vec<usize> = places.iter().map(|at| timeline::column(*at, count, COLUMNS)).collect();
    columns.dedup();
    columns.iter().map(|x| format!("<rect x=\"{x}\" y=\"20\" width=\"1\" height=\"60\"/>")).collect()
}

fn evidence(view: &View, linked: bool, out: &mut String) {
    if view.evidence.is_empty() {
        return;
    }
    out.push_str(&format!("<section class=\"why\">\n<h3>{}</h3>\n<ol>\n", view.why()));
    for quote in &view.evidence {
        out.push_str(&format!("<li>\n<p class=\"place\">{}", place(quote)));
        if quote.first_warning {
            out.push_str(" · <b>first warning</b>");
        }
        out.push_str(&format!("</p>\n<blockquote dir=\"auto\">{}</blockquote>\n", own(&quote.text)));
        if !quote.why.is_empty() {
            out.push_str(&format!("<p class=\"reason\">{}</p>\n", escape(&quote.why)));
        }
        if linked {
            out.push_str(&format!(
                "<p class=\"goto\"><a href=\"#m{0}\">Message {0} in the conversation</a></p>\n",
                quote.number
            ));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ol>\n</section>\n");
}

fn place(quote: &Quote) -> String {
    let mut parts = vec![format!("<bdi>{}</bdi>", own(&quote.speaker)), format!("message {}", quote.number)];
    parts.extend(quote.time.as_deref().map(escape));
    if quote.line > 0 {
        parts.push(format!("line {}", quote.line));
    }
    parts.join(" · ")
}

fn conversation(view: &View, whole: &Conversation, out: &mut String) {
    let quotes: HashMap<usize, &Quote> = view.evidence.iter().map(|q| (q.number, q)).collect();
    out.push_str(&format!(
        "<details class=\"whole\">\n<summary>The whole conversation ({})</summary>\n<ol>\n",
        if whole.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", whole.entries) }
    ));
    let mut before = 0;
    for line in &whole.lines {
        gap(before, line.number, out);
        before = line.number;
        entry(line, quotes.get(&line.number).copied(), view, out);
    }
    gap(before, whole.entries + 1, out);
    out.push_str("</ol>\n</details>\n");
}

fn gap(before: usize, next: usize, out: &mut String) {
    if next > before + 1 {
        out.push_str(&format!(
            "<li class=\"gap\">{} not shown here; all were read</li>\n",
            plural(next - before - 1, "message")
        ));
    }
}

fn entry(line: &Line, quote: Option<&Quote>, view: &View, out: &mut String) {
    let class = match (quote, &line.speaker) {
        (Some(_), _) => "marked",
        (None, None) => "app",
        (None, Some(_)) => "said",
    };
    out.push_str(&format!(
        "<li id=\"m{0}\" class=\"{class}\" tabindex=\"-1\">\n<p class=\"place\">",
        line.number
    ));
    let who = line.speaker.as_deref().map(|s| format!("<bdi>{}</bdi>", own(s)));
    let who = who.unwrap_or_else(|| "the app, or nobody’s words".to_owned());
    let time = line.time.as_deref().map(|t| format!(" · {}", escape(t))).unwrap_or_default();
    out.push_str(&format!("{} · {who}{time}", line.number));
    if quote.is_some_and(|q| q.first_warning) {
        out.push_str(" · <b>first warning</b>");
    }
    out.push_str(&gauge(line, view));
    out.push_str(&format!("</p>\n<p class=\"text\" dir=\"auto\">{}</p>\n", escape(&line.text)));
    if let Some(quote) = quote.filter(|q| !q.why.is_empty()) {
        out.push_str(&format!("<p class=\"reason\">{}</p>\n", escape(&quote.why)));
    }
    out.push_str("</li>\n");
}

/// The risk so far beside a message: a bar, and the number where the band is one to act on.
fn gauge(line: &Line, view: &View) -> String {
    let Some(risk) = line.risk.filter(|_| view.band != Band::CannotSay) else { return String::new() };
    let percent = hundredths(risk);
    let number = format!("<span class=\"points\"><span class=\"hidden\">risk so far </span>{percent}</span>");
    let number = if view.number.is_empty() { String::new() } else { number };
    format!(
        "<span class=\"gauge\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"bed\" width=\"100\" height=\"10\"/><rect width=\"{percent}\" height=\"10\"/></svg>{number}</span>"
    )
}

fn unknown(view: &View, out: &mut String) {
    out.push_str("<section class=\"unknown\">\n<h3>What this does not know</h3>\n<ul>\n");
    for caveat in view.caveats.iter().chain(&view.always) {
        out.push_str(&format!("<li>{}</li>\n", escape(caveat)));
    }
    out.push_str("</ul>\n</section>\n");
}

/// Text that means nothing to HTML, in an element or in a quoted attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The same for text that fills an element with `dir="auto"`, which looks for the direction inside: the marks that
/// a terminal needs would hide it.
fn own(text: &str) -> String {
    escape(&text.replace(['\u{2068}', '\u{2069}'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup_or_leave_an_attribute() {
        assert_eq!(escape("<script>&\"'"), "&lt;script&gt;&amp;&quot;&#39;");
        assert_eq!(own("\u{2068}שלום\u{2069}"), "שלום");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let mut out = String::new();
        gap(3, 4, &mut out);
        assert!(out.is_empty());
        gap(3, 9, &mut out);
        assert!(out.contains("5 messages not shown"), "{out}");
    }
}
