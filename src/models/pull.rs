//! The only client of the network in the program: fetches what is [`Wanted`] from a hub, and gives it its name only when every hash is right.
//!
//! The hub's library names addresses, sends the token and speaks TLS. Its own way to store files is not used: it takes parts of paths from the server.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Error, Result, anyhow, bail, ensure};
use hf_hub::api::sync::{Api, ApiBuilder};
use hf_hub::{Cache, Repo, RepoType};

use super::shelf::{self, Got, hash_file};
use super::wanted::{Piece, Wanted};
use super::{Card, GGUF, TOKENIZER};

/// A card is read into memory before its hash may be known.
const CARD_MOST: u64 = 1 << 20;
/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// What to do.
#[derive(Debug)]
pub struct Request<'a> {
    /// Which files.
    pub wanted: Wanted,
    /// The folder in which the model's own folder will stand.
    pub into: &'a Path,
    /// Replace a model that is there.
    pub overwrite: bool,
    /// Bytes of all files together, at most.
    pub most: u64,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A file begins at this byte, of as many as the server announces.
    File(&'a str, u64, Option<u64>),
    /// So many more bytes are here.
    Bytes(u64),
}

/// What is there now.
#[derive(Debug)]
pub struct Pulled {
    /// Where.
    pub folder: PathBuf,
    /// Each file as it was asked for, with its size and its hash.
    pub files: Vec<Got>,
}

/// Fetch, verify, and only then give the folder its name. What was whole before an interruption is kept.
///
/// # Errors
/// When the folder is there already, the hub cannot be reached or refuses, a file is too large, breaks off or has another hash, or the disk fails.
pub fn pull(request: &Request, tell: &dyn Fn(Progress)) -> Result<Pulled> {
    let folder = request.into.join(&request.wanted.name);
    shelf::refuse_to_replace(&folder, request.overwrite)?;
    let part = request.into.join(format!("{}.part", request.wanted.name));
    fs::create_dir_all(&part).with_context(|| format!("cannot make {}", part.display()))?;
    let hub = Hub::from_env(&part)?;
    let mut run = Run { hub, part: &part, left: request.most, tell };
    let mut files = Vec::new();
    for piece in &request.wanted.pieces {
        files.push(run.fetch(piece)?.with_context(|| run.hub.lacks(piece))?);
    }
    if request.wanted.has_card() {
        let card = files[0].piece.clone();
        for piece in others(&part, &card)? {
            files.push(run.fetch(&piece)?.with_context(|| run.hub.lacks(&piece))?);
        }
        if !files.iter().any(|f| f.piece.name == "CARD.md") {
            files.extend(run.fetch(&card.beside("CARD.md", None)?)?);
        }
    }
    shelf::write_origin(&part, &files)?;
    shelf::clear(&part, &files)?;
    shelf::put_in_place(&part, &folder)?;
    Ok(Pulled { folder, files })
}

/// The files that a card names.
fn others(part: &Path, card: &Piece) -> Result<Vec<Piece>> {
    let path = part.join(&card.name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    // The message only, made plain: the rest would show a stranger's text on the terminal.
    let read = Card::read(&text, |e| anyhow!("it is no model's card: {}", e.message().escape_debug()))
        .with_context(|| format!("model.toml from {}", card.repo))?;
    // A decoder's GGUF lists its own tokens.
    let needed = [GGUF, "head.safetensors", TOKENIZER];
    for name in &needed[..if read.template.is_some() { 2 } else { 3 }] {
        ensure!(read.files.contains_key(*name), "model.toml from {} gives no hash for {name}", card.repo);
    }
    ensure!(!read.files.contains_key("model.toml"), "model.toml from {} names itself", card.repo);
    read.files.iter().map(|(name, hash)| card.beside(name, Some(hash))).collect()
}

/// One pull under way.
struct Run<'a> {
    hub: Hub,
    part: &'a Path,
    left: u64,
    tell: &'a dyn Fn(Progress),
}

