//! What can go wrong with one input, in words that name the file, the place and the way out.
//!
//! No variant carries text of a chat: parsers' own messages may quote their input, so they are not passed on.

use std::io;

use thiserror::Error;

/// Why an input, or the rest of it, could not be read. What was understood before has reached the sink.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The system would not hand the bytes over.
    #[error("{name}: cannot be read ({}); check that the file is there and that you may open it", reason(.source))]
    Unreadable {
        /// The input.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file was listed and is gone, or was never there.
    #[error("{name}: no such file (moved, or deleted while reading?); check the path")]
    Vanished {
        /// The input.
        name: String,
    },
    /// Not text.
    #[error(
        "{name}: this is {what}, not a chat; give the exported text or JSON file, or the zip that holds it"
    )]
    Binary {
        /// The input.
        name: String,
        /// What the first bytes look like.
        what: &'static str,
    },
    /// Nothing but white space.
    #[error("{name}: there is nothing in it; export or copy the chat again")]
    Empty {
        /// The input.
        name: String,
    },
    /// Text, but no line of it could be taken for a message.
    #[error("{name}: no messages found, read as {format} ({lines} lines); name the right format with --as")]
    NoMessages {
        /// The input.
        name: String,
        /// The format it was read as.
        format: &'static str,
        /// How many lines were looked at.
        lines: u64,
    },
    /// No line begins as the user says that messages do.
    #[error(
        "{name}: none of its {lines} lines begins as you said; give --head the beginning of one as it stands, with {{time}}, {{name}} and {{any}} for what differs"
    )]
    NoHeadFits {
        /// The input.
        name: String,
        /// How many lines were looked at.
        lines: u64,
    },
    /// A limit was reached.
    #[error("{name}{}: {what} is larger than {}; split the file", place(*.line), size(*.limit))]
    TooLarge {
        /// The input.
        name: String,
        /// Where, 1-based; 0 when not known.
        line: u64,
        /// What was too large.
        what: &'static str,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Something is wrong with an archive.
    #[error("{name}: {problem}")]
    Archive {
        /// The archive, or the entry in it.
        name: String,
        /// What is wrong.
        problem: ArchiveProblem,
    },
    /// No known format explains the content.
    #[error("{name}: {looks}, of no kind known here; name the format with --as, or paste the chat as text")]
    UnknownFormat {
        /// The input.
        name: String,
        /// What it looks like.
        looks: &'static str,
    },
    /// An export that is known and not read.
    #[error("{name}: this is {what}, which is not read; {instead}")]
    Foreign {
        /// The input.
        name: String,
        /// What it is.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
        /// Whether it could be a page of anything.
        general: bool,
    },
    /// The format asked for does not exist.
    #[error("there is no format called \"{asked}\"; known are {known}")]
    NoSuchFormat {
        /// As the user wrote it.
        asked: String,
        /// All names, with commas.
        known: String,
    },
    /// The table has no such column.
    #[error(
        "{name}: no column \"{column}\"; say which column is what with --columns, by a name from the first line or a number from 1 to {columns}"
    )]
    NoSuchColumn {
        /// The input.
        name: String,
        /// As the user wrote it; for a column that was looked for without being named, what it would hold.
        column: String,
        /// How many columns the table has.
        columns: usize,
    },
    /// An encoding that cannot be read.
    #[error("{name}: the text is encoded as {encoding}; save it as UTF-8")]
    Encoding {
        /// The input.
        name: String,
        /// The encoding's name.
        encoding: &'static str,
    },
    /// The structure breaks off or is broken, so nothing after that place can be read.
    #[error(
        "{name}, line {line}: the structure is broken here and the rest was not read; export the chat again"
    )]
    Broken {
        /// The input.
        name: String,
        /// Where, 1-based.
        line: u64,
    },
}

