//! What to pull: a name of `models/manifest.toml` or a repository on a hub, which files of it, and which hashes bind them.
//! Every name is checked here, since it becomes a part of a path and of an address. Nothing here calls out.

use std::fmt;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

const MANIFEST: &str = include_str!("../../models/manifest.toml");

/// What will be pulled into one folder.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The folder's name.
    pub name: String,
    /// The files that are asked for at first. If `model.toml` is among them, it names the others.
    pub pieces: Vec<Piece>,
}

/// One file on the hub.
#[derive(Clone, Debug)]
pub struct Piece {
    /// `OWNER/REPO`.
    pub repo: String,
    /// A branch, a tag or a commit.
    pub revision: String,
    /// Where it lies in the repository.
    pub path: String,
    /// Its name in the folder.
    pub name: String,
    /// SHA-256 that it must have, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Who says so.
    pub bound: Bound,
}

/// What says which file is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This release.
    Manifest,
    /// Whoever called the program.
    Asked,
    /// The model's card, which is itself a file that something must bind.
    Card,
    /// Nothing: it is what the server sent.
    Nothing,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manifest => "the manifest",
            Self::Asked => "--sha256",
            Self::Card => "model.toml",
            Self::Nothing => "nothing",
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    model: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    summary: String,
    license: String,
    repo: Option<String>,
    revision: Option<String>,
    sha256: Option<String>,
    #[serde(default)]
    file: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    repo: String,
    revision: Option<String>,
    path: String,
    #[serde(rename = "as")]
    name: Option<String>,
    sha256: Option<String>,
}

impl Wanted {
    /// Understand `NAME` or `OWNER/REPO[@REVISION]`, `--file` and `--sha256 [FILE=]HEX`.
    ///
    /// # Errors
    /// When the name is unknown, a name could lead out of the folder, or a hash is none or belongs to no file.
    pub fn parse(what: &str, files: &[String], hashes: &[String]) -> Result<Self> {
        let mut wanted = if what.contains('/') {
            Self::on_hub(what, files)?
        } else {
            ensure!(files.is_empty(), "--file is for OWNER/REPO; the manifest says which files {what:?} has");
            Self::listed(what)?
        };
        for hash in hashes {
            wanted.bind(hash)?;
        }
        Ok(wanted)
    }

    fn on_hub(what: &str, files: &[String]) -> Result<Self> {
        let (repo, revision) = what.split_once('@').unwrap_or((what, "main"));
        let name = check_own(check_repo(repo)?)?.to_owned();
        let card = ["model.toml".to_owned()];
        let files = if files.is_empty() { &card } else { files };
        let piece = |path: &String| Piece::new(repo, revision, path, None, None, Bound::Nothing);
        Self { name, pieces: files.iter().map(piece).collect::<Result<_>>()? }.checked()
    }

    fn listed(name: &str) -> Result<Self> {
        let entries = manifest()?;
        let known: Vec<&str> = entries.iter().map(|e| e.name.as_str()).collect();
        let Some(entry) = entries.iter().find(|e| e.name == name) else {
            bail!(
                "no model {name:?} in the manifest of this release, which lists: {}; for any other give OWNER/REPO",
                known.join(", ")
            )
        };
        entry.wanted().with_context(|| format!("models/manifest.toml, {name}"))
    }

    /// Names that are not there twice, and none that this program writes itself.
    fn checked(self) -> Result<Self> {
        for (at, piece) in self.pieces.iter().enumerate() {
            let twice = self.pieces[..at].iter().any(|p| p.name.eq_ignore_ascii_case(&piece.name));
            ensure!(!twice, "two files would be called {}", piece.name);
        }
        let card = self.has_card();
        ensure!(
            !card || self.pieces.len() == 1,
            "model.toml names the other files of its folder: leave --file away"
        );
        Ok(self)
    }

    /// Whether a `model.toml` says what else belongs to it.
    pub fn has_card(&self) -> bool {
        self.pieces.iter().any(|p| p.name == "model.toml")
    }

    fn bind(&mut self, given: &str) -> Result<()> {
        let (file, hash) = match given.split_once('=') {
            Some((file, hash)) => (Some(file), hash),
            None => (None, given),
        };
        let hash = check_hash(hash)?;
        let piece = match (file, self.pieces.as_mut_slice()) {
            (None, [only]) => only,
            (None, _) => bail!("--sha256 must say of which file: --sha256 FILE={hash}"),
            (Some(file), pieces) => match pieces.iter_mut().find(|p| p.name == file || p.path == file) {
                Some(piece) => piece,
                None => bail!("--sha256 names {file:?}, which is not among the files to pull"),
            },
        };
        ensure!(
            piece.sha256.as_ref().is_none_or(|known| *known == hash),
            "--sha256 for {} is not the hash that this release knows",
            piece.name
        );
        if piece.bound == Bound::Nothing {
            (piece.sha256, piece.bound) = (Some(hash), Bound::Asked);
        }
        Ok(())
    }
}

