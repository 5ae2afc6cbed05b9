//! The way from an input to its conversations, which verbs share: a file, what belongs together in a folder, or standard input; and the ids that lead back to each.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Result;

use crate::convert::Ids;
use crate::import::{self, Counts, Flow, ImportError, Imported, Input, Options};

/// What is to be said of a file that was read.
pub enum Told {
    /// It, or a part of it, could not be read.
    Failed(String),
    /// It was read with a doubt.
    Doubt(String),
}

/// Where an input lies, as it was given or found in a folder.
pub fn file_of(input: &Input) -> String {
    let file = import::shown(&input.path());
    file.strip_suffix(['/', std::path::MAIN_SEPARATOR]).map_or(file.clone(), str::to_owned)
}

/// Whether an input is standard input.
pub fn is_pipe(input: &Input) -> bool {
    matches!(input, Input::File(path) if path.as_os_str() == "-")
}

/// Hand the conversations of one input to `take`, each under the id that `check` opens it by; what is to be said of the input comes back.
pub fn read_file(
    input: &Input,
    options: &Options,
    take: impl FnMut(Imported) -> Result<()>,
) -> Result<Vec<Told>> {
    let counts = match read(input, options, take)? {
        Err(error) => return Ok(vec![Told::Failed(error.to_string())]),
        Ok(counts) => counts,
    };
    let told = |(kind, told): (import::WarningKind, String)| {
        let message = format!("{}: {told}", import::shown(&input.path()));
        if kind.loses_records() { Told::Failed(message) } else { Told::Doubt(message) }
    };
    Ok(counts.told().map(told).collect())
}

/// The same; what the reading itself ends in comes back.
pub fn read(
    input: &Input,
    options: &Options,
    mut take: impl FnMut(Imported) -> Result<()>,
) -> Result<Result<Counts, ImportError>> {
    let mut names = Names::of(input);
    let named = |mut imported: Imported| {
        let id = names.of_one(&imported.transcript.id);
        imported.transcript.id = id;
        take(imported)
    };
    each(|sink| stream(input, options, sink), named)
}

/// Read an input, whatever it is, with ids as the source has them.
pub fn stream(
    input: &Input,
    options: &Options,
    each: &mut dyn FnMut(Imported) -> Flow,
) -> Result<Counts, ImportError> {
    if !is_pipe(input) {
        return import::read(input, options, each);
    }
    if std::io::stdin().is_terminal() {
        anstream::eprintln!("Paste the conversation, then press Ctrl-D on an empty line.");
    }
    import::read_text("pasted", std::io::stdin().lock(), options, each)
}

/// Let `read` hand conversations to `take`. The first error of `take` ends the reading and comes out; what the reading
/// itself ends in is the value.
pub fn each<T>(
    read: impl FnOnce(&mut dyn FnMut(Imported) -> Flow) -> T,
    mut take: impl FnMut(Imported) -> Result<()>,
) -> Result<T> {
    let mut problem = None;
    let ended = read(&mut |imported| match take(imported) {
        Ok(()) => Flow::Continue(()),
        Err(error) => {
            problem = Some(error);
            Flow::Break(())
        }
    });
    problem.map_or(Ok(ended), Err)
}

/// Ids that differ within an input and begin with where it lies, so that they differ among inputs, too.
struct Names {
    /// `None` for standard input, which cannot be opened again.
    file: Option<String>,
    given: Ids,
}

impl Names {
    fn of(input: &Input) -> Self {
        let file = (!is_pipe(input)).then(|| file_of(input).replace(std::path::MAIN_SEPARATOR, "/"));
        Self { file, given: Ids::default() }
    }

    /// What the source calls `id` (a record has an id of its own) behind the file; the second that is called the same is `id (2)`.
    fn of_one(&mut self, id: &str) -> String {
        let inside = |file: &String| {
            id.strip_prefix(file.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['#', '/']))
        };
        match &self.file {
            Some(file) if !inside(file) => self.given.unique(&format!("{file}#{id}")),
            _ => self.given.unique(id),
        }
    }
}

/// What `path` may mean: a file or standard input with all its conversations, or the one conversation of an id, with the inputs it may be in.
pub fn meant(path: &Path, options: &Options) -> (Vec<Input>, Option<String>) {
    let whole = || (vec![Input::File(path.to_owned())], None);
    let Some(id) = path.to_str().filter(|id| *id != "-" && !path.is_file()) else { return whole() };
    let id = id.strip_suffix('/').unwrap_or(id);
    let mut shorter = id.rmatch_indices(['#', '/']).map(|(at, _)| Path::new(&id[..at]));
    if let Some(file) = shorter.find(|file| file.is_file()) {
        return (vec![Input::File(file.to_owned())], Some(id.to_owned()));
    }
    let before_marks = id.rmatch_indices('#').map(|(at, _)| &id[..at]);
    let mut found = std::iter::once(id).chain(before_marks).map(|name| bundles(Path::new(name), id, options));
    found.find(|bundles| !bundles.is_empty()).map_or_else(whole, |bundles| (bundles, Some(id.to_owned())))
}

/// What belongs together in a folder, or among the files beside each other that begin with one name, and may hold the conversation `id`.
fn bundles(place: &Path, id: &str, options: &Options) -> Vec<Input> {
    let folder = if place.is_dir() { Some(place) } else { place.parent().filter(|_| begins_files(place)) };
    let may_hold = |input: &Input| matches!(input, Input::Bundle { .. }) && id.starts_with(&file_of(input));
    let walked = folder.map(|folder| import::walk(folder, options).inputs).unwrap_or_default();
    walked.into_iter().flatten().filter(may_hold).collect()
}

/// Whether files are there whose names begin with that of `place`.
fn begins_files(place: &Path) -> bool {
    let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else { return false };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let begins =
        |entry: std::fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(name.as_encoded_bytes());
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(begins))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn ids_begin_with_their_file_and_differ() {
        let mut names = Names::of(&Input::File(PathBuf::from("a/all.jsonl")));
        let ids = [
            "j3",
            "exports/x.txt",
            "a/all.jsonl",
            "a/all.jsonl#tea",
            "a/all.jsonl/in.txt",
            "j3",
            "a/all.jsonlx",
        ];
        let found = ids.map(|id| names.of_one(id));
        assert_eq!(
            found,
            [
                "a/all.jsonl#j3",
                "a/all.jsonl#exports/x.txt",
                "a/all.jsonl",
                "a/all.jsonl#tea",
                "a/all.jsonl/in.txt",
                "a/all.jsonl#j3 (2)",
                "a/all.jsonl#a/all.jsonlx"
            ]
        );
        let mut piped = Names::of(&Input::File(PathBuf::from("-")));
        assert_eq!(["j3", "pasted"].map(|id| piped.of_one(id)), ["j3", "pasted"]);
    }
}
