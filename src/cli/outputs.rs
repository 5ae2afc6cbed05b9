//! What every verb that writes a file shares: it writes over nothing that it reads, over nothing that is not its own, and not where another run writes.

use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::import;

/// # Errors
/// When a file to be written is one of those to be read, or another of those to be written, by whatever name.
pub fn apart(outs: &[&Path], inputs: &[PathBuf]) -> Result<()> {
    for (at, out) in outs.iter().enumerate() {
        let there = place(out);
        let same = inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == there));
        ensure!(
            !same,
            "{} is to be read and to be written; give another name for what is written",
            out.display()
        );
        let twice = outs[..at].iter().any(|other| place(other) == there);
        ensure!(!twice, "{} is to be written twice; give each output a name of its own", out.display());
    }
    Ok(())
}

/// Where a file lies, or will lie.
fn place(out: &Path) -> PathBuf {
    if let Ok(there) = out.canonicalize() {
        return there;
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder
        .canonicalize()
        .map_or_else(|_| out.to_owned(), |folder| folder.join(out.file_name().unwrap_or_default()))
}

/// # Errors
/// When a file is there that holds something else than what `score` or `scripts` writes, such as an export.
pub fn only_over_results(out: &Path) -> Result<()> {
    only_over(out, import::is_results(out), "results of rushlight")
}

/// # Errors
/// When a file is there that holds something else than `what`, which `ours` says of it.
pub fn only_over(out: &Path, ours: bool, what: &str) -> Result<()> {
    let empty = std::fs::metadata(out).map_or(true, |file| !file.is_file() || file.len() == 0);
    ensure!(
        empty || ours,
        "{} holds something else than {what}, and is not replaced; give another name for what is written",
        out.display()
    );
    Ok(())
}

/// # Errors
/// When a file is there and is not to be replaced.
pub fn not_there(out: &Path, overwrite: bool) -> Result<()> {
    ensure!(overwrite || !out.is_file(), "{} exists; give --overwrite to replace it", out.display());
    Ok(())
}

/// Whether a file begins with one of some texts.
pub fn begins(path: &Path, with: &[&str]) -> bool {
    let longest = with.iter().map(|text| text.len()).max().unwrap_or_default();
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(longest as u64).read_to_end(&mut head));
    read.is_ok() && with.iter().any(|text| head.starts_with(text.as_bytes()))
}

/// The name of a file that is not complete.
pub fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Open a file to be read and written, or make it, and keep other runs from writing to it as long as it is open.
///
/// # Errors
/// When it cannot be written, or another run writes to it. Where the system has no locks there are none.
pub fn open_alone(path: &Path) -> Result<File> {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    lock(&file, path)?;
    Ok(file)
}

fn lock(file: &File, path: &Path) -> Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            bail!("{}: another run is writing to it; wait for its end, or give another --out", path.display())
        }
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_by_two_names_is_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        let again = dir.path().join("./a");
        apart(&[&a, &b], &[]).unwrap();
        assert!(apart(&[&a, &again], &[]).unwrap_err().to_string().contains("twice"));
        std::fs::write(&a, "x").unwrap();
        assert!(apart(&[&again], std::slice::from_ref(&a)).unwrap_err().to_string().contains("to be read"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&a, &b).unwrap();
            assert!(apart(&[&b], std::slice::from_ref(&a)).is_err());
        }
        assert!(not_there(&a, false).is_err() && only_over(&a, false, "y").is_err());
        not_there(&a, true).unwrap();
    }

    #[test]
    fn a_file_is_written_by_one_run_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let one = open_alone(&path).unwrap();
        assert!(open_alone(&path).unwrap_err().to_string().contains("another run"));
        drop(one);
        open_alone(&path).unwrap();
    }
}
