//! The notations that exports are written in, read piece by piece: JSON, XML, HTML, and the head of a line.

pub mod cursor;
pub mod json;
pub mod markup;
pub mod quota;
pub mod surrogates;
pub mod xml;
