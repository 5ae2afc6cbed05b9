//! The bytes of an export: in any encoding, by lines, by the elements of a page or as a stream, never more at a time than is allowed.

pub mod database;
pub mod encoding;
pub mod files;
pub mod lines;
pub mod pages;
pub mod printed;
pub mod source;
pub mod twice;
