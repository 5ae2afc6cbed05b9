//! Every file below a folder that could be a chat, in a stable order, and the names files go by.

use std::fs::File;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::archive::{self, Bundle};
use super::error::ImportError;
use super::{Options, detect, is_results, is_scores};
use crate::import::exports::messenger;
use crate::import::intake::files::{
    is_about_others, is_document, is_hidden, is_media, is_of_macos, is_of_the_system, is_unfinished,
};
use crate::import::intake::source::{self, Sample};

/// Bytes as text; what is no UTF-8 stands there as `\xFF`, so that different names stay different.
pub(super) fn readable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        chunk.invalid().iter().for_each(|b| text += &format!("\\x{b:02X}"));
    }
    text
}

/// The path as text, which differs where paths do.
pub fn shown(path: &Path) -> String {
    readable(path.as_os_str().as_encoded_bytes())
}

/// The path as text, with `/` between its parts on every system.
pub(super) fn name_of(path: &Path) -> String {
    let name = shown(path);
    if std::path::MAIN_SEPARATOR == '/' { name } else { name.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// Something to be read: a file, or files of a folder that only make sense together.
#[derive(Clone, Debug)]
pub enum Input {
    /// One file.
    File(PathBuf),
    /// Files below a folder that one format claims.
    Bundle {
        /// The folder.
        folder: PathBuf,
        /// The format's name.
        format: &'static str,
        /// Which files.
        bundle: Bundle,
    },
}

impl Input {
    /// Where it lies, to name it by.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Bundle { folder, bundle, .. } => folder.join(&bundle.root),
        }
    }
}

/// Everything to be read below `root`, in a stable order. Loops of links and files of macOS are passed over; media, what is hidden or unfinished, what is no file,
/// results of this program, and what stands beside the chats of a download or of a folder (`desktop.ini`, a `README` that is no
/// export), are counted and passed over. A `root` that is no folder is given as it is, whatever it is called.
pub fn walk(root: &Path, options: &Options) -> Walk {
    let walker = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    let mut hidden = Vec::new();
    let seen = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let passed = entry.depth() > 0 && is_hidden(&name);
        if passed && !is_of_macos(&name) {
            hidden.push((PassedOver::Hidden, entry.path().to_owned()));
        }
        !passed
    };
    let (mut files, mut walk) = (Vec::new(), Walk::default());
    for entry in walker.filter_entry(seen) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) if entry.depth() == 0 => walk.inputs.push(Ok(Input::File(entry.into_path()))),
            Ok(entry) if is_unfinished(&shown(entry.path())) => {
                walk.named.push((PassedOver::Unfinished, entry.into_path()));
            }
            Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
            Ok(entry) => walk.named.push((PassedOver::NoFile, entry.into_path())),
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let name = error.path().map_or_else(|| "a folder".to_owned(), name_of);
                let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("not readable"));
                walk.inputs.push(Err(ImportError::io(&name, source)));
            }
        }
    }
    walk.named.extend(hidden);
    walk.sort_out(root, files, options);
    walk
}

/// Why something in a folder is not read, which may have to be told by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// A file or a folder with a dot before its name.
    Hidden,
    /// A file that is not complete.
    Unfinished,
    /// A pipe, a socket or a device.
    NoFile,
    /// A document or an archive of a kind that is not read.
    Document,
}

/// What lies below a folder; see [`walk`].
#[derive(Debug, Default)]
pub struct Walk {
    /// What to read, and what could not be looked into.
    pub inputs: Vec<Result<Input, ImportError>>,
    /// How many media files were passed over.
    pub media: u64,
    /// How many files were passed over that this program wrote of other chats.
    pub results: u64,
    /// How many files of a download or a folder were passed over that stand beside its chats and hold none.
    pub beside: u64,
    /// What else was passed over, and why.
    pub named: Vec<(PassedOver, PathBuf)>,
}

/// Whether some format claims the file; `named`: any but the one for pasted text, which claims all.
fn is_readable(path: &Path, name: &str, options: &Options, named: bool) -> bool {
    let Ok(file) = File::open(path) else { return true };
    let mut stream: Box<dyn std::io::Read> = Box::new(file);
    // What cannot be looked into is told when it is read.
    source::head(name, &mut stream).map_or(true, |head| {
        detect::choose(&Sample::new(name, head), 0, options).is_ok_and(|f| !named || f.name() != "paste")
    })
}