impl Run<'_> {
    /// A file, whole and with the right hash; `None` if the hub has none of that name.
    fn fetch(&mut self, piece: &Piece) -> Result<Option<Got>> {
        let (whole, partial) = (self.part.join(&piece.name), self.part.join(format!("{}.part", piece.name)));
        let got = match self.kept(piece, &whole, &partial)? {
            Some(got) => got,
            None if !self.download(piece, &partial)? => return Ok(None),
            None => {
                let got = self.verify(piece, &partial)?;
                rename(&partial, &whole)?;
                got
            }
        };
        self.left = self.left.saturating_sub(got.size);
        Ok(Some(got))
    }

    /// What an earlier run has left, if its hash is right. Without a hash nothing says whether it is whole, or of one piece.
    fn kept(&self, piece: &Piece, whole: &Path, partial: &Path) -> Result<Option<Got>> {
        for path in [whole, partial].into_iter().filter(|p| p.is_file()) {
            let (size, sha256) = hash_file(path)?;
            if piece.sha256.as_ref() == Some(&sha256) {
                if path == partial {
                    rename(partial, whole)?;
                }
                return Ok(Some(Got { piece: piece.clone(), size, sha256 }));
            }
            if path == whole || piece.sha256.is_none() {
                fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(None)
    }

    /// Whether the hub has it. Goes on where `partial` ends, if the hub can.
    fn download(&self, piece: &Piece, partial: &Path) -> Result<bool> {
        let here = fs::metadata(partial).map_or(0, |m| m.len());
        let Some(Sent { from: start, size, body }) = self.open(piece, here)? else { return Ok(false) };
        ensure!(
            size.is_some() || piece.sha256.is_some(),
            "{} does not say how long {} is, and no hash would show that its end is missing",
            self.hub.host,
            piece.name
        );
        let most = match piece.name.as_str() {
            "model.toml" | "CARD.md" => self.left.min(CARD_MOST),
            _ => self.left,
        };
        ensure!(size.is_none_or(|s| s <= most), too_large(piece, most));
        (self.tell)(Progress::File(&piece.name, start, size));
        let cannot_write = || cannot_write(partial);
        let mut file =
            OpenOptions::new().create(true).append(true).open(partial).with_context(cannot_write)?;
        file.set_len(start).with_context(cannot_write)?;
        let copied = self.copy(piece, body, &mut file, partial, (start, most));
        // A part without a hash can never be gone on with, and one that is too large must not stay.
        let useless = piece.sha256.is_none() || file.metadata().is_ok_and(|m| m.len() > most);
        if copied.is_err() && useless {
            let _ = fs::remove_file(partial);
        }
        let end = copied?;
        file.sync_all().with_context(cannot_write)?;
        ensure!(
            size.is_none_or(|s| s == end),
            "{} sent {end} bytes of {}, not all",
            self.hub.host,
            piece.name
        );
        Ok(true)
    }

    /// The bytes of a file from `start` on, or from 0; `None` if the hub has no such file.
    fn open(&self, piece: &Piece, start: u64) -> Result<Option<Sent>> {
        let usable =
            |answer: &Answer| matches!(answer, Answer::Body(sent) if [0, start].contains(&sent.from));
        let mut answer = self.hub.ask(piece, start)?;
        if start > 0 && !usable(&answer) {
            answer = self.hub.ask(piece, 0)?;
        }
        ensure!(
            usable(&answer) || !matches!(answer, Answer::Body(_)),
            "{} sends another part of {} than asked",
            self.hub.host,
            piece.name
        );
        Ok(if let Answer::Body(sent) = answer { Some(sent) } else { None })
    }

    /// Returns how long the file is now.
    fn copy(
        &self,
        piece: &Piece,
        mut body: Box<dyn Read>,
        file: &mut File,
        path: &Path,
        (start, most): (u64, u64),
    ) -> Result<u64> {
        let mut block = vec![0; 1 << 16];
        let mut end = start;
        loop {
            let n = match body.read(&mut block) {
                Ok(0) => return Ok(end),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.hub.broke_off(piece, &error)),
            };
            end += n as u64;
            file.write_all(&block[..n]).with_context(|| cannot_write(path))?;
            ensure!(end <= most, too_large(piece, most));
            (self.tell)(Progress::Bytes(n as u64));
        }
    }

    fn verify(&self, piece: &Piece, partial: &Path) -> Result<Got> {
        let (size, sha256) = hash_file(partial)?;
        if let Some(expected) = &piece.sha256
            && *expected != sha256
        {
            fs::remove_file(partial).with_context(|| format!("cannot remove {}", partial.display()))?;
            bail!(
                "{} from {} is not the file that was expected (its SHA-256 is {sha256}, and {} says {expected}); it was deleted. \
                 Run the same command again; if that does not help, {} holds another file",
                piece.name,
                piece.repo,
                piece.bound,
                self.hub.host
            );
        }
        Ok(Got { piece: piece.clone(), size, sha256 })
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("cannot write {}", to.display()))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}; if the disk is full, make room, and run the same command again", path.display())
}

fn too_large(piece: &Piece, most: u64) -> String {
    format!("{} from {} has more than the {most} bytes it may have here (see --most)", piece.name, piece.repo)
}

/// A hub, and what a request to it needs.
struct Hub {
    api: Api,
    host: String,
    secure: bool,
    token: bool,
}

/// Bytes on their way.
struct Sent {
    /// Which byte of the file comes first.
    from: u64,
    /// How long the whole file is, if the hub says so.
    size: Option<u64>,
    body: Box<dyn Read>,
}

