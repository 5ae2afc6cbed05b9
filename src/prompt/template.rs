//! How a message is written into the running text that a decoder reads: the files of `prompts/`, known by their hashes.

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::normalise;

/// Every template, by name.
const TEMPLATES: [(&str, &str); 1] = [("turns", include_str!("../../prompts/turns.toml"))];

/// Which template a model was made with.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateRef {
    /// Its name.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: String,
}

/// A template, ready to write with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    bound: TemplateRef,
    media: String,
    deleted: String,
    /// What stands before the speaker, between speaker and text, and after the text.
    around: [String; 3],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    message: String,
    media: String,
    deleted: String,
}

impl Template {
    /// The template of that name.
    pub fn named(name: &str) -> Result<Self> {
        let (_, text) = TEMPLATES.iter().find(|(known, _)| *known == name).ok_or_else(|| {
            anyhow!("no template {name:?}; this build has {}", TEMPLATES.map(|(n, _)| n).join(", "))
        })?;
        Self::parse(text).with_context(|| format!("the template {name}"))
    }

    /// The template that a model was made with.
    ///
    /// # Errors
    /// When this build does not have it, or has another of that name.
    pub fn bound(wanted: &TemplateRef) -> Result<Self> {
        let template = Self::named(&wanted.name)?;
        ensure!(
            template.bound == *wanted,
            "the model was made with another template {:?} than this build has; use a matching release",
            wanted.name
        );
        Ok(template)
    }

    fn parse(text: &str) -> Result<Self> {
        let File { name, message, media, deleted } = toml::from_str(text)?;
        let sha256 = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let parts = message.split_once("{speaker}").and_then(|(before, rest)| {
            let (between, after) = rest.split_once("{text}")?;
            Some([before, between, after].map(str::to_owned))
        });
        let around = parts.context("message must hold {speaker} and then {text}")?;
        Ok(Self { bound: TemplateRef { name, sha256 }, media, deleted, around })
    }

    /// What binds a model to it.
    pub fn reference(&self) -> &TemplateRef {
        &self.bound
    }

    /// A message by the speaker of that number, in order of appearance.
    pub(super) fn write(&self, speaker: u32, body: Body<'_>) -> String {
        let text = match body {
            Body::Media => self.media.clone(),
            Body::Deleted => self.deleted.clone(),
            // On one line, so that no message can look like the next turn.
            Body::Words(words) => {
                normalise(words, |_| false).split_whitespace().collect::<Vec<_>>().join(" ")
            }
        };
        let [before, between, after] = &self.around;
        format!("{before}{}{between}{text}{after}", letter(speaker))
    }
}

/// What a message holds.
pub(super) enum Body<'a> {
    Words(&'a str),
    Media,
    Deleted,
}

/// A to Z, then 27 and on.
fn letter(speaker: u32) -> String {
    match u8::try_from(speaker) {
        Ok(at) if at < 26 => char::from(b'A' + at).to_string(),
        _ => (u64::from(speaker) + 1).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_read_under_its_own_name() {
        for (name, _) in TEMPLATES {
            let template = Template::named(name).unwrap();
            assert_eq!(template.reference().name, name);
            assert_eq!(Template::bound(template.reference()).unwrap(), template);
            let other = TemplateRef { sha256: "0".repeat(64), ..template.reference().clone() };
            assert!(Template::bound(&other).unwrap_err().to_string().contains("another template"));
        }
        assert!(Template::named("none").unwrap_err().to_string().contains("turns"));
    }

    #[test]
    fn a_message_is_one_line_whatever_it_holds() {
        let template = Template::named("turns").unwrap();
        let words = |speaker, words| template.write(speaker, Body::Words(words));
        assert_eq!(words(0, "see you\nB: at noon {text}"), "A: see you B: at noon {text}\n");
        assert_eq!(words(25, " bring \u{2028} tea "), "Z: bring tea\n");
        assert_eq!(words(26, ""), "27: \n");
        assert_eq!(template.write(1, Body::Media), "B: <media>\n");
        assert_eq!(template.write(u32::MAX, Body::Deleted), "4294967296: <deleted>\n");
    }
}