impl Walk {
    /// Files that are claimed together become one input at the place of the first of them.
    fn sort_out(&mut self, root: &Path, files: Vec<PathBuf>, options: &Options) {
        let relative = |path: &PathBuf| name_of(path.strip_prefix(root).unwrap_or(path));
        let mut names: Vec<String> = files.iter().map(relative).collect();
        names.sort();
        let claims = archive::claims(&names, options);
        for path in files {
            let name = relative(&path);
            if let Some(at) = claims.iter().position(|(_, b)| b.entries.first() == Some(&name)) {
                let (format, bundle) = claims[at].clone();
                let folder = root.to_owned();
                self.inputs.push(Ok(Input::Bundle { folder, format: format.name(), bundle }));
            }
            if claims.iter().any(|(_, b)| b.entries.binary_search(&name).is_ok()) {
                continue;
            }
            if is_document(&name) {
                self.named.push((PassedOver::Document, path));
            } else if is_media(&name) {
                self.media += 1;
            } else if is_results(&path) || is_scores(&path) {
                self.results += 1;
            } else if is_of_the_system(&name)
                || (messenger::is_beside(&name, &names) && !is_readable(&path, &name, options, false))
                || (is_about_others(&name) && !is_readable(&path, &name, options, true))
            {
                self.beside += 1;
            } else {
                self.inputs.push(Ok(Input::File(path)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_look_different() {
        assert_eq!(readable(b"a\xff\xc3\xa9"), "a\\xFF\u{e9}");
        assert_ne!(readable(b"\xfe"), readable(b"\xff"));
    }

    #[test]
    fn a_folder_is_walked_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.txt", "a.json", ".hidden", ".DS_Store", "all.csv.part", "pic.png", "x.docx"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(dir.path().join("aa")).unwrap();
        std::fs::write(dir.path().join("aa/z.txt"), "x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("aa/loop")).unwrap();
        let walked = walk(dir.path(), &Options::default());
        let paths = walked.inputs.iter().map(|i| i.as_ref().unwrap().path());
        let names: Vec<_> = paths.map(|p| p.strip_prefix(dir.path()).unwrap().to_owned()).collect();
        assert_eq!(names, ["a.json", "aa/z.txt", "b.txt"].map(PathBuf::from));
        assert_eq!((walked.media, walked.results), (1, 0));
        let named: Vec<PassedOver> = walked.named.iter().map(|(why, _)| *why).collect();
        assert_eq!(named, [PassedOver::Unfinished, PassedOver::Hidden, PassedOver::Document]);
        std::fs::write(dir.path().join("b.txt"), "{\"schema\":1,\"version\":\"0.1.0\",\"id\":\"x\"}\n")
            .unwrap();
        let walked = walk(dir.path(), &Options::default());
        assert_eq!((walked.inputs.len(), walked.results), (2, 1));
        let one = |name: &str| walk(&dir.path().join(name), &Options::default()).inputs;
        assert_eq!(one("pic.png").len(), 1);
        let thread = dir.path().join("fb/messages/inbox/ida_1");
        std::fs::create_dir_all(&thread).unwrap();
        for name in ["message_1.json", "../../autofill_information.json"] {
            std::fs::write(thread.join(name), "{\"x\": 1}").unwrap();
        }
        let walked = walk(&dir.path().join("fb"), &Options::default());
        assert_eq!((walked.inputs.len(), walked.beside), (1, 1));
        assert!(matches!(one("no")[..], [Err(ImportError::Vanished { .. })]));
        let mixed = dir.path().join("mixed");
        std::fs::create_dir(&mixed).unwrap();
        for (name, text) in [
            ("README.txt", "These are the chats."),
            ("desktop.ini", "[.ShellClassInfo]"),
            ("Thumbs.db", "x"),
            ("readme.md", "18/03/2022, 14:56 - Ana: hi\n"),
        ] {
            std::fs::write(mixed.join(name), text).unwrap();
        }
        let walked = walk(&mixed, &Options::default());
        assert_eq!((walked.inputs.len(), walked.beside), (1, 3));
        assert_eq!(walk(&mixed.join("README.txt"), &Options::default()).inputs.len(), 1);
    }
}
