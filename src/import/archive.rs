//! Exports of many files: zips, tars and folders, read without unpacking to disk. Media in them is counted, never opened.
//!
//! A format may claim files that only make sense together ([`Bundle`]); the others are read one by one. Sizes written in
//! an archive are not believed: what comes out is counted against [`super::Limits`].

mod folder;
mod guard;
mod tar;
mod zip;

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use super::error::{ArchiveProblem, ImportError};
use super::warning::WarningKind;
use super::{FORMATS, Format, Limits, Options, read_stream};
use crate::import::chats::sink::Sink;
use crate::import::intake::files;
use crate::import::intake::source::Source;
use crate::import::records::csv::roster;

pub(super) use folder::Folder;
pub(super) use guard::inflate;
pub(super) use tar::{is_tar, read as read_tar};
pub(super) use zip::{is_zip, read as read_zip};

/// How many archives may lie in each other.
pub(super) const DEEPEST: usize = 3;

/// Files of an archive or a folder that are one export together, such as messages and the list of their users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The folder they lie below, without a `/` at its end; empty for the top.
    pub root: String,
    /// Their names from the top, sorted.
    pub entries: Vec<String>,
}

impl Bundle {
    /// All of `entries` below the folder in which a file called `mark` lies, for each such folder.
    pub fn around(mark: &str, entries: &[String]) -> Vec<Self> {
        let roots = entries.iter().filter_map(|e| {
            let root = e.strip_suffix(mark)?;
            (root.is_empty() || root.ends_with('/')).then(|| root.to_owned())
        });
        roots.map(|root| Self::below(&root, entries)).collect()
    }

    fn below(root: &str, entries: &[String]) -> Self {
        let entries = entries.iter().filter(|e| e.starts_with(root)).cloned().collect();
        Self { root: root.trim_end_matches('/').to_owned(), entries }
    }

    /// Those of `entries` that are parts of one thing, by what `whole` names it; not what is in one part alone.
    pub fn of_parts<'e>(entries: &'e [String], whole: impl Fn(&'e str) -> Option<&'e str>) -> Vec<Self> {
        let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for entry in entries {
            if let Some(name) = whole(entry) {
                parts.entry(name).or_default().push(entry.clone());
            }
        }
        let bundle = |(root, entries): (&str, Vec<String>)| Self { root: root.to_owned(), entries };
        parts.into_iter().map(bundle).filter(|bundle| bundle.entries.len() > 1).collect()
    }

    /// The name of the file `inner` of the bundle, from the top.
    pub fn path(&self, inner: &str) -> String {
        if self.root.is_empty() { inner.to_owned() } else { format!("{}/{inner}", self.root) }
    }

    /// What the chats of the bundle are named after: `outer`, the archive or folder, and the folder in it.
    pub fn name_in(&self, outer: &str) -> String {
        if self.root.is_empty() { outer.to_owned() } else { format!("{outer}/{}", self.root) }
    }

    /// Whether the bundle has the file `inner`.
    pub fn has(&self, inner: &str) -> bool {
        self.entries.binary_search(&self.path(inner)).is_ok()
    }
}

/// The files of an archive or a folder, for a format that needs several of them.
pub trait Entries {
    /// The archive's or folder's own name.
    fn name(&self) -> &str;
    /// One file, to be read once, by its name from the top.
    fn open(&mut self, entry: &str, sink: &Sink<'_>) -> Result<Source<'_>, ImportError>;
}

/// A bundle and the format that claims it.
pub(super) type Claim = (&'static dyn Format, Bundle);

/// Which formats claim which of `names`, which must be sorted. Nothing is claimed twice; earlier formats go first.
pub(super) fn claims(names: &[String], options: &Options) -> Vec<Claim> {
    let mut free: Vec<String> = names
        .iter()
        .filter(|n| !files::is_hidden(n) && !files::is_unfinished(n) && !n.ends_with('/'))
        .cloned()
        .collect();
    let asked = |f: &dyn Format| options.format.as_deref().is_none_or(|a| a.eq_ignore_ascii_case(f.name()));
    let mut claims = Vec::new();
    for format in FORMATS.iter().filter(|f| asked(**f)) {
        for bundle in format.bundles(&free) {
            let taken: HashSet<&String> = bundle.entries.iter().collect();
            if bundle.entries.is_empty() || !bundle.entries.iter().all(|e| free.binary_search(e).is_ok()) {
                continue;
            }
            free.retain(|name| !taken.contains(name));
            claims.push((*format, bundle));
        }
    }
    claims
}

/// What one archive has cost so far, and the first thing that went wrong in it.
struct Tally<'n> {
    name: &'n str,
    depth: usize,
    limits: Limits,
    unpacked: Cell<u64>,
    failed: Option<ImportError>,
    /// The first entry that is a chat in a form that is not read.
    foreign: Option<ImportError>,
    /// The first entry that has nothing in it.
    empty: Option<ImportError>,
    before: u64,
}

impl<'n> Tally<'n> {
    fn new(name: &'n str, depth: usize, sink: &Sink<'_>) -> Result<Self, ImportError> {
        if depth >= DEEPEST {
            return Err(ImportError::archive(name, ArchiveProblem::TooDeep));
        }
        let (limits, before) = (sink.options().limits, sink.conversations());
        Ok(Self {
            name,
            depth,
            limits,
            unpacked: Cell::new(0),
            failed: None,
            foreign: None,
            empty: None,
            before,
        })
    }

