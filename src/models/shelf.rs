//! Where a pulled model is put: beside its place until it is whole, then in its place in one step. Nothing here calls out.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest, Sha256};

use super::wanted::Piece;

/// A file that is whole.
#[derive(Debug)]
pub struct Got {
    /// What was asked for.
    pub piece: Piece,
    /// In bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// Whether a folder may be given this name: if there is one, only when asked, and only if it holds a model.
pub(super) fn refuse_to_replace(folder: &Path, overwrite: bool) -> Result<()> {
    if fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    ensure!(overwrite, "{} is there already; --overwrite replaces it", folder.display());
    let model = ["model.toml", "pulled.toml"].iter().any(|name| folder.join(name).is_file());
    ensure!(
        model,
        "{} holds no model, so it is not replaced; choose another place with --to",
        folder.display()
    );
    Ok(())
}

/// Where the files came from, for whoever asks later; the program does not read it.
pub(super) fn write_origin(part: &Path, files: &[Got]) -> Result<()> {
    let mut text =
        format!("# Written by `rushlight models pull` of rushlight {}.\n", env!("CARGO_PKG_VERSION"));
    for Got { piece, size, sha256 } in files {
        // All of these were checked to be free of quotes and backslashes.
        text += &format!(
            "\n[\"{}\"]\nrepo = \"{}\"\nrevision = \"{}\"\npath = \"{}\"\nbytes = {size}\nsha256 = \"{sha256}\"\nbound_by = \"{}\"\n",
            piece.name, piece.repo, piece.revision, piece.path, piece.bound
        );
    }
    let path = part.join("pulled.toml");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Remove what an earlier, different run left behind.
pub(super) fn clear(part: &Path, files: &[Got]) -> Result<()> {
    for entry in fs::read_dir(part)?.flatten() {
        let ours = |name: &str| name == "pulled.toml" || files.iter().any(|f| f.piece.name == name);
        if !entry.file_name().to_str().is_some_and(ours) {
            let path = entry.path();
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Give the folder its name in one step. A model that stood there is moved aside first, and removed last.
pub(super) fn put_in_place(part: &Path, folder: &Path) -> Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let old = folder.with_file_name(format!("{name}.old.part"));
    let replaces = fs::symlink_metadata(folder).is_ok();
    if replaces {
        if fs::symlink_metadata(&old).is_ok() {
            fs::remove_dir_all(&old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
        fs::rename(folder, &old).with_context(|| format!("cannot move {}", folder.display()))?;
    }
    fs::rename(part, folder).with_context(|| format!("cannot give {} its name", folder.display()))?;
    if replaces {
        fs::remove_dir_all(&old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    Ok(())
}

/// Size and SHA-256 of a file of any size.
pub(super) fn hash_file(path: &Path) -> Result<(u64, String)> {
    let cannot_read = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(cannot_read)?;
    let (mut hash, mut size, mut block) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let n = file.read(&mut block).with_context(cannot_read)?;
        if n == 0 {
            break;
        }
        hash.update(&block[..n]);
        size += n as u64;
    }
    Ok((size, hash.finalize().iter().map(|b| format!("{b:02x}")).collect()))
}
