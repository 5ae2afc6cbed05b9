//! For a terminal: the answer first, then where, then why, then what is not known.

use anstyle::{AnsiColor, Style as Ansi};

use crate::assessment::Band;
use crate::report::timeline;
use crate::report::view::{Quote, View};

/// How wide, and whether in colour.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns; below 60 is taken as 60.
    pub width: usize,
    /// Whether to use colour; the words say everything without it.
    pub colour: bool,
}

const LABEL: usize = 15;
const INDENT: &str = "  ";

/// Render a report.
pub fn text(view: &View, style: Style) -> String {
    let page = Page { width: style.width.clamp(60, 100), colour: style.colour };
    let mut out = String::new();
    page.headline(view, &mut out);
    for (label, value) in &view.facts {
        page.labelled(label, value, &mut out);
    }
    page.timeline(view, &mut out);
    page.evidence(view, &mut out);
    page.unknown(view, &mut out);
    out
}

struct Page {
    width: usize,
    colour: bool,
}

impl Page {
    fn paint(&self, style: Ansi, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn heading(&self, text: &str, out: &mut String) {
        out.push_str(&format!("\n{INDENT}{}\n", self.paint(Ansi::new().bold(), text)));
    }

    /// Wrapped to the page; `first` before the first line, `rest` before the others.
    fn wrapped(&self, text: &str, first: &str, rest: &str, out: &mut String) {
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(rest);
        for line in textwrap::wrap(text, options) {
            out.push_str(&line);
            out.push('\n');
        }
    }

    fn labelled(&self, label: &str, value: &str, out: &mut String) {
        let first = format!("{INDENT}{label:<LABEL$}");
        self.wrapped(value, &first, &" ".repeat(first.len()), out);
    }

    fn headline(&self, view: &View, out: &mut String) {
        let colour = match view.band {
            Band::LookNow => Ansi::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Band::Look => Ansi::new().bold().fg_color(Some(AnsiColor::Yellow.into())),
            Band::Quiet => Ansi::new().bold().fg_color(Some(AnsiColor::Green.into())),
            Band::CannotSay => Ansi::new().bold().fg_color(Some(AnsiColor::Cyan.into())),
        };
        let dim = Ansi::new().dimmed();
        self.wrapped(&view.id, INDENT, INDENT, out);
        out.push_str(&format!("{INDENT}{}\n\n", self.paint(dim, "risk indicator for human review")));
        let band = self.paint(colour, &view.band.name().to_uppercase());
        out.push_str(format!("{INDENT}{band}   {}", view.number).trim_end());
        out.push('\n');
        self.wrapped(&view.advice, INDENT, INDENT, out);
        out.push('\n');
    }

    fn timeline(&self, view: &View, out: &mut String) {
        if view.risk.len() < 2 || view.band == Band::CannotSay {
            return;
        }
        self.heading("Over the whole chat", out);
        let room = self.width - INDENT.len() - 30;
        let count = view.risk.len();
        let row =
            |label: &str, line: &str, out: &mut String| out.push_str(&format!("{INDENT}{label:<28}{line}\n"));
        row("risk so far", &timeline::bars(&view.risk, room), out);
        if let Some(at) = view.warning {
            let column = timeline::column(at, count, room);
            let (right, left) = ("▲ first warning", "first warning ▲");
            let wide = right.chars().count();
            let line = if column + wide <= room {
                format!("{}{right}", " ".repeat(column))
            } else {
                format!("{}{left}", " ".repeat((column + 1).saturating_sub(wide)))
            };
            row("", &line, out);
        }
        for (signal, places) in &view.signals {
            row(signal.short(), &timeline::marks(places, count, room, '●'), out);
        }
        if let Some((first, last)) = &view.ends {
            out.push_str(&format!("{INDENT}{first} → {last}\n"));
        }
    }

    fn evidence(&self, view: &View, out: &mut String) {
        if view.evidence.is_empty() {
            return;
        }
        self.heading(view.why(), out);
        for (at, quote) in view.evidence.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            self.quote(quote, out);
        }
    }

    fn quote(&self, quote: &Quote, out: &mut String) {
        let mut place = vec![format!("message {}", quote.number)];
        place.extend(quote.time.clone());
        if quote.line > 0 {
            place.push(format!("line {}", quote.line));
        }
        if quote.first_warning {
            place.push("first warning".to_owned());
        }
        let deep = "    ";
        let mut head = String::new();
        self.wrapped(&format!("{} · {}", quote.speaker, place.join(" · ")), INDENT, deep, &mut head);
        out.push_str(&self.paint(Ansi::new().dimmed(), head.trim_end_matches('\n')));
        out.push('\n');
        self.wrapped(&format!("“{}”", quote.text), deep, "     ", out);
        if !quote.why.is_empty() {
            self.wrapped(&quote.why, "    → ", "      ", out);
        }
    }

    fn unknown(&self, view: &View, out: &mut String) {
        self.heading("What this does not know", out);
        for caveat in &view.caveats {
            self.wrapped(caveat, "  - ", "    ", out);
        }
        for always in &view.always {
            self.wrapped(always, "  - ", "    ", out);
        }
        out.push('\n');
        let mut source = String::new();
        self.wrapped(&view.source, INDENT, INDENT, &mut source);
        out.push_str(&self.paint(Ansi::new().dimmed(), source.trim_end_matches('\n')));
        out.push('\n');
    }
}
