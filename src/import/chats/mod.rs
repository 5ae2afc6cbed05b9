//! What a reading makes: conversations with their messages and warnings, handed on one by one.

pub mod chat;
pub mod chronology;
pub mod fields;
pub mod ids;
pub mod paged;
pub mod parts;
pub mod phones;
pub mod placeholders;
pub mod sink;
pub mod threads;
pub mod times;
