//! Conversations read once more: under attack, cut short, in whole precision, window by window. What is found goes to a file beside the
//! result as it comes, so that an interrupted run goes on and `compare` can read it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::baselines::Baselines;
use super::cases::{Case, Gold};
use super::judge::Tell;
use super::part::Part;
use super::result::Run;
use super::side::{self, Scored, SideFile};
use super::sides::Side;
use super::texts::Texts;
use crate::assessment::Band;
use crate::models::Model;
use crate::transcript::Transcript;

/// What is needed to read conversations again.
pub struct Again<'a> {
    /// Where they stand.
    pub texts: &'a Texts<'a>,
    /// What reads them.
    pub model: &'a Model,
    /// What stands beside the model.
    pub baselines: Option<&'a Baselines<'a>>,
    /// SHA-256 of the suite's file, which fixes what is read.
    pub suite: &'a str,
    /// The file that takes what is found.
    pub beside: Option<&'a SideFile>,
    /// Who is told how far it is.
    pub tell: Tell<'a>,
}

/// A score and a band.
#[derive(Clone, Serialize, Deserialize)]
pub struct Brief {
    /// The risk at the end.
    pub score: f64,
    /// The band.
    pub band: Band,
    /// Scores of the baselines, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
struct Line<T> {
    id: String,
    sha256: String,
    by: String,
    way: String,
    of: String,
    found: T,
}

/// What was found of one conversation in one way.
#[derive(Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Kept {
    /// A score and a band.
    Brief(Brief),
    /// The message of the warning, for each number of positive decisions.
    Warned(Vec<Option<usize>>),
}

/// What was found in each way, by conversation, bound to the hash of its text.
pub type Ways = BTreeMap<String, HashMap<String, (String, Kept)>>;

/// What lies beside a result. Empty where there is no such file.
///
/// # Errors
/// When a line is none of ours, or of another model than `model`.
pub fn kept(path: &Path, model: &str) -> Result<Ways> {
    let mut found = Ways::new();
    if !path.exists() {
        return Ok(found);
    }
    for line in side::lines::<Line<Kept>>(path)? {
        let place = || format!("{}: {}", path.display(), line.of);
        ensure!(line.by.starts_with(model), "{}: of another model than the result", place());
        let before =
            found.entry(line.way.clone()).or_default().insert(line.of.clone(), (line.sha256, line.found));
        ensure!(before.is_none(), "{} stands there twice", place());
    }
    Ok(found)
}

impl<T: Serialize + DeserializeOwned> Scored for Line<T> {
    fn id(&self) -> &str {
        &self.id
    }

    fn model(&self) -> &str {
        &self.by
    }
}

/// What was said in several ways by something else than a suite, kept beside a result as it comes, so that an interrupted run goes on.
pub struct Book<'a> {
    beside: Option<&'a SideFile>,
    by: String,
    known: HashMap<String, Line<Brief>>,
}

impl<'a> Book<'a> {
    /// What stands there of an interrupted run of a model, for the same `task`.
    ///
    /// # Errors
    /// When it is of another model or task.
    pub fn open(beside: Option<&'a SideFile>, model: &str, task: &str) -> Result<Self> {
        let by = format!("{model} {task}");
        let known = side::known(beside, &by, |line| line)?;
        Ok(Self { beside, by, known })
    }

    /// What was said of some conversations in a way, if that is known of all of them.
    pub fn get(&self, way: &str, golds: &[&Gold]) -> Option<Vec<Brief>> {
        let one = |gold: &&Gold| {
            let line = self.known.get(&Self::id(way, gold))?;
            Some(line.found.clone()).filter(|_| line.sha256 == gold.sha256)
        };
        golds.iter().map(one).collect()
    }

    /// Keep it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put(&self, way: &str, golds: &[&Gold], said: &[Brief]) -> Result<()> {
        let line = |(gold, said): (&&Gold, &Brief)| Line {
            id: Self::id(way, gold),
            sha256: gold.sha256.clone(),
            by: self.by.clone(),
            way: way.to_owned(),
            of: gold.id.clone(),
            found: said.clone(),
        };
        // What broke off within a fold is not written twice.
        let lines = golds.iter().zip(said).map(line).filter(|line| !self.known.contains_key(&line.id));
        side::append(self.beside, &lines.collect::<Vec<_>>())
    }

    fn id(way: &str, gold: &Gold) -> String {
        format!("{way} {}", gold.id)
    }
}

