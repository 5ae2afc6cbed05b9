//! Every file below a folder that could be a chat, in a stable order, and the names files go by.

use std::fs::File;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::archive::{self, Bundle};
use super::error::ImportError;
use super::{Options, detect, is_results, is_scores};
use crate::import::exports::messenger;
use crate::import::intake::source::{self, Sample};

/// Endings of files that are never opened.
const MEDIA: &[&str] = &[
    "3gp", "7z", "aac", "aae", "amr", "apk", "avi", "bmp", "caf", "dng", "doc", "docx", "exe", "flac", "gif",
    "heic", "heif", "ico", "jfif", "jpeg", "jpg", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg",
    "odt", "oga", "ogg", "ogv", "opus", "pdf", "png", "ppt", "pptx", "rar", "svg", "tgs", "tif", "tiff",
    "ttf", "vcf", "wav", "webm", "webp", "wma", "wmv", "woff", "woff2", "xls", "xlsx",
];

/// Those of them that hold words, perhaps a chat.
const DOCUMENTS: &[&str] = &["7z", "doc", "docx", "odt", "pdf", "ppt", "pptx", "rar", "xls", "xlsx"];

/// What a file name ends in after its last dot, in lower case; empty without one.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_lowercase())
}

/// Whether the name is that of a picture, recording or other file without a chat.
pub(super) fn is_media(name: &str) -> bool {
    MEDIA.binary_search(&extension(name).as_str()).is_ok()
}

/// Whether the name is that of a document or an archive that is not read and may hold a chat.
pub(super) fn is_document(name: &str) -> bool {
    DOCUMENTS.binary_search(&extension(name).as_str()).is_ok()
}

/// Whether the name, or a folder on its way, is hidden.
pub(super) fn is_hidden(name: &str) -> bool {
    is_of_macos(name) || name.split('/').any(|part| part.starts_with('.') && part != "." && part != "..")
}

/// Whether the name, or a folder on its way, is one that macOS makes for itself.
pub(super) fn is_of_macos(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with("._") || part == ".DS_Store" || part == "__MACOSX")
}

/// Whether the name is that of a file that is not complete, as `import --out` leaves one when it is interrupted.
pub(super) fn is_unfinished(name: &str) -> bool {
    extension(name) == "part"
}

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

/// Whether the name is of a file that Windows makes for itself.
fn is_of_the_system(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    ["desktop.ini", "thumbs.db", "ehthumbs.db"].contains(&file.as_str())
}

/// Whether the name is that of a text about the files beside it.
fn is_about_others(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    ["readme", "read me", "liesmich", "lisezmoi", "leeme", "license", "licence"].contains(&stem)
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
    fn media_is_known_by_its_ending() {
        assert!(
            MEDIA.is_sorted() && DOCUMENTS.is_sorted() && DOCUMENTS.iter().all(|end| MEDIA.contains(end))
        );
        assert!(is_media("IMG-20220318-WA0001.JPG") && is_media("a.b/PTT.opus"));
        assert!(!is_media("chat.txt") && !is_media("jpg") && !is_media("a.jpg/chat"));
    }

    #[test]
    fn hidden_names() {
        assert!(is_hidden(".x") && is_hidden("a/.b/c") && is_hidden("__MACOSX/a"));
        assert!(!is_hidden("./a") && !is_hidden("../a.txt"));
        assert!(is_of_macos("a/._b") && !is_of_macos(".b"));
        assert!(is_unfinished("a/b.jsonl.part") && !is_unfinished("part"));
    }

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