impl Entry {
    fn wanted(&self) -> Result<Wanted> {
        check_name(&self.name)?;
        ensure!(!self.summary.is_empty() && !self.license.is_empty(), "no summary or licence");
        let main = |revision: &Option<String>| revision.clone().unwrap_or_else(|| "main".to_owned());
        let pieces = match &self.repo {
            Some(repo) => {
                ensure!(self.file.is_empty(), "either repo or files");
                let hash = self.sha256.as_deref();
                vec![Piece::new(repo, &main(&self.revision), "model.toml", None, hash, Bound::Manifest)?]
            }
            None => {
                ensure!(self.sha256.is_none() && self.revision.is_none(), "each file has its own");
                let piece = |f: &Listed| {
                    let (name, hash) = (f.name.as_deref(), f.sha256.as_deref());
                    Piece::new(&f.repo, &main(&f.revision), &f.path, name, hash, Bound::Manifest)
                };
                self.file.iter().map(piece).collect::<Result<_>>()?
            }
        };
        ensure!(!pieces.is_empty(), "neither repo nor files");
        Wanted { name: self.name.clone(), pieces }.checked()
    }
}

impl Piece {
    fn new(
        repo: &str,
        revision: &str,
        path: &str,
        name: Option<&str>,
        sha256: Option<&str>,
        bound: Bound,
    ) -> Result<Self> {
        check_repo(repo)?;
        for part in revision.split('/').chain(path.split('/')) {
            check_name(part)?;
        }
        let name = name.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path));
        let sha256 = sha256.map(check_hash).transpose()?;
        Ok(Self {
            repo: repo.to_owned(),
            revision: revision.to_owned(),
            path: path.to_owned(),
            name: check_own(name)?.to_owned(),
            bound: if sha256.is_some() { bound } else { Bound::Nothing },
            sha256,
        })
    }

    /// Another file beside this one, bound by the card or by nothing.
    ///
    /// # Errors
    /// When its name could lead out of the folder.
    pub fn beside(&self, name: &str, sha256: Option<&str>) -> Result<Self> {
        let folder = self.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        Self::new(&self.repo, &self.revision, &format!("{folder}{name}"), None, sha256, Bound::Card)
    }
}

fn manifest() -> Result<Vec<Entry>> {
    let manifest: Manifest = toml::from_str(MANIFEST).context("models/manifest.toml cannot be read")?;
    Ok(manifest.model)
}

/// `OWNER/REPO`; gives the second half.
fn check_repo(repo: &str) -> Result<&str> {
    match repo.split('/').collect::<Vec<_>>()[..] {
        [owner, name] => check_name(owner).and_then(|_| check_name(name)),
        _ => bail!("{repo:?} is not OWNER/REPO"),
    }
}

/// A name that is the same on every system and stays where it is put.
fn check_name(name: &str) -> Result<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let fits = (1..=96).contains(&name.len())
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.ends_with('.')
        && !name.contains("..");
    ensure!(
        fits,
        "{name:?} cannot be a name here: letters, digits, dots, dashes and underscores only, a letter or digit first, and no \"..\""
    );
    Ok(name)
}

/// A file's name that is not one of those this program makes itself.
fn check_own(name: &str) -> Result<&str> {
    check_name(name)?;
    let taken = name.eq_ignore_ascii_case("pulled.toml") || name.to_ascii_lowercase().ends_with(".part");
    ensure!(!taken, "a file called {name:?} cannot be pulled: rushlight writes files of that name itself");
    Ok(name)
}

fn check_hash(hash: &str) -> Result<String> {
    let fits = hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit());
    ensure!(fits, "{hash:?} is no SHA-256, which has 64 hexadecimal digits");
    Ok(hash.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(what: &str, files: &[&str], hashes: &[&str]) -> Result<Wanted> {
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        Wanted::parse(what, &owned(files), &owned(hashes))
    }

    #[test]
    fn every_entry_of_the_manifest_is_sound_and_none_is_there_twice() {
        let entries = manifest().unwrap();
        for (at, entry) in entries.iter().enumerate() {
            entry.wanted().unwrap();
            assert!(entries[..at].iter().all(|e| e.name != entry.name));
        }
    }

    #[test]
    fn a_repository_is_a_model_folder_unless_files_are_named() {
        let folder = parse("some/model@v1.2", &[], &[]).unwrap();
        assert!(folder.has_card() && folder.name == "model" && folder.pieces[0].revision == "v1.2");
        let files = parse("some/model", &["sub/a.gguf", "b.json"], &[]).unwrap();
        assert_eq!(files.pieces.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a.gguf", "b.json"]);
        assert!(files.pieces.iter().all(|p| p.bound == Bound::Nothing));
    }

    #[test]
    fn a_hash_binds_the_file_it_names() {
        let hash = "AB".repeat(32);
        let one = parse("some/model", &[], &[&hash]).unwrap();
        assert_eq!(one.pieces[0].sha256.as_deref(), Some(hash.to_lowercase().as_str()));
        let named = format!("b={hash}");
        assert_eq!(parse("some/model", &["a", "b"], &[&named]).unwrap().pieces[1].bound, Bound::Asked);
        assert!(parse("some/model", &["a", "b"], &[&hash]).is_err());
        assert!(parse("some/model", &["a"], &[&named]).is_err());
        assert!(parse("some/model", &[], &["abc"]).is_err());
    }

    #[test]
    fn names_that_could_lead_elsewhere_are_refused() {
        for what in
            ["../x", "a/..", "/etc/x", "a/b/c", "a/b@../c", "a/b@", "a/b c", "a/b?x", "a/b%2e", "a/.b", "a/"]
        {
            assert!(parse(what, &[], &[]).is_err(), "{what}");
        }
        for file in ["../x", "/x", "a//b", "a/../b", "", "x.part", "pulled.toml", "a\\b", "a\u{1b}", "c:x"] {
            assert!(parse("a/b", &[file], &[]).is_err(), "{file}");
        }
        assert!(parse("a/b", &["x/same", "y/same"], &[]).is_err());
    }
}
