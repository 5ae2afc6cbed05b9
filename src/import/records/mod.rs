//! Messages as records of no named program: tables, JSON of any shape, dumps of databases, XML.

pub mod beside;
pub mod csv;
pub mod frame;
pub mod jsonl;
pub mod listed;
pub mod logs;
pub mod nested;
pub mod parquet;
pub mod rows;
pub mod sql;
pub mod xml_messages;