    /// Read the entry called `entry`; `false` when the archive should be left alone.
    fn read(&mut self, entry: &str, stream: Box<dyn Read + '_>, sink: &mut Sink<'_>) -> bool {
        let name = format!("{}/{entry}", self.name);
        let result = read_stream(&name, None, stream, self.depth + 1, sink);
        self.judge(result, sink)
    }

    /// Read a bundle; `false` when the archive should be left alone.
    fn read_bundle(
        &mut self,
        (format, bundle): &Claim,
        files: &mut dyn Entries,
        sink: &mut Sink<'_>,
    ) -> bool {
        let result = read_bundle(*format, bundle, files, sink);
        self.judge(result, sink)
    }

    fn judge(&mut self, result: Result<(), ImportError>, sink: &mut Sink<'_>) -> bool {
        match result {
            Ok(()) => {}
            Err(ImportError::Empty { name }) => {
                sink.note_empty(&name);
                self.empty.get_or_insert(ImportError::Empty { name });
            }
            Err(error) if error.is_no_chat() || is_of_people(&error) => {
                sink.doubt(WarningKind::SkippedEntry, 0);
                if matches!(error, ImportError::Foreign { general: false, .. }) {
                    self.foreign.get_or_insert(error);
                }
            }
            Err(error) => {
                let bomb = matches!(error, ImportError::Archive { problem: ArchiveProblem::Bomb, .. });
                self.failed.get_or_insert(error);
                return !bomb && !sink.is_stopped();
            }
        }
        !sink.is_stopped()
    }

    /// How the reading of the archive ended.
    fn outcome(self, sink: &Sink<'_>) -> Result<(), ImportError> {
        match self.failed {
            Some(error) => Err(error),
            None if sink.conversations() == self.before && !sink.is_stopped() => {
                let nothing = || ImportError::archive(self.name, ArchiveProblem::NoChat);
                Err(self.foreign.or(self.empty).unwrap_or_else(nothing))
            }
            None => Ok(()),
        }
    }
}

/// Whether what could not be read is a table without words, which its name says to be one of people.
fn is_of_people(error: &ImportError) -> bool {
    matches!(error, ImportError::NoSuchColumn { name, .. } if roster::is_of_people(name))
}

/// Read a bundle as its format, and count what was left unopened.
pub(super) fn read_bundle(
    format: &'static dyn Format,
    bundle: &Bundle,
    files: &mut dyn Entries,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    sink.start(format.name());
    bundle.entries.iter().filter(|e| files::is_media(e)).for_each(|_| sink.count_media());
    format.read_bundle(bundle, files, sink)
}

/// Whether an entry is to be opened. Media, and what is hidden or unfinished by its name, is counted here.
fn wanted(entry: &str, sink: &mut Sink<'_>) -> bool {
    if entry.ends_with('/') || files::is_of_macos(entry) {
        return false;
    }
    if files::is_hidden(entry) || files::is_unfinished(entry) {
        sink.doubt(WarningKind::HiddenEntry, 0);
        return false;
    }
    let media = files::is_media(entry);
    if media {
        sink.count_media();
    }
    !media
}

/// Entry names with one kind of slash, as Windows has written both, and without `./` in front.
fn clean(name: &str) -> String {
    let name = name.replace('\\', "/");
    name.strip_prefix("./").map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_what_lies_below_its_mark() {
        let names = ["a/users.json", "a/x/1.json", "b/users.json.bak", "c"].map(str::to_owned);
        let bundles = Bundle::around("users.json", &names);
        assert_eq!(bundles.len(), 1);
        assert_eq!((bundles[0].root.as_str(), bundles[0].entries.len()), ("a", 2));
        assert!(bundles[0].has("x/1.json") && !bundles[0].has("c"));
        assert_eq!(Bundle::around("c", &names)[0].entries.len(), 4);
    }
}
