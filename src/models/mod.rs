//! A model folder: backbone, tokenizer, head and the card that binds them by hash; and where folders are found.

#[cfg(feature = "pull")]
pub mod pull;
#[cfg(feature = "pull")]
pub mod shelf;
mod vocabulary;
#[cfg(feature = "pull")]
pub mod wanted;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Cursor, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use crate::backbone::Device;
use crate::backbone::{self, Backbone, Gguf, Source};
use crate::head::{Head, Names, Pattern};
use crate::kernels::Level;
pub use crate::kernels::Precision;
use crate::prompt::{self, PIECE_TOKENS, Prompt, Template, TemplateRef};

pub use vocabulary::vocabulary;

/// The file of the backbone in a model folder.
pub const GGUF: &str = "model.gguf";
/// The file of the tokenizer in a model folder; a decoder may do without it.
pub const TOKENIZER: &str = "tokenizer.json";
/// The template of decoders that are trained here.
pub const TEMPLATE: &str = "turns";
/// The default model's name.
pub const DEFAULT: &str = "rushlight-small";

/// `model.toml`: what the files are, how scores become probabilities, and where the bands lie.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The folder's name.
    pub name: String,
    /// Which training it came from.
    pub version: String,
    /// One line on what it is.
    pub summary: String,
    /// SPDX expression of the weights.
    pub license: String,
    /// Languages it was trained on, ISO 639-1.
    pub languages: Vec<String>,
    /// SHA-256 of each file that belongs to it, by file name.
    pub files: BTreeMap<String, String>,
    /// How the text is turned into token ids; must be what this build does.
    pub prompt: u32,
    /// How messages are written for a model that reads one running text; the others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// From logits to probabilities.
    pub calibration: Calibration,
    /// From probabilities to words.
    pub bands: Bands,
    /// How it was made; not read by the program.
    #[serde(default)]
    pub training: toml::Table,
}

/// Platt scaling (Platt 1999): probability = logistic(scale · logit + shift).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// For the risk so far.
    pub risk: Platt,
    /// For each pattern.
    pub patterns: BTreeMap<Pattern, Platt>,
    /// How far, in logits, the risk so far may fall below its highest when later messages explain earlier ones.
    pub fall: f32,
    /// Added to the risk, in calibrated logits, where only one speaker of a conversation is heard, which tells less: zero or below.
    #[serde(default)]
    pub one_sided: f32,
    /// The same where all is one text, in which nobody knows who wrote what.
    #[serde(default)]
    pub one_text: f32,
    /// Tokens a word above which a text is not of the kind that the model learnt from (code, logs, lists of numbers), so that it is not called quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_word: Option<f32>,
    /// Share of risky conversations in the data it was fitted on.
    pub prevalence: f32,
    /// What [`Card::at_prevalence`] has added to the risk since, in logits.
    #[serde(skip)]
    pub restated: f32,
}

/// One line of a calibration.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Platt {
    /// Above zero, so that order is kept.
    pub scale: f32,
    /// Added after scaling.
    pub shift: f32,
}

impl Platt {
    /// Probability of a logit.
    pub fn probability(self, logit: f32) -> f32 {
        crate::head::sigmoid(self.scale * logit + self.shift)
    }
}

/// Where the bands begin, as calibrated probabilities, and how they were chosen.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// A colleague should look.
    pub look: f32,
    /// A colleague should look now.
    pub look_now: f32,
    /// From where the moment of a warning is read: above `look`, so that it is not called before there is reason. Where it is never reached, or not given, `look` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<f32>,
    /// In words: the data and the budget of false alarms that chose them.
    pub chosen: String,
    /// From where each signal is named.
    pub name: Names,
}

/// A model, ready to read.
pub struct Model {
    /// What it says about itself.
    pub card: Card,
    /// Text to token ids.
    pub prompt: Prompt,
    /// Token ids to vectors.
    pub backbone: Box<dyn Backbone>,
    /// Vectors to judgements.
    pub head: Head,
    /// SHA-256 of `model.toml`, which holds those of all other files.
    pub hash: String,
    /// Where it came from.
    pub place: Place,
    /// How its quantized weights are multiplied.
    pub precision: Precision,
    /// What the backbone runs on.
    pub device: Device,
}