/// What is wrong with an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ArchiveProblem {
    /// Unpacks to far more than it weighs.
    #[error("unpacks to suspiciously much (a bomb?); unpack it yourself and give the chat file")]
    Bomb,
    /// More entries than the limit.
    #[error("holds too many files; unpack it and give the folder")]
    TooManyEntries,
    /// The end is missing.
    #[error("the archive is cut off; copy or export it again")]
    CutOff,
    /// A checksum or header is wrong.
    #[error("the archive is damaged; copy or export it again")]
    Damaged,
    /// A password is needed.
    #[error("the zip is locked with a password; unpack it and give the chat file")]
    Encrypted,
    /// Packed by a method that is not known here.
    #[error("the zip is packed in an unusual way; unpack it and give the chat file")]
    Unsupported,
    /// Archives in archives in archives.
    #[error("archives lie too deep inside each other; unpack the outer one")]
    TooDeep,
    /// No entry that could be a chat.
    #[error(
        "holds no chat that could be read (pictures and other media are not opened; of a document copy the text and paste it, and save a table as CSV)"
    )]
    NoChat,
}

/// A limit reached inside a reader, carried out through `io::Error`.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Tripped(pub ArchiveProblem);

/// The same, for a record that is larger than this many bytes.
#[derive(Debug, Error)]
#[error("more than {0} bytes")]
pub(crate) struct TooBig(pub u64);

impl ImportError {
    /// More than `limit` bytes would have to be held in memory.
    pub(crate) fn too_much_held(name: &str, line: u64, limit: usize) -> Self {
        let (name, what) = (name.to_owned(), "what has to be held in memory");
        Self::TooLarge { name, line, what, limit: limit as u64 }
    }

    /// The error for a failed read of the input called `name`.
    pub(crate) fn io(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        if let Some(Tripped(problem)) = source.get_ref().and_then(|e| e.downcast_ref()) {
            return Self::Archive { name, problem: *problem };
        }
        if let Some(TooBig(limit)) = source.get_ref().and_then(|e| e.downcast_ref()) {
            return Self::TooLarge { name, line: 0, what: "a record", limit: *limit };
        }
        match source.kind() {
            io::ErrorKind::NotFound => Self::Vanished { name },
            _ => Self::Unreadable { name, source },
        }
    }

    /// The line at which it says that reading ended; `otherwise` where it says none.
    pub(crate) fn line_or(&self, otherwise: u64) -> u64 {
        match self {
            Self::Broken { line, .. } | Self::TooLarge { line, .. } if *line > 0 => *line,
            _ => otherwise,
        }
    }

    /// Whether the input is whole and simply no chat that is known here.
    pub(crate) fn is_no_chat(&self) -> bool {
        matches!(
            self,
            Self::UnknownFormat { .. }
                | Self::Foreign { .. }
                | Self::Binary { .. }
                | Self::Empty { .. }
                | Self::NoMessages { .. }
                | Self::Archive { problem: ArchiveProblem::NoChat, .. }
        )
    }

    /// The error for something wrong with the archive called `name`.
    pub(crate) fn archive(name: &str, problem: ArchiveProblem) -> Self {
        Self::Archive { name: name.to_owned(), problem }
    }
}

fn reason(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => kind.to_string(),
    }
}

fn place(line: u64) -> String {
    if line == 0 { String::new() } else { format!(", line {line}") }
}

/// A size in words: `512 bytes`, `1 MiB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_names_the_file_and_a_way_out() {
        let name = || "a/chat.txt".to_owned();
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let errors = [
            ImportError::io("a/chat.txt", denied),
            ImportError::io("a/chat.txt", io::ErrorKind::NotFound.into()),
            ImportError::Empty { name: name() },
            ImportError::TooLarge { name: name(), line: 7, what: "the record", limit: 1 << 20 },
            ImportError::archive("a/chat.txt", ArchiveProblem::Encrypted),
            ImportError::UnknownFormat { name: name(), looks: "this looks like JSON" },
        ];
        for error in errors {
            let shown = error.to_string();
            assert!(shown.starts_with("a/chat.txt"), "{shown}");
            assert!(shown.contains(';'), "no way out: {shown}");
        }
    }

    #[test]
    fn a_limit_tripped_in_a_reader_keeps_its_meaning() {
        let error = ImportError::io("x.zip", io::Error::other(Tripped(ArchiveProblem::Bomb)));
        assert!(matches!(error, ImportError::Archive { problem: ArchiveProblem::Bomb, .. }));
    }
}
