//! Where `eval` and `train --folds` write a result: the file itself, the scores that lie beside it, and reports made of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use super::outputs::{apart, not_there, only_over, open_alone};
use crate::eval::{self, Outcome, SideFile};
use crate::import;

/// What is to be written.
pub struct Results<'a> {
    /// The result (JSON).
    pub out: Option<&'a Path>,
    /// The report with plots.
    pub html: Option<&'a Path>,
    /// The report as Markdown.
    pub md: Option<&'a Path>,
    /// Go on with an interrupted run.
    pub resume: bool,
    /// Replace what stands there.
    pub overwrite: bool,
}

impl Results<'_> {
    /// Look at what stands where something is to be written, and open the files that take scores and what further readings find.
    ///
    /// # Errors
    /// When something would be replaced that is read, is not ours, or was not to be replaced.
    pub fn prepare(&self, inputs: &[PathBuf]) -> Result<[Option<SideFile>; 2]> {
        let beside = ["scores.jsonl", "again.jsonl"].map(|end| self.out.map(|out| out.with_extension(end)));
        let reports = || self.html.iter().chain(&self.md).copied();
        let outs = self.out.into_iter().chain(beside.iter().flatten().map(PathBuf::as_path)).chain(reports());
        apart(&outs.collect::<Vec<_>>(), inputs)?;
        for report in reports() {
            not_there(report, self.overwrite || self.resume)?;
            only_over(report, eval::is_report(report), "a report of `rushlight eval`")?;
        }
        if let Some(out) = self.out {
            ensure!(
                out.extension().is_some_and(|e| e == "json"),
                "{}: the result's name must end in .json",
                out.display()
            );
        }
        for path in beside.iter().flatten() {
            let ours = import::is_scores(path) || eval::is_torn(path);
            only_over(path, ours, "scores of `rushlight eval`")?;
        }
        let filled = |path: &&Path| path.metadata().is_ok_and(|file| file.len() > 0);
        let all = self.out.into_iter().chain(beside.iter().flatten().map(PathBuf::as_path));
        if let Some(path) = all.into_iter().find(filled)
            && !self.resume
            && !self.overwrite
        {
            bail!("{} exists; give --resume to go on or --overwrite to replace it", path.display());
        }
        let open = |path: &Option<PathBuf>| {
            let Some(path) = path else { return Ok(None) };
            anyhow::Ok(Some(SideFile::new(path, open_alone(path)?, self.overwrite)))
        };
        Ok([open(&beside[0])?, open(&beside[1])?])
    }

    /// The result that is to be replaced.
    ///
    /// # Errors
    /// When something else stands there.
    pub fn before(&self) -> Result<Option<Outcome>> {
        self.out.filter(|out| out.exists()).map(eval::read).transpose()
    }

    /// Write the result and its reports.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, outcome: &Outcome) -> Result<()> {
        let put = |path: Option<&Path>, text: &dyn Fn() -> String| match path {
            Some(path) => fs::write(path, text()).with_context(|| format!("cannot write {}", path.display())),
            None => Ok(()),
        };
        let json = serde_json::to_string_pretty(outcome)? + "\n";
        put(self.out, &|| json.clone())?;
        put(self.html, &|| eval::html(outcome))?;
        put(self.md, &|| eval::markdown(outcome))
    }
}