/// Where a model's files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Inside the program.
    Embedded,
    /// A folder.
    Folder(PathBuf),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => write!(f, "inside the program"),
            Self::Folder(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(feature = "embed")]
const EMBEDDED: &[(&str, &[u8])] = &[
    ("model.toml", include_bytes!("../../models/rushlight-small/model.toml")),
    ("model.gguf", include_bytes!("../../models/rushlight-small/model.gguf")),
    ("tokenizer.json", include_bytes!("../../models/rushlight-small/tokenizer.json")),
    ("head.safetensors", include_bytes!("../../models/rushlight-small/head.safetensors")),
];
#[cfg(not(feature = "embed"))]
const EMBEDDED: &[(&str, &[u8])] = &[];

impl Place {
    /// Find a model: a folder's path, or a name below one of [`folders`], or the one inside the program.
    pub fn find(wanted: Option<&str>) -> Result<Self> {
        let name = wanted.unwrap_or(DEFAULT);
        if wanted.is_some_and(|w| Path::new(w).join("model.toml").is_file()) {
            return Ok(Self::Folder(name.into()));
        }
        if name == DEFAULT && !EMBEDDED.is_empty() {
            return Ok(Self::Embedded);
        }
        let found =
            folders().into_iter().map(|folder| folder.join(name)).find(|f| f.join("model.toml").is_file());
        match found {
            Some(folder) => Ok(Self::Folder(folder)),
            None => bail!(
                "no model {name:?}: give a folder that holds model.toml, or a name that `rushlight models list` shows"
            ),
        }
    }

    fn file(&self, name: &str) -> Result<Cow<'static, [u8]>> {
        match self {
            Self::Embedded => match EMBEDDED.iter().find(|(n, _)| *n == name) {
                Some((_, bytes)) => Ok(Cow::Borrowed(bytes)),
                None => bail!("this program was built without {name} inside"),
            },
            Self::Folder(folder) => {
                let path = folder.join(name);
                let bytes = fs::read(&path).with_context(|| {
                    format!("cannot read {}; a model folder needs model.toml, model.gguf, tokenizer.json and head.safetensors", path.display())
                })?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// The card, and the hash of its bytes.
    pub fn card(&self) -> Result<(Card, String)> {
        let bytes = self.file("model.toml")?;
        let text = std::str::from_utf8(&bytes).with_context(|| format!("{self}: model.toml is not UTF-8"))?;
        let card = Card::read(text, |e| anyhow::Error::from(e).context("cannot be read"))
            .with_context(|| format!("{self}: model.toml"))?;
        Ok((card, sha256(&bytes)))
    }

    /// A file whose hash is the one on the card.
    ///
    /// # Errors
    /// When it cannot be read, or is not the file that `model.toml` was made with.
    pub fn bound(&self, card: &Card, name: &str) -> Result<Cow<'static, [u8]>> {
        let bytes = self.file(name)?;
        self.check(card, name, &sha256(&bytes))?;
        Ok(bytes)
    }

    /// The backbone's file, opened. A file is not held in memory.
    ///
    /// # Errors
    /// When it cannot be read, is not the file that `model.toml` was made with, or is no GGUF.
    pub fn gguf(&self, card: &Card) -> Result<Gguf<'static>> {
        let source: Box<dyn Source> = match self {
            Self::Embedded => Box::new(Cursor::new(self.bound(card, GGUF)?)),
            Self::Folder(folder) => {
                let (file, hash) = opened(&folder.join(GGUF))?;
                self.check(card, GGUF, &hash)?;
                Box::new(file)
            }
        };
        Gguf::from_source(source).with_context(|| format!("{self}: {GGUF}"))
    }

    fn check(&self, card: &Card, name: &str, found: &str) -> Result<()> {
        let Some(expected) = card.files.get(name) else {
            bail!("{self}: model.toml gives no hash for {name}")
        };
        ensure!(
            found == expected,
            "{self}: {name} is not the file that model.toml was made with (its hash begins {}, expected {}); \
             a head only fits the backbone and tokenizer it was trained on: copy the whole folder again",
            &found[..12],
            expected.get(..12).unwrap_or(expected)
        );
        Ok(())
    }
}

