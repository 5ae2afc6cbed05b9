//! The new model folder: the base's backbone and tokenizer, the new head, and a card that says how it came about.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use super::net::Net;
use super::report::Report;
use super::{Base, Request};
use crate::models::{Bands, Calibration, Card, GGUF, Model, TOKENIZER, sha256};

/// Write what makes it a model; the card does not yet tell what was measured.
pub fn model(
    request: &Request,
    base: &Model,
    net: &Net,
    calibration: Calibration,
    bands: Bands,
) -> Result<()> {
    let head = net.to_safetensors()?;
    put(request, "head.safetensors", &head)?;
    let mut files = base.card.files.clone();
    files.insert("head.safetensors".to_owned(), sha256(&head));
    for name in [GGUF, TOKENIZER].into_iter().filter(|name| base.card.files.contains_key(*name)) {
        put(request, name, &request.base.file(&base.card, name)?)?;
    }
    let name = request.out.file_name().map_or_else(|| "refit".into(), |n| n.to_string_lossy());
    let languages =
        if request.languages.is_empty() { base.card.languages.clone() } else { request.languages.clone() };
    let card = Card {
        name: name.into_owned(),
        version: match request.base {
            Base::Model(_) => format!("{}+refit", base.card.version),
            Base::Backbone { .. } => "1".to_owned(),
        },
        summary: match request.base {
            Base::Model(_) => {
                format!("{} {} with a head refitted on own labels", base.card.name, base.card.version)
            }
            Base::Backbone { .. } => {
                format!("{} with a head of its own, fitted on own labels", base.card.name)
            }
        },
        languages,
        files,
        calibration,
        bands,
        training: settings(request, base),
        ..base.card.clone()
    };
    put(request, "model.toml", toml::to_string(&card)?.as_bytes())
}

/// Write what was measured into `model.toml` and `CARD.md`.
pub fn results(request: &Request, mut card: Card, report: &Report) -> Result<()> {
    card.training.extend(measured(report));
    put(request, "model.toml", toml::to_string(&card)?.as_bytes())?;
    put(request, "CARD.md", markdown(&card, request, report).as_bytes())
}

fn put(request: &Request, name: &str, bytes: &[u8]) -> Result<()> {
    let path = request.out.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn settings(request: &Request, base: &Model) -> Table {
    let mut table = Table::new();
    let mut put = |name: &str, value: Value| drop(table.insert(name.to_owned(), value));
    put("base", Value::String(format!("{} {}", base.card.name, base.card.version)));
    put("base_sha256", Value::String(base.hash.clone()));
    put("seed", Value::Integer(i64::try_from(request.knobs.seed).unwrap_or(i64::MAX)));
    put("rate", Value::Float(request.knobs.rate));
    put("anew", Value::Boolean(request.anew));
    table
}

fn measured(report: &Report) -> Table {
    let number = |n: usize| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    let mut table = Table::new();
    let mut put = |name: &str, value: Value| drop(table.insert(name.to_owned(), value));
    put("labels_sha256", Value::String(report.labels_sha256.clone()));
    put("conversations", number(report.labels.0));
    put("risky", number(report.labels.1));
    for (name, n) in ["train", "dev", "held_out"].into_iter().zip(report.parts) {
        put(name, number(n));
    }
    put("passes", number(report.passes));
    put("best_pass", number(report.best));
    put("dev_loss", Value::Array(report.losses.iter().map(|l| Value::Float(*l)).collect()));
    for row in &report.table.rows {
        let defined = row.cells.iter().filter_map(|(k, m)| Some((k.clone(), Value::Float(m.value?))));
        put(&row.name.to_lowercase().replace(' ', "_"), Value::Table(defined.collect()));
    }
    table
}

fn markdown(card: &Card, request: &Request, report: &Report) -> String {
    let mut text = format!("# {}\n\n{}.\n\n", card.name, card.summary);
    let [train, dev, held_out] = report.parts;
    let _ = writeln!(
        text,
        "- **Labels:** {} conversations{}, {} of them risky: {train} to learn from, {dev} to stop and calibrate by, {held_out} held out; split by group, seed {}.",
        report.labels.0, report.set_aside, report.labels.1, request.knobs.seed
    );
    let _ = writeln!(
        text,
        "- **Groups joined to others for near-duplicates**, and kept on one side: {}.",
        report.joined
    );
    let _ = writeln!(
        text,
        "- **Passes:** {}, the best after {}; its loss on dev {:.4}, before any {:.4}.",
        report.passes, report.best, report.losses[report.best], report.losses[0]
    );
    let _ = writeln!(
        text,
        "- **Bands:** {}.\n{}- **Licence of the weights:** {}.\n",
        card.bands.chosen,
        report.doubts.iter().map(|doubt| format!("- **Beware:** {doubt}.\n")).collect::<String>(),
        card.license
    );
    text += report.table.markdown().trim_start();
    text += "\nA band is a risk indicator for human review, never a finding about a person. What the backbone cannot do, this model cannot do either: \
             read the card of its base.\n";
    text
}