impl Again<'_> {
    /// What the model and the baselines say of a conversation, and how many messages the model scored.
    pub fn brief(&self, chat: &Transcript) -> Result<(Brief, usize)> {
        let (brief, messages) = Brief::of(self.model, chat)?;
        let beside = self.baselines.map(|b| b.scores(&[chat])).transpose()?.unwrap_or_default();
        Ok((Brief { beside: beside.into_iter().flat_map(|(_, scores)| scores).collect(), ..brief }, messages))
    }

    /// Read each conversation of a split in several ways, named by `names`: `read` gets it, its place and the way, and
    /// returns what it found and how many messages it scored. The answer has a list for each way, in the order of the split.
    pub fn read<T: Serialize + DeserializeOwned + Send>(
        &self,
        part: &Part,
        names: &[&str],
        read: impl Fn(&Case, usize, usize) -> Result<(T, usize)> + Sync,
    ) -> Result<(Vec<Vec<T>>, Run)> {
        let by = format!("{} {}", self.model.hash, self.suite);
        // The rest of the split may matter to a conversation, as padding does.
        let data = &part.data().sha256[..12];
        let mut known: HashMap<String, Line<T>> = side::known(self.beside, &by, |line| line)?;
        let mut found: Vec<Vec<Option<T>>> =
            names.iter().map(|_| part.golds.iter().map(|_| None).collect()).collect();
        let mut run = Run::default();
        let (what, all, mut done) =
            (format!("{}, read again", part.split), part.golds.len() * names.len(), 0);
        (self.tell)(&what, 0, all);
        self.texts.each(&part.golds, &mut |batch| {
            let begun = Instant::now();
            let mut wanted = Vec::new();
            for ((at, case), way) in batch.iter().flat_map(|one| (0..names.len()).map(move |w| (one, w))) {
                let id = format!("{data} {} {}", names[way], case.gold.id);
                match known.remove(&id) {
                    Some(line) => {
                        let id = &case.gold.id;
                        let same = line.sha256 == case.gold.sha256;
                        let file = self.beside.map_or_else(String::new, SideFile::name);
                        ensure!(
                            same,
                            "{id}: its text is not the one that was scored in {file}; use --overwrite"
                        );
                        run.resumed += 1;
                        done += 1;
                        found[way][*at] = Some(line.found);
                    }
                    None => wanted.push((*at, case, way, id)),
                }
            }
            // In short rows, so that an interruption costs little.
            for row in wanted.chunks(ROW) {
                let one = |(at, case, way, id): &(usize, &Case, usize, String)| {
                    let (found, messages) =
                        read(case, *at, *way).map_err(|e| anyhow!("{}: {e:#}", case.gold.id))?;
                    let (sha256, of) = (case.gold.sha256.clone(), case.gold.id.clone());
                    let (id, way) = (id.clone(), names[*way].to_owned());
                    Ok((Line { id, sha256, by: by.clone(), way, of, found }, messages))
                };
                let (lines, messages): (Vec<_>, Vec<usize>) =
                    row.par_iter().map(one).collect::<Result<Vec<_>>>()?.into_iter().unzip();
                side::append(self.beside, &lines)?;
                run.scored += lines.len();
                run.messages += messages.iter().sum::<usize>();
                for ((at, _, way, _), line) in row.iter().zip(lines) {
                    found[*way][*at] = Some(line.found);
                }
                done += row.len();
                (self.tell)(&what, done, all);
            }
            run.seconds += begun.elapsed().as_secs_f64();
            Ok(())
        })?;
        let whole = |of: Vec<Option<T>>| of.into_iter().collect::<Option<Vec<T>>>();
        let found = found.into_iter().map(whole).collect::<Option<_>>();
        Ok((found.context("every conversation was read")?, run.told()))
    }
}

/// Conversations that are read side by side before their lines are written.
const ROW: usize = 64;

impl Brief {
    /// What a model says of a conversation, and how many messages it scored.
    pub fn of(model: &Model, chat: &Transcript) -> Result<(Self, usize)> {
        let a = crate::score::assess(model, chat, "jsonl", &[])?;
        ensure!(a.risk.is_finite(), "a score of the model is not a finite number");
        Ok((Self { score: f64::from(a.risk), band: a.band, beside: Vec::new() }, a.messages.len()))
    }

    /// What a list of them says of a split.
    pub fn side<'p>(part: &'p Part, all: &[Self]) -> Side<'p> {
        let scores = all.iter().map(|b| b.score).collect();
        Side::of(&part.labels, scores, true).alarming(all.iter().map(Self::alarm).collect())
    }

    /// Whether it reached the band `look`.
    pub fn alarm(&self) -> bool {
        self.band >= Band::Look
    }
}