/// A file at its beginning, and the SHA-256 of it, which is read through once.
pub fn opened(path: &Path) -> Result<(BufReader<File>, String)> {
    let read = || -> std::io::Result<_> {
        let (mut file, mut hash) = (BufReader::with_capacity(1 << 20, File::open(path)?), Sha256::new());
        loop {
            let part = file.fill_buf()?;
            if part.is_empty() {
                break;
            }
            hash.update(part);
            let done = part.len();
            file.consume(done);
        }
        file.rewind()?;
        Ok((file, hexadecimal(&hash.finalize())))
    };
    read().with_context(|| format!("cannot read {}", path.display()))
}

/// The one field by which a card of another release is told.
#[derive(Deserialize)]
struct Way {
    prompt: u32,
}

impl Card {
    /// The card that `text` holds; `no_card` says it when there is none. One of another release may hold other fields: that it is one is said first.
    fn read(text: &str, no_card: impl FnOnce(toml::de::Error) -> anyhow::Error) -> Result<Self> {
        if let Ok(Way { prompt }) = toml::from_str(text) {
            ensure!(
                prompt == prompt::VERSION,
                "the model reads text in way {prompt} and this build writes it in way {}; use a matching release",
                prompt::VERSION
            );
        }
        let card: Self = toml::from_str(text).map_err(no_card)?;
        card.check()?;
        Ok(card)
    }

    /// The same model among conversations of which a share `prevalence` is risky: probabilities and bands move by one step, logit π′ − logit π
    /// (Saerens et al. 2002), so that the same conversations raise an alarm.
    ///
    /// # Errors
    /// When `prevalence` does not lie between 0 and 1.
    pub fn at_prevalence(&mut self, prevalence: f32) -> Result<()> {
        ensure!(
            0.0 < prevalence && prevalence < 1.0,
            "a prevalence lies between 0 and 1, as 0.01 for one in a hundred"
        );
        let logit = |p: f32| (p / (1.0 - p)).ln();
        let step = logit(prevalence) - logit(self.calibration.prevalence);
        self.calibration.prevalence = prevalence;
        self.calibration.risk.shift += step;
        self.calibration.restated += step;
        let Bands { look, look_now, warn, .. } = &mut self.bands;
        for band in [look, look_now].into_iter().chain(warn) {
            *band = crate::head::sigmoid(logit(*band) + step);
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let platts = self.calibration.patterns.values().chain([&self.calibration.risk]);
        ensure!(platts.clone().all(|p| p.scale > 0.0), "calibration scales must be above zero");
        ensure!(self.calibration.fall >= 0.0, "calibration.fall must not be negative");
        let Calibration { one_sided, one_text, .. } = self.calibration;
        ensure!(one_sided.max(one_text) <= 0.0, "calibration.one_sided and one_text must not be above zero");
        let prevalence = self.calibration.prevalence;
        ensure!(0.0 < prevalence && prevalence < 1.0, "calibration.prevalence must lie between 0 and 1");
        let Bands { look, look_now, warn, .. } = self.bands;
        ensure!(
            0.0 < look && look <= look_now && look_now < 1.0,
            "bands must satisfy 0 < look <= look_now < 1"
        );
        ensure!(warn.is_none_or(|warn| look <= warn && warn < 1.0), "bands must satisfy look <= warn < 1");
        self.bands.name.check()
    }
}

impl Model {
    /// Load and check everything, to run where [`Device::choose`] says and multiply as [`Precision::detect`] does.
    pub fn load(place: &Place) -> Result<Self> {
        Self::load_at(place, Device::choose(None)?, Precision::detect())
    }

