//! Dumps of databases. Their tables are read as others are: those with a text, a speaker and more tell messages, those
//! with people give the names. What else a database holds is passed over.

mod scan;

pub(in crate::import) use scan::Table;

use ::csv::StringRecord;

use super::csv::roster::{self, Roster};
use crate::import::error::ImportError;
use crate::import::intake::source::{self, Sample, Source};
use crate::import::{Format, Sink};

/// The format.
pub struct Sql;

impl Format for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if is_dump(sample) { 0.95 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.held);
        let bytes = source::hold(&name, source.into_text()?, limit)?;
        match read_tables(&name, scan::tables(&String::from_utf8_lossy(&bytes)), sink)? {
            true => Ok(()),
            false => Err(ImportError::Foreign { name, what: WHAT, instead: INSTEAD, general: false }),
        }
    }
}

/// Read those of `tables` that hold messages, with the names that those with people give; whether there are any.
pub(in crate::import) fn read_tables(
    name: &str,
    tables: Vec<Table>,
    sink: &mut Sink<'_>,
) -> Result<bool, ImportError> {
    let (mut roster, mut chats) = (Roster::default(), Vec::new());
    for mut table in tables {
        if let Some(layout) = table.held.layout() {
            chats.push((table, layout));
            continue;
        }
        if roster::is_of_people(&table.name) {
            roster.add(&table.held.with_names().cloned().collect::<Vec<StringRecord>>());
        }
        sink.count_lines(table.held.rows.len() as u64);
        table.held.rows.iter().for_each(|_| sink.count_heading());
    }
    let several = chats.len() > 1;
    for (table, layout) in &chats {
        let id = if several { format!("{name}#{}", table.name) } else { name.to_owned() };
        table.held.read(&id, layout, &roster, sink)?;
    }
    Ok(!chats.is_empty())
}

const WHAT: &str = "a dump of a database without a table of messages that is known here";
const INSTEAD: &str = "export its messages as CSV, with a column each for the words, the name and the time";

/// Whether it begins as dumps do and holds rows or tables.
fn is_dump(sample: &Sample) -> bool {
    const STARTS: [&str; 10] =
        ["--", "/*", "#", "set ", "create ", "insert into", "copy ", "begin", "pragma ", "drop "];
    const HOLDS: [&str; 5] = ["insert into ", "insert ignore into ", "insert [", "create table ", "copy "];
    let text = sample.text().trim_start_matches('\u{feff}').trim_start();
    let begins = |line: &str, words: &[&str]| {
        words.iter().any(|w| line.get(..w.len()).is_some_and(|start| start.eq_ignore_ascii_case(w)))
    };
    let starts =
        begins(text, &STARTS) || begins(text, &["use ", "alter ", "lock ", "start transaction", "go\n"]);
    let is_statement = |line: &str| {
        let copy = begins(line, &["copy "]) && !line.contains(" FROM stdin");
        begins(line, &HOLDS) && !copy && line.contains(['(', '`', '"', ';'])
    };
    starts && sample.lines().any(is_statement)
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    #[test]
    fn tables_of_each_kind_of_database() {
        let postgres = "--\n-- PostgreSQL database dump\n--\nSET client_encoding = 'UTF8';\n\
            CREATE TABLE public.users (\n    id integer NOT NULL,\n    login text\n);\n\
            COPY public.users (id, login) FROM stdin;\n1\tida\n2\tmax\n\\.\n\n\
            COPY public.private_messages (id, dialog_id, sender_id, body, sent_at) FROM stdin;\n\
            1\t3\t1\thi; it's me\t2024-04-04 18:01:02\n2\t3\t2\tone\\ntwo\t2024-04-04 18:02:02\n\\.\n";
        let expected = ["2024-04-04T18:01:02 ida: hi; it's me", "2024-04-04T18:02:02 max: one\ntwo"];
        let read = |text: &str| -> Vec<String> {
            tried::read("d.sql", text, "sql").iter().flat_map(tried::lines).collect()
        };
        assert_eq!(read(postgres), expected);
        let mysql = "-- MySQL dump 10.13\n/*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE `users` (\n  `id` int, `name` varchar(20), \
            PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `users` VALUES (1,'ida'),(2,'max');\n\
            CREATE TABLE `pm` (\n  `id` bigint(20) NOT NULL DEFAULT '0',\n  `from_user` int,\n  `body` text,\n  `sent` datetime,\n  KEY `f` (`from_user`)\n);\n\
            INSERT INTO `pm` VALUES (1,1,'hi; it\\'s me','2024-04-04 18:01:02'),\n(2,2,'one\\ntwo','2024-04-04 18:02:02');\n";
        assert_eq!(read(mysql), expected);
        let sqlite = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE message (id INTEGER PRIMARY KEY, author TEXT, body TEXT, sent TEXT);\n\
            INSERT INTO message VALUES(1,'ida','hi; it''s me','2024-04-04 18:01:02');\n\
            INSERT INTO \"message\" VALUES(2,'max',replace('one\\ntwo','\\n',char(10)),'2024-04-04 18:02:02');\nCOMMIT;\n";
        assert_eq!(read(sqlite), expected);
        let server = "USE [chat]\nGO\nSET IDENTITY_INSERT [dbo].[Msg] ON\n\
            INSERT [dbo].[Msg] ([Id], [Sender], [Body], [SentAt]) VALUES (1, N'ida', N'hi; it''s me', CAST(N'2024-04-04T18:01:02.000' AS DateTime))\n\
            INSERT [dbo].[Msg] ([Id], [Sender], [Body], [SentAt]) VALUES (2, N'max', N'one\ntwo', CAST(N'2024-04-04T18:02:02.000' AS DateTime))\nGO\n";
        assert_eq!(read(server), expected);
    }
}
