//! What comes with the corpus beside its texts: who is a predator, and which lines tell. Whether these lists are those of the file is checked line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::super::cases;
use super::super::result::hashed;
use super::reader::id;
use super::{DEV, Listed, Seen};
use crate::models::sha256;
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
    /// Files that are no lists, and what stands in them instead.
    pub passed: Vec<(String, String)>,
}

/// One corpus: its conversations, its lists, and which split it is.
pub struct Corpus {
    pub xml: PathBuf,
    pub lists: Lists,
    pub split: &'static str,
}

impl Corpus {
    /// The one XML file of a folder, and its lists, told by what stands in them; the list of `--ids` may lie among them. An unpacked archive may hold it all in a folder of its own.
    ///
    /// # Errors
    /// When there is not one XML file, or no list of authors, or a line of a list is neither, or stands there twice.
    pub fn find(folder: &Path, ids: Option<&Path>, split: &'static str) -> Result<Self> {
        ensure!(
            !folder.is_file(),
            "{}: give the folder that holds the conversations and their lists",
            folder.display()
        );
        let mut paths = inside(folder)?;
        if !paths.iter().any(|p| ends(p, "xml")) {
            let below = paths.iter().filter(|p| p.is_dir()).map(|p| inside(p)).collect::<Result<Vec<_>>>()?;
            let mut below = below.into_iter().filter(|paths| paths.iter().any(|p| ends(p, "xml")));
            if let (Some(only), None) = (below.next(), below.next()) {
                paths = only;
            }
        }
        let xml: Vec<&PathBuf> = paths.iter().filter(|p| ends(p, "xml")).collect();
        let [xml] = xml[..] else {
            let names: Vec<String> = xml.iter().map(|p| name(p)).collect();
            let found = if names.is_empty() { "none".to_owned() } else { names.join(" and ") };
            bail!(
                "{}: expected one .xml file with the conversations, found {found}; put each corpus with its own lists in a folder of its own, and give that of training with --train",
                folder.display()
            )
        };
        let ids = ids.and_then(|path| path.canonicalize().ok());
        let other = |p: &&PathBuf| ids.is_none() || p.canonicalize().ok() != ids;
        let mut lists = Lists::default();
        for path in paths.iter().filter(|p| ends(p, "txt") && !is_readme(p)).filter(other) {
            lists.read(path)?;
        }
        let why = lists.passed.first().map_or_else(String::new, |(_, why)| format!("; passed over: {why}"));
        ensure!(
            !lists.authors.is_empty(),
            "{}: no list of predators (a .txt file of author ids, as the corpus comes with){why}",
            folder.display()
        );
        Ok(Self { xml: xml.clone(), lists, split })
    }

    /// The first predator who writes in a conversation.
    pub fn predator<'c>(&self, chat: &'c Transcript) -> Option<&'c str> {
        chat.speakers.iter().map(|s| s.name.as_str()).find(|name| self.lists.authors.contains_key(*name))
    }

    /// Whether a conversation is measured: all of test, and of a corpus that baselines are fitted on, too, the half of other predators.
    pub fn measures(&self, chat: &Transcript) -> bool {
        let group = self.predator(chat).unwrap_or_else(|| id(chat));
        // By another hash than that of the id alone, by which a limit chooses.
        self.split != DEV || sha256(format!("dev {group}").as_bytes()).as_str() >= "8"
    }
}

/// What a folder holds, but for hidden files and what archives of other systems leave.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.retain(|path| !name(path).starts_with(['.', '_']));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn ends(path: &Path, end: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(end))
}

fn is_readme(path: &Path) -> bool {
    let name = name(path).to_lowercase();
    ["readme", "license", "licence"].iter().any(|word| name.starts_with(word))
}

/// A line of a list.
enum Entry<'l> {
    Author(&'l str),
    Line(&'l str, usize),
}

impl<'l> Entry<'l> {
    fn of(line: &'l str) -> Option<Self> {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [author] => Some(Self::Author(author)),
            [id, number] => Some(Self::Line(id, number.parse().ok()?)),
            _ => None,
        }
    }
}

impl Lists {
    /// Read a list; a file of which fewer than half of the lines are entries is none, and is passed over by name.
    fn read(&mut self, path: &Path) -> Result<()> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let lines =
            text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
        let entries: Vec<(usize, &str, Option<Entry>)> =
            lines.map(|(at, line)| (at, line, Entry::of(line))).collect();
        let odd = |at: usize| {
            format!(
                "{}:{}: expected an author's id, or a conversation's id and a line",
                path.display(),
                at + 1
            )
        };
        let wrong: Vec<usize> =
            entries.iter().filter(|(.., entry)| entry.is_none()).map(|(at, ..)| *at).collect();
        if let Some(first) = wrong.first().filter(|_| 2 * wrong.len() > entries.len()) {
            self.passed.push((name(path), odd(*first)));
            return Ok(());
        }
        for (at, line, entry) in entries {
            let place = format!("{}:{}", path.display(), at + 1);
            let before = match entry.with_context(|| odd(at))? {
                Entry::Author(author) => self.authors.insert(author.to_owned(), place.clone()),
                Entry::Line(id, number) => {
                    let lines = self.lines.get_or_insert_default().entry(id.to_owned()).or_default();
                    lines.insert(number, place.clone())
                }
            };
            if let Some(before) = before {
                bail!("{place}: {} stands there twice, first in {before}", line.trim());
            }
        }
        self.files.push(path.to_owned());
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
        split: seen.split.clone(),
        messages: seen.messages,
        risk: predator.is_some(),
        sha256: seen.sha256.clone(),
        ..cases::Gold::default()
    }
}
