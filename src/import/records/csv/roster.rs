//! People whom one table tells of by number and name, while another one, with the messages, has their numbers alone.

use std::collections::{HashMap, HashSet};

use ::csv::StringRecord;

use super::Rows;
use super::headings::{Headings, Role, folded, is_one};
use super::holds;
use crate::import::archive::Bundle;
use crate::import::chats::parts::file_name;
use crate::import::error::ImportError;

/// What tables of people are called.
const PEOPLE: &str = "users user people persons members accounts profiles contacts participants authors senders players \
     nutzer benutzer personen mitglieder utilisateurs membres usuarios personas utenti utilizadores gebruikers deelnemers \
     uzytkownicy kullanicilar";
/// What tables of messages are called.
const MESSAGES: &str = "messages message msgs dms chat chatlog chathistory transcript transcripts chatmessages directmessages privatemessages posts nachrichten mensajes \
     mensagens messaggi berichten wiadomosci mesajlar";
/// What tables of conversations are called.
const CHATS: &str = "chats conversations rooms channels threads groups dialogs dialogues memberships unterhaltungen conversaciones";
/// The number of a person.
const ID: Role = "id userid uid memberid personid accountid participantid contactid";
/// What they are called, the likeliest first.
const CALLED: Role = "displayname name fullname nickname nick username login handle screenname user realname firstname \
     nom nombre nome naam nazwa imie isim benutzername anzeigename";

/// Names by number.
#[derive(Debug, Default)]
pub struct Roster {
    names: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Roster {
    /// Take what a table tells whose first row names its columns; whether it tells of people.
    pub fn add(&mut self, rows: &[StringRecord]) -> bool {
        let Some((first, rows)) = rows.split_first() else { return false };
        let headings = Headings::of(first);
        let id = headings.first(ID).filter(|c| !holds::comes_again(rows, *c));
        let called = headings.all(CALLED).into_iter().find(|c| Some(*c) != id);
        let (Some(id), Some(called)) = (id, called) else { return false };
        for row in rows {
            let field = |c: usize| row.get(c).map(str::trim).filter(|field| !field.is_empty());
            if let (Some(id), Some(name)) = (field(id), field(called)) {
                let alone = self.taken.insert(name.to_owned());
                let name = if alone { name.to_owned() } else { format!("{name} ({id})") };
                self.names.entry(id.to_owned()).or_insert(name);
            }
        }
        true
    }

    /// Numbers and names.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// `rows` with names for the numbers in these columns.
    pub fn named<'r>(&'r self, rows: Box<dyn Rows + 'r>, columns: Vec<usize>) -> Box<dyn Rows + 'r> {
        if self.names.is_empty() || columns.is_empty() {
            return rows;
        }
        Box::new(Named { rows, roster: self, columns, record: StringRecord::new() })
    }
}

/// Rows in which people have their names.
struct Named<'r> {
    rows: Box<dyn Rows + 'r>,
    roster: &'r Roster,
    columns: Vec<usize>,
    record: StringRecord,
}

impl Rows for Named<'_> {
    fn next_row(&mut self) -> Result<Option<(u64, u64, bool, &StringRecord)>, ImportError> {
        let Some((number, line, unclosed, row)) = self.rows.next_row()? else { return Ok(None) };
        self.record.clear();
        for (column, field) in row.iter().enumerate() {
            let name = self.roster.names.get(field.trim()).filter(|_| self.columns.contains(&column));
            self.record.push_field(name.map_or(field, String::as_str));
        }
        Ok(Some((number, line, unclosed, &self.record)))
    }
}

/// Whether a table called `name` is one of people.
pub fn is_of_people(name: &str) -> bool {
    has_word(file_name(name), PEOPLE) && !has_word(file_name(name), MESSAGES)
}

/// Whether a table called `name` is one of conversations, which may be without messages.
pub fn is_of_chats(name: &str) -> bool {
    has_word(file_name(name), CHATS) && !has_word(file_name(name), MESSAGES)
}

/// The files that are tables, by `is_table`, of each folder that has one of people and one of messages.
pub fn bundles(entries: &[String], is_table: &dyn Fn(&str) -> bool) -> Vec<Bundle> {
    let folder = |entry: &str| entry.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let table = |entry: &&String| {
        is_table(entry) && [PEOPLE, MESSAGES, CHATS].iter().any(|words| has_word(file_name(entry), words))
    };
    let mut found: Vec<Bundle> = Vec::new();
    for entry in entries.iter().filter(table) {
        let root = folder(entry);
        match found.iter_mut().find(|bundle| bundle.root == root) {
            Some(bundle) => bundle.entries.push(entry.clone()),
            None => found.push(Bundle { root, entries: vec![entry.clone()] }),
        }
    }
    let has = |bundle: &Bundle, is: &dyn Fn(&str) -> bool| bundle.entries.iter().any(|e| is(file_name(e)));
    found.retain(|bundle| has(bundle, &is_of_people) && has(bundle, &|name| has_word(name, MESSAGES)));
    found
}

/// Whether one of `words` is part of a name such as `public.chat_messages.csv`.
fn has_word(name: &str, words: &str) -> bool {
    let parts = name.split(|c: char| !c.is_alphabetic()).map(folded);
    parts.into_iter().any(|part| is_one(words, &part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_by_number_and_name() {
        let row = |fields: &[&str]| StringRecord::from(fields.to_vec());
        let mut roster = Roster::default();
        assert!(roster.add(&[
            row(&["id", "username", "email"]),
            row(&["7", "ida", "i@x"]),
            row(&["8", "ida", ""])
        ]));
        assert_eq!((roster.names["7"].as_str(), roster.names["8"].as_str()), ("ida", "ida (8)"));
        assert!(!Roster::default().add(&[row(&["id", "email"]), row(&["7", "i@x"])]));
    }

    #[test]
    fn tables_of_a_folder_belong_together() {
        let names = ["a/chats.csv", "a/messages.csv", "a/notes.csv", "a/users.csv", "b/messages.csv"];
        let found = bundles(&names.map(str::to_owned), &|name| name.ends_with(".csv"));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].root.as_str(), found[0].entries.len()), ("a", 3));
    }
}