/// What the hub says to a request for a file.
enum Answer {
    /// It has it.
    Body(Sent),
    /// It has none.
    Missing,
    /// It has fewer bytes than are here already.
    PastEnd,
}

impl Hub {
    /// The hub that `HF_ENDPOINT` names, or the library's own; with the token in `HF_TOKEN` and no other: nothing is read from the home folder.
    fn from_env(part: &Path) -> Result<Self> {
        let variable = |name| std::env::var(name).ok().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let (endpoint, token) = (variable("HF_ENDPOINT"), variable("HF_TOKEN"));
        let mut builder = ApiBuilder::from_cache(Cache::new(part.join("hub")))
            .with_token(token.clone())
            .with_user_agent("rushlight", env!("CARGO_PKG_VERSION"));
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
        }
        let api = builder.build().context("the client of the network cannot start")?;
        let address = api.model("a/b".to_owned()).url("c");
        let Some((scheme @ ("http" | "https"), rest)) = address.split_once("://") else {
            bail!("HF_ENDPOINT must begin with http:// or https://")
        };
        let host = rest.split('/').next().unwrap_or_default();
        ensure!(!host.is_empty() && !host.contains('@'), "HF_ENDPOINT must name a host, without a password");
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        let (secure, near) = (scheme == "https", ["127.0.0.1", "localhost"].contains(&name));
        ensure!(
            secure || near || token.is_none(),
            "HF_TOKEN would travel to {host} for all to read; use an address with https:// or unset it"
        );
        Ok(Self { host: host.to_owned(), secure, token: token.is_some(), api })
    }

    /// Ask for a file from a byte on.
    fn ask(&self, piece: &Piece, start: u64) -> Result<Answer> {
        let repo = Repo::with_revision(piece.repo.clone(), RepoType::Model, piece.revision.clone());
        let repo = self.api.repo(repo);
        // Packed bytes could not be counted against what is announced.
        let mut request =
            repo.info_request().uri(repo.url(&piece.path)).header("Accept-Encoding", "identity");
        if start > 0 {
            request = request.header("Range", format!("bytes={start}-"));
        }
        let request = request
            .config()
            .http_status_as_error(false)
            .https_only(self.secure)
            .timeout_connect(Some(SILENCE))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .build();
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok());
        let (from, size) = match response.status().as_u16() {
            200 => (0, header("content-length").and_then(|v| v.parse().ok())),
            206 => {
                let range = header("content-range").and_then(range);
                range.with_context(|| format!("{} answers without saying which bytes it sends", self.host))?
            }
            404 => return Ok(Answer::Missing),
            416 if start > 0 => return Ok(Answer::PastEnd),
            status => return Err(self.refused(status, piece)),
        };
        let packed = header("content-encoding").is_some_and(|v| v != "identity");
        let size = size.filter(|_| !packed);
        Ok(Answer::Body(Sent { from, size, body: Box::new(response.into_body().into_reader()) }))
    }

    fn lacks(&self, piece: &Piece) -> String {
        let Piece { repo, revision, path, .. } = piece;
        format!(
            "{} has no {path} in {repo} at {revision} (404); look at the spelling, or name what it has with --file",
            self.host
        )
    }

    fn unreachable(&self, error: &dyn std::fmt::Display) -> Error {
        anyhow!(
            "this computer cannot reach {} ({}); try again, name a mirror in HF_ENDPOINT, or pull on another computer and copy the folder (see README.md)",
            self.host,
            error.to_string().escape_debug()
        )
    }

    fn broke_off(&self, piece: &Piece, error: &io::Error) -> Error {
        let next = match piece.sha256 {
            Some(_) => "goes on from here",
            None => "begins this file anew, since no hash binds it",
        };
        anyhow!(
            "the connection to {} broke off while {} came ({}); the same command {next}",
            self.host,
            piece.name,
            error.to_string().escape_debug()
        )
    }

    fn refused(&self, status: u16, piece: &Piece) -> Error {
        let (host, repo) = (&self.host, &piece.repo);
        match status {
            401 | 403 if self.token => anyhow!(
                "{host} does not give {repo} to the token in HF_TOKEN ({status}): it may be wrong, or the model's terms not yet accepted"
            ),
            401 | 403 => anyhow!(
                "{host} does not give {repo} to just anyone ({status}): it is private, needs terms accepted, or is not there; put a token that may read it into HF_TOKEN"
            ),
            429 | 500.. => anyhow!("{host} cannot answer now ({status}); try again later"),
            _ => anyhow!("{host} answers {status} when asked for {} of {repo}", piece.path),
        }
    }
}

/// `bytes FROM-TO/ALL`, as FROM and ALL.
fn range(header: &str) -> Option<(u64, Option<u64>)> {
    let (bytes, all) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (from, _) = bytes.split_once('-')?;
    Some((from.parse().ok()?, all.parse().ok()))
}
