//! Every file below a folder that could be a chat, in a stable order, and the names files go by.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::error::ImportError;

/// Endings of files that are never opened.
const MEDIA: &[&str] = &[
    "3gp", "7z", "aac", "aae", "amr", "apk", "avi", "bmp", "caf", "dng", "doc", "docx", "exe", "flac", "gif",
    "heic", "heif", "ico", "jfif", "jpeg", "jpg", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg",
    "odt", "oga", "ogg", "ogv", "opus", "pdf", "png", "ppt", "pptx", "rar", "svg", "tgs", "tif", "tiff",
    "ttf", "vcf", "wav", "webm", "webp", "wma", "wmv", "woff", "woff2", "xls", "xlsx",
];

/// What a file name ends in after its last dot, in lower case; empty without one.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_lowercase())
}

/// Whether the name is that of a picture, recording or other file without a chat.
pub(super) fn is_media(name: &str) -> bool {
    MEDIA.binary_search(&extension(name).as_str()).is_ok()
}

/// Whether the name, or a folder on its way, is one that systems make for themselves.
pub(super) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| (part.starts_with('.') && part != "." && part != "..") || part == "__MACOSX")
}

/// The path as text, with `/` between its parts on every system.
pub(super) fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// Files below a folder; see [`walk`].
pub struct Walk {
    entries: Box<dyn Iterator<Item = walkdir::Result<DirEntry>>>,
    media: u64,
}

/// Every file below `root` that could be a chat, sorted by name. Hidden files and loops of links are passed over,
/// media is counted and passed over. A `root` that is a file is given as it is, whatever it is called.
pub fn walk(root: &Path) -> Walk {
    let walker = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    let seen = |entry: &DirEntry| entry.depth() == 0 || !is_hidden(&entry.file_name().to_string_lossy());
    Walk { entries: Box::new(walker.filter_entry(seen)), media: 0 }
}

impl Walk {
    /// How many media files were passed over so far.
    pub fn media(&self) -> u64 {
        self.media
    }

    /// What to give for `entry`, if anything.
    fn judge(&mut self, entry: walkdir::Result<DirEntry>) -> Option<Result<PathBuf, ImportError>> {
        match entry {
            Ok(entry) if !entry.file_type().is_file() => None,
            Ok(entry) if entry.depth() > 0 && is_media(&entry.file_name().to_string_lossy()) => {
                self.media += 1;
                None
            }
            Ok(entry) => Some(Ok(entry.into_path())),
            Err(error) if error.loop_ancestor().is_some() => None,
            Err(error) => {
                let name = error.path().map_or_else(|| "a folder".to_owned(), name_of);
                let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("not readable"));
                Some(Err(ImportError::io(&name, source)))
            }
        }
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = self.entries.next()?;
            if let Some(found) = self.judge(entry) {
                return Some(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_known_by_its_ending() {
        assert!(MEDIA.is_sorted());
        assert!(is_media("IMG-20220318-WA0001.JPG") && is_media("a.b/PTT.opus"));
        assert!(!is_media("chat.txt") && !is_media("jpg") && !is_media("a.jpg/chat"));
    }

    #[test]
    fn hidden_names() {
        assert!(is_hidden(".x") && is_hidden("a/.b/c") && is_hidden("__MACOSX/a"));
        assert!(!is_hidden("./a") && !is_hidden("../a.txt"));
    }

    #[test]
    fn a_folder_is_walked_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.txt", "a.json", ".hidden", "pic.png"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(dir.path().join("aa")).unwrap();
        std::fs::write(dir.path().join("aa/z.txt"), "x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("aa/loop")).unwrap();
        let mut walked = walk(dir.path());
        let names: Vec<_> =
            walked.by_ref().map(|p| p.unwrap().strip_prefix(dir.path()).unwrap().to_owned()).collect();
        assert_eq!(names, ["a.json", "aa/z.txt", "b.txt"].map(PathBuf::from));
        assert_eq!(walked.media(), 1);
        assert_eq!(walk(&dir.path().join("pic.png")).count(), 1);
        assert!(matches!(walk(&dir.path().join("no")).next(), Some(Err(ImportError::Vanished { .. }))));
    }
}
