//! The result as one HTML file: no scripts, no network, readable in print.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::result::Outcome;
use super::svg::{escape, svg};
use super::tables::{cell, counts, facts};

const STYLE: &str = "
:root { color-scheme: light }
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 1240px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .2rem } p.note { color: #555; margin: .2rem 0 .6rem; max-width: 60rem }
ul { padding-left: 1.2rem; color: #333 } .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(370px, 1fr)); gap: 1.2rem }
figure { margin: 0; break-inside: avoid } figcaption { font-weight: 600; margin-bottom: .3rem }
svg { width: 100%; height: auto } svg text { font: 11px system-ui, sans-serif; fill: #333 }
svg .grid { stroke: #e2e2e2 } svg .diagonal { stroke: #999; stroke-dasharray: 3 3 }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 13px; break-inside: avoid }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd; vertical-align: top }
th:first-child, td:first-child { text-align: left; white-space: nowrap } td small { display: block; color: #666; white-space: nowrap }
@media print {
body { font-size: 11px; margin: 0; padding: 0; max-width: none } .plots { grid-template-columns: 1fr 1fr } .wide { overflow: visible }
table { font-size: 8.5px; width: 100% } th, td { padding: .15rem .2rem } th:first-child, td:first-child, td small { white-space: normal }
.many table { font-size: 7px } .many th, .many td { padding: .1rem .1rem } }
";

/// Columns beyond which a table is set smaller in print, so that it keeps within a sheet.
const MANY: usize = 8;

/// How a page begins.
const BEGINNING: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>";

/// Whether a file begins as such a page, or as the result in Markdown.
pub fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 12).read_to_end(&mut head));
    let head = String::from_utf8_lossy(&head);
    let markdown = || head.strip_prefix("# ").is_some_and(|rest| rest.contains("\n- suite "));
    read.is_ok() && (head.starts_with(BEGINNING) || markdown())
}

/// Render it.
pub fn html(o: &Outcome) -> String {
    let title = escape(&o.title);
    let mut out =
        format!("{BEGINNING}{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<ul>");
    for fact in facts(o) {
        let _ = write!(out, "<li>{}</li>", escape(&fact));
    }
    out += "</ul>\n";
    if !o.plots.is_empty() {
        out += "<p class=\"note\">Shaded, or a line through a mark: 95 % interval, of the model and of a system from elsewhere; baselines and histograms have none. Lines are told apart by dash.";
        if o.plots.iter().any(|plot| plot.id.starts_with("pr/")) {
            out += " Precision is drawn as the best at that recall or more; the AUPRC below is not interpolated.";
        }
        out += "</p>\n<div class=\"plots\">";
        for plot in &o.plots {
            let _ = writeln!(
                out,
                "<figure><figcaption>{}</figcaption>{}</figure>",
                escape(&plot.title),
                svg(plot)
            );
        }
        out += "</div>\n";
    }
    for t in o.tables.iter().filter(|t| !t.rows.is_empty()) {
        let _ = writeln!(out, "<h2>{}</h2><p class=\"note\">{}</p>", escape(&t.title), escape(&t.noted()));
        let shown = t.counted();
        if shown.is_empty() {
            continue;
        }
        let many = if shown.len() > MANY { " many" } else { "" };
        let _ = write!(out, "<div class=\"wide{many}\"><table><tr><th></th><th>n</th>");
        shown.iter().for_each(|c| {
            let _ = write!(out, "<th>{}</th>", escape(c));
        });
        out += "</tr>\n";
        for row in &t.rows {
            let _ = write!(out, "<tr><td>{}</td><td>{}</td>", escape(&row.name), counts(row));
            for column in &shown {
                let whole = cell(row.cells.get(*column));
                match whole.split_once(" (") {
                    Some((value, interval)) => {
                        let _ = write!(out, "<td>{value}<small>({interval}</small></td>");
                    }
                    None => {
                        let _ = write!(out, "<td>{whole}</td>");
                    }
                }
            }
            out += "</tr>\n";
        }
        out += "</table></div>\n";
    }
    out + "</body></html>\n"
}
