//! What comes with the corpus beside its texts: who is a predator, and which lines tell. Whether these lists are those of the file is checked line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::super::cases;
use super::super::result::hashed;
use super::{Listed, Seen};
use crate::transcript::Transcript;

/// The lists, each entry with its file and line.
#[derive(Default)]
pub struct Lists {
    /// Ids of predators.
    pub authors: BTreeMap<String, String>,
    /// Numbers of lines by conversation, where the list of problem 2 is there.
    pub lines: Option<BTreeMap<String, BTreeMap<usize, String>>>,
    /// The files they stand in.
    files: Vec<PathBuf>,
}

/// The one XML file of a folder, and its lists, told by what stands in them; the list of `--ids` may lie among them.
///
/// # Errors
/// When there is not one XML file, or no list of authors, or a line of a list is neither, or stands there twice.
pub fn find(folder: &Path, ids: Option<&Path>) -> Result<(PathBuf, Lists)> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    let ends = |p: &PathBuf, end: &str| p.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
    let xml: Vec<&PathBuf> = paths.iter().filter(|p| ends(p, "xml")).collect();
    let [xml] = xml[..] else {
        bail!(
            "{}: expected one .xml file with the conversations, found {}; training and test corpus go to a folder each",
            folder.display(),
            xml.len()
        )
    };
    let ids = ids.and_then(|path| path.canonicalize().ok());
    let other = |p: &&PathBuf| ids.is_none() || p.canonicalize().ok() != ids;
    let mut lists = Lists::default();
    for path in paths.iter().filter(|p| ends(p, "txt") && !is_readme(p)).filter(other) {
        lists.read(path)?;
        lists.files.push(path.clone());
    }
    ensure!(
        !lists.authors.is_empty(),
        "{}: no list of predators (a .txt file of author ids, as the corpus comes with)",
        folder.display()
    );
    Ok((xml.clone(), lists))
}

fn is_readme(path: &Path) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    ["readme", "license", "licence"].iter().any(|word| name.starts_with(word))
}

impl Lists {
    fn read(&mut self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            let place = format!("{}:{}", path.display(), at + 1);
            let before = match line.split_whitespace().collect::<Vec<_>>()[..] {
                [author] => self.authors.insert(author.to_owned(), place.clone()),
                [id, number] => {
                    let number =
                        number.parse().map_err(|_| anyhow!("{place}: expected a conversation and a line"))?;
                    let lines = self.lines.get_or_insert_default().entry(id.to_owned()).or_default();
                    lines.insert(number, place.clone())
                }
                _ => bail!("{place}: expected an author's id, or a conversation's id and a line"),
            };
            if let Some(before) = before {
                bail!("{place}: {} stands there twice, first in {before}", line.trim());
            }
        }
        Ok(())
    }

    /// SHA-256 of the XML and of the lists, by name.
    pub fn hashes(&self, xml: &Path) -> Result<BTreeMap<String, String>> {
        self.files.iter().map(PathBuf::as_path).chain([xml]).map(hashed).collect()
    }

    /// How many lines are listed.
    pub fn count(&self) -> usize {
        self.lines.iter().flat_map(BTreeMap::values).map(BTreeMap::len).sum()
    }

    /// Whether one of its predators writes in a conversation.
    pub fn meet(&self, seen: &Seen) -> bool {
        seen.authors.iter().any(|a| self.authors.contains_key(a))
    }

    /// The telling lines of a conversation.
    pub fn telling(&self, id: &str) -> BTreeSet<usize> {
        self.lines.iter().filter_map(|lines| lines.get(id)).flat_map(BTreeMap::keys).copied().collect()
    }

    /// What they say of a conversation.
    pub fn of(&self, id: &str, authors: &[String]) -> Listed {
        let predators = authors.iter().filter(|a| self.authors.contains_key(*a)).cloned().collect();
        Listed { predators, lines: self.telling(id) }
    }

    /// Whether the lines that the list names of a conversation are there; the attribute `line` of its messages is what they are known by.
    ///
    /// # Errors
    /// When a message has no such number, two have the same, or a line is none of them.
    pub fn fit(&self, xml: &Path, id: &str, chat: &Transcript) -> Result<()> {
        let Some(listed) = self.lines.as_ref() else { return Ok(()) };
        let mut numbers = BTreeSet::new();
        for message in &chat.messages {
            let number = message.origin.line as usize;
            ensure!(
                number > 0,
                "{}: {id}: message {} has no number (the attribute line), by which the list of lines would know it",
                xml.display(),
                numbers.len() + 1
            );
            ensure!(numbers.insert(number), "{}: {id}: line {number} stands there twice", xml.display());
        }
        let lost = listed.get(id).into_iter().flatten().find(|(number, _)| !numbers.contains(number));
        if let Some((number, place)) = lost {
            bail!("{place}: {id} has no line {number} in {}; is the list that of this file?", xml.display());
        }
        Ok(())
    }

    /// Conversations of the list of lines that are not in the file.
    pub fn strange<'l>(
        &'l self,
        met: impl Fn(&str) -> bool + 'l,
    ) -> impl Iterator<Item = (&'l str, &'l str)> {
        let lines = self.lines.iter().flatten().filter(move |(id, _)| !met(id));
        lines.filter_map(|(id, lines)| Some((id.as_str(), lines.values().next()?.as_str())))
    }

    /// What is known of a conversation. Those of one predator belong together; all others stand alone.
    pub fn gold(&self, seen: &Seen) -> cases::Gold {
        gold(seen, &self.of(&seen.id, &seen.authors))
    }
}

/// As [`Lists::gold`], of what the lists say.
pub fn gold(seen: &Seen, listed: &Listed) -> cases::Gold {
    let predator = listed.predators.first();
    cases::Gold {
        id: seen.id.clone(),
        group: predator.unwrap_or(&seen.id).clone(),
        split: "test".to_owned(),
        messages: seen.messages,
        risk: predator.is_some(),
        sha256: seen.sha256.clone(),
        ..cases::Gold::default()
    }
}
