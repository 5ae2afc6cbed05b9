//! What several formats share: messages of more than one part, the names of files, and ids of conversations.

use super::chat::{Chat, When};
use super::ids;
use crate::import::Options;
use crate::transcript::Kind;

/// One part of a message: a file, or words.
pub type Part = (Kind, String);

/// `speaker` says all of `parts`, which stand in one record, the one numbered `line`.
pub fn say_all(chat: &mut Chat, speaker: &str, when: When, parts: &[(Kind, impl AsRef<str>)], line: u64) {
    for (at, (kind, text)) in parts.iter().enumerate() {
        match at {
            0 => chat.say(speaker, when, *kind, text.as_ref(), line),
            _ => chat.say_more(speaker, when, *kind, text.as_ref(), line),
        }
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether `text` reads like the name of a file: something with a short ending and no marks of a sentence before it.
pub fn is_file_name(text: &str) -> bool {
    let ending = |end: &str| (1..=5).contains(&end.len()) && end.chars().all(|c| c.is_ascii_alphanumeric());
    !text.contains(['<', '>', '\n'])
        && text.rsplit_once('.').is_some_and(|(stem, end)| !stem.trim().is_empty() && ending(end))
}

/// The pieces that are not blank, with commas between them.
pub fn listed<'t>(pieces: impl IntoIterator<Item = &'t str>) -> String {
    let pieces: Vec<&str> = pieces.into_iter().map(str::trim).filter(|p| !p.is_empty()).collect();
    pieces.join(", ")
}

/// The name of the owner where the export only says that a message is theirs.
pub fn me(options: &Options) -> String {
    options.me.clone().unwrap_or_else(|| "Me".to_owned())
}

/// Makes ids for the conversations of one file.
pub struct Ids {
    source: String,
    given: ids::Ids,
}

impl Ids {
    /// Ids for the file called `source`.
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), given: ids::Ids::default() }
    }

    /// An id for the conversation called `name`, with a number where an earlier one is called so too.
    pub fn of(&mut self, name: &str) -> String {
        self.given.give(&format!("{}#{name}", self.source)).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_files_lose_their_folders() {
        let mut ids = Ids::new("f.json");
        let given = ["Ana", "Ana (2)", "Ana", "Ana"].map(|name| ids.of(name));
        assert_eq!(given, ["f.json#Ana", "f.json#Ana (2)", "f.json#Ana (3)", "f.json#Ana (4)"]);
        assert_eq!(
            (file_name("a/b c.jpg"), file_name("x\\y.ogg"), file_name("z")),
            ("b c.jpg", "y.ogg", "z")
        );
        assert_eq!(listed(["Ana ", "", "+44"]), "Ana, +44");
    }
}
