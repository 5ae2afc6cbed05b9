//! What a training begins with: a model, or a backbone alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::net::Net;
use crate::backbone::{self, Device, Gguf};
use crate::eval::Case;
use crate::head::{Head, Names};
use crate::kernels::{Level, Precision};
use crate::models::{self, Bands, Calibration, Card, GGUF, Model, Place, Platt, TEMPLATE, TOKENIZER, sha256};
use crate::prompt::{self, Template};

/// How far the risk so far may fall, in logits, where no model says so before; what the shipped model was found to do well with.
const FALL: f32 = 3.0;

/// What stays, and what the head begins as.
pub enum Base {
    /// A model; its head is the start.
    Model(Place),
    /// A backbone of which no model has been made; its head has learnt nothing.
    Backbone {
        /// The GGUF.
        gguf: std::path::PathBuf,
        /// A `tokenizer.json`, which an encoder needs and a decoder may do without.
        tokenizer: Option<std::path::PathBuf>,
    },
}

impl Base {
    /// Everything of it, ready to read. A backbone gets a head that has learnt nothing, and bands that mean nothing.
    ///
    /// # Errors
    /// When a file cannot be read, or the files are not made for each other.
    pub fn load(&self, seed: u64) -> Result<Model> {
        let (gguf, tokenizer) = match self {
            Self::Model(place) => return Model::load(place),
            Self::Backbone { gguf, tokenizer } => (gguf, tokenizer),
        };
        let (source, gguf_hash) = models::opened(gguf)?;
        let json = tokenizer.as_deref().map(read).transpose()?;
        let (level, precision, device) = (Level::detect(), Precision::detect(), Device::choose(None)?);
        let loaded = || -> Result<_> {
            let mut gguf = Gguf::from_source(Box::new(source))?;
            let backbone = backbone::load_on(device, &mut gguf, level, precision)?;
            let template = backbone.is_running().then(|| Template::named(TEMPLATE)).transpose()?;
            let bound = template.as_ref().map(|t| t.reference().clone());
            let prompt = models::prompt_of(&*backbone, &gguf, json.as_deref(), template)?;
            let head = Head::from_safetensors(&Net::fresh(backbone.width(), seed)?.to_safetensors()?, level)?;
            Ok((backbone, prompt, head, bound))
        };
        let (backbone, prompt, head, template) = loaded().with_context(|| format!("{}", gguf.display()))?;
        let mut files = BTreeMap::from([(GGUF.to_owned(), gguf_hash)]);
        files.extend(json.map(|json| (TOKENIZER.to_owned(), sha256(&json))));
        let name = gguf.file_stem().map_or_else(|| "backbone".into(), |n| n.to_string_lossy().into_owned());
        let hash = sha256(format!("{files:?}").as_bytes());
        let card = Card { template, files, ..blank(name) };
        let place = Place::Folder(gguf.with_file_name(""));
        Ok(Model { card, prompt, backbone, head, hash, place, precision, device })
    }

    /// The head before any pass: one that has learnt nothing, or the model's own.
    pub(super) fn beginning(&self, base: &Model, anew: bool, seed: u64) -> Result<Net> {
        match self {
            Self::Model(place) if !anew => {
                Net::from_safetensors(&place.bound(&base.card, "head.safetensors")?)
            }
            _ => Net::fresh(base.head.width(), seed),
        }
    }

    /// A file that the new model takes over, `model.gguf` or the tokenizer, its hash the one on the card.
    pub(super) fn file(&self, card: &Card, name: &str) -> Result<Cow<'static, [u8]>> {
        let path = match self {
            Self::Model(place) => return place.bound(card, name),
            Self::Backbone { tokenizer: Some(path), .. } if name == TOKENIZER => path,
            Self::Backbone { gguf, .. } => gguf,
        };
        let bytes = read(path)?;
        ensure!(
            card.files.get(name).is_some_and(|hash| *hash == sha256(&bytes)),
            "{} changed while it was read",
            path.display()
        );
        Ok(Cow::Owned(bytes))
    }
}

/// Languages of the labels, for a model that answers for none yet.
pub(super) fn languages(cases: &[Case]) -> Vec<String> {
    let stated: BTreeSet<&String> = cases.iter().filter_map(|c| c.transcript.language.as_ref()).collect();
    stated.into_iter().cloned().collect()
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A card that says nothing yet.
fn blank(name: String) -> Card {
    let risk = Platt { scale: 1.0, shift: 0.0 };
    Card {
        summary: format!("{name} under a head that has learnt nothing"),
        name,
        version: "0".to_owned(),
        license: "that of the backbone".to_owned(),
        languages: Vec::new(),
        files: BTreeMap::new(),
        prompt: prompt::VERSION,
        template: None,
        calibration: Calibration {
            risk,
            patterns: BTreeMap::new(),
            fall: FALL,
            one_sided: 0.0,
            one_text: 0.0,
            tokens_per_word: None,
            prevalence: 0.5,
            restated: 0.0,
        },
        bands: Bands {
            look: 0.5,
            look_now: 0.9,
            warn: None,
            name: Names::each(|_| 0.2),
            chosen: "by nothing".to_owned(),
        },
        training: toml::Table::new(),
    }
}
