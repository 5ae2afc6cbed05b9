//! A database opened for reading only, and what it has of the tables and columns that changed from version to version.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row};

use crate::import::error::ImportError;
use crate::import::intake::source::{self, Source};

/// Where the header says, twice, whether there is a log beside the file.
const LOGGED: std::ops::Range<usize> = 18..20;

/// An open database.
pub struct Database {
    name: String,
    connection: Connection,
}

impl Database {
    /// Open the file, or hold what has none, up to `limit` bytes.
    pub fn open(source: Source<'_>, limit: usize) -> Result<Self, ImportError> {
        let name = source.name().to_owned();
        let connection = match source.path() {
            Some(path) => on_disk(path),
            None => {
                let bytes = source::hold(&name, source.into_bytes(), limit)?;
                in_memory(bytes)
            }
        };
        let connection = connection.map_err(|e| failed(&name, &e, 0))?;
        Ok(Self { name, connection })
    }

    /// The columns of a table; empty when there is no such table.
    pub fn columns(&self, table: &str) -> Result<HashSet<String>, ImportError> {
        let mut columns = HashSet::new();
        self.each(&format!("SELECT name FROM pragma_table_info('{table}')"), &[], |row| {
            columns.insert(text(row, 0).unwrap_or_default());
            Ok(true)
        })?;
        Ok(columns)
    }

    /// Do `with` for each row that `query` gives for the numbers `given`, until it says `false`.
    pub fn each(
        &self,
        query: &str,
        given: &[i64],
        mut with: impl FnMut(&Row<'_>) -> Result<bool, ImportError>,
    ) -> Result<(), ImportError> {
        let mut seen = 0;
        let mut statement = self.connection.prepare(query).map_err(|e| failed(&self.name, &e, 0))?;
        let mut rows =
            statement.query(rusqlite::params_from_iter(given)).map_err(|e| failed(&self.name, &e, 0))?;
        while let Some(row) = rows.next().map_err(|e| failed(&self.name, &e, seen))? {
            seen += 1;
            if !with(row)? {
                break;
            }
        }
        Ok(())
    }
}

fn on_disk(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().to_string_lossy()));
    let has_log = log.metadata().is_ok_and(|m| m.len() > 0);
    if has_log && let Ok(connection) = Connection::open_with_flags(path, flags) {
        // The log can only be read where its index may be written beside it.
        if connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).is_ok() {
            return Ok(connection);
        }
    }
    match path.to_str() {
        Some(path) => Connection::open_with_flags(address(path), flags | OpenFlags::SQLITE_OPEN_URI),
        None => Connection::open_with_flags(path, flags),
    }
}

/// The path as an address of a file that nobody writes to.
fn address(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let slash = if path.as_bytes().get(1) == Some(&b':') { "/" } else { "" };
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{slash}{path}?immutable=1")
}

fn in_memory(mut bytes: Vec<u8>) -> rusqlite::Result<Connection> {
    // There is no log beside what is held.
    if let Some(mark) = bytes.get_mut(LOGGED) {
        mark.fill(1);
    }
    let mut connection = Connection::open_in_memory()?;
    let length = bytes.len();
    connection.deserialize_read_exact("main", &bytes[..], length, true)?;
    Ok(connection)
}

/// The error for SQLite's, whose own words may quote the file; `row` is how far the reading came.
fn failed(name: &str, error: &rusqlite::Error, row: u64) -> ImportError {
    let name = name.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ImportError::Unreadable { name, source: std::io::ErrorKind::ResourceBusy.into() }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            ImportError::Unreadable { name, source: std::io::ErrorKind::PermissionDenied.into() }
        }
        Some(ErrorCode::NotADatabase) => ImportError::Binary { name, what: "a damaged or locked database" },
        _ => ImportError::Broken { name, line: row + 1 },
    }
}

/// The column of the table called `alias` in a query, or nothing where the table has none of this name.
pub fn field(columns: &HashSet<String>, alias: &str, column: &str) -> String {
    if columns.contains(column) { format!("{alias}.\"{column}\"") } else { "NULL".to_owned() }
}

/// A field as text, whatever it was stored as; `None` when it is empty.
pub fn text(row: &Row<'_>, column: usize) -> Option<String> {
    match row.get_ref(column).ok()? {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        _ => None,
    }
    .filter(|t| !t.is_empty())
}

/// A field as a whole number; 0 when it is none.
pub fn number(row: &Row<'_>, column: usize) -> i64 {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => number,
        Ok(ValueRef::Real(number)) => number as i64,
        Ok(ValueRef::Text(bytes)) => {
            std::str::from_utf8(bytes).ok().and_then(|t| t.parse().ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

/// A field as a number with decimals; `None` when it is none.
pub fn real(row: &Row<'_>, column: usize) -> Option<f64> {
    match row.get_ref(column).ok()? {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        _ => None,
    }
}

/// A field as bytes; empty when it has none.
pub fn bytes<'r>(row: &'r Row<'_>, column: usize) -> &'r [u8] {
    match row.get_ref(column) {
        Ok(ValueRef::Blob(bytes) | ValueRef::Text(bytes)) => bytes,
        _ => &[],
    }
}
