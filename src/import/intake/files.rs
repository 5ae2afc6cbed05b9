//! What the name of a file tells of it, before it is opened.

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
pub fn extension(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_lowercase())
}

/// Whether the name is that of a picture, recording or other file without a chat.
pub fn is_media(name: &str) -> bool {
    MEDIA.binary_search(&extension(name).as_str()).is_ok()
}

/// Whether the name is that of a document or an archive that is not read and may hold a chat.
pub fn is_document(name: &str) -> bool {
    DOCUMENTS.binary_search(&extension(name).as_str()).is_ok()
}

/// Whether the name, or a folder on its way, is hidden.
pub fn is_hidden(name: &str) -> bool {
    is_of_macos(name) || name.split('/').any(|part| part.starts_with('.') && part != "." && part != "..")
}

/// Whether the name, or a folder on its way, is one that macOS makes for itself.
pub fn is_of_macos(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with("._") || part == ".DS_Store" || part == "__MACOSX")
}

/// Whether the name is that of a file that is not complete, as `import --out` leaves one when it is interrupted.
pub fn is_unfinished(name: &str) -> bool {
    extension(name) == "part"
}

/// Whether the name is of a file that Windows makes for itself.
pub fn is_of_the_system(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    ["desktop.ini", "thumbs.db", "ehthumbs.db"].contains(&file.as_str())
}

/// Whether the name is that of a text about the files beside it.
pub fn is_about_others(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    ["readme", "read me", "liesmich", "lisezmoi", "leeme", "license", "licence"].contains(&stem)
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
}
