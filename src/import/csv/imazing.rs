//! The tables of iMazing: rows of the owner have no sender, pictures a column of their own.

use ::csv::StringRecord;

/// The columns that other tables have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IMazing {
    direction: usize,
    sender: Option<usize>,
    file: Option<usize>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The owner wrote it.
    Outgoing,
    /// Somebody else did.
    Incoming,
    /// The app did.
    Notification,
}

impl IMazing {
    /// The columns, if a table with columns of these names, in lower case and letters only, is iMazing's.
    pub fn by_names(names: &[String]) -> Option<Self> {
        let find = |name: &str| names.iter().position(|n| n == name);
        find("chatsession")?;
        find("messagedate")?;
        Some(Self { direction: find("type")?, sender: find("senderid"), file: find("attachment") })
    }

    /// What `row` is.
    pub fn direction(&self, row: &StringRecord) -> Direction {
        match row.get(self.direction).unwrap_or_default().trim() {
            "Outgoing" => Direction::Outgoing,
            "Notification" => Direction::Notification,
            _ => Direction::Incoming,
        }
    }

    /// The number or address of a sender who has no name.
    pub fn sender<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        self.sender.and_then(|c| row.get(c)).map(str::trim).filter(|id| !id.is_empty())
    }

    /// The name of a file that was sent.
    pub fn file<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        self.file.and_then(|c| row.get(c)).map(str::trim).filter(|name| !name.is_empty())
    }
}