    /// Load and check everything. The head always runs on the processor.
    pub fn load_at(place: &Place, device: Device, precision: Precision) -> Result<Self> {
        let level = Level::detect();
        let (card, hash) = place.card()?;
        let mut gguf = place.gguf(&card)?;
        let backbone = backbone::load_on(device, &mut gguf, level, precision)
            .with_context(|| format!("{place}: model.gguf"))?;
        let json = match card.template.is_none() || card.files.contains_key(TOKENIZER) {
            true => Some(place.bound(&card, TOKENIZER)?),
            false => None,
        };
        let template = card.template.as_ref().map(Template::bound).transpose();
        let template = template.with_context(|| format!("{place}: model.toml"))?;
        let prompt = prompt_of(&*backbone, &gguf, json.as_deref(), template);
        let prompt = prompt.with_context(|| format!("{place}: the tokenizer"))?;
        let head = Head::from_safetensors(&place.bound(&card, "head.safetensors")?, level)
            .with_context(|| format!("{place}: head.safetensors"))?;
        ensure!(
            backbone.width() == head.width(),
            "{place}: the head reads vectors of {} numbers, the backbone makes {}",
            head.width(),
            backbone.width()
        );
        Ok(Self { card, prompt, backbone, head, hash, place: place.clone(), precision, device })
    }
}

/// The prompt of a backbone out of its GGUF, and out of a `tokenizer.json` that an encoder must have and a decoder may have. A `template` is for a decoder.
///
/// # Errors
/// When they are not made for each other.
pub fn prompt_of(
    backbone: &dyn Backbone,
    gguf: &Gguf<'_>,
    json: Option<&[u8]>,
    template: Option<Template>,
) -> Result<Prompt> {
    let prompt = match (template, json) {
        (Some(template), json) if backbone.is_running() => Prompt::turns(template, &vocabulary(gguf)?, json)?,
        (None, Some(json)) if !backbone.is_running() => Prompt::from_bytes(json)?,
        (None, None) if !backbone.is_running() => bail!("an encoder needs its {TOKENIZER}"),
        (Some(_), _) => bail!("a template is for a decoder, and the backbone is an encoder"),
        (None, _) => bail!("a decoder needs a template, and model.toml names none"),
    };
    ensure!(
        prompt.vocabulary() <= backbone.vocabulary(),
        "the tokenizer has {} tokens, the backbone {}; they are not of the same model",
        prompt.vocabulary(),
        backbone.vocabulary()
    );
    ensure!(
        backbone.max_tokens() >= PIECE_TOKENS,
        "the backbone reads {} tokens of a message at once, and {PIECE_TOKENS} are needed",
        backbone.max_tokens()
    );
    Ok(prompt)
}

/// The prompt of a decoder out of its GGUF alone, written after the usual template.
pub fn prompt_of_gguf(gguf: &Gguf<'_>) -> Result<Prompt> {
    Prompt::turns(Template::named(TEMPLATE)?, &vocabulary(gguf)?, None)
}

/// The prompt of a file: the `tokenizer.json` of an encoder, or the GGUF of a decoder.
pub fn prompt_at(path: &Path) -> Result<Prompt> {
    let open = || File::open(path).with_context(|| format!("cannot read {}", path.display()));
    let mut start = Vec::new();
    open()?.take(4).read_to_end(&mut start)?;
    if start == b"GGUF" {
        return prompt_of_gguf(&Gguf::from_source(Box::new(BufReader::new(open()?)))?);
    }
    Prompt::from_bytes(&fs::read(path)?)
}

/// Folders that may hold model folders, in the order in which they are asked.
pub fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os("RUSHLIGHT_MODELS").map(PathBuf::from);
    named.into_iter().chain([PathBuf::from("models")]).collect()
}

/// Every model that can be found, the one inside the program first.
pub fn list() -> Vec<Place> {
    let mut places: Vec<Place> = if EMBEDDED.is_empty() { vec![] } else { vec![Place::Embedded] };
    for folder in folders() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let unfinished = |p: &Path| p.extension().is_some_and(|e| e == "part");
        let mut found: Vec<PathBuf> =
            entries.map(|e| e.path()).filter(|p| p.join("model.toml").is_file() && !unfinished(p)).collect();
        found.sort();
        places.extend(found.into_iter().map(Place::Folder));
    }
    places
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
